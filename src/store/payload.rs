//! From stored bytes to a payload: unpacking, decoding, and the library's wrappers taken off.

use std::borrow::Cow;

use rusqlite::types::ValueRef;

use crate::model::event::Payload;
use crate::model::{Key, List, Object, Origin, Path, Unreadable, Value, json};

use super::decode::{self, DecodeError, Form, Packing};
use super::layout::{PayloadSpec, Wrapper};
use super::recognise::glob;

/// A stored payload without its packing.
pub(super) enum Unpacked<'a> {
    /// NULL: nothing there.
    Nothing,
    /// The contents.
    Text(Cow<'a, [u8]>),
    /// Not to be unpacked.
    Unreadable(Unreadable),
}

/// Undoes the compression, if there is one that the layout speaks of.
pub(super) fn unpack<'a>(stored: ValueRef<'a>, spec: &PayloadSpec) -> Unpacked<'a> {
    let bytes = match stored {
        ValueRef::Null => return Unpacked::Nothing,
        ValueRef::Integer(number) => return Unpacked::Text(Cow::Owned(number.to_string().into_bytes())),
        ValueRef::Real(number) => return Unpacked::Text(Cow::Owned(number.to_string().into_bytes())),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes,
    };
    if bytes.len() > Payload::RAW_LIMIT {
        let note = format!("{} bytes; at most {} are read", bytes.len(), Payload::RAW_LIMIT);
        return Unpacked::Unreadable(Unreadable::new(bytes, "too large", note));
    }
    match decode::unpack(bytes, &spec.packed) {
        Ok(contents) => Unpacked::Text(contents),
        Err(error) => Unpacked::Unreadable(error.unreadable(bytes)),
    }
}

/// The compression that the first bytes show.
pub(super) fn packing_of(bytes: &[u8], spec: &PayloadSpec) -> Option<Packing> {
    decode::packing_of(bytes, &spec.packed)
}

/// What is stored, decoded, with the library's wrappers still on.
pub(super) fn contents(stored: ValueRef<'_>, spec: &PayloadSpec) -> Result<Value, Unreadable> {
    contents_as::<&str>(stored, spec, &[], &mut |_| {})
}

/// The same where columns say which form it has: `by` is what is in them. Calls `repeated` with each key that an object
/// of JSON has more than once.
pub(super) fn contents_as<T: AsRef<str>>(
    stored: ValueRef<'_>,
    spec: &PayloadSpec,
    by: &[T],
    repeated: &mut dyn FnMut(&str),
) -> Result<Value, Unreadable> {
    let text = match unpack(stored, spec) {
        Unpacked::Nothing => return Ok(Value::Null),
        Unpacked::Text(text) => text,
        Unpacked::Unreadable(why) => return Err(why),
    };
    if let Some(packing) = decode::unread_packing_of(&text) {
        let raw = if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = stored { bytes } else { &*text };
        let shown = decode::decode(&text, Form::Opaque).err().map(|error| error.note).unwrap_or_default();
        let reason = format!("compressed with {packing}, which is not read");
        return Err(Unreadable::new(raw, reason.clone(), format!("{reason}: {shown}")));
    }
    let (forms, opaque) = forms_by(spec, by);
    let (mut first_error, mut json_error) = (None, None);
    for form in forms {
        // What JSON says twice is lost in its value. Other encodings of it, and what is wrong with it, are told below.
        if *form == Form::Json
            && let Ok(value) = json::parse_noting_repeats(&text, repeated)
        {
            return Ok(value);
        }
        let decoded = match (form, &spec.described) {
            (Form::Protobuf, Some(described)) => described.decode(&text),
            _ => decode::decode(&text, *form),
        };
        match decoded {
            Ok(value) => return Ok(value),
            // What does not begin as JSON is wrong as what it looks like, or as nothing that is known.
            Err(error) if *form == Form::Json && forms.len() > 1 && !begins_as_json(&text) => {
                json_error = json_error.or(Some(error));
            }
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    let raw = if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = stored { bytes } else { &*text };
    let error = first_error
        .or(json_error)
        .unwrap_or_else(|| DecodeError::new("unknown bytes", "no form is known to read them"));
    Err(match opaque {
        // Where nothing but the library reads it, no bytes are as good a payload as any.
        Some(opaque) if forms.last() == Some(&Form::Opaque) && (forms.len() == 1 || !text.is_empty()) => {
            let shown = decode::decode(&text, Form::Opaque).err().map(|error| error.note).unwrap_or_default();
            Unreadable::new(raw, opaque.clone(), format!("{opaque}: {shown}"))
        }
        Some(opaque) if !text.is_empty() && looks_opaque(&text) => {
            Unreadable::new(raw, opaque.clone(), format!("{opaque}; its first bytes are not those of JSON"))
        }
        _ => error.unreadable(raw),
    })
}

/// The forms that contents may have where columns have these values, and what they are otherwise.
fn forms_by<'s, T: AsRef<str>>(spec: &'s PayloadSpec, by: &[T]) -> (&'s [Form], Option<&'s String>) {
    let is = |forms: &[String]| forms.iter().zip(by).all(|(form, value)| glob(form, value.as_ref()));
    let case = match by {
        [] => None,
        _ => spec.by.iter().flat_map(|by| &by.cases).find(|case| is(&case.is)),
    };
    let (forms, opaque) = match case {
        Some(case) => (case.forms.as_slice(), case.opaque.as_ref()),
        None => (spec.forms.as_slice(), spec.opaque.as_ref()),
    };
    (if forms.is_empty() { &[Form::Json] } else { forms }, opaque)
}

/// The form that reads what is stored, the layout's first one where nothing is; `None` where none does.
pub(super) fn form_of<T: AsRef<str>>(stored: ValueRef<'_>, spec: &PayloadSpec, by: &[T]) -> Option<Form> {
    let (forms, _) = forms_by(spec, by);
    match unpack(stored, spec) {
        Unpacked::Nothing => forms.first().copied(),
        Unpacked::Text(text) => forms.iter().copied().find(|form| decode::decode(&text, *form).is_ok()),
        Unpacked::Unreadable(_) => None,
    }
}

/// Plain JSON text that may be decoded later, in part, with the same result: what is wrapped, packed, no text at all
/// or perhaps nested too deeply is for [`decode`].
pub(super) fn undecoded<'a>(stored: ValueRef<'a>, spec: &PayloadSpec) -> Option<&'a [u8]> {
    let (ValueRef::Text(bytes) | ValueRef::Blob(bytes)) = stored else { return None };
    let is_plain = spec.unwrap.is_empty()
        && spec.by.is_none()
        && spec.forms.is_empty()
        && bytes.len() <= Payload::RAW_LIMIT
        && packing_of(bytes, spec).is_none();
    let opened = || bytes.iter().filter(|byte| matches!(byte, b'[' | b'{')).count();
    (is_plain && spec.opaque.is_none() && std::str::from_utf8(bytes).is_ok() && opened() <= json::MAX_DEPTH)
        .then_some(bytes)
}

