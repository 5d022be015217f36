//! Replays one stream's history up to any place.

use std::collections::VecDeque;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use crate::model::{Cancel, Event, Selection, Timestamp};

use super::checkpoints::{Checkpoint, Checkpoints};
use super::fold::{Applied, Fold};
use super::fork::{Fork, Source};
use super::history::{History, HistoryError};
use super::state::State;
use super::step::step;

/// Events read at once: enough to make reading cheap, few enough that a cancelled replay stops soon.
const CHUNK: usize = 512;

/// States of recent places: moving to and fro between a few of them folds nothing.
const RECENT: usize = 32;

/// How much the kept states may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Budget {
    /// About so many bytes of memory.
    Bytes(usize),
    /// So many states.
    States(usize),
}

/// What happens at an event whose payload is needed and can't be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnUnreadable {
    /// The replay stops there with an error.
    #[default]
    Stop,
    /// It goes on without the event and counts it.
    Skip,
}

/// How to replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplayOptions {
    /// What the kept states may take.
    pub budget: Budget,
    /// What happens at an unreadable payload.
    pub on_unreadable: OnUnreadable,
}

impl Default for ReplayOptions {
    /// 64 MB of states, and stopping at what can't be read.
    fn default() -> Self {
        Self { budget: Budget::Bytes(64 << 20), on_unreadable: OnUnreadable::Stop }
    }
}

/// Why a replay gave no frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplayFailure {
    /// Events could not be read.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// It was told to stop; what it had folded is kept.
    #[error("cancelled")]
    Cancelled,
}

/// The event at which a projection stopped, and why. Serialises as the command line's `error`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, thiserror::Error)]
#[error("{handler}: {message}")]
pub struct ReplayError {
    /// The event's place in the replay, from 0.
    #[serde(skip)]
    pub place: usize,
    /// Its position in the store.
    pub position: Option<i64>,
    /// Its version.
    pub version: Option<i64>,
    /// Its type in full.
    #[serde(rename = "type")]
    pub event_type: Arc<str>,
    /// When it was recorded.
    pub time: Option<Timestamp>,
    /// The part of the projection that failed.
    pub handler: String,
    /// What is wrong.
    pub message: String,
}

/// The state at a moment.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The state after the last selected event; the last good one after an error.
    pub state: State,
    /// The state before the last selected event.
    pub before: State,
    /// The last selected event.
    pub last: Option<Arc<Event>>,
    /// How many events were selected.
    pub replayed: usize,
    /// How many of them went without effect because their payload can't be read.
    pub skipped: usize,
    /// Where the projection stopped.
    pub error: Option<ReplayError>,
    /// Indices of the invariants that do not hold.
    pub broken: Vec<usize>,
}

/// One event of a walk, with the states around it.
#[derive(Debug)]
pub struct Step<'a> {
    /// The event's place, from 0.
    pub place: usize,
    /// The event.
    pub event: &'a Arc<Event>,
    /// What it did.
    pub applied: Applied,
    /// The state before it.
    pub before: &'a State,
    /// The state after it.
    pub after: &'a State,
}

/// How a walk ended.
#[derive(Debug)]
pub struct Walked {
    /// After so many events the state was again that of what this was forked from.
    pub met: Option<usize>,
    /// Where the projection stopped.
    pub error: Option<ReplayError>,
}

/// Folds one history and remembers enough to be quick about it. Whatever the budget, results are those of folding
/// from the start.
pub struct Replayer {
    fold: Arc<dyn Fold>,
    history: Arc<dyn History>,
    options: ReplayOptions,
    /// Whether states may depend on versions.
    reads_versions: bool,
    checkpoints: Checkpoints,
    recent: VecDeque<(usize, Checkpoint)>,
    stopped: Option<ReplayError>,
    sources: Vec<Source>,
    folds: u64,
}

impl Replayer {
    /// A replayer that has folded nothing yet.
    pub fn new(fold: Arc<dyn Fold>, history: Arc<dyn History>, options: ReplayOptions) -> Self {
        Self {
            reads_versions: fold.reads_versions(),
            fold,
            history,
            options,
            checkpoints: Checkpoints::new(options.budget),
            recent: VecDeque::new(),
            stopped: None,
            sources: Vec::new(),
            folds: 0,
        }
    }

    /// A replayer for a branch of this history. States before the first changed event are taken over, and where
    /// the branch's state is the baseline's again (same values, set by the same events), so are later ones.
    pub fn fork(&self, history: Arc<dyn History>, fork: &Fork) -> Self {
        let mut branch = Self::new(self.fold.clone(), history, self.options);
        branch.learn(self, fork);
        branch
    }

