//! What each command does. One function a noun; none of them draws, waits or reads a clock.

use std::path::PathBuf;

use super::{App, Command, Cursor, Dialog, Document, Leaving, NoticeKind};
use crate::job::{Failure, Finished, Job, Outcome, Pick, Request, Slot, StateRequest};
use crate::timeline::View;

impl App {
    pub(super) fn dispatch(&mut self, command: Command, requests: &mut Vec<Request>) {
        match command {
            Command::Open(path) => self.leave(Leaving::Open(path), requests),
            Command::OpenCopy(path) => self.leave(Leaving::OpenCopy(path), requests),
            Command::Close => self.leave(Leaving::Close, requests),
            Command::DropEdits => {
                if let Some(Dialog::DropEdits { then }) = self.dialog.take() {
                    self.go(*then, requests);
                }
            }
            Command::Pick(pick) => requests.push(self.request(Slot::Pick, "Choosing a file", Job::Pick(pick))),
            Command::SelectStream(stream) => {
                if let Some(document) = &mut self.document {
                    document.select_stream(Some(stream));
                    self.follow_cursor(requests);
                }
            }
            Command::SeekEvent(_) | Command::ScrubToTime(_) | Command::ScrubToCount(_) | Command::Step(_) => {
                self.move_cursor(&command);
                self.follow_cursor(requests);
            }
            Command::LeaveOut(_) | Command::TakeBack(_) | Command::Undo | Command::Redo | Command::ClearEdits => {
                self.edit(&command, requests);
            }
            Command::AskCopy => self.ask_copy(),
            Command::CloseDialog => self.dialog = None,
            Command::SaveCopy { out, force } => self.save_copy(out, force, requests),
            Command::SetAxis(kind) => {
                if let Some(document) = &mut self.document {
                    document.set_axis(kind);
                    self.follow_cursor(requests);
                }
            }
            Command::SetView(view) => {
                if let Some(document) = &mut self.document {
                    document.view = view;
                }
            }
            Command::Fit => {
                if let Some(document) = &mut self.document {
                    document.view = View::fit(&document.axis);
                }
            }
            Command::WantRows(indices) => self.want_rows(indices, requests),
            Command::SetTheme(theme) => self.theme = theme,
            Command::Dismiss(id) => self.notices.retain(|notice| notice.id != id),
            Command::Stop(slot) => {
                self.running.iter().filter(|running| running.slot == slot).for_each(|running| running.cancel.cancel());
            }
            Command::Done(finished) => self.done(finished, requests),
        }
    }

    /// Leaves the open store, if need be after a question: edits that are not saved are never lost in silence.
    fn leave(&mut self, leaving: Leaving, requests: &mut Vec<Request>) {
        let saved = matches!(leaving, Leaving::OpenCopy(_));
        match &self.document {
            Some(document) if document.has_edits() && document.draft.is_modified() && !saved => {
                self.dialog = Some(Dialog::DropEdits { then: Box::new(leaving) });
            }
            _ => self.go(leaving, requests),
        }
    }

    fn go(&mut self, leaving: Leaving, requests: &mut Vec<Request>) {
        match leaving {
            Leaving::Open(path) => self.open(path, None, requests),
            Leaving::OpenCopy(path) => {
                let rules = self.document.as_ref().and_then(|document| document.opened.rules.clone());
                self.open(path, rules, requests);
            }
            Leaving::Close => self.close(requests),
        }
    }

    fn open(&mut self, path: PathBuf, rules: Option<PathBuf>, requests: &mut Vec<Request>) {
        let key = self.new_store_key();
        let title = format!("Opening {}", path.display());
        self.opening = Some(path.clone());
        requests.push(self.request(Slot::Open, title, Job::Open { path, key, layout: None, rules }));
    }

    fn close(&mut self, requests: &mut Vec<Request>) {
        if let Some(document) = self.document.take() {
            let store = document.opened.key;
            requests.push(self.request(Slot::Close, "Closing", Job::Close { store }));
        }
        self.dialog = None;
    }

    fn move_cursor(&mut self, command: &Command) {
        let Some(document) = &mut self.document else { return };
        let log = document.opened.log.clone();
        let (Some(last), range) = (log.len().checked_sub(1), document.opened.drawing.time_range) else { return };
        let cursor = match *command {
            Command::SeekEvent(event) => Cursor::Event(event.min(last as u32)),
            Command::ScrubToTime(time) => match range {
                Some((first, _)) if time < first => Cursor::Start,
                Some((_, latest)) => Cursor::Instant(time.min(latest)),
                None => return,
            },
            Command::ScrubToCount(count) => match count.min(log.len()).checked_sub(1) {
                Some(event) => Cursor::Event(event as u32),
                None => Cursor::Start,
            },
            Command::Step(step) => document.stepped(step).map_or(Cursor::Start, Cursor::Event),
            _ => return,
        };
        document.move_to(cursor);
        if matches!(command, Command::SeekEvent(_) | Command::Step(_)) {
            let coordinate = document.cursor_coordinate();
            if coordinate.is_finite() {
                document.view = document.view.showing(coordinate, &document.axis);
            }
        }
    }

    /// Asks for the state at the cursor.
    fn follow_cursor(&mut self, requests: &mut Vec<Request>) {
        let Some(document) = &self.document else { return };
        let Some(stream) = document.stream.clone() else { return };
        let request = StateRequest {
            store: document.opened.key,
            stream,
            moment: document.moment(),
            scenario: document.scenario(),
        };
        let request = self.request(Slot::State, "Replaying", Job::State(request));
        if let Some(document) = &mut self.document {
            document.state.ask(request.generation);
        }
        requests.push(request);
    }

    fn edit(&mut self, command: &Command, requests: &mut Vec<Request>) {
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
        document.apply_draft();
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
        self.follow_cursor(requests);
    }

