//! The headless application: all that a user can see and do, without pixels.
//!
//! [`App::update`] takes a [`Command`] and gives the [`Request`]s that it leads to; the window sends them to the
//! worker pool, tests run them inline. Time comes in with commands, never from a clock.

pub mod actions;
mod answers;
pub mod as_of;
pub mod branch_marks;
pub mod branch_tracks;
pub mod cataloguing;
pub mod checking;
pub mod choosing;
pub mod command;
pub mod comparing;
mod compensating;
pub mod copying;
pub mod document;
pub mod dragging;
pub mod edit_form;
pub mod edit_words;
mod editing;
mod focusing;
pub mod following;
pub mod live;
mod looking;
pub mod mapping;
pub mod merged_rows;
mod moving;
pub mod moving_edits;
mod opening;
pub mod palette;
mod projecting;
pub mod proving;
pub mod remote;
pub mod scenario_files;
pub mod scenarios;
pub mod search;
pub mod settings;
pub mod snapshots;
pub mod stream_list;
mod sweeping;
#[cfg(test)]
pub(crate) mod testing;
mod ticking;
mod trail;
mod update;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use chrono_tz::Tz;

pub use as_of::{AsOf, Unclear, read as read_as_of, shown as shown_moment};
pub use cataloguing::Cataloguing;
pub use checking::Checking;
pub use choosing::Chosen;
pub use command::{Command, Direction, Focus, Sheet, Step, Tab, ThemeChoice, TrackSource};
pub use comparing::{Comparison, Jump};
pub use copying::{CopyChoice, CopyQuestion, copy_words, refusal_words};
pub use document::{Cursor, Document, LifeView, TrackView};
pub use edit_form::{EditForm, Field, FormCommand, FormStart};
pub use edit_words::EditWords;
pub use live::{Following, Live};
pub use mapping::{MappingCommand, MappingView};
pub use moving_edits::Asking;
pub use remote::Remote;
pub use scenarios::{Against, ScenarioView, Scenarios};
pub use search::Search;
pub use settings::{PanelName, Settings, StreamSort, ZoneChoice};
pub use stream_list::{ListRow, StreamList};

use crate::job::{Job, Request, ScenarioId, Slot, StoreKey};
use crate::model::{Cancel, CategoryIndex, Progress, Timestamp};
use crate::whatif::Scenario;

/// A message that stays until it is put away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// For putting it away.
    pub id: u64,
    /// Good or bad news.
    pub kind: NoticeKind,
    /// What happened, to what, and what to do next.
    pub text: String,
    /// A store that the notice is about and that can be opened.
    pub open: Option<PathBuf>,
    /// A store that can be followed where it can't be copied.
    pub follow: Option<PathBuf>,
    /// A text file that the notice is about and that can be edited.
    pub edit: Option<PathBuf>,
    /// Since when it is shown, as far as somebody told the time.
    pub since: Option<Timestamp>,
    /// Whether it says why a file did not open.
    pub of_opening: bool,
    /// Whether it is about the mapping of the open store, which can be changed.
    pub mapping: bool,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// It worked.
    Good,
    /// Something that one should know.
    Note,
    /// It failed.
    Bad,
}

/// A job that is under way, for the status bar.
#[derive(Debug, Clone)]
pub struct Running {
    /// What it is for.
    pub slot: Slot,
    /// The request's generation.
    pub generation: u64,
    /// What it does, in words.
    pub title: String,
    /// The store that it is about, if it is about one.
    pub store: Option<StoreKey>,
    /// How far it is.
    pub progress: Progress,
    /// For stopping it.
    pub cancel: Cancel,
}

/// A question to the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialog {
    /// Where to save a copy; a first proposal.
    SaveCopy {
        /// Beside the opened file, with a name of its own.
        proposed: PathBuf,
        /// Why the last try failed.
        problem: Option<String>,
    },
    /// Whether a file is opened beside the one that is open, or instead.
    OpenAnother {
        /// The file.
        path: PathBuf,
    },
    /// Where to write a first rule file; a first proposal.
    MakeRules {
        /// For which category.
        category: CategoryIndex,
        /// Beside the opened file.
        proposed: PathBuf,
        /// Why the last try failed.
        problem: Option<String>,
    },
    /// Where to save a scenario; a first proposal.
    SaveScenario {
        /// Which scenario.
        id: ScenarioId,
        /// Its own file, or one beside the store.
        proposed: PathBuf,
        /// Whether that is the file that it was read from or saved to.
        own: bool,
        /// Why the last try failed.
        problem: Option<String>,
    },
    /// Which scenario file to open.
    OpenScenario {
        /// The folder of the store, or what was chosen in the system's dialog.
        proposed: PathBuf,
        /// Why the last try failed.
        problem: Option<String>,
    },
    /// Where to write a fixture; a first proposal.
    Fixture {
        /// Of which stream.
        stream: Arc<str>,
        /// Beside the store.
        proposed: PathBuf,
        /// Why the last try failed.
        problem: Option<String>,
    },
    /// What a scenario is to be called.
    RenameScenario {
        /// Which scenario.
        id: ScenarioId,
    },
    /// Whether to close a scenario that is saved nowhere.
    CloseScenario {
        /// Which scenario.
        id: ScenarioId,
    },
    /// What the tables of a file are.
    Mapping,
    /// Whether to drop edits that are saved nowhere.
    DropEdits {
        /// What they are in the way of.
        then: Box<Leaving>,
    },
}

/// Why a store is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leaving {
    /// To open another file.
    Open(PathBuf),
    /// To open a copy that was just written, with the rules of the store that it was made from.
    OpenCopy(PathBuf),
    /// To close it.
    Close,
    /// To close the window.
    Quit,
}

