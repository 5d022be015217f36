//! Crowded lanes: how many events of which kind stand in each column, without looking at each.

use std::sync::Arc;

use super::axis::{Axis, View};
use super::lanes::Lanes;
use super::marks::{COLOURED, Marks};
use crate::model::{EventLog, StreamIndex};

/// How many kinds are told apart: types with a colour of their own, and all others.
pub const KINDS: usize = COLOURED + 1;

/// How many events are summed up as one.
const BLOCK: usize = 16;
/// Shorter lanes are looked at event by event.
const SHORT: usize = 64;
/// A bar's kinds are taken from no more blocks than this, spread evenly over it.
const SAMPLES: usize = 16;
/// Bits of each kind's count in a block: enough for [`BLOCK`].
const BITS: u32 = 5;

/// What long lanes have in every [`BLOCK`] events along one axis. Costs three quarters of a byte an event.
#[derive(Debug, Clone, Default)]
pub struct Density {
    base: Arc<Base>,
    /// Lanes that have grown since.
    grown: imbl::HashMap<StreamIndex, Arc<Blocks>>,
}

#[derive(Debug, Default)]
struct Base {
    /// Where a stream's blocks begin; one more than there are streams.
    offsets: Vec<u32>,
    all: Blocks,
}

#[derive(Debug, Default)]
struct Blocks {
    /// Coordinate of each block's first event.
    firsts: Vec<f64>,
    /// How many of each kind, packed.
    kinds: Vec<u32>,
}

impl Blocks {
    /// Sums up more events.
    fn extend(&mut self, log: &EventLog, axis: &Axis, marks: &Marks, events: &[u32]) {
        for block in events.chunks(BLOCK) {
            self.firsts.push(coordinate(log, axis, block[0]));
            self.kinds.push(block.iter().map(|event| 1 << (BITS * kind(log, marks, *event) as u32)).sum());
        }
    }
}

/// A bar of a density curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// Points from the left edge.
    pub x: f32,
    /// Where in the lane its events begin.
    pub from: u32,
    /// Where they end.
    pub to: u32,
    /// Which part of it each kind has, in the order of the colours, all others last. Together 1; an estimate where
    /// there are many.
    pub shares: [f32; KINDS],
}

impl Bar {
    /// How many events.
    pub fn count(&self) -> u32 {
        self.to - self.from
    }
}

/// A lane along an axis, ready to be looked into.
#[derive(Debug, Clone, Copy)]
pub struct DenseLane<'a> {
    log: &'a EventLog,
    axis: &'a Axis,
    marks: &'a Marks,
    events: &'a [u32],
    firsts: &'a [f64],
    kinds: &'a [u32],
}

impl Density {
    /// Sums up: one look at each event.
    pub fn new(log: &EventLog, axis: &Axis, lanes: &Lanes, marks: &Marks) -> Self {
        let mut base = Base { offsets: vec![0], ..Base::default() };
        for at in 0..log.streams().len() {
            let events = lanes.events(log, StreamIndex(at as u32));
            if events.len() >= SHORT {
                base.all.extend(log, axis, marks, events);
            }
            base.offsets.push(base.all.firsts.len() as u32);
        }
        Self { base: Arc::new(base), grown: imbl::HashMap::default() }
    }

    /// The same with a stream that has other events from its n-th on, along an axis that begins where it did.
    pub(super) fn grow(
        &mut self,
        log: &EventLog,
        axis: &Axis,
        lanes: &Lanes,
        marks: &Marks,
        stream: StreamIndex,
        same: usize,
    ) {
        let events = lanes.events(log, stream);
        if events.len() < SHORT {
            return;
        }
        let (firsts, kinds) = self.blocks(stream);
        let known = (same / BLOCK).min(firsts.len());
        let mut blocks = Blocks { firsts: firsts[..known].to_vec(), kinds: kinds[..known].to_vec() };
        blocks.extend(log, axis, marks, &events[known * BLOCK..]);
        self.grown.insert(stream, Arc::new(blocks));
    }

