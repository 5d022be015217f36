//! What jobs answer about histories.

use std::path::PathBuf;
use std::sync::Arc;

use super::StoreKey;
use crate::model::{Event, Payload, Timestamp, Value, ValuePath};
use crate::query::Query;
use crate::replay::{Change, ProjectionInfo};
use crate::whatif::BranchSpot;
use crate::whatif::TypeSample;

/// An event in full, for a table.
#[derive(Debug, Clone)]
pub struct EventRow {
    /// The event.
    pub event: Arc<Event>,
    /// What happened in a sentence, where the projection of its stream has one.
    pub sentence: Option<Arc<str>>,
    /// What happened in a line, told by the type and what the payload says.
    pub told: Arc<str>,
    /// About how many bytes of memory the event takes.
    pub bytes: usize,
}

/// A snapshot in full.
#[derive(Debug, Clone)]
pub struct SnapshotView {
    /// Its place in the index.
    pub at: usize,
    /// Of which stream.
    pub stream: Arc<str>,
    /// The version up to which its state has come.
    pub version: Option<i64>,
    /// When it was taken, if it says so.
    pub taken: Option<Timestamp>,
    /// The state, or why it can't be read.
    pub state: Payload,
    /// How it compares with what was recorded.
    pub check: SnapshotCheck,
}

/// A snapshot beside the state that the replay comes to at its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnapshotCheck {
    /// The two can't be compared, and why.
    Impossible(String),
    /// What differs in the fields that the projection has (from: replayed, to: the snapshot's).
    Compared(Vec<Change>),
}

/// Every event that set a value, in replay order.
#[derive(Debug, Clone)]
pub struct Life {
    /// Whose state.
    pub stream: Arc<str>,
    /// Which value.
    pub path: ValuePath,
    /// The events.
    pub entries: Vec<LifeEntry>,
    /// How many events of the stream were looked at.
    pub scanned: usize,
    /// Why the projection stopped before the stream's end.
    pub stopped: Option<String>,
}

/// An event that set a value.
#[derive(Debug, Clone)]
pub struct LifeEntry {
    /// The event.
    pub event: u32,
    /// The value before it; `None` where there was none.
    pub from: Option<Value>,
    /// The value after it; `None` where it was removed.
    pub to: Option<Value>,
    /// Who caused it.
    pub user: Option<Arc<str>>,
    /// What happened in a sentence, where the projection has one.
    pub sentence: Option<Arc<str>>,
}

/// What a track shows.
#[derive(Debug, Clone)]
pub enum TrackWhat {
    /// A value of the state.
    Field(ValuePath),
    /// Whether a query holds after each event.
    Condition(Query),
}

/// A field or a condition over the whole history of a stream.
#[derive(Debug, Clone, Default)]
pub struct Track {
    /// Of a field: where it changed, in replay order.
    pub steps: Vec<TrackStep>,
    /// Of a condition: where it held, in replay order.
    pub intervals: Vec<Interval>,
    /// How many events of the stream were looked at.
    pub scanned: usize,
    /// Why the projection stopped before the stream's end.
    pub stopped: Option<String>,
}

/// What a scenario's edits make of a track, from where they change its stream. Before it, and from where both have the
/// same state again, the track is as recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct BranchTrack {
    /// Where the branch leaves what was recorded.
    pub fork: BranchSpot,
    /// Of a field: the value in force at the fork, then where it changed, in replay order.
    pub steps: Vec<BranchStep>,
    /// Of a condition: where it held, in replay order.
    pub intervals: Vec<BranchInterval>,
    /// The last event before both have the same state again; `None` where they are not known to.
    pub met: Option<BranchSpot>,
    /// Where and why the projection stopped before the branch's end.
    pub stopped: Option<(BranchSpot, String)>,
}

/// A value from an event of a branch on.
#[derive(Debug, Clone, PartialEq)]
pub struct BranchStep {
    /// The event that set it; of the first step, the fork.
    pub at: BranchSpot,
    /// Its number, for a line.
    pub number: Option<f64>,
    /// The value in a few words; `None` where there is none.
    pub text: Option<Arc<str>>,
}

/// From the event of a branch after which a condition held to the one after which it did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BranchInterval {
    /// The first event after which it held; the fork where it did before.
    pub from: BranchSpot,
    /// The event that ended it; `None` while it still holds.
    pub to: Option<BranchSpot>,
}

/// A value from an event on.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackStep {
    /// The event that set it; `None` for what was there before the first one.
    pub event: Option<u32>,
    /// Its number, for a line.
    pub number: Option<f64>,
    /// The value in a few words; `None` where there is none.
    pub text: Option<Arc<str>>,
}

/// From the event after which a condition held to the one after which it did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// The first event after which it held.
    pub from: u32,
    /// The event that ended it; `None` while it still holds.
    pub to: Option<u32>,
}

/// What an event changed in the state of its stream.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RowChange {
    /// The first few changed leaves, key fields before others.
    pub changes: Vec<Change>,
    /// How many more there are.
    pub more: usize,
    /// Names of the invariants that do not hold after it.
    pub broken: Vec<Arc<str>>,
    /// Why the projection could not take it in.
    pub failed: Option<String>,
    /// Whether the projection has nothing for its type.
    pub ignored: bool,
}

/// A search that looked at everything.
#[derive(Debug, Clone, Default)]
pub struct Searched {
    /// The events found, in the store's order.
    pub hits: Arc<Vec<u32>>,
    /// How many events were looked at.
    pub scanned: usize,
    /// How many of them had a payload that can't be read.
    pub unreadable: usize,
}

/// What makes the states of a store from now on.
#[derive(Debug, Clone)]
pub struct Projected {
    /// Of which store.
    pub store: StoreKey,
    /// By category, in the order of [`categories`](crate::model::EventLog::categories).
    pub projections: Vec<Arc<ProjectionInfo>>,
    /// The projection file, if there is one.
    pub rules: Option<PathBuf>,
    /// What a user should know of the choice.
    pub notes: Vec<String>,
}

/// What a summary is to be pasted into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyFormat {
    /// Plain text.
    Text,
    /// Markdown.
    Markdown,
}

/// A summary to paste into an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// What kind of text it is.
    pub format: ReplyFormat,
    /// The text.
    pub text: String,
}

/// What a form needs to know in order to write an event.
#[derive(Debug, Clone)]
pub struct FormSample {
    /// What events of the type usually say.
    pub usual: TypeSample,
    /// The recorded event that is changed, if one was asked for.
    pub row: Option<EventRow>,
}

/// An event that an edit is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TriedEvent {
    /// A recorded one.
    Recorded(u32),
    /// One that an edit inserts, by its id.
    Inserted(Arc<str>),
}

/// What an edit would change.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tried {
    /// The edit that does not fit, by its index, and why: nothing else is known then.
    pub refused: Option<(usize, String)>,
    /// What differs in the state right after the event; of an inserted one, what it changes.
    pub changes: Vec<Change>,
    /// What differs at the end of the stream.
    pub at_end: Vec<Change>,
    /// Names of invariants that hold right there without the edit, and with it do not.
    pub broken: Vec<Arc<str>>,
    /// Why the projection can't take the event in.
    pub failed: Option<String>,
    /// Why it stopped before the event, with the edit or without.
    pub stopped: Option<String>,
    /// Why it stops at a later event, which it does not without the edit.
    pub fails_later: Option<String>,
}
