//! What in a row says which stream its event is in.

use crate::model::{Event, EventLog, List, Object, Value, json};
use crate::store::layout::{Place, StreamSpec, TagSpec};
use crate::store::raw::Raw;
use crate::store::rows::two_parts;

use super::encode::Encoder;
use super::metadata::value_in;
use super::siblings::lane_of;

impl Encoder<'_> {
    /// The columns that name the stream: as its other rows have them, else made from its name.
    pub(super) fn stream(&mut self) -> Result<(), String> {
        let (events, spec) = (&self.bound.spec.events, &self.bound.spec.events.stream);
        let stays = |was: &Event| was.stream == self.event.stream && was.other_streams == self.event.other_streams;
        if self.model.was.is_some_and(stays) {
            return Ok(());
        }
        let stream = self.event.stream.as_deref().ok_or("it is in no stream")?;
        if let Some(tags) = &events.tags {
            return self.tags(tags);
        }
        if events.links.is_some() {
            return self.linked(stream);
        }
        let writing = &self.bound.spec.writing;
        let of_stream = &writing.of_stream;
        let key = writing.streams.as_ref().and_then(|streams| streams.key.as_ref()).map(|(_, column)| column);
        if let Some(home) = self.model.home {
            let named = spec.parts.iter().chain(&spec.tenant.0).filter_map(Place::column).chain(of_stream);
            for column in named.chain(key).chain(&writing.same_in_stream) {
                if let Some(at) = self.at(column) {
                    self.image[at] = home[at].clone();
                }
            }
            return Ok(());
        }
        if let Some(column) = writing.same_in_stream.first() {
            return Err(format!(
                "the library has keys of its own for streams (in {column}), and there is none for a new stream"
            ));
        }
        if let Some(column) = key {
            let number = self.model.stream_key.ok_or("its stream has no number in the library's table of streams")?;
            self.set(Some(column), number.into());
        }
        of_stream.iter().for_each(|column| self.set(Some(column), Raw::Null));
        let stream = match spec.tenant.0.iter().filter_map(Place::column).find(|column| self.at(column).is_some()) {
            Some(column) => {
                let (tenant, rest) = with_tenant(stream)?;
                self.set(Some(column), Raw::text(tenant));
                rest
            }
            None => stream,
        };
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
                // The name is in the library's table of streams.
                if writing.streams.is_some() && matches!(part, Place::Column(_)) {
                    continue;
                }
                return Err("the layout names streams by more than columns".to_owned());
            };
            let value = self.like_stored(part, value)?;
            self.set(Some(part), value);
        }
        Ok(())
    }

    /// A text in the form in which a row like this one has it: as it is, or the bytes of the UUID that it names.
    pub(super) fn like_stored(&self, column: &str, text: &str) -> Result<Raw, String> {
        let stored = self.at(column).map_or(&Raw::Null, |at| &self.image[at]);
        in_form(stored, text).ok_or_else(|| match stored {
            Raw::Integer(_) => format!("the store's column {column} holds whole numbers, and {text} is none"),
            _ => format!("the store's column {column} holds binary UUIDs, and {text} is none"),
        })
    }

    /// The list of streams in a column: those that stay as they are, others after them.
    fn tags(&mut self, spec: &TagSpec) -> Result<(), String> {
        if spec.separator.is_some() {
            return Err("the layout's lists of streams are no JSON".to_owned());
        }
        let at = self.at(&spec.column).ok_or("the column with its streams is missing")?;
        let is_own = self.model.was.is_some();
        let stored = value_in(&self.image[at]).unwrap_or_default();
        let stored: Vec<Value> =
            stored.as_list().into_iter().flat_map(List::iter).map(|slot| slot.value.clone()).collect();
        // The row of an event in the stream shows the form, if this one does not.
        let home = self.model.home.and_then(|home| value_in(&home[at]));
        let form = stored.first().cloned().or_else(|| home?.as_list()?.iter().next().map(|slot| slot.value.clone()));
        let names: Vec<&str> = self.event.stream.iter().chain(&self.event.other_streams).map(|name| &**name).collect();
        let is_there = |name: &&str| is_own && stored.iter().any(|tag| tag_name(tag).as_deref() == Some(*name));
        let stays = |tag: &&Value| is_own && tag_name(tag).is_some_and(|name| names.contains(&name.as_str()));
        let mut tags: Vec<Value> = stored.iter().filter(stays).cloned().collect();
        for name in names.iter().filter(|name| !is_there(name)) {
            tags.push(match &form {
                Some(Value::Object(_)) => {
                    let (key, value) =
                        name.split_once(':').filter(|(key, value)| !key.is_empty() && !value.is_empty()).ok_or(
                            "a new stream is named by a key and a value with a colon between, such as cart:17, here",
                        )?;
                    let fields = [("key", Value::string(key)), ("value", Value::string(value))];
                    Value::Object(fields.into_iter().collect::<Object>())
                }
                Some(Value::String(_)) => Value::string(*name),
                _ => return Err("no event like it shows how the store writes the names of its streams".to_owned()),
            });
        }
        let ascii_only = matches!(&self.image[at], Raw::Text(text) | Raw::Blob(text) if text.is_ascii());
        let text = json::to_text(&Value::List(tags.into_iter().collect::<List>()));
        // Queries compare tags as they are written, and PHP writes ASCII.
        let text = if ascii_only { escaped(&text) } else { text };
        self.image[at] =
            if matches!(self.image[at], Raw::Blob(_)) { Raw::Blob(text.into_bytes()) } else { Raw::text(text) };
        Ok(())
    }

    /// Whether rows of the table of links can say that the event is in a stream; they are written later.
    fn linked(&mut self, stream: &str) -> Result<(), String> {
        let Some(source) = self.bound.sources.first() else { return Ok(()) };
        let (Some(spec), Some((table, _))) = (&source.spec.links, &source.links) else { return Ok(()) };
        let has_tenant = !spec.stream.tenant.is_empty();
        if has_tenant {
            let (tenant, _) = with_tenant(stream)?;
            let was = self.model.was.and_then(|was| was.stream.as_deref()?.split_once('/'));
            if was.is_some_and(|(was, _)| was != tenant) {
                return Err(format!("its new stream is one of {tenant}, and an event stays with its tenant"));
            }
            self.bound.spec.writing.of_stream.iter().for_each(|column| self.set(Some(column), Raw::text(tenant)));
        }
        if let Some(column) = &self.bound.spec.writing.stream_names {
            let names = self.event.stream.iter().chain(&self.event.other_streams);
            let names = names.map(|name| Ok(Value::string(if has_tenant { with_tenant(name)?.1 } else { &**name })));
            let names = names.collect::<Result<Vec<_>, String>>()?.into_iter().collect::<List>();
            self.set(Some(column), Raw::text(json::to_text(&Value::List(names))));
        }
        if !lane_of(self.log, self.event).is_empty() {
            return Ok(());
        }
        let parts = link_parts(self.log, &spec.stream, stream)?;
        for (column, value) in parts {
            let declared = table.column(column).map_or("", |column| column.declared.as_str());
            if declared.eq_ignore_ascii_case("integer") && value.parse::<i64>().is_err() {
                return Err(format!("the store's column {column} holds whole numbers, and {value} is none"));
            }
        }
        Ok(())
    }
}

