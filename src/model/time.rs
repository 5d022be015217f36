//! Instants: microseconds and nanoseconds in integers, text only at the edge.

use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone as _, Utc};

/// An instant in UTC. Years 0001 to 9999 (what RFC 3339 can say), to the nanosecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp {
    /// Microseconds since 1970-01-01T00:00:00Z.
    micros: i64,
    /// The rest in nanoseconds, 0 to 999.
    nanos: u16,
}

/// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999Z in microseconds.
const MIN_MICROS: i64 = -62_135_596_800_000_000;
const MAX_MICROS: i64 = 253_402_300_799_999_999;

impl Timestamp {
    /// From microseconds since 1970 and further nanoseconds (0 to 999). `None` outside the years 0001 to 9999.
    pub fn new(micros: i64, nanos: u16) -> Option<Self> {
        ((MIN_MICROS..=MAX_MICROS).contains(&micros) && nanos < 1000).then_some(Self { micros, nanos })
    }

    /// From microseconds since 1970.
    pub fn from_micros(micros: i64) -> Option<Self> {
        Self::new(micros, 0)
    }

    /// From nanoseconds since 1970.
    pub fn from_nanos(nanos: i128) -> Option<Self> {
        let micros = i64::try_from(nanos.div_euclid(1000)).ok()?;
        // The remainder of a division by 1000 is below 1000.
        Self::new(micros, nanos.rem_euclid(1000) as u16)
    }

    /// Microseconds since 1970, rounded down.
    pub fn micros(self) -> i64 {
        self.micros
    }

    /// The nanoseconds below the microsecond, 0 to 999.
    pub fn sub_micro_nanos(self) -> u16 {
        self.nanos
    }

    /// Nanoseconds since 1970.
    pub fn nanos(self) -> i128 {
        i128::from(self.micros) * 1000 + i128::from(self.nanos)
    }

    /// This instant moved by seconds (may be negative). `None` outside the years 0001 to 9999.
    pub fn checked_add_seconds(self, seconds: i64) -> Option<Self> {
        Self::new(self.micros.checked_add(seconds.checked_mul(1_000_000)?)?, self.nanos)
    }

    /// From chrono.
    pub fn from_datetime(time: DateTime<Utc>) -> Option<Self> {
        Self::from_nanos(i128::from(time.timestamp()) * 1_000_000_000 + i128::from(time.timestamp_subsec_nanos()))
    }

    /// To chrono, for formatting in a zone.
    pub fn to_datetime(self) -> DateTime<Utc> {
        let seconds = self.micros.div_euclid(1_000_000);
        let nanos = self.micros.rem_euclid(1_000_000) as u32 * 1000 + u32::from(self.nanos);
        // The range is checked at construction and lies well within chrono's.
        Utc.timestamp_opt(seconds, nanos).single().unwrap_or_default()
    }

    /// Parses ISO 8601 as event stores write it: a `T` or a blank, 0 to 9 fraction digits (further ones only if they
    /// are zeros), an offset `Z`, `+00:00`, `+0000`, `+00`, `UTC` or none. Without an offset it is read as UTC; a date
    /// alone is its midnight. A leap second is no instant that can be represented.
    pub fn parse_iso(text: &str) -> Option<Self> {
        Self::parse_iso_local(text).map(|(time, _)| time)
    }

    /// Like [`parse_iso`](Self::parse_iso), and whether the text has an offset of its own.
    pub fn parse_iso_local(text: &str) -> Option<(Self, bool)> {
        let text = text.trim();
        if text.len() < 10 || text.len() > 64 || !text.is_ascii() {
            return None;
        }
        let extended = Self::extended_iso(text);
        let text = extended.as_deref().unwrap_or(text);
        let (date, rest) = text.split_at(10);
        let date = NaiveDate::parse_from_str(date, "%Y-%m-%d").ok()?;
        if rest.is_empty() {
            return Self::from_naive(date.and_hms_opt(0, 0, 0)?, 0).map(|time| (time, false));
        }
        let rest = rest.strip_prefix(['T', 't', ' '])?;
        let clock_len =
            rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.' | ','))).unwrap_or(rest.len());
        let (clock, offset) = rest.split_at(clock_len);
        let offset = offset.trim();
        let offset_seconds = parse_offset(offset)?;
        let (clock, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, ""));
        let mut fields = clock.split(':').map(|field| (field.len() == 2).then(|| field.parse::<u32>().ok()).flatten());
        let (hour, minute) = (fields.next()??, fields.next()??);
        let second = match fields.next() {
            Some(second) => second?,
            None => 0,
        };
        if fields.next().is_some() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let nanos: u32 = format!("{fraction:0<9.9}").parse().ok()?;
        if fraction.bytes().skip(9).any(|digit| digit != b'0') {
            return None;
        }
        let time = Self::from_naive(date.and_hms_nano_opt(hour, minute, second, nanos)?, offset_seconds)?;
        Some((time, !offset.is_empty()))
    }

    /// A time in the basic form of ISO 8601, such as `20260102T030405Z`, in its extended form; `None` for any other text.
    /// A day alone is a number as well, and is left as it is.
    pub fn extended_iso(text: &str) -> Option<String> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let (date, rest) = text.split_at_checked(8).filter(|(date, _)| digits(date))?;
        let clock = rest.strip_prefix(['T', 't', ' '])?;
        let length = clock.find(|c: char| !c.is_ascii_digit()).unwrap_or(clock.len());
        let (clock, rest) = clock.split_at(length);
        let clock = match length {
            4 if !rest.starts_with(['.', ',', ':']) => format!("{}:{}", &clock[..2], &clock[2..]),
            6 if !rest.starts_with(':') => format!("{}:{}:{}", &clock[..2], &clock[2..4], &clock[4..]),
            _ => return None,
        };
        Some(format!("{}-{}-{}T{clock}{rest}", &date[..4], &date[4..6], &date[6..]))
    }

    fn from_naive(naive: NaiveDateTime, offset_seconds: i64) -> Option<Self> {
        let utc = naive.and_utc();
        Self::from_nanos(
            (i128::from(utc.timestamp()) - i128::from(offset_seconds)) * 1_000_000_000
                + i128::from(utc.timestamp_subsec_nanos()),
        )
    }
}

