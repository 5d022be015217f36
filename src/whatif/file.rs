//! Scenario files: what only they have besides the edits that apply. An edit that is switched off stays in the file
//! (`"off": true`), and each edit may say what it was about when it was made (`"was"`), so that a store that has
//! changed since is noticed ([`super::grade`]).

use std::sync::Arc;

use crate::model::names::short_type;
use crate::model::{EventLog, Timestamp, Value, json};

use super::draft::{Draft, DraftEdit};
use super::naming::Naming;
use super::scenario::{After, Edit, FORMAT, Scenario, Selector, Target, edit_value, object};

/// A scenario as its file has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScenarioFile {
    /// What people call it.
    pub name: String,
    /// The store that it was made for, if the file says so.
    pub made_for: Option<MadeFor>,
    /// The edits in order, those that are switched off included.
    pub edits: Vec<FileEdit>,
}

/// An edit of a scenario file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEdit {
    /// The edit.
    pub edit: Edit,
    /// Whether it applies.
    pub enabled: bool,
    /// What it was about when it was made, if the file says so.
    pub was: Option<Was>,
}

/// The store that a scenario was made for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MadeFor {
    /// Its file's name.
    pub store: Option<String>,
    /// How many events it had.
    pub events: Option<u64>,
    /// The position of its last event.
    pub last_position: Option<i64>,
}

/// What an edit was about when it was made: the event that it names (an insert: the one that it follows), or how many
/// events its range had.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Was {
    /// The event's type, in full.
    pub event_type: Option<Arc<str>>,
    /// When it was recorded.
    pub time: Option<Timestamp>,
    /// Its id.
    pub id: Option<Arc<str>>,
    /// How many events a range had.
    pub events: Option<u64>,
}

impl ScenarioFile {
    /// The file of a draft for this store. What its own file said of the store and of edits stays as long as they are
    /// not changed, so that what differs is noticed whenever it is opened, not once.
    pub fn of(draft: &Draft, log: &EventLog, store: Option<&str>) -> Self {
        let mut file = draft.to_file();
        file.made_for.get_or_insert_with(|| MadeFor {
            store: store.map(str::to_owned),
            events: Some(log.len() as u64),
            last_position: log.len().checked_sub(1).map(|last| log.position(last)),
        });
        for edit in file.edits.iter_mut().filter(|edit| edit.was.is_none()) {
            edit.was = was(&edit.edit, log);
        }
        file
    }

    /// The edits that apply. An inserted event keeps the id that it has with all edits switched on.
    pub fn scenario(&self) -> Scenario {
        Draft::from_file(self.clone()).scenario()
    }

    /// The file's text: indented, keys in a fixed order, a line break at the end.
    /// [`parse_file`](super::parse_file) gives the same back.
    pub fn to_json(&self) -> String {
        let mut text = json::to_pretty_text(&self.to_value());
        text.push('\n');
        text
    }

    pub(super) fn to_value(&self) -> Value {
        let edits = self.edits.iter().map(|edit| {
            let mut value = edit_value(&edit.edit);
            if let Value::Object(entries) = &mut value {
                let extra = object([
                    ("off", (!edit.enabled).then_some(Value::Bool(true))),
                    ("was", edit.was.as_ref().map(was_value)),
                ]);
                for (key, slot) in extra.as_object().into_iter().flat_map(super::super::model::value::Object::iter) {
                    entries.insert(key.clone(), slot.value.clone(), slot.origin);
                }
            }
            value
        });
        object([
            ("foldline", Some(FORMAT.into())),
            ("name", Some(self.name.as_str().into())),
            ("made_for", self.made_for.as_ref().map(made_for_value)),
            ("edits", Some(Value::List(edits.collect()))),
        ])
    }
}

impl Draft {
    /// A draft of a file's scenario: nothing to undo, nothing to save.
    pub fn from_file(file: ScenarioFile) -> Self {
        let edits = file.edits.into_iter().map(|FileEdit { edit, enabled, was }| DraftEdit {
            edit: Arc::new(edit),
            enabled,
            was: was.map(Arc::new),
        });
        let mut draft = Self::of_edits(&file.name, edits);
        draft.made_for = file.made_for.map(Arc::new);
        draft
    }

