//! Events as recorded and as edited, side by side: what only one side has stands opposite a hatched gap.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono_tz::Tz;
use egui::{Key, Modifiers, Rect, Response, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::cells::{self, DIGIT, SPACE};
use super::lines::{Line, Lines};
use crate::app::{App, Command, Cursor, Document, Focus};
use crate::job::StoreKey;
use crate::model::{Event, names, zoned};
use crate::replay::Change;
use crate::timeline::Mark;
use crate::ui::rows::{List, Rows};
use crate::ui::{elide, icons, marks, notices, text, theme};
use crate::whatif::{Lanes, Pair, SideBySide, SideLane, changed_fields};

/// Where the table is.
#[derive(Default)]
pub struct SideBySideView {
    rows: Rows,
    lines: Lines,
    /// Runs that the user unfolded.
    unfolded: HashSet<usize>,
    /// What the lines are of.
    of: Option<(StoreKey, u64, usize)>,
    /// The line that the keyboard is at.
    chosen: Option<usize>,
    followed: Option<(StoreKey, u64, Cursor)>,
    /// How many lines the cursor takes in.
    taken_in: usize,
    texts: Texts,
}

/// Height of the titles; without room for some rows under them there are none.
const HEADER: f32 = 26.0;
/// Room between the two sides.
const GUTTER: f32 = 26.0;

/// The table; gives the recorded events whose rows are in sight.
pub fn side_by_side_ui(
    ui: &mut Ui,
    app: &App,
    document: &Document,
    view: &mut SideBySideView,
    take_focus: bool,
    queue: &mut Vec<Command>,
) -> Vec<u32> {
    let answer = document.comparison.side_by_side();
    if let Some(failure) = answer.failure() {
        notices::failure_ui(ui, failure);
        return Vec::new();
    }
    let Some((sides, current)) = answer.value() else {
        notices::note_ui(ui, "Setting events side by side…");
        return Vec::new();
    };
    if !current {
        ui.set_opacity(0.55);
    }
    let zone = app.zone();
    view.refresh(document, sides, zone);
    view.follow(document, sides);
    let columns = Columns::new(ui.available_width());
    if ui.available_height() > HEADER + 3.0 * theme::ROW {
        header_ui(ui, document, &columns);
    }
    let log = &document.opened.log;
    let lanes = sides.lanes(log);
    let list = List {
        name: "Events side by side",
        selected: view
            .chosen
            .and_then(|at| view.lines.line(at))
            .map_or_else(String::new, |line| line_words(document, &lanes, line)),
        role: Role::Table,
        height: theme::ROW,
        count: view.lines.len(),
        reach: 0.0,
    };
    let SideBySideView { rows, lines, chosen, taken_in, texts, .. } = view;
    let mut wanted = Vec::new();
    let (mut clicked, mut unfold) = (None, None);
    let (response, _) = rows.show(ui, &list, |ui, rect, at| {
        let Some(line) = lines.line(at) else { return };
        let row = Row { document, sides, lanes, zone, at, selected: *chosen == Some(at), future: at >= *taken_in };
        match line {
            Line::Event(pair) => {
                wanted.extend(recorded_of(&lanes, pair));
                if row.event_ui(ui, rect, &columns, texts, pair).clicked() {
                    clicked = Some(at);
                }
            }
            Line::Folded { run, .. } => {
                if row.folded_ui(ui, rect, line).clicked() {
                    unfold = Some((at, run));
                }
            }
        }
    });
    if clicked.is_some() || unfold.is_some() || take_focus {
        response.request_focus();
    }
    let next = rows.leap(ui, &response).and_then(|leap| leap.from(*chosen, lines.len())).or(clicked);
    if let Some(next) = next {
        *chosen = Some(next);
        rows.reveal(next);
        if let Some(Line::Event(pair)) = lines.line(next) {
            queue.extend(sides.cursor(log, &pair).map(Command::SeekEvent));
        }
    }
    let key = |key| response.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let (enter, space) = (key(Key::Enter), key(Key::Space));
    match chosen.and_then(|at| Some((at, lines.line(at)?))) {
        Some((at, Line::Folded { run, .. })) if enter || space => unfold = Some((at, run)),
        _ if enter => queue.push(Command::Focus(Focus::State)),
        _ => {}
    }
    if let Some((at, run)) = unfold {
        view.unfolded.insert(run);
        view.chosen = Some(at);
    }
    wanted
}

impl SideBySideView {
    /// Brings lines and texts up to date.
    fn refresh(&mut self, document: &Document, sides: &SideBySide, zone: Tz) {
        let edition = document.comparison.side_by_side().edition();
        let key = document.opened.key;
        if self.of.is_none_or(|(store, of, _)| (store, of) != (key, edition)) {
            self.unfolded.clear();
            self.chosen = None;
            self.texts = Texts::default();
        }
        let of = Some((key, edition, self.unfolded.len()));
        if self.of != of {
            self.of = of;
            self.lines = Lines::new(&sides.rows, &self.unfolded);
            self.followed = None;
        }
        self.texts.refresh(document.rows_asked.edition(), zone);
    }

    /// Brings the line at the cursor into sight when that is another one.
    fn follow(&mut self, document: &Document, sides: &SideBySide) {
        let of = (document.opened.key, document.comparison.side_by_side().edition(), document.cursor);
        if self.followed == Some(of) {
            return;
        }
        self.followed = Some(of);
        let log = &document.opened.log;
        let lanes = sides.lanes(log);
        let count = |lane: SideLane<'_>| match lane.branch() {
            Some(branch) => branch.select(log, document.moment()).len(),
            None => document.lane_count(),
        } as u32;
        let (left, right) = (count(lanes.left), count(lanes.right));
        self.taken_in = self.lines.taken_in(left, right);
        // A line that was chosen stays so while the cursor stands at it: several may stand with one event.
        let here = |at: usize| match self.lines.line(at) {
            Some(Line::Event(pair)) => sides.cursor(log, &pair) == document.event && document.event.is_some(),
            Some(Line::Folded { .. }) | None => false,
        };
        if self.chosen.is_some_and(here) {
            return;
        }
        self.chosen = left.checked_sub(1).and_then(|place| self.lines.of_left(place));
        if let Some(row) = self.chosen.or_else(|| self.taken_in.checked_sub(1)) {
            self.rows.centre(row);
        }
    }
}

