//! The form in which an event is written or changed.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::{
    CollapsingHeader, Id, Key, Layout, Modal, Modifiers, Popup, Rect, RichText, ScrollArea, Sense, Stroke, TextEdit,
    Ui, UiBuilder,
};

use super::preview;
use crate::app::edit_form::Subject;
use crate::app::{App, Command, Document, EditForm, Field, FormCommand};
use crate::ui::{icons, keys, text, theme};

/// What the form keeps from one frame to the next.
#[derive(Default)]
pub struct FormView {
    /// The focus was given to its first field.
    begun: bool,
    /// The suggested type that was selected.
    selected: String,
    /// The focus was given to the answer that takes nothing away.
    asked: bool,
}

/// Height of what is above and below the fields.
const FRAME: f32 = 150.0;
/// Width of the part that says what the edit changes.
const ASIDE: f32 = 290.0;

/// The form, if it is open.
pub fn form_ui(ui: &Ui, app: &App, view: &mut FormView, queue: &mut Vec<Command>) {
    let open = app.document.as_ref().and_then(|document| Some((document, document.form.as_ref()?)));
    let Some((document, form)) = open else {
        *view = FormView::default();
        return;
    };
    let room = ui.ctx().content_rect();
    let mut ask = |command: FormCommand| queue.push(Command::Form(command));
    if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter)) {
        ask(FormCommand::Apply);
    }
    let frame = egui::Frame::popup(ui.style()).inner_margin(egui::Margin::same(16));
    let modal = Modal::new(Id::unique("edit form")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width((room.width() - 64.0).min(860.0));
        head_ui(ui, document, form);
        ui.add_space(theme::GAP);
        let height = (room.height() - FRAME).clamp(200.0, 430.0);
        let width = ui.available_width() - ASIDE - theme::SECTION;
        let (room, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), height), Sense::hover());
        let scroll =
            |name: &str| ScrollArea::vertical().id_salt(name.to_owned()).max_height(height).auto_shrink([false, false]);
        let part = |ui: &mut Ui, rect: Rect| ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::default()));
        let mut fields = part(ui, room.with_max_x(room.left() + width));
        scroll("fields of the form").show(&mut fields, |ui| {
            ui.set_width(width - 14.0);
            ui.add_enabled_ui(!form.waits, |ui| fields_ui(ui, app, document, form, view, &mut ask));
        });
        let mut aside = part(ui, room.with_min_x(room.right() - ASIDE));
        scroll("what the edit changes").show(&mut aside, |ui| {
            ui.set_width(ASIDE - 14.0);
            preview::preview_ui(ui, document, form);
            preview::usual_ui(ui, form, &mut ask);
        });
        ui.add_space(theme::GAP);
        foot_ui(ui, form, view, &mut ask);
    });
    if modal.should_close() {
        ask(if form.asks_to_leave { FormCommand::Stay } else { FormCommand::Leave });
    }
}

fn head_ui(ui: &mut Ui, document: &Document, form: &EditForm) {
    let tokens = theme::tokens(ui);
    let title = match (&form.subject, form.changing) {
        (Subject::Insert, None) => "Insert an event".to_owned(),
        (Subject::Insert, Some(_)) => "Change the inserted event".to_owned(),
        (Subject::Change(event), _) => format!("Change {}", document.words_for(*event)),
        (Subject::Patch(_), _) => "Change what the edit says".to_owned(),
    };
    ui.horizontal(|ui| {
        icons::sign(ui, if form.is_insert() { icons::PLUS } else { icons::PENCIL }, 16.0, 22.0, tokens.what_if);
        ui.label(RichText::new(title).font(theme::strong(theme::HEADING)));
        let name = document.active_scenario().draft.name();
        let words = format!("in {name} · the store stays as it is");
        ui.add(egui::Label::new(RichText::new(words).color(tokens.secondary)).truncate());
    });
    let about = match &form.subject {
        Subject::Change(event) => form
            .base
            .as_ref()
            .map(|base| {
                base.row.sentence.as_deref().map_or_else(|| crate::report::sentence(&base.row.event), str::to_owned)
            })
            .or_else(|| document.said(*event)),
        Subject::Patch(target) => Some(format!(
            "A patch for {}: fields that it names are set, null removes one, all others stay.",
            match target {
                crate::whatif::Target::Range(range) => crate::app::edit_words::range_words(range),
                crate::whatif::Target::One(_) => "an event that is known by its id".to_owned(),
            }
        )),
        Subject::Insert => None,
    };
    if let Some(about) = about {
        ui.add(egui::Label::new(RichText::new(about).color(tokens.secondary)).truncate());
    }
}

/// A line of a field: its name, the field, and below it what is wrong or worth knowing.
fn said_ui(ui: &mut Ui, form: &EditForm, field: Field, ask: &mut dyn FnMut(FormCommand)) {
    let tokens = theme::tokens(ui);
    let wrong = form.problem(field);
    if let Some(problem) = wrong {
        let label = ui.add(egui::Label::new(RichText::new(&problem.words).color(tokens.bad)).wrap());
        crate::ui::announce(ui, &label);
        for offer in &problem.offers {
            if ui.add(egui::Link::new(theme::link(offer, theme::BODY))).clicked() {
                ask(FormCommand::Type(field, offer.clone()));
            }
        }
    }
    for (_, words) in form.checked.notices.iter().filter(|(of, _)| *of == field) {
        let words = RichText::new(words).font(theme::words(theme::SMALL)).color(tokens.secondary);
        ui.add(egui::Label::new(words).wrap());
    }
}

