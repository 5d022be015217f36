//! By what the rows of an event table are ordered and read again.

use rusqlite::Connection;

use super::{Column, Table};
use crate::store::connect::quoted;
use crate::store::key_forms;
use crate::store::layout::{EventTable, KeySpec, Place, TIME};

/// By what rows are ordered and read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) enum Key {
    /// By this name of the row number, which is the position.
    Rowid(String),
    /// The position is in a column that is not the row number; rows are read again by the latter.
    Position { column: String, rowid: String },
    /// Rows are ordered by columns; the position may be in one.
    Ordered { by: Vec<String>, position: Option<String>, rowid: String },
    /// By these columns, the stream's and the version's: there is no row number.
    Columns(Vec<String>),
    /// Rows are ordered by columns, and by their place in the table where these are equal; there is no row number, so
    /// they are read again by the table's whole primary key.
    Keyed { by: Vec<String>, position: Option<String>, columns: Vec<String> },
}

impl Key {
    /// The name of the row number, if there is one.
    pub(in crate::store) fn rowid(&self) -> Option<&str> {
        match self {
            Self::Rowid(rowid) | Self::Position { rowid, .. } | Self::Ordered { rowid, .. } => Some(rowid),
            Self::Columns(_) | Self::Keyed { .. } => None,
        }
    }
}

/// The table with what takes the place of its row number, if it has none, and its key; `None` if the layout's order is
/// not to be had from it. `alone`: it is the only event table; rows of several have to be in an order that they share.
pub(in crate::store) fn keyed(
    spec: &EventTable,
    mut table: Table,
    joins: &[Option<Table>],
    alone: bool,
) -> Option<(Table, Key)> {
    if table.without_rowid {
        let key = without_row_numbers(spec, &mut table, joins, alone)?;
        return Some((table, key));
    }
    let rowid = table.rowid()?;
    let key = match &spec.key {
        KeySpec::Column(column) if rowid.eq_ignore_ascii_case(&own_name(&table, column)?) => Key::Rowid(rowid),
        KeySpec::Column(column) => Key::Position { column: own_name(&table, column)?, rowid },
        KeySpec::Rowid { .. } => Key::Rowid(rowid),
        KeySpec::Order { by, position } => Key::Ordered {
            by: ordering(&table, by, joins),
            position: position.as_ref().and_then(|column| own_name(&table, column)),
            rowid,
        },
    };
    Some((table, key))
}

fn own_name(table: &Table, column: &str) -> Option<String> {
    Some(table.column(column)?.name.clone())
}

/// What is there of the columns by which rows are ordered.
fn ordering(table: &Table, by: &[String], joins: &[Option<Table>]) -> Vec<String> {
    let one = |name: &String| {
        let looked_up = || name.contains('.') && joins.iter().any(Option::is_some);
        own_name(table, name).or_else(|| (name == TIME || looked_up()).then(|| name.clone()))
    };
    by.iter().filter_map(one).collect()
}

fn without_row_numbers(spec: &EventTable, table: &mut Table, joins: &[Option<Table>], alone: bool) -> Option<Key> {
    let numbers = &table.unique_numbers;
    let is_number = |column: &str| numbers.iter().any(|number| number.eq_ignore_ascii_case(column));
    let (by, position) = match &spec.key {
        KeySpec::Column(column) => {
            let column = own_name(table, column)?;
            if is_number(&column) {
                table.number = Some(column.clone());
                return Some(Key::Rowid(column));
            }
            (vec![column.clone()], Some(column))
        }
        KeySpec::Order { by, position } => {
            (ordering(table, by, joins), position.as_ref().and_then(|column| own_name(table, column)))
        }
        KeySpec::Rowid { without_rowid } => {
            if let Some(counts) = numbers.iter().find(|number| counts_rows(table, number)).cloned() {
                table.number = Some(counts.clone());
                return Some(Key::Rowid(counts));
            }
            if let Some(columns) = key_columns(spec, table, without_rowid).filter(|_| alone) {
                return Some(Key::Columns(columns));
            }
            let time = (!spec.time.is_empty()).then(|| TIME.to_owned());
            let version = spec.version.0.first().and_then(Place::column).and_then(|column| own_name(table, column));
            // Versions of different streams compare only where nothing else does.
            (time.into_iter().chain(version).collect(), None)
        }
    };
    table.number = numbers.first().cloned();
    Some(match (table.number.clone(), position) {
        (Some(rowid), Some(column)) if by == [column.as_str()] => Key::Position { column, rowid },
        (Some(rowid), position) => Key::Ordered { by, position, rowid },
        (None, position) => Key::Keyed { by, position, columns: table.primary_key() },
    })
}

