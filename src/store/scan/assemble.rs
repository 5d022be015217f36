//! From the rows of all event tables to one history: each table in its own order, tables merged by time.

use std::cmp::Ordering;
use std::iter::Peekable;

use crate::model::{EventLogBuilder, LogRow, StreamIndex, Timestamp, TypeIndex};
use crate::store::recognise::Key;

use super::collect::{Collector, Found};
use super::links::Links;
use super::names::Names;
use super::order_key::OrderKey;

/// Puts the events of one event table into the index, giving its streams and types their places there.
pub(super) struct Feeder {
    source: u16,
    /// Names keep the places that they have in the table's own list: those in the index are given later.
    by_own_places: bool,
    streams: Vec<Option<StreamIndex>>,
    types: Vec<Option<TypeIndex>>,
}

impl Feeder {
    pub(super) fn new(source: usize) -> Self {
        Self { source: source as u16, by_own_places: false, streams: Vec::new(), types: Vec::new() }
    }

    /// Makes a piece of an index, whose names get their places when it is put together with others.
    pub(super) fn of_pieces() -> Self {
        Self { by_own_places: true, ..Self::new(0) }
    }

    fn stream(&mut self, builder: &mut EventLogBuilder, names: &Names, local: u32) -> StreamIndex {
        if self.by_own_places {
            return StreamIndex(local);
        }
        let at = local as usize;
        if self.streams.len() <= at {
            self.streams.resize(names.stream_count(), None);
        }
        *self.streams[at].get_or_insert_with(|| {
            builder.stream_named(names.stream_name(local), names.category_of(local), names.is_link(local))
        })
    }

    fn event_type(&mut self, builder: &mut EventLogBuilder, names: &Names, local: u32) -> TypeIndex {
        if self.by_own_places {
            return TypeIndex(local);
        }
        let at = local as usize;
        if self.types.len() <= at {
            self.types.resize(names.type_count(), None);
        }
        *self.types[at].get_or_insert_with(|| builder.event_type(names.type_name(local)))
    }

    fn row(&self, found: &Found, stream: Option<StreamIndex>, version: Option<i64>, event_type: TypeIndex) -> LogRow {
        LogRow {
            source: self.source,
            row_key: found.row_key,
            part: found.part,
            position: found.position,
            stream,
            version,
            event_type,
            time: found.time,
            kind: found.kind,
            archived: found.archived,
        }
    }

    /// All that was found, in the order in which it was.
    pub(super) fn drain(&mut self, builder: &mut EventLogBuilder, collector: &mut Collector<'_>) {
        collector.name_streams();
        let tagged = Tagged(&collector.tagged);
        for (place, found) in collector.found.iter().enumerate() {
            let mut further = tagged.of(place as u32).map(|stream| (stream, None));
            self.push(builder, &collector.names, found, &mut further);
        }
        collector.found.clear();
        collector.tagged.clear();
    }

    /// The next event. `further`: the streams that it is in besides the one of its row.
    pub(super) fn push(
        &mut self,
        builder: &mut EventLogBuilder,
        names: &Names,
        found: &Found,
        further: &mut dyn Iterator<Item = (u32, Option<i64>)>,
    ) {
        let mut further = further.peekable();
        if further.peek().is_none() {
            let event_type = self.event_type(builder, names, found.event_type);
            let stream = found.stream.map(|stream| self.stream(builder, names, stream));
            builder.push(self.row(found, stream, found.version, event_type));
            return;
        }
        let mut all: Vec<(u32, Option<i64>)> = found.stream.map(|stream| (stream, found.version)).into_iter().collect();
        let own = all.len();
        all.extend(further);
        // A stream of its own comes before one that only links to it.
        let first = match own {
            0 => all.iter().position(|(stream, _)| !names.is_link(*stream)).unwrap_or(0),
            _ => 0,
        };
        let event_type = self.event_type(builder, names, found.event_type);
        let (stream, version) = match all.get(first) {
            Some((stream, version)) => (Some(self.stream(builder, names, *stream)), *version),
            None => (None, found.version),
        };
        builder.push(self.row(found, stream, version, event_type));
        for (at, (stream, version)) in all.iter().enumerate() {
            if at != first {
                let stream = self.stream(builder, names, *stream);
                builder.also_in(stream, *version);
            }
        }
    }
}

fn compare(a: &[OrderKey], b: &[OrderKey]) -> Ordering {
    a.iter().zip(b).map(|(a, b)| a.compare(b)).find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
}

/// All events of a table, in its own order.
pub(super) struct Table<'s> {
    pub collector: Collector<'s>,
    pub links: Links,
    /// Places in `collector.found`.
    order: Vec<u32>,
}

