//! Protocol Buffers with a descriptor set (`protoc --descriptor_set_out=FILE --include_imports`): names for numbers, as
//! protobuf's own JSON has them, but numbers of 64 bits stay numbers unless asked otherwise.

use prost_reflect::{DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};

use crate::model::{List, Object, Origin, Value};

use super::cursor::{Budget, Cursor, Decoded, float, float32, integer, key_text};
use super::protobuf::{Wire, delimited, tag, unknown, varint};
use super::{DecodeError, Form, moments, text};

/// The messages of a descriptor set.
#[derive(Debug, Clone)]
pub struct Descriptors {
    pool: DescriptorPool,
    long_integers_as_text: bool,
}

impl Descriptors {
    /// Reads a `FileDescriptorSet`.
    ///
    /// Errors: the bytes are none, or a file that another imports is not in it.
    pub fn new(descriptor_set: &[u8]) -> Result<Self, DecodeError> {
        let pool = DescriptorPool::decode(descriptor_set)
            .map_err(|e| DecodeError::new("no descriptor set", format!("no descriptor set: {e}")))?;
        Ok(Self { pool, long_integers_as_text: false })
    }

    /// Integers of 64 bits as text, which is what protobuf's own JSON does.
    #[must_use]
    pub fn with_long_integers_as_text(self) -> Self {
        Self { long_integers_as_text: true, ..self }
    }

    /// The full names of its messages.
    pub fn messages(&self) -> impl Iterator<Item = String> + '_ {
        self.pool.all_messages().map(|message| message.full_name().to_owned())
    }

    /// The message of a full name, or of the last part of one if only one message is called so.
    fn find(&self, name: &str) -> Option<MessageDescriptor> {
        let name = name.rsplit('/').next().unwrap_or(name).trim_start_matches('.');
        self.pool.get_message_by_name(name).or_else(|| {
            let mut called = self.pool.all_messages().filter(|message| message.name() == name);
            called.next().filter(|_| called.next().is_none())
        })
    }

    /// Decodes a message of this name. Fields that its description does not know keep their numbers.
    ///
    /// Errors: no message is called so, or the bytes are none of it.
    pub fn decode(&self, bytes: &[u8], message: &str) -> Result<Value, DecodeError> {
        let Some(descriptor) = self.find(message) else {
            let note = format!("the descriptor set has no message called {message}, or several");
            return Err(DecodeError::new("unknown message", note));
        };
        let mut reader = Reader { descriptors: self, budget: Budget::new() };
        let value = reader.message(bytes, &descriptor, 0);
        value.map_err(|fault| DecodeError::of(Form::Protobuf.title(), fault))
    }
}

struct Reader<'d> {
    descriptors: &'d Descriptors,
    budget: Budget,
}

