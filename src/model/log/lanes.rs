//! Lanes: each stream's events in its replay order.

use std::sync::Arc;

use super::columns::Columns;
use super::{EventLog, NO_STREAM, NONE, StreamIndex};

/// What a lane as a whole is sorted by besides its own order: what makes looking into it a matter of halving.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct LaneOrder {
    /// Its events stand in the store's order.
    pub by_position: bool,
    /// They all have a time, and none an earlier one than the event before it.
    pub by_time: bool,
    /// They all have a version, each a greater one than the event before it.
    pub by_version: bool,
    /// This stream is the first one of each.
    pub own: bool,
}

/// The lanes of an index.
#[derive(Debug, Clone, Default)]
pub(super) struct Lanes {
    base: Arc<Base>,
    /// Those that have changed since, by stream.
    grown: imbl::HashMap<u32, Arc<Lane>>,
}

/// The lanes as they were when the index was made.
#[derive(Debug, Default)]
struct Base {
    /// Lane `s` is `members[starts[s]..starts[s + 1]]`.
    starts: Vec<usize>,
    members: Vec<u32>,
    orders: Vec<LaneOrder>,
}

#[derive(Debug)]
struct Lane {
    members: Vec<u32>,
    order: LaneOrder,
}

impl Lanes {
    fn grown(&self, stream: StreamIndex) -> Option<&Arc<Lane>> {
        if self.grown.is_empty() { None } else { self.grown.get(&stream.0) }
    }

    /// A stream's events; none of one that is not known.
    pub(super) fn members(&self, stream: StreamIndex) -> &[u32] {
        if let Some(lane) = self.grown(stream) {
            return &lane.members;
        }
        let (starts, at) = (&self.base.starts, stream.0 as usize);
        match (starts.get(at), starts.get(at + 1)) {
            (Some(from), Some(to)) => &self.base.members[*from..*to],
            _ => &[],
        }
    }

    /// What they are sorted by.
    pub(super) fn order(&self, stream: StreamIndex) -> LaneOrder {
        match self.grown(stream) {
            Some(lane) => lane.order,
            // A lane without an event is in any order.
            None => self.base.orders.get(stream.0 as usize).copied().unwrap_or(EMPTY),
        }
    }

    /// Bytes that they take.
    pub(super) fn bytes(&self) -> usize {
        let grown: usize = self.grown.values().map(|lane| lane.members.capacity() * 4).sum();
        self.base.members.capacity() * 4 + self.base.orders.capacity() * size_of::<LaneOrder>() + grown
    }
}

const EMPTY: LaneOrder = LaneOrder { by_position: true, by_time: true, by_version: true, own: true };

