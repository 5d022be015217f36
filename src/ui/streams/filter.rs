//! What stands above the list: how many are shown, their order, the filter.

use egui::text::{CCursor, CCursorRange};
use egui::{Id, Key, Modifiers, Popup, RichText, vec2};

use super::StreamsView;
use crate::app::{App, Command, Document, StreamSort};
use crate::model::names;
use crate::ui::{icons, text, theme};

/// The filter's field, wherever it is drawn.
fn id() -> Id {
    Id::unique("filter of streams")
}

/// Title, counts, and the order.
pub fn heading_ui(ui: &mut egui::Ui, app: &App, document: &Document, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    ui.horizontal(|ui| {
        ui.label(RichText::new("Streams").font(theme::strong(theme::BODY)));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = theme::TIGHT;
            let sort = icons::icon_button(ui, icons::SORT, "Order of streams", "In which order streams are listed");
            Popup::menu(&sort).show(|ui| sort_ui(ui, app.settings.sort, queue));
            ui.label(RichText::new(super::counts(document)).font(theme::mono(theme::SMALL)).color(tokens.secondary))
                .on_hover_text(format!(
                    "Streams that fit the filter, of {} in the store",
                    text::grouped(document.opened.log.streams().len())
                ));
        });
    });
}

fn sort_ui(ui: &mut egui::Ui, chosen: StreamSort, queue: &mut Vec<Command>) {
    for (sort, words) in [
        (StreamSort::FirstEvent, "By first event"),
        (StreamSort::Name, "By name"),
        (StreamSort::Events, "Most events first"),
        (StreamSort::LastEvent, "Latest event first"),
    ] {
        if ui.selectable_label(sort == chosen, words).clicked() {
            queue.push(Command::SetSort(sort));
            ui.close();
        }
    }
}

/// The field. True if the keyboard goes on into the list.
pub fn field_ui(
    ui: &mut egui::Ui,
    document: &Document,
    view: &mut StreamsView,
    take_focus: bool,
    queue: &mut Vec<Command>,
) -> bool {
    let id = id();
    let focused = ui.memory(|memory| memory.has_focus(id));
    if !focused {
        document.list.filter().clone_into(&mut view.filter);
    }
    // Before the field sees them: it would take the arrow for itself.
    let keys = |key| focused && ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let enter = keys(Key::ArrowDown) || keys(Key::Enter);
    let had_focus = ui.memory(|memory| memory.had_focus_last_frame(id));
    let escaped = (focused || had_focus) && ui.input(|input| input.key_pressed(Key::Escape));
    let room = ui.available_width();
    let clear = !document.list.filter().is_empty();
    ui.scope(|ui| {
        let field = theme::field(&mut view.filter, "Filter streams…").id(id).desired_width(f32::INFINITY);
        let response = ui.add_sized(vec2(room, theme::FIELD), field).accessible_name("Filter streams");
        if take_focus {
            response.request_focus();
            select_all(ui, &view.filter);
        }
        if response.changed() {
            queue.push(Command::FilterStreams(view.filter.clone()));
        }
        let inside = egui::Rect::from_center_size(
            egui::pos2(response.rect.right() - theme::HIT / 2.0, response.rect.center().y),
            egui::Vec2::splat(theme::HIT),
        );
        response.on_hover_text("Part of a name, or a pattern: * for any letters, ? for one");
        if clear {
            let mut over = ui.new_child(egui::UiBuilder::new().max_rect(inside));
            if icons::icon_button(&mut over, icons::CLOSE, "Clear the filter", "Show all streams (Esc)").clicked() {
                queue.push(Command::FilterStreams(String::new()));
                view.filter.clear();
            }
        }
    });
    if escaped && clear {
        queue.push(Command::FilterStreams(String::new()));
        view.filter.clear();
    }
    enter
}

/// The one category that is listed, with a way back to all.
pub fn only_ui(ui: &mut egui::Ui, document: &Document, queue: &mut Vec<Command>) {
    let Some(only) = document.list.only() else { return };
    let tokens = theme::tokens(ui);
    let name = names::shown(document.opened.log.category(only));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let width = (ui.available_width() - theme::HIT).max(20.0);
        ui.scope(|ui| {
            ui.set_max_width(width);
            ui.add(egui::Label::new(RichText::new(format!("{name} only")).color(tokens.secondary)).truncate());
        });
        if icons::icon_button(ui, icons::CLOSE, "Show all categories", "Show all categories").clicked() {
            queue.push(Command::OnlyCategory(None));
        }
    });
}

/// Puts the keyboard into the field, after what is in it.
pub fn focus_at_end(ui: &egui::Ui, text: &str) {
    ui.memory_mut(|memory| memory.request_focus(id()));
    let end = CCursor::new(text.chars().count());
    set_range(ui, CCursorRange::one(end));
}

fn select_all(ui: &egui::Ui, text: &str) {
    set_range(ui, CCursorRange::two(CCursor::new(0), CCursor::new(text.chars().count())));
}

fn set_range(ui: &egui::Ui, range: CCursorRange) {
    let mut state = egui::TextEdit::load_state(ui, id()).unwrap_or_default();
    state.cursor.set_char_range(Some(range));
    state.store(ui, id());
}
