//! Several indexes made one: duplicates left out, events in one order. Knows no files.

mod order;

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{Cancel, EventLog, EventLogBuilder, LogRow, StreamIndex, TypeIndex};

use order::Order;

type Map<K, V> = HashMap<K, V, rustc_hash::FxBuildHasher>;

/// An event of one of the files: which file, and the place in its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub file: u16,
    pub event: u32,
}

/// The id of an event, hashed; [`NO_ID`] for none.
pub(super) type Id = [u32; 3];

pub(super) const NO_ID: Id = [0; 3];

/// Events that two files have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Doubles {
    /// The file whose events are shown.
    pub shown: usize,
    /// The file whose events are left out.
    pub other: usize,
    pub count: usize,
    /// How many of them are not the same in both, and the first of these, by its place in the file that is shown.
    pub differing: usize,
    pub first: Option<u32>,
}

/// One history of several. It can grow with its files.
#[derive(Debug, Default)]
pub(super) struct United {
    pub sorting: Sorting,
    order: Order,
}

/// What became of a history when its files grew.
#[derive(Debug)]
pub(super) enum Joined {
    /// There are more events at its end: an index of these alone.
    More(EventLog),
    /// Some of the new events stand between others: an index of all.
    Anew(EventLog),
}

impl United {
    /// Takes in what the files have beyond what is known: `ids` has an id for each of these events, or is shorter where
    /// there are none. `None` if told to stop; then the same can be asked again.
    ///
    /// In either index, [`EventLog::source`] is the file, [`EventLog::row_key`] the place in the file's own index.
    pub fn take_in(&mut self, logs: &[Arc<EventLog>], ids: &[Vec<Id>], cancel: &Cancel) -> Option<Joined> {
        self.sorting.begin(logs);
        for (file, ids) in ids.iter().enumerate() {
            if cancel.is_cancelled() {
                return None;
            }
            self.sorting.sort_out(logs, file, ids);
        }
        let left_out = &self.sorting.left_out;
        if self.order.has_begun()
            && let Some((order, places)) = self.order.with_more(logs, left_out)
        {
            let more = built(0, logs, &places, cancel)?;
            self.order = order;
            return Some(Joined::More(more));
        }
        let (order, places) = Order::of_all(logs, left_out, cancel)?;
        let all = built(0, logs, &places, cancel)?;
        self.order = order;
        Some(Joined::Anew(all))
    }

    /// All events in one order, as an index; `None` if told to stop.
    pub fn anew(&mut self, logs: &[Arc<EventLog>], cancel: &Cancel) -> Option<EventLog> {
        // Told to stop, nothing is in order: the next time all is put in order.
        self.order = Order::default();
        let (order, places) = Order::of_all(logs, &self.sorting.left_out, cancel)?;
        let all = built(0, logs, &places, cancel)?;
        self.order = order;
        Some(all)
    }

    /// How many events of a file are known.
    pub fn known(&self, file: usize) -> usize {
        self.order.taken.get(file).copied().unwrap_or(0)
    }

    /// How many of a file's events are known to be shown or left out: at least as many.
    pub fn sorted(&self, file: usize) -> usize {
        self.sorting.left_out.get(file).map_or(0, Vec::len)
    }

    /// The order is that of the files' positions, which are those of one history.
    pub fn is_by_position(&self) -> bool {
        self.order.by_position
    }
}

/// Knows which events are in another file too.
#[derive(Debug, Default)]
pub(super) struct Sorting {
    /// Of all files' streams: one name, one number.
    numbers: HashMap<Arc<str>, u32>,
    /// For each file, the numbers of its streams.
    streams: Vec<Vec<u32>>,
    by_id: Map<Id, Place>,
    /// Only where some events have no id; with whether the known event has one.
    by_version: Option<Map<(u32, i64), (Place, bool)>>,
    pub left_out: Vec<Vec<bool>>,
    pub doubles: Vec<Doubles>,
    /// Events without an id whose stream and version another file has for something else.
    pub contradictions: usize,
}

impl Sorting {
    fn begin(&mut self, logs: &[Arc<EventLog>]) {
        self.streams.resize(logs.len(), Vec::new());
        self.left_out.resize(logs.len(), Vec::new());
        for (known, log) in self.streams.iter_mut().zip(logs) {
            for stream in known.len()..log.streams().len() {
                let next = self.numbers.len() as u32;
                let name = &log.stream(StreamIndex(stream as u32)).name;
                known.push(*self.numbers.entry(name.clone()).or_insert(next));
            }
        }
    }

    fn version_key(&self, logs: &[Arc<EventLog>], place: Place) -> Option<(u32, i64)> {
        let version = logs[place.file as usize].version(place.event as usize)?;
        Some((self.stream_number(logs, place)?, version))
    }

    fn stream_number(&self, logs: &[Arc<EventLog>], place: Place) -> Option<u32> {
        let stream = logs[place.file as usize].stream_of(place.event as usize)?;
        Some(self.streams[place.file as usize][stream.0 as usize])
    }

