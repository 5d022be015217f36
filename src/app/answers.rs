//! What becomes of jobs' answers.

use std::sync::Arc;

use super::{App, Dialog, Document, Following, NoticeKind, ScenarioView};
use crate::job::{Copied, Failure, Finished, Job, Outcome, Request, Slot, StoreKey};
use crate::whatif::Scenario;

impl App {
    pub(super) fn done(&mut self, finished: Finished, requests: &mut Vec<Request>) {
        let Finished { slot, generation, result } = finished;
        let about =
            self.running.iter().find(|running| running.generation == generation).and_then(|running| running.store);
        self.running.retain(|running| running.generation != generation);
        if let Slot::Keep(store) = slot {
            return self.kept(store, generation, result, requests);
        }
        let late = self.newest.get(&slot).is_some_and(|newest| *newest != generation);
        let result = match result {
            // A store that nobody waits for any more is forgotten again.
            Ok(Outcome::Opened(opened)) if late => {
                let job = Job::Close { store: opened.key };
                return requests.push(self.request(Slot::Close, "Closing", job));
            }
            Ok(
                Outcome::Hashed(_)
                | Outcome::SampleReady(_)
                | Outcome::Reply(_)
                | Outcome::Watched { .. }
                | Outcome::FoundId { .. },
            ) if late => return,
            // What nobody asks any more need not fail any more.
            Err(Failure::Failed(_)) if late && slot != Slot::Close => return,
            result => result,
        };
        // What is told of another store than the one that is shown is never shown as if it were of this one.
        let shown = self.document.as_ref().map(|document| document.opened.key);
        if let Some(store) = about.filter(|store| Some(*store) != shown) {
            return self.done_beside(store, slot, generation, result, requests);
        }
        match result {
            Ok(Outcome::Copied(copied)) => {
                self.dialog = None;
                if let Some(store) = shown {
                    self.copied(store, copied);
                }
            }
            Ok(Outcome::News(news)) => self.take_news(slot, news, requests),
            Ok(outcome) => self.take(generation, outcome, requests),
            Err(failure) => self.failed(slot, generation, failure),
        }
    }

    /// A job of a store that is not shown has ended: what stays true of it is kept, all else is asked again when it
    /// is shown.
    fn done_beside(
        &mut self,
        store: StoreKey,
        slot: Slot,
        generation: u64,
        result: Result<Outcome, Failure>,
        requests: &mut Vec<Request>,
    ) {
        // A copy is written to its end, also when its store is closed meanwhile.
        match result {
            Ok(Outcome::Copied(copied)) => return self.copied(store, copied),
            Ok(restored @ Outcome::Restored { .. }) => return self.take(generation, restored, requests),
            Err(Failure::Failed(message)) if slot == Slot::Copy => {
                self.notify(NoticeKind::Bad, message);
                return;
            }
            _ => {}
        }
        let Some(document) = self.beside.iter_mut().find(|document| document.opened.key == store) else { return };
        match result {
            Ok(Outcome::Checked(health)) => document.checking.finish(generation, &health, self.now),
            Ok(Outcome::Hashed(found)) => document.hashed(generation, *found),
            Ok(Outcome::Projected(projected)) => {
                document.take_projections(projected);
            }
            // Jobs work on what is there now: what is shown is to be the same.
            Ok(Outcome::News(news)) => {
                document.take_news(slot, news, None);
                document.waits_for_whole |= document.at_first_sight.is_some() && document.opened.expected.is_none();
            }
            Err(Failure::Failed(_)) if matches!(slot, Slot::Poll | Slot::Glance) => {}
            Err(failure) if slot == Slot::Check => {
                let why = if let Failure::Failed(why) = failure { why } else { "stopped before the end".to_owned() };
                document.checking.failed(generation, &why);
            }
            Err(Failure::Failed(message)) if !message.is_empty() => {
                let text = format!("{}: {message}", document.name());
                self.notify(NoticeKind::Bad, text);
            }
            _ => {}
        }
    }

