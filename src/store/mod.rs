//! SQLite event stores: opened without leaving a trace, recognised, indexed, read, copied. The only module that knows
//! SQLite.
//!
//! | found | read how |
//! |---|---|
//! | rollback journal mode | read-only connection, reads of at most some 40 ms |
//! | the same with a hot `-journal` beside it | private copy of both, rolled back there |
//! | write-ahead log mode, no `-wal` or an empty one | `immutable=1` |
//! | a `-wal` with content | private copy of both, checkpointed there |
//! | the user follows it while others write | as `attach` has it |
//! | anything else | a [`StoreError`] that says what it is and what to do |
//!
//! Layouts are data: see [`LayoutSpec`] and the files under `layouts/`.

mod attach;
mod cache;
mod connect;
mod copy;
pub mod decode;
mod error;
mod explain;
mod foldline;
mod handles;
mod hash;
mod key_forms;
mod layout;
mod look;
mod mapping;
mod open;
mod payload;
mod plan;
mod probe;
mod raw;
mod read;
mod recognise;
mod row_keys;
mod rows;
mod scan;
mod several;
mod snapshot_heads;
mod snapshots;
mod target;
mod times;
mod watch;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::model::mapping::Mapping;
use crate::model::names::category_of;
use crate::model::recognised::Recognised;
use crate::model::{Cancel, EventLog, Progress};

pub use copy::{
    CopyOptions, CopyReport, copies_in_own_layout, describe_copy, why_no_edits, why_not_in_own_layout, write_copy,
};
pub use error::StoreError;
pub use foldline::{FoldlineRow, FoldlineSnapshot, write_foldline};
pub use hash::{hash_file, side_files};
pub use layout::{LayoutInfo, LayoutSpec, layouts};
pub use mapping::{Surveyed, survey};
pub use open::AccessMode;
pub use read::Reader;
pub use several::{MOST_FILES, StoreFile, open_together};
pub use snapshot_heads::{SnapshotState, Snapshots};
pub use snapshots::Snapshot;
pub use target::is_same_file;
pub use watch::{Growth, Replaced};

use layout::{CategoryRule, TIME};
use open::Source;
use probe::Stamp;
use recognise::{Bound, Key};
use several::Several;

/// How to open a store.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// The only layout to try, by its id; `None` lets the tables speak.
    pub layout: Option<String>,
    /// What reads tables of no known layout; comes before any layout.
    pub mapping: Option<Arc<Mapping>>,
    /// Where a private copy may be made; `None` for the system's folder for temporary files.
    pub private_copy_dir: Option<PathBuf>,
    /// How long to wait for another program's lock.
    pub lock_wait: Duration,
    /// Follow the store while others write it: see [`AccessMode::Live`].
    pub follow: bool,
    /// The folder in which indexes of large stores are kept for the next opening; `None` keeps none.
    pub index_cache: Option<PathBuf>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            layout: None,
            mapping: None,
            private_copy_dir: None,
            lock_wait: Duration::from_secs(2),
            follow: false,
            index_cache: None,
        }
    }
}

/// An opened event store. Holds no connection: scans and readers have their own.
#[derive(Debug)]
pub struct Store {
    source: Arc<Source>,
    bound: Arc<Bound>,
    snapshots: u64,
    notes: Vec<String>,
    scanned: Mutex<Scanned>,
    also_possible: Vec<LayoutInfo>,
    watch: Mutex<watch::Watch>,
    recognised: Recognised,
    index_cache: Option<PathBuf>,
    /// How rows without numbers are found again.
    row_keys: Arc<row_keys::RowKeys>,
    /// The files of a history of several; all else here is the first one's.
    several: Option<Several>,
}

/// What the last scan left behind.
#[derive(Debug, Default)]
struct Scanned {
    /// What a user should know of it.
    notes: Vec<String>,
    /// What the file was like, as the index has it.
    stamp: Option<Stamp>,
    /// Of the index.
    generation: u64,
}

/// Files with what they were like when they were scanned.
struct AsScanned<'a>(Vec<(&'a Store, Option<Stamp>)>);

impl AsScanned<'_> {
    /// An error if reads would see something else now.
    fn check(&self) -> Result<(), StoreError> {
        let changed = self.0.iter().find(|(file, stamp)| {
            !stamp.as_ref().is_some_and(|stamp| file.source.stamp_of_reads().is_ok_and(|now| now == *stamp))
        });
        changed.map_or(Ok(()), |(file, _)| Err(StoreError::Changed(file.source.shown.clone())))
    }
}

