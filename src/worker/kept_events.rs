//! Decoded events kept in memory, within a number of bytes: scrubbing about reads little twice.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::event::Payload;
use crate::model::{Event, StreamIndex};
use crate::replay::weight;

/// What all kept events of a store may take.
const BUDGET: usize = 128 << 20;
/// Events that are read and forgotten together: few enough that a moment far from the last one is there at once.
pub(super) const BLOCK: usize = 64;

/// The events of one store that were read last.
pub(super) struct KeptEvents {
    budget: usize,
    blocks: Mutex<Blocks>,
}

#[derive(Default)]
struct Blocks {
    blocks: HashMap<BlockKey, Block>,
    /// The least recently used first.
    order: BTreeMap<u64, BlockKey>,
    /// Of the last use.
    tick: u64,
    bytes: usize,
}

type BlockKey = (StreamIndex, usize);

/// Neighbours in a stream, as far as they were read.
#[derive(Default)]
struct Block {
    events: BTreeMap<usize, (Arc<Event>, usize)>,
    bytes: usize,
    used: u64,
}

impl Default for KeptEvents {
    fn default() -> Self {
        Self::new(BUDGET)
    }
}

impl KeptEvents {
    pub fn new(budget: usize) -> Self {
        Self { budget, blocks: Mutex::default() }
    }

    /// The kept ones at the beginning of these places, and what they take.
    pub fn first_of(&self, stream: StreamIndex, places: Range<usize>) -> Vec<(Arc<Event>, usize)> {
        let mut blocks = self.lock();
        let mut found = Vec::new();
        let mut next = places.start;
        while next < places.end {
            let key = (stream, next / BLOCK);
            blocks.touch(key);
            let end = places.end.min((key.1 + 1) * BLOCK);
            let Some(block) = blocks.blocks.get(&key) else { break };
            for (place, event) in block.events.range(next..end) {
                if *place != next {
                    break;
                }
                found.push(event.clone());
                next += 1;
            }
            if next < end {
                break;
            }
        }
        found
    }

    /// Where the next kept one is, from a place on in its block; else where the block ends.
    pub fn gap_end(&self, stream: StreamIndex, place: usize) -> usize {
        let end = (place / BLOCK + 1) * BLOCK;
        let blocks = self.lock();
        let next = blocks.blocks.get(&(stream, place / BLOCK)).and_then(|block| block.events.range(place..).next());
        next.map_or(end, |(next, _)| *next)
    }

    /// Keeps events of one block, from a place on.
    pub fn keep(&self, stream: StreamIndex, first: usize, events: &[(Arc<Event>, usize)]) {
        let mut blocks = self.lock();
        let key = (stream, first / BLOCK);
        blocks.touch(key);
        let blocks = &mut *blocks;
        let Some(block) = blocks.blocks.get_mut(&key) else { return };
        for (place, (event, bytes)) in (first..).zip(events) {
            let before = block.events.insert(place, (event.clone(), *bytes)).map_or(0, |(_, bytes)| bytes);
            block.bytes = block.bytes + bytes - before;
            blocks.bytes = blocks.bytes + bytes - before;
        }
        while blocks.bytes > self.budget && blocks.forget_oldest() {}
    }

    /// Forgets the events of a stream.
    pub fn forget(&self, stream: StreamIndex) {
        let mut blocks = self.lock();
        let blocks = &mut *blocks;
        let keys: Vec<BlockKey> = blocks.blocks.keys().filter(|(of, _)| *of == stream).copied().collect();
        for key in keys {
            if let Some(block) = blocks.blocks.remove(&key) {
                blocks.bytes -= block.bytes;
                blocks.order.remove(&block.used);
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Blocks> {
        self.blocks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub fn bytes(&self) -> usize {
        self.lock().bytes
    }
}

impl Blocks {
    fn touch(&mut self, key: BlockKey) {
        self.tick += 1;
        let block = self.blocks.entry(key).or_default();
        self.order.remove(&block.used);
        block.used = self.tick;
        self.order.insert(self.tick, key);
    }

    fn forget_oldest(&mut self) -> bool {
        let Some((_, key)) = self.order.pop_first() else { return false };
        if let Some(block) = self.blocks.remove(&key) {
            self.bytes -= block.bytes;
        }
        true
    }
}

/// About how many bytes an event takes in memory.
pub(super) fn event_bytes(event: &Event) -> usize {
    let data = match &event.data {
        Payload::Value(value) => weight(value),
        Payload::Text(text) => text.len(),
        Payload::Unreadable(why) => why.raw.len(),
    };
    size_of::<Event>() + data + weight(&event.metadata)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: StreamIndex = StreamIndex(0);

    fn event(version: i64) -> Arc<Event> {
        Arc::new(crate::worker::testing::event(version))
    }

    fn versions(found: &[(Arc<Event>, usize)]) -> Vec<i64> {
        found.iter().filter_map(|(event, _)| event.version).collect()
    }

    #[test]
    fn what_is_kept_is_found_up_to_the_first_gap() {
        let kept = KeptEvents::new(1000);
        kept.keep(STREAM, 3, &[(event(3), 10), (event(4), 10)]);
        kept.keep(STREAM, 6, &[(event(6), 10)]);
        assert_eq!(versions(&kept.first_of(STREAM, 3..9)), [3, 4]);
        assert_eq!(versions(&kept.first_of(STREAM, 4..5)), [4]);
        assert!(kept.first_of(STREAM, 2..9).is_empty());
        assert!(kept.first_of(StreamIndex(1), 3..9).is_empty());
        assert_eq!(
            [kept.gap_end(STREAM, 5), kept.gap_end(STREAM, 7), kept.gap_end(STREAM, BLOCK + 44)],
            [6, BLOCK, 2 * BLOCK]
        );
        // Read twice, counted once.
        kept.keep(STREAM, 3, &[(event(3), 20)]);
        assert_eq!(kept.bytes(), 40);
    }

    #[test]
    fn what_was_used_longest_ago_goes_first() {
        let kept = KeptEvents::new(100);
        for block in 0..3 {
            kept.keep(STREAM, block * BLOCK, &[(event(block as i64), 40)]);
            assert_eq!(kept.first_of(STREAM, 0..1).len(), 1, "used again");
        }
        assert_eq!(kept.bytes(), 80);
        assert!(kept.first_of(STREAM, BLOCK..BLOCK + 1).is_empty());
        // An event that is larger than all that may be kept is not.
        kept.keep(STREAM, 9 * BLOCK, &[(event(9), 101)]);
        assert_eq!(kept.bytes(), 0);
    }
}
