//! The card about what the pointer is on: it stands beside a mark, never on it, and stays while the pointer does.

use std::sync::Arc;

use egui::{Id, Rect, RichText, Tooltip, Ui, pos2, vec2};

use super::lanes::Spot;
use super::rows::Row;
use super::{Stage, branch_card, legend, snapshots};
use crate::app::Command;
use crate::job::StoreKey;
use crate::model::{StreamIndex, TypeIndex, names, zoned};
use crate::timeline::AxisKind;
use crate::timeline::density::KINDS;
use crate::ui::{marks, text, theme};

/// How long the pointer rests before what is not there yet is read, in seconds.
const DWELL: f64 = 0.15;

/// What the pointer is on.
#[derive(Default)]
pub struct Hover {
    on: Option<On>,
    /// In the frame that is being drawn.
    next: Option<On>,
    since: f64,
    /// Of the crowd that is shown.
    kinds: Option<(Crowd, [u32; KINDS])>,
}

/// Which events a crowd is of: places mean others in another stream, store or axis.
type Crowd = ((StoreKey, u64), AxisKind, StreamIndex, u32, u32);

#[derive(Clone, PartialEq)]
struct On {
    row: Row,
    name: Arc<str>,
    spot: Spot,
    lane: Rect,
}

impl Hover {
    /// The pointer is on something in a lane this frame.
    pub fn offer(&mut self, row: Row, name: Arc<str>, spot: Spot, lane: Rect) {
        self.next = Some(On { row, name, spot, lane });
    }
}

/// Shows the card, if the pointer is on something.
pub fn card(ui: &Ui, stage: &Stage<'_>, hover: &mut Hover, queue: &mut Vec<Command>) {
    let next = hover.next.take();
    if hover.on != next {
        hover.since = ui.input(|input| input.time);
        hover.on = next;
    }
    let Some(on) = hover.on.clone().filter(|_| !ui.input(|input| input.pointer.any_down())) else { return };
    let (x, width) = match on.spot {
        Spot::Event(_, x) | Spot::Own(.., x) | Spot::Snapshot(_, x) => (x, 14.0),
        Spot::Crowd(bar, step) => (bar.x + step / 2.0, step),
    };
    let at = pos2(stage.scale.left + x, on.lane.center().y);
    let anchor = Rect::from_center_size(at, vec2(width, on.lane.height() - 4.0));
    let tooltip = Tooltip::always_open(ui.ctx().clone(), ui.layer_id(), Id::unique("event card"), anchor);
    tooltip.gap(4.0).width(320.0).show(|ui| match on.spot {
        Spot::Event(event, _) => {
            event_ui(ui, stage, event);
            branch_card::recorded_ui(ui, stage, on.row, &on.name, event);
        }
        Spot::Snapshot(at, _) => snapshots::card_ui(ui, stage, &on.name, at),
        Spot::Own(place, ..) => branch_card::own_ui(ui, stage, on.row, &on.name, place),
        Spot::Crowd(bar, _) => {
            let document = stage.document;
            let Some(stream) = document.opened.log.find_stream(&on.name) else { return };
            let crowd = (document.opened.index(), document.axis.kind(), stream, bar.from, bar.to);
            let kinds = match hover.kinds {
                Some((known, kinds)) if known == crowd => kinds,
                _ => {
                    let log = &document.opened.log;
                    let lane = document.opened.drawing.dense_lane(log, document.axis.kind(), stream);
                    lane.kinds(bar.from as usize, bar.to as usize)
                }
            };
            hover.kinds = Some((crowd, kinds));
            crowd_ui(ui, stage, stream, bar.count(), kinds);
        }
    });
    let wanted = match on.spot {
        Spot::Event(event, _) | Spot::Own(_, Some(event), _) => Some(event),
        Spot::Own(_, None, _) | Spot::Crowd(..) | Spot::Snapshot(..) => None,
    };
    if let Some(event) = wanted
        && !stage.document.rows.contains_key(&event)
        && stage.document.rows_asked.failure().is_none()
    {
        let rested = ui.input(|input| input.time) - hover.since;
        if rested >= DWELL {
            queue.push(Command::WantRows(vec![event]));
            hover.since = f64::INFINITY;
        } else {
            ui.request_repaint_after_secs((DWELL - rested) as f32);
        }
    }
}

