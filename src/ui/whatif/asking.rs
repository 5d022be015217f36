//! Small questions about events that are to be edited: by how much later, and where to.

use egui::{Id, Modal, RichText};

use crate::app::choosing::Chosen;
use crate::app::moving_edits::{MoveTo, Retime, Scope, Unit};
use crate::app::{App, Asking, Command, Document};
use crate::ui::{keys, theme};

/// What a question keeps while it is open.
#[derive(Default)]
pub struct AskingView {
    /// The focus was given to it.
    begun: bool,
    retiming: Option<Retiming>,
}

/// What a retiming comes to: a great many events may be chosen, so it is worked out once for each answer.
struct Retiming {
    retime: Retime,
    chosen: Chosen,
    /// Of the log, the scenario and its draft, and whether that is applied.
    made_of: (u64, u32, u64, bool),
    selected: Option<String>,
    outcome: Result<String, String>,
}

impl Retiming {
    fn of<'v>(kept: &'v mut Option<Self>, document: &Document, retime: &Retime) -> &'v Self {
        let scenario = document.active_scenario();
        let applied = scenario.current_branch().is_some();
        let made_of = (document.opened.log.generation(), scenario.id.0, scenario.draft.edition(), applied);
        let is_current =
            |kept: &Self| kept.retime == *retime && kept.made_of == made_of && kept.chosen.is(&document.chosen);
        let current = kept.take().filter(is_current);
        kept.insert(current.unwrap_or_else(|| Self {
            retime: retime.clone(),
            chosen: document.chosen.clone(),
            made_of,
            selected: (document.chosen.len() > 1).then(|| {
                let chosen: Vec<u32> = document.chosen.iter().collect();
                format!("The selected: {}", document.words_for_all(&chosen))
            }),
            outcome: retime.edits(document).map(|(_, words)| words),
        }))
    }
}

/// The question that is open, if one is.
pub fn asking_ui(ui: &egui::Ui, app: &App, view: &mut AskingView, queue: &mut Vec<Command>) {
    let Some(document) = &app.document else { return };
    let Some(asking) = document.asking.clone() else {
        *view = AskingView::default();
        return;
    };
    let first = !std::mem::replace(&mut view.begun, true);
    let frame = egui::Frame::popup(ui.style()).inner_margin(egui::Margin::same(20));
    let modal = Modal::new(Id::unique("question about events")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(440.0);
        let (next, problem) = match asking.clone() {
            Asking::Retime(retime) => retime_ui(ui, document, retime, first, &mut view.retiming, queue),
            Asking::Move(moved) => move_ui(ui, document, moved, first, queue),
        };
        if next != asking {
            queue.push(Command::Ask(Some(next)));
        }
        ui.add_space(theme::GAP);
        ui.horizontal(|ui| {
            let words = match asking {
                Asking::Retime(_) => "Retime",
                Asking::Move(_) => "Move",
            };
            if ui.add_enabled(problem.is_none(), egui::Button::new(words)).clicked() {
                queue.push(Command::Answer);
            }
            if ui.button("Cancel").clicked() {
                ui.close();
            }
        });
    });
    if modal.should_close() {
        queue.push(Command::Ask(None));
    }
}

fn title(ui: &mut egui::Ui, words: &str) {
    ui.label(RichText::new(words).font(theme::strong(theme::HEADING)));
    ui.add_space(theme::GAP);
}

/// What is wrong, or what will be done.
fn outcome(ui: &mut egui::Ui, outcome: &Result<String, String>) {
    let tokens = theme::tokens(ui);
    let words = match outcome {
        Ok(words) => RichText::new(words).color(tokens.what_if),
        Err(words) => RichText::new(words).color(tokens.bad),
    };
    ui.add(egui::Label::new(words).wrap());
}

fn retime_ui(
    ui: &mut egui::Ui,
    document: &Document,
    mut retime: Retime,
    first: bool,
    kept: &mut Option<Retiming>,
    queue: &mut Vec<Command>,
) -> (Asking, Option<String>) {
    let tokens = theme::tokens(ui);
    title(ui, "Retime events");
    let amount = ui.horizontal(|ui| {
        ui.label(RichText::new("By").color(tokens.secondary));
        let field = theme::field(&mut retime.amount, "1").id(Id::unique("how much time")).desired_width(110.0);
        let response = ui.add(field).accessible_name("How much time");
        if first {
            response.request_focus();
        }
        for unit in Unit::ALL {
            ui.radio_value(&mut retime.unit, unit, unit.name());
        }
        keys::entered(ui, &response)
    });
    ui.horizontal(|ui| {
        ui.radio_value(&mut retime.earlier, false, "later");
        ui.radio_value(&mut retime.earlier, true, "earlier");
    });
    if retime.changing.is_none() {
        ui.add_space(theme::TIGHT);
        let words = document.words_for(retime.event);
        ui.radio_value(&mut retime.scope, Scope::One, format!("Only {words}"));
        ui.radio_value(&mut retime.scope, Scope::FromHere, format!("Everything from {words} on"));
        if let Some(words) = Retiming::of(kept, document, &retime).selected.clone() {
            ui.radio_value(&mut retime.scope, Scope::Chosen, words);
        }
    }
    ui.add_space(theme::GAP);
    let edits = Retiming::of(kept, document, &retime).outcome.clone();
    outcome(ui, &edits);
    let text = "Times change, the order of events stays.";
    ui.label(RichText::new(text).font(theme::words(theme::SMALL)).color(tokens.secondary));
    if amount.inner {
        queue.push(Command::Answer);
    }
    (Asking::Retime(retime), edits.err())
}

fn move_ui(
    ui: &mut egui::Ui,
    document: &Document,
    mut moved: MoveTo,
    first: bool,
    queue: &mut Vec<Command>,
) -> (Asking, Option<String>) {
    let tokens = theme::tokens(ui);
    title(ui, &format!("Move {}", document.words_for(moved.event)));
    if let Some(said) = document.said(moved.event) {
        ui.add(egui::Label::new(RichText::new(said).color(tokens.secondary)).truncate());
        ui.add_space(theme::TIGHT);
    }
    let mut entered = false;
    egui::Grid::new("where to move").num_columns(2).spacing([theme::GAP, theme::GAP]).show(ui, |ui| {
        ui.label(RichText::new("After").color(tokens.secondary));
        let field = theme::field(&mut moved.after, "nothing: the start of the stream")
            .desired_width(300.0)
            .id(Id::unique("move after"));
        let after = ui.add(field).accessible_name("Move after");
        if first {
            after.request_focus();
        }
        ui.end_row();
        ui.label(RichText::new("In stream").color(tokens.secondary));
        let field =
            theme::field(&mut moved.stream, "name of a stream").desired_width(300.0).id(Id::unique("move to stream"));
        let stream = ui.add(field).accessible_name("Move to stream");
        ui.end_row();
        entered = keys::entered(ui, &after) || keys::entered(ui, &stream);
    });
    let text = "A version such as v3, a position such as #674, or nothing for the start of the stream.";
    ui.label(RichText::new(text).font(theme::words(theme::SMALL)).color(tokens.secondary));
    ui.add_space(theme::GAP);
    let edit = moved.edit(document).map(|edit| document.edit_words(&edit).sentence());
    outcome(ui, &edit);
    if entered {
        queue.push(Command::Answer);
    }
    (Asking::Move(moved), edit.err())
}
