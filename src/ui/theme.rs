//! Colours, type and measures as tokens. The only file with colour literals.
//!
//! One accent (amber) means *now*; one (violet) means *what-if*. Event types use the rest of a colour-blind-safe
//! palette, always together with a shape.

#![expect(clippy::disallowed_methods, reason = "the one home of colour literals")]
#![allow(dead_code, reason = "a scale: a step that nothing uses yet is there for the next panel")]

use std::sync::Arc;

use egui::{
    Align2, Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Response, RichText, Role,
    Shadow, Stroke, StrokeKind, TextEdit, TextStyle, Theme, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::icons;

/// The colours of one theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tokens {
    /// Behind everything.
    pub background: Color32,
    /// Panels.
    pub panel: Color32,
    /// Fields, buttons, cards.
    pub raised: Color32,
    /// Lines between things.
    pub hairline: Color32,
    /// The selected row.
    pub selection: Color32,
    /// Words to read.
    pub text: Color32,
    /// Words to glance at.
    pub secondary: Color32,
    /// Lines only, never words.
    pub faint: Color32,
    /// The cursor, and what the event under it changed.
    pub now: Color32,
    /// Words on the `now` colour.
    pub on_now: Color32,
    /// Everything that was not recorded.
    pub what_if: Color32,
    /// Good news.
    pub good: Color32,
    /// Bad news.
    pub bad: Color32,
    /// The ring around what has the keyboard's focus, and chosen text in a field.
    pub focus: Color32,
    /// Words of what lies beyond the cursor: dimmed, and still easy to read.
    pub future: Color32,
    /// Behind what floats above the window.
    pub shadow: Color32,
    /// Marks of a category's commonest event types.
    pub marks: [Color32; 5],
    /// Marks of all other types.
    pub other_mark: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// The dark theme.
pub const DARK: Tokens = Tokens {
    background: rgb(0x14171c),
    panel: rgb(0x191d23),
    raised: rgb(0x20252d),
    hairline: rgb(0x2a3039),
    selection: rgb(0x2b3442),
    text: rgb(0xd7dce3),
    secondary: rgb(0x98a2b0),
    faint: rgb(0x5c6673),
    now: rgb(0xf2b134),
    on_now: rgb(0x14171c),
    what_if: rgb(0xb58cff),
    good: rgb(0x3fb68b),
    bad: rgb(0xe97f78),
    focus: rgb(0x79aaf2),
    future: rgb(0x929caa),
    shadow: Color32::from_black_alpha(110),
    marks: [rgb(0x2fa597), rgb(0xe0708f), rgb(0x4f86e0), rgb(0x6cb8e8), rgb(0xb7bec8)],
    other_mark: rgb(0x7d8794),
};

/// The light theme.
pub const LIGHT: Tokens = Tokens {
    background: rgb(0xf4f5f7),
    panel: rgb(0xfbfbfc),
    raised: rgb(0xffffff),
    hairline: rgb(0xdfe3e8),
    selection: rgb(0xe6ecf5),
    text: rgb(0x1d2430),
    secondary: rgb(0x566070),
    faint: rgb(0x98a2b0),
    now: rgb(0x8c5800),
    on_now: rgb(0xffffff),
    what_if: rgb(0x7545ce),
    good: rgb(0x0e7150),
    bad: rgb(0xb2362e),
    focus: rgb(0x2b5fbf),
    future: rgb(0x616a7a),
    shadow: Color32::from_black_alpha(38),
    marks: [rgb(0x17877a), rgb(0xcf4f74), rgb(0x3268c8), rgb(0x2f93cc), rgb(0x6f7987)],
    other_mark: rgb(0x98a2b0),
};

/// Text beside text: counts, hints, badges. In points, as all sizes.
pub const SMALL: f32 = 11.5;
/// Text of panels, buttons, tables.
pub const BODY: f32 = 13.0;
/// Numbers and payloads beside [`BODY`]: monospaced letters look larger.
pub const MONO: f32 = 12.0;
/// The name of a thing: a store, a card.
pub const TITLE: f32 = 14.0;
/// The title of a panel or dialog.
pub const HEADING: f32 = 15.0;
/// The one large line of a screen.
pub const DISPLAY: f32 = 24.0;

/// Height of a row in lists and tables.
pub const ROW: f32 = 28.0;
/// Height of a lane on the timeline.
pub const LANE: f32 = 30.0;
/// Height of fields and buttons.
pub const FIELD: f32 = 28.0;
/// Height of a row of tabs.
pub const TABS: f32 = 34.0;
/// Height of the bar at the top.
pub const BAR: f32 = 46.0;
/// Side of what can be clicked and is only an icon.
pub const HIT: f32 = 28.0;
/// Side of an icon that stands alone.
pub const ICON: f32 = 16.0;
/// Side of an icon among words.
pub const ICON_SMALL: f32 = 14.0;

/// Space inside a thing.
pub const TIGHT: f32 = 4.0;
/// Space between things that belong together.
pub const GAP: f32 = 8.0;
/// Space at the edges of panels.
pub const MARGIN: f32 = 12.0;
/// Space between groups of things.
pub const SECTION: f32 = 20.0;

/// Rounding of fields and buttons.
pub const RADIUS: CornerRadius = CornerRadius::same(5);
/// Rounding of cards, menus and dialogs.
pub const RADIUS_LARGE: CornerRadius = CornerRadius::same(8);
/// Thickness of the line around what has the focus.
const RING: f32 = 2.0;

/// Name of the semibold family.
const STRONG: &str = "strong";

/// The tokens of the theme that is shown.
pub fn tokens(ui: &Ui) -> Tokens {
    if ui.visuals().dark_mode { DARK } else { LIGHT }
}

/// The colour of words in the future beyond the cursor.
pub fn future_text(tokens: &Tokens) -> Color32 {
    tokens.future
}

/// Words in semibold.
pub fn strong(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(STRONG.into()))
}

