//! How far a state is from the wanted one, and why what still differs can't be mended.

use super::{ProposedEvent, Remaining, Situation, short};
use crate::model::{Key, List, Object, Origin, Path, Value, json};
use crate::replay::{
    Change, Effect, HandlerView, OperationView, ProjectionKind, Taken, TargetPart, Term, diff, diff_for,
};

/// Places of a state that only ever tell what happened: lists that are only added to, and extremes. No event takes
/// anything out of them.
#[derive(Debug, Default)]
pub(super) struct Records {
    lists: Vec<Vec<Key>>,
    lowest: Vec<Vec<Key>>,
    highest: Vec<Vec<Key>>,
    /// Lists whose items are told apart by a field: their order is nobody's choice.
    keyed: Vec<Vec<Key>>,
}

impl Records {
    pub fn of(handlers: &[HandlerView]) -> Self {
        let operations = || handlers.iter().flat_map(|handler| &handler.operations);
        let only = |target: &[Key], effect: &Effect| {
            operations().filter(|other| touches(other, target)).all(|other| other.effect == *effect)
        };
        let mut found = Self::default();
        for operation in operations() {
            let Some(target) = fixed(operation) else { continue };
            let list = match &operation.effect {
                Effect::Append if only(&target, &Effect::Append) => &mut found.lists,
                Effect::Min if only(&target, &Effect::Min) => &mut found.lowest,
                Effect::Max if only(&target, &Effect::Max) => &mut found.highest,
                Effect::Upsert(_) | Effect::Remove(_) => &mut found.keyed,
                _ => continue,
            };
            if !list.contains(&target) {
                list.push(target);
            }
        }
        found
    }

    /// A state without them: then long lists cost nothing.
    pub fn without(&self, state: &Value) -> Value {
        let places = self.lists.iter().chain(&self.lowest).chain(&self.highest);
        places.fold(state.clone(), |state, place| taken_out(&state, place))
    }

    /// Lists in an order of their own, whatever order they were made in.
    fn ordered(&self, state: &Value) -> Value {
        self.keyed.iter().fold(state.clone(), |state, place| changed_at(&state, place, &in_order))
    }

    fn contains(&self, path: &[Key]) -> bool {
        self.lists.iter().chain(&self.lowest).chain(&self.highest).any(|place| path.starts_with(place))
    }
}

fn fixed(operation: &OperationView) -> Option<Vec<Key>> {
    let key = |part: &TargetPart| match part {
        TargetPart::Key(key) => Some(key.clone()),
        TargetPart::From(_) => None,
    };
    operation.target.iter().map(key).collect::<Option<Vec<Key>>>().filter(|keys| !keys.is_empty())
}

/// Whether an operation may write to a place, what is in it, or what it is in.
fn touches(operation: &OperationView, place: &[Key]) -> bool {
    let mut parts = operation.target.iter().zip(place);
    let alike = parts.all(|(part, key)| match part {
        TargetPart::Key(own) => own == key,
        TargetPart::From(_) => true,
    });
    // Merging into an object above it writes only what the operand has.
    let above = operation.target.len() < place.len();
    let merges_elsewhere = operation.effect == Effect::Merge && above && !may_have(operation, place);
    alike && !merges_elsewhere
}

fn may_have(operation: &OperationView, place: &[Key]) -> bool {
    let next = place.get(operation.target.len());
    match &operation.operand {
        Some(Term::Object(entries)) => entries.iter().any(|(key, _)| Some(key) == next),
        Some(Term::Literal(Value::Object(object))) => next.is_some_and(|next| object.get(next).is_some()),
        // A whole payload may say anything; that it says this is unlikely enough.
        _ => false,
    }
}

fn taken_out(value: &Value, path: &[Key]) -> Value {
    let (Some((key, rest)), Value::Object(object)) = (path.split_first(), value) else { return value.clone() };
    let Some(inner) = object.get(key) else { return value.clone() };
    let mut object: Object = object.clone();
    if rest.is_empty() {
        object.remove(key);
    } else {
        object.insert(key.clone(), taken_out(inner, rest), Origin::NONE);
    }
    Value::Object(object)
}

fn changed_at(value: &Value, path: &[Key], change: &dyn Fn(&Value) -> Value) -> Value {
    let Some((key, rest)) = path.split_first() else { return change(value) };
    let Value::Object(object) = value else { return value.clone() };
    let Some(inner) = object.get(key) else { return value.clone() };
    let mut object = object.clone();
    object.insert(key.clone(), changed_at(inner, rest, change), Origin::NONE);
    Value::Object(object)
}

fn in_order(value: &Value) -> Value {
    let Value::List(list) = value else { return value.clone() };
    let mut items: Vec<(String, Value)> =
        list.iter().map(|slot| (json::to_text(&slot.value), slot.value.clone())).collect();
    items.sort_by(|a, b| a.0.cmp(&b.0));
    let mut sorted = List::default();
    items.into_iter().for_each(|(_, item)| sorted.push(item, Origin::NONE));
    Value::List(sorted)
}

