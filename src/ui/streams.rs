//! The streams of the store, by category.

use std::sync::Arc;

use egui::{RichText, ScrollArea, Sense, vec2};

use super::{ViewState, text, theme};
use crate::app::{App, Command, Document, ListRow};
use crate::model::StreamIndex;

/// What is typed into the list's filter.
#[derive(Default)]
pub struct StreamsView {
    filter: String,
}

/// The list with its filter.
pub fn streams_ui(ui: &mut egui::Ui, app: &App, view: &mut ViewState, queue: &mut Vec<Command>) {
    let Some(document) = &app.document else { return };
    let tokens = theme::tokens(ui);
    let log = &document.opened.log;
    let (rows, shown) = (document.list.rows(), document.list.streams());
    ui.horizontal(|ui| {
        ui.label(RichText::new("Streams").font(theme::strong(13.0)));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let text = format!("{} of {}", text::grouped(shown), text::grouped(log.streams().len()));
            ui.label(RichText::new(text).font(theme::mono(11.5)).color(tokens.secondary));
        });
    });
    let filter = &mut view.streams.filter;
    if !ui.text_edit_focused() {
        document.list.filter().clone_into(filter);
    }
    let field = egui::TextEdit::singleline(filter).hint_text("Filter streams…").desired_width(f32::INFINITY);
    if ui.add(field).accessible_name("Filter streams").changed() {
        queue.push(Command::FilterStreams(filter.clone()));
    }
    ui.add_space(4.0);
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, theme::ROW - 4.0, rows.len(), |ui, range| {
        ui.spacing_mut().item_spacing.y = 4.0;
        for row in &rows[range] {
            match row {
                ListRow::Category(category, count) => category_ui(ui, log.category(*category), *count),
                ListRow::Stream(stream) => stream_ui(ui, document, *stream, queue),
            }
        }
    });
}

fn category_ui(ui: &mut egui::Ui, name: &str, count: usize) {
    let tokens = theme::tokens(ui);
    ui.horizontal(|ui| {
        ui.set_height(theme::ROW - 4.0);
        ui.label(RichText::new(name).font(theme::strong(13.0)));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.label(RichText::new(text::grouped(count)).font(theme::mono(11.5)).color(tokens.secondary));
        });
    });
}

fn stream_ui(ui: &mut egui::Ui, document: &Document, stream: StreamIndex, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let log = &document.opened.log;
    let name: &Arc<str> = &log.stream(stream).name;
    let selected = document.stream.as_ref() == Some(name);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW - 4.0), Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, selected, &**name));
    if response.clicked() {
        queue.push(Command::SelectStream(name.clone()));
    }
    if !ui.is_rect_visible(rect) {
        return;
    }
    let painter = ui.painter_at(rect.expand2(vec2(theme::MARGIN, 0.0)));
    if selected || response.hovered() || response.has_focus() {
        let colour = if selected { tokens.selection } else { tokens.raised };
        painter.rect_filled(rect.expand2(vec2(6.0, 2.0)), 4.0, colour);
    }
    let count = text::grouped(log.lane(stream).len());
    let count = painter.layout_no_wrap(count, theme::mono(11.5), tokens.secondary);
    let room = rect.width() - count.size().x - 24.0;
    let mut words = egui::text::LayoutJob::simple_singleline(name.to_string(), theme::words(13.0), tokens.text);
    words.wrap = egui::text::TextWrapping::truncate_at_width(room);
    let words = painter.layout_job(words);
    painter.galley(egui::pos2(rect.left() + 12.0, rect.center().y - words.size().y / 2.0), words, tokens.text);
    painter.galley(
        egui::pos2(rect.right() - count.size().x, rect.center().y - count.size().y / 2.0),
        count,
        tokens.secondary,
    );
    response.on_hover_text(&**name);
}
