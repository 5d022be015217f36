//! What follows from a scenario in one stream: where the states part, how they end, which invariants now break and
//! which events no longer have an effect.
//!
//! Both histories are folded side by side. The same recorded event stands opposite itself; what is only in one of
//! them stands opposite what is only in the other at the same place, or opposite nothing:
//!
//! ```text
//! baseline   1  2  3  4  ·  5  6        3 deleted; a inserted after 4; 5 deleted and b inserted in its place
//! branch     1  2  ·  4  a  b  6
//! ```

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::model::{Cancel, Event, Progress, Timestamp, Value, json};
use crate::replay::{Change, CommonTail, Fold, History, OnUnreadable, ReplayError, ReplayFailure, diff_for};

use super::alignment::Alignment;
use super::branch::BranchLane;
use super::history::BranchHistory;
use super::runner::{Ran, Runner, Setting};

/// A whole what-if, as the command line prints it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct WhatIf {
    /// The scenario's name.
    pub scenario: String,
    /// How many edits it has.
    pub edits: usize,
    /// What follows, stream by stream.
    pub streams: Vec<StreamComparison>,
    /// The copy that was written.
    pub copy: Option<CopyWritten>,
}

/// A copy that a what-if wrote.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CopyWritten {
    /// Where, as it was given.
    pub path: String,
    /// How many events it has.
    pub events: u64,
}

/// Baseline against branch, for one stream.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct StreamComparison {
    /// The stream's name.
    pub stream: Arc<str>,
    /// The first place after which the states differ: the branch's event there, or the baseline's where it was
    /// deleted.
    pub first_divergence: Option<EventMoment>,
    /// How the recorded history ends.
    pub baseline: End,
    /// How the branch ends.
    pub branch: End,
    /// From the baseline's end state to the branch's.
    pub changes: Vec<Change>,
    /// Invariants that do not hold at an event of the branch, and held there in the baseline.
    pub broken_invariants: Vec<BrokenInvariant>,
    /// Invariants that do not hold at an event of the baseline, and hold at that place in the branch.
    pub mended_invariants: Vec<BrokenInvariant>,
    /// Events of the branch that changed the state in the baseline and no longer do.
    pub no_effect: Vec<EventMoment>,
}

/// How a history ends.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct End {
    /// Version of the last event that the state takes in.
    pub version: Option<i64>,
    /// The state after it.
    pub state: Value,
    /// Events without effect because their payload can't be read.
    pub skipped: usize,
    /// Where the projection stopped.
    pub error: Option<ReplayError>,
}

/// An event as a moment.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct EventMoment {
    /// Its position as recorded; `None` for an inserted event.
    pub position: Option<i64>,
    /// Its version; in the branch, if it is the branch's.
    pub version: Option<i64>,
    /// Its time.
    pub time: Option<Timestamp>,
    /// Its type in full.
    #[serde(rename = "type")]
    pub event_type: Arc<str>,
}

/// An invariant that an event leaves broken, in one of the two histories.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct BrokenInvariant {
    /// The invariant's name.
    pub name: Arc<str>,
    /// The event, in the history in which it is broken.
    pub at: EventMoment,
}

impl EventMoment {
    /// The moment after an event.
    pub fn of(event: &Event) -> Self {
        let Event { position, version, time, event_type, .. } = event;
        Self { position: *position, version: *version, time: *time, event_type: event_type.clone() }
    }
}

