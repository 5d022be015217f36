//! Which of a stream's events a moment takes in.

use std::sync::Arc;

use super::log::{EventLog, StreamIndex};
use super::moment::Moment;
use super::time::Timestamp;

/// Which of a stream's events a moment takes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// The first so many of its lane.
    Prefix(usize),
    /// These places of its lane, in order: only where positions run against versions.
    Places(Vec<usize>),
}

impl Selection {
    /// How many events are selected.
    pub fn len(&self) -> usize {
        match self {
            Self::Prefix(len) => *len,
            Self::Places(places) => places.len(),
        }
    }

    /// Whether nothing is selected: the initial state.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The place of the last selected event in its lane.
    pub fn last(&self) -> Option<usize> {
        match self {
            Self::Prefix(len) => len.checked_sub(1),
            Self::Places(places) => places.last().copied(),
        }
    }
}

/// Why a moment has no meaning in a stream.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// A version above the last or in a gap.
    #[error("{stream} has no version {version}; {}", neighbours_text(.before, .after))]
    NoSuchVersion {
        /// The stream's name.
        stream: Arc<str>,
        /// The version asked for.
        version: i64,
        /// The nearest version below.
        before: Option<i64>,
        /// The nearest version above.
        after: Option<i64>,
    },
    /// A version that occurs twice can't name a moment.
    #[error("version {version} occurs {times} times in {stream}; name a position instead (#{first_position})")]
    AmbiguousVersion {
        /// The stream's name.
        stream: Arc<str>,
        /// The version asked for.
        version: i64,
        /// How often it occurs.
        times: usize,
        /// Position of the first that has it.
        first_position: i64,
    },
    /// The events have no times.
    #[error("the events of {0} have no times; name a position (#12) or a version (v3)")]
    NoTimes(Arc<str>),
}

fn neighbours_text(before: &Option<i64>, after: &Option<i64>) -> String {
    match (before, after) {
        (Some(before), Some(after)) => format!("its neighbours are v{before} and v{after}"),
        (Some(before), None) => format!("its last is v{before}"),
        (None, Some(after)) => format!("its first is v{after}"),
        (None, None) => "it has no events".to_owned(),
    }
}

impl EventLog {
    /// Which events of a stream a moment takes in (CLI contract, "A moment").
    pub fn select(&self, stream: StreamIndex, moment: Moment) -> Result<Selection, ResolveError> {
        let lane = self.lane(stream);
        match moment {
            Moment::Position(position) if self.is_lane_by_position(stream) => {
                let end = self.count_up_to_position(position) as u32;
                Ok(Selection::Prefix(lane.partition_point(|event| *event < end)))
            }
            Moment::Position(position) => Ok(self.select_position(lane, position)),
            Moment::Instant(time) if self.is_lane_by_time(stream) => {
                let not_later = |event: &u32| self.time(*event as usize).is_some_and(|at| at <= time);
                Ok(Selection::Prefix(lane.partition_point(not_later)))
            }
            Moment::Instant(time) => {
                self.select_instant(lane, time).ok_or_else(|| ResolveError::NoTimes(self.stream(stream).name.clone()))
            }
            Moment::Version(version) => self.select_version(stream, version),
        }
    }

    fn select_position(&self, lane: &[u32], position: i64) -> Selection {
        let end = self.count_up_to_position(position) as u32;
        let places: Vec<usize> = lane.iter().enumerate().filter(|(_, e)| **e < end).map(|(place, _)| place).collect();
        if places.last().is_none_or(|last| last + 1 == places.len()) {
            Selection::Prefix(places.len())
        } else {
            Selection::Places(places)
        }
    }

    /// Everything up to the last event whose time is not later; an event without a time goes with its predecessor, and
    /// those before the first time with the first event that has one: times are never invented.
    fn select_instant(&self, lane: &[u32], time: Timestamp) -> Option<Selection> {
        let mut any_time = lane.is_empty();
        let mut untimed_after = 0;
        for (place, event) in lane.iter().enumerate().rev() {
            match self.time(*event as usize) {
                Some(t) if t <= time => return Some(Selection::Prefix(place + 1 + untimed_after)),
                Some(_) => {
                    any_time = true;
                    untimed_after = 0;
                }
                None => untimed_after += 1,
            }
        }
        any_time.then_some(Selection::Prefix(0))
    }

