//! Where the events of a branch's lanes stand along the axis: worked out when a branch comes, not at each frame. Costs
//! what was edited, where the stream's order is the axis's.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::model::{Event, EventLog, StreamIndex};
use crate::timeline::lanes::{Column, columns_of};
use crate::timeline::{Axis, AxisKind, View};
use crate::whatif::{Branch, BranchEvent, BranchLane, LaneRun};

/// The lanes of a branch, by stream.
#[derive(Debug, Clone, Default)]
pub struct BranchMarks(HashMap<Arc<str>, BranchLaneMarks>);

/// One lane.
#[derive(Debug, Clone, Default)]
pub struct BranchLaneMarks {
    /// Events from the fork on that are as recorded.
    recorded: Recorded,
    /// Events that the scenario made or changed, by coordinate; with the recorded one, if there was one.
    pub own: Vec<(f64, Option<u32>)>,
    /// Where the branch leaves the recorded history.
    pub fork: f64,
}

/// Recorded events by coordinate.
#[derive(Debug, Clone)]
enum Recorded {
    /// Runs of places in the lane of a stream that stands in the order of the axis, each with how many events come
    /// before it.
    Runs(StreamIndex, Vec<(usize, Range<usize>)>),
    /// One by one.
    Events(Vec<u32>),
}

impl Default for Recorded {
    fn default() -> Self {
        Self::Events(Vec::new())
    }
}

impl BranchMarks {
    /// The lanes of a branch.
    pub fn new(log: &EventLog, axis: &Axis, branch: &Branch) -> Self {
        Self(branch.lanes().iter().map(|lane| (lane.name().clone(), BranchLaneMarks::new(log, axis, lane))).collect())
    }

    /// The lane of a stream, if the branch has one.
    pub fn lane(&self, stream: &str) -> Option<&BranchLaneMarks> {
        self.0.get(stream)
    }
}

impl BranchLaneMarks {
    fn new(log: &EventLog, axis: &Axis, lane: &BranchLane) -> Self {
        let recorded = lane.stream().map_or(&[][..], |stream| log.lane(stream));
        let coordinate = |event: &u32| axis.coordinate(log, *event as usize);
        let fork = recorded.get(lane.first_invalid()).or(recorded.last()).and_then(coordinate).unwrap_or(0.0);
        // An event that stands nowhere by itself stands with the one before it.
        let mut reached = recorded.first().and_then(coordinate).unwrap_or(0.0);
        let place = |event: &Event, reached: f64| match axis.kind() {
            AxisKind::Time => event.time.map_or(reached, |time| axis.coordinate_of_time(time)),
            AxisKind::Sequence => reached,
        };
        let (mut own, mut runs) = (Vec::new(), Vec::new());
        for run in lane.events().runs(0..lane.events().len()) {
            match run {
                LaneRun::Recorded { places, first, .. } => {
                    let run = first..first + places.len();
                    reached = recorded[run.clone()].iter().rev().find_map(coordinate).unwrap_or(reached);
                    runs.push(run);
                }
                LaneRun::Own { event: BranchEvent::Edited { base, event }, .. } => {
                    own.push((place(&event, reached), Some(base)));
                }
                LaneRun::Own { event: BranchEvent::Inserted { event }, .. } => own.push((place(&event, reached), None)),
                LaneRun::Own { event: BranchEvent::Recorded { .. }, .. } => {}
            }
        }
        own.sort_by(|a, b| a.0.total_cmp(&b.0));
        let recorded = Recorded::new(log, axis, lane.stream(), runs, fork);
        Self { recorded, own, fork }
    }

    /// The columns of a width in which events stand that are as recorded.
    pub fn columns(&self, log: &EventLog, axis: &Axis, view: View, width: f32) -> Vec<Column> {
        columns_of(log, axis, self.recorded.len(), |at| self.recorded.get(log, at), view, width)
    }
}

impl Recorded {
    /// Runs of places of a stream's lane, in any order; what stands before the fork is not drawn twice.
    fn new(log: &EventLog, axis: &Axis, stream: Option<StreamIndex>, mut runs: Vec<Range<usize>>, fork: f64) -> Self {
        let Some(stream) = stream else { return Self::default() };
        let lane = log.lane(stream);
        let coordinate = |event: &u32| axis.coordinate(log, *event as usize);
        let is_beyond = |event: &u32| coordinate(event).is_some_and(|at| at >= fork);
        let in_order = match axis.kind() {
            AxisKind::Time => log.is_lane_by_time(stream),
            AxisKind::Sequence => log.is_lane_by_position(stream),
        };
        if !in_order {
            let mut events: Vec<u32> = runs.into_iter().flat_map(|run| &lane[run]).copied().filter(is_beyond).collect();
            events.sort_by(|a, b| coordinate(a).partial_cmp(&coordinate(b)).unwrap_or(std::cmp::Ordering::Equal));
            return Self::Events(events);
        }
        let from = lane.partition_point(|event| !is_beyond(event));
        runs.sort_unstable_by_key(|run| run.start);
        let mut joined: Vec<(usize, Range<usize>)> = Vec::with_capacity(runs.len());
        for run in runs {
            let run = run.start.max(from)..run.end;
            match joined.last_mut() {
                _ if run.is_empty() => {}
                Some((_, last)) if last.end == run.start => last.end = run.end,
                last => {
                    let before = last.map_or(0, |(before, last)| *before + last.len());
                    joined.push((before, run));
                }
            }
        }
        Self::Runs(stream, joined)
    }

    fn len(&self) -> usize {
        match self {
            Self::Runs(_, runs) => runs.last().map_or(0, |(before, run)| before + run.len()),
            Self::Events(events) => events.len(),
        }
    }

    fn get(&self, log: &EventLog, at: usize) -> u32 {
        match self {
            Self::Runs(stream, runs) => {
                let (before, run) = &runs[runs.partition_point(|(before, _)| *before <= at) - 1];
                log.lane(*stream)[run.start + (at - before)]
            }
            Self::Events(events) => events[at],
        }
    }
}
