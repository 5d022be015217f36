//! The values of a sweep as a plot: the branch in violet, what was recorded in grey, thresholds as dashed lines.

use std::ops::RangeInclusive;

use chrono_tz::Tz;
use egui::{Align2, EventFilter, Key, Modifiers, RichText, Role, Sense, WidgetInfo};
use egui_plot::{GridMark, Line, LineStyle, Plot, PlotBounds, PlotPoint, PlotPoints, Points, Span, Text, VLine};

use super::{SweepView, field_name, point_words, shown, summary};
use crate::app::Command;
use crate::model::{Number, Timestamp, Value, zoned};
use crate::ui::theme;
use crate::whatif::{Sweep, SweepValue, duration_text};

/// Fields that are drawn; more could not be told apart.
const LINES: usize = 4;
/// Points are marked where there are at most so many.
const MARKED: usize = 60;
/// Thresholds have their values written beside them where there are at most so many.
const WRITTEN: usize = 8;
/// Width of the vertical axis, and of a letter of a name, in points.
const AXIS: f32 = 48.0;
const LETTER: f64 = 6.4;
const SECOND: f64 = 1e9;
const DAY: f64 = 86_400.0;
/// Round lengths of time between marks, in seconds.
const STEPS: [f64; 16] = [
    0.1,
    1.0,
    5.0,
    15.0,
    30.0,
    60.0,
    300.0,
    900.0,
    1800.0,
    3600.0,
    7200.0,
    14_400.0,
    21_600.0,
    43_200.0,
    DAY,
    7.0 * DAY,
];
/// An axis never has more marks.
const MARKS: usize = 60;

/// A field over the values.
struct Curve {
    name: String,
    points: Vec<[f64; 2]>,
    recorded: Option<f64>,
}

