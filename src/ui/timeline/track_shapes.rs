//! What tracks look like along the axis: worked out when one comes, not at each frame.

use std::collections::HashMap;
use std::sync::Arc;

use crate::app::{Document, TrackView};
use crate::job::{BranchTrack, StoreKey, Track, TrackWhat};
use crate::timeline::{AxisKind, StepLine, StepPoint, track};
use crate::whatif::BranchSpot;

const LINE: f32 = 50.0;
/// One row of words or bars, and two: as recorded and with the edits.
const STRETCHES: [f32; 2] = [28.0, 48.0];
const BARS: [f32; 2] = [26.0, 38.0];

/// The tracks of a timeline.
#[derive(Default)]
pub struct Shapes(HashMap<u32, Placed>);

/// A track along the axis.
pub struct Placed {
    of: Of,
    pub shape: Shape,
    pub branch: Option<Branch>,
}

/// What edits make of a track, where that differs from what was recorded.
pub struct Branch {
    pub shape: Shape,
    /// Where it begins to differ, and where it no longer does.
    pub from: f64,
    pub to: f64,
    /// The event from which on both are the same again.
    pub until: Option<BranchSpot>,
}

type Of = (StoreKey, u64, u64, AxisKind);

pub enum Shape {
    Line(StepLine),
    /// Where each value begins; in order.
    Stretches(Vec<(f64, Option<Arc<str>>)>),
    Bars(Vec<(f64, f64)>),
}

impl Shapes {
    /// Works out what changed.
    pub fn refresh(&mut self, document: &Document) {
        self.0.retain(|id, _| document.tracks.iter().any(|track| track.id == *id));
        for view in &document.tracks {
            let branch = if view.branch.value().is_some() { view.branch.edition() } else { 0 };
            let of = (document.opened.key, view.track.edition(), branch, document.axis.kind());
            if self.0.get(&view.id).is_none_or(|placed| placed.of != of) {
                self.0.insert(view.id, placed(document, view, of));
            }
        }
    }

    /// How high a track's row is.
    pub fn height(&self, id: u32) -> f32 {
        let Some(placed) = self.0.get(&id) else { return BARS[0] };
        let rows = usize::from(placed.branch.is_some());
        match placed.shape {
            Shape::Line(_) => LINE,
            Shape::Stretches(_) => STRETCHES[rows],
            Shape::Bars(_) => BARS[rows],
        }
    }

    pub fn get(&self, id: u32) -> Option<&Placed> {
        self.0.get(&id)
    }
}

fn placed(document: &Document, view: &TrackView, of: Of) -> Placed {
    let nothing = Track::default();
    let track = view.track.value().map_or(&nothing, |(track, _)| track);
    let branch = view.branch.value().filter(|_| view.stream == document.stream).map(|(branch, _)| branch);
    let is_line = track.steps.iter().all(|step| step.number.is_some() || step.text.is_none())
        && branch.is_none_or(|branch| branch.steps.iter().all(|step| step.number.is_some() || step.text.is_none()));
    let shape = recorded(document, &view.what, track, is_line);
    let branch = branch.and_then(|branch| self::branch(document, &view.what, track, branch, is_line));
    Placed { of, shape, branch }
}

/// The coordinates of places in replay order. What stands nowhere stands with what came before it.
fn coordinates(places: impl Iterator<Item = Option<f64>>) -> Vec<f64> {
    let mut reached = f64::NEG_INFINITY;
    places
        .map(|place| {
            reached = place.unwrap_or(reached);
            reached
        })
        .collect()
}

fn recorded(document: &Document, what: &TrackWhat, track: &Track, is_line: bool) -> Shape {
    let place = |event: u32| document.axis.coordinate(&document.opened.log, event as usize);
    // Where the projection stopped: nothing is drawn beyond it.
    let stop = track.stopped.as_ref().and_then(|_| document.lane().get(track.scanned).copied());
    match what {
        TrackWhat::Condition(_) => {
            let ends = track.intervals.iter().flat_map(|interval| [Some(interval.from), interval.to.or(stop)]);
            bars(coordinates(ends.map(|end| end.map_or(Some(f64::INFINITY), place))))
        }
        TrackWhat::Field(_) => {
            let steps = track.steps.iter().map(|step| (step.event.and_then(place), step.number, step.text.clone()));
            field(steps.chain(stop.map(|stop| (place(stop), None, None))).collect(), is_line)
        }
    }
}

fn bars(mut ends: Vec<f64>) -> Shape {
    track::settle(&mut ends);
    Shape::Bars(ends.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect())
}

/// A value from a place on: its place, its number, its words.
type Step = (Option<f64>, Option<f64>, Option<Arc<str>>);

