//! Events in full, read again by their row keys when somebody needs them.

use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use std::time::Instant;

use rusqlite::types::{Value as SqlValue, ValueRef};
use rusqlite::{Connection, Row};

use crate::model::event::{MetadataFields, Payload, first_scalar};
use crate::model::{
    Cancel, Event, EventLog, Key as ObjectKey, Number, Object, Origin, Path, TypeIndex, Value, Wanted, json,
};

use super::Store;
use super::connect::quoted;
use super::error::StoreError;
use super::layout::{CategoryRule, TimePlace, TimeSpec};
use super::open::Source;
use super::payload::{decode, decode_noting_repeats, undecoded};
use super::recognise::{Bound, Key};
use super::rows::{Select, integer, order_columns, text};
use super::scan::READ_AT_MOST;
use super::times;

/// The key under which metadata is kept that is no JSON.
const RAW_METADATA: &str = "$raw";
/// Events in a batch where rows can't be streamed.
const BATCH: usize = 256;

/// Reads events of one store, by a connection of its own. `Send`, so that a background job can own it.
#[derive(Debug)]
pub struct Reader {
    source: Arc<Source>,
    bound: Arc<Bound>,
    conn: Connection,
    columns: Columns,
    selects: Selects,
    in_metadata: MetadataFields,
}

/// Where in the select list is what.
#[derive(Debug, Clone)]
struct Columns {
    payload: usize,
    metadata: Option<usize>,
    event_id: Option<usize>,
    user: Option<usize>,
    correlation_id: Option<usize>,
    causation_id: Option<usize>,
    schema_version: Option<usize>,
    valid_time: Option<usize>,
    times: Vec<usize>,
}

/// Select lists, each with what the one before has and more. All begin with what orders the table.
#[derive(Debug)]
struct Selects {
    payload: String,
    /// With the schema's version and the valid time.
    facts: String,
    all: String,
}

/// What is wanted of each event.
#[derive(Clone, Copy)]
enum Depth<'a> {
    Full,
    /// By its type, and of all types together.
    ByType(&'a [Wanted], Wanted),
}

impl Depth<'_> {
    fn of(self, event_type: TypeIndex) -> Wanted {
        match self {
            Self::Full => Wanted::ALL,
            Self::ByType(each, all) => each.get(event_type.0 as usize).copied().unwrap_or(all),
        }
    }

    fn of_any(self) -> Wanted {
        match self {
            Self::Full => Wanted::ALL,
            Self::ByType(_, all) => all,
        }
    }
}

impl Reader {
    pub(super) fn new(store: &Store) -> Result<Self, StoreError> {
        let (source, bound) = (store.source.clone(), store.bound.clone());
        let conn = source.connect(None)?;
        let events = &bound.spec.events;
        let column_of = |time: &TimeSpec| match &time.place {
            TimePlace::Column(column) => Some(column.clone()),
            TimePlace::Payload(_) | TimePlace::Metadata(_) => None,
        };
        let mut select = Select::default();
        for column in order_columns(&bound.key) {
            select.place(&column);
        }
        let payload = select.place(&events.payload.column);
        let payload_alone = select.sql();
        let schema_version = select.role(&bound, events.schema_version.as_ref());
        let valid_time = select.role(&bound, events.valid_time.as_ref().and_then(column_of).as_ref());
        let facts = select.sql();
        let columns = Columns {
            payload,
            schema_version,
            valid_time,
            metadata: select.role(&bound, events.metadata.as_ref()),
            event_id: select.role(&bound, events.event_id.as_ref()),
            user: select.role(&bound, events.user.as_ref()),
            correlation_id: select.role(&bound, events.correlation_id.as_ref()),
            causation_id: select.role(&bound, events.causation_id.as_ref()),
            times: events.time.iter().filter_map(|time| select.role(&bound, column_of(time).as_ref())).collect(),
        };
        Ok(Self {
            selects: Selects { payload: payload_alone, facts, all: select.sql() },
            columns,
            conn,
            in_metadata: MetadataFields::default(),
            source,
            bound,
        })
    }

