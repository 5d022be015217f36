//! Protocol Buffers: <https://protobuf.dev/programming-guides/encoding/>.
//!
//! Without a description the structure alone is shown: fields by their numbers, a list where a number repeats. What has a
//! length is text if it is printable, else a message if it can be one, else `{"$bytes": base64}`; numbers of a fixed width
//! are both readings, `{"$fixed64": integer, "$double": float}`. Nothing in the bytes tells which is meant.

use crate::model::json::MAX_DEPTH;
use crate::model::{List, Object, Origin, Value};

use super::cursor::{Budget, Cursor, Decoded, Fault, float, float32, integer};
use super::text;

pub(super) fn decode(bytes: &[u8]) -> Decoded<Value> {
    let mut budget = Budget::new();
    budget.value(0)?;
    let mut cursor = Cursor::new(bytes);
    structure(&mut cursor, &mut budget, 0, None)
}

/// How a field is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    Varint,
    Fixed64,
    Length,
    Group,
    EndGroup,
    Fixed32,
}

/// The number of the next field, and how it is written.
pub(super) fn tag(cursor: &mut Cursor<'_>) -> Decoded<(u32, Wire)> {
    let tag = varint(cursor)?;
    let wire = match tag & 7 {
        0 => Wire::Varint,
        1 => Wire::Fixed64,
        2 => Wire::Length,
        3 => Wire::Group,
        4 => Wire::EndGroup,
        5 => Wire::Fixed32,
        _ => return Err(cursor.invalid("no wire type")),
    };
    match u32::try_from(tag >> 3) {
        Ok(number @ 1..0x2000_0000) => Ok((number, wire)),
        _ => Err(cursor.invalid("no field number")),
    }
}

pub(super) fn varint(cursor: &mut Cursor<'_>) -> Decoded<u64> {
    let mut number = 0u64;
    for at in 0..10 {
        let byte = cursor.byte()?;
        if at == 9 && byte > 1 {
            return Err(cursor.invalid("an integer of more than 64 bits"));
        }
        number |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(cursor.invalid("an integer of more than 64 bits"))
}

/// The bytes after a length.
pub(super) fn delimited<'a>(cursor: &mut Cursor<'a>) -> Decoded<&'a [u8]> {
    let len = varint(cursor)?;
    cursor.take(len)
}

/// Puts a field beside the others; one that comes again makes a list.
#[derive(Default)]
struct Fields {
    object: Object,
    repeated: rustc_hash::FxHashMap<u32, Vec<Value>>,
}

impl Fields {
    fn add(&mut self, number: u32, value: Value) {
        let values = self.repeated.entry(number).or_default();
        if values.is_empty() {
            // Its place in the order of fields.
            self.object.insert(number.to_string().into(), Value::Null, Origin::NONE);
        }
        values.push(value);
    }

    fn finish(mut self) -> Value {
        for (number, values) in self.repeated {
            let value = match <[Value; 1]>::try_from(values) {
                Ok([single]) => single,
                Err(values) => Value::List(values.into_iter().collect::<List>()),
            };
            self.object.insert(number.to_string().into(), value, Origin::NONE);
        }
        Value::Object(self.object)
    }
}

/// A message to the end of the bytes, or a group to the end that has its number.
fn structure(cursor: &mut Cursor<'_>, budget: &mut Budget, depth: usize, group: Option<u32>) -> Decoded<Value> {
    let mut fields = Fields::default();
    loop {
        if cursor.is_at_end() {
            return if group.is_none() { Ok(fields.finish()) } else { Err(cursor.invalid("a group without its end")) };
        }
        let (number, wire) = tag(cursor)?;
        if wire == Wire::EndGroup {
            return if group == Some(number) {
                Ok(fields.finish())
            } else {
                Err(cursor.invalid("the end of another group"))
            };
        }
        // A repeated field is a level deeper.
        fields.add(number, unknown(cursor, budget, depth + 1, number, wire)?);
    }
}

/// A field of which nothing is known but how it is written.
pub(super) fn unknown(
    cursor: &mut Cursor<'_>,
    budget: &mut Budget,
    depth: usize,
    number: u32,
    wire: Wire,
) -> Decoded<Value> {
    budget.value(depth)?;
    Ok(match wire {
        // Negative numbers are written as what 64 bits make of them.
        Wire::Varint => integer(varint(cursor)?.cast_signed()),
        Wire::Fixed64 => {
            let bits = cursor.le(8)?;
            object([("$fixed64", integer(bits.cast_signed())), ("$double", float(f64::from_bits(bits)))])
        }
        Wire::Fixed32 => {
            let bits = u32::from_le_bytes(cursor.array()?);
            object([("$fixed32", integer(bits.cast_signed())), ("$float", float32(f32::from_bits(bits)))])
        }
        Wire::Group => structure(cursor, budget, depth, Some(number))?,
        Wire::EndGroup => return Err(cursor.invalid("the end of no group")),
        Wire::Length => {
            let bytes = delimited(cursor)?;
            guessed(bytes, budget, depth)?
        }
    })
}

fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Object(entries.into_iter().collect::<Object>())
}

/// What bytes may be: text, a message, bytes.
fn guessed(bytes: &[u8], budget: &mut Budget, depth: usize) -> Decoded<Value> {
    let is_printable = |text: &str| !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    if let Some(text) = std::str::from_utf8(bytes).ok().filter(|text| is_printable(text)) {
        budget.text(text.len())?;
        return Ok(Value::from(text));
    }
    if depth >= MAX_DEPTH {
        return Err(Fault::TooDeep);
    }
    if is_message(bytes)
        && let Ok(message) = structure(&mut Cursor::new(bytes), budget, depth, None)
    {
        return Ok(message);
    }
    budget.text(bytes.len())?;
    Ok(object([("$bytes", Value::from(text::base64(bytes).as_str()))]))
}

/// Whether bytes have the form of a message, looked at without going into what is inside: linear, where trying each
/// level would cost the more the deeper it is.
fn is_message(bytes: &[u8]) -> bool {
    let mut cursor = Cursor::new(bytes);
    let mut groups = 0usize;
    while !cursor.is_at_end() {
        let Ok((_, wire)) = tag(&mut cursor) else { return false };
        let read = match wire {
            Wire::Varint => varint(&mut cursor).map(drop),
            Wire::Fixed64 => cursor.take(8).map(drop),
            Wire::Fixed32 => cursor.take(4).map(drop),
            Wire::Length => delimited(&mut cursor).map(drop),
            Wire::Group => {
                groups += 1;
                Ok(())
            }
            Wire::EndGroup if groups > 0 => {
                groups -= 1;
                Ok(())
            }
            Wire::EndGroup => return false,
        };
        if read.is_err() {
            return false;
        }
    }
    groups == 0
}

#[cfg(test)]
mod tests {
    use super::super::{Form, decode, text};

    fn show(bytes: &[u8]) -> String {
        match decode(bytes, Form::Protobuf) {
            Ok(value) => format!("{value:?}"),
            Err(e) => format!("! {e}"),
        }
    }

    /// Serialised by protobuf of Python (the message of `golden/order.proto`).
    const ORDER: &str = "CImAgICAgIAQEgbFgXVjamEaBQoBQRACGgMKAUIgASoLCKXr3MoGEICcnDkxAAAAAAAAKUA9zczMPUIC//5KBQoBYRABUg0B/v//////////AawCWA1lKgAAAGgBchYI////////////ARCAtsqR/v////8BegMKAW6CASEKHwoBaxIaMhgKCREAAAAAAADwPwoCCAAKAxoBeAoCIAGKASkKIHR5cGUuZ29vZ2xlYXBpcy5jb20vc2hvcC52MS5JdGVtEgUKAVoQCZEB+/////////+aAQIIAQ==";

    #[test]
    fn structure_is_shown_by_numbers() {
        let bytes = text::from_base64(ORDER.as_bytes()).unwrap();
        assert_eq!(
            show(&bytes),
            r#"{"1":9007199254741001,"2":"Łucja","3":[{"1":"A","2":2},{"1":"B"}],"4":1,"5":{"1":1767323045,"2":120000000},"6":{"$fixed64":4623226492472524800,"$double":12.5},"7":{"$fixed32":1036831949,"$float":0.1},"8":{"$bytes":"//4="},"9":{"1":"a","2":1},"10":{"$bytes":"Af7//////////wGsAg=="},"11":13,"12":{"$fixed32":42,"$float":5.9e-44},"13":1,"14":{"1":-1,"2":-500000000},"15":{"1":"n"},"16":{"1":{"1":"k","2":{"6":{"1":[{"2":{"$fixed64":4607182418800017408,"$double":1.0}},{"1":0},{"3":"x"},{"4":1}]}}}},"17":{"1":"type.googleapis.com/shop.v1.Item","2":{"1":"Z","2":9}},"18":{"$fixed64":-5,"$double":"NaN"},"19":{"1":1}}"#
        );
        assert_eq!(show(b"\x0b\x08\x01\x0c"), r#"{"1":{"1":1}}"#);
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for bytes in [
            &b"\x00"[..],
            b"\x08",
            b"\x0a\x05ab",
            b"\x0b",
            b"\x0c",
            b"\x0b\x14",
            b"\x0e",
            b"{\"a\":1}",
            b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        ] {
            assert!(decode(bytes, Form::Protobuf).is_err(), "{bytes:?}");
        }
        // Deep nesting ends as bytes or as an error, not as a crash; groups are nested for certain.
        let mut nested = vec![8, 1];
        for _ in 0..1000 {
            let mut outer = vec![0x0a];
            let mut len = nested.len();
            while len > 127 {
                outer.push((len & 0x7f) as u8 | 0x80);
                len >>= 7;
            }
            outer.push(len as u8);
            outer.extend_from_slice(&nested);
            nested = outer;
        }
        assert!(show(&nested).contains("$bytes"));
        assert_eq!(decode(&[0x0b; 100_000], Form::Protobuf).unwrap_err().reason, "Protocol Buffers nested too deeply");
    }
}
