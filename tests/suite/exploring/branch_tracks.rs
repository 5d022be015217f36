//! Tracks in a branch, against folding the branch's own events.

use std::sync::Arc;

use foldline::job::{BranchTrack, Job, Outcome, TrackWhat};
use foldline::model::{Cancel, Selection};
use foldline::query::Subject;
use foldline::replay::{Replayer, State};
use foldline::whatif::{
    After, BranchHistory, BranchLane, Edit, Insert, Move, Scenario, Selector, Target, TimeChange, Update, VersionRange,
};

use super::values::{condition, path};
use super::{KEY, Shop, stores};

fn branch_track(shop: &Shop, stream: &str, what: &TrackWhat, scenario: &Arc<Scenario>) -> Option<BranchTrack> {
    let job = Job::BranchTrack { store: KEY, stream: stream.into(), what: what.clone(), scenario: scenario.clone() };
    match shop.run(job) {
        Ok(Outcome::BranchTrack(track)) => track.map(|track| *track),
        other => panic!("{other:?}"),
    }
}

/// One scenario for each kind of edit, in the middle of a stream.
fn scenarios(stream: &str, version: i64) -> Vec<Arc<Scenario>> {
    let one = || Selector::Version { stream: stream.into(), version };
    let insert = Insert::new(stream, Some(After::Version(version)), "AccountClosed");
    let shifted = VersionRange { stream: stream.into(), from: Some(version), to: None };
    let later = Update { time: Some(TimeChange::ShiftSeconds(90)), ..Update::of(Target::Range(shifted)) };
    let edits = [
        Edit::Delete(Target::One(one())),
        Edit::Insert(insert),
        Edit::Update(later),
        Edit::Move(Move { event: one(), stream: None, after: None }),
    ];
    edits.into_iter().map(|edit| Arc::new(Scenario { name: "x".to_owned(), edits: vec![edit] })).collect()
}

/// The states of a branch's lane, from before its first event on, as far as its projection goes.
fn states(shop: &Shop, lane: &BranchLane) -> Vec<(State, Arc<foldline::model::Event>)> {
    let stream = lane.stream().unwrap();
    let history = Arc::new(BranchHistory::new(shop.session.history(stream), lane.events().clone()));
    let mut replayer = Replayer::new(shop.session.fold_of_stream(stream), history, shop.session.replay_options());
    let mut found = Vec::new();
    for count in 1..=lane.events().len() {
        let frame = replayer.frame(&Selection::Prefix(count), &Cancel::default()).unwrap();
        if frame.error.is_some() {
            break;
        }
        found.push((frame.state, frame.last.unwrap()));
    }
    found
}

#[test]
fn tracks_in_a_branch_give_its_values_from_the_fork_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut checked = 0;
    for store in stores(folder.path()) {
        let shop = Shop::open(&store);
        let log = shop.log();
        for (stream, name) in shop.streams().into_iter().step_by(13) {
            let recorded = log.lane(stream);
            let Some(version) = recorded.get(recorded.len() / 2).and_then(|event| log.version(*event as usize)) else {
                continue;
            };
            if !log.is_lane_by_version(stream) || log.stream(stream).link {
                continue;
            }
            for scenario in scenarios(&name, version) {
                let branch = shop.session.branch(&scenario).unwrap();
                let Some(lane) = branch.stream(&name).filter(|lane| !lane.is_as_recorded()) else { continue };
                let states = states(&shop, lane);
                let value = path("balance");
                let field = branch_track(&shop, &name, &TrackWhat::Field(value.clone()), &scenario);
                if states.len() < lane.first_invalid() {
                    assert_eq!(field, None, "the projection does not get so far");
                    continue;
                }
                let field = field.unwrap();
                let query = condition("state.balance < 100 or type:*Opened");
                let bars = branch_track(&shop, &name, &TrackWhat::Condition(query.clone()), &scenario).unwrap();
                let of = |state: &State| state.value.slot_at(&value).and_then(|(value, _)| value.as_number().cloned());
                let number = |state: &State| of(state).map(|number| number.to_f64_lossy());
                let first = lane.first_invalid();
                let mut steps = field.steps.iter().skip(1).peekable();
                let mut intervals = bars.intervals.iter().peekable();
                let holds = |at: usize| {
                    let (state, event) = &states[at];
                    query.matches_in(log, &Subject { event, state: Some(&state.value) })
                };
                let initial = shop.session.fold_of_stream(stream).initial();
                let mut last = if first == 0 { initial.value } else { states[first - 1].0.value.clone() };
                let mut held = first > 0 && holds(first - 1);
                if held {
                    assert_eq!(intervals.peek().unwrap().from, bars.fork);
                }
                for (place, (state, _)) in states.iter().enumerate().skip(first) {
                    let spot = lane.spot(log, place);
                    let changed = last.slot_at(&value).map(|(value, _)| value)
                        != state.value.slot_at(&value).map(|(value, _)| value);
                    if changed {
                        let step = steps.next().unwrap();
                        assert_eq!((step.at, step.number), (spot, number(state)), "{name} at {place}");
                    }
                    last = state.value.clone();
                    let holds = holds(place);
                    match (held, holds) {
                        (false, true) => assert_eq!(intervals.peek().unwrap().from, spot),
                        (true, false) => assert_eq!(intervals.next().unwrap().to, Some(spot)),
                        _ => {}
                    }
                    held = holds;
                    checked += 1;
                    if field.met == Some(spot) {
                        break;
                    }
                }
                let over = states.len() < lane.events().len();
                assert_eq!(field.stopped.is_some(), over && field.met.is_none());
                assert_eq!(steps.count(), 0);
                assert!(intervals.next().is_none_or(|interval| interval.to.is_none()));
            }
        }
    }
    // Real stores have more to look at than those that tests make.
    let least = if crate::fixtures::stores().is_some() { 1000 } else { 900 };
    assert!(checked > least, "{checked}");
}

#[test]
fn edits_elsewhere_or_that_do_not_fit_leave_tracks_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = stores(folder.path()).remove(0);
    let shop = Shop::open(&store);
    let [(_, one), (_, other)] = [0, 1].map(|at| shop.streams().swap_remove(at));
    let what = TrackWhat::Field(path("balance"));
    let delete = |stream: &str, version| {
        let edits = vec![Edit::Delete(Target::One(Selector::Version { stream: stream.into(), version }))];
        Arc::new(Scenario { name: "x".to_owned(), edits })
    };
    assert!(branch_track(&shop, &one, &what, &delete(&one, 1)).is_some());
    assert!(branch_track(&shop, &one, &what, &delete(&other, 1)).is_none());
    assert!(branch_track(&shop, &one, &what, &delete(&one, 1_000_000)).is_none());
}
