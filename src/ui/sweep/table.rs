//! The values of a sweep as a table.

use chrono_tz::Tz;
use egui::{Align2, RichText, Role, ScrollArea, Sense, WidgetInfo, pos2, vec2};

use super::{SweepView, field_name, point_words, shown, value_words};
use crate::model::Value;
use crate::ui::theme;
use crate::whatif::Sweep;

/// Height of a row, in points.
const LINE: f32 = 24.0;
/// Width of the column of values; times are longer.
const VALUE: f32 = 110.0;
const TIME: f32 = 180.0;
/// Width of a field's column.
const FIELD: f32 = 110.0;

/// The table.
pub fn table_ui(ui: &mut egui::Ui, sweep: &Sweep, edition: u64, view: &mut SweepView, zone: Tz) {
    let tokens = theme::tokens(ui);
    let first = if matches!(sweep.from, crate::whatif::SweepValue::Time(_)) { TIME } else { VALUE };
    let width = (first + FIELD * sweep.fields.len() as f32 + 260.0).max(ui.available_width());
    ScrollArea::horizontal().id_salt("sweep table").auto_shrink([false, false]).show(ui, |ui| {
        ui.set_width(width);
        let (head, _) = ui.allocate_exact_size(vec2(width, LINE), Sense::hover());
        let ink = tokens.secondary;
        let paint = |ui: &egui::Ui, x: f32, align: Align2, text: String, colour, mono: bool, y: f32| {
            let font = if mono { theme::mono(theme::MONO) } else { theme::words(theme::SMALL) };
            ui.painter().text(pos2(x, y), align, text, font, colour);
        };
        let y = head.center().y;
        paint(ui, head.left() + first, Align2::RIGHT_CENTER, sweep.what.clone(), ink, false, y);
        for (at, field) in sweep.fields.iter().enumerate() {
            let right = head.left() + first + FIELD * (at + 1) as f32;
            paint(ui, right, Align2::RIGHT_CENTER, field_name(sweep, field), ink, false, y);
        }
        let end = head.left() + first + FIELD * sweep.fields.len() as f32 + theme::SECTION;
        paint(ui, end, Align2::LEFT_CENTER, "Broken".to_owned(), ink, false, y);
        let rows = ScrollArea::vertical().id_salt("sweep rows").auto_shrink([false, false]);
        rows.show_rows(ui, LINE, sweep.points.len(), |ui, range| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for row in range {
                let Some(point) = sweep.points.get(row) else { continue };
                let (rect, response) = ui.allocate_exact_size(vec2(width, LINE), Sense::click());
                let name = point_words(sweep, point, zone);
                let selected = view.at == Some((edition, row));
                response.widget_info(|| WidgetInfo::selected(Role::Row, true, selected, &name));
                if response.clicked() {
                    view.at = Some((edition, row));
                }
                if selected || response.hovered() {
                    ui.painter().rect_filled(rect, 0, tokens.selection);
                }
                theme::focus_ring(ui, &response);
                let y = rect.center().y;
                paint(ui, rect.left() + first, Align2::RIGHT_CENTER, shown(&point.value, zone), tokens.text, true, y);
                for (at, value) in point.fields.iter().enumerate() {
                    let right = rect.left() + first + FIELD * (at + 1) as f32;
                    let text = value.as_ref().map_or_else(String::new, value_words);
                    let mono = matches!(value, Some(Value::Number(_)));
                    paint(ui, right, Align2::RIGHT_CENTER, text, tokens.what_if, mono, y);
                }
                let bad: Vec<String> = point
                    .broken
                    .iter()
                    .map(|broken| broken.name.to_string())
                    .chain(point.stops.iter().map(|stop| stop.message.clone()))
                    .collect();
                let end = rect.left() + first + FIELD * point.fields.len() as f32 + theme::SECTION;
                let clip = rect.intersect(ui.clip_rect());
                let painter = ui.painter_at(clip);
                let font = theme::words(theme::SMALL);
                painter.text(pos2(end, y), Align2::LEFT_CENTER, bad.join("; "), font, tokens.bad);
            }
        });
        if sweep.points.is_empty() {
            ui.label(RichText::new("No values").color(tokens.secondary));
        }
    });
}
