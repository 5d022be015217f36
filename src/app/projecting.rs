//! What makes states: choosing a projection, writing a first one, following its file.

use std::path::PathBuf;

use super::{App, Dialog, Document, NoticeKind};
use crate::job::{Job, Projected, ProjectionChoice, Request, Slot};
use crate::model::CategoryIndex;

impl App {
    pub(super) fn use_projection(&mut self, choice: ProjectionChoice, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        document.wanted_rules = match &choice {
            ProjectionChoice::Automatic => None,
            ProjectionChoice::File(path) => Some(path.clone()),
        };
        let store = document.opened.key;
        requests.push(self.request(Slot::Project, "Changing the projection", Job::Project { store, choice }));
    }

    /// States are made in another way from now on: all that is told of them is asked again.
    pub(super) fn projected(&mut self, projected: Projected, requests: &mut Vec<Request>) {
        let Some(document) = self.document.as_mut().filter(|document| document.opened.key == projected.store) else {
            return;
        };
        let notes = document.take_projections(projected);
        document.comparison.forget();
        document.sweeping.forget();
        document.compensating.forget();
        for note in notes {
            self.notify(NoticeKind::Note, note);
        }
        self.apply_all_edits(requests);
        self.refresh_views(requests);
    }

    pub(super) fn ask_rules(&mut self, category: CategoryIndex) {
        let Some(document) = &self.document else { return };
        let mut name = document.opened.path.file_name().unwrap_or_default().to_owned();
        name.push(".projection.json");
        let proposed = document.opened.path.with_file_name(name);
        self.dialog = Some(Dialog::MakeRules { category, proposed, problem: None });
    }

    pub(super) fn make_rules(
        &mut self,
        category: CategoryIndex,
        out: PathBuf,
        force: bool,
        requests: &mut Vec<Request>,
    ) {
        let Some(document) = &self.document else { return };
        let store = document.opened.key;
        let title = format!("Writing {}", out.display());
        requests.push(self.request(Slot::Suggest, title, Job::Suggest { store, category, out, force }));
    }

    /// A first rule file was written: it is in use from now on, and followed when it is edited.
    pub(super) fn suggested(&mut self, path: PathBuf, requests: &mut Vec<Request>) {
        self.dialog = None;
        let text = format!(
            "Wrote a first version of the rules to {}. Edit it with any editor: the state follows when it is saved",
            path.display()
        );
        self.notify(NoticeKind::Good, text).edit = Some(path.clone());
        self.use_projection(ProjectionChoice::File(path), requests);
    }
}

impl Document {
    /// The projection file that is followed: one that could not be used is tried again when it changes.
    pub(super) fn followed_rules(&self) -> Option<PathBuf> {
        self.wanted_rules.clone().or_else(|| self.opened.rules.clone())
    }

    /// Nobody waits for the file that could not be used any more.
    pub(super) fn dismiss_projection_problem(&mut self) {
        self.projection_problem = None;
        self.wanted_rules = None;
    }

    /// Other projections are in use: what the old ones made is forgotten. Gives notes for the user.
    pub(super) fn take_projections(&mut self, projected: Projected) -> Vec<String> {
        self.projection_problem = None;
        self.wanted_rules = None;
        self.opened.projections = projected.projections;
        self.opened.rules = projected.rules;
        self.follows.forget();
        self.checking.outdate();
        self.rows.clear();
        self.rows_asked.clear();
        self.changes.clear();
        self.changes_asked.clear();
        projected.notes
    }
}
