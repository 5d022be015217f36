//! What is wrong with a form, and the edit that it makes.

use std::sync::Arc;

use chrono_tz::Tz;

use super::json_text::{self, TextPlace};
use super::{EditForm, Field, Subject, place};
use crate::app::{Document, as_of};
use crate::model::{EventLog, Moment, Timestamp, Value};
use crate::whatif::{Edit, Insert, Selector, Target, TimeChange, Update, is_written_alike, merge_patch, patch_between};

/// What a form comes to.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// What is wrong; without anything there is an edit, or nothing is changed.
    pub problems: Vec<Problem>,
    /// What one should know of a field.
    pub notices: Vec<(Field, String)>,
    /// The edit that it makes.
    pub edit: Option<Edit>,
    /// What the edit changes in what was recorded: `amount`, from, to.
    pub changed: Vec<crate::replay::Change>,
}

/// Something wrong in a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which field.
    pub field: Field,
    /// What is wrong, in words.
    pub words: String,
    /// Where in the field, as far as there is a place.
    pub place: Option<TextPlace>,
    /// What could be meant, as it would be typed.
    pub offers: Vec<String>,
}

struct Check<'a> {
    form: &'a EditForm,
    document: &'a Document,
    zone: Tz,
    now: Option<Timestamp>,
    out: Checked,
}

impl EditForm {
    /// Checks what was typed.
    pub(super) fn check(&self, document: &Document, zone: Tz, now: Option<Timestamp>) -> Checked {
        let mut check = Check { form: self, document, zone, now, out: Checked::default() };
        let edit = match &self.subject {
            Subject::Insert => check.insert().map(Edit::Insert),
            Subject::Change(event) => check.change(*event).map(Edit::Update),
            Subject::Patch(target) => check.patch(target).map(Edit::Update),
        };
        let mut out = check.out;
        out.edit = edit.filter(|_| out.problems.is_empty());
        out
    }
}

/// The type that is meant, in full: it may be typed as it is shown, without its namespace.
pub fn full_type(log: &EventLog, text: &str) -> Arc<str> {
    let text = text.trim();
    let types = log.types();
    if let Some(kind) = types.iter().find(|kind| *kind.name == *text) {
        return kind.name.clone();
    }
    let mut short = types.iter().filter(|kind| *kind.short == *text);
    match (short.next(), short.next()) {
        (Some(kind), None) => kind.name.clone(),
        _ => text.into(),
    }
}

