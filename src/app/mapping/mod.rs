//! Mapping tables by hand: what the dialog holds, what it asks for, and opening a store by what came of it.

mod choices;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::remote::Remote;
use super::{App, Dialog, NoticeKind};
use crate::job::{Job, Request, Slot};
use crate::model::mapping::{
    Certainty, MappedTable, Mapping, Place, Preview, Problem, Survey, TableSeen, TableVerdict,
};

pub use choices::{MappingRole, OTHER_ROLES};

/// What can be asked of the mapping dialog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MappingCommand {
    /// Map the tables of the open store by hand.
    Ask,
    /// Map the tables of a file by hand.
    AskFor(PathBuf),
    /// Show the columns of a table.
    Show(String),
    /// Whether a table holds events.
    Use {
        /// The table.
        table: String,
        /// Whether it does.
        on: bool,
    },
    /// What the columns of a table are.
    Set(Box<MappedTable>),
    /// What the mapping is called.
    Rename(String),
    /// Back to the first guess.
    Guess,
    /// Take a mapping file.
    Load(PathBuf),
    /// Write a mapping file.
    Save {
        /// Where to.
        out: PathBuf,
        /// Replace a file that is there.
        force: bool,
    },
    /// Open the store by the mapping.
    Open,
}

/// The mapping dialog.
#[derive(Debug, Default)]
pub struct MappingView {
    /// The file.
    pub path: PathBuf,
    /// Why it is asked, where nobody asked for it.
    pub why: Option<String>,
    /// What a look at the file showed.
    pub survey: Remote<Survey>,
    /// The mapping so far.
    pub draft: Mapping,
    /// The table whose columns are shown.
    pub shown: String,
    /// Rows as events.
    pub preview: Remote<Preview>,
    /// Where to save the mapping, as it is proposed or was chosen in the system's dialog.
    pub file: PathBuf,
    /// What came of loading or saving: good news or bad.
    pub told: Option<(bool, String)>,
    /// A mapping that the open store is read by: it comes before the guess.
    begun: Option<Arc<Mapping>>,
}

impl MappingView {
    fn new(path: PathBuf, why: Option<String>) -> Self {
        let stem = path.file_stem().map_or_else(|| "store".into(), |stem| stem.to_string_lossy().into_owned());
        let file = path.with_file_name(format!("{stem}.mapping.json"));
        Self { path, why, file, ..Self::default() }
    }

    /// What the look showed, as soon as it did.
    pub fn seen(&self) -> Option<&Survey> {
        self.survey.value().map(|(survey, _)| survey)
    }

    /// The table whose columns are shown.
    pub fn table(&self) -> Option<&TableSeen> {
        self.seen()?.table(&self.shown)
    }

    /// What the mapping says of a table, if it takes it for one of events.
    pub fn mapped(&self, table: &str) -> Option<&MappedTable> {
        self.draft.tables.iter().find(|mapped| mapped.table.eq_ignore_ascii_case(table))
    }

    /// The preview, if it is of the mapping as it is now.
    pub fn previewed(&self) -> Option<&Preview> {
        self.preview.value().map(|(preview, _)| preview)
    }

    /// Why the store can't be opened by the mapping, in words.
    pub fn refusal(&self) -> Option<String> {
        if self.seen().is_none() {
            return Some("The tables are being looked at".to_owned());
        }
        if self.draft.tables.is_empty() {
            return Some("Choose a table that holds events".to_owned());
        }
        if let Some(table) = self.draft.tables.iter().find(|table| table.event_type.is_none()) {
            return Some(format!("Say what the type of events in {} is", table.table));
        }
        self.previewed().and_then(|preview| preview.refusal.clone())
    }

    /// What is odd about rows that the mapping reads, as the preview shows it.
    pub fn oddities(&self) -> impl Iterator<Item = &Problem> {
        self.previewed().into_iter().flat_map(|preview| &preview.problems).filter(|problem| problem.rows > 0)
    }

    /// How sure the guess is, in words: not surer than the rows below it look.
    pub fn certainty_words(&self) -> &'static str {
        let Some(survey) = self.seen() else { return "" };
        if self.draft != survey.guess {
            return "This is your own mapping: look at the rows below.";
        }
        let odd = self.oddities().next().is_some();
        match (survey.certainty, odd) {
            (Certainty::Sure, false) if self.preview.is_pending() => "Names, types and values agree.",
            (Certainty::Sure, false) => "Names, types and values agree: the guess is most likely right.",
            (Certainty::Likely, false) => "Most of it fits: the guess is probably right. Look at the rows below.",
            (Certainty::Sure | Certainty::Likely, true) => {
                "The columns look right, but not all rows read well by them: see what is marked before you open it."
            }
            (Certainty::Unsure, _) => "It may not be events at all: look closely before you open it.",
            (Certainty::None, _) => "Nothing in it looks like events. Map it by hand, if you know better.",
        }
    }
}

