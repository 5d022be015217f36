//! The Compare tab: what differs over time, and events side by side.

mod cells;
mod heading;
mod lines;
mod over_time;
mod side_by_side;

use crate::app::{App, Command, Document};
use crate::ui::notices::note_ui;
use crate::ui::whatif;

/// What the tab keeps from one frame to the next.
#[derive(Default)]
pub struct CompareView {
    shows: Shows,
    over_time: over_time::OverTimeView,
    side_by_side: side_by_side::SideBySideView,
}

/// Which of its tables the tab shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Shows {
    #[default]
    OverTime,
    SideBySide,
}

/// The tab; gives the recorded events whose rows are in sight.
pub fn compare_ui(
    ui: &mut egui::Ui,
    app: &App,
    document: &Document,
    view: &mut CompareView,
    take_focus: bool,
    queue: &mut Vec<Command>,
) -> Vec<u32> {
    whatif::tabs_ui(ui, document, queue);
    heading::heading_ui(ui, app, document, &mut view.shows, queue);
    if !document.comparison.is_asked() {
        note_ui(ui, "Nothing is edited yet. Leave out an event, or change one, and compare what comes of it here.");
        return Vec::new();
    }
    let stream = document.stream.as_deref().unwrap_or_default();
    if heading::is_untouched(document, stream) {
        heading::elsewhere_ui(ui, document, stream, queue);
        return Vec::new();
    }
    match view.shows {
        Shows::OverTime => {
            over_time::over_time_ui(ui, app, document, &mut view.over_time, take_focus, queue);
            Vec::new()
        }
        Shows::SideBySide => {
            side_by_side::side_by_side_ui(ui, app, document, &mut view.side_by_side, take_focus, queue)
        }
    }
}
