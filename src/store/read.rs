//! Events in full, read again by their row keys when somebody needs them.

mod keys;
mod united;

use std::cell::RefCell;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use rusqlite::Row;

use crate::model::event::{MetadataFields, Payload};
use crate::model::{Cancel, Event, EventLog, TypeIndex, Value, Wanted};

use keys::{index_of_row, key_columns, key_condition, stored_forms};

use super::Store;
use super::attach::Link;
use super::connect::quoted;
use super::error::StoreError;
use super::key_forms::{KeyForms, usual_first};
use super::layout::{Place, TimeEncoding};
use super::look::{Contents, Look, with_fields};
use super::open::Source;
use super::payload::undecoded;
use super::plan::{EVENTS, Getter, Getters, Select, Tables};
use super::raw::Raw;
use super::recognise::{Bound, EventSource, Key};
use super::row_keys::{self, RowKeys};
use super::rows::{integer, text};
use super::scan::{Lasting, READ_AT_MOST, primary_keys};
use super::several::Several;
use super::times;
use united::UnitedReader;

/// Events in a batch where rows can't be streamed.
const BATCH: usize = 256;

/// Reads events of one store, by a connection of its own. `Send`, so that a background job can own it.
#[derive(Debug)]
pub struct Reader {
    source: Arc<Source>,
    bound: Arc<Bound>,
    conn: Link,
    tables: Vec<TablePlans>,
    in_metadata: MetadataFields,
    /// The entries of the row of several events that was read last: its events are mostly read one after the other.
    last_list: RefCell<Option<LastList>>,
    /// How rows without numbers are found.
    row_keys: Arc<RowKeys>,
    /// Of a history of several files; then all else here is the first file's.
    united: Option<Box<UnitedReader>>,
}

/// A row of several events: of which table, its key, its entries.
type LastList = (usize, i64, Arc<[Value]>);

/// How rows of one event table are read, by how much is wanted: each list has what the one before has and more.
#[derive(Debug)]
struct TablePlans {
    payload: Plan,
    /// With the schema's version and the valid time.
    facts: Plan,
    all: Plan,
    /// The condition that finds one row.
    condition: String,
}

/// One select list, which begins with what orders the table, and where in it is what.
#[derive(Debug, Default)]
struct Plan {
    /// `SELECT … FROM …`
    sql: String,
    contents: Contents,
    event_id: Getters,
    user: Getters,
    correlation_id: Getters,
    causation_id: Getters,
    schema_version: Getters,
    valid_time: Option<ValidTime>,
    times: Vec<Getter>,
}

/// Where the time of taking effect is, how it is written, and what is added to it.
type ValidTime = (Getter, TimeEncoding, Option<(usize, TimeEncoding)>);

