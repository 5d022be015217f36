//! The read-only mark in the status bar, and the panel behind it: what shows that nothing was written to the file.

use egui::{Align, Layout, Popup, PopupCloseBehavior, RichText, Role, Sense, WidgetInfo, vec2};

use super::{icons, text, theme};
use crate::app::actions::action;
use crate::app::proving::{HASHED_BY_ITSELF, Proof, Proved};
use crate::app::{App, Command, Document};
use crate::job::Slot;
use crate::model::{FileHash, Timestamp, zoned};

/// Width of the panel.
const WIDTH: f32 = 460.0;

/// The mark. A click opens the panel.
pub fn mark_ui(ui: &mut egui::Ui, document: &Document, app: &App, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let proof = app.proof();
    let (words, colour) = match proof {
        Proof::Unknown | Proof::First | Proof::NotChecked => ("Read-only", tokens.secondary),
        Proof::Checking => ("Read-only · checking…", tokens.secondary),
        Proof::Failed(_) => ("The file could not be checked", tokens.bad),
        Proof::Same | Proof::SameBesidesLog => ("Read-only · unchanged ✓", tokens.secondary),
        // That it is written is why it is followed.
        Proof::Changed if document.live.is_on() => ("Read-only · written by others", tokens.secondary),
        Proof::Changed => ("Changed by another program", tokens.bad),
    };
    let lock = icons::icon(icons::LOCK, theme::ICON_SMALL).color(colour);
    let label = RichText::new(words).color(colour);
    let response = ui.add(egui::Button::new((lock, label)).frame_when_inactive(false));
    let open = Popup::is_id_open(ui.ctx(), Popup::default_response_id(&response));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{words}: what shows it")));
    super::announce(ui, &response);
    Popup::menu(&response)
        .gap(6.0)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .accessible_name("What shows that nothing is written")
        .show(|ui| panel_ui(ui, document, app, queue));
    if !open && !Popup::is_any_open(ui.ctx()) {
        response.on_hover_text("Nothing is ever written to the opened file. Click to see what shows it");
    }
}

fn panel_ui(ui: &mut egui::Ui, document: &Document, app: &App, queue: &mut Vec<Command>) {
    // It is no menu: its buttons look like buttons.
    ui.reset_style();
    ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 40.0));
    ui.style_mut().override_text_style = Some(egui::TextStyle::Body);
    // A menu sets its lines to its full width.
    ui.with_layout(Layout::top_down(Align::Min), |ui| facts_ui(ui, document, app, queue));
}

fn facts_ui(ui: &mut egui::Ui, document: &Document, app: &App, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let opened = &document.opened;
    ui.add_space(theme::TIGHT);
    let words = if document.live.is_on() {
        "Nothing is written to this file. While it is followed, only a -shm file beside it may change."
    } else {
        "Nothing is written to this file, or beside it."
    };
    ui.label(RichText::new(words).color(tokens.text));
    ui.add_space(theme::TIGHT);
    fact(ui, "File", &opened.path.display().to_string(), false);
    for file in opened.files.iter().skip(1) {
        fact(ui, "With", &file.path.display().to_string(), false);
    }
    if !opened.files.is_empty() {
        fact(ui, "", "What is hashed here is the first file; `foldline info --hash --with` hashes all.", false);
    }
    fact(ui, "How", &sentence(&opened.reading), false);
    fact(ui, "Size", &text::bytes(opened.bytes), false);
    if let Some(first) = &opened.hash {
        beside_ui(ui, document.hash_now.value().map_or(first, |(now, _)| now));
        let head = if document.proved.late { "First taken" } else { "At opening" };
        fact(ui, head, &first.hash, true);
        for words in about_first(document, app) {
            fact(ui, "", &words, false);
        }
        if let Some((now, _)) = document.hash_now.value()
            && now.hash != first.hash
        {
            fact(ui, "Now", &now.hash, true);
        }
    } else if app.proof() == Proof::Unknown {
        fact(ui, "At opening", &not_taken(opened.bytes), false);
    }
    ui.add_space(theme::TIGHT);
    verdict_ui(ui, document, app);
    ui.add_space(theme::TIGHT);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GAP;
        progress_or_check_ui(ui, app, queue);
        if let Some(first) = &opened.hash
            && ui.button("Copy").on_hover_text("Copy the path, the hashes and what they show").clicked()
        {
            queue.push(Command::CopyText(copied(document, app, first)));
        }
    });
    ui.add_space(theme::TIGHT);
}

fn progress_or_check_ui(ui: &mut egui::Ui, app: &App, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    if !app.is_hashing() {
        let check = ui.button("Check now").on_hover_text("Read the whole file again and compare");
        if check.clicked()
            && let Some(action) = action("check-unchanged")
        {
            queue.extend((action.command)(app));
        }
        return;
    }
    let Some(running) = app.running.iter().find(|running| running.slot == Slot::Hash) else { return };
    let (done, total) = running.progress.counts();
    let share = if total > 0 { (done as f32 / total as f32).clamp(0.0, 1.0) } else { 0.0 };
    let (bar, response) = ui.allocate_exact_size(vec2(160.0, 6.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, "Reading the file"));
    ui.painter().rect_filled(bar, 3, tokens.hairline);
    let filled = egui::Rect::from_min_size(bar.min, vec2(bar.width() * share, bar.height()));
    ui.painter().rect_filled(filled, 3, tokens.secondary);
    ui.label(RichText::new(format!("{:.0} %", share * 100.0)).color(tokens.secondary));
    if ui.button("Stop").clicked() {
        queue.push(Command::Stop(Slot::Hash));
    }
}

