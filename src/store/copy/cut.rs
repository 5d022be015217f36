//! Copies that only leave events out: rows that stay are as they are, byte for byte, whatever is in them. So nothing
//! has to be encoded, and layouts whose payloads nobody else can write have such copies too.

use std::collections::HashSet;
use std::path::Path;

use rusqlite::Row;

use crate::model::{Cancel, CopyPlan, CopyRow, EventLog, Progress};
use crate::store::error::StoreError;
use crate::store::raw::Raw;
use crate::store::recognise::{Bound, EventSource, Key, Table, glob};
use crate::store::row_keys;
use crate::store::target::Target;

use super::CopyOptions;
use super::bookkeeping::Bookkeeping;
use super::describe::{Findings, bookkeeping_words, notes};
use super::file::File;
use super::read_back::ReadBack;
use super::rewritten::{RowCounts, Stored};
use super::snapshots::SnapshotFilter;
use super::tables::{self, Fate, Rows, Written};

/// Rows between two looks at [`Cancel`].
const ROWS_BETWEEN_LOOKS: u64 = 256;

/// Whether a plan has nothing but recorded events in their order.
pub(super) fn is_cut(plan: &CopyPlan) -> bool {
    let index = |row: &CopyRow| if let CopyRow::Recorded(index) = row { Some(*index) } else { None };
    plan.scenario.is_none()
        && plan.rows.iter().all(|row| index(row).is_some())
        && plan.rows.windows(2).all(|pair| index(&pair[0]) < index(&pair[1]))
}

/// Whether the layout has such copies: those of several event tables whose rows it could write are cut as well.
pub(super) fn leaves_out(bound: &Bound) -> bool {
    bound.spec.writing.leaving_out || bound.spec.writable && bound.sources.len() > 1
}

/// Whether the layout has such copies, in tables as they are here.
pub(super) fn is_possible(bound: &Bound) -> bool {
    let is_known = |follower: &Follower| !follower.on.is_empty();
    leaves_out(bound)
        && bound.sources.iter().all(|source| !matches!(source.key, Key::Columns(_)))
        && followers(bound).iter().all(is_known)
}

/// The rows of an event table by their numbers, in order.
#[derive(Default)]
pub(super) struct Stay {
    kept: Vec<i64>,
    left: Vec<i64>,
}

impl Stay {
    fn keeps(&self, rowid: i64) -> bool {
        // A row without an event goes with the whole store only.
        self.kept.binary_search(&rowid).is_ok() || (self.left.is_empty() && !self.kept.is_empty())
    }
}

/// Where in a row is what its row key is made of.
enum KeyAt {
    Number(Option<usize>),
    Columns(Vec<usize>),
}

impl KeyAt {
    fn new(source: &EventSource, rows: &Rows) -> Self {
        match &source.key {
            Key::Keyed { columns, .. } => {
                Self::Columns(columns.iter().filter_map(|column| rows.place(column)).collect())
            }
            _ => Self::Number(rows.rowid_at(&source.table)),
        }
    }
}

/// Which rows stay, by event table.
///
/// Errors: a row holds events that stay and others.
pub(super) fn rows_that_stay(bound: &Bound, log: &EventLog, plan: &CopyPlan) -> Result<Vec<Stay>, StoreError> {
    let mut taken = vec![false; log.len()];
    for row in &plan.rows {
        if let CopyRow::Recorded(index) = row {
            taken[*index as usize] = true;
        }
    }
    let mut stay: Vec<Stay> = bound.sources.iter().map(|_| Stay::default()).collect();
    for (index, taken) in taken.iter().enumerate() {
        if let Some(stay) = stay.get_mut(log.source(index)) {
            let rows = if *taken { &mut stay.kept } else { &mut stay.left };
            rows.push(log.row_key(index));
        }
    }
    for (source, stay) in stay.iter_mut().enumerate() {
        for rows in [&mut stay.kept, &mut stay.left] {
            rows.sort_unstable();
            rows.dedup();
        }
        if let Some(torn) = stay.left.iter().find(|row| stay.kept.binary_search(row).is_ok()) {
            let of_row = |index: &usize| log.source(*index) == source && log.row_key(*index) == *torn && taken[*index];
            let position = (0..log.len()).find(of_row).map_or(*torn, |index| log.position(index));
            return Err(StoreError::CannotEncode {
                event: format!("the event at position {position}"),
                why: "it is in one row with events that the copy would not have".to_owned(),
            });
        }
    }
    Ok(stay)
}

