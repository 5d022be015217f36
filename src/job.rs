//! Contracts between the application and its workers: data only.
//!
//! The application asks with a [`Request`], a worker answers with a [`Finished`]. Requests of one [`Slot`] replace
//! each other: the newest wins, an older one is cancelled, and an answer with an older generation is dropped.

mod answers;
mod live;
mod outcome;
mod slot;
mod views;

use std::path::PathBuf;
use std::sync::Arc;

pub use answers::{
    BranchInterval, BranchStep, BranchTrack, EventRow, FormSample, Interval, Life, LifeEntry, Projected, Reply,
    ReplyFormat, RowChange, Searched, SnapshotCheck, SnapshotView, Track, TrackStep, TrackWhat, Tried, TriedEvent,
};
pub use live::{Glance, LiveNews};
pub use outcome::{KeptAt, Outcome};
pub use slot::Slot;
pub use views::{At, Copied, OpenedFile, OpenedStore, Side, StateView};

use crate::analysis::health::Findings;
use crate::model::mapping::Mapping;
use crate::model::{Cancel, CategoryIndex, Found, Moment, Path, Progress, ValuePath};
use crate::query::Query;
use crate::whatif::{Scenario, SweepSpec};

/// Which opened store a job is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StoreKey(pub u32);

/// One of an open store's scenarios.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScenarioId(pub u32);

