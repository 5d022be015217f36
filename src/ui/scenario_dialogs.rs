//! Questions about scenarios: where to save one, which to open, what it is called, and where a fixture goes.

use std::path::{Path, PathBuf};

use egui::RichText;

use super::theme;
use crate::app::{App, Command, Dialog};
use crate::job::{Pick, ScenarioId, Slot};
use crate::report::is_text_fixture;

/// What is typed into these questions.
#[derive(Default)]
pub struct ScenarioDialogView {
    text: String,
    /// The proposal that is in the field.
    proposed: Option<PathBuf>,
    force: bool,
    at_cursor: bool,
    /// Which question is open.
    kind: Option<std::mem::Discriminant<Dialog>>,
    /// The field has just come: it takes the focus, all of it selected.
    fresh: bool,
}

impl ScenarioDialogView {
    /// Forgets what was typed when another question is open.
    pub fn follow(&mut self, dialog: Option<&Dialog>) {
        let kind = dialog.map(std::mem::discriminant);
        if self.kind != kind {
            *self = Self { kind, fresh: true, ..Self::default() };
        }
    }

    /// A new proposal, also one that came from the system's dialog, replaces what is in the field.
    fn propose(&mut self, proposed: &Path) {
        if self.proposed.as_deref() != Some(proposed) {
            self.proposed = Some(proposed.to_owned());
            self.text = proposed.display().to_string();
            self.fresh = true;
        }
    }

    fn path(&self) -> PathBuf {
        PathBuf::from(self.text.trim())
    }
}

/// The question.
pub fn scenario_dialog_ui(
    ui: &mut egui::Ui,
    app: &App,
    view: &mut ScenarioDialogView,
    dialog: &Dialog,
    queue: &mut Vec<Command>,
) {
    let first = view.fresh;
    let busy = |slot: Slot| app.running.iter().any(|running| running.slot == slot);
    match dialog {
        Dialog::SaveScenario { id, proposed, own, problem } => {
            if first {
                view.force = *own;
            }
            save_ui(ui, view, *id, proposed, problem.as_deref(), busy(Slot::WriteScenario), queue);
        }
        Dialog::OpenScenario { proposed, problem } => {
            open_ui(ui, view, proposed, problem.as_deref(), busy(Slot::ReadScenario), queue);
        }
        Dialog::Fixture { stream, proposed, problem } => {
            fixture_ui(ui, app, view, stream, proposed, problem.as_deref(), busy(Slot::Fixture), queue);
        }
        Dialog::RenameScenario { id } => {
            let name = app.document.as_ref().and_then(|document| document.scenarios.get(*id));
            rename_ui(ui, view, *id, name.map_or("", |view| view.draft.name()), first, queue);
        }
        Dialog::CloseScenario { id } => {
            let name = app.document.as_ref().and_then(|document| document.scenarios.get(*id));
            close_ui(ui, *id, name.map_or("", |view| view.draft.name()), queue);
        }
        _ => {}
    }
}

fn heading(ui: &mut egui::Ui, words: &str) {
    ui.set_width(520.0_f32.min(ui.ctx().content_rect().width() - 80.0));
    ui.label(RichText::new(words).font(theme::strong(16.0)));
    ui.add_space(theme::GAP);
}

/// A field for a path with the way to the system's dialog. Whether Enter was pressed in it.
fn path_ui(ui: &mut egui::Ui, view: &mut ScenarioDialogView, name: &str, pick: Pick, queue: &mut Vec<Command>) -> bool {
    let row = ui.horizontal(|ui| {
        let width = ui.available_width() - 90.0;
        let entered = text_ui(ui, view, name, width);
        if ui.button("Browse…").clicked() {
            queue.push(Command::Pick(pick));
        }
        entered
    });
    row.inner
}

fn text_ui(ui: &mut egui::Ui, view: &mut ScenarioDialogView, name: &str, width: f32) -> bool {
    let id = egui::Id::unique(("scenario dialog", name));
    let field = theme::field(&mut view.text, name).id(id).desired_width(width).show(ui);
    let response = field.response.response.accessible_name(name);
    if std::mem::take(&mut view.fresh) {
        response.request_focus();
        super::keys::select_all(ui, response.id, &view.text);
    }
    let entered = super::keys::entered(ui, &response);
    if entered {
        // Should it not work out, the text can be mended at once.
        response.request_focus();
    }
    entered
}

/// Why the last try failed, then the buttons. Whether it is to be done.
fn finish_ui(
    ui: &mut egui::Ui,
    words: &str,
    possible: bool,
    busy: bool,
    problem: Option<&str>,
    queue: &mut Vec<Command>,
) -> bool {
    let tokens = theme::tokens(ui);
    if let Some(problem) = problem.filter(|_| !busy) {
        let label = ui.add(egui::Label::new(RichText::new(problem).color(tokens.bad)).wrap());
        super::announce(ui, &label);
    }
    ui.add_space(theme::GAP);
    let row = ui.horizontal(|ui| {
        let done = ui.add_enabled(possible && !busy, egui::Button::new(words)).clicked();
        if ui.button("Cancel").clicked() {
            queue.push(Command::CloseDialog);
        }
        if busy {
            ui.label(RichText::new("At work…").color(tokens.secondary));
        }
        done
    });
    row.inner
}

