//! A branch's lane as a history to replay.

use std::ops::Range;
use std::sync::Arc;

use crate::model::Event;
use crate::replay::{History, HistoryError};

use super::lane::{BranchEvent, LaneEvents, LaneRun};

/// Takes recorded events from the stream's recorded history, in runs, and all others from the lane.
pub struct BranchHistory {
    baseline: Arc<dyn History>,
    lane: LaneEvents,
}

impl BranchHistory {
    /// The history of a lane over the same stream's history as recorded; an empty one for a new stream.
    pub fn new(baseline: Arc<dyn History>, lane: LaneEvents) -> Self {
        Self { baseline, lane }
    }

    fn numbered(&self, recorded: Vec<Arc<Event>>, places: Range<usize>) -> impl Iterator<Item = Arc<Event>> {
        recorded.into_iter().zip(places).map(|(mut event, place)| {
            let version = self.lane.version(place);
            if event.version != version {
                Arc::make_mut(&mut event).version = version;
            }
            event
        })
    }
}

impl History for BranchHistory {
    fn len(&self) -> usize {
        self.lane.len()
    }

    fn events(&self, range: Range<usize>) -> Result<Vec<Arc<Event>>, HistoryError> {
        if range.end > self.len() {
            return Err(HistoryError(format!("no events {range:?} in a branch of {}", self.len())));
        }
        let mut events = Vec::with_capacity(range.len());
        for run in self.lane.runs(range) {
            match run {
                LaneRun::Recorded { places, first, .. } => {
                    let recorded = self.baseline.events(first..first + places.len())?;
                    if recorded.len() != places.len() {
                        let came = recorded.len();
                        return Err(HistoryError(format!("{} events were asked for and {came} came", places.len())));
                    }
                    events.extend(self.numbered(recorded, places));
                }
                LaneRun::Own { event, .. } => events.extend(own(event)),
            }
        }
        Ok(events)
    }

    fn first_events(&self, range: Range<usize>) -> Result<Vec<Arc<Event>>, HistoryError> {
        let from = range.start;
        let events = self.first_events_unnumbered(range)?;
        let places = from..from + events.len();
        Ok(self.numbered(events, places).collect())
    }

    fn first_events_unnumbered(&self, range: Range<usize>) -> Result<Vec<Arc<Event>>, HistoryError> {
        match self.lane.runs(range.clone()).next() {
            Some(LaneRun::Recorded { places, first, .. }) => self.baseline.first_events(first..first + places.len()),
            Some(LaneRun::Own { place, .. }) => self.events(place..place + 1),
            None => self.events(range),
        }
    }
}

fn own(event: BranchEvent) -> Option<Arc<Event>> {
    match event {
        BranchEvent::Edited { event, .. } | BranchEvent::Inserted { event } => Some(event),
        BranchEvent::Recorded { .. } => None,
    }
}