/// One piece of work.
#[derive(Debug, Clone)]
pub enum Job {
    /// Open a file and index it.
    Open {
        /// The file.
        path: PathBuf,
        /// Key for the opened store.
        key: StoreKey,
        /// A layout's id, to force it.
        layout: Option<String>,
        /// A rule file, instead of one beside the store.
        rules: Option<PathBuf>,
    },
    /// Open a file in a way that was chosen, and index it.
    OpenAs {
        /// The file.
        path: PathBuf,
        /// Key for the opened store.
        key: StoreKey,
        /// How it is read.
        how: OpenAs,
        /// A rule file, instead of one beside the store.
        rules: Option<PathBuf>,
    },
    /// Look at a file's tables, and guess which hold events.
    Survey {
        /// The file.
        path: PathBuf,
        /// Where mappings are kept: one that fits comes with the answer.
        folder: Option<PathBuf>,
    },
    /// Show rows as the events that a mapping makes of them.
    PreviewMapping {
        /// The file.
        path: PathBuf,
        /// The mapping.
        mapping: Arc<Mapping>,
    },
    /// Forget the file whose tables were looked at.
    ForgetTables,
    /// Read a mapping file.
    ReadMapping {
        /// The file.
        path: PathBuf,
    },
    /// Write a mapping file. The store is never overwritten.
    WriteMapping {
        /// The store that it is for.
        store: PathBuf,
        /// Where to.
        out: PathBuf,
        /// What will be in it.
        text: Arc<str>,
        /// Replace a file that is there.
        force: bool,
    },
    /// The state of a stream at a moment, as recorded and, with a scenario, in its branch.
    State(StateRequest),
    /// Events in full, by their index.
    Events {
        /// Of which store.
        store: StoreKey,
        /// Which events.
        indices: Vec<u32>,
    },
    /// Apply a scenario.
    Branch {
        /// To which store.
        store: StoreKey,
        /// The edits.
        scenario: Arc<Scenario>,
    },
    /// Find every event at which the difference between two histories of a stream changes.
    Differences(Sides),
    /// Set two histories of a stream side by side.
    SideBySide(Sides),
    /// Write a copy.
    Copy {
        /// What it is to be.
        wish: CopyWish,
        /// Where to.
        out: PathBuf,
        /// Replace a file that is there.
        force: bool,
    },
    /// Find out what a copy would hold, without writing it.
    DescribeCopy(CopyWish),
    /// Hash the opened file.
    Hash {
        /// Of which store.
        store: StoreKey,
    },
    /// Ask the user for a file with the system's dialog.
    Pick(Pick),
    /// Look whether the whole history is sound.
    Check {
        /// Of which store.
        store: StoreKey,
        /// Where findings appear as they come.
        findings: Findings,
    },
    /// Forget a store and what was cached for it.
    Close {
        /// Which store.
        store: StoreKey,
    },
    /// Every event that set a value.
    Life {
        /// Of which store.
        store: StoreKey,
        /// Of which stream.
        stream: Arc<str>,
        /// Which value of its state.
        path: ValuePath,
    },
    /// What events of a stream changed in its state.
    Changes {
        /// Of which store.
        store: StoreKey,
        /// Of which stream.
        stream: Arc<str>,
        /// Which of its events.
        events: Vec<u32>,
    },
    /// A field or a condition over a stream's whole history.
    Track {
        /// Of which store.
        store: StoreKey,
        /// Of which stream.
        stream: Arc<str>,
        /// Of what.
        what: TrackWhat,
    },
    /// The same in a scenario's branch, from where it leaves what was recorded.
    BranchTrack {
        /// Of which store.
        store: StoreKey,
        /// Of which stream.
        stream: Arc<str>,
        /// Of what.
        what: TrackWhat,
        /// With which edits.
        scenario: Arc<Scenario>,
    },
    /// Every event of the store that a query matches.
    Search {
        /// Of which store.
        store: StoreKey,
        /// What is looked for.
        query: Query,
        /// Where hits appear as they are found.
        found: Found,
    },
    /// What can be named in a search: types, fields, examples of values.
    Vocabulary {
        /// Of which store.
        store: StoreKey,
    },
    /// Make states with other projections from now on.
    Project {
        /// Of which store.
        store: StoreKey,
        /// Which.
        choice: ProjectionChoice,
    },
    /// Write a first rule file for a category, by names and sample values.
    Suggest {
        /// Of which store.
        store: StoreKey,
        /// Which category.
        category: CategoryIndex,
        /// Where to.
        out: PathBuf,
        /// Replace a file that is there.
        force: bool,
    },
    /// Look whether a file has changed.
    Watch {
        /// Which file.
        path: PathBuf,
    },
    /// Look for what is new in a store that is followed.
    Poll {
        /// Which store.
        store: StoreKey,
        /// The generation of the index that is known.
        known: u64,
    },
    /// Read the rest of a store whose beginning is shown.
    ReadOn {
        /// Which store.
        store: StoreKey,
    },
    /// Read a store again as it is now, to be followed from now on or no longer.
    Reopen {
        /// Which store.
        store: StoreKey,
        /// Whether it is followed.
        follow: bool,
    },
    /// Look whether a store that is not followed has changed.
    Glance {
        /// Which store.
        store: StoreKey,
    },
    /// Write a bundled sample into a folder, unless it is there.
    Sample {
        /// The sample's name.
        name: &'static str,
        /// Where to; made if need be.
        folder: PathBuf,
    },
    /// Write a small file, whole or not at all.
    Save {
        /// Which file; its folder is made if need be.
        path: PathBuf,
        /// What will be in it.
        contents: String,
    },
    /// Keep a store's scenarios. A file that somebody else has changed is never written over.
    Keep {
        /// Where, and what is known to be there.
        at: KeptAt,
        /// What will be in the file.
        contents: String,
    },
    /// Look which of these files are there.
    Recents {
        /// The files.
        paths: Vec<PathBuf>,
    },
    /// Find the event of an id.
    FindId {
        /// Of which store.
        store: StoreKey,
        /// The event's own id.
        id: Arc<str>,
    },
    /// Sum up a stream at a moment, to be pasted into an answer.
    Reply {
        /// Of which store.
        store: StoreKey,
        /// Of which stream.
        stream: Arc<str>,
        /// At which moment.
        moment: Moment,
        /// The zone of its times.
        zone: chrono_tz::Tz,
        /// As which kind of text.
        format: ReplyFormat,
        /// The file's hash, where it is known.
        hash: Option<String>,
    },
    /// What follows from a scenario in the whole store.
    Follow {
        /// In which store.
        store: StoreKey,
        /// The edits.
        scenario: Arc<Scenario>,
        /// What they are compared with; `None` is what was recorded.
        against: Option<Arc<Scenario>>,
    },
    /// Find the scenarios that were kept of a store, and judge them.
    Restore {
        /// Of which store.
        store: StoreKey,
        /// Where scenarios are kept.
        folder: PathBuf,
    },
    /// Read a scenario file and judge it.
    ReadScenario {
        /// For which store.
        store: StoreKey,
        /// The file.
        path: PathBuf,
    },
    /// Write a scenario file, whole or not at all.
    WriteScenario {
        /// Of which store: it is never overwritten.
        store: StoreKey,
        /// Which scenario.
        id: ScenarioId,
        /// What will be in it.
        contents: String,
        /// Where to.
        out: PathBuf,
        /// Replace a file that is there.
        force: bool,
    },
    /// Write what a scenario shows as given-when-then cases.
    Fixture(FixtureRequest),
    /// What events of a type usually say, from a few of them; for a form in which one is written.
    TypeSample {
        /// Of which store.
        store: StoreKey,
        /// For an event of which stream; it need not be there yet.
        stream: Arc<str>,
        /// Which type, in full or as it is shown. An empty one is the commonest of the stream's category.
        event_type: Arc<str>,
        /// The recorded event that is changed, to be read in full.
        event: Option<u32>,
    },
    /// What an edit would change in the state right where it is, before it is made.
    TryEdit {
        /// In which store.
        store: StoreKey,
        /// The edits without it; `None` for history as recorded.
        without: Option<Arc<Scenario>>,
        /// The edits with it.
        with: Arc<Scenario>,
        /// In which stream to look.
        stream: Arc<str>,
        /// At which event to look.
        event: TriedEvent,
    },
    /// What can be varied in a scenario's edits.
    SweepPlaces {
        /// In which store.
        store: StoreKey,
        /// The edits.
        scenario: Arc<Scenario>,
    },
    /// Vary a value of an edit over a range.
    Sweep {
        /// In which store.
        store: StoreKey,
        /// The edits.
        scenario: Arc<Scenario>,
        /// What is varied.
        spec: SweepSpec,
        /// The fields to show; none for those that tell most.
        fields: Vec<Path>,
    },
    /// Propose events that would bring recorded states to those of a scenario.
    Compensate {
        /// In which store.
        store: StoreKey,
        /// The edits.
        scenario: Arc<Scenario>,
    },
    /// Tell which types the events of a store have, with which fields.
    Catalogue {
        /// Of which store.
        store: StoreKey,
    },
    /// Find out which snapshots the store has.
    Snapshots {
        /// Which store.
        store: StoreKey,
    },
    /// Read a snapshot, and compare it with what the replay comes to.
    Snapshot {
        /// Of which store.
        store: StoreKey,
        /// Its place in the index.
        at: usize,
    },
    /// Write a text that was asked for. The store is never overwritten.
    Write {
        /// Beside which store.
        store: StoreKey,
        /// Where to.
        out: PathBuf,
        /// What will be in it.
        text: Arc<str>,
        /// Replace a file that is there.
        force: bool,
    },
}

