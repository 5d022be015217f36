//! Copies in the store's own layout.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use rusqlite::Connection;

use crate::model::{Cancel, CopyPlan, CopyRow, Event, EventLog, Progress, StreamIndex};
use crate::store::error::StoreError;
use crate::store::layout::Role;
use crate::store::raw::Raw;
use crate::store::recognise::{Bound, Key, Table};
use crate::store::scan::READ_AT_MOST;
use crate::store::target::Target;

use super::bookkeeping::Bookkeeping;
use super::describe::{Findings, notes};
use super::encode::{Image, ids_are_kept};
use super::file::File;
use super::gone::{Gone, Renamed};
use super::links::LinkWriter;
use super::list_rows::ListRows;
use super::metadata::is_same_metadata;
use super::own_fields::is_same_data;
use super::read_back::ReadBack;
use super::rewritten::{RowCounts, Stored};
use super::snapshots::SnapshotFilter;
use super::tables::{self, Fate, Rows, RowsHash, Written};
use super::{CopyOptions, commits, described, places};

/// Rewritten events that are read back at once.
const READ_AT_ONCE: usize = 256;

pub(super) struct Writer<'a> {
    pub stored: &'a Stored<'a>,
    pub plan: &'a CopyPlan,
    pub options: &'a CopyOptions,
    pub cancel: &'a Cancel,
}

/// Positions of a copy's events; `None` for a table that has none.
pub(super) fn positions(bound: &Bound, log: &EventLog, plan: &CopyPlan) -> Option<Vec<i64>> {
    let position = |index: u32| match &bound.key {
        Key::Rowid(_) => Some(log.row_key(index as usize)),
        Key::Position { .. } | Key::Keyed { position: Some(_), .. } => Some(log.position(index as usize)),
        Key::Columns(_) | Key::Ordered { .. } | Key::Keyed { position: None, .. } => None,
    };
    if matches!(bound.key, Key::Columns(_) | Key::Ordered { .. } | Key::Keyed { position: None, .. })
        || bound.events_are_several()
    {
        return None;
    }
    let recorded = plan.rows.iter().map(|row| match row {
        CopyRow::Recorded(index) | CopyRow::Edited { base: index, moved: false, .. } => position(*index),
        CopyRow::Edited { moved: true, .. } | CopyRow::Inserted(_) => None,
    });
    Some(places::positions(&recorded.collect::<Vec<_>>()))
}

/// Row numbers of a copy, where they are not the positions: recorded rows keep theirs.
pub(super) fn row_numbers(bound: &Bound, log: &EventLog, plan: &CopyPlan) -> Option<Vec<i64>> {
    if !matches!(bound.key, Key::Position { .. } | Key::Ordered { .. }) {
        return None;
    }
    let mut last = (0..log.len()).map(|index| log.row_key(index)).max().unwrap_or_default();
    let numbers = plan.rows.iter().map(|row| match row {
        CopyRow::Recorded(index) | CopyRow::Edited { base: index, .. } => log.row_key(*index as usize),
        CopyRow::Inserted(_) => {
            last = last.saturating_add(1);
            last
        }
    });
    Some(numbers.collect())
}

