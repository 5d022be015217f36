//! Every layout on a small store of its own: recognised, indexed, read.

use std::ops::ControlFlow;
use std::path::Path;

use foldline::model::{Cancel, Event, EventKind, Payload, Progress, Wanted};
use foldline::store::{self, OpenOptions, Store, StoreError};

use super::{all, line, open, scan};
use crate::fixtures::{self, Python, STORY, contents, database};

fn read(path: &Path) -> (Store, Vec<Event>) {
    let store = open(path).unwrap();
    let log = scan(&store);
    let events = all(&store, &log);
    (store, events)
}

#[test]
fn every_layout_tells_the_same_story() {
    let folder = tempfile::tempdir().unwrap();
    let made = fixtures::all(folder.path());
    let before = contents(folder.path());
    for (layout, path) in made {
        let (store, events) = read(&path);
        assert_eq!(&*store.layout().id, layout);
        assert_eq!(events.len(), STORY.len(), "{layout}");
        for (_, version, event_type, time, data) in STORY {
            let data = foldline::model::json::parse(data.as_bytes()).unwrap();
            let found = events.iter().find(|event| {
                foldline::model::names::short_type(&event.event_type) == event_type
                    && event.time.is_some_and(|t| time.starts_with(&t.to_string()[..19]))
            });
            let found = found.unwrap_or_else(|| panic!("{layout}: {event_type} {version}"));
            let read = found.data.decoded().unwrap();
            for (key, slot) in data.as_object().unwrap().iter() {
                assert_eq!(read.as_object().unwrap().get(key), Some(&slot.value), "{layout} {key}");
            }
        }
        let log = scan(&store);
        assert!(log.streams().iter().all(|stream| log.lane(log.find_stream(&stream.name).unwrap()).len() > 1));
    }
    assert_eq!(contents(folder.path()), before);
}

#[test]
fn events_come_in_the_order_asked_and_lazily_the_same() {
    let folder = tempfile::tempdir().unwrap();
    for (layout, path) in fixtures::all(folder.path()) {
        let (store, events) = read(&path);
        let log = scan(&store);
        let mut reader = store.reader().unwrap();
        let some = reader.events(&log, &[4, 0, 4]).unwrap();
        assert_eq!(some, [events[4].clone(), events[0].clone(), events[4].clone()], "{layout}");
        let mut lazily = Vec::new();
        let take = &mut |_, event: Event| {
            lazily.push(event);
            if lazily.len() == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let payloads = vec![Wanted { payload: true, ..Wanted::NOTHING }; log.types().len()];
        reader.for_each_lazily(&log, 1..6, &payloads, &Cancel::default(), take).unwrap();
        assert_eq!(lazily.len(), 3);
        for (lazy, full) in lazily.iter().zip(&events[1..]) {
            assert_eq!(line(lazy), line(full), "{layout}");
        }
        let plain = ["foldline", "emmett-sqlite", "patchlevel-v3-stream"].contains(&layout);
        assert_eq!(matches!(lazily[0].data, Payload::Text(_)), plain, "{layout}");
        let mut whole = Vec::new();
        let everything = vec![Wanted::ALL; log.types().len()];
        let take = &mut |_, event: Event| {
            whole.push(event);
            ControlFlow::Continue(())
        };
        reader.for_each_lazily(&log, 0..events.len(), &everything, &Cancel::default(), take).unwrap();
        assert_eq!(whole, events, "{layout}");
    }
}

#[test]
fn foldline_in_full() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::foldline(&path);
    let (store, events) = read(&path);
    assert_eq!((store.snapshots(), store.notes()), (2, vec![]));
    assert_eq!(line(&events[2]), r#"3 account-A 2 Deposited 2026-01-03T08:00:00.123456Z {"amount":50.00}"#);
    let event = &events[2];
    assert_eq!(event.id.as_deref(), Some("id2"));
    assert_eq!(event.user.as_deref(), Some("u2"));
    assert_eq!(event.correlation_id.as_deref(), Some("c"));
    assert_eq!(event.causation_id, None);
    assert_eq!(event.schema_version, Some(1.into()));
    assert_eq!(event.valid_time.unwrap().to_string(), "2026-01-02T00:00:00Z");
    let log = scan(&store);
    assert_eq!(log.categories(), ["account".into()]);
    let mut reader = store.reader().unwrap();
    assert_eq!(reader.find_id(&log, "id4").unwrap(), Some(4));
    assert_eq!(reader.find_id(&log, "id9").unwrap(), None);
    let snapshots = store.read_snapshots(&Cancel::default()).unwrap();
    assert_eq!((snapshots[1].version, &*snapshots[1].stream), (Some(4), "account-A"));
}

#[test]
fn foldlines_tables_are_append_only_and_the_same_bytes_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("a.db"), folder.path().join("b.db"));
    fixtures::foldline(&a);
    fixtures::foldline(&b);
    assert_eq!(std::fs::read(&a).unwrap(), std::fs::read(&b).unwrap());
    let conn = database(&a);
    assert!(conn.execute("UPDATE events SET type = 'x'", []).unwrap_err().to_string().contains("append-only"));
    assert!(conn.execute("DELETE FROM events", []).unwrap_err().to_string().contains("append-only"));
}

