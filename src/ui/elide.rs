//! Lines of text where there is no room for all: without their ends, or, as names of streams often begin alike, without
//! their middles.

use std::sync::Arc;

use egui::text::{LayoutJob, TextWrapping};
use egui::{Color32, FontId, Galley, Painter};

/// The part of the room that the end of a text gets: there names differ most.
const END: f32 = 0.58;
/// Letters at either end of a text that are looked at: more have no room on any screen.
const LOOKED_AT: usize = 400;

/// A line of text.
pub struct Line {
    /// As it is painted.
    pub galley: Arc<Galley>,
    /// Whether there was no room for all of it.
    pub cut: bool,
}

/// A text in one line, without its end where it is wider than the room for it, in points.
pub fn end(painter: &Painter, text: &str, font: FontId, room: f32, colour: Color32) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(beginning(text).to_owned(), font, colour);
    job.wrap = TextWrapping::truncate_at_width(room.max(10.0));
    painter.layout_job(job)
}

/// The first of some texts, longest first, that there is room for; else the last one without its end.
pub fn first_that_fits(painter: &Painter, texts: &[&str], font: &FontId, room: f32, colour: Color32) -> Arc<Galley> {
    let laid = texts.iter().map(|text| painter.layout_no_wrap(beginning(text).to_owned(), font.clone(), colour));
    let fits = laid.into_iter().find(|galley| galley.size().x <= room);
    fits.unwrap_or_else(|| end(painter, texts.last().copied().unwrap_or_default(), font.clone(), room, colour))
}

/// As many of a text's parts, set apart by ` · `, as there is room for; nothing if there is none for the first.
pub fn parts(painter: &Painter, text: &str, font: &FontId, room: f32, colour: Color32) -> Option<Arc<Galley>> {
    let text = beginning(text);
    let ends = text.rmatch_indices(" · ").map(|(end, _)| end);
    let laid = [text.len()].into_iter().chain(ends);
    laid.map(|end| painter.layout_no_wrap(text[..end].to_owned(), font.clone(), colour))
        .find(|galley| galley.size().x <= room)
}

/// As much of a text as there is room for on any screen.
fn beginning(text: &str) -> &str {
    text.char_indices().nth(2 * LOOKED_AT).map_or(text, |(end, _)| &text[..end])
}

/// A text in one line, without its middle where it is wider than the room for it, in points.
pub fn middle(painter: &Painter, text: &str, font: &FontId, colour: Color32, room: f32) -> Line {
    let (ends, long) = ends(text);
    let line = |text: String, width: f32| {
        let mut job = LayoutJob::simple_singleline(text, font.clone(), colour);
        job.wrap = TextWrapping::truncate_at_width(width);
        painter.layout_job(job)
    };
    let whole = line(ends.clone(), f32::INFINITY);
    if !long && whole.size().x <= room {
        return Line { galley: whole, cut: false };
    }
    let room = room.max(20.0);
    let widths: Vec<f32> =
        whole.rows.iter().flat_map(|row| row.glyphs.iter().map(|glyph| glyph.advance_width)).collect();
    let ellipsis = line("…".to_owned(), f32::INFINITY).size().x;
    let kept = without_middle(&ends, &widths, room - ellipsis);
    Line { galley: line(kept, room), cut: true }
}

/// No more of a text than could be shown, and whether that is not all of it. What stands between is gone from it.
fn ends(text: &str) -> (String, bool) {
    let Some((head, _)) = text.char_indices().nth(LOOKED_AT) else { return (text.to_owned(), false) };
    let tail = text.char_indices().rev().nth(LOOKED_AT - 1).map_or(0, |(tail, _)| tail);
    if tail <= head { (text.to_owned(), false) } else { (format!("{}{}", &text[..head], &text[tail..]), true) }
}

