//! What the window measures of itself (F12).

use egui::{Align2, Area, Frame, Id, Order, RichText, vec2};

use super::frame_log::{Measured, Ring};
use super::{text, theme};
use crate::app::App;

/// The overlay, at the bottom left above the status bar, if it is asked for.
pub fn measurements_ui(ui: &egui::Ui, app: &App, measured: &Measured, bottom: f32) {
    if !app.measurements {
        return;
    }
    let from_below = bottom - ui.ctx().content_rect().bottom() - theme::MARGIN;
    Area::new(Id::unique("measurements"))
        .order(Order::Foreground)
        .interactable(false)
        .anchor(Align2::LEFT_BOTTOM, vec2(theme::MARGIN, from_below))
        .show(ui.ctx(), |ui| {
            Frame::popup(ui.style()).show(ui, |ui| {
                ui.spacing_mut().interact_size.y = 0.0;
                ui.label(RichText::new("Measurements").font(theme::strong(theme::BODY)));
                egui::Grid::new("measurements").num_columns(2).spacing(vec2(16.0, 2.0)).show(ui, |ui| {
                    row(ui, "frame CPU, ms (last, p50, p99)", &figures(&measured.frames));
                    row(ui, "state at the cursor, ms (last, p50, p99)", &figures(&measured.states));
                    row(ui, "jobs under way", &app.running.len().to_string());
                    if let Some(document) = &app.document {
                        let log = &document.opened.log;
                        row(ui, "events", &text::grouped(log.len()));
                        row(ui, "index", &format!("{:.1} MB", log.bytes() as f64 / 1_000_000.0));
                    }
                });
            });
        });
}

fn figures(ring: &Ring) -> String {
    match (ring.last(), ring.percentile(0.5), ring.percentile(0.99)) {
        (Some(last), Some(middle), Some(high)) => format!("{last:.1}  {middle:.1}  {high:.1}  ({})", ring.len()),
        _ => "none yet".to_owned(),
    }
}

fn row(ui: &mut egui::Ui, what: &str, figure: &str) {
    let tokens = theme::tokens(ui);
    ui.label(RichText::new(what).font(theme::words(theme::SMALL)).color(tokens.secondary));
    ui.label(RichText::new(figure).font(theme::mono(theme::SMALL)));
    ui.end_row();
}
