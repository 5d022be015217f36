//! Payload decoders: pure functions from bytes to a [`Value`]. What is read is data: no class is made, no code is run,
//! whatever a format offers for that.
//!
//! What is the same in all forms:
//! - Nesting is at most [`MAX_DEPTH`], values at most [`MAX_VALUES`] (what an alias repeats counts again), and memory is
//!   taken for what is there, never for what a length promises.
//! - Integers and decimals keep their digits. What JSON has no number for (NaN, infinities) becomes its name as text.
//! - Bytes inside a value become standard base64 text with padding; so does a text that is not UTF-8, in formats that
//!   don't tell the two apart. Sixteen bytes that a format marks as a UUID are written with hyphens.
//! - Times that a format marks as such become RFC 3339 text in UTC, or with the offset that was stored.
//! - Keys of maps that are no text become the JSON text of their value; of repeated keys the last wins.
//! - What a class was is kept under `$class` where the format says it; what a tag or an extension was under `$tag`.

use serde::Deserialize;

use crate::model::Value;
use crate::model::event::Unreadable;
use crate::model::json::{self, JsonError, MAX_DEPTH};

mod bson;
mod cbor;
mod classes;
mod cursor;
mod described;
mod jsonb;
mod marshal;
mod moments;
mod msgpack;
mod packing;
mod php;
mod pickle;
mod protobuf;
mod python;
mod sniff;
mod text;
mod xml;
mod xstream;
mod yaml;

pub use described::Descriptors;
pub use packing::{Packing, packing_of, unpack, unread_packing_of};
pub use sniff::sniff;
pub use text::{uuid_from_be_bytes, uuid_from_le_bytes};
pub use yaml::encode_like as yaml_like;

use cursor::Fault;

/// A payload with more values than this is refused: some hundred bytes of memory stand behind each.
pub const MAX_VALUES: usize = 4_000_000;

/// How a payload is written. A layout or a mapping names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// By its first bytes, see [`sniff`]; for tables of which nobody knows what writes them.
    Auto,
    /// JSON text (RFC 8259), in UTF-8 or UTF-16, with or without a byte order mark.
    Json,
    /// SQLite's binary JSON, from 3.45 on.
    Jsonb,
    /// YAML 1.2 as it is, and as Ruby and Python write it: `:key` is `key`, tags name classes.
    Yaml,
    /// XML as it is: the document's element is the only key.
    Xml,
    /// XML as XStream writes it (Axon): the document's element is the class and is left out.
    Xstream,
    /// PHP's `serialize()`.
    Php,
    /// MessagePack.
    Msgpack,
    /// CBOR (RFC 8949).
    Cbor,
    /// BSON.
    Bson,
    /// Python's pickle, protocols 0 to 5, read as data.
    Pickle,
    /// Ruby's Marshal 4.8.
    RubyMarshal,
    /// Protocol Buffers without their description: numbers of fields for names.
    Protobuf,
    /// A whole number in 1, 2, 4 or 8 bytes, the lowest first, negative ones as two's complement.
    SignedLe,
    /// Text that is no more than that.
    Text,
    /// Bytes that only the program can read which wrote them (bincode, bitcode, encryption).
    Opaque,
}

/// Why bytes could not be decoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{note}")]
pub struct DecodeError {
    /// In a few words; also the key under which such payloads are counted.
    pub reason: String,
    /// The same with its details (byte, line, column, size …).
    pub note: String,
}

impl DecodeError {
    /// An error with its reason and its details.
    pub fn new(reason: impl Into<String>, note: impl Into<String>) -> Self {
        Self { reason: reason.into(), note: note.into() }
    }

    /// The payload that could not be read, with its bytes as they are stored.
    pub fn unreadable(self, stored: &[u8]) -> Unreadable {
        Unreadable::new(stored, self.reason, self.note)
    }

