//! From an event back to a row, in the encoding in which its neighbours were found: the row that it was, or that of a
//! sibling of its type, with what differs written into it.

use std::io::Write as _;

use rusqlite::types::ValueRef;

use crate::model::event::Payload;
use crate::model::{Event, EventKind, List, Object, Origin, Path, Timestamp, Value, json};
use crate::store::layout::{Packing, PayloadSpec, TimeEncoding, TimePlace, TimeSpec, Wrapper};
use crate::store::payload::{Unpacked, decode, packing_of, typed_data, unpack};
use crate::store::recognise::{Bound, Column};
use crate::store::times::{self, StoredTime};

use super::raw::Raw;

/// All columns of a row of the event table, by the table's order.
pub(super) type Image = Vec<Raw>;

/// What a new row is made from.
pub(super) struct Model<'a> {
    /// The row that the event was, or that of a sibling.
    pub image: Option<&'a Image>,
    /// The event that `image` holds, if the new row is that event with changes.
    pub was: Option<&'a Event>,
}

/// The row of an event. An error says what the layout can't hold.
pub(super) fn encode(bound: &Bound, event: &Event, model: &Model<'_>) -> Result<Image, String> {
    let mut image = model.image.cloned().unwrap_or_else(|| vec![Raw::Null; written_columns(bound).count()]);
    let mut encoder = Encoder { bound, event, model, image: &mut image };
    encoder.stream()?;
    encoder.plain_columns()?;
    encoder.time()?;
    encoder.metadata()?;
    encoder.payload()?;
    check(bound, event, model, &image)?;
    Ok(image)
}

/// The columns of a row image: those that can be written, in the table's order.
fn written_columns(bound: &Bound) -> impl Iterator<Item = &Column> {
    bound.events.columns.iter().filter(|column| !column.generated)
}

struct Encoder<'a> {
    bound: &'a Bound,
    event: &'a Event,
    model: &'a Model<'a>,
    image: &'a mut Image,
}

