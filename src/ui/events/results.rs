//! What a search found: how much of the store was looked at, the streams, the events. The cursor stays where it is
//! until it is asked to move.

use egui::{Key, Modifiers, Rect, RichText, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::columns::{Columns, Of};
use super::row::{self, Standing};
use super::table::{Users, events};
use super::texts::Texts;
use crate::app::{App, Command, Direction, Document, Focus, Search};
use crate::job::Slot;
use crate::model::{Payload, StreamIndex, json, names};
use crate::ui::rows::{List, Rows};
use crate::ui::{elide, icons, text, theme};

/// Where among the results the user is.
#[derive(Default)]
pub struct ResultsView {
    streams: Rows,
    rows: Rows,
    texts: Texts,
    /// The one stream whose hits are shown.
    only: Option<StreamIndex>,
    /// Its hits, and how many of all hits were looked at for them.
    filtered: (Vec<u32>, usize),
    /// The chosen hit, among those that are shown.
    chosen: Option<usize>,
    /// The hit that the search last went to.
    visited: Option<usize>,
    by: Users,
    preview: Option<(u32, u64, String)>,
}

/// The results; gives the events whose rows are in sight.
pub fn results_ui(
    ui: &mut Ui,
    app: &App,
    document: &Document,
    view: &mut ResultsView,
    queue: &mut Vec<Command>,
) -> Vec<u32> {
    let search = &document.search;
    if let Some(problem) = &search.problem {
        problem_ui(ui, &problem.pointing(&search.text), &problem.message);
        return Vec::new();
    }
    view.filter(document);
    heading_ui(ui, app, document, view, queue);
    if search.hits.is_empty() {
        if !search.is_running() && search.failure.is_none() {
            nothing_ui(ui, search);
        }
        return Vec::new();
    }
    let mut area = ui.available_rect_before_wrap();
    let chosen = view.chosen.and_then(|at| view.shown(search).get(at).copied());
    if let Some(event) = chosen {
        let bar = Rect::from_min_max(pos2(area.left(), area.bottom() - PREVIEW), area.max);
        area.max.y = bar.top();
        preview_ui(&mut ui.new_child(UiBuilder::new().max_rect(bar)), app, document, view, event, queue);
    }
    if area.width() >= 620.0 && search.streams.len() > 1 {
        let edge = area.left() + (area.width() * 0.24).clamp(150.0, 260.0);
        let left = Rect::from_min_max(area.min + vec2(theme::MARGIN, 0.0), pos2(edge - theme::MARGIN, area.bottom()));
        streams_ui(&mut ui.new_child(UiBuilder::new().max_rect(left)), document, view);
        ui.painter().vline(edge, area.y_range(), Stroke::new(1.0, theme::tokens(ui).hairline));
        area.min.x = edge + 1.0;
    }
    hits_ui(&mut ui.new_child(UiBuilder::new().max_rect(area)), app, document, view, queue)
}

/// Height of what is told of the chosen hit.
const PREVIEW: f32 = 2.0 * theme::ROW;

impl ResultsView {
    /// Keeps up with hits that came, and with the hit that the search went to.
    fn filter(&mut self, document: &Document) {
        let search = &document.search;
        if let Some(only) = self.only {
            let (found, looked_at) = &mut self.filtered;
            if *looked_at > search.hits.len() {
                (*found, *looked_at) = (Vec::new(), 0);
            }
            let log = &document.opened.log;
            let is_in = |event: u32| {
                let mut streams = log.stream_of(event as usize).into_iter().chain(log.other_streams_of(event as usize));
                streams.any(|stream| stream == only)
            };
            found.extend(search.hits[*looked_at..].iter().copied().filter(|event| is_in(*event)));
            *looked_at = search.hits.len();
        }
        if self.visited != search.current {
            self.visited = search.current;
            let event = search.current.and_then(|at| search.hits.get(at).copied());
            let row = event.and_then(|event| self.shown(search).binary_search(&event).ok());
            if let Some(row) = row {
                self.chosen = Some(row);
                self.rows.centre(row);
            }
        }
    }

    fn shown<'a>(&'a self, search: &'a Search) -> &'a [u32] {
        if self.only.is_some() { &self.filtered.0 } else { &search.hits }
    }

    fn show_only(&mut self, only: Option<StreamIndex>) {
        if self.only != only {
            self.only = only;
            self.filtered = (Vec::new(), 0);
            self.chosen = None;
            self.rows = Rows::default();
        }
    }
}

/// Why it is no query, with the place.
fn problem_ui(ui: &mut Ui, pointing: &str, message: &str) {
    let tokens = theme::tokens(ui);
    ui.add_space(theme::MARGIN);
    ui.horizontal_top(|ui| {
        ui.add_space(theme::MARGIN);
        ui.vertical(|ui| {
            ui.add(egui::Label::new(RichText::new(message).color(tokens.bad)).wrap());
            ui.add_space(theme::GAP);
            let lines = RichText::new(pointing).font(theme::mono(theme::MONO)).color(tokens.text);
            ui.add(egui::Label::new(lines).wrap_mode(egui::TextWrapMode::Extend));
        });
    });
}

/// What to try where nothing was found.
fn nothing_ui(ui: &mut Ui, search: &Search) {
    let tokens = theme::tokens(ui);
    let has_field = search.text.contains([':', '=', '<', '>', '~']);
    let hint = if has_field {
        "A name before : or = is a field, and its value must fit as a whole: try * around it, as in type:*Withdrawn*. \
         Words alone are looked for in the text of payloads and metadata."
    } else {
        "Words alone are looked for in the text of payloads and metadata. To find events by their type, stream or \
         person write type:*Withdrawn*, stream:*42* or user:alice*."
    };
    ui.add_space(theme::MARGIN);
    ui.horizontal(|ui| {
        ui.add_space(theme::MARGIN);
        ui.scope(|ui| {
            ui.set_max_width((ui.available_width() - theme::MARGIN).min(640.0));
            ui.add(egui::Label::new(RichText::new(hint).color(tokens.secondary)).wrap());
        });
    });
}

/// What was found, and how much of the store was looked at for it.
pub fn summary(search: &Search, total: usize) -> String {
    let found = match (search.hits.len(), search.streams.len()) {
        (0, _) if search.is_running() => "Nothing so far".to_owned(),
        (0, _) => "Nothing found".to_owned(),
        (hits, 1) => format!("{} in 1 stream", events(hits)),
        (hits, streams) => format!("{} in {} streams", events(hits), text::grouped(streams)),
    };
    let looked = search.looked_at();
    let of = if looked >= total && !search.is_running() && search.failure.is_none() {
        match total {
            1 => "looked at the only event".to_owned(),
            total => format!("looked at all {}", events(total)),
        }
    } else {
        format!("looked at {} of {}", text::grouped(looked), events(total))
    };
    let mut out = format!("{found} · {of}");
    match search.unreadable {
        0 => {}
        1 => out += " · 1 payload could not be read",
        many => out += &format!(" · {} payloads could not be read", text::grouped(many)),
    }
    if let Some(failure) = &search.failure {
        out += &format!(" · {failure}");
    }
    out
}

fn heading_ui(ui: &mut Ui, app: &App, document: &Document, view: &mut ResultsView, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let search = &document.search;
    ui.horizontal(|ui| {
        ui.set_height(theme::ROW + 4.0);
        ui.add_space(theme::MARGIN);
        let colour = if search.failure.is_some() { tokens.bad } else { tokens.text };
        let words = RichText::new(summary(search, document.opened.log.len())).color(colour);
        let room = (ui.available_width() - 200.0).max(120.0);
        ui.scope(|ui| {
            ui.set_max_width(room);
            ui.add(egui::Label::new(words).truncate());
        });
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = theme::TIGHT;
            ui.add_space(theme::TIGHT);
            if search.is_running() {
                if ui.small_button("Stop").on_hover_text("Stop the search; what it found is kept").clicked() {
                    queue.push(Command::Stop(Slot::Search));
                }
                let counts = app.running.iter().find(|running| running.slot == Slot::Search);
                let (done, total) = counts.map_or((0, 0), |running| running.progress.counts());
                let share = if total == 0 { 0.0 } else { done as f32 / total as f32 };
                ui.add(egui::ProgressBar::new(share).desired_width(100.0).desired_height(6.0));
            }
            if !search.hits.is_empty() {
                for (glyph, name, tip, direction) in [
                    (icons::CHEVRON_DOWN, "Next event found", "Go to the next event found (F3)", Direction::Forward),
                    (icons::CHEVRON_UP, "Previous event found", "Go to the previous one (Shift+F3)", Direction::Back),
                ] {
                    if icons::icon_button(ui, glyph, name, tip).clicked() {
                        queue.push(Command::NextHit(direction));
                    }
                }
            }
            if let Some(only) = view.only {
                let name = names::shown(&document.opened.log.stream(only).name);
                if icons::icon_button(ui, icons::CLOSE, "Hits of all streams", "Show what was found in all streams")
                    .clicked()
                {
                    view.show_only(None);
                }
                ui.add(egui::Label::new(RichText::new(format!("{name} only")).color(tokens.secondary)).truncate());
            }
        });
    });
}

