//! Over the state: whose it is and of which moment, what made it, and what is wrong with it.

use std::path::PathBuf;

use egui::{Align, Label, Layout, Popup, RichText, text::LayoutJob};

use super::compared;
use super::projection_menu::{projection_menu_ui, rules_button_ui};
use super::snapshots::{self, SnapshotsList};
use super::tree::Tree;
use crate::app::actions::action;
use crate::app::{App, Command, Document};
use crate::job::{At, Side, StateView};
use crate::model::zoned;
use crate::replay::ProjectionKind;
use crate::ui::{icons, text, theme};

/// A line that explains.
pub fn note_ui(ui: &mut egui::Ui, words: &str) {
    let tokens = theme::tokens(ui);
    ui.add(Label::new(RichText::new(words).color(tokens.secondary)).wrap());
}

/// The title while there is no state to show.
pub fn title_without_state_ui(
    ui: &mut egui::Ui,
    app: &App,
    document: &Document,
    stream: &str,
    rules: Option<&PathBuf>,
    queue: &mut Vec<Command>,
) {
    title_ui(ui, app, "State of", stream, None, queue);
    if let Some(info) = super::projection_menu::of_stream(document, stream) {
        projection_menu_ui(ui, document, &info, rules, queue);
    }
    projection_problem_ui(ui, document, queue);
    match document.state.failure() {
        Some(failure) => problem_ui(ui, icons::ERROR, failure),
        None => note_ui(ui, "Replaying…"),
    }
    ui.add_space(theme::GAP);
}

/// What is open in the panel, as far as it is changed here.
pub struct Opened<'a> {
    /// The tree.
    pub tree: &'a mut Tree,
    /// Whether the state is shown as JSON.
    pub shows_raw: &'a mut bool,
    /// The list of snapshots.
    pub snapshots: &'a mut SnapshotsList,
}

/// Everything over the tree.
pub fn header_ui(
    ui: &mut egui::Ui,
    app: &App,
    document: &Document,
    shown: &StateView,
    rules: Option<&PathBuf>,
    opened: &mut Opened<'_>,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    let automatic = shown.projection.kind == ProjectionKind::Automatic;
    let title = if automatic { "Last value of each field of" } else { "State of" };
    title_ui(ui, app, title, &shown.stream, Some(&shown.baseline.at), queue);
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            view_buttons_ui(ui, shown, opened.tree, opened.shows_raw, queue);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                projection_menu_ui(ui, document, &shown.projection, rules, queue);
            });
        });
    });
    moment_ui(ui, app, &shown.baseline.at);
    snapshots::line_ui(ui, app, document, opened.snapshots, queue);
    if let Some(late) = &shown.late_start {
        note_ui(ui, &late.words_at(shown.baseline.at.version));
    }
    projection_problem_ui(ui, document, queue);
    if let Some(failure) = document.state.failure() {
        problem_ui(ui, icons::ERROR, &format!("{failure}. Below is the state before"));
    }
    if shown.is_compared() {
        compared::compared_ui(ui, document, shown, queue);
    }
    match &shown.against {
        None => {
            let of = if shown.branch.is_some() { "As recorded: " } else { "" };
            side_problems_ui(ui, document, &shown.baseline, of, queue);
        }
        Some(other) => side_problems_ui(ui, document, other, &format!("{}: ", document.against_name()), queue),
    }
    if let Some(branch) = &shown.branch {
        side_problems_ui(ui, document, branch, "What-if: ", queue);
    }
    if automatic {
        ui.add_space(theme::TIGHT);
        note_ui(
            ui,
            "No rules say what events mean here, so each field shows what was last said of it: a sum is not added up.",
        );
        ui.horizontal(|ui| rules_button_ui(ui, app, queue));
    }
    ui.add_space(theme::TIGHT);
    let line = egui::Stroke::new(1.0, tokens.hairline);
    let y = ui.cursor().top();
    ui.painter().hline(ui.max_rect().x_range().expand(theme::MARGIN), y, line);
}

