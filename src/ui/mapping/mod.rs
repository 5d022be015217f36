//! The mapping dialog: tables at the left, what their columns are at the right, rows as events below.

mod preview;
mod roles;
mod tables;

use std::path::PathBuf;

use egui::{Label, RichText, ScrollArea};

use super::theme;
use crate::app::{App, Command, MappingCommand, MappingView};
use crate::job::{Pick, Slot};

/// How large the dialog is at most.
const LARGEST: egui::Vec2 = egui::vec2(1400.0, 940.0);
/// What of the window is not the dialog's: its frame, and the window around it.
const AROUND: egui::Vec2 = egui::vec2(2.0 * 21.0 + 2.0 * theme::GAP, 2.0 * 21.0 + 2.0 * theme::GAP);
/// Width of the tables.
const TABLES: f32 = 232.0;
/// Lower than this the columns leave out the name of their table.
const LOW: f32 = 260.0;

/// What is typed into the dialog.
#[derive(Default)]
pub struct MappingDialogView {
    name: String,
    file: String,
    /// What the fields were filled with.
    filled: Option<(PathBuf, String)>,
    force: bool,
    /// Whether roles that few tables have are shown.
    more: bool,
}

impl MappingDialogView {
    /// Forgets what was typed, for the next time.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}

/// The dialog.
pub fn mapping_ui(ui: &mut egui::Ui, app: &App, view: &mut MappingDialogView, queue: &mut Vec<Command>) {
    let Some(mapping) = &app.mapping else { return };
    let tokens = theme::tokens(ui);
    let size = (ui.ctx().content_rect().size() - AROUND).min(LARGEST);
    ui.set_width(size.x);
    ui.set_height(size.y);
    let name = mapping.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    ui.label(RichText::new(format!("Map the tables of {name}")).font(theme::strong(16.0)));
    let words = if mapping.why.is_some() { "Foldline does not know who wrote these tables. " } else { "" };
    let words = format!("{words}{}", mapping.certainty_words());
    ui.add(Label::new(RichText::new(words).color(tokens.secondary)).wrap());
    ui.add_space(theme::TIGHT);
    if let Some(failure) = mapping.survey.failure() {
        ui.add(Label::new(RichText::new(failure).color(tokens.bad)).wrap());
    } else if mapping.seen().is_none() {
        ui.label(RichText::new("Looking at the tables…").color(tokens.secondary));
    }
    let told = if mapping.told.is_some() { 24.0 } else { 0.0 };
    let foot = 2.0 * theme::FIELD + 3.0 * theme::TIGHT + told;
    let body = (ui.available_height() - foot).max(160.0);
    let below = (body * 0.42).clamp(120.0, preview::HIGHEST);
    let above = body - below - theme::GAP - 2.0 * theme::TIGHT;
    if mapping.seen().is_some() {
        ui.horizontal_top(|ui| {
            let tables = TABLES.min(size.x * 0.22);
            ui.allocate_ui(egui::vec2(tables, above), |ui| {
                ui.set_min_size(egui::vec2(tables, above));
                ui.set_max_width(tables);
                ui.vertical(|ui| tables::tables_ui(ui, mapping, above, queue));
            });
            ui.add_space(theme::GAP);
            let width = ui.available_width();
            ui.allocate_ui(egui::vec2(width, above), |ui| {
                ui.set_min_size(egui::vec2(width, above));
                ui.vertical(|ui| {
                    let area = ScrollArea::vertical().id_salt("columns").max_height(above).auto_shrink([false, false]);
                    area.show(ui, |ui| {
                        // Clear of the scroll bar.
                        ui.set_max_width(ui.available_width() - theme::MARGIN);
                        roles::roles_ui(ui, mapping, &mut view.more, above > LOW, queue);
                    });
                });
            });
        });
        ui.add_space(theme::GAP);
        preview::preview_ui(ui, app, mapping, below);
    }
    foot_ui(ui, app, mapping, view, queue);
}

/// The room that the buttons beside the path take.
fn beside(ui: &egui::Ui) -> f32 {
    let spacing = ui.spacing();
    let width = |words: &str| super::top_bar::width_of(ui, words, theme::words(theme::BODY));
    let buttons: f32 = ["Browse…", "Load", "Save"]
        .into_iter()
        .map(|words| width(words) + 2.0 * spacing.button_padding.x + spacing.item_spacing.x)
        .sum();
    buttons + spacing.icon_width + spacing.icon_spacing + width("Replace") + 2.0 * spacing.item_spacing.x
}

/// What the mapping is called, its file, and what to do with it.
fn foot_ui(
    ui: &mut egui::Ui,
    app: &App,
    mapping: &MappingView,
    view: &mut MappingDialogView,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    let filled = (mapping.file.clone(), mapping.draft.name.clone());
    if view.filled.as_ref() != Some(&filled) {
        view.file = mapping.file.display().to_string();
        view.name.clone_from(&mapping.draft.name);
        view.filled = Some(filled);
    }
    ui.add_space(theme::TIGHT);
    let reading = app.running.iter().any(|running| running.slot == Slot::MappingFile);
    ui.horizontal(|ui| {
        ui.label(RichText::new("Mapping file").color(tokens.secondary));
        let id = egui::Id::unique("mapping file");
        let width = (ui.available_width() - beside(ui)).max(80.0);
        let field = theme::field(&mut view.file, "Path of the mapping file").id(id).desired_width(width);
        ui.add(field).accessible_name("Path of the mapping file");
        if ui.button("Browse…").clicked() {
            queue.push(Command::Pick(Pick::Mapping));
        }
        let path = PathBuf::from(view.file.trim());
        let there = !path.as_os_str().is_empty() && !reading;
        if ui.add_enabled(there, egui::Button::new("Load")).clicked() {
            queue.push(Command::Map(MappingCommand::Load(path.clone())));
        }
        let can_save = there && !mapping.draft.tables.is_empty();
        if ui.add_enabled(can_save, egui::Button::new("Save")).clicked() {
            queue.push(Command::Map(MappingCommand::Save { out: path, force: view.force }));
        }
        ui.checkbox(&mut view.force, "Replace");
    });
    if let Some((good, words)) = &mapping.told {
        let colour = if *good { tokens.good } else { tokens.bad };
        let label = ui.add(Label::new(RichText::new(words).color(colour)).truncate());
        super::announce(ui, &label);
    }
    ui.horizontal(|ui| {
        ui.label(RichText::new("Name").color(tokens.secondary));
        let id = egui::Id::unique("mapping name");
        let field = theme::field(&mut view.name, "Name of the mapping").id(id).desired_width(200.0);
        let response = ui.add(field).accessible_name("Name of the mapping");
        if response.changed() {
            view.filled = Some((mapping.file.clone(), view.name.clone()));
            queue.push(Command::Map(MappingCommand::Rename(view.name.clone())));
        }
        let refusal = mapping.refusal();
        let opening = app.opening.is_some() && app.running.iter().any(|running| running.slot == Slot::Open);
        let open = ui.add_enabled(refusal.is_none() && !opening, egui::Button::new("Open with this mapping"));
        if open.clicked() {
            queue.push(Command::Map(MappingCommand::Open));
        }
        if ui.button("Cancel").clicked() {
            queue.push(Command::CloseDialog);
        }
        if ui.memory(|memory| memory.focused().is_none()) && refusal.is_none() {
            open.request_focus();
        }
        if opening {
            ui.label(RichText::new("Opening…").color(tokens.secondary));
        } else if let Some(refusal) = refusal.filter(|_| mapping.seen().is_some()) {
            ui.add(Label::new(RichText::new(refusal).color(tokens.bad)).truncate());
        }
    });
}