fn save_ui(
    ui: &mut egui::Ui,
    view: &mut ScenarioDialogView,
    id: ScenarioId,
    proposed: &Path,
    problem: Option<&str>,
    busy: bool,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    view.propose(proposed);
    heading(ui, "Save scenario");
    let text = "A file with the edits, to be sent, opened again, or given to the command line. Edits that are switched \
                off are in it too. The store stays as it is.";
    ui.add(egui::Label::new(RichText::new(text).color(tokens.secondary)).wrap());
    ui.add_space(theme::GAP);
    let entered = path_ui(ui, view, "Path of the scenario", Pick::SaveScenario, queue);
    ui.checkbox(&mut view.force, "Replace a file that is there");
    let possible = !view.text.trim().is_empty();
    let save = finish_ui(ui, "Save", possible, busy, problem, queue);
    if (save || entered) && possible && !busy {
        queue.push(Command::SaveScenario { id, out: view.path(), force: view.force });
    }
}

fn open_ui(
    ui: &mut egui::Ui,
    view: &mut ScenarioDialogView,
    proposed: &Path,
    problem: Option<&str>,
    busy: bool,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    view.propose(proposed);
    heading(ui, "Open scenario");
    let text = "Opened beside the scenarios that are there. Each edit is held against this store: what does not fit is \
                marked and switched off. A scenario file can also be dropped on the window.";
    ui.add(egui::Label::new(RichText::new(text).color(tokens.secondary)).wrap());
    ui.add_space(theme::GAP);
    let entered = path_ui(ui, view, "Path of the scenario", Pick::Scenario, queue);
    let possible = !view.text.trim().is_empty();
    let open = finish_ui(ui, "Open", possible, busy, problem, queue);
    if (open || entered) && possible && !busy {
        queue.push(Command::OpenScenario(view.path()));
    }
}

#[expect(clippy::too_many_arguments, reason = "what is drawn, and what it changes")]
fn fixture_ui(
    ui: &mut egui::Ui,
    app: &App,
    view: &mut ScenarioDialogView,
    stream: &std::sync::Arc<str>,
    proposed: &Path,
    problem: Option<&str>,
    busy: bool,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    view.propose(proposed);
    heading(ui, "Export as fixture");
    let edits = app.document.as_ref().is_some_and(crate::app::Document::has_edits);
    let what = if edits { "with the edits" } else { "as recorded" };
    let shown = crate::model::names::shown(stream);
    let text = format!(
        "For the tests of those who write the system: given these events of {shown}, {what}, when this one comes, \
         then this is the state, and these rules hold."
    );
    ui.add(egui::Label::new(RichText::new(text).color(tokens.secondary)).wrap());
    ui.add_space(theme::GAP);
    let telling = if edits { "At the first difference, where rules break, and at the end" } else { "At the end" };
    ui.radio_value(&mut view.at_cursor, false, telling);
    ui.radio_value(&mut view.at_cursor, true, "At the cursor");
    ui.add_space(theme::TIGHT);
    let mut text_form = is_text_fixture(&view.path());
    let before = text_form;
    ui.horizontal(|ui| {
        ui.radio_value(&mut text_form, false, "JSON for a test to read");
        ui.radio_value(&mut text_form, true, "Text for people");
    });
    if text_form != before {
        let path = view.path().with_extension(if text_form { "md" } else { "json" });
        view.text = path.display().to_string();
    }
    ui.add_space(theme::TIGHT);
    let entered = path_ui(ui, view, "Path of the fixture", Pick::SaveFixture, queue);
    ui.checkbox(&mut view.force, "Replace a file that is there");
    let possible = !view.text.trim().is_empty();
    let write = finish_ui(ui, "Export", possible, busy, problem, queue);
    if (write || entered) && possible && !busy {
        let (out, force, at_cursor) = (view.path(), view.force, view.at_cursor);
        queue.push(Command::WriteFixture { stream: stream.clone(), at_cursor, out, force });
    }
}

fn rename_ui(
    ui: &mut egui::Ui,
    view: &mut ScenarioDialogView,
    id: ScenarioId,
    name: &str,
    first: bool,
    queue: &mut Vec<Command>,
) {
    if first {
        name.clone_into(&mut view.text);
    }
    heading(ui, "Rename scenario");
    let width = ui.available_width() - 20.0;
    let entered = text_ui(ui, view, "Name of the scenario", width);
    let possible = !view.text.trim().is_empty();
    let rename = finish_ui(ui, "Rename", possible, false, None, queue);
    if (rename || entered) && possible {
        queue.push(Command::RenameScenario(id, view.text.trim().to_owned()));
        queue.push(Command::CloseDialog);
    }
}

fn close_ui(ui: &mut egui::Ui, id: ScenarioId, name: &str, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    heading(ui, "Close the scenario?");
    ui.add(egui::Label::new(format!("\"{name}\" has edits that are in no file. Closing it drops them.")).wrap());
    ui.add_space(theme::GAP);
    ui.horizontal(|ui| {
        let save = ui.button("Save it first…");
        if ui.memory(|memory| memory.focused().is_none()) {
            // Enter does what takes nothing away.
            save.request_focus();
        }
        if save.clicked() {
            queue.push(Command::CloseDialog);
            queue.push(Command::AskSaveScenario(id));
        }
        if ui.button(RichText::new("Close it").color(tokens.bad)).clicked() {
            queue.push(Command::CloseDialog);
            queue.push(Command::CloseScenario(id));
        }
        if ui.button("Cancel").clicked() {
            queue.push(Command::CloseDialog);
        }
    });
}
