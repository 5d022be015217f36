//! Tables that say more about events, read from end to end: in reads of about the usual length where others may write,
//! each going on after the row that the one before it ended with.

use std::collections::HashMap;

use rusqlite::{Connection, Row};

use crate::model::{Cancel, Progress};
use crate::store::connect::quoted;
use crate::store::error::StoreError;
use crate::store::open::Source;
use crate::store::plan::{Select, Tables};
use crate::store::raw::Raw;
use crate::store::recognise::{Bound, EventSource, Key, Table};
use crate::store::row_keys::Keys;
use crate::store::rows::text;

use super::{Lasting, READ_AT_MOST, ROWS_BETWEEN_LOOKS, Scan};

/// A statement whose rows have an order of their own.
pub(super) struct Walk<'a> {
    pub select: &'a Select,
    pub from: &'a str,
    /// Expressions of the select list by which the leading table is ordered: no two of its rows have the same.
    pub leading: &'a [String],
    /// The same of a table that is looked up: a row of the leading table may meet several of its rows.
    pub second: &'a [String],
    /// Only rows for which this holds.
    pub only: Option<&'a str>,
}

impl Walk<'_> {
    fn sql(&self, goes_on: bool) -> String {
        let order: Vec<&str> = self.leading.iter().chain(self.second).map(String::as_str).collect();
        let places = |count: usize| (1..=count).map(|at| format!("?{at}")).collect::<Vec<_>>().join(", ");
        let mut conditions: Vec<String> = self.only.into_iter().map(str::to_owned).collect();
        match (goes_on, self.second) {
            (false, _) => {}
            (true, []) => conditions.push(format!("({}) > ({})", order.join(", "), places(order.len()))),
            // Said twice: only what speaks of one table finds the place where to begin.
            (true, _) => {
                let leading = self.leading.join(", ");
                conditions.push(format!("({leading}) >= ({})", places(self.leading.len())));
                conditions.push(format!("({}) > ({})", order.join(", "), places(order.len())));
            }
        }
        let condition = match conditions.is_empty() {
            true => String::new(),
            false => format!("WHERE {}", conditions.join(" AND ")),
        };
        format!("SELECT {} FROM {} {condition} ORDER BY {}", self.select.sql(), self.from, order.join(", "))
    }
}

