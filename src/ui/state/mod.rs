//! The state at the cursor: a tree, what the last event changed in it, the life of a value, and the event itself.

mod compared;
mod detail;
mod facts;
mod header;
mod hex;
mod life;
mod projection_menu;
mod raw;
mod rows;
mod snapshots;
mod tree;

use std::collections::HashMap;
use std::path::PathBuf;

use egui::{Align, CursorIcon, EventFilter, Id, Key, Layout, Modifiers, Rect, Role, ScrollArea, Sense, Stroke};
use egui::{UiBuilder, WidgetInfo, vec2};

use crate::app::{App, Command, Document, Focus};
use crate::job::{StateView, StoreKey};
use crate::ui::{ViewState, theme};
use rows::{Columns, Look};
use tree::{Edition, Shown, Tree};

/// What is open in the panel.
#[derive(Default)]
pub struct StatePanelView {
    tree: Tree,
    columns: Columns,
    /// The line of the tree that last had the focus.
    focused: Option<usize>,
    /// The state as JSON, and whether that is shown.
    raw: raw::RawText,
    shows_raw: bool,
    heights: Heights,
    life: life::LifeListView,
    detail: detail::DetailView,
    snapshots: snapshots::SnapshotsList,
    /// The rule file of each store that was last in use: the way back from none.
    rules: HashMap<StoreKey, PathBuf>,
    /// Since when what is shown is older than the cursor, in the window's seconds.
    stale: Option<f64>,
}

/// How high parts are that the user has set.
#[derive(Default)]
struct Heights {
    tree: Option<f32>,
    life: Option<f32>,
}

/// Seconds until an old state is dimmed: less would flicker at every step.
const PATIENCE: f64 = 0.15;
/// Height between two parts, by which they are resized.
const SPLIT: f32 = 9.0;

/// The whole panel.
pub fn state_ui(ui: &mut egui::Ui, app: &App, view: &mut ViewState, queue: &mut Vec<Command>) {
    let Some(document) = &app.document else { return };
    let focus = view.focus == Some(Focus::State);
    let view = &mut view.state;
    ui.spacing_mut().item_spacing.y = theme::TIGHT;
    if let Some(rules) = &document.opened.rules {
        view.rules.insert(document.opened.key, rules.clone());
    }
    let Some(stream) = &document.stream else {
        let words = if document.opened.log.streams().is_empty() {
            "States are made of a stream's events, and this store has no streams."
        } else {
            "No stream is selected. Choose one in the list at the left."
        };
        header::note_ui(ui, words);
        return;
    };
    let rules = view.rules.get(&document.opened.key);
    let shown = document.state.value();
    let Some((shown, current)) = shown else {
        header::title_without_state_ui(ui, app, document, stream, rules, queue);
        detail_below_ui(ui, app, document, view, queue);
        return;
    };
    dim_what_is_old(ui, current, &mut view.stale);
    let mut opened =
        header::Opened { tree: &mut view.tree, shows_raw: &mut view.shows_raw, snapshots: &mut view.snapshots };
    header::header_ui(ui, app, document, shown, rules, &mut opened, queue);
    parts_ui(ui, app, document, shown, view, focus, queue);
}

/// An old state stays, with its own moment over it, and is dimmed if it stays for long.
fn dim_what_is_old(ui: &mut egui::Ui, current: bool, stale: &mut Option<f64>) {
    if current {
        *stale = None;
        return;
    }
    let now = ui.input(|input| input.time);
    let since = *stale.get_or_insert(now);
    if now - since >= PATIENCE {
        ui.set_opacity(0.55);
    } else {
        ui.request_repaint_after(std::time::Duration::from_secs_f64(PATIENCE));
    }
}

/// Room over the whole width of the panel, its margins too.
fn bleed<R>(ui: &mut egui::Ui, height: f32, add: impl FnOnce(&mut egui::Ui) -> R) -> R {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height.max(0.0)), Sense::hover());
    let rect = rect.expand2(vec2(theme::MARGIN, 0.0));
    let layout = Layout::top_down(Align::Min);
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).layout(layout));
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    child.spacing_mut().item_spacing.y = 0.0;
    add(&mut child)
}

