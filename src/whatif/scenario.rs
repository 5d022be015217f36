//! A scenario as plain data: a named list of edits over what was recorded, and its JSON text.

use std::sync::Arc;

use crate::model::{Key, Object, Timestamp, Value, json};

/// What a scenario file says it is, under the key `foldline`.
pub const FORMAT: &str = "scenario/1";

/// A named list of edits. They apply in order and name events as recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scenario {
    /// What people call it; with an edit's index it makes the ids of inserted events.
    pub name: String,
    /// The edits, in the order in which they apply.
    pub edits: Vec<Edit>,
}

/// One edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Leaves events out.
    Delete(Target),
    /// Changes what events say.
    Update(Update),
    /// Adds an event.
    Insert(Insert),
    /// Puts an event elsewhere.
    Move(Move),
}

/// Names one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// By its position in the store, as recorded.
    Position(i64),
    /// By its version in its stream, as recorded; where versions are null, by its count in the stream from 1.
    Version {
        /// The stream's name.
        stream: Arc<str>,
        /// The version.
        version: i64,
    },
    /// By its id: the store's, or the one that an insert of this scenario gave.
    Id(Arc<str>),
}

/// Names the recorded events of a stream between two versions, both included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRange {
    /// The stream's name.
    pub stream: Arc<str>,
    /// The first version; `None` is from the start.
    pub from: Option<i64>,
    /// The last version; `None` is to the end.
    pub to: Option<i64>,
}

/// What a delete or an update is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One event.
    One(Selector),
    /// All recorded events of a range that are still there.
    Range(VersionRange),
}

/// Which event a place comes after. Where there is none, the place is before the stream's first event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum After {
    /// The event with this version of the stream in which the place is.
    Version(i64),
    /// The event that a selector names.
    Event(Selector),
}

/// Changes what events say. What is `None` stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// Which events.
    pub target: Target,
    /// The new type, in full.
    pub event_type: Option<Arc<str>>,
    /// A merge patch (RFC 7396) on the payload, or the whole new payload.
    pub data: Option<Value>,
    /// The same for the metadata.
    pub metadata: Option<Value>,
    /// Whether `data` and `metadata` replace instead of patching.
    pub replace: bool,
    /// The new time; never changes the order.
    pub time: Option<TimeChange>,
}

/// What becomes of an event's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeChange {
    /// This time.
    To(Timestamp),
    /// So many seconds later; earlier if negative.
    ShiftSeconds(i64),
}

/// Adds an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insert {
    /// The stream that it joins; a new one if it was not recorded.
    pub stream: Arc<str>,
    /// Where in the stream.
    pub after: Option<After>,
    /// Its type, in full.
    pub event_type: Arc<str>,
    /// Its payload; `None` is an empty object.
    pub data: Option<Value>,
    /// Its metadata; `None` is none.
    pub metadata: Option<Value>,
    /// When; `None` is when the event it follows happened, at the start of a stream the next one.
    pub time: Option<Timestamp>,
    /// Its id; `None` is one made of the scenario's name and the edit's index.
    pub id: Option<Arc<str>>,
}

/// Puts an event elsewhere; its id, time and payload stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Which event.
    pub event: Selector,
    /// The stream that it joins; `None` is the one in which `after` names an event, else the one in which it is.
    pub stream: Option<Arc<str>>,
    /// Where in that stream.
    pub after: Option<After>,
}

impl Update {
    /// An update that changes nothing yet.
    pub fn of(target: Target) -> Self {
        Self { target, event_type: None, data: None, metadata: None, replace: false, time: None }
    }
}

impl Insert {
    /// An insert with nothing but what is required.
    pub fn new(stream: impl Into<Arc<str>>, after: Option<After>, event_type: impl Into<Arc<str>>) -> Self {
        let (stream, event_type) = (stream.into(), event_type.into());
        Self { stream, after, event_type, data: None, metadata: None, time: None, id: None }
    }
}

impl Edit {
    /// The key under which the edit stands in a scenario file.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Delete(_) => "delete",
            Self::Update(_) => "update",
            Self::Insert(_) => "insert",
            Self::Move(_) => "move",
        }
    }
}

impl Scenario {
    /// A scenario without edits.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), edits: Vec::new() }
    }

    /// The scenario file's text: indented, keys in a fixed order, a line break at the end. [`super::parse`] gives the
    /// same scenario back.
    pub fn to_json(&self) -> String {
        let file = object([
            ("foldline", Some(FORMAT.into())),
            ("name", Some(self.name.as_str().into())),
            ("edits", Some(Value::List(self.edits.iter().map(edit_value).collect()))),
        ]);
        let mut text = json::to_pretty_text(&file);
        text.push('\n');
        text
    }
}

pub(super) fn object<const N: usize>(entries: [(&str, Option<Value>); N]) -> Value {
    let present = entries.into_iter().filter_map(|(key, value)| Some((Key::from(key), value?)));
    Value::Object(present.collect::<Object>())
}

fn text(text: &Arc<str>) -> Value {
    Value::String(text.clone())
}

pub(super) fn edit_value(edit: &Edit) -> Value {
    match edit {
        Edit::Delete(target) => object([("delete", Some(target_value(target)))]),
        Edit::Update(update) => {
            let (time, shift) = match update.time {
                Some(TimeChange::To(time)) => (Some(time), None),
                Some(TimeChange::ShiftSeconds(seconds)) => (None, Some(seconds)),
                None => (None, None),
            };
            object([
                ("update", Some(target_value(&update.target))),
                ("type", update.event_type.as_ref().map(text)),
                ("data", update.data.clone()),
                ("metadata", update.metadata.clone()),
                ("replace", update.replace.then_some(Value::Bool(true))),
                ("time", time.map(time_value)),
                ("shift_seconds", shift.map(Value::from)),
            ])
        }
        Edit::Insert(insert) => {
            let place =
                object([("stream", Some(text(&insert.stream))), ("after", insert.after.as_ref().map(after_value))]);
            object([
                ("insert", Some(place)),
                ("type", Some(text(&insert.event_type))),
                ("data", insert.data.clone()),
                ("metadata", insert.metadata.clone()),
                ("time", insert.time.map(time_value)),
                ("id", insert.id.as_ref().map(text)),
            ])
        }
        Edit::Move(moved) => object([
            ("move", Some(selector_value(&moved.event))),
            ("stream", moved.stream.as_ref().map(text)),
            ("after", Some(moved.after.as_ref().map_or(Value::Null, after_value))),
        ]),
    }
}

fn target_value(target: &Target) -> Value {
    match target {
        Target::One(selector) => selector_value(selector),
        Target::Range(range) => object([
            ("stream", Some(text(&range.stream))),
            ("from", range.from.map(Value::from)),
            ("to", range.to.map(Value::from)),
        ]),
    }
}

fn selector_value(selector: &Selector) -> Value {
    match selector {
        Selector::Position(position) => object([("position", Some((*position).into()))]),
        Selector::Version { stream, version } => {
            object([("stream", Some(text(stream))), ("version", Some((*version).into()))])
        }
        Selector::Id(id) => object([("id", Some(text(id)))]),
    }
}

fn after_value(after: &After) -> Value {
    match after {
        After::Version(version) => (*version).into(),
        After::Event(selector) => selector_value(selector),
    }
}

fn time_value(time: Timestamp) -> Value {
    Value::string(time.to_string())
}
