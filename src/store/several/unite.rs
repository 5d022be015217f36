//! Several indexes made one: duplicates left out, events in one order. Knows no files.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{Cancel, EventLog, EventLogBuilder, LogRow, StreamIndex, Timestamp, TypeIndex};

type Map<K, V> = HashMap<K, V, rustc_hash::FxBuildHasher>;

/// An event of one of the files: which file, and the place in its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub file: u16,
    pub event: u32,
}

/// The id of an event, hashed; 0 for none.
pub(super) type Id = u128;

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

/// One history of several.
#[derive(Debug)]
pub(super) struct United {
    /// [`EventLog::source`] is the file, [`EventLog::row_key`] the place in the file's own index.
    pub log: EventLog,
    pub doubles: Vec<Doubles>,
    /// Events without an id whose stream and version another file has for something else.
    pub contradictions: usize,
    /// The order is that of the files' positions, which are those of one history.
    pub by_position: bool,
}

/// Unites indexes. `ids` has an id for each event of each, or is shorter where there are none. `None` if told to stop.
pub(super) fn unite(generation: u64, logs: &[Arc<EventLog>], ids: &[Vec<Id>], cancel: &Cancel) -> Option<United> {
    let mut sorting = Sorting::new(logs, ids);
    for file in 0..logs.len() {
        if cancel.is_cancelled() {
            return None;
        }
        sorting.sort_out(file);
    }
    let Sorting { left_out, doubles, contradictions, .. } = sorting;
    let (order, by_position) = ordered(logs, &left_out, cancel)?;
    let log = built(generation, logs, &order, cancel)?;
    Some(United { log, doubles, contradictions, by_position })
}

/// Finds out which events are in an earlier file too.
struct Sorting<'a> {
    logs: &'a [Arc<EventLog>],
    ids: &'a [Vec<Id>],
    /// For each file, the numbers of its streams: one name, one number.
    streams: Vec<Vec<u32>>,
    by_id: Map<Id, Place>,
    /// Only where some events have no id.
    by_version: Option<Map<(u32, i64), Place>>,
    left_out: Vec<Vec<bool>>,
    doubles: Vec<Doubles>,
    contradictions: usize,
}

impl<'a> Sorting<'a> {
    fn new(logs: &'a [Arc<EventLog>], ids: &'a [Vec<Id>]) -> Self {
        let mut numbers: Map<&str, u32> = Map::default();
        let streams = logs.iter().map(|log| {
            let number = |stream: &'a crate::model::StreamInfo| {
                let next = numbers.len() as u32;
                *numbers.entry(&*stream.name).or_insert(next)
            };
            log.streams().iter().map(number).collect()
        });
        let streams = streams.collect();
        let all_have_ids =
            logs.iter().zip(ids).all(|(log, ids)| ids.len() == log.len() && ids.iter().all(|id| *id != 0));
        Self {
            logs,
            ids,
            streams,
            by_id: Map::default(),
            by_version: (!all_have_ids).then(Map::default),
            left_out: Vec::new(),
            doubles: Vec::new(),
            contradictions: 0,
        }
    }

    fn id(&self, place: Place) -> Option<Id> {
        self.ids.get(place.file as usize)?.get(place.event as usize).copied().filter(|id| *id != 0)
    }

    fn version_key(&self, place: Place) -> Option<(u32, i64)> {
        let log = &self.logs[place.file as usize];
        let stream = log.stream_of(place.event as usize)?;
        Some((self.streams[place.file as usize][stream.0 as usize], log.version(place.event as usize)?))
    }

    fn sort_out(&mut self, file: usize) {
        let len = self.logs[file].len();
        let mut left_out = vec![false; len];
        for event in 0..len as u32 {
            let place = Place { file: file as u16, event };
            let id = self.id(place);
            let same_id = id.and_then(|id| self.by_id.get(&id).copied());
            let double = same_id.or_else(|| {
                let known = *self.by_version.as_ref()?.get(&self.version_key(place)?)?;
                // Two ids are two events, whatever their versions say.
                if id.is_some() && self.id(known).is_some() {
                    return None;
                }
                let same = self.is_same(known, place);
                self.contradictions += usize::from(!same);
                same.then_some(known)
            });
            if let Some(known) = double {
                left_out[event as usize] = true;
                self.count(known, place);
            }
        }
        if file + 1 < self.logs.len() {
            // Only now: what one file has twice is not for us to judge.
            for event in (0..len as u32).filter(|event| !left_out[*event as usize]) {
                let place = Place { file: file as u16, event };
                if let Some(id) = self.id(place) {
                    self.by_id.entry(id).or_insert(place);
                }
                let key = self.by_version.is_some().then(|| self.version_key(place)).flatten();
                if let (Some(key), Some(known)) = (key, &mut self.by_version) {
                    known.entry(key).or_insert(place);
                }
            }
        }
        self.left_out.push(left_out);
    }

    fn count(&mut self, known: Place, place: Place) {
        let (shown, other) = (known.file as usize, place.file as usize);
        let same = self.is_same(known, place);
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
    fn is_same(&self, a: Place, b: Place) -> bool {
        let facts = |place: Place| {
            let (log, event) = (&self.logs[place.file as usize], place.event as usize);
            let millis = log.time_micros(event).map(|micros| micros.div_euclid(1000));
            (&log.event_type(log.type_of(event)).name, millis, log.version(event), self.stream_number(place))
        };
        facts(a) == facts(b)
    }

    fn stream_number(&self, place: Place) -> Option<u32> {
        let stream = self.logs[place.file as usize].stream_of(place.event as usize)?;
        Some(self.streams[place.file as usize][stream.0 as usize])
    }
}

