//! What a scenario stands on: recorded histories, and what makes states of them.

use std::ops::Range;
use std::sync::Arc;

use crate::model::{Event, EventLog};
use crate::replay::{Fold, History, OnUnreadable};

use super::branch::{Branch, BranchLane};
use super::error::EditError;
use super::overlay::{Overlay, Recorded};
use super::scenario::{After, Edit, Scenario, Selector, Target};

/// What looking into many scenarios over one store needs of it.
pub trait Basis {
    /// A scenario over what was recorded.
    fn branch(&mut self, scenario: &Scenario) -> Result<Branch, EditError>;

    /// The event that an edit of a scenario is about, as the edits before leave it; for an insert the one that it
    /// follows. `None` where it is none, or not one.
    fn subject(&mut self, scenario: &Scenario, edit: usize) -> Option<Arc<Event>>;

    /// A lane's history as recorded; an empty one for a new stream.
    fn history(&self, lane: &BranchLane) -> Arc<dyn History>;

    /// What makes states of a lane.
    fn fold(&self, lane: &BranchLane) -> Arc<dyn Fold>;

    /// What is done at payloads that can't be read.
    fn on_unreadable(&self) -> OnUnreadable;
}

/// The event that an edit of a scenario is about, as the edits before leave it; for an insert the one that it follows,
/// at a stream's start the next one. `None` where it is a range, or is not there.
pub fn subject_of(
    scenario: &Scenario,
    edit: usize,
    log: &Arc<EventLog>,
    recorded: &mut dyn Recorded,
) -> Option<Arc<Event>> {
    subjects(scenario, edit..scenario.edits.len().min(edit + 1), log, recorded).pop()?
}

/// The same for every edit of a scenario, in order.
pub fn subjects_of(scenario: &Scenario, log: &Arc<EventLog>, recorded: &mut dyn Recorded) -> Vec<Option<Arc<Event>>> {
    subjects(scenario, 0..scenario.edits.len(), log, recorded)
}

fn subjects(
    scenario: &Scenario,
    wanted: Range<usize>,
    log: &Arc<EventLog>,
    recorded: &mut dyn Recorded,
) -> Vec<Option<Arc<Event>>> {
    let mut overlay = Overlay::new(&scenario.name, log, recorded);
    let mut found = Vec::with_capacity(wanted.len());
    for (at, edit) in scenario.edits.iter().enumerate().take(wanted.end) {
        if wanted.contains(&at) {
            found.push(subject(edit, log, &mut overlay));
        }
        overlay.edit = at;
        // An edit that does not fit is told of when the scenario is applied.
        if at + 1 < wanted.end && overlay.apply(edit).is_err() {
            found.resize(wanted.len(), None);
            break;
        }
    }
    found
}

fn subject(edit: &Edit, log: &EventLog, overlay: &mut Overlay<'_>) -> Option<Arc<Event>> {
    let selector = match edit {
        Edit::Delete(Target::One(selector)) => selector.clone(),
        Edit::Update(update) => match &update.target {
            Target::One(selector) => selector.clone(),
            Target::Range(_) => return None,
        },
        Edit::Move(moved) => moved.event.clone(),
        Edit::Insert(insert) => match &insert.after {
            Some(After::Event(selector)) => selector.clone(),
            Some(After::Version(version)) => Selector::Version { stream: insert.stream.clone(), version: *version },
            None => {
                let first = *log.lane(log.find_stream(&insert.stream)?).first()?;
                Selector::Position(log.position(first as usize))
            }
        },
        Edit::Delete(Target::Range(_)) => return None,
    };
    overlay.contents_of(&Target::One(selector)).ok()?.pop().map(|(_, event)| event)
}