/// Whether a number says in which order rows came: the whole primary key, or by its name.
fn counts_rows(table: &Table, number: &str) -> bool {
    const WORDS: [&str; 5] = ["position", "sequence", "seq", "offset", "ordinal"];
    let name = number.to_ascii_lowercase();
    table.primary_key() == [number] || WORDS.iter().any(|word| name.contains(word))
}

/// The columns by which rows without a number are ordered and read again: the table's whole key, which must be what
/// names the stream and the version.
fn key_columns(spec: &EventTable, table: &Table, names: &[String]) -> Option<Vec<String>> {
    let columns: Vec<&Column> = names.iter().map(|name| table.column(name)).collect::<Option<_>>()?;
    let is = |column: &Column, at: Option<&String>| at.is_some_and(|name| name.eq_ignore_ascii_case(&column.name));
    let (version, stream) = columns.split_last()?;
    let parts = &spec.stream.parts;
    let named = stream.len() == parts.len() && stream.iter().zip(parts).all(|(column, part)| is(column, part.column()));
    let counted = is(version, spec.version.0.first().and_then(Place::column)) && spec.several.is_none();
    let whole = table.columns.iter().filter(|column| column.key_place > 0);
    let unique = table.without_rowid && { whole }.all(|key| columns.iter().any(|column| column.name == key.name));
    let fits = (2..=key_forms::COLUMNS).contains(&columns.len()) && spec.stream.tenant.is_empty();
    (fits && named && counted && unique).then(|| columns.iter().map(|column| column.name.clone()).collect())
}

/// The columns of a table without row numbers that can take their place: one whole number for each row. An index
/// answers each question by a step or two, so fractions between whole numbers are only found when rows are read.
pub(super) fn unique_numbers(conn: &Connection, table: &Table) -> rusqlite::Result<Vec<String>> {
    let mut indexes = conn.prepare_cached(
        "SELECT name FROM pragma_index_list(?1) WHERE \"unique\" AND NOT partial ORDER BY origin <> 'pk', seq DESC",
    )?;
    let mut columns = conn.prepare_cached("SELECT name FROM pragma_index_info(?1)")?;
    let mut numbers: Vec<String> = Vec::new();
    let names = indexes.query_map([&table.name], |row| row.get::<_, String>(0))?;
    for index in names {
        let found = columns.query_map([index?], |row| row.get::<_, Option<String>>(0))?;
        let found: Vec<Option<String>> = found.collect::<rusqlite::Result<_>>()?;
        let [Some(name)] = found.as_slice() else { continue };
        let Some(column) = table.columns.iter().find(|column| column.name == *name) else { continue };
        // What is declared so is stored as a whole number wherever it can be.
        let declared = column.declared.to_ascii_uppercase().contains("INT");
        if !declared || column.generated || numbers.contains(name) {
            continue;
        }
        let (name, of) = (quoted(name), quoted(&table.name));
        let ends = ["ASC", "DESC"].map(|end| format!("SELECT typeof({name}) FROM {of} ORDER BY {name} {end} LIMIT 1"));
        let mut whole = true;
        for end in ends {
            let kind = conn.query_row(&end, [], |row| row.get::<_, String>(0));
            whole &= match kind {
                Ok(kind) => kind == "integer",
                Err(rusqlite::Error::QueryReturnedNoRows) => true,
                Err(error) => return Err(error),
            };
        }
        if whole {
            numbers.push(column.name.clone());
        }
    }
    Ok(numbers)
}
