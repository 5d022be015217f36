//! One pass over the event table into the columnar index. Payloads are not touched, unless the time is in them.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::types::{Value as SqlValue, ValueRef};

use crate::model::names::category_of;
use crate::model::{
    Cancel, EventKind, EventLog, EventLogBuilder, LogRow, Path, Progress, StreamIndex, TypeIndex, json,
};

use super::Scanned;
use super::connect::quoted;
use super::error::StoreError;
use super::layout::{CategoryRule, TimeEncoding, TimePlace};
use super::open::{AccessMode, Source};
use super::payload::{Unpacked, unpack};
use super::probe::Stamp;
use super::recognise::{Bound, Key};
use super::rows::{Select, StreamColumns, integer, is_set, order_columns, text};
use super::times::{self, StoredTime};

/// A read of a shared file lasts at most about this long: a longer one would hold up its writers.
pub(super) const READ_AT_MOST: Duration = Duration::from_millis(40);
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
    let scan = Scan { source, bound, conn: &conn, columns: Columns::new(bound)?, read_at_most, progress, cancel };
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
        source.check()?;
        return Ok((log, scanned));
    }
    scanned.notes.push(
        "the store was written while it was read; events changed or removed meanwhile may be shown as they were".into(),
    );
    Ok((log, scanned))
}

/// Rows that were read on from some row.
pub(super) struct Piece {
    /// As an index of their own.
    pub log: EventLog,
    /// Whether there were no more.
    pub at_end: bool,
    /// What a user should know of them.
    pub notes: Vec<String>,
}

/// How much to read at once.
#[derive(Clone, Copy)]
pub(super) struct Most {
    pub rows: usize,
    pub time: Duration,
}

impl Most {
    pub(super) const ALL: Self = Self { rows: usize::MAX, time: Duration::MAX };
}

/// What finds the row of an event again in the order in which rows are read; `None` where that can't be told from the
/// index.
pub(super) fn place_of(bound: &Bound, log: &EventLog, event: usize) -> Option<Vec<SqlValue>> {
    match &bound.key {
        Key::Rowid(_) => Some(vec![log.row_key(event).into()]),
        Key::Position { .. } if log.has_ordinal_positions() => None,
        Key::Position { .. } => Some(vec![log.position(event).into(), log.row_key(event).into()]),
        Key::Columns(_) => None,
    }
}

/// Reads on behind a row, in reads of about [`READ_AT_MOST`]; from the first row where none is named.
pub(super) fn piece(
    conn: &Connection,
    source: &Source,
    bound: &Bound,
    after: Option<Vec<SqlValue>>,
    most: Most,
    cancel: &Cancel,
) -> Result<Piece, StoreError> {
    let progress = &Progress::default();
    let columns = Columns::new(bound)?;
    let scan = Scan { source, bound, conn, columns, read_at_most: READ_AT_MOST, progress, cancel };
    let start = after.map_or(Resume::Start, Resume::After);
    let (pass, at_end) = scan.pass_from(0, Changes::PutUpWith, start, most)?;
    let pass = pass.ok_or_else(|| StoreError::KeepsChanging(source.shown.clone()))?;
    let (log, scanned) = pass.finish(bound);
    Ok(Piece { log, at_end, notes: scanned.notes })
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
    columns: Columns,
    read_at_most: Duration,
    progress: &'a Progress,
    cancel: &'a Cancel,
}

/// Where in the select list is what.
struct Columns {
    select: Select,
    order: Vec<usize>,
    row_key: Option<usize>,
    position: Option<usize>,
    stream: StreamColumns,
    version: Option<usize>,
    event_type: usize,
    times: Vec<TimeColumn>,
    archived: Option<usize>,
    kind: Option<usize>,
}

struct TimeColumn {
    column: usize,
    /// For a time inside JSON: where in it.
    path: Option<Path>,
    in_payload: bool,
    encoding: TimeEncoding,
    /// For the notes.
    described: String,
}

