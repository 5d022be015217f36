//! The line at the foot: how much there is, where the cursor is, what is under way.

use egui::{Align, Layout, Popup, RichText, Role, WidgetInfo, vec2};

use super::{keys, live, text, theme};
use crate::app::actions::action;
use crate::app::{App, Command, Document, Running, Tab};
use crate::job::Slot;
use crate::model::zoned;

/// The line.
pub fn status_bar_ui(ui: &mut egui::Ui, app: &App, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    ui.style_mut().override_text_style = Some(egui::TextStyle::Small);
    ui.spacing_mut().interact_size.y = 20.0;
    ui.spacing_mut().button_padding = vec2(8.0, 1.0);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), egui::Sense::hover());
    // The right side first: it says what is going on now, the counts can give way.
    let builder = egui::UiBuilder::new().max_rect(rect).layout(Layout::right_to_left(Align::Center));
    let right = ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.x = theme::GAP;
        for running in app.running.iter().rev().filter(|running| is_told(running)) {
            running_ui(ui, running, queue);
        }
        if let Some(document) = &app.document {
            super::proof::mark_ui(ui, document, app, queue);
            live::status_ui(ui, document, app, queue);
        }
        ui.min_rect().left()
    });
    let left = egui::Rect::from_min_max(rect.min, egui::pos2(right.inner.max(rect.left()), rect.bottom()));
    let builder = egui::UiBuilder::new().max_rect(left).layout(Layout::left_to_right(Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.set_clip_rect(left.expand2(vec2(0.0, 4.0)).intersect(ui.clip_rect()));
        ui.spacing_mut().item_spacing.x = theme::MARGIN;
        match &app.document {
            Some(document) => document_ui(ui, document, app, queue),
            None => {
                ui.label(RichText::new("No store is open").color(tokens.secondary));
            }
        }
    });
}

/// Events that are looked at in about a second.
const LONG: u64 = 500_000;

/// What is over in an instant would only flicker.
fn is_told(running: &Running) -> bool {
    match running.slot {
        Slot::Open | Slot::Copy | Slot::Sample | Slot::Reopen => true,
        // Each of these tells it where its answer will be.
        Slot::State
        | Slot::Rows
        | Slot::Changes
        | Slot::Watch
        | Slot::Poll
        | Slot::Glance
        | Slot::Settings
        | Slot::Recents
        | Slot::Pick
        | Slot::Keep(_)
        | Slot::Restore(_) => false,
        Slot::Follow => running.progress.counts().1 > LONG,
        _ => running.progress.counts().1 > 0,
    }
}

fn running_ui(ui: &mut egui::Ui, running: &Running, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let (done, total) = running.progress.counts();
    let stop = ui.add(egui::Button::new("Stop").small());
    stop.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Stop: {}", running.title)));
    if stop.clicked() {
        queue.push(Command::Stop(running.slot));
    }
    let mut words = running.title.clone();
    if total > 0 {
        let share = (done as f32 / total as f32).clamp(0.0, 1.0);
        let (bar, response) = ui.allocate_exact_size(vec2(72.0, 6.0), egui::Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, &running.title));
        ui.painter().rect_filled(bar, 3, tokens.hairline);
        let mut filled = bar;
        filled.set_width(bar.width() * share);
        ui.painter().rect_filled(filled, 3, tokens.secondary);
        words += &format!(" {:.0} %", share * 100.0);
    }
    if words.chars().count() > 48 {
        words = words.chars().take(47).chain(['…']).collect();
    }
    ui.label(RichText::new(words).color(tokens.secondary)).on_hover_text(&running.title);
}

fn document_ui(ui: &mut egui::Ui, document: &Document, app: &App, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let log = &document.opened.log;
    let many = |count: usize, one: &str, more: &str| {
        format!("{} {}", text::grouped(count), if count == 1 { one } else { more })
    };
    let mut words =
        format!("{} · {}", many(log.len(), "event", "events"), many(log.streams().len(), "stream", "streams"));
    if let Some(expected) = document.opened.expected {
        let expected = usize::try_from(expected).unwrap_or(usize::MAX);
        words = format!("the first {} of about {}", many(log.len(), "event", "events"), text::grouped(expected));
        if !app.is_reading_on() {
            words += " (F5 reads the rest)";
        }
    }
    if let Some((first, last)) = document.opened.drawing.time_range {
        let zone = app.zone();
        words += &format!(" · {} – {} {}", zoned::date(first, zone), zoned::date(last, zone), zone.name());
    }
    ui.add(egui::Label::new(RichText::new(words).color(tokens.secondary)).extend());
    if let Some(event) = document.event {
        let position = text::grouped_signed(log.position(event as usize));
        pill(ui, &format!("position {position}"), tokens.secondary);
    }
    what_if_ui(ui, document, app, queue);
}

fn pill(ui: &mut egui::Ui, words: &str, colour: egui::Color32) {
    let tokens = theme::tokens(ui);
    let galley = ui.painter().layout_no_wrap(words.to_owned(), theme::words(theme::SMALL), colour);
    let (rect, response) = ui.allocate_exact_size(galley.size() + vec2(18.0, 4.0), egui::Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
    let line = egui::Stroke::new(1.0, tokens.hairline);
    ui.painter().rect(rect, rect.height() / 2.0, tokens.raised, line, egui::StrokeKind::Inside);
    ui.painter().galley(rect.min + vec2(9.0, 2.0), galley, colour);
}

/// Characters of the line about what follows that there is room for at most.
const LINE: usize = 110;

/// What the edits come to: a click leads to the tab that tells more.
fn what_if_ui(ui: &mut egui::Ui, document: &Document, app: &App, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    // Also when the last edit was taken back: it can be done again.
    let view = document.active_scenario();
    if !view.is_in_use() {
        return;
    }
    let edits = match view.draft.len() {
        0 => "no edits".to_owned(),
        1 => "1 edit".to_owned(),
        edits => format!("{edits} edits"),
    };
    let (told, current) = match document.follows() {
        Some((follows, current)) => (Some(follows.summary(document.stream.as_deref())), current),
        None => (None, true),
    };
    let told = if view.refused.is_some() { Some("an edit does not fit".to_owned()) } else { told };
    let words = told.clone().unwrap_or_else(|| edits.clone());
    let short: String = match words.char_indices().nth(LINE) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words.clone(),
    };
    let colour = if current { tokens.what_if } else { theme::future_text(&tokens) };
    let label = RichText::new(format!("◆ {short}")).color(colour);
    let chip = egui::Button::new(label).fill(theme::wash(tokens.what_if)).corner_radius(10).small().truncate();
    let chip = ui.add(chip);
    let name = match &told {
        Some(told) => format!("what-if: {edits}, {told}"),
        None => format!("what-if: {edits}"),
    };
    chip.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    if chip.clicked() {
        queue.push(Command::ShowTab(Tab::WhatIf));
    }
    if !Popup::is_any_open(ui.ctx())
        && let Some(action) = action("undo")
    {
        let kept = if app.keeps_scenarios() {
            "The edits are kept beside the store's other settings, never in the store"
        } else {
            "Edits live in memory only"
        };
        chip.on_hover_text(format!("{words}\n{kept}\n{}", keys::tooltip(ui, action)));
    }
}
