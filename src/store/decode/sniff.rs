//! Which form bytes have, by what is unmistakable in them. Random or encrypted bytes are of none.

use crate::model::{Value, json};

use super::classes::TAG;
use super::{Form, decode, text};

/// The form that bytes show, for [`Form::Auto`]. Where nothing is unmistakable there is none: Protocol Buffers, which
/// have no mark, are never guessed, nor is text that could be anything.
pub fn sniff(bytes: &[u8]) -> Option<Form> {
    let converted = text::from_utf16(bytes);
    let bytes = converted.as_deref().map_or(text::without_bom(bytes), str::as_bytes);
    if let Some(text) = text_so_far(bytes) {
        let start = text.trim_start();
        match start.as_bytes() {
            // Also where it is broken or cut off: nothing else begins so.
            [b'{' | b'[' | b'"', ..] => return Some(Form::Json),
            [b'<', b'?' | b'!' | b'a'..=b'z' | b'A'..=b'Z' | b'_', ..] => return proven(bytes, Form::Xml),
            [b'-', b'-', b'-', b' ' | b'\n' | b'\r', ..] => return proven(bytes, Form::Yaml),
            _ if json::parse(text.as_bytes()).is_ok() => return Some(Form::Json),
            _ => {}
        }
    }
    match bytes {
        [b'a' | b'O' | b'C', b':', b'0'..=b'9', ..] => proven(bytes, Form::Php),
        [0x80, 2..=5, .., b'.'] => proven(bytes, Form::Pickle),
        [4, 8, ..] if bytes.len() > 3 => proven(bytes, Form::RubyMarshal),
        _ => [Form::Bson, Form::Jsonb, Form::Msgpack, Form::Cbor]
            .into_iter()
            .find(|form| may_be(bytes, *form) && decode(bytes, *form).is_ok_and(|value| speaks(&value))),
    }
}

/// The form, if the bytes are wholly of it.
fn proven(bytes: &[u8], form: Form) -> Option<Form> {
    decode(bytes, form).is_ok().then_some(form)
}

/// Whether the first bytes are those of an object or a list in this form.
fn may_be(bytes: &[u8], form: Form) -> bool {
    let Some(first) = bytes.first() else { return false };
    match form {
        Form::Bson => {
            bytes.first_chunk::<4>().is_some_and(|len| usize::try_from(u32::from_le_bytes(*len)) == Ok(bytes.len()))
        }
        Form::Jsonb => matches!(first & 0xf, 11 | 12),
        Form::Msgpack => matches!(first, 0x80..=0x9f | 0xdc..=0xdf),
        Form::Cbor => matches!(first, 0x80..=0xbf | 0xd9),
        _ => false,
    }
}

/// Whether a value has names in it as programs write them, at its top or in all items of a list: what chance does not make.
fn speaks(value: &Value) -> bool {
    let is_name = |key: &str| {
        let is_letter = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '$' | ':' | ' ' | '@' | '/');
        key.chars().all(is_letter) && key.chars().any(char::is_alphabetic)
    };
    match value {
        Value::Object(object) => {
            let letters: usize = object.iter().map(|(key, _)| key.chars().filter(|c| c.is_alphabetic()).count()).sum();
            // `$tag` is ours: an extension of MessagePack needs but three bytes.
            letters >= 2 && object.iter().all(|(key, _)| is_name(key)) && object.get(TAG).is_none()
        }
        Value::List(list) => {
            !list.is_empty() && list.iter().all(|slot| slot.value.as_object().is_some() && speaks(&slot.value))
        }
        _ => false,
    }
}

/// The bytes as text, but for a last character that may be cut off.
fn text_so_far(bytes: &[u8]) -> Option<&str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(e) if e.error_len().is_none() => std::str::from_utf8(&bytes[..e.valid_up_to()]).ok(),
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The middle of xorshift's numbers.
    fn random(state: &mut u64) -> u8 {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        (*state >> 32) as u8
    }

    #[test]
    fn random_bytes_are_of_no_form() {
        let mut state = 0x9e37_79b9_7f4a_7c15;
        let mut guessed = Vec::new();
        for round in 0..100_000usize {
            let len = 16 + round % 185;
            let blob: Vec<u8> = (0..len).map(|_| random(&mut state)).collect();
            if let Some(form) = sniff(&blob) {
                guessed.push((form, blob));
            }
        }
        assert!(guessed.is_empty(), "{guessed:?}");
    }

    #[test]
    fn what_is_unmistakable_is_known() {
        let cases: [(&[u8], Option<Form>); 22] = [
            (b"{\"a\":1}", Some(Form::Json)),
            (b"\xef\xbb\xbf [1", Some(Form::Json)),
            (b"{\0\"\0a\0\"\0:\x001\0}\0", Some(Form::Json)),
            (b"17", Some(Form::Json)),
            (b"null", Some(Form::Json)),
            (b"<?xml version='1.0'?><a/>", Some(Form::Xml)),
            (b"<a><b>1</b></a>", Some(Form::Xml)),
            (b"<a> is less than b", None),
            (b"---\n:a: 1\n", Some(Form::Yaml)),
            (b"--- :just\n", Some(Form::Yaml)),
            (b"a:1:{i:0;i:1;}", Some(Form::Php)),
            (b"O:8:\"stdClass\":0:{}", Some(Form::Php)),
            (b"a:1 is text", None),
            (b"\x80\x04]\x94.", Some(Form::Pickle)),
            (b"\x04\x08[\x06i\x06", Some(Form::RubyMarshal)),
            (b"\x0f\0\0\0\x10name\0\x01\0\0\0\0", Some(Form::Bson)),
            (b"\x0f\0\0\0\x10nam\0\x01\0\0\0\0", None),
            (b"\x6c\x37abc\x131", Some(Form::Jsonb)),
            (b"\x81\xa4name\x01", Some(Form::Msgpack)),
            (b"\xa1\x64name\x01", Some(Form::Cbor)),
            (b"plain words", None),
            (b"", None),
        ];
        for (bytes, expected) in cases {
            assert_eq!(sniff(bytes), expected, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
