//! The schema catalogue: which event types a store has, which fields their payloads have, and how both changed.
//!
//! A [`Gatherer`] is fed event by event, in the store's order, and keeps counts, never payloads. Two gatherers over
//! neighbouring ranges merge into what one over both would have. [`Gatherer::finish`] makes the [`Catalogue`] of it.
//!
//! Everything in a payload is hostile. Fields are told apart down to [`MAX_DEPTH`] levels; an object with more than
//! [`MAX_KEYS`] different keys is a map, whose values are one field `{…}`; at most [`MAX_FIELDS`] fields a type and
//! [`MAX_FIELDS_IN_ALL`] fields in all are kept apart, and what was left out is said. Within these bounds merging is
//! exact.

mod catalogue;
mod changes;
mod finish;
mod gather;
mod json_schema;
mod node;
mod values;

#[cfg(test)]
mod tests;

pub use catalogue::{
    Catalogue, Category, Change, Field, Instant, KindCount, Place, Presence, Range, SchemaVersion, Text, TypeEntry,
    UnreadableCount, What,
};
pub use gather::{Facts, Gatherer};
pub use json_schema::json_schema;
pub use values::Kind;

/// Levels of a payload whose fields are told apart; what lies deeper is counted as an object or a list.
pub const MAX_DEPTH: usize = 16;
/// Keys of an object beyond which it is a map: its keys are data, not names of fields.
pub const MAX_KEYS: usize = 256;
/// Fields of one event type that are kept apart.
pub const MAX_FIELDS: usize = 2_000;
/// Fields of all event types together that are kept apart.
pub const MAX_FIELDS_IN_ALL: usize = 50_000;
/// Schema versions of one event type that are kept apart.
pub const MAX_VERSIONS: usize = 100;
