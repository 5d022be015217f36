//! Indexes kept in the user's cache folder, so that a store opens at once the second time. Never beside the store, safe
//! to delete at any time, and only taken for what they say after a look at the store itself.
//!
//! A file of the cache: [`MAGIC`], the length of the header (u64), the header (JSON: what it is an index of, notes,
//! lengths), names and columns as [`LogImage`] has them, and the BLAKE3 hash of all that. Numbers are in the byte order
//! of the machine, which is part of the key.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::model::{COLUMNS, EventLog, LogImage};

use super::open::Source;
use super::probe::Stamp;
use super::recognise::Bound;

const MAGIC: &[u8; 16] = b"foldline index 2";
/// Stores with fewer events are read again: that takes no longer.
const FEWEST_EVENTS: usize = 20_000;
/// All files of the cache together: the least recently used go.
const MOST_BYTES: u64 = 2 << 30;
/// What the cache's files are called.
const SUFFIX: &str = "index";

/// What a kept index is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Of {
    /// Which build made it: another one may read stores differently.
    build: String,
    path: String,
    /// Size, time of change, change counter, log: as [`Stamp`] has them.
    stamp: String,
    layout: String,
    tables: Vec<String>,
    little_endian: bool,
}

#[derive(Serialize, Deserialize)]
struct Header {
    of: Of,
    notes: Vec<String>,
    /// Bytes of the names and of each column.
    lengths: Vec<u64>,
}

/// The index of one store in the cache.
pub(super) struct Kept {
    file: PathBuf,
    of: Of,
}

impl Kept {
    /// Where the index of a store would be. `stamp`: what the file is like when it is read.
    pub(super) fn new(folder: &Path, source: &Source, bound: &Bound, stamp: &Stamp) -> Self {
        // A layout is its description: a mapping may change under the same name.
        let layout = format!("{} {}", bound.spec.id, blake3::hash(format!("{:?}", bound.spec).as_bytes()).to_hex());
        let of = Of {
            build: format!("{} {}", env!("CARGO_PKG_VERSION"), build()),
            path: source.real.to_string_lossy().into_owned(),
            stamp: format!("{stamp:?} {}", file_mark(&source.real)),
            layout,
            tables: bound.sources.iter().map(|source| source.table.name.clone()).collect(),
            little_endian: cfg!(target_endian = "little"),
        };
        // One file a store and layout: an index of what the store was is written over.
        let name = blake3::hash(format!("{}\0{}", of.path, of.layout).as_bytes()).to_hex();
        Self { file: folder.join(format!("{}.{SUFFIX}", &name[..32])), of }
    }

    /// The kept index with its notes, if there is one of the store as it is now. Whatever is wrong with the file, there
    /// is none.
    pub(super) fn read(&self, generation: u64) -> Option<(EventLog, Vec<String>)> {
        let mut file = File::open(&self.file).ok()?;
        let len = file.metadata().ok()?.len();
        let mut bytes = Vec::with_capacity(usize::try_from(len).ok()?);
        file.read_to_end(&mut bytes).ok()?;
        let (content, hash) = bytes.split_at_checked(bytes.len().checked_sub(blake3::OUT_LEN)?)?;
        let rest = content.strip_prefix(MAGIC)?;
        let (header_len, rest) = rest.split_first_chunk::<8>()?;
        let (header, mut rest) = rest.split_at_checked(usize::try_from(u64::from_ne_bytes(*header_len)).ok()?)?;
        let header: Header = serde_json::from_slice(header).ok()?;
        if header.of != self.of || header.lengths.len() != COLUMNS + 1 {
            return None;
        }
        let mut parts = Vec::with_capacity(COLUMNS + 1);
        for length in &header.lengths {
            let (part, more) = rest.split_at_checked(usize::try_from(*length).ok()?)?;
            parts.push(part);
            rest = more;
        }
        let (names, columns) = parts.split_first()?;
        let columns: [&[u8]; COLUMNS] = columns.try_into().ok()?;
        let (is_sound, log) = rayon::join(
            || hashed(content).as_bytes() == hash,
            || EventLog::from_image(generation, names, &columns).ok(),
        );
        let log = log.filter(|_| is_sound)?;
        // The most recently used is the last to go.
        let used = File::options().append(true).open(&self.file);
        let _ = used.and_then(|file| file.set_modified(SystemTime::now()));
        Some((log, header.notes))
    }

    /// Keeps an index, and makes room for it. What fails is only not kept.
    pub(super) fn write(&self, log: &EventLog, notes: &[String]) {
        if log.len() < FEWEST_EVENTS {
            return;
        }
        let _ = self.try_write(log, notes);
    }

    fn try_write(&self, log: &EventLog, notes: &[String]) -> std::io::Result<()> {
        let folder = self.file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let Some(LogImage { names, columns }) = log.image() else { return Ok(()) };
        let parts = || std::iter::once(names.as_slice()).chain(columns.iter().map(|column| &**column));
        let header = Header {
            of: self.of.clone(),
            notes: notes.to_vec(),
            lengths: parts().map(|part| part.len() as u64).collect(),
        };
        let header = serde_json::to_vec(&header).map_err(std::io::Error::other)?;
        let bytes: u64 = parts().map(|part| part.len() as u64).sum();
        if bytes > MOST_BYTES / 2 {
            return Ok(());
        }
        make_room(folder, bytes, &self.file);
        // Whole or not at all, and for nobody else: names of streams may be names of people.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        let mut hasher = blake3::Hasher::new();
        let length = (header.len() as u64).to_ne_bytes();
        for part in [MAGIC.as_slice(), &length, &header].into_iter().chain(parts()) {
            hasher.update(part);
            file.write_all(part)?;
        }
        file.write_all(hasher.finalize().as_bytes())?;
        file.persist(&self.file).map_err(|e| e.error)?;
        Ok(())
    }
}

/// What tells one build from another: the program's own file.
fn build() -> String {
    let program = std::env::current_exe().and_then(fs::metadata);
    program.map(|about| format!("{} {:?}", about.len(), about.modified().ok())).unwrap_or_default()
}

/// What tells a file from another that took its place with the same size and time.
fn file_mark(path: &Path) -> String {
    let Ok(about) = fs::metadata(path) else { return String::new() };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        format!("{} {} {} {}", about.dev(), about.ino(), about.ctime(), about.ctime_nsec())
    }
    #[cfg(not(unix))]
    format!("{:?}", about.created().ok())
}

fn hashed(content: &[u8]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(content);
    hasher.finalize()
}

/// Removes the least recently used files until there is room for so many bytes more; what is written over counts not.
fn make_room(folder: &Path, bytes: u64, besides: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut files: Vec<(SystemTime, u64, PathBuf)> = entries
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|e| e == SUFFIX) && entry.path() != besides)
        .filter_map(|entry| {
            let about = entry.metadata().ok()?;
            Some((about.modified().ok()?, about.len(), entry.path()))
        })
        .collect();
    files.sort_unstable();
    let mut all: u64 = files.iter().map(|(_, len, _)| len).sum();
    for (_, len, path) in files {
        if all + bytes <= MOST_BYTES {
            return;
        }
        if fs::remove_file(path).is_ok() {
            all -= len;
        }
    }
}