/// Opens a store and recognises its layout. `progress` and `cancel` are for the private copy that some files need.
///
/// Errors: the file can't be read, is no database, or holds no events in a known layout. Each says what to do.
pub fn open(path: &Path, options: &OpenOptions, progress: &Progress, cancel: &Cancel) -> Result<Store, StoreError> {
    if let Some(name) = &options.layout
        && !layouts().iter().any(|layout| layout.id == *name)
    {
        let known = layouts().iter().map(|layout| layout.id.clone()).collect();
        return Err(StoreError::UnknownLayout { name: name.clone(), known });
    }
    let dir = options.private_copy_dir.as_deref();
    let source = if options.follow {
        Source::live(path, dir, options.lock_wait)?
    } else {
        Source::new(path, dir, options.lock_wait, progress, cancel)?
    };
    let conn = source.connect(Some(cancel))?;
    let failed = |e: rusqlite::Error| match probe::head(&source.real, 4096) {
        // The first bytes are right and the rest is not: some encryptions leave the header alone.
        Ok(head) if probe::shows_no_structure(head.get(100..).unwrap_or_default()) => {
            StoreError::Encrypted(path.to_owned())
        }
        _ => StoreError::sqlite(path, "read its tables", e),
    };
    let tables = recognise::tables(&conn).map_err(failed)?;
    let (bound, others) = match &options.mapping {
        Some(mapping) => mapping::recognised(path, mapping, &tables)?,
        None => recognise::recognise(path, &tables, options.layout.as_deref())?,
    };
    let snapshots = snapshots::count(&conn, &bound).map_err(|e| StoreError::sqlite(path, "count snapshots", e))?;
    drop(conn);
    let recognised = explain::explain(&bound, &others, &tables);
    let also_possible: Vec<LayoutInfo> = others.iter().map(|layout| layout.info()).collect();
    let notes = notes(&source, &bound, &also_possible);
    Ok(Store {
        source: Arc::new(source),
        bound: Arc::new(bound),
        snapshots,
        notes,
        scanned: Mutex::default(),
        also_possible,
        watch: Mutex::default(),
        recognised,
        index_cache: options.index_cache.clone(),
        row_keys: Arc::default(),
        several: None,
    })
}

fn notes(source: &Source, bound: &Bound, also_possible: &[LayoutInfo]) -> Vec<String> {
    let mut notes = Vec::new();
    if source.mode == AccessMode::PrivateCopy {
        notes.push(
            "read from a private copy, because a journal or a write-ahead log lies beside the file; \
             later changes are not in it"
                .to_owned(),
        );
    }
    if !bound.other_tables.is_empty() {
        let (taken, others) = (&bound.events.name, bound.other_tables.join(", "));
        notes.push(format!("the events are those of table {taken}; of the same form, but not read: {others}"));
    }
    if !also_possible.is_empty() {
        let ids: Vec<&str> = also_possible.iter().map(|layout| &*layout.id).collect();
        notes.push(format!("also possible as layout: {} (--layout)", ids.join(", ")));
    }
    notes
}

impl Store {
    /// The path as it was given.
    pub fn path(&self) -> &Path {
        &self.source.shown
    }

    /// The layout.
    pub fn layout(&self) -> LayoutInfo {
        self.bound.spec.info()
    }

    /// The layout in full.
    pub fn layout_spec(&self) -> &LayoutSpec {
        &self.bound.spec
    }

    /// The event table's name.
    pub fn event_table(&self) -> &str {
        &self.bound.events.name
    }

    /// Other layouts that would fit.
    pub fn also_possible(&self) -> &[LayoutInfo] {
        &self.also_possible
    }

    /// Why the layout was taken, and what else was possible.
    pub fn recognised(&self) -> &Recognised {
        &self.recognised
    }

    /// How the file is read.
    pub fn mode(&self) -> AccessMode {
        self.several.as_ref().map_or(self.source.mode, Several::mode)
    }

    /// What a user should know: of the opening, and of the last scan.
    pub fn notes(&self) -> Vec<String> {
        if let Some(several) = &self.several {
            return several.notes();
        }
        self.notes.iter().chain(&self.scanned().notes).cloned().collect()
    }

