//! Searches through all events of a store.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::run::failed;
use super::session::Session;
use super::tracks::wanted_by;
use crate::job::{Failure, Searched};
use crate::model::json::Extraction;
use crate::model::{Cancel, Event, Found, Payload, Progress};
use crate::query::{Query, Subject};

/// Events between two looks at whether somebody still wants them.
const BLOCK: usize = 4096;

impl Session {
    /// Every event that a query matches, in the store's order. What is found appears in `found` at once; progress
    /// counts events. Only events that the index alone can't judge are read.
    pub(super) fn search(
        &self,
        query: &Query,
        found: &Found,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Searched, Failure> {
        let log = self.log();
        progress.set_total(log.len() as u64);
        let wanted = vec![wanted_by(query); log.types().len()];
        let (mut hits, mut unreadable) = (Vec::new(), 0);
        for first in (0..log.len()).step_by(BLOCK) {
            if cancel.is_cancelled() {
                return Err(Failure::Cancelled);
            }
            let end = log.len().min(first + BLOCK);
            let (mut here, mut open) = (Vec::new(), Vec::new());
            for event in first..end {
                match query.matches_indexed(log, event) {
                    Some(true) => here.push(event as u32),
                    Some(false) => {}
                    None => open.push(event as u32),
                }
            }
            let read = self.each_event_with(&mut open.into_iter(), Some(&wanted), cancel, &mut |index, event| {
                unreadable += usize::from(!is_readable(&event));
                if query.matches_in(log, &Subject { event: &event, state: None }) {
                    here.push(index);
                }
                ControlFlow::Continue(())
            });
            read.map_err(|error| failed(&error))?;
            here.sort_unstable();
            found.extend(&here);
            hits.append(&mut here);
            progress.set_done(end as u64);
        }
        Ok(Searched { hits: Arc::new(hits), scanned: log.len(), unreadable })
    }
}

/// Whether the payload can be read, without building what is in it.
fn is_readable(event: &Event) -> bool {
    match &event.data {
        Payload::Value(_) => true,
        Payload::Text(text) => Extraction::default().from_text(text, &mut []).is_ok(),
        Payload::Unreadable(_) => false,
    }
}
