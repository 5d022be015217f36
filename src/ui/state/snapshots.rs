//! The snapshots of the selected stream: a list behind a line of the panel, and one of them in full.

use egui::{
    Label, Popup, PopupCloseBehavior, Rect, RectAlign, RichText, Role, ScrollArea, UiBuilder, WidgetInfo, vec2,
};

use super::detail::{Content, Drawn, Part};
use super::header::{note_ui, problem_ui};
use crate::app::{App, Command, Document};
use crate::job::{SnapshotCheck, SnapshotView};
use crate::ui::timeline::snapshot_words;
use crate::ui::{icons, text, theme};

/// Width of the list.
const WIDTH: f32 = 440.0;
/// Rows of the list that are seen at once.
const ROWS: usize = 8;
/// Height of a snapshot's state.
const STATE: f32 = 240.0;
/// Differences that are listed.
const LISTED: usize = 6;

/// What was made of the snapshot that is looked at: once, not at each frame.
#[derive(Default)]
pub struct SnapshotsList {
    of: Option<u64>,
    part: Part,
    shows_raw: bool,
}

/// The line with the number of snapshots; nothing where the stream has none.
pub fn line_ui(ui: &mut egui::Ui, app: &App, document: &Document, list: &mut SnapshotsList, queue: &mut Vec<Command>) {
    let Some(stream) = document.stream_index() else { return };
    let places = document.snapshots_of(stream);
    if places.is_empty() {
        return;
    }
    let words = match places.len() {
        1 => "1 snapshot".to_owned(),
        count => format!("{} snapshots", text::grouped(count)),
    };
    let response = ui.add(egui::Link::new(theme::link(words, theme::SMALL)));
    // Beside the panel: the state can be read together with it.
    let panel = ui.max_rect().expand2(vec2(theme::MARGIN, 0.0));
    let beside = Rect::from_x_y_ranges(panel.x_range(), response.rect.y_range());
    let shown = Popup::menu(&response)
        .anchor(beside)
        .align(RectAlign::LEFT_START)
        .align_alternatives(&[RectAlign::LEFT_END, RectAlign::LEFT, RectAlign::BOTTOM_END])
        .gap(6.0)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .accessible_name("Snapshots of the stream")
        .show(|ui| {
            ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 40.0));
            ui.spacing_mut().item_spacing.y = 2.0;
            // A menu sets its lines to its full width.
            ui.with_layout(egui::Layout::top_down(egui::Align::Min), |ui| {
                match document.snapshots.shown.filter(|at| places.contains(at)) {
                    Some(_) => one_ui(ui, document, list, queue),
                    None => list_ui(ui, app, document, places.clone(), queue),
                }
            });
        });
    if shown.is_none() && document.snapshots.shown.is_some() {
        queue.push(Command::ShowSnapshot(None));
    }
    if !Popup::is_any_open(ui.ctx()) {
        response.on_hover_text("States of this stream that its library keeps in the store");
    }
}

fn list_ui(
    ui: &mut egui::Ui,
    app: &App,
    document: &Document,
    places: std::ops::Range<usize>,
    queue: &mut Vec<Command>,
) {
    let Some((index, _)) = document.snapshots.index.value() else { return };
    let Some(stream) = document.stream_index() else { return };
    let tokens = theme::tokens(ui);
    let height = theme::ROW * places.len().min(ROWS) as f32;
    let area = ScrollArea::vertical().id_salt("snapshots").max_height(height).min_scrolled_height(height);
    ui.spacing_mut().item_spacing.y = 0.0;
    area.auto_shrink([false, true]).show_rows(ui, theme::ROW, places.len(), |ui, range| {
        for at in range {
            let at = places.start + at;
            let Some(head) = index.head(at) else { continue };
            let (version, about) = snapshot_words(head, app.zone());
            let short = head.version.map_or_else(|| "—".to_owned(), |version| format!("v{version}"));
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW), egui::Sense::hover());
            let builder = UiBuilder::new().max_rect(rect).layout(egui::Layout::right_to_left(egui::Align::Center));
            ui.scope_builder(builder.id_salt(("snapshot", at)), |ui| {
                let go = ui.add_enabled(head.version.is_some(), egui::Link::new(theme::link("Go to", theme::SMALL)));
                let name = format!("Go to the {}", version.to_lowercase());
                go.widget_info(|| WidgetInfo::labeled(Role::Link, head.version.is_some(), &name));
                if go.clicked() {
                    queue.push(Command::GoToSnapshot { stream, at });
                    ui.close();
                }
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    let mut job = egui::text::LayoutJob::default();
                    let format = |font, colour| egui::TextFormat::simple(font, colour);
                    job.append(&format!("{short:<5} "), 0.0, format(theme::mono(theme::MONO), tokens.text));
                    job.append(&about, 0.0, format(theme::words(theme::SMALL), tokens.secondary));
                    let width = ui.available_width();
                    let open = ui.add(
                        egui::Button::new((job, egui::Atom::grow())).truncate().min_size(vec2(width, theme::ROW - 2.0)),
                    );
                    let name = format!("{version}, {about}");
                    open.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
                    if open.clicked() {
                        queue.push(Command::ShowSnapshot(Some(at)));
                    }
                });
            });
        }
    });
}