/// The columns of one side, from its left edge; those of the other are the same.
struct Columns {
    width: f32,
    half: f32,
    clock: Option<f32>,
    /// Whether there is room for the year and the seconds.
    days: bool,
    words: f32,
}

impl Columns {
    fn new(width: f32) -> Self {
        let width = width - crate::ui::rows::BAR;
        let half = (width - GUTTER) / 2.0;
        let version = theme::MARGIN + 5.5 * DIGIT + theme::GAP;
        let clock = (half > 330.0).then_some(version);
        let days = half > 470.0;
        let digits = if days { 19.0 } else { 11.0 };
        Self { width, half, clock, days, words: version + clock.map_or(0.0, |_| digits * DIGIT + SPACE) }
    }
}

fn header_ui(ui: &mut Ui, document: &Document, columns: &Columns) {
    let tokens = theme::tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEADER), Sense::hover());
    let painter = ui.painter_at(rect);
    let title = |x: f32, words: &str, colour| {
        let galley = elide::end(&painter, words, theme::words(theme::SMALL), columns.half - 24.0, colour);
        cells::text_at(&painter, pos2(rect.left() + x + theme::MARGIN, rect.center().y), galley, colour);
    };
    title(0.0, document.against_name(), tokens.secondary);
    title(columns.half + GUTTER, document.active_scenario().draft.name(), tokens.what_if);
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
}

/// The recorded events of a row, whose contents are read.
fn recorded_of(lanes: &Lanes<'_>, pair: Pair) -> impl Iterator<Item = u32> {
    let (left, right) = match pair {
        Pair::Same { left, right, .. } | Pair::Changed { left, right } => (Some(left), Some(right)),
        Pair::Left { place, .. } => (Some(place), None),
        Pair::Right { place, .. } => (None, Some(place)),
    };
    let of = |lane: SideLane<'_>, place: Option<u32>| place.and_then(|place| lane.index(place as usize));
    [of(lanes.left, left), of(lanes.right, right)].into_iter().flatten()
}

/// One row, on its way to the screen.
struct Row<'a> {
    document: &'a Document,
    sides: &'a SideBySide,
    lanes: Lanes<'a>,
    zone: Tz,
    at: usize,
    selected: bool,
    future: bool,
}