/// As much of both ends as there is room for, with `…` between. `widths` are those of its letters.
fn without_middle(text: &str, widths: &[f32], room: f32) -> String {
    let letters: Vec<char> = text.chars().collect();
    let width = |at: usize| widths.get(at).copied().unwrap_or(0.0);
    let (mut tail, mut taken) = (letters.len(), 0.0);
    while tail > 0 && taken + width(tail - 1) <= room * END {
        tail -= 1;
        taken += width(tail);
    }
    // An accent belongs to the letter before it, and a gap after the dots tells nothing.
    while letters.get(tail).is_some_and(|letter| letter.is_whitespace() || width(tail) == 0.0) {
        taken -= width(tail);
        tail += 1;
    }
    let mut head = 0;
    while head < tail && taken + width(head) <= room {
        taken += width(head);
        head += 1;
    }
    let before: String = letters[..head].iter().collect();
    let after: String = letters[tail..].iter().collect();
    format!("{}…{after}", before.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, room: f32, expected: &str) {
        let widths = vec![1.0; text.chars().count()];
        assert_eq!(without_middle(text, &widths, room), expected, "{text} in {room}");
    }

    #[test]
    fn both_ends_are_kept() {
        check("order-2024-000017", 10.0, "order…00017");
        check("order-2024-000018", 10.0, "order…00018");
        check("größe-und-länge", 8.0, "größ…änge");
        check("a very long name", 8.0, "a ve…name");
        check("abc", 0.0, "…");
        // The last letters begin with a gap, and then with an accent that has no width.
        check("what about it", 6.0, "what…it");
        assert_eq!(without_middle("aaae\u{301}bb", &[1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0], 4.0), "aa…bb");
    }

    #[test]
    fn a_text_of_a_megabyte_is_not_looked_through() {
        let text = format!("a{}z", "ö".repeat(1 << 20));
        let (ends, long) = ends(&text);
        assert!(long && ends.chars().count() == 2 * LOOKED_AT, "{}", ends.len());
        assert!(ends.starts_with("aö") && ends.ends_with("öz"));
        assert_eq!(super::ends("short"), ("short".to_owned(), false));
    }

    /// Names as the window lays them out, in a width.
    fn laid(names: &[&str], room: f32) -> Vec<(String, f32)> {
        let context = egui::Context::default();
        let mut out = Vec::new();
        let output = context.run_ui(egui::RawInput::default(), |ui| {
            out.clear();
            for name in names {
                let line = middle(ui.painter(), name, &FontId::proportional(13.0), Color32::WHITE, room);
                assert_eq!(line.cut, line.galley.text() != *name, "{name}");
                out.push((line.galley.text().to_owned(), line.galley.size().x));
            }
        });
        output.drop_without_applying_deltas();
        out
    }

    #[test]
    fn parts_are_left_out_whole() {
        let context = egui::Context::default();
        let output = context.run_ui(egui::RawInput::default(), |ui| {
            let (font, painter) = (FontId::proportional(13.0), ui.painter());
            let shown = |room| {
                let galley = parts(painter, "8 events · account · schema 1", &font, room, Color32::WHITE)?;
                Some(galley.text().to_owned())
            };
            let width = |text: &str| painter.layout_no_wrap(text.to_owned(), font.clone(), Color32::WHITE).size().x;
            assert_eq!(shown(1000.0).as_deref(), Some("8 events · account · schema 1"));
            assert_eq!(shown(width("8 events · account") + 1.0).as_deref(), Some("8 events · account"));
            assert_eq!(shown(width("8 events") + 1.0).as_deref(), Some("8 events"));
            assert_eq!(shown(10.0), None);
        });
        output.drop_without_applying_deltas();
    }

    #[test]
    fn names_that_begin_alike_stay_apart() {
        let names: Vec<String> = (0..40).map(|at| format!("order-2024-0000-0000-{at:04}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let found = laid(&names, 110.0);
        let distinct: std::collections::HashSet<&String> = found.iter().map(|(text, _)| text).collect();
        assert_eq!(distinct.len(), names.len(), "{found:?}");
        assert!(found.iter().all(|(text, width)| *width <= 110.0 && text.starts_with("order")), "{found:?}");
        assert_eq!(laid(&["account-7"], 110.0)[0].0, "account-7");
    }
}
