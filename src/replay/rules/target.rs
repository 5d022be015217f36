//! Places in the state that operations write to.

use std::borrow::Cow;

use crate::model::value::list_index;
use crate::model::{Key, Object, Origin, Path, Slot, Value, path::PathError};

use super::source::{Inputs, Source};
use super::undo::Undo;
use crate::replay::state::State;

/// A dotted path into the state; parts in braces come from the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::replay) struct Target {
    parts: Vec<Part>,
    /// The keys, where no part comes from the event.
    fixed: Option<Vec<Key>>,
    written: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Key(Key),
    From(Source),
}

/// Why a target has no place.
#[derive(Debug)]
pub(super) enum NoTarget<'a> {
    /// The source of a part is not there.
    Missing(&'a Source),
    /// There is something in the way, or a part can't name a field. In words.
    Blocked(String),
}

impl Target {
    /// Parses a target as written. The error says what is wrong, not where.
    pub fn parse(text: &str) -> Result<Self, String> {
        let no_path = |error: PathError| format!("{text:?} is no path: {error}");
        let mut parts = Vec::new();
        let mut rest = text;
        while !text.is_empty() {
            if let Some(inner) = rest.strip_prefix('{') {
                let end = closing_brace(inner).ok_or_else(|| format!("{text:?} is no path: \"{{\" without \"}}\""))?;
                parts.push(Part::From(Source::parse(&inner[..end])?));
                rest = &inner[end + 1..];
                if !rest.is_empty() && !rest.starts_with('.') {
                    return Err(format!("{text:?} is no path: a part in braces must stand alone between dots"));
                }
            } else {
                let end = plain_len(rest);
                let plain = Path::parse(&rest[..end]).map_err(no_path)?;
                if plain.is_root() {
                    return Err(no_path(PathError::EmptyPart(text.len() - rest.len())));
                }
                if plain.0.iter().any(|key| key.contains(['{', '}'])) && !rest[..end].contains('"') {
                    return Err(format!("{text:?} is no path: a part in braces must stand alone between dots"));
                }
                parts.extend(plain.0.into_iter().map(Part::Key));
                rest = &rest[end..];
            }
            match rest.strip_prefix('.') {
                Some("") => return Err(no_path(PathError::EmptyPart(text.len()))),
                Some(after) => rest = after,
                None => break,
            }
        }
        if parts.len() > crate::model::json::MAX_DEPTH {
            return Err(no_path(PathError::TooDeep));
        }
        let fixed = parts.iter().map(|part| if let Part::Key(key) = part { Some(key.clone()) } else { None }).collect();
        Ok(Self { parts, fixed, written: text.to_owned() })
    }

    /// Whether it is the whole state.
    pub fn is_root(&self) -> bool {
        self.parts.is_empty()
    }

    /// The target as it was written.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Calls `visit` with the source of every part that has one.
    pub fn each_source(&mut self, visit: &mut dyn FnMut(&mut Source)) {
        for part in &mut self.parts {
            if let Part::From(source) = part {
                visit(source);
            }
        }
    }

    /// The parts in order, each made into something else.
    pub fn parts_with<T>(&self, key: impl Fn(&Key) -> T, from: impl Fn(&Source) -> T) -> Vec<T> {
        let part = |part: &Part| match part {
            Part::Key(fixed) => key(fixed),
            Part::From(source) => from(source),
        };
        self.parts.iter().map(part).collect()
    }

    /// The keys for one event.
    pub(super) fn keys(&self, inputs: &Inputs<'_>) -> Result<Cow<'_, [Key]>, NoTarget<'_>> {
        if let Some(fixed) = &self.fixed {
            return Ok(Cow::Borrowed(fixed));
        }
        let keys = self.parts.iter().map(|part| match part {
            Part::Key(key) => Ok(key.clone()),
            Part::From(source) => match source.value(inputs).ok_or(NoTarget::Missing(source))? {
                Value::String(text) => Ok(text),
                Value::Number(number) => Ok(number.to_string().into()),
                Value::Bool(value) => Ok(value.to_string().into()),
                other => Err(NoTarget::Blocked(format!(
                    "{source} is {}, which can't name a field",
                    super::operation::described(&other)
                ))),
            },
        });
        keys.collect::<Result<Vec<Key>, _>>().map(Cow::Owned)
    }
}

/// Length of the plain parts that a target starts with: up to the dot before a part in braces.
fn plain_len(text: &str) -> usize {
    let mut quoted = false;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' if !escaped => quoted = !quoted,
            b'.' if !quoted && text[at + 1..].starts_with('{') => return at,
            _ => {}
        }
        escaped = quoted && byte == b'\\' && !escaped;
    }
    text.len()
}

