//! How rows stand in order where their numbers don't tell.

use rusqlite::types::ValueRef;

use crate::model::Timestamp;
use crate::store::rows::integer;

/// A column by which rows are ordered, as it compares. NULL comes first, as in SQLite.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub(super) enum OrderKey {
    Null,
    Number(i64),
    Real(f64),
    Bytes(Box<[u8]>),
}

impl OrderKey {
    pub(super) fn of(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(number) => Self::Number(number),
            ValueRef::Real(number) => match integer(value) {
                Some(whole) => Self::Number(whole),
                None => Self::Real(number),
            },
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Self::Bytes(bytes.into()),
        }
    }

    pub(super) fn time(time: Timestamp) -> Self {
        Self::Number(i64::try_from(time.nanos()).unwrap_or(if time.nanos() < 0 { i64::MIN } else { i64::MAX }))
    }

    /// As SQLite sorts: NULL, numbers, text.
    pub(super) fn compare(&self, other: &Self) -> std::cmp::Ordering {
        let mixed = match (self, other) {
            (Self::Number(a), Self::Real(b)) => (*a as f64).partial_cmp(b),
            (Self::Real(a), Self::Number(b)) => a.partial_cmp(&(*b as f64)),
            _ => self.partial_cmp(other),
        };
        mixed.unwrap_or(std::cmp::Ordering::Equal)
    }
}