impl App {
    /// A file's tables are of no known layout: perhaps the user has mapped such a file before.
    pub(super) fn unmapped(&mut self, path: PathBuf, why: String, requests: &mut Vec<Request>) {
        self.mapping = Some(MappingView::new(path.clone(), Some(why)));
        self.look_at_tables(path, true, requests);
    }

    /// What is asked of the dialog.
    pub(super) fn map(&mut self, command: MappingCommand, requests: &mut Vec<Request>) {
        match command {
            MappingCommand::Ask => {
                let Some(document) = &self.document else { return };
                let path = document.opened.path.clone();
                let mut view = MappingView::new(path.clone(), None);
                view.begun.clone_from(&document.opened.mapping);
                self.opens_beside = false;
                self.mapping = Some(view);
                self.look_at_tables(path, false, requests);
            }
            MappingCommand::AskFor(path) => {
                self.mapping = Some(MappingView::new(path.clone(), None));
                self.look_at_tables(path, false, requests);
            }
            MappingCommand::Load(path) => {
                requests.push(self.request(Slot::MappingFile, "Reading a mapping", Job::ReadMapping { path }));
            }
            MappingCommand::Save { out, force } => self.save_mapping(out, force, requests),
            MappingCommand::Open => self.open_mapped(requests),
            command => {
                let Some(view) = &mut self.mapping else { return };
                if view.change(command) {
                    self.want_preview(requests);
                }
            }
        }
    }

    fn look_at_tables(&mut self, path: PathBuf, kept: bool, requests: &mut Vec<Request>) {
        if !kept {
            self.dialog = Some(Dialog::Mapping);
        }
        let folder = self.surroundings.mappings.clone().filter(|_| kept);
        let title = format!("Looking at the tables of {}", path.display());
        let request = self.request(Slot::Survey, title, Job::Survey { path, folder });
        if let Some(view) = &mut self.mapping {
            view.survey.ask(request.generation);
        }
        requests.push(request);
    }

    /// The tables were looked at; a kept mapping that fits is used at once.
    pub(super) fn surveyed(
        &mut self,
        generation: u64,
        survey: Survey,
        kept: Option<Mapping>,
        requests: &mut Vec<Request>,
    ) {
        let Some(view) = &mut self.mapping else { return };
        if !view.survey.awaits(generation) {
            return;
        }
        view.draft = match &view.begun {
            Some(begun) => Mapping::clone(begun),
            None => survey.guess.clone(),
        };
        let first = view.draft.tables.first().map(|table| table.table.clone());
        view.shown = first.or_else(|| survey.tables.first().map(|table| table.name.clone())).unwrap_or_default();
        view.survey.answer(generation, Ok(survey));
        match kept {
            Some(kept) => {
                view.draft = kept;
                self.opened_by_kept = true;
                self.open_mapped(requests);
            }
            None => {
                self.opening = None;
                self.dialog = Some(Dialog::Mapping);
                self.want_preview(requests);
            }
        }
    }

    /// A job for the dialog failed. False if it is not the dialog's to tell.
    pub(super) fn mapping_failed(&mut self, slot: Slot, generation: u64, message: &str) -> bool {
        match slot {
            Slot::Survey => self.not_surveyed(generation, message.to_owned()),
            Slot::MappingPreview => self.previewed(generation, Err(message.to_owned())),
            Slot::MappingFile => return self.mapping_file_failed(message),
            Slot::Open => return self.not_mapped(message),
            _ => return false,
        }
        true
    }

    /// The tables can't be looked at.
    fn not_surveyed(&mut self, generation: u64, why: String) {
        let Some(view) = &mut self.mapping else { return };
        if view.survey.answer(generation, Err(why.clone())) && self.dialog.is_none() {
            self.mapping = None;
            self.did_not_open(why);
        }
    }

    fn want_preview(&mut self, requests: &mut Vec<Request>) {
        let Some(view) = &self.mapping else { return };
        let (path, mapping) = (view.path.clone(), Arc::new(view.draft.clone()));
        let request =
            self.request(Slot::MappingPreview, "Reading rows as events", Job::PreviewMapping { path, mapping });
        if let Some(view) = &mut self.mapping {
            view.preview.ask(request.generation);
        }
        requests.push(request);
    }

    /// Rows as events are there.
    pub(super) fn previewed(&mut self, generation: u64, preview: Result<Preview, String>) {
        if let Some(view) = &mut self.mapping {
            view.preview.answer(generation, preview);
        }
    }

    /// A mapping file was read.
    pub(super) fn mapping_read(&mut self, path: &Path, mapping: Mapping, requests: &mut Vec<Request>) {
        let Some(view) = &mut self.mapping else { return };
        view.told = Some((true, format!("Took the mapping of {}", path.display())));
        view.file = path.to_owned();
        if let Some(first) = mapping.tables.first() {
            let known =
                view.seen().and_then(|survey| survey.tables.iter().find(|table| same(&table.name, &first.table)));
            view.shown = known.map_or_else(|| first.table.clone(), |table| table.name.clone());
        }
        view.draft = mapping;
        self.want_preview(requests);
    }

