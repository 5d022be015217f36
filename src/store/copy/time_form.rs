//! Times in the form in which a store writes them.

use crate::model::{Number, Timestamp, Value};
use crate::store::layout::TimeEncoding;
use crate::store::raw::Raw;
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
                None => format!("{}", fraction(time, unit, encoding).ok_or_else(cannot)?),
            };
            Value::Number(Number::from_json_text(&text))
        }
        Some(_) => return Err(cannot()),
    };
    if times::in_json(Some(&value), encoding).timestamp() == Some(time) { Ok(value) } else { Err(cannot()) }
}

/// The unit that such a number counts in, and where it counts from: both in nanoseconds, the latter after 1970.
fn scale(number: f64, encoding: TimeEncoding) -> Option<(i128, i128)> {
    const DAY: i128 = 86_400_000_000_000;
    match encoding {
        TimeEncoding::Auto | TimeEncoding::Iso => match times::by_magnitude(number) {
            TimeEncoding::Auto | TimeEncoding::Iso => None,
            unit => scale(number, unit),
        },
        TimeEncoding::UnixSeconds => Some((1_000_000_000, 0)),
        TimeEncoding::UnixMillis => Some((1_000_000, 0)),
        TimeEncoding::UnixMicros => Some((1000, 0)),
        TimeEncoding::UnixNanos => Some((1, 0)),
        TimeEncoding::Ticks => Some((100, -62_135_596_800_000_000_000)),
        TimeEncoding::UnixDays => Some((DAY, 0)),
        TimeEncoding::JulianDays => Some((DAY, -2_440_587 * DAY - DAY / 2)),
        TimeEncoding::OleDays => Some((DAY, -25_569 * DAY)),
        _ => None,
    }
}

/// A time as a whole number of the unit that such a number has.
pub(super) fn whole(time: Timestamp, like: f64, encoding: TimeEncoding) -> Option<i128> {
    let (unit, origin) = scale(like, encoding)?;
    let nanos = time.nanos() - origin;
    (nanos % unit == 0).then(|| nanos / unit)
}

/// A time as a number of the unit that such a number has, with a fraction.
pub(super) fn fraction(time: Timestamp, like: f64, encoding: TimeEncoding) -> Option<f64> {
    let (unit, origin) = scale(like, encoding)?;
    let nanos = time.nanos() - origin;
    // A double does not hold all nanoseconds since 1970.
    Some(nanos.div_euclid(unit) as f64 + nanos.rem_euclid(unit) as f64 / unit as f64)
}

/// A time as a number in a column whose number is `like`; of days there are fractions also where one is whole.
pub(super) fn in_number(time: Timestamp, like: &Raw, encoding: TimeEncoding) -> Option<Raw> {
    let (number, is_real) = match like {
        Raw::Integer(number) => (*number as f64, false),
        Raw::Real(number) => (*number, true),
        _ => return None,
    };
    let whole = || whole(time, number, encoding).and_then(|whole| i64::try_from(whole).ok()).map(Raw::Integer);
    let in_days = scale(number, encoding).is_some_and(|(unit, _)| unit > 1_000_000_000);
    let real = || fraction(time, number, encoding).map(Raw::Real);
    let value = if is_real { real() } else { whole().or_else(|| if in_days { real() } else { None }) };
    value.filter(|value| times::in_column(value.as_ref(), encoding).timestamp() == Some(time))
}

/// A time as a whole second and the part of a second in this unit; `None` where it is finer.
pub(super) fn split(time: Timestamp, unit: TimeEncoding) -> Option<(Timestamp, i64)> {
    let unit = match unit {
        TimeEncoding::UnixMillis => 1_000_000,
        TimeEncoding::UnixMicros => 1000,
        TimeEncoding::UnixNanos => 1,
        _ => return None,
    };
    let part = time.nanos().rem_euclid(1_000_000_000);
    let second = Timestamp::from_nanos(time.nanos() - part)?;
    (part % unit == 0).then_some((second, i64::try_from(part / unit).ok()?))
}

/// A time in the form of another: the same separator, at least as many digits, the same kind of offset (zero).
pub(super) fn iso_like(form: &str, time: Timestamp) -> Result<String, String> {
    if let Some(extended) = Timestamp::extended_iso(form.trim()) {
        let text = iso_like(&extended, time)?;
        let (date, clock) = text.split_at(10);
        let date = date.replace('-', "");
        let (separator, clock) = (&form.trim()[8..9], clock[1..].replace(':', ""));
        return Ok(format!("{date}{separator}{clock}"));
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_as_the_store_has_them() {
        let time = Timestamp::parse_iso("2026-01-02T03:04:05.250Z").unwrap();
        for (form, expected) in [
            ("2020-02-03 04:05:06", "2026-01-02 03:04:05.250"),
            ("20200203T040506Z", "20260102T030405.250Z"),
            ("20200203T040506.123456+0000", "20260102T030405.250000+0000"),
            ("20200203 040506+0100", "20260102 030405.250000+0000"),
            ("20200203T0405", "20260102T030405.250"),
        ] {
            assert_eq!(iso_like(form, time).as_deref(), Ok(expected), "{form}");
            assert_eq!(Timestamp::parse_iso(expected), Some(time));
        }
    }

    #[test]
    fn numbers_as_the_store_has_them() {
        use TimeEncoding::*;
        let time = |text: &str| Timestamp::parse_iso(text).unwrap();
        for (text, like, encoding, expected) in [
            (
                "2026-01-02T03:04:05.1234567Z",
                Raw::Integer(638_031_836_611_442_499),
                Ticks,
                Some(Raw::Integer(639_029_198_451_234_567)),
            ),
            ("2026-01-02T03:04:05.12345678Z", Raw::Integer(638_031_836_611_442_499), Ticks, None),
            ("2026-01-02T12:00:00Z", Raw::Real(20_000.25), UnixDays, Some(Raw::Real(20_455.5))),
            ("2026-01-02T12:00:00Z", Raw::Integer(20_000), UnixDays, Some(Raw::Real(20_455.5))),
            ("2026-01-02T00:00:00Z", Raw::Integer(20_000), UnixDays, Some(Raw::Integer(20_455))),
            ("2026-01-02T00:00:00Z", Raw::Real(2_461_000.0), Auto, Some(Raw::Real(2_461_042.5))),
            ("2026-01-02T03:04:05.250Z", Raw::Real(1e9), UnixSeconds, Some(Raw::Real(1_767_323_045.25))),
            ("2026-01-02T03:04:05.250Z", Raw::Integer(1_000_000_000), UnixSeconds, None),
            ("2026-01-02T03:04:05.250Z", Raw::text("x"), UnixSeconds, None),
        ] {
            assert_eq!(in_number(time(text), &like, encoding), expected, "{text} {like:?}");
        }
    }
}
