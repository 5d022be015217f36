//! A branch's lane as a history to replay.

use std::ops::Range;
use std::sync::Arc;

use crate::model::Event;
use crate::replay::{History, HistoryError};

use super::branch::BranchEvent;

/// Takes recorded events from the stream's recorded history, in runs, and all others from the lane.
pub struct BranchHistory {
    baseline: Arc<dyn History>,
    lane: Arc<[BranchEvent]>,
}

impl BranchHistory {
    /// The history of a lane over the same stream's history as recorded; an empty one for a new stream.
    pub fn new(baseline: Arc<dyn History>, lane: Arc<[BranchEvent]>) -> Self {
        Self { baseline, lane }
    }
}

impl History for BranchHistory {
    fn len(&self) -> usize {
        self.lane.len()
    }

    fn events(&self, range: Range<usize>) -> Result<Vec<Arc<Event>>, HistoryError> {
        let wanted = self.lane.get(range.clone());
        let wanted =
            wanted.ok_or_else(|| HistoryError(format!("no events {range:?} in a branch of {}", self.len())))?;
        let mut events = Vec::with_capacity(wanted.len());
        for run in wanted.chunk_by(follows) {
            match run {
                [BranchEvent::Recorded { place, .. }, ..] => {
                    let first = *place as usize;
                    let recorded = self.baseline.events(first..first + run.len())?;
                    if recorded.len() != run.len() {
                        let came = recorded.len();
                        return Err(HistoryError(format!("{} events were asked for and {came} came", run.len())));
                    }
                    events.extend(recorded.into_iter().zip(run).map(|(event, here)| numbered(event, here.version())));
                }
                others => events.extend(others.iter().filter_map(|event| match event {
                    BranchEvent::Edited { event, .. } | BranchEvent::Inserted { event } => Some(event.clone()),
                    BranchEvent::Recorded { .. } => None,
                })),
            }
        }
        Ok(events)
    }

    fn first_events(&self, range: Range<usize>) -> Result<Vec<Arc<Event>>, HistoryError> {
        let wanted = self.lane.get(range.clone()).unwrap_or_default();
        match wanted.chunk_by(follows).next() {
            Some(run @ [BranchEvent::Recorded { place, .. }, ..]) => {
                let first = *place as usize;
                let recorded = self.baseline.first_events(first..first + run.len())?;
                Ok(recorded.into_iter().zip(run).map(|(event, here)| numbered(event, here.version())).collect())
            }
            Some(run) => self.events(range.start..range.start + run.len()),
            None => self.events(range),
        }
    }
}

/// Whether two neighbours in the lane come from neighbouring recorded places, or neither is as recorded.
fn follows(a: &BranchEvent, b: &BranchEvent) -> bool {
    match (a, b) {
        (BranchEvent::Recorded { place: a, .. }, BranchEvent::Recorded { place: b, .. }) => *b == a + 1,
        (BranchEvent::Recorded { .. }, _) | (_, BranchEvent::Recorded { .. }) => false,
        _ => true,
    }
}

fn numbered(mut event: Arc<Event>, version: Option<i64>) -> Arc<Event> {
    if event.version != version {
        Arc::make_mut(&mut event).version = version;
    }
    event
}