/// Seconds east of UTC.
fn parse_offset(text: &str) -> Option<i64> {
    if text.is_empty() || text.eq_ignore_ascii_case("z") || text.eq_ignore_ascii_case("utc") {
        return Some(0);
    }
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = match digits.len() {
        2 => (digits.parse::<i64>().ok()?, 0),
        4 => (digits[..2].parse::<i64>().ok()?, digits[2..].parse::<i64>().ok()?),
        _ => return None,
    };
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 3600 + minutes * 60))
}

impl Timestamp {
    /// The text of [`Display`](fmt::Display) in a buffer of the caller: states are full of times.
    pub fn write_to(self, buffer: &mut [u8; 30]) -> &str {
        let seconds = self.micros.div_euclid(1_000_000);
        let nanos = self.micros.rem_euclid(1_000_000) as u32 * 1000 + u32::from(self.nanos);
        let (year, month, day) = civil_from_days(seconds.div_euclid(86_400));
        let of_day = seconds.rem_euclid(86_400);
        *buffer = *b"0000-00-00T00:00:00.000000000Z";
        let digits = [(0..4, year), (5..7, month), (8..10, day), (11..13, of_day / 3600), (14..16, of_day / 60 % 60)];
        for (range, value) in digits.into_iter().chain([(17..19, of_day % 60), (20..29, i64::from(nanos))]) {
            let mut value = value;
            for digit in buffer[range].iter_mut().rev() {
                *digit = b'0' + (value % 10) as u8;
                value /= 10;
            }
        }
        let end = match nanos {
            0 => 19,
            n if n % 1_000_000 == 0 => 23,
            n if n % 1000 == 0 => 26,
            _ => 29,
        };
        buffer[end] = b'Z';
        // Nothing but ASCII was written.
        std::str::from_utf8(&buffer[..=end]).unwrap_or_default()
    }
}

/// Year, month and day of a day counted from 1970-01-01, for years 1 to 9999. The year is taken to begin in March,
/// so that the leap day is its last (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// RFC 3339 in UTC with the shortest of 0, 3, 6, 9 fraction digits that loses nothing.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.write_to(&mut [0; 30]))
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_forms_that_stores_write() {
        for (text, expected) in [
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
            ("2026-01-02 03:04:05", "2026-01-02T03:04:05Z"),
            ("2026-01-02 03:04", "2026-01-02T03:04:00Z"),
            ("2026-01-02", "2026-01-02T00:00:00Z"),
            ("2026-01-02T03:04:05.5+02:00", "2026-01-02T01:04:05.500Z"),
            ("2026-01-02T03:04:05.123456+0000", "2026-01-02T03:04:05.123456Z"),
            ("2026-01-02T03:04:05.1234567", "2026-01-02T03:04:05.123456700Z"),
            ("2026-01-02 03:04:05-05", "2026-01-02T08:04:05Z"),
            ("20260102T030405Z", "2026-01-02T03:04:05Z"),
            ("20260102T030405.123+0100", "2026-01-02T02:04:05.123Z"),
            ("20260102T030405,5", "2026-01-02T03:04:05.500Z"),
            ("20260102 0304-05:30", "2026-01-02T08:34:00Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z"),
        ] {
            assert_eq!(Timestamp::parse_iso(text).map(|t| t.to_string()).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            "yesterday",
            "2026-13-01",
            "2026-01-02T",
            "2026-01-02T3:04:05",
            "2026-01-02T03:04:05+2",
            "2026-02-30",
            "2016-12-31T23:59:60Z",
            "20260102",
            "2026010203",
            "20260102T03",
            "20260102T03045",
            "20260102T0304.5Z",
            "20260102T03:04:05Z",
            "20261302T030405Z",
            "2026-01-02T03:04:05.1234567891Z",
        ] {
            assert_eq!(Timestamp::parse_iso(text), None, "{text:?}");
        }
    }

    #[test]
    fn text_is_what_chrono_writes() {
        let day = 86_400_000_000;
        // Every day for some centuries around leap years, then the far ends.
        let days = (-220_000..220_000).step_by(7).chain([-719_162, 2_932_896, -719_161, -719_103, -718_797]);
        for (n, days) in days.enumerate() {
            let time = Timestamp::new(days * day + (n as i64 * 7_919_123_457) % day, (n % 3 * 400) as u16).unwrap();
            let expected = time.to_datetime().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
            assert_eq!(time.to_string(), expected);
        }
    }

    #[test]
    fn negative_times_round_down() {
        let time = Timestamp::from_nanos(-1).unwrap();
        assert_eq!((time.micros(), time.sub_micro_nanos(), time.nanos()), (-1, 999, -1));
        assert_eq!(time.to_string(), "1969-12-31T23:59:59.999999999Z");
    }
}
