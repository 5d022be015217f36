//! One pass over the event tables into the columnar index. Payloads are not touched, unless something is in them that
//! the index needs.

mod apart;
mod assemble;
mod collect;
mod links;
mod names;
mod order_key;
mod piece;
mod ranges;
mod stream_rule;
mod tags;
mod walk;

use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::model::{Cancel, EventLog, EventLogBuilder, Progress, StreamIndex};

use super::Scanned;
use super::connect::quoted;
use super::error::StoreError;
use super::layout::TIME;
use super::open::{AccessMode, Source};
use super::plan::EVENTS;
use super::probe::Stamp;
use super::raw::Raw;
use super::recognise::{Bound, EventSource, Key, glob};
use apart::keep_apart;
use assemble::{Feeder, Table, assemble, is_plain};
use collect::Collector;
pub(super) use links::links_are_at_hand;
pub(super) use piece::{Asked, From, Piece, piece};
pub(super) use walk::primary_keys;

/// A read of a shared file lasts at most about this long: a longer one would hold up its writers.
pub(super) const READ_AT_MOST: Duration = Duration::from_millis(25);
/// Rows between two looks at the clock and at [`Cancel`].
const ROWS_BETWEEN_LOOKS: usize = 256;
/// Complete passes that a writer may spoil before changes behind the reading are put up with.
const STRICT_PASSES: usize = 3;

/// Scans the store, in reads of about [`READ_AT_MOST`] where others may write.
pub(super) fn scan(
    source: &Source,
    bound: &Bound,
    generation: u64,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<(EventLog, Scanned), StoreError> {
    scan_in_reads_of(READ_AT_MOST, source, bound, generation, progress, cancel)
}

fn scan_in_reads_of(
    read_at_most: Duration,
    source: &Source,
    bound: &Bound,
    generation: u64,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<(EventLog, Scanned), StoreError> {
    let conn = source.connect(Some(cancel))?;
    let scan = Scan { source, bound, conn: &conn, read_at_most, progress, cancel };
    // Whoever follows a store looks again at all of it, behind its growth.
    let strict = if source.mode == AccessMode::Live { 0 } else { STRICT_PASSES };
    for _ in 0..strict {
        if let Some(pass) = scan.pass(generation, Changes::Refused)? {
            return Ok(pass.finish(bound));
        }
    }
    let pass =
        scan.pass(generation, Changes::PutUpWith)?.ok_or_else(|| StoreError::KeepsChanging(source.shown.clone()))?;
    let (log, mut scanned) = pass.finish(bound);
    if source.mode == AccessMode::Live {
        source.check_read(&conn)?;
        return Ok((log, scanned));
    }
    scanned.notes.push(
        "the store was written while it was read; events changed or removed meanwhile may be shown as they were".into(),
    );
    Ok((log, scanned))
}

/// The beginning of a large store: at least so many rows, and about how many there are; `None` where reading only a part
/// would gain nothing, or where the first rows are not the first events.
pub(super) fn scan_first(
    source: &Source,
    bound: &Bound,
    rows: u64,
    generation: u64,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Option<(EventLog, Scanned, u64)>, StoreError> {
    let conn = source.connect(Some(cancel))?;
    let scan = Scan { source, bound, conn: &conn, read_at_most: READ_AT_MOST, progress, cancel };
    let mut collectors: Vec<Collector<'_>> = bound.sources.iter().map(Collector::new).collect();
    let Some(ranges) = scan.ranges(&collectors)? else { return Ok(None) };
    let Some(first) = ranges::beginning(&ranges, rows) else { return Ok(None) };
    let stamp = source.stamp_of_reads()?;
    for collector in &mut collectors {
        collector.stream_types = scan.stream_types(collector.source)?.into();
    }
    let total = scan.rows_at_most()?;
    progress.set_total(total);
    progress.set_done(0);
    let mut builder = EventLogBuilder::new(generation);
    let tables = scan.read_ranges(&mut builder, collectors, first, generation)?;
    let (log, scanned) = Pass { builder, tables, stamp, notes: Vec::new() }.finish(bound);
    // Gaps in the row numbers may leave little of them; as many as in the beginning are expected in the rest.
    let expected = (log.len() as u128 * ranges.len() as u128 / first.len() as u128).min(u128::from(total));
    Ok((!log.is_empty()).then_some((log, scanned, expected as u64)))
}

/// What to do when a writer came between two reads of one pass.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Changes {
    Refused,
    PutUpWith,
}

struct Scan<'a> {
    source: &'a Source,
    bound: &'a Bound,
    conn: &'a Connection,
    read_at_most: Duration,
    progress: &'a Progress,
    cancel: &'a Cancel,
}

/// What one pass collects.
struct Pass<'a> {
    builder: EventLogBuilder,
    tables: Vec<Table<'a>>,
    stamp: Stamp,
    /// What a user should know of how the tables were put together.
    notes: Vec<String>,
}

