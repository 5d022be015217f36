//! What the binary decoders share: a place in bytes, and bounds on what comes out.

use std::borrow::Cow;

use crate::model::event::Payload;
use crate::model::json::{self, MAX_DEPTH};
use crate::model::{Number, Value};

use super::{MAX_VALUES, text};

/// What stops a decoder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// Not of this form, at this byte.
    Invalid { at: usize, what: Cow<'static, str> },
    /// Not of this form; the text has the place.
    InvalidText(String),
    /// Nested deeper than [`MAX_DEPTH`].
    TooDeep,
    /// More values or text than the bounds allow.
    TooLarge,
}

pub(super) type Decoded<T> = Result<T, Fault>;

/// A place in bytes. Nothing is taken that is not there.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    pub(super) fn invalid(&self, what: impl Into<Cow<'static, str>>) -> Fault {
        Fault::Invalid { at: self.at, what: what.into() }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// The next `len` bytes; `len` may come from the bytes themselves.
    pub(super) fn take(&mut self, len: u64) -> Decoded<&'a [u8]> {
        let taken = usize::try_from(len).ok().and_then(|len| self.rest().get(..len));
        let taken = taken.ok_or_else(|| self.invalid("cut off"))?;
        self.at += taken.len();
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Decoded<[u8; N]> {
        let taken = self.take(N as u64)?;
        taken.try_into().map_err(|_| self.invalid("cut off"))
    }

    pub(super) fn byte(&mut self) -> Decoded<u8> {
        Ok(self.array::<1>()?[0])
    }

    /// A big-endian number of `len` (at most 8) bytes.
    pub(super) fn be(&mut self, len: u64) -> Decoded<u64> {
        Ok(self.take(len)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// A little-endian number of `len` (at most 8) bytes.
    pub(super) fn le(&mut self, len: u64) -> Decoded<u64> {
        Ok(self.take(len)?.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// What stands before the next `end`, which is passed over.
    pub(super) fn until(&mut self, end: u8) -> Decoded<&'a [u8]> {
        let len = self.rest().iter().position(|byte| *byte == end).ok_or_else(|| self.invalid("cut off"))?;
        let taken = &self.rest()[..len];
        self.at += len + 1;
        Ok(taken)
    }

    /// Passes over one expected byte.
    pub(super) fn expect(&mut self, byte: u8) -> Decoded<()> {
        if self.peek() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        Err(self.invalid(if self.is_at_end() { "cut off".into() } else { format!("no {:?}", char::from(byte)) }))
    }

    /// An error unless everything was read.
    pub(super) fn finish(&self) -> Decoded<()> {
        if self.is_at_end() { Ok(()) } else { Err(self.invalid("more bytes than one value has")) }
    }
}

/// Counts what comes out, so that a few bytes can't become a great deal.
#[derive(Debug)]
pub(super) struct Budget {
    values: usize,
    text: usize,
}

/// What a value costs when it is repeated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cost {
    pub(super) values: usize,
    pub(super) text: usize,
    pub(super) depth: usize,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self { values: MAX_VALUES, text: Payload::RAW_LIMIT }
    }

    /// One more value, `depth` levels down.
    pub(super) fn value(&mut self, depth: usize) -> Decoded<()> {
        if depth > MAX_DEPTH {
            return Err(Fault::TooDeep);
        }
        self.values = self.values.checked_sub(1).ok_or(Fault::TooLarge)?;
        Ok(())
    }

    /// So many bytes of text.
    pub(super) fn text(&mut self, len: usize) -> Decoded<()> {
        self.text = self.text.checked_sub(len).ok_or(Fault::TooLarge)?;
        Ok(())
    }

    /// A value again that was met before.
    pub(super) fn again(&mut self, cost: Cost, depth: usize) -> Decoded<()> {
        if depth + cost.depth > MAX_DEPTH {
            return Err(Fault::TooDeep);
        }
        self.values = self.values.checked_sub(cost.values).ok_or(Fault::TooLarge)?;
        self.text(cost.text)
    }
}

