//! The window's frame: which panels there are, how large they are, and where the keyboard's focus is.

use egui::{CentralPanel, Frame, Margin, Panel, Rect, Role, Sense, Stroke, StrokeKind, WidgetInfo, vec2};

use super::{ViewState, events, icons, notices, state, status_bar, streams, theme, timeline, top_bar, welcome};
use crate::app::actions::action;
use crate::app::{App, Command, Focus, PanelName};

/// Below this width there is room for one panel beside the timeline, in points.
const NARROW: f32 = 760.0;
/// Below this height there is no room for the events, in points.
const LOW: f32 = 420.0;

/// Where the panels are.
#[derive(Default)]
pub struct ShellView {
    /// The panel that is shown where there is room for one only.
    preferred: Option<PanelName>,
    /// Panels that the user wants and that there is no room for.
    crowded_out: Vec<PanelName>,
    /// Where each panel was in the last frame.
    places: Vec<(Focus, Rect)>,
    /// Where the focus was in the last frame.
    focused: Option<Focus>,
    /// The upper edge of the status bar.
    pub(super) bottom: f32,
    /// How large the window was in the last frame.
    size: egui::Vec2,
}

impl ShellView {
    /// Which panel what has the focus is in; the timeline where nothing has it.
    pub(super) fn focused_panel(&self, ui: &egui::Ui) -> Focus {
        let Some(place) = self.focused_rect(ui) else { return Focus::Timeline };
        let found = self.places.iter().find(|(_, panel)| panel.contains(place.center()));
        found.map_or(Focus::Timeline, |(focus, _)| *focus)
    }

    /// Whether keys act on the cursor: nothing has the focus, or the timeline as a whole has it.
    pub(super) fn at_timeline(ui: &egui::Ui) -> bool {
        ui.memory(egui::Memory::focused).is_none_or(|id| id == timeline::focus_id())
    }

    fn focused_rect(&self, ui: &egui::Ui) -> Option<Rect> {
        let id = ui.memory(egui::Memory::focused)?;
        // Only the place: reading the whole response would take the focus away in the frame of a click on something
        // that lies over it, such as a row of the list that has just got it.
        ui.ctx().viewport(|viewport| {
            let (this, before) = (&viewport.this_pass.widgets, &viewport.prev_pass.widgets);
            this.get(id).or_else(|| before.get(id)).map(|widget| widget.rect)
        })
    }

    /// Where there is room for one panel only, asking for another shows that one instead.
    pub(super) fn make_room(&mut self, app: &App, queue: &mut Vec<Command>) {
        let crowded_out = &self.crowded_out;
        let mut preferred = None;
        queue.retain(|command| match command {
            Command::TogglePanel(panel) if crowded_out.contains(panel) && app.settings.panels.shows(*panel) => {
                preferred = Some(*panel);
                false
            }
            Command::Focus(Focus::Filter) => {
                preferred = Some(PanelName::Streams);
                true
            }
            Command::Focus(Focus::State) => {
                preferred = Some(PanelName::State);
                true
            }
            Command::Focus(Focus::Events) => {
                preferred = Some(PanelName::Events);
                true
            }
            _ => true,
        });
        self.preferred = preferred.or(self.preferred);
    }

    /// Which panels are shown in a window of this size.
    fn shown(&mut self, app: &App, width: f32, height: f32) -> [bool; 3] {
        let panels = app.settings.panels;
        let preferred = self.preferred.unwrap_or(PanelName::State);
        let mut shown = [panels.streams, panels.state, panels.events];
        if width < NARROW && panels.streams && panels.state {
            shown[usize::from(preferred != PanelName::State)] = preferred != PanelName::Streams && shown[0];
            shown[0] = preferred == PanelName::Streams;
            shown[1] = !shown[0];
        }
        if height < LOW && preferred != PanelName::Events {
            shown[2] = false;
        }
        let wanted = [panels.streams, panels.state, panels.events];
        let names = [PanelName::Streams, PanelName::State, PanelName::Events];
        self.crowded_out = (0..3).filter(|at| wanted[*at] && !shown[*at]).map(|at| names[at]).collect();
        shown
    }
}

