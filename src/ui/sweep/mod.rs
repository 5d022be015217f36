//! The Sweep tab: what comes of a range of values in one edit.

use crate::app::{App, Command, Document};
use crate::ui::whatif;

/// What the tab keeps from one frame to the next.
#[derive(Default)]
pub struct SweepView {}

/// The tab.
pub fn sweep_ui(
    ui: &mut egui::Ui,
    _app: &App,
    document: &Document,
    _view: &mut SweepView,
    _take_focus: bool,
    queue: &mut Vec<Command>,
) {
    whatif::tabs_ui(ui, document, queue);
}
