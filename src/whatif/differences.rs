//! Where two histories of a stream come to other states, event by event: what parts, what changes in the difference,
//! and what is the same again.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{Cancel, Event, Progress, Value, ValuePath};
use crate::replay::{Change, OnUnreadable, ReplayError, ReplayFailure};

use super::alignment::SideLane;
use super::compare::{EventMoment, Sides, has_met, next_look, passed_of_tail};
use super::runner::{Ran, Runner, Setting};

/// Leaves that a row names; the others are counted.
const NAMED: usize = 6;

/// Every event at which the difference between two histories of a stream changes, in order.
#[derive(Debug, Clone)]
pub struct Differences {
    /// The stream.
    pub stream: Arc<str>,
    /// The events, the first divergence first.
    pub rows: Vec<DifferenceRow>,
    /// Rows beyond those that are kept.
    pub more: usize,
    /// How many events the left and the right side have; all of them were looked at.
    pub looked_at: (usize, usize),
    /// How many leaves differ at the end.
    pub at_end: usize,
    /// Where the projection stopped on the left and on the right.
    pub stopped: (Option<ReplayError>, Option<ReplayError>),
}

/// An event, or two that stand opposite each other, after which something else differs than before.
#[derive(Debug, Clone)]
pub struct DifferenceRow {
    /// The event on the left; `None` where the left side has none here.
    pub left: Option<RowEvent>,
    /// The event on the right; `None` where the right side has none here.
    pub right: Option<RowEvent>,
    /// Whether both are the same event.
    pub paired: bool,
    /// How many events of the left and of the right side are taken in.
    pub counts: (usize, usize),
    /// The recorded event with which a cursor takes all of it in; `None` in a store without events.
    pub cursor: Option<u32>,
    /// The position of [`cursor`](Self::cursor): rows never fall in it.
    pub position: i64,
    /// What differs otherwise than before, key fields first, what is the same again last.
    pub leaves: Vec<LeafDifference>,
    /// Such leaves beyond those that are named.
    pub more: usize,
    /// How many leaves differ here altogether; 0 where both sides are the same again.
    pub differing: usize,
    /// Invariants that do not hold on the left.
    pub broken_left: Vec<Arc<str>>,
    /// Invariants that do not hold on the right.
    pub broken_right: Vec<Arc<str>>,
}

/// One side's event in a row.
#[derive(Debug, Clone)]
pub struct RowEvent {
    /// Its place in that side's lane.
    pub place: usize,
    /// Its index in the log; `None` for an inserted one.
    pub index: Option<u32>,
    /// The event as a moment, with that side's version.
    pub moment: EventMoment,
    /// What happened in a sentence.
    pub sentence: Arc<str>,
}

/// A leaf of the state on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafDifference {
    /// Where.
    pub path: ValuePath,
    /// On the left, if it is there.
    pub left: Option<Value>,
    /// On the right, if it is there.
    pub right: Option<Value>,
}

impl LeafDifference {
    /// Whether both sides have the same there again.
    pub fn is_settled(&self) -> bool {
        self.left == self.right
    }
}

impl DifferenceRow {
    /// The event that the row is about: the right side's, else the left side's.
    pub fn event(&self) -> Option<&RowEvent> {
        self.right.as_ref().or(self.left.as_ref())
    }

    /// Whether both sides have the same state again.
    pub fn is_same_again(&self) -> bool {
        self.differing == 0
    }
}

impl Differences {
    /// Where both sides part.
    pub fn first(&self) -> Option<&DifferenceRow> {
        self.rows.first()
    }

    /// How many of the rows a cursor at a position takes in.
    pub fn taken_in(&self, position: i64) -> usize {
        self.rows.partition_point(|row| row.position <= position)
    }

    /// The first row after what a cursor at a position takes in.
    pub fn next(&self, position: i64) -> Option<usize> {
        Some(self.taken_in(position)).filter(|at| *at < self.rows.len())
    }

    /// The last row before the one at a position: the first of those that a cursor takes in together.
    pub fn previous(&self, position: i64) -> Option<usize> {
        let last = self.rows.partition_point(|row| row.position < position).checked_sub(1)?;
        let there = self.rows[last].position;
        Some(self.rows.partition_point(|row| row.position < there))
    }
}

/// Both histories of a stream with their events.
#[derive(Clone, Copy)]
pub struct Lanes<'a> {
    /// The left side's events.
    pub left: SideLane<'a>,
    /// The right side's events.
    pub right: SideLane<'a>,
}

/// An event in a sentence.
pub type Tell<'a> = &'a dyn Fn(&Event) -> String;

