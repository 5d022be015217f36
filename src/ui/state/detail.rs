//! The selected event in full: what it says, who caused it and why, its ids, its metadata.

use std::ops::Range;
use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Align, Color32, Id, Label, Layout, Rect, RichText, Role, ScrollArea, Sense, Stroke, UiBuilder, WidgetInfo};
use egui::{StrokeKind, pos2, vec2};

use super::facts::{Fact, Leads, facts};
use super::header;
use super::hex::Pages;
use super::raw::{self, LINE, RawText};
use super::rows::{self, Columns, Look};
use super::tree::{Shown, Tree};
use crate::app::{App, Command, Document};
use crate::job::{EventRow, StoreKey};
use crate::model::{Payload, Unreadable, Value, names};
use crate::ui::{icons, text, theme};

/// Height of a fact.
const FACT: f32 = 26.0;
/// Stored text longer than this is shown as it is: decoding it would hold up the window.
const LONGEST_DECODED: usize = 1 << 20;
/// Padding of the box around JSON.
const PAD: f32 = 8.0;

/// What is open of the event, and what was made of it: once, not at each frame.
#[derive(Default)]
pub struct DetailView {
    shows_raw: bool,
    metadata_open: bool,
    of: Option<(StoreKey, u32, u64, chrono_tz::Tz)>,
    event: Option<(StoreKey, u32)>,
    payload: Part,
    metadata: Part,
    facts: Vec<Fact>,
    /// What was last scrolled.
    scrolled: Option<(StoreKey, u32)>,
}

/// A value as tree and as text.
#[derive(Default)]
pub(super) struct Part {
    content: Content,
    tree: Tree,
    columns: Columns,
    raw: RawText,
    pages: Pages,
    focused: Option<usize>,
}

/// What there is to be shown.
#[derive(Default)]
pub(super) enum Content {
    #[default]
    Nothing,
    Value(Value),
    /// Stored text that is too long to be decoded here.
    Text(Arc<[u8]>),
    /// Bytes that can't be read, and why.
    Unreadable(Arc<Unreadable>, String),
}

impl Content {
    fn of(data: &Payload, what: &str) -> Self {
        match data {
            Payload::Value(value) => Self::Value(value.clone()),
            Payload::Text(text) if text.len() > LONGEST_DECODED => Self::Text(text.clone()),
            data => match data.decoded() {
                Ok(value) => Self::Value(value.into_owned()),
                Err(why) => {
                    let mut size = text::counted(why.len, "byte");
                    if why.raw.len() < why.len {
                        size += &format!(", of which the first {} are shown", text::grouped(why.raw.len()));
                    }
                    let words = format!("This {what} can't be read: {}. It has {size}.", why.note);
                    Self::Unreadable(why, words)
                }
            },
        }
    }
}

impl Part {
    /// Something that was read; `what` is what it is called.
    pub(super) fn of(data: &Payload, what: &str) -> Self {
        Self { content: Content::of(data, what), ..Self::default() }
    }

    /// What there is to be shown.
    pub(super) fn content(&self) -> &Content {
        &self.content
    }

    /// Makes what is to be shown; gives how many lines that is, and how high each.
    pub(super) fn lines(&mut self, ui: &egui::Ui, of: (StoreKey, u64), shows_raw: bool, width: f32) -> (usize, f32) {
        let columns = raw::columns(ui, width - 2.0 * theme::MARGIN - 2.0 * PAD);
        match &self.content {
            Content::Nothing => (0, LINE),
            Content::Unreadable(why, _) => (self.pages.fit(why.raw.len(), columns), LINE),
            Content::Text(bytes) => {
                self.raw.refresh_bytes(of, bytes, columns);
                (self.raw.len(), LINE)
            }
            Content::Value(value) if shows_raw || value.is_leaf() => {
                self.raw.refresh(of, value, columns);
                (self.raw.len(), LINE)
            }
            Content::Value(value) => {
                self.tree.refresh(of, &Shown { value: Some(value), ..Shown::default() });
                self.columns.fit(ui, &self.tree, width, false);
                (self.tree.rows().len(), rows::HEIGHT)
            }
        }
    }

    fn is_tree(&self, shows_raw: bool) -> bool {
        matches!(&self.content, Content::Value(value) if !shows_raw && !value.is_leaf())
    }

    fn is_text(&self, shows_raw: bool) -> bool {
        match &self.content {
            Content::Value(_) => !self.is_tree(shows_raw),
            Content::Text(_) => true,
            _ => false,
        }
    }

    /// What its text lacks, where it is shown as text.
    fn rest(&self, shows_raw: bool) -> Option<(String, bool)> {
        if self.is_text(shows_raw) { self.raw.rest() } else { None }
    }

