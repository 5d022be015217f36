//! How a store is read while others write it: as one reader among others, never in anybody's way.
//!
//! | found | read how |
//! |---|---|
//! | rollback journal mode | read-only connection in short transactions |
//! | the same with a hot `-journal` of a writer that is gone | private copy, rolled back there |
//! | `-wal` and `-shm` are there | attached: read-only, without checkpoints |
//! | write-ahead log mode, no `-wal` or an empty one without `-shm` | `immutable=1`, checked after each read |
//! | a `-wal` with content and no `-shm`: nobody has it open | private copy, made again when it changes |
//!
//! Each connection is made for one read and closed after it, so that a writer that ends can clear away its log, and one
//! that wants the file for itself gets it. A writer that ends at the very moment of such a read leaves its log behind,
//! whole, as SQLite does with any other reader; the next one takes it up.

use std::fs::File;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

use crate::model::{Cancel, FileChange, Progress};

use super::connect::{Access, connect, real_path};
use super::error::StoreError;
use super::handles::{self, FileId};
use super::open::{AccessMode, PrivateFile, Source, has_live_writer, private_copy, without_idle_journal};
use super::probe::{Probe, Stamp, beside};

/// The header of a log's index, in which each commit counts (`WalIndexHdr`, twice):
/// <https://www.sqlite.org/walformat.html#the_wal_index_header>.
const INDEX_HEADER: usize = 96;

/// What a followed file is like. Each commit changes it, whatever the clock of the file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LiveStamp {
    stamp: Stamp,
    file: Option<FileId>,
    real: PathBuf,
    index: Vec<u8>,
    /// Whether the header says write-ahead log.
    wal_mode: bool,
}

impl LiveStamp {
    /// What became of the same file since an older look, beside its contents.
    pub(super) fn changes_since(&self, older: &Self) -> impl Iterator<Item = FileChange> {
        let mode = (self.wal_mode != older.wal_mode).then_some(match self.wal_mode {
            true => FileChange::LogBegun,
            false => FileChange::LogEnded,
        });
        let smaller = (self.stamp.size < older.stamp.size).then_some(FileChange::Smaller);
        mode.into_iter().chain(smaller)
    }

    /// As files have it that are not followed.
    pub(super) fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// Whether it is of the same file, however that changed.
    pub(super) fn is_same_file(&self, other: &Self) -> bool {
        self.file == other.file && self.real == other.real
    }
}

/// How a followed store was read last, and what is kept for the next time.
#[derive(Debug, Default)]
pub(super) struct Attachment {
    private_dir: Option<PathBuf>,
    kept: Mutex<Kept>,
    /// The longest read transaction so far, in microseconds.
    longest: AtomicU64,
    /// How many there were.
    #[cfg(test)]
    pub(super) reads: AtomicU64,
}

#[derive(Debug, Default)]
struct Kept {
    /// Which file it is: what is known is not told of another one.
    file: Option<FileId>,
    /// The private copy, and what the file was like when it was made.
    copy: Option<(Stamp, PrivateFile)>,
}

impl Attachment {
    pub(super) fn of(file: &File, private_dir: Option<&Path>) -> Self {
        let file = file.metadata().ok().and_then(|about| FileId::of(&about));
        let kept = Kept { file, ..Kept::default() }.into();
        Self { private_dir: private_dir.map(Path::to_owned), kept, ..Self::default() }
    }