#[test]
fn pyeventsourcing_in_full() {
    let folder = tempfile::tempdir().unwrap();
    for form in [Python::Json, Python::Zlib, Python::WithoutRowid] {
        let path = folder.path().join(format!("{}.db", form as u8));
        fixtures::pyeventsourcing(&path, form);
        let (store, events) = read(&path);
        let log = scan(&store);
        assert_eq!(log.categories(), ["BankAccount".into()]);
        assert_eq!(log.has_ordinal_positions(), form == Python::WithoutRowid);
        assert_eq!(store.notes().iter().any(|note| note.contains("ordinals")), form == Python::WithoutRowid);
        assert_eq!(
            line(&events[0]),
            format!(
                "1 {} 1 bank.model:BankAccount.Opened 2026-01-01T08:00:00Z {}",
                fixtures::originator("A"),
                r#"{"when":"2026-01-01","owner":"Łucja \"Lu\" Ö","limit":0}"#
            )
        );
        let metadata = r#"{"timestamp":"2026-01-01T08:00:00+00:00","originator_topic":"bank.model:BankAccount"}"#;
        assert_eq!(format!("{:?}", events[0].metadata), metadata);
        let snapshots = store.read_snapshots(&Cancel::default()).unwrap();
        assert_eq!(format!("{:?}", snapshots[0].state.decoded().unwrap()), r#"{"balance":10}"#);
    }
}

#[test]
fn emmett_marks_commands_and_archived_events() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::emmett(&path);
    let (_, events) = read(&path);
    assert_eq!(
        line(&events[1]),
        r#"11 account-B 1 Opened 2026-01-02T08:00:00Z {"owner":"Bo","limit":9007199254741001}"#
    );
    assert!(events[1].archived && !events[0].archived);
    assert_eq!((events[3].kind, events[0].kind), (EventKind::Command, EventKind::Event));
    assert_eq!(events[3].user.as_deref(), Some("u1"));
    assert_eq!(events[3].correlation_id.as_deref(), Some("c3"));
}

#[test]
fn emmett_categories_are_the_types_of_its_streams() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::emmett(&path);
    // The messages are of another partition than the streams, which does not matter.
    database(&path)
        .execute_batch(
            "UPDATE emt_streams SET stream_type = 'saving accounts' WHERE stream_id = 'account-A'; \
             DELETE FROM emt_streams WHERE stream_id = 'account-B'",
        )
        .unwrap();
    assert_eq!(categories(&path), [("account-A", "saving accounts"), ("account-B", "account")].map(owned));
}

