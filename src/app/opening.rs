//! Opening, switching and closing stores.

use std::path::{Path, PathBuf};

use super::settings::{Recent, SavedCursor, SavedPath, SavedTrack, Workspace};
use super::{App, Cursor, Dialog, Direction, Document, Following, Leaving, MappingCommand, NoticeKind};
use crate::job::{Job, OpenAs, OpenedStore, Pick, Request, Slot, StoreKey, TrackWhat};
use crate::model::{Timestamp, ValuePath};
use crate::query;
use crate::timeline::AxisKind;

impl App {
    /// Opens a file; where one is open already, the user says whether beside or instead.
    pub(super) fn open_another(&mut self, path: PathBuf, requests: &mut Vec<Request>) {
        if self.shows(&path) {
            self.dialog = None;
        } else if let Some(store) = self.open_as(&path) {
            self.switch_to(store, requests);
        } else if self.document.is_some() {
            self.dialog = Some(Dialog::OpenAnother { path });
        } else {
            self.open(path, None, requests);
        }
    }

    /// Opens a file as it was open the last time: with the others of its history.
    pub(super) fn open_recent(&mut self, path: PathBuf, requests: &mut Vec<Request>) {
        let with = self.settings.recent(&path).map(|recent| recent.with.clone());
        self.opens_with = with.map(|with| (path.clone(), with));
        self.open_another(path, requests);
    }

    /// Opens files together with those that are shown, as one history; none shows the first file alone.
    pub(super) fn open_together(&mut self, others: Vec<PathBuf>, requests: &mut Vec<Request>) {
        self.dialog = None;
        let Some(document) = &self.document else { return };
        let opened = &document.opened;
        let (path, mapping) = (opened.path.clone(), opened.mapping.clone());
        let mut with: Vec<PathBuf> = opened.files.iter().skip(1).map(|file| file.path.clone()).collect();
        if others.is_empty() {
            with.clear();
        } else if let Some(double) = others.iter().find(|other| **other == path || with.contains(other)) {
            let words = format!("This file is part of what is shown already: {}", double.display());
            self.notify(NoticeKind::Note, words);
            return;
        }
        with.extend(others);
        self.opens_beside = false;
        let follow = document.live.is_on();
        self.reopen(path, OpenAs::Together { with, mapping, follow }, requests);
    }

    pub(super) fn go(&mut self, leaving: Leaving, requests: &mut Vec<Request>) {
        (self.dialog, self.leaving) = (None, None);
        match leaving {
            Leaving::Open(path) => self.open(path, None, requests),
            Leaving::OpenCopy(path) => {
                let rules = self.document.as_ref().and_then(|document| document.opened.rules.clone());
                self.open(path, rules, requests);
            }
            Leaving::Close => self.close(requests),
            Leaving::Quit => self.quits = true,
        }
    }

    fn open(&mut self, path: PathBuf, rules: Option<PathBuf>, requests: &mut Vec<Request>) {
        self.opens_beside = false;
        if self.document.is_none() {
            // What was said of the file that was tried before is over.
            self.notices.retain(|notice| !notice.of_opening);
        }
        let key = self.new_store_key();
        let title = format!("Opening {}", path.display());
        self.opening = Some(path.clone());
        let with = self.opens_with.take().filter(|(first, _)| *first == path).map(|(_, with)| with);
        requests.push(match with.filter(|with| !with.is_empty()) {
            Some(with) => {
                let how = OpenAs::Together { with, mapping: None, follow: false };
                self.request(Slot::Open, title, Job::OpenAs { path, key, how, rules })
            }
            None => self.request(Slot::Open, title, Job::Open { path, key, layout: None, rules }),
        });
    }

    pub(super) fn open_beside(&mut self, path: PathBuf, requests: &mut Vec<Request>) {
        self.dialog = None;
        if self.shows(&path) {
            return;
        }
        if let Some(store) = self.open_as(&path) {
            return self.switch_to(store, requests);
        }
        self.open(path, None, requests);
        self.opens_beside = true;
    }

