//! A state: a value in which every entry knows the event that set it.

use crate::model::{Object, Origin, Segment, Value, ValuePath};

/// What a fold has made of the events so far. Cloning is cheap: unchanged parts are shared.
#[derive(Debug, Clone)]
pub struct State {
    /// The value; entries of its containers carry their [`Origin`].
    pub value: Value,
    /// Which event set the value as a whole: only of interest where it is a leaf itself.
    pub origin: Origin,
}

impl State {
    /// An empty object that no event set.
    pub fn empty() -> Self {
        Self { value: Value::Object(Object::default()), origin: Origin::NONE }
    }

    /// Whether both have the same values, each set by the same event, when an origin of `self` at or after the place
    /// `from` is taken as `shift` places later. With `from` = `usize::MAX` nothing is shifted.
    pub fn is_identical(&self, other: &Self, shift: &OriginShift) -> bool {
        shift.apply(self.origin) == other.origin && same(&self.value, &other.value, shift)
    }

    /// This state with every origin moved.
    pub fn shifted(&self, shift: &OriginShift) -> Self {
        if shift.is_none() {
            return self.clone();
        }
        Self { value: shifted(&self.value, shift), origin: shift.apply(self.origin) }
    }
}

/// How places of one history translate to those of another that differs from it only in the middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OriginShift {
    /// The first place (of the history translated from) that moves.
    pub from: usize,
    /// By how many places; may be negative.
    pub by: isize,
}

impl OriginShift {
    /// Whether nothing moves.
    pub fn is_none(&self) -> bool {
        self.by == 0
    }

    fn apply(&self, origin: Origin) -> Origin {
        match origin.place() {
            Some(place) if place >= self.from => place.checked_add_signed(self.by).map_or(Origin::NONE, Origin::event),
            _ => origin,
        }
    }
}

/// Whether two places of states of one replay have the same value, everything in it set by the same events.
pub fn is_set_alike(a: (&Value, Origin), b: (&Value, Origin)) -> bool {
    a.1 == b.1 && same(a.0, b.0, &OriginShift { from: usize::MAX, by: 0 })
}

fn same(a: &Value, b: &Value, shift: &OriginShift) -> bool {
    if shift.is_none() && a.is_same(b) {
        return true;
    }
    match (a, b) {
        (Value::List(a), Value::List(b)) if shift.is_none() => {
            let mut equal = a.len() == b.len();
            a.each_unshared(b, &mut |_, a, b| {
                equal = equal && a.zip(b).is_some_and(|(a, b)| a.origin == b.origin && same(&a.value, &b.value, shift));
            });
            equal
        }
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b.iter())
                    .all(|(a, b)| shift.apply(a.origin) == b.origin && same(&a.value, &b.value, shift))
        }
        (Value::Object(a), Value::Object(b)) => {
            // The order of keys is part of what is printed, so it is part of being identical.
            a.len() == b.len()
                && a.iter().zip(b.iter()).all(|((a_key, a), (b_key, b))| {
                    a_key == b_key && shift.apply(a.origin) == b.origin && same(&a.value, &b.value, shift)
                })
        }
        // Equal numbers may be spelled differently, which is seen when they are printed or added to.
        (Value::Number(a), Value::Number(b)) => a == b && a.to_string() == b.to_string(),
        _ => a == b,
    }
}

fn shifted(value: &Value, shift: &OriginShift) -> Value {
    match value {
        Value::List(list) => {
            let mut copy = crate::model::List::default();
            for slot in list.iter() {
                copy.push(shifted(&slot.value, shift), shift.apply(slot.origin));
            }
            Value::List(copy)
        }
        Value::Object(object) => {
            let mut copy = Object::default();
            for (key, slot) in object.iter() {
                copy.insert(key.clone(), shifted(&slot.value, shift), shift.apply(slot.origin));
            }
            Value::Object(copy)
        }
        scalar => scalar.clone(),
    }
}

/// Every leaf (scalar, empty object, empty list) of a state with the event that set it, in the value's order.
pub fn leaves(state: &State) -> Vec<(ValuePath, Origin)> {
    let mut found = Vec::new();
    collect(&state.value, state.origin, &mut Vec::new(), &mut found);
    found
}

fn collect(value: &Value, origin: Origin, path: &mut Vec<Segment>, found: &mut Vec<(ValuePath, Origin)>) {
    match value {
        Value::List(list) if !list.is_empty() => {
            for (index, slot) in list.iter().enumerate() {
                path.push(Segment::Index(index));
                collect(&slot.value, slot.origin, path, found);
                path.pop();
            }
        }
        Value::Object(object) if !object.is_empty() => {
            for (key, slot) in object.iter() {
                path.push(Segment::Key(key.clone()));
                collect(&slot.value, slot.origin, path, found);
                path.pop();
            }
        }
        _ => found.push((ValuePath(path.clone()), origin)),
    }
}
