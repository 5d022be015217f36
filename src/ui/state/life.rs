//! The life of a value: every event that set it, in replay order.

use std::ops::Range;
use std::sync::Arc;

use chrono_tz::Tz;
use egui::text::{LayoutJob, TextWrapping};
use egui::{Align, Color32, Id, Label, Layout, Rect, RichText, Role, ScrollArea, Sense, WidgetInfo, pos2, vec2};

use super::header;
use crate::app::{App, Command, Document, LifeView};
use crate::job::{Life, LifeEntry, Slot};
use crate::model::{ValuePath, names, zoned};
use crate::ui::{icons, text, theme};

/// Height of an entry.
const ROW: f32 = 26.0;
/// Height of what stands over the entries, and under them.
const HEAD: f32 = 34.0;
const FOOT: f32 = 20.0;

/// Where the list is.
#[derive(Default)]
pub struct LifeListView {
    /// The entry that was last scrolled into sight, and of which life.
    scrolled: Option<(Whose, usize)>,
    /// How long it is.
    span: Option<((Whose, Tz), Span)>,
}

/// How long a life is: what all of it has in common need not be said of each entry.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Span {
    Day,
    Year,
    Years,
}

/// Whose life it is, and the how manieth answer.
type Whose = (Arc<str>, ValuePath, u64);

/// How much room it needs.
pub fn height(view: &LifeView, document: &Document) -> f32 {
    let entries = shown(view, document).map_or(1, |(life, _)| life.entries.len().max(1));
    HEAD + ROW * entries as f32 + FOOT
}

/// The life that was asked for, if it is that of this stream; and whether it is what was last asked for.
fn shown<'a>(view: &'a LifeView, document: &Document) -> Option<(&'a Life, bool)> {
    view.life.value().filter(|(life, _)| Some(&life.stream) == document.stream.as_ref() && life.path == view.path)
}

/// The whole section.
pub fn life_ui(
    ui: &mut egui::Ui,
    app: &App,
    document: &Document,
    view: &LifeView,
    list: &mut LifeListView,
    queue: &mut Vec<Command>,
) {
    let found = shown(view, document);
    title_ui(ui, view, found.map(|(life, _)| life.entries.len()), queue);
    let indented = |ui: &mut egui::Ui, add: &mut dyn FnMut(&mut egui::Ui)| {
        let rect = ui.available_rect_before_wrap().shrink2(vec2(theme::MARGIN, 0.0));
        ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| add(ui));
    };
    if let Some(failure) = view.life.failure() {
        indented(ui, &mut |ui| header::problem_ui(ui, icons::ERROR, failure));
    }
    let Some((life, current)) = found else {
        if view.life.is_pending() {
            indented(ui, &mut |ui| progress_ui(ui, app, queue));
        }
        return;
    };
    if !current {
        ui.set_opacity(0.55);
    }
    if life.entries.is_empty() {
        indented(ui, &mut |ui| header::note_ui(ui, "No event of this stream has ever set it."));
    } else {
        let height = (ui.available_height() - FOOT).max(ROW);
        let whose = (life.stream.clone(), life.path.clone(), view.life.edition());
        let out = ui.available_rect_before_wrap();
        let rect = Rect::from_min_size(out.min, vec2(out.width(), height));
        ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
            entries_ui(ui, app, document, life, whose, list, queue);
        });
    }
    indented(ui, &mut |ui| scanned_ui(ui, life));
}

fn title_ui(ui: &mut egui::Ui, view: &LifeView, values: Option<usize>, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let rect = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), HEAD));
    ui.allocate_rect(rect, Sense::hover());
    let inner = rect.shrink2(vec2(theme::MARGIN, 2.0));
    let layout = Layout::right_to_left(Align::Center);
    ui.scope_builder(egui::UiBuilder::new().max_rect(inner).layout(layout), |ui| {
        if icons::icon_button(ui, icons::CLOSE, "Close the life of this value", "Close").clicked() {
            queue.push(Command::HideLife);
        }
        if let Some(values) = values {
            let words = if values == 1 { "1 value".to_owned() } else { format!("{} values", text::grouped(values)) };
            ui.label(RichText::new(words).font(theme::mono(theme::SMALL)).color(tokens.secondary));
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let mut job = LayoutJob::default();
            let format = |colour| egui::TextFormat::simple(theme::strong(theme::BODY), colour);
            job.append("The life of ", 0.0, format(tokens.secondary));
            job.append(&text::shortened(&view.path.to_string(), 200), 0.0, format(tokens.text));
            ui.add(Label::new(job).truncate()).on_hover_text(text::shortened(&view.path.to_string(), 2000));
        });
    });
}

