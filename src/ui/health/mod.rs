//! The Health tab: what is wrong with the history, how much was looked at for it, and the way to each event.

mod found;
mod groups;

use egui::{Align, Layout, Rect, RichText, Role, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::analysis::health::{Health, Kind, Severity, Unchecked};
use crate::app::{App, Checking, Command, Document};
use crate::job::Slot;
use crate::model::zoned;
use crate::ui::rows::Rows;
use crate::ui::theme::Tokens;
use crate::ui::{icons, text, theme};

/// What findings were laid out for: which look, which group, how wide.
type FitOf = (u64, (Severity, Kind), i32);

/// What the tab keeps from one frame to the next.
#[derive(Default)]
pub struct HealthView {
    /// Severities that are not shown.
    hidden: Vec<Severity>,
    /// The kind whose findings are shown.
    chosen: Option<(Severity, Kind)>,
    /// The finding that was chosen, by its place in the group.
    at: Option<usize>,
    groups: Rows,
    found: Rows,
    /// How the findings fit, and of which of them and for what width that was worked out.
    fit: Option<(FitOf, found::Fit)>,
    /// Whether the findings have the keyboard's focus.
    found_focused: bool,
    /// The keyboard goes on with the findings, or back with their kinds.
    to_found: bool,
    to_groups: bool,
    /// Of which list all this is.
    edition: u64,
}

/// Narrower than this the groups give way to the findings.
const NARROW: f32 = 600.0;

/// Height of the line that tells what could not be looked for.
const UNCHECKED: f32 = 24.0;

/// Lower than this it stands below their kinds instead.
const LOW: f32 = 185.0;

/// The tab.
pub fn health_ui(
    ui: &mut Ui,
    app: &App,
    document: &Document,
    view: &mut HealthView,
    take_focus: bool,
    queue: &mut Vec<Command>,
) {
    let checking = &document.checking;
    heading_ui(ui, app, document, view, queue);
    if let Some(why) = &checking.failure {
        note_ui(ui, &format!("Not all was looked at: {why}."), theme::tokens(ui).bad);
    }
    if checking.groups.is_empty() {
        nothing_ui(ui, document);
        return;
    }
    if view.edition != checking.edition {
        view.edition = checking.edition;
        // Findings that came in between move the others.
        view.at = None;
    }
    let shown: Vec<usize> =
        (0..checking.groups.len()).filter(|at| !view.hidden.contains(&checking.groups[*at].severity)).collect();
    let of = |at: usize| (checking.groups[at].severity, checking.groups[at].kind);
    let chosen = shown.iter().position(|at| Some(of(*at)) == view.chosen).unwrap_or(0);
    let Some(group) = shown.get(chosen).map(|at| &checking.groups[*at]) else {
        note_ui(ui, "All that was found is filtered out.", theme::tokens(ui).secondary);
        return;
    };
    let mut area = ui.available_rect_before_wrap();
    let edge = area.left() + (area.width() * 0.34).clamp(206.0, 320.0);
    let mut kinds = area.bottom();
    if let Some(health) = checking.health.as_ref().filter(|health| !health.not_checked.is_empty()) {
        let mut line = Rect::from_min_max(pos2(area.left(), area.bottom() - UNCHECKED), area.max);
        if area.height() < LOW {
            // Findings need all the height that there is; their kinds don't.
            line.max.x = edge;
        } else {
            area.max.y = line.top();
        }
        kinds = line.top();
        unchecked_ui(ui, line, health);
    }
    let left = Rect::from_min_max(area.min + vec2(theme::MARGIN, 0.0), pos2(edge - theme::MARGIN, kinds));
    let right = Rect::from_min_max(pos2(edge + 1.0, area.top()), area.max);
    let place = groups::Place { shown: &shown, chosen };
    let take_focus = take_focus || std::mem::take(&mut view.to_groups);
    let next =
        groups::groups_ui(&mut ui.new_child(UiBuilder::new().max_rect(left)), checking, view, &place, take_focus);
    let to_found = std::mem::take(&mut view.to_found);
    ui.painter().vline(edge, area.y_range(), Stroke::new(1.0, theme::tokens(ui).hairline));
    found::found_ui(&mut ui.new_child(UiBuilder::new().max_rect(right)), app, document, group, view, to_found, queue);
    if let Some(next) = next {
        view.chosen = Some(of(shown[next]));
        view.at = None;
        view.found = Rows::default();
    }
}

/// What could not be looked for, in a line under the findings.
fn unchecked_ui(ui: &mut Ui, rect: Rect, health: &Health) {
    let tokens = theme::tokens(ui);
    let parts: Vec<&str> = health.not_checked.iter().map(|part| part.what).collect();
    let words = format!("Not looked for: {}", parts.join(", "));
    let why: Vec<String> = health.not_checked.iter().map(|part| format!("{}: {}", part.what, part.why)).collect();
    ui.painter().hline(rect.x_range(), rect.top(), Stroke::new(1.0, tokens.hairline));
    let inside = rect.shrink2(vec2(theme::MARGIN, 0.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(inside).layout(Layout::left_to_right(Align::Center)));
    let words = RichText::new(words).font(theme::words(theme::SMALL)).color(tokens.secondary);
    let label = child.add(egui::Label::new(words).truncate());
    label.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("Not looked for: {}", why.join("; "))));
    label.on_hover_text(why.join("\n"));
}

