//! The What-if tab: the scenarios, the edits of the active one, and what follows from them.

mod compensation;
mod tabs;

pub use compensation::{CompensationView, compensation_ui};
pub use tabs::tabs_ui;

use crate::app::{App, Command, Document};
use crate::ui::theme;

/// What the tab keeps from one frame to the next.
#[derive(Default)]
pub struct WhatIfView {}

/// The tab.
pub fn whatif_ui(
    ui: &mut egui::Ui,
    _app: &App,
    document: &Document,
    _view: &mut WhatIfView,
    _take_focus: bool,
    queue: &mut Vec<Command>,
) {
    tabs_ui(ui, document, queue);
    let tokens = theme::tokens(ui);
    for edit in document.active_scenario().draft.edits() {
        ui.label(egui::RichText::new(crate::whatif::describe(&edit.edit)).color(tokens.text));
    }
}
