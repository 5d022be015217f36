//! Where events come to stand that are dragged elsewhere.

use std::sync::Arc;

use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;
use crate::app::settings::StreamSort;
use crate::app::testing::opened_with_versions;
use crate::job::StoreKey;
use crate::model::Event;
use crate::whatif::{Recorded, VersionRange, apply, describe};

/// Minutes since 1970 of the events of two streams of one category, and one of another, taking turns.
fn document() -> Document {
    let events: Vec<(&str, Option<i64>)> =
        vec![("a-1", 1), ("a-2", 2), ("a-1", 3), ("b-1", 4), ("a-1", 5), ("a-2", 6), ("a-1", 7), ("a-1", 9)]
            .into_iter()
            .map(|(stream, minute)| (stream, Some(minute)))
            .collect();
    Document::new(opened_with_versions("a.db", StoreKey(1), &events), StreamSort::default())
}

struct FromLog<'a>(&'a EventLog);

impl Recorded for FromLog<'_> {
    fn event(&mut self, index: u32) -> Result<Arc<Event>, String> {
        let (log, at) = (self.0, index as usize);
        let mut event = Event::new("Happened");
        event.stream = log.stream_of(at).map(|stream| log.stream(stream).name.clone());
        (event.version, event.time, event.position) = (log.version(at), log.time(at), Some(log.position(at)));
        Ok(Arc::new(event))
    }

    fn find_id(&mut self, _: &str) -> Result<Option<u32>, String> {
        Ok(None)
    }
}

/// Does the step, and applies all edits as a worker would.
fn run(document: &mut Document, command: Option<Command>) {
    let log = document.opened.log.clone();
    let axis = document.axis;
    let view = document.scenarios.active_mut();
    match command {
        Some(Command::ChangeEdits { drop, change, add, words }) => view.draft.rework(&drop, change, add, words),
        None => {}
        other => panic!("{other:?}"),
    }
    view.apply(&log);
    view.branch.clear();
    if let Some(scenario) = view.scenario() {
        let branch =
            apply(&scenario, &log, &mut FromLog(&log)).unwrap_or_else(|error| panic!("{error}: {scenario:#?}"));
        view.branch.ask(1);
        view.branch.answer(1, Ok(Arc::new(branch)));
    }
    view.place_branch(&log, &axis);
}

fn add(document: &mut Document, edit: Edit) {
    document.scenarios.active_mut().draft.add(edit);
    run(document, None);
}

/// A stream as the scenario has it: recorded events by their index, inserted ones as 1000.
fn lane(document: &Document, stream: &str) -> Vec<u32> {
    let log = &document.opened.log;
    let branch = document.active_scenario().current_branch();
    match branch.and_then(|branch| branch.stream(stream)) {
        Some(lane) => lane.events().iter().map(|event| event.index().unwrap_or(1000)).collect(),
        None => log.find_stream(stream).map_or_else(Vec::new, |stream| log.lane(stream).to_vec()),
    }
}

fn words(document: &Document) -> Vec<String> {
    document.active_scenario().draft.edits().map(|edit| describe(&edit.edit)).collect()
}

fn minute(minute: i64) -> Timestamp {
    Timestamp::from_micros(minute * 60_000_000).unwrap()
}

fn drop_at(document: &Document, event: u32, stream: &str, along: Along) -> Result<Landing, String> {
    dropped(document, &Held::Recorded(event), stream, along, Tz::UTC)
}

fn insert(after: i64, id: &str, at: i64) -> Edit {
    Edit::Insert(Insert {
        stream: "a-1".into(),
        after: Some(After::Version(after)),
        event_type: "Happened".into(),
        data: None,
        metadata: None,
        time: Some(minute(at)),
        id: Some(id.into()),
    })
}

#[test]
fn in_time_an_event_gets_the_time_and_passes_its_neighbours() {
    let mut document = document();
    assert_eq!(lane(&document, "a-1"), [0, 2, 4, 6, 7]);
    let landing = drop_at(&document, 6, "a-1", Along::Time(minute(4))).unwrap();
    assert_eq!(landing.words, "Move v4 to after v2, 00:04:00");
    run(&mut document, landing.command);
    assert_eq!(lane(&document, "a-1"), [0, 2, 6, 4, 7]);
    let set = "Set v4 of a-1: time to 1970-01-01T00:04:00Z";
    assert_eq!(words(&document), ["Move v4 of a-1 after v2 of a-1", set]);
    assert_eq!(document.active_scenario().draft.undo_words(), Some("Move v4 to after v2, 00:04:00"));
    // Between the same neighbours only the time is another.
    let landing = drop_at(&document, 2, "a-1", Along::Time(minute(2))).unwrap();
    assert_eq!(landing.words, "Move v2 to 00:02:00");
    run(&mut document, landing.command);
    assert_eq!(lane(&document, "a-1"), [0, 2, 6, 4, 7]);
    // One step each.
    let draft = &mut document.scenarios.active_mut().draft;
    assert!(draft.undo() && draft.undo() && draft.is_empty());
}

