//! The sheet with the proposal of compensating events: the events, what they come to, what still differs, and the
//! ways to take it along. Nothing is written to the store.

use std::path::{Path, PathBuf};

use egui::{Id, Label, Modal, RichText, ScrollArea, Stroke};

use crate::app::{App, Command, Document, Sheet};
use crate::job::{Pick, StoreKey};
use crate::model::{Value, json};
use crate::ui::{icons, keys, theme};
use crate::whatif::Compensation;

/// Changes listed; more are counted.
const CHANGES: usize = 40;
/// Letters of a value beside another.
const SHORT: usize = 60;

/// What the sheet keeps while it is open.
#[derive(Default)]
pub struct CompensationView {
    /// The answer that the texts were made from.
    of: Option<(StoreKey, u64)>,
    streams: Vec<Shown>,
    at: usize,
    path: String,
    /// What the path was last proposed for.
    path_of: Option<(usize, Option<PathBuf>)>,
    force: bool,
}

/// A proposal as text: made once, not at each frame.
struct Shown {
    stream: String,
    summary: String,
    events: Vec<ShownEvent>,
    changes: Vec<[String; 3]>,
    more_changes: usize,
    remaining: Vec<String>,
    broken: Vec<String>,
    notes: Vec<String>,
    text: String,
}

struct ShownEvent {
    title: String,
    data: String,
    metadata: String,
    fill_in: Option<String>,
}

/// The sheet, if it is open.
pub fn compensation_ui(ui: &egui::Ui, app: &App, view: &mut CompensationView, queue: &mut Vec<Command>) {
    if app.sheet != Some(Sheet::Compensation) {
        *view = CompensationView::default();
        return;
    }
    let Some(document) = &app.document else { return };
    refresh(view, document);
    let room = ui.ctx().content_rect();
    let frame = egui::Frame::popup(ui.style()).inner_margin(egui::Margin::same(20));
    let modal = Modal::new(Id::unique("compensation")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(640.0_f32.min(room.width() - 48.0));
        sheet_ui(ui, document, view, (room.height() - 90.0).max(200.0), queue);
    });
    if modal.should_close() {
        queue.push(Command::CloseDialog);
    }
}

fn refresh(view: &mut CompensationView, document: &Document) {
    let proposals = document.compensating.proposals();
    let of = (document.opened.key, proposals.edition());
    if view.of == Some(of) {
        return;
    }
    let found = proposals.value().filter(|(_, current)| *current).map_or(&[][..], |(found, _)| found);
    view.streams = found.iter().map(shown).collect();
    // The stream that is looked at comes first to be shown.
    let selected = found.iter().position(|proposal| Some(&proposal.stream) == document.stream.as_ref());
    view.at = selected.unwrap_or(0);
    view.path_of = None;
    view.of = Some(of);
}

fn sheet_ui(
    ui: &mut egui::Ui,
    document: &Document,
    view: &mut CompensationView,
    height: f32,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    ui.horizontal(|ui| {
        ui.label(RichText::new("Propose compensation").font(theme::strong(16.0)));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let close = icons::icon_button(ui, icons::CLOSE, "Close", "Close (Esc)");
            if close.clicked() {
                ui.close();
            }
            if ui.memory(|memory| memory.focused().is_none()) {
                close.request_focus();
            }
        });
    });
    let words = "What happened can't be undone, but events can be appended today that bring the state to where the \
                 scenario leads. This is a proposal: nothing is written to the store.";
    ui.add(Label::new(RichText::new(words).color(tokens.secondary)).wrap());
    ui.add_space(theme::GAP);
    let proposals = document.compensating.proposals();
    if let Some(why) = proposals.failure() {
        ui.add(Label::new(RichText::new(why).color(tokens.bad)).wrap());
        return;
    }
    if proposals.is_pending() || proposals.value().is_none() {
        ui.label(RichText::new("Looking for events…").color(tokens.secondary));
        return;
    }
    if view.streams.is_empty() {
        ui.label("Every stream ends as recorded: there is nothing to compensate.");
        return;
    }
    if view.streams.len() > 1 {
        ui.horizontal_wrapped(|ui| {
            for (at, shown) in view.streams.iter().enumerate() {
                let text = RichText::new(&shown.stream).size(theme::SMALL);
                if ui.selectable_label(at == view.at, text).clicked() {
                    view.at = at;
                }
            }
        });
        ui.add_space(theme::TIGHT);
    }
    let Some(shown) = view.streams.get(view.at) else { return };
    let room = (height - 260.0).max(120.0);
    ScrollArea::vertical().id_salt("proposal").max_height(room).auto_shrink([false, true]).show(ui, |ui| {
        proposal_ui(ui, shown);
    });
    ui.add_space(theme::GAP);
    take_ui(ui, document, view, queue);
}

