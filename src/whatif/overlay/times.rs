//! Where a time falls among all that was recorded.

use std::collections::VecDeque;

use super::Spot;
use crate::model::{EventLog, Timestamp};

/// What is known of a log's times.
#[derive(Debug, Default)]
pub(super) struct Times {
    searched: bool,
    /// For each event the earliest time from it on: that never falls. Only from the second search on.
    earliest: VecDeque<Option<Timestamp>>,
}

impl Times {
    /// After the last event whose time is not later; an event without a time goes with its predecessor. Where no event
    /// has a time, after all of them.
    pub fn spot_at(&mut self, log: &EventLog, time: Timestamp) -> Spot {
        let is_not_later = |at: &Option<Timestamp>| at.is_some_and(|at| at <= time);
        let last = if !self.searched {
            // Mostly there is one search, and it ends soon.
            self.searched = true;
            (0..log.len()).rev().find(|index| is_not_later(&log.time(*index)))
        } else {
            self.learn(log);
            self.earliest.partition_point(is_not_later).checked_sub(1)
        };
        let Some(last) = last else {
            let untimed = (0..log.len()).all(|index| log.time(index).is_none());
            return if untimed && !log.is_empty() { Spot::After(log.len() as u32 - 1) } else { Spot::Head };
        };
        let untimed = (last + 1..log.len()).take_while(|index| log.time(*index).is_none()).count();
        Spot::After((last + untimed) as u32)
    }

    fn learn(&mut self, log: &EventLog) {
        if self.earliest.len() == log.len() {
            return;
        }
        let mut earliest = None;
        for index in (0..log.len()).rev() {
            earliest = match (earliest, log.time(index)) {
                (Some(known), Some(time)) => Some(time.min(known)),
                (known, time) => known.or(time),
            };
            self.earliest.push_front(earliest);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{EventLogBuilder, LogRow};

    proptest! {
        #[test]
        fn later_searches_find_what_the_first_one_would(
            seconds in prop::collection::vec(prop::option::of(0i64..6), 0..9), wanted in -1i64..7,
        ) {
            let mut builder = EventLogBuilder::new(1);
            let event_type = builder.event_type("X");
            let at = |second: i64| Timestamp::from_micros(second * 1_000_000);
            for (position, second) in (1..).zip(&seconds) {
                builder.push(LogRow { time: second.and_then(at), ..LogRow::at(position, None, event_type) });
            }
            let (log, wanted) = (builder.finish(), at(wanted).unwrap());
            let mut times = Times::default();
            let first = times.spot_at(&log, wanted);
            prop_assert_eq!(times.spot_at(&log, wanted), first);
        }
    }
}
