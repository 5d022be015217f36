//! Lines of a tree on the screen: name and value, what the last event changed, what can be done with it.

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Color32, EventFilter, Galley, Id, Key, Modifiers, Rect, Role, Sense, Stroke, WidgetInfo, pos2, vec2};
use std::sync::Arc;

use super::tree::{Kind, Row, Tree};
use crate::app::{Command, Document, TrackSource};
use crate::job::TrackWhat;
use crate::model::{Value, ValuePath};
use crate::ui::{icons, text, theme};

/// Height of a line.
pub const HEIGHT: f32 = 27.0;
/// How far what is in something is set in.
const INDENT: f32 = 16.0;
/// Room for the arrow before what can be opened.
const ARROW: f32 = 16.0;
/// Side of the buttons in a line.
const BUTTON: f32 = 23.0;
/// Names take at most this share of the room.
const KEY_SHARE: f32 = 0.55;
/// Characters of a value that a tooltip shows.
const HINT: usize = 2_000;

/// What a line asks for.
pub enum Ask {
    /// Open what is closed, close what is open.
    Toggle(ValuePath),
    /// Open or close.
    Open(ValuePath, bool),
    /// Show more of a list or object.
    More(ValuePath),
    /// Something of the application.
    Command(Command),
}

/// Where the columns are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Columns {
    key: f32,
    value: f32,
    width: f32,
    of: (u64, u32, bool),
}

impl Columns {
    /// Gives names what they need, and values the rest.
    pub fn fit(&mut self, ui: &egui::Ui, tree: &Tree, width: f32, branch: bool) {
        /// Names that are measured: those that look longest.
        const MEASURED: usize = 8;
        let of = (tree.changed(), width as u32, branch);
        if self.of == of {
            return;
        }
        let mut longest: Vec<&Row> = Vec::new();
        let guess = |row: &Row| row.depth as f32 * INDENT + row.key.chars().count() as f32 * 7.0;
        for row in tree.rows().iter().filter(|row| matches!(row.kind, Kind::Value | Kind::Pinned)) {
            longest.push(row);
            if longest.len() > 4 * MEASURED {
                longest.sort_by(|a, b| guess(b).total_cmp(&guess(a)));
                longest.truncate(MEASURED);
            }
        }
        let need = longest.iter().map(|row| {
            let galley = ui.painter().layout_no_wrap(
                text::shortened(&row.key, 200),
                theme::words(theme::BODY),
                Color32::PLACEHOLDER,
            );
            indent(row) + galley.size().x
        });
        let room = width - 2.0 * theme::MARGIN;
        let least = if branch { room * 0.28 } else { least_name(width) };
        let need = need.fold(0.0, f32::max) + 2.0 * theme::GAP;
        // In steps: names that come and go must not move the values by a hair.
        let need = (need / 12.0).ceil() * 12.0;
        let key = need.max(least).min(room * if branch { 0.4 } else { KEY_SHARE });
        let value = if branch { (room - key) / 2.0 } else { room - key };
        *self = Self { key, value, width, of };
    }

    /// Titles over the columns, where there is more than one of values.
    pub fn titles_ui(&self, ui: &mut egui::Ui, left: &str, right: &str) {
        let tokens = theme::tokens(ui);
        let (rect, response) = ui.allocate_exact_size(vec2(self.width, 22.0), Sense::hover());
        let left = if self.value <= 80.0 && left == "As recorded" { "Recorded" } else { left };
        let titles = [(left, self.key, tokens.secondary), (right, self.key + self.value, tokens.what_if)];
        let mut elided = false;
        for (title, x, colour) in titles {
            let at = pos2(rect.left() + theme::MARGIN + x, rect.center().y);
            let job = LayoutJob::simple_singleline(title.to_owned(), theme::words(theme::SMALL), colour);
            elided |= paint(ui, at, self.value - theme::TIGHT, job).elided;
        }
        if elided {
            response.on_hover_text(format!("{left} and {right}"));
        }
    }
}