/// The streams that hits are in.
fn streams_ui(ui: &mut Ui, document: &Document, view: &mut ResultsView) {
    let tokens = theme::tokens(ui);
    let (search, log) = (&document.search, &document.opened.log);
    let list = List {
        name: "Streams with hits",
        selected: view.only.map_or_else(String::new, |only| names::shown(&log.stream(only).name).to_owned()),
        role: Role::List,
        height: theme::ROW - 2.0,
        count: search.streams.len(),
        reach: theme::MARGIN,
    };
    let (only, mut clicked) = (view.only, None);
    let (response, _) = view.streams.show(ui, &list, |ui, rect, at| {
        let (stream, count) = search.streams[at];
        let name = &log.stream(stream).name;
        let words = names::shown(name);
        let full = rect.expand2(vec2(theme::MARGIN, 0.0));
        let response = ui.interact(full, ui.make_persistent_id(("hits of", stream.0)), Sense::CLICK);
        let chosen = only == Some(stream);
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, format!("{count} found in {words}")));
        if response.clicked() {
            clicked = Some(at);
        }
        if chosen || response.hovered() {
            let fill = if chosen { tokens.selection } else { tokens.raised };
            ui.painter().rect_filled(full, 0, fill);
        }
        let painter = ui.painter();
        let number = painter.layout_no_wrap(text::grouped(count), theme::mono(theme::SMALL), tokens.secondary);
        let left = rect.right() - number.size().x;
        let colour = if names::is_blank(name) { tokens.secondary } else { tokens.text };
        let room = left - theme::GAP - rect.left();
        let line = elide::middle(painter, words, &theme::words(theme::BODY), colour, room);
        painter.galley(pos2(rect.left(), rect.center().y - line.galley.size().y / 2.0), line.galley, colour);
        painter.galley(pos2(left, rect.center().y - number.size().y / 2.0), number, tokens.secondary);
        if line.cut {
            response.on_hover_text(words);
        }
    });
    let place = only.and_then(|only| search.streams.iter().position(|(stream, _)| *stream == only));
    if let Some(next) = view.streams.leap(ui, &response).and_then(|leap| leap.from(place, search.streams.len())) {
        view.show_only(Some(search.streams[next].0));
        view.streams.reveal(next);
    } else if let Some(at) = clicked {
        let stream = search.streams[at].0;
        view.show_only((only != Some(stream)).then_some(stream));
    }
}

