//! Where the events of a branch's lanes stand along the axis: worked out when a branch comes, not at each frame.
//!
//! Only what differs is held. Everything else of a lane is the recorded lane's, from the fork on.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::model::{Event, EventLog, StreamIndex, Timestamp};
use crate::timeline::{Axis, AxisKind};
use crate::whatif::{Branch, BranchEvent, BranchLane, LaneRun};

/// The lanes of a branch, by stream.
#[derive(Debug, Clone, Default)]
pub struct BranchMarks {
    lanes: HashMap<Arc<str>, BranchLaneMarks>,
    new_streams: Vec<Arc<str>>,
}

/// One lane.
#[derive(Debug, Clone, Default)]
pub struct BranchLaneMarks {
    /// The recorded stream; `None` for one that only the branch has.
    pub stream: Option<StreamIndex>,
    /// Recorded events that are not in the branch as they were: left out, moved, or changed. Sorted by index.
    pub missing: Vec<u32>,
    /// Where those stand, sorted.
    pub missing_at: Vec<f64>,
    /// Events that the scenario made, changed or moved, by coordinate.
    pub own: Vec<OwnMark>,
    /// Where the branch leaves the recorded history.
    pub fork: f64,
    /// The version there, or the place in the stream from 1 where versions are null.
    pub fork_version: Option<i64>,
    /// What the edits come to in this stream, in a few words: `without v7`, `1 left out, 2 inserted`.
    pub words: String,
}

/// An event that is not as recorded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OwnMark {
    /// Where it stands.
    pub at: f64,
    /// How many events of the lane stand exactly there before it: marks are put beside each other.
    pub step: u8,
    /// Its place in the branch's lane.
    pub place: u32,
    /// The recorded event that it is, if it is one.
    pub base: Option<u32>,
}

impl BranchMarks {
    /// The lanes of a branch.
    pub fn new(log: &EventLog, axis: &Axis, branch: &Branch) -> Self {
        let placed = |lane: &BranchLane| {
            let events = lane.fresh().iter().filter_map(|place| lane.events().get(*place as usize));
            events.filter_map(|event| event.index()).collect::<Vec<u32>>()
        };
        let elsewhere: HashSet<u32> = branch.lanes().iter().flat_map(placed).collect();
        let lanes =
            branch.lanes().iter().map(|lane| (lane.name().clone(), BranchLaneMarks::new(log, axis, lane, &elsewhere)));
        let new_streams = branch.lanes().iter().filter(|lane| lane.stream().is_none() && !lane.events().is_empty());
        Self { lanes: lanes.collect(), new_streams: new_streams.map(|lane| lane.name().clone()).collect() }
    }

    /// The lane of a stream, if the branch has one.
    pub fn lane(&self, stream: &str) -> Option<&BranchLaneMarks> {
        self.lanes.get(stream)
    }

    /// Streams that only the branch has, and that have events in it.
    pub fn new_streams(&self) -> &[Arc<str>] {
        &self.new_streams
    }
}

impl BranchLaneMarks {
    fn new(log: &EventLog, axis: &Axis, lane: &BranchLane, elsewhere: &HashSet<u32>) -> Self {
        let recorded = lane.stream().map_or(&[][..], |stream| log.lane(stream));
        let at = |event: u32| axis.coordinate(log, event as usize);
        let fresh = fresh_coordinates(log, axis, lane);
        let mut own: Vec<OwnMark> = Vec::with_capacity(fresh.len());
        let mut missing: Vec<u32> =
            lane.lifted().iter().filter_map(|place| recorded.get(*place as usize).copied()).collect();
        let mut changed = Counted::default();
        for (place, at) in lane.fresh().iter().zip(fresh) {
            let base = lane.events().get(*place as usize).and_then(|event| event.index());
            own.push(OwnMark { at, step: 0, place: *place, base });
        }
        for run in lane.events().runs(0..lane.events().len()) {
            let LaneRun::Own { place, event: BranchEvent::Edited { base, event }, fresh: false } = run else {
                continue;
            };
            let there = place_of(axis, &event).or_else(|| at(base));
            own.extend(there.map(|at| OwnMark { at, step: 0, place: place as u32, base: Some(base) }));
            missing.push(base);
            changed.add(number(log, base, place));
        }
        own.sort_by(|a, b| a.at.total_cmp(&b.at).then(a.place.cmp(&b.place)));
        missing.sort_unstable();
        let mut missing_at: Vec<f64> = missing.iter().filter_map(|event| at(*event)).collect();
        missing_at.sort_by(f64::total_cmp);
        beside(&mut own, |at| stands_there(log, axis, recorded, &missing, at));
        let first = lane.first_invalid();
        let fallback = recorded.get(first).or(recorded.last()).and_then(|event| at(*event));
        let ends = own.first().map(|mark| mark.at).into_iter().chain(missing_at.first().copied());
        let fork_version = match (recorded.get(first), lane.events().get(first)) {
            (Some(event), _) => Some(number(log, *event, first)),
            (None, Some(event)) => event.version().or(Some(first as i64 + 1)),
            (None, None) => None,
        };
        Self {
            stream: lane.stream(),
            fork: ends.reduce(f64::min).or(fallback).unwrap_or(0.0),
            fork_version,
            words: words(log, lane, recorded, changed, elsewhere),
            missing,
            missing_at,
            own,
        }
    }
}

