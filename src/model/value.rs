//! JSON-like values that share what did not change.
//!
//! Payloads and states are the same type. In a state each entry of a container also carries its [`Origin`], the
//! event that set it, so that blame needs no second replay; in a payload every origin is [`Origin::NONE`].
//! Cloning is cheap (reference counts); changing a clone copies only the way to the change.

use std::sync::Arc;

use super::list::List;
use super::number::Number;
use super::path::{Path, Segment, ValuePath};

/// An object's key.
pub type Key = Arc<str>;

/// Which event of a replay set a value: its place in that replay, from 0. Not part of equality of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(u32);

impl Origin {
    /// Set by no event: the initial state, or a value that is no state.
    pub const NONE: Self = Self(u32::MAX);

    /// Set by the event at `place` in its replay.
    pub fn event(place: usize) -> Self {
        Self(u32::try_from(place).unwrap_or(u32::MAX))
    }

    /// The place of the event in its replay, if an event set it.
    pub fn place(self) -> Option<usize> {
        (self != Self::NONE).then_some(self.0 as usize)
    }
}

/// A JSON value with exact numbers and keys in their order.
#[derive(Clone, Default)]
pub enum Value {
    /// `null`, which is a value.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, exact.
    Number(Number),
    /// A text.
    String(Arc<str>),
    /// A list.
    List(List),
    /// An object; keys keep their order.
    Object(Object),
}

/// A value in a container, with the event that put it there.
#[derive(Clone)]
pub struct Slot {
    /// The value.
    pub value: Value,
    /// Which event set it.
    pub origin: Origin,
}

/// An object with structural sharing; keys are unique and keep the order in which they first appeared.
#[derive(Clone)]
pub struct Object(Arc<Entries>);

/// The place of an entry in an object: found once, without holding the object.
#[derive(Debug, Clone, Copy)]
pub struct Entry(u64);

/// Objects up to this size are a plain array: a scan of 24 keys is faster than any map, and most objects are small.
const SMALL: usize = 24;

#[derive(Clone)]
enum Entries {
    Small(Vec<(Key, Slot)>),
    /// Sequence numbers give the order; removing leaves a gap in them, which costs nothing. Behind a pointer, so that small objects are small.
    Large(Box<Large>),
}

#[derive(Clone)]
struct Large {
    by_sequence: imbl::OrdMap<u64, (Key, Slot)>,
    sequences: imbl::HashMap<Key, u64>,
    next: u64,
}

impl Value {
    /// A text value.
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Self::String(text.into())
    }

    /// What kind of value this is, in JSON's words.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::List(_) => "list",
            Self::Object(_) => "object",
        }
    }

    /// The object, if it is one.
    pub fn as_object(&self) -> Option<&Object> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }

    /// The list, if it is one.
    pub fn as_list(&self) -> Option<&List> {
        if let Self::List(list) = self { Some(list) } else { None }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<&Number> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }

    /// Whether it has nothing inside: a scalar, an empty list or an empty object.
    pub fn is_leaf(&self) -> bool {
        match self {
            Self::List(list) => list.is_empty(),
            Self::Object(object) => object.is_empty(),
            _ => true,
        }
    }

    /// The value under a key of an object or an index of a list.
    pub fn child(&self, part: &str) -> Option<&Slot> {
        match self {
            Self::Object(object) => object.slot(part),
            Self::List(list) => list.slot(list_index(part)?),
            _ => None,
        }
    }

    /// The value at a written path.
    pub fn at(&self, path: &Path) -> Option<&Value> {
        path.parts().iter().try_fold(self, |value, part| value.child(part).map(|slot| &slot.value))
    }

    /// The value and its origin at a path; the root's origin is [`Origin::NONE`].
    pub fn slot_at(&self, path: &ValuePath) -> Option<(&Value, Origin)> {
        path.0.iter().try_fold((self, Origin::NONE), |(value, _), segment| {
            let slot = match (value, segment) {
                (Self::Object(object), Segment::Key(key)) => object.slot(key),
                (Self::List(list), Segment::Index(index)) => list.slot(*index),
                _ => None,
            }?;
            Some((&slot.value, slot.origin))
        })
    }

    /// A copy in which everything inside carries `origin`. Scalars are returned as they are.
    pub fn with_origin(&self, origin: Origin) -> Self {
        match self {
            Self::List(list) => {
                let mut copy = List::with_capacity(list.len());
                for slot in list.iter() {
                    copy.push(slot.value.with_origin(origin), origin);
                }
                Self::List(copy)
            }
            Self::Object(object) => {
                let mut copy = Object::with_capacity(object.len());
                for (key, slot) in object.iter() {
                    copy.insert(key.clone(), slot.value.with_origin(origin), origin);
                }
                Self::Object(copy)
            }
            scalar => scalar.clone(),
        }
    }

    /// Whether both are one and the same in memory: true means equal, false says nothing.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::String(a), Self::String(b)) => Arc::ptr_eq(a, b),
            (Self::List(a), Self::List(b)) => a.is_same(b),
            (Self::Object(a), Self::Object(b)) => a.is_same(b),
            _ => false,
        }
    }
}

