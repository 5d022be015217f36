//! Runs one job at a time: from a request's words to the session's work.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::projections::{Projections, projection_beside};
use super::session::{Session, SessionError, SessionOptions, Sessions, lock};
use crate::job::{At, Failure, Job, OpenAs, OpenedFile, OpenedStore, Outcome, Side, StateRequest, StateView, StoreKey};
use crate::model::{Cancel, Progress, Selection};
use crate::replay::{Fold, Frame, MemoryHistory, ReplayFailure, Replayer, diff_for_within};
use crate::store::{AccessMode, StoreError, StoreFile};
use crate::whatif::{Branch, Scenario};

/// Events read between two looks at whether somebody still wants them.
const EVENTS_AT_ONCE: usize = 32;
/// Leaves that differ, in each list: more than anybody looks at.
const DIFFERENCES: usize = 5_000;
/// Leaves that the last event changed, in each list or part: more than are marked in a tree.
const CHANGES: usize = 20_000;

/// Rows of a large store that are shown while the rest is read: some tenths of a second.
const FIRST_ROWS: u64 = 250_000;

/// The opened stores and the hands that work on them. Shared by all threads of a pool.
#[derive(Default)]
pub struct Workshop {
    pub(super) sessions: Sessions,
    pub(super) looked_at: super::mapping::LookedAt,
    /// The folder in which indexes of large stores are kept; `None` keeps none.
    index_cache: Option<std::path::PathBuf>,
}

impl Workshop {
    /// One that keeps the indexes of large stores for the next opening.
    pub fn with_index_cache() -> Self {
        Self { index_cache: super::index_cache(), ..Self::default() }
    }

    /// Runs a job to its end.
    pub fn run(&self, job: Job, progress: &Progress, cancel: &Cancel) -> Result<Outcome, Failure> {
        if let Some(store) = job.store().filter(|_| job.is_about_all())
            && let Some(session) = lock(&self.sessions).get(&store)
            && session.expected().is_some()
        {
            let text = format!(
                "only the first {} events are read so far, and this is about all of them; ask again when the rest is \
                 read (F5 reads the store again, if that was stopped)",
                session.log().len()
            );
            return Err(Failure::Failed(text));
        }
        match job {
            Job::Open { path, key, layout, rules } => {
                let how = layout.map_or(OpenAs::Recognised, OpenAs::Layout);
                self.open(&path, key, how, rules, progress, cancel)
            }
            Job::OpenAs { path, key, how, rules } => self.open(&path, key, how, rules, progress, cancel),
            Job::State(request) => {
                let session = self.session(request.store)?;
                state(&session, &request, cancel).map(|view| Outcome::State(Box::new(view)))
            }
            Job::Events { store, indices } => {
                let session = self.session(store)?;
                let mut events = Vec::with_capacity(indices.len());
                for indices in indices.chunks(EVENTS_AT_ONCE) {
                    if cancel.is_cancelled() {
                        return Err(Failure::Cancelled);
                    }
                    let read = session.events(indices).map_err(|error| failed(&error.into()))?;
                    events.extend(indices.iter().zip(read).map(|(index, event)| (*index, session.row(*index, event))));
                }
                Ok(Outcome::Events(events))
            }
            Job::Branch { store, scenario } => match self.session(store)?.branch_unless(&scenario, cancel) {
                Ok(branch) => Ok(Outcome::Branch(branch)),
                Err(SessionError::Edit(error)) if !error.is_read_error() => {
                    Ok(Outcome::Refused { edit: error.edit, why: error.problem.to_string() })
                }
                Err(error) => Err(failed(&error)),
            },
            Job::Copy { wish, out, force } => {
                let written = self.session(wish.store)?.copy(&wish, &out, force, progress, cancel);
                written.map(Outcome::Copied)
            }
            Job::DescribeCopy(wish) => {
                let described = self.session(wish.store)?.describe_copy(&wish, progress, cancel);
                described.map(|described| Outcome::CopyDescribed(Box::new(described)))
            }
            Job::Hash { store } => {
                let hash = self.session(store)?.store().hash(progress, cancel);
                hash.map(|hash| Outcome::Hashed(Box::new(hash))).map_err(|error| failed(&error.into()))
            }
            Job::Pick(pick) => Ok(Outcome::Picked(pick, super::pick::pick(pick))),
            Job::Close { store } => {
                lock(&self.sessions).remove(&store);
                Ok(Outcome::Closed)
            }
            job => self.explore(job, progress, cancel),
        }
    }

    pub(super) fn session(&self, store: StoreKey) -> Result<Arc<Session>, Failure> {
        lock(&self.sessions).get(&store).cloned().ok_or(Failure::Cancelled)
    }