fn one_ui(ui: &mut egui::Ui, document: &Document, list: &mut SnapshotsList, queue: &mut Vec<Command>) {
    let view = document.snapshots.view.value().map(|(view, _)| view.clone());
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let hint = "Back to the list of snapshots";
        if icons::icon_button(ui, icons::ARROW_LEFT, "All snapshots", hint).clicked() {
            queue.push(Command::ShowSnapshot(None));
        }
        ui.add_space(theme::TIGHT);
        let version = view.as_ref().and_then(|view| view.version);
        let words = version.map_or_else(|| "Snapshot".to_owned(), |version| format!("Snapshot of version {version}"));
        ui.label(RichText::new(words).font(theme::strong(theme::BODY)));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let hint = "Show the snapshot as JSON";
            if icons::icon_toggle(ui, icons::BRACES, "Snapshot as JSON", hint, list.shows_raw).clicked() {
                list.shows_raw = !list.shows_raw;
            }
        });
    });
    let Some(view) = view else {
        match document.snapshots.view.failure() {
            Some(failure) => problem_ui(ui, icons::ERROR, failure),
            None => note_ui(ui, "Reading the snapshot…"),
        }
        return;
    };
    check_ui(ui, &view.check);
    let edition = document.snapshots.view.edition();
    if list.of != Some(edition) {
        list.of = Some(edition);
        list.part = Part::of(&view.state, "snapshot");
    }
    if let Content::Unreadable(_, why) = list.part.content() {
        problem_ui(ui, icons::ERROR, why);
    }
    state_ui(ui, document, &view, edition, list, queue);
}

fn state_ui(
    ui: &mut egui::Ui,
    document: &Document,
    view: &SnapshotView,
    edition: u64,
    list: &mut SnapshotsList,
    queue: &mut Vec<Command>,
) {
    let width = ui.available_width();
    let raw = list.shows_raw;
    let of = (document.opened.key, edition);
    let (lines, height) = list.part.lines(ui, of, raw, width);
    let area = ScrollArea::vertical().id_salt(("snapshot", view.at)).max_height(STATE).min_scrolled_height(STATE);
    let mut asked = Vec::new();
    area.auto_shrink(false).show_viewport(ui, |ui, seen| {
        let drawn = Drawn { seen, origin: ui.max_rect().min, width, raw };
        let mut y = 0.0;
        drawn.ui(ui, "snapshot", &mut list.part, lines, height, &mut y, &mut asked);
        ui.set_height(y);
    });
    // Nothing in a snapshot leads elsewhere.
    queue.extend(asked.into_iter().filter(|command| matches!(command, Command::CopyText(_))));
}

fn check_ui(ui: &mut egui::Ui, check: &SnapshotCheck) {
    let tokens = theme::tokens(ui);
    match check {
        SnapshotCheck::Impossible(why) => note_ui(ui, &format!("Not compared with the replayed state: {why}.")),
        SnapshotCheck::Compared(changes) if changes.is_empty() => {
            note_ui(ui, "The replayed state has the same values in all of its fields.");
        }
        SnapshotCheck::Compared(changes) => {
            let words = match changes.len() {
                1 => "It differs from the replayed state in 1 field:".to_owned(),
                count => format!("It differs from the replayed state in {} fields:", text::grouped(count)),
            };
            problem_ui(ui, icons::WARNING, &words);
            for change in changes.iter().take(LISTED) {
                let side = |value| text::describe(value);
                let (replayed, kept) = (side(change.from.as_ref()), side(change.to.as_ref()));
                let words = format!("{}: replayed {replayed}, here {kept}", change.path);
                let label = RichText::new(words).font(theme::mono(theme::SMALL)).color(tokens.text);
                ui.add(Label::new(label).wrap());
            }
            if changes.len() > LISTED {
                note_ui(ui, &format!("and {} more", text::grouped(changes.len() - LISTED)));
            }
        }
    }
    ui.add_space(theme::TIGHT);
    let line = egui::Stroke::new(1.0, tokens.hairline);
    let rect: Rect = ui.max_rect();
    ui.painter().hline(rect.x_range(), ui.cursor().top(), line);
}