/// Room that names have at least, so that values of one list stand under those of another.
pub fn least_name(width: f32) -> f32 {
    (width * 0.3).clamp(84.0, 120.0)
}

fn indent(row: &Row) -> f32 {
    row.depth as f32 * INDENT + if row.opens && row.kind == Kind::Value { ARROW } else { 0.0 }
}

/// How lines look, and what they can do.
pub struct Look<'a> {
    /// Tells the lines of one tree from those of another.
    pub salt: &'static str,
    /// Where the columns are.
    pub columns: Columns,
    /// Whether there is a what-if.
    pub branch: bool,
    /// Of a state: its values have lives, can be pinned and become tracks.
    pub state: Option<&'a Document>,
}

impl Look<'_> {
    fn id(&self, row: &Row) -> Id {
        let pinned = row.kind == Kind::Pinned;
        let more = matches!(row.kind, Kind::More(_));
        Id::unique((self.salt, pinned, more, &row.path))
    }

    fn is_selected(&self, row: &Row) -> bool {
        let life = self.state.and_then(|document| document.life.as_ref());
        life.is_some_and(|life| life.path == row.path) && matches!(row.kind, Kind::Value | Kind::Pinned)
    }

    fn is_pinned(&self, path: &ValuePath) -> bool {
        self.state.is_some_and(|document| document.pins.contains(path))
    }

    /// The track of this field, if it is on the timeline.
    fn track(&self, path: &ValuePath) -> Option<u32> {
        let is_it = |what: &TrackWhat| matches!(what, TrackWhat::Field(field) if field == path);
        self.state?.tracks.iter().find(|track| is_it(&track.what)).map(|track| track.id)
    }

    fn toggle_track(&self, path: &ValuePath) -> Command {
        match self.track(path) {
            Some(id) => Command::RemoveTrack(id),
            None => Command::AddTrack(TrackSource::Field(path.clone())),
        }
    }
}

/// Whether a line can become a track: a scalar, also one that is not there at the moment.
fn can_track(row: &Row) -> bool {
    !row.opens
        && row
            .value
            .as_ref()
            .or(row.branch.as_ref())
            .is_none_or(|value| !matches!(value, Value::List(_) | Value::Object(_)))
}

/// One line, in `rect`; whether it has the keyboard's focus.
pub fn row_ui(ui: &mut egui::Ui, rect: Rect, row: &Row, look: &Look<'_>, asks: &mut Vec<Ask>) -> bool {
    match row.kind {
        Kind::Title => {
            title_ui(ui, rect, &row.key);
            false
        }
        Kind::More(hidden) => more_ui(ui, rect, row, hidden, look, asks),
        Kind::Value | Kind::Pinned => value_ui(ui, rect, row, look, asks),
    }
}

fn title_ui(ui: &egui::Ui, rect: Rect, words: &str) {
    let tokens = theme::tokens(ui);
    let at = pos2(rect.left() + theme::MARGIN, rect.center().y + 2.0);
    let font = theme::words(theme::SMALL);
    ui.painter().text(at, egui::Align2::LEFT_CENTER, words, font, tokens.secondary);
    hairline(ui, rect);
}

fn hairline(ui: &egui::Ui, rect: Rect) {
    let line = Stroke::new(1.0, theme::tokens(ui).hairline);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, line);
}

fn more_ui(ui: &mut egui::Ui, rect: Rect, row: &Row, hidden: usize, look: &Look<'_>, asks: &mut Vec<Ask>) -> bool {
    let tokens = theme::tokens(ui);
    let response = ui.interact(rect, look.id(row), Sense::click());
    let words = format!("{} more are not shown", text::grouped(hidden));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{words}: show some")));
    let mut job = LayoutJob::default();
    let format = |underline| TextFormat {
        font_id: theme::words(theme::BODY),
        color: tokens.secondary,
        underline,
        ..TextFormat::default()
    };
    job.append(&format!("{words} · "), 0.0, format(Stroke::NONE));
    job.append("Show some", 0.0, format(Stroke::new(1.0, tokens.secondary)));
    let x = rect.left() + theme::MARGIN + row.depth as f32 * INDENT;
    paint(ui, pos2(x, rect.center().y), rect.right() - x, job);
    theme::focus_ring(ui, &response);
    if response.clicked() {
        asks.push(Ask::More(row.path.clone()));
    }
    response.has_focus()
}

