//! What can be edited at an event: the same in the table, on the timeline and by keyboard.

use egui::Ui;

use crate::app::{Command, Document, FormCommand, FormStart};
use crate::ui::icons;
use crate::ui::menus::{heading, item, item_response};
use crate::whatif::Edit;

/// Width of the menus.
const WIDTH: f32 = 250.0;

/// The command that opens the form.
pub fn begin(start: FormStart) -> Command {
    Command::Form(FormCommand::Begin(start))
}

/// The edits that can be made at a recorded event, and of the chosen events if it is one of them.
pub fn edit_items(ui: &mut Ui, document: &Document, event: u32, take_focus: bool, queue: &mut Vec<Command>) {
    ui.set_width(WIDTH);
    let chosen = document.chosen_with(event);
    if chosen.len() > 1 {
        heading(ui, &format!("{} selected", document.words_for_all(&chosen)));
        chosen_items(ui, document, event, &chosen, take_focus, queue);
        ui.separator();
    }
    heading(ui, &document.words_for(event));
    let out = document.is_left_out(event);
    let (glyph, words) = if out { (icons::UNDO, "Take back in") } else { (icons::TRASH, "Leave this event out") };
    let key = if chosen.len() < 2 { "Delete" } else { "" };
    let first = item_response(ui, glyph, words, key, true);
    if take_focus && chosen.len() < 2 {
        first.request_focus();
    }
    if first.clicked() {
        queue.push(if out { Command::TakeBack(event) } else { Command::LeaveOut(event) });
    }
    if item(ui, icons::PENCIL, "Change this event…", "E", !out) {
        queue.push(begin(FormStart::Change(event)));
    }
    if item(ui, icons::PLUS, "Insert an event after…", "I", true) {
        queue.push(begin(FormStart::InsertAfter(event)));
    }
    if item(ui, icons::PLUS, "Insert an event before…", "", true) {
        queue.push(begin(FormStart::InsertBefore(event)));
    }
    if item(ui, icons::ARROW_RIGHT, "Move…", "", !out) {
        queue.push(Command::Ask(Some(document.ask_move(event))));
    }
    if item(ui, icons::CLOCK, "Retime from here…", "", !out) {
        queue.push(Command::Ask(Some(document.ask_retime(event))));
    }
    let has_next = document.next_in_lane(event).is_some();
    if item(ui, icons::TO_END, "Skip everything after here", "", has_next) {
        queue.push(Command::SkipAfter(event));
    }
}

fn chosen_items(
    ui: &mut Ui,
    document: &Document,
    event: u32,
    chosen: &[u32],
    take_focus: bool,
    queue: &mut Vec<Command>,
) {
    let stay = chosen.iter().any(|event| !document.is_left_out(*event));
    let words = format!("Leave out {}", document.words_for_all(chosen));
    let first = item_response(ui, icons::TRASH, &words, "Delete", stay);
    if take_focus {
        first.request_focus();
    }
    if first.clicked() {
        queue.push(Command::LeaveOutChosen);
    }
    if item(ui, icons::CLOCK, "Retime them…", "", stay) {
        queue.push(Command::Ask(Some(document.ask_retime(event))));
    }
    if item(ui, icons::CLOSE, "Select nothing", "Esc", true) {
        queue.push(Command::Choose { events: Vec::new(), anchor: None });
    }
}

/// What can be done with an edit of the active scenario.
pub fn of_edit(ui: &mut Ui, document: &Document, at: usize, queue: &mut Vec<Command>) {
    ui.set_width(WIDTH);
    let Some(edit) = document.active_scenario().draft.edits().nth(at) else { return };
    let change = document.ask_edit(at);
    let words =
        if matches!(&*edit.edit, Edit::Insert(_)) { "Change the inserted event…" } else { "Change this edit…" };
    if item(ui, icons::PENCIL, words, "Enter", change.is_some()) {
        queue.extend(change);
    }
    if let Some(event) = document.edit_words(&edit.edit).event
        && item(ui, icons::ARROW_RIGHT, "Go to its event", "", true)
    {
        queue.push(Command::JumpTo(event));
    }
    let (glyph, words) = if edit.enabled { (icons::EYE_OFF, "Switch off") } else { (icons::EYE, "Switch on") };
    if item(ui, glyph, words, "Space", true) {
        queue.push(Command::SwitchEdit { at, on: !edit.enabled });
    }
    if item(ui, icons::TRASH, "Drop this edit", "Delete", true) {
        queue.push(Command::RemoveEdit(at));
    }
}
