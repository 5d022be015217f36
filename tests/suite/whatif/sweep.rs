//! Sweeps: points, thresholds, and what can't be swept.

use std::sync::Arc;

use foldline::model::{Cancel, Event, Number, Path, Progress, Timestamp, Value};
use foldline::replay::{Fold, History, OnUnreadable, projection_file};
use foldline::whatif::{
    Basis, Branch, BranchHistory, BranchLane, EditError, EventMoment, Scenario, Sweep, SweepFailure, SweepSpec,
    SweepStep, SweepValue, SweepWhat, compare, places, subject_of, sweep,
};
use proptest::prelude::*;

use super::world::{World, scenario, world};

/// A store in memory with rules.
pub struct Ground {
    pub world: World,
    pub fold: Arc<dyn Fold>,
}

pub fn rules(text: &str) -> Arc<dyn Fold> {
    projection_file::parse(text, "test.projection.json").unwrap().for_category("a").unwrap()
}

impl Basis for Ground {
    fn branch(&mut self, scenario: &Scenario) -> Result<Branch, EditError> {
        self.world.apply(scenario)
    }

    fn subject(&mut self, scenario: &Scenario, edit: usize) -> Option<Arc<Event>> {
        let mut reader = World { log: world("").log, events: self.world.events.clone(), reads: 0 };
        subject_of(scenario, edit, &self.world.log, &mut reader)
    }

    fn history(&self, lane: &BranchLane) -> Arc<dyn History> {
        self.world.history(lane.name())
    }

    fn fold(&self, _lane: &BranchLane) -> Arc<dyn Fold> {
        self.fold.clone()
    }

    fn on_unreadable(&self) -> OnUnreadable {
        OnUnreadable::Stop
    }
}

const RULES: &str = r#"{
    "projection": "account",
    "init": { "status": "none", "balance": 0 },
    "when": {
        "Opened": [ { "set": "status", "value": "open" }, { "set": "opened_at", "from": "time" },
            { "set": "late", "value": true, "if": "after:1970-01-01T12:00:00Z" } ],
        "In": [ { "add": "balance", "from": "data.n" } ],
        "Out": [
            { "subtract": "balance", "from": "data.n" },
            { "set": "status", "value": "rich", "if": "state.balance > 60" },
            { "set": "status", "value": "blocked", "if": "data.n > 80" }
        ]
    },
    "key_fields": ["status", "balance"],
    "invariants": [
        { "name": "never below zero", "holds": "state.balance >= 0" }
    ]
}"#;

