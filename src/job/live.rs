//! What following a store answers.

use std::path::PathBuf;
use std::time::Duration;

use super::OpenedStore;
use crate::model::FileChange;

/// What a look at a followed store came to, or reading a store again.
#[derive(Debug)]
pub struct LiveNews {
    /// The store as it is now; `None` where nothing is new.
    pub opened: Option<Box<OpenedStore>>,
    /// Whether the events that were known are the same, in the same places, and others only came after them.
    pub same: bool,
    /// How many events came.
    pub arrived: usize,
    /// How many of the known events are gone, or others now.
    pub gone: usize,
    /// What became of which file itself.
    pub file: Vec<(PathBuf, FileChange)>,
    /// How long it took.
    pub took: Duration,
}

/// What a store that is not followed is like, beside what it was when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Glance {
    /// The same.
    Same,
    /// Somebody wrote it; so many events came, where that can be told without a trace.
    Changed(Option<u64>),
    /// It can't be looked at any more, and why.
    Gone(String),
}
