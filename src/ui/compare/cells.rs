//! What both tables are drawn with.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Color32, Galley, Painter, Pos2, Rect, Ui, pos2};

use crate::app::Document;
use crate::timeline::{Mark, Shape};
use crate::ui::theme::{self, Tokens};
use crate::ui::{icons, marks, text};
use crate::whatif::LeafDifference;

/// Width of a digit of [`theme::MONO`].
pub const DIGIT: f32 = 7.2;
/// Space between columns.
pub const SPACE: f32 = 14.0;

/// Paints a line of text at the left of a place, in its middle; gives where it ends, and whether it was cut.
pub fn text_at(painter: &Painter, at: Pos2, galley: Arc<Galley>, colour: Color32) -> (f32, bool) {
    let (end, cut) = (at.x + galley.size().x, galley.elided);
    painter.galley(pos2(at.x, at.y - galley.size().y / 2.0), galley, colour);
    (end, cut)
}

/// The mark of an event: its recorded type's, or for a type that was never recorded the what-if's own.
pub fn mark_of(document: &Document, index: Option<u32>, event_type: &str) -> Mark {
    let (log, known) = (&document.opened.log, &document.opened.drawing.marks);
    if let Some(index) = index {
        return known.mark(log, index as usize);
    }
    let found = log.types().iter().position(|known| *known.name == *event_type);
    match found {
        Some(at) => known.mark_of(crate::model::TypeIndex(at as u32)),
        None => Mark { colour: None, shape: Shape::Diamond },
    }
}

/// Paints a mark, violet for what was not recorded.
pub fn mark_at(ui: &Ui, mark: Mark, at: Pos2, what_if: bool, future: bool) {
    let tokens = theme::tokens(ui);
    let colour = if what_if { tokens.what_if } else { marks::colour(mark, &tokens) };
    let colour = if future { theme::dimmed(colour) } else { colour };
    marks::paint(ui, mark, at, 5.0, colour);
}

/// A sign of something wrong.
pub fn warning_at(ui: &Ui, at: Pos2) {
    let tokens = theme::tokens(ui);
    let place = Rect::from_center_size(at, egui::Vec2::splat(theme::ICON_SMALL));
    icons::paint(ui, place, icons::WARNING, theme::ICON_SMALL, tokens.bad);
}

/// `balance 77.50 → 97.50`, the right side's value in violet.
pub fn leaves_job(leaves: &[LeafDifference], more: usize, colour: Color32, tokens: &Tokens, room: f32) -> LayoutJob {
    let mut job = LayoutJob { wrap: TextWrapping::truncate_at_width(room.max(20.0)), ..LayoutJob::default() };
    let words = TextFormat::simple(theme::words(theme::BODY), tokens.secondary);
    let mono = |colour| TextFormat::simple(theme::mono(theme::MONO), colour);
    for (at, leaf) in leaves.iter().enumerate() {
        if at > 0 {
            job.append(",  ", 0.0, words.clone());
        }
        job.append(&format!("{} ", leaf.path), 0.0, words.clone());
        if leaf.is_settled() {
            job.append("the same again", 0.0, words.clone());
            continue;
        }
        job.append(&text::describe(leaf.left.as_ref()), 0.0, mono(colour));
        job.append(" → ", 0.0, words.clone());
        job.append(&text::describe(leaf.right.as_ref()), 0.0, mono(tokens.what_if));
    }
    if more > 0 {
        job.append(&format!("  and {} more", text::grouped(more)), 0.0, words);
    }
    job
}

/// The same as text.
pub fn leaves_text(leaves: &[LeafDifference], more: usize) -> String {
    let mut parts: Vec<String> = leaves.iter().map(leaf_text).collect();
    if more > 0 {
        parts.push(format!("{} more", text::grouped(more)));
    }
    parts.join(", ")
}

fn leaf_text(leaf: &LeafDifference) -> String {
    if leaf.is_settled() {
        return format!("{} the same again", leaf.path);
    }
    format!("{} {} → {}", leaf.path, text::describe(leaf.left.as_ref()), text::describe(leaf.right.as_ref()))
}

/// `v4`, or a dash.
pub fn version(version: Option<i64>) -> String {
    version.map_or_else(|| "—".to_owned(), |version| format!("v{version}"))
}