impl Encoder<'_> {
    fn at(&self, column: &str) -> Option<usize> {
        written_columns(self.bound).position(|c| c.name.eq_ignore_ascii_case(column))
    }

    fn is_declared_blob(&self, column: &str) -> bool {
        self.bound.events.column(column).is_some_and(|column| column.declared.eq_ignore_ascii_case("blob"))
    }

    fn set(&mut self, column: Option<&String>, value: Raw) {
        if let Some(at) = column.and_then(|column| self.at(column)) {
            self.image[at] = value;
        }
    }

    fn stream(&mut self) -> Result<(), String> {
        let spec = &self.bound.spec.events.stream;
        if self.model.was.is_some_and(|was| was.stream == self.event.stream) {
            return Ok(());
        }
        let stream = self.event.stream.as_deref().ok_or("it is in no stream")?;
        let ([part], None) = (spec.parts.as_slice(), &spec.tenant) else {
            return Err("the layout's streams have keys of several parts".to_owned());
        };
        self.set(Some(part), Raw::text(stream.to_owned()));
        Ok(())
    }

    fn plain_columns(&mut self) -> Result<(), String> {
        let spec = &self.bound.spec.events;
        let event = self.event;
        let was = self.model.was;
        let version = event.version.ok_or("it has no version")?;
        self.set(spec.version.as_ref(), version.into());
        if was.is_none_or(|was| was.event_type != event.event_type) {
            self.set(Some(&spec.event_type), Raw::text(event.event_type.to_string()));
        }
        let text = |value: Option<&str>| value.map_or(Raw::Null, |text| Raw::text(text.to_owned()));
        if was.is_none_or(|was| was.id != event.id) {
            if spec.event_id.is_some() && event.id.is_none() {
                return Err("it has no id".to_owned());
            }
            self.set(spec.event_id.as_ref(), text(event.id.as_deref()));
        }
        if was.is_none_or(|was| was.user != event.user) {
            self.set(spec.user.as_ref(), text(event.user.as_deref()));
        }
        if was.is_none_or(|was| was.correlation_id != event.correlation_id) {
            self.set(spec.correlation_id.as_ref(), text(event.correlation_id.as_deref()));
        }
        if was.is_none_or(|was| was.causation_id != event.causation_id) {
            self.set(spec.causation_id.as_ref(), text(event.causation_id.as_deref()));
        }
        if let Some(schema) = &event.schema_version
            && was.is_none_or(|was| was.schema_version != event.schema_version)
        {
            let value = match schema {
                Value::Number(number) if number.as_i64().is_some() => number.as_i64().unwrap_or_default().into(),
                Value::String(text) => Raw::text(text.to_string()),
                other => Raw::text(json::to_text(other)),
            };
            self.set(spec.schema_version.as_ref(), value);
        } else if self.model.image.is_none() {
            self.set(spec.schema_version.as_ref(), 1.into());
        }
        if was.is_none() {
            // The sibling's marks are not the new event's.
            self.set(spec.archived.as_ref(), 0.into());
            if event.kind != EventKind::Event && spec.kind.is_some() {
                return Err("only plain events can be inserted".to_owned());
            }
        }
        Ok(())
    }

    fn time(&mut self) -> Result<(), String> {
        let spec = &self.bound.spec.events;
        let was = self.model.was;
        if was.is_none_or(|was| was.valid_time != self.event.valid_time)
            && let Some(valid) = &spec.valid_time
            && let TimePlace::Column(column) = &valid.place
        {
            let value = match self.event.valid_time {
                Some(time) => self.in_form_of(column, time, valid.encoding)?,
                None => Raw::Null,
            };
            self.set(Some(column), value);
        }
        if was.is_some_and(|was| was.time == self.event.time) {
            return Ok(());
        }
        let Some(time) = self.event.time else { return self.no_time() };
        match spec.time.first() {
            // A time inside the payload is written with it.
            Some(first) => match &first.place {
                TimePlace::Column(column) => {
                    let value = self.in_form_of(column, time, first.encoding)?;
                    self.set(Some(column), value);
                    Ok(())
                }
                TimePlace::Payload(_) => Ok(()),
                TimePlace::Metadata(_) => Err("its time is kept in the metadata".to_owned()),
            },
            None => Err("the layout has no times".to_owned()),
        }
    }

    /// A missing time: as the sibling has it if its own is missing, else an empty text.
    fn no_time(&mut self) -> Result<(), String> {
        let Some(TimeSpec { place: TimePlace::Column(column), encoding }) = self.bound.spec.events.time.first() else {
            return Err("it has no time".to_owned());
        };
        let as_found = self
            .at(column)
            .filter(|_| self.model.image.is_some())
            .is_some_and(|at| times::in_column(self.image[at].as_ref(), *encoding) == StoredTime::Absent);
        if !as_found {
            self.set(Some(column), Raw::text(""));
        }
        Ok(())
    }

    /// A time in the form that the column has in the model.
    fn in_form_of(&self, column: &str, time: Timestamp, encoding: TimeEncoding) -> Result<Raw, String> {
        if !matches!(encoding, TimeEncoding::Iso | TimeEncoding::Auto) {
            return Err("its time is no text".to_owned());
        }
        match self.at(column).map(|at| &self.image[at]) {
            Some(Raw::Text(form)) => Ok(Raw::text(iso_like(&String::from_utf8_lossy(form), time)?)),
            Some(Raw::Null) => Ok(Raw::text(time.to_string())),
            _ => Err("its time is no text".to_owned()),
        }
    }

    fn metadata(&mut self) -> Result<(), String> {
        let spec = &self.bound.spec.events;
        let was = self.model.was;
        if was.is_some_and(|was| was.metadata == self.event.metadata) {
            return Ok(());
        }
        let moved = moved_keys(&spec.payload);
        match &spec.metadata {
            Some(column) => {
                let value = match &self.event.metadata {
                    Value::Null => Raw::Null,
                    value => Raw::text(json::to_text(value)),
                };
                self.set(Some(column), value);
                Ok(())
            }
            // What the library keeps inside the payload is compared there.
            None => {
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
        }
    }

    fn payload(&mut self) -> Result<(), String> {
        let spec = &self.bound.spec.events.payload;
        let Some(at) = self.at(&spec.column) else {
            return Err("the payload's column is missing".to_owned());
        };
        let time_inside = matches!(self.bound.spec.events.time.first().map(|t| &t.place), Some(TimePlace::Payload(_)));
        let unchanged = self.model.was.is_some_and(|was| {
            was.data == self.event.data
                && was.event_type == self.event.event_type
                && (!time_inside || (was.time == self.event.time && was.metadata == self.event.metadata))
        });
        if unchanged {
            return Ok(());
        }
        let data = self.event.data.decoded().map_err(|why| format!("its payload can't be read ({})", why.reason))?;
        let stored = self.image[at].clone();
        let original = match unpack(stored.as_ref(), spec) {
            Unpacked::Text(text) => json::parse(&text).ok(),
            Unpacked::Nothing | Unpacked::Unreadable(_) => None,
        };
        let value = self.rewrapped(&data, original.as_ref())?;
        let text = json::to_text(&value).into_bytes();
        let packing = match &stored {
            Raw::Blob(bytes) => packing_of(bytes, spec),
            _ => None,
        };
        self.image[at] = match (packing, &stored) {
            (Some(packing), _) => Raw::Blob(packed(&text, packing)?),
            (None, Raw::Blob(_)) => Raw::Blob(text),
            (None, Raw::Null) if self.is_declared_blob(&spec.column) => Raw::Blob(text),
            (None, _) => Raw::Text(text),
        };
        Ok(())
    }

    /// The payload with the library's wrappers put back on, those that the model has.
    fn rewrapped(&self, data: &Value, original: Option<&Value>) -> Result<Value, String> {
        let spec = &self.bound.spec.events.payload;
        let typed = spec.unwrap.contains(&Wrapper::TypedValues);
        let mut value = data.clone();
        for wrapper in spec.unwrap.iter().rev() {
            value = match wrapper {
                Wrapper::TypedValues => value,
                Wrapper::EnumTag => {
                    let tag = self.event.event_type.clone();
                    Value::Object([(tag, value)].into_iter().collect::<Object>())
                }
                Wrapper::MoveToMetadata(keys) => self.with_library_fields(&value, original, keys, typed)?,
            };
        }
        Ok(value)
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
                object.insert(key.clone(), value, Origin::NONE);
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
        let TimePlace::Payload(path) = &self.bound.spec.events.time.first()?.place else {
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

/// The fields that the layout takes from the payload to the metadata.
fn moved_keys(spec: &PayloadSpec) -> Vec<String> {
    let moved = spec.unwrap.iter().filter_map(|wrapper| match wrapper {
        Wrapper::MoveToMetadata(keys) => Some(keys.clone()),
        Wrapper::EnumTag | Wrapper::TypedValues => None,
    });
    moved.flatten().collect()
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
    };
    written.map_err(|e| e.to_string())
}

/// A time in the form of another: the same separator, at least as many digits, the same kind of offset (zero).
fn iso_like(form: &str, time: Timestamp) -> Result<String, String> {
    let separator = if form.as_bytes().get(10) == Some(&b' ') { ' ' } else { 'T' };
    let clock = form.get(11..).unwrap_or_default();
    let clock_len = clock.find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.')).unwrap_or(clock.len());
    let (clock, offset) = clock.split_at(clock_len);
    let digits = clock.split_once('.').map_or(0, |(_, fraction)| fraction.len().min(9));
    let offset = match offset.trim() {
        "" | "Z" | "+00:00" | "+0000" | "+00" => offset,
        // Another zone's clock would have to be known for all times.
        _ => "+00:00",
    };
    let nanos = time.nanos().rem_euclid(1_000_000_000);
    let needed = match nanos {
        0 => 0,
        n if n % 1_000_000 == 0 && offset != "+00:00" => 3,
        n if n % 1000 == 0 => 6,
        _ => 9,
    };
    let base = time.to_datetime().format(&format!("%Y-%m-%d{separator}%H:%M:%S")).to_string();
    let fraction = format!("{nanos:09}");
    let text = match digits.max(needed) {
        0 => format!("{base}{offset}"),
        digits => format!("{base}.{}{offset}", &fraction[..digits]),
    };
    match Timestamp::parse_iso(&text) {
        Some(read) if read == time => Ok(text),
        _ => Err(format!("its time {time} can't be written like {form}")),
    }
}

/// Whether the row says what the event says: what can't be encoded is found before anything is written.
fn check(bound: &Bound, event: &Event, model: &Model<'_>, image: &Image) -> Result<(), String> {
    let spec = &bound.spec.events;
    let value = |column: &str| {
        let at = written_columns(bound).position(|c| c.name.eq_ignore_ascii_case(column));
        at.map_or(ValueRef::Null, |at| image[at].as_ref())
    };
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
    let time = spec.time.iter().find_map(|time| match &time.place {
        TimePlace::Column(column) => times::in_column(value(column), time.encoding).timestamp(),
        TimePlace::Payload(path) => {
            let key = path.split('.').next().unwrap_or(path);
            let field = besides.iter().find(|(name, _)| name == key);
            times::in_json(field.map(|(_, value)| value), time.encoding).timestamp()
        }
        TimePlace::Metadata(path) => {
            let metadata = event.metadata.at(&Path::parse(path).ok()?);
            times::in_json(metadata, time.encoding).timestamp()
        }
    });
    let kept = model.was.is_some_and(|was| was.time == event.time);
    if time != event.time && !kept {
        return Err("its time would read back differently".to_owned());
    }
    Ok(())
}
