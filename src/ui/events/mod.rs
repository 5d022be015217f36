//! The panel at the bottom, in tabs: events, what a search found, the edits of a scenario, comparison, sweeps, health.

mod columns;
mod results;
pub mod row;
mod table;
mod texts;

pub use results::summary;

use egui::{Align, Layout, RichText, Stroke, UiBuilder};

use super::{ViewState, compare, elide, health, icons, keys, sweep, theme, types, whatif};
use crate::analysis::health::Severity;
use crate::app::actions::action;
use crate::app::{App, Command, Document, Focus, Tab};
use crate::job::StoreKey;
use crate::model::names;

/// What the panel shows.
#[derive(Default)]
pub struct EventsView {
    /// Every event of the store instead of those of the selected stream.
    all: bool,
    table: table::TableView,
    results: results::ResultsView,
    /// The search that was last seen: a new one shows its results.
    searched: Option<(StoreKey, u64)>,
}

/// The panel.
pub fn events_ui(ui: &mut egui::Ui, app: &App, view: &mut ViewState, queue: &mut Vec<Command>) {
    let Some(document) = &app.document else { return };
    let take_focus = view.focus == Some(Focus::Events);
    let ViewState {
        events: view,
        whatif: whatif_view,
        compare: compare_view,
        sweep: sweep_view,
        health: health_view,
        types: types_view,
        ..
    } = view;
    let search = &document.search;
    let searched = search.is_active().then_some((document.opened.key, search.run));
    if view.searched != searched {
        // Another store has no results of its own to show, and keeps what was shown.
        match searched {
            Some(_) => queue.push(Command::ShowTab(Tab::Found)),
            None if app.tab == Tab::Found => queue.push(Command::ShowTab(Tab::Events)),
            None => {}
        }
        view.results = results::ResultsView::default();
        view.searched = searched;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    // The panel is as high as the user made it, however little or much there is to show.
    ui.set_min_height(ui.available_height());
    tabs_ui(ui, app, document, view, queue);
    let room = ui.available_rect_before_wrap();
    let ui = &mut ui.new_child(UiBuilder::new().id_salt("tab").max_rect(room).layout(Layout::top_down(Align::Min)));
    let mut wanted = match app.tab {
        Tab::Found if document.search.is_active() => results::results_ui(ui, app, document, &mut view.results, queue),
        Tab::Events | Tab::Found => table::table_ui(ui, app, document, view, take_focus, queue),
        Tab::WhatIf => whatif::whatif_ui(ui, app, document, whatif_view, take_focus, queue),
        Tab::Compare => compare::compare_ui(ui, app, document, compare_view, take_focus, queue),
        Tab::Sweep => {
            sweep::sweep_ui(ui, app, document, sweep_view, take_focus, queue);
            Vec::new()
        }
        Tab::Health => {
            health::health_ui(ui, app, document, health_view, take_focus, queue);
            Vec::new()
        }
        Tab::Types => {
            types::types_ui(ui, app, document, types_view, take_focus, queue);
            Vec::new()
        }
    };
    wanted.extend(document.event);
    let missing = wanted.iter().any(|event| !document.rows.contains_key(event));
    if missing && !document.rows_asked.is_pending() && document.rows_asked.failure().is_none() {
        queue.push(Command::WantRows(wanted));
    }
}

fn tabs_ui(ui: &mut egui::Ui, app: &App, document: &Document, view: &mut EventsView, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let row = ui.horizontal(|ui| {
        ui.set_height(theme::TABS);
        ui.spacing_mut().item_spacing.x = theme::TIGHT;
        ui.add_space(theme::TIGHT);
        let mut tab_ui = |ui: &mut egui::Ui, tab: Tab, name: &str, count: Option<usize>| {
            if theme::tab(ui, app.tab == tab, name, count).clicked() {
                queue.push(Command::ShowTab(tab));
            }
        };
        tab_ui(ui, Tab::Events, "Events", None);
        if document.search.is_active() {
            let count = document.search.problem.is_none().then_some(document.search.hits.len());
            tab_ui(ui, Tab::Found, "Found", count);
        }
        let edits = document.active_scenario().draft.len();
        tab_ui(ui, Tab::WhatIf, "What-if", (edits > 0).then_some(edits));
        // Without edits there is nothing to compare and nothing to vary.
        if document.scenarios.in_use().next().is_some() {
            tab_ui(ui, Tab::Compare, "Compare", None);
            tab_ui(ui, Tab::Sweep, "Sweep", None);
        }
        // Once it is known, how much needs a look.
        let trouble = document.checking.count(Severity::Error) + document.checking.count(Severity::Warning);
        tab_ui(ui, Tab::Health, "Health", (trouble > 0).then_some(trouble));
        tab_ui(ui, Tab::Types, "Types", None);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(theme::TIGHT);
            if app.tab == Tab::Found {
                let end = icons::icon_button(ui, icons::CLOSE, "End the search", "Forget what was searched and found");
                if end.clicked() {
                    queue.push(Command::ClearSearch);
                }
                return;
            }
            if app.tab != Tab::Events {
                return;
            }
            // The tabs come first: in a narrow window the rest gives way, and menus and keys still have it.
            if ui.available_width() < SCOPE_AT_LEAST {
                return;
            }
            scope_ui(ui, document, view);
            if ui.available_width() < LEAVE_OUT_AT_LEAST {
                return;
            }
            if let (Some(event), Some(action)) = (document.event, action("leave-out")) {
                let label = if document.is_left_out(event) { "Take back in" } else { "Leave out" };
                let label = RichText::new(label).font(theme::words(theme::SMALL)).color(tokens.what_if);
                keys::action_button(ui, app, action, label, queue);
            }
            if !document.chosen.is_empty() {
                let words = format!("{} selected", crate::ui::text::grouped(document.chosen.len()));
                let label = ui.label(RichText::new(words).font(theme::words(theme::SMALL)).color(tokens.text));
                crate::ui::announce(ui, &label);
            }
        });
    });
    let rect = row.response.rect;
    ui.painter().hline(ui.max_rect().x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
}

