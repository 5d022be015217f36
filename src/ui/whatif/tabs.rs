//! The scenarios as tabs: one is active, a plus begins another.

use egui::{RichText, Role, Stroke, WidgetInfo, vec2};

use crate::app::{Asking, Command, Document};
use crate::ui::menus::item;
use crate::ui::{icons, theme};

/// Height of the strip, in points.
const HEIGHT: f32 = 30.0;

/// The strip.
pub fn tabs_ui(ui: &mut egui::Ui, document: &Document, queue: &mut Vec<Command>) {
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
            let rename = || Command::Ask(Some(Asking::Rename(view.id, view.draft.name().to_owned())));
            if tab.double_clicked() {
                queue.push(rename());
            }
            tab.context_menu(|ui| {
                ui.set_min_width(200.0);
                if item(ui, icons::PENCIL, "Rename…", "", true) {
                    queue.push(rename());
                }
                if item(ui, icons::COPY, "Duplicate", "", view.has_edits()) {
                    queue.push(Command::DuplicateScenario(view.id));
                }
                let close = match view.draft.len() {
                    0 => "Close".to_owned(),
                    1 => "Close and drop its edit".to_owned(),
                    count => format!("Close and drop its {count} edits"),
                };
                if item(ui, icons::CLOSE, &close, "", view.is_in_use()) {
                    queue.push(Command::CloseScenario(view.id));
                }
            });
            tab.on_hover_text("Double-click to rename");
        }
        if icons::icon_button(ui, icons::PLUS, "New scenario", "Begin another scenario beside these").clicked() {
            queue.push(Command::NewScenario);
        }
    });
    let y = row.response.rect.bottom() - 0.5;
    ui.painter().hline(ui.max_rect().x_range(), y, Stroke::new(1.0, tokens.hairline));
}
