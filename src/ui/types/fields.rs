//! What is to be known of one type: its changes and its fields.

use egui::{
    Align2, Color32, EventFilter, Key, Modifiers, Painter, Rect, RichText, Role, Sense, Stroke, Ui, WidgetInfo,
};
use egui::{pos2, vec2};

use super::lines::Line;
use super::{TypesView, day, events, when};
use crate::analysis::schema::{Change, Field, Place, Presence, TypeEntry};
use crate::app::{App, Command};
use crate::model::names;
use crate::query::written_path;
use crate::ui::elide;
use crate::ui::rows::{BAR, List};
use crate::ui::theme::{self, Tokens};
use crate::ui::{icons, text};

/// Height of the line with the columns' names.
const HEADER: f32 = 24.0;
/// How far a field is moved in that lies in another one.
const INDENT: f32 = 16.0;
/// Width of the bar that shows how often a field is there.
const SHARE: f32 = 44.0;
/// Width of what is said of a change.
const VERDICT: f32 = 52.0;
/// Width of a day.
const DAY: f32 = 84.0;
/// Narrower than this a line is two: what there is to say of a field stands below its name.
const NARROW: f32 = 560.0;
/// Height of such a line, and where its two lines are.
const TALL: f32 = 46.0;
const FIRST: f32 = 15.0;
const SECOND: f32 = 33.0;

/// Where the columns begin, from the list's left edge.
struct Columns {
    name: f32,
    types: f32,
    share: f32,
    values: f32,
    first: Option<f32>,
    last: Option<f32>,
    end: f32,
    /// Whether a line is two.
    tall: bool,
}

impl Columns {
    fn new(width: f32) -> Self {
        let end = width - BAR - theme::TIGHT;
        let name = theme::MARGIN;
        if width < NARROW {
            let share = end - SHARE - 50.0;
            let types = name + (share - name) * 0.58;
            return Self { name, types, share, values: name + 14.0, first: None, last: None, end, tall: true };
        }
        let types = name + (width * 0.24).clamp(120.0, 300.0);
        let share = types + (width * 0.15).clamp(74.0, 170.0);
        let values = share + SHARE + 58.0;
        let last = (width > 860.0).then_some(end - DAY);
        let first =
            (width > 640.0).then(|| last.unwrap_or(end) - DAY - if last.is_some() { theme::MARGIN } else { 0.0 });
        Self { name, types, share, values, first, last, end, tall: false }
    }

    fn height(&self) -> f32 {
        if self.tall { TALL } else { theme::ROW }
    }

    /// Where the middles of a row's lines are.
    fn lines(&self, rect: Rect) -> (f32, f32) {
        if self.tall { (rect.top() + FIRST, rect.top() + SECOND) } else { (rect.center().y, rect.center().y) }
    }

    fn values_end(&self) -> f32 {
        if self.tall { self.end } else { self.first.unwrap_or(self.end) - theme::MARGIN }
    }
}