    /// Takes over what another replayer knows of a history from which this one differs as `fork` says. Both must
    /// have the same projection.
    pub fn learn(&mut self, other: &Self, fork: &Fork) {
        let stopped = other.stopped.as_ref().filter(|error| error.place < fork.first_invalid);
        if let Some(error) = stopped
            && self.stopped.as_ref().is_none_or(|known| error.place < known.place)
        {
            self.stopped = Some(error.clone());
        }
        let tail = fork.tail.filter(|tail| !(tail.renumbered && self.reads_versions));
        let recent = other.recent.iter().cloned();
        self.sources.push(Source::new(other.checkpoints.clone(), recent, fork.first_invalid, tail));
    }

    /// The projection.
    pub fn fold(&self) -> &Arc<dyn Fold> {
        &self.fold
    }

    /// The events.
    pub fn history(&self) -> &Arc<dyn History> {
        &self.history
    }

    /// Goes on with a history that begins with all events of the one before and has more at its end: what is known
    /// stays known.
    pub fn set_history(&mut self, history: Arc<dyn History>) {
        self.history = history;
    }

    /// How many times an event was applied to a state so far.
    pub fn folds(&self) -> u64 {
        self.folds
    }

    /// How many states are kept, and how many events lie between them.
    pub fn kept(&self) -> (usize, usize) {
        (self.checkpoints.len(), self.checkpoints.interval())
    }

    /// The state at a moment.
    pub fn frame(&mut self, selection: &Selection, cancel: &Cancel) -> Result<Frame, ReplayFailure> {
        let (before, after, error) = match selection {
            Selection::Prefix(0) => {
                let initial = Checkpoint { state: self.fold.before_all(), skipped: 0 };
                (initial.clone(), initial, None)
            }
            Selection::Prefix(len) => {
                let before = self.reach(len - 1, cancel)?;
                let after = self.reach(*len, cancel)?;
                (before, after, self.stopped.clone().filter(|error| error.place < *len))
            }
            Selection::Places(places) => self.fold_places(places, cancel)?,
        };
        let last = match selection.last() {
            Some(place) => self.events(place..place + 1)?.pop(),
            None => None,
        };
        let broken = self.fold.broken_invariants(&after.state, last.as_deref());
        Ok(Frame {
            state: after.state,
            before: before.state,
            last,
            replayed: selection.len(),
            skipped: after.skipped,
            error,
            broken,
        })
    }

