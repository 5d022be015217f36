//! What drawing a store needs and never changes: made once, by the job that opens it.

use super::axis::{Axis, AxisKind};
use super::density::{DenseLane, Density};
use super::lanes::Lanes;
use super::marks::Marks;
use super::overview::Overview;
use crate::model::{EventLog, StreamIndex, Timestamp};

/// Axes, lanes, densities and marks of an index.
#[derive(Debug)]
pub struct Drawing {
    time: Along,
    sequence: Along,
    /// Colours and shapes of event types.
    pub marks: Marks,
    /// Streams by category, in the order of [`EventLog::categories`].
    pub by_category: Vec<Vec<StreamIndex>>,
    /// The earliest and latest time.
    pub time_range: Option<(Timestamp, Timestamp)>,
    /// How many events there were when all of them were looked at.
    made_of: usize,
}

/// So few events are all looked at again whenever there are more.
const FEW: usize = 1 << 15;

/// What an axis has.
#[derive(Debug, Clone)]
struct Along {
    axis: Axis,
    lanes: Lanes,
    density: Density,
    overview: Overview,
}

impl Drawing {
    /// Looks at each event a few times.
    pub fn new(log: &EventLog) -> Self {
        Self::with(log, Marks::new(log))
    }

    fn with(log: &EventLog, marks: Marks) -> Self {
        let along = |kind| {
            let axis = Axis::new(log, kind);
            let lanes = Lanes::new(log, &axis);
            let density = Density::new(log, &axis, &lanes, &marks);
            let overview = Overview::new(log, &axis);
            Along { axis, lanes, density, overview }
        };
        let mut by_category = vec![Vec::new(); log.categories().len()];
        for (at, stream) in log.streams().iter().enumerate() {
            by_category[stream.category.0 as usize].push(StreamIndex(at as u32));
        }
        let (time, sequence) = (along(AxisKind::Time), along(AxisKind::Sequence));
        Self { time, sequence, marks, by_category, time_range: log.time_range(), made_of: log.len() }
    }

    /// The same for an index that has grown out of `before`, whose this is. Looks at what came, and at the lanes that it
    /// is in; at each event again when they have doubled, or begin earlier.
    pub fn grown(&self, before: &EventLog, log: &EventLog) -> Self {
        let stays = |kind| self.along(kind).axis.begins_as(&Axis::new(log, kind));
        let same = stays(AxisKind::Time) && stays(AxisKind::Sequence) && log.has_places_of(before);
        if log.len() < FEW || log.len() >= 2 * self.made_of || log.len() < before.len() || !same {
            // Colours are kept where types are those that they were.
            let types = before.types().iter().zip(log.types()).take_while(|(was, is)| was.name == is.name).count();
            let is_known = types == before.types().len();
            return if is_known { Self::with(log, self.marks.anew(log)) } else { Self::new(log) };
        }
        let first = before.len();
        let marks = self.marks.grown(log, first);
        let new = first..log.len();
        let mut streams: Vec<StreamIndex> =
            new.flat_map(|event| log.stream_of(event).into_iter().chain(log.other_streams_of(event))).collect();
        streams.sort_unstable();
        streams.dedup();
        let along = |kind| {
            let known = self.along(kind);
            let axis = Axis::new(log, kind);
            let lanes = known.lanes.grown(before, log, &axis, &streams);
            let mut density = known.density.clone();
            for stream in &streams {
                let (old, new) = (known.lanes.events(before, *stream), lanes.events(log, *stream));
                let same = old.iter().zip(new).take_while(|(old, new)| old == new).count();
                density.grow(log, &axis, &lanes, &marks, *stream, same);
            }
            let overview = known.overview.grown(log, &axis, first);
            Along { axis, lanes, density, overview }
        };
        let (time, sequence) = (along(AxisKind::Time), along(AxisKind::Sequence));
        let mut by_category = self.by_category.clone();
        by_category.resize(log.categories().len(), Vec::new());
        for at in before.streams().len()..log.streams().len() {
            by_category[log.streams()[at].category.0 as usize].push(StreamIndex(at as u32));
        }
        Self { time, sequence, marks, by_category, time_range: log.time_range(), made_of: self.made_of }
    }

    /// The axis of a kind; a sequence where there are no times.
    pub fn axis(&self, kind: AxisKind) -> Axis {
        self.along(kind).axis
    }

    /// The lanes along it.
    pub fn lanes(&self, kind: AxisKind) -> &Lanes {
        &self.along(kind).lanes
    }

    /// A stream's lane along it, for counting what crowds.
    pub fn dense_lane<'a>(&'a self, log: &'a EventLog, kind: AxisKind, stream: StreamIndex) -> DenseLane<'a> {
        let along = self.along(kind);
        along.density.lane(log, &along.axis, &along.lanes, &self.marks, stream)
    }

    /// How many events stand along it.
    pub fn overview(&self, kind: AxisKind) -> &Overview {
        &self.along(kind).overview
    }