/// A table whose rows belong to events, and which of them go.
struct Follower {
    table: String,
    /// Its columns and the event's that are equal; empty if one is not there.
    on: Vec<(String, String)>,
    /// The event tables.
    of: Vec<String>,
    stays: HashSet<Vec<u8>>,
    goes: HashSet<Vec<u8>>,
}

impl Follower {
    fn new(table: &Table, of: &[&EventSource], on: &[(String, String)]) -> Self {
        let name = |table: &Table, column: &str| table.column(column).map(|column| column.name.clone());
        let pair = |(own, events): &(String, String)| {
            let events = of.first().and_then(|source| name(&source.table, events))?;
            Some((name(table, own)?, events))
        };
        Self {
            table: table.name.clone(),
            on: on.iter().map(pair).collect::<Option<_>>().unwrap_or_default(),
            of: of.iter().map(|source| source.table.name.clone()).collect(),
            stays: HashSet::new(),
            goes: HashSet::new(),
        }
    }

    fn see(&mut self, rows: &Rows, row: &Row<'_>, stays: bool) -> rusqlite::Result<()> {
        let key = key(rows, row, self.on.iter().map(|(_, column)| column))?;
        if stays {
            self.stays.insert(key)
        } else {
            self.goes.insert(key)
        };
        Ok(())
    }

    fn keeps(&self, rows: &Rows, row: &Row<'_>) -> rusqlite::Result<bool> {
        let key = key(rows, row, self.on.iter().map(|(column, _)| column))?;
        Ok(!self.goes.contains(&key) || self.stays.contains(&key))
    }
}

/// What is in these columns: a number and its digits are the same.
fn key<'c>(rows: &Rows, row: &Row<'_>, columns: impl Iterator<Item = &'c String>) -> rusqlite::Result<Vec<u8>> {
    let places = columns.filter_map(|column| rows.place(column));
    let values = places.map(|at| row.get_ref(at).map(Raw::from)).collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(super::gone::key(values.into_iter()))
}

fn followers(bound: &Bound) -> Vec<Follower> {
    let mut all: Vec<Follower> = Vec::new();
    let mut add = |follower: Follower| match all.iter_mut().find(|known| known.table == follower.table) {
        Some(known) => known.of.extend(follower.of),
        None => all.push(follower),
    };
    for source in &bound.sources {
        if let (Some(spec), Some((table, _))) = (&source.spec.links, &source.links) {
            add(Follower::new(table, &[source], &spec.on));
        }
        for (spec, table) in source.spec.metadata_lists.iter().zip(&source.lists) {
            if let Some(table) = table {
                add(Follower::new(table, &[source], &spec.on));
            }
        }
    }
    let sources: Vec<&EventSource> = bound.sources.iter().collect();
    for spec in &bound.spec.writing.rows_of_events {
        for table in bound.beside.iter().filter(|table| glob(&spec.table, &table.name)) {
            add(Follower::new(table, &sources, &spec.on));
        }
    }
    all
}

/// Positions of a copy's events, where they are the store's own numbers.
pub(super) fn positions(log: &EventLog, plan: &CopyPlan) -> Option<Vec<i64>> {
    let position = |row: &CopyRow| if let CopyRow::Recorded(index) = row { log.position(*index as usize) } else { 0 };
    (!log.has_ordinal_positions()).then(|| plan.rows.iter().map(position).collect())
}

