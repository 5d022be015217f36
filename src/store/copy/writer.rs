//! Copies in the store's own layout.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::model::{Cancel, CopyPlan, CopyRow, Event, EventLog, Progress, StreamIndex};
use crate::store::connect::{Access, connect};
use crate::store::error::StoreError;
use crate::store::layout::Role;
use crate::store::recognise::{self, Bound, Key, Table};
use crate::store::scan::READ_AT_MOST;
use crate::store::target::Target;
use crate::store::{OpenOptions, open};

use super::bookkeeping::Bookkeeping;
use super::describe::{Findings, notes};
use super::encode::{Image, ids_are_kept};
use super::gone::{Gone, Renamed};
use super::links::LinkWriter;
use super::list_rows::ListRows;
use super::metadata::is_same_metadata;
use super::own_fields::is_same_data;
use super::raw::Raw;
use super::rewritten::{RowCounts, Stored};
use super::snapshots::SnapshotFilter;
use super::tables::{self, CopyError, Fate, Rows, RowsHash};
use super::{CopyOptions, described, places, write_scenario};

/// Rewritten events that are read back at once.
const READ_AT_ONCE: usize = 256;

/// The rows that were written, by table.
pub(super) type Written = BTreeMap<String, RowsHash>;

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
    if matches!(bound.key, Key::Columns(_) | Key::Ordered { .. } | Key::Keyed { position: None, .. }) {
        return None;
    }
    let recorded = plan.rows.iter().map(|row| match row {
        CopyRow::Recorded(index) | CopyRow::Edited { base: index, moved: false, .. } => position(*index),
        CopyRow::Edited { moved: true, .. } | CopyRow::Inserted(_) => None,
    });
    Some(places::positions(&recorded.collect::<Vec<_>>()))
}

