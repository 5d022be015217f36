//! A look into one row: what places give, with the payload and the metadata decoded at most once.

use std::borrow::Cow;
use std::cell::OnceCell;

use rusqlite::Row;
use rusqlite::types::ValueRef;

use crate::model::{Key, Number, Object, Origin, Path, Unreadable, Value, json};

use super::decode::uuid_from_le_bytes;
use super::layout::{EventTable, MetadataSpec, PayloadSpec};
use super::payload::{self, Unpacked, contents_as, unpack};
use super::plan::{Getter, Getters, Select, Tables, before};
use super::rows::{integer, text};

/// The key under which metadata is kept that is no JSON.
const RAW_METADATA: &str = "$raw";

/// Where in a select list the payload and the metadata are.
#[derive(Debug, Clone, Default)]
pub(super) struct Contents {
    payload: Option<usize>,
    /// Fields made of columns: name, place, whether it is JSON text.
    fields: Vec<(String, usize, bool)>,
    metadata: Option<usize>,
    metadata_fields: Vec<(String, usize)>,
    metadata_lists: Vec<(String, usize)>,
    /// The columns that say which form the payload has.
    forms_by: Vec<Option<usize>>,
}

impl Contents {
    /// Puts the payload's columns into the list.
    pub(super) fn with_payload(&mut self, spec: &EventTable, tables: &Tables<'_>, select: &mut Select) {
        let payload = &spec.payload;
        if !payload.column.is_empty() {
            let instead = || tables.column(payload.else_column.as_ref()?);
            self.payload = tables.column(&payload.column).or_else(instead).map(|column| select.place(column));
        }
        if let Some(by) = &payload.by {
            self.forms_by = by.of.iter().map(|name| tables.column(name).map(|sql| select.place(sql))).collect();
        }
        for field in &payload.columns {
            if let Some(column) = tables.column(&field.column) {
                self.fields.push((field.name.clone(), select.place(column), field.json));
            }
        }
        if let Some(but) = &payload.rest_but {
            for column in tables.columns() {
                if !but.iter().any(|name| name.eq_ignore_ascii_case(&column.name))
                    && let Some(sql) = tables.column(&column.name)
                {
                    self.fields.push((column.name.clone(), select.place(sql), false));
                }
            }
        }
    }

    /// Puts the metadata's columns into the list.
    pub(super) fn with_metadata(&mut self, spec: &EventTable, tables: &Tables<'_>, select: &mut Select) {
        let column = spec.metadata.as_ref().and_then(|metadata| tables.column(metadata.column()));
        self.metadata = column.map(|column| select.place(column));
        let tags = spec.tags.as_ref().filter(|tags| tags.metadata).map(|tags| &tags.column);
        for name in spec.metadata_columns.iter().chain(tags) {
            if let Some(column) = tables.column(name) {
                let short = name.rsplit('.').next().unwrap_or(name);
                self.metadata_fields.push((short.to_owned(), select.place(column)));
            }
        }
        for (name, list) in tables.lists() {
            self.metadata_lists.push((name.to_owned(), select.place(list)));
        }
    }

    /// The payload's column, if it is made of one.
    pub(super) fn payload_column(&self) -> Option<usize> {
        self.payload.filter(|_| self.fields.is_empty())
    }
}

/// One row, or one event of a row that holds several.
pub(super) struct Look<'a> {
    spec: &'a EventTable,
    at: &'a Contents,
    row: &'a Row<'a>,
    entry: Option<&'a Value>,
    payload: OnceCell<Result<Value, Unreadable>>,
    /// A key that an object of the payload has more than once.
    repeated: OnceCell<Key>,
    metadata: OnceCell<Value>,
}

impl<'a> Look<'a> {
    pub(super) fn new(spec: &'a EventTable, at: &'a Contents, row: &'a Row<'a>) -> Self {
        Self {
            spec,
            at,
            row,
            entry: None,
            payload: OnceCell::new(),
            repeated: OnceCell::new(),
            metadata: OnceCell::new(),
        }
    }