    /// How many snapshots the store has.
    pub fn snapshots(&self) -> u64 {
        self.snapshots
    }

    /// The version that a stream's first event has, by its layout.
    pub fn first_version(&self) -> i64 {
        self.bound.spec.events.version_base
    }

    /// The metadata's field that tells events of one version apart, where a version is a pair of numbers.
    pub fn version_beside(&self) -> Option<&str> {
        self.bound.spec.events.version_beside.as_deref()
    }

    /// The field of the metadata that has an event's tenant, where its stream need not tell.
    pub fn tenant_field(&self) -> Option<&str> {
        let events = &self.bound.spec.events;
        let of_links = events.links.as_ref().map(|links| &links.stream.tenant);
        let tenant = of_links.unwrap_or(&events.stream.tenant).column()?;
        events.metadata_columns.iter().find(|column| *column == tenant).map(String::as_str)
    }

    /// Whether the names of streams begin with their tenant.
    pub fn streams_name_tenants(&self) -> bool {
        self.bound.sources.iter().any(|source| !source.spec.stream.tenant.is_empty())
    }

    /// Whether events are ordered by their times, as the store has no order of its own.
    pub fn is_by_time(&self) -> bool {
        let events = &self.bound.spec.events;
        let own = events.time.first().and_then(|time| time.place.column());
        let is_time = |column: &String| column == TIME || own.is_some_and(|own| own.eq_ignore_ascii_case(column));
        let by_time = match &self.bound.key {
            Key::Ordered { by, .. } | Key::Keyed { by, .. } => by.first().is_some_and(is_time),
            Key::Rowid(_) | Key::Position { .. } | Key::Columns(_) => false,
        };
        by_time || self.several.is_some()
    }

    /// Every snapshot with its state, in the order of streams and versions; streams are named as in their tables.
    pub fn read_snapshots(&self, cancel: &Cancel) -> Result<Vec<Snapshot>, StoreError> {
        self.snapshots_by(None, cancel)
    }

    /// The same with streams named as in the index: what two event tables call alike is told apart there.
    pub fn read_snapshots_of(&self, log: &EventLog, cancel: &Cancel) -> Result<Vec<Snapshot>, StoreError> {
        self.snapshots_by(Some(log), cancel)
    }

    fn snapshots_by(&self, log: Option<&EventLog>, cancel: &Cancel) -> Result<Vec<Snapshot>, StoreError> {
        if let Some(several) = &self.several {
            return several.read_snapshots(log, cancel);
        }
        snapshots::read(&self.source, &self.bound, log, cancel)
    }

    /// Reads the whole event table into an index. `progress` counts rows.
    ///
    /// Errors: the file can't be read or has more than `u32::MAX` events; or `cancel` was set.
    pub fn scan(&self, generation: u64, progress: &Progress, cancel: &Cancel) -> Result<EventLog, StoreError> {
        if let Some(several) = &self.several {
            return several.scan(generation, progress, cancel);
        }
        // What is followed may be written between any two looks.
        let kept = self.kept_index();
        if let Some(log) = self.index_kept_before(kept.as_ref(), generation) {
            progress.set_total(log.len() as u64);
            progress.set_done(log.len() as u64);
            return Ok(log);
        }
        let (log, scanned) = scan::scan(&self.source, &self.bound, generation, progress, cancel)?;
        // What was written meanwhile is in the index or not: only one of a file that stood still is kept.
        if let Some((kept, stamp)) = &kept
            && scanned.stamp.as_ref() == Some(stamp)
            && self.source.stamp_of_reads().is_ok_and(|now| now == *stamp)
        {
            kept.write(&log, &scanned.notes);
        }
        *self.scanned() = scanned;
        self.watch_from(&log);
        Ok(log)
    }

