//! What a store has to be asked about: the words that completion offers.

use std::sync::Arc;

/// Names and sample values of one store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// Event types by their short names, commonest first, with how many events each has.
    pub types: Vec<(Arc<str>, usize)>,
    /// Categories, by name.
    pub categories: Vec<Arc<str>>,
    /// People who caused sampled events, commonest first.
    pub users: Vec<Arc<str>>,
    /// Paths into sampled payloads and metadata, commonest first.
    pub paths: Vec<KnownPath>,
}

/// A path that sampled events have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownPath {
    /// As a query writes it: `data.amount`.
    pub path: Arc<str>,
    /// A few of its values, as a query writes them.
    pub values: Vec<Arc<str>>,
}
