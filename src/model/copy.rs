//! What a copy of a store is to hold: plain data between those who decide it and those who write it.

use std::sync::Arc;

use super::event::Event;
use super::moment::Moment;

/// The events of a copy, in its store order, and what belongs to them.
#[derive(Debug, Clone, Default)]
pub struct CopyPlan {
    /// The events.
    pub rows: Vec<CopyRow>,
    /// The scenario as JSON text, for the table `foldline_scenario`; `None` for a copy without edits.
    pub scenario: Option<String>,
    /// Streams that differ from what was recorded, with the number of their events (from the start of the replay)
    /// that are unchanged: later snapshots would bring the old state back and are left out.
    pub edited_streams: Vec<(Arc<str>, usize)>,
    /// The moment as of which the copy is: what is later than it, the library's bookkeeping included, is not in it.
    pub as_of: Option<Moment>,
}

/// One event of a copy.
#[derive(Debug, Clone)]
pub enum CopyRow {
    /// As recorded: the event at this index, byte for byte.
    Recorded(u32),
    /// The recorded event at `base` with other contents, place or version.
    Edited {
        /// Index of the event as recorded.
        base: u32,
        /// What it is in the copy.
        event: Arc<Event>,
        /// An edit put it elsewhere: it does not keep its position.
        moved: bool,
    },
    /// An event that was never recorded.
    Inserted(Arc<Event>),
}

/// What a copy would hold and how it would be written, known before anything is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopyDescription {
    /// How many events it would hold.
    pub events: u64,
    /// Of them, those that were never recorded.
    pub inserted: u64,
    /// Of them, those that say something else, at another time or in another stream than recorded.
    pub changed: u64,
    /// Of them, those that only have another number in their stream or another place.
    pub renumbered: u64,
    /// Recorded events that it would not hold.
    pub left_out: u64,
    /// The layout's name for people.
    pub layout_title: String,
    /// Whether that is the store's own layout rather than Foldline's.
    pub is_own_layout: bool,
    /// The store's tables that are taken.
    pub tables: Vec<String>,
    /// The store's tables that are not.
    pub tables_left_out: Vec<String>,
    /// Snapshots that are taken.
    pub snapshots: u64,
    /// Snapshots that are not, because they know events that the copy does not have.
    pub snapshots_left_out: u64,
    /// What of the library's bookkeeping is set anew, in sentences.
    pub bookkeeping: Vec<String>,
    /// What else a user should know, in sentences.
    pub notes: Vec<String>,
    /// The first event that can't be written in this layout; then nothing of the copy can.
    pub refusal: Option<CopyRefusal>,
}

/// An event that a layout can't hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyRefusal {
    /// The event, as an error names it.
    pub event: String,
    /// What is in the way; empty where it is the layout itself that can't be written.
    pub why: String,
}
