//! Times as stores write them: ISO text, numbers since some epoch in some unit.

use rusqlite::types::ValueRef;

use crate::model::{Timestamp, Value};

use super::layout::TimeEncoding;
use super::look::Look;
use super::plan::Getter;

const MICROS_PER_DAY: f64 = 86_400_000_000.0;
/// 1970-01-01T00:00:00Z in Julian days, in OLE automation days, and in .NET ticks.
const UNIX_EPOCH_JULIAN: f64 = 2_440_587.5;
const UNIX_EPOCH_OLE: f64 = 25_569.0;
const UNIX_EPOCH_TICKS: i128 = 621_355_968_000_000_000;

/// A stored time: absent, read, or there and not readable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StoredTime {
    Absent,
    Read(Timestamp),
    Unreadable,
}

impl StoredTime {
    pub(super) fn timestamp(self) -> Option<Timestamp> {
        if let Self::Read(time) = self { Some(time) } else { None }
    }

    fn of(time: Option<Timestamp>) -> Self {
        time.map_or(Self::Unreadable, Self::Read)
    }
}

/// The time in a column.
pub(super) fn in_column(value: ValueRef<'_>, encoding: TimeEncoding) -> StoredTime {
    match value {
        ValueRef::Null => StoredTime::Absent,
        ValueRef::Integer(number) => StoredTime::of(from_integer(i128::from(number), encoding)),
        ValueRef::Real(number) => StoredTime::of(from_real(number, encoding)),
        ValueRef::Blob(bytes) if encoding == TimeEncoding::IdMillis && bytes.len() == 16 => {
            let text = uuid::Uuid::from_slice(bytes).map(|id| id.hyphenated().to_string()).unwrap_or_default();
            in_text(text.as_bytes(), encoding)
        }
        ValueRef::Text(text) | ValueRef::Blob(text) => in_text(text, encoding),
    }
}

/// The time in a JSON value.
pub(super) fn in_json(value: Option<&Value>, encoding: TimeEncoding) -> StoredTime {
    match value {
        None | Some(Value::Null) => StoredTime::Absent,
        Some(Value::String(text)) => in_text(text.as_bytes(), encoding),
        Some(Value::Number(number)) => StoredTime::of(match number.as_i64() {
            Some(integer) => from_integer(i128::from(integer), encoding),
            None => from_real(number.to_f64_lossy(), encoding),
        }),
        Some(_) => StoredTime::Unreadable,
    }
}

/// The time in a place of a row. What is no scalar is no time: another place may have it.
pub(super) fn at(look: &Look<'_>, getter: &Getter, encoding: TimeEncoding) -> StoredTime {
    let leaf = |found: Option<Value>| match found {
        Some(found) if found.is_leaf() => in_json(Some(&found), encoding),
        _ => StoredTime::Absent,
    };
    match getter {
        Getter::Column { at, .. } => in_column(look.value(*at), encoding),
        Getter::Payload(path) => leaf(look.in_payload(path)),
        Getter::Metadata(path) => leaf(look.metadata().at(path).cloned()),
        other => match look.text_of(other) {
            Some((text, _)) => in_column(ValueRef::Text(text.as_bytes()), encoding),
            None => StoredTime::Absent,
        },
    }
}

/// What a further column adds to a time: seconds with their fraction, parts of a second, the time of a day.
pub(super) fn span_nanos(value: ValueRef<'_>, encoding: TimeEncoding) -> Option<i128> {
    let per_unit = match encoding {
        TimeEncoding::UnixMillis => 1_000_000,
        TimeEncoding::UnixMicros => 1_000,
        TimeEncoding::UnixNanos => 1,
        TimeEncoding::Ticks => 100,
        TimeEncoding::UnixDays | TimeEncoding::JulianDays | TimeEncoding::OleDays => 86_400_000_000_000,
        TimeEncoding::TimeOfDay if matches!(value, ValueRef::Text(_) | ValueRef::Blob(_)) => {
            let (ValueRef::Text(text) | ValueRef::Blob(text)) = value else { return None };
            return time_of_day(std::str::from_utf8(text).ok()?.trim());
        }
        _ => 1_000_000_000,
    };
    match value {
        ValueRef::Integer(number) => i128::from(number).checked_mul(per_unit),
        ValueRef::Real(number) if number.is_finite() && number.abs() < 1e12 => {
            // A double holds microseconds of a day, and not more.
            Some((number * per_unit as f64 / 1e3).round() as i128 * 1000)
        }
        ValueRef::Text(text) => std::str::from_utf8(text).ok()?.trim().parse::<i128>().ok()?.checked_mul(per_unit),
        ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => None,
    }
}

