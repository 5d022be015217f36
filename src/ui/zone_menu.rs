//! The choice of the zone of all times: UTC, the system's, and every other by a fragment of its name.

use chrono_tz::Tz;
use egui::{Id, Key, Popup, PopupCloseBehavior, Response, RichText, Role, ScrollArea, WidgetInfo, vec2};

use super::{icons, theme};
use crate::app::{App, Command, ZoneChoice};
use crate::model::{Timestamp, zoned};

/// What is typed into the list, and what it finds.
#[derive(Default)]
pub(super) struct ZoneMenu {
    text: String,
    found: Option<(String, Vec<Tz>)>,
    selected: usize,
    open: bool,
    /// The field has had the focus since the list was opened.
    focused: bool,
}

/// The list under its button; `ask` opens it.
pub(super) fn zone_menu_ui(
    ui: &egui::Ui,
    button: &Response,
    app: &App,
    view: &mut ZoneMenu,
    ask: bool,
    queue: &mut Vec<Command>,
) {
    let id = Popup::default_response_id(button);
    if ask {
        Popup::open_id(ui.ctx(), id);
    }
    let fresh = !view.open;
    let shown = Popup::menu(button)
        .open_memory(if ask { Some(true.into()) } else { button.clicked().then_some(egui::SetOpenCommand::Toggle) })
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .gap(6.0)
        .show(|ui| {
            if fresh {
                *view = ZoneMenu::default();
            }
            list_ui(ui, app, view, fresh, queue)
        });
    view.open = shown.is_some();
    if let Some(shown) = shown
        && shown.inner
    {
        view.open = false;
        Popup::close_id(ui.ctx(), id);
    }
}

/// Whether a zone was chosen.
fn list_ui(ui: &mut egui::Ui, app: &App, view: &mut ZoneMenu, fresh: bool, queue: &mut Vec<Command>) -> bool {
    let tokens = theme::tokens(ui);
    ui.set_width(300.0);
    let (up, down, enter) = ui.input_mut(|input| {
        let mut pressed = |key| input.consume_key(egui::Modifiers::NONE, key);
        (pressed(Key::ArrowUp), pressed(Key::ArrowDown), pressed(Key::Enter))
    });
    let field = theme::field(&mut view.text, "Find a zone: berlin, new york…").id(Id::unique("zone field"));
    let field = ui.add(field.desired_width(f32::INFINITY)).accessible_name("Find a time zone");
    // Its first frame may be one that only measures it: asked for until it is there.
    if !view.focused {
        field.request_focus();
        ui.request_repaint();
        view.focused = field.has_focus() && !fresh;
    }
    if view.found.as_ref().is_none_or(|(text, _)| *text != view.text) {
        view.found = Some((view.text.clone(), zoned::find_zone(&view.text)));
        view.selected = 0;
    }
    let Some((_, found)) = &view.found else { return false };
    // The system's own comes second, where nothing else is asked for.
    let system = view.text.trim().is_empty().then(|| app.system_zone());
    let rows = found.len() + usize::from(system.is_some());
    if rows == 0 {
        ui.label(RichText::new("No zone has this in its name").color(tokens.secondary));
        return false;
    }
    let moved = up || down;
    view.selected = match (up, down) {
        (true, _) => view.selected.saturating_sub(1),
        (_, true) => (view.selected + 1).min(rows - 1),
        _ => view.selected.min(rows - 1),
    };
    let entry = |row: usize| -> (ZoneChoice, Tz, String) {
        match system {
            Some(zone) if row == 1 => (ZoneChoice::System, zone, format!("The system's: {}", zone.name())),
            Some(_) if row > 1 => (ZoneChoice::Named(found[row - 1]), found[row - 1], found[row - 1].name().to_owned()),
            _ => (ZoneChoice::Named(found[row]), found[row], found[row].name().to_owned()),
        }
    };
    let at = app.document.as_ref().and_then(crate::app::Document::cursor_time);
    let mut chosen = enter.then(|| entry(view.selected).0);
    let mut area = ScrollArea::vertical().max_height(320.0).auto_shrink([false, true]);
    if moved {
        let row = theme::ROW;
        area = area.vertical_scroll_offset((view.selected as f32 * row - 140.0).max(0.0));
    }
    area.show_rows(ui, theme::ROW, rows, |ui, range| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for row in range {
            let (choice, zone, name) = entry(row);
            if row_ui(ui, &name, &offset(zone, at), app.settings.zone == choice, row == view.selected) {
                chosen = Some(choice);
            }
        }
    });
    let Some(choice) = chosen else { return false };
    queue.push(Command::SetZone(choice));
    true
}

fn offset(zone: Tz, at: Option<Timestamp>) -> String {
    at.map_or_else(String::new, |at| zoned::offset(at, zone))
}

fn row_ui(ui: &mut egui::Ui, name: &str, offset: &str, chosen: bool, selected: bool) -> bool {
    let tokens = theme::tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW), egui::Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, chosen, format!("{name} {offset}")));
    if selected || response.hovered() {
        ui.painter().rect_filled(rect, theme::RADIUS, tokens.selection);
    }
    theme::focus_ring(ui, &response);
    let painter = ui.painter();
    let at = egui::pos2(rect.left() + 26.0, rect.center().y);
    painter.text(at, egui::Align2::LEFT_CENTER, name, theme::words(theme::BODY), tokens.text);
    let right = rect.right_center() - vec2(10.0, 0.0);
    painter.text(right, egui::Align2::RIGHT_CENTER, offset, theme::mono(theme::SMALL), tokens.secondary);
    if chosen {
        let tick = egui::Rect::from_center_size(egui::pos2(rect.left() + 13.0, rect.center().y), vec2(14.0, 14.0));
        icons::paint(ui, tick, icons::CHECK, theme::ICON_SMALL, tokens.text);
    }
    response.clicked()
}
