//! Turning an operation round: what an event must say for the operation to lead from one state to another.

use crate::model::{Key, List, Number, Object, Origin, Path, Value};
use crate::replay::{Effect, OperationView, Taken, TargetPart, Term};

/// A place of an event that an operation reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Var {
    Data(Path),
    Metadata(Path),
}

/// What some places of an event must say. Later entries win over earlier ones.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Assignment {
    pub entries: Vec<(Var, Value)>,
    /// Amounts to add or subtract that come out below zero.
    pub negatives: usize,
}

/// Ways in which an operation leads towards the wanted state, and what it needs to leave its target alone.
#[derive(Debug, Clone, Default)]
pub(super) struct Ways {
    /// Any of these makes its target, or an item of it, what is wanted.
    pub towards: Vec<Assignment>,
    /// With this the target stays what it is.
    pub idle: Option<Assignment>,
}

/// At most so many items of one list are looked at.
const ITEMS: usize = 8;

impl Assignment {
    pub fn get(&self, var: &Var) -> Option<&Value> {
        self.entries.iter().rev().find(|(known, _)| known == var).map(|(_, value)| value)
    }

    pub fn put(&mut self, var: Var, value: Value) {
        self.entries.retain(|(known, _)| *known != var);
        self.entries.push((var, value));
    }

    /// Whether the other says something else of a place of which both speak.
    pub fn contradicts(&self, other: &Self) -> bool {
        other.entries.iter().any(|(var, value)| self.get(var).is_some_and(|own| own != value))
    }

    /// Both; where they contradict each other, the other's word.
    pub fn with(&self, other: &Self) -> Self {
        let mut both = self.clone();
        other.entries.iter().for_each(|(var, value)| both.put(var.clone(), value.clone()));
        both.negatives += other.negatives;
        both
    }
}

/// How an operation can lead from `now` to `wanted`.
pub(super) fn ways(operation: &OperationView, now: &Value, wanted: &Value) -> Ways {
    let mut all = Ways::default();
    for (keys, named) in targets(operation, now, wanted) {
        let path = Path(keys);
        let (is, goal) = (now.at(&path), wanted.at(&path));
        let found = at_target(operation, is, goal);
        all.towards.extend(found.towards.into_iter().map(|way| named.with(&way)));
        if named.entries.is_empty() {
            all.idle = found.idle;
        }
    }
    all
}

/// The targets that may matter: the fixed one, or those of the fields that differ, with what the event must say to
/// name them.
fn targets(operation: &OperationView, now: &Value, wanted: &Value) -> Vec<(Vec<Key>, Assignment)> {
    let mut found = vec![(Vec::new(), Assignment::default())];
    for part in &operation.target {
        let mut next = Vec::new();
        for (keys, named) in found {
            match part {
                TargetPart::Key(key) => next.push((push(&keys, key), named)),
                TargetPart::From(taken) => {
                    let path = Path(keys.clone());
                    for key in differing_keys(now.at(&path), wanted.at(&path)) {
                        let mut named = named.clone();
                        if bind(taken, &Value::String(key.clone()), &mut named) {
                            next.push((push(&keys, &key), named));
                        }
                    }
                }
            }
        }
        found = next;
    }
    found
}

fn push(keys: &[Key], key: &Key) -> Vec<Key> {
    keys.iter().chain([key]).cloned().collect()
}

fn differing_keys(now: Option<&Value>, wanted: Option<&Value>) -> Vec<Key> {
    let empty = Object::default();
    let object = |value: Option<&Value>| value.and_then(Value::as_object).cloned().unwrap_or_else(|| empty.clone());
    let (now, wanted) = (object(now), object(wanted));
    let keys = wanted.iter().map(|(key, _)| key).chain(now.iter().map(|(key, _)| key));
    let mut found: Vec<Key> = Vec::new();
    for key in keys {
        if now.get(key) != wanted.get(key) && !found.contains(key) && found.len() < ITEMS {
            found.push(key.clone());
        }
    }
    found
}

