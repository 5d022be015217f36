//! Metadata in a row: what an edit says, what the library repeats there, the time where it is kept there.

use rusqlite::types::ValueRef;

use crate::model::{Event, Key, List, Object, Slot, Value, json};
use crate::store::decode::Form;
use crate::store::layout::{MetadataForm, MetadataSpec, Place, Repeated, TimeSpec, Wrapper};
use crate::store::payload::form_of;
use crate::store::raw::Raw;
use crate::store::recognise::Bound;
use crate::store::times;

use super::encode::{Encoder, moved_keys};
use super::envelope::{self, Contents, Envelope, set_at};
use super::payload_form::as_yaml;
use super::ruby_types;
use super::time_form::{in_json, iso_like};

impl Encoder<'_> {
    pub(super) fn metadata(&mut self) -> Result<(), String> {
        let spec = &self.bound.spec.events;
        let was = self.model.was;
        let same = was.is_some_and(|was| was.metadata == self.event.metadata);
        let has_time = spec.time.iter().any(|time| matches!(time.place, Place::Metadata(_)));
        let same_time = !has_time || was.is_some_and(|was| was.time == self.event.time);
        if same && same_time {
            return Ok(());
        }
        let Some(column) = spec.metadata.as_ref().map(MetadataSpec::column) else {
            // What has headers is written with them.
            let has_headers = Envelope::of(&spec.payload).is_some_and(|envelope| envelope.has_headers());
            return if has_headers { Ok(()) } else { self.metadata_in_payload() };
        };
        if !same {
            self.check_metadata_form()?;
        }
        let value = if self.bound.spec.writing.metadata == MetadataForm::Library {
            // Of a new event the library has nothing to say yet.
            Value::Null
        } else if same_time {
            self.event.metadata.clone()
        } else {
            self.metadata_with_time()?
        };
        let value = self.without_envelope(self.without_columns(value)?)?;
        let stored = self.at(column).map_or(&Raw::Null, |at| &self.image[at]);
        let declared = self.bound.events.column(column).map_or("", |column| column.declared.as_str());
        let is_blob = match stored {
            Raw::Null => declared.eq_ignore_ascii_case("blob"),
            stored => matches!(stored, Raw::Blob(_)),
        };
        if self.is_yaml(stored) {
            let value = if is_nothing(&value) { Value::Object(Object::default()) } else { value };
            let yaml =
                as_yaml(&value, stored).map_err(|why| format!("its metadata can't be written as YAML: {why}"))?;
            self.set(Some(&column.to_owned()), yaml);
            return Ok(());
        }
        let value = self.enveloped_metadata(self.encoded_metadata(value, stored)?, stored)?;
        let value = match (&value, &self.bound.spec.writing.no_metadata) {
            (Value::Null, Some(nothing)) if is_blob => Raw::Blob(nothing.clone().into_bytes()),
            (Value::Null, Some(nothing)) => Raw::text(nothing.clone()),
            (Value::Null, None) => Raw::Null,
            (value, _) if is_blob => Raw::Blob(json::to_text(value).into_bytes()),
            (value, _) => Raw::text(json::to_text(value)),
        };
        self.set(Some(&column.to_owned()), value);
        Ok(())
    }

    /// Whether metadata like this is YAML without a wrapper.
    fn is_yaml(&self, stored: &Raw) -> bool {
        match &self.bound.spec.events.metadata {
            Some(MetadataSpec::Encoded(spec)) if spec.unwrap.is_empty() => {
                form_of::<&str>(stored.as_ref(), spec, &[]) == Some(Form::Yaml)
            }
            _ => false,
        }
    }

    /// The metadata in the form that the layout has it in.
    fn encoded_metadata(&self, value: Value, stored: &Raw) -> Result<Value, String> {
        let Some(MetadataSpec::Encoded(spec)) = &self.bound.spec.events.metadata else { return Ok(value) };
        match form_of::<&str>(stored.as_ref(), spec, &[]) {
            Some(Form::Json) => {}
            Some(form) => {
                return Err(format!("the store's metadata is {}, which is read and not written", form.title()));
            }
            None => return Err("the store's metadata is in a form that is not written".to_owned()),
        }
        match value {
            Value::Object(object) if spec.unwrap.contains(&Wrapper::Pairs) => {
                let pair = |(key, slot): (&Key, &Slot)| {
                    Value::List([Value::string(&**key), slot.value.clone()].into_iter().collect())
                };
                Ok(Value::List(object.iter().map(pair).collect()))
            }
            value => Ok(value),
        }
    }

    /// The metadata without what the layout has in columns of its own, which keep what they have.
    fn without_columns(&self, value: Value) -> Result<Value, String> {
        let spec = &self.bound.spec.events;
        let tags = spec.tags.iter().filter(|tags| tags.metadata).map(|tags| &tags.column);
        let columns: Vec<&String> = spec.metadata_columns.iter().chain(tags).collect();
        let Value::Object(mut object) = value else { return Ok(value) };
        if columns.is_empty() {
            return Ok(Value::Object(object));
        }
        let was = self.model.was.and_then(|was| was.metadata.as_object());
        for column in columns {
            if let Some(said) = object.get(column)
                && was.and_then(|was| was.get(column)) != Some(said)
            {
                return Err(format!("the field {column} of its metadata is a column of the layout"));
            }
            object.remove(column);
        }
        // What was nothing but columns had no metadata.
        Ok(if object.is_empty() { Value::Null } else { Value::Object(object) })
    }

    /// The metadata without what the payload's wrapper holds, which is written there.
    fn without_envelope(&self, value: Value) -> Result<Value, String> {
        let spec = &self.bound.spec.events.payload;
        let Some(envelope) = Envelope::of(spec) else { return Ok(value) };
        let Value::Object(mut object) = value else { return Ok(value) };
        let stored = self.at(&spec.column).and_then(|at| value_in(&self.image[at])).unwrap_or_default();
        let was = self.model.was.and_then(|was| was.metadata.as_object());
        let keys: Vec<Key> = object.iter().map(|(key, _)| key.clone()).collect();
        for key in keys.into_iter().filter(|key| envelope.is_key_of(&stored, key)) {
            if was.is_some_and(|was| was.get(&key) != object.get(&key)) {
                return Err(format!("the field {key} of its metadata is the library's own"));
            }
            object.remove(&key);
        }
        Ok(if object.is_empty() { Value::Null } else { Value::Object(object) })
    }

    /// The metadata with what the library puts around it, as rows like it have it.
    fn enveloped_metadata(&self, value: Value, stored: &Raw) -> Result<Value, String> {
        let Some(MetadataSpec::Encoded(spec)) = &self.bound.spec.events.metadata else { return Ok(value) };
        let Some(envelope) = Envelope::of(spec) else { return Ok(value) };
        let stored = value_in(stored).ok_or("no row like it shows what the library puts around metadata")?;
        // An empty list is how PHP writes an object without fields.
        let value = if is_nothing(&value) { Value::List(List::default()) } else { value };
        let library = &|_: &str| None;
        let contents = Contents { data: &value, metadata: &Value::Null, was: Some(&Value::Null), library };
        envelope.put_on(&contents, &stored)
    }

    /// Whether the row that the new one is made from has this in its metadata or its payload.
    pub(super) fn repeats(&self, what: &Repeated) -> bool {
        let writing = &self.bound.spec.writing;
        let at = self.bound.spec.events.metadata.as_ref().and_then(|metadata| self.at(metadata.column()));
        let metadata = at.zip(self.model.image).map(|(at, image)| object_in(&image[at])).unwrap_or_default();
        if writing.repeated.iter().any(|(key, is)| is == what && metadata.get(key).is_some()) {
            return true;
        }
        let at = self.at(&self.bound.spec.events.payload.column).filter(|_| !writing.repeated_in_payload.is_empty());
        let payload = at.zip(self.model.image).and_then(|(at, image)| value_in(&image[at]));
        let is_there = |path: &str| payload.as_ref().is_some_and(|payload| envelope::at(payload, path).is_some());
        writing.repeated_in_payload.iter().any(|(path, is)| is == what && is_there(path))
    }

    /// Whether what the library repeats is as it was in the recorded event.
    pub(super) fn is_as_it_was(&self, what: &Repeated) -> bool {
        let event = self.event;
        self.model.was.is_some_and(|was| match what {
            Repeated::Stream | Repeated::Column(_) | Repeated::OfStream => was.stream == event.stream,
            Repeated::Version => was.version == event.version,
            Repeated::Time | Repeated::Seconds => was.time == event.time,
            Repeated::Type | Repeated::TypeWith(..) => was.event_type == event.event_type,
            Repeated::User => was.user == event.user,
            Repeated::Id => was.id == event.id,
            Repeated::AsFound => true,
            Repeated::RubyTypes => was.data == event.data && was.metadata == event.metadata,
        })
    }

    /// What the library repeats, in a form that rows like it have; `None` where there is nothing.
    fn repeated_value(&self, what: &Repeated, form: &Value, key: &str) -> Result<Option<Value>, String> {
        let event = self.event;
        let number = |number: i64| match form {
            Value::String(_) => Value::string(number.to_string()),
            _ => Value::from(number),
        };
        Ok(match (what, form) {
            (Repeated::Stream, _) => event.stream.as_deref().map(Value::string),
            (Repeated::AsFound | Repeated::OfStream, form) => Some(form.clone()),
            (Repeated::RubyTypes, form) => {
                let mut metadata = event.metadata.as_object().cloned().unwrap_or_default();
                metadata.remove(key);
                let data = event.data.decoded().map_err(|why| why.reason.clone())?;
                Some(ruby_types::noted(&data, &Value::Object(metadata), form))
            }
            (Repeated::Type, _) => Some(Value::string(&*event.event_type)),
            (Repeated::TypeWith(from, to), _) => Some(Value::string(event.event_type.replace(from, to))),
            (Repeated::User, _) => event.user.as_deref().map(Value::string),
            (Repeated::Id, _) => event.id.as_deref().map(Value::string),
            (Repeated::Column(column), _) => self.at(column).and_then(|at| match &self.image[at] {
                Raw::Text(bytes) => Some(Value::string(String::from_utf8_lossy(bytes))),
                _ => None,
            }),
            (Repeated::Version, _) => event.version.map(number),
            (Repeated::Seconds, _) => {
                event.time.and_then(|time| i64::try_from(time.nanos().div_euclid(1_000_000_000)).ok()).map(number)
            }
            (Repeated::Time, Value::String(form)) => {
                event.time.map(|time| iso_like(form, time)).transpose()?.map(Value::string)
            }
            (Repeated::Time, _) => {
                return Err(format!("its time is also in what the library keeps ({key}), as no text"));
            }
        })
    }

    /// What the library repeats in the metadata, where rows like this one have it.
    pub(super) fn repeated(&mut self) -> Result<(), String> {
        let (event, was) = (self.event, self.model.was);
        let Some(at) = self.bound.spec.events.metadata.as_ref().and_then(|metadata| self.at(metadata.column())) else {
            return Ok(());
        };
        let form = self.model.image.map(|image| object_in(&image[at])).unwrap_or_default();
        let mut metadata = object_in(&self.image[at]);
        let mut changed = false;
        for (key, what) in &self.bound.spec.writing.repeated {
            // Metadata that an edit replaces does not lose what is the library's.
            let is_there = metadata.get(key).is_some();
            // An id has no other place.
            let is_needed = *what == Repeated::Id && was.is_none() && event.id.is_some();
            let form = form.get(key).or(is_needed.then_some(&Value::Null));
            let Some(form) = form.filter(|_| !(self.is_as_it_was(what) && is_there)) else { continue };
            match self.repeated_value(what, form, key)? {
                Some(value) => _ = metadata.insert(key.as_str().into(), value, crate::model::Origin::NONE),
                None => _ = metadata.remove(key),
            }
            changed = true;
        }
        if changed {
            let text = json::to_text(&Value::Object(metadata));
            let is_blob = matches!(self.image[at], Raw::Blob(_));
            self.image[at] = if is_blob { Raw::Blob(text.into_bytes()) } else { Raw::text(text) };
        }
        Ok(())
    }

    /// A payload in its envelope with what the library repeats there, where `stored`, that of a row like it, has it.
    pub(super) fn repeated_in_payload(&self, mut value: Value, stored: &Value) -> Result<Value, String> {
        for (path, what) in &self.bound.spec.writing.repeated_in_payload {
            let Some(form) = envelope::at(stored, path).filter(|_| !self.is_as_it_was(what)) else { continue };
            set_at(&mut value, path, self.repeated_value(what, form, path)?.unwrap_or_default());
        }
        Ok(value)
    }

    /// What the library keeps inside the payload is compared there; there is no place for more.
    fn metadata_in_payload(&self) -> Result<(), String> {
        let was = self.model.was;
        let moved = moved_keys(&self.bound.spec.events.payload);
        let nothing = Object::default();
        let object = |event: Option<&Event>| {
            let object = event.and_then(|event| event.metadata.as_object());
            let mut object = object.unwrap_or(&nothing).clone();
            for key in &moved {
                object.remove(key);
            }
            Value::Object(object)
        };
        let own = |event: &Event, key: &str| event.metadata.as_object().and_then(|o| o.get(key).cloned());
        if let Some(key) = was.and_then(|was| moved.iter().find(|key| own(was, key) != own(self.event, key))) {
            return Err(format!("the field {key} of its metadata is the library's own"));
        }
        if object(Some(self.event)) == object(was) {
            Ok(())
        } else {
            Err("the layout has no place for metadata".to_owned())
        }
    }

    /// Whether the library could read the metadata.
    fn check_metadata_form(&self) -> Result<(), String> {
        let form = self.bound.spec.writing.metadata;
        if form == MetadataForm::Any || is_nothing(&self.event.metadata) {
            return Ok(());
        }
        if form == MetadataForm::Library && self.model.was.is_some() {
            return Err("its metadata is the library's own".to_owned());
        }
        let Value::Object(object) = &self.event.metadata else {
            return Err("its metadata is no object, and the library reads nothing else".to_owned());
        };
        let before = self.model.was.and_then(|was| was.metadata.as_object());
        let new = |key: &str, value: &Value| before.and_then(|before| before.get(key)) != Some(value);
        let unread = object.iter().find(|(key, slot)| !matches!(slot.value, Value::String(_)) && new(key, &slot.value));
        match unread {
            Some((key, slot)) if form == MetadataForm::Texts => Err(format!(
                "the field {key} of its metadata is a {}, and the library reads texts only",
                slot.value.type_name()
            )),
            _ => Ok(()),
        }
    }

    /// The metadata with the event's time in it, in the key and the form in which the store has it.
    fn metadata_with_time(&self) -> Result<Value, String> {
        let spec = &self.bound.spec.events;
        let Some(time) = self.event.time else { return Ok(self.event.metadata.clone()) };
        let mut object = match &self.event.metadata {
            Value::Object(object) => object.clone(),
            other if is_nothing(other) => Object::default(),
            _ => return Err("its time is kept in its metadata, which is no object".to_owned()),
        };
        let template = spec.metadata.as_ref().and_then(|metadata| self.at(metadata.column()));
        let template = template.map(|at| self.image[at].as_ref()).and_then(|stored| match stored {
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => json::parse(bytes).ok(),
            _ => None,
        });
        let template = template.as_ref().and_then(Value::as_object);
        let keys: Vec<(&str, &TimeSpec)> = spec.time.iter().filter_map(metadata_key).collect();
        let has = |object: &Object| keys.iter().copied().find(|(key, _)| object.get(key).is_some());
        let found = has(&object).or_else(|| template.and_then(has)).or_else(|| keys.first().copied());
        let (key, time_spec) = found.ok_or("the layout has no times")?;
        let said = object.get(key);
        let before = self.model.was.and_then(|was| was.metadata.as_object()?.get(key));
        if said.is_some() && said != before && times::in_json(said, time_spec.encoding).timestamp() != Some(time) {
            return Err(format!("its metadata says another time in {key} than the event has; change the time instead"));
        }
        let form = said.or_else(|| template.and_then(|template| template.get(key)));
        let value = in_json(form, time, time_spec.encoding)?;
        object.insert(key.into(), value, crate::model::Origin::NONE);
        Ok(Value::Object(object))
    }
}

