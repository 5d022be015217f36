//! A new database that appears under its name whole or not at all: written under a temporary name beside the target,
//! synced, then renamed.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use crate::model::Cancel;

use super::connect::{Access, connect, real_path};
use super::error::StoreError;
use super::probe::beside;

/// A target that is being written. Dropped without [`finish`](Self::finish), it leaves nothing behind.
#[derive(Debug)]
pub(super) struct Target {
    /// As the user named it.
    path: PathBuf,
    /// Whether a file under that name may be replaced.
    force: bool,
    temporary: tempfile::TempPath,
}

impl Target {
    /// Checks that the target may be written and makes the temporary file beside it. `store` is the file that must
    /// not be overwritten.
    pub(super) fn new(path: &Path, force: bool, store: Option<&Path>) -> Result<Self, StoreError> {
        let cannot = |why: String| StoreError::CannotWrite { path: path.to_owned(), why };
        if let Some(store) = store
            && is_same_file(path, store)
        {
            return Err(StoreError::TargetIsStore(path.to_owned()));
        }
        match std::fs::symlink_metadata(path) {
            Ok(about) if about.is_dir() => return Err(cannot("it is a directory".to_owned())),
            Ok(_) if !force => return Err(StoreError::TargetExists(path.to_owned())),
            Ok(_) | Err(_) => {}
        }
        let Some(name) = path.file_name() else {
            return Err(cannot("it has no file name".to_owned()));
        };
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = real_path(parent).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => cannot("its folder does not exist; make it first".to_owned()),
            _ => cannot(e.to_string()),
        })?;
        let real = folder.join(name);
        for suffix in ["-wal", "-journal", "-shm"] {
            if store.and_then(|store| real_path(store).ok()).is_some_and(|store| beside(&store, suffix) == real) {
                return Err(StoreError::TargetIsStore(path.to_owned()));
            }
            // SQLite would take a left-over journal or log for the new file's own.
            if suffix != "-shm" && std::fs::metadata(beside(&real, suffix)).is_ok_and(|about| about.len() > 0) {
                return Err(cannot(format!("an old {suffix} file lies beside it")));
            }
        }
        // Beside the target, so that renaming never crosses file systems.
        let temporary = tempfile::Builder::new()
            .prefix(".foldline-")
            .suffix(".tmp")
            .tempfile_in(&folder)
            .map_err(|e| match e.kind() {
                std::io::ErrorKind::PermissionDenied => cannot("no permission to write in its folder".to_owned()),
                std::io::ErrorKind::ReadOnlyFilesystem => cannot("its file system is read-only".to_owned()),
                _ => cannot(e.to_string()),
            })?
            .into_temp_path();
        Ok(Self { path: path.to_owned(), force, temporary })
    }

    /// An empty database to fill. No journal: what is not finished is thrown away.
    pub(super) fn connect(&self, cancel: &Cancel) -> Result<Connection, StoreError> {
        let conn = connect(&self.temporary, Access::Own, Duration::ZERO, Some(cancel)).map_err(|e| self.failed(&e))?;
        let prepared = conn.execute_batch(
            "PRAGMA page_size = 4096; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; \
             PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -65536; PRAGMA foreign_keys = OFF;",
        );
        prepared.map_err(|e| self.failed(&e))?;
        Ok(conn)
    }

    /// The file that is being written.
    pub(super) fn temporary(&self) -> &Path {
        &self.temporary
    }

    /// An error of SQLite while writing.
    pub(super) fn failed(&self, error: &rusqlite::Error) -> StoreError {
        use rusqlite::ErrorCode as Code;
        let why = match error.sqlite_error_code() {
            Some(Code::OperationInterrupted) => return StoreError::Cancelled,
            Some(Code::DiskFull) => "the disk is full".to_owned(),
            _ => error.to_string(),
        };
        StoreError::CannotWrite { path: self.path.clone(), why }
    }

    /// Makes what was written permanent and gives it its name.
    pub(super) fn finish(self) -> Result<(), StoreError> {
        let cannot = |e: std::io::Error| StoreError::CannotWrite { path: self.path.clone(), why: e.to_string() };
        File::options().write(true).open(&self.temporary).and_then(|file| file.sync_all()).map_err(cannot)?;
        self.give_usual_permissions();
        let Self { path, force, temporary } = self;
        let folder = temporary.parent().map(Path::to_owned);
        give_name(temporary, &path, force)?;
        if let Some(folder) = folder {
            sync_folder(&folder);
        }
        Ok(())
    }

    /// Temporary files are for their owner only; the result is an ordinary file of the user.
    #[cfg(unix)]
    fn give_usual_permissions(&self) {
        use std::os::unix::fs::PermissionsExt as _;
        // What a new file beside it would get is only known by making one.
        let Some(folder) = self.temporary.parent() else { return };
        let probe = folder.join(format!(".foldline-{}.mode", std::process::id()));
        if let Ok(file) = File::options().write(true).create_new(true).open(&probe) {
            let mode = file.metadata().map(|about| about.permissions().mode());
            // A left-over probe is an empty hidden file: nothing to fail for.
            let _ = std::fs::remove_file(&probe);
            if let Ok(mode) = mode {
                let _ = std::fs::set_permissions(&self.temporary, std::fs::Permissions::from_mode(mode));
            }
        }
    }

    #[cfg(not(unix))]
    #[expect(clippy::unused_self, reason = "only Unix has modes")]
    fn give_usual_permissions(&self) {}
}