fn at_target(operation: &OperationView, now: Option<&Value>, wanted: Option<&Value>) -> Ways {
    let Some(operand) = &operation.operand else { return Ways::default() };
    let differs = now != wanted;
    let mut ways = Ways::default();
    let mut one = |value: &Value| {
        let mut assignment = Assignment::default();
        if unify(operand, value, &mut assignment) {
            if differs {
                ways.towards.push(assignment);
            } else {
                ways.idle = Some(assignment);
            }
        }
    };
    match &operation.effect {
        Effect::Set | Effect::Min | Effect::Max => wanted.into_iter().for_each(one),
        Effect::Add | Effect::Subtract => {
            if let Some(amount) = amount(&operation.effect, now, wanted) {
                one(&Value::Number(amount.clone()));
                if amount < Number::from(0) {
                    ways.towards.iter_mut().for_each(|way| way.negatives += usize::from(!way.entries.is_empty()));
                }
            }
        }
        Effect::Append => {
            let (now, wanted) = (items(now), items(wanted));
            let starts_alike = now.iter().zip(&wanted).all(|(a, b)| a == b);
            if starts_alike && wanted.len() > now.len() {
                one(&wanted[now.len()]);
            }
        }
        Effect::Upsert(key) => {
            let (now, wanted) = (items(now), items(wanted));
            wanted.iter().filter(|item| !now.contains(item) && item.child(key).is_some()).take(ITEMS).for_each(one);
        }
        Effect::Remove(None) => {
            let (now, wanted) = (items(now), items(wanted));
            now.iter().filter(|item| !wanted.contains(item)).take(ITEMS).for_each(one);
        }
        Effect::Remove(Some(key)) => {
            let field = |item: &Value| item.child(key).map(|slot| slot.value.clone());
            let kept: Vec<Option<Value>> = items(wanted).iter().map(field).collect();
            let gone: Vec<Value> = items(now).iter().map(field).filter(|key| !kept.contains(key)).flatten().collect();
            gone.iter().take(ITEMS).for_each(one);
        }
        Effect::Merge => {
            let Some(Value::Object(wanted)) = wanted else { return ways };
            let now = now.and_then(Value::as_object);
            let entries = wanted.iter().filter(|(name, slot)| now.and_then(|now| now.get(name)) != Some(&slot.value));
            let patch: Object = entries.map(|(name, slot)| (name.clone(), slot.value.clone())).collect();
            if !patch.is_empty() {
                one(&Value::Object(patch));
            }
        }
        Effect::Unset => {}
    }
    ways
}

/// What must be added or subtracted; a number that is not there counts as 0, on both sides.
fn amount<'v>(effect: &Effect, now: Option<&'v Value>, wanted: Option<&'v Value>) -> Option<Number> {
    let zero = Number::from(0);
    let number = |value: Option<&'v Value>| match value {
        Some(value) => value.as_number(),
        None => Some(&zero),
    };
    let (now, wanted) = (number(now)?, number(wanted)?);
    let amount = if *effect == Effect::Add { wanted.checked_sub(now) } else { now.checked_sub(wanted) };
    amount.ok()
}

fn items(value: Option<&Value>) -> Vec<Value> {
    value
        .and_then(Value::as_list)
        .map_or_else(Vec::new, |list: &List| list.iter().map(|slot| slot.value.clone()).collect())
}

/// What an event must say for a term to come to a value. False if it never does; what comes from the state or from
/// when the event is recorded is left to be seen.
fn unify(term: &Term, value: &Value, assignment: &mut Assignment) -> bool {
    match term {
        Term::Literal(literal) => literal == value,
        Term::From(taken) => bind(taken, value, assignment),
        Term::List(terms) => match value {
            Value::List(list) if list.len() == terms.len() => {
                terms.iter().zip(list.iter()).all(|(term, slot)| unify(term, &slot.value, assignment))
            }
            _ => false,
        },
        Term::Object(terms) => match value {
            Value::Object(object) => terms.iter().all(|(key, term)| match object.get(key) {
                Some(value) => unify(term, value, assignment),
                None => matches!(term, Term::From(_)),
            }),
            _ => false,
        },
    }
}

fn bind(taken: &Taken, value: &Value, assignment: &mut Assignment) -> bool {
    let var = match taken {
        Taken::Data(path) => Var::Data(path.clone()),
        Taken::Metadata(path) => Var::Metadata(path.clone()),
        Taken::State(_) | Taken::Occasion(_) => return true,
    };
    if assignment.get(&var).is_some_and(|known| known != value) {
        return false;
    }
    assignment.put(var, value.clone());
    true
}

