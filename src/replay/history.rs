//! Where a replay gets its events from.

use std::ops::Range;
use std::sync::Arc;

use crate::model::Event;

/// One stream's events in replay order: as recorded, or a scenario's branch of it.
pub trait History: Send + Sync {
    /// How many events there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The events at these places, in order. A range within [`len`](Self::len) yields exactly its length.
    fn events(&self, range: Range<usize>) -> Result<Vec<Arc<Event>>, HistoryError>;

    /// The first of the events at these places, in order: as many as may be in memory at once, and at least one of a
    /// range that is not empty.
    fn first_events(&self, range: Range<usize>) -> Result<Vec<Arc<Event>>, HistoryError> {
        self.events(range)
    }

    /// The same for those who do not look at versions, which may then be other ones: where an edit moved all that
    /// comes after it, no event has to be copied to be numbered.
    fn first_events_unnumbered(&self, range: Range<usize>) -> Result<Vec<Arc<Event>>, HistoryError> {
        self.first_events(range)
    }
}

/// Why events could not be had: what the store said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct HistoryError(pub String);

/// A history that is all in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryHistory(pub Vec<Arc<Event>>);

impl History for MemoryHistory {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn events(&self, range: Range<usize>) -> Result<Vec<Arc<Event>>, HistoryError> {
        match self.0.get(range.clone()) {
            Some(events) => Ok(events.to_vec()),
            None => Err(HistoryError(format!("no events {range:?} in a history of {}", self.0.len()))),
        }
    }
}

impl FromIterator<Event> for MemoryHistory {
    fn from_iter<I: IntoIterator<Item = Event>>(events: I) -> Self {
        Self(events.into_iter().map(Arc::new).collect())
    }
}