impl Columns {
    fn new(bound: &Bound) -> Result<Self, StoreError> {
        let events = &bound.spec.events;
        let mut select = Select::default();
        let order: Vec<usize> = order_columns(&bound.key).iter().map(|column| select.place(column)).collect();
        let (row_key, position) = match &bound.key {
            Key::Rowid(_) => (Some(order[0]), Some(order[0])),
            Key::Position { .. } => (Some(order[1]), Some(order[0])),
            Key::Columns(_) => (None, None),
        };
        let mut times = Vec::new();
        for spec in &events.time {
            let (column, path, in_payload) = match &spec.place {
                TimePlace::Column(column) => (Some(column), None, false),
                TimePlace::Payload(path) => (Some(&events.payload.column), Path::parse(path).ok(), true),
                TimePlace::Metadata(path) => (events.metadata.as_ref(), Path::parse(path).ok(), false),
            };
            if let Some(column) = select.role(bound, column) {
                let described = match &spec.place {
                    TimePlace::Column(_) => String::new(),
                    TimePlace::Payload(path) => format!("times are taken from {path} in the payload"),
                    TimePlace::Metadata(path) => format!("times are taken from {path} in the metadata"),
                };
                times.push(TimeColumn { column, path, in_payload, encoding: spec.encoding, described });
            }
        }
        Ok(Self {
            order,
            row_key,
            position,
            stream: StreamColumns::new(&events.stream, bound, &mut select),
            version: select.role(bound, events.version.as_ref()),
            event_type: select.place(&events.event_type),
            times,
            archived: select.role(bound, events.archived.as_ref()),
            kind: select.role(bound, events.kind.as_ref().map(|kind| &kind.column)),
            select,
        })
    }
}

/// From where a pass goes on. NULL, which sorts first, compares with nothing: rows without a position are resumed by
/// their row numbers, and what comes after them begins anew.
enum Resume {
    Start,
    AfterNull { rowid: SqlValue },
    NotNull,
    After(Vec<SqlValue>),
}

impl Resume {
    /// Behind the row with these values of the ordering columns.
    fn after(mut key: Vec<SqlValue>) -> Self {
        match key.first() {
            Some(SqlValue::Null) => Self::AfterNull { rowid: key.pop().unwrap_or(SqlValue::Null) },
            _ => Self::After(key),
        }
    }

    fn condition(&self, key: &Key) -> String {
        let columns: Vec<String> = order_columns(key).iter().map(|column| quoted(column)).collect();
        let first = columns.first().map_or("", String::as_str);
        let last = columns.last().map_or("", String::as_str);
        match self {
            Self::Start => String::new(),
            Self::AfterNull { .. } => format!("WHERE {first} IS NULL AND {last} > ?1"),
            Self::NotNull => format!("WHERE {first} IS NOT NULL"),
            Self::After(key) => {
                let places = (1..=key.len()).map(|at| format!("?{at}")).collect::<Vec<_>>().join(", ");
                format!("WHERE ({}) > ({places})", columns.join(", "))
            }
        }
    }

    fn values(&self) -> &[SqlValue] {
        match self {
            Self::Start | Self::NotNull => &[],
            Self::AfterNull { rowid } => std::slice::from_ref(rowid),
            Self::After(key) => key,
        }
    }

    /// What comes when all rows of this one were read.
    fn at_end(&self) -> Option<Self> {
        matches!(self, Self::AfterNull { .. }).then_some(Self::NotNull)
    }
}

/// What one pass collects.
struct Pass {
    builder: EventLogBuilder,
    streams: Interner<StreamIndex>,
    types: Interner<TypeIndex>,
    stream_types: HashMap<String, String>,
    name: String,
    no_type: usize,
    lossy: usize,
    times_unreadable: usize,
    times_used: Vec<usize>,
    notes_of_times: Vec<String>,
    stamp: Stamp,
}

