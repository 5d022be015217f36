//! The names of streams and types that rows refer to, by their bytes.

use std::collections::HashMap;

use hashbrown::HashTable;

/// What a rule says of a stream that was not known.
pub(super) struct NewStream {
    pub category: String,
    pub link: bool,
}

/// What is known of a stream besides its name.
#[derive(Debug, Clone, Copy)]
pub(super) struct StreamKind {
    /// A place among the categories.
    pub category: u32,
    pub link: bool,
}

/// The names that rows refer to, by their places: in order of first appearance.
#[derive(Default)]
pub(super) struct Names {
    streams: Interner,
    kinds: Vec<StreamKind>,
    types: Interner,
    categories: Interner,
    /// Streams that are called something else in the index.
    renamed: HashMap<u32, String>,
}

impl Names {
    /// The stream of this name, if it is known.
    pub(super) fn known_stream(&self, name: &[u8]) -> Option<u32> {
        self.streams.find(name)
    }

    /// The type of this name, if it is known.
    pub(super) fn known_type(&self, name: &[u8]) -> Option<u32> {
        self.types.find(name)
    }

    pub(super) fn stream(&mut self, name: &str, make: impl FnOnce() -> NewStream) -> u32 {
        match self.streams.find(name.as_bytes()) {
            Some(place) => place,
            None => self.new_stream(name, &make()),
        }
    }

    /// A stream whose name is not known.
    pub(super) fn new_stream(&mut self, name: &str, new: &NewStream) -> u32 {
        let category = self.categories.place(&new.category);
        self.kinds.push(StreamKind { category, link: new.link });
        self.streams.insert(name)
    }

    pub(super) fn event_type(&mut self, name: &str) -> u32 {
        self.types.place(name)
    }

    pub(super) fn stream_count(&self) -> usize {
        self.kinds.len()
    }

    pub(super) fn type_count(&self) -> usize {
        self.types.list.len()
    }

    pub(super) fn stream_name(&self, stream: u32) -> &str {
        match self.renamed.get(&stream) {
            Some(name) => name,
            None => self.streams.list.get(stream),
        }
    }

    /// Calls a stream something else in the index.
    pub(super) fn rename(&mut self, stream: u32, name: String) {
        self.renamed.insert(stream, name);
    }

    pub(super) fn category_of(&self, stream: u32) -> &str {
        self.categories.list.get(self.kinds[stream as usize].category)
    }

    pub(super) fn is_link(&self, stream: u32) -> bool {
        self.kinds[stream as usize].link
    }

    pub(super) fn set_link(&mut self, stream: u32) {
        self.kinds[stream as usize].link = true;
    }

    pub(super) fn set_category(&mut self, stream: u32, category: &str) {
        self.kinds[stream as usize].category = self.categories.place(category);
    }

    pub(super) fn type_name(&self, event_type: u32) -> &str {
        self.types.list.get(event_type)
    }

    /// The names that came after those that were `given`, which they join.
    pub(super) fn more(&self, given: &mut Given) -> NewNames {
        let more = NewNames {
            streams: self.streams.list.after(given.streams),
            kinds: self.kinds[given.streams..].to_vec(),
            types: self.types.list.after(given.types),
            categories: self.categories.list.after(given.categories),
        };
        *given = Given { streams: self.kinds.len(), types: self.type_count(), categories: self.categories.list.len() };
        more
    }
}

/// How many names somebody has of each sort.
#[derive(Debug, Default)]
pub(super) struct Given {
    streams: usize,
    types: usize,
    categories: usize,
}

/// Names that follow on those that somebody has.
#[derive(Debug, Default)]
pub(super) struct NewNames {
    pub streams: NameList,
    /// Of each stream; categories by their places among all.
    pub kinds: Vec<StreamKind>,
    pub types: NameList,
    pub categories: NameList,
}

/// Names one after the other in one piece of memory: a million of them cost no more to let go than one.
#[derive(Debug, Default)]
pub(super) struct NameList {
    text: String,
    ends: Vec<usize>,
}

impl NameList {
    fn len(&self) -> usize {
        self.ends.len()
    }

    fn start(&self, place: usize) -> usize {
        place.checked_sub(1).map_or(0, |before| self.ends[before])
    }

    pub(super) fn get(&self, place: u32) -> &str {
        let place = place as usize;
        &self.text[self.start(place)..self.ends[place]]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len() as u32).map(|place| self.get(place))
    }

    pub(super) fn push(&mut self, name: &str) {
        self.text.push_str(name);
        self.ends.push(self.text.len());
    }

    /// Those from a place on.
    fn after(&self, place: usize) -> Self {
        let start = self.start(place);
        Self { text: self.text[start..].to_owned(), ends: self.ends[place..].iter().map(|end| end - start).collect() }
    }
}

/// Names, each once. Seeded, so that no store can choose names that collide.
#[derive(Default)]
struct Interner {
    list: NameList,
    places: HashTable<u32>,
    hashes: ahash::RandomState,
}

impl Interner {
    fn find(&self, name: &[u8]) -> Option<u32> {
        let same = |place: &u32| self.list.get(*place).as_bytes() == name;
        self.places.find(self.hashes.hash_one(name), same).copied()
    }

    /// Takes in a name that is not there.
    fn insert(&mut self, name: &str) -> u32 {
        let Self { list, places, hashes } = self;
        let place = list.len() as u32;
        list.push(name);
        let hash_of = |place: &u32| hashes.hash_one(list.get(*place).as_bytes());
        places.insert_unique(hashes.hash_one(name.as_bytes()), place, hash_of);
        place
    }

    fn place(&mut self, name: &str) -> u32 {
        self.find(name.as_bytes()).unwrap_or_else(|| self.insert(name))
    }
}

/// Names of streams that were taken down to be looked up many at once: each look-up waits for memory, and those that
/// follow on each other wait together.
#[derive(Default)]
pub(super) struct Unnamed {
    /// Whether the bytes of a column are all that it takes.
    pub by_bytes: bool,
    /// Places in what was found, and where the name ends that begins where the one before it ended.
    pub ends: Vec<(u32, usize)>,
    pub names: Vec<u8>,
}

impl Unnamed {
    /// Looked up at once.
    const MOST: usize = 256;
    /// Longer names are rare, and not copied.
    const LONGEST: usize = 128;

    pub(super) fn takes(&self, name: &[u8]) -> bool {
        self.by_bytes && (1..=Self::LONGEST).contains(&name.len())
    }

    pub(super) fn is_full(&self) -> bool {
        self.ends.len() >= Self::MOST
    }

    pub(super) fn push(&mut self, place: u32, name: &[u8]) {
        self.names.extend_from_slice(name);
        self.ends.push((place, self.names.len()));
    }
}