impl Plan {
    fn new(source: &EventSource, depth: Wanted) -> Self {
        let (spec, tables) = (&source.spec, Tables::of_events(source));
        let (mut plan, mut select) = (Self::default(), Select::default());
        for column in key_columns(&source.key) {
            if let Some(sql) = tables.column(&column).or_else(|| tables.rowid()) {
                select.place(sql);
            }
        }
        plan.contents.with_payload(spec, &tables, &mut select);
        if depth.schema_version {
            plan.schema_version = Getters::new(&spec.schema_version, &tables, &mut select);
            let inside = |getters: &Getters| getters.looks_inside();
            if inside(&plan.schema_version) {
                plan.contents.with_metadata(spec, &tables, &mut select);
            }
        }
        if depth.valid_time
            && let Some(valid) = &spec.valid_time
        {
            let getter = Getters::each(std::slice::from_ref(&valid.place), &tables, &mut select).0.pop();
            let plus = valid.plus.as_ref().and_then(|(name, unit)| Some((select.place(tables.column(name)?), *unit)));
            plan.valid_time = getter.map(|getter| (getter, valid.encoding, plus));
            if matches!(plan.valid_time, Some((Getter::Metadata(_), ..))) {
                plan.contents.with_metadata(spec, &tables, &mut select);
            }
        }
        if depth.details {
            plan.contents.with_metadata(spec, &tables, &mut select);
            plan.event_id = Getters::new(&spec.event_id, &tables, &mut select);
            plan.user = Getters::new(&spec.user, &tables, &mut select);
            plan.correlation_id = Getters::new(&spec.correlation_id, &tables, &mut select);
            plan.causation_id = Getters::new(&spec.causation_id, &tables, &mut select);
            let places = spec
                .time
                .iter()
                .filter_map(|time| Getters::each(std::slice::from_ref(&time.place), &tables, &mut select).0.pop());
            plan.times = places.collect();
        }
        plan.sql = format!("SELECT {} FROM {}", select.sql(), tables.from(&select));
        plan
    }
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
        let united = store.several.as_ref().and_then(Several::to_read);
        let united = united.map(|files| Box::new(UnitedReader::new(files)));
        let tables = bound.sources.iter().map(|source| {
            let payload = Wanted { payload: true, ..Wanted::NOTHING };
            TablePlans {
                payload: Plan::new(source, payload),
                facts: Plan::new(source, Wanted { schema_version: true, valid_time: true, ..payload }),
                all: Plan::new(source, Wanted::ALL),
                condition: key_condition(&source.key, "e."),
            }
        });
        Ok(Self {
            tables: tables.collect(),
            conn,
            in_metadata: MetadataFields::default(),
            last_list: RefCell::default(),
            row_keys: store.row_keys.clone(),
            source,
            bound,
            united,
        })
    }

    /// Whether what was read was read whole. Of a file that is followed, each who has read is to ask; of several files,
    /// their own readers do.
    pub fn check(&self) -> Result<(), StoreError> {
        if self.united.is_some() { Ok(()) } else { self.source.check_read(&self.conn) }
    }

    /// The events at these indices, in the order asked.
    ///
    /// Errors: the file can't be read any more, or is no longer the one that was scanned.
    pub fn events(&mut self, log: &EventLog, indices: &[u32]) -> Result<Vec<Event>, StoreError> {
        match &mut self.united {
            Some(united) => united.events(log, indices, &mut |_| false, BATCH),
            None => self.read_by_key(log, indices, Depth::Full, &mut |_| false),
        }
    }

    /// The events at these indices, in the order asked, up to the first one that `is_enough`, which is the last: large
    /// events need not all be in memory.
    pub fn events_until(
        &mut self,
        log: &EventLog,
        indices: &[u32],
        is_enough: &mut dyn FnMut(&Event) -> bool,
    ) -> Result<Vec<Event>, StoreError> {
        match &mut self.united {
            Some(united) => united.events(log, indices, is_enough, 1),
            None => self.read_by_key(log, indices, Depth::Full, is_enough),
        }
    }

    /// Calls `f` with each event of a range of the index, in order, until it breaks or `cancel` is set.
    pub fn for_each(
        &mut self,
        log: &EventLog,
        range: Range<usize>,
        cancel: &Cancel,
        f: &mut dyn FnMut(usize, Event) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        match &mut self.united {
            Some(united) => united.walk(log, range, cancel, None, f),
            None => self.walk(log, range, cancel, Depth::Full, f),
        }
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
        if let Some(united) = &mut self.united {
            return united.walk(log, range, cancel, Some(wanted), f);
        }
        let all = wanted.iter().fold(Wanted::NOTHING, |all, one| all.or(*one));
        self.walk(log, range, cancel, Depth::ByType(wanted, all), f)
    }

    /// The index of the event with this id; `None` where there is none or the store's events have no ids.
    pub fn find_id(&mut self, log: &EventLog, id: &str) -> Result<Option<u32>, StoreError> {
        if let Some(united) = &mut self.united {
            return united.find_id(log, id);
        }
        let find = || -> rusqlite::Result<Option<u32>> {
            for (at, source) in self.bound.sources.iter().enumerate() {
                let tables = Tables::of_events(source);
                let mut select = Select::default();
                for column in key_columns(&source.key) {
                    if let Some(sql) = tables.column(&column).or_else(|| tables.rowid()) {
                        select.place(sql);
                    }
                }
                for place in &source.spec.event_id.0 {
                    let (place, alike) = match place {
                        Place::Lower(of) => (&**of, " COLLATE NOCASE"),
                        place => (place, ""),
                    };
                    let (Place::Column(column) | Place::GuidColumn(column)) = place else { continue };
                    let Some(column) = tables.column(column) else { continue };
                    let (select, from) = (select.sql(), tables.from(&select));
                    let sql = format!("SELECT {select} FROM {from} WHERE {column} = ?1{alike} LIMIT 1");
                    let mut statement = self.conn.prepare_cached(&sql)?;
                    for value in stored_forms(id) {
                        let mut rows = statement.query([value])?;
                        if let Some(row) = rows.next()? {
                            return self.index_of(log, at, row);
                        }
                    }
                }
            }
            Ok(None)
        };
        find().map_err(|e| StoreError::sqlite(&self.source.shown, "look for an event id", e))
    }

    /// The event whose key is in a row of the key's columns.
    fn index_of(&self, log: &EventLog, source: usize, row: &Row<'_>) -> rusqlite::Result<Option<u32>> {
        let columns = match &self.bound.sources[source].key {
            Key::Columns(columns) => columns,
            Key::Keyed { columns, .. } => {
                return Ok(index_of_row(log, source, row_keys::of_row(row, columns.len())?, false));
            }
            _ => return Ok(index_of_row(log, source, row.get(0)?, self.is_streamed())),
        };
        let version_at = columns.len() - 1;
        let parts = (0..version_at).map(|at| Ok(text(row.get_ref(at)?).map(|(part, _)| part).unwrap_or_default()));
        let parts = parts.collect::<rusqlite::Result<Vec<_>>>()?;
        let whole = parts.len() == 1;
        let parts: Vec<&str> = parts.iter().map(|part| &**part).filter(|part| whole || !part.is_empty()).collect();
        let Some(stream) = log.find_stream(&parts.join("-")) else { return Ok(None) };
        let version = integer(row.get_ref(version_at)?);
        let category = log.category(log.stream(stream).category);
        let forms = KeyForms::of_row(row, columns.len(), usual_first(&self.bound.sources[source].spec, category))?;
        let is_it = |index: &u32| {
            let index = *index as usize;
            log.version(index) == version && KeyForms::of_row_key(log.row_key(index)) == forms
        };
        Ok(log.lane(stream).iter().copied().find(is_it))
    }

    fn entries_of(&self, look: &Look<'_>, source: usize, key: i64) -> Arc<[Value]> {
        let mut last = self.last_list.borrow_mut();
        match &*last {
            Some((of, row, entries)) if (*of, *row) == (source, key) => entries.clone(),
            _ => {
                let entries: Arc<[Value]> = look.entries().unwrap_or_default().into();
                *last = Some((source, key, entries.clone()));
                entries
            }
        }
    }

    /// Whether events are in the order of the row numbers of one table, each in a row of its own.
    fn is_streamed(&self) -> bool {
        let [source] = self.bound.sources.as_slice() else { return false };
        matches!(source.key, Key::Rowid(_)) && source.spec.several.is_none()
    }

    /// Why an event has no row any more.
    pub(super) fn lost(&self, log: &EventLog, index: usize) -> StoreError {
        let has_number = self.bound.sources.get(log.source(index)).is_none_or(|source| source.key.rowid().is_some());
        if !has_number && !self.source.has_changed() {
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

    fn plan_of(&self, source: usize, depth: Depth<'_>) -> &Plan {
        let plans = &self.tables[source.min(self.tables.len() - 1)];
        match depth.of_any() {
            Wanted { details: true, .. } => &plans.all,
            Wanted { schema_version: false, valid_time: false, .. } => &plans.payload,
            _ => &plans.facts,
        }
    }

    fn read_by_key(
        &mut self,
        log: &EventLog,
        indices: &[u32],
        depth: Depth<'_>,
        is_enough: &mut dyn FnMut(&Event) -> bool,
    ) -> Result<Vec<Event>, StoreError> {
        let sql =
            |source: usize| format!("{} WHERE {}", self.plan_of(source, depth).sql, self.tables[source].condition);
        let sql: Vec<String> = (0..self.tables.len()).map(sql).collect();
        let mut events = Vec::with_capacity(indices.len());
        // Before any transaction: of a table without row numbers all keys may have to be read.
        let keys = indices.iter().map(|index| self.key_values(log, *index as usize));
        let mut keys = keys.collect::<Result<Vec<_>, _>>()?.into_iter();
        let mut left = indices;
        while !left.is_empty() {
            let mut began = None;
            // One transaction for many rows: taking and giving back the lock costs more than a row.
            let transaction = self.conn.unchecked_transaction().map_err(|e| self.failed(e))?;
            while let Some((index, rest)) = left.split_first() {
                let index = *index as usize;
                let source = log.source(index);
                let sql = sql.get(source).ok_or_else(|| self.lost(log, index))?;
                let mut statement = self.conn.prepare_cached(sql).map_err(|e| self.failed(e))?;
                let key = keys.next().ok_or_else(|| self.lost(log, index))?;
                let mut rows = statement.query(rusqlite::params_from_iter(key)).map_err(|e| self.failed(e))?;
                let row = rows.next().map_err(|e| self.failed(e))?.ok_or_else(|| self.lost(log, index))?;
                // From the first row on: before it, others may have been waited for.
                let began = began.get_or_insert_with(|| Lasting::of(&self.source));
                let event = self.event(log, index, row, depth).map_err(|e| self.failed(e))?;
                left = if is_enough(&event) { &[] } else { rest };
                events.push(event);
                if self.source.is_shared() && began.elapsed() > READ_AT_MOST {
                    break;
                }
            }
            transaction.finish().map_err(|e| self.failed(e))?;
        }
        Ok(events)
    }

    /// The condition that finds the row of an event of the first table, to which [`key_values`](Self::key_values)
    /// belong.
    pub(super) fn key_condition(&self) -> String {
        key_condition(&self.bound.key, "")
    }

    /// What finds the row of an event again. In a table without row numbers that is the stream's key and the version.
    ///
    /// Errors: there is no such row any more, or it can't be read now.
    pub(super) fn key_values(&self, log: &EventLog, index: usize) -> Result<Vec<Raw>, StoreError> {
        let (table, row_key) = (log.source(index), log.row_key(index));
        let values = match self.bound.sources.get(table).map(|source| &source.key) {
            Some(Key::Columns(columns)) => {
                log.stream_of(index).zip(log.version(index)).and_then(|(stream, version)| {
                    let (stream, forms) = (log.stream(stream), KeyForms::of_row_key(row_key));
                    forms.values(columns.len(), &stream.name, log.category(stream.category), version)
                })
            }
            Some(Key::Keyed { .. }) => {
                let read = || primary_keys(&self.conn, &self.source, &self.bound, table);
                self.row_keys.find(table, row_key, read)?
            }
            Some(_) => Some(vec![row_key.into()]),
            None => None,
        };
        values.ok_or_else(|| self.lost(log, index))
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
        if let (true, Key::Rowid(rowid)) = (self.is_streamed(), self.bound.key.clone()) {
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
        let rowid = format!("{EVENTS}.{}", quoted(rowid));
        let sql = format!("{} WHERE {rowid} >= ?1 AND {rowid} <= ?2 ORDER BY {rowid}", self.plan_of(0, depth).sql);
        let mut at = range.start;
        let mut batch = Vec::new();
        while at < range.end {
            let mut statement = self.conn.prepare_cached(&sql).map_err(|e| self.failed(e))?;
            let bounds = [log.row_key(at), log.row_key(range.end - 1)];
            let mut rows = statement.query(bounds).map_err(|e| self.failed(e))?;
            let mut began = None;
            while at < range.end {
                let row = rows.next().map_err(|e| self.failed(e))?.ok_or_else(|| self.changed())?;
                let began = began.get_or_insert_with(|| Lasting::of(&self.source));
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
        let at = log.source(index).min(self.tables.len() - 1);
        let (spec, plan) = (&self.bound.sources[at].spec, self.plan_of(at, depth));
        let wanted = depth.of(log.type_of(index));
        let row_look = Look::new(spec, &plan.contents, row);
        let entry = match spec.several {
            Some(_) => self.entries_of(&row_look, at, log.row_key(index)).get(log.part(index)).cloned(),
            None => None,
        };
        let entry_look = entry.as_ref().map(|entry| row_look.entry(entry));
        let look = entry_look.as_ref().unwrap_or(&row_look);
        if wanted.schema_version {
            event.schema_version = look.scalar(&plan.schema_version);
        }
        if let (true, Some((getter, encoding, plus))) = (wanted.valid_time, &plan.valid_time) {
            let valid = times::at(look, getter, *encoding).timestamp();
            let more = plus.and_then(|(at, unit)| times::span_nanos(look.value(at), unit));
            event.valid_time = match (valid, more) {
                (Some(valid), Some(more)) => crate::model::Timestamp::from_nanos(valid.nanos() + more),
                (valid, _) => valid,
            };
        }
        if !wanted.details {
            if wanted.payload {
                let plain = plan.contents.payload_column().filter(|_| spec.several.is_none());
                event.data = match plain.and_then(|at| undecoded(look.value(at), &spec.payload)) {
                    Some(text) => Payload::Text(text.into()),
                    None => look.payload(&event.event_type).0,
                };
            }
            return Ok(event);
        }
        let (data, besides) = look.payload(&event.event_type);
        (event.data, event.repeated_key) = (data, look.repeated_key());
        event.metadata = with_fields(look.metadata().clone(), besides);
        let found = |role: &Getters| -> Option<Arc<str>> {
            look.text(role).map(|(text, _)| Arc::from(&*text)).filter(|text: &Arc<str>| !text.is_empty())
        };
        event.id = found(&plan.event_id);
        event.user = found(&plan.user).or_else(|| self.in_metadata.user(&event.metadata));
        event.correlation_id = found(&plan.correlation_id).or_else(|| self.in_metadata.correlation_id(&event.metadata));
        event.causation_id = found(&plan.causation_id).or_else(|| self.in_metadata.causation_id(&event.metadata));
        if event.time.is_none() {
            // The stored time where it could not be read, as text.
            event.time_raw = plan.times.iter().find_map(|getter| found(&Getters(vec![getter.clone()])));
        }
        Ok(event)
    }
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
             INSERT INTO stored_events VALUES ('b', 1, 'm:A', '{}'), ('a', 1, 'm:B', '{}'), (x'abcd', 2, 'm:C', '{}'), \
             (x'62', 7, 'm:E', '{}'), ('62', 7, 'm:F', '{}');",
        )
        .unwrap();
        conn.close().unwrap();
        let (progress, cancel) = (Progress::default(), Cancel::default());
        let mut store = open(&path, &OpenOptions::default(), &progress, &cancel).unwrap();
        // No layout has both; here the type is the id.
        let mut spec: crate::store::layout::LayoutSpec =
            serde_json::from_str(include_str!("layouts/pyeventsourcing.json")).unwrap();
        let events = Arc::get_mut(&mut spec.events).unwrap();
        events.event_id = super::super::layout::Role(vec![Place::Column("topic".to_owned())]);
        let mut bound = (*store.bound).clone();
        bound.sources[0].spec = spec.events.clone();
        store.bound = Arc::new(Bound { spec: Arc::new(spec), ..bound });
        let log = store.scan(1, &progress, &cancel).unwrap();
        let mut reader = store.reader().unwrap();
        for (id, stream) in [("m:A", Some("b")), ("m:B", Some("a")), ("m:C", Some("abcd")), ("m:D", None)] {
            let found = reader.find_id(&log, id).unwrap();
            let found = found.and_then(|index| log.stream_of(index as usize)).map(|stream| &*log.stream(stream).name);
            assert_eq!(found, stream, "{id}");
        }
        // A text and bytes that are shown alike.
        for id in ["m:E", "m:F"] {
            let found = reader.find_id(&log, id).unwrap().unwrap();
            assert_eq!(&*log.event_type(log.type_of(found as usize)).name, id);
        }
    }

    #[test]
    fn what_may_be_stored_where_a_text_is_shown() {
        let blob = |bytes: &[u8]| Raw::Blob(bytes.to_vec());
        let uuid = 0x0011_2233_4455_6677_8899_aabb_ccdd_eeff_u128.to_be_bytes();
        let guid = *b"\x33\x22\x11\0\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee\xff";
        for (shown, others) in [
            ("account-1", vec![]),
            ("12", vec![Raw::Integer(12), blob(&[0x12])]),
            ("012", vec![]),
            ("00112233-4455-6677-8899-aabbccddeeff", vec![blob(&uuid), blob(&guid)]),
        ] {
            assert_eq!(stored_forms(shown), [vec![Raw::text(shown)], others].concat());
        }
    }
}
