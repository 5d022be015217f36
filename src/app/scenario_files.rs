//! Scenarios as files: opened and saved by the user, and kept by themselves so that a crash loses nothing.

use std::path::{Path, PathBuf};

use super::scenarios::{Against, ScenarioView};
use super::{App, Command, Dialog, Document, Leaving, NoticeKind};
use crate::job::{Failure, FixtureRequest, Job, KeptAt, Outcome, Request, ScenarioId, Slot, StoreKey};
use crate::model::Timestamp;
use crate::whatif::{Draft, Grades, KeptScenario, KeptScenarios, ScenarioFile};

/// Characters of a scenario's name in the name of its file.
const NAME_IN_FILE: usize = 60;

/// How a store's scenarios are kept by themselves.
#[derive(Debug, Default)]
pub struct Keeping {
    /// Where; unknown until it is known what was kept there before.
    at: Option<KeptAt>,
    /// What is written, as far as that is known.
    kept: Option<Fingerprint>,
    /// What is being written, and by which request.
    writing: Option<(u64, Fingerprint)>,
    /// What could not be written the last time, and when that was.
    failed: Option<(Fingerprint, Option<Timestamp>)>,
}

/// After how long it is tried again to keep what could not be kept, in microseconds.
const AGAIN: i64 = 5_000_000;

/// Tells whether anything changed: which scenario is active, and how often each was changed.
type Fingerprint = (ScenarioId, Vec<(ScenarioId, u64, bool)>);

impl Document {
    /// Whether edits would be lost if the store were closed now: they are in no file, in no copy, and can't be kept.
    pub fn would_lose_edits(&self) -> bool {
        (self.keeping.at.is_none() || self.keeping.failed.is_some()) && self.has_unsaved_edits()
    }

    /// Whether there are edits that are in no file, in no copy, and not kept yet.
    pub(super) fn has_edits_at_risk(&self) -> bool {
        let is_kept = self.keeping.at.is_some() && self.keeping.kept.as_ref() == Some(&self.fingerprint());
        !is_kept && self.has_unsaved_edits()
    }

    fn fingerprint(&self) -> Fingerprint {
        let each = self.scenarios.all().iter().map(|view| (view.id, view.draft.edition(), view.file.is_some()));
        (self.scenarios.active().id, each.collect())
    }

    /// What is to be kept, if that is neither kept already nor being written.
    fn unkept(&self) -> Option<(KeptAt, String, Fingerprint)> {
        let at = self.keeping.at.clone()?;
        let now = self.fingerprint();
        let writing = self.keeping.writing.as_ref().map(|(_, writing)| writing);
        if self.keeping.kept.as_ref() == Some(&now) || writing == Some(&now) {
            return None;
        }
        let active = self.scenarios.active().id;
        let in_use = || self.scenarios.all().iter().filter(|view| view.has_edits() || view.file.is_some());
        let scenarios = in_use().map(|view| KeptScenario {
            file: self.file_of(view),
            path: view.file.as_deref().and_then(Path::to_str).map(str::to_owned),
            modified: view.draft.is_modified(),
        });
        let kept = KeptScenarios {
            store: self.opened.path.display().to_string(),
            active: in_use().position(|view| view.id == active).unwrap_or(0),
            scenarios: scenarios.collect(),
        };
        Some((at, kept.to_json(), now))
    }

    fn file_of(&self, view: &ScenarioView) -> ScenarioFile {
        ScenarioFile::of(&view.draft, &self.opened.log, Some(&self.name()))
    }

    /// Takes a scenario of a file; edits that don't fit are switched off and marked, so that nothing is lost.
    fn take_scenario(&mut self, mut file: ScenarioFile, grades: &Grades, path: Option<PathBuf>) -> ScenarioId {
        for at in grades.misfits() {
            if let Some(edit) = file.edits.get_mut(at) {
                edit.enabled = false;
            }
        }
        let id = self.scenarios.add_draft(Draft::from_file(file));
        let log = self.opened.log.clone();
        let view = self.scenarios.active_mut();
        view.file = path;
        let edits: Vec<_> = view.draft.edits().map(|edit| edit.edit.clone()).collect();
        view.fits = edits.into_iter().zip(grades.edits.iter().map(|grade| grade.fit.clone())).collect();
        view.apply(&log);
        id
    }
}

