//! An opened store with everything that makes states of it: index, projections, readers, replayers.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use super::core::Core;
use super::edited::{Asked, FromStore};
use super::files::WriteError;
use super::history::RecordedHistory;
use super::live::patiently;
use super::projections::{Folds, OnBadProjection, ProjectionProblem, Projections};
use crate::model::mapping::Mapping;
use crate::model::{Cancel, CategoryIndex, Event, EventLog, Progress, StreamIndex};
use crate::replay::{
    Fold, Fork, History, MemoryHistory, OnUnreadable, ProjectionInfo, ProjectionKind, ReplayFailure, ReplayOptions,
    Replayer,
};
use crate::store::{OpenOptions, Reader, Snapshots, Store, StoreError};
use crate::timeline::Drawing;
use crate::whatif::{
    self, Branch, BranchEvent, BranchHistory, BranchLane, EditError, Grades, Recorded, Scenario, ScenarioFile,
    SweepError, SweepFailure,
};

/// How a store is to be opened and replayed.
#[derive(Debug, Clone, Default)]
pub struct SessionOptions {
    /// A layout's id, to force it.
    pub layout: Option<String>,
    /// What reads tables of no known layout; comes before any layout.
    pub mapping: Option<Arc<Mapping>>,
    /// Further files of the same history.
    pub with: Vec<PathBuf>,
    /// What to do at a payload that can't be read.
    pub on_unreadable: OnUnreadable,
    /// What makes states of events.
    pub projections: Projections,
    /// What to do if projections can't be had.
    pub on_bad_projection: OnBadProjection,
    /// Where a private copy may be made; `None` for the system's folder for temporary files.
    pub private_copy_dir: Option<PathBuf>,
    /// The folder in which indexes of large stores are kept; `None` keeps none.
    pub index_cache: Option<PathBuf>,
    /// Of a large store only about so many rows are read at first; [`Session::read_on`] reads the rest. `None` reads all.
    pub first_rows: Option<u64>,
    /// Follow the store while others write it.
    pub follow: bool,
}

impl SessionOptions {
    /// What of it concerns the file.
    pub(super) fn opening(&self) -> OpenOptions {
        OpenOptions {
            layout: self.layout.clone(),
            mapping: self.mapping.clone(),
            private_copy_dir: self.private_copy_dir.clone(),
            index_cache: self.index_cache.clone(),
            follow: self.follow,
            ..OpenOptions::default()
        }
    }
}

