//! Messages: a quiet stack at the bottom right that moves nothing, kept until they are put away.

use egui::{Align, Align2, Area, Frame, Id, Label, Layout, Margin, Order, RichText, Stroke, vec2};

use super::{ViewState, announce, icons, text, theme};
use crate::app::{App, Command, Notice, NoticeKind};

/// Messages that are shown at once.
const SHOWN: usize = 3;

/// Whether all are shown.
#[derive(Default)]
pub struct NoticesView {
    all: bool,
}

/// The stack, above `bottom`.
pub fn notices_ui(ui: &egui::Ui, app: &App, bottom: f32, view: &mut ViewState, queue: &mut Vec<Command>) {
    if app.notices.is_empty() {
        view.notices.all = false;
        return;
    }
    let room = ui.ctx().content_rect();
    let from_below = bottom - room.bottom() - theme::MARGIN;
    Area::new(Id::unique("notices"))
        .order(Order::Middle)
        .anchor(Align2::RIGHT_BOTTOM, vec2(-theme::MARGIN, from_below))
        .show(ui.ctx(), |ui| {
            ui.set_width(400.0_f32.min(room.width() - 24.0));
            ui.spacing_mut().item_spacing.y = theme::GAP;
            let shown = if view.notices.all { app.notices.len() } else { SHOWN };
            let older = app.notices.len().saturating_sub(shown);
            if older > 0 || (view.notices.all && app.notices.len() > SHOWN) {
                more_ui(ui, older, view, app, queue);
            }
            // What is newest stands lowest, nearest to the eye.
            egui::ScrollArea::vertical()
                .max_height(room.height() * 0.6)
                .min_scrolled_height(room.height() * 0.6)
                .auto_shrink(true)
                .show(ui, |ui| {
                    for notice in &app.notices[older..] {
                        notice_ui(ui, notice, queue);
                    }
                });
        });
}

fn more_ui(ui: &mut egui::Ui, older: usize, view: &mut ViewState, app: &App, queue: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        let words = if older > 0 { format!("{older} more") } else { "Show fewer".to_owned() };
        if ui.button(words).clicked() {
            view.notices.all = !view.notices.all;
        }
        if ui.button("Dismiss all").clicked() {
            queue.extend(app.notices.iter().map(|notice| Command::Dismiss(notice.id)));
        }
    });
}

/// What it says. Why a file was not opened is a sentence here, and comes after `error:` elsewhere; others may begin with
/// names.
pub(super) fn words_of(notice: &Notice) -> String {
    let is_word =
        notice.text.split(' ').next().is_some_and(|first| first.chars().all(|c| c.is_alphabetic() || c == '\''));
    if notice.of_opening && is_word { text::sentence(&notice.text) } else { notice.text.clone() }
}

fn notice_ui(ui: &mut egui::Ui, notice: &Notice, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let (glyph, colour) = match notice.kind {
        NoticeKind::Good => (icons::CHECK, tokens.good),
        NoticeKind::Note => (icons::INFO, tokens.secondary),
        NoticeKind::Bad => (icons::WARNING, tokens.bad),
    };
    let mut frame = Frame::popup(ui.style());
    frame.fill = tokens.panel;
    frame.stroke = Stroke::new(1.0, if notice.kind == NoticeKind::Bad { tokens.bad } else { tokens.hairline });
    frame.inner_margin = Margin { left: 12, right: 6, top: 8, bottom: 8 };
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = theme::GAP;
            ui.add_space(0.0);
            ui.vertical(|ui| {
                ui.set_width(theme::ICON);
                ui.add_space(6.0);
                icons::sign(ui, glyph, theme::ICON, theme::ICON, colour);
            });
            ui.vertical(|ui| {
                ui.set_width(ui.available_width() - theme::HIT - theme::GAP);
                ui.add_space(6.0);
                let words = ui.add(Label::new(RichText::new(words_of(notice)).color(tokens.text)).wrap());
                announce(ui, &words);
                actions_ui(ui, notice, queue);
                ui.add_space(4.0);
            });
            ui.with_layout(Layout::right_to_left(Align::TOP), |ui| {
                if icons::icon_button(ui, icons::CLOSE, "Dismiss", "Put this away").clicked() {
                    queue.push(Command::Dismiss(notice.id));
                }
            });
        });
    });
}

/// What following a store instead of copying it means.
pub(super) const WITHOUT_COPY: &str = "Reads the file itself as one reader among others, in reads of a fraction of a \
                                       second, and shows what its program writes. Nothing is copied; only a -shm file \
                                       beside it may change";

fn actions_ui(ui: &mut egui::Ui, notice: &Notice, queue: &mut Vec<Command>) {
    if notice.open.is_none() && notice.edit.is_none() && notice.follow.is_none() && !notice.mapping {
        return;
    }
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        if notice.mapping && ui.button("Change the mapping…").clicked() {
            queue.push(Command::Map(crate::app::MappingCommand::Ask));
        }
        if let Some(path) = &notice.open
            && ui.button("Open the copy").clicked()
        {
            queue.push(Command::OpenCopy(path.clone()));
        }
        if let Some(path) = &notice.follow
            && ui.button("Follow it without a copy").on_hover_text(WITHOUT_COPY).clicked()
        {
            queue.push(Command::OpenFollowed(path.clone()));
        }
        if let Some(path) = &notice.edit
            && ui.button("Open in editor").clicked()
        {
            ui.ctx().open_url(egui::OpenUrl::new_tab(file_url(path)));
        }
    });
}

/// A path as a link that the system opens.
pub(super) fn file_url(path: &std::path::Path) -> String {
    let mut url = "file://".to_owned();
    let text = path.to_string_lossy().replace('\\', "/");
    if !text.starts_with('/') {
        url.push('/');
    }
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' | b':' => url.push(byte as char),
            _ => url += &format!("%{byte:02X}"),
        }
    }
    url
}

/// A sentence in place of what it is about.
pub fn note_ui(ui: &mut egui::Ui, words: &str) {
    sentence_ui(ui, words, theme::tokens(ui).secondary);
}

/// The same for what went wrong.
pub fn failure_ui(ui: &mut egui::Ui, words: &str) {
    sentence_ui(ui, words, theme::tokens(ui).bad);
}

fn sentence_ui(ui: &mut egui::Ui, words: &str, colour: egui::Color32) {
    ui.add_space(theme::MARGIN);
    ui.horizontal(|ui| {
        ui.add_space(theme::MARGIN);
        ui.add(Label::new(RichText::new(words).color(colour)).wrap());
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_links() {
        assert_eq!(file_url("/tmp/my rules.json".as_ref()), "file:///tmp/my%20rules.json");
        assert_eq!(file_url("/tmp/ä#1".as_ref()), "file:///tmp/%C3%A4%231");
    }
}
