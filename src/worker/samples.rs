//! Sample stores on disk.

use std::io;
use std::path::{Path, PathBuf};

use super::files::{Readers, write_whole};
use crate::model::{Cancel, Progress};
use crate::sample::{self, DEFAULT_SEED, SampleEvent, UnknownSample};
use crate::store::{FoldlineRow, StoreError, write_foldline};

/// Which sample to write, and where.
#[derive(Debug, Clone)]
pub struct SampleOrder {
    /// The sample's name.
    pub name: String,
    /// The store to write.
    pub out: PathBuf,
    /// How many events; `None` for as many as the bundled store has.
    pub events: Option<usize>,
    /// Other seeds give other everyday events.
    pub seed: Option<u64>,
    /// Replace files that are there.
    pub force: bool,
}

/// A sample that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleWritten {
    /// How many events the store holds.
    pub events: u64,
    /// The projection file beside it, which applies when the store is opened.
    pub projection: PathBuf,
}

/// Why a sample could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// No such sample.
    #[error(transparent)]
    Unknown(#[from] UnknownSample),
    /// The store could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The projection file is there already.
    #[error("the projection file exists; choose another name for the store, or allow it to be overwritten: {}", .0.display())]
    ProjectionExists(PathBuf),
    /// The projection file could not be written.
    #[error("can't write the projection file ({source}): {}", path.display())]
    Projection {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl SampleError {
    /// Whether the cause is a file that can't be written, rather than what was asked for.
    pub fn is_input_error(&self) -> bool {
        match self {
            Self::Unknown(_) | Self::ProjectionExists(_) => false,
            Self::Store(error) => error.is_input_error(),
            Self::Projection { .. } => true,
        }
    }
}

/// Writes a sample store and, beside it, the projection file that makes its states.
pub fn write_sample(order: &SampleOrder, progress: &Progress, cancel: &Cancel) -> Result<SampleWritten, SampleError> {
    let rules = sample::projection(&order.name)?;
    let projection = projection_path(&order.out);
    if !order.force && projection.symlink_metadata().is_ok() && order.out.symlink_metadata().is_err() {
        return Err(SampleError::ProjectionExists(projection));
    }
    let events = write_store(order, progress, cancel)?;
    write_projection(&projection, rules)?;
    Ok(SampleWritten { events, projection })
}

/// The bundled sample in a folder, made complete: what is there already stays as it is.
pub(super) fn complete_sample(
    name: &str,
    folder: &Path,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<PathBuf, SampleError> {
    let rules = sample::projection(name)?;
    let out = folder.join(format!("{name}.db"));
    let projection = projection_path(&out);
    if out.symlink_metadata().is_err() {
        let order = SampleOrder { name: name.to_owned(), out: out.clone(), events: None, seed: None, force: false };
        match write_store(&order, progress, cancel) {
            // Somebody was quicker.
            Ok(_) | Err(SampleError::Store(StoreError::TargetExists(_))) => {}
            Err(error) => return Err(error),
        }
    }
    if projection.symlink_metadata().is_err() {
        write_projection(&projection, rules)?;
    }
    Ok(out)
}

fn write_store(order: &SampleOrder, progress: &Progress, cancel: &Cancel) -> Result<u64, SampleError> {
    let events = sample::generate(&order.name, order.seed.unwrap_or(DEFAULT_SEED), order.events)?;
    let rows = (1..).zip(events).map(|(position, event)| row(position, event));
    Ok(write_foldline(&order.out, order.force, rows, [], progress, cancel)?)
}

fn write_projection(path: &Path, rules: &str) -> Result<(), SampleError> {
    write_whole(path, rules.as_bytes(), true, Readers::Everyone)
        .map_err(|source| SampleError::Projection { path: path.to_owned(), source })
}

/// `bank.db.projection.json` for `bank.db`.
fn projection_path(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".projection.json");
    out.with_file_name(name)
}

fn row(position: i64, event: SampleEvent) -> FoldlineRow {
    FoldlineRow {
        position: Some(position),
        stream: event.stream,
        version: event.version,
        event_id: event.id,
        event_type: event.event_type.to_owned(),
        schema_version: event.schema_version,
        recorded_at: Some(event.recorded_at),
        valid_at: event.valid_at,
        data: event.data,
        metadata: Some(event.metadata),
    }
}