impl Row<'_> {
    fn event_ui(&self, ui: &mut Ui, rect: Rect, columns: &Columns, texts: &mut Texts, pair: Pair) -> Response {
        let tokens = theme::tokens(ui);
        let response = ui.interact(rect, ui.make_persistent_id(("pair", self.at)), Sense::CLICK);
        let said = texts.words(self, pair);
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, self.selected, &said.spoken));
        self.back_ui(ui, rect, &response);
        let sides = rect.with_max_x(rect.left() + columns.width);
        let left = sides.with_max_x(sides.left() + columns.half);
        let right = sides.with_min_x(sides.right() - columns.half);
        let plain = if self.future { theme::future_text(&tokens) } else { tokens.text };
        let mut cut = false;
        match pair {
            Pair::Same { renumbered, .. } => {
                cut |= self.cell_ui(ui, left, columns, &said.left, plain, None, &[]);
                let number = renumbered.then_some(tokens.what_if);
                cut |= self.cell_ui(ui, right, columns, &said.right, plain, number, &[]);
            }
            Pair::Changed { .. } => {
                cut |= self.cell_ui(ui, left, columns, &said.left, plain, None, &[]);
                self.sign_ui(ui, rect, columns, "≠");
                ui.painter().rect_filled(right, 0.0, theme::wash(tokens.what_if));
                cut |= self.cell_ui(ui, right, columns, &said.right, tokens.what_if, None, &said.changes);
            }
            Pair::Left { .. } => {
                cut |= self.cell_ui(ui, left, columns, &said.left, tokens.what_if, None, &[]);
                let middle = rect.center().y;
                let line = left.left() + theme::MARGIN..=left.right() - SPACE;
                ui.painter().hline(line, middle, Stroke::new(1.0, tokens.what_if));
                self.gap_ui(ui, right, &said.gap);
            }
            Pair::Right { .. } => {
                self.gap_ui(ui, left, &said.gap);
                self.sign_ui(ui, rect, columns, "+");
                cut |= self.cell_ui(ui, right, columns, &said.right, tokens.what_if, None, &[]);
            }
        }
        ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
        if response.hovered() && (cut || !said.changes.is_empty()) {
            return response.on_hover_text(&said.spoken);
        }
        response
    }

    fn back_ui(&self, ui: &Ui, rect: Rect, response: &Response) {
        let tokens = theme::tokens(ui);
        if self.selected || response.hovered() {
            ui.painter().rect_filled(rect, 0.0, if self.selected { tokens.selection } else { tokens.raised });
        }
    }

    /// One side's event; gives whether something of it was cut off.
    #[expect(clippy::too_many_arguments, reason = "what is drawn, and where")]
    fn cell_ui(
        &self,
        ui: &Ui,
        cell: Rect,
        columns: &Columns,
        said: &Said,
        colour: egui::Color32,
        number: Option<egui::Color32>,
        changes: &[Change],
    ) -> bool {
        let tokens = theme::tokens(ui);
        let painter = ui.painter().with_clip_rect(cell.intersect(ui.clip_rect()));
        let middle = cell.center().y;
        let at = |left: f32| pos2(cell.left() + left, middle);
        let mono = || theme::mono(theme::MONO);
        let own = colour == tokens.what_if;
        let number = number.unwrap_or(colour);
        let version = elide::end(&painter, &said.version, mono(), 7.0 * DIGIT, number);
        cells::text_at(&painter, at(theme::MARGIN), version, number);
        if let Some(clock) = columns.clock {
            let quiet = match (own, self.future) {
                (true, _) => tokens.what_if,
                (false, true) => theme::future_text(&tokens),
                (false, false) => tokens.secondary,
            };
            let words = if columns.days { &said.time } else { &said.short_time };
            let galley = elide::end(&painter, words, mono(), columns.words - clock, quiet);
            cells::text_at(&painter, at(clock), galley, quiet);
        }
        if let Some(mark) = said.mark {
            cells::mark_at(ui, mark, at(columns.words + 6.0), own, self.future);
        }
        let start = columns.words + 20.0;
        let room = cell.width() - start - theme::GAP;
        // What was changed is told first where there is little room.
        let room_for_words = if changes.is_empty() { room } else { room * 0.5 };
        let galley = elide::end(&painter, &said.sentence, theme::words(theme::BODY), room_for_words, colour);
        let (end, mut cut) = cells::text_at(&painter, at(start), galley, colour);
        if !changes.is_empty() {
            let words = changes.iter().map(change_text).collect::<Vec<_>>().join(", ");
            let x = end - cell.left() + SPACE;
            let galley = elide::end(&painter, &words, mono(), cell.width() - x - theme::GAP, tokens.text);
            cut |= cells::text_at(&painter, at(x), galley, tokens.text).1;
        }
        cut
    }

    /// Where the other side has no event.
    fn gap_ui(&self, ui: &Ui, cell: Rect, words: &str) {
        let tokens = theme::tokens(ui);
        marks::hatch(ui.painter(), cell.shrink2(vec2(0.0, 1.0)), tokens.what_if);
        let painter = ui.painter().with_clip_rect(cell.intersect(ui.clip_rect()));
        let galley =
            elide::end(&painter, words, theme::words(theme::SMALL), cell.width() - 2.0 * theme::MARGIN, tokens.what_if);
        cells::text_at(&painter, pos2(cell.left() + theme::MARGIN, cell.center().y), galley, tokens.what_if);
    }

    fn sign_ui(&self, ui: &Ui, rect: Rect, columns: &Columns, sign: &str) {
        let tokens = theme::tokens(ui);
        let at = pos2(rect.left() + columns.half + GUTTER / 2.0, rect.center().y);
        ui.painter().text(at, egui::Align2::CENTER_CENTER, sign, theme::mono(theme::MONO), tokens.what_if);
    }

    /// A run that is the same on both sides.
    fn folded_ui(&self, ui: &mut Ui, rect: Rect, line: Line) -> Response {
        let tokens = theme::tokens(ui);
        let response = ui.interact(rect, ui.make_persistent_id(("folded", self.at)), Sense::CLICK);
        let words = line_words(self.document, &self.lanes, line);
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, self.selected, format!("Show {words}")));
        self.back_ui(ui, rect, &response);
        let arrow = Rect::from_center_size(pos2(rect.left() + theme::MARGIN + 6.0, rect.center().y), vec2(12.0, 12.0));
        icons::paint(ui, arrow, icons::CHEVRON_RIGHT, 13.0, tokens.secondary);
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        let galley = elide::end(&painter, &words, theme::words(theme::BODY), rect.width() - 60.0, tokens.secondary);
        cells::text_at(&painter, pos2(arrow.right() + theme::GAP, rect.center().y), galley, tokens.secondary);
        painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
        response.on_hover_text("Show these events")
    }
}

