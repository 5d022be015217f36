//! What a library puts around a payload, put on again: headers, a class, its own fields beside the payload's.

use crate::model::{Key, Object, Origin, Value};
use crate::store::layout::{PayloadSpec, Wrapper};

use super::metadata::is_nothing;

/// A wrapper that holds metadata too. Its places are keys of the stored object.
#[derive(Debug, Default)]
pub(super) struct Envelope<'s> {
    /// Where the payload is; `None` where its fields stand among the library's own.
    payload: Option<&'s str>,
    /// Where an object with metadata is.
    headers: Option<&'s str>,
    /// All other keys are metadata.
    rest: bool,
    /// These keys are metadata.
    own: Vec<&'s str>,
}

/// What goes into an envelope.
pub(super) struct Contents<'a> {
    pub data: &'a Value,
    pub metadata: &'a Value,
    /// The metadata as recorded, for an event that was.
    pub was: Option<&'a Value>,
    /// Whether the library sets a field itself, and whether an edit may change it.
    pub library: &'a dyn Fn(&str) -> Option<Sets>,
}

/// Who says what is in a field of the library's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sets {
    /// The library: an edit of it means nothing.
    Library,
    /// The event, which also has it elsewhere.
    Event,
}

impl<'s> Envelope<'s> {
    /// `None` where the wrappers are others.
    pub(super) fn of(spec: &'s PayloadSpec) -> Option<Self> {
        let is_key = |path: &str| !path.contains(['.', '[']);
        let mut envelope = Self::default();
        for wrapper in &spec.unwrap {
            match wrapper {
                Wrapper::Inside { payload, metadata, rest_to_metadata }
                    if is_key(payload) && metadata.as_deref().is_none_or(is_key) && envelope.payload.is_none() =>
                {
                    envelope.payload = Some(payload);
                    envelope.headers = metadata.as_deref().or(envelope.headers);
                    envelope.rest = *rest_to_metadata;
                }
                Wrapper::SpreadToMetadata(key) if envelope.headers.is_none() => envelope.headers = Some(key),
                Wrapper::MoveToMetadata(keys) => envelope.own.extend(keys.iter().map(String::as_str)),
                _ => return None,
            }
        }
        (envelope.payload.is_some() || envelope.headers.is_some()).then_some(envelope)
    }

    /// Whether any metadata has a place in it.
    pub(super) fn has_headers(&self) -> bool {
        self.headers.is_some()
    }

    /// Whether metadata of this name is a key of the stored object itself.
    pub(super) fn is_key_of(&self, stored: &Value, name: &str) -> bool {
        let is_place = self.payload == Some(name) || self.headers == Some(name);
        let is_there = || stored.as_object().is_some_and(|stored| stored.get(name).is_some());
        self.own.contains(&name) || (self.rest && !is_place && is_there())
    }

