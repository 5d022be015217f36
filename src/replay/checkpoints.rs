//! States kept on the way, so that no place is far from one.
//!
//! One state every [`interval`](Checkpoints::interval) events. When they outgrow the budget every other one goes
//! and the interval doubles: the budget bounds memory, never results.

use imbl::OrdMap;

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

/// What keeping a state takes besides its value.
const SLOT: usize = size_of::<Checkpoint>() + size_of::<usize>();

/// Keyed by the number of events folded. A clone shares all that is kept: it costs nothing.
#[derive(Debug, Clone)]
pub(super) struct Checkpoints {
    kept: OrdMap<usize, Checkpoint>,
    interval: usize,
    budget: Budget,
    bytes: usize,
}

impl Checkpoints {
    pub fn new(budget: Budget) -> Self {
        Self { kept: OrdMap::new(), interval: FIRST_INTERVAL, budget, bytes: 0 }
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
        self.kept.get_prev(&at).map(|(at, kept)| (*at, kept))
    }

    pub fn get(&self, at: usize) -> Option<&Checkpoint> {
        if at.is_multiple_of(self.interval) { self.kept.get(&at) } else { None }
    }

    /// Keeps a state if this is a place for one. `from` is the place from which it was folded, and the value there:
    /// what both share takes nothing more.
    pub fn offer(&mut self, at: usize, checkpoint: &Checkpoint, from: (usize, &Value)) {
        if at == 0 || !at.is_multiple_of(self.interval) || self.kept.contains_key(&at) {
            return;
        }
        let before = self.nearest(at - 1).filter(|(place, _)| *place >= from.0);
        let before = before.map_or(from.1, |(_, before)| &before.state.value);
        let bytes = SLOT + unshared_bytes(&checkpoint.state.value, Some(before));
        self.bytes += bytes;
        self.kept.insert(at, checkpoint.clone());
        while self.is_over_budget() {
            self.thin();
        }
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
        // What a state shared with one that went is now its own.
        let mut total = 0;
        let mut before: Option<Value> = None;
        let stays = self.kept.iter().filter(|(at, _)| at.is_multiple_of(interval));
        let kept: OrdMap<usize, Checkpoint> = stays
            .map(|(at, kept)| {
                let value = &kept.state.value;
                total += SLOT + unshared_bytes(value, before.as_ref());
                before = Some(value.clone());
                (*at, kept.clone())
            })
            .collect();
        self.kept = kept;
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
