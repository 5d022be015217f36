//! Baseline against branch: divergence, ends, invariants, effects, and when to stop looking.

use foldline::model::{Cancel, Progress};
use foldline::replay::{Fold, OnUnreadable, ReplayFailure, automatic};
use foldline::whatif::{StreamComparison, compare};

use super::world::{Bank, World, world};

pub fn compared(
    world: &mut World,
    edits: &str,
    stream: &str,
    fold: &dyn Fold,
    progress: &Progress,
) -> StreamComparison {
    let branch = world.edit(edits).unwrap();
    let lane = branch.stream(stream).unwrap();
    compare(fold, &world.history(stream), lane, OnUnreadable::Stop, progress, &Cancel::default()).unwrap()
}

/// Divergence, broken invariants and events without effect as `position/version`, then the two ends.
fn summary(history: &str, edits: &str, stream: &str) -> String {
    let mut world = world(history);
    let result = compared(&mut world, edits, stream, &Bank::new(true), &Progress::default());
    let moment = |moment: &foldline::whatif::EventMoment| {
        let text = |number: Option<i64>| number.map_or("-".to_owned(), |number| number.to_string());
        format!("#{}/v{}", text(moment.position), text(moment.version))
    };
    let list = |items: Vec<String>| if items.is_empty() { "none".to_owned() } else { items.join(",") };
    let balance = |end: &foldline::whatif::End| {
        let balance = end.state.as_object().and_then(|state| state.get("balance"));
        format!("v{}={:?}", end.version.map_or("-".to_owned(), |v| v.to_string()), balance.unwrap())
    };
    format!(
        "parts {} | breaks {} | idle {} | {} {}",
        result.first_divergence.as_ref().map_or("nowhere".to_owned(), moment),
        list(result.broken_invariants.iter().map(|broken| moment(&broken.at)).collect()),
        list(result.no_effect.iter().map(moment).collect()),
        balance(&result.baseline),
        balance(&result.branch),
    )
}

