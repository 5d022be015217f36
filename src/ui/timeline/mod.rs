//! The timeline: ruler, lanes, cursor. One mesh a lane; cost follows pixels, not events.
//!
//! ```text
//! | label column | ruler: ticks, cursor chip        |  drag here, or the cursor itself: scrub
//! |--------------|----------------------------------|
//! | account-A    | ▲     ▼        ▼ |               |  drag: pan, wheel: zoom, click on a mark: select
//! |   what-if    | ▲     ▼          | ///////////// |
//! ```

use std::sync::Arc;

use egui::{
    Align2, Color32, CursorIcon, Mesh, Pos2, Rect, Response, Sense, Shape as Paint, Stroke, StrokeKind, Ui, pos2, vec2,
};

use crate::app::{App, Command, Cursor, Document, ListRow};
use crate::job::StoreKey;
use crate::model::StreamIndex;
use crate::timeline::{AxisKind, lanes, ruler};
use crate::ui::{ViewState, marks, theme};

/// Width of the column with the lanes' names.
const LABELS: f32 = 150.0;
const RULER: f32 = 30.0;
/// How near to the cursor's line a press takes hold of it.
const GRIP: f32 = 6.0;
/// How near to a mark a click selects it.
const REACH: f32 = 8.0;
/// Marks are drawn one by one while there is this much room for each; beyond it a lane is a density curve.
const ROOM: f32 = 5.0;

/// What the pointer is doing.
#[derive(Default)]
pub struct TimelineView {
    scrubbing: bool,
    /// The event that the open menu is about.
    menu_event: Option<u32>,
    rows: Vec<Row>,
    rows_of: Option<RowsOf>,
}

enum Row {
    Heading(String),
    Stream(StreamIndex),
    /// The branch of a recorded stream.
    Branch(Arc<str>),
}

/// The whole timeline.
pub fn timeline_ui(ui: &mut Ui, app: &App, view: &mut ViewState, queue: &mut Vec<Command>) {
    let (Some(document), interaction) = (&app.document, &mut view.timeline) else { return };
    let full = ui.available_rect_before_wrap();
    let plot_width = (full.width() - LABELS - 12.0).max(50.0);
    ui.spacing_mut().item_spacing.y = 0.0;
    ruler_ui(ui, document, plot_width, interaction, queue);
    if interaction.rows_of.as_ref() != Some(&rows_of(document)) {
        interaction.rows = rows(document);
        interaction.rows_of = Some(rows_of(document));
    }
    let rows = std::mem::take(&mut interaction.rows);
    let lanes_top = ui.cursor().top();
    // The selected lane and its branch stay in sight while the others scroll beneath.
    let pinned = rows.iter().skip(1).position(|row| matches!(row, Row::Heading(_))).map_or(rows.len(), |at| at + 1);
    let pinned = if document.stream_index().is_some() { pinned } else { 0 };
    for row in &rows[..pinned] {
        row_ui(ui, document, row, plot_width, interaction, queue);
    }
    // Over the lanes the wheel zooms; over their names it scrolls.
    let over_plot = ui.input(|input| input.pointer.hover_pos()).is_some_and(|pointer| pointer.x > full.left() + LABELS);
    egui::ScrollArea::vertical()
        .auto_shrink(false)
        .scroll_source(egui::scroll_area::ScrollSource { mouse_wheel: !over_plot, ..Default::default() })
        .show_rows(ui, theme::LANE, rows.len() - pinned, |ui, range| {
            for row in &rows[pinned..][range] {
                row_ui(ui, document, row, plot_width, interaction, queue);
            }
        });
    let plot = Rect::from_min_max(
        pos2(full.left() + LABELS, full.top()),
        pos2(full.left() + LABELS + plot_width, full.bottom()),
    );
    interaction.rows = rows;
    cursor_ui(ui, document, plot, lanes_top);
    if !ui.input(|input| input.pointer.any_down()) {
        interaction.scrubbing = false;
    }
}

/// What the rows were made of; they are kept until it changes.
type RowsOf = (StoreKey, Option<Arc<str>>, usize, u64);

fn rows_of(document: &Document) -> RowsOf {
    let branch = document.branch.value().map_or(0, |(branch, _)| Arc::as_ptr(branch) as usize);
    (document.opened.key, document.stream.clone(), branch, document.list.edition())
}

