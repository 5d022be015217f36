//! The Sweep tab: what comes of a range of values in one edit.

mod controls;
mod outcomes;
mod plot;
mod table;

use chrono_tz::Tz;
use egui::{Align, Layout, RichText, ScrollArea, UiBuilder, pos2, vec2};

use self::controls::Fields;
use crate::app::{App, Command, Document};
use crate::model::{Value, json, zoned};
use crate::ui::{text, theme, whatif};
use crate::whatif::{Sweep, SweepPoint, SweepValue};

/// What the tab keeps from one frame to the next.
#[derive(Default)]
pub struct SweepView {
    fields: Fields,
    /// The values as a table instead of a plot.
    as_table: bool,
    /// The point that is looked at, and the answer that it is of.
    at: Option<(u64, usize)>,
}

/// A plot that is lower says nothing.
const LOWEST: f32 = 118.0;
/// Width of the list of outcomes.
const OUTCOMES: f32 = 300.0;

/// The tab.
pub fn sweep_ui(
    ui: &mut egui::Ui,
    app: &App,
    document: &Document,
    view: &mut SweepView,
    _take_focus: bool,
    queue: &mut Vec<Command>,
) {
    whatif::tabs_ui(ui, document, queue);
    let zone = app.zone();
    if document.scenario().is_none() {
        let words = if document.has_edits() {
            "All edits of this scenario are switched off. Switch one on to vary it."
        } else {
            "No edits yet. Change an event or add one in the What-if tab, then vary one of its numbers or times here."
        };
        return note_ui(ui, words);
    }
    let sweeping = &document.sweeping;
    if let Some(why) = sweeping.edits().failure() {
        return note_ui(ui, why);
    }
    let Some((edits, _)) = sweeping.edits().value() else { return note_ui(ui, "Looking at the edits…") };
    if edits.iter().all(|edit| edit.places.is_empty()) {
        let words = "No edit has a number or a time that could be varied: leaving events out and moving them has none. \
                     Change an event or add one in the What-if tab.";
        return note_ui(ui, words);
    }
    let room = ui.available_height();
    ScrollArea::vertical().id_salt("sweep").auto_shrink([false, false]).show(ui, |ui| {
        let top = ui.cursor().top();
        body_ui(ui, document, view, zone, (top, room), queue);
    });
}

/// Choices, plot and outcomes. `room` is where they begin and how high they may be; the plot is never too low to be
/// read, what is beyond is scrolled to.
fn body_ui(
    ui: &mut egui::Ui,
    document: &Document,
    view: &mut SweepView,
    zone: Tz,
    (top, room): (f32, f32),
    queue: &mut Vec<Command>,
) {
    let sweeping = &document.sweeping;
    controls::controls_ui(ui, document, &mut view.fields, zone, queue);
    if let Some(why) = sweeping.swept().failure() {
        return problem_ui(ui, why);
    }
    let Some((sweep, current)) = sweeping.swept().value() else { return note_ui(ui, "Trying the values…") };
    let edition = sweeping.swept().edition();
    if view.at.is_some_and(|(of, at)| of != edition || at >= sweep.points.len()) {
        view.at = None;
    }
    controls::chips_ui(ui, document, sweep, view, queue);
    let height = (room - (ui.cursor().top() - top)).max(LOWEST);
    let (room, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), egui::Sense::hover());
    let side = if room.width() > 3.0 * OUTCOMES { OUTCOMES } else { (room.width() * 0.36).max(160.0) };
    let split = room.right() - side;
    let left = egui::Rect::from_min_max(room.min, pos2(split, room.bottom()));
    let right = egui::Rect::from_min_max(pos2(split, room.top()), room.max);
    ui.scope_builder(UiBuilder::new().max_rect(left), |ui| {
        // An older answer is dimmed until the new one is there.
        if !current {
            ui.set_opacity(0.5);
        }
        if view.as_table {
            table::table_ui(ui, sweep, edition, view, zone);
        } else {
            plot::plot_ui(ui, sweep, edition, view, zone, queue);
        }
    });
    ui.scope_builder(UiBuilder::new().max_rect(right).layout(Layout::top_down(Align::Min)), |ui| {
        if !current {
            ui.set_opacity(0.5);
        }
        let point = view.at.and_then(|(_, at)| sweep.points.get(at));
        outcomes::outcomes_ui(ui, sweep, point, zone, queue);
    });
}

/// All of it in one sentence.
fn summary(sweep: &Sweep, zone: Tz) -> String {
    let mut words = format!(
        "{} values of {} from {} to {}",
        sweep.points.len(),
        sweep.what,
        shown(&sweep.from, zone),
        shown(&sweep.to, zone)
    );
    let (Some(first), Some(last)) = (sweep.points.first(), sweep.points.last()) else { return words };
    for ((field, from), to) in sweep.fields.iter().zip(&first.fields).zip(&last.fields) {
        if let (Some(from @ Value::Number(_)), Some(to @ Value::Number(_))) = (from, to) {
            words.push_str(&format!("; {} goes from {} to {}", field.path, json::to_text(from), json::to_text(to)));
        }
    }
    words
}

/// A point in words.
fn point_words(sweep: &Sweep, point: &SweepPoint, zone: Tz) -> String {
    let mut parts = Vec::new();
    for (field, value) in sweep.fields.iter().zip(&point.fields) {
        let value = value.as_ref().map_or_else(|| "nothing".to_owned(), value_words);
        parts.push(format!("{} {value}", field_name(sweep, field)));
    }
    for broken in &point.broken {
        let at = broken.at.version.map_or_else(String::new, |version| format!(" at v{version}"));
        parts.push(format!("broken{at}: {}", broken.name));
    }
    parts.extend(point.stops.iter().map(|stop| stop.message.clone()));
    format!("{} {}: {}", sweep.what, shown(&point.value, zone), parts.join(", "))
}

/// A field by its path, with its stream where there are several.
fn field_name(sweep: &Sweep, field: &crate::whatif::SweepField) -> String {
    match &field.stream {
        Some(stream) if sweep.streams.len() > 1 => format!("{} {}", crate::model::names::shown(stream), field.path),
        Some(_) => field.path.to_string(),
        None => format!("total {}", field.path),
    }
}

fn value_words(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::List(list) => format!("{} items", list.len()),
        other => {
            let text = json::to_text(other);
            if text.chars().count() > 40 { format!("{}…", text.chars().take(39).collect::<String>()) } else { text }
        }
    }
}

/// A value as the window shows it: times in its zone.
fn shown(value: &SweepValue, zone: Tz) -> String {
    match value {
        SweepValue::Time(time) => zoned::date_time(*time, zone),
        other => other.to_string(),
    }
}

fn note_ui(ui: &mut egui::Ui, words: &str) {
    let tokens = theme::tokens(ui);
    padded(ui, |ui| {
        ui.add(egui::Label::new(RichText::new(words).color(tokens.secondary)).wrap());
    });
}

fn problem_ui(ui: &mut egui::Ui, words: &str) {
    let tokens = theme::tokens(ui);
    let words = text::sentence(words);
    padded(ui, |ui| {
        ui.add(egui::Label::new(RichText::new(words).color(tokens.bad)).wrap());
    });
}

fn padded(ui: &mut egui::Ui, add: impl FnOnce(&mut egui::Ui)) {
    ScrollArea::vertical().id_salt("sweep note").auto_shrink([false, false]).show(ui, |ui| {
        egui::Frame::new().inner_margin(egui::Margin::same(12)).show(ui, add);
    });
}
