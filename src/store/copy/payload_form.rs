//! Payloads as a store keeps them: the library's wrappers and compression put on again, as they were found.

use std::io::Write as _;

use crate::model::{Event, List, Object, Origin, Path, Value, json};
use crate::store::decode::{Form, Packing, yaml_like};
use crate::store::layout::{PayloadSpec, Place, Repeated, Wrapper};
use crate::store::payload::{Unpacked, form_of, packing_of, typed_data, unpack};
use crate::store::raw::Raw;
use crate::store::recognise::Bound;

use super::encode::{Model, columns_of_form};
use super::envelope::{Contents, Envelope, Sets};
use super::jsonb;
use super::own_fields::with_own_fields;
use super::time_form::iso_like;

/// An event's payload as it is stored, the form being that of what is in the row. What the library repeats in its
/// wrapper is set by `repeated_in_payload`, which is given the wrapped payload and that of the model.
pub(super) fn encoded_payload(
    bound: &Bound,
    event: &Event,
    model: &Model<'_>,
    stored: &Raw,
    repeated_in_payload: &dyn Fn(Value, &Value) -> Result<Value, String>,
) -> Result<Raw, String> {
    let spec = &bound.spec.events.payload;
    let data = event.data.decoded().map_err(|why| format!("its payload can't be read ({})", why.reason))?;
    if spec.objects_only && !matches!(*data, Value::Object(_)) && model.was.is_none_or(|was| was.data != event.data) {
        return Err(format!("its payload is a {}, and the library reads objects only", data.type_name()));
    }
    let by = model.image.map(|image| columns_of_form(bound, image)).unwrap_or_default();
    match form_of(stored.as_ref(), spec, &by) {
        Some(Form::Json) => {}
        Some(form @ (Form::Text | Form::SignedLe)) => return plain(&data, form, stored),
        Some(Form::Jsonb) if spec.unwrap.is_empty() => {
            return Ok(Raw::Blob(jsonb::encoded(&with_own_fields(bound, event, model, &data)?)));
        }
        Some(Form::Yaml) if spec.unwrap.is_empty() => {
            return as_yaml(&data, stored).map_err(|why| format!("its payload can't be written as YAML: {why}"));
        }
        Some(form) => {
            return Err(format!(
                "the store's events like it have payloads in {}, which is read and not written",
                form.title()
            ));
        }
        // Text that was damaged can be mended.
        None if spec.forms.len() < 2 && !spec.forms.contains(&Form::Opaque) => {}
        None => return Err("the store's events like it have payloads that only the application can write".to_owned()),
    }
    let data = with_own_fields(bound, event, model, &data)?;
    let original = match unpack(stored.as_ref(), spec) {
        Unpacked::Text(text) => json::parse(&text).ok(),
        Unpacked::Nothing | Unpacked::Unreadable(_) => None,
    };
    if let (Some(Value::String(variant)), Value::Object(fields)) = (&original, &data)
        && fields.is_empty()
        && spec.unwrap.contains(&Wrapper::EnumTag)
        && **variant == *event.event_type
    {
        return Err(format!("events of its type have no fields in this store: their payload is the text {variant:?}"));
    }
    let value = match Envelope::of(spec) {
        Some(envelope) => {
            let stored = original.as_ref().ok_or("no event like it shows what the library puts around a payload")?;
            let sets = |path: &String, what: &Repeated, key: &str| {
                let is_it = path.rsplit('.').next() == Some(key);
                is_it.then_some(if *what == Repeated::User { Sets::Event } else { Sets::Library })
            };
            let repeated = &bound.spec.writing.repeated_in_payload;
            let library = &|key: &str| repeated.iter().find_map(|(path, what)| sets(path, what, key));
            let was = model.was.map(|was| &was.metadata);
            let contents = Contents { data: &data, metadata: &event.metadata, was, library };
            repeated_in_payload(envelope.put_on(&contents, stored)?, stored)?
        }
        None => Wrapping { spec, bound, event, model }.rewrapped(&data, original.as_ref())?,
    };
    let declared = bound.events.column(&spec.column).map_or("", |column| column.declared.as_str());
    match as_stored(&value, spec, stored)? {
        Raw::Text(text) if *stored == Raw::Null && declared.eq_ignore_ascii_case("blob") => Ok(Raw::Blob(text)),
        stored => Ok(stored),
    }
}

