//! Opening without leaving a trace: the header and the side files decide how (the module's documentation has the table).

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::model::{Cancel, Progress};

use super::attach::{Attachment, Link};
use super::connect::{Access, connect, real_path};
use super::error::StoreError;
use super::handles;
use super::probe::{Probe, Stamp, WalStamp, beside, probe};

/// How a store is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessMode {
    /// The file itself, by a read-only connection in short transactions.
    ReadOnly,
    /// The file itself, as one that nobody writes.
    Immutable,
    /// A copy in a temporary folder, because a journal or a write-ahead log lies beside the file.
    PrivateCopy,
    /// The file itself and its write-ahead log, while others write: as one reader among others, in short transactions,
    /// each by a connection of its own.
    Live,
}

/// Attempts at copying a file that is being written before giving up.
const COPY_ATTEMPTS: usize = 5;
/// Bytes between two looks at [`Cancel`] while copying.
const COPY_CHUNK: usize = 1 << 20;
/// Free space to leave over beside a private copy.
const SPACE_TO_SPARE: u64 = 16 << 20;

/// The file that is read, and how.
#[derive(Debug)]
pub(super) struct Source {
    /// As the user named it.
    pub shown: PathBuf,
    /// The real file.
    pub real: PathBuf,
    pub mode: AccessMode,
    /// What the file was like when it was opened.
    stamp: Stamp,
    pub lock_wait: Duration,
    /// Deleted with this value.
    private: Option<PrivateFile>,
    /// How a store that is followed was read last.
    pub(super) attachment: Attachment,
    /// Handles of the file, for as long as connections may be at work.
    handles: Mutex<Vec<Arc<File>>>,
}

/// Handles of files that took each other's place: connections to earlier ones have ended by then.
const HANDLES: usize = 4;

impl Source {
    /// Looks at the file and decides how to read it; makes the private copy where one is needed.
    pub(super) fn new(
        shown: &Path,
        private_dir: Option<&Path>,
        lock_wait: Duration,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Self, StoreError> {
        let real = real_path(shown).map_err(|e| StoreError::io(shown, "look at it", e))?;
        let found = probe(shown, &real)?;
        let crashed = found.hot_journal.is_some() && !has_live_writer(shown, &real, lock_wait, cancel)?;
        let (mode, private, stamp) = if found.wal.is_some() || crashed {
            let (copy, stamp) = private_copy(shown, &real, private_dir, progress, cancel)?;
            (AccessMode::PrivateCopy, Some(copy), stamp)
        } else if found.wal_mode {
            (AccessMode::Immutable, None, found.stamp)
        } else {
            (AccessMode::ReadOnly, None, found.stamp)
        };
        let handles = Mutex::new(vec![found.file]);
        let attachment = Attachment::default();
        Ok(Self { shown: shown.to_owned(), real, mode, stamp, lock_wait, private, attachment, handles })
    }

    /// A file that is followed while others write it.
    pub(super) fn live(shown: &Path, private_dir: Option<&Path>, lock_wait: Duration) -> Result<Self, StoreError> {
        let real = real_path(shown).map_err(|e| StoreError::io(shown, "look at it", e))?;
        let found = probe(shown, &real)?;
        Ok(Self {
            shown: shown.to_owned(),
            real,
            mode: AccessMode::Live,
            stamp: found.stamp,
            lock_wait,
            private: None,
            attachment: Attachment::of(&found.file, private_dir),
            handles: Mutex::new(vec![found.file]),
        })
    }

    /// Looks at the file, and holds on to it.
    pub(super) fn look(&self) -> Result<Probe, StoreError> {
        let found = probe(&self.shown, &self.real)?;
        self.hold(found.file.clone());
        Ok(found)
    }

    /// Holds on to a file that connections may have locks on.
    pub(super) fn hold(&self, file: Arc<File>) {
        let mut handles = self.handles.lock().unwrap_or_else(PoisonError::into_inner);
        // What is in use is held last: logs' indexes come and go, and never drive out the file itself.
        handles.retain(|known| !Arc::ptr_eq(known, &file));
        handles.push(file);
        if handles.len() > HANDLES {
            handles.remove(0);
        }
    }

    /// A connection to what is read. Checks again that it may be opened this way.
    pub(super) fn connect(&self, cancel: Option<&Cancel>) -> Result<Link, StoreError> {
        if self.mode == AccessMode::Live {
            return self.attach(cancel);
        }
        let link = |conn| Link { conn, settled: None };
        let failed = |e| StoreError::sqlite(&self.shown, "open it", e);
        if let Some((_, copy)) = &self.private {
            return connect(copy, Access::Immutable, self.lock_wait, cancel).map(link).map_err(failed);
        }
        self.check()?;
        let access = if self.mode == AccessMode::ReadOnly { Access::ReadOnly } else { Access::Immutable };
        connect(&self.real, access, self.lock_wait, cancel).map(link).map_err(failed)
    }

    /// Whether what is read may still be read this way.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        // What is followed is checked by each who has read: [`Source::check_read`].
        if matches!(self.mode, AccessMode::PrivateCopy | AccessMode::Live) {
            return Ok(());
        }
        let now = self.look()?;
        let as_before = match self.mode {
            // A writer may have turned the log on since: a plain connection would now leave side files.
            AccessMode::ReadOnly => !now.wal_mode && now.wal.is_none(),
            AccessMode::Immutable | AccessMode::PrivateCopy | AccessMode::Live => now.stamp == self.stamp,
        };
        if as_before { Ok(()) } else { Err(StoreError::Changed(self.shown.clone())) }
    }

