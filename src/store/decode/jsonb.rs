//! SQLite's binary JSON: <https://sqlite.org/jsonb.html>. Numbers keep their text.

use crate::model::{List, Number, Object, Origin, Value, json};

use super::cursor::{Budget, Cursor, Decoded, decimal, integer, key_text};

pub(super) fn decode(bytes: &[u8]) -> Decoded<Value> {
    let mut reader = Reader { budget: Budget::new() };
    let mut cursor = Cursor::new(bytes);
    let value = reader.value(&mut cursor, 0)?;
    cursor.finish()?;
    Ok(value)
}

struct Reader {
    budget: Budget,
}

impl Reader {
    fn value(&mut self, cursor: &mut Cursor<'_>, depth: usize) -> Decoded<Value> {
        self.budget.value(depth)?;
        let head = cursor.byte()?;
        let len = match head >> 4 {
            size @ 0..=11 => u64::from(size),
            size => cursor.be(1 << (size - 12))?,
        };
        let at = cursor.at();
        let content = cursor.take(len)?;
        let text = |what: &'static str| std::str::from_utf8(content).map_err(|_| cursor.invalid(what));
        match head & 0xf {
            kind @ 0..=2 if !content.is_empty() => Err(cursor.invalid(format!("content in an element of type {kind}"))),
            0 => Ok(Value::Null),
            1 => Ok(Value::Bool(true)),
            2 => Ok(Value::Bool(false)),
            3 | 5 => Number::parse(text("no number")?).map(Value::Number).ok_or_else(|| cursor.invalid("no number")),
            4 | 6 => json5_number(text("no number")?).ok_or_else(|| cursor.invalid("no number")),
            kind @ 7..=10 => {
                let raw = text("not UTF-8 text")?;
                self.budget.text(raw.len())?;
                match kind {
                    8 => {
                        json::parse(format!("\"{raw}\"").as_bytes()).map_err(|_| cursor.invalid("an escape of no kind"))
                    }
                    9 => {
                        Ok(Value::from(json5_text(raw).ok_or_else(|| cursor.invalid("an escape of no kind"))?.as_str()))
                    }
                    _ => Ok(Value::from(raw)),
                }
            }
            kind @ (11 | 12) => {
                let shifted = |fault| match fault {
                    super::Fault::Invalid { at: inside, what } => super::Fault::Invalid { at: at + inside, what },
                    other => other,
                };
                let mut inner = Cursor::new(content);
                if kind == 11 {
                    let mut list = List::default();
                    while !inner.is_at_end() {
                        list.push(self.value(&mut inner, depth + 1).map_err(shifted)?, Origin::NONE);
                    }
                    return Ok(Value::List(list));
                }
                let mut object = Object::default();
                while !inner.is_at_end() {
                    if !matches!(inner.peek().map(|head| head & 0xf), Some(7..=10)) {
                        return Err(shifted(inner.invalid("a key that is no text")));
                    }
                    let key = self.value(&mut inner, depth + 1).map_err(shifted)?;
                    let value = self.value(&mut inner, depth + 1).map_err(shifted)?;
                    object.insert(key_text(&key)?.into(), value, Origin::NONE);
                }
                Ok(Value::Object(object))
            }
            kind => Err(cursor.invalid(format!("no element has the type {kind}"))),
        }
    }
}

/// Hexadecimal integers, and decimals without a digit before or after the point.
fn json5_number(text: &str) -> Option<Value> {
    let plain = text.trim_start_matches('+');
    let (sign, digits) = plain.strip_prefix('-').map_or((1, plain), |digits| (-1, digits));
    if let Some(digits) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        return i128::from_str_radix(digits, 16).ok().map(|number| integer(sign * number));
    }
    match decimal(text) {
        number @ Value::Number(_) => Some(number),
        _ => None,
    }
}

fn json5_text(raw: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = raw.chars();
    let mut units: Vec<u16> = Vec::new();
    while let Some(letter) = rest.next() {
        let escaped = if letter == '\\' { Some(rest.next()?) } else { None };
        if escaped != Some('u') && !units.is_empty() {
            out.push_str(&String::from_utf16_lossy(&std::mem::take(&mut units)));
        }
        let mut hex = |digits: usize| {
            let text: String = rest.by_ref().take(digits).collect();
            u32::from_str_radix(&text, 16).ok().filter(|_| text.len() == digits)
        };
        match escaped {
            None => out.push(letter),
            Some('u') => units.push(u16::try_from(hex(4)?).ok()?),
            Some('x') => out.push(char::from_u32(hex(2)?)?),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('v') => out.push('\u{b}'),
            Some('0') => out.push('\0'),
            // A line that goes on.
            Some('\n' | '\r' | '\u{2028}' | '\u{2029}') => {}
            Some(other) => out.push(other),
        }
    }
    out.push_str(&String::from_utf16_lossy(&units));
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::super::{Form, decode};

    fn jsonb(text: &str) -> Vec<u8> {
        let conn = rusqlite::Connection::open_in_memory().unwrap();
        conn.query_row("SELECT jsonb(?1)", [text], |row| row.get(0)).unwrap()
    }

    #[test]
    fn sqlite_itself_writes_what_is_read() {
        let long = "x".repeat(70_000);
        let json = format!(
            r#"{{"z":1.50,"a":12345678901234567890123,"e":1e3,"n":-0,"l":[{{}},[],""],"u":"é\n\"\u00e9","t":true,"f":false,"x":null,"long":"{long}"}}"#
        );
        let expected = crate::model::json::parse(json.as_bytes()).unwrap();
        assert_eq!(format!("{:?}", decode(&jsonb(&json), Form::Jsonb).unwrap()), format!("{expected:?}"));
        let json5 = r"{a:.5,b:5.,c:0x1F,d:-0x10,e:'it\'s \x41\v',f:+7}";
        assert_eq!(
            format!("{:?}", decode(&jsonb(json5), Form::Jsonb).unwrap()),
            r#"{"a":0.5,"b":5,"c":31,"d":-16,"e":"it's A\u000b","f":7}"#
        );
    }

    #[test]
    fn broken_ones_are_refused() {
        let whole = jsonb(r#"{"a":[1,2,{"b":"c"}]}"#);
        for len in 0..whole.len() {
            assert!(decode(&whole[..len], Form::Jsonb).is_err());
        }
        let deep: Vec<u8> = (0..300).rev().fold(vec![0x0b], |inner: Vec<u8>, _| {
            let mut out = vec![0xeb];
            out.extend_from_slice(&(inner.len() as u32).to_be_bytes());
            out.extend_from_slice(&inner);
            out
        });
        assert_eq!(decode(&deep, Form::Jsonb).unwrap_err().reason, "SQLite JSONB nested too deeply");
        for bytes in [&b"\x0d"[..], b"\x10x", b"\x13x", b"\x1c\x00", b"\xfb\xff\xff\xff\xff\xff\xff\xff\xff"] {
            assert!(decode(bytes, Form::Jsonb).is_err(), "{bytes:?}");
        }
    }
}
