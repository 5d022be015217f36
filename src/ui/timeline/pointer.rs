//! What the pointer does over the lanes: pan, zoom, scrub, select, ask.

use std::sync::Arc;

use egui::{CursorIcon, Rect, Response, Ui};

use super::lanes::Spot;
use super::rows::Row;
use super::{Stage, TimelineView, branch, mark_drag, overview, scrub, snapshots};
use crate::app::Command;
use crate::ui::whatif::menu::edit_items;

/// How near to the cursor's line a press takes hold of it.
const GRIP: f32 = 6.0;
/// Points of the wheel that make the view half or twice as wide.
const WHEEL: f64 = 160.0;

/// What is being dragged.
#[derive(Clone, Copy, PartialEq)]
pub enum Drag {
    /// The cursor, and how far it is from the pointer.
    Scrub {
        /// In points.
        grab: f32,
    },
    /// The view.
    Pan,
    /// The window in the overview.
    Window(overview::Held),
    /// A mark: [`mark_drag`] has what is to be known of it.
    Mark,
    /// Nothing any more, until the button is let go.
    Nothing,
}

/// The pointer over a part of the lanes.
pub fn pointer_ui(
    ui: &Ui,
    stage: &Stage<'_>,
    timeline: &mut TimelineView,
    rows: &[(Row, Rect)],
    response: &Response,
    queue: &mut Vec<Command>,
) {
    pan_or_scrub(ui, stage, timeline, rows, response, queue);
    let mut spot_at = |pointer: egui::Pos2| spot_at(stage, timeline, rows, pointer);
    if response.clicked()
        && let Some(pointer) = response.interact_pointer_pos()
    {
        leave_focus(ui);
        match spot_at(pointer) {
            Some(at) => click(stage, &at, pointer.x, queue),
            None => scrub(stage, pointer.x, queue),
        }
    }
    // The menu is for the mark that was under the pointer when it was opened, whatever is selected.
    let secondary = response.interact_pointer_pos().filter(|_| response.secondary_clicked()).map(&mut spot_at);
    let hovered = response.hover_pos().filter(|_| !response.dragged()).map(&mut spot_at);
    if let Some(spot) = secondary {
        timeline.menu_event = match spot {
            Some(At { spot: Spot::Event(event, _) | Spot::Own(_, Some(event), _), .. }) => {
                Some((stage.document.opened.key, event))
            }
            _ => None,
        };
    }
    // The menu may still be open when another store comes.
    let event = timeline.menu_event.filter(|(store, _)| *store == stage.document.opened.key).map(|(_, event)| event);
    let menu = response.context_menu(|ui| menu_ui(ui, stage, event, queue));
    if let Some(At { row, name, spot, lane }) = hovered.flatten().filter(|_| menu.is_none()) {
        ui.set_cursor_icon(CursorIcon::PointingHand);
        timeline.hover.offer(row, name, spot, lane);
    }
}

/// What is under the pointer in a lane.
pub struct At {
    /// The lane.
    pub row: Row,
    /// The stream that it is of.
    pub name: Arc<str>,
    /// The mark.
    pub spot: Spot,
    /// Where the lane is.
    pub lane: Rect,
}

/// What of the lanes is at a place.
pub fn spot_at(
    stage: &Stage<'_>,
    timeline: &mut TimelineView,
    rows: &[(Row, Rect)],
    pointer: egui::Pos2,
) -> Option<At> {
    let (row, lane) = *rows.iter().find(|(_, rect)| rect.y_range().contains(pointer.y))?;
    let name = timeline.rows.name(stage.document, row)?.clone();
    let x = pointer.x - stage.scale.left;
    let spot = match row {
        Row::Stream(stream) => {
            let below = pointer.y > lane.center().y + snapshots::BELOW;
            let bracket = if below { snapshots::at(timeline.looks.brackets(stage, stream), x) } else { None };
            let snapshot = bracket.map(|(x, at)| Spot::Snapshot(at, x));
            snapshot.or_else(|| timeline.looks.look(stage, stream).at(x))
        }
        _ => timeline.looks.branch(stage, row, &name).at(x),
    };
    Some(At { row, name, spot: spot?, lane })
}

