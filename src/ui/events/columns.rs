//! Where the columns of the table are, by the room that there is: what tells least gives way first.

use crate::ui::{rows, theme};

/// Width of a digit of [`theme::MONO`].
const DIGIT: f32 = 7.2;
/// Space between columns.
const SPACE: f32 = 16.0;
/// Room for a version.
const VERSION: f32 = 6.0 * DIGIT;

/// A column from its left edge to its right one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column {
    pub left: f32,
    pub right: f32,
}

impl Column {
    pub fn width(self) -> f32 {
        self.right - self.left
    }
}

/// Which columns there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// One stream: what its events changed.
    Stream,
    /// Many streams: which one each event is in.
    Streams,
}

/// What there is to be told: a column of nothing but gaps only takes the others' room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tells {
    /// Whether any event has a time.
    pub times: bool,
    /// Whether any event that was in sight says by whom.
    pub by: bool,
}

/// The columns, from the table's left edge.
#[derive(Debug)]
pub struct Columns {
    /// Numbers end at its right edge.
    pub number: Column,
    pub version: Option<Column>,
    /// The day, where it changes, and the clock's time.
    pub time: Option<(Column, Column)>,
    pub stream: Option<Column>,
    pub event: Column,
    pub by: Option<Column>,
    pub changed: Option<Column>,
    /// Whether there is room for fractions of seconds.
    pub fractions: bool,
}

/// The next column from the left.
fn next(left: &mut f32, wide: f32, space: f32) -> Column {
    let column = Column { left: *left, right: *left + wide };
    *left += wide + space;
    column
}

impl Columns {
    /// `digits` is how long the longest number is.
    pub fn new(width: f32, digits: usize, of: Of, tells: Tells) -> Self {
        let fractions = width >= 880.0;
        let mut left = theme::MARGIN;
        let number = next(&mut left, digits.max(4) as f32 * DIGIT, SPACE);
        // Among many streams the stream tells more.
        let least = if of == Of::Stream { 520.0 } else { 700.0 };
        let version = (width >= least).then(|| next(&mut left, VERSION, SPACE / 2.0));
        let clock = if fractions { 12.0 } else { 8.0 } * DIGIT;
        let time = tells.times.then(|| (next(&mut left, 10.0 * DIGIT, DIGIT), next(&mut left, clock, SPACE)));
        let end = width - rows::BAR - theme::TIGHT;
        let rest = end - left;
        let share = |share: f32, least: f32, most: f32| (rest * share).clamp(least, most);
        let stream = (of == Of::Streams && rest >= 200.0).then(|| next(&mut left, share(0.28, 100.0, 220.0), SPACE));
        let for_by = tells.by && rest >= if of == Of::Stream { 260.0 } else { 380.0 };
        let by = for_by.then(|| share(0.16, 64.0, 150.0));
        let changed = (of == Of::Stream && rest >= 340.0).then(|| share(0.36, 130.0, 560.0));
        let mut right = end;
        let mut from_right = |wide: f32| {
            let column = Column { left: right - wide, right };
            right = column.left - SPACE;
            column
        };
        let changed = changed.map(&mut from_right);
        let by = by.map(&mut from_right);
        let event = Column { left, right: right.max(left + 40.0) };
        Self { number, version, time, stream, event, by, changed, fractions }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Tells = Tells { times: true, by: true };
    const NONE: Tells = Tells { times: false, by: false };

    #[test]
    fn what_there_is_gets_the_room_of_what_there_is_not() {
        for of in [Of::Stream, Of::Streams] {
            let (all, none) = (Columns::new(723.0, 4, of, ALL), Columns::new(723.0, 4, of, NONE));
            assert!(none.by.is_none() && none.time.is_none() && all.by.is_some() && all.time.is_some());
            assert!(none.event.width() > all.event.width() + 100.0, "{:?} {:?}", none.event, all.event);
        }
    }

    #[test]
    fn columns_follow_each_other_and_end_in_the_table() {
        for of in [Of::Stream, Of::Streams] {
            for width in (420..2400).step_by(7) {
                for (digits, tells) in [(1, ALL), (4, ALL), (8, ALL), (4, NONE)] {
                    let c = Columns::new(width as f32, digits, of, tells);
                    let all = [
                        Some(c.number),
                        c.version,
                        c.time.map(|(date, _)| date),
                        c.time.map(|(_, clock)| clock),
                        c.stream,
                        Some(c.event),
                        c.by,
                        c.changed,
                    ];
                    let all: Vec<Column> = all.into_iter().flatten().collect();
                    for pair in all.windows(2) {
                        assert!(pair[0].right <= pair[1].left, "{width} {digits} {of:?}: {pair:?}");
                    }
                    assert!(all.iter().all(|column| column.width() >= 40.0 || *column == c.number), "{width}: {all:?}");
                    let last = all.last().unwrap().right;
                    assert!(last <= width as f32 || width < 460, "{width} {digits} {of:?}: {last}");
                }
            }
        }
    }

    #[test]
    fn what_tells_least_gives_way_first() {
        let shown = |width: f32, of| {
            let c = Columns::new(width, 4, of, ALL);
            (c.version.is_some(), c.by.is_some(), c.changed.is_some(), c.stream.is_some(), c.fractions)
        };
        assert_eq!(shown(1400.0, Of::Stream), (true, true, true, false, true));
        assert_eq!(shown(710.0, Of::Stream), (true, true, true, false, false));
        assert_eq!(shown(600.0, Of::Stream), (true, true, false, false, false));
        assert_eq!(shown(480.0, Of::Stream), (false, false, false, false, false));
        assert_eq!(shown(710.0, Of::Streams), (true, true, false, true, false));
    }
}