    fn open(
        &self,
        path: &Path,
        key: StoreKey,
        how: OpenAs,
        rules: Option<PathBuf>,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Outcome, Failure> {
        // Rules that are gone by now are no reason not to open the store.
        let rules = rules.filter(|rules| rules.exists()).or_else(|| projection_beside(path));
        let projections = rules.clone().map_or(Projections::Automatic, |rules| Projections::Files(vec![rules]));
        let index_cache = self.index_cache.clone();
        let first_rows = Some(FIRST_ROWS);
        let mut options = SessionOptions { projections, index_cache, first_rows, ..SessionOptions::default() };
        match how {
            OpenAs::Recognised => {}
            OpenAs::Followed => options.follow = true,
            OpenAs::Layout(layout) => options.layout = Some(layout),
            OpenAs::Mapping(mapping) => options.mapping = Some(mapping),
            OpenAs::Together { with, mapping, follow } => {
                (options.with, options.mapping, options.follow) = (with, mapping, follow);
            }
        }
        let session = match Session::open(path, options, progress, cancel) {
            Ok(session) => session,
            Err(error @ SessionError::Store(StoreError::NotRecognised { .. })) => {
                return Ok(Outcome::Unmapped { path: path.to_owned(), why: error.to_string() });
            }
            Err(error) => return Err(failed(&error)),
        };
        self.forget_look();
        let opened = session.described(key, rules);
        if cancel.is_cancelled() {
            return Err(Failure::Cancelled);
        }
        lock(&self.sessions).insert(key, session);
        Ok(Outcome::Opened(Box::new(opened)))
    }
}

impl Session {
    /// The store as the application knows it.
    pub(super) fn described(&self, key: StoreKey, rules: Option<PathBuf>) -> OpenedStore {
        let session = self;
        let mapping = self.options.mapping.clone();
        let log = session.log().clone();
        let layout = session.store().layout();
        let no_edits = crate::store::why_no_edits(session.store(), &log);
        OpenedStore {
            key,
            path: self.path().to_owned(),
            files: session.store().files().into_iter().map(opened_file).collect(),
            layout: layout.id.to_string(),
            layout_title: layout.title.to_string(),
            access: session.store().mode().words().to_owned(),
            notes: session.notes(),
            projections: session.projection_infos(),
            drawing: session.drawing(),
            log,
            writable: no_edits.is_none(),
            no_edits,
            leaving_out: layout.leaving_out && !session.store().is_several(),
            rules,
            snapshots: session.store().snapshots(),
            expected: session.expected(),
            reading: reading(session.store().mode()).to_owned(),
            bytes: session.store().bytes(),
            recognised: session.store().recognised().clone(),
            mapping,
            hash: None,
            followed: session.options.follow,
        }
    }
}

fn opened_file(file: StoreFile) -> OpenedFile {
    let StoreFile { path, layout, events, shown, .. } = file;
    OpenedFile { path, layout_title: layout.title.to_string(), events, shown }
}

/// How a file is read, in a sentence.
fn reading(mode: AccessMode) -> &'static str {
    match mode {
        AccessMode::ReadOnly => {
            "read where it is, through a read-only connection, a fraction of a second at a time: no lock stays on it"
        }
        AccessMode::Immutable => {
            "read where it is, as a file that nobody is writing: without a lock, and without files beside it"
        }
        AccessMode::PrivateCopy => {
            "a private copy in a temporary folder is read, because a journal or a write-ahead log lies beside the file; \
             the file itself was only copied"
        }
        AccessMode::Live => {
            "followed while others write it, in reads of a fraction of a second by connections that are closed after \
             each; only a -shm file beside it may change"
        }
    }
}

pub(super) fn failed(error: &SessionError) -> Failure {
    match error {
        SessionError::Store(error) if error.is_cancelled() => Failure::Cancelled,
        SessionError::Replay(ReplayFailure::Cancelled) => Failure::Cancelled,
        SessionError::Store(error @ (StoreError::NoSpace { .. } | StoreError::KeepsChanging(_))) => {
            Failure::NoCopy(error.to_string())
        }
        error => Failure::Failed(error.to_string()),
    }
}

pub(super) fn replay_failed(failure: &ReplayFailure) -> Failure {
    match failure {
        ReplayFailure::Cancelled => Failure::Cancelled,
        failure => Failure::Failed(failure.to_string()),
    }
}