/// The columns that name a new stream in a table of links, and what is in them.
pub(super) fn link_parts<'s>(
    log: &EventLog,
    spec: &'s StreamSpec,
    stream: &'s str,
) -> Result<Vec<(&'s str, &'s str)>, String> {
    let mut parts = Vec::new();
    let stream = match spec.tenant.0.iter().find_map(Place::column) {
        Some(column) => {
            let (tenant, rest) = with_tenant(stream)?;
            parts.push((column.as_str(), tenant));
            rest
        }
        None => stream,
    };
    let columns: Option<Vec<&str>> = spec.parts.iter().map(|part| part.column().map(String::as_str)).collect();
    match columns.ok_or("the layout names streams by more than columns")?.as_slice() {
        [column] => parts.push((column, stream)),
        [one, other] => {
            let (first, second) = two_parts(log, stream)
                .ok_or("a new stream is named by its type and its id with a hyphen between, such as account-1, here")?;
            parts.extend([(*one, first), (*other, second)]);
        }
        _ => return Err("the layout's streams have keys of several parts".to_owned()),
    }
    Ok(parts)
}

/// The tenant and the rest of a new stream's name.
pub(super) fn with_tenant(stream: &str) -> Result<(&str, &str), String> {
    stream.split_once('/').filter(|(tenant, rest)| !tenant.is_empty() && !rest.is_empty()).ok_or_else(|| {
        format!("the layout's streams belong to tenants: a new one is named with its own, such as default/{stream}")
    })
}

/// A text as a value in the form of another; `None` where it can't be.
pub(super) fn in_form(form: &Raw, text: &str) -> Option<Raw> {
    match form {
        Raw::Blob(bytes) if bytes.len() == 16 => Some(Raw::Blob(uuid::Uuid::parse_str(text).ok()?.as_bytes().to_vec())),
        Raw::Blob(_) => None,
        Raw::Integer(_) => text.parse::<i64>().ok().filter(|number| number.to_string() == text).map(Raw::Integer),
        _ => Some(Raw::text(text)),
    }
}

/// The stream that an entry of a list names.
fn tag_name(tag: &Value) -> Option<String> {
    match tag {
        Value::Object(tag) => Some(format!("{}:{}", tag.get("key")?.as_str()?, tag.get("value")?.as_str()?)),
        tag => tag.as_str().map(str::to_owned),
    }
}

/// JSON as PHP writes it: ASCII, with a backslash before a slash.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '/' => escaped.push_str("\\/"),
            c if c.is_ascii() => escaped.push(c),
            c => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| escaped.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    escaped
}

fn is_hex_uuid(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}
