//! Dragging a mark along its lane, or onto another: a ghost follows the pointer and says what would come of it.

use std::sync::Arc;

use egui::{CursorIcon, Key, Modifiers, Pos2, Rect, Sense, Shape as Paint, Stroke, StrokeKind, Ui, WidgetInfo};
use egui::{pos2, vec2};

use super::lanes::Spot;
use super::pointer::{self, At, Drag};
use super::rows::Row;
use super::{Stage, TimelineView, branch, rounded};
use crate::app::Command;
use crate::app::dragging::{Along, Held, Landing, dropped};
use crate::job::{ScenarioId, StoreKey};
use crate::timeline::{AxisKind, Mark, View};
use crate::ui::{marks, theme};
use crate::whatif::BranchEvent;

/// How near to the middle of a mark a press takes hold of it, in points.
const GRIP: f32 = 7.0;
/// A mark that is not further from where it stood keeps its time, in points.
const STILL: f32 = 5.0;

/// A mark that is being dragged.
pub struct Carried {
    store: StoreKey,
    held: Held,
    mark: Option<Mark>,
    /// The stream in whose lane it was taken up.
    home: Arc<str>,
    /// Where the mark was, and how far from its middle it was taken hold of.
    from: Pos2,
    grip: f32,
    /// What comes of dropping it where it is.
    known: Option<(Of, Result<Landing, String>)>,
}

/// What a landing is of.
type Of = (Pos2, Arc<str>, View, ScenarioId, u64);

/// Takes hold of the mark at a place. False if there is none.
pub fn grab(
    stage: &Stage<'_>,
    timeline: &mut TimelineView,
    rows: &[(Row, Rect)],
    origin: Pos2,
    queue: &mut Vec<Command>,
) -> bool {
    timeline.carried = None;
    let Some(At { row, name, spot, lane }) = pointer::spot_at(stage, timeline, rows, origin) else { return false };
    let document = stage.document;
    let view = branch::scenario(stage, row);
    let (held, x) = match spot {
        Spot::Event(event, x) | Spot::Own(_, Some(event), x) => (Held::Recorded(event), x),
        Spot::Own(place, None, x) => {
            let lane = view.and_then(|view| view.branch.value()).and_then(|(branch, _)| branch.stream(&name));
            let Some(BranchEvent::Inserted { event }) = lane.and_then(|lane| lane.events().get(place as usize)) else {
                return false;
            };
            (Held::Inserted(event.id.clone().unwrap_or_default()), x)
        }
        Spot::Crowd(..) | Spot::Snapshot(..) => return false,
    };
    let from = pos2(stage.scale.left + x, branch::line_of(lane, row));
    if (origin.x - from.x).abs() > GRIP || (origin.y - from.y).abs() > GRIP + 3.0 {
        return false;
    }
    if let Some(view) = view.filter(|view| view.id != document.active_scenario().id) {
        queue.push(Command::ShowScenario(view.id));
    }
    let log = &document.opened.log;
    let mark = match &held {
        Held::Recorded(event) => Some(document.opened.drawing.marks.mark(log, *event as usize)),
        Held::Inserted(_) => None,
    };
    let grip = origin.x - from.x;
    timeline.carried = Some(Carried { store: document.opened.key, held, mark, home: name, from, grip, known: None });
    true
}