/// `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fff` in nanoseconds since midnight.
fn time_of_day(text: &str) -> Option<i128> {
    let mut parts = text.splitn(3, ':');
    let mut whole = |below: i128| parts.next()?.parse::<i128>().ok().filter(|n| (0..below).contains(n));
    let (hours, minutes) = (whole(24)?, whole(60)?);
    let (seconds, fraction) = match text.splitn(3, ':').nth(2) {
        None => (0, 0),
        Some(rest) => {
            let (seconds, fraction) = rest.split_once(['.', ',']).unwrap_or((rest, "0"));
            let digits = fraction.get(..fraction.len().min(9)).filter(|d| d.bytes().all(|b| b.is_ascii_digit()))?;
            let nanos = digits.parse::<i128>().ok()? * 10i128.pow(9 - digits.len() as u32);
            (seconds.parse::<i128>().ok().filter(|s| (0..61).contains(s))?, nanos)
        }
    };
    Some((hours * 3600 + minutes * 60 + seconds) * 1_000_000_000 + fraction)
}

/// The milliseconds in a ULID (<https://github.com/ulid/spec>) or a UUID of version 7 (RFC 9562).
fn id_millis(text: &str) -> Option<Timestamp> {
    const CROCKFORD: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let millis = if text.len() == 26 {
        let digit = |c: char| CROCKFORD.find(c.to_ascii_uppercase());
        text.chars().take(10).try_fold(0i128, |sum, c| Some(sum * 32 + digit(c)? as i128))?
    } else {
        let id = uuid::Uuid::parse_str(text).ok().filter(|id| id.get_version_num() == 7)?;
        (id.as_u128() >> 80) as i128
    };
    Timestamp::from_nanos(millis * 1_000_000)
}

fn in_text(text: &[u8], encoding: TimeEncoding) -> StoredTime {
    if let TimeEncoding::IdMillis | TimeEncoding::TicksPrefix = encoding {
        let Ok(text) = std::str::from_utf8(text) else { return StoredTime::Unreadable };
        return StoredTime::of(if encoding == TimeEncoding::IdMillis {
            id_millis(text.trim())
        } else {
            // As many digits as ticks of our time have, with a leading zero one more.
            text.get(..if text.starts_with('0') { 19 } else { 18 })
                .and_then(|d| d.parse().ok())
                .and_then(|n| from_integer(n, TimeEncoding::Ticks))
        });
    }
    if let Some(time) = plain_iso(text) {
        return StoredTime::Read(time);
    }
    let Ok(text) = std::str::from_utf8(text) else {
        return StoredTime::Unreadable;
    };
    let text = text.trim();
    if text.is_empty() {
        return StoredTime::Absent;
    }
    if let Some(time) = Timestamp::parse_iso(text) {
        return StoredTime::Read(time);
    }
    // Numbers as text: what a column without a type keeps of a number in quotes.
    StoredTime::of(match (text.parse::<i128>(), text.parse::<f64>()) {
        (Ok(integer), _) => from_integer(integer, encoding),
        (_, Ok(real)) => from_real(real, encoding),
        _ => None,
    })
}

