//! The schema catalogue of an opened store.

use std::ops::ControlFlow;

use super::session::{Session, SessionError};
use crate::analysis::schema::{Catalogue, Facts, Gatherer};
use crate::model::{Cancel, CategoryIndex, Event, Progress, TypeIndex, Wanted};

/// Events between two looks at whether somebody still wants them.
const BLOCK: usize = 4096;

/// Which events a catalogue is of.
#[derive(Debug, Clone, Default)]
pub struct CatalogueScope {
    /// Only of these types; all if there are none.
    pub types: Vec<TypeIndex>,
    /// Only in streams of this category.
    pub category: Option<CategoryIndex>,
}

impl Session {
    /// Reads the whole store, or what the scope leaves of it, and tells which types its events have, with which fields.
    /// Progress counts events.
    ///
    /// Errors: the store can't be read any more; it was told to stop.
    pub fn catalogue(
        &self,
        scope: &CatalogueScope,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Catalogue, SessionError> {
        let log = self.log();
        progress.set_total(log.len() as u64);
        let facts = Wanted { payload: true, schema_version: true, ..Wanted::NOTHING };
        let wanted = vec![facts; log.types().len()];
        let is_wanted = |event: usize| {
            let of_type = scope.types.is_empty() || scope.types.contains(&log.type_of(event));
            let mut streams = log.stream_of(event).into_iter().chain(log.other_streams_of(event));
            of_type && scope.category.is_none_or(|only| streams.any(|stream| log.stream(stream).category == only))
        };
        let mut gatherer = Gatherer::new();
        for first in (0..log.len()).step_by(BLOCK) {
            let end = log.len().min(first + BLOCK);
            let mut events = (first..end).filter(|event| is_wanted(*event)).map(|event| event as u32);
            self.each_event_with(&mut events, Some(&wanted), cancel, &mut |index, event: Event| {
                let at = index as usize;
                let decoded = event.data.decoded();
                gatherer.take(&Facts {
                    event: index,
                    event_type: log.type_of(at),
                    category: log.stream_of(at).map(|stream| log.stream(stream).category),
                    schema_version: event.schema_version.as_ref(),
                    payload: decoded.as_deref().map_err(|why| &*why.reason),
                });
                ControlFlow::Continue(())
            })?;
            progress.set_done(end as u64);
        }
        Ok(gatherer.finish(log))
    }
}
