//! Changes of rows, lives of values, tracks.

use std::collections::{BTreeMap, BTreeSet};

use foldline::job::{Failure, Interval, Job, Life, Outcome, RowChange, Track, TrackWhat};
use foldline::model::json::{parse, to_text};
use foldline::model::{Moment, Path, Segment, Value, ValuePath};
use foldline::query::{self, Query, Scope, Subject};
use foldline::replay::{State, diff_for, leaves};

use super::{KEY, Shop, stores};
use crate::fixtures;

pub fn jobs(stream: &str) -> Vec<Job> {
    let path = ValuePath(vec![Segment::Key("amount".into())]);
    vec![
        Job::Changes { store: KEY, stream: stream.into(), events: vec![0, 2, 3] },
        Job::Life { store: KEY, stream: stream.into(), path: path.clone() },
        Job::Track { store: KEY, stream: stream.into(), what: TrackWhat::Field(path) },
        Job::Track { store: KEY, stream: stream.into(), what: TrackWhat::Condition(condition("user:u1")) },
    ]
}

pub fn condition(text: &str) -> Query {
    query::parse(text, Scope::EventAndState, &query::Context::default()).unwrap()
}

pub fn path(text: &str) -> ValuePath {
    let segment = |part: &std::sync::Arc<str>| match part.parse() {
        Ok(index) => Segment::Index(index),
        Err(_) => Segment::Key(part.clone()),
    };
    ValuePath(Path::parse(text).unwrap().parts().iter().map(segment).collect())
}

