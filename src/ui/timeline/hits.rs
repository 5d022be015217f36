//! The hits of a search by stream and along the whole history. Costs a look at each new hit, not at all of them.

use std::collections::HashMap;

use crate::app::Document;
use crate::job::StoreKey;
use crate::model::StreamIndex;
use crate::timeline::{AxisKind, overview};

/// How finely hits are counted along the whole history.
const PARTS: usize = 512;

/// Where hits stand.
#[derive(Default)]
pub struct HitIndex {
    of: Option<(StoreKey, AxisKind, u64)>,
    /// How many hits were taken in, and the last of them.
    seen: usize,
    last: Option<u32>,
    by_stream: HashMap<StreamIndex, Vec<u32>>,
    parts: Vec<u32>,
}

impl HitIndex {
    /// Takes in what was found since the last frame; begins anew for another search.
    pub fn follow(&mut self, document: &Document) {
        let (kind, search) = (document.axis.kind(), &document.search);
        let of = Some((document.opened.key, kind, search.edition));
        if self.of == of {
            return;
        }
        let same_axis = matches!(self.of, Some((store, axis, _)) if (store, axis) == (document.opened.key, kind));
        let goes_on = same_axis && self.seen > 0 && search.hits.get(self.seen - 1).copied() == self.last;
        if !goes_on {
            *self = Self::default();
        }
        self.of = of;
        let new = &search.hits[self.seen..];
        self.seen = search.hits.len();
        self.last = search.hits.last().copied();
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
