//! From an event back to a row, in the encoding in which its neighbours were found: the row that it was, or that of a
//! sibling of its type, with what differs written into it.

use rusqlite::types::ValueRef;
use serde_json::Value as Json;

use crate::model::event::Payload;
use crate::model::{Event, EventKind, EventLog, List, Object, Timestamp, Value, json};
use crate::store::layout::{
    Fill, MetadataForm, MetadataSpec, NewValue, PayloadSpec, Place, Repeated, Role, TimeSpec, Wrapper,
};
use crate::store::payload::decode;
use crate::store::recognise::{Bound, Column, Key};
use crate::store::rows::two_parts;
use crate::store::times::{self, StoredTime};

use super::payload_form::encoded_payload;
use super::raw::Raw;
use super::time_form::{in_json, iso_like, whole};

/// All columns of a row of the event table, by the table's order.
pub(super) type Image = Vec<Raw>;

/// What a new row is made from.
pub(super) struct Model<'a> {
    /// The row that the event was, or that of a sibling.
    pub image: Option<&'a Image>,
    /// The type of the event that `image` holds.
    pub image_type: Option<&'a str>,
    /// The event that `image` holds, if the new row is that event with changes.
    pub was: Option<&'a Event>,
    /// A recorded row of the event's stream, if there is one.
    pub home: Option<&'a Image>,
}

/// The row of an event. An error says what the layout can't hold.
pub(super) fn encode(bound: &Bound, log: &EventLog, event: &Event, model: &Model<'_>) -> Result<Image, String> {
    let mut image = model.image.cloned().unwrap_or_else(|| vec![Raw::Null; written_columns(bound).count()]);
    let mut encoder = Encoder { bound, log, event, model, image: &mut image };
    encoder.stream()?;
    encoder.plain_columns()?;
    encoder.new_row();
    encoder.time()?;
    encoder.metadata()?;
    encoder.repeated()?;
    encoder.payload()?;
    check(bound, event, model, &image)?;
    Ok(image)
}

/// The columns of a row image: those that can be written, in the table's order.
fn written_columns(bound: &Bound) -> impl Iterator<Item = &Column> {
    bound.events.columns.iter().filter(|column| !column.generated)
}

/// Where a column is in a row image.
fn place(bound: &Bound, column: &str) -> Option<usize> {
    written_columns(bound).position(|c| c.name.eq_ignore_ascii_case(column))
}

/// A column's value in a new row of any table.
pub(super) fn filled(fill: &Fill, found: Option<&Raw>, stream: &str, version: Option<i64>) -> Raw {
    match fill {
        Fill::Value(value) => raw(value),
        Fill::AsFoundOr(value) => found.cloned().unwrap_or_else(|| raw(value)),
        Fill::VersionPlus(more) => Raw::text(version.unwrap_or_default().saturating_add(*more).to_string()),
        Fill::NameBeforeDash(other) => {
            Raw::text(stream.split_once('-').map_or(other.as_str(), |(before, _)| before).to_owned())
        }
    }
}

fn raw(value: &Json) -> Raw {
    match value {
        Json::Null => Raw::Null,
        Json::Bool(set) => i64::from(*set).into(),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => integer.into(),
            None => Raw::Real(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Raw::text(text.clone()),
        Json::Array(_) | Json::Object(_) => Raw::text(value.to_string()),
    }
}

struct Encoder<'a> {
    bound: &'a Bound,
    log: &'a EventLog,
    event: &'a Event,
    model: &'a Model<'a>,
    image: &'a mut Image,
}

