//! Any store as one in Foldline's own layout.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use uuid::Uuid;

use crate::model::event::Payload;
use crate::model::{
    Cancel, CopyDescription, CopyPlan, CopyRow, Event, EventKind, EventLog, Number, Object, Origin, Progress, Value,
    json,
};
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::foldline::{self, FoldlineRow, FoldlineSnapshot, Insert};
use crate::store::raw::Raw;
use crate::store::target::Target;

use super::describe::refused;
use super::places;
use super::read_back::ReadBack;
use super::rewritten::Stored;
use super::snapshots::SnapshotFilter;
use super::tables::{self, RowsHash, Written};
use super::{CopyReport, described, for_each_planned, write_scenario};

/// Namespace of the ids that events get whose store has none: UUIDv5 of stream and position.
const ID_NAMESPACE: Uuid = Uuid::from_u128(0x7c1e_63c0_5a6b_4f7e_9c55_60f0_1d1f_0a11);
/// The stream of events that are in none: in Foldline's layout every event is in one.
const NO_STREAM: &str = "(no stream)";

/// An event's stream in the copy.
fn stream_of(event: &Event) -> Arc<str> {
    event.stream.clone().unwrap_or_else(|| NO_STREAM.into())
}

pub(super) fn write(
    store: &Store,
    log: &EventLog,
    plan: &CopyPlan,
    target: Target,
    out: &Path,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<CopyReport, StoreError> {
    let as_scanned = store.as_scanned(log)?;
    let conn = target.connect(cancel)?;
    let writing = |e| target.failed(&e);
    foldline::begin(&conn).map_err(writing)?;
    let positions = positions(log, plan);
    let mut written = RowsHash::default();
    let mut changes = Changes::default();
    {
        let mut insert = Insert::new(&conn).map_err(writing)?;
        let mut rows = Rows::new(log, plan, &positions);
        for_each_planned(store, log, plan, &mut |place, event| {
            if cancel.is_cancelled() {
                return Err(StoreError::Cancelled);
            }
            let cannot = |why: String| StoreError::CannotEncode { event: described(event), why };
            let (row, bytes) = rows.next(place, event).map_err(cannot)?;
            written.add(&raw(&row, bytes.as_deref()));
            changes.add(event, &row, bytes.is_some());
            insert.event_with(&row, bytes.as_deref()).map_err(|e| match e.sqlite_error_code() {
                Some(rusqlite::ErrorCode::ConstraintViolation) => {
                    cannot(format!("its id or version is repeated ({e})"))
                }
                _ => target.failed(&e),
            })?;
            progress.set_done(place as u64 + 1);
            Ok(())
        })?;
        let filter = SnapshotFilter::new(log, plan);
        for snapshot in store.read_snapshots_of(log, cancel)? {
            let (Some(version), Payload::Value(state)) = (snapshot.version, &snapshot.state) else {
                continue;
            };
            if filter.keeps_snapshot(&snapshot.stream, Some(version), snapshot.taken) {
                let taken_at = snapshot.taken.or_else(|| time_of(log, &snapshot.stream, version));
                let (stream, state) = (snapshot.stream.to_string(), json::to_text(state));
                insert.snapshot(&FoldlineSnapshot { stream, version, state, taken_at }).map_err(writing)?;
            }
        }
    }
    write_scenario(&conn, plan.scenario.as_deref()).map_err(writing)?;
    foldline::end(&conn).map_err(writing)?;
    conn.close().map_err(|(_, e)| writing(e))?;
    as_scanned.check()?;
    let written = Written::from([("events".to_owned(), written)]);
    verify(&target, out, plan, &positions, &written, cancel)?;
    target.finish()?;
    Ok(CopyReport { path: out.to_owned(), events: plan.rows.len() as u64, notes: changes.notes() })
}

/// Completes a description: what would be kept in another way, and the first event that can't be.
pub(super) fn describe(
    stored: &Stored<'_>,
    plan: &CopyPlan,
    mut description: CopyDescription,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<CopyDescription, StoreError> {
    let (store, log) = (stored.store, stored.log);
    let positions = positions(log, plan);
    let mut changes = Changes::default();
    let mut rows = Rows::new(log, plan, &positions);
    let read = for_each_planned(store, log, plan, &mut |place, event| {
        if cancel.is_cancelled() {
            return Err(StoreError::Cancelled);
        }
        let (row, bytes) =
            rows.next(place, event).map_err(|why| StoreError::CannotEncode { event: described(event), why })?;
        changes.add(event, &row, bytes.is_some());
        progress.add(1);
        Ok(())
    });
    if let Err(error) = read {
        description.refusal = Some(refused(error)?);
    }
    let filter = SnapshotFilter::new(log, plan);
    for snapshot in store.read_snapshots_of(log, cancel)? {
        let is_readable = snapshot.version.is_some() && matches!(snapshot.state, Payload::Value(_));
        if is_readable && filter.keeps_snapshot(&snapshot.stream, snapshot.version, snapshot.taken) {
            description.snapshots += 1;
        } else {
            description.snapshots_left_out += 1;
        }
    }
    let bound = stored.bound();
    let sources = bound.sources.iter().map(|source| &source.table);
    description.tables = sources
        .chain(bound.snapshots.iter().map(|snapshots| &snapshots.table))
        .map(|table| table.name.clone())
        .collect();
    let all = tables::schema(stored.source).map_err(|e| stored.reading(e))?;
    let others = all.into_iter().filter(|made| made.kind == "table").map(|made| made.name);
    description.tables_left_out = others.filter(|name| !description.tables.contains(name)).collect();
    description.notes = changes.notes();
    Ok(description)
}

/// What Foldline's layout keeps in another way than the store does, in numbers of events.
#[derive(Default)]
struct Changes {
    versions: u64,
    kinds: u64,
    metadata: u64,
    schema_versions: u64,
    ids: u64,
    new_ids: u64,
    streams: u64,
    no_streams: u64,
    unreadable: u64,
}

impl Changes {
    fn add(&mut self, event: &Event, row: &FoldlineRow, is_unreadable: bool) {
        let schema = event.schema_version.as_ref().map(|version| version.as_number().and_then(Number::as_i64));
        self.versions += u64::from(event.version != Some(row.version));
        self.kinds += u64::from(event.kind != EventKind::Event);
        self.metadata +=
            u64::from(row.metadata.as_ref().is_some_and(|metadata| *metadata != json::to_text(&event.metadata)));
        self.schema_versions += u64::from(schema.is_some_and(|version| version != Some(row.schema_version)));
        self.ids += u64::from(event.id.is_none());
        self.new_ids += u64::from(event.id.as_ref().is_some_and(|id| **id != *row.event_id));
        self.streams += u64::from(!event.other_streams.is_empty());
        self.no_streams += u64::from(event.stream.is_none());
        self.unreadable += u64::from(is_unreadable);
    }

    /// For the user.
    fn notes(self) -> Vec<String> {
        let told = [
            (self.versions, "have another version: theirs are missing or repeated, and their streams count from 1"),
            (
                self.kinds,
                "are commands or system events: Foldline's layout has events only, $kind in their metadata says it",
            ),
            (
                self.metadata,
                "have more in their metadata: user, correlation and causation id, marks that have columns in the store",
            ),
            (self.schema_versions, "have the schema version 1: theirs is no whole number"),
            (self.ids, "have a new id: the store has none"),
            (self.new_ids, "have a new id: theirs is another event's too"),
            (self.streams, "are in several streams, and in the copy only in the first"),
            (self.no_streams, "are in no stream, and in the copy in one that is called (no stream)"),
            (self.unreadable, "have payloads that can't be read: their bytes are kept as they are"),
        ];
        let told = told.into_iter().filter(|(events, _)| *events > 0);
        told.map(|(events, what)| format!("events that {what}: {events}")).collect()
    }
}

/// The positions of the copy's events.
fn positions(log: &EventLog, plan: &CopyPlan) -> Vec<i64> {
    let recorded = plan.rows.iter().map(|row| match row {
        CopyRow::Recorded(index) | CopyRow::Edited { base: index, moved: false, .. } => {
            Some(log.position(*index as usize))
        }
        CopyRow::Edited { moved: true, .. } | CopyRow::Inserted(_) => None,
    });
    places::positions(&recorded.collect::<Vec<_>>())
}

/// Reads the finished file back: every row as it was to be, and every event that is not as recorded as the plan has it.
fn verify(
    target: &Target,
    out: &Path,
    plan: &CopyPlan,
    positions: &[i64],
    written: &Written,
    cancel: &Cancel,
) -> Result<(), StoreError> {
    let file = ReadBack { target, out, cancel };
    let (copy, log) = file.open(written, "foldline", positions.len())?;
    if positions.iter().enumerate().any(|(at, position)| log.position(at) != *position) {
        return Err(file.wrong("its events stand at other positions"));
    }
    let mut reader = copy.reader()?;
    for (place, row) in plan.rows.iter().enumerate() {
        let (CopyRow::Edited { event, .. } | CopyRow::Inserted(event)) = row else {
            continue;
        };
        for read in reader.events(&log, &[place as u32])? {
            if let Some(difference) = difference(event, &read) {
                return Err(file.wrong(format!("{}: {difference}", described(event))));
            }
        }
    }
    Ok(())
}

/// What of a converted event is not as planned. What has no column in Foldline's layout is in the metadata.
fn difference(planned: &Event, read: &Event) -> Option<&'static str> {
    let same = |a: &Option<Arc<str>>, b: &Option<Arc<str>>| a.is_none() || a == b;
    let data = match (planned.data.decoded(), read.data.decoded()) {
        (Ok(a), Ok(b)) => *a == *b,
        (Err(a), Err(b)) => a.raw == b.raw,
        _ => false,
    };
    [
        (Some(stream_of(planned)) == read.stream, "another stream"),
        (planned.event_type == read.event_type, "another type"),
        (planned.time == read.time, "another time"),
        (planned.valid_time == read.valid_time, "another valid time"),
        (same(&planned.user, &read.user), "another user"),
        (same(&planned.correlation_id, &read.correlation_id), "another correlation id"),
        (same(&planned.causation_id, &read.causation_id), "another causation id"),
        (data, "another payload"),
    ]
    .into_iter()
    .find_map(|(same, what)| (!same).then_some(what))
}

/// The row as it is stored.
fn raw(row: &FoldlineRow, bytes: Option<&[u8]>) -> [Raw; 10] {
    let text = |text: &String| Raw::text(text.clone());
    let maybe = |text: Option<String>| text.map_or(Raw::Null, Raw::text);
    [
        row.position.map_or(Raw::Null, Raw::Integer),
        text(&row.stream),
        row.version.into(),
        text(&row.event_id),
        text(&row.event_type),
        row.schema_version.into(),
        Raw::text(foldline::time_text(row.recorded_at)),
        maybe(row.valid_at.map(|time| time.to_string())),
        bytes.map_or_else(|| text(&row.data), |bytes| Raw::Blob(bytes.to_vec())),
        maybe(row.metadata.clone()),
    ]
}

/// When the event at which a snapshot stands was recorded.
fn time_of(log: &EventLog, stream: &str, version: i64) -> Option<crate::model::Timestamp> {
    let lane = log.lane(log.find_stream(stream)?);
    let index = lane.iter().find(|index| log.version(**index as usize) == Some(version))?;
    log.time(*index as usize)
}

/// The row, and the bytes of a payload that can't be read.
type Made = (FoldlineRow, Option<Box<[u8]>>);

/// Makes rows of events, in the order of the plan.
struct Rows<'p> {
    positions: &'p [i64],
    versions: Versions,
    /// Fingerprints of the ids that were given.
    ids: HashSet<u64>,
}