    fn take(&mut self, generation: u64, outcome: Outcome, requests: &mut Vec<Request>) {
        match outcome {
            Outcome::Opened(opened) => self.opened(*opened, requests),
            Outcome::Unmapped { path, why } => self.unmapped(path, why, requests),
            Outcome::Surveyed { survey, kept } => {
                self.surveyed(generation, *survey, kept.map(|kept| *kept), requests);
            }
            Outcome::MappingPreview(preview) => self.previewed(generation, Ok(*preview)),
            Outcome::MappingRead { path, mapping } => self.mapping_read(&path, *mapping, requests),
            Outcome::MappingWritten(path) => self.mapping_written(&path),
            Outcome::Picked(pick, Some(path)) => self.picked(pick, path, requests),
            Outcome::SampleReady(path) => self.open_another(path, requests),
            Outcome::Projected(projected) => self.projected(projected, requests),
            Outcome::Suggested(path) => self.suggested(path, requests),
            Outcome::Watched { path, stamp } => self.watched(&path, stamp, requests),
            Outcome::Restored { store, at, kept, grades, note } => {
                if let Some(note) = note {
                    self.notify(NoticeKind::Bad, note);
                }
                self.restored(store, at, kept, &grades, requests);
            }
            Outcome::ScenarioRead { path, file, grades } => self.scenario_read(path, *file, &grades, requests),
            Outcome::ScenarioWritten { id, path } => self.scenario_written(id, path),
            Outcome::FixtureWritten { path, cases } => self.fixture_written(path, cases),
            Outcome::Glanced(glance) => self.take_glance(glance),
            Outcome::Missing(paths) => self.missing = paths,
            Outcome::CopyDescribed(description) => {
                self.copy.description.answer(generation, Ok(*description));
            }
            Outcome::FoundId { id, event } => self.found_cause(&id, event, requests),
            Outcome::SweepPlaces(edits) => {
                if self.document.as_mut().is_some_and(|document| document.sweeping.learn(generation, edits)) {
                    self.want_sweep(requests);
                }
            }
            Outcome::Written(path) => self.proposal_written(&path),
            Outcome::Checked(health) => {
                if let Some(document) = &mut self.document {
                    document.checking.finish(generation, &health, self.now);
                }
            }
            Outcome::Reply(reply) => {
                self.clipboard = Some(reply.text);
                self.notify(NoticeKind::Good, "The summary is on the clipboard: paste it into your reply");
            }
            Outcome::TypeSample(sample) => self.take_sample(generation, *sample, requests),
            Outcome::Tried(tried) => self.take_tried(generation, *tried),
            outcome => {
                if let Some(document) = &mut self.document {
                    document.take(generation, outcome);
                }
            }
        }
    }

    /// A copy was written. Edits that were made meanwhile are not in it.
    fn copied(&mut self, store: StoreKey, copied: Copied) {
        let documents = self.document.iter_mut().chain(&mut self.beside);
        let document = documents.into_iter().find(|document| document.opened.key == store);
        let rules = document.as_ref().and_then(|document| document.opened.rules.clone());
        if let Some(document) = document
            && let Some(written) = &self.copying
        {
            let is_written = |scenario: Arc<Scenario>| Arc::ptr_eq(&scenario, written);
            // What is switched off is in no copy.
            let is_whole = |view: &ScenarioView| view.draft.edits().all(|edit| edit.enabled);
            let written = document.scenarios.all_mut().iter_mut();
            let written = written.filter(|view| is_whole(view) && view.scenario().is_some_and(is_written));
            written.for_each(|view| view.draft.mark_saved());
        }
        let rules = rules.as_ref().and_then(|rules| rules.file_name()).map_or_else(String::new, |rules| {
            format!(". Its rules are not in it: opened from here it uses {}", rules.display())
        });
        let text = format!(
            "Wrote {} {} to {} ({}). The opened store is unchanged{rules}",
            copied.events,
            if copied.events == 1 { "event" } else { "events" },
            copied.path.display(),
            copied.layout_title
        );
        self.notify(NoticeKind::Good, text).open = Some(copied.path);
    }

    /// A job was stopped, or a newer request took its place. Only what still waits for this very answer is told.
    fn stopped(&mut self, slot: Slot, generation: u64) {
        let newest = self.newest.get(&slot) == Some(&generation);
        if matches!(slot, Slot::Open | Slot::Survey) && newest {
            self.opening = None;
        }
        if slot == Slot::Reopen
            && newest
            && let Some(document) =
                self.document.as_mut().filter(|document| document.live.following == Following::Starting)
        {
            document.live.following = Following::Off;
        }
        if slot == Slot::Survey && newest {
            (self.mapping, self.dialog) = (None, self.dialog.take().filter(|dialog| *dialog != Dialog::Mapping));
        }
        if let Some(document) = &mut self.document {
            if document.hash_now.awaits(generation) {
                document.hash_now.clear();
            }
            document.comparison.stopped(generation);
            document.sweeping.stopped(generation);
            document.cataloguing.stopped(generation);
            document.tracks.iter_mut().for_each(|track| track.branch.stopped(generation));
            document.follows.stopped(generation);
            document.scenarios.all_mut().iter_mut().for_each(|view| view.stopped |= view.branch.awaits(generation));
            document.could_not(generation, "stopped; move the cursor to start again");
            document.search_stopped(generation, None);
            document.checking.failed(generation, "stopped before the end");
        }
    }