/// Compares a stream as recorded with its lane in a branch. `baseline` is the stream's recorded history, an empty one
/// for a new stream. Every event is looked at, unless both sides come to the same state before events that are the
/// same to their ends. Progress counts events read.
pub fn compare(
    fold: &dyn Fold,
    baseline: &Arc<dyn History>,
    lane: &BranchLane,
    on_unreadable: OnUnreadable,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<StreamComparison, ReplayFailure> {
    let branch = BranchHistory::new(baseline.clone(), lane.events().clone());
    let alignment = Alignment::recorded(lane);
    let sides = Sides { fold, stream: lane.name(), left: &**baseline, right: &branch, alignment: &alignment };
    compare_sides(sides, on_unreadable, progress, cancel)
}

/// Two histories of one stream, and how their events stand opposite each other.
#[derive(Clone, Copy)]
pub struct Sides<'a> {
    /// What makes states on both sides.
    pub fold: &'a dyn Fold,
    /// The stream's name.
    pub stream: &'a Arc<str>,
    /// What is compared with.
    pub left: &'a dyn History,
    /// What is compared.
    pub right: &'a dyn History,
    /// How they stand opposite each other.
    pub alignment: &'a Alignment,
}

impl<'a> Sides<'a> {
    /// Both sides after all events with which they begin alike.
    pub(super) fn parted(&self, setting: Setting<'a>) -> Result<(Runner<'a>, Runner<'a>), ReplayFailure> {
        let mut common = Runner::new(setting, self.left);
        common.run_to(self.alignment.fork().first_invalid)?;
        let right = common.fork(self.right);
        Ok((common, right))
    }

    /// The events with which both end alike, if the projection sees no difference in them.
    pub(super) fn common_tail(&self) -> Option<CommonTail> {
        self.alignment.fork().tail.filter(|tail| !(tail.renumbered && self.fold.reads_versions()))
    }
}

/// Compares any two histories of a stream: the left one takes the baseline's place, the right one the branch's. What
/// [`compare`] says of the events looked at holds here too.
pub fn compare_sides(
    sides: Sides<'_>,
    on_unreadable: OnUnreadable,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<StreamComparison, ReplayFailure> {
    let setting = Setting { fold: sides.fold, on_unreadable, progress, cancel };
    let (baseline, branch) = sides.parted(setting)?;
    let comparison = Comparison {
        sides,
        baseline,
        branch,
        first_divergence: None,
        broken: Vec::new(),
        mended: Vec::new(),
        no_effect: Vec::new(),
        moved: Moved::of(sides.alignment),
    };
    comparison.run()
}

/// What an event did in one of the histories.
#[derive(Debug, Clone)]
struct Effect {
    changed: bool,
    broken: Vec<usize>,
}

/// Recorded events that stand elsewhere in the same lane: their two places are passed at different times.
#[derive(Debug, Default)]
struct Moved {
    /// From their place in the baseline to that in the branch.
    branch_places: HashMap<usize, usize>,
    arrivals: HashSet<usize>,
    /// By place in the branch.
    in_baseline: HashMap<usize, Effect>,
    in_branch: HashMap<usize, (Effect, EventMoment)>,
}

impl Moved {
    fn of(alignment: &Alignment) -> Self {
        let places = alignment.moved().iter().map(|(baseline, branch)| (*baseline as usize, *branch as usize));
        let branch_places: HashMap<usize, usize> = places.collect();
        let arrivals = branch_places.values().copied().collect();
        Self { branch_places, arrivals, ..Self::default() }
    }
}

/// How far from the start of the common tail the two states are compared next: at 1, 2, 4, 8 … events, so that it
/// costs little where they never meet again.
pub(super) fn next_look(done: usize) -> usize {
    done.max(1) * 2
}

/// How many events of the common tail both sides have passed, if they are at the same place of it.
pub(super) fn passed_of_tail(tail: &CommonTail, left: &Runner<'_>, right: &Runner<'_>) -> Option<usize> {
    let into = left.at.checked_sub(tail.baseline)?;
    (right.at.checked_sub(tail.branch)? == into).then_some(into)
}

/// Whether both states are the same down to the spelling of numbers and the order of keys: then so is all that the
/// same events make of them.
pub(super) fn has_met(left: &Runner<'_>, right: &Runner<'_>) -> bool {
    left.error.is_none()
        && right.error.is_none()
        && (left.state.value.is_same(&right.state.value)
            || json::to_text(&left.state.value) == json::to_text(&right.state.value))
}

struct Comparison<'a> {
    sides: Sides<'a>,
    baseline: Runner<'a>,
    branch: Runner<'a>,
    first_divergence: Option<EventMoment>,
    /// With places in the branch, to sort by.
    broken: Vec<(usize, usize, EventMoment)>,
    /// In the order of the baseline.
    mended: Vec<(usize, EventMoment)>,
    no_effect: Vec<(usize, EventMoment)>,
    moved: Moved,
}

