//! Edits in the words of the window: `Delete v4 of account-A`.

use crate::model::{
    Value, json,
    names::{short_type, shown_type},
};

use super::error::selector_text;
use super::scenario::{After, Edit, Selector, Target, TimeChange, Update, VersionRange};

/// What an edit does, as a short sentence without a stop.
pub fn describe(edit: &Edit) -> String {
    match edit {
        Edit::Delete(target) => format!("Delete {}", target_text(target)),
        Edit::Update(update) => describe_update(update),
        Edit::Insert(insert) => {
            let event_type = shown_type(short_type(&insert.event_type));
            format!("Insert {event_type} {}", place_text(insert.after.as_ref(), Some(&insert.stream)))
        }
        Edit::Move(moved) => {
            let stream = moved.stream.as_deref().or(match &moved.event {
                Selector::Version { stream, .. } => Some(stream),
                _ => None,
            });
            format!("Move {} {}", selector_text(&moved.event), place_text(moved.after.as_ref(), stream))
        }
    }
}

fn describe_update(update: &Update) -> String {
    let target = target_text(&update.target);
    let mut parts = Vec::new();
    if let Some(event_type) = &update.event_type {
        parts.push(format!("type to {}", shown_type(short_type(event_type))));
    }
    for (name, patch) in [("data", &update.data), ("metadata", &update.metadata)] {
        if let Some(patch) = patch {
            parts.push(patch_text(name, patch, update.replace));
        }
    }
    match update.time {
        Some(TimeChange::To(time)) => parts.push(format!("time to {time}")),
        Some(TimeChange::ShiftSeconds(seconds)) if parts.is_empty() => {
            return format!("Retime {target} by {}", retime_text(seconds));
        }
        Some(TimeChange::ShiftSeconds(seconds)) => parts.push(format!("time by {}", retime_text(seconds))),
        None => {}
    }
    if parts.is_empty() { format!("Leave {target} as recorded") } else { format!("Set {target}: {}", parts.join(", ")) }
}

/// The one leaf that a patch sets, else what it is about.
fn patch_text(name: &str, patch: &Value, replace: bool) -> String {
    if replace {
        return format!("all of {name}");
    }
    let (mut path, mut value) = (name.to_owned(), patch);
    while let Value::Object(object) = value {
        let mut entries = object.iter();
        let (Some((key, slot)), None) = (entries.next(), entries.next()) else {
            return format!("{} fields of {path}", object.len());
        };
        path = format!("{path}.{key}");
        value = &slot.value;
    }
    match value {
        Value::Null => format!("no {path}"),
        _ => {
            let text = json::to_text(value);
            if text.chars().count() <= 40 { format!("{path} to {text}") } else { path }
        }
    }
}

fn target_text(target: &Target) -> String {
    match target {
        Target::One(selector) => selector_text(selector),
        Target::Range(VersionRange { stream, from, to }) => match (from, to) {
            (Some(from), Some(to)) => format!("v{from} to v{to} of {stream}"),
            (Some(from), None) => format!("everything from v{from} of {stream} on"),
            (None, Some(to)) => format!("everything up to v{to} of {stream}"),
            (None, None) => format!("all of {stream}"),
        },
    }
}

fn place_text(after: Option<&After>, stream: Option<&str>) -> String {
    match (after, stream) {
        (Some(After::Version(version)), Some(stream)) => format!("after v{version} of {stream}"),
        (Some(After::Version(version)), None) => format!("after v{version} of its stream"),
        (Some(After::Event(selector)), _) => format!("after {}", selector_text(selector)),
        (None, Some(stream)) => format!("at the start of {stream}"),
        (None, None) => "to the start of its stream".to_owned(),
    }
}

/// `+1 h 30 min`, in the units that are not zero.
pub fn retime_text(seconds: i64) -> String {
    let sign = if seconds < 0 { '−' } else { '+' };
    let total = seconds.unsigned_abs();
    let units = [(total / 86_400, "d"), (total / 3600 % 24, "h"), (total / 60 % 60, "min"), (total % 60, "s")];
    let parts: Vec<String> =
        units.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}")).collect();
    if parts.is_empty() { "0 s".to_owned() } else { format!("{sign}{}", parts.join(" ")) }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn edits_in_words() {
        for (edit, words) in [
            (r#"{"delete":{"stream":"account-A","version":4}}"#, "Delete v4 of account-A"),
            (r#"{"delete":{"stream":"a","from":3}}"#, "Delete everything from v3 of a on"),
            (r#"{"delete":{"stream":"a","from":3,"to":5}}"#, "Delete v3 to v5 of a"),
            (r#"{"delete":{"stream":"a"}}"#, "Delete all of a"),
            (r#"{"update":{"position":12},"data":{"amount":20}}"#, "Set #12: data.amount to 20"),
            (r#"{"update":{"position":12},"data":{"a":1,"b":2}}"#, "Set #12: 2 fields of data"),
            (r#"{"update":{"position":12},"data":{"a":null},"type":"x.Y"}"#, "Set #12: type to Y, no data.a"),
            (r#"{"update":{"position":12},"data":[],"replace":true}"#, "Set #12: all of data"),
            (
                r#"{"update":{"stream":"a","from":2},"shift_seconds":-5400}"#,
                "Retime everything from v2 of a on by −1 h 30 min",
            ),
            (r#"{"update":{"position":1}}"#, "Leave #1 as recorded"),
            (r#"{"insert":{"stream":"a","after":2},"type":"m:X.Opened"}"#, "Insert Opened after v2 of a"),
            (r#"{"insert":{"stream":"a"},"type":"Opened"}"#, "Insert Opened at the start of a"),
            (
                r#"{"move":{"id":"7d0c1234-aa"},"after":{"stream":"a","version":1}}"#,
                "Move event 7d0c1234… after v1 of a",
            ),
            (r#"{"move":{"position":3},"after":null}"#, "Move #3 to the start of its stream"),
        ] {
            let file = format!(r#"{{"foldline":"scenario/1","name":"n","edits":[{edit}]}}"#);
            assert_eq!(describe(&parse(&file).unwrap().edits[0]), words);
        }
    }
}