impl<'a> Scan<'a> {
    /// One pass; `None` if a writer came between and that is refused.
    fn pass(&self, generation: u64, changes: Changes) -> Result<Option<Pass<'a>>, StoreError> {
        // In this order: what is committed between the two looks is in the stamp as in the rows.
        let version = self.data_version()?;
        let shared = self.source.is_shared();
        let stamp = if shared { self.source.stamp_of_reads()? } else { self.source.stamp_when_opened() };
        let mut collectors: Vec<Collector<'a>> = self.bound.sources.iter().map(Collector::new).collect();
        for collector in &mut collectors {
            collector.stream_types = self.stream_types(collector.source)?.into();
        }
        self.progress.set_total(self.rows_at_most()?);
        self.progress.set_done(0);
        let mut builder = EventLogBuilder::new(generation);
        if let Some(ranges) = self.ranges(&collectors)? {
            let tables = self.read_ranges(&mut builder, collectors, &ranges, generation)?;
            if self.data_version()? != version && changes == Changes::Refused {
                return Ok(None);
            }
            self.progress.set_done(builder.len() as u64);
            return Ok(Some(Pass { builder, tables, stamp, notes: Vec::new() }));
        }
        let mut feeder = is_plain(&collectors).then(|| Feeder::new(0));
        let mut tables = Vec::new();
        let mut read = 0;
        for mut collector in collectors {
            let mut at = Resume::Start;
            loop {
                let next = self.read(&mut collector, &at, read)?;
                if self.data_version()? != version && changes == Changes::Refused {
                    return Ok(None);
                }
                read += collector.found.len();
                if let Some(feeder) = &mut feeder {
                    feeder.drain(&mut builder, &mut collector);
                    read = builder.len();
                }
                match next {
                    Some(next) => at = next,
                    None => break,
                }
            }
            let links = self.links(&mut collector, None)?;
            if self.data_version()? != version && changes == Changes::Refused {
                return Ok(None);
            }
            tables.push(Table::new(collector, links));
        }
        let mut notes = Vec::new();
        if feeder.is_none() {
            notes = keep_apart(&mut tables, self.bound);
            assemble(&mut builder, &tables, self.bound.spec.shared_positions);
        }
        self.progress.set_done(builder.len() as u64);
        Ok(Some(Pass { builder, tables, stamp, notes }))
    }

    /// One read of at most about the usual length where others may write; where to go on, if it did not come to the end.
    fn read(&self, collector: &mut Collector<'_>, from: &Resume, before: usize) -> Result<Option<Resume>, StoreError> {
        let source = collector.source;
        let (condition, order) = from.clauses(source);
        let sql = format!("SELECT {} FROM {} {condition} ORDER BY {order}", collector.select.sql(), collector.from);
        let mut statement = self.sql(self.conn.prepare_cached(&sql))?;
        let mut rows = self.sql(statement.query(rusqlite::params_from_iter(from.values())))?;
        let start = collector.found.len();
        let mut row = self.sql(rows.next())?;
        // From the first row on: before it, others may have been waited for.
        let began = Lasting::of(self.source);
        let mut rows_read = 0usize;
        while let Some(found) = row {
            rows_read += 1;
            let read = before + collector.found.len() - start;
            if read >= u32::MAX as usize {
                return Err(StoreError::TooManyEvents(self.source.shown.clone()));
            }
            self.sql(collector.take(found, read as i64 + 1))?;
            if collector.unnumbered {
                check_order(self.source, collector)?;
            }
            if rows_read.is_multiple_of(ROWS_BETWEEN_LOOKS) {
                if self.cancel.is_cancelled() {
                    return Err(StoreError::Cancelled);
                }
                check_order(self.source, collector)?;
                self.progress.set_done(read as u64);
                let full = collector.found.len() - start >= ROWS_AT_ONCE;
                if full || (self.source.is_shared() && began.elapsed() > self.read_at_most) {
                    return Ok(Some(self.sql(Resume::after(found, collector))?));
                }
            }
            row = self.sql(rows.next())?;
        }
        Ok(None)
    }

    fn sql<T>(&self, result: rusqlite::Result<T>) -> Result<T, StoreError> {
        result.map_err(|e| StoreError::sqlite(&self.source.shown, "read its events", e))
    }

    /// Changes when another connection commits.
    fn data_version(&self) -> Result<i64, StoreError> {
        if !self.source.is_shared() {
            return Ok(0);
        }
        self.sql(self.conn.query_row("PRAGMA data_version", [], |row| row.get(0)))
    }

    /// A cheap upper bound: the largest row numbers, or a count where there are none.
    fn rows_at_most(&self) -> Result<u64, StoreError> {
        let mut sum = 0u64;
        for source in &self.bound.sources {
            let what = match source.key.rowid() {
                Some(rowid) => format!("max({EVENTS}.{})", quoted(rowid)),
                // Counting would hold the lock for as long as it takes.
                None if self.source.is_shared() => continue,
                None => "count(*)".to_owned(),
            };
            let sql = format!("SELECT {what} FROM {} AS {EVENTS}", quoted(&source.table.name));
            let rows: Option<i64> = self.sql(self.conn.query_row(&sql, [], |row| row.get(0)))?;
            sum = sum.saturating_add(u64::try_from(rows.unwrap_or(0)).unwrap_or(0));
        }
        Ok(sum)
    }
}

