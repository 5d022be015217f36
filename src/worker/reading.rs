//! Reading many events: in blocks, in a given order, decoded only as far as needed.

use std::ops::ControlFlow;

use super::kept_events::event_bytes;
use super::session::{Session, SessionError};
use crate::model::{Cancel, Event, Wanted};
use crate::store::StoreError;

/// Events read at once.
const BLOCK: usize = 1024;
/// Fewer where they take more than this many bytes.
const BLOCK_BYTES: usize = 16 << 20;
/// Where at least one in so many events of a run is wanted, the run is read as a whole: stepping over a row costs a
/// fraction of finding one.
const DENSE: usize = 4;
/// Events counted between two looks at whether the file may still be read.
const STRETCH: usize = 64 * BLOCK;

impl Session {
    /// Visits the events at these indices, in their order, in full.
    ///
    /// Errors: also [`StoreError::Cancelled`] where `cancel` came before the last event or the visitor's break.
    pub fn each_event(
        &self,
        indices: &mut dyn Iterator<Item = u32>,
        cancel: &Cancel,
        visit: &mut dyn FnMut(u32, Event) -> ControlFlow<()>,
    ) -> Result<(), SessionError> {
        self.each_event_with(indices, None, cancel, visit)
    }

    /// The same with only what is wanted of each type, if that is said.
    pub(super) fn each_event_with(
        &self,
        indices: &mut dyn Iterator<Item = u32>,
        wanted: Option<&[Wanted]>,
        cancel: &Cancel,
        visit: &mut dyn FnMut(u32, Event) -> ControlFlow<()>,
    ) -> Result<(), SessionError> {
        loop {
            let block: Vec<u32> = indices.take(BLOCK).collect();
            let (Some(first), Some(last)) = (block.first(), block.last()) else { return Ok(()) };
            if cancel.is_cancelled() {
                return Err(StoreError::Cancelled.into());
            }
            let mut stopped = false;
            let (first, last) = (*first as usize, *last as usize);
            // Borrowed anew for each block: whether the file may be read is asked again.
            self.with_reader(|reader| {
                if block.is_sorted_by(|a, b| a < b) && (last - first) / DENSE < block.len() {
                    let mut left = block.iter().peekable();
                    let mut visit = |index: usize, event: Event| {
                        if left.next_if(|next| **next as usize == index).is_none() {
                            return ControlFlow::Continue(());
                        }
                        let flow = visit(index as u32, event);
                        stopped = flow.is_break();
                        flow
                    };
                    match wanted {
                        Some(wanted) => {
                            reader.for_each_lazily(self.log(), first..last + 1, wanted, cancel, &mut visit)?;
                        }
                        None => reader.for_each(self.log(), first..last + 1, cancel, &mut visit)?,
                    }
                } else {
                    let mut left = &block[..];
                    while !left.is_empty() && !stopped {
                        let mut bytes = 0;
                        let events = reader.events_until(self.log(), left, &mut |event| {
                            bytes += event_bytes(event);
                            bytes >= BLOCK_BYTES
                        })?;
                        let (here, rest) = left.split_at(events.len());
                        left = rest;
                        stopped = here.iter().zip(events).any(|(index, event)| visit(*index, event).is_break());
                    }
                }
                Ok(())
            })?;
            if stopped {
                return Ok(());
            }
        }
    }

    /// Why payloads can't be read, with how many events have each reason, the most frequent first. Decodes all.
    pub fn unreadable(&self, cancel: &Cancel) -> Result<Vec<(String, u64)>, SessionError> {
        let mut counts: std::collections::BTreeMap<String, u64> = std::collections::BTreeMap::new();
        let payloads = vec![Wanted { payload: true, ..Wanted::NOTHING }; self.log().types().len()];
        let mut count = |_, event: Event| {
            if let Err(why) = event.data.decoded() {
                *counts.entry(why.reason.clone()).or_default() += 1;
            }
            ControlFlow::Continue(())
        };
        let log = self.log();
        for first in (0..log.len()).step_by(STRETCH) {
            let stretch = first..log.len().min(first + STRETCH);
            self.with_reader(|reader| reader.for_each_lazily(log, stretch, &payloads, cancel, &mut count))?;
        }
        let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
        counts.sort_by_key(|(_, events)| std::cmp::Reverse(*events));
        Ok(counts)
    }
}
