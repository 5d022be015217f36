//! Beside the form: what the edit would change, and what events of the type usually say.

use egui::{RichText, Ui};

use crate::app::edit_words::change_words;
use crate::app::{Document, EditForm, FormCommand};
use crate::model::json;
use crate::replay::Change;
use crate::ui::theme;

/// Lines of changes that are shown.
const SHOWN: usize = 8;

fn heading(ui: &mut Ui, words: &str) {
    ui.add_space(theme::TIGHT);
    ui.label(RichText::new(words).font(theme::strong(theme::BODY)));
}

fn quiet(ui: &mut Ui, words: impl Into<String>) {
    let tokens = theme::tokens(ui);
    ui.add(egui::Label::new(RichText::new(words).color(tokens.secondary)).wrap());
}

fn bad(ui: &mut Ui, words: impl Into<String>) {
    let tokens = theme::tokens(ui);
    ui.add(egui::Label::new(RichText::new(words).color(tokens.bad)).wrap());
}

fn changes_ui(ui: &mut Ui, changes: &[Change]) {
    let tokens = theme::tokens(ui);
    for change in changes.iter().take(SHOWN) {
        let words = RichText::new(change_words(change)).font(theme::mono(theme::MONO)).color(tokens.what_if);
        ui.add(egui::Label::new(words).wrap());
    }
    if changes.len() > SHOWN {
        quiet(ui, format!("and {} more", changes.len() - SHOWN));
    }
}

/// What the edit would change in the state.
pub fn preview_ui(ui: &mut Ui, document: &Document, form: &EditForm) {
    ui.spacing_mut().item_spacing.y = 3.0;
    if !form.checked.changed.is_empty() {
        heading(ui, "In the event");
        changes_ui(ui, &form.checked.changed);
    }
    if form.checked.edit.is_none() {
        return;
    }
    if let Some(why) = form.tried.failure() {
        heading(ui, "In the state");
        bad(ui, why);
        return;
    }
    let Some((tried, current)) = form.tried.value() else { return };
    ui.add_enabled_ui(current, |ui| {
        heading(ui, if form.is_insert() { "What it changes in the state" } else { "In the state right after it" });
        if let Some((edit, why)) = form.refused() {
            let who = match edit.and_then(|at| document.active_scenario().draft.edits().nth(at)) {
                Some(other) => format!("\"{}\" does not fit", document.edit_words(&other.edit).sentence()),
                None => "This does not fit".to_owned(),
            };
            return bad(ui, format!("{who}: {why}"));
        }
        if let Some(why) = &tried.failed {
            bad(ui, format!("The rule fails here: {why}"));
        }
        if let Some(why) = &tried.stopped {
            quiet(ui, format!("Not known: {why}"));
        }
        if tried.changes.is_empty() && tried.failed.is_none() && tried.stopped.is_none() {
            quiet(ui, "Nothing changes");
        }
        changes_ui(ui, &tried.changes);
        for broken in &tried.broken {
            bad(ui, format!("Does not hold any more: {broken}"));
        }
        if let Some(why) = &tried.fails_later {
            bad(ui, format!("Later {why}"));
        }
        if !tried.at_end.is_empty() && tried.at_end != tried.changes {
            heading(ui, &format!("At the end of {}", form.stream.trim()));
            changes_ui(ui, &tried.at_end);
        }
    });
}

/// The fields that events of the type usually have; a click puts one into the payload.
pub fn usual_ui(ui: &mut Ui, form: &EditForm, ask: &mut dyn FnMut(FormCommand)) {
    let Some((sample, _)) = form.sample.value() else { return };
    let usual = &sample.usual;
    if usual.fields.is_empty() {
        return;
    }
    let tokens = theme::tokens(ui);
    ui.add_space(theme::GAP);
    heading(ui, "Usual fields");
    let of = crate::ui::text::grouped(usual.of);
    let seen = if usual.sampled < usual.of {
        format!("from {} of {of} events", usual.sampled)
    } else {
        match usual.of {
            1 => "from the only event".to_owned(),
            _ => format!("from all {of} events"),
        }
    };
    ui.label(RichText::new(seen).font(theme::words(theme::SMALL)).color(tokens.secondary));
    for field in &usual.fields {
        let name = field.name();
        let share = (field.present * 100).checked_div(usual.sampled).unwrap_or(0);
        let example = field.examples.first().cloned().unwrap_or_default();
        let mut shown = json::to_text(&example);
        if let Some((end, _)) = shown.char_indices().nth(24) {
            shown.truncate(end);
            shown.push('…');
        }
        let mut job = egui::text::LayoutJob::default();
        let format = |colour| egui::TextFormat::simple(theme::mono(theme::MONO), colour);
        job.append(&name, 0.0, format(tokens.text));
        job.append(&shown, 8.0, format(tokens.secondary));
        let button = ui.add(egui::Button::new(job).truncate().min_size(egui::vec2(0.0, 22.0)));
        let enabled = button.enabled();
        button.widget_info(|| {
            egui::WidgetInfo::labeled(egui::Role::Button, enabled, format!("Put {name} into the payload"))
        });
        let examples: Vec<String> = field.examples.iter().map(json::to_text).collect();
        let tip = format!(
            "{}, in {share} % of the events\nSuch as {}\nClick to put it into the payload",
            field.kind,
            examples.join(", ")
        );
        if button.on_hover_text(tip).clicked() {
            ask(FormCommand::Put(field.path.clone(), example));
        }
    }
}
