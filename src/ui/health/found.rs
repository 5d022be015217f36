//! The findings of a kind: what it means, what to do next, and each with the way to its event.

use std::sync::Arc;

use egui::{
    Align, Key, Label, Layout, Modifiers, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::HealthView;
use crate::analysis::health::Finding;
use crate::app::checking::Group;
use crate::app::{App, Command, Document};
use crate::model::zoned;
use crate::ui::elide;
use crate::ui::rows::{BAR, List};
use crate::ui::{text, theme};

/// Widths of columns.
const POSITION: f32 = 64.0;
const TIME: f32 = 150.0;
/// Room for the way to the event.
const WAY: f32 = 92.0;
/// Height of a line of a row that has several, and of what is above and below them.
const LINE: f32 = 18.0;
const PAD: f32 = 6.0;
/// The most lines that a message takes; of a longer one the rest is told where the mouse points.
const LINES: usize = 3;
/// The widest that an explanation is set.
const READABLE: f32 = 820.0;

/// How the findings of a group fit into the room that there is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Whether a finding is one line of columns. Else its message has lines of its own.
    one_line: bool,
    /// How many lines a message takes.
    lines: usize,
    /// Where columns end in one line, from the left.
    columns: Columns,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Columns {
    time: f32,
    stream: f32,
    message: f32,
    way: f32,
}

impl Columns {
    fn new(width: f32) -> Self {
        let time = theme::MARGIN + POSITION;
        let stream = time + TIME;
        let message = stream + (width * 0.16).clamp(110.0, 260.0);
        Self { time, stream, message, way: width - BAR - WAY }
    }
}

impl Fit {
    /// For messages, the longest of which are looked at.
    fn new(ui: &Ui, width: f32, messages: &[&str]) -> Self {
        let columns = Columns::new(width);
        let font = || theme::words(theme::BODY);
        let mut longest: Vec<&&str> = messages.iter().collect();
        longest.sort_by_key(|message| std::cmp::Reverse(message.len()));
        longest.truncate(4);
        let widest = longest.iter().map(|message| {
            ui.painter().layout_no_wrap((**message).to_owned(), font(), egui::Color32::PLACEHOLDER).size().x
        });
        let one_line = widest.fold(0.0, f32::max) < columns.way - columns.message - theme::GAP;
        let room = width - BAR - 2.0 * theme::MARGIN;
        let rows = |message: &&&str| wrapped(ui.painter(), message, room, egui::Color32::PLACEHOLDER).rows.len();
        let lines = longest.iter().map(rows).max().unwrap_or(1).clamp(1, LINES);
        Self { one_line, lines, columns }
    }

    fn height(&self) -> f32 {
        if self.one_line { theme::ROW } else { 2.0 * PAD + LINE * (self.lines + 1) as f32 }
    }
}

/// A message in as many lines as it takes, up to [`LINES`].
fn wrapped(painter: &egui::Painter, message: &str, room: f32, colour: egui::Color32) -> std::sync::Arc<egui::Galley> {
    let mut job = egui::text::LayoutJob::simple(message.to_owned(), theme::words(theme::BODY), colour, room.max(40.0));
    job.wrap.max_rows = LINES;
    job.break_on_newline = false;
    painter.layout_job(job)
}

/// The findings of a group. `take_focus` is whether the keyboard is to go on here.
pub fn found_ui(
    ui: &mut Ui,
    app: &App,
    document: &Document,
    group: &Group,
    view: &mut HealthView,
    take_focus: bool,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    ui.spacing_mut().item_spacing.y = 0.0;
    let finding = |at: usize| group.items.get(at).and_then(|at| document.checking.list.get(*at as usize));
    let width = ui.available_width();
    let of = (document.checking.edition, (group.severity, group.kind), width.round() as i32);
    let fit = match view.fit {
        Some((known, fit)) if known == of => fit,
        _ => {
            let messages: Vec<&str> = (0..group.items.len()).filter_map(finding).map(|f| f.message.as_str()).collect();
            Fit::new(ui, width, &messages)
        }
    };
    view.fit = Some((of, fit));
    let rest = group.count - group.items.len();
    let list = List {
        name: "Findings",
        selected: view.at.and_then(finding).map_or_else(String::new, spoken),
        role: Role::Table,
        height: fit.height(),
        count: group.items.len() + usize::from(rest > 0),
        reach: 0.0,
    };
    let mut clicked = None;
    let chosen = view.at;
    let at_keys = view.found_focused;
    let about = About::new(ui, group, ui.available_size());
    let (response, _) = view.found.show_below(
        ui,
        &list,
        about.height,
        |ui, rect| about.ui(ui, rect),
        |ui, rect, at| {
            let Some(found) = finding(at) else {
                let verb = if rest == 1 { "is" } else { "are" };
                let words = format!("and {} more, which {verb} counted and not listed", text::grouped(rest));
                let galley =
                    elide::end(ui.painter(), &words, theme::words(theme::BODY), rect.width(), tokens.secondary);
                let place = pos2(rect.left() + theme::MARGIN, rect.center().y - galley.size().y / 2.0);
                ui.painter().galley(place, galley, tokens.secondary);
                return;
            };
            let response = ui.interact(rect, ui.make_persistent_id(("finding", at)), Sense::CLICK);
            let selected = chosen == Some(at);
            response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, spoken(found)));
            if response.clicked() {
                clicked = Some(at);
            }
            let lit = selected || response.hovered();
            if lit {
                ui.painter().rect_filled(rect, 0, if selected { tokens.selection } else { tokens.raised });
            }
            let way = way_to(document, found);
            let words = match &way {
                Some(Command::JumpTo(_)) => "Go to event",
                Some(_) => "Go to stream",
                None => "",
            };
            row_ui(ui, rect, app, found, &fit, &Way { words, lit, by_enter: selected && at_keys });
            let how = if words.is_empty() { String::new() } else { format!("\n{words}: click, or Enter in the list") };
            response.on_hover_text(format!("{}{how}", found.message));
        },
    );
    if clicked.is_some() || take_focus {
        response.request_focus();
    }
    view.found_focused = response.has_focus();
    if let Some(next) = view.found.leap(ui, &response).and_then(|leap| leap.from(view.at, group.items.len())) {
        view.at = Some(next);
        view.found.reveal(next);
    }
    if let Some(at) = clicked {
        view.at = Some(at);
    } else if response.has_focus() && view.at.is_none() && !group.items.is_empty() {
        // Enter has something to go to from the start.
        view.at = Some(0);
    }
    let key = |key| response.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    view.to_groups = key(Key::ArrowLeft);
    let go = if key(Key::Enter) { view.at } else { clicked };
    if let Some(found) = go.and_then(finding) {
        queue.extend(way_to(document, found));
    }
}

