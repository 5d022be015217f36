//! One row of the table, and its header.

use egui::{Color32, FontId, Rect, Response, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::columns::{Column, Columns};
use super::texts::RowText;
use crate::app::{Command, Document};
use crate::model::names;
use crate::ui::theme::Tokens;
use crate::ui::{elide, icons, marks, text, theme};

/// Height of the header.
pub const HEADER: f32 = 26.0;

/// How a row stands.
#[derive(Clone, Copy, Default)]
pub struct Standing {
    pub event: u32,
    pub selected: bool,
    pub future: bool,
    pub left_out: bool,
    /// Put there by the scenario, at this place of the branch: `event` is the recorded one that it was, if any.
    pub put: Option<usize>,
    /// One of several that are chosen.
    pub chosen: bool,
    /// Whether the day is told: it is another one than in the row above.
    pub day: bool,
}

/// The titles of the columns.
pub fn header_ui(ui: &mut Ui, columns: &Columns, zone: &str) {
    let tokens = theme::tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEADER), Sense::hover());
    let painter = ui.painter_at(rect);
    let title = |column: Column, words: &[&str]| {
        let font = theme::words(theme::SMALL);
        let galley = elide::first_that_fits(&painter, words, &font, column.width(), tokens.secondary);
        let at = pos2(rect.left() + column.left, rect.center().y - galley.size().y / 2.0);
        painter.galley(at, galley, tokens.secondary);
    };
    let right = rect.left() + columns.number.right;
    let number = painter.layout_no_wrap("#".to_owned(), theme::words(theme::SMALL), tokens.secondary);
    painter.galley(pos2(right - number.size().x, rect.center().y - number.size().y / 2.0), number, tokens.secondary);
    if let Some(version) = columns.version {
        title(version, &["Version"]);
    }
    let time = columns.time.map(|(date, clock)| Column { left: date.left, right: clock.right + 12.0 });
    if let Some(time) = time {
        title(time, &[&format!("Time ({zone})"), "Time"]);
    }
    if let Some(stream) = columns.stream {
        title(stream, &["Stream"]);
    }
    title(columns.event, &["Event"]);
    if let Some(by) = columns.by {
        title(by, &["By"]);
    }
    if let Some(changed) = columns.changed {
        title(changed, &["Changed"]);
    }
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
    let Some(time) = time else { return };
    let words = rect.with_min_x(rect.left() + time.left).with_max_x(rect.left() + time.right);
    let response = ui.interact(words, ui.make_persistent_id("zone of times"), Sense::HOVER);
    response.on_hover_text(format!("All times are those of {zone}"));
}

/// The colours of a row's words: what matters, and what stands beside it.
fn colours(standing: Standing, moved: bool, tokens: &Tokens) -> (Color32, Color32) {
    match (standing.left_out || standing.put.is_some() || moved, standing.future) {
        (true, _) => (tokens.what_if, tokens.what_if),
        (false, true) => (theme::future_text(tokens), theme::future_text(tokens)),
        (false, false) => (tokens.text, tokens.secondary),
    }
}

