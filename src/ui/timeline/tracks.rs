//! Tracks: fields of the state as step lines or labelled stretches, conditions as bars.

use std::sync::Arc;

use egui::{Color32, Painter, Rect, Sense, Shape as Paint, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::track_shapes::{Branch, Placed, Shape, Shapes};
use super::{Stage, labels};
use crate::app::{Command, TrackView};
use crate::job::TrackWhat;
use crate::timeline::{Line, track};
use crate::ui::{elide, icons, marks, theme};
use crate::whatif::BranchSpot;

/// Narrower stretches have no words.
const WORDS: f32 = 26.0;

/// Whether what is shown is of the selected stream, and nothing newer is awaited.
fn is_current(stage: &Stage<'_>, view: &TrackView) -> bool {
    view.track.value().is_some_and(|(_, current)| current) && view.stream == stage.document.stream
}

fn find<'a>(stage: &'a Stage<'_>, id: u32) -> Option<&'a TrackView> {
    stage.document.tracks.iter().find(|track| track.id == id)
}

/// Paints a track.
pub fn paint(ui: &Ui, stage: &Stage<'_>, shapes: &Shapes, id: u32, rect: Rect) {
    let plot = stage.plot(rect);
    let painter = ui.painter_at(plot.intersect(ui.clip_rect()));
    let (Some(view), Some(placed)) = (find(stage, id), shapes.get(id)) else { return };
    if let Some(problem) = view.track.failure() {
        note(&painter, plot, problem, stage.tokens.bad);
        return;
    }
    let Some((track, _)) = view.track.value() else {
        note(&painter, plot, "Working it out …", stage.tokens.secondary);
        return;
    };
    let faded = |colour| if is_current(stage, view) { colour } else { theme::dimmed(colour) };
    let violet = match view.branch.value() {
        Some((_, true)) => stage.tokens.what_if,
        _ => theme::dimmed(stage.tokens.what_if),
    };
    let Placed { shape, branch, .. } = placed;
    let lines = lines(stage, placed, plot.width());
    let [above, below] = rows(plot, branch.is_some());
    // The future is painted as what it is, thinner: once left of the cursor, once right of it.
    let cursor = stage.cursor.clamp(plot.left(), plot.right());
    let sides = [(plot.left(), cursor, false), (cursor, plot.right(), true)];
    for (from, to, future) in sides.into_iter().filter(|(from, to, _)| from < to) {
        let side = Rect::from_min_max(pos2(from, plot.top()), pos2(to, plot.bottom()));
        let painter = painter.with_clip_rect(painter.clip_rect().intersect(side));
        let tint = |colour| if future { theme::dimmed(colour) } else { colour };
        let (text, secondary) = (tint(faded(stage.tokens.text)), tint(faded(stage.tokens.secondary)));
        match shape {
            Shape::Line(_) => {
                step_line(&painter, &lines[0], plot, text, false);
                step_line(&painter, &lines[1], plot, tint(violet), true);
            }
            Shape::Stretches(stretches) => stretches_in(ui, &painter, stage, stretches, above, [secondary, text]),
            Shape::Bars(intervals) => bars_in(&painter, stage, intervals, above, |painter, bar| {
                painter.rect_filled(bar, 0.0, tint(faded(stage.tokens.other_mark)));
            }),
        }
        let Some(branch) = branch else { continue };
        match &branch.shape {
            Shape::Line(_) => {}
            Shape::Stretches(stretches) => {
                stretches_in(ui, &painter, stage, stretches, below, [tint(violet), tint(violet)]);
            }
            Shape::Bars(intervals) => {
                span(&painter, stage, branch, below, tint(violet));
                bars_in(&painter, stage, intervals, below, |painter, bar| {
                    // Nothing of the line shows through.
                    painter.rect_filled(bar, 0.0, stage.tokens.background);
                    painter.rect_filled(bar, 0.0, theme::wash(tint(violet)));
                    marks::hatch(painter, bar, tint(violet));
                    painter.rect_stroke(bar, 0.0, Stroke::new(1.0, tint(violet)), StrokeKind::Inside);
                });
            }
        }
    }
    let branch_stopped = view.branch.value().and_then(|(branch, _)| branch.stopped.as_ref());
    if let Some(stopped) = &track.stopped {
        note(&painter, plot, &format!("Stopped: {stopped}"), stage.tokens.bad);
    } else if let Some((_, stopped)) = branch_stopped {
        note(&painter, plot, &format!("The what-if stopped: {stopped}"), stage.tokens.bad);
    } else if branch.is_none() && matches!(shape, Shape::Bars(intervals) if intervals.is_empty()) {
        note(&painter, plot, "At no time", stage.tokens.secondary);
    } else if track.steps.is_empty() && matches!(view.what, TrackWhat::Field(_)) {
        note(&painter, plot, "This stream has no such field", stage.tokens.secondary);
    }
}

/// What was recorded above, what would be below.
fn rows(plot: Rect, both: bool) -> [Rect; 2] {
    if !both {
        return [plot, plot];
    }
    let middle = plot.center().y;
    let half = |top, bottom| Rect::from_min_max(pos2(plot.left(), top), pos2(plot.right(), bottom));
    [half(plot.top() - 1.0, middle + 2.0), half(middle - 2.0, plot.bottom() + 1.0)]
}

/// Both lines on one scale.
fn lines(stage: &Stage<'_>, placed: &Placed, width: f32) -> [Line; 2] {
    let view = stage.document.view;
    match (&placed.shape, placed.branch.as_ref().map(|branch| &branch.shape)) {
        (Shape::Line(line), Some(Shape::Line(branch))) => line.together(branch, view, width),
        (Shape::Line(line), _) => [line.line(view, width), Line::default()],
        _ => [Line::default(), Line::default()],
    }
}

fn note(painter: &Painter, plot: Rect, text: &str, colour: Color32) {
    let at = pos2(plot.left() + theme::GAP, plot.center().y);
    painter.text(at, egui::Align2::LEFT_CENTER, text, theme::words(theme::SMALL), colour);
}

fn step_line(painter: &Painter, line: &Line, plot: Rect, colour: Color32, what_if: bool) {
    let inner = plot.shrink2(vec2(0.0, 4.0));
    for piece in &line.pieces {
        let points = piece.iter().map(|(x, y)| pos2(inner.left() + x, inner.bottom() - y * inner.height()));
        let points: Vec<egui::Pos2> = points.collect();
        let stroke = Stroke::new(1.5, colour);
        // Where it is as good as an area, dashes say nothing, and would be thousands.
        let length: f32 = points.windows(2).map(|pair| pair[0].distance(pair[1])).sum();
        if what_if && length < 4.0 * plot.width() {
            painter.extend(Paint::dashed_line(&points, stroke, 5.0, 3.0));
        } else {
            painter.add(Paint::line(points, stroke));
        }
    }
}

fn bars_in(painter: &Painter, stage: &Stage<'_>, bars: &[(f64, f64)], row: Rect, draw: impl Fn(&Painter, Rect)) {
    // Of two rows each has less room.
    let margin = if row.height() < 24.0 { 5.0 } else { 7.0 };
    for (left, right) in track::bars(bars, stage.document.view, row.width()) {
        let bar = Rect::from_min_max(
            pos2(row.left() + left, row.top() + margin),
            pos2(row.left() + right.max(left + 2.0), row.bottom() - margin),
        );
        draw(painter, bar);
    }
}

/// Where the edits make a difference, whether the condition holds there or not.
fn span(painter: &Painter, stage: &Stage<'_>, branch: &Branch, row: Rect, colour: Color32) {
    let x = |coordinate: f64| stage.scale.x(coordinate).clamp(row.left() - 10.0, row.right());
    let (from, to, y) = (x(branch.from), x(branch.to), row.center().y);
    painter.extend(Paint::dashed_line(&[pos2(from, y), pos2(to, y)], Stroke::new(1.0, colour), 5.0, 3.0));
}

fn stretches_in(
    ui: &Ui,
    painter: &Painter,
    stage: &Stage<'_>,
    stretches: &[(f64, Option<Arc<str>>)],
    plot: Rect,
    [line, words]: [Color32; 2],
) {
    let view = stage.document.view;
    let x = |coordinate: f64| stage.scale.x(coordinate).clamp(plot.left(), plot.right());
    let mut at = stretches.partition_point(|(coordinate, _)| *coordinate <= view.start).saturating_sub(1);
    while let Some((from, text)) = stretches.get(at).filter(|(from, _)| *from < view.end()) {
        let end = stretches.get(at + 1).map_or(plot.right(), |(next, _)| x(*next));
        let left = x(*from);
        if let Some(text) = text.as_ref().filter(|_| end > left) {
            let bar = Rect::from_min_max(
                pos2(left, plot.top() + 5.0),
                pos2((end - 1.0).max(left + 1.0), plot.bottom() - 6.0),
            );
            painter.rect_filled(bar, 2.0, theme::wash(line));
            painter.vline(left, bar.y_range(), Stroke::new(1.0, line));
            // The label of a stretch that began before is at the edge of what is shown.
            if end - left >= WORDS {
                let galley = elide::end(ui.painter(), text, theme::words(theme::SMALL), end - left - 10.0, words);
                painter.galley(pos2(left + 6.0, bar.center().y - galley.size().y / 2.0), galley, words);
            }
        }
        // Of those within one pixel only the last goes on.
        let next = if end > left + 1.0 {
            at + 1
        } else {
            let reach = stage.scale.coordinate(left + 1.0);
            stretches.partition_point(|(coordinate, _)| *coordinate <= reach).saturating_sub(1)
        };
        at = next.max(at + 1);
    }
}

/// The value at the cursor, in words.
fn value_at_cursor(stage: &Stage<'_>, view: &TrackView) -> Option<String> {
    let (track, _) = view.track.value().filter(|_| is_current(stage, view))?;
    if track.stopped.is_some() && stage.document.lane_count() > track.scanned {
        // Beyond where the projection stopped nothing is known.
        return None;
    }
    let taken_in = |event: u32| !stage.document.is_future(event);
    match view.what {
        TrackWhat::Field(_) => {
            let until = track.steps.partition_point(|step| step.event.is_none_or(taken_in));
            let text = track.steps[..until].last().and_then(|step| step.text.clone());
            Some(text.map_or_else(|| "—".to_owned(), |text| text.to_string()))
        }
        TrackWhat::Condition(_) => {
            let until = track.intervals.partition_point(|interval| taken_in(interval.from));
            let holds =
                track.intervals[..until].last().is_some_and(|interval| interval.to.is_none_or(|to| !taken_in(to)));
            Some(if holds { "yes" } else { "no" }.to_owned())
        }
    }
}

/// The value in the what-if at the cursor, in words, where edits may make a difference.
fn what_if_at_cursor(stage: &Stage<'_>, view: &TrackView, placed: Option<&Placed>) -> Option<String> {
    let shown = placed?.branch.as_ref()?;
    let (branch, _) = view.branch.value().filter(|(_, current)| *current)?;
    let document = stage.document;
    let apart = !document.is_beyond(&branch.fork) && shown.until.is_none_or(|until| document.is_beyond(&until));
    if !apart || branch.stopped.as_ref().is_some_and(|(at, _)| !document.is_beyond(at)) {
        return None;
    }
    match view.what {
        TrackWhat::Field(_) => {
            let until = branch.steps.partition_point(|step| !document.is_beyond(&step.at));
            let text = branch.steps[..until].last().and_then(|step| step.text.clone());
            Some(text.map_or_else(|| "—".to_owned(), |text| text.to_string()))
        }
        TrackWhat::Condition(_) => {
            let until = branch.intervals.partition_point(|interval| !document.is_beyond(&interval.from));
            let ended = |to: BranchSpot| !document.is_beyond(&to);
            let holds = branch.intervals[..until].last().is_some_and(|last| !last.to.is_some_and(ended));
            Some(if holds { "yes" } else { "no" }.to_owned())
        }
    }
}

/// The name of a track: the range in sight under it, the value at the cursor beside it.
pub fn label_ui(ui: &mut Ui, stage: &Stage<'_>, shapes: &Shapes, id: u32, rect: Rect, queue: &mut Vec<Command>) {
    let Some(view) = find(stage, id) else { return };
    let tokens = &stage.tokens;
    let title = view.title();
    let (value, what_if) = (value_at_cursor(stage, view), what_if_at_cursor(stage, view, shapes.get(id)));
    let range = shapes.get(id).and_then(|placed| {
        let [one, other] = lines(stage, placed, stage.scale.width);
        match (one.range, other.range) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (range, other) => range.or(other),
        }
    });
    let range = range.map(|(low, high)| format!("{} – {}", number(low), number(high)));
    let response = ui.interact(rect, ui.scope_id().with(("track", id)), Sense::focusable_noninteractive());
    response.widget_info(|| {
        let value = value.as_deref().map_or(String::new(), |value| format!(", {value} at the cursor"));
        let what_if = what_if.as_deref().map_or(String::new(), |value| format!(", {value} in the what-if"));
        let range = range.as_deref().map_or(String::new(), |range| format!(", {range} in sight"));
        WidgetInfo::labeled(egui::Role::Label, true, format!("Track {title}{value}{what_if}{range}"))
    });
    let remove_id = ui.scope_id().with(("remove track", id));
    let near =
        ui.rect_contains_pointer(rect) || response.has_focus() || ui.memory(|memory| memory.has_focus(remove_id));
    let indented = labels::indented(rect);
    let lines = if range.is_some() && rect.height() > 36.0 {
        Rect::from_min_max(indented.min, pos2(indented.right(), rect.center().y + 2.0))
    } else {
        indented
    };
    // What the two lines of the label leave free at their right ends.
    let mut keep = [0.0f32; 2];
    if near {
        keep = [26.0; 2];
        remove_ui(ui, stage, remove_id, rect, id, &title, queue);
    } else {
        // Below each other: the recorded value, and the one that would be.
        let rows = if what_if.is_some() { rows(rect, true) } else { [lines, lines] };
        let values = [(&value, tokens.text), (&what_if, tokens.what_if)];
        for (((value, colour), row), keep) in values.into_iter().zip(rows).zip(&mut keep) {
            let Some(value) = value else { continue };
            let galley = elide::end(ui.painter(), value, theme::mono(theme::SMALL), rect.width() * 0.45, colour);
            *keep = galley.size().x + theme::GAP;
            let at = pos2(rect.right() - *keep, row.center().y - galley.size().y / 2.0);
            ui.painter().galley(at, galley, colour);
        }
    }
    let under = range.filter(|_| rect.height() > 36.0);
    // All of it is of the state: there is no need to say so where there is little room.
    let short = title.strip_prefix("state.").unwrap_or(&title);
    let beside = if under.is_some() { keep[0] } else { keep[0].max(keep[1]) };
    let galley = labels::words(ui, lines, short, theme::words(12.5), tokens.text, beside);
    if let Some(range) = under {
        let below = Rect::from_min_max(pos2(indented.left(), rect.center().y), rect.max);
        labels::words(ui, below, &range, theme::mono(11.0), tokens.secondary, keep[1]);
    }
    theme::focus_ring(ui, &response);
    if galley.elided {
        response.on_hover_text(title);
    }
}