/// What a kind of finding means and what to do next, above the findings. In a low panel it is cut: the findings are what
/// is looked for, and the rest is told where the mouse points.
struct About {
    texts: [(&'static str, Arc<egui::Galley>); 2],
    height: f32,
}

impl About {
    fn new(ui: &Ui, group: &Group, room: egui::Vec2) -> Self {
        let tokens = theme::tokens(ui);
        let size = if room.x > 420.0 { theme::BODY } else { theme::SMALL };
        let width = (room.x - 2.0 * theme::MARGIN - BAR).clamp(80.0, READABLE);
        let most = if room.y < super::LOW { [2, 1] } else { [usize::MAX; 2] };
        let laid = |words: &'static str, colour, most| {
            let mut job = egui::text::LayoutJob::simple(words.to_owned(), theme::words(size), colour, width);
            job.wrap.max_rows = most;
            (words, ui.painter().layout_job(job))
        };
        let texts =
            [laid(group.kind.meaning(), tokens.text, most[0]), laid(group.kind.advice(), tokens.secondary, most[1])];
        let height = texts.iter().map(|(_, galley)| galley.size().y).sum::<f32>().ceil() + 4.0 * theme::TIGHT;
        Self { texts, height }
    }

    fn ui(self, ui: &mut Ui, rect: egui::Rect) {
        let area = rect.shrink2(vec2(theme::MARGIN, theme::TIGHT));
        let mut child = ui.new_child(UiBuilder::new().max_rect(area).layout(Layout::top_down(Align::Min)));
        child.spacing_mut().item_spacing.y = theme::TIGHT;
        for (words, galley) in self.texts {
            let cut = galley.elided;
            let label = child.add(Label::new(galley));
            label.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
            if cut {
                label.on_hover_text(words);
            }
        }
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

/// The way from a finding to its event, as it is written into its row.
struct Way {
    words: &'static str,
    lit: bool,
    by_enter: bool,
}

fn row_ui(ui: &Ui, rect: egui::Rect, app: &App, found: &Finding, fit: &Fit, way: &Way) {
    let tokens = theme::tokens(ui);
    let painter = ui.painter();
    let y = if fit.one_line { rect.center().y } else { rect.top() + PAD + LINE / 2.0 };
    let cell = |left: f32, words: &str, font, room: f32, colour| {
        let galley = elide::end(painter, words, font, room, colour);
        let size = galley.size();
        painter.galley(pos2(left, y - size.y / 2.0), galley, colour);
        left + size.x
    };
    let columns = &fit.columns;
    let left = rect.left() + theme::MARGIN;
    // What leads somewhere is underlined.
    let underline = |left: f32, right: f32, colour| {
        painter.hline(left..=right, y + 7.5, Stroke::new(1.0, colour));
    };
    let way_at = if way.words.is_empty() {
        rect.right() - BAR
    } else {
        let words = if way.by_enter { "Enter" } else { way.words };
        let colour = if way.lit { tokens.text } else { tokens.secondary };
        let galley = elide::end(painter, words, theme::words(theme::SMALL), WAY, colour);
        let at = rect.right() - BAR - theme::TIGHT - galley.size().x;
        let size = galley.size();
        painter.galley(pos2(at, y - size.y / 2.0), galley, colour);
        if way.by_enter {
            let key = egui::Rect::from_center_size(pos2(at + size.x / 2.0, y), size + vec2(10.0, 4.0));
            painter.rect_stroke(key, theme::RADIUS, Stroke::new(1.0, tokens.secondary), StrokeKind::Inside);
        } else {
            underline(at, at + size.x, colour);
        }
        at
    };
    let position = found.position.map_or_else(String::new, |position| format!("#{position}"));
    let end = cell(left, &position, theme::mono(theme::MONO), POSITION + TIME, tokens.text);
    if !way.words.is_empty() && end > left {
        underline(left, end, tokens.secondary);
    }
    let time = found.time.map_or_else(String::new, |time| zoned::date_time(time, app.zone()));
    let time = time.get(..19).unwrap_or(&time);
    let stream = found.stream.as_deref().unwrap_or_default();
    if fit.one_line {
        cell(rect.left() + columns.time, time, theme::mono(theme::MONO), TIME - theme::GAP, tokens.secondary);
        let room = columns.message - columns.stream - theme::GAP;
        cell(rect.left() + columns.stream, stream, theme::words(theme::BODY), room, tokens.text);
        let room = columns.way - columns.message - theme::GAP;
        cell(rect.left() + columns.message, &found.message, theme::words(theme::BODY), room, tokens.text);
        return;
    }
    let room = |left: f32| way_at - theme::MARGIN - left;
    let gap = if end > left { theme::MARGIN } else { 0.0 };
    let end = cell(end + gap, stream, theme::strong(theme::BODY), room(end + gap), tokens.text);
    let at = end + theme::MARGIN;
    if room(at) > TIME - theme::GAP {
        cell(at, time, theme::mono(theme::SMALL), TIME, tokens.secondary);
    }
    let message = wrapped(painter, &found.message, rect.width() - BAR - 2.0 * theme::MARGIN, tokens.text);
    painter.galley(pos2(left, rect.top() + PAD + LINE), message, tokens.text);
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
}
