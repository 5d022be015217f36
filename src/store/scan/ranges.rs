//! One event table read by ranges of its row numbers, on all cores.

use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::model::{Cancel, EventLogBuilder, Progress};
use crate::store::connect::quoted;
use crate::store::error::StoreError;
use crate::store::open::Source;
use crate::store::plan::EVENTS;
use crate::store::recognise::Key;

use super::assemble::{Feeder, Table, is_plain};
use super::collect::Collector;
use super::links::Links;
use super::{ROWS_BETWEEN_LOOKS, Scan, check_order};

/// Row numbers in a range: many ranges a core, so that none waits long for another, and few enough to cost nothing.
const ROWS_IN_RANGE: i64 = 1 << 17;
/// Ranges that are read before they are put together, for each core.
const RANGES_A_CORE: usize = 4;
/// Tables with fewer rows are read in one go: connections cost more than they gain.
const FEW_ROWS: i64 = 50_000;
/// More ranges than this are not made: row numbers may be spread over all 64 bits.
const MOST_RANGES: i64 = 1 << 14;

/// Row numbers from the first to the last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    first: i64,
    last: i64,
}

/// A range as it was read.
struct Piece<'a> {
    builder: EventLogBuilder,
    collector: Collector<'a>,
}

impl<'a> Scan<'a> {
    /// The ranges in which the event table can be read side by side; `None` where one reader does better, or where
    /// rows are not in the store's order.
    pub(super) fn ranges(&self, collectors: &[Collector<'_>]) -> Result<Option<Vec<Range>>, StoreError> {
        let ([collector], true) = (collectors, is_plain(collectors)) else { return Ok(None) };
        let Key::Rowid(rowid) = &collector.source.key else { return Ok(None) };
        if rayon::current_num_threads() < 2 {
            return Ok(None);
        }
        let (rowid, table) = (quoted(rowid), quoted(&collector.source.table.name));
        // Each end by itself is a step in the tree; both in one statement would be a scan.
        let end = |which: &str| -> Result<Option<i64>, StoreError> {
            let sql = format!("SELECT {which}({EVENTS}.{rowid}) FROM {table} AS {EVENTS}");
            self.sql(self.conn.query_row(&sql, [], |row| row.get(0)))
        };
        let (Some(first), Some(last)) = (end("min")?, end("max")?) else { return Ok(None) };
        Ok((last.saturating_sub(first) >= FEW_ROWS).then(|| split(first, last)))
    }

    /// Reads the ranges, each by a connection of its own, and puts them together in their order.
    pub(super) fn read_ranges(
        &self,
        builder: &mut EventLogBuilder,
        collectors: Vec<Collector<'a>>,
        ranges: &[Range],
        generation: u64,
    ) -> Result<Vec<Table<'a>>, StoreError> {
        let stream_types = collectors.first().map(|first| first.stream_types.clone()).unwrap_or_default();
        let source = &self.bound.sources[0];
        let mut tables: Vec<Table<'a>> = collectors.into_iter().map(|c| Table::new(c, Links::default())).collect();
        let reading = Reading {
            source: self.source,
            read_at_most: self.read_at_most,
            progress: self.progress,
            cancel: self.cancel,
        };
        for group in ranges.chunks(rayon::current_num_threads() * RANGES_A_CORE) {
            let pieces = group.par_iter().map(|range| {
                let mut collector = Collector::new(source);
                collector.stream_types.clone_from(&stream_types);
                let mut piece = Piece { builder: EventLogBuilder::new(generation), collector };
                reading.read(&mut piece, *range)?;
                Ok(piece)
            });
            let pieces: Vec<Piece<'a>> = pieces.collect::<Result<_, StoreError>>()?;
            for piece in pieces {
                builder.append(piece.builder);
                if builder.len() >= u32::MAX as usize {
                    return Err(StoreError::TooManyEvents(self.source.shown.clone()));
                }
                if let Some(table) = tables.first_mut() {
                    table.collector.tally.add(&piece.collector.tally);
                }
            }
        }
        Ok(tables)
    }
}