    /// The same row, as the event of this entry of its list.
    pub(super) fn entry<'b>(&'b self, entry: &'b Value) -> Look<'b>
    where
        'a: 'b,
    {
        Look {
            spec: self.spec,
            at: self.at,
            row: self.row,
            entry: Some(entry),
            payload: OnceCell::new(),
            repeated: OnceCell::new(),
            metadata: OnceCell::new(),
        }
    }

    /// The entries of the list in a row of several events; `None` where it can't be read.
    pub(super) fn entries(&self) -> Option<Vec<Value>> {
        let several = self.spec.several.as_ref()?;
        let value = self.contents().as_ref().ok()?;
        let list = if several.list.is_empty() {
            Some(value)
        } else {
            Path::parse(&several.list).ok().and_then(|path| value.at(&path))
        };
        match list {
            Some(Value::List(list)) => Some(list.iter().map(|slot| slot.value.clone()).collect()),
            Some(Value::Null) | None => None,
            // BSON has no list that stands alone.
            Some(Value::Object(object)) if is_numbered(object) => {
                Some(object.iter().map(|(_, slot)| slot.value.clone()).collect())
            }
            Some(one) => Some(vec![one.clone()]),
        }
    }

    /// The payload as it is stored, decoded; for one of several events, its entry.
    pub(super) fn contents(&self) -> &Result<Value, Unreadable> {
        self.payload.get_or_init(|| match self.entry {
            Some(entry) => Ok(entry.clone()),
            None => self.stored_contents(),
        })
    }