/// How much differs from the wanted state that an event could mend: leaves, weighed.
pub(super) struct Distance<'a> {
    records: &'a Records,
    wanted: Value,
}

impl<'a> Distance<'a> {
    pub fn new(situation: &Situation<'_>, records: &'a Records) -> Self {
        Self { records, wanted: records.ordered(&records.without(&situation.branch.state)) }
    }

    pub fn of(&self, state: &Value) -> usize {
        let changes = diff(&self.records.ordered(state), &self.wanted);
        let counting = changes.iter().filter(|change| !self.records.contains(change.path.to_path().parts()));
        counting.map(weight).sum()
    }
}

/// A number that is 0 on one side and not there on the other is nearly the same.
fn weight(change: &Change) -> usize {
    let zero = Value::from(0);
    match (&change.from, &change.to) {
        (Some(value), None) | (None, Some(value)) if *value == zero => 1,
        _ => 4,
    }
}

/// Leaves listed one by one under one field; more are told as one.
const LISTED: usize = 6;

/// What still differs after the proposal, and why.
pub(super) fn remaining(situation: &Situation<'_>, reached: &Value, events: &[ProposedEvent]) -> Vec<Remaining> {
    let handlers = situation.fold.handlers();
    let records = Records::of(&handlers);
    let wanted = &situation.branch.state;
    let changes = diff_for(situation.fold, reached, wanted);
    let mut told: Vec<Remaining> = Vec::new();
    let mut done: Vec<Vec<Key>> = Vec::new();
    for change in &changes {
        let path = change.path.to_path();
        if done.iter().any(|place| path.parts().starts_with(place)) {
            continue;
        }
        let whole = whole_of(&path, &records, &changes);
        done.push(whole.0.clone());
        let why = why(situation, &whole, &handlers, &records, reached, events);
        let show = |state: &Value| state.at(&whole).filter(|value| short(value)).cloned();
        told.push(Remaining { path: whole.to_string(), proposed: show(reached), branch: show(wanted), why });
    }
    told
}

/// The place to tell of: a list as a whole, an object as a whole where much in it differs, else the leaf.
fn whole_of(path: &Path, records: &Records, changes: &[Change]) -> Path {
    let known = records.lists.iter().chain(&records.keyed).find(|place| path.parts().starts_with(place));
    if let Some(place) = known {
        return Path(place.clone());
    }
    let top = Path(path.parts().iter().take(1).cloned().collect());
    let under = changes.iter().filter(|change| change.path.to_path().parts().starts_with(top.parts())).count();
    if under > LISTED { top } else { path.clone() }
}

fn why(
    situation: &Situation<'_>,
    path: &Path,
    handlers: &[HandlerView],
    records: &Records,
    reached: &Value,
    events: &[ProposedEvent],
) -> String {
    let within = |places: &[Vec<Key>]| places.iter().any(|place| path.parts().starts_with(place));
    if within(&records.lists) {
        return "is a record of what happened: the entries of both stay in it".to_owned();
    }
    if within(&records.lowest) {
        return "is the lowest value that there ever was, and what was stays".to_owned();
    }
    if within(&records.highest) {
        return "is the highest value that there ever was, and what was stays".to_owned();
    }
    let wanted = situation.branch.state.at(path);
    if within(&records.keyed)
        && let (Some(reached), Some(wanted)) = (reached.at(path), wanted)
        && in_order(reached) == in_order(wanted)
    {
        return "has the same items in another order".to_owned();
    }
    if situation.fold.info().kind != ProjectionKind::Rules {
        return "needs rules: nothing says which event leads back to it".to_owned();
    }
    let writing: Vec<&OperationView> = handlers
        .iter()
        .flat_map(|handler| &handler.operations)
        .filter(|operation| {
            touches(operation, path.parts()) || operation.effect == Effect::Merge && may_reach(operation, path)
        })
        .collect();
    if writing.is_empty() {
        return "no event type sets it".to_owned();
    }
    let of_occasion = |operation: &&OperationView| matches!(&operation.operand, Some(Term::From(Taken::Occasion(_))));
    if writing.iter().all(of_occasion) {
        return "says when something was recorded, which is today for what is appended today".to_owned();
    }
    if wanted.is_none() && !writing.iter().any(|operation| operation.effect == Effect::Unset) {
        return "is not there in the branch, and no event type takes it away".to_owned();
    }
    if events.is_empty() {
        "no event leads to it without changing something else".to_owned()
    } else {
        "no further event leads to it without changing something else".to_owned()
    }
}

fn may_reach(operation: &OperationView, path: &Path) -> bool {
    let parts = operation.target.iter().zip(path.parts());
    parts.into_iter().all(|(part, key)| match part {
        TargetPart::Key(own) => own == key,
        TargetPart::From(_) => true,
    })
}
