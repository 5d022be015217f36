//! Compensation: which events, appended to the recorded history today, would bring a stream's state to what it is in
//! a branch. A proposal only: it is shown and exported, never written to a store.
//!
//! Rules are inverted as far as they can be: from the two states follows what a payload must say for each operation
//! to lead from one to the other (`add balance from data.amount` and a balance that is 20 short: an amount of 20).
//! Every candidate is then really folded, and judged by what still differs. What happened stays: a list that is only
//! ever added to keeps its entries, a lowest value stays the lowest.

mod fill;
mod invert;
mod judge;
mod search;

use std::sync::Arc;

use crate::model::{Cancel, Event, EventKind, Object, Payload, Timestamp, Value, json};
use crate::replay::{Change, Fold, ProjectionKind, ReplayFailure, SampledType, State, diff_for};

use super::compare::End;

/// What a compensation is worked out from.
pub struct Situation<'a> {
    /// What makes the stream's states.
    pub fold: &'a dyn Fold,
    /// The stream.
    pub stream: Arc<str>,
    /// The scenario's name, for the reason that the events give.
    pub scenario: &'a str,
    /// How the recorded history ends.
    pub recorded: &'a End,
    /// How the branch ends.
    pub branch: &'a End,
    /// The last recorded event.
    pub last: Option<Arc<Event>>,
    /// Event types of the stream's category, with samples.
    pub types: &'a [SampledType],
    /// Events that the branch has and the recorded history has not.
    pub fresh: &'a [Arc<Event>],
    /// Recorded events of the stream, the last ones if there are many.
    pub own: &'a [Arc<Event>],
    /// Whether a text is the name of a stream.
    pub is_stream: &'a dyn Fn(&str) -> bool,
}

/// A proposal for one stream.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Compensation {
    /// The stream.
    pub stream: Arc<str>,
    /// The scenario whose state it is to reach.
    pub scenario: String,
    /// The events to append, in order; none where nothing is to be done or nothing can be.
    pub events: Vec<ProposedEvent>,
    /// The state after them.
    pub state: Value,
    /// What they change in the state as recorded.
    pub changes: Vec<Change>,
    /// Whether the state is then the branch's in all.
    pub reaches: bool,
    /// What still differs from the branch's state, and why.
    pub remaining: Vec<Remaining>,
    /// Invariants that hold at the end of the recorded history and don't after one of the events.
    pub broken_invariants: Vec<Arc<str>>,
    /// What must be known to judge the proposal.
    pub notes: Vec<String>,
}

/// An event to append.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ProposedEvent {
    /// To which stream.
    pub stream: Arc<str>,
    /// Its type in full.
    #[serde(rename = "type")]
    pub event_type: Arc<str>,
    /// Its payload.
    pub data: Value,
    /// Its metadata.
    pub metadata: Value,
    /// Places of the payload that somebody must fill in: events of the type usually have them, and nothing says what
    /// they should be.
    pub fill_in: Vec<String>,
}

/// A difference that stays.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Remaining {
    /// Where.
    pub path: String,
    /// After the proposal; left out where it is long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposed: Option<Value>,
    /// In the branch; left out where it is long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<Value>,
    /// Why.
    pub why: String,
}

impl Compensation {
    /// The proposal's text for a file: indented, a line break at the end.
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(&Exported { foldline: "compensation/1", proposal: self });
        let mut text = text.unwrap_or_default();
        text.push('\n');
        text
    }

    /// What it comes to, in one sentence.
    pub fn summary(&self) -> String {
        let events = match self.events.len() {
            0 if self.reaches => {
                return "The recorded state is the branch's already: nothing is to be done.".to_owned();
            }
            0 => return "No event was found that brings the recorded state nearer to the branch's.".to_owned(),
            1 => "One event appended today brings".to_owned(),
            count => format!("{count} events appended today bring"),
        };
        match self.remaining.len() {
            0 => format!("{events} the recorded state to the branch's."),
            1 => format!("{events} the recorded state to the branch's, but for {}.", self.remaining[0].path),
            count => format!("{events} the recorded state nearer to the branch's; {count} fields still differ."),
        }
    }
}

#[derive(serde::Serialize)]
struct Exported<'a> {
    foldline: &'a str,
    #[serde(flatten)]
    proposal: &'a Compensation,
}

