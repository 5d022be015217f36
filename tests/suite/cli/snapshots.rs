//! Snapshots, and streams that start from one because their first events were removed.

use std::path::Path;

use crate::fixtures::{self, Python, database, originator};
use serde_json::{Value, json};

use super::World;

/// Rules whose `init` has the fields of the fixtures' snapshots.
const RULES: &str = r#"{ "projection": "p", "init": { "balance": 0 }, "when": {
    "*Opened": [], "*Deposited": [ { "add": "balance", "from": "data.amount" } ],
    "*Withdrawn": [ { "subtract": "balance", "from": "data.amount" } ],
    "Opened": [], "Deposited": [ { "add": "balance", "from": "data.amount" } ],
    "Withdrawn": [ { "subtract": "balance", "from": "data.amount" } ] } }"#;

/// A store of a layout with snapshots: account A's events up to version 2 are removed, a snapshot has them.
fn cut(world: &World, layout: &str) -> String {
    let path = world.path("store.db");
    let _ = std::fs::remove_file(&path);
    match layout {
        "foldline" => fixtures::foldline(&path),
        "pyeventsourcing" => fixtures::pyeventsourcing(&path, Python::Zlib),
        "without rowid" => fixtures::pyeventsourcing(&path, Python::WithoutRowid),
        _ => fixtures::cqrs_es(&path),
    }
    let conn = database(&path);
    let (sql, stream) = match layout {
        "foldline" => {
            conn.execute_batch("DROP TRIGGER IF EXISTS events_no_delete").unwrap();
            let triggers: Vec<String> = {
                let mut list = conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").unwrap();
                list.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
            };
            triggers.iter().for_each(|name| conn.execute_batch(&format!("DROP TRIGGER \"{name}\"")).unwrap());
            ("DELETE FROM events WHERE stream_id = 'account-A' AND version <= 2".to_owned(), "account-A".to_owned())
        }
        "cqrs-es" => {
            conn.execute_batch("UPDATE snapshots SET last_sequence = 2").unwrap();
            ("DELETE FROM events WHERE aggregate_id = 'A' AND sequence <= 2".to_owned(), "account-A".to_owned())
        }
        _ => {
            let id = originator("A");
            (format!("DELETE FROM stored_events WHERE originator_id = '{id}' AND originator_version <= 2"), id)
        }
    };
    conn.execute_batch(&sql).unwrap();
    stream
}

fn state(world: &World, stream: &str, more: &[&str]) -> Value {
    let mut args = vec!["state", "store.db", stream, "--json"];
    args.extend(more);
    world.run_args(&args).json(0)
}

fn note(state: &Value) -> &str {
    state["notes"][0].as_str().unwrap_or_default()
}

#[test]
fn a_stream_whose_first_events_are_gone_starts_from_the_snapshot() {
    let world = World::empty();
    world.write("rules.json", RULES);
    for (layout, balance) in [("foldline", 10), ("pyeventsourcing", 10), ("without rowid", 10), ("cqrs-es", 30)] {
        let stream = cut(&world, layout);
        for projection in ["auto", "rules.json"] {
            let last = state(&world, &stream, &["--projection", projection]);
            assert_eq!(
                (&last["from_checkpoint"], &last["replayed"]),
                (&json!(true), &json!(2)),
                "{layout} {projection}"
            );
            assert!(note(&last).starts_with("Starts from the store's snapshot at version 2;"), "{layout}: {last}");
            let expected = if projection == "auto" { balance } else { balance - 40 };
            assert_eq!(last["state"]["balance"], expected, "{layout} {projection}");
        }
        // Before the first event that is there nothing is made up.
        let before = state(&world, &stream, &["--version", "2", "--projection", "rules.json"]);
        assert_eq!((&before["version"], &before["from_checkpoint"]), (&Value::Null, &json!(false)), "{layout}");
        assert!(note(&before).contains("what the state was before is not known"), "{layout}: {before}");
        assert_eq!(before["state"]["balance"], 0, "{layout}");
        let blame = state(&world, &stream, &["--blame", "--projection", "auto"]);
        assert_eq!(blame["blame"]["balance"], Value::Null, "{layout}: the snapshot set it, no event");
        // Another stream of the same store is whole.
        let streams = world.run("streams store.db --json").json(0);
        let names: Vec<&str> = streams.as_array().unwrap().iter().map(|s| s["stream"].as_str().unwrap()).collect();
        let other = names.iter().find(|name| **name != stream).unwrap();
        let other = state(&world, other, &[]);
        assert_eq!((&other["from_checkpoint"], other.get("notes")), (&json!(false), None), "{layout}");
    }
}

#[test]
fn everything_that_folds_starts_from_it() {
    let world = World::empty();
    let stream = cut(&world, "foldline");
    world.write("store.db.projection.json", RULES);
    let table = world.run("table store.db --category account --json").json(0);
    let row = table["rows"].as_array().unwrap().iter().find(|row| row["stream"] == *stream).unwrap().clone();
    assert_eq!(row["state"]["balance"], -30);
    let found = world.run("find store.db --when 'state.balance < 0' --json").json(0);
    assert_eq!(found["matches"][0]["from"]["version"], 3, "{found}");
    let diff = world.run("diff store.db account-A --from v3 --to v4 --json");
    assert_eq!(diff.json(1)["changes"][0]["from"], -10);
    assert!(diff.err.contains("Starts from the store's snapshot at version 2"), "{}", diff.err);
    world.write(
        "s.json",
        r#"{ "foldline": "scenario/1", "name": "One less", "edits": [ { "delete": { "stream": "account-A", "version": 4 } } ] }"#,
    );
    let what_if = world.run("what-if store.db --scenario s.json --json");
    let what_if: Value = serde_json::from_str(&what_if.out).unwrap();
    let sides = (&what_if["streams"][0]["baseline"]["state"], &what_if["streams"][0]["branch"]["state"]);
    assert_eq!(sides, (&json!({ "balance": -30 }), &json!({ "balance": -10 })));
}

