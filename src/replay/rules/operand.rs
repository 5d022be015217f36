//! What an operation works with: a source, or a literal in which sources may stand at any depth.

use crate::model::{Key, List, Object, Origin, Value};

use super::source::{Inputs, Source};

/// An operand as written after `from` or `value`.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::replay) enum Operand {
    /// A value without sources in it.
    Literal(Value),
    /// A source.
    From(Source),
    /// A list with sources somewhere in it.
    List(Vec<Self>),
    /// An object with sources somewhere in it.
    Object(Vec<(Key, Self)>),
}

/// More entries than this are not copied out of the state: copies of copies would grow without end.
const MAX_COPIED: usize = 100_000;

/// Why there is no operand.
#[derive(Debug)]
pub(super) enum NoOperand<'a> {
    /// This source is not there.
    Missing(&'a Source),
    /// This source is too large to be copied.
    TooLarge(&'a Source),
}

impl Operand {
    /// The value, everything in it set by `origin`. A missing source is `default`, if there is one.
    pub(super) fn build<'a>(
        &'a self,
        inputs: &Inputs<'_>,
        default: Option<&Value>,
        origin: Origin,
    ) -> Result<Value, NoOperand<'a>> {
        match self {
            Self::Literal(value) => Ok(value.with_origin(origin)),
            Self::From(source) => {
                let value = source.value(inputs).or_else(|| default.cloned()).ok_or(NoOperand::Missing(source))?;
                if !matches!(value, Value::List(_) | Value::Object(_)) {
                    return Ok(value);
                }
                if matches!(source, Source::State(_)) && !has_at_most(&value, &mut MAX_COPIED.clone()) {
                    return Err(NoOperand::TooLarge(source));
                }
                Ok(value.with_origin(origin))
            }
            Self::List(items) => {
                let mut list = List::default();
                for item in items {
                    list.push(item.build(inputs, default, origin)?, origin);
                }
                Ok(Value::List(list))
            }
            Self::Object(entries) => {
                let mut object = Object::with_capacity(entries.len());
                for (key, entry) in entries {
                    object.insert(key.clone(), entry.build(inputs, default, origin)?, origin);
                }
                Ok(Value::Object(object))
            }
        }
    }

    /// Calls `visit` with every value in it that is no source.
    pub fn each_constant(&self, visit: &mut dyn FnMut(&Value)) {
        match self {
            Self::Literal(value) => visit(value),
            Self::From(_) => {}
            Self::List(items) => items.iter().for_each(|item| item.each_constant(visit)),
            Self::Object(entries) => entries.iter().for_each(|(_, entry)| entry.each_constant(visit)),
        }
    }

    /// Calls `visit` with every source in it.
    pub fn each_source(&mut self, visit: &mut dyn FnMut(&mut Source)) {
        match self {
            Self::Literal(_) => {}
            Self::From(source) => visit(source),
            Self::List(items) => items.iter_mut().for_each(|item| item.each_source(visit)),
            Self::Object(entries) => entries.iter_mut().for_each(|(_, entry)| entry.each_source(visit)),
        }
    }
}

/// Whether a value has no more than so many entries, counted down from `left`.
fn has_at_most(value: &Value, left: &mut usize) -> bool {
    let Some(rest) = left.checked_sub(1) else { return false };
    *left = rest;
    match value {
        Value::List(list) => list.iter().all(|slot| has_at_most(&slot.value, left)),
        Value::Object(object) => object.iter().all(|(_, slot)| has_at_most(&slot.value, left)),
        _ => true,
    }
}
