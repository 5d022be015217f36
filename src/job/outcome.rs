//! What comes of jobs.

use std::path::PathBuf;
use std::sync::Arc;

use super::{
    BranchTrack, Copied, EventRow, FormSample, Glance, Life, LiveNews, OpenedStore, Pick, Projected, Reply, RowChange,
    ScenarioId, Searched, SnapshotView, StateView, StoreKey, Track, Tried,
};
use crate::analysis::health::Health;
use crate::analysis::schema::Catalogue;
use crate::model::mapping::{Mapping, Preview, Survey};
use crate::model::{CopyDescription, FileHash, SnapshotIndex};
use crate::query::Vocabulary;
use crate::whatif::{
    Branch, Compensation, Differences, Follows, Grades, KeptScenarios, ScenarioFile, SideBySide, Sweep, SweepEdit,
};

/// What came of a job.
#[derive(Debug)]
pub enum Outcome {
    /// A store is open and indexed.
    Opened(Box<OpenedStore>),
    /// A file's tables are of no known layout.
    Unmapped {
        /// The file.
        path: PathBuf,
        /// What it holds, and what can be done.
        why: String,
    },
    /// What a look at a file's tables showed.
    Surveyed {
        /// What it showed.
        survey: Box<Survey>,
        /// A kept mapping that fits.
        kept: Option<Box<Mapping>>,
    },
    /// Rows as the events that a mapping makes of them.
    MappingPreview(Box<Preview>),
    /// A mapping file was read.
    MappingRead {
        /// The file.
        path: PathBuf,
        /// What is in it.
        mapping: Box<Mapping>,
    },
    /// A mapping file was written.
    MappingWritten(PathBuf),
    /// The state at a moment.
    State(Box<StateView>),
    /// Events in full, in the order asked for.
    Events(Vec<(u32, EventRow)>),
    /// The scenario's branch.
    Branch(Arc<Branch>),
    /// A scenario's edit does not fit what was recorded.
    Refused {
        /// The edit's index in the scenario that was applied.
        edit: usize,
        /// Why it does not fit, and what to do.
        why: String,
    },
    /// What differs over time.
    Differences(Box<Differences>),
    /// Two histories side by side.
    SideBySide(Box<SideBySide>),
    /// A copy was written.
    Copied(Copied),
    /// What a copy would hold.
    CopyDescribed(Box<CopyDescription>),
    /// What a look at the whole store came to, or at a part of it.
    Checked(Arc<Health>),
    /// What the file was like when it was hashed.
    Hashed(Box<FileHash>),
    /// A file was chosen, or none.
    Picked(Pick, Option<PathBuf>),
    /// What is new in a store.
    News(LiveNews),
    /// Whether a store has changed.
    Glanced(Glance),
    /// A store was forgotten.
    Closed,
    /// The life of a value.
    Life(Box<Life>),
    /// What events changed.
    Changes {
        /// In the state of which stream.
        stream: Arc<str>,
        /// By event.
        rows: Vec<(u32, Arc<RowChange>)>,
    },
    /// A track, whole.
    Track(Box<Track>),
    /// A track in a branch; `None` where the edits leave the stream as recorded.
    BranchTrack(Option<Box<BranchTrack>>),
    /// A search that looked at everything.
    Searched(Searched),
    /// What can be named in a search.
    Vocabulary(Arc<Vocabulary>),
    /// Other projections are in use.
    Projected(Projected),
    /// A first rule file was written.
    Suggested(PathBuf),
    /// What a file's time and size come to; `None` if it is gone.
    Watched {
        /// Which file.
        path: PathBuf,
        /// Differs when the file was changed.
        stamp: Option<u64>,
    },
    /// A sample is there to be opened.
    SampleReady(PathBuf),
    /// A small file was written.
    Saved,
    /// The scenarios of a store were kept.
    Kept {
        /// Where: beside the file that they were to be in, if somebody else has changed that.
        at: KeptAt,
        /// What a user should know of it.
        note: Option<String>,
    },
    /// Which of the recently opened files are gone.
    Missing(Vec<PathBuf>),
    /// The event of an id, if the store has one.
    FoundId {
        /// The id.
        id: Arc<str>,
        /// The event.
        event: Option<u32>,
    },
    /// A summary.
    Reply(Reply),
    /// What follows from a scenario.
    Follows(Arc<Follows>),
    /// The scenarios that were kept of a store.
    Restored {
        /// Of which store.
        store: StoreKey,
        /// Where they are kept; `None` where they can't be.
        at: Option<KeptAt>,
        /// They, with how each fits; none were kept where there are none.
        kept: KeptScenarios,
        /// How each fits, in their order.
        grades: Vec<Grades>,
        /// What a user should know of it.
        note: Option<String>,
    },
    /// A scenario file was read.
    ScenarioRead {
        /// The file.
        path: PathBuf,
        /// What is in it.
        file: Box<ScenarioFile>,
        /// How it fits.
        grades: Grades,
    },
    /// A scenario file was written.
    ScenarioWritten {
        /// Which scenario.
        id: ScenarioId,
        /// The file.
        path: PathBuf,
    },
    /// A fixture was written.
    FixtureWritten {
        /// The file.
        path: PathBuf,
        /// How many cases are in it.
        cases: usize,
    },
    /// What events of a type usually say.
    TypeSample(Box<FormSample>),
    /// What an edit would change.
    Tried(Box<Tried>),
    /// What can be varied, edit by edit.
    SweepPlaces(Vec<SweepEdit>),
    /// A sweep.
    Swept(Arc<Sweep>),
    /// Proposals, a stream each.
    Compensations(Vec<Compensation>),
    /// The event types of a store, with their fields.
    Catalogue(Arc<Catalogue>),
    /// Which snapshots the store has.
    Snapshots(Arc<SnapshotIndex>),
    /// A snapshot in full.
    Snapshot(Arc<SnapshotView>),
    /// A text was written.
    Written(PathBuf),
}

/// Where the scenarios of a store are kept, and what is known of what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAt {
    /// The file.
    pub path: PathBuf,
    /// Differs when the file was changed since it was last read or written; `None` where there was none.
    pub stamp: Option<u64>,
    /// Files beside it, from other windows, whose scenarios were taken over: they go once those are written.
    pub taken: Vec<(PathBuf, u64)>,
}
