//! Proposals of compensating events over an opened store.

use std::sync::Arc;

use super::session::{Session, SessionError};
use super::standing::Standing;
use crate::model::{Cancel, CategoryIndex, Event, Progress};
use crate::whatif::{self, Basis, BranchEvent, Compensation, Scenario, Situation};

/// So many of a stream's last events are looked at for what they refer to.
const OWN: usize = 64;

impl Session {
    /// For one stream, or for all that a scenario concerns and that end differently: the events that would bring the
    /// recorded state to the branch's. Progress counts events read.
    pub fn compensate(
        &self,
        scenario: &Arc<Scenario>,
        stream: Option<&str>,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Vec<Compensation>, SessionError> {
        let branch = self.branch_unless(scenario, cancel)?;
        let standing = Standing::new(self, cancel);
        let mut proposals = Vec::new();
        for lane in branch.lanes().iter().filter(|lane| stream.is_none_or(|stream| **lane.name() == *stream)) {
            let (fold, history) = (standing.fold(lane), standing.history(lane));
            let on_unreadable = standing.on_unreadable();
            let compared = whatif::compare(&*fold, &history, lane, on_unreadable, progress, cancel)?;
            if stream.is_none() && compared.changes.is_empty() {
                continue;
            }
            let own = history.events(history.len().saturating_sub(OWN)..history.len());
            let own = own.map_err(|error| SessionError::Read(error.to_string()))?;
            let fresh: Vec<Arc<Event>> = lane
                .events()
                .iter()
                .filter_map(|event| match event {
                    BranchEvent::Inserted { event } => Some(event.clone()),
                    BranchEvent::Recorded { .. } | BranchEvent::Edited { .. } => None,
                })
                .collect();
            let types = match lane.stream() {
                Some(stream) => self.sampled_types(self.log().stream(stream).category, cancel)?,
                None => self.sampled_like(lane.name(), cancel)?,
            };
            let situation = Situation {
                fold: &*fold,
                stream: lane.name().clone(),
                scenario: &scenario.name,
                recorded: &compared.baseline,
                branch: &compared.branch,
                last: own.last().cloned(),
                types: &types,
                fresh: &fresh,
                own: &own,
                is_stream: &|name| self.log().find_stream(name).is_some(),
            };
            proposals.push(whatif::compensate(&situation, cancel)?);
        }
        Ok(proposals)
    }

    /// The types of the category that a stream which was never recorded would be in.
    fn sampled_like(&self, stream: &str, cancel: &Cancel) -> Result<Vec<crate::replay::SampledType>, SessionError> {
        let category = crate::model::names::category_of(stream, self.store().event_table());
        let log = self.log();
        let known = (0..log.categories().len() as u32).map(CategoryIndex).find(|at| **log.category(*at) == *category);
        known.map_or_else(|| Ok(Vec::new()), |category| self.sampled_types(category, cancel))
    }
}