/// Whose state it is, and at which place of its history.
fn title_ui(ui: &mut egui::Ui, app: &App, words: &str, stream: &str, at: Option<&At>, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            reply_ui(ui, app, queue);
            if let Some(at) = at {
                let hover = match at.of {
                    1 => format!("{} of 1 event is taken in", at.count),
                    of => format!("{} of {of} events are taken in", at.count),
                };
                ui.label(RichText::new(place(at)).font(theme::mono(theme::MONO)).color(tokens.secondary))
                    .on_hover_text(hover);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let font = theme::strong(theme::BODY);
                let format = |colour| egui::TextFormat::simple(font.clone(), colour);
                let titled = |words: &str| {
                    let mut job = LayoutJob::default();
                    job.append(words, 0.0, format(tokens.secondary));
                    job.append(text::name(stream), 0.0, format(tokens.text));
                    job
                };
                let room = ui.available_width();
                let is_wider = |job: LayoutJob| ui.painter().layout_job(job).size().x > room;
                let mut job = titled(&format!("{words} "));
                let wraps = words.len() > 12;
                // The name gives way last.
                if is_wider(job.clone()) {
                    let only = |words: &str| LayoutJob::single_section(words.to_owned(), format(tokens.secondary));
                    let mut shorter = [words, "Last values of"].into_iter().filter(|words| !is_wider(only(words)));
                    job = match wraps {
                        false => titled(""),
                        true => titled(&format!("{} \n", shorter.next().unwrap_or("Values of"))),
                    };
                }
                // A name of many letters must not push the state out of sight.
                (job.wrap.max_rows, job.wrap.break_anywhere) = (2, true);
                let label = if wraps { Label::new(job).wrap() } else { Label::new(job).truncate() };
                ui.add(label).on_hover_text(format!("{words} {stream}"));
            });
        });
    });
}

/// `v8 of 14`; where versions do not count from 1, also how many events that is.
pub fn place(at: &At) -> String {
    match at.version {
        _ if at.count == 0 => format!("0 of {}", at.of),
        Some(version) if version == at.count as i64 => format!("v{version} of {}", at.of),
        Some(version) => format!("v{version} · {} of {}", at.count, at.of),
        None => format!("{} of {}", at.count, at.of),
    }
}

/// A summary for the clipboard, as text or as Markdown.
fn reply_ui(ui: &mut egui::Ui, app: &App, queue: &mut Vec<Command>) {
    let button = icons::icon_button(ui, icons::COPY, "Copy for a reply", "Copy a summary for a reply");
    Popup::menu(&button).show(|ui| {
        for (id, words) in [("copy-reply", "As text"), ("copy-reply-markdown", "As Markdown")] {
            let Some(action) = action(id) else { continue };
            let command = (action.command)(app);
            let response = ui.add_enabled(command.is_some(), egui::Button::new(words)).on_hover_text(action.tooltip);
            if response.clicked()
                && let Some(command) = command
            {
                queue.push(command);
                ui.close();
            }
        }
    });
}

/// How the state is shown. Right to left.
fn view_buttons_ui(
    ui: &mut egui::Ui,
    shown: &StateView,
    tree: &mut Tree,
    shows_raw: &mut bool,
    queue: &mut Vec<Command>,
) {
    let state = &shown.left().frame.state.value;
    if icons::icon_toggle(ui, icons::BRACES, "State as JSON", "Show the state as JSON", *shows_raw).clicked() {
        *shows_raw = !*shows_raw;
    }
    if *shows_raw {
        if icons::icon_button(ui, icons::COPY, "Copy as JSON", "Copy the whole state as JSON").clicked() {
            queue.push(text::copy_json(state));
        }
        return;
    }
    let (glyph, name) =
        if tree.is_folded() { (icons::CHEVRON_DOWN, "Unfold all") } else { (icons::CHEVRON_UP, "Fold all") };
    if icons::icon_button(ui, glyph, name, name).clicked() {
        if tree.is_folded() {
            let branch = shown.is_compared().then(|| &shown.right().frame.state.value);
            let values: Vec<_> = std::iter::once(state).chain(branch).collect();
            tree.unfold_all(&values);
        } else {
            tree.fold_all();
        }
    }
}

