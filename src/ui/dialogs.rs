//! Questions to the user.

use egui::{Id, Modal, RichText};

use super::{ViewState, theme};
use crate::app::{App, Command, Dialog};
use crate::job::{Pick, Slot};

/// The question that is open, if one is.
pub fn dialogs_ui(ui: &mut egui::Ui, app: &App, view: &mut ViewState, queue: &mut Vec<Command>) {
    let Some(Dialog::SaveCopy { proposed, contents }) = &app.dialog else {
        view.copy_proposed = None;
        view.copy_force = false;
        return;
    };
    // A new proposal, also one that came from the system's dialog, replaces what is in the field.
    if view.copy_proposed.as_ref() != Some(proposed) {
        view.copy_proposed = Some(proposed.clone());
        view.copy_path = proposed.display().to_string();
    }
    let tokens = theme::tokens(ui);
    let writing = app.running.iter().any(|running| running.slot == Slot::Copy);
    let modal = Modal::new(Id::unique("save copy")).show(ui.ctx(), |ui| {
        ui.set_width(520.0);
        ui.label(RichText::new("Save as copy").font(theme::strong(16.0)));
        ui.add_space(theme::GAP);
        ui.label(contents);
        ui.label(RichText::new("The opened store stays as it is.").color(tokens.secondary));
        ui.add_space(theme::GAP);
        let entered = ui.horizontal(|ui| {
            let field = egui::TextEdit::singleline(&mut view.copy_path).hint_text("Path of the copy");
            let field = ui.add(field.desired_width(ui.available_width() - 90.0)).accessible_name("Path of the copy");
            if ui.memory(|memory| memory.focused().is_none()) {
                field.request_focus();
            }
            if ui.button("Browse…").clicked() {
                queue.push(Command::Pick(Pick::SaveCopy));
            }
            // Enter saves from the field alone: on a button it presses that button.
            field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter))
        });
        let entered = entered.inner;
        ui.checkbox(&mut view.copy_force, "Replace a file that is there");
        ui.add_space(theme::GAP);
        ui.horizontal(|ui| {
            let path = view.copy_path.trim().to_owned();
            let possible = !path.is_empty() && !writing;
            let save = ui.add_enabled(possible, egui::Button::new("Save copy")).clicked();
            if (save || entered) && possible {
                queue.push(Command::SaveCopy { out: path.into(), force: view.copy_force });
            }
            if ui.button("Cancel").clicked() {
                ui.close();
            }
            if writing {
                ui.label(RichText::new("Writing…").color(tokens.secondary));
            }
        });
    });
    if modal.should_close() {
        queue.push(Command::CloseDialog);
    }
}
