//! The form's commands, and the jobs that they lead to.

use std::sync::Arc;

use super::check::full_type;
use super::{EditForm, Field, FormCommand, Subject, json_text};
use crate::app::{App, Command, NoticeKind};
use crate::job::{FormSample, Job, Request, Slot, Tried};
use crate::model::{Cancel, json};
use crate::whatif::{Edit, Target, VersionRange, with_value_at};

impl App {
    /// Does what the form is asked for.
    pub(in crate::app) fn form(&mut self, command: FormCommand, requests: &mut Vec<Request>) {
        let zone = self.zone();
        let Some(document) = &mut self.document else { return };
        match command {
            FormCommand::Begin(start) => match EditForm::begin(document, &start, zone) {
                Ok(form) => document.form = Some(form),
                Err(words) => {
                    self.notify(NoticeKind::Note, words);
                    return;
                }
            },
            FormCommand::Type(field, text) => {
                let Some(form) = &mut document.form else { return };
                // What was recorded comes first: it would take the place of what is typed before.
                if form.waits || form.text(field) == text {
                    return;
                }
                *form.text_mut(field) = text;
                form.note_typed(field);
            }
            FormCommand::Put(path, value) => {
                let Some(form) = &mut document.form else { return };
                let text = if form.data.trim().is_empty() { "{}" } else { &form.data };
                // What is no JSON yet says so by itself, and is not replaced.
                let Ok(read) = json_text::read(text) else { return };
                form.data = json::to_pretty_text(&with_value_at(&read.value, &path, value));
                form.note_typed(Field::Data);
            }
            FormCommand::Apply => return self.apply_form(requests),
            FormCommand::Leave => {
                match &mut document.form {
                    Some(form) if form.is_typed() => form.asks_to_leave = true,
                    _ => document.form = None,
                }
                return;
            }
            FormCommand::Stay => {
                if let Some(form) = &mut document.form {
                    form.asks_to_leave = false;
                }
                return;
            }
            FormCommand::Discard => {
                document.form = None;
                return;
            }
        }
        self.check_form(requests);
    }

    /// Checks the form, and asks for what it needs to know.
    fn check_form(&mut self, requests: &mut Vec<Request>) {
        let (zone, now) = (self.zone(), self.now);
        let Some(document) = &mut self.document else { return };
        let Some(mut form) = document.form.take() else { return };
        form.checked = form.check(document, zone, now);
        document.form = Some(form);
        self.want_sample(requests);
        self.try_form(requests);
    }

    /// Asks what events of the form's type usually say, unless that is known.
    fn want_sample(&mut self, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        let Some(form) = &mut document.form else { return };
        let stream: Arc<str> = form.stream.trim().into();
        let event_type = full_type(&document.opened.log, &form.event_type);
        let asks = Some((stream.clone(), event_type.clone()));
        if form.asked == asks {
            return;
        }
        form.asked = asks;
        let event = match form.subject {
            Subject::Change(event) if form.waits => Some(event),
            _ => None,
        };
        let event_type = match (event, event_type.is_empty()) {
            // Of the event that is not read yet the index knows the type.
            (Some(event), true) => {
                let log = &document.opened.log;
                log.event_type(log.type_of(event as usize)).name.clone()
            }
            _ => event_type,
        };
        let job = Job::TypeSample { store: document.opened.key, stream, event_type, event };
        let request = self.request(Slot::Usual, "Looking at events of this type", job);
        if let Some(form) = self.document.as_mut().and_then(|document| document.form.as_mut()) {
            form.sample.ask(request.generation);
        }
        requests.push(request);
    }

