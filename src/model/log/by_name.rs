//! Streams by their names.

use hashbrown::HashTable;

use super::{SharedList, StreamIndex, StreamInfo};

/// The places of streams in their list, found by their names, which are only there. Seeded, so that no store can choose
/// names that collide.
#[derive(Debug, Default)]
pub(super) struct ByName {
    places: HashTable<u32>,
    hashes: ahash::RandomState,
}

impl ByName {
    /// With room for so many.
    pub(super) fn with_capacity(streams: usize) -> Self {
        Self { places: HashTable::with_capacity(streams), ..Self::default() }
    }

    /// The stream of this name.
    pub(super) fn find(&self, streams: &SharedList<StreamInfo>, name: &str) -> Option<StreamIndex> {
        let same = |place: &u32| *streams[*place as usize].name == *name;
        self.places.find(self.hashes.hash_one(name), same).copied().map(StreamIndex)
    }

    /// Takes in the last stream of the list, whose name no other has.
    pub(super) fn insert_last(&mut self, streams: &SharedList<StreamInfo>) {
        let Some(last) = streams.last() else { return };
        let Self { places, hashes } = self;
        let hash_of = |place: &u32| hashes.hash_one(&*streams[*place as usize].name);
        places.insert_unique(hashes.hash_one(&*last.name), streams.len() as u32 - 1, hash_of);
    }
}
