//! One row of the list: a category, or a stream with its line of events.

use std::sync::Arc;

use egui::{Color32, CornerRadius, Mesh, Rect, Role, Sense, Stroke, StrokeKind, WidgetInfo, pos2, vec2};

use super::{BARS, Sparks};
use crate::app::{Command, Document};
use crate::model::{CategoryIndex, StreamIndex, names};
use crate::ui::{elide, icons, text, theme};

/// Side of a category's arrow; streams begin after it.
const ARROW: f32 = 16.0;
/// Room for all but the lines of events.
const NAME: f32 = ARROW + 98.0 + theme::GAP + 36.0;

/// A stream in words, for screen readers.
pub fn words(document: &Document, stream: StreamIndex) -> String {
    let log = &document.opened.log;
    let events = log.lane(stream).len();
    let unit = if events == 1 { "event" } else { "events" };
    format!("{}, {} {unit}", names::shown(&log.stream(stream).name), text::grouped(events))
}

/// A category with how many of its streams are listed; a click folds it.
pub fn category_ui(
    ui: &mut egui::Ui,
    rect: Rect,
    document: &Document,
    category: CategoryIndex,
    count: usize,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    let log = &document.opened.log;
    let name = names::shown(log.category(category));
    let folded = document.list.is_folded(category);
    let response = ui.interact(rect.expand2(REACH), ui.make_persistent_id(("category", category.0)), Sense::CLICK);
    response.widget_info(|| {
        let label = format!("Streams of {name}, {}", if folded { "folded" } else { "unfolded" });
        WidgetInfo::labeled(Role::DisclosureTriangle, true, label)
    });
    if response.clicked() {
        queue.push(Command::ToggleCategory(category));
    }
    let lit = response.hovered();
    if lit {
        ui.painter().rect_filled(rect.expand2(REACH), 0, tokens.raised);
    }
    let arrow = Rect::from_min_size(rect.min, vec2(ARROW - 4.0, rect.height()));
    let glyph = if folded { icons::CHEVRON_RIGHT } else { icons::CHEVRON_DOWN };
    icons::paint(ui, arrow, glyph, 13.0, if lit { tokens.text } else { tokens.secondary });
    let count = paint_count(ui, rect, text::grouped(count), tokens.secondary);
    let left = rect.left() + ARROW;
    let painter = ui.painter();
    let colour = if names::is_blank(log.category(category)) { tokens.secondary } else { tokens.text };
    let line = elide::middle(painter, name, &theme::strong(theme::BODY), colour, count - theme::GAP - left);
    painter.galley(pos2(left, rect.center().y - line.galley.size().y / 2.0), line.galley, colour);
    response.context_menu(|ui| {
        let only = document.list.only() == Some(category);
        let (label, then) =
            if only { ("Show all categories", None) } else { ("Show only this category", Some(category)) };
        if ui.button(label).clicked() {
            queue.push(Command::OnlyCategory(then));
        }
        if ui.button(if folded { "Unfold" } else { "Fold" }).clicked() {
            queue.push(Command::ToggleCategory(category));
        }
        if ui.button("Copy name").clicked() {
            queue.push(Command::CopyText(log.category(category).to_string()));
        }
    });
    if line.cut {
        response.on_hover_text(name);
    }
}

/// Rows are as wide as their panel.
const REACH: egui::Vec2 = vec2(theme::MARGIN, 0.0);

/// A stream.
pub fn stream_ui(
    ui: &mut egui::Ui,
    rect: Rect,
    document: &Document,
    stream: StreamIndex,
    sparks: &mut Sparks,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    let log = &document.opened.log;
    let info = log.stream(stream);
    let name: &Arc<str> = &info.name;
    let shown = names::shown(name);
    let selected = document.stream.as_ref() == Some(name);
    let full = rect.expand2(REACH);
    let response = ui.interact(full, ui.make_persistent_id(("stream", stream.0)), Sense::CLICK);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, shown));
    if response.clicked() {
        queue.push(Command::SelectStream(name.clone()));
    }
    if selected || response.hovered() {
        let colour = if selected { tokens.selection } else { tokens.raised };
        ui.painter().rect_filled(full, 0, colour);
    }
    if selected {
        // Not amber: that is for what the cursor changed.
        let edge = Rect::from_min_size(full.min, vec2(2.0, full.height()));
        ui.painter().rect_filled(edge, CornerRadius::ZERO, tokens.text);
    }
    let pinned = document.pinned.contains(name);
    let hits = document.search.hits_in(stream);
    let searching = !document.search.hits.is_empty();
    let quiet = (searching && hits == 0) || info.deleted || info.archived;
    let mut right = paint_count(ui, rect, text::grouped(log.lane(stream).len()), tokens.secondary);
    if hits > 0 {
        right = paint_hits(ui, rect, right, hits, shown);
    } else {
        // What a name of a dozen letters leaves; a longer one is not cut for a picture.
        let step = ((rect.width() - NAME) / BARS as f32).min(2.0);
        let begin = spark_right(rect, right) - BARS as f32 * step;
        let words =
            elide::middle(ui.painter(), shown, &theme::words(theme::BODY), tokens.text, f32::INFINITY).galley.size().x;
        if step >= 1.0 && rect.left() + ARROW + words + theme::GAP <= begin {
            right = paint_spark(ui, rect, right, step, &sparks.heights(document, stream), selected);
        }
    }
    if pinned {
        let place = Rect::from_min_max(pos2(right - 18.0, rect.top()), pos2(right - 4.0, rect.bottom()));
        icons::paint(ui, place, icons::PIN, 12.0, tokens.secondary);
        right = place.left();
    }
    let left = rect.left() + ARROW;
    let quiet = (quiet && !selected) || names::is_blank(name);
    let colour = if quiet { tokens.secondary } else { tokens.text };
    let painter = ui.painter();
    let line = elide::middle(painter, shown, &theme::words(theme::BODY), colour, right - theme::GAP - left);
    let cut = line.cut;
    painter.galley(pos2(left, rect.center().y - line.galley.size().y / 2.0), line.galley, colour);
    response.context_menu(|ui| menu_ui(ui, document, stream, pinned, queue));
    if response.hovered() && (cut || hits > 0 || info.deleted || info.archived || info.link) {
        response.on_hover_text(hover(document, stream, hits));
    }
}

