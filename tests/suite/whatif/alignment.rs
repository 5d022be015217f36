//! Two histories of a stream against each other: as recorded, or as any two scenarios have it.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldline::model::{Cancel, Event, Moment, Progress, Selection, Value, json};
use foldline::replay::{Change, Fold, MemoryHistory, OnUnreadable, State, diff};
use foldline::whatif::{
    Alignment, Branch, Differences, Lanes, Pair, SideLane, Sides, StreamComparison, changed_fields, compare,
    compare_sides, differences, pairs,
};
use proptest::prelude::*;

use super::properties::{contents, histories, seeds, valid_scenario};
use super::world::{Bank, World, world};

/// A stream's events as a branch has them, or as recorded.
fn written_out(world: &World, branch: Option<&Branch>, stream: &str) -> Vec<Arc<Event>> {
    match branch.and_then(|branch| branch.stream(stream)) {
        Some(lane) => lane.events().iter().map(|event| contents(world, event)).collect(),
        None => {
            let history = world.history(stream);
            history.events(0..history.len()).unwrap()
        }
    }
}

/// Both sides of a stream, written out, with how they stand opposite each other.
struct Both<'a> {
    world: &'a World,
    stream: Arc<str>,
    branches: (Option<&'a Branch>, Option<&'a Branch>),
    events: (Vec<Arc<Event>>, Vec<Arc<Event>>),
    alignment: Alignment,
}

impl<'a> Both<'a> {
    /// `None` where neither branch concerns the stream.
    fn of(world: &'a World, left: Option<&'a Branch>, right: Option<&'a Branch>, stream: &str) -> Option<Self> {
        let lane = |branch: Option<&'a Branch>| branch.and_then(|branch| branch.stream(stream));
        Some(Self {
            world,
            stream: stream.into(),
            branches: (left, right),
            events: (written_out(world, left, stream), written_out(world, right, stream)),
            alignment: Alignment::of(lane(left), lane(right))?,
        })
    }

    /// The same as a cursor has it.
    fn in_order(mut self) -> Self {
        let Lanes { left, right } = self.lanes();
        self.alignment = self.alignment.clone().in_order(left, right);
        self
    }

    fn lanes(&self) -> Lanes<'_> {
        let lane = |branch| SideLane::new(&self.world.log, &self.stream, branch);
        Lanes { left: lane(self.branches.0), right: lane(self.branches.1) }
    }

    fn with<T>(&self, fold: &dyn Fold, work: impl FnOnce(Sides<'_>) -> T) -> T {
        let (left, right) = (MemoryHistory(self.events.0.clone()), MemoryHistory(self.events.1.clone()));
        work(Sides { fold, stream: &self.stream, left: &left, right: &right, alignment: &self.alignment })
    }

    fn compare(&self, fold: &dyn Fold) -> StreamComparison {
        self.with(fold, |sides| {
            compare_sides(sides, OnUnreadable::Stop, &Progress::default(), &Cancel::default()).unwrap()
        })
    }

    fn differences(&self, fold: &dyn Fold, most: usize) -> Differences {
        self.with(fold, |sides| {
            let (progress, cancel) = (Progress::default(), Cancel::default());
            differences(
                sides,
                self.lanes(),
                &|event| event.event_type.to_string(),
                most,
                OnUnreadable::Stop,
                &progress,
                &cancel,
            )
            .unwrap()
        })
    }

    fn pairs(&self) -> Vec<Pair> {
        let Lanes { left, right } = self.lanes();
        pairs(&self.alignment, left, right)
    }

    /// The steps of the alignment, as counts of events passed.
    fn steps(&self) -> Vec<(usize, usize)> {
        let (mut at, mut steps) = ((0, 0), Vec::new());
        while at != self.alignment.len() {
            let opposite = self.alignment.opposite(at.0, at.1);
            assert!(opposite.left || opposite.right, "nothing moves at {at:?}");
            at = (at.0 + usize::from(opposite.left), at.1 + usize::from(opposite.right));
            steps.push(at);
        }
        steps
    }
}

