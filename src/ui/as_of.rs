//! The as-of box: the cursor's moment with its zone; typed into, what that means and what is nearest to it.

use std::sync::Arc;

use egui::{
    Align2, Frame, Id, Key, Margin, Popup, Rect, RichText, Role, Sense, Stroke, StrokeKind, TextEdit, WidgetInfo, vec2,
};

use super::top_bar::{Fit, Zone, child};
use super::{ViewState, icons, marks, text, theme, zone_menu};
use crate::app::{App, AsOf, Command, Document, Focus, Unclear, read_as_of, shown_moment};
use crate::model::{Timestamp, names, zoned};
use crate::timeline::AxisKind;

/// What is typed into the box.
#[derive(Default)]
pub struct AsOfView {
    text: Option<String>,
    /// The text is to be selected, all of it.
    fresh: bool,
    /// Frames since neither the field nor what is below it had the focus.
    away: usize,
    read: Option<Read>,
    popup: Option<Rect>,
    pub(super) zones: zone_menu::ZoneMenu,
}

/// What a text means depends on the stream, on the zone, and on which days are the cursor's and today.
type Of = (crate::job::StoreKey, Option<Arc<str>>, chrono_tz::Tz, Option<String>, Option<String>);

/// What was read of which text.
struct Read {
    text: String,
    of: Of,
    answer: Result<AsOf, Unclear>,
}

/// The moment under the cursor, as the box shows it.
pub(super) fn shown(app: &App, document: &Document) -> String {
    let moment = shown_moment(document, app.zone());
    match (document.axis.kind(), document.event) {
        (AxisKind::Sequence, Some(event)) if !moment.starts_with('#') => {
            format!("#{} · {moment}", text::grouped_signed(document.opened.log.position(event as usize)))
        }
        _ => moment,
    }
}

/// A zone's last part: `Berlin`.
pub(super) fn city(zone: chrono_tz::Tz) -> &'static str {
    let name = zone.name();
    name.rsplit('/').next().unwrap_or(name)
}