/// Tree, life and event below each other. What they need decides, unless the user did.
fn parts_ui(
    ui: &mut egui::Ui,
    app: &App,
    document: &Document,
    shown: &StateView,
    view: &mut StatePanelView,
    focus: bool,
    queue: &mut Vec<Command>,
) {
    let edition = (document.opened.key, document.state.edition());
    let left = shown.left();
    let branch = shown.is_compared().then(|| &shown.right().frame.state.value);
    let frame = &left.frame;
    let contents = Shown {
        value: Some(&frame.state.value),
        before: Some(&frame.before.value),
        branch,
        changes: &left.changes,
        differences: &shown.differences,
        pins: &document.pins,
    };
    view.tree.refresh(edition, &contents);
    ui.spacing_mut().item_spacing.y = 0.0;
    let full = ui.available_height();
    let titles = if branch.is_some() && !view.shows_raw { 22.0 } else { 0.0 };
    let needs_tree = titles + rows::HEIGHT * view.tree.rows().len().max(1) as f32 + 2.0;
    let needs_tree = if view.shows_raw { full } else { needs_tree };
    let needs_life = document.life.as_ref().map(|life| life::height(life, document));
    let Parts { tree, life } = share(full, needs_tree, needs_life, document.event.is_some(), &view.heights);
    bleed(ui, tree, |ui| {
        if view.shows_raw {
            raw_state_ui(ui, edition, shown, &mut view.raw);
        } else {
            tree_ui(ui, document, branch.is_some(), view, focus, queue);
        }
    });
    // Only the state is old.
    ui.set_opacity(1.0);
    if let Some(life_view) = &document.life {
        split_ui(ui, "Resize the state", tree, &mut view.heights.tree);
        bleed(ui, life, |ui| life::life_ui(ui, app, document, life_view, &mut view.life, queue));
        if document.event.is_some() {
            split_ui(ui, "Resize the life of the value", life, &mut view.heights.life);
        }
    } else if document.event.is_some() {
        split_ui(ui, "Resize the state", tree, &mut view.heights.tree);
    }
    detail_below_ui(ui, app, document, view, queue);
}

fn detail_below_ui(
    ui: &mut egui::Ui,
    app: &App,
    document: &Document,
    view: &mut StatePanelView,
    queue: &mut Vec<Command>,
) {
    if let Some(event) = document.event {
        let height = ui.available_height();
        bleed(ui, height, |ui| detail::detail_ui(ui, app, document, event, &mut view.detail, queue));
    }
}

/// How high the parts are; the event has the rest.
#[derive(Debug, PartialEq)]
struct Parts {
    tree: f32,
    life: f32,
}

fn share(full: f32, tree: f32, life: Option<f32>, event: bool, set: &Heights) -> Parts {
    const LEAST: f32 = 60.0;
    let splits = SPLIT * (u8::from(life.is_some()) + u8::from(event)) as f32;
    let least_event = if event { (full * 0.36).clamp(110.0, 300.0) } else { 0.0 };
    let room = full - splits - least_event;
    let by_need = match life {
        None => tree.min(room),
        Some(life) => tree.min((room - life).max(room * 0.56)),
    };
    // What a user has set holds as far as the other parts keep a little.
    let others = if event { LEAST } else { 0.0 } + if life.is_some() { LEAST } else { 0.0 };
    let most = (full - splits - others).max(LEAST);
    let tree = if event || life.is_some() { set.tree.unwrap_or(by_need).clamp(LEAST.min(most), most) } else { full };
    let left = full - splits - tree;
    let life = life.map_or(0.0, |need| {
        if !event {
            return left;
        }
        let by_need = need.min((left - least_event).max(LEAST));
        set.life.unwrap_or(by_need).clamp(LEAST.min(left), (left - LEAST).max(LEAST))
    });
    Parts { tree, life }
}

/// The line between two parts: dragging it, or the arrow keys on it, resize what is above; a double click lets the
/// contents decide again.
fn split_ui(ui: &mut egui::Ui, name: &str, above: f32, height: &mut Option<f32>) {
    let id = Id::unique(("split", name));
    bleed(ui, SPLIT, |ui| {
        let rect = ui.max_rect();
        let response = ui.interact(rect, id, Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Splitter, true, name));
        let tokens = theme::tokens(ui);
        let lit = response.hovered() || response.dragged();
        let line = Stroke::new(1.0, if lit { tokens.faint } else { tokens.hairline });
        ui.painter().hline(rect.x_range(), rect.center().y, line);
        theme::focus_ring(ui, &response);
        if response.has_focus() {
            let arrows = EventFilter { vertical_arrows: true, ..EventFilter::default() };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(id, arrows));
            for (key, by) in [(Key::ArrowUp, -theme::ROW), (Key::ArrowDown, theme::ROW)] {
                if ui.input_mut(|input| input.consume_key(Modifiers::NONE, key)) {
                    *height = Some(above + by);
                }
            }
        }
        if response.dragged() {
            *height = Some(above + response.drag_delta().y);
        }
        if response.double_clicked() {
            *height = None;
        }
        response.on_hover_and_drag_cursor(CursorIcon::ResizeVertical);
    });
}

