//! What must hold for any history and any rules: states kept, forked or folded from the start are the same.

use std::ops::ControlFlow;
use std::sync::Arc;

use foldline::model::json::to_text;
use foldline::model::{Cancel, Event, Object, Origin, Segment, Selection, Value, ValuePath};
use foldline::replay::{
    Budget, CommonTail, Fold, Fork, Frame, MemoryHistory, OnUnreadable, ReplayOptions, Replayer, State, automatic,
    diff, leaves,
};
use proptest::prelude::*;

use super::given::{event, projection, unreadable};

const TYPES: [&str; 5] = ["Set", "Added", "Listed", "Removed", "Noted"];

/// Uses every operation; some events fail, some are ignored, some have no effect.
fn lively() -> Arc<dyn Fold> {
    projection(
        r#"{"projection":"lively","init":{"n":0,"tags":[],"o":{"deep":{"x":1}}},
        "when":{
          "Set":[{"set":"f.{data.k}","from":"data.v"},{"set":"last","from":"data"}],
          "Added":[{"add":"n","from":"data.v"},{"max":"top","from":"data.v"},{"merge":"o","from":"data"}],
          "Listed":[{"append":"tags","from":"data.k"},{"upsert":"items","key":"k","from":"data"}],
          "Removed":[{"remove":"tags","from":"data.k"},{"remove":"items","key":"k","from":"data.k"},{"unset":"f.{data.k}"},{"unset":"last"}]
        },
        "invariants":[{"name":"few","holds":"state.n < 20"}]}"#,
    )
}

fn arbitrary_event() -> impl Strategy<Value = (usize, u8, i8)> {
    // Types, keys and small numbers; one payload in twenty can't be read, one in twenty has a text for a number.
    (0..TYPES.len(), 0u8..40, -3i8..9)
}

