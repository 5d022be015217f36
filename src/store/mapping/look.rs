//! The bounded look at a table: its columns, roughly how many rows, and some hundred of them from its beginning, middle
//! and end. Never a whole scan, and never much of one value.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::model::Value;
use crate::store::connect::quoted;
use crate::store::recognise::Table;

/// Rows taken from the beginning, and from the middle and the end.
const FIRST_ROWS: u32 = 160;
const LATER_ROWS: u32 = 80;
/// Columns that are looked at; further ones have no role.
const COLUMNS: usize = 128;
/// Rows are counted up to here, beyond it they are estimated.
const COUNTED_ROWS: u64 = 100_000;
/// Of values with more bytes only the head is taken.
const WHOLE_BYTES: usize = 64 << 10;
/// Bytes of such a head.
pub(super) const HEAD_BYTES: usize = 4096;

/// A value of a row, or one inside a payload.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
    /// The head of a long value.
    Head(Vec<u8>),
    /// A part of a payload that is no text or number.
    Json(Value),
}

/// What a look at a table showed.
#[derive(Debug)]
pub(super) struct Sample {
    pub table: Table,
    /// Row by row, in the order of columns.
    pub rows: Vec<Vec<Cell>>,
    /// Where consecutive rows begin anew.
    pub windows: Vec<usize>,
    pub count: Count,
    /// Columns of each unique key, the primary one included.
    pub unique: Vec<Vec<String>>,
    /// Columns that refer to other tables.
    pub foreign: Vec<String>,
}

/// How many rows there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    Exactly(u64),
    About(u64),
    MoreThan(u64),
}

impl Count {
    pub(super) fn words(self) -> String {
        match self {
            Self::Exactly(rows) => grouped(rows),
            Self::About(rows) => format!("about {}", grouped(rows)),
            Self::MoreThan(rows) => format!("more than {}", grouped(rows)),
        }
    }

    pub(super) fn at_least(self) -> u64 {
        let (Self::Exactly(rows) | Self::About(rows) | Self::MoreThan(rows)) = self;
        rows
    }
}

/// `1,234,567`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl Sample {
    /// The values of a column, row by row.
    pub(super) fn column(&self, at: usize) -> impl Iterator<Item = &Cell> {
        self.rows.iter().filter_map(move |row| row.get(at))
    }

    /// Pairs of rows that follow each other in the table.
    pub(super) fn is_start_of_window(&self, row: usize) -> bool {
        self.windows.contains(&row)
    }
}