/// What was found, in a few words.
fn found_words(checking: &Checking) -> String {
    let found: Vec<String> = Severity::ALL
        .iter()
        .map(|severity| (*severity, checking.count(*severity)))
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| severity.counted(count))
        .collect();
    match (found.is_empty(), checking.is_running()) {
        (true, true) => "Nothing so far".to_owned(),
        (true, false) => "Nothing found".to_owned(),
        _ => found.join(", "),
    }
}

/// How much was looked at, and when.
fn range_words(app: &App, document: &Document) -> String {
    let checking = &document.checking;
    let range = match &checking.health {
        Some(health) => health.range_in(&text::grouped),
        None => {
            let (looked, total) = (text::grouped(checking.looked_at()), text::grouped(document.opened.log.len()));
            format!("looked at {looked} of {total} payloads")
        }
    };
    let when = checking.when.map_or_else(String::new, |when| format!(" · {}", minute(&zoned::clock(when, app.zone()))));
    if checking.is_stale(&document.opened.log) {
        return format!("Out of date, look again · {range}{when}");
    }
    format!("{range}{when}")
}

/// The same as long as there is room for it, else shorter.
fn range_in(ui: &Ui, document: &Document, range: &str) -> String {
    let health = document.checking.health.as_ref().filter(|health| health.complete);
    let stale = document.checking.is_stale(&document.opened.log);
    let Some(health) = health.filter(|_| !stale) else { return range.to_owned() };
    let events = match health.scanned.events {
        1 => "the only event".to_owned(),
        count => format!("all {} events", text::grouped(count)),
    };
    let room = ui.available_width();
    let fits = |words: &String| crate::ui::top_bar::width_of(ui, words, theme::words(theme::BODY)) <= room;
    [range.to_owned(), format!("looked at {events}")].into_iter().find(fits).unwrap_or(events)
}

/// Hour and minute of a time of day.
fn minute(clock: &str) -> &str {
    clock.get(..5).unwrap_or(clock)
}

/// What is shown of it, how much was looked at, and what can be done: one row.
fn heading_ui(ui: &mut Ui, app: &App, document: &Document, view: &mut HealthView, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let checking = &document.checking;
    let narrow = ui.available_width() < NARROW;
    ui.horizontal(|ui| {
        ui.set_height(theme::ROW + 4.0);
        ui.spacing_mut().item_spacing.x = theme::TIGHT;
        ui.add_space(theme::GAP);
        choices_ui(ui, checking, view);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(theme::GAP);
            actions_ui(ui, app, checking, narrow, queue);
            ui.add_space(theme::GAP);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add_space(theme::TIGHT);
                let (found, range) = (found_words(checking), range_words(app, document));
                let shown = match checking.groups.is_empty() {
                    true => format!("{found} · {range}"),
                    false => range_in(ui, document, &range),
                };
                let label = ui.add(egui::Label::new(RichText::new(shown).color(tokens.secondary)).truncate());
                label.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{found} · {range}")));
                if !checking.is_running() {
                    crate::ui::announce(ui, &label);
                }
                label.on_hover_text(range);
            });
        });
    });
}

/// Severities, each with how many there are: those that are shown.
fn choices_ui(ui: &mut Ui, checking: &Checking, view: &mut HealthView) {
    let tokens = theme::tokens(ui);
    for severity in Severity::ALL {
        let count = checking.count(severity);
        if count == 0 {
            continue;
        }
        let shown = !view.hidden.contains(&severity);
        let words = severity.counted(count);
        let label = RichText::new(&words).font(theme::words(theme::SMALL));
        let label = label.color(if shown { tokens.text } else { tokens.secondary });
        let chip = ui.add(egui::Button::new(label).selected(shown).small());
        let tip = if shown { "Don't show these" } else { "Show these" };
        chip.widget_info(|| WidgetInfo::selected(Role::Button, true, shown, format!("Show {words}")));
        if chip.on_hover_text(tip).clicked() {
            match view.hidden.iter().position(|hidden| *hidden == severity) {
                Some(at) => {
                    view.hidden.remove(at);
                }
                None => view.hidden.push(severity),
            }
        }
    }
}

