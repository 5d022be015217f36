//! Following a store: a session for the same store with what came to it since.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::core::Core;
use super::history::RecordedHistory;
use super::projections::Folds;
use super::run::{Workshop, failed};
use super::session::{Session, SessionError, SessionOptions, lock};
use crate::job::{Failure, Glance, LiveNews, Outcome, StoreKey};
use crate::model::{Cancel, EventLog, FileChange, Progress, StreamIndex};
use crate::store::{Growth, Replaced, StoreError};

/// Attempts at a file that somebody is just opening or closing, how long they go on, and what is between them at first.
const ATTEMPTS: u32 = 12;
const PATIENCE: Duration = Duration::from_secs(1);
const MOMENT: Duration = Duration::from_millis(3);

/// Does again what fails because somebody opens, closes or writes the file at this moment; not for long, and only where
/// the file is to be followed.
pub(super) fn patiently<T>(
    follow: bool,
    cancel: &Cancel,
    mut act: impl FnMut() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let (mut attempt, began) = (0, Instant::now());
    loop {
        attempt += 1;
        match act() {
            Err(error)
                // What is read without locks while somebody writes it looks damaged.
                if follow
                    && (error.is_passing() || matches!(error, StoreError::Damaged { .. }))
                    && attempt < ATTEMPTS
                    && began.elapsed() < PATIENCE
                    && !cancel.is_cancelled() =>
            {
                std::thread::sleep(MOMENT * attempt);
            }
            done => return done,
        }
    }
}

/// What a look at a followed store came to.
pub enum Polled {
    /// Nothing is new.
    Same,
    /// There are more events; those that were known are the same, in the same places.
    Grown(Arc<Session>),
    /// Events that were known are others now, or gone.
    Changed {
        /// The store as it is now.
        session: Arc<Session>,
        /// There is another file in the place of the one that was opened.
        file: bool,
        /// Known events that have other contents now, though the index says the same of them; sorted.
        rewritten: Vec<u32>,
    },
}

impl Session {
    /// Looks for what is new in a store that is followed.
    ///
    /// Errors: the file can't be read now; another look may find it again.
    pub fn poll(&self, progress: &Progress, cancel: &Cancel) -> Result<Polled, SessionError> {
        let generation = self.log().generation() + 1;
        match patiently(true, cancel, || self.store().scan_more(self.log(), generation, cancel))? {
            Growth::Nothing => Ok(Polled::Same),
            Growth::Grown(log) => Ok(Polled::Grown(self.grown(self.core.store.clone(), *log, &self.options))),
            Growth::Reordered(log) => {
                self.changed(self.core.store.clone(), *log, &Replaced::default(), self.options.clone())
            }
            Growth::Replaced(how) => self.read_again(&how, progress, cancel),
        }
    }

    /// The store as it is now, to be followed from now on or no longer. What is known is kept as far as it still holds.
    ///
    /// Errors: those of opening a store.
    pub fn reopened(&self, follow: bool, progress: &Progress, cancel: &Cancel) -> Result<Polled, SessionError> {
        let options = SessionOptions { follow, ..self.options.clone() };
        let open = || crate::store::open_together(self.path(), &options.with, &options.opening(), progress, cancel);
        let store = Arc::new(patiently(follow, cancel, open)?);
        let generation = self.log().generation() + 1;
        if follow && store.take_over(self.store()) {
            match patiently(follow, cancel, || store.scan_more(self.log(), generation, cancel))? {
                Growth::Nothing => {
                    let log = EventLog::clone(self.log());
                    return Ok(Polled::Grown(self.grown(store, log, &options)));
                }
                Growth::Grown(log) => return Ok(Polled::Grown(self.grown(store, *log, &options))),
                Growth::Reordered(_) | Growth::Replaced(_) => {}
            }
        }
        let log = patiently(follow, cancel, || store.scan(generation, progress, cancel))?;
        if self.log().first_difference(0, usize::MAX, &log).is_none() {
            return Ok(Polled::Grown(self.grown(store, log, &options)));
        }
        self.changed(store, log, &Replaced::default(), options)
    }

    /// A store whose beginning was read, with all of it.
    ///
    /// Errors: those of reading a store.
    pub fn read_on(&self, progress: &Progress, cancel: &Cancel) -> Result<Polled, SessionError> {
        let log = self.store().scan(self.log().generation() + 1, progress, cancel)?;
        if self.log().first_difference(0, self.log().len(), &log).is_none() {
            return Ok(Polled::Grown(self.grown(self.core.store.clone(), log, &self.options)));
        }
        self.changed(self.core.store.clone(), log, &Replaced::default(), self.options.clone())
    }

