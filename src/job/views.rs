//! What opening a store, replaying it and copying it answer.

use std::path::PathBuf;
use std::sync::Arc;

use super::StoreKey;
use crate::model::mapping::Mapping;
use crate::model::recognised::Recognised;
use crate::model::{EventLog, FileHash, Moment, Timestamp};
use crate::replay::{Change, Frame, LateStart, ProjectionInfo};
use crate::timeline::Drawing;

/// An opened store as the application knows it.
#[derive(Debug, Clone)]
pub struct OpenedStore {
    /// Its key.
    pub key: StoreKey,
    /// The path as it was given.
    pub path: PathBuf,
    /// The files, where it is a history of several; the one of `path` is the first.
    pub files: Vec<OpenedFile>,
    /// The layout's id.
    pub layout: String,
    /// The layout's title.
    pub layout_title: String,
    /// How the file was opened, in words (`read-only`, `private copy` …).
    pub access: String,
    /// What a user should know of how it was read.
    pub notes: Vec<String>,
    /// The index.
    pub log: Arc<EventLog>,
    /// What drawing it needs.
    pub drawing: Arc<Drawing>,
    /// Whether copies can be written in the store's own layout; else they are written in Foldline's.
    pub writable: bool,
    /// Why copies with edits can't be, in part of a sentence.
    pub no_edits: Option<String>,
    /// Whether copies that only leave events out can be.
    pub leaving_out: bool,
    /// What makes states of events, by category (in the order of [`EventLog::categories`]).
    pub projections: Vec<Arc<ProjectionInfo>>,
    /// The rule file that makes its states, if there is one.
    pub rules: Option<PathBuf>,
    /// How many snapshots it has.
    pub snapshots: u64,
    /// About how many events there are, where only the first ones were read so far.
    pub expected: Option<u64>,
    /// How the file is read, in a sentence.
    pub reading: String,
    /// The file's size in bytes when it was opened.
    pub bytes: u64,
    /// What the file was like when it was first hashed, which is right after it was opened unless it is too large for
    /// that.
    pub hash: Option<FileHash>,
    /// Why it is read as it is, and what else was possible.
    pub recognised: Recognised,
    /// The mapping that it is read by, if it is.
    pub mapping: Option<Arc<Mapping>>,
    /// Whether it is read to be followed while others write it.
    pub followed: bool,
}

/// One of several files that are one history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedFile {
    /// The path as it was given.
    pub path: PathBuf,
    /// The title of its layout.
    pub layout_title: String,
    /// How many events are in it.
    pub events: usize,
    /// How many of them are shown as this file's: the others are in a file before it.
    pub shown: usize,
}

impl OpenedFile {
    /// Its name without its folder.
    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy().into_owned()
    }
}

impl OpenedStore {
    /// Which index of which store it is: what is made of the index is kept by it.
    pub fn index(&self) -> (StoreKey, u64) {
        (self.key, self.log.generation())
    }
}

/// Where in a stream's history a state stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// Position of the last event taken in.
    pub position: Option<i64>,
    /// Its version.
    pub version: Option<i64>,
    /// Its time.
    pub time: Option<Timestamp>,
    /// Its type.
    pub event_type: Option<Arc<str>>,
    /// How many events were taken in.
    pub count: usize,
    /// How many the stream has.
    pub of: usize,
}

/// One side of a state view.
#[derive(Debug, Clone)]
pub struct Side {
    /// The state, and the one before its last event.
    pub frame: Frame,
    /// What the last event changed.
    pub changes: Vec<Change>,
    /// Where it stands.
    pub at: At,
    /// Names of invariants that are broken there.
    pub broken: Vec<String>,
}

/// The state of a stream at a moment.
#[derive(Debug, Clone)]
pub struct StateView {
    /// What was asked.
    pub stream: Arc<str>,
    /// The moment that was asked for.
    pub moment: Moment,
    /// Which projection made it.
    pub projection: Arc<ProjectionInfo>,
    /// As recorded.
    pub baseline: Side,
    /// With the scenario's edits; `None` where they leave the stream as recorded.
    pub branch: Option<Side>,
    /// With the edits of the scenario that is compared with; `None` where that is history as recorded.
    pub against: Option<Side>,
    /// How the stream begins, where its first events are not in the store.
    pub late_start: Option<Arc<LateStart>>,
    /// What differs between the two sides of the comparison at this moment (from: left, to: right).
    pub differences: Vec<Change>,
}

impl StateView {
    /// What is compared with: as recorded, or in another scenario.
    pub fn left(&self) -> &Side {
        self.against.as_ref().unwrap_or(&self.baseline)
    }

    /// What is compared: in the scenario.
    pub fn right(&self) -> &Side {
        self.branch.as_ref().unwrap_or(&self.baseline)
    }

    /// Whether the two sides may differ at all.
    pub fn is_compared(&self) -> bool {
        self.branch.is_some() || self.against.is_some()
    }
}

/// A copy that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Where it is.
    pub path: PathBuf,
    /// How many events it holds.
    pub events: u64,
    /// The title of the layout it is in.
    pub layout_title: String,
    /// What a user should know of it.
    pub notes: Vec<String>,
}
