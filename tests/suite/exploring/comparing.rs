//! Comparisons of a whole store: jobs say what the pure functions say.

use std::sync::Arc;

use foldline::job::{Job, Outcome, Sides, StateRequest};
use foldline::model::{Moment, Value};
use foldline::replay::diff;
use foldline::whatif::{Differences, Pair, Scenario, SideBySide, parse};

use super::{KEY, Shop};

fn scenario(name: &str, edits: &str) -> Arc<Scenario> {
    let text = format!(r#"{{"foldline":"scenario/1","name":"{name}","edits":[{edits}]}}"#);
    Arc::new(parse(&text).unwrap())
}

fn bank() -> (tempfile::TempDir, Shop) {
    let folder = tempfile::tempdir().unwrap();
    let bundled = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    let store = folder.path().join("bank.db");
    std::fs::copy(bundled.join("bank.db"), &store).unwrap();
    let shop = Shop::open(&store);
    (folder, shop)
}

type Side = Option<Arc<Scenario>>;

fn sides(stream: &str, left: &Side, right: &Side) -> Sides {
    Sides { store: KEY, stream: stream.into(), left: left.clone(), right: right.clone() }
}

fn differences(shop: &Shop, sides: Sides) -> Differences {
    match shop.run(Job::Differences(sides)) {
        Ok(Outcome::Differences(found)) => *found,
        other => panic!("{other:?}"),
    }
}

fn side_by_side(shop: &Shop, sides: Sides) -> SideBySide {
    match shop.run(Job::SideBySide(sides)) {
        Ok(Outcome::SideBySide(found)) => *found,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_cursor_at_a_difference_shows_it() {
    let (_folder, shop) = bank();
    let long = "account-0001";
    let one: Side = Some(scenario("one", r#"{"delete":{"stream":"account-0001","version":40}}"#));
    let edits = r#"{"delete":{"stream":"account-0001","version":44}},
        {"insert":{"stream":"account-0001","after":50},"type":"FundsDeposited","data":{"amount":1}}"#;
    let two: Side = Some(scenario("two", edits));
    for (left, right) in [(&None, &one), (&one, &None), (&one, &two), (&two, &one), (&None, &two)] {
        let found = differences(&shop, sides(long, left, right));
        assert!(!found.rows.is_empty() && found.more == 0);
        let state = |moment: Moment| {
            let (scenario, against) = (right.clone(), left.clone());
            let request = StateRequest { store: KEY, stream: long.into(), moment, scenario, against };
            match shop.run(Job::State(request)) {
                Ok(Outcome::State(view)) => view,
                other => panic!("{other:?}"),
            }
        };
        for (at, row) in found.rows.iter().enumerate() {
            // Of rows at one event the last one is what a cursor there shows.
            if found.rows.get(at + 1).is_some_and(|next| next.position == row.position) {
                continue;
            }
            let view = state(Moment::Position(row.position));
            let text = |value: &Value| foldline::model::json::to_text(value);
            let (one, other) = (&view.left().frame.state.value, &view.right().frame.state.value);
            let own = |path: &str| path.starts_with('$');
            let differing: Vec<_> =
                diff(one, other).into_iter().filter(|change| !own(&change.path.to_string())).collect();
            assert_eq!(differing.len(), row.differing, "row {at}: {} / {}", text(one), text(other));
            assert_eq!(view.differences.len(), row.differing);
        }
        // Before the first one nothing differs.
        let first = found.first().unwrap();
        let before = state(Moment::Position(first.position - 1));
        assert!(before.differences.is_empty(), "{:?}", before.differences);
    }
}

#[test]
fn both_sides_as_recorded_have_no_difference() {
    let (_folder, shop) = bank();
    let elsewhere: Side = Some(scenario("x", r#"{"delete":{"stream":"account-A","version":3}}"#));
    for (left, right) in [(&None, &None), (&None, &elsewhere), (&elsewhere, &elsewhere)] {
        let found = differences(&shop, sides("account-0001", left, right));
        assert!(found.rows.is_empty() && found.at_end == 0);
        let rows = side_by_side(&shop, sides("account-0001", left, right)).rows;
        assert!(matches!(rows[..], [Pair::Same { left: 0, right: 0, len: 75, renumbered: false }]), "{rows:?}");
    }
}

#[test]
fn side_by_side_knows_where_a_cursor_stands_for_each_row() {
    let (_folder, shop) = bank();
    let edits = r#"{"insert":{"stream":"account-A","after":2},"type":"FundsDeposited","data":{"amount":1}},
        {"move":{"stream":"account-A","version":3},"after":4}"#;
    let right: Side = Some(scenario("x", edits));
    let found = side_by_side(&shop, sides("account-A", &None, &right));
    let log = shop.log();
    let versions: Vec<Option<i64>> =
        found.rows.iter().map(|row| log.version(found.cursor(log, row).unwrap() as usize)).collect();
    // Both opened and deposited; the inserted one; the one that moved on, where it was; the last; where it is now.
    assert_eq!(versions, [Some(1), Some(2), Some(3), Some(4), Some(4)], "{:?}", found.rows);
    assert!(found.sentences.1.contains_key(&2), "what was inserted has a sentence");
}

#[test]
fn an_edit_that_does_not_fit_is_told() {
    let (_folder, shop) = bank();
    let wrong: Side = Some(scenario("x", r#"{"delete":{"stream":"account-A","version":99}}"#));
    for job in [Job::Differences(sides("account-A", &None, &wrong)), Job::SideBySide(sides("account-A", &wrong, &None))]
    {
        let error = shop.run(job).unwrap_err();
        assert!(format!("{error:?}").contains("99"), "{error:?}");
    }
    let job = Job::Differences(sides(
        "account-A",
        &None,
        &Some(scenario("x", r#"{"delete":{"stream":"account-A","version":3}}"#)),
    ));
    assert_eq!(shop.run_cancelled(job).unwrap_err(), foldline::job::Failure::Cancelled);
}
