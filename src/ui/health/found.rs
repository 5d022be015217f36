//! The findings of a kind: what it means, what to do next, and each with the way to its event.

use egui::{Key, Label, Modifiers, RichText, Role, Sense, Ui, WidgetInfo, pos2};

use super::HealthView;
use crate::analysis::health::Finding;
use crate::app::checking::Group;
use crate::app::{App, Command, Document};
use crate::model::zoned;
use crate::ui::events::row::galley;
use crate::ui::rows::List;
use crate::ui::{text, theme};

/// Widths of columns.
const POSITION: f32 = 56.0;
const TIME: f32 = 150.0;

/// The findings of a group.
pub fn found_ui(
    ui: &mut Ui,
    app: &App,
    document: &Document,
    group: &Group,
    view: &mut HealthView,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.add_space(theme::TIGHT);
    for (words, colour) in [(group.kind.meaning(), tokens.text), (group.kind.advice(), tokens.secondary)] {
        ui.horizontal_top(|ui| {
            ui.add_space(theme::MARGIN);
            ui.scope(|ui| {
                ui.set_max_width(ui.available_width() - theme::MARGIN);
                let words = RichText::new(words).font(theme::words(theme::SMALL)).color(colour);
                ui.add(Label::new(words).wrap());
            });
        });
    }
    ui.add_space(theme::TIGHT);
    let finding = |at: usize| group.items.get(at).and_then(|at| document.checking.list.get(*at as usize));
    let rest = group.count - group.items.len();
    let list = List {
        name: "Findings",
        selected: view.at.and_then(finding).map_or_else(String::new, spoken),
        role: Role::Table,
        height: theme::ROW,
        count: group.items.len() + usize::from(rest > 0),
        reach: 0.0,
    };
    let mut clicked = None;
    let chosen = view.at;
    let (response, _) = view.found.show(ui, &list, |ui, rect, at| {
        let Some(found) = finding(at) else {
            let words = format!("and {} more, which are counted and not listed", text::grouped(rest));
            let galley = galley(ui.painter(), &words, theme::words(theme::BODY), rect.width(), tokens.secondary);
            let place = pos2(rect.left() + theme::MARGIN, rect.center().y - galley.size().y / 2.0);
            ui.painter().galley(place, galley, tokens.secondary);
            return;
        };
        let response = ui.interact(rect, ui.make_persistent_id(("finding", at)), Sense::CLICK);
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen == Some(at), spoken(found)));
        if response.clicked() {
            clicked = Some(at);
        }
        if chosen == Some(at) || response.hovered() {
            let fill = if chosen == Some(at) { tokens.selection } else { tokens.raised };
            ui.painter().rect_filled(rect, 0, fill);
        }
        row_ui(ui, rect, app, found);
        response.on_hover_text(&found.message);
    });
    if clicked.is_some() {
        response.request_focus();
    }
    if let Some(next) = view.found.leap(ui, &response).and_then(|leap| leap.from(view.at, group.items.len())) {
        view.at = Some(next);
        view.found.reveal(next);
    }
    if let Some(at) = clicked {
        view.at = Some(at);
    }
    let enter = response.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
    let go = if enter { view.at } else { clicked };
    if let Some(found) = go.and_then(finding) {
        queue.extend(way_to(document, found));
    }
}

/// The way to what a finding is about: its event, else its stream.
fn way_to(document: &Document, found: &Finding) -> Option<Command> {
    let stream = found.stream.as_ref().filter(|stream| document.opened.log.find_stream(stream).is_some());
    document.place_of(found).map(Command::JumpTo).or_else(|| stream.cloned().map(Command::SelectStream))
}

/// A finding in words.
fn spoken(found: &Finding) -> String {
    let place = found.position.map_or_else(String::new, |position| format!("#{position} "));
    let stream = found.stream.as_deref().map_or_else(String::new, |stream| format!("of {stream}: "));
    format!("{place}{stream}{}", found.message)
}

fn row_ui(ui: &Ui, rect: egui::Rect, app: &App, found: &Finding) {
    let tokens = theme::tokens(ui);
    let painter = ui.painter();
    let cell = |left: f32, words: &str, font, width: f32, colour| {
        let galley = galley(painter, words, font, width - theme::GAP, colour);
        painter.galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, colour);
        left + width
    };
    let position = found.position.map_or_else(String::new, |position| format!("#{position}"));
    let mut left = rect.left() + theme::MARGIN;
    left = cell(left, &position, theme::mono(theme::MONO), POSITION, tokens.secondary);
    if rect.width() > 620.0 {
        let time = found.time.map_or_else(String::new, |time| zoned::date_time(time, app.zone()));
        left = cell(left, time.get(..19).unwrap_or(&time), theme::mono(theme::MONO), TIME, tokens.secondary);
    }
    let stream = found.stream.as_deref().unwrap_or_default();
    let width = (rect.width() * 0.22).clamp(80.0, 180.0);
    left = cell(left, stream, theme::words(theme::BODY), width, tokens.text);
    cell(left, &found.message, theme::words(theme::BODY), rect.right() - left, tokens.text);
}
