//! What the columns of the shown table are: a line a role, with a choice of columns and places inside them.

use egui::{Align, ComboBox, Id, Key, Label, Layout, RichText};

use super::tables;
use crate::app::mapping::{MappingRole, OTHER_ROLES};
use crate::app::{Command, MappingCommand, MappingView};
use crate::model::mapping::{
    Form, MappedTable, Packed, PayloadFrom, Place, Problem, TableSeen, TableVerdict, TimeAs, TimeFrom,
};
use crate::ui::{icons, theme};

/// Width of a role's name, and of a choice.
const NAME: f32 = 92.0;
const CHOICE: f32 = 216.0;

/// What there is to choose from.
struct Choices<'a> {
    table: &'a TableSeen,
    problems: Vec<&'a Problem>,
}

/// The roles. Where there is little room the name of the table is left out: it is chosen beside them.
pub(super) fn roles_ui(
    ui: &mut egui::Ui,
    mapping: &MappingView,
    more: &mut bool,
    named: bool,
    queue: &mut Vec<Command>,
) {
    let Some(table) = mapping.table() else { return };
    let tokens = theme::tokens(ui);
    if named {
        ui.label(RichText::new(&table.name).font(theme::strong(theme::TITLE)));
    }
    let words = RichText::new(tables::words(table)).font(theme::words(theme::SMALL)).color(tokens.secondary);
    ui.add(Label::new(words).wrap());
    ui.add_space(theme::TIGHT);
    let Some(mapped) = mapping.mapped(&table.name) else {
        if table.verdict != TableVerdict::Impossible {
            let words = format!("{} is not taken for a table of events.", table.name);
            ui.label(words);
            if ui.button("It holds events").clicked() {
                queue.push(Command::Map(MappingCommand::Use { table: table.name.clone(), on: true }));
            }
        }
        columns_ui(ui, table);
        return;
    };
    let problems =
        mapping.previewed().map(|preview| preview.problems.iter().filter(|p| p.table == mapped.table).collect());
    let choices = Choices { table, problems: problems.unwrap_or_default() };
    let mut changed = mapped.clone();
    stream_ui(ui, &choices, &mut changed);
    single_ui(ui, &choices, MappingRole::Category, &mut changed);
    single_ui(ui, &choices, MappingRole::Type, &mut changed);
    payload_ui(ui, &choices, &mut changed);
    time_ui(ui, &choices, "Time", "time", &mut changed.time);
    single_ui(ui, &choices, MappingRole::Version, &mut changed);
    order_ui(ui, &choices, &mut changed);
    ui.add_space(theme::TIGHT);
    ui.checkbox(more, "More: metadata, ids, users, valid time, marks");
    if *more {
        time_ui(ui, &choices, "Valid time", "valid_time", &mut changed.valid_time);
        for role in OTHER_ROLES {
            single_ui(ui, &choices, role, &mut changed);
        }
        line(ui, &choices, "Besides", "metadata_columns", |ui| besides_ui(ui, &choices, &mut changed));
        line(ui, &choices, "Archived", "archived", |ui| {
            column_ui(ui, &choices, "Archived", &mut changed.archived);
        });
    }
    if changed != *mapped {
        queue.push(Command::Map(MappingCommand::Set(Box::new(changed))));
    }
}

/// The columns with what they look like, for a table that is not mapped.
fn columns_ui(ui: &mut egui::Ui, table: &TableSeen) {
    let tokens = theme::tokens(ui);
    ui.add_space(theme::TIGHT);
    egui::Grid::new("columns").num_columns(3).spacing(egui::vec2(theme::MARGIN, 2.0)).show(ui, |ui| {
        for column in &table.columns {
            ui.label(RichText::new(&column.name).font(theme::mono(theme::MONO)));
            ui.label(RichText::new(&column.looks).color(tokens.secondary));
            let example = RichText::new(&column.example).font(theme::mono(theme::SMALL)).color(tokens.secondary);
            ui.add(Label::new(example).truncate());
            ui.end_row();
        }
    });
}