    pub(super) fn open_sample(&mut self, name: &'static str, requests: &mut Vec<Request>) {
        let folder = self.surroundings.samples.clone();
        requests.push(self.request(Slot::Sample, format!("Preparing the sample {name}"), Job::Sample { name, folder }));
    }

    pub(super) fn close(&mut self, requests: &mut Vec<Request>) {
        self.playing = None;
        self.remember();
        if let Some(document) = self.document.take() {
            let store = document.opened.key;
            self.keep_scenarios_of_closed(&document, requests);
            self.stop_jobs_of(store, |slot| slot != Slot::Copy);
            requests.push(self.request(Slot::Close, "Closing", Job::Close { store }));
        }
        self.dialog = None;
        if let Some(document) = self.beside.pop() {
            self.show(document, requests);
        }
    }

    /// Shows another of the open stores; the one that was shown stays open.
    pub(super) fn switch_to(&mut self, store: StoreKey, requests: &mut Vec<Request>) {
        let Some(at) = self.beside.iter().position(|document| document.opened.key == store) else { return };
        let document = self.beside.remove(at);
        self.remember();
        self.playing = None;
        self.dialog = None;
        self.put_beside();
        self.show(document, requests);
    }

    /// Keeps the store that is shown open beside the one that comes. What it looked for is looked for no longer.
    fn put_beside(&mut self) {
        if let Some(document) = self.document.take() {
            self.stop_jobs_of(document.opened.key, |slot| slot == Slot::Search);
            self.beside.push(document);
        }
    }

    /// Stops jobs of a store whose answers nobody waits for.
    fn stop_jobs_of(&self, store: StoreKey, which: impl Fn(Slot) -> bool) {
        let jobs = self.running.iter().filter(|running| running.store == Some(store) && which(running.slot));
        jobs.for_each(|running| running.cancel.cancel());
    }

    /// The store beside the one that is shown that was opened from this path.
    fn open_as(&self, path: &Path) -> Option<StoreKey> {
        self.beside.iter().find(|document| document.opened.path == path).map(|document| document.opened.key)
    }

    /// Shows the next or previous of the open stores, in the order in which they were opened.
    pub(super) fn next_store(&mut self, direction: Direction, requests: &mut Vec<Request>) {
        let Some(shown) = self.document.as_ref().map(|document| document.opened.key) else { return };
        let mut stores: Vec<StoreKey> = self.beside.iter().map(|document| document.opened.key).collect();
        stores.push(shown);
        stores.sort_unstable();
        let at = stores.iter().position(|store| *store == shown).unwrap_or(0);
        let next = match direction {
            Direction::Forward => (at + 1) % stores.len(),
            Direction::Back => (at + stores.len() - 1) % stores.len(),
        };
        self.switch_to(stores[next], requests);
    }

    /// Opens a file to be followed from the first look on, in the place of an opening that is under way.
    pub(super) fn open_followed(&mut self, path: PathBuf, requests: &mut Vec<Request>) {
        self.notices.retain(|notice| !notice.of_opening);
        self.running.iter().filter(|running| running.slot == Slot::Open).for_each(|running| running.cancel.cancel());
        self.reopen(path, OpenAs::Followed, requests);
    }

    /// Reads the open store by another layout.
    pub(super) fn use_layout(&mut self, layout: String, requests: &mut Vec<Request>) {
        let Some(path) = self.document.as_ref().map(|document| document.opened.path.clone()) else { return };
        self.opens_beside = false;
        self.reopen(path, OpenAs::Layout(layout), requests);
    }

    /// Shows a store that is open: what was asked for it while another was shown is asked again.
    fn show(&mut self, mut document: Document, requests: &mut Vec<Request>) {
        document.forget_questions();
        let hashed = document.opened.hash.is_some();
        self.document = Some(document);
        self.apply_all_edits(requests);
        self.refresh_views(requests);
        if !hashed {
            self.hash_at_opening(requests);
        }
        self.want_snapshots(requests);
        if self.document.as_mut().is_some_and(|document| std::mem::take(&mut document.waits_for_whole)) {
            self.read_whole(requests);
        }
    }