impl Encoder<'_> {
    fn at(&self, column: &str) -> Option<usize> {
        place(self.bound, column)
    }

    /// The column of a role: the first of its places that is one, in this store.
    fn role(&self, role: &Role) -> Option<String> {
        role.0.iter().filter_map(Place::column).find(|column| self.at(column).is_some()).cloned()
    }

    fn set(&mut self, column: Option<&String>, value: Raw) {
        if let Some(at) = column.and_then(|column| self.at(column)) {
            self.image[at] = value;
        }
    }

    /// The columns that name the stream: as its other rows have them, else made from its name.
    fn stream(&mut self) -> Result<(), String> {
        let spec = &self.bound.spec.events.stream;
        if self.model.was.is_some_and(|was| was.stream == self.event.stream) {
            return Ok(());
        }
        let stream = self.event.stream.as_deref().ok_or("it is in no stream")?;
        if let Some(home) = self.model.home {
            for column in spec.parts.iter().chain(&spec.tenant.0).filter_map(Place::column) {
                if let Some(at) = self.at(column) {
                    self.image[at] = home[at].clone();
                }
            }
            return Ok(());
        }
        if !spec.tenant.is_empty() {
            return Err("the layout's streams belong to tenants, and a new one would need one".to_owned());
        }
        let values: Vec<&str> = match spec.parts.as_slice() {
            [_] => vec![stream],
            [_, _] => {
                let (first, second) = two_parts(self.log, stream).ok_or(
                    "a new stream is named by its type and its id with a hyphen between, such as account-1, here",
                )?;
                vec![first, second]
            }
            _ => return Err("the layout's streams have keys of several parts".to_owned()),
        };
        if spec.hex_uuids && !is_hex_uuid(stream) && !self.log.is_empty() {
            let others = self.log.streams();
            if others.iter().all(|other| is_hex_uuid(&other.name)) {
                let hint = uuid::Uuid::parse_str(stream).map_or(String::new(), |id| format!(": {}", id.simple()));
                return Err(format!("the store's streams are named by UUIDs of 32 hexadecimal digits{hint}"));
            }
        }
        for (part, value) in spec.parts.iter().zip(values) {
            let Some(part) = part.column() else {
                return Err("the layout names streams by more than columns".to_owned());
            };
            if self.at(part).is_some_and(|at| matches!(self.image[at], Raw::Blob(_))) {
                return Err("the store's streams have binary keys, which can't be made from a name".to_owned());
            }
            self.set(Some(part), Raw::text(value.to_owned()));
        }
        Ok(())
    }

    fn plain_columns(&mut self) -> Result<(), String> {
        let spec = &self.bound.spec.events;
        let event = self.event;
        let was = self.model.was;
        let home_version = self.role(&spec.version).and_then(|column| Some(&self.model.home?[self.at(&column)?]));
        // A new stream is like most others.
        let is_new = was.is_none() && self.model.home.is_none();
        let null_stays = is_new || was.is_some_and(|was| was.version.is_none()) || home_version == Some(&Raw::Null);
        if event.version.is_none() && !null_stays {
            return Err("it has no version".to_owned());
        }
        if was.is_none_or(|was| was.version != event.version) {
            let column = self.role(&spec.version);
            if column.is_none()
                && event.version.is_some()
                && !spec.version.is_empty()
                && !self.repeats(&Repeated::Version)
            {
                return Err("rows like it have no place for its number in the stream".to_owned());
            }
            self.set(column.as_ref(), event.version.map_or(Raw::Null, Raw::from));
        }
        if was.is_none_or(|was| was.event_type != event.event_type) {
            let column = self.role(&spec.event_type);
            if column.is_none() && !self.repeats(&Repeated::Type) {
                return Err("rows like it have no place for its type".to_owned());
            }
            self.set(column.as_ref(), Raw::text(event.event_type.to_string()));
        }
        let text = |value: Option<&str>| value.map_or(Raw::Null, |text| Raw::text(text.to_owned()));
        if was.is_none_or(|was| was.id != event.id) {
            if !spec.event_id.is_empty() && event.id.is_none() {
                return Err("it has no id".to_owned());
            }
            self.set(self.role(&spec.event_id).as_ref(), text(event.id.as_deref()));
        }
        if was.is_none_or(|was| was.user != event.user) {
            self.set(self.role(&spec.user).as_ref(), text(event.user.as_deref()));
        }
        if was.is_none_or(|was| was.correlation_id != event.correlation_id) {
            self.set(self.role(&spec.correlation_id).as_ref(), text(event.correlation_id.as_deref()));
        }
        if was.is_none_or(|was| was.causation_id != event.causation_id) {
            self.set(self.role(&spec.causation_id).as_ref(), text(event.causation_id.as_deref()));
        }
        if let Some(schema) = &event.schema_version
            && was.is_none_or(|was| was.schema_version != event.schema_version)
        {
            let value = match schema {
                Value::Number(number) if number.as_i64().is_some() => number.as_i64().unwrap_or_default().into(),
                Value::String(text) => Raw::text(text.to_string()),
                other => Raw::text(json::to_text(other)),
            };
            self.set(self.role(&spec.schema_version).as_ref(), value);
        } else if self.model.image.is_none() {
            self.set(self.role(&spec.schema_version).as_ref(), 1.into());
        }
        if was.is_none_or(|was| was.archived != event.archived) {
            self.set(self.role(&spec.archived).as_ref(), i64::from(event.archived).into());
        }
        if was.is_none()
            && let Some(kind) = &spec.kind
        {
            if event.kind != EventKind::Event {
                return Err("only plain events can be inserted".to_owned());
            }
            self.set(kind.column.as_ref(), Raw::text(kind.event.clone()));
        }
        Ok(())
    }

    /// Columns without a role, of a row that was never recorded: a sibling's marks are not the new event's.
    fn new_row(&mut self) {
        if self.model.was.is_some() {
            return;
        }
        let stream = self.event.stream.as_deref().unwrap_or_default();
        for NewValue { column, fill } in &self.bound.spec.writing.new_rows {
            if let Some(at) = self.at(column) {
                let found = self.model.image.map(|image| &image[at]);
                self.image[at] = filled(fill, found, stream, self.event.version);
            }
        }
    }

    fn time(&mut self) -> Result<(), String> {
        let spec = &self.bound.spec.events;
        let was = self.model.was;
        if was.is_none_or(|was| was.valid_time != self.event.valid_time)
            && let Some(valid) = &spec.valid_time
            && let Place::Column(column) = &valid.place
        {
            let value = match self.event.valid_time {
                Some(time) => self.in_form_of(column, time, valid)?,
                None => Raw::Null,
            };
            self.set(Some(column), value);
        }
        if was.is_some_and(|was| was.time == self.event.time) {
            return Ok(());
        }
        let Some(first) = spec.time.first() else {
            return if self.event.time.is_some() { Err("the layout has no times".to_owned()) } else { Ok(()) };
        };
        match (&first.place, self.event.time) {
            (Place::Column(column), Some(time)) => {
                let value = self.in_form_of(column, time, first)?;
                self.set(Some(column), value);
                Ok(())
            }
            (Place::Column(column), None) => {
                self.no_time(column, first);
                Ok(())
            }
            // A time inside the payload or the metadata is written with it.
            (Place::Payload(_), None) => Err("it has no time".to_owned()),
            (Place::Payload(_) | Place::Metadata(_), _) => Ok(()),
            _ => Err("its time can't be written where the layout has it".to_owned()),
        }
    }

    /// A missing time: as the sibling has it if its own is missing, else an empty text.
    fn no_time(&mut self, column: &str, spec: &TimeSpec) {
        let at = self.at(column).filter(|_| self.model.image.is_some());
        let as_found =
            at.is_some_and(|at| times::in_column(self.image[at].as_ref(), spec.encoding) == StoredTime::Absent);
        if !as_found {
            self.set(Some(&column.to_owned()), Raw::text(""));
        }
    }

    /// A time in the form that the column has in the model.
    fn in_form_of(&self, column: &str, time: Timestamp, spec: &TimeSpec) -> Result<Raw, String> {
        use crate::store::layout::TimeEncoding as Encoding;
        if let Some(Raw::Integer(form)) = self.at(column).map(|at| &self.image[at]) {
            let whole = whole(time, *form as f64, spec.encoding).and_then(|whole| i64::try_from(whole).ok());
            return whole.map(Raw::Integer).ok_or_else(|| format!("its time {time} is finer than the store's times"));
        }
        if !matches!(spec.encoding, Encoding::Iso | Encoding::Auto) {
            return Err("its time is no text".to_owned());
        }
        if spec.whole_seconds && time.nanos().rem_euclid(1_000_000_000) != 0 {
            return Err(format!(
                "its time {time} has a fraction of a second, and the library reads whole seconds only"
            ));
        }
        match (self.at(column).map(|at| &self.image[at]), &spec.like) {
            (Some(Raw::Text(form)), _) => Ok(Raw::text(iso_like(&String::from_utf8_lossy(form), time)?)),
            (Some(Raw::Null), Some(form)) => Ok(Raw::text(iso_like(form, time)?)),
            (Some(Raw::Null), None) => Ok(Raw::text(time.to_string())),
            _ => Err("its time is no text".to_owned()),
        }
    }

    fn metadata(&mut self) -> Result<(), String> {
        let spec = &self.bound.spec.events;
        let was = self.model.was;
        let same = was.is_some_and(|was| was.metadata == self.event.metadata);
        let has_time = spec.time.iter().any(|time| matches!(time.place, Place::Metadata(_)));
        let same_time = !has_time || was.is_some_and(|was| was.time == self.event.time);
        if same && same_time {
            return Ok(());
        }
        let Some(column) = spec.metadata.as_ref().map(MetadataSpec::column) else {
            return self.metadata_in_payload();
        };
        if !same {
            self.check_metadata_form()?;
        }
        let value = if same_time { self.event.metadata.clone() } else { self.metadata_with_time()? };
        let value = self.without_columns(value)?;
        let is_blob = self.at(column).is_some_and(|at| matches!(self.image[at], Raw::Blob(_)));
        let value = match (&value, &self.bound.spec.writing.no_metadata) {
            (Value::Null, Some(nothing)) => Raw::text(nothing.clone()),
            (Value::Null, None) => Raw::Null,
            (value, _) if is_blob => Raw::Blob(json::to_text(value).into_bytes()),
            (value, _) => Raw::text(json::to_text(value)),
        };
        self.set(Some(&column.to_owned()), value);
        Ok(())
    }

    /// The metadata without what the layout has in columns of its own, which keep what they have.
    fn without_columns(&self, value: Value) -> Result<Value, String> {
        let columns = &self.bound.spec.events.metadata_columns;
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

    /// Whether the row that the new one is made from has this in its metadata.
    fn repeats(&self, what: &Repeated) -> bool {
        let at = self.bound.spec.events.metadata.as_ref().and_then(|metadata| self.at(metadata.column()));
        let metadata = at.zip(self.model.image).map(|(at, image)| object_in(&image[at])).unwrap_or_default();
        self.bound.spec.writing.repeated.iter().any(|(key, is)| is == what && metadata.get(key).is_some())
    }

    /// What the library repeats in the metadata, where rows like this one have it.
    fn repeated(&mut self) -> Result<(), String> {
        let (event, was) = (self.event, self.model.was);
        let Some(at) = self.bound.spec.events.metadata.as_ref().and_then(|metadata| self.at(metadata.column())) else {
            return Ok(());
        };
        let form = self.model.image.map(|image| object_in(&image[at])).unwrap_or_default();
        let mut metadata = object_in(&self.image[at]);
        let mut changed = false;
        for (key, what) in &self.bound.spec.writing.repeated {
            let same = was.is_some_and(|was| match what {
                Repeated::Stream | Repeated::Column(_) => was.stream == event.stream,
                Repeated::Version => was.version == event.version,
                Repeated::Time | Repeated::Seconds => was.time == event.time,
                Repeated::Type => was.event_type == event.event_type,
                Repeated::Id => was.id == event.id,
                Repeated::AsFound => true,
            });
            // Metadata that an edit replaces does not lose what is the library's.
            let is_there = metadata.get(key).is_some();
            // An id has no other place.
            let is_needed = *what == Repeated::Id && was.is_none() && event.id.is_some();
            let form = form.get(key).or(is_needed.then_some(&Value::Null));
            let Some(form) = form.filter(|_| !(same && is_there)) else { continue };
            let number = |number: i64| match form {
                Value::String(_) => Value::string(number.to_string()),
                _ => Value::from(number),
            };
            let value = match (what, form) {
                (Repeated::Stream, _) => event.stream.as_deref().map(Value::string),
                (Repeated::AsFound, form) => Some(form.clone()),
                (Repeated::Type, _) => Some(Value::string(&*event.event_type)),
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
                (Repeated::Time, _) => return Err(format!("its time is also in its metadata ({key}), as no text")),
            };
            match value {
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

    fn payload(&mut self) -> Result<(), String> {
        let spec = &self.bound.spec.events.payload;
        let Some(at) = self.at(&spec.column) else {
            return Err("the payload's column is missing".to_owned());
        };
        let time_inside = matches!(self.bound.spec.events.time.first().map(|t| &t.place), Some(Place::Payload(_)));
        let unchanged = self.model.was.is_some_and(|was| {
            was.data == self.event.data
                && was.event_type == self.event.event_type
                && (!time_inside || (was.time == self.event.time && was.metadata == self.event.metadata))
        });
        if !unchanged {
            self.image[at] = encoded_payload(self.bound, self.event, self.model, &self.image[at])?;
        }
        Ok(())
    }
}

/// The JSON object in a column; an empty one if there is none.
fn object_in(stored: &Raw) -> Object {
    let value = match stored.as_ref() {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => json::parse(bytes).ok(),
        _ => None,
    };
    value.and_then(|value| value.as_object().cloned()).unwrap_or_default()
}

/// The key of a time that is kept in the metadata.
fn metadata_key(time: &TimeSpec) -> Option<(&str, &TimeSpec)> {
    match &time.place {
        Place::Metadata(key) => Some((key, time)),
        _ => None,
    }
}

fn is_hex_uuid(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Nothing said, in any of the ways in which libraries write it.
fn is_nothing(metadata: &Value) -> bool {
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
    if bound.spec.events.metadata.is_none() || planned.metadata == read.metadata {
        return true;
    }
    if bound.spec.writing.metadata == MetadataForm::Any {
        return false;
    }
    let without_time = |event: &Event| {
        let mut object = match &event.metadata {
            Value::Object(object) => object.clone(),
            other if is_nothing(other) => Object::default(),
            other => return other.clone(),
        };
        let times = bound.spec.events.time.iter().filter_map(metadata_key).map(|(key, _)| key);
        let columns = bound.spec.events.metadata_columns.iter().map(String::as_str);
        let repeated = bound.spec.writing.repeated.keys().map(String::as_str);
        for key in times.chain(columns).chain(repeated) {
            object.remove(key);
        }
        Value::Object(object)
    };
    without_time(planned) == without_time(read)
}

/// The fields that the layout takes from the payload to the metadata.
pub(super) fn moved_keys(spec: &PayloadSpec) -> Vec<String> {
    let moved = spec.unwrap.iter().filter_map(|wrapper| match wrapper {
        Wrapper::MoveToMetadata(keys) => Some(keys.clone()),
        _ => None,
    });
    moved.flatten().collect()
}

/// Whether the row says what the event says: what can't be encoded is found before anything is written.
fn check(bound: &Bound, event: &Event, model: &Model<'_>, image: &Image) -> Result<(), String> {
    let spec = &bound.spec.events;
    let value = |column: &str| place(bound, column).map_or(ValueRef::Null, |at| image[at].as_ref());
    let (data, besides) = decode(value(&spec.payload.column), &spec.payload, &event.event_type);
    let same = match (&data, event.data.decoded()) {
        (Payload::Value(data), Ok(wanted)) => *data == *wanted,
        // Kept byte for byte.
        (Payload::Unreadable(_), Err(_)) => model.was.is_some(),
        _ => false,
    };
    if !same {
        return Err("its payload would read back differently".to_owned());
    }
    let metadata = spec.metadata.as_ref().and_then(|metadata| match value(metadata.column()) {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => json::parse(bytes).ok(),
        _ => None,
    });
    let time = spec.time.iter().find_map(|time| match &time.place {
        Place::Column(column) => times::in_column(value(column), time.encoding).timestamp(),
        Place::Payload(path) => {
            let key = path.split('.').next().unwrap_or(path);
            let field = besides.iter().find(|(name, _)| name == key);
            times::in_json(field.map(|(_, value)| value), time.encoding).timestamp()
        }
        Place::Metadata(key) => {
            let said = metadata.as_ref().and_then(Value::as_object).and_then(|object| object.get(key));
            times::in_json(said, time.encoding).timestamp()
        }
        _ => None,
    });
    if time != event.time {
        let in_metadata = spec.time.iter().find_map(metadata_key);
        return Err(match in_metadata {
            Some((key, _)) => format!("its time is kept in its metadata ({key}); change the event's time instead"),
            None => "its time would read back differently".to_owned(),
        });
    }
    let own_key = match &bound.key {
        Key::Rowid(rowid) => Some(rowid.as_str()),
        Key::Position { .. } | Key::Ordered { .. } | Key::Columns(_) => None,
    };
    let empty = written_columns(bound).zip(image).find(|(column, value)| {
        column.not_null && **value == Raw::Null && own_key.is_none_or(|key| !key.eq_ignore_ascii_case(&column.name))
    });
    match empty {
        Some((column, _)) => Err(format!("the store's column {} must not be empty", column.name)),
        None => Ok(()),
    }
}
