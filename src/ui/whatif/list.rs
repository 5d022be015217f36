//! The edits of the active scenario: switched on and off, changed, put in another order, taken out.

use egui::{
    Checkbox, Key, Modifiers, Rect, Response, RichText, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2,
};

use super::menu;
use crate::app::actions::action;
use crate::app::{App, Command, Document, EditWords, FormStart};
use crate::ui::elide;
use crate::ui::rows::{Leap, List, Rows};
use crate::ui::{icons, keys, theme};
use crate::whatif::{DraftEdit, Fit};

/// Height of an edit: what it does, and below it what its event says or why it does not fit.
const EDIT: f32 = 46.0;

/// What the list keeps from one frame to the next.
#[derive(Default)]
pub struct ListView {
    rows: Rows,
    selected: Option<usize>,
    count: usize,
}

/// The list; gives the events that its edits are about, to be read in full.
pub fn list_ui(
    ui: &mut Ui,
    app: &App,
    document: &Document,
    view: &mut ListView,
    take_focus: bool,
    queue: &mut Vec<Command>,
) -> Vec<u32> {
    head_ui(ui, app, document, queue);
    let scenario = document.active_scenario();
    let draft = &scenario.draft;
    if draft.is_empty() {
        nothing_ui(ui, document, queue);
        return Vec::new();
    }
    // A new edit is the one that one goes on with.
    if draft.len() > view.count && view.count > 0 {
        view.selected = Some(draft.len() - 1);
        view.rows.reveal(draft.len() - 1);
    }
    view.count = draft.len();
    view.selected = view.selected.map(|at| at.min(draft.len() - 1));
    let edits: Vec<&DraftEdit> = draft.edits().collect();
    let list = List {
        name: "Edits of the scenario",
        selected: view.selected.map_or_else(String::new, |at| document.edit_words(&edits[at].edit).sentence()),
        role: Role::List,
        height: EDIT,
        count: edits.len(),
        reach: 0.0,
    };
    let mut wanted = Vec::new();
    let mut clicked = None;
    let (selected, mut rows) = (view.selected, std::mem::take(&mut view.rows));
    let (response, _) = rows.show(ui, &list, |ui, rect, at| {
        let words = document.edit_words(&edits[at].edit);
        wanted.extend(words.event);
        let refused = scenario.refused.as_ref().filter(|(edit, _)| *edit == at).map(|(_, why)| why.as_str());
        // What was said of it when its file was opened.
        let fit = scenario.fit(&edits[at].edit);
        let judged = fit.and_then(|fit| fit.words().first()).map(String::as_str);
        let refused = refused.or(judged.filter(|_| matches!(fit, Some(Fit::DoesNotFit(_)))));
        let row = Row { at, edit: edits[at], words: &words, refused, judged, selected: selected == Some(at) };
        let response = edit_ui(ui, rect, document, &row, queue);
        if response.clicked() {
            clicked = Some(at);
        }
        if response.double_clicked() {
            queue.extend(document.ask_edit(at));
        }
        response.context_menu(|ui| menu::of_edit(ui, document, at, queue));
    });
    view.rows = rows;
    if let Some(at) = clicked {
        view.selected = Some(at);
    }
    if clicked.is_some() || take_focus {
        response.request_focus();
    }
    keys_ui(ui, document, view, &response, queue);
    wanted
}