fn value_ui(ui: &mut egui::Ui, rect: Rect, row: &Row, look: &Look<'_>, asks: &mut Vec<Ask>) -> bool {
    let tokens = theme::tokens(ui);
    let response = ui.interact(rect, look.id(row), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::TreeItem, true, name(row, look.branch)));
    if row.opens {
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_expanded(row.is_open));
    }
    let pointed = ui.rect_contains_pointer(rect);
    if row.was.is_some() {
        ui.painter().rect_filled(rect, 0.0, theme::wash(tokens.now));
    }
    if look.is_selected(row) {
        let fill = if row.was.is_some() { theme::wash(tokens.text) } else { tokens.selection };
        ui.painter().rect_filled(rect, 0.0, fill);
    } else if pointed {
        ui.painter().rect_filled(rect, 0.0, theme::wash(tokens.secondary));
    }
    if row.was.is_some() {
        let edge = Rect::from_min_size(rect.min, vec2(2.0, rect.height()));
        ui.painter().rect_filled(edge, 0.0, tokens.now);
    }
    hairline(ui, rect);
    let columns = &look.columns;
    let left = rect.left() + theme::MARGIN;
    let mut x = left + row.depth as f32 * INDENT;
    if row.opens && row.kind == Kind::Value {
        let arrow = if row.is_open { icons::CHEVRON_DOWN } else { icons::CHEVRON_RIGHT };
        let place = Rect::from_center_size(pos2(x + 5.0, rect.center().y), vec2(12.0, 12.0));
        icons::paint(ui, place, arrow, 13.0, tokens.secondary);
        x += ARROW;
    }
    let middle = rect.center().y;
    let key_end = left + columns.key - theme::GAP;
    let key = LayoutJob::simple_singleline(text::shortened(&row.key, 200), theme::words(theme::BODY), tokens.secondary);
    let key = paint(ui, pos2(x, middle), key_end - x, key);
    let buttons = pointed || has_focus_inside(ui, &response);
    let value_at = left + columns.key;
    let job = value_job(row.value.as_ref(), row.was.as_ref(), tokens.text, &tokens, columns.value);
    let value = paint(ui, pos2(value_at, middle), columns.value - theme::TIGHT, job);
    let mut elided = key.elided || value.elided;
    if look.branch {
        let colour = if row.differs { tokens.what_if } else { tokens.secondary };
        let job = value_job(row.branch.as_ref(), None, colour, &tokens, columns.value);
        let at = pos2(value_at + columns.value, middle);
        elided |= paint(ui, at, columns.value - theme::TIGHT, job).elided;
    }
    theme::focus_ring(ui, &response);
    if response.clicked() {
        if row.opens && row.kind == Kind::Value {
            asks.push(Ask::Toggle(row.path.clone()));
        } else if look.state.is_some() {
            asks.push(Ask::Command(Command::ShowLife(row.path.clone())));
        }
    }
    response.context_menu(|ui| menu_ui(ui, row, look, asks));
    if buttons {
        buttons_ui(ui, rect, &response, row, look, asks);
    }
    // Longer text is cut anyhow, and may be far too long to be looked through at each frame.
    let begins = |text: &str| text.as_bytes()[..text.len().min(1_000)].contains(&b'\n');
    let is_long = row.value.as_ref().and_then(Value::as_str).is_some_and(begins);
    let focused = response.has_focus();
    if elided || is_long {
        response.on_hover_ui(|ui| hint_ui(ui, row));
    }
    focused
}