impl<'s> Table<'s> {
    pub(super) fn new(mut collector: Collector<'s>, links: Links) -> Self {
        collector.name_streams();
        let mut order: Vec<u32> = (0..collector.found.len() as u32).collect();
        if !collector.is_in_order() {
            let by_order = |a: &u32, b: &u32| -> Ordering {
                let (a, b) = (&collector.found[*a as usize], &collector.found[*b as usize]);
                let ordering = compare(&a.order, &b.order);
                if collector.ties_as_read() {
                    return ordering;
                }
                ordering.then_with(|| (a.row_key, a.part).cmp(&(b.row_key, b.part)))
            };
            // Stable: what is equal stays as it was read.
            order.sort_by(by_order);
        }
        Self { collector, links, order }
    }
}

/// Merges tables into one index: by their positions where they share them, else by time; an event that has none comes
/// right after its predecessor in its table.
pub(super) fn assemble(builder: &mut EventLogBuilder, tables: &[Table<'_>], by_position: bool) {
    let mut feeders: Vec<Feeder> = (0..tables.len()).map(Feeder::new).collect();
    let tagged: Vec<Tagged<'_>> = tables.iter().map(|table| Tagged(&table.collector.tagged)).collect();
    let push = |at: usize, place: u32, builder: &mut EventLogBuilder, feeder: &mut Feeder| {
        let table = &tables[at];
        let found = &table.collector.found[place as usize];
        let linked = table.links.get(&found.row_key).into_iter().flatten().map(|link| (link.stream, link.version));
        let mut further = tagged[at].of(place).map(|stream| (stream, None)).chain(linked);
        feeder.push(builder, &table.collector.names, found, &mut further);
    };
    if let ([table], [feeder]) = (tables, feeders.as_mut_slice()) {
        table.order.iter().for_each(|place| push(0, *place, builder, feeder));
        return;
    }
    let mut heads: Vec<Head<'_>> = tables.iter().map(Head::new).collect();
    loop {
        // Few tables: looking at each head is as quick as a heap.
        let left = heads.iter_mut().enumerate().filter_map(|(at, head)| {
            Some((if by_position { head.position()? } else { None }, head.time()?, head.order()?, at))
        });
        // Tables of one form agree on what comes first among events of one time.
        let first = left.min_by(|(position, time, order, at), (other_position, other_time, other_order, other_at)| {
            let ranks = if by_position { position.cmp(other_position) } else { time.cmp(other_time) };
            ranks.then_with(|| compare(order, other_order)).then(at.cmp(other_at))
        });
        let Some((_, _, _, at)) = first else { return };
        if let Some(place) = heads[at].take() {
            push(at, place, builder, &mut feeders[at]);
        }
    }
}

/// The next event of a table.
struct Head<'a> {
    found: &'a [Found],
    rest: Peekable<std::slice::Iter<'a, u32>>,
    last: Option<Timestamp>,
    last_position: Option<i64>,
}

impl<'a> Head<'a> {
    fn new(table: &'a Table<'_>) -> Self {
        Self { found: &table.collector.found, rest: table.order.iter().peekable(), last: None, last_position: None }
    }

    /// The next event's time, if there is a next one; what runs backwards in its own table stays behind its
    /// predecessor.
    fn time(&mut self) -> Option<Option<Timestamp>> {
        let place = **self.rest.peek()?;
        Some(self.found[place as usize].time.max(self.last))
    }

    fn order(&mut self) -> Option<&'a [OrderKey]> {
        let place = **self.rest.peek()?;
        Some(&self.found[place as usize].order)
    }

    /// The next event's position, likewise.
    fn position(&mut self) -> Option<Option<i64>> {
        let place = **self.rest.peek()?;
        Some(self.found[place as usize].position.max(self.last_position))
    }

    fn take(&mut self) -> Option<u32> {
        (self.last, self.last_position) = (self.time().flatten(), self.position().flatten());
        self.rest.next().copied()
    }
}

/// Streams of events, by place.
struct Tagged<'a>(&'a [(u32, u32)]);

impl Tagged<'_> {
    fn of(&self, place: u32) -> impl Iterator<Item = u32> + '_ {
        let from = self.0.partition_point(|(event, _)| *event < place);
        self.0[from..].iter().take_while(move |(event, _)| *event == place).map(|(_, stream)| *stream)
    }
}

/// Whether rows can go straight into the index as they are read: one table, in the order of its row numbers.
pub(super) fn is_plain(collectors: &[Collector<'_>]) -> bool {
    match collectors {
        [one] => {
            let is_sorted = matches!(one.source.key, Key::Ordered { .. } | Key::Keyed { .. });
            one.is_in_order() && one.source.links.is_none() && !is_sorted
        }
        _ => false,
    }
}
