//! The events of the selected stream, following the cursor.

use egui::{Align2, Color32, RichText, ScrollArea, Sense, Stroke, pos2, vec2};

use crate::app::actions::action;
use crate::app::{App, Command, Document};
use crate::model::{Event, Value, names};
use crate::ui::{ViewState, keys, marks, text, theme};

/// Where the table is.
#[derive(Default)]
pub struct EventsView {
    /// The event whose row was last scrolled into sight.
    scrolled_to: Option<u32>,
}

/// Where the columns are, by the room that there is: who goes first, then the date of the time.
struct Columns {
    version: f32,
    time: f32,
    event: f32,
    by: Option<f32>,
    time_format: &'static str,
    end: f32,
}

/// Right edge of the numbers.
const NUMBER: f32 = 70.0;

impl Columns {
    fn new(width: f32) -> Self {
        let end = width - 8.0;
        let by = (width > 620.0).then_some(width - 120.0);
        let (version, time) = (NUMBER + 20.0, NUMBER + 66.0);
        if width > 480.0 {
            Self { version, time, event: time + 170.0, by, time_format: "%Y-%m-%d %H:%M:%S", end }
        } else {
            Self { version, time, event: time + 76.0, by, time_format: "%H:%M:%S", end }
        }
    }
}

/// The table.
pub fn events_ui(ui: &mut egui::Ui, app: &App, view: &mut ViewState, queue: &mut Vec<Command>) {
    let Some(document) = &app.document else { return };
    let tokens = theme::tokens(ui);
    let lane = document.lane();
    ui.horizontal(|ui| {
        ui.add_space(theme::MARGIN);
        ui.label(RichText::new("Events").font(theme::strong(13.0)));
        if let Some(stream) = &document.stream {
            ui.label(RichText::new(format!("of {stream}")).color(tokens.secondary));
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add_space(theme::MARGIN);
            if let (Some(event), Some(action)) = (document.event, action("leave-out")) {
                let label = if document.is_left_out(event) { "Take back in" } else { "Leave out" };
                keys::action_button(ui, app, action, RichText::new(label).color(tokens.what_if), queue);
            }
        });
    });
    header_ui(ui);
    let row_height = theme::ROW - 2.0;
    let mut area = ScrollArea::vertical().auto_shrink(false);
    let selected = document.event.and(document.lane_count().checked_sub(1));
    if document.event != view.events.scrolled_to {
        view.events.scrolled_to = document.event;
        if let Some(at) = selected {
            let middle = at as f32 * row_height - ui.available_height() / 2.0 + row_height;
            area = area.vertical_scroll_offset(middle.max(0.0));
        }
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let mut wanted = Vec::new();
    area.show_rows(ui, row_height, lane.len(), |ui, range| {
        for place in range {
            wanted.push(lane[place]);
            row_ui(ui, document, place, row_height, queue);
        }
    });
    wanted.extend(document.event);
    let missing = wanted.iter().any(|event| !document.rows.contains_key(event));
    if missing && document.rows_asked.failure().is_none() {
        queue.push(Command::WantRows(wanted));
    }
}

fn header_ui(ui: &mut egui::Ui) {
    let tokens = theme::tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 22.0), Sense::hover());
    let y = rect.center().y;
    let painter = ui.painter_at(rect);
    let text = |x: f32, align, text: &str| {
        painter.text(pos2(rect.left() + x, y), align, text, theme::words(11.5), tokens.secondary);
    };
    let columns = Columns::new(rect.width());
    text(NUMBER, Align2::RIGHT_CENTER, "#");
    text(columns.version, Align2::LEFT_CENTER, "Version");
    text(columns.time, Align2::LEFT_CENTER, "Time (UTC)");
    text(columns.event, Align2::LEFT_CENTER, "Event");
    if let Some(by) = columns.by {
        text(by, Align2::LEFT_CENTER, "By");
    }
    painter.hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, tokens.hairline));
}

