//! The hits of a search by stream and along the whole history. Costs a look at each new hit, not at all of them.

use std::collections::HashMap;

use crate::app::Document;
use crate::job::StoreKey;
use crate::model::StreamIndex;
use crate::timeline::{AxisKind, overview};

/// How finely hits are counted along the whole history.
const PARTS: usize = 512;

/// Which search in which store, along which axis; and how far it was.
type Of = (((StoreKey, u64), AxisKind, u64), u64);

/// Where hits stand.
#[derive(Default)]
pub struct HitIndex {
    of: Option<Of>,
    /// How many hits were taken in.
    seen: usize,
    by_stream: HashMap<StreamIndex, Vec<u32>>,
    parts: Vec<u32>,
}

impl HitIndex {
    /// Takes in what was found since the last frame; begins anew for another search.
    pub fn follow(&mut self, document: &Document) {
        let (kind, search) = (document.axis.kind(), &document.search);
        let of = ((document.opened.index(), kind, search.run), search.edition);
        if self.of == Some(of) {
            return;
        }
        if self.of.is_none_or(|(run, _)| run != of.0) {
            *self = Self::default();
        }
        self.of = Some(of);
        let new = search.hits.get(self.seen..).unwrap_or_default();
        self.seen = search.hits.len();
        if new.is_empty() {
            return;
        }
        let log = &document.opened.log;
        self.parts.resize(PARTS, 0);
        for (part, count) in self.parts.iter_mut().zip(overview::hits(&document.axis, log, new, PARTS)) {
            *part += count;
        }
        let lanes = document.opened.drawing.lanes(kind);
        let mut unsorted = Vec::new();
        for event in new {
            let at = *event as usize;
            for stream in log.stream_of(at).into_iter().chain(log.other_streams_of(at)) {
                self.by_stream.entry(stream).or_default().push(*event);
                if lanes.is_resorted(stream) && unsorted.last() != Some(&stream) {
                    unsorted.push(stream);
                }
            }
        }
        let coordinate = |event: &u32| document.axis.coordinate(log, *event as usize).unwrap_or(f64::NEG_INFINITY);
        unsorted.sort_unstable();
        unsorted.dedup();
        for stream in unsorted {
            if let Some(hits) = self.by_stream.get_mut(&stream) {
                hits.sort_by(|a, b| coordinate(a).total_cmp(&coordinate(b)));
            }
        }
    }

    /// A stream's hits, by coordinate.
    pub fn of_stream(&self, stream: StreamIndex) -> &[u32] {
        self.by_stream.get(&stream).map_or(&[], Vec::as_slice)
    }

    /// How many hits each of many equal parts of the axis has; empty without any.
    pub fn overview(&self) -> &[u32] {
        &self.parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{StreamSort, testing};

    #[test]
    fn hits_of_another_search_take_the_place_of_those_before() {
        let events = [("a", Some(0)), ("b", Some(1)), ("a", Some(2))];
        let mut document = Document::new(testing::opened("a.db", StoreKey(1), &events), StreamSort::default());
        let stream = |name| document.opened.log.find_stream(name).unwrap();
        let (a, b) = (stream("a"), stream("b"));
        let mut index = HitIndex::default();
        let mut found = |document: &mut Document, run, hits: &[u32]| {
            document.search.run = run;
            document.search.edition += 1;
            document.search.hits = hits.to_vec();
            index.follow(document);
            (index.of_stream(a).to_vec(), index.of_stream(b).to_vec())
        };
        assert_eq!(found(&mut document, 1, &[0]), (vec![0], vec![]));
        assert_eq!(found(&mut document, 1, &[0, 2]), (vec![0, 2], vec![]));
        // As many, and the same last one.
        assert_eq!(found(&mut document, 2, &[1, 2]), (vec![2], vec![1]));
        assert_eq!(found(&mut document, 3, &[]), (vec![], vec![]));
    }
}
