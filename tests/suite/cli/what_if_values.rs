//! `what-if --sweep` and `what-if --compensate`, on the stories of the samples.

use serde_json::json;

use super::World;

fn story(sample: &str, edits: &str) -> World {
    let world = World::new();
    world.run(&format!("sample {sample} s.db")).done();
    world.write("s.json", format!(r#"{{"foldline":"scenario/1","name":"Story","edits":[{edits}]}}"#));
    world
}

const WITHDRAWAL: &str =
    r#"{"insert":{"stream":"account-A","after":4},"type":"FundsWithdrawn","data":{"amount":5.00}}"#;

#[test]
fn a_sweep_finds_the_cent_at_which_the_account_is_overdrawn() {
    let world = story("bank", WITHDRAWAL);
    let before = world.files();
    let line = "what-if s.db --scenario s.json --sweep data.amount=0..100/10 --plot balance";
    let found = world.run(&format!("{line} --json")).json(0);
    // What every what-if prints is there as ever.
    assert_eq!((&found["edits"], &found["streams"][0]["stream"]), (&json!(1), &json!("account-A")));
    let sweep = &found["sweep"];
    assert_eq!(sweep["points"].as_array().unwrap().len(), 11);
    assert_eq!(sweep["points"][2]["fields"], json!([-10]));
    let threshold = &sweep["thresholds"][0];
    assert_eq!(threshold["what"], json!(["Never below the agreed limit: holds up to 10.00, broken from 10.01"]));
    assert_eq!((threshold["before"].as_f64(), threshold["from"].as_f64()), (Some(10.0), Some(10.01)));
    let text = world.run(line).out;
    assert!(text.contains("Never below the agreed limit: holds up to 10.00, broken from 10.01"), "{text}");
    assert!(text.contains("data.amount  balance  broken"), "{text}");
    assert_eq!(world.files(), before);
}

#[test]
fn sweeps_that_cannot_be_made_are_refused_with_what_to_do() {
    let world = story("bank", WITHDRAWAL);
    for (sweep, expected) in [
        ("2:data.amount=0..1/1", "there is no edit 2; the scenario has one, edit 1"),
        ("0:data.amount=0..1/1", "edits are counted from 1"),
        ("data.fee=0..1/1", "what can be varied in it: data.amount, time"),
        ("data.amount=9..1/1", "runs backwards"),
        ("data.amount=0..1/0", "it must be more than 0"),
        ("data.amount=0..1000000/1", "a sweep may have"),
        ("data.amount", "write [EDIT:]WHAT=FROM..TO/STEP"),
        ("time=2025-01-01..x/1h", "is no moment"),
        ("status=0..1/1", "can't be varied"),
    ] {
        let ran = world.run(&format!("what-if s.db --scenario s.json --sweep {sweep}"));
        assert!(ran.refused(2).contains(expected), "{sweep}: {}", ran.err);
    }
    let ran = world.run("what-if s.db --scenario s.json --sweep data.amount=0..1/1 --plot nothing");
    assert!(ran.refused(2).contains("no state has a field nothing"), "{}", ran.err);
    // Exit 2 as well: the field needs a sweep.
    world.run("what-if s.db --scenario s.json --plot balance").refused(2);
}

#[test]
fn stories_are_compensated_by_the_events_that_their_people_would_record() {
    for (sample, edit, event_type, data, reaches) in [
        (
            "bank",
            r#"{"delete":{"stream":"account-A","version":4}}"#,
            "FundsDeposited",
            r#"{"amount":20,"source":"fill in"}"#,
            false,
        ),
        (
            "orders",
            r#"{"delete":{"stream":"order-Bob","version":2}}"#,
            "ItemQuantityChanged",
            r#"{"sku":"PANTS","qty":5,"difference":-10}"#,
            true,
        ),
        (
            "orders",
            r#"{"delete":{"stream":"order-1042","version":3}}"#,
            "DuplicatePaymentRefunded",
            r#"{"amount":87.70,"payment":"payment-1042"}"#,
            true,
        ),
    ] {
        let world = story(sample, edit);
        let before = world.files();
        let ran = world.run("what-if s.db --scenario s.json --compensate --json");
        let found: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let proposals = found["compensation"].as_array().unwrap();
        assert_eq!(proposals.len(), 1, "{edit}");
        let events = proposals[0]["events"].as_array().unwrap();
        assert_eq!(events.len(), 1, "{events:#?}");
        assert_eq!((&events[0]["type"], events[0]["data"].to_string()), (&json!(event_type), data.to_owned()));
        assert_eq!(events[0]["metadata"], json!({"reason": "compensation: Story"}));
        assert_eq!(proposals[0]["reaches"], json!(reaches), "{edit}");
        let text = world.run("what-if s.db --scenario s.json --compensate").out;
        assert!(text.contains(&format!("append {event_type}")), "{text}");
        assert_eq!(world.files(), before);
    }
}

#[test]
fn a_ride_that_nobody_paid_is_compensated_by_a_payment() {
    // As if ride-1013 had been paid after all: the payment that never came is the event to append.
    let edit = r#"{"insert":{"stream":"ride-1013","after":{"stream":"ride-1013","version":1}},"type":"RidePaid","data":{"amount":3}}"#;
    let world = story("rides", edit);
    let ran = world.run("what-if s.db --scenario s.json --compensate --json");
    let found: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let proposal = &found["compensation"][0];
    assert_eq!(proposal["stream"], json!("ride-1013"));
    assert!(!proposal["events"].as_array().unwrap().is_empty(), "{proposal:#}");
}
