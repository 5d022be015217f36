//! How events are put on record: streams with their versions, processes with their ids, JSON with its fields in order.

use std::collections::VecDeque;
use std::fmt::Write as _;

use uuid::Uuid;

use super::SampleEvent;
use super::calendar::Millis;
use super::rng::Rng;
use crate::model::Timestamp;

/// A JSON object, written field by field.
#[derive(Debug, Clone, Default)]
pub(super) struct Json(String);

impl Json {
    pub(super) fn new() -> Self {
        Self::default()
    }

    fn key(&mut self, key: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.0.push('"');
        self.0.push_str(key);
        self.0.push_str("\":");
    }

    /// A field with a text.
    pub(super) fn text(self, key: &str, text: &str) -> Self {
        // Text to memory has nothing to fail on.
        let quoted = serde_json::to_string(text).unwrap_or_default();
        self.raw(key, &quoted)
    }

    /// A field with a whole number.
    pub(super) fn int(self, key: &str, number: i64) -> Self {
        self.decimal(key, number, 0)
    }

    /// A field with an amount in cents, printed with two places.
    pub(super) fn money(self, key: &str, cents: i64) -> Self {
        self.decimal(key, cents, 2)
    }

    /// A field with a number in units of 10^-`places`, printed with all its places.
    pub(super) fn decimal(mut self, key: &str, units: i64, places: u32) -> Self {
        self.key(key);
        let one = 10_u64.pow(places);
        let (sign, size) = (if units < 0 { "-" } else { "" }, units.unsigned_abs());
        // Writing to a string has nothing to fail on.
        let _ = write!(self.0, "{sign}{}", size / one);
        if places > 0 {
            let _ = write!(self.0, ".{:0width$}", size % one, width = places as usize);
        }
        self
    }

    /// A field with JSON text.
    pub(super) fn raw(mut self, key: &str, json: &str) -> Self {
        self.key(key);
        self.0.push_str(json);
        self
    }

    /// The object's text.
    pub(super) fn build(mut self) -> String {
        self.0.push_str(if self.0.is_empty() { "{}" } else { "}" });
        self.0
    }
}

/// A stream that is being written.
#[derive(Debug, Clone)]
pub(super) struct Stream {
    name: String,
    version: i64,
}

impl Stream {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), version: 0 }
    }

    /// A stream with a number for its id, four digits or more.
    pub(super) fn numbered(category: &str, number: u64) -> Self {
        Self::new(format!("{category}-{number:04}"))
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

/// A process: what its events have in common, and what the next one follows from. The default is of no process.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flow {
    /// The process's id.
    correlation: Option<Uuid>,
    /// The event that the next one follows from.
    pub(super) cause: Option<Uuid>,
}

/// An event that is about to be recorded.
#[derive(Debug)]
pub(super) struct Fact<'a> {
    event_type: &'static str,
    schema_version: i64,
    data: Json,
    user: &'a str,
    reason: Option<&'a str>,
    channel: Option<&'a str>,
    valid_at: Option<Millis>,
}

impl<'a> Fact<'a> {
    pub(super) fn new(event_type: &'static str, data: Json, user: &'a str) -> Self {
        Self { event_type, schema_version: 1, data, user, reason: None, channel: None, valid_at: None }
    }

    pub(super) fn via(self, channel: &'a str) -> Self {
        Self { channel: Some(channel), ..self }
    }

    pub(super) fn because(self, reason: &'a str) -> Self {
        Self { reason: Some(reason), ..self }
    }

    pub(super) fn schema(self, schema_version: i64) -> Self {
        Self { schema_version, ..self }
    }

    /// When it took effect.
    pub(super) fn valid(self, at: Millis) -> Self {
        Self { valid_at: Some(at), ..self }
    }
}

/// Turns facts into events, in the order in which they come.
#[derive(Debug)]
pub(super) struct Recorder {
    /// When the next fact is recorded; never goes back.
    pub(super) now: Millis,
    ids: Rng,
    /// How many events there were so far.
    pub(super) count: u64,
    /// Those that nobody has fetched yet.
    pub(super) recorded: VecDeque<SampleEvent>,
}

impl Recorder {
    pub(super) fn new(ids: Rng) -> Self {
        Self { now: Millis::MIN, ids, count: 0, recorded: VecDeque::new() }
    }

    /// Starts a process.
    pub(super) fn flow(&mut self) -> Flow {
        Flow { correlation: Some(self.ids.uuid()), cause: None }
    }

    /// Records at a later time.
    pub(super) fn at(&mut self, time: Millis) -> &mut Self {
        self.now = self.now.max(time);
        self
    }

    /// Starts a story, at any time: stories are told one after the other and sorted later.
    pub(super) fn rewind(&mut self) -> &mut Self {
        self.now = Millis::MIN;
        self
    }

    /// Records a fact that belongs to no process.
    pub(super) fn record_alone(&mut self, stream: &mut Stream, fact: Fact<'_>) -> Uuid {
        self.record(stream, &mut Flow::default(), fact)
    }

    /// Records a fact as the next event of a stream, caused by the flow's last one, whose place it takes.
    pub(super) fn record(&mut self, stream: &mut Stream, flow: &mut Flow, fact: Fact<'_>) -> Uuid {
        let id = self.ids.uuid();
        stream.version += 1;
        self.count += 1;
        let mut metadata = Json::new().text("user", fact.user);
        let causation = flow.cause.map(|id| id.to_string());
        let correlation = flow.correlation.map(|id| id.to_string());
        for (key, value) in [
            ("reason", fact.reason),
            ("channel", fact.channel),
            ("correlation_id", correlation.as_deref()),
            ("causation_id", causation.as_deref()),
        ] {
            if let Some(value) = value {
                metadata = metadata.text(key, value);
            }
        }
        if flow.correlation.is_some() {
            flow.cause = Some(id);
        }
        self.recorded.push_back(SampleEvent {
            stream: stream.name.clone(),
            version: stream.version,
            id: id.to_string(),
            event_type: fact.event_type,
            schema_version: fact.schema_version,
            recorded_at: timestamp(self.now),
            valid_at: fact.valid_at.map(timestamp),
            data: fact.data.build(),
            metadata: metadata.build(),
        });
        id
    }
}

fn timestamp(time: Millis) -> Timestamp {
    Timestamp::from_micros(time.clamp(0, LATEST) * 1000).expect("between 1970 and 9999, which it can hold")
}

/// 9999-12-31T23:59:59Z. Whoever asks for absurdly many events sees time stand still there.
const LATEST: Millis = 253_402_300_799_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_fields() {
        let json = Json::new().money("a", -5).money("b", 120_050).int("c", -3).text("d", "q\"ü").decimal("e", 7, 4);
        assert_eq!(json.build(), r#"{"a":-0.05,"b":1200.50,"c":-3,"d":"q\"ü","e":0.0007}"#);
        assert_eq!(Json::new().build(), "{}");
    }
}