fn progress_ui(ui: &mut egui::Ui, app: &App, queue: &mut Vec<Command>) {
    let running = app.running.iter().find(|running| running.slot == Slot::Life);
    ui.horizontal(|ui| {
        let (done, total) = running.map_or((0, 0), |running| running.progress.counts());
        let words = match total {
            0 => "Looking for the events that set it…".to_owned(),
            total => format!("Looked at {} of {} events", text::grouped(done as usize), text::grouped(total as usize)),
        };
        header::note_ui(ui, &words);
        if running.is_some() && ui.small_button("Stop").clicked() {
            queue.push(Command::Stop(Slot::Life));
        }
    });
}

fn scanned_ui(ui: &mut egui::Ui, life: &Life) {
    let tokens = theme::tokens(ui);
    let words = match (life.scanned, &life.stopped) {
        (scanned, Some(why)) => {
            format!("Looked at {}; the replay stopped there: {why}", text::counted(scanned, "event"))
        }
        (1, None) => "Looked at the only event".to_owned(),
        (scanned, None) => format!("Looked at all {} events", text::grouped(scanned)),
    };
    let colour = if life.stopped.is_some() { tokens.bad } else { tokens.secondary };
    let text = RichText::new(&words).font(theme::words(theme::SMALL)).color(colour);
    ui.add(Label::new(text).truncate()).on_hover_text(&words);
}

fn entries_ui(
    ui: &mut egui::Ui,
    app: &App,
    document: &Document,
    life: &Life,
    whose: Whose,
    list: &mut LifeListView,
    queue: &mut Vec<Command>,
) {
    let entries = &life.entries;
    let past = entries.partition_point(|entry| !document.is_future(entry.event));
    let current = past.checked_sub(1);
    let mut area = ScrollArea::vertical().id_salt("life").auto_shrink(false);
    let there = (whose.clone(), current.unwrap_or(0));
    if list.scrolled.as_ref() != Some(&there) {
        let middle = (there.1 as f32 + 0.5) * ROW - ui.available_height() / 2.0;
        let most = entries.len() as f32 * ROW - ui.available_height();
        area = area.vertical_scroll_offset(middle.min(most).max(0.0));
        list.scrolled = Some(there);
    }
    let zone = app.zone();
    let log = &document.opened.log;
    let of = (whose, zone);
    if list.span.as_ref().is_none_or(|(known, _)| *known != of) {
        let day = |entry: Option<&LifeEntry>| {
            entry.and_then(|entry| log.time(entry.event as usize)).map(|time| zoned::date(time, zone))
        };
        let span = match (day(entries.first()), day(entries.last())) {
            (first, last) if first == last => Span::Day,
            (Some(first), Some(last)) if first.get(..4) == last.get(..4) => Span::Year,
            _ => Span::Years,
        };
        list.span = Some((of, span));
    }
    let span = list.span.as_ref().map_or(Span::Years, |(_, span)| *span);
    let columns = Columns::new(ui, span);
    area.show_rows(ui, ROW, entries.len(), |ui, range: Range<usize>| {
        let start = ui.max_rect().min;
        for (place, at) in range.enumerate() {
            let min = pos2(start.x, start.y + place as f32 * ROW);
            let rect = Rect::from_min_size(min, vec2(ui.available_width(), ROW));
            let when = if at >= past {
                When::Future
            } else if Some(at) == current {
                When::Now
            } else {
                When::Past
            };
            entry_ui(ui, rect, app, document, &entries[at], when, &columns, queue);
        }
    });
}

/// Where the columns are, by the room that there is: who goes first, then the time of day.
struct Columns {
    version: f32,
    by: Option<f32>,
    value: f32,
    time: f32,
    /// Characters of day and clock that are shown: from, to.
    cut: (usize, usize),
}

impl Columns {
    fn new(ui: &egui::Ui, span: Span) -> Self {
        let width = ui.available_width() - 2.0 * theme::MARGIN;
        let one = ui.fonts_mut(|fonts| fonts.glyph_width(&theme::mono(theme::MONO), '0'));
        let cut = match span {
            Span::Day => (11, 19),
            _ if width > 400.0 => (0, 19),
            _ if width > 340.0 => (0, 16),
            // Of one year the days and minutes tell more than the year.
            Span::Year if width < 250.0 => (5, 10),
            Span::Year => (5, 16),
            _ => (0, 10),
        };
        let time = (cut.1 - cut.0) as f32 * one;
        let by = (width > 440.0).then_some(width * 0.18);
        Self { version: 5.0 * one, by, value: width * 0.26, time, cut }
    }
}

