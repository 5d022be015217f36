//! An index that grows at its end: what it has stays as it is, in its place.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::builder::push_sparse;
use super::builder::sort_lane;
use super::{CategoryIndex, EventLog, LaneOrder, Membership, NO_STREAM, NONE, StreamIndex, TypeIndex};

impl EventLog {
    /// Whether two indices say the same of an event each: its row, its place, and all that is known of it.
    pub fn has_same(&self, event: usize, other: &Self, at: usize) -> bool {
        let stream = |log: &Self, event| log.stream_of(event).map(|stream| log.stream(stream).name.clone());
        let others = |log: &Self, event: usize| -> Vec<_> {
            let further = log.memberships_of(event);
            further.map(|one| (log.stream(StreamIndex(one.stream)).name.clone(), one.version)).collect()
        };
        let ordinal = self.ordinal_positions || other.ordinal_positions;
        self.row_key(event) == other.row_key(at)
            && (self.source(event), self.part(event)) == (other.source(at), other.part(at))
            && (ordinal || self.position(event) == other.position(at))
            && self.versions[event] == other.versions[at]
            && self.times[event] == other.times[at]
            && self.sub_micros.get(event).copied().unwrap_or(0) == other.sub_micros.get(at).copied().unwrap_or(0)
            && self.flags.get(event).copied().unwrap_or(0) == other.flags.get(at).copied().unwrap_or(0)
            && self.event_type(self.type_of(event)).name == other.event_type(other.type_of(at)).name
            && stream(self, event) == stream(other, at)
            && ((self.extra.is_empty() && other.extra.is_empty()) || others(self, event) == others(other, at))
    }

    /// The first event from `from` on, of at most `count`, that is another one in `other`, whose first event stands
    /// against `from`. An event that only one of the two has counts as another one.
    pub fn first_difference(&self, from: usize, count: usize, other: &Self) -> Option<usize> {
        let to = self.len().min(from.saturating_add(count));
        let known = to.saturating_sub(from).min(other.len());
        let differs = (0..known).find(|at| !self.has_same(from + at, other, *at));
        differs.or((from + known < to).then_some(known)).map(|at| from + at)
    }

    /// Holds the events of one source from `from` on against those in `other`, which are all that came of it: all that
    /// there are, if `whole`. Where to go on, or the first event that is another one there.
    pub fn compared(&self, source: usize, from: usize, other: &Self, whole: bool) -> Result<usize, usize> {
        let mut next = from;
        let of_source = |mut event: usize| {
            while event < self.len() && self.source(event) != source {
                event += 1;
            }
            event
        };
        for at in 0..other.len() {
            let event = of_source(next);
            if event == self.len() {
                return Ok(event);
            }
            if !self.has_same(event, other, at) {
                return Err(event);
            }
            next = event + 1;
        }
        let left = of_source(next);
        if whole && left < self.len() { Err(left) } else { Ok(next) }
    }

