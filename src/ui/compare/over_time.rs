//! What differs over time: every event after which something else differs than before.

use egui::{Key, Modifiers, Rect, Response, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::cells::{self, DIGIT, SPACE};
use crate::app::{App, Command, Cursor, Document, Focus};
use crate::job::StoreKey;
use crate::model::zoned;
use crate::ui::rows::{List, Rows};
use crate::ui::{elide, notices, text, theme};
use crate::whatif::{DifferenceRow, Differences};

/// Where the table is.
#[derive(Default)]
pub struct OverTimeView {
    rows: Rows,
    /// The row that the keyboard is at.
    chosen: Option<usize>,
    followed: Option<(StoreKey, u64, Cursor)>,
}

/// Height of the header; without room for some rows under it there is none.
const HEADER: f32 = 26.0;

/// The columns, from the table's left edge to their right ones.
struct Columns {
    version: f32,
    date: Option<f32>,
    clock: f32,
    event: f32,
    differs: f32,
    end: f32,
}

impl Columns {
    fn new(width: f32) -> Self {
        let version = theme::MARGIN;
        let mut left = version + 11.0 * DIGIT + SPACE;
        let date = (width > 620.0).then_some(left);
        left += date.map_or(0.0, |_| 11.0 * DIGIT);
        let clock = left;
        let event = clock + 8.0 * DIGIT + SPACE;
        let end = width - crate::ui::rows::BAR - theme::TIGHT;
        Self { version, date, clock, event, differs: event + (end - event) * 0.45, end }
    }
}

/// The table.
pub fn over_time_ui(
    ui: &mut Ui,
    app: &App,
    document: &Document,
    view: &mut OverTimeView,
    take_focus: bool,
    queue: &mut Vec<Command>,
) {
    let differences = document.comparison.differences();
    if let Some(failure) = differences.failure() {
        return notices::failure_ui(ui, failure);
    }
    let Some((found, current)) = differences.value() else {
        return notices::note_ui(ui, "Comparing…");
    };
    if found.rows.is_empty() && current {
        return notices::note_ui(
            ui,
            "The edits change events, and no state: both sides have the same values after every event.",
        );
    }
    if !current {
        ui.set_opacity(0.55);
    }
    let columns = Columns::new(ui.available_width());
    if ui.available_height() > HEADER + 3.0 * theme::ROW {
        header_ui(ui, app, document, &columns);
    }
    stopped_ui(ui, document, found);
    let position = document.cursor_position();
    let taken_in = found.taken_in(position);
    view.follow(document, found, taken_in);
    let list = List {
        name: "Differences over time",
        selected: view.chosen.and_then(|at| found.rows.get(at)).map_or_else(String::new, spoken),
        role: Role::Table,
        height: theme::ROW,
        count: found.rows.len() + usize::from(found.more > 0),
        reach: 0.0,
    };
    let OverTimeView { rows, chosen, .. } = view;
    let mut clicked = None;
    let (response, _) = rows.show(ui, &list, |ui, rect, at| {
        let Some(row) = found.rows.get(at) else {
            let words = format!("and {} more places where something differs", text::grouped(found.more));
            let galley =
                elide::end(ui.painter(), &words, theme::words(theme::BODY), rect.width(), theme::tokens(ui).secondary);
            let at = pos2(rect.left() + theme::MARGIN, rect.center().y);
            cells::text_at(ui.painter(), at, galley, theme::tokens(ui).secondary);
            return;
        };
        let here = row.position == position;
        let standing = Standing { at, selected: here || *chosen == Some(at), future: at >= taken_in };
        if row_ui(ui, rect, app, document, &columns, row, &standing).clicked() {
            clicked = Some(at);
        }
    });
    if clicked.is_some() || take_focus {
        response.request_focus();
    }
    let next = rows.leap(ui, &response).and_then(|leap| leap.from(*chosen, found.rows.len())).or(clicked);
    if let Some(next) = next {
        *chosen = Some(next);
        rows.reveal(next);
        queue.extend(found.rows[next].cursor.map(Command::SeekEvent));
    }
    if response.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter)) {
        queue.push(Command::Focus(Focus::State));
    }
}

impl OverTimeView {
    /// Brings the difference at the cursor into sight when that is another one.
    fn follow(&mut self, document: &Document, found: &Differences, taken_in: usize) {
        let of = (document.opened.key, document.comparison.differences().edition(), document.cursor);
        if self.followed == Some(of) {
            return;
        }
        self.followed = Some(of);
        // The row that was chosen stays so while the cursor stands at it: several may stand with one event.
        let position = document.cursor_position();
        let stays = self.chosen.and_then(|at| found.rows.get(at)).is_some_and(|row| row.position == position);
        if !stays {
            let here = taken_in.checked_sub(1);
            self.chosen = here.filter(|at| found.rows[*at].position == position);
            if let Some(row) = here.or((!found.rows.is_empty()).then_some(0)) {
                self.rows.centre(row);
            }
        }
    }
}

struct Standing {
    at: usize,
    selected: bool,
    future: bool,
}

fn header_ui(ui: &mut Ui, app: &App, document: &Document, columns: &Columns) {
    let tokens = theme::tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEADER), Sense::hover());
    let painter = ui.painter_at(rect);
    let title = |left: f32, right: f32, words: &[&str]| {
        let (font, room) = (theme::words(theme::SMALL), right - left - SPACE);
        let galley = elide::first_that_fits(&painter, words, &font, room, tokens.secondary);
        cells::text_at(&painter, pos2(rect.left() + left, rect.center().y), galley, tokens.secondary);
    };
    title(columns.version, columns.date.unwrap_or(columns.clock), &["Version"]);
    title(columns.date.unwrap_or(columns.clock), columns.event, &[&format!("Time ({})", app.zone().name()), "Time"]);
    title(columns.event, columns.differs, &["Event"]);
    let (left, right) = (document.against_name(), document.active_scenario().draft.name());
    title(columns.differs, columns.end, &[&format!("What differs ({left} → {right})"), "What differs"]);
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
}

