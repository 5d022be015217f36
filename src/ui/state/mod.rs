//! The state at the cursor: a tree, what the last event changed in it, and beside it the what-if.

use std::collections::{BTreeMap, HashMap, HashSet};

use egui::{Color32, Rect, RichText, ScrollArea, Sense, Stroke, text::LayoutJob, vec2};

use crate::app::{App, Command, Document};
use crate::job::{Side, StateView, StoreKey};
use crate::model::{Event, Segment, Value, ValuePath, json, names};
use crate::replay::{Change, ProjectionKind};
use crate::ui::{ViewState, text, theme};

/// What is open in the panel.
#[derive(Default)]
pub struct StatePanelView {
    tree: Tree,
    payload: ShownPayload,
}

/// The tree's lines, kept until another state comes or a node is opened or closed.
#[derive(Default)]
pub struct Tree {
    /// Which containers are open; kept while scrubbing.
    open: HashSet<ValuePath>,
    rows: Vec<Row>,
    /// Of which state the rows are.
    edition: Option<(StoreKey, u64)>,
}

impl Tree {
    fn refresh(&mut self, edition: (StoreKey, u64), recorded: &Value, branch: Option<&Value>) {
        if self.edition != Some(edition) {
            self.edition = Some(edition);
            self.rows.clear();
            collect(Some(recorded), branch, &ValuePath::default(), 0, &self.open, &mut self.rows);
        }
    }
}

/// The selected event's payload as text: made once, not at each frame.
#[derive(Default)]
pub struct ShownPayload {
    of: Option<(StoreKey, u32)>,
    text: String,
}

impl ShownPayload {
    fn refresh(&mut self, of: (StoreKey, u32), event: &Event) {
        /// Bytes that are laid out; payloads can have a hundred million.
        const LONGEST: usize = 20_000;
        if self.of == Some(of) {
            return;
        }
        self.of = Some(of);
        self.text = match event.data.decoded() {
            Ok(value) => match json::to_pretty_text_up_to(&value, LONGEST) {
                (text, true) => text,
                (text, false) => format!("{text}…\n\nThe rest is not shown; `foldline events` has all of it."),
            },
            Err(why) => format!("Not readable: {} ({} bytes)", why.note, why.len),
        };
    }
}

/// A line of the tree.
struct Row {
    path: ValuePath,
    depth: usize,
    key: String,
    recorded: Option<Value>,
    branch: Option<Value>,
    opens: bool,
}

/// The whole panel.
pub fn state_ui(ui: &mut egui::Ui, app: &App, view: &mut ViewState, queue: &mut Vec<Command>) {
    let Some(document) = &app.document else { return };
    let tokens = theme::tokens(ui);
    let Some(stream) = &document.stream else {
        ui.label(RichText::new("No stream is selected").color(tokens.secondary));
        return;
    };
    if let Some(failure) = document.state.failure() {
        ui.label(RichText::new(format!("State of {stream}")).font(theme::strong(13.0)));
        ui.label(RichText::new(failure).color(tokens.bad));
        return;
    }
    let Some((shown, current)) = document.state.value() else {
        ui.label(RichText::new("Replaying…").color(tokens.secondary));
        return;
    };
    // A state of another stream or moment is never shown as if it were this one.
    if !current {
        ui.set_opacity(0.5);
    }
    header_ui(ui, shown);
    problems_ui(ui, &shown.baseline);
    ui.add_space(4.0);
    let edition = (document.opened.key, document.state.edition());
    let event_height = if document.event.is_some() { 190.0 } else { 0.0 };
    let height = (ui.available_height() - event_height).max(80.0);
    ui.allocate_ui(vec2(ui.available_width(), height), |ui| tree_ui(ui, shown, edition, &mut view.state.tree));
    if let Some(event) = document.event {
        event_ui(ui, document, event, &mut view.state.payload, queue);
    }
}

fn header_ui(ui: &mut egui::Ui, shown: &StateView) {
    let tokens = theme::tokens(ui);
    let automatic = shown.projection.kind == ProjectionKind::Automatic;
    let title = if automatic { "Last value of each field" } else { "State" };
    let title = RichText::new(format!("{title} of {}", shown.stream)).font(theme::strong(13.0));
    ui.add(egui::Label::new(title).truncate()).on_hover_text(&*shown.stream);
    let made_by = match shown.projection.kind {
        ProjectionKind::Automatic => "No projection is chosen: payloads are merged in order".to_owned(),
        ProjectionKind::Rules => format!("{} (rules)", shown.projection.title),
        ProjectionKind::Script => format!("{} (script)", shown.projection.title),
        ProjectionKind::Command => format!("{} (command)", shown.projection.title),
    };
    ui.label(RichText::new(made_by).font(theme::words(11.5)).color(tokens.secondary));
    let at = &shown.baseline.at;
    let mut moment = match (at.position, at.version) {
        (Some(position), Some(version)) => format!("v{version} · #{position} · "),
        (Some(position), None) => format!("#{position} · "),
        _ => "before the first event · ".to_owned(),
    };
    moment += &format!("event {} of {}", at.count, at.of);
    if let Some(time) = at.time {
        moment += &format!(" · {}", time.to_datetime().format("%Y-%m-%d %H:%M:%S"));
    }
    ui.label(RichText::new(moment).font(theme::mono(11.0)).color(tokens.secondary));
}

