//! Snapshots on the lanes: a bracket below the event whose state was kept.

use egui::{Painter, Pos2, RichText, Stroke, Ui, pos2};

use super::Stage;
use super::lanes::REACH;
use crate::app::Document;
use crate::model::{SnapshotHead, StreamIndex, names, zoned};
use crate::timeline::View;
use crate::ui::{text, theme};

/// Brackets of a lane that are drawn at most: more stand for their neighbours.
const MOST: usize = 400;
/// Half a bracket's width, and its height.
const HALF: f32 = 3.5;
const HEIGHT: f32 = 4.0;
/// How far below the middle of a lane the pointer is on brackets rather than on marks.
pub const BELOW: f32 = 6.0;
/// How far before the first event a snapshot stands whose own event was removed.
const BEFORE: f32 = 9.0;

/// A bracket: where it is, in points from the left edge of the lane, and its snapshot.
pub type Bracket = (f32, usize);

/// The brackets of a lane that are in sight.
pub fn brackets(document: &Document, stream: StreamIndex, view: View, width: f32) -> Vec<Bracket> {
    let range = document.snapshots_of(stream);
    let Some((index, _)) = document.snapshots.index.value().filter(|_| !range.is_empty()) else { return Vec::new() };
    let (log, axis) = (&document.opened.log, &document.axis);
    let lane = log.lane(stream);
    let coordinate = |at: usize| {
        let version = index.head(at)?.version?;
        let (place, own) = document.place_of_snapshot(stream, version)?;
        Some((axis.coordinate(log, *lane.get(place)? as usize)?, own))
    };
    let margin = view.span / f64::from(width.max(1.0)) * f64::from(BEFORE * 2.0);
    // By version, and so along the axis: only those in sight are looked at.
    let before = |limit: f64| {
        let (mut low, mut high) = (range.start, range.end);
        while low < high {
            let middle = low + (high - low) / 2;
            match coordinate(middle) {
                Some((at, _)) if at >= limit => high = middle,
                // Beyond the last event.
                None if index.head(middle).is_some_and(|head| head.version.is_some()) => high = middle,
                _ => low = middle + 1,
            }
        }
        low
    };
    let (from, to) = (before(view.start - margin), before(view.end() + margin));
    let step = (to.saturating_sub(from) / MOST).max(1);
    let mut brackets: Vec<Bracket> = Vec::new();
    for at in (from..to).step_by(step) {
        let Some((coordinate, own)) = coordinate(at) else { continue };
        let x = view.x_from_coordinate(coordinate, width) - if own { 0.0 } else { BEFORE };
        // On top of each other only the last one is seen.
        if brackets.last().is_some_and(|(last, _)| (x - last).abs() < 1.0) {
            brackets.pop();
        }
        brackets.push((x, at));
    }
    brackets
}

/// The bracket under the pointer.
pub fn at(brackets: &[Bracket], x: f32) -> Option<Bracket> {
    let near = brackets.iter().copied().filter(|(at, _)| (at - x).abs() <= REACH);
    near.min_by(|a, b| (a.0 - x).abs().total_cmp(&(b.0 - x).abs()))
}

/// Draws the brackets of a lane whose left lower corner is at `corner`.
pub fn paint(painter: &Painter, stage: &Stage<'_>, brackets: &[Bracket], corner: Pos2) {
    let tokens = &stage.tokens;
    for (x, _) in brackets {
        let x = corner.x + x;
        let colour = if stage.is_future(x) { theme::dimmed(tokens.secondary) } else { tokens.secondary };
        let (top, bottom) = (corner.y - 3.0 - HEIGHT, corner.y - 3.0);
        let line = |stroke: Stroke| {
            painter.line_segment([pos2(x - HALF, bottom), pos2(x + HALF, bottom)], stroke);
            painter.line_segment([pos2(x - HALF, top), pos2(x - HALF, bottom)], stroke);
            painter.line_segment([pos2(x + HALF, top), pos2(x + HALF, bottom)], stroke);
        };
        // Apart from the bars of a density curve.
        line(Stroke::new(3.5, tokens.panel));
        line(Stroke::new(1.25, colour));
    }
}

/// What is known of a snapshot, for a card or a list: `v12`, when it was taken, how large it is.
pub fn words(head: SnapshotHead, zone: chrono_tz::Tz) -> (String, String) {
    let version =
        head.version.map_or_else(|| "Snapshot".to_owned(), |version| format!("Snapshot of version {version}"));
    let taken = head.taken.map(|taken| format!("taken {} {} · ", zoned::date_time(taken, zone), zone.name()));
    (version, format!("{}{}", taken.unwrap_or_default(), text::bytes(head.bytes)))
}

/// The card about a snapshot.
pub fn card_ui(ui: &mut Ui, stage: &Stage<'_>, stream: &str, at: usize) {
    let (document, tokens) = (stage.document, &stage.tokens);
    let Some((index, _)) = document.snapshots.index.value() else { return };
    let Some(head) = index.head(at) else { return };
    let (version, about) = words(head, stage.zone);
    ui.spacing_mut().item_spacing.y = 3.0;
    ui.label(RichText::new(version).font(theme::strong(theme::BODY)));
    ui.label(RichText::new(names::shown(stream)).font(theme::mono(theme::SMALL)).color(tokens.secondary));
    ui.label(RichText::new(about).font(theme::mono(theme::SMALL)).color(tokens.secondary));
    let stream = document.opened.log.find_stream(stream);
    let own = stream.zip(head.version).and_then(|(stream, version)| document.place_of_snapshot(stream, version));
    if own.is_some_and(|(_, own)| !own) {
        let words = "The events up to it were removed: history goes on from here";
        ui.label(RichText::new(words).font(theme::words(theme::SMALL)).color(tokens.secondary));
    }
}
