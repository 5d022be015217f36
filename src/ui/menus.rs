//! The menus of the top bar: of the store, and of the window.

use egui::{
    Align, Button, Layout, Popup, PopupCloseBehavior, Rect, RichText, Role, Sense, Stroke, StrokeKind, WidgetInfo, vec2,
};

use super::top_bar::{Fit, child};
use super::{icons, keys, text, theme};
use crate::app::actions::action;
use crate::app::{App, Command, Document, MappingCommand, PanelName};
use crate::timeline::AxisKind;

/// The chip with the store's name; a click opens what there is to know and to do about stores.
pub(super) fn store_chip_ui(
    ui: &mut egui::Ui,
    rect: Rect,
    document: &Document,
    app: &App,
    fit: &Fit,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    let opened = &document.opened;
    let name = document.title();
    let response = ui.interact(rect, ui.scope_id().with("store"), Sense::click());
    let words = format!("Store {name}, {}, {}", opened.layout_title, opened.access);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &words));
    let hovered = response.hovered() || Popup::is_id_open(ui.ctx(), Popup::default_response_id(&response));
    let line = Stroke::new(1.0, if hovered { tokens.faint } else { tokens.hairline });
    ui.painter().rect(rect, theme::RADIUS, tokens.raised, line, StrokeKind::Inside);
    theme::focus_ring(ui, &response);
    let inner = Rect::from_min_max(rect.min + vec2(10.0, 0.0), rect.max - vec2(6.0, 0.0));
    child(ui, inner, |ui| {
        ui.spacing_mut().item_spacing.x = theme::GAP;
        ui.style_mut().interaction.selectable_labels = false;
        plain(ui, &name, theme::strong(theme::BODY), tokens.text, fit.name);
        if fit.layout {
            plain(ui, &opened.layout_title, theme::words(theme::BODY), tokens.secondary, f32::INFINITY);
        }
        if fit.access_word {
            let galley = ui.painter().layout_no_wrap(opened.access.clone(), theme::words(theme::SMALL), tokens.good);
            let (badge, _) = ui.allocate_exact_size(galley.size() + vec2(12.0, 4.0), Sense::hover());
            let stroke = Stroke::new(1.0, theme::dimmed(tokens.good));
            ui.painter().rect(badge, 4, theme::wash(tokens.good), stroke, StrokeKind::Inside);
            ui.painter().galley(badge.min + vec2(6.0, 2.0), galley, tokens.good);
        } else {
            symbol(ui, icons::LOCK, tokens.good);
        }
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.add_space(-4.0);
        symbol(ui, icons::CHEVRON_DOWN, tokens.secondary);
    });
    Popup::menu(&response)
        .gap(6.0)
        .close_behavior(PopupCloseBehavior::CloseOnClick)
        .accessible_name("Store")
        .show(|ui| store_menu_ui(ui, document, app, queue));
    if !Popup::is_any_open(ui.ctx()) {
        response.on_hover_text(format!("{}\nNothing is ever written to it", opened.path.display()));
    }
}

fn plain(ui: &mut egui::Ui, words: &str, font: egui::FontId, colour: egui::Color32, widest: f32) {
    let mut job = egui::text::LayoutJob::simple_singleline(words.to_owned(), font, colour);
    if widest.is_finite() {
        job.wrap = egui::text::TextWrapping::truncate_at_width(widest.ceil() + 0.5);
    }
    let galley = ui.painter().layout_job(job);
    let (rect, _) = ui.allocate_exact_size(galley.size(), Sense::hover());
    ui.painter().galley(rect.min, galley, colour);
}

fn symbol(ui: &mut egui::Ui, glyph: &str, colour: egui::Color32) {
    let (rect, _) = ui.allocate_exact_size(egui::Vec2::splat(theme::ICON_SMALL), Sense::hover());
    icons::paint(ui, rect, glyph, theme::ICON_SMALL, colour);
}

