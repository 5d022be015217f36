//! What differs between two states, leaf by leaf.

use crate::model::{List, Object, Segment, Value, ValuePath};

use super::fold::{Fold, ProjectionKind};

/// One leaf that differs. A side that has no such leaf is absent, also when serialised.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Change {
    /// Where.
    pub path: ValuePath,
    /// The leaf before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
    /// The leaf after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Value>,
}

/// The leaves (scalars, empty objects, empty lists) that differ, lists compared by index, sorted by path with
/// indices as numbers. Parts that both share in memory are not looked at.
pub fn diff(before: &Value, after: &Value) -> Vec<Change> {
    let mut found = Vec::new();
    compare(before, after, &mut Vec::new(), &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Like [`diff`], without the fields of the automatic projection's own (`$type` …).
pub fn diff_for(fold: &dyn Fold, before: &Value, after: &Value) -> Vec<Change> {
    match fold.info().kind {
        ProjectionKind::Automatic => diff(&without_own_fields(before), &without_own_fields(after)),
        _ => diff(before, after),
    }
}

fn without_own_fields(value: &Value) -> Value {
    let Value::Object(object) = value else { return value.clone() };
    let mut kept = object.clone();
    for (key, _) in object.iter().filter(|(key, _)| key.starts_with('$')) {
        kept.remove(key);
    }
    Value::Object(kept)
}

fn compare(before: &Value, after: &Value, path: &mut Vec<Segment>, found: &mut Vec<Change>) {
    if before.is_same(after) {
        return;
    }
    match (before, after) {
        (Value::Object(a), Value::Object(b)) if !a.is_empty() && !b.is_empty() => compare_objects(a, b, path, found),
        (Value::List(a), Value::List(b)) if !a.is_empty() && !b.is_empty() => compare_lists(a, b, path, found),
        _ if before.is_leaf() && after.is_leaf() => {
            if before != after {
                found.push(Change {
                    path: ValuePath(path.clone()),
                    from: Some(before.clone()),
                    to: Some(after.clone()),
                });
            }
        }
        _ => {
            each_leaf(before, path, &mut |path, leaf| found.push(Change { path, from: Some(leaf), to: None }));
            each_leaf(after, path, &mut |path, leaf| found.push(Change { path, from: None, to: Some(leaf) }));
        }
    }
}

fn compare_objects(a: &Object, b: &Object, path: &mut Vec<Segment>, found: &mut Vec<Change>) {
    for (key, slot) in a.iter() {
        path.push(Segment::Key(key.clone()));
        match b.get(key) {
            Some(after) => compare(&slot.value, after, path, found),
            None => {
                each_leaf(&slot.value, path, &mut |path, leaf| found.push(Change { path, from: Some(leaf), to: None }));
            }
        }
        path.pop();
    }
    for (key, slot) in b.iter().filter(|(key, _)| a.get(key).is_none()) {
        path.push(Segment::Key(key.clone()));
        each_leaf(&slot.value, path, &mut |path, leaf| found.push(Change { path, from: None, to: Some(leaf) }));
        path.pop();
    }
}

fn compare_lists(a: &List, b: &List, path: &mut Vec<Segment>, found: &mut Vec<Change>) {
    a.each_unshared(b, &mut |index, before, after| {
        path.push(Segment::Index(index));
        match (before, after) {
            (Some(before), Some(after)) => compare(&before.value, &after.value, path, found),
            (Some(before), None) => {
                each_leaf(&before.value, path, &mut |path, leaf| {
                    found.push(Change { path, from: Some(leaf), to: None });
                });
            }
            (None, Some(after)) => {
                each_leaf(&after.value, path, &mut |path, leaf| {
                    found.push(Change { path, from: None, to: Some(leaf) });
                });
            }
            (None, None) => {}
        }
        path.pop();
    });
}

fn each_leaf(value: &Value, path: &mut Vec<Segment>, found: &mut dyn FnMut(ValuePath, Value)) {
    match value {
        Value::Object(object) if !object.is_empty() => {
            for (key, slot) in object.iter() {
                path.push(Segment::Key(key.clone()));
                each_leaf(&slot.value, path, found);
                path.pop();
            }
        }
        Value::List(list) if !list.is_empty() => {
            for (index, slot) in list.iter().enumerate() {
                path.push(Segment::Index(index));
                each_leaf(&slot.value, path, found);
                path.pop();
            }
        }
        _ => found(ValuePath(path.clone()), value.clone()),
    }
}