/// A click on a mark goes to its event; in a scenario's lane, the scenario becomes the active one.
fn click(stage: &Stage<'_>, at: &At, x: f32, queue: &mut Vec<Command>) {
    let document = stage.document;
    if let Some(view) = branch::scenario(stage, at.row).filter(|view| view.id != document.active_scenario().id) {
        queue.push(Command::ShowScenario(view.id));
    }
    match at.spot {
        Spot::Event(event, _) | Spot::Own(_, Some(event), _) => {
            queue.push(Command::SelectStream(at.name.clone()));
            queue.push(Command::SeekEvent(event));
        }
        Spot::Snapshot(snapshot, _) => {
            if let Row::Stream(stream) = at.row {
                queue.push(Command::GoToSnapshot { stream, at: snapshot });
            }
        }
        // The cursor stands on what was recorded: beside an inserted event, it is where that stands.
        Spot::Own(_, None, mark) => {
            queue.push(Command::SelectStream(at.name.clone()));
            scrub(stage, stage.scale.left + mark, queue);
        }
        Spot::Crowd(..) => scrub(stage, x, queue),
    }
}

fn menu_ui(ui: &mut Ui, stage: &Stage<'_>, event: Option<u32>, queue: &mut Vec<Command>) {
    let document = stage.document;
    let Some(event) = event else {
        ui.label("No event here: right-click a mark");
        return;
    };
    let words = document.words_for(event);
    if ui.button(format!("Go to {words}")).clicked() {
        queue.push(Command::JumpTo(event));
    }
    ui.separator();
    edit_items(ui, document, event, false, queue);
}

fn pan_or_scrub(
    ui: &Ui,
    stage: &Stage<'_>,
    timeline: &mut TimelineView,
    rows: &[(Row, Rect)],
    response: &Response,
    queue: &mut Vec<Command>,
) {
    let near = |x: f32| (x - stage.cursor).abs() <= GRIP;
    if response.drag_started()
        && let Some(origin) = ui.input(|input| input.pointer.press_origin())
    {
        leave_focus(ui);
        timeline.drag = Some(match mark_drag::grab(stage, timeline, rows, origin, queue) {
            // Before the cursor: it stands on the mark that is selected, and can be taken hold of elsewhere.
            true => Drag::Mark,
            false if near(origin.x) => Drag::Scrub { grab: stage.cursor - origin.x },
            false => Drag::Pan,
        });
    }
    if response.dragged()
        && let Some(pointer) = response.interact_pointer_pos()
    {
        match timeline.drag {
            Some(Drag::Scrub { grab }) => scrub(stage, pointer.x + grab, queue),
            Some(Drag::Mark | Drag::Nothing) => {}
            _ => {
                let delta = response.drag_delta();
                timeline.scroll_by += delta.y;
                if delta.x != 0.0 {
                    let axis = &stage.document.axis;
                    queue.push(Command::SetView(stage.document.view.panned(-delta.x, stage.scale.width, axis)));
                }
            }
        }
    }
    let scrubbing = response.dragged() && matches!(timeline.drag, Some(Drag::Scrub { .. }));
    if scrubbing || response.hover_pos().is_some_and(|pointer| near(pointer.x)) {
        ui.set_cursor_icon(CursorIcon::ResizeHorizontal);
    }
}

/// The wheel, or two fingers, over ruler and lanes.
pub fn wheel(ui: &Ui, stage: &Stage<'_>, plot: Rect, queue: &mut Vec<Command>) {
    let Some(pointer) = ui.input(|input| input.pointer.hover_pos()) else { return };
    if !ui.rect_contains_pointer(plot) || ui.input(|input| input.modifiers.alt) {
        return;
    }
    let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta, input.zoom_delta()));
    let (view, axis, width) = (stage.document.view, &stage.document.axis, stage.scale.width);
    let factor = (f64::from(scroll.y) / WHEEL).exp2() * f64::from(pinch);
    if factor != 1.0 {
        queue.push(Command::SetView(view.zoomed(factor, pointer.x - stage.scale.left, width, axis)));
    } else if scroll.x != 0.0 {
        queue.push(Command::SetView(view.panned(-scroll.x, width, axis)));
    }
}

/// Whoever uses the pointer here types here next: nothing else keeps the keys.
pub fn leave_focus(ui: &Ui) {
    ui.memory_mut(|memory| {
        if let Some(id) = memory.focused() {
            memory.surrender_focus(id);
        }
    });
}