    fn read_again(&self, how: &Replaced, progress: &Progress, cancel: &Cancel) -> Result<Polled, SessionError> {
        let store = match how.file {
            true => {
                let (with, options) = (&self.options.with, self.options.opening());
                Arc::new(crate::store::open_together(self.path(), with, &options, progress, cancel)?)
            }
            false => self.core.store.clone(),
        };
        let log = store.scan(self.log().generation() + 1, progress, cancel)?;
        if how.rewritten.is_empty() && self.log().first_difference(0, usize::MAX, &log).is_none() {
            return Ok(Polled::Grown(self.grown(store, log, &self.options)));
        }
        self.changed(store, log, how, self.options.clone())
    }

    fn changed(
        &self,
        store: Arc<crate::store::Store>,
        log: EventLog,
        how: &Replaced,
        options: SessionOptions,
    ) -> Result<Polled, SessionError> {
        let log = Arc::new(log);
        let folds = self.folds().for_other(&log);
        let session = Arc::new(Self::of(self.path(), Core::new(store, log), Arc::new(folds), options));
        Ok(Polled::Changed { session, file: how.file, rewritten: how.rewritten.clone() })
    }

    /// A session for the same store with more events at the end. States that are known stay known: the replayers go on
    /// with the longer histories.
    fn grown(&self, store: Arc<crate::store::Store>, log: EventLog, options: &SessionOptions) -> Arc<Self> {
        let before = self.log();
        let log = Arc::new(log);
        // A late version stands before others: what is kept by place is of other events then.
        let moved = |stream: StreamIndex| !log.lane(stream).starts_with(before.lane(stream));
        let grown: Vec<StreamIndex> = {
            let new = (before.len()..log.len())
                .flat_map(|event| log.stream_of(event).into_iter().chain(log.other_streams_of(event)));
            let mut grown: Vec<StreamIndex> =
                new.filter(|stream| (stream.0 as usize) < before.streams().len()).collect();
            grown.sort_unstable();
            grown.dedup();
            grown
        };
        let moved: Vec<StreamIndex> = grown.into_iter().filter(|stream| moved(*stream)).collect();
        let kept = self.core.kept.clone();
        moved.iter().for_each(|stream| kept.forget(*stream));
        let core = Core::with(store, log.clone(), kept);
        // Together: the replayers of other projections are of no use.
        let (recorded, exploring, made_by) = {
            let (recorded, exploring) = (lock(&self.recorded), lock(&self.exploring));
            (recorded.clone(), exploring.clone(), self.folds())
        };
        let mut session = Self::of(self.path(), core, made_by.clone().grown_for(&log), options.clone());
        session.inherited = lock(&self.branched).clone();
        let carried = |known: &[(StreamIndex, super::session::Shared<crate::replay::Replayer>)]| -> Vec<_> {
            let stays = known.iter().filter(|(stream, _)| moved.binary_search(stream).is_err());
            let stays = stays.map(|(stream, replayer)| {
                let history = RecordedHistory::new(session.core.clone(), *stream);
                lock(replayer).set_history(Arc::new(history));
                (*stream, replayer.clone())
            });
            stays.collect()
        };
        let (recorded, exploring) = (carried(&recorded), carried(&exploring));
        *lock(&session.recorded) = recorded;
        *lock(&session.exploring) = exploring;
        session.made_by = Some(made_by);
        if let Some(drawing) = self.drawing.get() {
            session.drawing = OnceLock::from(Arc::new(drawing.grown(before, &log)));
        }
        Arc::new(session)
    }

    /// Makes states as the session does that this one grew out of, if others were chosen there meanwhile.
    fn agree_with(&self, before: &Self) {
        let chosen = before.folds();
        if self.made_by.as_ref().is_some_and(|made_by| !Arc::ptr_eq(made_by, &chosen)) {
            self.put_folds(chosen.grown_for(self.log()));
        }
    }
}

impl Folds {
    /// The same for an index that has more categories at the end, or none more.
    fn grown_for(self: Arc<Self>, log: &EventLog) -> Arc<Self> {
        if self.len() == log.categories().len() { self } else { Arc::new(self.grown(log)) }
    }

    /// The same choice for another index.
    fn for_other(&self, log: &EventLog) -> Self {
        let by_category = log.categories().iter().map(|name| self.named(name)).collect();
        self.with_categories(by_category)
    }
}

impl Session {
    /// Whether the store has changed since it was read.
    pub(super) fn glance(&self) -> Glance {
        let store = self.store();
        if !store.has_changed() {
            return Glance::Same;
        }
        let is_gone = |path: &Path| std::fs::metadata(path).is_err_and(|e| e.kind() == std::io::ErrorKind::NotFound);
        let gone = store.files().into_iter().find(|file| is_gone(&file.path));
        match gone {
            Some(file) => Glance::Gone(format!("{} is gone", file.path.display())),
            None if is_gone(self.path()) => Glance::Gone("the file is gone".to_owned()),
            None => Glance::Changed(store.count_new(self.log())),
        }
    }
}

