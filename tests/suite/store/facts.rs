//! What the writer of a real store knew of it, held against what is read. One harness for all layouts; what differs
//! between the writer's way of speaking and ours (names of streams, wrappers, which time is meant) is said per store.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use foldline::model::{Event, Payload, Timestamp, json};
use serde_json::Value as Json;

use super::{all, open, scan};
use crate::fixtures::{contents, stores};

/// A real store and how its writer speaks of it.
pub struct Known {
    pub file: &'static str,
    pub layout: &'static str,
    /// All categories in alphabetical order.
    pub categories: &'static [&'static str],
    /// The stream's name as we show it, from the writer's sample.
    pub stream: fn(&Json) -> String,
    /// Under which key the number of streams is that `streams` lists.
    pub streams: &'static str,
    /// Under which key of an event its stored version is.
    pub version: &'static str,
    /// Under which key of an event its recorded time is.
    pub time: &'static str,
    /// Under which key of an event its valid time is, where that differs.
    pub valid_time: Option<&'static str>,
    /// The payload as we show it, from the writer's and the type.
    pub payload: fn(&Json, &str) -> Json,
    /// Whether correlation and causation ids of the facts are in columns or metadata.
    pub correlation: bool,
    /// Whether `event_id` of the facts is the event's id.
    pub ids: bool,
    /// How many snapshots there are, where the facts don't say.
    pub snapshots: Option<u64>,
    /// Payloads (and states) that nobody can read without the program.
    pub opaque: bool,
    /// Some payloads (and states) are such, others are not.
    pub partly_opaque: bool,
    /// What cannot be checked by the general rules.
    pub also: fn(&Json, &[Event]),
}

/// The usual way of speaking; type and id are joined by a slash.
pub const PLAIN: Known = Known {
    file: "",
    layout: "",
    categories: &[],
    stream: |sample| sample["stream"].as_str().unwrap().replacen('/', "-", 1),
    streams: "streams",
    version: "version",
    time: "time",
    valid_time: None,
    payload: |payload, _| payload.clone(),
    correlation: true,
    ids: true,
    snapshots: None,
    opaque: false,
    partly_opaque: false,
    also: |_, _| {},
};

/// A copy of a real store, with the log beside it, in a folder of its own.
pub fn copied(folder: &Path, name: &str) -> (tempfile::TempDir, PathBuf) {
    let temporary = tempfile::tempdir().unwrap();
    for suffix in ["", "-wal"] {
        let from = folder.join(format!("{name}{suffix}"));
        if from.exists() {
            std::fs::write(temporary.path().join(format!("{name}{suffix}")), std::fs::read(&from).unwrap()).unwrap();
        }
    }
    let path = temporary.path().join(name);
    (temporary, path)
}

/// The facts of a store.
pub fn facts(folder: &Path, name: &str) -> Json {
    serde_json::from_slice(&std::fs::read(folder.join(format!("{name}.expected.json"))).unwrap()).unwrap()
}

/// Holds stores against their facts. Without the folder of real stores nothing is checked, and that is said.
pub fn hold(known: &[Known]) {
    let Some(folder) = stores() else { return };
    // All of them are looked at, also after one that does not hold.
    let failed: Vec<&str> = known
        .iter()
        .filter(|one| std::panic::catch_unwind(|| holds(&folder, one)).is_err())
        .map(|one| one.file)
        .collect();
    assert!(failed.is_empty(), "{failed:?} are not as their writers knew them");
}

