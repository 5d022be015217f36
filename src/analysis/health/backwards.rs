//! Events whose time contradicts their place in their stream.

use std::collections::HashSet;

use super::clock::{FEW, SECOND, Usual};
use super::clock_words::{name, span};
use super::findings::{Finding, Severity, Tallies};
use super::increasing::out_of_order;
use super::kind::Kind;
use crate::model::{EventLog, StreamIndex, Timestamp};

/// What is told of streams, and need not be told of the store.
#[derive(Debug, Default)]
pub(super) struct Told {
    events: HashSet<u32>,
    /// Events with a time that was never set, which follow others in their stream.
    pub unset: HashSet<u32>,
}

impl Told {
    /// Whether something is told of an event's time.
    pub fn is(&self, event: u32) -> bool {
        self.events.contains(&event)
    }
}

/// An event that is in the way of others of its stream.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Odd {
    kind: Kind,
    severity: Severity,
    /// Recorded before one that it follows; else after one that follows it.
    is_early: bool,
    /// Which.
    other: u32,
}

/// Looks at every stream. `unset` have times that were never set, `strays` stand elsewhere in the whole store, and of
/// `doubles` enough is told.
pub(super) fn check(
    log: &EventLog,
    unset: &[u32],
    strays: &[u32],
    doubles: &[u32],
    usual: &Usual,
    found: &mut Tallies,
) -> Told {
    let mut told = Told::default();
    let mut own = Tallies::default();
    let (mut count, mut steps) = (0, 0);
    let mut lane = Vec::new();
    for stream in (0..log.streams().len() as u32).map(StreamIndex) {
        if log.stream(stream).link || log.is_lane_by_time(stream) {
            steps += log.lane(stream).len().saturating_sub(1);
            continue;
        }
        lane.clear();
        for event in log.lane(stream) {
            let Some(time) = log.time(*event as usize).filter(|_| doubles.binary_search(event).is_err()) else {
                continue;
            };
            if unset.binary_search(event).is_err() {
                lane.push((*event, time));
            } else if !lane.is_empty() {
                told.unset.insert(*event);
            }
        }
        steps += lane.len().saturating_sub(1);
        let odd = odd_ones(&lane, strays);
        count += odd.len();
        tell(log, stream, &lane, &odd, strays, usual, &mut told, &mut own);
    }
    if steps >= FEW && count * 4 > steps {
        let words = format!("{count} of {steps} events were recorded before one that they follow in their stream");
        found.push(Kind::TimeBackwards, Severity::Warning, || {
            Finding::new(Kind::TimeBackwards, Severity::Warning, words)
        });
    } else {
        found.append(own);
    }
    told
}

/// Places in a lane of the events without which it is in order: those that stand out in the whole store, where others
/// of the stream are innocent; else the fewest.
fn odd_ones(lane: &[(u32, Timestamp)], strays: &[u32]) -> Vec<u32> {
    let own = out_of_order(lane.len(), |at| lane[at].1);
    let is_stray = |at: usize| strays.binary_search(&lane[at].0).is_ok();
    if own.iter().all(|at| is_stray(*at as usize)) || strays.is_empty() {
        return own;
    }
    // The latest of the others before each place, and the earliest of those after it.
    let mut latest = Vec::with_capacity(lane.len());
    let mut so_far: Option<Timestamp> = None;
    for (at, (_, time)) in lane.iter().enumerate() {
        latest.push(so_far);
        if !is_stray(at) {
            so_far = so_far.max(Some(*time));
        }
    }
    let mut theirs = Vec::new();
    let mut earliest: Option<Timestamp> = None;
    for (at, (_, time)) in lane.iter().enumerate().rev() {
        if !is_stray(at) {
            earliest = Some(earliest.map_or(*time, |earliest| earliest.min(*time)));
        } else if latest[at].is_some_and(|latest| latest > *time) || earliest.is_some_and(|earliest| earliest < *time) {
            theirs.push(at as u32);
        }
    }
    theirs.reverse();
    let rest = (0..lane.len()).filter(|at| theirs.binary_search(&(*at as u32)).is_err()).map(|at| lane[at].1);
    if rest.is_sorted() { theirs } else { own }
}

