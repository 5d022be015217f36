//! Snapshots that the store's library wrote: hints, never needed to replay.

use std::sync::Arc;

use rusqlite::Connection;

use crate::model::event::Payload;
use crate::model::{Cancel, Value};

use super::connect::quoted;
use super::error::StoreError;
use super::open::Source;
use super::payload::decode;
use super::recognise::Bound;
use super::rows::{integer, text};

/// A state that the store keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The stream's name, as the index has it.
    pub stream: Arc<str>,
    /// The version up to which the state has come.
    pub version: Option<i64>,
    /// The state, or why it can't be read.
    pub state: Payload,
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
    let sql = format!(
        "SELECT {keys}, {version}, {} FROM {} ORDER BY {keys}, {version}",
        quoted(&spec.state.column),
        quoted(&table.name)
    );
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
        snapshots.push(Snapshot { stream: name.into(), version, state: inside(state, spec.state.inside.as_deref()) });
    }
    Ok(snapshots)
}

/// The part of a snapshot's contents that is the state.
fn inside(state: Payload, key: Option<&str>) -> Payload {
    match (&state, key) {
        (Payload::Value(Value::Object(object)), Some(key)) => match object.get(key) {
            Some(inner) => Payload::Value(inner.clone()),
            None => state,
        },
        _ => state,
    }
}
