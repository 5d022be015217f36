//! Bytes that nobody can read: a page of them in hexadecimal digits and as letters, and the way to the other pages.

use egui::{Align, Key, Layout, Rect, UiBuilder};

use crate::ui::{elide, icons, text, theme};

/// Bytes that are shown at once. Only lines in sight are made, so this bounds how far there is to scroll.
const PAGE: usize = 1_024;

/// Which page of some bytes is shown.
#[derive(Default)]
pub struct Pages {
    /// The first byte of the page.
    start: usize,
    /// Bytes in a line, and digits of a place.
    a_line: usize,
    digits: usize,
    /// What is being typed as the byte to go to, and whether it is none.
    typed: Option<String>,
    wrong: bool,
}

impl Pages {
    /// Makes lines of so many columns; gives how many the page has.
    pub fn fit(&mut self, bytes: usize, columns: usize) -> usize {
        self.digits = format!("{:x}", bytes.saturating_sub(1)).len().max(4);
        let fits = |a_line: &usize| width(self.digits, *a_line) <= columns;
        self.a_line = [32, 16, 8].into_iter().find(fits).unwrap_or(4);
        self.start = self.start.min(last(bytes));
        (bytes - self.start).min(PAGE).div_ceil(self.a_line)
    }

    /// A line of the page: its place, its bytes in pairs, and what of them are letters.
    pub fn line(&self, bytes: &[u8], nth: usize) -> String {
        let at = self.start + nth * self.a_line;
        let end = (at + self.a_line).min(self.start + PAGE).min(bytes.len());
        let chunk = bytes.get(at..end).unwrap_or_default();
        let pairs: Vec<String> =
            chunk.chunks(2).map(|pair| pair.iter().map(|byte| format!("{byte:02x}")).collect()).collect();
        let letters: String =
            chunk.iter().map(|byte| if (0x20..0x7f).contains(byte) { *byte as char } else { '·' }).collect();
        let (digits, room) = (self.digits, self.a_line * 5 / 2 - 1);
        format!("{at:0digits$x} {:<room$} {letters}", pairs.join(" "))
    }

    /// Whether there are other pages.
    pub fn has_more(bytes: usize) -> bool {
        bytes > PAGE
    }

    /// The way to other pages, in a row.
    pub fn ui(&mut self, ui: &mut egui::Ui, rect: Rect, salt: &'static str, bytes: usize) {
        let tokens = theme::tokens(ui);
        let layout = Layout::left_to_right(Align::Center);
        ui.scope_builder(UiBuilder::new().max_rect(rect).layout(layout).id_salt((salt, "pages")), |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            let (start, end) = (self.start, last(bytes));
            let ways = [
                (icons::TO_START, "First bytes", 0),
                (icons::CHEVRON_LEFT, "Bytes before", start.saturating_sub(PAGE)),
                (icons::CHEVRON_RIGHT, "Bytes after", (start + PAGE).min(end)),
                (icons::TO_END, "Last bytes", end),
            ];
            for (glyph, name, to) in ways {
                let button = ui.add_enabled_ui(to != start, |ui| icons::icon_button(ui, glyph, name, name)).inner;
                if button.clicked() {
                    self.go_to(to, bytes);
                }
            }
            ui.add_space(theme::TIGHT);
            self.field_ui(ui, salt, bytes);
            // How many there are stands above as well.
            let words = format!("of {}", text::grouped(bytes));
            let (font, room) = (theme::words(theme::SMALL), ui.available_width());
            ui.label(elide::first_that_fits(ui.painter(), &[&words, ""], &font, room, tokens.secondary));
        });
    }

    /// The first byte that is shown, to be changed.
    fn field_ui(&mut self, ui: &mut egui::Ui, salt: &'static str, bytes: usize) {
        let id = egui::Id::unique((salt, "byte"));
        let mut typed = self.typed.clone().unwrap_or_else(|| text::grouped(self.start));
        let width = super::raw::width_of(ui, text::grouped(bytes).len()) + 2.0 * theme::MARGIN;
        let field = theme::field(&mut typed, "").id(id).desired_width(width).font(theme::mono(theme::MONO));
        let field = if self.wrong { field.text_color(theme::tokens(ui).bad) } else { field };
        // Looked for before the field takes it: that it lost the focus may be seen a frame later.
        let entered = ui.memory(|memory| memory.has_focus(id)) && ui.input(|input| input.key_pressed(Key::Enter));
        let response = ui.add(field).accessible_name("Byte to go to");
        if response.changed() {
            self.wrong = false;
            self.typed = Some(typed);
        }
        if entered {
            // The next byte is typed in the same place.
            response.request_focus();
            match self.typed.as_deref().map(|typed| read(typed).filter(|to| *to < bytes)) {
                Some(Some(to)) => self.go_to(to, bytes),
                Some(None) => self.wrong = true,
                None => {}
            }
        } else if response.lost_focus() && !self.wrong {
            self.typed = None;
        }
        let hint = format!("A byte to go to, from 0 to {}, also as 0x1f4", text::grouped(bytes.saturating_sub(1)));
        response.on_hover_text(hint);
    }

    fn go_to(&mut self, byte: usize, bytes: usize) {
        self.start = (byte / PAGE * PAGE).min(last(bytes));
        (self.typed, self.wrong) = (None, false);
    }
}