impl Scan<'_> {
    /// One pass; `None` if a writer came between and that is refused.
    fn pass(&self, generation: u64, changes: Changes) -> Result<Option<Pass>, StoreError> {
        self.pass_from(generation, changes, Resume::Start, Most::ALL).map(|(pass, _)| pass)
    }

    /// The same from a row on, as far as `most` allows; and whether it came to the end.
    fn pass_from(
        &self,
        generation: u64,
        changes: Changes,
        start: Resume,
        most: Most,
    ) -> Result<(Option<Pass>, bool), StoreError> {
        let columns = &self.columns;
        // In this order: what is committed between the two looks is in the stamp as in the rows.
        let version = self.data_version()?;
        let shared = self.source.is_shared();
        let stamp = if shared { self.source.stamp_of_reads()? } else { self.source.stamp_when_opened() };
        let mut pass = Pass {
            builder: EventLogBuilder::new(generation),
            streams: Interner::new(),
            types: Interner::new(),
            stream_types: self.sql(self.stream_types())?,
            name: String::new(),
            no_type: 0,
            lossy: 0,
            times_unreadable: 0,
            times_used: vec![0; columns.times.len()],
            notes_of_times: columns.times.iter().map(|time| time.described.clone()).collect(),
            stamp,
        };
        if matches!(start, Resume::Start) {
            self.progress.set_total(self.rows_at_most()?);
        }
        self.progress.set_done(0);
        let all_began = Instant::now();
        let table = quoted(&self.bound.events.name);
        let order = order_columns(&self.bound.key).iter().map(|c| quoted(c)).collect::<Vec<_>>().join(", ");
        let select = columns.select.sql();
        let mut resume = start;
        loop {
            let condition = resume.condition(&self.bound.key);
            let sql = format!("SELECT {select} FROM {table} {condition} ORDER BY {order}");
            let mut statement = self.sql(self.conn.prepare_cached(&sql))?;
            let mut rows = self.sql(statement.query(rusqlite::params_from_iter(resume.values())))?;
            let began = Instant::now();
            let mut next = resume.at_end();
            let mut enough = false;
            while let Some(row) = self.sql(rows.next())? {
                if pass.builder.len() >= u32::MAX as usize {
                    return Err(StoreError::TooManyEvents(self.source.shown.clone()));
                }
                self.sql(pass.take(columns, self.bound, row))?;
                if pass.builder.len().is_multiple_of(ROWS_BETWEEN_LOOKS) {
                    self.look(&pass)?;
                    enough = all_began.elapsed() > most.time;
                    if enough {
                        break;
                    }
                    if self.source.is_shared() && began.elapsed() > self.read_at_most {
                        let key = self.sql(columns.order.iter().map(|at| row.get(*at)).collect())?;
                        next = Some(Resume::after(key));
                        break;
                    }
                }
                enough = pass.builder.len() >= most.rows;
                if enough {
                    break;
                }
            }
            drop(rows);
            drop(statement);
            self.source.attachment.note_read(began.elapsed());
            if enough {
                return Ok((Some(pass), false));
            }
            if self.data_version()? != version && changes == Changes::Refused {
                return Ok((None, false));
            }
            match next {
                Some(next) => resume = next,
                None => {
                    self.progress.set_done(pass.builder.len() as u64);
                    return Ok((Some(pass), true));
                }
            }
        }
    }

    fn look(&self, pass: &Pass) -> Result<(), StoreError> {
        if self.cancel.is_cancelled() {
            return Err(StoreError::Cancelled);
        }
        self.progress.set_done(pass.builder.len() as u64);
        Ok(())
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

    /// The types of streams, where a table beside has them. Rows of one stream are of one type, whatever else differs.
    fn stream_types(&self) -> rusqlite::Result<HashMap<String, String>> {
        let mut types = HashMap::new();
        let Some(spec) = &self.bound.spec.events.stream.types_in else { return Ok(types) };
        let Some(table) = self.bound.beside.iter().find(|t| t.name.eq_ignore_ascii_case(&spec.table)) else {
            return Ok(types);
        };
        let (stream, column) = (quoted(&spec.stream), quoted(&spec.column));
        let mut statement = self.conn.prepare(&format!("SELECT {stream}, {column} FROM {}", quoted(&table.name)))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if let (Some((stream, _)), Some((found, _))) = (text(row.get_ref(0)?), text(row.get_ref(1)?))
                && !found.is_empty()
            {
                types.entry(stream.into_owned()).or_insert_with(|| found.into_owned());
            }
        }
        Ok(types)
    }

    /// A cheap upper bound: the largest row number, or a count where there is none.
    fn rows_at_most(&self) -> Result<u64, StoreError> {
        let what = match &self.bound.key {
            Key::Rowid(rowid) | Key::Position { rowid, .. } => format!("max({})", quoted(rowid)),
            Key::Columns(_) => "count(*)".to_owned(),
        };
        let sql = format!("SELECT {what} FROM {}", quoted(&self.bound.events.name));
        let rows: Option<i64> = self.sql(self.conn.query_row(&sql, [], |row| row.get(0)))?;
        Ok(u64::try_from(rows.unwrap_or(0)).unwrap_or(0))
    }
}

