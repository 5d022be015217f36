//! Lanes as runs, what a moment takes in of them, and replays that learn from each other, against plain folds.

use std::sync::Arc;

use foldline::model::{Cancel, Event, Moment, Selection, json};
use foldline::replay::{Fold, History, ReplayOptions, Replayer, State};
use foldline::whatif::{BranchEvent, BranchHistory, BranchLane, BranchSpot, Draft, LaneEvents, LaneRun, Scenario};
use proptest::prelude::*;

use super::properties::{contents, histories, seeds, valid_scenario};
use super::world::{Bank, World, world};

/// Which of its events a lane takes in, one by one: each stands with the recorded one before it.
fn up_to_position(world: &World, lane: &BranchLane, position: i64) -> usize {
    let start = lane.stream().map(|stream| world.log.position(world.log.lane(stream)[0] as usize));
    let mut reached = None;
    for (place, event) in lane.events().iter().enumerate() {
        let stays = lane.fresh().binary_search(&(place as u32)).is_err();
        let own = event.index().filter(|_| stays).map(|index| world.log.position(index as usize));
        reached = reached.max(own.or(if reached.is_none() { start } else { None }));
        if reached.is_some_and(|reached| reached > position) {
            return place;
        }
    }
    lane.events().len()
}

fn up_to_instant(events: &[Arc<Event>], moment: foldline::model::Timestamp) -> usize {
    let last = events.iter().rposition(|event| event.time.is_some_and(|time| time <= moment));
    last.map_or(0, |last| last + 1 + events[last + 1..].iter().take_while(|event| event.time.is_none()).count())
}

fn events_of(world: &World, lane: &BranchLane) -> Vec<Arc<Event>> {
    lane.events().iter().map(|event| contents(world, event)).collect()
}

fn same(a: &State, b: &State) -> bool {
    json::to_text(&a.value) == json::to_text(&b.value) && foldline::replay::leaves(a) == foldline::replay::leaves(b)
}

/// Long enough for states to be kept, and to be the same again: nothing counts while the account is closed.
fn long_histories() -> impl Strategy<Value = World> {
    prop::collection::vec((0..8usize, 0..12usize, 0..3i64), 40..120).prop_map(|rows| {
        let kinds = ["Opened", "Closed", "Closed", "Noted"];
        let lines = rows.iter().map(|(stream, kind, n)| {
            let kind = kinds.get(*kind).copied().unwrap_or(if kind % 2 == 0 { "In" } else { "Out" });
            format!("{} {kind} {{\"n\":{n}}}\n", if *stream == 0 { "b" } else { "a" })
        });
        world(&lines.collect::<String>())
    })
}