/// A value as JSON like what is stored: as text or bytes, with its mark of the byte order, compressed as it is.
pub(super) fn as_stored(value: &Value, spec: &PayloadSpec, stored: &Raw) -> Result<Raw, String> {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    let mut text = json::to_text(value).into_bytes();
    if matches!(unpack(stored.as_ref(), spec), Unpacked::Text(like) if like.starts_with(MARK)) {
        text.splice(..0, MARK.iter().copied());
    }
    let packing = match stored {
        Raw::Blob(bytes) => packing_of(bytes, spec),
        _ => None,
    };
    Ok(match (packing, stored) {
        (Some(packing), _) => Raw::Blob(packed(&text, packing)?),
        (None, Raw::Blob(_)) => Raw::Blob(text),
        (None, _) => Raw::Text(text),
    })
}

/// A value as YAML like what is stored.
pub(super) fn as_yaml(value: &Value, stored: &Raw) -> Result<Raw, String> {
    match stored {
        Raw::Text(like) => Ok(Raw::Text(yaml_like(value, like)?)),
        Raw::Blob(like) => Ok(Raw::Blob(yaml_like(value, like)?)),
        _ => Err("no event like it shows its form".to_owned()),
    }
}

/// A payload that is no more than a text or a whole number.
fn plain(data: &Value, form: Form, stored: &Raw) -> Result<Raw, String> {
    match (form, data, stored) {
        (Form::Text, Value::String(text), Raw::Text(_)) => Ok(Raw::text(&**text)),
        (Form::Text, Value::String(text), _) => Ok(Raw::Blob(text.as_bytes().to_vec())),
        (Form::Text, other, _) => Err(format!("its payload is a {}, and the library reads a text", other.type_name())),
        (_, Value::Number(number), Raw::Blob(bytes)) => {
            let number = number.as_i64().ok_or("its payload is no whole number")?;
            let (stored, fill) = (number.to_le_bytes(), if number < 0 { 0xff } else { 0 });
            let (kept, rest) = stored.split_at(bytes.len().min(stored.len()));
            let sign = kept.last().is_some_and(|byte| byte & 0x80 != 0);
            if rest.iter().any(|byte| *byte != fill) || sign != (number < 0) {
                return Err(format!("{number} does not fit into the {} bytes of such payloads", bytes.len()));
            }
            Ok(Raw::Blob(kept.to_vec()))
        }
        (_, other, _) => Err(format!("its payload is a {}, and the library reads a whole number", other.type_name())),
    }
}

struct Wrapping<'a> {
    spec: &'a PayloadSpec,
    bound: &'a Bound,
    event: &'a Event,
    model: &'a Model<'a>,
}

