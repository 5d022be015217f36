//! Ruby's Marshal 4.8, read as data: <https://docs.ruby-lang.org/en/3.4/marshal_rdoc.html>. No class is made, no
//! `marshal_load` is called. Symbols are text; an object is its class and its variables without their `@`.

use crate::model::{List, Number, Object, Origin, Timestamp, Value};

use super::classes::{CLASS, VALUE, keys_as_list, labelled, ruby};
use super::cursor::{Budget, Cursor, Decoded, Fault, big_integer, cost_of, decimal, integer, key_text, text_or_bytes};
use super::moments;

pub(super) fn decode(bytes: &[u8]) -> Decoded<Value> {
    let mut reader =
        Reader { cursor: Cursor::new(bytes), budget: Budget::new(), symbols: Vec::new(), objects: Vec::new() };
    if reader.cursor.array::<2>()? != [4, 8] {
        return Err(Fault::Invalid { at: 0, what: "not of version 4.8".into() });
    }
    let value = reader.value(0)?;
    reader.cursor.finish()?;
    Ok(value)
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    budget: Budget,
    symbols: Vec<String>,
    /// What links lead to, in the order in which Ruby numbers it; `None` while it is being read.
    objects: Vec<Option<Value>>,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Decoded<Value> {
        self.budget.value(depth)?;
        let kind = self.cursor.byte()?;
        match kind {
            b'0' => Ok(Value::Null),
            b'T' => Ok(Value::Bool(true)),
            b'F' => Ok(Value::Bool(false)),
            b'i' => Ok(integer(self.fixnum()?)),
            b':' | b';' => Ok(Value::from(self.symbol_of(kind)?.as_str())),
            b'@' => self.link(depth),
            b'I' => self.with_variables(depth),
            b'e' => {
                // A module that extends the object.
                self.symbol()?;
                self.value(depth + 1)
            }
            b'C' => {
                let class = self.symbol()?;
                let value = self.value(depth + 1)?;
                Ok(ruby(&class, &value).unwrap_or_else(|| labelled(CLASS, &class, value)))
            }
            b'u' => self.dumped(depth, false),
            _ => {
                let place = self.objects.len();
                self.objects.push(None);
                let value = self.object(kind, depth)?;
                if let Some(object) = self.objects.get_mut(place) {
                    *object = Some(value.clone());
                }
                Ok(value)
            }
        }
    }

    /// What has variables beside it: a text's encoding, a time's zone, those of a class that extends a core class.
    fn with_variables(&mut self, depth: usize) -> Decoded<Value> {
        match self.cursor.peek() {
            Some(b'u') => {
                self.cursor.byte()?;
                self.dumped(depth, true)
            }
            Some(b'/') => {
                self.cursor.byte()?;
                let place = self.objects.len();
                self.objects.push(None);
                let pattern = self.object(b'/', depth)?;
                self.variables(depth)?;
                if let Some(object) = self.objects.get_mut(place) {
                    *object = Some(pattern.clone());
                }
                Ok(pattern)
            }
            _ => {
                let value = self.value(depth + 1)?;
                let variables = self.variables(depth)?;
                let own: Vec<_> = variables.iter().filter(|(name, _)| !is_encoding(name)).collect();
                if own.is_empty() {
                    return Ok(value);
                }
                let mut object = match value {
                    Value::Object(object) => object,
                    other => [(VALUE, other)].into_iter().collect(),
                };
                for (name, value) in own {
                    object.insert(name.trim_start_matches('@').into(), value.clone(), Origin::NONE);
                }
                Ok(Value::Object(object))
            }
        }
    }

    fn variables(&mut self, depth: usize) -> Decoded<Vec<(String, Value)>> {
        let len = self.length()?;
        let mut variables = Vec::new();
        for _ in 0..len {
            let name = self.symbol()?;
            variables.push((name, self.value(depth + 1)?));
        }
        Ok(variables)
    }

    fn object(&mut self, kind: u8, depth: usize) -> Decoded<Value> {
        Ok(match kind {
            b'"' | b'c' | b'm' | b'M' => text_or_bytes(self.bytes()?),
            b'f' => match self.bytes()? {
                b"inf" => Value::from("Infinity"),
                b"-inf" => Value::from("-Infinity"),
                b"nan" => Value::from("NaN"),
                // Old versions put more bytes after a zero.
                digits => decimal(&String::from_utf8_lossy(digits.split(|byte| *byte == 0).next().unwrap_or(digits))),
            },
            b'l' => {
                let is_negative = match self.cursor.byte()? {
                    b'+' => false,
                    b'-' => true,
                    _ => return Err(self.cursor.invalid("an integer without its sign")),
                };
                let len = self.length()?;
                let bytes = self.cursor.take(len.saturating_mul(2))?;
                big_integer(&bytes.iter().rev().copied().collect::<Vec<u8>>(), is_negative)
            }
            b'[' => {
                let len = self.length()?;
                let mut list = List::default();
                for _ in 0..len {
                    list.push(self.value(depth + 1)?, Origin::NONE);
                }
                Value::List(list)
            }
            b'{' | b'}' => {
                let len = self.length()?;
                let mut object = Object::default();
                for _ in 0..len {
                    let key = self.value(depth + 1)?;
                    object.insert(key_text(&key)?.into(), self.value(depth + 1)?, Origin::NONE);
                }
                if kind == b'}' {
                    // What the hash gives for other keys.
                    self.value(depth + 1)?;
                }
                Value::Object(object)
            }
            b'o' | b'S' => {
                let class = self.symbol()?;
                let fields = self.variables(depth)?;
                let fields = fields.into_iter().map(|(name, value)| (name.trim_start_matches('@').to_owned(), value));
                let value = Value::Object(fields.collect::<Object>());
                ruby(&class, &value).unwrap_or_else(|| labelled(CLASS, &class, value))
            }
            b'U' => {
                let class = self.symbol()?;
                let value = self.value(depth + 1)?;
                loaded(&class, value)
            }
            b'/' => {
                let pattern = String::from_utf8_lossy(self.bytes()?).into_owned();
                let options = self.cursor.byte()?;
                let letters: String = [(1, 'i'), (2, 'x'), (4, 'm')]
                    .iter()
                    .filter(|(bit, _)| options & bit != 0)
                    .map(|(_, c)| c)
                    .collect();
                Value::from(format!("/{pattern}/{letters}").as_str())
            }
            other => return Err(self.cursor.invalid(format!("no type is called {:?}", char::from(other)))),
        })
    }

    /// What a class dumps as bytes of its own. Ruby numbers it after its variables.
    fn dumped(&mut self, depth: usize, has_variables: bool) -> Decoded<Value> {
        let class = self.symbol()?;
        let bytes = self.bytes()?;
        let variables = if has_variables { self.variables(depth)? } else { Vec::new() };
        let value = match class.as_str() {
            "Time" => time(bytes, &variables),
            _ => None,
        };
        let value = value
            .or_else(|| ruby(&class, &text_or_bytes(bytes)))
            .unwrap_or_else(|| labelled(CLASS, &class, text_or_bytes(bytes)));
        self.objects.push(Some(value.clone()));
        Ok(value)
    }

    fn link(&mut self, depth: usize) -> Decoded<Value> {
        let place = self.length()?;
        match usize::try_from(place).ok().and_then(|place| self.objects.get(place)) {
            Some(Some(value)) => {
                self.budget.again(cost_of(value), depth)?;
                Ok(value.clone())
            }
            Some(None) => Err(Fault::TooDeep),
            None => Err(self.cursor.invalid("a link to nothing")),
        }
    }

    fn symbol(&mut self) -> Decoded<String> {
        let kind = self.cursor.byte()?;
        if kind != b'I' {
            return self.symbol_of(kind);
        }
        // With its encoding.
        let kind = self.cursor.byte()?;
        let symbol = self.symbol_of(kind)?;
        self.variables(0)?;
        Ok(symbol)
    }

    fn symbol_of(&mut self, kind: u8) -> Decoded<String> {
        match kind {
            b':' => {
                let name = String::from_utf8_lossy(self.bytes()?).into_owned();
                self.budget.value(0)?;
                self.symbols.push(name.clone());
                Ok(name)
            }
            b';' => {
                let place = usize::try_from(self.length()?).unwrap_or(usize::MAX);
                let name =
                    self.symbols.get(place).cloned().ok_or_else(|| self.cursor.invalid("a link to no symbol"))?;
                self.budget.text(name.len())?;
                Ok(name)
            }
            _ => Err(self.cursor.invalid("no symbol")),
        }
    }

    fn bytes(&mut self) -> Decoded<&'a [u8]> {
        let len = self.length()?;
        let bytes = self.cursor.take(len)?;
        self.budget.text(bytes.len())?;
        Ok(bytes)
    }

    fn length(&mut self) -> Decoded<u64> {
        let number = self.fixnum()?;
        u64::try_from(number).map_err(|_| self.cursor.invalid("a length below zero"))
    }

    /// An integer of one to five bytes.
    fn fixnum(&mut self) -> Decoded<i64> {
        let first = i8::from_be_bytes(self.cursor.array()?);
        Ok(match first {
            0 => 0,
            1..=4 => i64::try_from(self.cursor.le(first.unsigned_abs().into())?).unwrap_or(0),
            -4..=-1 => {
                let len = u32::from(first.unsigned_abs());
                let number = i64::try_from(self.cursor.le(len.into())?).unwrap_or(0);
                number - (1 << (8 * len))
            }
            5.. => i64::from(first) - 5,
            _ => i64::from(first) + 5,
        })
    }
}