    fn blocks(&self, stream: StreamIndex) -> (&[f64], &[u32]) {
        if let Some(blocks) = self.grown.get(&stream) {
            return (&blocks.firsts, &blocks.kinds);
        }
        let (base, at) = (&*self.base, stream.0 as usize);
        let blocks = match (base.offsets.get(at), base.offsets.get(at + 1)) {
            (Some(from), Some(to)) => *from as usize..*to as usize,
            _ => 0..0,
        };
        (&base.all.firsts[blocks.clone()], &base.all.kinds[blocks])
    }

    /// A stream's lane.
    pub fn lane<'a>(
        &'a self,
        log: &'a EventLog,
        axis: &'a Axis,
        lanes: &'a Lanes,
        marks: &'a Marks,
        stream: StreamIndex,
    ) -> DenseLane<'a> {
        let (firsts, kinds) = self.blocks(stream);
        DenseLane { log, axis, marks, events: lanes.events(log, stream), firsts, kinds }
    }
}

impl DenseLane<'_> {
    /// Where in the lane the events of a view begin and end.
    pub fn in_view(&self, view: View) -> (usize, usize) {
        let from = self.until(0, view.start);
        (from, self.until(from, view.end()))
    }

    /// The columns, each `step` points wide, in which events stand. Costs a short search for each.
    pub fn bars(&self, view: View, width: f32, step: f32) -> Vec<Bar> {
        let mut bars = Vec::new();
        let mut from = self.until(0, view.start);
        while let Some(first) = self.events.get(from) {
            let x = view.x_from_coordinate(coordinate(self.log, self.axis, *first), width);
            if x >= width {
                break;
            }
            let column = (x.max(0.0) / step).floor();
            let end = view.coordinate_from_x((column + 1.0) * step, width).min(view.end());
            // At least one event is taken, or rounding at a column's edge could stop the walk.
            let to = self.until(from, end).max(from + 1);
            let shares = self.shares(from, to);
            bars.push(Bar { x: column * step, from: from as u32, to: to as u32, shares });
            from = to;
        }
        bars
    }

    /// How many events of each kind stand in a part of the lane: all of them are counted.
    pub fn kinds(&self, from: usize, to: usize) -> [u32; KINDS] {
        let mut counts = [0; KINDS];
        let (first, last) = (from.div_ceil(BLOCK), to / BLOCK);
        if self.kinds.is_empty() || first >= last {
            self.walk(from, to, &mut counts);
            return counts;
        }
        self.walk(from, first * BLOCK, &mut counts);
        for block in &self.kinds[first..last] {
            unpack(*block, &mut counts);
        }
        self.walk(last * BLOCK, to, &mut counts);
        counts
    }

    /// How many events stand before a coordinate, of which the first `from` are known to.
    fn until(&self, from: usize, end: f64) -> usize {
        let before = |event: &u32| coordinate(self.log, self.axis, *event) < end;
        if self.firsts.is_empty() {
            return from + self.events[from..].partition_point(before);
        }
        // In ever larger steps from where the last search ended: the next column is near.
        let (mut low, mut stride) = (from / BLOCK, 1);
        while self.firsts.get(low + stride).is_some_and(|first| *first < end) {
            low += stride;
            stride *= 2;
        }
        let high = (low + stride).min(self.firsts.len());
        let block = low + self.firsts[low..high].partition_point(|first| *first < end);
        let block = block.saturating_sub(1);
        let (start, stop) = ((block * BLOCK).max(from), ((block + 1) * BLOCK).min(self.events.len()));
        if start >= stop {
            return from.max(stop);
        }
        // Events of a lane lie apart in memory: waiting for all at once is quicker than for one after another.
        start + self.events[start..stop].iter().filter(|event| before(event)).count()
    }

    fn shares(&self, from: usize, to: usize) -> [f32; KINDS] {
        let mut counts = [0; KINDS];
        if self.kinds.is_empty() || to - from < 4 {
            self.walk(from, to, &mut counts);
        } else {
            let (first, last) = (from / BLOCK, (to - 1) / BLOCK);
            let step = (last - first) / SAMPLES + 1;
            for block in self.kinds[first..=last].iter().step_by(step) {
                unpack(*block, &mut counts);
            }
        }
        let total = counts.iter().sum::<u32>().max(1) as f32;
        counts.map(|count| count as f32 / total)
    }

    fn walk(&self, from: usize, to: usize, counts: &mut [u32; KINDS]) {
        for event in &self.events[from..to] {
            counts[kind(self.log, self.marks, *event)] += 1;
        }
    }
}

