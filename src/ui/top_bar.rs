//! The bar at the top: store, search, as-of box, transport. What gives way where there is little room is decided
//! here, in one place.

use egui::{
    Align, Color32, FontId, Layout, Popup, Rect, RichText, Role, Sense, Stroke, StrokeKind, UiBuilder, WidgetInfo, vec2,
};

use super::{ViewState, as_of, icons, keys, live, menus, search_field, theme};
use crate::app::actions::action;
use crate::app::settings::SPEEDS;
use crate::app::{App, Command};
use crate::timeline::AxisKind;

/// Space between the parts of the bar.
const GAP: f32 = theme::GAP;
/// The widest search field.
const WIDEST_SEARCH: f32 = 560.0;
/// Side of the mark.
const MARK: f32 = 22.0;
/// Width of the button of the window's menu, and of each button of the transport.
const BUTTON: f32 = theme::HIT;
/// Width of the button of the speed.
const SPEED: f32 = 46.0;

/// What of the bar is shown, and how wide the rest is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fit {
    pub mark: bool,
    pub layout: bool,
    pub access_word: bool,
    pub as_of_word: bool,
    pub zone: Zone,
    pub live: bool,
    pub axis: AxisWords,
    pub buttons: usize,
    pub speed: bool,
    pub name: f32,
    pub moment: f32,
    pub search: f32,
}

/// How much of the zone's name is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    /// `Europe/Berlin`.
    Name,
    /// `Berlin`.
    City,
    /// Nothing: the status bar has it.
    Nothing,
}

/// How the axes are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AxisWords {
    /// In words.
    Words,
    /// As icons.
    Icons,
    /// Not at all: the window's menu has them.
    Nothing,
}

/// How wide the words of the bar are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    pub name: f32,
    pub layout: f32,
    pub access: f32,
    pub as_of_word: f32,
    pub moment: f32,
    pub zone: f32,
    pub city: f32,
    pub live: f32,
    pub axis: f32,
}

impl Fit {
    /// What of the words fits a width. What is wanted least goes first: the layout's name, words that explain, words
    /// that icons can stand for, what the keyboard and the menu have too.
    pub fn new(width: f32, words: &Words) -> Self {
        let mut fit = Self {
            mark: true,
            layout: true,
            access_word: true,
            as_of_word: true,
            zone: Zone::Name,
            live: true,
            axis: AxisWords::Words,
            buttons: 5,
            speed: true,
            name: words.name.min(240.0),
            moment: words.moment,
            search: 220.0,
        };
        let steps: [fn(&mut Self); 15] = [
            |fit| fit.layout = false,
            |fit| fit.as_of_word = false,
            |fit| fit.search = 180.0,
            |fit| fit.axis = AxisWords::Icons,
            |fit| fit.access_word = false,
            |fit| fit.zone = Zone::City,
            |fit| fit.name = fit.name.min(120.0),
            |fit| fit.buttons = 3,
            |fit| fit.search = 130.0,
            |fit| fit.mark = false,
            |fit| (fit.speed, fit.name) = (false, fit.name.min(80.0)),
            |fit| fit.axis = AxisWords::Nothing,
            |fit| (fit.buttons, fit.zone) = (1, Zone::Nothing),
            // The smallest window with the largest text: fractions of a second are cut, and the status bar has the switch.
            |fit| (fit.search, fit.live) = (64.0, false),
            |fit| (fit.name, fit.moment) = (fit.name.min(40.0), fit.moment.min(137.0)),
        ];
        for step in steps {
            if fit.width(words) <= width {
                break;
            }
            step(&mut fit);
        }
        fit.search += (width - fit.width(words)).max(0.0);
        fit.search = fit.search.min(WIDEST_SEARCH);
        fit
    }

    fn width(&self, words: &Words) -> f32 {
        let mark = if self.mark { MARK + GAP } else { 0.0 };
        let live = if self.live { words.live } else { 0.0 };
        let parts =
            [self.store(words), live, self.search, self.as_of(words), self.transport(), self.axis(words), BUTTON];
        let gaps = parts.iter().filter(|part| **part > 0.0).count().saturating_sub(1) as f32 * GAP;
        mark + parts.iter().sum::<f32>() + gaps
    }

    pub fn store(&self, words: &Words) -> f32 {
        let layout = if self.layout { words.layout + GAP } else { 0.0 };
        let access = if self.access_word { words.access + 12.0 } else { theme::ICON_SMALL };
        10.0 + self.name + layout + GAP + access + 4.0 + theme::ICON_SMALL + 6.0
    }

    pub fn as_of(&self, words: &Words) -> f32 {
        let word = if self.as_of_word { words.as_of_word + GAP } else { 0.0 };
        10.0 + word + self.moment + 4.0 + self.zone_width(words)
    }

    pub fn zone_width(&self, words: &Words) -> f32 {
        let chevron = theme::ICON_SMALL + 4.0;
        match self.zone {
            Zone::Name => words.zone + chevron + 12.0,
            Zone::City => words.city + chevron + 12.0,
            Zone::Nothing => chevron + 8.0,
        }
    }

