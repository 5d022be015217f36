//! What a form begins with, and what comes into it when the recorded event has been read.

use std::sync::Arc;

use chrono_tz::Tz;

use super::check::{full_type, patched};
use super::{Base, EditForm, Field, FormStart, Subject, place};
use crate::app::{Document, scenarios::event_of};
use crate::job::{EventRow, FormSample};
use crate::model::{Timestamp, Value, json, names::short_type, zoned};
use crate::whatif::{Edit, Insert, Selector, Target, TimeChange, Update};

impl EditForm {
    /// A form for what was asked.
    ///
    /// # Errors
    ///
    /// Why there is none, in words.
    pub(super) fn begin(document: &Document, start: &FormStart, zone: Tz) -> Result<Self, String> {
        match start {
            FormStart::Change(event) => Self::change(document, *event),
            FormStart::InsertAfter(event) | FormStart::InsertBefore(event) => {
                let log = &document.opened.log;
                let (lane, at) = document.place_in_lane(*event).ok_or("The event is in no stream")?;
                let up_to = at + usize::from(matches!(start, FormStart::InsertAfter(_)));
                let after = place::last_that_stays(document, lane, up_to);
                Ok(Self::insert(&log.stream(lane).name, after.map(|event| place::text_of(document, event))))
            }
            FormStart::InsertAtStart(stream) => Ok(Self::insert(stream, None)),
            FormStart::InsertAtEnd(stream) => {
                let log = &document.opened.log;
                let lane = log.find_stream(stream);
                let last = lane.and_then(|lane| place::last_that_stays(document, lane, usize::MAX));
                Ok(Self::insert(stream, last.map(|event| place::text_of(document, event))))
            }
            FormStart::InsertInNewStream => {
                let mut form = Self::insert("", None);
                form.time = document.cursor_time().map_or_else(String::new, |time| zoned::date_time(time, zone));
                Ok(form)
            }
            FormStart::Edit(at) => Self::of_edit(document, *at, zone),
        }
    }

    fn insert(stream: &str, after: Option<String>) -> Self {
        let after = after.unwrap_or_default();
        Self { stream: stream.to_owned(), after, ..Self::new(Subject::Insert) }
    }

    /// Of a recorded event. If the scenario changes it already, that edit is gone on with.
    fn change(document: &Document, event: u32) -> Result<Self, String> {
        if document.is_left_out(event) {
            let words = document.words_for(event);
            return Err(format!("{words} is left out: take it back in before you change it"));
        }
        let log = &document.opened.log;
        let edits: Vec<_> = document.active_scenario().draft.edits().collect();
        let known = edits.iter().rposition(|edit| match &*edit.edit {
            Edit::Update(Update { target: Target::One(selector), .. }) => {
                edit.enabled && event_of(log, selector) == Some(event)
            }
            _ => false,
        });
        let update = known.and_then(|at| match &*edits[at].edit {
            Edit::Update(update) => Some(update.clone()),
            _ => None,
        });
        Ok(Self {
            changing: known,
            stream: place::stream_of(document, event).map_or_else(String::new, |stream| stream.to_string()),
            waits: true,
            update,
            ..Self::new(Subject::Change(event))
        })
    }

    fn of_edit(document: &Document, at: usize, zone: Tz) -> Result<Self, String> {
        let log = &document.opened.log;
        let edit = document.active_scenario().draft.edits().nth(at).ok_or("There is no such edit any more")?;
        let mut form = match &*edit.edit {
            Edit::Insert(insert) => Self::of_insert(insert, zone),
            Edit::Update(update) => match &update.target {
                Target::One(selector) if event_of(log, selector).is_some() => {
                    let event = event_of(log, selector).unwrap_or_default();
                    let stream = place::stream_of(document, event).map_or_else(String::new, |name| name.to_string());
                    let update = Some(update.clone());
                    Self { stream, waits: true, update, ..Self::new(Subject::Change(event)) }
                }
                target => Self::of_patch(document, target, update, zone),
            },
            Edit::Delete(_) | Edit::Move(_) => return Err("This edit has nothing to write".to_owned()),
        };
        form.changing = Some(at);
        Ok(form)
    }

    fn of_insert(insert: &Insert, zone: Tz) -> Self {
        let text = |value: &Option<Value>| value.as_ref().map_or_else(String::new, json::to_pretty_text);
        Self {
            stream: insert.stream.to_string(),
            after: place::text_of_after(insert.after.as_ref()),
            event_type: insert.event_type.to_string(),
            time: insert.time.map_or_else(String::new, |time| zoned::date_time(time, zone)),
            data: if insert.data.is_some() { text(&insert.data) } else { "{}".to_owned() },
            metadata: text(&insert.metadata),
            id: insert.id.as_deref().unwrap_or_default().to_owned(),
            ..Self::new(Subject::Insert)
        }
    }