impl Reader<'_> {
    fn message(&mut self, bytes: &[u8], descriptor: &MessageDescriptor, depth: usize) -> Decoded<Value> {
        self.budget.value(depth)?;
        let mut cursor = Cursor::new(bytes);
        let object = self.fields(&mut cursor, descriptor, depth, None)?;
        Ok(match descriptor.full_name().strip_prefix("google.protobuf.") {
            Some(name) => self.well_known(name, object, depth)?,
            None => Value::Object(object),
        })
    }

    fn fields(
        &mut self,
        cursor: &mut Cursor<'_>,
        descriptor: &MessageDescriptor,
        depth: usize,
        group: Option<u32>,
    ) -> Decoded<Object> {
        let mut object = Object::default();
        while !cursor.is_at_end() {
            let (number, wire) = tag(cursor)?;
            if wire == Wire::EndGroup {
                return if group == Some(number) {
                    Ok(object)
                } else {
                    Err(cursor.invalid("the end of another group"))
                };
            }
            match descriptor.get_field(number) {
                Some(field) => self.field(cursor, &field, wire, &mut object, depth + 1)?,
                None => {
                    let value = unknown(cursor, &mut self.budget, depth + 1, number, wire)?;
                    object.insert(number.to_string().into(), value, Origin::NONE);
                }
            }
        }
        if group.is_some() { Err(cursor.invalid("a group without its end")) } else { Ok(object) }
    }

    fn field(
        &mut self,
        cursor: &mut Cursor<'_>,
        field: &FieldDescriptor,
        wire: Wire,
        object: &mut Object,
        depth: usize,
    ) -> Decoded<()> {
        let key: crate::model::Key = field.json_name().into();
        let kind = field.kind();
        if field.is_map() {
            let entry = delimited(cursor)?;
            let Kind::Message(descriptor) = kind else { return Err(cursor.invalid("a map of no kind")) };
            let (name, value) = self.entry(entry, &descriptor, depth + 1)?;
            let mut map = object.get(&key).and_then(Value::as_object).cloned().unwrap_or_default();
            // Not shared while it grows.
            object.insert(key.clone(), Value::Null, Origin::NONE);
            map.insert(name.into(), value, Origin::NONE);
            object.insert(key, Value::Object(map), Origin::NONE);
            return Ok(());
        }
        if !field.is_list() {
            let value = self.value(cursor, &kind, wire, field.number(), depth)?;
            object.insert(key, value, Origin::NONE);
            return Ok(());
        }
        let mut list = object.get(&key).and_then(Value::as_list).cloned().unwrap_or_default();
        object.insert(key.clone(), Value::Null, Origin::NONE);
        if wire == Wire::Length
            && let Some(single) = packed(&kind)
        {
            let mut inner = Cursor::new(delimited(cursor)?);
            while !inner.is_at_end() {
                list.push(self.value(&mut inner, &kind, single, field.number(), depth + 1)?, Origin::NONE);
            }
        } else {
            list.push(self.value(cursor, &kind, wire, field.number(), depth + 1)?, Origin::NONE);
        }
        object.insert(key, Value::List(list), Origin::NONE);
        Ok(())
    }

    /// Key and value of a map's entry; what is not written has its type's default.
    fn entry(&mut self, bytes: &[u8], descriptor: &MessageDescriptor, depth: usize) -> Decoded<(String, Value)> {
        let mut cursor = Cursor::new(bytes);
        let mut fields = self.fields(&mut cursor, descriptor, depth, None)?;
        let key = fields.get("key").map(key_text).transpose()?.unwrap_or_default();
        let value = fields.get("value").cloned();
        fields.remove("value");
        let value = match (value, descriptor.get_field_by_name("value").map(|field| field.kind())) {
            (Some(value), _) => value,
            (None, Some(Kind::String | Kind::Bytes)) => Value::from(""),
            (None, Some(Kind::Bool)) => Value::Bool(false),
            (None, Some(Kind::Message(_))) => Object::default().into(),
            (None, _) => Value::from(0),
        };
        Ok((key, value))
    }

    fn value(&mut self, cursor: &mut Cursor<'_>, kind: &Kind, wire: Wire, number: u32, depth: usize) -> Decoded<Value> {
        let expected = packed(kind).unwrap_or(Wire::Length);
        if wire == Wire::Group
            && let Kind::Message(descriptor) = kind
        {
            self.budget.value(depth)?;
            return self.fields(cursor, descriptor, depth, Some(number)).map(Value::Object);
        }
        if wire != expected {
            return unknown(cursor, &mut self.budget, depth, number, wire);
        }
        if let Kind::Message(descriptor) = kind {
            let bytes = delimited(cursor)?;
            return self.message(bytes, descriptor, depth);
        }
        self.budget.value(depth)?;
        let long = |number: i128| {
            if self.descriptors.long_integers_as_text {
                Value::from(number.to_string().as_str())
            } else {
                integer(number)
            }
        };
        Ok(match kind {
            Kind::Double => float(f64::from_le_bytes(cursor.array()?)),
            Kind::Float => float32(f32::from_le_bytes(cursor.array()?)),
            Kind::Int32 => integer(varint(cursor)? as i32),
            Kind::Int64 => long(varint(cursor)?.cast_signed().into()),
            Kind::Uint32 => integer(varint(cursor)? as u32),
            Kind::Uint64 => long(varint(cursor)?.into()),
            Kind::Sint32 | Kind::Sint64 => {
                let zigzag = varint(cursor)?;
                let number = (zigzag >> 1).cast_signed() ^ -((zigzag & 1).cast_signed());
                if *kind == Kind::Sint32 { integer(number) } else { long(number.into()) }
            }
            Kind::Fixed32 => integer(u32::from_le_bytes(cursor.array()?)),
            Kind::Fixed64 => long(u64::from_le_bytes(cursor.array()?).into()),
            Kind::Sfixed32 => integer(i32::from_le_bytes(cursor.array()?)),
            Kind::Sfixed64 => long(i64::from_le_bytes(cursor.array()?).into()),
            Kind::Bool => Value::Bool(varint(cursor)? != 0),
            Kind::Enum(values) => {
                let number = varint(cursor)? as i32;
                values.get_value(number).map_or_else(|| integer(number), |value| Value::from(value.name()))
            }
            Kind::String => {
                let bytes = delimited(cursor)?;
                self.budget.text(bytes.len())?;
                Value::from(std::str::from_utf8(bytes).map_err(|_| cursor.invalid("not UTF-8 text"))?)
            }
            Kind::Bytes => {
                let bytes = delimited(cursor)?;
                self.budget.text(bytes.len())?;
                Value::from(text::base64(bytes).as_str())
            }
            Kind::Message(_) => Value::Null,
        })
    }

    /// Protobuf's own messages as its JSON writes them.
    fn well_known(&mut self, name: &str, object: Object, depth: usize) -> Decoded<Value> {
        let number = |key: &str| match object.get(key) {
            Some(Value::Number(number)) => number.as_i64(),
            Some(Value::String(text)) => text.parse().ok(),
            _ => Some(0),
        };
        Ok(match name {
            "Timestamp" => match (number("seconds"), number("nanos").and_then(|nanos| u32::try_from(nanos).ok())) {
                (Some(seconds), Some(nanos)) => moments::from_seconds(seconds, nanos),
                _ => Value::Object(object),
            },
            "Duration" => match number("seconds").zip(number("nanos")) {
                Some((seconds, nanos)) => Value::from(duration(seconds, nanos).as_str()),
                None => Value::Object(object),
            },
            "DoubleValue" | "FloatValue" | "Int64Value" | "UInt64Value" | "Int32Value" | "UInt32Value" => {
                object.get("value").cloned().unwrap_or_else(|| Value::from(0))
            }
            "BoolValue" => object.get("value").cloned().unwrap_or(Value::Bool(false)),
            "StringValue" | "BytesValue" => object.get("value").cloned().unwrap_or_else(|| Value::from("")),
            "Struct" => object.get("fields").cloned().unwrap_or_else(|| Object::default().into()),
            "ListValue" => object.get("values").cloned().unwrap_or_else(|| List::default().into()),
            "Value" => match object.iter().next() {
                Some((key, _)) if &**key == "nullValue" => Value::Null,
                Some((_, slot)) => slot.value.clone(),
                None => Value::Null,
            },
            "FieldMask" => {
                let paths = object.get("paths").and_then(Value::as_list);
                let paths: Vec<&str> =
                    paths.into_iter().flat_map(|list| list.iter().filter_map(|slot| slot.value.as_str())).collect();
                Value::from(paths.join(",").as_str())
            }
            "Any" => self.any(object, depth)?,
            _ => Value::Object(object),
        })
    }

    fn any(&mut self, object: Object, depth: usize) -> Decoded<Value> {
        let url = object.get("typeUrl").and_then(Value::as_str).unwrap_or("");
        let bytes = object.get("value").and_then(Value::as_str).and_then(|value| text::from_base64(value.as_bytes()));
        let Some(descriptor) = self.descriptors.find(url) else { return Ok(Value::Object(object)) };
        let inner = self.message(&bytes.unwrap_or_default(), &descriptor, depth + 1)?;
        let mut out = Object::default();
        out.insert("@type".into(), url.into(), Origin::NONE);
        match inner {
            Value::Object(fields) => {
                for (key, slot) in fields.iter() {
                    out.insert(key.clone(), slot.value.clone(), Origin::NONE);
                }
            }
            other => drop(out.insert("value".into(), other, Origin::NONE)),
        }
        Ok(Value::Object(out))
    }
}