fn problems_ui(ui: &mut egui::Ui, side: &Side) {
    let tokens = theme::tokens(ui);
    if let Some(error) = &side.frame.error {
        ui.label(RichText::new(format!("Replay stopped: {error}")).color(tokens.bad));
    }
    if side.frame.skipped > 0 {
        let text = format!("{} events could not be read and were left out", side.frame.skipped);
        ui.label(RichText::new(text).color(tokens.bad));
    }
    for name in &side.broken {
        ui.label(RichText::new(format!("✖ {name}")).color(tokens.bad));
    }
}

fn tree_ui(ui: &mut egui::Ui, shown: &StateView, edition: (StoreKey, u64), tree: &mut Tree) {
    let tokens = theme::tokens(ui);
    let branch = shown.branch.as_ref();
    let changed: HashMap<&ValuePath, &Change> =
        shown.baseline.changes.iter().map(|change| (&change.path, change)).collect();
    let different: HashSet<&ValuePath> = shown.differences.iter().map(|change| &change.path).collect();
    let branch_value = branch.map(|side| &side.frame.state.value);
    tree.refresh(edition, &shown.baseline.frame.state.value, branch_value);
    let Tree { open, rows, .. } = tree;
    let mut toggled = None;
    let columns = Columns::new(ui.available_width(), branch.is_some());
    columns.header_ui(ui, branch.is_some());
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, theme::ROW - 4.0, rows.len(), |ui, range| {
        for row in &rows[range] {
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW - 4.0), Sense::click());
            let change = changed.get(&row.path).copied();
            let is_changed = change.is_some() || changed.keys().any(|path| path.0.starts_with(&row.path.0));
            let differs = branch.is_some()
                && (different.contains(&row.path) || different.iter().any(|path| path.0.starts_with(&row.path.0)));
            response.widget_info(|| {
                let mut text = format!("{} {}", row.path, text::describe(row.recorded.as_ref()));
                if branch.is_some() {
                    text += &format!(", what-if {}", text::describe(row.branch.as_ref()));
                }
                egui::WidgetInfo::labeled(egui::Role::Label, true, text)
            });
            if is_changed {
                ui.painter().rect_filled(rect, 0.0, theme::wash(tokens.now));
                let edge = Rect::from_min_size(rect.min - vec2(theme::MARGIN, 0.0), vec2(2.0, rect.height()));
                ui.painter().rect_filled(edge, 0.0, tokens.now);
            }
            if row.opens && response.clicked() {
                toggled = Some(row.path.clone());
            }
            let arrow = match (row.opens, open.contains(&row.path)) {
                (false, _) => "",
                (true, true) => "⏷ ",
                (true, false) => "⏵ ",
            };
            let key = simple(&format!("{arrow}{}", row.key), theme::words(13.0), tokens.secondary);
            columns.paint(ui, rect, 0, row.depth as f32 * 14.0, key);
            columns.paint(ui, rect, 1, 0.0, value_job(row.recorded.as_ref(), change, tokens.text, &tokens));
            if branch.is_some() {
                let colour = if differs { tokens.what_if } else { tokens.secondary };
                columns.paint(ui, rect, 2, 0.0, value_job(row.branch.as_ref(), None, colour, &tokens));
            }
            ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, tokens.hairline));
        }
    });
    if let Some(path) = toggled {
        if !open.remove(&path) {
            open.insert(path);
        }
        tree.edition = None;
    }
}

struct Columns {
    edges: [f32; 4],
}

impl Columns {
    fn new(width: f32, branch: bool) -> Self {
        let edges = if branch { [0.0, width * 0.34, width * 0.68, width] } else { [0.0, width * 0.4, width, width] };
        Self { edges }
    }

