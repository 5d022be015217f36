//! Names by their bytes.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// From a name's bytes, as SQLite has them, to its place.
#[derive(Default)]
pub(super) struct Interner(HashMap<Name, u32, ahash::RandomState>);

/// A name that is found by its bytes.
struct Name(Arc<str>);

impl Interner {
    pub(super) fn get(&self, bytes: &[u8]) -> Option<u32> {
        self.0.get(bytes).copied()
    }

    pub(super) fn insert(&mut self, name: Arc<str>, place: u32) {
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