/// Numbers, ids, payloads.
pub fn mono(size: f32) -> FontId {
    FontId::monospace(size)
}

/// Words.
pub fn words(size: f32) -> FontId {
    FontId::proportional(size)
}

/// A colour as it looks in the future beyond the cursor: the same, thinner.
pub fn dimmed(color: Color32) -> Color32 {
    color.gamma_multiply(0.45)
}

/// A colour of what is not looked at most: a scenario that is not the active one.
pub fn quieter(color: Color32) -> Color32 {
    color.gamma_multiply(0.6)
}

/// A colour as thin lines over a whole lane.
pub fn hatching(color: Color32) -> Color32 {
    color.gamma_multiply(0.2)
}

/// A wash of a colour behind text.
pub fn wash(color: Color32) -> Color32 {
    color.gamma_multiply(0.12)
}

/// Words that lead somewhere: underlined, in the colour of text.
pub fn link(text: impl Into<String>, size: f32) -> RichText {
    RichText::new(text).font(words(size)).underline()
}

/// A field of one line, its words in the middle of its height. Give it an accessible name where it is added.
pub fn field<'a>(text: &'a mut String, hint: &str) -> TextEdit<'a> {
    TextEdit::singleline(text).hint_text(hint.to_owned()).align(Align2::LEFT_CENTER).margin(Margin::symmetric(10, 4))
}

/// The line around what has the keyboard's focus, for what egui does not draw by itself.
pub fn focus_ring(ui: &Ui, response: &Response) {
    if response.has_focus() {
        let ring = Stroke::new(RING, tokens(ui).focus);
        ui.painter().rect_stroke(response.rect, RADIUS, ring, StrokeKind::Inside);
    }
}

/// A tab: its words, underlined when it is the one that is shown. `count` follows in a small badge.
pub fn tab(ui: &mut Ui, shown: bool, text: &str, count: Option<usize>) -> Response {
    let tokens = tokens(ui);
    let label = if shown { strong(BODY) } else { words(BODY) };
    let galley = ui.painter().layout_no_wrap(text.to_owned(), label, Color32::PLACEHOLDER);
    let number = count.map(|count| ui.painter().layout_no_wrap(count.to_string(), mono(SMALL), tokens.secondary));
    let badge = number.as_ref().map_or(0.0, |number| number.size().x + 2.0 * TIGHT + GAP);
    let size = vec2(galley.size().x + badge + 2.0 * GAP, TABS);
    let (rect, response) = ui.allocate_exact_size(size, egui::Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::selected(Role::Tab, enabled, shown, text));
    let lit = shown || response.hovered() || response.has_focus();
    let painter = ui.painter();
    let at = pos2(rect.left() + GAP, rect.center().y - galley.size().y / 2.0);
    let end = at.x + galley.size().x;
    painter.galley(at, galley, if lit { tokens.text } else { tokens.secondary });
    if let Some(number) = number {
        let middle = pos2(end + GAP + number.size().x / 2.0 + TIGHT, rect.center().y);
        let pill = egui::Rect::from_center_size(middle, number.size() + vec2(2.0 * TIGHT, 2.0));
        painter.rect(pill, 7, tokens.raised, Stroke::new(1.0, tokens.hairline), StrokeKind::Inside);
        painter.galley(middle - number.size() / 2.0, number, tokens.secondary);
    }
    if shown {
        let line = egui::Rect::from_min_max(pos2(at.x, rect.bottom() - 2.0), pos2(end, rect.bottom()));
        painter.rect_filled(line, 1, tokens.text);
    }
    focus_ring(ui, &response);
    response
}