/// The states after 0, 1, 2 … events.
fn states(fold: &dyn Fold, events: &[Arc<Event>]) -> Vec<Value> {
    let mut state: State = fold.initial();
    let mut states = vec![state.value.clone()];
    for (place, event) in events.iter().enumerate() {
        fold.apply(&mut state, event, place).unwrap();
        states.push(state.value.clone());
    }
    states
}

type Leaves = BTreeMap<String, (Option<Value>, Option<Value>)>;

fn leaves(changes: Vec<Change>) -> Leaves {
    changes.into_iter().map(|change| (change.path.to_string(), (change.from, change.to))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_stands_opposite_itself_is_the_same_event((mut world, a, b) in (histories(), seeds(), seeds())) {
        let ((a, _), (mut b, _)) = (valid_scenario(&world, &a), valid_scenario(&world, &b));
        b.name = "another".into();
        let (a, b) = (world.apply(&a).unwrap(), world.apply(&b).unwrap());
        for stream in ["a", "b", "c"] {
            let Some(both) = Both::of(&world, Some(&a), Some(&b), stream) else { continue };
            let (left, right) = (&both.events.0, &both.events.1);
            prop_assert_eq!(both.alignment.len(), (left.len(), right.len()));
            // Inserted ones that only their ids tell apart may stand opposite each other too.
            let id = |event: &Event| event.id.clone();
            let only = |event: &Event, others: &[Arc<Event>]| event.position.is_none() && others.iter().all(|other| other.id != event.id);
            let (mut at, mut paired) = ((0, 0), 0);
            for to in both.steps() {
                let opposite = both.alignment.opposite(at.0, at.1);
                if opposite.paired {
                    let (one, other) = (&left[at.0], &right[at.1]);
                    let alike = only(one, right) && only(other, left) && changed_fields(one, other).is_empty();
                    prop_assert!(one.id == other.id || alike);
                    paired += usize::from(one.id == other.id);
                }
                at = to;
            }
            for (from, to) in both.alignment.moved() {
                prop_assert_eq!(id(&left[*from as usize]), id(&right[*to as usize]));
                prop_assert!(both.alignment.lifted().contains(from) && both.alignment.fresh().contains(to));
            }
            // Whatever both have is opposite itself or moved.
            let common = left.iter().filter(|event| right.iter().any(|other| other.id == event.id)).count();
            prop_assert_eq!(paired + both.alignment.moved().len(), common);
            // The longest choice; against what was recorded, the one that the edits make.
            if a.stream(stream).is_some() && b.stream(stream).is_some() {
                prop_assert_eq!(paired, longest_common(left, right));
            }
            let fork = both.alignment.fork();
            let says = |event: &Event| Event { id: None, ..event.clone() };
            let most = left.len().min(right.len());
            let first = (0..most).find(|at| says(&left[*at]) != says(&right[*at])).unwrap_or(most);
            prop_assert!(fork.first_invalid <= first);
            // Two branches part where the first of them leaves what was recorded, or later.
            let leaves = |branch: &Branch| branch.stream(stream).map_or(usize::MAX, foldline::whatif::BranchLane::first_invalid);
            prop_assert!(fork.first_invalid >= leaves(&a).min(leaves(&b)).min(most));
            if let Some(tail) = fork.tail {
                prop_assert_eq!(left.len() - tail.baseline, right.len() - tail.branch);
                let mut renumbered = false;
                for (one, other) in left[tail.baseline..].iter().zip(&right[tail.branch..]) {
                    renumbered |= one.version != other.version;
                    prop_assert_eq!(says(one), Event { version: one.version, ..says(other) });
                }
                prop_assert_eq!(renumbered, tail.renumbered);
            }
        }
    }

    #[test]
    fn differences_are_what_two_whole_folds_say(
        (mut world, a, b, recorded, versions) in (histories(), seeds(), seeds(), any::<bool>(), any::<bool>())
    ) {
        let ((a, _), (b, _)) = (valid_scenario(&world, &a), valid_scenario(&world, &b));
        let (a, b) = (world.apply(&a).unwrap(), world.apply(&b).unwrap());
        let left = (!recorded).then_some(&a);
        let bank = Bank::new(versions);
        for stream in ["a", "b", "c"] {
            let Some(both) = Both::of(&world, left, Some(&b), stream) else { continue };
            let both = both.in_order();
            let (lefts, rights) = (states(&bank, &both.events.0), states(&bank, &both.events.1));
            let found = both.differences(&bank, usize::MAX);
            let mut rows = found.rows.iter();
            let mut before = Leaves::new();
            for (left, right) in both.steps() {
                let now = leaves(diff(&lefts[left], &rights[right]));
                if now == before {
                    continue;
                }
                let row = rows.next().expect("a row where the difference changes");
                prop_assert_eq!(row.counts, (left, right));
                prop_assert_eq!(row.differing, now.len());
                let named: Leaves = row.leaves.iter().map(|leaf| (leaf.path.to_string(), (leaf.left.clone(), leaf.right.clone()))).collect();
                for (path, values) in &now {
                    prop_assert_eq!(before.get(path) != Some(values), named.contains_key(path));
                }
                for (path, values) in &named {
                    prop_assert!(now.get(path) == Some(values) || (values.0 == values.1 && before.contains_key(path)));
                }
                prop_assert_eq!(row.more, 0);
                // A cursor there takes in what the row does, on both sides, and one before it does not.
                let lanes = both.lanes();
                let taken = |positions: &[i64], up_to: i64| positions.iter().filter(|position| **position <= up_to).count();
                let (on_left, on_right) = (lanes.left.positions(), lanes.right.positions());
                prop_assert!(taken(&on_left, row.position) >= left && taken(&on_right, row.position) >= right);
                prop_assert!(taken(&on_left, row.position - 1) < left || taken(&on_right, row.position - 1) < right);
                prop_assert_eq!(row.cursor.map(|event| world.log.position(event as usize)), Some(row.position));
                let broken = |state: &Value| bank.broken_invariants(&State { value: state.clone(), origin: foldline::model::Origin::NONE }, None).len();
                prop_assert_eq!((row.broken_left.len(), row.broken_right.len()), (broken(&lefts[left]), broken(&rights[right])));
                before = now;
            }
            prop_assert!(rows.next().is_none(), "a row where nothing changes");
            prop_assert_eq!(found.at_end, before.len());
            prop_assert!(found.rows.is_sorted_by_key(|row| row.position));
            // As the comparison has it.
            let compared = both.compare(&bank);
            prop_assert_eq!(found.rows.is_empty(), compared.first_divergence.is_none());
            prop_assert_eq!(&compared.changes, &diff(lefts.last().unwrap(), rights.last().unwrap()));
            prop_assert_eq!(json::to_text(&compared.baseline.state), json::to_text(lefts.last().unwrap()));
            prop_assert_eq!(json::to_text(&compared.branch.state), json::to_text(rights.last().unwrap()));
            prop_assert_eq!(compared.branch.version, both.events.1.last().and_then(|event| event.version));
            // Positions are those at which a cursor takes events in.
            if let (Some(lane), Ok(last)) = (b.stream(stream), i64::try_from(world.events.len())) {
                let positions = both.lanes().right.positions();
                for position in (0..=last * 10).step_by(5) {
                    let taken = positions.iter().filter(|at| **at <= position).count();
                    prop_assert_eq!(lane.select(&world.log, Moment::Position(position)), Selection::Prefix(taken));
                }
            }
            // Wherever no row stands, a cursor shows what the row before it said.
            let (on_left, on_right) = (both.lanes().left.positions(), both.lanes().right.positions());
            // The same event may stand with another one on each side: a cursor between the two takes in one of them.
            let stands_alike = std::iter::once((0, 0)).chain(both.steps()).all(|(left, right)| {
                (left, right) == both.alignment.len() || !both.alignment.opposite(left, right).paired || on_left[left] == on_right[right]
            });
            if !stands_alike {
                continue;
            }
            for position in (5..=world.events.len() as i64 * 10 + 5).step_by(10) {
                let taken = |positions: &[i64]| positions.iter().filter(|at| **at <= position).count();
                let shown = diff(&lefts[taken(&on_left)], &rights[taken(&on_right)]).len();
                let row = found.taken_in(position).checked_sub(1).map(|at| &found.rows[at]);
                prop_assert_eq!(shown, row.map_or(0, |row| row.differing), "at {} in {}", position, stream);
            }
            // Few are kept, all are counted.
            let few = both.differences(&bank, 1);
            prop_assert_eq!(few.rows.len() + few.more, found.rows.len());
        }
    }

    #[test]
    fn recorded_against_a_lane_is_one_comparison((mut world, seeds) in (histories(), seeds())) {
        let (scenario, _) = valid_scenario(&world, &seeds);
        let branch = world.apply(&scenario).unwrap();
        let bank = Bank::new(true);
        for lane in branch.lanes() {
            let both = Both::of(&world, None, Some(&branch), lane.name()).unwrap();
            let known = compare(&bank, &world.history(lane.name()), lane, OnUnreadable::Stop, &Progress::default(), &Cancel::default()).unwrap();
            prop_assert_eq!(both.compare(&bank), known);
        }
    }

    #[test]
    fn exchanged_sides_exchange_what_differs((mut world, a, b) in (histories(), seeds(), seeds())) {
        let ((a, _), (b, _)) = (valid_scenario(&world, &a), valid_scenario(&world, &b));
        let (a, b) = (world.apply(&a).unwrap(), world.apply(&b).unwrap());
        let bank = Bank::new(true);
        for stream in ["a", "b", "c"] {
            let Some(both) = Both::of(&world, Some(&a), Some(&b), stream) else { continue };
            let other = Both::of(&world, Some(&b), Some(&a), stream).unwrap();
            let (one, two) = (both.compare(&bank), other.compare(&bank));
            prop_assert_eq!((&one.baseline.state, &one.branch.state), (&two.branch.state, &two.baseline.state));
            let exchanged: Vec<Change> = two.changes.into_iter().map(|change| Change { path: change.path, from: change.to, to: change.from }).collect();
            prop_assert_eq!(one.changes, exchanged);
            // Of events that changed places it is a matter of sides which one stayed.
            let moved = !both.alignment.moved().is_empty();
            prop_assert!(moved || one.first_divergence.is_some() == two.first_divergence.is_some());
            let back = Both { alignment: both.alignment.clone().swapped().swapped(), ..Both::of(&world, Some(&a), Some(&b), stream).unwrap() };
            prop_assert_eq!(&back.alignment, &both.alignment);
        }
    }

    #[test]
    fn a_scenario_against_itself_differs_nowhere((mut world, seeds) in (histories(), seeds())) {
        let (scenario, _) = valid_scenario(&world, &seeds);
        let (one, mut renamed) = (world.apply(&scenario).unwrap(), scenario);
        renamed.name = "a copy of it".into();
        let two = world.apply(&renamed).unwrap();
        for lane in one.lanes() {
            let both = Both::of(&world, Some(&one), Some(&two), lane.name()).unwrap();
            prop_assert!(both.alignment.is_same());
            prop_assert!(both.differences(&Bank::new(true), 10).rows.is_empty());
            let whole = both.pairs().iter().all(|pair| matches!(pair, Pair::Same { renumbered: false, .. }));
            prop_assert!(whole, "{:?}", both.pairs());
        }
    }

    #[test]
    fn side_by_side_has_every_event_once((mut world, a, b, recorded) in (histories(), seeds(), seeds(), any::<bool>())) {
        let ((a, _), (b, _)) = (valid_scenario(&world, &a), valid_scenario(&world, &b));
        let (a, b) = (world.apply(&a).unwrap(), world.apply(&b).unwrap());
        let left = (!recorded).then_some(&a);
        for stream in ["a", "b", "c"] {
            let Some(both) = Both::of(&world, left, Some(&b), stream) else { continue };
            let (lefts, rights) = (&both.events.0, &both.events.1);
            let (mut passed, mut seen) = ((0, 0), (Vec::new(), Vec::new()));
            for pair in both.pairs() {
                match pair {
                    Pair::Same { left, right, len, renumbered } => {
                        for at in 0..len {
                            let (one, other) = (&lefts[(left + at) as usize], &rights[(right + at) as usize]);
                            prop_assert_eq!(renumbered, one.version != other.version);
                            prop_assert!(changed_fields(one, other).is_empty());
                        }
                        seen.0.extend(left..left + len);
                        seen.1.extend(right..right + len);
                    }
                    Pair::Changed { left, right } => {
                        prop_assert_eq!(&lefts[left as usize].id, &rights[right as usize].id);
                        seen.0.push(left);
                        seen.1.push(right);
                    }
                    Pair::Left { place, moved_to } => {
                        let there = rights.iter().position(|event| event.id == lefts[place as usize].id);
                        prop_assert_eq!(moved_to, there.map(|at| at as u32));
                        seen.0.push(place);
                        passed.0 += 1;
                    }
                    Pair::Right { place, moved_from } => {
                        let there = lefts.iter().position(|event| event.id == rights[place as usize].id);
                        prop_assert_eq!(moved_from, there.map(|at| at as u32));
                        seen.1.push(place);
                        passed.1 += 1;
                    }
                }
            }
            prop_assert_eq!(passed, (both.alignment.lifted().len(), both.alignment.fresh().len()));
            prop_assert_eq!(seen, ((0..lefts.len() as u32).collect(), (0..rights.len() as u32).collect()));
        }
    }
}

/// The most events that can stand opposite themselves, by the textbook's table.
fn longest_common(left: &[Arc<Event>], right: &[Arc<Event>]) -> usize {
    let mut best = vec![vec![0; right.len() + 1]; left.len() + 1];
    for (i, one) in left.iter().enumerate() {
        for (j, other) in right.iter().enumerate() {
            best[i + 1][j + 1] = if one.id == other.id { best[i][j] + 1 } else { best[i][j + 1].max(best[i + 1][j]) };
        }
    }
    best[left.len()][right.len()]
}

const ACCOUNT: &str = "
    a Opened
    a In {\"n\":50}
    a Out {\"n\":20}
    a Out {\"n\":20}
    a In {\"n\":5}
";

fn row_texts(edits: (&str, &str)) -> Vec<String> {
    let mut world = world(ACCOUNT);
    let branch = |world: &mut World, edits: &str| (!edits.is_empty()).then(|| world.edit(edits).unwrap());
    let (left, right) = (branch(&mut world, edits.0), branch(&mut world, edits.1));
    let both = Both::of(&world, left.as_ref(), right.as_ref(), "a").unwrap().in_order();
    let found = both.differences(&Bank::new(false), 100);
    let event = |event: &Option<foldline::whatif::RowEvent>| match event {
        Some(event) => format!("v{}", event.moment.version.unwrap()),
        None => "-".to_owned(),
    };
    let text = |value: &Option<Value>| value.as_ref().map_or("none".to_owned(), json::to_text);
    let row = |row: &foldline::whatif::DifferenceRow| {
        let leaves: Vec<String> = row
            .leaves
            .iter()
            .map(|leaf| match leaf.is_settled() {
                true => format!("{} same again", leaf.path),
                false => format!("{} {} / {}", leaf.path, text(&leaf.left), text(&leaf.right)),
            })
            .collect();
        let cursor = world.log.position(row.cursor.unwrap() as usize);
        format!("{}|{} at #{cursor}: {}", event(&row.left), event(&row.right), leaves.join(", "))
    };
    found.rows.iter().map(row).collect()
}

#[test]
fn differences_over_time() {
    for (edits, expected) in [
        // Left out: the difference stays, and each later event changes both values.
        (
            ("", r#"{"delete":{"stream":"a","version":3}}"#),
            vec!["v3|- at #30: balance 30 / 50", "v4|v3 at #40: balance 10 / 30", "v5|v4 at #50: balance 15 / 35"],
        ),
        // Inserted: a cursor takes it in with the event that it stands with.
        (
            ("", r#"{"insert":{"stream":"a","after":4},"type":"In","data":{"n":7}}"#),
            vec!["-|v5 at #40: balance 10 / 17", "v5|v6 at #50: balance 15 / 22"],
        ),
        // Changed, and taken back by the next edit.
        (
            (
                "",
                r#"{"update":{"stream":"a","version":3},"data":{"n":25}}
                   {"update":{"stream":"a","version":4},"data":{"n":15}}"#,
            ),
            vec!["v3|v3 at #30: balance 30 / 25", "v4|v4 at #40: balance same again"],
        ),
        // Two scenarios that do the same to one event, and not to another.
        (
            (
                r#"{"delete":{"stream":"a","version":3}}
                   {"update":{"stream":"a","version":5},"data":{"n":1}}"#,
                r#"{"delete":{"stream":"a","version":3}}"#,
            ),
            vec!["v4|v4 at #50: balance 31 / 35"],
        ),
        // Each leaves out another event: a cursor on the first one already shows the difference.
        (
            (r#"{"delete":{"stream":"a","version":3}}"#, r#"{"delete":{"stream":"a","version":4}}"#),
            vec!["-|v3 at #30: balance 50 / 30", "v3|- at #40: balance same again"],
        ),
        (
            (r#"{"delete":{"stream":"a","version":4}}"#, r#"{"delete":{"stream":"a","version":3}}"#),
            vec!["v3|- at #30: balance 30 / 50", "-|v3 at #40: balance same again"],
        ),
    ] {
        assert_eq!(row_texts(edits), expected, "{edits:?}");
    }
}

#[test]
fn the_cursor_goes_from_difference_to_difference() {
    let mut world = world(ACCOUNT);
    let edits = r#"{"insert":{"stream":"a","after":3},"type":"In","data":{"n":7}}
                   {"insert":{"stream":"a","after":3},"type":"In","data":{"n":8}}"#;
    let branch = world.edit(edits).unwrap();
    let both = Both::of(&world, None, Some(&branch), "a").unwrap();
    let found = both.differences(&Bank::new(false), 100);
    assert_eq!(found.rows.iter().map(|row| row.position).collect::<Vec<_>>(), [30, 30, 40, 50]);
    for (position, next, previous) in [
        (i64::MIN, Some(0), None),
        (10, Some(0), None),
        (30, Some(2), None),
        (40, Some(3), Some(0)),
        (60, None, Some(3)),
    ] {
        assert_eq!((found.next(position), found.previous(position)), (next, previous), "{position}");
    }
}

#[test]
fn fields_of_an_event_that_differ() {
    let mut world = world(ACCOUNT);
    let edits = r#"{"update":{"stream":"a","version":3},"type":"In","data":{"n":25,"why":"x"},"metadata":{"user":null},"time":"2030-01-01"}"#;
    let branch = world.edit(edits).unwrap();
    let both = Both::of(&world, None, Some(&branch), "a").unwrap();
    let changes = changed_fields(&both.events.0[2], &both.events.1[2]);
    let paths: Vec<String> = changes.iter().map(|change| change.path.to_string()).collect();
    assert_eq!(paths, ["type", "time", "data.n", "data.why", "metadata.user"]);
    assert_eq!(
        both.pairs(),
        [
            Pair::Same { left: 0, right: 0, len: 2, renumbered: false },
            Pair::Changed { left: 2, right: 2 },
            Pair::Same { left: 3, right: 3, len: 2, renumbered: false },
        ]
    );
}

#[test]
fn looking_for_differences_stops_where_both_sides_are_the_same_again() {
    let mut history = "a Opened\n".to_owned();
    history.extend((0..5000).map(|_| "a In {\"n\":1}\n"));
    let mut world = world(&history);
    let a = world.edit(r#"{"update":{"position":100},"data":{"n":2}}"#).unwrap();
    let b = world
        .edit(
            r#"{"update":{"position":100},"data":{"n":1}}
               {"update":{"position":110},"data":{"n":2}}"#,
        )
        .unwrap();
    let both = Both::of(&world, Some(&a), Some(&b), "a").unwrap();
    let progress = Progress::default();
    let found = both.with(&Bank::new(false), |sides| {
        differences(sides, both.lanes(), &|_| String::new(), 10, OnUnreadable::Stop, &progress, &Cancel::default())
            .unwrap()
    });
    assert_eq!((found.rows.len(), found.at_end), (2, 0));
    assert!(progress.counts().0 < 2000, "{:?}", progress.counts());
}
