//! Questions to the user.

use std::path::{Path, PathBuf};

use egui::{Id, Modal, RichText};

use super::copy_dialog::{CopyDialogView, copy_dialog_ui};
use super::mapping::{MappingDialogView, mapping_ui};
use super::scenario_dialogs::{ScenarioDialogView, scenario_dialog_ui};
use super::{ViewState, theme};
use crate::app::{App, Command, Dialog, Leaving};
use crate::job::{Pick, Slot};
use crate::model::{CategoryIndex, names};

/// What is typed into questions.
#[derive(Default)]
pub struct DialogsView {
    copy: CopyDialogView,
    rules_path: String,
    rules_proposed: Option<PathBuf>,
    rules_force: bool,
    scenario: ScenarioDialogView,
    mapping: MappingDialogView,
    /// How large the question was in the last frame.
    size: egui::Vec2,
    /// The path that was last looked at, and whether there is a file.
    rules_checked: Option<(String, bool)>,
}

/// The question that is open, if one is.
pub fn dialogs_ui(ui: &mut egui::Ui, app: &App, view: &mut ViewState, queue: &mut Vec<Command>) {
    if !matches!(app.dialog, Some(Dialog::SaveCopy { .. })) {
        view.dialogs.copy.forget();
    }
    if !matches!(app.dialog, Some(Dialog::MakeRules { .. })) {
        view.dialogs.rules_proposed = None;
    }
    if !matches!(app.dialog, Some(Dialog::Mapping)) {
        view.dialogs.mapping.forget();
    }
    view.dialogs.scenario.follow(app.dialog.as_ref());
    let modal = match &app.dialog {
        None => return,
        Some(Dialog::SaveCopy { proposed, problem }) => modal(ui, "save copy").show(ui.ctx(), |ui| {
            copy_dialog_ui(ui, app, &mut view.dialogs.copy, proposed, problem.as_deref(), queue);
        }),
        Some(
            dialog @ (Dialog::SaveScenario { .. }
            | Dialog::OpenScenario { .. }
            | Dialog::Fixture { .. }
            | Dialog::RenameScenario { .. }
            | Dialog::CloseScenario { .. }),
        ) => modal(ui, "scenario").show(ui.ctx(), |ui| {
            scenario_dialog_ui(ui, app, &mut view.dialogs.scenario, dialog, queue);
        }),
        Some(Dialog::OpenAnother { path }) => {
            modal(ui, "open another").show(ui.ctx(), |ui| open_another_ui(ui, path, queue))
        }
        Some(Dialog::MakeRules { category, proposed, problem }) => {
            let problem = problem.as_deref();
            let writing = app.running.iter().any(|running| running.slot == Slot::Suggest);
            let name = app.document.as_ref().map(|document| document.opened.log.category(*category).clone());
            modal(ui, "make rules").show(ui.ctx(), |ui| {
                make_rules_ui(
                    ui,
                    view,
                    *category,
                    name.as_deref().map_or("", names::shown),
                    proposed,
                    problem,
                    writing,
                    queue,
                );
            })
        }
        Some(Dialog::Mapping) => modal(ui, "mapping").show(ui.ctx(), |ui| {
            mapping_ui(ui, app, &mut view.dialogs.mapping, queue);
        }),
        Some(Dialog::DropEdits { then }) => modal(ui, "drop edits").show(ui.ctx(), |ui| drop_edits_ui(ui, then, queue)),
    };
    // It stands where the size that it had in the frame before puts it in the middle.
    if std::mem::replace(&mut view.dialogs.size, modal.response.rect.size()) != modal.response.rect.size() {
        ui.request_repaint();
    }
    if modal.should_close() {
        queue.push(Command::CloseDialog);
    }
}

fn modal(ui: &egui::Ui, name: &str) -> Modal {
    let frame = egui::Frame::popup(ui.style()).inner_margin(egui::Margin::same(20));
    Modal::new(Id::unique(name)).frame(frame)
}

fn open_another_ui(ui: &mut egui::Ui, path: &Path, queue: &mut Vec<Command>) {
    ui.set_width(440.0);
    let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    ui.label(RichText::new(format!("Open {name}")).font(theme::strong(16.0)));
    ui.add_space(theme::GAP);
    ui.label("Another store is open. Keep it open beside this one, or close it?");
    ui.add_space(theme::GAP);
    ui.horizontal(|ui| {
        let beside = ui.button("Open beside");
        if ui.memory(|memory| memory.focused().is_none()) {
            // Enter does what takes nothing away.
            beside.request_focus();
        }
        if beside.clicked() {
            queue.push(Command::OpenBeside(path.to_owned()));
        }
        if ui.button("Open instead").clicked() {
            queue.push(Command::OpenInstead(path.to_owned()));
        }
        if ui
            .button("Open together")
            .on_hover_text("Read both as one history: events of both in one order, what both have shown once")
            .clicked()
        {
            queue.push(Command::OpenTogether(vec![path.to_owned()]));
        }
        if ui.button("Cancel").clicked() {
            queue.push(Command::CloseDialog);
        }
    });
}

