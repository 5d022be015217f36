//! Times that a format marks as such, as RFC 3339 text.

use crate::model::{Timestamp, Value};

use super::cursor::integer;

/// A time of so many nanoseconds since 1970; the number where that is outside the years 1 to 9999.
pub(super) fn from_nanos(nanos: i128) -> Value {
    match Timestamp::from_nanos(nanos) {
        Some(time) => Value::from(time.to_string().as_str()),
        None => integer(nanos),
    }
}

/// A time of so many seconds since 1970 and further nanoseconds.
pub(super) fn from_seconds(seconds: i64, nanos: u32) -> Value {
    from_nanos(i128::from(seconds) * 1_000_000_000 + i128::from(nanos))
}

/// A time of so many milliseconds since 1970.
pub(super) fn from_millis(millis: i64) -> Value {
    from_nanos(i128::from(millis) * 1_000_000)
}

/// `2026-01-02 03:04:05.120000000 +02:00` as RFC 3339 with the same offset, if the text is a time of day on a date.
pub(super) fn rfc3339(text: &str) -> Option<String> {
    let (date, rest) = text.split_at_checked(10)?;
    let is_date = date.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    let rest = rest.strip_prefix(['T', 't']).or_else(|| rest.strip_prefix(' '))?.trim_start();
    let (clock, rest) = rest.split_at_checked(8)?;
    let is_clock = clock.bytes().enumerate().all(|(at, byte)| match at {
        2 | 5 => byte == b':',
        _ => byte.is_ascii_digit(),
    });
    if !is_date || !is_clock {
        return None;
    }
    let (fraction, offset) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count()),
        None => ("", rest),
    };
    let fraction = fraction.trim_end_matches('0');
    let fraction = if fraction.is_empty() {
        String::new()
    } else {
        format!(".{fraction:0<0$}", fraction.len().next_multiple_of(3))
    };
    Some(format!("{date}T{clock}{fraction}{}", offset_of(offset.trim())?))
}

/// An offset as RFC 3339 has it: `Z`, `+02:00`; nothing stays nothing.
fn offset_of(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some(String::new());
    }
    if matches!(text, "Z" | "z" | "UTC" | "+00:00" | "+0000" | "+00") {
        return Some("Z".to_owned());
    }
    let (sign, digits) = text.split_at_checked(1)?;
    let digits = digits.replace(':', "");
    let is_offset = matches!(sign, "+" | "-") && digits.bytes().all(|byte| byte.is_ascii_digit());
    match digits.len() {
        1 | 2 if is_offset => Some(format!("{sign}{digits:0>2}:00")),
        4 if is_offset => Some(format!("{sign}{}:{}", &digits[..2], &digits[2..])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_their_offset_and_lose_idle_zeros() {
        for (text, expected) in [
            ("2026-01-01 00:00:00.123456000 Z", Some("2026-01-01T00:00:00.123456Z")),
            ("2026-01-02 03:04:05.000000000 +02:00", Some("2026-01-02T03:04:05+02:00")),
            ("2026-01-02T03:04:05.1-0330", Some("2026-01-02T03:04:05.100-03:30")),
            ("2026-01-02 03:04:05", Some("2026-01-02T03:04:05")),
            ("2026-01-02 03:04:05 +1", Some("2026-01-02T03:04:05+01:00")),
            ("2026-01-02", None),
            ("2026-01-02 03:04", None),
            ("2026-01-02 03:04:05 maybe", None),
            ("2026-01-0é 03:04:05", None),
        ] {
            assert_eq!(rfc3339(text).as_deref(), expected, "{text}");
        }
        assert_eq!(from_seconds(1_767_225_600, 5).as_str(), Some("2026-01-01T00:00:00.000000005Z"));
        assert_eq!(format!("{:?}", from_millis(i64::MAX)), "9223372036854775807000000");
    }
}