/// What reading a range takes; shared by all who do.
struct Reading<'a> {
    source: &'a Source,
    read_at_most: Duration,
    progress: &'a Progress,
    cancel: &'a Cancel,
}

impl Reading<'_> {
    fn sql<T>(&self, result: rusqlite::Result<T>) -> Result<T, StoreError> {
        result.map_err(|e| StoreError::sqlite(&self.source.shown, "read its events", e))
    }

    /// Reads one range, by a connection of its own, in reads of about the usual length where others may write.
    fn read(&self, piece: &mut Piece<'_>, range: Range) -> Result<(), StoreError> {
        let conn = self.source.connect(Some(self.cancel))?;
        let Piece { builder, collector } = piece;
        let mut feeder = Feeder::new(0);
        let Some(rowid) = collector.source.key.rowid().map(|rowid| format!("{EVENTS}.{}", quoted(rowid))) else {
            return Ok(());
        };
        let (select, from) = (collector.select.sql(), &collector.from);
        let sql = format!("SELECT {select} FROM {from} WHERE {rowid} >= ?1 AND {rowid} <= ?2 ORDER BY {rowid}");
        let mut first = range.first;
        loop {
            let mut statement = self.sql(conn.prepare_cached(&sql))?;
            let mut rows = self.sql(statement.query([first, range.last]))?;
            let began = Instant::now();
            let mut last = None;
            while let Some(row) = self.sql(rows.next())? {
                self.sql(collector.take(row, 0))?;
                if collector.found.len() < ROWS_BETWEEN_LOOKS {
                    continue;
                }
                self.drain(&mut feeder, builder, collector)?;
                if self.source.is_shared() && began.elapsed() > self.read_at_most {
                    last = collector.row_key_at().and_then(|at| row.get::<_, i64>(at).ok());
                    break;
                }
            }
            self.drain(&mut feeder, builder, collector)?;
            match last.and_then(|last| last.checked_add(1)) {
                Some(next) if next <= range.last => first = next,
                _ => return Ok(()),
            }
        }
    }

    fn drain(
        &self,
        feeder: &mut Feeder,
        builder: &mut EventLogBuilder,
        collector: &mut Collector<'_>,
    ) -> Result<(), StoreError> {
        check_order(self.source, collector)?;
        self.progress.add(collector.found.len() as u64);
        feeder.drain(builder, collector);
        if self.cancel.is_cancelled() { Err(StoreError::Cancelled) } else { Ok(()) }
    }
}

/// As many ranges as hold so many rows, if that is a small part of all.
pub(super) fn beginning(ranges: &[Range], rows: u64) -> Option<&[Range]> {
    let few = usize::try_from(rows).ok()?.div_ceil(ROWS_IN_RANGE as usize).max(1);
    (few * 4 <= ranges.len()).then(|| &ranges[..few])
}

/// Ranges of about [`ROWS_IN_RANGE`] that cover all row numbers.
fn split(first: i64, last: i64) -> Vec<Range> {
    let all = i128::from(last) - i128::from(first) + 1;
    let step = i128::from(ROWS_IN_RANGE).max(all / i128::from(MOST_RANGES) + 1);
    let mut ranges = Vec::new();
    let mut from = i128::from(first);
    while from <= i128::from(last) {
        let to = (from + step - 1).min(i128::from(last));
        // Both ends lie between two 64-bit numbers.
        ranges.push(Range { first: from as i64, last: to as i64 });
        from = to + 1;
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cover_everything_once() {
        for (first, last) in [(1, 1), (1, ROWS_IN_RANGE), (1, ROWS_IN_RANGE + 1), (-5, 1_000_000), (i64::MIN, i64::MAX)]
        {
            let ranges = split(first, last);
            assert_eq!((ranges[0].first, ranges[ranges.len() - 1].last), (first, last));
            assert!(ranges.windows(2).all(|pair| pair[0].last + 1 == pair[1].first));
            assert!(ranges.len() as i64 <= MOST_RANGES);
        }
    }
}
