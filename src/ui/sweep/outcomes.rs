//! The thresholds in words, each with the way to take its values.

use chrono_tz::Tz;
use egui::{Label, RichText, ScrollArea};

use super::shown;
use crate::app::Command;
use crate::ui::theme;
use crate::whatif::Sweep;

/// The list.
pub fn outcomes_ui(ui: &mut egui::Ui, sweep: &Sweep, zone: Tz, queue: &mut Vec<Command>) {
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
                let bad = sweep.points.iter().any(|point| !point.broken.is_empty() || !point.stops.is_empty());
                let words = if bad {
                    "Nowhere: it is as bad at all of these values."
                } else {
                    "Nowhere: it is the same at all of these values."
                };
                ui.label(RichText::new(words).color(tokens.text));
            }
            for threshold in &sweep.thresholds {
                for words in threshold.words(&|value| shown(value, zone)) {
                    let colour = if threshold.bad_from && !threshold.bad_before { tokens.bad } else { tokens.text };
                    ui.add(Label::new(RichText::new(words).color(colour)).wrap());
                }
                ui.horizontal_wrapped(|ui| {
                    ui.spacing_mut().item_spacing.x = theme::TIGHT;
                    for value in [&threshold.before, &threshold.from] {
                        let words = format!("Use {}", shown(value, zone));
                        let button = egui::Button::new(RichText::new(words).size(theme::SMALL));
                        if ui.add(button).on_hover_text("Put this value into the edit").clicked() {
                            queue.push(Command::UseSweepValue(value.clone()));
                        }
                    }
                });
                ui.add_space(theme::GAP);
            }
            for note in &sweep.notes {
                ui.add(Label::new(RichText::new(sentence(note)).size(theme::SMALL).color(tokens.secondary)).wrap());
            }
        });
    });
}

fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), chars.as_str()))
}