/// The type.
pub fn type_ui(ui: &mut Ui, app: &App, entry: &TypeEntry, view: &mut TypesView, queue: &mut Vec<Command>) {
    heading_ui(ui, app, entry, queue);
    let columns = Columns::new(ui.available_width());
    // Where something else comes first, the columns' names stand above the fields.
    let fields_first = matches!(view.lines.lines.first(), Some(Line::Field { .. }));
    if fields_first && !columns.tall && ui.available_height() > HEADER + 3.0 * theme::ROW {
        header_ui(ui, &columns);
    }
    let edition = view.lines.edition;
    let chosen = view.line.filter(|(of, _)| *of == edition).map(|(_, line)| line);
    let lines = &view.lines.lines;
    let list = List {
        name: "Fields and changes",
        selected: chosen.and_then(|at| lines.get(at)).map_or_else(String::new, |line| spoken(*line, entry, app)),
        role: Role::Table,
        height: columns.height(),
        count: lines.len(),
        reach: 0.0,
    };
    let (mut clicked, mut toggled) = (None, None);
    let (response, _) = view.rows.show(ui, &list, |ui, rect, at| {
        let Some(line) = lines.get(at) else { return };
        let row = Row { rect, at, selected: chosen == Some(at), columns: &columns };
        match row_ui(ui, app, entry, *line, &row, queue) {
            Some(Act::Choose) => clicked = Some(at),
            Some(Act::Toggle) => toggled = Some(at),
            None => {}
        }
    });
    if clicked.is_some() || toggled.is_some() {
        response.request_focus();
    }
    let leap = view.rows.leap(ui, &response);
    let next = leap.and_then(|leap| leap.from(chosen, lines.len())).or(clicked).or(toggled);
    if let Some(next) = next {
        view.line = Some((edition, next));
        view.rows.reveal(next);
    }
    if let Some(at) = chosen
        && response.has_focus()
    {
        let filter = EventFilter { vertical_arrows: true, horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        keys_ui(ui, app, entry, lines[at], queue);
        let key = |ui: &Ui, key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if let Line::Field { opens: Some(open), .. } = lines[at]
            && ((open && key(ui, Key::ArrowLeft)) || (!open && key(ui, Key::ArrowRight)))
        {
            toggled = Some(at);
        }
    }
    if let Some(Line::Field { at, opens: Some(open) }) = toggled.and_then(|at| lines.get(at)).copied() {
        let path = entry.fields[at].path.clone();
        if open {
            view.folded.insert(path)
        } else {
            view.folded.remove(&path)
        };
        view.folds += 1;
    }
}

/// Keys of the line that the keyboard is at.
fn keys_ui(ui: &Ui, app: &App, entry: &TypeEntry, line: Line, queue: &mut Vec<Command>) {
    let key = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    let last = key(Modifiers::SHIFT, Key::Enter);
    if last || key(Modifiers::NONE, Key::Enter) {
        queue.extend(place_of(line, entry, last).map(|place| Command::JumpTo(place.event)));
    }
    let copies = ui.input_mut(|input| {
        let before = input.events.len();
        input.events.retain(|event| !matches!(event, egui::Event::Copy));
        input.events.len() < before
    });
    if copies {
        let words = match line {
            Line::Field { at, .. } => Some(field_text(&entry.fields[at])),
            Line::Change(at) => Some(change_text(&entry.changes[at], app)),
            Line::Title(_) | Line::Heads | Line::Unreadable(_) | Line::More => None,
        };
        queue.extend(words.map(Command::CopyText));
    }
}

/// The event that a line leads to.
fn place_of(line: Line, entry: &TypeEntry, last: bool) -> Option<&Place> {
    match line {
        Line::Change(at) => Some(&entry.changes[at].at),
        Line::Unreadable(at) => Some(&entry.unreadable[at].first),
        Line::Field { at, .. } if last => Some(&entry.fields[at].last),
        Line::Field { at, .. } => Some(&entry.fields[at].first),
        Line::Title(_) | Line::Heads | Line::More => None,
    }
}

/// Name, counts, versions, and where its first and last events are.
fn heading_ui(ui: &mut Ui, app: &App, entry: &TypeEntry, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    ui.horizontal(|ui| {
        ui.set_height(theme::ROW);
        ui.spacing_mut().item_spacing.x = theme::GAP;
        ui.add_space(theme::MARGIN);
        // What can be pressed keeps its place, words give way.
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add_space(theme::MARGIN);
            let room = ui.available_width();
            let mut link = |ui: &mut Ui, what: &str, place: &Place| {
                let words = match room {
                    room if room > 620.0 => format!("{what} {}", when(place, app)),
                    room if room > 340.0 => format!("{what} {}", day(place, app)),
                    _ => what.to_owned(),
                };
                let words = theme::link(words, theme::SMALL);
                let response = ui.add(egui::Button::new(words).frame(false));
                let name = format!("{what} {} on {}", entry.short, when(place, app));
                response.widget_info(|| WidgetInfo::labeled(Role::Link, true, &name));
                if response.on_hover_text(format!("Go to #{}", place.position)).clicked() {
                    queue.push(Command::JumpTo(place.event));
                }
            };
            if entry.events > 1 {
                link(ui, "Last", &entry.last);
            }
            link(ui, if entry.events > 1 { "First" } else { "Only" }, &entry.first);
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                let name = RichText::new(names::shown_type(&entry.short)).font(theme::strong(theme::BODY));
                let label = ui.add(egui::Label::new(name).truncate());
                if entry.name != entry.short {
                    label.on_hover_text(&*entry.name);
                }
                let (font, room) = (theme::words(theme::SMALL), ui.available_width());
                let words = counts(entry);
                if let Some(shown) = elide::parts(ui.painter(), &words, &font, room, tokens.secondary) {
                    ui.label(shown).widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
                }
            });
        });
    });
}

