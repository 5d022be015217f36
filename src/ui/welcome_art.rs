//! A small picture for each sample: the shape of the story that there is to find in it, drawn in the theme's colours.

use egui::{Color32, CornerRadius, Pos2, Rect, Stroke, Ui, pos2};

use super::marks;
use super::theme::{self, Tokens};
use crate::timeline::Shape;

/// Paints the picture of a sample into `rect`; an unknown sample gets lanes without a story.
pub fn picture(ui: &Ui, rect: Rect, sample: &str) {
    let mut art = Art { painter: ui.painter_at(rect), rect, tokens: theme::tokens(ui), mesh: egui::Mesh::default() };
    for step in 1..8 {
        let x = art.at(step as f32 / 8.0, 0.0).x.round() + 0.5;
        art.painter.vline(x, rect.y_range(), Stroke::new(1.0, theme::wash(art.tokens.faint)));
    }
    match sample {
        "bank" => art.bank(),
        "orders" => art.orders(),
        "rides" => art.rides(),
        _ => art.lanes(&[0.3, 0.5, 0.7]),
    }
    let mesh = std::mem::take(&mut art.mesh);
    art.painter.add(egui::Shape::mesh(mesh));
}

/// What pictures are drawn with; places are shares of the picture's width and height.
struct Art {
    painter: egui::Painter,
    rect: Rect,
    tokens: Tokens,
    /// Marks, painted last.
    mesh: egui::Mesh,
}

impl Art {
    fn at(&self, x: f32, y: f32) -> Pos2 {
        pos2(self.rect.left() + x * self.rect.width(), self.rect.top() + y * self.rect.height())
    }

    fn mark(&mut self, shape: Shape, x: f32, y: f32, colour: Color32) {
        let center = self.at(x, y);
        marks::add(&mut self.mesh, shape, center, 4.5, colour);
    }

    fn lanes(&self, heights: &[f32]) {
        for y in heights {
            let [from, to] = [self.at(0.06, *y), self.at(0.94, *y)];
            self.painter.hline(from.x..=to.x, from.y.round() + 0.5, Stroke::new(1.0, self.tokens.hairline));
        }
    }

    /// A balance that falls below nothing, and how long it stays there.
    fn bank(&mut self) {
        let zero = 0.6;
        let from = self.at(0.06, zero);
        let to = self.at(0.94, zero);
        let dashes = Stroke::new(1.0, self.tokens.faint);
        self.painter.extend(egui::Shape::dashed_line(&[from, to], dashes, 3.0, 3.0));
        let steps = [
            (0.06, 0.5),
            (0.13, 0.2),
            (0.27, 0.32),
            (0.4, 0.44),
            (0.53, 0.7),
            (0.61, 0.76),
            (0.72, 0.26),
            (0.84, 0.36),
        ];
        let below = Rect::from_min_max(self.at(0.53, zero), self.at(0.72, 0.76));
        self.painter.rect_filled(below, CornerRadius::ZERO, theme::wash(self.tokens.bad));
        let mut line = Vec::new();
        let mut height = steps[0].1;
        for (x, y) in steps {
            line.extend([self.at(x, height), self.at(x, y)]);
            height = y;
        }
        line.push(self.at(0.94, height));
        self.painter.line(line, Stroke::new(1.5, self.tokens.text));
        let bar = Rect::from_min_max(self.at(0.53, 0.85), self.at(0.72, 0.92));
        self.painter.rect_filled(bar, 2, self.tokens.bad);
    }

    /// Orders and their payments: one order was paid for twice.
    fn orders(&mut self) {
        let [order, payment, parcel] = [0.24, 0.52, 0.8];
        self.lanes(&[order, payment, parcel]);
        let [teal, rose, blue, sky, grey] = self.tokens.marks;
        for (placed, paid, sent) in [(0.1, 0.16, 0.24), (0.3, 0.35, 0.46), (0.76, 0.8, 0.9)] {
            self.joined(&[(placed, order), (paid, payment), (sent, parcel)], grey);
            self.mark(Shape::Square, placed, order, sky);
            self.mark(Shape::TriangleUp, paid, payment, teal);
            self.mark(Shape::Diamond, sent, parcel, blue);
        }
        let [first, second] = [0.56, 0.63];
        self.joined(&[(0.52, order), (first, payment)], grey);
        self.joined(&[(0.52, order), (second, payment), (0.7, parcel)], grey);
        self.mark(Shape::Square, 0.52, order, sky);
        self.mark(Shape::TriangleUp, first, payment, teal);
        self.mark(Shape::TriangleUp, second, payment, rose);
        self.mark(Shape::Diamond, 0.7, parcel, blue);
        let around =
            Rect::from_two_pos(self.at(first, payment), self.at(second, payment)).expand2(egui::vec2(9.0, 9.0));
        self.painter.rect_stroke(around, 9, Stroke::new(1.5, self.tokens.bad), egui::StrokeKind::Middle);
    }

    /// Rides that are driven and paid; for one of them nobody ever asked for the money.
    fn rides(&mut self) {
        let [ride, driver, payment] = [0.24, 0.52, 0.8];
        self.lanes(&[ride, driver, payment]);
        let [teal, rose, blue, sky, grey] = self.tokens.marks;
        for (booked, driven, completed, paid) in
            [(0.1, 0.15, 0.25, Some(0.3)), (0.38, 0.43, 0.53, None), (0.66, 0.72, 0.82, Some(0.88))]
        {
            let [from, to] = [self.at(driven, driver - 0.045), self.at(completed, driver + 0.045)];
            self.painter.rect_filled(Rect::from_min_max(from, to), 3, theme::dimmed(blue));
            self.joined(&[(booked, ride), (driven, driver)], grey);
            self.joined(&[(completed, driver), (completed, ride)], grey);
            self.mark(Shape::Circle, booked, ride, sky);
            self.mark(Shape::TriangleDown, completed, ride, rose);
            if let Some(paid) = paid {
                self.joined(&[(completed, ride), (paid, payment)], grey);
                self.mark(Shape::TriangleUp, paid, payment, teal);
            } else {
                let missing = self.at(completed + 0.05, payment);
                let gap = Stroke::new(1.5, self.tokens.bad);
                let dashes = [self.at(completed, ride), missing - egui::vec2(3.0, 8.0)];
                self.painter.extend(egui::Shape::dashed_line(&dashes, Stroke::new(1.0, self.tokens.bad), 3.0, 3.0));
                self.painter.circle(missing, 7.0, self.tokens.raised, gap);
            }
        }
    }

    fn joined(&self, places: &[(f32, f32)], colour: Color32) {
        let line = places.iter().map(|(x, y)| self.at(*x, *y)).collect();
        self.painter.line(line, Stroke::new(1.0, theme::dimmed(colour)));
    }
}