/// The plot.
pub fn plot_ui(
    ui: &mut egui::Ui,
    sweep: &Sweep,
    edition: u64,
    view: &mut SweepView,
    zone: Tz,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    let origin = origin(sweep);
    let xs: Vec<f64> = sweep.points.iter().map(|point| point.value.to_f64_lossy(origin)).collect();
    let curves = curves(sweep, &xs);
    let (Some(first), Some(last)) = (xs.first().copied(), xs.last().copied()) else { return };
    let area = ui.available_size();
    let bounds = bounds(&curves, first, last, area.x - AXIS);
    let (columns, rows) = (f64::from((area.x - AXIS) / 84.0), f64::from((area.y - 24.0) / 34.0));
    let selected = view.at.map(|(_, at)| at);
    let plot = Plot::new("sweep")
        .allow_zoom(false)
        .allow_drag(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false)
        .allow_axis_zoom_drag(false)
        .show_background(false)
        .show_crosshair(false)
        .grid_color(tokens.hairline)
        .sense(Sense::click())
        .label_formatter(|_| None)
        .x_axis_formatter(move |mark, range| x_text(mark, range, sweep, origin, zone))
        .y_axis_formatter(|mark, _| number_text(mark.value, mark.step_size))
        // None among the names to the right.
        .x_grid_spacer(move |input| marks((input.bounds.0, last), input.bounds, columns, sweep, origin, zone))
        .y_grid_spacer(move |input| number_marks(input.bounds, rows))
        .y_axis_min_width(AXIS);
    let response = plot.show(ui, |plot| {
        plot.set_plot_bounds(bounds);
        for (from, to) in bad_ranges(sweep, origin, &xs) {
            plot.span(Span::new("", from..=to).fill(theme::wash(tokens.bad)).border_width(0.0));
        }
        for recorded in curves.iter().filter_map(|curve| curve.recorded) {
            let line = Line::new("", PlotPoints::from(vec![[first, recorded], [last, recorded]]));
            plot.line(line.color(tokens.secondary).width(1.0).allow_hover(false));
        }
        for (at, threshold) in sweep.thresholds.iter().enumerate() {
            let x = threshold.from.to_f64_lossy(origin);
            let style = LineStyle::dashed_dense();
            plot.vline(VLine::new("", x).color(tokens.secondary).width(1.0).style(style).allow_hover(false));
            if sweep.thresholds.len() <= WRITTEN {
                let text = RichText::new(format!(" {} ", shown(&threshold.from, zone)));
                let text = text.font(theme::mono(theme::SMALL)).color(tokens.text);
                // Neighbours at different heights: each can be read.
                let height = bounds.max()[1] - (bounds.max()[1] - bounds.min()[1]) * 0.09 * (at % 3) as f64;
                let left = x > (first + last) / 2.0;
                let anchor = if left { Align2::RIGHT_TOP } else { Align2::LEFT_TOP };
                plot.text(Text::new("", PlotPoint::new(x, height), text).color(tokens.text).anchor(anchor));
            }
        }
        let current = sweep.current.to_f64_lossy(origin);
        plot.vline(VLine::new("", current).color(theme::dimmed(tokens.what_if)).width(1.0).allow_hover(false));
        for (at, curve) in curves.iter().enumerate() {
            let line = Line::new(curve.name.clone(), PlotPoints::from(curve.points.clone()));
            plot.line(line.color(tokens.what_if).width(1.6).style(style(at)).allow_hover(false));
            if curve.points.len() <= MARKED && at == 0 {
                let marks = Points::new("", PlotPoints::from(curve.points.clone()));
                plot.points(marks.color(tokens.what_if).radius(1.8).allow_hover(false));
            }
        }
        for (name, point, is_recorded) in labels(&curves, &bounds) {
            let colour = if is_recorded { tokens.secondary } else { tokens.what_if };
            let text = RichText::new(format!(" {name}")).font(theme::words(theme::SMALL)).color(colour);
            plot.text(Text::new("", point, text).color(colour).anchor(Align2::LEFT_CENTER));
        }
        if let Some(x) = selected.and_then(|at| xs.get(at)) {
            plot.vline(VLine::new("", *x).color(tokens.what_if).width(1.0).allow_hover(false));
            let marks: Vec<[f64; 2]> =
                curves.iter().filter_map(|curve| curve.points.iter().find(|point| point[0] == *x)).copied().collect();
            plot.points(Points::new("", PlotPoints::from(marks)).color(tokens.what_if).radius(3.5).allow_hover(false));
        }
    });
    let (transform, response) = (response.transform, response.response);
    if let Some(pointer) = response.hover_pos() {
        let x = transform.value_from_position(pointer).x;
        view.at = nearest(&xs, x).map(|at| (edition, at));
    }
    let at = view.at.map(|(_, at)| at);
    keys(ui, &response, view, edition, sweep, queue);
    if let Some(point) = at.and_then(|at| sweep.points.get(at)) {
        let words = point_words(sweep, point, zone);
        response.clone().on_hover_text_at_pointer(words);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, description(sweep, view, zone)));
    theme::focus_ring(ui, &response);
}

/// The plot for those who don't see it.
fn description(sweep: &Sweep, view: &SweepView, zone: Tz) -> String {
    let mut words = format!("Plot: {}", summary(sweep, zone));
    for threshold in &sweep.thresholds {
        words.push_str("; ");
        words.push_str(&threshold.words(&|value| shown(value, zone)).join("; "));
    }
    if let Some(point) = view.at.and_then(|(_, at)| sweep.points.get(at)) {
        words.push_str(". ");
        words.push_str(&point_words(sweep, point, zone));
    }
    words
}

/// Arrows go from value to value; Enter takes one.
fn keys(
    ui: &egui::Ui,
    response: &egui::Response,
    view: &mut SweepView,
    edition: u64,
    sweep: &Sweep,
    queue: &mut Vec<Command>,
) {
    if response.clicked() {
        response.request_focus();
    }
    if !response.has_focus() {
        return;
    }
    let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let (left, right, home, end, enter) = ui.input_mut(|input| {
        let mut pressed = |key| input.consume_key(Modifiers::NONE, key);
        (pressed(Key::ArrowLeft), pressed(Key::ArrowRight), pressed(Key::Home), pressed(Key::End), pressed(Key::Enter))
    });
    let Some(last) = sweep.points.len().checked_sub(1) else { return };
    let at = view.at.map(|(_, at)| at);
    let next = match (left, right, home, end) {
        (true, ..) => Some(at.map_or(last, |at| at.saturating_sub(1))),
        (_, true, ..) => Some(at.map_or(0, |at| (at + 1).min(last))),
        (_, _, true, _) => Some(0),
        (.., true) => Some(last),
        _ => None,
    };
    if let Some(next) = next {
        view.at = Some((edition, next));
    }
    if enter && let Some(point) = at.and_then(|at| sweep.points.get(at)) {
        queue.push(Command::UseSweepValue(point.value.clone()));
    }
}

