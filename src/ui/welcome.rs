//! What stands there before a store is open: samples to look around in, files of last time, and ways to a file.

use std::path::{Path, PathBuf};

use egui::{
    Align, Layout, Rect, Response, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2,
};

use super::{ViewState, icons, keys, text, theme, welcome_art};
use crate::app::actions::action;
use crate::app::settings::Recent;
use crate::app::{App, Command, NoticeKind};
use crate::job::Slot;
use crate::sample::{Sample, samples};

/// The widest that lines get, however wide the window is.
const WIDEST: f32 = 900.0;
/// Beside this height pictures get lower, so that cards stay in sight.
const LOW: f32 = 620.0;
/// Files of last time that are listed at first, so that the samples stay in sight.
const FEW: usize = 5;
/// Following is offered instead of a private copy from so many bytes on.
const LARGE_COPY: u64 = 256 << 20;
/// Space inside a card.
const PADDING: f32 = 14.0;

/// What is typed on the welcome screen.
#[derive(Default)]
pub struct WelcomeView {
    path_text: String,
    /// Whether more than the newest files of last time are listed.
    all_recents: bool,
}

/// Ways to open a store, and what Foldline does to it: nothing.
pub fn welcome_ui(ui: &mut Ui, app: &App, view: &mut ViewState, queue: &mut Vec<Command>) {
    let height = ui.available_height();
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        let width = ui.available_width().min(WIDEST);
        let left = ((ui.available_width() - width) / 2.0).floor();
        // Above the middle by what was there in the frame before: the screen is short, and seldom changes.
        let id = ui.scope_id().with("content height");
        let content = ui.data(|data| data.get_temp::<f32>(id)).unwrap_or(height);
        let top = ((height - content) * 0.4).max(0.0).floor();
        let area = Rect::from_min_size(ui.cursor().min + vec2(left, top), vec2(width, ui.available_height()));
        let column = ui.scope_builder(egui::UiBuilder::new().max_rect(area), |ui| {
            ui.set_width(width);
            column_ui(ui, app, &mut view.welcome, height, queue);
        });
        let content = column.response.rect.height();
        ui.data_mut(|data| data.insert_temp(id, content));
    });
}

fn column_ui(ui: &mut Ui, app: &App, view: &mut WelcomeView, height: f32, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::MARGIN;
        icons::mark(ui, 30.0);
        let title = RichText::new("See what was true, at any moment").font(theme::strong(theme::DISPLAY));
        ui.add(egui::Label::new(title).selectable(false));
    });
    ui.add_space(theme::GAP);
    let promise = "Foldline only reads the SQLite file that you open. What you try out stays in memory, and saving it \
                   writes a new file.";
    ui.add(egui::Label::new(RichText::new(promise).color(tokens.secondary)).wrap());
    ui.add_space(theme::SECTION);
    notices_ui(ui, app, queue);
    match under_way(app) {
        Some((title, slot)) => opening_ui(ui, app, &title, slot, queue),
        None => open_ui(ui, app, &mut view.path_text, queue),
    }
    let busy = under_way(app).is_some();
    ui.add_enabled_ui(!busy, |ui| {
        if !app.settings.recents.is_empty() {
            section_ui(ui, "Opened last");
            let recents = &app.settings.recents;
            let shown = if view.all_recents { recents.len() } else { recents.len().min(FEW) };
            for recent in &recents[..shown] {
                recent_ui(ui, recent, app.missing.contains(&recent.path), queue);
            }
            let more = recents.len() - shown;
            if more > 0 && icons::labelled_button(ui, icons::CHEVRON_DOWN, &format!("Show {more} more")).clicked() {
                view.all_recents = true;
            }
        }
        section_ui(ui, "Samples, each with something to find");
        samples_ui(ui, height, queue);
    });
    ui.add_space(theme::GAP);
}