/// What a value would cost again. It is no larger than what was decoded so far.
pub(super) fn cost_of(value: &Value) -> Cost {
    let mut cost = Cost { values: 1, text: 0, depth: 0 };
    let mut add = |inner: &Value, key: usize| {
        let inner = cost_of(inner);
        cost.values += inner.values;
        cost.text += inner.text + key;
        cost.depth = cost.depth.max(inner.depth + 1);
    };
    match value {
        Value::List(list) => list.iter().for_each(|slot| add(&slot.value, 0)),
        Value::Object(object) => object.iter().for_each(|(key, slot)| add(&slot.value, key.len())),
        Value::String(text) => cost.text = text.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    cost
}

/// An integer of whatever width.
pub(super) fn integer(number: impl Into<i128>) -> Value {
    let number = number.into();
    match i64::try_from(number) {
        Ok(number) => Value::from(number),
        Err(_) => Value::Number(Number::from_json_text(&number.to_string())),
    }
}

/// An integer of any width, by its magnitude in big-endian bytes. Beyond some thousand bits it is hexadecimal text.
pub(super) fn big_integer(magnitude: &[u8], is_negative: bool) -> Value {
    const MOST: usize = 512;
    let magnitude = &magnitude[magnitude.iter().take_while(|byte| **byte == 0).count()..];
    let sign = if is_negative { "-" } else { "" };
    if magnitude.len() > MOST {
        let digits: String = magnitude.iter().map(|byte| format!("{byte:02x}")).collect();
        return Value::from(format!("{sign}0x{digits}").as_str());
    }
    // Nine decimal digits a limb, the lowest first.
    let mut limbs: Vec<u64> = vec![0];
    for byte in magnitude {
        let mut carry = u64::from(*byte);
        for limb in &mut limbs {
            let grown = *limb * 256 + carry;
            *limb = grown % 1_000_000_000;
            carry = grown / 1_000_000_000;
        }
        if carry > 0 {
            limbs.push(carry);
        }
    }
    let mut digits = limbs.pop().unwrap_or(0).to_string();
    for limb in limbs.iter().rev() {
        digits.push_str(&format!("{limb:09}"));
    }
    let sign = if digits == "0" { "" } else { sign };
    Value::Number(Number::from_json_text(&format!("{sign}{digits}")))
}

/// An integer in two's complement, little-endian, of any width: Python's `LONG`.
pub(super) fn signed_le(bytes: &[u8]) -> Value {
    let is_negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
    let mut magnitude: Vec<u8> = bytes.iter().rev().copied().collect();
    if is_negative {
        let mut carry = true;
        for byte in magnitude.iter_mut().rev() {
            (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
        }
        if carry {
            magnitude.insert(0, 1);
        }
    }
    big_integer(&magnitude, is_negative)
}

/// `digits × 10^exponent` of an integer's digits, written plainly where that is short.
pub(super) fn scaled(digits: &str, exponent: i64) -> Value {
    let (sign, bare) = digits.strip_prefix('-').map_or(("", digits), |bare| ("-", bare));
    let text = match usize::try_from(-exponent) {
        Ok(0) => digits.to_owned(),
        Ok(scale) if scale <= 40 => {
            let padded = format!("{bare:0>width$}", width = scale + 1);
            let (whole, fraction) = padded.split_at(padded.len() - scale);
            format!("{sign}{whole}.{fraction}")
        }
        _ => format!("{digits}e{exponent}"),
    };
    Number::parse(&text).map_or_else(|| Value::from(text.as_str()), Value::Number)
}

/// A float by its shortest digits; NaN and the infinities by their names.
pub(super) fn float(number: f64) -> Value {
    if let Some(name) = unnumbered(number) {
        return Value::from(name);
    }
    Value::Number(Number::from_json_text(&format!("{number:?}")))
}

/// The same of a single-precision float: `0.1` stays `0.1`.
pub(super) fn float32(number: f32) -> Value {
    if let Some(name) = unnumbered(number.into()) {
        return Value::from(name);
    }
    Value::Number(Number::from_json_text(&format!("{number:?}")))
}

/// What JSON has no number for.
fn unnumbered(number: f64) -> Option<&'static str> {
    match number {
        number if number.is_nan() => Some("NaN"),
        f64::INFINITY => Some("Infinity"),
        f64::NEG_INFINITY => Some("-Infinity"),
        _ => None,
    }
}

/// A decimal as people and databases write it: `+1.50`, `.5`, `1E+3`. Text where it is no number (`NaN`).
pub(super) fn decimal(text: &str) -> Value {
    let plain = text.strip_prefix('+').unwrap_or(text);
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |digits| ("-", digits));
    let digits = if digits.starts_with('.') { format!("0{digits}") } else { digits.to_owned() };
    let digits = digits.replace(".e", "e").replace(".E", "E");
    let digits = digits.strip_suffix('.').unwrap_or(&digits);
    Number::parse(&format!("{sign}{digits}")).map_or_else(|| Value::from(text), Value::Number)
}

/// Text, or base64 of bytes that are none.
pub(super) fn text_or_bytes(bytes: &[u8]) -> Value {
    std::str::from_utf8(bytes).map_or_else(|_| Value::from(text::base64(bytes).as_str()), Value::from)
}

/// What a map's key is in JSON. Keys that are lists or objects must be short: each that stands in another's key would
/// double its backslashes.
pub(super) fn key_text(key: &Value) -> Decoded<String> {
    const LONGEST: usize = 4096;
    match key {
        Value::String(text) => Ok(text.to_string()),
        Value::List(_) | Value::Object(_) => {
            let Cost { values, text, .. } = cost_of(key);
            let is_short = values.max(text) <= LONGEST;
            is_short.then(|| json::to_text(key)).filter(|text| text.len() <= LONGEST).ok_or(Fault::TooLarge)
        }
        scalar => Ok(json::to_text(scalar)),
    }
}