fn remove_ui(ui: &Ui, stage: &Stage<'_>, id: egui::Id, rect: Rect, track: u32, title: &str, queue: &mut Vec<Command>) {
    let button = Rect::from_center_size(pos2(rect.right() - 16.0, rect.center().y), vec2(22.0, 22.0));
    let response = ui.interact(button, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, format!("Take {title} off the timeline")));
    let lit = response.hovered() || response.has_focus();
    if lit {
        ui.painter().rect_filled(button, theme::RADIUS, stage.tokens.selection);
    }
    let colour = if lit { stage.tokens.text } else { stage.tokens.secondary };
    icons::paint(ui, button, icons::CLOSE, theme::ICON_SMALL, colour);
    theme::focus_ring(ui, &response);
    if response.clicked() {
        queue.push(Command::RemoveTrack(track));
    }
    response.on_hover_text("Take it off the timeline");
}

/// A number as short as it can be told.
fn number(number: f64) -> String {
    if number != 0.0 && (number.abs() >= 1e12 || number.abs() < 1e-3) {
        return format!("{number:.3e}");
    }
    let text = format!("{number:.3}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_short() {
        for (number, text) in
            [(0.0, "0"), (-0.0001, "-1.000e-4"), (70.0, "70"), (97.5, "97.5"), (1.0 / 3.0, "0.333"), (1e15, "1.000e15")]
        {
            assert_eq!(super::number(number), text);
        }
    }
}
