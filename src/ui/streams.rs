//! The streams of the store, by category.

use std::sync::Arc;

use egui::{RichText, ScrollArea, Sense, vec2};

use super::{ViewState, shell, theme};
use crate::app::{Command, Document};
use crate::model::{CategoryIndex, StreamIndex};

enum Row {
    Category(CategoryIndex, usize),
    Stream(StreamIndex),
}

/// The list with its filter.
pub fn streams_ui(ui: &mut egui::Ui, document: &Document, view: &mut ViewState, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let log = &document.opened.log;
    let rows = rows(document, &view.filter);
    let shown = rows.iter().filter(|row| matches!(row, Row::Stream(_))).count();
    ui.horizontal(|ui| {
        ui.label(RichText::new("Streams").font(theme::strong(13.0)));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let text = format!("{} of {}", shell::grouped(shown), shell::grouped(log.streams().len()));
            ui.label(RichText::new(text).font(theme::mono(11.5)).color(tokens.secondary));
        });
    });
    ui.add(egui::TextEdit::singleline(&mut view.filter).hint_text("Filter streams…").desired_width(f32::INFINITY))
        .accessible_name("Filter streams");
    ui.add_space(4.0);
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, theme::ROW - 4.0, rows.len(), |ui, range| {
        ui.spacing_mut().item_spacing.y = 4.0;
        for row in &rows[range] {
            match row {
                Row::Category(category, count) => category_ui(ui, log.category(*category), *count),
                Row::Stream(stream) => stream_ui(ui, document, *stream, queue),
            }
        }
    });
}

fn rows(document: &Document, filter: &str) -> Vec<Row> {
    let log = &document.opened.log;
    let filter = filter.trim().to_lowercase();
    let mut by_category: Vec<Vec<StreamIndex>> = vec![Vec::new(); log.categories().len()];
    for (at, stream) in log.streams().iter().enumerate() {
        if filter.is_empty() || stream.name.to_lowercase().contains(&filter) {
            by_category[stream.category.0 as usize].push(StreamIndex(at as u32));
        }
    }
    let mut rows = Vec::new();
    for (at, streams) in by_category.into_iter().enumerate() {
        if !streams.is_empty() {
            rows.push(Row::Category(CategoryIndex(at as u32), streams.len()));
            rows.extend(streams.into_iter().map(Row::Stream));
        }
    }
    rows
}

fn category_ui(ui: &mut egui::Ui, name: &str, count: usize) {
    let tokens = theme::tokens(ui);
    ui.horizontal(|ui| {
        ui.set_height(theme::ROW - 4.0);
        ui.label(RichText::new(name).font(theme::strong(13.0)));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.label(RichText::new(shell::grouped(count)).font(theme::mono(11.5)).color(tokens.secondary));
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
    let count = shell::grouped(log.lane(stream).len());
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