    fn of_patch(document: &Document, target: &Target, update: &Update, zone: Tz) -> Self {
        let text = |value: &Option<Value>| value.as_ref().map_or_else(String::new, json::to_pretty_text);
        let stream = match target {
            Target::Range(range) => range.stream.to_string(),
            Target::One(_) => document.stream.as_deref().unwrap_or_default().to_owned(),
        };
        Self {
            stream,
            event_type: update.event_type.as_deref().unwrap_or_default().to_owned(),
            time: match update.time {
                Some(TimeChange::To(time)) => zoned::date_time(time, zone),
                _ => String::new(),
            },
            data: text(&update.data),
            metadata: text(&update.metadata),
            update: Some(update.clone()),
            ..Self::new(Subject::Patch(target.clone()))
        }
    }

    /// Takes in what events of the type usually say, and what the event that is changed says.
    pub(super) fn take_sample(&mut self, document: &Document, sample: &FormSample, zone: Tz) {
        if let (true, Some(row)) = (self.waits, &sample.row) {
            self.take_base(document, row, zone);
        }
        if self.subject != Subject::Insert {
            return;
        }
        let usual = &sample.usual;
        // Until somebody types it, the type is the one that is commonest here.
        if self.event_type.trim().is_empty() && !self.is_typed_in(Field::Type) {
            self.event_type = usual.event_type.to_string();
        }
        let same = full_type(&document.opened.log, &self.event_type) == usual.event_type;
        if same && self.changing.is_none() && !self.is_typed_in(Field::Data) {
            let last = usual.last.as_ref();
            self.data = last.map_or_else(|| "{}".to_owned(), json::to_pretty_text);
        }
    }

    /// Takes in the event that is changed, as it is with the edits before this one.
    fn take_base(&mut self, document: &Document, row: &EventRow, zone: Tz) {
        let Subject::Change(event) = self.subject else { return };
        let recorded = &row.event;
        let text = |time: Option<Timestamp>| time.map_or_else(String::new, |time| zoned::date_time(time, zone));
        let mut base = Base {
            row: row.clone(),
            event_type: recorded.event_type.clone(),
            data: recorded.data.decoded().map(std::borrow::Cow::into_owned).map_err(|why| why.note.clone()),
            metadata: recorded.metadata.clone(),
            time: recorded.time,
            time_text: String::new(),
        };
        let before = self.changing.unwrap_or(usize::MAX);
        let log = &document.opened.log;
        for edit in document.active_scenario().draft.edits().take(before).filter(|edit| edit.enabled) {
            if let Edit::Update(update) = &*edit.edit
                && names(document, &update.target, event)
            {
                base.apply(update);
            }
        }
        base.time_text = text(base.time);
        let mut after = base.clone();
        if let Some(update) = &self.update {
            after.apply(update);
        }
        let is_short = full_type(log, short_type(&after.event_type)) == after.event_type;
        let kind: &str = if is_short { short_type(&after.event_type) } else { &after.event_type };
        self.event_type = kind.to_owned();
        self.time = text(after.time);
        self.data = after.data.as_ref().map_or_else(|_| String::new(), json::to_pretty_text);
        self.metadata = match &after.metadata {
            Value::Null => String::new(),
            metadata => json::to_pretty_text(metadata),
        };
        self.base = Some(base);
        self.waits = false;
    }
}

impl Base {
    fn apply(&mut self, update: &Update) {
        if let Some(kind) = &update.event_type {
            self.event_type = kind.clone();
        }
        match (&self.data, &update.data) {
            (Ok(data), patch) => self.data = Ok(patched(data, patch.as_ref(), update.replace)),
            (Err(_), Some(value)) if update.replace => self.data = Ok(value.clone()),
            _ => {}
        }
        self.metadata = patched(&self.metadata, update.metadata.as_ref(), update.replace);
        self.time = match update.time {
            Some(TimeChange::To(time)) => Some(time),
            Some(TimeChange::ShiftSeconds(by)) => self.time.and_then(|time| time.checked_add_seconds(by)),
            None => self.time,
        };
    }
}

/// Whether a target names a recorded event.
pub(crate) fn names(document: &Document, target: &Target, event: u32) -> bool {
    let log = &document.opened.log;
    match target {
        Target::One(selector @ (Selector::Position(_) | Selector::Version { .. })) => {
            event_of(log, selector) == Some(event)
        }
        Target::One(Selector::Id(id)) => document.rows.get(&event).is_some_and(|row| row.event.id.as_ref() == Some(id)),
        Target::Range(range) => {
            let stream: Option<Arc<str>> = place::stream_of(document, event);
            let version = log.version(event as usize).or_else(|| {
                let lane = log.lane(log.stream_of(event as usize)?);
                lane.iter().position(|other| *other == event).map(|at| at as i64 + 1)
            });
            stream.as_ref() == Some(&range.stream)
                && version.is_some_and(|version| {
                    range.from.is_none_or(|from| version >= from) && range.to.is_none_or(|to| version <= to)
                })
        }
    }
}