#[test]
fn a_topic_without_an_event_is_its_class() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::pyeventsourcing(&path, Python::Json);
    database(&path).execute("UPDATE stored_events SET topic = 'bank.m:Solo'", []).unwrap();
    assert!(categories(&path).iter().all(|(_, category)| category == "Solo"), "{:?}", categories(&path));
}

fn owned((a, b): (&str, &str)) -> (String, String) {
    (a.to_owned(), b.to_owned())
}

/// Each stream with its category.
fn categories(path: &Path) -> Vec<(String, String)> {
    let log = scan(&open(path).unwrap());
    let streams = log.streams().iter();
    streams.map(|stream| (stream.name.to_string(), log.category(stream.category).to_string())).collect()
}

#[test]
fn cqrs_es_takes_tags_off_and_times_from_metadata() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::cqrs_es(&path);
    let (store, events) = read(&path);
    assert_eq!(line(&events[3]), r#"4 account-A 3 Withdrawn 2026-01-04T08:00:00Z {"amount":20}"#);
    assert_eq!(events[3].schema_version, Some("1.0".into()));
    assert_eq!(store.notes(), ["times are taken from time in the metadata"]);
    assert_eq!(store.snapshots(), 1);
}

#[test]
fn patchlevel_has_streams_without_versions() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::patchlevel(&path);
    let (store, events) = read(&path);
    assert_eq!(line(&events[4]), r#"5 audit - Deposited 2026-01-05T08:00:00Z {"amount":7}"#);
    assert_eq!(events[4].causation_id.as_deref(), Some("d"));
    let log = scan(&store);
    assert_eq!(log.categories(), ["account".into(), "audit".into()]);
}

#[test]
fn a_layout_can_be_forced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::cqrs_es(&path);
    let forced = |layout: &str| {
        let options = OpenOptions { layout: Some(layout.to_owned()), ..OpenOptions::default() };
        store::open(&path, &options, &Progress::default(), &Cancel::default())
    };
    assert_eq!(&*forced("cqrs-es-sqlite").unwrap().layout().id, "cqrs-es-sqlite");
    let error = forced("emmet").unwrap_err();
    assert!(!error.is_input_error() && error.to_string().contains("emmett-sqlite"), "{error}");
    let error = forced("emmett-sqlite").unwrap_err();
    assert!(error.is_input_error() && error.to_string().contains("no table named emt_messages"), "{error}");
    let error = forced("foldline").unwrap_err();
    assert!(error.to_string().contains("\"events\" comes nearest and lacks position"), "{error}");
}

#[test]
fn dirty_rows_are_counted_not_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let conn = database(&path);
    // The same columns without any constraint, as dirty as can be.
    conn.execute_batch(
        "CREATE TABLE events (position, stream_id, version, event_id, type, schema_version, recorded_at, valid_at, data, metadata);
         INSERT INTO events VALUES (1, 's-1', 1.0, 'a', 'T', 1, 'yesterday', NULL, '{\"a\":1}', '{broken');
         INSERT INTO events VALUES (2, CAST(x'ff61' AS TEXT), NULL, 'b', NULL, 'two', 1767323045, NULL, x'ff00', NULL);
         INSERT INTO events VALUES (2, NULL, 2, 'c', CAST(x'fe' AS TEXT), 1, NULL, NULL, '', '');
         INSERT INTO events VALUES (3, x'00112233445566778899aabbccddeeff', 'x', 'd', 'T', 1, 1767323045.25, NULL, NULL, '7');",
    )
    .unwrap();
    drop(conn);
    let (store, events) = read(&path);
    let lines: Vec<String> = events.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "1 s-1 1 T - {\"a\":1}",
            "2 \u{fffd}a -  2026-01-02T03:04:05Z ! not UTF-8 text",
            "3 - 2 \u{fffd} - ! empty payload",
            "4 00112233-4455-6677-8899-aabbccddeeff - T 2026-01-02T03:04:05.250Z null",
        ]
    );
    assert_eq!(format!("{:?}", events[0].metadata), r#"{"$raw":"{broken"}"#);
    assert_eq!(events[0].time_raw.as_deref(), Some("yesterday"));
    assert_eq!(events[1].schema_version, Some("two".into()));
    let notes = store.notes().join("\n");
    for note in ["positions are ordinals", "1 time can't be represented", "1 event has no type", "2 names of"] {
        assert!(notes.contains(note), "{note} in {notes}");
    }
}

