//! The timeline as a screen reader has it: one slider, named with its stream and moment.

use egui::accesskit::{Action, Live};
use egui::{EventFilter, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo};

use super::{Stage, focus_id, moment_words};
use crate::app::{Command, Step};
use crate::model::names;
use crate::ui::theme::Tokens;

/// The node that has the focus when the timeline has it.
pub fn focus_ui(ui: &Ui, stage: &Stage<'_>, rect: Rect, queue: &mut Vec<Command>) {
    let response = ui.interact(rect, focus_id(), Sense::focusable_noninteractive());
    let (at, of) = (stage.document.lane_count(), stage.document.lane().len());
    response.widget_info(|| WidgetInfo::slider(true, at as f64, words(stage)));
    ui.accesskit_node_builder(response.id, |node| {
        node.set_live(Live::Polite);
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(of as f64);
        node.add_action(Action::Increment);
        node.add_action(Action::Decrement);
    });
    for (action, step) in [(Action::Increment, Step::Forward), (Action::Decrement, Step::Back)] {
        for _ in 0..ui.input(|input| input.num_accesskit_action_requests(response.id, action)) {
            queue.push(Command::Step(step));
        }
    }
    if response.has_focus() {
        // Its keys are shortcuts: arrows do not lead to the next control.
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    }
}

/// The ring around all of it.
pub fn ring(ui: &Ui, tokens: &Tokens, rect: Rect) {
    if ui.memory(|memory| memory.has_focus(focus_id())) {
        ui.painter().rect_stroke(rect.shrink(1.0), 3.0, Stroke::new(2.0, tokens.focus), StrokeKind::Inside);
    }
}

/// `Timeline, account-A, v4 of 4, Funds withdrawn, 2025-03-04 14:34:12 Europe/Berlin`.
fn words(stage: &Stage<'_>) -> String {
    let document = stage.document;
    let log = &document.opened.log;
    let mut parts = vec!["Timeline".to_owned()];
    if let Some(stream) = &document.stream {
        parts.push(names::shown(stream).to_owned());
        let of = document.lane().len();
        match document.event.filter(|_| document.lane_count() > 0) {
            Some(event) => {
                let version = log.version(event as usize).unwrap_or(document.lane_count() as i64);
                let last = document.lane().last().and_then(|last| log.version(*last as usize)).unwrap_or(of as i64);
                parts.push(format!("v{version} of {last}"));
                parts.push(names::type_words(&log.event_type(log.type_of(event as usize)).name));
            }
            None => parts.push(format!("none of its {of} events yet")),
        }
    }
    parts.push(moment_words(stage));
    parts.join(", ")
}