    /// The beginning of a large store, at least so many rows, to be shown while the rest is read; with about how many
    /// events there are, or `None` where that is all of them.
    ///
    /// Errors: those of [`scan`](Self::scan).
    pub fn scan_first(
        &self,
        rows: u64,
        generation: u64,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<(EventLog, Option<u64>), StoreError> {
        if self.several.is_some() {
            // Several files have no order before all are read.
            return Ok((self.scan(generation, progress, cancel)?, None));
        }
        if let Some(log) = self.index_kept_before(self.kept_index().as_ref(), generation) {
            return Ok((log, None));
        }
        match scan::scan_first(&self.source, &self.bound, rows, generation, progress, cancel)? {
            Some((log, scanned, total)) => {
                *self.scanned() = scanned;
                self.watch_from(&log);
                Ok((log, Some(total)))
            }
            None => Ok((self.scan(generation, progress, cancel)?, None)),
        }
    }

    /// Where the index of the store as it is now is kept, with what the file is like.
    fn kept_index(&self) -> Option<(cache::Kept, Stamp)> {
        // What is followed may be written between any two looks.
        let folder = self.index_cache.as_deref().filter(|_| self.mode() != AccessMode::Live)?;
        let stamp = self.source.stamp_of_reads().ok()?;
        Some((cache::Kept::new(folder, &self.source, &self.bound, &stamp), stamp))
    }

    fn index_kept_before(&self, kept: Option<&(cache::Kept, Stamp)>, generation: u64) -> Option<EventLog> {
        let (kept, stamp) = kept?;
        let (log, notes) = kept.read(generation).filter(|(log, _)| self.is_index_of(log))?;
        *self.scanned() = Scanned { notes, stamp: Some(stamp.clone()), generation };
        self.watch_from(&log);
        Some(log)
    }

    /// Whether events here and there in a kept index are rows of the store.
    fn is_index_of(&self, log: &EventLog) -> bool {
        let Some(last) = log.len().checked_sub(1) else { return false };
        let some: Vec<u32> = (0..=16).map(|n| (last * n / 16) as u32).collect();
        self.reader().is_ok_and(|mut reader| reader.events(log, &some).is_ok())
    }

    fn scanned(&self) -> MutexGuard<'_, Scanned> {
        self.scanned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the files are like, which is as the last scan found them.
    ///
    /// Errors: reads would see something else than that scan, or it is not the one of this index.
    fn as_scanned(&self, log: &EventLog) -> Result<AsScanned<'_>, StoreError> {
        let files: Vec<&Self> = match &self.several {
            Some(several) => several.files().iter().map(|file| &**file).collect(),
            None if self.scanned().generation == log.generation() => vec![self],
            None => return Err(StoreError::Changed(self.source.shown.clone())),
        };
        let as_scanned = AsScanned(files.into_iter().map(|file| (file, file.scanned().stamp.clone())).collect());
        as_scanned.check()?;
        Ok(as_scanned)
    }

    /// The category that a stream would have which was never recorded, by the layout's own rule. `first_type` is the
    /// type of its first event, if it is known.
    pub fn category_of_new(&self, log: &EventLog, stream: &str, first_type: Option<&str>) -> String {
        let category = match &self.bound.spec.events.stream.category {
            CategoryRule::General | CategoryRule::From(_) => None,
            CategoryRule::Before(mark) => stream.split_once(mark.as_str()).map(|(before, _)| before),
            CategoryRule::BeforeLast(mark) => stream.rsplit_once(mark.as_str()).map(|(before, _)| before),
            CategoryRule::FirstPart => rows::two_parts(log, stream).map(|(first, _)| first),
            CategoryRule::TopicClass => first_type.and_then(scan::topic_class),
        };
        category.unwrap_or_else(|| category_of(stream, &self.bound.events.name)).to_owned()
    }

    /// A reader with a connection of its own.
    pub fn reader(&self) -> Result<Reader, StoreError> {
        Reader::new(self)
    }

    /// Whether the file (or a log beside it) is not what it was when it was opened.
    pub fn has_changed(&self) -> bool {
        if let Some(several) = &self.several {
            return several.files().iter().any(|file| file.has_changed());
        }
        self.source.has_changed()
    }

    /// Whether the file may still be read as it was opened; a few system calls. Connections that are kept need the
    /// question before each use: a file that was turned to a write-ahead log would be left with side files.
    ///
    /// Errors: [`StoreError::Changed`], or that the file can't be looked at any more.
    pub fn check(&self) -> Result<(), StoreError> {
        if let Some(several) = &self.several {
            if self.mode() == AccessMode::Live {
                // Each file by its own readers, which know whether they read it.
                return Ok(());
            }
            return several.files().iter().try_for_each(|file| file.check());
        }
        self.source.check()
    }
}
