//! What the bytes of a file and of the files beside it say, before SQLite is asked: SQLite's own way of finding out
//! may write. Format: <https://www.sqlite.org/fileformat2.html>.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::error::StoreError;
use super::handles;

const MAGIC: &[u8; 16] = b"SQLite format 3\0";
const JOURNAL_MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
/// A write-ahead log starts with this or with one more (byte order of its checksums).
const WAL_MAGIC: u32 = 0x377f_0682;

/// What a look at a database file showed.
#[derive(Debug, Clone)]
pub(super) struct Probe {
    /// The header says write-ahead log.
    pub wal_mode: bool,
    /// There is a write-ahead log with content.
    pub wal: Option<PathBuf>,
    /// There is a rollback journal that was not finished.
    pub hot_journal: Option<PathBuf>,
    /// What tells later whether something changed.
    pub stamp: Stamp,
    /// The file as it was looked at: to be held as long as connections to it may be at work.
    pub file: Arc<File>,
}

/// What tells whether a file changed: each write changes at least one of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    pub size: u64,
    pub modified: Option<SystemTime>,
    pub change_counter: u32,
    pub wal: Option<WalStamp>,
    pub journal: Option<(u64, Option<SystemTime>)>,
}

/// The same of a write-ahead log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WalStamp {
    pub size: u64,
    pub modified: Option<SystemTime>,
    pub salts: [u8; 8],
}

/// The name of a side file: SQLite appends to the whole name.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(suffix);
    name.into()
}

/// Looks at the file. `shown` is the path to name in errors, `path` the real one (side files lie beside the real
/// file, not beside a link to it).
pub(super) fn probe(shown: &Path, path: &Path) -> Result<Probe, StoreError> {
    let about = std::fs::metadata(path).map_err(|e| StoreError::io(shown, "look at it", e))?;
    if about.is_dir() {
        return Err(StoreError::Directory(shown.to_owned()));
    }
    if !about.is_file() {
        return Err(StoreError::NotAFile(shown.to_owned()));
    }
    if about.len() == 0 {
        return Err(StoreError::Empty(shown.to_owned()));
    }
    let file = handles::open(path).map_err(|e| StoreError::io(shown, "read it", e))?;
    let head = handles::head(&file, 4096).map_err(|e| StoreError::io(shown, "read it", e))?;
    let header = header(shown, &head, about.len())?;
    let (wal, wal_stamp) = wal_beside(shown, path)?;
    let (hot_journal, journal_stamp) = journal_beside(shown, path)?;
    // With a journal or a log the main file may rightly be shorter or longer than its header says.
    if wal.is_none() && hot_journal.is_none() {
        // It may have grown since its length was looked at.
        let now = || std::fs::metadata(path).map_or(about.len(), |about| about.len());
        header.check_length(shown, about.len()).or_else(|_| header.check_length(shown, now()))?;
    }
    let stamp = Stamp {
        size: about.len(),
        modified: about.modified().ok(),
        change_counter: header.change_counter,
        wal: wal_stamp,
        journal: journal_stamp,
    };
    Ok(Probe { wal_mode: header.wal_mode, wal, hot_journal, stamp, file })
}

struct Header {
    wal_mode: bool,
    change_counter: u32,
    page_size: u64,
    /// Pages by the header, where that is to be trusted.
    pages: Option<u64>,
}

impl Header {
    fn check_length(&self, shown: &Path, actual: u64) -> Result<(), StoreError> {
        match self.pages.map(|pages| pages * self.page_size) {
            Some(expected) if actual < expected => {
                Err(StoreError::Truncated { path: shown.to_owned(), expected, actual })
            }
            _ => Ok(()),
        }
    }
}

fn header(shown: &Path, head: &[u8], len: u64) -> Result<Header, StoreError> {
    if !head.starts_with(MAGIC) {
        return Err(no_database(shown, head));
    }
    let short = |expected: u64| StoreError::Truncated { path: shown.to_owned(), expected, actual: len };
    let Some(fixed) = head.get(..100) else {
        return Err(short(100));
    };
    let word = |at: usize| u32::from_be_bytes([fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]]);
    let page_size = match u64::from(u16::from_be_bytes([fixed[16], fixed[17]])) {
        1 => 65536,
        size => size,
    };
    if !(page_size.is_power_of_two() && (512..=65536).contains(&page_size)) {
        // Some encryptions leave the first sixteen bytes alone.
        return Err(if shows_no_structure(&head[16..]) {
            StoreError::Encrypted(shown.to_owned())
        } else {
            StoreError::Damaged { path: shown.to_owned(), message: "its header has no valid page size".to_owned() }
        });
    }
    if len < page_size {
        return Err(short(page_size));
    }
    let change_counter = word(24);
    let pages = u64::from(word(28));
    // Old versions of SQLite do not keep the page count; then the version-valid-for number differs.
    let trusted = pages > 0 && change_counter == word(92);
    Ok(Header {
        wal_mode: fixed[18] == 2 || fixed[19] == 2,
        change_counter,
        page_size,
        pages: trusted.then_some(pages),
    })
}

