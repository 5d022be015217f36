//! Where an event goes, as it is typed: `v3`, `#674`, nothing for the start of the stream.

use std::sync::Arc;

use crate::app::Document;
use crate::model::{StreamIndex, names};
use crate::whatif::{After, Selector};

/// A place in a stream that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedPlace {
    /// What it follows; `None` is the start of the stream.
    pub after: Option<After>,
    /// The recorded event that it follows, if it is one.
    pub event: Option<u32>,
}

/// Reads a place in a stream.
///
/// # Errors
///
/// In words: no such event, one of another stream, or one that the scenario leaves out.
pub fn read(document: &Document, stream: &str, text: &str) -> Result<TypedPlace, String> {
    let log = &document.opened.log;
    let text = text.trim();
    let lane = log.find_stream(stream);
    if text.is_empty() || text.eq_ignore_ascii_case("start") {
        return Ok(TypedPlace { after: None, event: None });
    }
    if let Some(id) = text.strip_prefix("id ") {
        return Ok(TypedPlace { after: Some(After::Event(Selector::Id(id.trim().into()))), event: None });
    }
    let Some(lane) = lane else {
        return Err(format!("{} is a new stream: it has no event to come after", names::shown(stream)));
    };
    let number = |text: &str| text.parse::<i64>().ok();
    let event = if let Some(position) = text.strip_prefix('#').and_then(number) {
        let Some(event) = log.event_at_position(position) else {
            return Err(format!("no event was recorded at #{position}"));
        };
        event as u32
    } else if let Some(version) = number(text.strip_prefix('v').unwrap_or(text)) {
        with_version(document, lane, version)?
    } else {
        return Err(format!("'{text}' is no place: write a version (v3), a position (#674) or nothing for the start"));
    };
    if log.stream_of(event as usize) != Some(lane) {
        return Err(format!("{} is not in {}", document.words_for(event), names::shown(stream)));
    }
    if document.is_left_out(event) {
        return Err(format!("{} is left out, so nothing can follow it", document.words_for(event)));
    }
    Ok(TypedPlace { after: Some(after(document, lane, event)), event: Some(event) })
}

fn with_version(document: &Document, lane: StreamIndex, version: i64) -> Result<u32, String> {
    let log = &document.opened.log;
    let events = log.lane(lane);
    let name = &log.stream(lane).name;
    if log.is_lane_by_version(lane) {
        let found = events.binary_search_by_key(&Some(version), |event| log.version(*event as usize));
        let ends = [events.first(), events.last()].map(|event| event.and_then(|event| log.version(*event as usize)));
        return found.map(|at| events[at]).map_err(|_| match ends {
            [Some(first), Some(last)] => format!("{name} has no v{version}: it goes from v{first} to v{last}"),
            _ => format!("{name} has no events"),
        });
    }
    let mut found = events.iter().filter(|event| log.version(**event as usize) == Some(version));
    match (found.next(), found.next()) {
        (Some(event), None) => Ok(*event),
        (Some(event), Some(_)) => {
            let position = log.position(*event as usize);
            Err(format!("v{version} occurs several times in {name}: write a position, such as #{position}"))
        }
        (None, _) => Err(format!("{name} has no v{version}")),
    }
}

/// What comes after a recorded event of a stream: by its version where that names it.
pub fn after(document: &Document, lane: StreamIndex, event: u32) -> After {
    let log = &document.opened.log;
    match log.version(event as usize).filter(|_| log.is_lane_by_version(lane)) {
        Some(version) => After::Version(version),
        None => After::Event(Selector::Position(log.position(event as usize))),
    }
}

/// A recorded event as a place is typed.
pub fn text_of(document: &Document, event: u32) -> String {
    let log = &document.opened.log;
    let lane = log.stream_of(event as usize);
    match log.version(event as usize).filter(|_| lane.is_some_and(|lane| log.is_lane_by_version(lane))) {
        Some(version) => format!("v{version}"),
        None => format!("#{}", log.position(event as usize)),
    }
}

/// A place of an edit as it is typed.
pub fn text_of_after(after: Option<&After>) -> String {
    match after {
        None => String::new(),
        Some(After::Version(version) | After::Event(Selector::Version { version, .. })) => format!("v{version}"),
        Some(After::Event(Selector::Position(position))) => format!("#{position}"),
        Some(After::Event(Selector::Id(id))) => format!("id {id}"),
    }
}

/// The last event of a stream, up to a place in its lane, that the scenario does not leave out.
pub fn last_that_stays(document: &Document, lane: StreamIndex, up_to: usize) -> Option<u32> {
    let events = document.opened.log.lane(lane);
    events[..up_to.min(events.len())].iter().rev().find(|event| !document.is_left_out(**event)).copied()
}

/// The name of the stream that an event was recorded in.
pub fn stream_of(document: &Document, event: u32) -> Option<Arc<str>> {
    let log = &document.opened.log;
    log.stream_of(event as usize).map(|stream| log.stream(stream).name.clone())
}
