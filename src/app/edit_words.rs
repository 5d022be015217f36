//! Edits in the words of the window: the event by its version and stream, with what it says.

use std::sync::Arc;

use super::Document;
use super::scenarios::event_of;
use crate::model::{Value, json, names};
use crate::replay::Change;
use crate::report;
use crate::whatif::{self, After, Edit, Selector, Target, TimeChange, Update, VersionRange};

/// What an edit does, in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EditWords {
    /// `Leave out`, `Change`, `Insert`, `Move`, `Retime`.
    pub verb: &'static str,
    /// What it is about: `v4 of account-A`.
    pub about: String,
    /// What that event says, where it is known: `20 withdrawn by alice`.
    pub says: Option<String>,
    /// What becomes of it: `amount 20 → 5`.
    pub becomes: String,
    /// The recorded event that it is about, or stands next to.
    pub event: Option<u32>,
}

impl EditWords {
    /// As a sentence without what the event says: `Leave out v4 of account-A`.
    pub fn sentence(&self) -> String {
        let mut out = format!("{} {}", self.verb, self.about);
        if !self.becomes.is_empty() {
            out = match self.verb {
                "Change" => out + ": " + &self.becomes,
                _ => out + " " + &self.becomes,
            };
        }
        out
    }

    /// The same with what the event says.
    pub fn full(&self) -> String {
        match &self.says {
            Some(says) => format!("{} · {says}", self.sentence()),
            None => self.sentence(),
        }
    }
}

impl Document {
    /// An edit in words. What its event says is told as far as its row was in sight.
    pub fn edit_words(&self, edit: &Edit) -> EditWords {
        match edit {
            Edit::Delete(target) => self.words_about("Leave out", target),
            Edit::Update(update) => self.update_words(update),
            Edit::Insert(insert) => {
                let says = insert.data.as_ref().and_then(Value::as_object).map(|data| {
                    let told = data.iter().filter(|(_, slot)| slot.value.is_leaf()).take(3);
                    told.map(|(key, slot)| format!("{key} {}", short(&slot.value))).collect::<Vec<_>>().join(", ")
                });
                let (place, event) = self.place_words(insert.after.as_ref(), Some(&insert.stream));
                EditWords {
                    verb: "Insert",
                    about: names::type_words(&insert.event_type),
                    says: says.filter(|says| !says.is_empty()),
                    becomes: place,
                    event,
                }
            }
            Edit::Move(moved) => {
                let event = event_of(&self.opened.log, &moved.event);
                let own = event.and_then(|event| self.stream_name_of(event));
                let (place, next) = self.place_words(moved.after.as_ref(), moved.stream.as_ref().or(own.as_ref()));
                EditWords {
                    verb: "Move",
                    about: self.selector_words(&moved.event),
                    says: event.and_then(|event| self.said(event)),
                    becomes: place,
                    event: event.or(next),
                }
            }
        }
    }

    /// What an event says, as far as its row was in sight.
    pub fn said(&self, event: u32) -> Option<String> {
        let row = self.rows.get(&event)?;
        let sentence = row.sentence.as_deref().map_or_else(|| report::sentence(&row.event), str::to_owned);
        Some(sentence.chars().map(|c| if c.is_control() { ' ' } else { c }).collect())
    }

    fn stream_name_of(&self, event: u32) -> Option<Arc<str>> {
        let log = &self.opened.log;
        log.stream_of(event as usize).map(|stream| log.stream(stream).name.clone())
    }

    fn words_about(&self, verb: &'static str, target: &Target) -> EditWords {
        match target {
            Target::One(selector) => {
                let event = event_of(&self.opened.log, selector);
                let says = event.and_then(|event| self.said(event));
                EditWords { verb, about: self.selector_words(selector), says, event, ..EditWords::default() }
            }
            Target::Range(range) => {
                let from = range.from.map(|version| Selector::Version { stream: range.stream.clone(), version });
                let event = match from {
                    Some(from) => event_of(&self.opened.log, &from),
                    None => {
                        let lane = self.opened.log.find_stream(&range.stream);
                        lane.and_then(|lane| self.opened.log.lane(lane).first()).copied()
                    }
                };
                EditWords { verb, about: range_words(range), event, ..EditWords::default() }
            }
        }
    }

    fn update_words(&self, update: &Update) -> EditWords {
        let only_time = update.event_type.is_none() && update.data.is_none() && update.metadata.is_none();
        if let (Some(TimeChange::ShiftSeconds(by)), true) = (update.time, only_time) {
            let becomes = format!("by {}", whatif::retime_text(by));
            return EditWords { becomes, ..self.words_about("Retime", &update.target) };
        }
        let mut words = self.words_about("Change", &update.target);
        let mut parts: Vec<String> = Vec::new();
        if let Some(kind) = &update.event_type {
            parts.push(format!("type → {}", names::type_words(kind)));
        }
        if let Some(patch) = &update.data {
            parts.extend(self.data_words(words.event, patch, update.replace));
        }
        if update.metadata.is_some() {
            parts.push("metadata".to_owned());
        }
        match update.time {
            Some(TimeChange::To(time)) => parts.push(format!("time → {time}")),
            Some(TimeChange::ShiftSeconds(by)) => parts.push(format!("time by {}", whatif::retime_text(by))),
            None => {}
        }
        words.becomes = if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") };
        words
    }

