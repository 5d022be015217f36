//! Which requests replace each other.

use super::{ScenarioId, StoreKey};

/// Requests of one slot replace each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Slot {
    /// Opening a file.
    Open,
    /// Looking at the tables of a file.
    Survey,
    /// Rows as a mapping reads them.
    MappingPreview,
    /// Reading or writing a mapping file.
    MappingFile,
    /// Keeping a mapping for the next store of its shape.
    KeepMapping,
    /// The state at the cursor.
    State,
    /// The rows of the events table that are in sight.
    Rows,
    /// Applying a scenario.
    Branch(ScenarioId),
    /// What differs between two histories of a stream, over time.
    Differences,
    /// Two histories of a stream side by side.
    SideBySide,
    /// Writing a copy.
    Copy,
    /// Finding out what a copy would hold.
    DescribeCopy,
    /// Hashing the opened file.
    Hash,
    /// Looking whether a history is sound.
    Check,
    /// Forgetting a store.
    Close,
    /// Asking the user for a file.
    Pick,
    /// The life of a value.
    Life,
    /// What the rows in sight changed.
    Changes,
    /// One track on the timeline, by its number.
    Track(u32),
    /// What the active scenario makes of it.
    BranchTrack(u32),
    /// Searching events.
    Search,
    /// What can be named in a search.
    Vocabulary,
    /// Choosing what makes states.
    Project,
    /// Writing a first rule file.
    Suggest,
    /// Whether a followed file has changed.
    Watch,
    /// Writing a bundled sample.
    Sample,
    /// Keeping the settings.
    Settings,
    /// Whether recently opened files are still there.
    Recents,
    /// Finding the event that caused another.
    Cause,
    /// A summary to copy.
    Reply,
    /// What follows from the scenario.
    Follow,
    /// The scenarios that were kept of a store.
    Restore(StoreKey),
    /// Keeping a store's scenarios.
    Keep(StoreKey),
    /// Reading a scenario file.
    ReadScenario,
    /// Writing a scenario file.
    WriteScenario,
    /// Writing a fixture.
    Fixture,
    /// What events of a type usually say, for a form.
    Usual,
    /// What the edit in a form would change.
    Try,
    /// What can be varied in the edits.
    SweepPlaces,
    /// Varying a value of an edit.
    Sweep,
    /// Proposing compensating events.
    Compensate,
    /// The catalogue of event types.
    Catalogue,
    /// Finding out which snapshots there are.
    Snapshots,
    /// Reading a snapshot.
    Snapshot,
    /// Writing a text that was asked for.
    Write,
    /// Looking for what is new in a store that is followed.
    Poll,
    /// Reading a store again.
    Reopen,
    /// Looking whether a store has changed.
    Glance,
}