fn section_ui(ui: &mut Ui, title: &str) {
    ui.add_space(theme::SECTION);
    let tokens = theme::tokens(ui);
    let title = RichText::new(title).font(theme::strong(theme::BODY)).color(tokens.secondary);
    ui.add(egui::Label::new(title).selectable(false));
    ui.add_space(theme::TIGHT);
}

/// What keeps the screen waiting: a file that is being opened, or a sample that is being written.
fn under_way(app: &App) -> Option<(String, Slot)> {
    if let Some(path) = &app.opening {
        return Some((format!("Opening {}", name_of(path)), Slot::Open));
    }
    let sample = app.running.iter().find(|running| running.slot == Slot::Sample)?;
    Some((sample.title.clone(), Slot::Sample))
}

fn opening_ui(ui: &mut Ui, app: &App, title: &str, slot: Slot, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let running = app.running.iter().find(|running| running.slot == slot);
    let (done, total) = running.map_or((0, 0), |running| running.progress.counts());
    ui.horizontal(|ui| {
        ui.add(egui::Label::new(RichText::new(title).font(theme::strong(theme::BODY))));
        let share = if total > 0 { (done as f32 / total as f32).clamp(0.0, 1.0) } else { 0.0 };
        let (rect, bar) = ui.allocate_exact_size(vec2(220.0, 6.0), Sense::hover());
        bar.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, title));
        ui.painter().rect_filled(rect, 3, tokens.selection);
        let filled = Rect::from_min_size(rect.min, vec2(rect.width() * share, rect.height()));
        ui.painter().rect_filled(filled, 3, tokens.secondary);
        if total > 0 {
            let percent = format!("{:>3.0} %", share * 100.0);
            ui.label(RichText::new(percent).font(theme::mono(theme::MONO)).color(tokens.secondary));
        }
        let stop = icons::labelled_button(ui, icons::STOP, "Stop");
        stop.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Stop: {title}")));
        if stop.on_hover_text("Stop opening it; nothing is left behind").clicked() {
            queue.push(Command::Stop(slot));
        }
    });
    if let Some(path) = &app.opening
        && total >= LARGE_COPY
        && running.is_some_and(|running| running.progress.is_copying())
    {
        copying_ui(ui, path, total, queue);
    }
}

/// What can be had sooner than a large copy.
fn copying_ui(ui: &mut Ui, path: &Path, bytes: u64, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    ui.add_space(theme::TIGHT);
    let why = format!(
        "Another program may be writing it, so a private copy is made to read: {} in the folder for temporary files.",
        text::bytes(bytes)
    );
    ui.add(egui::Label::new(RichText::new(why).color(tokens.secondary)).wrap());
    ui.add_space(theme::TIGHT);
    if ui.button("Follow it without a copy").on_hover_text(super::notices::WITHOUT_COPY).clicked() {
        queue.push(Command::OpenFollowed(path.to_owned()));
    }
}

fn open_ui(ui: &mut Ui, app: &App, path_text: &mut String, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    ui.horizontal(|ui| {
        if let Some(open) = action("open") {
            let shortcut =
                open.shortcut.map(|shortcut| ui.format_shortcut(&keys::egui_shortcut(shortcut))).unwrap_or_default();
            let words = (
                icons::icon(icons::FOLDER_OPEN, theme::ICON_SMALL),
                RichText::new(open.text).font(theme::strong(theme::BODY)),
                RichText::new(shortcut).font(theme::words(theme::SMALL)).color(tokens.secondary),
            );
            let response = ui.add(egui::Button::new(words)).on_hover_text(open.tooltip);
            let enabled = response.enabled();
            response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, open.text));
            if response.clicked() {
                queue.extend((open.command)(app));
            }
        }
        let room = (ui.available_width() - 64.0).max(120.0);
        let field = theme::field(path_text, "or type the path of a SQLite event store").desired_width(room);
        let response = ui.add(field).accessible_name("Path of a SQLite event store");
        let entered = super::keys::entered(ui, &response);
        if entered {
            // Should it not open, the path can be mended at once.
            response.request_focus();
        }
        let path = typed_path(path_text, home().as_deref());
        let open = ui.add_enabled(path.is_some(), egui::Button::new("Open")).clicked();
        if (open || entered)
            && let Some(path) = path
        {
            queue.push(Command::Open(path));
        }
    });
    ui.add_space(theme::TIGHT);
    let hint = RichText::new("Or drop a file on this window.").font(theme::words(theme::SMALL));
    ui.add(egui::Label::new(hint.color(tokens.secondary)).selectable(false));
}