/// A read transaction under way; takes note of how long it lasted when it ends.
pub(super) struct Lasting<'a> {
    source: &'a Source,
    began: Instant,
}

impl<'a> Lasting<'a> {
    pub(super) fn of(source: &'a Source) -> Self {
        Self { source, began: Instant::now() }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }
}

impl Drop for Lasting<'_> {
    fn drop(&mut self) {
        self.source.attachment.note_read(self.began.elapsed());
    }
}

/// An error where a table's rows came out of the order that it was asked for, or can't be told apart.
fn check_order(source: &Source, collector: &Collector<'_>) -> Result<(), StoreError> {
    let (path, table) = (source.shown.clone(), collector.source.table.name.clone());
    if collector.unnumbered {
        let column = collector.source.key.rowid().unwrap_or_default().to_owned();
        return Err(StoreError::NotNumbered { path, table, column });
    }
    if collector.out_of_order {
        return Err(StoreError::Damaged { path, message: format!("the rows of its table {table} are out of order") });
    }
    Ok(())
}

/// Rows that are collected before they go on into the index.
const ROWS_AT_ONCE: usize = 1 << 16;

/// From where a pass goes on.
enum Resume {
    Start,
    /// After this row number.
    AfterRow(Raw),
    /// After the row with these values of the columns that order the table.
    After(Vec<Raw>),
}

