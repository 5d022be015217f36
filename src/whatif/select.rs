//! Which of a branch's events a moment takes in.

use crate::model::{EventLog, Moment, Selection, Timestamp};

use super::branch::{BranchEvent, BranchLane};

impl BranchLane {
    /// Which events of the branch a moment takes in. Recorded events keep their position; moved and inserted ones
    /// stand where they were put: right after the event that they follow, or right before the stream's first. Always a prefix.
    pub fn select(&self, log: &EventLog, moment: Moment) -> Selection {
        let events = self.events();
        let count = match moment {
            Moment::Position(position) => {
                let places = self.positions(log);
                places.iter().position(|place| *place > position).unwrap_or(places.len())
            }
            Moment::Instant(time) => {
                // As in a recorded stream: up to the last event that is not later, and what follows without a time.
                let last = events.iter().rposition(|event| time_of(log, event).is_some_and(|t| t <= time));
                last.map_or(0, |last| {
                    let after = &events[last + 1..];
                    last + 1 + after.iter().take_while(|event| time_of(log, event).is_none()).count()
                })
            }
            Moment::Version(version) => match events.iter().rposition(|event| event.version() == Some(version)) {
                Some(place) => place + 1,
                None => events.iter().take_while(|event| event.version().is_some_and(|v| v <= version)).count(),
            },
        };
        Selection::Prefix(count)
    }

    /// Each event's place in the store's order as the position of the recorded event that it stands with, never
    /// falling from one event to the next.
    pub(super) fn positions(&self, log: &EventLog) -> Vec<i64> {
        let events = self.events();
        // What was moved does not stand at its old place any more.
        let own = |place: usize, event: &BranchEvent| {
            let stays = self.fresh().binary_search(&(place as u32)).is_err();
            event.index().filter(|_| stays).map(|index| log.position(index as usize))
        };
        // Where the recorded stream starts, also if its first event is gone.
        let start = self.stream().and_then(|stream| log.lane(stream).first()).map(|at| log.position(*at as usize));
        let mut reached = i64::MIN;
        events
            .iter()
            .enumerate()
            .map(|(place, event)| {
                let stands = own(place, event).or(if reached == i64::MIN { start } else { None });
                let stands = stands.or_else(|| {
                    // A stream that was never recorded stands by its times.
                    let time = time_of(log, event).filter(|_| start.is_none())?;
                    let before = (0..log.len()).rev().find(|at| log.time(*at).is_some_and(|t| t <= time))?;
                    Some(log.position(before))
                });
                reached = reached.max(stands.unwrap_or(i64::MIN));
                reached
            })
            .collect()
    }
}

fn time_of(log: &EventLog, event: &BranchEvent) -> Option<Timestamp> {
    match event {
        BranchEvent::Recorded { index, .. } => log.time(*index as usize),
        BranchEvent::Edited { event, .. } | BranchEvent::Inserted { event } => event.time,
    }
}
