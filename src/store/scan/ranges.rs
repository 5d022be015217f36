//! One event table read by ranges of its row numbers, on all cores.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rayon::prelude::*;

use crate::model::{Cancel, EventLogBuilder, PieceNames, Progress};
use crate::store::attach::Link;
use crate::store::connect::quoted;
use crate::store::error::StoreError;
use crate::store::open::Source;
use crate::store::plan::EVENTS;
use crate::store::recognise::{EventSource, Key};

use super::assemble::{Feeder, Table, is_plain};
use super::collect::Collector;
use super::links::Links;
use super::names::{Given, NameList, NewNames};
use super::{Lasting, ROWS_BETWEEN_LOOKS, Scan, check_order};

/// Row numbers in a range: many ranges a core, so that none waits long for another, and few enough to cost nothing.
const ROWS_IN_RANGE: i64 = 1 << 14;
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

impl Range {
    /// How many rows there can be in it, as far as it's of a usual length.
    fn rows_at_most(self) -> usize {
        let rows = i128::from(self.last) - i128::from(self.first) + 1;
        rows.clamp(0, i128::from(ROWS_IN_RANGE)) as usize
    }
}

/// A range as it was read. Its rows name streams and types by their places among all that its reader has met.
struct Piece {
    builder: EventLogBuilder,
    reader: usize,
    /// What its reader met here for the first time.
    new: NewNames,
}

/// Where the names that a reader has met are in the index.
#[derive(Default)]
struct Known {
    places: PieceNames,
    categories: NameList,
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

    /// Reads the ranges, each reader by a connection of its own, and puts them together in their order as they come.
    pub(super) fn read_ranges(
        &self,
        builder: &mut EventLogBuilder,
        collectors: Vec<Collector<'a>>,
        ranges: &[Range],
        generation: u64,
    ) -> Result<Vec<Table<'a>>, StoreError> {
        let stream_types = collectors.first().map(|first| first.stream_types.clone()).unwrap_or_default();
        let reading = Reading {
            source: self.source,
            read_at_most: self.read_at_most,
            progress: self.progress,
            cancel: self.cancel,
        };
        let cores = rayon::current_num_threads();
        let mut readers: Vec<Reader<'a>> =
            (0..cores.min(ranges.len())).map(|_| Reader::new(&self.bound.sources[0], stream_types.clone())).collect();
        let joining = Joining::new(builder, readers.len());
        let next = AtomicUsize::new(0);
        readers.par_iter_mut().enumerate().try_for_each(|(number, reader)| {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(range) = ranges.get(at) else { return Ok(()) };
                let mut builder = EventLogBuilder::new(generation);
                builder.reserve(range.rows_at_most());
                reading.read(reader, &mut builder, *range)?;
                joining.add(at, reader.piece(number, builder));
                if joining.is_full.load(Ordering::Relaxed) {
                    return Err(StoreError::TooManyEvents(self.source.shown.clone()));
                }
            }
        })?;
        joining.go_on();
        if joining.is_full.into_inner() {
            return Err(StoreError::TooManyEvents(self.source.shown.clone()));
        }
        let mut tables: Vec<Table<'a>> = collectors.into_iter().map(|c| Table::new(c, Links::default())).collect();
        if let Some(table) = tables.first_mut() {
            readers.iter().for_each(|reader| table.collector.tally.add(&reader.collector.tally));
        }
        Ok(tables)
    }
}

/// Pieces on their way into the index, in the order of their ranges. Whoever has read a piece puts in what can go in now,
/// unless another is about it: nobody waits.
struct Joining<'b> {
    read: Mutex<BTreeMap<usize, Piece>>,
    joined: Mutex<Joined<'b>>,
    /// The index holds as many events as it can.
    is_full: AtomicBool,
}

struct Joined<'b> {
    builder: &'b mut EventLogBuilder,
    /// The range that comes next.
    next: usize,
    /// Of each reader.
    known: Vec<Known>,
}

impl<'b> Joining<'b> {
    fn new(builder: &'b mut EventLogBuilder, readers: usize) -> Self {
        let known = (0..readers).map(|_| Known::default()).collect();
        let joined = Mutex::new(Joined { builder, next: 0, known });
        Self { read: Mutex::default(), joined, is_full: AtomicBool::new(false) }
    }

    fn add(&self, range: usize, piece: Piece) {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(range, piece);
        self.go_on();
    }

    /// Puts in the pieces that follow on what is there.
    fn go_on(&self) {
        let Ok(mut joined) = self.joined.try_lock() else { return };
        loop {
            let next = self.read.lock().unwrap_or_else(PoisonError::into_inner).remove(&joined.next);
            let Some(piece) = next else { return };
            joined.put_in(piece);
            if joined.builder.len() >= u32::MAX as usize {
                self.is_full.store(true, Ordering::Relaxed);
                return;
            }
        }
    }
}

impl Joined<'_> {
    /// A name that is new to the index is new to the piece's reader too, whose earlier ranges all came before: so names
    /// get their places in the order in which rows have them.
    fn put_in(&mut self, piece: Piece) {
        let Known { places, categories } = &mut self.known[piece.reader];
        piece.new.categories.iter().for_each(|name| categories.push(name));
        for (name, kind) in piece.new.streams.iter().zip(&piece.new.kinds) {
            places.streams.push(self.builder.stream_named(name, categories.get(kind.category), kind.link));
        }
        places.types.extend(piece.new.types.iter().map(|name| self.builder.event_type(name)));
        self.builder.append(piece.builder, places);
        self.next += 1;
    }
}

/// Who reads ranges, one after the other, by a connection of its own.
struct Reader<'a> {
    conn: Option<Link>,
    collector: Collector<'a>,
    /// The names that are in the pieces that it made.
    given: Given,
}

impl<'a> Reader<'a> {
    fn new(source: &'a EventSource, stream_types: Arc<HashMap<String, String>>) -> Self {
        let mut collector = Collector::new(source);
        collector.stream_types = stream_types;
        Self { conn: None, collector, given: Given::default() }
    }

    fn piece(&mut self, reader: usize, builder: EventLogBuilder) -> Piece {
        Piece { builder, reader, new: self.collector.names.more(&mut self.given) }
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

    /// Reads one range, in reads of about the usual length where others may write.
    fn read(&self, reader: &mut Reader<'_>, builder: &mut EventLogBuilder, range: Range) -> Result<(), StoreError> {
        let Reader { conn, collector, .. } = reader;
        let conn = match conn {
            Some(conn) => conn,
            None => conn.insert(self.source.connect(Some(self.cancel))?),
        };
        let mut feeder = Feeder::of_pieces();
        let Some(rowid) = collector.source.key.rowid().map(|rowid| format!("{EVENTS}.{}", quoted(rowid))) else {
            return Ok(());
        };
        let (select, from) = (collector.select.sql(), &collector.from);
        let sql = format!("SELECT {select} FROM {from} WHERE {rowid} >= ?1 AND {rowid} <= ?2 ORDER BY {rowid}");
        let mut first = range.first;
        collector.forget_row();
        loop {
            let mut statement = self.sql(conn.prepare_cached(&sql))?;
            let mut rows = self.sql(statement.query([first, range.last]))?;
            let (mut began, mut last) = (None, None);
            while let Some(row) = self.sql(rows.next())? {
                // From the first row on: before it, others may have been waited for.
                let began = began.get_or_insert_with(|| Lasting::of(self.source));
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
    (few * 3 <= ranges.len()).then(|| &ranges[..few])
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
