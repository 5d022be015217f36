//! What the state is compared with, in a line: what differs at the cursor, and the way to where it began.

use egui::{Label, RichText};

use crate::app::{Command, Document, Jump};
use crate::job::StateView;
use crate::model::names;
use crate::ui::{icons, text, theme};

/// The line, and one more where the what-if stands at an event that only it has.
pub fn compared_ui(ui: &mut egui::Ui, document: &Document, shown: &StateView, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let small = |words: String| RichText::new(words).font(theme::words(theme::SMALL));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(6.0, 0.0);
        ui.spacing_mut().interact_size.y = 18.0;
        // The link goes to the next line as a whole.
        ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
        icons::sign(ui, icons::BRANCH, theme::ICON_SMALL, theme::ICON, tokens.what_if);
        ui.add(Label::new(small(here(shown.differences.len())).color(tokens.secondary)));
        let first = document.comparison.current().map(|found| (found.first(), found));
        let Some((first, found)) = first else { return };
        match first.and_then(|row| row.event()) {
            Some(event) => {
                let words = match event.moment.version {
                    Some(version) => format!("differs from v{version} on"),
                    None => "to the first difference".to_owned(),
                };
                let link = ui.add(egui::Link::new(theme::link(words, theme::SMALL)));
                if link
                    .on_hover_text("Put the cursor on the first difference (Ctrl+F8); F8 goes on to the next")
                    .clicked()
                {
                    queue.push(Command::ToDifference(Jump::First));
                }
            }
            None if found.rows.is_empty() => {
                ui.add(Label::new(small("and everywhere else".to_owned()).color(tokens.secondary)));
            }
            None => {}
        }
    });
    if let Some(words) = stands_with(shown) {
        ui.add(Label::new(small(words).color(tokens.what_if)).wrap());
    }
}

/// What differs at the cursor.
fn here(differing: usize) -> String {
    match differing {
        0 => "The same state here".to_owned(),
        1 => "1 value differs here".to_owned(),
        many => format!("{} values differ here", text::grouped(many)),
    }
}

/// Where the what-if's last event is one that was never recorded: no cursor stands on it alone.
fn stands_with(shown: &StateView) -> Option<String> {
    let at = &shown.branch.as_ref()?.at;
    let event_type = at.event_type.as_ref().filter(|_| at.position.is_none())?;
    let version = at.version.map_or_else(String::new, |version| format!("v{version} "));
    Some(format!(
        "The what-if stands after {version}{}, which was inserted here",
        names::shown_type(names::short_type(event_type))
    ))
}
