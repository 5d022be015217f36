//! How it is looked: all of it, as it comes, until it is told to stop; and what could not be looked for.

use serde_json::{Value, json};

use super::*;
use crate::cli::World;

#[test]
fn a_healthy_history_tells_nothing_and_says_what_was_looked_at() {
    let health = Store::healthy().check();
    assert_eq!(health.findings, []);
    let (scanned, events) = (health.scanned, 50);
    assert_eq!((scanned.events, scanned.streams, scanned.payloads, scanned.snapshots), (events, 10, events, 1));
    assert!(health.is_ok() && !health.found_trouble());
    assert_eq!(
        health.lines(),
        [
            "nothing found; looked at all 50 events in 10 streams with their payloads and 1 snapshot",
            "",
            "Not looked for:",
            "  expected versions  no event says which version its writer expected",
        ]
    );
}

/// What could not be looked for, and why.
fn not_looked_for(health: &Health) -> Vec<(&'static str, &str)> {
    health.not_checked.iter().map(|part| (part.what, &*part.why)).collect()
}

#[test]
fn what_could_not_be_looked_for_is_said_with_the_reason() {
    // A store that shows hardly anything, and no rules beside it.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bare.db");
    let mut store = Store { rows: Vec::new(), snapshots: vec![("log", 2, "{}")] };
    for version in 1..=3 {
        store.add("log", version, "Noted", "{}");
    }
    for row in &mut store.rows {
        (row.version, row.metadata) = (None, "{}".to_owned());
        (row.time, row.id) = (String::new(), String::new());
    }
    store.write(&path);
    fixtures::database(&path).execute_batch("UPDATE events SET recorded_at = NULL, event_id = NULL").unwrap();
    let health = check(&path);
    assert_eq!(
        not_looked_for(&health),
        [
            ("versions", "no stream has versions"),
            ("times", "no event has a time"),
            ("missing beginnings", "no category has three streams whose beginnings could be compared"),
            ("events after an end", "no type's name says that it ends a stream"),
            ("event ids", "no event has an id"),
            ("causes", "no event says what caused it"),
            ("expected versions", "no event says which version its writer expected"),
            ("states", "no projection is in use but the automatic one, which expects nothing"),
            ("snapshots against replay", "no projection is in use that makes comparable states"),
        ]
    );
    // Parts of a store.
    let mut store = Store::healthy();
    store.add("customer-1", 1, "Registered", "{}").metadata = r#"{"expected_version":0}"#.to_owned();
    store.snapshots.push(("account-2", 3, r#"{"other":"shape"}"#));
    store.write(&path.with_file_name("some.db"));
    let path = path.with_file_name("some.db");
    fixtures::database(&path)
        .execute_batch("UPDATE events SET recorded_at = NULL, event_id = NULL WHERE position IN (50, 51)")
        .unwrap();
    std::fs::write(folder.path().join("some.db.projection.json"), RULES).unwrap();
    assert_eq!(
        not_looked_for(&check(&path)),
        [
            ("times", "2 of 51 events have no time"),
            ("event ids", "2 of 51 events have no id"),
            ("states", "1 of 11 streams has no projection"),
            ("snapshots against replay", "1 of 2 has another shape or no events, or can't be read"),
        ]
    );
}

#[test]
fn the_same_is_in_json_with_the_kinds_that_may_be_missing() {
    let health = serde_json::to_value(Store::healthy().check()).unwrap();
    let why = "no event says which version its writer expected";
    let expected = json!([{ "what": "expected versions", "kinds": ["version_duplicate"], "why": why }]);
    assert_eq!(health["not_checked"], expected);
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
