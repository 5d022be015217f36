//! Following a store: the switch in the top bar, and what the status bar says of it.

use egui::{Rect, RichText, Role, Sense, Stroke, StrokeKind, WidgetInfo, vec2};

use super::{announce, icons, keys, text, theme, top_bar};
use crate::app::actions::action;
use crate::app::{App, Command, Document, Following};
use crate::model::{Timestamp, zoned};

/// Room for the dot before the word.
const DOT: f32 = 14.0;
/// Room beside what stands in a part of the switch.
const SPACE: f32 = 10.0;

/// How wide the switch is.
pub(super) fn width(ui: &egui::Ui, document: &Document) -> f32 {
    let head = if document.live.is_on() { theme::HIT } else { 0.0 };
    word_width(ui) + head
}

fn word_width(ui: &egui::Ui) -> f32 {
    top_bar::width_of(ui, "LIVE", theme::strong(theme::SMALL)) + DOT + 2.0 * SPACE
}

/// The switch: off and on, and beside it whether the cursor goes with the newest event.
pub(super) fn switch_ui(ui: &mut egui::Ui, rect: Rect, document: &Document, app: &App, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    ui.painter().rect(rect, theme::RADIUS, tokens.raised, Stroke::new(1.0, tokens.hairline), StrokeKind::Inside);
    let live = &document.live;
    let first = Rect::from_min_size(rect.min, vec2(word_width(ui), rect.height()));
    let response = ui.interact(first, ui.scope_id().with("live"), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, live.is_on(), "Follow live"));
    let colour = match (live.following, live.trouble.is_some()) {
        (_, true) => tokens.bad,
        (Following::On, false) => tokens.good,
        (Following::Starting, false) => tokens.text,
        (Following::Off, false) if response.hovered() => tokens.text,
        (Following::Off, false) => tokens.secondary,
    };
    if response.hovered() {
        ui.painter().rect_filled(first.shrink(2.0), theme::RADIUS, tokens.selection);
    }
    let dot = egui::pos2(first.left() + SPACE + 3.0, first.center().y);
    if live.following == Following::On {
        ui.painter().circle_filled(dot, 3.5, colour);
    } else {
        ui.painter().circle_stroke(dot, 3.0, Stroke::new(1.5, colour));
    }
    let at = egui::pos2(first.left() + SPACE + DOT, first.center().y);
    ui.painter().text(at, egui::Align2::LEFT_CENTER, "LIVE", theme::strong(theme::SMALL), colour);
    theme::focus_ring(ui, &response);
    if response.clicked() {
        queue.push(Command::Live(!live.is_on()));
    }
    let hint = live.hint().map(|hint| format!("{hint}\n")).unwrap_or_default();
    if let Some(action) = action("live") {
        response.on_hover_text(format!("{hint}{}", keys::tooltip(ui, action)));
    }
    if live.is_on() {
        let second = Rect::from_min_max(egui::pos2(first.right(), rect.top()), rect.max);
        head_ui(ui, second, app, live.at_head, queue);
    }
}

fn head_ui(ui: &mut egui::Ui, rect: Rect, app: &App, on: bool, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let Some(action) = action("follow-head") else { return };
    let response = ui.interact(rect, ui.scope_id().with("head"), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, action.text));
    if on || response.hovered() {
        ui.painter().rect_filled(rect.shrink(2.0), theme::RADIUS, tokens.selection);
    }
    let colour = if on || response.hovered() { tokens.text } else { tokens.secondary };
    icons::paint(ui, rect, icons::TO_END, theme::ICON_SMALL, colour);
    theme::focus_ring(ui, &response);
    if response.clicked() {
        queue.extend((action.command)(app));
    }
    response.on_hover_text(keys::tooltip(ui, action));
}

/// What the status bar says: that the store is followed and how, or that it changed.
pub(super) fn status_ui(ui: &mut egui::Ui, document: &Document, app: &App, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let live = &document.live;
    let hint = live.hint();
    if let Some(hint) = &hint {
        // From right to left.
        if !live.is_on() {
            action_ui(ui, app, "live", "Follow", queue);
        }
        action_ui(ui, app, "reload", "Reload", queue);
        let colour = if live.trouble.is_some() { tokens.bad } else { tokens.secondary };
        // The whole of it is told where the mouse points, and in a message if it lasts.
        let most = ((ui.available_width() - 120.0) / 6.5).clamp(16.0, 80.0) as usize;
        let mut short: String = hint.chars().take(most).collect();
        if short.len() < hint.len() {
            short = format!("{}…", short.trim_end());
        }
        let label = ui.label(RichText::new(short).color(colour));
        announce(ui, &label);
        label.on_hover_text(hint);
    }
    if live.following != Following::On {
        return;
    }
    let mut words = "LIVE".to_owned();
    if hint.is_none() {
        words += " · attached · ";
        words += &match live.per_minute() {
            1 => "1 event in the last minute".to_owned(),
            count => format!("{} events in the last minute", text::grouped(count)),
        };
        if let Some(at) = live.looked {
            let second = Timestamp::from_micros(at.micros() / 1_000_000 * 1_000_000).unwrap_or(at);
            words += &format!(" · looked at {}", zoned::clock(second, app.zone()));
        }
    }
    let colour = if hint.is_some() { tokens.secondary } else { tokens.good };
    let label = ui.label(RichText::new(words).color(colour));
    label.on_hover_text(
        "Read while others write it, in short reads by connections of its own that are closed after each.\nNothing is \
         written to the store; only a -shm file beside it may change.",
    );
}

fn action_ui(ui: &mut egui::Ui, app: &App, id: &str, label: &str, queue: &mut Vec<Command>) {
    let Some(action) = action(id) else { return };
    let button = ui.add(egui::Button::new(label).small());
    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, action.text));
    if button.clicked() {
        queue.extend((action.command)(app));
    }
    button.on_hover_text(keys::tooltip(ui, action));
}
