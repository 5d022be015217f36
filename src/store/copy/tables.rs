//! The tables of a copy: made by the store's own statements, filled row by row with values as they are.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, params_from_iter};

use crate::store::connect::quoted;
use crate::store::raw::Raw;
use crate::store::recognise::{Bound, Table, glob};
use crate::store::scan::READ_AT_MOST;

/// One thing of a database's schema.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub kind: String,
    pub name: String,
    pub table: String,
    pub sql: String,
}

/// On which side copying rows failed.
#[derive(Debug)]
pub(super) enum CopyError {
    /// The store can't be read.
    Read(rusqlite::Error),
    /// The copy can't be written.
    Write(rusqlite::Error),
}

/// The rows that were written, by table.
pub(super) type Written = BTreeMap<String, RowsHash>;

/// The name of the table with the notes of scenarios.
pub(super) const SCENARIO_TABLE: &str = "foldline_scenario";

/// Everything of the schema that was made by a statement, in the order in which it was made.
pub(super) fn schema(conn: &Connection) -> rusqlite::Result<Vec<Made>> {
    let mut statement = conn.prepare(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL \
         AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid",
    )?;
    let made = statement
        .query_map([], |row| Ok(Made { kind: row.get(0)?, name: row.get(1)?, table: row.get(2)?, sql: row.get(3)? }))?;
    made.collect()
}

/// The layout's own tables, those of the database with `whole`.
pub(super) fn taken(bound: &Bound, tables: Vec<Table>, whole: bool) -> Vec<Table> {
    let own = |table: &Table| {
        own_tables(bound).any(|own| own.name == table.name) || table.name.eq_ignore_ascii_case(SCENARIO_TABLE)
    };
    tables.into_iter().filter(|table| whole || own(table)).collect()
}

/// The tables that are the layout's.
pub(super) fn own_tables(bound: &Bound) -> impl Iterator<Item = &Table> {
    let of_events = bound.sources.iter().flat_map(|source| {
        let links = source.links.iter().flat_map(|(links, joins)| std::iter::once(links).chain(joins.iter().flatten()));
        let looked_up = source.joins.iter().chain(&source.lists).flatten();
        std::iter::once(&source.table).chain(looked_up).chain(links)
    });
    let of_snapshots = bound.snapshots.iter().flat_map(|snapshots| {
        let looked_up = snapshots.joins.iter().flatten();
        std::iter::once(&snapshots.table).chain(looked_up)
    });
    of_events.chain(of_snapshots).chain(&bound.beside)
}

/// Whether it is the table in which the library keeps how far its streams have come.
pub(super) fn has_streams(bound: &Bound, table: &Table) -> bool {
    bound.spec.writing.streams.as_ref().is_some_and(|spec| glob(&spec.table, &table.name))
}

/// Settings of the database file that its library may look at.
pub(super) fn copy_settings(from: &Connection, to: &Connection) -> Result<(), CopyError> {
    for name in ["encoding", "page_size", "auto_vacuum", "application_id", "user_version"] {
        let value = from.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, SqlValue>(0));
        to.pragma_update(None, name, value.map_err(CopyError::Read)?).map_err(CopyError::Write)?;
    }
    Ok(())
}

/// Makes what of the schema is of these kinds and belongs to the tables that are taken.
pub(super) fn make(
    to: &Connection,
    schema: &[Made],
    kinds: &[&str],
    tables: &[Table],
    whole: bool,
) -> rusqlite::Result<()> {
    for made in schema.iter().filter(|made| kinds.contains(&made.kind.as_str())) {
        let of_taken = tables.iter().any(|table| table.name.eq_ignore_ascii_case(&made.table));
        // A view has its own name there.
        if of_taken || (whole && made.kind == "view") {
            // One statement only: whatever follows in a tampered schema is refused.
            to.execute(&made.sql, [])?;
        }
    }
    Ok(())
}

/// Reads rows of one table with all that is needed to write them again.
pub(super) struct Rows {
    /// Columns that can be written: not the generated ones.
    columns: Vec<String>,
    /// The row number, where it is not one of the columns.
    hidden_rowid: Option<String>,
    name: String,
}

impl Rows {
    pub(super) fn new(table: &Table) -> Self {
        let rowid = table.rowid();
        let hidden_rowid = rowid.filter(|rowid| table.column(rowid).is_none());
        let columns = table.columns.iter().filter(|c| !c.generated).map(|column| column.name.clone()).collect();
        Self { columns, hidden_rowid, name: table.name.clone() }
    }