fn coordinate(log: &EventLog, axis: &Axis, event: u32) -> f64 {
    axis.coordinate(log, event as usize).unwrap_or(f64::NEG_INFINITY)
}

fn kind(log: &EventLog, marks: &Marks, event: u32) -> usize {
    marks.mark(log, event as usize).colour.unwrap_or(COLOURED)
}

fn unpack(block: u32, counts: &mut [u32; KINDS]) {
    for (kind, count) in counts.iter_mut().enumerate() {
        *count += (block >> (BITS * kind as u32)) & ((1 << BITS) - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::AxisKind;
    use crate::timeline::testing::log_of_types;

    #[test]
    fn every_event_in_view_is_in_one_bar() {
        for count in [5, 63, 64, 65, 4000] {
            let log = log_of_types((0..count).map(|i| ((i * i) % 7919, (i * 7 % 9) as usize)));
            for kind in [AxisKind::Time, AxisKind::Sequence] {
                let axis = Axis::new(&log, kind);
                let (lanes, marks) = (Lanes::new(&log, &axis), Marks::new(&log));
                let density = Density::new(&log, &axis, &lanes, &marks);
                let lane = density.lane(&log, &axis, &lanes, &marks, StreamIndex(0));
                let mut view = View::fit(&axis);
                for _ in 0..12 {
                    let bars = lane.bars(view, 640.0, 3.0);
                    let inside: Vec<f64> = (0..log.len())
                        .filter_map(|event| axis.coordinate(&log, event))
                        .filter(|at| *at >= view.start && view.x_from_coordinate(*at, 640.0) < 640.0)
                        .collect();
                    let shown: u32 = bars.iter().map(Bar::count).sum();
                    assert!((i64::from(shown) - inside.len() as i64).abs() <= 1, "{shown} shown, {}", inside.len());
                    assert!(bars.windows(2).all(|pair| pair[0].to == pair[1].from && pair[0].x <= pair[1].x));
                    for bar in &bars {
                        let end = view.coordinate_from_x(bar.x + 3.0, 640.0);
                        let standing = inside
                            .iter()
                            .filter(|at| (view.coordinate_from_x(bar.x, 640.0)..end).contains(*at))
                            .count() as i64;
                        assert!((standing - i64::from(bar.count())).abs() <= 1, "{bar:?} has {standing}");
                        assert!((bar.shares.iter().sum::<f32>() - 1.0).abs() < 1e-3);
                    }
                    let (from, to) = lane.in_view(view);
                    assert!((to - from).abs_diff(inside.len()) <= 1);
                    view = view.zoomed(2.0, 320.0, 640.0, &axis);
                }
            }
        }
    }

    #[test]
    fn kinds_are_counted_without_a_walk_and_as_by_one() {
        let log = log_of_types((0..1000).map(|i| (i, (i % 13) as usize)));
        let axis = Axis::new(&log, AxisKind::Time);
        let (lanes, marks) = (Lanes::new(&log, &axis), Marks::new(&log));
        let density = Density::new(&log, &axis, &lanes, &marks);
        let lane = density.lane(&log, &axis, &lanes, &marks, StreamIndex(0));
        for (from, to) in [(0, 1000), (3, 5), (3, 40), (16, 32), (17, 991), (999, 1000)] {
            let mut walked = [0; KINDS];
            lane.walk(from, to, &mut walked);
            assert_eq!(lane.kinds(from, to), walked, "{from}..{to}");
            assert_eq!(walked.iter().sum::<u32>() as usize, to - from);
        }
    }
}