/// `54 events · customer · schema 1 (24), 2 (30)`.
fn counts(entry: &TypeEntry) -> String {
    let count = |count: u64| text::grouped(usize::try_from(count).unwrap_or(usize::MAX));
    let mut parts = vec![events(entry)];
    let listed = |words: Vec<String>| {
        let more = words.len().saturating_sub(4);
        let shown = words.into_iter().take(4).collect::<Vec<_>>().join(", ");
        if more > 0 { format!("{shown} and {more} more") } else { shown }
    };
    match entry.categories.as_slice() {
        [] => {}
        [only] => parts.push(only.category.to_string()),
        all => parts.push(listed(all.iter().map(|one| format!("{} ({})", one.category, count(one.events))).collect())),
    }
    match entry.schema_versions.as_slice() {
        [] => {}
        [only] => parts.push(format!("schema {}", only.version)),
        all => {
            let versions = all.iter().map(|one| format!("{} ({})", one.version, count(one.events))).collect();
            parts.push(format!("schema {}", listed(versions)));
        }
    }
    parts.join(" · ")
}

fn header_ui(ui: &mut Ui, columns: &Columns) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEADER), Sense::hover());
    heads(&ui.painter_at(rect), rect, columns, &theme::tokens(ui));
}

/// The columns' names.
fn heads(painter: &Painter, rect: Rect, columns: &Columns, tokens: &Tokens) {
    let title = |left: f32, right: f32, words: &str| {
        let room = right - left - theme::GAP;
        line(painter, pos2(rect.left() + left, rect.center().y), room, words, false, tokens.secondary);
    };
    title(columns.name, columns.types, "Field");
    title(columns.types, columns.share, "Type");
    title(columns.share, columns.values, "Has a value in");
    title(columns.values, columns.values_end(), "Values");
    if let Some(first) = columns.first {
        title(first, first + DAY, "First seen");
    }
    if let Some(last) = columns.last {
        title(last, last + DAY, "Last seen");
    }
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
}

/// Words in small letters or numbers, cut where there is no more room; gives where they end.
fn line(painter: &Painter, at: egui::Pos2, room: f32, words: &str, mono: bool, colour: Color32) -> (f32, bool) {
    let font = if mono { theme::mono(theme::MONO) } else { theme::words(theme::SMALL) };
    let galley = elide::end(painter, words, font, room, colour);
    let (end, cut) = (at.x + galley.size().x, galley.elided);
    painter.galley(pos2(at.x, at.y - galley.size().y / 2.0), galley, colour);
    (end, cut)
}

struct Row<'a> {
    rect: Rect,
    at: usize,
    selected: bool,
    columns: &'a Columns,
}

/// What was done with a row.
enum Act {
    Choose,
    Toggle,
}

