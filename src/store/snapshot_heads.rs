//! Which snapshots there are, without their states; and the state of one.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::types::{Value as SqlValue, ValueRef};

use crate::model::event::Payload;
use crate::model::{Cancel, EventLog, Progress, SnapshotHead, SnapshotIndex, Timestamp};

use super::Store;
use super::connect::quoted;
use super::error::StoreError;
use super::layout::{SnapshotTable, TimePlace, TimeSpec};
use super::payload::decode;
use super::recognise::Table;
use super::rows::{integer, text};
use super::snapshots::{inside, taken_at};

/// Snapshots whose heads are kept; each takes some 60 bytes of memory.
const KEPT: usize = 2_000_000;
/// Snapshots whose time is looked up in their state.
const TIMED: usize = 20_000;
/// The largest state in bytes that is looked into for a time.
const SMALL: usize = 64 << 10;
/// How long a read may keep a writer waiting.
const SLICE: Duration = Duration::from_millis(40);
/// Rows between two looks at the clock.
const ROWS: usize = 256;

/// The snapshots of a store, and where they are.
#[derive(Debug)]
pub struct Snapshots {
    index: Arc<SnapshotIndex>,
    places: Places,
}

/// By what a snapshot is read again.
#[derive(Debug)]
enum Places {
    /// By its row number.
    Rows { rowid: String, rows: Vec<i64> },
    /// By its stream and version: the stream of each, and each stream's columns.
    Keys { streams: Vec<u32>, keys: Vec<Vec<SqlValue>> },
}

/// The state of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotState {
    /// The state, or why it can't be read.
    pub state: Payload,
    /// When it was taken, if it says so.
    pub taken: Option<Timestamp>,
}

impl Snapshots {
    /// Which there are.
    pub fn index(&self) -> &Arc<SnapshotIndex> {
        &self.index
    }
}

struct Found {
    name: u32,
    head: SnapshotHead,
    row: i64,
}

