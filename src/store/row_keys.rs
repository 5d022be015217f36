//! How rows are found again that have no number: the index knows a hash of each row's primary key, and the keys
//! themselves are read once, when the first such row is wanted.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::raw::Raw;

/// The row key of the row whose first columns are its primary key.
pub(super) fn of_row(row: &Row<'_>, columns: usize) -> rusqlite::Result<i64> {
    let values = (0..columns).map(|at| row.get_ref(at)).collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(row_key(&values))
}

/// The row key of a primary key: 63 bits of a hash of it. Two keys of one table that
/// share them would be taken for one; among ten million that happens once in 180,000 stores.
pub(super) fn row_key(values: &[ValueRef<'_>]) -> i64 {
    hash(&encoded(values))
}

fn hash(key: &[u8]) -> i64 {
    let hash = blake3::hash(key);
    let bytes: [u8; 8] = std::array::from_fn(|at| hash.as_bytes()[at]);
    i64::from_le_bytes(bytes) & i64::MAX
}

/// Each value as its storage class, its length and its bytes.
fn encoded(values: &[ValueRef<'_>]) -> Vec<u8> {
    let mut key = Vec::new();
    for value in values {
        let number;
        let (class, bytes): (u8, &[u8]) = match value {
            ValueRef::Null => (0, &[]),
            ValueRef::Integer(whole) => {
                number = whole.to_le_bytes();
                (1, &number)
            }
            ValueRef::Real(real) => {
                number = real.to_le_bytes();
                (2, &number)
            }
            ValueRef::Text(text) => (3, text),
            ValueRef::Blob(blob) => (4, blob),
        };
        key.push(class);
        key.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        key.extend_from_slice(bytes);
    }
    key
}

fn decoded(mut key: &[u8]) -> Option<Vec<Raw>> {
    let mut values = Vec::new();
    while let Some((class, rest)) = key.split_first() {
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (bytes, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        let number = || bytes.try_into().ok();
        values.push(match class {
            0 => Raw::Null,
            1 => Raw::Integer(i64::from_le_bytes(number()?)),
            2 => Raw::Real(f64::from_le_bytes(number()?)),
            3 => Raw::Text(bytes.to_vec()),
            _ => Raw::Blob(bytes.to_vec()),
        });
        key = rest;
    }
    Some(values)
}

/// The primary keys of a table, by their row keys.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// Row keys in order, each with where its key ends and begins in `bytes`.
    places: Vec<(i64, u64, u32)>,
    bytes: Vec<u8>,
}

impl Keys {
    /// Takes in the key in the first columns of a row.
    pub(super) fn take(&mut self, row: &Row<'_>, columns: usize) -> rusqlite::Result<()> {
        let values = (0..columns).map(|at| row.get_ref(at)).collect::<rusqlite::Result<Vec<_>>>()?;
        let key = encoded(&values);
        self.places.push((hash(&key), self.bytes.len() as u64, key.len() as u32));
        self.bytes.extend_from_slice(&key);
        Ok(())
    }

    pub(super) fn finish(&mut self) {
        self.places.sort_unstable();
        self.places.shrink_to_fit();
        self.bytes.shrink_to_fit();
    }

    fn get(&self, row_key: i64) -> Option<Vec<Raw>> {
        let at = self.places.partition_point(|(key, ..)| *key < row_key);
        let (_, from, length) = self.places.get(at).filter(|(key, ..)| *key == row_key)?;
        let from = usize::try_from(*from).ok()?;
        decoded(self.bytes.get(from..from.checked_add(*length as usize)?)?)
    }
}

/// The primary keys of all event tables of a store that have no row numbers, as far as they were wanted.
#[derive(Debug, Default)]
pub(super) struct RowKeys(Mutex<HashMap<usize, Keys>>);

impl RowKeys {
    /// The primary key of a row of the n-th event table. `read` reads all keys of the table: those of new rows are
    /// found by reading them again.
    pub(super) fn find<E>(
        &self,
        table: usize,
        row_key: i64,
        read: impl FnOnce() -> Result<Keys, E>,
    ) -> Result<Option<Vec<Raw>>, E> {
        // Held while they are read: others want the same.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = known.get(&table).and_then(|keys| keys.get(row_key)) {
            return Ok(Some(key));
        }
        let keys = read()?;
        let key = keys.get(row_key);
        known.insert(table, keys);
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back_as_they_were() {
        let all = [
            vec![Raw::text("a"), Raw::Integer(-1)],
            vec![Raw::text("a\0b"), Raw::Real(0.5)],
            vec![Raw::Blob(b"a".to_vec()), Raw::Null],
            vec![Raw::Text(vec![0xff])],
            vec![],
        ];
        let mut hashes = Vec::new();
        for values in all {
            let refs: Vec<ValueRef<'_>> = values.iter().map(Raw::as_ref).collect();
            assert_eq!(decoded(&encoded(&refs)), Some(values.clone()));
            hashes.push(row_key(&refs));
            assert!(hashes.iter().all(|hash| *hash >= 0));
        }
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), 5);
    }
}
