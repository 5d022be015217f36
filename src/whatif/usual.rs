//! What events of a type usually say: their fields, how often each is there, and examples.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{Key, Object, Origin, Value};

/// Fields told of.
const FIELDS: usize = 60;
/// Fields looked at: objects whose keys are ids have no end of them.
const FIELDS_SEEN: usize = 2_000;
/// Keys on the way to a field.
const DEPTH: usize = 4;
/// Examples of a field.
const EXAMPLES: usize = 5;

/// What events of a type usually say.
#[derive(Debug, Clone, Default)]
pub struct TypeSample {
    /// The type in full.
    pub event_type: Arc<str>,
    /// How many of its events were looked at.
    pub sampled: usize,
    /// How many of them there are.
    pub of: usize,
    /// Whether the projection of the stream has a rule for the type.
    pub handled: bool,
    /// Its fields: those that are always there first.
    pub fields: Vec<UsualField>,
    /// The newest payload that was looked at.
    pub last: Option<Value>,
    /// The types of the stream's category, the commonest first.
    pub types: Vec<UsualType>,
}

/// A type of events of a category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsualType {
    /// In full.
    pub name: Arc<str>,
    /// How many events of it the category has.
    pub events: usize,
    /// Whether the projection has a rule for it.
    pub handled: bool,
}

/// A field of a type's payloads.
#[derive(Debug, Clone)]
pub struct UsualField {
    /// The keys on the way to it.
    pub path: Vec<Key>,
    /// What kind of value it is, in JSON's words; `mixed` where there are several.
    pub kind: &'static str,
    /// In how many of the sampled events it is.
    pub present: usize,
    /// The newest different values.
    pub examples: Vec<Value>,
}

impl UsualField {
    /// Its path with dots.
    pub fn name(&self) -> String {
        self.path.join(".")
    }
}

/// Takes in payloads, oldest first.
#[derive(Debug, Default)]
pub struct UsualFields {
    sampled: usize,
    fields: Vec<UsualField>,
    by_path: HashMap<Vec<Key>, usize>,
    last: Option<Value>,
}

impl UsualFields {
    /// Takes in another payload.
    pub fn take(&mut self, payload: &Value) {
        self.sampled += 1;
        if let Value::Object(object) = payload {
            self.walk(object, &mut Vec::new());
        }
        self.last = Some(payload.clone());
    }

    /// How many were taken in.
    pub fn sampled(&self) -> usize {
        self.sampled
    }

    /// What they have, and the newest of them.
    pub fn finish(mut self) -> (Vec<UsualField>, Option<Value>) {
        // Stable: among equals the payload's order counts.
        self.fields.sort_by_key(|field| std::cmp::Reverse(field.present));
        self.fields.truncate(FIELDS);
        (self.fields, self.last)
    }

    fn walk(&mut self, object: &Object, path: &mut Vec<Key>) {
        for (key, slot) in object.iter() {
            path.push(key.clone());
            match &slot.value {
                Value::Object(inner) if !inner.is_empty() && path.len() < DEPTH => self.walk(inner, path),
                value => self.note(path, value),
            }
            path.pop();
        }
    }

    fn note(&mut self, path: &[Key], value: &Value) {
        let kind = value.type_name();
        let at = match self.by_path.get(path) {
            Some(at) => *at,
            None if self.fields.len() >= FIELDS_SEEN => return,
            None => {
                self.by_path.insert(path.to_vec(), self.fields.len());
                self.fields.push(UsualField { path: path.to_vec(), kind, present: 0, examples: Vec::new() });
                self.fields.len() - 1
            }
        };
        let field = &mut self.fields[at];
        field.present += 1;
        if field.kind != kind {
            field.kind = "mixed";
        }
        field.examples.retain(|known| known != value);
        field.examples.insert(0, value.clone());
        field.examples.truncate(EXAMPLES);
    }
}

/// The object with a value at a path; objects on the way are made, and take the place of what is none.
pub fn with_value_at(root: &Value, path: &[Key], value: Value) -> Value {
    let Some((key, rest)) = path.split_first() else { return value };
    let mut object = root.as_object().cloned().unwrap_or_default();
    let inner = with_value_at(object.get(key).unwrap_or(&Value::Null), rest, value);
    object.insert(key.clone(), inner, Origin::NONE);
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json;

    fn parse(text: &str) -> Value {
        json::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn fields_are_told_with_how_often_they_are_there() {
        let mut seen = UsualFields::default();
        for text in [
            r#"{"amount":20.00,"by":{"name":"Ada"}}"#,
            r#"{"amount":"5","by":{"name":"Ada"},"note":null}"#,
            "7",
            r#"{"amount":7.50,"by":{"name":"Bo"}}"#,
        ] {
            seen.take(&parse(text));
        }
        assert_eq!(seen.sampled(), 4);
        let (fields, last) = seen.finish();
        let told: Vec<_> = fields.iter().map(|field| (field.name(), field.kind, field.present)).collect();
        let expected = [("amount", "mixed", 3), ("by.name", "string", 3), ("note", "null", 1)];
        assert_eq!(told, expected.map(|(name, kind, present)| (name.to_owned(), kind, present)));
        let examples: Vec<_> = fields[1].examples.iter().map(json::to_text).collect();
        assert_eq!(examples, ["\"Bo\"", "\"Ada\""], "the newest first, each once");
        assert_eq!(last.as_ref().map(json::to_text).as_deref(), Some(r#"{"amount":7.50,"by":{"name":"Bo"}}"#));
    }

    #[test]
    fn a_value_is_put_at_a_path() {
        let put = |text: &str, path: &[&str]| {
            let path: Vec<Key> = path.iter().map(|key| Key::from(*key)).collect();
            json::to_text(&with_value_at(&parse(text), &path, parse("20.00")))
        };
        assert_eq!(put(r#"{"a":1}"#, &["b"]), r#"{"a":1,"b":20.00}"#);
        assert_eq!(put(r#"{"a":{"b":1,"c":2}}"#, &["a", "b"]), r#"{"a":{"b":20.00,"c":2}}"#);
        assert_eq!(put(r#"{"a":1}"#, &["a", "b"]), r#"{"a":{"b":20.00}}"#);
        assert_eq!(put("[1]", &["a"]), r#"{"a":20.00}"#);
    }
}
