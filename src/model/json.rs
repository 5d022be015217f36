//! JSON to [`Value`] and back. Reading is strict, bounded in depth, keeps numbers as text and names repeated keys.

use jiter::{Jiter, Peek};

use super::list::List;
use super::number::Number;
use super::path::Path;
use super::value::{Object, Origin, Value};

pub use super::extract::Extraction;

/// Deeper nesting is refused: everything that walks a value may then recurse.
pub const MAX_DEPTH: usize = 128;

/// Why text is not readable JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Not JSON. The text says what and at which line and column.
    #[error("invalid JSON: {0}")]
    Invalid(String),
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
}

/// Parses one JSON document. A UTF-8 byte order mark before it is skipped; of repeated keys the last wins.
pub fn parse(text: &[u8]) -> Result<Value, JsonError> {
    parse_noting_repeats(text, &mut |_| {})
}

/// Like [`parse`], calling `repeated` with each key that an object has more than once.
pub fn parse_noting_repeats(text: &[u8], repeated: &mut dyn FnMut(&str)) -> Result<Value, JsonError> {
    let text = without_bom(text);
    let mut jiter = Jiter::new(text);
    let peek = jiter.peek().map_err(|e| describe(&jiter, &e))?;
    let value = read(&mut jiter, peek, 0, repeated)?;
    jiter.finish().map_err(|e| describe(&jiter, &e))?;
    Ok(value)
}

/// Reads only what is at `path`, skipping everything else without building it; `None` where there is nothing.
/// What is skipped is checked for its form, and so is the rest of the document when it is walked to its end.
/// Of repeated keys the last wins, as in [`parse`].
pub fn extract(text: &[u8], path: &Path) -> Result<Option<Value>, JsonError> {
    let mut jiter = Jiter::new(without_bom(text));
    let peek = jiter.peek().map_err(|e| describe(&jiter, &e))?;
    let parts: Vec<&str> = path.parts().iter().map(|part| &**part).collect();
    let value = find(&mut jiter, peek, &parts, 0)?;
    jiter.finish().map_err(|e| describe(&jiter, &e))?;
    Ok(value)
}

/// Compact JSON text.
pub fn to_text(value: &Value) -> String {
    // A value holds only what JSON can: serialising to memory has nothing to fail on.
    serde_json::to_string(value).unwrap_or_default()
}

/// Indented JSON text, for people.
pub fn to_pretty_text(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// Indented JSON text of at most `limit` bytes, for showing; and whether that is all of it. Costs no more than what
/// is kept, however large the value.
pub fn to_pretty_text_up_to(value: &Value, limit: usize) -> (String, bool) {
    let mut out = Bounded { text: Vec::new(), limit };
    let complete = serde_json::to_writer_pretty(&mut out, &Cut { value, limit }).is_ok();
    (String::from_utf8_lossy(&out.text).into_owned(), complete)
}

/// The first bytes of compact JSON text, and whether that is all.
pub fn to_text_up_to(value: &Value, limit: usize) -> (String, bool) {
    let mut out = Bounded { text: Vec::new(), limit };
    let complete = serde_json::to_writer(&mut out, &Cut { value, limit }).is_ok();
    (String::from_utf8_lossy(&out.text).into_owned(), complete)
}

/// Takes so many bytes and no more.
struct Bounded {
    text: Vec<u8>,
    limit: usize,
}

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let room = self.limit - self.text.len();
        if room == 0 {
            return Err(std::io::Error::other("enough"));
        }
        let taken = bytes.len().min(room);
        self.text.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A value of which texts are looked at only as far as they can be written: a long one is not searched to its end for
/// what must be escaped. With its quotes such a text is longer than the limit, so that the output is cut all the same.
struct Cut<'v> {
    value: &'v Value,
    limit: usize,
}

impl serde::Serialize for Cut<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let limit = self.limit;
        match self.value {
            Value::String(text) if text.len() > limit => {
                serializer.serialize_str(&text[..text.ceil_char_boundary(limit)])
            }
            Value::List(list) => serializer.collect_seq(list.iter().map(|slot| Cut { value: &slot.value, limit })),
            Value::Object(object) => {
                serializer.collect_map(object.iter().map(|(key, slot)| (&**key, Cut { value: &slot.value, limit })))
            }
            value => value.serialize(serializer),
        }
    }
}