impl Writer<'_> {
    fn bound(&self) -> &Bound {
        self.stored.bound()
    }

    pub(super) fn write(
        &self,
        target: &Target,
        images: &HashMap<usize, Image>,
        counts: RowCounts,
        progress: &Progress,
    ) -> Result<(Written, Vec<String>), StoreError> {
        let source = self.stored.source;
        let file = File::begin(self.stored, target, self.options, self.cancel)?;
        let positions = positions(self.bound(), self.stored.log, self.plan);
        let mut findings = Findings::new(counts, &file.tables, &file.schema, self.options);
        let mut bookkeeping = Bookkeeping::new(self.stored.log, self.plan, positions.as_deref());
        bookkeeping.stream_keys = self.stored.stream_keys.clone();
        bookkeeping.counts.commits = counts.commits;
        let filter = SnapshotFilter::new(self.stored.log, self.plan).looking_up(self.stored)?;
        let mut gone = Gone::new(self.stored, self.plan)?;
        let renamed = Renamed::new(self.stored, self.plan, positions.as_deref());
        let mut written = Written::new();
        let is_own = |table: &Table| tables::own_tables(self.bound()).any(|own| own.name == table.name);
        let mut lists = ListRows::new(self.stored, self.plan, images, positions.as_deref());
        for table in &file.tables {
            let links = self.bound().sources.first().and_then(|source| {
                let (links, _) = source.links.as_ref().filter(|(links, _)| links.name == table.name)?;
                Some((source.spec.links.as_ref()?, links))
            });
            let hash = if table.name == self.bound().events.name {
                self.write_events(target, &file.to, images, positions.as_deref(), progress)?
            } else if let Some((spec, table)) = links {
                let (stored, plan, positions) = (self.stored, self.plan, positions.as_deref());
                LinkWriter { stored, plan, images, positions, spec, table }.write(&file.to, target)?
            } else {
                let mut fate = |row: &rusqlite::Row<'_>| match self.bound().snapshots_in(&table.name) {
                    Some(_) => {
                        let keep = filter.keeps(self.bound(), table, row)?;
                        findings.snapshot(keep);
                        Ok(if keep { renamed.fate(self.bound(), table, row)? } else { Fate::LeaveOut })
                    }
                    // Another prefix's tables in the same file are not this store's.
                    _ if !is_own(table) => Ok(Fate::Keep),
                    _ if gone.has(table, row)? => Ok(Fate::LeaveOut),
                    _ => match lists.fate(table, row)? {
                        Some(fate) => Ok(fate),
                        None => Ok(match bookkeeping.fate(self.bound(), table, row)? {
                            Fate::Keep => renamed.fate(self.bound(), table, row)?,
                            fate => fate,
                        }),
                    },
                };
                let copied = tables::copy_rows(source, &file.to, table, &mut fate).map_err(|e| file.failed(e))?;
                let mut more = if is_own(table) { bookkeeping.new_rows(self.bound(), table) } else { Vec::new() };
                more.extend(lists.more(table));
                tables::add_rows(&file.to, table, more, copied).map_err(|e| file.failed(e))?
            };
            written.insert(table.name.clone(), hash);
        }
        file.finish(self.plan)?;
        let mut told = super::describe::bookkeeping_words(self.bound(), &bookkeeping);
        findings.gone(gone.count);
        told.extend(notes(self.bound(), self.plan, &findings));
        Ok((written, told))
    }

    fn write_events(
        &self,
        target: &Target,
        to: &Connection,
        images: &HashMap<usize, Image>,
        positions: Option<&[i64]>,
        progress: &Progress,
    ) -> Result<RowsHash, StoreError> {
        let table = &self.bound().events;
        let rows = Rows::new(table);
        let rowid_at = rows.rowid_at(table);
        let numbers = row_numbers(self.bound(), self.stored.log, self.plan);
        let numbers = numbers.as_deref().or(positions);
        let position_at = match &self.bound().key {
            Key::Position { column, .. } | Key::Keyed { position: Some(column), .. } => rows.place(column),
            _ => None,
        };
        let reader = self.stored.store.reader()?;
        let mut insert = to.prepare(&rows.insert()).map_err(|e| target.failed(&e))?;
        let mut hash = RowsHash::default();
        let mut turn = Turn::begin(self.stored.source).map_err(|e| self.stored.reading(e))?;
        let commits = self.bound().events_are_several().then(|| self.commits(images));
        let count = commits.as_ref().map_or(self.plan.rows.len(), Vec::len);
        for at in 0..count {
            let (place, number) = match &commits {
                Some(commits) => commits[at],
                None => (at, numbers.map(|numbers| numbers[at])),
            };
            let row = &self.plan.rows[place];
            if self.cancel.is_cancelled() {
                return Err(StoreError::Cancelled);
            }
            turn.next().map_err(|e| self.stored.reading(e))?;
            let mut values = match (row, images.get(&place)) {
                (CopyRow::Recorded(index), None) => self.stored.row(&reader, *index)?,
                (_, Some(image)) => {
                    let mut values = image.clone();
                    values.resize(rows.width(), Raw::Null);
                    values
                }
                // Every other row was encoded before.
                (_, None) => continue,
            };
            for (at, number) in [(position_at, positions.map(|positions| positions[place])), (rowid_at, number)] {
                if let (Some(at), Some(number)) = (at, number) {
                    values[at] = Raw::Integer(number);
                }
            }
            hash.add(&values);
            insert
                .execute(rusqlite::params_from_iter(&values))
                .map_err(|e| refused(target, row, self.stored.log, &e))?;
            progress.add(1);
        }
        turn.end().map_err(|e| self.stored.reading(e))?;
        Ok(hash)
    }

    /// The rows of a table whose rows hold several events, by the place of their first, with their numbers.
    fn commits(&self, images: &HashMap<usize, Image>) -> Vec<(usize, Option<i64>)> {
        let rows = commits::rows(self.stored, self.plan, images);
        let numbers = places::positions(&rows.iter().map(|(_, number)| *number).collect::<Vec<_>>());
        rows.iter().zip(numbers).map(|((place, _), number)| (*place, Some(number))).collect()
    }

    /// Reads the finished file back: every row as it was to be, every rewritten event as the plan has it.
    pub(super) fn verify(&self, target: &Target, out: &Path, written: &Written) -> Result<(), StoreError> {
        let file = ReadBack { target, out, cancel: self.cancel };
        let (copy, log) = file.open(written, &self.bound().spec.id, self.plan.rows.len())?;
        let mut reader = copy.reader()?;
        let mut places = Places::new(self.stored, self.plan);
        let planned = self.plan.rows.iter().enumerate().filter_map(|(place, row)| match row {
            CopyRow::Edited { event, .. } | CopyRow::Inserted(event) => Some((place, event)),
            CopyRow::Recorded(_) => None,
        });
        let planned: Vec<_> = planned.collect();
        for planned in planned.chunks(READ_AT_ONCE) {
            if self.cancel.is_cancelled() {
                return Err(StoreError::Cancelled);
            }
            let indices = planned.iter().map(|(place, event)| {
                places
                    .of(&log, event, *place, self.bound())
                    .ok_or_else(|| file.wrong(format!("{} is missing", described(event))))
            });
            let indices = indices.collect::<Result<Vec<u32>, _>>()?;
            let read = reader.events(&log, &indices)?;
            for ((_, event), read) in planned.iter().zip(&read) {
                if let Some(difference) = difference(event, read, self.bound()) {
                    return Err(file.wrong(format!("{}: {difference}", described(event))));
                }
            }
        }
        Ok(())
    }
}

