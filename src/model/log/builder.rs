//! Making an index: rows in replay order, pieces of it put together, lanes sorted.

use std::collections::HashMap;
use std::sync::Arc;

use super::{ARCHIVED, CategoryIndex, EventLog, LaneOrder, Membership, NO_STREAM, NONE, StreamIndex, StreamInfo};
use super::{TypeIndex, TypeInfo};
use crate::model::event::EventKind;
use crate::model::names::short_type;
use crate::model::time::Timestamp;

/// One row on its way into the index, in the order in which the layout replays.
#[derive(Debug, Clone, Copy)]
pub struct LogRow {
    /// Which table or file it is from.
    pub source: u16,
    /// Key by which the row is read again.
    pub row_key: i64,
    /// The event's place in its row.
    pub part: u32,
    /// The store's own position, if the layout has one.
    pub position: Option<i64>,
    /// The (first) stream.
    pub stream: Option<StreamIndex>,
    /// The version in the stream.
    pub version: Option<i64>,
    /// The type.
    pub event_type: TypeIndex,
    /// When it was recorded.
    pub time: Option<Timestamp>,
    /// What the row is.
    pub kind: EventKind,
    /// Archived, soft-deleted or tombstoned.
    pub archived: bool,
}

/// Where the names that a reader of pieces has met are in the index, in the order in which it met them.
#[derive(Debug, Default)]
pub struct PieceNames {
    /// Of its streams.
    pub streams: Vec<StreamIndex>,
    /// Of its types.
    pub types: Vec<TypeIndex>,
}

/// Collects rows in replay order over the whole store and makes the index of them.
#[derive(Debug, Default)]
pub struct EventLogBuilder {
    log: EventLog,
    types_by_name: HashMap<Arc<str>, TypeIndex>,
    categories_by_name: HashMap<Arc<str>, CategoryIndex>,
    /// The category that was asked for last, and its place: many streams have the same.
    last_category: Option<(Arc<str>, CategoryIndex)>,
    positions_hold: bool,
    row_keys_are_positions: bool,
}

impl EventLogBuilder {
    /// Starts an index of the given generation.
    pub fn new(generation: u64) -> Self {
        let log = EventLog { generation, ..EventLog::default() };
        Self { log, positions_hold: true, row_keys_are_positions: true, ..Self::default() }
    }

    /// The stream of this name, new if it was not there; `category` is asked only then.
    pub fn stream(&mut self, name: &str, category: impl FnOnce(&str) -> String) -> StreamIndex {
        match self.log.by_name.get(name) {
            Some(index) => *index,
            None => self.stream_named(&name.into(), &category(name).into(), false),
        }
    }

    /// The stream of this name, new and of this category if it was not there; a link as soon as anything says so.
    pub fn stream_named(&mut self, name: &Arc<str>, category: &Arc<str>, link: bool) -> StreamIndex {
        if let Some(index) = self.log.by_name.get(name) {
            self.log.streams[index.0 as usize].link |= link;
            return *index;
        }
        let category = self.category(category);
        let index = StreamIndex(self.log.streams.len() as u32);
        let info = StreamInfo { name: name.clone(), category, link, archived: false, deleted: false };
        self.log.streams.push(info);
        self.log.by_name.insert(name.clone(), index);
        index
    }

    fn category(&mut self, name: &Arc<str>) -> CategoryIndex {
        if let Some((_, index)) = self.last_category.as_ref().filter(|(last, _)| Arc::ptr_eq(last, name)) {
            return *index;
        }
        let index = *self.categories_by_name.entry(name.clone()).or_insert_with(|| {
            self.log.categories.push(name.clone());
            CategoryIndex(self.log.categories.len() as u32 - 1)
        });
        self.last_category = Some((name.clone(), index));
        index
    }

    /// The type of this name, new if it was not there.
    pub fn event_type(&mut self, name: &str) -> TypeIndex {
        match self.types_by_name.get(name) {
            Some(index) => *index,
            None => self.type_named(&name.into()),
        }
    }

