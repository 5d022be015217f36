//! The panel at the bottom: the events of the selected stream or of the whole store, and what a search found.

mod columns;
mod results;
mod row;
mod table;
mod texts;

pub use results::summary;

use egui::{Align, Layout, RichText, Stroke};

use super::{ViewState, icons, keys, theme};
use crate::app::actions::action;
use crate::app::{App, Command, Document, Focus};
use crate::job::StoreKey;

/// What the panel shows.
#[derive(Default)]
pub struct EventsView {
    tab: Tab,
    /// Every event of the store instead of those of the selected stream.
    all: bool,
    table: table::TableView,
    results: results::ResultsView,
    /// The search that was last seen: a new one shows its results.
    searched: Option<(StoreKey, u64)>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Tab {
    #[default]
    Events,
    Found,
}

/// The panel.
pub fn events_ui(ui: &mut egui::Ui, app: &App, view: &mut ViewState, queue: &mut Vec<Command>) {
    let Some(document) = &app.document else { return };
    let take_focus = view.focus == Some(Focus::Events);
    let view = &mut view.events;
    let search = &document.search;
    let searched = search.is_active().then_some((document.opened.key, search.run));
    if view.searched != searched {
        view.tab = if searched.is_some() { Tab::Found } else { Tab::Events };
        view.results = results::ResultsView::default();
        view.searched = searched;
    }
    if take_focus {
        view.tab = Tab::Events;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    // The panel is as high as the user made it, however little there is to show.
    ui.set_min_height(ui.available_height());
    tabs_ui(ui, app, document, view, queue);
    let mut wanted = match view.tab {
        Tab::Events => table::table_ui(ui, app, document, view, take_focus, queue),
        Tab::Found => results::results_ui(ui, app, document, &mut view.results, queue),
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
        if theme::tab(ui, view.tab == Tab::Events, "Events", None).clicked() {
            view.tab = Tab::Events;
        }
        if document.search.is_active() {
            let count = document.search.problem.is_none().then_some(document.search.hits.len());
            if theme::tab(ui, view.tab == Tab::Found, "Found", count).clicked() {
                view.tab = Tab::Found;
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(theme::TIGHT);
            if view.tab == Tab::Found {
                let end = icons::icon_button(ui, icons::CLOSE, "End the search", "Forget what was searched and found");
                if end.clicked() {
                    queue.push(Command::ClearSearch);
                }
                return;
            }
            scope_ui(ui, document, view);
            if let (Some(event), Some(action)) = (document.event, action("leave-out")) {
                let label = if document.is_left_out(event) { "Take back in" } else { "Leave out" };
                let label = RichText::new(label).font(theme::words(theme::SMALL)).color(tokens.what_if);
                keys::action_button(ui, app, action, label, queue);
            }
        });
    });
    let rect = row.response.rect;
    ui.painter().hline(ui.max_rect().x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
}

/// Whose events are listed, and the way to the others.
fn scope_ui(ui: &mut egui::Ui, document: &Document, view: &mut EventsView) {
    let tokens = theme::tokens(ui);
    let Some(stream) = &document.stream else { return };
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
        let words = RichText::new(format!("{stream} only")).color(tokens.secondary);
        ui.add(egui::Label::new(words).truncate());
    });
}
