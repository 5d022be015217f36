//! Runs one job at a time: from a request's words to the session's work.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::copying::{CopyLayout, CopyTarget};
use super::projections::{Projections, projection_beside};
use super::session::{Session, SessionError, SessionOptions, Sessions, lock};
use crate::job::{At, Copied, Failure, Job, OpenedStore, Outcome, Side, StateRequest, StateView, StoreKey};
use crate::model::{Cancel, Progress, Selection};
use crate::replay::{Frame, MemoryHistory, ReplayFailure, Replayer, diff_for};
use crate::store::AccessMode;
use crate::timeline::Drawing;
use crate::whatif::{Branch, Scenario};

/// Events read between two looks at whether somebody still wants them.
const EVENTS_AT_ONCE: usize = 32;

/// The opened stores and the hands that work on them. Shared by all threads of a pool.
#[derive(Default)]
pub struct Workshop {
    pub(super) sessions: Sessions,
}

impl Workshop {
    /// Runs a job to its end.
    pub fn run(&self, job: Job, progress: &Progress, cancel: &Cancel) -> Result<Outcome, Failure> {
        match job {
            Job::Open { path, key, layout, rules } => {
                // Rules that are gone by now are no reason not to open the store.
                let rules = rules.filter(|rules| rules.exists()).or_else(|| projection_beside(&path));
                let projections = rules.clone().map_or(Projections::Automatic, |rules| Projections::Files(vec![rules]));
                let options = SessionOptions { layout, projections, ..SessionOptions::default() };
                self.open(&path, key, options, rules, progress, cancel)
            }
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
            Job::Copy { store, scenario, out, force, as_foldline } => {
                let session = self.session(store)?;
                let layout = if as_foldline { CopyLayout::Foldline } else { CopyLayout::Own };
                let target = CopyTarget { out: &out, force, whole: false, layout };
                copy(&session, scenario.as_ref(), target, progress, cancel).map(Outcome::Copied)
            }
            Job::Hash { store } => {
                let hash = self.session(store)?.store().hash(progress, cancel);
                hash.map(Outcome::Hashed).map_err(|error| failed(&error.into()))
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
        options: SessionOptions,
        rules: Option<PathBuf>,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Outcome, Failure> {
        let session = Session::open(path, options, progress, cancel).map_err(|error| failed(&error))?;
        let log = session.log().clone();
        let layout = session.store().layout();
        let access = match session.store().mode() {
            AccessMode::ReadOnly | AccessMode::Immutable => "read-only",
            AccessMode::PrivateCopy => "read-only, private copy",
        };
        let opened = OpenedStore {
            key,
            path: path.to_owned(),
            layout: layout.id.to_string(),
            layout_title: layout.title.to_string(),
            access: access.to_owned(),
            notes: session.notes(),
            projections: session.projection_infos(),
            drawing: Arc::new(Drawing::new(&log)),
            log,
            writable: layout.writable,
            rules,
            hash: None,
        };
        if cancel.is_cancelled() {
            return Err(Failure::Cancelled);
        }
        lock(&self.sessions).insert(key, session);
        Ok(Outcome::Opened(Box::new(opened)))
    }
}

pub(super) fn failed(error: &SessionError) -> Failure {
    match error {
        SessionError::Store(error) if error.is_cancelled() => Failure::Cancelled,
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
    let branch = match &request.scenario {
        Some(scenario) => match session.branch_unless(scenario, cancel) {
            Ok(branch) => Some(branch),
            // An edit that does not fit is told where it stands: what was recorded can still be shown.
            Err(SessionError::Edit(error)) if !error.is_read_error() => None,
            Err(error) => return Err(failed(&error)),
        },
        None => None,
    };
    if let Some(branch) = &branch
        && log.find_stream(&request.stream).is_none()
        && branch.stream(&request.stream).is_some()
    {
        return new_stream(session, request, branch, cancel);
    }
    let stream = session.find_stream(&request.stream)?;
    let selection = log.select(stream, request.moment).map_err(|error| Failure::Failed(error.to_string()))?;
    let (recorded, branch_replayer) = loop {
        let folds = session.folds();
        let branch_replayer = branch.as_ref().and_then(|branch| session.branch_replayer(branch, &request.stream));
        let recorded = session.replayer(stream);
        // Both sides by the same projection, also when another is chosen meanwhile.
        if Arc::ptr_eq(&folds, &session.folds()) {
            break (recorded, branch_replayer);
        }
    };
    let mut recorded = lock(&recorded);
    let baseline = side(&mut recorded, &selection, cancel)?;
    let fold = recorded.fold().clone();
    // The branch reads through the recorded stream's history, never through its replayer: no lock is taken twice.
    drop(recorded);
    let in_branch = branch.as_ref().and_then(|branch| branch.stream(&request.stream)).zip(branch_replayer);
    let branch = match in_branch {
        Some((lane, replayer)) => Some(side(&mut lock(&replayer), &lane.select(log, request.moment), cancel)?),
        None => None,
    };
    let differences = branch
        .as_ref()
        .map_or_else(Vec::new, |branch| diff_for(&*fold, &baseline.frame.state.value, &branch.frame.state.value));
    Ok(StateView {
        stream: request.stream.clone(),
        moment: request.moment,
        projection: Arc::new(fold.info().clone()),
        baseline,
        branch,
        differences,
    })
}

/// The state of a stream that only a scenario has, beside that of a stream without events.
fn new_stream(
    session: &Arc<Session>,
    request: &StateRequest,
    branch: &Arc<Branch>,
    cancel: &Cancel,
) -> Result<StateView, Failure> {
    let (lane, replayer) = branch
        .stream(&request.stream)
        .zip(session.branch_replayer(branch, &request.stream))
        .ok_or_else(|| Failure::Failed(format!("there is no stream {}", request.stream)))?;
    let mut replayer = lock(&replayer);
    let selection = lane.select(session.log(), request.moment);
    let there = side(&mut replayer, &selection, cancel)?;
    let fold = replayer.fold().clone();
    let nothing = Arc::new(MemoryHistory::default());
    let mut recorded = Replayer::new(fold.clone(), nothing, session.replay_options());
    let baseline = side(&mut recorded, &Selection::Prefix(0), cancel)?;
    Ok(StateView {
        stream: request.stream.clone(),
        moment: request.moment,
        projection: Arc::new(fold.info().clone()),
        differences: diff_for(&*fold, &baseline.frame.state.value, &there.frame.state.value),
        baseline,
        branch: Some(there),
    })
}

fn side(replayer: &mut Replayer, selection: &Selection, cancel: &Cancel) -> Result<Side, Failure> {
    let frame = replayer.frame(selection, cancel).map_err(|error| replay_failed(&error))?;
    let fold = replayer.fold();
    let changes = diff_for(&**fold, &frame.before.value, &frame.state.value);
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

fn copy(
    session: &Arc<Session>,
    scenario: Option<&Arc<Scenario>>,
    target: CopyTarget<'_>,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Copied, Failure> {
    let plan = match scenario {
        Some(scenario) => session.scenario_copy(scenario),
        None => Ok(session.recorded_copy()),
    };
    plan.and_then(|plan| session.write_copy(&plan, target, progress, cancel)).map_err(|error| failed(&error))
}
