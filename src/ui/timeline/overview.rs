//! The whole history as a strip, with a window over it: the part that the lanes show.

use egui::{Align2, CursorIcon, EventFilter, Key, Mesh, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::pointer::Drag;
use super::{Scale, Stage, TimelineView};
use crate::app::Command;
use crate::job::StoreKey;
use crate::model::zoned;
use crate::timeline::{AxisKind, View};
use crate::ui::theme;

/// A bar, and the room to the next one.
const BAR: f32 = 3.0;
/// How near to an edge of the window a press takes hold of it.
const GRIP: f32 = 6.0;
/// The window is never drawn narrower.
const NARROW: f32 = 6.0;

/// What of the window is dragged.
#[derive(Clone, Copy, PartialEq)]
pub enum Held {
    /// Its left edge.
    Left,
    /// Its right edge.
    Right,
    /// All of it: how far its middle is from the pointer.
    Middle(f32),
}

/// The heights of the strip's bars, kept while store, axis and width are the same.
#[derive(Default)]
pub struct Strip {
    of: Option<((StoreKey, u64), AxisKind, usize)>,
    heights: Vec<f32>,
}

impl Strip {
    fn refresh(&mut self, stage: &Stage<'_>, bars: usize) {
        let document = stage.document;
        let kind = document.axis.kind();
        let of = Some((document.opened.index(), kind, bars));
        if self.of == of {
            return;
        }
        self.of = of;
        let counts = document.opened.drawing.overview(kind).columns(bars);
        let most = counts.iter().copied().max().unwrap_or(0).max(1) as f32;
        // A root, so that single events are seen beside thousands.
        self.heights = counts.into_iter().map(|count| (count as f32 / most).sqrt()).collect();
    }
}

/// The strip.
pub fn overview_ui(ui: &mut Ui, stage: &Stage<'_>, timeline: &mut TimelineView, rect: Rect, queue: &mut Vec<Command>) {
    let tokens = &stage.tokens;
    let axis = &stage.document.axis;
    let plot = stage.plot(rect);
    let whole = Scale { left: plot.left(), width: plot.width(), view: View::fit(axis) };
    let response = ui.interact(plot, ui.scope_id().with("overview"), Sense::click_and_drag());
    let window = window(stage, &whole, plot);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Slider, true, name(stage)));
    drag(ui, stage, timeline, &whole, window, &response, queue);
    if response.double_clicked() {
        queue.push(Command::Fit);
    }
    keys(ui, &response, queue);

    let painter = ui.painter_at(rect);
    painter.text(
        pos2(stage.left + theme::MARGIN, rect.center().y),
        Align2::LEFT_CENTER,
        "Whole history",
        theme::words(theme::SMALL),
        tokens.secondary,
    );
    let (from, to) = (whole.x(0.0), whole.x(axis.length().max(0.0)).max(whole.x(0.0) + BAR));
    let bars = ((to - from) / BAR).floor().max(1.0) as usize;
    timeline.overview.refresh(stage, bars);
    let (bottom, room) = (rect.bottom() - 6.0, rect.height() - 14.0);
    let mut mesh = Mesh::default();
    let step = (to - from) / bars as f32;
    for (at, height) in timeline.overview.heights.iter().enumerate().filter(|(_, height)| **height > 0.0) {
        let x = from + at as f32 * step;
        let inside = x + 1.0 >= window.left() && x <= window.right();
        let colour = if inside { tokens.secondary } else { tokens.faint };
        let top = bottom - (height * room).max(2.0);
        mesh.add_colored_rect(Rect::from_min_max(pos2(x, top), pos2(x + step - 1.0, bottom)), colour);
    }
    for (at, count) in timeline.hits.overview().iter().enumerate().filter(|(_, count)| **count > 0) {
        let x = from + (at as f32 + 0.5) / timeline.hits.overview().len() as f32 * (to - from);
        let height = if *count > 1 { 6.0 } else { 4.0 };
        let tick = Rect::from_min_size(pos2(x - 1.0, rect.top() + 2.0), vec2(2.0, height));
        mesh.add_colored_rect(tick, tokens.text);
    }
    painter.add(egui::Shape::mesh(mesh));
    painter.rect_filled(window, 3.0, theme::wash(tokens.secondary));
    let edge = if response.hovered() || response.dragged() { tokens.text } else { tokens.secondary };
    painter.rect_stroke(window, 3.0, Stroke::new(1.0, edge), StrokeKind::Inside);
    let cursor = stage.document.cursor_coordinate();
    if cursor.is_finite() {
        painter.vline(whole.x(cursor), rect.top() + 2.0..=rect.bottom() - 2.0, Stroke::new(1.5, tokens.now));
    }
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
    theme::focus_ring(ui, &response);
    response.on_hover_text("Drag the window to look elsewhere, its edges to zoom; double-click shows everything");
}

