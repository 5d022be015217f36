//! Compensation: which events bring the recorded state to the branch's.

use std::sync::Arc;

use foldline::model::{Cancel, Event, Origin, Path, Payload, Progress, json};
use foldline::replay::{Fold, OnUnreadable, SampledType, State, automatic};
use foldline::whatif::{BranchEvent, Compensation, Situation, compare, compensate};
use proptest::prelude::*;

use super::sweep::rules;
use super::world::{value, world};

/// The proposal for stream `a`, checked to be what it says: its events, folded onto the recorded state, give its state.
fn proposal(fold: &Arc<dyn Fold>, history: &str, edits: &str) -> Compensation {
    let mut world = world(history);
    let branch = world.edit(edits).unwrap();
    let lane = branch.stream("a").unwrap();
    let (progress, cancel) = (Progress::default(), Cancel::default());
    let recorded = world.history("a");
    let compared = compare(&**fold, &recorded, lane, OnUnreadable::Stop, &progress, &cancel).unwrap();
    let own: Vec<Arc<Event>> =
        world.events.iter().filter(|event| event.stream.as_deref() == Some("a")).cloned().collect();
    let mut types: Vec<SampledType> = Vec::new();
    for event in &world.events {
        match types.iter_mut().find(|known| known.event_type == event.event_type) {
            Some(known) => {
                known.events += 1;
                known.samples.push(event.clone());
            }
            None => types.push(SampledType {
                event_type: event.event_type.clone(),
                events: 1,
                samples: vec![event.clone()],
            }),
        }
    }
    let fresh: Vec<Arc<Event>> = lane
        .events()
        .iter()
        .filter_map(|event| if let BranchEvent::Inserted { event } = event { Some(event.clone()) } else { None })
        .collect();
    let situation = Situation {
        fold: &**fold,
        stream: "a".into(),
        scenario: "test",
        recorded: &compared.baseline,
        branch: &compared.branch,
        last: own.last().cloned(),
        types: &types,
        fresh: &fresh,
        own: &own,
        is_stream: &|name| name == "b",
    };
    let stopped = Cancel::default();
    stopped.cancel();
    let stopped = compensate(&situation, &stopped);
    let proposal = compensate(&situation, &Cancel::default()).unwrap();
    assert!(stopped.as_ref().is_ok_and(|stopped| *stopped == proposal) || stopped.is_err());
    let mut state = State { value: compared.baseline.state.clone(), origin: Origin::NONE };
    for (at, proposed) in proposal.events.iter().enumerate() {
        let mut event = Event::clone(own.last().unwrap());
        event.event_type = proposed.event_type.clone();
        event.data = Payload::Value(proposed.data.clone());
        event.metadata = proposed.metadata.clone();
        event.version = event.version.map(|version| version + 1 + at as i64);
        fold.apply(&mut state, &event, 0).unwrap();
    }
    assert_eq!(state.value, proposal.state, "{history}\n{edits}\n{proposal:#?}");
    assert_eq!(proposal.reaches, proposal.remaining.is_empty());
    proposal
}

fn texts(proposal: &Compensation) -> Vec<String> {
    proposal.events.iter().map(|event| format!("{} {}", event.event_type, json::to_text(&event.data))).collect()
}

fn why(proposal: &Compensation) -> Vec<String> {
    proposal.remaining.iter().map(|remaining| format!("{} {}", remaining.path, remaining.why)).collect()
}

const ACCOUNT: &str = r#"{
    "projection": "account",
    "init": { "status": "none", "balance": 0, "log": [] },
    "when": {
        "Opened": [ { "set": "status", "value": "open" }, { "set": "owner", "from": "data.owner" } ],
        "In": [ { "add": "balance", "from": "data.n" }, { "append": "log", "from": "data.n" } ],
        "Out": [
            { "subtract": "balance", "from": "data.n" },
            { "min": "lowest", "from": "state.balance" },
            { "append": "log", "from": "data.n" }
        ],
        "Fee": [ { "subtract": "balance", "from": "data.n" }, { "add": "fees", "from": "data.n" } ],
        "FeeBack": [ { "add": "balance", "from": "data.n" }, { "subtract": "fees", "from": "data.n" } ],
        "Closed": [ { "set": "status", "value": "closed" } ],
        "Reopened": [ { "set": "status", "value": "open", "if": "state.status = \"closed\"" } ]
    },
    "invariants": [ { "name": "never below zero", "holds": "state.balance >= 0" } ]
}"#;