    /// This index with the events of `more` from `skip` on at its end. `None` where that would change what is known of
    /// those that it has: positions that no longer hold. Costs a copy of the columns and what the new events take.
    pub fn extended(&self, more: &Self, skip: usize, generation: u64) -> Option<Self> {
        let added = more.len().checked_sub(skip)?;
        if self.is_empty() && skip == 0 {
            return Some(Self { generation, ..more.clone() });
        }
        let holds = self.ordinal_positions
            || added == 0
            || (!more.ordinal_positions && self.positions.last().is_none_or(|last| more.position(skip) > *last));
        if !holds {
            return None;
        }
        let mut log = Self {
            generation,
            positions: copied(&self.positions, added),
            row_keys: copied(&self.row_keys, if self.row_keys.is_empty() { 0 } else { added }),
            event_streams: copied(&self.event_streams, added),
            versions: copied(&self.versions, added),
            event_types: copied(&self.event_types, added),
            times: copied(&self.times, added),
            sub_micros: copied(&self.sub_micros, if self.sub_micros.is_empty() { 0 } else { added }),
            flags: copied(&self.flags, if self.flags.is_empty() { 0 } else { added }),
            streams: self.streams.clone(),
            types: self.types.clone(),
            categories: self.categories.clone(),
            by_name: self.by_name.clone(),
            starts: Vec::new(),
            members: Vec::new(),
            orders: Vec::new(),
            sources: copied(&self.sources, if self.sources.is_empty() { 0 } else { added }),
            parts: copied(&self.parts, if self.parts.is_empty() { 0 } else { added }),
            extra: self.extra.clone(),
            ordinal_positions: self.ordinal_positions,
        };
        let mut joined = Joined::default();
        for at in skip..more.len() {
            log.push_from(more, at, &mut joined);
        }
        for (theirs, ours) in joined.streams.iter().filter(|(_, ours)| (ours.0 as usize) < self.streams.len()) {
            // Its last event is among the new ones, and none of those that were known made it anything else.
            let (theirs, ours) = (more.stream(*theirs), &mut log.streams[ours.0 as usize]);
            ours.deleted = theirs.deleted;
            ours.archived &= theirs.archived;
            ours.link |= theirs.link;
        }
        log.join_lanes(self);
        Some(log)
    }

    /// Which events of this index are not in an older one of the same store, and how many of the older one are gone.
    /// Events are told apart by stream, version, type and time: row keys and positions may have changed. `rewritten`
    /// are events of the older one that no longer are what they were.
    pub fn arrivals_since(&self, older: &Self, rewritten: &[u32]) -> (Vec<u32>, usize) {
        let same = older.first_difference(0, usize::MAX, self).unwrap_or(older.len());
        let same = rewritten.iter().map(|event| *event as usize).min().map_or(same, |first| same.min(first));
        let mut known: HashMap<u64, u32> = HashMap::new();
        for event in (same..older.len()).filter(|event| rewritten.binary_search(&(*event as u32)).is_err()) {
            *known.entry(older.identity(event)).or_default() += 1;
        }
        let arrived = (same..self.len()).filter(|event| match known.get_mut(&self.identity(*event)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        });
        let arrived = arrived.map(|event| event as u32).collect();
        (arrived, known.values().map(|left| *left as usize).sum::<usize>() + rewritten.len())
    }

    /// Where an event of an older index of the same store is in this one: the one with its stream and version, else with
    /// its stream and position.
    pub fn find_same(&self, older: &Self, event: usize) -> Option<usize> {
        let name = &older.stream(older.stream_of(event)?).name;
        let stream = self.find_stream(name)?;
        let lane = self.lane(stream);
        let version = older.version(event);
        let by_version = || lane.iter().copied().find(|at| self.version(*at as usize) == version).map(|at| at as usize);
        let by_position = || {
            let at = self.event_at_position(older.position(event))?;
            (self.stream_of(at) == Some(stream)).then_some(at)
        };
        if version.is_some() { by_version() } else { by_position() }
    }