/// Paints a row and gives its response.
pub fn row_ui(
    ui: &mut Ui,
    rect: Rect,
    document: &Document,
    columns: &Columns,
    said: &RowText,
    standing: Standing,
) -> Response {
    let tokens = theme::tokens(ui);
    let id = match standing.put {
        Some(place) => ui.make_persistent_id(("put", place)),
        None => ui.make_persistent_id(("event", standing.event)),
    };
    let response = ui.interact(rect, id, Sense::CLICK);
    response.widget_info(|| {
        WidgetInfo::selected(Role::Button, true, standing.selected || standing.chosen, spoken(said, standing))
    });
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    if standing.selected || standing.chosen || response.hovered() {
        let fill = if standing.selected || standing.chosen { tokens.selection } else { tokens.raised };
        painter.rect_filled(rect, 0.0, fill);
    }
    let (strong, quiet) = colours(standing, said.moved, &tokens);
    let middle = rect.center().y;
    let text = |column: Column, words: &str, font: FontId, colour: Color32| -> (bool, f32) {
        let galley = elide::end(&painter, words, font, column.width(), colour);
        let (cut, width) = (galley.elided, galley.size().x);
        painter.galley(pos2(rect.left() + column.left, middle - galley.size().y / 2.0), galley, colour);
        (cut, width)
    };
    let mono = || theme::mono(theme::MONO);
    let number = painter.layout_no_wrap(said.number.clone(), mono(), quiet);
    let right = rect.left() + columns.number.right;
    painter.galley(pos2(right - number.size().x, middle - number.size().y / 2.0), number, quiet);
    if let Some(version) = columns.version {
        let (_, width) = text(version, &said.version, mono(), strong);
        if let Some(branch) = said.branch_version.as_ref().filter(|_| !standing.left_out) {
            let beside = Column { left: version.left + width + 4.0, right: version.right + 8.0 };
            text(beside, branch, theme::mono(theme::SMALL - 1.0), tokens.what_if);
        }
    }
    if let Some((date, clock)) = columns.time {
        if standing.day {
            text(date, &said.date, mono(), quiet);
        }
        // A fraction is told where there is room, as far as there is.
        let shown = if columns.fractions { 12 } else { 8 };
        let shown = said.clock.char_indices().nth(shown).map_or(&*said.clock, |(end, _)| &said.clock[..end]);
        text(clock, shown, mono(), strong);
    }
    let mut stream_cut = false;
    if let Some(column) = columns.stream {
        let line = elide::middle(&painter, &said.stream, &theme::words(theme::BODY), quiet, column.width());
        stream_cut = line.cut;
        let at = pos2(rect.left() + column.left, middle - line.galley.size().y / 2.0);
        painter.galley(at, line.galley, quiet);
    }
    let log = &document.opened.log;
    let sign = pos2(rect.left() + columns.event.left + 6.0, middle);
    if standing.put.is_some() {
        let glyph = if said.moved { icons::ARROW_RIGHT } else { icons::PLUS };
        icons::paint(ui, Rect::from_center_size(sign, vec2(14.0, 14.0)), glyph, 13.0, tokens.what_if);
    } else {
        let mark = document.opened.drawing.marks.mark(log, standing.event as usize);
        let colour = marks::colour(mark, &tokens);
        let colour = if standing.future { theme::dimmed(colour) } else { colour };
        marks::paint(ui, mark, sign, 5.0, colour);
    }
    let mut words = Column { left: columns.event.left + 20.0, ..columns.event };
    if columns.changed.is_none() && !said.wrong.is_empty() {
        words.right -= 20.0;
        warn(ui, rect, words.right);
    }
    let edited = said.edited.as_deref().filter(|_| !standing.left_out);
    let sign = match (standing.put, said.moved) {
        (Some(_), _) => None,
        (None, true) => Some(icons::ARROW_RIGHT),
        (None, false) => Some(icons::PENCIL),
    };
    let note = |left: f32, words: &str, room: f32| -> f32 {
        let mut left = left;
        if let Some(glyph) = sign {
            let place = Rect::from_center_size(pos2(left + 6.0, middle), vec2(12.0, 12.0));
            icons::paint(ui, place, glyph, 12.0, tokens.what_if);
            left += 16.0;
        }
        let galley = elide::end(&painter, words, theme::mono(theme::MONO), room - 16.0, tokens.what_if);
        let end = left + galley.size().x;
        painter.galley(pos2(left, middle - galley.size().y / 2.0), galley, tokens.what_if);
        end
    };
    // Without a column for what changed, what the scenario did takes up to half of the sentence's room.
    if let (Some(edited), None) = (edited, columns.changed) {
        let half = (words.width() * 0.5).max(40.0);
        let wide = painter.layout_no_wrap(edited.to_owned(), mono(), quiet).size().x + 20.0;
        let room = wide.min(half);
        words.right = (words.right - room - 8.0).max(words.left + 20.0);
        note(rect.left() + words.right + 8.0, edited, room);
    }
    let (mut cut, _) = text(words, &said.sentence, theme::words(theme::BODY), strong);
    cut |= stream_cut;
    if let Some(by) = columns.by {
        cut |= text(by, &said.by, theme::words(theme::BODY), quiet).0;
    }
    if let Some(mut changed) = columns.changed {
        if !said.wrong.is_empty() {
            warn(ui, rect, changed.left);
            changed.left += 20.0;
        }
        if let Some(edited) = edited {
            let end = note(rect.left() + changed.left, edited, changed.width());
            changed.left = (end - rect.left() + 10.0).min(changed.right);
        }
        // What it changed as recorded, as far as there is room beside what the scenario did.
        cut |= match said.unchanged {
            _ if changed.width() < 40.0 => true,
            Some(why) => text(changed, why, theme::words(theme::BODY), quiet).0,
            None => text(changed, &said.changed, mono(), strong).0,
        };
    }
    if standing.left_out {
        let end = columns.changed.or(columns.by).unwrap_or(columns.event).right;
        let line = (rect.left() + columns.number.left)..=(rect.left() + end);
        painter.hline(line, middle, Stroke::new(1.0, tokens.what_if));
    }
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
    let told = !said.wrong.is_empty() || said.branch_version.is_some() || said.edited.is_some();
    if response.hovered() && (cut || told) {
        return response.on_hover_text(hover(said, stream_cut));
    }
    response
}