impl Scan<'_> {
    /// Calls `take` with each row.
    pub(super) fn walk(
        &self,
        walk: &Walk<'_>,
        take: &mut dyn FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut key = walk.select.clone();
        let key: Vec<usize> = walk.leading.iter().chain(walk.second).map(|sql| key.place(sql.clone())).collect();
        let mut after: Vec<Raw> = Vec::new();
        let mut last: Option<Raw> = None;
        loop {
            let mut statement = self.sql(self.conn.prepare_cached(&walk.sql(!after.is_empty())))?;
            let mut rows = self.sql(statement.query(rusqlite::params_from_iter(after.drain(..))))?;
            let mut row = self.sql(rows.next())?;
            // From the first row on: before it, others may have been waited for.
            let began = Lasting::of(self.source);
            let mut count = 0usize;
            while let Some(found) = row {
                take(found)?;
                count += 1;
                if count.is_multiple_of(ROWS_BETWEEN_LOOKS) {
                    if self.cancel.is_cancelled() {
                        return Err(StoreError::Cancelled);
                    }
                    if self.source.is_shared() && began.elapsed() > self.read_at_most {
                        let values =
                            key.iter().map(|at| found.get_ref(*at).map(Raw::from)).collect::<rusqlite::Result<_>>();
                        after = self.sql(values)?;
                        break;
                    }
                }
                row = self.sql(rows.next())?;
            }
            let Some(first) = after.first() else { return Ok(()) };
            // A damaged tree may lead back to where it was.
            let back = match (&last, first) {
                (Some(Raw::Integer(last)), Raw::Integer(first)) => first < last,
                _ => false,
            };
            if back {
                let message = "the rows of a table are out of order".to_owned();
                return Err(StoreError::Damaged { path: self.source.shown.clone(), message });
            }
            last = Some(first.clone());
        }
    }

    /// The primary keys of an event table without row numbers.
    fn keys(&self, source: &EventSource, columns: &[String]) -> Result<Keys, StoreError> {
        let tables = Tables::of_events(source);
        let leading: Vec<String> = columns.iter().filter_map(|column| tables.column(column)).collect();
        let (mut select, mut keys) = (Select::default(), Keys::default());
        for column in &leading {
            select.place(column.clone());
        }
        let walk = Walk { select: &select, from: &tables.alone(), leading: &leading, second: &[], only: None };
        self.walk(&walk, &mut |row| self.sql(keys.take(row, leading.len())))?;
        keys.finish();
        Ok(keys)
    }

    /// The types of streams, where a table beside has them. Rows of one stream are of one type, whatever else differs.
    pub(super) fn stream_types(&self, source: &EventSource) -> Result<HashMap<String, String>, StoreError> {
        let mut types = HashMap::new();
        let Some(spec) = &source.spec.stream.types_in else { return Ok(types) };
        let Some(table) = self.bound.beside.iter().find(|t| t.name.eq_ignore_ascii_case(&spec.table)) else {
            return Ok(types);
        };
        let mut select = Select::default();
        let (stream, column) = (select.place(quoted(&spec.stream)), select.place(quoted(&spec.column)));
        let leading = ordered_by(table, "", &mut select);
        if leading.is_empty() {
            return Ok(types);
        }
        let from = quoted(&table.name);
        let walk = Walk { select: &select, from: &from, leading: &leading, second: &[], only: None };
        self.walk(&walk, &mut |row| {
            let (stream, column) = (self.sql(row.get_ref(stream))?, self.sql(row.get_ref(column))?);
            if let (Some((stream, _)), Some((found, _))) = (text(stream), text(column))
                && !found.is_empty()
            {
                types.entry(stream.into_owned()).or_insert_with(|| found.into_owned());
            }
            Ok(())
        })?;
        Ok(types)
    }
}

/// The primary keys of the n-th event table, which has no row numbers.
pub(in crate::store) fn primary_keys(
    conn: &Connection,
    source: &Source,
    bound: &Bound,
    table: usize,
) -> Result<Keys, StoreError> {
    let (progress, cancel) = (&Progress::default(), &Cancel::default());
    let scan = Scan { source, bound, conn, read_at_most: READ_AT_MOST, progress, cancel };
    match bound.sources.get(table).map(|events| (events, &events.key)) {
        Some((events, Key::Keyed { columns, .. })) => scan.keys(events, columns),
        _ => Ok(Keys::default()),
    }
}