impl Store {
    /// Finds out which snapshots there are. `progress` counts them.
    ///
    /// Errors: the file can't be read; or `cancel` was set.
    pub fn find_snapshots(
        &self,
        log: &EventLog,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Snapshots, StoreError> {
        let nothing = || Places::Rows { rowid: String::new(), rows: Vec::new() };
        let (Some(table), Some(spec)) = (&self.bound.snapshots, &self.bound.spec.snapshots) else {
            return Ok(Snapshots { index: Arc::default(), places: nothing() });
        };
        progress.set_total(self.snapshots);
        let mut scan = HeadScan::new(table, spec);
        while !scan.ended && scan.found.len() < KEPT {
            let conn = self.source.connect(Some(cancel))?;
            let read = scan.read_some(&conn, self.source.is_shared(), progress);
            read.map_err(|e| StoreError::sqlite(&self.source.shown, "read its snapshots", e))?;
            if cancel.is_cancelled() {
                return Err(StoreError::Cancelled);
            }
        }
        Ok(scan.finish(self.snapshots, log))
    }

    /// The states of snapshots, by their places in the index; `None` for one that is gone by now.
    ///
    /// Errors: the file can't be read, or may not be read as it was opened any more; or `cancel` was set.
    pub fn each_snapshot(
        &self,
        snapshots: &Snapshots,
        places: impl Iterator<Item = usize>,
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, Option<SnapshotState>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let (Some(table), Some(spec)) = (&self.bound.snapshots, &self.bound.spec.snapshots) else { return Ok(()) };
        let mut columns = vec![spec.state.column.clone()];
        columns.extend(taken_column(spec).cloned());
        let list = columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ");
        let condition = match &snapshots.places {
            Places::Rows { rowid, .. } => format!("{} = ?1", quoted(rowid)),
            Places::Keys { .. } => {
                let columns = spec.stream.iter().chain([&spec.version]);
                let terms = columns.enumerate().map(|(at, column)| format!("{} IS ?{}", quoted(column), at + 1));
                terms.collect::<Vec<_>>().join(" AND ")
            }
        };
        let failed = |e| StoreError::sqlite(&self.source.shown, "read a snapshot", e);
        let conn = self.source.connect(Some(cancel))?;
        let sql = format!("SELECT {list} FROM {} WHERE {condition} LIMIT 1", quoted(&table.name));
        let mut statement = conn.prepare(&sql).map_err(failed)?;
        for (count, at) in places.enumerate() {
            if cancel.is_cancelled() {
                return Err(StoreError::Cancelled);
            }
            if count > 0 && count.is_multiple_of(ROWS) {
                self.check()?;
            }
            let found = match snapshots.places.values(&snapshots.index, at) {
                Some(values) => {
                    let mut rows = statement.query(rusqlite::params_from_iter(values)).map_err(failed)?;
                    rows.next()
                        .and_then(|row| row.map(|row| state_in(row, &columns, spec)).transpose())
                        .map_err(failed)?
                }
                None => None,
            };
            if visit(at, found).is_break() {
                break;
            }
        }
        Ok(())
    }
}

fn state_in(row: &rusqlite::Row<'_>, columns: &[String], spec: &SnapshotTable) -> rusqlite::Result<SnapshotState> {
    let value = |column: &str| match columns.iter().position(|name| name == column) {
        Some(at) => row.get_ref(at),
        None => Ok(ValueRef::Null),
    };
    let (state, _) = decode(row.get_ref(0)?, &spec.state, "");
    let taken = spec.taken.as_ref().map(|taken| taken_at(taken, spec, &value)).transpose()?.flatten();
    Ok(SnapshotState { state: inside(state, spec.state.inside.as_deref()), taken })
}

impl Places {
    /// What finds a snapshot again.
    fn values(&self, index: &SnapshotIndex, at: usize) -> Option<Vec<SqlValue>> {
        match self {
            Self::Rows { rows, .. } => Some(vec![SqlValue::Integer(*rows.get(at)?)]),
            Self::Keys { streams, keys } => {
                let mut values = keys.get(*streams.get(at)? as usize)?.clone();
                values.push(index.head(at)?.version.map_or(SqlValue::Null, SqlValue::Integer));
                Some(values)
            }
        }
    }
}

fn taken_column(spec: &SnapshotTable) -> Option<&String> {
    match &spec.taken {
        Some(TimeSpec { place: TimePlace::Column(column), .. }) => Some(column),
        _ => None,
    }
}

struct HeadScan<'a> {
    table: &'a Table,
    spec: &'a SnapshotTable,
    rowid: Option<String>,
    /// What orders the table: the row number, or the primary key of a table without one.
    order: Vec<String>,
    /// Where the scan goes on.
    after: Vec<SqlValue>,
    names: Vec<(Arc<str>, Vec<SqlValue>)>,
    by_name: std::collections::HashMap<Arc<str>, u32>,
    found: Vec<Found>,
    ended: bool,
}

impl<'a> HeadScan<'a> {
    fn new(table: &'a Table, spec: &'a SnapshotTable) -> Self {
        let rowid = table.rowid();
        let order = match &rowid {
            Some(rowid) => vec![rowid.clone()],
            None => {
                let mut keys: Vec<_> = table.columns.iter().filter(|column| column.key_place > 0).collect();
                keys.sort_by_key(|column| column.key_place);
                keys.into_iter().map(|column| column.name.clone()).collect()
            }
        };
        let (names, found, after) = (Vec::new(), Vec::new(), Vec::new());
        Self { table, spec, rowid, order, after, names, by_name: Default::default(), found, ended: false }
    }