    /// `amount 20 → 5`, as far as what was recorded is known.
    fn data_words(&self, event: Option<u32>, patch: &Value, replace: bool) -> Vec<String> {
        const SHOWN: usize = 3;
        let recorded = event.and_then(|event| self.rows.get(&event)).map(|row| row.event.data.decoded());
        let Some(Ok(recorded)) = recorded else {
            if replace {
                return vec!["the whole payload".to_owned()];
            }
            let mut leaves = Vec::new();
            leaves_of(patch, &mut String::new(), &mut leaves);
            return first_of(leaves, SHOWN);
        };
        let after = if replace { patch.clone() } else { whatif::merge_patch(&recorded, patch) };
        let changes = crate::replay::diff(&recorded, &after);
        first_of(changes.iter().map(change_words).collect(), SHOWN)
    }

    fn selector_words(&self, selector: &Selector) -> String {
        match event_of(&self.opened.log, selector) {
            Some(event) => self.words_for(event),
            None => match selector {
                Selector::Position(position) => format!("#{position}"),
                Selector::Version { stream, version } => format!("v{version} of {}", names::shown(stream)),
                Selector::Id(id) => self.inserted_words(id),
            },
        }
    }

    /// An inserted event of the active scenario, by its id.
    fn inserted_words(&self, id: &Arc<str>) -> String {
        let inserted = self.active_scenario().draft.edits().find_map(|edit| match &*edit.edit {
            Edit::Insert(insert) if insert.id.as_ref() == Some(id) => Some(insert.event_type.clone()),
            _ => None,
        });
        match inserted {
            Some(kind) => format!("the inserted {}", names::type_words(&kind)),
            None => format!("event {}", id.chars().take(8).collect::<String>()),
        }
    }

    fn place_words(&self, after: Option<&After>, stream: Option<&Arc<str>>) -> (String, Option<u32>) {
        let selector = match (after, stream) {
            (None, Some(stream)) => return (format!("at the start of {}", names::shown(stream)), None),
            (None, None) => return ("to the start of its stream".to_owned(), None),
            (Some(After::Event(selector)), _) => selector.clone(),
            (Some(After::Version(version)), Some(stream)) => {
                Selector::Version { stream: stream.clone(), version: *version }
            }
            (Some(After::Version(version)), None) => return (format!("after v{version}"), None),
        };
        let event = event_of(&self.opened.log, &selector);
        (format!("after {}", self.selector_words(&selector)), event)
    }
}

/// `v3 to v5 of account-A`.
pub fn range_words(range: &VersionRange) -> String {
    let VersionRange { stream, from, to } = range;
    let stream = names::shown(stream);
    match (from, to) {
        (Some(from), Some(to)) => format!("v{from} to v{to} of {stream}"),
        (Some(from), None) => format!("everything from v{from} of {stream} on"),
        (None, Some(to)) => format!("everything up to v{to} of {stream}"),
        (None, None) => format!("all of {stream}"),
    }
}

/// `amount 20 → 5`.
pub fn change_words(change: &Change) -> String {
    let path = &change.path;
    match (&change.from, &change.to) {
        (None, Some(to)) => format!("{path} {}", short(to)),
        (Some(from), None) => format!("{path} {} → gone", short(from)),
        (Some(from), Some(to)) => format!("{path} {} → {}", short(from), short(to)),
        (None, None) => path.to_string(),
    }
}

fn leaves_of(patch: &Value, path: &mut String, found: &mut Vec<String>) {
    match patch {
        Value::Object(object) if !object.is_empty() => {
            for (key, slot) in object.iter() {
                let len = path.len();
                if len > 0 {
                    path.push('.');
                }
                path.push_str(key);
                leaves_of(&slot.value, path, found);
                path.truncate(len);
            }
        }
        Value::Null => found.push(format!("no {path}")),
        value => found.push(format!("{path} → {}", short(value))),
    }
}

fn first_of(mut parts: Vec<String>, most: usize) -> Vec<String> {
    let more = parts.len().saturating_sub(most);
    if more > 0 {
        parts.truncate(most);
        parts.push(format!("{more} more"));
    }
    parts
}

/// A value in few characters.
fn short(value: &Value) -> String {
    const LONGEST: usize = 32;
    let text = match value {
        Value::String(text) => text.to_string(),
        Value::List(list) if list.len() > 3 => format!("{} items", list.len()),
        value => json::to_text(value),
    };
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