/// A line in a few words.
fn line_words(document: &Document, lanes: &Lanes<'_>, line: Line) -> String {
    let version = |lane: SideLane<'_>, place: u32| cells::version(lane.version(place as usize));
    match line {
        Line::Folded { left, right, len, renumbered, .. } => {
            let last = (left + len - 1, right + len - 1);
            let span = |lane, from, to| format!("{} to {}", version(lane, from), version(lane, to));
            let events = format!("{} events", text::grouped(len as usize));
            let left_words = span(lanes.left, left, last.0);
            let same = if document.against == crate::app::Against::Recorded { "as recorded" } else { "the same" };
            match renumbered {
                false => format!("{events} {same}, {left_words}"),
                true => {
                    format!("{events} {same} under other numbers, {left_words} → {}", span(lanes.right, right, last.1))
                }
            }
        }
        Line::Event(Pair::Same { left, .. } | Pair::Changed { left, .. } | Pair::Left { place: left, .. }) => {
            version(lanes.left, left)
        }
        Line::Event(Pair::Right { place, .. }) => version(lanes.right, place),
    }
}

/// `data.amount 30 → 20`.
fn change_text(change: &Change) -> String {
    let value = |value: &Option<crate::model::Value>| text::describe(value.as_ref());
    format!("{} {} → {}", change.path, value(&change.from), value(&change.to))
}

/// The words of one side's event.
#[derive(Debug, Default)]
struct Said {
    version: String,
    time: String,
    /// The same without year and seconds.
    short_time: String,
    sentence: String,
    mark: Option<Mark>,
}

/// The words of a row.
#[derive(Debug, Default)]
struct RowText {
    left: Said,
    right: Said,
    /// What stands where one side has no event.
    gap: String,
    changes: Vec<Change>,
    spoken: String,
}

/// The texts of the rows that were in sight, made once for each.
#[derive(Default)]
struct Texts {
    of: Option<(u64, Tz)>,
    rows: HashMap<(u32, u32, bool), Arc<RowText>>,
}

/// Texts that are kept; beyond it all are made again as they come into sight.
const KEPT: usize = 2_000;

impl Texts {
    fn refresh(&mut self, rows: u64, zone: Tz) {
        if self.of != Some((rows, zone)) || self.rows.len() > KEPT {
            self.of = Some((rows, zone));
            self.rows.clear();
        }
    }