/// Where events of the plan are in the copy's index: at their place, unless the table orders itself. Then a stream's
/// versions are gone through once, however many of its events are looked for; without versions an event is the so
/// many-th of its stream in both.
struct Places {
    versions: HashMap<StreamIndex, HashMap<Option<i64>, u32>>,
    /// How many of its stream come before an event without a version, by its place in the plan.
    ranks: HashMap<usize, usize>,
}

impl Places {
    fn new(stored: &Stored<'_>, plan: &CopyPlan) -> Self {
        let has_versions = |row: &CopyRow| match row {
            CopyRow::Edited { event, .. } | CopyRow::Inserted(event) => event.version.is_some(),
            CopyRow::Recorded(_) => true,
        };
        let mut ranks = HashMap::new();
        // Where a version is a pair, it is none by itself.
        let all = stored.bound().spec.events.version_beside.is_some();
        if all || !plan.rows.iter().all(has_versions) {
            let mut counts: HashMap<Arc<str>, usize> = HashMap::new();
            for (place, row) in plan.rows.iter().enumerate() {
                let mut count = |stream: Arc<str>| {
                    let count = counts.entry(stream).or_default();
                    *count += 1;
                    *count - 1
                };
                let rank = stored.stream_of(row).map(&mut count);
                match row {
                    CopyRow::Recorded(index) => {
                        let others = stored.log.other_streams_of(*index as usize);
                        others.for_each(|other| _ = count(stored.log.stream(other).name.clone()));
                    }
                    CopyRow::Edited { event, .. } | CopyRow::Inserted(event) => {
                        event.other_streams.iter().for_each(|other| _ = count(other.clone()));
                        ranks.extend(rank.filter(|_| all || event.version.is_none()).map(|rank| (place, rank)));
                    }
                }
            }
        }
        Self { versions: HashMap::new(), ranks }
    }

