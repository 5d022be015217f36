//! What follows from the active scenario: asked whenever it is another one, or is compared with another one.

use std::sync::Arc;

use super::remote::Remote;
use super::scenarios::{Against, ScenarioView};
use super::{App, Command, Document};
use crate::job::{Job, Request, ScenarioId, Slot};
use crate::whatif::{BranchEvent, EventMoment, Follows, Scenario};

/// What follows from the active scenario, as far as it is known.
#[derive(Debug, Default)]
pub struct FollowsView {
    /// The report; that of the edits before until the new one is there.
    pub report: Remote<Arc<Follows>>,
    /// What was asked last.
    asked: Option<Question>,
}

#[derive(Debug, Clone)]
struct Question {
    id: ScenarioId,
    scenario: Arc<Scenario>,
    against: Option<Arc<Scenario>>,
}

impl Question {
    fn is(&self, other: &Self) -> bool {
        let same = |a: &Option<Arc<Scenario>>, b: &Option<Arc<Scenario>>| match (a, b) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        };
        self.id == other.id && Arc::ptr_eq(&self.scenario, &other.scenario) && same(&self.against, &other.against)
    }
}

impl FollowsView {
    /// Forgets what is known: it is asked anew.
    pub(super) fn forget(&mut self) {
        self.asked = None;
        self.report.clear();
    }
}

impl Document {
    /// What follows from the active scenario, and whether it is that of the edits as they are now.
    pub fn follows(&self) -> Option<(&Follows, bool)> {
        self.follows.report.value().map(|(report, current)| (&**report, current))
    }

    /// The recorded event at which the cursor takes an event of the branch in: the event itself, or, where it was
    /// never recorded, the one that it stands behind.
    fn event_of_moment(&self, stream: &str, moment: &EventMoment) -> Option<u32> {
        let log = &self.opened.log;
        if let Some(position) = moment.position {
            return log.event_at_position(position).map(|event| event as u32);
        }
        let lane = self.active_scenario().current_branch()?.stream(stream)?;
        let events = lane.events();
        let inserted = |event: &BranchEvent| event.index().is_none() && event.version() == moment.version;
        let place = (0..events.len()).find(|place| events.get(*place).is_some_and(|event| inserted(&event)))?;
        let stands = |place: &usize| lane.fresh().binary_search(&(*place as u32)).is_err();
        let before = (0..place).rev().find(stands).and_then(|place| events.get(place)?.index());
        // Before all of them: it comes with the stream's first.
        before.or_else(|| log.lane(lane.stream()?).first().copied())
    }

    fn question(&self) -> Option<Question> {
        let view = self.active_scenario();
        // Edits that don't fit are told of where they are; nothing follows from them.
        view.current_branch()?;
        let against = match self.against {
            Against::Recorded => None,
            Against::Scenario(id) => self.scenarios.get(id).and_then(ScenarioView::scenario),
        };
        Some(Question { id: view.id, scenario: view.scenario()?, against })
    }
}

impl App {
    pub(super) fn jump_to_moment(&mut self, stream: &Arc<str>, moment: &EventMoment, requests: &mut Vec<Request>) {
        let Some(document) = &self.document else { return };
        if let Some(event) = document.event_of_moment(stream, moment) {
            self.dispatch(Command::JumpTo(event), requests);
        }
        // An event that moved to another stream is looked at there.
        let known = |document: &Document| document.opened.log.find_stream(stream).is_some();
        if self.document.as_ref().is_some_and(|document| document.stream.as_ref() != Some(stream) && known(document)) {
            self.dispatch(Command::SelectStream(stream.clone()), requests);
        }
    }

    /// Asks what follows from the active scenario, unless that is known or asked already.
    pub(super) fn want_follows(&mut self, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        let Some(question) = document.question() else {
            let view = document.active_scenario();
            let of_this = document.follows.asked.as_ref().is_some_and(|asked| asked.id == view.id);
            if document.follows.asked.is_some() && !(of_this && view.scenario().is_some()) {
                document.follows.forget();
            }
            return;
        };
        let asked = &document.follows.asked;
        if asked.as_ref().is_some_and(|asked| asked.is(&question)) {
            return;
        }
        if asked.as_ref().is_some_and(|asked| asked.id != question.id) {
            // What follows from one scenario is never shown under another.
            document.follows.report.clear();
        }
        let store = document.opened.key;
        let Question { scenario, against, .. } = question.clone();
        let request = self.request(Slot::Follow, "Working out what follows", Job::Follow { store, scenario, against });
        if let Some(document) = &mut self.document {
            document.follows.asked = Some(question);
            document.follows.report.ask(request.generation);
        }
        requests.push(request);
    }
}