    /// The columns that can be written in the table's order, then the row number if it is no column.
    pub(super) fn list(&self) -> String {
        let columns: Vec<String> = self.columns.iter().chain(&self.hidden_rowid).cloned().collect();
        quoted_list(&columns)
    }

    /// Where a column is in a row.
    pub(super) fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|name| name.eq_ignore_ascii_case(column))
    }

    /// How many columns can be written.
    pub(super) fn columns(&self) -> usize {
        self.columns.len()
    }

    pub(super) fn width(&self) -> usize {
        self.columns.len() + usize::from(self.hidden_rowid.is_some())
    }

    /// Where the row number is in a row: in its column, or behind the columns.
    pub(super) fn rowid_at(&self, table: &Table) -> Option<usize> {
        let rowid = table.rowid()?;
        let in_column = self.columns.iter().position(|column| column.eq_ignore_ascii_case(&rowid));
        in_column.or(self.hidden_rowid.is_some().then_some(self.columns.len()))
    }

    /// All values of a row.
    pub(super) fn values(&self, row: &rusqlite::Row<'_>) -> rusqlite::Result<Vec<Raw>> {
        (0..self.width()).map(|at| row.get_ref(at).map(Raw::from)).collect()
    }

    pub(super) fn select(&self, condition: &str) -> String {
        format!("SELECT {} FROM {} {condition}", self.list(), quoted(&self.name))
    }

    pub(super) fn insert(&self) -> String {
        let places = (1..=self.width()).map(|at| format!("?{at}")).collect::<Vec<_>>().join(", ");
        format!("INSERT INTO {} ({}) VALUES ({places})", quoted(&self.name), self.list())
    }
}

/// What becomes of a row in the copy.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fate {
    /// As it is, byte for byte.
    Keep,
    /// With other values at these places of [`Rows`].
    Set(Vec<(usize, Raw)>),
    /// Not in the copy.
    LeaveOut,
}

/// Calls `f` with every row of a table, in the order of the row numbers, so that the same rows give the same bytes.
pub(super) fn each_row(
    from: &Connection,
    table: &Table,
    f: &mut dyn FnMut(&rusqlite::Row<'_>) -> Result<(), CopyError>,
) -> Result<(), CopyError> {
    let rows = Rows::new(table);
    let rowid = table.rowid();
    let (first, next) = match &rowid {
        Some(rowid) => {
            let rowid = quoted(rowid);
            (format!("ORDER BY {rowid}"), Some(format!("WHERE {rowid} > ?1 ORDER BY {rowid}")))
        }
        None => (String::new(), None),
    };
    let rowid_at = rows.rowid_at(table);
    let mut last: Option<SqlValue> = None;
    loop {
        let condition = if last.is_some() { next.as_deref().unwrap_or_default() } else { &first };
        let mut select = from.prepare_cached(&rows.select(condition)).map_err(CopyError::Read)?;
        let mut found = select.query(params_from_iter(&last)).map_err(CopyError::Read)?;
        let began = Instant::now();
        let mut resume = None;
        while let Some(row) = found.next().map_err(CopyError::Read)? {
            f(row)?;
            // A long read would hold up writers of the store.
            if let Some(at) = rowid_at
                && began.elapsed() > READ_AT_MOST
            {
                resume = Some(row.get::<_, SqlValue>(at).map_err(CopyError::Read)?);
                break;
            }
        }
        match resume {
            Some(key) => last = Some(key),
            None => return Ok(()),
        }
    }
}

/// Copies a table's rows as `fate` says. The hash is that of all rows written.
pub(super) fn copy_rows(
    from: &Connection,
    to: &Connection,
    table: &Table,
    fate: &mut dyn FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<Fate>,
) -> Result<RowsHash, CopyError> {
    let rows = Rows::new(table);
    let mut insert = to.prepare(&rows.insert()).map_err(CopyError::Write)?;
    let mut hash = RowsHash::default();
    each_row(from, table, &mut |row| {
        let changes = match fate(row).map_err(CopyError::Read)? {
            Fate::LeaveOut => return Ok(()),
            Fate::Keep => Vec::new(),
            Fate::Set(values) => values,
        };
        let mut written = rows.values(row).map_err(CopyError::Read)?;
        for (at, value) in changes {
            written[at] = value;
        }
        hash.add(&written);
        insert.execute(params_from_iter(&written)).map_err(CopyError::Write)?;
        Ok(())
    })?;
    Ok(hash)
}

/// Adds rows that the store does not have, without their hidden row number, to those whose hash is given.
pub(super) fn add_rows(
    to: &Connection,
    table: &Table,
    more: Vec<Vec<Raw>>,
    mut hash: RowsHash,
) -> Result<RowsHash, CopyError> {
    let rows = Rows::new(table);
    let places = (1..=rows.columns()).map(|at| format!("?{at}")).collect::<Vec<_>>().join(", ");
    let sql = format!("INSERT INTO {} ({}) VALUES ({places})", quoted(&table.name), quoted_list(&rows.columns));
    for mut row in more {
        to.execute(&sql, params_from_iter(&row)).map_err(CopyError::Write)?;
        if rows.width() > rows.columns() {
            row.push(to.last_insert_rowid().into());
        }
        hash.add(&row);
    }
    Ok(hash)
}

fn quoted_list(columns: &[String]) -> String {
    columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ")
}

/// The hash of all rows of a table.
pub(super) fn hash_of(conn: &Connection, table: &Table) -> rusqlite::Result<RowsHash> {
    let rows = Rows::new(table);
    let mut hash = RowsHash::default();
    let mut statement = conn.prepare(&rows.select(""))?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        hash.add(&rows.values(row)?);
    }
    Ok(hash)
}