/// The list index that a path part names: decimal digits without leading zeros.
pub fn list_index(part: &str) -> Option<usize> {
    let canonical = part == "0" || (!part.starts_with('0') && part.bytes().all(|byte| byte.is_ascii_digit()));
    if canonical { part.parse().ok() } else { None }
}

impl Default for Object {
    fn default() -> Self {
        Self(Arc::new(Entries::Small(Vec::new())))
    }
}

impl Object {
    /// An empty object with room for so many entries.
    pub fn with_capacity(entries: usize) -> Self {
        Self(Arc::new(Entries::Small(Vec::with_capacity(entries.min(SMALL)))))
    }

    /// How many entries.
    pub fn len(&self) -> usize {
        match &*self.0 {
            Entries::Small(entries) => entries.len(),
            Entries::Large(large) => large.by_sequence.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entry under a key, with its origin.
    pub fn slot(&self, key: &str) -> Option<&Slot> {
        match &*self.0 {
            Entries::Small(entries) => entries.iter().find(|(k, _)| &**k == key).map(|(_, slot)| slot),
            Entries::Large(large) => large.by_sequence.get(large.sequences.get(key)?).map(|(_, slot)| slot),
        }
    }

    /// The value under a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.slot(key).map(|slot| &slot.value)
    }

    /// The entry under a key, for changing it.
    pub fn slot_mut(&mut self, key: &str) -> Option<&mut Slot> {
        match Arc::make_mut(&mut self.0) {
            Entries::Small(entries) => entries.iter_mut().find(|(k, _)| &**k == key).map(|(_, slot)| slot),
            Entries::Large(large) => large.by_sequence.get_mut(large.sequences.get(key)?).map(|(_, slot)| slot),
        }
    }

    /// Where the entry under a key is; holds until the object's keys change.
    pub fn entry(&self, key: &str) -> Option<Entry> {
        match &*self.0 {
            Entries::Small(entries) => entries.iter().position(|(k, _)| &**k == key).map(|at| Entry(at as u64)),
            Entries::Large(large) => large.sequences.get(key).copied().map(Entry),
        }
    }

    /// The same for a key that is likely to be the very one in memory, which is known without reading it.
    pub fn entry_of(&self, key: &Key) -> Option<Entry> {
        let same = match &*self.0 {
            Entries::Small(entries) => entries.iter().position(|(k, _)| Arc::ptr_eq(k, key)),
            Entries::Large(_) => None,
        };
        same.map(|at| Entry(at as u64)).or_else(|| self.entry(key))
    }

    /// The entry at a place that [`entry`](Self::entry) gave, for changing it.
    pub fn entry_mut(&mut self, Entry(at): Entry) -> Option<&mut Slot> {
        match Arc::make_mut(&mut self.0) {
            Entries::Small(entries) => entries.get_mut(usize::try_from(at).ok()?).map(|(_, slot)| slot),
            Entries::Large(large) => large.by_sequence.get_mut(&at).map(|(_, slot)| slot),
        }
    }

    /// Sets a key: in its place if it was there, else at the end. True if it was there.
    pub fn insert(&mut self, key: Key, value: Value, origin: Origin) -> bool {
        if let Some(entry) = self.entry_of(&key)
            && let Some(slot) = self.entry_mut(entry)
        {
            *slot = Slot { value, origin };
            return true;
        }
        let entries = Arc::make_mut(&mut self.0);
        if let Entries::Small(small) = entries {
            if small.len() < SMALL {
                small.push((key, Slot { value, origin }));
                return false;
            }
            *entries = Entries::large(std::mem::take(small));
        }
        if let Entries::Large(large) = entries {
            let Large { by_sequence, sequences, next } = &mut **large;
            by_sequence.insert(*next, (key.clone(), Slot { value, origin }));
            sequences.insert(key, *next);
            *next += 1;
        }
        false
    }

    /// Removes a key; the order of the others stays. True if it was there.
    pub fn remove(&mut self, key: &str) -> bool {
        if self.slot(key).is_none() {
            return false;
        }
        match Arc::make_mut(&mut self.0) {
            Entries::Small(entries) => entries.retain(|(k, _)| &**k != key),
            Entries::Large(large) => {
                if let Some(sequence) = large.sequences.remove(key) {
                    large.by_sequence.remove(&sequence);
                }
            }
        }
        true
    }

    /// The entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Slot)> {
        let (small, large) = match &*self.0 {
            Entries::Small(entries) => (Some(entries.iter().map(|(key, slot)| (key, slot))), None),
            Entries::Large(large) => (None, Some(large.by_sequence.values().map(|(key, slot)| (key, slot)))),
        };
        small.into_iter().flatten().chain(large.into_iter().flatten())
    }

