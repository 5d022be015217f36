//! What follows from the active scenario: the one line, then streams, rules, hints and totals.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::{Label, Response, RichText, Role, WidgetInfo};

use crate::app::{App, Command, Document};
use crate::job::Slot;
use crate::model::Number;
use crate::model::names::{short_type, shown, shown_type};
use crate::report::MomentShape;
use crate::ui::theme::{self, Tokens};
use crate::whatif::{Because, EventMoment, Follows, Hints, StreamFollows, StreamHint, change_words, place_words};

/// Entries of a list that are drawn: what is beyond is counted.
const SHOWN: usize = 40;
/// Changes of a stream that are drawn.
const CHANGES: usize = 12;

/// What follows, as far as it is known.
pub fn follows_ui(ui: &mut egui::Ui, app: &App, document: &Document, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let report = &document.follows.report;
    if report.is_pending() {
        progress_ui(ui, app, &tokens);
    }
    if let Some(why) = report.failure() {
        let label =
            wrapped(ui, RichText::new(format!("What follows could not be worked out: {why}")).color(tokens.bad));
        crate::ui::announce(ui, &label);
    }
    let Some((follows, current)) = document.follows() else {
        if !report.is_pending() && report.failure().is_none() {
            let words = match document.active_scenario() {
                view if view.refused.is_some() => "An edit does not fit: nothing follows until it does.",
                view if view.has_edits() => "All edits are switched off: everything is as recorded.",
                _ => "No edits yet. Leave an event out, change it, or insert one: what follows is told here.",
            };
            wrapped(ui, RichText::new(words).color(tokens.secondary));
        }
        return;
    };
    ui.scope(|ui| {
        if !current {
            // It is of the edits as they were.
            ui.set_opacity(0.55);
        }
        report_ui(ui, document, follows, &tokens, queue);
    });
}

fn progress_ui(ui: &mut egui::Ui, app: &App, tokens: &Tokens) {
    let running = app.running.iter().find(|running| running.slot == Slot::Follow);
    let share = running.map(|running| running.progress.counts()).filter(|(_, total)| *total > 0);
    let words = match share {
        Some((done, total)) => format!("Working out what follows: {} %", (done * 100 / total).min(100)),
        None => "Working out what follows…".to_owned(),
    };
    ui.label(RichText::new(words).font(theme::words(theme::SMALL)).color(tokens.secondary));
}

fn report_ui(ui: &mut egui::Ui, document: &Document, follows: &Follows, tokens: &Tokens, queue: &mut Vec<Command>) {
    let summary = follows.summary(document.stream.as_deref());
    let mut job = LayoutJob::default();
    let format = |colour| TextFormat { font_id: theme::strong(theme::BODY), color: colour, ..TextFormat::default() };
    job.append("◆  ", 0.0, format(tokens.what_if));
    job.append(&summary, 0.0, format(tokens.text));
    let line = ui.add(Label::new(job).wrap());
    line.widget_info(|| WidgetInfo::labeled(Role::Label, true, &summary));
    crate::ui::announce(ui, &line);
    streams_ui(ui, follows, tokens, queue);
    rules_ui(ui, follows, tokens, queue);
    mended_ui(ui, follows, tokens, queue);
    effects_ui(ui, follows, tokens, queue);
    hints_ui(ui, &follows.hints, tokens, queue);
    totals_ui(ui, follows, tokens);
}

fn heading(ui: &mut egui::Ui, words: &str, tokens: &Tokens) {
    ui.add_space(theme::MARGIN);
    let label = ui.label(RichText::new(words).font(theme::words(theme::SMALL)).color(tokens.secondary));
    label.widget_info(|| WidgetInfo::labeled(Role::Heading, true, words));
}

fn wrapped(ui: &mut egui::Ui, words: RichText) -> Response {
    ui.add(Label::new(words).wrap())
}

fn note(ui: &mut egui::Ui, words: impl Into<String>, tokens: &Tokens) {
    wrapped(ui, RichText::new(words.into()).font(theme::words(theme::SMALL)).color(tokens.secondary));
}

/// Words that lead to an event. `name` says where to.
fn event_link(
    ui: &mut egui::Ui,
    words: &str,
    name: &str,
    stream: &Arc<str>,
    moment: &EventMoment,
    queue: &mut Vec<Command>,
) {
    let link = ui.add(egui::Link::new(theme::link(words, theme::BODY)));
    link.widget_info(|| WidgetInfo::labeled(Role::Link, true, name));
    if link.clicked() {
        queue.push(Command::JumpToMoment { stream: stream.clone(), moment: moment.clone() });
    }
    link.on_hover_text(full_words(moment));
}