impl Job {
    /// Whether what it answers is about the whole store, so that a part of it would mislead.
    pub fn is_about_all(&self) -> bool {
        matches!(
            self,
            Self::Copy { .. }
                | Self::DescribeCopy(_)
                | Self::Check { .. }
                | Self::Catalogue { .. }
                | Self::Search { .. }
                | Self::Follow { .. }
                | Self::Fixture(_)
                | Self::Sweep { .. }
                | Self::Reply { .. }
        )
    }

    /// The store that it is about, if it is about one.
    pub fn store(&self) -> Option<StoreKey> {
        match self {
            Self::State(request) => Some(request.store),
            Self::Differences(sides) | Self::SideBySide(sides) => Some(sides.store),
            Self::Events { store, .. }
            | Self::Branch { store, .. }
            | Self::Copy { wish: CopyWish { store, .. }, .. }
            | Self::DescribeCopy(CopyWish { store, .. })
            | Self::Hash { store }
            | Self::Check { store, .. }
            | Self::Life { store, .. }
            | Self::Changes { store, .. }
            | Self::Track { store, .. }
            | Self::BranchTrack { store, .. }
            | Self::Search { store, .. }
            | Self::Vocabulary { store }
            | Self::Project { store, .. }
            | Self::Suggest { store, .. }
            | Self::FindId { store, .. }
            | Self::Reply { store, .. }
            | Self::Follow { store, .. }
            | Self::Restore { store, .. }
            | Self::ReadScenario { store, .. }
            | Self::WriteScenario { store, .. }
            | Self::Fixture(FixtureRequest { store, .. })
            | Self::TypeSample { store, .. }
            | Self::TryEdit { store, .. }
            | Self::SweepPlaces { store, .. }
            | Self::Sweep { store, .. }
            | Self::Compensate { store, .. }
            | Self::Poll { store, .. }
            | Self::ReadOn { store }
            | Self::Reopen { store, .. }
            | Self::Glance { store }
            | Self::Catalogue { store }
            | Self::Snapshots { store }
            | Self::Snapshot { store, .. }
            | Self::Write { store, .. } => Some(*store),
            Self::Open { .. }
            | Self::OpenAs { .. }
            | Self::Survey { .. }
            | Self::PreviewMapping { .. }
            | Self::ForgetTables
            | Self::ReadMapping { .. }
            | Self::WriteMapping { .. }
            | Self::Pick(_)
            | Self::Close { .. }
            | Self::Watch { .. }
            | Self::Sample { .. }
            | Self::Save { .. }
            | Self::Keep { .. }
            | Self::Recents { .. } => None,
        }
    }
}

