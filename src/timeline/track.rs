//! Tracks: a number of the state over a history as a step line, a condition as bars.

use super::axis::View;

/// A number from a coordinate on, until the next point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepPoint {
    /// Where it begins; negative infinity for what was there before the first event.
    pub coordinate: f64,
    /// The number; `None` where there is none: a gap in the line.
    pub number: Option<f64>,
}

/// A number over a whole history, prepared once so that drawing a part of it follows pixels.
#[derive(Debug, Clone, Default)]
pub struct StepLine {
    points: Vec<StepPoint>,
    /// The extent of each [`BLOCK`] points.
    blocks: Vec<Option<Extent>>,
}

/// What a width shows of a step line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Line {
    /// Its unbroken pieces from left to right: places in points from the left edge, heights from 0 (the bottom of
    /// the track) to 1 (its top).
    pub pieces: Vec<Vec<(f32, f32)>>,
    /// The least and the greatest number in sight; they stand [`MARGIN`] from the bottom and the top. `None` where
    /// no number is.
    pub range: Option<(f64, f64)>,
}

/// Room below the least and above the greatest number, as a part of the track's height.
pub const MARGIN: f32 = 0.08;

/// A line has at most so many vertices in a column of pixels.
pub const VERTICES: usize = 4;

/// How many points are summed up: few enough to look at both ends one by one.
const BLOCK: usize = 128;

#[derive(Debug, Clone, Copy, PartialEq)]
struct Extent {
    low: f64,
    high: f64,
}

impl Extent {
    fn of(number: f64) -> Self {
        Self { low: number, high: number }
    }

    fn join(a: Option<Self>, b: Option<Self>) -> Option<Self> {
        match (a, b) {
            (Some(a), Some(b)) => Some(Self { low: a.low.min(b.low), high: a.high.max(b.high) }),
            (one, other) => one.or(other),
        }
    }

    /// The height of a number on a track that shows this extent.
    fn height(self, number: f64) -> f32 {
        // Halves, because the whole distance of two finite numbers may be infinite.
        let span = self.high / 2.0 - self.low / 2.0;
        if span <= 0.0 {
            return 0.5;
        }
        let along = (number / 2.0 - self.low / 2.0) / span;
        MARGIN + (1.0 - 2.0 * MARGIN) * along.clamp(0.0, 1.0) as f32
    }
}

/// What a column of pixels has of a line.
struct Step {
    x: f32,
    before: Option<f64>,
    extent: Option<Extent>,
    after: Option<f64>,
}

impl StepLine {
    /// From points in replay order. Where a later event has an earlier coordinate, what came before it is moved
    /// there ([`settle`]); points whose coordinate is no number are left out, and numbers without bounds are gaps.
    pub fn new(mut points: Vec<StepPoint>) -> Self {
        points.retain(|point| !point.coordinate.is_nan());
        let mut coordinates: Vec<f64> = points.iter().map(|point| point.coordinate).collect();
        settle(&mut coordinates);
        for (point, coordinate) in points.iter_mut().zip(coordinates) {
            point.coordinate = coordinate;
            point.number = point.number.filter(|number| number.is_finite());
        }
        let blocks = points.chunks(BLOCK).map(walked).collect();
        Self { points, blocks }
    }

    /// The points by coordinate.
    pub fn points(&self) -> &[StepPoint] {
        &self.points
    }

    /// The number in force at a coordinate, that of a step there included.
    pub fn number_at(&self, coordinate: f64) -> Option<f64> {
        let count = self.points.partition_point(|point| point.coordinate <= coordinate);
        self.points[..count].last()?.number
    }

    /// The line in a view `width` points wide. Costs a binary search and at most 256 points for each column that has
    /// a step, and a 128th of the points in sight. Every column reaches as low and as high as its numbers do.
    pub fn line(&self, view: View, width: f32) -> Line {
        let sight = self.sight(view, width);
        let shown = sight.extent;
        sight.line(shown, width)
    }

    /// Both lines in a view, on one scale: the greatest number of the two is at the top of both.
    pub fn together(&self, other: &Self, view: View, width: f32) -> [Line; 2] {
        let (one, two) = (self.sight(view, width), other.sight(view, width));
        let shown = Extent::join(one.extent, two.extent);
        [one.line(shown, width), two.line(shown, width)]
    }

    fn sight(&self, view: View, width: f32) -> Sight {
        let (before, steps) = self.steps(view, width);
        let extent = steps.iter().fold(before.map(Extent::of), |extent, step| Extent::join(extent, step.extent));
        Sight { before, steps, extent }
    }