    /// What a file of the draft says, as far as the draft knows.
    fn to_file(&self) -> ScenarioFile {
        let edits = self.edits().map(|DraftEdit { edit, enabled, was }| FileEdit {
            edit: Edit::clone(edit),
            enabled: *enabled,
            was: was.as_deref().cloned(),
        });
        let made_for = self.made_for.as_deref().cloned();
        ScenarioFile { name: self.name().to_owned(), made_for, edits: edits.collect() }
    }
}

impl Was {
    /// The event in a few words: `FundsWithdrawn at 2025-03-04T10:00:00Z`.
    pub(super) fn words(&self) -> String {
        let event_type = self.event_type.as_deref().map_or("an event", short_type);
        match self.time {
            Some(time) => format!("{event_type} at {time}"),
            None => event_type.to_owned(),
        }
    }
}

/// Whether two agree in all that both say.
pub(super) fn same_place(a: &Was, b: &Was) -> bool {
    fn agree<T: PartialEq>(a: &Option<T>, b: &Option<T>) -> bool {
        a.is_none() || b.is_none() || a == b
    }
    agree(&a.event_type, &b.event_type) && agree(&a.time, &b.time) && agree(&a.id, &b.id) && agree(&a.events, &b.events)
}

/// Which recorded event an edit is about, as far as the index can tell: an id is looked up in the store.
fn was(edit: &Edit, log: &EventLog) -> Option<Was> {
    let mut naming = Naming::default();
    let index = match subject(edit)? {
        About::Event(Selector::Position(position)) => naming.by_position(log, position).ok()?,
        About::Event(Selector::Version { stream, version }) => naming.by_version(log, &stream, version).ok()?,
        About::Event(Selector::Id(_)) => return None,
        About::Range(range) => {
            let events = naming.by_range(log, &range).ok()?.len() as u64;
            return Some(Was { events: Some(events), ..Was::default() });
        }
    };
    Some(was_at(log, index))
}

/// What the index says of an event.
pub(super) fn was_at(log: &EventLog, index: u32) -> Was {
    let event_type = log.event_type(log.type_of(index as usize)).name.clone();
    Was { event_type: Some(event_type), time: log.time(index as usize), id: None, events: None }
}

/// What an edit's [`Was`] is about.
pub(super) enum About {
    Event(Selector),
    Range(super::scenario::VersionRange),
}

pub(super) fn subject(edit: &Edit) -> Option<About> {
    match edit {
        Edit::Delete(Target::One(selector)) => Some(About::Event(selector.clone())),
        Edit::Update(update) => match &update.target {
            Target::One(selector) => Some(About::Event(selector.clone())),
            Target::Range(range) => Some(About::Range(range.clone())),
        },
        Edit::Delete(Target::Range(range)) => Some(About::Range(range.clone())),
        Edit::Move(moved) => Some(About::Event(moved.event.clone())),
        Edit::Insert(insert) => match insert.after.as_ref()? {
            After::Version(version) => {
                Some(About::Event(Selector::Version { stream: insert.stream.clone(), version: *version }))
            }
            After::Event(selector) => Some(About::Event(selector.clone())),
        },
    }
}

fn text(text: &Arc<str>) -> Value {
    Value::String(text.clone())
}

/// A count in a file; none beyond what JSON readers keep exactly.
fn count(count: u64) -> Option<Value> {
    i64::try_from(count).ok().map(Value::from)
}

fn was_value(was: &Was) -> Value {
    object([
        ("type", was.event_type.as_ref().map(text)),
        ("time", was.time.map(|time| Value::string(time.to_string()))),
        ("id", was.id.as_ref().map(text)),
        ("events", was.events.and_then(count)),
    ])
}

fn made_for_value(made_for: &MadeFor) -> Value {
    object([
        ("store", made_for.store.as_deref().map(Value::from)),
        ("events", made_for.events.and_then(count)),
        ("last_position", made_for.last_position.map(Value::from)),
    ])
}
