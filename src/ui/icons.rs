//! Icons: glyphs of an icon font, and the controls that are nothing but an icon.
//!
//! `assets/fonts/Lucide.ttf` holds only the glyphs named here, moved to a private plane of Unicode (U+F0000 and up)
//! where no text font has anything, and lowered so that their middle is that of capital letters.

#![allow(dead_code, reason = "a set: an icon that no panel shows yet is there for the next")]

use egui::{FontFamily, FontId, Rect, Response, RichText, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, vec2};

use super::theme;

macro_rules! icons {
    ($($(#[$doc:meta])* $name:ident = $glyph:literal,)*) => {
        $($(#[$doc])* pub const $name: &str = $glyph;)*

        /// Every icon with its name.
        #[cfg(test)]
        const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}

icons! {
    /// Play.
    PLAY = "\u{f013c}",
    /// Pause.
    PAUSE = "\u{f012e}",
    /// The event before.
    STEP_BACK = "\u{f03e9}",
    /// The event after.
    STEP_FORWARD = "\u{f03ea}",
    /// To the first event.
    TO_START = "\u{f015f}",
    /// To the last event.
    TO_END = "\u{f0160}",
    /// Search.
    SEARCH = "\u{f0151}",
    /// Pin.
    PIN = "\u{f0259}",
    /// Unpin.
    UNPIN = "\u{f02b6}",
    /// Close, dismiss, remove.
    CLOSE = "\u{f01b2}",
    /// Open: a tree node, a menu.
    CHEVRON_DOWN = "\u{f006d}",
    /// Closed: a tree node.
    CHEVRON_RIGHT = "\u{f006f}",
    /// Up; sorted upwards.
    CHEVRON_UP = "\u{f0070}",
    /// Back.
    CHEVRON_LEFT = "\u{f006e}",
    /// Copy.
    COPY = "\u{f009e}",
    /// Leads out of the window.
    EXTERNAL_LINK = "\u{f00b9}",
    /// Something to look at.
    WARNING = "\u{f0193}",
    /// Something to know.
    INFO = "\u{f00f9}",
    /// Done, chosen, right.
    CHECK = "\u{f006c}",
    /// A moment.
    CLOCK = "\u{f0087}",
    /// A time zone.
    GLOBE = "\u{f00e8}",
    /// The light theme.
    SUN = "\u{f0178}",
    /// The dark theme.
    MOON = "\u{f011e}",
    /// The system's theme.
    MONITOR = "\u{f011d}",
    /// Keys.
    KEYBOARD = "\u{f0284}",
    /// Open a file.
    FOLDER_OPEN = "\u{f0247}",
    /// A file.
    FILE = "\u{f00c0}",
    /// A store.
    DATABASE = "\u{f00ad}",
    /// Add, zoom in.
    PLUS = "\u{f013d}",
    /// Take away, zoom out.
    MINUS = "\u{f011c}",
    /// Everything in sight.
    FIT = "\u{f0112}",
    /// Undo.
    UNDO = "\u{f02a1}",
    /// Redo.
    REDO = "\u{f02a0}",
    /// Sort.
    SORT = "\u{f037d}",
    /// Filter.
    FILTER = "\u{f0460}",
    /// The left panel.
    PANEL_LEFT = "\u{f012a}",
    /// The right panel.
    PANEL_RIGHT = "\u{f0431}",
    /// The panel at the bottom.
    PANEL_BOTTOM = "\u{f042c}",
    /// Leave out, delete.
    TRASH = "\u{f018e}",
    /// Watched, shown.
    EYE = "\u{f00ba}",
    /// Raw JSON.
    BRACES = "\u{f036a}",
    /// A track on the timeline.
    CHART_LINE = "\u{f02a5}",
    /// The life of a value.
    HISTORY = "\u{f01f5}",
    /// Cause and effect.
    LINK = "\u{f0102}",
    /// The command palette.
    COMMAND = "\u{f009a}",
    /// Help.
    HELP = "\u{f0082}",
    /// Settings.
    SETTINGS = "\u{f0154}",
    /// A bookmark.
    FLAG = "\u{f00d1}",
    /// More.
    MORE = "\u{f00b6}",
    /// Stop.
    STOP = "\u{f0167}",
    /// Edit.
    PENCIL = "\u{f01f9}",
    /// Save.
    SAVE = "\u{f014d}",
    /// A what-if branch.
    BRANCH = "\u{f00e2}",
    /// From, to.
    ARROW_RIGHT = "\u{f0049}",
    /// Back to.
    ARROW_LEFT = "\u{f0048}",
    /// Upwards.
    ARROW_UP = "\u{f004a}",
    /// Downwards.
    ARROW_DOWN = "\u{f0042}",
    /// Hidden.
    EYE_OFF = "\u{f00bb}",
    /// Save elsewhere.
    DOWNLOAD = "\u{f00b2}",
    /// Faster.
    FAST_FORWARD = "\u{f00bd}",
    /// Read again.
    REFRESH = "\u{f0145}",
    /// Read-only.
    LOCK = "\u{f010b}",
    /// Who did it.
    USER = "\u{f019f}",
    /// It failed.
    ERROR = "\u{f0077}",
}

/// Name of the font family that has icons first.
pub const FAMILY: &str = "icons";

/// An icon as text of its own; `size` is the side of its square in points.
pub fn icon(glyph: &str, size: f32) -> RichText {
    RichText::new(glyph).font(font(size))
}

/// The font of icons whose square has the side `size`.
pub fn font(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(FAMILY.into()))
}

/// Paints an icon in the middle of `rect`.
pub fn paint(ui: &Ui, rect: Rect, glyph: &str, size: f32, colour: egui::Color32) {
    ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, glyph, font(size), colour);
}

/// An icon beside words that say the same: seen, and nothing to a screen reader.
pub fn sign(ui: &mut Ui, glyph: &str, size: f32, height: f32, colour: egui::Color32) {
    let (_, rect) = ui.allocate_space(vec2(size, height));
    paint(ui, rect, glyph, size, colour);
}

/// A button that is an icon: calm until it is pointed at, `name` for screen readers, `tooltip` for everyone else.
pub fn icon_button(ui: &mut Ui, glyph: &str, name: &str, tooltip: &str) -> Response {
    button(ui, glyph, name, tooltip, None)
}

/// An [`icon_button`] that is on or off.
pub fn icon_toggle(ui: &mut Ui, glyph: &str, name: &str, tooltip: &str, on: bool) -> Response {
    button(ui, glyph, name, tooltip, Some(on))
}

fn button(ui: &mut Ui, glyph: &str, name: &str, tooltip: &str, on: Option<bool>) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(theme::HIT), Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| match on {
        Some(on) => WidgetInfo::selected(Role::Button, enabled, on, name),
        None => WidgetInfo::labeled(Role::Button, enabled, name),
    });
    if ui.is_rect_visible(rect) {
        let tokens = theme::tokens(ui);
        let pressed = response.is_pointer_button_down_on();
        let fill = match (on, pressed, response.hovered()) {
            (Some(true), ..) | (_, true, _) => tokens.selection,
            (_, _, true) => tokens.raised,
            _ => egui::Color32::TRANSPARENT,
        };
        ui.painter().rect_filled(rect, theme::RADIUS, fill);
        let lit = on == Some(true) || response.hovered() || response.has_focus();
        let colour = match (enabled, lit) {
            (false, _) => tokens.faint,
            (true, true) => tokens.text,
            (true, false) => tokens.secondary,
        };
        paint(ui, rect, glyph, theme::ICON, colour);
        theme::focus_ring(ui, &response);
    }
    if tooltip.is_empty() { response } else { response.on_hover_text(tooltip).on_disabled_hover_text(tooltip) }
}

/// A button with an icon before its words; the words alone are its accessible name.
pub fn labelled_button(ui: &mut Ui, glyph: &str, words: &str) -> Response {
    let response = ui.add(egui::Button::new((icon(glyph, theme::ICON_SMALL), words)));
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, words));
    response
}

