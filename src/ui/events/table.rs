//! The events of the selected stream, or of the whole store: a table that follows the cursor.

use std::sync::Arc;

use egui::{Key, Modifiers, Popup, RichText, Role, SetOpenCommand};

use super::columns::{Columns, Of, Tells};
use super::row::{self, Standing};
use super::texts::Texts;
use crate::app::choosing::MOST;
use crate::app::merged_rows::{MergedRows, RowOf};
use crate::app::scenarios::event_of;
use crate::app::{App, Command, Cursor, Document, Focus, FormStart};
use crate::job::{ScenarioId, StoreKey};
use crate::ui::rows::{Leap, List, Rows};
use crate::ui::whatif::menu;
use crate::ui::{text, theme};
use crate::whatif::{BranchEvent, BranchLane, Edit};

/// Where the table is.
#[derive(Default)]
pub struct TableView {
    rows: Rows,
    texts: Texts,
    /// What the table last followed, and the row of the event at the cursor.
    followed: Option<Followed>,
    /// The rows, as long as the stream and its branch are the same.
    merged: Option<(MergedOf, MergedRows)>,
    /// The row of what the scenario put into the stream that is selected, by its place in the branch.
    put: Option<usize>,
    /// The row up to which rows were chosen from the keyboard.
    head: Option<usize>,
    /// The event whose menu was opened from the keyboard.
    menu: Option<u32>,
    by: Users,
}

/// Whether an event that was in sight says by whom; of which store.
#[derive(Default)]
pub(super) struct Users(Option<StoreKey>);

impl Users {
    /// Which columns a store has.
    pub(super) fn tells(&self, document: &Document) -> Tells {
        Tells { times: document.opened.drawing.time_range.is_some(), by: self.0 == Some(document.opened.key) }
    }

    /// A row is in sight: from now on there is a column for what it says.
    pub(super) fn saw(&mut self, ui: &egui::Ui, document: &Document, by: &str) {
        if !by.is_empty() && self.0 != Some(document.opened.key) {
            self.0 = Some(document.opened.key);
            ui.ctx().request_repaint();
        }
    }
}

/// What the rows were made of.
type MergedOf = (StoreKey, Option<Arc<str>>, usize, ScenarioId, u64, bool);

#[derive(PartialEq)]
struct Followed {
    store: StoreKey,
    stream: Option<Arc<str>>,
    cursor: Cursor,
    event: Option<u32>,
    all: bool,
    merged: (ScenarioId, u64),
    row: Option<usize>,
}

/// Which events there are, in which order.
struct Listed<'a> {
    document: &'a Document,
    all: bool,
    merged: &'a MergedRows,
    /// The selected stream in the branch.
    lane: Option<&'a BranchLane>,
}

impl Listed<'_> {
    fn len(&self) -> usize {
        if self.all { self.document.opened.log.len() } else { self.merged.len() }
    }

    fn row(&self, row: usize) -> RowOf {
        if self.all { RowOf::Recorded(row) } else { self.merged.get(row) }
    }

    /// The recorded event of a row.
    fn event(&self, row: usize) -> Option<u32> {
        match self.row(row) {
            RowOf::Recorded(place) if self.all => Some(place as u32),
            RowOf::Recorded(place) => self.document.lane().get(place).copied(),
            RowOf::Put(_) => None,
        }
    }

    /// What the scenario put into a row.
    fn put(&self, place: usize) -> Option<BranchEvent> {
        self.lane?.events().get(place)
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
        let place = last.or_else(|| lane.iter().position(|listed| *listed == event));
        place.map(|place| self.merged.row_of(place))
    }

    fn is_future(&self, place: usize) -> bool {
        // In a stream not by time: what the state takes in is a matter of replay order.
        if self.all { self.document.is_future(place as u32) } else { place >= self.document.lane_count() }
    }

    /// The recorded events of the rows from one to another, both included, in either order.
    fn events_between(&self, a: usize, b: usize) -> Vec<u32> {
        (a.min(b)..=a.max(b)).take(MOST).filter_map(|row| self.event(row)).collect()
    }

    /// The edit that put an event into the stream.
    fn edit_of(&self, place: usize) -> Option<usize> {
        let put = self.put(place)?;
        let log = &self.document.opened.log;
        let edits = self.document.active_scenario().draft.edits().enumerate();
        let mut is = edits.filter(|(_, edit)| match (&*edit.edit, &put) {
            (Edit::Insert(insert), BranchEvent::Inserted { event }) => insert.id.is_some() && insert.id == event.id,
            (Edit::Move(moved), put) => put.index().is_some() && event_of(log, &moved.event) == put.index(),
            _ => false,
        });
        is.next().map(|(at, _)| at)
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
    let merged = view.take_merged(document, all);
    let branch = document.active_scenario().branch.value().map(|(branch, _)| branch);
    let lane = branch.zip(document.stream.as_deref()).and_then(|(branch, stream)| branch.stream(stream));
    let listed = Listed { document, all, merged: &merged.1, lane };
    let wanted = listed_ui(ui, app, &listed, view, take_focus, queue);
    view.merged = Some(merged);
    wanted
}