fn menu_ui(ui: &mut egui::Ui, document: &Document, stream: StreamIndex, pinned: bool, queue: &mut Vec<Command>) {
    let info = document.opened.log.stream(stream);
    let label = if pinned { "Unpin from the timeline" } else { "Pin to the timeline" };
    if ui.button(label).clicked() {
        queue.push(Command::TogglePinned(info.name.clone()));
    }
    if ui.button("Copy name").clicked() {
        queue.push(Command::CopyText(info.name.to_string()));
    }
    let only = document.list.only() == Some(info.category);
    let category = names::shown(document.opened.log.category(info.category));
    let (label, then) = if only {
        ("Show all categories".to_owned(), None)
    } else {
        (format!("Show only {category}"), Some(info.category))
    };
    if ui.button(label).clicked() {
        queue.push(Command::OnlyCategory(then));
    }
}

fn hover(document: &Document, stream: StreamIndex, hits: usize) -> String {
    let info = document.opened.log.stream(stream);
    let mut out = words(document, stream);
    if hits > 0 {
        out += &format!("\n{} found by the search", text::grouped(hits));
    }
    for (said, words) in [
        (info.link, "Made of links to events of other streams"),
        (info.archived, "Archived in the store"),
        (info.deleted, "Deleted in the store; its events are still there"),
    ] {
        if said {
            out = out + "\n" + words;
        }
    }
    out
}

/// A number at the right; gives where it begins.
fn paint_count(ui: &egui::Ui, rect: Rect, count: String, colour: Color32) -> f32 {
    let galley = ui.painter().layout_no_wrap(count, theme::mono(theme::SMALL), colour);
    let left = rect.right() - galley.size().x;
    ui.painter().galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, colour);
    left
}

/// How many events were found, in a pill; gives where it begins. The number alone, where the name needs the room.
fn paint_hits(ui: &egui::Ui, rect: Rect, right: f32, hits: usize, name: &str) -> f32 {
    let tokens = theme::tokens(ui);
    let laid = |words: String, size: f32| ui.painter().layout_no_wrap(words, theme::words(size), tokens.text);
    let number = text::grouped(hits);
    let mut galley = laid(format!("{number} found"), theme::SMALL);
    let name = laid(name.to_owned(), theme::BODY).size().x;
    if rect.left() + ARROW + name + theme::GAP > right - theme::GAP - galley.size().x - 2.0 * 6.0 {
        galley = laid(number, theme::SMALL);
    }
    let size = galley.size() + vec2(2.0 * 6.0, 2.0);
    let middle = pos2(right - theme::GAP - size.x / 2.0, rect.center().y);
    let pill = Rect::from_center_size(middle, size);
    ui.painter().rect(pill, 7, tokens.panel, Stroke::new(1.0, tokens.faint), StrokeKind::Inside);
    ui.painter().galley(middle - galley.size() / 2.0, galley, tokens.text);
    pill.left()
}

/// Where a line of events ends: counts of up to four digits do not push it out of its column.
fn spark_right(rect: Rect, right: f32) -> f32 {
    right.min(rect.right() - 28.0) - theme::GAP
}

/// The stream's events along the whole axis; gives where they begin.
fn paint_spark(ui: &egui::Ui, rect: Rect, right: f32, step: f32, heights: &[u8; BARS], lit: bool) -> f32 {
    const HEIGHT: f32 = 13.0;
    let right = spark_right(rect, right);
    let left = right - BARS as f32 * step;
    let bottom = rect.center().y + HEIGHT / 2.0;
    let tokens = theme::tokens(ui);
    let colour = if lit { tokens.secondary } else { tokens.faint };
    let mut mesh = Mesh::default();
    let line = Rect::from_min_max(pos2(left, bottom - 0.5), pos2(right, bottom + 0.5));
    mesh.add_colored_rect(line, tokens.hairline);
    for (at, height) in heights.iter().enumerate().filter(|(_, height)| **height > 0) {
        let x = left + at as f32 * step;
        let tall = (f32::from(*height) / 255.0 * HEIGHT).max(2.0);
        mesh.add_colored_rect(Rect::from_min_max(pos2(x, bottom - tall), pos2(x + step * 0.75, bottom)), colour);
    }
    ui.painter().add(egui::Shape::mesh(mesh));
    left
}