fn from_integer(number: i128, encoding: TimeEncoding) -> Option<Timestamp> {
    let scaled = |factor: i128| Timestamp::from_nanos(number.checked_mul(factor)?);
    match encoding {
        TimeEncoding::Auto | TimeEncoding::Iso => from_integer(number, by_magnitude(number as f64)),
        TimeEncoding::UnixSeconds => scaled(1_000_000_000),
        TimeEncoding::UnixMillis => scaled(1_000_000),
        TimeEncoding::UnixMicros => scaled(1_000),
        TimeEncoding::UnixNanos => scaled(1),
        TimeEncoding::Ticks => Timestamp::from_nanos(number.checked_sub(UNIX_EPOCH_TICKS)?.checked_mul(100)?),
        TimeEncoding::UnixDays => scaled(86_400_000_000_000),
        TimeEncoding::JulianDays | TimeEncoding::OleDays => from_real(number as f64, encoding),
        TimeEncoding::Snowflake { epoch, shift } => {
            Timestamp::from_nanos(((number >> shift.min(63)) + i128::from(epoch)).checked_mul(1_000_000)?)
        }
        TimeEncoding::TimeOfDay | TimeEncoding::IdMillis | TimeEncoding::TicksPrefix => None,
    }
}

/// Seconds are rounded to microseconds, days to milliseconds: what a double holds of them.
fn from_real(number: f64, encoding: TimeEncoding) -> Option<Timestamp> {
    if !number.is_finite() {
        return None;
    }
    let micros = |value: f64| {
        let rounded = value.round();
        // Beyond this a double holds no microseconds, and no year of ours is that far away.
        (rounded.abs() < 9e18).then(|| Timestamp::from_micros(rounded as i64)).flatten()
    };
    let to_millis = |micros: f64| (micros / 1000.0).round() * 1000.0;
    match encoding {
        TimeEncoding::Auto | TimeEncoding::Iso => from_real(number, by_magnitude(number)),
        TimeEncoding::UnixSeconds => micros(number * 1e6),
        TimeEncoding::UnixMillis => micros(number * 1e3),
        TimeEncoding::UnixMicros => micros(number),
        TimeEncoding::UnixNanos => micros(number / 1e3),
        TimeEncoding::Ticks | TimeEncoding::Snowflake { .. } => from_integer(number as i128, encoding),
        TimeEncoding::JulianDays => micros(to_millis((number - UNIX_EPOCH_JULIAN) * MICROS_PER_DAY)),
        TimeEncoding::UnixDays => micros(to_millis(number * MICROS_PER_DAY)),
        TimeEncoding::OleDays => micros(to_millis((number - UNIX_EPOCH_OLE) * MICROS_PER_DAY)),
        TimeEncoding::TimeOfDay | TimeEncoding::IdMillis | TimeEncoding::TicksPrefix => None,
    }
}

/// The unit in which a number means a time in about 1990 to 2100 (days from 2010: small numbers are anything).
pub(super) fn by_magnitude(number: f64) -> TimeEncoding {
    match number.abs() {
        n if n < 100_000.0 => TimeEncoding::UnixDays,
        n if n < 10_000_000.0 => TimeEncoding::JulianDays,
        n if n < 1e11 => TimeEncoding::UnixSeconds,
        n if n < 1e14 => TimeEncoding::UnixMillis,
        n if n < 1e17 => TimeEncoding::UnixMicros,
        // Ticks of the years 1585 to 2536; nanoseconds of 1970 are below, those of 2001 above.
        n if (5e17..8e17).contains(&n) => TimeEncoding::Ticks,
        _ => TimeEncoding::UnixNanos,
    }
}