impl Resume {
    fn after(row: &rusqlite::Row<'_>, collector: &Collector<'_>) -> rusqlite::Result<Self> {
        match collector.row_key_at() {
            Some(at) => Ok(Self::AfterRow(row.get_ref(at)?.into())),
            None => (0..collector.order_columns)
                .map(|at| row.get_ref(at).map(Raw::from))
                .collect::<rusqlite::Result<_>>()
                .map(Self::After),
        }
    }

    /// The condition and the order.
    fn clauses(&self, source: &EventSource) -> (String, String) {
        let names = match (&source.key, source.key.rowid()) {
            (_, Some(rowid)) => vec![rowid.to_owned()],
            (Key::Columns(columns) | Key::Keyed { columns, .. }, None) => columns.clone(),
            (_, None) => Vec::new(),
        };
        let columns: Vec<String> = names.iter().map(|name| format!("{EVENTS}.{}", quoted(name))).collect();
        let columns = columns.join(", ");
        let condition = match self {
            Self::Start => String::new(),
            Self::AfterRow(_) => format!("WHERE {columns} > ?1"),
            Self::After(key) => {
                let places = (1..=key.len()).map(|at| format!("?{at}")).collect::<Vec<_>>().join(", ");
                format!("WHERE ({columns}) > ({places})")
            }
        };
        (condition, columns)
    }

    fn values(&self) -> &[Raw] {
        match self {
            Self::Start => &[],
            Self::AfterRow(rowid) => std::slice::from_ref(rowid),
            Self::After(key) => key,
        }
    }
}

impl Pass<'_> {
    fn finish(self, bound: &Bound) -> (EventLog, Scanned) {
        let mut notes: Vec<String> = Vec::new();
        for note in self.tables.iter().flat_map(|table| table.collector.notes_of_times()) {
            if !notes.iter().any(|known| known == note) {
                notes.push(note.to_owned());
            }
        }
        let mut log = self.builder.finish();
        mark_streams(&mut log, bound);
        if let [_, _, ..] = bound.sources.as_slice() {
            let names: Vec<&str> = bound.sources.iter().map(|source| source.table.name.as_str()).collect();
            let (by, ordinals) = match bound.spec.shared_positions {
                true => ("position", if log.has_ordinal_positions() { "; positions are ordinals" } else { "" }),
                false => ("time", "; positions are ordinals"),
            };
            let how = match bound.spec.shared_positions || log.is_empty() || log.time_range().is_some() {
                true => format!("merged by {by}"),
                false => "one after the other, as nothing says when they were recorded".to_owned(),
            };
            let (count, names) = (names.len(), names.join(", "));
            notes.push(format!("the events are those of {count} tables, {how}: {names}{ordinals}"));
            notes.extend(self.notes);
        } else if log.has_ordinal_positions() && !log.is_empty() {
            notes.push(match &bound.key {
                Key::Columns(columns) => format!(
                    "the event table has no row numbers: events are ordered by {}, and positions are ordinals",
                    columns.join(", ")
                ),
                Key::Keyed { by, position: None, columns } if by.is_empty() => format!(
                    "nothing in the event table says in which order its rows came, which have no numbers: they are \
                     ordered by its key ({}), and positions are ordinals",
                    columns.join(", ")
                ),
                Key::Ordered { by, position: None, .. } | Key::Keyed { by, position: None, .. } => {
                    let by: Vec<&str> = by
                        .iter()
                        .map(|name| if name == TIME { "time" } else { name })
                        .filter(|name| !name.ends_with(".rowid"))
                        .collect();
                    format!("events are ordered by {}, and positions are ordinals", by.join(", "))
                }
                _ if bound.events_are_several() => "a row holds several events: positions are ordinals".to_owned(),
                _ => "the store's positions are missing, repeated or out of order: positions are ordinals".to_owned(),
            });
        }
        let sum = |of: &dyn Fn(&collect::Tally) -> usize| -> usize {
            self.tables.iter().map(|table| of(&table.collector.tally)).sum()
        };
        let mut count = |number: usize, one: &str, many: &str| match number {
            0 => {}
            1 => notes.push(format!("1 {one}")),
            _ => notes.push(format!("{number} {many}")),
        };
        count(
            sum(&|t| t.times_unreadable),
            "time can't be represented; the event has it as time_raw",
            "times can't be represented; the events have them as time_raw",
        );
        count(sum(&|t| t.no_type), "event has no type", "events have no type");
        count(
            sum(&|t| t.lossy),
            "name of a stream or a type is not valid UTF-8; its bytes are shown as \u{fffd}",
            "names of streams or types are not valid UTF-8; their bytes are shown as \u{fffd}",
        );
        count(sum(&|t| t.lists_empty), "row of several events holds none", "rows of several events hold none");
        count(
            sum(&|t| t.lists_unreadable),
            "row of several events can't be taken apart; it is shown as one event",
            "rows of several events can't be taken apart; each is shown as one event",
        );
        let is_local = |source: &EventSource| source.spec.time.iter().any(|time| time.zone_of_application);
        if log.time_range().is_some() && bound.sources.iter().any(is_local) {
            notes.push(
                "times have no zone in the store: they are taken for UTC, and may be the application's".to_owned(),
            );
        }
        if !log.is_empty() && log.time_range().is_none() {
            notes.push("the events have no times; name moments by position or version".to_owned());
        }
        let generation = log.generation();
        (log, Scanned { notes, stamp: Some(self.stamp), generation })
    }
}