#[expect(clippy::too_many_arguments, reason = "what is drawn, and what it changes")]
fn make_rules_ui(
    ui: &mut egui::Ui,
    view: &mut ViewState,
    category: CategoryIndex,
    name: &str,
    proposed: &Path,
    problem: Option<&str>,
    writing: bool,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    let view = &mut view.dialogs;
    let is_new = view.rules_proposed.as_deref() != Some(proposed);
    if is_new {
        view.rules_proposed = Some(proposed.to_owned());
        view.rules_path = proposed.display().to_string();
        view.rules_force = false;
    }
    ui.set_width(520.0);
    ui.label(RichText::new(format!("Make rules for {name}")).font(theme::strong(16.0)));
    ui.add_space(theme::GAP);
    let text = "Writes a first version of the rules: a guess by the names of the events and by samples of what they \
                say. Look at it and correct it in any editor; the state follows whenever the file is saved.";
    ui.label(RichText::new(text).color(tokens.secondary));
    ui.add_space(theme::GAP);
    ui.label(RichText::new("Where to write the file").color(tokens.secondary));
    let entered = ui.horizontal(|ui| {
        let width = ui.available_width() - 90.0;
        let field = theme::field(&mut view.rules_path, "Path of the rule file").desired_width(width);
        let field = field.id(Id::unique("path of the rule file"));
        let response = ui.add(field).accessible_name("Path of the rule file");
        if is_new {
            response.request_focus();
        }
        if ui.button("Browse…").clicked() {
            queue.push(Command::Pick(Pick::SaveRules));
        }
        super::keys::entered(ui, &response)
    });
    let path = PathBuf::from(view.rules_path.trim());
    // Looked at when it changes, and again after a try.
    let key = format!("{}{}", view.rules_path, problem.unwrap_or_default());
    if view.rules_checked.as_ref().is_none_or(|(known, _)| *known != key) {
        view.rules_checked = Some((key, path.is_file()));
    }
    let exists = view.rules_checked.as_ref().is_some_and(|(_, exists)| *exists);
    if exists {
        ui.checkbox(&mut view.rules_force, "Replace the file that is there");
    } else {
        view.rules_force = false;
    }
    if let Some(problem) = problem.filter(|_| !writing) {
        ui.add(egui::Label::new(RichText::new(problem).color(tokens.bad)).wrap());
        if let Some(place) = elsewhere(&path).filter(|_| !exists) {
            ui.horizontal_wrapped(|ui| {
                let words = RichText::new("A place that may do:").color(tokens.secondary);
                ui.label(words);
                if ui.add(egui::Link::new(theme::link(place.display().to_string(), theme::BODY))).clicked() {
                    view.rules_path = place.display().to_string();
                }
            });
        }
    } else {
        let text = "Beside the store the rules are found again when it is opened the next time.";
        ui.label(RichText::new(text).font(theme::words(theme::SMALL)).color(tokens.secondary));
    }
    ui.add_space(theme::GAP);
    ui.horizontal(|ui| {
        let possible = !path.as_os_str().is_empty() && !writing && (!exists || view.rules_force);
        let write = ui.add_enabled(possible, egui::Button::new("Write and use")).clicked();
        if (write || entered.inner) && possible {
            queue.push(Command::MakeRules { category, out: path, force: view.rules_force });
        }
        if ui.button("Cancel").clicked() {
            queue.push(Command::CloseDialog);
        }
        if writing {
            ui.label(RichText::new("Writing…").color(tokens.secondary));
        }
    });
}

/// A folder of the user's own for a file that could not be written where it was to be.
fn elsewhere(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?;
    let user = directories::UserDirs::new()?;
    let folders = user.document_dir().into_iter().chain([user.home_dir()]);
    folders.map(|folder| folder.join(name)).find(|place| place != path)
}

fn drop_edits_ui(ui: &mut egui::Ui, then: &Leaving, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    ui.set_width(440.0);
    ui.label(RichText::new("Drop the edits?").font(theme::strong(16.0)));
    ui.add_space(theme::GAP);
    let next = match then {
        Leaving::Close => "Closing the store".to_owned(),
        Leaving::Quit => "Closing the window".to_owned(),
        Leaving::Open(path) | Leaving::OpenCopy(path) => format!("Opening {}", path.display()),
    };
    ui.label(format!("{next} drops the what-if edits. They are saved nowhere."));
    ui.add_space(theme::GAP);
    ui.horizontal(|ui| {
        if ui.button("Keep the edits").clicked() {
            ui.close();
        }
        if ui.button(RichText::new("Drop them").color(tokens.bad)).clicked() {
            queue.push(Command::DropEdits);
        }
    });
}