fn verdict_ui(ui: &mut egui::Ui, document: &Document, app: &App) {
    let tokens = theme::tokens(ui);
    let colour = match app.proof() {
        Proof::Same | Proof::SameBesidesLog => tokens.good,
        Proof::Changed if document.live.is_on() => tokens.text,
        Proof::Changed | Proof::Failed(_) => tokens.bad,
        _ => tokens.secondary,
    };
    let response = ui.add(egui::Label::new(RichText::new(verdict(document, app)).color(colour)).wrap());
    super::announce(ui, &response);
}

/// What the hashes show, in a sentence or two.
fn verdict(document: &Document, app: &App) -> String {
    let at = |time: Timestamp| moment(time, app);
    let since = match document.proved {
        Proved { late: true, first: Some(time), .. } => format!("at {}", at(time)),
        Proved { late: true, .. } => "when it was first looked at".to_owned(),
        _ => "when it was opened".to_owned(),
    };
    let when = document.proved.last.map_or_else(String::new, |time| format!("Looked at {}. ", at(time)));
    match app.proof() {
        Proof::Unknown => "Nothing to compare with yet.".to_owned(),
        Proof::First => "Reading the file for the first time…".to_owned(),
        Proof::NotChecked => "Not looked at again since then.".to_owned(),
        Proof::Checking => "Reading the file again…".to_owned(),
        Proof::Failed(why) => format!("The file could not be read again: {why}"),
        Proof::Same => format!("{when}The same as {since}: nothing was written."),
        Proof::SameBesidesLog => format!(
            "{when}The same as {since}: nothing was written to it. What lies beside it is not what it was: another \
             program uses the file."
        ),
        Proof::Changed => {
            let written = document.hash_now.value().and_then(|(now, _)| now.modified);
            let written = written.map_or_else(String::new, |time| format!(" It was last written at {}.", at(time)));
            if document.live.is_on() {
                return format!(
                    "{when}It is another hash than at first, as is to be expected: the file is followed because other \
                     programs write to it.{written} Foldline itself holds it read-only. To compare hashes, stop \
                     following and open it again."
                );
            }
            format!(
                "{when}Another program has changed the file since.{written} Foldline holds it read-only and can't \
                 have done it."
            )
        }
    }
}

/// A moment to the second: finer, it says no more.
fn moment(time: Timestamp, app: &App) -> String {
    let zone = app.zone();
    let words = zoned::date_time(time, zone);
    format!("{} {}", words.get(..19).unwrap_or(&words), zoned::zone_label(zone, Some(time)))
}

/// What is to be known of the first hash.
fn about_first(document: &Document, app: &App) -> Vec<String> {
    let mut words = Vec::new();
    let Some(first) = &document.opened.hash else { return words };
    if document.proved.late {
        let at = document.proved.first.map_or_else(String::new, |time| format!(" at {}", moment(time, app)));
        words.push(format!("Not taken when it was opened, but{at}: what it was before that is not known"));
    }
    if first.written_since_opening {
        words.push("Another program wrote to the file between its opening and this look".to_owned());
    }
    words
}

fn not_taken(size: u64) -> String {
    if size > HASHED_BY_ITSELF {
        format!(
            "Not taken: reading {} takes a while. Check now to take it; what was before can't be shown then",
            text::bytes(size)
        )
    } else {
        "Not taken, because reading the file was stopped or failed".to_owned()
    }
}

fn beside_ui(ui: &mut egui::Ui, found: &FileHash) {
    for side in &found.side_files {
        fact(ui, "Beside", &format!("{}, {}: not made by Foldline", side.name, text::bytes(side.bytes)), false);
    }
}

/// All of it as text to be pasted somewhere.
fn copied(document: &Document, app: &App, first: &FileHash) -> String {
    let mut lines = vec![document.opened.path.display().to_string(), text::bytes(first.bytes)];
    let head = if document.proved.late { "first taken" } else { "at opening" };
    lines.push(format!("BLAKE3 {head}: {}", first.hash));
    if let Some((now, _)) = document.hash_now.value() {
        lines.push(format!("BLAKE3 now: {}", now.hash));
    }
    lines.extend(about_first(document, app));
    lines.push(verdict(document, app));
    lines.join("\n") + "\n"
}

fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn fact(ui: &mut egui::Ui, what: &str, words: &str, is_hash: bool) {
    let tokens = theme::tokens(ui);
    ui.horizontal_top(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(78.0, 18.0), Sense::hover());
        let font = theme::words(theme::SMALL);
        ui.painter().text(rect.left_center(), egui::Align2::LEFT_CENTER, what, font, tokens.secondary);
        let font = if is_hash { theme::mono(theme::SMALL) } else { theme::words(theme::BODY) };
        ui.with_layout(Layout::top_down(Align::Min), |ui| {
            ui.add(egui::Label::new(RichText::new(words).font(font)).wrap());
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_for_people() {
        assert_eq!(text::bytes(999), "999 bytes");
        assert_eq!(text::bytes(4096), "4.1 kB (4,096 bytes)");
        assert_eq!(text::bytes(50_000_000_000), "50.0 GB (50,000,000,000 bytes)");
        assert!(not_taken(50_000_000_000).contains("takes a while"));
        assert!(not_taken(5).contains("stopped"));
    }
}
