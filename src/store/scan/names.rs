//! The names of streams and types that rows refer to, by their bytes.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A stream's name and what goes with it.
#[derive(Debug, Clone)]
pub(super) struct StreamName {
    pub name: Arc<str>,
    pub category: Arc<str>,
    pub link: bool,
}

/// What a rule says of a stream that was not known.
pub(super) struct NewStream {
    pub category: String,
    pub link: bool,
}

/// The names that rows refer to, by their places: in order of first appearance.
#[derive(Default)]
pub(super) struct Names {
    pub streams: Vec<StreamName>,
    by_name: Interner,
    pub types: Vec<Arc<str>>,
    by_type: Interner,
    categories: Vec<Arc<str>>,
    by_category: Interner,
}

impl Names {
    /// The stream of this name, if it is known.
    pub(super) fn known_stream(&self, name: &[u8]) -> Option<u32> {
        self.by_name.get(name)
    }

    /// The type of this name, if it is known.
    pub(super) fn known_type(&self, name: &[u8]) -> Option<u32> {
        self.by_type.get(name)
    }

    pub(super) fn stream(&mut self, name: &str, make: impl FnOnce() -> NewStream) -> u32 {
        match self.by_name.get(name.as_bytes()) {
            Some(place) => place,
            None => self.new_stream(name, make()),
        }
    }

    /// A stream whose name is not known.
    pub(super) fn new_stream(&mut self, name: &str, NewStream { category, link }: NewStream) -> u32 {
        let category = interned(&mut self.categories, &mut self.by_category, &category);
        let (name, category) = (Arc::<str>::from(name), self.categories[category as usize].clone());
        let place = self.streams.len() as u32;
        self.streams.push(StreamName { name: name.clone(), category, link });
        self.by_name.insert(name, place);
        place
    }

    pub(super) fn event_type(&mut self, name: &str) -> u32 {
        interned(&mut self.types, &mut self.by_type, name)
    }
}

/// The place of a name in a list.
fn interned(list: &mut Vec<Arc<str>>, places: &mut Interner, name: &str) -> u32 {
    if let Some(place) = places.get(name.as_bytes()) {
        return place;
    }
    let (name, place) = (Arc::<str>::from(name), list.len() as u32);
    list.push(name.clone());
    places.insert(name, place);
    place
}

/// From a name's bytes, as SQLite has them, to its place.
#[derive(Default)]
struct Interner(HashMap<Name, u32, ahash::RandomState>);

/// A name that is found by its bytes.
struct Name(Arc<str>);

impl Interner {
    fn get(&self, bytes: &[u8]) -> Option<u32> {
        self.0.get(bytes).copied()
    }

    fn insert(&mut self, name: Arc<str>, place: u32) {
        self.0.insert(Name(name), place);
    }
}

impl Borrow<[u8]> for Name {
    fn borrow(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_bytes().hash(state);
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Name {}