    fn lines_ui(
        &mut self,
        ui: &mut egui::Ui,
        salt: &'static str,
        shows_raw: bool,
        range: Range<usize>,
        rect: Rect,
        queue: &mut Vec<Command>,
    ) {
        if self.is_tree(shows_raw) {
            let look = Look { salt, columns: self.columns, branch: false, state: None };
            let mut asks = Vec::new();
            rows::keys(ui, &self.tree, &look, &mut self.focused, &mut asks);
            for at in range {
                let min = pos2(rect.left(), rect.top() + at as f32 * rows::HEIGHT);
                let line = Rect::from_min_size(min, vec2(rect.width(), rows::HEIGHT));
                if rows::row_ui(ui, line, &self.tree.rows()[at], &look, &mut asks) {
                    self.focused = Some(at);
                }
            }
            rows::answer(asks, &mut self.tree, queue);
            return;
        }
        let inner = rect.shrink2(vec2(theme::MARGIN + PAD, 0.0));
        match &self.content {
            Content::Unreadable(why, _) => {
                for at in range {
                    let rect = Rect::from_min_size(inner.min + vec2(0.0, at as f32 * LINE), vec2(inner.width(), LINE));
                    let layout = Layout::left_to_right(Align::Center);
                    ui.scope_builder(UiBuilder::new().max_rect(rect).layout(layout).id_salt(("hex", at)), |ui| {
                        let text = RichText::new(self.pages.line(&why.raw, at)).font(theme::mono(theme::MONO));
                        ui.add(Label::new(text).selectable(true).extend());
                    });
                }
            }
            _ => raw::lines_ui(ui, &self.raw, range, inner.min, inner.width()),
        }
    }
}

impl DetailView {
    fn refresh(&mut self, app: &App, document: &Document, event: u32, row: &EventRow) {
        let of = (document.opened.key, event, document.rows_asked.edition(), app.zone());
        if self.of == Some(of) {
            return;
        }
        self.of = Some(of);
        if self.event != Some((of.0, event)) {
            self.event = Some((of.0, event));
            let full = &row.event;
            self.payload.content = Content::of(&full.data, "payload");
            self.payload.pages = Pages::default();
            self.metadata.content = match &full.metadata {
                Value::Null => Content::Nothing,
                metadata => Content::Value(metadata.clone()),
            };
        }
        self.facts = facts(app, document, event, row);
    }
}

/// The whole section.
pub fn detail_ui(
    ui: &mut egui::Ui,
    app: &App,
    document: &Document,
    event: u32,
    view: &mut DetailView,
    queue: &mut Vec<Command>,
) {
    let row = document.rows.get(&event);
    title_ui(ui, document, event, row, view, queue);
    let inner = ui.available_rect_before_wrap().shrink2(vec2(theme::MARGIN, 0.0));
    let Some(row) = row else {
        ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| match document.rows_asked.failure() {
            Some(failure) => header::problem_ui(ui, icons::ERROR, failure),
            None => {
                header::note_ui(ui, "Reading the event…");
                queue.push(Command::WantRows(vec![event]));
            }
        });
        return;
    };
    view.refresh(app, document, event, row);
    ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| {
        ui.spacing_mut().item_spacing.y = theme::TIGHT;
        if let Some(sentence) = &row.sentence {
            ui.add(Label::new(text::shortened(sentence, 300)).wrap());
        }
        if let Content::Unreadable(_, why) = &view.payload.content {
            header::problem_ui(ui, icons::ERROR, why);
        }
        ui.add_space(2.0);
    });
    contents_ui(ui, (document.opened.key, event), view, queue);
}

fn title_ui(
    ui: &mut egui::Ui,
    document: &Document,
    event: u32,
    row: Option<&EventRow>,
    view: &mut DetailView,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    let log = &document.opened.log;
    let info = log.event_type(log.type_of(event as usize));
    let rect = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), theme::ROW + 2.0));
    ui.allocate_rect(rect, Sense::hover());
    let inner = rect.shrink2(vec2(theme::MARGIN, 0.0));
    let layout = Layout::right_to_left(Align::Center);
    ui.scope_builder(UiBuilder::new().max_rect(inner).layout(layout), |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let hint = "Show payload and metadata as JSON";
        if icons::icon_toggle(ui, icons::BRACES, "Event as JSON", hint, view.shows_raw).clicked() {
            view.shows_raw = !view.shows_raw;
        }
        if let Some(row) = row
            && icons::icon_button(ui, icons::COPY, "Copy the payload as JSON", "Copy the payload as JSON").clicked()
        {
            queue.push(copy_payload(row));
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let mut job = LayoutJob::default();
            let format = |colour| TextFormat::simple(theme::strong(theme::BODY), colour);
            job.append(&format!("Event #{} · ", log.position(event as usize)), 0.0, format(tokens.secondary));
            job.append(&names::type_words(&info.short), 0.0, format(tokens.text));
            ui.add(Label::new(job).truncate()).on_hover_text(names::shown_type(&info.name));
        });
    });
}

