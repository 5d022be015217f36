//! Which form bytes have, by what is unmistakable in them. Random or encrypted bytes are of none.

use super::{Form, text};

/// The form that bytes show, for [`Form::Auto`]. Where nothing is unmistakable there is none: Protocol Buffers, which
/// have no mark, are never guessed, nor is text that could be anything.
pub fn sniff(bytes: &[u8]) -> Option<Form> {
    let converted = text::from_utf16(bytes);
    let bytes = converted.as_deref().map_or(text::without_bom(bytes), str::as_bytes);
    let text = text_so_far(bytes)?;
    match text.trim_start().as_bytes().first()? {
        b'{' | b'[' | b'"' => Some(Form::Json),
        _ => crate::model::json::parse(text.as_bytes()).is_ok().then_some(Form::Json),
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
