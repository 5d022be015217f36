//! What unit tests of this folder share.

use crate::model::event::Payload;
use crate::model::{Event, EventKind, Value};

/// An event that has a version and little else.
pub(super) fn event(version: i64) -> Event {
    Event {
        position: Some(version),
        stream: None,
        other_streams: Vec::new(),
        version: Some(version),
        id: None,
        event_type: "Happened".into(),
        kind: EventKind::Event,
        archived: false,
        schema_version: None,
        time: None,
        time_raw: None,
        valid_time: None,
        user: None,
        data: Payload::Value(Value::Null),
        metadata: Value::Null,
        correlation_id: None,
        causation_id: None,
    }
}