    /// The stored object with other contents: its keys keep their order, and what nobody changed is as it was.
    pub(super) fn put_on(&self, contents: &Contents<'_>, stored: &Value) -> Result<Value, String> {
        let Value::Object(stored) = stored else { return self.bare(contents) };
        if self.payload.is_some_and(|payload| stored.get(payload).is_none()) {
            return self.bare(contents);
        }
        let nothing = Object::default();
        let metadata = match contents.metadata {
            Value::Object(metadata) => metadata,
            other if is_nothing(other) => &nothing,
            _ => return Err("its metadata is no object, and the library keeps it in one".to_owned()),
        };
        check_library_fields(contents, metadata)?;
        let fields = match (self.payload, contents.data) {
            (None, Value::Object(fields)) => Some(fields),
            (None, _) => return Err("its payload is no object, and the library reads nothing else".to_owned()),
            (Some(_), _) => None,
        };
        let was = contents.was.and_then(Value::as_object);
        // What an edit did not touch stays as it is stored.
        let said = |key: &str, stored: Option<&Value>| match (contents.library)(key) {
            Some(_) => stored.cloned(),
            None if was.is_some_and(|was| was.get(key) == metadata.get(key)) => stored.cloned(),
            None => metadata.get(key).cloned(),
        };
        let mut object = Object::default();
        for (key, slot) in stored.iter() {
            let name: &str = key;
            let value = if self.payload == Some(name) {
                Some(contents.data.clone())
            } else if self.headers == Some(name) {
                Some(self.with_headers(metadata, &slot.value, &said, contents))
            } else if self.rest || self.own.contains(&name) {
                said(name, Some(&slot.value))
            } else if let Some(fields) = fields {
                fields.get(name).cloned()
            } else {
                Some(slot.value.clone())
            };
            if let Some(value) = value {
                object.insert(key.clone(), value, Origin::NONE);
            }
        }
        let mut add = |key: &Key, value: &Value| _ = object.insert(key.clone(), value.clone(), Origin::NONE);
        for (key, slot) in fields.into_iter().flat_map(Object::iter) {
            if self.own.contains(&&**key) || self.headers == Some(&**key) {
                return Err(format!("the library itself uses the field {key}"));
            }
            if stored.get(key).is_none() {
                add(key, &slot.value);
            }
        }
        for (key, slot) in metadata.iter() {
            let is_new = stored.get(key).is_none() && (contents.library)(key).is_none();
            if self.own.contains(&&**key) && is_new {
                add(key, &slot.value);
            }
        }
        if let Some(headers) = self.headers
            && stored.get(headers).is_none()
        {
            let value = self.with_headers(metadata, &Value::Null, &said, contents);
            if !is_nothing(&value) {
                add(&headers.into(), &value);
            }
        }
        Ok(Value::Object(object))
    }

    /// A payload in a row like one that has no wrapper.
    fn bare(&self, contents: &Contents<'_>) -> Result<Value, String> {
        if contents.was.unwrap_or(&Value::Null) == contents.metadata || is_nothing(contents.metadata) {
            Ok(contents.data.clone())
        } else {
            Err("rows like it have no place for metadata".to_owned())
        }
    }

    fn with_headers(
        &self,
        metadata: &Object,
        stored: &Value,
        said: &dyn Fn(&str, Option<&Value>) -> Option<Value>,
        contents: &Contents<'_>,
    ) -> Value {
        let nothing = Object::default();
        let was = stored.as_object().unwrap_or(&nothing);
        let mut object = Object::default();
        for (key, slot) in was.iter() {
            if let Some(value) = said(key, Some(&slot.value)) {
                object.insert(key.clone(), value, Origin::NONE);
            }
        }
        for (key, slot) in metadata.iter() {
            if was.get(key).is_none() && !self.own.contains(&&**key) && (contents.library)(key).is_none() {
                object.insert(key.clone(), slot.value.clone(), Origin::NONE);
            }
        }
        // An empty list is how PHP writes an object without fields.
        if object.is_empty() && !matches!(stored, Value::Object(_) | Value::Null) {
            return stored.clone();
        }
        Value::Object(object)
    }
}

/// An edit of what the library sets itself would be lost, so it is none.
fn check_library_fields(contents: &Contents<'_>, metadata: &Object) -> Result<(), String> {
    let Some(was) = contents.was.and_then(Value::as_object) else { return Ok(()) };
    // Metadata that an edit replaces does not lose what is the library's.
    let is_lost = |key: &&Key| (contents.library)(key) == Some(Sets::Library) && was.get(key) != metadata.get(key);
    match metadata.iter().map(|(key, _)| key).find(is_lost) {
        Some(key) => {
            Err(format!("the field {key} of its metadata is the library's own; change the event itself instead"))
        }
        None => Ok(()),
    }
}

/// Puts a value in the place of one that is at a path of keys.
pub(super) fn set_at(value: &mut Value, path: &str, new: Value) {
    let (key, rest) = path.split_once('.').map_or((path, None), |(key, rest)| (key, Some(rest)));
    let Value::Object(object) = value else { return };
    let Some(slot) = object.slot_mut(key) else { return };
    match rest {
        None => slot.value = new,
        Some(rest) => set_at(&mut slot.value, rest, new),
    }
}