/// Shows the mark that is being dragged, and drops it. `area` is the whole timeline.
pub fn carry(ui: &mut Ui, stage: &Stage<'_>, timeline: &mut TimelineView, area: Rect, queue: &mut Vec<Command>) {
    let Some(mut carried) = timeline.carried.take() else { return };
    if carried.store != stage.document.opened.key || timeline.drag != Some(Drag::Mark) {
        return;
    }
    if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
        timeline.drag = Some(Drag::Nothing);
        return;
    }
    let (pointer, down) = ui.input(|input| (input.pointer.latest_pos(), input.pointer.any_down()));
    let Some(pointer) = pointer else { return };
    let inside = area.contains(pointer);
    let lane = timeline.placed.iter().find(|(_, rect)| rect.y_range().contains(pointer.y) && rect.is_positive());
    let lane = lane.and_then(|(row, rect)| Some((*row, *rect, timeline.rows.name(stage.document, *row)?.clone())));
    let (y, target) = match &lane {
        Some((row, rect, name)) => (branch::line_of(*rect, *row), name.clone()),
        None => (carried.from.y, carried.home.clone()),
    };
    let at = pos2((pointer.x - carried.grip).clamp(stage.scale.left, stage.scale.right()), y);
    let landing = carried.landing(stage, at, &target);
    if !down {
        if let Ok(Landing { command: Some(_), .. }) = landing
            && inside
            && let Some((_, Ok(landing))) = carried.known.take()
        {
            queue.extend(landing.command);
        }
        return;
    }
    let (words, fits) = match landing {
        Ok(landing) => (landing.words.clone(), true),
        Err(why) => (why.clone(), false),
    };
    let words = if inside { words } else { "Let go here to leave all as it is".to_owned() };
    ui.set_cursor_icon(if fits && inside { CursorIcon::Grabbing } else { CursorIcon::NotAllowed });
    if let Some((_, rect, _)) = lane.filter(|_| fits && inside) {
        ui.painter().rect_filled(stage.plot(rect), 0.0, theme::wash(stage.tokens.what_if));
    }
    ghost_ui(ui, stage, &carried, at, &words, fits && inside);
    timeline.carried = Some(carried);
}

impl Carried {
    /// What comes of dropping it there: worked out when the pointer moves, not at each frame.
    fn landing(&mut self, stage: &Stage<'_>, at: Pos2, target: &Arc<str>) -> &Result<Landing, String> {
        let document = stage.document;
        let view = document.active_scenario();
        let of = (at, target.clone(), document.view, view.id, view.branch.edition());
        let known = self.known.take().filter(|(known, _)| *known == of);
        let known = known.unwrap_or_else(|| {
            let coordinate = stage.scale.coordinate(at.x);
            let along = match document.axis.kind() {
                _ if (at.x - self.from.x).abs() <= STILL => Along::Same,
                AxisKind::Sequence => Along::Sequence(coordinate),
                AxisKind::Time => {
                    let pixel = stage.scale.view.span / f64::from(stage.scale.width);
                    let time = document.axis.time_at(coordinate).and_then(|time| rounded(time, pixel));
                    time.map_or(Along::Same, Along::Time)
                }
            };
            (of, dropped(document, &self.held, target, along, stage.zone))
        });
        &self.known.insert(known).1
    }
}

fn ghost_ui(ui: &mut Ui, stage: &Stage<'_>, carried: &Carried, at: Pos2, words: &str, fits: bool) {
    let tokens = &stage.tokens;
    let painter = ui.painter();
    let violet = if fits { tokens.what_if } else { theme::quieter(tokens.what_if) };
    painter.extend(Paint::dashed_line(&[carried.from, at], Stroke::new(1.2, violet), 3.0, 3.0));
    branch::paint_own(painter, at, carried.mark, violet, |mark| marks::colour(mark, tokens), tokens.panel);
    let colour = if fits { tokens.what_if } else { tokens.text };
    let galley = painter.layout(words.to_owned(), theme::words(theme::SMALL), colour, 320.0);
    let size = galley.size() + vec2(16.0, 10.0);
    let left = (at.x + 14.0).min(stage.scale.right() - size.x).max(stage.left);
    // Above the pointer; in the topmost lane there is room below it.
    let above = at.y - 14.0 - size.y;
    let top = if above < ui.clip_rect().top() { at.y + 18.0 } else { above };
    let card = Rect::from_min_size(pos2(left, top), size);
    painter.rect(card, theme::RADIUS, tokens.raised, Stroke::new(1.0, violet), StrokeKind::Inside);
    painter.galley(card.min + vec2(8.0, 5.0), galley, colour);
    let node = ui.interact(card, ui.scope_id().with("what dropping does"), Sense::hover());
    node.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, words));
    ui.accesskit_node_builder(node.id, |node| node.set_live(egui::accesskit::Live::Polite));
}
