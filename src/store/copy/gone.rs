//! Rows beside that belong to events: without the event as it was recorded there is no row.

use std::collections::{HashMap, HashSet};

use rusqlite::Row;

use crate::model::{CopyPlan, CopyRow};
use crate::store::error::StoreError;
use crate::store::raw::Raw;
use crate::store::recognise::{Bound, Table, glob};
use crate::store::rows::integer;

use super::rewritten::Stored;
use super::tables::{Fate, Rows};

/// The rows of tables beside that a copy with edits does not have.
#[derive(Default)]
pub(super) struct Gone {
    tables: Vec<GoneOf>,
    /// How many rows were left out.
    pub count: u64,
}

struct GoneOf {
    table: String,
    columns: Vec<String>,
    keys: HashSet<Vec<u8>>,
}

impl Gone {
    /// Reads the events that are not in the copy as they were recorded.
    pub(super) fn new(stored: &Stored<'_>, plan: &CopyPlan) -> Result<Self, StoreError> {
        let bound = stored.bound();
        let mut gone = Self::default();
        let specs = &bound.spec.writing.rows_of_events;
        let fits = |table: &&Table| specs.iter().any(|spec| glob(&spec.table, &table.name));
        if !bound.beside.iter().any(|table| fits(&table)) {
            return Ok(gone);
        }
        let mut kept = vec![false; stored.log.len()];
        let mut edited = vec![false; stored.log.len()];
        for row in &plan.rows {
            match row {
                CopyRow::Recorded(index) => kept[*index as usize] = true,
                CopyRow::Edited { base, .. } => edited[*base as usize] = true,
                CopyRow::Inserted(_) => {}
            }
        }
        let reader = stored.store.reader()?;
        let rows = Rows::new(&bound.events);
        let others: Vec<u32> = (0..stored.log.len() as u32).filter(|index| !kept[*index as usize]).collect();
        let images = others.iter().map(|index| stored.row(&reader, *index));
        let images = images.collect::<Result<Vec<_>, _>>()?;
        for spec in specs {
            for table in bound.beside.iter().filter(|table| glob(&spec.table, &table.name)) {
                let pairs = spec.on.iter().filter_map(|(own, events)| {
                    let at = bound.events.column(events).and_then(|column| rows.place(&column.name))?;
                    Some((table.column(own)?.name.clone(), at))
                });
                let (columns, places): (Vec<String>, Vec<usize>) = pairs.unzip();
                let goes = |index: &u32| spec.has_contents || !edited[*index as usize];
                let rows = others.iter().zip(&images).filter(|(index, _)| goes(index));
                let keys = rows.map(|(_, image)| key(places.iter().map(|at| image[*at].clone()))).collect();
                if !columns.is_empty() {
                    gone.tables.push(GoneOf { table: table.name.clone(), columns, keys });
                }
            }
        }
        Ok(gone)
    }

    /// Whether a row of a table beside is not in the copy.
    pub(super) fn has(&mut self, table: &Table, row: &Row<'_>) -> rusqlite::Result<bool> {
        let Some(gone) = self.tables.iter().find(|gone| gone.table == table.name) else { return Ok(false) };
        let rows = Rows::new(table);
        let at = gone.columns.iter().filter_map(|column| rows.place(column));
        let values = at.map(|at| row.get_ref(at).map(Raw::from)).collect::<rusqlite::Result<Vec<_>>>()?;
        let is_gone = gone.keys.contains(&key(values.into_iter()));
        self.count += u64::from(is_gone);
        Ok(is_gone)
    }
}

/// Values as a key: a number and its digits are the same.
pub(super) fn key(values: impl Iterator<Item = Raw>) -> Vec<u8> {
    let mut key = Vec::new();
    for value in values {
        let value = match value {
            Raw::Null => Vec::new(),
            Raw::Integer(number) => number.to_string().into_bytes(),
            Raw::Real(number) => number.to_string().into_bytes(),
            Raw::Text(bytes) | Raw::Blob(bytes) => bytes,
        };
        key.extend((value.len() as u64).to_le_bytes());
        key.extend(value);
    }
    key
}

/// Row numbers by which tables beside name events, where events have others in the copy.
pub(super) struct Renamed(HashMap<i64, i64>);

impl Renamed {
    pub(super) fn new(stored: &Stored<'_>, plan: &CopyPlan, positions: Option<&[i64]>) -> Self {
        let (bound, log) = (stored.bound(), stored.log);
        let Some(positions) = positions.filter(|_| !bound.spec.writing.rows_named_in.is_empty()) else {
            return Self(HashMap::new());
        };
        let each = plan.rows.iter().zip(positions).filter_map(|(row, new)| match row {
            CopyRow::Recorded(index) | CopyRow::Edited { base: index, .. } => {
                Some((log.row_key(*index as usize), *new))
            }
            CopyRow::Inserted(_) => None,
        });
        Self(each.filter(|(old, new)| old != new).collect())
    }

    /// What becomes of a row that names events.
    pub(super) fn fate(&self, bound: &Bound, table: &Table, row: &Row<'_>) -> rusqlite::Result<Fate> {
        let rows = Rows::new(table);
        let mut set = Vec::new();
        for spec in bound.spec.writing.rows_named_in.iter().filter(|spec| glob(&spec.table, &table.name)) {
            let Some(at) = table.column(&spec.column).and_then(|column| rows.place(&column.name)) else { continue };
            let new = integer(row.get_ref(at)?).and_then(|old| self.0.get(&old));
            set.extend(new.map(|new| (at, Raw::from(*new))));
        }
        Ok(if set.is_empty() { Fate::Keep } else { Fate::Set(set) })
    }
}