fn full_words(moment: &EventMoment) -> String {
    let EventMoment { position, version, time, event_type } = moment.clone();
    MomentShape { position, version, time, event_type: Some(event_type) }.words()
}

fn event_words(moment: &EventMoment) -> String {
    let (place, name) = (place_words(moment), shown_type(short_type(&moment.event_type)));
    if place == name { place } else { format!("{place} {name}") }
}

fn rest(ui: &mut egui::Ui, count: usize, tokens: &Tokens) {
    if count > SHOWN {
        note(ui, format!("and {} more", count - SHOWN), tokens);
    }
}

fn streams_ui(ui: &mut egui::Ui, follows: &Follows, tokens: &Tokens, queue: &mut Vec<Command>) {
    let differing: Vec<&StreamFollows> = follows.streams.iter().filter(|one| one.differs()).collect();
    if differing.is_empty() {
        return;
    }
    heading(ui, "Streams that come out different", tokens);
    for one in differing.iter().take(SHOWN) {
        let comparison = &one.comparison;
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(&*comparison.stream).color(tokens.text));
            if let Some(moment) = &comparison.first_divergence {
                ui.label(RichText::new("from").color(tokens.secondary));
                let name = format!("First difference of {}: {}", comparison.stream, event_words(moment));
                event_link(ui, &event_words(moment), &name, &comparison.stream, moment, queue);
            }
        });
        for change in one.changes.iter().take(CHANGES) {
            let words = RichText::new(format!("    {}", change_words(change))).font(theme::mono(theme::MONO));
            ui.add(Label::new(words.color(tokens.text)).wrap());
        }
        if one.changes.len() > CHANGES {
            note(ui, format!("    and {} more values at its end", one.changes.len() - CHANGES), tokens);
        }
        if one.changes.is_empty() {
            note(ui, "    ends in the same state", tokens);
        }
        if let Some(error) = comparison.branch.error.as_ref().filter(|_| one.stops()) {
            let event = shown_type(short_type(&error.event_type));
            let place = error.version.map_or_else(String::new, |version| format!(" v{version}"));
            let words = format!("    The projection stops at{place} {event}: {error}");
            wrapped(ui, RichText::new(words).color(tokens.bad));
        }
    }
    rest(ui, differing.len(), tokens);
}

fn rules_ui(ui: &mut egui::Ui, follows: &Follows, tokens: &Tokens, queue: &mut Vec<Command>) {
    let broken = follows
        .streams
        .iter()
        .flat_map(|one| one.comparison.broken_invariants.iter().map(move |broken| (&one.comparison.stream, broken)));
    let count = broken.clone().count();
    if count == 0 {
        return;
    }
    heading(ui, "Rules that held and are broken now", tokens);
    for (stream, broken) in broken.take(SHOWN) {
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(&*broken.name).color(tokens.bad));
            ui.label(RichText::new("at").color(tokens.secondary));
            let name = format!("{} broken at {} of {}", broken.name, event_words(&broken.at), shown(stream));
            event_link(ui, &event_words(&broken.at), &name, stream, &broken.at, queue);
            ui.label(RichText::new(format!("of {}", shown(stream))).color(tokens.secondary));
        });
    }
    rest(ui, count, tokens);
}

fn mended_ui(ui: &mut egui::Ui, follows: &Follows, tokens: &Tokens, queue: &mut Vec<Command>) {
    let mended = follows
        .streams
        .iter()
        .flat_map(|one| one.comparison.mended_invariants.iter().map(move |mended| (&one.comparison.stream, mended)));
    let count = mended.clone().count();
    if count == 0 {
        return;
    }
    heading(ui, "Rules that were broken and are not any more", tokens);
    for (stream, mended) in mended.take(SHOWN) {
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(&*mended.name).color(tokens.good));
            ui.label(RichText::new("at").color(tokens.secondary));
            let name = format!("{} no longer broken at {} of {}", mended.name, event_words(&mended.at), shown(stream));
            event_link(ui, &event_words(&mended.at), &name, stream, &mended.at, queue);
            ui.label(RichText::new(format!("of {}", shown(stream))).color(tokens.secondary));
        });
    }
    rest(ui, count, tokens);
}

fn effects_ui(ui: &mut egui::Ui, follows: &Follows, tokens: &Tokens, queue: &mut Vec<Command>) {
    let idle = follows
        .streams
        .iter()
        .flat_map(|one| one.comparison.no_effect.iter().map(move |moment| (&one.comparison.stream, moment)));
    let count = idle.clone().count();
    if count == 0 {
        return;
    }
    heading(ui, "Events that no longer have an effect", tokens);
    for (stream, moment) in idle.take(SHOWN) {
        ui.horizontal_wrapped(|ui| {
            let name = format!("Without effect: {} of {}", event_words(moment), shown(stream));
            event_link(ui, &event_words(moment), &name, stream, moment, queue);
            ui.label(RichText::new(format!("of {}", shown(stream))).color(tokens.secondary));
        });
    }
    rest(ui, count, tokens);
}

