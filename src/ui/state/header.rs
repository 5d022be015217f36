//! Over the state: whose it is and of which moment, what made it, and what is wrong with it.

use std::path::PathBuf;

use egui::{Align, Label, Layout, Popup, RichText, Role, WidgetInfo, text::LayoutJob};

use super::compared;
use super::projection_menu::{projection_menu_ui, rules_button_ui};
use super::snapshots::{self, SnapshotsList};
use super::tree::Tree;
use crate::app::actions::action;
use crate::app::{App, Command, Document};
use crate::job::{At, Side, StateView};
use crate::model::{names, zoned};
use crate::replay::ProjectionKind;
use crate::ui::{elide, icons, text, theme};

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
    let full = format!("{words} {}", names::shown(stream));
    let place_ui = |ui: &mut egui::Ui| {
        let Some(at) = at else { return };
        let hover = match at.of {
            1 => format!("{} of 1 event is taken in", at.count),
            of => format!("{} of {of} events are taken in", at.count),
        };
        let words = RichText::new(place(at)).font(theme::mono(theme::MONO)).color(tokens.secondary);
        ui.label(words).on_hover_text(hover);
    };
    let title_ui = |ui: &mut egui::Ui, job: LayoutJob| {
        let label = ui.add(Label::new(job).truncate());
        label.widget_info(|| WidgetInfo::labeled(Role::Label, true, &full));
        label.on_hover_text(&full);
    };
    let mut two_lines = false;
    right_to_left(ui, |ui| {
        reply_ui(ui, app, queue);
        let place_width = at.map_or(0.0, |at| {
            let galley = ui.painter().layout_no_wrap(place(at), theme::mono(theme::MONO), tokens.secondary);
            galley.size().x + ui.spacing().item_spacing.x
        });
        let title = title_of(ui, words, stream, (ui.available_width() - place_width).max(40.0));
        let job = match title {
            Title::OneLine(job) => {
                place_ui(ui);
                job
            }
            Title::TwoLines(job) => {
                two_lines = true;
                job
            }
        };
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| title_ui(ui, job));
    });
    if two_lines {
        right_to_left(ui, |ui| {
            place_ui(ui);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let room = ui.available_width();
                ui.add(Label::new(name_job(ui, stream, room)).truncate()).on_hover_text(names::shown(stream));
            });
        });
    }
}

/// A line that begins at the right.
fn right_to_left(ui: &mut egui::Ui, contents: impl FnOnce(&mut egui::Ui)) {
    ui.horizontal(|ui| ui.with_layout(Layout::right_to_left(Align::Center), contents));
}

/// What is told and of which stream.
enum Title {
    /// All of it, or of a short one with a long name the name.
    OneLine(LayoutJob),
    /// What is told; the name has a line of its own.
    TwoLines(LayoutJob),
}

/// The title for a room: words are not broken, and a long name does not push the state away.
fn title_of(ui: &egui::Ui, words: &str, stream: &str, room: f32) -> Title {
    let tokens = theme::tokens(ui);
    let mut told = LayoutJob::default();
    let format = egui::TextFormat::simple(theme::strong(theme::BODY), tokens.secondary);
    told.append(&format!("{words} "), 0.0, format.clone());
    let name = name_job(ui, stream, f32::INFINITY);
    let width = |job: &LayoutJob| ui.painter().layout_job(job.clone()).size().x;
    if width(&told) + width(&name) <= room {
        for section in &name.sections {
            told.append(&name.text, 0.0, section.format.clone());
        }
        return Title::OneLine(told);
    }
    match words.len() <= 12 {
        true => Title::OneLine(name_job(ui, stream, room)),
        false => Title::TwoLines(told),
    }
}

/// A stream's name without its middle, where there is no room for that.
fn name_job(ui: &egui::Ui, stream: &str, room: f32) -> LayoutJob {
    let tokens = theme::tokens(ui);
    let colour = if names::is_blank(stream) { tokens.secondary } else { tokens.text };
    let font = theme::strong(theme::BODY);
    let line = elide::middle(ui.painter(), names::shown(stream), &font, colour, room);
    let mut job = LayoutJob::default();
    job.append(line.galley.text(), 0.0, egui::TextFormat::simple(font, colour));
    job
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
    fn a_title_breaks_between_words_and_shortens_names_in_their_middle() {
        let context = egui::Context::default();
        theme::install(&context);
        let long = "tenant-b/e0853a5b-2a87-409c-9a50-06dfdca7d04e";
        let said = "Last value of each field of";
        let output = context.run_ui(egui::RawInput::default(), |ui| {
            let text = |title| match title {
                Title::OneLine(job) => (1, job.text),
                Title::TwoLines(job) => (2, job.text),
            };
            for (words, stream, room, expected) in [
                (said, "account-7", 400.0, (1, "Last value of each field of account-7")),
                (said, "account-7", 200.0, (2, "Last value of each field of ")),
                (said, long, 300.0, (2, "Last value of each field of ")),
                ("State of", "account-7", 400.0, (1, "State of account-7")),
                ("State of", " ", 400.0, (1, "State of (no name)")),
            ] {
                let (lines, found) = text(title_of(ui, words, stream, room));
                assert_eq!((lines, &*found), expected, "{stream} in {room}");
            }
            for (lines, name) in [text(title_of(ui, "State of", long, 200.0)), (1, name_job(ui, long, 200.0).text)] {
                assert!(
                    lines == 1 && name.starts_with("tenant") && name.contains('…') && name.ends_with("04e"),
                    "{name}"
                );
            }
        });
        output.drop_without_applying_deltas();
    }

    #[test]
    fn places_in_a_history() {
        let at = |version, count| At { position: None, version, time: None, event_type: None, count, of: 14 };
        assert_eq!(place(&at(Some(8), 8)), "v8 of 14");
        assert_eq!(place(&at(Some(7), 8)), "v7 · 8 of 14");
        assert_eq!(place(&at(None, 8)), "8 of 14");
        assert_eq!(place(&at(None, 0)), "0 of 14");
    }
}
