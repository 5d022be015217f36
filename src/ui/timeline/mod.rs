//! The timeline: the whole history, a ruler, lanes, the cursor. One mesh a lane; cost follows pixels, not events.
//!
//! ```text
//! | Whole history | ▁▂▅[▇▆▃]▁▂▅▇▃                   |  drag the window: what the rest shows
//! |---------------|---------------------------------|
//! | 4 March 2026  | ruler: ticks, the cursor's chip |  drag: move the cursor
//! |---------------|---------------------------------|
//! | account-A     | ▲     ▼        ▼ |              |  drag: pan, wheel: zoom, click on a mark: select,
//! |   What-if     |        ╰──▲───▼──|─╱╱╱╱╱╱╱╱╱╱╱─ |        drag a mark: move it, as a what-if edit
//! |   balance     | ──┐___┌───────┐__|_____         |
//! |---------------|---------------------------------|
//! | ACCOUNT · 36  |                  |              |  lanes by category, scrolling beneath
//! ```

mod add_track;
mod branch;
mod branch_card;
mod cursor;
mod hits;
mod hover;
mod labels;
mod lanes;
mod legend;
mod mark_drag;
mod overview;
mod pointer;
mod rows;
mod ruler;
mod snapshots;
mod spoken;
mod track_shapes;
mod tracks;

pub use snapshots::words as snapshot_words;

use chrono_tz::Tz;
use egui::{Id, Margin, Rect, ScrollArea, Sense, Stroke, Ui, UiBuilder, pos2, vec2};

use crate::app::{App, Command, Cursor, Document, Focus};
use crate::job::StoreKey;
use crate::model::Timestamp;
use crate::timeline::View;
use crate::ui::{ViewState, theme};
use rows::{Row, Rows};

/// Height of the strip of the whole history.
const OVERVIEW: f32 = 46.0;
const RULER: f32 = 30.0;
/// Room at the right for the scroll bar of the lanes.
const SCROLL_BAR: f32 = 12.0;
/// The part of the lanes' height that pinned ones may take before they scroll.
const PINNED: f32 = 0.62;
/// What they leave to the other lanes at least, and the height below which a timeline is low.
const LEFT: f32 = 1.5 * theme::LANE;
const LOW: f32 = 190.0;

/// What the timeline keeps from one frame to the next.
#[derive(Default)]
pub struct TimelineView {
    drag: Option<pointer::Drag>,
    /// The mark that is being dragged.
    carried: Option<mark_drag::Carried>,
    /// The rows in sight, as far as they are: where a mark can be dropped.
    placed: Vec<(Row, Rect)>,
    /// The event that the open menu is about.
    menu_event: Option<(StoreKey, u32)>,
    /// How far a drag moves the lanes up or down in the next frame, in points.
    scroll_by: f32,
    rows: Rows,
    looks: lanes::Looks,
    hits: hits::HitIndex,
    tracks: track_shapes::Shapes,
    hover: hover::Hover,
    add_track: add_track::AddTrack,
    overview: overview::Strip,
    legend: legend::Legend,
}

/// The node that has the keyboard's focus when the timeline has it.
pub fn focus_id() -> Id {
    Id::unique("the timeline")
}

/// Where things stand horizontally.
#[derive(Clone, Copy, PartialEq)]
struct Scale {
    left: f32,
    width: f32,
    view: View,
}

impl Scale {
    fn x(&self, coordinate: f64) -> f32 {
        self.left + self.view.x_from_coordinate(coordinate, self.width)
    }

    fn coordinate(&self, x: f32) -> f64 {
        self.view.coordinate_from_x(x - self.left, self.width)
    }

    fn right(&self) -> f32 {
        self.left + self.width
    }
}

/// What a frame is drawn from.
struct Stage<'a> {
    app: &'a App,
    document: &'a Document,
    tokens: theme::Tokens,
    zone: Tz,
    /// Left edge of the names of lanes.
    left: f32,
    scale: Scale,
    /// Where the cursor stands, in sight or not; far to the left before the first event.
    cursor: f32,
}

