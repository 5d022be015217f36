//! Reading many events: in blocks, in a given order, decoded only as far as needed.

use std::ops::ControlFlow;

use super::session::{Session, SessionError};
use crate::model::{Cancel, Event, Wanted};

/// Events read at once.
const BLOCK: usize = 1024;
/// Where at least one in so many events of a run is wanted, the run is read as a whole: stepping over a row costs a
/// fraction of finding one.
const DENSE: usize = 4;

impl Session {
    /// Visits the events at these indices, in their order, in full.
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
        self.with_reader(|reader| {
            loop {
                let block: Vec<u32> = indices.take(BLOCK).collect();
                let (Some(first), Some(last)) = (block.first(), block.last()) else { return Ok(()) };
                let mut stopped = false;
                let (first, last) = (*first as usize, *last as usize);
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
        let payloads = vec![Wanted { payload: true, ..Wanted::NOTHING }; self.log().types().len()];
        self.with_reader(|reader| {
            reader.for_each_lazily(self.log(), 0..self.log().len(), &payloads, cancel, &mut |_, event| {
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