    fn words(&mut self, row: &Row<'_>, pair: Pair) -> Arc<RowText> {
        let key = match pair {
            Pair::Same { left, right, .. } | Pair::Changed { left, right } => (left, right, true),
            Pair::Left { place, .. } => (place, u32::MAX, false),
            Pair::Right { place, .. } => (u32::MAX, place, false),
        };
        self.rows.entry(key).or_insert_with(|| Arc::new(row_text(row, pair))).clone()
    }
}

fn row_text(row: &Row<'_>, pair: Pair) -> RowText {
    let (left, right) = (row.lanes.left, row.lanes.right);
    let left_said = |place: u32| said(row, left, &row.sides.sentences.0, place);
    let right_said = |place: u32| said(row, right, &row.sides.sentences.1, place);
    let recorded = row.document.against == crate::app::Against::Recorded;
    let mut out = RowText::default();
    match pair {
        Pair::Same { left: at, right: to, renumbered, .. } => {
            (out.left, out.right) = (left_said(at), right_said(to));
            out.spoken = format!("{} {}", out.left.version, out.left.sentence);
            if renumbered {
                out.spoken += &format!(", {} in the what-if", out.right.version);
            }
        }
        Pair::Changed { left: at, right: to } => {
            (out.left, out.right) = (left_said(at), right_said(to));
            if let (Some(one), Some(other)) = (event(row, left, at), event(row, right, to)) {
                out.changes = changed_fields(&one, &other);
            }
            let changes: Vec<String> = out.changes.iter().map(change_text).collect();
            out.spoken = format!("{} {}, changed: {}", out.left.version, out.left.sentence, changes.join(", "));
        }
        Pair::Left { place, moved_to } => {
            out.left = left_said(place);
            out.gap = match moved_to {
                Some(to) => format!("moved to {}", cells::version(right.version(to as usize))),
                None if recorded => "left out".to_owned(),
                None => "not here".to_owned(),
            };
            out.spoken = format!("{} {}, {}", out.left.version, out.left.sentence, out.gap);
        }
        Pair::Right { place, moved_from } => {
            out.right = right_said(place);
            out.gap = match moved_from {
                Some(from) => format!("moved from {}", cells::version(left.version(from as usize))),
                None if row.lanes.right.index(place as usize).is_some() && recorded => {
                    "moved from another stream".to_owned()
                }
                None if recorded => "inserted".to_owned(),
                None => "not here".to_owned(),
            };
            out.spoken = format!("{} {}, {}", out.right.version, out.right.sentence, out.gap);
        }
    }
    out
}

/// An event in full, where it is known by now.
fn event(row: &Row<'_>, lane: SideLane<'_>, place: u32) -> Option<Arc<Event>> {
    lane.own(place as usize).or_else(|| {
        let index = lane.index(place as usize)?;
        row.document.rows.get(&index).map(|row| row.event.clone())
    })
}

fn said(row: &Row<'_>, lane: SideLane<'_>, sentences: &HashMap<u32, Arc<str>>, place: u32) -> Said {
    let (document, log) = (row.document, &row.document.opened.log);
    let index = lane.index(place as usize);
    let version = cells::version(lane.version(place as usize));
    let times = |time: Option<crate::model::Timestamp>| {
        let Some(time) = time else { return ("—".to_owned(), "—".to_owned()) };
        let clock: String = zoned::clock(time, row.zone).chars().take(8).collect();
        let long = format!("{} {clock}", zoned::date(time, row.zone));
        let short = long.get(long.len().saturating_sub(14)..long.len().saturating_sub(3)).unwrap_or(&long).to_owned();
        (long, short)
    };
    if let Some(event) = lane.own(place as usize) {
        let sentence =
            sentences.get(&place).map_or_else(|| names::shown_type(&event.event_type).to_owned(), ToString::to_string);
        let mark = Some(cells::mark_of(document, index, &event.event_type));
        let (time, short_time) = times(event.time);
        return Said { version, time, short_time, sentence, mark };
    }
    let Some(index) = index else { return Said::default() };
    let sentence = match document.rows.get(&index) {
        Some(row) => row.sentence.as_deref().map_or_else(|| crate::report::sentence(&row.event), str::to_owned),
        None => names::type_words(&log.event_type(log.type_of(index as usize)).short),
    };
    let mark = Some(document.opened.drawing.marks.mark(log, index as usize));
    let (time, short_time) = times(log.time(index as usize));
    Said { version, time, short_time, sentence, mark }
}
