//! The index of a store: columns of what is needed to draw, find and order events. Payloads stay on disk.
//!
//! 32 bytes an event, 8 more where the row key is not the position; lanes take 4 more. Immutable, shared by `Arc`.
//! Event index `i` is the event's place in replay order over the whole store, from 0.

mod builder;
mod grow;
mod image;

use std::collections::HashMap;
use std::sync::Arc;

use super::event::EventKind;
use super::time::Timestamp;

#[cfg(test)]
pub(crate) use builder::tests;
pub use builder::{EventLogBuilder, LogRow, PieceNames};
pub use image::{COLUMNS, ImageError, LogImage};

/// A stream's place in [`EventLog::streams`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamIndex(pub u32);

/// An event type's place in [`EventLog::types`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeIndex(pub u32);

/// A category's place in [`EventLog::categories`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CategoryIndex(pub u32);

/// A stream as the index knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamInfo {
    /// The store's own name, or one made of its parts.
    pub name: Arc<str>,
    /// Which category it is in.
    pub category: CategoryIndex,
    /// Made of links to events of other streams.
    pub link: bool,
    /// Marked as archived by the store.
    pub archived: bool,
    /// Marked as deleted by the store.
    pub deleted: bool,
}

/// An event type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeInfo {
    /// In full, as the store has it.
    pub name: Arc<str>,
    /// Short (see [`short_type`]).
    pub short: Arc<str>,
    /// How many events have it.
    pub events: usize,
}

/// What a lane as a whole is sorted by besides its own order: what makes looking into it a matter of halving.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct LaneOrder {
    /// Its events stand in the store's order.
    by_position: bool,
    /// They all have a time, and none an earlier one than the event before it.
    by_time: bool,
    /// They all have a version, each a greater one than the event before it.
    by_version: bool,
    /// This stream is the first one of each.
    own: bool,
}

/// No version, and no time, in their columns.
const NONE: i64 = i64::MIN;
const NO_STREAM: u32 = u32::MAX;
const ARCHIVED: u8 = 0b100;

/// An event in a further stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct Membership {
    event: u32,
    stream: u32,
    /// There, or [`NONE`].
    version: i64,
}

/// The index. See the module.
#[derive(Debug, Clone, Default)]
pub struct EventLog {
    generation: u64,
    positions: Vec<i64>,
    /// Empty where row keys are the positions.
    row_keys: Vec<i64>,
    event_streams: Vec<u32>,
    versions: Vec<i64>,
    event_types: Vec<u32>,
    times: Vec<i64>,
    /// Nanoseconds below the microsecond; empty where no event has any.
    sub_micros: Vec<u16>,
    /// Kind in the low bits, [`ARCHIVED`]; empty where all are plain events.
    flags: Vec<u8>,
    streams: Vec<StreamInfo>,
    types: Vec<TypeInfo>,
    categories: Vec<Arc<str>>,
    by_name: HashMap<Arc<str>, StreamIndex, ahash::RandomState>,
    /// Lane `s` is `members[starts[s]..starts[s + 1]]`: event indices in the stream's replay order.
    starts: Vec<usize>,
    members: Vec<u32>,
    /// What is known of each lane as a whole.
    orders: Vec<LaneOrder>,
    /// Which table or file each event was read from; empty where there is one.
    sources: Vec<u16>,
    /// The place in its row of each event; empty where every row holds one event.
    parts: Vec<u32>,
    /// Further streams of events that are in several, sorted.
    extra: Vec<Membership>,
    /// Positions are ordinals because the store has none that are unique and in order.
    ordinal_positions: bool,
}

impl EventLog {
    /// Which reading of the store this is: a later one has a larger number.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// How many events.
    pub fn len(&self) -> usize {
        self.positions.len()
    }

