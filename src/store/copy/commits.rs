//! Rows that hold several events, such as NEventStore's commits: in streams that are not as recorded they are cut where
//! events went, came or moved, and numbered anew. What is in them stays as it is stored.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use uuid::Uuid;

use crate::model::{CopyPlan, CopyRow, Event, List, Object, Origin, Value};
use crate::store::Reader;
use crate::store::decode::Form;
use crate::store::error::StoreError;
use crate::store::layout::{CommitSpec, MetadataSpec, PayloadSpec, Place, SeveralSpec};
use crate::store::payload::{contents, form_of};
use crate::store::raw::Raw;
use crate::store::rows::integer;

use super::encode::{Encoder, Image, Model, place};
use super::envelope::at;
use super::metadata::is_nothing;
use super::payload_form::as_stored;
use super::rewritten::Stored;
use super::sha1;
use super::siblings::{Siblings, lane_of};
use super::streams::with_tenant;

/// Namespace of the ids of new commits: UUIDv5 of the stream, where the commit stands in it, how
/// many events the store has, and the ids of those of the commit.
const ID_NAMESPACE: Uuid = Uuid::from_u128(0x3d0a_5f8e_1c47_4b62_8a3b_90d1_2e6f_7c04);

/// Reads and encodes the commits of a plan.
struct Commits<'a> {
    stored: &'a Stored<'a>,
    plan: &'a CopyPlan,
    spec: &'a CommitSpec,
    several: &'a SeveralSpec,
    reader: Reader,
    siblings: Siblings,
    /// The row that was taken apart last.
    last: Option<(i64, Rc<Opened>)>,
}

/// Events of a stream that are one commit in the copy.
struct Group {
    /// The row that they were in, if it goes on.
    row: Option<i64>,
    places: Vec<usize>,
}

/// A row with its events taken apart.
struct Opened {
    image: Image,
    entries: Vec<Value>,
}

impl Stored<'_> {
    /// The commits of a plan that are not as recorded, by the place of their first event. The row number is that of the
    /// commit which they go on, or NULL.
    pub(super) fn commits(&self, plan: &CopyPlan) -> Result<HashMap<usize, Image>, StoreError> {
        let events = &self.bound().spec.events;
        let (Some(spec), Some(several)) = (&self.bound().spec.writing.commits, &events.several) else {
            return Ok(HashMap::new());
        };
        let reader = self.store.reader()?;
        let mut commits =
            Commits { stored: self, plan, spec, several, reader, siblings: Siblings::default(), last: None };
        let mut images = HashMap::new();
        for (stream, lane) in self.lanes_of(plan, &self.streams_not_as_recorded(plan)) {
            commits.stream(&stream, &lane, &mut images)?;
        }
        Ok(images)
    }

    /// Streams with events that were edited, came or went.
    fn streams_not_as_recorded(&self, plan: &CopyPlan) -> BTreeSet<Arc<str>> {
        let mut kept = vec![false; self.log.len()];
        for row in &plan.rows {
            if let CopyRow::Recorded(index) | CopyRow::Edited { base: index, .. } = row {
                kept[*index as usize] = true;
            }
        }
        let left = (0..self.log.len()).filter(|index| !kept[*index]);
        let mut streams = self.edited_streams(plan);
        streams.extend(left.filter_map(|index| self.stream_of(&CopyRow::Recorded(index as u32))));
        streams
    }
}

/// The rows of a plan in a table of commits: the place of the first event of each, and the number that it had.
pub(super) fn rows(stored: &Stored<'_>, plan: &CopyPlan, images: &HashMap<usize, Image>) -> Vec<(usize, Option<i64>)> {
    let bound = stored.bound();
    let number_at = bound.key.rowid().and_then(|rowid| place(bound, rowid));
    let number = |image: &Image| number_at.and_then(|at| integer(image[at].as_ref()));
    let mut written: HashSet<i64> = images.values().filter_map(number).collect();
    let mut rows = Vec::new();
    for (place, row) in plan.rows.iter().enumerate() {
        match (images.get(&place), row) {
            (Some(image), _) => rows.push((place, number(image))),
            (None, CopyRow::Recorded(index)) => {
                let number = stored.log.row_key(*index as usize);
                if written.insert(number) {
                    rows.push((place, Some(number)));
                }
            }
            // In the commit of another one.
            (None, CopyRow::Edited { .. } | CopyRow::Inserted(_)) => {}
        }
    }
    rows
}

