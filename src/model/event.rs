//! One event with everything that a store knows of it, read on demand: the index holds much less.

use std::borrow::Cow;
use std::sync::Arc;

use super::json::{self, Extraction, JsonError};
use super::path::Path;
use super::time::Timestamp;
use super::value::Value;

/// What a row of the event table is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// A fact.
    #[default]
    Event,
    /// A command that a library keeps among its events.
    Command,
    /// The library's own bookkeeping.
    System,
}

/// An event's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// Read and decoded.
    Value(Value),
    /// JSON text that nobody has decoded yet: folding a whole store needs only a few fields of each event.
    Text(Arc<[u8]>),
    /// Not readable: the bytes as they are in the store, and why.
    Unreadable(Arc<Unreadable>),
}

/// A payload that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The stored bytes, cut at [`Payload::RAW_LIMIT`].
    pub raw: Vec<u8>,
    /// Their full length in bytes.
    pub len: usize,
    /// Why they could not be read, in a few words; also the key under which they are counted.
    pub reason: String,
    /// The same with its details (line, column …).
    pub note: String,
}

/// Which parts of an event somebody needs beyond what the index has. Whoever reads it may leave out the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// The payload, decoded or not.
    pub payload: bool,
    /// The version of its schema.
    pub schema_version: bool,
    /// When it took effect.
    pub valid_time: bool,
    /// All else: metadata, ids, user, the stored time where it can't be represented.
    pub details: bool,
}

impl Wanted {
    /// Everything.
    pub const ALL: Self = Self { payload: true, schema_version: true, valid_time: true, details: true };
    /// What the index has is enough.
    pub const NOTHING: Self = Self { payload: false, schema_version: false, valid_time: false, details: false };

    /// What either needs.
    pub fn or(self, other: Self) -> Self {
        Self {
            payload: self.payload || other.payload,
            schema_version: self.schema_version || other.schema_version,
            valid_time: self.valid_time || other.valid_time,
            details: self.details || other.details,
        }
    }
}

impl Payload {
    /// Payloads larger than this many bytes are not decoded, and no more of them is kept.
    pub const RAW_LIMIT: usize = 256 << 20;

    /// The whole value, decoded now if it was not yet.
    pub fn decoded(&self) -> Result<Cow<'_, Value>, Arc<Unreadable>> {
        match self {
            Self::Value(value) => Ok(Cow::Borrowed(value)),
            Self::Text(text) => match json::parse(text) {
                Ok(value) => Ok(Cow::Owned(value)),
                Err(error) => Err(Arc::new(Unreadable::json(text, &error))),
            },
            Self::Unreadable(why) => Err(why.clone()),
        }
    }

    /// The value at a path, without building the rest of it.
    pub fn at(&self, path: &Path) -> Result<Option<Value>, Arc<Unreadable>> {
        match self {
            Self::Value(value) => Ok(value.at(path).cloned()),
            Self::Text(text) => json::extract(text, path).map_err(|error| Arc::new(Unreadable::json(text, &error))),
            Self::Unreadable(why) => Err(why.clone()),
        }
    }

    /// The values at several paths in one pass; `found` as [`Extraction::from_text`] has it.
    pub fn extract(&self, paths: &Extraction, found: &mut [Option<Value>]) -> Result<(), Arc<Unreadable>> {
        match self {
            Self::Value(value) => {
                paths.from_value(value, found);
                Ok(())
            }
            Self::Text(text) => paths.from_text(text, found).map_err(|error| Arc::new(Unreadable::json(text, &error))),
            Self::Unreadable(why) => Err(why.clone()),
        }
    }
}

impl Unreadable {
    /// Bytes that should have been JSON and are not.
    pub fn json(raw: &[u8], error: &JsonError) -> Self {
        let reason = match error {
            JsonError::TooDeep => "JSON nested too deeply",
            JsonError::Invalid(_) if raw.is_empty() => "empty payload",
            JsonError::Invalid(_) if std::str::from_utf8(raw).is_err() => "not UTF-8 text",
            JsonError::Invalid(_) => "invalid JSON",
        };
        Self::new(raw, reason, error.to_string())
    }

    /// Bytes that could not be read, with the reason under which they are counted and its details.
    pub fn new(raw: &[u8], reason: impl Into<String>, note: impl Into<String>) -> Self {
        let kept = &raw[..raw.len().min(Payload::RAW_LIMIT)];
        Self { raw: kept.to_vec(), len: raw.len(), reason: reason.into(), note: note.into() }
    }
}