impl<'p> Rows<'p> {
    fn new(log: &EventLog, plan: &CopyPlan, positions: &'p [i64]) -> Self {
        Self { positions, versions: Versions::new(log, plan), ids: HashSet::new() }
    }

    fn next(&mut self, place: usize, event: &Event) -> Result<Made, String> {
        let position = self.positions.get(place).copied().unwrap_or_default();
        let (data, bytes) = match event.data.decoded() {
            Ok(data) => (json::to_text(&data), None),
            // What is text in JSON would read as a payload, which it is not.
            Err(why) if json::parse(&why.raw).is_ok() => {
                return Err(format!("its payload can't be read ({})", why.reason));
            }
            Err(why) => (String::new(), Some(why.raw.to_vec().into_boxed_slice())),
        };
        let stream = stream_of(event).to_string();
        let new_id = || Uuid::new_v5(&ID_NAMESPACE, format!("{stream}\n{position}").as_bytes()).to_string();
        let event_id = event.id.as_ref().filter(|id| self.ids.insert(fingerprint(id)));
        let event_id = event_id.map_or_else(new_id, ToString::to_string);
        let metadata = metadata(event);
        let row = FoldlineRow {
            position: Some(position),
            version: self.versions.of(event),
            stream,
            event_id,
            event_type: event.event_type.to_string(),
            schema_version: event.schema_version.as_ref().and_then(|v| v.as_number()?.as_i64()).unwrap_or(1),
            recorded_at: event.time,
            valid_at: event.valid_time,
            data,
            metadata: (metadata != Value::Null).then(|| json::to_text(&metadata)),
        };
        Ok((row, bytes))
    }
}