fn label(ui: &mut Ui, words: &str) {
    let tokens = theme::tokens(ui);
    ui.label(RichText::new(words).font(theme::words(theme::SMALL)).color(tokens.secondary));
}

/// A field of one line. Whether it has something to give the focus to.
fn line(
    ui: &mut Ui,
    form: &EditForm,
    (field, name, hint): (Field, &str, &str),
    width: f32,
    ask: &mut dyn FnMut(FormCommand),
) -> egui::Response {
    let mut typed = form.text(field).to_owned();
    // What stands above a field comes and goes while one types: that must not take the focus from it.
    let id = egui::Id::unique(("edit form", name));
    let response = ui.add(theme::field(&mut typed, hint).id(id).desired_width(width)).accessible_name(name);
    if response.changed() {
        ask(FormCommand::Type(field, typed));
    }
    response
}

fn fields_ui(
    ui: &mut Ui,
    app: &App,
    document: &Document,
    form: &EditForm,
    view: &mut FormView,
    ask: &mut dyn FnMut(FormCommand),
) {
    ui.spacing_mut().item_spacing.y = theme::TIGHT;
    if form.waits {
        let words = form.sample.failure().map_or("Reading the event…", |why| why);
        ui.label(words);
    }
    let width = ui.available_width();
    let focus = !form.waits && !view.begun;
    view.begun |= focus;
    if form.is_insert() {
        let half = (width - theme::GAP) / 2.0;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = theme::GAP;
            ui.vertical(|ui| {
                ui.set_width(half);
                label(ui, "Stream");
                let stream = line(ui, form, (Field::Stream, "Stream", "name of a stream"), half - 20.0, ask);
                if focus && form.stream.is_empty() {
                    stream.request_focus();
                }
            });
            ui.vertical(|ui| {
                ui.set_width(half);
                label(ui, "After");
                line(ui, form, (Field::After, "After", "the start of the stream"), half - 20.0, ask);
            });
        });
        said_ui(ui, form, Field::Stream, ask);
        said_ui(ui, form, Field::After, ask);
        after_ui(ui, document, form);
    }
    label(ui, "Type");
    ui.horizontal(|ui| {
        let kind = line(ui, form, (Field::Type, "Type", "type of the event"), width - 60.0, ask);
        if focus && form.is_insert() && !form.stream.is_empty() {
            kind.request_focus();
        }
        // Who knows the type types it over the one that is suggested.
        let is_suggested = form.is_insert() && form.changing.is_none() && !form.is_typed_in(Field::Type);
        if is_suggested && kind.has_focus() && view.selected != form.event_type {
            view.selected.clone_from(&form.event_type);
            // Who clicks into it says where.
            if !ui.input(|input| input.pointer.any_pressed()) {
                keys::select_all(ui, kind.id, &form.event_type);
            }
        }
        types_ui(ui, form, ask);
    });
    said_ui(ui, form, Field::Type, ask);
    let zone = app.zone();
    label(ui, &format!("Time ({})", zone.name()));
    let hint = if form.is_insert() { "that of the event that it follows" } else { "as it was" };
    line(ui, form, (Field::Time, "Time", hint), width - 20.0, ask);
    said_ui(ui, form, Field::Time, ask);
    label(ui, "Payload (JSON)");
    let data = json_ui(ui, form, Field::Data, "Payload", if form.is_insert() { 8 } else { 12 }, ask);
    if focus && !form.is_insert() {
        data.request_focus();
    }
    said_ui(ui, form, Field::Data, ask);
    if let Some(Err(why)) = form.base.as_ref().map(|base| &base.data) {
        let tokens = theme::tokens(ui);
        let words = format!("The recorded payload can't be read ({why}). What is written here takes its place.");
        ui.add(egui::Label::new(RichText::new(words).color(tokens.secondary)).wrap());
    }
    let more = if form.is_insert() { "Metadata and id" } else { "Metadata" };
    let open = form.problem(Field::Metadata).is_some() || form.problem(Field::Id).is_some();
    CollapsingHeader::new(RichText::new(more).color(theme::tokens(ui).secondary))
        .id_salt("more of the form")
        .open(open.then_some(true))
        .show_unindented(ui, |ui| {
            json_ui(ui, form, Field::Metadata, "Metadata", 4, ask);
            said_ui(ui, form, Field::Metadata, ask);
            if form.is_insert() {
                label(ui, "Id of the event");
                line(ui, form, (Field::Id, "Id of the event", "made by itself"), width - 20.0, ask);
                said_ui(ui, form, Field::Id, ask);
            }
        });
}

