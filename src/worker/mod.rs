//! The only module that starts threads: runs jobs inline for tests and the command line, in a pool for the window.

mod branch_tracks;
mod cataloguing;
mod checking;
mod comparing;
mod compensating;
mod copying;
mod core;
mod edited;
mod exploring;
mod files;
mod fixtures;
mod fold_streams;
mod following;
mod history;
mod inline;
mod kept_events;
mod live;
mod lives;
mod mapping;
mod pick;
mod pool;
mod projections;
mod reading;
mod replies;
mod row_changes;
mod run;
mod samples;
mod scenario_files;
mod searching;
mod session;
mod snapshots;
mod standing;
mod suggesting;
mod sweeping;
mod telling;
#[cfg(test)]
mod testing;
mod tracks;
mod trying;
mod vocabulary;

pub use cataloguing::CatalogueScope;
pub use copying::{CopyLayout, CopyTarget, CutError, Remedy, partial_copy};
pub use files::WriteError;
pub use fixtures::FixtureCases;
pub use fold_streams::{FoldedStream, Passed};
pub use inline::Inline;
pub use live::{Polled, Waiting};
pub use mapping::{MappingFileError, read_mapping_file, survey};
pub use pool::Pool;
pub use projections::{OnBadProjection, ProjectionProblem, Projections, projection_beside};
pub use run::Workshop;
pub use samples::{SampleError, SampleOrder, SampleWritten, write_sample};
pub use scenario_files::read_scenario_file;
pub use session::{Session, SessionError, SessionOptions};
pub use telling::told;

pub use crate::store::{SnapshotState, StoreFile, hash_file, is_same_file, side_files};

use crate::job::{Finished, Request};

/// A layout that stores are recognised by.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Layout {
    /// The name by which the command line knows it.
    pub id: std::sync::Arc<str>,
    /// The name for people.
    pub title: std::sync::Arc<str>,
    /// Whether copies can be written in it.
    pub writable: bool,
    /// Whether copies that only leave events out can be.
    #[serde(skip)]
    pub leaving_out: bool,
}

/// The folder in which indexes of large stores are kept, so that they open at once the next time: in the user's cache
/// folder, or where `FOLDLINE_INDEX_CACHE` says; `off` keeps none.
pub fn index_cache() -> Option<std::path::PathBuf> {
    match std::env::var_os("FOLDLINE_INDEX_CACHE") {
        Some(off) if off == "off" || off.is_empty() => None,
        Some(folder) => Some(folder.into()),
        None => Some(directories::ProjectDirs::from("", "", "foldline")?.cache_dir().join("index")),
    }
}

/// All layouts that are recognised.
pub fn layouts() -> Vec<Layout> {
    let layout = |spec: &std::sync::Arc<crate::store::LayoutSpec>| {
        let crate::store::LayoutInfo { id, title, writable, leaving_out } = spec.info();
        Layout { id, title, writable, leaving_out }
    };
    crate::store::layouts().iter().map(layout).collect()
}

/// Something that runs requests and hands back their answers.
pub trait Executor {
    /// Takes a request. Returns at once, or when it is done.
    fn submit(&self, request: Request);

    /// The answers since the last call.
    fn drain(&self) -> Vec<Finished>;

    /// Comes to the end: small files that are to be written are written, all else is stopped. Nothing is submitted
    /// after that.
    fn finish(&self) {}
}
