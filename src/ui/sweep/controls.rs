//! What is varied, over which range, and which fields are shown.

use chrono_tz::Tz;
use egui::{ComboBox, Label, RichText, Role, WidgetInfo, vec2};

use super::{SweepView, shown};
use crate::app::{Command, Document};
use crate::model::Path;
use crate::ui::{text, theme};
use crate::whatif::{Sweep, SweepSpec, SweepValue, describe};

/// A narrower tab has its chips in a menu.
const NARROW: f32 = 620.0;

/// The range as it is typed.
#[derive(Default)]
pub struct Fields {
    /// What the texts were made from.
    of: Option<(SweepSpec, Tz)>,
    from: String,
    to: String,
    step: String,
    problem: Option<String>,
}

/// Whether there is no room for much: decided once a frame by the width of the whole tab.
fn is_narrow(ui: &egui::Ui) -> bool {
    ui.max_rect().width() < NARROW
}

/// The row of choices and fields, and what is wrong with them.
pub fn controls_ui(ui: &mut egui::Ui, document: &Document, fields: &mut Fields, zone: Tz, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    egui::Frame::new().inner_margin(egui::Margin { left: 12, right: 12, top: 4, bottom: 2 }).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(6.0, theme::TIGHT);
            if !is_narrow(ui) {
                ui.label(RichText::new("Vary").color(tokens.secondary));
            }
            choices_ui(ui, document, zone, queue);
            range_ui(ui, document, fields, zone, queue);
        });
        if let Some(problem) = &fields.problem {
            ui.add(Label::new(RichText::new(problem).color(tokens.bad).size(theme::SMALL)).wrap());
        }
    });
}

fn choices_ui(ui: &mut egui::Ui, document: &Document, zone: Tz, queue: &mut Vec<Command>) {
    let sweeping = &document.sweeping;
    let Some((edits, _)) = sweeping.edits().value() else { return };
    let Some((chosen, chosen_what)) = sweeping.chosen() else { return };
    let draft = &document.active_scenario().draft;
    let words = |at: usize| draft.edits().nth(at).map_or_else(String::new, |edit| describe(&edit.edit));
    let narrow = is_narrow(ui);
    let width = if narrow { 70.0 } else { (ui.available_width() * 0.28).clamp(130.0, 300.0) };
    let name = format!("Edit that is varied: {}", words(chosen));
    let combo =
        ComboBox::from_id_salt("sweep edit").width(width).truncate().selected_text(fitting(&words(chosen), width));
    let combo = combo.show_ui(ui, |ui| {
        for (index, edit) in edits.iter().enumerate() {
            let Some(at) = draft.index_of_applied(index) else { continue };
            let Some(first) = edit.places.first() else { continue };
            if ui.selectable_label(at == chosen, words(at)).clicked() {
                queue.push(Command::SweepOver { at, what: first.what.clone() });
            }
        }
    });
    combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &name));
    let index = draft.edits().take(chosen).filter(|edit| edit.enabled).count();
    let name = format!("What is varied: {chosen_what}");
    let width = if narrow { 68.0 } else { 110.0 };
    let text = fitting(&chosen_what.to_string(), width);
    let combo = ComboBox::from_id_salt("sweep what").width(width).selected_text(text);
    let combo = combo.show_ui(ui, |ui| {
        for place in edits.get(index).iter().flat_map(|edit| &edit.places) {
            let words = format!("{}  {}", place.what, shown(&place.value, zone));
            let text = RichText::new(words);
            let text = if place.in_edit { text } else { text.color(theme::tokens(ui).secondary) };
            if ui.selectable_label(place.what == *chosen_what, text).clicked() {
                queue.push(Command::SweepOver { at: chosen, what: place.what.clone() });
            }
        }
    });
    combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &name));
}

/// As much of a text as a box has room for: it would grow with its words.
fn fitting(words: &str, width: f32) -> String {
    text::shortened(words, (width / 6.6) as usize)
}