const ACCOUNT: &str = "
    a Opened
    a In {\"n\":50}
    a Out {\"n\":20}
    a Out {\"n\":20}
";

#[test]
fn what_was_broken_and_is_no_longer() {
    let history = "
        a Opened
        a In {\"n\":50}
        a Out {\"n\":60}
        a Out {\"n\":5}
        a In {\"n\":100}
    ";
    for (edits, expected) in [
        // The event that broke it is gone: nothing is broken where it was, nor at the next one.
        (r#"{"delete":{"stream":"a","version":3}}"#, vec![30, 40]),
        (r#"{"update":{"stream":"a","version":3},"data":{"n":48}}"#, vec![30]),
        (r#"{"delete":{"stream":"a","version":5}}"#, vec![]),
    ] {
        let mut world = world(history);
        let result = compared(&mut world, edits, "a", &Bank::new(true), &Progress::default());
        let at: Vec<i64> = result.mended_invariants.iter().filter_map(|mended| mended.at.position).collect();
        assert_eq!(at, expected, "{edits}");
    }
}

#[test]
fn what_follows_from_an_edit() {
    for (history, edits, expected) in [
        // Deleted: the baseline's event.
        (ACCOUNT, r#"{"delete":{"stream":"a","version":4}}"#, "parts #40/v4 | breaks none | idle none | v4=10 v3=30"),
        // Changed, inserted: the branch's.
        (
            ACCOUNT,
            r#"{"update":{"stream":"a","version":2},"data":{"n":30}}"#,
            "parts #20/v2 | breaks #40/v4 | idle none | v4=10 v4=-10",
        ),
        (
            ACCOUNT,
            r#"{"insert":{"stream":"a","after":2},"type":"Out","data":{"n":60}}"#,
            "parts #-/v3 | breaks #-/v3,#30/v4,#40/v5 | idle none | v4=10 v5=-50",
        ),
        // What was the opening: later events have no effect.
        (
            ACCOUNT,
            r#"{"delete":{"position":10}}"#,
            "parts #10/v1 | breaks none | idle #20/v1,#30/v2,#40/v3 | v4=10 v3=0",
        ),
        // An edit without consequences.
        (
            ACCOUNT,
            r#"{"update":{"position":40},"time":"2030-01-01"}"#,
            "parts nowhere | breaks none | idle none | v4=10 v4=10",
        ),
        (ACCOUNT, r#"{"move":{"position":40},"after":1}"#, "parts #40/v2 | breaks #40/v2 | idle none | v4=10 v4=10"),
        // Moved on: what stands there now.
        (
            ACCOUNT,
            r#"{"move":{"position":20},"after":4}"#,
            "parts #30/v2 | breaks #30/v2,#40/v3 | idle none | v4=10 v4=10",
        ),
        // Replaced by an equal one at the same place.
        (
            ACCOUNT,
            r#"{"insert":{"stream":"a","after":2},"type":"Out","data":{"n":20}}
               {"delete":{"position":30}}"#,
            "parts nowhere | breaks none | idle none | v4=10 v4=10",
        ),
        (
            ACCOUNT,
            r#"{"insert":{"stream":"a","after":3},"type":"Out","data":{"n":60}}
               {"delete":{"position":30}}"#,
            "parts #-/v3 | breaks #-/v3,#40/v4 | idle none | v4=10 v4=-30",
        ),
        // Broken in the baseline too: not the scenario's doing.
        (
            "a Opened\n a Out {\"n\":5}\n a In {\"n\":1}",
            r#"{"update":{"position":30},"data":{"n":2}}"#,
            "parts #30/v3 | breaks none | idle none | v3=-4 v3=-3",
        ),
        // The projection fails in the branch only.
        (ACCOUNT, r#"{"update":{"position":30},"type":"Bad"}"#, "parts #30/v3 | breaks none | idle none | v4=10 v2=50"),
        (ACCOUNT, r#"{"delete":{"stream":"a"}}"#, "parts #10/v1 | breaks none | idle none | v4=10 v-=0"),
    ] {
        assert_eq!(summary(history, edits, "a"), expected, "{edits}");
    }
    let new = r#"{"insert":{"stream":"z"},"type":"Opened","time":"2030-01-01"}"#;
    assert_eq!(summary(ACCOUNT, new, "z"), "parts #-/v1 | breaks none | idle none | v-=0 v1=0");
}

#[test]
fn the_shape_of_the_contract() {
    let mut world = world(ACCOUNT);
    let edits = r#"{"update":{"stream":"a","version":2},"data":{"n":30}}"#;
    let result = compared(&mut world, edits, "a", &Bank::new(false), &Progress::default());
    let report = foldline::whatif::WhatIf { scenario: "s".into(), edits: 1, streams: vec![result], copy: None };
    insta::assert_snapshot!(serde_json::to_string_pretty(&report).unwrap(), @r#"
    {
      "scenario": "s",
      "edits": 1,
      "streams": [
        {
          "stream": "a",
          "first_divergence": {
            "position": 20,
            "version": 2,
            "time": "1970-01-01T00:10:00Z",
            "type": "In"
          },
          "baseline": {
            "version": 4,
            "state": {
              "open": true,
              "balance": 10
            },
            "skipped": 0,
            "error": null
          },
          "branch": {
            "version": 4,
            "state": {
              "open": true,
              "balance": -10
            },
            "skipped": 0,
            "error": null
          },
          "changes": [
            {
              "path": "balance",
              "from": 10,
              "to": -10
            }
          ],
          "broken_invariants": [
            {
              "name": "never below zero",
              "at": {
                "position": 40,
                "version": 4,
                "time": "1970-01-01T00:30:00Z",
                "type": "Out"
              }
            }
          ],
          "mended_invariants": [],
          "no_effect": []
        }
      ],
      "copy": null
    }
    "#);
}

#[test]
fn fields_of_the_automatic_projection_take_no_part() {
    let mut world = world("a X {\"n\":1}\n a Y {\"n\":1}\n a Z {\"m\":1}");
    let result = compared(&mut world, r#"{"delete":{"position":20}}"#, "a", &*automatic(), &Progress::default());
    assert_eq!((result.first_divergence, result.changes.len()), (None, 0));
    assert_eq!((result.baseline.version, result.branch.version), (Some(3), Some(2)));
    let at = |end: &foldline::whatif::End| format!("{:?}", end.state.as_object().unwrap().get("$version").unwrap());
    assert_eq!((at(&result.baseline), at(&result.branch)), ("3".to_owned(), "2".to_owned()));
}

#[test]
fn looking_stops_where_both_sides_are_the_same_again() {
    let mut history = "a Opened\n".to_owned();
    history.extend((0..5000).map(|_| "a In {\"n\":1}\n"));
    // The change is taken back by the next event: from there on only one side is read.
    let edits = r#"{"update":{"position":10000},"data":{"n":2}}
                   {"update":{"position":10010},"data":{"n":0}}"#;
    let progress = Progress::default();
    let result = compared(&mut world(&history), edits, "a", &Bank::new(true), &progress);
    assert_eq!(result.changes, []);
    assert_eq!(result.first_divergence.unwrap().position, Some(10_000));
    assert!(progress.counts().0 < 5001 + 2 * 512, "{:?}", progress.counts());
    // A deleted event without effect renumbers what follows: the same only for a fold that reads no versions.
    let with_nothing = history.replacen("a In {\"n\":1}\n", "a Nothing\n", 1);
    for (versions, both) in [(false, false), (true, true)] {
        let progress = Progress::default();
        let edits = r#"{"delete":{"position":20}}"#;
        let result = compared(&mut world(&with_nothing), edits, "a", &Bank::new(versions), &progress);
        assert_eq!((result.baseline.version, result.branch.version), (Some(5001), Some(5000)));
        assert_eq!(progress.counts().0 > 9000, both, "{:?}", progress.counts());
    }
}

#[test]
fn a_cancelled_comparison_says_so() {
    let mut world = world(ACCOUNT);
    let branch = world.edit(r#"{"delete":{"position":10}}"#).unwrap();
    let cancel = Cancel::default();
    cancel.cancel();
    let lane = branch.stream("a").unwrap();
    let result =
        compare(&Bank::new(true), &world.history("a"), lane, OnUnreadable::Stop, &Progress::default(), &cancel);
    assert_eq!(result, Err(ReplayFailure::Cancelled));
}

#[test]
fn unreadable_payloads_stop_or_are_counted() {
    let mut world = world("a Opened\n a In !\n a In {\"n\":5}");
    let branch = world.edit(r#"{"update":{"position":30},"data":{"n":6}}"#).unwrap();
    let run = |rule| {
        let lane = branch.stream("a").unwrap();
        compare(&Bank::new(false), &world.history("a"), lane, rule, &Progress::default(), &Cancel::default()).unwrap()
    };
    let stopped = run(OnUnreadable::Stop);
    assert_eq!(stopped.branch.error.as_ref().map(|error| error.position), Some(Some(20)));
    assert_eq!((stopped.branch.version, stopped.changes.len()), (Some(1), 0));
    let skipped = run(OnUnreadable::Skip);
    assert_eq!((skipped.baseline.skipped, skipped.branch.skipped, skipped.changes.len()), (1, 1, 1));
    assert!(skipped.branch.error.is_none());
}
