//! The Compare tab: what differs over time, and events side by side.

use crate::app::{App, Command, Document};
use crate::ui::whatif;

/// What the tab keeps from one frame to the next.
#[derive(Default)]
pub struct CompareView {}

/// The tab.
pub fn compare_ui(
    ui: &mut egui::Ui,
    _app: &App,
    document: &Document,
    _view: &mut CompareView,
    _take_focus: bool,
    queue: &mut Vec<Command>,
) {
    whatif::tabs_ui(ui, document, queue);
}