fn window(stage: &Stage<'_>, whole: &Scale, plot: Rect) -> Rect {
    let view = stage.document.view;
    let (mut left, mut right) = (whole.x(view.start), whole.x(view.end()));
    if right - left < NARROW {
        let middle = (left + right) / 2.0;
        (left, right) = (middle - NARROW / 2.0, middle + NARROW / 2.0);
    }
    let left = left.clamp(plot.left(), plot.right() - NARROW);
    let right = right.clamp(left + NARROW, plot.right());
    Rect::from_min_max(pos2(left, plot.top() + 2.0), pos2(right, plot.bottom() - 3.0))
}

fn drag(
    ui: &Ui,
    stage: &Stage<'_>,
    timeline: &mut TimelineView,
    whole: &Scale,
    window: Rect,
    response: &egui::Response,
    queue: &mut Vec<Command>,
) {
    let (axis, view) = (&stage.document.axis, stage.document.view);
    let held = |x: f32| {
        // A narrow window is moved rather than resized.
        let grip = GRIP.min(window.width() / 4.0);
        if (x - window.left()).abs() <= grip {
            Held::Left
        } else if (x - window.right()).abs() <= grip {
            Held::Right
        } else if window.x_range().contains(x) {
            Held::Middle(window.center().x - x)
        } else {
            Held::Middle(0.0)
        }
    };
    if let Some(pointer) = response.hover_pos() {
        ui.set_cursor_icon(match held(pointer.x) {
            Held::Left | Held::Right => CursorIcon::ResizeHorizontal,
            Held::Middle(_) if window.contains(pointer) => CursorIcon::Grab,
            Held::Middle(_) => CursorIcon::PointingHand,
        });
    }
    if response.drag_started()
        && let Some(origin) = ui.input(|input| input.pointer.press_origin())
    {
        timeline.drag = Some(Drag::Window(held(origin.x)));
    }
    let held = match timeline.drag {
        Some(Drag::Window(held)) if response.dragged() => held,
        _ if response.clicked() => Held::Middle(0.0),
        _ => return,
    };
    let Some(pointer) = response.interact_pointer_pos() else { return };
    let at = whole.coordinate(pointer.x);
    let moved = match held {
        Held::Left => view.between(at.min(view.end()), view.end(), true, axis),
        Held::Right => view.between(view.start, at.max(view.start), false, axis),
        Held::Middle(grab) => view.around(whole.coordinate(pointer.x + grab), axis),
    };
    queue.push(Command::SetView(moved));
}

fn keys(ui: &Ui, response: &egui::Response, queue: &mut Vec<Command>) {
    if !response.has_focus() {
        return;
    }
    let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let pressed = |key| ui.input(|input| input.key_pressed(key) && input.modifiers.is_none());
    let written = |text: &str| ui.input(|input| input.events.iter().any(|e| *e == egui::Event::Text(text.to_owned())));
    if pressed(Key::ArrowLeft) {
        queue.push(Command::Pan(-0.2));
    }
    if pressed(Key::ArrowRight) {
        queue.push(Command::Pan(0.2));
    }
    if pressed(Key::Plus) || pressed(Key::Equals) || written("+") {
        queue.push(Command::Zoom(1.5));
    }
    if pressed(Key::Minus) || written("-") && !pressed(Key::Minus) {
        queue.push(Command::Zoom(1.0 / 1.5));
    }
    if pressed(Key::Home) {
        queue.push(Command::Fit);
    }
}

/// The part that is shown, in words.
fn name(stage: &Stage<'_>) -> String {
    let (axis, view) = (&stage.document.axis, stage.document.view);
    let (from, to) = (view.start.max(0.0), view.end().min(axis.length()));
    let log = &stage.document.opened.log;
    match (axis.time_at(from), axis.time_at(to)) {
        (Some(from), Some(to)) => {
            let words = |time| zoned::date_time(time, stage.zone);
            format!("Whole history, shown from {} to {} {}", words(from), words(to), stage.zone.name())
        }
        _ if log.is_empty() => "Whole history, no events".to_owned(),
        _ => {
            let position = |at: f64| log.position((at.max(0.0) as usize).min(log.len() - 1));
            format!("Whole history, shown from #{} to #{}", position(from.ceil()), position(to.floor()))
        }
    }
}