    /// A store is open.
    pub(super) fn opened(&mut self, opened: OpenedStore, requests: &mut Vec<Request>) {
        // Edits that were made while the file was being opened were asked about by nobody.
        let kept = self.document.as_ref().is_some_and(|document| document.has_edits_at_risk() && !document.given_up);
        if self.opens_beside || kept {
            self.remember();
            self.put_beside();
        } else {
            let beside = std::mem::take(&mut self.beside);
            self.close(requests);
            self.beside = beside;
        }
        self.opening = None;
        if !matches!(self.dialog, None | Some(Dialog::OpenAnother { .. } | Dialog::DropEdits { .. })) {
            // It is about the store that was shown.
            self.dialog = None;
        }
        // Good news of other files is over, and so is what was wrong with this one.
        let path = opened.path.display().to_string();
        self.notices.retain(|notice| notice.kind != NoticeKind::Good && !notice.text.contains(&path));
        let workspace = self.settings.recent(&opened.path).map(|recent| recent.workspace.clone()).unwrap_or_default();
        let followed = opened.followed;
        let mut document = Document::new(opened, self.settings.sort);
        if followed {
            document.live.following = Following::On;
        }
        self.document = Some(document);
        let is_whole = self.document.as_ref().is_some_and(|document| document.opened.expected.is_none());
        if is_whole {
            self.restore(&workspace, requests);
        }
        if let Some(document) = &self.document {
            let path = document.opened.path.clone();
            self.settings.recents.retain(|recent| recent.path != path);
        }
        if is_whole {
            self.remember();
        }
        self.refresh_views(requests);
        // What was kept may be about events that are not read yet.
        if is_whole {
            self.restore_scenarios(requests);
        } else {
            self.read_on(requests);
        }
        self.hash_at_opening(requests);
        self.want_snapshots(requests);
        self.keep_mapping(requests);
    }

    /// Reads the rest of a store whose beginning is shown.
    fn read_on(&mut self, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        document.at_first_sight = Some((document.stream.clone(), document.cursor));
        let title = format!("Reading the rest of {}", document.name());
        let job = Job::ReadOn { store: document.opened.key };
        requests.push(self.request(Slot::Reopen, title, job));
    }

    /// Whether the store that is shown is being read.
    pub fn is_reading_on(&self) -> bool {
        let store = self.document.as_ref().map(|document| document.opened.key);
        self.running.iter().any(|running| running.slot == Slot::Reopen && running.store == store)
    }

    /// All of a store is there, whose beginning was shown: what waited for that goes on, unless the user has gone on.
    pub(super) fn read_whole(&mut self, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        let at = (document.stream.clone(), document.cursor);
        let has_moved = document.at_first_sight.take().is_some_and(|first| first != at);
        if let Some(workspace) = self.settings.recent(&document.opened.path).map(|recent| recent.workspace.clone()) {
            self.restore(&workspace, requests);
        }
        if let Some(document) = self.document.as_mut().filter(|_| has_moved) {
            document.select_stream(at.0);
            document.move_to(at.1);
            self.follow_cursor(requests);
        }
        self.remember();
        self.restore_scenarios(requests);
    }

    /// Goes where the user was in a store the last time.
    fn restore(&mut self, workspace: &Workspace, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        let log = document.opened.log.clone();
        let known = |name: &String| log.find_stream(name).map(|stream| log.stream(stream).name.clone());
        if let Some(stream) = workspace.stream.as_ref().and_then(known) {
            document.select_stream(Some(stream));
        }
        if workspace.sequence {
            document.set_axis(AxisKind::Sequence);
        }
        let cursor = workspace.cursor.and_then(|cursor| match cursor {
            SavedCursor::Start => Some(Cursor::Start),
            SavedCursor::Position(position) => log.event_at_position(position).map(|at| Cursor::Event(at as u32)),
            SavedCursor::Instant(micros) => Timestamp::from_micros(micros).map(Cursor::Instant),
        });
        // An instant has no place among events of equal width.
        let fits = |cursor: &Cursor| !workspace.sequence || !matches!(cursor, Cursor::Instant(_));
        if let Some(cursor) = cursor.filter(fits) {
            document.move_to(cursor);
        }
        document.pinned = workspace.pinned.iter().filter_map(known).collect();
        document.pins = workspace.pins.iter().map(ValuePath::from).collect();
        for track in &workspace.tracks {
            let what = match track {
                SavedTrack::Field(path) => Some(TrackWhat::Field(path.into())),
                SavedTrack::Condition(text) => {
                    let context = self.query_context();
                    query::parse(text, query::Scope::EventAndState, &context).ok().map(TrackWhat::Condition)
                }
            };
            if let Some(what) = what {
                self.push_track(what, requests);
            }
        }
    }

