//! The lane of a branch: what a stream would be with the edits of a scenario. Violet, dashed, hatched, and joined to
//! the recorded lane where it leaves it.

use egui::epaint::CubicBezierShape;
use egui::{Color32, Mesh, Painter, Pos2, Rect, Shape as Paint, Stroke, Ui, pos2, vec2};

use super::lanes::{self, Look, Looks, Spot};
use super::rows::Row;
use super::{Stage, labels};
use crate::app::ScenarioView;
use crate::app::branch_marks::BranchLaneMarks;
use crate::timeline::{Bar, Mark, Shape};
use crate::ui::elide::Line;
use crate::ui::{marks, theme};

/// Marks that stand at one place are put so far beside each other.
const BESIDE: f32 = 9.0;
/// How far before the first event that differs the curve leaves the recorded lane, and joins its own.
const LEAVES: f32 = 28.0;
const JOINS: f32 = 4.0;

/// How a scenario's lane looks in the present view.
#[derive(Default)]
pub struct BranchLook {
    /// Events as recorded, from the fork on: their place, their index, their mark.
    marks: Vec<(f32, u32, Mark)>,
    radius: f32,
    /// Where events as recorded crowd: bars, and how many events are left of each.
    bars: Vec<(Bar, u32)>,
    most: u32,
    step: f32,
    /// Events of the scenario's own.
    own: Vec<Own>,
}

struct Own {
    x: f32,
    place: u32,
    base: Option<u32>,
    mark: Option<Mark>,
}

impl BranchLook {
    /// Works it out: what is in sight, whatever else there is.
    pub fn new(looks: &mut Looks, stage: &Stage<'_>, row: Row, name: &str) -> Self {
        let Some(lane) = lane(stage, row, name) else { return Self::default() };
        let (document, width) = (stage.document, stage.scale.width);
        let (log, view) = (&document.opened.log, document.view);
        let fork = view.x_from_coordinate(lane.fork, width) - 0.5;
        let mut look = Self { radius: lanes::RADIUS, ..Self::default() };
        match lane.stream.map(|stream| looks.look(stage, stream)) {
            Some(Look::Marks(all, radius)) => {
                look.radius = *radius;
                let stays =
                    |(x, event, _): &&(f32, u32, Mark)| *x >= fork && lane.missing.binary_search(event).is_err();
                look.marks = all.iter().filter(stays).copied().collect();
            }
            Some(Look::Density(bars, most, step)) => {
                (look.most, look.step) = (*most, *step);
                let until = |x: f32| {
                    let end = view.coordinate_from_x(x, width);
                    lane.missing_at.partition_point(|at| *at < end)
                };
                let left = bars.iter().filter(|bar| bar.x + step > fork).map(|bar| {
                    let gone = until(bar.x + step) - until(bar.x);
                    (*bar, bar.count().saturating_sub(gone as u32))
                });
                look.bars = left.filter(|(_, count)| *count > 0).collect();
            }
            None => {}
        }
        let margin = view.span / f64::from(width) * f64::from(lanes::RADIUS * 2.0);
        let mut at = lane.own.partition_point(|mark| mark.at < view.start - margin);
        let many = lane.own.len() as f32 > width;
        while let Some(mark) = lane.own.get(at).filter(|mark| mark.at <= view.end() + margin) {
            let x = view.x_from_coordinate(mark.at, width) + f32::from(mark.step) * BESIDE;
            let drawn = mark.base.map(|base| document.opened.drawing.marks.mark(log, base as usize));
            look.own.push(Own { x, place: mark.place, base: mark.base, mark: drawn });
            at += 1;
            if many {
                // More than one for each pixel would be one smear: a view closer up has them all.
                let next = view.coordinate_from_x(x + 1.0, width);
                at += lane.own[at..].partition_point(|mark| mark.at < next);
            }
        }
        look
    }

    /// What is at a place, in points from the left edge of the lane.
    pub fn at(&self, x: f32) -> Option<Spot> {
        let own = self.own.iter().map(|own| (own.x, Spot::Own(own.place, own.base, own.x)));
        let recorded = self.marks.iter().map(|(at, event, _)| (*at, Spot::Event(*event, *at)));
        let near = own.chain(recorded).filter(|(at, _)| (at - x).abs() <= lanes::REACH);
        // The scenario's own are in front.
        let near = near.min_by(|a, b| (a.0 - x).abs().total_cmp(&(b.0 - x).abs()));
        near.map(|(_, spot)| spot).or_else(|| {
            let bar = self.bars.iter().find(|(bar, _)| (bar.x - 1.0..=bar.x + self.step + 1.0).contains(&x));
            bar.map(|(bar, count)| Spot::Crowd(Bar { to: bar.from + count, ..*bar }, self.step))
        })
    }