/// The box.
#[expect(clippy::too_many_arguments, reason = "a part of the bar")]
pub(super) fn as_of_ui(
    ui: &mut egui::Ui,
    rect: Rect,
    zone_width: f32,
    fit: &Fit,
    document: &Document,
    app: &App,
    view: &mut ViewState,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    if view.focus == Some(Focus::AsOf) && view.as_of.text.is_none() {
        begin(&mut view.as_of, app, document);
    }
    let time = Rect::from_min_max(rect.min, egui::pos2(rect.right() - zone_width, rect.bottom()));
    let zone = Rect::from_min_max(egui::pos2(time.right(), rect.top()), rect.max);
    ui.painter().rect(rect, theme::RADIUS, tokens.raised, Stroke::new(1.0, tokens.hairline), StrokeKind::Inside);
    if view.as_of.text.is_some() {
        field_ui(ui, time, document, app, view, queue);
    } else {
        let moment = shown(app, document);
        let response = ui.interact(time, ui.scope_id().with("as of"), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("As of {moment}: go to a moment")));
        let inner = Rect::from_min_max(time.min + vec2(10.0, 0.0), time.max);
        let mut at = inner.left_center();
        let painter = ui.painter().with_clip_rect(time);
        if fit.as_of_word {
            let word = painter.text(at, Align2::LEFT_CENTER, "As of", theme::words(theme::BODY), tokens.secondary);
            at.x = word.right() + theme::GAP;
        }
        painter.text(at, Align2::LEFT_CENTER, &moment, theme::mono(theme::MONO), tokens.text);
        if response.hovered() {
            ui.painter().rect_stroke(rect, theme::RADIUS, Stroke::new(1.0, tokens.faint), StrokeKind::Inside);
        }
        theme::focus_ring(ui, &response);
        if response.clicked() {
            begin(&mut view.as_of, app, document);
        }
        response.on_hover_text("Go to a moment: type a time, #position or v… (Ctrl+G)");
    }
    let label = match fit.zone {
        Zone::Name => app.zone().name(),
        Zone::City => city(app.zone()),
        Zone::Nothing => "",
    };
    let response = ui.interact(zone, ui.scope_id().with("zone"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Time zone: {}", app.zone().name())));
    let colour = if response.hovered() { tokens.text } else { tokens.secondary };
    let words = egui::pos2(zone.left() + 6.0, zone.center().y);
    ui.painter().text(words, Align2::LEFT_CENTER, label, theme::words(theme::BODY), colour);
    let chevron = Rect::from_center_size(egui::pos2(zone.right() - 13.0, zone.center().y), vec2(14.0, 14.0));
    icons::paint(ui, chevron, icons::CHEVRON_DOWN, theme::ICON_SMALL, colour);
    theme::focus_ring(ui, &response);
    zone_menu::zone_menu_ui(ui, &response, app, &mut view.as_of.zones, view.focus == Some(Focus::Zone), queue);
    if !Popup::is_any_open(ui.ctx()) {
        let at = document.cursor_time();
        let label = zoned::zone_label(app.zone(), at);
        response.on_hover_text(format!("All times are in {label}"));
    }
}

fn begin(view: &mut AsOfView, app: &App, document: &Document) {
    let text = match document.cursor_time() {
        Some(_) => shown_moment(document, app.zone()),
        None => document
            .opened
            .drawing
            .time_range
            .map_or_else(String::new, |(first, _)| zoned::date_time(first, app.zone())),
    };
    *view = AsOfView { text: Some(text), fresh: true, zones: std::mem::take(&mut view.zones), ..AsOfView::default() };
}

fn field_ui(
    ui: &mut egui::Ui,
    rect: Rect,
    document: &Document,
    app: &App,
    view: &mut ViewState,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    let Some(mut typed) = view.as_of.text.take() else { return };
    let id = Id::unique("as of field");
    // Read by us: Escape leaves the box, Enter goes.
    let escaped = ui.memory(|memory| memory.has_focus(id)) && ui.input(|input| input.key_pressed(Key::Escape));
    let output = child(ui, rect.shrink(1.0), |ui| {
        TextEdit::singleline(&mut typed)
            .id(id)
            .hint_text("yesterday 14:34, #1284, v12")
            .font(theme::mono(theme::MONO))
            .frame(Frame::NONE.inner_margin(Margin::symmetric(9, 4)))
            .align(Align2::LEFT_CENTER)
            .desired_width(rect.width() - 20.0)
            .show(ui)
    });
    let response = output.response.response.accessible_name("As of: a time, #position or v and a version");
    ui.painter().rect_stroke(rect, theme::RADIUS, Stroke::new(2.0, tokens.focus), StrokeKind::Inside);
    if view.as_of.fresh {
        view.as_of.fresh = false;
        response.request_focus();
        super::keys::select_all(ui, response.id, &typed);
        ui.request_repaint();
    }
    let zone = app.zone();
    let day = |time: Option<Timestamp>| time.map(|time| zoned::date(time, zone));
    let of = (document.opened.key, document.stream.clone(), zone, day(document.cursor_time()), day(app.now));
    if view.as_of.read.as_ref().is_none_or(|read| read.text != typed || read.of != of) {
        let answer = read_as_of(document, &typed, zone, app.now);
        view.as_of.read = Some(Read { text: typed.clone(), of, answer });
    }
    let entered = super::keys::entered(ui, &response);
    let Some(read) = &view.as_of.read else { return };
    if entered && let Ok(as_of) = &read.answer {
        queue.push(Command::GoTo(as_of.moment));
        queue.push(Command::Focus(Focus::Timeline));
        return;
    }
    if escaped {
        queue.push(Command::Focus(Focus::Timeline));
        return;
    }
    if entered {
        // What is no moment can be mended at once.
        response.request_focus();
    }
    let mut offer = None;
    let mut inside = response.has_focus() || view.as_of.popup.is_none();
    let shown = Popup::from_response(&response)
        .id(Id::unique("as of meaning"))
        .open(true)
        .gap(6.0)
        .width(rect.width().max(340.0))
        .show(|ui| {
            ui.set_width(rect.width().max(340.0));
            inside |= meaning_ui(ui, read, document, app, &mut offer, queue);
        });
    view.as_of.popup = shown.map(|shown| shown.response.rect);
    let pointer = ui.input(|input| input.pointer.latest_pos());
    let over = |place: Option<Rect>| place.zip(pointer).is_some_and(|(place, pointer)| place.contains(pointer));
    inside |= over(view.as_of.popup) || over(Some(rect));
    view.as_of.away = if inside { 0 } else { view.as_of.away + 1 };
    if let Some(offer) = offer {
        typed = offer;
        response.request_focus();
    }
    // A jump from what is below has been asked for, or the user went elsewhere.
    let left = queue.iter().any(|command| matches!(command, Command::JumpTo(_)));
    if view.as_of.away > 2 {
        return;
    }
    if !inside {
        ui.request_repaint();
    }
    if !left {
        view.as_of.text = Some(typed);
    }
}

/// What was typed means, and what is nearest to it. Whether something in it has the focus.
fn meaning_ui(
    ui: &mut egui::Ui,
    read: &Read,
    document: &Document,
    app: &App,
    offer: &mut Option<String>,
    queue: &mut Vec<Command>,
) -> bool {
    let tokens = theme::tokens(ui);
    let zone = app.zone();
    let mut focused = false;
    match &read.answer {
        Err(_) if read.text.trim().is_empty() => {
            ui.label(RichText::new("Type a moment:").color(tokens.secondary));
        }
        Err(unclear) => {
            ui.add(egui::Label::new(RichText::new(&unclear.words).color(tokens.bad)).wrap());
            for words in &unclear.offers {
                let response = ui.add(egui::Button::new(RichText::new(words).font(theme::mono(theme::MONO))));
                focused |= response.has_focus();
                if response.clicked() {
                    *offer = Some(words.clone());
                }
            }
        }
        Ok(as_of) => {
            ui.label(RichText::new(as_of.meaning(document, zone)).font(theme::strong(theme::BODY)));
            if let Some(hint) = as_of.hint(document, zone) {
                ui.add(egui::Label::new(RichText::new(hint).color(tokens.secondary)).wrap());
            }
            ui.add_space(theme::TIGHT);
            for (event, side) in [(as_of.before, "before"), (as_of.after, "after")] {
                match event {
                    Some(event) => focused |= neighbour_ui(ui, as_of, event, document, queue),
                    None => {
                        let stream = document.stream.as_deref().map_or("the stream", names::shown);
                        let words = format!("No event of {stream} {side} it");
                        ui.label(RichText::new(words).color(tokens.secondary));
                    }
                }
            }
            let wanted = as_of.before.into_iter().chain(as_of.after);
            let missing: Vec<u32> = wanted.filter(|event| !document.rows.contains_key(event)).collect();
            if !missing.is_empty() && !document.rows_asked.is_pending() && document.rows_asked.failure().is_none() {
                queue.push(Command::WantRows(missing));
            }
        }
    }
    ui.add_space(theme::TIGHT);
    let forms = "2025-03-04 14:34:12 · yesterday 14:34 · 14:34 · #1284 · v12";
    ui.label(RichText::new(forms).font(theme::mono(theme::SMALL)).color(tokens.secondary));
    ui.label(
        RichText::new("Enter goes there, Esc stays here").font(theme::words(theme::SMALL)).color(tokens.secondary),
    );
    focused
}

fn neighbour_ui(ui: &mut egui::Ui, as_of: &AsOf, event: u32, document: &Document, queue: &mut Vec<Command>) -> bool {
    let tokens = theme::tokens(ui);
    let log = &document.opened.log;
    let index = event as usize;
    let kind = &log.event_type(log.type_of(index)).short;
    let sentence = document.rows.get(&event).and_then(|row| row.sentence.as_deref());
    let words = sentence.map_or_else(|| names::shown_type(kind).to_owned(), str::to_owned);
    let version =
        log.version(index).map_or_else(|| format!("#{}", log.position(index)), |version| format!("v{version}"));
    let distance = as_of.distance(document, event).unwrap_or_default();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Go to {version}: {words}, {distance}")));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect.expand2(vec2(4.0, 0.0)), theme::RADIUS, tokens.selection);
    }
    theme::focus_ring(ui, &response);
    let mark = document.opened.drawing.marks.mark(log, index);
    let middle = egui::pos2(rect.left() + 8.0, rect.center().y);
    marks::paint(ui, mark, middle, 5.0, marks::colour(mark, &tokens));
    let painter = ui.painter();
    let small = theme::mono(theme::SMALL);
    let at = egui::pos2(rect.left() + 22.0, rect.center().y);
    let number = painter.text(at, Align2::LEFT_CENTER, &version, small.clone(), tokens.secondary);
    let right = painter.text(rect.right_center(), Align2::RIGHT_CENTER, &distance, small, tokens.secondary);
    let left = number.right().max(rect.left() + 54.0) + theme::GAP;
    let mut job = egui::text::LayoutJob::simple_singleline(words, theme::words(theme::BODY), tokens.text);
    job.wrap = egui::text::TextWrapping::truncate_at_width((right.left() - theme::GAP - left).max(20.0));
    let galley = painter.layout_job(job);
    painter.galley(egui::pos2(left, rect.center().y - galley.size().y / 2.0), galley, tokens.text);
    if response.clicked() {
        queue.push(Command::JumpTo(event));
    }
    response.has_focus()
}