impl Workshop {
    /// Looks for what is new in a store that is followed.
    pub(super) fn poll(
        &self,
        key: StoreKey,
        known: u64,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Outcome, Failure> {
        let session = self.session(key)?;
        let began = Instant::now();
        let polled = session.poll(progress, cancel).map_err(|error| failed(&error))?;
        let file = session.store().take_file_changes();
        if let Polled::Changed { session: now, file: true, .. } = &polled {
            let gone = now.log().arrivals_since(session.log(), &[], &[]).1;
            if gone > 0 {
                let replaced = file.iter().filter(|(_, change)| *change == FileChange::Replaced);
                let names: Vec<String> = match session.store().is_several() {
                    true => replaced.map(|(path, _)| path.display().to_string()).collect(),
                    false => Vec::new(),
                };
                let of = if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
                let text = format!(
                    "another file took its place{of}, which lacks {gone} of the events; what was read is still shown"
                );
                return Err(Failure::Failed(text));
            }
        }
        self.took_place(key, &session, known, polled, file, began)
    }

    /// Reads a store again as it is now, to be followed or not.
    pub(super) fn reopen(
        &self,
        key: StoreKey,
        follow: bool,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Outcome, Failure> {
        let session = self.session(key)?;
        let began = Instant::now();
        let polled = session.reopened(follow, progress, cancel).map_err(|error| failed(&error))?;
        self.took_place(key, &session, session.log().generation(), polled, Vec::new(), began)
    }

    /// Reads the rest of a store whose beginning is shown.
    pub(super) fn read_on(&self, key: StoreKey, progress: &Progress, cancel: &Cancel) -> Result<Outcome, Failure> {
        let session = self.session(key)?;
        let began = Instant::now();
        let polled = session.read_on(progress, cancel).map_err(|error| failed(&error))?;
        self.took_place(key, &session, session.log().generation(), polled, Vec::new(), began)
    }

    /// Has jobs work on what is there now from now on.
    fn took_place(
        &self,
        key: StoreKey,
        before: &Arc<Session>,
        known: u64,
        polled: Polled,
        file: Vec<(PathBuf, FileChange)>,
        began: Instant,
    ) -> Result<Outcome, Failure> {
        let (now, same, (arrived, gone)) = match polled {
            // An answer that nobody took: what came with it is still new.
            Polled::Same if before.log().generation() == known => {
                let news = LiveNews { opened: None, same: true, arrived: 0, gone: 0, file, took: began.elapsed() };
                return Ok(Outcome::News(news));
            }
            Polled::Same => (before.clone(), true, (0, 0)),
            Polled::Grown(now) => {
                let arrived = now.log().len() - before.log().len();
                (now, true, (arrived, 0))
            }
            Polled::Changed { session, rewritten, .. } => {
                let counts = session.log().arrivals_since(before.log(), &rewritten, &[]);
                (session, false, (counts.0.len(), counts.1))
            }
        };
        let opened = Some(Box::new(now.described(key, None)));
        {
            let mut sessions = lock(&self.sessions);
            match sessions.get_mut(&key) {
                Some(session) if Arc::ptr_eq(session, before) => *session = now.clone(),
                _ => return Err(Failure::Cancelled),
            }
        }
        if same && !Arc::ptr_eq(&now, before) {
            now.agree_with(before);
        }
        Ok(Outcome::News(LiveNews { opened, same, arrived, gone, file, took: began.elapsed() }))
    }
}

/// Between two looks where nothing takes long.
const PAUSE: Duration = Duration::from_millis(100);
/// At most one part in so many of the time is spent on looking.
const SHARE: u32 = 7;
/// The longest pause: a store that takes long to look at is not forgotten.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Paces the looks of the command line at a store: the longer they take, the fewer.
#[derive(Debug, Default)]
pub struct Waiting {
    took: Duration,
}

impl Waiting {
    /// Waits until the next look is due; false where nobody reads standard output any more.
    pub fn pause(&self) -> bool {
        std::thread::sleep((self.took * SHARE).clamp(PAUSE, LONGEST_PAUSE));
        is_read()
    }

    /// Does a look, and remembers how long it took.
    pub fn timed<T>(&mut self, look: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let result = look();
        self.took = began.elapsed();
        result
    }
}

/// Whether somebody may read standard output: a pipe without readers can't be opened for writing.
#[cfg(target_os = "linux")]
fn is_read() -> bool {
    use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
    const OUT: &str = "/proc/self/fd/1";
    const O_NONBLOCK: i32 = 0o4000;
    const ENXIO: i32 = 6;
    if !std::fs::metadata(OUT).is_ok_and(|about| about.file_type().is_fifo()) {
        return true;
    }
    let opened = std::fs::OpenOptions::new().write(true).custom_flags(O_NONBLOCK).open(OUT);
    !opened.is_err_and(|error| error.raw_os_error() == Some(ENXIO))
}

/// A pipe that nobody reads is found when something is written to it.
#[cfg(not(target_os = "linux"))]
fn is_read() -> bool {
    true
}
