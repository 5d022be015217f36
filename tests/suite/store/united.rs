//! Several event tables of one library in a file: one history, in which streams of different applications stay apart.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use foldline::model::{Cancel, CopyPlan, CopyRow, Progress};
use foldline::store::{CopyOptions, Store, write_copy};

use super::{all, open, scan};
use crate::fixtures::database;
use crate::follow::Follower;

fn written(folder: &tempfile::TempDir, statements: &str) -> PathBuf {
    let path = folder.path().join("a.db");
    let conn = database(&path);
    conn.execute_batch(statements).unwrap();
    conn.close().unwrap();
    path
}

/// Broadway's table with events of two streams, one second apart from `second` on; versions from `first` on.
fn broadway(table: &str, second: usize, first: usize) -> String {
    let mut sql = format!(
        "CREATE TABLE {table} (id INTEGER PRIMARY KEY, uuid TEXT, playhead INTEGER, payload TEXT, metadata TEXT, \
         recorded_on TEXT, type TEXT);"
    );
    for n in 0..4 {
        sql.push_str(&format!(
            "INSERT INTO {table} VALUES ({}, '{}', {}, '{{\"class\":\"A\",\"payload\":{{\"in\":\"{table}\",\"n\":{n}}}}}', \
             '{{\"class\":\"M\",\"payload\":[]}}', '2026-01-01T00:00:{:02}.000000+00:00', '{table}.A');",
            n + 1,
            if n % 2 == 0 { "same" } else { table },
            first + n / 2,
            second + 2 * n,
        ));
    }
    sql
}

/// Each event as its stream, version and table.
fn events(store: &Store) -> Vec<String> {
    let in_line = |event: &foldline::model::Event| {
        let data = event.data.decoded().unwrap();
        let table = data.as_object().unwrap().get("in").unwrap().as_str().unwrap();
        format!("{} {} {table}", event.stream.as_deref().unwrap(), event.version.unwrap())
    };
    all(store, &scan(store)).iter().map(in_line).collect()
}

fn said(store: &Store) -> String {
    store.notes().join("; ")
}

fn copied(store: &Store, rows: Vec<CopyRow>, out: &Path) {
    let plan = CopyPlan { rows, ..CopyPlan::default() };
    let done = (Progress::default(), Cancel::default());
    write_copy(store, &scan(store), &plan, out, &CopyOptions::default(), &done.0, &done.1).unwrap();
}

#[test]
fn streams_of_one_name_in_two_tables_stay_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder, &(broadway("shop_events", 0, 0) + &broadway("bank_events", 1, 0)));
    let store = open(&path).unwrap();
    assert_eq!(&*store.layout().id, "broadway-dbal");
    let expected = [
        "shop_events/same 0 shop_events",
        "bank_events/same 0 bank_events",
        "shop_events 0 shop_events",
        "bank_events 0 bank_events",
        "shop_events/same 1 shop_events",
        "bank_events/same 1 bank_events",
        "shop_events 1 shop_events",
        "bank_events 1 bank_events",
    ];
    assert_eq!(events(&store), expected);
    let said = said(&store);
    assert!(said.contains("the events are those of 2 tables, merged by time: bank_events, shop_events"), "{said}");
    assert!(said.contains("1 name is that of streams in several tables"), "{said}");
    // Without the other table's events the name needs nothing before it.
    let copy = folder.path().join("b.db");
    copied(&store, [0, 4].map(CopyRow::Recorded).to_vec(), &copy);
    let copy = open(&copy).unwrap();
    assert_eq!(&*copy.layout().id, "broadway-dbal");
    assert_eq!(events(&copy), ["same 0 shop_events", "same 1 shop_events"]);
}

#[test]
fn a_stream_whose_versions_go_on_in_the_next_table_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let tables = broadway("events_2025", 0, 0) + &broadway("events_2026", 20, 2) + &broadway("events_backup", 0, 0);
    let store = open(&written(&folder, &tables)).unwrap();
    let read = events(&store);
    let same: Vec<&String> = read.iter().filter(|line| line.starts_with("same ")).collect();
    assert_eq!(same, ["same 0 events_2025", "same 1 events_2025", "same 2 events_2026", "same 3 events_2026"]);
    let said = said(&store);
    assert!(said.contains("1 stream goes on from one table into another"), "{said}");
    assert!(said.contains("of the same form, but not read: events_backup"), "{said}");
}

#[test]
fn a_table_alone_is_read_whatever_it_is_called() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&written(&folder, &broadway("events_backup", 0, 0))).unwrap();
    assert_eq!(events(&store).len(), 4);
    assert!(store.notes().is_empty(), "{}", said(&store));
}

#[test]
fn a_stream_that_comes_to_share_its_name_is_told_apart_while_followed() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder, &(broadway("shop_events", 0, 0) + &broadway("bank_events", 1, 0)));
    let mut follower = Follower::of(&path);
    let conn = database(&path);
    for (table, n) in [("bank_events", 4), ("shop_events", 5)] {
        conn.execute_batch(&format!(
            "INSERT INTO {table} SELECT max(id) + 1, 'new', 0, replace(payload, '\"n\":3', '\"n\":{n}'), metadata, \
             '2026-01-01T00:01:0{n}.000000+00:00', type FROM {table};"
        ))
        .unwrap();
        follower.until(4 + n);
    }
    let log = follower.session.log();
    let names = ["bank_events/new", "shop_events/new", "new"].map(|name| log.find_stream(name).is_some());
    assert_eq!(names, [true, true, false], "{:?}", follower.troubles);
    assert_eq!(follower.seen.len(), 10);
}

