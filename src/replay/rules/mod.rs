//! Rules: a declarative projection, checked when it was read and run natively.

mod label;
mod operand;
mod operation;
mod source;
mod target;
mod undo;
mod upcast;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use crate::model::json::Extraction;
use crate::model::names::short_type;
use crate::model::{Event, Origin, Path, Timestamp, Value, Wanted};
use crate::query::{Query, Subject};

use super::fold::{Applied, Fold, FoldError, ProjectionInfo};
use super::insight::{HandlerView, view};
use super::state::State;

pub(super) use label::Label;
pub(super) use operand::Operand;
pub use operation::Effect;
pub(super) use operation::{Missing, Operation};
pub(super) use source::Source;
pub(super) use target::Target;
pub(super) use upcast::{Upcaster, same_version};

use source::Inputs;

/// A projection of rules.
#[derive(Debug)]
pub(super) struct Rules {
    pub info: ProjectionInfo,
    pub init: Value,
    pub handlers: ByType<Handler>,
    /// For types without a handler of their own.
    pub any: Option<Handler>,
    pub upcasters: ByType<Vec<Upcaster>>,
    pub labels: ByType<Label>,
    pub invariants: Vec<Query>,
    pub valid_time: Option<Source>,
}

/// What runs for one event type.
#[derive(Debug)]
pub(super) struct Handler {
    operations: Vec<Operation>,
    /// What it takes from payloads, in one pass.
    extraction: Extraction,
    needs_payload: bool,
    needs_valid_time: bool,
    needs_details: bool,
    reads_versions: bool,
}

/// Things by event type: by its full name, else by its short name.
#[derive(Debug)]
pub(super) struct ByType<T>(pub HashMap<Arc<str>, T>);

impl<T> ByType<T> {
    /// The entry for a type in full, with its key.
    pub fn get(&self, full: &str) -> Option<(&Arc<str>, &T)> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get_key_value(full).or_else(|| self.0.get_key_value(short_type(full)))
    }
}

impl Handler {
    pub fn new(mut operations: Vec<Operation>) -> Self {
        let mut paths: Vec<Path> = Vec::new();
        let (mut needs_payload, mut needs_valid_time, mut reads_versions) = (false, false, false);
        let mut needs_details = false;
        for operation in &mut operations {
            let mut visit = |source: &mut Source| match source {
                Source::Data(path, slot) => {
                    *slot = paths.iter().position(|known| known == path).unwrap_or_else(|| {
                        paths.push(path.clone());
                        paths.len() - 1
                    });
                }
                Source::ValidTime => needs_valid_time = true,
                Source::Version => reads_versions = true,
                Source::Metadata(_) => needs_details = true,
                Source::State(_)
                | Source::Type
                | Source::Time
                | Source::Position
                | Source::Stream
                | Source::StreamId => {}
            };
            operation.target.each_source(&mut visit);
            if let Some(operand) = &mut operation.operand {
                operand.each_source(&mut visit);
            }
            if let Some(condition) = &operation.condition {
                needs_payload |= condition.needs().data;
                needs_details |= condition.needs().details;
                reads_versions |= mentions_version(condition);
            }
        }
        needs_payload |= !paths.is_empty();
        let extraction = Extraction::new(&paths);
        Self { operations, extraction, needs_payload, needs_valid_time, needs_details, reads_versions }
    }

    /// What it does, in order.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }
}

/// Whether a condition may ask for an event's version; the word anywhere is enough to be careful.
fn mentions_version(query: &Query) -> bool {
    query.as_str().to_ascii_lowercase().contains("version")
}

/// The known name that was probably meant: a few letters away, or the beginning of one.
pub(super) fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase();
    let ranked = known.into_iter().filter_map(|name| {
        let distance = distance(&written, name);
        let close = distance <= 1 + name.chars().count() / 4;
        let begins = written.len() >= 2 && (name.starts_with(&written) || written.starts_with(name));
        let rank = if begins { distance.min(1) } else { distance };
        (close || begins).then_some(((rank, distance), name))
    });
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, name)| name)
}

/// How many letters must be put in, taken out or replaced (Levenshtein); two that changed places count as one.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

impl Rules {
    fn handler(&self, event_type: &str) -> Option<(&str, &Handler)> {
        match self.handlers.get(event_type) {
            Some((key, handler)) => Some((key, handler)),
            None => self.any.as_ref().map(|handler| ("*", handler)),
        }
    }

    /// The event in its newest schema.
    fn upcasted<'e>(&self, event: &'e Event) -> Cow<'e, Event> {
        let steps = self.upcasters.get(&event.event_type);
        match steps.map(|(_, steps)| upcast::upcast(steps, event)) {
            Some(Ok(Some(event))) => Cow::Owned(event),
            // A payload that can't be read stays so: whoever needs it says so.
            _ => Cow::Borrowed(event),
        }
    }

    fn valid_time_of(&self, event: &Event) -> Option<Timestamp> {
        let named = self.valid_time.as_ref().and_then(|source| {
            let inputs = Inputs { event, data: None, state: None, valid_time: None };
            source.value(&inputs).as_ref().and_then(Value::as_str).and_then(Timestamp::parse_iso)
        });
        named.or(event.valid_time)
    }
}

impl Fold for Rules {
    fn info(&self) -> &ProjectionInfo {
        &self.info
    }

