//! Two histories of a stream side by side, row by row: what is the same, what differs, what only one of them has.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{Event, EventLog, Segment, Value, ValuePath};
use crate::replay::{Change, diff};

use super::alignment::{Alignment, SideLane};
use super::branch::Branch;
use super::differences::Lanes;

/// Two histories of a stream side by side, with what telling of their events needs.
#[derive(Debug, Clone)]
pub struct SideBySide {
    /// The stream.
    pub stream: Arc<str>,
    /// The left side's branch; `None` is history as recorded.
    pub left: Option<Arc<Branch>>,
    /// The right side's branch; `None` is history as recorded.
    pub right: Option<Arc<Branch>>,
    /// The rows.
    pub rows: Vec<Pair>,
    /// Sentences of events that are not as recorded, on the left and on the right, by place.
    pub sentences: (Sentences, Sentences),
    /// Where a cursor stands for events that stand elsewhere than recorded, on the left and on the right.
    pub stands: (Stands, Stands),
}

/// The recorded event with which a cursor takes in what an edit put at a place; sorted by place.
pub type Stands = Vec<(u32, u32)>;

impl SideBySide {
    /// The events of both sides.
    pub fn lanes<'a>(&'a self, log: &'a EventLog) -> Lanes<'a> {
        let lane = |branch: &'a Option<Arc<Branch>>| SideLane::new(log, &self.stream, branch.as_deref());
        Lanes { left: lane(&self.left), right: lane(&self.right) }
    }

    /// Where a cursor stands to take in the first of a row's events and no later recorded one.
    pub fn cursor(&self, log: &EventLog, row: &Pair) -> Option<u32> {
        let lanes = self.lanes(log);
        let stands = |stands: &Stands, lane: SideLane<'_>, place: u32| {
            let put = stands.binary_search_by_key(&place, |(place, _)| *place).ok().map(|at| stands[at].1);
            put.or_else(|| lane.index(place as usize))
        };
        match *row {
            Pair::Same { right, .. } | Pair::Changed { right, .. } | Pair::Right { place: right, .. } => {
                stands(&self.stands.1, lanes.right, right)
            }
            Pair::Left { place, .. } => stands(&self.stands.0, lanes.left, place),
        }
    }
}

/// What happened in a sentence, by place.
pub type Sentences = HashMap<u32, Arc<str>>;

/// One or more rows of two histories side by side. Places count in that side's lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pair {
    /// Events that are the same on both sides.
    Same {
        /// The first one's place on the left.
        left: u32,
        /// Its place on the right.
        right: u32,
        /// How many they are.
        len: u32,
        /// Whether they have other versions on the right.
        renumbered: bool,
    },
    /// The same event with other contents.
    Changed {
        /// Its place on the left.
        left: u32,
        /// Its place on the right.
        right: u32,
    },
    /// Only the left side has it, or has it here.
    Left {
        /// Its place.
        place: u32,
        /// Where the right side has it, if it was moved.
        moved_to: Option<u32>,
    },
    /// Only the right side has it, or has it here.
    Right {
        /// Its place.
        place: u32,
        /// Where the left side has it, if it was moved.
        moved_from: Option<u32>,
    },
}

/// Both histories side by side, in order. Reads no event: costs little also where there are many.
pub fn pairs(alignment: &Alignment, left: SideLane<'_>, right: SideLane<'_>) -> Vec<Pair> {
    let mut found: Vec<Pair> = Vec::new();
    let mut by_right = alignment.moved().to_vec();
    by_right.sort_unstable_by_key(|(_, right)| *right);
    let moved_to = |place: usize| {
        let moved = alignment.moved();
        moved.binary_search_by_key(&(place as u32), |(left, _)| *left).ok().map(|at| moved[at].1)
    };
    let moved_from = |place: usize| {
        by_right.binary_search_by_key(&(place as u32), |(_, right)| *right).ok().map(|at| by_right[at].0)
    };
    let (lefts, rights) = alignment.len();
    let (mut at, mut to) = (0, 0);
    while at < lefts || to < rights {
        let opposite = alignment.opposite(at, to);
        if opposite.paired {
            let renumbered = left.version(at) != right.version(to);
            if left.says_the_same(at, right, to) {
                match found.last_mut() {
                    Some(Pair::Same { len, renumbered: known, .. }) if *known == renumbered => *len += 1,
                    _ => found.push(Pair::Same { left: at as u32, right: to as u32, len: 1, renumbered }),
                }
            } else {
                found.push(Pair::Changed { left: at as u32, right: to as u32 });
            }
        } else {
            if opposite.left {
                found.push(Pair::Left { place: at as u32, moved_to: moved_to(at) });
            }
            if opposite.right {
                found.push(Pair::Right { place: to as u32, moved_from: moved_from(to) });
            }
        }
        at += usize::from(opposite.left);
        to += usize::from(opposite.right);
    }
    found
}

/// What differs between two versions of an event: `type`, `time`, fields of `data` and of `metadata`.
pub fn changed_fields(left: &Event, right: &Event) -> Vec<Change> {
    let mut found = Vec::new();
    let mut scalar = |name: &str, from: Option<Value>, to: Option<Value>| {
        if from != to {
            found.push(Change { path: ValuePath(vec![Segment::Key(name.into())]), from, to });
        }
    };
    scalar("type", Some((&*left.event_type).into()), Some((&*right.event_type).into()));
    let time = |event: &Event| event.time.map(|time| Value::string(time.to_string()));
    scalar("time", time(left), time(right));
    scalar("stream", left.stream.as_deref().map(Value::from), right.stream.as_deref().map(Value::from));
    let data = |event: &Event| event.data.decoded().map_or(Value::Null, std::borrow::Cow::into_owned);
    for (name, from, to) in [("data", &data(left), &data(right)), ("metadata", &left.metadata, &right.metadata)] {
        found.extend(diff(from, to).into_iter().map(|mut change| {
            change.path.0.insert(0, Segment::Key(name.into()));
            change
        }));
    }
    found
}