    /// The events at these indices, in the order asked.
    ///
    /// Errors: the file can't be read any more, or is no longer the one that was scanned.
    pub fn events(&mut self, log: &EventLog, indices: &[u32]) -> Result<Vec<Event>, StoreError> {
        self.read_by_key(log, indices, Depth::Full, &mut |_| false)
    }

    /// The events at these indices, in the order asked, up to the first one that `is_enough`, which is the last: large
    /// events need not all be in memory.
    pub fn events_until(
        &mut self,
        log: &EventLog,
        indices: &[u32],
        is_enough: &mut dyn FnMut(&Event) -> bool,
    ) -> Result<Vec<Event>, StoreError> {
        self.read_by_key(log, indices, Depth::Full, is_enough)
    }

    /// Calls `f` with each event of a range of the index, in order, until it breaks or `cancel` is set.
    pub fn for_each(
        &mut self,
        log: &EventLog,
        range: Range<usize>,
        cancel: &Cancel,
        f: &mut dyn FnMut(usize, Event) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.walk(log, range, cancel, Depth::Full, f)
    }

    /// Like [`for_each`](Self::for_each), for folding a whole store: of events of the n-th type only `wanted[n]` is
    /// sure to be there, and a payload that is plain JSON text comes undecoded.
    pub fn for_each_lazily(
        &mut self,
        log: &EventLog,
        range: Range<usize>,
        wanted: &[Wanted],
        cancel: &Cancel,
        f: &mut dyn FnMut(usize, Event) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let all = wanted.iter().fold(Wanted::NOTHING, |all, one| all.or(*one));
        self.walk(log, range, cancel, Depth::ByType(wanted, all), f)
    }

    /// The index of the event with this id; `None` where there is none or the store's events have no ids.
    pub fn find_id(&mut self, log: &EventLog, id: &str) -> Result<Option<u32>, StoreError> {
        let Some(column) = &self.bound.spec.events.event_id else {
            return Ok(None);
        };
        let keys = match &self.bound.key {
            Key::Rowid(rowid) | Key::Position { rowid, .. } => vec![quoted(rowid)],
            Key::Columns(columns) => columns.iter().map(|column| quoted(column)).collect(),
        };
        let (table, column) = (quoted(&self.bound.events.name), quoted(column));
        let sql = format!("SELECT {} FROM {table} WHERE {column} = ?1 LIMIT 1", keys.join(", "));
        let find = || -> rusqlite::Result<Option<u32>> {
            let mut statement = self.conn.prepare_cached(&sql)?;
            for value in stored_forms(id).into_iter().filter(|value| *value != SqlValue::Null) {
                let mut rows = statement.query([value])?;
                if let Some(row) = rows.next()? {
                    return self.index_of(log, row);
                }
            }
            Ok(None)
        };
        find().map_err(|e| StoreError::sqlite(&self.source.shown, "look for an event id", e))
    }

    /// The event whose key is in a row of the key's columns.
    fn index_of(&self, log: &EventLog, row: &Row<'_>) -> rusqlite::Result<Option<u32>> {
        let Key::Columns(columns) = &self.bound.key else {
            return Ok(index_of_row(log, row.get(0)?, matches!(self.bound.key, Key::Rowid(_))));
        };
        let version_at = columns.len() - 1;
        let mut name = String::new();
        for part in 0..version_at {
            if part > 0 {
                name.push('-');
            }
            if let Some((part, _)) = text(row.get_ref(part)?) {
                name.push_str(&part);
            }
        }
        let version = integer(row.get_ref(version_at)?);
        let lane = log.find_stream(&name).map(|stream| log.lane(stream)).unwrap_or_default();
        Ok(lane.iter().copied().find(|index| log.version(*index as usize) == version))
    }