impl Pass {
    fn take(&mut self, columns: &Columns, bound: &Bound, row: &rusqlite::Row<'_>) -> rusqlite::Result<()> {
        let ordinal = self.builder.len() as i64 + 1;
        let type_value = row.get_ref(columns.event_type)?;
        let event_type = self.event_type(type_value);
        let stream = self.stream(columns, bound, row, type_value)?;
        let archived = match columns.archived {
            Some(at) => is_set(row.get_ref(at)?),
            None => false,
        };
        let time = self.time(columns, bound, row)?.timestamp();
        let position = columns.position.map(|at| row.get_ref(at)).transpose()?.and_then(integer);
        let row_key = match columns.row_key {
            // The row number is the position: read once.
            Some(at) if columns.position == Some(at) => position,
            Some(at) => integer(row.get_ref(at)?),
            None => None,
        };
        self.builder.push(LogRow {
            row_key: row_key.unwrap_or(ordinal),
            position,
            stream,
            version: columns.version.map(|at| row.get_ref(at)).transpose()?.and_then(integer),
            event_type,
            time,
            kind: kind(columns, bound, row)?,
            archived,
        });
        Ok(())
    }

    fn event_type(&mut self, value: ValueRef<'_>) -> TypeIndex {
        if let ValueRef::Text(bytes) = value
            && let Some(index) = self.types.get(bytes)
        {
            return index;
        }
        let found = text(value);
        self.no_type += usize::from(found.is_none());
        let (name, lossy) = found.unwrap_or_default();
        self.lossy += usize::from(lossy);
        let index = self.builder.event_type(&name);
        if let ValueRef::Text(bytes) = value
            && !lossy
        {
            self.types.insert(bytes, index);
        }
        index
    }

    fn stream(
        &mut self,
        columns: &Columns,
        bound: &Bound,
        row: &rusqlite::Row<'_>,
        event_type: ValueRef<'_>,
    ) -> rusqlite::Result<Option<StreamIndex>> {
        let spec = &bound.spec.events.stream;
        // The common case without a copy of the name.
        let single = match (columns.stream.parts.as_slice(), columns.stream.tenant) {
            ([part], None) => match row.get_ref(*part)? {
                ValueRef::Text(bytes) => Some(bytes),
                _ => None,
            },
            _ => None,
        };
        if let Some(index) = single.and_then(|bytes| self.streams.get(bytes)) {
            return Ok(Some(index));
        }
        let mut lossy = false;
        if !columns.stream.name(row, &mut self.name, &mut lossy)? {
            return Ok(None);
        }
        self.lossy += usize::from(lossy);
        if let (None, Some(index)) = (single, self.streams.get(self.name.as_bytes())) {
            return Ok(Some(index));
        }
        let first_part = match columns.stream.parts.first() {
            Some(part) if spec.category == CategoryRule::FirstPart => text(row.get_ref(*part)?),
            _ => None,
        };
        let index = self.builder.stream(&self.name, |name| match spec.category {
            _ if self.stream_types.contains_key(name) => self.stream_types[name].clone(),
            CategoryRule::General => category_of(name, &bound.events.name).to_owned(),
            CategoryRule::FirstPart => first_part.map(|(part, _)| part.into_owned()).unwrap_or_default(),
            CategoryRule::TopicClass => text(event_type)
                .and_then(|(topic, _)| topic_class(&topic).map(str::to_owned))
                .unwrap_or_else(|| category_of(name, &bound.events.name).to_owned()),
        });
        if !lossy {
            self.streams.insert(single.unwrap_or(self.name.as_bytes()), index);
        }
        Ok(Some(index))
    }

    fn time(&mut self, columns: &Columns, bound: &Bound, row: &rusqlite::Row<'_>) -> rusqlite::Result<StoredTime> {
        let mut result = StoredTime::Absent;
        for (at, column) in columns.times.iter().enumerate() {
            match stored_time(column, bound, row.get_ref(column.column)?) {
                StoredTime::Absent => {}
                StoredTime::Unreadable => result = StoredTime::Unreadable,
                time @ StoredTime::Read(_) => {
                    self.times_used[at] += 1;
                    return Ok(time);
                }
            }
        }
        self.times_unreadable += usize::from(result == StoredTime::Unreadable);
        Ok(result)
    }