    fn failed(&mut self, slot: Slot, generation: u64, failure: Failure) {
        let message = match failure {
            Failure::Cancelled => return self.stopped(slot, generation),
            Failure::NoCopy(message) if slot == Slot::Open && self.opening.is_some() => {
                return self.did_not_copy(message);
            }
            Failure::NoCopy(message) | Failure::Failed(message) => message,
        };
        if self.scenario_file_failed(slot, &message) || self.mapping_failed(slot, generation, &message) {
            return;
        }
        let document = self.document.as_mut();
        match (slot, document) {
            // Each of these tells it where its answer would have been.
            (
                Slot::State
                | Slot::Branch(_)
                | Slot::Differences
                | Slot::SideBySide
                | Slot::SweepPlaces
                | Slot::Sweep
                | Slot::Compensate
                | Slot::Catalogue
                | Slot::Life
                | Slot::Track(_)
                | Slot::BranchTrack(_)
                | Slot::Vocabulary
                | Slot::Hash
                | Slot::Snapshots
                | Slot::Snapshot
                | Slot::Usual
                | Slot::Try,
                Some(document),
            ) => {
                document.could_not(generation, &message);
            }
            (Slot::Write, Some(document)) => document.compensating.not_written(message),
            (Slot::Search, Some(document)) => document.search_stopped(generation, Some(message)),
            (Slot::Check, Some(document)) => document.checking.failed(generation, &message),
            (Slot::Project, Some(document)) => document.projection_problem = Some(message),
            (Slot::Rows | Slot::Changes, Some(document)) => {
                document.could_not(generation, &message);
                self.notify(NoticeKind::Bad, message);
            }
            (Slot::Follow, Some(document)) => {
                document.follows.report.answer(generation, Err(message));
            }
            (Slot::DescribeCopy, _) => {
                self.copy.description.answer(generation, Err(message));
            }
            (Slot::Copy, _) if matches!(self.dialog, Some(Dialog::SaveCopy { .. })) => {
                if let Some(Dialog::SaveCopy { problem, .. }) = &mut self.dialog {
                    *problem = Some(message);
                }
            }
            (Slot::Suggest, _) if matches!(self.dialog, Some(Dialog::MakeRules { .. })) => {
                if let Some(Dialog::MakeRules { problem, .. }) = &mut self.dialog {
                    *problem = Some(message);
                }
            }
            (Slot::Poll | Slot::Reopen, Some(_)) => self.look_failed(slot, message),
            // That the hash is missing is said where it would be shown; the others are tried again by themselves.
            (Slot::Hash | Slot::Watch | Slot::Recents | Slot::Usual | Slot::Try | Slot::Glance, _) => {}
            (Slot::Open, _) => self.did_not_open(message),
            _ => {
                self.notify(NoticeKind::Bad, message);
            }
        }
    }
}