/// One part in this many may be late where positions say the order: clocks differ a little.
const LATE: usize = 100;

/// All events that are shown in one order; whether it is that of the positions.
///
/// Positions say it if they are those of one history: no two are the same, and times agree with them. Else times do,
/// then positions, then the order of the files.
fn ordered(logs: &[Arc<EventLog>], left_out: &[Vec<bool>], cancel: &Cancel) -> Option<(Vec<Place>, bool)> {
    if logs.iter().all(|log| !log.has_ordinal_positions()) {
        let order = merged(logs, left_out, true, cancel)?;
        let position = |place: &Place| logs[place.file as usize].position(place.event as usize);
        let unique = order.windows(2).all(|pair| position(&pair[0]) < position(&pair[1]));
        let within = |(file, log): (usize, &Arc<EventLog>)| {
            let shown = (0..log.len() as u32).filter(|event| !left_out[file][*event as usize]);
            late(logs, shown.map(|event| Place { file: file as u16, event }))
        };
        if unique {
            let before: usize = logs.iter().enumerate().map(within).sum();
            if late(logs, order.iter().copied()) <= before + order.len() / LATE {
                return Some((order, true));
            }
        }
    }
    Some((merged(logs, left_out, false, cancel)?, false))
}

/// How many events have an earlier time than one before them.
fn late(logs: &[Arc<EventLog>], events: impl Iterator<Item = Place>) -> usize {
    let mut latest = i64::MIN;
    let times = events.filter_map(|place| logs[place.file as usize].time_micros(place.event as usize));
    times
        .filter(|time| {
            let is_late = *time < latest;
            latest = latest.max(*time);
            is_late
        })
        .count()
}

/// What is compared with the next events of the other files.
type Rank = (Option<Timestamp>, Option<i64>);

/// The next event of a file.
struct Head<'a> {
    log: &'a EventLog,
    left_out: &'a [bool],
    next: usize,
    time: Option<Timestamp>,
    position: Option<i64>,
    by_position: bool,
}

impl Head<'_> {
    /// Takes note of the next event that is shown; `None` at the end. What has no time, or runs backwards in its own
    /// file, stays behind its predecessor, also where that is shown as another file's.
    fn rank(&mut self) -> Option<Rank> {
        while self.next < self.log.len() {
            self.time = self.time.max(self.log.time(self.next));
            if !self.log.has_ordinal_positions() {
                self.position = self.position.max(Some(self.log.position(self.next)));
            }
            if !self.left_out[self.next] {
                return Some((if self.by_position { None } else { self.time }, self.position));
            }
            self.next += 1;
        }
        None
    }
}

fn merged(logs: &[Arc<EventLog>], left_out: &[Vec<bool>], by_position: bool, cancel: &Cancel) -> Option<Vec<Place>> {
    let head = |(log, left_out)| Head { log, left_out, next: 0, time: None, position: None, by_position };
    let mut heads: Vec<Head<'_>> =
        logs.iter().map(|log| &**log).zip(left_out.iter().map(Vec::as_slice)).map(head).collect();
    let mut ranks: Vec<Option<Rank>> = heads.iter_mut().map(Head::rank).collect();
    let mut order = Vec::with_capacity(logs.iter().map(|log| log.len()).sum());
    loop {
        // Few files: looking at each is as quick as a heap. Of equals the first comes first.
        let left = ranks.iter().enumerate().filter_map(|(file, rank)| Some((rank.as_ref()?, file)));
        let Some((_, file)) = left.min() else { return Some(order) };
        order.push(Place { file: file as u16, event: heads[file].next as u32 });
        heads[file].next += 1;
        ranks[file] = heads[file].rank();
        if order.len().is_multiple_of(1 << 16) && cancel.is_cancelled() {
            return None;
        }
    }
}

fn built(generation: u64, logs: &[Arc<EventLog>], order: &[Place], cancel: &Cancel) -> Option<EventLog> {
    let mut builder = EventLogBuilder::new(generation);
    builder.reserve(order.len());
    let mut streams: Vec<Vec<Option<StreamIndex>>> = logs.iter().map(|log| vec![None; log.streams().len()]).collect();
    let mut types: Vec<Vec<Option<TypeIndex>>> = logs.iter().map(|log| vec![None; log.types().len()]).collect();
    let with_positions = logs.iter().all(|log| !log.has_ordinal_positions());
    for (done, place) in order.iter().enumerate() {
        if done.is_multiple_of(1 << 16) && cancel.is_cancelled() {
            return None;
        }
        let (file, event) = (place.file as usize, place.event as usize);
        let log = &*logs[file];
        let mut united = |builder: &mut EventLogBuilder, stream: StreamIndex| {
            *streams[file][stream.0 as usize].get_or_insert_with(|| {
                let info = log.stream(stream);
                builder.stream_named(&info.name, log.category(info.category), info.link)
            })
        };
        let own_type = log.type_of(event);
        let event_type =
            *types[file][own_type.0 as usize].get_or_insert_with(|| builder.event_type(&log.event_type(own_type).name));
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
