//! The column of names at the left of the lanes.

use std::sync::Arc;

use egui::{Color32, Galley, Rect, Response, Sense, Ui, WidgetInfo, pos2, vec2};

use super::rows::Row;
use super::{Stage, TimelineView, add_track, branch, tracks};
use crate::app::{Against, Command, ScenarioView, Tab};
use crate::model::{CategoryIndex, StreamIndex, names};
use crate::ui::elide::{self, Line};
use crate::ui::{icons, text, theme};

/// The name of a row, and what can be done with it.
pub fn label_ui(
    ui: &mut Ui,
    stage: &Stage<'_>,
    timeline: &mut TimelineView,
    row: Row,
    rect: Rect,
    pinned: bool,
    queue: &mut Vec<Command>,
) {
    let label = stage.label(rect);
    match row {
        Row::Pinned => {
            words(ui, label, "PINNED", theme::words(11.0), stage.tokens.secondary, 74.0);
            add_track::add_track_ui(ui, stage, &mut timeline.add_track, label, queue);
        }
        Row::Category(category, count) => category_ui(ui, stage, category, count, rect, queue),
        Row::Stream(stream) => {
            let above = timeline.rows.is_above(stream);
            stream_ui(ui, stage, stream, label, (pinned, above), queue);
        }
        Row::NewStreams => {
            words(ui, label, "NEW STREAMS", theme::words(11.0), stage.tokens.secondary, 0.0);
        }
        Row::Branch(..) | Row::New(..) => {
            if let Some(name) = timeline.rows.name(stage.document, row) {
                branch_ui(ui, stage, row, name, label, queue);
            }
        }
        Row::Track(id) => tracks::label_ui(ui, stage, &timeline.tracks, id, label, queue),
    }
}

/// The name of a scenario's lane: a click makes the scenario the active one and selects the stream.
fn branch_ui(ui: &mut Ui, stage: &Stage<'_>, row: Row, name: &Arc<str>, label: Rect, queue: &mut Vec<Command>) {
    let (document, tokens) = (stage.document, &stage.tokens);
    let Some(view) = branch::scenario(stage, row) else { return };
    let response = ui.interact(label, ui.scope_id().with(("branch", row)), Sense::click());
    let active = view.id == document.active_scenario().id;
    let spoken = branch::spoken(stage, row, name);
    response.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, active, &spoken));
    let is_new = matches!(row, Row::New(..));
    if response.hovered() {
        ui.painter().rect_filled(label, 0.0, tokens.raised);
    } else if is_new && document.stream.as_ref() == Some(name) && label.height() > theme::LANE {
        ui.painter().rect_filled(label, 0.0, tokens.selection);
    }
    let colour = if active { tokens.what_if } else { tokens.secondary };
    let under = branch::subtitle(view, branch::lane(stage, row, name));
    let scenario = view.draft.name();
    match (is_new, label.height() > theme::LANE) {
        (false, true) => {
            branch::two_lines(ui, indented(label), 0.0, (scenario, colour), (&under, tokens.secondary));
        }
        (true, true) => {
            branch::two_lines(
                ui,
                label,
                0.0,
                (names::shown(name), name_colour(name, tokens)),
                (&format!("only in {scenario}"), colour),
            );
        }
        (false, false) => {
            words(ui, indented(label), scenario, theme::words(12.5), colour, 0.0);
        }
        (true, false) => {
            name_words(ui, label, names::shown(name), &theme::words(12.5), colour, 0.0);
        }
    }
    theme::focus_ring(ui, &response);
    if response.clicked() {
        if !active {
            queue.push(Command::ShowScenario(view.id));
        }
        queue.push(Command::SelectStream(name.clone()));
    }
    branch_menu_ui(&response, stage, view, active, queue);
    let shown = names::shown(name);
    response.on_hover_text(match is_new {
        true => format!("{shown}, a stream that only {scenario} has: {under}"),
        false => format!("{shown} in {scenario}: {under}"),
    });
}

fn branch_menu_ui(response: &Response, stage: &Stage<'_>, view: &ScenarioView, active: bool, queue: &mut Vec<Command>) {
    response.context_menu(|ui| {
        if !active && ui.button("Make it the active scenario").clicked() {
            queue.push(Command::ShowScenario(view.id));
        }
        if !active && ui.button(format!("Compare {} with it", stage.document.active_scenario().draft.name())).clicked()
        {
            queue.push(Command::CompareWith(Against::Scenario(view.id)));
        }
        if ui.button("Show its edits").clicked() {
            queue.push(Command::ShowScenario(view.id));
            queue.push(Command::ShowTab(Tab::WhatIf));
        }
        if ui.button("Duplicate it").clicked() {
            queue.push(Command::DuplicateScenario(view.id));
        }
    });
}

/// What belongs to the stream above it stands further in.
pub fn indented(label: Rect) -> Rect {
    Rect::from_min_max(pos2(label.left() + 10.0, label.top()), label.max)
}

/// Words in the middle of a row's height, cut where there is no more room; `keep` is what buttons need.
pub fn words(ui: &Ui, rect: Rect, text: &str, font: egui::FontId, colour: Color32, keep: f32) -> Arc<Galley> {
    let galley = elide::end(ui.painter(), text, font, rect.width() - theme::MARGIN - 4.0 - keep, colour);
    let at = pos2(rect.left() + theme::MARGIN, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley.clone(), colour);
    galley
}

/// A name in the middle of a row's height: where there is no more room, both its ends are kept.
pub fn name_words(ui: &Ui, rect: Rect, name: &str, font: &egui::FontId, colour: Color32, keep: f32) -> Line {
    let line = elide::middle(ui.painter(), name, font, colour, rect.width() - theme::MARGIN - 4.0 - keep);
    let at = pos2(rect.left() + theme::MARGIN, rect.center().y - line.galley.size().y / 2.0);
    ui.painter().galley(at, line.galley.clone(), colour);
    line
}

