//! What a store has to be asked about: the words that completion offers.

use std::sync::Arc;

use super::{Context, Scope, Subject, parse};
use crate::model::{Event, Payload, Value, json};

/// Names and sample values of one store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// Event types by their short names, commonest first, with how many events each has.
    pub types: Vec<(Arc<str>, usize)>,
    /// Categories, by name.
    pub categories: Vec<Arc<str>>,
    /// People who caused sampled events, commonest first.
    pub users: Vec<Arc<str>>,
    /// Paths into sampled payloads and metadata, commonest first.
    pub paths: Vec<KnownPath>,
}

/// A path that sampled events have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownPath {
    /// As a query writes it: `data.amount`.
    pub path: Arc<str>,
    /// A few of its values, as a query writes them.
    pub values: Vec<Arc<str>>,
}

/// A value as a query writes it after an operator, text in quotes where it needs them; `None` for lists and objects.
pub fn written(value: &Value) -> Option<String> {
    match value {
        Value::List(_) | Value::Object(_) => None,
        Value::String(text) if !means_itself(text) => Some(json::to_text(value)),
        Value::String(text) => Some(text.to_string()),
        scalar => Some(json::to_text(scalar)),
    }
}

/// A path as a query writes it: the root (`data`, `metadata`, `state`) and the keys on the way.
pub fn written_path<'a>(root: &str, keys: impl IntoIterator<Item = &'a str>) -> String {
    let mut path = root.to_owned();
    for key in keys {
        let ends_name = |c: char| c.is_whitespace() || c.is_control() || ".\"():=<>~!".contains(c);
        path.push('.');
        if key.is_empty() || key.contains(ends_name) {
            path.push_str(&json::to_text(&Value::from(key)));
        } else {
            path.push_str(key);
        }
    }
    path
}

/// Whether the bare word is this text: not a number, a keyword, a path, two words …
fn means_itself(text: &str) -> bool {
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return false;
    }
    let Ok(query) = parse(&format!("data = {text}"), Scope::Event, &Context::default()) else { return false };
    let event = Event { data: Payload::Value(Value::from(text)), ..Event::new("") };
    query.matches(&Subject { event: &event, state: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Object;

    #[track_caller]
    fn holds(query: &str, data: &Value) -> bool {
        let query = parse(query, Scope::Event, &Context::default()).unwrap();
        let event = Event { data: Payload::Value(data.clone()), ..Event::new("") };
        query.matches(&Subject { event: &event, state: None })
    }

    #[test]
    fn written_values_are_found_again() {
        for (text, expected) in [
            ("EUR", "EUR"),
            ("Łódź", "Łódź"),
            ("2024-06-01", "2024-06-01"),
            ("a@b.example", "a@b.example"),
            ("", r#""""#),
            ("two words", r#""two words""#),
            ("1.50", r#""1.50""#),
            ("true", r#""true""#),
            ("null", r#""null""#),
            ("or", r#""or""#),
            ("data.x", r#""data.x""#),
            ("f(x)", r#""f(x)""#),
            ("say \"hi\"", r#""say \"hi\"""#),
            ("[1", r#""[1""#),
            ("=1", r#""=1""#),
            ("'a'", r#""'a'""#),
            ("a\nb", r#""a\nb""#),
            ("\u{7}", r#""\u0007""#),
        ] {
            let value = Value::from(text);
            assert_eq!(written(&value).as_deref(), Some(expected));
            assert!(holds(&format!("data = {expected}"), &value), "{expected}");
        }
        for text in ["null", "false", "1.50", "-7", "1e400"] {
            let value = json::parse(text.as_bytes()).unwrap();
            assert_eq!(written(&value).as_deref(), Some(text));
            assert!(holds(&format!("data = {text}"), &value), "{text}");
        }
        assert_eq!(written(&json::parse(b"[1]").unwrap()), None);
    }

    #[test]
    fn written_paths_are_found_again() {
        for (key, expected) in [
            ("amount", "data.amount"),
            ("0", "data.0"),
            ("a-b", "data.a-b"),
            ("", r#"data."""#),
            ("a.b", r#"data."a.b""#),
            ("a b", r#"data."a b""#),
            ("x=y", r#"data."x=y""#),
            ("say \"hi\"", r#"data."say \"hi\"""#),
            ("(a)", r#"data."(a)""#),
            ("é:!", r#"data."é:!""#),
        ] {
            assert_eq!(written_path("data", [key]), expected);
            let value = Value::Object([(key, Value::from(1))].into_iter().collect::<Object>());
            assert!(holds(&format!("{expected} = 1"), &value), "{expected}");
            assert!(holds(&format!("has:{expected}"), &value), "{expected}");
        }
        assert_eq!(written_path("state", ["a", "b c"]), r#"state.a."b c""#);
    }
}