const ACCOUNT: &str = "
    a Opened
    a In {\"n\":97.50}
    a Out {\"n\":20.00}
    a In {\"n\":0}
";

fn number(text: &str) -> SweepValue {
    SweepValue::Number(Number::parse(text).unwrap())
}

fn spec(edit: usize, what: &str, from: &str, to: &str, step: &str) -> SweepSpec {
    let step = SweepStep::Number(Number::parse(step).unwrap());
    SweepSpec { edit, what: SweepWhat::parse(what).unwrap(), from: number(from), to: number(to), step }
}

fn run(history: &str, edits: &str, spec: &SweepSpec, fields: &[&str]) -> Result<Sweep, SweepFailure> {
    let mut ground = Ground { world: world(history), fold: rules(RULES) };
    let fields: Vec<Path> = fields.iter().map(|field| Path::parse(field).unwrap()).collect();
    sweep(&scenario(edits), spec, &fields, &mut ground, &Progress::default(), &Cancel::default())
}

const OUT: &str = r#"{"update":{"position":30},"data":{"n":25}}"#;

#[test]
fn points_are_exact_and_thresholds_are_found_to_the_cent() {
    let sweep = run(ACCOUNT, OUT, &spec(0, "data.n", "0", "100", "10"), &[]).unwrap();
    let values: Vec<String> = sweep.points.iter().map(|point| point.value.to_string()).collect();
    assert_eq!(values, ["0", "10", "20", "30", "40", "50", "60", "70", "80", "90", "100"]);
    let balance = |at: usize| sweep.points[at].fields[1].clone().unwrap();
    assert_eq!(foldline::model::json::to_text(&balance(3)), "67.50");
    assert_eq!(sweep.points[10].broken.len(), 1);
    assert_eq!(&*sweep.points[10].broken[0].at.event_type, "Out");
    let what: Vec<&str> = sweep.thresholds.iter().flat_map(|threshold| &threshold.what).map(String::as_str).collect();
    assert_eq!(
        what,
        [
            "status: rich up to 37.49, open from 37.50",
            "status: open up to 80.00, blocked from 80.01",
            "never below zero: holds up to 97.50, broken from 97.51",
        ]
    );
    assert_eq!(sweep.unit, "0.01");
    assert_eq!(sweep.fields[1].recorded, Some(Value::Number(Number::parse("77.50").unwrap())));
}

#[test]
fn several_changes_between_two_points_are_each_found_and_the_last_value_is_always_put_in() {
    let sweep = run(ACCOUNT, OUT, &spec(0, "data.n", "30", "100", "60"), &[]).unwrap();
    assert_eq!(sweep.points.len(), 3);
    assert_eq!(sweep.points[2].value, number("100"));
    let from: Vec<String> = sweep.thresholds.iter().map(|threshold| threshold.from.to_string()).collect();
    assert_eq!(from, ["37.50", "80.01", "97.51"]);
}

#[test]
fn steps_of_a_tenth_are_tenths() {
    let sweep = run(ACCOUNT, OUT, &spec(0, "data.n", "0.1", "0.7", "0.1"), &["balance"]).unwrap();
    let values: Vec<String> = sweep.points.iter().map(|point| point.value.to_string()).collect();
    assert_eq!(values, ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7"]);
    assert!(sweep.thresholds.is_empty());
}

#[test]
fn a_time_is_swept_to_the_second() {
    let time = |text| SweepValue::Time(Timestamp::parse_iso(text).unwrap());
    let spec = SweepSpec {
        edit: 0,
        what: SweepWhat::Time,
        from: time("1970-01-01T00:00:00Z"),
        to: time("1970-01-02T00:00:00Z"),
        step: SweepStep::Duration(7200 * 1_000_000_000),
    };
    let sweep = run(ACCOUNT, r#"{"update":{"position":10}}"#, &spec, &["opened_at", "late"]).unwrap();
    assert_eq!(sweep.points.len(), 13);
    let [threshold] = sweep.thresholds.as_slice() else { panic!("{:?}", sweep.thresholds) };
    assert_eq!(threshold.what, ["late: nothing up to 1970-01-01T11:59:59Z, true from 1970-01-01T12:00:00Z"]);
}

#[test]
fn what_cannot_be_swept_says_what_to_do() {
    for (edits, spec, expected) in [
        (OUT, spec(1, "data.n", "0", "1", "1"), "there is no edit 2; the scenario has one, edit 1"),
        (
            OUT,
            spec(0, "data.m", "0", "1", "1"),
            "edit 1 (Set #30: data.n to 25) has no number or time at data.m; what can be varied in it: data.n, time, \
             shift",
        ),
        (
            r#"{"delete":{"position":30}}"#,
            spec(0, "data.n", "0", "1", "1"),
            "edit 1 (Delete #30) has no number or time at data.n; nothing in it can be varied: choose an edit that \
             sets a number or a time",
        ),
        (OUT, spec(0, "data.n", "3", "1", "1"), "the range from 3 to 1 runs backwards; write the smaller value first"),
        (OUT, spec(0, "data.n", "1", "3", "0"), "the step is 0; it must be more than 0"),
        (
            OUT,
            spec(0, "data.n", "0", "1000000", "0.1"),
            "10000001 points are more than the 2001 that a sweep may have; take a larger step or a smaller range",
        ),
        (
            OUT,
            spec(0, "time", "0", "1", "1"),
            "time is a time, so the range must be of times, such as 2025-03-04T10:00:00Z..2025-03-04T12:00:00Z/15m",
        ),
    ] {
        let error = run(ACCOUNT, edits, &spec, &[]).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let error = run(ACCOUNT, OUT, &spec(0, "data.n", "0", "1", "1"), &["balanse"]).unwrap_err();
    assert_eq!(error.to_string(), "no state has a field balanse; there are balance");
}

#[test]
fn an_update_offers_what_it_patches_first_and_then_what_was_recorded() {
    let mut world = world("a Opened {\"n\":1,\"items\":[{\"qty\":2}],\"due\":\"2026-01-01T00:00:00Z\",\"x\":\"y\"}");
    let scenario = scenario(r#"{"update":{"position":10},"data":{"k":{"m":5}}}"#);
    let subject = world.events[0].clone();
    let found = places(&scenario.edits[0], Some(&subject));
    let names: Vec<String> = found.iter().map(|place| place.what.to_string()).collect();
    assert_eq!(names, ["data.k.m", "data.n", "data.items.0.qty", "data.due", "time", "shift"]);
    // A list that the patch reaches into is taken over whole.
    let spec = spec(0, "data.items.0.qty", "0", "9", "1");
    let at = spec.scenario_at(&scenario, &number("7"), Some(&subject)).unwrap();
    let branch = world.apply(&at).unwrap();
    let lane = world.lane_text(&branch, "a");
    assert_eq!(lane, "1~10");
    assert!(at.to_json().contains("\"qty\": 7"), "{}", at.to_json());
    assert!(!at.to_json().contains("\"due\""));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// What a sweep says of a value is what the comparison says of the scenario with that value; where the outcome
    /// changes only once within a step, the threshold is the one that trying every value gives.
    #[test]
    fn every_point_is_its_own_what_if(
        amounts in prop::collection::vec((any::<bool>(), 0i64..60), 2..9),
        edited in 0usize..9,
        extra in prop::collection::vec((0u8..3, 0usize..9, 0i64..50), 0..3),
        step in 1i64..9,
    ) {
        let mut lines = vec!["a Opened".to_owned()];
        lines.extend(amounts.iter().map(|(more, n)| format!("a {} {{\"n\":{n}}}", if *more { "In" } else { "Out" })));
        let position = |at: usize| (at % amounts.len() + 2) * 10;
        let swept = position(edited);
        let mut edits = vec![format!(r#"{{"update":{{"position":{swept}}},"data":{{"n":3}}}}"#)];
        for (kind, at, n) in &extra {
            let other = position(*at);
            if other == swept {
                continue;
            }
            edits.push(match kind {
                0 => format!(r#"{{"insert":{{"stream":"a","after":{{"position":{other}}}}},"type":"Out","data":{{"n":{n}}}}}"#),
                1 => format!(r#"{{"move":{{"position":{swept}}},"after":{{"position":{other}}}}}"#),
                _ => format!(r#"{{"move":{{"position":{other}}},"after":{{"position":{swept}}}}}"#),
            });
        }
        let (history, edits) = (lines.join("\n"), edits.join("\n"));
        let spec = spec(0, "data.n", "0", "100", &step.to_string());
        let swept = run(&history, &edits, &spec, &[]).unwrap();
        let mut ground = Ground { world: world(&history), fold: rules(RULES) };
        let scenario = scenario(&edits);
        // Every rule that is broken from the first event on that may differ, with the first event that leaves it so.
        let mut other = Ground { world: world(&history), fold: rules(RULES) };
        let mut broken_at = |n: i64| {
            let at = spec.scenario_at(&scenario, &number(&n.to_string()), None).unwrap();
            let branch = other.branch(&at).unwrap();
            let lane = branch.stream("a").unwrap();
            let all = BranchHistory::new(other.world.history("a"), lane.events().clone());
            let (mut state, mut first) = (other.fold.initial(), Vec::new());
            for (place, event) in all.events(0..all.len()).unwrap().into_iter().enumerate() {
                other.fold.apply(&mut state, &event, place).unwrap();
                let broken = other.fold.broken_invariants(&state, Some(&event));
                for name in broken.into_iter().map(|at| other.fold.info().invariants[at].clone()) {
                    if place >= lane.first_invalid() && !first.iter().any(|(known, _)| *known == name) {
                        first.push((name, EventMoment::of(&event)));
                    }
                }
            }
            first
        };
        let mut outcome_at = |n: i64| {
            let at = spec.scenario_at(&scenario, &number(&n.to_string()), None).unwrap();
            let branch = ground.branch(&at).unwrap();
            let lane = branch.stream("a").unwrap();
            let (progress, cancel) = (Progress::default(), Cancel::default());
            compare(&*ground.fold, &ground.world.history("a"), lane, OnUnreadable::Stop, &progress, &cancel).unwrap()
        };
        for point in &swept.points {
            let SweepValue::Number(value) = &point.value else { unreachable!() };
            let compared = outcome_at(value.as_i64().unwrap());
            let state = compared.branch.state.as_object().unwrap();
            prop_assert_eq!(point.fields[1].as_ref(), state.get("balance"));
            prop_assert_eq!(point.fields[0].as_ref(), state.get("status"));
            let mut first = broken_at(value.as_i64().unwrap());
            let mut told: Vec<(Arc<str>, _)> = point.broken.iter().map(|one| (one.name.clone(), one.at.clone())).collect();
            first.sort_by(|a, b| a.0.cmp(&b.0));
            told.sort_by(|a, b| a.0.cmp(&b.0));
            prop_assert_eq!(told, first);
        }
        let mut told = |n: i64| {
            let compared = outcome_at(n);
            let mut names: Vec<Arc<str>> = broken_at(n).into_iter().map(|(name, _)| name).collect();
            names.sort();
            (names, compared.branch.state.as_object().unwrap().get("status").cloned())
        };
        for threshold in &swept.thresholds {
            let (SweepValue::Number(before), SweepValue::Number(from)) = (&threshold.before, &threshold.from) else {
                unreachable!()
            };
            let (before, from) = (before.as_i64().unwrap(), from.as_i64().unwrap());
            prop_assert_eq!(before + 1, from);
            prop_assert_ne!(told(before), told(from));
        }
        // By ones, nothing is between two points: every change is a threshold.
        if step == 1 {
            let all: Vec<_> = (0..=100).map(&mut told).collect();
            let changes = all.windows(2).filter(|pair| pair[0] != pair[1]).count();
            prop_assert_eq!(swept.thresholds.len(), changes);
        }
    }
}

#[test]
fn a_scenario_that_fits_at_no_value_says_why() {
    let error = run(ACCOUNT, r#"{"update":{"position":33},"data":{"n":1}}"#, &spec(0, "data.n", "0", "1", "1"), &[]);
    assert!(error.unwrap_err().to_string().contains("no event was recorded at position 33"));
}

#[test]
fn a_sweep_into_a_list_keeps_what_the_edits_before_put_there() {
    let history = r#"
        a Opened
        a In {"n":1,"items":[{"qty":1},{"qty":9}]}
    "#;
    let edits = r#"{"update":{"position":20},"data":{"items":[{"qty":2},{"qty":3}]}}
                   {"update":{"position":20},"data":{"note":"x"}}"#;
    let rules = r#"{ "projection": "account", "init": {}, "when": { "Opened": [],
        "In": [ { "set": "items", "from": "data.items" } ] } }"#;
    let mut ground = Ground { world: world(history), fold: super::sweep::rules(rules) };
    let spec = spec(1, "data.items.0.qty", "5", "6", "1");
    let (progress, cancel) = (Progress::default(), Cancel::default());
    let fields = [Path::parse("items").unwrap()];
    let swept = sweep(&scenario(edits), &spec, &fields, &mut ground, &progress, &cancel).unwrap();
    assert_eq!(swept.current, number("2"), "as the first edit left it");
    let shown = foldline::model::json::to_text(swept.points[0].fields[0].as_ref().unwrap());
    assert_eq!(shown, r#"[{"qty":5},{"qty":3}]"#);
    // An event that was deleted, or one that an edit inserted.
    let edits = r#"{"insert":{"stream":"a","after":1},"type":"In","data":{"n":4},"id":"mine"}
                   {"update":{"id":"mine"},"data":{"note":"x"}}
                   {"delete":{"position":20}}
                   {"update":{"position":20},"data":{"note":"x"}}"#;
    let subjects = foldline::whatif::subjects_of(&scenario(edits), &ground.world.log.clone(), &mut ground.world);
    let types: Vec<_> = subjects.iter().map(|event| event.as_ref().map(|event| &*event.event_type)).collect();
    assert_eq!(types, [Some("Opened"), Some("In"), Some("In"), None]);
}

#[test]
fn a_threshold_is_as_exact_as_the_rules_are() {
    let history = r#"
        a Opened
        a In {"n":50}
        a Out {"n":20}
    "#;
    let rules = r#"{ "projection": "account", "init": { "big": false, "sum": 0 }, "when": { "Opened": [], "In": [
            { "add": "sum", "from": "data.n" } ], "Out": [
            { "subtract": "sum", "from": "data.n" }, { "set": "big", "value": true, "if": "data.n > 12.345" } ] },
        "key_fields": ["big"],
        "invariants": [ { "name": "enough", "holds": "state.sum >= 9.5" } ] }"#;
    let mut ground = Ground { world: world(history), fold: super::sweep::rules(rules) };
    let spec = spec(0, "data.n", "0", "100", "5");
    let (progress, cancel) = (Progress::default(), Cancel::default());
    let edits = scenario(r#"{"update":{"position":30},"data":{"n":20}}"#);
    let swept = sweep(&edits, &spec, &[], &mut ground, &progress, &cancel).unwrap();
    assert_eq!(swept.unit, "0.001");
    let found: Vec<_> = swept.thresholds.iter().map(|t| (t.before.to_string(), t.from.to_string())).collect();
    let pairs = [("12.345", "12.346"), ("40.500", "40.501")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(found, pairs);
}

#[test]
fn ends_as_far_apart_as_can_be_are_refused() {
    let number = |text: &str| Number::parse(text).unwrap();
    let most = i128::MAX.to_string();
    for (from, step) in [(format!("-{most}"), "1"), ("0".to_owned(), "1"), ("0".to_owned(), "2")] {
        let spec = SweepSpec {
            edit: 0,
            what: SweepWhat::Data(Path::default()),
            from: SweepValue::Number(number(&from)),
            to: SweepValue::Number(number(&most)),
            step: SweepStep::Number(number(step)),
        };
        assert!(spec.points().is_err(), "{from}");
    }
}
