//! The question before a copy is written: what it is to be, what that comes to, and where it goes.

use std::path::{Path, PathBuf};

use egui::text::{CCursor, CCursorRange};
use egui::{Label, RichText, ScrollArea};

use super::theme;
use crate::app::{App, Command, CopyChoice, copy_words, refusal_words};
use crate::job::{Pick, Slot};

/// Height for what a copy would hold, less in a low window: a few lines, more can be scrolled to.
const HEIGHT: f32 = 220.0;
/// Height of everything else in the question.
const BESIDES: f32 = 430.0;

/// What is typed into the question.
#[derive(Default)]
pub struct CopyDialogView {
    path: String,
    proposed: Option<PathBuf>,
    force: bool,
    /// Enter was pressed before it was known what the copy would hold: it is written when that is known.
    hurried: bool,
}

impl CopyDialogView {
    /// Forgets what was typed, for the next time.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}

/// The question.
pub fn copy_dialog_ui(
    ui: &mut egui::Ui,
    app: &App,
    view: &mut CopyDialogView,
    proposed: &Path,
    problem: Option<&str>,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    let writing = app.running.iter().any(|running| running.slot == Slot::Copy);
    // A new proposal, also one that came from the system's dialog, replaces what is in the field.
    let is_new = view.proposed.as_deref() != Some(proposed);
    if is_new {
        view.proposed = Some(proposed.to_owned());
        view.path = proposed.display().to_string();
    }
    ui.set_width(560.0);
    ui.label(RichText::new("Save as copy").font(theme::strong(16.0)));
    ui.label(RichText::new("The opened store stays as it is.").color(tokens.secondary));
    ui.add_space(theme::GAP);
    choices_ui(ui, app, queue);
    ui.add_space(theme::GAP);
    description_ui(ui, app, queue);
    ui.add_space(theme::GAP);
    let mut hurried = view.hurried;
    let entered = path_ui(ui, view, is_new, queue);
    ui.checkbox(&mut view.force, "Replace a file that is there");
    if let Some(problem) = problem.filter(|_| !writing) {
        ui.add(Label::new(RichText::new(problem).color(tokens.bad)).wrap());
    }
    ui.add_space(theme::GAP);
    ui.horizontal(|ui| {
        let path = view.path.trim().to_owned();
        let possible = !path.is_empty() && !writing && app.copy.is_possible();
        let save = ui.add_enabled(possible, egui::Button::new("Save copy")).clicked();
        let unknown = app.copy.description.is_pending() && problem.is_none();
        view.hurried = (view.hurried || entered) && unknown;
        if (save || entered || std::mem::take(&mut hurried)) && possible {
            queue.push(Command::SaveCopy { out: path.into(), force: view.force });
        }
        if ui.button("Cancel").clicked() {
            ui.close();
        }
        if writing {
            ui.label(RichText::new("Writing…").color(tokens.secondary));
        }
    });
}

fn choices_ui(ui: &mut egui::Ui, app: &App, queue: &mut Vec<Command>) {
    let Some(document) = &app.document else { return };
    let before = app.copy.choice;
    let mut choice = before;
    let edits = document.active_scenario().draft.edits().filter(|edit| edit.enabled).count();
    let whole = match edits {
        0 => "The whole history as recorded".to_owned(),
        1 => "The whole history with 1 edit".to_owned(),
        edits => format!("The whole history with {edits} edits"),
    };
    ui.radio_value(&mut choice.up_to_cursor, false, whole);
    match app.copy_moment() {
        Some(moment) => {
            let until = format!("As recorded up to the cursor: {moment}");
            ui.radio_value(&mut choice.up_to_cursor, true, until);
        }
        None => {
            let until = egui::RadioButton::new(false, "As recorded up to the cursor, which is before the first event");
            ui.add_enabled(false, until);
        }
    }
    let is_foldlines = document.opened.layout == "foldline";
    if !is_foldlines {
        ui.add_space(theme::TIGHT);
        let own = format!("In the store's own layout: {}", document.opened.layout_title);
        match app.own_layout_refusal(choice) {
            None => {
                ui.radio_value(&mut choice.as_foldline, false, own);
            }
            Some(why) => {
                ui.add_enabled(false, egui::RadioButton::new(false, own));
                ui.horizontal_top(|ui| {
                    // Below the words of the choice.
                    ui.add_space(ui.spacing().icon_width + ui.spacing().icon_spacing);
                    let why = RichText::new(why).font(theme::words(theme::SMALL));
                    ui.add(Label::new(why.color(theme::tokens(ui).secondary)).wrap());
                });
            }
        }
        ui.radio_value(&mut choice.as_foldline, true, "In Foldline's layout");
    }
    if !choice.as_foldline {
        let others = app.copy.described().is_some_and(|description| !description.tables_left_out.is_empty());
        let knows = app.copy.described().is_some();
        if choice.whole || others || !knows {
            ui.add_space(theme::TIGHT);
            ui.checkbox(&mut choice.whole, "With all tables of the file");
        }
    }
    if choice != before {
        queue.push(Command::ChooseCopy(choice));
    }
}

/// What the copy would hold: it is said before anything is written.
fn description_ui(ui: &mut egui::Ui, app: &App, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let question = &app.copy;
    if let Some(failure) = question.description.failure() {
        ui.add(Label::new(RichText::new(failure).color(tokens.bad)).wrap());
        return;
    }
    let Some((description, current)) = question.description.value() else {
        ui.label(RichText::new("Looking what it would hold…").color(tokens.secondary));
        return;
    };
    if !current {
        ui.label(RichText::new("Looking what it would hold…").color(tokens.secondary));
        return;
    }
    let layout = format!("It will hold, in the layout {}:", description.layout_title);
    ui.label(RichText::new(layout).color(tokens.secondary));
    let height = (ui.ctx().content_rect().height() - BESIDES).clamp(64.0, HEIGHT);
    ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        for (at, words) in copy_words(description).into_iter().enumerate() {
            let text = RichText::new(words);
            let text = if at == 0 { text } else { text.color(tokens.secondary) };
            ui.add(Label::new(text).wrap());
        }
    });
    if let Some(refusal) = refusal_words(description) {
        ui.add(Label::new(RichText::new(format!("{refusal}. Nothing was written.")).color(tokens.bad)).wrap());
        if description.is_own_layout && description.refusal.is_some() && !is_foldlines(app) {
            let link = egui::Link::new(theme::link("Use Foldline's layout instead", theme::BODY));
            if ui.add(link).clicked() {
                queue.push(Command::ChooseCopy(CopyChoice { as_foldline: true, ..question.choice }));
            }
        }
    }
}