#[test]
fn hostile_names_are_only_names() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["order", "a\"b", "x y; DROP TABLE z", "select", "sélect", "'", "[", "--"] {
        let path = folder.path().join("a.db");
        let conn = database(&path);
        let quoted = name.replace('"', "\"\"");
        conn.execute_batch(&format!(
            "CREATE TABLE \"{quoted}\" (event_id TEXT, event_type TEXT, aggregate_root_id TEXT, \
             aggregate_root_version INTEGER, time_of_recording TEXT, payload TEXT, \"rowid\" TEXT, \"a\"\"; b\" TEXT); \
             INSERT INTO \"{quoted}\" VALUES ('i', 'T', 'a', 1, '2026-01-01T00:00:00Z', '{{\"payload\":{{}}}}', \
             'hidden', 'z');"
        ))
        .unwrap();
        drop(conn);
        let (store, events) = read(&path);
        assert_eq!(store.event_table(), name);
        assert_eq!(line(&events[0]), "1 a 1 T 2026-01-01T00:00:00Z {}");
        std::fs::remove_file(&path).unwrap();
    }
}

#[test]
fn an_unrecognised_database_names_its_tables() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    database(&path)
        .execute_batch("CREATE TABLE artists (id, name); CREATE VIEW events AS SELECT 1 AS position")
        .unwrap();
    let error = open(&path).unwrap_err();
    assert!(matches!(error, StoreError::NotRecognised { .. }));
    let text = error.to_string();
    assert!(text.contains("holds no events that Foldline recognises") && text.contains("artists"), "{text}");
}

#[test]
fn a_scan_can_be_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let conn = database(&path);
    conn.execute_batch(
        "CREATE TABLE events (position INTEGER PRIMARY KEY, stream_id, version, event_id, type, schema_version, recorded_at, \
         valid_at, data, metadata); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) \
         INSERT INTO events SELECT i, 's-' || i % 7, i / 7, i, 'T', 1, '2026-01-01T00:00:00Z', NULL, '{}', NULL FROM n",
    )
    .unwrap();
    drop(conn);
    let store = open(&path).unwrap();
    let progress = Progress::default();
    let log = store.scan(7, &progress, &Cancel::default()).unwrap();
    assert_eq!((log.len(), log.generation(), progress.counts()), (20_000, 7, (20_000, 20_000)));
    let cancel = Cancel::default();
    cancel.cancel();
    assert!(store.scan(8, &progress, &cancel).unwrap_err().is_cancelled());
    let stopped = store.reader().unwrap().for_each(&log, 0..9, &cancel, &mut |_, _| ControlFlow::Continue(()));
    assert!(stopped.unwrap_err().is_cancelled());
}

#[test]
fn a_payload_of_a_hundred_megabytes_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::foldline(&path);
    let conn = database(&path);
    let insert = "INSERT INTO events VALUES (7, 'account-A', 5, 'big', 'Noted', 1, '2026-01-08T00:00:00Z', NULL, \
                  '{\"text\":\"' || replace(hex(zeroblob(50000000)), '00', 'ab') || '\"}', NULL)";
    conn.execute(insert, []).unwrap();
    drop(conn);
    let (_, events) = read(&path);
    let Payload::Value(data) = &events[6].data else { panic!("unreadable") };
    assert_eq!(data.as_object().unwrap().get("text").unwrap().as_str().unwrap().len(), 100_000_000);
}