fn warn(ui: &Ui, rect: Rect, left: f32) {
    let place = Rect::from_center_size(pos2(rect.left() + left + 7.0, rect.center().y), vec2(14.0, 14.0));
    icons::paint(ui, place, icons::WARNING, 13.0, theme::tokens(ui).bad);
}

/// The row for screen readers.
fn spoken(said: &RowText, standing: Standing) -> String {
    let mut out = match said.number.as_str() {
        "+" => format!("Inserted event {} {}", said.version, said.sentence),
        number => format!("Event #{number} {} {}", said.version, said.sentence),
    };
    if !said.changed.is_empty() {
        out = out + ", " + &said.changed;
    }
    for wrong in &said.wrong {
        out = out + ", " + wrong;
    }
    match &said.edited {
        _ if standing.left_out => out += ", left out",
        Some(_) if standing.put.is_some() && !said.moved => {}
        Some(edited) if said.moved => out = out + ", " + edited,
        Some(edited) => out = out + ", changed: " + edited,
        None => {}
    }
    out
}

fn hover(said: &RowText, with_stream: bool) -> String {
    let mut out = format!("{}\n{} {}", said.sentence, said.date, said.clock);
    if with_stream {
        out = out + "\nIn " + &said.stream;
    }
    for (label, words) in [("By ", &said.by), ("Changed ", &said.changed)] {
        if !words.is_empty() {
            out = out + "\n" + label + words;
        }
    }
    if let Some(branch) = &said.branch_version {
        out = out + "\nWhat-if: it is " + branch + " there";
    }
    if let Some(edited) = &said.edited {
        out = out + "\nWhat-if: " + edited;
    }
    for wrong in &said.wrong {
        out = out + "\n" + wrong;
    }
    out
}

/// What can be done with the event of a row; in a low window it scrolls.
pub fn menu_ui(
    ui: &mut Ui,
    document: &Document,
    event: u32,
    sentence: &str,
    take_focus: bool,
    queue: &mut Vec<Command>,
) {
    let room = ui.ctx().content_rect().height() - 32.0;
    egui::ScrollArea::vertical()
        .max_height(room)
        .min_scrolled_height(room)
        .show(ui, |ui| items_ui(ui, document, event, sentence, take_focus, queue));
}

fn items_ui(ui: &mut Ui, document: &Document, event: u32, sentence: &str, take_focus: bool, queue: &mut Vec<Command>) {
    let log = &document.opened.log;
    let at = event as usize;
    let full = document.rows.get(&event).map(|row| &row.event);
    crate::ui::whatif::menu::edit_items(ui, document, event, take_focus, queue);
    let mut item = |ui: &mut Ui, words: &str, command: &dyn Fn() -> Command| {
        if ui.button(words).clicked() {
            queue.push(command());
        }
    };
    if let Some(cause) = full.and_then(|event| event.causation_id.clone()) {
        ui.separator();
        item(ui, "Go to the cause", &|| Command::FollowCause(cause.clone()));
    }
    ui.separator();
    item(ui, "Copy sentence", &|| Command::CopyText(sentence.to_owned()));
    if let Some(event) = full {
        item(ui, "Copy as JSON", &|| {
            if !text::fits_the_clipboard(&event.data) {
                return Command::TooLargeToCopy;
            }
            let mut json = Vec::new();
            // A vector takes everything.
            let _ = crate::report::write_ndjson(&mut json, event);
            Command::CopyText(String::from_utf8_lossy(&json).trim_end().to_owned())
        });
    }
    ui.separator();
    let of_type = term("type", &log.event_type(log.type_of(at)).name);
    item(ui, "Find events of this type", &|| Command::Search(of_type.clone()));
    if let Some(user) = full.and_then(|event| event.user.as_deref()) {
        item(ui, "Find events by the same person", &|| Command::Search(term("user", user)));
    }
    if let Some(correlation) = full.and_then(|event| event.correlation_id.as_deref()) {
        item(ui, "Find what belongs together", &|| Command::Search(term("correlation_id", correlation)));
    }
    if let Some(stream) = log.stream_of(at).map(|stream| log.stream(stream).name.clone()) {
        ui.separator();
        let pinned = document.pinned.contains(&stream);
        let words = if pinned { "Unpin the stream" } else { "Pin the stream to the timeline" };
        item(ui, words, &|| Command::TogglePinned(stream.clone()));
        if document.stream.as_ref() != Some(&stream) {
            item(ui, &format!("Go there, to {}", names::shown(&stream)), &|| Command::JumpTo(event));
        }
    }
}

/// A term of a query that only this very text fits.
fn term(field: &str, text: &str) -> String {
    format!("{field} = {}", serde_json::Value::from(text))
}
