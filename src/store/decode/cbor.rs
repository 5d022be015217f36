//! CBOR: RFC 8949. Tags for times, big numbers, decimals and UUIDs are understood; others are
//! `{"$tag": number, "$value": …}`.

use crate::model::{List, Object, Origin, Value};

use super::classes::{TAG, VALUE};
use super::cursor::{Budget, Cursor, Decoded, big_integer, float, integer, key_text, scaled};
use super::{moments, text};

pub(super) fn decode(bytes: &[u8]) -> Decoded<Value> {
    let mut reader = Reader { cursor: Cursor::new(bytes), budget: Budget::new() };
    let value = reader.value(0)?;
    reader.cursor.finish()?;
    Ok(value)
}

/// The byte that ends what has no length of its own.
const BREAK: u8 = 0xff;

struct Reader<'a> {
    cursor: Cursor<'a>,
    budget: Budget,
}

/// The head of an item.
struct Head {
    major: u8,
    short: u8,
    /// `None` for a length that is not told.
    argument: Option<u64>,
}

impl Reader<'_> {
    fn head(&mut self) -> Decoded<Head> {
        let first = self.cursor.byte()?;
        let (major, short) = (first >> 5, first & 0x1f);
        let argument = match short {
            0..=23 => Some(u64::from(short)),
            24..=27 => Some(self.cursor.be(1 << (short - 24))?),
            31 if matches!(major, 2..=5 | 7) => None,
            _ => return Err(self.cursor.invalid("a length of no kind")),
        };
        Ok(Head { major, short, argument })
    }

    fn value(&mut self, depth: usize) -> Decoded<Value> {
        self.budget.value(depth)?;
        let head = self.head()?;
        Ok(match (head.major, head.argument) {
            (0, Some(number)) => integer(number),
            (1, Some(number)) => integer(-1 - i128::from(number)),
            (2, len) => Value::from(text::base64(&self.string(2, len)?).as_str()),
            (3, len) => {
                let bytes = self.string(3, len)?;
                let text = std::str::from_utf8(&bytes).map_err(|_| self.cursor.invalid("not UTF-8 text"))?;
                Value::from(text)
            }
            (4, len) => self.list(len, depth)?,
            (5, len) => self.map(len, depth)?,
            (6, Some(tag)) => self.tagged(tag, depth)?,
            (7, argument) => self.simple(head.short, argument)?,
            _ => return Err(self.cursor.invalid("an item of no kind")),
        })
    }

    fn string(&mut self, major: u8, len: Option<u64>) -> Decoded<Vec<u8>> {
        let mut out = Vec::new();
        match len {
            Some(len) => out.extend_from_slice(self.cursor.take(len)?),
            None => loop {
                if self.cursor.peek() == Some(BREAK) {
                    self.cursor.byte()?;
                    break;
                }
                self.budget.value(0)?;
                let part = self.head()?;
                match part.argument {
                    Some(len) if part.major == major => out.extend_from_slice(self.cursor.take(len)?),
                    _ => return Err(self.cursor.invalid("a part of another kind")),
                }
            },
        }
        self.budget.text(out.len())?;
        Ok(out)
    }

    /// Whether another item follows.
    fn more(&mut self, left: &mut Option<u64>) -> Decoded<bool> {
        match left {
            Some(0) => Ok(false),
            Some(left) => {
                *left -= 1;
                Ok(true)
            }
            None if self.cursor.peek() == Some(BREAK) => {
                self.cursor.byte()?;
                Ok(false)
            }
            None => Ok(true),
        }
    }

    fn list(&mut self, mut len: Option<u64>, depth: usize) -> Decoded<Value> {
        let mut list = List::default();
        while self.more(&mut len)? {
            list.push(self.value(depth + 1)?, Origin::NONE);
        }
        Ok(Value::List(list))
    }

    fn map(&mut self, mut len: Option<u64>, depth: usize) -> Decoded<Value> {
        let mut object = Object::default();
        while self.more(&mut len)? {
            let key = self.value(depth + 1)?;
            object.insert(key_text(&key)?.into(), self.value(depth + 1)?, Origin::NONE);
        }
        Ok(Value::Object(object))
    }

    fn simple(&mut self, short: u8, argument: Option<u64>) -> Decoded<Value> {
        let argument = argument.ok_or_else(|| self.cursor.invalid("an end of nothing"))?;
        Ok(match short {
            20 => Value::Bool(false),
            21 => Value::Bool(true),
            // Null and undefined.
            22 | 23 => Value::Null,
            25 => float(half(argument as u16)),
            26 => super::cursor::float32(f32::from_bits(argument as u32)),
            27 => float(f64::from_bits(argument)),
            _ => [(TAG, Value::from("simple")), (VALUE, integer(argument))].into_iter().collect::<Object>().into(),
        })
    }

    fn tagged(&mut self, tag: u64, depth: usize) -> Decoded<Value> {
        // The bytes of these are wanted as they are.
        if matches!(tag, 2 | 3 | 37) && self.cursor.peek().is_some_and(|byte| byte >> 5 == 2) {
            let head = self.head()?;
            let bytes = self.string(2, head.argument)?;
            let uuid = if tag == 37 { text::uuid_from_be_bytes(&bytes) } else { None };
            return Ok(match (tag, uuid) {
                (2, _) => big_integer(&bytes, false),
                (3, _) => big_integer(&plus_one(&bytes), true),
                (_, Some(uuid)) => Value::from(uuid.as_str()),
                _ => Value::from(text::base64(&bytes).as_str()),
            });
        }
        let value = self.value(depth + 1)?;
        let known = match (tag, &value) {
            // A time in text, a date, a set, self-described CBOR, hints of how bytes are to be shown.
            (0 | 21..=24 | 1004 | 55_799, _) | (258, Value::List(_)) => Some(value.clone()),
            (1, Value::Number(number)) => epoch(&number.to_string()),
            (4, Value::List(pair)) if pair.len() == 2 => match (pair.get(0), pair.get(1)) {
                (Some(Value::Number(exponent)), Some(Value::Number(mantissa))) => {
                    exponent.as_i64().map(|exponent| scaled(&mantissa.to_string(), exponent))
                }
                _ => None,
            },
            _ => None,
        };
        Ok(known.unwrap_or_else(|| [(TAG, integer(tag)), (VALUE, value)].into_iter().collect::<Object>().into()))
    }
}

