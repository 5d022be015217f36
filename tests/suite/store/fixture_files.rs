//! A small store for every layout, as its library writes it: `layout_fixtures/*.sql` hold the tables, rows, and after
//! `--=` what is to be read of them, line by line.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use foldline::model::{Event, EventKind, EventLog, Payload, StreamIndex, Value};
use foldline::store::Store;

use super::{all, open, scan};
use crate::fixtures::database;

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/layout_fixtures");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    files
}

#[test]
fn every_layouts_store_says_what_its_rows_say() {
    let mut wrong = String::new();
    let mut seen = std::collections::BTreeSet::new();
    for file in files() {
        let sql = std::fs::read_to_string(&file).unwrap();
        let expected: Vec<&str> = sql.lines().filter_map(|line| line.strip_prefix("--= ")).collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        database(&path).execute_batch(&sql).unwrap_or_else(|error| panic!("{name}: {error}"));
        let said = match open(&path) {
            Ok(store) => {
                seen.insert(store.layout().id.to_string());
                told(&store)
            }
            // Its path is another one each time.
            Err(error) => format!("{}\n", error.to_string().split("; ").next().unwrap_or_default()),
        };
        if said.lines().ne(expected.iter().copied()) {
            let said: String = said.lines().map(|line| format!("--= {line}\n")).collect();
            write!(wrong, "\n{name}\n{said}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "these read:{wrong}");
    for layout in FROM_FILES {
        assert!(seen.contains(*layout), "{layout} has no store");
    }
}

/// Layouts whose stores are files of SQL.
const FROM_FILES: &[&str] = &[
    "activitywatch",
    "akka-persistence-sql",
    "akka-persistence-sqlite",
    "axon4-jpa",
    "axon5-jpa",
    "boundlessdb",
    "broadway-dbal",
    "chronicle-cratis",
    "dagster",
    "dcb-doctrine",
    "event-store-adapter-rs",
    "eventflow",
    "eventium",
    "evento",
    "evento-2",
    "eventsauce-default",
    "eventsauce-legacy",
    "eventsource-py",
    "eventstore-sqlite-ex",
    "eventuous",
    "gleam-eventsourcing",
    "google-adk-v0",
    "google-adk-v1",
    "hallgren",
    "home-assistant",
    "livestore",
    "mattbishop-ledger",
    "message-db-sqlite",
    "neos-eventstore",
    "neventstore",
    "nstore",
    "ocel1-pm4py",
    "ocel2",
    "patchlevel-next-taggable",
    "patchlevel-v1",
    "patchlevel-v1-multi",
    "patchlevel-v2",
    "patchlevel-v2-multi",
    "patchlevel-v3-aggregate",
    "phauthentic",
    "prefect",
    "protoactor",
    "pupsourcing",
    "py-event-sourcing",
    "pyeventsourcing-django",
    "pyeventsourcing-sqlalchemy",
    "rails-event-store",
    "rasa-tracker",
    "resolve-lite",
    "segerfeldt",
    "sekiban-dcb",
    "sourced",
    "spatie",
    "sqlstreamstore",
    "synapse",
    "temporal",
    "verbs",
    "watermill-sqlite",
];

/// All that is read of a store, in lines.
fn told(store: &Store) -> String {
    let log = scan(store);
    let mut text = format!("layout {}\n", store.layout().id);
    let mut line = |line: String| text.push_str(&format!("{}\n", line.trim_end()));
    store.notes().iter().for_each(|note| line(format!("note {note}")));
    for stream in log.streams().iter() {
        let mut marks = String::new();
        for (set, mark) in [(stream.link, " link"), (stream.archived, " archived"), (stream.deleted, " deleted")] {
            marks.push_str(if set { mark } else { "" });
        }
        line(format!("stream {} | {}{marks}", stream.name, log.category(stream.category)));
    }
    for (index, event) in all(store, &log).iter().enumerate() {
        line(told_event(&log, index, event));
    }
    for snapshot in store.read_snapshots(&Default::default()).unwrap() {
        let version = snapshot.version.map_or("-".to_owned(), |version| version.to_string());
        let taken = snapshot.taken.map_or("-".to_owned(), |taken| taken.to_string());
        line(format!("snapshot {} | v{version} | {taken} | {}", snapshot.stream, told_payload(&snapshot.state)));
    }
    text
}

fn told_event(log: &EventLog, index: usize, event: &Event) -> String {
    let names = event.stream.iter().chain(&event.other_streams);
    let streams: Vec<String> = names
        .map(|name| {
            let stream: StreamIndex = log.find_stream(name).unwrap();
            let version = log.version_in(index, stream).map_or("-".to_owned(), |version| version.to_string());
            format!("{name} v{version}")
        })
        .collect();
    let time = event.time.map_or("-".to_owned(), |time| time.to_string());
    let mut line = format!(
        "event {} | {} | {} | {time} | {}",
        event.position.unwrap(),
        streams.join(", "),
        event.event_type,
        told_payload(&event.data)
    );
    let mut also = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            write!(line, " | {key} {value}").unwrap();
        }
    };
    also("id", event.id.as_deref().map(str::to_owned));
    also("valid", event.valid_time.map(|time| time.to_string()));
    also("user", event.user.as_deref().map(str::to_owned));
    also("correlation", event.correlation_id.as_deref().map(str::to_owned));
    also("causation", event.causation_id.as_deref().map(str::to_owned));
    also("schema", event.schema_version.as_ref().map(|version| format!("{version:?}")));
    also("kind", (event.kind != EventKind::Event).then(|| format!("{:?}", event.kind)));
    also("archived", event.archived.then(|| "yes".to_owned()));
    also("metadata", (event.metadata != Value::Null).then(|| format!("{:?}", event.metadata)));
    line
}

fn told_payload(payload: &Payload) -> String {
    match payload.decoded() {
        Ok(value) => format!("{value:?}"),
        Err(why) => format!("! {}; {}", why.reason, why.note),
    }
}
