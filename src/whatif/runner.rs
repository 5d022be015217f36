//! One side of a comparison: folds a history event by event, and stops at the projection's first error.

use std::sync::Arc;

use crate::model::{Cancel, Event, Progress};
use crate::replay::{
    Applied, Change, Fold, History, HistoryError, OnUnreadable, ReplayError, ReplayFailure, State, diff_for, step,
};

/// Events read at once: enough to make reading cheap, few enough that a cancelled comparison stops soon.
const CHUNK: usize = 512;

/// What every fold of a comparison shares.
#[derive(Clone, Copy)]
pub(super) struct Setting<'a> {
    pub fold: &'a dyn Fold,
    pub on_unreadable: OnUnreadable,
    pub progress: &'a Progress,
    pub cancel: &'a Cancel,
}

pub(super) struct Runner<'a> {
    setting: Setting<'a>,
    history: &'a dyn History,
    chunk: Vec<Arc<Event>>,
    chunk_start: usize,
    /// Place of the next event.
    pub at: usize,
    /// The state after the events so far, or after those before the one that failed.
    pub state: State,
    /// The last event that the state takes in, with its place.
    pub last: Option<(usize, Arc<Event>)>,
    /// Events without effect because their payload can't be read.
    pub skipped: usize,
    /// Where the projection stopped.
    pub error: Option<ReplayError>,
}

/// What a run has come to, to go on from there as often as need be.
#[derive(Debug, Clone)]
pub(super) struct Start {
    /// Place of the next event.
    pub at: usize,
    state: State,
    last: Option<(usize, Arc<Event>)>,
    skipped: usize,
    error: Option<ReplayError>,
}

/// One event of a run.
pub(super) struct Ran {
    pub place: usize,
    pub event: Arc<Event>,
    /// What it changed; nothing where the projection had stopped.
    pub changes: Vec<Change>,
    /// Whether the state takes it in: false from the projection's error on.
    pub took_part: bool,
}

impl<'a> Runner<'a> {
    pub fn new(setting: Setting<'a>, history: &'a dyn History) -> Self {
        Self {
            setting,
            history,
            chunk: Vec::new(),
            chunk_start: 0,
            at: 0,
            state: setting.fold.initial(),
            last: None,
            skipped: 0,
            error: None,
        }
    }

    /// Goes on from where another run was, with a history that has the same events up to there.
    pub fn from(setting: Setting<'a>, history: &'a dyn History, start: &Start) -> Self {
        let Start { at, state, last, skipped, error } = start.clone();
        Self { setting, history, chunk: Vec::new(), chunk_start: 0, at, state, last, skipped, error }
    }

    /// Where it is.
    pub fn start(&self) -> Start {
        let (state, last, error) = (self.state.clone(), self.last.clone(), self.error.clone());
        Start { at: self.at, state, last, skipped: self.skipped, error }
    }

    /// Another history that has the same events so far.
    pub fn fork(&self, history: &'a dyn History) -> Self {
        Self {
            history,
            chunk: Vec::new(),
            chunk_start: 0,
            state: self.state.clone(),
            last: self.last.clone(),
            error: self.error.clone(),
            ..*self
        }
    }

    /// Whether there is no event left.
    pub fn is_done(&self) -> bool {
        self.at >= self.history.len()
    }

    /// The next event, without folding it.
    pub fn peek(&mut self) -> Result<Arc<Event>, ReplayFailure> {
        if !(self.chunk_start..self.chunk_start + self.chunk.len()).contains(&self.at) {
            if self.setting.cancel.is_cancelled() {
                return Err(ReplayFailure::Cancelled);
            }
            let end = self.history.len().min(self.at + CHUNK);
            self.chunk = self.history.first_events(self.at..end)?;
            self.chunk_start = self.at;
            self.setting.progress.add(self.chunk.len() as u64);
        }
        let event = self.chunk.get(self.at - self.chunk_start).cloned();
        event.ok_or_else(|| HistoryError(format!("the event at place {} did not come", self.at)).into())
    }

    /// Folds the next event and says what it did.
    pub fn step(&mut self) -> Result<Ran, ReplayFailure> {
        let before = self.state.value.clone();
        let (place, event, took_part) = self.fold_next()?;
        let changes = if took_part { diff_for(self.setting.fold, &before, &self.state.value) } else { Vec::new() };
        Ok(Ran { place, event, changes, took_part })
    }

    /// Folds the next event without looking at what it does; false if the state does not take it in.
    pub fn advance(&mut self) -> Result<(Arc<Event>, bool), ReplayFailure> {
        self.fold_next().map(|(_, event, took_part)| (event, took_part))
    }

    /// Folds events up to a place, or to the error.
    pub fn run_to(&mut self, end: usize) -> Result<(), ReplayFailure> {
        while self.at < end && self.error.is_none() {
            self.fold_next()?;
        }
        // What comes after an error takes no part.
        self.at = self.at.max(end);
        Ok(())
    }

    fn fold_next(&mut self) -> Result<(usize, Arc<Event>, bool), ReplayFailure> {
        let event = self.peek()?;
        let place = self.at;
        self.at += 1;
        if self.error.is_some() {
            return Ok((place, event, false));
        }
        match step(self.setting.fold, self.setting.on_unreadable, &mut self.state, &event, place) {
            Ok(applied) => self.skipped += usize::from(applied == Applied::Skipped),
            Err(error) => {
                self.error = Some(*error);
                return Ok((place, event, false));
            }
        }
        self.last = Some((place, event.clone()));
        Ok((place, event, true))
    }

    /// The invariants that do not hold after the last event taken in.
    pub fn broken(&self) -> Vec<usize> {
        let last = self.last.as_ref().map(|(_, event)| &**event);
        self.setting.fold.broken_invariants(&self.state, last)
    }
}