fn home() -> Option<PathBuf> {
    std::env::var_os("HOME").map(PathBuf::from)
}

/// The path that was typed or pasted: `~` is the home folder, and what a file manager puts around a path is taken off.
fn typed_path(text: &str, home: Option<&Path>) -> Option<PathBuf> {
    let text = text.trim();
    let quoted = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    let text = quoted('"').or_else(|| quoted('\'')).unwrap_or(text);
    if text.is_empty() {
        return None;
    }
    match (text.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => Some(home.join(rest)),
        _ => Some(PathBuf::from(text)),
    }
}

/// What went wrong, right where it was asked for.
fn notices_ui(ui: &mut Ui, app: &App, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    for notice in &app.notices {
        let (glyph, colour) = match notice.kind {
            NoticeKind::Good => (icons::CHECK, tokens.good),
            NoticeKind::Note => (icons::INFO, tokens.secondary),
            NoticeKind::Bad => (icons::ERROR, tokens.bad),
        };
        let frame = egui::Frame::new()
            .fill(theme::wash(colour))
            .stroke(Stroke::new(1.0, theme::dimmed(colour)))
            .corner_radius(theme::RADIUS)
            .inner_margin(egui::Margin { left: 12, right: 4, top: 2, bottom: 2 });
        frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                let dismiss = icons::icon_button(ui, icons::CLOSE, "Dismiss", "Put this message away");
                if dismiss.clicked() {
                    queue.push(Command::Dismiss(notice.id));
                }
                if let Some(path) = &notice.open
                    && ui.button("Open the copy").clicked()
                {
                    queue.push(Command::OpenCopy(path.clone()));
                }
                ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
                    icons::sign(ui, glyph, theme::ICON, theme::HIT, colour);
                    ui.vertical(|ui| {
                        ui.add_space(5.0);
                        ui.add(egui::Label::new(super::notices::words_of(notice)).wrap());
                        ui.add_space(5.0);
                    });
                });
            });
        });
        ui.add_space(theme::GAP);
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// A file of last time: one row to click, and a button that forgets it.
fn recent_ui(ui: &mut Ui, recent: &Recent, missing: bool, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let name = name_of(&recent.path);
    let folder = recent.path.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
    let (row, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW), Sense::hover());
    let open = row.with_max_x(row.right() - theme::HIT);
    let spoken = if missing {
        format!("{name} in {folder} is no longer there")
    } else {
        format!("Open {name} in {folder}, {}, {}", recent.layout, events(recent.events))
    };
    let id = ui.scope_id().with(("recent", &recent.path));
    let response = ui.interact(open, id, if missing { Sense::focusable_noninteractive() } else { Sense::click() });
    let enabled = ui.is_enabled() && !missing;
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, &spoken));
    if ui.is_rect_visible(row) {
        if !missing && (response.hovered() || response.has_focus()) {
            ui.painter().rect_filled(open, theme::RADIUS, tokens.raised);
        }
        let words = if missing || !ui.is_enabled() { tokens.secondary } else { tokens.text };
        icons::paint(
            ui,
            Rect::from_min_size(open.min, vec2(theme::HIT, theme::ROW)),
            if missing { icons::WARNING } else { icons::DATABASE },
            theme::ICON_SMALL,
            tokens.secondary,
        );
        let numbers = if missing { String::new() } else { events(recent.events) };
        let layout = if missing { "no longer there" } else { recent.layout.as_str() };
        let width = open.width();
        let part = |from: f32, to: f32| {
            let (from, to) = (open.left() + from, open.left() + to);
            Rect::from_min_max(egui::pos2(from, open.top()), egui::pos2(to, open.bottom()))
        };
        let [first, second, third] = [theme::HIT, width * 0.28, width * 0.66];
        let numbers_at = width - 130.0;
        cell(ui, part(first, second - theme::GAP), &name, theme::words(theme::BODY), words, Align::Min);
        let folder = elided_folder(ui, &recent.path, third - theme::GAP - second);
        cell(ui, part(second, third - theme::GAP), &folder, theme::words(theme::SMALL), tokens.secondary, Align::Min);
        cell(ui, part(third, numbers_at), layout, theme::words(theme::SMALL), tokens.secondary, Align::Min);
        let numbers_font = theme::mono(theme::SMALL);
        cell(ui, part(numbers_at, width - theme::GAP), &numbers, numbers_font, tokens.secondary, Align::Max);
        let line = Stroke::new(1.0, tokens.hairline);
        ui.painter().hline(row.x_range(), row.bottom() + ui.spacing().item_spacing.y / 2.0, line);
        theme::focus_ring(ui, &response);
    }
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    if response.clicked() {
        queue.push(Command::OpenRecent(recent.path.clone()));
    }
    let path = recent.path.display().to_string();
    response.on_hover_text(if missing { format!("{path} is no longer there") } else { path });
    let aside = Rect::from_min_max(egui::pos2(open.right(), row.top()), row.max);
    ui.scope_builder(egui::UiBuilder::new().max_rect(aside), |ui| {
        let tooltip = "Take it off this list; the file itself is left alone";
        if icons::icon_button(ui, icons::CLOSE, &format!("Forget {name}"), tooltip).clicked() {
            queue.push(Command::ForgetRecent(recent.path.clone()));
        }
    });
}