impl App {
    /// Whether scenarios are kept by themselves.
    pub fn keeps_scenarios(&self) -> bool {
        self.surroundings.scenarios.is_some()
    }

    /// Asks for the scenarios that were kept of the store that was opened.
    pub(super) fn restore_scenarios(&mut self, requests: &mut Vec<Request>) {
        let (Some(folder), Some(document)) = (&self.surroundings.scenarios, &self.document) else { return };
        let (folder, store) = (folder.clone(), document.opened.key);
        let job = Job::Restore { store, folder };
        requests.push(self.request(Slot::Restore(store), "Looking for kept scenarios", job));
    }

    /// The scenarios that were kept of a store are back.
    pub(super) fn restored(
        &mut self,
        store: StoreKey,
        at: Option<KeptAt>,
        kept: KeptScenarios,
        grades: &[Grades],
        requests: &mut Vec<Request>,
    ) {
        let mut documents = self.document.iter_mut().chain(&mut self.beside);
        let Some(document) = documents.find(|document| document.opened.key == store) else { return };
        // What was kept beside is to come into one file.
        let is_together = at.as_ref().is_none_or(|at| at.taken.is_empty());
        document.keeping.at = at;
        if kept.scenarios.is_empty() {
            document.keeping.kept = is_together.then(|| document.fingerprint());
            return;
        }
        let made_meanwhile = document.scenarios.active().is_in_use().then(|| document.scenarios.active().id);
        let count = kept.scenarios.len();
        let mut words = Vec::new();
        let mut ids = Vec::new();
        for (one, grades) in kept.scenarios.into_iter().zip(grades) {
            let name = one.file.name.clone();
            let id = document.take_scenario(one.file, grades, one.path.map(PathBuf::from));
            ids.push(id);
            if let Some(view) = document.scenarios.get_mut(id).filter(|_| one.modified) {
                view.draft.mark_unsaved();
            }
            words.extend(fit_words(&name, grades));
        }
        document.scenarios.activate(made_meanwhile.or(ids.get(kept.active).copied()).unwrap_or(ids[0]));
        if made_meanwhile.is_none() && words.is_empty() && is_together {
            document.keeping.kept = Some(document.fingerprint());
        }
        let shown = self.document.as_ref().is_some_and(|document| document.opened.key == store);
        let what = if count == 1 { "1 scenario is".to_owned() } else { format!("{count} scenarios are") };
        let kind = if words.is_empty() { NoticeKind::Good } else { NoticeKind::Note };
        words.insert(0, format!("{what} back from the last time"));
        self.notify(kind, words.join(". "));
        if shown {
            self.apply_all_edits(requests);
            self.follow_cursor(requests);
        }
    }

    /// Keeps the scenarios of every open store, where they changed since they were kept. What could not be kept is
    /// tried again now and then.
    pub(super) fn keep_scenarios(&mut self, requests: &mut Vec<Request>) {
        let now = self.now;
        let is_due = |document: &Document| match &document.keeping.failed {
            Some((failed, at)) if *failed == document.fingerprint() => {
                at.zip(now).is_none_or(|(at, now)| !(0..AGAIN).contains(&(now.micros() - at.micros())))
            }
            _ => true,
        };
        // One after the other: the next one has the newest.
        self.keep_where(|document| document.keeping.writing.is_none() && is_due(document), requests);
    }