/// Looks at a table.
pub(super) fn look(conn: &Connection, table: &Table) -> rusqlite::Result<Sample> {
    let count = count(conn, table)?;
    let mut table = table.clone();
    table.columns.truncate(COLUMNS);
    let mut sample = Sample {
        rows: Vec::new(),
        windows: Vec::new(),
        count,
        unique: unique_keys(conn, &table)?,
        foreign: foreign_keys(conn, &table)?,
        table,
    };
    if sample.table.columns.is_empty() || count.at_least() == 0 {
        return Ok(sample);
    }
    let select: Vec<String> = sample.table.columns.iter().map(|column| bounded(&column.name)).collect();
    let from = format!("SELECT {} FROM main.{}", select.join(", "), quoted(&sample.table.name));
    match sample.table.rowid() {
        Some(rowid) if count.at_least() > u64::from(FIRST_ROWS + 2 * LATER_ROWS) => {
            let rowid = quoted(&rowid);
            let ends = format!("SELECT min({rowid}), max({rowid}) FROM main.{}", quoted(&sample.table.name));
            let (first, last): (i64, i64) = conn.query_row(&ends, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let middle = i64::midpoint(first, last);
            add(conn, &mut sample, &format!("{from} ORDER BY {rowid} LIMIT {FIRST_ROWS}"), &[])?;
            let after = format!("{from} WHERE {rowid} >= ?1 ORDER BY {rowid} LIMIT {LATER_ROWS}");
            add(conn, &mut sample, &after, &[middle])?;
            // The last rows, in their order.
            let start = format!(
                "SELECT {rowid} FROM main.{} ORDER BY {rowid} DESC LIMIT 1 OFFSET {}",
                quoted(&sample.table.name),
                LATER_ROWS - 1
            );
            let start: i64 = conn.query_row(&start, [], |row| row.get(0))?;
            add(conn, &mut sample, &after, &[start.max(middle)])?;
        }
        Some(rowid) => {
            let all = FIRST_ROWS + 2 * LATER_ROWS;
            add(conn, &mut sample, &format!("{from} ORDER BY {} LIMIT {all}", quoted(&rowid)), &[])?;
        }
        None => add(conn, &mut sample, &format!("{from} LIMIT {}", FIRST_ROWS + LATER_ROWS), &[])?,
    }
    Ok(sample)
}

/// A column, of which not more than a head is loaded where it is long.
fn bounded(column: &str) -> String {
    let column = quoted(column);
    format!(
        "CASE WHEN octet_length({column}) > {WHOLE_BYTES} THEN substr(CAST({column} AS BLOB), 1, {HEAD_BYTES}) \
         ELSE {column} END"
    )
}

fn add(conn: &Connection, sample: &mut Sample, sql: &str, bound: &[i64]) -> rusqlite::Result<()> {
    let columns = sample.table.columns.len();
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query(rusqlite::params_from_iter(bound))?;
    sample.windows.push(sample.rows.len());
    while let Some(row) = rows.next()? {
        let cells = (0..columns).map(|at| cell(row, at)).collect::<rusqlite::Result<_>>()?;
        sample.rows.push(cells);
    }
    Ok(())
}

fn cell(row: &Row<'_>, at: usize) -> rusqlite::Result<Cell> {
    Ok(match row.get_ref(at)? {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Int(number),
        ValueRef::Real(number) => Cell::Real(number),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Cell::Text(text.to_owned()),
            Err(_) => Cell::Blob(bytes.to_owned()),
        },
        // Shorter values of that very length are rare, and lose nothing by it.
        ValueRef::Blob(bytes) if bytes.len() == HEAD_BYTES => Cell::Head(bytes.to_owned()),
        ValueRef::Blob(bytes) => Cell::Blob(bytes.to_owned()),
    })
}

fn count(conn: &Connection, table: &Table) -> rusqlite::Result<Count> {
    let name = quoted(&table.name);
    let limit = COUNTED_ROWS + 1;
    let counted = format!("SELECT count(*) FROM (SELECT 1 FROM main.{name} LIMIT {limit})");
    let counted = conn.query_row(&counted, [], |row| row.get::<_, i64>(0))?.unsigned_abs();
    if counted <= COUNTED_ROWS {
        return Ok(Count::Exactly(counted));
    }
    let Some(rowid) = table.rowid() else { return Ok(Count::MoreThan(COUNTED_ROWS)) };
    let rowid = quoted(&rowid);
    let ends = format!("SELECT min({rowid}), max({rowid}) FROM main.{name}");
    let (first, last) = conn.query_row(&ends, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
    let span = last.abs_diff(first).saturating_add(1);
    // Row numbers that are ids of some other kind say nothing.
    Ok(if span > 1 << 40 { Count::MoreThan(COUNTED_ROWS) } else { Count::About(span.max(COUNTED_ROWS)) })
}

fn unique_keys(conn: &Connection, table: &Table) -> rusqlite::Result<Vec<Vec<String>>> {
    let mut keys = Vec::new();
    let mut primary: Vec<_> = table.columns.iter().filter(|column| column.key_place > 0).collect();
    primary.sort_by_key(|column| column.key_place);
    if !primary.is_empty() {
        keys.push(primary.into_iter().map(|column| column.name.clone()).collect());
    }
    let mut indices = conn.prepare("SELECT name FROM pragma_index_list(?1) WHERE \"unique\" AND NOT partial")?;
    let names = indices.query_map([&table.name], |row| row.get::<_, String>(0))?;
    let mut columns = conn.prepare("SELECT name FROM pragma_index_info(?1) ORDER BY seqno")?;
    for name in names.take(COLUMNS) {
        let found = columns.query_map([&name?], |row| row.get::<_, Option<String>>(0))?;
        let found: Option<Vec<String>> = found.collect::<rusqlite::Result<_>>()?;
        keys.extend(found);
    }
    Ok(keys)
}

fn foreign_keys(conn: &Connection, table: &Table) -> rusqlite::Result<Vec<String>> {
    let mut keys = conn.prepare("SELECT \"from\" FROM pragma_foreign_key_list(?1)")?;
    keys.query_map([&table.name], |row| row.get(0))?.collect()
}
