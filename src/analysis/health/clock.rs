//! Recorded times against the order of streams and of the whole store.

use super::clock_words::span;
use super::findings::{Finding, Findings, Severity, Tally};
use super::increasing::out_of_order;
use super::kind::Kind;
use crate::model::{EventLog, StreamIndex, Timestamp};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
/// So far apart are a time that was never set and a real one.
const FAR: i64 = 365 * DAY;
/// A silence that is shorter is no jump, whatever is usual.
const SILENCE: i64 = 30 * DAY;
/// A jump is so many times what is usual.
const TIMES_USUAL: i64 = 20;
/// With fewer events nothing is usual or unusual.
const FEW: usize = 20;

/// Looks at all times.
pub(super) fn check(log: &EventLog, findings: &Findings) {
    let timed: Vec<u32> = (0..log.len() as u32).filter(|event| log.time_micros(*event as usize).is_some()).collect();
    if timed.is_empty() {
        return;
    }
    let unset = unset(log, &timed);
    let backwards = backwards(log, findings);
    order(log, &timed, &unset, &backwards, findings);
}

/// Times that clocks and programs start from, far from what is usual here: the beginnings of 1970, 1900 and year 1.
fn unset(log: &EventLog, timed: &[u32]) -> Vec<u32> {
    let starts = |micros: i64| {
        [0, -2_208_988_800 * SECOND, -62_135_596_800 * SECOND].iter().any(|start| (micros - start).abs() <= DAY)
    };
    let micros = |event: &u32| log.time_micros(*event as usize).unwrap_or_default();
    let found: Vec<u32> = timed.iter().copied().filter(|event| starts(micros(event))).collect();
    // Where most times are such, the store's history was then.
    let earliest = timed.iter().map(micros).filter(|micros| !starts(*micros)).min();
    let is_usual = found.len() * 2 > timed.len();
    if is_usual || earliest.is_none_or(|earliest| found.iter().any(|event| (earliest - micros(event)).abs() < FAR)) {
        return Vec::new();
    }
    found
}

/// Events that were recorded before the one that they follow in their stream; gives which.
fn backwards(log: &EventLog, findings: &Findings) -> Vec<u32> {
    let (mut found, mut events, mut steps) = (Tally::default(), Vec::new(), 0);
    for stream in (0..log.streams().len() as u32).map(StreamIndex) {
        if log.stream(stream).link || log.is_lane_by_time(stream) {
            steps += log.lane(stream).len().saturating_sub(1);
            continue;
        }
        let mut previous: Option<(Timestamp, u32)> = None;
        for event in log.lane(stream) {
            let Some(time) = log.time(*event as usize) else { continue };
            if let Some((before, other)) = previous {
                steps += 1;
                // An event that is in several streams is told of in its first.
                if time < before && log.stream_of(*event as usize) == Some(stream) {
                    events.push(*event);
                    found.push(|| {
                        let words =
                            format!("recorded {} before {}, which it follows", apart(before, time), name(log, other));
                        Finding::at(log, Kind::TimeBackwards, Severity::Warning, *event as usize, words)
                    });
                }
            }
            previous = Some((time, *event));
        }
    }
    if steps >= FEW && found.count() * 4 > steps {
        let words = format!("{} of {steps} events were recorded before the one that they follow", found.count());
        findings.push(Finding::new(Kind::TimeBackwards, Severity::Warning, words));
        return Vec::new();
    }
    findings.extend(found);
    events.sort_unstable();
    events
}

/// Times against the order of the whole store.
fn order(log: &EventLog, timed: &[u32], unset: &[u32], backwards: &[u32], findings: &Findings) {
    let is_unset = |event: u32| unset.binary_search(&event).is_ok();
    for event in unset {
        let at = *event as usize;
        let words =
            log.time(at).map_or_else(String::new, |time| format!("recorded at {time}, which is where clocks start"));
        findings.push(Finding::at(log, Kind::ClockJump, Severity::Warning, at, words));
    }
    let kept: Vec<u32> = timed.iter().copied().filter(|event| !is_unset(*event)).collect();
    let time = |at: usize| log.time(kept[at] as usize);
    let out = out_of_order(kept.len(), time);
    let usual = Usual::of(log, &kept, &out);
    let mut found = Tally::default();
    let mut jumps = Tally::default();
    // Of what is out of order: the nearest in order on either side.
    let mut left = out.iter().copied().peekable();
    let mut before: Option<u32> = None;
    let mut waiting: Vec<u32> = Vec::new();
    for at in 0..kept.len() as u32 {
        let event = kept[at as usize];
        if left.next_if_eq(&at).is_some() {
            waiting.push(event);
            continue;
        }
        for stray in waiting.drain(..) {
            tell_stray(log, stray, before, Some(event), &usual, backwards, &mut found, &mut jumps);
        }
        if let Some(before) = before {
            usual.tell_gap(log, before, event, &mut jumps);
        }
        before = Some(event);
    }
    for stray in waiting {
        tell_stray(log, stray, before, None, &usual, backwards, &mut found, &mut jumps);
    }
    if kept.len() >= FEW && out.len() * 10 > kept.len() {
        let words = format!(
            "the order of the store is not that of its times: {} of {} events would have to stand elsewhere, as where \
             histories were imported one after the other",
            out.len(),
            kept.len()
        );
        findings.push(Finding::new(Kind::PositionOutOfOrder, Severity::Info, words));
        return;
    }
    lanes(log, &mut found);
    findings.extend(found);
    findings.extend(jumps);
}