/// Tells of the odd ones of a lane; those that follow each other in the same way are told together.
#[expect(clippy::too_many_arguments, reason = "one lane of what the loop above goes through")]
fn tell(
    log: &EventLog,
    stream: StreamIndex,
    lane: &[(u32, Timestamp)],
    places: &[u32],
    strays: &[u32],
    usual: &Usual,
    told: &mut Told,
    found: &mut Tallies,
) {
    let far = |at: usize, other: usize| lane[at].1.micros().saturating_sub(lane[other].1.micros()).saturating_abs();
    let is_odd = |at: usize| places.binary_search(&(at as u32)).is_ok();
    // In order but for the odd ones: the nearest others on both sides say it all.
    let mut before: Option<usize> = None;
    let mut next = 0;
    let mut odd: Vec<(usize, Odd, usize)> = Vec::new();
    for at in 0..lane.len() {
        if !is_odd(at) {
            before = Some(at);
            continue;
        }
        next = next.max(at + 1);
        while next < lane.len() && is_odd(next) {
            next += 1;
        }
        let after = Some(next).filter(|after| *after < lane.len());
        let early = before.filter(|before| lane[*before].1 > lane[at].1);
        let late = after.filter(|after| lane[*after].1 < lane[at].1);
        let Some(other) = early.or(late) else { continue };
        let (is_early, apart) = (early.is_some(), far(at, other));
        let kind = if !is_early && apart > usual.jump() { Kind::ClockJump } else { Kind::TimeBackwards };
        let severity = if apart < SECOND { Severity::Info } else { Severity::Warning };
        odd.push((at, Odd { kind, severity, is_early, other: lane[other].0 }, other));
    }
    let mut rest = odd.as_slice();
    while let Some(((at, first, other), others)) = rest.split_first() {
        let run = others.iter().zip(1..).take_while(|((next, odd, _), by)| *next == at + by && odd == first).count();
        rest = &others[run..];
        for (place, ..) in std::iter::once(&(*at, *first, *other)).chain(&others[..run]) {
            told.events.insert(lane[*place].0);
        }
        let event = lane[*at].0;
        // An event that is in several streams is told of in its first.
        if log.stream_of(event as usize) != Some(stream) {
            continue;
        }
        let mut also = Vec::new();
        if first.kind == Kind::ClockJump {
            also.push(Kind::TimeBackwards);
        } else if far(*at, *other) > usual.jump() {
            also.push(Kind::ClockJump);
        }
        if strays.binary_search(&event).is_ok() {
            also.push(Kind::PositionOutOfOrder);
        }
        found.push(first.kind, first.severity, || {
            let apart = match far(*at, *other) {
                0 => "less than a microsecond".to_owned(),
                micros => span(micros),
            };
            let (word, side) =
                if first.is_early { ("before", "which it follows") } else { ("after", "which follows it") };
            let rest = match run {
                // Without the other one this one would be in order.
                0 if far(*at, *other) <= usual.jump() && is_either(lane, &is_odd, *at, *other) => {
                    ": one of the two times is off".to_owned()
                }
                0 => String::new(),
                1 => "; so was the next event of the stream".to_owned(),
                run => format!("; so were the next {run} events of the stream"),
            };
            let words = format!("recorded {apart} {word} {}, {side}{rest}", name(log, first.other));
            Finding::at(log, first.kind, first.severity, event as usize, words).within(log, stream).also(&also)
        });
    }
}

/// Whether the lane is also in order with an odd one and without the other that it is in the way of.
fn is_either(lane: &[(u32, Timestamp)], is_odd: &dyn Fn(usize) -> bool, at: usize, other: usize) -> bool {
    let time = lane[at].1;
    let (low, high) = (at.min(other), at.max(other));
    let before = (0..low).rev().find(|at| !is_odd(*at));
    let after = (high + 1..lane.len()).find(|at| !is_odd(*at));
    before.is_none_or(|before| lane[before].1 <= time) && after.is_none_or(|after| lane[after].1 >= time)
}