/// What is at a path of keys.
pub(super) fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, key| value.as_object()?.get(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json;

    fn parse(text: &str) -> Value {
        json::parse(text.as_bytes()).unwrap()
    }

    fn check(wrappers: &str, stored: &str, data: &str, metadata: (&str, Option<&str>), expected: Result<&str, &str>) {
        let spec = PayloadSpec { unwrap: serde_json::from_str(wrappers).unwrap(), ..PayloadSpec::default() };
        let (data, metadata, was) = (parse(data), parse(metadata.0), metadata.1.map(parse));
        let library = &|key: &str| match key {
            "type" => Some(Sets::Library),
            "by" => Some(Sets::Event),
            _ => None,
        };
        let contents = Contents { data: &data, metadata: &metadata, was: was.as_ref(), library };
        let put = Envelope::of(&spec).unwrap().put_on(&contents, &parse(stored));
        assert_eq!(
            put.map(|value| json::to_text(&value)),
            expected.map(str::to_owned).map_err(str::to_owned),
            "{stored}"
        );
    }

    #[test]
    fn a_payload_beside_headers() {
        let wrappers = r#"[{"inside":{"payload":"payload","metadata":"headers"}}]"#;
        let stored = r#"{"headers":{"type":"a","c":1,"n":null},"payload":{"x":1}}"#;
        let was = Some(r#"{"type":"a","c":1,"n":null}"#);
        let check = |metadata, was, expected| check(wrappers, stored, r#"{"x":2}"#, (metadata, was), expected);
        check(
            r#"{"type":"a","c":1,"n":null}"#,
            was,
            Ok(r#"{"headers":{"type":"a","c":1,"n":null},"payload":{"x":2}}"#),
        );
        check(r#"{"type":"a","c":2,"d":3}"#, was, Ok(r#"{"headers":{"type":"a","c":2,"d":3},"payload":{"x":2}}"#));
        check(r#"{"d":3}"#, was, Ok(r#"{"headers":{"type":"a","d":3},"payload":{"x":2}}"#));
        check("null", None, Ok(r#"{"headers":{"type":"a"},"payload":{"x":2}}"#));
        check(r#"{"c":9,"type":"z"}"#, None, Ok(r#"{"headers":{"type":"a","c":9},"payload":{"x":2}}"#));
        let own = "the field type of its metadata is the library's own; change the event itself instead";
        check(r#"{"type":"b","c":1,"n":null}"#, was, Err(own));
        check("[1]", was, Err("its metadata is no object, and the library keeps it in one"));
    }

    #[test]
    fn a_payload_among_the_librarys_fields() {
        let wrappers = r#"[{"spread_to_metadata":"metadata"},{"move_to_metadata":["type","by","c"]}]"#;
        let stored = r#"{"type":"a","c":1,"by":"x","metadata":{"s":1},"amount":5,"note":"n"}"#;
        let was = Some(r#"{"s":1,"type":"a","c":1,"by":"x"}"#);
        let check = |data, metadata, was, expected| check(wrappers, stored, data, (metadata, was), expected);
        let same = r#"{"s":1,"type":"a","c":1,"by":"x"}"#;
        let kept = r#"{"type":"a","c":1,"by":"x","metadata":{"s":1},"amount":6,"z":1}"#;
        check(r#"{"amount":6,"z":1}"#, same, was, Ok(kept));
        let edited = r#"{"type":"a","c":2,"by":"x","metadata":{"s":1,"t":2},"amount":6}"#;
        check(r#"{"amount":6}"#, r#"{"s":1,"t":2,"type":"a","c":2,"by":"y"}"#, was, Ok(edited));
        let inserted = r#"{"type":"a","by":"x","metadata":{},"amount":6}"#;
        check(r#"{"amount":6}"#, "null", None, Ok(inserted));
        check(r#"{"type":"b"}"#, same, was, Err("the library itself uses the field type"));
        check("[]", same, was, Err("its payload is no object, and the library reads nothing else"));
    }

    #[test]
    fn a_payload_beside_a_class() {
        let wrappers = r#"[{"inside":{"payload":"payload","rest_to_metadata":true}}]"#;
        let stored = r#"{"type":"A","payload":[]}"#;
        check(wrappers, stored, "{}", (r#"{"type":"A"}"#, Some(r#"{"type":"A"}"#)), Ok(r#"{"type":"A","payload":{}}"#));
        check(wrappers, "[1]", "{}", ("null", Some("null")), Ok("{}"));
    }
}