    /// The same, of a name that is kept as it is.
    pub fn type_named(&mut self, name: &Arc<str>) -> TypeIndex {
        if let Some(index) = self.types_by_name.get(name) {
            return *index;
        }
        let index = TypeIndex(self.log.types.len() as u32);
        self.log.types.push(TypeInfo { short: short_type(name).into(), name: name.clone(), events: 0 });
        self.types_by_name.insert(name.clone(), index);
        index
    }

    /// How many rows were pushed.
    pub fn len(&self) -> usize {
        self.log.positions.len()
    }

    /// Whether no row was pushed.
    pub fn is_empty(&self) -> bool {
        self.log.positions.is_empty()
    }

    /// Adds the next row in replay order. At most `u32::MAX` rows; more are for the caller to refuse.
    pub fn push(&mut self, row: LogRow) {
        let log = &mut self.log;
        let ordinal = log.positions.len() as i64 + 1;
        let previous = log.positions.last().copied().unwrap_or(i64::MIN);
        let position = match row.position {
            Some(position) if position > previous => position,
            _ => {
                self.positions_hold = false;
                ordinal
            }
        };
        if self.row_keys_are_positions && row.row_key != position {
            self.row_keys_are_positions = false;
            log.row_keys.extend_from_slice(&log.positions);
        }
        if !self.row_keys_are_positions {
            log.row_keys.push(row.row_key);
        }
        log.positions.push(position);
        log.event_streams.push(row.stream.map_or(NO_STREAM, |stream| stream.0));
        log.versions.push(row.version.unwrap_or(NONE));
        log.event_types.push(row.event_type.0);
        log.times.push(row.time.map_or(NONE, Timestamp::micros));
        push_sparse(&mut log.sources, row.source, log.positions.len());
        push_sparse(&mut log.parts, row.part, log.positions.len());
        let nanos = row.time.map_or(0, Timestamp::sub_micro_nanos);
        if nanos != 0 || !log.sub_micros.is_empty() {
            log.sub_micros.resize(log.positions.len() - 1, 0);
            log.sub_micros.push(nanos);
        }
        let kind = match row.kind {
            EventKind::Event => 0,
            EventKind::Command => 1,
            EventKind::System => 2,
        };
        let flags = kind | if row.archived { ARCHIVED } else { 0 };
        if flags != 0 || !log.flags.is_empty() {
            log.flags.resize(log.positions.len() - 1, 0);
            log.flags.push(flags);
        }
    }

    /// Puts the last pushed event in a further stream.
    pub fn also_in(&mut self, stream: StreamIndex, version: Option<i64>) {
        if let Some(event) = self.log.positions.len().checked_sub(1) {
            let version = version.unwrap_or(NONE);
            self.log.extra.push(Membership { event: event as u32, stream: stream.0, version });
        }
    }

    /// Takes a piece after what is there. `names` has the places of all names that the piece's rows refer to, and the
    /// piece no names of its own: its rows name streams and types by their places in `names`.
    pub fn append(&mut self, piece: Self, names: &PieceNames) {
        let other = piece.log;
        let log = &mut self.log;
        let (before, more) = (log.positions.len(), other.positions.len());
        let follows = match (log.positions.last(), other.positions.first()) {
            (Some(last), Some(first)) => last < first,
            _ => true,
        };
        self.positions_hold &= piece.positions_hold && follows;
        if self.row_keys_are_positions && !piece.row_keys_are_positions {
            self.row_keys_are_positions = false;
            log.row_keys.extend_from_slice(&log.positions);
        }
        if !self.row_keys_are_positions {
            let keys = if piece.row_keys_are_positions { &other.positions } else { &other.row_keys };
            log.row_keys.extend_from_slice(keys);
        }
        log.positions.extend_from_slice(&other.positions);
        let stream_of = |stream: &u32| match *stream {
            NO_STREAM => NO_STREAM,
            stream => names.streams[stream as usize].0,
        };
        log.event_streams.extend(other.event_streams.iter().map(stream_of));
        log.versions.extend_from_slice(&other.versions);
        log.event_types.extend(other.event_types.iter().map(|t| names.types[*t as usize].0));
        log.times.extend_from_slice(&other.times);
        extend_sparse(&mut log.sub_micros, &other.sub_micros, before, more);
        extend_sparse(&mut log.flags, &other.flags, before, more);
        extend_sparse(&mut log.sources, &other.sources, before, more);
        extend_sparse(&mut log.parts, &other.parts, before, more);
        log.extra.extend(other.extra.iter().map(|member| Membership {
            event: member.event + before as u32,
            stream: stream_of(&member.stream),
            version: member.version,
        }));
    }

