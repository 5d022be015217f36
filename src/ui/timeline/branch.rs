//! The lane of a branch: what a stream would be with the edits. Violet, dashed, hatched.

use egui::{Mesh, Rect, Shape as Paint, Stroke, Ui, pos2};

use super::{Stage, lanes};
use crate::job::ScenarioId;
use crate::model::StreamIndex;
use crate::timeline::Shape;
use crate::ui::{marks, theme};

/// Paints it.
pub fn paint(ui: &Ui, stage: &Stage<'_>, stream: StreamIndex, scenario: ScenarioId, rect: Rect) {
    let (document, tokens) = (stage.document, &stage.tokens);
    let plot = stage.plot(rect);
    let painter = ui.painter_at(plot.intersect(ui.clip_rect()));
    let log = &document.opened.log;
    let Some(view) = document.scenarios.get(scenario) else { return };
    let Some(lane) = view.marks.lane(&log.stream(stream).name) else { return };
    // Edits that are still being applied, or can't be: the lane is that of the edits before.
    let current = view.current_branch().is_some();
    let violet = if current { tokens.what_if } else { theme::dimmed(tokens.what_if) };
    let fork = stage.scale.x(lane.fork).clamp(plot.left() - 40.0, plot.right());
    let after = Rect::from_min_max(pos2(fork, plot.top() + 2.0), pos2(plot.right(), plot.bottom() - 2.0));
    marks::hatch(&painter, after, violet);
    let line = Stroke::new(1.5, violet);
    let middle = plot.center().y;
    painter.extend(Paint::dashed_line(&[pos2(fork, middle), pos2(plot.right(), middle)], line, 6.0, 3.0));
    painter.line_segment([pos2(fork - 10.0, plot.top()), pos2(fork, middle)], line);
    let mut mesh = Mesh::default();
    for column in lane.columns(log, &document.axis, document.view, plot.width()) {
        let mark = document.opened.drawing.marks.mark(log, column.last as usize);
        let colour = marks::colour(mark, tokens);
        let colour = if document.is_future(column.last) { theme::dimmed(colour) } else { colour };
        marks::add(&mut mesh, mark.shape, pos2(plot.left() + column.x as f32, middle), lanes::RADIUS, colour);
    }
    let from = lane.own.partition_point(|(at, _)| *at < document.view.start);
    let inside = lane.own[from..].iter().take_while(|(at, _)| *at <= document.view.end());
    // More would be one smear: a view closer up has them all.
    for (at, base) in inside.take(plot.width() as usize) {
        let shape = base.map_or(Shape::Diamond, |base| document.opened.drawing.marks.mark(log, base as usize).shape);
        marks::add(&mut mesh, shape, pos2(stage.scale.x(*at), middle), lanes::RADIUS, violet);
    }
    painter.add(Paint::mesh(mesh));
}