/// A role's name, its choices, and below them what is odd about it, each in a line of its own.
fn line(ui: &mut egui::Ui, choices: &Choices<'_>, title: &str, key: &str, contents: impl FnOnce(&mut egui::Ui)) {
    let tokens = theme::tokens(ui);
    ui.horizontal_top(|ui| {
        let layout = Layout::left_to_right(Align::Center);
        ui.allocate_ui_with_layout(egui::vec2(NAME, theme::FIELD), layout, |ui| {
            ui.set_min_size(egui::vec2(NAME, theme::FIELD));
            ui.label(RichText::new(title).color(tokens.secondary));
        });
        ui.vertical(|ui| {
            ui.horizontal_wrapped(contents);
            for problem in choices.problems.iter().filter(|problem| problem.role == key) {
                problem_ui(ui, &problem.words, problem.rows > 0);
            }
        });
    });
}

/// What is odd, or only good to know, in as many lines as it takes.
pub(super) fn problem_ui(ui: &mut egui::Ui, words: &str, odd: bool) {
    let tokens = theme::tokens(ui);
    let (glyph, colour) = if odd { (icons::WARNING, tokens.bad) } else { (icons::INFO, tokens.secondary) };
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        icons::sign(ui, glyph, theme::ICON_SMALL, 16.0, colour);
        let text = RichText::new(words).font(theme::words(theme::SMALL));
        ui.add(Label::new(text.color(if odd { tokens.text } else { tokens.secondary })).wrap());
    });
}

fn single_ui(ui: &mut egui::Ui, choices: &Choices<'_>, role: MappingRole, mapped: &mut MappedTable) {
    let mut place = role.of(mapped).cloned();
    line(ui, choices, role.title(), role.key(), |ui| {
        let none = match role {
            MappingRole::Category => "As the stream's name begins",
            MappingRole::Version => "None: they are counted",
            MappingRole::Type => "Choose one",
            _ => "None",
        };
        place_ui(ui, choices, role.title(), none, role.can_be_inside(), &mut place);
    });
    if role.of(mapped) != place.as_ref() {
        role.set(mapped, place);
    }
}

fn stream_ui(ui: &mut egui::Ui, choices: &Choices<'_>, mapped: &mut MappedTable) {
    let count = mapped.stream.len().max(1);
    let mut parts: Vec<Option<Place>> = mapped.stream.iter().cloned().map(Some).collect();
    if parts.is_empty() {
        parts.push(None);
    }
    for (at, part) in parts.iter_mut().enumerate() {
        let title = if at == 0 { "Stream".to_owned() } else { format!("Stream, part {}", at + 1) };
        let key = if at == 0 { "stream" } else { "" };
        line(ui, choices, if at == 0 { "Stream" } else { "and" }, key, |ui| {
            place_ui(ui, choices, &title, "None", true, part);
            if at + 1 == count
                && part.is_some()
                && count < 4
                && ui.button("+").accessible_name("Add a part to the stream's name").clicked()
            {
                mapped.stream.push(Place::Value(String::new()));
            }
        });
    }
    let added = mapped.stream.len() > parts.len();
    let mut stream: Vec<Place> = parts.into_iter().flatten().collect();
    if added {
        // The first column that is not in it yet.
        let free =
            choices.table.columns.iter().find(|column| !stream.iter().any(|part| part.column() == Some(&column.name)));
        stream.extend(free.map(|column| Place::Column(column.name.clone())));
    }
    if mapped.stream != stream {
        mapped.stream = stream;
    }
}