    /// Reads on, for a short time if somebody may wait for it.
    fn read_some(&mut self, conn: &rusqlite::Connection, shared: bool, progress: &Progress) -> rusqlite::Result<()> {
        let spec = self.spec;
        let list = |columns: &[String]| columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ");
        let order = list(&self.order);
        let state = quoted(&spec.state.column);
        // A time that is in the state is looked up for the first few, if it is not far to go.
        let taken = match (taken_column(spec), &spec.taken) {
            (Some(column), _) => quoted(column),
            (None, Some(_)) => format!("CASE WHEN octet_length({state}) <= {SMALL} THEN {state} END"),
            (None, None) => "NULL".to_owned(),
        };
        let from = match self.after.len() {
            0 => String::new(),
            count => {
                let marks: Vec<String> = (1..=count).map(|at| format!("?{at}")).collect();
                format!("WHERE ({order}) > ({})", marks.join(", "))
            }
        };
        let sql = format!(
            "SELECT {}, {}, octet_length({}), {taken}, {order} FROM {} {from} ORDER BY {order}",
            list(&spec.stream),
            quoted(&spec.version),
            quoted(&spec.state.column),
            quoted(&self.table.name)
        );
        let mut statement = conn.prepare(&sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(self.after.clone()))?;
        let parts = spec.stream.len();
        let begun = Instant::now();
        let mut name = String::new();
        while let Some(row) = rows.next()? {
            name.clear();
            for at in 0..parts {
                if at > 0 {
                    name.push('-');
                }
                if let Some((part, _)) = text(row.get_ref(at)?) {
                    name.push_str(&part);
                }
            }
            let number = match self.by_name.get(name.as_str()) {
                Some(number) => *number,
                None => {
                    let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
                    let shared: Arc<str> = name.as_str().into();
                    let keys = match &self.rowid {
                        Some(_) => Vec::new(),
                        None => (0..parts).map(|at| row.get(at)).collect::<rusqlite::Result<_>>()?,
                    };
                    self.names.push((shared.clone(), keys));
                    self.by_name.insert(shared, number);
                    number
                }
            };
            let wanted = taken_column(spec).is_some() || self.found.len() < TIMED;
            let stored = |_: &str| row.get_ref(parts + 2);
            let taken =
                spec.taken.as_ref().filter(|_| wanted).map(|taken| taken_at(taken, spec, &stored)).transpose()?;
            let head = SnapshotHead {
                version: integer(row.get_ref(parts)?),
                taken: taken.flatten(),
                bytes: row.get::<_, Option<i64>>(parts + 1)?.and_then(|len| u64::try_from(len).ok()).unwrap_or(0),
            };
            let row_number = if self.rowid.is_some() { row.get(parts + 3)? } else { 0 };
            self.found.push(Found { name: number, head, row: row_number });
            progress.add(1);
            let count = self.found.len();
            if count >= KEPT || (shared && count.is_multiple_of(ROWS) && begun.elapsed() > SLICE) {
                self.after =
                    (0..self.order.len()).map(|at| row.get(parts + 3 + at)).collect::<rusqlite::Result<_>>()?;
                return Ok(());
            }
        }
        self.ended = true;
        Ok(())
    }

    fn finish(self, count: u64, log: &EventLog) -> Snapshots {
        let Self { mut names, mut found, rowid, .. } = self;
        // Streams by name, and each one's snapshots by version.
        let mut ranks: Vec<u32> = (0..names.len() as u32).collect();
        ranks.sort_by(|a, b| names[*a as usize].0.cmp(&names[*b as usize].0));
        let mut rank_of = vec![0; names.len()];
        for (rank, name) in ranks.iter().enumerate() {
            rank_of[*name as usize] = rank as u32;
        }
        names.sort_by(|a, b| a.0.cmp(&b.0));
        for one in &mut found {
            one.name = rank_of[one.name as usize];
        }
        found.sort_by_key(|one| (one.name, one.head.version, one.row));
        let mut counts = vec![0; names.len()];
        for one in &found {
            counts[one.name as usize] += 1;
        }
        let places = match rowid {
            Some(rowid) => Places::Rows { rowid, rows: found.iter().map(|one| one.row).collect() },
            None => Places::Keys {
                streams: found.iter().map(|one| one.name).collect(),
                keys: names.iter_mut().map(|(_, keys)| std::mem::take(keys)).collect(),
            },
        };
        let heads: Vec<SnapshotHead> = found.into_iter().map(|one| one.head).collect();
        let left_out = count.saturating_sub(heads.len() as u64);
        let names = names.into_iter().map(|(name, _)| name).zip(counts).collect();
        Snapshots { index: Arc::new(SnapshotIndex::new(names, heads, left_out, log)), places }
    }
}