fn hints_ui(ui: &mut egui::Ui, hints: &Hints, tokens: &Tokens, queue: &mut Vec<Command>) {
    if hints.deleted == 0 {
        return;
    }
    heading(ui, "Would probably not have happened", tokens);
    let scanned = crate::ui::text::grouped(hints.scanned);
    let looked = match hints.scanned {
        1 => "1 event was looked at: the one that is left out is the last".to_owned(),
        _ => format!("{scanned} events were looked at, from the first that is left out to the last of the store"),
    };
    if !hints.causation_ids && !hints.correlation_ids {
        note(ui, format!("Can't be told: none of the events names its cause or its process. {looked}."), tokens);
        return;
    }
    if hints.streams.is_empty() {
        note(ui, format!("Nothing: no event goes back to one that is left out. {looked}."), tokens);
        return;
    }
    for hint in hints.streams.iter().take(SHOWN) {
        hint_ui(ui, hint, tokens, queue);
    }
    rest(ui, hints.streams.len(), tokens);
    note(ui, format!("A hint by the ids of causes and processes, not a fact. {looked}."), tokens);
}

fn hint_ui(ui: &mut egui::Ui, hint: &StreamHint, tokens: &Tokens, queue: &mut Vec<Command>) {
    let counted = |count: usize, words: &str| match count {
        0 => None,
        1 => Some(format!("1 event {words}")),
        count => Some(format!("{count} events {words}")),
    };
    let parts = [
        counted(hint.caused, "caused by what is left out"),
        counted(hint.same_process, "later in the same process"),
        counted(hint.other_cause, "of the same process, with another cause"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let stream = if hint.stream.is_empty() { "(no stream)" } else { &hint.stream };
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(stream).color(tokens.text));
        ui.label(RichText::new(parts.join(" · ")).color(tokens.secondary));
    });
    ui.horizontal_wrapped(|ui| {
        ui.add_space(theme::MARGIN);
        for event in &hint.first {
            let why = match event.because {
                Because::Caused => "goes back to",
                Because::SameProcess => "is in the process of",
                Because::OtherCause => "has another cause, and is in the process of",
            };
            let root = format!("{} of {}", place_words(&event.deleted), event.deleted_from);
            let name = format!("{} of {stream}, which {why} {root}", event_words(&event.at));
            event_link(ui, &event_words(&event.at), &name, &hint.stream, &event.at, queue);
        }
        let more = hint.caused + hint.same_process + hint.other_cause - hint.first.len();
        if more > 0 {
            ui.label(RichText::new(format!("and {more} more")).color(tokens.secondary));
        }
    });
}

fn totals_ui(ui: &mut egui::Ui, follows: &Follows, tokens: &Tokens) {
    if follows.read_models.is_empty() {
        return;
    }
    heading(ui, "Read models, and totals over all their entities", tokens);
    for model in &follows.read_models {
        let entities = if model.entities == 1 { "entity" } else { "entities" };
        let verb = if model.differing == 1 { "ends" } else { "end" };
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(&*model.category).color(tokens.text));
            let count = crate::ui::text::grouped(model.entities);
            let words = format!("{} of {count} {entities} {verb} otherwise", model.differing);
            ui.label(RichText::new(words).color(tokens.secondary));
        });
        if follows.without_key_fields.contains(&model.category) {
            note(ui, "    no totals: its projection names no key fields", tokens);
        }
        let totals = follows.totals.iter().find(|totals| totals.category == model.category);
        for field in totals.into_iter().flat_map(|totals| &totals.fields) {
            let side = |number: &Option<Number>| {
                number.as_ref().map_or_else(|| "too large to add up exactly".to_owned(), ToString::to_string)
            };
            let (before, after) = (side(&field.before), side(&field.after));
            let words = if before == after {
                format!("    {} {before}, unchanged", field.field)
            } else {
                format!("    {} {before} → {after}", field.field)
            };
            ui.add(Label::new(RichText::new(words).font(theme::mono(theme::MONO)).color(tokens.text)).wrap());
        }
        if let Some(totals) = totals.filter(|totals| totals.stopped > 0) {
            note(
                ui,
                format!("    the projection stops in {} of them: their last good state counts", totals.stopped),
                tokens,
            );
        }
    }
}