fn payload_ui(ui: &mut egui::Ui, choices: &Choices<'_>, mapped: &mut MappedTable) {
    line(ui, choices, "Payload", "payload", |ui| {
        let shown = match &mapped.payload {
            PayloadFrom::Nothing => "None".to_owned(),
            PayloadFrom::Rest => "All columns without a role".to_owned(),
            PayloadFrom::Columns(columns) => columns.join(", "),
            PayloadFrom::Column { column, .. } => column.clone(),
        };
        combo(ui, "Payload", "Payload", &shown, CHOICE, |ui| {
            for column in &choices.table.columns {
                let chosen =
                    matches!(&mapped.payload, PayloadFrom::Column { column: known, .. } if *known == column.name);
                if item(ui, chosen, &format!("{}   {}", column.name, column.looks)) && !chosen {
                    mapped.payload = PayloadFrom::column(column.name.clone());
                }
            }
            ui.separator();
            if item(ui, mapped.payload == PayloadFrom::Rest, "All columns without a role") {
                mapped.payload = PayloadFrom::Rest;
            }
            if item(ui, mapped.payload == PayloadFrom::Nothing, "None") {
                mapped.payload = PayloadFrom::Nothing;
            }
        });
        if let PayloadFrom::Column { packed, form, inside, .. } = &mut mapped.payload {
            combo(ui, "packed", "Compression of the payload", packed_words(*packed), 96.0, |ui| {
                for choice in Packed::ALL {
                    if item(ui, *packed == choice, packed_words(choice)) {
                        *packed = choice;
                    }
                }
            });
            combo(ui, "form", "Form of the payload", form_words(*form), 96.0, |ui| {
                for choice in Form::ALL {
                    if item(ui, *form == choice, form_words(choice)) {
                        *form = choice;
                    }
                }
            });
            let mut path = inside.clone().unwrap_or_default();
            if path_ui(ui, choices, "Path of the payload inside its wrapper", "inside it: data", &mut path) {
                *inside = (!path.trim().is_empty()).then(|| path.trim().to_owned());
            }
        }
    });
}

fn packed_words(packed: Packed) -> &'static str {
    match packed {
        Packed::Auto => "any packing",
        Packed::Plain => "not packed",
        other => other.id(),
    }
}

fn form_words(form: Form) -> &'static str {
    match form {
        Form::Auto => "any form",
        Form::Opaque => "unknown bytes",
        other => other.id(),
    }
}

fn time_ui(ui: &mut egui::Ui, choices: &Choices<'_>, title: &str, key: &str, time: &mut Option<TimeFrom>) {
    line(ui, choices, title, key, |ui| match time {
        Some(TimeFrom::Split { date, time: clock }) => {
            let (mut day, mut hour) = (Some(date.clone()), Some(clock.clone()));
            column_ui(ui, choices, &format!("{title}: column of the day"), &mut day);
            column_ui(ui, choices, &format!("{title}: column of the time of day"), &mut hour);
            *time = match (day, hour) {
                (Some(date), Some(time)) => Some(TimeFrom::Split { date, time }),
                (Some(one), None) | (None, Some(one)) => {
                    Some(TimeFrom::At { place: Place::Column(one), encoding: TimeAs::Auto })
                }
                (None, None) => None,
            };
        }
        other => {
            let (mut place, mut encoding) = match other {
                Some(TimeFrom::At { place, encoding }) => (Some(place.clone()), *encoding),
                _ => (None, TimeAs::Auto),
            };
            place_ui(ui, choices, title, "None", true, &mut place);
            if place.is_some() {
                combo(
                    ui,
                    &format!("{key} as"),
                    &format!("{title}: how it is written"),
                    encoding.title(),
                    176.0,
                    |ui| {
                        for choice in TimeAs::ALL {
                            if item(ui, encoding == choice, choice.title()) {
                                encoding = choice;
                            }
                        }
                    },
                );
            }
            let split = place.as_ref().and_then(Place::column).map(str::to_owned);
            let days = split.filter(|name| looks(choices, name) == "days");
            let clock = choices.table.columns.iter().find(|column| column.looks == "times of day");
            let mut joined = None;
            if let (Some(date), Some(clock)) = (days, clock)
                && ui.button(format!("with {}", clock.name)).clicked()
            {
                joined = Some(TimeFrom::Split { date, time: clock.name.clone() });
            }
            *other = joined.or(place
                .filter(|place| !matches!(place, Place::Value(_) | Place::Tag))
                .map(|place| TimeFrom::At { place, encoding }));
        }
    });
}

