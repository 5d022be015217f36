//! Tracks: fields of the state as step lines or labelled stretches, conditions as bars.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{Mesh, Painter, Rect, Sense, Shape as Paint, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::{Stage, labels};
use crate::app::{Command, Document, TrackView};
use crate::job::{Track, TrackWhat};
use crate::timeline::{AxisKind, StepLine, StepPoint, track};
use crate::ui::{icons, theme};

const LINE: f32 = 50.0;
const STRETCHES: f32 = 28.0;
const BARS: f32 = 26.0;
/// Narrower stretches have no words.
const WORDS: f32 = 26.0;

/// What tracks look like along the axis: worked out when a track comes, not at each frame.
#[derive(Default)]
pub struct Shapes(HashMap<u32, Placed>);

struct Placed {
    of: Of,
    shape: Shape,
}

type Of = (crate::job::StoreKey, u64, AxisKind);

enum Shape {
    Line(StepLine),
    /// Where each value begins; in order.
    Stretches(Vec<(f64, Option<Arc<str>>)>),
    Bars(Vec<(f64, f64)>),
}

impl Shapes {
    /// Works out what changed.
    pub fn refresh(&mut self, document: &Document) {
        self.0.retain(|id, _| document.tracks.iter().any(|track| track.id == *id));
        for view in &document.tracks {
            let of = (document.opened.key, view.track.edition(), document.axis.kind());
            if self.0.get(&view.id).is_some_and(|placed| placed.of == of) {
                continue;
            }
            let nothing = Track::default();
            let track = view.track.value().map_or(&nothing, |(track, _)| track);
            self.0.insert(view.id, Placed { of, shape: shape(document, &view.what, track) });
        }
    }

    /// How high a track's row is.
    pub fn height(&self, id: u32) -> f32 {
        match self.0.get(&id).map(|placed| &placed.shape) {
            Some(Shape::Line(_)) => LINE,
            Some(Shape::Stretches(_)) => STRETCHES,
            Some(Shape::Bars(_)) | None => BARS,
        }
    }

    fn get(&self, id: u32) -> Option<&Shape> {
        self.0.get(&id).map(|placed| &placed.shape)
    }
}

