//! SQLite's binary JSON, as <https://sqlite.org/jsonb.html> has it.

use crate::model::{List, Object, Value};

/// A value as binary JSON.
pub(super) fn encoded(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    add(&mut out, value);
    out
}

fn add(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => element(out, 0, &[]),
        Value::Bool(true) => element(out, 1, &[]),
        Value::Bool(false) => element(out, 2, &[]),
        Value::Number(number) => {
            let text = number.to_string();
            let is_real = text.contains(['.', 'e', 'E']);
            element(out, if is_real { 5 } else { 3 }, text.as_bytes());
        }
        Value::String(text) => add_text(out, text),
        Value::List(list) => {
            let mut inner = Vec::new();
            List::iter(list).for_each(|slot| add(&mut inner, &slot.value));
            element(out, 11, &inner);
        }
        Value::Object(object) => {
            let mut inner = Vec::new();
            for (key, slot) in Object::iter(object) {
                add_text(&mut inner, key);
                add(&mut inner, &slot.value);
            }
            element(out, 12, &inner);
        }
    }
}

/// Text that would be escaped in JSON is marked as raw.
fn add_text(out: &mut Vec<u8>, text: &str) {
    let is_plain = !text.contains(|c: char| c.is_control() || matches!(c, '"' | '\\'));
    element(out, if is_plain { 7 } else { 10 }, text.as_bytes());
}

/// An element: its type and its size in as few bytes as they take.
fn element(out: &mut Vec<u8>, kind: u8, payload: &[u8]) {
    let size = (payload.len() as u64).to_be_bytes();
    let (mark, size) = match payload.len() {
        len @ 0..=11 => (len as u8, &size[8..]),
        12..=0xff => (12, &size[7..]),
        0x100..=0xffff => (13, &size[6..]),
        0x1_0000..=0xffff_ffff => (14, &size[4..]),
        _ => (15, &size[..]),
    };
    out.push(mark << 4 | kind);
    out.extend_from_slice(size);
    out.extend_from_slice(payload);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json;

    #[test]
    fn sqlite_reads_what_it_would_have_written() {
        let conn = rusqlite::Connection::open_in_memory().unwrap();
        let long = "x".repeat(70_000);
        for text in [
            "null".to_owned(),
            r#"{"a":1,"b":[true,false,-12,1.50,2e9],"ä":"Łucja","":{}}"#.to_owned(),
            format!(r#"["{long}","0123456789ab",[[]]]"#),
        ] {
            let value = encoded(&json::parse(text.as_bytes()).unwrap());
            let jsonb: Vec<u8> = conn.query_row("SELECT jsonb(?1)", [&text], |row| row.get(0)).unwrap();
            assert_eq!(value, jsonb, "{}", &text[..40.min(text.len())]);
        }
        let escaped = "\"a\\\"b\\\\c\\nd\"";
        let value = encoded(&json::parse(escaped.as_bytes()).unwrap());
        let read: String = conn.query_row("SELECT json(?1)", [value], |row| row.get(0)).unwrap();
        assert_eq!(read, escaped);
    }
}