/// Where one side's rules could not go on.
fn stopped_ui(ui: &mut Ui, document: &Document, found: &Differences) {
    let names = [document.against_name(), document.active_scenario().draft.name()];
    for (name, error) in names.into_iter().zip([&found.stopped.0, &found.stopped.1]) {
        let Some(error) = error else { continue };
        let place = cells::version(error.version);
        let words = format!("{name}: the replay stopped at {place}: {error}. What comes after takes no part.");
        notices::failure_ui(ui, &words);
    }
}

fn row_ui(
    ui: &mut Ui,
    rect: Rect,
    app: &App,
    document: &Document,
    columns: &Columns,
    row: &DifferenceRow,
    standing: &Standing,
) -> Response {
    let tokens = theme::tokens(ui);
    let response = ui.interact(rect, ui.make_persistent_id(("difference", standing.at)), Sense::CLICK);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, standing.selected, spoken(row)));
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    if standing.selected || response.hovered() {
        painter.rect_filled(rect, 0.0, if standing.selected { tokens.selection } else { tokens.raised });
    }
    let (strong, quiet) = match standing.future {
        true => (theme::future_text(&tokens), theme::future_text(&tokens)),
        false => (tokens.text, tokens.secondary),
    };
    let middle = rect.center().y;
    let at = |left: f32| pos2(rect.left() + left, middle);
    let mono = || theme::mono(theme::MONO);
    let mut cut = false;
    let mut line = |left: f32, right: f32, words: &str, font, colour| {
        let (end, elided) =
            cells::text_at(&painter, at(left), elide::end(&painter, words, font, right - left, colour), colour);
        cut |= elided;
        end - rect.left()
    };
    // The version on the left, and on the right where it is another one.
    let end = columns.date.unwrap_or(columns.clock) - SPACE / 2.0;
    let (left, right) = (row.left.as_ref(), row.right.as_ref());
    let versions = (left.map(|event| event.moment.version), right.map(|event| event.moment.version));
    match versions {
        (Some(one), Some(other)) if one == other => {
            line(columns.version, end, &cells::version(one), mono(), strong);
        }
        (Some(one), other) => {
            let reached = line(columns.version, end, &cells::version(one), mono(), strong);
            let beside = other.map_or_else(|| "→ —".to_owned(), |other| format!("→ {}", cells::version(other)));
            line(reached + 4.0, end, &beside, mono(), tokens.what_if);
        }
        (None, Some(other)) => {
            line(columns.version, end, &format!("+ {}", cells::version(other)), mono(), tokens.what_if);
        }
        (None, None) => {}
    }
    let Some(event) = row.event() else { return response };
    if let Some(time) = event.moment.time {
        if let Some(date) = columns.date {
            line(date, columns.clock, &zoned::date(time, app.zone()), mono(), quiet);
        }
        let clock = zoned::clock(time, app.zone());
        let clock = clock.get(..8).unwrap_or(&clock);
        line(columns.clock, columns.event, clock, mono(), strong);
    }
    let own = !row.paired;
    let mark = cells::mark_of(document, event.index, &event.moment.event_type);
    cells::mark_at(ui, mark, at(columns.event + 6.0), own, standing.future);
    let words = happened(row);
    let colour = if own { tokens.what_if } else { strong };
    let reached = line(columns.event + 20.0, columns.differs - SPACE, &words, theme::words(theme::BODY), colour);
    if row.right.is_none() {
        painter.hline(rect.left() + columns.event..=rect.left() + reached, middle, Stroke::new(1.0, tokens.what_if));
    }
    let mut differs = columns.differs;
    let newly = newly_broken(row);
    if !newly.is_empty() {
        cells::warning_at(ui, at(differs + theme::ICON_SMALL / 2.0));
        differs += theme::ICON_SMALL + 6.0;
    }
    if row.is_same_again() {
        line(differs, columns.end, "The same state again", theme::words(theme::BODY), strong);
    } else {
        let job = cells::leaves_job(&row.leaves, row.more, strong, &tokens, columns.end - differs);
        cut |= cells::text_at(&painter, at(differs), painter.layout_job(job), strong).1;
    }
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
    if response.hovered() && (cut || !newly.is_empty()) {
        return response.on_hover_text(spoken(row));
    }
    response
}

/// What happened at a row, in a sentence.
fn happened(row: &DifferenceRow) -> String {
    match (&row.left, &row.right, row.paired) {
        (Some(left), Some(right), false) => format!("{} instead of {}", right.sentence, left.sentence),
        (_, Some(event), _) | (Some(event), None, _) => event.sentence.to_string(),
        (None, None, _) => String::new(),
    }
}

/// Invariants that hold on the left and not on the right.
fn newly_broken(row: &DifferenceRow) -> Vec<&str> {
    row.broken_right.iter().filter(|name| !row.broken_left.contains(name)).map(|name| &**name).collect()
}

/// A row in words.
fn spoken(row: &DifferenceRow) -> String {
    let number = row.event().map_or_else(String::new, |event| cells::version(event.moment.version));
    let differs =
        if row.is_same_again() { "the same state again".to_owned() } else { cells::leaves_text(&row.leaves, row.more) };
    let only = match (&row.left, &row.right) {
        (Some(_), None) => ", not in the what-if",
        (None, Some(_)) => ", only in the what-if",
        _ => "",
    };
    let mut out = format!("{number} {}{only}: {differs}", happened(row));
    for name in newly_broken(row) {
        out += &format!("; does not hold: {name}");
    }
    out
}