impl EventLog {
    /// With its lanes, from its columns.
    pub(super) fn with_lanes(self) -> Self {
        let mut log = self;
        let columns = &log.base;
        let streams = log.streams.len();
        let mut counts = vec![0usize; streams + 1];
        let memberships = || {
            let first = columns.streams.iter().enumerate().map(|(event, stream)| (event as u32, *stream));
            let further = columns.extra.iter().map(|member| (member.event, member.stream));
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
        let mut own = vec![true; streams];
        columns.extra.iter().for_each(|member| own[member.stream as usize] = false);
        let mut base = Base { starts: counts, members, orders: Vec::with_capacity(streams) };
        let ascents = columns.ascents(streams);
        for (stream, own) in own.into_iter().enumerate() {
            let ascent = &ascents[stream];
            if own && ascent.by_version {
                // Nothing to sort, and nothing more to find out.
                let by_version = ascent.first_has_version;
                base.orders.push(LaneOrder { by_position: true, by_time: ascent.by_time, by_version, own });
                continue;
            }
            let lane = &mut base.members[base.starts[stream]..base.starts[stream + 1]];
            base.orders.push(log.arrange(StreamIndex(stream as u32), lane, own));
        }
        log.lanes = Lanes { base: Arc::new(base), grown: imbl::HashMap::default() };
        log
    }

    /// Puts events from `first` on, which came later, at the ends of their lanes, or where their versions are.
    pub(super) fn join_lanes(&mut self, first: usize) {
        let further = |event: usize| self.memberships_of(event).map(move |member| (member.stream, event as u32, true));
        let new = (first..self.len()).flat_map(|event| {
            let own = self.at(event);
            let own = own.0.streams[own.1];
            (own != NO_STREAM).then_some((own, event as u32, false)).into_iter().chain(further(event))
        });
        let mut new: Vec<(u32, u32, bool)> = new.collect();
        new.sort_unstable();
        new.dedup_by_key(|(stream, event, _)| (*stream, *event));
        for group in new.chunk_by(|a, b| a.0 == b.0) {
            let stream = StreamIndex(group[0].0);
            let shared = group.iter().any(|(_, _, further)| *further);
            let lane = self.joined(stream, group.iter().map(|(_, event, _)| *event), shared);
            self.lanes.grown.insert(stream.0, Arc::new(lane));
        }
    }

    /// A lane with more events, which ascend.
    fn joined(&self, stream: StreamIndex, more: impl ExactSizeIterator<Item = u32> + Clone, shared: bool) -> Lane {
        let (known, mut order) = (self.lanes.members(stream), self.lanes.order(stream));
        let mut members = Vec::with_capacity(known.len() + more.len());
        members.extend_from_slice(known);
        let own = order.own && !shared;
        let version = |event: u32| self.version_for(event, stream, own);
        let versions_go_on = |last: Option<&u32>| {
            let mut last = last.map_or(NONE, |last| version(*last));
            more.clone().all(|event| std::mem::replace(&mut last, version(event)) < last)
        };
        // Versions that are missing or repeat order nothing, and never will: then the store's order does.
        let unordered = (order.own && !order.by_version) || known.first().is_some_and(|first| version(*first) == NONE);
        if !unordered && !versions_go_on(known.last()) {
            members.extend(more);
            let order = self.arrange(stream, &mut members, own);
            return Lane { members, order };
        }
        (order.own, order.by_version) = (own, order.by_version && own);
        let mut last = known.last().map(|last| self.time(*last as usize));
        for event in more {
            let time = self.time(event as usize);
            order.by_time &= time.is_some() && last.is_none_or(|last| last <= time);
            last = Some(time);
            members.push(event);
        }
        Lane { members, order }
    }

    fn version_for(&self, event: u32, stream: StreamIndex, own: bool) -> i64 {
        match own {
            true => {
                let (columns, at) = self.at(event as usize);
                columns.versions[at]
            }
            false => self.version_in(event as usize, stream).unwrap_or(NONE),
        }
    }

    /// Sorts a lane, and tells what it is sorted by.
    fn arrange(&self, stream: StreamIndex, lane: &mut [u32], own: bool) -> LaneOrder {
        let version = |event: u32| self.version_for(event, stream, own);
        sort_lane(lane, &version);
        LaneOrder {
            by_position: lane.is_sorted(),
            by_time: lane.is_sorted_by_key(|event| self.time(*event as usize))
                && lane.first().is_none_or(|first| self.time(*first as usize).is_some()),
            // Ascending, only the first can be without one: nothing is less than it.
            // Versions are asked by event: those of another stream would mislead.
            by_version: own
                && lane.is_sorted_by(|a, b| version(*a) < version(*b))
                && lane.first().is_none_or(|first| version(*first) != NONE),
            own,
        }
    }
}

impl Lanes {
    /// Lanes as they were when the index was made, as bytes: all events, how many each lane has, what it is sorted by.
    pub(super) fn image(&self) -> [Vec<u8>; 3] {
        let lengths = self.base.starts.windows(2).map(|ends| (ends[1] - ends[0]) as u32);
        [
            bytemuck::cast_slice(&self.base.members).to_vec(),
            lengths.flat_map(u32::to_ne_bytes).collect(),
            self.base.orders.iter().map(|order| order.bits()).collect(),
        ]
    }

    /// The lanes of such bytes, of so many events; `None` where they don't fit together.
    pub(super) fn of_image(members: Vec<u32>, lengths: &[u32], orders: &[u8], events: usize) -> Option<Self> {
        let mut starts = vec![0];
        let mut end = 0usize;
        starts.extend(lengths.iter().map(|length| {
            end += *length as usize;
            end
        }));
        let fits = end == members.len()
            && orders.len() == lengths.len()
            && members.iter().all(|event| (*event as usize) < events);
        let orders = orders.iter().map(|bits| LaneOrder::of_bits(*bits)).collect();
        fits.then(|| Self { base: Arc::new(Base { starts, members, orders }), grown: imbl::HashMap::default() })
    }

    /// How many lanes there were when the index was made.
    pub(super) fn in_base(&self) -> usize {
        self.base.orders.len()
    }
}

impl LaneOrder {
    fn bits(self) -> u8 {
        u8::from(self.by_position)
            | u8::from(self.by_time) << 1
            | u8::from(self.by_version) << 2
            | u8::from(self.own) << 3
    }

    fn of_bits(bits: u8) -> Self {
        let is = |bit: u8| bits & (1 << bit) != 0;
        Self { by_position: is(0), by_time: is(1), by_version: is(2), own: is(3) }
    }
}

impl Columns {
    /// How each stream's own events follow each other in the store's order. One pass over the columns: lanes jump about
    /// in them.
    fn ascents(&self, streams: usize) -> Vec<Ascent> {
        let mut ascents = vec![Ascent::default(); streams];
        for (event, stream) in self.streams.iter().enumerate().filter(|(_, stream)| **stream != NO_STREAM) {
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

/// Replay order in a stream: version, then position; position alone where versions are null or repeated.
fn sort_lane(lane: &mut [u32], version: &dyn Fn(u32) -> i64) {
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
