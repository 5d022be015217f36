//! The operations of a handler, each all or nothing.
//!
//! What sets a leaf becomes its origin, also when the value stays equal; `min` and `max` set only what they change.
//! A container that loses its last entry becomes a leaf, set by the event that took it.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::model::json::{MAX_DEPTH, to_text};
use crate::model::{Key, List, Number, Origin, Timestamp, Value};
use crate::query::{Query, Subject};
use crate::replay::automatic::merge;
use crate::replay::state::State;

use super::operand::{NoOperand, Operand};
use super::source::{Inputs, Source};
use super::target::{NoTarget, Place, Target, container, find, look};
use super::undo::{Done, Undo};

/// What an operation does to its target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Puts the operand there.
    Set,
    /// Takes away what is there.
    Unset,
    /// Adds the operand.
    Add,
    /// Subtracts the operand.
    Subtract,
    /// Puts the operand there if it is less.
    Min,
    /// Puts the operand there if it is more.
    Max,
    /// Adds an item to a list.
    Append,
    /// Merges the operand into the item with an equal field of this name, else adds it.
    Upsert(Key),
    /// Removes items that have the operand in this field; without one, items equal to it.
    Remove(Option<Key>),
    /// Merges the operand's entries into an object.
    Merge,
}

/// What happens when a source is missing and there is no default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::replay) enum Missing {
    Error,
    Skip,
}

/// One operation, checked.
#[derive(Debug, Clone)]
pub(in crate::replay) struct Operation {
    pub kind: Effect,
    pub target: Target,
    /// `None` for `unset` only.
    pub operand: Option<Operand>,
    pub condition: Option<Query>,
    pub default: Option<Value>,
    pub missing: Missing,
}

/// The place of a target, and the operand if the operation has one.
type Prepared<'a> = (Cow<'a, [Key]>, Option<Value>);

impl Effect {
    /// The operation's word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Unset => "unset",
            Self::Add => "add",
            Self::Subtract => "subtract",
            Self::Min => "min",
            Self::Max => "max",
            Self::Append => "append",
            Self::Upsert(_) => "upsert",
            Self::Remove(_) => "remove",
            Self::Merge => "merge",
        }
    }
}