fn build(spec: &[(usize, u8, i8)]) -> Vec<Event> {
    let one = |(version, (kind, k, v)): (i64, &(usize, u8, i8))| match k {
        38 => unreadable(version, TYPES[*kind]),
        39 => event(version, TYPES[*kind], r#"{"k":"z","v":"text"}"#),
        _ => event(version, TYPES[*kind], &format!(r#"{{"k":"{}","v":{v}}}"#, k % 7)),
    };
    (1..).zip(spec).map(one).collect()
}

fn options(budget: Budget, on_unreadable: OnUnreadable) -> ReplayOptions {
    ReplayOptions { budget, on_unreadable }
}

/// Everything of a frame that can be seen.
fn seen(frame: &Frame) -> String {
    format!(
        "{} {:?} {} | {} {} {} {:?} {:?} {:?}",
        to_text(&frame.state.value),
        leaves(&frame.state),
        to_text(&frame.before.value),
        frame.replayed,
        frame.skipped,
        frame.last.is_some(),
        frame.error,
        frame.broken,
        leaves(&frame.before),
    )
}

/// The oracle: folds from the start, with no replayer.
fn folded(fold: &dyn Fold, events: &[Event], skip: bool) -> (State, State, usize, bool) {
    let mut state = fold.initial();
    let mut before = state.clone();
    let (mut skipped, mut failed) = (0, false);
    for (place, event) in events.iter().enumerate() {
        if failed {
            break;
        }
        before = state.clone();
        match fold.apply(&mut state, event, place) {
            Ok(applied) => skipped += usize::from(applied == foldline::replay::Applied::Skipped),
            Err(error) if error.unreadable && skip => skipped += 1,
            Err(_) => failed = true,
        }
    }
    if failed {
        before = state.clone();
    }
    (state, before, skipped, failed)
}

fn frame(replayer: &mut Replayer, len: usize) -> Frame {
    replayer.frame(&Selection::Prefix(len), &Cancel::default()).unwrap()
}

fn flat(value: &Value, path: ValuePath, out: &mut Vec<(ValuePath, Value)>) {
    match value {
        Value::Object(object) if !object.is_empty() => {
            object.iter().for_each(|(key, slot)| flat(&slot.value, path.join(Segment::Key(key.clone())), out));
        }
        Value::List(list) if !list.is_empty() => {
            list.iter().enumerate().for_each(|(i, slot)| flat(&slot.value, path.join(Segment::Index(i)), out));
        }
        leaf => out.push((path, leaf.clone())),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_budget_and_every_order_of_looking_gives_the_full_replay(
        spec in prop::collection::vec(arbitrary_event(), 0..120),
        looks in prop::collection::vec(0usize..120, 1..25),
        skip in any::<bool>(),
        rules in any::<bool>(),
    ) {
        let fold = if rules { lively() } else { automatic() };
        let events = build(&spec);
        let history = Arc::new(events.iter().cloned().collect::<MemoryHistory>());
        let on_unreadable = if skip { OnUnreadable::Skip } else { OnUnreadable::Stop };
        let mut replayers: Vec<Replayer> = [Budget::States(0), Budget::States(2), Budget::States(10), Budget::Bytes(4000), Budget::Bytes(1 << 20)]
            .map(|budget| Replayer::new(fold.clone(), history.clone(), options(budget, on_unreadable)))
            .into();
        for look in looks {
            let len = look.min(events.len());
            let (state, before, skipped, failed) = folded(&*fold, &events[..len], skip);
            for replayer in &mut replayers {
                let frame = frame(replayer, len);
                prop_assert_eq!(to_text(&frame.state.value), to_text(&state.value));
                prop_assert_eq!(leaves(&frame.state), leaves(&state));
                prop_assert_eq!(to_text(&frame.before.value), to_text(&before.value));
                prop_assert_eq!(leaves(&frame.before), leaves(&before));
                prop_assert_eq!((frame.skipped, frame.error.is_some()), (skipped, failed));
            }
        }
    }

    #[test]
    fn a_fork_is_a_replay_from_the_start(
        spec in prop::collection::vec(arbitrary_event(), 1..150),
        at in any::<prop::sample::Index>(),
        cut in 0usize..4,
        inserted in prop::collection::vec(arbitrary_event(), 0..4),
        warm in any::<bool>(),
        looks in prop::collection::vec(0usize..160, 1..8),
        skip in any::<bool>(),
    ) {
        let fold = lively();
        let at = at.index(spec.len());
        let cut = cut.min(spec.len() - at);
        let baseline: MemoryHistory = build(&spec).into_iter().collect();
        let mut branch_events = baseline.0.clone();
        let length = inserted.len();
        branch_events.splice(at..at + cut, build(&inserted).into_iter().map(Arc::new));
        let branch = Arc::new(MemoryHistory(branch_events));
        let options = options(Budget::Bytes(1 << 20), if skip { OnUnreadable::Skip } else { OnUnreadable::Stop });
        let mut replayer = Replayer::new(fold.clone(), Arc::new(baseline.clone()), options);
        frame(&mut replayer, if warm { spec.len() } else { at });
        let tail = CommonTail { baseline: at + cut, branch: at + length, renumbered: false };
        let mut forked = replayer.fork(branch.clone(), &Fork { first_invalid: at, tail: Some(tail) });
        for look in looks {
            let len = look.min(branch.0.len());
            let mut fresh = Replayer::new(fold.clone(), branch.clone(), options);
            prop_assert_eq!(seen(&frame(&mut forked, len)), seen(&frame(&mut fresh, len)));
        }
    }

    #[test]
    fn changes_turn_what_was_into_what_is(spec in prop::collection::vec(arbitrary_event(), 1..60)) {
        let fold = lively();
        let history = Arc::new(build(&spec).into_iter().collect::<MemoryHistory>());
        let mut replayer = Replayer::new(fold, history, options(Budget::States(10), OnUnreadable::Skip));
        let mut previous: Vec<(ValuePath, Value)> = Vec::new();
        flat(&replayer.fold().initial().value, ValuePath::default(), &mut previous);
        for len in 1..=spec.len() {
            let frame = frame(&mut replayer, len);
            let changes = diff(&frame.before.value, &frame.state.value);
            prop_assert!(changes.windows(2).all(|pair| pair[0].path < pair[1].path));
            for change in &changes {
                prop_assert!(change.from != change.to);
                let there = previous.iter().position(|(path, _)| *path == change.path);
                prop_assert_eq!(there.map(|at| previous[at].1.clone()), change.from.clone());
                if let Some(at) = there {
                    previous.remove(at);
                }
                previous.extend(change.to.clone().map(|value| (change.path.clone(), value)));
            }
            let mut expected = Vec::new();
            flat(&frame.state.value, ValuePath::default(), &mut expected);
            let sorted = |mut leaves: Vec<(ValuePath, Value)>| { leaves.sort_by(|a, b| a.0.cmp(&b.0)); leaves };
            prop_assert_eq!(sorted(previous.clone()), sorted(expected));
        }
    }

    #[test]
    fn a_changed_leaf_was_set_by_the_event_that_changed_it(spec in prop::collection::vec(arbitrary_event(), 1..80)) {
        let fold = lively();
        let events = build(&spec);
        let mut state = fold.initial();
        for (place, event) in events.iter().enumerate() {
            let before = state.clone();
            let _ = fold.apply(&mut state, event, place);
            let removes = &*event.event_type == "Removed";
            let after: Vec<_> = leaves(&state);
            for change in diff(&before.value, &state.value).iter().filter(|change| change.to.is_some()) {
                let (_, origin) = after.iter().find(|(path, _)| *path == change.path).unwrap();
                // Items of a list move up when one before them goes; they keep who set them.
                let moved = removes && change.path.0.iter().any(|segment| matches!(segment, Segment::Index(_)));
                prop_assert!(moved || *origin == Origin::event(place), "{} by {:?}", change.path, origin);
            }
            for (_, origin) in &after {
                prop_assert!(origin.place().is_none_or(|origin| origin <= place));
            }
        }
    }

    #[test]
    fn places_fold_only_what_they_name(
        spec in prop::collection::vec(arbitrary_event(), 1..40),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..20),
    ) {
        let fold = lively();
        let events = build(&spec);
        let mut places: Vec<usize> = picks.iter().map(|pick| pick.index(spec.len())).collect();
        places.sort_unstable();
        places.dedup();
        let mut state = fold.initial();
        for place in &places {
            if fold.apply(&mut state, &events[*place], *place).is_err_and(|error| !error.unreadable) {
                break;
            }
        }
        let history = Arc::new(events.into_iter().collect::<MemoryHistory>());
        let mut replayer = Replayer::new(fold, history, options(Budget::States(1), OnUnreadable::Skip));
        let frame = replayer.frame(&Selection::Places(places.clone()), &Cancel::default()).unwrap();
        prop_assert_eq!(to_text(&frame.state.value), to_text(&state.value));
        prop_assert_eq!(leaves(&frame.state), leaves(&state));
        prop_assert_eq!(frame.replayed, places.len());
    }
}

/// Deposits alone: every state differs, nothing fails.
fn deposits(count: i64) -> Arc<MemoryHistory> {
    Arc::new((1..=count).map(|version| event(version, "Added", r#"{"v":1}"#)).collect())
}

fn counting() -> Arc<dyn Fold> {
    projection(
        r#"{"projection":"c","when":{"Added":[{"add":"n","from":"data.v"}],"Named":[{"set":"name","from":"data.v"}]}}"#,
    )
}

#[test]
fn scrubbing_folds_little() {
    let mut replayer = Replayer::new(counting(), deposits(5000), ReplayOptions::default());
    frame(&mut replayer, 5000);
    assert_eq!(replayer.folds(), 5000);
    let (states, interval) = replayer.kept();
    assert_eq!((states, interval), (5000 / 16, 16));
    for len in [1, 4999, 2500, 2501, 2500, 777] {
        let folds = replayer.folds();
        frame(&mut replayer, len);
        assert!(replayer.folds() - folds <= 16, "{len}");
    }
    let folds = replayer.folds();
    frame(&mut replayer, 2500);
    frame(&mut replayer, 777);
    assert_eq!(replayer.folds(), folds, "recent places are not folded again");
}

#[test]
fn a_small_budget_keeps_few_states_evenly() {
    let mut replayer = Replayer::new(counting(), deposits(5000), options(Budget::States(10), OnUnreadable::Stop));
    frame(&mut replayer, 5000);
    let (states, interval) = replayer.kept();
    assert_eq!((states, interval), (9, 512));
    let mut tight = Replayer::new(counting(), deposits(5000), options(Budget::Bytes(10_000), OnUnreadable::Stop));
    frame(&mut tight, 5000);
    assert!(tight.kept().0 >= 10 && tight.kept().1 > 16, "{:?}", tight.kept());
}

#[test]
fn an_edit_folds_only_what_comes_after_it_and_stops_where_states_are_equal_again() {
    let named = |name: &str| format!(r#"{{"v":"{name}"}}"#);
    let mut events = deposits(5000).0.clone();
    events[1000] = Arc::new(event(1001, "Named", &named("Ada")));
    events[1100] = Arc::new(event(1101, "Named", &named("Bob")));
    let mut baseline = Replayer::new(counting(), Arc::new(MemoryHistory(events.clone())), ReplayOptions::default());
    frame(&mut baseline, 5000);
    // Another first name: gone with the second.
    let mut changed = events.clone();
    changed[1000] = Arc::new(event(1001, "Named", &named("Eve")));
    let tail = CommonTail { baseline: 1001, branch: 1001, renumbered: false };
    let mut branch = baseline.fork(Arc::new(MemoryHistory(changed)), &Fork { first_invalid: 1000, tail: Some(tail) });
    frame(&mut branch, 5000);
    assert!(branch.folds() <= 16 + 100 + 16 + 16, "{}", branch.folds());
    // The same when the first is left out, and everything after it moves up.
    let mut shorter = events.clone();
    shorter.remove(1000);
    let tail = CommonTail { baseline: 1001, branch: 1000, renumbered: true };
    let fork = Fork { first_invalid: 1000, tail: Some(tail) };
    let mut branch = baseline.fork(Arc::new(MemoryHistory(shorter.clone())), &fork);
    let end = frame(&mut branch, 4999);
    assert!(branch.folds() <= 16 + 100 + 16 + 16, "{}", branch.folds());
    let mut fresh = Replayer::new(counting(), Arc::new(MemoryHistory(shorter)), ReplayOptions::default());
    assert_eq!(seen(&end), seen(&frame(&mut fresh, 4999)));
    // Without a common tail everything after the edit is folded.
    let fork = Fork { first_invalid: 1000, tail: None };
    let mut branch = baseline.fork(branch.history().clone(), &fork);
    frame(&mut branch, 4999);
    assert!((3999..=3999 + 16).contains(&branch.folds()), "{}", branch.folds());
}

#[test]
fn a_cancelled_replay_keeps_what_it_has() {
    let mut replayer = Replayer::new(counting(), deposits(100), ReplayOptions::default());
    let cancel = Cancel::default();
    cancel.cancel();
    assert!(replayer.frame(&Selection::Prefix(100), &cancel).is_err());
    assert_eq!(to_text(&frame(&mut replayer, 100).state.value), r#"{"n":100}"#);
}

#[test]
fn walking_shows_every_step_once() {
    let mut replayer = Replayer::new(counting(), deposits(40), ReplayOptions::default());
    let mut sums = Vec::new();
    let stopped = replayer
        .walk(30..40, &Cancel::default(), &mut |step| {
            let n = |state: &State| state.value.as_object().and_then(|o: &Object| o.get("n").cloned());
            sums.push((step.place, to_text(&n(step.before).unwrap()), to_text(&n(step.after).unwrap())));
            if step.place == 33 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .unwrap();
    assert_eq!(stopped, None);
    let expected = (30..=33).map(|place| (place, place.to_string(), (place + 1).to_string()));
    assert_eq!(sums, expected.collect::<Vec<_>>());
}