    fn identity(&self, event: usize) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.stream_of(event).map(|stream| &self.stream(stream).name).hash(&mut hasher);
        (self.versions[event], self.times[event], self.sub_micros.get(event).copied().unwrap_or(0)).hash(&mut hasher);
        self.event_type(self.type_of(event)).name.hash(&mut hasher);
        hasher.finish()
    }

    fn push_from(&mut self, more: &Self, at: usize, joined: &mut Joined) {
        let event = self.positions.len();
        let position = if self.ordinal_positions { event as i64 + 1 } else { more.position(at) };
        let row_key = more.row_key(at);
        if self.row_keys.is_empty() && row_key != position {
            self.row_keys.clone_from(&self.positions);
        }
        if !self.row_keys.is_empty() || (row_key != position && event == 0) {
            self.row_keys.push(row_key);
        }
        self.positions.push(position);
        let stream = more.stream_of(at).map(|stream| joined.stream(self, more, stream));
        self.event_streams.push(stream.map_or(NO_STREAM, |stream| stream.0));
        for further in more.memberships_of(at) {
            let stream = joined.stream(self, more, StreamIndex(further.stream));
            self.extra.push(Membership { event: event as u32, stream: stream.0, version: further.version });
        }
        push_sparse(&mut self.sources, more.source(at) as u16, event + 1);
        push_sparse(&mut self.parts, more.part(at) as u32, event + 1);
        self.versions.push(more.versions[at]);
        let event_type = joined.event_type(self, more, more.type_of(at));
        self.types[event_type.0 as usize].events += 1;
        self.event_types.push(event_type.0);
        self.times.push(more.times[at]);
        let nanos = more.sub_micros.get(at).copied().unwrap_or(0);
        if nanos != 0 || !self.sub_micros.is_empty() {
            self.sub_micros.resize(event, 0);
            self.sub_micros.push(nanos);
        }
        let flags = more.flags.get(at).copied().unwrap_or(0);
        if flags != 0 || !self.flags.is_empty() {
            self.flags.resize(event, 0);
            self.flags.push(flags);
        }
    }

    /// Makes the lanes: those of `before`, with the new events at their ends.
    fn join_lanes(&mut self, before: &Self) {
        let old = before.len();
        self.extra[before.extra.len()..].sort_unstable();
        let mut new: Vec<(u32, u32)> = (old..self.len())
            .filter(|event| self.event_streams[*event] != NO_STREAM)
            .map(|event| (self.event_streams[event], event as u32))
            .chain(self.extra[before.extra.len()..].iter().map(|further| (further.stream, further.event)))
            .collect();
        new.sort_unstable();
        new.dedup();
        self.starts.reserve(self.streams.len() + 1);
        self.members.reserve(before.members.len() + new.len());
        self.orders.reserve(self.streams.len());
        self.starts.push(0);
        let mut shared: Vec<u32> = self.extra[before.extra.len()..].iter().map(|further| further.stream).collect();
        shared.sort_unstable();
        let mut at = 0;
        for stream in 0..self.streams.len() {
            let from = self.members.len();
            let known = stream < before.streams.len();
            if known {
                self.members.extend_from_slice(before.lane(StreamIndex(stream as u32)));
            }
            let first = at;
            while new.get(at).is_some_and(|(of, _)| *of as usize == stream) {
                self.members.push(new[at].1);
                at += 1;
            }
            if at == first && known {
                self.orders.push(before.orders[stream]);
            } else {
                let own = shared.binary_search(&(stream as u32)).is_err() && (!known || before.orders[stream].own);
                let mut lane = self.members.split_off(from);
                let order = self.arrange(StreamIndex(stream as u32), &mut lane, own);
                self.members.append(&mut lane);
                self.orders.push(order);
            }
            self.starts.push(self.members.len());
        }
    }

    /// Sorts a lane, and tells what it is sorted by.
    pub(super) fn arrange(&self, stream: StreamIndex, lane: &mut [u32], own: bool) -> LaneOrder {
        let version = |event: u32| match own {
            true => self.versions[event as usize],
            false => self.version_in(event as usize, stream).unwrap_or(NONE),
        };
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

fn copied<T: Copy>(column: &[T], added: usize) -> Vec<T> {
    let mut copy = Vec::with_capacity(column.len() + added);
    copy.extend_from_slice(column);
    copy
}

/// Which stream, type and category of one index is which of another, as far as it was asked.
#[derive(Default)]
struct Joined {
    streams: HashMap<StreamIndex, StreamIndex>,
    types: HashMap<TypeIndex, TypeIndex>,
}

impl Joined {
    fn stream(&mut self, log: &mut EventLog, more: &EventLog, stream: StreamIndex) -> StreamIndex {
        *self.streams.entry(stream).or_insert_with(|| {
            let info = more.stream(stream);
            if let Some(known) = log.by_name.get(&info.name) {
                return *known;
            }
            let name = more.category(info.category);
            let category = log.categories.iter().position(|known| known == name).unwrap_or_else(|| {
                log.categories.push(name.clone());
                log.categories.len() - 1
            });
            let index = StreamIndex(log.streams.len() as u32);
            let mut info = info.clone();
            info.category = CategoryIndex(category as u32);
            log.by_name.insert(info.name.clone(), index);
            log.streams.push(info);
            index
        })
    }

    fn event_type(&mut self, log: &mut EventLog, more: &EventLog, event_type: TypeIndex) -> TypeIndex {
        *self.types.entry(event_type).or_insert_with(|| {
            let info = more.event_type(event_type);
            let known = log.types.iter().position(|known| known.name == info.name);
            let at = known.unwrap_or_else(|| {
                log.types.push(super::TypeInfo { events: 0, ..info.clone() });
                log.types.len() - 1
            });
            TypeIndex(at as u32)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::log::tests::log;

    type Row = (&'static str, Option<i64>, i64, Option<i64>);

    fn same(a: &EventLog, b: &EventLog) {
        assert_eq!(a.len(), b.len());
        assert_eq!(a.first_difference(0, usize::MAX, b), None);
        assert_eq!(a.has_ordinal_positions(), b.has_ordinal_positions());
        let positions = |log: &EventLog| (0..log.len()).map(|event| log.position(event)).collect::<Vec<_>>();
        assert_eq!(positions(a), positions(b));
        assert_eq!(a.streams(), b.streams());
        assert_eq!(a.types(), b.types());
        assert_eq!((&a.starts, &a.members, &a.orders), (&b.starts, &b.members, &b.orders));
    }

    proptest::proptest! {
        #[test]
        fn grown_in_pieces_it_is_as_read_at_once(
            rows in proptest::collection::vec((0..4usize, proptest::option::of(0..9i64), proptest::option::of(0..50i64)), 1..40),
            cut in 0..40usize,
            overlap in 0..5usize,
        ) {
            let names = ["a", "b", "c", "d"];
            let rows: Vec<Row> = rows.iter().enumerate()
                .map(|(at, (stream, version, time))| (names[*stream], *version, at as i64 * 2 + 1, *time)).collect();
            let cut = cut.min(rows.len());
            let overlap = overlap.min(cut);
            let (before, more, whole) = (log(&rows[..cut]), log(&rows[cut - overlap..]), log(&rows));
            proptest::prop_assert_eq!(before.first_difference(cut - overlap, usize::MAX, &more), None);
            same(&before.extended(&more, overlap, 7).unwrap(), &whole);
        }
    }

    #[test]
    fn positions_that_would_not_hold_are_told() {
        let before = log(&[("a", Some(1), 10, None), ("a", Some(2), 11, None)]);
        assert!(before.extended(&log(&[("a", Some(3), 11, None)]), 0, 2).is_none());
        let ordinal = log(&[("a", Some(1), 10, None), ("a", Some(2), 10, None)]);
        let grown = ordinal.extended(&log(&[("a", Some(3), 4, None)]), 0, 2).unwrap();
        assert_eq!((0..3).map(|event| grown.position(event)).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!((0..3).map(|event| grown.row_key(event)).collect::<Vec<_>>(), [10, 10, 4]);
    }

    #[test]
    fn differences_are_found_where_they_are() {
        let rows: [Row; 3] = [("a", Some(1), 1, None), ("b", Some(1), 2, Some(5)), ("a", Some(2), 3, None)];
        let all = log(&rows);
        assert_eq!(all.first_difference(1, usize::MAX, &log(&rows[1..])), None);
        assert_eq!(all.first_difference(1, usize::MAX, &log(&rows[1..2])), Some(2));
        assert_eq!(all.first_difference(0, 2, &log(&rows[..2])), None);
        assert_eq!(all.first_difference(1, usize::MAX, &log(&rows[2..])), Some(1));
        let later = log(&[rows[0], ("b", Some(1), 2, Some(6)), rows[2]]);
        assert_eq!(all.first_difference(0, usize::MAX, &later), Some(1));
    }
}