/// Marks streams whose events are all archived or deleted, and those that an event has ended.
fn mark_streams(log: &mut EventLog, bound: &Bound) {
    let ended_by: Vec<&String> = bound.sources.iter().flat_map(|source| &source.spec.stream.ended_by).collect();
    let ends: Vec<bool> = log.types().iter().map(|t| ended_by.iter().any(|form| glob(form, &t.name))).collect();
    let is_deleted = bound.sources.iter().all(|source| source.spec.archived_is_deleted);
    let marks = (0..log.streams().len() as u32).map(StreamIndex).map(|stream| {
        let lane = log.lane(stream);
        let archived = !lane.is_empty() && lane.iter().all(|event| log.is_archived(*event as usize));
        let last = lane.last().map(|event| log.type_of(*event as usize));
        (archived, archived && is_deleted || last.is_some_and(|t| ends[t.0 as usize]))
    });
    let marks: Vec<(bool, bool)> = marks.collect();
    for (at, (archived, deleted)) in marks.into_iter().enumerate() {
        log.mark_stream(StreamIndex(at as u32), archived, deleted);
    }
}

/// The class in a Python topic: `BankAccount` in `bank.model:BankAccount.Opened`, `Solo` in `bank.model:Solo`, which
/// names no event inside a class.
pub(super) fn topic_class(topic: &str) -> Option<&str> {
    let (_, qualified) = topic.rsplit_once(':')?;
    let class = qualified.rsplit_once('.').map_or(qualified, |(class, _)| class);
    let class = class.rsplit('.').next().unwrap_or(class);
    (!class.is_empty()).then_some(class)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::connect::{Access, connect};

    #[test]
    fn classes_in_topics() {
        for (topic, class) in [
            ("bank.model:BankAccount.Opened", Some("BankAccount")),
            ("bank.model:Outer.BankAccount.Opened", Some("BankAccount")),
            ("bank.model:Solo", Some("Solo")),
            ("bank.model:", None),
            ("Opened", None),
        ] {
            assert_eq!(topic_class(topic), class, "{topic}");
        }
    }

    #[test]
    fn a_break_among_rows_without_a_position_loses_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let conn = connect(&path, Access::Own, Duration::ZERO, None).unwrap();
        conn.execute_batch(
            "CREATE TABLE events (position INTEGER, stream_id TEXT, version INTEGER, event_id TEXT, type TEXT, \
             schema_version INTEGER, recorded_at TEXT, valid_at TEXT, data TEXT, metadata TEXT);
             WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1400) \
             INSERT INTO events SELECT CASE WHEN n > 600 THEN 3000 - n END, 'a-1', n, n, 'X', 1, NULL, NULL, '{}', NULL \
             FROM n;",
        )
        .unwrap();
        conn.close().unwrap();
        let store =
            crate::store::open(&path, &crate::store::OpenOptions::default(), &Progress::default(), &Cancel::default())
                .unwrap();
        assert!(matches!(store.bound.key, Key::Position { .. }));
        let read = |at_most| {
            let (progress, cancel) = (Progress::default(), Cancel::default());
            let (log, _) = scan_in_reads_of(at_most, &store.source, &store.bound, 1, &progress, &cancel).unwrap();
            (0..log.len()).map(|index| log.row_key(index)).collect::<Vec<_>>()
        };
        let expected: Vec<i64> = (1..=600).chain((601..=1400).rev()).collect();
        assert_eq!(read(Duration::MAX), expected);
        assert_eq!(read(Duration::ZERO), expected);
    }

    #[test]
    fn reading_by_ranges_is_reading_in_one_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let conn = connect(&path, Access::Own, Duration::ZERO, None).unwrap();
        conn.execute_batch(
            "CREATE TABLE events (position INTEGER PRIMARY KEY, stream_id TEXT, version INTEGER, event_id TEXT, \
             type TEXT, schema_version INTEGER, recorded_at TEXT, valid_at TEXT, data TEXT, metadata TEXT);
             WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 60000) \
             INSERT INTO events SELECT n * 7 - 100, CASE n % 997 WHEN 5 THEN 5 WHEN 6 THEN CAST(x'ff41' AS TEXT) WHEN 7 \
             THEN x'ff41' WHEN 8 THEN '' WHEN 9 THEN NULL WHEN 10 THEN printf('%.400c', 'l') WHEN 11 THEN 'b-11' \
             ELSE 'a-' || (n % 997) END, n, n, CASE WHEN n % 31 THEN 'X' || (n % 5) END, 1, CASE WHEN n % 7 THEN 1700000000 + n ELSE 'soon' END, NULL, '{}', NULL FROM n;",
        )
        .unwrap();
        conn.close().unwrap();
        let (options, progress, cancel) =
            (crate::store::OpenOptions::default(), Progress::default(), Cancel::default());
        let store = crate::store::open(&path, &options, &progress, &cancel).unwrap();
        let read = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let (log, scanned) = scan(&store.source, &store.bound, 1, &progress, &cancel).unwrap();
                assert_eq!(progress.counts().0, 60_000);
                (log, scanned.notes)
            })
        };
        let (alone, notes) = read(1);
        let (together, same_notes) = read(3);
        assert_eq!((alone.len(), alone.position(0)), (60_000, -93));
        assert_eq!(notes, same_notes);
        // The map of names has no order.
        let shown = |log: &EventLog| {
            let image = log.image().unwrap();
            (image.names, image.events.map(std::borrow::Cow::into_owned), image.streams)
        };
        assert!(shown(&alone) == shown(&together));
        let lanes = |log: &EventLog| {
            let streams = (0..log.streams().len()).map(|stream| StreamIndex(stream as u32));
            streams.map(|stream| log.lane(stream).to_vec()).collect::<Vec<_>>()
        };
        assert_eq!(lanes(&alone), lanes(&together));
        // Streams are numbered as they appear, whatever form their names have.
        assert!(lanes(&alone).is_sorted_by(|a, b| a[0] < b[0]));
        let names: Vec<&str> = alone.streams().iter().map(|stream| &*stream.name).collect();
        assert_eq!((names.len(), &names[..6]), (996, &["a-1", "a-2", "a-3", "a-4", "5", "\u{fffd}A"][..]));
        assert_eq!((names[6], names[7], names[8].len(), names[9]), ("ff41", "", 400, "b-11"));
    }
}