/// Works out a proposal.
///
/// Errors: [`ReplayFailure::Cancelled`] alone.
pub fn compensate(situation: &Situation<'_>, cancel: &Cancel) -> Result<Compensation, ReplayFailure> {
    let Situation { fold, recorded, branch, .. } = situation;
    let differs = !diff_for(*fold, &recorded.state, &branch.state).is_empty();
    let mut notes = Vec::new();
    let stopped = [("as recorded", recorded), ("in the branch", branch)];
    for (side, end) in stopped.iter().filter(|(_, end)| end.error.is_some()) {
        let error = end.error.as_ref().map(ToString::to_string).unwrap_or_default();
        notes.push(format!("{side} the projection stops ({error}), so its end state is not the whole story"));
    }
    let can_append = recorded.error.is_none();
    let found = match fold.info().kind {
        _ if !differs => Vec::new(),
        _ if !can_append => {
            notes.push("nothing appended after the event at which the projection stops would take part".to_owned());
            Vec::new()
        }
        ProjectionKind::Rules => search::search(situation, cancel)?,
        ProjectionKind::Automatic => {
            let (events, note) = search::merged_fields(situation);
            notes.push(note);
            events
        }
        ProjectionKind::Script | ProjectionKind::Command => {
            notes.push("only rules can be turned round; this projection is a program".to_owned());
            Vec::new()
        }
    };
    let events: Vec<ProposedEvent> = found.iter().map(|candidate| fill::filled(situation, candidate)).collect();
    let (state, broken, failed) = fold_onto(situation, &events);
    if let Some(failed) = failed {
        notes.push(failed);
    }
    let remaining = judge::remaining(situation, &state.value, &events);
    if events.iter().any(|event| !event.fill_in.is_empty()) {
        notes.push("the places marked “fill in” must be filled in before the events are used".to_owned());
    }
    if !events.is_empty() {
        let at = situation.last.as_ref().and_then(|event| event.time);
        notes.push(match at {
            Some(at) => format!(
                "worked out as if appended at the time of the last recorded event, {at}; fields that take the time \
                 will have the real one"
            ),
            None => "nothing is written to the store; append the events with the application that owns it".to_owned(),
        });
    }
    let names = &fold.info().invariants;
    Ok(Compensation {
        stream: situation.stream.clone(),
        scenario: situation.scenario.to_owned(),
        changes: diff_for(*fold, &recorded.state, &state.value),
        state: state.value,
        reaches: remaining.is_empty(),
        remaining,
        broken_invariants: broken.into_iter().filter_map(|at| names.get(at).cloned()).collect(),
        events,
        notes,
    })
}

/// The events folded onto the recorded state: the state, the invariants that they break, and why one could not be.
fn fold_onto(situation: &Situation<'_>, events: &[ProposedEvent]) -> (State, Vec<usize>, Option<String>) {
    let fold = situation.fold;
    let mut state = recorded_state(situation);
    let broken_before = fold.broken_invariants(&state, situation.last.as_deref());
    let mut broken = Vec::new();
    for (at, event) in events.iter().enumerate() {
        let event = as_event(situation, &event.event_type, &event.data, &event.metadata, at);
        if let Err(error) = fold.apply(&mut state, &event, usize::MAX - 1) {
            return (state, broken, Some(format!("the proposal stops at its event {}: {error}", at + 1)));
        }
        for invariant in fold.broken_invariants(&state, Some(&event)) {
            if !broken_before.contains(&invariant) && !broken.contains(&invariant) {
                broken.push(invariant);
            }
        }
    }
    (state, broken, None)
}

fn recorded_state(situation: &Situation<'_>) -> State {
    State { value: situation.recorded.state.clone(), origin: crate::model::Origin::NONE }
}

/// A proposed event as it would be recorded: after the last one, at its time.
fn as_event(situation: &Situation<'_>, event_type: &Arc<str>, data: &Value, metadata: &Value, at: usize) -> Event {
    let last = situation.last.as_deref();
    let mut event = Event::new(event_type.clone());
    event.stream = Some(situation.stream.clone());
    event.version = last.and_then(|last| last.version).map(|version| version + 1 + at as i64);
    event.time = last.and_then(|last| last.time).or_else(|| Timestamp::from_micros(0));
    event.kind = EventKind::Event;
    event.data = Payload::Value(data.clone());
    event.metadata = metadata.clone();
    let of_type = situation.types.iter().find(|known| known.event_type == *event_type);
    // Upcasters look at it: the newest schema that was recorded needs the least of them.
    event.schema_version =
        of_type.and_then(|known| known.samples.last()).and_then(|sample| sample.schema_version.clone());
    event
}

fn object() -> Value {
    Value::Object(Object::default())
}

/// A value short enough to be shown beside another.
fn short(value: &Value) -> bool {
    value.is_leaf() || json::to_text(value).len() <= 200
}
