//! Lanes: marks of events by colour and shape, a density curve where they crowd.

use std::collections::HashMap;

use egui::{Mesh, Rect, Shape as Paint, Stroke, Ui, pos2, vec2};

use super::branch::{self, BranchLook};
use super::rows::Row;
use super::snapshots::{self, Bracket};
use super::{Stage, TimelineView};
use crate::app::Document;
use crate::job::StoreKey;
use crate::model::StreamIndex;
use crate::timeline::density::KINDS;
use crate::timeline::{AxisKind, Bar, Mark, View, lanes::columns};
use crate::ui::{marks, theme};

/// Of a mark.
pub const RADIUS: f32 = 5.0;
/// How near to a mark the pointer is on it.
pub const REACH: f32 = 8.0;
/// Marks are drawn one by one while there is this much room for each; beyond it a lane is a density curve.
const ROOM: f32 = 4.0;
/// With less room than this marks are smaller.
const AMPLE: f32 = 9.0;
const SMALL: f32 = 3.8;
/// Width of a bar of a density curve, with the gap to the next one: wider where there is little in each.
const BARS: std::ops::RangeInclusive<f32> = 3.0..=6.0;
/// So many events a bar make a curve rather than a comb.
const IN_BAR: f32 = 4.0;
/// So many lanes are remembered.
const REMEMBERED: usize = 400;

/// How a lane looks in the present view.
pub enum Look {
    /// Each event by itself: its place, its index, its mark; and how large marks are.
    Marks(Vec<(f32, u32, Mark)>, f32),
    /// Bars, how many events the highest has, and how wide they are.
    Density(Vec<Bar>, u32, f32),
}

/// What lanes look like, kept while the view stays.
#[derive(Default)]
pub struct Looks {
    of: Option<((StoreKey, u64), AxisKind, View, f32)>,
    by_stream: HashMap<StreamIndex, Look>,
    /// Lanes of scenarios, each with the edition of its branch.
    branches: HashMap<Row, (u64, BranchLook)>,
    /// Snapshots on the lanes, and which answer they are of.
    brackets: HashMap<StreamIndex, Vec<Bracket>>,
    snapshots: u64,
}

impl Looks {
    /// Forgets what looked otherwise.
    pub fn refresh(&mut self, stage: &Stage<'_>) {
        let document = stage.document;
        let of = Some((document.opened.index(), document.axis.kind(), document.view, stage.scale.width));
        if self.of != of || self.by_stream.len() > REMEMBERED || self.branches.len() > REMEMBERED {
            self.of = of;
            self.by_stream.clear();
            self.branches.clear();
            self.brackets.clear();
        }
        let snapshots = document.snapshots.index.edition();
        if self.snapshots != snapshots {
            self.snapshots = snapshots;
            self.brackets.clear();
        }
    }

    /// How a scenario's lane looks; nothing in it, where the scenario has no such lane.
    pub fn branch(&mut self, stage: &Stage<'_>, row: Row, name: &str) -> &BranchLook {
        let edition = row.scenario().and_then(|id| stage.document.scenarios.get(id)).map(|view| view.branch.edition());
        let edition = edition.unwrap_or_default();
        if self.branches.get(&row).is_none_or(|(known, _)| *known != edition) {
            let look = BranchLook::new(self, stage, row, name);
            self.branches.insert(row, (edition, look));
        }
        &self.branches.entry(row).or_default().1
    }

    /// The snapshots on a lane.
    pub fn brackets(&mut self, stage: &Stage<'_>, stream: StreamIndex) -> &[Bracket] {
        let (document, width) = (stage.document, stage.scale.width);
        self.brackets.entry(stream).or_insert_with(|| snapshots::brackets(document, stream, document.view, width))
    }

    /// How a lane looks.
    pub fn look(&mut self, stage: &Stage<'_>, stream: StreamIndex) -> &Look {
        let (document, width) = (stage.document, stage.scale.width);
        self.by_stream.entry(stream).or_insert_with(|| look(document, stream, width))
    }
}

fn look(document: &Document, stream: StreamIndex, width: f32) -> Look {
    let (log, view) = (&document.opened.log, document.view);
    let drawing = &document.opened.drawing;
    let lane = drawing.dense_lane(log, document.axis.kind(), stream);
    // A mark that stands just outside is still half in sight.
    let margin = view.span / f64::from(width) * f64::from(RADIUS * 2.0);
    let (from, to) = lane.in_view(View { start: view.start - margin, span: view.span + 2.0 * margin });
    let count = to - from;
    if count as f32 * ROOM <= width {
        let events = &drawing.lanes(document.axis.kind()).events(log, stream)[from..to];
        let marks: Vec<(f32, u32, Mark)> = events
            .iter()
            .filter_map(|event| {
                let coordinate = document.axis.coordinate(log, *event as usize)?;
                let mark = drawing.marks.mark(log, *event as usize);
                Some((view.x_from_coordinate(coordinate, width), *event, mark))
            })
            .collect();
        let covered = marks.windows(2).filter(|pair| pair[1].0 - pair[0].0 < 1.5).count();
        if marks.len() < 24 || covered * 2 < marks.len() {
            let radius = if count as f32 * AMPLE <= width { RADIUS } else { SMALL };
            return Look::Marks(marks, radius);
        }
    }
    let step = (IN_BAR * width / count.max(1) as f32).round().clamp(*BARS.start(), *BARS.end());
    let bars = lane.bars(view, width, step);
    let most = bars.iter().map(Bar::count).max().unwrap_or(1);
    Look::Density(bars, most, step)
}