    /// Makes room for as many rows more.
    pub fn reserve(&mut self, rows: usize) {
        let log = &mut self.log;
        for column in [&mut log.positions, &mut log.versions, &mut log.times] {
            column.reserve_exact(rows);
        }
        log.event_streams.reserve_exact(rows);
        log.event_types.reserve_exact(rows);
    }

    /// Sorts the events into lanes and gives the index.
    pub fn finish(self) -> EventLog {
        let mut log = self.log;
        if !self.positions_hold {
            // One position that does not hold makes all of them ordinals, or two events could share one.
            if self.row_keys_are_positions {
                log.row_keys = std::mem::take(&mut log.positions);
            }
            log.positions = (1..=log.event_types.len() as i64).collect();
            if log.row_keys == log.positions {
                log.row_keys = Vec::new();
            }
            log.ordinal_positions = true;
        }
        for event_type in &log.event_types {
            log.types[*event_type as usize].events += 1;
        }
        log.extra.sort_unstable();
        let first = &log.event_streams;
        log.extra.retain(|member| first[member.event as usize] != member.stream);
        log.extra.dedup_by_key(|member| (member.event, member.stream));
        let mut log = log.with_lanes();
        for column in [&mut log.positions, &mut log.row_keys, &mut log.versions, &mut log.times] {
            column.shrink_to_fit();
        }
        log.orders.shrink_to_fit();
        log.event_streams.shrink_to_fit();
        log.event_types.shrink_to_fit();
        log
    }
}

impl EventLog {
    /// With its lanes, from its columns.
    pub(super) fn with_lanes(self) -> Self {
        let mut log = self;
        let mut counts = vec![0usize; log.streams.len() + 1];
        let memberships = || {
            let first = log.event_streams.iter().enumerate().map(|(event, stream)| (event as u32, *stream));
            let further = log.extra.iter().map(|member| (member.event, member.stream));
            first.filter(|(_, stream)| *stream != NO_STREAM).chain(further)
        };
        for (_, stream) in memberships() {
            counts[stream as usize + 1] += 1;
        }
        for at in 1..counts.len() {
            counts[at] += counts[at - 1];
        }
        let mut next = counts.clone();
        let mut members = vec![0u32; *counts.last().unwrap_or(&0)];
        for (event, stream) in memberships() {
            members[next[stream as usize]] = event;
            next[stream as usize] += 1;
        }
        log.starts = counts;
        log.members = members;
        let mut own = vec![true; log.streams.len()];
        log.extra.iter().for_each(|member| own[member.stream as usize] = false);
        let ascents = log.ascents();
        for (stream, own) in own.into_iter().enumerate() {
            let (from, to) = (log.starts[stream], log.starts[stream + 1]);
            let ascent = &ascents[stream];
            if own && ascent.by_version {
                // Nothing to sort, and nothing more to find out.
                let by_version = ascent.first_has_version;
                log.orders.push(LaneOrder { by_position: true, by_time: ascent.by_time, by_version, own });
                continue;
            }
            let mut lane = log.members[from..to].to_vec();
            let order = log.arrange(StreamIndex(stream as u32), &mut lane, own);
            log.members[from..to].copy_from_slice(&lane);
            log.orders.push(order);
        }
        log
    }

