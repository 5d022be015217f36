//! Events as others read them: one JSON object, a line each in NDJSON.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::model::{Event, EventKind, Timestamp, Value};

/// An event in full. What is absent is null; what is only there in special cases is left out otherwise.
#[derive(Debug, serde::Serialize)]
pub struct EventShape<'a> {
    /// Place in the whole store.
    pub position: Option<i64>,
    /// The first stream that it is in.
    pub stream: Option<&'a str>,
    /// Every stream that it is in.
    pub streams: Vec<&'a str>,
    /// Place in the stream, as the store has it.
    pub version: Option<i64>,
    /// The store's own id.
    pub id: Option<&'a str>,
    /// The type as the store has it, in full.
    #[serde(rename = "type")]
    pub event_type: &'a str,
    /// Event, command or bookkeeping.
    pub kind: EventKind,
    /// Archived, soft-deleted or tombstoned.
    pub archived: bool,
    /// Version of the event's schema, a number or a text.
    pub schema_version: Option<&'a Value>,
    /// When it was recorded.
    pub time: Option<Timestamp>,
    /// The stored time where it can't be represented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_raw: Option<&'a str>,
    /// When it took effect, if the store says so.
    pub valid_time: Option<Timestamp>,
    /// Who caused it.
    pub user: Option<&'a str>,
    /// The payload; null also where it can't be read.
    pub data: Option<Cow<'a, Value>>,
    /// How `data_raw` is written: always `base64`. Only where the payload can't be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_encoding: Option<&'static str>,
    /// The stored bytes of a payload that can't be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_raw: Option<String>,
    /// Why the payload can't be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_note: Option<String>,
    /// What else is known of it.
    pub metadata: &'a Value,
    /// What it belongs to.
    pub correlation_id: Option<&'a str>,
    /// Which event or command caused it.
    pub causation_id: Option<&'a str>,
}

impl<'a> EventShape<'a> {
    /// The shape of an event. Decodes the payload if nobody has yet.
    pub fn of(event: &'a Event) -> Self {
        let text = |text: &'a Option<Arc<str>>| text.as_deref();
        let (data, unreadable) = match event.data.decoded() {
            Ok(data) => (Some(data), None),
            Err(unreadable) => (None, Some(unreadable)),
        };
        Self {
            position: event.position,
            stream: text(&event.stream),
            streams: event.stream.iter().chain(&event.other_streams).map(|name| &**name).collect(),
            version: event.version,
            id: text(&event.id),
            event_type: &event.event_type,
            kind: event.kind,
            archived: event.archived,
            schema_version: event.schema_version.as_ref(),
            time: event.time,
            time_raw: text(&event.time_raw),
            valid_time: event.valid_time,
            user: text(&event.user),
            data,
            data_encoding: unreadable.is_some().then_some("base64"),
            data_raw: unreadable.as_ref().map(|unreadable| STANDARD.encode(&unreadable.raw)),
            data_note: unreadable.map(|unreadable| unreadable.note.clone()),
            metadata: &event.metadata,
            correlation_id: text(&event.correlation_id),
            causation_id: text(&event.causation_id),
        }
    }
}

/// Writes an event as one line of JSON.
pub fn write_ndjson(out: &mut dyn Write, event: &Event) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &EventShape::of(event))?;
    out.write_all(b"\n")
}

/// The same with the file that the event is from, where a history is of several.
pub fn write_ndjson_from(out: &mut dyn Write, event: &Event, file: &str) -> io::Result<()> {
    #[derive(serde::Serialize)]
    struct From<'a> {
        #[serde(flatten)]
        shape: EventShape<'a>,
        file: &'a str,
    }
    serde_json::to_writer(&mut *out, &From { shape: EventShape::of(event), file })?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Payload, Unreadable, json};

    fn event(data: Payload) -> Event {
        Event {
            position: Some(7),
            stream: Some("account-1".into()),
            other_streams: vec!["all".into()],
            version: Some(2),
            id: None,
            event_type: "Opened".into(),
            kind: EventKind::Event,
            archived: false,
            repeated_key: None,
            schema_version: Some(1.into()),
            time: Timestamp::parse_iso("2025-01-02T03:04:05Z"),
            time_raw: None,
            valid_time: None,
            user: None,
            data,
            metadata: Value::Null,
            correlation_id: None,
            causation_id: None,
        }
    }

    fn line(event: &Event) -> String {
        let mut out = Vec::new();
        write_ndjson(&mut out, event).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn absent_parts_are_null_and_numbers_keep_their_text() {
        let data = json::parse(br#"{"b":1.50,"a":12345678901234567890123}"#).unwrap();
        assert_eq!(
            line(&event(Payload::Value(data))),
            concat!(
                r#"{"position":7,"stream":"account-1","streams":["account-1","all"],"version":2,"id":null,"#,
                r#""type":"Opened","kind":"event","archived":false,"schema_version":1,"time":"2025-01-02T03:04:05Z","#,
                r#""valid_time":null,"user":null,"data":{"b":1.50,"a":12345678901234567890123},"metadata":null,"#,
                r#""correlation_id":null,"causation_id":null}"#,
                "\n"
            )
        );
    }

    #[test]
    fn an_unreadable_payload_comes_as_it_is() {
        let data = Payload::Unreadable(Arc::new(Unreadable::new(b"\xff\x00", "not UTF-8 text", "bad byte")));
        let line = line(&event(data));
        assert!(
            line.contains(
                r#""data":null,"data_encoding":"base64","data_raw":"/wA=","data_note":"bad byte","metadata""#
            ),
            "{line}"
        );
    }
}
