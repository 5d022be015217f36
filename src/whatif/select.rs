//! Which of a branch's events a moment takes in. Costs what was edited, where the stream's order allows.

use crate::model::{EventLog, Moment, Selection, Timestamp};

use super::branch::BranchLane;
use super::lane::{BranchEvent, LaneRun};

/// Where an event of a branch stands among what was recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BranchSpot {
    /// The recorded event that it is, or that it was put after; `None` before all of them.
    pub event: Option<u32>,
    /// Its time, where it is not that of the recorded event.
    pub time: Option<Timestamp>,
}

impl BranchSpot {
    /// When the event happened.
    pub fn time(&self, log: &EventLog) -> Option<Timestamp> {
        self.time.or_else(|| log.time(self.event? as usize))
    }
}

impl BranchLane {
    /// Where the event at a place of the branch stands. Costs what was edited before it, at most.
    pub fn spot(&self, log: &EventLog, place: usize) -> BranchSpot {
        let lane = self.stream().map_or(&[][..], |stream| log.lane(stream));
        let mut time = None;
        for run in self.events().runs(0..place.saturating_add(1)).rev() {
            match run {
                LaneRun::Recorded { places, first, fresh: false } => {
                    return BranchSpot { event: lane.get(first + places.len() - 1).copied(), time };
                }
                LaneRun::Own { event: BranchEvent::Edited { base, event }, fresh: false, place: at } => {
                    let own =
                        if at == place { event.time.filter(|own| log.time(base as usize) != Some(*own)) } else { time };
                    return BranchSpot { event: Some(base), time: own };
                }
                LaneRun::Recorded { places, first, fresh: true } if places.end == place + 1 => {
                    time = lane.get(first + places.len() - 1).and_then(|index| log.time(*index as usize));
                }
                LaneRun::Own { event, place: at, .. } if at == place => time = time_of(log, &event),
                LaneRun::Recorded { .. } | LaneRun::Own { .. } => {}
            }
        }
        BranchSpot { event: None, time }
    }

    /// Which events of the branch a moment takes in. Recorded events keep their position; moved and inserted ones
    /// stand where they were put: right after the event that they follow, or right before the stream's first. Always a prefix.
    pub fn select(&self, log: &EventLog, moment: Moment) -> Selection {
        Selection::Prefix(match moment {
            Moment::Position(position) => self.up_to_position(log, position),
            Moment::Instant(time) => self.up_to_instant(log, time),
            Moment::Version(version) => self.up_to_version(version),
        })
    }

    /// The first place that stands beyond a position in the store's order. An event that was put somewhere stands with
    /// the recorded one before it.
    fn up_to_position(&self, log: &EventLog, position: i64) -> usize {
        let lane = self.stream().map_or(&[][..], |stream| log.lane(stream));
        let sorted = self.stream().is_some_and(|stream| log.is_lane_by_position(stream));
        let beyond = |index: u32| log.position(index as usize) > position;
        // Where the recorded stream starts, also if its first event is gone.
        let starts_beyond = lane.first().map(|first| beyond(*first));
        // Until an event stands where it was recorded, those before it stand at the start.
        let mut started = false;
        for run in self.events().runs(0..self.events().len()) {
            match run {
                LaneRun::Recorded { places, first, fresh: false } => {
                    let run = &lane[first..first + places.len()];
                    let within = if sorted {
                        run.partition_point(|index| !beyond(*index))
                    } else {
                        run.iter().position(|index| beyond(*index)).unwrap_or(run.len())
                    };
                    if within < run.len() {
                        return places.start + within;
                    }
                    started = true;
                }
                LaneRun::Recorded { places, .. } => {
                    if !started && starts_beyond == Some(true) {
                        return places.start;
                    }
                }
                LaneRun::Own { place, event: BranchEvent::Edited { base, .. }, fresh: false } => {
                    if beyond(base) {
                        return place;
                    }
                    started = true;
                }
                LaneRun::Own { place, event, .. } => {
                    let stands_beyond = match starts_beyond {
                        Some(beyond) => !started && beyond,
                        // A stream that was never recorded stands by its times.
                        None => stands_by_time(log, &event).is_some_and(|at| at > position),
                    };
                    if stands_beyond {
                        return place;
                    }
                }
            }
        }
        self.events().len()
    }