/// Whether the line or one of its buttons has the keyboard's focus.
fn has_focus_inside(ui: &egui::Ui, response: &egui::Response) -> bool {
    let focused = ui.memory(egui::Memory::focused);
    focused.is_some_and(|focused| {
        focused == response.id || (0..BUTTONS).any(|place| focused == response.id.with(("button", place)))
    })
}

/// Buttons that a line can have.
const BUTTONS: usize = 4;

fn buttons_ui(
    ui: &mut egui::Ui,
    rect: Rect,
    row_response: &egui::Response,
    row: &Row,
    look: &Look<'_>,
    asks: &mut Vec<Ask>,
) {
    let tokens = theme::tokens(ui);
    let path = &row.path;
    // Without anything to ask for, the value is copied: its text may be long, and is made when it is wanted.
    let mut offered: Vec<(&str, String, &str, Option<Ask>)> = Vec::new();
    if look.state.is_some() {
        let life = Ask::Command(Command::ShowLife(path.clone()));
        offered.push((icons::HISTORY, format!("Life of {path}"), "Every event that set this value", Some(life)));
        let (glyph, verb, hint) = if look.is_pinned(path) {
            (icons::UNPIN, "Unpin", "No longer keep this value on top")
        } else {
            (icons::PIN, "Pin", "Keep this value on top")
        };
        let pin = Ask::Command(Command::TogglePin(path.clone()));
        offered.push((glyph, format!("{verb} {path}"), hint, Some(pin)));
        if can_track(row) {
            let hint = if look.track(path).is_some() { "Take it off the timeline" } else { "Draw it on the timeline" };
            let track = Ask::Command(look.toggle_track(path));
            offered.push((icons::CHART_LINE, format!("Track {path}"), hint, Some(track)));
        }
    }
    offered.push((icons::COPY, format!("Copy {path}"), "Copy this value", None));
    let width = BUTTON * offered.len() as f32;
    let right = rect.right() - theme::GAP;
    let band = Rect::from_min_max(pos2(right - width, rect.top() + 1.0), pos2(right, rect.bottom() - 1.0));
    ui.painter().rect_filled(band.expand2(vec2(2.0, 0.0)), theme::RADIUS, tokens.raised);
    for (place, (glyph, name, hint, ask)) in offered.into_iter().enumerate() {
        let at = pos2(band.left() + (place as f32 + 0.5) * BUTTON, rect.center().y);
        let square = Rect::from_center_size(at, vec2(BUTTON, BUTTON));
        let response = ui.interact(square, row_response.id.with(("button", place)), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        let lit = response.hovered() || response.has_focus();
        icons::paint(ui, square, glyph, theme::ICON_SMALL, if lit { tokens.text } else { tokens.secondary });
        theme::focus_ring(ui, &response);
        if response.on_hover_text(hint).clicked() {
            let copy = || Ask::Command(copy_value(row.value.as_ref()));
            asks.push(ask.unwrap_or_else(copy));
        }
    }
}

fn menu_ui(ui: &mut egui::Ui, row: &Row, look: &Look<'_>, asks: &mut Vec<Ask>) {
    let path = &row.path;
    if look.state.is_some() {
        if icons::labelled_button(ui, icons::HISTORY, "Show its life").clicked() {
            asks.push(Ask::Command(Command::ShowLife(path.clone())));
            ui.close();
        }
        let (glyph, words) = if look.is_pinned(path) { (icons::UNPIN, "Unpin") } else { (icons::PIN, "Pin on top") };
        if icons::labelled_button(ui, glyph, words).clicked() {
            asks.push(Ask::Command(Command::TogglePin(path.clone())));
            ui.close();
        }
        let words = if look.track(path).is_some() { "Take off the timeline" } else { "Draw on the timeline" };
        if can_track(row) && icons::labelled_button(ui, icons::CHART_LINE, words).clicked() {
            asks.push(Ask::Command(look.toggle_track(path)));
            ui.close();
        }
    }
    if icons::labelled_button(ui, icons::COPY, "Copy value").clicked() {
        asks.push(Ask::Command(copy_value(row.value.as_ref())));
        ui.close();
    }
    if icons::labelled_button(ui, icons::BRACES, "Copy path").clicked() {
        asks.push(Ask::Command(Command::CopyText(path.to_string())));
        ui.close();
    }
}

fn hint_ui(ui: &mut egui::Ui, row: &Row) {
    let tokens = theme::tokens(ui);
    ui.set_max_width(420.0);
    ui.label(egui::RichText::new(text::shortened(&row.path.to_string(), HINT)).color(tokens.secondary));
    let mono = |text: String| egui::RichText::new(text).font(theme::mono(theme::MONO));
    ui.label(mono(match &row.value {
        Some(Value::String(text)) => text::shortened(text, HINT),
        value => text::shortened(&text::describe(value.as_ref()), HINT),
    }));
    if let Some(Some(was)) = &row.was {
        ui.label(mono(format!("was {}", text::shortened(&text::describe(Some(was)), HINT))).color(tokens.secondary));
    }
    if let Some(branch) = &row.branch {
        ui.label(
            mono(format!("what-if {}", text::shortened(&text::describe(Some(branch)), HINT))).color(tokens.what_if),
        );
    }
}

/// Puts a value on the clipboard: a text as it is, all else as JSON.
fn copy_value(value: Option<&Value>) -> Command {
    match value {
        None => Command::CopyText(String::new()),
        Some(Value::String(text)) => text::copy(text),
        Some(value) => text::copy_json(value),
    }
}

/// A line in words: `balance 10, was 30`.
fn name(row: &Row, branch: bool) -> String {
    let pinned = if row.kind == Kind::Pinned { "pinned " } else { "" };
    let mut words = format!("{pinned}{} {}", row.path, text::describe(row.value.as_ref()));
    if let Some(Some(was)) = &row.was {
        words += &format!(", was {}", text::describe(Some(was)));
    } else if row.was.is_some() {
        words += ", new";
    }
    if branch {
        words += &format!(", what-if {}", text::describe(row.branch.as_ref()));
    }
    words
}

/// The value, behind what it was before if the last event changed it.
fn value_job(
    value: Option<&Value>,
    was: Option<&Option<Value>>,
    colour: Color32,
    tokens: &theme::Tokens,
    room: f32,
) -> LayoutJob {
    /// Width of a character.
    const ONE: f32 = 7.3;
    let mut job = LayoutJob::default();
    let format =
        |colour: Color32| TextFormat { font_id: theme::mono(theme::MONO), color: colour, ..Default::default() };
    let now = shown(value);
    if let Some(Some(was)) = was {
        let mut was = shown(Some(was));
        let same = was == now;
        // `2 → 3 items`: what they are is said once.
        if let (Some((count, what)), Some((_, unit))) = (was.split_once(' '), now.split_once(' '))
            && is_container(value)
            && what.trim_end_matches('s') == unit.trim_end_matches('s')
        {
            was = count.to_owned();
        }
        // What was is only a hint beside what is: it must not push that out of sight.
        let left = ((room / ONE) as usize).saturating_sub(now.chars().count() + 2);
        if !same && (left >= 4 || left >= was.chars().count()) {
            let mut struck = format(tokens.secondary);
            struck.strikethrough = Stroke::new(1.0, tokens.secondary);
            job.append(&text::shortened(&was, left), 0.0, struck);
            job.append(" ", 0.0, format(colour));
        }
    }
    // What only the other side has is a difference like any other.
    let missing = matches!(value, None | Some(Value::Null)) && colour != tokens.what_if;
    job.append(&now, 0.0, format(if missing { tokens.secondary } else { colour }));
    job
}

fn is_container(value: Option<&Value>) -> bool {
    value.is_some_and(|value| !value.is_leaf())
}

/// A value in one short line.
fn shown(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) if text.is_empty() => "\"\"".to_owned(),
        value => text::describe(value),
    }
}

