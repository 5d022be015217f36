//! What would probably not have happened: events that others of a process caused, where a scenario deletes the cause.
//! A hint, never a fact: the store says which event caused which, not whether another would have.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::model::Event;

use super::branch::Branch;
use super::compare::EventMoment;
use super::overlay::Subject;

/// Events that are named one by one in each stream.
const NAMED: usize = 5;

/// What would probably not have happened without the events that a scenario deletes.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Hints {
    /// How many recorded events the scenario deletes.
    pub deleted: usize,
    /// How many events were looked at: from the first deleted one to the last of the store.
    pub scanned: usize,
    /// Whether any event that was looked at says what caused it.
    pub causation_ids: bool,
    /// Whether any event that was looked at says to which process it belongs.
    pub correlation_ids: bool,
    /// The events by their streams, in order of appearance.
    pub streams: Vec<StreamHint>,
}

/// What would probably not have happened in one stream.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct StreamHint {
    /// The stream; empty for events in none.
    pub stream: Arc<str>,
    /// Events that a deleted event caused, itself or through others.
    pub caused: usize,
    /// Later events of a deleted event's process that name no cause.
    pub same_process: usize,
    /// Later events of a deleted event's process that name another cause: they may as well have happened.
    pub other_cause: usize,
    /// The first few of them.
    pub first: Vec<HintEvent>,
}

/// An event that a hint is about.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct HintEvent {
    /// The event.
    pub at: EventMoment,
    /// Why it is named.
    pub because: Because,
    /// The deleted event that it goes back to.
    pub deleted: EventMoment,
    /// Its stream, as recorded; empty for one in none.
    pub deleted_from: Arc<str>,
}

/// Why an event would probably not have happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// A deleted event caused it, itself or through others.
    Caused,
    /// It belongs to a deleted event's process, came later and names no cause.
    SameProcess,
    /// The same, but it names another cause.
    OtherCause,
}

impl StreamHint {
    /// Events that would probably not have happened; those with another cause are not among them.
    pub fn probable(&self) -> usize {
        self.caused + self.same_process
    }
}

impl Hints {
    /// How many events would probably not have happened, and in how many streams.
    pub fn probable(&self) -> (usize, usize) {
        let streams = self.streams.iter().filter(|stream| stream.probable() > 0);
        (self.streams.iter().map(StreamHint::probable).sum(), streams.count())
    }
}

impl Branch {
    /// Recorded events that are nowhere in the branch, by index. Sorted.
    pub fn deleted(&self) -> Vec<u32> {
        let placed = self.head.iter().chain(self.slots.values().flat_map(|slot| slot.before.iter().chain(&slot.after)));
        let moved: HashSet<u32> = placed
            .filter_map(|subject| match subject {
                Subject::Recorded(index) => Some(*index),
                Subject::Inserted(_) => None,
            })
            .collect();
        let lifted = self.slots.iter().filter(|(_, slot)| slot.lifted).map(|(index, _)| *index);
        lifted.filter(|index| !moved.contains(index)).collect()
    }
}

/// Looks for hints in the events from the first deleted one on, in the store's order: a cause comes before what it
/// causes.
#[derive(Debug)]
pub struct HintScan {
    /// By index.
    deleted: HashSet<u32>,
    /// Ids of deleted events and of those that they caused, with the deleted event at the root.
    gone: HashMap<Arc<str>, usize>,
    /// Processes of the deleted events met so far.
    processes: HashMap<Arc<str>, usize>,
    /// With their streams.
    roots: Vec<(Arc<str>, EventMoment)>,
    by_stream: HashMap<Arc<str>, usize>,
    hints: Hints,
}

impl HintScan {
    /// Nothing looked at yet. `deleted` are the indices of the deleted events.
    pub fn new(deleted: &[u32]) -> Self {
        Self {
            deleted: deleted.iter().copied().collect(),
            gone: HashMap::new(),
            processes: HashMap::new(),
            roots: Vec::new(),
            by_stream: HashMap::new(),
            hints: Hints { deleted: deleted.len(), ..Hints::default() },
        }
    }

    /// Looks at the next event.
    pub fn see(&mut self, index: u32, event: &Event) {
        self.hints.scanned += 1;
        self.hints.causation_ids |= event.causation_id.is_some();
        self.hints.correlation_ids |= event.correlation_id.is_some();
        if self.deleted.contains(&index) {
            let root = self.roots.len();
            self.roots.push((event.stream.clone().unwrap_or_default(), EventMoment::of(event)));
            self.gone.extend(event.id.clone().map(|id| (id, root)));
            if let Some(process) = &event.correlation_id {
                self.processes.entry(process.clone()).or_insert(root);
            }
            return;
        }
        let caused = event.causation_id.as_ref().and_then(|id| self.gone.get(id)).copied();
        let found = match caused {
            Some(root) => Some((root, Because::Caused)),
            None => {
                let process = event.correlation_id.as_ref().and_then(|id| self.processes.get(id)).copied();
                // What names itself or its process as its cause names none.
                let names_cause = event.causation_id.is_some()
                    && event.causation_id != event.id
                    && event.causation_id != event.correlation_id;
                process.map(|root| (root, if names_cause { Because::OtherCause } else { Because::SameProcess }))
            }
        };
        let Some((root, because)) = found else { return };
        if because == Because::Caused {
            self.gone.extend(event.id.clone().map(|id| (id, root)));
        }
        self.note(event, root, because);
    }

    fn note(&mut self, event: &Event, root: usize, because: Because) {
        let stream: Arc<str> = event.stream.clone().unwrap_or_default();
        let streams = &mut self.hints.streams;
        let at = *self.by_stream.entry(stream.clone()).or_insert(streams.len());
        if at == streams.len() {
            let none = StreamHint { stream, caused: 0, same_process: 0, other_cause: 0, first: Vec::new() };
            streams.push(none);
        }
        let hint = &mut streams[at];
        match because {
            Because::Caused => hint.caused += 1,
            Because::SameProcess => hint.same_process += 1,
            Because::OtherCause => hint.other_cause += 1,
        }
        if hint.first.len() < NAMED {
            let (deleted_from, deleted) = self.roots[root].clone();
            hint.first.push(HintEvent { at: EventMoment::of(event), because, deleted, deleted_from });
        }
    }

    /// What was found.
    pub fn finish(self) -> Hints {
        self.hints
    }
}