impl Commits<'_> {
    fn stream(&mut self, stream: &str, lane: &[usize], images: &mut HashMap<usize, Image>) -> Result<(), StoreError> {
        let groups = self.groups(lane)?;
        let first = self.first_number(stream)?;
        for (number, group) in (first..).zip(&groups) {
            let image = self.encoded(group, number).map_err(|why| match why {
                Refused::Because(why) => self.stored.refused(&self.plan.rows[group.places[0]], &why),
                Refused::Error(error) => error,
            })?;
            if let Some(image) = image {
                images.insert(group.places[0], image);
            }
        }
        Ok(())
    }

    /// A stream's events as commits: those that were in one stay in one, unless something came between them or an edit
    /// says what a commit says of all its events.
    fn groups(&mut self, lane: &[usize]) -> Result<Vec<Group>, StoreError> {
        let mut groups: Vec<Group> = Vec::new();
        let mut rows = HashSet::new();
        // The row of the last event, if it is still as its commit says.
        let mut going_on: Option<i64> = None;
        for place in lane {
            let (row, joins) = match &self.plan.rows[*place] {
                CopyRow::Recorded(index) => (Some(self.stored.log.row_key(*index as usize)), true),
                CopyRow::Inserted(_) | CopyRow::Edited { moved: true, .. } => (None, false),
                CopyRow::Edited { base, event, .. } => {
                    let was = self.reader.events(self.stored.log, &[*base])?.pop();
                    let stays = was.as_ref().is_some_and(|was| was.stream == event.stream);
                    let same = was.is_some_and(|was| was.time == event.time && was.metadata == event.metadata);
                    let row = self.stored.log.row_key(*base as usize);
                    (stays.then_some(row), stays && same)
                }
            };
            match groups.last_mut() {
                Some(group) if joins && going_on.is_some() && going_on == row => group.places.push(*place),
                // Of the parts of a commit that was cut the first one goes on.
                _ => groups.push(Group { row: row.filter(|row| rows.insert(*row)), places: vec![*place] }),
            }
            going_on = row.filter(|_| joins);
        }
        Ok(groups)
    }

    /// The number of a stream's first commit.
    fn first_number(&self, stream: &str) -> Result<i64, StoreError> {
        let log = self.stored.log;
        let first = log.find_stream(stream).and_then(|stream| log.lane(stream).first());
        let Some(first) = first else { return Ok(1) };
        let image = self.stored.image(&self.reader, *first)?;
        let at = place(self.stored.bound(), &self.spec.number);
        Ok(at.and_then(|at| integer(image[at].as_ref())).unwrap_or(1))
    }

    /// The row of a group; `None` where it is as recorded.
    fn encoded(&mut self, group: &Group, number: i64) -> Result<Option<Image>, Refused> {
        let (stored, bound, log) = (self.stored, self.stored.bound(), self.stored.log);
        let (first, plan) = (group.places[0], self.plan);
        let of_group = |place: &usize| match &plan.rows[*place] {
            CopyRow::Recorded(index) => (Some(*index), None),
            CopyRow::Edited { base, event, .. } => (Some(*base), Some(&**event)),
            CopyRow::Inserted(event) => (None, Some(&**event)),
        };
        let events: Vec<(Option<u32>, Option<&Event>)> = group.places.iter().map(of_group).collect();
        let model = match events[0] {
            (Some(base), _) => Some(base),
            (None, event) => event.and_then(|event| self.siblings.of(log, event)),
        };
        let model = model.ok_or("no commit of the store shows how its library writes them")?;
        let like = self.opened(model)?;
        let mut image = like.image.clone();
        let column = |name: &str| place(bound, name).ok_or_else(|| format!("the column {name} is missing"));
        let (items_at, number_at) = (column(&self.spec.items)?, column(&self.spec.number)?);
        let version_at = column(bound.spec.events.version.column().map_or("", String::as_str))?;
        let payload_at = column(&bound.spec.events.payload.column)?;
        let row_at = column(bound.key.rowid().unwrap_or_default())?;

        let version = match events.last() {
            Some((_, Some(event))) => event.version,
            Some((Some(index), None)) => log.version(*index as usize),
            _ => None,
        };
        let version = version.ok_or("it has no version")?;
        let of_row = self.events_of_row(model);
        let is_whole = group.row.is_some()
            && events.len() == of_row.len()
            && events.iter().zip(&of_row).all(|((base, _), index)| *base == Some(*index));
        if events.iter().all(|(_, event)| event.is_none())
            && is_whole
            && integer(image[number_at].as_ref()) == Some(number)
            && integer(image[version_at].as_ref()) == Some(version)
        {
            return Ok(None);
        }
        let stored_items = integer(image[items_at].as_ref()).unwrap_or_default();
        let is_closed = stored_items != of_row.len() as i64;
        if is_closed && (!is_whole || integer(image[version_at].as_ref()) != Some(version)) {
            return Err(format!("it is in a commit of {stored_items} events that can't be taken apart").into());
        }
        let mut entries = Vec::new();
        let mut is_as_stored = is_whole;
        for (base, event) in &events {
            let (entry, same) = self.entry(*base, *event, &like)?;
            is_as_stored &= same;
            entries.push(entry);
        }
        if !is_as_stored {
            let spec = &bound.spec.events.payload;
            let count = entries.len();
            let entries = entries.into_iter().collect::<Option<List>>();
            let entries =
                entries.ok_or("the store's events like it have payloads that only the application can write")?;
            image[payload_at] = list_as_stored(self.several, spec, &Value::List(entries), &image[payload_at])?;
            image[items_at] = (count as i64).into();
        }
        image[number_at] = number.into();
        image[version_at] = version.into();
        image[row_at] = group.row.map_or(Raw::Null, Raw::from);
        if group.row.is_none() {
            let id_at = column(&self.spec.id)?;
            let stream = stored.stream_of(&plan.rows[first]).unwrap_or_default();
            // With the ids of its events: another copy of this copy may have a new commit in the same place.
            let ids: Vec<&str> = events.iter().filter_map(|(_, event)| event.as_ref()?.id.as_deref()).collect();
            let name = format!("{stream}\n{version}\n{number}\n{}\n{}", log.len(), ids.join("\n"));
            let id = Uuid::new_v5(&ID_NAMESPACE, name.as_bytes());
            image[id_at] = match &image[id_at] {
                Raw::Text(_) => Raw::text(id.to_string()),
                _ => Raw::Blob(id.as_bytes().to_vec()),
            };
        }
        if let (base, Some(event)) = events[0] {
            self.of_commit(event, base, &mut image)?;
        }
        Ok(Some(image))
    }

    /// What a commit says of all its events: the stream, the time, the headers.
    fn of_commit(&mut self, event: &Event, base: Option<u32>, image: &mut Image) -> Result<(), Refused> {
        let (bound, log) = (self.stored.bound(), self.stored.log);
        let was = match base {
            Some(base) => self.reader.events(log, &[base])?.pop(),
            None => None,
        };
        if was.as_ref().is_none_or(|was| was.stream != event.stream) {
            self.stream_columns(event, image)?;
        }
        if was.as_ref().is_none_or(|was| was.time != event.time) {
            let model_image = image.clone();
            let model = Model {
                image: Some(&model_image),
                image_type: None,
                was: was.as_ref(),
                image_place: None,
                home: None,
                stream_key: None,
            };
            Encoder { bound, log, event, model: &model, image }.time()?;
        }
        if was.as_ref().is_none_or(|was| was.metadata != event.metadata) {
            self.headers(event, was.as_ref(), base, image)?;
        }
        Ok(())
    }

    fn stream_columns(&self, event: &Event, image: &mut Image) -> Result<(), Refused> {
        let (bound, log) = (self.stored.bound(), self.stored.log);
        let stream = event.stream.as_deref().ok_or("it is in no stream")?;
        let tenant = bound.spec.events.stream.tenant.0.iter().filter_map(Place::column).find_map(|c| place(bound, c));
        let name_at = place(bound, &self.spec.stream_name);
        let hash_at = place(bound, &self.spec.stream_hash).ok_or("the column with its stream is missing")?;
        if let Some(home) = lane_of(log, event).first() {
            let home = self.stored.image(&self.reader, *home)?;
            for at in [tenant, name_at, Some(hash_at)].into_iter().flatten() {
                image[at] = home[at].clone();
            }
            return Ok(());
        }
        let name = match tenant {
            Some(at) => {
                let (tenant, rest) = with_tenant(stream)?;
                image[at] = Raw::text(tenant);
                rest
            }
            None => stream,
        };
        let hash = |name: &str| sha1::hex(name.as_bytes());
        if let Some(at) = name_at {
            let text = |at: usize| match &image[at] {
                Raw::Text(text) => String::from_utf8_lossy(text).into_owned(),
                _ => String::new(),
            };
            // As rows like it have it: some applications have a way of their own.
            let (known, key) = (text(at), text(hash_at));
            let key = if key == hash(&known) {
                hash(name)
            } else if key == known {
                name.to_owned()
            } else {
                return Err("the application has keys of its own for streams, and there is none for a new one".into());
            };
            image[at] = Raw::text(name);
            image[hash_at] = Raw::text(key);
        } else {
            image[hash_at] = Raw::text(name);
        }
        Ok(())
    }

    /// The headers of a commit of one event: its metadata, without what is in the event's own headers.
    fn headers(
        &mut self,
        event: &Event,
        was: Option<&Event>,
        base: Option<u32>,
        image: &mut Image,
    ) -> Result<(), Refused> {
        let bound = self.stored.bound();
        let Some(MetadataSpec::Encoded(spec)) = &bound.spec.events.metadata else { return Ok(()) };
        let at = place(bound, &spec.column).ok_or("the column with its headers is missing")?;
        let mut object = match &event.metadata {
            Value::Object(object) => object.clone(),
            other if is_nothing(other) => Object::default(),
            _ => return Err("its metadata is no object, and the library reads nothing else".into()),
        };
        for column in &bound.spec.events.metadata_columns {
            let before = was.and_then(|was| was.metadata.as_object()?.get(column));
            if was.is_some() && object.get(column).is_some_and(|said| before != Some(said)) {
                return Err(format!("the field {column} of its metadata is the library's own").into());
            }
            object.remove(column);
        }
        if let Some(base) = base {
            let opened = self.opened(base)?;
            let own = opened.entries.get(self.stored.log.part(base as usize)).and_then(|entry| self.own_headers(entry));
            for (key, slot) in own.iter().flat_map(Object::iter) {
                match object.get(key) {
                    Some(said) if *said == slot.value => _ = object.remove(key),
                    _ => {
                        return Err(format!("the field {key} of its metadata is in the event's own headers").into());
                    }
                }
            }
        }
        let like = if image[at] == Raw::Null { place(bound, &bound.spec.events.payload.column) } else { Some(at) };
        if image[at] == Raw::Null && object.is_empty() {
            return Ok(());
        }
        let like = like.map_or(Raw::Null, |like| image[like].clone());
        image[at] = match form_of::<&str>(like.as_ref(), spec, &[]) {
            Some(Form::Json) => as_stored(&Value::Object(object), spec, &like)?,
            Some(form) => {
                return Err(format!("the store's headers are {}, which is read and not written", form.title()).into());
            }
            None => return Err("the store's headers are in a form that only the application can write".into()),
        };
        Ok(())
    }

    fn own_headers(&self, entry: &Value) -> Option<Object> {
        at(entry, self.several.metadata.as_deref()?)?.as_object().cloned()
    }

    /// An event's entry in its commit, and whether it is as it was; `None` where it can't be had.
    fn entry(
        &mut self,
        base: Option<u32>,
        event: Option<&Event>,
        like: &Opened,
    ) -> Result<(Option<Value>, bool), Refused> {
        let log = self.stored.log;
        let stored = match base {
            Some(base) => Some(self.opened(base)?.entries.get(log.part(base as usize)).cloned()),
            None => None,
        };
        let Some(event) = event else { return Ok((stored.flatten(), true)) };
        let was = match base {
            Some(base) => self.reader.events(log, &[base])?.pop(),
            None => None,
        };
        if was.as_ref().is_some_and(|was| was.data == event.data && was.event_type == event.event_type) {
            return Ok((stored.flatten(), true));
        }
        let data = event.data.decoded().map_err(|why| format!("its payload can't be read ({})", why.reason))?;
        let data = self.with_type(event, &data)?;
        let entry = match stored {
            Some(Some(entry)) => Some(entry),
            Some(None) => None,
            // A new event has no headers of its own.
            None => like.entries.first().cloned().map(|mut entry| {
                if let (Value::Object(entry), Some(own)) = (&mut entry, &self.several.metadata)
                    && entry.get(own).is_some()
                {
                    entry.insert(own.as_str().into(), Value::Object(Object::default()), Origin::NONE);
                }
                entry
            }),
        };
        let entry = entry.map(|entry| match entry {
            Value::Object(mut entry) if !self.several.payload.is_empty() => {
                entry.insert(self.several.payload.as_str().into(), data.clone(), Origin::NONE);
                Value::Object(entry)
            }
            _ => data,
        });
        Ok((entry, false))
    }

    /// A payload with the name of its class, which is the event's type with what the library needs besides.
    fn with_type(&mut self, event: &Event, data: &Value) -> Result<Value, Refused> {
        let says = |class: &str| class == &*event.event_type || class.starts_with(&format!("{}, ", event.event_type));
        let Value::Object(object) = data else { return Ok(data.clone()) };
        let keys = &self.stored.bound().spec.writing.payload_fields;
        let said = keys.keys().find(|key| object.get(key).and_then(Value::as_str).is_some_and(says));
        if let Some(key) = said
            && object.iter().next().is_some_and(|(first, _)| **first == **key)
        {
            return Ok(data.clone());
        }
        let log = self.stored.log;
        let sibling = self.siblings.of(log, event);
        let sibling = sibling.filter(|index| log.event_type(log.type_of(*index as usize)).name == event.event_type);
        let class = match sibling {
            Some(sibling) => {
                let opened = self.opened(sibling)?;
                let entry = opened.entries.get(log.part(sibling as usize));
                let body = entry.and_then(|entry| at(entry, &self.several.payload).cloned()).unwrap_or_default();
                keys.keys().find_map(|key| Some((key, body.as_object()?.get(key)?.clone())))
            }
            None => said.and_then(|key| Some((key, object.get(key)?.clone()))),
        };
        let (key, class) = class.ok_or_else(|| {
            let key = keys.keys().next().map_or("$type", String::as_str);
            format!("no event of the store has its type: say the class and its assembly in its payload, as {key}")
        })?;
        let mut whole = Object::default();
        // .NET looks for it at the beginning only.
        whole.insert(key.as_str().into(), class, Origin::NONE);
        for (name, slot) in object.iter().filter(|(name, _)| ***name != **key) {
            whole.insert(name.clone(), slot.value.clone(), Origin::NONE);
        }
        Ok(Value::Object(whole))
    }

    /// All events of an event's row.
    fn events_of_row(&self, index: u32) -> Vec<u32> {
        let log = self.stored.log;
        let row = log.row_key(index as usize);
        let lane = log.stream_of(index as usize).map(|stream| log.lane(stream)).unwrap_or_default();
        let at = lane.binary_search(&index).unwrap_or_default();
        let is_in_row = |index: &&u32| log.row_key(**index as usize) == row;
        let begin = at - lane[..at].iter().rev().take_while(is_in_row).count();
        lane[begin..].iter().take_while(is_in_row).copied().collect()
    }

    /// The row of an event, taken apart; without entries where that can't be.
    fn opened(&mut self, index: u32) -> Result<Rc<Opened>, Refused> {
        // The events of a row are asked for one after the other.
        let row = self.stored.log.row_key(index as usize);
        if let Some((_, opened)) = self.last.as_ref().filter(|(last, _)| *last == row) {
            return Ok(opened.clone());
        }
        let image = self.stored.image(&self.reader, index)?;
        let spec = &self.stored.bound().spec.events.payload;
        let list = place(self.stored.bound(), &spec.column).and_then(|at| contents(image[at].as_ref(), spec).ok());
        let list = match list {
            Some(list) if !self.several.list.is_empty() => at(&list, &self.several.list).cloned(),
            list => list,
        };
        let entries = match list {
            Some(Value::List(list)) => list.iter().map(|slot| slot.value.clone()).collect(),
            // BSON has no list that stands alone.
            Some(Value::Object(list)) => list.iter().map(|(_, slot)| slot.value.clone()).collect(),
            _ => Vec::new(),
        };
        let opened = Rc::new(Opened { image, entries });
        self.last = Some((row, opened.clone()));
        Ok(opened)
    }
}

/// Entries as the row's list, in the form in which it has it.
fn list_as_stored(several: &SeveralSpec, spec: &PayloadSpec, entries: &Value, stored: &Raw) -> Result<Raw, String> {
    match form_of::<&str>(stored.as_ref(), spec, &[]) {
        Some(Form::Json) if several.list.is_empty() => as_stored(entries, spec, stored),
        Some(Form::Json) => Err("its events are in a list inside of what a row holds".to_owned()),
        Some(form) => {
            Err(format!("the store's events like it have payloads in {}, which is read and not written", form.title()))
        }
        None => Err("the store's events like it have payloads that only the application can write".to_owned()),
    }
}

/// Why a commit can't be written.
enum Refused {
    Because(String),
    Error(StoreError),
}

impl From<String> for Refused {
    fn from(why: String) -> Self {
        Self::Because(why)
    }
}

impl From<&str> for Refused {
    fn from(why: &str) -> Self {
        Self::Because(why.to_owned())
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Error(error)
    }
}