/// Where times are counted from: large numbers would lose their last digits.
fn origin(sweep: &Sweep) -> i128 {
    match &sweep.from {
        SweepValue::Time(time) => time.nanos(),
        _ => 0,
    }
}

fn curves(sweep: &Sweep, xs: &[f64]) -> Vec<Curve> {
    let curve = |at: usize| {
        let number = |value: &Value| value.as_number().map(Number::to_f64_lossy);
        let field = sweep.fields.get(at)?;
        let points: Vec<[f64; 2]> = sweep
            .points
            .iter()
            .zip(xs)
            .filter_map(|(point, x)| Some([*x, number(point.fields.get(at)?.as_ref()?)?]))
            .collect();
        let recorded = field.recorded.as_ref().and_then(number);
        (!points.is_empty()).then(|| Curve { name: field_name(sweep, field), points, recorded })
    };
    (0..sweep.fields.len()).filter_map(curve).take(LINES).collect()
}

fn bounds(curves: &[Curve], first: f64, last: f64, width: f32) -> PlotBounds {
    let ys = curves.iter().flat_map(|curve| curve.points.iter().map(|point| point[1]).chain(curve.recorded));
    let (mut low, mut high) = ys.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(y), high.max(y)));
    if low > high {
        (low, high) = (0.0, 1.0);
    }
    let y = if high > low { (high - low) * 0.12 } else { (high.abs() * 0.1).max(1.0) };
    let x = if last > first { (last - first) * 0.02 } else { 1.0 };
    let plain = PlotBounds::from_min_max([first - x, low - y], [last + x, high + y]);
    // Names stand to the right of the last value.
    let longest = labels(curves, &plain).iter().map(|(name, ..)| name.chars().count()).max().unwrap_or(0);
    let share = ((longest as f64 + 2.0) * LETTER / f64::from(width.max(1.0))).min(0.5);
    let room = (last - first).max(1.0) * share / (1.0 - share);
    PlotBounds::from_min_max([first - x, low - y], [last + room, high + y])
}

/// Names of the curves at their ends, and of what was recorded; those that end at one place share one.
fn labels(curves: &[Curve], bounds: &PlotBounds) -> Vec<(String, PlotPoint, bool)> {
    let near = (bounds.max()[1] - bounds.min()[1]) * 0.11;
    let mut found: Vec<(String, PlotPoint, bool)> = Vec::new();
    for curve in curves {
        let Some([x, y]) = curve.points.last().copied() else { continue };
        match found.iter_mut().find(|(_, point, _)| (point.y - y).abs() < near) {
            Some((name, ..)) => *name = format!("{name}, {}", curve.name),
            None => found.push((curve.name.clone(), PlotPoint::new(x, y), false)),
        }
    }
    for curve in curves {
        let (Some(y), Some([x, _])) = (curve.recorded, curve.points.last().copied()) else { continue };
        if found.iter().all(|(_, point, _)| (point.y - y).abs() >= near) {
            found.push(("as recorded".to_owned(), PlotPoint::new(x, y), true));
        }
    }
    found
}

/// Stretches in which something is broken, exact to the thresholds at their ends.
fn bad_ranges(sweep: &Sweep, origin: i128, xs: &[f64]) -> Vec<(f64, f64)> {
    let is_bad = |at: usize| sweep.points.get(at).is_some_and(|p| !p.broken.is_empty() || !p.stops.is_empty());
    let mut marks: Vec<(f64, bool)> = xs.iter().enumerate().map(|(at, x)| (*x, is_bad(at))).collect();
    for threshold in &sweep.thresholds {
        marks.push((threshold.before.to_f64_lossy(origin), threshold.bad_before));
        marks.push((threshold.from.to_f64_lossy(origin), threshold.bad_from));
    }
    marks.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut ranges: Vec<(f64, f64)> = Vec::new();
    let mut open = None;
    let mut reached = 0.0;
    for (x, bad) in marks {
        match (open, bad) {
            (None, true) => open = Some(x),
            (Some(from), false) => {
                ranges.push((from, reached));
                open = None;
            }
            _ => {}
        }
        reached = x;
    }
    ranges.extend(open.map(|from| (from, reached)));
    ranges
}

