//! What the card says of an event in a scenario: what it is there, its version, and which edits made it so.

use egui::{RichText, Ui};

use super::rows::Row;
use super::{Stage, branch, legend};
use crate::app::dragging::{Held, concerning};
use crate::app::{ScenarioView, branch_marks};
use crate::model::{Event, Timestamp, Value, json, names, zoned};
use crate::timeline::Shape;
use crate::ui::{marks, theme};
use crate::whatif::BranchEvent;

/// A payload is cut after so many letters.
const PAYLOAD: usize = 160;

/// Of a recorded event, in a recorded lane or in a scenario's: what the scenario makes of it.
pub fn recorded_ui(ui: &mut Ui, stage: &Stage<'_>, row: Row, name: &str, event: u32) {
    let document = stage.document;
    match branch::scenario(stage, row) {
        Some(view) => {
            let lane = view.branch.value().and_then(|(branch, _)| branch.stream(name));
            let version = lane.and_then(|lane| {
                let place = branch_marks::in_branch(&document.opened.log, lane, event)?;
                lane.events().version(place)
            });
            version_ui(ui, stage, view, document.opened.log.version(event as usize), version);
        }
        None => {
            let view = document.active_scenario();
            edits_ui(ui, stage, view, &concerning(document, view, &Held::Recorded(event)));
        }
    }
}

/// Of an event that a scenario made, changed or moved.
pub fn own_ui(ui: &mut Ui, stage: &Stage<'_>, row: Row, name: &str, place: u32) {
    let document = stage.document;
    let log = &document.opened.log;
    let Some(view) = branch::scenario(stage, row) else { return };
    let Some((branch, _)) = view.branch.value() else { return };
    let Some(there) = branch.stream(name).and_then(|lane| lane.events().get(place as usize)) else { return };
    ui.spacing_mut().item_spacing.y = 3.0;
    let (held, contents) = match &there {
        BranchEvent::Recorded { index, .. } => (Held::Recorded(*index), None),
        BranchEvent::Edited { base, event } => (Held::Recorded(*base), Some(event)),
        BranchEvent::Inserted { event } => (Held::Inserted(event.id.clone().unwrap_or_default()), Some(event)),
    };
    let base = there.index();
    let event_type = match (contents, base) {
        (Some(event), _) => names::type_words(&event.event_type),
        (None, Some(base)) => names::type_words(&log.event_type(log.type_of(base as usize)).name),
        (None, None) => String::new(),
    };
    let (shape, colour) = base.map_or((Shape::Diamond, stage.tokens.what_if), |base| {
        let mark = document.opened.drawing.marks.mark(log, base as usize);
        (mark.shape, marks::colour(mark, &stage.tokens))
    });
    ui.horizontal(|ui| {
        legend::swatch(ui, shape, colour);
        ui.label(RichText::new(event_type).font(theme::strong(theme::BODY)));
    });
    // What it said as it was recorded is said of it only where it still says so.
    match contents {
        Some(event) => {
            ui.label(RichText::new(payload(event)).font(theme::mono(theme::SMALL)));
        }
        None => {
            let sentence = base.and_then(|base| document.rows.get(&base)).and_then(|row| row.sentence.as_deref());
            sentence.map(|sentence| ui.label(sentence));
        }
    }
    let quiet = |words: String| RichText::new(words).font(theme::mono(theme::SMALL)).color(stage.tokens.secondary);
    let recorded = base.and_then(|base| log.time(base as usize));
    ui.label(quiet(place_words(stage, name, base)));
    ui.label(quiet(time_words(stage, branch_marks::time_of(log, &there), recorded.filter(|_| base.is_some()))));
    version_ui(ui, stage, view, base.and_then(|base| log.version(base as usize)), there.version());
    edits_ui(ui, stage, view, &concerning(document, view, &held));
}

fn place_words(stage: &Stage<'_>, name: &str, base: Option<u32>) -> String {
    let shown = names::shown(name);
    let log = &stage.document.opened.log;
    match base {
        None => format!("{shown} · never recorded"),
        Some(base) => {
            let from =
                log.stream_of(base as usize).map(|stream| &*log.stream(stream).name).filter(|from| *from != name);
            let from = from.map_or_else(String::new, |from| format!(" · recorded in {}", names::shown(from)));
            format!("{shown} · #{}{from}", log.position(base as usize))
        }
    }
}

fn time_words(stage: &Stage<'_>, time: Option<Timestamp>, recorded: Option<Timestamp>) -> String {
    let said = |time| zoned::date_time(time, stage.zone);
    match (time, recorded.filter(|recorded| Some(*recorded) != time)) {
        (Some(time), Some(recorded)) => format!("{} → {} {}", said(recorded), said(time), stage.zone.name()),
        (Some(time), None) => format!("{} {}", said(time), stage.zone.name()),
        (None, _) => "without a time".to_owned(),
    }
}

/// `v8 as recorded, v7 in What-if`.
fn version_ui(ui: &mut Ui, stage: &Stage<'_>, view: &ScenarioView, recorded: Option<i64>, there: Option<i64>) {
    let name = view.draft.name();
    let words = match (recorded, there) {
        (Some(recorded), Some(there)) if recorded != there => format!("v{recorded} as recorded, v{there} in {name}"),
        (None, Some(there)) => format!("v{there} in {name}"),
        _ => format!("in {name}"),
    };
    ui.label(RichText::new(words).font(theme::words(theme::SMALL)).color(stage.tokens.what_if));
}

/// Which edits made it so.
fn edits_ui(ui: &mut Ui, stage: &Stage<'_>, view: &ScenarioView, edits: &[usize]) {
    for at in edits.iter().take(4) {
        let Some(edit) = view.draft.edits().nth(*at) else { continue };
        let words = format!("◆ {}", stage.document.edit_words(&edit.edit).sentence());
        ui.label(RichText::new(words).font(theme::words(theme::SMALL)).color(stage.tokens.what_if));
    }
    if edits.len() > 4 {
        let more = format!("and {} more edits", edits.len() - 4);
        ui.label(RichText::new(more).font(theme::words(theme::SMALL)).color(stage.tokens.what_if));
    }
}

/// A payload in one line.
fn payload(event: &Event) -> String {
    let text = match event.data.decoded() {
        Ok(value) if matches!(&*value, Value::Null) => return "no payload".to_owned(),
        Ok(value) => json::to_text(&value),
        Err(_) => return "a payload that can't be read".to_owned(),
    };
    match text.char_indices().nth(PAYLOAD) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}
