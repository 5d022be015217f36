//! What follows from a scenario, stream by stream.

use std::sync::Arc;

use super::session::{Session, SessionError};
use crate::job;
use crate::model::{Cancel, Event, Progress};
use crate::replay::{Fold, History};
use crate::whatif::{
    self, Alignment, Branch, BranchHistory, BranchLane, Differences, Lanes, Scenario, Sentences, SideBySide, SideLane,
    Sides, StreamComparison,
};

/// Rows of differences that are kept: more than anybody looks through, and no more memory than a few megabytes.
const DIFFERENCES: usize = 10_000;

/// A stream's history in a branch's lane; as recorded where the branch leaves it so.
pub(super) fn in_lane(recorded: &Arc<dyn History>, lane: Option<&BranchLane>) -> Arc<dyn History> {
    match lane {
        Some(lane) => Arc::new(BranchHistory::new(recorded.clone(), lane.events().clone())),
        None => recorded.clone(),
    }
}

impl Session {
    /// Every stream that an edit concerns, as recorded against the branch. Progress counts events read.
    pub fn compare(
        self: &Arc<Self>,
        scenario: &Arc<Scenario>,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Vec<StreamComparison>, SessionError> {
        let branch = self.branch_unless(scenario, cancel)?;
        let on_unreadable = self.replay_options().on_unreadable;
        let compared = branch.lanes().iter().map(|lane| {
            let baseline = self.history_named(lane.name());
            let fold = self.fold_in(lane.name(), Some(lane));
            Ok(whatif::compare(&*fold, &baseline, lane, on_unreadable, progress, cancel)?)
        });
        compared.collect()
    }

    /// Every event of a stream at which the difference between two histories of it changes. Progress counts events
    /// read.
    pub fn differences(
        &self,
        sides: &job::Sides,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Differences, SessionError> {
        let both = self.both(sides, cancel)?;
        let lanes = both.lanes(self);
        let total = lanes.left.len() + lanes.right.len() - both.alignment.fork().first_invalid;
        progress.set_total(total as u64);
        let recorded = self.history_named(&sides.stream);
        let (left, right) = (in_lane(&recorded, lanes.left.branch()), in_lane(&recorded, lanes.right.branch()));
        let fold = self.fold_in(&sides.stream, lanes.right.branch().or(lanes.left.branch()));
        let folded =
            Sides { fold: &*fold, stream: &sides.stream, left: &*left, right: &*right, alignment: &both.alignment };
        let on_unreadable = self.replay_options().on_unreadable;
        let tell = |event: &Event| sentence(&*fold, event);
        Ok(whatif::differences(folded, lanes, &tell, DIFFERENCES, on_unreadable, progress, cancel)?)
    }

    /// Two histories of a stream side by side. Reads none of their events.
    pub fn side_by_side(&self, sides: &job::Sides, cancel: &Cancel) -> Result<SideBySide, SessionError> {
        let both = self.both(sides, cancel)?;
        let lanes = both.lanes(self);
        let rows = whatif::pairs(&both.alignment, lanes.left, lanes.right);
        let fold = self.fold_in(&sides.stream, lanes.right.branch().or(lanes.left.branch()));
        let sentences = (sentences(&*fold, lanes.left), sentences(&*fold, lanes.right));
        let stands = (lanes.left.stands(), lanes.right.stands());
        Ok(SideBySide { stream: sides.stream.clone(), rows, sentences, stands, left: both.left, right: both.right })
    }

    fn both(&self, sides: &job::Sides, cancel: &Cancel) -> Result<Both, SessionError> {
        let branch = |scenario: &Option<Arc<Scenario>>| {
            scenario.as_ref().map(|scenario| self.branch_unless(scenario, cancel)).transpose()
        };
        let (left, right) = (branch(&sides.left)?, branch(&sides.right)?);
        fn lane<'a>(branch: &'a Option<Arc<Branch>>, stream: &str) -> Option<&'a BranchLane> {
            branch.as_ref().and_then(|branch| branch.stream(stream))
        }
        let alignment = Alignment::of(lane(&left, &sides.stream), lane(&right, &sides.stream));
        let recorded = self.log().find_stream(&sides.stream).map_or(0, |stream| self.log().lane(stream).len());
        let alignment = alignment.unwrap_or_else(|| Alignment::unchanged(recorded));
        let mut both = Both { stream: sides.stream.clone(), left, right, alignment };
        let Lanes { left, right } = both.lanes(self);
        // Rows are where a cursor shows what they say.
        both.alignment = both.alignment.clone().in_order(left, right);
        Ok(both)
    }
}

/// Two histories of a stream, and how they stand opposite each other.
struct Both {
    stream: Arc<str>,
    left: Option<Arc<Branch>>,
    right: Option<Arc<Branch>>,
    alignment: Alignment,
}

impl Both {
    fn lanes<'a>(&'a self, session: &'a Session) -> Lanes<'a> {
        let lane = |branch: &'a Option<Arc<Branch>>| SideLane::new(session.log(), &self.stream, branch.as_deref());
        Lanes { left: lane(&self.left), right: lane(&self.right) }
    }
}

/// Sentences of events that are not as recorded; those of all others are read with them.
fn sentences(fold: &dyn Fold, lane: SideLane<'_>) -> Sentences {
    let own = lane.own_events();
    own.map(|(place, event)| (place as u32, sentence(fold, &event).into())).collect()
}

/// What happened, by the projection's own words or else by the payload.
fn sentence(fold: &dyn Fold, event: &Event) -> String {
    fold.label(event).unwrap_or_else(|| crate::report::sentence(event))
}
