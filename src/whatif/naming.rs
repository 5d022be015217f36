//! Recorded events by position and version.

use std::collections::HashMap;

use crate::model::{EventLog, StreamIndex};

use super::error::EditProblem;
use super::nearest::did_you_mean;
use super::scenario::VersionRange;

/// What is known of how streams count their events: found once a stream.
#[derive(Debug, Default)]
pub(super) struct Naming {
    counts: HashMap<StreamIndex, Counting>,
}

/// How a stream counts its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counting {
    /// By versions that rise along the lane.
    Rising,
    /// By versions that repeat or run against the lane.
    Unordered,
    /// Not at all, or not throughout: its events count from 1.
    Unversioned,
}

impl Naming {
    pub fn by_position(&self, log: &EventLog, position: i64) -> Result<u32, EditProblem> {
        if let Some(event) = log.event_at_position(position) {
            return Ok(event as u32);
        }
        let above = log.count_up_to_position(position);
        Err(EditProblem::NoSuchPosition {
            position,
            before: above.checked_sub(1).map(|event| log.position(event)),
            after: (above < log.len()).then(|| log.position(above)),
        })
    }

    pub fn by_version(&mut self, log: &EventLog, stream: &str, version: i64) -> Result<u32, EditProblem> {
        let index = find_stream(log, stream)?;
        let lane = log.lane(index);
        match self.counting(log, index) {
            Counting::Unversioned => {
                let place = usize::try_from(version).ok().and_then(|count| count.checked_sub(1));
                if let Some(event) = place.and_then(|place| lane.get(place)) {
                    return Ok(*event);
                }
            }
            Counting::Rising => {
                if let Ok(place) = lane.binary_search_by_key(&Some(version), |event| log.version(*event as usize)) {
                    return Ok(lane[place]);
                }
            }
            Counting::Unordered => {
                let mut named = lane.iter().filter(|event| log.version(**event as usize) == Some(version));
                if let Some(first) = named.next() {
                    return match named.count() {
                        0 => Ok(*first),
                        more => Err(EditProblem::RepeatedVersion {
                            stream: log.stream(index).name.clone(),
                            version,
                            times: more + 1,
                            position: log.position(*first as usize),
                        }),
                    };
                }
            }
        }
        let versions = || self.versions(log, index);
        Err(EditProblem::NoSuchVersion {
            stream: log.stream(index).name.clone(),
            version,
            before: versions().filter(|v| *v < version).max(),
            after: versions().filter(|v| *v > version).min(),
        })
    }

    /// The events of a range, in the lane's order.
    pub fn by_range(&mut self, log: &EventLog, range: &VersionRange) -> Result<Vec<u32>, EditProblem> {
        let index = find_stream(log, &range.stream)?;
        if self.counting(log, index) == Counting::Rising {
            let lane = log.lane(index);
            let version = |event: &u32| log.version(*event as usize);
            let from = range.from.map_or(0, |from| lane.partition_point(|event| version(event) < Some(from)));
            let to = range.to.map_or(lane.len(), |to| lane.partition_point(|event| version(event) <= Some(to)));
            return Ok(lane.get(from..to).unwrap_or_default().to_vec());
        }
        let within =
            |version: i64| range.from.is_none_or(|from| from <= version) && range.to.is_none_or(|to| version <= to);
        let versions = self.versions(log, index);
        Ok(log
            .lane(index)
            .iter()
            .zip(versions)
            .filter(|(_, version)| within(*version))
            .map(|(event, _)| *event)
            .collect())
    }

    /// The error for a range in which nothing is left.
    pub fn empty_range(&self, log: &EventLog, range: &VersionRange) -> EditProblem {
        let (first, last) = match log.find_stream(&range.stream) {
            Some(index) => (self.versions(log, index).min(), self.versions(log, index).max()),
            None => (None, None),
        };
        EditProblem::EmptyRange { stream: range.stream.clone(), from: range.from, to: range.to, first, last }
    }

    /// The numbers by which a stream's events are named, in the lane's order.
    fn versions<'a>(&self, log: &'a EventLog, index: StreamIndex) -> impl Iterator<Item = i64> + use<'a> {
        let counted = self.counts.get(&index) == Some(&Counting::Unversioned);
        log.lane(index)
            .iter()
            .zip(1i64..)
            .map(move |(event, count)| if counted { count } else { log.version(*event as usize).unwrap_or(count) })
    }

    fn counting(&mut self, log: &EventLog, index: StreamIndex) -> Counting {
        *self.counts.entry(index).or_insert_with(|| {
            let lane = log.lane(index);
            let version = |event: &u32| log.version(*event as usize);
            if log.is_lane_by_version(index) {
                Counting::Rising
            } else if lane.iter().any(|event| version(event).is_none()) {
                Counting::Unversioned
            } else {
                Counting::Unordered
            }
        })
    }
}

fn find_stream(log: &EventLog, name: &str) -> Result<StreamIndex, EditProblem> {
    log.find_stream(name).ok_or_else(|| EditProblem::NoSuchStream {
        stream: name.into(),
        hint: did_you_mean(name, log.streams().iter().map(|stream| &*stream.name)).unwrap_or_default(),
    })
}
