//! What a copy of a store is to hold: plain data between those who decide it and those who write it.

use std::sync::Arc;

use super::event::Event;

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