    /// Takes note of how long a read transaction lasted.
    pub(super) fn note_read(&self, lasted: Duration) {
        #[cfg(test)]
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.longest.fetch_max(u64::try_from(lasted.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// The longest read transaction so far.
    pub(super) fn longest_read(&self) -> Duration {
        Duration::from_micros(self.longest.load(Ordering::Relaxed))
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection to what is read.
#[derive(Debug)]
pub(super) struct Link {
    pub conn: Connection,
    /// What a followed file was like that this connection reads as one that nobody writes.
    pub settled: Option<Stamp>,
}

impl Deref for Link {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.conn
    }
}

/// What the files at hand ask for.
enum Way {
    Rollback,
    Attached,
    Immutable,
    Copy,
}

impl Source {
    /// A connection for one read of a followed store.
    pub(super) fn attach(&self, cancel: Option<&Cancel>) -> Result<Link, StoreError> {
        let found = self.look()?;
        let file = found.file.metadata().ok().and_then(|about| FileId::of(&about));
        if file != self.attachment.kept().file {
            return Err(StoreError::Changed(self.shown.clone()));
        }
        let failed = |e| StoreError::sqlite(&self.shown, "open it", e);
        let own = |access| connect(&self.real, access, self.lock_wait, cancel).map_err(failed);
        let way = self.way(&found, cancel)?;
        let settled = matches!(way, Way::Immutable).then(|| found.stamp.clone());
        let conn = match way {
            Way::Rollback => own(Access::ReadOnly),
            Way::Attached => {
                let conn = own(Access::Attached)?;
                let read = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()));
                let refused = read.is_err_and(|error| error.sqlite_error_code() == Some(ErrorCode::ReadOnly));
                // Just opened, or just begun anew: nobody's mark fits.
                if refused && beside(&self.real, "-shm").exists() { own(Access::Marking) } else { Ok(conn) }
            }
            Way::Immutable => own(Access::Immutable),
            Way::Copy => {
                let mut kept = self.attachment.kept();
                if kept.copy.as_ref().is_none_or(|(stamp, _)| *stamp != found.stamp) {
                    let never = Cancel::default();
                    let (dir, cancel) = (self.attachment.private_dir.as_deref(), cancel.unwrap_or(&never));
                    let (copy, stamp) = private_copy(&self.shown, &self.real, dir, &Progress::default(), cancel)?;
                    kept.copy = Some((stamp, copy));
                }
                let copy = kept.copy.as_ref().map_or(&self.real, |(_, (_, copy))| copy);
                connect(copy, Access::Immutable, self.lock_wait, cancel).map_err(failed)
            }
        };
        Ok(Link { conn: conn?, settled })
    }

    fn way(&self, found: &Probe, cancel: Option<&Cancel>) -> Result<Way, StoreError> {
        if found.wal_mode || found.wal.is_some() {
            let (log, index) = (found.stamp.wal.is_some(), beside(&self.real, "-shm").exists());
            return Ok(match (log && index, found.wal.is_some()) {
                (true, _) => Way::Attached,
                (false, true) => Way::Copy,
                (false, false) => Way::Immutable,
            });
        }
        let crashed = found.hot_journal.is_some() && {
            let never = Cancel::default();
            !has_live_writer(&self.shown, &self.real, self.lock_wait, cancel.unwrap_or(&never))?
        };
        Ok(if crashed { Way::Copy } else { Way::Rollback })
    }

    /// Whether what was just read by a connection was read whole: without locks, a file that changed meanwhile is torn.
    pub(super) fn check_read(&self, link: &Link) -> Result<(), StoreError> {
        match &link.settled {
            _ if self.mode != AccessMode::Live => self.check(),
            Some(stamp) if self.look()?.stamp != *stamp => Err(StoreError::Changed(self.shown.clone())),
            _ => Ok(()),
        }
    }

    /// Whether it is still the file that was opened.
    pub(super) fn is_at(&self, now: &LiveStamp) -> bool {
        self.mode != AccessMode::Live || now.file == self.attachment.kept().file
    }

    /// What the file is like now.
    pub(super) fn live_stamp(&self) -> Result<LiveStamp, StoreError> {
        let failed = |e| StoreError::io(&self.shown, "look at it", e);
        let found = self.look()?;
        let file = FileId::of(&found.file.metadata().map_err(failed)?);
        let index = match handles::open(&beside(&self.real, "-shm")) {
            // What is not there, or may not be read, tells nothing; the log itself does.
            Err(_) => Vec::new(),
            Ok(index) => {
                let head = handles::head(&index, INDEX_HEADER).unwrap_or_default();
                self.hold(index);
                head
            }
        };
        let real = real_path(&self.shown).map_err(failed)?;
        let wal_mode = found.wal_mode;
        Ok(LiveStamp { stamp: without_idle_journal(found.stamp), file, real, index, wal_mode })
    }
}