    fn keep_where(&mut self, which: impl Fn(&Document) -> bool, requests: &mut Vec<Request>) {
        let documents = self.document.iter().chain(&self.beside).filter(|document| which(document));
        let unkept: Vec<_> = documents.filter_map(|document| Some((document.opened.key, document.unkept()?))).collect();
        for (store, (at, contents, fingerprint)) in unkept {
            let slot = Slot::Keep(store);
            let request = self.request(slot, "Keeping the scenarios", Job::Keep { at, contents });
            let mut documents = self.document.iter_mut().chain(&mut self.beside);
            if let Some(document) = documents.find(|document| document.opened.key == store) {
                document.keeping.writing = Some((request.generation, fingerprint));
            }
            requests.push(request);
        }
    }

    /// Keeps the scenarios of the store that is about to be closed.
    pub(super) fn keep_scenarios_of_closed(&mut self, document: &Document, requests: &mut Vec<Request>) {
        if let Some((at, contents, _)) = document.unkept() {
            let slot = Slot::Keep(document.opened.key);
            requests.push(self.request(slot, "Keeping the scenarios", Job::Keep { at, contents }));
        }
    }

    /// What is still to be written when the window closes: settings and scenarios.
    pub fn last_requests(&mut self) -> Vec<Request> {
        let mut requests = Vec::new();
        self.keep_settings(&mut requests);
        self.keep_where(|_| true, &mut requests);
        requests
    }

    /// The scenarios of a store were kept, or could not be.
    pub(super) fn kept(
        &mut self,
        store: StoreKey,
        generation: u64,
        result: Result<Outcome, Failure>,
        requests: &mut Vec<Request>,
    ) {
        let now = self.now;
        let mut documents = self.document.iter_mut().chain(&mut self.beside);
        if let Some(keeping) = documents.find(|open| open.opened.key == store).map(|open| &mut open.keeping)
            && let Some((_, written)) = keeping.writing.take_if(|(writing, _)| *writing == generation)
        {
            match &result {
                Ok(outcome) => {
                    if let Outcome::Kept { at, .. } = outcome {
                        keeping.at = Some(at.clone());
                    }
                    (keeping.kept, keeping.failed) = (Some(written), None);
                }
                Err(_) => keeping.failed = Some((written, now)),
            }
        }
        if let Ok(Outcome::Kept { note: Some(note), .. }) = &result {
            self.notify(NoticeKind::Note, note.clone());
        }
        if let Err(Failure::Failed(why)) = result {
            let words = format!("The scenarios could not be kept by themselves: {why}. Save them, or make room");
            self.notify(NoticeKind::Bad, words);
        }
        self.go_when_kept(requests);
    }

    /// Leaves as soon as the edits are kept that would be lost otherwise; asks where they can't be kept.
    pub(super) fn go_when_kept(&mut self, requests: &mut Vec<Request>) {
        let Some(leaving) = self.leaving.take() else { return };
        let at_risk: Vec<&Document> = self.left_by(&leaving).filter(|open| open.has_edits_at_risk()).collect();
        if at_risk.is_empty() {
            return self.go(leaving, requests);
        }
        if at_risk.iter().any(|document| document.would_lose_edits()) {
            self.dialog = Some(Dialog::DropEdits { then: Box::new(leaving) });
            return;
        }
        self.leaving = Some(leaving);
        self.keep_scenarios(requests);
    }

    /// Which stores are closed by leaving.
    fn left_by(&self, leaving: &Leaving) -> impl Iterator<Item = &Document> {
        let all = *leaving == Leaving::Quit;
        self.document.iter().chain(self.beside.iter().filter(move |_| all))
    }

    /// Leaves the open stores, if need be after a question: edits that are not saved are never lost in silence.
    pub(super) fn leave(&mut self, leaving: Leaving, requests: &mut Vec<Request>) {
        let nowhere = |document: &Document| document.keeping.at.is_none() && document.has_unsaved_edits();
        // Who asks twice does not want to wait for the disk.
        if self.left_by(&leaving).any(nowhere) || self.leaving.as_ref() == Some(&leaving) {
            self.dialog = Some(Dialog::DropEdits { then: Box::new(leaving) });
            return;
        }
        // What could not be kept is tried once more.
        for document in self.document.iter_mut().chain(&mut self.beside) {
            document.keeping.failed = None;
        }
        self.leaving = Some(leaving);
        self.go_when_kept(requests);
    }