    /// The number in force at the left edge, and the columns that have steps.
    fn steps(&self, view: View, width: f32) -> (Option<f64>, Vec<Step>) {
        let start = self.points.partition_point(|point| point.coordinate < view.start);
        let at_edge = self.points[..start].last().and_then(|point| point.number);
        let (mut steps, mut from, mut before) = (Vec::new(), start, at_edge);
        while let Some(first) = self.points.get(from) {
            let x = view.x_from_coordinate(first.coordinate, width);
            if x >= width {
                break;
            }
            let x = x.max(0.0);
            // By where points are drawn: rounding may put one that is just before a column's end into the next. At least
            // one is taken, or the walk could stop.
            let end = x.floor() + 1.0;
            let in_column = |point: &StepPoint| view.x_from_coordinate(point.coordinate, width) < end;
            let count = self.points[from..].partition_point(in_column).max(1);
            let to = from + count;
            let after = self.points[to - 1].number;
            steps.push(Step { x, before, extent: self.extent(from, to), after });
            (from, before) = (to, after);
        }
        (at_edge, steps)
    }

    /// The extent of points `from..to`, whole blocks at a time.
    fn extent(&self, from: usize, to: usize) -> Option<Extent> {
        let (first, last) = (from.div_ceil(BLOCK), to / BLOCK);
        if first >= last {
            return walked(&self.points[from..to]);
        }
        let ends = Extent::join(walked(&self.points[from..first * BLOCK]), walked(&self.points[last * BLOCK..to]));
        self.blocks[first..last].iter().fold(ends, |extent, block| Extent::join(extent, *block))
    }
}

/// What a view has of a line.
struct Sight {
    /// The number in force at the left edge.
    before: Option<f64>,
    /// The columns that have steps.
    steps: Vec<Step>,
    /// The least and the greatest number in sight.
    extent: Option<Extent>,
}

impl Sight {
    /// The line on a scale from the least to the greatest number of `shown`.
    fn line(self, shown: Option<Extent>, width: f32) -> Line {
        let Self { before, steps, extent } = self;
        let (Some(shown), Some(_)) = (shown, extent) else { return Line::default() };
        let height = |number| shown.height(number);
        let mut pieces = Vec::new();
        let mut piece: Vec<(f32, f32)> = before.map(|number| (0.0, height(number))).into_iter().collect();
        let mut last = before;
        for step in steps {
            if let Some(number) = step.before {
                piece.push((step.x, height(number)));
            }
            if let Some(Extent { low, high }) = step.extent {
                // The way from where the line comes to where it goes on is the shorter one.
                let rising = step.after.or(step.before).is_none_or(|number| high - number <= number - low);
                let (first, second) = if rising { (low, high) } else { (high, low) };
                piece.push((step.x, height(first)));
                if low < high {
                    piece.push((step.x, height(second)));
                }
            }
            match step.after {
                Some(number) if piece.last().is_none_or(|(_, y)| *y != height(number)) => {
                    piece.push((step.x, height(number)));
                }
                Some(_) => {}
                None => {
                    // A number that came and went within the column is still seen.
                    if step.before.is_none()
                        && let Some((x, y)) = piece.last().copied()
                    {
                        piece.push(((x + 1.0).min(width.max(x)), y));
                    }
                    pieces.extend(Some(std::mem::take(&mut piece)).filter(|piece| piece.len() > 1));
                }
            }
            last = step.after;
        }
        if let Some(number) = last {
            piece.push((width, height(number)));
            pieces.push(piece);
        }
        Line { pieces, range: Some((shown.low, shown.high)) }
    }
}

fn walked(points: &[StepPoint]) -> Option<Extent> {
    points.iter().filter_map(|point| point.number).map(Extent::of).fold(None, |a, b| Extent::join(a, Some(b)))
}

/// Makes coordinates of events in replay order ascend: a state holds what came before it, so an event that a later
/// one precedes on the axis counts from there on. What is no number stays.
pub fn settle(coordinates: &mut [f64]) {
    let mut least = f64::INFINITY;
    for coordinate in coordinates.iter_mut().rev() {
        least = least.min(*coordinate);
        *coordinate = if coordinate.is_nan() { *coordinate } else { least };
    }
}

