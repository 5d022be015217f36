//! The streams of the store, by category: filtered, sorted, each with its events along the axis. At the foot, the
//! scenarios.

mod filter;
mod row;
mod scenarios;

use std::collections::HashMap;

use egui::{Align, Key, Layout, Modifiers, Rect, RichText, Role, Sense, UiBuilder};

use super::rows::{Leap, List, Rows};
use super::{ViewState, text, theme};
use crate::app::{App, Command, Document, Focus, ListRow};
use crate::job::StoreKey;
use crate::model::StreamIndex;
use crate::timeline::AxisKind;

/// Where the list is.
#[derive(Default)]
pub struct StreamsView {
    /// What is typed into the filter.
    filter: String,
    rows: Rows,
    /// The stream and the edition of the list whose row was last brought into sight.
    revealed: Option<(StoreKey, Option<StreamIndex>, u64)>,
    sparks: Sparks,
    /// The scenario whose name is being written.
    renaming: Option<scenarios::Renaming>,
}

/// Bars of a stream's line of events.
const BARS: usize = 28;
/// Lines that are kept; beyond it those out of sight are forgotten.
const KEPT: usize = 4_000;

/// Lines of events of the streams that were in sight.
#[derive(Default)]
struct Sparks {
    of: Option<(StoreKey, u64, AxisKind)>,
    heights: HashMap<StreamIndex, [u8; BARS]>,
}

impl Sparks {
    /// The heights of a stream's bars.
    fn heights(&mut self, document: &Document, stream: StreamIndex) -> [u8; BARS] {
        let (log, kind) = (&document.opened.log, document.axis.kind());
        let of = Some((document.opened.key, log.generation(), kind));
        if self.of != of || self.heights.len() > KEPT {
            self.of = of;
            self.heights.clear();
        }
        *self.heights.entry(stream).or_insert_with(|| {
            let lane = document.opened.drawing.lanes(kind).events(log, stream);
            crate::timeline::spark::heights(&crate::timeline::spark::sparkline(log, &document.axis, lane, BARS))
        })
    }
}

/// The list with its filter.
pub fn streams_ui(ui: &mut egui::Ui, app: &App, view: &mut ViewState, queue: &mut Vec<Command>) {
    let Some(document) = &app.document else { return };
    let focus_filter = view.focus == Some(Focus::Filter);
    let view = &mut view.streams;
    filter::heading_ui(ui, app, document, queue);
    let enter = filter::field_ui(ui, document, view, focus_filter, queue);
    filter::only_ui(ui, document, queue);
    ui.add_space(theme::TIGHT);
    let room = ui.available_rect_before_wrap();
    let foot = scenarios::height(document, room.height()).min(room.height() / 2.0);
    let (list, foot) = room.split_top_bottom_at_y(room.bottom() - foot);
    ui.allocate_rect(room, Sense::hover());
    let child = |ui: &mut egui::Ui, rect: Rect, salt: &str| {
        ui.new_child(UiBuilder::new().max_rect(rect).id_salt(salt).layout(Layout::top_down(Align::Min)))
    };
    let mut above = child(ui, list, "streams");
    if document.list.rows().is_empty() {
        nothing_ui(&mut above, document, queue);
    } else {
        list_ui(&mut above, document, view, enter, queue);
    }
    scenarios::scenarios_ui(&mut child(ui, foot, "scenarios"), document, &mut view.renaming, queue);
}

/// Why nothing is listed, in a sentence.
fn nothing_ui(ui: &mut egui::Ui, document: &Document, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let log = &document.opened.log;
    let filter = document.list.filter().trim();
    let sentence = if log.is_empty() {
        "This store has no events yet, so there is nothing to list.".to_owned()
    } else if log.streams().is_empty() {
        "The events of this store belong to no streams. They are all in the table below.".to_owned()
    } else if filter.contains(['*', '?']) {
        format!("No stream has a name like “{filter}”. A star stands for any letters, a question mark for one.")
    } else {
        format!("No stream has “{filter}” in its name.")
    };
    ui.add_space(theme::GAP);
    ui.add(egui::Label::new(RichText::new(sentence).color(tokens.secondary)).wrap());
    if !filter.is_empty() {
        ui.add_space(theme::TIGHT);
        if ui.button("Show all streams").clicked() {
            queue.push(Command::FilterStreams(String::new()));
            queue.push(Command::OnlyCategory(None));
        }
    }
}