/// The application.
#[derive(Debug, Default)]
pub struct App {
    /// The store that is shown.
    pub document: Option<Document>,
    /// Stores that are open besides it.
    pub beside: Vec<Document>,
    /// The file that is being opened.
    pub opening: Option<PathBuf>,
    /// Messages, oldest first.
    pub notices: Vec<Notice>,
    /// The question that is open.
    pub dialog: Option<Dialog>,
    /// What the panel at the bottom shows.
    pub tab: Tab,
    /// What opens over the window.
    pub sheet: Option<Sheet>,
    /// Preferences, and where the user was in each store.
    pub settings: Settings,
    /// Recently opened files that are no longer there.
    pub missing: Vec<PathBuf>,
    /// Where the keyboard's focus is to go; the window takes it.
    pub focus: Option<Focus>,
    /// Where the keyboard's focus was last, as far as somebody told.
    pub panel: Focus,
    /// What is to go to the clipboard; the window takes it.
    pub clipboard: Option<String>,
    /// Whether the window shows measurements of itself.
    pub measurements: bool,
    /// Whether the window is to be closed.
    pub quits: bool,
    /// When the next event is played, while playing.
    pub playing: Option<Timestamp>,
    /// Whether the window is in front, as far as somebody told.
    pub in_front: bool,
    /// The time of day, as far as somebody told.
    pub now: Option<Timestamp>,
    /// Where to go as soon as all edits are kept.
    leaving: Option<Leaving>,
    /// Whether the file that is being opened comes beside the one that is shown.
    opens_beside: bool,
    /// A file that is to be opened with others, and these.
    opens_with: Option<(PathBuf, Vec<PathBuf>)>,
    surroundings: Surroundings,
    /// The settings as they were last written.
    kept: Option<Settings>,
    /// When the projection file that is followed was last looked at.
    looked: Option<Timestamp>,
    /// Jobs under way.
    pub running: Vec<Running>,
    generation: u64,
    /// The copy that is asked about.
    pub copy: CopyQuestion,
    /// The tables that are being mapped.
    pub mapping: Option<MappingView>,
    /// The store that is being opened is read by a mapping that was kept.
    opened_by_kept: bool,
    /// The edits of the copy that is being written.
    copying: Option<Arc<Scenario>>,
    /// The newest request of each slot: answers of older ones come too late.
    newest: HashMap<Slot, u64>,
    next_store: u32,
    next_notice: u64,
    next_track: u32,
}

/// What is around the application.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The system's zone; UTC if it tells none.
    pub zone: Tz,
    /// Where settings are kept; nowhere without it.
    pub settings_file: Option<PathBuf>,
    /// Where bundled samples are put to be opened.
    pub samples: PathBuf,
    /// Where scenarios are kept by themselves; nowhere without it.
    pub scenarios: Option<PathBuf>,
    /// Where mappings are kept; nowhere without it.
    pub mappings: Option<PathBuf>,
}

impl App {
    /// An application with nothing open.
    pub fn new() -> Self {
        Self::default()
    }

    /// An application in its surroundings, with the preferences of the last run.
    pub fn with(surroundings: Surroundings, settings: Settings) -> Self {
        Self { surroundings, kept: Some(settings.clone()), settings, ..Self::default() }
    }

    /// The zone of all times.
    pub fn zone(&self) -> Tz {
        match self.settings.zone {
            ZoneChoice::System => self.surroundings.zone,
            ZoneChoice::Named(zone) => zone,
        }
    }

    /// The system's own zone.
    pub fn system_zone(&self) -> Tz {
        self.surroundings.zone
    }

    /// Whether a sheet, a form or a question lies over the window.
    pub fn is_covered(&self) -> bool {
        let asks = |document: &Document| document.form.is_some() || document.asking.is_some();
        self.sheet.is_some() || self.dialog.is_some() || self.document.as_ref().is_some_and(asks)
    }

    /// Does what a command says, and gives the jobs that it leads to.
    pub fn update(&mut self, command: Command) -> Vec<Request> {
        let mut requests = Vec::new();
        self.dispatch(command, &mut requests);
        self.want_follows(&mut requests);
        self.want_health(&mut requests);
        requests
    }

    /// Adds a message, once: the same words again tell nothing new.
    pub fn notify(&mut self, kind: NoticeKind, text: impl Into<String>) -> &mut Notice {
        let text = text.into();
        self.notices.retain(|notice| notice.text != text);
        self.next_notice += 1;
        let at = self.notices.len();
        self.notices.push(Notice {
            id: self.next_notice,
            kind,
            text,
            open: None,
            follow: None,
            edit: None,
            since: self.now,
            of_opening: false,
            mapping: false,
        });
        &mut self.notices[at]
    }

    /// Makes a request of a job and remembers that it runs.
    fn request(&mut self, slot: Slot, title: impl Into<String>, job: Job) -> Request {
        self.generation += 1;
        let request = Request {
            slot,
            generation: self.generation,
            job,
            progress: Progress::default(),
            cancel: Cancel::default(),
        };
        self.newest.insert(slot, self.generation);
        self.running.retain(|running| running.slot != slot);
        self.running.push(Running {
            slot,
            generation: request.generation,
            title: title.into(),
            store: request.job.store(),
            progress: request.progress.clone(),
            cancel: request.cancel.clone(),
        });
        request
    }

    fn new_store_key(&mut self) -> StoreKey {
        self.next_store += 1;
        StoreKey(self.next_store)
    }
}