/// Where an entry stands to the cursor.
#[derive(Clone, Copy, PartialEq)]
enum When {
    Past,
    Now,
    Future,
}

#[expect(clippy::too_many_arguments, reason = "what is drawn, and where")]
fn entry_ui(
    ui: &mut egui::Ui,
    rect: Rect,
    app: &App,
    document: &Document,
    entry: &LifeEntry,
    when: When,
    columns: &Columns,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    let log = &document.opened.log;
    let event = entry.event as usize;
    let info = log.event_type(log.type_of(event));
    let version = match log.version(event) {
        Some(version) => format!("v{version}"),
        None => format!("#{}", log.position(event)),
    };
    let words = entry.sentence.as_deref().map_or_else(|| names::type_words(&info.short), str::to_owned);
    let value = text::describe(entry.to.as_ref());
    let time = log.time(event).map(|time| zoned::date_time(time, app.zone()));
    let id = Id::unique(("life", entry.event));
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| {
        let mut name = format!("{version} {words} {value}");
        if let Some(time) = &time {
            name += &format!(", {time}");
        }
        if let Some(user) = &entry.user {
            name += &format!(", by {user}");
        }
        if when == When::Now {
            name += ", at the cursor";
        }
        WidgetInfo::labeled(Role::Button, true, name)
    });
    if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, theme::wash(tokens.secondary));
    }
    let (strong, weak) = match when {
        When::Past => (tokens.text, tokens.secondary),
        When::Now => (tokens.now, tokens.secondary),
        When::Future => (theme::future_text(&tokens), theme::future_text(&tokens)),
    };
    let (left, right) = (rect.left() + theme::MARGIN, rect.right() - theme::MARGIN);
    let middle = rect.center().y;
    let mono = theme::mono(theme::MONO);
    cell(ui, pos2(left, middle), columns.version, &version, mono.clone(), weak, Align::Min);
    let time_left = right - columns.time;
    if let Some(time) = &time {
        let shown: String = time.chars().skip(columns.cut.0).take(columns.cut.1 - columns.cut.0).collect();
        cell(ui, pos2(time_left, middle), columns.time + 2.0, &shown, mono.clone(), weak, Align::Min);
    }
    let value_right = time_left - theme::MARGIN;
    let value_width =
        cell(ui, pos2(value_right, middle), columns.value, &text::shortened(&value, 200), mono, strong, Align::Max);
    let mut words_right = value_right - value_width - theme::MARGIN;
    if let (Some(width), Some(user)) = (columns.by, &entry.user) {
        words_right = words_right.min(value_right - columns.value - theme::MARGIN) - width;
        let at = pos2(words_right + theme::GAP, middle);
        cell(ui, at, width - theme::GAP, user, theme::words(theme::BODY), weak, Align::Min);
    }
    let words_left = left + columns.version + theme::TIGHT;
    let at = pos2(words_left, middle);
    cell(ui, at, words_right - words_left, &words, theme::words(theme::BODY), strong, Align::Min);
    theme::focus_ring(ui, &response);
    if response.clicked() {
        queue.push(Command::JumpTo(entry.event));
    }
    response.on_hover_ui(|ui| {
        ui.set_max_width(420.0);
        ui.label(text::shortened(&words, 500));
        let mono = |text: String| RichText::new(text).font(theme::mono(theme::MONO));
        let from = text::describe(entry.from.as_ref());
        ui.label(mono(format!("{} → {}", text::shortened(&from, 500), text::shortened(&value, 500))));
        if let Some(time) = log.time(event) {
            let zone = zoned::zone_label(app.zone(), Some(time));
            ui.label(RichText::new(format!("{} {zone}", zoned::date_time(time, app.zone()))).color(tokens.secondary));
        }
        if let Some(user) = &entry.user {
            ui.label(RichText::new(format!("by {user}")).color(tokens.secondary));
        }
    });
}

/// Writes a text from or up to a point; gives its width.
fn cell(
    ui: &egui::Ui,
    at: egui::Pos2,
    room: f32,
    words: &str,
    font: egui::FontId,
    colour: Color32,
    align: Align,
) -> f32 {
    let mut job = LayoutJob::simple_singleline(words.to_owned(), font, colour);
    job.wrap = TextWrapping::truncate_at_width(room.max(8.0));
    let galley = ui.painter().layout_job(job);
    let (width, height) = (galley.size().x, galley.size().y);
    let x = if align == Align::Max { at.x - width } else { at.x };
    ui.painter().galley(pos2(x, at.y - height / 2.0), galley, colour);
    width
}