    /// For each place the position from which on a cursor takes it in, as [`select`](Self::select) has it.
    pub(super) fn positions(&self, log: &EventLog) -> Vec<i64> {
        let lane = self.stream().map_or(&[][..], |stream| log.lane(stream));
        let position = |index: u32| log.position(index as usize);
        let start = lane.first().map(|first| position(*first));
        let (mut reached, mut positions) = (i64::MIN, Vec::with_capacity(self.events().len()));
        for run in self.events().runs(0..self.events().len()) {
            match run {
                LaneRun::Recorded { places, first, fresh: false } => {
                    for index in &lane[first..first + places.len()] {
                        reached = reached.max(position(*index));
                        positions.push(reached);
                    }
                }
                LaneRun::Own { event: BranchEvent::Edited { base, .. }, fresh: false, .. } => {
                    reached = reached.max(position(base));
                    positions.push(reached);
                }
                LaneRun::Recorded { places, .. } => {
                    reached = reached.max(start.unwrap_or(reached));
                    positions.extend(places.map(|_| reached));
                }
                LaneRun::Own { event, .. } => {
                    let stands = start.or_else(|| stands_by_time(log, &event));
                    reached = reached.max(stands.unwrap_or(reached));
                    positions.push(reached);
                }
            }
        }
        positions
    }

    /// As in a recorded stream: up to the last event that is not later, and what follows without a time.
    fn up_to_instant(&self, log: &EventLog, time: Timestamp) -> usize {
        let lane = self.stream().map_or(&[][..], |stream| log.lane(stream));
        let sorted = self.stream().is_some_and(|stream| log.is_lane_by_time(stream));
        let not_later = |index: &u32| log.time(*index as usize).is_some_and(|at| at <= time);
        // Events without a time right after those that were looked at, from the end on.
        let mut untimed = 0;
        for run in self.events().runs(0..self.events().len()).rev() {
            match run {
                LaneRun::Recorded { places, first, .. } => {
                    let run = &lane[first..first + places.len()];
                    if sorted {
                        let within = run.partition_point(not_later);
                        if within > 0 {
                            return places.start + within + if within == run.len() { untimed } else { 0 };
                        }
                        untimed = 0;
                        continue;
                    }
                    for (at, index) in run.iter().enumerate().rev() {
                        if not_later(index) {
                            return places.start + at + 1 + untimed;
                        }
                        untimed = if log.time(*index as usize).is_none() { untimed + 1 } else { 0 };
                    }
                }
                LaneRun::Own { place, event, .. } => {
                    let at = time_of(log, &event);
                    if at.is_some_and(|at| at <= time) {
                        return place + 1 + untimed;
                    }
                    untimed = if at.is_none() { untimed + 1 } else { 0 };
                }
            }
        }
        0
    }

    fn up_to_version(&self, version: i64) -> usize {
        let events = self.events();
        let not_above = |place: usize| events.version(place).is_some_and(|at| at <= version);
        if events.is_by_version() {
            let (mut from, mut to) = (0, events.len());
            while from < to {
                let middle = from + (to - from) / 2;
                if not_above(middle) { from = middle + 1 } else { to = middle }
            }
            return from;
        }
        match (0..events.len()).rev().find(|place| events.version(*place) == Some(version)) {
            Some(place) => place + 1,
            None => (0..events.len()).take_while(|place| not_above(*place)).count(),
        }
    }
}

/// The position of the last recorded event that is not later than this one.
fn stands_by_time(log: &EventLog, event: &BranchEvent) -> Option<i64> {
    let time = time_of(log, event)?;
    let before = (0..log.len()).rev().find(|at| log.time(*at).is_some_and(|at| at <= time))?;
    Some(log.position(before))
}

fn time_of(log: &EventLog, event: &BranchEvent) -> Option<Timestamp> {
    match event {
        BranchEvent::Recorded { index, .. } => log.time(*index as usize),
        BranchEvent::Edited { event, .. } | BranchEvent::Inserted { event } => event.time,
    }
}