fn list_ui(ui: &mut egui::Ui, document: &Document, view: &mut StreamsView, enter: bool, queue: &mut Vec<Command>) {
    let list = &document.list;
    let selected = document.stream_index();
    let place = (document.opened.key, selected, list.edition());
    if view.revealed != Some(place) {
        view.revealed = Some(place);
        if let Some(row) = selected.and_then(|stream| list.row_of(stream)) {
            view.rows.reveal(row);
        }
    }
    let words = selected.map_or_else(String::new, |stream| row::words(document, stream));
    let what = List {
        name: "List of streams",
        selected: words,
        role: Role::List,
        height: theme::ROW - 2.0,
        count: list.rows().len(),
        reach: theme::MARGIN,
    };
    let StreamsView { rows, sparks, .. } = view;
    let (response, _) = rows.show(ui, &what, |ui, rect, at| match list.rows()[at] {
        ListRow::Category(category, count) => row::category_ui(ui, rect, document, category, count, queue),
        ListRow::Stream(stream) => row::stream_ui(ui, rect, document, stream, sparks, queue),
    });
    if enter {
        response.request_focus();
        // What is listed alone is what was meant.
        let mut listed = list.rows().iter().filter_map(ListRow::stream);
        if let (Some(only), None) = (listed.next(), listed.next()) {
            queue.push(Command::SelectStream(document.opened.log.stream(only).name.clone()));
        }
    }
    if let Some(leap) = view.rows.leap(ui, &response) {
        select_by_key(document, leap, queue);
    }
    if response.has_focus() {
        typing_ui(ui, document, view, queue);
    }
}

fn select_by_key(document: &Document, leap: Leap, queue: &mut Vec<Command>) {
    let list = &document.list;
    let row = document.stream_index().and_then(|stream| list.row_of(stream));
    let next = match (leap, row) {
        (Leap::First, _) => list.rows().iter().find_map(ListRow::stream),
        (Leap::Last, _) => list.rows().iter().rev().find_map(ListRow::stream),
        (Leap::Down(by), Some(row)) => list.nearest(row, by, true),
        (Leap::Up(by), Some(row)) => list.nearest(row, by, false),
        (Leap::Down(_), None) => list.neighbour(None, true),
        (Leap::Up(_), None) => list.neighbour(None, false),
    };
    if let Some(stream) = next {
        queue.push(Command::SelectStream(document.opened.log.stream(stream).name.clone()));
    }
}

/// Letters go to the filter; left and right fold and unfold; Enter goes on to the stream's events.
fn typing_ui(ui: &egui::Ui, document: &Document, view: &mut StreamsView, queue: &mut Vec<Command>) {
    let category = document.stream_index().map(|stream| document.opened.log.stream(stream).category);
    let (left, right, enter, typed) = ui.input_mut(|input| {
        let mut key = |key| input.consume_key(Modifiers::NONE, key);
        let (left, right, enter) = (key(Key::ArrowLeft), key(Key::ArrowRight), key(Key::Enter));
        let mut typed = String::new();
        input.events.retain(|event| match event {
            egui::Event::Text(text) if !text.trim().is_empty() => {
                typed.push_str(text);
                false
            }
            _ => true,
        });
        (left, right, enter, typed)
    });
    if let Some(category) = category {
        let folded = document.list.is_folded(category);
        if (left && !folded) || (right && folded) {
            queue.push(Command::ToggleCategory(category));
        }
    }
    if enter {
        queue.push(Command::Focus(Focus::Events));
    }
    if !typed.is_empty() {
        view.filter = document.list.filter().to_owned() + &typed;
        filter::focus_at_end(ui, &view.filter);
        queue.push(Command::FilterStreams(view.filter.clone()));
    }
}

/// `72 of 72`; of very many only how many are listed, for the title needs its room.
fn counts(document: &Document) -> String {
    let (listed, all) = (document.list.streams(), document.opened.log.streams().len());
    if all >= 100_000 { text::grouped(listed) } else { format!("{} of {}", text::grouped(listed), text::grouped(all)) }
}