fn listed_ui(
    ui: &mut egui::Ui,
    app: &App,
    listed: &Listed<'_>,
    view: &mut TableView,
    take_focus: bool,
    queue: &mut Vec<Command>,
) -> Vec<u32> {
    let (document, all) = (listed.document, listed.all);
    let log = &document.opened.log;
    if listed.len() == 0 {
        nothing_ui(ui, document);
        return Vec::new();
    }
    let zone = app.zone();
    let longest = log.len().checked_sub(1).map_or(1, |last| log.position(last).to_string().len());
    let of = if all { Of::Streams } else { Of::Stream };
    let columns = Columns::new(ui.available_width(), longest, of, view.by.tells(document));
    row::header_ui(ui, &columns, zone.name());
    view.texts.refresh(document, zone, document.stream.as_ref().filter(|_| !all));
    let current = view.follow(listed);
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
    let asks_menu = view.asks_menu(ui, document);
    let mut menu_closed = false;
    let TableView { rows, texts, put: selected_put, menu, by, .. } = view;
    let chosen = &document.chosen;
    let (response, range) = rows.show(ui, &list, |ui, rect, at| {
        let of = listed.row(at);
        let mut standing = Standing { selected: current == Some(at), ..Standing::default() };
        let said = match of {
            RowOf::Recorded(place) => {
                let Some(event) = listed.event(at) else { return };
                standing.event = event;
                standing.selected &= selected_put.is_none();
                standing.future = listed.is_future(place);
                standing.left_out = document.is_left_out(event);
                standing.chosen = chosen.contains(event);
                texts.row(document, zone, event, (!all).then_some(place))
            }
            RowOf::Put(place) => {
                let Some(event) = listed.put(place) else { return };
                standing.put = Some(place);
                standing.selected = *selected_put == Some(place);
                texts.put(document, zone, place, &event)
            }
        };
        by.saw(ui, document, &said.by);
        standing.day = day.as_ref() != Some(&said.date);
        // A row that is cut off at the top tells it to nobody.
        if standing.day && rect.top() > ui.clip_rect().top() - 8.0 {
            day = Some(said.date.clone());
        }
        let response = row::row_ui(ui, rect, document, &columns, &said, standing);
        if response.clicked() {
            clicked = Some((at, of));
        }
        if let RowOf::Put(place) = of {
            let edit = listed.edit_of(place);
            if response.double_clicked() {
                queue.extend(edit.and_then(|at| document.ask_edit(at)));
            }
            if let Some(edit) = edit {
                response.context_menu(|ui| menu::of_edit(ui, document, edit, queue));
            }
            return;
        }
        let event = standing.event;
        if response.double_clicked() && !standing.left_out && ui.input(|input| input.modifiers.is_none()) {
            queue.push(menu::begin(FormStart::Change(event)));
        }
        let keyed = *menu == Some(event);
        let opens = keyed && asks_menu;
        let mut popup = Popup::context_menu(&response);
        if keyed {
            let open = opens.then_some(SetOpenCommand::Bool(true));
            popup = popup.open_memory(open).at_position(rect.left_bottom() + egui::vec2(columns.event.left, 0.0));
        }
        let shown = popup.show(|ui| row::menu_ui(ui, document, event, &said.sentence, opens, queue));
        if keyed && shown.is_none() {
            *menu = None;
            menu_closed = true;
        }
    });
    if clicked.is_some() || take_focus || menu_closed {
        response.request_focus();
    }
    if let Some((at, of)) = clicked {
        view.clicked(ui, listed, (at, of), current, queue);
    }
    keys_ui(ui, listed, view, &response, current, queue);
    // Also gives the focus back to the timeline, before this is asked.
    let escapes = !document.chosen.is_empty() && !app.is_covered() && !Popup::is_any_open(ui.ctx()) && !menu_closed;
    if escapes && ui.input(|input| input.key_pressed(Key::Escape)) {
        view.head = None;
        choose_none(document, queue);
    }
    let mut wanted: Vec<u32> = Vec::with_capacity(range.len());
    for row in range {
        match listed.row(row) {
            RowOf::Recorded(_) => wanted.extend(listed.event(row)),
            RowOf::Put(place) => wanted.extend(listed.put(place).and_then(|put| put.index())),
        }
    }
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
    /// The rows of what is listed; made again when the stream or its branch is another one.
    fn take_merged(&mut self, document: &Document, all: bool) -> (MergedOf, MergedRows) {
        let scenario = document.active_scenario();
        let lane = document.lane().len();
        let of = (document.opened.key, document.stream.clone(), lane, scenario.id, scenario.branch.edition(), all);
        match self.merged.take() {
            Some(merged) if merged.0 == of => merged,
            _ => {
                (self.put, self.head) = (None, None);
                let branch = scenario.branch.value().map(|(branch, _)| branch);
                let lane = branch.zip(document.stream.as_deref()).and_then(|(branch, stream)| branch.stream(stream));
                (of, MergedRows::new(document.lane().len(), lane.filter(|_| !all)))
            }
        }
    }

    /// Brings the row of the event at the cursor into sight when that is another one, and gives it.
    fn follow(&mut self, listed: &Listed<'_>) -> Option<usize> {
        let document = listed.document;
        let scenario = document.active_scenario();
        let merged = (scenario.id, scenario.branch.edition());
        let same = |followed: &Followed| {
            followed.store == document.opened.key
                && followed.stream == document.stream
                && followed.cursor == document.cursor
                && followed.event == document.event
                && followed.all == listed.all
        };
        let same_place = self.followed.as_ref().is_some_and(same);
        if !same_place || self.followed.as_ref().is_none_or(|followed| followed.merged != merged) {
            let row = listed.current().and_then(|event| listed.row_of(event));
            match row {
                // An edit elsewhere moves nothing.
                _ if same_place => {}
                Some(row) => self.rows.centre(row),
                None => self.rows.reveal(0),
            }
            if !same_place {
                self.put = None;
            }
            self.followed = Some(Followed {
                store: document.opened.key,
                stream: document.stream.clone(),
                cursor: document.cursor,
                event: document.event,
                all: listed.all,
                merged,
                row,
            });
        }
        self.followed.as_ref().and_then(|followed| followed.row)
    }

    /// Whether the menu of the selected event is asked for by its key.
    fn asks_menu(&mut self, ui: &egui::Ui, document: &Document) -> bool {
        let list = ui.make_persistent_id("Table of events");
        if !ui.memory(|memory| memory.has_focus(list)) {
            return false;
        }
        let asked = ui.input_mut(|input| {
            input.consume_key(Modifiers::SHIFT, Key::F10) || input.consume_key(Modifiers::NONE, Key::Menu)
        });
        if asked {
            self.menu = document.event;
        }
        asked
    }

    /// What a click on a row means, with what is held.
    fn clicked(
        &mut self,
        ui: &egui::Ui,
        listed: &Listed<'_>,
        (at, of): (usize, RowOf),
        current: Option<usize>,
        queue: &mut Vec<Command>,
    ) {
        let document = listed.document;
        let held = ui.input(|input| input.modifiers);
        let RowOf::Recorded(_) = of else {
            if let RowOf::Put(place) = of {
                self.put = Some(place);
            }
            return;
        };
        let Some(event) = listed.event(at) else { return };
        self.put = None;
        if held.shift {
            self.head = Some(at);
            let anchor = document.chosen.anchor.and_then(|event| listed.row_of(event)).or(current).unwrap_or(at);
            let events = listed.events_between(anchor, at);
            queue.push(Command::Choose { events, anchor: listed.event(anchor) });
            return;
        }
        self.head = None;
        if held.command {
            queue.push(Command::ToggleChosen(event));
            return;
        }
        choose_none(document, queue);
        // From among all events also its stream is looked at, and there is a way back.
        queue.push(if listed.all { Command::JumpTo(event) } else { Command::SeekEvent(event) });
    }
}

