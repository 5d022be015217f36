//! Reading the operations of a handler.

use crate::model::{Key, Value};
use crate::query::{self, Context, Query, Scope};
use crate::replay::rules::{Effect, Handler, Missing, Operand, Operation, Source, Target, nearest};

use super::read::{Node, Wrong};

const OPERATIONS: [&str; 10] = ["set", "unset", "add", "subtract", "min", "max", "append", "upsert", "remove", "merge"];

const MODIFIERS: [&str; 6] = ["from", "value", "key", "if", "default", "missing"];

/// A handler: a list of operations.
pub(super) fn handler(node: &Node<'_>) -> Result<Handler, Wrong> {
    let operations = node.items()?.iter().map(operation).collect::<Result<Vec<_>, _>>()?;
    Ok(Handler::new(operations))
}

/// A condition on event and state.
pub(super) fn condition(node: &Node<'_>) -> Result<Query, Wrong> {
    let text = node.name()?;
    query::parse(text, Scope::EventAndState, &Context::default())
        .map_err(|error| node.wrong(format!("in {text:?}: {error}")))
}

fn operation(node: &Node<'_>) -> Result<Operation, Wrong> {
    let word = word(node)?;
    let kind = kind(node, word)?;
    let takes_operand = kind != Effect::Unset;
    let not_here = |key: &str, why: &str| match node.get(key) {
        Some(node) => Err(node.wrong(format!("{word} takes no {key:?}: {why}"))),
        None => Ok(()),
    };
    if !takes_operand {
        for key in ["from", "value", "default"] {
            not_here(key, "it only takes a field away")?;
        }
    }
    if !matches!(kind, Effect::Upsert(_) | Effect::Remove(_)) {
        not_here("key", "only upsert and remove tell items of a list apart")?;
    }
    let target_node = node.required(word, "where in the state")?;
    let target = Target::parse(target_node.text()?).map_err(|message| target_node.wrong(message))?;
    if target.is_root() && kind != Effect::Merge {
        return Err(target_node.wrong("is an empty path: only merge may name the whole state"));
    }
    let operand = if takes_operand { Some(operand(node, word)?) } else { None };
    let default = node.get("default");
    for (literal, place) in [
        (operand.as_ref().and_then(literal), node.get("value")),
        (
            default.as_ref().filter(|_| matches!(operand, Some(Operand::From(_)))).map(|node| node.value),
            default.clone(),
        ),
    ] {
        if let (Some(literal), Some(place)) = (literal, place) {
            check_literal(&kind, literal, &place)?;
        }
    }
    let missing = match node.get("missing") {
        Some(missing) => match missing.text()? {
            "error" => Missing::Error,
            "skip" => Missing::Skip,
            other => return Err(missing.wrong(format!("must be \"error\" or \"skip\", not {other:?}"))),
        },
        None if matches!(kind, Effect::Add | Effect::Subtract | Effect::Min | Effect::Max) => Missing::Error,
        None => Missing::Skip,
    };
    Ok(Operation {
        kind,
        target,
        operand,
        condition: node.get("if").map(|node| condition(&node)).transpose()?,
        default: default.map(|node| node.value.clone()),
        missing,
    })
}

