//! Values at which the outcome changes, in words.

use std::sync::Arc;

use super::outcome::{Outcome, SweepField};
use super::value::SweepValue;
use crate::model::{Value, json};

/// Two neighbouring values of the grid with different outcomes.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Threshold {
    /// The last value with the old outcome.
    pub before: SweepValue,
    /// The first value with the new one.
    pub from: SweepValue,
    /// What changes, a sentence without a stop each.
    pub what: Vec<String>,
    /// Whether something is broken, or the projection stops, at the last value with the old outcome …
    #[serde(skip)]
    pub bad_before: bool,
    /// … and at the first with the new one.
    #[serde(skip)]
    pub bad_from: bool,
}

impl Threshold {
    /// What changes, with values as `show` has them: times in a zone, say.
    pub fn words(&self, show: &dyn Fn(&SweepValue) -> String) -> Vec<String> {
        let shown = |value: &SweepValue| (value.to_string(), show(value));
        let put = |text: &String, (own, shown): (String, String)| text.replace(&own, &shown);
        let both = |text: &String| match (shown(&self.before), shown(&self.from)) {
            (before, from) if before.0 == before.1 && from.0 == from.1 => text.clone(),
            (before, from) => put(&put(text, before), from),
        };
        self.what.iter().map(both).collect()
    }
}

/// What changes between two outcomes.
pub(super) fn changes(
    (old, before): (&Outcome, &SweepValue),
    (new, from): (&Outcome, &SweepValue),
    fields: &[SweepField],
    several_streams: bool,
) -> Vec<String> {
    let of = |stream: &Arc<str>| if several_streams { format!("{stream}: ") } else { String::new() };
    let mut words = Vec::new();
    for (stream, name) in new.broken.iter().filter(|broken| !old.broken.contains(broken)) {
        words.push(format!("{}{name}: holds up to {before}, broken from {from}", of(stream)));
    }
    for (stream, name) in old.broken.iter().filter(|broken| !new.broken.contains(broken)) {
        words.push(format!("{}{name}: broken up to {before}, holds from {from}", of(stream)));
    }
    for (stream, kind) in new.stops.iter().filter(|stop| !old.stops.contains(stop)) {
        let of = stream.as_ref().map(of).unwrap_or_default();
        words.push(format!("{of}{kind} from {from}"));
    }
    for (stream, kind) in old.stops.iter().filter(|stop| !new.stops.contains(stop)) {
        let of = stream.as_ref().map(of).unwrap_or_default();
        words.push(format!("{of}{kind} up to {before}, not from {from}"));
    }
    // What a stopped projection leaves of the fields is said by its stop.
    if words.is_empty() || old.stops == new.stops {
        for ((field, old), new) in fields.iter().zip(&old.shapes).zip(&new.shapes) {
            if let Some(stream) = &field.stream
                && old != new
            {
                let (was, is) = (shown(old.as_ref()), shown(new.as_ref()));
                words.push(format!("{}{}: {was} up to {before}, {is} from {from}", of(stream), field.path));
            }
        }
    }
    if words.is_empty() {
        words.push(format!("the outcome changes between {before} and {from}"));
    }
    words
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(Value::Number(_)) => "a number".to_owned(),
        Some(Value::String(text)) if text.chars().count() <= 40 => text.to_string(),
        Some(Value::List(list)) => format!("{} {}", list.len(), if list.len() == 1 { "item" } else { "items" }),
        Some(other) => {
            let text = json::to_text(other);
            if text.chars().count() <= 40 { text } else { format!("another {}", other.type_name()) }
        }
    }
}