fn proposal_ui(ui: &mut egui::Ui, shown: &Shown) {
    let tokens = theme::tokens(ui);
    let line = |ui: &mut egui::Ui, words: &str, colour| {
        ui.add(Label::new(RichText::new(words).color(colour)).wrap());
    };
    line(ui, &shown.summary, tokens.text);
    for event in &shown.events {
        ui.add_space(theme::GAP);
        let card = egui::Frame::new()
            .fill(theme::wash(tokens.what_if))
            .stroke(Stroke::new(1.0, theme::dimmed(tokens.what_if)))
            .corner_radius(theme::RADIUS)
            .inner_margin(egui::Margin::symmetric(12, 8));
        card.show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.label(RichText::new(&event.title).font(theme::strong(theme::BODY)).color(tokens.what_if));
            ui.add(Label::new(RichText::new(&event.data).font(theme::mono(theme::MONO))).wrap());
            let metadata = RichText::new(format!("with {}", event.metadata)).size(theme::SMALL).color(tokens.secondary);
            ui.add(Label::new(metadata).wrap());
            if let Some(fill_in) = &event.fill_in {
                line(ui, fill_in, tokens.bad);
            }
        });
    }
    heading(ui, "What it comes to", !shown.changes.is_empty());
    for [path, from, to] in &shown.changes {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().interact_size.y = 18.0;
            ui.spacing_mut().item_spacing.x = theme::GAP;
            ui.label(RichText::new(path).color(tokens.secondary));
            ui.label(RichText::new(from).font(theme::mono(theme::MONO)).color(tokens.secondary));
            ui.add(Label::new(RichText::new("→").color(tokens.secondary)).selectable(false));
            ui.label(RichText::new(to).font(theme::mono(theme::MONO)).color(tokens.what_if));
        });
    }
    if shown.more_changes > 0 {
        line(ui, &format!("and {} more", shown.more_changes), tokens.secondary);
    }
    heading(ui, "What still differs from the scenario", !shown.remaining.is_empty());
    for remaining in &shown.remaining {
        line(ui, remaining, tokens.text);
    }
    heading(ui, "What the proposal breaks", !shown.broken.is_empty());
    for broken in &shown.broken {
        line(ui, broken, tokens.bad);
    }
    heading(ui, "To be known", !shown.notes.is_empty());
    for note in &shown.notes {
        line(ui, note, tokens.secondary);
    }
}

fn heading(ui: &mut egui::Ui, words: &str, needed: bool) {
    if needed {
        ui.add_space(theme::GAP);
        ui.label(RichText::new(words).font(theme::strong(theme::SMALL)).color(theme::tokens(ui).secondary));
    }
}

/// Copy and save.
fn take_ui(ui: &mut egui::Ui, document: &Document, view: &mut CompensationView, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let Some(shown) = view.streams.get(view.at) else { return };
    let compensating = &document.compensating;
    let wanted = (view.at, compensating.path().map(Path::to_owned));
    if view.path_of.as_ref() != Some(&wanted) {
        let beside = || document.opened.path.with_file_name(format!("{}-compensation.json", file_stem(&shown.stream)));
        view.path = compensating.path().map_or_else(beside, Path::to_owned).display().to_string();
        view.path_of = Some(wanted);
        view.force = false;
    }
    let entered = ui.horizontal(|ui| {
        let field = theme::field(&mut view.path, "Path of the JSON file").desired_width(ui.available_width() - 90.0);
        let field = field.id(egui::Id::unique("path of a proposal"));
        let response = ui.add(field).accessible_name("Path of the JSON file");
        if ui.button("Browse…").clicked() {
            queue.push(Command::Pick(Pick::SaveProposal));
        }
        keys::entered(ui, &response)
    });
    if let Some(problem) = compensating.problem() {
        ui.checkbox(&mut view.force, "Replace a file that is there");
        ui.add(Label::new(RichText::new(problem).color(tokens.bad)).wrap());
    }
    if let Some(path) = compensating.saved() {
        ui.add(Label::new(RichText::new(format!("Saved in {}", path.display())).color(tokens.good)).truncate());
    }
    ui.add_space(theme::TIGHT);
    ui.horizontal(|ui| {
        let possible = !view.path.trim().is_empty();
        let save = ui.add_enabled(possible, egui::Button::new("Save as JSON")).clicked();
        if (save || entered.inner) && possible {
            let out = PathBuf::from(view.path.trim());
            queue.push(Command::SaveCompensation { stream: shown.stream.as_str().into(), out, force: view.force });
        }
        if ui.button("Copy as JSON").clicked() {
            queue.push(Command::CopyText(shown.text.clone()));
        }
        if ui.button("Close").clicked() {
            ui.close();
        }
    });
}

/// A stream's name as a part of a file's: what systems don't allow in names is left out.
fn file_stem(stream: &str) -> String {
    let kept: String = stream.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
    kept.chars().take(80).collect()
}

fn shown(proposal: &Compensation) -> Shown {
    let event = |(at, event): (usize, &crate::whatif::ProposedEvent)| ShownEvent {
        title: format!("{}. Append {} to {}", at + 1, event.event_type, event.stream),
        data: json::to_pretty_text(&event.data),
        metadata: json::to_text(&event.metadata),
        fill_in: (!event.fill_in.is_empty()).then(|| format!("To be filled in: {}", event.fill_in.join(", "))),
    };
    let value = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), brief);
    let changes = proposal.changes.iter().take(CHANGES);
    let remaining = proposal.remaining.iter().map(|remaining| {
        let values = match (&remaining.proposed, &remaining.branch) {
            (Some(proposed), Some(branch)) if proposed.is_leaf() && branch.is_leaf() => {
                format!(" ({} instead of {})", brief(proposed), brief(branch))
            }
            _ => String::new(),
        };
        format!("{}{values} {}", remaining.path, remaining.why)
    });
    Shown {
        stream: proposal.stream.to_string(),
        summary: proposal.summary(),
        events: proposal.events.iter().enumerate().map(event).collect(),
        changes: changes.map(|c| [c.path.to_string(), value(c.from.as_ref()), value(c.to.as_ref())]).collect(),
        more_changes: proposal.changes.len().saturating_sub(CHANGES),
        remaining: remaining.collect(),
        broken: proposal.broken_invariants.iter().map(ToString::to_string).collect(),
        notes: proposal.notes.iter().map(|note| sentence(note)).collect(),
        text: proposal.to_json(),
    }
}

fn brief(value: &Value) -> String {
    let text = json::to_text(value);
    if text.chars().count() > SHORT { format!("{}…", text.chars().take(SHORT - 1).collect::<String>()) } else { text }
}

fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), chars.as_str()))
}