fn choose_none(document: &Document, queue: &mut Vec<Command>) {
    if !document.chosen.is_empty() || document.chosen.anchor.is_some() {
        queue.push(Command::Choose { events: Vec::new(), anchor: None });
    }
}

/// Keys that choose several events. Whether one was pressed.
fn choose_keys(
    ui: &egui::Ui,
    listed: &Listed<'_>,
    view: &mut TableView,
    current: Option<usize>,
    queue: &mut Vec<Command>,
) {
    let document = listed.document;
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    for (key, leap) in
        [(Key::ArrowUp, Leap::Up(1)), (Key::ArrowDown, Leap::Down(1)), (Key::Home, Leap::First), (Key::End, Leap::Last)]
    {
        if !pressed(Modifiers::SHIFT, key) {
            continue;
        }
        let anchor = document.chosen.anchor.and_then(|event| listed.row_of(event)).or(current);
        let head = view.head.or(current);
        if let (Some(anchor), Some(to)) = (anchor, leap.from(head, listed.len())) {
            view.head = Some(to);
            view.rows.reveal(to);
            let events = listed.events_between(anchor, to);
            queue.push(Command::Choose { events, anchor: listed.event(anchor) });
        }
    }
    if pressed(Modifiers::COMMAND, Key::A) {
        let events = listed.events_between(0, listed.len() - 1);
        queue.push(Command::Choose { events, anchor: current.and_then(|row| listed.event(row)) });
    }
}

