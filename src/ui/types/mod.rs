//! The Types tab: which types the events have, with which fields, and how those changed.

mod fields;
mod lines;
mod list;

use std::collections::HashSet;
use std::sync::Arc;

use egui::{Align, Id, Layout, RichText, Stroke, UiBuilder, pos2, vec2};

use self::lines::Lines;
use super::notices::note_ui;
use super::rows::Rows;
use super::{icons, text, theme};
use crate::analysis::schema::{Catalogue, Place, TypeEntry, json_schema};
use crate::app::{App, Command, Document};
use crate::job::{Slot, StoreKey};
use crate::model::{names, zoned};

/// What the tab keeps from one frame to the next.
#[derive(Default)]
pub struct TypesView {
    /// Which store all of it is of.
    of: Option<StoreKey>,
    search: String,
    /// The type that is looked at, by its full name.
    chosen: Option<Arc<str>>,
    types: Rows,
    rows: Rows,
    lines: Lines,
    /// The line of the right list that the keyboard is at, and the list that it is of.
    line: Option<(u64, usize)>,
    folded: HashSet<Arc<str>>,
    folds: u64,
}

/// Height of the line above both lists.
const HEAD: f32 = 36.0;
/// Width of the left list where there is room.
const LIST: f32 = 320.0;

/// The tab.
pub fn types_ui(
    ui: &mut egui::Ui,
    app: &App,
    document: &Document,
    view: &mut TypesView,
    take_focus: bool,
    queue: &mut Vec<Command>,
) {
    let key = document.opened.key;
    if view.of.replace(key) != Some(key) {
        *view = TypesView { of: Some(key), ..TypesView::default() };
    }
    let cataloguing = &document.cataloguing;
    let found = cataloguing.catalogue();
    head_ui(ui, app, document, view, queue);
    let Some((catalogue, _)) = found.value() else { return waiting_ui(ui, app, document, queue) };
    let fresh = view.lines.find((key, found.edition()), catalogue, &view.search);
    if view.lines.types.is_empty() {
        let words = match view.search.trim() {
            "" if catalogue.scanned > 0 => "No event says what type it is: there is nothing to list.".to_owned(),
            "" => "The store has no events.".to_owned(),
            search => format!("No event type and no field of one is called {search}."),
        };
        return note_ui(ui, &words);
    }
    let shown = |name: &Arc<str>| view.lines.types.iter().position(|(at, _)| catalogue.types[*at].name == *name);
    let at = view.chosen.as_ref().and_then(shown).unwrap_or(0);
    let area = ui.available_rect_before_wrap();
    let width = LIST.min((area.width() * 0.34).max(172.0));
    let left = egui::Rect::from_min_max(area.min, pos2(area.left() + width, area.bottom()));
    let right = egui::Rect::from_min_max(pos2(left.right() + 1.0, area.top()), area.max);
    if fresh {
        view.types.reveal(at);
    }
    let mut chosen = at;
    ui.scope_builder(UiBuilder::new().max_rect(left).layout(Layout::top_down(Align::Min)), |ui| {
        chosen = list::list_ui(ui, app, document, catalogue, view, at, take_focus);
    });
    let tokens = theme::tokens(ui);
    ui.painter().vline(left.right() + 0.5, area.y_range(), Stroke::new(1.0, tokens.hairline));
    let at = view.lines.types.get(chosen).map_or(0, |(at, _)| *at);
    let Some(entry) = catalogue.types.get(at) else { return };
    view.chosen = Some(entry.name.clone());
    view.lines.of_type(at, entry, &view.folded, view.folds);
    ui.scope_builder(UiBuilder::new().max_rect(right).layout(Layout::top_down(Align::Min)), |ui| {
        fields::type_ui(ui, app, entry, view, queue);
    });
    ui.advance_cursor_after_rect(area);
}

/// The search, what was looked at, and what can be done with all of it.
fn head_ui(ui: &mut egui::Ui, app: &App, document: &Document, view: &mut TypesView, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let found = document.cataloguing.catalogue();
    let row = ui.horizontal(|ui| {
        ui.set_height(HEAD);
        ui.spacing_mut().item_spacing.x = theme::GAP;
        ui.add_space(theme::GAP);
        let width = (ui.available_width() * 0.3).clamp(130.0, LIST - 2.0 * theme::GAP);
        let id = Id::unique("search in event types");
        let field = theme::field(&mut view.search, "Find a type or a field…").id(id).desired_width(width);
        let response = ui.add_sized(vec2(width, theme::FIELD), field).accessible_name("Find a type or a field");
        let escaped = (response.has_focus() || response.lost_focus()) && ui.input(|i| i.key_pressed(egui::Key::Escape));
        if escaped {
            view.search.clear();
        }
        response.on_hover_text("Which types have a field with this in its name? Esc shows all again");
        let Some((catalogue, _)) = found.value() else { return };
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(theme::TIGHT);
            copy_ui(ui, app, catalogue, view, queue);
            let stale = document.is_catalogue_stale();
            if found.is_pending() {
                progress_ui(ui, app);
            } else if (stale || found.failure().is_some() || document.cataloguing.is_stopped())
                && ui.button("Look again").clicked()
            {
                queue.push(Command::LookAtTypes);
            }
            let (words, colour) = match (found.failure(), stale) {
                (Some(why), _) if !document.cataloguing.is_stopped() => (why.to_owned(), tokens.bad),
                (_, true) => ("The store was read again since; this is of before.".to_owned(), tokens.bad),
                _ => (scanned(catalogue), tokens.secondary),
            };
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let label = egui::Label::new(RichText::new(words).color(colour)).truncate();
                let label = ui.add(label);
                super::announce(ui, &label);
            });
        });
    });
    let rect = row.response.rect;
    ui.painter().hline(ui.max_rect().x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
}