/// Why a session could not do something.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The scenario.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// A moment that has no meaning in a stream.
    #[error("{0}")]
    Moment(String),
    /// A file that was to be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A projection file.
    #[error(transparent)]
    Projection(#[from] ProjectionProblem),
    /// Events could not be read; the text is the store's.
    #[error("{0}")]
    Read(String),
    /// A replay that could not be made.
    #[error(transparent)]
    Replay(#[from] ReplayFailure),
    /// A sweep that can't be made.
    #[error(transparent)]
    Sweep(#[from] SweepError),
}

impl From<SweepFailure> for SessionError {
    fn from(failure: SweepFailure) -> Self {
        match failure {
            SweepFailure::Sweep(error) => error.into(),
            SweepFailure::Edit(error) => error.into(),
            SweepFailure::Replay(error) => error.into(),
        }
    }
}

impl SessionError {
    /// Whether the cause is a file (missing, unreadable, malformed, not writable) rather than what was asked for.
    pub fn is_input_error(&self) -> bool {
        match self {
            // What can't be written in a store's own layout could be asked for otherwise: no file is at fault.
            Self::Store(
                StoreError::LayoutNotWritable { .. } | StoreError::SeveralNotWritable | StoreError::CannotEncode { .. },
            )
            | Self::Moment(_)
            | Self::Write(WriteError::Exists(_) | WriteError::IsStore(_))
            | Self::Sweep(_) => false,
            Self::Store(error) => error.is_input_error(),
            Self::Edit(error) => error.is_read_error(),
            Self::Projection(problem) => problem.is_input_error(),
            Self::Read(_) | Self::Replay(_) | Self::Write(_) => true,
        }
    }
}

/// Replayers kept: the streams that were looked at last, each as recorded and in a branch.
const REPLAYERS: usize = 8;
/// Other branches that a branch's replayer learns from: the newest ones.
const LEARNED_FROM: usize = 4;
/// Replayers kept for looking about in histories: of the stream that is shown, and of the one before.
const SECOND_REPLAYERS: usize = 2;

pub(super) type Shared<T> = Arc<Mutex<T>>;

/// A replayer of one stream of a branch.
pub(super) type Branched = (Arc<Branch>, Arc<str>, Shared<Replayer>);

/// A scenario's branch: applied by the first who asks, while the others wait.
type OnceBranch = Shared<Option<Arc<Branch>>>;

/// An opened store. Shared by all jobs that concern it.
pub struct Session {
    path: PathBuf,
    pub(super) core: Arc<Core>,
    /// Read as a whole; replaced while the replayers below are held.
    folds: RwLock<Arc<Folds>>,
    pub(super) options: SessionOptions,
    /// As recorded, most recently used last.
    pub(super) recorded: Mutex<Vec<(StreamIndex, Shared<Replayer>)>>,
    /// The same for looking about in histories, so that the state at the cursor never waits for it.
    pub(super) exploring: Mutex<Vec<(StreamIndex, Shared<Replayer>)>>,
    pub(super) branched: Mutex<Vec<Branched>>,
    /// What made the states of the session that this one grew out of, when it did.
    pub(super) made_by: Option<Arc<Folds>>,
    /// Of the same store before it grew: only to learn from.
    pub(super) inherited: Vec<Branched>,
    branches: Mutex<Vec<(Arc<Scenario>, OnceBranch)>>,
    asked: Mutex<Asked>,
    /// Which snapshots there are, once somebody asked.
    pub(super) snapshots: Mutex<Option<Arc<Snapshots>>>,
    /// With which version streams begin.
    pub(super) begin: OnceLock<i64>,
    pub(super) following: super::following::Kept,
    /// About how many events there are, where only the first ones were read.
    expected: Option<u64>,
    /// What drawing the store needs, once somebody asked.
    pub(super) drawing: OnceLock<Arc<Drawing>>,
}

impl Session {
    /// Opens and indexes a store.
    pub fn open(
        path: &Path,
        options: SessionOptions,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Arc<Self>, SessionError> {
        let open = || {
            let store = crate::store::open_together(path, &options.with, &options.opening(), progress, cancel)?;
            let (log, expected) = match options.first_rows {
                Some(rows) => store.scan_first(rows, 1, progress, cancel)?,
                None => (store.scan(1, progress, cancel)?, None),
            };
            Ok((store, log, expected))
        };
        let (store, log, expected) = patiently(options.follow, cancel, open)?;
        let log = Arc::new(log);
        let folds = match Folds::load(&options.projections, path, &log) {
            Ok(folds) => folds,
            Err(problem) if options.on_bad_projection == OnBadProjection::UseAutomatic => {
                let mut folds = Folds::automatic(&log);
                folds.notes.push(format!("states are automatic, because the rules can't be used: {problem}"));
                folds
            }
            Err(problem) => return Err(problem.into()),
        };
        let core = Core::new(Arc::new(store), log);
        let mut session = Self::of(path, core, Arc::new(folds), options);
        session.expected = expected;
        Ok(Arc::new(session))
    }

    /// What drawing the store needs.
    pub(super) fn drawing(&self) -> Arc<Drawing> {
        self.drawing.get_or_init(|| Arc::new(Drawing::new(self.log()))).clone()
    }

    /// About how many events the store has, where only its beginning was read.
    pub fn expected(&self) -> Option<u64> {
        self.expected
    }

    /// A session that has done nothing yet.
    pub(super) fn of(path: &Path, core: Core, folds: Arc<Folds>, options: SessionOptions) -> Self {
        Self {
            path: path.to_owned(),
            core: Arc::new(core),
            folds: RwLock::new(folds),
            options,
            recorded: Mutex::default(),
            exploring: Mutex::default(),
            branched: Mutex::default(),
            made_by: None,
            inherited: Vec::new(),
            branches: Mutex::default(),
            asked: Mutex::default(),
            snapshots: Mutex::default(),
            expected: None,
            drawing: OnceLock::new(),
            begin: OnceLock::new(),
            following: super::following::Kept::default(),
        }
    }

    /// The path as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.core.store
    }

    /// The index.
    pub fn log(&self) -> &Arc<EventLog> {
        &self.core.log
    }

    /// What makes states of a category's streams.
    pub fn fold(&self, category: CategoryIndex) -> Arc<dyn Fold> {
        self.folds().of(category.0 as usize).clone()
    }

    /// All that makes states at present. Another value after each [`project`](Self::project).
    pub(super) fn folds(&self) -> Arc<Folds> {
        self.folds.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes states with other projections from now on, and forgets those that others made. After an error all is as
    /// it was.
    pub fn project(&self, choice: &Projections) -> Result<(), SessionError> {
        self.put_folds(Arc::new(Folds::load(choice, &self.path, self.log())?));
        Ok(())
    }

    pub(super) fn put_folds(&self, folds: Arc<Folds>) {
        let mut recorded = lock(&self.recorded);
        let mut exploring = lock(&self.exploring);
        let mut branched = lock(&self.branched);
        *self.folds.write().unwrap_or_else(PoisonError::into_inner) = folds;
        recorded.clear();
        exploring.clear();
        branched.clear();
    }

    /// What makes states of a stream, also of one that only a scenario has.
    pub fn fold_of(&self, stream: &str) -> Arc<dyn Fold> {
        match self.log().find_stream(stream) {
            Some(stream) => self.fold_of_stream(stream),
            None => self.folds().named(&self.store().category_of_new(self.log(), stream, None)),
        }
    }

    /// What makes states of a stream that has this lane in a branch: what a new stream begins with may tell its
    /// category, and two branches may begin it differently.
    pub fn fold_in(&self, stream: &str, lane: Option<&BranchLane>) -> Arc<dyn Fold> {
        let first = lane.filter(|lane| lane.stream().is_none()).and_then(|lane| lane.events().iter().next());
        match first {
            Some(BranchEvent::Edited { event, .. } | BranchEvent::Inserted { event }) => {
                let category = self.store().category_of_new(self.log(), stream, Some(&event.event_type));
                self.folds().named(&category)
            }
            Some(BranchEvent::Recorded { .. }) | None => self.fold_of(stream),
        }
    }

    /// What makes states of a recorded stream.
    pub fn fold_of_stream(&self, stream: StreamIndex) -> Arc<dyn Fold> {
        self.begun(&self.folds(), stream)
    }

    /// How replays are made.
    pub fn replay_options(&self) -> ReplayOptions {
        ReplayOptions { on_unreadable: self.options.on_unreadable, ..ReplayOptions::default() }
    }

    /// What a user should know of how the store was opened and read, and of the projections.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = self.store().notes();
        notes.extend(self.projection_notes());
        notes
    }

    /// What a user should know of the projections alone.
    pub fn projection_notes(&self) -> Vec<String> {
        self.folds().notes.clone()
    }

    /// What each category's projection says of itself.
    pub(super) fn projection_infos(&self) -> Vec<Arc<ProjectionInfo>> {
        let folds = self.folds();
        (0..self.log().categories().len()).map(|at| Arc::new(folds.of(at).info().clone())).collect()
    }

    /// Events in full, in the order asked for.
    pub fn events(&self, indices: &[u32]) -> Result<Vec<Event>, StoreError> {
        self.core.events(indices)
    }

    /// Lends a connection. Connections are kept and used again, as long as the file may still be read through them:
    /// [`StoreError::Changed`] where another program has changed how.
    pub fn with_reader<T>(&self, work: impl FnOnce(&mut Reader) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.core.with_reader(work)
    }

    /// A recorded stream's events.
    pub fn history(&self, stream: StreamIndex) -> Arc<dyn History> {
        Arc::new(RecordedHistory::new(self.core.clone(), stream))
    }

    /// A stream's events as recorded; none of a stream that only a scenario has.
    pub(super) fn history_named(&self, name: &str) -> Arc<dyn History> {
        match self.log().find_stream(name) {
            Some(stream) => self.history(stream),
            None => Arc::new(MemoryHistory::default()),
        }
    }

    /// The replayer of a recorded stream, kept from one call to the next.
    pub fn replayer(&self, stream: StreamIndex) -> Shared<Replayer> {
        // What makes states is looked up while the list is held: none of an older projection comes into it.
        kept_or(&mut lock(&self.recorded), stream, REPLAYERS, || {
            Replayer::new(self.fold_of_stream(stream), self.history(stream), self.replay_options())
        })
    }

    /// A second replayer of a recorded stream, for those who look about in its history. It begins with what the first
    /// one knows, if that is not at work.
    pub(super) fn second_replayer(&self, stream: StreamIndex) -> Shared<Replayer> {
        let first = lock(&self.recorded).iter().find(|(s, _)| *s == stream).map(|(_, replayer)| replayer.clone());
        kept_or(&mut lock(&self.exploring), stream, SECOND_REPLAYERS, || {
            let fold = self.fold_of_stream(stream);
            let known = first.as_deref().and_then(|first| first.try_lock().ok());
            match known.filter(|known| Arc::ptr_eq(known.fold(), &fold)) {
                Some(known) => known.fork(known.history().clone(), &Fork { first_invalid: usize::MAX, tail: None }),
                None => Replayer::new(fold, self.history(stream), self.replay_options()),
            }
        })
    }

    /// The replayer of a branch's stream; `None` if the branch leaves the stream as recorded. It begins with what is
    /// known of the recorded stream, and of other branches of it: the one before the last edit differs least.
    pub fn branch_replayer(&self, branch: &Arc<Branch>, name: &str) -> Option<Shared<Replayer>> {
        let lane = branch.stream(name)?;
        let known = |kept: &mut Vec<Branched>| {
            let at = kept.iter().position(|(b, n, _)| Arc::ptr_eq(b, branch) && **n == *name)?;
            let found = kept.remove(at);
            let replayer = found.2.clone();
            kept.push(found);
            Some(replayer)
        };
        let found = known(&mut lock(&self.branched));
        if found.is_some() {
            return found;
        }
        // Not while the list is held: the recorded stream's replayer may be at work for long.
        let folds = self.folds();
        let mut replayer = match lane.stream() {
            Some(stream) => {
                let recorded = self.replayer(stream);
                let recorded = lock(&recorded);
                let history = BranchHistory::new(recorded.history().clone(), lane.events().clone());
                recorded.fork(Arc::new(history), lane.fork())
            }
            None => {
                let history = Arc::new(BranchHistory::new(Arc::new(MemoryHistory::default()), lane.events().clone()));
                Replayer::new(self.fold_in(name, Some(lane)), history, self.replay_options())
            }
        };
        let others: Vec<Branched> = {
            let kept = lock(&self.branched);
            let all = self.inherited.iter().chain(kept.iter()).rev();
            all.filter(|(_, n, _)| **n == *name).take(LEARNED_FROM).cloned().collect()
        };
        for (other, _, known) in &others {
            // One that is at work is not waited for.
            if let Some(other) = other.stream(name)
                && let Ok(known) = known.try_lock()
                && Arc::ptr_eq(known.fold(), replayer.fold())
            {
                replayer.learn(&known, &lane.events().fork_from(other.events()));
            }
        }
        let mut kept = lock(&self.branched);
        if let Some(sooner) = known(&mut kept) {
            return Some(sooner);
        }
        let replayer = Arc::new(Mutex::new(replayer));
        if !Arc::ptr_eq(&folds, &self.folds()) {
            // Made by projections that are no longer in use: nobody else is to have it.
            return Some(replayer);
        }
        kept.push((branch.clone(), name.into(), replayer.clone()));
        if kept.len() > REPLAYERS {
            kept.remove(0);
        }
        Some(replayer)
    }

    /// A scenario applied to what was recorded; kept for the scenarios that are in use.
    pub fn branch(&self, scenario: &Arc<Scenario>) -> Result<Arc<Branch>, SessionError> {
        self.branch_unless(scenario, &Cancel::default())
    }

    /// The same, unless told to stop. However many ask at once, a scenario is applied once: all get the same branch.
    pub fn branch_unless(&self, scenario: &Arc<Scenario>, cancel: &Cancel) -> Result<Arc<Branch>, SessionError> {
        let place = self.place_of_branch(scenario);
        let mut place = lock(&place);
        if let Some(branch) = &*place {
            return Ok(branch.clone());
        }
        let applied = whatif::apply(scenario, self.log(), &mut FromStore::new(self, cancel.clone()));
        if applied.is_err() && cancel.is_cancelled() {
            return Err(StoreError::Cancelled.into());
        }
        let branch = Arc::new(applied?);
        *place = Some(branch.clone());
        Ok(branch)
    }

    /// Where a scenario's branch is, or will be: held by who applies it. The same edits again, as after an undo, have
    /// the same branch.
    fn place_of_branch(&self, scenario: &Arc<Scenario>) -> OnceBranch {
        let mut kept = lock(&self.branches);
        let same = |known: &Arc<Scenario>| {
            // Equal numbers may be spelled differently, which is seen in states.
            Arc::ptr_eq(known, scenario) || known == scenario && known.to_json() == scenario.to_json()
        };
        if let Some(at) = kept.iter().position(|(known, _)| same(known)) {
            let found = kept.remove(at);
            let place = found.1.clone();
            kept.push(found);
            return place;
        }
        let place = OnceBranch::default();
        kept.push((scenario.clone(), place.clone()));
        if kept.len() > REPLAYERS {
            kept.remove(0);
        }
        place
    }

    /// How each edit of a scenario file fits the store.
    pub fn grade(&self, file: &ScenarioFile, cancel: &Cancel) -> Result<Grades, SessionError> {
        let handles = |stream: &str, event_type: &str| {
            let fold = self.fold_of(stream);
            fold.info().kind == ProjectionKind::Automatic || fold.handler_for(event_type).is_some()
        };
        let graded = whatif::grade(file, self.log(), &mut FromStore::new(self, cancel.clone()), &handles);
        graded.map_err(|why| if cancel.is_cancelled() { StoreError::Cancelled.into() } else { SessionError::Read(why) })
    }

    /// Recorded events for those who apply edits.
    pub fn recorded(&self) -> impl Recorded + '_ {
        self.recorded_unless(Cancel::default())
    }

    /// The same, until told to stop.
    pub(super) fn recorded_unless(&self, cancel: Cancel) -> impl Recorded + '_ {
        FromStore::new(self, cancel)
    }

    /// What those who apply edits asked for before.
    pub(super) fn asked(&self) -> MutexGuard<'_, Asked> {
        lock(&self.asked)
    }
}

