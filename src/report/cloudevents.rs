//! Events as CloudEvents 1.0 in structured JSON
//! (<https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md>).

use std::borrow::Cow;
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::model::{Event, Timestamp, Value};

/// The type of an event that has none.
const UNTYPED: &str = "untyped";

/// One event. What it lacks is left out, as the format wants it.
#[derive(Serialize)]
struct CloudEvent<'a> {
    specversion: &'static str,
    id: Cow<'a, str>,
    source: String,
    #[serde(rename = "type")]
    event_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<Timestamp>,
    datacontenttype: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    streamversion: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlationid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    causationid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Cow<'a, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_base64: Option<String>,
}

/// Writes an event as one line. `layout` is the id of the store's layout. An event without an id has its position for
/// one, which is unique in its source; a payload that can't be read goes as its bytes.
pub fn write_cloudevent(out: &mut dyn Write, event: &Event, layout: &str) -> io::Result<()> {
    let subject = event.stream.as_deref();
    let (data, unreadable) = match event.data.decoded() {
        Ok(data) => (Some(data), None),
        Err(unreadable) => (None, Some(unreadable)),
    };
    let line = CloudEvent {
        specversion: "1.0",
        id: match &event.id {
            Some(id) => Cow::Borrowed(&**id),
            None => Cow::Owned(event.position.map_or(String::new(), |position| position.to_string())),
        },
        source: match subject {
            Some(stream) => format!("foldline:{layout}/{stream}"),
            None => format!("foldline:{layout}"),
        },
        // The format wants a type and a subject of at least one character.
        event_type: if event.event_type.is_empty() { UNTYPED } else { &event.event_type },
        subject: subject.filter(|subject| !subject.is_empty()),
        time: event.time,
        datacontenttype: if unreadable.is_some() { "application/octet-stream" } else { "application/json" },
        streamversion: event.version,
        position: event.position,
        correlationid: event.correlation_id.as_deref(),
        causationid: event.causation_id.as_deref(),
        data,
        data_base64: unreadable.map(|why| STANDARD.encode(&why.raw)),
    };
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Payload;
    use crate::model::json;

    #[test]
    fn what_an_event_lacks_is_left_out() {
        let mut event = Event::new("Opened");
        event.position = Some(7);
        let line = |event: &Event| {
            let mut out = Vec::new();
            write_cloudevent(&mut out, event, "foldline").unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(
            line(&event),
            "{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"foldline:foldline\",\"type\":\"Opened\",\
             \"datacontenttype\":\"application/json\",\"position\":7,\"data\":null}\n"
        );
        (event.stream, event.id, event.version) = (Some("a-1".into()), Some("x".into()), Some(3));
        event.correlation_id = Some("c".into());
        event.data = Payload::Value(json::parse(br#"{"n":1.50}"#).unwrap());
        assert_eq!(
            line(&event),
            "{\"specversion\":\"1.0\",\"id\":\"x\",\"source\":\"foldline:foldline/a-1\",\"type\":\"Opened\",\
             \"subject\":\"a-1\",\"datacontenttype\":\"application/json\",\"streamversion\":3,\"position\":7,\
             \"correlationid\":\"c\",\"data\":{\"n\":1.50}}\n"
        );
        // Neither may be empty: akka leaves manifests empty where the payload names its class.
        (event.event_type, event.stream) = ("".into(), Some("".into()));
        let line = line(&event);
        assert!(line.contains("\"type\":\"untyped\"") && !line.contains("subject"), "{line}");
    }
}