fn row_ui(ui: &mut egui::Ui, document: &Document, place: usize, height: f32, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let event = document.lane()[place];
    // Not by time: what the state takes in is a matter of replay order.
    let future = place >= document.lane_count();
    let log = &document.opened.log;
    let at = event as usize;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    let selected = document.event == Some(event);
    let left_out = document.is_left_out(event);
    let full = document.rows.get(&event).map(|row| &row.event);
    let short = &log.event_type(log.type_of(at)).short;
    let sentence = sentence(short, full.map(|event| &**event));
    let version = log.version(at).map_or_else(|| "—".to_owned(), |version| format!("v{version}"));
    response.widget_info(|| {
        let out = if left_out { ", left out" } else { "" };
        let text = format!("Event #{} {version} {sentence}{out}", log.position(at));
        egui::WidgetInfo::selected(egui::Role::Button, true, selected, text)
    });
    if response.clicked() {
        queue.push(Command::SeekEvent(event));
    }
    response.context_menu(|ui| {
        let (label, command) = if left_out {
            ("Take back in", Command::TakeBack(event))
        } else {
            ("Leave this event out", Command::LeaveOut(event))
        };
        if ui.button(label).clicked() {
            queue.push(command);
        }
    });
    if !ui.is_rect_visible(rect) {
        return;
    }
    let painter = ui.painter_at(rect);
    if selected || response.hovered() || response.has_focus() {
        painter.rect_filled(rect, 0.0, if selected { tokens.selection } else { tokens.raised });
    }
    let base = if left_out { tokens.what_if } else { tokens.text };
    let colour = if future { tokens.secondary } else { base };
    let y = rect.center().y;
    let mono = theme::mono(12.0);
    let columns = Columns::new(rect.width());
    let x = |x: f32| pos2(rect.left() + x, y);
    let number = log.position(at).to_string();
    painter.text(x(NUMBER), Align2::RIGHT_CENTER, number, mono.clone(), tokens.secondary);
    painter.text(x(columns.version), Align2::LEFT_CENTER, version, mono.clone(), colour);
    let time = log.time(at).map_or_else(String::new, |time| time.to_datetime().format(columns.time_format).to_string());
    painter.text(x(columns.time), Align2::LEFT_CENTER, time, mono, colour);
    let mark = document.opened.drawing.marks.mark(log, at);
    let mark_colour = marks::colour(mark, &tokens);
    let mark_colour = if future { theme::dimmed(mark_colour) } else { mark_colour };
    marks::paint(ui, mark, x(columns.event + 6.0), 5.0, mark_colour);
    let by = full.and_then(|event| event.user.as_deref()).unwrap_or("");
    if let Some(left) = columns.by {
        clipped(&painter, by, x(left), columns.end - left, tokens.secondary);
    }
    let room = columns.by.unwrap_or(columns.end) - columns.event - 32.0;
    clipped(&painter, &sentence, x(columns.event + 20.0), room, colour);
    if left_out {
        painter.hline((rect.left() + 24.0)..=(rect.right() - 24.0), y, Stroke::new(1.0, tokens.what_if));
    }
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
}

fn clipped(painter: &egui::Painter, text: &str, left_middle: egui::Pos2, room: f32, colour: Color32) {
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), theme::words(13.0), colour);
    job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(20.0));
    let galley = painter.layout_job(job);
    painter.galley(pos2(left_middle.x, left_middle.y - galley.size().y / 2.0), galley, colour);
}

/// What happened: the type as words, with the payload's first scalars.
fn sentence(short: &str, event: Option<&Event>) -> String {
    let words = names::humanised(short);
    let Some(Ok(value)) = event.map(|event| event.data.decoded()) else { return words };
    let Value::Object(object) = &*value else { return words };
    let scalars = object
        .iter()
        .filter(|(_, slot)| slot.value.is_leaf())
        .take(3)
        .map(|(key, slot)| format!("{key} {}", text::describe(Some(&slot.value))));
    let scalars: Vec<String> = scalars.collect();
    if scalars.is_empty() { words } else { format!("{words} · {}", scalars.join(", ")) }
}
