//! What stands there before a store is open.

use egui::RichText;

use super::{ViewState, theme};
use crate::app::{App, Command};
use crate::job::Pick;

/// What is typed on the welcome screen.
#[derive(Default)]
pub struct WelcomeView {
    path_text: String,
}

/// Ways to open a store, and what Foldline does to it: nothing.
pub fn welcome_ui(ui: &mut egui::Ui, app: &App, view: &mut ViewState, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    ui.add_space(ui.available_height() * 0.18);
    ui.vertical_centered(|ui| {
        ui.set_max_width(560.0);
        ui.label(RichText::new("Open an event store").font(theme::strong(22.0)));
        ui.add_space(theme::GAP);
        let promise = "Foldline only reads. What-if edits live in memory, and saving them writes a new file.";
        ui.label(RichText::new(promise).color(tokens.secondary));
        ui.add_space(20.0);
        if let Some(path) = &app.opening {
            ui.label(format!("Opening {}…", path.display()));
            return;
        }
        ui.horizontal(|ui| {
            let field = egui::TextEdit::singleline(&mut view.welcome.path_text)
                .hint_text("Path of a SQLite event store")
                .desired_width(ui.available_width() - 170.0);
            let response = ui.add(field).accessible_name("Path of a SQLite event store");
            let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            let path = view.welcome.path_text.trim();
            let open = ui.add_enabled(!path.is_empty(), egui::Button::new("Open")).clicked();
            if (open || entered) && !path.is_empty() {
                queue.push(Command::Open(path.into()));
            }
            if ui.button("Browse…").clicked() {
                queue.push(Command::Pick(Pick::Open));
            }
        });
        ui.add_space(theme::GAP);
        ui.horizontal(|ui| {
            for sample in crate::sample::samples() {
                let (rect, _) = ui.allocate_exact_size(egui::vec2(176.0, 96.0), egui::Sense::hover());
                ui.painter().rect_filled(rect, theme::RADIUS_LARGE, tokens.raised);
                super::welcome_art::picture(ui, rect, sample.name);
            }
        });
        ui.label(RichText::new("You can also drop a file on this window.").color(tokens.secondary));
    });
}
