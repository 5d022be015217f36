//! Times in the form in which a store writes them.

use crate::model::{Number, Timestamp, Value};
use crate::store::layout::TimeEncoding;
use crate::store::times;

/// A time as a JSON value in the form of another one; RFC 3339 where there is none.
pub(super) fn in_json(form: Option<&Value>, time: Timestamp, encoding: TimeEncoding) -> Result<Value, String> {
    let cannot = || format!("its time {time} can't be written as the store writes its times");
    let value = match form {
        None | Some(Value::Null) => Value::string(time.to_string()),
        Some(Value::String(text)) if Timestamp::parse_iso(text.trim()).is_some() => {
            Value::string(iso_like(text, time)?)
        }
        Some(Value::String(text)) => {
            let number = text.trim().parse::<f64>().map_err(|_| cannot())?;
            Value::string(whole(time, number, encoding).ok_or_else(cannot)?.to_string())
        }
        Some(Value::Number(number)) => {
            let unit = number.to_f64_lossy();
            let text = match whole(time, unit, encoding) {
                Some(whole) => whole.to_string(),
                // A fraction, where the store's numbers have one.
                None => format!("{}", time.nanos() as f64 / nanos_in(unit, encoding).ok_or_else(cannot)? as f64),
            };
            Value::Number(Number::from_json_text(&text))
        }
        Some(_) => return Err(cannot()),
    };
    if times::in_json(Some(&value), encoding).timestamp() == Some(time) { Ok(value) } else { Err(cannot()) }
}

/// Nanoseconds in the unit of such a number.
fn nanos_in(number: f64, encoding: TimeEncoding) -> Option<i128> {
    match encoding {
        TimeEncoding::Auto | TimeEncoding::Iso => match times::by_magnitude(number) {
            TimeEncoding::Auto | TimeEncoding::Iso => None,
            unit => nanos_in(number, unit),
        },
        TimeEncoding::UnixSeconds => Some(1_000_000_000),
        TimeEncoding::UnixMillis => Some(1_000_000),
        TimeEncoding::UnixMicros => Some(1000),
        TimeEncoding::UnixNanos => Some(1),
        _ => None,
    }
}

/// A time as a whole number of the unit that such a number has.
pub(super) fn whole(time: Timestamp, like: f64, encoding: TimeEncoding) -> Option<i128> {
    let unit = nanos_in(like, encoding)?;
    (time.nanos() % unit == 0).then(|| time.nanos() / unit)
}

/// A time in the form of another: the same separator, at least as many digits, the same kind of offset (zero).
pub(super) fn iso_like(form: &str, time: Timestamp) -> Result<String, String> {
    let separator = if form.as_bytes().get(10) == Some(&b' ') { ' ' } else { 'T' };
    let clock = form.get(11..).unwrap_or_default();
    let clock_len = clock.find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.')).unwrap_or(clock.len());
    let (clock, offset) = clock.split_at(clock_len);
    let digits = clock.split_once('.').map_or(0, |(_, fraction)| fraction.len().min(9));
    let offset = match offset.trim() {
        "" | "Z" | "+00:00" | "+0000" | "+00" => offset,
        // Another zone's clock would have to be known for all times.
        _ => "+00:00",
    };
    let nanos = time.nanos().rem_euclid(1_000_000_000);
    let needed = match nanos {
        0 => 0,
        n if n % 1_000_000 == 0 && offset != "+00:00" => 3,
        n if n % 1000 == 0 => 6,
        _ => 9,
    };
    let base = time.to_datetime().format(&format!("%Y-%m-%d{separator}%H:%M:%S")).to_string();
    let fraction = format!("{nanos:09}");
    let text = match digits.max(needed) {
        0 => format!("{base}{offset}"),
        digits => format!("{base}.{}{offset}", &fraction[..digits]),
    };
    match Timestamp::parse_iso(&text) {
        Some(read) if read == time => Ok(text),
        _ => Err(format!("its time {time} can't be written like {form}")),
    }
}