impl Stage<'_> {
    fn is_future(&self, x: f32) -> bool {
        x > self.cursor + 0.5
    }

    /// The part of a row that has a time.
    fn plot(&self, row: Rect) -> Rect {
        Rect::from_min_max(pos2(self.scale.left, row.top()), pos2(self.scale.right(), row.bottom()))
    }

    /// The part of a row that has its name.
    fn label(&self, row: Rect) -> Rect {
        Rect::from_min_max(pos2(self.left, row.top()), pos2(self.scale.left - 1.0, row.bottom()))
    }
}

/// The whole timeline.
pub fn timeline_ui(ui: &mut Ui, app: &App, view: &mut ViewState, queue: &mut Vec<Command>) {
    let Some(document) = &app.document else { return };
    if view.focus == Some(Focus::Timeline) {
        ui.memory_mut(|memory| memory.request_focus(focus_id()));
    }
    // Taken out and put back: its parts are lent apart.
    let mut timeline = std::mem::take(&mut view.timeline);
    timeline.add_track.asked |= view.focus == Some(Focus::Track);
    show(ui, app, document, &mut timeline, queue);
    view.timeline = timeline;
}

fn show(ui: &mut Ui, app: &App, document: &Document, timeline: &mut TimelineView, queue: &mut Vec<Command>) {
    let full = ui.available_rect_before_wrap();
    // Names that are ids need more than a word does; the lanes need most.
    let labels = (full.width() * 0.2).clamp(132.0, 280.0).round();
    let left = full.left() + labels;
    let width = (full.width() - labels - SCROLL_BAR).max(50.0);
    let scale = Scale { left, width, view: document.view };
    let at = document.cursor_coordinate();
    let cursor = if at.is_finite() { scale.x(at) } else { f32::NEG_INFINITY };
    let (tokens, zone) = (theme::tokens(ui), app.zone());
    let stage = Stage { app, document, tokens, zone, left: full.left(), scale, cursor };
    timeline.rows.refresh(document);
    timeline.looks.refresh(&stage);
    timeline.hits.follow(document);
    timeline.tracks.refresh(document);
    timeline.legend.begin(document.opened.key);
    timeline.placed.clear();

    ui.allocate_rect(full, Sense::hover());
    spoken::focus_ui(ui, &stage, full, queue);
    let mut rest = full;
    overview::overview_ui(ui, &stage, timeline, cut_top(&mut rest, OVERVIEW), queue);
    let ruler = cut_top(&mut rest, RULER);
    let pinned = timeline.rows.pinned(document, &timeline.tracks);
    let wanted: f32 = pinned.iter().map(|(_, height)| height).sum();
    let legend = timeline.legend.layout(ui, &stage, rest.size());
    // Lanes are what the timeline is for: in a low window their explanation gives way to them.
    let legend = legend.filter(|legend| wanted + LEFT <= rest.height() - legend.height() || rest.height() > LOW);
    let legend_height = legend.as_ref().map_or(0.0, legend::Laid::height);
    let legend_rect = cut_bottom(&mut rest, legend_height);
    let lanes_top = rest.top();

    let height = wanted.min((rest.height() * PINNED).max((rest.height() - LEFT).min(LOW))).round();
    let pinned_rect = cut_top(&mut rest, height);
    ui.painter().rect_filled(pinned_rect, 0.0, tokens.panel);
    ruler::grid(ui, &stage, Rect::from_min_max(pos2(left, lanes_top), pos2(scale.right(), rest.bottom())));
    pinned_ui(ui, &stage, timeline, &pinned, pinned_rect, queue);
    let line = Stroke::new(1.0, tokens.hairline);
    ui.painter().hline(full.x_range(), pinned_rect.bottom() - 0.5, line);
    lanes_ui(ui, &stage, timeline, rest, queue);

    cursor::line(ui, &stage, lanes_top..=rest.bottom());
    ruler::ruler_ui(ui, &stage, timeline, ruler, queue);
    if let Some(legend) = legend {
        legend.show(ui, &stage, legend_rect, queue);
    }
    let plot = Rect::from_min_max(pos2(left, ruler.top()), pos2(scale.right(), rest.bottom()));
    pointer::wheel(ui, &stage, plot, queue);
    hover::card(ui, &stage, &mut timeline.hover, queue);
    mark_drag::carry(ui, &stage, timeline, full, queue);
    if !ui.input(|input| input.pointer.any_down()) {
        timeline.drag = None;
    }
    spoken::ring(ui, &tokens, full);
}