/// Where the last page begins.
fn last(bytes: usize) -> usize {
    bytes.saturating_sub(1) / PAGE * PAGE
}

/// Columns of a line.
fn width(digits: usize, a_line: usize) -> usize {
    digits + 1 + (a_line * 5 / 2 - 1) + 1 + a_line
}

/// A place as people write it: `1,024`, `1024` or `0x400`.
fn read(typed: &str) -> Option<usize> {
    let plain: String = typed.chars().filter(|c| !matches!(c, ',' | '.' | '\'' | ' ' | '_')).collect();
    match plain.strip_prefix("0x").or_else(|| plain.strip_prefix("0X")) {
        Some(digits) => usize::from_str_radix(digits, 16).ok(),
        None => plain.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_as_digits() {
        let mut pages = Pages::default();
        assert_eq!(pages.fit(7, 38), 1);
        assert_eq!(pages.line(b"{\"a\":\x00\xff", 0), "0000 7b22 6122 3a00 ff   {\"a\":··");
        assert_eq!(pages.fit(0, 38), 0);
        assert_eq!(pages.line(&[], 0).trim(), "0000");
    }

    #[test]
    fn every_byte_is_on_one_page() {
        let bytes: Vec<u8> = (0..5_000_u32).map(|at| (at % 251) as u8).collect();
        for columns in [10, 38, 60, 100] {
            let mut pages = Pages::default();
            let mut seen = String::new();
            loop {
                let lines = pages.fit(bytes.len(), columns);
                for nth in 0..lines {
                    let line = pages.line(&bytes, nth);
                    assert!(columns < 30 || line.chars().count() <= columns, "{line}");
                    let digits = line.get(5..5 + pages.a_line * 5 / 2 - 1).unwrap();
                    seen.extend(digits.chars().filter(|c| *c != ' '));
                }
                let (start, next) = (pages.start, pages.start + PAGE);
                pages.go_to(next, bytes.len());
                if pages.start == start {
                    break;
                }
            }
            let all: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(seen, all, "{columns}");
        }
    }

    #[test]
    fn a_page_is_found_by_any_of_its_bytes() {
        let mut pages = Pages::default();
        let bytes = 100_000_005;
        pages.go_to(99_999_999, bytes);
        assert_eq!(pages.start, 99_999_999 / PAGE * PAGE);
        pages.go_to(usize::MAX, bytes);
        assert_eq!((pages.start, pages.fit(bytes, 38)), (99_999_744, 33));
        // Less came in its place.
        assert_eq!((pages.fit(3, 38), pages.start), (1, 0));
        assert_eq!(
            [read("1,024"), read("0x400"), read(" 1024 "), read("x"), read("-1")],
            [Some(1024), Some(1024), Some(1024), None, None]
        );
    }
}
