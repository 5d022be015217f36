//! Making an index: rows in replay order, pieces of it put together, lanes sorted.

use std::collections::HashMap;
use std::sync::Arc;

use super::columns::{Columns, push_sparse};
use super::{ARCHIVED, ByName, CategoryIndex, EventLog, Membership, NO_STREAM, NONE, StreamIndex, StreamInfo};
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

impl LogRow {
    /// A row of which no more is known than its place, its stream and its type.
    pub fn at(position: i64, stream: Option<StreamIndex>, event_type: TypeIndex) -> Self {
        Self {
            source: 0,
            row_key: position,
            part: 0,
            position: Some(position),
            stream,
            version: None,
            event_type,
            time: None,
            kind: EventKind::Event,
            archived: false,
        }
    }
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
    columns: Columns,
    streams_by_name: ByName,
    types_by_name: HashMap<Arc<str>, TypeIndex>,
    categories_by_name: HashMap<Arc<str>, CategoryIndex, ahash::RandomState>,
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
        match self.streams_by_name.find(&self.log.streams, name) {
            Some(index) => index,
            None => self.stream_named(name, &category(name), false),
        }
    }

    /// The stream of this name, new and of this category if it was not there; a link as soon as anything says so.
    pub fn stream_named(&mut self, name: &str, category: &str, link: bool) -> StreamIndex {
        if let Some(index) = self.streams_by_name.find(&self.log.streams, name) {
            let at = index.0 as usize;
            if link && !self.log.streams[at].link {
                self.log.streams.change(at, |info| info.link = true);
            }
            return index;
        }
        let category = self.category(category);
        let index = StreamIndex(self.log.streams.len() as u32);
        let info = StreamInfo { name: name.into(), category, link, archived: false, deleted: false };
        self.log.streams.push(info);
        self.streams_by_name.insert_last(&self.log.streams);
        index
    }

    fn category(&mut self, name: &str) -> CategoryIndex {
        if let Some(index) = self.categories_by_name.get(name) {
            return *index;
        }
        let (name, index) = (Arc::<str>::from(name), CategoryIndex(self.log.categories.len() as u32));
        self.log.categories.push(name.clone());
        self.categories_by_name.insert(name, index);
        index
    }

    /// The type of this name, new if it was not there.
    pub fn event_type(&mut self, name: &str) -> TypeIndex {
        match self.types_by_name.get(name) {
            Some(index) => *index,
            None => {
                let (index, name) = (TypeIndex(self.log.types.len() as u32), Arc::<str>::from(name));
                self.log.types.push(TypeInfo { short: short_type(&name).into(), name: name.clone(), events: 0 });
                self.types_by_name.insert(name, index);
                index
            }
        }
    }

    /// How many rows were pushed.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Whether no row was pushed.
    pub fn is_empty(&self) -> bool {
        self.columns.positions.is_empty()
    }

    /// Adds the next row in replay order. At most `u32::MAX` rows; more are for the caller to refuse.
    pub fn push(&mut self, row: LogRow) {
        let columns = &mut self.columns;
        let ordinal = columns.len() as i64 + 1;
        let previous = columns.positions.last().copied().unwrap_or(i64::MIN);
        let position = match row.position {
            Some(position) if position > previous => position,
            _ => {
                self.positions_hold = false;
                ordinal
            }
        };
        if self.row_keys_are_positions && row.row_key != position {
            self.row_keys_are_positions = false;
            columns.row_keys.extend_from_slice(&columns.positions);
        }
        if !self.row_keys_are_positions {
            columns.row_keys.push(row.row_key);
        }
        columns.positions.push(position);
        columns.streams.push(row.stream.map_or(NO_STREAM, |stream| stream.0));
        columns.versions.push(row.version.unwrap_or(NONE));
        columns.types.push(row.event_type.0);
        columns.times.push(row.time.map_or(NONE, Timestamp::micros));
        let kind = match row.kind {
            EventKind::Event => 0,
            EventKind::Command => 1,
            EventKind::System => 2,
        };
        let len = columns.len();
        push_sparse(&mut columns.sources, row.source, len);
        push_sparse(&mut columns.parts, row.part, len);
        push_sparse(&mut columns.sub_micros, row.time.map_or(0, Timestamp::sub_micro_nanos), len);
        push_sparse(&mut columns.flags, kind | if row.archived { ARCHIVED } else { 0 }, len);
    }

    /// Puts the last pushed event in a further stream.
    pub fn also_in(&mut self, stream: StreamIndex, version: Option<i64>) {
        if let Some(event) = self.columns.len().checked_sub(1) {
            let version = version.unwrap_or(NONE);
            self.columns.extra.push(Membership { event: event as u32, stream: stream.0, version });
        }
    }

    /// Takes a piece after what is there. `names` has the places of all names that the piece's rows refer to, and the
    /// piece no names of its own: its rows name streams and types by their places in `names`.
    pub fn append(&mut self, piece: Self, names: &PieceNames) {
        let more = piece.columns;
        let columns = &mut self.columns;
        let (before, added) = (columns.len(), more.len());
        let follows = match (columns.positions.last(), more.positions.first()) {
            (Some(last), Some(first)) => last < first,
            _ => true,
        };
        self.positions_hold &= piece.positions_hold && follows;
        if self.row_keys_are_positions && !piece.row_keys_are_positions {
            self.row_keys_are_positions = false;
            columns.row_keys.extend_from_slice(&columns.positions);
        }
        if !self.row_keys_are_positions {
            let keys = if piece.row_keys_are_positions { &more.positions } else { &more.row_keys };
            columns.row_keys.extend_from_slice(keys);
        }
        columns.positions.extend_from_slice(&more.positions);
        let stream_of = |stream: &u32| match *stream {
            NO_STREAM => NO_STREAM,
            stream => names.streams[stream as usize].0,
        };
        columns.streams.extend(more.streams.iter().map(stream_of));
        columns.versions.extend_from_slice(&more.versions);
        columns.types.extend(more.types.iter().map(|t| names.types[*t as usize].0));
        columns.times.extend_from_slice(&more.times);
        extend_sparse(&mut columns.sub_micros, &more.sub_micros, before, added);
        extend_sparse(&mut columns.flags, &more.flags, before, added);
        extend_sparse(&mut columns.sources, &more.sources, before, added);
        extend_sparse(&mut columns.parts, &more.parts, before, added);
        columns.extra.extend(more.extra.iter().map(|member| Membership {
            event: member.event + before as u32,
            stream: stream_of(&member.stream),
            version: member.version,
        }));
    }

    /// Makes room for as many rows more.
    pub fn reserve(&mut self, rows: usize) {
        let columns = &mut self.columns;
        for column in [&mut columns.positions, &mut columns.versions, &mut columns.times] {
            column.reserve_exact(rows);
        }
        columns.streams.reserve_exact(rows);
        columns.types.reserve_exact(rows);
    }

    /// Sorts the events into lanes and gives the index.
    pub fn finish(self) -> EventLog {
        let (mut log, mut columns) = (self.log, self.columns);
        if !self.positions_hold {
            // One position that does not hold makes all of them ordinals, or two events could share one.
            if self.row_keys_are_positions {
                columns.row_keys = std::mem::take(&mut columns.positions);
            }
            columns.positions = (1..=columns.types.len() as i64).collect();
            if columns.row_keys == columns.positions {
                columns.row_keys = Vec::new();
            }
            log.ordinal_positions = true;
        }
        for event_type in &columns.types {
            log.types[*event_type as usize].events += 1;
        }
        columns.extra.sort_unstable();
        let first = &columns.streams;
        columns.extra.retain(|member| first[member.event as usize] != member.stream);
        columns.extra.dedup_by_key(|member| (member.event, member.stream));
        columns.shrink();
        log.by_name.base = Arc::new(self.streams_by_name);
        log.with_columns(columns)
    }
}

impl EventLog {
    /// With these columns, and the lanes that they make.
    pub(super) fn with_columns(self, columns: Columns) -> Self {
        let log = Self { times: columns.time_range(), in_base: columns.len(), base: Arc::new(columns), ..self };
        log.with_lanes()
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
                version: *version,
                time: second.and_then(|s| Timestamp::from_micros(s * 1_000_000)),
                ..LogRow::at(*position, Some(stream), event_type)
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