/// The moment of the state that is shown, with the zone of its clock.
fn moment_ui(ui: &mut egui::Ui, app: &App, at: &At) {
    let tokens = theme::tokens(ui);
    let mut job = LayoutJob::default();
    let words = egui::TextFormat::simple(theme::words(theme::SMALL), tokens.secondary);
    let mono = egui::TextFormat::simple(theme::mono(theme::SMALL), tokens.text);
    let mut hover = String::new();
    match at.time {
        _ if at.count == 0 => job.append("Before the first event", 0.0, words),
        Some(time) => {
            job.append("since ", 0.0, words.clone());
            job.append(&zoned::date_time(time, app.zone()), 0.0, mono);
            job.append(&format!("  {}", zoned::zone_label(app.zone(), Some(time))), 0.0, words);
            hover.clone_from(&job.text);
        }
        None => job.append("Its last event has no time", 0.0, words),
    }
    let label = ui.add(Label::new(job).truncate());
    if !hover.is_empty() {
        label.on_hover_text(hover);
    }
}

/// Something that is wrong, with its icon.
pub fn problem_ui(ui: &mut egui::Ui, glyph: &str, words: &str) {
    let tokens = theme::tokens(ui);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        icons::sign(ui, glyph, theme::ICON_SMALL, theme::ICON, tokens.bad);
        ui.add(Label::new(RichText::new(words).color(tokens.bad)).wrap());
    });
}

/// Why the projection that was asked for is not in use: until it is, or until it was read.
fn projection_problem_ui(ui: &mut egui::Ui, document: &Document, queue: &mut Vec<Command>) {
    let Some(problem) = &document.projection_problem else { return };
    ui.horizontal_top(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            let hint = "Put this message away";
            if icons::icon_button(ui, icons::CLOSE, "Dismiss the problem with the projection", hint).clicked() {
                queue.push(Command::DismissProjectionProblem);
            }
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                problem_ui(ui, icons::ERROR, &format!("The rules are not in use: {problem}"));
                note_ui(ui, "States are made as before until the file is mended.");
            });
        });
    });
}

fn side_problems_ui(ui: &mut egui::Ui, document: &Document, side: &Side, of: &str, queue: &mut Vec<Command>) {
    if let Some(error) = &side.frame.error {
        let (place, jump) = match (error.version, error.position) {
            (Some(version), _) => (format!("v{version}"), error.position),
            (None, Some(position)) => (format!("#{position}"), Some(position)),
            (None, None) => ("an event".to_owned(), None),
        };
        let words = format!("{of}Replay stopped at {place}: {}, {}", error.handler, error.message);
        problem_ui(ui, icons::ERROR, &words);
        let event = jump.and_then(|position| document.opened.log.event_at_position(position));
        note_ui(ui, "Below is the last good state.");
        if let Some(event) = event
            && ui.add(egui::Link::new(theme::link(format!("Go to {place}"), theme::BODY))).clicked()
        {
            queue.push(Command::JumpTo(event as u32));
        }
    }
    if side.frame.skipped > 0 {
        let words = match side.frame.skipped {
            1 => format!("{of}1 event could not be read and was left out"),
            count => format!("{of}{count} events could not be read and were left out"),
        };
        problem_ui(ui, icons::WARNING, &words);
    }
    for name in &side.broken {
        problem_ui(
            ui,
            icons::WARNING,
            &if of.is_empty() { format!("Broken: {name}") } else { format!("{of}broken: {name}") },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_a_history() {
        let at = |version, count| At { position: None, version, time: None, event_type: None, count, of: 14 };
        assert_eq!(place(&at(Some(8), 8)), "v8 of 14");
        assert_eq!(place(&at(Some(7), 8)), "v7 · 8 of 14");
        assert_eq!(place(&at(None, 8)), "8 of 14");
        assert_eq!(place(&at(None, 0)), "0 of 14");
    }
}