    /// Whether both are one and the same in memory.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Entries {
    fn large(small: Vec<(Key, Slot)>) -> Self {
        let next = small.len() as u64;
        let sequences = small.iter().zip(0..).map(|((key, _), sequence)| (key.clone(), sequence)).collect();
        let by_sequence = (0u64..).zip(small).collect();
        Self::Large(Box::new(Large { by_sequence, sequences, next }))
    }
}

impl<K: Into<Key>> FromIterator<(K, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Self {
        let mut object = Self::default();
        for (key, value) in entries {
            object.insert(key.into(), value, Origin::NONE);
        }
        object
    }
}

/// Values are equal as JSON is: numbers by value, objects whatever the order of keys, origins aside.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::String(a), Self::String(b)) => a == b,
            (Self::List(a), Self::List(b)) => {
                a.is_same(b) || (a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.value == b.value))
            }
            (Self::Object(a), Self::Object(b)) => {
                a.is_same(b)
                    || (a.len() == b.len() && a.iter().all(|(key, slot)| b.get(key).is_some_and(|b| *b == slot.value)))
            }
            _ => false,
        }
    }
}

impl Eq for Value {}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&super::json::to_text(self))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(value.into())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.into())
    }
}

impl From<Object> for Value {
    fn from(value: Object) -> Self {
        Self::Object(value)
    }
}

impl From<List> for Value {
    fn from(value: List) -> Self {
        Self::List(value)
    }
}

impl serde::Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::{SerializeMap as _, SerializeSeq as _};
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number.serialize(serializer),
            Self::String(text) => serializer.serialize_str(text),
            Self::List(list) => {
                let mut out = serializer.serialize_seq(Some(list.len()))?;
                for slot in list.iter() {
                    out.serialize_element(&slot.value)?;
                }
                out.end()
            }
            Self::Object(object) => {
                let mut out = serializer.serialize_map(Some(object.len()))?;
                for (key, slot) in object.iter() {
                    out.serialize_entry(&**key, &slot.value)?;
                }
                out.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_their_order_small_and_large() {
        let mut object = Object::default();
        for i in 0..100i64 {
            object.insert(format!("k{i}").into(), i.into(), Origin::NONE);
        }
        object.remove("k7");
        object.insert("k3".into(), Value::Null, Origin::NONE);
        object.insert("k7".into(), Value::Null, Origin::NONE);
        let keys: Vec<String> = object.iter().map(|(key, _)| key.to_string()).collect();
        let mut expected: Vec<String> = (0..100).filter(|i| *i != 7).map(|i| format!("k{i}")).collect();
        expected.push("k7".into());
        assert_eq!(keys, expected);
    }

    #[test]
    fn equality_is_json_equality() {
        let parse = |text: &str| super::super::json::parse(text.as_bytes()).unwrap();
        assert_eq!(parse(r#"{"a":1,"b":[1.0,"x"]}"#), parse(r#"{"b":[1,"x"],"a":1e0}"#));
        assert_ne!(parse(r#"{"a":1}"#), parse(r#"{"a":"1"}"#));
    }
}