/// Seconds since 1970, perhaps with a fraction: to the microsecond, as floats can't say more.
fn epoch(seconds: &str) -> Option<Value> {
    if let Ok(seconds) = seconds.parse::<i64>() {
        return Some(moments::from_seconds(seconds, 0));
    }
    let micros = seconds.parse::<f64>().ok()? * 1e6;
    (micros.abs() < 1e18).then(|| moments::from_nanos(micros.round() as i128 * 1000))
}

fn plus_one(bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for byte in out.iter_mut().rev() {
        let (grown, carry) = byte.overflowing_add(1);
        *byte = grown;
        if !carry {
            return out;
        }
    }
    out.insert(0, 1);
    out
}

/// A float of 16 bits.
fn half(bits: u16) -> f64 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    sign * match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction / 1024.0) * 2f64.powi(exponent - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Form, decode, text};

    fn show(base64: &str) -> String {
        match decode(&text::from_base64(base64.as_bytes()).unwrap(), Form::Cbor) {
            Ok(value) => format!("{value:?}"),
            Err(e) => format!("! {e}"),
        }
    }

    /// Written by Python's cbor2 5.
    #[test]
    fn every_type_is_read() {
        let written = "tmJpZAFjbmVnOCBjYmlnwklAAAAAAAAAAABkbmJpZ8NJP///////////Y21pbjuAAAAAAAAAAGFm+z+5mZmZmZmaYWj7P/gAAAAAAABhc2bFgXVjamFjbmls9mF09WNiaW5C//5kbGlzdIIBgQJjbWFwoQFhYWR0aW1lwHgbMjAyNi0wMS0wMlQwMzowNDowNS4xMjAwMDBaY2RlY8SCIRkE4mR1dWlk2CVQAAAAAAAAAAAAAAAAAAAAAWN1bmT3Y2luZvl8AGRkYXRl2QPsajIwMjYtMDEtMDJjc2V02QECgQFjdGFn2Q+gYXhkZG5lZ8SCAyA=";
        let expected = r#"{"id":1,"neg":-33,"big":1180591620717411303424,"nbig":-1180591620717411303424,"min":-9223372036854775809,"f":0.1,"h":1.5,"s":"Łucja","nil":null,"t":true,"bin":"//4=","list":[1,[2]],"map":{"1":"a"},"time":"2026-01-02T03:04:05.120000Z","dec":12.50,"uuid":"00000000-0000-0000-0000-000000000001","und":null,"inf":"Infinity","date":"2026-01-02","set":[1],"tag":{"$tag":4000,"$value":"x"},"dneg":-1e3}"#;
        assert_eq!(show(written), expected);
        assert_eq!(show("wftB2lXNaUeuFA=="), r#""2026-01-02T03:04:05.120Z""#);
        // RFC 8949, appendix A: lengths that are not told, halves, a part of a text after the other.
        let appendix: [(&[u8], &str); 5] = [
            (b"\x9f\x01\x82\x02\x03\x9f\x04\x05\xff\xff", "[1,[2,3],[4,5]]"),
            (b"\xbf\x61a\x01\x61b\x9f\x02\x03\xff\xff", r#"{"a":1,"b":[2,3]}"#),
            (b"\x7f\x65strea\x64ming\xff", r#""streaming""#),
            (b"\xf9\x7b\xff", "65504.0"),
            (b"\xf9\x00\x01", "5.960464477539063e-8"),
        ];
        for (bytes, expected) in appendix {
            assert_eq!(format!("{:?}", decode(bytes, Form::Cbor).unwrap()), expected);
        }
    }

    #[test]
    fn promises_are_not_believed() {
        let note = |bytes: &[u8]| decode(bytes, Form::Cbor).unwrap_err().note;
        assert!(note(b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff").contains("cut off"));
        assert!(note(b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff").contains("cut off"));
        assert!(note(&[0x9f; 100_000]).contains("nested deeper"));
        assert!(note(&[0xc6; 100_000]).contains("nested deeper"));
        for bytes in [&b"\xff"[..], b"\x1c", b"\x5f\x61a\xff", b"\x61\xff", b"\x01\x01", b"\xbf\x01\xff"] {
            assert!(decode(bytes, Form::Cbor).is_err(), "{bytes:?}");
        }
    }
}
