//! What can go wrong with a store, each with a text that says what it is, where, and what to do next.

use std::path::{Path, PathBuf};

/// Why a store can't be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such file.
    #[error("there is no such file; check the name: {}", .0.display())]
    Missing(PathBuf),
    /// A directory was named.
    #[error("this is a directory; name a file in it: {}", .0.display())]
    Directory(PathBuf),
    /// A pipe, a device, a socket.
    #[error("this is no regular file (a pipe, a device or a socket); copy its contents to a file first: {}", .0.display())]
    NotAFile(PathBuf),
    /// The file may not be read.
    #[error("no permission to read it; ask its owner, or open a copy of your own: {}", .0.display())]
    NoPermission(PathBuf),
    /// Zero bytes.
    #[error("the file is empty (zero bytes), so it holds no database; look for the real one or a backup: {}", .0.display())]
    Empty(PathBuf),
    /// Something else than SQLite.
    #[error("this is not a SQLite database ({hint}); open the store's database file itself: {}", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
        /// What it looks like.
        hint: String,
    },
    /// No structure is visible in its bytes.
    #[error(
        "this looks like an encrypted database (its bytes show no structure); decrypt it to a copy with the tool that \
         encrypted it, then open that: {}", .0.display()
    )]
    Encrypted(PathBuf),
    /// Shorter than its own header says.
    #[error(
        "the database is cut off: its header speaks of {expected} bytes and {actual} are there; copy it again or use \
         a backup: {}", path.display()
    )]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Bytes by the header.
        expected: u64,
        /// Bytes that are there.
        actual: u64,
    },
    /// SQLite finds it broken.
    #[error(
        "the database is damaged ({message}); use a backup, or try `sqlite3 FILE .recover` into a new file: {}",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        message: String,
    },
    /// Another program holds a lock.
    #[error(
        "another program has locked the database; wait until it is done, stop it, or open a copy of the file: {}",
        .0.display()
    )]
    Locked(PathBuf),
    /// A database without a single table.
    #[error("the database has no tables, so it holds no events; check that this is the right file: {}", .0.display())]
    NoTables(PathBuf),
    /// Tables, but no layout among the known ones.
    #[error(
        "the database holds no events that Foldline recognises; its tables are {}; `foldline mapping FILE > m.json` \
         guesses which of them hold events, and --mapping m.json reads them so (`foldline layouts` lists what is \
         recognised): {}", listed(tables), path.display()
    )]
    NotRecognised {
        /// The file.
        path: PathBuf,
        /// Its tables.
        tables: Vec<String>,
    },
    /// A mapping names what the database does not have.
    #[error("the mapping does not fit the database: {why}; mend the mapping, or make another with `foldline mapping`: {}", path.display())]
    MappingDoesNotFit {
        /// The file.
        path: PathBuf,
        /// What is missing.
        why: String,
    },
    /// A layout was named that does not exist.
    #[error("there is no layout {name:?}; the layouts are {}", listed(known))]
    UnknownLayout {
        /// The name.
        name: String,
        /// The names that exist.
        known: Vec<String>,
    },
    /// A layout was named that the database does not have.
    #[error(
        "the database does not have the layout {layout} ({why}); leave --layout out to let Foldline look for itself: {}",
        path.display()
    )]
    LayoutDoesNotFit {
        /// The file.
        path: PathBuf,
        /// The layout's id.
        layout: String,
        /// What is missing.
        why: String,
    },
    /// A table without row numbers whose keys are nothing that can be looked up.
    #[error(
        "{event} can't be read again: the table has no row numbers, and the row's key is nothing that can be looked \
         up; mend the key in a copy of the store: {}", path.display()
    )]
    KeyNotFound {
        /// The file.
        path: PathBuf,
        /// Which event.
        event: String,
    },
    /// Rows without numbers, and what would take their place is none.
    #[error(
        "the rows of its table {table} can't be told apart: it has no row numbers, and the column {column}, which would \
         do instead, holds something other than whole numbers; mend these in a copy of the store: {}", path.display()
    )]
    NotNumbered {
        /// The file.
        path: PathBuf,
        /// The event table.
        table: String,
        /// The column.
        column: String,
    },
    /// More events than the index can count.
    #[error("the store has more than {} events, which is more than Foldline can index: {}", u32::MAX, .0.display())]
    TooManyEvents(PathBuf),
    /// The file is not what it was when it was opened.
    #[error("the store has changed since it was opened; open it again: {}", .0.display())]
    Changed(PathBuf),
    /// The file never stood still long enough.
    #[error(
        "the store keeps being written while it is read; try again when its program is less busy, or open a copy: {}",
        .0.display()
    )]
    KeepsChanging(PathBuf),
    /// A private copy would not fit.
    #[error(
        "a private copy needs {needed} bytes and {available} are free; make room there, or set TMPDIR to a folder \
         with more: {}", dir.display()
    )]
    NoSpace {
        /// The folder for temporary files.
        dir: PathBuf,
        /// Bytes needed.
        needed: u64,
        /// Bytes free.
        available: u64,
    },
    /// The work was asked to stop.
    #[error("stopped")]
    Cancelled,
    /// The operating system refused.
    #[error("can't {doing} ({source}): {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was being done, as a verb: `read it`.
        doing: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// SQLite refused.
    #[error("can't {doing} ({source}): {}", path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What was being done, as a verb: `read its events`.
        doing: &'static str,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The target of a copy is there already.
    #[error("the file exists; choose another name, or allow it to be overwritten: {}", .0.display())]
    TargetExists(PathBuf),
    /// The target of a copy is the opened store itself.
    #[error("the copy would overwrite the store that is open; choose another name: {}", .0.display())]
    TargetIsStore(PathBuf),
    /// The target of a copy can't be written.
    #[error("can't write the copy ({why}); choose another place: {}", path.display())]
    CannotWrite {
        /// The target.
        path: PathBuf,
        /// What is in the way.
        why: String,
    },
    /// Copies of this layout are not implemented.
    #[error(
        "such a copy of a {title} store can't be written in its own layout ({why}); write it in Foldline's layout instead"
    )]
    LayoutNotWritable {
        /// The layout's name for people.
        title: String,
        /// What is in the way.
        why: String,
    },
    /// Copies of several files have no one layout.
    #[error(
        "a history of several files can be saved in Foldline's own layout, not in that of one of them; write the copy \
         in Foldline's layout instead"
    )]
    SeveralNotWritable,
    /// One file was named twice for one history.
    #[error("this file is named twice; name each file of the history once: {}", .0.display())]
    NamedTwice(PathBuf),
    /// More files than can be read together.
    #[error("at most {0} files can be read as one history; unite some of them in a copy first")]
    TooManyFiles(usize),
    /// An event of the copy has contents that its layout can't hold.
    #[error("{event} can't be written in the store's own layout: {why}; nothing was written")]
    CannotEncode {
        /// Which event.
        event: String,
        /// What is in the way.
        why: String,
    },
    /// What was written is not what was to be written.
    #[error("the copy does not read back as it was planned ({why}), so it was thrown away; please report this: {}", path.display())]
    Mismatch {
        /// The target.
        path: PathBuf,
        /// The first difference.
        why: String,
    },
}