    fn finish(self, bound: &Bound) -> (EventLog, Scanned) {
        let mut notes: Vec<String> = Vec::new();
        for (used, note) in self.times_used.iter().zip(&self.notes_of_times) {
            if *used > 0 && !note.is_empty() {
                notes.push(note.clone());
            }
        }
        let log = self.builder.finish();
        if log.has_ordinal_positions() && !log.is_empty() {
            notes.push(match &bound.key {
                Key::Columns(columns) => format!(
                    "the event table has no row numbers: events are ordered by {}, and positions are ordinals",
                    columns.join(", ")
                ),
                _ => "the store's positions are missing, repeated or out of order: positions are ordinals".to_owned(),
            });
        }
        let mut count = |number: usize, what: &str| {
            if number > 0 {
                notes.push(format!("{number} {what}"));
            }
        };
        count(self.times_unreadable, "times can't be represented; the events have them as time_raw");
        count(self.no_type, "events have no type");
        count(self.lossy, "names of streams or types are not valid UTF-8; their bytes are shown as \u{fffd}");
        if !log.is_empty() && log.time_range().is_none() {
            notes.push("the events have no times; name moments by position or version".to_owned());
        }
        (log, Scanned { notes, stamp: Some(self.stamp) })
    }
}

fn kind(columns: &Columns, bound: &Bound, row: &rusqlite::Row<'_>) -> rusqlite::Result<EventKind> {
    let (Some(at), Some(spec)) = (columns.kind, &bound.spec.events.kind) else {
        return Ok(EventKind::Event);
    };
    let Some((value, _)) = text(row.get_ref(at)?) else {
        return Ok(EventKind::Event);
    };
    let is_one_of = |list: &[String]| list.iter().any(|known| *known == value);
    Ok(if is_one_of(&spec.commands) {
        EventKind::Command
    } else if is_one_of(&spec.system) {
        EventKind::System
    } else {
        EventKind::Event
    })
}

fn stored_time(column: &TimeColumn, bound: &Bound, value: ValueRef<'_>) -> StoredTime {
    let Some(path) = &column.path else {
        return times::in_column(value, column.encoding);
    };
    let found = if column.in_payload {
        match unpack(value, &bound.spec.events.payload) {
            Unpacked::Text(text) => json::extract(&text, path).ok().flatten(),
            Unpacked::Nothing | Unpacked::Unreadable(_) => None,
        }
    } else {
        match value {
            ValueRef::Text(text) | ValueRef::Blob(text) => json::extract(text, path).ok().flatten(),
            _ => None,
        }
    };
    // What is no scalar is no time: the next place may have it.
    match found {
        Some(found) if found.is_leaf() => times::in_json(Some(&found), column.encoding),
        _ => StoredTime::Absent,
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

/// From bytes to an index, with the last one kept at hand: neighbouring rows are often of one stream or type.
struct Interner<I> {
    last: Option<(Vec<u8>, I)>,
    known: HashMap<Box<[u8]>, I, BuildHasherDefault<Mixer>>,
}

impl<I: Copy> Interner<I> {
    fn new() -> Self {
        Self { last: None, known: HashMap::default() }
    }

    fn get(&mut self, bytes: &[u8]) -> Option<I> {
        if let Some((last, index)) = &self.last
            && last == bytes
        {
            return Some(*index);
        }
        let index = *self.known.get(bytes)?;
        self.keep(bytes, index);
        Some(index)
    }

    fn insert(&mut self, bytes: &[u8], index: I) {
        self.known.insert(bytes.into(), index);
        self.keep(bytes, index);
    }

    fn keep(&mut self, bytes: &[u8], index: I) {
        match &mut self.last {
            Some((last, last_index)) => {
                last.clear();
                last.extend_from_slice(bytes);
                *last_index = index;
            }
            last => *last = Some((bytes.to_vec(), index)),
        }
    }
}

/// A short multiply-and-rotate hash: names are many and short, and the table lives for one scan only.
#[derive(Default)]
struct Mixer(u64);

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        let mut mix = |word: u64| self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            mix(u64::from_le_bytes(chunk.try_into().unwrap_or_default()));
        }
        let rest = chunks.remainder();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        mix(u64::from_le_bytes(last));
    }

    fn finish(&self) -> u64 {
        // A product's low bits know only the low bits of its factors, and the table picks its buckets by them.
        self.0.rotate_left(26)
    }
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
}