fn is_encoding(name: &str) -> bool {
    matches!(name, "E" | "encoding")
}

/// What `marshal_dump` gave, in plain words for the classes of everyday life.
fn loaded(class: &str, value: Value) -> Value {
    let parts = value.as_list();
    let number = |at: usize| parts.and_then(|parts| parts.get(at)?.as_number()?.as_i64());
    match class {
        "Date" | "DateTime" => {
            // Zero, Julian day, seconds of the day, nanoseconds, offset in seconds, calendar.
            let days = number(1).and_then(|day| day.checked_sub(2_440_588));
            let seconds = number(2).zip(days).and_then(|(second, days)| days.checked_mul(86_400)?.checked_add(second));
            let nanos = i128::from(number(3).unwrap_or(0));
            let time = seconds.and_then(|seconds| Timestamp::from_nanos(i128::from(seconds) * 1_000_000_000 + nanos));
            match time.map(|time| time.to_string()) {
                Some(text) if class == "Date" => Value::from(&text[..10]),
                Some(text) => Value::from(text.as_str()),
                None => labelled(CLASS, class, value),
            }
        }
        "ActiveSupport::TimeWithZone" => match parts.and_then(|parts| parts.get(0)) {
            Some(utc) => utc.clone(),
            None => labelled(CLASS, class, value),
        },
        "Rational" | "Complex" => match parts.map(|parts| (parts.get(0), parts.get(1))) {
            Some((Some(Value::Number(over)), Some(Value::Number(under)))) if class == "Rational" => {
                Value::from(format!("{over}/{under}").as_str())
            }
            _ => labelled(CLASS, class, value),
        },
        "Set" => value.as_object().map_or_else(|| value.clone(), keys_as_list),
        _ => labelled(CLASS, class, value),
    }
}