/// Puts the payload on the clipboard.
fn copy_payload(row: &EventRow) -> Command {
    match &row.event.data {
        Payload::Text(stored) => match std::str::from_utf8(stored) {
            Ok(stored) => text::copy(stored),
            Err(_) => text::copy(&String::from_utf8_lossy(stored)),
        },
        Payload::Value(value) => text::copy_json(value),
        Payload::Unreadable(why) => text::copy(&String::from_utf8_lossy(&why.raw)),
    }
}

/// Payload, facts and metadata in one list, of which only what is in sight is laid out.
fn contents_ui(ui: &mut egui::Ui, of: (StoreKey, u32), view: &mut DetailView, queue: &mut Vec<Command>) {
    let width = ui.available_width();
    let raw = view.shows_raw;
    let edition = (of.0, u64::from(of.1));
    let (payload_lines, payload_height) = view.payload.lines(ui, edition, raw, width);
    let (metadata_lines, metadata_height) = view.metadata.lines(ui, edition, raw, width);
    let has_metadata = !matches!(view.metadata.content, Content::Nothing);
    let mut area = ScrollArea::vertical().id_salt("event").auto_shrink(false);
    if view.scrolled != Some(of) {
        view.scrolled = Some(of);
        area = area.vertical_scroll_offset(0.0);
    }
    area.show_viewport(ui, |ui, seen| {
        let origin = ui.max_rect().min;
        let mut y = 0.0;
        let part = Drawn { seen, origin, width, raw };
        part.ui(ui, "payload", &mut view.payload, payload_lines, payload_height, &mut y, queue);
        y += theme::TIGHT;
        for (at, fact) in view.facts.iter().enumerate() {
            if part.is_seen(y, FACT) {
                let rect = Rect::from_min_size(origin + vec2(0.0, y), vec2(width, FACT));
                fact_ui(ui, rect, at, fact, queue);
            }
            y += FACT;
        }
        if has_metadata {
            if part.is_seen(y, theme::ROW) {
                let rect = Rect::from_min_size(origin + vec2(0.0, y), vec2(width, theme::ROW));
                metadata_title_ui(ui, rect, &view.metadata.content, &mut view.metadata_open);
            }
            y += theme::ROW;
            if view.metadata_open {
                part.ui(ui, "metadata", &mut view.metadata, metadata_lines, metadata_height, &mut y, queue);
            }
        }
        ui.set_height(y + theme::GAP);
    });
}

/// Where in the list things are drawn.
pub(super) struct Drawn {
    pub seen: Rect,
    pub origin: egui::Pos2,
    pub width: f32,
    pub raw: bool,
}

impl Drawn {
    fn is_seen(&self, y: f32, height: f32) -> bool {
        y + height >= self.seen.top() && y <= self.seen.bottom()
    }

    #[expect(clippy::too_many_arguments, reason = "what is drawn, and where")]
    pub(super) fn ui(
        &self,
        ui: &mut egui::Ui,
        salt: &'static str,
        part: &mut Part,
        lines: usize,
        height: f32,
        y: &mut f32,
        queue: &mut Vec<Command>,
    ) {
        let boxed = !part.is_tree(self.raw) && lines > 0;
        let rest = part.rest(self.raw);
        if let Content::Unreadable(why, _) = &part.content
            && Pages::has_more(why.raw.len())
        {
            if self.is_seen(*y, theme::ROW + theme::TIGHT) {
                let min = self.origin + vec2(theme::MARGIN, *y);
                let rect = Rect::from_min_size(min, vec2(self.width - 2.0 * theme::MARGIN, theme::ROW));
                part.pages.ui(ui, rect, salt, why.raw.len());
            }
            *y += theme::ROW + theme::TIGHT;
        }
        let start = *y;
        let inset = if boxed { PAD } else { 0.0 };
        let all = lines as f32 * height;
        *y += all + 2.0 * inset;
        if boxed {
            let tokens = theme::tokens(ui);
            let min = self.origin + vec2(theme::MARGIN, start);
            let rect = Rect::from_min_size(min, vec2(self.width - 2.0 * theme::MARGIN, *y - start));
            let line = Stroke::new(1.0, tokens.hairline);
            ui.painter().rect(rect, theme::RADIUS, tokens.background, line, StrokeKind::Inside);
        }
        let top = start + inset;
        let first = ((self.seen.top() - top) / height).floor().max(0.0) as usize;
        let last = (((self.seen.bottom() - top) / height).ceil().max(0.0) as usize).min(lines);
        let rect = Rect::from_min_size(self.origin + vec2(0.0, top), vec2(self.width, all));
        part.lines_ui(ui, salt, self.raw, first.min(last)..last, rect, queue);
        if let Some((words, can_grow)) = rest {
            if self.is_seen(*y, theme::ROW) {
                let min = self.origin + vec2(theme::MARGIN, *y);
                let rect = Rect::from_min_size(min, vec2(self.width - 2.0 * theme::MARGIN, theme::ROW));
                if raw::rest_ui(ui, rect, &words, can_grow) {
                    part.raw.show_more();
                }
            }
            *y += theme::ROW;
        }
    }
}

