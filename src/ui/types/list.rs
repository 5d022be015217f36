//! The list of event types.

use egui::{Align2, Role, Sense, Stroke, Ui, WidgetInfo, pos2};

use super::{TypesView, day, events};
use crate::analysis::schema::{Catalogue, TypeEntry};
use crate::app::{App, Document};
use crate::model::{EventKind, names};
use crate::ui::elide;
use crate::ui::rows::{BAR, List};
use crate::ui::{marks, text, theme};

/// Height of a row: two lines of text.
const ROW: f32 = 44.0;
/// Wider than this there is room for the days of the first and the last event.
const WIDE: f32 = 230.0;

/// The list; gives the row that is chosen now.
pub fn list_ui(
    ui: &mut Ui,
    app: &App,
    document: &Document,
    catalogue: &Catalogue,
    view: &mut TypesView,
    chosen: usize,
    take_focus: bool,
) -> usize {
    let types = &view.lines.types;
    let entry = |row: usize| types.get(row).and_then(|(at, _)| catalogue.types.get(*at));
    let list = List {
        name: "Event types",
        selected: entry(chosen).map_or_else(String::new, |entry| spoken(entry, 0, app)),
        role: Role::List,
        height: ROW,
        count: types.len(),
        reach: 0.0,
    };
    let mut clicked = None;
    let (response, _) = view.types.show(ui, &list, |ui, rect, row| {
        let (Some(entry), Some((_, fields))) = (entry(row), types.get(row)) else { return };
        let tokens = theme::tokens(ui);
        let response = ui.interact(rect, ui.make_persistent_id(("event type", row)), Sense::CLICK);
        let selected = row == chosen;
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, spoken(entry, *fields, app)));
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        if selected || response.hovered() {
            painter.rect_filled(rect, 0.0, if selected { tokens.selection } else { tokens.raised });
        }
        let (first, second) = (rect.top() + 14.0, rect.top() + 31.0);
        let mark = document.opened.drawing.marks.mark_of(entry.index);
        marks::paint(ui, mark, pos2(rect.left() + 18.0, first), 5.0, marks::colour(mark, &tokens));
        let right = rect.right() - BAR - theme::TIGHT;
        let count = text::grouped(usize::try_from(entry.events).unwrap_or(usize::MAX));
        let count =
            painter.text(pos2(right, first), Align2::RIGHT_CENTER, count, theme::mono(theme::MONO), tokens.secondary);
        let left = rect.left() + 32.0;
        let line = |y: f32, words: &str, font, room: f32, colour| {
            let galley = elide::end(&painter, words, font, room, colour);
            painter.galley(pos2(left, y - galley.size().y / 2.0), galley, colour);
        };
        let name = names::shown_type(&entry.short);
        line(first, name, theme::words(theme::BODY), count.left() - theme::GAP - left, tokens.text);
        let (words, small) = (about(entry, *fields, app, rect.width() > WIDE), theme::words(theme::SMALL));
        match elide::parts(&painter, &words, &small, right - left, tokens.secondary) {
            Some(shown) => painter.galley(pos2(left, second - shown.size().y / 2.0), shown, tokens.secondary),
            None => line(second, &words, small, right - left, tokens.secondary),
        }
        painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
        if response.clicked() {
            clicked = Some(row);
        }
        if entry.name != entry.short {
            response.on_hover_text(&*entry.name);
        }
    });
    if clicked.is_some() || take_focus {
        response.request_focus();
    }
    let next = view.types.leap(ui, &response).and_then(|leap| leap.from(Some(chosen), types.len())).or(clicked);
    if let Some(next) = next {
        view.types.reveal(next);
        return next;
    }
    chosen
}

/// What else is to be known of a type, in a line: with its days, or without.
fn about(entry: &TypeEntry, fields: usize, app: &App, days: bool) -> String {
    let mut parts = Vec::new();
    match fields {
        0 => {}
        1 => parts.push("1 field".to_owned()),
        count => parts.push(format!("{count} fields")),
    }
    match entry.changes.len() {
        0 => {}
        1 => parts.push("1 change".to_owned()),
        count => parts.push(format!("{count} changes")),
    }
    match entry.categories.as_slice() {
        [] => {}
        [only] => parts.push(only.category.to_string()),
        [first, others @ ..] => parts.push(format!("{} and {} more", first.category, others.len())),
    }
    match entry.schema_versions.as_slice() {
        [] | [_] => {}
        versions => parts.push(format!("{} versions", versions.len())),
    }
    match entry.kind {
        EventKind::Event => {}
        EventKind::Command => parts.push("command".to_owned()),
        EventKind::System => parts.push("bookkeeping".to_owned()),
    }
    if !days {
        return parts.join(" · ");
    }
    let (first, last) = (day(&entry.first, app), day(&entry.last, app));
    parts.push(if first == last { first } else { format!("{first} to {last}") });
    parts.join(" · ")
}

fn spoken(entry: &TypeEntry, fields: usize, app: &App) -> String {
    format!("{}: {} · {}", names::shown_type(&entry.short), events(entry), about(entry, fields, app, true))
}
