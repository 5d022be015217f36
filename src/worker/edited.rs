//! Recorded events for those who apply edits. A scenario is applied anew after each edit, and asks the same again.

use std::collections::HashMap;
use std::sync::Arc;

use super::kept_events::event_bytes;
use super::session::Session;
use crate::model::{Cancel, Event};
use crate::store::StoreError;
use crate::whatif::Recorded;

/// What the remembered events may take.
const EVENT_BYTES: usize = 16 << 20;
/// How many ids are remembered.
const IDS: usize = 16_384;
/// Events read between two looks at whether somebody still wants them.
const READ_AT_ONCE: usize = 512;

/// What was asked for before.
#[derive(Default)]
pub(super) struct Asked {
    events: HashMap<u32, Arc<Event>>,
    bytes: usize,
    ids: HashMap<Box<str>, Option<u32>>,
}

impl Asked {
    fn remember(&mut self, index: u32, event: &Arc<Event>) {
        let bytes = event_bytes(event);
        if self.bytes + bytes > EVENT_BYTES {
            self.events.clear();
            self.bytes = 0;
        }
        if bytes <= EVENT_BYTES && self.events.insert(index, event.clone()).is_none() {
            self.bytes += bytes;
        }
    }
}

/// What was recorded, until told to stop.
pub(super) struct FromStore<'a> {
    session: &'a Session,
    cancel: Cancel,
}

impl<'a> FromStore<'a> {
    pub fn new(session: &'a Session, cancel: Cancel) -> Self {
        Self { session, cancel }
    }
}

impl Recorded for FromStore<'_> {
    fn event(&mut self, index: u32) -> Result<Arc<Event>, String> {
        let events = self.events(&[index])?;
        events.into_iter().next().ok_or_else(|| format!("event {index} could not be read"))
    }

    fn events(&mut self, indices: &[u32]) -> Result<Vec<Arc<Event>>, String> {
        let mut found: HashMap<u32, Arc<Event>> = {
            let asked = self.session.asked();
            indices.iter().filter_map(|index| Some((*index, asked.events.get(index)?.clone()))).collect()
        };
        let missing: Vec<u32> = indices.iter().copied().filter(|index| !found.contains_key(index)).collect();
        for missing in missing.chunks(READ_AT_ONCE) {
            self.go_on()?;
            let read = self.session.events(missing).map_err(|error| error.to_string())?;
            let mut asked = self.session.asked();
            for (index, event) in missing.iter().zip(read) {
                let event = Arc::new(event);
                asked.remember(*index, &event);
                found.insert(*index, event);
            }
        }
        let all = indices.iter().map(|index| found.get(index).cloned());
        all.collect::<Option<_>>().ok_or_else(|| "some events could not be read".to_owned())
    }

    fn find_id(&mut self, id: &str) -> Result<Option<u32>, String> {
        if let Some(known) = self.session.asked().ids.get(id) {
            return Ok(*known);
        }
        self.go_on()?;
        let log = self.session.log();
        let found = self.session.with_reader(|reader| reader.find_id(log, id)).map_err(|error| error.to_string())?;
        let mut asked = self.session.asked();
        if asked.ids.len() >= IDS {
            asked.ids.clear();
        }
        asked.ids.insert(id.into(), found);
        Ok(found)
    }

    fn go_on(&self) -> Result<(), String> {
        if self.cancel.is_cancelled() { Err(StoreError::Cancelled.to_string()) } else { Ok(()) }
    }
}