/// The eight bytes of a `Time`, and its nanoseconds besides.
fn time(bytes: &[u8], variables: &[(String, Value)]) -> Option<Value> {
    let (head, tail) = bytes.split_first_chunk::<4>()?;
    let (tail, _) = tail.split_first_chunk::<4>()?;
    let (p, s) = (u32::from_le_bytes(*head), u32::from_le_bytes(*tail));
    if p >> 31 == 0 {
        // Before Ruby 1.8: seconds and microseconds.
        return Some(moments::from_seconds(i64::from(p), s.checked_mul(1000)?));
    }
    let year = i32::try_from(p >> 14 & 0xffff).ok()? + 1900;
    let date = chrono::NaiveDate::from_ymd_opt(year, (p >> 10 & 0xf) + 1, p >> 5 & 0x1f)?;
    let clock = date.and_hms_micro_opt(p & 0x1f, s >> 26 & 0x3f, s >> 20 & 0x3f, s & 0xfffff)?;
    let number = |name: &str| {
        variables.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.as_number().and_then(Number::as_i64))
    };
    let nanos = match (number("nano_num"), number("nano_den")) {
        (Some(over), Some(under)) if under > 0 => over / under,
        _ => 0,
    };
    let micros = clock.and_utc().timestamp_micros();
    Some(moments::from_nanos(i128::from(micros) * 1000 + i128::from(nanos)))
}