    /// Opening and saving scenarios, fixtures.
    pub(super) fn scenario_files(&mut self, command: Command, requests: &mut Vec<Request>) {
        let Some(document) = &self.document else { return };
        let store = document.opened.key;
        match command {
            Command::AskSaveScenario(id) => {
                let Some(view) = document.scenarios.get(id) else { return };
                let proposed =
                    view.file.clone().unwrap_or_else(|| beside(document, view.draft.name(), "scenario.json"));
                let own = view.file.is_some();
                self.dialog = Some(Dialog::SaveScenario { id, proposed, own, problem: None });
            }
            Command::SaveScenario { id, out, force } => {
                let Some(view) = document.scenarios.get(id) else { return };
                let (contents, edition) = (document.file_of(view).to_json(), view.draft.edition());
                let title = format!("Writing {}", out.display());
                let job = Job::WriteScenario { store, id, contents, out, force };
                requests.push(self.request(Slot::WriteScenario, title, job));
                let view = self.document.as_mut().and_then(|document| document.scenarios.get_mut(id));
                if let Some(view) = view {
                    view.writing = Some(edition);
                }
            }
            Command::AskOpenScenario => {
                let folder = document.opened.path.parent().map(Path::to_owned).unwrap_or_default();
                self.dialog = Some(Dialog::OpenScenario { proposed: folder, problem: None });
            }
            Command::OpenScenario(path) => {
                let open = document.scenarios.all().iter().find(|view| view.file.as_ref() == Some(&path));
                if let Some(view) = open.filter(|view| !view.draft.is_modified()) {
                    let id = view.id;
                    self.dialog = None;
                    return self.arrange_scenarios(Command::ShowScenario(id), requests);
                }
                let title = format!("Reading {}", path.display());
                requests.push(self.request(Slot::ReadScenario, title, Job::ReadScenario { store, path }));
            }
            Command::AskFixture => {
                let stream = document.fixture_stream();
                let Some(stream) = stream else { return };
                let view = document.active_scenario();
                let name = if view.has_edits() { view.draft.name() } else { "as-recorded" };
                let proposed = beside(document, &format!("{name}-{stream}"), "fixture.json");
                self.dialog = Some(Dialog::Fixture { stream, proposed, problem: None });
            }
            Command::WriteFixture { stream, at_cursor, out, force } => {
                let at = at_cursor.then(|| document.moment());
                let title = format!("Writing {}", out.display());
                let request = FixtureRequest { store, scenario: document.scenario(), stream, at, out, force };
                requests.push(self.request(Slot::Fixture, title, Job::Fixture(request)));
            }
            Command::AskRenameScenario(id) if document.scenarios.get(id).is_some() => {
                self.dialog = Some(Dialog::RenameScenario { id });
            }
            Command::AskCloseScenario(id) => match document.scenarios.get(id) {
                Some(view) if view.is_unsaved() => self.dialog = Some(Dialog::CloseScenario { id }),
                _ => self.arrange_scenarios(Command::CloseScenario(id), requests),
            },
            _ => {}
        }
    }

    /// A scenario file was read: it is a scenario of its own.
    pub(super) fn scenario_read(
        &mut self,
        path: PathBuf,
        file: ScenarioFile,
        grades: &Grades,
        requests: &mut Vec<Request>,
    ) {
        let Some(document) = &mut self.document else { return };
        if matches!(self.dialog, Some(Dialog::OpenScenario { .. })) {
            self.dialog = None;
        }
        let name = file.name.clone();
        let made_for = file.made_for.as_ref().and_then(|made_for| made_for.store.clone());
        let made_for = made_for.filter(|store| *store != document.name() && grades.misfits().next().is_some());
        let id = document.take_scenario(file, grades, Some(path));
        if document.against == Against::Scenario(id) {
            document.against = Against::Recorded;
        }
        match fit_words(&name, grades) {
            Some(words) => {
                let of = made_for.map_or_else(String::new, |store| format!(". It was made for {store}"));
                self.notify(NoticeKind::Note, words + &of)
            }
            None => self.notify(NoticeKind::Good, format!("Opened the scenario \"{name}\": it fits this store")),
        };
        self.apply_edits(id, requests);
        self.follow_cursor(requests);
        self.dispatch(Command::ShowTab(super::Tab::WhatIf), requests);
    }

