//! The scenarios as tabs: one is active, a plus begins another.

use egui::{Popup, RichText, Role, Stroke, WidgetInfo, vec2};

use crate::app::{App, Command, Document};
use crate::ui::{icons, menus, theme};

/// Height of the strip, in points.
const HEIGHT: f32 = 30.0;

/// What can be done with the active scenario; a line where there is no name.
const MENU: [(&str, &str); 13] = [
    ("save-scenario", icons::SAVE),
    ("open-scenario", icons::FOLDER_OPEN),
    ("export-fixture", icons::EXTERNAL_LINK),
    ("save-copy", icons::DATABASE),
    ("compensate", icons::CHECK),
    ("", ""),
    ("rename-scenario", icons::FILE),
    ("duplicate-scenario", icons::COPY),
    ("close-scenario", icons::CLOSE),
    ("", ""),
    ("undo", icons::UNDO),
    ("redo", icons::REDO),
    ("clear-edits", icons::TRASH),
];

/// The strip.
pub fn tabs_ui(ui: &mut egui::Ui, document: &Document, queue: &mut Vec<Command>) {
    strip_ui(ui, None, document, queue);
}

/// The strip with a menu of what can be done with the active scenario.
pub fn tabs_with_menu_ui(ui: &mut egui::Ui, app: &App, document: &Document, queue: &mut Vec<Command>) {
    strip_ui(ui, Some(app), document, queue);
}

fn strip_ui(ui: &mut egui::Ui, app: Option<&App>, document: &Document, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let active = document.active_scenario().id;
    let row = ui.horizontal(|ui| {
        ui.set_height(HEIGHT);
        ui.spacing_mut().item_spacing.x = theme::TIGHT;
        ui.add_space(theme::MARGIN);
        for view in document.scenarios.all() {
            let selected = view.id == active;
            let on = view.draft.edits().filter(|edit| edit.enabled).count();
            let colour = if selected { tokens.what_if } else { tokens.secondary };
            let label = RichText::new(format!("◆ {}  {on}", view.draft.name())).color(colour).size(theme::SMALL);
            let fill = if selected { theme::wash(tokens.what_if) } else { egui::Color32::TRANSPARENT };
            let tab = ui.add(egui::Button::new(label).fill(fill).corner_radius(4).min_size(vec2(0.0, 22.0)));
            let edits = if on == 1 { "1 edit".to_owned() } else { format!("{on} edits") };
            let name = format!("Scenario {}, {edits}", view.draft.name());
            tab.widget_info(|| WidgetInfo::selected(Role::Tab, true, selected, &name));
            if tab.clicked() {
                queue.push(Command::ShowScenario(view.id));
            }
            if tab.double_clicked() {
                queue.push(Command::AskRenameScenario(view.id));
            }
            let file = match (&view.file, view.draft.is_modified()) {
                (Some(path), false) => format!("Saved as {}", path.display()),
                (Some(path), true) => format!("Changed since it was saved as {}", path.display()),
                (None, _) => "In no file yet".to_owned(),
            };
            tab.on_hover_text(file);
        }
        if icons::icon_button(ui, icons::PLUS, "New scenario", "Begin another scenario beside these").clicked() {
            queue.push(Command::NewScenario);
        }
        let Some(app) = app else { return };
        let menu = icons::icon_button(ui, icons::MORE, "Menu of the scenario", "");
        Popup::menu(&menu).accessible_name("Scenario").show(|ui| {
            ui.set_width(250.0);
            for (id, glyph) in MENU {
                if id.is_empty() {
                    ui.separator();
                } else {
                    menus::action_item(ui, app, id, glyph, queue);
                }
            }
        });
        if !Popup::is_any_open(ui.ctx()) {
            menu.on_hover_text("Save, open, rename, duplicate, close");
        }
    });
    let y = row.response.rect.bottom() - 0.5;
    ui.painter().hline(ui.max_rect().x_range(), y, Stroke::new(1.0, tokens.hairline));
}