#[cfg(test)]
mod tests {
    use super::super::{Form, decode, text};

    /// `Marshal.dump` of Ruby 3.1.2 with ActiveSupport 6.1.7.
    const DUMPED: &str = "BAh7LDoHaWRpBkkiCHN0cgY6BkVUOghzeW06Bm4wOgZ0VDoGZkY6CG5lZ2n+1P46CG1pZGkDcBEBOghtaW5p/AAAAMA6CGJpZ2wrCgAAAAAAAAAAQAA6CW5iaWdsLQoAAAAAAAAAAEAAOgdmbGYIMC4xOghpbmZmCGluZjoGc0kiC8WBdWNqYQY7BlQ6CGJpbiIH//46CGFzY0kiBmEGOwZGOgdzakkiBukGOg1lbmNvZGluZyIPSVNPLTg4NTktMToGbFsHaQZbBmkHOgZtbzoKTW9uZXkHOgxAYW1vdW50aQo6DkBjdXJyZW5jeUkiCEVVUgY7BlQ6B3N0UzoGUwc6BnhpBjoGeWkHOgl0aW1lSXU6CVRpbWUNQ4AfwMDUURAGOgl6b25lSSIIVVRDBjsGRjoKbG9jYWxJdTshDUGAH4AAAFAQBzsiMDoLb2Zmc2V0aQIgHDoJbmFub0l1OyENQ4AfwAAAUBAJOyJAFToNbmFub19udW1pBjoNbmFub19kZW5pBjoNc3VibWljcm8iBwAQOgdiZHU6D0JpZ0RlY2ltYWwPMTg6MC4xMjVlMjoJZGF0ZVU6CURhdGVbC2kAaQNzjSVpAGkAaQBmDDIyOTkxNjE6B2R0VToNRGF0ZVRpbWVbC2kAaQNzjSVpAiUraQBpAEAdOghzZXRvOghTZXQGOgpAaGFzaH0HaQZUOgZiVEY6BnJVOg1SYXRpb25hbFsHaQZpCDoHcnhJLwdhKwEGOwZGOghjbHNjC1N0cmluZzoIbW9kbQtLZXJuZWw6B2RofQY6BmtpBmkKOgZkVToLRHVtcGVyWwdpBkkiBngGOwZUOgdoaUM6LUFjdGl2ZVN1cHBvcnQ6Okhhc2hXaXRoSW5kaWZmZXJlbnRBY2Nlc3N7BkkiBmEGOwZGaQY6B3R6VTogQWN0aXZlU3VwcG9ydDo6VGltZVdpdGhab25lWwhJdTshDUOAH8AAAFAQBjsiQBVJIhJFdXJvcGUvQmVybGluBjsGVEl1OyENRIAfwAAAUBAGOyJAFToHczFbBmkMOgdzMkAyOglzeW0yOwc6CHJuZ286ClJhbmdlCDoJZXhjbEY6CmJlZ2luaQY6CGVuZGkIOglsYXN0SSIIZW5kBjsGVA==";

    fn show(base64: &str) -> String {
        match decode(&text::from_base64(base64.as_bytes()).unwrap(), Form::RubyMarshal) {
            Ok(value) => format!("{value:?}"),
            Err(e) => format!("! {e}"),
        }
    }