    fn of(&mut self, log: &EventLog, event: &Event, place: usize, bound: &Bound) -> Option<u32> {
        if !log.has_ordinal_positions() && !matches!(bound.key, Key::Ordered { .. }) {
            return u32::try_from(place).ok();
        }
        let stream = log.find_stream(event.stream.as_deref()?)?;
        if let Some(rank) = self.ranks.get(&place) {
            return log.lane(stream).get(*rank).copied();
        }
        let versions = self.versions.entry(stream).or_insert_with(|| {
            // Of several with the same version the first counts.
            log.lane(stream).iter().rev().map(|index| (log.version(*index as usize), *index)).collect()
        });
        versions.get(&event.version).copied()
    }
}

/// Whether something is compared by itself: where the layout has it in the metadata, it was compared with that.
fn is_compared(role: &Role) -> bool {
    role.is_empty() || role.0.iter().any(|place| place.column().is_some())
}

/// What of an event read back is not as planned.
fn difference(planned: &Event, read: &Event, bound: &Bound) -> Option<&'static str> {
    let spec = &bound.spec.events;
    if planned.stream != read.stream {
        Some("another stream")
    } else if planned.version != read.version {
        Some("another version")
    } else if planned.event_type != read.event_type {
        Some("another type")
    } else if !spec.time.is_empty() && planned.time != read.time {
        Some("another time")
    } else if spec.valid_time.is_some() && planned.valid_time != read.valid_time {
        Some("another valid time")
    } else if ids_are_kept(bound) && planned.id != read.id {
        Some("another id")
    } else if !is_same_metadata(bound, planned, read) {
        Some("other metadata")
    } else if is_compared(&spec.user) && planned.user != read.user {
        Some("another user")
    } else if is_compared(&spec.correlation_id) && planned.correlation_id != read.correlation_id {
        Some("another correlation id")
    } else if is_compared(&spec.causation_id) && planned.causation_id != read.causation_id {
        Some("another causation id")
    } else if planned.schema_version.is_some() && planned.schema_version != read.schema_version {
        Some("another schema version")
    } else if spec.kind.as_ref().is_some_and(|kind| kind.column.is_some()) && planned.kind != read.kind {
        Some("another kind")
    } else if planned.archived != read.archived {
        Some("another mark of archived")
    } else {
        match (planned.data.decoded(), read.data.decoded()) {
            (Ok(a), Ok(b)) if is_same_data(bound, &a, &b) => None,
            (Err(a), Err(b)) if a.raw == b.raw => None,
            _ => Some("another payload"),
        }
    }
}

/// A row that the store's own constraints refuse is a matter of its event.
fn refused(target: &Target, row: &CopyRow, log: &EventLog, error: &rusqlite::Error) -> StoreError {
    if error.sqlite_error_code() != Some(rusqlite::ErrorCode::ConstraintViolation) {
        return target.failed(error);
    }
    let event = match row {
        CopyRow::Recorded(index) => format!("position {}", log.position(*index as usize)),
        CopyRow::Edited { event, .. } | CopyRow::Inserted(event) => described(event),
    };
    StoreError::CannotEncode { event, why: format!("the store's tables refuse it ({error})") }
}

/// A read transaction that is renewed often enough not to hold up writers of the store.
struct Turn<'c> {
    conn: &'c Connection,
    began: Instant,
}

impl<'c> Turn<'c> {
    fn begin(conn: &'c Connection) -> rusqlite::Result<Self> {
        conn.execute_batch("BEGIN")?;
        Ok(Self { conn, began: Instant::now() })
    }

    fn next(&mut self) -> rusqlite::Result<()> {
        if self.began.elapsed() > READ_AT_MOST {
            self.conn.execute_batch("COMMIT; BEGIN")?;
            self.began = Instant::now();
        }
        Ok(())
    }

    fn end(self) -> rusqlite::Result<()> {
        self.conn.execute_batch("COMMIT")
    }
}
