//! The cursor: a line through all lanes, and a chip in the ruler that says its moment.

use std::ops::RangeInclusive;

use egui::{Rect, Stroke, StrokeKind, Ui, pos2, vec2};

use super::Stage;
use crate::app::Cursor;
use crate::model::zoned;
use crate::timeline::AxisKind;
use crate::ui::theme;

/// The line through the lanes.
pub fn line(ui: &Ui, stage: &Stage<'_>, range: RangeInclusive<f32>) {
    if in_sight(stage) {
        ui.painter().vline(stage.cursor, range, Stroke::new(1.5, stage.tokens.now));
    }
}

/// Whether the cursor is in the part of the axis that is shown.
pub fn in_sight(stage: &Stage<'_>) -> bool {
    stage.cursor >= stage.scale.left - 1.0 && stage.cursor <= stage.scale.right() + 1.0
}

/// What the chip says: the time of day where the ruler says the day, `#1284` among events of equal width.
pub fn chip_text(stage: &Stage<'_>, context: &str) -> String {
    let document = stage.document;
    let log = &document.opened.log;
    match (document.axis.kind(), document.cursor, document.cursor_time()) {
        (AxisKind::Sequence, Cursor::Event(event), _) | (_, Cursor::Event(event), None) => {
            format!("#{}", log.position(event as usize))
        }
        (_, _, Some(time)) => {
            let day = time.to_datetime().with_timezone(&stage.zone).format("%-d %B %Y").to_string();
            if day == context { zoned::clock(time, stage.zone) } else { zoned::date_time(time, stage.zone) }
        }
        (_, _, None) => String::new(),
    }
}

/// Where the chip is, if the cursor is in sight.
pub fn chip(ui: &Ui, stage: &Stage<'_>, ruler: Rect, text: &str) -> Option<(Rect, std::sync::Arc<egui::Galley>)> {
    if !in_sight(stage) || text.is_empty() {
        return None;
    }
    let galley = ui.painter().layout_no_wrap(text.to_owned(), theme::mono(theme::SMALL), stage.tokens.on_now);
    let size = galley.size() + vec2(10.0, 6.0);
    // Near the edges the chip stays whole, and the line leaves its middle.
    let left = (stage.cursor - size.x / 2.0)
        .clamp(stage.scale.left, (stage.scale.right() + 8.0 - size.x).max(stage.scale.left));
    Some((Rect::from_min_size(pos2(left, ruler.center().y - size.y / 2.0), size), galley))
}

/// Paints the chip, and what joins it to the line.
pub fn paint_chip(ui: &Ui, stage: &Stage<'_>, ruler: Rect, chip: Rect, galley: std::sync::Arc<egui::Galley>) {
    let painter = ui.painter();
    painter.vline(stage.cursor, chip.bottom()..=ruler.bottom(), Stroke::new(1.5, stage.tokens.now));
    painter.rect(chip, 4.0, stage.tokens.now, Stroke::NONE, StrokeKind::Inside);
    painter.galley(chip.min + vec2(5.0, 3.0), galley, stage.tokens.on_now);
}
