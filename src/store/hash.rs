//! The proof that nothing was written: a file's hash, and what lies beside it.

use std::fs::Metadata;
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::model::{Cancel, FileHash, Progress, SideFile, Timestamp};

use super::Store;
use super::connect::real_path;
use super::error::StoreError;
use super::handles;
use super::probe::beside;

/// Bytes read between two looks at [`Cancel`].
const CHUNK: usize = 1 << 20;

/// What SQLite may keep beside a database.
const SUFFIXES: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Reads a file to its end and hashes it (BLAKE3). `progress` counts bytes.
///
/// Errors: it can't be read; or `cancel` was set.
pub fn hash_file(path: &Path, progress: &Progress, cancel: &Cancel) -> Result<FileHash, StoreError> {
    let real = real_path(path).map_err(|e| StoreError::io(path, "look at it", e))?;
    hash(path, &real, progress, cancel)
}

/// The files that SQLite keeps beside a database, as far as they are there.
pub fn side_files(path: &Path) -> Vec<SideFile> {
    real_path(path).map(|real| beside_file(&real)).unwrap_or_default()
}

fn beside_file(real: &Path) -> Vec<SideFile> {
    let found = SUFFIXES.iter().filter_map(|suffix| {
        let path = beside(real, suffix);
        let about = std::fs::metadata(&path).ok().filter(Metadata::is_file)?;
        Some(SideFile { name: path.file_name()?.to_string_lossy().into_owned(), bytes: about.len() })
    });
    found.collect()
}

fn hash(shown: &Path, real: &Path, progress: &Progress, cancel: &Cancel) -> Result<FileHash, StoreError> {
    let failed = |e| StoreError::io(shown, "read it", e);
    let file = handles::open(real).map_err(failed)?;
    let before = file.metadata().map_err(failed)?;
    progress.set_total(before.len());
    let mut hasher = blake3::Hasher::new();
    let mut chunk = vec![0; CHUNK];
    let mut bytes = 0;
    loop {
        if cancel.is_cancelled() {
            return Err(StoreError::Cancelled);
        }
        let len = handles::read_at(&file, &mut chunk, bytes).map_err(failed)?;
        if len == 0 {
            break;
        }
        hasher.update(&chunk[..len]);
        bytes += len as u64;
        progress.add(len as u64);
    }
    let after = file.metadata().map_err(failed)?;
    Ok(FileHash {
        hash: hasher.finalize().to_hex().to_string(),
        bytes,
        modified: modified(&after),
        side_files: beside_file(real),
        written_since_opening: modified(&before) != modified(&after) || before.len() != bytes,
    })
}

fn modified(about: &Metadata) -> Option<Timestamp> {
    let since = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Timestamp::from_micros(i64::try_from(since.as_micros()).ok()?)
}

impl Store {
    /// Hashes the main file: the same before and after shows that nothing was written. `progress` counts bytes.
    ///
    /// Errors: it can't be read; or `cancel` was set.
    pub fn hash(&self, progress: &Progress, cancel: &Cancel) -> Result<FileHash, StoreError> {
        let mut found = hash(&self.source.shown, &self.source.real, progress, cancel)?;
        found.written_since_opening |= self.source.has_changed();
        Ok(found)
    }

    /// The size of the main file in bytes, as it is now; 0 where it can't be looked at.
    pub fn bytes(&self) -> u64 {
        std::fs::metadata(&self.source.real).map_or(0, |about| about.len())
    }
}
