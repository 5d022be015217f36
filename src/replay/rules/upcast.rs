//! Turning events of an old schema into the newest.

use std::sync::Arc;

use crate::model::{Event, List, Number, Object, Origin, Path, Payload, Unreadable, Value};

/// One step from a schema version to the next.
#[derive(Debug, Clone)]
pub(in crate::replay) struct Upcaster {
    pub from: Value,
    pub to: Value,
    /// Fields that have another name since: from, to.
    pub rename: Vec<(Path, Path)>,
    /// Fields that are filled in where they are missing.
    pub default: Vec<(Path, Value)>,
}

/// The event in its newest schema; `None` where it already is. An event without a schema version has version 1.
pub(super) fn upcast(steps: &[Upcaster], event: &Event) -> Result<Option<Event>, Arc<Unreadable>> {
    let mut version = event.schema_version.clone().unwrap_or_else(|| Value::from(1));
    let mut data: Option<Value> = None;
    // Each step is taken at most once: they have different `from`, so that more would be a circle.
    for _ in 0..steps.len() {
        let Some(step) = steps.iter().find(|step| same_version(&step.from, &version)) else { break };
        let mut value = match data.take() {
            Some(value) => value,
            None => event.data.decoded()?.into_owned(),
        };
        step.apply(&mut value);
        data = Some(value);
        version = step.to.clone();
    }
    Ok(data.map(|data| Event { data: Payload::Value(data), schema_version: Some(version), ..event.clone() }))
}

/// Stores keep versions as numbers or as texts: `2` and `"2"` are the same.
pub(in crate::replay) fn same_version(a: &Value, b: &Value) -> bool {
    let number = |value: &Value| match value {
        Value::Number(number) => Some(number.clone()),
        Value::String(text) => Number::parse(text),
        _ => None,
    };
    a == b || number(a).is_some_and(|a| number(b) == Some(a))
}

impl Upcaster {
    fn apply(&self, data: &mut Value) {
        for (from, to) in &self.rename {
            if let Some(value) = data.at(from).cloned()
                && put(data, to.parts(), value, true)
            {
                take(data, from.parts());
            }
        }
        for (path, value) in &self.default {
            if data.at(path).is_none() {
                put(data, path.parts(), value.clone(), false);
            }
        }
    }
}

/// Sets a path, making objects on the way; false where something else is in the way.
fn put(value: &mut Value, parts: &[Arc<str>], new: Value, replace: bool) -> bool {
    let Some((first, rest)) = parts.split_first() else {
        if replace || matches!(value, Value::Null) {
            *value = new;
        }
        return true;
    };
    let Value::Object(object) = value else {
        return match (value, crate::model::value::list_index(first)) {
            (Value::List(list), Some(index)) => put_item(list, index, rest, new, replace),
            _ => false,
        };
    };
    if rest.is_empty() {
        object.insert(first.clone(), new, Origin::NONE);
        return true;
    }
    if object.get(first).is_none() {
        object.insert(first.clone(), Value::Object(Object::default()), Origin::NONE);
    }
    object.slot_mut(first).is_some_and(|slot| put(&mut slot.value, rest, new, replace))
}

fn put_item(list: &mut List, index: usize, rest: &[Arc<str>], new: Value, replace: bool) -> bool {
    list.slot_mut(index).is_some_and(|slot| put(&mut slot.value, rest, new, replace))
}

fn take(value: &mut Value, parts: &[Arc<str>]) {
    match (value, parts) {
        (Value::Object(object), [last]) => {
            object.remove(last);
        }
        (Value::Object(object), [first, rest @ ..]) => {
            if let Some(slot) = object.slot_mut(first) {
                take(&mut slot.value, rest);
            }
        }
        (Value::List(list), [first, rest @ ..]) => {
            let Some(index) = crate::model::value::list_index(first) else { return };
            if rest.is_empty() {
                list.remove(index);
            } else if let Some(slot) = list.slot_mut(index) {
                take(&mut slot.value, rest);
            }
        }
        _ => {}
    }
}
