//! The thresholds in words, each with the way to take its values.

use chrono_tz::Tz;
use egui::{Label, RichText, ScrollArea};

use super::{point_words, shown};
use crate::app::Command;
use crate::ui::theme;
use crate::whatif::{Sweep, SweepPoint, SweepValue};

/// The list.
pub fn outcomes_ui(ui: &mut egui::Ui, sweep: &Sweep, point: Option<&SweepPoint>, zone: Tz, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let rect = ui.max_rect();
    ui.painter().vline(rect.left(), rect.y_range(), egui::Stroke::new(1.0, tokens.hairline));
    ScrollArea::vertical().id_salt("sweep outcomes").auto_shrink([false, false]).show(ui, |ui| {
        egui::Frame::new().inner_margin(egui::Margin { left: 12, right: 12, top: 2, bottom: 8 }).show(ui, |ui| {
            ui.label(
                RichText::new("Where the outcome changes").font(theme::strong(theme::SMALL)).color(tokens.secondary),
            );
            ui.add_space(theme::TIGHT);
            if sweep.thresholds.is_empty() {
                ui.add(Label::new(RichText::new(nowhere(sweep)).color(tokens.text)).wrap());
            }
            // At one place whether or not a point is looked at: nothing jumps under the pointer.
            for threshold in &sweep.thresholds {
                for words in threshold.words(&|value| shown(value, zone)) {
                    let colour = if threshold.bad_from && !threshold.bad_before { tokens.bad } else { tokens.text };
                    ui.add(Label::new(RichText::new(words).color(colour)).wrap());
                }
                ui.horizontal_wrapped(|ui| {
                    ui.spacing_mut().item_spacing.x = theme::TIGHT;
                    use_ui(ui, &threshold.before, zone, queue);
                    use_ui(ui, &threshold.from, zone, queue);
                });
                ui.add_space(theme::GAP);
            }
            if let Some(point) = point {
                let bad = !point.broken.is_empty() || !point.stops.is_empty();
                let colour = if bad { tokens.bad } else { tokens.text };
                let words = RichText::new(point_words(sweep, point, zone)).size(theme::SMALL).color(colour);
                ui.add(Label::new(words).wrap());
                use_ui(ui, &point.value, zone, queue);
                ui.add_space(theme::GAP);
            }
            for note in &sweep.notes {
                let note = note.replace(&sweep.from.to_string(), &shown(&sweep.from, zone));
                let note = note.replace(&sweep.to.to_string(), &shown(&sweep.to, zone));
                ui.add(Label::new(RichText::new(sentence(&note)).size(theme::SMALL).color(tokens.secondary)).wrap());
            }
        });
    });
}

/// What is the same everywhere.
fn nowhere(sweep: &Sweep) -> String {
    let Some(point) = sweep.points.first() else { return "Nowhere.".to_owned() };
    let broken = point.broken.iter().map(|broken| broken.name.to_string());
    let bad: Vec<String> = broken.chain(point.stops.iter().map(|stop| stop.message.clone())).collect();
    if bad.is_empty() {
        "Nowhere: no rule is broken at any of these values.".to_owned()
    } else {
        format!("Nowhere: at all of these values it is broken: {}.", bad.join("; "))
    }
}

/// The way to take a value.
fn use_ui(ui: &mut egui::Ui, value: &SweepValue, zone: Tz, queue: &mut Vec<Command>) {
    ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = 22.0;
        ui.spacing_mut().button_padding.y = 1.0;
        let words = format!("Use {}", shown(value, zone));
        let button = egui::Button::new(RichText::new(words).size(theme::SMALL));
        if ui.add(button).on_hover_text("Put this value into the edit").clicked() {
            queue.push(Command::UseSweepValue(value.clone()));
        }
    });
}

fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), chars.as_str()))
}