/// Where the events stand that are not at their recorded place: one for each of [`BranchLane::fresh`]. On the
/// sequence axis, those that follow the same event share the room after it.
pub(super) fn fresh_coordinates(log: &EventLog, axis: &Axis, lane: &BranchLane) -> Vec<f64> {
    let (events, fresh) = (lane.events(), lane.fresh());
    let mut out = Vec::with_capacity(fresh.len());
    // Runs of events that follow each other.
    for run in fresh.chunk_by(|a, b| a + 1 == *b) {
        let (first, last) = (run[0] as usize, run[run.len() - 1] as usize);
        let recorded = |event: BranchEvent| event.index().and_then(|index| axis.coordinate(log, index as usize));
        let before = first.checked_sub(1).and_then(|before| events.get(before)).and_then(recorded);
        let after = events.get(last + 1).and_then(recorded);
        for (at, place) in run.iter().enumerate() {
            let share = (at + 1) as f64 / (run.len() + 1) as f64;
            let time = events.get(*place as usize).and_then(|event| time_of(log, &event));
            let coordinate = match axis.kind() {
                AxisKind::Time => time.map(|time| axis.coordinate_of_time(time)).or(before).or(after),
                AxisKind::Sequence => match (before, after) {
                    (Some(before), _) => Some(before + share),
                    (None, Some(after)) => Some(after - 1.0 + share),
                    (None, None) => time.map(|time| among(log, time) - 1.0 + share),
                },
            };
            out.push(coordinate.unwrap_or(0.0));
        }
    }
    out
}

/// The place in a branch's lane of a recorded event that no edit put elsewhere. Costs what was edited, not what the
/// lane has.
pub fn in_branch(log: &EventLog, lane: &BranchLane, event: u32) -> Option<usize> {
    let place = place_in(log, lane.stream()?, event)?;
    if lane.lifted().binary_search(&(place as u32)).is_ok() {
        return None;
    }
    let there = place - lane.lifted().partition_point(|lifted| (*lifted as usize) < place);
    let before = lane.fresh().iter().enumerate().take_while(|(at, fresh)| **fresh as usize <= there + at).count();
    Some(there + before)
}

/// The place of an event in its stream's lane.
pub fn place_in(log: &EventLog, stream: StreamIndex, event: u32) -> Option<usize> {
    let lane = log.lane(stream);
    if log.is_lane_by_position(stream) {
        return lane.binary_search(&event).ok();
    }
    if log.is_lane_by_version(stream) {
        let version = log.version(event as usize);
        let place = lane.partition_point(|other| log.version(*other as usize) < version);
        // Of an event that is in several streams, the version is not of this one.
        if lane.get(place) == Some(&event) {
            return Some(place);
        }
    }
    lane.iter().position(|other| *other == event)
}

/// When an event of a branch happened.
pub fn time_of(log: &EventLog, event: &BranchEvent) -> Option<Timestamp> {
    match event {
        BranchEvent::Recorded { index, .. } => log.time(*index as usize),
        BranchEvent::Edited { event, .. } | BranchEvent::Inserted { event } => event.time,
    }
}