    fn column_text(&self, at: Option<usize>) -> Cow<'a, str> {
        at.and_then(|at| text(self.value(at))).map(|(text, _)| text).unwrap_or_default()
    }

    fn stored_contents(&self) -> Result<Value, Unreadable> {
        let own = match self.at.payload {
            Some(at) => {
                // The first one is enough.
                let mut note = |key: &str| drop(self.repeated.set(key.into()));
                let by: Vec<Cow<'_, str>> = self.at.forms_by.iter().map(|at| self.column_text(*at)).collect();
                Some(contents_as(self.value(at), &self.spec.payload, &by, &mut note)?)
            }
            None => None,
        };
        let of_columns = self.spec.payload.rest_but.is_some() || !self.spec.payload.columns.is_empty();
        if self.at.fields.is_empty() && !of_columns {
            return Ok(own.unwrap_or_default());
        }
        let mut object = match own {
            Some(Value::Object(object)) => object,
            None | Some(Value::Null) => Object::default(),
            Some(other) => [("$value", other)].into_iter().collect(),
        };
        for (name, at, is_json) in &self.at.fields {
            let stored = self.value(*at);
            let value = match (is_json, stored) {
                (_, ValueRef::Null) => continue,
                (true, ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => {
                    json::parse(bytes).unwrap_or_else(|_| Value::string(String::from_utf8_lossy(bytes).into_owned()))
                }
                _ => plain_value(stored).unwrap_or_default(),
            };
            match (name.is_empty(), value) {
                (true, Value::Object(fields)) => {
                    for (key, slot) in fields.iter() {
                        object.insert(key.clone(), slot.value.clone(), Origin::NONE);
                    }
                }
                (true, _) => {}
                (false, value) => {
                    object.insert(Key::from(name.clone()), value, Origin::NONE);
                }
            }
        }
        Ok(Value::Object(object))
    }

    /// The payload with its wrappers taken off, and what they held besides.
    pub(super) fn payload(&self, event_type: &str) -> (crate::model::event::Payload, Vec<(String, Value)>) {
        let stored = self.contents().clone();
        let part = match (&self.spec.several, self.entry) {
            (Some(several), Some(_)) if !several.payload.is_empty() => {
                stored.map(|entry| at(&entry, &several.payload).unwrap_or_default())
            }
            _ => stored,
        };
        payload::finished(part, &self.spec.payload, event_type)
    }

    /// A key that an object of the payload has more than once, where that is known: the payload was decoded.
    pub(super) fn repeated_key(&self) -> Option<Key> {
        self.repeated.get().cloned()
    }

    /// The metadata, without what a payload's wrapper holds.
    pub(super) fn metadata(&self) -> &Value {
        self.metadata.get_or_init(|| {
            let stored = self.at.metadata.map(|at| self.value(at));
            let mut value = match &self.spec.metadata {
                Some(MetadataSpec::Encoded(spec)) => encoded_metadata(stored, spec),
                _ => plain_metadata(stored),
            };
            let mut fields = Vec::new();
            for (name, at) in &self.at.metadata_fields {
                if let Some(field) = maybe_json(self.value(*at)) {
                    fields.push((name.clone(), field));
                }
            }
            for (name, at) in &self.at.metadata_lists {
                if let Some(list) =
                    maybe_json(self.value(*at)).filter(|list| !matches!(list, Value::List(l) if l.is_empty()))
                {
                    fields.push((name.clone(), list));
                }
            }
            if let (Some(entry), Some(several)) = (self.entry, &self.spec.several)
                && let Some(Value::Object(more)) = several.metadata.as_deref().and_then(|path| at(entry, path))
            {
                fields.extend(more.iter().map(|(key, slot)| (key.to_string(), slot.value.clone())));
            }
            value = with_fields(value, fields);
            value
        })
    }

    /// A column of the row. It is there: the statement asks for it.
    pub(super) fn value(&self, at: usize) -> ValueRef<'a> {
        self.row.get_ref(at).unwrap_or(ValueRef::Null)
    }

    /// What is at a path of the payload as it is stored. Plain JSON is looked through without being built.
    pub(super) fn in_payload(&self, path: &Path) -> Option<Value> {
        let plain = self.spec.payload.forms.is_empty() && self.entry.is_none() && self.at.fields.is_empty();
        if let (true, None, Some(at)) = (plain, self.payload.get(), self.at.payload) {
            return match unpack(self.value(at), &self.spec.payload) {
                Unpacked::Text(text) => json::extract(&text, path).ok().flatten(),
                Unpacked::Nothing | Unpacked::Unreadable(_) => None,
            };
        }
        self.contents().as_ref().ok()?.at(path).cloned()
    }

    fn in_metadata(&self, path: &Path) -> Option<Value> {
        self.metadata().at(path).cloned()
    }

    fn tag(&self) -> Option<String> {
        match self.contents().as_ref().ok()? {
            Value::Object(object) if object.len() == 1 => object.iter().next().map(|(key, _)| key.to_string()),
            Value::String(text) => Some(text.to_string()),
            _ => None,
        }
    }

    /// The first place that has something, as text. The flag: its bytes were no text.
    pub(super) fn text<'s>(&'s self, role: &'s Getters) -> Option<(Cow<'s, str>, bool)> {
        role.0.iter().find_map(|getter| self.text_of(getter)).filter(|(text, _)| !text.is_empty() || role.0.len() == 1)
    }

    /// One place as text.
    pub(super) fn text_of<'s>(&'s self, getter: &'s Getter) -> Option<(Cow<'s, str>, bool)> {
        let scalar = |value: Option<Value>| match value? {
            Value::String(text) => Some((Cow::Owned(text.to_string()), false)),
            Value::Number(number) => Some((Cow::Owned(number.to_string()), false)),
            Value::Bool(set) => Some((Cow::Owned(set.to_string()), false)),
            Value::Null | Value::Object(_) | Value::List(_) => None,
        };
        match getter {
            Getter::Column { at, guid: false } => text(self.value(*at)).filter(|(text, _)| !text.is_empty()),
            Getter::Column { at, guid: true } => match self.value(*at) {
                ValueRef::Blob(bytes) => match uuid_from_le_bytes(bytes) {
                    Some(id) => Some((Cow::Owned(id), false)),
                    None => text(ValueRef::Blob(bytes)),
                },
                other => text(other),
            },
            Getter::Payload(path) => scalar(self.in_payload(path)),
            Getter::Metadata(path) => scalar(self.in_metadata(path)),
            Getter::Tag => self.tag().map(|tag| (Cow::Owned(tag), false)),
            Getter::Text(text) => Some((Cow::Borrowed(text.as_str()), false)),
            Getter::First(all) => all.iter().find_map(|getter| self.text_of(getter)),
            Getter::Before(of, mark) => {
                let (text, lossy) = self.text_of(of)?;
                Some((Cow::Owned(before(&text, mark).to_owned()), lossy))
            }
            Getter::Lower(of) => self.text_of(of).map(|(text, lossy)| (Cow::Owned(text.to_lowercase()), lossy)),
            Getter::Named(of, names) => {
                let (text, lossy) = self.text_of(of)?;
                match names.get(&*text) {
                    Some(name) => Some((Cow::Borrowed(name.as_str()), false)),
                    None => Some((text, lossy)),
                }
            }
        }
    }

    /// The first place that has a whole number.
    pub(super) fn integer(&self, role: &Getters) -> Option<i64> {
        role.0.iter().find_map(|getter| match getter {
            Getter::Column { at, .. } => integer(self.value(*at)),
            other => self.text_of(other).and_then(|(text, _)| text.trim().parse().ok()),
        })
    }

    /// The first place that has something, as a value.
    pub(super) fn scalar(&self, role: &Getters) -> Option<Value> {
        role.0.iter().find_map(|getter| match getter {
            Getter::Column { at, guid: false } => plain_value(self.value(*at)),
            Getter::Payload(path) => self.in_payload(path),
            Getter::Metadata(path) => self.in_metadata(path),
            other => self.text_of(other).map(|(text, _)| Value::string(text.into_owned())),
        })
    }
}