/// What a table is ordered by, as SQL that is in the select list; `alias`: what stands before a column.
pub(super) fn ordered_by(table: &Table, alias: &str, select: &mut Select) -> Vec<String> {
    let columns: Vec<String> = table.order().iter().map(|name| format!("{alias}{}", quoted(name))).collect();
    for column in &columns {
        select.place(column.clone());
    }
    columns
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;
    use std::time::Duration;

    use super::super::scan_in_reads_of;
    use crate::model::{Cancel, EventLog, Progress, StreamIndex};
    use crate::store::connect::{Access, connect};

    /// Each stream's name, category and events.
    type Lanes = Vec<(String, String, Vec<(u32, Option<i64>)>)>;

    /// What is read of a store of these statements by reads that end as soon as they may, and by others; and how many
    /// reads that took.
    fn read(statements: &str) -> [(Lanes, u64); 2] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let conn = connect(&path, Access::Own, Duration::ZERO, None).unwrap();
        conn.execute_batch(statements).unwrap();
        conn.close().unwrap();
        let (options, progress, cancel) =
            (crate::store::OpenOptions::default(), Progress::default(), Cancel::default());
        let lanes = |log: &EventLog| -> Lanes {
            let streams = (0..log.streams().len()).map(|at| StreamIndex(at as u32));
            let mut lanes: Lanes = streams
                .map(|stream| {
                    let info = log.stream(stream);
                    let events = log.lane(stream).iter().map(|event| (*event, log.version_in(*event as usize, stream)));
                    (info.name.to_string(), log.category(info.category).to_string(), events.collect())
                })
                .collect();
            lanes.sort_unstable();
            lanes
        };
        [Duration::ZERO, Duration::MAX].map(|at_most| {
            let store = crate::store::open(&path, &options, &progress, &cancel).unwrap();
            let (log, _) = scan_in_reads_of(at_most, &store.source, &store.bound, 1, &progress, &cancel).unwrap();
            (lanes(&log), store.source.attachment.reads.load(Ordering::Relaxed))
        })
    }

    const EVENTS: &str = "CREATE TABLE streams (stream_id TEXT PRIMARY KEY, stream_version INTEGER);
         CREATE TABLE events (id TEXT, type TEXT NOT NULL, data BLOB, inserted_at TEXT NOT NULL);
         CREATE INDEX by_id ON events (id);";

    #[test]
    fn a_break_between_the_events_of_one_link_loses_none() {
        for (key, without) in [("n INTEGER PRIMARY KEY", ""), ("n TEXT PRIMARY KEY", " WITHOUT ROWID")] {
            let [(often, reads), (once, few)] = read(&format!(
                "{EVENTS}
                 CREATE TABLE stream_events ({key}, event_id TEXT, stream_id TEXT, stream_version INTEGER, \
                 original_stream_id TEXT, original_stream_version INTEGER){without};
                 WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1500) \
                 INSERT INTO events SELECT 'e-' || (n % 3), 'X', '{{}}', '2026-01-01' FROM n;
                 INSERT INTO stream_events VALUES (1, 'e-0', 'a-1', 1, 'a-1', 1), (2, 'e-1', 'a-1', 2, 'a-1', 2), \
                 (3, 'e-2', 'b-1', 1, 'b-1', 1), (4, 'e-1', 'all', 1, 'a-1', 2);"
            ));
            assert_eq!(once.iter().map(|(_, _, events)| events.len()).collect::<Vec<_>>(), [1000, 500, 500]);
            assert_eq!(often, once, "{key}");
            assert!(reads >= few + 5, "{key}: {reads} reads, and {few}");
        }
    }

    #[test]
    fn tables_without_row_numbers_are_read_on_from_any_row() {
        let [(often, reads), (once, few)] = read(
            "CREATE TABLE emt_streams (stream_id TEXT NOT NULL, stream_position BIGINT, partition TEXT NOT NULL, \
             stream_type TEXT NOT NULL, PRIMARY KEY (partition, stream_id DESC)) WITHOUT ROWID;
             CREATE TABLE emt_messages (stream_id TEXT, stream_position BIGINT, partition TEXT, message_kind CHAR(1), \
             message_data JSONB, message_metadata JSONB, message_schema_version TEXT, message_type TEXT, message_id TEXT, \
             is_archived BOOLEAN, global_position INTEGER PRIMARY KEY, created DATETIME);
             WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 2000) \
             INSERT INTO emt_streams SELECT 's' || n, 1, n % 3, 'type ' || n FROM n;
             INSERT INTO emt_messages SELECT stream_id, 1, partition, 'E', '{}', '{}', '1', 'T', stream_id, 0, \
             substr(stream_id, 2), NULL FROM emt_streams;",
        );
        assert!(once.iter().all(|(name, category, _)| *category == format!("type {}", &name[1..])));
        assert_eq!((once.len(), &often), (2000, &once));
        // The events take as many of the reads as the streams.
        assert!(reads >= few + 14, "{reads} reads, and {few}");
    }
}
