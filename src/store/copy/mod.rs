//! Copies of a store.

use std::path::{Path, PathBuf};

use crate::model::{Cancel, CopyPlan, EventLog, Progress};

use super::Store;
use super::error::StoreError;

/// How to write a copy.
#[derive(Debug, Clone, Default)]
pub struct CopyOptions {
    /// Replace a file that is there.
    pub force: bool,
    /// Also take the tables that are not the layout's.
    pub whole: bool,
    /// Write in Foldline's own layout, whatever the store's is.
    pub as_foldline: bool,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyReport {
    /// Where, as it was named.
    pub path: PathBuf,
    /// How many events.
    pub events: u64,
}

/// Writes a copy.
pub fn write_copy(
    store: &Store,
    _log: &EventLog,
    _plan: &CopyPlan,
    _out: &Path,
    _options: &CopyOptions,
    _progress: &Progress,
    _cancel: &Cancel,
) -> Result<CopyReport, StoreError> {
    Err(StoreError::LayoutNotWritable(store.layout().title.to_owned()))
}