    /// Remembers where the user is in the store that is shown.
    pub(super) fn remember(&mut self) {
        // What was kept of a store may be about events that are not read yet: it is not written over.
        let Some(document) = self.document.as_ref().filter(|document| document.opened.expected.is_none()) else {
            return;
        };
        let tracks = document.tracks.iter().map(|track| match &track.what {
            TrackWhat::Field(path) => SavedTrack::Field(path.into()),
            TrackWhat::Condition(query) => SavedTrack::Condition(query.as_str().to_owned()),
        });
        let workspace = Workspace {
            stream: document.stream.as_deref().map(str::to_owned),
            pinned: document.pinned.iter().map(ToString::to_string).collect(),
            pins: document.pins.iter().map(SavedPath::from).collect(),
            tracks: tracks.collect(),
            cursor: Some(match document.cursor {
                Cursor::Start => SavedCursor::Start,
                Cursor::Event(event) => SavedCursor::Position(document.opened.log.position(event as usize)),
                Cursor::Instant(time) => SavedCursor::Instant(time.micros()),
            }),
            sequence: document.axis.kind() == AxisKind::Sequence,
        };
        let opened = &document.opened;
        let recent = Recent {
            path: opened.path.clone(),
            with: opened.files.iter().skip(1).map(|file| file.path.clone()).collect(),
            layout: opened.layout_title.clone(),
            events: opened.log.len(),
            workspace,
        };
        // Its place among the others is that of its opening.
        match self.settings.recents.iter_mut().find(|known| known.path == recent.path) {
            Some(known) => *known = recent,
            None => self.settings.remember(recent),
        }
    }

    /// A file was chosen in the system's dialog.
    pub(super) fn picked(&mut self, pick: Pick, path: PathBuf, requests: &mut Vec<Request>) {
        match (pick, &mut self.dialog) {
            (Pick::Open, _) => self.open_another(path, requests),
            (Pick::Together, _) => self.open_together(vec![path], requests),
            (Pick::SaveCopy, Some(Dialog::SaveCopy { proposed, .. }))
            | (Pick::SaveRules, Some(Dialog::MakeRules { proposed, .. }))
            | (Pick::SaveScenario, Some(Dialog::SaveScenario { proposed, .. }))
            | (Pick::SaveFixture, Some(Dialog::Fixture { proposed, .. }))
            | (Pick::Scenario, Some(Dialog::OpenScenario { proposed, .. })) => *proposed = path,
            (Pick::SaveProposal, _) => {
                if let Some(document) = &mut self.document {
                    document.compensating.propose_path(path);
                }
            }
            (Pick::Mapping, Some(Dialog::Mapping)) => self.map(MappingCommand::Load(path), requests),
            (Pick::SaveMapping, Some(Dialog::Mapping)) => {
                if let Some(view) = &mut self.mapping {
                    view.file = path;
                }
            }
            (Pick::Rules, _) => self.use_projection(crate::job::ProjectionChoice::File(path), requests),
            _ => {}
        }
    }

    /// Tells what did not open.
    pub(super) fn did_not_open(&mut self, message: String) {
        self.opening = None;
        self.notify(NoticeKind::Bad, message).of_opening = true;
    }

    /// A file could not be copied to be read: it can be followed instead.
    pub(super) fn did_not_copy(&mut self, message: String) {
        let path = self.opening.take();
        let notice = self.notify(NoticeKind::Bad, message);
        (notice.of_opening, notice.follow) = (true, path);
    }

    /// Whether this path is the one of the store that is shown.
    pub fn shows(&self, path: &Path) -> bool {
        self.document.as_ref().is_some_and(|document| document.opened.path == path)
    }
}

#[cfg(test)]
mod tests;
