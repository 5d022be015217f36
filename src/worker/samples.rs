//! Sample stores on disk.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

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
    let events = sample::generate(&order.name, order.seed.unwrap_or(DEFAULT_SEED), order.events)?;
    let rules = sample::projection(&order.name)?;
    let projection = projection_path(&order.out);
    if !order.force && projection.symlink_metadata().is_ok() && order.out.symlink_metadata().is_err() {
        return Err(SampleError::ProjectionExists(projection));
    }
    let rows = (1..).zip(events).map(|(position, event)| row(position, event));
    let events = write_foldline(&order.out, order.force, rows, [], progress, cancel)?;
    match write_whole(&projection, rules.as_bytes()) {
        Ok(()) => Ok(SampleWritten { events, projection }),
        Err(source) => Err(SampleError::Projection { path: projection, source }),
    }
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

/// Under a temporary name first, so that half a file never has the name.
fn write_whole(path: &Path, contents: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".foldline-").suffix(".tmp").tempfile_in(folder)?;
    file.write_all(contents)?;
    file.as_file().sync_all()?;
    give_usual_permissions(file.as_file());
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Temporary files are for their owner only; rules are no secret.
#[cfg(unix)]
fn give_usual_permissions(file: &std::fs::File) {
    use std::os::unix::fs::PermissionsExt as _;
    // Narrower than usual is still a file that its owner can read.
    let _ = file.set_permissions(std::fs::Permissions::from_mode(0o644));
}

#[cfg(not(unix))]
fn give_usual_permissions(_: &std::fs::File) {}