fn hits_ui(ui: &mut Ui, app: &App, document: &Document, view: &mut ResultsView, queue: &mut Vec<Command>) -> Vec<u32> {
    let (search, log, zone) = (&document.search, &document.opened.log, app.zone());
    let longest = log.len().checked_sub(1).map_or(1, |last| log.position(last).to_string().len());
    let columns = Columns::new(ui.available_width(), longest, Of::Streams, view.by.tells(document));
    ui.spacing_mut().item_spacing.y = 0.0;
    row::header_ui(ui, &columns, zone.name());
    view.texts.refresh(document, zone, None);
    let ResultsView { rows, texts, only, filtered, chosen, by, .. } = view;
    let hits: &[u32] = if only.is_some() { &filtered.0 } else { &search.hits };
    let list = List {
        name: "Events found",
        selected: chosen.and_then(|at| hits.get(at)).map_or_else(String::new, |event| document.words_for(*event)),
        role: Role::Table,
        height: theme::ROW,
        count: hits.len(),
        reach: 0.0,
    };
    let (mut clicked, mut go) = (None, None);
    let mut day: Option<String> = None;
    let (response, range) = rows.show(ui, &list, |ui, rect, at| {
        let event = hits[at];
        let said = texts.row(document, zone, event, None);
        by.saw(ui, document, &said.by);
        let standing = Standing {
            chosen: false,
            put: None,
            event,
            selected: *chosen == Some(at),
            future: document.is_future(event),
            left_out: document.is_left_out(event),
            day: day.as_ref() != Some(&said.date),
        };
        day = Some(said.date.clone());
        let response = row::row_ui(ui, rect, document, &columns, &said, standing);
        if response.clicked() {
            clicked = Some(at);
        }
        if response.double_clicked() {
            go = Some(event);
        }
        response.context_menu(|ui| row::menu_ui(ui, document, event, &said.sentence, false, queue));
    });
    if let Some(at) = clicked {
        *chosen = Some(at);
        response.request_focus();
    }
    let wanted: Vec<u32> = range.map(|row| hits[row]).collect();
    if let Some(next) = rows.leap(ui, &response).and_then(|leap| leap.from(*chosen, hits.len())) {
        *chosen = Some(next);
        rows.reveal(next);
    }
    if response.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter)) {
        go = chosen.and_then(|at| hits.get(at).copied());
    }
    queue.extend(go.map(Command::JumpTo));
    wanted
}