pub(super) fn without_bom(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

pub(super) fn describe(jiter: &Jiter<'_>, error: &jiter::JiterError) -> JsonError {
    JsonError::Invalid(error.description(jiter))
}

pub(super) fn read(
    jiter: &mut Jiter<'_>,
    peek: Peek,
    depth: usize,
    repeated: &mut dyn FnMut(&str),
) -> Result<Value, JsonError> {
    if depth > MAX_DEPTH {
        return Err(JsonError::TooDeep);
    }
    match peek {
        Peek::Null => jiter.known_null().map(|()| Value::Null).map_err(|e| describe(jiter, &e)),
        Peek::True | Peek::False => jiter.known_bool(peek).map(Value::Bool).map_err(|e| describe(jiter, &e)),
        Peek::String => match jiter.known_str() {
            Ok(text) => Ok(Value::string(text)),
            Err(e) => Err(describe(jiter, &e)),
        },
        Peek::Array => {
            let mut list = List::default();
            let mut next = jiter.known_array().map_err(|e| describe(jiter, &e))?;
            while let Some(peek) = next {
                list.push(read(jiter, peek, depth + 1, repeated)?, Origin::NONE);
                next = jiter.array_step().map_err(|e| describe(jiter, &e))?;
            }
            Ok(Value::List(list))
        }
        Peek::Object => {
            let mut object = Object::default();
            let mut next = owned_key(jiter, Jiter::known_object)?;
            while let Some(key) = next {
                let peek = jiter.peek().map_err(|e| describe(jiter, &e))?;
                let value = read(jiter, peek, depth + 1, repeated)?;
                if object.insert(key.as_str().into(), value, Origin::NONE) {
                    repeated(&key);
                }
                next = owned_key(jiter, Jiter::next_key)?;
            }
            Ok(Value::Object(object))
        }
        _ => read_number(jiter, peek),
    }
}

/// The key is copied out: it borrows the tape that reading the value needs.
fn owned_key<'j>(
    jiter: &mut Jiter<'j>,
    step: for<'a> fn(&'a mut Jiter<'j>) -> Result<Option<&'a str>, jiter::JiterError>,
) -> Result<Option<String>, JsonError> {
    match step(jiter) {
        Ok(key) => Ok(key.map(str::to_owned)),
        Err(e) => Err(describe(jiter, &e)),
    }
}

fn read_number(jiter: &mut Jiter<'_>, peek: Peek) -> Result<Value, JsonError> {
    match jiter.known_number_bytes(peek) {
        Ok(bytes) => {
            // jiter has checked that these are the ASCII bytes of a JSON number.
            let text = std::str::from_utf8(bytes).unwrap_or("0");
            Ok(Value::Number(Number::from_json_text(text)))
        }
        Err(e) => Err(describe(jiter, &e)),
    }
}

fn find(jiter: &mut Jiter<'_>, peek: Peek, parts: &[&str], depth: usize) -> Result<Option<Value>, JsonError> {
    let Some((part, rest)) = parts.split_first() else {
        return read(jiter, peek, depth, &mut |_| {}).map(Some);
    };
    let mut found = None;
    match peek {
        Peek::Object => {
            let mut next = key_is(jiter, Jiter::known_object, part)?;
            while let Some(wanted) = next {
                let peek = jiter.peek().map_err(|e| describe(jiter, &e))?;
                if wanted {
                    found = find(jiter, peek, rest, depth + 1)?;
                } else {
                    jiter.known_skip(peek).map_err(|e| describe(jiter, &e))?;
                }
                next = key_is(jiter, Jiter::next_key, part)?;
            }
        }
        Peek::Array => {
            let wanted = super::value::list_index(part);
            let mut index = 0;
            let mut next = jiter.known_array().map_err(|e| describe(jiter, &e))?;
            while let Some(peek) = next {
                if Some(index) == wanted {
                    found = find(jiter, peek, rest, depth + 1)?;
                } else {
                    jiter.known_skip(peek).map_err(|e| describe(jiter, &e))?;
                }
                index += 1;
                next = jiter.array_step().map_err(|e| describe(jiter, &e))?;
            }
        }
        _ => jiter.known_skip(peek).map_err(|e| describe(jiter, &e))?,
    }
    Ok(found)
}

