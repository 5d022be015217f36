//! The projection that needs no file: the last value of each field.
//!
//! Payload objects are merged deeply, in order; null is a value; what is no object goes to `$value`. `$type`,
//! `$version` and `$updated` tell of the last event, also of one whose payload can't be read.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use crate::model::{Event, Key, Object, Origin, Value, Wanted};

use super::fold::{Applied, Fold, FoldError, ProjectionInfo, ProjectionKind};
use super::state::State;

/// The automatic projection.
pub fn automatic() -> Arc<dyn Fold> {
    static AUTOMATIC: LazyLock<Arc<Automatic>> = LazyLock::new(|| {
        Arc::new(Automatic {
            info: ProjectionInfo {
                name: "automatic".into(),
                title: "Last value of each field".into(),
                kind: ProjectionKind::Automatic,
                category: None,
                key_fields: Vec::new(),
                invariants: Vec::new(),
            },
            keys: ["$type", "$version", "$updated", "$value"].map(Key::from),
        })
    });
    AUTOMATIC.clone()
}

#[derive(Debug)]
struct Automatic {
    info: ProjectionInfo,
    /// Shared by all states.
    keys: [Key; 4],
}

impl Fold for Automatic {
    fn info(&self) -> &ProjectionInfo {
        &self.info
    }

    fn initial(&self) -> State {
        State::empty()
    }

    fn apply(&self, state: &mut State, event: &Event, place: usize) -> Result<Applied, FoldError> {
        let origin = Origin::event(place);
        let [event_type, version, updated, value] = &self.keys;
        let payload = event.data.decoded();
        let Value::Object(root) = &mut state.value else { return Ok(Applied::Ignored) };
        let applied = match payload.as_deref() {
            Ok(Value::Object(payload)) => {
                merge(root, payload, origin);
                Applied::Handled
            }
            Ok(other) => {
                root.insert(value.clone(), other.with_origin(origin), origin);
                Applied::Handled
            }
            Err(_) => Applied::Skipped,
        };
        root.insert(event_type.clone(), Value::String(event.event_type.clone()), origin);
        root.insert(version.clone(), event.version.map_or(Value::Null, Value::from), origin);
        root.insert(
            updated.clone(),
            event.time.map_or(Value::Null, |time| Value::string(time.write_to(&mut [0; 30]))),
            origin,
        );
        Ok(applied)
    }

    fn wants(&self, _event_type: &str) -> Wanted {
        Wanted { payload: true, ..Wanted::NOTHING }
    }

    fn handler_for(&self, _event_type: &str) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed("*"))
    }

    fn broken_invariants(&self, _state: &State, _event: Option<&Event>) -> Vec<usize> {
        Vec::new()
    }
}

/// Merges objects deeply; anything else replaces what was there.
pub(super) fn merge(target: &mut Object, source: &Object, origin: Origin) {
    for (key, slot) in source.iter() {
        if let Value::Object(inner) = &slot.value
            && matches!(target.get(key), Some(Value::Object(_)))
        {
            if let Some(Value::Object(existing)) = target.slot_mut(key).map(|slot| &mut slot.value) {
                merge(existing, inner, origin);
            }
        } else {
            target.insert(key.clone(), slot.value.with_origin(origin), origin);
        }
    }
}