    fn header_ui(&self, ui: &mut egui::Ui, branch: bool) {
        let tokens = theme::tokens(ui);
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 22.0), Sense::hover());
        self.paint(ui, rect, 0, 0.0, simple("Field", theme::words(11.5), tokens.secondary));
        let title = if branch { "As recorded" } else { "Value" };
        self.paint(ui, rect, 1, 0.0, simple(title, theme::words(11.5), tokens.secondary));
        if branch {
            self.paint(ui, rect, 2, 0.0, simple("What-if", theme::words(11.5), tokens.what_if));
        }
        ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, tokens.hairline));
    }

    fn paint(&self, ui: &egui::Ui, rect: Rect, column: usize, indent: f32, mut job: LayoutJob) {
        let left = rect.left() + self.edges[column] + indent;
        let room = rect.left() + self.edges[column + 1] - left - 8.0;
        job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(10.0));
        let galley = ui.painter().layout_job(job);
        let at = egui::pos2(left, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, Color32::PLACEHOLDER);
    }
}

fn simple(text: &str, font: egui::FontId, colour: Color32) -> LayoutJob {
    LayoutJob::simple_singleline(text.to_owned(), font, colour)
}

/// The value, behind what it was before if the last event changed it.
fn value_job(value: Option<&Value>, change: Option<&Change>, colour: Color32, tokens: &theme::Tokens) -> LayoutJob {
    let mut job = LayoutJob::default();
    let format = |colour: Color32| egui::TextFormat { font_id: theme::mono(12.0), color: colour, ..Default::default() };
    if let Some(from) = change.and_then(|change| change.from.as_ref()) {
        let mut struck = format(tokens.secondary);
        struck.strikethrough = Stroke::new(1.0, tokens.secondary);
        job.append(&shortened(&text::describe(Some(from))), 0.0, struck);
        job.append(" ", 0.0, format(colour));
    }
    job.append(&text::describe(value), 0.0, format(colour));
    job
}

/// What was is only a hint beside what is: it must not push that out of sight.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 10;
    if text.chars().count() <= LONGEST {
        text.to_owned()
    } else {
        text.chars().take(LONGEST - 1).chain(['…']).collect()
    }
}

fn children(value: Option<&Value>) -> Vec<(Segment, &Value)> {
    match value {
        Some(Value::Object(object)) => {
            object.iter().map(|(key, slot)| (Segment::Key(key.clone()), &slot.value)).collect()
        }
        Some(Value::List(list)) => {
            list.iter().enumerate().map(|(at, slot)| (Segment::Index(at), &slot.value)).collect()
        }
        _ => Vec::new(),
    }
}

fn collect(
    recorded: Option<&Value>,
    branch: Option<&Value>,
    path: &ValuePath,
    depth: usize,
    open: &HashSet<ValuePath>,
    rows: &mut Vec<Row>,
) {
    let of_branch: BTreeMap<Segment, &Value> = children(branch).into_iter().collect();
    let mut keys: Vec<Segment> = children(recorded).into_iter().map(|(key, _)| key).collect();
    let known: HashSet<&Segment> = keys.iter().collect();
    let only_branch: Vec<Segment> =
        children(branch).into_iter().map(|(key, _)| key).filter(|key| !known.contains(key)).collect();
    keys.extend(only_branch);
    let of_recorded: BTreeMap<Segment, &Value> = children(recorded).into_iter().collect();
    for key in keys {
        let path = path.join(key.clone());
        let (a, b) = (of_recorded.get(&key).copied(), of_branch.get(&key).copied());
        let opens = [a, b].into_iter().flatten().any(|value| !value.is_leaf());
        let name = match &key {
            Segment::Key(key) => key.to_string(),
            Segment::Index(index) => index.to_string(),
        };
        let is_open = opens && open.contains(&path);
        rows.push(Row { path: path.clone(), depth, key: name, recorded: a.cloned(), branch: b.cloned(), opens });
        if is_open {
            collect(a, b, &path, depth + 1, open, rows);
        }
    }
}

fn event_ui(ui: &mut egui::Ui, document: &Document, event: u32, shown: &mut ShownPayload, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let log = &document.opened.log;
    let info = log.event_type(log.type_of(event as usize));
    ui.add_space(6.0);
    let title = RichText::new(format!("Event #{} · {}", log.position(event as usize), names::humanised(&info.short)));
    ui.add(egui::Label::new(title.font(theme::strong(13.0))).truncate()).on_hover_text(&*info.name);
    let Some(full) = document.rows.get(&event).map(|row| &row.event) else {
        match document.rows_asked.failure() {
            Some(failure) => {
                ui.label(RichText::new(failure).color(tokens.bad));
            }
            None => queue.push(Command::WantRows(vec![event])),
        }
        return;
    };
    shown.refresh((document.opened.key, event), full);
    ScrollArea::vertical().id_salt("payload").auto_shrink(false).show(ui, |ui| {
        let text = shown.text.as_str();
        ui.add(egui::Label::new(RichText::new(text).font(theme::mono(12.0))).selectable(true).wrap());
        if let Some(user) = &full.user {
            ui.label(RichText::new(format!("by {user}")).color(tokens.secondary));
        }
    });
}
