//! One stream at one value of a sweep. What does not depend on the value is folded once.

use std::sync::Arc;

use crate::model::{Cancel, Progress, Value};
use crate::replay::{Fold, History, OnUnreadable, ReplayError, ReplayFailure};

use crate::whatif::branch::BranchLane;
use crate::whatif::compare::EventMoment;
use crate::whatif::history::BranchHistory;
use crate::whatif::runner::{Runner, Setting, Start};

/// How a stream ends in the branch, and what breaks on the way.
#[derive(Debug, Clone)]
pub(super) struct LaneEnd {
    pub state: Value,
    /// Invariants (by index) that do not hold after some event from the first that may differ on, each at the first
    /// such event: also those that were broken as recorded, for a value may mend them.
    pub broken: Vec<(usize, EventMoment)>,
    pub error: Option<ReplayError>,
}

/// A stream with everything that is the same at all values.
pub(super) struct LaneBench {
    pub fold: Arc<dyn Fold>,
    history: Arc<dyn History>,
    on_unreadable: OnUnreadable,
    /// The state before the first event that may differ.
    start: Start,
    /// What is broken as recorded, from the same event on.
    broken: Vec<(usize, EventMoment)>,
    /// How the stream ends as recorded.
    pub recorded: Value,
}

impl LaneBench {
    /// Folds the baseline, once.
    pub fn new(
        fold: Arc<dyn Fold>,
        history: Arc<dyn History>,
        lane: &BranchLane,
        on_unreadable: OnUnreadable,
        cancel: &Cancel,
    ) -> Result<Self, ReplayFailure> {
        let progress = Progress::default();
        let setting = Setting { fold: &*fold, on_unreadable, progress: &progress, cancel };
        let mut runner = Runner::new(setting, &*history);
        runner.run_to(lane.first_invalid())?;
        let start = runner.start();
        let broken = to_the_end(&mut runner, !fold.info().invariants.is_empty())?;
        let recorded = runner.state.value.clone();
        Ok(Self { fold, history, on_unreadable, start, broken, recorded })
    }

    /// Whether the lane leaves what was recorded no sooner than is known.
    pub fn fits(&self, lane: &BranchLane) -> bool {
        lane.first_invalid() >= self.start.at
    }

    /// Folds a branch's lane from where it may differ.
    pub fn end(&self, lane: &BranchLane, cancel: &Cancel) -> Result<LaneEnd, ReplayFailure> {
        let branch = BranchHistory::new(self.history.clone(), lane.events().clone());
        let progress = Progress::default();
        let setting = Setting { fold: &*self.fold, on_unreadable: self.on_unreadable, progress: &progress, cancel };
        let mut runner = Runner::from(setting, &branch, &self.start);
        let broken = to_the_end(&mut runner, !self.fold.info().invariants.is_empty())?;
        Ok(LaneEnd { state: runner.state.value.clone(), broken, error: runner.error.clone() })
    }

    /// How the stream ends where a value leaves it as recorded.
    pub fn as_recorded(&self) -> LaneEnd {
        LaneEnd { state: self.recorded.clone(), broken: self.broken.clone(), error: None }
    }
}

/// Folds to the end and gives the invariants that are broken on the way, each at its first event.
fn to_the_end(runner: &mut Runner<'_>, has_invariants: bool) -> Result<Vec<(usize, EventMoment)>, ReplayFailure> {
    let mut broken: Vec<(usize, EventMoment)> = Vec::new();
    while !runner.is_done() && runner.error.is_none() {
        let (event, took_part) = runner.advance()?;
        if !has_invariants || !took_part {
            continue;
        }
        for invariant in runner.broken() {
            if !broken.iter().any(|(known, _)| *known == invariant) {
                broken.push((invariant, EventMoment::of(&event)));
            }
        }
    }
    Ok(broken)
}