    fn transport(&self) -> f32 {
        self.buttons as f32 * BUTTON + if self.speed { SPEED + 4.0 } else { 0.0 }
    }

    fn axis(&self, words: &Words) -> f32 {
        match self.axis {
            AxisWords::Words => words.axis,
            AxisWords::Icons => 2.0 * BUTTON + 4.0,
            AxisWords::Nothing => 0.0,
        }
    }
}

/// The bar.
pub fn top_bar_ui(ui: &mut egui::Ui, app: &App, view: &mut ViewState, queue: &mut Vec<Command>) {
    let width = ui.available_width();
    let (bar, _) = ui.allocate_exact_size(vec2(width, theme::FIELD), Sense::hover());
    let Some(document) = &app.document else {
        without_store_ui(ui, bar, app, queue);
        return;
    };
    let zone = app.zone();
    let moment = as_of::shown(app, document);
    let measured = |text: &str, font: FontId| width_of(ui, text, font);
    let words = Words {
        name: measured(&document.title(), theme::strong(theme::BODY)),
        layout: measured(&document.opened.layout_title, theme::words(theme::BODY)),
        access: measured(&document.opened.access, theme::words(theme::SMALL)),
        as_of_word: measured("As of", theme::words(theme::BODY)),
        moment: measured(&moment, theme::mono(theme::MONO)),
        zone: measured(zone.name(), theme::words(theme::BODY)),
        city: measured(as_of::city(zone), theme::words(theme::BODY)),
        live: live::width(ui, document),
        axis: measured("Time", theme::words(theme::BODY)) + measured("Sequence", theme::words(theme::BODY)) + 44.0,
    };
    let fit = Fit::new(width, &words);
    let mut left = bar.left();
    let mut part = |width: f32| {
        let rect = Rect::from_min_size(egui::pos2(left, bar.top()), vec2(width, bar.height()));
        left += width + GAP;
        rect
    };
    if fit.mark {
        let rect = part(MARK);
        child(ui, rect, |ui| icons::mark(ui, MARK));
    }
    let rect = part(fit.store(&words));
    menus::store_chip_ui(ui, rect, document, app, &fit, queue);
    if fit.live {
        let rect = part(words.live);
        live::switch_ui(ui, rect, document, app, queue);
    }
    let rect = part(fit.search);
    search_field::search_ui(ui, rect, document, app, view, queue);
    let rect = part(fit.as_of(&words));
    as_of::as_of_ui(ui, rect, fit.zone_width(&words), &fit, document, app, view, queue);
    // The rest stands at the right edge.
    let right = [fit.transport(), fit.axis(&words), BUTTON];
    let gaps = right.iter().filter(|part| **part > 0.0).count().saturating_sub(1) as f32 * GAP;
    left = (bar.right() - right.iter().sum::<f32>() - gaps).max(left);
    let mut part = |width: f32| {
        let rect = Rect::from_min_size(egui::pos2(left, bar.top()), vec2(width, bar.height()));
        left += width + GAP;
        rect
    };
    let rect = part(fit.transport());
    child(ui, rect, |ui| transport_ui(ui, app, fit.buttons, fit.speed, queue));
    if fit.axis != AxisWords::Nothing {
        let rect = part(fit.axis(&words));
        axis_ui(ui, rect, app, document.axis.kind(), fit.axis == AxisWords::Words, queue);
    }
    let rect = part(BUTTON);
    child(ui, rect, |ui| menus::window_menu_ui(ui, app, queue));
}

fn without_store_ui(ui: &mut egui::Ui, bar: Rect, app: &App, queue: &mut Vec<Command>) {
    child(ui, bar, |ui| {
        icons::mark(ui, MARK);
        ui.label(RichText::new("Foldline").font(theme::strong(theme::TITLE)));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| menus::window_menu_ui(ui, app, queue));
    });
}

fn transport_ui(ui: &mut egui::Ui, app: &App, buttons: usize, speed: bool, queue: &mut Vec<Command>) {
    ui.spacing_mut().item_spacing.x = 0.0;
    let (play, name) = if app.playing.is_some() { (icons::PAUSE, "Pause") } else { (icons::PLAY, "Play") };
    let all = [
        ("start", icons::TO_START, ""),
        ("back", icons::STEP_BACK, ""),
        ("play", play, name),
        ("forward", icons::STEP_FORWARD, ""),
        ("end", icons::TO_END, ""),
    ];
    let margin = (all.len() - buttons.min(all.len())) / 2;
    for (id, glyph, name) in &all[margin..all.len() - margin] {
        let Some(action) = action(id) else { continue };
        let name = if name.is_empty() { action.text } else { name };
        keys::icon_action(ui, app, action, glyph, name, queue);
    }
    if speed {
        ui.add_space(4.0);
        speed_ui(ui, app, queue);
    }
}

