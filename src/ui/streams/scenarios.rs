//! The scenarios at the foot of the panel: which is active, how many edits each has, and a plus for another one.

use egui::text::{CCursor, CCursorRange};
use egui::{
    Id, Key, Mesh, Rect, Response, RichText, Role, ScrollArea, Sense, Stroke, UiBuilder, WidgetInfo, pos2, vec2,
};

use crate::app::{Command, Document, ScenarioView, Tab};
use crate::job::{ScenarioId, StoreKey};
use crate::timeline::Shape;
use crate::ui::{icons, marks, theme};

/// Height of a scenario's row, in points.
const ROW: f32 = theme::ROW - 2.0;
/// Height of the heading.
const HEADING: f32 = 32.0;
/// In a panel lower than this the list of streams keeps its room.
const LOW: f32 = 480.0;

/// A name that is being written.
pub struct Renaming {
    store: StoreKey,
    scenario: ScenarioId,
    name: String,
    /// Whether the field has had the keyboard.
    begun: bool,
}

/// How much room the scenarios take of a panel so high.
pub fn height(document: &Document, full: f32) -> f32 {
    let most = if full < LOW { 3 } else { 6 };
    HEADING + shown(document).min(most) as f32 * ROW
}

/// How many there are to show: one that nobody has used yet is none.
fn shown(document: &Document) -> usize {
    let all = document.scenarios.all().len();
    if all > 1 || document.scenarios.in_use().next().is_some() { all } else { 0 }
}

/// The section.
pub fn scenarios_ui(ui: &mut egui::Ui, document: &Document, renaming: &mut Option<Renaming>, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    ui.spacing_mut().item_spacing.y = 0.0;
    let full = ui.max_rect();
    ui.painter().hline(full.x_range().expand(theme::MARGIN), full.top() + 0.5, Stroke::new(1.0, tokens.hairline));
    ui.horizontal(|ui| {
        ui.set_height(HEADING);
        ui.label(RichText::new("Scenarios").font(theme::strong(theme::SMALL)).color(tokens.secondary));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if icons::icon_button(ui, icons::PLUS, "Add a scenario", "Begin another what-if scenario").clicked() {
                queue.push(Command::NewScenario);
                queue.push(Command::ShowTab(Tab::WhatIf));
            }
        });
    });
    if shown(document) == 0 {
        return;
    }
    let clip = ui.clip_rect();
    ScrollArea::vertical().id_salt("scenarios").auto_shrink(false).show(ui, |ui| {
        // Rows are as wide as their panel.
        ui.set_clip_rect(ui.clip_rect().expand2(vec2(theme::MARGIN, 0.0)).intersect(clip));
        for view in document.scenarios.all() {
            row_ui(ui, document, view, renaming, queue);
        }
    });
}

fn row_ui(
    ui: &mut egui::Ui,
    document: &Document,
    view: &ScenarioView,
    renaming: &mut Option<Renaming>,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let wide = rect.expand2(vec2(theme::MARGIN, 0.0));
    let this = (document.opened.key, view.id);
    let left = rect.left() + 18.0;
    let mut mesh = Mesh::default();
    marks::add(&mut mesh, Shape::Diamond, pos2(rect.left() + 5.0, rect.center().y), 5.0, tokens.what_if);
    if renaming.as_ref().is_some_and(|renaming| (renaming.store, renaming.scenario) == this) {
        ui.painter().add(egui::Shape::mesh(mesh));
        let field = Rect::from_min_max(pos2(left - 6.0, rect.top()), rect.max);
        rename_ui(ui, field, view, renaming, queue);
        return;
    }
    let active = view.id == document.active_scenario().id;
    let on = view.draft.edits().filter(|edit| edit.enabled).count();
    let edits = if on == 1 { "1 edit".to_owned() } else { format!("{on} edits") };
    let response = ui.interact(wide, ui.make_persistent_id(("scenario", view.id)), Sense::click());
    let name = view.draft.name();
    let spoken = format!("{name}, scenario with {edits}");
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, active, &spoken));
    if active {
        ui.painter().rect_filled(wide, 0, theme::wash(tokens.what_if));
    } else if response.hovered() {
        ui.painter().rect_filled(wide, 0, tokens.raised);
    }
    ui.painter().add(egui::Shape::mesh(mesh));
    let count = ui.painter().layout_no_wrap(on.to_string(), theme::mono(theme::SMALL), tokens.secondary);
    let right = rect.right() - count.size().x;
    ui.painter().galley(pos2(right, rect.center().y - count.size().y / 2.0), count, tokens.secondary);
    let colour = if active { tokens.text } else { tokens.secondary };
    let mut job = egui::text::LayoutJob::simple_singleline(name.to_owned(), theme::words(theme::BODY), colour);
    job.wrap = egui::text::TextWrapping::truncate_at_width((right - theme::GAP - left).max(20.0));
    let galley = ui.painter().layout_job(job);
    let cut = galley.elided;
    ui.painter().galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, colour);
    theme::focus_ring(ui, &response);
    let f2 = response.has_focus() && ui.input(|input| input.key_pressed(Key::F2));
    if response.double_clicked() || f2 {
        *renaming = Some(Renaming { store: this.0, scenario: view.id, name: name.to_owned(), begun: false });
    } else if response.clicked() {
        queue.push(Command::ShowScenario(view.id));
    }
    menu_ui(&response, this, view, renaming, queue);
    response.on_hover_text(match cut {
        true => format!("{name}: {edits}. Click to work on it, double-click to rename it"),
        false => "Click to work on it, double-click to rename it".to_owned(),
    });
}

fn menu_ui(
    response: &Response,
    this: (StoreKey, ScenarioId),
    view: &ScenarioView,
    renaming: &mut Option<Renaming>,
    queue: &mut Vec<Command>,
) {
    response.context_menu(|ui| {
        if ui.button("Rename").clicked() {
            let name = view.draft.name().to_owned();
            *renaming = Some(Renaming { store: this.0, scenario: this.1, name, begun: false });
        }
        if ui.button("Duplicate").clicked() {
            queue.push(Command::DuplicateScenario(view.id));
        }
        if ui.button("Show its edits").clicked() {
            queue.push(Command::ShowScenario(view.id));
            queue.push(Command::ShowTab(Tab::WhatIf));
        }
        if ui.button("Close").clicked() {
            queue.push(Command::AskCloseScenario(view.id));
        }
    });
}

/// The field in which a name is written: Enter takes it, Escape leaves it as it was.
fn rename_ui(
    ui: &mut egui::Ui,
    rect: Rect,
    view: &ScenarioView,
    renaming: &mut Option<Renaming>,
    queue: &mut Vec<Command>,
) {
    let Some(writing) = renaming else { return };
    let id = Id::unique("name of a scenario");
    let escaped = ui.input(|input| input.key_pressed(Key::Escape));
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect));
    let field = theme::field(&mut writing.name, "Name").id(id).desired_width(f32::INFINITY);
    let response = child.add_sized(rect.size(), field).accessible_name("Name of the scenario");
    if !writing.begun {
        writing.begun = true;
        response.request_focus();
        let mut state = egui::TextEdit::load_state(ui, id).unwrap_or_default();
        let end = CCursor::new(writing.name.chars().count());
        state.cursor.set_char_range(Some(CCursorRange::two(CCursor::new(0), end)));
        state.store(ui, id);
        return;
    }
    if response.has_focus() && !escaped {
        return;
    }
    let name = writing.name.trim().to_owned();
    if !escaped && !name.is_empty() && name != view.draft.name() {
        queue.push(Command::RenameScenario(view.id, name));
    }
    *renaming = None;
}