#[test]
fn a_lane_is_runs_of_neighbours() {
    let mut world = world("a A\na B\nb X\na C\na D\na E");
    let branch = world
        .edit(
            r#"{"delete":{"stream":"a","version":2}}
               {"insert":{"stream":"a","after":3},"type":"N"}
               {"move":{"stream":"a","version":5},"after":{"stream":"a","version":1}}"#,
        )
        .unwrap();
    let events = branch.lane("a").unwrap();
    let runs: Vec<String> = events
        .runs(0..events.len())
        .map(|run| match run {
            LaneRun::Recorded { places, first, fresh } => {
                format!("{places:?} from {first}{}", if fresh { "!" } else { "" })
            }
            LaneRun::Own { place, event, fresh } => {
                format!(
                    "{place} {}{}",
                    if matches!(event, BranchEvent::Inserted { .. }) { "new" } else { "edited" },
                    if fresh { "!" } else { "" }
                )
            }
        })
        .collect();
    assert_eq!(runs, ["0..1 from 0", "1..2 from 4!", "2..3 from 2", "3 new!", "4..5 from 3"]);
    assert_eq!(events.runs(1..3).count(), 2);
    assert!(events.get(5).is_none() && events.version(4) == Some(5));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn places_of_a_lane_are_those_of_its_list((mut world, seeds) in (histories(), seeds())) {
        let (scenario, _) = valid_scenario(&world, &seeds);
        let branch = world.apply(&scenario).unwrap();
        for lane in branch.lanes() {
            let all: Vec<BranchEvent> = lane.events().iter().collect();
            prop_assert_eq!(all.len(), lane.events().len());
            let mut stands = None;
            for (place, event) in all.iter().enumerate() {
                prop_assert_eq!(lane.events().get(place), Some(event.clone()));
                prop_assert_eq!(lane.events().version(place), event.version());
                let stays = lane.fresh().binary_search(&(place as u32)).is_err();
                let recorded = event.index().filter(|_| stays);
                stands = recorded.or(stands);
                let spot = lane.spot(&world.log, place);
                prop_assert_eq!(spot.event, stands);
                prop_assert_eq!(spot.time(&world.log), contents(&world, event.clone()).time);
            }
            prop_assert_eq!(lane.events().get(all.len()), None);
        }
    }

    #[test]
    fn a_moment_takes_in_what_stands_before_it((mut world, seeds) in (histories(), seeds())) {
        let (scenario, _) = valid_scenario(&world, &seeds);
        let branch = world.apply(&scenario).unwrap();
        let positions: Vec<i64> = (0..world.log.len()).map(|event| world.log.position(event)).collect();
        for lane in branch.lanes().iter().filter(|lane| lane.stream().is_some()) {
            let events = events_of(&world, lane);
            for position in positions.iter().flat_map(|position| [position - 1, *position]) {
                let taken = lane.select(&world.log, Moment::Position(position));
                prop_assert_eq!(taken, Selection::Prefix(up_to_position(&world, lane, position)), "#{}", position);
            }
            for time in events.iter().filter_map(|event| event.time) {
                let taken = lane.select(&world.log, Moment::Instant(time));
                prop_assert_eq!(taken, Selection::Prefix(up_to_instant(&events, time)));
            }
            for version in 0..events.len() as i64 + 2 {
                let exact = events.iter().rposition(|event| event.version == Some(version));
                let below = events.iter().take_while(|event| event.version.is_some_and(|at| at <= version)).count();
                let taken = lane.select(&world.log, Moment::Version(version));
                prop_assert_eq!(taken, Selection::Prefix(exact.map_or(below, |place| place + 1)));
            }
        }
    }

    #[test]
    fn two_lanes_have_their_ends_in_common((mut world, a, b) in (histories(), seeds(), seeds())) {
        let (a, b) = (valid_scenario(&world, &a).0, valid_scenario(&world, &b).0);
        let (a, b) = (world.apply(&a).unwrap(), world.apply(&b).unwrap());
        for name in a.streams().filter(|name| b.stream(name).is_some()) {
            let (one, other) = (a.stream(name).unwrap(), b.stream(name).unwrap());
            let (ours, theirs) = (events_of(&world, one), events_of(&world, other));
            let fork = other.events().fork_from(one.events());
            let common = ours.iter().zip(&theirs).take_while(|(a, b)| a == b).count();
            // An event that edits left as it was may count as edited.
            prop_assert!(fork.first_invalid <= common);
            if let Some(tail) = fork.tail {
                let (ours, theirs) = (&ours[tail.baseline..], &theirs[tail.branch..]);
                prop_assert_eq!(ours.len(), theirs.len());
                prop_assert_eq!(tail.renumbered, ours != theirs);
                let plain = |event: &Arc<Event>| Event { version: None, ..Event::clone(event) };
                prop_assert!(ours.iter().map(plain).eq(theirs.iter().map(plain)));
            }
            prop_assert_eq!(one.events() == other.events(), fork.first_invalid == ours.len() && ours.len() == theirs.len());
            let itself = one.events().fork_from(one.events());
            prop_assert_eq!((itself.first_invalid, itself.tail), (ours.len(), None));
        }
    }

    /// Edits are switched on and off at random, and each replay learns from those before it: the state at any place is
    /// the one that a replay from the start has, down to which event set what.
    #[test]
    fn edits_switched_in_any_order_are_edits_applied_afresh(
        (mut world, seeds) in (long_histories(), seeds()),
        toggles in prop::collection::vec((any::<usize>(), any::<usize>()), 1..14),
        versions in any::<bool>(),
    ) {
        let (scenario, _) = valid_scenario(&world, &seeds);
        let mut draft = Draft::new(scenario);
        let fold: Arc<dyn Fold> = Arc::new(Bank::new(versions));
        let names: Vec<Arc<str>> = world.log.streams().iter().map(|stream| stream.name.clone()).collect();
        let mut known: Vec<(Arc<str>, LaneEvents, Replayer)> = Vec::new();
        let recorded = |world: &World, name: &str| {
            let mut replayer = Replayer::new(fold.clone(), world.history(name), ReplayOptions::default());
            replayer.frame(&Selection::Prefix(replayer.history().len()), &Cancel::default()).unwrap();
            replayer
        };
        let mut baselines: Vec<Replayer> = names.iter().map(|name| recorded(&world, name)).collect();
        for (which, at) in toggles {
            if !draft.is_empty() {
                let which = which % draft.len();
                let on = draft.edits().nth(which).unwrap().enabled;
                draft.set_enabled(which, !on);
            }
            let Ok(branch) = world.apply(&draft.scenario()) else { continue };
            prop_assert_eq!(&branch_text(&world, &branch), &branch_text(&world, &fresh(&mut world_of(&world), &draft)));
            for (name, baseline) in names.iter().zip(&mut baselines) {
                let Some(lane) = branch.stream(name) else { continue };
                let history: Arc<dyn History> = Arc::new(BranchHistory::new(world.history(name), lane.events().clone()));
                let mut replayer = baseline.fork(history.clone(), lane.fork());
                for (_, other, learned) in known.iter().rev().filter(|(other, ..)| other == name).take(3) {
                    replayer.learn(learned, &lane.events().fork_from(other));
                }
                let mut whole = Replayer::new(fold.clone(), history.clone(), ReplayOptions::default());
                for at in [at % (history.len() + 1), history.len()] {
                    let (found, expected) = (
                        replayer.frame(&Selection::Prefix(at), &Cancel::default()).unwrap(),
                        whole.frame(&Selection::Prefix(at), &Cancel::default()).unwrap(),
                    );
                    prop_assert!(same(&found.state, &expected.state), "{} at {}", name, at);
                    prop_assert!(same(&found.before, &expected.before));
                    prop_assert_eq!((found.last, found.skipped), (expected.last, expected.skipped));
                }
                known.push((name.clone(), lane.events().clone(), replayer));
            }
        }
    }
}

fn world_of(world: &World) -> World {
    World { log: world.log.clone(), events: world.events.clone(), reads: 0 }
}

fn fresh(world: &mut World, draft: &Draft) -> foldline::whatif::Branch {
    let scenario: Scenario = draft.scenario();
    world.apply(&scenario).unwrap()
}

fn branch_text(world: &World, branch: &foldline::whatif::Branch) -> Vec<String> {
    let spot = |lane: &BranchLane| -> Vec<BranchSpot> {
        (0..lane.events().len()).map(|place| lane.spot(&world.log, place)).collect()
    };
    branch.lanes().iter().map(|lane| format!("{} {:?}", world.lane_text(branch, lane.name()), spot(lane))).collect()
}
