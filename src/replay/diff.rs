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
    diff_within(before, after, usize::MAX)
}

fn diff_within(before: &Value, after: &Value, most: usize) -> Vec<Change> {
    let mut comparison = Comparison { path: Vec::new(), found: Vec::new(), most };
    comparison.compare(before, after);
    let mut found = comparison.found;
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Like [`diff`], without the fields of the automatic projection's own (`$type` …).
pub fn diff_for(fold: &dyn Fold, before: &Value, after: &Value) -> Vec<Change> {
    diff_for_within(fold, before, after, usize::MAX)
}

/// The same, with about the first `most` leaves of each list, and of each part that came or went as a whole: one item less at the start of a long list makes all after
/// it differ, and nobody looks at them all.
pub fn diff_for_within(fold: &dyn Fold, before: &Value, after: &Value, most: usize) -> Vec<Change> {
    match fold.info().kind {
        ProjectionKind::Automatic => diff_within(&without_own_fields(before), &without_own_fields(after), most),
        _ => diff_within(before, after, most),
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

struct Comparison {
    path: Vec<Segment>,
    found: Vec<Change>,
    /// After so many leaves of a list, or of what came or went, the rest of it is not looked at.
    most: usize,
}

impl Comparison {
    fn compare(&mut self, before: &Value, after: &Value) {
        if before.is_same(after) {
            return;
        }
        match (before, after) {
            (Value::Object(a), Value::Object(b)) if !a.is_empty() && !b.is_empty() => self.compare_objects(a, b),
            (Value::List(a), Value::List(b)) if !a.is_empty() && !b.is_empty() => self.compare_lists(a, b),
            _ if before.is_leaf() && after.is_leaf() => {
                if before != after {
                    let path = ValuePath(self.path.clone());
                    self.found.push(Change { path, from: Some(before.clone()), to: Some(after.clone()) });
                }
            }
            _ => {
                self.gone(before);
                self.come(after);
            }
        }
    }

    fn gone(&mut self, value: &Value) {
        let Self { path, found, most } = self;
        each_leaf(value, path, &mut { *most }, &mut |path, leaf| {
            found.push(Change { path, from: Some(leaf), to: None });
        });
    }

    fn come(&mut self, value: &Value) {
        let Self { path, found, most } = self;
        each_leaf(value, path, &mut { *most }, &mut |path, leaf| {
            found.push(Change { path, from: None, to: Some(leaf) });
        });
    }

    fn compare_objects(&mut self, a: &Object, b: &Object) {
        for (key, slot) in a.iter() {
            self.path.push(Segment::Key(key.clone()));
            match b.get(key) {
                Some(after) => self.compare(&slot.value, after),
                None => self.gone(&slot.value),
            }
            self.path.pop();
        }
        for (key, slot) in b.iter().filter(|(key, _)| a.get(key).is_none()) {
            self.path.push(Segment::Key(key.clone()));
            self.come(&slot.value);
            self.path.pop();
        }
    }

    fn compare_lists(&mut self, a: &List, b: &List) {
        let enough = self.found.len().saturating_add(self.most);
        a.each_unshared(b, &mut |index, before, after| {
            if self.found.len() >= enough {
                return;
            }
            self.path.push(Segment::Index(index));
            match (before, after) {
                (Some(before), Some(after)) => self.compare(&before.value, &after.value),
                (Some(before), None) => self.gone(&before.value),
                (None, Some(after)) => self.come(&after.value),
                (None, None) => {}
            }
            self.path.pop();
        });
    }
}

/// Visits leaves until none are `left` to be visited.
fn each_leaf(value: &Value, path: &mut Vec<Segment>, left: &mut usize, found: &mut dyn FnMut(ValuePath, Value)) {
    match value {
        _ if *left == 0 => {}
        Value::Object(object) if !object.is_empty() => {
            for (key, slot) in object.iter() {
                path.push(Segment::Key(key.clone()));
                each_leaf(&slot.value, path, left, found);
                path.pop();
            }
        }
        Value::List(list) if !list.is_empty() => {
            for (index, slot) in list.iter().enumerate().take(*left) {
                path.push(Segment::Index(index));
                each_leaf(&slot.value, path, left, found);
                path.pop();
            }
        }
        _ => {
            *left -= 1;
            found(ValuePath(path.clone()), value.clone());
        }
    }
}