fn fingerprint(id: &str) -> u64 {
    let mut half = [0; 8];
    half.copy_from_slice(&blake3::hash(id.as_bytes()).as_bytes()[..8]);
    u64::from_le_bytes(half)
}

/// The metadata, with what other layouts keep in columns.
fn metadata(event: &Event) -> Value {
    let mut object = match &event.metadata {
        Value::Object(object) => object.clone(),
        Value::Null => Object::default(),
        // Some libraries write an empty list for no metadata.
        Value::List(list) if list.is_empty() => Object::default(),
        other => [("$metadata", other.clone())].into_iter().collect(),
    };
    let mut add = |key: &str, value: Option<&Arc<str>>| {
        if let Some(value) = value
            && object.get(key).is_none()
        {
            object.insert(key.into(), Value::String(value.clone()), Origin::NONE);
        }
    };
    add("user", event.user.as_ref());
    add("correlation_id", event.correlation_id.as_ref());
    add("causation_id", event.causation_id.as_ref());
    if event.archived {
        object.insert("$archived".into(), true.into(), Origin::NONE);
    }
    if event.kind != EventKind::Event {
        let kind = if event.kind == EventKind::Command { "command" } else { "system" };
        object.insert("$kind".into(), kind.into(), Origin::NONE);
    }
    if object.is_empty() { Value::Null } else { Value::Object(object) }
}