fn event_ui(ui: &mut Ui, stage: &Stage<'_>, event: u32) {
    let (document, tokens) = (stage.document, &stage.tokens);
    let log = &document.opened.log;
    let at = event as usize;
    let mark = document.opened.drawing.marks.mark(log, at);
    ui.spacing_mut().item_spacing.y = 3.0;
    ui.horizontal(|ui| {
        legend::swatch(ui, mark.shape, marks::colour(mark, tokens));
        ui.label(
            RichText::new(names::type_words(&log.event_type(log.type_of(at)).name)).font(theme::strong(theme::BODY)),
        );
    });
    let row = document.rows.get(&event);
    if let Some(sentence) = row.and_then(|row| row.sentence.as_deref()) {
        ui.label(sentence);
    }
    let mut place =
        log.stream_of(at).map_or(String::new(), |stream| format!("{} · ", names::shown(&log.stream(stream).name)));
    if let Some(version) = log.version(at) {
        place += &format!("v{version} · ");
    }
    place += &format!("#{}", log.position(at));
    ui.label(RichText::new(place).font(theme::mono(theme::SMALL)).color(tokens.secondary));
    let time = match log.time(at) {
        Some(time) => format!("{} {}", zoned::date_time(time, stage.zone), stage.zone.name()),
        None => "without a time".to_owned(),
    };
    ui.label(RichText::new(time).font(theme::mono(theme::SMALL)).color(tokens.secondary));
    if let Some(user) = row.and_then(|row| row.event.user.as_deref()) {
        ui.label(RichText::new(format!("by {user}")).font(theme::words(theme::SMALL)).color(tokens.secondary));
    }
}

fn crowd_ui(ui: &mut Ui, stage: &Stage<'_>, stream: StreamIndex, count: u32, kinds: [u32; KINDS]) {
    let (document, tokens) = (stage.document, &stage.tokens);
    let info = document.opened.log.stream(stream);
    ui.spacing_mut().item_spacing.y = 3.0;
    let events = if count == 1 { "1 event".to_owned() } else { format!("{} events", text::grouped(count as usize)) };
    ui.label(RichText::new(format!("{events} of {}", names::shown(&info.name))).font(theme::strong(theme::BODY)));
    let drawn = &document.opened.drawing.marks;
    let mut ranked: Vec<(usize, u32)> = kinds.into_iter().enumerate().filter(|(_, count)| *count > 0).collect();
    ranked.sort_by_key(|(kind, count)| (std::cmp::Reverse(*count), *kind));
    for (kind, count) in ranked.into_iter().take(3) {
        // Two types of one colour are told together, with the mark of the commoner one.
        let of_kind = drawn.coloured(info.category).iter().filter(|at| drawn.mark_of(**at).colour == Some(kind));
        let of_kind: Vec<TypeIndex> = of_kind.copied().collect();
        let words: Vec<String> =
            of_kind.iter().map(|at| names::type_words(&document.opened.log.event_type(*at).name)).collect();
        let mark = of_kind.first().map(|at| drawn.mark_of(*at));
        let name = if words.is_empty() { "Other types".to_owned() } else { words.join(", ") };
        ui.horizontal(|ui| {
            let shape = mark.map_or(crate::timeline::Shape::Circle, |mark| mark.shape);
            legend::swatch(ui, shape, mark.map_or(tokens.other_mark, |mark| marks::colour(mark, tokens)));
            ui.label(RichText::new(text::grouped(count as usize)).font(theme::mono(theme::SMALL)));
            ui.label(RichText::new(name).color(tokens.secondary));
        });
    }
    let hint = "Zoom in to see each of them";
    ui.label(RichText::new(hint).font(theme::words(theme::SMALL)).color(tokens.secondary));
}