fn events(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "1 event".to_owned(),
        count => format!("{} events", text::grouped(count)),
    }
}

/// The folder of a file; where there is no room for all of it, its end.
fn elided_folder(ui: &Ui, path: &Path, room: f32) -> String {
    let Some(folder) = path.parent() else { return String::new() };
    let fits = |text: &str| {
        let font = theme::words(theme::SMALL);
        ui.painter().layout_no_wrap(text.to_owned(), font, egui::Color32::PLACEHOLDER).size().x <= room
    };
    let whole = folder.display().to_string();
    if fits(&whole) {
        return whole;
    }
    let mut rest = folder.components();
    while rest.next().is_some() {
        let shorter = Path::new("…").join(rest.as_path()).display().to_string();
        if fits(&shorter) {
            return shorter;
        }
    }
    whole
}

/// One line of text in a part of a row; what does not fit ends in an ellipsis.
fn cell(ui: &Ui, rect: Rect, text: &str, font: egui::FontId, colour: egui::Color32, align: Align) {
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, colour);
    job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width().max(0.0));
    let galley = ui.painter().layout_job(job);
    let x = if align == Align::Max { rect.right() - galley.size().x } else { rect.left() };
    ui.painter().galley(egui::pos2(x, rect.center().y - galley.size().y / 2.0), galley, colour);
}

fn samples_ui(ui: &mut Ui, height: f32, queue: &mut Vec<Command>) {
    let samples = samples();
    let count = samples.len() as f32;
    let width = ((ui.available_width() - (count - 1.0) * theme::MARGIN) / count).floor();
    let picture = if height < LOW { 72.0 } else { 112.0 };
    let stories: Vec<_> = samples
        .iter()
        .map(|sample| {
            let colour = theme::tokens(ui).secondary;
            let story = sample.story.to_owned();
            ui.painter().layout(story, theme::words(theme::BODY), colour, width - 2.0 * PADDING)
        })
        .collect();
    let longest = stories.iter().map(|story| story.size().y).fold(0.0, f32::max);
    let size = vec2(width, picture + PADDING + 22.0 + longest + PADDING);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::MARGIN;
        for (sample, story) in samples.iter().zip(stories) {
            if card_ui(ui, sample, story, size, picture).clicked() {
                queue.push(Command::OpenSample(sample.name));
            }
        }
    });
}