/// The event after which it comes, in words.
fn after_ui(ui: &mut Ui, document: &Document, form: &EditForm) {
    if form.problem(Field::After).is_some() {
        return;
    }
    let place = crate::app::edit_form::place::read(document, form.stream.trim(), &form.after);
    let Some(event) = place.ok().and_then(|place| place.event) else { return };
    let Some(said) = document.said(event) else { return };
    let tokens = theme::tokens(ui);
    let words = RichText::new(format!("after: {said}")).font(theme::words(theme::SMALL)).color(tokens.secondary);
    ui.add(egui::Label::new(words).truncate());
}

/// The types that the category has, to choose from.
fn types_ui(ui: &mut Ui, form: &EditForm, ask: &mut dyn FnMut(FormCommand)) {
    let Some((sample, _)) = form.sample.value() else { return };
    let button = icons::icon_button(ui, icons::CHEVRON_DOWN, "Types to choose from", "Types that were recorded here");
    Popup::menu(&button).show(|ui| {
        ui.set_min_width(260.0);
        ScrollArea::vertical().max_height(280.0).show(ui, |ui| {
            for kind in &sample.usual.types {
                let short = crate::model::names::short_type(&kind.name);
                let rule = if kind.handled { "" } else { " · no rule" };
                let count = format!("{}{rule}", text::grouped(kind.events));
                if crate::ui::menus::item(ui, " ", short, &count, true) {
                    ask(FormCommand::Type(Field::Type, short.to_owned()));
                }
            }
        });
    });
}

/// JSON with the wrong character marked.
fn json_ui(
    ui: &mut Ui,
    form: &EditForm,
    field: Field,
    name: &str,
    rows: usize,
    ask: &mut dyn FnMut(FormCommand),
) -> egui::Response {
    let tokens = theme::tokens(ui);
    let wrong = form.problem(field).and_then(|problem| problem.place).map(|place| place.byte);
    let mut typed = form.text(field).to_owned();
    let checked = typed.clone();
    let mut layouter = |ui: &Ui, buffer: &dyn egui::TextBuffer, room: f32| {
        let shown = buffer.as_str();
        let plain = TextFormat::simple(theme::mono(theme::MONO), tokens.text);
        let mut job = LayoutJob::default();
        job.wrap.max_width = room;
        // The place is that of the text that was checked, not of a letter that was just typed.
        match wrong.filter(|at| shown == checked && shown.is_char_boundary(*at) && *at < shown.len()) {
            Some(at) => {
                let end = at + shown[at..].chars().next().map_or(0, char::len_utf8);
                let mut marked = plain.clone();
                marked.color = tokens.bad;
                marked.background = theme::wash(tokens.bad);
                marked.underline = Stroke::new(2.0, tokens.bad);
                job.append(&shown[..at], 0.0, plain.clone());
                job.append(&shown[at..end], 0.0, marked);
                job.append(&shown[end..], 0.0, plain);
            }
            None => job.append(shown, 0.0, plain),
        }
        ui.ctx().fonts_mut(|fonts| fonts.layout_job(job))
    };
    let edit = TextEdit::multiline(&mut typed)
        .id(egui::Id::unique(("edit form", name)))
        .desired_rows(rows)
        .desired_width(ui.available_width() - 20.0)
        .margin(egui::Margin::symmetric(10, 6))
        .hint_text(if field == Field::Metadata { "none" } else { "{}" })
        .layouter(&mut layouter);
    let response = ui.add(edit).accessible_name(name);
    if response.changed() {
        ask(FormCommand::Type(field, typed));
    }
    response
}

fn foot_ui(ui: &mut Ui, form: &EditForm, view: &mut FormView, ask: &mut dyn FnMut(FormCommand)) {
    let tokens = theme::tokens(ui);
    ui.horizontal(|ui| {
        if form.asks_to_leave {
            ui.label("Drop what you wrote?");
            let stay = ui.button("Go on writing");
            if !std::mem::replace(&mut view.asked, true) {
                stay.request_focus();
            }
            if stay.clicked() {
                ask(FormCommand::Stay);
            }
            if ui.button(RichText::new("Drop it").color(tokens.bad)).clicked() {
                ask(FormCommand::Discard);
            }
            return;
        }
        view.asked = false;
        let words = match (form.is_insert(), form.changing) {
            (_, Some(_)) => "Change the edit",
            (true, None) => "Insert the event",
            (false, None) => "Change the event",
        };
        let possible = form.checked.edit.is_some();
        let button = ui.add_enabled(possible, egui::Button::new(RichText::new(words).color(tokens.what_if)));
        if button.on_hover_text("Ctrl+Enter").clicked() {
            ask(FormCommand::Apply);
        }
        if ui.button("Cancel").clicked() {
            ask(FormCommand::Leave);
        }
        let status: Arc<str> = if form.waits {
            "".into()
        } else if !form.checked.problems.is_empty() {
            "Not yet: mend what is marked in red".into()
        } else if !possible {
            "Nothing is changed yet".into()
        } else {
            "Ctrl+Enter makes the edit, Esc leaves".into()
        };
        let status = RichText::new(&*status).font(theme::words(theme::SMALL)).color(tokens.secondary);
        ui.add(egui::Label::new(status).truncate());
    });
}
