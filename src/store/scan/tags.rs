//! Columns that list the streams that an event is in.

use rusqlite::types::ValueRef;

use crate::model::{Value, json};

/// The names in a list: JSON, or with a text between them.
pub(super) fn tags(stored: ValueRef<'_>, separator: Option<&str>) -> Vec<String> {
    let (ValueRef::Text(bytes) | ValueRef::Blob(bytes)) = stored else { return Vec::new() };
    match separator {
        Some(separator) => {
            let text = String::from_utf8_lossy(bytes);
            text.split(separator).map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
        }
        None => match json::parse(bytes) {
            Ok(Value::List(list)) => list.iter().filter_map(|slot| tag(&slot.value)).collect(),
            _ => Vec::new(),
        },
    }
}

/// A tag of a list: a text, or an object with a key and a value.
fn tag(value: &Value) -> Option<String> {
    match value {
        Value::Object(object) => {
            let part = |name: &str| object.get(name)?.as_str();
            Some(format!("{}:{}", part("key")?, part("value")?))
        }
        value => value.as_str().map(str::to_owned),
    }
}