    /// A scenario was written. Edits that were made meanwhile are not in it.
    pub(super) fn scenario_written(&mut self, id: ScenarioId, path: PathBuf) {
        if matches!(self.dialog, Some(Dialog::SaveScenario { .. })) {
            self.dialog = None;
        }
        self.notify(NoticeKind::Good, format!("Saved the scenario to {}", path.display()));
        let view = self.document.as_mut().and_then(|document| document.scenarios.get_mut(id));
        if let Some(view) = view {
            view.file = Some(path);
            if view.writing.take() == Some(view.draft.edition()) {
                view.draft.mark_saved();
            }
        }
    }

    /// A fixture was written.
    pub(super) fn fixture_written(&mut self, path: PathBuf, cases: usize) {
        if matches!(self.dialog, Some(Dialog::Fixture { .. })) {
            self.dialog = None;
        }
        let cases = if cases == 1 { "1 case".to_owned() } else { format!("{cases} cases") };
        let text = format!("Wrote {cases} to {}", path.display());
        self.notify(NoticeKind::Good, text).edit = Some(path);
    }

    /// Why a file of a scenario was not read or written, told in the dialog that asked for it. False where none did.
    pub(super) fn scenario_file_failed(&mut self, slot: Slot, message: &str) -> bool {
        let ((Slot::ReadScenario, Some(Dialog::OpenScenario { problem, .. }))
        | (Slot::WriteScenario, Some(Dialog::SaveScenario { problem, .. }))
        | (Slot::Fixture, Some(Dialog::Fixture { problem, .. }))) = (slot, &mut self.dialog)
        else {
            return false;
        };
        *problem = Some(message.to_owned());
        true
    }
}

impl Document {
    /// The stream that a fixture is about: the one that is looked at, unless edits concern others alone.
    fn fixture_stream(&self) -> Option<std::sync::Arc<str>> {
        let told = || self.follows().and_then(|(report, _)| report.told_of(self.stream.as_deref()).cloned());
        let branch = self.active_scenario().current_branch();
        let concerned = self.stream.as_deref().is_some_and(|name| branch.is_some_and(|b| b.stream(name).is_some()));
        if concerned {
            return self.stream.clone();
        }
        told().map(|told| told.comparison.stream).or_else(|| self.stream.clone())
    }
}

/// What there is to say of how a scenario fits; nothing where it simply does.
fn fit_words(name: &str, grades: &Grades) -> Option<String> {
    let off = grades.misfits().count();
    if off == 0 && grades.warned() == 0 && grades.store.is_empty() {
        return None;
    }
    let mut words = vec![format!("The scenario \"{name}\": {}", grades.words())];
    if off > 0 {
        words.push("what does not fit is switched off and marked in the list of edits".to_owned());
    }
    words.extend(grades.store.iter().cloned());
    Some(words.join("; "))
}

/// A file beside the store, under a name that any file system takes.
fn beside(document: &Document, name: &str, ending: &str) -> PathBuf {
    let path = &document.opened.path;
    let stem = path.file_stem().map_or_else(|| "store".into(), |stem| stem.to_string_lossy().into_owned());
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    let name: String = name.chars().take(NAME_IN_FILE).map(plain).collect();
    let words: Vec<&str> = name.split('-').filter(|word| !word.is_empty()).collect();
    path.with_file_name(format!("{stem}-{}.{ending}", words.join("-")))
}
