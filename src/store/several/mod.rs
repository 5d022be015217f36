//! Several files as one history: a store and its archives, or shards. Each is opened, recognised and indexed as one
//! file is; their indexes are united. Each is followed as one file is; what is new in them joins the united index.

mod grow;
mod ids;
mod unite;

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::{Cancel, EventLog, Progress};

use super::error::StoreError;
use super::layout::LayoutInfo;
use super::open::AccessMode;
use super::snapshots::Snapshot;
use super::{OpenOptions, Store, is_same_file, open};
use grow::Following;
use unite::{Doubles, Joined, United};

/// Files that are opened together at most.
pub const MOST_FILES: usize = 256;

/// One of several files that are opened together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreFile {
    /// As it was given.
    pub path: PathBuf,
    /// Its layout.
    pub layout: LayoutInfo,
    /// How many events are in it.
    pub events: usize,
    /// How many of them are shown as this file's: the others are in a file before it.
    pub shown: usize,
    /// Its size in bytes.
    pub bytes: u64,
}

/// The files of one history, the one that was named first before the others.
#[derive(Debug)]
pub(super) struct Several {
    files: Vec<Arc<Store>>,
    scanned: Mutex<Option<Arc<Scanned>>>,
    /// Where the files are followed.
    following: Mutex<Option<Following>>,
}

/// What the last scan found, and what came since.
#[derive(Debug)]
struct Scanned {
    /// The first and the last of the united indexes that refer to the files' own: these only grew meanwhile.
    generations: RangeInclusive<u64>,
    /// The files' own indexes.
    logs: Vec<Arc<EventLog>>,
    shown: Vec<usize>,
    notes: Vec<String>,
}

