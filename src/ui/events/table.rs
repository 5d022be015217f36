//! The events of the selected stream, or of the whole store: a table that follows the cursor.

use std::sync::Arc;

use egui::{Key, Modifiers, RichText, Role};

use super::columns::{Columns, Of};
use super::row::{self, Standing};
use super::texts::Texts;
use crate::app::{App, Command, Cursor, Document, Focus};
use crate::job::StoreKey;
use crate::ui::rows::{Leap, List, Rows};
use crate::ui::{text, theme};

/// Where the table is.
#[derive(Default)]
pub struct TableView {
    rows: Rows,
    texts: Texts,
    /// What the table last followed, and the row of the event at the cursor.
    followed: Option<Followed>,
}

#[derive(PartialEq)]
struct Followed {
    store: StoreKey,
    stream: Option<Arc<str>>,
    cursor: Cursor,
    event: Option<u32>,
    all: bool,
    row: Option<usize>,
}

/// Which events there are, in which order.
struct Listed<'a> {
    document: &'a Document,
    all: bool,
}

impl Listed<'_> {
    fn len(&self) -> usize {
        if self.all { self.document.opened.log.len() } else { self.document.lane().len() }
    }

    fn event(&self, row: usize) -> u32 {
        if self.all { row as u32 } else { self.document.lane()[row] }
    }

    /// The event at the cursor.
    fn current(&self) -> Option<u32> {
        match self.document.cursor {
            Cursor::Event(event) if self.all => Some(event),
            _ => self.document.event,
        }
    }

    fn row_of(&self, event: u32) -> Option<usize> {
        if self.all {
            return Some(event as usize);
        }
        let lane = self.document.lane();
        // Almost always the last one that the cursor takes in.
        let last = self.document.lane_count().checked_sub(1).filter(|last| lane.get(*last) == Some(&event));
        last.or_else(|| lane.iter().position(|listed| *listed == event))
    }

    fn is_future(&self, row: usize) -> bool {
        // In a stream not by time: what the state takes in is a matter of replay order.
        if self.all { self.document.is_future(row as u32) } else { row >= self.document.lane_count() }
    }
}

/// The table; gives the events whose rows are in sight.
pub fn table_ui(
    ui: &mut egui::Ui,
    app: &App,
    document: &Document,
    view: &mut super::EventsView,
    take_focus: bool,
    queue: &mut Vec<Command>,
) -> Vec<u32> {
    // Without a stream there is nothing else to list.
    let all = view.all || document.stream.is_none();
    let view = &mut view.table;
    let listed = Listed { document, all };
    let log = &document.opened.log;
    if listed.len() == 0 {
        nothing_ui(ui, document);
        return Vec::new();
    }
    let zone = app.zone();
    let longest = log.len().checked_sub(1).map_or(1, |last| log.position(last).to_string().len());
    let columns = Columns::new(ui.available_width(), longest, if all { Of::Streams } else { Of::Stream });
    row::header_ui(ui, &columns, zone.name());
    view.texts.refresh(document, zone, document.stream.as_ref().filter(|_| !all));
    let current = view.follow(&listed);
    let list = List {
        name: "Table of events",
        selected: listed.current().map_or_else(String::new, |event| document.words_for(event)),
        role: Role::Table,
        height: theme::ROW,
        count: listed.len(),
        reach: 0.0,
    };
    let mut clicked = None;
    let mut day: Option<String> = None;
    let TableView { rows, texts, .. } = view;
    let (response, range) = rows.show(ui, &list, |ui, rect, at| {
        let event = listed.event(at);
        let said = texts.row(document, zone, event, (!all).then_some(at));
        let standing = Standing {
            event,
            selected: current == Some(at),
            future: listed.is_future(at),
            left_out: document.is_left_out(event),
            day: day.as_ref() != Some(&said.date),
        };
        // A row that is cut off at the top tells it to nobody.
        if standing.day && rect.top() > ui.clip_rect().top() - 8.0 {
            day = Some(said.date.clone());
        }
        let response = row::row_ui(ui, rect, document, &columns, &said, standing);
        if response.clicked() {
            clicked = Some(event);
        }
        response.context_menu(|ui| row::menu_ui(ui, document, event, &said.sentence, queue));
    });
    if clicked.is_some() || take_focus {
        response.request_focus();
    }
    if let Some(event) = clicked {
        // From among all events also its stream is looked at, and there is a way back.
        queue.push(if all { Command::JumpTo(event) } else { Command::SeekEvent(event) });
    }
    keys_ui(ui, &listed, view, &response, current, queue);
    let wanted: Vec<u32> = range.map(|row| listed.event(row)).collect();
    if !all && columns.changed.is_some() {
        want_changes(document, &wanted, queue);
    }
    wanted
}