/// Writes the copy's tables under the target's temporary name.
pub(super) fn write(
    stored: &Stored<'_>,
    plan: &CopyPlan,
    options: &CopyOptions,
    target: &Target,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<(Written, Vec<String>), StoreError> {
    let (bound, log, source) = (stored.bound(), stored.log, stored.source);
    let stay = rows_that_stay(bound, log, plan)?;
    let file = File::begin(stored, target, options, cancel)?;
    let source_of = |table: &Table| bound.sources.iter().position(|source| source.table.name == table.name);
    let mut findings = Findings::new(RowCounts::default(), &file.tables, &file.schema, options);
    let positions = positions(log, plan);
    let mut bookkeeping = Bookkeeping::new(log, plan, positions.as_deref());
    let filter = SnapshotFilter::new(log, plan).looking_up(stored)?;
    let is_whole = plan.rows.len() == log.len();
    let mut followers = followers(bound);
    let mut written = Written::new();
    let mut seen = 0u64;
    for table in &file.tables {
        let rows = Rows::new(table);
        let key = source_of(table).and_then(|source| bound.sources.get(source)).map(|source| KeyAt::new(source, &rows));
        let of_events = source_of(table).and_then(|source| stay.get(source));
        let mut fate = |row: &Row<'_>| {
            seen += 1;
            if seen.is_multiple_of(ROWS_BETWEEN_LOOKS) && cancel.is_cancelled() {
                // SQLite's own word for it, which the caller knows.
                return Err(rusqlite::Error::SqliteFailure(
                    rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_INTERRUPT),
                    None,
                ));
            }
            if let Some(stay) = of_events {
                let stays = match &key {
                    Some(KeyAt::Number(Some(at))) => stay.keeps(row.get(*at)?),
                    Some(KeyAt::Columns(places)) => stay.keeps(row_keys::row_key(
                        &places.iter().map(|at| row.get_ref(*at)).collect::<rusqlite::Result<Vec<_>>>()?,
                    )),
                    Some(KeyAt::Number(None)) | None => false,
                };
                let of_table = |follower: &&mut Follower| follower.of.contains(&table.name);
                for follower in followers.iter_mut().filter(of_table) {
                    follower.see(&rows, row, stays)?;
                }
                progress.add(u64::from(stays));
                return Ok(if stays { Fate::Keep } else { Fate::LeaveOut });
            }
            if is_whole {
                return Ok(Fate::Keep);
            }
            if let Some(follower) = followers.iter().find(|follower| follower.table == table.name) {
                return Ok(if follower.keeps(&rows, row)? { Fate::Keep } else { Fate::LeaveOut });
            }
            match bound.snapshots_in(&table.name) {
                Some(snapshots) => {
                    let keep = filter.keeps(bound, &snapshots.table, row)?;
                    findings.snapshot(keep);
                    Ok(if keep { Fate::Keep } else { Fate::LeaveOut })
                }
                // Another prefix's tables in the same file are not this store's.
                _ if tables::own_tables(bound).all(|own| own.name != table.name) => Ok(Fate::Keep),
                _ => bookkeeping.fate(bound, table, row),
            }
        };
        let hash = tables::copy_rows(source, &file.to, table, &mut fate).map_err(|e| file.failed(e))?;
        written.insert(table.name.clone(), hash);
    }
    file.finish(plan)?;
    let mut told = bookkeeping_words(bound, &bookkeeping);
    told.extend(notes(bound, plan, &findings));
    Ok((written, told))
}

/// Reads the finished file back: every row as it was to be, and the events that stay in their order.
pub(super) fn verify(
    stored: &Stored<'_>,
    plan: &CopyPlan,
    target: &Target,
    out: &Path,
    written: &Written,
    cancel: &Cancel,
) -> Result<(), StoreError> {
    let file = ReadBack { target, out, cancel };
    let (_copy, log) = file.open(written, &stored.bound().spec.id, plan.rows.len())?;
    let before = stored.log;
    // A number that nothing but the count of events gives may be another one without some of them.
    let has_versions = stored.bound().sources.iter().all(|source| !source.spec.version.is_empty());
    for (place, row) in plan.rows.iter().enumerate() {
        let CopyRow::Recorded(index) = row else { continue };
        let index = *index as usize;
        // Without a stream of the same name in another table, one needs no table before its name.
        let stream = |log: &EventLog, at: usize| {
            let stream = log.stream_of(at)?;
            Some(stored.bound().name_in_table(log.source(at), &log.stream(stream).name).to_owned())
        };
        let same = stream(&log, place) == stream(before, index)
            && log.event_type(log.type_of(place)).name == before.event_type(before.type_of(index)).name
            && log.time(place) == before.time(index)
            && (!has_versions || log.version(place) == before.version(index));
        if !same {
            return Err(file.wrong(format!("the event at position {} reads back differently", before.position(index))));
        }
    }
    Ok(())
}
