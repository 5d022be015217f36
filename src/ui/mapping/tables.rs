//! The tables of the file: which hold events, and which are looked at.

use egui::{Label, RichText, ScrollArea, Sense, WidgetInfo};

use crate::app::{Command, MappingCommand, MappingView};
use crate::model::mapping::{Certainty, TableSeen, TableVerdict};
use crate::ui::theme;

/// The list.
pub(super) fn tables_ui(ui: &mut egui::Ui, mapping: &MappingView, height: f32, queue: &mut Vec<Command>) {
    let Some(survey) = mapping.seen() else { return };
    let tokens = theme::tokens(ui);
    ui.label(RichText::new("Tables with events").font(theme::words(theme::SMALL)).color(tokens.secondary));
    let area = ScrollArea::vertical().id_salt("tables").max_height(height - 56.0).auto_shrink([false, false]);
    area.show(ui, |ui| {
        for table in &survey.tables {
            table_ui(ui, mapping, table, queue);
        }
    });
    if mapping.draft != survey.guess {
        let link = egui::Link::new(theme::link("Back to the first guess", theme::BODY));
        if ui.add(link).clicked() {
            queue.push(Command::Map(MappingCommand::Guess));
        }
    }
}

fn table_ui(ui: &mut egui::Ui, mapping: &MappingView, table: &TableSeen, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let possible = table.verdict != TableVerdict::Impossible;
    let mut on = mapping.mapped(&table.name).is_some();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let box_ = ui.add_enabled(possible, egui::Checkbox::without_text(&mut on));
        box_.widget_info(|| {
            WidgetInfo::selected(egui::Role::CheckBox, possible, on, format!("Table {} holds events", table.name))
        });
        if box_.changed() {
            queue.push(Command::Map(MappingCommand::Use { table: table.name.clone(), on }));
        }
        let shown = mapping.shown == table.name;
        let colour = if on || shown { tokens.text } else { tokens.secondary };
        let text = RichText::new(&table.name).font(theme::mono(theme::MONO)).color(colour);
        let width = ui.available_width();
        let (rect, response) = ui.allocate_exact_size(egui::vec2(width, theme::ROW), Sense::click());
        response.widget_info(|| {
            WidgetInfo::selected(egui::Role::ListItem, true, shown, format!("{}, {}", table.name, words(table)))
        });
        if shown || response.hovered() {
            let fill = if shown { tokens.selection } else { tokens.raised };
            ui.painter().rect_filled(rect, theme::RADIUS, fill);
        }
        theme::focus_ring(ui, &response);
        let inner = rect.shrink2(egui::vec2(6.0, 2.0));
        let rows = ui.painter().layout_no_wrap(table.rows.clone(), theme::mono(theme::SMALL), tokens.secondary);
        let rows_at = egui::pos2(inner.right() - rows.size().x, inner.center().y - rows.size().y / 2.0);
        let room = inner.width() - rows.size().x - 6.0;
        ui.painter().galley(rows_at, rows, tokens.secondary);
        let name = egui::Rect::from_min_size(inner.min, egui::vec2(room.max(20.0), inner.height()));
        crate::ui::top_bar::child(ui, name, |ui| {
            ui.style_mut().interaction.selectable_labels = false;
            ui.add(Label::new(text).truncate());
        });
        if response.clicked() {
            queue.push(Command::Map(MappingCommand::Show(table.name.clone())));
        }
        response.on_hover_text(words(table));
    });
}

/// What a table is taken for, in words.
pub(super) fn words(table: &TableSeen) -> String {
    let sure = match table.verdict {
        TableVerdict::Events(certainty) => certainty.words(),
        TableVerdict::NotEvents | TableVerdict::Impossible => Certainty::None.words(),
    };
    if table.why.is_empty() { sure.to_owned() } else { format!("{sure}: {}", table.why) }
}