/// The width that whose events are listed takes at least, and that the button beside it takes.
const SCOPE_AT_LEAST: f32 = 80.0;
const LEAVE_OUT_AT_LEAST: f32 = 90.0;

/// Whose events are listed, and the way to the others.
fn scope_ui(ui: &mut egui::Ui, document: &Document, view: &mut EventsView) {
    let tokens = theme::tokens(ui);
    let Some(stream) = document.stream.as_deref().map(names::shown) else { return };
    let room = (ui.available_width() - 110.0).clamp(60.0, 260.0);
    if view.all {
        let label = egui::Button::new(RichText::new(format!("Only {stream}")).color(tokens.secondary)).truncate();
        let button = ui.scope(|ui| {
            ui.set_max_width(room);
            ui.add(label)
        });
        let button = button.inner.on_hover_text("List only the events of the selected stream");
        button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Only {stream}")));
        if button.clicked() {
            view.all = false;
        }
        ui.label(RichText::new("All streams").color(tokens.text));
        return;
    }
    if icons::icon_button(ui, icons::CLOSE, "Events of all streams", "List the events of all streams").clicked() {
        view.all = true;
    }
    ui.scope(|ui| {
        ui.set_max_width(room);
        let font = egui::TextStyle::Body.resolve(ui.style());
        let only = ui.painter().layout_no_wrap(" only".to_owned(), font.clone(), tokens.secondary).size().x;
        let line = elide::middle(ui.painter(), stream, &font, tokens.secondary, ui.available_width() - only - 1.0);
        let words = RichText::new(format!("{} only", line.galley.text())).color(tokens.secondary);
        let label = ui.add(egui::Label::new(words).truncate());
        let full = format!("{stream} only");
        label.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &full));
        if line.cut {
            label.on_hover_text(full);
        }
    });
}
