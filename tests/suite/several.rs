//! Several files as one history: order, duplicates, layouts that differ, and what is refused.
#![expect(clippy::disallowed_methods, reason = "another program")]

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use foldline::cli::{Outcome, Streams};
use foldline::model::{Cancel, Event, EventLog, Progress};
use foldline::store::{self, OpenOptions, Store, StoreError};
use proptest::prelude::*;
use rusqlite::Connection;
use serde_json::Value;

/// An event of a Foldline store.
#[derive(Debug, Clone)]
struct Row {
    position: i64,
    stream: String,
    version: i64,
    id: Option<String>,
    event_type: String,
    time: Option<String>,
}

/// `at`: minutes after a beginning; `None` has no time.
fn row(position: i64, stream: &str, version: i64, at: Option<i64>) -> Row {
    Row {
        position,
        stream: stream.to_owned(),
        version,
        id: Some(format!("id-{stream}-{version}")),
        event_type: "Opened".to_owned(),
        time: at.map(|at| format!("2026-01-01T{:02}:{:02}:00Z", at / 60, at % 60)),
    }
}

fn made(folder: &Path, name: &str, rows: &[Row]) -> PathBuf {
    let path = folder.join(name);
    let mut conn = Connection::open(&path).unwrap();
    conn.execute_batch(
        "CREATE TABLE events (position INTEGER PRIMARY KEY, stream_id TEXT, version INTEGER, event_id TEXT, type TEXT, \
         schema_version INTEGER, recorded_at TEXT, valid_at TEXT, data TEXT, metadata TEXT);
         CREATE TABLE snapshots (stream_id TEXT, version INTEGER, state TEXT, taken_at TEXT);",
    )
    .unwrap();
    let all = conn.transaction().unwrap();
    for row in rows {
        let data = format!(r#"{{"of":"{}","n":{}}}"#, row.stream, row.version);
        let sql = "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, NULL, ?7, NULL)";
        let values = (row.position, &row.stream, row.version, &row.id, &row.event_type, &row.time, &data);
        all.execute(sql, values).unwrap();
    }
    all.commit().unwrap();
    conn.close().unwrap();
    path
}

/// The same events as Emmett has them. Its times are to the second.
fn emmett(folder: &Path, name: &str, rows: &[Row]) -> PathBuf {
    let path = folder.join(name);
    let conn = Connection::open(&path).unwrap();
    conn.execute_batch(
        "CREATE TABLE emt_streams (stream_id TEXT NOT NULL, stream_position BIGINT NOT NULL DEFAULT 0, partition TEXT \
         NOT NULL DEFAULT 'global', stream_type TEXT NOT NULL, stream_metadata JSONB NOT NULL, is_archived BOOLEAN NOT \
         NULL DEFAULT FALSE, PRIMARY KEY (stream_id, partition, is_archived));
         CREATE TABLE emt_messages (stream_id TEXT NOT NULL, stream_position BIGINT NOT NULL, partition TEXT NOT NULL \
         DEFAULT 'global', message_kind CHAR(1) NOT NULL DEFAULT 'E', message_data JSONB NOT NULL, message_metadata \
         JSONB NOT NULL, message_schema_version TEXT NOT NULL, message_type TEXT NOT NULL, message_id TEXT NOT NULL, \
         is_archived BOOLEAN NOT NULL DEFAULT FALSE, global_position INTEGER PRIMARY KEY, created DATETIME DEFAULT \
         CURRENT_TIMESTAMP, UNIQUE (stream_id, stream_position, partition, is_archived));",
    )
    .unwrap();
    for row in rows {
        let created = row.time.as_ref().map(|time| time.replace('T', " ").replace('Z', ""));
        let data = format!(r#"{{"of":"{}","n":{}}}"#, row.stream, row.version);
        let sql = "INSERT INTO emt_messages VALUES (?1, ?2, 'global', 'E', ?3, '{}', '1', ?4, ?5, 0, ?6, ?7)";
        let values = (&row.stream, row.version, &data, &row.event_type, &row.id, row.position, &created);
        conn.execute(sql, values).unwrap();
    }
    conn.close().unwrap();
    path
}

fn opened(files: &[&Path]) -> Result<(Store, EventLog), StoreError> {
    let (progress, cancel) = (Progress::default(), Cancel::default());
    let with: Vec<PathBuf> = files[1..].iter().map(|file| file.to_path_buf()).collect();
    let store = store::open_together(files[0], &with, &OpenOptions::default(), &progress, &cancel)?;
    let log = store.scan(1, &progress, &cancel)?;
    Ok((store, log))
}

/// Every event with its file, as reading in one go gives them; reading one by one must give the same.
fn events(store: &Store, log: &EventLog) -> Vec<(usize, Event)> {
    let mut reader = store.reader().unwrap();
    let mut all = Vec::new();
    let mut take = |index: usize, event| {
        assert_eq!(index, all.len());
        all.push((log.source(index), event));
        std::ops::ControlFlow::Continue(())
    };
    reader.for_each(log, 0..log.len(), &Cancel::default(), &mut take).unwrap();
    let backwards: Vec<u32> = (0..log.len() as u32).rev().collect();
    let mut singly = reader.events(log, &backwards).unwrap();
    singly.reverse();
    assert_eq!(singly, all.iter().map(|(_, event)| event.clone()).collect::<Vec<_>>());
    all
}

/// `file:stream version` of each event.
fn told(store: &Store, log: &EventLog) -> Vec<String> {
    let name = |event: &Event| format!("{} {}", event.stream.as_deref().unwrap(), event.version.unwrap());
    events(store, log).iter().map(|(file, event)| format!("{file}:{}", name(event))).collect()
}

fn bytes(files: &[&Path]) -> Vec<Vec<u8>> {
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// Runs the program in this process: status, standard output, standard error.
fn run(args: &[&str]) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let arguments = std::iter::once("foldline").chain(args.iter().copied()).map(OsString::from);
    let ended = foldline::cli::run(arguments, Streams { out: &mut out, err: &mut err, terminal: false });
    let Outcome::Exit(status) = ended else { panic!("{args:?} opens the window") };
    (status, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

#[test]
fn a_store_and_its_archive_overlap() {
    let folder = tempfile::tempdir().unwrap();
    let all: Vec<Row> = (1..=100).map(|n| row(n, &format!("a-{}", n % 3), n, Some(n))).collect();
    let hot = made(folder.path(), "hot.db", &all[40..]);
    let archive = made(folder.path(), "archive.db", &all[..60]);
    let before = bytes(&[&hot, &archive]);
    let (store, log) = opened(&[&hot, &archive]).unwrap();
    // Positions are those of one history.
    assert!(!log.has_ordinal_positions());
    assert_eq!((0..100).map(|n| log.position(n)).collect::<Vec<_>>(), (1..=100).collect::<Vec<_>>());
    let expected: Vec<String> =
        all.iter().map(|row| format!("{}:{} {}", usize::from(row.position <= 40), row.stream, row.version)).collect();
    assert_eq!(told(&store, &log), expected);
    let notes = store.notes();
    assert!(notes.contains(&"20 events are in both hot.db and archive.db; each is shown once".to_owned()), "{notes:?}");
    assert!(notes[0].starts_with("the events are those of 2 files, merged by position: hot.db"), "{notes:?}");
    let files: Vec<(usize, usize)> = store.files().iter().map(|file| (file.events, file.shown)).collect();
    assert_eq!(files, [(60, 60), (60, 40)]);
    let mut reader = store.reader().unwrap();
    for n in [1, 40, 41, 60, 100] {
        let id = format!("id-a-{}-{n}", n % 3);
        assert_eq!(reader.find_id(&log, &id).unwrap(), Some(n as u32 - 1), "{id}");
    }
    assert_eq!(reader.find_id(&log, "none").unwrap(), None);
    assert_eq!(bytes(&[&hot, &archive]), before);
}

#[test]
fn shards_are_merged_by_time() {
    let folder = tempfile::tempdir().unwrap();
    let a = made(folder.path(), "a.db", &[row(1, "a", 1, Some(1)), row(2, "a", 2, Some(5)), row(3, "a", 3, None)]);
    let b = made(folder.path(), "b.db", &[row(1, "b", 1, Some(2)), row(2, "b", 2, Some(5)), row(3, "b", 3, Some(9))]);
    let c = made(folder.path(), "c.db", &[row(1, "c", 1, None), row(2, "c", 2, Some(4)), row(5, "c", 3, Some(3))]);
    let (store, log) = opened(&[&a, &b, &c]).unwrap();
    // Without a time right behind its predecessor, also where others have the same time; late ones stay in their order.
    let expected = ["2:c 1", "0:a 1", "1:b 1", "2:c 2", "2:c 3", "0:a 2", "1:b 2", "0:a 3", "1:b 3"];
    assert_eq!(told(&store, &log), expected);
    assert!(log.has_ordinal_positions());
    assert_eq!(events(&store, &log)[4].1.position, Some(5));
    assert!(store.notes()[0].contains("3 files, merged by time"), "{:?}", store.notes());
    assert!(store.notes()[0].ends_with("positions are ordinals"), "{:?}", store.notes());
}

#[test]
fn layouts_may_differ() {
    let folder = tempfile::tempdir().unwrap();
    let all: Vec<Row> = (1..=50).map(|n| row(n, &format!("cart-{}", n % 2), (n + 1) / 2, Some(n))).collect();
    let hot = emmett(folder.path(), "hot.db", &all[20..]);
    let archive = made(folder.path(), "archive.db", &all[..30]);
    let (store, log) = opened(&[&hot, &archive]).unwrap();
    let layouts: Vec<_> = store.files().iter().map(|file| file.layout.id.to_string()).collect();
    assert_eq!(layouts, ["emmett-sqlite", "foldline"]);
    let expected: Vec<String> =
        all.iter().map(|row| format!("{}:{} {}", usize::from(row.position <= 20), row.stream, row.version)).collect();
    assert_eq!(told(&store, &log), expected);
    assert_eq!(log.streams().len(), 2);
    // A layout that is forced is that of those that it fits.
    let (hot, archive) = (hot.to_str().unwrap(), archive.to_str().unwrap());
    let (status, out, _) = run(&["info", hot, "--with", archive, "--layout", "emmett-sqlite", "--json"]);
    assert_eq!(status, 0);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["files"][1]["layout"], "foldline");
}

#[test]
fn duplicates_that_differ_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let a = made(folder.path(), "a.db", &[row(1, "a", 1, Some(1)), row(2, "a", 2, Some(2))]);
    let other = Row { event_type: "Closed".to_owned(), ..row(2, "a", 2, Some(2)) };
    let b = made(folder.path(), "b.db", &[row(1, "a", 1, Some(1)), other]);
    let (store, log) = opened(&[&a, &b]).unwrap();
    assert_eq!(told(&store, &log), ["0:a 1", "0:a 2"]);
    let notes = store.notes();
    assert!(
        notes.iter().any(|note| note.starts_with("1 of these differs") && note.contains("a v2 (Opened)")),
        "{notes:?}"
    );
    let types: Vec<String> = events(&store, &log).iter().map(|(_, event)| event.event_type.to_string()).collect();
    assert_eq!(types, ["Opened", "Opened"]);
}

#[test]
fn events_without_ids_are_known_by_stream_and_version() {
    let folder = tempfile::tempdir().unwrap();
    let without = |row: Row| Row { id: None, ..row };
    let a = made(folder.path(), "a.db", &[without(row(1, "a", 1, Some(1))), without(row(2, "a", 2, Some(2)))]);
    // The same, the same with an id, another at another time, and two ids for one version.
    let b = made(
        folder.path(),
        "b.db",
        &[
            without(row(1, "a", 1, Some(1))),
            row(2, "a", 2, Some(2)),
            without(row(3, "a", 2, Some(3))),
            row(4, "b", 1, Some(4)),
        ],
    );
    let c = made(folder.path(), "c.db", &[Row { id: Some("else".to_owned()), ..row(9, "b", 1, Some(4)) }]);
    let (store, log) = opened(&[&a, &b, &c]).unwrap();
    assert_eq!(told(&store, &log), ["0:a 1", "0:a 2", "1:a 2", "1:b 1", "2:b 1"]);
    let notes = store.notes();
    assert!(notes.iter().any(|note| note.starts_with("2 events are in both a.db and b.db")), "{notes:?}");
    assert!(notes.iter().any(|note| note.starts_with("1 event without an id has a stream")), "{notes:?}");
    // What one file has twice is its own matter.
    let (store, log) = opened(&[&c, &b]).unwrap();
    assert_eq!(log.len(), 5);
    assert!(store.notes().iter().all(|note| !note.contains("in both")), "{:?}", store.notes());
}

#[test]
fn numbers_of_rows_are_no_ids_of_events() {
    // Dagster has a file for each run, and numbers the rows of each from 1.
    let folder = tempfile::tempdir().unwrap();
    let run = |name: &str, run: &str, at: &str| {
        let path = folder.path().join(name);
        Connection::open(&path)
            .unwrap()
            .execute_batch(&format!(
                "CREATE TABLE event_logs (id INTEGER PRIMARY KEY, run_id TEXT, event TEXT, dagster_event_type TEXT, timestamp TEXT);
                 INSERT INTO event_logs VALUES (1, '{run}', '{{}}', 'RUN_START', '{at}'), (2, '{run}', '{{}}', 'RUN_SUCCESS', '{at}');"
            ))
            .unwrap();
        path
    };
    let (a, b) = (run("a.db", "run-a", "2026-01-01 10:00:00"), run("b.db", "run-b", "2026-01-01 10:00:00"));
    let (_, log) = opened(&[&a, &b]).unwrap();
    assert_eq!(log.len(), 4);
    // The same row in a backup is the same event.
    let again = run("c.db", "run-a", "2026-01-01 10:00:00");
    let (_, log) = opened(&[&a, &again]).unwrap();
    assert_eq!(log.len(), 2);
}

#[test]
fn a_file_that_is_not_there_or_named_twice_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let a = made(folder.path(), "a.db", &[row(1, "a", 1, Some(1))]);
    let b = made(folder.path(), "b.db", &[row(1, "b", 1, Some(2))]);
    let gone = folder.path().join("gone.db");
    let (a_name, gone_name) = (a.to_str().unwrap(), gone.to_str().unwrap());
    let (status, out, err) = run(&["info", a_name, "--with", b.to_str().unwrap(), "--with", gone_name]);
    assert_eq!((status, out.as_str()), (3, ""));
    assert!(err.contains(gone_name), "{err}");
    let (status, out, err) = run(&["info", a_name, "--with", a_name]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.contains("twice"), "{err}");
    // One that is written later is found to have changed.
    let (store, log) = opened(&[&a, &b]).unwrap();
    assert!(!store.has_changed());
    let mut reader = store.reader().unwrap();
    Connection::open(&b).unwrap().execute("DELETE FROM events", []).unwrap();
    assert!(store.has_changed());
    assert!(matches!(reader.events(&log, &[1]), Err(StoreError::Changed(path)) if path == b));
    assert_eq!(reader.events(&log, &[0]).unwrap().len(), 1);
}

#[test]
fn commands_take_several_files() {
    let folder = tempfile::tempdir().unwrap();
    let a = made(folder.path(), "a.db", &[row(1, "x-1", 1, Some(1)), row(2, "x-1", 3, Some(7))]);
    let b = made(folder.path(), "b.db", &[row(1, "x-1", 2, Some(3)), row(2, "x-2", 1, Some(4))]);
    let before = bytes(&[&a, &b]);
    let (a_name, b_name) = (a.to_str().unwrap(), b.to_str().unwrap());
    let lines = |args: &[&str]| -> Vec<Value> {
        let (status, out, err) = run(args);
        assert_eq!(status, 0, "{err}");
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let all = lines(&["events", a_name, "--with", b_name]);
    let files: Vec<&str> = all.iter().map(|event| event["file"].as_str().unwrap()).collect();
    assert_eq!(files, [a_name, b_name, b_name, a_name]);
    assert!(lines(&["events", a_name])[0].get("file").is_none());
    let (_, csv, _) = run(&["events", a_name, "--with", b_name, "--format", "csv"]);
    assert!(csv.lines().next().unwrap().ends_with(",file") && csv.lines().nth(2).unwrap().ends_with(b_name), "{csv}");
    let info = &lines(&["info", a_name, "--with", b_name, "--json", "--hash"])[..];
    let info: Value = match info {
        [one] => one.clone(),
        _ => unreachable!("info is one line"),
    };
    assert_eq!((info["events"].as_u64(), info["files"][1]["events"].as_u64()), (Some(4), Some(2)));
    assert_eq!(info["files"][1]["hash"]["same"], true);
    // A state is made of both files' events.
    let (_, state, _) = run(&["state", a_name, "x-1", "--with", b_name, "--json"]);
    let state: Value = serde_json::from_str(&state).unwrap();
    assert_eq!((state["replayed"].as_u64(), state["state"]["n"].as_u64()), (Some(3), Some(3)));
    let followed = lines(&["events", a_name, "--with", b_name, "--follow", "--limit", "4"]);
    assert_eq!(followed, all);
    // Copies are in Foldline's layout, and never over one of the files.
    let out = folder.path().join("out.db");
    let out_name = out.to_str().unwrap();
    let (status, _, err) = run(&["copy", a_name, out_name, "--with", b_name]);
    assert_eq!(status, 0, "{err}");
    assert!(err.contains("a copy of several files can't be written in their own layout"), "{err}");
    std::fs::remove_file(&out).unwrap();
    let (status, ..) = run(&["copy", a_name, b_name, "--with", b_name, "--as", "foldline", "--force"]);
    assert_eq!(status, 2);
    let (status, _, err) = run(&["copy", a_name, out_name, "--with", b_name, "--as", "foldline"]);
    assert_eq!(status, 0, "{err}");
    let copied = lines(&["events", out_name]);
    let ids = |events: &[Value]| events.iter().map(|event| event["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&copied), ids(&all));
    assert_eq!(bytes(&[&a, &b]), before);
}

#[test]
fn snapshots_of_all_files_are_there_once() {
    let folder = tempfile::tempdir().unwrap();
    let a = made(folder.path(), "a.db", &[row(1, "x", 1, Some(1))]);
    let b = made(folder.path(), "b.db", &[row(2, "y", 1, Some(2))]);
    let snapshot = |file: &Path, stream: &str, n: i64| {
        let state = format!(r#"{{"n":{n}}}"#);
        let conn = Connection::open(file).unwrap();
        conn.execute("INSERT INTO snapshots VALUES (?1, 1, ?2, NULL)", (stream, state)).unwrap();
    };
    snapshot(&a, "y", 1);
    snapshot(&b, "y", 2);
    snapshot(&b, "x", 3);
    let (store, log) = opened(&[&a, &b]).unwrap();
    let found = store.find_snapshots(&log, &Progress::default(), &Cancel::default()).unwrap();
    assert_eq!(found.index().len(), 2);
    let mut states = Vec::new();
    let mut take = |at, state: Option<store::SnapshotState>| {
        states.push((at, format!("{:?}", state.unwrap().state.decoded().unwrap())));
        std::ops::ControlFlow::Continue(())
    };
    store.each_snapshot(&found, 0..2, &Cancel::default(), &mut take).unwrap();
    assert!(states[0].1.contains('3') && states[1].1.contains('1'), "{states:?}");
    assert_eq!(store.read_snapshots(&Cancel::default()).unwrap().len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// However a store's events are spread over files, also over several of them, together they are the one store.
    #[test]
    fn split_and_together_is_the_same(
        parts in prop::collection::vec((0u8..4, prop::bool::weighted(0.3), 0u8..4), 1..300),
        gap in 1i64..4,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut at = 0;
        let all: Vec<Row> = parts.iter().enumerate().map(|(n, _)| {
            at += gap;
            row(n as i64 + 1, &format!("s-{}", n % 7), n as i64 / 7 + 1, Some(at))
        }).collect();
        let whole = made(folder.path(), "whole.db", &all);
        let files: Vec<PathBuf> = (0..4).map(|file| {
            let rows: Vec<Row> = all.iter().zip(&parts).filter(|(_, (own, doubled, also))| {
                *own == file || (*doubled && *also == file)
            }).map(|(row, _)| row.clone()).collect();
            made(folder.path(), &format!("{file}.db"), &rows)
        }).collect();
        let paths: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
        let before = bytes(&paths);
        let (one, one_log) = opened(&[&whole]).unwrap();
        let (many, many_log) = opened(&paths).unwrap();
        let events_of = |store: &Store, log: &EventLog| events(store, log).into_iter().map(|(_, e)| e).collect::<Vec<_>>();
        prop_assert_eq!(events_of(&one, &one_log), events_of(&many, &many_log));
        let lanes = |log: &EventLog| -> Vec<(String, Vec<u32>)> {
            log.streams().iter().map(|stream| {
                (stream.name.to_string(), log.lane(log.find_stream(&stream.name).unwrap()).to_vec())
            }).collect()
        };
        prop_assert_eq!(lanes(&one_log), lanes(&many_log));
        prop_assert_eq!(bytes(&paths), before);
    }
}
