//! Histories that read from an opened store, with the events around the cursor kept decoded.

use std::ops::Range;
use std::sync::Arc;

use super::core::Core;
use super::kept_events::event_bytes;
use crate::model::{Event, StreamIndex};
use crate::replay::{History, HistoryError};

/// Bytes after which a read ends: beyond the places asked for it goes on to the end of its block only up to here.
const READ_AT_ONCE: usize = 4 << 20;
/// Bytes after which what is handed out at once ends.
const HANDED_OUT: usize = 16 << 20;

/// A recorded stream.
pub(super) struct RecordedHistory {
    core: Arc<Core>,
    stream: StreamIndex,
}

impl RecordedHistory {
    pub(super) fn new(core: Arc<Core>, stream: StreamIndex) -> Self {
        Self { core, stream }
    }

    /// Reads and keeps events from a place on that is not kept: at least one, and no more than a few megabytes.
    fn read(&self, place: usize) -> Result<Vec<(Arc<Event>, usize)>, HistoryError> {
        let lane = self.core.log.lane(self.stream);
        let end = self.core.kept.gap_end(self.stream, place).min(lane.len());
        let mut bytes = 0;
        let mut sizes = Vec::new();
        let events = self.core.with_reader(|reader| {
            reader.events_until(&self.core.log, &lane[place..end], &mut |event| {
                let size = event_bytes(event);
                sizes.push(size);
                bytes += size;
                bytes >= READ_AT_ONCE
            })
        });
        let events = events.map_err(|error| HistoryError(error.to_string()))?;
        let events: Vec<_> = events.into_iter().map(Arc::new).zip(sizes).collect();
        self.core.kept.keep(self.stream, place, &events);
        Ok(events)
    }
}

impl History for RecordedHistory {
    fn len(&self) -> usize {
        self.core.log.lane(self.stream).len()
    }

    fn events(&self, range: Range<usize>) -> Result<Vec<Arc<Event>>, HistoryError> {
        let range = range.start..range.end.min(self.len());
        let mut events = Vec::with_capacity(range.len());
        while range.start + events.len() < range.end {
            events.extend(self.first_events(range.start + events.len()..range.end)?);
        }
        Ok(events)
    }

    fn first_events(&self, range: Range<usize>) -> Result<Vec<Arc<Event>>, HistoryError> {
        let range = range.start..range.end.min(self.len());
        let (mut events, mut bytes) = (Vec::new(), 0);
        while range.start + events.len() < range.end && bytes < HANDED_OUT {
            let left = range.start + events.len()..range.end;
            let mut found = self.core.kept.first_of(self.stream, left.clone());
            if found.is_empty() {
                found = self.read(left.start)?;
            }
            for (event, size) in found.into_iter().take(left.len()) {
                bytes += size;
                events.push(event);
            }
        }
        Ok(events)
    }
}