fn style(at: usize) -> LineStyle {
    match at {
        0 => LineStyle::Solid,
        1 => LineStyle::Dashed { length: 8.0 },
        2 => LineStyle::Dotted { spacing: 6.0 },
        _ => LineStyle::Dashed { length: 3.0 },
    }
}

fn nearest(xs: &[f64], x: f64) -> Option<usize> {
    let after = xs.partition_point(|known| *known < x);
    let near = [after.checked_sub(1), Some(after)].into_iter().flatten().filter(|at| *at < xs.len());
    near.min_by(|a, b| (xs[*a] - x).abs().total_cmp(&(xs[*b] - x).abs()))
}

/// Marks of the horizontal axis: as many as have room, at round values.
fn marks(
    (low, high): (f64, f64),
    whole: (f64, f64),
    columns: f64,
    sweep: &Sweep,
    origin: i128,
    zone: Tz,
) -> Vec<GridMark> {
    let columns = columns * (high - low) / (whole.1 - whole.0);
    if matches!(sweep.from, SweepValue::Number(_)) {
        return number_marks((low, high), columns);
    }
    let raw = (high - low) / columns.max(1.0);
    let step = STEPS.into_iter().find(|step| *step >= raw).unwrap_or_else(|| (raw / DAY).ceil() * DAY);
    // Round in the zone's own clock.
    let offset = Timestamp::from_nanos(origin).map_or(0.0, |time| match sweep.from {
        SweepValue::Time(_) => (origin as f64 / SECOND).rem_euclid(DAY) + f64::from(zoned::offset_seconds(time, zone)),
        _ => 0.0,
    });
    let first = ((low + offset) / step).ceil() as i64;
    let last = ((high + offset) / step).floor() as i64;
    (first..=last).take(MARKS).map(|n| GridMark { value: n as f64 * step - offset, step_size: step }).collect()
}

fn number_marks((low, high): (f64, f64), room: f64) -> Vec<GridMark> {
    let raw = (high - low) / room.max(1.0);
    if !(raw.is_finite() && raw > 0.0) {
        return Vec::new();
    }
    let magnitude = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|n| n * magnitude).into_iter().find(|step| *step >= raw).unwrap_or(raw);
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    (first..=last).take(MARKS).map(|n| GridMark { value: n as f64 * step, step_size: step }).collect()
}

fn x_text(mark: GridMark, _range: &RangeInclusive<f64>, sweep: &Sweep, origin: i128, zone: Tz) -> String {
    match &sweep.from {
        SweepValue::Number(_) => number_text(mark.value, mark.step_size),
        SweepValue::Shift(_) => duration_text((mark.value * SECOND) as i128),
        SweepValue::Time(_) => {
            let time = Timestamp::from_nanos(origin + (mark.value * SECOND).round() as i128);
            let text = |time| {
                let clock = zoned::clock(time, zone);
                let whole_days = mark.step_size >= DAY;
                match clock.strip_suffix(":00") {
                    Some("00:00") => zoned::date(time, zone),
                    _ if whole_days => zoned::date(time, zone),
                    Some(short) => short.to_owned(),
                    None => clock,
                }
            };
            time.map_or_else(String::new, text)
        }
    }
}

/// With as many decimals as the step between marks needs.
fn number_text(value: f64, step: f64) -> String {
    let decimals = if step > 0.0 { (-step.log10().floor()).clamp(0.0, 9.0) as usize } else { 0 };
    let text = format!("{value:.decimals$}");
    if text.trim_start_matches('-').chars().all(|c| matches!(c, '0' | '.')) { "0".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axis_numbers_have_the_decimals_of_their_step() {
        assert_eq!(number_text(12.5, 0.5), "12.5");
        assert_eq!(number_text(40.0, 20.0), "40");
        assert_eq!(number_text(-0.0, 20.0), "0");
    }

    #[test]
    fn the_nearest_point_is_found() {
        assert_eq!(nearest(&[0.0, 5.0, 10.0], 7.4), Some(1));
        assert_eq!(nearest(&[0.0, 5.0, 10.0], 99.0), Some(2));
        assert_eq!(nearest(&[], 1.0), None);
    }
}