    fn initial(&self) -> State {
        State { value: self.init.clone(), origin: Origin::NONE }
    }

    fn apply(&self, state: &mut State, event: &Event, place: usize) -> Result<Applied, FoldError> {
        let Some((key, handler)) = self.handler(&event.event_type) else { return Ok(Applied::Ignored) };
        let event = self.upcasted(event);
        let failed = |number: usize, message: String, unreadable: bool| {
            let operation = &handler.operations[number];
            let handler = format!("{key}[{number}] {} {}", operation.kind.word(), operation.target.written());
            FoldError { handler: handler.trim_end().to_owned(), message, unreadable }
        };
        let mut data: [Option<Value>; INLINE] = Default::default();
        let mut more = Vec::new();
        let data = if handler.extraction.len() <= INLINE {
            &mut data[..handler.extraction.len()]
        } else {
            more.resize(handler.extraction.len(), None);
            &mut more[..]
        };
        if handler.needs_payload
            && let Err(why) = event.data.extract(&handler.extraction, data)
        {
            return Err(FoldError {
                handler: key.to_owned(),
                message: format!("the payload can't be read: {}", why.note),
                unreadable: true,
            });
        }
        let valid_time = if handler.needs_valid_time { self.valid_time_of(&event) } else { None };
        let inputs = Inputs { event: &event, data: Some(data), state: None, valid_time };
        let origin = Origin::event(place);
        let last = handler.operations.len().saturating_sub(1);
        let mut done = Vec::new();
        for (number, operation) in handler.operations.iter().enumerate() {
            // Only a later operation can leave the work of an earlier one behind.
            match operation.run(state, &inputs, origin, number < last) {
                Ok(Some(work)) if number < last => done.push(work),
                Ok(_) => {}
                Err(message) => {
                    done.into_iter().rev().for_each(|work: undo::Done<'_>| work.undo(state));
                    return Err(failed(number, message, false));
                }
            }
        }
        Ok(Applied::Handled)
    }

    fn wants(&self, event_type: &str) -> Wanted {
        let Some((_, handler)) = self.handler(event_type) else { return Wanted::NOTHING };
        if handler.needs_details {
            return Wanted::ALL;
        }
        let wants = Wanted { payload: handler.needs_payload, valid_time: handler.needs_valid_time, ..Wanted::NOTHING };
        let named = match &self.valid_time {
            Some(source) if handler.needs_valid_time => match source {
                Source::Metadata(_) => Wanted::ALL,
                _ => Wanted { payload: true, ..Wanted::NOTHING },
            },
            _ => Wanted::NOTHING,
        };
        let old_schema = match self.upcasters.get(event_type) {
            // A step may rename what the handler takes.
            Some(_) => Wanted { payload: true, schema_version: true, ..Wanted::NOTHING },
            None => Wanted::NOTHING,
        };
        wants.or(named).or(old_schema)
    }

    fn handler_for(&self, event_type: &str) -> Option<Cow<'_, str>> {
        self.handlers
            .get(event_type)
            .map(|(key, _)| Cow::Borrowed(&**key))
            .or_else(|| self.any.is_some().then_some(Cow::Borrowed("*")))
    }

    fn broken_invariants(&self, state: &State, event: Option<&Event>) -> Vec<usize> {
        if self.invariants.is_empty() {
            return Vec::new();
        }
        let event = match event {
            Some(event) => self.upcasted(event),
            None => Cow::Borrowed(no_event()),
        };
        let subject = Subject { event: &event, state: Some(&state.value) };
        (0..self.invariants.len()).filter(|index| !self.invariants[*index].matches(&subject)).collect()
    }

    fn label(&self, event: &Event) -> Option<String> {
        let (_, label) = self.labels.get(&event.event_type)?;
        let valid_time = self.valid_time_of(event);
        let event = self.upcasted(event);
        Some(label.render(&Inputs { event: &event, data: None, state: None, valid_time }))
    }

    fn valid_time(&self, event: &Event) -> Option<Timestamp> {
        self.valid_time_of(&self.upcasted(event))
    }

    fn handlers(&self) -> Vec<HandlerView> {
        let mut views: Vec<HandlerView> = self.handlers.0.iter().map(|(key, handler)| view(key, handler)).collect();
        views.sort_by(|a, b| a.key.cmp(&b.key));
        views.extend(self.any.as_ref().map(|handler| view(&"*".into(), handler)));
        views
    }

    fn each_constant(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.init);
        for operation in self.handlers.0.values().chain(&self.any).flat_map(Handler::operations) {
            operation.operand.iter().for_each(|operand| operand.each_constant(visit));
            operation.default.iter().for_each(&mut *visit);
            operation.condition.iter().for_each(|condition| condition.each_constant(visit));
        }
        self.invariants.iter().for_each(|invariant| invariant.each_constant(visit));
    }

    fn reads_versions(&self) -> bool {
        self.handlers.0.values().chain(&self.any).any(|handler| handler.reads_versions)
    }
}

/// So many values taken from a payload need no allocation.
const INLINE: usize = 6;

/// Before any event there is still a state to be judged.
fn no_event() -> &'static Event {
    static NONE: LazyLock<Event> = LazyLock::new(|| Event::new(""));
    &NONE
}