/// Renames. Without `force` never over a file, also not over one that was made after the work began.
fn give_name(temporary: tempfile::TempPath, path: &Path, force: bool) -> Result<(), StoreError> {
    let cannot = |why: String| StoreError::CannotWrite { path: path.to_owned(), why };
    let temporary = if force {
        temporary
    } else {
        match temporary.persist_noclobber(path) {
            Ok(()) => return Ok(()),
            Err(e) if e.error.kind() == std::io::ErrorKind::AlreadyExists || path.symlink_metadata().is_ok() => {
                return Err(StoreError::TargetExists(path.to_owned()));
            }
            // A file system that can't rename so: nothing is there, as far as can be known.
            Err(e) => e.path,
        }
    };
    temporary.persist(path).map_err(|e| cannot(e.error.to_string()))
}

/// Makes the new name permanent. What can't be is no failure: the file is there, whole, under its name.
#[cfg(unix)]
fn sync_folder(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) {}

/// Whether two names are one file, also through links.
pub fn is_same_file(a: &Path, b: &Path) -> bool {
    match (real_path(a), real_path(b)) {
        (Ok(a), Ok(b)) => a == b || is_same_inode(&a, &b),
        _ => false,
    }
}

#[cfg(unix)]
fn is_same_inode(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (std::fs::metadata(a), std::fs::metadata(b)) {
        (Ok(a), Ok(b)) => (a.dev(), a.ino()) == (b.dev(), b.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_same_inode(_: &Path, _: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.db");
        let target = Target::new(&path, false, None).unwrap();
        let conn = target.connect(&Cancel::default()).unwrap();
        // SQLite's own limit gives the error that a full disk gives.
        conn.execute_batch("PRAGMA max_page_count = 3; CREATE TABLE t (a)").unwrap();
        let error = conn.execute("INSERT INTO t VALUES (zeroblob(100000))", []).unwrap_err();
        let error = target.failed(&error);
        assert!(error.to_string().contains("the disk is full") && error.is_input_error(), "{error}");
        drop(conn);
        drop(target);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_was_made_meanwhile_is_not_replaced_unless_forced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.db");
        let target = |force| Target::new(&path, force, None).unwrap();
        let (plain, forced) = (target(false), target(true));
        std::fs::write(&path, b"another's").unwrap();
        assert!(matches!(plain.finish(), Err(StoreError::TargetExists(_))));
        assert_eq!(std::fs::read(&path).unwrap(), b"another's");
        forced.finish().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_target_that_is_dropped_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.db");
        std::fs::write(&path, b"old").unwrap();
        drop(Target::new(&path, true, None).unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        Target::new(&path, true, None).unwrap().finish().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"");
    }
}