    /// Why an event has no row any more.
    pub(super) fn lost(&self, log: &EventLog, index: usize) -> StoreError {
        if matches!(self.bound.key, Key::Columns(_)) && !self.source.has_changed() {
            let event = format!("the event at position {}", log.position(index));
            return StoreError::KeyNotFound { path: self.source.shown.clone(), event };
        }
        self.changed()
    }

    fn failed(&self, error: rusqlite::Error) -> StoreError {
        StoreError::sqlite(&self.source.shown, "read its events", error)
    }

    fn changed(&self) -> StoreError {
        StoreError::Changed(self.source.shown.clone())
    }

    fn select_of(&self, depth: Depth<'_>) -> &str {
        match depth.of_any() {
            Wanted { details: true, .. } => &self.selects.all,
            Wanted { schema_version: false, valid_time: false, .. } => &self.selects.payload,
            _ => &self.selects.facts,
        }
    }

    fn read_by_key(
        &mut self,
        log: &EventLog,
        indices: &[u32],
        depth: Depth<'_>,
        is_enough: &mut dyn FnMut(&Event) -> bool,
    ) -> Result<Vec<Event>, StoreError> {
        let condition = self.key_condition();
        let table = quoted(&self.bound.events.name);
        let sql = format!("SELECT {} FROM {table} WHERE {condition}", self.select_of(depth));
        let mut events = Vec::with_capacity(indices.len());
        let mut left = indices;
        while !left.is_empty() {
            let began = Instant::now();
            // One transaction for many rows: taking and giving back the lock costs more than a row.
            let transaction = self.conn.unchecked_transaction().map_err(|e| self.failed(e))?;
            let mut statement = self.conn.prepare_cached(&sql).map_err(|e| self.failed(e))?;
            while let Some((index, rest)) = left.split_first() {
                let index = *index as usize;
                let key = self.key_values(log, index).ok_or_else(|| self.lost(log, index))?;
                let mut rows = statement.query(rusqlite::params_from_iter(key)).map_err(|e| self.failed(e))?;
                let row = rows.next().map_err(|e| self.failed(e))?.ok_or_else(|| self.lost(log, index))?;
                let event = self.event(log, index, row, depth).map_err(|e| self.failed(e))?;
                left = if is_enough(&event) { &[] } else { rest };
                events.push(event);
                if self.source.is_shared() && began.elapsed() > READ_AT_MOST {
                    break;
                }
            }
            drop(statement);
            transaction.finish().map_err(|e| self.failed(e))?;
        }
        Ok(events)
    }

    /// The condition to which [`key_values`](Self::key_values) belong.
    pub(super) fn key_condition(&self) -> String {
        match &self.bound.key {
            Key::Rowid(rowid) | Key::Position { rowid, .. } => format!("{} = ?1", quoted(rowid)),
            Key::Columns(columns) => {
                let (mut at, last) = (0, columns.len().saturating_sub(1));
                let each = columns.iter().enumerate().map(|(place, column)| {
                    let forms = if place == last { 1 } else { STORED_FORMS };
                    let places = (at + 1..=at + forms).map(|at| format!("?{at}")).collect::<Vec<_>>().join(", ");
                    at += forms;
                    format!("{} IN ({places})", quoted(column))
                });
                each.collect::<Vec<_>>().join(" AND ")
            }
        }
    }

    /// What finds the row of an event again. In a table without row numbers that is the stream's key and the version.
    pub(super) fn key_values(&self, log: &EventLog, index: usize) -> Option<Vec<SqlValue>> {
        let Key::Columns(columns) = &self.bound.key else {
            return Some(vec![log.row_key(index).into()]);
        };
        let stream = log.stream(log.stream_of(index)?);
        let version = [SqlValue::from(log.version(index)?)];
        let keys = |parts: &[&str]| parts.iter().flat_map(|part| stored_forms(part)).chain(version).collect();
        match (columns.len(), self.bound.spec.events.stream.category) {
            (2, _) => Some(keys(&[&*stream.name])),
            (3, CategoryRule::FirstPart) => {
                let first = log.category(stream.category);
                let second = stream.name.strip_prefix(&**first)?.strip_prefix('-')?;
                Some(keys(&[&**first, second]))
            }
            _ => None,
        }
    }

