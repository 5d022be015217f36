//! MessagePack: <https://github.com/msgpack/msgpack/blob/master/spec.md>. The extension -1 is a time, 100 an object after
//! the name of its class as MessagePack-CSharp writes it
//! (<https://github.com/MessagePack-CSharp/MessagePack-CSharp#typeless>); others are `{"$tag": number, "$value": bytes}`.

use crate::model::{List, Object, Origin, Value};

use super::classes::{TAG, VALUE};
use super::cursor::{Budget, Cursor, Decoded, Fault, float, float32, integer, key_text, text_or_bytes};
use super::{moments, text};

pub(super) fn decode(bytes: &[u8]) -> Decoded<Value> {
    let mut reader = Reader { cursor: Cursor::new(bytes), budget: Budget::new() };
    let value = reader.value(0)?;
    reader.cursor.finish()?;
    Ok(value)
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    budget: Budget,
}

/// The extension of MessagePack-CSharp's typeless serializer.
const TYPELESS: i8 = 100;

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Decoded<Value> {
        self.budget.value(depth)?;
        let mark = self.cursor.byte()?;
        Ok(match mark {
            0x00..=0x7f => integer(mark),
            0x80..=0x8f => self.map(u64::from(mark & 0xf), depth)?,
            0x90..=0x9f => self.list(u64::from(mark & 0xf), depth)?,
            0xa0..=0xbf => self.text(u64::from(mark & 0x1f))?,
            0xc0 => Value::Null,
            0xc1 => return Err(self.cursor.invalid("the byte that is never used")),
            0xc2 => Value::Bool(false),
            0xc3 => Value::Bool(true),
            0xc4..=0xc6 => {
                let len = self.cursor.be(1 << (mark - 0xc4))?;
                let bytes = self.cursor.take(len)?;
                self.budget.text(bytes.len())?;
                Value::from(text::base64(bytes).as_str())
            }
            0xc7..=0xc9 => {
                let len = self.cursor.be(1 << (mark - 0xc7))?;
                self.extension(len, depth)?
            }
            0xca => float32(f32::from_be_bytes(self.cursor.array()?)),
            0xcb => float(f64::from_be_bytes(self.cursor.array()?)),
            0xcc..=0xcf => integer(self.cursor.be(1 << (mark - 0xcc))?),
            0xd0 => integer(i8::from_be_bytes(self.cursor.array()?)),
            0xd1 => integer(i16::from_be_bytes(self.cursor.array()?)),
            0xd2 => integer(i32::from_be_bytes(self.cursor.array()?)),
            0xd3 => integer(i64::from_be_bytes(self.cursor.array()?)),
            0xd4..=0xd8 => self.extension(1 << (mark - 0xd4), depth)?,
            0xd9..=0xdb => {
                let len = self.cursor.be(1 << (mark - 0xd9))?;
                self.text(len)?
            }
            0xdc | 0xdd => {
                let len = self.cursor.be(2 << (mark - 0xdc))?;
                self.list(len, depth)?
            }
            0xde | 0xdf => {
                let len = self.cursor.be(2 << (mark - 0xde))?;
                self.map(len, depth)?
            }
            0xe0..=0xff => integer(mark.cast_signed()),
        })
    }

    fn text(&mut self, len: u64) -> Decoded<Value> {
        let bytes = self.cursor.take(len)?;
        self.budget.text(bytes.len())?;
        Ok(text_or_bytes(bytes))
    }

    fn list(&mut self, len: u64, depth: usize) -> Decoded<Value> {
        let mut list = List::default();
        for _ in 0..len {
            list.push(self.value(depth + 1)?, Origin::NONE);
        }
        Ok(Value::List(list))
    }

    fn map(&mut self, len: u64, depth: usize) -> Decoded<Value> {
        let mut object = Object::default();
        for _ in 0..len {
            let key = self.value(depth + 1)?;
            object.insert(key_text(&key)?.into(), self.value(depth + 1)?, Origin::NONE);
        }
        Ok(Value::Object(object))
    }

    fn extension(&mut self, len: u64, depth: usize) -> Decoded<Value> {
        let number = i8::from_be_bytes(self.cursor.array()?);
        let bytes = self.cursor.take(len)?;
        self.budget.text(bytes.len())?;
        if number == -1 {
            let mut inner = Cursor::new(bytes);
            match bytes.len() {
                4 => return Ok(moments::from_seconds(i64::from(u32::from_be_bytes(inner.array()?)), 0)),
                8 => {
                    let both = inner.be(8)?;
                    let (nanos, seconds) = (both >> 34, both & ((1 << 34) - 1));
                    let nanos = u32::try_from(nanos).unwrap_or(0);
                    return Ok(moments::from_seconds(i64::try_from(seconds).unwrap_or(0), nanos));
                }
                12 => {
                    let nanos = u32::from_be_bytes(inner.array()?);
                    return Ok(moments::from_seconds(i64::from_be_bytes(inner.array()?), nanos));
                }
                _ => {}
            }
        }
        if number == TYPELESS {
            match self.typeless(bytes, depth) {
                Err(fault @ (Fault::TooDeep | Fault::TooLarge)) => return Err(fault),
                Ok(value) => return Ok(value),
                Err(_) => {}
            }
        }
        let mut object = Object::default();
        object.insert(TAG.into(), integer(number), Origin::NONE);
        object.insert(VALUE.into(), Value::from(text::base64(bytes).as_str()), Origin::NONE);
        Ok(Value::Object(object))
    }

    /// The name of a class and an object of it, which gets the name as its `$type`.
    fn typeless(&mut self, bytes: &'a [u8], depth: usize) -> Decoded<Value> {
        let outer = std::mem::replace(&mut self.cursor, Cursor::new(bytes));
        let mut both = || {
            let both = (self.value(depth + 1)?, self.value(depth + 1)?);
            self.cursor.finish()?;
            Ok(both)
        };
        let both = both();
        self.cursor = outer;
        let (Value::String(class), value) = both? else { return Err(self.cursor.invalid("a class without a name")) };
        let mut object = Object::default();
        object.insert("$type".into(), Value::String(class), Origin::NONE);
        match value {
            Value::Object(fields) => {
                for (key, slot) in fields.iter() {
                    object.insert(key.clone(), slot.value.clone(), Origin::NONE);
                }
            }
            other => {
                object.insert(VALUE.into(), other, Origin::NONE);
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Form, decode, text};

    fn show(base64: &str) -> String {
        match decode(&text::from_base64(base64.as_bytes()).unwrap(), Form::Msgpack) {
            Ok(value) => format!("{value:?}"),
            Err(e) => format!("! {e}"),
        }
    }

    /// Packed by Python's msgpack 1.1.
    #[test]
    fn every_type_is_read() {
        let packed = "j6JpZAGjbmVn0N+jYmlnz///////////o21pbtOAAAAAAAAAAKFmyz+5mZmZmZmaoXOmxYF1Y2pho25pbMChdMOjYmluxAL//qRsaXN0kgGRAqNtYXCCAaFhwKFipHRpbWXX/xycOABpVzWlo2V4dMcDBWFiY6Rsb25n2Sh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4omwy3AAUAAECAwQFBgcICQoLDA0ODxAREhM=";
        let expected = r#"{"id":1,"neg":-33,"big":18446744073709551615,"min":-9223372036854775808,"f":0.1,"s":"Łucja","nil":null,"t":true,"bin":"//4=","list":[1,[2]],"map":{"1":"a","null":"b"},"time":"2026-01-02T03:04:05.120Z","ext":{"$tag":5,"$value":"YWJj"},"long":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx","l2":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19]}"#;
        assert_eq!(show(packed), expected);
        assert_eq!(show("yj3MzM0="), "0.1");
    }

    #[test]
    fn an_object_after_the_name_of_its_class_has_it_as_its_type() {
        let show = |bytes: &[u8]| decode(bytes, Form::Msgpack).map(|value| format!("{value:?}"));
        let body = b"\x81\xa4Body\xc7\x0b\x64\xa6A.B, A\x81\xa1n\x05";
        assert_eq!(show(body).unwrap(), r#"{"Body":{"$type":"A.B, A","n":5}}"#);
        assert_eq!(show(b"\xc7\x08\x64\xa6A.B, A\x05").unwrap(), r#"{"$type":"A.B, A","$value":5}"#);
        // What is not so is an extension like any other.
        assert_eq!(show(b"\xd4\x64\x05").unwrap(), r#"{"$tag":100,"$value":"BQ=="}"#);
        // Nested in itself it is still bounded.
        let mut nested = vec![0x05];
        for _ in 0..1000 {
            let len = u32::try_from(nested.len() + 2).unwrap().to_be_bytes();
            nested = [b"\xc9", &len[..], b"\x64\xa1A", &nested].concat();
        }
        assert!(show(&nested).unwrap_err().note.contains("nested deeper"));
    }

    #[test]
    fn promises_are_not_believed() {
        let reason = |bytes: &[u8]| decode(bytes, Form::Msgpack).unwrap_err().note;
        assert_eq!(reason(b"\xdd\xff\xff\xff\xff"), "invalid MessagePack: cut off at byte 5");
        assert_eq!(reason(b"\xdf\xff\xff\xff\xff\x01"), "invalid MessagePack: cut off at byte 6");
        assert_eq!(reason(b"\xc6\xff\xff\xff\xff"), "invalid MessagePack: cut off at byte 5");
        assert!(reason(&[0x91; 100_000]).contains("nested deeper"));
        assert_eq!(reason(b"\x01\x02"), "invalid MessagePack: more bytes than one value has at byte 1");
        assert!(reason(b"\xc1").contains("never used"));
    }
}