/// How one value of a kind is written that may be packed into a list without tags.
fn packed(kind: &Kind) -> Option<Wire> {
    match kind {
        Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => Some(Wire::Fixed64),
        Kind::Float | Kind::Fixed32 | Kind::Sfixed32 => Some(Wire::Fixed32),
        Kind::String | Kind::Bytes | Kind::Message(_) => None,
        _ => Some(Wire::Varint),
    }
}

fn duration(seconds: i64, nanos: i64) -> String {
    let total = i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
    let sign = if total < 0 { "-" } else { "" };
    let (whole, rest) = (total.unsigned_abs() / 1_000_000_000, total.unsigned_abs() % 1_000_000_000);
    // None, three, six or nine digits.
    let digits = format!("{rest:09}");
    let digits = digits.trim_end_matches('0');
    let point = if digits.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{digits:0<width$}s", width = digits.len().next_multiple_of(3))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `protoc --include_imports --descriptor_set_out` of `golden/order.proto`.
    const ORDER_DESC: &[u8] = include_bytes!("golden/order.desc");
    /// Serialised by protobuf of Python.
    const ORDER: &str = "CImAgICAgIAQEgbFgXVjamEaBQoBQRACGgMKAUIgASoLCKXr3MoGEICcnDkxAAAAAAAAKUA9zczMPUIC//5KBQoBYRABUg0B/v//////////AawCWA1lKgAAAGgBchYI////////////ARCAtsqR/v////8BegMKAW6CASEKHwoBaxIaMhgKCREAAAAAAADwPwoCCAAKAxoBeAoCIAGKASkKIHR5cGUuZ29vZ2xlYXBpcy5jb20vc2hvcC52MS5JdGVtEgUKAVoQCZEB+/////////+aAQIIAQ==";

    #[test]
    fn fields_have_their_names() {
        let descriptors = Descriptors::new(ORDER_DESC).unwrap();
        let bytes = text::from_base64(ORDER.as_bytes()).unwrap();
        let expected = r#"{"id":9007199254741001,"customerName":"Łucja","items":[{"sku":"A","quantity":2},{"sku":"B"}],"status":"STATUS_PAID","placedAt":"2026-01-02T03:04:05.120Z","total":12.5,"discount":0.1,"token":"//4=","counts":{"a":1},"numbers":[1,-2,300],"delta":-7,"code":42,"gift":true,"took":"-1.500s","note":"n","extra":{"k":[1.0,null,"x",true]},"any":{"@type":"type.googleapis.com/shop.v1.Item","sku":"Z","quantity":9},"balance":-5,"previous":{"id":1}}"#;
        for name in ["shop.v1.OrderPlaced", "OrderPlaced", "type.googleapis.com/shop.v1.OrderPlaced"] {
            assert_eq!(format!("{:?}", descriptors.decode(&bytes, name).unwrap()), expected);
        }
        let as_text = descriptors.clone().with_long_integers_as_text().decode(&bytes, "OrderPlaced").unwrap();
        assert_eq!(as_text.as_object().unwrap().get("id").unwrap().as_str(), Some("9007199254741001"));
        assert_eq!(descriptors.decode(&bytes, "Nope").unwrap_err().reason, "unknown message");
        assert_eq!(Descriptors::new(b"\x0a\x01").unwrap_err().reason, "no descriptor set");
        for len in 0..bytes.len() {
            // A message that is cut off between fields is one.
            drop(descriptors.decode(&bytes[..len], "OrderPlaced"));
        }
    }

    #[test]
    fn a_message_within_itself_is_bounded() {
        let descriptors = Descriptors::new(ORDER_DESC).unwrap();
        let mut bytes = vec![8, 1];
        for _ in 0..300 {
            let mut outer = vec![0x9a, 0x01];
            let mut len = bytes.len();
            while len > 127 {
                outer.push((len & 0x7f) as u8 | 0x80);
                len >>= 7;
            }
            outer.push(len as u8);
            outer.extend_from_slice(&bytes);
            bytes = outer;
        }
        assert_eq!(descriptors.decode(&bytes, "OrderPlaced").unwrap_err().reason, "Protocol Buffers nested too deeply");
    }
}
