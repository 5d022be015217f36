//! Versions of streams: gaps, repeats, and where there are none.

use super::clock_words::{name, named, of_type};
use super::findings::{Finding, Findings, Severity, Tallies, Tally};
use super::kind::Kind;
use super::pairs::Shared;
use crate::model::{EventLog, StreamIndex};

/// Fewer steps from event to event than these tell nothing of how a store numbers its events.
const FEW: usize = 20;

/// Streams of facts: all but those of links.
pub(super) fn streams(log: &EventLog) -> impl Iterator<Item = StreamIndex> {
    (0..log.streams().len() as u32).map(StreamIndex).filter(|stream| !log.stream(*stream).link)
}

/// A stream's versions, with their events.
pub(super) fn versions(log: &EventLog, stream: StreamIndex) -> impl Iterator<Item = (i64, u32)> {
    let lane = log.lane(stream).iter();
    lane.filter_map(move |event| Some((log.version_in(*event as usize, stream)?, *event)))
}

/// Streams whose versions count their own events.
pub(super) fn own_streams(log: &EventLog) -> impl Iterator<Item = StreamIndex> {
    (0..log.streams().len() as u32)
        .map(StreamIndex)
        .filter(|stream| !log.stream(*stream).link && log.is_lane_its_own(*stream))
}

/// The number that streams begin with here: 0 or 1, whichever more of them do; `otherwise` where none does either.
pub(super) fn first_version(log: &EventLog, otherwise: i64) -> i64 {
    let mut counts = [0usize; 2];
    for stream in streams(log) {
        let lowest =
            if log.is_lane_by_version(stream) { versions(log, stream).next() } else { versions(log, stream).min() };
        let lowest = lowest.map(|(version, _)| version);
        if let Some(count) = lowest.and_then(|lowest| counts.get_mut(usize::try_from(lowest).ok()?)) {
            *count += 1;
        }
    }
    match counts {
        [0, 0] => otherwise,
        [zero, one] => i64::from(one > zero),
    }
}

/// What the versions of a store show besides findings.
#[derive(Debug, Default)]
pub(super) struct Versions {
    /// Where versions are paired with a second number: what shares the first one, and is not told of.
    pub shared: Vec<Shared>,
    /// Events that are told of as the second one of their version, sorted: that they are late, or come after an end,
    /// says nothing more.
    pub doubles: Vec<u32>,
}

