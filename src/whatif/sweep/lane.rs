//! One stream at one value of a sweep. What does not depend on the value is folded once.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{Cancel, Progress, Value};
use crate::replay::{Fold, History, OnUnreadable, ReplayError, ReplayFailure};

use crate::whatif::alignment::Alignment;
use crate::whatif::branch::BranchLane;
use crate::whatif::compare::EventMoment;
use crate::whatif::history::BranchHistory;
use crate::whatif::runner::{Runner, Setting, Start};

/// How a stream ends in the branch, and what breaks on the way.
#[derive(Debug, Clone)]
pub(super) struct LaneEnd {
    pub state: Value,
    /// Invariants (by index) that break at an event and held there in the baseline, each at its first such event.
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
    /// Broken invariants in the baseline after the first event that may differ, the next …
    broken: Vec<Vec<usize>>,
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
        let mut broken = vec![runner.broken()];
        while !runner.is_done() && runner.error.is_none() {
            runner.advance()?;
            broken.push(runner.broken());
        }
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
        let mut opposite = Opposite::new(lane, self.start.at);
        let mut broken: Vec<(usize, EventMoment)> = Vec::new();
        let has_invariants = !self.fold.info().invariants.is_empty();
        while !runner.is_done() && runner.error.is_none() {
            let held_against = if has_invariants { opposite.next() } else { 0 };
            let (event, took_part) = runner.advance()?;
            if !has_invariants || !took_part {
                continue;
            }
            for invariant in runner.broken() {
                let held = !self.broken_after(held_against).contains(&invariant);
                if held && !broken.iter().any(|(known, _)| *known == invariant) {
                    broken.push((invariant, EventMoment::of(&event)));
                }
            }
        }
        Ok(LaneEnd { state: runner.state.value.clone(), broken, error: runner.error.clone() })
    }

    /// Broken invariants of the baseline after so many events. From a projection's error on they stay.
    fn broken_after(&self, count: usize) -> &[usize] {
        let at = count.saturating_sub(self.start.at).min(self.broken.len() - 1);
        &self.broken[at]
    }
}

/// For the branch's events in turn: after how many of the baseline's events its invariants are held against the
/// branch's. Walks as [`compare`](crate::whatif::compare) does.
struct Opposite {
    alignment: Alignment,
    arrivals: HashMap<usize, usize>,
    baseline: usize,
    branch: usize,
}

impl Opposite {
    fn new(lane: &BranchLane, at: usize) -> Self {
        let alignment = Alignment::recorded(lane);
        let arrivals = alignment.moved().iter().map(|(baseline, branch)| (*branch as usize, *baseline as usize));
        Self { arrivals: arrivals.collect(), alignment, baseline: at, branch: at }
    }

    fn next(&mut self) -> usize {
        loop {
            let (place, next) = (self.branch, self.alignment.opposite(self.baseline, self.branch));
            self.baseline += usize::from(next.left);
            self.branch += usize::from(next.right);
            if next.right {
                return self.arrivals.get(&place).map_or(self.baseline, |from| from + 1);
            }
            if !next.left {
                return self.baseline;
            }
        }
    }
}