/// What a file without SQLite's first bytes is.
fn no_database(shown: &Path, head: &[u8]) -> StoreError {
    let hint = match head {
        [0x1f, 0x8b, ..] => "it is compressed with gzip",
        [b'P', b'K', 3 | 5, ..] => "it is a ZIP archive",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "it is compressed with Zstandard",
        [0xfd, b'7', b'z', b'X', b'Z', ..] => "it is compressed with xz",
        [b'%', b'P', b'D', b'F', ..] => "it is a PDF",
        _ if head.iter().all(|byte| *byte == 0) => "its first bytes are all zero",
        _ if std::str::from_utf8(head).is_ok() => "it is text",
        _ if shows_no_structure(head) => return StoreError::Encrypted(shown.to_owned()),
        _ => "it does not begin as one",
    };
    StoreError::NotADatabase { path: shown.to_owned(), hint: hint.to_owned() }
}

/// Whether bytes are spread evenly over all values, as ciphertext is; formats with a header of their own are not.
pub(super) fn shows_no_structure(bytes: &[u8]) -> bool {
    bytes.len() >= 1024 && entropy(bytes) > 7.5
}

/// Shannon's entropy of bytes in bits a byte: near 8 for ciphertext.
fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let total = bytes.len().max(1) as f64;
    let share = counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / total);
    share.map(|p| -p * p.log2()).sum()
}

/// The first bytes of a database file, at most `len`.
pub(super) fn head(path: &Path, len: usize) -> std::io::Result<Vec<u8>> {
    handles::head(&*handles::open(path)?, len)
}

fn wal_beside(shown: &Path, path: &Path) -> Result<(Option<PathBuf>, Option<WalStamp>), StoreError> {
    let wal = beside(path, "-wal");
    let Some((about, head)) = side_file(shown, &wal)? else {
        return Ok((None, None));
    };
    let salts = head.get(16..24).and_then(|bytes| bytes.try_into().ok()).unwrap_or_default();
    let stamp = WalStamp { size: about.len(), modified: about.modified().ok(), salts };
    let magic = head.get(..4).map_or(0, |m| u32::from_be_bytes([m[0], m[1], m[2], m[3]]));
    // Without a whole header there is nothing in it: 32 bytes, then frames.
    let has_content = about.len() > 32 && magic & !1 == WAL_MAGIC;
    Ok((has_content.then_some(wal), Some(stamp)))
}

/// A journal's stamp: its size and when it was written.
type JournalStamp = (u64, Option<SystemTime>);

fn journal_beside(shown: &Path, path: &Path) -> Result<(Option<PathBuf>, Option<JournalStamp>), StoreError> {
    let journal = beside(path, "-journal");
    let Some((about, head)) = side_file(shown, &journal)? else {
        return Ok((None, None));
    };
    // A finished transaction leaves nothing, an empty file or a header of zeros.
    let hot = head.starts_with(&JOURNAL_MAGIC);
    Ok((hot.then_some(journal), Some((about.len(), about.modified().ok()))))
}

fn side_file(shown: &Path, path: &Path) -> Result<Option<(std::fs::Metadata, Vec<u8>)>, StoreError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(StoreError::io(shown, "read the journal beside it", e)),
    };
    let look = |file: &mut File| -> std::io::Result<(std::fs::Metadata, Vec<u8>)> {
        let about = file.metadata()?;
        let mut head = Vec::new();
        file.rewind()?;
        file.take(32).read_to_end(&mut head)?;
        Ok((about, head))
    };
    look(&mut file).map(Some).map_err(|e| StoreError::io(shown, "read the journal beside it", e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_database_is_named() {
        let noise: Vec<u8> =
            (0..4096u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8 ^ (i * 7) as u8).collect();
        assert!(entropy(&noise) > 7.5);
        let text = |head: &[u8]| no_database(Path::new("x"), head).to_string();
        assert!(text(&noise).contains("encrypted"));
        assert!(text(b"\x1f\x8b\x08").contains("gzip"));
        assert!(text(b"hello").contains("it is text"));
        assert!(text(&[0; 100]).contains("zero"));
        assert!(text(&[0xff; 100]).contains("does not begin"));
    }

    #[test]
    fn side_files_append_to_the_whole_name() {
        assert_eq!(beside(Path::new("/a/b.db"), "-wal"), Path::new("/a/b.db-wal"));
    }
}
