//! Colours, type and measures as tokens. The only file with colour literals.
//!
//! One accent (amber) means *now*; one (violet) means *what-if*. Event types use the rest of a colour-blind-safe
//! palette, always together with a shape.

#![expect(clippy::disallowed_methods, reason = "the one home of colour literals")]

use std::sync::Arc;

use egui::{
    Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Stroke, TextStyle, Theme, Vec2,
};

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
    bad: rgb(0xe5716a),
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
    now: rgb(0x9a6100),
    on_now: rgb(0xffffff),
    what_if: rgb(0x7a48d6),
    good: rgb(0x12805c),
    bad: rgb(0xc23b33),
    marks: [rgb(0x17877a), rgb(0xcf4f74), rgb(0x3268c8), rgb(0x2f93cc), rgb(0x6f7987)],
    other_mark: rgb(0x98a2b0),
};

/// Height of a row in lists and tables, in points.
pub const ROW: f32 = 28.0;
/// Height of a lane on the timeline.
pub const LANE: f32 = 30.0;
/// Space between things that belong together.
pub const GAP: f32 = 8.0;
/// Space at the edges of panels.
pub const MARGIN: f32 = 12.0;

/// Name of the semibold family.
const STRONG: &str = "strong";

/// The tokens of the theme that is shown.
pub fn tokens(ui: &egui::Ui) -> Tokens {
    if ui.visuals().dark_mode { DARK } else { LIGHT }
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

/// A wash of a colour behind text.
pub fn wash(color: Color32) -> Color32 {
    color.gamma_multiply(0.14)
}

/// Installs fonts and both themes.
pub fn install(context: &egui::Context) {
    context.set_fonts(fonts());
    for (theme, tokens) in [(Theme::Dark, DARK), (Theme::Light, LIGHT)] {
        context.style_mut_of(theme, |style| {
            let [small, body, heading] = [11.5, 13.0, 15.0];
            style.text_styles = [
                (TextStyle::Small, words(small)),
                (TextStyle::Body, words(body)),
                (TextStyle::Button, words(body)),
                (TextStyle::Heading, strong(heading)),
                (TextStyle::Monospace, mono(12.0)),
            ]
            .into();
            style.spacing.item_spacing = Vec2::new(GAP, 4.0);
            style.spacing.button_padding = Vec2::new(8.0, 4.0);
            style.spacing.menu_margin = Margin::same(6);
            style.spacing.interact_size.y = 24.0;
            style.visuals = visuals(theme, &tokens);
        });
    }
}

fn visuals(theme: Theme, tokens: &Tokens) -> egui::Visuals {
    let mut visuals = theme.default_visuals();
    let line = Stroke::new(1.0, tokens.hairline);
    let words = Stroke::new(1.0, tokens.text);
    let radius = CornerRadius::same(5);
    visuals.override_text_color = Some(tokens.text);
    visuals.weak_text_color = Some(tokens.secondary);
    visuals.panel_fill = tokens.panel;
    visuals.window_fill = tokens.panel;
    visuals.window_stroke = line;
    visuals.window_corner_radius = CornerRadius::same(8);
    visuals.extreme_bg_color = tokens.raised;
    visuals.faint_bg_color = tokens.raised;
    visuals.code_bg_color = tokens.raised;
    visuals.hyperlink_color = tokens.text;
    visuals.warn_fg_color = tokens.bad;
    visuals.error_fg_color = tokens.bad;
    visuals.selection.bg_fill = tokens.selection;
    visuals.selection.stroke = Stroke::new(1.5, tokens.marks[2]);
    visuals.widgets.noninteractive.bg_fill = tokens.panel;
    visuals.widgets.noninteractive.bg_stroke = line;
    visuals.widgets.noninteractive.fg_stroke = words;
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
        widget.corner_radius = radius;
        widget.expansion = 0.0;
    }
    visuals.widgets.hovered.bg_stroke = Stroke::new(1.0, tokens.faint);
    visuals.widgets.hovered.weak_bg_fill = tokens.selection;
    visuals.widgets.active.weak_bg_fill = tokens.selection;
    visuals
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let files: [(&str, &'static [u8]); 3] = [
        ("Inter", include_bytes!("../../assets/fonts/Inter-Regular.otf")),
        ("Inter semibold", include_bytes!("../../assets/fonts/Inter-SemiBold.otf")),
        ("JetBrains Mono", include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf")),
    ];
    for (name, bytes) in files {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    // The toolkit's own fonts stay behind ours as fallback: they have symbols that ours lack.
    let fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let family = |first: &str| -> Vec<String> {
        let ours = [first, "JetBrains Mono"].into_iter().map(str::to_owned);
        ours.chain(fallback.iter().cloned()).collect()
    };
    fonts.families.insert(FontFamily::Proportional, family("Inter"));
    fonts.families.insert(FontFamily::Name(STRONG.into()), family("Inter semibold"));
    fonts.families.insert(FontFamily::Monospace, family("JetBrains Mono"));
    fonts
}
