//! Text in its encodings, and bytes as text.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

use super::DecodeError;

/// Text in UTF-8, or in UTF-16 with a byte order mark.
pub(super) fn decode(bytes: &[u8]) -> Result<Arc<str>, DecodeError> {
    if let Some(text) = from_utf16(bytes) {
        return Ok(text.into());
    }
    match std::str::from_utf8(without_bom(bytes)) {
        Ok(text) => Ok(text.into()),
        Err(e) => Err(DecodeError::new("not UTF-8 text", format!("not UTF-8 text: {e}"))),
    }
}

/// Without the byte order mark of UTF-8.
pub(super) fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Text in UTF-16, if its byte order mark or the zeros in its first two letters show it.
pub(super) fn from_utf16(bytes: &[u8]) -> Option<String> {
    let (bytes, is_little) = match bytes {
        [0xff, 0xfe, rest @ ..] => (rest, true),
        [0xfe, 0xff, rest @ ..] => (rest, false),
        [b'\t'..=b'~', 0, b'\t'..=b'~', 0, ..] => (bytes, true),
        [0, b'\t'..=b'~', 0, b'\t'..=b'~', ..] => (bytes, false),
        _ => return None,
    };
    let (pairs, odd) = bytes.as_chunks::<2>();
    if !odd.is_empty() {
        return None;
    }
    let unit = |pair: &[u8; 2]| if is_little { u16::from_le_bytes(*pair) } else { u16::from_be_bytes(*pair) };
    char::decode_utf16(pairs.iter().map(unit)).collect::<Result<String, _>>().ok()
}

/// A UUID of 16 bytes in the order in which it is written.
pub fn uuid_from_be_bytes(bytes: &[u8]) -> Option<String> {
    Some(uuid::Uuid::from_slice(bytes).ok()?.hyphenated().to_string())
}

/// A UUID of 16 bytes as .NET's `Guid.ToByteArray` orders them: the first three groups backwards.
pub fn uuid_from_le_bytes(bytes: &[u8]) -> Option<String> {
    Some(uuid::Uuid::from_slice_le(bytes).ok()?.hyphenated().to_string())
}

/// Bytes as standard base64 with padding.
pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Bytes of base64 text, in the standard or in the URL's alphabet, with or without padding and line breaks.
pub(super) fn from_base64(text: &[u8]) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let letters: Vec<u8> = text
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        })
        .collect();
    GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT).decode(letters).ok()
}

/// Bytes of hexadecimal text: bare, or as `0x…`, `\x…` or `X'…'`.
pub(super) fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.trim_ascii();
    let digits = match text {
        [b'0', b'x' | b'X', rest @ ..] | [b'\\', b'x', rest @ ..] | [b'x' | b'X', b'\'', rest @ .., b'\''] => rest,
        _ => text,
    };
    let (pairs, odd) = digits.as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect::<Option<Vec<u8>>>()?;
    (odd.is_empty() && !bytes.is_empty()).then_some(bytes)
}

/// Bytes in hexadecimal, for people.
pub(super) fn spaced_hex(bytes: &[u8]) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_is_known_by_its_mark_or_its_zeros() {
        let units: Vec<u16> = "{\"ü\":\"🙂\"}".encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for (mark, bytes) in [(&b""[..], &little), (b"\xff\xfe", &little), (b"\xfe\xff", &big), (b"", &big)] {
            let marked = [mark, bytes].concat();
            assert_eq!(from_utf16(&marked).as_deref(), Some("{\"ü\":\"🙂\"}"));
            assert_eq!(from_utf16(&marked[..marked.len() - 1]), None);
        }
        assert_eq!(from_utf16(b"{\"a\":1}"), None);
        assert_eq!(from_utf16(b"\xff\xfe\x00\xd8"), None);
    }

    #[test]
    fn guids_have_two_orders() {
        let bytes: Vec<u8> = (0..16).collect();
        assert_eq!(uuid_from_be_bytes(&bytes).as_deref(), Some("00010203-0405-0607-0809-0a0b0c0d0e0f"));
        assert_eq!(uuid_from_le_bytes(&bytes).as_deref(), Some("03020100-0504-0706-0809-0a0b0c0d0e0f"));
        assert_eq!(uuid_from_le_bytes(&bytes[1..]), None);
    }

    #[test]
    fn hex_and_base64_in_their_spellings() {
        for text in ["7B7d", "0x7b7D", "\\x7b7d", "X'7B7D'", " 7b7d\n"] {
            assert_eq!(from_hex(text.as_bytes()).as_deref(), Some(&b"{}"[..]), "{text}");
        }
        for text in ["", "7", "7b7", "zz", "0x", "{}"] {
            assert_eq!(from_hex(text.as_bytes()), None, "{text}");
        }
        for text in ["+/8=", "+/8", "-_8", "+/\r\n8="] {
            assert_eq!(from_base64(text.as_bytes()).as_deref(), Some(&b"\xfb\xff"[..]), "{text}");
        }
        assert_eq!(from_base64(b"{}"), None);
    }
}