/// The rows that stay: each with its height.
fn pinned_ui(
    ui: &mut Ui,
    stage: &Stage<'_>,
    timeline: &mut TimelineView,
    rows: &[(Row, f32)],
    rect: Rect,
    queue: &mut Vec<Command>,
) {
    let height: f32 = rows.iter().map(|(_, height)| height).sum();
    scrolled(ui, stage, rect, "pinned", height, 0.0, |ui, offset| {
        let (mut y, mut placed) = (rect.top() - offset, Vec::with_capacity(rows.len()));
        for (row, height) in rows {
            placed.push((*row, Rect::from_min_max(pos2(rect.left(), y), pos2(rect.right(), y + height))));
            y += height;
        }
        placed.retain(|(_, row)| row.intersects(rect));
        rows_ui(ui, stage, timeline, &placed, rect, true, queue);
    });
}

/// The rows of all categories, as many as there is room for.
fn lanes_ui(ui: &mut Ui, stage: &Stage<'_>, timeline: &mut TimelineView, rect: Rect, queue: &mut Vec<Command>) {
    if rect.height() < 1.0 {
        return;
    }
    let count = timeline.rows.listed_len(stage.document);
    let height = count as f32 * theme::LANE;
    let scroll_by = std::mem::take(&mut timeline.scroll_by);
    scrolled(ui, stage, rect, "lanes", height, scroll_by, |ui, offset| {
        let lane = f64::from(theme::LANE);
        let first = (f64::from(offset) / lane).floor().max(0.0) as usize;
        let shown = (rect.height() / theme::LANE).ceil() as usize + 1;
        let placed: Vec<(Row, Rect)> = (first..(first + shown).min(count))
            .filter_map(|at| {
                // Far down, a place in points has no fractions left: what counts is the distance from the offset.
                let top = rect.top() + (at as f64 * lane - f64::from(offset)) as f32;
                let row = timeline.rows.listed(stage.document, at)?;
                Some((row, Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), theme::LANE))))
            })
            .collect();
        rows_ui(ui, stage, timeline, &placed, rect, false, queue);
    });
}

/// A part of the timeline that scrolls up and down: with the wheel over the names, or with Alt held.
fn scrolled(
    ui: &mut Ui,
    stage: &Stage<'_>,
    rect: Rect,
    salt: &str,
    height: f32,
    scroll_by: f32,
    contents: impl FnOnce(&mut Ui, f32),
) {
    let (pointer, alt) = ui.input(|input| (input.pointer.hover_pos(), input.modifiers.alt));
    let over_plot = pointer.is_some_and(|pointer| pointer.x > stage.scale.left && pointer.x < stage.scale.right());
    let source = egui::scroll_area::ScrollSource { mouse_wheel: !over_plot || alt, ..Default::default() };
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt((salt, stage.document.opened.key)));
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    child.spacing_mut().scroll.fade.strength = 0.0;
    ScrollArea::vertical()
        .id_salt(salt)
        .auto_shrink(false)
        .content_margin(Margin::ZERO)
        .scroll_source(source)
        .show_viewport(&mut child, |ui, viewport| {
            ui.set_height(height);
            if scroll_by != 0.0 {
                ui.scroll_with_delta_animation(vec2(0.0, scroll_by), egui::style::ScrollAnimation::none());
            }
            contents(ui, viewport.top());
        });
}