fn row_ui(
    ui: &mut Ui,
    app: &App,
    entry: &TypeEntry,
    what: Line,
    row: &Row<'_>,
    queue: &mut Vec<Command>,
) -> Option<Act> {
    let tokens = theme::tokens(ui);
    let rect = row.rect;
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let left = pos2(rect.left() + row.columns.name, rect.center().y);
    let room = row.columns.end - row.columns.name;
    if what == Line::Heads && !row.columns.tall {
        heads(&painter, rect, row.columns, &tokens);
        return None;
    }
    let title = match what {
        Line::Title(title) => Some(title),
        Line::Heads => Some("Fields"),
        _ => None,
    };
    if let Some(title) = title {
        let left = pos2(left.x, rect.bottom() - theme::ROW / 2.0);
        painter.text(left, Align2::LEFT_CENTER, title, theme::strong(theme::SMALL), tokens.secondary);
        return None;
    }
    if what == Line::More {
        line(&painter, left, room, "There are more fields, which are not told apart", false, tokens.secondary);
        return None;
    }
    let response = ui.interact(rect, ui.make_persistent_id(("field or change", row.at)), Sense::CLICK);
    let name = spoken(what, entry, app);
    response.widget_info(|| WidgetInfo::selected(Role::Row, true, row.selected, &name));
    if row.selected || response.hovered() {
        painter.rect_filled(rect, 0.0, if row.selected { tokens.selection } else { tokens.raised });
    }
    let mut act = response.clicked().then_some(Act::Choose);
    match what {
        Line::Change(at) => {
            change_row(&painter, app, &entry.changes[at], row, &tokens);
            if response.clicked() {
                queue.push(Command::JumpTo(entry.changes[at].at.event));
            }
        }
        Line::Unreadable(at) => {
            let count = &entry.unreadable[at];
            let words = format!("{} × {}", count.events, count.reason);
            let moment = format!("first on {}", when(&count.first, app));
            let (first, second) = row.columns.lines(rect);
            if row.columns.tall {
                line(&painter, pos2(left.x, first), room, &words, false, tokens.bad);
                line(&painter, pos2(left.x, second), room, &moment, false, tokens.secondary);
            } else {
                let (end, _) = line(&painter, left, room * 0.6, &words, false, tokens.bad);
                line(&painter, pos2(end + theme::MARGIN, left.y), room * 0.4, &moment, false, tokens.secondary);
            }
            if response.clicked() {
                queue.push(Command::JumpTo(count.first.event));
            }
        }
        Line::Field { at, opens } => {
            if field_row(ui, &painter, app, &entry.fields[at], opens, row, queue) {
                act = Some(Act::Toggle);
            }
        }
        Line::Title(_) | Line::Heads | Line::More => {}
    }
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
    response.context_menu(|ui| menu_ui(ui, app, entry, what, queue));
    response.on_hover_text(hover(what, entry, app));
    act
}

fn change_row(painter: &Painter, app: &App, change: &Change, row: &Row<'_>, tokens: &Tokens) {
    let columns = row.columns;
    let (y, second) = columns.lines(row.rect);
    let at = |x: f32| pos2(row.rect.left() + x, y);
    // A stroke down the left: the changes one after the other are a line of time.
    let dot = at(columns.name + 4.0);
    painter.vline(dot.x, row.rect.y_range(), Stroke::new(1.0, tokens.hairline));
    let colour = if change.breaking { tokens.bad } else { tokens.good };
    painter.circle_filled(dot, 4.0, colour);
    let left = columns.name + 16.0;
    let word = if change.after { "after" } else { "from" };
    let (end, _) = line(painter, at(left), 200.0, word, false, tokens.secondary);
    let (end, _) = line(painter, pos2(end + 5.0, y), 160.0, &when(&change.at, app), true, tokens.text);
    let x = end - row.rect.left() + theme::MARGIN;
    let (end, _) = line(painter, at(x), VERDICT, change.verdict(), false, colour);
    let beside = change.hint().map_or_else(|| change.facts(), |hint| format!("{hint}; {}", change.facts()));
    if columns.tall {
        let from = end + theme::MARGIN;
        let room = row.rect.left() + columns.end - from;
        if room > 60.0 {
            line(painter, pos2(from, y), room, &beside, false, tokens.secondary);
        }
        let galley = elide::end(painter, &change.words(), theme::words(theme::BODY), columns.end - left, tokens.text);
        painter.galley(pos2(row.rect.left() + left, second - galley.size().y / 2.0), galley, tokens.text);
        return;
    }
    let x = x + VERDICT + theme::GAP;
    let galley = elide::end(painter, &change.words(), theme::words(theme::BODY), columns.end - x, tokens.text);
    let end = row.rect.left() + x + galley.size().x;
    painter.galley(pos2(row.rect.left() + x, y - galley.size().y / 2.0), galley, tokens.text);
    let room = row.rect.left() + columns.end - end - theme::MARGIN;
    if room > 60.0 {
        line(painter, pos2(end + theme::MARGIN, y), room, &beside, false, tokens.secondary);
    }
}

