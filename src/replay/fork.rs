//! Replaying a branch by what is known of its baseline.

use super::checkpoints::Checkpoints;
use super::state::OriginShift;

/// Where a branch leaves its baseline, and where their events are the same again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fork {
    /// The first place at which the two may have different events: everything before is the same.
    pub first_invalid: usize,
    /// The events that both end with, if any.
    pub tail: Option<CommonTail>,
}

/// From these places on, both histories have the same events to their ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommonTail {
    /// Place in the baseline.
    pub baseline: usize,
    /// Place in the branch.
    pub branch: usize,
    /// Whether the events carry other versions in the branch: a projection that reads versions then sees other
    /// events.
    pub renumbered: bool,
}

/// A branch's view of its baseline.
#[derive(Debug, Clone)]
pub(super) struct Baseline {
    pub checkpoints: Checkpoints,
    pub tail: CommonTail,
    /// Once the branch's state equalled the baseline's: what the baseline's counts of skipped events lack.
    pub joined: Option<Joined>,
}

/// Where branch and baseline came to the same state.
#[derive(Debug, Clone, Copy)]
pub(super) struct Joined {
    /// Events folded in the baseline by then.
    pub baseline: usize,
    /// Skipped events: the branch's count less the baseline's.
    pub skipped: isize,
}

impl Baseline {
    /// The number of events folded in the baseline where the branch has folded `branch`, if both are in the tail.
    pub fn place_of(&self, branch: usize) -> Option<usize> {
        branch.checked_sub(self.tail.branch).map(|into| self.tail.baseline + into)
    }

    /// The reverse of [`place_of`](Self::place_of).
    pub fn branch_place_of(&self, baseline: usize) -> Option<usize> {
        baseline.checked_sub(self.tail.baseline).map(|into| self.tail.branch + into)
    }

    /// How the baseline's origins read in the branch.
    pub fn shift(&self) -> OriginShift {
        OriginShift { from: self.tail.baseline, by: self.tail.branch as isize - self.tail.baseline as isize }
    }
}
