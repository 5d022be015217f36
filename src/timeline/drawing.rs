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
}

/// What an axis has.
#[derive(Debug)]
struct Along {
    axis: Axis,
    lanes: Lanes,
    density: Density,
    overview: Overview,
}

impl Drawing {
    /// Looks at each event a few times.
    pub fn new(log: &EventLog) -> Self {
        let marks = Marks::new(log);
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
        Self { time, sequence, marks, by_category, time_range: log.time_range() }
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
