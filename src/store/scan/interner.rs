//! Names by their bytes.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// From bytes to an index, with the last one kept at hand: neighbouring rows are often of one stream or type.
pub(super) struct Interner<I> {
    last: Option<(Vec<u8>, I)>,
    known: HashMap<Box<[u8]>, I, BuildHasherDefault<Mixer>>,
}

impl<I: Copy> Interner<I> {
    pub(super) fn new() -> Self {
        Self { last: None, known: HashMap::default() }
    }

    pub(super) fn get(&mut self, bytes: &[u8]) -> Option<I> {
        if let Some((last, index)) = &self.last
            && last == bytes
        {
            return Some(*index);
        }
        let index = *self.known.get(bytes)?;
        self.keep(bytes, index);
        Some(index)
    }

    pub(super) fn insert(&mut self, bytes: &[u8], index: I) {
        self.known.insert(bytes.into(), index);
        self.keep(bytes, index);
    }

    fn keep(&mut self, bytes: &[u8], index: I) {
        match &mut self.last {
            Some((last, last_index)) => {
                last.clear();
                last.extend_from_slice(bytes);
                *last_index = index;
            }
            last => *last = Some((bytes.to_vec(), index)),
        }
    }
}

/// A short multiply-and-rotate hash: names are many and short, and the table lives for one scan only.
#[derive(Default)]
pub(super) struct Mixer(u64);

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        let mut mix = |word: u64| self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            mix(u64::from_le_bytes(chunk.try_into().unwrap_or_default()));
        }
        let rest = chunks.remainder();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        mix(u64::from_le_bytes(last));
    }

    fn finish(&self) -> u64 {
        // A product's low bits know only the low bits of its factors, and the table picks its buckets by them.
        self.0.rotate_left(26)
    }
}