fn metadata_title_ui(ui: &mut egui::Ui, rect: Rect, content: &Content, open: &mut bool) {
    let tokens = theme::tokens(ui);
    let response = ui.interact(rect, Id::unique("metadata of the event"), Sense::click());
    let count = match content {
        Content::Value(value) => text::describe(Some(value)),
        _ => String::new(),
    };
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, *open, "Metadata"));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_expanded(*open));
    let lit = response.hovered() || response.has_focus();
    let colour = if lit { tokens.text } else { tokens.secondary };
    let left = rect.left() + theme::MARGIN;
    let arrow = if *open { icons::CHEVRON_DOWN } else { icons::CHEVRON_RIGHT };
    let place = Rect::from_center_size(pos2(left + 5.0, rect.center().y), vec2(12.0, 12.0));
    icons::paint(ui, place, arrow, 13.0, colour);
    let at = pos2(left + 16.0, rect.center().y);
    let words = ui.painter().text(at, egui::Align2::LEFT_CENTER, "Metadata", theme::strong(theme::BODY), colour);
    let at = pos2(words.right() + theme::GAP, rect.center().y);
    ui.painter().text(at, egui::Align2::LEFT_CENTER, count, theme::mono(theme::SMALL), tokens.secondary);
    theme::focus_ring(ui, &response);
    if response.clicked() {
        *open = !*open;
    }
}

fn fact_ui(ui: &mut egui::Ui, rect: Rect, at: usize, fact: &Fact, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let (left, right) = (rect.left() + theme::MARGIN, rect.right() - theme::MARGIN);
    let middle = rect.center().y;
    let names = rows::least_name(rect.width());
    let name = ui.painter().layout_no_wrap(fact.name.to_owned(), theme::words(theme::BODY), tokens.secondary);
    ui.painter().galley(pos2(left, middle - name.size().y / 2.0), name, tokens.secondary);
    let copy = fact.copy.is_some();
    let room = right - left - names - if copy { 26.0 } else { 0.0 };
    let font = if fact.mono { theme::mono(theme::MONO) } else { theme::words(theme::BODY) };
    let leads = fact.leads.is_some();
    let underline = if leads { Stroke::new(1.0, tokens.text) } else { Stroke::NONE };
    let format = TextFormat { font_id: font, color: tokens.text, underline, ..TextFormat::default() };
    let mut job = LayoutJob::default();
    job.append(&fact.text, 0.0, format);
    job.wrap = TextWrapping::truncate_at_width(room.max(20.0));
    let galley = ui.painter().layout_job(job);
    let place = pos2(left + names, middle - galley.size().y / 2.0);
    let shown = Rect::from_min_size(place, galley.size());
    let elided = galley.elided;
    ui.painter().galley(place, galley, Color32::PLACEHOLDER);
    let id = Id::unique(("fact", at));
    let response = if let Some(leads) = &fact.leads {
        let response = ui.interact(shown.expand(2.0), id, Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Link, true, format!("{}: {}", fact.name, fact.text)));
        theme::focus_ring(ui, &response);
        if response.clicked() {
            queue.push(match leads {
                Leads::Cause(id) => Command::FollowCause(id.clone()),
                Leads::Event(event) => Command::JumpTo(*event),
                Leads::Search(query) => Command::Search(query.clone()),
            });
        }
        response.on_hover_cursor(egui::CursorIcon::PointingHand)
    } else {
        let response = ui.interact(shown, id, Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{} {}", fact.name, fact.text)));
        response
    };
    match (&fact.hover, elided) {
        (Some(hover), _) => drop(response.on_hover_text(hover)),
        (None, true) => drop(response.on_hover_text(text::shortened(&fact.text, 2000))),
        (None, false) => {}
    }
    let Some(copied) = &fact.copy else { return };
    let square = Rect::from_center_size(pos2(right - 11.0, middle), vec2(23.0, 23.0));
    let response = ui.interact(square, id.with("copy"), Sense::click());
    let name = format!("Copy the {}", fact.name.to_lowercase());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let lit = response.hovered() || response.has_focus();
    icons::paint(ui, square, icons::COPY, 13.0, if lit { tokens.text } else { tokens.secondary });
    theme::focus_ring(ui, &response);
    if response.on_hover_text(&name).clicked() {
        queue.push(Command::CopyText(copied.to_string()));
    }
}
