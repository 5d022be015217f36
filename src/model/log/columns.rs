//! What the index knows of consecutive events, in columns.

use super::{ARCHIVED, EventLog, Membership, NONE};
use crate::model::event::EventKind;
use crate::model::time::Timestamp;

/// Columns of consecutive events. All are as long, but for those that are empty.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    pub positions: Vec<i64>,
    /// Empty where row keys are the positions.
    pub row_keys: Vec<i64>,
    pub streams: Vec<u32>,
    pub versions: Vec<i64>,
    pub types: Vec<u32>,
    pub times: Vec<i64>,
    /// Nanoseconds below the microsecond; empty where no event has any.
    pub sub_micros: Vec<u16>,
    /// Kind in the low bits, [`ARCHIVED`]; empty where all are plain events.
    pub flags: Vec<u8>,
    /// Which table or file each event was read from; empty where there is one.
    pub sources: Vec<u16>,
    /// The place in its row of each event; empty where every row holds one event.
    pub parts: Vec<u32>,
    /// Further streams of events that are in several, sorted. They name events by their places in the whole index.
    pub extra: Vec<Membership>,
}

/// All that the columns have of one event, but for its further streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub position: i64,
    pub row_key: i64,
    pub stream: u32,
    pub version: i64,
    pub event_type: u32,
    pub time: i64,
    pub sub_micros: u16,
    pub flags: u8,
    pub source: u16,
    pub part: u32,
}

impl Columns {
    pub(super) fn len(&self) -> usize {
        self.positions.len()
    }

    pub(super) fn push(&mut self, entry: Entry) {
        if self.row_keys.is_empty() && entry.row_key != entry.position {
            self.row_keys.extend_from_slice(&self.positions);
            self.row_keys.push(entry.row_key);
        } else if !self.row_keys.is_empty() {
            self.row_keys.push(entry.row_key);
        }
        self.positions.push(entry.position);
        self.streams.push(entry.stream);
        self.versions.push(entry.version);
        self.types.push(entry.event_type);
        self.times.push(entry.time);
        let len = self.positions.len();
        push_sparse(&mut self.sub_micros, entry.sub_micros, len);
        push_sparse(&mut self.flags, entry.flags, len);
        push_sparse(&mut self.sources, entry.source, len);
        push_sparse(&mut self.parts, entry.part, len);
    }

    pub(super) fn get(&self, at: usize) -> Entry {
        Entry {
            position: self.positions[at],
            row_key: self.row_key(at),
            stream: self.streams[at],
            version: self.versions[at],
            event_type: self.types[at],
            time: self.times[at],
            sub_micros: self.sub_micros.get(at).copied().unwrap_or(0),
            flags: self.flags.get(at).copied().unwrap_or(0),
            source: self.sources.get(at).copied().unwrap_or(0),
            part: self.parts.get(at).copied().unwrap_or(0),
        }
    }

    pub(super) fn row_key(&self, at: usize) -> i64 {
        if self.row_keys.is_empty() { self.positions[at] } else { self.row_keys[at] }
    }

    pub(super) fn time(&self, at: usize) -> Option<Timestamp> {
        let micros = self.times[at];
        if micros == NONE {
            return None;
        }
        Timestamp::new(micros, self.sub_micros.get(at).copied().unwrap_or(0))
    }

    pub(super) fn kind(&self, at: usize) -> EventKind {
        match self.flags.get(at).copied().unwrap_or(0) & 0b11 {
            1 => EventKind::Command,
            2 => EventKind::System,
            _ => EventKind::Event,
        }
    }

    pub(super) fn is_archived(&self, at: usize) -> bool {
        self.flags.get(at).copied().unwrap_or(0) & ARCHIVED != 0
    }

    pub(super) fn memberships_of(&self, event: u32) -> impl Iterator<Item = &Membership> {
        let from = self.extra.partition_point(|member| member.event < event);
        self.extra[from..].iter().take_while(move |member| member.event == event)
    }

    pub(super) fn time_range(&self) -> Option<(Timestamp, Timestamp)> {
        let nanos = |at: usize| self.sub_micros.get(at).copied().unwrap_or(0);
        let timed = self.times.iter().enumerate().filter(|(_, micros)| **micros != NONE);
        let times = timed.map(|(at, micros)| (*micros, nanos(at)));
        let range = |range: Option<[(i64, u16); 2]>, time| match range {
            None => Some([time; 2]),
            Some([least, most]) => Some([least.min(time), most.max(time)]),
        };
        let [least, most] = times.fold(None, range)?;
        Some((Timestamp::new(least.0, least.1)?, Timestamp::new(most.0, most.1)?))
    }

    /// Gives back what is not used.
    pub(super) fn shrink(&mut self) {
        for column in [&mut self.positions, &mut self.row_keys, &mut self.versions, &mut self.times] {
            column.shrink_to_fit();
        }
        self.streams.shrink_to_fit();
        self.types.shrink_to_fit();
    }

    /// Bytes that the columns take.
    pub(super) fn bytes(&self) -> usize {
        self.positions.capacity() * 8
            + self.row_keys.capacity() * 8
            + self.streams.capacity() * 4
            + self.versions.capacity() * 8
            + self.types.capacity() * 4
            + self.times.capacity() * 8
            + self.sub_micros.capacity() * 2
            + self.flags.capacity()
            + self.sources.capacity() * 2
            + self.parts.capacity() * 4
            + self.extra.capacity() * size_of::<Membership>()
    }
}

/// The same with one value, which is the last of so many.
pub(super) fn push_sparse<T: Copy + Default + PartialEq>(column: &mut Vec<T>, value: T, len: usize) {
    if value != T::default() || !column.is_empty() {
        column.resize(len - 1, T::default());
        column.push(value);
    }
}

impl EventLog {
    /// The columns that an event is in, and where.
    #[inline]
    pub(super) fn at(&self, event: usize) -> (&Columns, usize) {
        match event.checked_sub(self.in_base) {
            None => (&self.base, event),
            Some(more) => (&self.more[more / PIECE], more % PIECE),
        }
    }

    /// The columns in their order.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &Columns> {
        std::iter::once(&*self.base).chain(self.more.iter().map(|piece| &**piece))
    }
}

/// How many events each piece has of those that came later; the last one may have fewer. Growing by one event costs a
/// copy of half of this.
pub(super) const PIECE: usize = 1 << 13;