/// A payload, and what its wrapper held besides.
pub(super) fn decode(stored: ValueRef<'_>, spec: &PayloadSpec, event_type: &str) -> (Payload, Vec<(String, Value)>) {
    finished(contents(stored, spec), spec, event_type)
}

/// Contents with the wrappers taken off.
pub(super) fn finished(
    contents: Result<Value, Unreadable>,
    spec: &PayloadSpec,
    event_type: &str,
) -> (Payload, Vec<(String, Value)>) {
    match contents {
        Ok(value) => {
            let mut besides = Vec::new();
            let value = unwrapped(value, &spec.unwrap, event_type, &mut besides);
            (Payload::Value(value), besides)
        }
        Err(why) => (Payload::Unreadable(why.into()), Vec::new()),
    }
}

/// Whether bytes begin as an object or a list does.
fn begins_as_json(text: &[u8]) -> bool {
    matches!(text.trim_ascii_start().first(), Some(b'{' | b'['))
}

/// Whether bytes don't even begin as JSON does.
fn looks_opaque(text: &[u8]) -> bool {
    !matches!(text.first(), Some(b'{' | b'[' | b'"' | b' ' | b'\n' | b'\t' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n'))
        || std::str::from_utf8(text).is_err()
}

/// Takes the wrappers off; what they held besides goes to `besides`.
pub(super) fn unwrapped(
    mut value: Value,
    wrappers: &[Wrapper],
    event_type: &str,
    besides: &mut Vec<(String, Value)>,
) -> Value {
    for wrapper in wrappers {
        value = match wrapper {
            Wrapper::EnumTag => without_tag(value, event_type),
            Wrapper::TypedValues => without_types(&value),
            Wrapper::MoveToMetadata(keys) => {
                if let Value::Object(object) = &mut value {
                    for key in keys {
                        if let Some(field) = object.get(key).cloned() {
                            object.remove(key);
                            besides.push((key.clone(), field));
                        }
                    }
                }
                value
            }
            Wrapper::SpreadToMetadata(key) => {
                if let Value::Object(object) = &mut value
                    && let Some(Value::Object(inner)) = object.get(key).cloned()
                {
                    object.remove(key);
                    besides.extend(inner.iter().map(|(key, slot)| (key.to_string(), slot.value.clone())));
                }
                value
            }
            Wrapper::Pairs => of_pairs(value),
            Wrapper::Generations => latest(value),
            Wrapper::Inside { payload, metadata, rest_to_metadata } => {
                inside(value, payload, metadata.as_deref(), *rest_to_metadata, besides)
            }
        };
    }
    value
}

/// The payload inside its wrapper; a value that has none there is no wrapper.
fn inside(
    value: Value,
    payload: &str,
    metadata: Option<&str>,
    rest_to_metadata: bool,
    besides: &mut Vec<(String, Value)>,
) -> Value {
    let at = |path: &str| value.at(&Path::parse(path).ok()?).cloned();
    let Some(inner) = at(payload) else { return value };
    let further = metadata.and_then(at);
    if let Some(Value::Object(object)) = &further {
        besides.extend(object.iter().map(|(key, slot)| (key.to_string(), slot.value.clone())));
    }
    if let (true, Value::Object(object)) = (rest_to_metadata, &value) {
        let taken = |key: &str| key == payload || metadata == Some(key);
        let rest = object.iter().filter(|(key, _)| !taken(key));
        besides.extend(rest.map(|(key, slot)| (key.to_string(), slot.value.clone())));
    }
    inner
}

/// An object of `[key, value]` pairs; a value that is no list of such is left as it is.
fn of_pairs(value: Value) -> Value {
    let Value::List(list) = &value else { return value };
    let pairs = list.iter().map(|slot| match &slot.value {
        Value::List(pair) if pair.len() == 2 => {
            let mut parts = pair.iter().map(|slot| &slot.value);
            Some((Key::from(parts.next()?.as_str()?), parts.next()?.clone()))
        }
        _ => None,
    });
    let Some(pairs) = pairs.collect::<Option<Vec<_>>>() else { return value };
    let mut object = Object::default();
    for (key, value) in pairs {
        object.insert(key, value, Origin::NONE);
    }
    Value::Object(object)
}

/// The payload of the latest generation; a value without generations is no wrapper.
fn latest(value: Value) -> Value {
    let newest = match &value {
        Value::Object(object) => object
            .iter()
            .map(|(key, slot)| key.parse::<u32>().ok().map(|generation| (generation, &slot.value)))
            .collect::<Option<Vec<_>>>()
            .and_then(|all| all.into_iter().max_by_key(|(generation, _)| *generation))
            .map(|(_, payload)| payload.clone()),
        _ => None,
    };
    newest.unwrap_or(value)
}

fn without_tag(value: Value, event_type: &str) -> Value {
    let inner = match &value {
        Value::Object(object) if object.len() == 1 => object.get(event_type).cloned(),
        _ => None,
    };
    inner.unwrap_or(value)
}

/// What a `{"_type_": …, "_data_": …}` pair holds, if the value is one.
pub(super) fn typed_data(value: &Value) -> Option<&Value> {
    let object = value.as_object().filter(|object| object.len() == 2)?;
    object.get("_type_")?.as_str()?;
    object.get("_data_")
}

fn without_types(value: &Value) -> Value {
    if let Some(data) = typed_data(value) {
        return without_types(data);
    }
    match value {
        Value::Object(object) => {
            let mut copy = Object::default();
            for (key, slot) in object.iter() {
                copy.insert(key.clone(), without_types(&slot.value), Origin::NONE);
            }
            Value::Object(copy)
        }
        Value::List(list) => Value::List(list.iter().map(|slot| without_types(&slot.value)).collect::<List>()),
        scalar => scalar.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::store::layout::layouts;

    fn spec(layout: &str) -> &'static PayloadSpec {
        &layouts().iter().find(|l| l.id == layout).unwrap().events.payload
    }

    fn show(stored: &[u8], layout: &str, event_type: &str) -> String {
        let (payload, besides) = decode(ValueRef::Blob(stored), spec(layout), event_type);
        let besides: Vec<String> = besides.iter().map(|(key, value)| format!(" {key}={value:?}")).collect();
        match payload {
            Payload::Value(value) => format!("{value:?}{}", besides.concat()),
            Payload::Unreadable(why) => format!("! {}", why.reason),
            Payload::Text(_) => "text".to_owned(),
        }
    }

    fn zlib(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn wrappers_come_off() {
        let py = br#"{"timestamp":{"_type_":"datetime_iso","_data_":"T"},"a":{"_type_":"tuple_as_list","_data_":[{"_type_":"decimal_str","_data_":"1.5"}]},"b":1}"#;
        let expected = r#"{"a":["1.5"],"b":1} timestamp="T""#;
        assert_eq!(show(py, "pyeventsourcing", "x"), expected);
        assert_eq!(show(&zlib(py), "pyeventsourcing", "x"), expected);
        assert_eq!(show(br#"{"Opened":{"a":1}}"#, "cqrs-es-sqlite", "Opened"), r#"{"a":1}"#);
        assert_eq!(show(br#"{"Opened":{"a":1},"b":2}"#, "cqrs-es-sqlite", "Opened"), r#"{"Opened":{"a":1},"b":2}"#);
        assert_eq!(show(br#"{"Closed":1}"#, "cqrs-es-sqlite", "Opened"), r#"{"Closed":1}"#);
        assert_eq!(show(br#""Opened""#, "cqrs-es-sqlite", "Opened"), r#""Opened""#);
    }

    #[test]
    fn what_cant_be_read_says_why() {
        assert_eq!(show(b"", "foldline", "x"), "! empty payload");
        assert_eq!(show(b"{\"a\":", "foldline", "x"), "! invalid JSON");
        assert_eq!(show(b"\xff\xfd{}", "foldline", "x"), "! not UTF-8 text");
        let mut broken = zlib(br#"{"a":1}"#);
        broken.truncate(8);
        assert_eq!(show(&broken, "pyeventsourcing", "x"), "! damaged zlib data");
        assert!(show(b"\x9a\x11\x80", "pyeventsourcing", "x").contains("encrypted"));
        assert_eq!(show(b"{\"a\"", "pyeventsourcing", "x"), "! invalid JSON");
    }
}