    /// Whether a writer may come between two reads.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self.mode, AccessMode::ReadOnly | AccessMode::Live)
    }

    /// Whether the file or what lies beside it is not what it was; also true when it can't be looked at any more.
    pub(super) fn has_changed(&self) -> bool {
        match self.look() {
            Ok(Probe { stamp, .. }) => without_idle_journal(stamp) != self.stamp_when_opened(),
            Err(_) => true,
        }
    }

    /// What the file was like when it was opened.
    pub(super) fn stamp_when_opened(&self) -> Stamp {
        without_idle_journal(self.stamp.clone())
    }

    /// What tells whether a later read would see something else. A private copy never changes.
    pub(super) fn stamp_of_reads(&self) -> Result<Stamp, StoreError> {
        match self.mode {
            AccessMode::PrivateCopy => Ok(self.stamp_when_opened()),
            AccessMode::ReadOnly | AccessMode::Immutable | AccessMode::Live => {
                Ok(without_idle_journal(self.look()?.stamp))
            }
        }
    }
}

/// Whether a journal belongs to a writer at work, whose locks SQLite sees, rather than to one that crashed. A read-only
/// connection can't roll a journal back: it reads what is committed, or fails and leaves all as it is.
pub(super) fn has_live_writer(
    shown: &Path,
    real: &Path,
    lock_wait: Duration,
    cancel: &Cancel,
) -> Result<bool, StoreError> {
    let read = || -> rusqlite::Result<()> {
        let conn = connect(real, Access::ReadOnly, lock_wait, Some(cancel))?;
        conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
    };
    match read().map_err(|e| StoreError::sqlite(shown, "open it", e)) {
        Ok(()) => Ok(true),
        Err(error @ (StoreError::Locked(_) | StoreError::Cancelled)) => Err(error),
        Err(_) => Ok(false),
    }
}

/// A journal comes and goes with each transaction, also with one that is rolled back: only the main file counts.
pub(super) fn without_idle_journal(stamp: Stamp) -> Stamp {
    Stamp { journal: None, ..stamp }
}

pub(super) type PrivateFile = (tempfile::TempDir, PathBuf);

