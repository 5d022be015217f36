//! A lane as a line of small bars, for a list of streams.

use super::axis::Axis;
use crate::model::EventLog;

/// How many events of a lane stand in each of `buckets` equal parts of the whole axis, from its first event to its
/// last: bars of several streams stand under each other at the same time. `lane` is sorted by coordinate, as
/// [`Lanes::events`](super::Lanes::events) gives it; events without a place are left out.
///
/// Costs a binary search for each part that has any events, whatever their number. Counts stop at 65,535.
pub fn sparkline(log: &EventLog, axis: &Axis, lane: &[u32], buckets: usize) -> Vec<u16> {
    let mut bars = vec![0u16; buckets];
    let coordinate = |event: u32| axis.coordinate(log, event as usize).unwrap_or(f64::NEG_INFINITY);
    let part = |event: u32| {
        let along = if axis.length() > 0.0 { coordinate(event) / axis.length() } else { 0.0 };
        ((along * buckets as f64) as usize).min(buckets.saturating_sub(1))
    };
    let mut rest = &lane[lane.partition_point(|event| coordinate(*event) == f64::NEG_INFINITY)..];
    while let Some(first) = rest.first().filter(|_| buckets > 0) {
        let at = part(*first);
        let count = rest.partition_point(|event| part(*event) <= at);
        bars[at] = u16::try_from(count).unwrap_or(u16::MAX);
        rest = &rest[count..];
    }
    bars
}

/// The heights of bars as parts of the tallest, 0 to 255: what is there is at least 1, nothing is 0.
pub fn heights<const BUCKETS: usize>(bars: &[u16]) -> [u8; BUCKETS] {
    let tallest = f32::from(bars.iter().copied().max().unwrap_or(0).max(1));
    let mut heights = [0; BUCKETS];
    for (height, count) in heights.iter_mut().zip(bars) {
        // A root, so that single events are seen beside hundreds.
        *height = ((f32::from(*count) / tallest).sqrt() * 255.0).ceil() as u8;
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::StreamIndex;
    use crate::timeline::testing::log;
    use crate::timeline::{AxisKind, Lanes};

    fn bars(times: Vec<Option<i64>>, kind: AxisKind, buckets: usize) -> Vec<u16> {
        let log = log(times);
        let axis = Axis::new(&log, kind);
        let lanes = Lanes::new(&log, &axis);
        sparkline(&log, &axis, lanes.events(&log, StreamIndex(0)), buckets)
    }

    #[test]
    fn events_are_counted_by_their_place() {
        let times = vec![Some(100), None, Some(0), Some(1), Some(60)];
        assert_eq!(bars(times.clone(), AxisKind::Time, 4), [2, 0, 1, 1]);
        assert_eq!(bars(times, AxisKind::Sequence, 5), [1, 1, 1, 1, 1]);
        assert_eq!(bars(vec![Some(3); 3], AxisKind::Time, 2), [3, 0]);
        assert_eq!(bars(vec![Some(3); 70_000], AxisKind::Time, 1), [u16::MAX]);
        assert!(bars(vec![Some(3)], AxisKind::Time, 0).is_empty());
    }

    #[test]
    fn bars_agree_with_a_walk_over_all_events() {
        let times: Vec<i64> = (0..3000).map(|i| (i * i) % 7919).collect();
        let longest = *times.iter().max().unwrap() as f64;
        let first = *times.iter().min().unwrap() as f64;
        let mut walked = [0u16; 24];
        for time in &times {
            let part = ((*time as f64 - first) / (longest - first) * 24.0) as usize;
            walked[part.min(23)] += 1;
        }
        assert_eq!(bars(times.into_iter().map(Some).collect(), AxisKind::Time, 24), walked);
    }

    #[test]
    fn what_is_there_can_be_seen() {
        assert_eq!(heights::<4>(&[0, 1, u16::MAX, 16_384]), [0, 1, 255, 128]);
        assert_eq!(heights::<2>(&[0, 0]), [0, 0]);
    }
}
