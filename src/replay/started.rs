//! A projection that starts from a snapshot, for a stream whose older events were removed.

use std::borrow::Cow;
use std::sync::Arc;

use crate::model::{Event, Origin, Timestamp, Value, Wanted};

use super::fold::{Applied, Fold, FoldError, ProjectionInfo, ProjectionKind};
use super::insight::HandlerView;
use super::state::State;

/// Why a snapshot can't be what a projection starts from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAStart {
    /// The automatic projection merges objects.
    #[error("its state is no object")]
    NoObject,
    /// Nothing tells whether the snapshot's fields are those of the rules.
    #[error("the rules name no fields in `init` by which the two could be compared")]
    NothingToCompare,
    /// A field of the rules is missing.
    #[error("it has no field {0}, which the rules begin with")]
    Missing(String),
    /// A field is of another kind than the rules say.
    #[error("its field {field} is {found}, and the rules begin with {expected}")]
    OtherKind {
        /// The field.
        field: String,
        /// What the snapshot has.
        found: &'static str,
        /// What the rules have.
        expected: &'static str,
    },
    /// Only the projection itself knows what its states look like.
    #[error("only the projection itself knows what its states look like")]
    OwnStates,
}

/// The projection with a snapshot's state to start from. With the automatic projection any object will do; with rules
/// it must have every field of their `init`, each of the same kind.
///
/// `at` is the version at which the state becomes the snapshot's, where events before it are still there; without it,
/// the state before the first event is the snapshot's.
pub fn started(fold: &Arc<dyn Fold>, state: &Value, at: Option<i64>) -> Result<Arc<dyn Fold>, NotAStart> {
    let Value::Object(fields) = state else { return Err(NotAStart::NoObject) };
    match fold.info().kind {
        ProjectionKind::Automatic => {}
        ProjectionKind::Rules => {
            let initial = fold.initial();
            let begins_with = initial.value.as_object().filter(|object| !object.is_empty());
            for (key, slot) in begins_with.ok_or(NotAStart::NothingToCompare)?.iter() {
                let Some(found) = fields.get(key) else { return Err(NotAStart::Missing(key.to_string())) };
                let (found, expected) = (kind(found), kind(&slot.value));
                // A null stands for any value that is not there yet.
                if found != expected && found != "null" && expected != "null" {
                    return Err(NotAStart::OtherKind { field: key.to_string(), found, expected });
                }
            }
        }
        ProjectionKind::Script | ProjectionKind::Command => return Err(NotAStart::OwnStates),
    }
    let start = State { value: state.with_origin(Origin::NONE), origin: Origin::NONE };
    Ok(Arc::new(Started { fold: fold.clone(), start, at }))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::List(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[derive(Debug)]
struct Started {
    fold: Arc<dyn Fold>,
    start: State,
    at: Option<i64>,
}

impl Fold for Started {
    fn info(&self) -> &ProjectionInfo {
        self.fold.info()
    }

    fn initial(&self) -> State {
        if self.at.is_none() { self.start.clone() } else { self.fold.initial() }
    }

    fn before_all(&self) -> State {
        self.fold.initial()
    }

    fn apply(&self, state: &mut State, event: &Event, place: usize) -> Result<Applied, FoldError> {
        let Some((at, version)) = self.at.zip(event.version) else { return self.fold.apply(state, event, place) };
        if version > at {
            return self.fold.apply(state, event, place);
        }
        // What came before is not there: that a handler misses it is no reason to stop short of the snapshot.
        let applied = self.fold.apply(state, event, place).unwrap_or(Applied::Ignored);
        if version == at {
            *state = self.start.clone();
        }
        Ok(applied)
    }

    fn handler_for(&self, event_type: &str) -> Option<Cow<'_, str>> {
        self.fold.handler_for(event_type)
    }

    fn broken_invariants(&self, state: &State, event: Option<&Event>) -> Vec<usize> {
        self.fold.broken_invariants(state, event)
    }

    fn wants(&self, event_type: &str) -> Wanted {
        self.fold.wants(event_type)
    }

    fn label(&self, event: &Event) -> Option<String> {
        self.fold.label(event)
    }

    fn valid_time(&self, event: &Event) -> Option<Timestamp> {
        self.fold.valid_time(event)
    }

    fn handlers(&self) -> Vec<HandlerView> {
        self.fold.handlers()
    }

    fn each_constant(&self, visit: &mut dyn FnMut(&Value)) {
        self.fold.each_constant(visit);
    }

    fn reads_versions(&self) -> bool {
        self.at.is_some() || self.fold.reads_versions()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json;

    fn state(text: &str) -> Value {
        json::parse(text.as_bytes()).unwrap()
    }

    fn rules(init: &str) -> Arc<dyn Fold> {
        let text = format!(r#"{{ "projection": "p", "init": {init}, "when": {{ "T": [] }} }}"#);
        super::super::projection_file::parse(text.into_bytes(), "p.json").unwrap().for_category("c").unwrap()
    }

    #[test]
    fn a_snapshot_is_a_start_where_its_fields_are_those_of_the_projection() {
        let automatic = super::super::automatic();
        assert!(started(&automatic, &state(r#"{"a":1}"#), None).is_ok());
        assert_eq!(started(&automatic, &state("3"), None).unwrap_err(), NotAStart::NoObject);
        let fold = rules(r#"{"balance": 0, "owner": null}"#);
        assert!(started(&fold, &state(r#"{"balance":7.5,"owner":"x","more":[]}"#), None).is_ok());
        let why = |text: &str| started(&fold, &state(text), None).unwrap_err().to_string();
        assert_eq!(why(r#"{"balance":7}"#), "it has no field owner, which the rules begin with");
        assert_eq!(why(r#"{"balance":"7","owner":1}"#), "its field balance is text, and the rules begin with a number");
        assert_eq!(started(&rules("{}"), &state("{}"), None).unwrap_err(), NotAStart::NothingToCompare);
    }

    #[test]
    fn the_state_becomes_the_snapshots_at_its_version() {
        let event = |version| Event {
            version: Some(version),
            data: crate::model::Payload::Value(state(r#"{"b":2}"#)),
            ..Event::new("T")
        };
        let fold = started(&super::super::automatic(), &state(r#"{"a":1}"#), Some(3)).unwrap();
        let mut now = fold.initial();
        assert!(now.value.as_object().unwrap().is_empty());
        for (version, expected) in [(2, false), (3, true), (4, true)] {
            fold.apply(&mut now, &event(version), version as usize).unwrap();
            assert_eq!(now.value.as_object().unwrap().get("a").is_some(), expected, "v{version}");
        }
        assert!(now.value.as_object().unwrap().get("b").is_some());
        let fold = started(&super::super::automatic(), &state(r#"{"a":1}"#), None).unwrap();
        assert!(fold.initial().value.as_object().unwrap().get("a").is_some());
        assert!(fold.before_all().value.as_object().unwrap().is_empty());
    }
}
