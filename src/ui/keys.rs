//! Keys: shortcuts come from the table of actions.

use egui::text::{CCursor, CCursorRange};
use egui::{KeyboardShortcut, Modifiers, TextEdit};

use super::icons;
use crate::app::actions::{Action, Key, Shortcut, actions};
use crate::app::{App, Command};

/// Queues the commands of the shortcuts that were pressed.
///
/// Single keys act only when the timeline or nothing has the focus (`at_timeline`): in a text field never, and on a
/// focused control its own keys win. Escape gives the focus back to the timeline, which the toolkit does by itself.
pub fn shortcuts(ui: &egui::Ui, app: &App, at_timeline: bool, queue: &mut Vec<Command>) {
    if app.is_covered() {
        return;
    }
    let focused = ui.memory(|memory| memory.focused().is_some()) && !at_timeline;
    let elsewhere = focused || egui::Popup::is_any_open(ui.ctx());
    let typing = ui.text_edit_focused();
    // Those with most modifiers first: shift or alt and the same key would match without them as well.
    let with_keys = || actions().filter_map(|action| Some((action, action.shortcut?)));
    let modifiers = |keys: &Shortcut| u8::from(keys.shift) + u8::from(keys.alt);
    let ordered = (0..=2).rev().flat_map(|count| with_keys().filter(move |(_, keys)| modifiers(keys) == count));
    for (action, shortcut) in ordered {
        let of_the_text = typing && shortcut.is_of_text();
        if (shortcut.is_single_key() && elsewhere) || of_the_text {
            continue;
        }
        let keys = egui_shortcut(shortcut);
        if ui.input_mut(|input| input.consume_shortcut(&keys))
            && let Some(command) = (action.command)(app)
        {
            queue.push(command);
        }
    }
    if focused && ui.input(|input| input.key_pressed(egui::Key::Escape)) {
        ui.memory_mut(|memory| {
            if let Some(id) = memory.focused() {
                memory.surrender_focus(id);
            }
        });
    }
}

/// An action's key as people write it; empty without one.
pub fn shortcut_text(ui: &egui::Ui, action: &Action) -> String {
    let Some(shortcut) = action.shortcut else { return String::new() };
    let text = ui.format_shortcut(&egui_shortcut(shortcut));
    // As they are printed on the keys.
    [("Questionmark", "?"), ("Period", "."), ("Comma", ","), ("Plus", "+"), ("Minus", "−")]
        .into_iter()
        .fold(text, |text, (name, sign)| text.replace(name, sign))
}

/// What an action does, with its key.
pub fn tooltip(ui: &egui::Ui, action: &Action) -> String {
    match shortcut_text(ui, action) {
        keys if keys.is_empty() => format!("{}\n{}", action.text, action.tooltip),
        keys => format!("{}\n{} ({keys})", action.text, action.tooltip),
    }
}

/// A button for an action that is only an icon.
pub fn icon_action(
    ui: &mut egui::Ui,
    app: &App,
    action: &Action,
    glyph: &str,
    name: &str,
    queue: &mut Vec<Command>,
) -> egui::Response {
    let command = (action.command)(app);
    let tooltip = tooltip(ui, action);
    let response = ui.add_enabled_ui(command.is_some(), |ui| icons::icon_button(ui, glyph, name, &tooltip)).inner;
    if response.clicked() {
        queue.extend(command);
    }
    response
}

/// A button for an action: greyed where it can't be done, with its key in the tooltip.
pub fn action_button(
    ui: &mut egui::Ui,
    app: &App,
    action: &Action,
    label: impl Into<egui::WidgetText>,
    queue: &mut Vec<Command>,
) -> egui::Response {
    let command = (action.command)(app);
    let response = ui.add_enabled(command.is_some(), egui::Button::new(label.into()));
    let name = action.text;
    let enabled = response.enabled();
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, enabled, name));
    let tooltip = tooltip(ui, action);
    if response.clicked()
        && let Some(command) = command
    {
        queue.push(command);
    }
    response.on_hover_text(&tooltip).on_disabled_hover_text(&tooltip)
}

/// Whether the Enter key was pressed in a field of one line, which then gives the focus up to nobody.
///
/// Where the focus went from it to another field, Enter in the same frame is that field's.
pub fn entered(ui: &egui::Ui, field: &egui::Response) -> bool {
    let given_up = field.lost_focus() && ui.memory(|memory| memory.focused().is_none());
    given_up && ui.input(|input| input.key_pressed(egui::Key::Enter))
}

/// Selects what a text field says: what is typed then takes its place.
pub fn select_all(ui: &egui::Ui, field: egui::Id, text: &str) {
    let mut state = TextEdit::load_state(ui.ctx(), field).unwrap_or_default();
    let all = CCursorRange::two(CCursor::new(0), CCursor::new(text.chars().count()));
    state.cursor.set_char_range(Some(all));
    state.store(ui.ctx(), field);
}

pub fn egui_shortcut(shortcut: Shortcut) -> KeyboardShortcut {
    let mut modifiers = Modifiers::NONE;
    modifiers.command = shortcut.command;
    modifiers.shift = shortcut.shift;
    modifiers.alt = shortcut.alt;
    let key = match shortcut.key {
        Key::Letter(letter) => egui::Key::from_name(letter.encode_utf8(&mut [0; 4])).unwrap_or(egui::Key::F35),
        Key::Left => egui::Key::ArrowLeft,
        Key::Right => egui::Key::ArrowRight,
        Key::Home => egui::Key::Home,
        Key::End => egui::Key::End,
        Key::Delete => egui::Key::Delete,
        Key::Up => egui::Key::ArrowUp,
        Key::Down => egui::Key::ArrowDown,
        Key::Space => egui::Key::Space,
        Key::Tab => egui::Key::Tab,
        Key::Function(number) => egui::Key::from_name(&format!("F{number}")).unwrap_or(egui::Key::F35),
        Key::Digit(digit) => egui::Key::from_name(&digit.to_string()).unwrap_or(egui::Key::F35),
        Key::Plus => egui::Key::Plus,
        Key::Minus => egui::Key::Minus,
        Key::QuestionMark => egui::Key::Questionmark,
        Key::Comma => egui::Key::Comma,
        Key::Period => egui::Key::Period,
    };
    KeyboardShortcut::new(modifiers, key)
}
