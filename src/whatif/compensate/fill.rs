//! The rest of a proposed event: what the rules don't ask for and its type usually has.

use std::sync::Arc;

use super::invert::put;
use super::search::Candidate;
use super::{ProposedEvent, Situation};
use crate::model::{Event, Key, Path, Value};

/// What stands where somebody must fill in a text.
const FILL_IN: &str = "fill in";
/// A field that had one value in so many samples has it in the next event too.
const SURE: usize = 3;

/// A candidate as an event: payload, reason, and what must still be filled in.
pub(super) fn filled(situation: &Situation<'_>, candidate: &Candidate) -> ProposedEvent {
    let mut data = candidate.data();
    let mut fill_in = Vec::new();
    let known = situation.types.iter().find(|known| known.event_type == candidate.event_type);
    let samples: &[Arc<Event>] = known.map_or(&[], |known| &known.samples);
    if !candidate.whole {
        let latest = samples.last().and_then(|sample| sample.data.decoded().ok());
        if let Some(Value::Object(latest)) = latest.as_deref() {
            for (key, slot) in latest.iter() {
                let path = Path(vec![key.clone()]);
                if data.at(&path).is_some() {
                    continue;
                }
                match safe(situation, key, &slot.value, samples) {
                    Some(value) => data = put(&data, path.parts(), &value),
                    None => {
                        data = put(&data, path.parts(), &placeholder(&slot.value));
                        fill_in.push(format!("data.{path}"));
                    }
                }
            }
        }
    }
    let mut metadata = candidate.metadata();
    let reason = Path(vec!["reason".into()]);
    if metadata.at(&reason).is_none() {
        let why = Value::string(format!("compensation: {}", situation.scenario));
        metadata = put(&metadata, reason.parts(), &why);
    }
    ProposedEvent {
        stream: situation.stream.clone(),
        event_type: candidate.event_type.clone(),
        data,
        metadata,
        fill_in,
    }
}

/// A value that can be taken over: the stream's state says it under the same name, or every event of the type does.
fn safe(situation: &Situation<'_>, key: &Key, latest: &Value, samples: &[Arc<Event>]) -> Option<Value> {
    let path = Path(vec![key.clone()]);
    let of_state = situation.recorded.state.at(&path);
    if let Some(value @ Value::String(_)) = of_state
        && matches!(latest, Value::String(_))
        && samples.iter().all(|sample| matches!(sample.data.at(&path), Ok(Some(Value::String(_)))))
    {
        return Some(value.clone());
    }
    // What the stream always refers to by this name.
    let mut own = situation.own.iter().filter_map(|event| event.data.at(&path).ok().flatten());
    if let Some(Value::String(other)) = own.next()
        && (situation.is_stream)(&other)
        && own.all(|value| value.as_str() == Some(&other))
    {
        return Some(Value::String(other));
    }
    let always = samples.len() >= SURE
        && samples.iter().all(|sample| sample.data.at(&path).ok().flatten().as_ref() == Some(latest));
    always.then(|| latest.clone())
}

fn placeholder(sample: &Value) -> Value {
    match sample {
        Value::String(_) => Value::from(FILL_IN),
        _ => Value::Null,
    }
}