#[test]
fn in_sequence_an_event_only_moves() {
    let mut document = document();
    document.set_axis(AxisKind::Sequence);
    let landing = drop_at(&document, 7, "a-1", Along::Sequence(-0.4)).unwrap();
    assert_eq!(landing.words, "Move v5 to before v1");
    run(&mut document, landing.command);
    assert_eq!(lane(&document, "a-1"), [7, 0, 2, 4, 6]);
    assert_eq!(words(&document), ["Move v5 of a-1 at the start of a-1"]);
}

#[test]
fn what_stays_where_it_is_is_no_edit() {
    let mut document = document();
    for along in [Along::Same, Along::Time(minute(5))] {
        let landing = drop_at(&document, 4, "a-1", along).unwrap();
        assert!(landing.command.is_none(), "{along:?}: {:?}", landing.command);
        assert_eq!(landing.words, "V3 stays where it is");
    }
    document.set_axis(AxisKind::Sequence);
    for place in [3.0, 4.0, 5.9] {
        assert!(drop_at(&document, 4, "a-1", Along::Sequence(place)).unwrap().command.is_none());
    }
}

#[test]
fn across_streams_of_a_category_and_no_further() {
    let mut document = document();
    let landing = drop_at(&document, 4, "a-2", Along::Same).unwrap();
    assert_eq!(landing.words, "Move v3 to a-2, after v1");
    run(&mut document, landing.command);
    assert_eq!((lane(&document, "a-1"), lane(&document, "a-2")), (vec![0, 2, 6, 7], vec![1, 4, 5]));
    let why = drop_at(&document, 4, "b-1", Along::Same).unwrap_err();
    assert_eq!(why, "An event of a-2 stays among the streams of a");
    // And back: nothing is left of it.
    let landing = drop_at(&document, 4, "a-1", Along::Same).unwrap();
    run(&mut document, landing.command);
    assert!(document.active_scenario().draft.is_empty(), "{:?}", words(&document));
}

#[test]
fn another_drag_takes_the_place_of_the_one_before() {
    let mut document = document();
    for minutes in [4, 8, 2] {
        let landing = drop_at(&document, 6, "a-1", Along::Time(minute(minutes))).unwrap();
        run(&mut document, landing.command);
    }
    assert_eq!(lane(&document, "a-1"), [0, 6, 2, 4, 7]);
    let edits = words(&document);
    assert_eq!(edits.len(), 2, "{edits:?}");
    let landing = drop_at(&document, 6, "a-1", Along::Time(minute(7))).unwrap();
    run(&mut document, landing.command);
    assert!(words(&document).is_empty(), "{:?}", words(&document));
}

