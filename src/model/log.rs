//! The index of a store: columns of what is needed to draw, find and order events. Payloads stay on disk.
//!
//! 32 bytes an event, 8 more where the row key is not the position; lanes take 4 more. Immutable, shared by `Arc`.
//! Event index `i` is the event's place in replay order over the whole store, from 0. An index that has grown shares all
//! but the new events with the one before.

mod builder;
mod by_name;
mod columns;
mod grow;
mod image;
mod lanes;
mod shared;

use std::sync::Arc;

use super::event::EventKind;
use super::time::Timestamp;

#[cfg(test)]
pub(crate) use builder::tests;
pub use builder::{EventLogBuilder, LogRow, PieceNames};
pub use image::{EVENT_PARTS, EventsOfImage, ImageError, LogImage, STREAM_PARTS, StreamsOfImage};
pub use shared::SharedList;

use by_name::ByName;
use columns::Columns;
use lanes::Lanes;

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

/// The index. See the module. Copies cost little: they share what they have in common.
#[derive(Debug, Clone, Default)]
pub struct EventLog {
    generation: u64,
    /// The events that were there when the index was made.
    base: Arc<Columns>,
    /// How many these are.
    in_base: usize,
    /// Those that came later, in pieces of as many each.
    more: Vec<Arc<Columns>>,
    streams: SharedList<StreamInfo>,
    types: Vec<TypeInfo>,
    categories: Vec<Arc<str>>,
    by_name: Names,
    lanes: Lanes,
    times: Option<(Timestamp, Timestamp)>,
    /// Positions are ordinals because the store has none that are unique and in order.
    ordinal_positions: bool,
}

/// Streams by their names.
#[derive(Debug, Clone, Default)]
struct Names {
    base: Arc<ByName>,
    /// Those that came later.
    more: imbl::HashMap<Arc<str>, StreamIndex>,
}

impl EventLog {
    /// Which reading of the store this is: a later one has a larger number.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// How many events.
    pub fn len(&self) -> usize {
        let full = self.more.len().saturating_sub(1) * columns::PIECE;
        self.in_base + full + self.more.last().map_or(0, |last| last.len())
    }

    /// Whether there are no events.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The event's place in the whole store, as the user sees it.
    pub fn position(&self, event: usize) -> i64 {
        let (columns, at) = self.at(event);
        columns.positions[at]
    }

    /// The key of the event's row in the store.
    pub fn row_key(&self, event: usize) -> i64 {
        let (columns, at) = self.at(event);
        columns.row_key(at)
    }

    /// The (first) stream that the event is in.
    pub fn stream_of(&self, event: usize) -> Option<StreamIndex> {
        let (columns, at) = self.at(event);
        let stream = columns.streams[at];
        (stream != NO_STREAM).then_some(StreamIndex(stream))
    }

    /// Further streams that the event is in.
    pub fn other_streams_of(&self, event: usize) -> impl Iterator<Item = StreamIndex> {
        self.memberships_of(event).map(|member| StreamIndex(member.stream))
    }

    fn memberships_of(&self, event: usize) -> impl Iterator<Item = &Membership> {
        self.at(event).0.memberships_of(event as u32)
    }

    /// The event's version in one of its streams.
    pub fn version_in(&self, event: usize, stream: StreamIndex) -> Option<i64> {
        if self.stream_of(event) == Some(stream) {
            return self.version(event);
        }
        let member = self.memberships_of(event).find(|member| member.stream == stream.0)?;
        Some(member.version).filter(|version| *version != NONE)
    }

    /// Which of the store's tables or files the event was read from, from 0.
    pub fn source(&self, event: usize) -> usize {
        let (columns, at) = self.at(event);
        columns.sources.get(at).copied().unwrap_or(0).into()
    }

    /// Whether events were read from more than one table or file.
    pub fn has_sources(&self) -> bool {
        self.pieces().any(|columns| !columns.sources.is_empty())
    }