/// A value in a few words, for errors.
pub(super) fn described(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => format!("the number {number}"),
        Value::String(_) => {
            let text = to_text(value);
            let cut: String = text.chars().take(40).collect();
            if cut.len() == text.len() { format!("the text {text}") } else { format!("the text {cut}…\"") }
        }
        Value::List(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

impl Operation {
    /// Runs on a state. After an error the state is as it was. `revocable` says whether the work may have to be
    /// undone, because a later operation fails.
    pub(super) fn run<'a>(
        &'a self,
        state: &mut State,
        inputs: &Inputs<'_>,
        origin: Origin,
        revocable: bool,
    ) -> Result<Option<Done<'a>>, String> {
        if let Some(condition) = &self.condition
            && !condition.matches(&Subject { event: inputs.event, state: Some(&state.value) })
        {
            return Ok(None);
        }
        let Some((keys, operand)) = self.prepared(&state.value, inputs, origin)? else { return Ok(None) };
        let undo = match (&self.kind, operand) {
            (Effect::Unset, _) => {
                let undo = Undo::whole(state, revocable);
                unset(state, &keys, origin)?;
                undo
            }
            (_, None) => return Ok(None),
            (Effect::Remove(key), Some(operand)) => {
                let undo = Undo::whole(state, revocable);
                remove(state, &keys, key.as_ref(), &operand, origin)?;
                undo
            }
            (kind, Some(operand)) => {
                check_depth(keys.len() + usize::from(matches!(kind, Effect::Append | Effect::Upsert(_))), &operand)?;
                self.write(state, &keys, operand, origin, revocable)?
            }
        };
        Ok(Some(Done { keys, undo }))
    }

    /// Target and operand for one event; `None` where something is missing and the operation is skipped.
    fn prepared<'a>(
        &'a self,
        state: &Value,
        inputs: &Inputs<'_>,
        origin: Origin,
    ) -> Result<Option<Prepared<'a>>, String> {
        let inputs = Inputs { state: Some(state), ..*inputs };
        let missing = |source: &Source| match self.missing {
            Missing::Skip => Ok(None),
            Missing::Error => Err(format!("{source} is missing")),
        };
        let keys = match self.target.keys(&inputs) {
            Ok(keys) => keys,
            Err(NoTarget::Missing(source)) => return missing(source),
            Err(NoTarget::Blocked(why)) => return Err(why),
        };
        let Some(operand) = &self.operand else { return Ok(Some((keys, None))) };
        match operand.build(&inputs, self.default.as_ref(), origin) {
            Ok(value) => Ok(Some((keys, Some(value)))),
            Err(NoOperand::Missing(source)) => missing(source),
            Err(NoOperand::TooLarge(source)) => Err(format!("{source} is too large to be copied")),
        }
    }

    fn write(
        &self,
        state: &mut State,
        keys: &[Key],
        operand: Value,
        origin: Origin,
        revocable: bool,
    ) -> Result<Undo, String> {
        if keys.is_empty() {
            // Only `merge` may name the whole state.
            let Value::Object(operand) = operand else { return Err(self.must_be(&operand, "an object")) };
            let undo = Undo::whole(state, revocable);
            let Value::Object(root) = &mut state.value else { return Err("the state is no object".to_owned()) };
            merge(root, &operand, origin);
            return Ok(undo);
        }
        let place = find(&mut state.value, keys)?;
        match &self.kind {
            Effect::Add | Effect::Subtract => {
                let Value::Number(amount) = &operand else { return Err(self.must_be(&operand, "a number")) };
                let zero = Number::from(0);
                let current = match &place {
                    Place::Filled(slot) => match &slot.value {
                        Value::Number(number) => number,
                        other => return Err(self.target_must_be(other, "a number")),
                    },
                    Place::Vacant(..) => &zero,
                };
                let result =
                    if self.kind == Effect::Add { current.checked_add(amount) } else { current.checked_sub(amount) };
                Ok(place.put(Value::Number(result.map_err(|error| error.to_string())?), origin))
            }
            Effect::Min | Effect::Max => {
                let wanted = if self.kind == Effect::Min { Ordering::Less } else { Ordering::Greater };
                if !matches!(operand, Value::Number(_) | Value::String(_)) {
                    return Err(self.must_be(&operand, "a number or a text"));
                }
                if let Place::Filled(slot) = &place
                    && self.order(&operand, &slot.value)? != wanted
                {
                    return Ok(Undo::Nothing);
                }
                Ok(place.put(operand, origin))
            }
            Effect::Append => match place {
                Place::Filled(slot) => match &mut slot.value {
                    Value::List(list) => {
                        list.push(operand, origin);
                        Ok(Undo::Pushed)
                    }
                    other => Err(self.target_must_be(other, "a list")),
                },
                vacant @ Place::Vacant(..) => Ok(vacant.put(list_of(operand, origin), origin)),
            },
            Effect::Upsert(key) => {
                let wanted = match &operand {
                    Value::Object(object) => object.get(key).cloned(),
                    other => return Err(self.must_be(other, "an object")),
                };
                let Some(wanted) = wanted else { return Err(format!("the operand has no {:?}", &**key)) };
                match place {
                    Place::Filled(slot) => match &mut slot.value {
                        Value::List(list) => Ok(upsert(list, key, &wanted, operand, origin, revocable)),
                        other => Err(self.target_must_be(other, "a list")),
                    },
                    vacant @ Place::Vacant(..) => Ok(vacant.put(list_of(operand, origin), origin)),
                }
            }
            Effect::Merge => match (place, &operand) {
                (Place::Filled(slot), Value::Object(source)) => {
                    let undo = Undo::kept(slot, revocable);
                    match &mut slot.value {
                        Value::Object(object) => merge(object, source, origin),
                        other => return Err(self.target_must_be(other, "an object")),
                    }
                    Ok(undo)
                }
                (vacant @ Place::Vacant(..), Value::Object(_)) => Ok(vacant.put(operand, origin)),
                (_, other) => Err(self.must_be(other, "an object")),
            },
            Effect::Set | Effect::Unset | Effect::Remove(_) => Ok(place.put(operand, origin)),
        }
    }

    /// Two numbers by value; two texts as instants if both are, else by their characters.
    fn order(&self, operand: &Value, current: &Value) -> Result<Ordering, String> {
        match (operand, current) {
            (Value::Number(a), Value::Number(b)) => Ok(a.cmp(b)),
            (Value::String(a), Value::String(b)) => Ok(match (Timestamp::parse_iso(a), Timestamp::parse_iso(b)) {
                (Some(a), Some(b)) => a.cmp(&b),
                _ => a.cmp(b),
            }),
            _ => Err(format!(
                "{} is {}, which can't be compared with {}",
                self.target.written(),
                described(current),
                described(operand)
            )),
        }
    }

    fn must_be(&self, operand: &Value, wanted: &str) -> String {
        let what = match &self.operand {
            Some(Operand::From(source)) => source.to_string(),
            _ => "the operand".to_owned(),
        };
        format!("{what} is {}, not {wanted}", described(operand))
    }

    fn target_must_be(&self, value: &Value, wanted: &str) -> String {
        format!("{} is {}, not {wanted}", self.target.written(), described(value))
    }
}

