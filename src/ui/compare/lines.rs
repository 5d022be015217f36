//! Which lines the events side by side have: long runs that are the same are folded into one, until they are unfolded.

use std::collections::HashSet;

use crate::whatif::Pair;

/// Events that stay in sight before and after what differs.
const CONTEXT: u32 = 2;

/// A line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// A row of the comparison.
    Event(Pair),
    /// Rows that are the same on both sides, folded.
    Folded {
        /// Which run of rows they are of.
        run: usize,
        /// The first one's place on the left.
        left: u32,
        /// The first one's place on the right.
        right: u32,
        /// How many there are.
        len: u32,
        /// Whether they have other versions on the right.
        renumbered: bool,
    },
}

/// The lines, as stretches of them: looked up by a binary search.
#[derive(Debug, Default)]
pub struct Lines {
    stretches: Vec<Stretch>,
    len: usize,
}

#[derive(Debug, Clone, Copy)]
struct Stretch {
    /// Its first line.
    first: usize,
    /// Events of the left side before it.
    left: u32,
    what: Line,
}

impl Lines {
    /// The lines of a comparison; `unfolded` has the runs that the user opened.
    pub fn new(rows: &[Pair], unfolded: &HashSet<usize>) -> Self {
        let mut lines = Self::default();
        let mut left = 0;
        for (at, row) in rows.iter().enumerate() {
            match *row {
                Pair::Same { left: from_left, right: from_right, len, renumbered } => {
                    let before = if at == 0 { 0 } else { CONTEXT };
                    let after = if at + 1 == rows.len() { 0 } else { CONTEXT };
                    let part = |from: u32, len: u32| {
                        let (left, right) = (from_left + from, from_right + from);
                        Pair::Same { left, right, len, renumbered }
                    };
                    // A folded line for one or two would save nothing.
                    if unfolded.contains(&at) || len <= before + after + 2 {
                        lines.push(left, Line::Event(part(0, len)));
                    } else {
                        lines.push(left, Line::Event(part(0, before)));
                        let folded = len - before - after;
                        let (left, right) = (from_left + before, from_right + before);
                        lines.push(left, Line::Folded { run: at, left, right, len: folded, renumbered });
                        lines.push(left + folded, Line::Event(part(before + folded, after)));
                    }
                    left = from_left + len;
                }
                Pair::Changed { left: place, .. } | Pair::Left { place, .. } => {
                    lines.push(left, Line::Event(*row));
                    left = place + 1;
                }
                Pair::Right { .. } => lines.push(left, Line::Event(*row)),
            }
        }
        lines
    }

    fn push(&mut self, left: u32, what: Line) {
        let len = match what {
            Line::Event(Pair::Same { len: 0, .. }) => return,
            Line::Event(Pair::Same { len, .. }) => len as usize,
            _ => 1,
        };
        self.stretches.push(Stretch { first: self.len, left, what });
        self.len += len;
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// A line. Events that are the same come one by one.
    pub fn line(&self, at: usize) -> Option<Line> {
        let stretch = self.stretches.partition_point(|stretch| stretch.first <= at).checked_sub(1)?;
        let Stretch { first, what, .. } = self.stretches[stretch];
        let into = (at - first) as u32;
        Some(match what {
            Line::Event(Pair::Same { left, right, len, renumbered }) => {
                if into >= len {
                    return None;
                }
                Line::Event(Pair::Same { left: left + into, right: right + into, len: 1, renumbered })
            }
            _ if at >= self.len => return None,
            line => line,
        })
    }

    /// The line of a place on the left.
    pub fn of_left(&self, place: u32) -> Option<usize> {
        let at = self.stretches.partition_point(|stretch| stretch.left <= place).checked_sub(1)?;
        let Stretch { first, left, what, .. } = self.stretches[at];
        Some(match what {
            Line::Event(Pair::Same { len, .. }) => first + (place - left).min(len - 1) as usize,
            _ => first,
        })
    }

    /// How many lines a cursor takes in that has taken in so many events of each side.
    pub fn taken_in(&self, left: u32, right: u32) -> usize {
        let is_in = |stretch: &Stretch| match stretch.what {
            Line::Event(Pair::Right { place, .. }) => place < right,
            _ => stretch.left < left,
        };
        let Some(at) = self.stretches.partition_point(is_in).checked_sub(1) else { return 0 };
        let stretch = self.stretches[at];
        match stretch.what {
            Line::Event(Pair::Same { len, .. }) => stretch.first + (left - stretch.left).min(len) as usize,
            _ => stretch.first + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(lines: &Lines) -> Vec<String> {
        let line = |at| match lines.line(at).unwrap() {
            Line::Event(Pair::Same { left, right, len: 1, .. }) => format!("{left}={right}"),
            Line::Event(Pair::Changed { left, right }) => format!("{left}~{right}"),
            Line::Event(Pair::Left { place, .. }) => format!("{place}-"),
            Line::Event(Pair::Right { place, .. }) => format!("+{place}"),
            Line::Folded { left, right, len, .. } => format!("{left}..{right} ({len})"),
            other => panic!("{other:?}"),
        };
        (0..lines.len()).map(line).collect()
    }

    fn rows() -> Vec<Pair> {
        let same = |left, right, len| Pair::Same { left, right, len, renumbered: left != right };
        vec![
            same(0, 0, 10),
            Pair::Left { place: 10, moved_to: None },
            same(11, 10, 3),
            Pair::Right { place: 13, moved_from: None },
            Pair::Changed { left: 14, right: 14 },
            same(15, 15, 100),
        ]
    }

    #[test]
    fn long_runs_are_folded_and_can_be_unfolded() {
        let lines = Lines::new(&rows(), &HashSet::new());
        let expected = [
            "0..0 (8)",
            "8=8",
            "9=9",
            "10-",
            "11=10",
            "12=11",
            "13=12",
            "+13",
            "14~14",
            "15=15",
            "16=16",
            "17..17 (98)",
        ];
        assert_eq!(text(&lines), expected);
        assert_eq!(lines.line(lines.len()), None);
        let lines = Lines::new(&rows(), &HashSet::from([0]));
        assert_eq!(lines.len(), 10 + 9);
        assert_eq!(text(&lines)[..3], ["0=0", "1=1", "2=2"]);
        // Histories without any difference are one line.
        let same = [Pair::Same { left: 0, right: 0, len: 7, renumbered: false }];
        assert_eq!(text(&Lines::new(&same, &HashSet::new())), ["0..0 (7)"]);
        assert_eq!(Lines::new(&[], &HashSet::new()).len(), 0);
    }

    #[test]
    fn places_are_found_and_what_a_cursor_takes_in() {
        let lines = Lines::new(&rows(), &HashSet::new());
        let found: Vec<_> = [0, 7, 8, 10, 11, 13, 14, 15, 50, 114].map(|place| lines.of_left(place).unwrap()).into();
        assert_eq!(found, [0, 0, 1, 3, 4, 6, 8, 9, 11, 11]);
        let taken = |left, right| lines.taken_in(left, right);
        assert_eq!((taken(0, 0), taken(1, 1), taken(9, 9), taken(11, 10)), (0, 1, 2, 4));
        assert_eq!((taken(14, 13), taken(14, 14), taken(15, 15), taken(115, 115)), (7, 8, 9, 12));
    }
}