    fn is_free(&self, from: f32, to: f32) -> bool {
        let within = |x: f32| (from - 10.0..=to + 10.0).contains(&x);
        !self.marks.iter().any(|(x, ..)| within(*x))
            && !self.own.iter().any(|own| within(own.x))
            && self.bars.is_empty()
    }
}

/// Where a scenario's lane stands.
pub fn lane<'a>(stage: &Stage<'a>, row: Row, name: &str) -> Option<&'a BranchLaneMarks> {
    scenario(stage, row)?.marks.lane(name)
}

/// The scenario whose lane a row is.
pub fn scenario<'a>(stage: &Stage<'a>, row: Row) -> Option<&'a ScenarioView> {
    stage.document.scenarios.get(row.scenario()?)
}

/// Where the line of a lane is.
pub fn line_of(rect: Rect, row: Row) -> f32 {
    // In a scenario's tall lane there is room for words above the line.
    if rect.height() > theme::LANE && row.scenario().is_some() { rect.center().y + 3.0 } else { rect.center().y }
}

/// Where the recorded lane of a branch is, as far as it is known.
#[derive(Clone, Copy)]
pub struct Recorded {
    /// The middle of the lane.
    pub middle: f32,
    /// How many branches leave it before this one.
    pub before: usize,
}

/// Paints it. `area` is where the curve may go that joins it to the recorded lane.
pub fn paint(
    ui: &Ui,
    stage: &Stage<'_>,
    looks: &mut Looks,
    (row, name): (Row, &str),
    rect: Rect,
    recorded: Option<Recorded>,
    area: Rect,
) {
    let tokens = &stage.tokens;
    let (Some(view), Some(lane)) = (scenario(stage, row), lane(stage, row, name)) else { return };
    let plot = stage.plot(rect);
    let painter = ui.painter_at(plot.intersect(ui.clip_rect()));
    // Edits that are still being applied, or can't be: the lane is that of the edits before.
    let current = view.current_branch().is_some() && view.refused.is_none();
    let active = view.id == stage.document.active_scenario().id;
    let violet = if current && active { tokens.what_if } else { theme::quieter(tokens.what_if) };
    let line = Stroke::new(if active { 1.6 } else { 1.2 }, violet);
    let (middle, fork) = (line_of(rect, row), stage.scale.x(lane.fork));
    let left = fork.clamp(plot.left() - 40.0, plot.right() + 40.0);
    marks::hatch(&painter, Rect::from_min_max(pos2(left, plot.top()), plot.max), violet);
    let mut begin = left;
    match recorded {
        Some(recorded) if fork > plot.left() - 40.0 && fork < plot.right() + 40.0 => {
            // Several that leave at one place run beside each other.
            let from = fork - LEAVES - 4.0 * recorded.before as f32;
            begin = fork - JOINS;
            let over = ui.painter_at(stage.plot(area).intersect(ui.clip_rect()));
            let (out, into) = (from + 16.0, begin - 14.0);
            let points =
                [pos2(from, recorded.middle), pos2(out, recorded.middle), pos2(into, middle), pos2(begin, middle)];
            over.add(CubicBezierShape::from_points_stroke(points, false, Color32::TRANSPARENT, line));
        }
        _ => {}
    }
    painter.extend(Paint::dashed_line(&[pos2(begin, middle), pos2(plot.right(), middle)], line, 6.0, 3.0));
    let look = looks.branch(stage, row, name);
    fork_words(&painter, stage, look, lane, plot, active);
    let mut mesh = Mesh::default();
    if !look.bars.is_empty() {
        lanes::add_bars(&mut mesh, stage, plot, look.bars.iter().copied(), look.most, look.step);
    }
    for (x, event, mark) in &look.marks {
        let colour = marks::colour(*mark, tokens);
        let colour = if stage.document.is_future(*event) || !active { theme::dimmed(colour) } else { colour };
        marks::add(&mut mesh, mark.shape, pos2(plot.left() + x, middle), look.radius, colour);
    }
    painter.add(Paint::mesh(mesh));
    let crowded = look.own.len() as f32 * 6.0 > plot.width();
    for own in &look.own {
        let at = pos2(plot.left() + own.x, middle);
        let quiet = |colour| if stage.is_future(at.x) || !active { theme::dimmed(colour) } else { colour };
        if crowded {
            painter.rect_filled(Rect::from_center_size(at, vec2(1.5, 10.0)), 0.0, quiet(violet));
        } else {
            paint_own(&painter, at, own.mark, quiet(violet), |mark| quiet(marks::colour(mark, tokens)), tokens.panel);
        }
    }
}