fn rows(document: &Document) -> Vec<Row> {
    let log = &document.opened.log;
    let branch = document.branch.value().map(|(branch, _)| branch);
    let mut rows = Vec::new();
    let with_branch = |rows: &mut Vec<Row>, stream: StreamIndex| {
        rows.push(Row::Stream(stream));
        let name = &log.stream(stream).name;
        if branch.is_some_and(|branch| branch.lane(name).is_some()) {
            rows.push(Row::Branch(name.clone()));
        }
    };
    let selected = document.stream_index();
    if let Some(stream) = selected {
        rows.push(Row::Heading("Selected".to_owned()));
        with_branch(&mut rows, stream);
    }
    for row in document.list.rows() {
        match row {
            ListRow::Category(category, count) => {
                let count = crate::ui::text::grouped(*count);
                rows.push(Row::Heading(format!("{} · {count} streams", log.category(*category))));
            }
            ListRow::Stream(stream) if Some(*stream) == selected => {}
            ListRow::Stream(stream) => with_branch(&mut rows, *stream),
        }
    }
    rows
}

fn ruler_ui(
    ui: &mut Ui,
    document: &Document,
    plot_width: f32,
    interaction: &mut TimelineView,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), RULER), Sense::hover());
    let plot = Rect::from_min_size(pos2(rect.left() + LABELS, rect.top()), vec2(plot_width, RULER));
    let response = ui.interact(plot, ui.scope_id().with("ruler"), Sense::click_and_drag());
    let label = cursor_text(document);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Slider, true, format!("Timeline cursor at {label}")));
    if (response.dragged() || response.clicked())
        && let Some(pointer) = response.interact_pointer_pos()
    {
        interaction.scrubbing = true;
        scrub(document, pointer.x - plot.left(), plot_width, queue);
    }
    zoom(ui, document, plot, &response, queue);
    let (ticks, context) = ruler::ticks(&document.axis, document.view, plot_width, 84.0, chrono_tz::Tz::UTC);
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 0.0, tokens.panel);
    let middle = rect.center().y;
    painter.text(pos2(rect.left() + 12.0, middle), Align2::LEFT_CENTER, context, theme::words(12.0), tokens.secondary);
    let clipped = painter.with_clip_rect(plot);
    for tick in ticks {
        let x = plot.left() + document.view.x_from_coordinate(tick.coordinate, plot_width);
        clipped.text(pos2(x + 3.0, middle), Align2::LEFT_CENTER, tick.label, theme::mono(11.5), tokens.secondary);
        clipped.vline(x, (rect.bottom() - 8.0)..=rect.bottom(), Stroke::new(1.0, tokens.hairline));
    }
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
}

fn row_ui(
    ui: &mut Ui,
    document: &Document,
    row: &Row,
    plot_width: f32,
    interaction: &mut TimelineView,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme::LANE), Sense::hover());
    let painter = ui.painter_at(rect);
    let label_at = pos2(rect.left() + 12.0, rect.center().y);
    let (name, branch) = match row {
        Row::Heading(text) => {
            painter.text(label_at, Align2::LEFT_CENTER, text.to_uppercase(), theme::words(11.0), tokens.secondary);
            painter.hline(rect.x_range(), rect.top(), Stroke::new(1.0, tokens.hairline));
            return;
        }
        Row::Stream(stream) => (document.opened.log.stream(*stream).name.clone(), false),
        Row::Branch(name) => (name.clone(), true),
    };
    let plot = Rect::from_min_size(pos2(rect.left() + LABELS, rect.top()), vec2(plot_width, theme::LANE));
    let label = Rect::from_min_max(rect.min, pos2(plot.left(), rect.bottom()));
    let salt = (&*name, branch);
    let picked = ui.interact(label, ui.scope_id().with((salt, "label")), Sense::click());
    let accessible = if branch { format!("What-if lane of {name}") } else { format!("Lane of {name}") };
    picked.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &accessible));
    if picked.clicked() {
        queue.push(Command::SelectStream(name.clone()));
    }
    let colour = if branch { tokens.what_if } else { tokens.text };
    let text = if branch { "What-if".to_owned() } else { name.to_string() };
    let mut words = egui::text::LayoutJob::simple_singleline(text, theme::words(12.5), colour);
    words.wrap = egui::text::TextWrapping::truncate_at_width(LABELS - 20.0);
    let words = painter.layout_job(words);
    painter.galley(pos2(label_at.x, label_at.y - words.size().y / 2.0), words, colour);
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
    let response = ui.interact(plot, ui.scope_id().with((salt, "lane")), Sense::click_and_drag());
    let clipped = painter.with_clip_rect(plot);
    match row {
        Row::Stream(stream) => {
            lane_pointer(ui, document, *stream, plot, &response, interaction, queue);
            paint_lane(ui, &clipped, document, *stream, plot);
        }
        Row::Branch(name) => {
            pan_or_scrub(ui, document, plot, &response, interaction, queue);
            paint_branch(ui, &clipped, document, name, plot);
        }
        Row::Heading(_) => {}
    }
    zoom(ui, document, plot, &response, queue);
}

