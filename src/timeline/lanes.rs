//! Lanes: which of a stream's events a view shows, one column of pixels at a time.

use std::sync::Arc;

use super::axis::{Axis, View};
use crate::model::{EventLog, StreamIndex};

/// What a column of pixels holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Pixels from the left edge.
    pub x: u32,
    /// How many events.
    pub count: u32,
    /// The first of them.
    pub first: u32,
    /// The last of them.
    pub last: u32,
}

/// Lanes of an index along one axis, each sorted by coordinate so that a column is a binary search.
#[derive(Debug, Clone, Default)]
pub struct Lanes {
    /// Only lanes whose replay order is not the axis's order need an array of their own.
    resorted: imbl::HashMap<StreamIndex, Arc<Vec<u32>>>,
}

impl Lanes {
    /// Sorts what needs sorting: one look at each event.
    pub fn new(log: &EventLog, axis: &Axis) -> Self {
        let mut lanes = Self::default();
        for at in 0..log.streams().len() {
            lanes.sort(log, axis, StreamIndex(at as u32), 0);
        }
        lanes
    }

    /// The same where only these streams have more events than `before`: one look at each of what they have.
    pub(super) fn grown(&self, before: &EventLog, log: &EventLog, axis: &Axis, streams: &[StreamIndex]) -> Self {
        let mut lanes = self.clone();
        for stream in streams {
            let known = before.lane(*stream);
            let goes_on = !lanes.is_resorted(*stream) && log.lane(*stream).starts_with(known);
            lanes.sort(log, axis, *stream, if goes_on { known.len() } else { 0 });
        }
        lanes
    }

    /// Sorts a lane, of which so many events are known to be.
    fn sort(&mut self, log: &EventLog, axis: &Axis, stream: StreamIndex, sorted: usize) {
        let lane = log.lane(stream);
        let coordinate = |event: &u32| axis.coordinate(log, *event as usize).unwrap_or(f64::NEG_INFINITY);
        if lane[sorted.saturating_sub(1)..].is_sorted_by(|a, b| coordinate(a) <= coordinate(b)) {
            self.resorted.remove(&stream);
        } else {
            let mut sorted = lane.to_vec();
            sorted.sort_by(|a, b| coordinate(a).total_cmp(&coordinate(b)));
            self.resorted.insert(stream, Arc::new(sorted));
        }
    }

    /// Whether a lane's replay order is not the order in which its events stand.
    pub fn is_resorted(&self, stream: StreamIndex) -> bool {
        self.resorted.contains_key(&stream)
    }

    /// A stream's events by coordinate. Those without one come first.
    pub fn events<'a>(&'a self, log: &'a EventLog, stream: StreamIndex) -> &'a [u32] {
        self.resorted.get(&stream).map_or_else(|| log.lane(stream), |events| events.as_slice())
    }
}

/// The columns of a width in which events stand. Costs a binary search for each column that has any.
pub fn columns(log: &EventLog, axis: &Axis, events: &[u32], view: View, width: f32) -> Vec<Column> {
    columns_of(log, axis, events.len(), |at| events[at], view, width)
}

/// The same for events that are in no list: `len` of them, each got by its number, by coordinate.
pub fn columns_of(
    log: &EventLog,
    axis: &Axis,
    len: usize,
    event: impl Fn(usize) -> u32,
    view: View,
    width: f32,
) -> Vec<Column> {
    let coordinate = |at: usize| axis.coordinate(log, event(at) as usize).unwrap_or(f64::NEG_INFINITY);
    let before = |mut from: usize, end: f64| {
        let mut to = len;
        while from < to {
            let middle = from + (to - from) / 2;
            if coordinate(middle) < end { from = middle + 1 } else { to = middle }
        }
        from
    };
    let mut out = Vec::new();
    let mut at = before(0, view.start);
    while at < len {
        let x = view.x_from_coordinate(coordinate(at), width);
        if x >= width {
            break;
        }
        let x = x.max(0.0) as u32;
        let end = view.coordinate_from_x(x as f32 + 1.0, width);
        // At least one event is taken, or rounding at a column's edge could stop the walk.
        let next = before(at, end).max(at + 1);
        out.push(Column { x, count: (next - at) as u32, first: event(at), last: event(next - 1) });
        at = next;
    }
    out
}

/// The event whose mark is nearest to a place, if one is within `reach` pixels.
pub fn nearest(log: &EventLog, axis: &Axis, events: &[u32], view: View, width: f32, x: f32, reach: f32) -> Option<u32> {
    let coordinate = |event: u32| axis.coordinate(log, event as usize).unwrap_or(f64::NEG_INFINITY);
    let at = events.partition_point(|event| coordinate(*event) < view.coordinate_from_x(x, width));
    let candidates = at.checked_sub(1).into_iter().chain([at]);
    let distance = |event: u32| (view.x_from_coordinate(coordinate(event), width) - x).abs();
    candidates
        .filter_map(|at| events.get(at).copied())
        .filter(|event| distance(*event) <= reach)
        .min_by(|a, b| distance(*a).total_cmp(&distance(*b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::AxisKind;
    use crate::timeline::testing::log;

    #[test]
    fn columns_hold_every_event_in_view_once() {
        let seconds: Vec<i64> = (0..5000).map(|i| (i * i) % 7919).collect();
        let log = log(seconds.iter().copied().map(Some));
        for kind in [AxisKind::Time, AxisKind::Sequence] {
            let axis = Axis::new(&log, kind);
            let lanes = Lanes::new(&log, &axis);
            let events = lanes.events(&log, StreamIndex(0));
            let mut view = View::fit(&axis);
            for _ in 0..12 {
                let columns = columns(&log, &axis, events, view, 640.0);
                let shown: u32 = columns.iter().map(|column| column.count).sum();
                let inside = (0..log.len())
                    .filter(|event| {
                        let at = axis.coordinate(&log, *event).unwrap();
                        at >= view.start && view.x_from_coordinate(at, 640.0) < 640.0
                    })
                    .count();
                assert!((shown as i64 - inside as i64).abs() <= 1, "{shown} shown, {inside} inside");
                assert!(columns.windows(2).all(|pair| pair[0].x <= pair[1].x));
                view = view.zoomed(2.0, 320.0, 640.0, &axis);
            }
        }
    }

    #[test]
    fn the_nearest_mark_within_reach() {
        let log = log([0, 100, 200].map(Some));
        let axis = Axis::new(&log, AxisKind::Time);
        let view = View { start: 0.0, span: 200_000_000.0 };
        let find = |x| nearest(&log, &axis, log.lane(StreamIndex(0)), view, 200.0, x, 8.0);
        assert_eq!(
            (find(2.0), find(95.0), find(107.0), find(50.0), find(200.0)),
            (Some(0), Some(1), Some(1), None, Some(2))
        );
    }
}