    #[test]
    fn ruby_dumps_objects_links_and_times() {
        let expected = r#"{"id":1,"str":"sym","n":null,"t":true,"f":false,"neg":-300,"mid":70000,"min":-1073741824,"big":1180591620717411303424,"nbig":-1180591620717411303424,"fl":0.1,"inf":"Infinity","s":"Łucja","bin":"//4=","asc":"a","sj":"6Q==","l":[1,[2]],"m":{"$class":"Money","amount":5,"currency":"EUR"},"st":{"$class":"S","x":1,"y":2},"time":"2026-01-02T03:04:05.120Z","local":"2026-01-02T01:04:05Z","nano":"2026-01-02T03:04:05.000000001Z","bd":12.5,"date":"2026-01-02","dt":"2026-01-02T03:04:05Z","set":["1","b"],"r":"1/3","rx":"/a+/i","cls":"String","mod":"Kernel","dh":{"k":1},"d":{"$class":"Dumper","$value":[1,"x"]},"hi":{"a":1},"tz":"2026-01-02T03:04:05Z","s1":[7],"s2":[7],"sym2":"sym","rng":{"$class":"Range","excl":false,"begin":1,"end":3},"last":"end"}"#;
        assert_eq!(show(DUMPED), expected);
    }

    #[test]
    fn broken_and_hostile_dumps_are_refused() {
        let bytes = text::from_base64(DUMPED.as_bytes()).unwrap();
        for len in 0..bytes.len() {
            assert!(decode(&bytes[..len], Form::RubyMarshal).is_err(), "{len}");
        }
        let reason = |base64: &str| {
            decode(&text::from_base64(base64.as_bytes()).unwrap(), Form::RubyMarshal).unwrap_err().reason
        };
        assert_eq!(reason("BAhbBkAA"), "Ruby Marshal nested too deeply");
        assert_eq!(
            reason(
                "BAhbDlsOWw5bDlsOWw5bDlsOWw5bDlsOWw5bDlsOWw5bDlsOWw5bDlsOWw5bDlsOWw5bDlsOWw5bDlsOWw5bDlsOWw5bDlsOWw5bDlsOWw5bDlsGaQZALUAtQC1ALUAtQC1ALUAtQCxALEAsQCxALEAsQCxALEArQCtAK0ArQCtAK0ArQCtAKkAqQCpAKkAqQCpAKkAqQClAKUApQClAKUApQClAKUAoQChAKEAoQChAKEAoQChAJ0AnQCdAJ0AnQCdAJ0AnQCZAJkAmQCZAJkAmQCZAJkAlQCVAJUAlQCVAJUAlQCVAJEAkQCRAJEAkQCRAJEAkQCNAI0AjQCNAI0AjQCNAI0AiQCJAIkAiQCJAIkAiQCJAIUAhQCFAIUAhQCFAIUAhQCBAIEAgQCBAIEAgQCBAIEAfQB9AH0AfQB9AH0AfQB9AHkAeQB5AHkAeQB5AHkAeQB1AHUAdQB1AHUAdQB1AHUAcQBxAHEAcQBxAHEAcQBxAG0AbQBtAG0AbQBtAG0AbQBpAGkAaQBpAGkAaQBpAGkAZQBlAGUAZQBlAGUAZQBlAGEAYQBhAGEAYQBhAGEAYQBdAF0AXQBdAF0AXQBdAF0AWQBZAFkAWQBZAFkAWQBZAFUAVQBVAFUAVQBVAFUAVQBRAFEAUQBRAFEAUQBRAFEATQBNAE0ATQBNAE0ATQBNAEkASQBJAEkASQBJAEkASQBFAEUARQBFAEUARQBFAEUAQQBBAEEAQQBBAEEAQQBBAD0APQA9AD0APQA9AD0APQA5ADkAOQA5ADkAOQA5ADkANQA1ADUANQA1ADUANQA1ADEAMQAxADEAMQAxADEAMQAtAC0ALQAtAC0ALQAtAC0AKQApACkAKQApACkAKQApACUAJQAlACUAJQAlACUAJQAhACEAIQAhACEAIQAhACEAHQAdAB0AHQAdAB0AHQAdABkAGQAZABkAGQAZABkAG"
            ),
            "too large"
        );
        let deep = [&b"\x04\x08"[..], &b"[\x06".repeat(10_000)].concat();
        assert_eq!(decode(&deep, Form::RubyMarshal).unwrap_err().reason, "Ruby Marshal nested too deeply");
        assert!(decode(b"\x04\x08[\x04\xff\xff\xff\x7f", Form::RubyMarshal).is_err());
    }
}