/// An event in full. Text that many events share is shared in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Place in the whole store; `None` for an event that a scenario inserted.
    pub position: Option<i64>,
    /// The stream it was read in; `None` for an event in no stream.
    pub stream: Option<Arc<str>>,
    /// Further streams that it is in.
    pub other_streams: Vec<Arc<str>>,
    /// Place in the stream, as the store has it.
    pub version: Option<i64>,
    /// The store's own id of the event.
    pub id: Option<Arc<str>>,
    /// The type in full.
    pub event_type: Arc<str>,
    /// Event, command or bookkeeping.
    pub kind: EventKind,
    /// Archived, soft-deleted or tombstoned.
    pub archived: bool,
    /// Version of the event's schema, a number or a text.
    pub schema_version: Option<Value>,
    /// When it was recorded.
    pub time: Option<Timestamp>,
    /// The stored time where it can't be represented.
    pub time_raw: Option<Arc<str>>,
    /// When it took effect, if the store says so.
    pub valid_time: Option<Timestamp>,
    /// Who caused it.
    pub user: Option<Arc<str>>,
    /// The payload without its library's wrapper.
    pub data: Payload,
    /// The first key that an object of the stored payload has more than once; not known while it is not decoded.
    pub repeated_key: Option<Arc<str>>,
    /// What else is known of it; [`Value::Null`] if nothing.
    pub metadata: Value,
    /// What it belongs to.
    pub correlation_id: Option<Arc<str>>,
    /// Which event or command caused it.
    pub causation_id: Option<Arc<str>>,
}

impl Event {
    /// An event of a type of which nothing else is known.
    pub fn new(event_type: impl Into<Arc<str>>) -> Self {
        Self {
            position: None,
            stream: None,
            other_streams: Vec::new(),
            version: None,
            id: None,
            event_type: event_type.into(),
            kind: EventKind::Event,
            archived: false,
            schema_version: None,
            time: None,
            time_raw: None,
            valid_time: None,
            user: None,
            data: Payload::Value(Value::Null),
            repeated_key: None,
            metadata: Value::Null,
            correlation_id: None,
            causation_id: None,
        }
    }
}

/// Metadata paths that name who caused an event, the first that is there wins (where no column says so).
pub const USER_PATHS: [&str; 6] = ["user", "user_id", "userId", "actor", "actor_id", "tracing.userId"];
/// The same of what an event belongs to.
pub const CORRELATION_PATHS: [&str; 8] = [
    "correlation_id",
    "correlationId",
    "correlationID",
    "$correlationId",
    "correlation-id",
    "tracing.correlationId",
    "tracing.correlation_id",
    "CorrelationId",
];
/// The same of what caused an event.
pub const CAUSATION_PATHS: [&str; 8] = [
    "causation_id",
    "causationId",
    "causationID",
    "$causationId",
    "causation-id",
    "tracing.causationId",
    "tracing.causation_id",
    "CausationId",
];

/// Finds in metadata what other stores keep in columns: the one way for what is read and for what is edited.
#[derive(Debug, Clone)]
pub struct MetadataFields {
    user: Vec<Path>,
    correlation: Vec<Path>,
    causation: Vec<Path>,
}

impl Default for MetadataFields {
    fn default() -> Self {
        let paths = |list: &[&str]| list.iter().filter_map(|path| Path::parse(path).ok()).collect();
        Self { user: paths(&USER_PATHS), correlation: paths(&CORRELATION_PATHS), causation: paths(&CAUSATION_PATHS) }
    }
}

impl MetadataFields {
    /// Who caused the event.
    pub fn user(&self, metadata: &Value) -> Option<Arc<str>> {
        first_scalar(metadata, &self.user)
    }

    /// What it belongs to.
    pub fn correlation_id(&self, metadata: &Value) -> Option<Arc<str>> {
        first_scalar(metadata, &self.correlation)
    }

    /// Which event or command caused it.
    pub fn causation_id(&self, metadata: &Value) -> Option<Arc<str>> {
        first_scalar(metadata, &self.causation)
    }
}

/// The first text or number at one of these paths.
pub fn first_scalar(value: &Value, paths: &[Path]) -> Option<Arc<str>> {
    paths.iter().find_map(|path| match value.at(path)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string().into()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_found_and_the_first_wins() {
        let fields = MetadataFields::default();
        let check = |paths: &[&str], found: &dyn Fn(&Value) -> Option<Arc<str>>| {
            for path in paths {
                let text = match path.split_once('.') {
                    Some((outer, inner)) => format!(r#"{{"{outer}":{{"{inner}":"x"}}}}"#),
                    None => format!(r#"{{"{path}":"x"}}"#),
                };
                let metadata = json::parse(text.as_bytes()).unwrap();
                assert_eq!(found(&metadata).as_deref(), Some("x"), "{path}");
            }
        };
        check(&USER_PATHS, &|metadata| fields.user(metadata));
        check(&CORRELATION_PATHS, &|metadata| fields.correlation_id(metadata));
        check(&CAUSATION_PATHS, &|metadata| fields.causation_id(metadata));
        let both = json::parse(br#"{"CorrelationId":"late","correlation_id":7}"#).unwrap();
        assert_eq!(fields.correlation_id(&both).as_deref(), Some("7"));
    }
}