impl Check<'_> {
    fn problem(&mut self, field: Field, words: impl Into<String>) {
        self.out.problems.push(Problem { field, words: words.into(), place: None, offers: Vec::new() });
    }

    fn notice(&mut self, field: Field, words: impl Into<String>) {
        self.out.notices.push((field, words.into()));
    }

    fn event_type(&mut self) -> Option<Arc<str>> {
        if self.form.event_type.trim().is_empty() {
            self.problem(Field::Type, "An event needs a type");
            return None;
        }
        let full = full_type(&self.document.opened.log, &self.form.event_type);
        if let Some((sample, _)) = self.form.sample.value()
            && sample.usual.event_type == full
        {
            let usual = &sample.usual;
            if usual.of == 0 {
                self.notice(Field::Type, "No event of this type was recorded here");
            }
            if !usual.handled {
                self.notice(Field::Type, "The rules have nothing for this type: the event will change nothing");
            }
        }
        Some(full)
    }

    /// A JSON field; an empty one is nothing.
    fn json(&mut self, field: Field) -> Result<Option<Value>, ()> {
        let text = self.form.text(field);
        if text.trim().is_empty() {
            return Ok(None);
        }
        match json_text::read(text) {
            Ok(read) => {
                for key in read.repeated {
                    self.notice(field, format!("\"{key}\" is there twice: the last one counts"));
                }
                Ok(Some(read.value))
            }
            Err(problem) => {
                let words = match problem.place {
                    Some(place) => format!("Line {}, character {}: {}", place.line, place.column, problem.words),
                    None => problem.words,
                };
                self.out.problems.push(Problem { field, words, place: problem.place, offers: Vec::new() });
                Err(())
            }
        }
    }

    /// The time that is typed; nothing where the field is empty.
    fn time(&mut self) -> Result<Option<Timestamp>, ()> {
        let text = self.form.time.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let unclear = match as_of::read(self.document, text, self.zone, self.now) {
            Ok(read) => {
                let log = &self.document.opened.log;
                let time = match read.moment {
                    Moment::Instant(time) => Some(time),
                    Moment::Position(_) | Moment::Version(_) => read.before.and_then(|event| log.time(event as usize)),
                };
                match time {
                    Some(time) => return Ok(Some(time)),
                    None => as_of::Unclear { words: "That event has no time".to_owned(), offers: Vec::new() },
                }
            }
            Err(unclear) => unclear,
        };
        let as_of::Unclear { words, offers } = unclear;
        self.out.problems.push(Problem { field: Field::Time, words, place: None, offers });
        Err(())
    }

    fn insert(&mut self) -> Option<Insert> {
        let stream = self.form.stream.trim().to_owned();
        if stream.is_empty() {
            self.problem(Field::Stream, "An event needs a stream: one that is there, or a new name");
        }
        let log = &self.document.opened.log;
        let recorded = log.find_stream(&stream);
        if let Some(found) = recorded.filter(|found| log.stream(*found).link) {
            let name = &log.stream(found).name;
            self.problem(Field::Stream, format!("{name} is made of links to events of other streams; edit those"));
        }
        let place = if stream.is_empty() {
            None
        } else {
            match place::read(self.document, &stream, &self.form.after) {
                Ok(place) => Some(place),
                Err(words) => {
                    self.problem(Field::After, words);
                    None
                }
            }
        };
        let event_type = self.event_type();
        let (data, metadata) = (self.json(Field::Data), self.json(Field::Metadata));
        let time = self.time();
        if recorded.is_none() && !stream.is_empty() {
            self.notice(Field::Stream, "A new stream");
            if time == Ok(None) {
                self.problem(Field::Time, "A new stream needs a time: its place in the store follows from it");
            }
        }
        if let (Ok(Some(time)), Some(place)) = (time, &place) {
            self.order(time, &stream, place.event);
        }
        let id = self.id();
        let (data, metadata, time) = (data.ok()?, metadata.ok()?, time.ok()?);
        let after = place?.after;
        Some(Insert { stream: stream.into(), after, event_type: event_type?, data, metadata, time, id })
    }

    /// A time against its neighbours': the order of events is that of their places, so this is only said.
    fn order(&mut self, time: Timestamp, stream: &str, after: Option<u32>) {
        let log = &self.document.opened.log;
        let Some(lane) = log.find_stream(stream).map(|stream| log.lane(stream)) else { return };
        let next = match after {
            Some(event) => lane.iter().position(|other| *other == event).and_then(|at| lane.get(at + 1)),
            None => lane.first(),
        };
        let time_of = |event: u32| log.time(event as usize);
        let early = after.filter(|event| time_of(*event).is_some_and(|before| time < before));
        let late = next.copied().filter(|event| time_of(*event).is_some_and(|after| time > after));
        if let Some(event) = early {
            let words = format!("Earlier than {}, which it follows", self.document.words_for(event));
            self.notice(Field::Time, words);
        } else if let Some(event) = late {
            self.notice(Field::Time, format!("Later than {}, which follows it", self.document.words_for(event)));
        }
    }

    fn id(&mut self) -> Option<Arc<str>> {
        let id = self.form.id.trim();
        if id.is_empty() {
            return None;
        }
        let draft = &self.document.active_scenario().draft;
        let taken = draft.edits().enumerate().any(|(at, other)| {
            Some(at) != self.form.changing
                && matches!(&*other.edit, Edit::Insert(other) if other.id.as_deref() == Some(id))
        });
        if taken {
            self.problem(Field::Id, "Another inserted event has this id");
        }
        Some(id.into())
    }

    fn change(&mut self, event: u32) -> Option<Update> {
        let form = self.form;
        let base = form.base.as_ref()?;
        let position = self.document.opened.log.position(event as usize);
        let mut update = Update::of(Target::One(Selector::Position(position)));
        let event_type = self.event_type();
        update.event_type = event_type.filter(|full| *full != base.event_type);
        if let Some(kind) = &update.event_type {
            let value = |kind: &str| Some(Value::string(kind));
            self.changed("type", value(&base.event_type), value(kind));
        }
        let data = self.json(Field::Data);
        let metadata = self.json(Field::Metadata);
        let mut wanted = [None, None];
        match (&base.data, data) {
            (Err(_), Ok(Some(value))) => wanted[0] = Some((None, value)),
            (Ok(_), Ok(None)) => self.problem(Field::Data, "A payload is a JSON value: write {} for an empty one"),
            (Ok(old), Ok(Some(value))) if !is_written_alike(old, &value) => {
                self.out.changed.extend(crate::replay::diff(old, &value));
                wanted[0] = Some((Some(old.clone()), value));
            }
            _ => {}
        }
        if let Ok(value) = metadata {
            let value = value.unwrap_or(Value::Null);
            if !is_written_alike(&base.metadata, &value) {
                wanted[1] = Some((Some(base.metadata.clone()), value));
                self.notice(Field::Metadata, "Metadata is changed");
            }
        }
        let patches = wanted.each_ref().map(|wanted| {
            let (old, new) = wanted.as_ref()?;
            patch_between(old.as_ref()?, new)
        });
        // One switch is for both: if one can't be a patch, neither is.
        update.replace = wanted.iter().zip(&patches).any(|(wanted, patch)| wanted.is_some() && patch.is_none());
        let replace = update.replace;
        let [data, metadata] = [0, 1].map(|at| {
            let (_, value) = wanted[at].as_ref()?;
            if replace { Some(value.clone()) } else { patches[at].clone() }
        });
        (update.data, update.metadata) = (data, metadata);
        if form.time.trim() != base.time_text {
            match self.time() {
                Ok(None) => self.problem(Field::Time, "An event keeps its time: write another one, or the old one"),
                Ok(Some(time)) if Some(time) != base.time => {
                    update.time = Some(TimeChange::To(time));
                    let shown = |time: Timestamp| Some(Value::string(crate::model::zoned::date_time(time, self.zone)));
                    self.changed("time", base.time.and_then(shown), shown(time));
                    self.notice(Field::Time, "The order of events stays: to put it elsewhere, move it");
                }
                _ => {}
            }
        }
        let nothing =
            update.event_type.is_none() && update.data.is_none() && update.metadata.is_none() && update.time.is_none();
        (!nothing).then_some(update)
    }

    fn changed(&mut self, what: &str, from: Option<Value>, to: Option<Value>) {
        let path = crate::model::ValuePath(vec![crate::model::Segment::Key(what.into())]);
        self.out.changed.push(crate::replay::Change { path, from, to });
    }

    /// What is typed is the patch itself, for events that differ from each other.
    fn patch(&mut self, target: &Target) -> Option<Update> {
        let mut update = match &self.form.update {
            Some(update) => update.clone(),
            None => Update::of(target.clone()),
        };
        let kind = self.form.event_type.trim();
        update.event_type = (!kind.is_empty()).then(|| full_type(&self.document.opened.log, kind));
        let (data, metadata) = (self.json(Field::Data), self.json(Field::Metadata));
        if !self.form.time.trim().is_empty() {
            update.time = self.time().ok()?.map(TimeChange::To);
        } else if matches!(update.time, Some(TimeChange::To(_))) {
            update.time = None;
        }
        (update.data, update.metadata) = (data.ok()?, metadata.ok()?);
        Some(update)
    }
}

/// A value with an update's patch, or replaced by it.
pub(super) fn patched(value: &Value, patch: Option<&Value>, replace: bool) -> Value {
    match patch {
        None => value.clone(),
        Some(patch) if replace => patch.clone(),
        Some(patch) => merge_patch(value, patch),
    }
}
