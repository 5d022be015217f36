//! All shortcuts, from the table of actions, and what the mouse does.

use egui::{Id, Modal, RichText, Role, ScrollArea, Sense, WidgetInfo, pos2, vec2};

use super::{icons, keys, theme};
use crate::app::actions::{Group, actions};
use crate::app::{App, Command, Sheet};

/// What the mouse does on the timeline.
const MOUSE: [(&str, &str); 9] = [
    ("Drag in the ruler", "Move the cursor through history"),
    ("Click a mark", "Put the cursor on that event"),
    ("Wheel over the lanes, or pinch", "Zoom at the pointer"),
    ("Wheel over the names, or Alt and wheel", "Scroll through the streams"),
    ("Drag the lanes, or Shift and wheel", "Move the view to earlier or later"),
    ("Drag in the overview", "Move the window over the whole history"),
    ("Point at a mark", "See what happened"),
    ("Right-click a mark or an event", "Leave it out, change it, insert beside it"),
    ("Ctrl or Shift and click an event", "Select several events of the table"),
];

/// Width of a column.
const COLUMN: f32 = 330.0;

/// The sheet, if it is open.
pub fn help_ui(ui: &egui::Ui, app: &App, queue: &mut Vec<Command>) {
    if app.sheet != Some(Sheet::Help) {
        return;
    }
    let room = ui.ctx().content_rect();
    let columns = (((room.width() - 80.0) / (COLUMN + theme::SECTION)).floor() as usize).clamp(1, 3);
    let frame = egui::Frame::popup(ui.style()).inner_margin(16);
    let modal = Modal::new(Id::unique("help")).frame(frame).show(ui.ctx(), |ui| {
        let width = columns as f32 * COLUMN + (columns - 1) as f32 * theme::SECTION;
        ui.set_width(width.min(room.width() - 48.0));
        ui.horizontal(|ui| {
            ui.label(RichText::new("Keyboard and mouse").font(theme::strong(theme::HEADING)));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let close = icons::icon_button(ui, icons::CLOSE, "Close", "Close (Esc)");
                if close.clicked() {
                    ui.close();
                }
                // Somewhere for the keys to go: Tab goes on from here.
                if ui.memory(|memory| memory.focused().is_none()) {
                    close.request_focus();
                }
            });
        });
        ui.add_space(theme::TIGHT);
        let height = (room.height() - 140.0).max(120.0);
        ScrollArea::vertical()
            .max_height(height)
            .min_scrolled_height(height)
            .auto_shrink([false, true])
            .show(ui, |ui| columns_ui(ui, columns));
    });
    if modal.should_close() {
        queue.push(Command::CloseDialog);
    }
}

fn columns_ui(ui: &mut egui::Ui, columns: usize) {
    // Each group goes to the column that is shortest so far.
    let mut heights = vec![0; columns];
    let mut places: Vec<Vec<Option<Group>>> = vec![Vec::new(); columns];
    for group in Group::ALL.into_iter().map(Some).chain([None]) {
        let rows = 2 + group.map_or(MOUSE.len(), |group| of_group(group).count());
        let shortest = (0..columns).min_by_key(|at| heights[*at]).unwrap_or(0);
        heights[shortest] += rows;
        places[shortest].push(group);
    }
    ui.columns(columns, |columns| {
        for (ui, groups) in columns.iter_mut().zip(places) {
            ui.spacing_mut().item_spacing.y = 0.0;
            for group in groups {
                group_ui(ui, group);
            }
        }
    });
}

fn of_group(group: Group) -> impl Iterator<Item = &'static crate::app::actions::Action> {
    actions().filter(move |action| action.group == group && action.shortcut.is_some())
}

fn group_ui(ui: &mut egui::Ui, group: Option<Group>) {
    let tokens = theme::tokens(ui);
    ui.add_space(theme::GAP);
    let title = group.map_or("Mouse on the timeline", Group::title);
    ui.label(RichText::new(title).font(theme::strong(theme::BODY)).color(tokens.secondary));
    ui.add_space(theme::TIGHT);
    match group {
        Some(group) => {
            for action in of_group(group) {
                row_ui(ui, action.text, &keys::shortcut_text(ui, action));
            }
        }
        None => {
            for (gesture, meaning) in MOUSE {
                row_ui(ui, meaning, gesture);
            }
        }
    }
}

fn row_ui(ui: &mut egui::Ui, words: &str, keys: &str) {
    const LINE: f32 = 22.0;
    let tokens = theme::tokens(ui);
    let painter = ui.painter();
    let words_laid = painter.layout_no_wrap(words.to_owned(), theme::words(theme::BODY), tokens.text);
    let keys_laid = painter.layout_no_wrap(keys.to_owned(), theme::words(theme::SMALL), tokens.secondary);
    let width = ui.available_width();
    // What does not fit beside the words stands below them.
    let below = words_laid.size().x + keys_laid.size().x + theme::SECTION > width;
    let height = if below { LINE + 16.0 } else { LINE };
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{words}: {keys}")));
    let middle = rect.top() + LINE / 2.0;
    let at = pos2(rect.left(), middle - words_laid.size().y / 2.0);
    ui.painter().galley(at, words_laid, tokens.text);
    let at = if below {
        pos2(rect.left(), rect.top() + LINE - 3.0)
    } else {
        pos2(rect.right() - 8.0 - keys_laid.size().x, middle - keys_laid.size().y / 2.0)
    };
    ui.painter().galley(at, keys_laid, tokens.secondary);
}
