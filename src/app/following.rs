//! What follows from the active scenario: asked whenever it is another one, or is compared with another one.

use std::sync::Arc;

use super::remote::Remote;
use super::scenarios::Against;
use super::{App, Document};
use crate::job::{Job, Request, ScenarioId, Slot};
use crate::whatif::{Follows, Scenario};

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

    fn question(&self) -> Option<Question> {
        let view = self.active_scenario();
        // Edits that don't fit are told of where they are; nothing follows from them.
        view.current_branch()?;
        let against = match self.against {
            Against::Recorded => None,
            Against::Scenario(id) => self.scenarios.get(id).and_then(|other| other.scenario()),
        };
        Some(Question { id: view.id, scenario: view.scenario()?, against })
    }
}

impl App {
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
