//! Properties of what-if over generated histories and scenarios, against an oracle that is slow and plain.

use std::sync::Arc;

use foldline::model::Selection;
use foldline::model::{Cancel, CopyRow, Event, Payload, Progress, Value, json};
use foldline::replay::{Fold, History, OnUnreadable, ReplayOptions, Replayer, diff};
use foldline::whatif::{
    After, BranchEvent, BranchHistory, Draft, Edit, Insert, Move, Scenario, Selector, Target, TimeChange, Update,
    VersionRange, compare, merge_patch, parse,
};
use proptest::prelude::*;

use super::world::{Bank, World, value, world};

/// The store in the branch, as one list. What was moved on or deleted stays as an empty place.
pub(super) struct Oracle {
    items: Vec<Item>,
    streams: Vec<(String, usize)>,
}

#[derive(Clone, Debug)]
struct Item {
    key: String,
    stream: String,
    /// The place that it came after, as its number of creation; `None` for recorded places and stream starts.
    parent: Option<usize>,
    number: usize,
    alive: bool,
    event_type: String,
    data: String,
}

impl Oracle {
    fn new(world: &World) -> Self {
        let items = world.events.iter().enumerate().map(|(number, event)| Item {
            key: event.id.as_deref().unwrap().to_owned(),
            stream: event.stream.as_deref().unwrap().to_owned(),
            parent: None,
            number,
            alive: true,
            event_type: event.event_type.to_string(),
            data: data_text(event),
        });
        let items: Vec<Item> = items.collect();
        let mut streams: Vec<(String, usize)> = Vec::new();
        for item in &items {
            match streams.iter_mut().find(|(name, _)| *name == item.stream) {
                Some((_, count)) => *count += 1,
                None => streams.push((item.stream.clone(), 1)),
            }
        }
        Self { items, streams }
    }

    fn at(&self, key: &str) -> usize {
        self.items.iter().position(|item| item.alive && item.key == key).unwrap()
    }

    /// Where an item goes that comes after another: behind all that came after that one before.
    fn place_after(&self, at: usize) -> usize {
        let anchor = self.items[at].number;
        let parent_of =
            |number: usize| self.items.iter().find(|item| item.number == number).and_then(|item| item.parent);
        let mut to = at + 1;
        while to < self.items.len() {
            let mut ancestor = self.items[to].parent;
            while ancestor.is_some_and(|number| number != anchor) {
                ancestor = parent_of(ancestor.unwrap());
            }
            if ancestor.is_none() {
                break;
            }
            to += 1;
        }
        to
    }

    fn put(&mut self, mut item: Item, after: Option<&str>) {
        item.number = self.items.len();
        let to = match after {
            Some(key) => {
                let at = self.at(key);
                item.parent = Some(self.items[at].number);
                self.place_after(at)
            }
            // Right before the first event that was recorded in the stream.
            None => {
                item.parent = None;
                let recorded: usize = self.streams.iter().map(|(_, count)| count).sum();
                self.items.iter().position(|other| other.number < recorded && other.stream == item.stream).unwrap()
            }
        };
        self.items.insert(to, item);
    }

    fn lane(&self, stream: &str) -> Vec<&Item> {
        self.items.iter().filter(|item| item.alive && item.stream == stream).collect()
    }
}

fn data_text(event: &Event) -> String {
    match &event.data {
        Payload::Value(value) => json::to_text(value),
        other => panic!("{other:?}"),
    }
}

const TYPES: [&str; 4] = ["Opened", "In", "Out", "Closed"];

pub(super) fn histories() -> impl Strategy<Value = World> {
    prop::collection::vec((0..3usize, 0..4usize, 0..5i64), 1..14).prop_map(|rows| {
        let lines = rows
            .iter()
            .map(|(stream, kind, n)| format!("{} {} {{\"n\":{n}}}\n", ["a", "b", "c"][*stream], TYPES[*kind]));
        world(&lines.collect::<String>())
    })
}