    /// The event's place in its row, from 0.
    pub fn part(&self, event: usize) -> usize {
        let (columns, at) = self.at(event);
        columns.parts.get(at).copied().unwrap_or(0) as usize
    }

    /// The event's version in its (first) stream.
    pub fn version(&self, event: usize) -> Option<i64> {
        let (columns, at) = self.at(event);
        Some(columns.versions[at]).filter(|version| *version != NONE)
    }

    /// The event's type.
    pub fn type_of(&self, event: usize) -> TypeIndex {
        let (columns, at) = self.at(event);
        TypeIndex(columns.types[at])
    }

    /// When the event was recorded.
    pub fn time(&self, event: usize) -> Option<Timestamp> {
        let (columns, at) = self.at(event);
        columns.time(at)
    }

    /// When the event was recorded, in microseconds since 1970: what the timeline draws by.
    pub fn time_micros(&self, event: usize) -> Option<i64> {
        let (columns, at) = self.at(event);
        Some(columns.times[at]).filter(|micros| *micros != NONE)
    }

    /// What the event's row is.
    pub fn kind(&self, event: usize) -> EventKind {
        let (columns, at) = self.at(event);
        columns.kind(at)
    }

    /// Whether the event is archived, soft-deleted or tombstoned.
    pub fn is_archived(&self, event: usize) -> bool {
        let (columns, at) = self.at(event);
        columns.is_archived(at)
    }

    /// Whether positions are ordinals because the store has no integer that is unique and in order.
    pub fn has_ordinal_positions(&self) -> bool {
        self.ordinal_positions
    }

    /// All streams, in order of first appearance.
    pub fn streams(&self) -> &SharedList<StreamInfo> {
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
        self.by_name.base.find(&self.streams, name).or_else(|| self.by_name.more.get(name).copied())
    }

    /// The stream's events, in its replay order.
    pub fn lane(&self, stream: StreamIndex) -> &[u32] {
        self.lanes.members(stream)
    }

    /// Whether the lane of a stream is in the store's order: its positions ascend with its versions.
    pub fn is_lane_by_position(&self, stream: StreamIndex) -> bool {
        self.lanes.order(stream).by_position
    }

    /// Whether all events of a lane have a time, and none an earlier one than the event before it.
    pub fn is_lane_by_time(&self, stream: StreamIndex) -> bool {
        self.lanes.order(stream).by_time
    }

    /// Whether all events of a lane have a version, each a greater one than the event before it.
    pub fn is_lane_by_version(&self, stream: StreamIndex) -> bool {
        self.lanes.order(stream).by_version
    }

    /// Whether a lane's events are all in this stream first: only then do their versions count the lane.
    pub fn is_lane_its_own(&self, stream: StreamIndex) -> bool {
        self.lanes.order(stream).own
    }

    /// Marks a stream as archived or deleted, for those who make the index.
    pub fn mark_stream(&mut self, stream: StreamIndex, archived: bool, deleted: bool) {
        self.streams.change(stream.0 as usize, |info| {
            info.archived |= archived;
            info.deleted |= deleted;
        });
    }

    /// How many events have a position up to this one.
    pub fn count_up_to_position(&self, position: i64) -> usize {
        let mut before = 0;
        for columns in self.pieces() {
            if columns.positions.last().is_some_and(|last| *last > position) {
                return before + columns.positions.partition_point(|p| *p <= position);
            }
            before += columns.len();
        }
        before
    }

    /// The event at this position.
    pub fn event_at_position(&self, position: i64) -> Option<usize> {
        let event = self.count_up_to_position(position).checked_sub(1)?;
        (self.position(event) == position).then_some(event)
    }

    /// The earliest and latest time, if any event has one.
    pub fn time_range(&self) -> Option<(Timestamp, Timestamp)> {
        self.times
    }

    /// Bytes held by the columns, lanes included, names not.
    pub fn bytes(&self) -> usize {
        self.pieces().map(Columns::bytes).sum::<usize>() + self.lanes.bytes()
    }
}