/// Looks at all versions. `first` is the number that streams begin with; `paired` says that a second number beside it
/// tells events of one version apart.
pub(super) fn check(log: &EventLog, first: i64, paired: bool, findings: &Findings) -> Versions {
    let (mut shared, mut doubles) = (Vec::new(), Vec::new());
    let (mut starts, mut repeats, mut without) = (Tally::default(), Tally::default(), Tally::default());
    let mut replaced = Tally::default();
    let mut gaps = Tallies::default();
    let mut steps = 0;
    let mut sorted = Vec::new();
    for stream in streams(log) {
        let lane = log.lane(stream);
        let is_plain = log.is_lane_by_version(stream);
        let without_version = |event: &&u32| log.version_in(**event as usize, stream).is_none();
        let unnumbered = !is_plain && lane.iter().any(|event| without_version(&event));
        let mut previous: Option<(i64, u32)> = None;
        // The last one that is not archived.
        let mut live: Option<(i64, u32)> = None;
        let mut visit = |version: i64, event: u32| {
            let at = event as usize;
            match previous {
                None if version > first => starts.push(|| {
                    let missing = version.saturating_sub(first);
                    let what = if missing == 1 {
                        "1 earlier event is".to_owned()
                    } else {
                        format!("{missing} earlier events are")
                    };
                    let words = format!("history starts at version {version}: {what} not in this store");
                    Finding::at(log, Kind::VersionGap, Severity::Info, at, words).within(log, stream)
                }),
                None => {}
                Some((before, other)) => {
                    steps += 1;
                    if version == before && paired {
                        shared.push(Shared { stream, version, event: other });
                        shared.push(Shared { stream, version, event });
                    } else if version == before {
                        // An archived event is another one's that took its place; two that are, or two that aren't,
                        // are one too many.
                        let archived = |event: u32| log.is_archived(event as usize);
                        let rival = match (archived(other), archived(event)) {
                            (true, false) => live.filter(|(of, _)| *of == version).map(|(_, live)| live),
                            (false, true) => None,
                            _ => Some(other),
                        };
                        if let Some(other) = rival {
                            doubles.push(event);
                            repeats.push(|| twice(log, stream, other, event, &version.to_string()));
                        } else {
                            replaced.push(|| replaces(log, stream, other, event, version));
                        }
                    } else if version.saturating_sub(before) > 1 {
                        // What is missing may be what has no number.
                        let severity = if unnumbered { Severity::Info } else { Severity::Warning };
                        gaps.push(Kind::VersionGap, severity, || {
                            let missing = match version.saturating_sub(before) {
                                2 => format!("version {} is missing", before + 1),
                                3 => format!("versions {} and {} are missing", before + 1, before + 2),
                                _ => format!("versions {} to {} are missing", before + 1, version - 1),
                            };
                            let but = if unnumbered { ", and an event of this stream has no version" } else { "" };
                            let words = format!("{missing}: version {version} follows version {before}{but}");
                            Finding::at(log, Kind::VersionGap, severity, at, words).within(log, stream)
                        });
                    }
                }
            }
            previous = Some((version, event));
            if !log.is_archived(at) {
                live = previous;
            }
        };
        if is_plain {
            versions(log, stream).for_each(|(version, event)| visit(version, event));
            continue;
        }
        sorted.clear();
        sorted.extend(versions(log, stream));
        sorted.sort_unstable();
        sorted.iter().for_each(|(version, event)| visit(*version, *event));
        if !sorted.is_empty() && sorted.len() < lane.len() {
            let none = lane.iter().find(without_version);
            if let Some(event) = none {
                without.push(|| {
                    let missing = lane.len() - sorted.len();
                    let have = if missing == 1 { "has" } else { "have" };
                    let words = format!("{missing} of {} events of this stream {have} no version", lane.len());
                    Finding::at(log, Kind::VersionMissing, Severity::Info, *event as usize, words).within(log, stream)
                });
            }
        }
    }
    // Numbers that are no places in a stream, as of sequences that several streams share, tell of no single event.
    let is_usual = |count: usize| steps >= FEW && count * 2 > steps;
    if is_usual(repeats.count()) {
        doubles.clear();
        let words = format!(
            "{} of {steps} events have the version of the one before them: versions are no places in a stream here, \
             and repeated ones can't be told",
            repeats.count()
        );
        findings.push(Finding::new(Kind::VersionDuplicate, Severity::Info, words));
    } else {
        findings.extend(repeats);
    }
    if is_usual(gaps.count()) {
        let words = format!(
            "{} of {steps} events skip numbers: versions do not count here, and missing events can't be told by them",
            gaps.count()
        );
        findings.push(Finding::new(Kind::VersionGap, Severity::Info, words));
    } else {
        findings.extend_all(gaps);
        findings.extend(starts);
    }
    findings.extend(replaced);
    findings.extend(without);
    doubles.sort_unstable();
    doubles.dedup();
    Versions { shared, doubles }
}

/// Two events of one version, one of which is archived: the other one took its place.
fn replaces(log: &EventLog, stream: StreamIndex, other: u32, event: u32, version: i64) -> Finding {
    let (live, archived) = if log.is_archived(event as usize) { (other, event) } else { (event, other) };
    let (live, archived) = (name(log, live), name(log, archived));
    let words = format!("version {version} is also that of an archived event: {live} took the place of {archived}");
    Finding::at(log, Kind::VersionDuplicate, Severity::Info, event as usize, words).within(log, stream)
}

/// Two events of one version.
pub(super) fn twice(log: &EventLog, stream: StreamIndex, other: u32, event: u32, version: &str) -> Finding {
    let of = |event: u32| log.type_of(event as usize);
    let place = name(log, other);
    let words = match (named(log, of(other)), named(log, of(event))) {
        (None, None) => format!("version {version} is used twice, at {place} and here, by events without a type"),
        _ => {
            let (one, two) = (of_type(log, of(other)), of_type(log, of(event)));
            format!("version {version} is used twice, by {one} at {place} and by {two} here")
        }
    };
    Finding::at(log, Kind::VersionDuplicate, Severity::Error, event as usize, words).within(log, stream)
}