fn head_ui(ui: &mut Ui, app: &App, document: &Document, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let draft = &document.active_scenario().draft;
    let row = ui.horizontal(|ui| {
        ui.set_height(theme::HIT + 2.0);
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.add_space(theme::TIGHT);
        let mut step = |ui: &mut Ui, glyph: &str, verb: &str, words: Option<&str>, command: Command| {
            let name = words.map_or_else(|| verb.to_owned(), |words| format!("{verb}: {words}"));
            let button = ui.add_enabled_ui(words.is_some(), |ui| icons::icon_button(ui, glyph, &name, &name)).inner;
            if button.clicked() {
                queue.push(command);
            }
        };
        step(ui, icons::UNDO, "Undo", draft.undo_words(), Command::Undo);
        step(ui, icons::REDO, "Redo", draft.redo_words(), Command::Redo);
        let room = (ui.available_width() - 3.0 * (theme::HIT + 2.0) - theme::GAP).max(0.0);
        if let Some(words) = draft.undo_words().filter(|_| room > 60.0) {
            ui.scope(|ui| {
                ui.set_max_width(room);
                let words = RichText::new(words).font(theme::words(theme::SMALL)).color(tokens.secondary);
                ui.add(egui::Label::new(words).truncate());
            });
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add_space(theme::TIGHT);
            for (id, glyph) in
                [("save-copy", icons::DOWNLOAD), ("clear-edits", icons::TRASH), ("insert-after", icons::PLUS)]
            {
                if let Some(action) = action(id) {
                    keys::icon_action(ui, app, action, glyph, action.text, queue);
                }
            }
        });
    });
    let y = row.response.rect.bottom() - 0.5;
    ui.painter().hline(ui.max_rect().x_range(), y, Stroke::new(1.0, tokens.hairline));
}

/// How to begin.
fn nothing_ui(ui: &mut Ui, document: &Document, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    // In a low window there is more than fits.
    ScrollArea::vertical().id_salt("how to begin").auto_shrink(false).show(ui, |ui| {
        ui.add_space(theme::MARGIN);
        ui.horizontal(|ui| {
            ui.add_space(theme::MARGIN);
            ui.vertical(|ui| {
                ui.set_max_width(ui.available_width() - theme::MARGIN);
                ui.label(RichText::new("What if history had been different?").font(theme::strong(theme::BODY)));
                ui.add_space(theme::TIGHT);
                let how = "Right-click an event in the table or on the timeline, or select one and press Delete to leave \
                           it out, E to change it, I to insert one after it. The store itself is never changed.";
                ui.add(egui::Label::new(RichText::new(how).color(tokens.secondary)).wrap());
                ui.add_space(theme::GAP);
                let start = match (document.event, &document.stream) {
                    (Some(event), _) => FormStart::InsertAfter(event),
                    (None, Some(stream)) => FormStart::InsertAtEnd(stream.clone()),
                    (None, None) => FormStart::InsertInNewStream,
                };
                if icons::labelled_button(ui, icons::PLUS, "Insert an event…").clicked() {
                    queue.push(menu::begin(start));
                }
            });
        });
    });
}

struct Row<'a> {
    at: usize,
    edit: &'a DraftEdit,
    words: &'a EditWords,
    refused: Option<&'a str>,
    judged: Option<&'a str>,
    selected: bool,
}

