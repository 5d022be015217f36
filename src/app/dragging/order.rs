//! The events of a stream among which one is dropped.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use super::{Held, subject};
use crate::app::branch_marks::{fresh_coordinates, time_of};
use crate::model::{EventLog, StreamIndex, Timestamp};
use crate::timeline::{Axis, AxisKind};
use crate::whatif::{BranchLane, LaneRun};

/// A stream's events in the order that the scenario gives them, without the one that is dragged.
pub(super) struct Order<'a> {
    log: &'a EventLog,
    axis: Axis,
    pub stream: &'a str,
    pub recorded: Option<StreamIndex>,
    events: &'a [u32],
    lane: Option<&'a BranchLane>,
    /// Where events stand that edits gave a place.
    fresh: Vec<f64>,
    pub skip: Option<usize>,
}

impl<'a> Order<'a> {
    pub fn new(
        log: &'a EventLog,
        axis: Axis,
        recorded: Option<StreamIndex>,
        lane: Option<&'a BranchLane>,
        stream: &str,
        skip: Option<usize>,
    ) -> Self {
        let events = recorded.map_or(&[][..], |stream| log.lane(stream));
        let fresh = lane.map_or_else(Vec::new, |lane| fresh_coordinates(log, &axis, lane));
        let known = recorded.map(|stream| &*log.stream(stream).name).or(lane.map(|lane| &**lane.name()));
        debug_assert_eq!(known.unwrap_or(stream), stream);
        Self { log, axis, stream: known.unwrap_or_default(), recorded, events, lane, fresh, skip }
    }

    pub fn len(&self) -> usize {
        self.lane.map_or(self.events.len(), |lane| lane.events().len()) - usize::from(self.skip.is_some())
    }

    /// Recorded events that are not in the stream any more: their places in the recorded lane, and their times.
    pub fn left_out(&self) -> impl Iterator<Item = (usize, Option<Timestamp>)> {
        let moved: HashSet<u32> = self.lane.iter().flat_map(|lane| lane.moved()).map(|(from, _)| *from).collect();
        let lifted = self.lane.map_or(&[][..], |lane| lane.lifted()).iter();
        let gone = lifted.filter(move |place| !moved.contains(place)).map(|place| *place as usize);
        gone.filter_map(|place| Some((place, self.log.time(*self.events.get(place)? as usize))))
    }

    /// Its place with the dragged one.
    fn full(&self, at: usize) -> usize {
        if self.skip.is_some_and(|skip| at >= skip) { at + 1 } else { at }
    }

    pub fn subject(&self, at: usize) -> Held {
        match self.lane {
            Some(lane) => {
                lane.events().get(self.full(at)).map_or_else(|| Held::Inserted(Arc::default()), |event| subject(&event))
            }
            None => Held::Recorded(self.events[self.full(at)]),
        }
    }

    pub fn is_fresh(&self, at: usize) -> bool {
        self.lane.is_some_and(|lane| lane.fresh().binary_search(&(self.full(at) as u32)).is_ok())
    }

    pub fn time(&self, at: usize) -> Option<Timestamp> {
        self.time_at(self.full(at))
    }

    fn time_at(&self, full: usize) -> Option<Timestamp> {
        match self.lane {
            Some(lane) => lane.events().get(full).and_then(|event| time_of(self.log, &event)),
            None => self.log.time(self.events[full] as usize),
        }
    }

    pub fn coordinate(&self, at: usize) -> f64 {
        self.coordinate_at(self.full(at))
    }

    fn coordinate_at(&self, full: usize) -> f64 {
        let Some(lane) = self.lane else {
            return self.axis.coordinate(self.log, self.events[full] as usize).unwrap_or(f64::NEG_INFINITY);
        };
        match lane.fresh().binary_search(&(full as u32)) {
            Ok(at) => self.fresh[at],
            Err(_) => {
                let index = lane.events().get(full).and_then(|event| event.index());
                index.and_then(|index| self.axis.coordinate(self.log, index as usize)).unwrap_or(f64::NEG_INFINITY)
            }
        }
    }

    /// The place after the last event that is not later. What has no time goes with the one before it.
    pub fn after_time(&self, time: Timestamp) -> usize {
        let rising = self.recorded.is_some_and(|stream| self.log.is_lane_by_time(stream));
        let last = self.after_last(rising, &|full| self.time_at(full).is_some_and(|at| at <= time));
        let mut after = last;
        while last > 0 && after < self.len() && self.time(after).is_none() {
            after += 1;
        }
        after
    }

    pub fn after_coordinate(&self, place: f64) -> usize {
        let rising = self.recorded.is_some_and(|stream| match self.axis.kind() {
            AxisKind::Time => self.log.is_lane_by_time(stream),
            AxisKind::Sequence => self.log.is_lane_by_position(stream),
        });
        self.after_last(rising, &|full| self.coordinate_at(full) <= place)
    }

    /// The place after the last event of which something holds; 0 if it holds of none. Where it `rises` along what was
    /// recorded, first holding and then not, each run of recorded neighbours costs a binary search: the pointer asks
    /// at every move.
    fn after_last(&self, rises: bool, holds: &dyn Fn(usize) -> bool) -> usize {
        let last_of = |places: Range<usize>, rises: bool| {
            if !rises {
                return places.rev().find(|full| self.skip != Some(*full) && holds(*full));
            }
            let (mut low, mut high) = (places.start, places.end);
            while low < high {
                let middle = low + (high - low) / 2;
                if holds(middle) { low = middle + 1 } else { high = middle }
            }
            let last = (places.start..low).next_back()?;
            if self.skip == Some(last) { (places.start..last).next_back() } else { Some(last) }
        };
        let last = match self.lane {
            None => last_of(0..self.events.len(), rises),
            Some(lane) => lane.events().runs(0..lane.events().len()).rev().find_map(|run| match run {
                LaneRun::Recorded { places, fresh, .. } => last_of(places, rises && !fresh),
                LaneRun::Own { place, .. } => last_of(place..place + 1, false),
            }),
        };
        last.map_or(0, |full| full + 1 - usize::from(self.skip.is_some_and(|skip| skip < full)))
    }
}
