//! How rows are found again: by their row numbers, or by what names the stream and the version.

use crate::model::EventLog;
use crate::store::connect::quoted;
use crate::store::key_forms::bytes_of;
use crate::store::raw::Raw;
use crate::store::recognise::Key;

/// The columns with which every list begins.
pub(super) fn key_columns(key: &Key) -> Vec<String> {
    match key {
        Key::Rowid(rowid) | Key::Position { rowid, .. } | Key::Ordered { rowid, .. } => vec![rowid.clone()],
        Key::Columns(columns) | Key::Keyed { columns, .. } => columns.clone(),
    }
}

/// The condition that finds one row; `table`: what stands before a column.
pub(super) fn key_condition(key: &Key, table: &str) -> String {
    let each = key_columns(key).into_iter().enumerate();
    let each = each.map(|(at, column)| format!("{table}{} = ?{}", quoted(&column), at + 1));
    each.collect::<Vec<_>>().join(" AND ")
}

/// What may be stored where this id is shown: the text, a whole number, or the bytes of a binary id, which .NET has in
/// an order of its own.
pub(super) fn stored_forms(shown: &str) -> Vec<Raw> {
    let number = shown.parse::<i64>().ok().filter(|number| number.to_string() == shown);
    let bytes = bytes_of(shown);
    let guid = uuid::Uuid::parse_str(shown).ok().map(|id| id.to_bytes_le().to_vec());
    let forms = [Some(Raw::text(shown)), number.map(Raw::Integer)];
    forms.into_iter().flatten().chain([bytes, guid].into_iter().flatten().map(Raw::Blob)).collect()
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