/// Sessions by key.
pub(super) type Sessions = Mutex<HashMap<crate::job::StoreKey, Arc<Session>>>;

/// The stream's replayer, now the most recently used; made if there is none. The least recently used goes.
fn kept_or(
    kept: &mut Vec<(StreamIndex, Shared<Replayer>)>,
    stream: StreamIndex,
    most: usize,
    make: impl FnOnce() -> Replayer,
) -> Shared<Replayer> {
    let found = kept.iter().position(|(s, _)| *s == stream).map(|at| kept.remove(at));
    let entry = found.unwrap_or_else(|| (stream, Arc::new(Mutex::new(make()))));
    let replayer = entry.1.clone();
    kept.push(entry);
    if kept.len() > most {
        kept.remove(0);
    }
    replayer
}

/// What a panic left behind is still whole: values are put in only when they are complete.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Selection;

    #[test]
    fn looking_about_waits_for_nobody_and_knows_what_is_known() {
        let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/bank.db");
        let (progress, cancel) = (Progress::default(), Cancel::default());
        let session = Session::open(&store, SessionOptions::default(), &progress, &cancel).unwrap();
        let log = session.log();
        let longest = (0..log.streams().len() as u32).map(StreamIndex).max_by_key(|stream| log.lane(*stream).len());
        let (stream, other) = (longest.unwrap(), log.find_stream("account-A").unwrap());
        let whole = Selection::Prefix(log.lane(stream).len());
        let first = session.replayer(stream);
        let mut first = lock(&first);
        first.frame(&whole, &cancel).unwrap();
        // At work, the first one is not waited for.
        let second = session.second_replayer(stream);
        assert_eq!(lock(&second).frame(&whole, &cancel).unwrap().replayed, whole.len());
        assert_eq!(lock(&second).folds(), whole.len() as u64);
        assert!(Arc::ptr_eq(&second, &session.second_replayer(stream)));
        drop(first);
        // Idle, it tells what it knows.
        session.project(&Projections::Beside).unwrap();
        let first = session.replayer(stream);
        lock(&first).frame(&whole, &cancel).unwrap();
        let second = session.second_replayer(stream);
        lock(&second).frame(&whole, &cancel).unwrap();
        assert_eq!(lock(&second).folds(), 0);
        // Few are kept.
        session.second_replayer(other);
        assert!(Arc::ptr_eq(&second, &session.second_replayer(stream)));
    }
}
