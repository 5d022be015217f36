//! Scenarios as files: opened and saved by the user, and kept by themselves so that a crash loses nothing.

use std::path::{Path, PathBuf};

use super::scenarios::{Against, ScenarioView};
use super::{App, Command, Dialog, Document, NoticeKind};
use crate::job::{FixtureRequest, Job, Request, ScenarioId, Slot, StoreKey};
use crate::whatif::{Draft, Grades, KeptScenario, KeptScenarios, ScenarioFile};

/// Characters of a scenario's name in the name of its file.
const NAME_IN_FILE: usize = 60;

/// How a store's scenarios are kept by themselves.
#[derive(Debug, Default)]
pub struct Keeping {
    /// Where; unknown until it is known what was kept there before.
    path: Option<PathBuf>,
    /// What was kept last.
    kept: Option<Fingerprint>,
}

/// Tells whether anything changed: which scenario is active, and how often each was changed.
type Fingerprint = (ScenarioId, Vec<(ScenarioId, u64, bool)>);

impl Document {
    /// Whether edits would be lost if the store were closed now: they are in no file, in no copy, and not kept.
    pub fn would_lose_edits(&self) -> bool {
        self.keeping.path.is_none() && self.has_unsaved_edits()
    }

    fn fingerprint(&self) -> Fingerprint {
        let each = self.scenarios.all().iter().map(|view| (view.id, view.draft.edition(), view.file.is_some()));
        (self.scenarios.active().id, each.collect())
    }

    /// What is to be kept, if that is not what is kept already.
    fn unkept(&mut self) -> Option<(PathBuf, String)> {
        let path = self.keeping.path.clone()?;
        let now = self.fingerprint();
        if self.keeping.kept.as_ref() == Some(&now) {
            return None;
        }
        self.keeping.kept = Some(now);
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
        Some((path, kept.to_json()))
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
        path: PathBuf,
        kept: KeptScenarios,
        grades: &[Grades],
        requests: &mut Vec<Request>,
    ) {
        let mut documents = self.document.iter_mut().chain(&mut self.beside);
        let Some(document) = documents.find(|document| document.opened.key == store) else { return };
        document.keeping.path = Some(path);
        if kept.scenarios.is_empty() {
            document.keeping.kept = Some(document.fingerprint());
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
        if made_meanwhile.is_none() && words.is_empty() {
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

    /// Keeps the scenarios of every open store, where they changed since they were kept.
    pub(super) fn keep_scenarios(&mut self, requests: &mut Vec<Request>) {
        let mut to_keep = Vec::new();
        for document in self.document.iter_mut().chain(&mut self.beside) {
            let slot = Slot::Keep(document.opened.key);
            // One after the other: the next one has the newest.
            if !self.running.iter().any(|running| running.slot == slot) {
                to_keep.extend(document.unkept().map(|file| (slot, file)));
            }
        }
        for (slot, (path, contents)) in to_keep {
            requests.push(self.request(slot, "Keeping the scenarios", Job::Save { path, contents }));
        }
    }

    /// Keeps the scenarios of the store that is about to be closed.
    pub(super) fn keep_scenarios_of_closed(&mut self, document: &mut Document, requests: &mut Vec<Request>) {
        if let Some((path, contents)) = document.unkept() {
            let slot = Slot::Keep(document.opened.key);
            requests.push(self.request(slot, "Keeping the scenarios", Job::Save { path, contents }));
        }
    }

    /// Scenarios that are not kept yet, with the files that they belong in. Whoever asks is to write them.
    pub fn unkept_scenarios(&mut self) -> Vec<(PathBuf, String)> {
        self.document.iter_mut().chain(&mut self.beside).filter_map(Document::unkept).collect()
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
        let id = document.take_scenario(file, grades, Some(path));
        if document.against == Against::Scenario(id) {
            document.against = Against::Recorded;
        }
        match fit_words(&name, grades) {
            Some(words) => self.notify(NoticeKind::Note, words),
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