fn shape(document: &Document, what: &TrackWhat, track: &Track) -> Shape {
    let log = &document.opened.log;
    // What stands nowhere stands with what came before it.
    let mut reached = f64::NEG_INFINITY;
    let mut place = |event: Option<u32>| {
        let coordinate = event.and_then(|event| document.axis.coordinate(log, event as usize));
        reached = coordinate.unwrap_or(reached);
        reached
    };
    // Where the projection stopped: nothing is drawn beyond it.
    let stop = track.stopped.as_ref().and_then(|_| document.lane().get(track.scanned).copied());
    match what {
        TrackWhat::Condition(_) => {
            let ends = track.intervals.iter().flat_map(|interval| [Some(interval.from), interval.to.or(stop)]);
            let mut ends: Vec<f64> = ends.map(|end| end.map_or(f64::INFINITY, |end| place(Some(end)))).collect();
            track::settle(&mut ends);
            Shape::Bars(ends.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect())
        }
        TrackWhat::Field(_) if track.steps.iter().all(|step| step.number.is_some() || step.text.is_none()) => {
            let points = track.steps.iter();
            let mut points: Vec<StepPoint> =
                points.map(|step| StepPoint { coordinate: place(step.event), number: step.number }).collect();
            points.extend(stop.map(|stop| StepPoint { coordinate: place(Some(stop)), number: None }));
            Shape::Line(StepLine::new(points))
        }
        TrackWhat::Field(_) => {
            let steps = track.steps.iter().map(|step| step.event).chain(stop.map(Some));
            let mut coordinates: Vec<f64> = steps.map(&mut place).collect();
            track::settle(&mut coordinates);
            let texts = track.steps.iter().map(|step| step.text.clone()).chain(stop.map(|_| None));
            Shape::Stretches(coordinates.into_iter().zip(texts).collect())
        }
    }
}

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
    let (Some(view), Some(shape)) = (find(stage, id), shapes.get(id)) else { return };
    if let Some(problem) = view.track.failure() {
        note(&painter, plot, problem, stage.tokens.bad);
        return;
    }
    let Some((track, _)) = view.track.value() else {
        note(&painter, plot, "Working it out …", stage.tokens.secondary);
        return;
    };
    let faded = |colour| if is_current(stage, view) { colour } else { theme::dimmed(colour) };
    // The future is painted as what it is, thinner: once left of the cursor, once right of it.
    let cursor = stage.cursor.clamp(plot.left(), plot.right());
    let sides = [(plot.left(), cursor, false), (cursor, plot.right(), true)];
    for (from, to, future) in sides.into_iter().filter(|(from, to, _)| from < to) {
        let side = Rect::from_min_max(pos2(from, plot.top()), pos2(to, plot.bottom()));
        let painter = painter.with_clip_rect(painter.clip_rect().intersect(side));
        let tint = |colour| faded(if future { theme::dimmed(colour) } else { colour });
        match shape {
            Shape::Line(line) => step_line(&painter, stage, line, plot, tint(stage.tokens.text)),
            Shape::Stretches(stretches) => {
                stretches_in(
                    ui,
                    &painter,
                    stage,
                    stretches,
                    plot,
                    tint(stage.tokens.secondary),
                    tint(stage.tokens.text),
                );
            }
            Shape::Bars(intervals) => {
                let mut mesh = Mesh::default();
                for (left, right) in track::bars(intervals, stage.document.view, plot.width()) {
                    let bar = Rect::from_min_max(
                        pos2(plot.left() + left, plot.top() + 7.0),
                        pos2(plot.left() + right.max(left + 2.0), plot.bottom() - 8.0),
                    );
                    mesh.add_colored_rect(bar, tint(stage.tokens.other_mark));
                }
                painter.add(Paint::mesh(mesh));
            }
        }
    }
    if let Some(stopped) = &track.stopped {
        note(&painter, plot, &format!("Stopped: {stopped}"), stage.tokens.bad);
    } else if matches!(shape, Shape::Bars(intervals) if intervals.is_empty()) {
        note(&painter, plot, "At no time", stage.tokens.secondary);
    } else if track.steps.is_empty() && matches!(view.what, TrackWhat::Field(_)) {
        note(&painter, plot, "This stream has no such field", stage.tokens.secondary);
    }
}

fn note(painter: &Painter, plot: Rect, text: &str, colour: egui::Color32) {
    let at = pos2(plot.left() + theme::GAP, plot.center().y);
    painter.text(at, egui::Align2::LEFT_CENTER, text, theme::words(theme::SMALL), colour);
}

fn step_line(painter: &Painter, stage: &Stage<'_>, line: &StepLine, plot: Rect, colour: egui::Color32) {
    let inner = plot.shrink2(vec2(0.0, 4.0));
    for piece in line.line(stage.document.view, plot.width()).pieces {
        let points = piece.into_iter().map(|(x, y)| pos2(inner.left() + x, inner.bottom() - y * inner.height()));
        painter.add(Paint::line(points.collect(), Stroke::new(1.5, colour)));
    }
}

