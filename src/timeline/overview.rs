//! The whole history as a strip: how many events stand where, and where hits of a search do.

use super::axis::Axis;
use crate::model::EventLog;

/// How finely the strip is counted: no strip is wider than so many pixels, or it is stretched.
const BUCKETS: usize = 2048;

/// How many events stand along an axis, from its first event to its last. Counted once.
#[derive(Debug, Clone, Default)]
pub struct Overview {
    counts: Vec<u32>,
    /// How long a bucket is, in coordinates of the axis.
    bucket: f64,
    /// How many buckets the axis is long.
    buckets: f64,
    unplaced: u32,
}

impl Overview {
    /// Counts: one look at each event.
    pub fn new(log: &EventLog, axis: &Axis) -> Self {
        if log.is_empty() {
            return Self::default();
        }
        let mut counts = vec![0u32; BUCKETS];
        let mut unplaced = 0;
        for event in 0..log.len() {
            match axis.coordinate(log, event) {
                Some(coordinate) => counts[bucket(coordinate, axis, BUCKETS)] += 1,
                None => unplaced += 1,
            }
        }
        Self { counts, bucket: axis.length() / BUCKETS as f64, buckets: BUCKETS as f64, unplaced }
    }

    /// The same with the events from `first` on, along an axis that begins where it did: one look at each of these.
    pub(super) fn grown(&self, log: &EventLog, axis: &Axis, first: usize) -> Self {
        if self.bucket <= 0.0 || self.counts.is_empty() {
            return Self::new(log, axis);
        }
        let mut grown = self.clone();
        while axis.length() / grown.bucket > (2 * BUCKETS) as f64 {
            grown.counts = grown.counts.chunks(2).map(|pair| pair.iter().sum()).collect();
            grown.bucket *= 2.0;
        }
        grown.buckets = (axis.length() / grown.bucket).max(1.0);
        for event in first..log.len() {
            let Some(coordinate) = axis.coordinate(log, event) else {
                grown.unplaced += 1;
                continue;
            };
            // Casting a float holds it within the range of integers.
            let at = ((coordinate / grown.bucket) as usize).min(2 * BUCKETS);
            if grown.counts.len() <= at {
                grown.counts.resize(at + 1, 0);
            }
            grown.counts[at] += 1;
        }
        grown
    }

    /// How many events each of `width` equal parts of the axis has; part 0 begins with the first event. Costs the
    /// number of buckets, whatever the number of events. Where `width` is more than what was counted, what a bucket
    /// has is spread over its parts. The sum is the number of events that have a place on the axis.
    pub fn columns(&self, width: usize) -> Vec<u32> {
        let mut columns = vec![0u32; width];
        if width == 0 || self.counts.is_empty() {
            return columns;
        }
        let part = |bucket: usize| (bucket as f64 * width as f64 / self.buckets) as usize;
        for (at, count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let from = part(at).min(width - 1);
            let parts = (part(at + 1).min(width).saturating_sub(from)).max(1);
            let (share, rest) = (*count as usize / parts, *count as usize % parts);
            for (part, column) in columns[from..from + parts].iter_mut().enumerate() {
                *column += (share + usize::from(part < rest)) as u32;
            }
        }
        columns
    }

    /// How many events have no place on the axis: they have no time.
    pub fn unplaced(&self) -> u32 {
        self.unplaced
    }
}

/// Which of `parts` equal parts of the axis a coordinate lies in. A single event, or all at one time, are in the first.
fn bucket(coordinate: f64, axis: &Axis, parts: usize) -> usize {
    let length = axis.length();
    if length <= 0.0 {
        return 0;
    }
    // Casting a float holds it within the range of integers.
    ((coordinate / length * parts as f64) as usize).min(parts - 1)
}

/// How many of these events (a search's hits) stand in each of `width` equal parts of the axis, as
/// [`Overview::columns`] has them. One look at each hit: keep the answer while neither hits nor width change.
pub fn hits(axis: &Axis, log: &EventLog, hits: &[u32], width: usize) -> Vec<u32> {
    let mut columns = vec![0u32; width];
    if width > 0 {
        for coordinate in hits.iter().filter_map(|hit| axis.coordinate(log, *hit as usize)) {
            columns[bucket(coordinate, axis, width)] += 1;
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::AxisKind;
    use crate::timeline::testing::log;

    #[test]
    fn every_event_is_counted_once_at_any_width() {
        let log = log((0..5000).map(|i| Some((i * i) % 7919)));
        for kind in [AxisKind::Time, AxisKind::Sequence] {
            let axis = Axis::new(&log, kind);
            let overview = Overview::new(&log, &axis);
            for width in [1, 2, 7, 640, 2047, 2048, 2049, 5000] {
                let columns = overview.columns(width);
                assert_eq!((columns.len(), columns.iter().sum::<u32>()), (width, 5000));
            }
            assert!(overview.columns(0).is_empty());
        }
    }

    #[test]
    fn hits_stand_where_their_events_are_counted() {
        let log = log([0, 10, 10, 99, 100].map(Some));
        let axis = Axis::new(&log, AxisKind::Time);
        assert_eq!(Overview::new(&log, &axis).columns(4), [3, 0, 0, 2]);
        assert_eq!(hits(&axis, &log, &[1, 3], 4), [1, 0, 0, 1]);
        let all: Vec<u32> = (0..5).collect();
        assert_eq!(hits(&axis, &log, &all, 2048), Overview::new(&log, &axis).columns(2048));
        assert!(hits(&axis, &log, &all, 0).is_empty());
    }

    #[test]
    fn events_without_a_time_are_told() {
        let log = log([Some(5), None, Some(9)]);
        let overview = Overview::new(&log, &Axis::new(&log, AxisKind::Time));
        assert_eq!((overview.columns(2), overview.unplaced()), (vec![1, 1], 1));
        let sequence = Overview::new(&log, &Axis::new(&log, AxisKind::Sequence));
        assert_eq!((sequence.columns(3), sequence.unplaced()), (vec![1, 1, 1], 0));
    }

    #[test]
    fn small_histories() {
        for times in [vec![], vec![Some(7)], vec![Some(7), Some(7)]] {
            let count = times.len() as u32;
            let log = log(times);
            for kind in [AxisKind::Time, AxisKind::Sequence] {
                let axis = Axis::new(&log, kind);
                assert_eq!(Overview::new(&log, &axis).columns(3).iter().sum::<u32>(), count);
            }
        }
    }
}
