//! The kinds of findings, the worst first.

use egui::{Key, Modifiers, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::{HealthView, sign};
use crate::app::Checking;
use crate::ui::elide;
use crate::ui::rows::List;
use crate::ui::{icons, text, theme};

/// Which groups are shown, and which of them is chosen.
pub struct Place<'a> {
    /// Indices of groups.
    pub shown: &'a [usize],
    /// A place among them.
    pub chosen: usize,
}

/// The groups; gives the one that is chosen from now on, if it is another.
pub fn groups_ui(
    ui: &mut Ui,
    checking: &Checking,
    view: &mut HealthView,
    place: &Place<'_>,
    take_focus: bool,
) -> Option<usize> {
    let tokens = theme::tokens(ui);
    let group = |at: usize| &checking.groups[place.shown[at]];
    let spoken = |at: usize| {
        let group = group(at);
        format!("{}: {}", group.kind.title(), group.severity.counted(group.count))
    };
    let list = List {
        name: "Kinds of findings",
        selected: spoken(place.chosen),
        role: Role::List,
        height: theme::ROW,
        count: place.shown.len(),
        reach: theme::MARGIN,
    };
    let mut clicked = None;
    let (response, _) = view.groups.show(ui, &list, |ui, rect, at| {
        let group = group(at);
        let full = rect.expand2(vec2(theme::MARGIN, 0.0));
        let id = ui.make_persistent_id(("kind of findings", group.kind.name(), group.severity));
        let response = ui.interact(full, id, Sense::CLICK);
        let chosen = at == place.chosen;
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, spoken(at)));
        if response.clicked() {
            clicked = Some(at);
        }
        if chosen || response.hovered() {
            let fill = if chosen { tokens.selection } else { tokens.raised };
            ui.painter().rect_filled(full, 0, fill);
        }
        let (glyph, colour) = sign(group.severity, &tokens);
        let mark = egui::Rect::from_min_size(rect.min, vec2(theme::ICON_SMALL, rect.height()));
        icons::paint(ui, mark, glyph, theme::ICON_SMALL, colour);
        let painter = ui.painter();
        let number = painter.layout_no_wrap(text::grouped(group.count), theme::mono(theme::SMALL), tokens.secondary);
        let (left, right) = (mark.right() + theme::GAP, rect.right() - number.size().x);
        let words =
            elide::end(painter, group.kind.title(), theme::words(theme::BODY), right - theme::GAP - left, tokens.text);
        let cut = words.elided;
        painter.galley(pos2(left, rect.center().y - words.size().y / 2.0), words, tokens.text);
        painter.galley(pos2(right, rect.center().y - number.size().y / 2.0), number, tokens.secondary);
        if cut {
            response.on_hover_text(group.kind.title());
        }
    });
    if take_focus || clicked.is_some() {
        response.request_focus();
    }
    if response.has_focus() {
        let key = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        view.to_found = key(Key::Enter) || key(Key::ArrowRight);
    }
    let next = view.groups.leap(ui, &response).and_then(|leap| leap.from(Some(place.chosen), place.shown.len()));
    let next = next.or(clicked)?;
    view.groups.reveal(next);
    (next != place.chosen).then_some(next)
}
