//! Over the comparison: with what the active scenario is compared, what came of it, and the ways through it.

use egui::{AtomExt as _, Button, Label, Layout, Popup, RichText, Role, Stroke, Ui, WidgetInfo};

use super::Shows;
use crate::app::actions::action;
use crate::app::{Against, App, Command, Document};
use crate::model::names;
use crate::ui::{elide, icons, keys, notices, text, theme};
use crate::whatif::Differences;

/// Streams that are offered where the selected one is as recorded.
const OFFERED: usize = 6;

/// The heading.
pub fn heading_ui(ui: &mut Ui, app: &App, document: &Document, shows: &mut Shows, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let row = ui.horizontal(|ui| {
        ui.set_height(theme::TABS);
        ui.spacing_mut().item_spacing.x = theme::TIGHT;
        ui.add_space(theme::MARGIN);
        if ui.available_width() > 700.0 {
            ui.label(RichText::new("Compared with").color(tokens.secondary));
        }
        against_ui(ui, document, queue);
        let rows = document.comparison.current().map(|found| found.rows.len() + found.more);
        for (tab, name, count) in [(Shows::OverTime, "Over time", rows), (Shows::SideBySide, "Side by side", None)] {
            if theme::tab(ui, *shows == tab, name, count).clicked() {
                *shows = tab;
            }
        }
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            ui.add_space(theme::TIGHT);
            for (id, glyph) in [
                ("next-difference", icons::CHEVRON_DOWN),
                ("previous-difference", icons::CHEVRON_UP),
                ("first-difference", icons::TO_START),
            ] {
                if let Some(action) = action(id) {
                    keys::icon_action(ui, app, action, glyph, action.text, queue);
                }
            }
            ui.add_space(theme::GAP);
            let words = summary(document);
            // As many of its parts as there is room for.
            let (font, room) = (theme::words(theme::SMALL), ui.available_width());
            let shown = elide::parts(ui.painter(), &words, &font, room, tokens.secondary);
            let Some(shown) = shown else { return };
            let label = ui.add(Label::new(shown));
            label.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
            label.on_hover_text(&words);
        });
    });
    let y = row.response.rect.bottom() - 0.5;
    ui.painter().hline(ui.max_rect().x_range(), y, Stroke::new(1.0, tokens.hairline));
}

/// The choice of what the active scenario is compared with.
fn against_ui(ui: &mut Ui, document: &Document, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let name = document.against_name();
    let arrow = icons::icon(icons::CHEVRON_DOWN, theme::ICON_SMALL).color(tokens.secondary);
    let words = RichText::new(name).color(tokens.text).atom_shrink(true);
    let button = ui
        .scope(|ui| {
            ui.set_max_width(180.0);
            ui.add(Button::new((words, arrow)).truncate())
        })
        .inner;
    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Compared with: {name}")));
    Popup::menu(&button).show(|ui| {
        ui.set_max_width(320.0);
        let active = document.active_scenario().id;
        let others = document.scenarios.all().iter().filter(|view| view.id != active);
        let others = others.map(|view| (Against::Scenario(view.id), view.draft.name()));
        for (against, name) in std::iter::once((Against::Recorded, "As recorded")).chain(others) {
            let chosen = if document.against == against { icons::CHECK } else { " " };
            if icons::labelled_button(ui, chosen, name).clicked() {
                queue.push(Command::CompareWith(against));
                ui.close();
            }
        }
        if document.scenarios.all().len() == 1 {
            let hint = "Begin another scenario to compare the two";
            ui.label(RichText::new(hint).color(tokens.secondary).size(theme::SMALL));
        }
    });
}

/// What came of the comparison, in a line.
fn summary(document: &Document) -> String {
    let comparison = &document.comparison;
    match comparison.current() {
        Some(found) => words_for(found),
        None if comparison.differences().is_pending() => "Comparing…".to_owned(),
        None => String::new(),
    }
}

fn words_for(found: &Differences) -> String {
    let (left, right) = found.looked_at;
    let looked = match left == right {
        true => format!("looked at all {} events of both", text::grouped(left)),
        false => format!("looked at all {} and {} events", text::grouped(left), text::grouped(right)),
    };
    let Some(first) = found.first().and_then(|row| row.event()) else {
        return format!("The same states throughout · {looked}");
    };
    let first = match (first.moment.version, first.moment.position) {
        (Some(version), _) => format!("v{version}"),
        (None, Some(position)) => format!("#{position}"),
        (None, None) => "the first event that was inserted".to_owned(),
    };
    let end = match (found.at_end, found.rows.last()) {
        (0, Some(last)) => match last.event().and_then(|event| event.moment.version) {
            Some(version) => format!("the same again from v{version} on"),
            None => "the same again at the end".to_owned(),
        },
        (1, _) => "1 value differs at the end".to_owned(),
        (many, _) => format!("{} values differ at the end", text::grouped(many)),
    };
    format!("They part at {first} · {end} · {looked}")
}

/// Whether no edit of either side concerns a stream.
pub fn is_untouched(document: &Document, stream: &str) -> bool {
    let sides = document.comparison.side_by_side().value();
    sides.is_some_and(|(sides, current)| {
        let concerns = |branch: &Option<std::sync::Arc<crate::whatif::Branch>>| {
            branch.as_ref().is_some_and(|branch| branch.stream(stream).is_some())
        };
        current && !concerns(&sides.left) && !concerns(&sides.right)
    })
}

/// The way to the streams that edits concern.
pub fn elsewhere_ui(ui: &mut Ui, document: &Document, stream: &str, queue: &mut Vec<Command>) {
    notices::note_ui(
        ui,
        &format!("No edit concerns {}: it is the same on both sides. Edits concern:", names::shown(stream)),
    );
    let Some((sides, _)) = document.comparison.side_by_side().value() else { return };
    let mut names: Vec<_> = sides.left.iter().chain(&sides.right).flat_map(|branch| branch.streams()).collect();
    names.sort();
    names.dedup();
    ui.add_space(theme::TIGHT);
    ui.horizontal_wrapped(|ui| {
        ui.add_space(theme::MARGIN);
        ui.spacing_mut().item_spacing.x = theme::MARGIN;
        // A stream that only a scenario has can't be looked at by itself.
        let known = |name: &&&std::sync::Arc<str>| document.opened.log.find_stream(name).is_some();
        for name in names.iter().filter(known).take(OFFERED) {
            if ui.add(egui::Link::new(theme::link(name.to_string(), theme::BODY))).clicked() {
                queue.push(Command::SelectStream((*name).clone()));
            }
        }
        if names.len() > OFFERED {
            let more = format!("and {} more", text::grouped(names.len() - OFFERED));
            ui.label(RichText::new(more).color(theme::tokens(ui).secondary));
        }
    });
}