/// What was looked at.
fn scanned(catalogue: &Catalogue) -> String {
    let grouped = |count: u64| text::grouped(usize::try_from(count).unwrap_or(usize::MAX));
    let types = match catalogue.types.len() {
        0 => "no types".to_owned(),
        1 => "1 type".to_owned(),
        count => format!("{} types", text::grouped(count)),
    };
    let events = match catalogue.scanned {
        1 => "the only event".to_owned(),
        count => format!("all {} events", grouped(count)),
    };
    let unreadable = match catalogue.unreadable {
        0 => String::new(),
        1 => "; 1 payload can't be read".to_owned(),
        count => format!("; {} payloads can't be read", grouped(count)),
    };
    format!("{types} in {events}{unreadable}")
}

fn copy_ui(ui: &mut egui::Ui, app: &App, catalogue: &Arc<Catalogue>, view: &TypesView, queue: &mut Vec<Command>) {
    let copy = icons::icon_button(ui, icons::COPY, "Copy event types", "Copy what is shown, or all of it");
    egui::Popup::menu(&copy).show(|ui| {
        let chosen = view.chosen.as_ref().and_then(|name| catalogue.types.iter().find(|entry| entry.name == *name));
        if let Some(entry) = chosen
            && ui.button("This type as text").clicked()
        {
            queue.push(Command::CopyText(as_text(entry, app)));
        }
        if ui.button("All types as JSON").clicked() {
            queue.push(Command::CopyText(pretty(&**catalogue)));
        }
        if ui.button("All types as JSON Schema").clicked() {
            queue.push(Command::CopyText(pretty(&json_schema(catalogue))));
        }
    });
}

fn pretty(document: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(document).unwrap_or_default()
}

/// A type with its fields and changes as lines, columns apart by tabs: for a table or a mail.
fn as_text(entry: &TypeEntry, app: &App) -> String {
    let mut out = format!(
        "{}\t{}\t{} to {}",
        names::shown_type(&entry.name),
        events(entry),
        when(&entry.first, app),
        when(&entry.last, app)
    );
    for field in &entry.fields {
        out.push('\n');
        out.push_str(&fields::field_text(field));
    }
    for change in &entry.changes {
        out.push('\n');
        out.push_str(&fields::change_text(change, app));
    }
    out
}

/// How many events of a type there are.
fn events(entry: &TypeEntry) -> String {
    text::counted(usize::try_from(entry.events).unwrap_or(usize::MAX), "event")
}

/// While nothing is known yet.
fn waiting_ui(ui: &mut egui::Ui, app: &App, document: &Document, queue: &mut Vec<Command>) {
    let cataloguing = &document.cataloguing;
    let tokens = theme::tokens(ui);
    let failure = cataloguing.catalogue().failure();
    ui.add_space(theme::MARGIN);
    ui.horizontal(|ui| {
        ui.add_space(theme::MARGIN);
        if cataloguing.is_stopped() {
            ui.label(RichText::new("Stopped before all events were looked at.").color(tokens.secondary));
        } else if let Some(why) = failure {
            ui.add(egui::Label::new(RichText::new(why).color(tokens.bad)).wrap());
        } else {
            ui.label(RichText::new("Looking at all events for their types and fields…").color(tokens.secondary));
            progress_ui(ui, app);
            if ui.button("Stop").clicked() {
                queue.push(Command::Stop(Slot::Catalogue));
            }
            return;
        }
        if ui.button("Look again").clicked() {
            queue.push(Command::LookAtTypes);
        }
    });
}

fn progress_ui(ui: &mut egui::Ui, app: &App) {
    let Some(running) = app.running.iter().find(|running| running.slot == Slot::Catalogue) else { return };
    let (done, total) = running.progress.counts();
    if total > 0 {
        let share = done as f64 / total as f64 * 100.0;
        let words = RichText::new(format!("{share:.0} %")).font(theme::mono(theme::MONO));
        ui.label(words.color(theme::tokens(ui).secondary));
    }
}

/// An event's day and time of day, or its position where it has none.
fn when(place: &Place, app: &App) -> String {
    match place.time {
        Some(time) => {
            let words = zoned::date_time(time, app.zone());
            words.get(..19).unwrap_or(&words).to_owned()
        }
        None => format!("#{}", place.position),
    }
}

/// An event's day, or its position where it has no time.
fn day(place: &Place, app: &App) -> String {
    place.time.map_or_else(|| format!("#{}", place.position), |time| zoned::date(time, app.zone()))
}
