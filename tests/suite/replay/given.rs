//! Short texts to events, projections and states.

use std::sync::Arc;

use foldline::model::json::{parse, to_text};
use foldline::model::{Cancel, Event, EventKind, Payload, Selection, Timestamp, Unreadable, Value};
use foldline::replay::{Fold, Frame, MemoryHistory, ReplayOptions, Replayer, projection_file};

/// An event of `account-42`, the `version`-th, a minute after the one before.
pub fn event(version: i64, event_type: &str, data: &str) -> Event {
    let time = Timestamp::from_micros(1_767_225_600_000_000 + version * 60_000_000).unwrap();
    Event {
        position: Some(version * 10),
        stream: Some("account-42".into()),
        other_streams: Vec::new(),
        version: Some(version),
        id: Some(format!("id-{version}").into()),
        event_type: event_type.into(),
        kind: EventKind::Event,
        archived: false,
        schema_version: None,
        time: Some(time),
        time_raw: None,
        valid_time: None,
        user: None,
        data: Payload::Text(data.as_bytes().into()),
        metadata: value(r#"{"user":"ada","n":{"x":[7]}}"#),
        correlation_id: None,
        repeated_key: None,
        causation_id: None,
    }
}

/// The same with a payload that can't be read.
pub fn unreadable(version: i64, event_type: &str) -> Event {
    let why = Unreadable::new(b"\xff", "unknown encoding", "unknown encoding 7");
    Event { data: Payload::Unreadable(Arc::new(why)), ..event(version, event_type, "") }
}

/// Events from lines `Type {json}`.
pub fn history(lines: &str) -> Arc<MemoryHistory> {
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    let events = lines.zip(1..).map(|(line, version)| {
        let (event_type, data) = line.split_once(' ').unwrap_or((line, "{}"));
        if data == "!" { unreadable(version, event_type) } else { event(version, event_type, data) }
    });
    Arc::new(events.collect())
}

pub fn value(text: &str) -> Value {
    parse(text.as_bytes()).unwrap()
}

/// The one projection of a file.
pub fn projection(text: &str) -> Arc<dyn Fold> {
    let set = projection_file::parse(text, "t.projection.json").unwrap_or_else(|error| panic!("{error}"));
    set.projections().next().unwrap()
}

/// A projection of which only `init` and `when` are given.
pub fn rules(init: &str, when: &str) -> Arc<dyn Fold> {
    projection(&format!(r#"{{"projection":"p","init":{init},"when":{when}}}"#))
}

/// The frame after the last event.
pub fn end(fold: &Arc<dyn Fold>, history: &Arc<MemoryHistory>) -> Frame {
    let selection = Selection::Prefix(history.0.len());
    Replayer::new(fold.clone(), history.clone(), ReplayOptions::default())
        .frame(&selection, &Cancel::default())
        .unwrap()
}

/// The state's text, or the error's.
pub fn outcome(frame: &Frame) -> String {
    match &frame.error {
        Some(error) => format!("{error}"),
        None => to_text(&frame.state.value),
    }
}
