//! Numbers by which the library's events name their streams: of those streams that have no recorded event yet.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};

use crate::model::{CopyPlan, CopyRow, EventLog};
use crate::store::connect::quoted;
use crate::store::recognise::{Bound, glob};

use super::tables::own_tables;

/// The numbers by the streams' names.
pub(super) type StreamKeys = HashMap<Arc<str>, i64>;

/// Numbers for the streams of a plan: those that the library's table has, else the next ones, which were never used.
pub(super) fn stream_keys(
    source: &Connection,
    bound: &Bound,
    log: &EventLog,
    plan: &CopyPlan,
) -> rusqlite::Result<StreamKeys> {
    let mut keys = StreamKeys::new();
    let Some(spec) = &bound.spec.writing.streams else { return Ok(keys) };
    let Some(table) = own_tables(bound).find(|table| glob(&spec.table, &table.name)) else { return Ok(keys) };
    let own_name = |column: &String| table.column(column).map(|column| quoted(&column.name));
    let Some((key, _)) = &spec.key else { return Ok(keys) };
    let (Some(key), Some(name)) = (own_name(key), own_name(&spec.stream)) else { return Ok(keys) };
    let mut next: Option<i64> = None;
    for row in &plan.rows {
        let (CopyRow::Edited { event, .. } | CopyRow::Inserted(event)) = row else { continue };
        let Some(stream) = event.stream.as_ref().filter(|stream| log.find_stream(stream).is_none()) else { continue };
        if keys.contains_key(stream) {
            continue;
        }
        let sql = format!("SELECT {key} FROM {} WHERE {name} = ?1", quoted(&table.name));
        let known: Option<i64> = source.query_row(&sql, [&**stream], |row| row.get(0)).optional()?;
        let number = match (known, next) {
            (Some(known), _) => known,
            (None, Some(next)) => next,
            (None, None) => first_free(source, &table.name, &key)?,
        };
        if known.is_none() {
            next = Some(number.saturating_add(1));
        }
        keys.insert(stream.clone(), number);
    }
    Ok(keys)
}

/// One more than was ever used.
fn first_free(source: &Connection, table: &str, key: &str) -> rusqlite::Result<i64> {
    let sql = format!("SELECT max({key}) FROM {}", quoted(table));
    let highest: Option<i64> = source.query_row(&sql, [], |row| row.get(0))?;
    let mut used = highest.unwrap_or_default();
    if source.table_exists(None, "sqlite_sequence")? {
        let sql = "SELECT max(seq) FROM sqlite_sequence WHERE name = ?1";
        let counted: Option<i64> = source.query_row(sql, [table], |row| row.get(0))?;
        used = used.max(counted.unwrap_or_default());
    }
    Ok(used.saturating_add(1))
}
