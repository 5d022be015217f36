//! An index that grows at its end: what it has stays as it is, in its place.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use super::columns::PIECE;
use super::{CategoryIndex, EventLog, Membership, NO_STREAM, StreamIndex, StreamInfo, TypeIndex};

impl EventLog {
    /// Whether two indices say the same of an event each: its row, its place, and all that is known of it.
    pub fn has_same(&self, event: usize, other: &Self, at: usize) -> bool {
        let stream = |log: &Self, event| log.stream_of(event).map(|stream| log.stream(stream).name.clone());
        let others = |log: &Self, event: usize| -> Vec<_> {
            let further = log.memberships_of(event);
            let named = further.map(|one| (log.stream(StreamIndex(one.stream)).name.clone(), one.version));
            let mut named: Vec<_> = named.collect();
            // Each index has them in the order in which it met the streams.
            named.sort_unstable();
            named
        };
        let ordinal = self.ordinal_positions || other.ordinal_positions;
        self.row_key(event) == other.row_key(at)
            && (self.source(event), self.part(event)) == (other.source(at), other.part(at))
            && (ordinal || self.position(event) == other.position(at))
            && self.version(event) == other.version(at)
            && self.time(event) == other.time(at)
            && (self.kind(event), self.is_archived(event)) == (other.kind(at), other.is_archived(at))
            && self.event_type(self.type_of(event)).name == other.event_type(other.type_of(at)).name
            && stream(self, event) == stream(other, at)
            && others(self, event) == others(other, at)
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
    /// those that it has: positions that no longer hold. Costs what the new events take, and copies of the lanes that
    /// they are in.
    pub fn extended(&self, more: &Self, skip: usize, generation: u64) -> Option<Self> {
        let added = more.len().checked_sub(skip)?;
        if self.is_empty() && skip == 0 {
            return Some(Self { generation, ..more.clone() });
        }
        let known = self.len();
        let last = known.checked_sub(1).map(|last| self.position(last));
        let holds = self.ordinal_positions
            || added == 0
            || (!more.ordinal_positions && last.is_none_or(|last| more.position(skip) > last));
        if !holds {
            return None;
        }
        let mut log = Self { generation, ..self.clone() };
        let mut joined = Joined::default();
        for at in skip..more.len() {
            log.push_from(more, at, &mut joined);
        }
        for (theirs, ours) in joined.streams.iter().filter(|(_, ours)| (ours.0 as usize) < self.streams.len()) {
            // Its last event is among the new ones, and none of those that were known made it anything else: it is made
            // of links if neither they nor the new ones are its own.
            let (theirs, known) = (more.stream(*theirs), self.stream(*ours));
            let (deleted, archived, link) =
                (theirs.deleted, known.archived && theirs.archived, known.link && theirs.link);
            if (deleted, archived, link) != (known.deleted, known.archived, known.link) {
                log.streams.change(ours.0 as usize, |info| {
                    (info.deleted, info.archived, info.link) = (deleted, archived, link);
                });
            }
        }
        log.join_lanes(known);
        Some(log)
    }

    /// The same as another reading of the store.
    pub fn of_generation(self, generation: u64) -> Self {
        Self { generation, ..self }
    }

    /// Whether streams, types and categories have the places that they had in an older one.
    pub fn has_places_of(&self, older: &Self) -> bool {
        let same_stream = |a: &StreamInfo, b: &StreamInfo| a.category == b.category && a.name == b.name;
        let types = self.types.iter().zip(&older.types).all(|(a, b)| a.name == b.name);
        self.streams.begins_with(&older.streams, same_stream)
            && (types && self.types.len() >= older.types.len())
            && self.categories.starts_with(&older.categories)
    }

    /// Which events of this index are not in an older one of the same store, and how many of the older one are gone.
    /// Events are told apart by stream, version, type and time: row keys and positions may have changed. `rewritten`
    /// are events of the older one that no longer are what they were, `untold` those that nobody was told of yet: they
    /// arrive now, and can't be gone. Both ascend.
    pub fn arrivals_since(&self, older: &Self, rewritten: &[u32], untold: &[u32]) -> (Vec<u32>, usize) {
        let same = older.first_difference(0, usize::MAX, self).unwrap_or(older.len());
        let first = rewritten.first().into_iter().chain(untold.first()).min();
        let same = first.map_or(same, |first| same.min(*first as usize));
        let is_in = |list: &[u32], event: usize| list.binary_search(&(event as u32)).is_ok();
        let mut known: HashMap<u64, u32> = HashMap::new();
        for event in (same..older.len()).filter(|event| !is_in(rewritten, *event) && !is_in(untold, *event)) {
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
        let others = rewritten.iter().filter(|event| !is_in(untold, **event as usize)).count();
        (arrived, known.values().map(|left| *left as usize).sum::<usize>() + others)
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
        (self.version(event), self.time(event)).hash(&mut hasher);
        self.event_type(self.type_of(event)).name.hash(&mut hasher);
        hasher.finish()
    }

    fn push_from(&mut self, more: &Self, at: usize, joined: &mut Joined) {
        let event = self.len();
        let mut entry = {
            let (columns, at) = more.at(at);
            columns.get(at)
        };
        if self.ordinal_positions {
            entry.position = event as i64 + 1;
        }
        let stream = more.stream_of(at).map(|stream| joined.stream(self, more, stream));
        entry.stream = stream.map_or(NO_STREAM, |stream| stream.0);
        let further = more.memberships_of(at).map(|further| {
            let stream = joined.stream(self, more, StreamIndex(further.stream));
            Membership { event: event as u32, stream: stream.0, version: further.version }
        });
        let mut further: Vec<Membership> = further.collect();
        further.sort_unstable();
        let event_type = joined.event_type(self, more, more.type_of(at));
        self.types[event_type.0 as usize].events += 1;
        entry.event_type = event_type.0;
        if (event - self.in_base).is_multiple_of(PIECE) {
            self.more.push(Arc::default());
        }
        let Some(piece) = self.more.last_mut().map(Arc::make_mut) else { return };
        piece.push(entry);
        piece.extra.append(&mut further);
        if let Some(time) = piece.time(piece.len() - 1) {
            let (first, last) = self.times.unwrap_or((time, time));
            self.times = Some((first.min(time), last.max(time)));
        }
    }
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
            if let Some(known) = log.find_stream(&info.name) {
                return known;
            }
            let name = more.category(info.category);
            let category = log.categories.iter().position(|known| known == name).unwrap_or_else(|| {
                log.categories.push(name.clone());
                log.categories.len() - 1
            });
            let index = StreamIndex(log.streams.len() as u32);
            let mut info = info.clone();
            info.category = CategoryIndex(category as u32);
            log.by_name.more.insert(info.name.clone(), index);
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
        assert_eq!(a.time_range(), b.time_range());
        for stream in (0..a.streams().len() as u32).map(StreamIndex) {
            assert_eq!(a.lane(stream), b.lane(stream));
            assert_eq!(a.lanes.order(stream), b.lanes.order(stream));
            assert_eq!(a.find_stream(&a.stream(stream).name), Some(stream));
        }
        for event in 0..a.len() {
            assert_eq!(a.event_at_position(a.position(event)), Some(event));
            assert_eq!(a.count_up_to_position(a.position(event) - 1), b.count_up_to_position(a.position(event) - 1));
        }
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
            let grown = before.extended(&more, overlap, 7).unwrap();
            proptest::prop_assert!(grown.has_places_of(&before));
            same(&grown, &whole);
        }
    }

