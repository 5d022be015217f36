//! Events that would bring the recorded states to those of the active scenario: asked for, shown, saved as JSON.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{App, NoticeKind, Remote, Sheet};
use crate::job::{Job, Request, Slot};
use crate::whatif::{Compensation, Scenario};

/// Proposals for the active scenario.
#[derive(Debug, Default)]
pub struct Compensating {
    /// The edits that were last asked about.
    of: Option<Arc<Scenario>>,
    proposals: Remote<Vec<Compensation>>,
    /// Where to save, as the system's dialog says.
    path: Option<PathBuf>,
    /// Why the last try to save failed.
    problem: Option<String>,
    /// Where the last one was saved.
    saved: Option<PathBuf>,
}

impl Compensating {
    /// A proposal for each stream that ends differently.
    pub fn proposals(&self) -> &Remote<Vec<Compensation>> {
        &self.proposals
    }

    /// Where to save, if the user said so in the system's dialog.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Why the last try to save failed.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Where the last one was saved, since the proposals were shown.
    pub fn saved(&self) -> Option<&Path> {
        self.saved.as_deref()
    }

    pub(super) fn found(&mut self, generation: u64, proposals: Vec<Compensation>) {
        self.proposals.answer(generation, Ok(proposals));
    }

    pub(super) fn could_not(&mut self, generation: u64, why: &str) {
        if self.proposals.answer(generation, Err(why.to_owned())) {
            self.of = None;
        }
    }

    pub(super) fn not_written(&mut self, why: String) {
        self.problem = Some(why);
    }

    pub(super) fn propose_path(&mut self, path: PathBuf) {
        self.path = Some(path);
    }

    pub(super) fn forget(&mut self) {
        self.of = None;
        self.proposals.clear();
    }
}

impl App {
    /// Opens the sheet and asks for the proposals, unless they are there.
    pub(super) fn show_compensation(&mut self, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        let Some(scenario) = document.scenario() else { return };
        self.sheet = Some(Sheet::Compensation);
        let store = document.opened.key;
        let compensating = &mut document.compensating;
        (compensating.path, compensating.problem, compensating.saved) = (None, None, None);
        if compensating.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, &scenario)) {
            return;
        }
        compensating.of = Some(scenario.clone());
        compensating.proposals.clear();
        let job = Job::Compensate { store, scenario };
        let request = self.request(Slot::Compensate, "Looking for compensating events", job);
        if let Some(document) = &mut self.document {
            document.compensating.proposals.ask(request.generation);
        }
        requests.push(request);
    }

    pub(super) fn save_compensation(&mut self, stream: &str, out: PathBuf, force: bool, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        let store = document.opened.key;
        (document.compensating.problem, document.compensating.saved) = (None, None);
        let Some((proposals, _)) = document.compensating.proposals.value() else { return };
        let Some(proposal) = proposals.iter().find(|proposal| *proposal.stream == *stream) else { return };
        let text: Arc<str> = proposal.to_json().into();
        let title = format!("Writing {}", out.display());
        requests.push(self.request(Slot::Write, title, Job::Write { store, out, text, force }));
    }

    pub(super) fn proposal_written(&mut self, path: &Path) {
        if let Some(document) = &mut self.document {
            document.compensating.saved = Some(path.to_owned());
        }
        self.notify(NoticeKind::Good, format!("The proposal is in {}", path.display()));
    }
}