    fn walk(
        &mut self,
        log: &EventLog,
        range: Range<usize>,
        cancel: &Cancel,
        depth: Depth<'_>,
        f: &mut dyn FnMut(usize, Event) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let range = range.start.min(log.len())..range.end.min(log.len());
        if let Key::Rowid(rowid) = self.bound.key.clone() {
            return self.stream_rows(log, range, cancel, depth, &rowid, f);
        }
        let indices: Vec<u32> = range.map(|index| index as u32).collect();
        for batch in indices.chunks(BATCH) {
            if cancel.is_cancelled() {
                return Err(StoreError::Cancelled);
            }
            for (index, event) in batch.iter().zip(self.read_by_key(log, batch, depth, &mut |_| false)?) {
                if f(*index as usize, event).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Rows come in the order of the index, so that one statement reads them all.
    fn stream_rows(
        &mut self,
        log: &EventLog,
        range: Range<usize>,
        cancel: &Cancel,
        depth: Depth<'_>,
        rowid: &str,
        f: &mut dyn FnMut(usize, Event) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let (table, rowid) = (quoted(&self.bound.events.name), quoted(rowid));
        let sql = format!(
            "SELECT {} FROM {table} WHERE {rowid} >= ?1 AND {rowid} <= ?2 ORDER BY {rowid}",
            self.select_of(depth)
        );
        let mut at = range.start;
        let mut batch = Vec::new();
        while at < range.end {
            let mut statement = self.conn.prepare_cached(&sql).map_err(|e| self.failed(e))?;
            let bounds = [log.row_key(at), log.row_key(range.end - 1)];
            let mut rows = statement.query(bounds).map_err(|e| self.failed(e))?;
            let began = Instant::now();
            while at < range.end {
                let row = rows.next().map_err(|e| self.failed(e))?.ok_or_else(|| self.changed())?;
                if row.get::<_, i64>(0).map_err(|e| self.failed(e))? != log.row_key(at) {
                    return Err(self.changed());
                }
                let event = self.event(log, at, row, depth).map_err(|e| self.failed(e))?;
                at += 1;
                if cancel.is_cancelled() {
                    return Err(StoreError::Cancelled);
                }
                if self.source.is_shared() {
                    // What is done with an event must not prolong the read.
                    batch.push(event);
                    if batch.len() >= BATCH || began.elapsed() > READ_AT_MOST {
                        break;
                    }
                } else if f(at - 1, event).is_break() {
                    return Ok(());
                }
            }
            drop(rows);
            drop(statement);
            let first = at - batch.len();
            for (offset, event) in batch.drain(..).enumerate() {
                if f(first + offset, event).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn event(&self, log: &EventLog, index: usize, row: &Row<'_>, depth: Depth<'_>) -> rusqlite::Result<Event> {
        let event_type = log.event_type(log.type_of(index)).name.clone();
        let mut event = Event {
            position: Some(log.position(index)),
            stream: log.stream_of(index).map(|stream| log.stream(stream).name.clone()),
            other_streams: log.other_streams_of(index).map(|stream| log.stream(stream).name.clone()).collect(),
            version: log.version(index),
            kind: log.kind(index),
            archived: log.is_archived(index),
            time: log.time(index),
            ..Event::new(event_type)
        };
        let (spec, columns) = (&self.bound.spec.events, &self.columns);
        let wanted = depth.of(log.type_of(index));
        if wanted.schema_version {
            event.schema_version = columns.schema_version.map(|at| row.get_ref(at)).transpose()?.and_then(plain_value);
        }
        if let (true, Some(at), Some(valid)) = (wanted.valid_time, columns.valid_time, &spec.valid_time) {
            event.valid_time = times::in_column(row.get_ref(at)?, valid.encoding).timestamp();
        }
        if !wanted.details {
            if wanted.payload {
                let stored = row.get_ref(columns.payload)?;
                event.data = match undecoded(stored, &spec.payload) {
                    Some(text) => Payload::Text(text.into()),
                    None => decode(stored, &spec.payload, &event.event_type).0,
                };
            }
            return Ok(event);
        }
        let mut repeated = None;
        let mut note = |key: &str| {
            repeated.get_or_insert_with(|| key.into());
        };
        let stored = row.get_ref(columns.payload)?;
        let (data, besides) = decode_noting_repeats(stored, &spec.payload, &event.event_type, &mut note);
        (event.data, event.repeated_key) = (data, repeated);
        event.metadata = with_fields(metadata(columns.metadata.map(|at| row.get_ref(at)).transpose()?), besides);
        let in_column = |at: Option<usize>| -> rusqlite::Result<Option<Arc<str>>> {
            Ok(at.map(|at| row.get_ref(at)).transpose()?.and_then(shared_text))
        };
        event.id = in_column(columns.event_id)?;
        event.user = in_column(columns.user)?.or_else(|| self.in_metadata.user(&event.metadata));
        event.correlation_id =
            in_column(columns.correlation_id)?.or_else(|| self.in_metadata.correlation_id(&event.metadata));
        event.causation_id =
            in_column(columns.causation_id)?.or_else(|| self.in_metadata.causation_id(&event.metadata));
        if event.time.is_none() {
            event.time_raw = self.raw_time(row, &event)?;
        }
        Ok(event)
    }

    /// The stored time where it could not be read, as text.
    fn raw_time(&self, row: &Row<'_>, event: &Event) -> rusqlite::Result<Option<Arc<str>>> {
        for at in &self.columns.times {
            if let Some(text) = shared_text(row.get_ref(*at)?) {
                return Ok(Some(text));
            }
        }
        let in_metadata = self.bound.spec.events.time.iter().find_map(|time| match &time.place {
            TimePlace::Column(_) => None,
            // What the layout takes off the payload is in the metadata.
            TimePlace::Payload(path) | TimePlace::Metadata(path) => {
                let path = Path::parse(path.trim_end_matches("._data_")).ok()?;
                first_scalar(&event.metadata, &[path])
            }
        });
        Ok(in_metadata)
    }
}

/// Metadata as a value; text that is no JSON is kept under `$raw`.
fn metadata(stored: Option<ValueRef<'_>>) -> Value {
    let bytes = match stored {
        None | Some(ValueRef::Null) => return Value::Null,
        Some(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) if bytes.is_empty() => return Value::Null,
        Some(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => bytes,
        Some(other) => return plain_value(other).unwrap_or_default(),
    };
    json::parse(bytes).unwrap_or_else(|_| {
        let raw = Value::string(String::from_utf8_lossy(bytes).into_owned());
        Value::Object([(RAW_METADATA, raw)].into_iter().collect::<Object>())
    })
}

fn with_fields(metadata: Value, fields: Vec<(String, Value)>) -> Value {
    if fields.is_empty() {
        return metadata;
    }
    let mut object = metadata.as_object().cloned().unwrap_or_default();
    for (key, value) in fields {
        object.insert(ObjectKey::from(key), value, Origin::NONE);
    }
    Value::Object(object)
}

fn plain_value(stored: ValueRef<'_>) -> Option<Value> {
    match stored {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.into()),
        ValueRef::Real(number) => Some(Value::Number(Number::from_json_text(&number.to_string()))),
        other => text(other).map(|(text, _)| Value::string(text.into_owned())),
    }
}

fn shared_text(stored: ValueRef<'_>) -> Option<Arc<str>> {
    text(stored).map(|(text, _)| Arc::from(&*text)).filter(|text: &Arc<str>| !text.is_empty())
}

/// How many values [`stored_forms`] gives.
const STORED_FORMS: usize = 3;

/// What may be stored where this text is shown: the text, a whole number, or the bytes of a binary id. NULL for none.
fn stored_forms(shown: &str) -> [SqlValue; STORED_FORMS] {
    let number = shown.parse::<i64>().ok().filter(|number| number.to_string() == shown);
    let hex = |text: &str| -> Option<Vec<u8>> {
        let digits = text.as_bytes();
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let clean = digits.len().is_multiple_of(2) && digits.iter().all(u8::is_ascii_hexdigit);
        clean.then(|| digits.chunks_exact(2).map(byte).collect())?
    };
    let bytes = uuid::Uuid::parse_str(shown).ok().map(|id| id.as_bytes().to_vec()).or_else(|| hex(shown));
    [
        SqlValue::Text(shown.to_owned()),
        number.map_or(SqlValue::Null, SqlValue::Integer),
        bytes.map_or(SqlValue::Null, SqlValue::Blob),
    ]
}

/// The event whose row has this key; `sorted` where events are in the order of their row keys.
fn index_of_row(log: &EventLog, key: i64, sorted: bool) -> Option<u32> {
    let found = if sorted {
        let (mut from, mut to) = (0, log.len());
        while from < to {
            let middle = from + (to - from) / 2;
            if log.row_key(middle) < key {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        (from < log.len() && log.row_key(from) == key).then_some(from)
    } else {
        (0..log.len()).find(|index| log.row_key(*index) == key)
    };
    u32::try_from(found?).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::Progress;
    use crate::store::connect::{Access, connect};
    use crate::store::{OpenOptions, open};

    #[test]
    fn ids_are_found_in_a_table_without_row_numbers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let conn = connect(&path, Access::Own, Duration::ZERO, None).unwrap();
        conn.execute_batch(
            "CREATE TABLE stored_events (originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB, \
             PRIMARY KEY (originator_id, originator_version)) WITHOUT ROWID;
             INSERT INTO stored_events VALUES ('b', 1, 'm:A', '{}'), ('a', 1, 'm:B', '{}'), (x'abcd', 2, 'm:C', '{}');",
        )
        .unwrap();
        conn.close().unwrap();
        let (progress, cancel) = (Progress::default(), Cancel::default());
        let mut store = open(&path, &OpenOptions::default(), &progress, &cancel).unwrap();
        // No layout has both; here the type is the id.
        let mut spec: crate::store::layout::LayoutSpec =
            serde_json::from_str(include_str!("layouts/pyeventsourcing.json")).unwrap();
        spec.events.event_id = Some("topic".to_owned());
        store.bound = Arc::new(Bound { spec: Box::leak(Box::new(spec)), ..(*store.bound).clone() });
        let log = store.scan(1, &progress, &cancel).unwrap();
        let mut reader = store.reader().unwrap();
        for (id, stream) in [("m:A", Some("b")), ("m:B", Some("a")), ("m:C", Some("abcd")), ("m:D", None)] {
            let found = reader.find_id(&log, id).unwrap();
            let found = found.and_then(|index| log.stream_of(index as usize)).map(|stream| &*log.stream(stream).name);
            assert_eq!(found, stream, "{id}");
        }
    }

    #[test]
    fn what_may_be_stored_where_a_text_is_shown() {
        let blob = |bytes: &[u8]| SqlValue::Blob(bytes.to_vec());
        for (shown, number, bytes) in [
            ("account-1", SqlValue::Null, SqlValue::Null),
            ("12", SqlValue::Integer(12), blob(&[0x12])),
            ("012", SqlValue::Null, SqlValue::Null),
            (
                "00112233-4455-6677-8899-aabbccddeeff",
                SqlValue::Null,
                blob(&0x0011_2233_4455_6677_8899_aabb_ccdd_eeff_u128.to_be_bytes()),
            ),
        ] {
            assert_eq!(stored_forms(shown), [SqlValue::Text(shown.to_owned()), number, bytes]);
        }
    }
}