fn speed_ui(ui: &mut egui::Ui, app: &App, queue: &mut Vec<Command>) {
    let label = RichText::new(format!("{}×", app.settings.speed)).font(theme::mono(theme::MONO));
    let button = ui.add(egui::Button::new(label).min_size(vec2(SPEED, theme::FIELD)));
    let words = speed_words(app.settings.speed);
    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Speed: {words}")));
    Popup::menu(&button).gap(6.0).show(|ui| {
        for speed in SPEEDS {
            if menus::choice(ui, app.settings.speed == speed, &speed_words(speed)) {
                queue.push(Command::SetSpeed(speed));
            }
        }
    });
    if !Popup::is_any_open(ui.ctx()) {
        button.on_hover_text(format!("Plays {words}"));
    }
}

/// A speed in words: `2 events a second`.
fn speed_words(speed: f32) -> String {
    if speed == 1.0 {
        "1 event a second".to_owned()
    } else if speed < 1.0 {
        format!("an event every {} seconds", 1.0 / speed)
    } else {
        format!("{speed} events a second")
    }
}

/// Time and sequence in one frame, the chosen one filled.
fn axis_ui(ui: &mut egui::Ui, rect: Rect, app: &App, kind: AxisKind, words: bool, queue: &mut Vec<Command>) {
    let tokens = theme::tokens(ui);
    ui.painter().rect(rect, theme::RADIUS, tokens.raised, Stroke::new(1.0, tokens.hairline), StrokeKind::Inside);
    let all = [
        ("axis-time", "Time", icons::CLOCK, AxisKind::Time),
        ("axis-sequence", "Sequence", icons::SORT, AxisKind::Sequence),
    ];
    let first = if words { width_of(ui, "Time", theme::words(theme::BODY)) + 22.0 } else { rect.width() / 2.0 };
    let mut from = rect.left();
    for (at, (id, label, glyph, axis)) in all.into_iter().enumerate() {
        let Some(action) = action(id) else { continue };
        let to = if at == 0 { from + first } else { rect.right() };
        let place = Rect::from_min_max(egui::pos2(from, rect.top()), egui::pos2(to, rect.bottom()));
        from = to;
        let chosen = kind == axis;
        let response = ui.interact(place, ui.scope_id().with(id), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, chosen, label));
        if chosen || response.hovered() {
            let fill = if chosen { tokens.selection } else { Color32::TRANSPARENT };
            ui.painter().rect_filled(place.shrink(2.0), theme::RADIUS, fill);
        }
        let colour = if chosen || response.hovered() { tokens.text } else { tokens.secondary };
        if words {
            let font = theme::words(theme::BODY);
            ui.painter().text(place.center(), egui::Align2::CENTER_CENTER, label, font, colour);
        } else {
            icons::paint(ui, place, glyph, theme::ICON_SMALL, colour);
        }
        theme::focus_ring(ui, &response);
        if response.clicked()
            && let Some(command) = (action.command)(app)
        {
            queue.push(command);
        }
        response.on_hover_text(action.tooltip);
    }
}

/// Puts things into a rectangle, left to right, in its middle.
pub(super) fn child<R>(ui: &mut egui::Ui, rect: Rect, contents: impl FnOnce(&mut egui::Ui) -> R) -> R {
    let builder = UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center));
    // What is in it never makes the bar higher.
    contents(&mut ui.new_child(builder))
}

/// How wide a text is.
pub(super) fn width_of(ui: &egui::Ui, text: &str, font: FontId) -> f32 {
    ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER).size().x.ceil()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: Words = Words {
        name: 60.0,
        layout: 90.0,
        access: 52.0,
        as_of_word: 34.0,
        moment: 166.0,
        zone: 90.0,
        city: 36.0,
        live: 58.0,
        axis: 140.0,
    };

    #[test]
    fn everything_fits_every_width() {
        for width in [426.0, 450.0, 512.0, 616.0, 800.0, 876.0, 1000.0, 1256.0, 1576.0, 2536.0] {
            for (name, moment) in [(30.0, 137.0), (60.0, 166.0), (900.0, 216.0)] {
                let words = Words { name, moment, ..WORDS };
                let fit = Fit::new(width, &words);
                assert!(fit.width(&words) <= width + 0.01, "{width}: {} {fit:?}", fit.width(&words));
                assert!(fit.search >= 64.0 && fit.search <= WIDEST_SEARCH);
            }
        }
    }

    #[test]
    fn the_layout_gives_way_first_and_the_moment_never() {
        let wide = Fit::new(1576.0, &WORDS);
        assert!(wide.layout && wide.access_word && wide.as_of_word && wide.speed && wide.buttons == 5);
        assert_eq!((wide.zone, wide.axis), (Zone::Name, AxisWords::Words));
        let usual = Fit::new(1256.0, &WORDS);
        assert!(usual.access_word && usual.buttons == 5 && usual.axis == AxisWords::Words, "{usual:?}");
        let narrow = Fit::new(876.0, &WORDS);
        assert!(!narrow.layout && narrow.buttons >= 3 && narrow.zone != Zone::Nothing, "{narrow:?}");
    }

    #[test]
    fn speeds_have_words() {
        assert_eq!(SPEEDS.map(speed_words)[..3], ["an event every 2 seconds", "1 event a second", "2 events a second"]);
    }
}
