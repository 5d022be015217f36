//! The palette: everything that can be done or gone to, by typing.

use egui::{Align2, Id, Key, Modal, Modifiers, Rect, Role, ScrollArea, Sense, TextEdit, WidgetInfo, vec2};

use super::{ViewState, elide, icons, keys, theme};
use crate::app::palette::{Entry, Finder, Target};
use crate::app::{App, Command, Sheet};

/// What is typed into the palette, and what it finds.
#[derive(Default)]
pub struct PaletteView {
    text: String,
    finder: Finder,
    selected: usize,
    open: bool,
}

/// Height of an entry.
const ENTRY: f32 = 30.0;

/// The palette, if it is open.
pub fn palette_ui(ui: &egui::Ui, app: &App, view: &mut ViewState, queue: &mut Vec<Command>) {
    let view = &mut view.palette;
    if app.sheet != Some(Sheet::Palette) {
        view.open = false;
        return;
    }
    let fresh = !view.open;
    if fresh {
        view.text.clear();
        view.selected = 0;
        view.finder.reset();
        view.open = true;
    }
    let id = Id::unique("palette");
    let room = ui.ctx().content_rect();
    let top = (room.height() * 0.12).min(110.0);
    let area = Modal::default_area(id).anchor(Align2::CENTER_TOP, vec2(0.0, top));
    let frame = egui::Frame::popup(ui.style()).inner_margin(10);
    let modal = Modal::new(id).frame(frame).area(area).show(ui.ctx(), |ui| {
        ui.set_width(620.0_f32.min(room.width() - 48.0));
        contents_ui(ui, app, view, fresh, room.height() - top - 130.0, queue);
    });
    if modal.should_close() {
        queue.push(Command::CloseDialog);
    }
}

fn contents_ui(
    ui: &mut egui::Ui,
    app: &App,
    view: &mut PaletteView,
    fresh: bool,
    height: f32,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    let (up, down, enter, page) = ui.input_mut(|input| {
        let mut pressed = |key| input.consume_key(Modifiers::NONE, key);
        let page = i32::from(pressed(Key::PageDown)) - i32::from(pressed(Key::PageUp));
        (pressed(Key::ArrowUp), pressed(Key::ArrowDown), pressed(Key::Enter), page)
    });
    let field = TextEdit::singleline(&mut view.text)
        .id(Id::unique("palette field"))
        .hint_text("Do or go to anything: a command, a stream, a file, a zone")
        .align(Align2::LEFT_CENTER)
        .margin(egui::Margin::symmetric(10, 7))
        .desired_width(f32::INFINITY);
    let field = ui.add(field).accessible_name("Command or stream");
    if fresh || !field.has_focus() {
        field.request_focus();
    }
    if view.finder.advance(app, &view.text) {
        ui.request_repaint();
    }
    if field.changed() {
        view.selected = 0;
    }
    ui.add_space(theme::TIGHT);
    let entries = view.finder.entries();
    let Some(last) = entries.len().checked_sub(1) else {
        ui.label(egui::RichText::new("Nothing has this in its name").color(tokens.secondary));
        return;
    };
    let step = i32::from(down) - i32::from(up) + page * 10;
    view.selected = (view.selected as i32 + step).clamp(0, last as i32) as usize;
    let mut chosen = enter.then_some(view.selected);
    let shown = height.clamp(90.0, 420.0);
    let mut area = ScrollArea::vertical().max_height(shown).min_scrolled_height(shown).auto_shrink([false, true]);
    if step != 0 {
        let here = view.selected as f32 * ENTRY;
        let first = ui.data(|data| data.get_temp::<f32>(Id::unique("palette offset"))).unwrap_or(0.0);
        let offset = first.clamp((here + ENTRY - shown).max(0.0), here);
        area = area.vertical_scroll_offset(offset);
    } else if field.changed() {
        area = area.vertical_scroll_offset(0.0);
    }
    let output = area.show_rows(ui, ENTRY, entries.len(), |ui, range| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for at in range {
            if entry_ui(ui, &entries[at], at == view.selected) {
                chosen = Some(at);
            }
        }
    });
    ui.data_mut(|data| data.insert_temp(Id::unique("palette offset"), output.state.clamped_offset().y));
    if let Some(entry) = chosen.and_then(|at| entries.get(at))
        && let Some(command) = entry.target.command(app)
        && entry.why_not.is_none()
    {
        queue.push(Command::CloseDialog);
        queue.push(command);
    }
}

fn entry_ui(ui: &mut egui::Ui, entry: &Entry, selected: bool) -> bool {
    let tokens = theme::tokens(ui);
    let possible = entry.why_not.is_none();
    let detail = match entry.why_not {
        Some(why) => format!("{} · {why}", entry.detail),
        None => entry.detail.clone(),
    };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ENTRY), Sense::click());
    response.widget_info(|| {
        let words = if possible { entry.title.clone() } else { format!("{}, {detail}", entry.title) };
        WidgetInfo::selected(Role::ListBoxOption, possible, selected, words)
    });
    if !ui.is_rect_visible(rect) {
        return response.clicked();
    }
    if selected || response.hovered() {
        // What Enter takes is not what the mouse happens to be over.
        ui.painter().rect_filled(rect, theme::RADIUS, if selected { tokens.selection } else { tokens.raised });
    }
    theme::focus_ring(ui, &response);
    let glyph = match &entry.target {
        Target::Action(_) => icons::COMMAND,
        Target::Stream(_) => icons::CHART_LINE,
        Target::Store(_) => icons::DATABASE,
        Target::Recent(_) | Target::Copy(_) | Target::File(_) => icons::FILE,
        Target::Search(_) => icons::SEARCH,
        Target::Sample(_) => icons::FOLDER_OPEN,
        Target::Zone(_) => icons::GLOBE,
    };
    let icon = Rect::from_center_size(egui::pos2(rect.left() + 18.0, rect.center().y), vec2(14.0, 14.0));
    icons::paint(ui, icon, glyph, theme::ICON_SMALL, tokens.secondary);
    let keys = match &entry.target {
        Target::Action(action) => keys::shortcut_text(ui, action),
        _ => String::new(),
    };
    let small = theme::words(theme::SMALL);
    let right = egui::pos2(rect.right() - 10.0, rect.center().y);
    let keys = ui.painter().text(right, Align2::RIGHT_CENTER, keys, small.clone(), tokens.secondary);
    let colour = if possible { tokens.text } else { tokens.secondary };
    let room = (keys.left() - rect.left() - 46.0).max(40.0);
    let left = rect.left() + 34.0;
    let title = elide::end(ui.painter(), &entry.title, theme::words(theme::BODY), room, colour);
    let width = title.size().x;
    ui.painter().galley(egui::pos2(left, rect.center().y - title.size().y / 2.0), title, colour);
    let rest = room - width - theme::MARGIN;
    if rest > 40.0 {
        let detail = elide::end(ui.painter(), &detail, small, rest, tokens.secondary);
        let at = egui::pos2(left + width + theme::MARGIN, rect.center().y - detail.size().y / 2.0);
        ui.painter().galley(at, detail, tokens.secondary);
    }
    response.clicked()
}
