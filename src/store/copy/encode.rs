//! From an event back to a row, in the encoding in which its neighbours were found: the row that it was, or that of a
//! sibling of its type, with what differs written into it.

use rusqlite::types::ValueRef;
use serde_json::Value as Json;

use crate::model::event::Payload;
use crate::model::{Event, EventKind, EventLog, Path, Timestamp, Value, json};
use crate::store::layout::{Fill, NewValue, PayloadSpec, Place, Repeated, Role, TimeSpec, Wrapper};
use crate::store::payload::{contents_as, finished};
use crate::store::raw::Raw;
use crate::store::recognise::{Bound, Column, Key};
use crate::store::rows::text;
use crate::store::times::{self, StoredTime};

use super::envelope::Envelope;
use super::metadata::metadata_key;
use super::own_fields::is_same_data;
use super::payload_form::encoded_payload;
use super::sha1;
use super::time_form::{in_number, iso_like, split};

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
    /// The stream and the version of that event.
    pub image_place: Option<(&'a str, i64)>,
    /// A recorded row of the event's stream, if there is one.
    pub home: Option<&'a Image>,
    /// The number of the event's stream in the library's table of streams, if it has no recorded row.
    pub stream_key: Option<i64>,
}

/// The row of an event. An error says what the layout can't hold.
pub(super) fn encode(bound: &Bound, log: &EventLog, event: &Event, model: &Model<'_>) -> Result<Image, String> {
    let mut image = model.image.cloned().unwrap_or_else(|| vec![Raw::Null; written_columns(bound).count()]);
    let mut encoder = Encoder { bound, log, event, model, image: &mut image };
    encoder.stream()?;
    encoder.plain_columns()?;
    encoder.time()?;
    encoder.new_row();
    encoder.metadata()?;
    encoder.repeated()?;
    encoder.payload()?;
    encoder.repeated_columns();
    encoder.made()?;
    encoder.empty();
    encoder.by_affinity();
    check(bound, event, model, &image)?;
    Ok(image)
}

/// The columns of a row image: those that can be written, in the table's order.
pub(super) fn written_columns(bound: &Bound) -> impl Iterator<Item = &Column> {
    bound.events.columns.iter().filter(|column| !column.generated)
}

/// Where a column is in a row image.
pub(super) fn place(bound: &Bound, column: &str) -> Option<usize> {
    let column = &bound.events.column(column)?.name;
    written_columns(bound).position(|c| c.name == *column)
}

/// What is in the columns that say which form the payload has.
pub(super) fn columns_of_form(bound: &Bound, image: &Image) -> Vec<String> {
    let said = |column: &String| {
        let stored = place(bound, column).map_or(ValueRef::Null, |at| image[at].as_ref());
        text(stored).map(|(text, _)| text.into_owned()).unwrap_or_default()
    };
    bound.spec.events.payload.by.iter().flat_map(|by| &by.of).map(said).collect()
}

