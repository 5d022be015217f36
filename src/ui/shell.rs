//! The window's frame: top bar, panels, status bar, notices.

use egui::{Align, CentralPanel, Frame, Layout, Margin, Panel, RichText, Stroke, vec2};

use super::{ViewState, events, keys, state, streams, text, theme, timeline, welcome};
use crate::app::actions::action;
use crate::app::{App, Command, Document, NoticeKind, ThemeChoice};
use crate::job::Slot;

/// Everything but dialogs.
pub fn shell_ui(ui: &mut egui::Ui, app: &App, view: &mut ViewState, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let (width, height) = (ui.available_width(), ui.available_height());
    let bar = Frame::new().fill(tokens.panel).inner_margin(Margin::symmetric(theme::MARGIN as i8, 8));
    Panel::top("top bar").frame(bar).show(ui, |ui| top_bar_ui(ui, app, queue));
    let status = Frame::new().fill(tokens.panel).inner_margin(Margin::symmetric(theme::MARGIN as i8, 5));
    Panel::bottom("status bar").frame(status).show(ui, |ui| status_bar_ui(ui, app, queue));
    // Without a store, they stand where the file was asked for.
    if !app.notices.is_empty() && app.document.is_some() {
        let frame = Frame::new().fill(tokens.raised).inner_margin(Margin::symmetric(theme::MARGIN as i8, 6));
        Panel::top("notices").frame(frame).show(ui, |ui| notices_ui(ui, app, queue));
    }
    if app.document.is_none() {
        let frame = Frame::new().fill(tokens.background).inner_margin(Margin::same(24));
        CentralPanel::default().frame(frame).show(ui, |ui| welcome::welcome_ui(ui, app, view, queue));
        return;
    }
    let side = Frame::new().fill(tokens.panel).inner_margin(Margin::same(theme::MARGIN as i8));
    Panel::left("streams").frame(side).default_size((width * 0.18).clamp(140.0, 260.0)).size_range(120.0..=480.0).show(
        ui,
        |ui| {
            ui.set_width(ui.available_width());
            streams::streams_ui(ui, app, view, queue);
        },
    );
    Panel::right("state").frame(side).default_size((width * 0.265).clamp(230.0, 460.0)).size_range(200.0..=700.0).show(
        ui,
        |ui| {
            ui.set_width(ui.available_width());
            state::state_ui(ui, app, view, queue);
        },
    );
    Panel::bottom("events")
        .frame(Frame::new().fill(tokens.panel).inner_margin(Margin { top: 6, ..Margin::ZERO }))
        .default_size((height * 0.33).clamp(140.0, 520.0))
        .size_range(100.0..=900.0)
        .resizable(true)
        .show(ui, |ui| events::events_ui(ui, app, view, queue));
    CentralPanel::default()
        .frame(Frame::new().fill(tokens.background))
        .show(ui, |ui| timeline::timeline_ui(ui, app, view, queue));
}

fn top_bar_ui(ui: &mut egui::Ui, app: &App, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GAP;
        let left = if app.document.is_some() { (ui.available_width() - CONTROLS).max(120.0) } else { 200.0 };
        ui.allocate_ui_with_layout(vec2(left, 26.0), Layout::left_to_right(Align::Center), |ui| match &app.document {
            Some(document) => store_ui(ui, document),
            None => {
                ui.label(RichText::new("Foldline").font(theme::strong(14.0)));
            }
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let Some(theme_action) = action("theme") {
                let label = match app.settings.theme {
                    ThemeChoice::System => "Theme: system",
                    ThemeChoice::Dark => "Theme: dark",
                    ThemeChoice::Light => "Theme: light",
                };
                keys::action_button(ui, app, theme_action, RichText::new(label).color(tokens.secondary), queue);
            }
            if app.document.is_some() {
                for id in ["close", "save-copy"] {
                    if let Some(action) = action(id) {
                        keys::action_button(ui, app, action, action.text, queue);
                    }
                }
                ui.add_space(theme::GAP);
                transport_ui(ui, app, queue);
                ui.add_space(theme::GAP);
                axis_ui(ui, app, queue);
            }
        });
    });
}

/// Room for the buttons of the top bar; what is left is for the store's name.
const CONTROLS: f32 = 712.0;

fn store_ui(ui: &mut egui::Ui, document: &Document) {
    let tokens = theme::tokens(ui);
    let opened = &document.opened;
    let path = opened.path.display().to_string();
    let name = opened.path.file_name().map_or_else(|| path.clone(), |name| name.to_string_lossy().into_owned());
    let hover = format!("{path}\n{}", opened.layout_title);
    // The name gives way last, the layout first.
    ui.set_max_width(ui.available_width());
    let fixed = 84.0 + if opened.notes.is_empty() { 0.0 } else { 76.0 };
    let name = RichText::new(name).font(theme::strong(14.0));
    let room = (ui.available_width() - fixed).max(60.0);
    ui.scope(|ui| {
        ui.set_max_width(room);
        ui.add(egui::Label::new(name).truncate()).on_hover_text(&hover);
        if ui.available_width() > 90.0 {
            let title = RichText::new(&opened.layout_title).color(tokens.secondary);
            ui.add(egui::Label::new(title).truncate()).on_hover_text(&hover);
        }
    });
    let hash = opened.hash.as_ref().map_or(String::new(), |hash| format!("\nBLAKE3 when it was opened: {hash}"));
    badge(ui, &opened.access, tokens.good)
        .on_hover_text(format!("Nothing is ever written to the store that you opened{hash}"));
    notes_ui(ui, &opened.notes);
}

