//! Files that are looked at beside SQLite. On Unix, closing any descriptor of a file gives up all locks that this process
//! has on it, those of SQLite too (`fcntl(2)`; <https://www.sqlite.org/howtocorrupt.html>, 2.2): a look at a file that a
//! connection is just reading would let a writer in. So a file has one handle, shared by all who look, and whoever has
//! connections to it holds the handle.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Which file it is, whatever its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileId(u64, u64);

impl FileId {
    /// Of the file that was looked at; `None` where the system has no such numbers.
    #[cfg(unix)]
    pub(super) fn of(about: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        Some(Self(about.dev(), about.ino()))
    }

    #[cfg(not(unix))]
    pub(super) fn of(_: &Metadata) -> Option<Self> {
        None
    }
}

static OPEN: Mutex<Vec<(FileId, Weak<File>)>> = Mutex::new(Vec::new());

/// A handle of the file at this path: the one that others hold, if there is one.
pub(super) fn open(path: &Path) -> io::Result<Arc<File>> {
    let about = std::fs::metadata(path)?;
    let mut all = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    all.retain(|(_, file)| file.strong_count() > 0);
    let known = |id: FileId| all.iter().find(|(known, _)| *known == id).and_then(|(_, file)| file.upgrade());
    if let Some(file) = FileId::of(&about).and_then(known) {
        return Ok(file);
    }
    let file = Arc::new(File::open(path)?);
    // Another file may have taken its place since.
    if let Some(id) = FileId::of(&file.metadata()?) {
        all.push((id, Arc::downgrade(&file)));
    }
    Ok(file)
}

/// The first bytes, at most `len`.
pub(super) fn head(file: &File, len: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; len];
    let mut done = 0;
    while done < len {
        match read_at(file, &mut bytes[done..], done as u64) {
            Ok(0) => break,
            Ok(read) => done += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(done);
    Ok(bytes)
}

/// Reads from a place on, without moving what others read from.
#[cfg(unix)]
pub(super) fn read_at(file: &File, into: &mut [u8], from: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, into, from)
}

#[cfg(windows)]
pub(super) fn read_at(file: &File, into: &mut [u8], from: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, into, from)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::connect::{Access, connect};
    use crate::store::probe::probe;

    #[test]
    fn a_look_at_a_file_leaves_the_locks_of_its_readers_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let own = || connect(&path, Access::Own, Duration::ZERO, None).unwrap();
        own().execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (1)").unwrap();
        // As a store does.
        let held = probe(&path, &path).unwrap().file;
        let reader = connect(&path, Access::ReadOnly, Duration::ZERO, None).unwrap();
        reader.execute_batch("BEGIN; SELECT * FROM t").unwrap();
        drop(probe(&path, &path).unwrap());
        assert_eq!(Arc::strong_count(&held), 1);
        // Another process asks for the lock that a commit needs.
        let commit = "import sqlite3, sys\ntry:\n  c = sqlite3.connect(sys.argv[1], timeout=0)\n  \
                      c.execute('INSERT INTO t VALUES (2)')\n  c.commit()\nexcept sqlite3.OperationalError:\n  sys.exit(7)";
        let Ok(status) = std::process::Command::new("python3").args(["-c", commit]).arg(&path).status() else {
            return;
        };
        assert_eq!(status.code(), Some(7));
    }
}
