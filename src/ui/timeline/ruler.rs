//! The ruler: ticks, the words that hold for all of them, the cursor's chip. Dragging in it moves the cursor.

use egui::{Align2, CursorIcon, Rect, Sense, Stroke, Ui, pos2};

use super::pointer::{self, Drag};
use super::{Stage, TimelineView, cursor, scrub};
use crate::app::Command;
use crate::timeline::AxisKind;
use crate::timeline::ruler::{Tick, ticks};
use crate::ui::{text, theme};

/// Points between ticks, at least.
const SPACING: f32 = 88.0;
/// Points between labels, at least.
const BETWEEN: f32 = 10.0;

const HELP: &str = "Drag in the ruler to move the cursor.\n\
    Wheel over the lanes: zoom. Shift and wheel, or drag: earlier and later.\n\
    Wheel over the names, Alt and wheel, or drag: up and down.";

fn all_ticks(stage: &Stage<'_>) -> (Vec<Tick>, String) {
    let document = stage.document;
    let (mut ticks, context) = ticks(&document.axis, document.view, stage.scale.width, SPACING, stage.zone);
    if document.axis.kind() == AxisKind::Sequence {
        // Positions need not be counted from 1, nor without gaps.
        let log = &document.opened.log;
        ticks.retain(|tick| (tick.coordinate as usize) < log.len());
        for tick in &mut ticks {
            tick.label = grouped(log.position(tick.coordinate as usize));
        }
    }
    (ticks, context)
}

fn grouped(position: i64) -> String {
    usize::try_from(position).map_or_else(|_| position.to_string(), text::grouped)
}

/// Lines of the ticks, behind the lanes.
pub fn grid(ui: &Ui, stage: &Stage<'_>, rect: Rect) {
    let painter = ui.painter_at(rect);
    let line = Stroke::new(1.0, theme::dimmed(stage.tokens.hairline));
    for tick in all_ticks(stage).0 {
        painter.vline(stage.scale.x(tick.coordinate), rect.y_range(), line);
    }
}

/// The ruler.
pub fn ruler_ui(ui: &mut Ui, stage: &Stage<'_>, timeline: &mut TimelineView, rect: Rect, queue: &mut Vec<Command>) {
    let tokens = &stage.tokens;
    let plot = stage.plot(rect);
    let response = ui.interact(plot, ui.scope_id().with("ruler"), Sense::CLICK | Sense::DRAG);
    let (ticks, context) = all_ticks(stage);
    let text = cursor::chip_text(stage, &context);
    let chip = cursor::chip(ui, stage, rect, &text);
    let pointer = response.interact_pointer_pos();
    if response.drag_started()
        && let Some(origin) = ui.input(|input| input.pointer.press_origin())
    {
        // Taken by the chip, the cursor keeps its distance from the pointer.
        let by_chip = chip.as_ref().is_some_and(|(chip, _)| chip.contains(origin));
        timeline.drag = Some(Drag::Scrub { grab: if by_chip { stage.cursor - origin.x } else { 0.0 } });
    }
    if response.dragged() || response.clicked() {
        pointer::leave_focus(ui);
        let grab = match timeline.drag {
            Some(Drag::Scrub { grab }) if response.dragged() => grab,
            _ => 0.0,
        };
        if let Some(pointer) = pointer {
            scrub(stage, pointer.x + grab, queue);
        }
    }
    if response.hovered() || response.dragged() {
        ui.set_cursor_icon(CursorIcon::ResizeHorizontal);
    }
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 0.0, tokens.panel);
    let middle = rect.center().y;
    let label = stage.label(rect);
    let help = ui.interact(label, ui.scope_id().with("context"), Sense::hover());
    painter.with_clip_rect(label).text(
        pos2(label.left() + theme::MARGIN, middle),
        Align2::LEFT_CENTER,
        context,
        theme::words(theme::SMALL),
        tokens.secondary,
    );
    help.on_hover_text(HELP);
    let mut taken = stage.scale.left - 4.0;
    for tick in ticks {
        let x = stage.scale.x(tick.coordinate);
        painter.vline(x, (rect.bottom() - 5.0)..=rect.bottom(), Stroke::new(1.0, tokens.hairline));
        let galley = painter.layout_no_wrap(tick.label, theme::mono(theme::SMALL), tokens.secondary);
        let place = Rect::from_center_size(pos2(x, middle), galley.size());
        let covered = chip.as_ref().is_some_and(|(chip, _)| chip.expand(4.0).x_range().intersects(place.x_range()));
        if place.left() < taken || place.right() > rect.right() - 2.0 || covered {
            continue;
        }
        taken = place.right() + BETWEEN;
        painter.galley(place.min, galley, tokens.secondary);
    }
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
    if let Some((chip, galley)) = chip {
        cursor::paint_chip(ui, stage, rect, chip, galley);
    }
}
