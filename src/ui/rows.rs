//! Rows of equal height, of which only those in sight are drawn. Places are held as `f64`: rows stay where they
//! belong also where there are tens of millions, for which the toolkit's scroll areas are too coarse.

use std::ops::Range;

use egui::{EventFilter, Key, Modifiers, Pos2, Rect, Response, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::theme;

/// Room for the scroll bar at the right.
pub const BAR: f32 = 10.0;
/// The smallest handle that can be grasped.
const HANDLE: f32 = 28.0;

/// Where a list of rows stands.
#[derive(Default)]
pub struct Rows {
    /// Points above the first row in sight.
    top: f64,
    /// The row to bring into sight, and whether into the middle.
    reveal: Option<(usize, bool)>,
    page: usize,
}

/// What a list is.
pub struct List<'a> {
    /// For screen readers.
    pub name: &'a str,
    /// The same of what is selected.
    pub selected: String,
    /// List or table.
    pub role: Role,
    /// Height of a row in points.
    pub height: f32,
    /// How many rows there are.
    pub count: usize,
    /// How far rows reach beyond the list to the left and right: to the edges of their panel.
    pub reach: f32,
}

/// Where a key leads among rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leap {
    /// So many rows up.
    Up(usize),
    /// So many rows down.
    Down(usize),
    /// To the first row.
    First,
    /// To the last row.
    Last,
}

impl Leap {
    /// The row that it leads to from one of `count`; from none to the first, or upwards to the last.
    pub fn from(self, row: Option<usize>, count: usize) -> Option<usize> {
        let last = count.checked_sub(1)?;
        Some(match (self, row) {
            (Self::First, _) | (Self::Down(_), None) => 0,
            (Self::Last, _) | (Self::Up(_), None) => last,
            (Self::Up(by), Some(row)) => row.saturating_sub(by).min(last),
            (Self::Down(by), Some(row)) => row.saturating_add(by).min(last),
        })
    }
}

impl Rows {
    /// Brings a row into sight with the next frame, moving no further than needed.
    pub fn reveal(&mut self, row: usize) {
        self.reveal = Some((row, false));
    }

    /// Brings a row into sight with the next frame; if it was not, into the middle.
    pub fn centre(&mut self, row: usize) {
        self.reveal = Some((row, true));
    }

    /// The keys that move among rows, while the list has the focus.
    pub fn leap(&self, ui: &Ui, list: &Response) -> Option<Leap> {
        if !list.has_focus() {
            return None;
        }
        let filter = EventFilter { vertical_arrows: true, horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(list.id, filter));
        let page = self.page.max(1);
        let leaps = [
            (Key::ArrowUp, Leap::Up(1)),
            (Key::ArrowDown, Leap::Down(1)),
            (Key::PageUp, Leap::Up(page)),
            (Key::PageDown, Leap::Down(page)),
            (Key::Home, Leap::First),
            (Key::End, Leap::Last),
        ];
        ui.input_mut(|input| {
            leaps.into_iter().find_map(|(key, leap)| match (input.count_and_consume_key(Modifiers::NONE, key), leap) {
                (0, _) => None,
                (times, Leap::Up(by)) => Some(Leap::Up(by * times)),
                (times, Leap::Down(by)) => Some(Leap::Down(by * times)),
                (_, leap) => Some(leap),
            })
        })
    }