/// A mark of a scenario's own: a recorded event in a ring, or a diamond with a plus for one that was never recorded.
pub fn paint_own(
    painter: &Painter,
    at: Pos2,
    mark: Option<Mark>,
    violet: Color32,
    colour: impl Fn(Mark) -> Color32,
    ground: Color32,
) {
    let mut mesh = Mesh::default();
    match mark {
        Some(mark) => {
            marks::add(&mut mesh, mark.shape, at, lanes::RADIUS, colour(mark));
            painter.add(Paint::mesh(mesh));
            painter.circle_stroke(at, 8.5, Stroke::new(1.5, violet));
        }
        None => {
            marks::add(&mut mesh, Shape::Diamond, at, 7.5, violet);
            painter.add(Paint::mesh(mesh));
            let plus = Stroke::new(1.5, ground);
            painter.hline(at.x - 3.0..=at.x + 3.0, at.y, plus);
            painter.vline(at.x, at.y - 3.0..=at.y + 3.0, plus);
        }
    }
}

/// What an event that is left out has around it, in the recorded lane.
pub fn cross_out(painter: &Painter, at: Pos2, violet: Color32) {
    let line = Stroke::new(1.5, violet);
    painter.circle_stroke(at, 9.0, line);
    let corner = vec2(6.4, -6.4);
    painter.line_segment([at - corner, at + corner], line);
}

/// `forks at v7`, where there is room.
fn fork_words(
    painter: &Painter,
    stage: &Stage<'_>,
    look: &BranchLook,
    lane: &BranchLaneMarks,
    plot: Rect,
    active: bool,
) {
    let Some(version) = lane.fork_version else { return };
    let fork = stage.scale.x(lane.fork);
    let words = match lane.stream {
        None => "only here".to_owned(),
        Some(_) if fork < plot.left() => format!("← forks at v{version}"),
        Some(_) if fork > plot.right() => format!("forks at v{version} →"),
        Some(_) => format!("forks at v{version}"),
    };
    let colour = if active { stage.tokens.what_if } else { stage.tokens.secondary };
    let galley = painter.layout_no_wrap(words, theme::words(10.5), colour);
    let right = plot.right() - galley.size().x - 6.0;
    let mut x = (fork + 14.0).clamp(plot.left() + 6.0, right.max(plot.left() + 6.0));
    // The cursor's line does not go through the words.
    if (x - 3.0..=x + galley.size().x + 3.0).contains(&stage.cursor) {
        x = (stage.cursor + 8.0).min(right);
    }
    let tall = plot.height() > theme::LANE;
    let from = x - plot.left();
    if tall || look.is_free(from, from + galley.size().x) {
        painter.galley(pos2(x, plot.top() + 2.0), galley, colour);
    }
}

/// What a scenario's lane is, for those who can't see it: `What-if lane of account-A, scenario X, forks at v7, 1 left
/// out, 1 inserted`.
pub fn spoken(stage: &Stage<'_>, row: Row, name: &str) -> String {
    let Some(view) = scenario(stage, row) else { return format!("What-if lane of {name}") };
    let mut words = format!("What-if lane of {name}, scenario {}", view.draft.name());
    if let Some(lane) = view.marks.lane(name) {
        match (lane.stream, lane.fork_version) {
            (None, _) => words += ", a stream that was never recorded",
            (Some(_), Some(version)) => words += &format!(", forks at v{version}"),
            (Some(_), None) => {}
        }
        words = format!("{words}, {}", lane.words);
    }
    if let Some((edit, _)) = &view.refused {
        words += &format!(", edit {} does not fit", edit + 1);
    }
    if view.id == stage.document.active_scenario().id {
        words += ", active";
    }
    words
}

/// The second line under a lane's name.
pub fn subtitle(view: &ScenarioView, lane: Option<&BranchLaneMarks>) -> String {
    match (&view.refused, lane) {
        (Some((edit, _)), _) => format!("edit {} does not fit", edit + 1),
        (None, Some(lane)) => lane.words.clone(),
        (None, None) => String::new(),
    }
}

/// Two lines in a tall row: a name, and what it is in small words. Gives the name as it is written.
pub fn two_lines(ui: &Ui, rect: Rect, keep: f32, name: (&str, Color32), under: (&str, Color32)) -> Line {
    let top = Rect::from_min_max(rect.min, pos2(rect.right(), rect.center().y + 3.0));
    let line = labels::name_words(ui, top, name.0, &theme::words(12.5), name.1, keep);
    let bottom = Rect::from_min_max(pos2(rect.left(), rect.center().y + 1.0), pos2(rect.right(), rect.bottom() - 3.0));
    labels::words(ui, bottom, under.0, theme::words(10.5), under.1, 0.0);
    line
}