/// Why there is nothing to list.
fn nothing_ui(ui: &mut egui::Ui, document: &Document) {
    let sentence = if document.opened.log.is_empty() {
        "This store has no events yet."
    } else {
        "This stream has no events. Choose another one at the left."
    };
    ui.add_space(theme::MARGIN);
    ui.horizontal(|ui| {
        ui.add_space(theme::MARGIN);
        ui.label(RichText::new(sentence).color(theme::tokens(ui).secondary));
    });
}

impl TableView {
    /// Brings the row of the event at the cursor into sight when that is another one, and gives it.
    fn follow(&mut self, listed: &Listed<'_>) -> Option<usize> {
        let document = listed.document;
        let same = self.followed.as_ref().is_some_and(|followed| {
            followed.store == document.opened.key
                && followed.stream == document.stream
                && followed.cursor == document.cursor
                && followed.event == document.event
                && followed.all == listed.all
        });
        if !same {
            let row = listed.current().and_then(|event| listed.row_of(event));
            match row {
                Some(row) => self.rows.centre(row),
                None => self.rows.reveal(0),
            }
            self.followed = Some(Followed {
                store: document.opened.key,
                stream: document.stream.clone(),
                cursor: document.cursor,
                event: document.event,
                all: listed.all,
                row,
            });
        }
        self.followed.as_ref().and_then(|followed| followed.row)
    }
}

fn keys_ui(
    ui: &egui::Ui,
    listed: &Listed<'_>,
    view: &TableView,
    table: &egui::Response,
    current: Option<usize>,
    queue: &mut Vec<Command>,
) {
    let mut leap = view.rows.leap(ui, table);
    if !table.has_focus() {
        return;
    }
    let key = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if key(Key::ArrowLeft) {
        leap = Some(Leap::Up(1));
    }
    if key(Key::ArrowRight) {
        leap = Some(Leap::Down(1));
    }
    let document = listed.document;
    if let Some(event) = document.event.filter(|_| key(Key::Delete)) {
        let out = document.is_left_out(event);
        queue.push(if out { Command::TakeBack(event) } else { Command::LeaveOut(event) });
    }
    if key(Key::Enter) {
        queue.push(Command::Focus(Focus::State));
    }
    let next = leap.and_then(|leap| leap.from(current, listed.len()));
    if let Some((row, event)) = next.map(|next| (next, listed.event(next))) {
        let log = &document.opened.log;
        let stream = log.stream_of(event as usize).map(|stream| log.stream(stream).name.clone());
        let elsewhere = listed.all && stream.is_some() && stream != document.stream;
        if elsewhere {
            queue.extend(stream.map(Command::SelectStream));
        }
        if elsewhere || Some(row) != current {
            queue.push(Command::SeekEvent(event));
        }
    }
}

fn want_changes(document: &Document, wanted: &[u32], queue: &mut Vec<Command>) {
    let missing = wanted.iter().any(|event| !document.changes.contains_key(event));
    if missing && !document.changes_asked.is_pending() && document.changes_asked.failure().is_none() {
        queue.push(Command::WantChanges(wanted.to_vec()));
    }
}

/// `1 event`, `2,000 events`.
pub fn events(count: usize) -> String {
    if count == 1 { "1 event".to_owned() } else { format!("{} events", text::grouped(count)) }
}