/// From the right: to look again and to copy, or to stop.
fn actions_ui(ui: &mut Ui, app: &App, checking: &Checking, narrow: bool, queue: &mut Vec<Command>) {
    if checking.is_running() {
        if ui.small_button("Stop").on_hover_text("Stop looking; what was found is kept").clicked() {
            queue.push(Command::Stop(Slot::Check));
        }
        let counts = app.running.iter().find(|running| running.slot == Slot::Check);
        let (done, total) = counts.map_or((0, 0), |running| running.progress.counts());
        let share = if total == 0 { 0.0 } else { done as f32 / total as f32 };
        ui.add(egui::ProgressBar::new(share).desired_width(100.0).desired_height(6.0));
        return;
    }
    let tip = "Look at the whole history once more";
    let again = match narrow {
        true => icons::icon_button(ui, icons::REFRESH, "Look again", tip),
        false => ui.small_button("Look again").on_hover_text(tip),
    };
    if again.clicked() {
        queue.push(Command::CheckHistory);
    }
    let Some(health) = &checking.health else { return };
    let tip = "Copy all that is listed as JSON, as `foldline check --json` prints it";
    if icons::icon_button(ui, icons::BRACES, "Copy findings as JSON", tip).clicked() {
        // Findings hold only what JSON can.
        queue.push(Command::CopyText(serde_json::to_string_pretty(health).unwrap_or_default()));
    }
    let tip = "Copy what was found as text, to be pasted into a message";
    if icons::icon_button(ui, icons::COPY, "Copy findings as text", tip).clicked() {
        queue.push(Command::CopyText(health.lines().join("\n")));
    }
}

/// Where nothing was found: how much that says.
fn nothing_ui(ui: &mut Ui, document: &Document) {
    let tokens = theme::tokens(ui);
    let checking = &document.checking;
    let Some(health) = &checking.health else { return };
    if !health.complete {
        return note_ui(
            ui,
            "Nothing was found up to where it was stopped. That says nothing of what comes after.",
            tokens.secondary,
        );
    }
    let words = sound_words(health);
    egui::ScrollArea::vertical().id_salt("nothing found").auto_shrink(false).show(ui, |ui| {
        ui.add_space(theme::MARGIN);
        ui.horizontal_top(|ui| {
            ui.add_space(theme::MARGIN);
            icons::sign(ui, icons::CHECK, theme::ICON, theme::ICON, tokens.good);
            ui.vertical(|ui| {
                ui.set_max_width((ui.available_width() - theme::MARGIN).min(640.0));
                ui.spacing_mut().item_spacing.y = theme::TIGHT;
                ui.add(egui::Label::new(RichText::new(words).color(tokens.secondary)).wrap());
                for line in health.not_checked.iter().map(unchecked_words) {
                    let line = RichText::new(line).font(theme::words(theme::SMALL)).color(tokens.secondary);
                    ui.add(egui::Label::new(line).wrap());
                }
            });
        });
    });
}

/// What of a sound history was seen: only what could be looked for.
fn sound_words(health: &Health) -> String {
    let claims = [
        (Some(Kind::VersionGap), "versions without gaps or doubles"),
        (Some(Kind::TimeBackwards), "times in order"),
        (Some(Kind::IdDuplicate), "no id twice"),
        (None, "every payload readable"),
        (Some(Kind::NoStart), "every stream begun"),
        (Some(Kind::AfterEnd), "none written to after its end"),
        (Some(Kind::CauseMissing), "every cause in the store"),
        (Some(Kind::SnapshotOrphan), "no snapshot without its events"),
        (Some(Kind::InvariantBroken), "all invariants of the projection hold after every event"),
    ];
    let is_seen =
        |kind: Option<Kind>| kind.is_none_or(|kind| health.not_checked.iter().all(|part| !part.kinds.contains(&kind)));
    let seen: Vec<&str> = claims.iter().filter(|(kind, _)| is_seen(*kind)).map(|(_, words)| *words).collect();
    let mut words = seen.join(", ");
    if let Some(first) = words.get(..1).map(str::to_uppercase) {
        words.replace_range(..1, &first);
    }
    words + "."
}

/// What could not be looked for, in a sentence.
fn unchecked_words(part: &Unchecked) -> String {
    format!("Not looked for: {}, as {}.", part.what, part.why)
}

fn note_ui(ui: &mut Ui, words: &str, colour: egui::Color32) {
    ui.horizontal(|ui| {
        ui.add_space(theme::MARGIN);
        ui.add(egui::Label::new(RichText::new(words).color(colour)).wrap());
    });
}

/// The sign of a severity and its colour: each has its own form.
fn sign(severity: Severity, tokens: &Tokens) -> (&'static str, egui::Color32) {
    match severity {
        Severity::Error => (icons::WARNING, tokens.bad),
        Severity::Warning => (icons::FLAG, tokens.text),
        Severity::Info => (icons::INFO, tokens.secondary),
    }
}