/// Versions as they are where every event of a stream has one of its own; else counted from 1.
struct Versions {
    /// For streams that are counted: the last number given.
    counted: HashMap<Arc<str>, i64>,
}

impl Versions {
    fn new(log: &EventLog, plan: &CopyPlan) -> Self {
        let mut counted = HashMap::new();
        let mut seen: HashMap<(Arc<str>, i64), ()> = HashMap::new();
        for row in &plan.rows {
            let (stream, version) = match row {
                CopyRow::Recorded(index) => {
                    let index = *index as usize;
                    (log.stream_of(index).map(|stream| log.stream(stream).name.clone()), log.version(index))
                }
                CopyRow::Edited { event, .. } | CopyRow::Inserted(event) => (event.stream.clone(), event.version),
            };
            let stream = stream.unwrap_or_else(|| NO_STREAM.into());
            match version {
                Some(version) if seen.insert((stream.clone(), version), ()).is_none() => {}
                _ => {
                    counted.insert(stream, 0);
                }
            }
        }
        Self { counted }
    }

    fn of(&mut self, event: &Event) -> i64 {
        match self.counted.get_mut(&stream_of(event)) {
            Some(last) => {
                *last += 1;
                *last
            }
            None => event.version.unwrap_or(1),
        }
    }
}