fn changes(shop: &Shop, stream: &str, events: &[u32]) -> BTreeMap<u32, RowChange> {
    match shop.run(Job::Changes { store: KEY, stream: stream.into(), events: events.to_vec() }) {
        Ok(Outcome::Changes { stream: of, rows }) => {
            assert_eq!(&*of, stream);
            rows.into_iter().map(|(event, row)| (event, (*row).clone())).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn life(shop: &Shop, stream: &str, path: &ValuePath) -> Life {
    match shop.run(Job::Life { store: KEY, stream: stream.into(), path: path.clone() }) {
        Ok(Outcome::Life(life)) => *life,
        other => panic!("{other:?}"),
    }
}

fn track(shop: &Shop, stream: &str, what: TrackWhat) -> Track {
    match shop.run(Job::Track { store: KEY, stream: stream.into(), what }) {
        Ok(Outcome::Track(track)) => *track,
        other => panic!("{other:?}"),
    }
}

/// Every place that is ever in these states, leaves and containers, each as text.
fn places(states: &[State]) -> BTreeSet<ValuePath> {
    let mut found = BTreeSet::from([ValuePath::default()]);
    for (path, _) in states.iter().flat_map(leaves) {
        found.extend((1..=path.0.len()).map(|len| ValuePath(path.0[..len].to_vec())));
    }
    found
}

/// What is at a path, and every leaf in it with the event that set it.
fn held(state: &State, path: &ValuePath) -> Option<(Value, Vec<String>)> {
    let (value, origin) = match state.value.slot_at(path) {
        Some((_, _)) if path.0.is_empty() => (&state.value, state.origin),
        found => found?,
    };
    let own = State { value: value.clone(), origin };
    let mut inside: Vec<String> = leaves(&own).iter().map(|(path, origin)| format!("{path} {origin:?}")).collect();
    // Leaves don't tell of a container that was set as a whole.
    inside.push(format!("{origin:?}"));
    Some((value.clone(), inside))
}

#[test]
fn rows_tell_what_folding_by_hand_changes() {
    let folder = tempfile::tempdir().unwrap();
    let mut failed = 0;
    for store in stores(folder.path()) {
        let shop = Shop::open(&store);
        for (stream, name) in shop.streams().into_iter().step_by(7) {
            let (lane, events, states) = (shop.log().lane(stream), shop.events_of(stream), shop.states(stream));
            let fold = shop.session.fold_of_stream(stream);
            // All at once; backwards one by one; some with gaps between.
            let mut rows = vec![changes(&shop, &name, lane)];
            rows.push(lane.iter().rev().flat_map(|event| changes(&shop, &name, &[*event])).collect());
            let mut some = changes(&shop, &name, &lane.iter().copied().step_by(3).collect::<Vec<_>>());
            some.extend(rows[0].clone());
            rows.push(some);
            for rows in rows {
                assert_eq!(rows.len(), lane.len());
                for (place, (event, index)) in events.iter().zip(lane).enumerate() {
                    let row = &rows[index];
                    assert_eq!(row.ignored, fold.handler_for(&event.event_type).is_none());
                    let Some(after) = states.get(place + 1) else {
                        assert!(row.failed.is_some() && row.changes.is_empty() && row.broken.is_empty(), "{row:?}");
                        failed += 1;
                        continue;
                    };
                    assert_eq!(row.failed, None);
                    let mut all = diff_for(&*fold, &states[place].value, &after.value);
                    let filled: Vec<ValuePath> = all
                        .iter()
                        .filter(|one| one.to.is_none() && matches!(one.from, Some(Value::List(_) | Value::Object(_))))
                        .map(|one| one.path.clone())
                        .filter(|path| all.iter().any(|one| one.path != *path && one.path.0.starts_with(&path.0)))
                        .collect();
                    all.retain(|change| !filled.contains(&change.path));
                    assert_eq!(row.changes.len() + row.more, all.len());
                    assert_eq!(row.changes.len(), all.len().min(3));
                    assert!(row.changes.iter().all(|change| all.contains(change)));
                    let broken = fold.broken_invariants(after, Some(event));
                    let names: Vec<_> = broken.iter().map(|at| fold.info().invariants[*at].clone()).collect();
                    assert_eq!(row.broken, names);
                }
            }
        }
    }
    assert!(failed > 0);
}

#[test]
fn rows_put_key_fields_first_and_tell_where_a_projection_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let store = stores(folder.path()).pop().unwrap();
    let shop = Shop::open(&store);
    let lane = shop.log().lane(shop.log().find_stream("account-A").unwrap()).to_vec();
    let rows = changes(&shop, "account-A", &lane);
    let row = |place: usize| &rows[&lane[place]];
    let first: Vec<String> = row(0).changes.iter().map(|change| change.path.to_string()).collect();
    assert_eq!((first, row(0).more), (vec!["b".to_owned(), "c".to_owned(), "limit".to_owned()], 1));
    assert_eq!(row(0).broken, ["no owner".into()]);
    assert!(row(1).ignored && row(1).changes.is_empty());
    assert!(row(2).failed.as_ref().unwrap().starts_with("Withdrawn[0]"), "{:?}", row(2));
    assert!(row(3).failed.as_ref().unwrap().starts_with("the replay stopped at Withdrawn, version 3: "));
    // Asked for alone, the last one says the same; an event of another stream is left out.
    let alone = changes(&Shop::open(&store), "account-A", &[lane[3], 1]);
    assert_eq!(alone.into_iter().collect::<Vec<_>>(), [(lane[3], row(3).clone())]);
}

#[test]
fn lives_are_what_folding_by_hand_sets() {
    let folder = tempfile::tempdir().unwrap();
    for store in stores(folder.path()) {
        let shop = Shop::open(&store);
        for (stream, name) in shop.streams().into_iter().step_by(11) {
            let (lane, events, states) = (shop.log().lane(stream), shop.events_of(stream), shop.states(stream));
            let fold = shop.session.fold_of_stream(stream);
            for path in places(&states).into_iter().step_by(3) {
                let life = life(&shop, &name, &path);
                assert_eq!(life.path, path);
                assert_eq!(life.stopped.is_some(), states.len() <= events.len());
                assert_eq!(life.scanned, states.len().min(events.len()));
                let mut entries = life.entries.iter();
                for (place, states) in states.windows(2).enumerate() {
                    let (before, after) = (held(&states[0], &path), held(&states[1], &path));
                    if before == after {
                        continue;
                    }
                    let entry = entries.next().unwrap();
                    assert_eq!(entry.event, lane[place], "{path}");
                    assert_eq!(entry.from, before.map(|(value, _)| value));
                    assert_eq!(entry.to, after.map(|(value, _)| value));
                    assert_eq!(entry.user, events[place].user);
                    assert_eq!(entry.sentence.as_deref(), fold.label(&events[place]).as_deref());
                }
                assert_eq!(entries.count(), 0, "{path}");
            }
        }
    }
}

#[test]
fn tracks_of_fields_give_the_value_at_every_event() {
    let folder = tempfile::tempdir().unwrap();
    for store in stores(folder.path()) {
        let shop = Shop::open(&store);
        for (stream, name) in shop.streams().into_iter().step_by(11) {
            let (lane, states) = (shop.log().lane(stream), shop.states(stream));
            for path in places(&states).into_iter().step_by(4) {
                let track = track(&shop, &name, TrackWhat::Field(path.clone()));
                assert_eq!(track.stopped.is_some(), states.len() <= lane.len());
                assert!(track.steps.windows(2).all(|two| two[1].event.is_some()));
                assert_eq!(track.steps[0].event, None);
                let mut steps = track.steps.iter().peekable();
                let mut current = steps.next().unwrap();
                for (count, state) in states.iter().enumerate() {
                    let event = count.checked_sub(1).map(|place| lane[place]);
                    if let Some(step) = steps.next_if(|step| step.event == event) {
                        let before = states[count - 1].value.slot_at(&path).map(|(value, _)| value);
                        assert_ne!(before, state.value.slot_at(&path).map(|(value, _)| value));
                        current = step;
                    }
                    let value = state.value.slot_at(&path).map(|(value, _)| value);
                    assert_eq!(current.text.is_some(), value.is_some());
                    let number = value.and_then(Value::as_number);
                    assert_eq!(current.number, number.map(foldline::model::Number::to_f64_lossy), "{path}");
                    if let Some(number) = number {
                        assert_eq!(
                            parse(current.text.as_ref().unwrap().as_bytes()).unwrap(),
                            Value::Number(number.clone())
                        );
                    }
                }
                assert_eq!(steps.count(), 0);
            }
        }
    }
}

#[test]
fn tracks_of_conditions_hold_where_the_query_does() {
    let folder = tempfile::tempdir().unwrap();
    let mut held = 0;
    for store in stores(folder.path()) {
        let shop = Shop::open(&store);
        for query in ["state.balance > 100", "amount", "type:*withdrawn* or user:u1", "data.amount > 10", "has:state"] {
            let query = condition(query);
            for (stream, name) in shop.streams().into_iter().step_by(5) {
                let (lane, events, states) = (shop.log().lane(stream), shop.events_of(stream), shop.states(stream));
                let track = track(&shop, &name, TrackWhat::Condition(query.clone()));
                let mut expected: Vec<Interval> = Vec::new();
                let mut before = false;
                for ((event, state), index) in events.iter().zip(&states[1..]).zip(lane) {
                    let holds = query.matches_in(shop.log(), &Subject { event, state: Some(&state.value) });
                    match (before, holds) {
                        (false, true) => expected.push(Interval { from: *index, to: None }),
                        (true, false) => expected.last_mut().unwrap().to = Some(*index),
                        _ => {}
                    }
                    before = holds;
                }
                held += expected.len();
                assert_eq!(track.intervals, expected);
            }
        }
    }
    assert!(held > 100, "{held}");
}

#[test]
fn the_bundled_bank_is_told() {
    let folder = tempfile::tempdir().unwrap();
    stores(folder.path());
    let shop = Shop::open(&folder.path().join("bank.db"));
    let log = shop.log();
    let steps = track(&shop, "account-A", TrackWhat::Field(path("balance"))).steps;
    assert_eq!(steps.iter().filter_map(|step| step.number).collect::<Vec<_>>(), [0.0, 50.0, 30.0, 10.0]);
    let (stream, name) = shop.streams().into_iter().max_by_key(|(stream, _)| log.lane(*stream).len()).unwrap();
    let life = life(&shop, &name, &path("balance"));
    assert!(life.entries.len() > 5);
    assert!(life.entries.iter().all(|entry| entry.sentence.is_some() && entry.user.is_some()), "{life:?}");
    let last = shop.state(&name, Moment::Version(log.version(*log.lane(stream).last().unwrap() as usize).unwrap()));
    let balance = last.baseline.frame.state.value.at(&Path::parse("balance").unwrap()).unwrap().clone();
    assert_eq!(life.entries.last().unwrap().to.as_ref().map(to_text), Some(to_text(&balance)));
}

#[test]
fn looking_into_a_history_can_be_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("a.db");
    fixtures::foldline(&store);
    let shop = Shop::open(&store);
    for job in jobs("account-A") {
        assert_eq!(shop.run_cancelled(job.clone()).unwrap_err(), Failure::Cancelled, "{job:?}");
        // What was stopped does not stand in the way of the next.
        shop.run(job).unwrap();
    }
    for job in jobs("account-Z") {
        assert_eq!(shop.run(job).unwrap_err(), Failure::Failed("there is no stream account-Z".to_owned()));
    }
}