    fn ask_copy(&mut self) {
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

    fn save_copy(&mut self, out: PathBuf, force: bool, requests: &mut Vec<Request>) {
        if self.running.iter().any(|running| running.slot == Slot::Copy) {
            self.notify(NoticeKind::Note, "A copy is being written; wait for it, or stop it first");
            return;
        }
        let Some(document) = &self.document else { return };
        let as_foldline = !document.opened.writable;
        let (store, scenario) = (document.opened.key, document.scenario());
        let title = format!("Writing {}", out.display());
        requests.push(self.request(Slot::Copy, title, Job::Copy { store, scenario, out, force, as_foldline }));
    }

    fn want_rows(&mut self, mut indices: Vec<u32>, requests: &mut Vec<Request>) {
        /// Rows kept in full; beyond it those out of sight are forgotten.
        const KEPT: usize = 5_000;
        let Some(document) = &mut self.document else { return };
        if document.rows.len() > KEPT {
            document.rows.retain(|event, _| indices.contains(event));
        }
        indices.retain(|event| !document.rows.contains_key(event));
        if indices.is_empty() || document.rows_asked.is_pending() {
            return;
        }
        let store = document.opened.key;
        let request = self.request(Slot::Rows, "Reading events", Job::Events { store, indices });
        if let Some(document) = &mut self.document {
            document.rows_asked.ask(request.generation);
        }
        requests.push(request);
    }

    fn done(&mut self, finished: Finished, requests: &mut Vec<Request>) {
        let Finished { slot, generation, result } = finished;
        self.running.retain(|running| running.generation != generation);
        let late = self.newest.get(&slot).is_some_and(|newest| *newest != generation);
        let result = match result {
            // A store that nobody waits for any more is forgotten again.
            Ok(Outcome::Opened(opened)) if late => {
                let job = Job::Close { store: opened.key };
                return requests.push(self.request(Slot::Close, "Closing", job));
            }
            Ok(Outcome::Hashed(_)) if late => return,
            result => result,
        };
        match result {
            Ok(outcome) => self.take(generation, outcome, requests),
            Err(failure) => self.failed(slot, generation, failure),
        }
    }

    fn take(&mut self, generation: u64, outcome: Outcome, requests: &mut Vec<Request>) {
        match outcome {
            Outcome::Opened(opened) => {
                self.close(requests);
                self.opening = None;
                // What was said of other files is over.
                self.notices.clear();
                let store = opened.key;
                self.document = Some(Document::new(*opened));
                self.follow_cursor(requests);
                requests.push(self.request(Slot::Hash, "Hashing the file", Job::Hash { store }));
            }
            Outcome::Picked(_, None) => {}
            Outcome::Picked(Pick::Open, Some(path)) => self.leave(Leaving::Open(path), requests),
            Outcome::Picked(Pick::SaveCopy, Some(path)) => {
                if let Some(Dialog::SaveCopy { proposed, .. }) = &mut self.dialog {
                    *proposed = path;
                }
            }
            Outcome::Copied(copied) => {
                self.dialog = None;
                if let Some(document) = &mut self.document {
                    document.draft.mark_saved();
                }
                let text = format!(
                    "Wrote {} events to {} ({}). The opened store is unchanged",
                    copied.events,
                    copied.path.display(),
                    copied.layout_title
                );
                self.notify(NoticeKind::Good, text).open = Some(copied.path);
            }
            outcome => {
                let Some(document) = &mut self.document else { return };
                match outcome {
                    Outcome::State(view) => {
                        document.state.answer(generation, Ok(*view));
                    }
                    // An answer that comes too late may be another store's.
                    Outcome::Events(events) if document.rows_asked.answer(generation, Ok(())) => {
                        document.rows.extend(events);
                    }
                    Outcome::Branch(branch) => {
                        document.branch.answer(generation, Ok(branch));
                        document.place_branch();
                    }
                    Outcome::Hashed(hash) => document.opened.hash = Some(hash),
                    _ => {}
                }
            }
        }
    }

    /// A job was stopped, or a newer request took its place. Only what still waits for this very answer is told.
    fn stopped(&mut self, slot: Slot, generation: u64) {
        let newest = self.newest.get(&slot) == Some(&generation);
        if slot == Slot::Open && newest {
            self.opening = None;
        }
        let stopped = || "stopped; move the cursor to start again".to_owned();
        if let Some(document) = &mut self.document {
            document.state.answer(generation, Err(stopped()));
            document.branch.answer(generation, Err(stopped()));
            document.rows_asked.answer(generation, Err(stopped()));
        }
    }

    fn failed(&mut self, slot: Slot, generation: u64, failure: Failure) {
        let message = match failure {
            Failure::Cancelled => return self.stopped(slot, generation),
            Failure::Failed(message) => message,
        };
        match (slot, &mut self.document) {
            (Slot::State, Some(document)) => {
                document.state.answer(generation, Err(message));
            }
            (Slot::Branch, Some(document)) => {
                // The state panel tells it, where the edit would have shown.
                document.branch.answer(generation, Err(message));
            }
            (Slot::Rows, Some(document)) => {
                document.rows_asked.answer(generation, Err(message.clone()));
                self.notify(NoticeKind::Bad, message);
            }
            (Slot::Copy, _) if matches!(self.dialog, Some(Dialog::SaveCopy { .. })) => {
                if let Some(Dialog::SaveCopy { problem, .. }) = &mut self.dialog {
                    *problem = Some(message);
                }
            }
            // That the hash is missing is said where it would be shown.
            (Slot::Hash, _) => {}
            _ => {
                if slot == Slot::Open {
                    self.opening = None;
                }
                self.notify(NoticeKind::Bad, message);
            }
        }
    }
}