#[test]
fn a_snapshot_of_another_shape_is_not_used_and_the_note_says_why() {
    let world = World::empty();
    let stream = cut(&world, "foldline");
    for (init, why) in [
        (r#"{ "balance": 0, "status": "none" }"#, "it has no field status, which the rules begin with"),
        (r#"{ "balance": "0" }"#, "its field balance is a number, and the rules begin with text"),
        ("{}", "the rules name no fields in `init`"),
    ] {
        let rules = format!(r#"{{ "projection": "p", "init": {init}, "when": {{ "Withdrawn": [] }} }}"#);
        world.write("other.json", rules);
        let state = state(&world, &stream, &["--projection", "other.json"]);
        assert_eq!(state["from_checkpoint"], false);
        assert!(note(&state).contains("History starts at version 3"));
        assert!(note(&state).contains(why), "{state}");
    }
    // A state that can't be read is none either, and none at all is said as well.
    let conn = database(&world.path("store.db"));
    conn.execute_batch("UPDATE snapshots SET state = '{broken'").unwrap();
    assert!(note(&state(&world, &stream, &[])).contains("its state can't be read"));
    conn.execute_batch("DELETE FROM snapshots").unwrap();
    let none = state(&world, &stream, &[]);
    assert!(note(&none).contains("without a snapshot of what came before"), "{none}");
}

#[test]
fn a_later_snapshot_takes_over_where_it_stands() {
    let world = World::empty();
    let stream = cut(&world, "foldline");
    world.write("rules.json", RULES);
    database(&world.path("store.db")).execute_batch("DELETE FROM snapshots WHERE version = 2").unwrap();
    let at = |version: &str| state(&world, &stream, &["--version", version, "--projection", "rules.json"]);
    let (before, after) = (at("3"), at("4"));
    assert_eq!((&before["state"]["balance"], &before["from_checkpoint"]), (&json!(-20), &json!(false)));
    assert!(note(&before).contains("may lack what they said"), "{before}");
    assert_eq!((&after["state"]["balance"], &after["from_checkpoint"]), (&json!(10), &json!(true)));
}

#[test]
fn snapshots_are_listed() {
    let world = World::empty();
    for (layout, stream, count) in [
        ("foldline", "account-A", 2),
        ("pyeventsourcing", &*originator("A"), 2),
        ("without rowid", &*originator("A"), 2),
    ] {
        cut(&world, layout);
        let all = world.run("snapshots store.db --json").json(0);
        let all = all.as_array().unwrap();
        assert_eq!(all.len(), count, "{layout}");
        assert_eq!((&all[0]["stream"], &all[0]["version"]), (&json!(stream), &json!(2)), "{layout}");
        assert!(all[0]["taken"].is_string() && all[0]["bytes"].as_u64().unwrap() > 0, "{layout}: {}", all[0]);
        assert_eq!(all[0].get("state"), None);
        let one = world.run_args(&["snapshots", "store.db", "--stream", stream, "--states", "--json"]).json(0);
        assert_eq!(one[1]["state"], json!({ "balance": 10 }), "{layout}");
        let text = world.run("snapshots store.db --states").out;
        assert!(text.contains("v4") && text.contains(r#"{"balance":10}"#), "{text}");
    }
    world.run("snapshots store.db --stream nobody").refused(2);
    fixtures::emmett(&world.path("none.db"));
    assert_eq!(world.run("snapshots none.db --json").json(0), json!([]));
    world.run("snapshots missing.db").refused(3);
}

#[test]
fn many_snapshots_cost_little() {
    let world = World::empty();
    cut(&world, "foldline");
    let conn = database(Path::new(&world.path("store.db")));
    conn.execute_batch(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) INSERT INTO snapshots \
         SELECT 'gone-' || i, 7, '{\"balance\":1}', '2026-01-01T00:00:00Z' FROM n",
    )
    .unwrap();
    drop(conn);
    let last = state(&world, "account-A", &[]);
    assert_eq!(last["from_checkpoint"], true);
    let all = world.run("snapshots store.db --json").json(0);
    assert_eq!(all.as_array().unwrap().len(), 50_002);
}

#[test]
fn where_versions_count_something_else_nothing_is_said_to_be_missing() {
    let world = World::empty();
    let row = super::row;
    // They are the store's positions; or they leave gaps everywhere.
    let positions = (1..=4).map(|n| row(n, if n % 2 == 1 { "account-1" } else { "account-2" }, n, "Opened", "{}"));
    world.store("positions.db", positions.collect());
    let gaps = (1..=4).map(|n| row(n, "account-2", n * 7, "Opened", "{}"));
    world.store("gaps.db", gaps.collect());
    for store in ["positions.db", "gaps.db"] {
        let state = world.run_args(&["state", store, "account-2", "--json"]).json(0);
        assert_eq!(state.get("notes"), None, "{store}");
    }
    let late = (1..=4).map(|n| row(n, "account-2", n + 5, "Opened", "{}"));
    world.store("late.db", late.collect());
    let late = world.run_args(&["state", "late.db", "account-2", "--json"]).json(0);
    assert!(note(&late).contains("History starts at version 6"), "{late}");
}