fn paint(ui: &egui::Ui, left_middle: egui::Pos2, room: f32, mut job: LayoutJob) -> Arc<Galley> {
    job.wrap = TextWrapping::truncate_at_width(room.max(8.0));
    let galley = ui.painter().layout_job(job);
    let at = pos2(left_middle.x, left_middle.y - galley.size().y / 2.0);
    ui.painter().galley(at, galley.clone(), Color32::PLACEHOLDER);
    galley
}

/// Gives the line at `at` the keyboard's focus.
pub fn focus(ui: &egui::Ui, tree: &Tree, look: &Look<'_>, at: usize) {
    if let Some(row) = tree.rows().get(at) {
        let id = look.id(row);
        ui.memory_mut(|memory| {
            memory.request_focus(id);
            // The arrow that led here leads no further.
            memory.move_focus(egui::FocusDirection::None);
        });
        ui.request_repaint();
    }
}

/// The first line that can have the focus, from a place on, onwards or back.
pub fn focusable(tree: &Tree, mut at: usize, onwards: bool) -> Option<usize> {
    loop {
        let row = tree.rows().get(at)?;
        if row.kind != Kind::Title {
            return Some(at);
        }
        at = if onwards { at + 1 } else { at.checked_sub(1)? };
    }
}

/// What keys do while a line has the focus; gives the line that the focus went to, to be scrolled into sight.
pub fn keys(
    ui: &egui::Ui,
    tree: &Tree,
    look: &Look<'_>,
    last: &mut Option<usize>,
    asks: &mut Vec<Ask>,
) -> Option<usize> {
    let focused = ui.memory(egui::Memory::focused)?;
    let at = (*last)?;
    let row = tree.rows().get(at).filter(|row| look.id(row) == focused)?;
    let arrows = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(focused, arrows));
    let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let parent = || {
        let up = row.path.0.split_last().map(|(_, parent)| parent)?;
        tree.rows()[..at].iter().rposition(|above| above.kind == Kind::Value && above.path.0 == up)
    };
    let is_value = matches!(row.kind, Kind::Value | Kind::Pinned);
    let opens = row.opens && row.kind == Kind::Value;
    let to = if pressed(Key::ArrowDown) {
        focusable(tree, at + 1, true)
    } else if pressed(Key::ArrowUp) {
        at.checked_sub(1).and_then(|above| focusable(tree, above, false))
    } else if pressed(Key::Home) {
        focusable(tree, 0, true)
    } else if pressed(Key::End) {
        focusable(tree, tree.rows().len().saturating_sub(1), false)
    } else if pressed(Key::ArrowRight) {
        if opens && !row.is_open {
            asks.push(Ask::Open(row.path.clone(), true));
        }
        if row.is_open { focusable(tree, at + 1, true) } else { None }
    } else if pressed(Key::ArrowLeft) {
        if row.is_open {
            asks.push(Ask::Open(row.path.clone(), false));
            None
        } else {
            parent()
        }
    } else {
        None
    };
    if let Some(to) = to {
        focus(ui, tree, look, to);
        *last = Some(to);
    }
    if is_value && look.state.is_some() {
        if pressed(Key::Enter) {
            asks.push(Ask::Command(Command::ShowLife(row.path.clone())));
        }
        if pressed(Key::P) {
            asks.push(Ask::Command(Command::TogglePin(row.path.clone())));
        }
        if can_track(row) && pressed(Key::T) {
            asks.push(Ask::Command(look.toggle_track(&row.path)));
        }
    }
    if is_value && pressed(Key::C) {
        asks.push(Ask::Command(copy_value(row.value.as_ref())));
    }
    to
}

/// Does what lines asked for.
pub fn answer(asks: Vec<Ask>, tree: &mut Tree, queue: &mut Vec<Command>) {
    for ask in asks {
        match ask {
            Ask::Toggle(path) => tree.toggle(&path),
            Ask::Open(path, open) => tree.set_open(&path, open),
            Ask::More(path) => tree.show_more(&path),
            Ask::Command(command) => queue.push(command),
        }
    }
}