    /// Visits the events at these places in order, with the states around each, until told to stop or the
    /// projection fails; the error is returned.
    pub fn walk(
        &mut self,
        range: Range<usize>,
        cancel: &Cancel,
        visit: &mut dyn FnMut(&Step<'_>) -> ControlFlow<()>,
    ) -> Result<Option<ReplayError>, ReplayFailure> {
        Ok(self.walk_on(range, false, cancel, visit)?.error)
    }

    /// The same for a branch, which also ends where its state is known to be again that of what it was forked from:
    /// all that comes after is the same.
    pub fn walk_apart(
        &mut self,
        range: Range<usize>,
        cancel: &Cancel,
        visit: &mut dyn FnMut(&Step<'_>) -> ControlFlow<()>,
    ) -> Result<Walked, ReplayFailure> {
        self.walk_on(range, true, cancel, visit)
    }

    fn walk_on(
        &mut self,
        range: Range<usize>,
        apart: bool,
        cancel: &Cancel,
        visit: &mut dyn FnMut(&Step<'_>) -> ControlFlow<()>,
    ) -> Result<Walked, ReplayFailure> {
        let mut current = self.reach(range.start, cancel)?;
        let mut place = range.start;
        let start = current.state.value.clone();
        while place < range.end {
            if self.stopped.as_ref().is_some_and(|error| error.place <= place) {
                break;
            }
            if cancel.is_cancelled() {
                return Err(ReplayFailure::Cancelled);
            }
            for event in self.first_events(place..range.end.min(place + CHUNK))? {
                let before = current.state.clone();
                let applied = match self.step(&mut current, &event, place) {
                    Ok(applied) => applied,
                    Err(error) => {
                        self.stopped = Some(*error);
                        break;
                    }
                };
                place += 1;
                self.checkpoints.offer(place, &current, (range.start, &start));
                let step = Step { place: place - 1, event: &event, applied, before: &before, after: &current.state };
                if visit(&step).is_break() {
                    return Ok(Walked { met: None, error: None });
                }
                if apart && self.joins(place, &current) {
                    return Ok(Walked { met: Some(place), error: None });
                }
            }
        }
        Ok(Walked { met: None, error: self.stopped.clone().filter(|error| error.place < range.end) })
    }

    /// The state after so many events, or after those before the one that failed.
    fn reach(&mut self, at: usize, cancel: &Cancel) -> Result<Checkpoint, ReplayFailure> {
        let at = self.stopped.as_ref().map_or(at, |error| at.min(error.place));
        if let Some((_, found)) = self.recent.iter().rev().find(|(place, _)| *place == at) {
            return Ok(found.clone());
        }
        let (mut done, mut current) = self.start(at);
        let (mut from, mut start) = (done, current.state.value.clone());
        'folding: while done < at {
            if cancel.is_cancelled() {
                return Err(ReplayFailure::Cancelled);
            }
            for event in self.events_to_fold(done..at.min(done + CHUNK))? {
                if let Err(mut error) = self.step(&mut current, &event, done) {
                    error.version = self.events(done..done + 1)?.pop().and_then(|event| event.version);
                    self.stopped = Some(*error);
                    break 'folding;
                }
                done += 1;
                self.checkpoints.offer(done, &current, (from, &start));
                if self.joins(done, &current) {
                    let known = self.start(at);
                    if known.0 > done {
                        (done, current) = known;
                        (from, start) = (done, current.state.value.clone());
                        continue 'folding;
                    }
                }
            }
        }
        if self.recent.len() >= self.recent_limit() {
            self.recent.pop_front();
        }
        self.recent.push_back((done, current.clone()));
        Ok(current)
    }

    /// The nearest known state at or before so many events.
    fn start(&self, at: usize) -> (usize, Checkpoint) {
        let mut best = (0, None);
        if let Some((place, checkpoint)) = self.checkpoints.nearest(at) {
            best = (place, Some(checkpoint.clone()));
        }
        let recent = self.recent.iter().filter(|(place, _)| *place <= at).max_by_key(|(place, _)| *place);
        if let Some((place, checkpoint)) = recent
            && *place > best.0
        {
            best = (*place, Some(checkpoint.clone()));
        }
        for source in &self.sources {
            if let Some((place, checkpoint)) = source.nearest(at, best.0) {
                best = (place, Some(checkpoint));
            }
        }
        let (place, checkpoint) = best;
        (place, checkpoint.unwrap_or_else(|| Checkpoint { state: self.fold.initial(), skipped: 0 }))
    }

    /// Whether the branch has now come to a state that another replay knows.
    fn joins(&mut self, done: usize, current: &Checkpoint) -> bool {
        let mut joins = false;
        // All are asked: each notes it for itself.
        for source in &mut self.sources {
            joins |= source.joins(done, current);
        }
        joins
    }

    /// Where positions run against versions no prefix is folded, and nothing can be kept.
    fn fold_places(
        &mut self,
        places: &[usize],
        cancel: &Cancel,
    ) -> Result<(Checkpoint, Checkpoint, Option<ReplayError>), ReplayFailure> {
        let mut current = Checkpoint { state: self.fold.initial(), skipped: 0 };
        let mut before = current.clone();
        for (number, place) in places.iter().enumerate() {
            if cancel.is_cancelled() {
                return Err(ReplayFailure::Cancelled);
            }
            if number + 1 == places.len() {
                before = current.clone();
            }
            for event in self.events(*place..place + 1)? {
                if let Err(error) = self.step(&mut current, &event, *place) {
                    return Ok((current.clone(), current, Some(*error)));
                }
            }
        }
        Ok((before, current, None))
    }

    /// Events from the history, which must be as many as were asked for: or the replay would not get on.
    fn events(&self, range: Range<usize>) -> Result<Vec<Arc<Event>>, HistoryError> {
        let wanted = range.len();
        let events = self.history.events(range)?;
        if events.len() == wanted {
            Ok(events)
        } else {
            Err(HistoryError(format!("{wanted} events were asked for and {} came", events.len())))
        }
    }

    /// The first of these events: at least one, or the replay would not get on.
    fn first_events(&self, range: Range<usize>) -> Result<Vec<Arc<Event>>, HistoryError> {
        self.some_of(&range, self.history.first_events(range.clone())?)
    }

    /// The same for nobody but the projection.
    fn events_to_fold(&self, range: Range<usize>) -> Result<Vec<Arc<Event>>, HistoryError> {
        if self.reads_versions {
            return self.first_events(range);
        }
        self.some_of(&range, self.history.first_events_unnumbered(range.clone())?)
    }

    fn some_of(&self, range: &Range<usize>, events: Vec<Arc<Event>>) -> Result<Vec<Arc<Event>>, HistoryError> {
        if (1..=range.len()).contains(&events.len()) {
            Ok(events)
        } else {
            Err(HistoryError(format!("{} events were asked for and {} came", range.len(), events.len())))
        }
    }

    fn step(&mut self, current: &mut Checkpoint, event: &Event, place: usize) -> Result<Applied, Box<ReplayError>> {
        self.folds += 1;
        let applied = step(&*self.fold, self.options.on_unreadable, &mut current.state, event, place)?;
        if applied == Applied::Skipped {
            current.skipped += 1;
        }
        Ok(applied)
    }

    fn recent_limit(&self) -> usize {
        match self.options.budget {
            Budget::States(states) => RECENT.min(states.max(2)),
            Budget::Bytes(_) => RECENT,
        }
    }
}