fn store_menu_ui(ui: &mut egui::Ui, document: &Document, app: &App, queue: &mut Vec<Command>) {
    let opened = &document.opened;
    ui.set_width(400.0_f32.min(ui.ctx().content_rect().width() - 40.0));
    for file in &opened.files {
        let left_out = match file.events - file.shown {
            0 => String::new(),
            more => format!(", {} of them in a file before it", text::grouped(more)),
        };
        let words = format!(
            "{} · {} · {}{left_out}",
            file.path.display(),
            file.layout_title,
            text::counted(file.events, "event")
        );
        fact(ui, "File", &words);
    }
    if opened.files.is_empty() {
        fact(ui, "File", &opened.path.display().to_string());
        fact(ui, "Layout", &opened.layout_title);
    }
    fact(ui, "Access", &format!("{}; nothing is ever written to it", opened.access));
    match &opened.hash {
        Some(found) => {
            let when = if document.proved.late { "when it was first looked at" } else { "when it was opened" };
            fact(ui, "BLAKE3", &format!("{}… {when}", found.hash.get(..16).unwrap_or(&found.hash)));
        }
        None if app.is_hashing() => fact(ui, "BLAKE3", "being worked out"),
        None => fact(ui, "BLAKE3", "not known: the file was not read to its end"),
    }
    fact(ui, "Because", &opened.recognised.because);
    for note in &opened.notes {
        fact(ui, "Note", note);
    }
    ui.add_space(theme::TIGHT);
    if let Some(found) = &opened.hash
        && item(ui, icons::COPY, "Copy the hash", "", true)
    {
        queue.push(Command::CopyText(found.hash.clone()));
    }
    if item(ui, icons::COPY, "Copy the path", "", true) {
        queue.push(Command::CopyText(opened.path.display().to_string()));
    }
    action_item(ui, app, "check-unchanged", icons::CHECK, queue);
    ui.separator();
    heading(ui, "Read as");
    for other in &opened.recognised.also {
        let words = format!("As {}", other.title);
        let response = item_response(ui, icons::DATABASE, &words, "", true);
        if response.clicked() {
            queue.push(Command::UseLayout(other.id.to_string()));
        }
        response.on_hover_text(format!("Also possible: {}", other.why));
    }
    if opened.mapping.is_some() && item(ui, icons::PENCIL, "Change the mapping…", "", true) {
        queue.push(Command::Map(MappingCommand::Ask));
    }
    if opened.mapping.is_none() {
        action_item(ui, app, "map-tables", icons::PENCIL, queue);
    }
    if !app.beside.is_empty() {
        ui.separator();
        heading(ui, "Also open");
        for other in &app.beside {
            let what = format!("{} · {}", other.title(), text::counted(other.opened.log.len(), "event"));
            if item(ui, icons::DATABASE, &what, "", true) {
                queue.push(Command::SwitchTo(other.opened.key));
            }
        }
        action_item(ui, app, "next-store", icons::ARROW_RIGHT, queue);
    }
    ui.separator();
    action_item(ui, app, "open", icons::FOLDER_OPEN, queue);
    action_item(ui, app, "open-together", icons::FOLDER_OPEN, queue);
    if !opened.files.is_empty() {
        action_item(ui, app, "open-alone", icons::FILE, queue);
    }
    action_item(ui, app, "save-copy", icons::SAVE, queue);
    action_item(ui, app, "compensate", icons::COPY, queue);
    action_item(ui, app, "close", icons::CLOSE, queue);
    let here = &opened.path;
    let recents =
        || app.settings.recents.iter().filter(|recent| &recent.path != here && !app.missing.contains(&recent.path));
    if recents().next().is_some() {
        ui.separator();
        heading(ui, "Recent");
        for recent in recents().take(5) {
            if item(ui, icons::FILE, &recent.name(), "", true) {
                queue.push(Command::OpenRecent(recent.path.clone()));
            }
        }
    }
}

/// The menu of the window: themes, text, panels, help.
pub(super) fn window_menu_ui(ui: &mut egui::Ui, app: &App, queue: &mut Vec<Command>) {
    let button = icons::icon_button(ui, icons::MORE, "Menu of the window", "");
    Popup::menu(&button).gap(6.0).accessible_name("Window").show(|ui| {
        ui.set_width(270.0);
        let height = ui.ctx().content_rect().height() - 80.0;
        egui::ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, |ui| {
            action_item(ui, app, "palette", icons::COMMAND, queue);
            action_item(ui, app, "help", icons::KEYBOARD, queue);
            ui.separator();
            heading(ui, "Theme");
            for (id, label) in [("theme-system", "As the system"), ("theme-dark", "Dark"), ("theme-light", "Light")] {
                let Some(action) = action(id) else { continue };
                let command = (action.command)(app);
                if choice(ui, command.is_none(), label) {
                    queue.extend(command);
                }
            }
            ui.separator();
            text_size_ui(ui, app, queue);
            if let Some(document) = &app.document {
                ui.separator();
                heading(ui, "Panels");
                let panels = [
                    ("panel-streams", "Streams", PanelName::Streams),
                    ("panel-events", "Events", PanelName::Events),
                    ("panel-state", "State", PanelName::State),
                ];
                for (id, label, panel) in panels {
                    check_item(ui, app, id, label, app.settings.panels.shows(panel), queue);
                }
                check_item(ui, app, "legend", "Legend of the timeline", app.settings.legend, queue);
                ui.separator();
                heading(ui, "Axis");
                for (id, label, kind) in
                    [("axis-time", "Time", AxisKind::Time), ("axis-sequence", "Sequence", AxisKind::Sequence)]
                {
                    let Some(action) = action(id) else { continue };
                    if choice(ui, document.axis.kind() == kind, label) {
                        queue.extend((action.command)(app));
                    }
                }
                ui.separator();
                if item(ui, icons::GLOBE, &format!("Time zone: {}", app.zone().name()), "", true) {
                    queue.push(Command::Focus(crate::app::Focus::Zone));
                }
            }
            check_item(ui, app, "measurements", "Measurements", app.measurements, queue);
        });
    });
    if !Popup::is_any_open(ui.ctx()) {
        button.on_hover_text("Theme, text size, panels, help");
    }
}