fn edit_ui(ui: &mut Ui, rect: Rect, document: &Document, row: &Row<'_>, queue: &mut Vec<Command>) -> Response {
    let tokens = theme::tokens(ui);
    let response = ui.interact(rect, ui.make_persistent_id(("edit", row.at)), Sense::CLICK);
    let sentence = row.words.sentence();
    response.widget_info(|| {
        let mut name = format!("Edit {}: {}", row.at + 1, row.words.full());
        if !row.edit.enabled {
            name += ", switched off";
        }
        if let Some(why) = row.refused {
            name = name + ", does not fit: " + why;
        } else if let Some(why) = row.judged {
            name = name + ", " + why;
        }
        WidgetInfo::selected(Role::ListBoxOption, true, row.selected, name)
    });
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let hovered = ui.rect_contains_pointer(rect);
    if row.selected || hovered {
        let fill = if row.selected { tokens.selection } else { tokens.raised };
        painter.rect_filled(rect, 0.0, fill);
    }
    let mut on = row.edit.enabled;
    let box_rect = Rect::from_min_size(pos2(rect.left() + theme::GAP, rect.top() + 4.0), vec2(24.0, 22.0));
    let name = format!("Edit {} is switched on", row.at + 1);
    let check = ui.put(box_rect, Checkbox::without_text(&mut on)).accessible_name(name);
    if check.on_hover_text("Switch the edit on or off without losing it").changed() {
        queue.push(Command::SwitchEdit { at: row.at, on });
    }
    let (strong, quiet) = match (row.refused, row.edit.enabled) {
        (Some(_), _) => (tokens.bad, tokens.bad),
        (None, true) => (tokens.what_if, tokens.secondary),
        (None, false) => (tokens.secondary, tokens.secondary),
    };
    let left = rect.left() + 38.0;
    // In a narrow list the way to the event is left to Enter and the menu.
    let narrow = rect.width() < 300.0;
    let count = if narrow { 2.0 } else { 3.0 };
    let buttons = if row.selected || hovered { count * theme::HIT + theme::GAP } else { theme::GAP };
    let room = rect.right() - left - buttons;
    let first = elide::end(&painter, &sentence, theme::words(theme::BODY), room, strong);
    let cut = first.elided;
    let at = pos2(left, rect.top() + 6.0);
    if !row.edit.enabled {
        let y = at.y + first.size().y / 2.0;
        painter.hline(left..=left + first.size().x, y, Stroke::new(1.0, tokens.secondary));
    }
    painter.galley(at, first, strong);
    let below = row.refused.or(row.judged).or(row.words.says.as_deref()).unwrap_or_default();
    let second = elide::end(&painter, below, theme::words(theme::SMALL), room, quiet);
    let cut = cut || second.elided;
    painter.galley(pos2(left, rect.top() + 25.0), second, quiet);
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
    if row.selected || hovered {
        let change = document.ask_edit(row.at);
        let mut right = rect.right() - theme::TIGHT;
        let number = row.at + 1;
        let mut button = |ui: &mut Ui, glyph: &str, name: &str, tip: &str| {
            let place = Rect::from_min_size(pos2(right - theme::HIT, rect.top() + 9.0), vec2(theme::HIT, theme::HIT));
            right -= theme::HIT;
            let mut child = ui.new_child(egui::UiBuilder::new().max_rect(place).id_salt((name, row.at)));
            icons::icon_button(&mut child, glyph, &format!("{name} {number}"), tip).clicked()
        };
        if button(ui, icons::TRASH, "Drop edit", "Drop this edit (Delete)") {
            queue.push(Command::RemoveEdit(row.at));
        }
        if let Some(event) = row.words.event.filter(|_| !narrow || change.is_none())
            && button(ui, icons::ARROW_RIGHT, "Go to the event of edit", "Put the cursor on its event")
        {
            queue.push(Command::JumpTo(event));
        }
        if let Some(change) = change
            && button(ui, icons::PENCIL, "Change edit", "Change it (Enter)")
        {
            queue.push(change);
        }
    }
    if cut {
        return response.on_hover_text(match row.refused {
            Some(why) => format!("{sentence}\nDoes not fit: {why}"),
            None => row.words.full(),
        });
    }
    response
}

fn keys_ui(ui: &Ui, document: &Document, view: &mut ListView, list: &Response, queue: &mut Vec<Command>) {
    let count = document.active_scenario().draft.len();
    if !list.has_focus() {
        return;
    }
    // Before the plain arrows, which would be found in these as well.
    for (key, to) in [
        (Key::ArrowUp, view.selected.and_then(|at| at.checked_sub(1))),
        (Key::ArrowDown, view.selected.map(|at| at + 1)),
    ] {
        if ui.input_mut(|input| input.consume_key(Modifiers::ALT, key))
            && let (Some(from), Some(to)) = (view.selected, to.filter(|to| *to < count))
        {
            queue.push(Command::ReorderEdit { from, to });
            view.selected = Some(to);
            view.rows.reveal(to);
        }
    }
    if let Some(next) = view.rows.leap(ui, list).and_then(|leap: Leap| leap.from(view.selected, count)) {
        view.selected = Some(next);
        view.rows.reveal(next);
    }
    let Some(at) = view.selected.filter(|at| *at < count) else { return };
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::Space) {
        let on = document.active_scenario().draft.edits().nth(at).is_some_and(|edit| edit.enabled);
        queue.push(Command::SwitchEdit { at, on: !on });
    }
    if pressed(Key::Delete) {
        queue.push(Command::RemoveEdit(at));
    }
    if pressed(Key::Enter) {
        let edit = document.active_scenario().draft.edits().nth(at);
        let event = edit.and_then(|edit| document.edit_words(&edit.edit).event);
        // What has nothing to write leads to its event.
        queue.extend(document.ask_edit(at).or_else(|| event.map(Command::JumpTo)));
    }
}
