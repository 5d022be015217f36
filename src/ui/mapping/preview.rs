//! Ten rows as the events that the mapping makes of them, and what is odd.

use egui::{Label, RichText, ScrollArea};

use super::roles::problem_ui;
use crate::app::{App, MappingView};
use crate::model::mapping::{Preview, PreviewRow};
use crate::model::zoned;
use crate::ui::theme;

/// How high all of it is at most: ten rows and their headings.
pub(super) const HIGHEST: f32 = 300.0;
/// Height of a row.
const ROW: f32 = 22.0;

/// The columns: a key of the mapping, a heading, a least width, and a share of what is wider.
const COLUMNS: [(&str, &str, f32, f32); 5] = [
    ("stream", "Stream", 150.0, 0.2),
    ("version", "Version", 56.0, 0.0),
    ("type", "Type", 140.0, 0.2),
    ("time", "Time", 196.0, 0.0),
    ("payload", "Payload", 150.0, 0.6),
];

/// The preview.
pub(super) fn preview_ui(ui: &mut egui::Ui, app: &App, mapping: &MappingView, height: f32) {
    let tokens = theme::tokens(ui);
    let width = ui.available_width();
    ui.horizontal(|ui| {
        ui.label(RichText::new("The first rows as events").font(theme::words(theme::SMALL)).color(tokens.secondary));
        if mapping.preview.is_pending() {
            ui.label(RichText::new("reading…").font(theme::words(theme::SMALL)).color(tokens.secondary));
        } else if mapping.oddities().next().is_some() {
            let words = RichText::new("what does not read well is red").font(theme::words(theme::SMALL));
            ui.label(words.color(tokens.bad));
        }
    });
    let area = ScrollArea::vertical().id_salt("preview").max_height(height - 20.0).auto_shrink([false, false]);
    area.show(ui, |ui| {
        if let Some(failure) = mapping.preview.failure() {
            ui.add(Label::new(RichText::new(failure).color(tokens.bad)).wrap());
        }
        let Some(preview) = mapping.previewed() else { return };
        if let Some(refusal) = &preview.refusal {
            ui.add(Label::new(RichText::new(refusal).color(tokens.bad)).wrap());
            return;
        }
        if preview.rows.is_empty() {
            ui.label(RichText::new("There are no rows to show").color(tokens.secondary));
        } else {
            rows_ui(ui, app, preview, width);
        }
        ui.add_space(theme::TIGHT);
        // What is odd in the table that is shown stands beside its columns.
        for problem in preview.problems.iter().filter(|problem| problem.table != mapping.shown) {
            let words = format!("{}, {}: {}", problem.table, title(problem.role), problem.words);
            problem_ui(ui, &words, problem.rows > 0);
        }
    });
}

fn rows_ui(ui: &mut egui::Ui, app: &App, preview: &Preview, width: f32) {
    let tokens = theme::tokens(ui);
    let fixed: f32 = COLUMNS.iter().map(|(_, _, width, _)| width + theme::GAP).sum();
    let more = (width - fixed - theme::MARGIN).max(0.0);
    let widths = COLUMNS.map(|(_, _, width, share)| width + more * share);
    let grid = egui::Grid::new("rows as events").num_columns(COLUMNS.len()).min_row_height(ROW);
    grid.spacing(egui::vec2(theme::GAP, 0.0)).show(ui, |ui| {
        for ((_, heading, _, _), width) in COLUMNS.into_iter().zip(widths) {
            cell(ui, width, RichText::new(heading).font(theme::words(theme::SMALL)).color(tokens.secondary));
        }
        ui.end_row();
        for row in &preview.rows {
            row_ui(ui, app, row, &widths);
            ui.end_row();
        }
    });
}

fn row_ui(ui: &mut egui::Ui, app: &App, row: &PreviewRow, widths: &[f32; 5]) {
    let tokens = theme::tokens(ui);
    let zone = app.zone();
    for ((key, _, _, _), width) in COLUMNS.into_iter().zip(widths) {
        let problem = row.problems.iter().find(|(role, _)| *role == key).map(|(_, words)| words.as_str());
        let text = match key {
            "stream" => row.stream.clone(),
            "version" => row.version.map(|version| version.to_string()),
            "type" => row.event_type.clone(),
            "time" => row.time.map(|time| zoned::date_time(time, zone)),
            _ => (!row.payload.is_empty()).then(|| row.payload.clone()),
        };
        // A broken payload is shown as it is, behind what is wrong with it: its end may be out of sight.
        let problem = problem.map(|words| words.strip_prefix("of a stream ").unwrap_or(words));
        let shown = match (&text, problem) {
            (Some(text), Some(problem)) if !text.is_empty() => {
                format!("{}: {text}", problem.split(':').next().unwrap_or(problem))
            }
            (_, Some(problem)) => problem.to_owned(),
            (Some(text), None) => text.clone(),
            (None, None) => "none".to_owned(),
        };
        let colour = if problem.is_some() { tokens.bad } else { tokens.text };
        cell(ui, *width, RichText::new(shown).font(theme::mono(theme::MONO)).color(colour));
    }
}

fn cell(ui: &mut egui::Ui, width: f32, text: RichText) {
    ui.allocate_ui(egui::vec2(width, ROW), |ui| {
        ui.set_min_size(egui::vec2(width, ROW));
        ui.set_max_width(width);
        ui.add(Label::new(text).truncate());
    });
}

/// A key of a mapping file as a word.
fn title(key: &str) -> &'static str {
    match key {
        "stream" => "Stream",
        "version" => "Version",
        "type" => "Type",
        "time" => "Time",
        "payload" => "Payload",
        "order" => "Order",
        _ => "Rows",
    }
}
