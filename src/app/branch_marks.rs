//! Where the events of a branch's lanes stand along the axis: worked out when a branch comes, not at each frame.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{Event, EventLog};
use crate::timeline::{Axis, AxisKind};
use crate::whatif::{Branch, BranchEvent};

/// The lanes of a branch, by stream.
#[derive(Debug, Clone, Default)]
pub struct BranchMarks(HashMap<Arc<str>, BranchLaneMarks>);

/// One lane.
#[derive(Debug, Clone, Default)]
pub struct BranchLaneMarks {
    /// Events that are as recorded, by coordinate: their indices in the log.
    pub recorded: Vec<u32>,
    /// Events that the scenario made or changed, by coordinate; with the recorded one, if there was one.
    pub own: Vec<(f64, Option<u32>)>,
    /// Where the branch leaves the recorded history.
    pub fork: f64,
}

impl BranchMarks {
    /// The lanes of a branch.
    pub fn new(log: &EventLog, axis: &Axis, branch: &Branch) -> Self {
        let place = |event: &Event, reached: f64| match axis.kind() {
            AxisKind::Time => event.time.map_or(reached, |time| axis.coordinate_of_time(time)),
            AxisKind::Sequence => reached,
        };
        let lanes = branch.lanes().iter().map(|lane| {
            let recorded = lane.stream().map_or(&[][..], |stream| log.lane(stream));
            let coordinate = |event: &u32| axis.coordinate(log, *event as usize);
            let fork = recorded.get(lane.first_invalid()).or(recorded.last()).and_then(coordinate).unwrap_or(0.0);
            let mut marks = BranchLaneMarks { fork, ..BranchLaneMarks::default() };
            // An event that stands nowhere by itself stands with the one before it.
            let mut reached = recorded.first().and_then(coordinate).unwrap_or(0.0);
            for event in lane.events().iter() {
                match event {
                    BranchEvent::Recorded { index, .. } => {
                        if let Some(at) = coordinate(index) {
                            reached = at;
                            marks.recorded.push(*index);
                        }
                    }
                    BranchEvent::Edited { base, event } => marks.own.push((place(event, reached), Some(*base))),
                    BranchEvent::Inserted { event } => marks.own.push((place(event, reached), None)),
                }
            }
            marks.recorded.retain(|event| coordinate(event).is_some_and(|at| at >= fork));
            marks
                .recorded
                .sort_by(|a, b| coordinate(a).partial_cmp(&coordinate(b)).unwrap_or(std::cmp::Ordering::Equal));
            marks.own.sort_by(|a, b| a.0.total_cmp(&b.0));
            (lane.name().clone(), marks)
        });
        Self(lanes.collect())
    }

    /// The lane of a stream, if the branch has one.
    pub fn lane(&self, stream: &str) -> Option<&BranchLaneMarks> {
        self.0.get(stream)
    }
}
