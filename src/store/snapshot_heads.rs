//! Which snapshots there are, without their states; and the state of one.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::types::ValueRef;

use crate::model::event::Payload;
use crate::model::{Cancel, EventLog, Progress, SnapshotHead, SnapshotIndex, Timestamp};

use super::Store;
use super::error::StoreError;
use super::layout::{Place, SnapshotTable, TimeSpec};
use super::look::{Contents, Look};
use super::payload::{contents_as, finished};
use super::plan::{EVENTS, Getters, Select, Tables};
use super::raw::Raw;
use super::recognise::{Bound, Table};
use super::rows::{stream_name, text};
use super::snapshots::{inside, name_in_index, taken_at, version_of};

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
#[derive(Debug, Default)]
pub struct Snapshots {
    index: Arc<SnapshotIndex>,
    places: Vec<RowPlace>,
    /// Which of several files each is in.
    files: Vec<u16>,
    /// Which of several snapshot tables of its file.
    tables: Vec<u16>,
}

/// By what a snapshot is read again: its row number, or its primary key where the table has none.
#[derive(Debug, Clone)]
enum RowPlace {
    Row(i64),
    Key(Box<[Raw]>),
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
    place: RowPlace,
    file: u16,
    table: u16,
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
        progress.set_total(self.snapshots);
        let mut scan = HeadScan::default();
        let files: Vec<&Self> = match &self.several {
            Some(several) => several.files().iter().map(|file| &**file).collect(),
            None => vec![self],
        };
        for (at, file) in files.into_iter().enumerate() {
            scan.file = at as u16;
            file.scan_snapshots(&mut scan, log, progress, cancel)?;
        }
        Ok(scan.finish(self.snapshots, log))
    }

    fn scan_snapshots(
        &self,
        scan: &mut HeadScan,
        log: &EventLog,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<(), StoreError> {
        for table in 0..self.bound.snapshots.len() {
            let Some(asked) = Asked::new(&self.bound, table) else { continue };
            (scan.table, scan.ended) = (table as u16, false);
            scan.after.clear();
            while !scan.ended && scan.found.len() < KEPT {
                let conn = self.source.connect(Some(cancel))?;
                let read = scan.read_some(&conn, &asked, log, self.source.is_shared(), progress);
                if cancel.is_cancelled() {
                    return Err(StoreError::Cancelled);
                }
                read.map_err(|e| StoreError::sqlite(&self.source.shown, "read its snapshots", e))?;
                self.source.check_read(&conn)?;
            }
        }
        Ok(())
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
        let Some(several) = &self.several else {
            return self.each_of_file(snapshots, &mut { places }, cancel, visit);
        };
        let file_of = |at: usize| snapshots.files.get(at).copied().unwrap_or(0);
        let mut places = places.peekable();
        let mut broken = false;
        while let (false, Some(first)) = (broken, places.peek().copied()) {
            let file = file_of(first);
            let mut of_file = std::iter::from_fn(|| places.next_if(|at| file_of(*at) == file));
            several.files()[usize::from(file)].each_of_file(snapshots, &mut of_file, cancel, &mut |at, state| {
                let flow = visit(at, state);
                broken = flow.is_break();
                flow
            })?;
            // Where a file has no snapshots to read any more, its places are passed over.
            of_file.for_each(drop);
        }
        Ok(())
    }

    fn each_of_file(
        &self,
        snapshots: &Snapshots,
        places: &mut dyn Iterator<Item = usize>,
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, Option<SnapshotState>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let asked: Vec<Asked<'_>> =
            (0..self.bound.snapshots.len()).filter_map(|table| Asked::new(&self.bound, table)).collect();
        let Some(spec) = asked.first().map(|asked| asked.spec) else { return Ok(()) };
        let mut columns = vec![&spec.state.column];
        columns.extend(taken_column(spec));
        let forms_at = columns.len();
        columns.extend(spec.state.by.iter().flat_map(|by| &by.of));
        let sql: Vec<(u16, String)> = asked.iter().map(|asked| (asked.table, asked.of_one(&columns))).collect();
        let failed = |e| StoreError::sqlite(&self.source.shown, "read a snapshot", e);
        let conn = self.source.connect(Some(cancel))?;
        for (count, at) in places.enumerate() {
            if cancel.is_cancelled() {
                return Err(StoreError::Cancelled);
            }
            if count > 0 && count.is_multiple_of(ROWS) {
                self.source.check_read(&conn)?;
            }
            let table = snapshots.tables.get(at).copied().unwrap_or(0);
            let sql = sql.iter().find(|(of, _)| *of == table).map(|(_, sql)| sql);
            let found = match snapshots.places.get(at).zip(sql) {
                Some((place, sql)) => {
                    let mut statement = conn.prepare_cached(sql).map_err(failed)?;
                    let mut rows = statement.query(rusqlite::params_from_iter(place.values())).map_err(failed)?;
                    let row = rows.next().map_err(failed)?;
                    row.map(|row| state_in(row, &columns, forms_at, spec)).transpose().map_err(failed)?
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

impl RowPlace {
    fn values(&self) -> Vec<Raw> {
        match self {
            Self::Row(row) => vec![Raw::Integer(*row)],
            Self::Key(key) => key.to_vec(),
        }
    }
}

/// `forms_at`: from where on columns say which form the state has.
fn state_in(
    row: &rusqlite::Row<'_>,
    columns: &[&String],
    forms_at: usize,
    spec: &SnapshotTable,
) -> rusqlite::Result<SnapshotState> {
    let value = |column: &str| match columns.iter().position(|name| *name == column) {
        Some(at) => row.get_ref(at),
        None => Ok(ValueRef::Null),
    };
    let by = (forms_at..columns.len()).map(|at| Ok(text(row.get_ref(at)?).map(|(text, _)| text).unwrap_or_default()));
    let by = by.collect::<rusqlite::Result<Vec<_>>>()?;
    let contents = contents_as(row.get_ref(0)?, &spec.state, &by, &mut |_| {});
    let (state, _) = finished(contents, &spec.state, "");
    let taken = spec.taken.as_ref().map(|taken| taken_at(taken, spec, &value)).transpose()?.flatten();
    Ok(SnapshotState { state: inside(state, spec.state.inside.as_deref()), taken })
}

fn taken_column(spec: &SnapshotTable) -> Option<&String> {
    match &spec.taken {
        Some(TimeSpec { place: Place::Column(column), .. }) => Some(column),
        _ => None,
    }
}

/// What is asked of the snapshot table.
struct Asked<'a> {
    bound: &'a Bound,
    /// Which of the snapshot tables it is.
    table: u16,
    spec: &'a SnapshotTable,
    tables: Tables<'a>,
    has_rowid: bool,
    /// What orders the table, as SQL: the row number, or the primary key of a table without one.
    order: Vec<String>,
}

impl<'a> Asked<'a> {
    fn new(bound: &'a Bound, table: usize) -> Option<Self> {
        let (snapshots, spec) = bound.snapshots.get(table).zip(bound.spec.snapshots.as_ref())?;
        let tables = Tables::new(EVENTS, &snapshots.table, &spec.joins, &snapshots.joins);
        let rowid = tables.rowid();
        let has_rowid = rowid.is_some();
        let order = rowid.map_or_else(|| key_columns(&snapshots.table, &tables), |rowid| vec![rowid]);
        (!order.is_empty()).then_some(Self { bound, table: table as u16, spec, tables, has_rowid, order })
    }

    /// What reads these columns of one snapshot.
    fn of_one(&self, columns: &[&String]) -> String {
        let list: Vec<String> =
            columns.iter().map(|column| self.tables.column(column).unwrap_or_else(|| "NULL".to_owned())).collect();
        let condition: Vec<String> =
            self.order.iter().enumerate().map(|(at, column)| format!("{column} = ?{}", at + 1)).collect();
        let (list, from, condition) = (list.join(", "), self.tables.alone(), condition.join(" AND "));
        format!("SELECT {list} FROM {from} WHERE {condition} LIMIT 1")
    }

    /// Which event table's streams it has snapshots of.
    fn of(&self) -> usize {
        self.bound.snapshots.get(usize::from(self.table)).map_or(0, |snapshots| snapshots.of)
    }
}

fn key_columns(table: &Table, tables: &Tables<'_>) -> Vec<String> {
    table.primary_key().iter().filter_map(|column| tables.column(column)).collect()
}

#[derive(Default)]
struct HeadScan {
    /// Where the scan goes on.
    after: Vec<Raw>,
    names: Vec<Arc<str>>,
    by_name: HashMap<Arc<str>, u32>,
    found: Vec<Found>,
    /// Which of several files is read.
    file: u16,
    /// Which of its snapshot tables.
    table: u16,
    ended: bool,
}

impl HeadScan {
    /// Reads on, for a short time if somebody may wait for it.
    fn read_some(
        &mut self,
        conn: &rusqlite::Connection,
        asked: &Asked<'_>,
        log: &EventLog,
        shared: bool,
        progress: &Progress,
    ) -> rusqlite::Result<()> {
        let Asked { bound, spec, tables, has_rowid, order, .. } = asked;
        let mut select = Select::default();
        let tenant = Getters::new(&spec.tenant, tables, &mut select);
        let parts = Getters::each(&spec.stream, tables, &mut select);
        let version = tables.column(&spec.version).map(|sql| select.place(sql));
        let state = tables.column(&spec.state.column);
        let bytes = state.as_ref().map(|state| select.place(format!("octet_length({state})")));
        // A time that is in the state is looked up for the first few, if it is not far to go.
        let taken = match (taken_column(spec), &spec.taken, &state) {
            (Some(column), ..) => tables.column(column),
            (None, Some(_), Some(state)) => {
                Some(format!("CASE WHEN octet_length({state}) <= {SMALL} THEN {state} END"))
            }
            _ => None,
        };
        let taken = taken.map(|sql| select.place(sql));
        let small = match (&spec.version_inside, &state) {
            (Some(_), Some(state)) => {
                let unsaid =
                    tables.column(&spec.version).map_or("1".to_owned(), |sql| format!("coalesce({sql}, 0) = 0"));
                let sql = format!("CASE WHEN {unsaid} AND octet_length({state}) <= {SMALL} THEN {state} END");
                Some(select.place(sql))
            }
            _ => None,
        };
        let places: Vec<usize> = order.iter().map(|column| select.place(column.clone())).collect();
        let order = order.join(", ");
        let condition = match self.after.len() {
            0 => String::new(),
            count => {
                let marks: Vec<String> = (1..=count).map(|at| format!("?{at}")).collect();
                format!("WHERE ({order}) > ({})", marks.join(", "))
            }
        };
        let sql = format!("SELECT {} FROM {} {condition} ORDER BY {order}", select.sql(), tables.from(&select));
        let mut statement = conn.prepare(&sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(self.after.clone()))?;
        let begun = Instant::now();
        let (contents, mut name) = (Contents::default(), String::new());
        let mut read = 0_usize;
        while let Some(row) = rows.next()? {
            read += 1;
            progress.add(1);
            let key =
                || places.iter().map(|at| row.get_ref(*at).map(Raw::from)).collect::<rusqlite::Result<Vec<Raw>>>();
            let look = Look::new(&bound.spec.events, &contents, row);
            if stream_name(&look, &tenant, &parts, &mut name, &mut false) {
                let wanted = taken_column(spec).is_some() || self.found.len() < TIMED;
                let stored = |_: &str| taken.map_or(Ok(ValueRef::Null), |at| row.get_ref(at));
                let taken = spec.taken.as_ref().filter(|_| wanted);
                let taken = taken.map(|taken| taken_at(taken, spec, &stored)).transpose()?.flatten();
                let bytes = bytes.map(|at| row.get::<_, Option<i64>>(at)).transpose()?.flatten();
                let head = SnapshotHead {
                    version: version_of(spec, version.map_or(ValueRef::Null, |at| look.value(at)), || {
                        Some(super::payload::decode(look.value(small?), &spec.state, "").0)
                    }),
                    taken,
                    bytes: bytes.and_then(|len| u64::try_from(len).ok()).unwrap_or(0),
                };
                let place = if *has_rowid { RowPlace::Row(row.get(places[0])?) } else { RowPlace::Key(key()?.into()) };
                let name = self.number(&name_in_index(name.clone(), asked.of(), bound, log));
                self.found.push(Found { name, head, place, file: self.file, table: self.table });
            }
            if self.found.len() >= KEPT || (shared && read.is_multiple_of(ROWS) && begun.elapsed() > SLICE) {
                self.after = key()?;
                return Ok(());
            }
        }
        self.ended = true;
        Ok(())
    }

    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.by_name.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let shared: Arc<str> = name.into();
        self.names.push(shared.clone());
        self.by_name.insert(shared, number);
        number
    }

    fn finish(self, count: u64, log: &EventLog) -> Snapshots {
        let Self { mut names, mut found, .. } = self;
        let left_out = count.saturating_sub(found.len() as u64);
        if self.file > 0 {
            // What two files have is shown once.
            let mut known = HashSet::new();
            found.retain(|one| known.insert((one.name, one.head.version)));
        }
        // Streams by name, and each one's snapshots by version.
        let mut ranks: Vec<u32> = (0..names.len() as u32).collect();
        ranks.sort_by(|a, b| names[*a as usize].cmp(&names[*b as usize]));
        let mut rank_of = vec![0; names.len()];
        for (rank, name) in ranks.iter().enumerate() {
            rank_of[*name as usize] = rank as u32;
        }
        names.sort();
        let mut counts = vec![0; names.len()];
        for one in &mut found {
            one.name = rank_of[one.name as usize];
            counts[one.name as usize] += 1;
        }
        found.sort_by_key(|one| (one.name, one.head.version));
        let files = found.iter().map(|one| one.file).collect();
        let tables = found.iter().map(|one| one.table).collect();
        let (heads, places) = found.into_iter().map(|one| (one.head, one.place)).unzip();
        let names = names.into_iter().zip(counts).collect();
        Snapshots { index: Arc::new(SnapshotIndex::new(names, heads, left_out, log)), places, files, tables }
    }
}