pub(super) type Seed = (u8, usize, usize, usize);

pub(super) fn seeds() -> impl Strategy<Value = Vec<Seed>> {
    prop::collection::vec((0..6u8, any::<usize>(), any::<usize>(), 0..40usize), 0..8)
}

/// A scenario that is valid in the world, and what it makes of it.
pub(super) fn valid_scenario(world: &World, seeds: &[Seed]) -> (Scenario, Oracle) {
    let mut oracle = Oracle::new(world);
    let mut scenario = Scenario::new("property");
    for (number, (kind, which, where_to, n)) in seeds.iter().enumerate() {
        let alive: Vec<Item> = oracle.items.iter().filter(|item| item.alive).cloned().collect();
        if alive.is_empty() {
            break;
        }
        let item = &alive[which % alive.len()];
        let selector = select(world, &item.key, *n);
        let data = format!(r#"{{"n":{n}}}"#);
        let anchor = &alive[where_to % alive.len()];
        let (after_key, after) = if where_to % 5 == 0 {
            (None, None)
        } else {
            (Some(anchor.key.as_str()), Some(After::Event(select(world, &anchor.key, where_to / 7))))
        };
        match kind {
            0 => {
                let at = oracle.at(&item.key);
                oracle.items[at].alive = false;
                scenario.edits.push(Edit::Delete(Target::One(selector)));
            }
            1 => {
                let at = oracle.at(&item.key);
                oracle.items[at].data = data.clone();
                scenario
                    .edits
                    .push(Edit::Update(Update { data: Some(value(&data)), ..Update::of(Target::One(selector)) }));
            }
            2 | 3 => {
                let id = format!("x{number}");
                let event_type = TYPES[n % 4].to_owned();
                let (stream, key) = (anchor.stream.clone(), id.clone());
                let new = Item {
                    key,
                    stream: stream.clone(),
                    parent: None,
                    number: 0,
                    alive: true,
                    event_type: event_type.clone(),
                    data: data.clone(),
                };
                oracle.put(new, after_key);
                scenario.edits.push(Edit::Insert(Insert {
                    data: Some(value(&data)),
                    id: Some(id.into()),
                    ..Insert::new(stream, after, event_type)
                }));
            }
            4 => {
                if after_key == Some(item.key.as_str()) {
                    continue;
                }
                let stream = if after.is_some() { anchor.stream.clone() } else { item.stream.clone() };
                let moved = Item { stream, ..item.clone() };
                // The place that it leaves stays until the new one is found: it may be the way to it.
                let old = oracle.items[oracle.at(&item.key)].number;
                oracle.put(moved, after_key);
                let old = oracle.items.iter_mut().find(|other| other.number == old).unwrap();
                old.alive = false;
                scenario.edits.push(Edit::Move(Move { event: selector, stream: None, after }));
            }
            _ => {
                let from = *n as i64 % 4 + 1;
                let lane: Vec<&str> = world
                    .events
                    .iter()
                    .filter(|event| event.stream.as_deref() == Some("a"))
                    .filter(|event| event.version >= Some(from))
                    .map(|event| event.id.as_deref().unwrap())
                    .collect();
                let mut left = 0;
                for item in oracle.items.iter_mut().filter(|item| item.alive && lane.contains(&item.key.as_str())) {
                    item.alive = false;
                    left += 1;
                }
                if left > 0 {
                    let range = VersionRange { stream: "a".into(), from: Some(from), to: None };
                    scenario.edits.push(Edit::Delete(Target::Range(range)));
                }
            }
        }
    }
    (scenario, oracle)
}

/// One of the ways to name an event.
fn select(world: &World, key: &str, way: usize) -> Selector {
    let recorded = world.events.iter().find(|event| event.id.as_deref() == Some(key));
    match (recorded, way % 3) {
        (Some(event), 0) => Selector::Position(event.position.unwrap()),
        (Some(event), 1) => {
            Selector::Version { stream: event.stream.clone().unwrap(), version: event.version.unwrap() }
        }
        _ => Selector::Id(key.into()),
    }
}

pub fn contents(world: &World, event: BranchEvent) -> Arc<Event> {
    match event {
        BranchEvent::Recorded { index, version, .. } => {
            let mut event = (*world.events[index as usize]).clone();
            event.version = version;
            Arc::new(event)
        }
        BranchEvent::Edited { event, .. } | BranchEvent::Inserted { event } => event,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_scenario_without_edits_is_the_baseline(mut world in histories()) {
        let branch = world.apply(&Scenario::new("none")).unwrap();
        prop_assert!(branch.lanes().is_empty());
        let plan = world.plan(&branch);
        let recorded = plan.rows.iter().enumerate().all(|(at, row)| matches!(row, CopyRow::Recorded(index) if *index as usize == at));
        prop_assert!(recorded && plan.rows.len() == world.events.len() && plan.edited_streams.is_empty());
    }

    #[test]
    fn a_branch_is_what_the_oracle_says((mut world, seeds) in (histories(), seeds())) {
        let (scenario, oracle) = valid_scenario(&world, &seeds);
        let branch = world.apply(&scenario).unwrap();
        for (stream, recorded) in &oracle.streams {
            let expected = oracle.lane(stream);
            let expected: Vec<(String, i64, String, String)> = expected.iter().zip(1i64..)
                .map(|(item, version)| (item.key.clone(), version, item.event_type.clone(), item.data.clone()))
                .collect();
            let baseline = world.history(stream);
            let events = match branch.stream(stream) {
                Some(lane) => BranchHistory::new(baseline, lane.events().clone()).events(0..lane.events().len()).unwrap(),
                None => baseline.events(0..*recorded).unwrap(),
            };
            let found: Vec<_> = events.iter().map(|event| {
                assert_eq!(event.stream.as_deref(), Some(stream.as_str()));
                (event.id.as_deref().unwrap().to_owned(), event.version.unwrap(), event.event_type.to_string(), data_text(event))
            }).collect();
            prop_assert_eq!(found, expected, "{} in {}", stream, scenario.to_json());
        }
        // The store's order, and every row as the lanes have it.
        let plan = world.plan(&branch);
        let rows: Vec<(String, Option<i64>)> = plan.rows.iter().map(|row| {
            let event = match row {
                CopyRow::Recorded(index) => &world.events[*index as usize],
                CopyRow::Edited { event, .. } | CopyRow::Inserted(event) => event,
            };
            (event.id.as_deref().unwrap().to_owned(), event.version)
        }).collect();
        let mut counts = std::collections::HashMap::new();
        let expected: Vec<(String, Option<i64>)> = oracle.items.iter().filter(|item| item.alive).map(|item| {
            let count = counts.entry(&item.stream).and_modify(|count| *count += 1).or_insert(1i64);
            (item.key.clone(), Some(*count))
        }).collect();
        prop_assert_eq!(branch.events(&world.log), expected.len());
        prop_assert_eq!(rows, expected, "{}", scenario.to_json());
    }

    #[test]
    fn prefix_and_tail_are_really_the_same((mut world, seeds) in (histories(), seeds())) {
        let (scenario, _) = valid_scenario(&world, &seeds);
        let branch = world.apply(&scenario).unwrap();
        for lane in branch.lanes() {
            let baseline = world.history(lane.name());
            let baseline = baseline.events(0..baseline.len()).unwrap();
            let events: Vec<Arc<Event>> = lane.events().iter().map(|event| contents(&world, event)).collect();
            let first = lane.first_invalid();
            prop_assert_eq!(&events[..first], &baseline[..first]);
            let recorded = |at: usize| matches!(lane.events().get(at), Some(BranchEvent::Recorded { .. }));
            let longer = first < events.len() && first < baseline.len() && recorded(first) && events[first] == baseline[first];
            prop_assert!(!longer, "the prefix could be longer");
            let tail = lane.common_tail_len();
            prop_assert_eq!(&events[events.len() - tail..], &baseline[baseline.len() - tail..]);
            if let Some(tail) = lane.fork().tail {
                prop_assert_eq!(events.len() - tail.branch, baseline.len() - tail.baseline);
                let ids = |events: &[Arc<Event>]| events.iter().map(|event| event.id.clone()).collect::<Vec<_>>();
                prop_assert_eq!(ids(&events[tail.branch..]), ids(&baseline[tail.baseline..]));
                prop_assert_eq!(tail.renumbered, events[tail.branch..] != baseline[tail.baseline..]);
                prop_assert!(tail.baseline >= first && tail.branch >= first);
            }
        }
    }

    #[test]
    fn a_comparison_is_what_two_whole_folds_say((mut world, seeds, versions) in (histories(), seeds(), any::<bool>())) {
        let (scenario, _) = valid_scenario(&world, &seeds);
        let branch = world.apply(&scenario).unwrap();
        let bank = Bank::new(versions);
        for lane in branch.lanes() {
            let baseline = world.history(lane.name());
            let result = compare(&bank, &baseline, lane, OnUnreadable::Stop, &Progress::default(), &Cancel::default()).unwrap();
            let run = |events: &[Arc<Event>]| {
                let mut state = bank.initial();
                events.iter().enumerate().map(|(place, event)| {
                    let before = state.value.clone();
                    bank.apply(&mut state, event, place).unwrap();
                    (event.clone(), before != state.value, state.clone())
                }).collect::<Vec<_>>()
            };
            let recorded = run(&baseline.events(0..baseline.len()).unwrap());
            let branched = run(&lane.events().iter().map(|event| contents(&world, event)).collect::<Vec<_>>());
            let end = |run: &[(Arc<Event>, bool, foldline::replay::State)]| run.last().map_or(bank.initial().value, |(.., state)| state.value.clone());
            prop_assert_eq!(json::to_text(&result.baseline.state), json::to_text(&end(&recorded)));
            prop_assert_eq!(json::to_text(&result.branch.state), json::to_text(&end(&branched)));
            prop_assert_eq!(&result.changes, &diff(&end(&recorded), &end(&branched)));
            prop_assert_eq!(result.branch.version, branched.last().and_then(|(event, ..)| event.version));
            prop_assert!(result.changes.is_empty() || result.first_divergence.is_some());
            // Events that stand in both, by their ids.
            let idle: Vec<Option<i64>> = branched.iter()
                .filter(|(event, changed, _)| !changed && recorded.iter().any(|(other, changed, _)| *changed && other.id == event.id))
                .map(|(event, ..)| event.position).collect();
            prop_assert_eq!(result.no_effect.iter().map(|moment| moment.position).collect::<Vec<_>>(), idle, "{}", scenario.to_json());
            let broken: Vec<Option<i64>> = branched.iter().filter(|(event, _, state)| {
                let there = recorded.iter().find(|(other, ..)| other.id == event.id);
                !bank.broken_invariants(state, None).is_empty()
                    && there.is_some_and(|(.., state)| bank.broken_invariants(state, None).is_empty())
            }).map(|(event, ..)| event.version).collect();
            // Of inserted events the oracle does not know what they stand opposite.
            let found: Vec<Option<i64>> = result.broken_invariants.iter()
                .filter(|broken| recorded.iter().any(|(event, ..)| event.position == broken.at.position))
                .map(|broken| broken.at.version).collect();
            prop_assert_eq!(found, broken, "{}", scenario.to_json());
        }
    }

    #[test]
    fn a_forked_replay_is_a_whole_one((mut world, seeds, at) in (histories(), seeds(), any::<usize>())) {
        let (scenario, _) = valid_scenario(&world, &seeds);
        let branch = world.apply(&scenario).unwrap();
        for lane in branch.lanes() {
            let baseline = world.history(lane.name());
            let fold: Arc<dyn Fold> = Arc::new(Bank::new(false));
            let mut replayer = Replayer::new(fold.clone(), baseline.clone(), ReplayOptions::default());
            replayer.frame(&Selection::Prefix(baseline.len()), &Cancel::default()).unwrap();
            let history: Arc<dyn History> = Arc::new(BranchHistory::new(baseline, lane.events().clone()));
            let selection = Selection::Prefix(at % (history.len() + 1));
            let mut forked = replayer.fork(history.clone(), lane.fork());
            let mut whole = Replayer::new(fold, history, ReplayOptions::default());
            let (forked, whole) = (forked.frame(&selection, &Cancel::default()).unwrap(), whole.frame(&selection, &Cancel::default()).unwrap());
            prop_assert_eq!(json::to_text(&forked.state.value), json::to_text(&whole.state.value));
            prop_assert_eq!(forked.last, whole.last);
        }
    }

    #[test]
    fn edits_of_different_streams_commute((mut world, n) in (histories(), 0..4usize)) {
        let edit = |stream: &str| match n {
            0 => Edit::Delete(Target::One(Selector::Version { stream: stream.into(), version: 1 })),
            1 => Edit::Insert(Insert { id: Some(format!("new-{stream}").into()), ..Insert::new(stream, Some(After::Version(1)), "In") }),
            2 => Edit::Update(Update { time: Some(TimeChange::ShiftSeconds(5)), ..Update::of(Target::Range(VersionRange { stream: stream.into(), from: None, to: None })) }),
            _ => Edit::Move(Move { event: Selector::Version { stream: stream.into(), version: 1 }, stream: None, after: None }),
        };
        let names: Vec<Arc<str>> = world.log.streams().iter().map(|stream| stream.name.clone()).collect();
        let edits: Vec<Edit> = names.iter().map(|name| edit(name)).collect();
        let mut reversed = edits.clone();
        reversed.reverse();
        let one = world.apply(&Scenario { name: "n".into(), edits }).unwrap();
        let other = world.apply(&Scenario { name: "n".into(), edits: reversed }).unwrap();
        for name in &names {
            prop_assert_eq!(one.lane(name), other.lane(name));
        }
    }

    #[test]
    fn a_written_scenario_reads_back_the_same(scenario in scenarios()) {
        let text = scenario.to_json();
        prop_assert_eq!(parse(&text).map_err(|error| format!("{error}\n{text}")).unwrap(), scenario);
    }

    #[test]
    fn undone_is_never_done((scenario, actions) in (scenarios(), prop::collection::vec((0..6u8, 0..6usize, 0..6usize), 0..12))) {
        let mut draft = Draft::new(scenario.clone());
        let mut states = vec![(draft.scenario().to_json(), flags(&draft))];
        for (kind, i, j) in actions {
            let done = match kind {
                0 => { draft.add(Edit::Insert(Insert::new("s", None, "T"))); true }
                1 => draft.remove(i),
                2 => draft.set_enabled(i, j % 2 == 0),
                3 => draft.reorder(i, j),
                4 => draft.rename(&format!("name {i}")),
                _ => draft.replace(i, Edit::Delete(Target::One(Selector::Position(j as i64)))),
            };
            if done {
                states.push((draft.scenario().to_json(), flags(&draft)));
            }
        }
        let last = states.len() - 1;
        for state in states.iter().rev().skip(1) {
            prop_assert!(draft.undo());
            prop_assert_eq!(&(draft.scenario().to_json(), flags(&draft)), state);
        }
        prop_assert!(!draft.undo() && !draft.is_modified());
        prop_assert_eq!(draft.scenario().to_json(), scenario.to_json());
        for state in states.iter().skip(1) {
            prop_assert!(draft.redo());
            prop_assert_eq!(&(draft.scenario().to_json(), flags(&draft)), state);
        }
        prop_assert!(!draft.redo() && (last == 0) == draft.undo_words().is_none());
    }

    #[test]
    fn any_text_parses_or_is_refused(text in ".{0,60}", keys in "[a-z\\[\\]{}\":,0-9 ]{0,80}") {
        let _ = parse(&text);
        let _ = parse(&format!(r#"{{"foldline":"scenario/1","name":"n","edits":[{keys}]}}"#));
    }

    #[test]
    fn any_selectors_apply_or_are_refused((mut world, scenario) in (histories(), scenarios())) {
        if let Ok(branch) = world.apply(&scenario) {
            prop_assert_eq!(world.plan(&branch).rows.len(), branch.events(&world.log));
        }
    }

    #[test]
    fn a_patch_applied_twice_changes_nothing_more(target in values(), patch in values()) {
        let once = merge_patch(&target, &patch);
        prop_assert_eq!(merge_patch(&once, &patch), once);
    }
}

fn flags(draft: &Draft) -> Vec<bool> {
    draft.edits().map(|edit| edit.enabled).collect()
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-c\"\\\\é]{0,3}".prop_map(|text| Value::from(text.as_str())),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| Value::List(items.into_iter().collect())),
            prop::collection::vec(("[a-c]{1}", inner), 0..4)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// Any scenario that can be written, most of them nonsense.
pub(super) fn scenarios() -> impl Strategy<Value = Scenario> {
    let name = || prop_oneof![Just("a".to_owned()), Just("b".to_owned()), "[a-z\" ]{1,6}".prop_map(|text| text)];
    let selector = move || {
        prop_oneof![
            (0..150i64).prop_map(Selector::Position),
            (name(), 0..6i64).prop_map(|(stream, version)| Selector::Version { stream: stream.into(), version }),
            prop_oneof![Just("e10".to_owned()), name()].prop_map(|id| Selector::Id(id.into())),
        ]
    };
    let target = move || {
        prop_oneof![
            selector().prop_map(Target::One),
            (name(), prop::option::of(0..3i64), prop::option::of(3..6i64))
                .prop_map(|(stream, from, to)| Target::Range(VersionRange { stream: stream.into(), from, to })),
        ]
    };
    let after =
        move || prop::option::of(prop_oneof![(0..6i64).prop_map(After::Version), selector().prop_map(After::Event)]);
    let moment =
        || (-1_000_000..1_000_000i64).prop_map(|micros| foldline::model::Timestamp::from_micros(micros).unwrap());
    let time = move || prop_oneof![moment().prop_map(TimeChange::To), any::<i64>().prop_map(TimeChange::ShiftSeconds)];
    let update = (
        target(),
        prop::option::of(name()),
        prop::option::of(values()),
        prop::option::of(values()),
        any::<bool>(),
        prop::option::of(time()),
    )
        .prop_map(|(target, event_type, data, metadata, replace, time)| {
            let replace = replace && (data.is_some() || metadata.is_some());
            Update { target, event_type: event_type.map(Into::into), data, metadata, replace, time }
        });
    let insert =
        (name(), after(), name(), prop::option::of(values()), prop::option::of(moment()), prop::option::of(name()))
            .prop_map(|(stream, after, event_type, data, time, id)| Insert {
                data,
                time,
                id: id.map(Into::into),
                ..Insert::new(stream, after, event_type)
            });
    let moved = (selector(), prop::option::of(name()), after()).prop_map(|(event, stream, after)| Move {
        event,
        stream: stream.map(Into::into),
        after,
    });
    let edit = prop_oneof![
        target().prop_map(Edit::Delete),
        update.prop_map(Edit::Update),
        insert.prop_map(Edit::Insert),
        moved.prop_map(Edit::Move),
    ];
    ("[a-z\"é ]{0,8}", prop::collection::vec(edit, 0..6)).prop_map(|(name, edits)| Scenario { name, edits })
}
