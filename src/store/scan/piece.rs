//! Some of the rows, as an index of their own: what came since, or what is looked at again.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _};

use crate::model::{Cancel, EventLog, EventLogBuilder, Progress};
use crate::store::connect::quoted;
use crate::store::error::StoreError;
use crate::store::open::Source;
use crate::store::recognise::{Bound, EventSource};
use crate::store::rows::text;

use super::apart::keep_apart;
use super::assemble::{Table, assemble};
use super::collect::Collector;
use super::links::Links;
use super::{Pass, Resume, Scan};

/// Which rows of an event table are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum From {
    /// None.
    Nowhere,
    /// All.
    Start,
    /// Those after this row number.
    After(i64),
}

/// Rows that were read.
pub(in crate::store) struct Piece {
    /// As an index of their own.
    pub log: EventLog,
    /// Whether there were no more.
    pub at_end: bool,
    /// What a user should know of them.
    pub notes: Vec<String>,
}

/// What else a table is read for.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Asked<'a> {
    /// The index that the rows are held against, or joined to: of its streams the types are known.
    pub known: &'a EventLog,
    /// In reads of at most so long.
    pub read_at_most: Duration,
    /// Only one of them for each table.
    pub once: bool,
}

/// Reads rows of each event table: all that there are, or those of one read.
pub(in crate::store) fn piece(
    conn: &Connection,
    source: &Source,
    bound: &Bound,
    from: &[From],
    asked: Asked<'_>,
    cancel: &Cancel,
) -> Result<Piece, StoreError> {
    let Asked { known, read_at_most, once } = asked;
    let progress = &Progress::default();
    let scan = Scan { source, bound, conn, read_at_most, progress, cancel };
    let stamp = source.stamp_when_opened();
    let (mut tables, mut read, mut at_end) = (Vec::new(), 0, true);
    for (event_source, from) in bound.sources.iter().zip(from) {
        let mut collector = Collector::new(event_source);
        let mut next = match from {
            From::Nowhere => None,
            From::Start => Some(Resume::Start),
            From::After(row) => Some(Resume::AfterRow((*row).into())),
        };
        let type_of_one = next.as_ref().and_then(|_| scan.type_of_one(event_source));
        if next.is_some() && type_of_one.is_none() {
            collector.stream_types = scan.stream_types(event_source)?.into();
        }
        while let Some(at) = next {
            let before = collector.found.len();
            next = scan.read(&mut collector, &at, read)?;
            read += collector.found.len() - before;
            if once {
                at_end &= next.is_none();
                break;
            }
        }
        if let Some(sql) = type_of_one {
            scan.types_of_new(&mut collector, &sql, known)?;
        }
        let links = match from {
            From::Nowhere => Links::default(),
            From::Start if !once => scan.links(&mut collector, None)?,
            // Those of the rows that were read.
            From::Start | From::After(_) => {
                let rows = collector.found.iter().map(|found| found.row_key);
                match (rows.clone().min(), rows.max()) {
                    (Some(first), Some(last)) => scan.links(&mut collector, Some(((first, last), known)))?,
                    _ => Links::default(),
                }
            }
        };
        tables.push(Table::new(collector, links));
    }
    let notes = keep_apart(&mut tables, bound);
    let mut builder = EventLogBuilder::new(0);
    assemble(&mut builder, &tables, bound.spec.shared_positions);
    let (log, scanned) = Pass { builder, tables, stamp, notes }.finish(bound);
    Ok(Piece { log, at_end, notes: scanned.notes })
}

impl Scan<'_> {
    /// The statement that finds the type of one stream at once; `None` where there is none, or no index for it.
    fn type_of_one(&self, source: &EventSource) -> Option<String> {
        let spec = source.spec.stream.types_in.as_ref().filter(|_| source.key.rowid().is_some())?;
        let table = self.bound.beside.iter().find(|table| table.name.eq_ignore_ascii_case(&spec.table))?;
        let (stream, column) = (quoted(&spec.stream), quoted(&spec.column));
        let sql = format!("SELECT {column} FROM {} WHERE {stream} = ?1 AND {column} > '' LIMIT 1", quoted(&table.name));
        matches!(all_by_index(self.conn, &sql), Ok(true)).then_some(sql)
    }

    /// Asks for the types of those streams that are new: of the others they are known.
    fn types_of_new(&self, collector: &mut Collector<'_>, sql: &str, known: &EventLog) -> Result<(), StoreError> {
        collector.name_streams();
        for stream in 0..collector.names.stream_count() as u32 {
            let name = collector.names.stream_name(stream);
            if known.find_stream(name).is_some() {
                continue;
            }
            let mut one = self.sql(self.conn.prepare_cached(sql))?;
            let found = one.query_row([name], |row| Ok(text(row.get_ref(0)?).map(|(found, _)| found.into_owned())));
            if let Some(Some(found)) = self.sql(found.optional())? {
                collector.names.set_category(stream, &found);
            }
        }
        Ok(())
    }
}

/// Whether a statement finds the rows of each table by an index that is there.
pub(super) fn all_by_index(conn: &Connection, sql: &str) -> rusqlite::Result<bool> {
    let mut explained = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let steps = explained.query_map([], |row| row.get::<_, String>(3))?;
    let steps = steps.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(steps.iter().all(|step| !step.starts_with("SCAN") && !step.contains(" AUTOMATIC ")))
}