fn looks<'a>(choices: &Choices<'a>, name: &str) -> &'a str {
    choices.table.columns.iter().find(|column| column.name == name).map_or("", |column| &column.looks)
}

fn order_ui(ui: &mut egui::Ui, choices: &Choices<'_>, mapped: &mut MappedTable) {
    line(ui, choices, "Order", "order", |ui| {
        let shown = match (&mapped.position, mapped.order.as_slice()) {
            (Some(position), []) => format!("{position} (the position)"),
            (_, [first, ..]) => first.clone(),
            (None, []) => "As the rows were inserted".to_owned(),
        };
        combo(ui, "Order", "Order of the rows", &shown, CHOICE, |ui| {
            if item(ui, mapped.position.is_none() && mapped.order.is_empty(), "As the rows were inserted") {
                (mapped.position, mapped.order) = (None, Vec::new());
            }
            ui.separator();
            for column in &choices.table.columns {
                let chosen = mapped.position.as_deref() == Some(&*column.name) && mapped.order.is_empty();
                if column.looks == "whole numbers" && item(ui, chosen, &format!("{} (the position)", column.name)) {
                    (mapped.position, mapped.order) = (Some(column.name.clone()), Vec::new());
                }
            }
            ui.separator();
            for column in &choices.table.columns {
                let chosen = mapped.order.first() == Some(&column.name);
                if item(ui, chosen, &format!("By {}", column.name)) {
                    mapped.order = vec![column.name.clone()];
                }
            }
        });
    });
}

/// A choice of a place: a column, inside the payload or the metadata, or the same for all rows.
fn place_ui(ui: &mut egui::Ui, choices: &Choices<'_>, name: &str, none: &str, inside: bool, place: &mut Option<Place>) {
    let shown = match place.as_ref() {
        None => none.to_owned(),
        Some(Place::Column(column)) => column.clone(),
        Some(Place::Payload(_)) => "Inside the payload:".to_owned(),
        Some(Place::Metadata(_)) => "Inside the metadata:".to_owned(),
        Some(Place::Tag) => "The payload's only key".to_owned(),
        Some(Place::Value(_)) => "Always:".to_owned(),
    };
    combo(ui, name, name, &shown, CHOICE, |ui| {
        if item(ui, place.is_none(), none) {
            *place = None;
        }
        ui.separator();
        for column in &choices.table.columns {
            let chosen = place.as_ref().and_then(Place::column) == Some(&column.name);
            if item(ui, chosen, &format!("{}   {}", column.name, column.looks)) {
                *place = Some(Place::Column(column.name.clone()));
            }
        }
        if inside {
            ui.separator();
            let first = || choices.table.paths.first().map(|path| path.path.clone()).unwrap_or_default();
            if item(ui, matches!(place, Some(Place::Payload(_))), "Inside the payload…") {
                *place = Some(Place::Payload(first()));
            }
            if item(ui, matches!(place, Some(Place::Metadata(_))), "Inside the metadata…") {
                *place = Some(Place::Metadata(first()));
            }
            if name == MappingRole::Type.title() && item(ui, *place == Some(Place::Tag), "The payload's only key") {
                *place = Some(Place::Tag);
            }
            if item(ui, matches!(place, Some(Place::Value(_))), "Always the same…") {
                *place = Some(Place::Value(choices.table.name.clone()));
            }
        }
    });
    match place {
        Some(Place::Payload(path) | Place::Metadata(path)) => {
            path_ui(ui, choices, &format!("{name}: path"), "path", path);
        }
        Some(Place::Value(value)) => {
            let name = format!("{name}: always");
            let field = theme::field(value, "value").id(egui::Id::unique(&name)).desired_width(120.0);
            ui.add(field).accessible_name(name);
        }
        _ => {}
    }
}