/// The chosen hit: what happened, its payload in a line, and the way there.
fn preview_ui(
    ui: &mut Ui,
    app: &App,
    document: &Document,
    view: &mut ResultsView,
    event: u32,
    queue: &mut Vec<Command>,
) {
    let (tokens, zone) = (theme::tokens(ui), app.zone());
    let rect = ui.max_rect();
    ui.painter().rect_filled(rect, 0, tokens.raised);
    ui.painter().hline(rect.x_range(), rect.top() + 0.5, Stroke::new(1.0, tokens.hairline));
    let edition = document.rows_asked.edition();
    if view.preview.as_ref().is_none_or(|(of, at, _)| (*of, *at) != (event, edition)) {
        view.preview = Some((event, edition, payload(document, event)));
    }
    view.texts.refresh(document, zone, None);
    let line: &str = view.preview.as_ref().map_or("", |(.., line)| line);
    let log = &document.opened.log;
    let stream = log.stream_of(event as usize).map_or("no stream", |stream| names::shown(&log.stream(stream).name));
    let title = format!(
        "#{} · {stream} · {}",
        log.position(event as usize),
        names::shown_type(&log.event_type(log.type_of(event as usize)).short)
    );
    let painter = ui.painter();
    let room = rect.width() - 130.0 - theme::MARGIN;
    for (at, words, font, colour) in [
        (0.3, &*title, theme::words(theme::BODY), tokens.text),
        (0.7, line, theme::mono(theme::MONO), tokens.secondary),
    ] {
        let words = elide::end(painter, words, font, room, colour);
        let y = rect.top() + rect.height() * at - words.size().y / 2.0;
        painter.galley(pos2(rect.left() + theme::MARGIN, y), words, colour);
    }
    let button = Rect::from_center_size(pos2(rect.right() - 64.0, rect.center().y), vec2(104.0, theme::FIELD));
    let there = document.event == Some(event);
    let go = ui.put(button, egui::Button::new("Go there")).on_hover_text("Put the cursor on this event (Enter)");
    if go.clicked() {
        queue.push(Command::JumpTo(event));
        if there {
            queue.push(Command::Focus(Focus::Timeline));
        }
    }
}

/// The payload in one line.
fn payload(document: &Document, event: u32) -> String {
    /// More does not fit the widest screen.
    const LONGEST: usize = 400;
    /// Longer text is shown as it is stored: decoding it would hold up the window.
    const LONG: usize = 1 << 20;
    let Some(row) = document.rows.get(&event) else { return String::new() };
    let words = match &row.event.data {
        Payload::Text(text) if text.len() > LONG => String::from_utf8_lossy(&text[..4 * LONGEST]).into_owned(),
        data => match data.decoded() {
            Ok(value) => json::to_text_up_to(&value, 4 * LONGEST).0,
            Err(why) => format!("The payload could not be read: {}", why.note),
        },
    };
    words.chars().take(LONGEST).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A search that found events in so many streams, having looked at so many.
    fn search(hits: usize, streams: u32, scanned: usize) -> Search {
        let mut search = Search::default();
        search.hits = (0..hits as u32).collect();
        search.streams = (0..streams).map(|stream| (StreamIndex(stream), 1)).collect();
        search.scanned = Some(scanned);
        search
    }

    #[test]
    fn the_range_that_was_looked_at_is_always_told() {
        let mut found = search(2, 1, 2000);
        assert_eq!(summary(&found, 2000), "2 events in 1 stream · looked at all 2,000 events");
        found = search(1200, 2, 2000);
        found.unreadable = 3;
        assert_eq!(
            summary(&found, 2000),
            "1,200 events in 2 streams · looked at all 2,000 events · 3 payloads could not be read"
        );
        let mut stopped = search(0, 0, 400);
        stopped.failure = Some("stopped before the end".to_owned());
        assert_eq!(summary(&stopped, 2000), "Nothing found · looked at 400 of 2,000 events · stopped before the end");
        assert_eq!(summary(&search(1, 1, 1), 1), "1 event in 1 stream · looked at the only event");
    }
}
