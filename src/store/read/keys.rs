//! How rows are found again: by their row numbers, or by what names the stream and the version.

use rusqlite::types::Value as SqlValue;

use crate::model::EventLog;
use crate::store::connect::quoted;
use crate::store::recognise::Key;

/// The columns with which every list begins.
pub(super) fn key_columns(key: &Key) -> Vec<String> {
    match key {
        Key::Rowid(rowid) | Key::Position { rowid, .. } | Key::Ordered { rowid, .. } => vec![rowid.clone()],
        Key::Columns(columns) => columns.clone(),
    }
}

/// The condition that finds one row; `table`: what stands before a column.
pub(super) fn key_condition(key: &Key, table: &str) -> String {
    match key {
        Key::Rowid(rowid) | Key::Position { rowid, .. } | Key::Ordered { rowid, .. } => {
            format!("{table}{} = ?1", quoted(rowid))
        }
        Key::Columns(columns) => {
            let (mut at, last) = (0, columns.len().saturating_sub(1));
            let each = columns.iter().enumerate().map(|(place, column)| {
                let forms = if place == last { 1 } else { STORED_FORMS };
                let places = (at + 1..=at + forms).map(|at| format!("?{at}")).collect::<Vec<_>>().join(", ");
                at += forms;
                format!("{table}{} IN ({places})", quoted(column))
            });
            each.collect::<Vec<_>>().join(" AND ")
        }
    }
}

/// How many values [`stored_forms`] gives.
pub(super) const STORED_FORMS: usize = 3;

/// What may be stored where this text is shown: the text, a whole number, or the bytes of a binary id. NULL for none.
pub(super) fn stored_forms(shown: &str) -> [SqlValue; STORED_FORMS] {
    let number = shown.parse::<i64>().ok().filter(|number| number.to_string() == shown);
    let hex = |text: &str| -> Option<Vec<u8>> {
        let digits = text.as_bytes();
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let clean = digits.len().is_multiple_of(2) && digits.iter().all(u8::is_ascii_hexdigit);
        clean.then(|| digits.chunks_exact(2).map(byte).collect())?
    };
    let bytes = uuid::Uuid::parse_str(shown).ok().map(|id| id.as_bytes().to_vec()).or_else(|| hex(shown));
    [
        SqlValue::Text(shown.to_owned()),
        number.map_or(SqlValue::Null, SqlValue::Integer),
        bytes.map_or(SqlValue::Null, SqlValue::Blob),
    ]
}

/// The (first) event whose row has this key; `sorted` where events are in the order of their row keys.
pub(super) fn index_of_row(log: &EventLog, source: usize, key: i64, sorted: bool) -> Option<u32> {
    let found = if sorted {
        let (mut from, mut to) = (0, log.len());
        while from < to {
            let middle = from + (to - from) / 2;
            if log.row_key(middle) < key {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        (from < log.len() && log.row_key(from) == key).then_some(from)
    } else {
        (0..log.len()).find(|index| log.row_key(*index) == key && log.source(*index) == source)
    };
    u32::try_from(found?).ok()
}