fn key_is<'j>(
    jiter: &mut Jiter<'j>,
    step: for<'a> fn(&'a mut Jiter<'j>) -> Result<Option<&'a str>, jiter::JiterError>,
    wanted: &str,
) -> Result<Option<bool>, JsonError> {
    match step(jiter) {
        Ok(key) => Ok(key.map(|key| key == wanted)),
        Err(e) => Err(describe(jiter, &e)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(text: &str) -> String {
        to_text(&parse(text.as_bytes()).unwrap())
    }

    #[test]
    fn numbers_and_order_survive() {
        let text = r#"{"z":1.50,"a":12345678901234567890123,"e":1e3,"n":-0,"l":[{},[],""],"u":"é\n"}"#;
        assert_eq!(round_trip(text), text);
        assert_eq!(round_trip("\u{feff}[1]"), "[1]");
    }

    #[test]
    fn repeated_keys_are_named_and_the_last_wins() {
        let mut names = Vec::new();
        let value = parse_noting_repeats(br#"{"a":1,"b":{"c":1,"c":2},"a":3}"#, &mut |key| names.push(key.to_owned()));
        assert_eq!(to_text(&value.unwrap()), r#"{"a":3,"b":{"c":2}}"#);
        assert_eq!(names, ["c", "a"]);
    }

    #[test]
    fn showing_a_large_value_keeps_only_what_is_shown() {
        let value = parse(br#"{"a":[1,2,3],"b":"text"}"#).unwrap();
        assert_eq!(to_pretty_text_up_to(&value, 1000), (to_pretty_text(&value), true));
        let (text, complete) = to_pretty_text_up_to(&value, 12);
        assert_eq!((text.as_str(), complete), (&to_pretty_text(&value)[..12], false));
    }

    #[test]
    fn broken_text_is_refused() {
        for text in ["", "{", "[1,]", "{\"a\":1}x", "nul", "01", "\"\u{1}\"", "NaN", "{'a':1}"] {
            assert!(parse(text.as_bytes()).is_err(), "{text:?}");
        }
        assert!(parse(b"\"\xff\"").is_err());
        let deep = "[".repeat(100_000);
        assert!(parse(deep.as_bytes()).is_err());
        assert!(extract(deep.as_bytes(), &Path::parse("a").unwrap()).is_err());
        let nested = format!("{}1{}", "[".repeat(200), "]".repeat(200));
        assert_eq!(parse(nested.as_bytes()), Err(JsonError::TooDeep));
    }

    #[test]
    fn extract_finds_what_parse_would() {
        let text = br#"{"a":{"b":[10,{"c":"x"}]},"a":{"b":[20,{"c":"y"}]},"n":null}"#;
        for (path, expected) in [("a.b.1.c", Some("\"y\"")), ("a.b.0", Some("20")), ("n", Some("null")), ("a.x", None)]
        {
            let path = Path::parse(path).unwrap();
            let found = extract(text, &path).unwrap();
            assert_eq!(found.as_ref().map(to_text).as_deref(), expected);
            assert_eq!(found.as_ref(), parse(text).unwrap().at(&path));
        }
        assert!(extract(br#"{"a":1,}"#, &Path::parse("a").unwrap()).is_err());
    }

    #[test]
    fn text_up_to_a_limit_is_the_beginning_of_all() {
        let long = "ö\"".repeat(50);
        let text = format!("{{\"a\":[1,{:?},null],\"b\":{{}},\"c\":{:?}}}", long, "x".repeat(300));
        let value = parse(text.as_bytes()).unwrap();
        for (all, up_to) in [
            (to_text(&value), to_text_up_to as fn(&Value, usize) -> (String, bool)),
            (to_pretty_text(&value), to_pretty_text_up_to),
        ] {
            for limit in 0..=all.len() + 1 {
                let (some, complete) = up_to(&value, limit);
                assert_eq!(complete, limit >= all.len(), "{limit}");
                // A letter that is cut in two becomes a replacement character.
                assert!(all.starts_with(some.trim_end_matches('\u{fffd}')), "{limit}: {some}");
                assert!(some.len() + 3 >= limit.min(all.len()), "{limit}");
            }
        }
    }
}