    fn select_version(&self, stream: StreamIndex, version: i64) -> Result<Selection, ResolveError> {
        let lane = self.lane(stream);
        let no_such = |before, after| ResolveError::NoSuchVersion {
            stream: self.stream(stream).name.clone(),
            version,
            before,
            after,
        };
        let versions: Option<Vec<i64>> = lane.iter().map(|event| self.version(*event as usize)).collect();
        let Some(versions) = versions.filter(|v| !v.is_empty()) else {
            // Without versions, vN counts the stream's events from 1.
            return match usize::try_from(version) {
                Ok(count) if count <= lane.len() => Ok(Selection::Prefix(count)),
                Ok(_) => Err(no_such(Some(lane.len() as i64).filter(|len| *len > 0), None)),
                Err(_) => Ok(Selection::Prefix(0)),
            };
        };
        let lowest = versions.iter().min().copied().unwrap_or(0);
        if version < lowest {
            return Ok(Selection::Prefix(0));
        }
        let places: Vec<usize> = (0..versions.len()).filter(|place| versions[*place] == version).collect();
        match places.as_slice() {
            [place] => Ok(Selection::Prefix(place + 1)),
            [] => Err(no_such(
                versions.iter().filter(|v| **v < version).max().copied(),
                versions.iter().filter(|v| **v > version).min().copied(),
            )),
            [first, ..] => Err(ResolveError::AmbiguousVersion {
                stream: self.stream(stream).name.clone(),
                version,
                times: places.len(),
                first_position: self.position(lane[*first] as usize),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::log::tests::log;
    use super::*;

    fn at(second: i64) -> Moment {
        Moment::Instant(Timestamp::from_micros(second * 1_000_000).unwrap())
    }

    #[test]
    fn an_instant_takes_everything_up_to_the_last_event_not_later() {
        // Times run backwards at version 3, and version 4 has none.
        let log = log(&[
            ("a", Some(1), 1, Some(10)),
            ("a", Some(2), 2, Some(30)),
            ("a", Some(3), 3, Some(20)),
            ("a", Some(4), 4, None),
            ("a", Some(5), 5, Some(40)),
        ]);
        for (second, count) in [(5, 0), (10, 1), (20, 4), (35, 4), (40, 5)] {
            assert_eq!(log.select(StreamIndex(0), at(second)), Ok(Selection::Prefix(count)), "{second}");
        }
    }

    #[test]
    fn events_before_the_first_time_come_with_it() {
        let log = log(&[("a", Some(1), 1, None), ("a", Some(2), 2, Some(10)), ("a", Some(3), 3, None)]);
        for (second, count) in [(5, 0), (10, 3)] {
            assert_eq!(log.select(StreamIndex(0), at(second)), Ok(Selection::Prefix(count)), "{second}");
        }
    }

    #[test]
    fn versions_that_are_not_there_name_their_neighbours() {
        let log = log(&[("a", Some(5), 1, None), ("a", Some(8), 2, None)]);
        let select = |version| log.select(StreamIndex(0), Moment::Version(version)).map_err(|e| e.to_string());
        assert_eq!(select(4), Ok(Selection::Prefix(0)));
        assert_eq!(select(5), Ok(Selection::Prefix(1)));
        assert_eq!(select(6), Err("a has no version 6; its neighbours are v5 and v8".into()));
        assert_eq!(select(9), Err("a has no version 9; its last is v8".into()));
        assert!(log.select(StreamIndex(0), at(1)).is_err());
    }

    #[test]
    fn a_position_takes_every_event_up_to_it_even_against_the_versions() {
        let log = log(&[("a", Some(2), 1, None), ("a", Some(1), 2, None), ("b", Some(1), 3, None)]);
        assert_eq!(log.select(StreamIndex(0), Moment::Position(1)), Ok(Selection::Places(vec![1])));
        assert_eq!(log.select(StreamIndex(0), Moment::Position(2)), Ok(Selection::Prefix(2)));
    }
}
