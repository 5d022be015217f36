//! Snapshots that the store's library wrote: hints, never needed to replay.

use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::model::event::Payload;
use crate::model::{Cancel, Path, Timestamp, Value, json};

use super::connect::quoted;
use super::error::StoreError;
use super::layout::{SnapshotTable, TimePlace, TimeSpec};
use super::open::Source;
use super::payload::{Unpacked, decode, unpack};
use super::recognise::Bound;
use super::rows::{integer, text};
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
    let Some(table) = &bound.snapshots else {
        return Ok(0);
    };
    let count: i64 = conn.query_row(&format!("SELECT count(*) FROM {}", quoted(&table.name)), [], |row| row.get(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// All of them, by stream and version.
pub(super) fn read(source: &Source, bound: &Bound, cancel: &Cancel) -> Result<Vec<Snapshot>, StoreError> {
    let (Some(table), Some(spec)) = (&bound.snapshots, &bound.spec.snapshots) else {
        return Ok(Vec::new());
    };
    let conn = source.connect(Some(cancel))?;
    let failed = |e| StoreError::sqlite(&source.shown, "read its snapshots", e);
    let stream: Vec<String> = spec.stream.iter().map(|column| quoted(column)).collect();
    let (keys, version) = (stream.join(", "), quoted(&spec.version));
    let mut columns = vec![spec.state.column.clone()];
    if let Some(TimeSpec { place: TimePlace::Column(column), .. }) = &spec.taken {
        columns.push(column.clone());
    }
    let list = columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ");
    let sql = format!("SELECT {keys}, {version}, {list} FROM {} ORDER BY {keys}, {version}", quoted(&table.name));
    let mut statement = conn.prepare(&sql).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    let mut snapshots = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let mut name = String::new();
        for at in 0..stream.len() {
            if at > 0 {
                name.push('-');
            }
            if let Some((part, _)) = text(row.get_ref(at).map_err(failed)?) {
                name.push_str(&part);
            }
        }
        let version = integer(row.get_ref(stream.len()).map_err(failed)?);
        let (state, _) = decode(row.get_ref(stream.len() + 1).map_err(failed)?, &spec.state, "");
        let value = |column: &str| match columns.iter().position(|name| name == column) {
            Some(at) => row.get_ref(stream.len() + 1 + at),
            None => Ok(ValueRef::Null),
        };
        let taken = spec.taken.as_ref().map(|taken| taken_at(taken, spec, &value)).transpose().map_err(failed)?;
        let state = inside(state, spec.state.inside.as_deref());
        snapshots.push(Snapshot { stream: name.into(), version, state, taken: taken.flatten() });
    }
    Ok(snapshots)
}

/// When a snapshot was taken. `value` gives the columns of its row.
pub(super) fn taken_at<'r>(
    taken: &TimeSpec,
    spec: &SnapshotTable,
    value: &dyn Fn(&str) -> rusqlite::Result<ValueRef<'r>>,
) -> rusqlite::Result<Option<Timestamp>> {
    Ok(match &taken.place {
        TimePlace::Column(column) => times::in_column(value(column)?, taken.encoding).timestamp(),
        TimePlace::Payload(path) => {
            let Unpacked::Text(text) = unpack(value(&spec.state.column)?, &spec.state) else { return Ok(None) };
            let (contents, path) = (json::parse(&text).ok(), Path::parse(path).ok());
            let said = contents.as_ref().zip(path.as_ref()).and_then(|(contents, path)| contents.at(path));
            times::in_json(said, taken.encoding).timestamp()
        }
        TimePlace::Metadata(_) => None,
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