/// What a user should know of how the store was read: there when asked for, never in the way.
fn notes_ui(ui: &mut egui::Ui, notes: &[String]) {
    let title = match notes.len() {
        0 => return,
        1 => "1 note".to_owned(),
        count => format!("{count} notes"),
    };
    let tokens = theme::tokens(ui);
    ui.menu_button(RichText::new(title).color(tokens.secondary), |ui| {
        ui.set_max_width(420.0);
        for note in notes {
            ui.label(note);
        }
    });
}

fn axis_ui(ui: &mut egui::Ui, app: &App, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    if let Some(fit) = action("fit") {
        keys::action_button(ui, app, fit, RichText::new(fit.text).color(tokens.secondary), queue);
    }
    for (id, label) in [("axis-sequence", "Sequence"), ("axis-time", "Time")] {
        if let Some(action) = action(id) {
            // The axis that is shown can't be chosen again: it reads as the chosen one.
            let chosen = (action.command)(app).is_none();
            let text = RichText::new(label).color(if chosen { tokens.text } else { tokens.secondary });
            let text = if chosen { text.font(theme::strong(13.0)) } else { text };
            if ui.selectable_label(chosen, text).on_hover_text(action.tooltip).clicked()
                && let Some(command) = (action.command)(app)
            {
                queue.push(command);
            }
        }
    }
}

fn transport_ui(ui: &mut egui::Ui, app: &App, queue: &mut Vec<Command>) {
    // Right to left.
    for (id, icon) in [("end", "⏭"), ("forward", "▶"), ("back", "◀"), ("start", "⏮")] {
        if let Some(action) = action(id) {
            keys::action_button(ui, app, action, RichText::new(icon).font(theme::mono(13.0)), queue);
        }
    }
}

/// A word in a rounded frame of its colour.
pub fn badge(ui: &mut egui::Ui, text: &str, colour: egui::Color32) -> egui::Response {
    Frame::new()
        .stroke(Stroke::new(1.0, theme::dimmed(colour)))
        .fill(theme::wash(colour))
        .corner_radius(4)
        .inner_margin(Margin::symmetric(6, 1))
        .show(ui, |ui| {
            // As high as its word, not as a row of buttons.
            ui.spacing_mut().interact_size.y = 0.0;
            ui.label(RichText::new(text).font(theme::words(theme::SMALL)).color(colour))
        })
        .response
}

fn status_bar_ui(ui: &mut egui::Ui, app: &App, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    ui.horizontal(|ui| {
        ui.style_mut().override_text_style = Some(egui::TextStyle::Small);
        match &app.document {
            Some(document) => document_status_ui(ui, document, app, queue),
            None => {
                ui.label(RichText::new("No store is open").color(tokens.secondary));
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            for running in app.running.iter().rev() {
                let (done, total) = running.progress.counts();
                // What is over in an instant would only flicker.
                let lasts = matches!(running.slot, Slot::Open | Slot::Copy);
                if !lasts && (total == 0 || running.slot == Slot::Hash) {
                    continue;
                }
                if ui.small_button("Stop").on_hover_text(format!("Stop: {}", running.title)).clicked() {
                    queue.push(Command::Stop(running.slot));
                }
                if total > 0 {
                    let share = done as f32 / total as f32;
                    ui.add(egui::ProgressBar::new(share).desired_width(90.0).desired_height(6.0));
                }
                ui.label(RichText::new(&running.title).color(tokens.secondary));
            }
        });
    });
}

fn document_status_ui(ui: &mut egui::Ui, document: &Document, app: &App, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let log = &document.opened.log;
    let mut text = format!("{} events · {} streams", text::grouped(log.len()), text::grouped(log.streams().len()));
    if let Some((first, last)) = document.opened.drawing.time_range {
        text += &format!(" · {:.10} – {:.10}", first.to_string(), last.to_string());
    }
    ui.label(RichText::new(text).color(tokens.secondary));
    if let Some(event) = document.event {
        let text = format!("position {}", log.position(event as usize));
        ui.label(RichText::new(text).font(theme::mono(11.5)).color(tokens.secondary));
    }
    if document.has_edits() {
        let edits = document.draft.len();
        let text = if edits == 1 { "what-if: 1 edit".to_owned() } else { format!("what-if: {edits} edits") };
        badge(ui, &text, tokens.what_if);
    }
    // Also when the last edit was taken back: it can be done again.
    if document.draft.undo_words().is_some() || document.draft.redo_words().is_some() {
        for id in ["undo", "redo", "clear-edits"] {
            if let Some(action) = action(id) {
                keys::action_button(ui, app, action, action.text, queue);
            }
        }
    }
}

fn notices_ui(ui: &mut egui::Ui, app: &App, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    for notice in &app.notices {
        let colour = match notice.kind {
            NoticeKind::Good => tokens.good,
            NoticeKind::Note => tokens.secondary,
            NoticeKind::Bad => tokens.bad,
        };
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.small_button("Dismiss").clicked() {
                    queue.push(Command::Dismiss(notice.id));
                }
                if let Some(path) = &notice.open
                    && ui.small_button("Open the copy").clicked()
                {
                    queue.push(Command::OpenCopy(path.clone()));
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(egui::Label::new(RichText::new(&notice.text).color(colour)).wrap());
                });
            });
        });
    }
}
