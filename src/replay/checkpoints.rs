//! States kept on the way, so that no place is far from one.
//!
//! One state every [`interval`](Checkpoints::interval) events. When they outgrow the budget every other one goes
//! and the interval doubles: the budget bounds memory, never results.

use std::collections::BTreeMap;

use crate::model::Value;

use super::replayer::Budget;
use super::state::State;

/// Events between states to begin with: few enough that folding them again is not felt, even where each has to be
/// read from disk.
const FIRST_INTERVAL: usize = 16;

/// A state and what was counted up to it.
#[derive(Debug, Clone)]
pub(super) struct Checkpoint {
    pub state: State,
    /// Events whose payload could not be read, among those folded.
    pub skipped: usize,
}

#[derive(Debug, Clone)]
struct Kept {
    checkpoint: Checkpoint,
    /// What it takes beyond what it shares with the one before.
    bytes: usize,
}

/// Keyed by the number of events folded.
#[derive(Debug, Clone)]
pub(super) struct Checkpoints {
    kept: BTreeMap<usize, Kept>,
    interval: usize,
    budget: Budget,
    bytes: usize,
}

impl Checkpoints {
    pub fn new(budget: Budget) -> Self {
        Self { kept: BTreeMap::new(), interval: FIRST_INTERVAL, budget, bytes: 0 }
    }

    /// Events between kept states.
    pub fn interval(&self) -> usize {
        self.interval
    }

    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// The nearest at or before so many events.
    pub fn nearest(&self, at: usize) -> Option<(usize, &Checkpoint)> {
        self.kept.range(..=at).next_back().map(|(at, kept)| (*at, &kept.checkpoint))
    }

    pub fn get(&self, at: usize) -> Option<&Checkpoint> {
        self.kept.get(&at).map(|kept| &kept.checkpoint)
    }

    /// Keeps a state if this is a place for one.
    pub fn offer(&mut self, at: usize, checkpoint: &Checkpoint) {
        if at == 0 || !at.is_multiple_of(self.interval) || self.kept.contains_key(&at) {
            return;
        }
        let bytes = self.bytes_of(at, &checkpoint.state);
        self.bytes += bytes;
        self.kept.insert(at, Kept { checkpoint: checkpoint.clone(), bytes });
        while self.is_over_budget() {
            self.thin();
        }
    }

    /// Forgets what lies beyond so many events.
    pub fn truncate(&mut self, at: usize) {
        for kept in self.kept.split_off(&at.saturating_add(1)).values() {
            self.bytes -= kept.bytes;
        }
    }

    fn bytes_of(&self, at: usize, state: &State) -> usize {
        let before = self.kept.range(..at).next_back().map(|(_, kept)| &kept.checkpoint.state.value);
        size_of::<Kept>() + unshared_bytes(&state.value, before)
    }

    fn is_over_budget(&self) -> bool {
        match self.budget {
            Budget::Bytes(bytes) => self.bytes > bytes && !self.kept.is_empty(),
            Budget::States(states) => self.kept.len() > states,
        }
    }

    fn thin(&mut self) {
        self.interval = self.interval.saturating_mul(2);
        let interval = self.interval;
        self.kept.retain(|at, _| at.is_multiple_of(interval));
        // What a state shared with one that went is now its own.
        let mut total = 0;
        let mut before: Option<Value> = None;
        for kept in self.kept.values_mut() {
            kept.bytes = size_of::<Kept>() + unshared_bytes(&kept.checkpoint.state.value, before.as_ref());
            total += kept.bytes;
            before = Some(kept.checkpoint.state.value.clone());
        }
        self.bytes = total;
    }
}

/// About how many bytes of memory a value takes, its slot aside.
pub fn weight(value: &Value) -> usize {
    unshared_bytes(value, None)
}

/// About how many bytes a value takes beyond what it shares with another. Text that is shared between two slots is
/// counted once a slot: an estimate that errs on the side of the budget.
fn unshared_bytes(value: &Value, other: Option<&Value>) -> usize {
    const SLOT: usize = size_of::<crate::model::Slot>();
    const KEYED_SLOT: usize = SLOT + size_of::<crate::model::Key>();
    if other.is_some_and(|other| other.is_same(value)) {
        return 0;
    }
    match value {
        Value::Null | Value::Bool(_) => 0,
        // Integers lie in the slot, other numbers behind a pointer.
        Value::Number(number) => {
            if number.as_i64().is_some() {
                0
            } else {
                48
            }
        }
        Value::String(text) => text.len() + 16,
        Value::List(list) => {
            let other = other.and_then(Value::as_list);
            // Long lists share chunks, and mostly grow: looking at every chunk at every checkpoint would make folding
            // them quadratic. The way to a change is copied: a chunk of 64 and two nodes above it.
            let (shared, copied) = match other {
                Some(other) if list.len() > 64 => (other.len().min(list.len()), 3 * 64),
                _ => (0, 0),
            };
            let own = list.iter_from(shared).enumerate().map(|(at, item)| {
                let before = other.and_then(|other| other.get(shared + at));
                SLOT + unshared_bytes(&item.value, before)
            });
            64 + copied * SLOT + own.sum::<usize>()
        }
        Value::Object(object) => {
            let other = other.and_then(Value::as_object);
            let entries = object
                .iter()
                .map(|(key, slot)| KEYED_SLOT + unshared_bytes(&slot.value, other.and_then(|other| other.get(key))));
            64 + entries.sum::<usize>()
        }
    }
}
