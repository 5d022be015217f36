//! How the key of a row is stored, in a table without row numbers. The index knows the stream's name and the version,
//! and a text, a number and bytes may be shown alike: with this, a row is found again and no other one.

use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::raw::Raw;

use super::layout::{CategoryRule, EventTable};
use super::rows::text;

/// The storage classes of the values of a key. Fits above the ordinal in a row key, and is 0 for what is usual: texts,
/// and a number as the version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct KeyForms(u32);

/// Bits of an ordinal.
const ORDINAL: u32 = 32;
/// Bits of a column's class.
const CLASS: u32 = 2;
const TEXT: u32 = 0;
const INTEGER: u32 = 1;
const BLOB: u32 = 2;
const REAL: u32 = 3;
/// The version is a text.
const VERSION_TEXT: u32 = 1;
/// Columns that a key has at most: two that name the stream, and the version.
pub(super) const COLUMNS: usize = 3;
/// Where the length of a name's first part stands, and one more: none is that of the category.
const LENGTH: u32 = CLASS * COLUMNS as u32;
/// Longer first parts are not told apart.
const LONGEST: usize = (1 << 24) - 2;

impl KeyForms {
    /// Those of a row whose first columns are its key. `category`: what the first of two parts of the name usually is.
    pub(super) fn of_row(row: &Row<'_>, columns: usize, category: Option<&str>) -> rusqlite::Result<Self> {
        let mut forms = 0;
        let last = columns.saturating_sub(1);
        for at in 0..last.min(COLUMNS - 1) {
            let class = match row.get_ref(at)? {
                ValueRef::Integer(_) => INTEGER,
                ValueRef::Blob(_) => BLOB,
                ValueRef::Real(_) => REAL,
                ValueRef::Text(_) | ValueRef::Null => TEXT,
            };
            forms |= class << (CLASS * at as u32);
        }
        if let ValueRef::Text(_) = row.get_ref(last)? {
            forms |= VERSION_TEXT << (CLASS * last as u32);
        }
        if columns == COLUMNS {
            let first = text(row.get_ref(0)?).map(|(first, _)| first).unwrap_or_default();
            if category != Some(&*first) {
                forms |= (first.len().min(LONGEST) as u32 + 1) << LENGTH;
            }
        }
        Ok(Self(forms))
    }

    /// Those in a row key.
    pub(super) fn of_row_key(row_key: i64) -> Self {
        Self((row_key >> ORDINAL) as u32)
    }

    /// The row key of the n-th row, which is just that where all is as usual.
    pub(super) fn row_key(self, ordinal: i64) -> i64 {
        ordinal | i64::from(self.0) << ORDINAL
    }

    /// The values of a key of so many columns; `None` where they are not to be told.
    pub(super) fn values(self, columns: usize, name: &str, category: &str, version: i64) -> Option<Vec<Raw>> {
        let parts = match columns {
            2 => vec![name],
            COLUMNS => {
                let length = match (self.0 >> LENGTH) as usize {
                    0 => category.len(),
                    length => Some(length - 1).filter(|length| *length < LONGEST)?,
                };
                let (first, rest) = name.split_at_checked(length)?;
                // A part without a character is left out of the name.
                let second = if first.is_empty() || rest.is_empty() { rest } else { rest.strip_prefix('-')? };
                vec![first, second]
            }
            _ => return None,
        };
        let class = |at: usize| (self.0 >> (CLASS * at as u32)) & ((1 << CLASS) - 1);
        let mut values = Vec::with_capacity(columns);
        for (at, part) in parts.iter().enumerate() {
            values.push(match class(at) {
                TEXT => Raw::text(*part),
                INTEGER => Raw::Integer(part.parse().ok()?),
                BLOB => Raw::Blob(bytes_of(part)?),
                _ => Raw::Real(part.parse().ok()?),
            });
        }
        values.push(match class(columns - 1) {
            VERSION_TEXT => Raw::text(version.to_string()),
            _ => Raw::Integer(version),
        });
        Some(values)
    }
}

/// What the first of two parts of a stream's name usually is: its category, where the layout has it from there.
pub(super) fn usual_first<'c>(spec: &EventTable, category: &'c str) -> Option<&'c str> {
    (spec.stream.category == CategoryRule::FirstPart).then_some(category)
}

/// The bytes of a binary id that is shown like this.
pub(super) fn bytes_of(shown: &str) -> Option<Vec<u8>> {
    let digits = shown.as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    match uuid::Uuid::parse_str(shown) {
        Ok(id) => Some(id.as_bytes().to_vec()),
        Err(_) if digits.len().is_multiple_of(2) && digits.iter().all(u8::is_ascii_hexdigit) => {
            digits.chunks_exact(2).map(byte).collect()
        }
        Err(_) => None,
    }
}