/// A field; true if it was folded or unfolded.
fn field_row(
    ui: &Ui,
    painter: &Painter,
    app: &App,
    field: &Field,
    opens: Option<bool>,
    row: &Row<'_>,
    queue: &mut Vec<Command>,
) -> bool {
    let tokens = theme::tokens(ui);
    let (columns, rect) = (row.columns, row.rect);
    let (y, second) = columns.lines(rect);
    let at = |x: f32| pos2(rect.left() + x, y);
    let mut toggled = false;
    // However deep it is, some of its name is seen.
    let deepest = ((columns.types - columns.name) * 0.5 / INDENT) as usize;
    let x = columns.name + INDENT * field.depth.min(deepest) as f32;
    if let Some(open) = opens {
        let place = Rect::from_center_size(at(x + 5.0), vec2(18.0, 2.0 * (y - rect.top())));
        let response = ui.interact(place, ui.make_persistent_id(("fold", row.at)), Sense::CLICK);
        let words = if open { "Fold" } else { "Unfold" };
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{words} {}", field.path)));
        let glyph = if open { icons::CHEVRON_DOWN } else { icons::CHEVRON_RIGHT };
        icons::paint(ui, Rect::from_center_size(place.center(), vec2(12.0, 12.0)), glyph, 12.0, tokens.secondary);
        toggled = response.clicked();
    }
    let x = x + 14.0;
    line(painter, at(x), columns.types - x - theme::GAP, &field.name, true, tokens.text);
    let room = columns.share - columns.types - theme::GAP;
    line(painter, at(columns.types), room, &field.types_words(), false, tokens.text);
    if let Some(filled) = field.filled() {
        let bar = Rect::from_min_size(at(columns.share) - vec2(0.0, 3.0), vec2(SHARE, 6.0));
        painter.rect_filled(bar, 3, tokens.hairline);
        let mut full = bar;
        // What is there at all is seen; what is null is not filled.
        full.set_width((SHARE * filled.share() as f32).max(if filled.present > 0 { 2.0 } else { 0.0 }));
        painter.rect_filled(full, 3, tokens.secondary);
        line(painter, at(columns.share + SHARE + 6.0), 50.0, &filled.percent(), true, tokens.text);
    }
    let left = columns.values + if columns.tall { x - columns.name - 14.0 } else { 0.0 };
    let room = columns.values_end() - left;
    line(painter, pos2(rect.left() + left, second), room, &field.values_words(), false, tokens.secondary);
    let mut link = |x: Option<f32>, what: &str, place: &Place| {
        let Some(x) = x else { return };
        let words = day(place, app);
        let galley = elide::end(painter, &words, theme::mono(theme::SMALL), DAY, tokens.text);
        let size = galley.size();
        let from = at(x);
        let area = Rect::from_min_size(pos2(from.x, rect.top()), vec2(size.x, rect.height()));
        let response = ui.interact(area, ui.make_persistent_id((what, row.at)), Sense::CLICK);
        response.widget_info(|| WidgetInfo::labeled(Role::Link, true, format!("{} {what} on {words}", field.path)));
        let colour = if response.hovered() { tokens.text } else { tokens.secondary };
        painter.galley(pos2(from.x, y - size.y / 2.0), galley, colour);
        painter.hline(from.x..=from.x + size.x, y + size.y / 2.0 - 1.0, Stroke::new(1.0, colour));
        if response.on_hover_text(format!("Go to #{}, {}", place.position, when(place, app))).clicked() {
            queue.push(Command::JumpTo(place.event));
        }
    };
    link(columns.first, "first seen", &field.first);
    link(columns.last, "last seen", &field.last);
    toggled
}