fn stretches_in(
    ui: &Ui,
    painter: &Painter,
    stage: &Stage<'_>,
    stretches: &[(f64, Option<Arc<str>>)],
    plot: Rect,
    line: egui::Color32,
    words: egui::Color32,
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
                let galley = labels::cut(ui, text, theme::words(theme::SMALL), words, end - left - 10.0);
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

/// The name of a track: the range in sight under it, the value at the cursor beside it.
pub fn label_ui(ui: &mut Ui, stage: &Stage<'_>, shapes: &Shapes, id: u32, rect: Rect, queue: &mut Vec<Command>) {
    let Some(view) = find(stage, id) else { return };
    let tokens = &stage.tokens;
    let title = view.title();
    let value = value_at_cursor(stage, view);
    let range = match shapes.get(id) {
        Some(Shape::Line(line)) => line.line(stage.document.view, stage.scale.width).range,
        _ => None,
    };
    let range = range.map(|(low, high)| format!("{} – {}", number(low), number(high)));
    let response = ui.interact(rect, ui.scope_id().with(("track", id)), Sense::focusable_noninteractive());
    response.widget_info(|| {
        let value = value.as_deref().map_or(String::new(), |value| format!(", {value} at the cursor"));
        let range = range.as_deref().map_or(String::new(), |range| format!(", {range} in sight"));
        WidgetInfo::labeled(egui::Role::Label, true, format!("Track {title}{value}{range}"))
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
    let mut keep = 0.0;
    if near {
        keep = 26.0;
        remove_ui(ui, stage, remove_id, rect, id, &title, queue);
    } else if let Some(value) = &value {
        let font = theme::mono(theme::SMALL);
        let galley = labels::cut(ui, value, font, tokens.text, rect.width() * 0.45);
        keep = galley.size().x + theme::GAP;
        let at = pos2(rect.right() - theme::GAP - galley.size().x, lines.center().y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, tokens.text);
    }
    // All of it is of the state: there is no need to say so where there is little room.
    let short = title.strip_prefix("state.").unwrap_or(&title);
    let galley = labels::words(ui, lines, short, theme::words(12.5), tokens.text, keep);
    if let Some(range) = range.filter(|_| rect.height() > 36.0) {
        let below = Rect::from_min_max(pos2(indented.left(), rect.center().y), rect.max);
        let font = theme::mono(11.0);
        labels::words(ui, below, &range, font, tokens.secondary, if near { 26.0 } else { 0.0 });
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
    use super::*;
    use crate::app::{StreamSort, testing};
    use crate::job::{Interval, StoreKey, TrackStep};
    use crate::model::ValuePath;
    use crate::query::{self, Context, Scope};

    #[test]
    fn nothing_is_drawn_beyond_where_a_projection_stopped() {
        let minutes = [("a", Some(0)), ("a", Some(1)), ("a", Some(2)), ("a", Some(3))];
        let document = Document::new(testing::opened("a.db", StoreKey(1), &minutes), StreamSort::default());
        let minute = 60_000_000.0;
        for (stopped, end) in [(None, f64::INFINITY), (Some("at the third".to_owned()), 2.0 * minute)] {
            let step = |event, text: &str, number| TrackStep { event, text: Some(text.into()), number };
            let mut track = Track {
                steps: vec![TrackStep { event: None, number: None, text: None }, step(Some(0), "1", Some(1.0))],
                intervals: vec![Interval { from: 1, to: None }],
                scanned: 2,
                stopped,
            };
            let context = Context { zone: chrono_tz::UTC, today: None };
            let condition = query::parse("type:x", Scope::EventAndState, &context).unwrap();
            let Shape::Bars(bars) = shape(&document, &TrackWhat::Condition(condition), &track) else { panic!("bars") };
            assert_eq!(bars, [(minute, end)]);
            let field = TrackWhat::Field(ValuePath::default());
            let Shape::Line(line) = shape(&document, &field, &track) else { panic!("a line") };
            let beyond = track.stopped.is_none().then_some(1.0);
            assert_eq!((line.number_at(1.5 * minute), line.number_at(2.5 * minute)), (Some(1.0), beyond));
            track.steps.push(step(Some(1), "open", None));
            let Shape::Stretches(stretches) = shape(&document, &field, &track) else { panic!("stretches") };
            let words = stretches.last().unwrap().1.as_deref();
            assert_eq!(words, track.stopped.is_none().then_some("open"));
        }
    }

    #[test]
    fn numbers_are_short() {
        for (number, text) in
            [(0.0, "0"), (-0.0001, "-1.000e-4"), (70.0, "70"), (97.5, "97.5"), (1.0 / 3.0, "0.333"), (1e15, "1.000e15")]
        {
            assert_eq!(super::number(number), text);
        }
    }
}