/// Foldline's mark: recorded history, folded at a moment, and the branch that did not happen.
pub fn mark(ui: &mut Ui, size: f32) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(size), Sense::hover());
    if ui.is_rect_visible(rect) {
        let tokens = theme::tokens(ui);
        let at = |x: f32, y: f32| rect.min + vec2(x, y) * (size / 24.0);
        let points = [at(2.0, 17.0), at(8.5, 10.5), at(13.0, 15.0), at(22.0, 6.0)];
        let painter = ui.painter();
        painter.line(points.to_vec(), Stroke::new(size / 9.0, tokens.now));
        painter.circle_filled(at(20.2, 18.6), size / 11.0, tokens.what_if);
        painter.circle_filled(points[2], size / 7.5, tokens.text);
    }
    response
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Of the icon font alone: a fallback font that has the glyph must not hide that ours lacks it.
    #[test]
    fn every_icon_has_a_glyph() {
        let context = egui::Context::default();
        let mut fonts = theme::fonts();
        let icons = fonts.families[&FontFamily::Name(FAMILY.into())][0].clone();
        fonts.families.insert(FontFamily::Name("alone".into()), vec![icons]);
        context.set_fonts(fonts);
        context.run_ui(egui::RawInput::default(), |_| ()).drop_without_applying_deltas();
        let alone = FontId::new(16.0, FontFamily::Name("alone".into()));
        context.fonts_mut(|fonts| {
            for (name, glyph) in ALL {
                assert_eq!(glyph.chars().count(), 1, "{name}");
                assert!(fonts.has_glyphs(&alone, glyph), "{name} has no glyph");
                for text in [theme::words(13.0), theme::mono(12.0), theme::strong(13.0)] {
                    assert!(fonts.has_glyphs(&text, glyph), "{name} has no glyph in {text:?}");
                }
            }
            assert!(!fonts.has_glyphs(&alone, "\u{f0000}"), "a glyph that is not there is told apart");
        });
    }

    #[test]
    fn no_two_icons_look_the_same() {
        let glyphs: BTreeSet<&str> = ALL.iter().map(|(_, glyph)| *glyph).collect();
        assert_eq!(glyphs.len(), ALL.len());
    }
}