/// Whether an object's keys are those of a list: `0`, `1`, `2` …
fn is_numbered(object: &Object) -> bool {
    !object.is_empty() && object.iter().enumerate().all(|(at, (key, _))| key.parse() == Ok(at))
}

fn at(value: &Value, path: &str) -> Option<Value> {
    value.at(&Path::parse(path).ok()?).cloned()
}

/// Metadata as a value; text that is no JSON is kept under `$raw`.
fn plain_metadata(stored: Option<ValueRef<'_>>) -> Value {
    let bytes = match stored {
        None | Some(ValueRef::Null) => return Value::Null,
        Some(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) if bytes.is_empty() => return Value::Null,
        Some(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => bytes,
        Some(other) => return plain_value(other).unwrap_or_default(),
    };
    json::parse(bytes).unwrap_or_else(|_| raw_metadata(bytes))
}

fn encoded_metadata(stored: Option<ValueRef<'_>>, spec: &PayloadSpec) -> Value {
    let (None | Some(ValueRef::Null)) = stored else {
        let stored = stored.unwrap_or(ValueRef::Null);
        return match (payload::contents(stored, spec), stored) {
            (Ok(value), _) => {
                let mut besides = Vec::new();
                with_fields(payload::unwrapped(value, &spec.unwrap, "", &mut besides), besides)
            }
            (Err(_), ValueRef::Text(bytes) | ValueRef::Blob(bytes)) if bytes.is_empty() => Value::Null,
            (Err(_), ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => raw_metadata(bytes),
            (Err(_), other) => plain_value(other).unwrap_or_default(),
        };
    };
    Value::Null
}

/// Text as it is, other bytes in hexadecimal.
fn raw_metadata(bytes: &[u8]) -> Value {
    let raw = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    Value::Object([(RAW_METADATA, Value::string(raw))].into_iter().collect::<Object>())
}

/// Metadata with further fields, which win.
pub(super) fn with_fields(metadata: Value, fields: Vec<(String, Value)>) -> Value {
    if fields.is_empty() {
        return metadata;
    }
    let mut object = metadata.as_object().cloned().unwrap_or_default();
    for (key, value) in fields {
        object.insert(Key::from(key), value, Origin::NONE);
    }
    Value::Object(object)
}

/// A column of metadata: JSON objects and lists as such, all else as it is.
fn maybe_json(stored: ValueRef<'_>) -> Option<Value> {
    if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = stored
        && matches!(bytes.first(), Some(b'{' | b'['))
        && let Ok(value) = json::parse(bytes)
    {
        return Some(value);
    }
    plain_value(stored).filter(|value| value.as_str() != Some(""))
}

/// A scalar as a value.
pub(super) fn plain_value(stored: ValueRef<'_>) -> Option<Value> {
    match stored {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.into()),
        ValueRef::Real(number) => Some(Value::Number(Number::from_json_text(&number.to_string()))),
        other => text(other).map(|(text, _)| Value::string(text.into_owned())),
    }
}