/// Copies the main file and the journal or log beside it, and lets SQLite finish or undo there what they hold.
pub(super) fn private_copy(
    shown: &Path,
    real: &Path,
    dir: Option<&Path>,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<(PrivateFile, Stamp), StoreError> {
    let dir = dir.map_or_else(std::env::temp_dir, Path::to_owned);
    let in_dir = |e| StoreError::io(&dir, "make a private copy there", e);
    let folder = tempfile::Builder::new().prefix("foldline-").tempdir_in(&dir).map_err(in_dir)?;
    let copy = folder.path().join("store.db");
    for attempt in 1..=COPY_ATTEMPTS {
        let before = probe(shown, real)?;
        let side_bytes = before.stamp.wal.as_ref().map_or(0, |wal| wal.size)
            + before.stamp.journal.as_ref().map_or(0, |(size, _)| *size);
        let needed = before.stamp.size + side_bytes;
        check_space(&dir, needed)?;
        progress.set_total(needed);
        progress.set_done(0);
        progress.set_copying(true);
        copy_file(shown, real, &copy, progress, cancel)?;
        if !copy_side_files(shown, real, &copy, &before, progress, cancel)? {
            continue;
        }
        let after = probe(shown, real)?;
        if before.stamp == after.stamp || (attempt > 1 && only_log_grew(&before.stamp, &after.stamp)) {
            settle(shown, &copy)?;
            progress.set_copying(false);
            return Ok(((folder, copy), before.stamp));
        }
    }
    Err(StoreError::KeepsChanging(shown.to_owned()))
}

/// Copies the journal and the log that a look showed; false if one of them is gone since: the last writer took it
/// away, and the main file is another now.
fn copy_side_files(
    shown: &Path,
    real: &Path,
    copy: &Path,
    before: &Probe,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<bool, StoreError> {
    for (suffix, there) in [("-wal", before.wal.is_some()), ("-journal", before.hot_journal.is_some())] {
        let target = beside(copy, suffix);
        if there {
            match copy_file(shown, &beside(real, suffix), &target, progress, cancel) {
                Err(StoreError::Missing(_)) => return Ok(false),
                copied => copied?,
            }
        } else if target.exists() {
            std::fs::remove_file(&target).map_err(|e| StoreError::io(copy, "make a private copy there", e))?;
        }
    }
    Ok(true)
}

/// A log that only grew is still sound: the copy holds it up to some frame, and SQLite stops at the last commit.
fn only_log_grew(before: &Stamp, after: &Stamp) -> bool {
    let (Some(old), Some(new)) = (&before.wal, &after.wal) else {
        return false;
    };
    let grown = WalStamp { size: new.size, modified: new.modified, ..old.clone() };
    new.size >= old.size && Stamp { wal: Some(grown), ..before.clone() } == *after
}

/// Makes one plain database of the private copy, so that it can be read without locks and side files.
fn settle(shown: &Path, copy: &Path) -> Result<(), StoreError> {
    let failed = |e| StoreError::sqlite(shown, "read the journal beside it", e);
    let conn = connect(copy, Access::Own, Duration::ZERO, None).map_err(failed)?;
    conn.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(())).map_err(failed)?;
    conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(failed)?;
    conn.close().map_err(|(_, e)| failed(e))
}

fn check_space(dir: &Path, needed: u64) -> Result<(), StoreError> {
    // A system that can't tell is not asked twice: the copy itself will show.
    let Ok(available) = fs4::available_space(dir) else {
        return Ok(());
    };
    if available < needed.saturating_add(SPACE_TO_SPARE) {
        return Err(StoreError::NoSpace { dir: dir.to_owned(), needed, available });
    }
    Ok(())
}

fn copy_file(shown: &Path, from: &Path, to: &Path, progress: &Progress, cancel: &Cancel) -> Result<(), StoreError> {
    let reading = |e| StoreError::io(shown, "read it for a private copy", e);
    let writing = |e| StoreError::Io { path: to.to_owned(), doing: "write a private copy", source: e };
    // By the handle that is kept: closing another one would drop the locks of this process.
    let source = handles::open(from).map_err(reading)?;
    let mut done = 0;
    let mut target = File::create(to).map_err(writing)?;
    let mut chunk = vec![0; COPY_CHUNK];
    loop {
        if cancel.is_cancelled() {
            return Err(StoreError::Cancelled);
        }
        let len = handles::read_at(&source, &mut chunk, done).map_err(reading)?;
        if len == 0 {
            return Ok(());
        }
        done += len as u64;
        target.write_all(&chunk[..len]).map_err(writing)?;
        progress.add(len as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_was_restarted_is_not_one_that_grew() {
        let stamp = |size, salt| Stamp {
            size: 4096,
            modified: None,
            change_counter: 1,
            wal: Some(WalStamp { size, modified: None, salts: [salt; 8] }),
            journal: None,
        };
        assert!(only_log_grew(&stamp(100, 1), &stamp(200, 1)));
        assert!(!only_log_grew(&stamp(200, 1), &stamp(100, 1)));
        assert!(!only_log_grew(&stamp(100, 1), &stamp(200, 2)));
        assert!(!only_log_grew(&stamp(100, 1), &Stamp { size: 8192, ..stamp(200, 1) }));
    }

    #[test]
    fn a_log_that_is_gone_since_the_look_is_not_missed() {
        let folder = tempfile::tempdir().unwrap();
        let (real, copy) = (folder.path().join("a.db"), folder.path().join("copy.db"));
        let conn = connect(&real, Access::Own, Duration::ZERO, None).unwrap();
        conn.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1)").unwrap();
        let before = probe(&real, &real).unwrap();
        assert!(before.wal.is_some());
        let copied = || copy_side_files(&real, &real, &copy, &before, &Progress::default(), &Cancel::default());
        assert!(copied().unwrap());
        conn.close().unwrap();
        assert!(!copied().unwrap());
        // The next attempt finds the file alone.
        let (progress, cancel) = (Progress::default(), Cancel::default());
        let source = Source::new(&real, None, Duration::ZERO, &progress, &cancel).unwrap();
        assert_eq!(source.mode, AccessMode::Immutable);
    }

    #[test]
    fn a_full_disk_is_seen_before_copying() {
        let folder = tempfile::tempdir().unwrap();
        assert!(check_space(folder.path(), 1).is_ok());
        assert!(matches!(check_space(folder.path(), u64::MAX / 2), Err(StoreError::NoSpace { .. })));
    }
}