/// Carries the counters of AUTOINCREMENT over, so that numbers that were used once are not given again.
pub(super) fn copy_sequences<'t>(
    from: &Connection,
    to: &Connection,
    tables: impl Iterator<Item = &'t Table>,
) -> Result<(), CopyError> {
    let has = |conn: &Connection| conn.table_exists(None, "sqlite_sequence");
    if !(has(from).map_err(CopyError::Read)? && has(to).map_err(CopyError::Write)?) {
        return Ok(());
    }
    let sequences = sequences(from).map_err(CopyError::Read)?;
    for table in tables {
        if let Some(sequence) = sequences.get(&table.name) {
            let changed = to
                .execute("UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1", (&table.name, sequence))
                .map_err(CopyError::Write)?;
            if changed == 0 {
                to.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)", (&table.name, sequence))
                    .map_err(CopyError::Write)?;
            }
        }
    }
    Ok(())
}

/// The counters of AUTOINCREMENT by table.
fn sequences(conn: &Connection) -> rusqlite::Result<HashMap<String, i64>> {
    let mut select = conn.prepare("SELECT name, seq FROM sqlite_sequence")?;
    select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// Fingerprint of a set of rows, whatever their order: the sum of their hashes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct RowsHash {
    sum: u128,
    count: u64,
}

impl RowsHash {
    pub(super) fn add(&mut self, row: &[Raw]) {
        let mut hasher = blake3::Hasher::new();
        for value in row {
            let (tag, bytes): (u8, &[u8]) = match value {
                Raw::Null => (0, &[]),
                Raw::Integer(number) => (1, &number.to_le_bytes()),
                Raw::Real(number) => (2, &number.to_bits().to_le_bytes()),
                Raw::Text(bytes) => (3, bytes),
                Raw::Blob(bytes) => (4, bytes),
            };
            hasher.update(&[tag]).update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
        }
        let mut half = [0; 16];
        half.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        self.sum = self.sum.wrapping_add(u128::from_le_bytes(half));
        self.count += 1;
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::connect::{Access, connect};
    use crate::store::recognise;

    #[test]
    fn errors_say_on_which_side_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let conn = |name: &str| connect(&folder.path().join(name), Access::Own, Duration::ZERO, None).unwrap();
        let (from, to) = (conn("from.db"), conn("to.db"));
        from.execute_batch("CREATE TABLE a (x); INSERT INTO a VALUES (1); CREATE TABLE b (x)").unwrap();
        to.execute_batch("CREATE TABLE a (x CHECK (x > 1)); CREATE TABLE c (x)").unwrap();
        let copy = |source: &Connection, name: &str| {
            let tables = recognise::tables(source).unwrap();
            let table = tables.iter().find(|table| table.name == name).unwrap();
            copy_rows(&from, &to, table, &mut |_| Ok(Fate::Keep)).unwrap_err()
        };
        // Refused by the copy's table, and one that the copy does not have.
        assert!(matches!(copy(&from, "a"), CopyError::Write(_)));
        assert!(matches!(copy(&from, "b"), CopyError::Write(_)));
        assert!(matches!(copy(&to, "c"), CopyError::Read(_)));
    }
}
