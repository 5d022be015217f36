//! A number for what an event says, so that one that says the same is found among many.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::model::{Event, Payload, Timestamp, Value};

/// The same for events of which type, time, payload and metadata are equal, however they are spelled; mostly another
/// one for others.
pub(super) fn gist(event: &Event) -> u64 {
    let mut hasher = DefaultHasher::new();
    event.event_type.hash(&mut hasher);
    event.time.map(Timestamp::nanos).hash(&mut hasher);
    match &event.data {
        Payload::Value(value) => of_value(value).hash(&mut hasher),
        Payload::Text(text) => text.hash(&mut hasher),
        Payload::Unreadable(_) => {}
    }
    of_value(&event.metadata).hash(&mut hasher);
    hasher.finish()
}

fn of_value(value: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    match value {
        Value::Null => 0.hash(&mut hasher),
        Value::Bool(truth) => truth.hash(&mut hasher),
        // Not exact, but the same for equal numbers: the nearest float does not depend on how one is written.
        Value::Number(number) => (number.to_f64_lossy() + 0.0).to_bits().hash(&mut hasher),
        Value::String(text) => text.hash(&mut hasher),
        Value::List(list) => list.iter().for_each(|slot| of_value(&slot.value).hash(&mut hasher)),
        Value::Object(object) => {
            // Keys are in no order that counts.
            let entry = |key: &str, value: &Value| {
                let mut hasher = DefaultHasher::new();
                (key, of_value(value)).hash(&mut hasher);
                hasher.finish()
            };
            let entries = object.iter().map(|(key, slot)| entry(key, &slot.value));
            entries.fold(1u64, u64::wrapping_add).hash(&mut hasher);
        }
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json;

    #[test]
    fn equal_values_have_the_same_gist_however_they_are_spelled() {
        let gist = |text: &str| {
            let mut event = Event::new("X");
            event.data = Payload::Value(json::parse(text.as_bytes()).unwrap());
            super::gist(&event)
        };
        for (one, other) in [
            (r#"{"a":1.50,"b":[-0,2e3]}"#, r#"{"b":[0,2000],"a":1.5}"#),
            (r#"{"n":1000000000000000000000000000000000000000}"#, r#"{"n":1e39}"#),
        ] {
            assert_eq!(gist(one), gist(other));
        }
        for (one, other) in [("[1,2]", "[2,1]"), (r#"{"a":1}"#, r#"{"b":1}"#), ("[[1],2]", "[[1,2]]"), ("1", "2")] {
            assert_ne!(gist(one), gist(other));
        }
    }
}
