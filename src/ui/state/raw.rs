//! JSON as text: as much of it as can be looked at, and only the lines in sight laid out.

use std::ops::Range;

use egui::{Align, Label, Layout, Rect, RichText, UiBuilder, pos2, vec2};

use super::tree::Edition;
use crate::model::{Value, json};
use crate::ui::theme;

/// Bytes of text that are made at first, how many times more at each wish, and at most.
const FIRST: usize = 128 << 10;
const GROWTH: usize = 4;
const MOST: usize = 4 << 20;
/// Height of a line.
pub const LINE: f32 = 18.0;
/// Columns of the narrowest panel.
const NARROWEST: usize = 20;

/// A text in lines that fit: made once, not at each frame.
#[derive(Default)]
pub struct RawText {
    of: Option<Edition>,
    text: String,
    limit: usize,
    complete: bool,
    columns: usize,
    lines: Vec<Range<u32>>,
}

impl RawText {
    /// Makes the text of a value unless it is made, in lines of at most so many columns.
    pub fn refresh(&mut self, of: Edition, value: &Value, columns: usize) {
        self.refresh_with(of, columns, &mut |limit| json::to_pretty_text_up_to(value, limit));
    }

    /// The same of bytes that may be no JSON at all.
    pub fn refresh_bytes(&mut self, of: Edition, bytes: &[u8], columns: usize) {
        self.refresh_with(of, columns, &mut |limit| {
            (String::from_utf8_lossy(&bytes[..bytes.len().min(limit)]).into_owned(), bytes.len() <= limit)
        });
    }

    fn refresh_with(&mut self, of: Edition, columns: usize, make: &mut dyn FnMut(usize) -> (String, bool)) {
        let columns = columns.max(NARROWEST);
        if self.of.is_none_or(|known| known != of) {
            self.limit = FIRST;
            self.of = Some(of);
            self.text.clear();
        }
        if self.text.is_empty() {
            (self.text, self.complete) = make(self.limit);
            self.columns = 0;
        }
        if self.columns != columns {
            self.columns = columns;
            self.lines = lines(&self.text, columns);
        }
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// One of them.
    pub fn line(&self, at: usize) -> &str {
        let range = self.lines.get(at).map_or(0..0, |range| range.start as usize..range.end as usize);
        self.text.get(range).unwrap_or_default()
    }

    /// What is not shown, in words; nothing where everything is.
    pub fn rest(&self) -> Option<(String, bool)> {
        let can_grow = self.limit < MOST;
        let shown =
            if self.limit >= 1 << 20 { format!("{} MB", self.limit >> 20) } else { format!("{} KB", self.limit >> 10) };
        let more = if can_grow { "Show more" } else { "`foldline events` on the command line writes the rest" };
        (!self.complete).then(|| (format!("The first {shown} are shown. {more}"), can_grow))
    }

    /// Makes more of the text.
    pub fn show_more(&mut self) {
        self.limit = (self.limit * GROWTH).min(MOST);
        self.text.clear();
    }
}

/// Where a text breaks into lines of at most so many columns.
fn lines(text: &str, columns: usize) -> Vec<Range<u32>> {
    let mut lines = Vec::new();
    let (mut start, mut width) = (0, 0);
    for (at, c) in text.char_indices() {
        let wide = if (c as u32) < 0x1100 { 1 } else { 2 };
        if c == '\n' {
            lines.push(start as u32..at as u32);
            (start, width) = (at + 1, 0);
        } else if width + wide > columns {
            lines.push(start as u32..at as u32);
            (start, width) = (at, wide);
        } else {
            width += wide;
        }
    }
    if start < text.len() {
        lines.push(start as u32..text.len() as u32);
    }
    lines
}

/// How many columns of monospaced text fit a width.
pub fn columns(ui: &egui::Ui, width: f32) -> usize {
    (width / width_of(ui, 1).max(1.0)).floor() as usize
}

/// How wide so many columns of monospaced text are.
pub fn width_of(ui: &egui::Ui, columns: usize) -> f32 {
    ui.fonts_mut(|fonts| fonts.glyph_width(&theme::mono(theme::MONO), '0')) * columns as f32
}

/// Draws the lines in sight, the first of all at `top`.
pub fn lines_ui(ui: &mut egui::Ui, raw: &RawText, range: Range<usize>, top: egui::Pos2, width: f32) {
    for at in range {
        let rect = Rect::from_min_size(pos2(top.x, top.y + at as f32 * LINE), vec2(width, LINE));
        let layout = Layout::left_to_right(Align::Center);
        ui.scope_builder(UiBuilder::new().max_rect(rect).layout(layout).id_salt(("line", at)), |ui| {
            let text = RichText::new(raw.line(at)).font(theme::mono(theme::MONO));
            ui.add(Label::new(text).selectable(true).extend());
        });
    }
}

/// Says that there is more; true if it is asked for.
pub fn rest_ui(ui: &mut egui::Ui, rect: Rect, words: &str, can_grow: bool) -> bool {
    let layout = Layout::left_to_right(Align::Center);
    let shown = ui.scope_builder(UiBuilder::new().max_rect(rect).layout(layout).id_salt("rest"), |ui| {
        if can_grow {
            ui.add(egui::Link::new(theme::link(words, theme::SMALL))).clicked()
        } else {
            let words = RichText::new(words).font(theme::words(theme::SMALL)).color(theme::tokens(ui).secondary);
            ui.label(words);
            false
        }
    });
    shown.inner
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::StoreKey;

    #[test]
    fn lines_break_where_they_end_and_where_the_room_ends() {
        let text = "ab\ncdefg\n\n日本語x";
        let broken: Vec<&str> = lines(text, 4).into_iter().map(|r| &text[r.start as usize..r.end as usize]).collect();
        assert_eq!(broken, ["ab", "cdef", "g", "", "日本", "語x"]);
    }

    #[test]
    fn a_large_value_is_shown_in_parts() {
        let text = format!("[{}]", vec!["12345678"; 100_000].join(","));
        let value = json::parse(text.as_bytes()).unwrap();
        let whole = json::to_pretty_text(&value);
        let mut raw = RawText::default();
        raw.refresh((StoreKey(1), 1), &value, 80);
        assert_eq!(raw.text.len(), FIRST);
        assert!(raw.rest().unwrap().0.starts_with("The first 128 KB are shown"));
        let first = raw.len();
        raw.show_more();
        raw.refresh((StoreKey(1), 1), &value, 80);
        assert!(raw.len() > 3 * first);
        raw.show_more();
        raw.refresh((StoreKey(1), 1), &value, 80);
        assert_eq!(raw.rest(), None);
        assert_eq!(raw.len(), whole.lines().count());
        assert_eq!((raw.line(1), raw.line(raw.len() - 1), raw.line(raw.len())), ("  12345678,", "]", ""));
        raw.refresh((StoreKey(1), 2), &value, 80);
        assert_eq!(raw.text.len(), FIRST, "another value begins anew");
    }
}
