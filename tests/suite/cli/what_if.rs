//! `what-if` beyond one scenario's shape: several at once, how edits fit, what follows in the store, fixtures.

use serde_json::{Value, json};

use super::{World, keys, row};

const WITHOUT_V3: &str =
    r#"{"foldline":"scenario/1","name":"Without v3","edits":[{"delete":{"stream":"account-1","version":3}}]}"#;

/// A request that two accounts and an order go back to, in a store with rules.
fn chain() -> World {
    let world = World::with_rules();
    let mut rows = vec![
        row(1, "account-1", 1, "Opened", "{}"),
        row(2, "account-1", 2, "Deposited", r#"{"amount":50.00}"#),
        row(3, "account-1", 3, "Withdrawn", r#"{"amount":20.00}"#),
        row(4, "account-2", 1, "Opened", "{}"),
        row(5, "account-2", 2, "Deposited", r#"{"amount":20.00}"#),
        row(6, "order-1", 1, "Placed", "{}"),
        row(7, "order-1", 2, "Paid", "{}"),
    ];
    for (at, cause) in [(4, "id-3"), (5, "id-3"), (6, "id-1")] {
        rows[at].metadata = Some(format!(r#"{{"causation_id":"{cause}","correlation_id":"c-1"}}"#));
    }
    rows[1].metadata = None;
    world.store("chain.db", rows);
    world.write("chain.db.projection.json", super::RULES);
    world.write("s.json", WITHOUT_V3);
    world
}

#[test]
fn what_follows_in_the_store_stands_beside_the_contracts_keys() {
    let world = chain();
    let what_if = world.run("what-if chain.db --scenario s.json --json").json(0);
    assert_eq!(keys(&what_if), ["scenario", "edits", "streams", "copy", "summary", "read_models", "totals", "hints"]);
    assert_eq!(
        what_if["summary"],
        "account-1 differs from v3 · balance 30.00 → 50.00 · 3 events in 2 other streams would probably not have happened"
    );
    let number = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(
        what_if["totals"],
        json!([{"category": "account", "entities_before": 2, "entities_after": 2, "stopped": 0,
            "fields": [{"field": "balance", "before": number("50.00"), "after": number("70.00")}]}])
    );
    assert_eq!(
        what_if["read_models"],
        json!([{"category": "account", "projection": "bank-account", "differing": 1, "entities": 2}])
    );
    let hints = &what_if["hints"];
    assert_eq!((&hints["deleted"], &hints["scanned"], &hints["causation_ids"]), (&json!(1), &json!(5), &json!(true)));
    let streams = hints["streams"].as_array().unwrap();
    let counts: Vec<String> = streams
        .iter()
        .map(|s| format!("{} {}+{}+{}", s["stream"], s["caused"], s["same_process"], s["other_cause"]))
        .collect();
    assert_eq!(counts, [r#""account-2" 1+1+0"#, r#""order-1" 1+0+1"#]);
    assert_eq!(streams[1]["first"][0]["deleted_from"], "account-1");

    let text = world.run("what-if chain.db --scenario s.json").out;
    for line in [
        "  account: 1 of 2 entities ends otherwise",
        "    sum of balance: 50.00 → 70.00",
        "would probably not have happened (5 events looked at, from the first deleted one on)",
        "  order-1: 1 event caused by deleted events, 1 event of the same process with another cause",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
}

#[test]
fn a_store_without_such_ids_says_so() {
    let world = World::empty();
    let bare = |at, kind| foldline::store::FoldlineRow { metadata: None, ..row(at, "account-1", at, kind, "{}") };
    world.store("bare.db", vec![bare(1, "Opened"), bare(2, "Closed"), bare(3, "Closed")]);
    world.write("s.json", WITHOUT_V3);
    let text = world.run("what-if bare.db --scenario s.json").out;
    assert!(text.contains("none of them names its cause or its process (1 event looked at"), "{text}");
    let json = world.run("what-if bare.db --scenario s.json --json").json(0);
    assert_eq!((&json["hints"]["correlation_ids"], &json["hints"]["streams"]), (&json!(false), &json!([])));
}

#[test]
fn several_scenarios_are_as_each_alone() {
    let world = chain();
    world.write("none.json", r#"{"foldline":"scenario/1","name":"Nothing","edits":[]}"#);
    let alone = world.run("what-if chain.db --scenario s.json --json").json(0);
    let both = world.run("what-if chain.db --scenario s.json --scenario none.json --json").json(0);
    assert_eq!(both["scenarios"][0], alone);
    assert_eq!(both["scenarios"][1]["scenario"], "Nothing");
    // The second one compared with the first: the other way round.
    let between = &both["between"][0];
    assert_eq!((&between["left"], &between["right"]), (&json!("Without v3"), &json!("Nothing")));
    let changes = |streams: &Value| streams[0]["changes"].as_array().unwrap().clone();
    let (there, back) = (changes(&alone["streams"]), changes(&between["streams"]));
    assert_eq!((&there[0]["from"], &there[0]["to"]), (&back[0]["to"], &back[0]["from"]));
    let text = world.run("what-if chain.db --scenario none.json --scenario s.json").out;
    assert!(
        text.contains("Without v3: compared with Nothing · account-1 differs from v3 · balance 30.00 → 50.00"),
        "{text}"
    );
    for option in ["--save-copy out.db", "--fixture out.json"] {
        let line = format!("what-if chain.db --scenario s.json --scenario none.json {option}");
        assert!(world.run(&line).refused(2).contains("name one --scenario"));
    }
    // One that breaks a rule is enough for the status.
    world.write(
        "broken.json",
        r#"{"foldline":"scenario/1","name":"Broken","edits":[{"delete":{"stream":"account-1","version":2}}]}"#,
    );
    world.run("what-if chain.db --scenario s.json --scenario broken.json --json").json(1);
}

#[test]
fn every_edit_that_does_not_fit_is_named() {
    let world = chain();
    world.write(
        "bad.json",
        r#"{"foldline":"scenario/1","name":"Bad","made_for":{"store":"x.db","events":7},"edits":[
            {"delete":{"position":99}},
            {"delete":{"position":98},"off":true},
            {"delete":{"position":3}},
            {"delete":{"stream":"account-9","version":1}}]}"#,
    );
    let ran = world.run("what-if chain.db --scenario bad.json");
    let text = ran.refused(2);
    assert!(text.starts_with("error: edits[0].delete: no event was recorded at position 99"), "{text}");
    assert!(text.contains("\nedits[3].delete: no stream \"account-9\""), "{text}");
    assert!(!text.contains("98"), "what is switched off is no error: {text}");
}

#[test]
fn what_to_look_at_is_said_beside_the_answer() {
    let world = chain();
    world.write(
        "old.json",
        r#"{"foldline":"scenario/1","name":"Old","made_for":{"events":5},"edits":[
            {"delete":{"position":3},"was":{"type":"Deposited"}},
            {"delete":{"position":99},"off":true},
            {"insert":{"stream":"account-1","after":1},"type":"Nonsense"}]}"#,
    );
    let ran = world.run("what-if chain.db --scenario old.json --json");
    let notes = [
        "note: old.json: 2 events came since this was made",
        "note: edits[0].delete: #3 is Withdrawn at 2025-03-04T10:03:00Z, and was Deposited when this was made",
        "note: edits[1].delete: is switched off, and would not fit",
        "note: edits[2].insert: no rule is for Nonsense, so it changes no state",
    ];
    assert_eq!(ran.err.lines().collect::<Vec<_>>(), notes);
    assert_eq!(ran.json(0)["edits"], 2);
}

#[test]
fn a_fixture_says_given_when_then() {
    let world = chain();
    let ran = world.run("what-if chain.db --scenario s.json --fixture out.json --json").json(0);
    assert_eq!(ran["fixture"], json!({"path": "out.json", "stream": "account-1", "cases": 1}));
    let text = std::fs::read_to_string(world.path("out.json")).unwrap();
    assert!(text.contains("\"balance\": 50.00"), "numbers are as they were written: {text}");
    let fixture: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(keys(&fixture), ["foldline", "scenario", "edits", "store", "stream", "projection", "cases"]);
    assert_eq!(fixture["edits"], json!(["Delete v3 of account-1"]));
    let case = &fixture["cases"][0];
    assert_eq!(case["name"], "where it first differs, at the end");
    let ids = |events: &Value| -> Vec<String> {
        events.as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&case["given"]), ["id-1"]);
    assert_eq!((&case["when"]["id"], &case["when"]["time"]), (&json!("id-2"), &json!("2025-03-04T10:02:00Z")));
    assert_eq!(case["then"]["holds"], json!(["Balance never below zero"]));
    assert_eq!(case["then"]["breaks"], json!([]));

    // Given and when, folded by the command line itself, come to then.
    world.write(
        "less.json",
        r#"{"foldline":"scenario/1","name":"Less","edits":[{"update":{"position":2},"data":{"amount":5}},
            {"insert":{"stream":"account-1","after":3},"type":"Deposited","data":{"amount":40}}]}"#,
    );
    world.run("what-if chain.db --scenario less.json --fixture f.json --save-copy less.db --json").json(1);
    let fixture: Value = serde_json::from_slice(&std::fs::read(world.path("f.json")).unwrap()).unwrap();
    let cases = fixture["cases"].as_array().unwrap();
    let names: Vec<&str> = cases.iter().map(|case| case["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["where it first differs", "where \"Balance never below zero\" is first broken", "at the end"]);
    for case in cases {
        let version = case["then"]["version"].as_i64().unwrap();
        assert_eq!(case["when"]["version"], version);
        assert_eq!(case["given"].as_array().unwrap().len() as i64, version - 1);
        let line = format!("state less.db account-1 --version {version} --projection chain.db.projection.json --json");
        let ran = world.run(&line);
        let state: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(case["then"]["state"], state["state"]);
        let broken: Vec<&Value> =
            state["broken_invariants"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
        assert_eq!(case["then"]["breaks"].as_array().unwrap().iter().collect::<Vec<_>>(), broken);
    }
}

#[test]
fn a_fixture_is_of_the_stream_the_moment_and_the_form_that_are_asked_for() {
    let world = chain();
    let ran = "what-if chain.db --scenario s.json --fixture";
    world.run(&format!("{ran} a.txt --fixture-stream account-2 --fixture-at v1")).done();
    let text = std::fs::read_to_string(world.path("a.txt")).unwrap();
    assert!(text.contains("## At this moment\n\nGiven\n\n    no events\n\nWhen\n\n    v1  "), "{text}");
    assert!(text.contains("\n    status = \"open\"\n    \"Balance never below zero\" holds\n"), "{text}");
    world.run(&format!("{ran} b.dat --fixture-format text")).done();
    assert!(std::fs::read_to_string(world.path("b.dat")).unwrap().starts_with("# Without v3\n"));
    assert!(world.run(&format!("{ran} c.json --fixture-stream nobody")).refused(2).contains("nobody"));
    assert!(world.run(&format!("{ran} c.json --fixture-at v9 --fixture-stream account-2")).refused(2).contains("v2"));
    world.write("none.json", r#"{"foldline":"scenario/1","name":"Nothing","edits":[]}"#);
    let text = world.run("what-if chain.db --scenario none.json --fixture c.json").refused(2).to_owned();
    assert!(text.contains("--fixture-stream"), "{text}");
}

#[test]
fn a_fixture_never_takes_the_place_of_what_is_there() {
    let world = chain();
    let before = world.files();
    for target in ["s.json", "chain.db", "chain.db-wal", "chain.db.projection.json"] {
        world.run(&format!("what-if chain.db --scenario s.json --force --fixture {target}")).refused(2);
        assert_eq!(world.files(), before, "{target}");
    }
    let both = "what-if chain.db --scenario s.json --fixture x.db --save-copy x.db";
    assert!(world.run(both).refused(2).contains("same file"));
    let line = "what-if chain.db --scenario s.json --fixture out.json";
    world.run(line).done();
    assert!(world.run(line).refused(2).contains("--force"));
    world.run(&format!("{line} --force")).done();
    world.run("what-if chain.db --scenario s.json --fixture no/such/folder.json").refused(3);
    assert!(world.run("what-if chain.db --scenario s.json --force").refused(2).contains("--save-copy"));
}