fn is_foldlines(app: &App) -> bool {
    app.document.as_ref().is_some_and(|document| document.opened.layout == "foldline")
}

/// The field for the path. True when Enter was pressed in it.
fn path_ui(ui: &mut egui::Ui, view: &mut CopyDialogView, is_new: bool, queue: &mut Vec<Command>) -> bool {
    let entered = ui.horizontal(|ui| {
        // What is said above it comes and goes: that must not take the focus from it.
        let id = egui::Id::unique("path of the copy");
        let field = egui::TextEdit::singleline(&mut view.path).id(id).hint_text("Path of the copy");
        let field = field.desired_width(ui.available_width() - 90.0).show(ui);
        let response = field.response.response.accessible_name("Path of the copy");
        if is_new {
            // All of it selected: typing replaces the proposal.
            response.request_focus();
            let mut state = field.state;
            let all = CCursorRange::two(CCursor::new(0), CCursor::new(view.path.chars().count()));
            state.cursor.set_char_range(Some(all));
            state.store(ui.ctx(), response.id);
        }
        if ui.button("Browse…").clicked() {
            queue.push(Command::Pick(Pick::SaveCopy));
        }
        // Enter saves from the field alone: on a button it presses that button.
        let entered = super::keys::entered(ui, &response);
        if entered {
            // Should it not be written, the path can be mended at once.
            response.request_focus();
        }
        entered
    });
    entered.inner
}
