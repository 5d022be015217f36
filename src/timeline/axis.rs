//! Where events stand along the timeline, and which part of it a width shows.

use crate::model::{EventLog, Timestamp};

/// What the timeline's horizontal direction means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum AxisKind {
    /// Recorded time.
    #[default]
    Time,
    /// Replay order over the store: every event the same width.
    Sequence,
}

/// An axis over a whole store.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis {
    kind: AxisKind,
    /// Microseconds since 1970 of coordinate 0 (time axis).
    origin: i64,
    /// Coordinate of the last event.
    length: f64,
}

/// The narrowest view: a millisecond, or a fifth of an event. Beyond it, coordinates of a century-long history would
/// lose digits that can be seen; ties within it are told apart on the sequence axis.
const MIN_SPAN_TIME: f64 = 1000.0;
const MIN_SPAN_SEQUENCE: f64 = 0.2;

impl Axis {
    /// An axis over all events. A store without times has only a sequence, whatever is asked for.
    pub fn new(log: &EventLog, kind: AxisKind) -> Self {
        let sequence = Self { kind: AxisKind::Sequence, origin: 0, length: log.len().saturating_sub(1) as f64 };
        match (kind, log.time_range()) {
            (AxisKind::Time, Some((first, last))) => {
                let origin = first.micros();
                Self { kind: AxisKind::Time, origin, length: (last.micros() - origin) as f64 }
            }
            _ => sequence,
        }
    }

    /// What the axis means.
    pub fn kind(&self) -> AxisKind {
        self.kind
    }

    /// Whether events stand where they do on another one.
    pub fn begins_as(&self, other: &Self) -> bool {
        (self.kind, self.origin) == (other.kind, other.origin)
    }

    /// Coordinate of the last event; the first is at 0.
    pub fn length(&self) -> f64 {
        self.length
    }

    /// Where an event stands; `None` for one without a time on a time axis.
    pub fn coordinate(&self, log: &EventLog, event: usize) -> Option<f64> {
        match self.kind {
            AxisKind::Time => log.time_micros(event).map(|micros| (micros - self.origin) as f64),
            AxisKind::Sequence => Some(event as f64),
        }
    }

    /// Where an instant stands (time axis).
    pub fn coordinate_of_time(&self, time: Timestamp) -> f64 {
        (time.micros() - self.origin) as f64
    }

    /// Which instant stands at a coordinate (time axis), held within what can be represented.
    pub fn time_at(&self, coordinate: f64) -> Option<Timestamp> {
        (self.kind == AxisKind::Time).then(|| Timestamp::from_micros(self.origin + coordinate.round() as i64)).flatten()
    }

    /// How many events have a coordinate up to this one (sequence axis).
    pub fn events_up_to(&self, coordinate: f64) -> usize {
        if coordinate < 0.0 { 0 } else { coordinate.floor() as usize + 1 }
    }

    fn min_span(&self) -> f64 {
        match self.kind {
            AxisKind::Time => MIN_SPAN_TIME,
            AxisKind::Sequence => MIN_SPAN_SEQUENCE,
        }
    }
}

/// The part of an axis that a width shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// Coordinate at the left edge.
    pub start: f64,
    /// Coordinates across the width. Always positive.
    pub span: f64,
}

impl View {
    /// Everything, with a margin so that the outermost marks are whole.
    pub fn fit(axis: &Axis) -> Self {
        let span = axis.length().max(axis.min_span());
        Self { start: -span * 0.02, span: span * 1.04 }
    }

    /// Horizontal place of a coordinate in a width.
    pub fn x_from_coordinate(&self, coordinate: f64, width: f32) -> f32 {
        ((coordinate - self.start) / self.span * f64::from(width)) as f32
    }

    /// Coordinate at a horizontal place in a width.
    pub fn coordinate_from_x(&self, x: f32, width: f32) -> f64 {
        self.start + f64::from(x) / f64::from(width.max(1.0)) * self.span
    }

    /// Coordinate at the right edge.
    pub fn end(&self) -> f64 {
        self.start + self.span
    }