fn rows_ui(
    ui: &mut Ui,
    stage: &Stage<'_>,
    timeline: &mut TimelineView,
    rows: &[(Row, Rect)],
    rect: Rect,
    pinned: bool,
    queue: &mut Vec<Command>,
) {
    // Below the names and buttons, which come later and are in front of it.
    let sense = Sense::CLICK | Sense::DRAG;
    let plot = ui.interact(stage.plot(rect), ui.scope_id().with("plot"), sense);
    let line = Stroke::new(1.0, stage.tokens.hairline);
    let area = rect;
    let mut recorded: Option<branch::Recorded> = None;
    for (row, rect) in rows {
        match row {
            Row::Stream(stream) => {
                timeline.legend.saw(stage.document.opened.log.stream(*stream).category);
                lanes::paint(ui, stage, timeline, *stream, *rect, pinned);
                recorded = Some(branch::Recorded { middle: rect.center().y, before: 0 });
            }
            Row::Branch(..) | Row::New(..) => {
                // Above what is in sight, the curve still comes from there.
                let out_of_sight = branch::Recorded { middle: rect.top() - rect.height() / 2.0, before: 0 };
                let from = matches!(row, Row::Branch(..)).then(|| recorded.unwrap_or(out_of_sight));
                if let Some(name) = timeline.rows.name(stage.document, *row) {
                    branch::paint(ui, stage, &mut timeline.looks, (*row, name), *rect, from, area);
                }
                recorded = from.map(|from| branch::Recorded { before: from.before + 1, ..from });
            }
            Row::Track(id) => tracks::paint(ui, stage, &timeline.tracks, *id, *rect),
            Row::Pinned | Row::Category(..) | Row::NewStreams => recorded = None,
        }
        ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, line);
        labels::label_ui(ui, stage, timeline, *row, *rect, pinned, queue);
    }
    timeline.placed.extend(rows.iter().map(|(row, rect)| (*row, rect.intersect(area))));
    pointer::pointer_ui(ui, stage, timeline, rows, &plot, queue);
}

fn cut_top(rect: &mut Rect, height: f32) -> Rect {
    let (top, rest) = rect.split_top_bottom_at_y((rect.top() + height).min(rect.bottom()));
    *rect = rest;
    top
}

fn cut_bottom(rect: &mut Rect, height: f32) -> Rect {
    let (rest, bottom) = rect.split_top_bottom_at_y((rect.bottom() - height).max(rect.top()));
    *rect = rest;
    bottom
}

/// Puts the cursor where a place on the axis is.
fn scrub(stage: &Stage<'_>, x: f32, queue: &mut Vec<Command>) {
    let coordinate = stage.scale.coordinate(x.clamp(stage.scale.left, stage.scale.right()));
    let axis = &stage.document.axis;
    match axis.kind() {
        crate::timeline::AxisKind::Time => {
            let pixel = stage.scale.view.span / f64::from(stage.scale.width);
            let time = axis.time_at(coordinate).and_then(|time| rounded(time, pixel));
            queue.extend(time.map(Command::ScrubToTime));
        }
        crate::timeline::AxisKind::Sequence => queue.push(Command::ScrubToCount(axis.events_up_to(coordinate))),
    }
}

/// A time as round as it can be without leaving its pixel, which is so many microseconds wide.
fn rounded(time: Timestamp, pixel: f64) -> Option<Timestamp> {
    const UNITS: [i64; 4] = [60_000_000, 1_000_000, 1_000, 1];
    let unit = UNITS.into_iter().find(|unit| *unit as f64 <= pixel).unwrap_or(1);
    Timestamp::from_micros((time.micros() + unit / 2).div_euclid(unit) * unit)
}

/// The cursor's moment in words, with the zone where it is a time.
fn moment_words(stage: &Stage<'_>) -> String {
    let document = stage.document;
    match (document.cursor, document.cursor_time()) {
        (Cursor::Start, _) => "before the first event".to_owned(),
        (_, Some(time)) => format!("{} {}", crate::model::zoned::date_time(time, stage.zone), stage.zone.name()),
        (Cursor::Event(event), None) => format!("#{}", document.opened.log.position(event as usize)),
        (Cursor::Instant(time), None) => time.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scrubbing_stops_at_round_times_within_a_pixel() {
        let time = Timestamp::from_micros(1_741_098_852_345_678).unwrap();
        for (pixel, micros) in [
            (1e9, 1_741_098_840_000_000),
            (5e6, 1_741_098_852_000_000),
            (2e3, 1_741_098_852_346_000),
            (0.1, 1_741_098_852_345_678),
        ] {
            assert_eq!(rounded(time, pixel), Timestamp::from_micros(micros));
        }
    }
}