fn menu_ui(ui: &mut Ui, app: &App, entry: &TypeEntry, what: Line, queue: &mut Vec<Command>) {
    let mut item = |ui: &mut Ui, words: &str, command: Command| {
        if ui.button(words).clicked() {
            queue.push(command);
        }
    };
    match what {
        Line::Field { at, .. } => {
            let field = &entry.fields[at];
            item(ui, "Go to the first event that has it", Command::JumpTo(field.first.event));
            item(ui, "Go to the last event that has it", Command::JumpTo(field.last.event));
            if let Some(search) = search_for(entry, field) {
                item(ui, "Find all events that have it", Command::Search(search));
            }
            ui.separator();
            item(ui, "Copy path", Command::CopyText(field.path.to_string()));
            item(ui, "Copy line", Command::CopyText(field_text(field)));
        }
        Line::Change(at) => {
            let change = &entry.changes[at];
            item(ui, "Go there", Command::JumpTo(change.at.event));
            ui.separator();
            item(ui, "Copy line", Command::CopyText(change_text(change, app)));
        }
        Line::Unreadable(at) => {
            item(ui, "Go to the first of them", Command::JumpTo(entry.unreadable[at].first.event));
        }
        Line::Title(_) | Line::Heads | Line::More => {}
    }
}

/// A search for the events of a type that have a field; none for what is in lists and maps.
fn search_for(entry: &TypeEntry, field: &Field) -> Option<String> {
    if field.path.is_empty() || field.path.contains(['[', '{', '"', '…']) {
        return None;
    }
    let path = written_path("data", field.path.split('.'));
    Some(format!("type = {} has:{path}", serde_json::Value::from(&*entry.name)))
}

/// A field as a line, columns apart by tabs.
pub(super) fn field_text(field: &Field) -> String {
    let share = field.filled().map_or_else(String::new, Presence::percent);
    format!("{}\t{}\t{share}\t{}", field.path, field.types_words(), field.values_words())
}

/// A change as a line.
pub(super) fn change_text(change: &Change, app: &App) -> String {
    let word = if change.after { "after" } else { "from" };
    let hint = change.hint().map_or_else(String::new, |hint| format!(" ({hint})"));
    format!("{word} {} {}: {}{hint}; {}", when(&change.at, app), change.verdict(), change.words(), change.facts())
}

fn hover(what: Line, entry: &TypeEntry, app: &App) -> String {
    match what {
        Line::Field { at, .. } => {
            let field = &entry.fields[at];
            let mut out = field.path.to_string();
            if let Some(presence) = field.presence {
                out += &format!("\nthere in {} of {}", presence.present, presence.of);
            }
            for count in &field.types {
                out += &format!("\n{} × {}", count.values, count.kind.name());
            }
            let words = field.values_words();
            if words.is_empty() { out } else { format!("{out}\n{words}") }
        }
        Line::Change(at) => format!("{}\nClick to go there", change_text(&entry.changes[at], app)),
        _ => spoken(what, entry, app),
    }
}

/// A line in words.
fn spoken(what: Line, entry: &TypeEntry, app: &App) -> String {
    match what {
        Line::Title(title) => title.to_owned(),
        Line::Heads => "Fields".to_owned(),
        Line::Change(at) => change_text(&entry.changes[at], app),
        Line::Unreadable(at) => {
            let count = &entry.unreadable[at];
            let payloads = if count.events == 1 { "payload" } else { "payloads" };
            format!("{} {payloads} can't be read: {}", count.events, count.reason)
        }
        Line::Field { at, .. } => {
            let field = &entry.fields[at];
            let path = if field.path.is_empty() { "The payload" } else { &*field.path };
            let share = field.filled().map_or_else(String::new, |filled| format!(", in {}", filled.percent()));
            format!("{path}: {}{share}; {}", field.types_words(), field.values_words())
        }
        Line::More => "There are more fields".to_owned(),
    }
}