impl StoreError {
    /// Whether the cause is a file (missing, unreadable, not recognised, not writable) rather than the arguments:
    /// exit status 3 rather than 2.
    pub fn is_input_error(&self) -> bool {
        !matches!(
            self,
            Self::UnknownLayout { .. }
                | Self::TargetExists(_)
                | Self::TargetIsStore(_)
                | Self::NamedTwice(_)
                | Self::TooManyFiles(_)
        )
    }

    /// Whether the work ended because it was asked to.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled)
    }

    /// Whether the same may be read in a moment: somebody just opened, closed or wrote the file.
    pub fn is_passing(&self) -> bool {
        use rusqlite::ErrorCode as Code;
        match self {
            Self::Changed(_) | Self::Truncated { .. } | Self::KeepsChanging(_) => true,
            Self::Sqlite { source, .. } => {
                matches!(source.sqlite_error_code(), Some(Code::ReadOnly | Code::CannotOpen | Code::SchemaChanged))
            }
            _ => false,
        }
    }

    /// An error of the operating system, sorted into the more telling ones.
    pub(super) fn io(path: &Path, doing: &'static str, source: std::io::Error) -> Self {
        match source.kind() {
            std::io::ErrorKind::NotFound => Self::Missing(path.to_owned()),
            std::io::ErrorKind::PermissionDenied => Self::NoPermission(path.to_owned()),
            _ => Self::Io { path: path.to_owned(), doing, source },
        }
    }

    /// An error of SQLite, sorted into the more telling ones.
    pub(super) fn sqlite(path: &Path, doing: &'static str, source: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        match source.sqlite_error_code() {
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => Self::Locked(path.to_owned()),
            Some(Code::OperationInterrupted) => Self::Cancelled,
            Some(Code::NotADatabase | Code::DatabaseCorrupt) => {
                Self::Damaged { path: path.to_owned(), message: source.to_string() }
            }
            _ => Self::Sqlite { path: path.to_owned(), doing, source },
        }
    }
}

/// The first twenty names, and how many more there are.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 20;
    let mut text = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    text
}