/// Opens several stores as one history: `path` and those `with` it. With none of these, the same as [`open`]. A layout
/// or a mapping that is forced is meant for all, but a further file that it does not fit is recognised by itself.
///
/// Errors: those of [`open`], of whichever file; or a file was named twice.
pub fn open_together(
    path: &Path,
    with: &[PathBuf],
    options: &OpenOptions,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Store, StoreError> {
    if with.is_empty() {
        return open(path, options, progress, cancel);
    }
    if with.len() >= MOST_FILES {
        return Err(StoreError::TooManyFiles(MOST_FILES));
    }
    let mut files = vec![Arc::new(open(path, options, progress, cancel)?)];
    for other in with {
        if files.iter().any(|known| is_same_file(other, known.path())) {
            return Err(StoreError::NamedTwice(other.clone()));
        }
        let opened = match open(other, options, progress, cancel) {
            Err(StoreError::LayoutDoesNotFit { .. } | StoreError::MappingDoesNotFit { .. }) => {
                let options = OpenOptions { layout: None, mapping: None, ..options.clone() };
                open(other, &options, progress, cancel)?
            }
            opened => opened?,
        };
        files.push(Arc::new(opened));
    }
    let first = &files[0];
    Ok(Store {
        source: first.source.clone(),
        bound: first.bound.clone(),
        snapshots: files.iter().map(|file| file.snapshots()).sum(),
        notes: Vec::new(),
        scanned: Mutex::default(),
        also_possible: first.also_possible.clone(),
        watch: Mutex::default(),
        recognised: first.recognised.clone(),
        index_cache: None,
        row_keys: Arc::default(),
        several: Some(Several { files, scanned: Mutex::default(), following: Mutex::default() }),
    })
}

impl Store {
    /// The files of a history of several, in the order in which they were named; none of a store that is one file.
    pub fn files(&self) -> Vec<StoreFile> {
        let Some(several) = &self.several else { return Vec::new() };
        let scanned = several.scanned();
        let events = |at: usize| scanned.as_ref().map_or((0, 0), |known| (known.logs[at].len(), known.shown[at]));
        let file = |(at, file): (usize, &Arc<Store>)| StoreFile {
            path: file.path().to_owned(),
            layout: file.layout(),
            events: events(at).0,
            shown: events(at).1,
            bytes: file.bytes(),
        };
        several.files.iter().enumerate().map(file).collect()
    }

    /// Whether this is a history of several files.
    pub fn is_several(&self) -> bool {
        self.several.is_some()
    }
}

/// The united indexes that are read by, and each file with its own.
pub(super) type FilesToRead = (RangeInclusive<u64>, Vec<(Arc<Store>, Arc<EventLog>)>);

impl Several {
    fn scanned(&self) -> Option<Arc<Scanned>> {
        self.scanned.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn files(&self) -> &[Arc<Store>] {
        &self.files
    }

    /// What a user should know of each file, and of how they were united.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = self.scanned().map_or_else(Vec::new, |scanned| scanned.notes.clone());
        for (file, name) in self.files.iter().zip(self.names()) {
            notes.extend(file.notes().into_iter().map(|note| format!("{name}: {note}")));
        }
        notes
    }

    /// How files are called: by their names, or by their paths where two have one name.
    fn names(&self) -> Vec<String> {
        let name = |file: &Arc<Store>| file.path().file_name().map(|name| name.to_string_lossy().into_owned());
        let names: Vec<Option<String>> = self.files.iter().map(name).collect();
        let unique = |name: &String| names.iter().flatten().filter(|other| *other == name).count() == 1;
        let called = names.iter().zip(&self.files).map(|(name, file)| {
            name.clone().filter(unique).unwrap_or_else(|| file.path().to_string_lossy().into_owned())
        });
        called.collect()
    }

    /// How the files are read: the most careful way counts.
    pub(super) fn mode(&self) -> AccessMode {
        let any = |mode: AccessMode| self.files.iter().any(|file| file.mode() == mode).then_some(mode);
        let careful = [AccessMode::Live, AccessMode::Immutable, AccessMode::PrivateCopy];
        careful.into_iter().find_map(any).unwrap_or(AccessMode::ReadOnly)
    }

    pub(super) fn scan(&self, generation: u64, progress: &Progress, cancel: &Cancel) -> Result<EventLog, StoreError> {
        let mut following = self.following();
        *following = None;
        let (mut logs, mut all_ids) = (Vec::new(), Vec::new());
        for file in &self.files {
            let log = file.scan(generation, progress, cancel)?;
            all_ids.push(ids::ids(file, &log, 0, cancel)?);
            logs.push(Arc::new(log));
        }
        self.check_count(&logs)?;
        let mut united = United::default();
        // Of a history that begins now, there is nothing at whose end more could stand.
        let (Joined::More(log) | Joined::Anew(log)) =
            united.take_in(&logs, &all_ids, cancel).ok_or(StoreError::Cancelled)?;
        drop(all_ids);
        let log = log.of_generation(generation);
        let mut shown = vec![0; logs.len()];
        (0..log.len()).for_each(|event| shown[log.source(event)] += 1);
        let notes = self.notes_of(&united, &log, &logs);
        self.set_scanned(Scanned { generations: generation..=generation, logs: logs.clone(), shown, notes });
        if self.mode() == AccessMode::Live {
            *following = Some(Following::new(united, logs));
        }
        Ok(log)
    }

    fn check_count(&self, logs: &[Arc<EventLog>]) -> Result<(), StoreError> {
        match logs.iter().map(|log| log.len()).sum::<usize>() >= u32::MAX as usize {
            true => Err(StoreError::TooManyEvents(self.files[0].path().to_owned())),
            false => Ok(()),
        }
    }

    fn set_scanned(&self, scanned: Scanned) {
        *self.scanned.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(scanned));
    }

    fn notes_of(&self, united: &United, log: &EventLog, logs: &[Arc<EventLog>]) -> Vec<String> {
        let names = self.names();
        let mut layouts: Vec<Arc<str>> = self.files.iter().map(|file| file.layout().id).collect();
        let listed = names.iter().zip(&layouts).map(|(name, layout)| format!("{name} ({layout})"));
        let (count, listed) = (names.len(), listed.collect::<Vec<_>>().join(", "));
        let by = if united.is_by_position() { "position" } else { "time" };
        let ordinals = if log.has_ordinal_positions() { "; positions are ordinals" } else { "" };
        let mut notes = vec![format!("the events are those of {count} files, merged by {by}: {listed}{ordinals}")];
        for Doubles { shown, other, count, differing, first } in &united.sorting.doubles {
            let (are, each) = if *count == 1 { ("event is", "it is") } else { ("events are", "each is") };
            let (shown_name, other) = (&names[*shown], &names[*other]);
            notes.push(format!("{count} {are} in both {shown_name} and {other}; {each} shown once"));
            if let Some(first) = first {
                let (log, event) = (&logs[*shown], *first as usize);
                let stream = log.stream_of(event).map_or("in no stream", |stream| &log.stream(stream).name);
                let version = log.version(event).map_or_else(String::new, |version| format!(" v{version}"));
                let event_type = &log.event_type(log.type_of(event)).name;
                let differ = if *differing == 1 { "differs" } else { "differ" };
                notes.push(format!(
                    "{differing} of these {differ} in type, stream, version or time: what {shown_name} has is shown; \
                     the first is {stream}{version} ({event_type})"
                ));
            }
        }
        if united.sorting.contradictions > 0 {
            let (count, have) = match united.sorting.contradictions {
                1 => ("1 event".to_owned(), "has"),
                count => (format!("{count} events"), "have"),
            };
            notes.push(format!(
                "{count} without an id {have} a stream and version that another file has for an event of another type \
                 or time; all are shown"
            ));
        }
        layouts.dedup();
        if layouts.len() > 1 {
            notes.push("the files have different layouts; what is said of the layout is that of the first".to_owned());
        }
        notes
    }

    /// All files with the indexes that they are read by.
    pub(super) fn to_read(&self) -> Option<FilesToRead> {
        let scanned = self.scanned()?;
        let files = self.files.iter().cloned().zip(scanned.logs.iter().cloned()).collect();
        Some((scanned.generations.clone(), files))
    }

    /// Every snapshot of every file; of those that two files have, the first.
    pub(super) fn read_snapshots(&self, log: Option<&EventLog>, cancel: &Cancel) -> Result<Vec<Snapshot>, StoreError> {
        let (mut all, mut known) = (Vec::new(), HashSet::new());
        for file in &self.files {
            for snapshot in file.snapshots_by(log, cancel)? {
                if known.insert((snapshot.stream.clone(), snapshot.version)) {
                    all.push(snapshot);
                }
            }
        }
        all.sort_by(|a, b| (&a.stream, a.version).cmp(&(&b.stream, b.version)));
        Ok(all)
    }
}
