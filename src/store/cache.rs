//! Indexes kept in the user's cache folder, so that a store opens at once the second time. Never beside the store, safe
//! to delete at any time, and only taken for what they say after a look at the store itself.
//!
//! A file of the cache: [`MAGIC`], the length of the header (u64), its BLAKE3 hash, the header (JSON: what it is an index
//! of, notes, length and hash of each part), and the parts as [`LogImage`] has them. Numbers are in the byte order of the
//! machine, which is part of the key. Parts are read side by side: the second opening takes a tenth of the first.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::model::{EVENT_PARTS, EventLog, EventsOfImage, LogImage, STREAM_PARTS, StreamsOfImage};

use super::open::Source;
use super::probe::Stamp;
use super::recognise::Bound;

const MAGIC: &[u8; 16] = b"foldline index 3";
/// Bytes before the header.
const START: usize = MAGIC.len() + 8 + blake3::OUT_LEN;
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
    /// Length and BLAKE3 hash of the names, of each part of events, of each part of streams.
    parts: Vec<(u64, String)>,
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
        let mut start = [0; START];
        file.read_exact(&mut start).ok()?;
        let (header_len, hash) = start.strip_prefix(MAGIC)?.split_first_chunk::<8>()?;
        let header_len = u64::from_ne_bytes(*header_len);
        let mut header = vec![0; usize::try_from(header_len.min(len)).ok()?];
        file.read_exact(&mut header).ok()?;
        if blake3::hash(&header).as_bytes() != hash {
            return None;
        }
        let header: Header = serde_json::from_slice(&header).ok()?;
        if header.of != self.of {
            return None;
        }
        let mut at = START as u64 + header_len;
        let mut parts = Vec::with_capacity(header.parts.len());
        for (length, hash) in &header.parts {
            parts.push(Part { file: &self.file, at, length: usize::try_from(*length).ok()?, hash });
            at = at.checked_add(*length)?;
        }
        let (names, parts) = parts.split_first()?;
        let (events, streams) = parts.split_at_checked(EVENT_PARTS)?;
        if at != len || streams.len() != STREAM_PARTS {
            return None;
        }
        let (streams, events) = rayon::join(|| streams_of(streams), || events_of(events));
        let log = EventLog::from_image(generation, &names.bytes()?, streams?, events?).ok()?;
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
        let Some(LogImage { names, events, streams }) = log.image() else { return Ok(()) };
        let parts: Vec<&[u8]> = std::iter::once(names.as_slice())
            .chain(events.iter().map(|part| &**part))
            .chain(streams.iter().map(Vec::as_slice))
            .collect();
        let bytes: u64 = parts.iter().map(|part| part.len() as u64).sum();
        if bytes > MOST_BYTES / 2 {
            return Ok(());
        }
        let header = Header {
            of: self.of.clone(),
            notes: notes.to_vec(),
            parts: parts.par_iter().map(|part| (part.len() as u64, blake3::hash(part).to_string())).collect(),
        };
        let header = serde_json::to_vec(&header).map_err(std::io::Error::other)?;
        make_room(folder, bytes, &self.file);
        // Whole or not at all, and for nobody else: names of streams may be names of people.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        let (length, hash) = ((header.len() as u64).to_ne_bytes(), blake3::hash(&header));
        for part in [MAGIC.as_slice(), &length, hash.as_bytes(), &header].into_iter().chain(parts) {
            file.write_all(part)?;
        }
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

/// One part of a file of the cache.
struct Part<'a> {
    file: &'a Path,
    at: u64,
    length: usize,
    hash: &'a str,
}

impl Part<'_> {
    /// Its bytes; `None` where they are not those that were written.
    fn read(&self, bytes: &mut [u8]) -> Option<()> {
        let mut file = File::open(self.file).ok()?;
        file.seek(SeekFrom::Start(self.at)).ok()?;
        file.read_exact(bytes).ok()?;
        (*blake3::hash(bytes).to_hex() == *self.hash).then_some(())
    }

    fn bytes(&self) -> Option<Vec<u8>> {
        let mut bytes = vec![0; self.length];
        self.read(&mut bytes)?;
        Some(bytes)
    }
}

fn streams_of(parts: &[Part<'_>]) -> Option<StreamsOfImage> {
    let parts: Vec<Vec<u8>> = parts.iter().map(Part::bytes).collect::<Option<_>>()?;
    let [names, lengths, categories, marks] = parts.as_slice() else { return None };
    StreamsOfImage::read([names, lengths, categories, marks]).ok()
}

fn events_of(parts: &[Part<'_>]) -> Option<EventsOfImage> {
    let parts: &[Part<'_>; EVENT_PARTS] = parts.try_into().ok()?;
    let mut events = EventsOfImage::of_lengths(&parts.each_ref().map(|part| part.length)).ok()?;
    events.parts_mut().into_par_iter().zip(parts).try_for_each(|(bytes, part)| part.read(bytes))?;
    Some(events)
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
