//! What one value of a sweep comes to, and when two outcomes are the same.

use std::sync::Arc;

use super::spec::instant;
use crate::model::{Number, Path, Value};
use crate::whatif::compare::EventMoment;

/// A field of an end state that a sweep shows.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SweepField {
    /// Whose state; `None` is the sum over all streams that the sweep is about.
    pub stream: Option<Arc<str>>,
    /// Which field.
    #[serde(serialize_with = "path_text")]
    pub path: Path,
    /// Its value at the end of what was recorded.
    pub recorded: Option<Value>,
}

/// An invariant that is broken at a value, whether or not it was so as recorded.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SweepBroken {
    /// In which stream.
    pub stream: Arc<str>,
    /// The invariant.
    pub name: Arc<str>,
    /// The first event that leaves it broken.
    pub at: EventMoment,
}

/// The projection stops.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SweepStop {
    /// In which stream; `None` where the edits can't be applied.
    pub stream: Option<Arc<str>>,
    /// Where and why.
    pub message: String,
    /// What tells it from another stop: the message may have the value in it.
    #[serde(skip)]
    pub kind: String,
}

/// What one value comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ended {
    /// One for each field.
    pub values: Vec<Option<Value>>,
    pub broken: Vec<SweepBroken>,
    pub stops: Vec<SweepStop>,
}

/// What must differ for an outcome to be another: which invariants break, where the projection stops, and what fields
/// say beyond numbers and times, which change with every value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    pub broken: Vec<(Arc<str>, Arc<str>)>,
    pub stops: Vec<(Option<Arc<str>>, String)>,
    pub shapes: Vec<Option<Value>>,
}

impl Outcome {
    /// Whether something is broken, or the projection stops.
    pub fn is_bad(&self) -> bool {
        !self.broken.is_empty() || !self.stops.is_empty()
    }
}

impl Ended {
    pub fn outcome(&self) -> Outcome {
        let mut broken: Vec<_> = self.broken.iter().map(|one| (one.stream.clone(), one.name.clone())).collect();
        broken.sort();
        let stops = self.stops.iter().map(|stop| (stop.stream.clone(), stop.kind.clone())).collect();
        Outcome { broken, stops, shapes: self.values.iter().map(|value| value.as_ref().map(shape)).collect() }
    }
}

/// A value without what changes gradually: every number is 0, every instant the same text.
fn shape(value: &Value) -> Value {
    match value {
        Value::Number(_) => Value::from(0),
        Value::String(text) if instant(text).is_some() => Value::from("an instant"),
        Value::String(text) if Number::parse(text).is_some() => Value::from("a number"),
        Value::List(list) => Value::List(list.iter().map(|slot| shape(&slot.value)).collect()),
        Value::Object(object) => {
            Value::Object(object.iter().map(|(key, slot)| (key.clone(), shape(&slot.value))).collect())
        }
        other => other.clone(),
    }
}

fn path_text<S: serde::Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json;

    #[test]
    fn numbers_and_instants_are_no_outcome_and_words_are() {
        let parse = |text: &str| json::parse(text.as_bytes()).unwrap();
        let same = |a, b| shape(&parse(a)) == shape(&parse(b));
        assert!(same(r#"{"n":1,"at":"2026-01-01T00:00:00Z"}"#, r#"{"n":2.5,"at":"2026-01-02T00:00:00Z"}"#));
        assert!(same(r#"["12.50"]"#, r#"["7"]"#));
        assert!(!same(r#""open""#, r#""closed""#));
        assert!(!same("[1]", "[1,2]"));
        assert!(!same("1", "null"));
        assert!(!same("true", "false"));
    }
}