/// The JSON in a column.
pub(super) fn value_in(stored: &Raw) -> Option<Value> {
    match stored.as_ref() {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => json::parse(bytes).ok(),
        _ => None,
    }
}

/// The JSON object in a column; an empty one if there is none.
pub(super) fn object_in(stored: &Raw) -> Object {
    value_in(stored).and_then(|value| value.as_object().cloned()).unwrap_or_default()
}

/// The key of a time that is kept in the metadata.
pub(super) fn metadata_key(time: &TimeSpec) -> Option<(&str, &TimeSpec)> {
    match &time.place {
        Place::Metadata(key) => Some((key, time)),
        _ => None,
    }
}

/// Nothing said, in any of the ways in which libraries write it.
pub(super) fn is_nothing(metadata: &Value) -> bool {
    match metadata {
        Value::Null => true,
        Value::Object(object) => object.is_empty(),
        Value::List(list) => List::is_empty(list),
        _ => false,
    }
}

/// Whether an event that was read says the same in its metadata as the planned one; a time that is kept there is
/// compared as the event's time.
pub(super) fn is_same_metadata(bound: &Bound, planned: &Event, read: &Event) -> bool {
    let (spec, writing) = (&bound.spec.events, &bound.spec.writing);
    let has_place = spec.metadata.is_some() || Envelope::of(&spec.payload).is_some_and(|e| e.has_headers());
    if !has_place || writing.metadata == MetadataForm::Library || planned.metadata == read.metadata {
        return true;
    }
    let tags = spec.tags.iter().filter(|tags| tags.metadata).map(|tags| tags.column.as_str());
    let in_payload = writing.repeated_in_payload.keys().map(|path| path.rsplit('.').next().unwrap_or(path));
    let set_by_library: Vec<&str> = tags.chain(in_payload).collect();
    if writing.metadata == MetadataForm::Any && set_by_library.is_empty() {
        return false;
    }
    let without_library = |event: &Event| {
        let mut object = match &event.metadata {
            Value::Object(object) => object.clone(),
            other if is_nothing(other) => Object::default(),
            other => return other.clone(),
        };
        let times = spec.time.iter().filter_map(metadata_key).map(|(key, _)| key);
        let columns = spec.metadata_columns.iter().map(String::as_str);
        let repeated = writing.repeated.keys().map(String::as_str);
        for key in times.chain(columns).chain(repeated).chain(set_by_library.iter().copied()) {
            object.remove(key);
        }
        Value::Object(object)
    };
    without_library(planned) == without_library(read)
}