/// Two applications' tables as Python's eventsourcing has them, with snapshots; the second also has a stream of the
/// first's name.
fn applications(without: &str) -> String {
    let mut sql = String::new();
    for (app, streams) in [("bank", ["a", "b"]), ("shop", ["a", "c"])] {
        for kind in ["events", "snapshots"] {
            sql.push_str(&format!(
                "CREATE TABLE {app}_{kind} (originator_id TEXT NOT NULL, originator_version BIGINT NOT NULL, \
                 topic TEXT NOT NULL, state BLOB NOT NULL, PRIMARY KEY (originator_id, originator_version)){without};"
            ));
        }
        for version in 1..=3 {
            for (at, stream) in streams.iter().enumerate() {
                let second = version * 10 + at * 2 + usize::from(app == "shop");
                sql.push_str(&format!(
                    "INSERT INTO {app}_events VALUES ('{stream}', {version}, '{app}.model:{app}.Changed', \
                     '{{\"in\":\"{app}\",\"timestamp\":\"2026-01-01T00:00:{second:02}+00:00\"}}');"
                ));
            }
        }
        for stream in streams {
            sql.push_str(&format!(
                "INSERT INTO {app}_snapshots VALUES ('{stream}', 2, '{app}.model:{app}', '{{\"state\":{{\"of\":\"{app}\"}}}}');"
            ));
        }
    }
    sql
}

#[test]
fn each_application_has_its_own_snapshots() {
    for without in ["", " WITHOUT ROWID"] {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&written(&folder, &applications(without))).unwrap();
        assert_eq!((&*store.layout().id, store.snapshots()), ("pyeventsourcing", 4));
        let log = scan(&store);
        let read = events(&store);
        assert_eq!(read.len(), 12);
        assert_eq!(read[..4], ["bank_events/a 1 bank", "shop_events/a 1 shop", "b 1 bank", "c 1 shop"], "{without}");
        let snapshots = store.read_snapshots_of(&log, &Cancel::default()).unwrap();
        let shown = |stream: &str, state: &foldline::model::Payload| {
            let state = state.decoded().unwrap();
            format!("{stream} {}", state.as_object().unwrap().get("of").unwrap().as_str().unwrap())
        };
        let expected = ["b bank", "bank_events/a bank", "c shop", "shop_events/a shop"];
        let whole: Vec<String> = snapshots.iter().map(|one| shown(&one.stream, &one.state)).collect();
        assert_eq!(whole, expected);
        // The same by their heads, each read again.
        let heads = store.find_snapshots(&log, &Progress::default(), &Cancel::default()).unwrap();
        assert_eq!(heads.index().len(), 4);
        let mut states = Vec::new();
        store
            .each_snapshot(&heads, 0..4, &Cancel::default(), &mut |at, found| {
                states.push((at, found.unwrap().state));
                ControlFlow::Continue(())
            })
            .unwrap();
        let read: Vec<String> =
            states.iter().map(|(at, state)| shown(expected[*at].split(' ').next().unwrap(), state)).collect();
        assert_eq!(read, expected);
        // A copy leaves out what knows more than it has.
        let copy = folder.path().join("b.db");
        let of_bank = (0..12).filter(|at| log.source(*at as usize) == 0 && log.version(*at as usize) < Some(3));
        copied(&store, of_bank.map(CopyRow::Recorded).collect(), &copy);
        let copy = open(&copy).unwrap();
        let copied: Vec<String> = (copy.read_snapshots(&Cancel::default()).unwrap().iter())
            .map(|one| shown(&one.stream, &one.state))
            .collect();
        assert_eq!(
            (copy.layout().id.as_ref(), copied),
            (store.layout().id.as_ref(), vec!["a bank".to_owned(), "b bank".to_owned()])
        );
    }
}

#[test]
fn tables_without_times_come_one_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let mut sql = String::new();
    for table in ["Streams", "Orders"] {
        sql.push_str(&format!(
            "CREATE TABLE {table} (Position INTEGER PRIMARY KEY, PartitionId TEXT, [Index] BIGINT, OperationId TEXT, \
             SerializerInfo TEXT, Payload BLOB);
             INSERT INTO {table} VALUES (1, 'x', 1, '1', 'J', '{{\"in\":\"{table}\"}}'), \
             (2, 'x', 2, '2', 'J', '{{\"in\":\"{table}\"}}');"
        ));
    }
    let store = open(&written(&folder, &sql)).unwrap();
    assert_eq!(&*store.layout().id, "nstore");
    let expected = ["Streams/x 1 Streams", "Streams/x 2 Streams", "Orders/x 1 Orders", "Orders/x 2 Orders"];
    assert_eq!(events(&store), expected);
    assert!(said(&store).contains("2 tables, one after the other"), "{}", said(&store));
}
