//! A moment as others read it.

use std::sync::Arc;

use crate::model::{Event, EventLog, Timestamp, names};

/// The event after which a moment lies; everything is null before the first.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct MomentShape {
    /// Its place in the store.
    pub position: Option<i64>,
    /// Its version in its stream.
    pub version: Option<i64>,
    /// When it was recorded.
    pub time: Option<Timestamp>,
    /// Its type in full.
    #[serde(rename = "type")]
    pub event_type: Option<Arc<str>>,
}

impl MomentShape {
    /// The moment after an event.
    pub fn of(event: &Event) -> Self {
        Self {
            position: event.position,
            version: event.version,
            time: event.time,
            event_type: Some(event.event_type.clone()),
        }
    }

    /// The moment after the event at this index.
    pub fn at(log: &EventLog, index: usize) -> Self {
        Self {
            position: Some(log.position(index)),
            version: log.version(index),
            time: log.time(index),
            event_type: Some(log.event_type(log.type_of(index)).name.clone()),
        }
    }

    /// In one line for people: `v4 #12 2025-03-04T14:34:12Z FundsWithdrawn`.
    pub fn words(&self) -> String {
        let version = self.version.map(|version| format!("v{version}"));
        let position = self.position.map(|position| format!("#{position}"));
        let time = self.time.map(|time| time.to_string());
        let event_type = self.event_type.as_deref().map(|name| names::shown_type(name).to_owned());
        let words: Vec<String> = [version, position, time, event_type].into_iter().flatten().collect();
        if words.is_empty() { "before the first event".to_owned() } else { words.join(" ") }
    }
}
