//! Reading many events: in blocks, in a given order, decoded only as far as needed.

use std::ops::ControlFlow;

use super::session::{Session, SessionError};
use crate::model::{Cancel, Event};

/// Events read at once. A block that is a run of the index is read as one.
const BLOCK: usize = 1024;

impl Session {
    /// Visits the events at these indices, in their order, in full.
    pub fn each_event(
        &self,
        indices: &mut dyn Iterator<Item = u32>,
        cancel: &Cancel,
        visit: &mut dyn FnMut(u32, Event) -> ControlFlow<()>,
    ) -> Result<(), SessionError> {
        self.with_reader(|reader| {
            loop {
                let block: Vec<u32> = indices.take(BLOCK).collect();
                let (Some(first), Some(last)) = (block.first(), block.last()) else { return Ok(()) };
                let mut stopped = false;
                let (first, last) = (*first as usize, *last as usize);
                if block.is_sorted() && last - first + 1 == block.len() {
                    reader.for_each(self.log(), first..last + 1, cancel, &mut |index, event| {
                        let flow = visit(index as u32, event);
                        stopped = flow.is_break();
                        flow
                    })?;
                } else {
                    for (index, event) in block.iter().zip(reader.events(self.log(), &block)?) {
                        stopped = visit(*index, event).is_break();
                        if stopped {
                            break;
                        }
                    }
                }
                if stopped || cancel.is_cancelled() {
                    return Ok(());
                }
            }
        })
        .map_err(SessionError::from)
    }

    /// Why payloads can't be read, with how many events have each reason, the most frequent first. Decodes all.
    pub fn unreadable(&self, cancel: &Cancel) -> Result<Vec<(String, u64)>, SessionError> {
        let mut counts: std::collections::BTreeMap<String, u64> = std::collections::BTreeMap::new();
        self.with_reader(|reader| {
            reader.for_each_lazily(self.log(), 0..self.log().len(), cancel, &mut |_, event| {
                if let Err(why) = event.data.decoded() {
                    *counts.entry(why.reason.clone()).or_default() += 1;
                }
                ControlFlow::Continue(())
            })
        })?;
        let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
        counts.sort_by_key(|(_, events)| std::cmp::Reverse(*events));
        Ok(counts)
    }
}
