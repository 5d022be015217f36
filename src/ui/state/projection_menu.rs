//! Which projection makes the state, and the way to another one.

use std::path::PathBuf;
use std::sync::Arc;

use egui::{AtomExt as _, Button, Popup, RichText, WidgetInfo};

use crate::app::actions::action;
use crate::app::{App, Command, Document};
use crate::job::{Pick, ProjectionChoice};
use crate::replay::{ProjectionInfo, ProjectionKind};
use crate::ui::notices::file_url;
use crate::ui::{icons, theme};

/// What a stream's states are made with.
pub fn of_stream(document: &Document, stream: &str) -> Option<Arc<ProjectionInfo>> {
    let log = &document.opened.log;
    let category = log.stream(log.find_stream(stream)?).category;
    document.opened.projections.get(category.0 as usize).cloned()
}

/// A projection in words: `Bank account (rules)`.
fn words_for(info: &ProjectionInfo) -> String {
    let kind = match info.kind {
        ProjectionKind::Automatic => return "No rules".to_owned(),
        ProjectionKind::Rules => "rules",
        ProjectionKind::Script => "script",
        ProjectionKind::Command => "command",
    };
    format!("{} ({kind})", info.title)
}

/// The button that says which it is and opens the menu.
pub fn projection_menu_ui(
    ui: &mut egui::Ui,
    document: &Document,
    info: &ProjectionInfo,
    rules: Option<&PathBuf>,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    let words = words_for(info);
    let arrow = icons::icon(icons::CHEVRON_DOWN, theme::ICON_SMALL).color(tokens.secondary);
    let text = RichText::new(&words).color(tokens.secondary).atom_shrink(true);
    let response = ui.add(Button::new((text, arrow)).truncate());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, format!("Made by: {words}")));
    Popup::menu(&response).show(|ui| menu_ui(ui, document, rules, queue));
}

fn menu_ui(ui: &mut egui::Ui, document: &Document, rules: Option<&PathBuf>, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    ui.set_max_width(340.0);
    let in_use = document.opened.rules.as_ref();
    let mut item = |ui: &mut egui::Ui, glyph: &str, words: &str, command: Command| {
        if icons::labelled_button(ui, glyph, words).clicked() {
            queue.push(command);
            ui.close();
        }
    };
    let chosen = |chosen: bool| if chosen { icons::CHECK } else { " " };
    let automatic = Command::UseProjection(ProjectionChoice::Automatic);
    item(ui, chosen(in_use.is_none()), "Last value of each field", automatic);
    if let Some(path) = rules {
        let name =
            path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
        let again = Command::UseProjection(ProjectionChoice::File(path.clone()));
        item(ui, chosen(in_use == Some(path)), &name, again);
    }
    ui.separator();
    item(ui, icons::FOLDER_OPEN, "Use a projection file…", Command::Pick(Pick::Rules));
    if let Some(category) = document.stream_index().map(|stream| document.opened.log.stream(stream).category) {
        item(ui, icons::PENCIL, "Make rules…", Command::AskRules(category));
    }
    if let Some(path) = in_use {
        ui.separator();
        if icons::labelled_button(ui, icons::EXTERNAL_LINK, "Open the rule file in an editor").clicked() {
            ui.ctx().open_url(egui::OpenUrl::new_tab(file_url(path)));
            ui.close();
        }
        item(ui, icons::COPY, "Copy its path", Command::CopyText(path.display().to_string()));
        let path = RichText::new(path.display().to_string()).font(theme::words(theme::SMALL)).color(tokens.secondary);
        ui.add(egui::Label::new(path).wrap());
    }
}

/// The way to rules where there are none.
pub fn rules_button_ui(ui: &mut egui::Ui, app: &App, queue: &mut Vec<Command>) {
    let Some(action) = action("make-rules") else { return };
    let command = (action.command)(app);
    let button = ui.add_enabled(command.is_some(), Button::new(action.text)).on_hover_text(action.tooltip);
    if button.clicked() {
        queue.extend(command);
    }
}