    fn of(name: &str, fault: Fault) -> Self {
        match fault {
            Fault::Invalid { at, what } => {
                Self::new(format!("invalid {name}"), format!("invalid {name}: {what} at byte {at}"))
            }
            Fault::InvalidText(what) => Self::new(format!("invalid {name}"), format!("invalid {name}: {what}")),
            Fault::TooDeep => Self::new(
                format!("{name} nested too deeply"),
                format!("{name} nested deeper than {MAX_DEPTH} levels, or holding itself"),
            ),
            Fault::TooLarge => {
                Self::new("too large", format!("{name} of more than {MAX_VALUES} values, or of too much repeated text"))
            }
        }
    }
}

impl Form {
    /// The name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Auto => "by its first bytes",
            Self::Json => "JSON",
            Self::Jsonb => "SQLite JSONB",
            Self::Yaml => "YAML",
            Self::Xml => "XML",
            Self::Xstream => "XStream XML",
            Self::Php => "PHP serialize",
            Self::Msgpack => "MessagePack",
            Self::Cbor => "CBOR",
            Self::Bson => "BSON",
            Self::Pickle => "Python pickle",
            Self::RubyMarshal => "Ruby Marshal",
            Self::Protobuf => "Protocol Buffers",
            Self::SignedLe => "whole number",
            Self::Text => "text",
            Self::Opaque => "unknown bytes",
        }
    }
}

/// Decodes one payload, already [unpacked](unpack).
///
/// Errors: the bytes are not of this form, are cut off, hold more than one document, or go beyond the bounds.
pub fn decode(bytes: &[u8], form: Form) -> Result<Value, DecodeError> {
    if bytes.is_empty() && form != Form::Text {
        return Err(DecodeError::new("empty payload", "empty payload: 0 bytes"));
    }
    let read: cursor::Decoded<Value> = match form {
        Form::Auto => {
            return match sniff(bytes) {
                Some(found) => decode(bytes, found),
                None => Err(opaque(bytes)),
            };
        }
        Form::Json => return decode_json(bytes),
        Form::Text => return text::decode(bytes).map(Value::String),
        Form::Opaque => return Err(opaque(bytes)),
        Form::SignedLe if matches!(bytes.len(), 1 | 2 | 4 | 8) => Ok(cursor::signed_le(bytes)),
        Form::SignedLe => Err(Fault::InvalidText(format!("{} bytes", bytes.len()))),
        Form::Yaml => yaml::decode(bytes),
        Form::Jsonb => jsonb::decode(bytes),
        Form::Msgpack => msgpack::decode(bytes),
        Form::Cbor => cbor::decode(bytes),
        Form::Bson => bson::decode(bytes),
        Form::Php => php::decode(bytes),
        Form::Pickle => pickle::decode(bytes),
        Form::RubyMarshal => marshal::decode(bytes),
        Form::Protobuf => protobuf::decode(bytes),
        Form::Xml => xml::decode(bytes),
        Form::Xstream => xml::decode_xstream(bytes),
    };
    // Names of classes and lists around repeats add levels of their own.
    read.and_then(|value| if cursor::cost_of(&value).depth > MAX_DEPTH { Err(Fault::TooDeep) } else { Ok(value) })
        .map_err(|fault| DecodeError::of(form.title(), fault))
}

fn decode_json(bytes: &[u8]) -> Result<Value, DecodeError> {
    let converted = text::from_utf16(bytes);
    let bytes = converted.as_deref().map_or(bytes, str::as_bytes);
    json::parse(bytes).map_err(|error| json_error(bytes, &error))
}

fn json_error(bytes: &[u8], error: &JsonError) -> DecodeError {
    let Unreadable { reason, note, .. } = Unreadable::json(bytes, error);
    DecodeError { reason, note }
}

/// Bytes that are not read: how many, and how they begin.
fn opaque(bytes: &[u8]) -> DecodeError {
    let shown = &bytes[..bytes.len().min(16)];
    let more = if shown.len() < bytes.len() { " …" } else { "" };
    let length = if bytes.len() == 1 { "1 byte".to_owned() } else { format!("{} bytes", bytes.len()) };
    let note = format!("{length} of no form that can be read: {}{more}", text::spaced_hex(shown));
    DecodeError::new("unknown bytes", note)
}