    /// How each stream's own events follow each other in the store's order. One pass over the columns: lanes jump about
    /// in them.
    fn ascents(&self) -> Vec<Ascent> {
        let mut ascents = vec![Ascent::default(); self.streams.len()];
        for (event, stream) in self.event_streams.iter().enumerate().filter(|(_, stream)| **stream != NO_STREAM) {
            let (version, time) = (self.versions[event], self.times[event]);
            let nanos = self.sub_micros.get(event).copied().unwrap_or(0);
            let ascent = &mut ascents[*stream as usize];
            if ascent.begun {
                ascent.by_version &= ascent.version < version;
                ascent.by_time &= (ascent.time, ascent.nanos) <= (time, nanos);
            } else {
                ascent.first_has_version = version != NONE;
                (ascent.begun, ascent.by_version, ascent.by_time) = (true, true, time != NONE);
            }
            (ascent.version, ascent.time, ascent.nanos) = (version, time, nanos);
        }
        ascents
    }
}

/// What is known of a stream's events so far.
#[derive(Clone, Copy, Default)]
struct Ascent {
    version: i64,
    time: i64,
    nanos: u16,
    begun: bool,
    by_version: bool,
    by_time: bool,
    first_has_version: bool,
}

/// The same with one value, which is the last of so many.
pub(super) fn push_sparse<T: Copy + Default + PartialEq>(column: &mut Vec<T>, value: T, len: usize) {
    if value != T::default() || !column.is_empty() {
        column.resize(len - 1, T::default());
        column.push(value);
    }
}

/// Appends to a column that is empty while it holds nothing but zeros.
fn extend_sparse<T: Copy + Default>(column: &mut Vec<T>, more: &[T], before: usize, len: usize) {
    if column.is_empty() && more.is_empty() {
        return;
    }
    column.resize(before, T::default());
    column.extend_from_slice(more);
    column.resize(before + len, T::default());
}

/// Replay order in a stream: version, then position; position alone where versions are null or repeated.
pub(super) fn sort_lane(lane: &mut [u32], version: &dyn Fn(u32) -> i64) {
    if lane.is_sorted_by(|a, b| a < b && version(*a) < version(*b)) {
        return;
    }
    lane.sort_unstable_by_key(|event| (version(*event), *event));
    let usable = lane.iter().all(|event| version(*event) != NONE)
        && lane.windows(2).all(|pair| version(pair[0]) != version(pair[1]));
    if !usable {
        lane.sort_unstable();
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Rows as (stream, version, position, second of 1970).
    pub(crate) fn log(rows: &[(&str, Option<i64>, i64, Option<i64>)]) -> EventLog {
        let mut builder = EventLogBuilder::new(1);
        for (stream, version, position, second) in rows {
            let stream = builder.stream(stream, |_| "c".to_owned());
            let event_type = builder.event_type("T");
            builder.push(LogRow {
                source: 0,
                part: 0,
                row_key: *position,
                position: Some(*position),
                stream: Some(stream),
                version: *version,
                event_type,
                time: second.and_then(|s| Timestamp::from_micros(s * 1_000_000)),
                kind: EventKind::Event,
                archived: false,
            });
        }
        builder.finish()
    }

    #[test]
    fn versions_order_a_lane_unless_null_or_repeated() {
        let s = StreamIndex(0);
        assert_eq!(log(&[("a", Some(2), 1, None), ("a", Some(1), 2, None)]).lane(s), [1, 0]);
        assert_eq!(
            log(&[("a", Some(2), 1, None), ("a", Some(2), 2, None), ("a", Some(1), 3, None)]).lane(s),
            [0, 1, 2]
        );
        assert_eq!(log(&[("a", Some(2), 1, None), ("a", None, 2, None)]).lane(s), [0, 1]);
    }

    #[test]
    fn positions_that_repeat_become_ordinals() {
        let log = log(&[("a", Some(1), 10, None), ("a", Some(2), 10, None), ("a", Some(3), 11, None)]);
        assert!(log.has_ordinal_positions());
        assert_eq!((0..3).map(|e| log.position(e)).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!((0..3).map(|e| log.row_key(e)).collect::<Vec<_>>(), [10, 10, 11]);
    }
}