impl Document {
    fn take(&mut self, generation: u64, outcome: Outcome) {
        match outcome {
            Outcome::State(view) => {
                self.state.answer(generation, Ok(*view));
            }
            // An answer that comes too late may be another store's.
            Outcome::Events(events) if self.rows_asked.answer(generation, Ok(())) => {
                self.rows_bytes += events.iter().map(|(_, row)| row.bytes).sum::<usize>();
                self.rows.extend(events);
            }
            Outcome::Changes { rows, .. } if self.changes_asked.answer(generation, Ok(())) => {
                self.changes.extend(rows);
            }
            Outcome::Branch(branch) => {
                let mut branch = Some(branch);
                for view in self.scenarios.all_mut() {
                    // One of them asked for it.
                    if view.branch.awaits(generation)
                        && let Some(branch) = branch.take()
                    {
                        view.branch.answer(generation, Ok(branch));
                        view.place_branch(&self.opened.log, &self.axis);
                    }
                }
            }
            Outcome::Refused { edit, why } => {
                for view in self.scenarios.all_mut() {
                    if view.branch.answer(generation, Err(why.clone())) {
                        view.refused = view.draft.index_of_applied(edit).map(|at| (at, why.clone()));
                    }
                }
            }
            Outcome::Swept(sweep) => self.sweeping.found(generation, sweep),
            Outcome::Catalogue(catalogue) => self.cataloguing.found(generation, catalogue),
            Outcome::Compensations(proposals) => self.compensating.found(generation, proposals),
            Outcome::Differences(differences) => self.comparison.found(generation, *differences),
            Outcome::SideBySide(side_by_side) => self.comparison.set_side_by_side(generation, *side_by_side),
            Outcome::Life(life) => {
                if let Some(view) = &mut self.life {
                    view.life.answer(generation, Ok(*life));
                }
            }
            Outcome::Track(track) => {
                let stream = self.stream.clone();
                let mut track = Some(*track);
                for view in &mut self.tracks {
                    // One of them asked for it.
                    if view.track.awaits(generation)
                        && let Some(track) = track.take()
                    {
                        view.track.answer(generation, Ok(track));
                        view.stream.clone_from(&stream);
                    }
                }
            }
            Outcome::BranchTrack(track) => {
                if let Some(view) = self.tracks.iter_mut().find(|view| view.branch.awaits(generation)) {
                    view.branch.take(generation, track.map(|track| *track));
                }
            }
            Outcome::Searched(searched) if self.search.generation == Some(generation) => {
                self.search.finish(&searched, &self.opened.log);
            }
            Outcome::Snapshots(index) => self.snapshots.found(generation, index),
            Outcome::Snapshot(view) => {
                self.snapshots.view.answer(generation, Ok(view));
            }
            Outcome::Vocabulary(vocabulary) => {
                self.vocabulary.answer(generation, Ok(vocabulary));
            }
            Outcome::Hashed(found) => self.hashed(generation, *found),
            Outcome::Follows(report) => {
                self.follows.report.answer(generation, Ok(report));
            }
            _ => {}
        }
    }

    /// Tells whoever waits for an answer that it does not come.
    fn could_not(&mut self, generation: u64, why: &str) {
        self.state.answer(generation, Err(why.to_owned()));
        for view in self.scenarios.all_mut() {
            view.branch.answer(generation, Err(why.to_owned()));
        }
        self.follows.report.answer(generation, Err(why.to_owned()));
        self.comparison.could_not(generation, why);
        self.snapshots.could_not(generation, why);
        self.sweeping.could_not(generation, why);
        self.compensating.could_not(generation, why);
        self.cataloguing.could_not(generation, why);
        self.rows_asked.answer(generation, Err(why.to_owned()));
        self.changes_asked.answer(generation, Err(why.to_owned()));
        self.vocabulary.answer(generation, Err(why.to_owned()));
        self.hash_now.answer(generation, Err(why.to_owned()));
        if let Some(form) = &mut self.form {
            form.sample.answer(generation, Err(why.to_owned()));
            form.tried.answer(generation, Err(why.to_owned()));
        }
        if let Some(view) = &mut self.life {
            view.life.answer(generation, Err(why.to_owned()));
        }
        for track in &mut self.tracks {
            track.track.answer(generation, Err(why.to_owned()));
            track.branch.could_not(generation, why);
        }
    }

    /// A search ended before it had looked at everything; what it found so far is kept.
    fn search_stopped(&mut self, generation: u64, failure: Option<String>) {
        if self.search.generation == Some(generation) {
            self.search.poll(&self.opened.log);
            self.search.generation = None;
            self.search.failure = Some(failure.unwrap_or_else(|| "stopped before the end".to_owned()));
        }
    }

    /// What was asked while another store was shown has no answer: it is asked again.
    pub(super) fn forget_questions(&mut self) {
        self.comparison.forget();
        self.snapshots.forget();
        self.sweeping.forget();
        self.compensating.forget();
        self.cataloguing.forget_question();
        for asked in [&mut self.rows_asked, &mut self.changes_asked] {
            asked.clear();
        }
        if self.follows.report.is_pending() {
            self.follows.forget();
        }
        if self.form.as_ref().is_some_and(|form| form.waits) {
            self.form = None;
        }
        if self.vocabulary.is_pending() {
            self.vocabulary.clear();
        }
        if self.hash_now.is_pending() {
            self.hash_now.clear();
        }
        if self.search.generation.take().is_some() {
            self.search.failure = Some("stopped when another store was shown".to_owned());
        }
    }
}