    /// Finds out which of a file's new events another file has too. What is shown of one file stays so.
    fn sort_out(&mut self, logs: &[Arc<EventLog>], file: usize, ids: &[Id]) {
        let (from, to) = (self.left_out[file].len(), logs[file].len());
        let id = |event: usize| ids.get(event - from).copied().filter(|id| *id != NO_ID);
        if self.by_version.is_none() && (from..to).any(|event| id(event).is_none()) {
            self.by_version = Some(self.versions(logs));
        }
        let mut left_out = std::mem::take(&mut self.left_out[file]);
        for event in from..to {
            let place = Place { file: file as u16, event: event as u32 };
            let id = id(event);
            let elsewhere = |known: &Place| usize::from(known.file) != file;
            let same_id = id.and_then(|id| self.by_id.get(&id).copied()).filter(elsewhere);
            let double = same_id.or_else(|| {
                let key = self.version_key(logs, place)?;
                let (known, has_id) = *self.by_version.as_ref()?.get(&key)?;
                // Two ids are two events, whatever their versions say.
                if !elsewhere(&known) || (id.is_some() && has_id) {
                    return None;
                }
                let same = self.is_same(logs, known, place);
                self.contradictions += usize::from(!same);
                same.then_some(known)
            });
            if let Some(known) = double {
                self.count(logs, known, place);
            }
            left_out.push(double.is_some());
        }
        // An event that its own file has twice is not the other's double.
        for event in (from..to).filter(|event| !left_out[*event]) {
            let place = Place { file: file as u16, event: event as u32 };
            let id = id(event);
            if let Some(id) = id {
                self.by_id.entry(id).or_insert(place);
            }
            let key = self.by_version.is_some().then(|| self.version_key(logs, place)).flatten();
            if let (Some(key), Some(known)) = (key, &mut self.by_version) {
                known.entry(key).or_insert((place, id.is_some()));
            }
        }
        self.left_out[file] = left_out;
    }

    /// Events by stream and version, where up to now all of them had ids.
    fn versions(&self, logs: &[Arc<EventLog>]) -> Map<(u32, i64), (Place, bool)> {
        let mut versions = Map::default();
        for (file, left_out) in self.left_out.iter().enumerate() {
            for event in (0..left_out.len()).filter(|event| !left_out[*event]) {
                let place = Place { file: file as u16, event: event as u32 };
                if let Some(key) = self.version_key(logs, place) {
                    versions.entry(key).or_insert((place, true));
                }
            }
        }
        versions
    }

    fn count(&mut self, logs: &[Arc<EventLog>], known: Place, place: Place) {
        let (shown, other) = (known.file as usize, place.file as usize);
        let same = self.is_same(logs, known, place);
        let at = self.doubles.iter().position(|pair| (pair.shown, pair.other) == (shown, other));
        let at = at.unwrap_or_else(|| {
            self.doubles.push(Doubles { shown, other, count: 0, differing: 0, first: None });
            self.doubles.len() - 1
        });
        let pair = &mut self.doubles[at];
        pair.count += 1;
        if !same {
            pair.differing += 1;
            pair.first.get_or_insert(known.event);
        }
    }

    /// Whether what the indexes know of two events is the same. Layouts keep times to different parts of a second.
    fn is_same(&self, logs: &[Arc<EventLog>], a: Place, b: Place) -> bool {
        let facts = |place: Place| {
            let (log, event) = (&logs[place.file as usize], place.event as usize);
            let millis = log.time_micros(event).map(|micros| micros.div_euclid(1000));
            let event_type = &log.event_type(log.type_of(event)).name;
            (event_type, millis, log.version(event), self.stream_number(logs, place))
        };
        facts(a) == facts(b)
    }
}

fn built(generation: u64, logs: &[Arc<EventLog>], order: &[Place], cancel: &Cancel) -> Option<EventLog> {
    let mut builder = EventLogBuilder::new(generation);
    builder.reserve(order.len());
    // By file and by the place there: of a few new events only what they need.
    let mut streams: Map<(u16, u32), StreamIndex> = Map::default();
    let mut types: Map<(u16, u32), TypeIndex> = Map::default();
    let with_positions = logs.iter().all(|log| !log.has_ordinal_positions());
    for (done, place) in order.iter().enumerate() {
        if done.is_multiple_of(1 << 16) && cancel.is_cancelled() {
            return None;
        }
        let (file, event) = (place.file as usize, place.event as usize);
        let log = &*logs[file];
        let mut united = |builder: &mut EventLogBuilder, stream: StreamIndex| {
            *streams.entry((place.file, stream.0)).or_insert_with(|| {
                let info = log.stream(stream);
                builder.stream_named(&info.name, log.category(info.category), info.link)
            })
        };
        let own_type = log.type_of(event);
        let event_type = *types
            .entry((place.file, own_type.0))
            .or_insert_with(|| builder.event_type(&log.event_type(own_type).name));
        let stream = log.stream_of(event).map(|stream| united(&mut builder, stream));
        builder.push(LogRow {
            source: place.file,
            row_key: event as i64,
            part: 0,
            position: with_positions.then(|| log.position(event)),
            stream,
            version: log.version(event),
            event_type,
            time: log.time(event),
            kind: log.kind(event),
            archived: log.is_archived(event),
        });
        for other in log.other_streams_of(event) {
            let version = log.version_in(event, other);
            let stream = united(&mut builder, other);
            builder.also_in(stream, version);
        }
    }
    let mut log = builder.finish();
    mark_streams(&mut log, logs);
    Some(log)
}

/// A stream is archived where all its events are, and deleted where the file of its last event says so.
fn mark_streams(log: &mut EventLog, logs: &[Arc<EventLog>]) {
    for stream in (0..log.streams().len() as u32).map(StreamIndex) {
        let lane = log.lane(stream);
        let archived = !lane.is_empty() && lane.iter().all(|event| log.is_archived(*event as usize));
        let last = lane.last().map(|event| &logs[log.source(*event as usize)]);
        let deleted = last.is_some_and(|file| {
            file.find_stream(&log.stream(stream).name).is_some_and(|stream| file.stream(stream).deleted)
        });
        log.mark_stream(stream, archived, deleted);
    }
}