fn range_ui(ui: &mut egui::Ui, document: &Document, fields: &mut Fields, zone: Tz, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let Some(spec) = document.sweeping.spec() else { return };
    let is_new = fields.of.as_ref().is_none_or(|(of, of_zone)| of != spec || *of_zone != zone);
    if is_new {
        fields.from = shown(&spec.from, zone);
        fields.to = shown(&spec.to, zone);
        fields.step = spec.step.to_string();
        fields.problem = None;
        fields.of = Some((spec.clone(), zone));
    }
    let width = if matches!(spec.from, SweepValue::Time(_)) { 160.0 } else { 58.0 };
    let width = if is_narrow(ui) { width * 0.7 } else { width };
    let step = if is_narrow(ui) { 34.0 } else { 46.0 };
    let mut changed = false;
    let mut field = |ui: &mut egui::Ui, words: &str, text: &mut String, width: f32, name: &str| {
        ui.label(RichText::new(words).color(tokens.secondary));
        let field = theme::field(text, "").desired_width(width).font(theme::mono(theme::MONO));
        let field = field.id(egui::Id::unique(("sweep", name)));
        changed |= ui.add(field).accessible_name(name).changed();
    };
    field(ui, "from", &mut fields.from, width, "First value");
    field(ui, "to", &mut fields.to, width, "Last value");
    field(ui, "by", &mut fields.step, step, "Step");
    if !changed {
        return;
    }
    match read(spec, fields, zone) {
        Ok(read) => {
            fields.problem = None;
            if read != *spec {
                // The texts stay as they are typed.
                fields.of = Some((read.clone(), zone));
                queue.push(Command::SweepRange { from: read.from, to: read.to, step: read.step });
            }
        }
        Err(problem) => fields.problem = Some(problem),
    }
}

fn read(spec: &SweepSpec, fields: &Fields, zone: Tz) -> Result<SweepSpec, String> {
    let (from, to) = (spec.from.read_alike(&fields.from, zone)?, spec.from.read_alike(&fields.to, zone)?);
    let step = spec.from.read_step(&fields.step)?;
    let read = SweepSpec { from, to, step, ..spec.clone() };
    read.points().map_err(|error| error.to_string())?;
    Ok(read)
}

/// The fields that can be shown, as chips, and the switch between plot and table.
pub fn chips_ui(ui: &mut egui::Ui, document: &Document, sweep: &Sweep, view: &mut SweepView, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    let is_on = |path: &Path| sweep.fields.iter().any(|field| field.path == *path);
    egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 1)).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().interact_size.y = 20.0;
            ui.spacing_mut().button_padding.y = 1.0;
            ui.spacing_mut().item_spacing = vec2(theme::TIGHT, theme::TIGHT);
            if is_narrow(ui) {
                ui.menu_button(RichText::new("Show ▾").size(theme::SMALL), |ui| {
                    for path in &sweep.known {
                        let mut on = is_on(path);
                        if ui.checkbox(&mut on, path.to_string()).clicked() {
                            queue.push(Command::SweepFields(toggled(document, sweep, path)));
                        }
                    }
                });
            } else {
                chip_row_ui(ui, document, sweep, &is_on, queue);
            }
            ui.add_space(theme::GAP);
            let words = if view.as_table { "As a plot" } else { "As a table" };
            let words = RichText::new(words).size(theme::SMALL).color(tokens.secondary);
            if ui.add(egui::Button::new(words)).on_hover_text("The same values, shown the other way").clicked() {
                view.as_table = !view.as_table;
            }
        });
    });
}

fn chip_row_ui(
    ui: &mut egui::Ui,
    document: &Document,
    sweep: &Sweep,
    is_on: &dyn Fn(&Path) -> bool,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    ui.label(RichText::new("Show").color(tokens.secondary));
    for path in &sweep.known {
        let on = is_on(path);
        let colour = if on { tokens.what_if } else { tokens.secondary };
        let fill = if on { theme::wash(tokens.what_if) } else { egui::Color32::TRANSPARENT };
        let text = RichText::new(path.to_string()).size(theme::SMALL).color(colour);
        let chip = ui.add(egui::Button::new(text).fill(fill).corner_radius(9).min_size(vec2(0.0, 20.0)));
        let name = format!("Show {path}");
        chip.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, &name));
        if chip.clicked() {
            queue.push(Command::SweepFields(toggled(document, sweep, path)));
        }
    }
}

/// The fields that are shown, with one more or less.
fn toggled(document: &Document, sweep: &Sweep, path: &Path) -> Vec<Path> {
    let chosen = document.sweeping.fields();
    let mut fields: Vec<Path> = if chosen.is_empty() {
        let mut shown: Vec<Path> = Vec::new();
        for field in &sweep.fields {
            if !shown.contains(&field.path) {
                shown.push(field.path.clone());
            }
        }
        shown
    } else {
        chosen.to_vec()
    };
    match fields.iter().position(|known| known == path) {
        Some(at) => {
            fields.remove(at);
        }
        None => fields.push(path.clone()),
    }
    fields
}