#[test]
fn an_edit_that_changes_more_keeps_the_rest() {
    let mut document = document();
    let target = Target::One(Selector::Position(7));
    let data = Some(crate::model::json::parse(br#"{"amount": 3}"#).unwrap());
    add(&mut document, Edit::Update(Update { data: data.clone(), ..Update::of(target) }));
    let landing = drop_at(&document, 6, "a-1", Along::Time(minute(8))).unwrap();
    run(&mut document, landing.command);
    assert_eq!(words(&document).len(), 2);
    add(&mut document, insert(4, "x", 8));
    // The inserted event hangs on the moved one: that one's place stays, and it goes on from there.
    let landing = drop_at(&document, 6, "a-1", Along::Time(minute(2))).unwrap();
    run(&mut document, landing.command);
    assert_eq!(lane(&document, "a-1"), [0, 6, 2, 4, 1000, 7]);
}

#[test]
fn an_inserted_event_changes_its_insert() {
    let mut document = document();
    add(&mut document, insert(2, "x", 4));
    assert_eq!(lane(&document, "a-1"), [0, 2, 1000, 4, 6, 7]);
    let held = Held::Inserted("x".into());
    let landing = dropped(&document, &held, "a-1", Along::Time(minute(8)), Tz::UTC).unwrap();
    assert_eq!(landing.words, "Move the inserted Happened to after v4, 00:08:00");
    run(&mut document, landing.command);
    assert_eq!(lane(&document, "a-1"), [0, 2, 4, 6, 1000, 7]);
    assert_eq!(words(&document), ["Insert Happened after v4 of a-1"]);
    let Edit::Insert(insert) = &*document.active_scenario().draft.edits().next().unwrap().edit else { panic!() };
    assert_eq!(insert.time, Some(minute(8)));
    let landing = dropped(&document, &held, "a-2", Along::Same, Tz::UTC).unwrap();
    run(&mut document, landing.command);
    assert_eq!((lane(&document, "a-1"), lane(&document, "a-2")), (vec![0, 2, 4, 6, 7], vec![1, 5, 1000]));
    assert_eq!(words(&document).len(), 1);
}

#[test]
fn before_what_hangs_on_the_same_event() {
    let mut document = document();
    document.set_axis(AxisKind::Sequence);
    add(&mut document, insert(2, "x", 4));
    // Right after v2, and so before what was inserted after v2.
    let landing = drop_at(&document, 7, "a-1", Along::Sequence(2.1)).unwrap();
    run(&mut document, landing.command);
    assert_eq!(lane(&document, "a-1"), [0, 2, 7, 1000, 4, 6], "{:?}", words(&document));
}

#[test]
fn what_is_left_out_or_does_not_fit_stays() {
    let mut document = document();
    let range = VersionRange { stream: "a-1".into(), from: Some(4), to: None };
    add(&mut document, Edit::Delete(Target::Range(range)));
    let why = drop_at(&document, 6, "a-1", Along::Time(minute(2))).unwrap_err();
    assert_eq!(why, "v4 is left out: take it back in to move it");
    document.scenarios.active_mut().refused = Some((0, "no such event".to_owned()));
    assert!(drop_at(&document, 2, "a-1", Along::Time(minute(2))).unwrap_err().contains("no such event"));
}

#[test]
fn what_is_left_out_is_passed_in_the_order_of_the_store() {
    let mut document = document();
    add(&mut document, Edit::Delete(Target::One(Selector::Position(5))));
    // v3 is left out: before the place where it was, v4 is taken in by a cursor that stands there.
    let landing = drop_at(&document, 6, "a-1", Along::Time(minute(4))).unwrap();
    assert_eq!(landing.words, "Move v4 to after v2, 00:04:00");
    run(&mut document, landing.command);
    assert_eq!(lane(&document, "a-1"), [0, 2, 6, 7]);
    let log = document.opened.log.clone();
    let branch = document.active_scenario().current_branch().unwrap().clone();
    let taken_in = branch.stream("a-1").unwrap().select(&log, crate::model::Moment::Position(4));
    assert_eq!(taken_in, crate::model::Selection::Prefix(3));
    let landing = drop_at(&document, 6, "a-1", Along::Time(minute(7))).unwrap();
    run(&mut document, landing.command);
    assert_eq!(words(&document).len(), 1, "only the delete is left: {:?}", words(&document));
}

#[test]
fn keys_move_past_one_neighbour_at_a_time() {
    let mut document = document();
    let step = |document: &mut Document, direction| {
        let command = nudged(document, 4, direction, Tz::UTC).unwrap();
        let moved = command.is_some();
        run(document, command);
        moved
    };
    assert!(step(&mut document, Direction::Back) && step(&mut document, Direction::Back));
    assert_eq!(lane(&document, "a-1"), [4, 0, 2, 6, 7]);
    assert!(!step(&mut document, Direction::Back));
    assert!(step(&mut document, Direction::Forward) && step(&mut document, Direction::Forward));
    assert_eq!(words(&document).len(), 0, "back at its place");
    assert!(step(&mut document, Direction::Forward) && step(&mut document, Direction::Forward));
    assert_eq!(lane(&document, "a-1"), [0, 2, 6, 7, 4]);
    assert!(!step(&mut document, Direction::Forward));
}

proptest! {
    /// Whatever was dragged before: on the axis of sequence, an event comes to stand after all that stood before the
    /// place where it was dropped, and the others keep their order.
    #[test]
    fn dropping_gives_the_order_that_is_seen(
        drags in prop::collection::vec((0usize..6, -0.4f64..7.4, any::<bool>()), 1..8),
        with_insert in any::<bool>(),
    ) {
        let mut document = document();
        document.set_axis(AxisKind::Sequence);
        if with_insert {
            add(&mut document, insert(2, "x", 4));
        }
        for (which, place, across) in drags {
            let held = match [0, 2, 4, 6, 7].get(which) {
                Some(event) => Held::Recorded(*event),
                None if with_insert => Held::Inserted("x".into()),
                None => continue,
            };
            let stream = if across { "a-2" } else { "a-1" };
            let hand = Hand::new(&document, &held).unwrap();
            let order = hand.target(stream).unwrap();
            let at = order.after_coordinate(place);
            let one_by_one = |holds: &dyn Fn(usize) -> bool| (0..order.len()).rev().find(|at| holds(*at)).map_or(0, |at| at + 1);
            prop_assert_eq!(at, one_by_one(&|at| order.coordinate(at) <= place));
            let time = Timestamp::from_micros((place * 70.0) as i64 * 1_000_000).unwrap();
            prop_assert_eq!(order.after_time(time), one_by_one(&|at| order.time(at).is_some_and(|at| at <= time)));
            let mut expected: Vec<u32> = (0..order.len()).map(|at| match order.subject(at) {
                Held::Recorded(event) => event,
                Held::Inserted(_) => 1000,
            }).collect();
            expected.insert(at, match &held { Held::Recorded(event) => *event, Held::Inserted(_) => 1000 });
            let landing = dropped(&document, &held, stream, Along::Sequence(place), Tz::UTC).unwrap();
            run(&mut document, landing.command);
            prop_assert_eq!(lane(&document, stream), expected, "{:?}", words(&document));
        }
    }
}
