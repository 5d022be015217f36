//! The legend: colours and shapes of the types whose lanes are in sight.

use egui::{Color32, Galley, Mesh, Rect, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};
use std::sync::Arc;

use super::Stage;
use crate::app::Command;
use crate::job::StoreKey;
use crate::model::{CategoryIndex, TypeIndex, names};
use crate::timeline::Shape;
use crate::ui::{elide, icons, marks, theme};

const LINE: f32 = 22.0;
/// More would take the lanes' room.
const LINES: f32 = 3.0;
/// The part of the lanes' height that it may take.
const PART: f32 = 0.2;

/// A longer name is cut: it would push the others out.
const WIDEST: f32 = 240.0;

/// Which categories have lanes in sight.
#[derive(Default)]
pub struct Legend {
    store: Option<StoreKey>,
    seen: Vec<CategoryIndex>,
    before: Vec<CategoryIndex>,
}

/// A legend that knows how high it is.
pub struct Laid {
    items: Vec<Item>,
    lines: usize,
    words: String,
    /// There was no room for all of it.
    cut: bool,
}

struct Item {
    at: egui::Pos2,
    mark: Option<(Shape, Color32)>,
    galley: Arc<Galley>,
}

impl Laid {
    /// In points.
    pub fn height(&self) -> f32 {
        self.lines as f32 * LINE + 8.0
    }
}

impl Legend {
    /// A new frame begins: what the last one saw is explained in this one.
    pub fn begin(&mut self, store: StoreKey) {
        self.before = std::mem::take(&mut self.seen);
        if self.store.replace(store) != Some(store) {
            // Categories of another store.
            self.before.clear();
        }
    }

    /// A lane of this category is in sight.
    pub fn saw(&mut self, category: CategoryIndex) {
        if !self.seen.contains(&category) {
            self.seen.push(category);
        }
    }

    /// Lays it out, if it is wanted: the selected stream's category first.
    pub fn layout(&self, ui: &Ui, stage: &Stage<'_>, room: egui::Vec2) -> Option<Laid> {
        let most = (room.y * PART / LINE).floor().min(LINES) as usize;
        if !stage.app.settings.legend || most == 0 {
            return None;
        }
        let document = stage.document;
        let log = &document.opened.log;
        let selected = document.stream_index().map(|stream| log.stream(stream).category);
        let others = self.before.iter().copied().filter(|category| Some(*category) != selected);
        let categories: Vec<CategoryIndex> = selected.into_iter().chain(others).collect();
        if categories.is_empty() {
            return None;
        }
        let right = room.x - theme::HIT - theme::MARGIN;
        let mut laid = Laid { items: Vec::new(), lines: 1, words: "Legend".to_owned(), cut: false };
        let (mut at, mut cut) = (pos2(theme::MARGIN, 4.0), false);
        let mut place = |mark: Option<(Shape, Color32)>, words: String, colour: Color32, gap: f32| {
            if cut {
                return;
            }
            let galley = elide::end(ui.painter(), &words, theme::words(theme::SMALL), WIDEST, colour);
            let needed = galley.size().x + if mark.is_some() { 16.0 } else { 0.0 };
            if at.x + needed > right && at.x > theme::MARGIN {
                if laid.lines == most {
                    cut = true;
                    return;
                }
                laid.lines += 1;
                at = pos2(theme::MARGIN, at.y + LINE);
            }
            laid.items.push(Item { at, mark, galley });
            at.x += needed + gap;
        };
        let (tokens, marks) = (&stage.tokens, &document.opened.drawing.marks);
        let mut spoken = String::new();
        let mut known: Vec<TypeIndex> = Vec::new();
        for category in &categories {
            // A type looks the same in every category: it is told once.
            let (told, all) = (marks.coloured(*category), marks.legend(*category).len());
            let new: Vec<TypeIndex> = told.iter().copied().filter(|at| !known.contains(at)).collect();
            if new.is_empty() && all == told.len() {
                continue;
            }
            known.extend(&new);
            let name = names::shown(log.category(*category));
            spoken += &format!(". {name}");
            if categories.len() > 1 {
                place(None, name.to_uppercase(), tokens.secondary, theme::MARGIN);
            }
            for event_type in new {
                let mark = marks.mark_of(event_type);
                let name = &log.event_type(event_type).name;
                let words = names::type_words(name);
                spoken += &format!(", {words} {}", shape_words(mark.shape));
                let colour = if names::is_blank(name) { tokens.secondary } else { tokens.text };
                place(Some((mark.shape, marks::colour(mark, tokens))), words, colour, theme::MARGIN + 4.0);
            }
            if all > told.len() {
                let words = match all - told.len() {
                    1 => "1 other type".to_owned(),
                    others => format!("{others} other types"),
                };
                spoken += &format!(", {words}");
                place(Some((Shape::Circle, tokens.other_mark)), words, tokens.secondary, theme::SECTION);
            }
        }
        laid.words += &spoken;
        laid.cut = cut;
        Some(laid)
    }
}

impl Laid {
    /// Shows it.
    pub fn show(self, ui: &mut Ui, stage: &Stage<'_>, rect: Rect, queue: &mut Vec<Command>) {
        let painter = ui.painter_at(rect);
        painter.rect_filled(rect, 0.0, stage.tokens.panel);
        painter.hline(rect.x_range(), rect.top() + 0.5, Stroke::new(1.0, stage.tokens.hairline));
        let node = ui.interact(rect, ui.scope_id().with("legend"), Sense::focusable_noninteractive());
        node.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, &self.words));
        theme::focus_ring(ui, &node);
        if self.cut {
            node.on_hover_text(&self.words);
        }
        let mut mesh = Mesh::default();
        for item in self.items {
            let at = rect.min + item.at.to_vec2();
            let mut x = at.x;
            if let Some((shape, colour)) = item.mark {
                marks::add(&mut mesh, shape, pos2(x + 5.0, at.y + LINE / 2.0), 4.5, colour);
                x += 16.0;
            }
            let y = at.y + (LINE - item.galley.size().y) / 2.0;
            painter.galley(pos2(x, y), item.galley, stage.tokens.text);
        }
        painter.add(egui::Shape::mesh(mesh));
        let button = Rect::from_center_size(
            pos2(rect.right() - theme::HIT / 2.0 - 4.0, rect.top() + 4.0 + LINE / 2.0),
            vec2(theme::HIT, theme::HIT),
        );
        let mut child = ui.new_child(UiBuilder::new().max_rect(button).id_salt("hide legend"));
        if icons::icon_button(&mut child, icons::CLOSE, "Hide the legend", "Hide the legend (L shows it again)")
            .clicked()
        {
            queue.push(Command::ShowLegend(false));
        }
    }
}

/// A mark among words.
pub fn swatch(ui: &mut Ui, shape: Shape, colour: Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(12.0, 14.0), Sense::hover());
    let mut mesh = Mesh::default();
    marks::add(&mut mesh, shape, rect.center(), 4.5, colour);
    ui.painter().add(egui::Shape::mesh(mesh));
}

fn shape_words(shape: Shape) -> &'static str {
    match shape {
        Shape::TriangleUp => "triangle up",
        Shape::TriangleDown => "triangle down",
        Shape::Diamond => "diamond",
        Shape::Square => "square",
        Shape::Circle => "circle",
        Shape::Hexagon => "hexagon",
    }
}