fn card_ui(
    ui: &mut Ui,
    sample: &Sample,
    story: std::sync::Arc<egui::Galley>,
    size: egui::Vec2,
    picture: f32,
) -> Response {
    let tokens = theme::tokens(ui);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, format!("Open the sample: {}", sample.title)));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(sample.story));
    if ui.is_rect_visible(rect) {
        let lit = enabled && (response.hovered() || response.has_focus());
        let (fill, line) = if lit { (tokens.raised, tokens.faint) } else { (tokens.panel, tokens.hairline) };
        let painter = ui.painter();
        painter.rect(rect, theme::RADIUS_LARGE, fill, Stroke::new(1.0, line), StrokeKind::Inside);
        let (above, below) = rect.split_top_bottom_at_fraction(picture / size.y);
        welcome_art::picture(ui, above.shrink2(vec2(1.0, 6.0)), sample.name);
        painter.hline(rect.x_range().shrink(1.0), below.top().round() + 0.5, Stroke::new(1.0, tokens.hairline));
        let at = below.min + vec2(PADDING, PADDING - 2.0);
        let title = painter.layout_no_wrap(sample.title.to_owned(), theme::strong(theme::TITLE), tokens.text);
        painter.galley(at, title, tokens.text);
        painter.galley(at + vec2(0.0, 22.0), story, tokens.secondary);
        if response.has_focus() {
            let ring = Stroke::new(2.0, tokens.focus);
            painter.rect_stroke(rect, theme::RADIUS_LARGE, ring, StrokeKind::Inside);
        }
    }
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    response
}

/// While a file hovers over the window: that it can be dropped, and which one it is.
pub fn drop_ui(ui: &Ui) {
    let hovered = ui.input(|input| input.raw.hovered_files.clone());
    if hovered.is_empty() {
        return;
    }
    let words = match &hovered[..] {
        [file] => match &file.path {
            Some(path) => format!("Drop to open {}", name_of(path)),
            None => "Drop to open this file".to_owned(),
        },
        files => format!("Drop to open {} files", files.len()),
    };
    let tokens = theme::tokens(ui);
    let rect = ui.content_rect();
    let painter = ui.ctx().layer_painter(egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop")));
    painter.rect_filled(rect, 0, tokens.background.gamma_multiply(0.86));
    let ring = Stroke::new(2.0, tokens.focus);
    painter.rect_stroke(rect.shrink(10.0), theme::RADIUS_LARGE, ring, StrokeKind::Inside);
    let icon = rect.center() - vec2(0.0, 34.0);
    painter.text(icon, egui::Align2::CENTER_CENTER, icons::DOWNLOAD, icons::font(32.0), tokens.text);
    let font = theme::strong(theme::HEADING);
    painter.text(rect.center() + vec2(0.0, 8.0), egui::Align2::CENTER_CENTER, words, font, tokens.text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_as_people_type_and_paste_it() {
        let home = Path::new("/home/an");
        let typed = |text: &str| typed_path(text, Some(home));
        assert_eq!(typed("  "), None);
        assert_eq!(typed("\"\""), None);
        assert_eq!(typed(" shop.db "), Some("shop.db".into()));
        assert_eq!(typed("~/shop.db"), Some("/home/an/shop.db".into()));
        assert_eq!(typed("~shop.db"), Some("~shop.db".into()));
        assert_eq!(typed("'/a b/shop.db'"), Some("/a b/shop.db".into()));
        assert_eq!(typed("\"/a b/shop.db\""), Some("/a b/shop.db".into()));
        assert_eq!(typed_path("~/shop.db", None), Some("~/shop.db".into()));
    }

    #[test]
    fn counts_read_as_words() {
        assert_eq!([0, 1, 1200].map(events), ["", "1 event", "1,200 events"]);
    }
}