/// A path, with those that were seen in samples to choose from. Whether it was changed.
fn path_ui(ui: &mut egui::Ui, choices: &Choices<'_>, name: &str, hint: &str, path: &mut String) -> bool {
    let before = path.clone();
    let field = theme::field(path, hint).id(egui::Id::unique(name)).desired_width(110.0);
    ui.add(field).accessible_name(name);
    if !choices.table.paths.is_empty() {
        combo(ui, &format!("{name} seen"), &format!("{name}: seen in samples"), "seen", 60.0, |ui| {
            for seen in &choices.table.paths {
                let words = format!("{}   {} %   {}", seen.path, seen.share, seen.example);
                if item(ui, *path == seen.path, &words) {
                    path.clone_from(&seen.path);
                }
            }
        });
    }
    *path != before
}

/// Which further columns are metadata.
fn besides_ui(ui: &mut egui::Ui, choices: &Choices<'_>, mapped: &mut MappedTable) {
    let shown = if mapped.metadata_columns.is_empty() { "None".to_owned() } else { mapped.metadata_columns.join(", ") };
    combo(ui, "besides", "Columns that are metadata too", &shown, CHOICE, |ui| {
        for column in &choices.table.columns {
            let at = mapped.metadata_columns.iter().position(|known| *known == column.name);
            if several_item(ui, at.is_some(), &format!("{}   {}", column.name, column.looks)) {
                match at {
                    Some(at) => drop(mapped.metadata_columns.remove(at)),
                    None => mapped.metadata_columns.push(column.name.clone()),
                }
            }
        }
    });
}

/// A choice of a column, or none.
fn column_ui(ui: &mut egui::Ui, choices: &Choices<'_>, name: &str, column: &mut Option<String>) {
    let shown = column.clone().unwrap_or_else(|| "None".to_owned());
    combo(ui, name, name, &shown, 140.0, |ui| {
        if item(ui, column.is_none(), "None") {
            *column = None;
        }
        ui.separator();
        for seen in &choices.table.columns {
            if item(ui, column.as_deref() == Some(&*seen.name), &format!("{}   {}", seen.name, seen.looks)) {
                *column = Some(seen.name.clone());
            }
        }
    });
}

fn combo(ui: &mut egui::Ui, id: &str, name: &str, shown: &str, width: f32, contents: impl FnOnce(&mut egui::Ui)) {
    let choice = ComboBox::from_id_salt(("mapping", id)).width(width).truncate().height(320.0);
    let response = choice.selected_text(shown).show_ui(ui, |ui| {
        ui.set_min_width(width.max(200.0));
        contents(ui);
    });
    let closed = response.inner.is_some() && ui.input(|input| input.key_pressed(Key::Escape));
    let chose = ui.data_mut(|data| data.remove_temp::<bool>(chosen_id())).is_some();
    let button = response.response.accessible_name(format!("{name}: {shown}"));
    if chose || closed {
        // The keyboard goes on from where it was.
        button.request_focus();
    }
}

/// Where it is kept that something was chosen in this frame.
fn chosen_id() -> Id {
    Id::unique("chosen in the mapping dialog")
}

/// A choice of a list; the list is put away when it is made, also by the keyboard.
fn item(ui: &mut egui::Ui, chosen: bool, words: &str) -> bool {
    let made = several_item(ui, chosen, words);
    if made {
        ui.data_mut(|data| data.insert_temp(chosen_id(), true));
        ui.close();
    }
    made
}

/// One of a list of which several may be chosen.
fn several_item(ui: &mut egui::Ui, chosen: bool, words: &str) -> bool {
    const LONGEST: usize = 90;
    let short: String = words.chars().take(LONGEST).collect();
    let response = ui.selectable_label(chosen, short);
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    response.clicked()
}
