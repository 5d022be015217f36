//! Tracks in a branch: what edits make of a field or a condition, from where they leave what was recorded.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::lives::slot;
use super::row_changes::stopped_text;
use super::run::{failed, replay_failed};
use super::session::{Session, SessionError, lock};
use super::tracks::{number, words};
use crate::job::{BranchInterval, BranchStep, BranchTrack, Failure, TrackWhat};
use crate::model::{Cancel, EventLog, Progress, Value};
use crate::query::Subject;
use crate::replay::{State, Step};
use crate::whatif::{BranchHistory, BranchLane, BranchSpot, Scenario};

impl Session {
    /// A track of a stream in a scenario's branch; `None` where the edits leave the stream as recorded, do not fit,
    /// or come after the projection has stopped.
    /// Events before the first edit are not folded again, nor those after which both have the same state. Progress
    /// counts events of the branch.
    pub(super) fn branch_track(
        self: &Arc<Self>,
        name: &str,
        what: &TrackWhat,
        scenario: &Arc<Scenario>,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Option<BranchTrack>, Failure> {
        let stream = self.find_stream(name)?;
        let branch = match self.branch_unless(scenario, cancel) {
            Ok(branch) => branch,
            // What does not fit is told where the edit stands.
            Err(SessionError::Edit(error)) if !error.is_read_error() => return Ok(None),
            Err(error) => return Err(failed(&error)),
        };
        let Some(lane) = branch.stream(name).filter(|lane| !lane.is_as_recorded()) else { return Ok(None) };
        let known = self.second_replayer(stream);
        let mut replayer = {
            let known = lock(&known);
            let history = BranchHistory::new(known.history().clone(), lane.events().clone());
            known.fork(Arc::new(history), lane.fork())
        };
        let log = self.log();
        let first = lane.first_invalid();
        // The event before the fork tells whether a condition held there.
        let start = first.saturating_sub(1);
        let end = lane.events().len();
        progress.set_total((end - start) as u64);
        let mut line = Line::new(log, lane, what);
        let initial = replayer.fold().initial();
        line.begin(&initial);
        let walked = replayer.walk_apart(start..end, cancel, &mut |step| {
            progress.add(1);
            line.take(step);
            ControlFlow::Continue(())
        });
        let walked = walked.map_err(|failure| replay_failed(&failure))?;
        if walked.error.as_ref().is_some_and(|error| error.place < first) {
            // The projection does not get as far as the edits.
            return Ok(None);
        }
        let Line { mut track, .. } = line;
        track.met = walked.met.filter(|met| *met > first).map(|met| lane.spot(log, met - 1));
        track.stopped = walked.error.map(|error| (lane.spot(log, error.place), stopped_text(&error)));
        Ok(Some(track))
    }
}

/// A track on its way.
struct Line<'a> {
    log: &'a EventLog,
    lane: &'a BranchLane,
    what: &'a TrackWhat,
    track: BranchTrack,
    /// Of a field: its value after the last event.
    last: Option<Value>,
    /// Of a condition: whether it held there.
    held: bool,
}

impl<'a> Line<'a> {
    fn new(log: &'a EventLog, lane: &'a BranchLane, what: &'a TrackWhat) -> Self {
        let recorded = lane.stream().map_or(&[][..], |stream| log.lane(stream));
        let fork = recorded.get(lane.first_invalid()).or(recorded.last()).copied();
        let fork = BranchSpot { event: fork, time: None };
        let track = BranchTrack { fork, steps: Vec::new(), intervals: Vec::new(), met: None, stopped: None };
        Self { log, lane, what, track, last: None, held: false }
    }

    /// The state at the fork.
    fn begin(&mut self, state: &State) {
        if let TrackWhat::Field(path) = self.what {
            self.last = slot(state, path).map(|(value, _)| value.clone());
            self.track.steps = vec![self.step(self.track.fork)];
        }
    }

    fn take(&mut self, step: &Step<'_>) {
        let before_fork = step.place < self.lane.first_invalid();
        match self.what {
            TrackWhat::Field(_) if before_fork => self.begin(step.after),
            TrackWhat::Field(path) => {
                let now = slot(step.after, path).map(|(value, _)| value);
                if self.last.as_ref() != now {
                    self.last = now.cloned();
                    let step = self.step(self.lane.spot(self.log, step.place));
                    self.track.steps.push(step);
                }
            }
            TrackWhat::Condition(query) => {
                let subject = Subject { event: step.event, state: Some(&step.after.value) };
                let holds = query.matches_in(self.log, &subject);
                if holds != self.held {
                    let at = if before_fork { self.track.fork } else { self.lane.spot(self.log, step.place) };
                    match self.track.intervals.last_mut() {
                        Some(interval) if !holds => interval.to = Some(at),
                        _ => self.track.intervals.push(BranchInterval { from: at, to: None }),
                    }
                }
                self.held = holds;
            }
        }
    }

    fn step(&self, at: BranchSpot) -> BranchStep {
        BranchStep { at, number: number(self.last.as_ref()), text: self.last.as_ref().map(words) }
    }
}
