//! What scanning and reading share: select lists, and column values as the vocabulary knows them.

use std::borrow::Cow;

use rusqlite::types::ValueRef;

use crate::model::EventLog;

use super::look::Look;
use super::plan::{Getter, Getters};

/// An integer, also one that is stored as REAL (some libraries' versions) or as text.
pub(super) fn integer(value: ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::Integer(number) => Some(number),
        // Beyond 2^53 a double names several integers.
        ValueRef::Real(number) if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 => {
            Some(number as i64)
        }
        ValueRef::Text(text) => std::str::from_utf8(text).ok()?.trim().parse().ok(),
        _ => None,
    }
}

/// A value as text; `None` for NULL. Bytes that are not UTF-8 become `U+FFFD`; the flag says so.
pub(super) fn text(value: ValueRef<'_>) -> Option<(Cow<'_, str>, bool)> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some((number.to_string().into(), false)),
        ValueRef::Real(number) => Some((number.to_string().into(), false)),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Some((text.into(), false)),
            Err(_) => Some((String::from_utf8_lossy(bytes).into_owned().into(), true)),
        },
        ValueRef::Blob(bytes) => Some((binary_id(bytes).into(), false)),
    }
}

/// A binary id: sixteen bytes are a UUID, others are shown in hexadecimal.
fn binary_id(bytes: &[u8]) -> String {
    match uuid::Uuid::from_slice(bytes) {
        Ok(id) => id.hyphenated().to_string(),
        Err(_) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

/// Whether a mark is set: anything but NULL, zero, the empty text and what reads as false.
pub(super) fn is_set(value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Null => false,
        ValueRef::Integer(number) => number != 0,
        ValueRef::Real(number) => number != 0.0,
        ValueRef::Text(text) | ValueRef::Blob(text) => {
            !(text.is_empty() || text == b"0" || text.eq_ignore_ascii_case(b"false") || text.eq_ignore_ascii_case(b"f"))
        }
    }
}

/// The two parts of a stream's name whose first is its category: one that the store knows, if one fits.
pub(super) fn two_parts<'n>(log: &EventLog, name: &'n str) -> Option<(&'n str, &'n str)> {
    let known = |first: &str| name.strip_prefix(first)?.strip_prefix('-').map(|rest| (&name[..first.len()], rest));
    let longest = log.categories().iter().filter_map(|category| known(category)).max_by_key(|(first, _)| first.len());
    longest.or_else(|| name.split_once('-')).filter(|(first, second)| !first.is_empty() && !second.is_empty())
}

/// Writes a stream's name into `name`: `tenant/` and the parts with `-` between; false where every part is NULL.
/// `lossy` is set where bytes were no text.
pub(super) fn stream_name(
    look: &Look<'_>,
    tenant: &Getters,
    parts: &Getters,
    name: &mut String,
    lossy: &mut bool,
) -> bool {
    name.clear();
    let mut any = false;
    if let Some((tenant, _)) = look.text(tenant) {
        name.push_str(&tenant);
        name.push('/');
    }
    for part in &parts.0 {
        // A name without a character is one too, where it is the whole name: only NULL is in no stream.
        let whole = parts.0.len() == 1;
        let part = match part {
            Getter::Column { at, guid: false } if whole => text(look.value(*at)),
            part => look.text_of(part).filter(|(part, _)| whole || !part.is_empty()),
        };
        if let Some((part, replaced)) = part {
            if any {
                name.push('-');
            }
            name.push_str(&part);
            any = true;
            *lossy |= replaced;
        }
    }
    any
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_as_integers_and_text() {
        assert_eq!(integer(ValueRef::Real(3.0)), Some(3));
        assert_eq!(integer(ValueRef::Real(3.5)), None);
        assert_eq!(integer(ValueRef::Real(1e300)), None);
        assert_eq!(integer(ValueRef::Text(b" 7")), Some(7));
        assert_eq!(integer(ValueRef::Blob(b"7")), None);
        assert_eq!(text(ValueRef::Text(b"a\xffb")), Some(("a\u{fffd}b".into(), true)));
        assert_eq!(text(ValueRef::Blob(&[0xab, 1])), Some(("ab01".into(), false)));
        assert_eq!(text(ValueRef::Blob(&[0x11; 16])), Some(("11111111-1111-1111-1111-111111111111".into(), false)));
        assert!(is_set(ValueRef::Text(b"1")) && !is_set(ValueRef::Text(b"False")) && !is_set(ValueRef::Real(0.0)));
    }
}