/// Everything but dialogs.
pub fn shell_ui(ui: &mut egui::Ui, app: &App, view: &mut ViewState, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let (width, height) = (ui.available_width(), ui.available_height());
    let bar = Frame::new().fill(tokens.panel).inner_margin(Margin::symmetric(theme::MARGIN as i8, 9));
    let top = Panel::top("top bar").frame(bar).resizable(false).show(ui, |ui| {
        top_bar::top_bar_ui(ui, app, view, queue);
    });
    let status = Frame::new().fill(tokens.panel).inner_margin(Margin::symmetric(theme::MARGIN as i8, 4));
    let foot = Panel::bottom("status bar").frame(status).resizable(false).show(ui, |ui| {
        status_bar::status_bar_ui(ui, app, queue);
    });
    view.shell.bottom = foot.response.rect.top();
    let mut places = vec![(Focus::Search, top.response.rect)];
    if app.document.is_none() {
        let frame = Frame::new().fill(tokens.background).inner_margin(Margin::same(24));
        CentralPanel::default().frame(frame).show(ui, |ui| welcome::welcome_ui(ui, app, view, queue));
    } else {
        panels_ui(ui, app, view, &mut places, vec2(width, height), queue);
    }
    view.shell.places = places;
    // Without a store, they stand where the file was asked for.
    if app.document.is_some() {
        notices::notices_ui(ui, app, view.shell.bottom, view, queue);
    }
    let focused = view.shell.focused_panel(ui);
    if view.shell.focused.replace(focused) != Some(focused) && focused != app.panel {
        queue.push(Command::Focused(focused));
    }
}

fn panels_ui(
    ui: &mut egui::Ui,
    app: &App,
    view: &mut ViewState,
    places: &mut Vec<(Focus, Rect)>,
    size: egui::Vec2,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    let [streams, state, events] = view.shell.shown(app, size.x, size.y);
    let side = Frame::new().fill(tokens.panel).inner_margin(Margin::same(theme::MARGIN as i8));
    let foot = Frame::new().fill(tokens.panel).inner_margin(Margin { top: 6, ..Margin::ZERO });
    let sizes = &app.settings.sizes;
    if std::mem::replace(&mut view.shell.size, size) != size {
        // Panels are as large as the user made them, or as suits the window as it is now: not as it was before.
        for id in ["streams", "state", "events"] {
            let id = ui.scope_id().with(id);
            ui.data_mut(|data| data.remove::<egui::containers::panel::PanelState>(id));
        }
    }
    // A panel that was made wide in a large window leaves room for the others in a small one.
    let most = (size.x * 0.45).max(180.0);
    let width = sizes.streams.unwrap_or((size.x * 0.185).clamp(192.0, 320.0));
    let panel = Panel::left("streams").frame(side).size_range(150.0..=most.min(480.0)).default_size(width.min(most));
    let mut open = streams;
    let shown = panel.show_collapsible(ui, &mut open, |ui| {
        ui.set_width(ui.available_width());
        streams::streams_ui(ui, app, view, queue);
    });
    let shown = shown.map(|shown| shown.response.rect);
    changed(ui, PanelName::Streams, "streams", (streams, open), shown, app, queue);
    places.extend(shown.map(|rect| (Focus::Filter, rect)));

    let width = sizes.state.unwrap_or((size.x * 0.25).clamp(230.0, 520.0));
    let panel = Panel::right("state").frame(side).size_range(200.0..=most.max(210.0)).default_size(width.min(most));
    let mut open = state;
    let shown = panel.show_collapsible(ui, &mut open, |ui| {
        ui.set_width(ui.available_width());
        state::state_ui(ui, app, view, queue);
    });
    let shown = shown.map(|shown| shown.response.rect);
    changed(ui, PanelName::State, "state", (state, open), shown, app, queue);
    places.extend(shown.map(|rect| (Focus::State, rect)));

    let most = (size.y * 0.65).max(140.0);
    let high = sizes.events.unwrap_or_else(|| events_height(size.y));
    let panel =
        Panel::bottom("events").frame(foot).size_range(100.0..=most).default_size(high.min(most)).resizable(true);
    let mut open = events;
    let shown = panel.show_collapsible(ui, &mut open, |ui| events::events_ui(ui, app, view, queue));
    let shown = shown.map(|shown| shown.response.rect);
    changed(ui, PanelName::Events, "events", (events, open), shown, app, queue);
    places.extend(shown.map(|rect| (Focus::Events, rect)));

    let middle = CentralPanel::default()
        .frame(Frame::new().fill(tokens.background))
        .show(ui, |ui| timeline::timeline_ui(ui, app, view, queue));
    let middle = middle.response.rect;
    places.push((Focus::Timeline, middle));
    // Over everything else, so that neither the timeline nor a table takes the clicks.
    for (panel, open) in [(PanelName::Streams, streams), (PanelName::State, state), (PanelName::Events, events)] {
        handle_ui(ui, panel, open, middle, app, queue);
    }
}

