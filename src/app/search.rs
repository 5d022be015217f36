//! Looking for events: what was asked, what was found so far, and where the user is among it.

use std::collections::HashMap;

use crate::job::Searched;
use crate::model::{EventLog, Found, Progress, StreamIndex};
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
    /// Differs from one search to the next, also of the same text.
    pub run: u64,
    pub(super) query: Option<Query>,
    pub(super) generation: Option<u64>,
    pub(super) found: Found,
    pub(super) progress: Progress,
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

    /// How many of the found events a stream has.
    pub fn hits_in(&self, stream: StreamIndex) -> usize {
        self.by_stream.get(&stream).map_or(0, |at| self.streams[*at].1)
    }

    /// How many events were looked at so far, also when it was stopped before the end.
    pub fn looked_at(&self) -> usize {
        self.scanned.unwrap_or_else(|| self.progress.counts().0 as usize)
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

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Arc;

    use super::*;
    use crate::model::{EventLogBuilder, LogRow};

    /// Events in three streams in turn; every fifth is in one more, every seventh in none.
    fn log(events: usize) -> EventLog {
        let mut builder = EventLogBuilder::new(1);
        for at in 0..events {
            let stream = builder.stream(&format!("s-{}", at % 3), |_| "s".to_owned());
            let other = builder.stream("links", |_| "links".to_owned());
            let event_type = builder.event_type("T");
            builder.push(LogRow::at(at as i64 + 1, (at % 7 != 0).then_some(stream), event_type));
            if at % 5 == 0 {
                builder.also_in(other, None);
            }
        }
        builder.finish()
    }

    #[test]
    fn what_came_bit_by_bit_is_what_came_at_once() {
        let log = log(200);
        let hits: Vec<u32> = (0..200).filter(|event| event % 4 != 1).collect();
        let mut counted: HashMap<StreamIndex, usize> = HashMap::new();
        for event in &hits {
            let at = *event as usize;
            for stream in log.stream_of(at).into_iter().chain(log.other_streams_of(at)) {
                *counted.entry(stream).or_default() += 1;
            }
        }
        for seen in [0, 1, 60, hits.len()] {
            let mut search = Search { generation: Some(1), ..Search::default() };
            for part in hits[..seen].chunks(7) {
                search.found.extend(part);
                search.poll(&log);
            }
            assert_eq!(search.hits, hits[..seen]);
            assert!(search.is_running());
            let searched = Searched { hits: Arc::new(hits.clone()), scanned: 200, unreadable: 2 };
            search.finish(&searched, &log);
            assert_eq!(search.hits, hits);
            assert_eq!((search.looked_at(), search.unreadable, search.is_running()), (200, 2, false));
            assert_eq!(search.streams.iter().copied().collect::<HashMap<_, _>>(), counted);
            for (stream, count) in &counted {
                assert_eq!(search.hits_in(*stream), *count);
            }
            assert!((0..200).all(|event| search.is_hit(event) == hits.contains(&event)));
        }
    }

    #[test]
    fn a_search_that_was_stopped_says_how_far_it_came() {
        let mut search = Search::default();
        search.progress.set_done(4096);
        assert_eq!(search.looked_at(), 4096);
        search.scanned = Some(5000);
        assert_eq!(search.looked_at(), 5000);
    }
}
