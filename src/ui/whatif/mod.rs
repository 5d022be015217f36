//! The What-if tab: the scenarios, the edits of the active one at the left, and what follows from them at the right.

mod asking;
mod compensation;
mod follows;
mod form;
mod list;
pub mod menu;
mod preview;
mod tabs;

pub use compensation::{CompensationView, compensation_ui};
pub use tabs::tabs_ui;

use egui::{Margin, ScrollArea, Stroke, UiBuilder};

use crate::app::{App, Command, Document};
use crate::ui::theme;

/// What the tab keeps from one frame to the next.
#[derive(Default)]
pub struct WhatIfView {
    list: list::ListView,
    form: form::FormView,
    asking: asking::AskingView,
}

/// The part of the tab that the list of edits takes; what follows from them has the rest.
const LIST: f32 = 0.45;

/// The tab; gives the events that it wants to be read in full.
pub fn whatif_ui(
    ui: &mut egui::Ui,
    app: &App,
    document: &Document,
    view: &mut WhatIfView,
    take_focus: bool,
    queue: &mut Vec<Command>,
) -> Vec<u32> {
    tabs::tabs_with_menu_ui(ui, app, document, queue);
    let tokens = theme::tokens(ui);
    let room = ui.available_rect_before_wrap();
    let middle = (room.left() + room.width() * LIST).round();
    let mut left = ui.new_child(UiBuilder::new().max_rect(room.with_max_x(middle)).id_salt("list of edits"));
    left.spacing_mut().item_spacing.y = 0.0;
    let wanted = list::list_ui(&mut left, app, document, &mut view.list, take_focus, queue);
    ui.painter().vline(middle, room.y_range(), Stroke::new(1.0, tokens.hairline));
    let right = room.with_min_x(middle + 1.0);
    let mut right = ui.new_child(UiBuilder::new().max_rect(right).id_salt("what follows"));
    consequences_ui(&mut right, app, document, queue);
    ui.advance_cursor_after_rect(room);
    wanted
}

fn consequences_ui(ui: &mut egui::Ui, app: &App, document: &Document, queue: &mut Vec<Command>) {
    ScrollArea::vertical().id_salt("what follows").auto_shrink(false).show(ui, |ui| {
        let margin = Margin::symmetric(theme::MARGIN as i8, theme::GAP as i8);
        egui::Frame::new().inner_margin(margin).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing = egui::vec2(theme::TIGHT + 1.0, theme::TIGHT);
                follows::follows_ui(ui, app, document, queue);
            });
        });
    });
}

/// What opens over the window: the form, and questions about events.
pub fn sheets_ui(ui: &egui::Ui, app: &App, view: &mut WhatIfView, queue: &mut Vec<Command>) {
    form::form_ui(ui, app, &mut view.form, queue);
    asking::asking_ui(ui, app, &mut view.asking, queue);
}