/// How high the panel at the bottom is in a window of this height: a third, and more of it where the timeline has
/// enough, or where a third would hold but a few rows.
fn events_height(window: f32) -> f32 {
    const USUAL: f32 = 800.0;
    let third = window * 0.33;
    if window > USUAL {
        (USUAL * 0.33 + (window - USUAL) * 0.45).min(680.0)
    } else {
        third.max((window * 0.45).min(252.0)).max(140.0)
    }
}

/// What the user did to a panel with the mouse: folded it away, or made it another size.
fn changed(
    ui: &egui::Ui,
    panel: PanelName,
    id: &str,
    (before, after): (bool, bool),
    rect: Option<Rect>,
    app: &App,
    queue: &mut Vec<Command>,
) {
    if before != after {
        queue.push(Command::TogglePanel(panel));
    }
    let Some(rect) = rect.filter(|_| before && after) else { return };
    let resize = ui.scope_id().with(id).with("__resize");
    let stopped = ui.ctx().read_response(resize).is_some_and(|response| response.drag_stopped());
    let size = if panel == PanelName::Events { rect.height() } else { rect.width() };
    if stopped && app.settings.sizes.get(panel) != Some(size.round()) {
        queue.push(Command::ResizePanel(panel, size));
    }
}

/// A small handle at a panel's edge that folds it away, and unfolds it.
fn handle_ui(ui: &mut egui::Ui, panel: PanelName, open: bool, middle: Rect, app: &App, queue: &mut Vec<Command>) {
    const LONG: f32 = 40.0;
    const THICK: f32 = 11.0;
    let tokens = theme::tokens(ui);
    let (id, name, rect, glyph) = match panel {
        PanelName::Streams => {
            let at = egui::pos2(middle.left() + THICK / 2.0, middle.center().y);
            let glyph = if open { icons::CHEVRON_LEFT } else { icons::CHEVRON_RIGHT };
            ("panel-streams", "streams", Rect::from_center_size(at, vec2(THICK, LONG)), glyph)
        }
        PanelName::State => {
            let at = egui::pos2(middle.right() - THICK / 2.0, middle.center().y);
            let glyph = if open { icons::CHEVRON_RIGHT } else { icons::CHEVRON_LEFT };
            ("panel-state", "state", Rect::from_center_size(at, vec2(THICK, LONG)), glyph)
        }
        PanelName::Events => {
            let at = egui::pos2(middle.center().x, middle.bottom() - THICK / 2.0);
            let glyph = if open { icons::CHEVRON_DOWN } else { icons::CHEVRON_UP };
            ("panel-events", "events", Rect::from_center_size(at, vec2(LONG, THICK)), glyph)
        }
    };
    let response = ui.interact(rect, ui.scope_id().with(("handle", id)), Sense::click());
    let words = if open { format!("Fold the {name} away") } else { format!("Show the {name}") };
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &words));
    // Calm while the panel is there: it comes when it is pointed at.
    let lit = response.hovered() || response.has_focus();
    if lit || !open {
        ui.painter().rect(rect, 4, tokens.raised, Stroke::new(1.0, tokens.hairline), StrokeKind::Inside);
        let colour = if lit { tokens.text } else { tokens.secondary };
        icons::paint(ui, rect, glyph, 11.0, colour);
    }
    theme::focus_ring(ui, &response);
    if response.clicked()
        && let Some(action) = action(id)
    {
        queue.extend((action.command)(app));
    }
    response.on_hover_text(words);
}
