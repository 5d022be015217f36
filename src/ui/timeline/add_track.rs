//! The button that puts a field or a condition on the timeline.

use egui::{
    Button, Popup, PopupCloseBehavior, Rect, RichText, SetOpenCommand, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::Stage;
use crate::app::{Command, TrackSource};
use crate::model::{Segment, Value, ValuePath};
use crate::query::{self, Scope};
use crate::ui::theme;

/// So many fields are offered.
const OFFERED: usize = 14;

/// What is typed.
#[derive(Default)]
pub struct AddTrack {
    condition: String,
    /// How many tracks there were when the condition was sent: one more, and it was taken.
    sent: Option<usize>,
    /// Whether it is to open, for somebody at the keyboard.
    pub asked: bool,
}

/// The button, at the right of the heading, and what it opens.
pub fn add_track_ui(ui: &mut Ui, stage: &Stage<'_>, state: &mut AddTrack, label: Rect, queue: &mut Vec<Command>) {
    if stage.document.stream_index().is_none() {
        return;
    }
    let size = vec2(66.0, 22.0);
    let rect = Rect::from_min_size(pos2(label.right() - size.x - 4.0, label.center().y - size.y / 2.0), size);
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("add track"));
    child.spacing_mut().button_padding = vec2(6.0, 0.0);
    child.spacing_mut().interact_size.y = size.y;
    let text = RichText::new("+ Track").font(theme::words(theme::SMALL)).color(stage.tokens.secondary);
    let button = child.add(Button::new(text).frame(true).fill(stage.tokens.panel).min_size(size));
    button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, "Add a track"));
    let button = button.on_hover_text("Draw a field of the state, or when a condition holds, over the whole history");
    let asked = std::mem::take(&mut state.asked);
    let opens = asked || button.clicked();
    let mut popup = Popup::from_toggle_button_response(&button);
    if asked {
        popup = popup.open_memory(Some(SetOpenCommand::Bool(true)));
    }
    popup
        .accessible_name("Add a track")
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .width(280.0)
        .show(|ui| popup_ui(ui, stage, state, opens, queue));
}

fn popup_ui(ui: &mut Ui, stage: &Stage<'_>, state: &mut AddTrack, opens: bool, queue: &mut Vec<Command>) {
    ui.set_width(280.0);
    let secondary = |text: &str| RichText::new(text).font(theme::words(theme::SMALL)).color(stage.tokens.secondary);
    if state.sent.is_some_and(|before| stage.document.tracks.len() > before) {
        state.sent = None;
        state.condition.clear();
        ui.close();
    }
    let fields = fields(stage);
    if !fields.is_empty() {
        ui.label(secondary("A field of the state"));
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(theme::TIGHT, theme::TIGHT);
            for path in fields {
                let title = path.to_string();
                let button = ui.add(Button::new(RichText::new(&title).font(theme::words(theme::BODY))));
                button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, format!("Track {title}")));
                if button.clicked() {
                    queue.push(Command::AddTrack(TrackSource::Field(path)));
                    ui.close();
                }
            }
        });
        ui.add_space(theme::TIGHT);
    }
    ui.label(secondary("Or when a condition holds"));
    let field = ui.add(
        theme::field(&mut state.condition, "state.balance < 50").font(theme::mono(theme::MONO)).desired_width(260.0),
    );
    field.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, "Condition of a track"));
    if opens {
        field.request_focus();
    }
    let entered = crate::ui::keys::entered(ui, &field);
    let typed = !state.condition.trim().is_empty();
    if field.changed() {
        state.sent = None;
    }
    let add = ui.add_enabled(typed, Button::new("Add"));
    add.widget_info(|| WidgetInfo::labeled(egui::Role::Button, typed, "Add the condition"));
    if typed && (entered || add.clicked()) {
        state.sent = Some(stage.document.tracks.len());
        queue.push(Command::AddTrack(TrackSource::Condition(state.condition.clone())));
    }
    if state.sent.is_some() {
        problem_ui(ui, stage, &state.condition, field.rect);
    }
}

/// What is wrong with the condition that was sent, with a mark under the character.
fn problem_ui(ui: &mut Ui, stage: &Stage<'_>, condition: &str, field: Rect) {
    let bad = stage.tokens.bad;
    let context = stage.app.query_context();
    let text = match query::parse(condition, Scope::EventAndState, &context) {
        Err(error) => {
            let before: String = condition.chars().take(error.character.saturating_sub(1)).collect();
            let width = ui.painter().layout_no_wrap(before, theme::mono(theme::MONO), bad).size().x;
            let x = (field.left() + 10.0 + width).min(field.right() - 10.0);
            let y = field.bottom() - 4.0;
            ui.painter().line_segment([pos2(x, y), pos2(x + 7.0, y)], Stroke::new(2.0, bad));
            error.to_string()
        }
        Ok(_) => match &stage.document.track_problem {
            Some(problem) => problem.clone(),
            None => return,
        },
    };
    ui.label(RichText::new(text).font(theme::words(theme::SMALL)).color(bad));
}

/// The projection's key fields, then other plain fields of the state.
fn fields(stage: &Stage<'_>) -> Vec<ValuePath> {
    let document = stage.document;
    let Some(stream) = document.stream_index() else { return Vec::new() };
    let category = document.opened.log.stream(stream).category.0 as usize;
    let mut fields: Vec<ValuePath> = Vec::new();
    if let Some(projection) = document.opened.projections.get(category) {
        let path = |path: &crate::model::Path| ValuePath(path.parts().iter().cloned().map(Segment::Key).collect());
        fields.extend(projection.key_fields.iter().map(path));
    }
    let state = document.state.value().and_then(|(view, _)| view.baseline.frame.state.value.as_object().cloned());
    for (key, slot) in state.iter().flat_map(crate::model::Object::iter) {
        let plain = !matches!(slot.value, Value::List(_) | Value::Object(_) | Value::Null) && !key.starts_with('$');
        let path = ValuePath(vec![Segment::Key(key.clone())]);
        if plain && !fields.contains(&path) {
            fields.push(path);
        }
    }
    let shown = |path: &ValuePath| {
        document.tracks.iter().any(|track| matches!(&track.what, crate::job::TrackWhat::Field(known) if known == path))
    };
    fields.retain(|path| !shown(path));
    fields.truncate(OFFERED);
    fields
}