/// The state of a stream at a moment, as recorded and in a scenario's branch.
pub fn state(session: &Arc<Session>, request: &StateRequest, cancel: &Cancel) -> Result<StateView, Failure> {
    let log = session.log();
    let applied = |scenario: &Option<Arc<Scenario>>| match scenario {
        Some(scenario) => match session.branch_unless(scenario, cancel) {
            Ok(branch) => Ok(Some(branch)),
            // An edit that does not fit is told where it stands: what was recorded can still be shown.
            Err(SessionError::Edit(error)) if !error.is_read_error() => Ok(None),
            Err(error) => Err(failed(&error)),
        },
        None => Ok(None),
    };
    let (branch, against) = (applied(&request.scenario)?, applied(&request.against)?);
    if log.find_stream(&request.stream).is_none() {
        return new_stream(session, request, branch.as_ref(), against.as_ref(), cancel);
    }
    let stream = session.find_stream(&request.stream)?;
    let selection = log.select(stream, request.moment).map_err(|error| Failure::Failed(error.to_string()))?;
    let (fold, baseline, branch_replayer, against_replayer) = loop {
        let folds = session.folds();
        let recorded = session.replayer(stream);
        // First: branches begin with what is known of the recorded stream. They read through its history, never
        // through its replayer: no lock is taken twice.
        let (fold, baseline) = {
            let mut recorded = lock(&recorded);
            (recorded.fold().clone(), side(&mut recorded, &selection, cancel)?)
        };
        let replayer = |branch: &Option<Arc<Branch>>| session.branch_replayer(branch.as_ref()?, &request.stream);
        let (branched, other) = (replayer(&branch), replayer(&against));
        // All sides by the same projection, also when another is chosen meanwhile.
        if Arc::ptr_eq(&folds, &session.folds()) {
            break (fold, baseline, branched, other);
        }
    };
    let in_branch = |branch: &Option<Arc<Branch>>, replayer: Option<Arc<Mutex<Replayer>>>| {
        let lane = branch.as_ref().and_then(|branch| branch.stream(&request.stream));
        let there = lane.zip(replayer);
        there.map(|(lane, replayer)| side(&mut lock(&replayer), &lane.select(log, request.moment), cancel)).transpose()
    };
    let mut view = StateView {
        stream: request.stream.clone(),
        moment: request.moment,
        projection: Arc::new(fold.info().clone()),
        late_start: session.late_start(stream),
        baseline,
        branch: in_branch(&branch, branch_replayer)?,
        against: in_branch(&against, against_replayer)?,
        differences: Vec::new(),
    };
    tell_apart(&mut view, &*fold);
    Ok(view)
}

fn tell_apart(view: &mut StateView, fold: &dyn Fold) {
    if view.is_compared() {
        let (left, right) = (&view.left().frame.state.value, &view.right().frame.state.value);
        view.differences = diff_for_within(fold, left, right, DIFFERENCES);
    }
}

/// The state of a stream that only scenarios have, beside that of a stream without events.
fn new_stream(
    session: &Arc<Session>,
    request: &StateRequest,
    branch: Option<&Arc<Branch>>,
    against: Option<&Arc<Branch>>,
    cancel: &Cancel,
) -> Result<StateView, Failure> {
    let has = |branch: &Arc<Branch>| branch.stream(&request.stream).is_some();
    if !branch.into_iter().chain(against).any(has) {
        return Err(Failure::Failed(format!("there is no stream {}", request.stream)));
    }
    let lane = branch.into_iter().chain(against).find_map(|branch| branch.stream(&request.stream));
    let fold = session.fold_in(&request.stream, lane);
    let there = |branch: Option<&Arc<Branch>>| {
        let lane = branch
            .and_then(|branch| branch.stream(&request.stream).zip(session.branch_replayer(branch, &request.stream)));
        let selected = lane.map(|(lane, replayer)| (lane.select(session.log(), request.moment), replayer));
        selected.map(|(selection, replayer)| side(&mut lock(&replayer), &selection, cancel)).transpose()
    };
    let nothing = Arc::new(MemoryHistory::default());
    let mut recorded = Replayer::new(fold.clone(), nothing, session.replay_options());
    let mut view = StateView {
        stream: request.stream.clone(),
        moment: request.moment,
        projection: Arc::new(fold.info().clone()),
        baseline: side(&mut recorded, &Selection::Prefix(0), cancel)?,
        branch: there(branch)?,
        against: there(against)?,
        late_start: None,
        differences: Vec::new(),
    };
    tell_apart(&mut view, &*fold);
    Ok(view)
}

fn side(replayer: &mut Replayer, selection: &Selection, cancel: &Cancel) -> Result<Side, Failure> {
    let frame = replayer.frame(selection, cancel).map_err(|error| replay_failed(&error))?;
    let fold = replayer.fold();
    let changes = diff_for_within(&**fold, &frame.before.value, &frame.state.value, CHANGES);
    let names = &fold.info().invariants;
    let broken = frame.broken.iter().filter_map(|at| names.get(*at)).map(ToString::to_string).collect();
    let at = at(&frame, replayer.history().len());
    Ok(Side { frame, changes, at, broken })
}

fn at(frame: &Frame, of: usize) -> At {
    let last = frame.last.as_ref();
    At {
        position: last.and_then(|event| event.position),
        version: last.and_then(|event| event.version),
        time: last.and_then(|event| event.time),
        event_type: last.map(|event| event.event_type.clone()),
        count: frame.replayed,
        of,
    }
}