/// Installs fonts and both themes.
pub fn install(context: &egui::Context) {
    context.set_fonts(fonts());
    for (theme, tokens) in [(Theme::Dark, DARK), (Theme::Light, LIGHT)] {
        context.style_mut_of(theme, |style| {
            style.text_styles = [
                (TextStyle::Small, words(SMALL)),
                (TextStyle::Body, words(BODY)),
                (TextStyle::Button, words(BODY)),
                (TextStyle::Heading, strong(HEADING)),
                (TextStyle::Monospace, mono(MONO)),
            ]
            .into();
            style.spacing.item_spacing = Vec2::new(GAP, TIGHT);
            style.spacing.button_padding = Vec2::new(10.0, TIGHT);
            style.spacing.menu_margin = Margin::same(6);
            style.spacing.window_margin = Margin::same(16);
            style.spacing.interact_size.y = FIELD;
            style.spacing.icon_spacing = 6.0;
            style.spacing.tooltip_width = 360.0;
            style.visuals = visuals(theme, &tokens);
        });
    }
}

fn visuals(theme: Theme, tokens: &Tokens) -> egui::Visuals {
    let mut visuals = theme.default_visuals();
    let line = Stroke::new(1.0, tokens.hairline);
    let words = Stroke::new(1.0, tokens.text);
    let shadow = |blur| Shadow { offset: [0, 4], blur, spread: 0, color: tokens.shadow };
    visuals.override_text_color = Some(tokens.text);
    visuals.weak_text_color = Some(tokens.secondary);
    visuals.panel_fill = tokens.panel;
    visuals.window_fill = tokens.panel;
    visuals.window_stroke = line;
    visuals.window_corner_radius = RADIUS_LARGE;
    visuals.menu_corner_radius = RADIUS_LARGE;
    visuals.window_shadow = shadow(28);
    visuals.popup_shadow = shadow(16);
    visuals.extreme_bg_color = tokens.raised;
    visuals.text_edit_bg_color = Some(tokens.raised);
    visuals.faint_bg_color = tokens.raised;
    visuals.code_bg_color = tokens.raised;
    visuals.hyperlink_color = tokens.text;
    visuals.warn_fg_color = tokens.bad;
    visuals.error_fg_color = tokens.bad;
    visuals.selection.bg_fill = tokens.selection;
    // Also the line around a field that is typed in, and the words that are chosen in it.
    visuals.selection.stroke = Stroke::new(RING, tokens.focus);
    visuals.text_cursor.stroke = Stroke::new(1.5, tokens.text);
    visuals.widgets.noninteractive.bg_fill = tokens.panel;
    visuals.widgets.noninteractive.bg_stroke = line;
    visuals.widgets.noninteractive.fg_stroke = words;
    visuals.widgets.noninteractive.corner_radius = RADIUS;
    for widget in [
        &mut visuals.widgets.inactive,
        &mut visuals.widgets.hovered,
        &mut visuals.widgets.active,
        &mut visuals.widgets.open,
    ] {
        widget.bg_fill = tokens.raised;
        widget.weak_bg_fill = tokens.raised;
        widget.bg_stroke = line;
        widget.fg_stroke = words;
        widget.corner_radius = RADIUS;
        widget.expansion = 0.0;
    }
    visuals.widgets.hovered.bg_stroke = Stroke::new(1.0, tokens.faint);
    visuals.widgets.hovered.weak_bg_fill = tokens.selection;
    // Pressed, and whatever has the focus.
    visuals.widgets.active.bg_stroke = Stroke::new(RING, tokens.focus);
    visuals.widgets.active.weak_bg_fill = tokens.selection;
    visuals
}

