//! What shows that nothing was written to a file: its hash, and what lies beside it.

use super::Timestamp;

/// A file that SQLite keeps beside a database.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SideFile {
    /// Its name, without a folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
}

/// What a file was like when it was read from its first to its last byte.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileHash {
    /// BLAKE3 of its contents, hexadecimal.
    pub hash: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// When it was last written, as the file system has it.
    pub modified: Option<Timestamp>,
    /// What lay beside it.
    pub side_files: Vec<SideFile>,
    /// Somebody had written to it since it was opened, or did while it was read: the hash is not of what was opened.
    pub written_since_opening: bool,
}

/// What became of a followed file as a file, beside what its events say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileChange {
    /// Another file took its place; the events that were known are in it.
    Replaced,
    /// It became smaller: pages were given back, as `VACUUM` does.
    Smaller,
    /// It is written with a write-ahead log from now on.
    LogBegun,
    /// It is written without a write-ahead log from now on.
    LogEnded,
}