    fn along(&self, kind: AxisKind) -> &Along {
        match kind {
            AxisKind::Time => &self.time,
            AxisKind::Sequence => &self.sequence,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::View;
    use crate::timeline::testing::log_of_types;

    #[test]
    fn grown_in_pieces_it_shows_what_all_of_it_shows() {
        // Times that run backwards now and then, and an axis that comes to be many times as long.
        let rows: Vec<(i64, usize)> =
            (0..FEW as i64 + 9000).map(|i| (i * 10 + i % 7 * 3 + i / 36_000 * 500_000, (i * 7 % 9) as usize)).collect();
        let mut log = log_of_types(rows[..FEW + 100].iter().copied());
        let mut drawing = Drawing::new(&log);
        for cut in [FEW + 101, FEW + 117, FEW + 5000, rows.len()] {
            let whole = log_of_types(rows[..cut].iter().copied());
            let grown = log.extended(&whole, log.len(), log.generation() + 1).unwrap();
            let next = drawing.grown(&log, &grown);
            assert_eq!(next.made_of, FEW + 100);
            (log, drawing) = (grown, next);
            let all = Drawing::new(&log);
            let stream = StreamIndex(0);
            for kind in [AxisKind::Time, AxisKind::Sequence] {
                assert_eq!(drawing.axis(kind), all.axis(kind));
                assert_eq!(drawing.lanes(kind).events(&log, stream), all.lanes(kind).events(&log, stream));
                let mut view = View::fit(&all.axis(kind));
                let (ours, theirs) = (drawing.dense_lane(&log, kind, stream), all.dense_lane(&log, kind, stream));
                for _ in 0..4 {
                    let places = |bars: Vec<crate::timeline::density::Bar>| -> Vec<_> {
                        bars.iter().map(|bar| (bar.x, bar.from, bar.to)).collect()
                    };
                    assert_eq!(places(ours.bars(view, 640.0, 3.0)), places(theirs.bars(view, 640.0, 3.0)));
                    view = view.zoomed(3.0, 600.0, 640.0, &all.axis(kind));
                }
                let (ours, theirs) = (drawing.overview(kind).columns(64), all.overview(kind).columns(64));
                assert_eq!(ours.iter().sum::<u32>(), log.len() as u32);
                // A bucket may lie across the edge between two columns.
                let (mut our_sum, mut their_sum) = (0i64, 0i64);
                for (ours, theirs) in ours.iter().zip(&theirs) {
                    our_sum += i64::from(*ours);
                    their_sum += i64::from(*theirs);
                    assert!((our_sum - their_sum).abs() <= log.len() as i64 / 500, "{our_sum} {their_sum}");
                }
            }
            let counted: usize = drawing.marks.legend(log.stream(stream).category).iter().map(|(_, count)| count).sum();
            assert_eq!(counted, log.len());
        }
    }

    #[test]
    fn a_new_type_gets_a_mark_and_the_others_keep_theirs() {
        for many in [40, FEW as i64 + 10] {
            let rows =
                |count: i64| log_of_types((0..count).map(move |at| (at, if at < many { at as usize % 2 } else { 2 })));
            let log = rows(many);
            let drawing = Drawing::new(&log);
            // In a small store it may become the commonest: the others are known by their marks all the same.
            for more in [1, 30] {
                let grown = log.extended(&rows(many + more), log.len(), log.generation() + 1).unwrap();
                let next = drawing.grown(&log, &grown);
                let mark = |drawing: &Drawing, at| drawing.marks.mark_of(crate::model::TypeIndex(at));
                assert_eq!([mark(&next, 0), mark(&next, 1)], [mark(&drawing, 0), mark(&drawing, 1)]);
                let new = mark(&next, 2);
                assert!(new.colour.is_some() && new != mark(&next, 0) && new != mark(&next, 1), "{new:?}");
            }
        }
    }

    #[test]
    fn what_begins_earlier_or_has_doubled_is_looked_at_anew() {
        let rows = |count: usize, first: i64| log_of_types((0..count as i64).map(move |i| (first + i, 0)));
        let (log, twice) = (rows(FEW, 5), rows(2 * FEW, 5));
        let drawing = Drawing::new(&log);
        assert_eq!(drawing.grown(&log, &twice).made_of, 2 * FEW);
        let early = log_of_types((0..=FEW as i64).map(|i| (if i == FEW as i64 { 0 } else { 5 + i }, 0)));
        assert_eq!(drawing.grown(&log, &early).made_of, FEW + 1);
        let late = rows(FEW + 1, 5);
        assert_eq!(drawing.grown(&log, &late).made_of, FEW);
    }

    /// What a large history costs that grows by little. Measures, and says nothing of what is right:
    /// `cargo test --lib what_growing_costs -- --ignored --nocapture`
    #[test]
    #[ignore = "measures"]
    #[expect(clippy::print_stderr, reason = "its purpose")]
    fn what_growing_costs() {
        use std::time::Instant;

        use crate::model::{EventLogBuilder, LogRow};

        let events = std::env::var("FOLDLINE_BENCH_EVENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
        let log_of = |range: std::ops::Range<i64>| {
            let mut builder = EventLogBuilder::new(1);
            for n in range {
                let stream = builder.stream(&format!("account-{}", n % (events / 10)), |_| "account".to_owned());
                let event_type = builder.event_type(["A", "B", "C"][n as usize % 3]);
                let version = Some(n / (events / 10) + 1);
                builder.push(LogRow {
                    version,
                    time: Timestamp::from_micros(n * 1000),
                    ..LogRow::at(n + 1, Some(stream), event_type)
                });
            }
            builder.finish()
        };
        let mut log = log_of(0..events);
        let began = Instant::now();
        let mut drawing = Drawing::new(&log);
        eprintln!("{events} events: {:?} to draw anew", began.elapsed());
        for step in 0..5 {
            let first = events + step * 100;
            let more = log_of(first..first + 100);
            let began = Instant::now();
            let Some(grown) = log.extended(&more, 0, 2) else { return };
            let index = began.elapsed();
            let began = Instant::now();
            let drawn = drawing.grown(&log, &grown);
            eprintln!("100 events more: index {index:?}, drawing {:?}", began.elapsed());
            (log, drawing) = (grown, drawn);
        }
    }
}