/// A value with another one put at a path, objects made on the way. The root replaces all of it.
pub(super) fn put(target: &Value, path: &[Key], value: &Value) -> Value {
    let Some((key, rest)) = path.split_first() else { return value.clone() };
    let mut object = target.as_object().cloned().unwrap_or_default();
    let inner = put(object.get(key).unwrap_or(&Value::Null), rest, value);
    object.insert(key.clone(), inner, Origin::NONE);
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json;
    use crate::replay::projection_file;

    fn told(operation: &str, now: &str, wanted: &str) -> Vec<String> {
        let file = format!(r#"{{"projection":"p","when":{{"E":[{operation}]}}}}"#);
        let fold = projection_file::parse(file, "p").unwrap().projections().next().unwrap();
        let parse = |text: &str| json::parse(text.as_bytes()).unwrap();
        let ways = ways(&fold.handlers()[0].operations[0], &parse(now), &parse(wanted));
        let text = |way: &Assignment| {
            let entries = way.entries.iter().map(|(var, value)| match var {
                Var::Data(path) => format!("data.{path}={value:?}"),
                Var::Metadata(path) => format!("metadata.{path}={value:?}"),
            });
            entries.collect::<Vec<_>>().join(" ") + if way.negatives > 0 { " negative" } else { "" }
        };
        ways.towards.iter().map(text).collect()
    }

    #[test]
    fn each_operation_says_what_the_event_must_say() {
        for (operation, now, wanted, expected) in [
            (r#"{"set":"a","from":"data.x"}"#, r#"{"a":1}"#, r#"{"a":2}"#, &["data.x=2"][..]),
            (r#"{"set":"a","from":"data.x"}"#, r#"{"a":2}"#, r#"{"a":2}"#, &[]),
            (r#"{"set":"a","value":"done"}"#, r#"{}"#, r#"{"a":"open"}"#, &[]),
            (r#"{"set":"a","from":"metadata.reason"}"#, r#"{}"#, r#"{"a":"x"}"#, &[r#"metadata.reason="x""#]),
            (r#"{"add":"a","from":"data.x"}"#, r#"{"a":10}"#, r#"{"a":30.50}"#, &["data.x=20.50"]),
            (r#"{"subtract":"a","from":"data.x"}"#, r#"{"a":10}"#, r#"{"a":30}"#, &["data.x=-20 negative"]),
            (
                r#"{"add":"a.{data.k}","from":"data.x"}"#,
                r#"{"a":{"p":1,"q":5}}"#,
                r#"{"a":{"p":1,"q":7}}"#,
                &[r#"data.k="q" data.x=2"#],
            ),
            (
                r#"{"upsert":"l","key":"sku","value":{"sku":{"from":"data.s"},"qty":{"from":"data.q"}}}"#,
                r#"{"l":[{"sku":"a","qty":1},{"sku":"b","qty":2}]}"#,
                r#"{"l":[{"sku":"a","qty":1},{"sku":"b","qty":3},{"sku":"c","qty":4}]}"#,
                &[r#"data.s="b" data.q=3"#, r#"data.s="c" data.q=4"#],
            ),
            (
                r#"{"remove":"l","key":"sku","from":"data.s"}"#,
                r#"{"l":[{"sku":"a"},{"sku":"b"}]}"#,
                r#"{"l":[{"sku":"b"}]}"#,
                &[r#"data.s="a""#],
            ),
            (r#"{"remove":"l","from":"data.s"}"#, r#"{"l":[1,2]}"#, r#"{"l":[1]}"#, &["data.s=2"]),
            (r#"{"append":"l","from":"data.s"}"#, r#"{"l":[1]}"#, r#"{"l":[1,7]}"#, &["data.s=7"]),
            (r#"{"append":"l","from":"data.s"}"#, r#"{"l":[1]}"#, r#"{"l":[2,7]}"#, &[]),
            (r#"{"merge":"","from":"data"}"#, r#"{"a":1,"b":2}"#, r#"{"a":1,"b":3}"#, &[r#"data.={"b":3}"#]),
        ] {
            assert_eq!(told(operation, now, wanted), expected, "{operation} from {now} to {wanted}");
        }
    }
}
