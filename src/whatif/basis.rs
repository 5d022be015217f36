//! What a scenario stands on: recorded histories, and what makes states of them.

use std::sync::Arc;

use crate::model::{Event, EventLog};
use crate::replay::{Fold, History, OnUnreadable};

use super::branch::{Branch, BranchLane};
use super::error::EditError;
use super::naming::Naming;
use super::overlay::Recorded;
use super::scenario::{After, Edit, Scenario, Selector, Target};

/// What looking into many scenarios over one store needs of it.
pub trait Basis {
    /// A scenario over what was recorded.
    fn branch(&mut self, scenario: &Scenario) -> Result<Branch, EditError>;

    /// The recorded event that an edit of a scenario is about; for an insert the one that it follows. `None` where it
    /// is none, or not one.
    fn subject(&mut self, scenario: &Scenario, edit: usize) -> Option<Arc<Event>>;

    /// A lane's history as recorded; an empty one for a new stream.
    fn history(&self, lane: &BranchLane) -> Arc<dyn History>;

    /// What makes states of a stream.
    fn fold(&self, stream: &str) -> Arc<dyn Fold>;

    /// What is done at payloads that can't be read.
    fn on_unreadable(&self) -> OnUnreadable;
}

/// The recorded event that an edit is about; for an insert the one that it follows, at a stream's start the next one.
/// `None` where it is a range, or an event that a scenario inserted.
pub fn subject_of(edit: &Edit, log: &EventLog, recorded: &mut dyn Recorded) -> Option<Arc<Event>> {
    let mut index_of = |selector: &Selector| match selector {
        Selector::Position(position) => Naming::default().by_position(log, *position).ok(),
        Selector::Version { stream, version } => Naming::default().by_version(log, stream, *version).ok(),
        Selector::Id(id) => recorded.find_id(id).ok().flatten(),
    };
    let index = match edit {
        Edit::Delete(Target::One(selector)) => index_of(selector),
        Edit::Update(update) => match &update.target {
            Target::One(selector) => index_of(selector),
            Target::Range(_) => None,
        },
        Edit::Move(moved) => index_of(&moved.event),
        Edit::Insert(insert) => match &insert.after {
            Some(After::Event(selector)) => index_of(selector),
            Some(After::Version(version)) => {
                index_of(&Selector::Version { stream: insert.stream.clone(), version: *version })
            }
            None => log.find_stream(&insert.stream).and_then(|stream| log.lane(stream).first().copied()),
        },
        Edit::Delete(Target::Range(_)) => None,
    };
    index.and_then(|index| recorded.event(index).ok())
}
