//! The What-if tab: the scenarios, the edits of the active one at the left, and what follows from them at the right.

mod follows;
mod tabs;

pub use tabs::tabs_ui;

use egui::{Margin, RichText, ScrollArea};

use crate::app::{App, Command, Document};
use crate::ui::theme;
use crate::whatif::{Fit, describe};

/// Share of the width that the edits have, and how wide they are at least and at most, in points.
const SHARE: f32 = 0.42;
const EDITS: std::ops::RangeInclusive<f32> = 240.0..=460.0;

/// What the tab keeps from one frame to the next.
#[derive(Default)]
pub struct WhatIfView {}

/// The tab.
pub fn whatif_ui(
    ui: &mut egui::Ui,
    app: &App,
    document: &Document,
    _view: &mut WhatIfView,
    _take_focus: bool,
    queue: &mut Vec<Command>,
) {
    tabs::tabs_with_menu_ui(ui, app, document, queue);
    let room = ui.available_size();
    let left = (room.x * SHARE).clamp(*EDITS.start(), *EDITS.end());
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.allocate_ui(egui::vec2(left, room.y), |ui| {
            ui.set_min_size(egui::vec2(left, room.y));
            part(ui, "what-if edits", |ui| edits_ui(ui, document));
        });
        let x = ui.cursor().left();
        ui.painter().vline(x, ui.max_rect().y_range(), egui::Stroke::new(1.0, theme::tokens(ui).hairline));
        part(ui, "what follows", |ui| follows::follows_ui(ui, app, document, queue));
    });
}

fn part(ui: &mut egui::Ui, name: &str, add: impl FnOnce(&mut egui::Ui)) {
    let area = ScrollArea::vertical().id_salt(name).auto_shrink(false);
    area.show(ui, |ui| {
        let margin = Margin::symmetric(theme::MARGIN as i8, theme::GAP as i8);
        egui::Frame::new().inner_margin(margin).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing = egui::vec2(theme::TIGHT + 1.0, theme::TIGHT);
                add(ui);
            });
        });
    });
}

/// The edits, those that don't fit with the reason.
fn edits_ui(ui: &mut egui::Ui, document: &Document) {
    let tokens = theme::tokens(ui);
    let view = document.active_scenario();
    for (at, edit) in view.draft.edits().enumerate() {
        let words = RichText::new(describe(&edit.edit));
        let words = if edit.enabled { words.color(tokens.text) } else { words.color(tokens.secondary).strikethrough() };
        ui.add(egui::Label::new(words).wrap());
        let refused = view.refused.as_ref().filter(|(refused, _)| *refused == at).map(|(_, why)| why);
        let fit = view.fit(&edit.edit);
        let colour = if matches!(fit, Some(Fit::DoesNotFit(_))) { tokens.bad } else { tokens.secondary };
        for why in fit.map_or(&[][..], Fit::words) {
            ui.add(egui::Label::new(RichText::new(why).font(theme::words(theme::SMALL)).color(colour)).wrap());
        }
        if let Some(why) = refused {
            ui.add(egui::Label::new(RichText::new(why).font(theme::words(theme::SMALL)).color(tokens.bad)).wrap());
        }
    }
}