fn lane_pointer(
    ui: &Ui,
    document: &Document,
    stream: StreamIndex,
    plot: Rect,
    response: &Response,
    interaction: &mut TimelineView,
    queue: &mut Vec<Command>,
) {
    pan_or_scrub(ui, document, plot, response, interaction, queue);
    let log = &document.opened.log;
    let events = document.opened.drawing.lanes(document.axis.kind()).events(log, stream);
    let at = |pointer: Pos2| {
        let x = pointer.x - plot.left();
        lanes::nearest(log, &document.axis, events, document.view, plot.width(), x, REACH)
    };
    if response.clicked()
        && let Some(pointer) = response.interact_pointer_pos()
    {
        match at(pointer) {
            Some(event) => {
                queue.push(Command::SelectStream(log.stream(stream).name.clone()));
                queue.push(Command::SeekEvent(event));
            }
            None => scrub(document, pointer.x - plot.left(), plot.width(), queue),
        }
    }
    if let Some(event) = response.hover_pos().and_then(at) {
        let info = log.event_type(log.type_of(event as usize));
        let version = log.version(event as usize).map_or(String::new(), |version| format!(" v{version}"));
        let time = log.time(event as usize).map_or(String::new(), |time| format!("\n{time}"));
        let text = format!("#{}{version} {}{time}", log.position(event as usize), info.short);
        response.clone().on_hover_text_at_pointer(text);
    }
    // The menu is for the mark that was under the pointer when it was opened, whatever is selected.
    if response.secondary_clicked() {
        interaction.menu_event = response.interact_pointer_pos().and_then(at);
    }
    response.context_menu(|ui| match interaction.menu_event {
        Some(event) => {
            let words = document.words_for(event);
            let (text, command) = if document.is_left_out(event) {
                (format!("Take {words} back in"), Command::TakeBack(event))
            } else {
                (format!("Leave {words} out"), Command::LeaveOut(event))
            };
            if ui.button(text).clicked() {
                queue.push(command);
            }
        }
        None => {
            ui.label("No event here: right-click a mark");
        }
    });
}

fn pan_or_scrub(
    ui: &Ui,
    document: &Document,
    plot: Rect,
    response: &Response,
    interaction: &mut TimelineView,
    queue: &mut Vec<Command>,
) {
    let cursor_x = plot.left() + document.view.x_from_coordinate(document.cursor_coordinate(), plot.width());
    let near = |x: f32| (x - cursor_x).abs() <= GRIP;
    if response.drag_started()
        && let Some(origin) = ui.input(|input| input.pointer.press_origin())
    {
        interaction.scrubbing = near(origin.x);
    }
    if response.dragged()
        && let Some(pointer) = response.interact_pointer_pos()
    {
        if interaction.scrubbing {
            scrub(document, pointer.x - plot.left(), plot.width(), queue);
            return;
        }
        ui.scroll_with_delta(vec2(0.0, response.drag_delta().y));
        if response.drag_delta().x != 0.0 {
            queue.push(Command::SetView(document.view.panned(-response.drag_delta().x, plot.width(), &document.axis)));
        }
    }
    if interaction.scrubbing || response.hover_pos().is_some_and(|pointer| near(pointer.x)) {
        ui.set_cursor_icon(CursorIcon::ResizeHorizontal);
    }
}