/// Where the brace that was opened before `text` is closed; braces in quoted parts don't count.
fn closing_brace(text: &str) -> Option<usize> {
    let mut quoted = false;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' if !escaped => quoted = !quoted,
            b'}' if !quoted => return Some(at),
            _ => {}
        }
        escaped = quoted && byte == b'\\' && !escaped;
    }
    None
}

/// A target's place in a state: filled, or where it would be made.
pub(super) enum Place<'s, 'k> {
    /// There is a value.
    Filled(&'s mut Slot),
    /// There is none: the innermost object that is there, and the keys that are not.
    Vacant(&'s mut Object, &'k [Key]),
}

/// Finds the place of `keys` (at least one) in a state's value.
pub(super) fn find<'s, 'k>(root: &'s mut Value, keys: &'k [Key]) -> Result<Place<'s, 'k>, String> {
    let mut value = root;
    for (depth, key) in keys.iter().enumerate() {
        let slot = match value {
            Value::Object(object) => {
                // Two steps: the borrow checker does not let go of a slot that was not found.
                let Some(entry) = object.entry_of(key) else { return Ok(Place::Vacant(object, &keys[depth..])) };
                object.entry_mut(entry)
            }
            Value::List(list) => {
                let len = list.len();
                match list_index(key).filter(|index| *index < len) {
                    Some(index) => list.slot_mut(index),
                    None => return Err(no_index(keys, depth, len)),
                }
            }
            scalar => return Err(through(keys, depth, scalar)),
        };
        match slot {
            Some(slot) if depth + 1 == keys.len() => return Ok(Place::Filled(slot)),
            Some(slot) => value = &mut slot.value,
            None => break,
        }
    }
    Err("there is no such place".to_owned())
}

/// The same without changing anything; `None` where nothing is.
pub(super) fn look<'s>(root: &'s Value, keys: &[Key]) -> Result<Option<&'s Slot>, String> {
    let mut value = root;
    let mut found = None;
    for (depth, key) in keys.iter().enumerate() {
        let slot = match value {
            Value::Object(object) => object.slot(key),
            Value::List(list) => match list_index(key) {
                Some(index) => list.slot(index),
                None => return Err(no_index(keys, depth, list.len())),
            },
            scalar => return Err(through(keys, depth, scalar)),
        };
        let Some(slot) = slot else { return Ok(None) };
        value = &slot.value;
        found = Some(slot);
    }
    Ok(found)
}

impl Place<'_, '_> {
    /// Puts a value there, making the objects on the way. Returns how to undo it.
    pub fn put(self, value: Value, origin: Origin) -> Undo {
        match self {
            Self::Filled(slot) => Undo::Was(std::mem::replace(slot, Slot { value, origin })),
            Self::Vacant(object, keys) => {
                let Some((first, rest)) = keys.split_first() else { return Undo::Nothing };
                let value = rest.iter().rev().fold(value, |inner, key| {
                    let mut object = Object::default();
                    object.insert(key.clone(), inner, origin);
                    Value::Object(object)
                });
                object.insert(first.clone(), value, origin);
                Undo::Made { below: rest.len() }
            }
        }
    }
}

fn written(keys: &[Key]) -> String {
    Path(keys.to_vec()).to_string()
}

fn through(keys: &[Key], depth: usize, value: &Value) -> String {
    let described = super::operation::described(value);
    match depth {
        0 => format!("the state is {described}, and a path can't go through it"),
        _ => format!("{} is {described}, and a path can't go through it", written(&keys[..depth])),
    }
}

fn no_index(keys: &[Key], depth: usize, len: usize) -> String {
    let list = if depth == 0 { "the state".to_owned() } else { written(&keys[..depth]) };
    let items = if len == 1 { "item" } else { "items" };
    format!("{list} is a list of {len} {items}, and {:?} is none of their indices", &*keys[depth])
}

/// The value at a place that is known to be there, and its origin, for changing them.
pub(super) fn container<'s>(state: &'s mut State, keys: &[Key]) -> Result<(&'s mut Value, &'s mut Origin), String> {
    if keys.is_empty() {
        return Ok((&mut state.value, &mut state.origin));
    }
    match find(&mut state.value, keys)? {
        Place::Filled(slot) => Ok((&mut slot.value, &mut slot.origin)),
        Place::Vacant(..) => Err("there is no such place".to_owned()),
    }
}