    /// Zoomed by `factor` (above 1: closer) with the coordinate under `x` staying where it is.
    pub fn zoomed(&self, factor: f64, x: f32, width: f32, axis: &Axis) -> Self {
        let anchor = self.coordinate_from_x(x, width);
        let widest = View::fit(axis).span * 1.5;
        let span = (self.span / factor).clamp(axis.min_span(), widest.max(axis.min_span()));
        let start = anchor - f64::from(x) / f64::from(width.max(1.0)) * span;
        Self { start, span }.clamped(axis)
    }

    /// Moved by a distance in points (positive: later).
    pub fn panned(&self, dx: f32, width: f32, axis: &Axis) -> Self {
        let start = self.start + f64::from(dx) / f64::from(width.max(1.0)) * self.span;
        Self { start, ..*self }.clamped(axis)
    }

    /// Moved just so far that a coordinate is visible with a margin; unchanged if it is.
    pub fn showing(&self, coordinate: f64, axis: &Axis) -> Self {
        let margin = self.span * 0.05;
        let start = if coordinate < self.start + margin {
            coordinate - margin
        } else if coordinate > self.end() - margin {
            coordinate + margin - self.span
        } else {
            return *self;
        };
        Self { start, ..*self }.clamped(axis)
    }

    /// As wide, with a coordinate in its middle.
    pub fn around(&self, coordinate: f64, axis: &Axis) -> Self {
        Self { start: coordinate - self.span / 2.0, ..*self }.clamped(axis)
    }

    /// From one coordinate to another, where they are far enough apart; else one of them gives way: the first, if
    /// `keep_end`.
    pub fn between(&self, start: f64, end: f64, keep_end: bool, axis: &Axis) -> Self {
        let widest = View::fit(axis).span * 1.5;
        let span = (end - start).clamp(axis.min_span(), widest.max(axis.min_span()));
        Self { start: if keep_end { end - span } else { start }, span }.clamped(axis)
    }

    /// Half a view may lie beyond either end, never all of it.
    fn clamped(self, axis: &Axis) -> Self {
        let half = self.span / 2.0;
        let start = self.start.clamp(-half, (axis.length() - half).max(-half));
        Self { start, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(length: f64) -> Axis {
        Axis { kind: AxisKind::Time, origin: 0, length }
    }

    #[test]
    fn places_and_coordinates_are_inverse_within_a_pixel() {
        let axis = axis(31_536_000_000_000.0);
        let mut view = View::fit(&axis);
        for step in 0..60 {
            for x in [0.0f32, 1.0, 333.5, 799.0] {
                let back = view.x_from_coordinate(view.coordinate_from_x(x, 800.0), 800.0);
                assert!((back - x).abs() < 0.01, "step {step}: {x} became {back}");
            }
            view = view.zoomed(1.7, 200.0, 800.0, &axis);
        }
    }

    #[test]
    fn zoom_keeps_what_is_under_the_pointer() {
        let axis = axis(1e12);
        let view = View::fit(&axis);
        let before = view.coordinate_from_x(300.0, 800.0);
        let after = view.zoomed(4.0, 300.0, 800.0, &axis).coordinate_from_x(300.0, 800.0);
        assert!((before - after).abs() < 1.0);
    }

    #[test]
    fn a_view_is_set_by_its_ends_or_its_middle() {
        let axis = axis(1e9);
        let view = View { start: 0.0, span: 1e8 };
        assert_eq!(view.around(5e8, &axis), View { start: 4.5e8, span: 1e8 });
        assert_eq!(view.between(2e8, 5e8, true, &axis), View { start: 2e8, span: 3e8 });
        // An edge that is dragged onto the other one leaves the narrowest view there.
        assert_eq!(view.between(5e8, 5e8, true, &axis), View { start: 5e8 - 1000.0, span: 1000.0 });
        assert_eq!(view.between(5e8, 4e8, false, &axis), View { start: 5e8, span: 1000.0 });
    }

    #[test]
    fn panning_never_loses_history() {
        let axis = axis(1000.0);
        let far = View::fit(&axis).panned(1e9, 800.0, &axis);
        assert!(far.start < axis.length());
        let far = View::fit(&axis).panned(-1e9, 800.0, &axis);
        assert!(far.end() > 0.0);
    }
}