pub(super) fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let files: [(&str, &'static [u8]); 4] = [
        ("Inter", include_bytes!("../../assets/fonts/Inter-Regular.otf")),
        ("Inter semibold", include_bytes!("../../assets/fonts/Inter-SemiBold.otf")),
        ("JetBrains Mono", include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf")),
        ("Lucide", include_bytes!("../../assets/fonts/Lucide.ttf")),
    ];
    for (name, bytes) in files {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    // The toolkit's own fonts stay behind ours as fallback: they have symbols that ours lack.
    let fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let family = |first: &str| -> Vec<String> {
        let ours = [first, "JetBrains Mono", "Lucide"].into_iter().map(str::to_owned);
        ours.chain(fallback.iter().cloned()).collect()
    };
    fonts.families.insert(FontFamily::Proportional, family("Inter"));
    fonts.families.insert(FontFamily::Name(STRONG.into()), family("Inter semibold"));
    fonts.families.insert(FontFamily::Monospace, family("JetBrains Mono"));
    fonts.families.insert(FontFamily::Name(icons::FAMILY.into()), vec!["Lucide".to_owned(), "Inter".to_owned()]);
    fonts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG 2's relative luminance.
    fn luminance(colour: Color32) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
    }

    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn contrast_is_as_the_standard_says() {
        assert!((contrast(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 1e-9);
        assert!((contrast(rgb(0x777777), Color32::WHITE) - 4.48).abs() < 0.01);
    }

    #[test]
    fn all_words_are_easy_to_read_on_all_surfaces() {
        let mut wrong = Vec::new();
        for (theme, t) in [("dark", DARK), ("light", LIGHT)] {
            let words = [
                ("text", t.text),
                ("secondary", t.secondary),
                ("future", future_text(&t)),
                ("now", t.now),
                ("what_if", t.what_if),
                ("good", t.good),
                ("bad", t.bad),
                ("focus", t.focus),
            ];
            let surfaces =
                [("background", t.background), ("panel", t.panel), ("raised", t.raised), ("selection", t.selection)];
            let mut check = |word: &str, on: &str, ratio: f64| {
                if ratio < 4.5 {
                    wrong.push(format!("{theme}: {word} on {on}: {ratio:.2}"));
                }
            };
            for (word, colour) in words {
                for (on, surface) in surfaces {
                    check(word, on, contrast(colour, surface));
                }
            }
            check("on_now", "now", contrast(t.on_now, t.now));
            for (on, colour) in [("now", t.now), ("what_if", t.what_if), ("good", t.good), ("bad", t.bad)] {
                // Badges and changed rows: a wash of the colour under words of it, or under text.
                for surface in [t.background, t.panel] {
                    let washed = surface.blend(wash(colour));
                    check(on, "a wash of itself", contrast(colour, washed));
                    check("text", "a wash", contrast(t.text, washed));
                    check("secondary", "a wash", contrast(t.secondary, washed));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn the_future_is_dimmer_than_the_present() {
        for t in [DARK, LIGHT] {
            assert!(contrast(future_text(&t), t.panel) < 0.6 * contrast(t.text, t.panel));
        }
    }

    #[test]
    fn lines_and_marks_are_seen() {
        for t in [DARK, LIGHT] {
            for mark in t.marks {
                assert!(contrast(mark, t.background) >= 3.0, "{mark:?}");
            }
            assert!(contrast(t.hairline, t.panel) > 1.1);
        }
    }

    /// Amber means now, violet what-if: no event type may look like either.
    #[test]
    fn the_focus_and_the_marks_are_neither_now_nor_what_if() {
        let distance = |a: Color32, b: Color32| {
            a.to_array().iter().zip(b.to_array()).map(|(a, b)| u32::from(a.abs_diff(b))).sum::<u32>()
        };
        for t in [DARK, LIGHT] {
            for colour in t.marks.into_iter().chain([t.focus]) {
                assert!(distance(colour, t.now) > 90 && distance(colour, t.what_if) > 60, "{colour:?}");
            }
        }
    }

    #[test]
    fn each_theme_gets_its_own_tokens_and_the_system_is_followed() {
        let context = egui::Context::default();
        install(&context);
        context.set_theme(egui::ThemePreference::System);
        for (system, expected) in [(Theme::Light, LIGHT), (Theme::Dark, DARK), (Theme::Light, LIGHT)] {
            let input = egui::RawInput { system_theme: Some(system), ..Default::default() };
            let mut seen = None;
            context
                .run_ui(input, |ui| seen = Some((tokens(ui), ui.visuals().panel_fill)))
                .drop_without_applying_deltas();
            assert_eq!(seen, Some((expected, expected.panel)), "{system:?}");
        }
    }
}