/// The commonest forms without an allocation: `YYYY-MM-DD` (`T` or blank) `HH:MM:SS`, a fraction of up to nine
/// digits, and `Z`, `+00:00` or nothing. Anything else is for the general parser.
fn plain_iso(text: &[u8]) -> Option<Timestamp> {
    let start: &[u8; 19] = text.first_chunk()?;
    let marks = [start[4], start[7], start[10], start[13], start[16]];
    if !matches!(&marks, b"--T::" | b"-- ::") {
        return None;
    }
    let mut all_digits = true;
    let mut two = |at: usize| {
        let (ten, one) = (start[at].wrapping_sub(b'0'), start[at + 1].wrapping_sub(b'0'));
        all_digits &= ten <= 9 && one <= 9;
        i64::from(ten) * 10 + i64::from(one)
    };
    let (year, month, day) = (two(0) * 100 + two(2), two(5), two(8));
    let (hour, minute, second) = (two(11), two(14), two(17));
    if !all_digits
        || !(1..=12).contains(&month)
        || day < 1
        || day > days_in(year, month)
        || hour > 23
        || minute > 59
        || second > 59
    {
        return None;
    }
    let mut rest = &text[19..];
    let mut nanos = 0;
    if let Some(fraction) = rest.strip_prefix(b".") {
        let count = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=9).contains(&count) {
            return None;
        }
        let digits = fraction[..count].iter().fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0'));
        nanos = digits * 10i64.pow(9 - count as u32);
        rest = &fraction[count..];
    }
    if !matches!(rest, b"" | b"Z" | b"+00:00") {
        return None;
    }
    let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    Timestamp::new(seconds * 1_000_000 + nanos / 1000, (nanos % 1000) as u16)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar, for years from 0 on
/// (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: ValueRef<'_>, encoding: TimeEncoding) -> String {
        match in_column(value, encoding) {
            StoredTime::Read(time) => time.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn encodings() {
        use TimeEncoding::*;
        for (value, encoding, expected) in [
            (ValueRef::Text(b"2026-01-02 03:04:05"), Iso, "2026-01-02T03:04:05Z"),
            (ValueRef::Text(b"2026-01-02T03:04:05.123456+00:00"), Iso, "2026-01-02T03:04:05.123456Z"),
            (ValueRef::Text(b"2026-01-02T03:04:05+02:00"), Iso, "2026-01-02T01:04:05Z"),
            (ValueRef::Text(b"2026-02-30T00:00:00Z"), Iso, "Unreadable"),
            (ValueRef::Text(b"soon"), Iso, "Unreadable"),
            (ValueRef::Text(b"\xff"), Iso, "Unreadable"),
            (ValueRef::Text(b"1767323045"), Auto, "2026-01-02T03:04:05Z"),
            (ValueRef::Text(b""), Iso, "Absent"),
            (ValueRef::Null, Iso, "Absent"),
            (ValueRef::Integer(1_767_323_045), Auto, "2026-01-02T03:04:05Z"),
            (ValueRef::Integer(1_767_323_045_678), Auto, "2026-01-02T03:04:05.678Z"),
            (ValueRef::Integer(1_767_323_045_678_901), Auto, "2026-01-02T03:04:05.678901Z"),
            (ValueRef::Integer(1_767_323_045_678_901_234), Auto, "2026-01-02T03:04:05.678901234Z"),
            (ValueRef::Integer(639_029_198_451_234_567), Auto, "2026-01-02T03:04:05.123456700Z"),
            (ValueRef::Real(1_767_323_045.25), UnixSeconds, "2026-01-02T03:04:05.250Z"),
            (ValueRef::Real(2_461_042.5), Auto, "2026-01-02T00:00:00Z"),
            (ValueRef::Real(20_455.5), UnixDays, "2026-01-02T12:00:00Z"),
            (ValueRef::Real(f64::NAN), Auto, "Unreadable"),
            (ValueRef::Real(1e300), UnixSeconds, "Unreadable"),
            (ValueRef::Integer(i64::MAX), UnixSeconds, "Unreadable"),
            (ValueRef::Integer(i64::MIN), Ticks, "Unreadable"),
        ] {
            assert_eq!(read(value, encoding), expected, "{value:?} {encoding:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_short_way_agrees_with_the_general_one(seconds in -62_135_596_800i64..253_402_300_799, nanos in 0u32..1_000_000_000, form in 0..4) {
            let time = Timestamp::from_nanos(i128::from(seconds) * 1_000_000_000 + i128::from(nanos)).unwrap();
            let text = time.to_string();
            let text = match form {
                0 => text,
                1 => text.replace('T', " "),
                2 => text.replace('Z', "+00:00"),
                _ => text.replace('Z', ""),
            };
            proptest::prop_assert_eq!(plain_iso(text.as_bytes()), Some(time));
            proptest::prop_assert_eq!(Timestamp::parse_iso(&text), Some(time));
        }
    }
}
