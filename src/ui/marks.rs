//! Marks of events as triangles of one mesh.

use egui::{Color32, Mesh, Painter, Pos2, Rect, Stroke, Vec2, pos2};

use super::theme::Tokens;
use crate::timeline::{Mark, Shape};

/// The colour of a mark.
pub fn colour(mark: Mark, tokens: &Tokens) -> Color32 {
    mark.colour.and_then(|at| tokens.marks.get(at)).copied().unwrap_or(tokens.other_mark)
}

/// Adds a mark's shape to a mesh.
pub fn add(mesh: &mut Mesh, shape: Shape, center: Pos2, radius: f32, colour: Color32) {
    let polygon = |corners: usize, turn: f32, stretch: f32| -> Vec<Pos2> {
        (0..corners)
            .map(|corner| {
                let angle = std::f32::consts::TAU * (corner as f32 / corners as f32) + turn;
                center + Vec2::angled(angle) * radius * stretch
            })
            .collect()
    };
    let quarter = std::f32::consts::FRAC_PI_2;
    let corners = match shape {
        Shape::TriangleUp => vec![
            center + Vec2::new(0.0, -radius),
            center + Vec2::new(radius, radius * 0.85),
            center + Vec2::new(-radius, radius * 0.85),
        ],
        Shape::TriangleDown => vec![
            center + Vec2::new(0.0, radius),
            center + Vec2::new(-radius, -radius * 0.85),
            center + Vec2::new(radius, -radius * 0.85),
        ],
        Shape::Diamond => polygon(4, quarter, 1.15),
        Shape::Square => polygon(4, quarter / 2.0, 1.2),
        Shape::Circle => polygon(12, 0.0, 0.95),
        Shape::Hexagon => polygon(6, 0.0, 1.05),
    };
    // A mesh has hard edges: half a point inside the outline the colour is whole, half a point outside it is none.
    let count = corners.len() as u32;
    let first = mesh.vertices.len() as u32;
    for corner in &corners {
        let outwards = (*corner - center).normalized() * 0.5;
        mesh.colored_vertex(*corner - outwards, colour);
        mesh.colored_vertex(*corner + outwards, Color32::TRANSPARENT);
    }
    let (inner, outer) = (|at: u32| first + 2 * (at % count), |at: u32| first + 2 * (at % count) + 1);
    for corner in 1..count - 1 {
        mesh.add_triangle(inner(0), inner(corner), inner(corner + 1));
    }
    for corner in 0..count {
        mesh.add_triangle(inner(corner), outer(corner), outer(corner + 1));
        mesh.add_triangle(inner(corner), outer(corner + 1), inner(corner + 1));
    }
}

/// Paints one mark, for legends and tables.
pub fn paint(ui: &egui::Ui, mark: Mark, center: Pos2, radius: f32, colour: Color32) {
    let mut mesh = Mesh::default();
    add(&mut mesh, mark.shape, pos2(center.x, center.y), radius, colour);
    ui.painter().add(egui::Shape::mesh(mesh));
}

/// Fills a place with the hatching of what-if.
pub fn hatch(painter: &Painter, rect: Rect, colour: Color32) {
    let painter = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    let stroke = Stroke::new(1.0, super::theme::hatching(colour));
    let mut x = rect.left() - rect.height();
    while x < rect.right() {
        painter.line_segment([pos2(x, rect.bottom()), pos2(x + rect.height(), rect.top())], stroke);
        x += 8.0;
    }
}
