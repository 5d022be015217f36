//! Recorded times against the order of streams and of the whole store. What is wrong with one time is told once: as
//! what it is for its stream if it contradicts that, else for the store; other kinds that it is as well stand beside.

use super::backwards::{self, Told};
use super::clock_words::{name, span};
use super::findings::{Finding, Findings, Severity, Tallies};
use super::increasing::out_of_order;
use super::kind::Kind;
use crate::model::EventLog;

pub(super) const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
/// So far apart the clocks of those who write to one store may be.
const APART: i64 = 300 * SECOND;
/// So far apart are a time that was never set and a real one.
const FAR: i64 = 365 * DAY;
/// A silence that is shorter is no jump, whatever is usual.
const SILENCE: i64 = 30 * DAY;
/// A jump is so many times what is usual.
const TIMES_USUAL: i64 = 20;
/// With fewer events nothing is usual or unusual.
pub(super) const FEW: usize = 20;
/// Where clocks and programs start from, in seconds since 1970: 1970, 1900, year 1, 1980, 2000 and 2001.
const STARTS: [i64; 6] = [0, -2_208_988_800, -62_135_596_800, 315_532_800, 946_684_800, 978_307_200];

/// Looks at all times, but for those of `doubles`, of which enough is told.
pub(super) fn check(log: &EventLog, doubles: &[u32], findings: &Findings) {
    let is_wanted = |event: &u32| log.time_micros(*event as usize).is_some() && doubles.binary_search(event).is_err();
    let timed: Vec<u32> = (0..log.len() as u32).filter(is_wanted).collect();
    if timed.is_empty() {
        return;
    }
    let unset = unset(log, &timed);
    let kept: Vec<u32> = timed.into_iter().filter(|event| unset.binary_search(event).is_err()).collect();
    let mut out = out_of_order(kept.len(), |at| log.time(kept[at] as usize));
    let usual = Usual::of(log, &kept, &out);
    prefer_far(log, &kept, &mut out, &usual);
    // Where many stand elsewhere, the store's order says nothing of single events.
    let is_mixed = kept.len() >= FEW && out.len() * 10 > kept.len();
    let strays: Vec<u32> = if is_mixed { Vec::new() } else { out.iter().map(|at| kept[*at as usize]).collect() };
    let mut found = Tallies::default();
    let told = backwards::check(log, &unset, &strays, doubles, &usual, &mut found);
    for event in &unset {
        let at = *event as usize;
        let Some(time) = log.time(at) else { continue };
        found.push(Kind::ClockJump, Severity::Warning, || {
            let words = format!("recorded at {time}, which is where clocks start");
            let also: &[Kind] = if told.unset.contains(event) { &[Kind::TimeBackwards] } else { &[] };
            Finding::at(log, Kind::ClockJump, Severity::Warning, at, words).also(also)
        });
    }
    if is_mixed {
        let words = format!(
            "the order of the store is not that of its times: {} of {} events would have to stand elsewhere, as where \
             histories were imported one after the other",
            out.len(),
            kept.len()
        );
        findings.push(Finding::new(Kind::PositionOutOfOrder, Severity::Info, words));
    } else {
        order(log, &kept, &out, &usual, &told, &mut found);
        lanes(log, &mut found);
    }
    findings.extend_all(found);
}

/// Times that clocks and programs start from, far from what is usual here.
fn unset(log: &EventLog, timed: &[u32]) -> Vec<u32> {
    let starts = |micros: i64| STARTS.iter().any(|start| (micros - start * SECOND).abs() <= DAY);
    let micros = |event: &u32| log.time_micros(*event as usize).unwrap_or_default();
    let found: Vec<u32> = timed.iter().copied().filter(|event| starts(micros(event))).collect();
    // Where most times are such, the store's history was then.
    let earliest = timed.iter().map(micros).filter(|micros| !starts(*micros)).min();
    let is_usual = found.len() * 2 > timed.len();
    if is_usual
        || earliest.is_none_or(|earliest| found.iter().any(|event| earliest.saturating_sub(micros(event)) < FAR))
    {
        return Vec::new();
    }
    found
}

/// Of two that are in each other's way, and with nothing after them that tells, the one that leaps away is the odd one.
fn prefer_far(log: &EventLog, kept: &[u32], out: &mut [u32], usual: &Usual) {
    let micros = |at: usize| log.time_micros(kept[at] as usize).unwrap_or_default();
    let is_out = |out: &[u32], at: usize| out.binary_search(&(at as u32)).is_ok();
    for place in 0..out.len() {
        let stray = out[place] as usize;
        let (Some(rival), Some(before)) = (stray.checked_sub(1), stray.checked_sub(2)) else { continue };
        let is_last = stray + 1 == kept.len();
        if !is_last || is_out(out, rival) || is_out(out, before) {
            continue;
        }
        let (own, other, base) = (micros(stray), micros(rival), micros(before));
        if own >= base && own.saturating_sub(base) <= usual.jump() && other.saturating_sub(base) > usual.jump() {
            out[place] = rival as u32;
        }
    }
}