fn zoom(ui: &Ui, document: &Document, plot: Rect, response: &Response, queue: &mut Vec<Command>) {
    let Some(pointer) = response.hover_pos().filter(|pointer| pointer.x >= plot.left()) else { return };
    let scroll = ui.input(|input| input.smooth_scroll_delta);
    if scroll.y != 0.0 {
        let factor = f64::from(scroll.y / 200.0).exp();
        let view = document.view.zoomed(factor, pointer.x - plot.left(), plot.width(), &document.axis);
        queue.push(Command::SetView(view));
    }
    if scroll.x != 0.0 {
        queue.push(Command::SetView(document.view.panned(-scroll.x, plot.width(), &document.axis)));
    }
}

fn scrub(document: &Document, x: f32, width: f32, queue: &mut Vec<Command>) {
    let coordinate = document.view.coordinate_from_x(x.clamp(0.0, width), width);
    match document.axis.kind() {
        AxisKind::Time => queue.extend(document.axis.time_at(coordinate).map(Command::ScrubToTime)),
        AxisKind::Sequence => queue.push(Command::ScrubToCount(document.axis.events_up_to(coordinate))),
    }
}

fn paint_lane(ui: &Ui, painter: &egui::Painter, document: &Document, stream: StreamIndex, plot: Rect) {
    let tokens = theme::tokens(ui);
    let log = &document.opened.log;
    let events = document.opened.drawing.lanes(document.axis.kind()).events(log, stream);
    let columns = lanes::columns(log, &document.axis, events, document.view, plot.width());
    let middle = plot.center().y;
    if Some(stream) == document.stream_index() {
        painter.rect_filled(plot, 0.0, tokens.panel);
    }
    painter.hline(plot.x_range(), middle, Stroke::new(1.0, tokens.hairline));
    let mut mesh = Mesh::default();
    let crowded = columns.len() as f32 * ROOM > plot.width() || columns.iter().any(|column| column.count > 50);
    if crowded {
        let most = columns.iter().map(|column| column.count).max().unwrap_or(1) as f32;
        for column in &columns {
            let height = (column.count as f32 / most).sqrt() * (theme::LANE - 8.0);
            let x = plot.left() + column.x as f32;
            let mark = document.opened.drawing.marks.mark(log, column.last as usize);
            let colour = shade(document, column.last, marks::colour(mark, &tokens));
            let bar = Rect::from_min_max(pos2(x, plot.bottom() - 4.0 - height), pos2(x + 1.0, plot.bottom() - 4.0));
            mesh.add_colored_rect(bar, colour);
        }
    } else {
        for column in &columns {
            let mark = document.opened.drawing.marks.mark(log, column.last as usize);
            let coordinate = document.axis.coordinate(log, column.last as usize).unwrap_or(document.view.start);
            let x = plot.left() + document.view.x_from_coordinate(coordinate, plot.width());
            let colour = shade(document, column.last, marks::colour(mark, &tokens));
            marks::add(&mut mesh, mark.shape, pos2(x, middle), 5.0, colour);
        }
    }
    painter.add(Paint::mesh(mesh));
    if let Some(event) = document.event.filter(|event| log.stream_of(*event as usize) == Some(stream)) {
        ring(painter, document, event, plot, tokens.now);
    }
    for column in columns.iter().filter(|_| !crowded && document.has_edits()) {
        if document.is_left_out(column.last) {
            ring(painter, document, column.last, plot, tokens.what_if);
        }
    }
}

fn ring(painter: &egui::Painter, document: &Document, event: u32, plot: Rect, colour: Color32) {
    if let Some(coordinate) = document.axis.coordinate(&document.opened.log, event as usize) {
        let x = plot.left() + document.view.x_from_coordinate(coordinate, plot.width());
        painter.circle_stroke(pos2(x, plot.center().y), 9.0, Stroke::new(1.5, colour));
    }
}

fn shade(document: &Document, event: u32, colour: Color32) -> Color32 {
    if document.is_future(event) { theme::dimmed(colour) } else { colour }
}

