//! What-if edits, and copies with them.

use std::path::PathBuf;

use super::{App, Command, Dialog, NoticeKind};
use crate::job::{Job, Request, Slot};

impl App {
    pub(super) fn edit(&mut self, command: &Command, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        match *command {
            Command::LeaveOut(event) if !document.is_left_out(event) => {
                let words = format!("Leave out {}", document.words_for(event));
                let edit = document.leave_out(event);
                document.draft.add_all([edit], words);
            }
            Command::TakeBack(event) => {
                if let Some(at) = document.left_out_at(event) {
                    document.draft.remove(at);
                }
            }
            Command::Undo => {
                document.draft.undo();
            }
            Command::Redo => {
                document.draft.redo();
            }
            Command::ClearEdits => document.draft.clear(),
            _ => return,
        }
        document.given_up = false;
        document.apply_draft();
        self.apply_edits(requests);
        self.follow_cursor(requests);
    }

    /// Asks for the branch that the edits make.
    pub(super) fn apply_edits(&mut self, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        let store = document.opened.key;
        match document.scenario() {
            Some(scenario) => {
                let request = self.request(Slot::Branch, "Applying the edits", Job::Branch { store, scenario });
                if let Some(document) = &mut self.document {
                    document.branch.ask(request.generation);
                }
                requests.push(request);
            }
            None => {
                document.branch.clear();
                document.place_branch();
            }
        }
    }

    pub(super) fn ask_copy(&mut self) {
        let Some(document) = &self.document else { return };
        let path = &document.opened.path;
        let stem = path.file_stem().map_or_else(|| "store".into(), |stem| stem.to_string_lossy().into_owned());
        let extension = path.extension().map_or_else(|| "db".into(), |e| e.to_string_lossy().into_owned());
        let proposed = path.with_file_name(format!("{stem}-what-if.{extension}"));
        let contents = match document.draft.len() {
            0 => "All events as recorded, without edits".to_owned(),
            1 => "All events with 1 edit".to_owned(),
            edits => format!("All events with {edits} edits"),
        };
        let contents = if document.opened.writable {
            format!("{contents}, in the store's own layout ({})", document.opened.layout_title)
        } else {
            format!("{contents}, in Foldline's layout: {} can't be written yet", document.opened.layout_title)
        };
        self.dialog = Some(Dialog::SaveCopy { proposed, contents, problem: None });
    }

    pub(super) fn save_copy(&mut self, out: PathBuf, force: bool, requests: &mut Vec<Request>) {
        if self.running.iter().any(|running| running.slot == Slot::Copy) {
            self.notify(NoticeKind::Note, "A copy is being written; wait for it, or stop it first");
            return;
        }
        let Some(document) = &self.document else { return };
        let as_foldline = !document.opened.writable;
        let (store, scenario) = (document.opened.key, document.scenario());
        self.copying.clone_from(&scenario);
        let title = format!("Writing {}", out.display());
        requests.push(self.request(Slot::Copy, title, Job::Copy { store, scenario, out, force, as_foldline }));
    }
}
