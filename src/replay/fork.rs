//! Replaying a branch by what is known of its baseline and of other branches.

use super::checkpoints::{Checkpoint, Checkpoints};
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

/// What a branch's replay knows from another one of the same stream: of the recorded history, or of another branch.
#[derive(Debug, Clone)]
pub(super) struct Source {
    checkpoints: Checkpoints,
    recent: Vec<(usize, Checkpoint)>,
    /// Up to so many events both have the same states.
    common: usize,
    tail: Option<CommonTail>,
    /// Once the branch's state equalled the source's: what the source's counts of skipped events lack.
    joined: Option<Joined>,
    /// How many events of the tail have to be folded before states are compared again.
    next_look: usize,
}

/// Where branch and source came to the same state.
#[derive(Debug, Clone, Copy)]
struct Joined {
    /// Events folded in the source by then.
    place: usize,
    /// Skipped events: the branch's count less the source's.
    skipped: isize,
}

impl Source {
    /// What is known by now. `tail` is where both end with the same events, as the projection sees them.
    pub fn new(
        checkpoints: Checkpoints,
        recent: impl Iterator<Item = (usize, Checkpoint)>,
        common: usize,
        tail: Option<CommonTail>,
    ) -> Self {
        let recent = recent.filter(|(at, _)| *at <= common).collect();
        Self { checkpoints, recent, common, tail, joined: None, next_look: 0 }
    }

    /// The nearest state that both share at or before so many events of the branch, if beyond `known`.
    pub fn nearest(&self, at: usize, known: usize) -> Option<(usize, Checkpoint)> {
        let joined = self.joined_at(at);
        if let Some((place, checkpoint)) = joined.filter(|(place, _)| *place > known) {
            return Some((place, checkpoint));
        }
        let before = self.checkpoints.nearest(at.min(self.common));
        let recent = self.recent.iter().filter(|(place, _)| *place <= at).map(|(place, state)| (*place, state));
        let best = before.into_iter().chain(recent).max_by_key(|(place, _)| *place);
        best.filter(|(place, _)| *place > known).map(|(place, checkpoint)| (place, checkpoint.clone()))
    }

    /// A state of the source beyond the place where the branch came to the same state.
    fn joined_at(&self, at: usize) -> Option<(usize, Checkpoint)> {
        let (joined, tail) = (self.joined?, self.tail?);
        let (place, checkpoint) = self.checkpoints.nearest(at.checked_sub(tail.branch)? + tail.baseline)?;
        (place >= joined.place).then(|| {
            let skipped = checkpoint.skipped.saturating_add_signed(joined.skipped);
            let state = checkpoint.state.shifted(&shift(&tail));
            (place - tail.baseline + tail.branch, Checkpoint { state, skipped })
        })
    }

    /// Whether the branch has come to the source's state, looked at less and less often the longer it has not: states
    /// may be large. True at the moment it does.
    pub fn joins(&mut self, done: usize, current: &Checkpoint) -> bool {
        let Some(tail) = self.tail.filter(|_| self.joined.is_none()) else { return false };
        let Some(into) = done.checked_sub(tail.branch).filter(|into| *into >= self.next_look) else { return false };
        let place = tail.baseline + into;
        let Some(there) = self.checkpoints.get(place) else { return false };
        if there.state.is_identical(&current.state, &shift(&tail)) {
            let skipped = current.skipped as isize - there.skipped as isize;
            self.joined = Some(Joined { place, skipped });
            return true;
        }
        self.next_look = into + into / 8 + 1;
        false
    }
}

/// How the source's origins read in the branch.
fn shift(tail: &CommonTail) -> OriginShift {
    OriginShift { from: tail.baseline, by: tail.branch as isize - tail.baseline as isize }
}