/// Where bars begin and end in a view `width` points wide, from left to right. `intervals` go from one coordinate to
/// another (infinity: to the end), ascend and do not overlap. Each bar is at least one point wide, unless the edge
/// cuts it, and those that would touch are one: no more than one bar for each column. Costs binary searches for each.
pub fn bars(intervals: &[(f64, f64)], view: View, width: f32) -> Vec<(f32, f32)> {
    let x = |coordinate: f64| view.x_from_coordinate(coordinate, width).clamp(0.0, width);
    let mut bars = Vec::new();
    let mut rest = &intervals[intervals.partition_point(|(_, end)| *end < view.start)..];
    while let Some((from, to)) = rest.first().filter(|(from, _)| *from < view.end()) {
        let left = x(*from);
        let mut right = x(*to).max((left + 1.0).min(width));
        rest = &rest[1..];
        loop {
            let reach = view.coordinate_from_x(right, width);
            let touching = rest.partition_point(|(from, _)| *from <= reach);
            let Some((_, to)) = touching.checked_sub(1).and_then(|last| rest.get(last)) else { break };
            right = right.max(x(*to));
            rest = &rest[touching..];
        }
        bars.push((left, right));
    }
    bars
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const VIEW: View = View { start: 0.0, span: 100.0 };

    fn line_of(points: &[(f64, Option<f64>)]) -> StepLine {
        StepLine::new(
            points.iter().map(|(coordinate, number)| StepPoint { coordinate: *coordinate, number: *number }).collect(),
        )
    }

    #[test]
    fn steps_go_across_and_then_up() {
        let line = line_of(&[(10.0, Some(0.0)), (50.0, Some(5.0)), (90.0, Some(10.0))]).line(VIEW, 100.0);
        assert_eq!(line.range, Some((0.0, 10.0)));
        assert_eq!(
            line.pieces,
            [vec![
                (10.0, MARGIN),
                (50.0, MARGIN),
                (50.0, 0.5),
                (90.0, 0.5),
                (90.0, 1.0 - MARGIN),
                (100.0, 1.0 - MARGIN)
            ]]
        );
    }

    #[test]
    fn what_was_before_the_view_is_in_force() {
        let line = line_of(&[(f64::NEG_INFINITY, Some(1.0)), (-5.0, Some(7.0)), (500.0, Some(9.0))]);
        assert_eq!(
            line.line(VIEW, 100.0),
            Line { pieces: vec![vec![(0.0, 0.5), (100.0, 0.5)]], range: Some((7.0, 7.0)) }
        );
        assert_eq!(
            (line.number_at(-6.0), line.number_at(-5.0), line.number_at(1e9)),
            (Some(1.0), Some(7.0), Some(9.0))
        );
        assert_eq!(StepLine::default().line(VIEW, 100.0), Line::default());
        assert_eq!(line_of(&[(5.0, None)]).line(VIEW, 100.0), Line::default());
    }

    #[test]
    fn gaps_break_the_line() {
        let line = line_of(&[(10.0, Some(1.0)), (20.0, None), (30.0, Some(1.0)), (40.0, Some(f64::NAN))]);
        let pieces = line.line(VIEW, 100.0).pieces;
        assert_eq!(pieces, [[(10.0, 0.5), (20.0, 0.5)], [(30.0, 0.5), (40.0, 0.5)]]);
        // Too short to be seen otherwise, a number is still there.
        let flash = line_of(&[(10.2, Some(1.0)), (10.4, None)]).line(VIEW, 100.0).pieces;
        assert_eq!(flash, [[(10.2, 0.5), (11.2, 0.5)]]);
    }

    #[test]
    fn extremes_are_scaled() {
        let line = line_of(&[(1.0, Some(f64::MIN)), (2.0, Some(f64::MAX)), (3.0, Some(0.0))]).line(VIEW, 100.0);
        let heights: Vec<f32> = line.pieces[0].iter().map(|(_, y)| *y).collect();
        assert_eq!(heights[0], MARGIN);
        assert!(heights.contains(&(1.0 - MARGIN)) && *heights.last().unwrap() == 0.5, "{heights:?}");
    }

    #[test]
    fn later_events_that_stand_earlier_take_all_before_them_along() {
        let mut coordinates = [0.0, 10.0, 5.0, f64::NAN, 20.0];
        settle(&mut coordinates);
        assert_eq!(coordinates[..3], [0.0, 5.0, 5.0]);
        assert!(coordinates[3].is_nan() && coordinates[4] == 20.0);
        let line = line_of(&[(0.0, Some(1.0)), (10.0, Some(2.0)), (5.0, Some(3.0))]);
        assert_eq!((line.number_at(4.0), line.number_at(5.0)), (Some(1.0), Some(3.0)));
    }

    #[test]
    fn a_million_points_are_few_vertices_and_keep_their_spike() {
        let points: Vec<(f64, Option<f64>)> = (0..1_000_000u32)
            .map(|at| (f64::from(at) / 10_000.0, Some(if at == 712_345 { 1e6 } else { f64::from(at % 97) })))
            .collect();
        let line = line_of(&points);
        for width in [1.0, 333.0, 1280.0f32] {
            let shown = line.line(VIEW, width);
            assert_eq!(shown.range, Some((0.0, 1e6)));
            let vertices: usize = shown.pieces.iter().map(Vec::len).sum();
            assert!(vertices <= VERTICES * (width as usize + 1), "{vertices} at {width}");
            assert!(shown.pieces.iter().flatten().any(|(_, y)| *y == 1.0 - MARGIN), "the spike is lost at {width}");
        }
    }

    #[test]
    fn bars_merge_where_they_would_touch() {
        let intervals = [(-10.0, 5.0), (20.0, 30.0), (30.2, 40.0), (60.0, 60.0), (60.5, 60.6), (90.0, f64::INFINITY)];
        assert_eq!(
            bars(&intervals, VIEW, 100.0),
            [(0.0, 5.0), (20.0, 30.0), (30.2, 40.0), (60.0, 61.0), (90.0, 100.0)]
        );
        assert_eq!(bars(&intervals, VIEW, 50.0), [(0.0, 2.5), (10.0, 15.0), (15.1, 20.0), (30.0, 31.0), (45.0, 50.0)]);
        assert!(bars(&[(200.0, 300.0)], VIEW, 100.0).is_empty());
    }

    fn histories() -> impl Strategy<Value = Vec<(f64, Option<f64>)>> {
        let number = prop::option::weighted(0.8, -1000.0..1000.0f64);
        prop::collection::vec((0.0..2.0f64, number), 0..600).prop_map(|steps| {
            let mut at = -20.0;
            let next = |(distance, number): (f64, Option<f64>)| {
                at += distance * distance * distance / 4.0;
                (at, number)
            };
            steps.into_iter().map(next).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_number_in_sight_is_covered(points in histories(), width in 1..300u16, start in -30.0..80.0f64, span in 0.1..200.0f64) {
            let (view, width) = (View { start, span }, f32::from(width));
            let line = line_of(&points);
            let shown = line.line(view, width);
            let vertices: Vec<(f32, f32)> = shown.pieces.iter().flatten().copied().collect();
            prop_assert!(vertices.len() <= VERTICES * (width as usize + 2));
            prop_assert!(vertices.iter().all(|(x, y)| (0.0..=width).contains(x) && (0.0..=1.0).contains(y)));
            prop_assert!(shown.pieces.iter().all(|piece| piece.len() > 1 && piece.is_sorted_by(|a, b| a.0 <= b.0)));
            let seen = || points.iter().map(|(at, n)| (view.x_from_coordinate(*at, width), *n)).filter(|(x, _)| (0.0..width).contains(x));
            for (x, number) in seen().filter_map(|(x, number)| Some((x, number?))) {
                let (low, high) = shown.range.unwrap();
                prop_assert!((low..=high).contains(&number));
                let y = Extent { low, high }.height(number);
                let near = || vertices.iter().filter(|(at, _)| (x.floor() - 0.01..=x.floor() + 1.01).contains(at)).map(|(_, y)| *y);
                prop_assert!(near().any(|at| at <= y) && near().any(|at| at >= y), "{} at {}", number, x);
            }
        }

        #[test]
        fn bars_cover_their_intervals(points in histories(), width in 1..300u16, start in -30.0..80.0f64, span in 0.1..200.0f64) {
            let (view, width) = (View { start, span }, f32::from(width));
            let intervals: Vec<(f64, f64)> = points.chunks_exact(2).map(|pair| (pair[0].0, pair[1].0)).collect();
            let bars = bars(&intervals, view, width);
            prop_assert!(bars.len() <= width as usize + 1);
            prop_assert!(bars.iter().all(|(from, to)| 0.0 <= *from && from <= to && *to <= width));
            prop_assert!(bars.windows(2).all(|pair| pair[0].1 <= pair[1].0));
            for (from, to) in &intervals {
                let middle = view.x_from_coordinate((from + to) / 2.0, width);
                if (0.0..width).contains(&middle) {
                    prop_assert!(bars.iter().any(|(from, to)| from - 0.01 <= middle && middle <= to + 0.01));
                }
            }
        }
    }
}