    /// Asks what the edit would change.
    fn try_form(&mut self, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        let Some(form) = &mut document.form else { return };
        let Some(edit) = form.checked.edit.clone() else {
            form.tried.clear();
            form.tried_edits.clear();
            return;
        };
        let mut draft = document.scenarios.active().draft.clone();
        draft.forget_steps();
        let at = match form.changing {
            Some(at) => {
                draft.set_enabled(at, true);
                draft.replace(at, edit.clone());
                at
            }
            None => draft.add(edit.clone()),
        };
        let id = match draft.edits().nth(at).map(|edit| &*edit.edit) {
            Some(Edit::Insert(insert)) => insert.id.clone(),
            Some(Edit::Update(update)) => match &update.target {
                Target::One(crate::whatif::Selector::Id(id)) => Some(id.clone()),
                _ => None,
            },
            _ => None,
        };
        let Some(event) = form.tried_event(id.as_ref()) else {
            form.tried.clear();
            return;
        };
        let applied = (0..).map_while(|applied| draft.index_of_applied(applied));
        form.tried_edits = applied.map(|index| if index == at { usize::MAX } else { index }).collect();
        let with = Arc::new(draft.scenario());
        draft.remove(at);
        let without = match form.changing {
            None => document.scenarios.active().scenario(),
            Some(_) => draft.edits().any(|edit| edit.enabled).then(|| Arc::new(draft.scenario())),
        };
        let stream = match &edit {
            Edit::Update(crate::whatif::Update { target: Target::Range(VersionRange { stream, .. }), .. }) => {
                stream.clone()
            }
            _ => form.stream.trim().into(),
        };
        let job = Job::TryEdit { store: document.opened.key, without, with, stream, event };
        let request = self.request(Slot::Try, "Trying the edit", job);
        if let Some(form) = self.document.as_mut().and_then(|document| document.form.as_mut()) {
            form.tried.ask(request.generation);
        }
        requests.push(request);
    }

    /// Makes the edit and closes the form. Where something is wrong, it stays open and says so.
    fn apply_form(&mut self, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        let Some(form) = &mut document.form else { return };
        form.asks_to_leave = false;
        let Some(edit) = form.checked.edit.clone() else {
            // Nothing changed and nothing wrong: there is nothing to do.
            if form.checked.problems.is_empty() && !form.waits {
                document.form = None;
            }
            return;
        };
        // That it does not fit is told in the form.
        if let Some((None, _)) = form.refused().filter(|_| !form.tried.is_pending()) {
            return;
        }
        let changing = form.changing;
        document.form = None;
        for running in self.running.iter().filter(|running| running.slot == Slot::Try) {
            Cancel::cancel(&running.cancel);
        }
        let command = match changing {
            Some(at) => Command::ReplaceEdit { at, edit },
            None => {
                let words = document.edit_words(&edit).sentence();
                Command::AddEdits { edits: vec![edit], words }
            }
        };
        self.edit(command, requests);
    }

    /// What events of the form's type usually say is known.
    pub(in crate::app) fn take_sample(&mut self, generation: u64, sample: FormSample, requests: &mut Vec<Request>) {
        let zone = self.zone();
        let Some(document) = &mut self.document else { return };
        let Some(mut form) = document.form.take() else { return };
        let sample = Arc::new(sample);
        let taken = form.sample.answer(generation, Ok(sample.clone()));
        if taken {
            form.take_sample(document, &sample, zone);
            let log = &document.opened.log;
            // What the form says by itself is not asked about again.
            form.asked = Some((form.stream.trim().into(), full_type(log, &form.event_type)));
        }
        document.form = Some(form);
        if taken {
            self.check_form(requests);
        }
    }

    /// What the edit would change is known.
    pub(in crate::app) fn take_tried(&mut self, generation: u64, tried: Tried) {
        if let Some(form) = self.document.as_mut().and_then(|document| document.form.as_mut()) {
            form.tried.answer(generation, Ok(Arc::new(tried)));
        }
    }
}

impl EditForm {
    fn note_typed(&mut self, field: Field) {
        self.asks_to_leave = false;
        if !self.typed.contains(&field) {
            self.typed.push(field);
        }
    }
}