fn tree_ui(
    ui: &mut egui::Ui,
    document: &Document,
    branch: bool,
    view: &mut StatePanelView,
    focus: bool,
    queue: &mut Vec<Command>,
) {
    let width = ui.available_width();
    view.columns.fit(ui, &view.tree, width, branch);
    let look = Look { salt: "state", columns: view.columns, branch, state: Some(document) };
    if branch {
        view.columns.titles_ui(ui, document.against_name(), document.active_scenario().draft.name());
    }
    if view.tree.rows().is_empty() {
        ui.horizontal(|ui| {
            ui.add_space(theme::MARGIN);
            header::note_ui(ui, "Nothing is there yet.");
        });
        return;
    }
    let mut asks = Vec::new();
    let mut to = rows::keys(ui, &view.tree, &look, &mut view.focused, &mut asks);
    if focus {
        to = rows::focusable(&view.tree, 0, true);
        view.focused = to;
        rows::focus(ui, &view.tree, &look, to.unwrap_or_default());
    }
    let (tree, focused) = (&view.tree, &mut view.focused);
    let mut area = ScrollArea::vertical().id_salt("state tree").auto_shrink(false);
    if let Some(to) = to {
        let height = ui.available_height();
        let offset = scroll_offset(ui, "state tree").unwrap_or(0.0);
        let y = to as f32 * rows::HEIGHT;
        if y < offset || y + rows::HEIGHT > offset + height {
            area = area.vertical_scroll_offset((y - height / 2.0).max(0.0));
        }
    }
    let out = area.show_rows(ui, rows::HEIGHT, tree.rows().len(), |ui, range| {
        let start = ui.max_rect().min;
        for (place, at) in range.enumerate() {
            let min = egui::pos2(start.x, start.y + place as f32 * rows::HEIGHT);
            let rect = Rect::from_min_size(min, vec2(ui.available_width(), rows::HEIGHT));
            if rows::row_ui(ui, rect, &tree.rows()[at], &look, &mut asks) {
                *focused = Some(at);
            }
        }
    });
    keep_scroll_offset(ui, "state tree", out.state.clamped_offset().y);
    rows::answer(asks, &mut view.tree, queue);
}

/// Where a list was scrolled to in the frame before.
fn scroll_offset(ui: &egui::Ui, list: &'static str) -> Option<f32> {
    ui.data(|data| data.get_temp(Id::unique(("offset", list))))
}

fn keep_scroll_offset(ui: &egui::Ui, list: &'static str, offset: f32) {
    ui.data_mut(|data| data.insert_temp(Id::unique(("offset", list)), offset));
}

/// The state as JSON.
fn raw_state_ui(ui: &mut egui::Ui, edition: Edition, shown: &StateView, raw: &mut raw::RawText) {
    let width = ui.available_width() - 2.0 * theme::MARGIN;
    raw.refresh(edition, &shown.left().frame.state.value, raw::columns(ui, width));
    let mut more = false;
    ScrollArea::vertical().id_salt("state as JSON").auto_shrink(false).show_viewport(ui, |ui, seen| {
        let rest = raw.rest();
        let height = raw.len() as f32 * raw::LINE + if rest.is_some() { theme::ROW } else { 0.0 };
        ui.set_height(height + 2.0 * theme::TIGHT);
        let top = ui.max_rect().min + vec2(theme::MARGIN, theme::TIGHT);
        let first = ((seen.min.y - theme::TIGHT) / raw::LINE).floor().max(0.0) as usize;
        let last = ((seen.max.y / raw::LINE).ceil().max(0.0) as usize).min(raw.len());
        raw::lines_ui(ui, raw, first.min(last)..last, top, width);
        if let Some((words, can_grow)) = rest {
            let at = top + vec2(0.0, raw.len() as f32 * raw::LINE);
            more = raw::rest_ui(ui, Rect::from_min_size(at, vec2(width, theme::ROW)), &words, can_grow);
        }
    });
    if more {
        raw.show_more();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_states_leave_their_room_to_the_event() {
        let set = Heights::default();
        let Parts { tree, life } = share(600.0, 100.0, None, true, &set);
        assert_eq!((tree, life), (100.0, 0.0));
        let Parts { tree, life } = share(600.0, 100.0, Some(120.0), true, &set);
        assert_eq!((tree, life), (100.0, 120.0));
    }

    #[test]
    fn nothing_is_squeezed_out_of_a_small_window() {
        for full in [200.0, 300.0, 400.0, 900.0] {
            for life in [None, Some(90.0), Some(9_000.0)] {
                let Parts { tree, life: high } = share(full, 9_000.0, life, true, &Heights::default());
                let event = full - tree - high - SPLIT * if life.is_some() { 2.0 } else { 1.0 };
                assert!(tree >= 40.0 && event >= 40.0, "{full}: {tree} {high} {event}");
                assert!(life.is_none() || high >= 40.0, "{full}: {high}");
            }
        }
    }

    #[test]
    fn what_the_user_set_holds_as_far_as_there_is_room() {
        let set = Heights { tree: Some(300.0), life: None };
        assert_eq!(share(600.0, 100.0, None, true, &set).tree, 300.0);
        let set = Heights { tree: Some(5_000.0), life: Some(5_000.0) };
        let Parts { tree, life } = share(600.0, 100.0, Some(100.0), true, &set);
        assert!(tree + life + 2.0 * SPLIT <= 600.0 - 59.0, "{tree} {life}");
    }

    #[test]
    fn alone_the_state_has_all_the_room() {
        assert_eq!(share(600.0, 100.0, None, false, &Heights::default()), Parts { tree: 600.0, life: 0.0 });
    }
}