fn holds(folder: &Path, known: &Known) {
    let name = known.file;
    let (temporary, path) = copied(folder, name);
    let before = contents(temporary.path());
    let facts = facts(folder, name);
    let store = open(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(&*store.layout().id, known.layout, "{name}");
    assert_eq!(facts["layout"], known.layout, "{name}");
    let log = scan(&store);
    let events = all(&store, &log);
    assert_eq!(events.len() as u64, facts["events"].as_u64().unwrap(), "{name}");
    assert_eq!(log.streams().len() as u64, facts[known.streams].as_u64().unwrap(), "{name}: streams");
    let mut categories: Vec<&str> = log.categories().iter().map(|category| &**category).collect();
    categories.sort_unstable();
    assert_eq!(categories, known.categories, "{name}");
    if let Some(snapshots) = facts["snapshots"].as_u64().or(known.snapshots) {
        assert_eq!(store.snapshots(), snapshots, "{name}: snapshots");
    }
    let snapshots = store.read_snapshots(&Default::default()).unwrap();
    assert_eq!(snapshots.len() as u64, store.snapshots(), "{name}: snapshots read");
    for snapshot in snapshots {
        assert!(log.find_stream(&snapshot.stream).is_some(), "{name}: snapshot of {}", snapshot.stream);
        let read = matches!(snapshot.state, Payload::Value(_));
        assert!(known.partly_opaque || read != known.opaque, "{name}: {:?}", snapshot.state);
    }
    let mut ids: Vec<&str> = events.iter().filter_map(|event| event.id.as_deref()).collect();
    ids.sort_unstable();
    assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{name}: ids are repeated");
    for event in &events {
        match &event.data {
            Payload::Unreadable(why) => {
                assert!((known.opaque || known.partly_opaque) && !why.note.is_empty(), "{name}: {why:?}");
            }
            _ => assert!(!known.opaque, "{name}: {:?}", event.data),
        }
    }
    let types: BTreeMap<&str, u64> = log.types().iter().map(|t| (&*t.name, t.events as u64)).collect();
    let expected = facts["event_types"].as_object().unwrap();
    assert_eq!(types, expected.iter().map(|(t, n)| (t.as_str(), n.as_u64().unwrap())).collect(), "{name}");
    let samples = facts["samples"].as_array().unwrap();
    assert!(!samples.is_empty(), "{name}");
    for sample in samples {
        let stream = (known.stream)(sample);
        let index = log.find_stream(&stream).unwrap_or_else(|| panic!("{name}: no stream {stream}"));
        let lane = log.lane(index);
        let expected = sample["events"].as_array().unwrap();
        assert_eq!(lane.len(), expected.len(), "{name} {stream}");
        for (place, (at, expected)) in lane.iter().zip(expected).enumerate() {
            let (event, at_place) = (&events[*at as usize], format!("{name} {stream} {place}"));
            let version = log.version_in(*at as usize, index);
            assert_eq!(version, expected[known.version].as_i64(), "{at_place}");
            assert_eq!(&*event.event_type, expected["type"].as_str().unwrap_or_default(), "{at_place}");
            let tolerance = i128::from(facts["time_tolerance_ms"].as_i64().unwrap_or(0)) * 1_000_000;
            same_time(event.time, &expected[known.time], tolerance, &at_place);
            if let Some(key) = known.valid_time {
                same_time(event.valid_time.or(event.time), &expected[key], tolerance, &at_place);
            }
            if let (true, Some(id)) = (known.ids, expected["event_id"].as_str()) {
                assert_eq!(event.id.as_deref(), Some(id), "{at_place}");
            }
            if let (true, Some(id)) = (known.correlation, expected.get("correlation_id")) {
                assert_eq!(event.correlation_id.as_deref(), id.as_str(), "{at_place}");
            }
            if let (true, Some(id)) = (known.correlation, expected.get("causation_id")) {
                assert_eq!(event.causation_id.as_deref(), id.as_str(), "{at_place}");
            }
        }
        let last = &events[*lane.last().unwrap() as usize];
        if let (true, Payload::Unreadable(why)) = (known.opaque, &last.data) {
            let hex: String = why.raw.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(hex, sample["last_payload"]["hex"].as_str().unwrap(), "{name} {stream}");
            continue;
        }
        if let Some(payload) = sample.get("last_payload") {
            if let (Some(bytes), Payload::Unreadable(why)) = (payload["hex"].as_str(), &last.data) {
                let hex: String = why.raw.iter().map(|byte| format!("{byte:02x}")).collect();
                assert_eq!(hex, bytes, "{name} {stream}");
                continue;
            }
            let expected = json::parse((known.payload)(payload, &last.event_type).to_string().as_bytes()).unwrap();
            assert_eq!(*last.data.decoded().unwrap(), expected, "{name} {stream}");
        }
    }
    (known.also)(&facts, &events);
    drop(store);
    assert_eq!(contents(temporary.path()), before, "{name}");
}

fn same_time(read: Option<Timestamp>, expected: &Json, tolerance: i128, place: &str) {
    // Facts in microseconds leave out what .NET's ticks have beyond them.
    let micros = expected.as_str().is_some_and(|text| text.rsplit('.').next().is_some_and(|part| part.len() == 7));
    let tolerance = if micros { tolerance.max(999) } else { tolerance };
    let expected = expected.as_str().map(|text| {
        Timestamp::parse_iso(text).unwrap_or_else(|| panic!("{place}: the facts say {text}, which is no time"))
    });
    match (read, expected) {
        (Some(read), Some(expected)) => {
            assert!((read.nanos() - expected.nanos()).abs() <= tolerance, "{place}: {read}, not {expected}");
        }
        (read, expected) => assert_eq!(read, expected, "{place}"),
    }
}
