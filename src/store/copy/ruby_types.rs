//! The classes that Ruby's `PreserveTypes` notes of every key and value: without them it can't read an event.

use crate::model::{Key, List, Object, Origin, Value};

/// Notes on the payload and the metadata, where rows like it have some. `like` are such notes of another event.
pub(super) fn noted(data: &Value, metadata: &Value, like: &Value) -> Value {
    let Value::Object(like) = like else { return like.clone() };
    let mut noted = Object::default();
    for (key, slot) in like.iter() {
        let types = match &**key {
            "data" => types_of(data, Some(&slot.value), "String"),
            "metadata" => types_of(metadata, Some(&slot.value), "Symbol"),
            _ => slot.value.clone(),
        };
        noted.insert(key.clone(), types, Origin::NONE);
    }
    Value::Object(noted)
}

/// The notes on a value. What nothing is known of has the class that JSON gives it; keys are like their neighbours.
fn types_of(value: &Value, like: Option<&Value>, keys: &str) -> Value {
    match value {
        Value::Object(object) => {
            let like = like.and_then(Value::as_object);
            let pair = |pair: &Value, at: usize| pair.as_list().and_then(|pair| pair.get(at).cloned());
            let first = like.and_then(|like| pair(&like.iter().next()?.1.value, 0));
            let keys = first.as_ref().and_then(Value::as_str).unwrap_or(keys);
            let entry = |(key, slot): (&Key, &_)| {
                let slot: &crate::model::Slot = slot;
                let known = like.and_then(|like| like.get(key));
                let key_type = known.and_then(|known| pair(known, 0)).unwrap_or_else(|| Value::string(keys));
                let value_type = known.and_then(|known| pair(known, 1));
                let types = vec![key_type, types_of(&slot.value, value_type.as_ref(), keys)];
                (key.clone(), Value::List(types.into_iter().collect::<List>()))
            };
            Value::Object(object.iter().map(entry).collect::<Object>())
        }
        Value::List(list) => {
            let like = like.and_then(Value::as_list);
            let item = |at: usize| like.and_then(|like| like.get(at).or_else(|| like.get(0)));
            let types = list.iter().enumerate().map(|(at, slot)| types_of(&slot.value, item(at), keys));
            Value::List(types.collect::<List>())
        }
        scalar => {
            let class = class_of(scalar);
            // A class that is written as this kind of JSON, such as a date.
            const PLAIN: [&str; 5] = ["Integer", "Float", "TrueClass", "FalseClass", "NilClass"];
            let known = like.and_then(Value::as_str).filter(|known| class == "String" && !PLAIN.contains(known));
            Value::string(known.unwrap_or(class))
        }
    }
}

fn class_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "NilClass",
        Value::Bool(true) => "TrueClass",
        Value::Bool(false) => "FalseClass",
        // As Ruby reads it: 1e3 is no whole number.
        Value::Number(number) if !number.to_string().contains(['.', 'e', 'E']) => "Integer",
        Value::Number(_) => "Float",
        Value::String(_) => "String",
        Value::List(_) => "Array",
        Value::Object(_) => "Hash",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json;

    #[test]
    fn every_key_has_its_classes() {
        let parse = |text: &str| json::parse(text.as_bytes()).unwrap();
        let like = r#"{"data":{"at":["Symbol","Time"],"sum":["Symbol","Integer"],"tags":["Symbol",["Symbol"]]},"metadata":{"user":["Symbol","String"]}}"#;
        let data = r#"{"at":"2026-01-01","sum":1.5,"tags":["a","b"],"more":{"x":null,"y":[{"z":true}]},"n":1e3}"#;
        let noted = noted(&parse(data), &parse(r#"{"user":"ada","why":1}"#), &parse(like));
        assert_eq!(
            json::to_text(&noted),
            concat!(
                r#"{"data":{"at":["Symbol","Time"],"sum":["Symbol","Float"],"tags":["Symbol",["Symbol","Symbol"]],"#,
                r#""more":["Symbol",{"x":["Symbol","NilClass"],"y":["Symbol",[{"z":["Symbol","TrueClass"]}]]}],"n":["Symbol","Float"]},"#,
                r#""metadata":{"user":["Symbol","String"],"why":["Symbol","Integer"]}}"#
            )
        );
    }
}
