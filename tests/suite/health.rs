//! Whether a history is sound: a healthy store, and stores with one defect each.

use std::path::Path;

use foldline::analysis::health::{Finding, Findings, Health, Kind, Severity};
use foldline::model::{Cancel, Progress};
use foldline::worker::{Projections, Session, SessionOptions};
use serde_json::{Value, json};

use crate::cli::{RULES, World};
use crate::fixtures;

/// A row of Foldline's table, without its constraints.
#[derive(Clone)]
struct Row {
    position: i64,
    stream: String,
    version: Option<i64>,
    id: String,
    event_type: String,
    time: String,
    data: String,
    metadata: String,
}

/// Rows and snapshots (stream, version, state).
struct Store {
    rows: Vec<Row>,
    snapshots: Vec<(&'static str, i64, &'static str)>,
}

const DAY: i64 = 24;

/// So many hours into 2026, where positions are an hour apart.
fn hour(hour: i64) -> String {
    let start = foldline::model::Timestamp::parse_iso("2026-01-01").unwrap();
    start.checked_add_seconds(hour * 3600).unwrap().to_string()
}

impl Store {
    /// Ten accounts of five events each, one after the other; every third one is closed at its end. Each event but
    /// the first of a stream is caused by the one before it.
    fn healthy() -> Self {
        let mut store =
            Self { rows: Vec::new(), snapshots: vec![("account-1", 3, r#"{"status":"open","balance":40}"#)] };
        for account in 0..10 {
            let stream = format!("account-{account}");
            store.add(&stream, 1, "Opened", r#"{"owner":"Ann"}"#);
            store.add(&stream, 2, "Deposited", r#"{"amount":30}"#);
            store.add(&stream, 3, "Deposited", r#"{"amount":10}"#);
            store.add(&stream, 4, "Withdrawn", r#"{"amount":5}"#);
            if account % 3 == 0 {
                store.add(&stream, 5, "Closed", "{}");
            } else {
                store.add(&stream, 5, "Withdrawn", r#"{"amount":5}"#);
            }
        }
        store
    }

    /// Adds an event at the end.
    fn add(&mut self, stream: &str, version: i64, event_type: &str, data: &str) -> &mut Row {
        let position = self.rows.len() as i64 + 1;
        let cause = if version > 1 { format!("\"id-{}\"", position - 1) } else { "null".to_owned() };
        self.rows.push(Row {
            position,
            stream: stream.to_owned(),
            version: Some(version),
            id: format!("id-{position}"),
            event_type: event_type.to_owned(),
            time: hour(position),
            data: data.to_owned(),
            metadata: format!(r#"{{"user":"u","causation_id":{cause}}}"#),
        });
        self.rows.last_mut().unwrap()
    }

    /// The row at a position of the healthy store.
    fn at(&mut self, position: i64) -> &mut Row {
        self.rows.iter_mut().find(|row| row.position == position).unwrap()
    }

    fn write(&self, path: &Path) {
        let conn = fixtures::database(path);
        conn.execute_batch(
            "CREATE TABLE events (position INTEGER PRIMARY KEY, stream_id TEXT, version INTEGER, event_id TEXT, type TEXT, \
             schema_version INTEGER, recorded_at TEXT, valid_at TEXT, data TEXT, metadata TEXT);
             CREATE TABLE snapshots (stream_id TEXT, version INTEGER, state TEXT, taken_at TEXT); BEGIN;",
        )
        .unwrap();
        for row in &self.rows {
            conn.execute(
                "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, NULL, ?7, ?8)",
                rusqlite::params![
                    row.position,
                    row.stream,
                    row.version,
                    row.id,
                    row.event_type,
                    row.time,
                    row.data,
                    row.metadata
                ],
            )
            .unwrap();
        }
        for snapshot in &self.snapshots {
            conn.execute("INSERT INTO snapshots VALUES (?1, ?2, ?3, '2026-02-01T00:00:00Z')", *snapshot).unwrap();
        }
        conn.execute_batch("COMMIT").unwrap();
    }

    fn check(&self) -> Health {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bank.db");
        self.write(&path);
        std::fs::write(folder.path().join("bank.db.projection.json"), RULES).unwrap();
        check(&path)
    }
}

fn open(path: &Path) -> std::sync::Arc<Session> {
    let options = SessionOptions { projections: Projections::Beside, ..SessionOptions::default() };
    Session::open(path, options, &Progress::default(), &Cancel::default()).unwrap()
}

fn check(path: &Path) -> Health {
    let found = Findings::default();
    let health = open(path).health(&found, &Progress::default(), &Cancel::default()).unwrap();
    assert!(health.complete);
    // What is told on the way is what is told at the end.
    let mut streamed = found.since(0);
    for finding in health.findings.iter().filter(|finding| !finding.is_rest()) {
        let at = streamed.iter().position(|one| one == finding);
        streamed.remove(at.unwrap_or_else(|| panic!("not told on the way: {finding:?}")));
    }
    assert_eq!(streamed, []);
    health
}

/// A finding without its words.
fn place(finding: &Finding) -> (Kind, Severity, Option<&str>, Option<i64>) {
    (finding.kind, finding.severity, finding.stream.as_deref(), finding.position)
}

/// What a store with a defect tells, and words that must be in what it says first.
#[track_caller]
fn tells(spoil: impl FnOnce(&mut Store), expected: &[(Kind, Severity, Option<&str>, Option<i64>)], words: &str) {
    let mut store = Store::healthy();
    spoil(&mut store);
    let health = store.check();
    let found: Vec<_> = health.findings.iter().map(place).collect();
    assert_eq!(found, expected, "{:#?}", health.findings);
    let said = health.findings.first().map_or("", |finding| &finding.message);
    assert!(said.contains(words), "{said}");
    assert_eq!(health.is_ok(), expected.iter().all(|(_, severity, ..)| *severity != Severity::Error));
    assert_eq!(health.found_trouble(), expected.iter().any(|(_, severity, ..)| *severity != Severity::Info));
}

use Kind as K;
use Severity::{Error, Info, Warning};

#[test]
fn a_healthy_history_tells_nothing_and_says_what_was_looked_at() {
    let health = Store::healthy().check();
    assert_eq!(health.findings, []);
    let (scanned, events) = (health.scanned, 50);
    assert_eq!((scanned.events, scanned.streams, scanned.payloads, scanned.snapshots), (events, 10, events, 1));
    assert!(health.is_ok() && !health.found_trouble());
    assert_eq!(
        health.lines(),
        ["nothing found; looked at all 50 events in 10 streams with their payloads and 1 snapshot"]
    );
}

#[test]
fn versions() {
    tells(
        |store| {
            store.add("account-1", 9, "Deposited", r#"{"amount":1}"#);
        },
        &[(K::VersionGap, Warning, Some("account-1"), Some(51))],
        "versions 6 to 8 are missing",
    );
    tells(
        |store| store.rows.retain(|row| row.stream != "account-1" || row.version > Some(2)),
        // What was deleted is no cause any more, and neither is a beginning.
        &[
            (K::CauseMissing, Warning, Some("account-1"), Some(8)),
            (K::VersionGap, Info, Some("account-1"), Some(8)),
            (K::NoStart, Info, Some("account-1"), Some(8)),
        ],
        "caused by id-7",
    );
    tells(
        |store| {
            store.add("account-1", 5, "Deposited", r#"{"amount":1}"#);
        },
        &[(K::VersionDuplicate, Error, Some("account-1"), Some(51))],
        "version 5 is used twice, by Withdrawn at #10 and by Deposited here",
    );
    tells(
        |store| store.add("account-1", 6, "Deposited", r#"{"amount":1}"#).version = None,
        &[(K::VersionMissing, Info, Some("account-1"), Some(51))],
        "1 of 6 events",
    );
    tells(
        |store| {
            store.add("account-1", 6, "Deposited", r#"{"amount":1}"#).metadata = r#"{"expected_version":5}"#.to_owned();
            store.add("account-1", 7, "Deposited", r#"{"amount":1}"#).metadata = r#"{"expected_version":5}"#.to_owned();
        },
        &[(K::VersionDuplicate, Warning, Some("account-1"), Some(52))],
        "written for version 5, as #51 was before it",
    );
}

#[test]
fn numbers_that_do_not_count_are_told_once() {
    tells(
        |store| {
            for row in &mut store.rows {
                row.version = Some(row.position * 10);
            }
            store.snapshots.clear();
        },
        &[(K::VersionGap, Info, None, None)],
        "40 of 40 events skip numbers",
    );
}

#[test]
fn ids() {
    tells(
        |store| {
            store.add("account-1", 6, "Deposited", r#"{ "amount": 30.0 }"#).id = "id-7".to_owned();
        },
        &[(K::IdDuplicate, Error, Some("account-1"), Some(51))],
        "has the id id-7 of #7 and says the same",
    );
    tells(
        |store| {
            store.add("account-1", 6, "Deposited", r#"{"amount":31}"#).id = "id-7".to_owned();
        },
        &[(K::IdDuplicate, Error, Some("account-1"), Some(51))],
        "another payload: two events with one id",
    );
    // A UUID is the same however it is written.
    tells(
        |store| {
            store.at(50).id = "7d0c4f2e-1111-4222-8333-444455556666".to_owned();
            store.add("account-9", 6, "Opened", "{}").id = "7D0C4F2E111142228333444455556666".to_owned();
            store.at(51).metadata = "{}".to_owned();
        },
        &[(K::IdDuplicate, Error, Some("account-9"), Some(51))],
        "another type",
    );
}

#[test]
fn causes() {
    tells(
        |store| store.at(20).metadata = r#"{"causation_id":"nowhere"}"#.to_owned(),
        &[(K::CauseMissing, Warning, Some("account-3"), Some(20))],
        "caused by nowhere, which no event here is (39 of 40 causes are events of this store)",
    );
    // What began it all is a command.
    tells(|store| store.at(20).metadata = r#"{"causation_id":"c","correlation_id":"c"}"#.to_owned(), &[], "");
    tells(
        |store| store.at(20).metadata = r#"{"causation_id":"id-20"}"#.to_owned(),
        &[(K::CausationLoop, Error, Some("account-3"), Some(20))],
        "itself",
    );
    // #20 causes #19, and #19 causes #20.
    tells(
        |store| store.at(19).metadata = r#"{"causation_id":"id-20"}"#.to_owned(),
        &[
            (K::CausationLoop, Error, Some("account-3"), Some(19)),
            (K::CausationLoop, Error, Some("account-3"), Some(20)),
        ],
        "#19 → #20 → #19",
    );
    tells(
        |store| store.at(19).metadata = r#"{"causation_id":"id-42"}"#.to_owned(),
        &[(K::CauseLater, Warning, Some("account-3"), Some(19))],
        "caused by #42",
    );
    // Where no cause is an event here, they name something else.
    tells(
        |store| {
            for row in &mut store.rows {
                row.metadata = format!(r#"{{"causation_id":"command-{}"}}"#, row.position);
            }
        },
        &[(K::CauseMissing, Info, Some("account-0"), Some(1))],
        "none of 50 causes is an event of this store: commands may be meant",
    );
}

#[test]
fn times() {
    tells(
        |store| store.at(20).time = hour(18),
        &[
            (K::TimeBackwards, Warning, Some("account-3"), Some(20)),
            (K::PositionOutOfOrder, Info, Some("account-3"), Some(20)),
        ],
        "recorded 1 h before #19",
    );
    // In its stream it is in order.
    tells(
        |store| store.at(16).time = hour(14),
        &[(K::PositionOutOfOrder, Warning, Some("account-3"), Some(16))],
        "recorded 1 h before #15, which stands before it in the store",
    );
    tells(
        |store| store.at(50).time = hour(400 * DAY),
        &[(K::ClockJump, Warning, Some("account-9"), Some(50))],
        "usually it is at most 1 h",
    );
    tells(
        |store| store.at(25).time = hour(4000 * DAY),
        &[
            (K::ClockJump, Warning, Some("account-4"), Some(25)),
            (K::PositionOutOfOrder, Info, Some("account-4"), Some(25)),
        ],
        "11 years after #26, which stands after it",
    );
    tells(
        |store| store.at(26).time = "1970-01-01T00:00:00Z".to_owned(),
        &[(K::ClockJump, Warning, Some("account-5"), Some(26))],
        "which is where clocks start",
    );
    tells(
        |store| store.at(26).time = "soon".to_owned(),
        &[(K::TimeMissing, Warning, Some("account-5"), Some(26))],
        "its time can't be read: \"soon\"",
    );
    // A silence of a month is one to know of.
    tells(
        |store| {
            for row in store.rows.iter_mut().filter(|row| row.position > 25) {
                row.time = hour(row.position + 40 * DAY);
            }
        },
        &[(K::ClockJump, Info, Some("account-5"), Some(26))],
        "recorded 40 days 1 h after #25",
    );
}

#[test]
fn versions_that_run_against_the_order_of_the_store() {
    tells(
        |store| {
            store.at(8).version = Some(4);
            store.at(9).version = Some(3);
            // Both at once: no time tells which is right.
            store.at(9).time = hour(8);
            store.snapshots.clear();
        },
        &[(K::PositionOutOfOrder, Warning, Some("account-1"), Some(8))],
        "stands before #9 in the store",
    );
}

#[test]
fn payloads() {
    tells(
        |store| store.at(50).data = r#"{"amount":"#.to_owned(),
        &[(K::PayloadUnreadable, Error, Some("account-9"), Some(50))],
        "invalid JSON",
    );
    tells(
        |store| store.at(49).data = r#"{"amount":1,"note":{"a":1,"b":2,"a":3}}"#.to_owned(),
        &[(K::PayloadRepeatedKey, Warning, Some("account-9"), Some(49))],
        "the key \"a\"",
    );
}

#[test]
fn an_encoding_that_is_the_rule_is_told_once() {
    tells(
        |store| {
            for row in store.rows.iter_mut().filter(|row| row.event_type == "Withdrawn") {
                row.event_type = "Sealed".to_owned();
                row.data = "\u{1}\u{2}\u{3}".to_owned();
            }
        },
        &[(K::PayloadUnreadable, Info, Some("account-0"), Some(4))],
        "no Sealed can be read",
    );
}

#[test]
fn types_and_streams() {
    tells(
        |store| store.at(49).event_type = "Depositde".to_owned(),
        &[(K::TypeOnce, Info, Some("account-9"), Some(49))],
        "no other event has the type Depositde",
    );
    tells(
        |store| store.at(49).event_type = " ".to_owned(),
        &[(K::TypeEmpty, Warning, Some("account-9"), Some(49))],
        "has no type",
    );
}

#[test]
fn beginnings_and_ends() {
    tells(
        |store| {
            store.add("account-77", 1, "Deposited", r#"{"amount":1}"#).metadata = "{}".to_owned();
        },
        &[(K::NoStart, Warning, Some("account-77"), Some(51))],
        "begins with Deposited; 10 of 10 other streams of account begin with Opened",
    );
    // Another way to begin.
    tells(
        |store| {
            for account in 20..22 {
                store.add(&format!("account-{account}"), 1, "Imported", "{}").metadata = "{}".to_owned();
            }
        },
        &[],
        "",
    );
    tells(
        |store| {
            store.add("account-3", 6, "Deposited", r#"{"amount":1}"#);
            store.add("account-3", 7, "Deposited", r#"{"amount":1}"#);
        },
        &[(K::AfterEnd, Warning, Some("account-3"), Some(51))],
        "Deposited comes after Closed at #20, which ends the stream, and 1 more event follows",
    );
    // What may be the last is not, if something else ends the stream.
    tells(
        |store| {
            for position in [4, 19] {
                store.at(position).event_type = "Completed".to_owned();
            }
            store.add("account-3", 6, "Deposited", r#"{"amount":1}"#);
        },
        &[(K::AfterEnd, Warning, Some("account-3"), Some(51))],
        "Deposited comes after Closed at #20",
    );
    // What is taken up again goes on.
    tells(
        |store| {
            for account in [0, 3, 6] {
                let stream = format!("account-{account}");
                store.add(&stream, 6, "Reopened", "{}");
                store.add(&stream, 7, "Deposited", r#"{"amount":1}"#);
            }
        },
        &[],
        "",
    );
    // A word for an end that is none, as all streams show.
    tells(
        |store| {
            for account in [0, 3, 6, 9] {
                store.add(&format!("account-{account}"), 6, "Deposited", r#"{"amount":1}"#);
            }
        },
        &[],
        "",
    );
}

#[test]
fn a_log_of_many_entities_in_one_stream_does_not_end() {
    tells(
        |store| {
            for (version, row) in (1..).zip(&mut store.rows) {
                row.stream = "log".to_owned();
                row.version = Some(version);
            }
            store.snapshots.clear();
        },
        &[],
        "",
    );
}

#[test]
fn snapshots() {
    tells(
        |store| store.snapshots.push(("ghost-1", 2, "{}")),
        &[(K::SnapshotOrphan, Warning, Some("ghost-1"), None)],
        "a snapshot of version 2 of a stream that has no events here",
    );
    tells(
        |store| store.snapshots.push(("account-2", 6, "{}")),
        &[(K::SnapshotOrphan, Error, Some("account-2"), Some(15))],
        "version 6, but the stream ends at version 5",
    );
    tells(
        |store| store.snapshots.push(("account-2", 3, r#"{"status":"open","balance":41,"extra":1}"#)),
        &[(K::SnapshotDrift, Warning, Some("account-2"), Some(13))],
        "balance is 41 in it and 40 by its events",
    );
    // Another shape is another program's, not a difference.
    tells(|store| store.snapshots.push(("account-2", 3, r#"{"a":1,"b":2,"c":3}"#)), &[], "");
}

#[test]
fn projections() {
    tells(
        |store| {
            store.add("account-1", 6, "Withdrawn", r#"{"amount":500}"#);
            store.add("account-1", 7, "Withdrawn", r#"{"amount":1}"#);
            store.add("account-1", 8, "Deposited", r#"{"amount":900}"#);
        },
        &[(K::InvariantBroken, Error, Some("account-1"), Some(51))],
        "Balance never below zero",
    );
    tells(
        |store| {
            store.add("account-1", 6, "Withdrawn", r#"{"amount":"ten"}"#);
        },
        &[(K::ProjectionError, Error, Some("account-1"), Some(51))],
        "stops here: Withdrawn[0] subtract balance",
    );
}

#[test]
fn without_a_projection_states_are_not_judged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.db");
    let mut store = Store::healthy();
    store.add("account-1", 6, "Withdrawn", r#"{"amount":500}"#);
    store.snapshots.push(("account-2", 3, r#"{"balance":41}"#));
    store.write(&path);
    assert_eq!(check(&path).findings, []);
}

#[test]
fn what_is_wrong_a_thousand_times_is_listed_so_often_and_counted() {
    let mut store = Store::healthy();
    for at in 0..1003 {
        store.add("account-1", 6 + at, "Withdrawn", "{}").data = "{".to_owned();
    }
    for at in 1100..2600 {
        store.add("account-1", at, "Withdrawn", r#"{"amount":0}"#);
    }
    let health = store.check();
    let unreadable: Vec<_> = health.findings.iter().filter(|finding| finding.kind == K::PayloadUnreadable).collect();
    assert_eq!(unreadable.len(), 1001);
    assert_eq!(unreadable[1000].message, "3 more of this kind are not listed");
    assert_eq!(unreadable[1000].severity, Error);
    let count = health.counts.iter().find(|count| count.kind == K::PayloadUnreadable).unwrap();
    assert_eq!((count.count, count.severity), (1003, Error));
}

#[test]
fn a_look_that_is_stopped_says_so_and_keeps_what_it_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.db");
    let mut store = Store::healthy();
    store.add("account-1", 9, "Deposited", r#"{"amount":1}"#);
    store.write(&path);
    let (found, cancel) = (Findings::default(), Cancel::default());
    cancel.cancel();
    let health = open(&path).health(&found, &Progress::default(), &cancel).unwrap();
    assert!(!health.complete);
    assert_eq!(health.scanned.payloads, 0);
    assert_eq!(
        health.findings.iter().map(place).collect::<Vec<_>>(),
        [(K::VersionGap, Warning, Some("account-1"), Some(51))]
    );
    assert!(health.range().starts_with("stopped: "), "{}", health.range());
    assert!(health.notes[0].contains("0 of 51 payloads"), "{:?}", health.notes);
}

#[test]
fn small_stores_of_every_layout_are_sound() {
    let folder = tempfile::tempdir().unwrap();
    for (layout, path) in fixtures::all(folder.path()) {
        let health = check(&path);
        assert!(!health.found_trouble(), "{layout}: {:#?}", health.findings);
        assert_eq!(health.scanned.payloads, 6, "{layout}");
    }
}

#[test]
fn repeated_keys_are_found_below_wrappers_and_packing() {
    let folder = tempfile::tempdir().unwrap();
    for (name, form) in [("json", fixtures::Python::Json), ("zlib", fixtures::Python::Zlib)] {
        let path = folder.path().join(name);
        fixtures::pyeventsourcing(&path, form);
        let state =
            br#"{"timestamp":{"_type_":"datetime_iso","_data_":"2026-01-06T08:00:00+00:00"},"amount":1,"amount":2}"#;
        let state = if form == fixtures::Python::Zlib { fixtures::zlib(state) } else { state.to_vec() };
        let conn = fixtures::database(&path);
        conn.execute("UPDATE stored_events SET state = ?1 WHERE rowid = 6", [state]).unwrap();
        conn.close().unwrap();
        let health = check(&path);
        let found: Vec<_> = health.findings.iter().map(|finding| (finding.kind, finding.position)).collect();
        assert_eq!(found, [(K::PayloadRepeatedKey, Some(6))], "{name}");
    }
}

#[test]
fn stores_that_libraries_wrote_tell_no_errors() {
    let Some(stores) = fixtures::stores() else { return };
    let mut looked = 0;
    for name in [
        "pyeventsourcing-bank.db",
        "pyeventsourcing-bank-zlib.db",
        "emmett-0.42-shop.db",
        "sqlite-es-bank.db",
        "patchlevel-3.5-stream-shop.db",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::copy(stores.join(name), &path).unwrap();
        let health = check(&path);
        assert!(!health.found_trouble(), "{name}: {:#?}", health.findings);
        looked += 1;
    }
    assert_eq!(looked, 5);
}

/// A world with a store of this name.
fn world(store: &Store) -> World {
    let world = World::empty();
    store.write(&world.path("bank.db"));
    world
}

#[test]
fn the_command_prints_the_shape_of_the_contract_and_its_status() {
    let mut store = Store::healthy();
    store.add("account-1", 6, "Withdrawn", r#"{"amount":500}"#);
    store.at(49).event_type = "Depositde".to_owned();
    let world = world(&store);
    // Notes alone.
    let noted = world.run("check bank.db --json").json(0);
    assert_eq!(noted["ok"], true);
    assert_eq!(
        noted["findings"],
        json!([{ "kind": "type_once", "severity": "info", "stream": "account-9", "position": 49, "version": 4,
                 "time": "2026-01-03T01:00:00Z", "message": "no other event has the type Depositde" }])
    );
    assert_eq!(noted["scanned"], json!({ "events": 51, "streams": 10, "payloads": 51, "snapshots": 1 }));
    world.write("rules.json", RULES);
    let broken = world.run("check bank.db --projection rules.json --json").json(1);
    assert_eq!(broken["ok"], false);
    let kinds: Vec<&Value> = broken["findings"].as_array().unwrap().iter().map(|finding| &finding["kind"]).collect();
    assert_eq!(kinds, ["invariant_broken", "type_once"]);
    let before = world.files();
    let text = world.run("check bank.db --projection rules.json");
    assert_eq!(text.status, 1);
    assert!(text.out.starts_with("1 error, 1 note; looked at all 51 events in 10 streams"), "{}", text.out);
    assert!(
        text.out.contains("#51  account-1  2026-01-03T03:00:00Z  after this event it no longer holds"),
        "{}",
        text.out
    );
    assert_eq!(world.files(), before);
    // A warning without an error: found, and still no error.
    let mut store = Store::healthy();
    store.add("account-1", 9, "Deposited", r#"{"amount":1}"#);
    assert_eq!(self::world(&store).run("check bank.db --json").json(1)["ok"], true);
    World::empty().run("check none.db").refused(3);
}