impl Wrapping<'_> {
    /// The payload with the library's wrappers put back on, those that the model has.
    fn rewrapped(&self, data: &Value, original: Option<&Value>) -> Result<Value, String> {
        let spec = self.spec;
        let typed = spec.unwrap.contains(&Wrapper::TypedValues);
        let mut value = data.clone();
        for wrapper in spec.unwrap.iter().rev() {
            value = match wrapper {
                Wrapper::EnumTag if self.is_tagged(&value, original) => {
                    let tag = self.event.event_type.clone();
                    Value::Object([(tag, value)].into_iter().collect::<Object>())
                }
                // Types are put back field by field.
                Wrapper::EnumTag | Wrapper::TypedValues => value,
                Wrapper::Generations | Wrapper::Inside { .. } | Wrapper::SpreadToMetadata(_) | Wrapper::Pairs => {
                    return Err("its wrapper can't be put on again".to_owned());
                }
                Wrapper::MoveToMetadata(keys) => self.with_library_fields(&value, original, keys, typed)?,
            };
        }
        Ok(value)
    }

    /// Whether the type is the payload's only key, as the model has it: a variant without fields is a bare text, and
    /// some applications write no tags.
    fn is_tagged(&self, data: &Value, original: Option<&Value>) -> bool {
        let (Some(original), Some(model_type)) = (original, self.model.image_type) else {
            return true;
        };
        match original {
            Value::Object(object) => object.len() == 1 && object.get(model_type).is_some(),
            Value::String(variant) => **variant == *model_type && data.as_str() != Some(&*self.event.event_type),
            _ => false,
        }
    }

    /// An object with the library's fields in it, in the order of the model's keys.
    fn with_library_fields(
        &self,
        data: &Value,
        original: Option<&Value>,
        keys: &[String],
        typed: bool,
    ) -> Result<Value, String> {
        let Value::Object(data) = data else {
            return Err("its payload is no object".to_owned());
        };
        let nothing = Object::default();
        let model = original.and_then(Value::as_object).unwrap_or(&nothing);
        let mut object = Object::default();
        let time_key = self.time_key();
        // What the library adds to one type need not belong to another.
        let is_kin = self.model.was.is_some() || self.model.image_type == Some(&*self.event.event_type);
        if model.is_empty()
            && let Some(key) = &time_key
        {
            object.insert(key.as_str().into(), self.time_value(None)?, Origin::NONE);
        }
        for (key, slot) in model.iter() {
            if keys.iter().any(|k| **k == **key) {
                let value = if time_key.as_deref() == Some(&**key) {
                    self.time_value(Some(&slot.value))?
                } else {
                    slot.value.clone()
                };
                if is_kin || time_key.as_deref() == Some(&**key) {
                    object.insert(key.clone(), value, Origin::NONE);
                }
            } else if let Some(value) = data.get(key) {
                object.insert(key.clone(), retyped(value, Some(&slot.value), typed, key)?, Origin::NONE);
            }
        }
        for (key, slot) in data.iter() {
            if keys.iter().any(|k| **k == **key) {
                return Err(format!("the library itself uses the field {key}"));
            }
            if object.get(key).is_none() {
                object.insert(key.clone(), slot.value.clone(), Origin::NONE);
            }
        }
        Ok(Value::Object(object))
    }

    /// The payload's field that holds the time.
    fn time_key(&self) -> Option<String> {
        let Place::Payload(path) = &self.bound.spec.events.time.first()?.place else {
            return None;
        };
        Path::parse(path).ok()?.parts().first().map(ToString::to_string)
    }

    /// The field that holds the time, in the model's form.
    fn time_value(&self, model: Option<&Value>) -> Result<Value, String> {
        if let (Some(was), Some(model)) = (self.model.was, model)
            && was.time == self.event.time
        {
            return Ok(model.clone());
        }
        let time = self.event.time.ok_or("it has no time")?;
        if time.sub_micro_nanos() != 0 {
            return Err("its time is finer than a microsecond".to_owned());
        }
        // datetime.isoformat() of a time in UTC, as the library's transcoding writes it.
        let form = "2000-01-01T00:00:00.000000+00:00";
        match model {
            Some(Value::String(form)) => Ok(Value::string(iso_like(form, time)?)),
            Some(Value::Object(pair)) => {
                let mut pair = pair.clone();
                let form = pair.get("_data_").and_then(Value::as_str).unwrap_or(form);
                let text = iso_like(form, time)?;
                pair.insert("_data_".into(), Value::string(text), Origin::NONE);
                Ok(Value::Object(pair))
            }
            _ => {
                let pair = [("_type_", Value::from("datetime_iso")), ("_data_", Value::string(iso_like(form, time)?))];
                Ok(Value::Object(pair.into_iter().collect::<Object>()))
            }
        }
    }
}

/// A value with the types of the value in whose place it stands.
fn retyped(value: &Value, model: Option<&Value>, typed: bool, name: &str) -> Result<Value, String> {
    let Some(model) = model.filter(|_| typed) else {
        return Ok(value.clone());
    };
    if let (Some(data), Value::Object(pair)) = (typed_data(model), model) {
        let kind = pair.get("_type_").and_then(Value::as_str).unwrap_or_default();
        return match (value, data) {
            (Value::Null, _) => Ok(Value::Null),
            (Value::String(_), Value::String(_))
            | (Value::Number(_), Value::Number(_))
            | (Value::Bool(_), Value::Bool(_))
            | (Value::List(_), Value::List(_))
            | (Value::Object(_), Value::Object(_)) => {
                let mut pair = pair.clone();
                pair.insert("_data_".into(), retyped(value, Some(data), typed, name)?, Origin::NONE);
                Ok(Value::Object(pair))
            }
            _ => Err(format!("the field {name} is kept as {kind}, whose data is a {}", data.type_name())),
        };
    }
    match (value, model) {
        (Value::Object(object), Value::Object(model)) => {
            let mut copy = Object::default();
            for (key, slot) in object.iter() {
                copy.insert(key.clone(), retyped(&slot.value, model.get(key), typed, key)?, Origin::NONE);
            }
            Ok(Value::Object(copy))
        }
        (Value::List(list), Value::List(model)) => {
            let last = model.len().checked_sub(1).and_then(|last| model.get(last));
            let items =
                list.iter().enumerate().map(|(at, slot)| retyped(&slot.value, model.get(at).or(last), typed, name));
            Ok(Value::List(items.collect::<Result<Vec<_>, _>>()?.into_iter().collect::<List>()))
        }
        _ => Ok(value.clone()),
    }
}

fn packed(text: &[u8], packing: Packing) -> Result<Vec<u8>, String> {
    let level = flate2::Compression::default();
    let written = match packing {
        Packing::Zlib => {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), level);
            encoder.write_all(text).and_then(|()| encoder.finish())
        }
        Packing::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
            encoder.write_all(text).and_then(|()| encoder.finish())
        }
        other => return Err(format!("payloads compressed with {} are not written", other.title())),
    };
    written.map_err(|e| e.to_string())
}