    /// A mapping file was written.
    pub(super) fn mapping_written(&mut self, path: &Path) {
        if let Some(view) = &mut self.mapping {
            view.told = Some((true, format!("Wrote {}", path.display())));
        }
    }

    /// A mapping file could not be read or written. False if nobody waits for it.
    fn mapping_file_failed(&mut self, message: &str) -> bool {
        let Some(view) = &mut self.mapping else { return false };
        view.told = Some((false, message.to_owned()));
        true
    }

    fn save_mapping(&mut self, out: PathBuf, force: bool, requests: &mut Vec<Request>) {
        let Some(view) = &self.mapping else { return };
        let (store, text) = (view.path.clone(), view.draft.to_json().into());
        let title = format!("Writing {}", out.display());
        requests.push(self.request(Slot::MappingFile, title, Job::WriteMapping { store, out, text, force }));
    }

    fn open_mapped(&mut self, requests: &mut Vec<Request>) {
        let Some(view) = self.mapping.as_ref().filter(|view| view.refusal().is_none()) else { return };
        let (path, mapping) = (view.path.clone(), Arc::new(view.draft.clone()));
        self.reopen(path, crate::job::OpenAs::Mapping(mapping), requests);
    }

    /// Opens a file in a way that the user chose; where it is open already, it takes the place of what is shown.
    pub(super) fn reopen(&mut self, path: PathBuf, how: crate::job::OpenAs, requests: &mut Vec<Request>) {
        let shown = self.document.as_ref().filter(|document| document.opened.path == path);
        let rules = shown.and_then(|document| document.opened.rules.clone());
        let key = self.new_store_key();
        let title = format!("Opening {}", path.display());
        self.opening = Some(path.clone());
        requests.push(self.request(Slot::Open, title, Job::OpenAs { path, key, how, rules }));
    }

    /// A store is open that is read by a mapping: it is offered again for the next of its shape.
    pub(super) fn keep_mapping(&mut self, requests: &mut Vec<Request>) {
        let by_kept = std::mem::take(&mut self.opened_by_kept);
        self.mapping = None;
        let Some(mapping) = self.document.as_ref().and_then(|document| document.opened.mapping.clone()) else { return };
        if by_kept {
            let words = format!("Opened with your mapping '{}'", mapping.name);
            self.notify(NoticeKind::Note, words).mapping = true;
        } else if let Some(folder) = &self.surroundings.mappings {
            let path = folder.join(format!("{}.json", mapping.fingerprint()));
            let job = Job::Save { path, contents: mapping.to_json() };
            requests.push(self.request(Slot::KeepMapping, "Keeping the mapping", job));
        }
    }

    /// The dialog is put away.
    pub(super) fn forget_mapping(&mut self, requests: &mut Vec<Request>) {
        let Some(view) = self.mapping.take() else { return };
        // A private copy may have been made for the look.
        requests.push(self.request(Slot::Survey, "Closing", Job::ForgetTables));
        if let Some(why) = view.why {
            self.did_not_open(why);
        }
    }

    /// The store could not be opened by the mapping. False if the dialog is not open.
    fn not_mapped(&mut self, message: &str) -> bool {
        self.opened_by_kept = false;
        let Some(view) = &mut self.mapping else { return false };
        self.opening = None;
        view.told = Some((false, message.to_owned()));
        self.dialog = Some(Dialog::Mapping);
        true
    }
}

fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

impl MappingView {
    /// Does what a command says. True if rows read differently now.
    fn change(&mut self, command: MappingCommand) -> bool {
        self.told = None;
        match command {
            MappingCommand::Show(table) => {
                self.shown = table;
                return false;
            }
            MappingCommand::Rename(name) => {
                self.draft.name = name;
                return false;
            }
            MappingCommand::Use { table, on } => self.use_table(table, on),
            MappingCommand::Set(mapped) => {
                if let Some(known) = self.draft.tables.iter_mut().find(|known| same(&known.table, &mapped.table)) {
                    *known = *mapped;
                }
            }
            MappingCommand::Guess => {
                let Some(survey) = self.seen() else { return false };
                self.draft = survey.guess.clone();
            }
            _ => return false,
        }
        true
    }

    fn use_table(&mut self, table: String, on: bool) {
        self.draft.tables.retain(|known| !same(&known.table, &table));
        if on {
            let seen = self.seen().and_then(|survey| survey.table(&table));
            let possible = seen.is_some_and(|seen| seen.verdict != TableVerdict::Impossible);
            let mut mapped = seen.map(|seen| seen.guess.clone()).unwrap_or_default();
            mapped.table.clone_from(&table);
            // A table of its own is often a type of its own.
            mapped.event_type.get_or_insert_with(|| Place::Value(table.clone()));
            if possible {
                self.draft.tables.push(mapped);
            }
        }
        self.shown = table;
    }
}

#[cfg(test)]
mod tests;