/// Row numbers of a copy, where they are not the positions: recorded rows keep theirs.
fn row_numbers(bound: &Bound, log: &EventLog, plan: &CopyPlan) -> Option<Vec<i64>> {
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
        let to = target.connect(self.cancel)?;
        let writing = |e| target.failed(&e);
        let failed = |e| match e {
            CopyError::Read(e) => self.stored.reading(e),
            CopyError::Write(e) => target.failed(&e),
        };
        let all = recognise::tables(source).map_err(|e| self.stored.reading(e))?;
        let schema = tables::schema(source).map_err(|e| self.stored.reading(e))?;
        let taken = tables::taken(self.bound(), &all, self.options.whole);
        tables::copy_settings(source, &to).map_err(failed)?;
        to.execute_batch("BEGIN").map_err(writing)?;
        tables::make(&to, &schema, &["table"], &taken, self.options.whole).map_err(writing)?;
        let positions = positions(self.bound(), self.stored.log, self.plan);
        let mut findings = Findings::new(counts, &taken, &schema, self.options);
        let mut bookkeeping = Bookkeeping::new(self.stored.log, self.plan, positions.as_deref());
        bookkeeping.stream_keys = self.stored.stream_keys.clone();
        let filter = SnapshotFilter::new(self.stored.log, self.plan);
        let mut gone = Gone::new(self.stored, self.plan)?;
        let renamed = Renamed::new(self.stored, self.plan, positions.as_deref());
        let mut written = Written::new();
        let is_own = |table: &Table| tables::own_tables(self.bound()).any(|own| own.name == table.name);
        let mut lists = ListRows::new(self.stored, self.plan, images, positions.as_deref());
        for table in &taken {
            let links = self.bound().sources.first().and_then(|source| {
                let (links, _) = source.links.as_ref().filter(|(links, _)| links.name == table.name)?;
                Some((source.spec.links.as_ref()?, links))
            });
            let hash = if table.name == self.bound().events.name {
                self.write_events(target, &to, images, positions.as_deref(), progress)?
            } else if let Some((spec, table)) = links {
                let (stored, plan, positions) = (self.stored, self.plan, positions.as_deref());
                LinkWriter { stored, plan, images, positions, spec, table }.write(&to, target)?
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
                let copied = tables::copy_rows(source, &to, table, &mut fate).map_err(failed)?;
                let mut more = if is_own(table) { bookkeeping.new_rows(self.bound(), table) } else { Vec::new() };
                more.extend(lists.more(table));
                tables::add_rows(&to, table, more, copied).map_err(failed)?
            };
            written.insert(table.name.clone(), hash);
        }
        write_scenario(&to, self.plan.scenario.as_deref()).map_err(writing)?;
        // As of a moment, numbers that were used later have not been used yet.
        let of_a_moment = |table: &&&Table| self.plan.as_of.is_some() && table.name == self.bound().events.name;
        let numbered = taken.iter().filter(|table| !of_a_moment(table)).copied();
        tables::copy_sequences(source, &to, numbered).map_err(failed)?;
        tables::make(&to, &schema, &["index"], &taken, self.options.whole).map_err(writing)?;
        tables::make(&to, &schema, &["view", "trigger"], &taken, self.options.whole).map_err(writing)?;
        to.execute_batch("COMMIT").map_err(writing)?;
        to.close().map_err(|(_, e)| writing(e))?;
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
        for (place, row) in self.plan.rows.iter().enumerate() {
            if self.cancel.is_cancelled() {
                return Err(StoreError::Cancelled);
            }
            turn.next().map_err(|e| self.stored.reading(e))?;
            let mut values = match (row, images.get(&place)) {
                (CopyRow::Recorded(index), _) => self.stored.row(&reader, *index)?,
                (_, Some(image)) => {
                    let mut values = image.clone();
                    values.resize(rows.width(), Raw::Null);
                    values
                }
                // Every other row was encoded before.
                (_, None) => continue,
            };
            for (at, numbers) in [(position_at, positions), (rowid_at, numbers)] {
                if let (Some(at), Some(numbers)) = (at, numbers) {
                    values[at] = Raw::Integer(numbers[place]);
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

    /// Reads the finished file back: every row as it was to be, every rewritten event as the plan has it.
    pub(super) fn verify(&self, target: &Target, out: &Path, written: &Written) -> Result<(), StoreError> {
        let wrong = |why: String| StoreError::Mismatch { path: out.to_owned(), why };
        let failed = |e: rusqlite::Error| match e.sqlite_error_code() {
            Some(rusqlite::ErrorCode::OperationInterrupted) => StoreError::Cancelled,
            _ => wrong(e.to_string()),
        };
        let conn = connect(target.temporary(), Access::Immutable, Duration::ZERO, Some(self.cancel)).map_err(failed)?;
        for table in recognise::tables(&conn).map_err(failed)? {
            let Some(written) = written.get(&table.name) else { continue };
            // The note of this copy is one more row of its own table.
            if table.name.eq_ignore_ascii_case(tables::SCENARIO_TABLE) {
                continue;
            }
            let read = tables::hash_of(&conn, &table).map_err(failed)?;
            if read != *written {
                let (wrote, found) = (written.count(), read.count());
                return Err(wrong(format!("{wrote} rows of {} were written and {found} read back", table.name)));
            }
        }
        drop(conn);
        let options = OpenOptions { layout: Some(self.bound().spec.id.clone()), ..OpenOptions::default() };
        let copy = open(target.temporary(), &options, &Progress::default(), self.cancel)?;
        let log = copy.scan(0, &Progress::default(), self.cancel)?;
        if log.len() != self.plan.rows.len() {
            return Err(wrong(format!("{} events were planned and {} read back", self.plan.rows.len(), log.len())));
        }
        let mut reader = copy.reader()?;
        let mut places = Places::default();
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
                    .ok_or_else(|| wrong(format!("{} is missing", described(event))))
            });
            let indices = indices.collect::<Result<Vec<u32>, _>>()?;
            let read = reader.events(&log, &indices)?;
            for ((_, event), read) in planned.iter().zip(&read) {
                if let Some(difference) = difference(event, read, self.bound()) {
                    return Err(wrong(format!("{}: {difference}", described(event))));
                }
            }
        }
        Ok(())
    }
}

/// Where events of the plan are in the copy's index: at their place, unless the table orders itself. Then a stream's
/// versions are gone through once, however many of its events are looked for.
#[derive(Default)]
struct Places(HashMap<StreamIndex, HashMap<Option<i64>, u32>>);

impl Places {
    fn of(&mut self, log: &EventLog, event: &Event, place: usize, bound: &Bound) -> Option<u32> {
        if !log.has_ordinal_positions() && !matches!(bound.key, Key::Ordered { .. }) {
            return u32::try_from(place).ok();
        }
        let stream = log.find_stream(event.stream.as_deref()?)?;
        let versions = self.0.entry(stream).or_insert_with(|| {
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
