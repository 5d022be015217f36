//! Where rules take values from: the event, or the state before the operation.

use crate::model::names::id_of;
use crate::model::{Event, Path, Timestamp, Value};

/// One place to take a value from, as written after `from`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::replay) enum Source {
    /// The payload, or a part of it. The number is its place among what the handler takes from payloads.
    Data(Path, usize),
    /// The metadata, or a part of it.
    Metadata(Path),
    /// The state before the operation, or a part of it.
    State(Path),
    /// The event's type in full.
    Type,
    /// When it was recorded.
    Time,
    /// When it took effect.
    ValidTime,
    /// Its place in the stream.
    Version,
    /// Its place in the store.
    Position,
    /// The stream's name.
    Stream,
    /// The part of the stream's name after the category.
    StreamId,
}

/// What a source is read from.
#[derive(Clone, Copy)]
pub(super) struct Inputs<'a> {
    pub event: &'a Event,
    /// What the handler needs of the payload, read in one pass; without it each is looked up.
    pub data: Option<&'a [Option<Value>]>,
    pub state: Option<&'a Value>,
    pub valid_time: Option<Timestamp>,
}

/// The sources without a path, as written.
const NAMES: [(&str, Source); 7] = [
    ("type", Source::Type),
    ("time", Source::Time),
    ("valid_time", Source::ValidTime),
    ("version", Source::Version),
    ("position", Source::Position),
    ("stream", Source::Stream),
    ("stream.id", Source::StreamId),
];

impl Source {
    /// Parses what stands after `from` or between braces. The error says what is wrong, not where.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some((_, source)) = NAMES.iter().find(|(name, _)| *name == text) {
            return Ok(source.clone());
        }
        let path = Path::parse(text).map_err(|error| format!("{text:?} is no path: {error}"))?;
        let (root, rest) = match path.0.split_first() {
            Some((root, rest)) => (&**root, Path(rest.to_vec())),
            None => ("", Path::default()),
        };
        match root {
            "data" => Ok(Self::Data(rest, usize::MAX)),
            "metadata" => Ok(Self::Metadata(rest)),
            "state" => Ok(Self::State(rest)),
            "" => Err("is empty; write data.… or another source".to_owned()),
            _ => {
                let known = ["data", "metadata", "state"].into_iter().chain(NAMES.iter().map(|(name, _)| *name));
                let meant = match super::nearest(root, known) {
                    Some(name) if rest.is_root() => name.to_owned(),
                    Some(name) => format!("{name}.{rest}"),
                    None => format!("data.{text}"),
                };
                Err(format!("unknown source {text:?}; did you mean {meant:?}?"))
            }
        }
    }

    /// The value; `None` where there is nothing.
    pub(super) fn value(&self, inputs: &Inputs<'_>) -> Option<Value> {
        let event = inputs.event;
        match self {
            Self::Data(path, slot) => match inputs.data {
                Some(data) => data.get(*slot).cloned().flatten(),
                None => event.data.at(path).ok().flatten(),
            },
            Self::Metadata(path) if path.is_root() && matches!(event.metadata, Value::Null) => None,
            Self::Metadata(path) => event.metadata.at(path).cloned(),
            Self::State(path) => inputs.state?.at(path).cloned(),
            Self::Type => Some(Value::String(event.event_type.clone())),
            Self::Time => event.time.map(text_of),
            Self::ValidTime => inputs.valid_time.map(text_of),
            Self::Version => event.version.map(Value::from),
            Self::Position => event.position.map(Value::from),
            Self::Stream => event.stream.clone().map(Value::String),
            Self::StreamId => event.stream.as_deref().map(|stream| Value::string(id_of(stream))),
        }
    }
}

fn text_of(time: Timestamp) -> Value {
    Value::string(time.write_to(&mut [0; 30]))
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rooted = |f: &mut std::fmt::Formatter<'_>, root: &str, path: &Path| {
            if path.is_root() { f.write_str(root) } else { write!(f, "{root}.{path}") }
        };
        match self {
            Self::Data(path, _) => rooted(f, "data", path),
            Self::Metadata(path) => rooted(f, "metadata", path),
            Self::State(path) => rooted(f, "state", path),
            other => f.write_str(NAMES.iter().find(|(_, source)| source == other).map_or("", |(name, _)| name)),
        }
    }
}