const HISTORY: &str = "
    a Opened {\"owner\":\"Ann\"}
    a In {\"n\":50.00,\"for\":\"b\",\"currency\":\"EUR\"}
    a Out {\"n\":20.00,\"for\":\"b\",\"currency\":\"EUR\"}
    a Fee {\"n\":2.50}
    a In {\"n\":5,\"for\":\"b\",\"currency\":\"EUR\"}
    a In {\"n\":7,\"for\":\"b\",\"currency\":\"EUR\"}
    b FeeBack {\"n\":1}
    a Closed
    b Reopened
";

#[test]
fn a_withdrawal_that_did_not_happen_is_a_deposit_and_what_was_recorded_stays() {
    let proposal = proposal(&rules(ACCOUNT), HISTORY, r#"{"delete":{"position":30}}"#);
    assert_eq!(texts(&proposal), [r#"In {"n":20.00,"for":"b","currency":"EUR"}"#]);
    assert_eq!(
        why(&proposal),
        [
            "log is a record of what happened: the entries of both stay in it",
            "lowest is the lowest value that there ever was, and what was stays",
        ]
    );
    assert_eq!(json::to_text(&proposal.events[0].metadata), r#"{"reason":"compensation: test"}"#);
    assert!(proposal.broken_invariants.is_empty());
    assert!(proposal.to_json().starts_with("{\n  \"foldline\": \"compensation/1\",\n  \"stream\": \"a\""));
}

#[test]
fn a_type_that_mends_more_is_taken_and_several_events_where_one_is_not_enough() {
    let fold = rules(ACCOUNT);
    let one = proposal(&fold, HISTORY, r#"{"delete":{"position":40}}"#);
    // Nothing says that a fee has a currency; its payload has nothing else.
    assert_eq!(texts(&one), [r#"FeeBack {"n":2.50}"#]);
    assert!(one.remaining.iter().all(|remaining| remaining.path == "fees"), "{:?}", one.remaining);
    let two = proposal(&fold, HISTORY, "{\"delete\":{\"position\":40}}\n{\"delete\":{\"position\":80}}");
    let mut types: Vec<&str> = two.events.iter().map(|event| &*event.event_type).collect();
    types.sort_unstable();
    assert_eq!(types, ["FeeBack", "Reopened"]);
}

#[test]
fn what_breaks_an_invariant_is_said() {
    let proposal = proposal(&rules(ACCOUNT), HISTORY, r#"{"delete":{"position":20}}"#);
    assert_eq!(proposal.broken_invariants, ["never below zero".into()]);
    assert_eq!(proposal.events[0].data.at(&Path::parse("n").unwrap()), Some(&value("50.00")));
}

#[test]
fn nothing_to_do_and_nothing_that_can_be_done_are_told_apart() {
    let fold = rules(ACCOUNT);
    let same = proposal(&fold, HISTORY, r#"{"update":{"position":20},"data":{"for":"c"}}"#);
    assert!(same.events.is_empty() && same.reaches, "{same:?}");
    let owner = r#"{ "projection": "p", "when": { "Opened": [ { "set": "at", "from": "time" } ] } }"#;
    let stuck = proposal(&rules(owner), "a Opened", r#"{"update":{"position":10},"time":"2026-01-01T00:00:00Z"}"#);
    assert!(stuck.events.is_empty() && !stuck.reaches);
    assert_eq!(why(&stuck), ["at says when something was recorded, which is today for what is appended today"]);
}

#[test]
fn lists_of_items_are_put_right_and_what_must_be_filled_in_is_marked() {
    let fold = rules(
        r#"{ "projection": "basket", "init": { "items": [] }, "when": {
            "Put": [ { "upsert": "items", "key": "sku", "value": { "sku": { "from": "data.sku" }, "qty": { "from": "data.qty" } } } ],
            "Took": [ { "remove": "items", "key": "sku", "from": "data.sku" } ],
            "Cleared": [ { "unset": "items" } ] } }"#,
    );
    let history = "
        a Put {\"sku\":\"x\",\"qty\":1,\"note\":\"one\"}
        a Put {\"sku\":\"y\",\"qty\":2,\"note\":\"two\"}
        a Put {\"sku\":\"x\",\"qty\":5,\"note\":\"three\"}
        b Took {\"sku\":\"y\"}
    ";
    let changed = proposal(&fold, history, "{\"delete\":{\"position\":30}}\n{\"delete\":{\"position\":20}}");
    let mut told = texts(&changed);
    told.sort();
    assert_eq!(told, [r#"Put {"sku":"x","qty":1,"note":"fill in"}"#, r#"Took {"sku":"y"}"#]);
    assert!(changed.reaches, "{changed:?}");
    let put = changed.events.iter().find(|event| &*event.event_type == "Put").unwrap();
    assert_eq!(put.fill_in, ["data.note"]);
}

#[test]
fn where_rules_take_over_whole_payloads_no_fields_are_made_up() {
    let fold = rules(
        r#"{ "projection": "p", "init": { "rides": 0 }, "when": {
            "Registered": [ { "merge": "", "from": "data" } ],
            "Renamed": [ { "merge": "", "from": "data" } ],
            "Drove": [ { "add": "rides", "value": 1 } ] } }"#,
    );
    let history = "
        a Registered {\"name\":\"Ann\"}
        a Drove
        a Renamed {\"name\":\"Anna\"}
    ";
    let proposal = proposal(&fold, history, "{\"delete\":{\"position\":20}}\n{\"delete\":{\"position\":30}}");
    assert_eq!(texts(&proposal), [r#"Renamed {"name":"Ann"}"#]);
    assert_eq!(why(&proposal), ["rides no further event leads to it without changing something else"]);
}

#[test]
fn an_inserted_event_is_its_own_compensation() {
    let insert = r#"{"insert":{"stream":"a","after":6},"type":"In","data":{"n":3,"for":"c"},"metadata":{"user":"x"}}"#;
    let proposal = proposal(&rules(ACCOUNT), HISTORY, insert);
    assert_eq!(texts(&proposal), [r#"In {"n":3,"for":"c"}"#]);
    assert!(proposal.events[0].fill_in.is_empty());
}

#[test]
fn merged_payloads_are_compensated_only_where_one_type_sets_the_field() {
    let history = "
        a Opened {\"owner\":\"Ann\",\"n\":1}
        a Moved {\"city\":\"Ulm\",\"n\":2}
        a Moved {\"city\":\"Bonn\",\"n\":3}
    ";
    let proposal = proposal(&automatic(), history, r#"{"delete":{"position":30}}"#);
    assert_eq!(texts(&proposal)[0].split_once(' ').unwrap().0, "Moved");
    assert_eq!(proposal.events[0].data.at(&Path::parse("city").unwrap()), Some(&value("\"Ulm\"")));
    assert!(proposal.notes[0].contains("Not clear: n"), "{:?}", proposal.notes);
}

/// Rules of handlers that set, add to or subtract from fields of their own, each from a place of its own.
fn own_fields() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(0u8..3, 1..3), 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Where each handler sets, adds or subtracts in fields of its own, every state of a branch can be reached.
    #[test]
    fn own_fields_are_always_reached(
        handlers in own_fields(),
        events in prop::collection::vec((0usize..5, -40i64..40, 0i64..40), 1..8),
        edits in prop::collection::vec((0u8..3, 0usize..8, 0usize..5, -40i64..40), 1..4),
    ) {
        let (mut init, mut when) = (Vec::new(), Vec::new());
        for (at, operations) in handlers.iter().enumerate() {
            let operation = |(part, kind): (usize, &u8)| {
                let word = ["set", "add", "subtract"][usize::from(*kind)];
                format!(r#"{{"{word}":"f{at}_{part}","from":"data.v{part}"}}"#)
            };
            init.extend((0..operations.len()).map(|part| format!(r#""f{at}_{part}":0"#)));
            let operations: Vec<String> = operations.iter().enumerate().map(operation).collect();
            when.push(format!(r#""T{at}":[{}]"#, operations.join(",")));
        }
        let file = format!(r#"{{"projection":"p","init":{{{}}},"when":{{{}}}}}"#, init.join(","), when.join(","));
        let fold = rules(&file);
        let data = |n: i64, m: i64| format!(r#"{{"v0":{n},"v1":{m}.25}}"#);
        let history: Vec<String> = events
            .iter()
            .map(|(kind, n, m)| format!("a T{} {}", kind % handlers.len(), data(*n, *m)))
            .collect();
        let mut taken = std::collections::HashSet::new();
        let edits: Vec<String> = edits
            .iter()
            .filter_map(|(verb, at, kind, n)| {
                let position = (at % events.len() + 1) * 10;
                let kind = kind % handlers.len();
                match verb {
                    0 if taken.insert(position) => Some(format!(r#"{{"delete":{{"position":{position}}}}}"#)),
                    1 if taken.insert(position) => {
                        Some(format!(r#"{{"update":{{"position":{position}}},"data":{}}}"#, data(*n, 3)))
                    }
                    2 if !taken.contains(&position) => Some(format!(
                        r#"{{"insert":{{"stream":"a","after":{{"position":{position}}}}},"type":"T{kind}","data":{}}}"#,
                        data(*n, 4)
                    )),
                    _ => None,
                }
            })
            .collect();
        if edits.is_empty() {
            return Ok(());
        }
        let proposal = proposal(&fold, &history.join("\n"), &edits.join("\n"));
        prop_assert!(proposal.reaches, "{proposal:#?}\n{file}");
        prop_assert!(proposal.remaining.is_empty());
        prop_assert!(proposal.events.len() <= handlers.len());
    }
}