fn field(steps: Vec<Step>, is_line: bool) -> Shape {
    let mut places = coordinates(steps.iter().map(|(place, ..)| *place));
    if is_line {
        let points = places.into_iter().zip(steps);
        return Shape::Line(StepLine::new(
            points.map(|(coordinate, (_, number, _))| StepPoint { coordinate, number }).collect(),
        ));
    }
    track::settle(&mut places);
    Shape::Stretches(places.into_iter().zip(steps).map(|(place, (_, _, text))| (place, text)).collect())
}

/// The branch, as far as it differs; `None` where it does not.
fn branch(document: &Document, what: &TrackWhat, track: &Track, branch: &BranchTrack, is_line: bool) -> Option<Branch> {
    let log = &document.opened.log;
    let place = |spot: &BranchSpot| match document.axis.kind() {
        AxisKind::Time => spot.time(log).map(|time| document.axis.coordinate_of_time(time)),
        AxisKind::Sequence => spot.event.and_then(|event| document.axis.coordinate(log, event as usize)),
    };
    let from = place(&branch.fork).unwrap_or(f64::NEG_INFINITY);
    // What was recorded beyond where both met is the branch's too.
    let before_met = |event: u32| branch.met.is_none_or(|met| Some(event) <= met.event);
    let as_recorded = |spot: &BranchSpot, event: u32| spot.event == Some(event) && spot.time.is_none();
    let mut until = branch.met;
    let shape = match what {
        TrackWhat::Condition(_) => {
            let known = track.intervals.partition_point(|interval| before_met(interval.from));
            let (mut known, mut own) = (&track.intervals[..known], &branch.intervals[..]);
            while let (Some((a, a_rest)), Some((b, b_rest))) = (known.split_last(), own.split_last()) {
                let same_end = match (a.to, b.to) {
                    (Some(a), Some(b)) => as_recorded(&b, a),
                    (None, None) => true,
                    // It ended after both had met.
                    (Some(a), None) => !before_met(a),
                    (None, Some(_)) => false,
                };
                let at_fork = b.from == branch.fork && b_rest.is_empty() && Some(a.from) <= branch.fork.event;
                if !(same_end && (at_fork || as_recorded(&b.from, a.from))) {
                    break;
                }
                until = Some(b.from);
                (known, own) = (a_rest, b_rest);
            }
            // Those that ended before the fork are both's.
            let after_fork =
                |interval: &crate::job::Interval| interval.to.is_none_or(|to| Some(to) >= branch.fork.event);
            if own.is_empty() && !known.last().is_some_and(after_fork) {
                return None;
            }
            let to = until.as_ref().or(branch.stopped.as_ref().map(|(at, _)| at)).and_then(place);
            let ends = own.iter().flat_map(|interval| {
                [place(&interval.from), interval.to.as_ref().map_or(to.or(Some(f64::INFINITY)), place)]
            });
            bars(coordinates(ends))
        }
        TrackWhat::Field(_) => {
            let known = track.steps.partition_point(|step| step.event.is_none_or(before_met));
            let (mut known, mut own) = (&track.steps[..known], &branch.steps[..]);
            while let (Some((a, a_rest)), Some((b, b_rest))) = (known.split_last(), own.split_last()) {
                if b_rest.is_empty() {
                    // The value in force at the fork.
                    if a.event.is_none_or(|event| Some(event) <= branch.fork.event) && a.text == b.text {
                        return None;
                    }
                    break;
                }
                if a.text != b.text || !a.event.is_some_and(|event| as_recorded(&b.at, event)) {
                    break;
                }
                until = Some(b.at);
                (known, own) = (a_rest, b_rest);
            }
            let end = until.as_ref().or(branch.stopped.as_ref().map(|(at, _)| at)).map(|at| (place(at), None, None));
            let steps = own.iter().map(|step| (place(&step.at), step.number, step.text.clone()));
            field(steps.chain(end).collect(), is_line)
        }
    };
    let end = until.as_ref().or(branch.stopped.as_ref().map(|(at, _)| at));
    let to = end.and_then(place).unwrap_or(f64::INFINITY);
    Some(Branch { shape, from, to: to.max(from), until })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{StreamSort, testing};
    use crate::job::{BranchInterval, BranchStep, Interval, TrackStep};
    use crate::model::ValuePath;
    use crate::query::{self, Context, Scope};

    const MINUTE: f64 = 60_000_000.0;

    fn document() -> Document {
        let minutes = [0, 1, 2, 3, 4].map(|minute| ("a", Some(minute)));
        Document::new(testing::opened("a.db", StoreKey(1), &minutes), StreamSort::default())
    }

    fn condition() -> TrackWhat {
        let context = Context { zone: chrono_tz::UTC, today: None };
        TrackWhat::Condition(query::parse("type:x", Scope::EventAndState, &context).unwrap())
    }

    fn step(event: Option<u32>, number: f64) -> TrackStep {
        TrackStep { event, number: Some(number), text: Some(number.to_string().into()) }
    }

    fn spot(event: u32) -> BranchSpot {
        BranchSpot { event: Some(event), time: None }
    }

    fn own(event: u32, number: f64) -> BranchStep {
        BranchStep { at: spot(event), number: Some(number), text: Some(number.to_string().into()) }
    }

    #[test]
    fn nothing_is_drawn_beyond_where_a_projection_stopped() {
        let (document, minute) = (document(), MINUTE);
        for (stopped, end) in [(None, f64::INFINITY), (Some("at the third".to_owned()), 2.0 * minute)] {
            let step = |event, text: &str, number| TrackStep { event, text: Some(text.into()), number };
            let mut track = Track {
                steps: vec![TrackStep { event: None, number: None, text: None }, step(Some(0), "1", Some(1.0))],
                intervals: vec![Interval { from: 1, to: None }],
                scanned: 2,
                stopped,
            };
            let Shape::Bars(bars) = recorded(&document, &condition(), &track, true) else { panic!("bars") };
            assert_eq!(bars, [(minute, end)]);
            let field = TrackWhat::Field(ValuePath::default());
            let Shape::Line(line) = recorded(&document, &field, &track, true) else { panic!("a line") };
            let beyond = track.stopped.is_none().then_some(1.0);
            assert_eq!((line.number_at(1.5 * minute), line.number_at(2.5 * minute)), (Some(1.0), beyond));
            track.steps.push(step(Some(1), "open", None));
            let Shape::Stretches(stretches) = recorded(&document, &field, &track, false) else { panic!("stretches") };
            let words = stretches.last().unwrap().1.as_deref();
            assert_eq!(words, track.stopped.is_none().then_some("open"));
        }
    }

    #[test]
    fn a_branch_is_drawn_from_the_fork_to_where_both_are_the_same_again() {
        let document = document();
        let track =
            Track { steps: vec![step(Some(0), 1.0), step(Some(1), 2.0), step(Some(3), 9.0)], ..Track::default() };
        let edited = |steps: Vec<BranchStep>, met| BranchTrack {
            fork: spot(1),
            steps,
            intervals: Vec::new(),
            met,
            stopped: None,
        };
        let what = TrackWhat::Field(ValuePath::default());
        let line = |edited: &BranchTrack| {
            let drawn = branch(&document, &what, &track, edited, true)?;
            let Shape::Line(line) = drawn.shape else { panic!("a line") };
            let at = |minute: f64| line.number_at(minute * MINUTE);
            Some(([0.5, 1.5, 2.5, 3.5].map(at), drawn.from / MINUTE, drawn.to / MINUTE))
        };
        let both = ([None, Some(1.0), Some(1.0), None], 1.0, 3.0);
        assert_eq!(line(&edited(vec![own(1, 1.0), own(3, 9.0)], None)), Some(both), "the same value by the same event");
        assert_eq!(line(&edited(vec![own(1, 1.0)], Some(spot(3)))), Some(both), "the same state");
        let never = ([None, Some(1.0), Some(1.0), Some(8.0)], 1.0, f64::INFINITY);
        assert_eq!(line(&edited(vec![own(1, 1.0), own(3, 8.0)], None)), Some(never));
        let same = Track { steps: vec![step(Some(0), 1.0), step(Some(3), 9.0)], ..Track::default() };
        assert!(branch(&document, &what, &same, &edited(vec![own(1, 1.0), own(3, 9.0)], None), true).is_none());
    }

    #[test]
    fn a_condition_that_no_longer_holds_is_an_empty_row() {
        let document = document();
        let held = |from, to| Interval { from, to };
        let own = |from, to: Option<u32>| BranchInterval { from: spot(from), to: to.map(spot) };
        let rows = |recorded: &[Interval], intervals: &[BranchInterval]| {
            let track = Track { intervals: recorded.to_vec(), ..Track::default() };
            let intervals = intervals.to_vec();
            let edited = BranchTrack { fork: spot(1), steps: Vec::new(), intervals, met: None, stopped: None };
            let drawn = branch(&document, &condition(), &track, &edited, true)?;
            let Shape::Bars(bars) = drawn.shape else { panic!("bars") };
            Some(bars.into_iter().map(|(from, to)| (from / MINUTE, to / MINUTE)).collect::<Vec<_>>())
        };
        assert_eq!(rows(&[held(2, Some(3))], &[]), Some(Vec::new()));
        assert_eq!(rows(&[], &[own(2, None)]), Some(vec![(2.0, f64::INFINITY)]));
        assert_eq!(rows(&[held(0, Some(3))], &[own(1, Some(2))]), Some(vec![(1.0, 2.0)]));
        // The same in both.
        assert_eq!(rows(&[held(2, Some(3))], &[own(2, Some(3))]), None);
        assert_eq!(rows(&[held(0, None)], &[own(1, None)]), None);
        assert_eq!(rows(&[], &[]), None);
    }
}