/// A column's value in a new row of any table.
pub(super) fn filled(fill: &Fill, found: Option<&Raw>, stream: &str, version: Option<i64>) -> Raw {
    match fill {
        Fill::Value(value) => raw(value),
        Fill::AsFoundOr(value) | Fill::AsOfTypeOr(value) => found.cloned().unwrap_or_else(|| raw(value)),
        Fill::SameAs(_) => found.cloned().unwrap_or(Raw::Null),
        Fill::VersionPlus(more) => Raw::text(version.unwrap_or_default().saturating_add(*more).to_string()),
        Fill::NameBeforeDash(other) => {
            Raw::text(stream.split_once('-').map_or(other.as_str(), |(before, _)| before).to_owned())
        }
        Fill::Sha1OfName if uuid::Uuid::parse_str(stream).is_ok() => Raw::text(stream),
        Fill::Sha1OfName => Raw::text(sha1::hex(stream.as_bytes())),
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

/// Writes an event into a row.
pub(super) struct Encoder<'a> {
    pub bound: &'a Bound,
    pub log: &'a EventLog,
    pub event: &'a Event,
    pub model: &'a Model<'a>,
    pub image: &'a mut Image,
}

impl Encoder<'_> {
    pub(super) fn at(&self, column: &str) -> Option<usize> {
        place(self.bound, column)
    }

    /// The column of a role: the first of its places that is one, in this store.
    pub(super) fn role(&self, role: &Role) -> Option<String> {
        role.0.iter().filter_map(Place::column).find(|column| self.at(column).is_some()).cloned()
    }

    pub(super) fn set(&mut self, column: Option<&String>, value: Raw) {
        if let Some(at) = column.and_then(|column| self.at(column)) {
            self.image[at] = value;
        }
    }

    fn plain_columns(&mut self) -> Result<(), String> {
        let spec = &self.bound.spec.events;
        let event = self.event;
        let was = self.model.was;
        let home_version = self.role(&spec.version).and_then(|column| Some(&self.model.home?[self.at(&column)?]));
        // A new stream is like most others.
        let is_new = was.is_none() && self.model.home.is_none();
        let null_stays = is_new || was.is_some_and(|was| was.version.is_none()) || home_version == Some(&Raw::Null);
        if event.version.is_none() && !null_stays && !spec.version.is_empty() {
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
            if column.is_none() && !self.has_type_in_payload() && !self.repeats(&Repeated::Type) {
                return Err("rows like it have no place for its type".to_owned());
            }
            self.set(column.as_ref(), Raw::text(event.event_type.to_string()));
        }
        let text = |value: Option<&str>| value.map_or(Raw::Null, |text| Raw::text(text.to_owned()));
        if was.is_none_or(|was| was.id != event.id) {
            if !spec.event_id.is_empty() && event.id.is_none() {
                return Err("it has no id".to_owned());
            }
            self.id()?;
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
                let found = match fill {
                    Fill::SameAs(other) => self.at(other).map(|other| &self.image[other]),
                    Fill::AsOfTypeOr(_) if self.model.image_type != Some(&*self.event.event_type) => None,
                    _ => self.model.image.map(|image| &image[at]),
                };
                self.image[at] = filled(fill, found, stream, self.event.version);
            }
        }
    }

    pub(super) fn time(&mut self) -> Result<(), String> {
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
            // Of a new event it only says where it comes.
            let is_lost = self.event.time.is_some() && was.is_some();
            return if is_lost { Err("the layout has no times".to_owned()) } else { Ok(()) };
        };
        match (&first.place, self.event.time) {
            (Place::Column(column), Some(time)) => {
                let plus = first.plus.as_ref().filter(|(column, _)| self.at(column).is_some());
                let time = match plus {
                    Some((column, unit)) => {
                        let finer = || format!("its time {time} is finer than the store's times");
                        let (second, part) = split(time, *unit).ok_or_else(finer)?;
                        self.set(Some(column), part.into());
                        second
                    }
                    None => time,
                };
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
        if let Some(form @ (Raw::Integer(_) | Raw::Real(_))) = self.at(column).map(|at| &self.image[at]) {
            let number = in_number(time, form, spec.encoding);
            return number.ok_or_else(|| format!("its time {time} is finer than the store's times"));
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

    fn payload(&mut self) -> Result<(), String> {
        let spec = &self.bound.spec.events.payload;
        let Some(at) = self.at(&spec.column) else {
            return Err("the payload's column is missing".to_owned());
        };
        let time_inside = matches!(self.bound.spec.events.time.first().map(|t| &t.place), Some(Place::Payload(_)));
        let has_envelope = Envelope::of(spec).is_some();
        let repeated = &self.bound.spec.writing.repeated_in_payload;
        let unchanged = self.model.was.is_some_and(|was| {
            was.data == self.event.data
                && (was.event_type == self.event.event_type || spec.unwrap.is_empty())
                && (!time_inside || was.time == self.event.time)
                && (!(time_inside || has_envelope) || was.metadata == self.event.metadata)
                && repeated.values().all(|what| self.is_as_it_was(what))
                && self.bound.spec.writing.payload_fields.values().all(|what| self.is_as_it_was(what))
        });
        if !unchanged {
            let repeated = &|value, stored: &Value| self.repeated_in_payload(value, stored);
            self.image[at] = encoded_payload(self.bound, self.event, self.model, &self.image[at], repeated)?;
        }
        Ok(())
    }
}

/// Whether a column is the row number, which says where the row stands.
pub(super) fn is_row_number(bound: &Bound, column: &str) -> bool {
    matches!(&bound.key, Key::Rowid(rowid) | Key::Ordered { rowid, .. } if rowid.eq_ignore_ascii_case(column))
}

/// Whether events keep their ids in a copy: there is a place for them, which says nothing else.
pub(super) fn ids_are_kept(bound: &Bound) -> bool {
    if bound.spec.writing.random_ids {
        return false;
    }
    bound.spec.events.event_id.0.iter().any(|place| match place.column() {
        Some(column) if bound.spec.writing.made.contains_key(column) => false,
        Some(column) => self::place(bound, column).is_some() && !is_row_number(bound, column),
        None => true,
    })
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
    let by = columns_of_form(bound, image);
    let stored = contents_as(value(&spec.payload.column), &spec.payload, &by, &mut |_| {});
    let (data, _) = finished(stored.clone(), &spec.payload, &event.event_type);
    let same = match (&data, event.data.decoded()) {
        (Payload::Value(data), Ok(wanted)) => is_same_data(bound, &wanted, data),
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
        Place::Column(column) => {
            let read = times::in_column(value(column), time.encoding).timestamp()?;
            match time.plus.as_ref().and_then(|(column, unit)| times::span_nanos(value(column), *unit)) {
                Some(more) => Timestamp::from_nanos(read.nanos() + more),
                None => Some(read),
            }
        }
        Place::Payload(path) => {
            let said = Path::parse(path).ok().and_then(|path| stored.as_ref().ok()?.at(&path));
            times::in_json(said, time.encoding).timestamp()
        }
        Place::Metadata(key) => {
            let said = metadata.as_ref().and_then(Value::as_object).and_then(|object| object.get(key));
            times::in_json(said, time.encoding).timestamp()
        }
        _ => None,
    });
    if time != event.time && !(spec.time.is_empty() && model.was.is_none()) {
        let in_metadata = spec.time.iter().find_map(metadata_key);
        return Err(match in_metadata {
            Some((key, _)) => format!("its time is kept in its metadata ({key}); change the event's time instead"),
            None => "its time would read back differently".to_owned(),
        });
    }
    let empty = written_columns(bound)
        .zip(image)
        .find(|(column, value)| column.not_null && **value == Raw::Null && !is_row_number(bound, &column.name));
    match empty {
        Some((column, _)) => Err(format!("the store's column {} must not be empty", column.name)),
        None => Ok(()),
    }
}