/// What of a lane is under the pointer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spot {
    /// An event, and where its mark is.
    Event(u32, f32),
    /// A snapshot, by its place among all, and where its bracket is.
    Snapshot(usize, f32),
    /// A bar, and how wide it is.
    Crowd(Bar, f32),
    /// An event that a scenario made, changed or moved: its place in the branch's lane, the recorded event that it
    /// is, if it is one, and where its mark is.
    Own(u32, Option<u32>, f32),
}

impl Look {
    /// What is at a place, in points from the left edge of the lane.
    pub fn at(&self, x: f32) -> Option<Spot> {
        match self {
            Self::Marks(marks, _) => marks
                .iter()
                .map(|(at, event, _)| (*at, *event))
                .filter(|(at, _)| (at - x).abs() <= REACH)
                // Of marks on top of each other the last one is seen.
                .min_by(|a, b| (a.0 - x).abs().total_cmp(&(b.0 - x).abs()).then(b.1.cmp(&a.1)))
                .map(|(at, event)| Spot::Event(event, at)),
            Self::Density(bars, _, step) => {
                let after = bars.partition_point(|bar| bar.x <= x);
                let near = bars[..after].last().into_iter().chain(bars.get(after));
                let distance = |bar: &Bar| (bar.x + step / 2.0 - x).abs();
                near.filter(|bar| distance(bar) <= step * 0.5 + 2.0)
                    .min_by(|a, b| distance(a).total_cmp(&distance(b)))
                    .map(|bar| Spot::Crowd(*bar, *step))
            }
        }
    }
}

/// Adds a density curve: bars, each with how many events it stands for.
pub fn add_bars(
    mesh: &mut Mesh,
    stage: &Stage<'_>,
    plot: Rect,
    bars: impl Iterator<Item = (Bar, u32)> + Clone,
    most: u32,
    step: f32,
) {
    let tokens = &stage.tokens;
    let (bottom, room) = (plot.bottom() - 4.0, plot.height() - 9.0);
    let colours: [egui::Color32; KINDS] =
        std::array::from_fn(|kind| tokens.marks.get(kind).copied().unwrap_or(tokens.other_mark));
    // Growing step by step would copy a crowded lane's corners a dozen times.
    let rects = bars.clone().flat_map(|(bar, _)| bar.shares).filter(|share| *share > 0.0).count();
    mesh.reserve_vertices(4 * rects);
    mesh.reserve_triangles(2 * rects);
    for (bar, count) in bars {
        let height = (count as f32 / most.max(1) as f32).sqrt() * room;
        let (height, x) = (height.max(2.0), plot.left() + bar.x);
        let future = stage.is_future(x + step / 2.0);
        let mut top = bottom;
        // The commonest kinds are at the bottom, as in the legend from left to right.
        for (kind, share) in bar.shares.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            let next = top - height * share;
            let colour = if future { theme::dimmed(colours[kind]) } else { colours[kind] };
            mesh.add_colored_rect(Rect::from_min_max(pos2(x, next), pos2(x + step - 1.0, top)), colour);
            top = next;
        }
    }
}

/// Paints a stream's lane.
pub fn paint(ui: &Ui, stage: &Stage<'_>, timeline: &mut TimelineView, stream: StreamIndex, rect: Rect, pinned: bool) {
    let (document, tokens) = (stage.document, &stage.tokens);
    let plot = stage.plot(rect);
    let painter = ui.painter_at(plot.intersect(ui.clip_rect()));
    let middle = plot.center().y;
    let mut mesh = Mesh::default();
    let edited = document.active_scenario().marks.lane(&document.opened.log.stream(stream).name);
    match timeline.looks.look(stage, stream) {
        Look::Marks(marks, radius) => {
            if pinned || edited.is_some() {
                painter.hline(plot.x_range(), middle, Stroke::new(1.0, tokens.hairline));
            }
            for (x, event, mark) in marks {
                let colour = marks::colour(*mark, tokens);
                let colour = if document.is_future(*event) { theme::dimmed(colour) } else { colour };
                marks::add(&mut mesh, mark.shape, pos2(plot.left() + x, middle), *radius, colour);
            }
            painter.add(Paint::mesh(mesh));
            for (x, event, _) in marks {
                if pinned && document.event == Some(*event) {
                    painter.circle_stroke(pos2(plot.left() + x, middle), 9.0, Stroke::new(1.5, tokens.now));
                }
                let at = pos2(plot.left() + x, middle);
                if document.has_edits() && document.is_left_out(*event) {
                    branch::cross_out(&painter, at, tokens.what_if);
                } else if edited.is_some_and(|lane| lane.missing.binary_search(event).is_ok()) {
                    // Somewhere else, or something else, in the scenario.
                    painter.circle_stroke(at, 9.0, Stroke::new(1.0, theme::quieter(tokens.what_if)));
                }
            }
        }
        Look::Density(bars, most, step) => {
            add_bars(&mut mesh, stage, plot, bars.iter().map(|bar| (*bar, bar.count())), *most, *step);
            painter.add(Paint::mesh(mesh));
        }
    }
    snapshots::paint(&painter, stage, timeline.looks.brackets(stage, stream), plot.left_bottom());
    let hits = timeline.hits.of_stream(stream);
    if !hits.is_empty() {
        let mut mesh = Mesh::default();
        for column in columns(&document.opened.log, &document.axis, hits, document.view, plot.width()) {
            let tick = pos2(plot.left() + column.x as f32 - 1.0, plot.top() + 1.0);
            mesh.add_colored_rect(Rect::from_min_size(tick, vec2(2.0, 6.0)), tokens.text);
        }
        painter.add(Paint::mesh(mesh));
    }
}
