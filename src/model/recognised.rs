//! Why a store is read as it is.

use std::sync::Arc;

/// Why a layout was recognised, and what else was possible.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recognised {
    /// The tables and columns that speak for it: `table events has stream_id, version, type`.
    pub because: String,
    /// Other layouts that would fit.
    pub also: Vec<AlsoPossible>,
}

/// A layout that would fit as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlsoPossible {
    /// The name by which the command line knows it.
    pub id: Arc<str>,
    /// The name for people.
    pub title: Arc<str>,
    /// What speaks for it.
    pub why: String,
}