/// The one operation that an entry names.
fn word(node: &Node<'_>) -> Result<&'static str, Wrong> {
    let known: Vec<&str> = OPERATIONS.into_iter().chain(MODIFIERS).collect();
    let object = node.object(&known).map_err(|wrong| misspelt(node, wrong))?;
    let mut words = OPERATIONS.into_iter().filter(|word| object.get(word).is_some());
    let Some(word) = words.next() else {
        return Err(node.wrong(format!("names no operation; write one of {}", OPERATIONS.join(", "))));
    };
    match words.next() {
        Some(second) => Err(node.wrong(format!("names two operations, {word} and {second}; write one entry for each"))),
        None => Ok(word),
    }
}

/// An unknown key where no operation is named was probably meant to be one.
fn misspelt(node: &Node<'_>, wrong: Wrong) -> Wrong {
    let Some(object) = node.value.as_object() else { return wrong };
    if OPERATIONS.iter().any(|word| object.get(word).is_some()) {
        return wrong;
    }
    let unknown = object.iter().map(|(key, _)| key).find(|key| {
        !OPERATIONS.contains(&&***key) && !MODIFIERS.contains(&&***key) && nearest(key, OPERATIONS).is_some()
    });
    unknown.map_or(wrong, |key| node.unknown_key(key, &OPERATIONS))
}

fn kind(node: &Node<'_>, word: &str) -> Result<Effect, Wrong> {
    let key = || node.get("key").map(|node| node.name().map(Key::from)).transpose();
    Ok(match word {
        "set" => Effect::Set,
        "unset" => Effect::Unset,
        "add" => Effect::Add,
        "subtract" => Effect::Subtract,
        "min" => Effect::Min,
        "max" => Effect::Max,
        "append" => Effect::Append,
        "upsert" => {
            node.required("key", "the field by which upsert tells the list's items apart")?;
            Effect::Upsert(key()?.unwrap_or_default())
        }
        "remove" => Effect::Remove(key()?),
        _ => Effect::Merge,
    })
}

fn operand(node: &Node<'_>, word: &str) -> Result<Operand, Wrong> {
    match (node.get("from"), node.get("value")) {
        (Some(from), None) => source(&from).map(Operand::From),
        (None, Some(value)) => template(&value),
        (Some(_), Some(_)) => Err(node.wrong("has both \"from\" and \"value\"; write one of them")),
        (None, None) => {
            Err(node.wrong(format!("{word} needs an operand: \"from\" (such as \"data.amount\") or \"value\"")))
        }
    }
}

/// A source as written.
pub(super) fn source(node: &Node<'_>) -> Result<Source, Wrong> {
    Source::parse(node.text()?).map_err(|message| node.wrong(message))
}

/// A literal, in which objects whose only key is `from` are sources.
fn template(node: &Node<'_>) -> Result<Operand, Wrong> {
    match node.value {
        Value::Object(object) if object.len() == 1 && object.get("from").is_some() => {
            source(&node.required("from", "a source")?).map(Operand::From)
        }
        Value::Object(_) => {
            let entries = node.entries()?.into_iter().map(|(key, node)| Ok((Key::from(key), template(&node)?)));
            let entries = entries.collect::<Result<Vec<_>, Wrong>>()?;
            let literal = entries.iter().all(|(_, entry)| matches!(entry, Operand::Literal(_)));
            Ok(if literal { Operand::Literal(node.value.clone()) } else { Operand::Object(entries) })
        }
        Value::List(_) => {
            let items = node.items()?.iter().map(template).collect::<Result<Vec<_>, _>>()?;
            let literal = items.iter().all(|item| matches!(item, Operand::Literal(_)));
            Ok(if literal { Operand::Literal(node.value.clone()) } else { Operand::List(items) })
        }
        scalar => Ok(Operand::Literal(scalar.clone())),
    }
}

fn literal(operand: &Operand) -> Option<&Value> {
    if let Operand::Literal(value) = operand { Some(value) } else { None }
}

/// What can be known to fail at every event is refused at once.
fn check_literal(kind: &Effect, literal: &Value, node: &Node<'_>) -> Result<(), Wrong> {
    match (kind, literal) {
        (Effect::Add | Effect::Subtract, Value::Number(_))
        | (Effect::Min | Effect::Max, Value::Number(_) | Value::String(_))
        | (Effect::Merge, Value::Object(_))
        | (Effect::Set | Effect::Unset | Effect::Append | Effect::Remove(_), _) => Ok(()),
        (Effect::Add | Effect::Subtract, _) => Err(node.must_be("a number")),
        (Effect::Min | Effect::Max, _) => Err(node.must_be("a number or a text")),
        (Effect::Upsert(key), Value::Object(object)) if object.get(key).is_none() => {
            Err(node.wrong(format!("has no {:?}, by which upsert tells items apart", &**key)))
        }
        (Effect::Upsert(_), Value::Object(_)) => Ok(()),
        (Effect::Upsert(_) | Effect::Merge, _) => Err(node.must_be("an object")),
    }
}