/// How a file is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenAs {
    /// By the layout that its tables show.
    Recognised,
    /// By the layout that its tables show, followed from the first look on: nothing is copied.
    Followed,
    /// By this layout.
    Layout(String),
    /// By a mapping.
    Mapping(Arc<Mapping>),
    /// As one history with other files.
    Together {
        /// The others.
        with: Vec<PathBuf>,
        /// A mapping for those that it fits.
        mapping: Option<Arc<Mapping>>,
        /// Followed from the first look on.
        follow: bool,
    },
}

/// What makes states of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectionChoice {
    /// Payloads are merged in order.
    Automatic,
    /// A projection file.
    File(PathBuf),
}

/// What a file is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pick {
    /// A store to open.
    Open,
    /// A further file of the history that is open.
    Together,
    /// Where to write a copy.
    SaveCopy,
    /// A projection file to use.
    Rules,
    /// Where to write a first rule file.
    SaveRules,
    /// A scenario file to open.
    Scenario,
    /// Where to save a scenario.
    SaveScenario,
    /// Where to write a fixture.
    SaveFixture,
    /// Where to write a proposal of compensating events.
    SaveProposal,
    /// A mapping file to use.
    Mapping,
    /// Where to write a mapping file.
    SaveMapping,
}

/// What to replay, and up to where.
#[derive(Debug, Clone)]
pub struct StateRequest {
    /// Of which store.
    pub store: StoreKey,
    /// The stream's name.
    pub stream: Arc<str>,
    /// Up to where.
    pub moment: Moment,
    /// With these edits as well.
    pub scenario: Option<Arc<Scenario>>,
    /// Compared with the history that these edits make; `None` is history as recorded.
    pub against: Option<Arc<Scenario>>,
}

/// What a copy is to be.
#[derive(Debug, Clone)]
pub struct CopyWish {
    /// Of which store.
    pub store: StoreKey,
    /// With these edits; none for history as recorded.
    pub scenario: Option<Arc<Scenario>>,
    /// Up to this moment, without edits; `None` is the whole history.
    pub until: Option<Moment>,
    /// In Foldline's own layout, whatever the store's is.
    pub as_foldline: bool,
    /// With all tables of the file, where it is in the store's own layout.
    pub whole: bool,
}

/// Two histories of a stream to compare. Without a scenario a side is as recorded.
#[derive(Debug, Clone)]
pub struct Sides {
    /// Of which store.
    pub store: StoreKey,
    /// Of which stream.
    pub stream: Arc<str>,
    /// What is compared with.
    pub left: Option<Arc<Scenario>>,
    /// What is compared.
    pub right: Option<Arc<Scenario>>,
}

/// Which cases are written of which stream, and where to.
#[derive(Debug, Clone)]
pub struct FixtureRequest {
    /// Of which store: it is never overwritten.
    pub store: StoreKey,
    /// With which edits; none is history as recorded.
    pub scenario: Option<Arc<Scenario>>,
    /// The stream's name.
    pub stream: Arc<str>,
    /// One moment; without it the places that tell.
    pub at: Option<Moment>,
    /// Where to; text to read where the name ends in `.txt` or `.md`, else JSON.
    pub out: PathBuf,
    /// Replace a file that is there.
    pub force: bool,
}

/// A job on its way to a worker.
#[derive(Debug, Clone)]
pub struct Request {
    /// What it replaces.
    pub slot: Slot,
    /// The newest wins.
    pub generation: u64,
    /// What to do.
    pub job: Job,
    /// Told how far it is.
    pub progress: Progress,
    /// Told to stop.
    pub cancel: Cancel,
}

/// A worker's answer.
#[derive(Debug)]
pub struct Finished {
    /// The request's slot.
    pub slot: Slot,
    /// The request's generation.
    pub generation: u64,
    /// What came of it.
    pub result: Result<Outcome, Failure>,
}

/// Why a job came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It was told to stop, or a newer request took its place.
    Cancelled,
    /// It failed; the text says what, where, and what to do next.
    Failed(String),
    /// A file that is being written could not be copied to be read; it could be followed instead. The text is as above.
    NoCopy(String),
}
