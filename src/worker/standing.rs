//! What scenarios stand on, for work that applies many of them in turn.

use std::collections::HashMap;
use std::sync::Arc;

use super::session::Session;
use crate::model::{Cancel, Event};
use crate::replay::{Fold, History, OnUnreadable};
use crate::whatif::{self, Basis, Branch, BranchLane, EditError, Recorded, Scenario};

/// An opened store as scenarios see it. What was asked of the store once is remembered: the same events are edited in
/// each of the scenarios, and ids may have no index.
pub(super) struct Standing<'a> {
    session: &'a Session,
    cancel: Cancel,
    events: HashMap<u32, Arc<Event>>,
    ids: HashMap<Arc<str>, Option<u32>>,
}

/// More events than these are read again each time.
const REMEMBERED: usize = 20_000;

impl<'a> Standing<'a> {
    pub fn new(session: &'a Session, cancel: &Cancel) -> Self {
        Self { session, cancel: cancel.clone(), events: HashMap::new(), ids: HashMap::new() }
    }
}

impl Recorded for Standing<'_> {
    fn event(&mut self, index: u32) -> Result<Arc<Event>, String> {
        if let Some(event) = self.events.get(&index) {
            return Ok(event.clone());
        }
        let event = self.session.recorded_unless(self.cancel.clone()).event(index)?;
        if self.events.len() < REMEMBERED {
            self.events.insert(index, event.clone());
        }
        Ok(event)
    }

    fn find_id(&mut self, id: &str) -> Result<Option<u32>, String> {
        if let Some(found) = self.ids.get(id) {
            return Ok(*found);
        }
        let found = self.session.recorded_unless(self.cancel.clone()).find_id(id)?;
        self.ids.insert(id.into(), found);
        Ok(found)
    }
}

impl Basis for Standing<'_> {
    fn branch(&mut self, scenario: &Scenario) -> Result<Branch, EditError> {
        let log = self.session.log().clone();
        whatif::apply(scenario, &log, self)
    }

    fn subject(&mut self, scenario: &Scenario, edit: usize) -> Option<Arc<Event>> {
        let log = self.session.log().clone();
        whatif::subject_of(scenario, edit, &log, self)
    }

    fn history(&self, lane: &BranchLane) -> Arc<dyn History> {
        self.session.history_named(lane.name())
    }

    fn fold(&self, lane: &BranchLane) -> Arc<dyn Fold> {
        self.session.fold_in(lane.name(), Some(lane))
    }

    fn on_unreadable(&self) -> OnUnreadable {
        self.session.replay_options().on_unreadable
    }
}