/// Where an event with contents of its own stands, if the axis is of time.
fn place_of(axis: &Axis, event: &Event) -> Option<f64> {
    event.time.filter(|_| axis.kind() == AxisKind::Time).map(|time| axis.coordinate_of_time(time))
}

/// How many events of the store are not later: in a store whose order is that of time.
fn among(log: &EventLog, time: Timestamp) -> f64 {
    let (mut low, mut high) = (0, log.len());
    while low < high {
        let middle = low + (high - low) / 2;
        if log.time(middle).is_none_or(|at| at <= time) { low = middle + 1 } else { high = middle }
    }
    low as f64
}

/// The version that people see: where there is none, the place from 1.
fn number(log: &EventLog, event: u32, place: usize) -> i64 {
    log.version(event as usize).unwrap_or(place as i64 + 1)
}

/// Whether a recorded event that stayed as it was stands exactly there.
fn stands_there(log: &EventLog, axis: &Axis, recorded: &[u32], missing: &[u32], at: f64) -> bool {
    let coordinate = |event: &u32| axis.coordinate(log, *event as usize).unwrap_or(f64::NEG_INFINITY);
    let from = recorded.partition_point(|event| coordinate(event) < at);
    let there = recorded[from..].iter().take_while(|event| coordinate(event) == at);
    there.take(8).any(|event| missing.binary_search(event).is_err())
}

fn beside(own: &mut [OwnMark], taken: impl Fn(f64) -> bool) {
    for run in own.chunk_by_mut(|a, b| a.at == b.at) {
        let first = usize::from(taken(run[0].at));
        for (step, mark) in run.iter_mut().enumerate() {
            mark.step = (first + step).min(6) as u8;
        }
    }
}

/// How many there are, and the only one by its number.
#[derive(Default, Clone, Copy)]
struct Counted {
    count: usize,
    only: i64,
}

impl Counted {
    fn add(&mut self, number: i64) {
        self.count += 1;
        self.only = number;
    }
}

/// `without v7`, `v7 moved`, `1 left out, 2 inserted`. `elsewhere` are the events that edits gave a place.
fn words(log: &EventLog, lane: &BranchLane, recorded: &[u32], changed: Counted, elsewhere: &HashSet<u32>) -> String {
    let stays: HashSet<u32> = lane.moved().iter().map(|(_, to)| *to).collect();
    let within: HashSet<u32> = lane.moved().iter().map(|(from, _)| *from).collect();
    let (mut left_out, mut moved, mut away) = (Counted::default(), Counted::default(), Counted::default());
    for place in lane.lifted() {
        let Some(event) = recorded.get(*place as usize) else { continue };
        let count = match (within.contains(place), elsewhere.contains(event)) {
            (true, _) => &mut moved,
            (false, true) => &mut away,
            (false, false) => &mut left_out,
        };
        count.add(number(log, *event, *place as usize));
    }
    let (mut inserted, mut joined) = (0, 0);
    for place in lane.fresh().iter().filter(|place| !stays.contains(place)) {
        match lane.events().get(*place as usize) {
            Some(BranchEvent::Inserted { .. }) => inserted += 1,
            _ => joined += 1,
        }
    }
    let counts = [
        (left_out.count, "left out"),
        (changed.count, "changed"),
        (moved.count, "moved"),
        (away.count, "moved away"),
        (joined, "moved here"),
        (inserted, "inserted"),
    ];
    let only = counts.iter().map(|(count, _)| count).sum::<usize>() == 1;
    match (left_out.count, changed.count, moved.count, away.count) {
        (1, ..) if only => format!("without v{}", left_out.only),
        (_, 1, ..) if only => format!("v{} changed", changed.only),
        (_, _, 1, _) if only => format!("v{} moved", moved.only),
        (.., 1) if only => format!("v{} moved away", away.only),
        _ => {
            let there = counts.iter().filter(|(count, _)| *count > 0);
            let parts: Vec<String> = there.map(|(count, what)| format!("{count} {what}")).collect();
            if parts.is_empty() { "as recorded".to_owned() } else { parts.join(", ") }
        }
    }
}