fn keys_ui(
    ui: &egui::Ui,
    listed: &Listed<'_>,
    view: &mut TableView,
    table: &egui::Response,
    current: Option<usize>,
    queue: &mut Vec<Command>,
) {
    let document = listed.document;
    if table.has_focus() {
        // Before the keys that move: with Shift they would be found as well.
        choose_keys(ui, listed, view, current, queue);
    }
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
    if let Some(edit) = view.put.and_then(|place| listed.edit_of(place)) {
        if key(Key::Delete) {
            queue.push(Command::RemoveEdit(edit));
        }
        if key(Key::E) || key(Key::Enter) {
            queue.extend(document.ask_edit(edit));
        }
    }
    if !document.chosen.is_empty() {
        if key(Key::Delete) {
            queue.push(Command::LeaveOutChosen);
        }
    } else if let Some(event) = document.event.filter(|_| key(Key::Delete)) {
        let out = document.is_left_out(event);
        queue.push(if out { Command::TakeBack(event) } else { Command::LeaveOut(event) });
    }
    if let Some(event) = document.event {
        if key(Key::E) {
            queue.push(menu::begin(FormStart::Change(event)));
        }
        if key(Key::I) {
            queue.push(menu::begin(FormStart::InsertAfter(event)));
        }
    }
    if key(Key::Enter) {
        queue.push(Command::Focus(Focus::State));
    }
    let put = view.put.and_then(|place| listed.merged.row_of_put(place));
    let Some(row) = leap.and_then(|leap| leap.from(put.or(current), listed.len())) else { return };
    view.head = None;
    choose_none(document, queue);
    match listed.row(row) {
        RowOf::Put(place) => {
            view.put = Some(place);
            view.rows.reveal(row);
        }
        RowOf::Recorded(_) => {
            view.put = None;
            let Some(event) = listed.event(row) else { return };
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
