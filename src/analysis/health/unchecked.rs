//! What could not be looked for in a store, and why: that nothing is said of it must not be taken for its being sound.

use super::findings::Unchecked;
use super::kind::Kind;
use super::lifecycle::Shows;
use super::versions::{streams, versions};
use crate::model::EventLog;

fn part(what: &'static str, kinds: &[Kind], why: impl Into<String>) -> Unchecked {
    Unchecked { what, kinds: kinds.to_vec(), why: why.into() }
}

/// `3 of 7 events have no id`, or `no event has an id` where none is left.
fn lacking(without: usize, all: usize, noun: &str, what: &str) -> String {
    if without == all {
        format!("no {noun} has {what}")
    } else if without == 1 {
        format!("1 of {all} {noun}s has no {}", bare(what))
    } else {
        format!("{without} of {all} {noun}s have no {}", bare(what))
    }
}

/// Without the article.
fn bare(what: &str) -> &str {
    what.strip_prefix("an ").or_else(|| what.strip_prefix("a ")).unwrap_or(what)
}

/// What the index does not show.
pub(super) fn of_index(log: &EventLog, is_by_time: bool, shows: Shows) -> Vec<Unchecked> {
    let mut out = Vec::new();
    if log.is_empty() {
        return out;
    }
    let all = streams(log).count();
    let unversioned = streams(log).filter(|stream| versions(log, *stream).next().is_none()).count();
    if unversioned > 0 {
        let why = lacking(unversioned, all, "stream", "versions");
        out.push(part("versions", &[Kind::VersionGap, Kind::VersionDuplicate], why));
    }
    let untimed = (0..log.len()).filter(|event| log.time_micros(*event).is_none()).count();
    if untimed > 0 {
        let kinds = [Kind::TimeBackwards, Kind::PositionOutOfOrder, Kind::ClockJump];
        out.push(part("times", &kinds, lacking(untimed, log.len(), "event", "a time")));
    }
    if is_by_time && untimed < log.len() {
        let why = "the store has no order of its own, its events are ordered by their times";
        out.push(part("order against times", &[Kind::PositionOutOfOrder], why));
    }
    if !shows.beginnings {
        let why = "no category has three streams whose beginnings could be compared";
        out.push(part("missing beginnings", &[Kind::NoStart], why));
    }
    if !shows.ends {
        out.push(part("events after an end", &[Kind::AfterEnd], "no type's name says that it ends a stream"));
    }
    out
}

/// What was seen of the events.
pub(super) struct Seen {
    pub with_id: usize,
    pub with_cause: usize,
    pub tell_expected: bool,
    pub unread: usize,
    pub snapshots: usize,
    /// Snapshots that were compared with the replay.
    pub compared: usize,
    /// Streams that have a projection.
    pub projected: usize,
    pub have_invariants: bool,
}

/// What the events do not show.
pub(super) fn of_events(log: &EventLog, seen: &Seen) -> Vec<Unchecked> {
    let mut out = Vec::new();
    let all = log.len();
    if all == 0 {
        return out;
    }
    if seen.unread > 0 {
        let why = match (seen.unread, all) {
            (count, all) if count == all => "no payload can be read".to_owned(),
            (1, all) => format!("1 of {all} payloads can't be read"),
            (count, all) => format!("{count} of {all} payloads can't be read"),
        };
        out.push(part("contents of payloads", &[Kind::PayloadRepeatedKey], why));
    }
    if seen.with_id < all {
        out.push(part("event ids", &[Kind::IdDuplicate], lacking(all - seen.with_id, all, "event", "an id")));
    }
    let causes = [Kind::CauseMissing, Kind::CauseLater, Kind::CausationLoop];
    if seen.with_cause == 0 {
        out.push(part("causes", &causes, "no event says what caused it"));
    } else if seen.with_id == 0 {
        out.push(part("causes", &causes, "no event has an id by which another could name it"));
    }
    if !seen.tell_expected {
        let why = "no event says which version its writer expected";
        out.push(part("expected versions", &[Kind::VersionDuplicate], why));
    }
    if seen.snapshots == 0 {
        out.push(part("snapshots", &[Kind::SnapshotOrphan, Kind::SnapshotDrift], "the store has none"));
    }
    let states = [Kind::InvariantBroken, Kind::ProjectionError];
    let of_streams = log.streams().len();
    if seen.projected == 0 {
        out.push(part("states", &states, "no projection is in use but the automatic one, which expects nothing"));
    } else if seen.projected < of_streams {
        out.push(part("states", &states, lacking(of_streams - seen.projected, of_streams, "stream", "a projection")));
    }
    if seen.projected > 0 && !seen.have_invariants {
        out.push(part("invariants", &[Kind::InvariantBroken], "the projection in use says none"));
    }
    if seen.compared < seen.snapshots {
        let why = if seen.projected == 0 {
            "no projection is in use that makes comparable states".to_owned()
        } else if seen.compared == 0 {
            "none has the shape of the projection's states, or could be read".to_owned()
        } else {
            let (rest, all) = (seen.snapshots - seen.compared, seen.snapshots);
            let have = if rest == 1 { "has" } else { "have" };
            format!("{rest} of {all} {have} another shape or no events, or can't be read")
        };
        out.push(part("snapshots against replay", &[Kind::SnapshotDrift], why));
    }
    out
}