fn text_size_ui(ui: &mut egui::Ui, app: &App, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    ui.horizontal(|ui| {
        ui.add_space(8.0);
        ui.label("Text size");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            for (id, glyph) in [("bigger", icons::PLUS), ("smaller", icons::MINUS)] {
                if let Some(action) = action(id) {
                    keys::icon_action(ui, app, action, glyph, action.text, queue);
                }
                if id == "bigger" {
                    let label = RichText::new(format!("{} %", app.settings.scale)).font(theme::mono(theme::MONO));
                    ui.label(label.color(tokens.text));
                }
            }
        });
    });
}

/// A line of a menu that is not to be chosen.
pub(super) fn heading(ui: &mut egui::Ui, words: &str) {
    let tokens = theme::tokens(ui);
    ui.horizontal(|ui| {
        ui.add_space(8.0);
        ui.label(RichText::new(words).font(theme::words(theme::SMALL)).color(tokens.secondary));
    });
}

fn fact(ui: &mut egui::Ui, what: &str, words: &str) {
    let tokens = theme::tokens(ui);
    ui.horizontal_top(|ui| {
        ui.add_space(1.0);
        let (rect, _) = ui.allocate_exact_size(vec2(52.0, 18.0), Sense::hover());
        let font = theme::words(theme::SMALL);
        ui.painter().text(rect.left_center(), egui::Align2::LEFT_CENTER, what, font, tokens.secondary);
        ui.add(egui::Label::new(RichText::new(words).font(theme::words(theme::BODY))).wrap());
    });
}

/// An entry of a menu; `keys` stands at its right. Whether it was chosen.
pub(super) fn item(ui: &mut egui::Ui, glyph: &str, words: &str, keys: &str, enabled: bool) -> bool {
    item_response(ui, glyph, words, keys, enabled).clicked()
}

/// The same, for who wants to give it the focus.
pub(super) fn item_response(ui: &mut egui::Ui, glyph: &str, words: &str, keys: &str, enabled: bool) -> egui::Response {
    let tokens = theme::tokens(ui);
    let mut button = Button::new((icons::icon(glyph, theme::ICON_SMALL).color(tokens.secondary), words));
    if !keys.is_empty() {
        button = button.shortcut_text(RichText::new(keys).font(theme::words(theme::SMALL)).color(tokens.secondary));
    }
    let response = ui.add_enabled(enabled, button.truncate().min_size(vec2(ui.available_width(), theme::ROW)));
    response.widget_info(|| WidgetInfo::labeled(Role::MenuItem, enabled, words));
    response
}

/// An entry that is one of several, ticked if it is the one. Whether it was chosen.
pub(super) fn choice(ui: &mut egui::Ui, chosen: bool, words: &str) -> bool {
    ticked(ui, chosen, words, "", Role::MenuItemRadio)
}

fn ticked(ui: &mut egui::Ui, on: bool, words: &str, keys: &str, role: Role) -> bool {
    let tokens = theme::tokens(ui);
    let tick = if on { icons::icon(icons::CHECK, theme::ICON_SMALL) } else { icons::icon(" ", theme::ICON_SMALL) };
    let mut button = Button::new((egui::AtomExt::atom_size(tick, egui::Vec2::splat(theme::ICON_SMALL)), words));
    if !keys.is_empty() {
        button = button.shortcut_text(RichText::new(keys).font(theme::words(theme::SMALL)).color(tokens.secondary));
    }
    let response = ui.add(button.min_size(vec2(ui.available_width(), theme::ROW)));
    response.widget_info(|| WidgetInfo::selected(role, true, on, words));
    response.clicked()
}

fn check_item(ui: &mut egui::Ui, app: &App, id: &str, words: &str, on: bool, queue: &mut Vec<Command>) {
    let Some(action) = action(id) else { return };
    let keys = keys::shortcut_text(ui, action);
    if ticked(ui, on, words, &keys, Role::MenuItemCheckBox) {
        queue.extend((action.command)(app));
    }
}

/// An entry for an action, with its key.
pub(super) fn action_item(ui: &mut egui::Ui, app: &App, id: &str, glyph: &str, queue: &mut Vec<Command>) {
    let Some(action) = action(id) else { return };
    let command = (action.command)(app);
    let keys = keys::shortcut_text(ui, action);
    if item(ui, glyph, action.text, &keys, command.is_some()) {
        queue.extend(command);
    }
}