    #[test]
    fn an_index_grows_by_many_pieces_and_leaves_the_one_before_as_it_was() {
        let names = ["a", "b", "c", "d", "e"];
        let row = |n: usize| -> Row {
            let version = if n.is_multiple_of(1000) { None } else { Some((n / 5) as i64) };
            (names[n % 5], version, n as i64 * 3, (!n.is_multiple_of(11)).then_some((n / 7) as i64))
        };
        let rows: Vec<Row> = (0..2 * PIECE + 50).map(row).collect();
        let mut grown = log(&rows[..10]);
        for cut in [11, 30, PIECE + 10, PIECE + 11, rows.len()] {
            let (before, known) = (grown.clone(), grown.len());
            grown = grown.extended(&log(&rows[known..cut]), 0, 2).unwrap();
            same(&before, &log(&rows[..known]));
        }
        same(&grown, &log(&rows));
        assert!(grown.image().is_none());
    }

    #[test]
    fn events_that_nobody_was_told_of_arrive_and_are_not_gone() {
        let before = log(&[("a", Some(1), 10, None), ("a", Some(3), 20, None), ("a", Some(4), 30, None)]);
        let late: [Row; 5] = [
            ("a", Some(1), 10, None),
            ("a", Some(2), 15, None),
            ("a", Some(3), 20, None),
            ("a", Some(4), 30, None),
            ("a", Some(5), 40, None),
        ];
        let now = log(&late);
        assert_eq!(now.arrivals_since(&before, &[], &[]), (vec![1, 4], 0));
        // The second of those before, and the last, were not told yet.
        assert_eq!(now.arrivals_since(&before, &[], &[1, 2]), (vec![1, 2, 3, 4], 0));
        assert_eq!(now.arrivals_since(&before, &[2], &[1, 2]), (vec![1, 2, 3, 4], 0));
        assert_eq!(now.arrivals_since(&before, &[2], &[]), (vec![1, 3, 4], 1));
        // One that was told is gone, one that was not told too.
        assert_eq!(log(&late[1..3]).arrivals_since(&before, &[], &[2]), (vec![0], 1));
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
