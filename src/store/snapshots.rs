//! Snapshots that the store's library wrote: hints, never needed to replay.

use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::model::event::Payload;
use crate::model::{Cancel, EventLog, Path, Timestamp, Value, json};

use super::connect::quoted;
use super::error::StoreError;
use super::layout::{Place, SnapshotTable, TimeSpec};
use super::look::{Contents, Look};
use super::open::Source;
use super::payload::{Unpacked, contents_as, finished, unpack};
use super::plan::{EVENTS, Getters, Select, Tables};
use super::recognise::{Bound, SnapshotSource};
use super::rows::{integer, stream_name, text};
use super::times;

/// A state that the store keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The stream's name, as the index has it.
    pub stream: Arc<str>,
    /// The version up to which the state has come.
    pub version: Option<i64>,
    /// The state, or why it can't be read.
    pub state: Payload,
    /// When it was taken, if it says so.
    pub taken: Option<Timestamp>,
}

/// How many snapshots there are.
pub(super) fn count(conn: &Connection, bound: &Bound) -> rusqlite::Result<u64> {
    let mut all = 0;
    for snapshots in &bound.snapshots {
        let sql = format!("SELECT count(*) FROM {}", quoted(&snapshots.table.name));
        let count: i64 = conn.query_row(&sql, [], |row| row.get(0))?;
        all += u64::try_from(count).unwrap_or(0);
    }
    Ok(all)
}

/// What the index calls the stream of a snapshot.
pub(super) fn name_in_index(name: String, of: usize, bound: &Bound, log: &EventLog) -> String {
    match bound.name_apart(of, &name) {
        Some(apart) if log.find_stream(&apart).is_some() => apart,
        _ => name,
    }
}

/// All of them, by stream and version.
pub(super) fn read(
    source: &Source,
    bound: &Bound,
    log: Option<&EventLog>,
    cancel: &Cancel,
) -> Result<Vec<Snapshot>, StoreError> {
    let mut all = Vec::new();
    for snapshots in &bound.snapshots {
        all.extend(read_table(source, bound, snapshots, log, cancel)?);
    }
    if bound.snapshots.len() > 1 {
        all.sort_by(|a, b| (&a.stream, a.version).cmp(&(&b.stream, b.version)));
    }
    Ok(all)
}

fn read_table(
    source: &Source,
    bound: &Bound,
    from: &SnapshotSource,
    log: Option<&EventLog>,
    cancel: &Cancel,
) -> Result<Vec<Snapshot>, StoreError> {
    let Some(spec) = &bound.spec.snapshots else {
        return Ok(Vec::new());
    };
    let conn = source.connect(Some(cancel))?;
    let failed = |e| StoreError::sqlite(&source.shown, "read its snapshots", e);
    let tables = Tables::new(EVENTS, &from.table, &spec.joins, &from.joins);
    let mut select = Select::default();
    let tenant = Getters::new(&spec.tenant, &tables, &mut select);
    let parts = Getters::each(&spec.stream, &tables, &mut select);
    let version = tables.column(&spec.version).map(|sql| select.place(sql));
    let order = select.sql();
    let mut columns = vec![spec.state.column.clone()];
    if let Some(TimeSpec { place: Place::Column(column), .. }) = &spec.taken {
        columns.push(column.clone());
    }
    let at: Vec<Option<usize>> =
        columns.iter().map(|column| tables.column(column).map(|sql| select.place(sql))).collect();
    let forms_by: Vec<Option<usize>> = (spec.state.by.iter().flat_map(|by| &by.of))
        .map(|column| tables.column(column).map(|sql| select.place(sql)))
        .collect();
    let sql = format!("SELECT {} FROM {} ORDER BY {order}", select.sql(), tables.from(&select));
    let mut statement = conn.prepare(&sql).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    let (nothing, mut name) = (Contents::default(), String::new());
    let mut snapshots = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let look = Look::new(&bound.spec.events, &nothing, row);
        if !stream_name(&look, &tenant, &parts, &mut name, &mut false) {
            continue;
        }
        let value = |column: &str| match columns.iter().position(|name| name == column).and_then(|place| at[place]) {
            Some(at) => row.get_ref(at),
            None => Ok(ValueRef::Null),
        };
        let stored = value(&spec.state.column).map_err(failed)?;
        let by = forms_by.iter().map(|at| at.and_then(|at| text(look.value(at))));
        let by: Vec<_> = by.map(|value| value.map(|(text, _)| text).unwrap_or_default()).collect();
        let contents = contents_as(stored, &spec.state, &by, &mut |_| {});
        let (state, _) = finished(contents, &spec.state, "");
        let taken = spec.taken.as_ref().map(|taken| taken_at(taken, spec, &value)).transpose().map_err(failed)?;
        let version = version_of(spec, version.map_or(ValueRef::Null, |at| look.value(at)), || Some(state.clone()));
        let state = inside(state, spec.state.inside.as_deref());
        let stream = match log {
            Some(log) => name_in_index(name.clone(), from.of, bound, log).into(),
            None => name.as_str().into(),
        };
        snapshots.push(Snapshot { stream, version, state, taken: taken.flatten() });
    }
    Ok(snapshots)
}

/// Up to which version a snapshot's state has come: what its column says, or the state itself. `state` gives that.
pub(super) fn version_of(
    spec: &SnapshotTable,
    column: ValueRef<'_>,
    state: impl FnOnce() -> Option<Payload>,
) -> Option<i64> {
    let version = integer(column);
    let Some(path) = &spec.version_inside else { return version };
    if let Some(version) = version.filter(|version| *version != 0) {
        return Some(version);
    }
    let state = state()?;
    match state.decoded().ok()?.at(&Path::parse(path).ok()?)? {
        Value::Number(number) => number.as_i64(),
        _ => None,
    }
}

/// When a snapshot was taken. `value` gives the columns of its row.
pub(super) fn taken_at<'r>(
    taken: &TimeSpec,
    spec: &SnapshotTable,
    value: &dyn Fn(&str) -> rusqlite::Result<ValueRef<'r>>,
) -> rusqlite::Result<Option<Timestamp>> {
    Ok(match &taken.place {
        Place::Column(column) => times::in_column(value(column)?, taken.encoding).timestamp(),
        Place::Payload(path) => {
            let Unpacked::Text(text) = unpack(value(&spec.state.column)?, &spec.state) else { return Ok(None) };
            let (contents, path) = (json::parse(&text).ok(), Path::parse(path).ok());
            let said = contents.as_ref().zip(path.as_ref()).and_then(|(contents, path)| contents.at(path));
            times::in_json(said, taken.encoding).timestamp()
        }
        _ => None,
    })
}

/// The part of a snapshot's contents that is the state.
pub(super) fn inside(state: Payload, key: Option<&str>) -> Payload {
    match (&state, key) {
        (Payload::Value(Value::Object(object)), Some(key)) => match object.get(key) {
            Some(inner) => Payload::Value(inner.clone()),
            None => state,
        },
        _ => state,
    }
}