    /// Whether there are no events.
    pub fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }

    /// The event's place in the whole store, as the user sees it.
    pub fn position(&self, event: usize) -> i64 {
        self.positions[event]
    }

    /// The key of the event's row in the store.
    pub fn row_key(&self, event: usize) -> i64 {
        if self.row_keys.is_empty() { self.positions[event] } else { self.row_keys[event] }
    }

    /// The (first) stream that the event is in.
    pub fn stream_of(&self, event: usize) -> Option<StreamIndex> {
        let stream = self.event_streams[event];
        (stream != NO_STREAM).then_some(StreamIndex(stream))
    }

    /// Further streams that the event is in.
    pub fn other_streams_of(&self, event: usize) -> impl Iterator<Item = StreamIndex> {
        self.memberships_of(event).map(|member| StreamIndex(member.stream))
    }

    fn memberships_of(&self, event: usize) -> impl Iterator<Item = &Membership> {
        let event = event as u32;
        let from = self.extra.partition_point(|member| member.event < event);
        self.extra[from..].iter().take_while(move |member| member.event == event)
    }

    /// The event's version in one of its streams.
    pub fn version_in(&self, event: usize, stream: StreamIndex) -> Option<i64> {
        if self.event_streams[event] == stream.0 {
            return self.version(event);
        }
        let member = self.memberships_of(event).find(|member| member.stream == stream.0)?;
        Some(member.version).filter(|version| *version != NONE)
    }

    /// Which of the store's tables or files the event was read from, from 0.
    pub fn source(&self, event: usize) -> usize {
        self.sources.get(event).copied().unwrap_or(0).into()
    }

    /// Whether events were read from more than one table or file.
    pub fn has_sources(&self) -> bool {
        !self.sources.is_empty()
    }

    /// The event's place in its row, from 0.
    pub fn part(&self, event: usize) -> usize {
        self.parts.get(event).copied().unwrap_or(0) as usize
    }

    /// The event's version in its (first) stream.
    pub fn version(&self, event: usize) -> Option<i64> {
        Some(self.versions[event]).filter(|version| *version != NONE)
    }

    /// The event's type.
    pub fn type_of(&self, event: usize) -> TypeIndex {
        TypeIndex(self.event_types[event])
    }

    /// When the event was recorded.
    pub fn time(&self, event: usize) -> Option<Timestamp> {
        let micros = self.times[event];
        if micros == NONE {
            return None;
        }
        Timestamp::new(micros, self.sub_micros.get(event).copied().unwrap_or(0))
    }

    /// When the event was recorded, in microseconds since 1970: what the timeline draws by.
    pub fn time_micros(&self, event: usize) -> Option<i64> {
        Some(self.times[event]).filter(|micros| *micros != NONE)
    }

    /// What the event's row is.
    pub fn kind(&self, event: usize) -> EventKind {
        match self.flags.get(event).copied().unwrap_or(0) & 0b11 {
            1 => EventKind::Command,
            2 => EventKind::System,
            _ => EventKind::Event,
        }
    }

    /// Whether the event is archived, soft-deleted or tombstoned.
    pub fn is_archived(&self, event: usize) -> bool {
        self.flags.get(event).copied().unwrap_or(0) & ARCHIVED != 0
    }

    /// Whether positions are ordinals because the store has no integer that is unique and in order.
    pub fn has_ordinal_positions(&self) -> bool {
        self.ordinal_positions
    }

    /// All streams, in order of first appearance.
    pub fn streams(&self) -> &[StreamInfo] {
        &self.streams
    }

    /// A stream.
    pub fn stream(&self, stream: StreamIndex) -> &StreamInfo {
        &self.streams[stream.0 as usize]
    }

    /// All types, in order of first appearance.
    pub fn types(&self) -> &[TypeInfo] {
        &self.types
    }

    /// A type.
    pub fn event_type(&self, index: TypeIndex) -> &TypeInfo {
        &self.types[index.0 as usize]
    }

    /// All categories, in order of first appearance.
    pub fn categories(&self) -> &[Arc<str>] {
        &self.categories
    }

    /// A category's name.
    pub fn category(&self, index: CategoryIndex) -> &Arc<str> {
        &self.categories[index.0 as usize]
    }

    /// The stream of this name.
    pub fn find_stream(&self, name: &str) -> Option<StreamIndex> {
        self.by_name.get(name).copied()
    }

    /// The stream's events, in its replay order.
    pub fn lane(&self, stream: StreamIndex) -> &[u32] {
        let at = stream.0 as usize;
        &self.members[self.starts[at]..self.starts[at + 1]]
    }

    /// Whether the lane of a stream is in the store's order: its positions ascend with its versions.
    pub fn is_lane_by_position(&self, stream: StreamIndex) -> bool {
        self.orders[stream.0 as usize].by_position
    }

    /// Whether all events of a lane have a time, and none an earlier one than the event before it.
    pub fn is_lane_by_time(&self, stream: StreamIndex) -> bool {
        self.orders[stream.0 as usize].by_time
    }

    /// Whether all events of a lane have a version, each a greater one than the event before it.
    pub fn is_lane_by_version(&self, stream: StreamIndex) -> bool {
        self.orders[stream.0 as usize].by_version
    }

    /// Whether a lane's events are all in this stream first: only then do their versions count the lane.
    pub fn is_lane_its_own(&self, stream: StreamIndex) -> bool {
        self.orders[stream.0 as usize].own
    }

    /// Marks a stream as archived or deleted, for those who make the index.
    pub fn mark_stream(&mut self, stream: StreamIndex, archived: bool, deleted: bool) {
        let info = &mut self.streams[stream.0 as usize];
        info.archived |= archived;
        info.deleted |= deleted;
    }

    /// How many events have a position up to this one.
    pub fn count_up_to_position(&self, position: i64) -> usize {
        self.positions.partition_point(|p| *p <= position)
    }

    /// The event at this position.
    pub fn event_at_position(&self, position: i64) -> Option<usize> {
        self.positions.binary_search(&position).ok()
    }

    /// The earliest and latest time, if any event has one.
    pub fn time_range(&self) -> Option<(Timestamp, Timestamp)> {
        let timed = || (0..self.len()).filter_map(|event| self.time(event));
        Some((timed().min()?, timed().max()?))
    }

    /// Bytes held by the columns, lanes included, names not.
    pub fn bytes(&self) -> usize {
        self.positions.capacity() * 8
            + self.row_keys.capacity() * 8
            + self.event_streams.capacity() * 4
            + self.versions.capacity() * 8
            + self.event_types.capacity() * 4
            + self.times.capacity() * 8
            + self.sub_micros.capacity() * 2
            + self.flags.capacity()
            + self.members.capacity() * 4
            + self.sources.capacity() * 2
            + self.parts.capacity() * 4
            + self.extra.capacity() * size_of::<Membership>()
            + self.orders.capacity() * size_of::<LaneOrder>()
    }
}