impl Comparison<'_> {
    fn run(mut self) -> Result<StreamComparison, ReplayFailure> {
        let tail = self.sides.common_tail();
        let mut look_at = 0;
        while !(self.baseline.is_done() && self.branch.is_done()) {
            if self.baseline.error.is_some() && self.branch.error.is_some() {
                break;
            }
            if let Some(into) = tail.and_then(|tail| passed_of_tail(&tail, &self.baseline, &self.branch))
                && into >= look_at
            {
                if has_met(&self.baseline, &self.branch) {
                    break;
                }
                look_at = next_look(into);
            }
            self.step()?;
        }
        let met = tail.filter(|_| !self.branch.is_done() && self.branch.error.is_none());
        self.finish(met)
    }

    /// Passes the next events that stand opposite each other.
    fn step(&mut self) -> Result<(), ReplayFailure> {
        let (base_place, branch_place) = (self.baseline.at, self.branch.at);
        let opposite = self.sides.alignment.opposite(base_place, branch_place);
        let (base_moves, branch_moves) = (opposite.left, opposite.right);
        let recorded = if base_moves { Some(self.baseline.step()?) } else { None };
        // At a place from which an event was moved on, the branch has the one that stands there now.
        let here = if !branch_moves && self.moved.branch_places.contains_key(&base_place) && !self.branch.is_done() {
            Some(self.branch.peek()?)
        } else {
            None
        };
        let branched = if branch_moves { Some(self.branch.step()?) } else { None };
        let changes = |ran: &Option<Ran>| ran.as_ref().map(|ran| ran.changes.clone()).unwrap_or_default();
        if self.first_divergence.is_none() && changes(&recorded) != changes(&branched) {
            let event = |ran: &Option<Ran>| ran.as_ref().map(|ran| ran.event.clone());
            let event = event(&branched).or(here).or_else(|| event(&recorded));
            self.first_divergence = event.map(|event| EventMoment::of(&event));
        }
        self.note_mended(recorded.as_ref());
        self.note(recorded.as_ref(), branched.as_ref(), !opposite.paired);
        Ok(())
    }

    /// Notes what a recorded event leaves broken and the branch does not, where it stands by then.
    fn note_mended(&mut self, recorded: Option<&Ran>) {
        let Some(ran) = recorded.filter(|ran| ran.took_part && self.branch.error.is_none()) else { return };
        let broken = self.baseline.broken();
        if broken.is_empty() {
            return;
        }
        let there = self.branch.broken();
        let mended = broken.into_iter().filter(|invariant| !there.contains(invariant));
        self.mended.extend(mended.map(|invariant| (invariant, EventMoment::of(&ran.event))));
    }

    /// Notes invariants and effects at a place. `unpaired` events are not the same one.
    fn note(&mut self, recorded: Option<&Ran>, branched: Option<&Ran>, unpaired: bool) {
        if let Some(ran) = recorded
            && let Some(place) = self.moved.branch_places.get(&ran.place)
        {
            let effect = Effect { changed: !ran.changes.is_empty(), broken: self.baseline.broken() };
            self.moved.in_baseline.insert(*place, effect);
        }
        let Some(ran) = branched.filter(|ran| ran.took_part) else { return };
        let effect = Effect { changed: !ran.changes.is_empty(), broken: self.branch.broken() };
        let moment = EventMoment::of(&ran.event);
        if unpaired && self.moved.arrivals.contains(&ran.place) {
            self.moved.in_branch.insert(ran.place, (effect, moment));
            return;
        }
        // An event that is only in the branch is held against the baseline's state at the same place.
        let held = if effect.broken.is_empty() { Vec::new() } else { self.baseline.broken() };
        let baseline =
            Effect { changed: !unpaired && recorded.is_some_and(|ran| !ran.changes.is_empty()), broken: held };
        self.hold_against(ran.place, &baseline, &effect, &moment);
    }

    fn hold_against(&mut self, place: usize, baseline: &Effect, branch: &Effect, moment: &EventMoment) {
        let newly = branch.broken.iter().filter(|invariant| !baseline.broken.contains(invariant));
        self.broken.extend(newly.map(|invariant| (place, *invariant, moment.clone())));
        if baseline.changed && !branch.changed {
            self.no_effect.push((place, moment.clone()));
        }
    }

    fn finish(mut self, met: Option<CommonTail>) -> Result<StreamComparison, ReplayFailure> {
        let moved = std::mem::take(&mut self.moved);
        for (place, (effect, moment)) in &moved.in_branch {
            if let Some(baseline) = moved.in_baseline.get(place) {
                self.hold_against(*place, baseline, effect, moment);
            }
        }
        self.broken.sort_by_key(|(place, invariant, _)| (*place, *invariant));
        self.no_effect.sort_by_key(|(place, _)| *place);
        let skipped_before = self.baseline.skipped;
        self.baseline.run_to(self.sides.left.len())?;
        let baseline = end(&self.baseline);
        let branch = match met {
            Some(tail) => {
                self.end_of_met(&tail, &baseline, self.branch.skipped + self.baseline.skipped - skipped_before)?
            }
            None => end(&self.branch),
        };
        let invariants = &self.sides.fold.info().invariants;
        let named = |(invariant, at): (usize, EventMoment)| {
            Some(BrokenInvariant { name: invariants.get(invariant)?.clone(), at })
        };
        let broken = self.broken.into_iter().map(|(_, invariant, at)| (invariant, at)).filter_map(named);
        let mended = self.mended.into_iter().filter_map(named);
        Ok(StreamComparison {
            stream: self.sides.stream.clone(),
            first_divergence: self.first_divergence,
            changes: diff_for(self.sides.fold, &baseline.state, &branch.state),
            baseline,
            branch,
            broken_invariants: broken.collect(),
            mended_invariants: mended.collect(),
            no_effect: self.no_effect.into_iter().map(|(_, moment)| moment).collect(),
        })
    }

    /// The branch's end where it has met the baseline: the baseline's, under the branch's numbers.
    fn end_of_met(&self, tail: &CommonTail, baseline: &End, skipped: usize) -> Result<End, ReplayFailure> {
        let right = self.sides.right;
        let version_at = |place: usize| -> Result<Option<i64>, ReplayFailure> {
            let Some(place) = place.checked_sub(tail.baseline).map(|into| into + tail.branch) else { return Ok(None) };
            if place >= right.len() {
                return Ok(None);
            }
            Ok(right.events(place..place + 1)?.pop().and_then(|event| event.version))
        };
        let version = match &self.baseline.last {
            Some((place, _)) if *place >= tail.baseline => version_at(*place)?,
            _ => self.branch.last.as_ref().and_then(|(_, event)| event.version),
        };
        let mut error = baseline.error.clone();
        if let Some(error) = &mut error {
            error.version = version_at(error.place)?;
            error.place = (error.place + tail.branch).saturating_sub(tail.baseline);
        }
        Ok(End { version, state: baseline.state.clone(), skipped, error })
    }
}

fn end(runner: &Runner<'_>) -> End {
    End {
        version: runner.last.as_ref().and_then(|(_, event)| event.version),
        state: runner.state.value.clone(),
        skipped: runner.skipped,
        error: runner.error.clone(),
    }
}