/// Folds both sides next to each other and notes every event at which the set of differing leaves changes: at most
/// `most` of them, the rest is counted. Everything is looked at, unless both sides come to the same state before
/// events that are the same to their ends. Progress counts events read.
pub fn differences(
    sides: Sides<'_>,
    lanes: Lanes<'_>,
    tell: Tell<'_>,
    most: usize,
    on_unreadable: OnUnreadable,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Differences, ReplayFailure> {
    let setting = Setting { fold: sides.fold, on_unreadable, progress, cancel };
    let (left, right) = sides.parted(setting)?;
    let watch = Watch {
        sides,
        lanes,
        tell,
        positions: (lanes.left.positions(), lanes.right.positions()),
        left,
        right,
        differing: BTreeMap::new(),
        rows: Vec::new(),
        most,
        more: 0,
    };
    watch.run()
}

type BothLeaves = (Option<Value>, Option<Value>);

struct Watch<'a> {
    sides: Sides<'a>,
    lanes: Lanes<'a>,
    tell: Tell<'a>,
    positions: (Vec<i64>, Vec<i64>),
    left: Runner<'a>,
    right: Runner<'a>,
    /// The leaves that differ now. Only what an event changes on either side can come or go here.
    differing: BTreeMap<ValuePath, BothLeaves>,
    rows: Vec<DifferenceRow>,
    most: usize,
    more: usize,
}

impl Watch<'_> {
    fn run(mut self) -> Result<Differences, ReplayFailure> {
        let tail = self.sides.common_tail();
        let mut look_at = 0;
        while !(self.left.is_done() && self.right.is_done()) {
            if self.left.error.is_some() && self.right.error.is_some() {
                break;
            }
            if self.differing.is_empty()
                && let Some(into) = tail.and_then(|tail| passed_of_tail(&tail, &self.left, &self.right))
                && into >= look_at
            {
                if has_met(&self.left, &self.right) {
                    break;
                }
                look_at = next_look(into);
            }
            self.step()?;
        }
        Ok(Differences {
            stream: self.sides.stream.clone(),
            rows: self.rows,
            more: self.more,
            looked_at: (self.sides.left.len(), self.sides.right.len()),
            at_end: self.differing.len(),
            stopped: (self.left.error, self.right.error),
        })
    }

    fn step(&mut self) -> Result<(), ReplayFailure> {
        let opposite = self.sides.alignment.opposite(self.left.at, self.right.at);
        let left = if opposite.left { Some(self.left.step()?) } else { None };
        let right = if opposite.right { Some(self.right.step()?) } else { None };
        let touched = left.iter().chain(&right).flat_map(|ran| &ran.changes);
        let mut others: BTreeMap<ValuePath, LeafDifference> = BTreeMap::new();
        for Change { path, .. } in touched {
            if others.contains_key(path) {
                continue;
            }
            let now = (leaf(&self.left.state.value, path), leaf(&self.right.state.value, path));
            let before = self.differing.get(path);
            let is_other = if now.0 == now.1 { before.is_some() } else { before != Some(&now) };
            if is_other {
                let (left, right) = now;
                others.insert(path.clone(), LeafDifference { path: path.clone(), left, right });
            }
        }
        for (path, leaf) in &others {
            if leaf.is_settled() {
                self.differing.remove(path);
            } else {
                self.differing.insert(path.clone(), (leaf.left.clone(), leaf.right.clone()));
            }
        }
        if others.is_empty() {
            return Ok(());
        }
        if self.rows.len() >= self.most {
            self.more += 1;
            return Ok(());
        }
        let row = self.row(left.as_ref(), right.as_ref(), opposite.paired, others.into_values().collect());
        self.rows.push(row);
        Ok(())
    }

    fn row(
        &self,
        left: Option<&Ran>,
        right: Option<&Ran>,
        paired: bool,
        mut leaves: Vec<LeafDifference>,
    ) -> DifferenceRow {
        let info = self.sides.fold.info();
        let rank = |leaf: &LeafDifference| {
            let path = leaf.path.to_path();
            let key = info.key_fields.iter().position(|key| *key == path);
            (leaf.is_settled(), key.unwrap_or(usize::MAX))
        };
        leaves.sort_by_cached_key(rank);
        let more = leaves.len().saturating_sub(NAMED);
        leaves.truncate(NAMED);
        let reached = |positions: &[i64], at: usize| at.checked_sub(1).and_then(|last| positions.get(last)).copied();
        let position = reached(&self.positions.0, self.left.at).max(reached(&self.positions.1, self.right.at));
        // Sides are passed one at a time where they are far apart: a row is never before the one above it.
        let position = position.max(self.rows.last().map(|row| row.position)).unwrap_or(i64::MIN);
        let names = |runner: &Runner<'_>| {
            runner.broken().into_iter().filter_map(|at| info.invariants.get(at)).cloned().collect()
        };
        DifferenceRow {
            left: left.map(|ran| self.event(ran, self.lanes.left)),
            right: right.map(|ran| self.event(ran, self.lanes.right)),
            paired,
            counts: (self.left.at, self.right.at),
            cursor: self.lanes.right.event_at(position),
            position,
            leaves,
            more,
            differing: self.differing.len(),
            broken_left: names(&self.left),
            broken_right: names(&self.right),
        }
    }

    fn event(&self, ran: &Ran, lane: SideLane<'_>) -> RowEvent {
        RowEvent {
            place: ran.place,
            index: lane.index(ran.place),
            moment: EventMoment::of(&ran.event),
            sentence: (self.tell)(&ran.event).into(),
        }
    }
}

/// What a state has at a path, if it is a leaf there.
fn leaf(state: &Value, path: &ValuePath) -> Option<Value> {
    let value = if path.0.is_empty() { state } else { state.slot_at(path)?.0 };
    value.is_leaf().then(|| value.clone())
}
