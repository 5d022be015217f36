//! Histories that read from an opened store, with the events around the cursor kept decoded.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::session::Session;
use crate::model::{Event, StreamIndex};
use crate::replay::{History, HistoryError};

/// Events are read and kept in runs of this many: few enough that a moment far from the last one is there at once.
const CHUNK: usize = 64;
/// Decoded runs kept a stream: scrubbing about in 65,536 events reads nothing twice.
const KEPT: usize = 1024;

type Chunk = Arc<[Arc<Event>]>;

/// A recorded stream.
pub(super) struct RecordedHistory {
    session: Arc<Session>,
    stream: StreamIndex,
    /// Most recently used last.
    kept: Mutex<VecDeque<(usize, Chunk)>>,
}

impl RecordedHistory {
    pub(super) fn new(session: Arc<Session>, stream: StreamIndex) -> Self {
        Self { session, stream, kept: Mutex::default() }
    }

    fn chunk(&self, number: usize) -> Result<Chunk, HistoryError> {
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut kept = kept();
            if let Some(at) = kept.iter().rposition(|(n, _)| *n == number)
                && let Some(entry) = kept.remove(at)
            {
                let chunk = entry.1.clone();
                kept.push_back(entry);
                return Ok(chunk);
            }
        }
        let lane = self.session.log().lane(self.stream);
        let from = number * CHUNK;
        let indices = &lane[from..(from + CHUNK).min(lane.len())];
        let events = self.session.events(indices).map_err(|error| HistoryError(error.to_string()))?;
        let chunk: Chunk = events.into_iter().map(Arc::new).collect();
        let mut kept = kept();
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back((number, chunk.clone()));
        Ok(chunk)
    }
}

impl History for RecordedHistory {
    fn len(&self) -> usize {
        self.session.log().lane(self.stream).len()
    }

    fn events(&self, range: Range<usize>) -> Result<Vec<Arc<Event>>, HistoryError> {
        let range = range.start..range.end.min(self.len());
        let mut events = Vec::with_capacity(range.len());
        for number in range.start / CHUNK..range.end.div_ceil(CHUNK) {
            let chunk = self.chunk(number)?;
            let first = number * CHUNK;
            let from = range.start.saturating_sub(first);
            let to = (range.end - first).min(chunk.len());
            events.extend_from_slice(&chunk[from.min(to)..to]);
        }
        Ok(events)
    }
}
