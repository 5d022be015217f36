//! BSON: <https://bsonspec.org/spec.html>. Object ids are hexadecimal text, dates RFC 3339, UUIDs hyphenated (subtype 4
//! as it stands, subtype 3 in .NET's order), decimals numbers; the rest of MongoDB's own types as its extended JSON
//! has them.

use crate::model::{List, Object, Origin, Value};

use super::cursor::{Budget, Cursor, Decoded, float, integer, scaled};
use super::{moments, text};

pub(super) fn decode(bytes: &[u8]) -> Decoded<Value> {
    let mut reader = Reader { cursor: Cursor::new(bytes), budget: Budget::new() };
    reader.budget.value(0)?;
    let value = reader.document(0, false)?;
    reader.cursor.finish()?;
    Ok(value)
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    budget: Budget,
}

impl<'a> Reader<'a> {
    fn document(&mut self, depth: usize, is_list: bool) -> Decoded<Value> {
        let start = self.cursor.at();
        let len = self.cursor.le(4)?;
        let mut list = List::default();
        let mut object = Object::default();
        loop {
            let kind = self.cursor.byte()?;
            if kind == 0 {
                break;
            }
            let name = self.name()?;
            let value = self.value(kind, depth + 1)?;
            if is_list {
                list.push(value, Origin::NONE);
            } else {
                object.insert(name.as_ref().into(), value, Origin::NONE);
            }
        }
        if (self.cursor.at() - start) as u64 != len {
            return Err(self.cursor.invalid("a document of another length than it says"));
        }
        Ok(if is_list { Value::List(list) } else { Value::Object(object) })
    }

    fn name(&mut self) -> Decoded<std::borrow::Cow<'a, str>> {
        let name = self.cursor.until(0)?;
        self.budget.text(name.len())?;
        Ok(String::from_utf8_lossy(name))
    }

    fn text(&mut self) -> Decoded<Value> {
        let len = self.cursor.le(4)?.checked_sub(1).ok_or_else(|| self.cursor.invalid("a text without its end"))?;
        let text = self.cursor.take(len)?;
        self.cursor.expect(0)?;
        self.budget.text(text.len())?;
        let text = std::str::from_utf8(text).map_err(|_| self.cursor.invalid("not UTF-8 text"))?;
        Ok(Value::from(text))
    }

    fn value(&mut self, kind: u8, depth: usize) -> Decoded<Value> {
        self.budget.value(depth)?;
        Ok(match kind {
            0x01 => float(f64::from_le_bytes(self.cursor.array()?)),
            // Text; a symbol.
            0x02 | 0x0e => self.text()?,
            0x03 => self.document(depth, false)?,
            0x04 => self.document(depth, true)?,
            0x05 => self.binary()?,
            // Undefined; null.
            0x06 | 0x0a => Value::Null,
            0x07 => object_id(&self.cursor.array()?),
            0x08 => match self.cursor.byte()? {
                0 => Value::Bool(false),
                1 => Value::Bool(true),
                _ => return Err(self.cursor.invalid("no boolean")),
            },
            0x09 => moments::from_millis(i64::from_le_bytes(self.cursor.array()?)),
            0x0b => {
                let (pattern, options) = (self.name()?, self.name()?);
                Value::from(format!("/{pattern}/{options}").as_str())
            }
            0x0c => {
                let collection = self.text()?;
                let id = object_id(&self.cursor.array()?);
                object([("$ref", collection), ("$id", id)])
            }
            0x0d => object([("$code", self.text()?)]),
            0x0f => {
                self.cursor.take(4)?;
                let code = self.text()?;
                object([("$code", code), ("$scope", self.document(depth, false)?)])
            }
            0x10 => integer(i32::from_le_bytes(self.cursor.array()?)),
            0x11 => {
                let (increment, seconds) = (self.cursor.le(4)?, self.cursor.le(4)?);
                object([("$timestamp", object([("t", integer(seconds)), ("i", integer(increment))]))])
            }
            0x12 => integer(i64::from_le_bytes(self.cursor.array()?)),
            0x13 => decimal128(u128::from_le_bytes(self.cursor.array()?)),
            0x7f => object([("$maxKey", integer(1))]),
            0xff => object([("$minKey", integer(1))]),
            _ => return Err(self.cursor.invalid(format!("no type has the number {kind}"))),
        })
    }

    fn binary(&mut self) -> Decoded<Value> {
        let len = self.cursor.le(4)?;
        let subtype = self.cursor.byte()?;
        let bytes = self.cursor.take(len)?;
        self.budget.text(bytes.len())?;
        let uuid = match subtype {
            3 => text::uuid_from_le_bytes(bytes),
            4 => text::uuid_from_be_bytes(bytes),
            _ => None,
        };
        Ok(Value::from(uuid.unwrap_or_else(|| text::base64(bytes)).as_str()))
    }
}

fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Object(entries.into_iter().collect::<Object>())
}

fn object_id(bytes: &[u8; 12]) -> Value {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Value::from(digits.as_str())
}

/// IEEE 754-2008 decimal of 128 bits, its coefficient a binary integer.
fn decimal128(bits: u128) -> Value {
    let is_negative = bits >> 127 == 1;
    let combination = (bits >> 122) as u8 & 0x1f;
    if combination >= 0x1e {
        return Value::from(match (combination, is_negative) {
            (0x1f, _) => "NaN",
            (_, true) => "-Infinity",
            (_, false) => "Infinity",
        });
    }
    let (exponent, coefficient) = if combination >= 0x18 {
        // Such coefficients are beyond 34 digits and count as zero.
        ((bits >> 111) as i64 & 0x3fff, 0)
    } else {
        ((bits >> 113) as i64 & 0x3fff, bits & ((1 << 113) - 1))
    };
    let coefficient = if coefficient > 10u128.pow(34) - 1 { 0 } else { coefficient };
    let sign = if is_negative { "-" } else { "" };
    scaled(&format!("{sign}{coefficient}"), exponent - 6176)
}

#[cfg(test)]
mod tests {
    use super::super::{Form, decode, text};

    /// Encoded by the bson package of PyMongo 4.
    const ENCODED: &str = "NQEAABBpZAABAAAAAW4AAAAAAAAA+L8CcwAHAAAAxYF1Y2phAANkb2MADAAAABBhAAEAAAAABGFycgAVAAAAEDAAAQAAAAIxAAIAAAB4AAAFYmluAAIAAAAA//4FdXVpZAAQAAAABAAAAAAAAAAAAAAAAAAAAAEFb2xkZ3VpZAAQAAAAAzMiEQBVRHdmiJmqu8zd7v8Hb2lkAAEjRWeJq83vASNFZwh0AAEJZHQAAI2pfJsBAAAKbmlsAAtyZQBhKwBpAA1jb2RlAAQAAAB4KCkAEXRzAAYAAAAFAAAAEmk2NAABAAAAAAAgABNkZWMA4gQAAAAAAAAAAAAAAAA8MBNkZWMyAAwAAAAAAAAAAAAAAAAAUrATZGVjbgAAAAAAAAAAAAAAAAAAAAB8/21uAH9teAAA";

    #[test]
    fn every_type_is_read() {
        let bytes = text::from_base64(ENCODED.as_bytes()).unwrap();
        let expected = r#"{"id":1,"n":-1.5,"s":"Łucja","doc":{"a":1},"arr":[1,"x"],"bin":"//4=","uuid":"00000000-0000-0000-0000-000000000001","oldguid":"00112233-4455-6677-8899-aabbccddeeff","oid":"0123456789abcdef01234567","t":true,"dt":"2026-01-02T03:04:05.120Z","nil":null,"re":"/a+/i","code":{"$code":"x()"},"ts":{"$timestamp":{"t":5,"i":6}},"i64":9007199254740993,"dec":12.50,"dec2":-12e9,"decn":"NaN","mn":{"$minKey":1},"mx":{"$maxKey":1}}"#;
        assert_eq!(format!("{:?}", decode(&bytes, Form::Bson).unwrap()), expected);
        for len in 0..bytes.len() {
            assert!(decode(&bytes[..len], Form::Bson).is_err());
        }
    }

    #[test]
    fn promises_are_not_believed() {
        let note = |bytes: &[u8]| decode(bytes, Form::Bson).unwrap_err().note;
        assert!(note(b"\xff\xff\xff\x7f\x02a\x00\xff\xff\xff\x7f").contains("cut off"));
        assert!(note(b"\x06\x00\x00\x00\x00").contains("another length"));
        let deep: Vec<u8> = b"\xff\x00\x00\x00\x03a\x00".repeat(10_000);
        assert!(note(&deep).contains("nested deeper"));
        assert!(note(b"\x08\x00\x00\x00\x20a\x00\x00").contains("no type"));
    }
}