    /// Draws the rows in sight into the room that is left, and gives the list's own node: it takes the focus as a
    /// whole. `row_ui` gets each row's place.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        list: &List<'_>,
        row_ui: impl FnMut(&mut Ui, Rect, usize),
    ) -> (Response, Range<usize>) {
        self.show_below(ui, list, 0.0, |_, _| {}, row_ui)
    }

    /// [`Rows::show`] below something else that is `lead` points high and scrolls with the rows.
    pub fn show_below(
        &mut self,
        ui: &mut Ui,
        list: &List<'_>,
        lead: f32,
        lead_ui: impl FnOnce(&mut Ui, Rect),
        mut row_ui: impl FnMut(&mut Ui, Rect, usize),
    ) -> (Response, Range<usize>) {
        let (area, _) = ui.allocate_exact_size(ui.available_size().max(vec2(1.0, 1.0)), Sense::hover());
        let response = ui.interact(area, ui.make_persistent_id(list.name), Sense::focusable_noninteractive());
        let enabled = ui.is_enabled();
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(list.role, enabled, list.name);
            info.current_text_value = (!list.selected.is_empty()).then(|| list.selected.clone());
            info
        });
        let (height, room) = (f64::from(list.height), f64::from(area.height()));
        let above_rows = f64::from(lead);
        let total = above_rows + height * list.count as f64;
        let furthest = (total - room).max(0.0);
        self.page = ((room / height) as usize).saturating_sub(1).max(1);
        if let Some((row, centred)) = self.reveal.take() {
            let bottom = above_rows + (row + 1) as f64 * height;
            // What stands above the first row is shown with it, where there is room for both.
            let row_top = if row == 0 && bottom <= room { 0.0 } else { bottom - height };
            let (above, below) = (row_top < self.top, bottom > self.top + room);
            if (above || below) && centred {
                self.top = row_top - (room - height) / 2.0;
            } else if above {
                self.top = row_top;
            } else if below {
                self.top = bottom - room;
            }
        }
        if ui.rect_contains_pointer(area.expand2(vec2(list.reach, 0.0))) {
            let wheel = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.y));
            self.top -= f64::from(wheel);
        }
        let bar = (furthest > 0.0).then(|| {
            let right = area.right() + list.reach;
            Rect::from_min_max(pos2(right - BAR, area.top()), pos2(right, area.bottom()))
        });
        self.top = self.top.clamp(0.0, furthest);
        let handle = bar.map(|bar| self.drag_bar(ui, list, bar, total, furthest));
        let below = self.top - above_rows;
        let first = (below / height).max(0.0) as usize;
        let range = first..list.count.min(((below + room) / height).ceil().max(0.0) as usize);
        let range = range.start.min(range.end)..range.end;
        let clip = area.expand2(vec2(list.reach, 0.0)).intersect(ui.clip_rect());
        let mut inner = ui.new_child(UiBuilder::new().max_rect(area).id_salt(list.name));
        inner.set_clip_rect(clip);
        if self.top < above_rows {
            let min = pos2(area.left(), area.top() - self.top as f32);
            lead_ui(&mut inner, Rect::from_min_size(min, vec2(area.width(), lead)));
        }
        for row in range.clone() {
            let y = area.top() + (row as f64 * height - below) as f32;
            let rect = Rect::from_min_size(pos2(area.left(), y), vec2(area.width(), list.height));
            row_ui(&mut inner, rect, row);
        }
        if let Some((handle, lit)) = handle {
            let tokens = theme::tokens(ui);
            let colour = if lit { tokens.secondary } else { tokens.faint };
            ui.painter().with_clip_rect(clip).rect_filled(handle.shrink2(vec2(2.5, 1.0)), 3.0, colour);
        }
        theme::focus_ring(ui, &response);
        (response, range)
    }

    /// The scroll bar's handle, after it was dragged, and whether it is pointed at.
    fn drag_bar(&mut self, ui: &Ui, list: &List<'_>, bar: Rect, total: f64, furthest: f64) -> (Rect, bool) {
        let room = f64::from(bar.height());
        let length = (room * room / total).clamp(f64::from(HANDLE).min(room), room);
        let way = (room - length).max(1.0);
        let response = ui.interact(bar, ui.make_persistent_id((list.name, "bar")), Sense::CLICK | Sense::DRAG);
        let name = format!("Scroll bar of {}", list.name);
        response.widget_info(|| WidgetInfo::labeled(Role::ScrollBar, true, &name));
        if response.dragged() {
            self.top += f64::from(response.drag_delta().y) / way * furthest;
        } else if let Some(Pos2 { y, .. }) = response.interact_pointer_pos().filter(|_| response.clicked()) {
            self.top = (f64::from(y - bar.top()) - length / 2.0) / way * furthest;
        }
        self.top = self.top.clamp(0.0, furthest);
        let y = bar.top() + (self.top / furthest * (room - length)) as f32;
        let handle = Rect::from_min_size(pos2(bar.left(), y), vec2(bar.width(), length as f32));
        (handle, response.hovered() || response.dragged())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stay_among_the_rows() {
        assert_eq!(Leap::Down(1).from(None, 5), Some(0));
        assert_eq!(Leap::Up(1).from(None, 5), Some(4));
        assert_eq!(Leap::Down(3).from(Some(3), 5), Some(4));
        assert_eq!(Leap::Up(9).from(Some(3), 5), Some(0));
        assert_eq!((Leap::First.from(Some(3), 5), Leap::Last.from(None, 5)), (Some(0), Some(4)));
        assert_eq!(Leap::Last.from(Some(2), 0), None);
    }

    /// Row numbers, with how far the first of them is above the list, at a place in a list of a given height.
    fn in_sight(rows: &mut Rows, count: usize) -> (Range<usize>, Vec<f32>) {
        let context = egui::Context::default();
        let mut found = (0..0, Vec::new());
        let input = egui::RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(200.0, 100.0))),
            ..egui::RawInput::default()
        };
        let output = context.run_ui(input, |ui| {
            let list =
                List { name: "rows", selected: String::new(), role: Role::List, height: 26.0, count, reach: 0.0 };
            found.1.clear();
            found.0 = rows.show(ui, &list, |_, rect, _| found.1.push(rect.top())).1;
        });
        output.drop_without_applying_deltas();
        found
    }

    #[test]
    fn rows_stay_apart_where_there_are_tens_of_millions() {
        let mut rows = Rows::default();
        let count = 50_000_000;
        rows.reveal(count - 1);
        let (range, tops) = in_sight(&mut rows, count);
        assert_eq!(range, count - 4..count);
        assert!(tops.windows(2).all(|pair| (pair[1] - pair[0] - 26.0).abs() < 0.01), "{tops:?}");
        assert!((tops[3] + 26.0 - 100.0).abs() < 0.01, "the last row ends where the list does: {tops:?}");
        rows.centre(25_000_000);
        let (range, tops) = in_sight(&mut rows, count);
        assert!(range.contains(&25_000_000) && (tops[25_000_000 - range.start] - 37.0).abs() < 0.01, "{tops:?}");
        // What is in sight already does not move.
        rows.centre(25_000_001);
        assert_eq!(in_sight(&mut rows, count).0, range);
        // A list that became short is shown from its start.
        assert_eq!(in_sight(&mut rows, 2), (0..2, vec![0.0, 26.0]));
    }
}