/// Times against the order of the whole store. `out` are those of `kept` that stand elsewhere.
fn order(log: &EventLog, kept: &[u32], out: &[u32], usual: &Usual, told: &Told, found: &mut Tallies) {
    let mut left = out.iter().copied().peekable();
    let mut before: Option<u32> = None;
    let mut waiting: Vec<u32> = Vec::new();
    for at in 0..kept.len() as u32 {
        let event = kept[at as usize];
        if left.next_if_eq(&at).is_some() {
            waiting.push(event);
            continue;
        }
        tell_strays(log, &waiting, before, Some(event), usual, told, found);
        waiting.clear();
        if let Some(before) = before {
            usual.tell_gap(log, before, event, found);
        }
        before = Some(event);
    }
    tell_strays(log, &waiting, before, None, usual, told, found);
}

/// Events that stand between the same two others by position and not by time: those on one side are told together.
fn tell_strays(
    log: &EventLog,
    strays: &[u32],
    before: Option<u32>,
    after: Option<u32>,
    usual: &Usual,
    told: &Told,
    found: &mut Tallies,
) {
    let micros = |event: u32| log.time_micros(event as usize).unwrap_or_default();
    for is_early in [true, false] {
        let Some(other) = (if is_early { before } else { after }) else { continue };
        let is_off =
            |event: &u32| if is_early { micros(*event) < micros(other) } else { micros(*event) > micros(other) };
        let own = || strays.iter().copied().filter(|event| is_off(event) && !told.is(*event));
        let (Some(first), Some(last), count) = (own().next(), own().next_back(), own().count()) else { continue };
        let far = own().map(|event| micros(event).saturating_sub(micros(other)).saturating_abs()).max().unwrap_or(0);
        let is_far = far > usual.jump();
        // Several old events in a row are an imported history rather than a clock's slip.
        let kind = if is_far && !(is_early && count > 1) { Kind::ClockJump } else { Kind::PositionOutOfOrder };
        // What clocks are apart anyhow is no trouble, a store that has no order of its own can't contradict it, and what
        // is told of a stream is told.
        let is_slight =
            far < APART || log.has_ordinal_positions() || strays.iter().any(|event| is_off(event) && told.is(*event));
        let severity = if is_slight && kind != Kind::ClockJump { Severity::Info } else { Severity::Warning };
        found.push(kind, severity, || {
            let apart = span(micros(first).saturating_sub(micros(other)));
            let (word, side) = if is_early { ("before", "before") } else { ("after", "after") };
            let rest = match count {
                1 => String::new(),
                2 => format!("; so was {}", name(log, last)),
                count => format!("; so were {} more of the events up to {}", count - 1, name(log, last)),
            };
            let words =
                format!("recorded {apart} {word} {}, which stands {side} it in the store{rest}", name(log, other));
            let also: &[Kind] = match kind {
                Kind::ClockJump => &[Kind::PositionOutOfOrder],
                _ if is_far => &[Kind::ClockJump],
                _ => &[],
            };
            Finding::at(log, kind, severity, first as usize, words).also(also)
        });
    }
}

/// Streams whose versions run against the store's order, where no time says which is right.
fn lanes(log: &EventLog, found: &mut Tallies) {
    for stream in super::versions::own_streams(log) {
        if log.is_lane_by_position(stream) {
            continue;
        }
        for pair in log.lane(stream).windows(2) {
            let (before, event) = (pair[0] as usize, pair[1] as usize);
            let told = log.time(before).zip(log.time(event)).is_some_and(|(before, event)| before != event);
            if pair[1] < pair[0] && !told {
                found.push(Kind::PositionOutOfOrder, Severity::Warning, || {
                    let words =
                        format!("stands before {} in the store, which it follows by its version", name(log, pair[0]));
                    Finding::at(log, Kind::PositionOutOfOrder, Severity::Warning, event, words).within(log, stream)
                });
            }
        }
    }
}

/// How long it usually is from one event to the next.
pub(super) struct Usual {
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
    pub fn jump(&self) -> i64 {
        self.span.map_or(FAR, |span| span.saturating_mul(TIMES_USUAL)).max(SILENCE)
    }

    /// A silence, or a clock that was set.
    fn tell_gap(&self, log: &EventLog, before: u32, event: u32, found: &mut Tallies) {
        let micros = |event: u32| log.time_micros(event as usize).unwrap_or_default();
        let gap = micros(event).saturating_sub(micros(before));
        let Some(usual) = self.span.filter(|_| gap > self.jump()) else { return };
        let severity = if gap > FAR { Severity::Warning } else { Severity::Info };
        found.push(Kind::ClockJump, severity, || {
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
