//! Looking for events: what was asked, what was found so far, and where the user is among it.

use std::collections::HashMap;

use crate::job::Searched;
use crate::model::{EventLog, Found, StreamIndex};
use crate::query::{Query, QueryError};

/// A search over the whole store.
#[derive(Debug, Default)]
pub struct Search {
    /// What was asked, as it was typed. Empty: nothing is looked for.
    pub text: String,
    /// Why it is no query, with the place in the text.
    pub problem: Option<QueryError>,
    /// Why the search stopped, if it did.
    pub failure: Option<String>,
    /// The events found so far, in the store's order.
    pub hits: Vec<u32>,
    /// The streams that the hits are in, with how many each has, in order of their first hit.
    pub streams: Vec<(StreamIndex, usize)>,
    /// How many events had a payload that can't be read, once all were looked at.
    pub unreadable: usize,
    /// How many events were looked at, once that is all of them or the search was stopped.
    pub scanned: Option<usize>,
    /// Which hit the user went to last.
    pub current: Option<usize>,
    /// Differs whenever the hits do.
    pub edition: u64,
    pub(super) query: Option<Query>,
    pub(super) generation: Option<u64>,
    pub(super) found: Found,
    pub(super) by_stream: HashMap<StreamIndex, usize>,
}

impl Search {
    /// Whether anything is looked for.
    pub fn is_active(&self) -> bool {
        !self.text.trim().is_empty()
    }

    /// Whether it is still under way.
    pub fn is_running(&self) -> bool {
        self.generation.is_some()
    }

    /// The query, if it is one.
    pub fn query(&self) -> Option<&Query> {
        self.query.as_ref()
    }

    /// Whether an event is among what was found.
    pub fn is_hit(&self, event: u32) -> bool {
        self.hits.binary_search(&event).is_ok()
    }

    /// Takes over what was found since the last look.
    pub(super) fn poll(&mut self, log: &EventLog) {
        let more = self.found.since(self.hits.len());
        self.add(&more, log);
    }

    /// Takes over the whole answer.
    pub(super) fn finish(&mut self, searched: &Searched, log: &EventLog) {
        let seen = self.hits.len().min(searched.hits.len());
        self.add(&searched.hits[seen..], log);
        (self.scanned, self.unreadable, self.generation) = (Some(searched.scanned), searched.unreadable, None);
    }

    fn add(&mut self, more: &[u32], log: &EventLog) {
        if more.is_empty() {
            return;
        }
        for event in more {
            let event = *event as usize;
            for stream in log.stream_of(event).into_iter().chain(log.other_streams_of(event)) {
                match self.by_stream.entry(stream) {
                    std::collections::hash_map::Entry::Occupied(at) => self.streams[*at.get()].1 += 1,
                    std::collections::hash_map::Entry::Vacant(vacant) => {
                        vacant.insert(self.streams.len());
                        self.streams.push((stream, 1));
                    }
                }
            }
        }
        self.hits.extend_from_slice(more);
        self.edition += 1;
    }
}