fn list_of(item: Value, origin: Origin) -> Value {
    let mut list = List::default();
    list.push(item, origin);
    Value::List(list)
}

fn upsert(list: &mut List, key: &Key, wanted: &Value, operand: Value, origin: Origin, revocable: bool) -> Undo {
    let index = list.iter().position(|slot| slot.value.as_object().and_then(|item| item.get(key)) == Some(wanted));
    if let Some(index) = index
        && let Some(slot) = list.slot_mut(index)
    {
        let before = if revocable { Undo::ItemWas(index, slot.clone()) } else { Undo::Nothing };
        if let (Value::Object(item), Value::Object(source)) = (&mut slot.value, &operand) {
            merge(item, source, origin);
            return before;
        }
    }
    list.push(operand, origin);
    Undo::Pushed
}

fn unset(state: &mut State, keys: &[Key], origin: Origin) -> Result<(), String> {
    if look(&state.value, keys)?.is_none() {
        return Ok(());
    }
    let Some((last, parents)) = keys.split_last() else { return Ok(()) };
    let (parent, parent_origin) = container(state, parents)?;
    match parent {
        Value::Object(object) => {
            object.remove(last);
        }
        Value::List(list) => {
            if let Some(index) = crate::model::value::list_index(last) {
                list.remove(index);
            }
        }
        _ => {}
    }
    if parent.is_leaf() {
        *parent_origin = origin;
    }
    Ok(())
}

fn remove(state: &mut State, keys: &[Key], key: Option<&Key>, operand: &Value, origin: Origin) -> Result<(), String> {
    let list = match look(&state.value, keys)?.map(|slot| &slot.value) {
        Some(Value::List(list)) => list,
        Some(other) => {
            return Err(format!("{} is {}, not a list", crate::model::Path(keys.to_vec()), described(other)));
        }
        None => return Ok(()),
    };
    let goes = |item: &Value| match key {
        None => item == operand,
        Some(key) => item.as_object().and_then(|item| item.get(key)).is_some_and(|value| {
            // An object that has the key itself names the item too.
            value == operand || operand.as_object().and_then(|operand| operand.get(key)) == Some(value)
        }),
    };
    let indices: Vec<usize> =
        list.iter().enumerate().filter(|(_, slot)| goes(&slot.value)).map(|(index, _)| index).collect();
    if indices.is_empty() {
        return Ok(());
    }
    let (value, list_origin) = container(state, keys)?;
    if let Value::List(list) = value {
        indices.iter().rev().for_each(|index| list.remove(*index));
        if list.is_empty() {
            *list_origin = origin;
        }
    }
    Ok(())
}

/// Values are never nested deeper than JSON may be: everything that walks them relies on it.
fn check_depth(above: usize, operand: &Value) -> Result<(), String> {
    if fits(operand, MAX_DEPTH.saturating_sub(above)) {
        Ok(())
    } else {
        Err(format!("the state would be nested deeper than {MAX_DEPTH} levels"))
    }
}

fn fits(value: &Value, levels: usize) -> bool {
    let within = |inner: &Value| levels > 0 && fits(inner, levels - 1);
    match value {
        Value::List(list) => list.iter().all(|slot| within(&slot.value)),
        Value::Object(object) => object.iter().all(|(_, slot)| within(&slot.value)),
        _ => true,
    }
}
