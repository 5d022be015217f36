//! The form in which an event is written or changed: what was typed, what is wrong with it, and what it would change.
//!
//! Checked at each letter. What was typed stays until the edit is made or the user lets go of it.

mod asking;
mod begin;
mod check;
pub mod json_text;
pub mod place;

use std::sync::Arc;

pub use check::{Checked, Problem};

use super::Remote;
use crate::job::{EventRow, FormSample, Tried, TriedEvent};
use crate::model::{Key, Timestamp, Value};
use crate::whatif::Target;

/// What can be asked of the form.
#[derive(Debug, Clone)]
pub enum FormCommand {
    /// Open it.
    Begin(FormStart),
    /// A field says something else now.
    Type(Field, String),
    /// Put a value into the payload.
    Put(Vec<Key>, Value),
    /// Make the edit.
    Apply,
    /// Close the form; asks first where something was typed.
    Leave,
    /// Go on writing: an answer to that question.
    Stay,
    /// Close the form and forget what was typed.
    Discard,
}

/// What the form begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormStart {
    /// Change what a recorded event says.
    Change(u32),
    /// A new event after a recorded one.
    InsertAfter(u32),
    /// A new event before a recorded one.
    InsertBefore(u32),
    /// A new event before the first one of a stream.
    InsertAtStart(Arc<str>),
    /// A new event after the last one of a stream.
    InsertAtEnd(Arc<str>),
    /// A new event in a stream that is not there yet.
    InsertInNewStream,
    /// An edit of the active scenario, by its place.
    Edit(usize),
}

/// What is written in a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// The stream of a new event.
    Stream,
    /// What a new event comes after.
    After,
    /// The type.
    Type,
    /// The time.
    Time,
    /// The payload.
    Data,
    /// The metadata.
    Metadata,
    /// The id of a new event.
    Id,
}

/// What the form is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A new event.
    Insert,
    /// What a recorded event says.
    Change(u32),
    /// A patch on what an inserted event, or several events, say.
    Patch(Target),
}

/// The form.
#[derive(Debug)]
pub struct EditForm {
    /// What it is about.
    pub subject: Subject,
    /// The place of the edit that is being changed; `None` for a new one.
    pub changing: Option<usize>,
    /// The stream of a new event.
    pub stream: String,
    /// What a new event comes after, as [`place::read`] reads it.
    pub after: String,
    /// The type, in full or short.
    pub event_type: String,
    /// The time, in the window's zone; empty for that of the event before it.
    pub time: String,
    /// The payload.
    pub data: String,
    /// The metadata; empty for none.
    pub metadata: String,
    /// The id of a new event; empty for one that is made.
    pub id: String,
    /// What is wrong with it, and the edit that it makes.
    pub checked: Checked,
    /// What events of this type usually say.
    pub sample: Remote<Arc<FormSample>>,
    /// What the edit would change.
    pub tried: Remote<Arc<Tried>>,
    /// Whether to ask before it is closed: something was typed.
    pub asks_to_leave: bool,
    /// Whether it waits for what was recorded.
    pub waits: bool,
    /// What was recorded, with the scenario's edits before this one.
    pub base: Option<Base>,
    /// Fields in which the user typed.
    typed: Vec<Field>,
    /// The update that is being changed: it is laid over what was recorded when that is read.
    update: Option<crate::whatif::Update>,
    /// What the sample was asked for.
    asked: Option<(Arc<str>, Arc<str>)>,
    /// The draft's index of each edit of the scenario that was tried.
    tried_edits: Vec<usize>,
}

/// What an event says before the edit.
#[derive(Debug, Clone)]
pub struct Base {
    /// The event, as it was recorded.
    pub row: EventRow,
    /// Its type, in full.
    pub event_type: Arc<str>,
    /// Its payload, or why it can't be read.
    pub data: Result<Value, String>,
    /// Its metadata.
    pub metadata: Value,
    /// Its time.
    pub time: Option<Timestamp>,
    /// That time as it stands in the form.
    pub time_text: String,
}

impl EditForm {
    /// A form with nothing in it.
    fn new(subject: Subject) -> Self {
        Self {
            subject,
            changing: None,
            stream: String::new(),
            after: String::new(),
            event_type: String::new(),
            time: String::new(),
            data: String::new(),
            metadata: String::new(),
            id: String::new(),
            checked: Checked::default(),
            sample: Remote::default(),
            tried: Remote::default(),
            asks_to_leave: false,
            waits: false,
            base: None,
            typed: Vec::new(),
            update: None,
            asked: None,
            tried_edits: Vec::new(),
        }
    }

    /// Whether it makes a new event.
    pub fn is_insert(&self) -> bool {
        self.subject == Subject::Insert
    }

    /// Whether the user typed anything.
    pub fn is_typed(&self) -> bool {
        !self.typed.is_empty()
    }

    /// Whether the user typed in a field: what it says is no suggestion.
    pub fn is_typed_in(&self, field: Field) -> bool {
        self.typed.contains(&field)
    }

    /// The text of a field.
    pub fn text(&self, field: Field) -> &str {
        match field {
            Field::Stream => &self.stream,
            Field::After => &self.after,
            Field::Type => &self.event_type,
            Field::Time => &self.time,
            Field::Data => &self.data,
            Field::Metadata => &self.metadata,
            Field::Id => &self.id,
        }
    }

    fn text_mut(&mut self, field: Field) -> &mut String {
        match field {
            Field::Stream => &mut self.stream,
            Field::After => &mut self.after,
            Field::Type => &mut self.event_type,
            Field::Time => &mut self.time,
            Field::Data => &mut self.data,
            Field::Metadata => &mut self.metadata,
            Field::Id => &mut self.id,
        }
    }

    /// What is wrong with a field.
    pub fn problem(&self, field: Field) -> Option<&Problem> {
        self.checked.problems.iter().find(|problem| problem.field == field)
    }

    /// The edit of the draft that does not fit, and why, if that is what trying this one came to; `None` in it for
    /// the one that is being written.
    pub fn refused(&self) -> Option<(Option<usize>, &str)> {
        let (tried, _) = self.tried.value()?;
        let (edit, why) = tried.refused.as_ref()?;
        let at = self.tried_edits.get(*edit).copied();
        Some((at.filter(|at| *at != usize::MAX), why))
    }

    /// The event to look at when the edit is tried.
    fn tried_event(&self, id: Option<&Arc<str>>) -> Option<TriedEvent> {
        match (&self.subject, id) {
            (Subject::Change(event), _) => Some(TriedEvent::Recorded(*event)),
            (_, Some(id)) => Some(TriedEvent::Inserted(id.clone())),
            _ => None,
        }
    }
}