/// What stands for a name that there is not is no name.
fn name_colour(name: &str, tokens: &theme::Tokens) -> Color32 {
    if names::is_blank(name) { tokens.secondary } else { tokens.text }
}

fn category_ui(
    ui: &mut Ui,
    stage: &Stage<'_>,
    category: CategoryIndex,
    count: usize,
    rect: Rect,
    queue: &mut Vec<Command>,
) {
    let document = stage.document;
    let name = names::shown(document.opened.log.category(category));
    let folded = document.list.is_folded(category);
    // The whole row: there is nothing else in it.
    let response = ui.interact(rect, ui.scope_id().with(("category", category)), Sense::click());
    let streams = if count == 1 { "1 stream".to_owned() } else { format!("{} streams", text::grouped(count)) };
    let state = if folded { "folded" } else { "unfolded" };
    response.widget_info(|| {
        WidgetInfo::selected(egui::Role::Button, true, !folded, format!("Category {name}, {streams}, {state}"))
    });
    let tokens = &stage.tokens;
    if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, tokens.panel);
    }
    let colour = if response.hovered() || response.has_focus() { tokens.text } else { tokens.secondary };
    let chevron = if folded { icons::CHEVRON_RIGHT } else { icons::CHEVRON_DOWN };
    let at = Rect::from_center_size(pos2(rect.left() + theme::MARGIN + 5.0, rect.center().y), vec2(14.0, 14.0));
    icons::paint(ui, at, chevron, theme::ICON_SMALL, colour);
    let shown = format!("{} · {}", name.to_uppercase(), streams.to_uppercase());
    let after = Rect::from_min_max(pos2(rect.left() + 18.0, rect.top()), rect.max);
    words(ui, after, &shown, theme::words(11.0), colour, 0.0);
    theme::focus_ring(ui, &response);
    if response.clicked() {
        queue.push(Command::ToggleCategory(category));
    }
}

fn stream_ui(
    ui: &mut Ui,
    stage: &Stage<'_>,
    stream: StreamIndex,
    rect: Rect,
    (in_pinned, above): (bool, bool),
    queue: &mut Vec<Command>,
) {
    let (document, tokens) = (stage.document, &stage.tokens);
    let name = &document.opened.log.stream(stream).name;
    let selected = document.stream_index() == Some(stream);
    let response = ui.interact(rect, ui.scope_id().with(("lane", stream)), Sense::click());
    let shown = names::shown(name);
    let accessible = match (in_pinned, above) {
        (false, true) => format!("Lane of {shown} in its category"),
        _ => format!("Lane of {shown}"),
    };
    response.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, selected, &accessible));
    let is_pinned = document.pinned.contains(name);
    let pin = Rect::from_center_size(pos2(rect.right() - 16.0, rect.center().y), vec2(24.0, 24.0));
    let pin_id = ui.scope_id().with(("pin", stream));
    let near = ui.rect_contains_pointer(rect) || response.has_focus() || ui.memory(|memory| memory.has_focus(pin_id));
    if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, tokens.raised);
    } else if selected && in_pinned {
        ui.painter().rect_filled(rect, 0.0, tokens.selection);
    }
    let keep = if near { 28.0 } else { 0.0 };
    let colour = name_colour(name, tokens);
    let line = if rect.height() > theme::LANE {
        branch::two_lines(ui, rect, keep, (shown, colour), ("as recorded", tokens.secondary))
    } else {
        name_words(ui, rect, shown, &theme::words(12.5), colour, keep)
    };
    theme::focus_ring(ui, &response);
    if response.clicked() {
        queue.push(Command::SelectStream(name.clone()));
    }
    if near {
        pin_ui(ui, stage, pin_id, pin, name, is_pinned, queue);
    }
    menu_ui(&response, name, is_pinned, queue);
    if line.cut {
        response.on_hover_text(&**name);
    }
}

fn pin_ui(
    ui: &Ui,
    stage: &Stage<'_>,
    id: egui::Id,
    rect: Rect,
    name: &Arc<str>,
    is_pinned: bool,
    queue: &mut Vec<Command>,
) {
    let response = ui.interact(rect, id, Sense::click());
    let (icon, verb) = if is_pinned { (icons::UNPIN, "Unpin") } else { (icons::PIN, "Pin") };
    response.widget_info(|| {
        WidgetInfo::selected(egui::Role::Button, true, is_pinned, format!("{verb} {}", names::shown(name)))
    });
    let lit = response.hovered() || response.has_focus();
    if lit {
        ui.painter().rect_filled(rect, theme::RADIUS, stage.tokens.selection);
    }
    let colour = if lit { stage.tokens.text } else { stage.tokens.secondary };
    icons::paint(ui, rect, icon, theme::ICON_SMALL, colour);
    theme::focus_ring(ui, &response);
    if response.clicked() {
        queue.push(Command::TogglePinned(name.clone()));
    }
    response.on_hover_text(if is_pinned { "No longer keep at the top" } else { "Keep at the top of the timeline" });
}

fn menu_ui(response: &Response, name: &Arc<str>, is_pinned: bool, queue: &mut Vec<Command>) {
    response.context_menu(|ui| {
        let pin = if is_pinned { "Unpin" } else { "Pin to the top" };
        if ui.button(pin).clicked() {
            queue.push(Command::TogglePinned(name.clone()));
        }
        if ui.button("Look at this stream").clicked() {
            queue.push(Command::SelectStream(name.clone()));
        }
        if ui.button("Copy its name").clicked() {
            queue.push(Command::CopyText(name.to_string()));
        }
    });
}