fn paint_branch(ui: &Ui, painter: &egui::Painter, document: &Document, name: &str, plot: Rect) {
    let tokens = theme::tokens(ui);
    let log = &document.opened.log;
    let Some(lane) = document.branch_marks.lane(name) else { return };
    // Edits that are still being applied, or can't be: the lane is that of the edits before.
    let current = document.branch.value().is_some_and(|(_, current)| current);
    let violet = if current { tokens.what_if } else { theme::dimmed(tokens.what_if) };
    let x_of = |coordinate: f64| plot.left() + document.view.x_from_coordinate(coordinate, plot.width());
    let fork_x = x_of(lane.fork).clamp(plot.left() - 40.0, plot.right());
    let after = Rect::from_min_max(pos2(fork_x, plot.top() + 2.0), pos2(plot.right(), plot.bottom() - 2.0));
    hatch(painter, after, violet);
    let line = Stroke::new(1.5, violet);
    let middle = plot.center().y;
    painter.extend(Paint::dashed_line(&[pos2(fork_x, middle), pos2(plot.right(), middle)], line, 6.0, 3.0));
    painter.line_segment([pos2(fork_x - 10.0, plot.top()), pos2(fork_x, middle)], line);
    let mut mesh = Mesh::default();
    for column in lanes::columns(log, &document.axis, &lane.recorded, document.view, plot.width()) {
        let mark = document.opened.drawing.marks.mark(log, column.last as usize);
        let colour = shade(document, column.last, marks::colour(mark, &tokens));
        marks::add(&mut mesh, mark.shape, pos2(plot.left() + column.x as f32, middle), 4.5, colour);
    }
    let from = lane.own.partition_point(|(at, _)| *at < document.view.start);
    let inside = lane.own[from..].iter().take_while(|(at, _)| *at <= document.view.end());
    // More would be one smear: a view closer up has them all.
    for (at, base) in inside.take(plot.width() as usize) {
        let shape = base.map_or(crate::timeline::Shape::Diamond, |base| {
            document.opened.drawing.marks.mark(log, base as usize).shape
        });
        marks::add(&mut mesh, shape, pos2(x_of(*at), middle), 5.0, violet);
    }
    painter.add(Paint::mesh(mesh));
}

fn hatch(painter: &egui::Painter, rect: Rect, colour: Color32) {
    let painter = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    let stroke = Stroke::new(1.0, theme::wash(colour));
    let mut x = rect.left() - rect.height();
    while x < rect.right() {
        painter.line_segment([pos2(x, rect.bottom()), pos2(x + rect.height(), rect.top())], stroke);
        x += 8.0;
    }
}

fn cursor_ui(ui: &Ui, document: &Document, plot: Rect, lanes_top: f32) {
    let tokens = theme::tokens(ui);
    let coordinate = document.cursor_coordinate();
    if !coordinate.is_finite() {
        return;
    }
    let x = plot.left() + document.view.x_from_coordinate(coordinate, plot.width());
    if x < plot.left() - 1.0 || x > plot.right() + 1.0 {
        return;
    }
    let painter = ui.painter();
    painter.vline(x, lanes_top..=plot.bottom(), Stroke::new(1.5, tokens.now));
    let text = painter.layout_no_wrap(cursor_text(document), theme::mono(11.5), tokens.on_now);
    let size = text.size() + vec2(10.0, 6.0);
    let left = (x - size.x / 2.0).clamp(plot.left(), (plot.right() - size.x).max(plot.left()));
    let chip = Rect::from_min_size(pos2(left, lanes_top - size.y - 4.0), size);
    painter.rect(chip, 4.0, tokens.now, Stroke::NONE, StrokeKind::Inside);
    painter.galley(chip.min + vec2(5.0, 3.0), text, tokens.on_now);
}

/// The cursor's moment in words: its time, or its position where it has none.
pub fn cursor_text(document: &Document) -> String {
    match (document.cursor, document.cursor_time()) {
        (Cursor::Start, _) => "before the first event".to_owned(),
        (_, Some(time)) => time.to_datetime().format("%Y-%m-%d %H:%M:%S").to_string(),
        (Cursor::Event(event), None) => format!("#{}", document.opened.log.position(event as usize)),
        (Cursor::Instant(time), None) => time.to_string(),
    }
}