/// An event that stands between two others by position and not by time.
#[expect(clippy::too_many_arguments, reason = "one place for what two loops say")]
fn tell_stray(
    log: &EventLog,
    event: u32,
    before: Option<u32>,
    after: Option<u32>,
    usual: &Usual,
    backwards: &[u32],
    found: &mut Tally,
    jumps: &mut Tally,
) {
    let time = |event: u32| log.time(event as usize);
    let (Some(own), at) = (time(event), event as usize) else { return };
    let early = before.filter(|before| time(*before) > Some(own));
    let late = after.filter(|after| time(*after) < Some(own));
    let (other, words) = match (early, late) {
        (Some(other), _) => (other, "before"),
        (None, Some(other)) => (other, "after"),
        (None, None) => return,
    };
    let Some(far) = time(other).map(|other| own.micros() - other.micros()) else { return };
    let side = if words == "before" { "stands before it in the store" } else { "stands after it in the store" };
    let sentence = format!("recorded {} {words} {}, which {side}", span(far), name(log, other));
    if far.abs() > usual.jump() {
        jumps.push(|| Finding::at(log, Kind::ClockJump, Severity::Warning, at, sentence.clone()));
    }
    // A second is what several writers at once come to; what is told of its stream is told; and a store that has no
    // order of its own can't contradict it.
    let severity = if far.abs() < SECOND
        || log.has_ordinal_positions()
        || backwards.binary_search(&event).is_ok()
        || far.abs() > usual.jump()
    {
        Severity::Info
    } else {
        Severity::Warning
    };
    found.push(|| Finding::at(log, Kind::PositionOutOfOrder, severity, at, sentence));
}

/// Streams whose versions run against the store's order, where no time says which is right.
fn lanes(log: &EventLog, found: &mut Tally) {
    for stream in super::versions::own_streams(log) {
        if log.is_lane_by_position(stream) {
            continue;
        }
        for pair in log.lane(stream).windows(2) {
            let (before, event) = (pair[0] as usize, pair[1] as usize);
            let told = log.time(before).zip(log.time(event)).is_some_and(|(before, event)| before != event);
            if pair[1] < pair[0] && !told {
                found.push(|| {
                    let words =
                        format!("stands before {} in the store, which it follows by its version", name(log, pair[0]));
                    Finding::at(log, Kind::PositionOutOfOrder, Severity::Warning, event, words).within(log, stream)
                });
            }
        }
    }
}

/// How long it usually is from one event to the next.
struct Usual {
    /// The span in microseconds that hardly any two neighbours exceed; `None` with too few of them.
    span: Option<i64>,
}

impl Usual {
    /// Of the events that are in order. The 99th percentile, from counts by powers of two: at most twice too long;
    /// of few events the second longest.
    fn of(log: &EventLog, kept: &[u32], out: &[u32]) -> Self {
        let mut counts = [0usize; 64];
        let (mut total, mut longest) = (0, [0i64; 2]);
        let mut left = out.iter().copied().peekable();
        let mut before = None;
        for (at, event) in kept.iter().enumerate() {
            if left.next_if_eq(&(at as u32)).is_some() {
                continue;
            }
            let micros = log.time_micros(*event as usize);
            if let Some(gap) = before.zip(micros).map(|(before, micros): (i64, i64)| micros.saturating_sub(before)) {
                counts[gap.max(1).ilog2() as usize] += 1;
                total += 1;
                if gap > longest[0] {
                    longest = [gap, longest[0]];
                } else if gap > longest[1] {
                    longest[1] = gap;
                }
            }
            before = micros;
        }
        if total < 3 {
            return Self { span: None };
        }
        if total < 100 {
            return Self { span: Some(longest[1]) };
        }
        let mut beyond = total / 100;
        for (power, count) in counts.iter().enumerate().rev() {
            if *count > beyond {
                return Self { span: Some(1i64 << (power + 1).min(62)) };
            }
            beyond -= count;
        }
        Self { span: None }
    }

    /// What is longer is a jump.
    fn jump(&self) -> i64 {
        self.span.map_or(FAR, |span| span.saturating_mul(TIMES_USUAL)).max(SILENCE)
    }

    /// A silence, or a clock that was set.
    fn tell_gap(&self, log: &EventLog, before: u32, event: u32, jumps: &mut Tally) {
        let micros = |event: u32| log.time_micros(event as usize).unwrap_or_default();
        let gap = micros(event).saturating_sub(micros(before));
        let Some(usual) = self.span.filter(|_| gap > self.jump()) else { return };
        let severity = if gap > FAR { Severity::Warning } else { Severity::Info };
        jumps.push(|| {
            let words = format!(
                "recorded {} after {}, which stands before it; usually it is at most {}",
                span(gap),
                name(log, before),
                span(usual)
            );
            Finding::at(log, Kind::ClockJump, severity, event as usize, words)
        });
    }
}

fn apart(one: Timestamp, other: Timestamp) -> String {
    match one.micros().saturating_sub(other.micros()) {
        0 => "less than a microsecond".to_owned(),
        micros => span(micros),
    }
}

/// An event in words.
pub(super) fn name(log: &EventLog, event: u32) -> String {
    format!("#{}", log.position(event as usize))
}
