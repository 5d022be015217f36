//! Moments as people write them: `#1284`, `v12`, `2025-03-04 14:34:12`, `yesterday 14:34`.

use chrono::{Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset as _, TimeZone as _};
use chrono_tz::Tz;

use super::time::Timestamp;

/// A place in history, before it is resolved against a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// Every event with a position up to this one.
    Position(i64),
    /// In each stream, everything up to the last event whose time is not later.
    Instant(Timestamp),
    /// Up to and including this version of a stream.
    Version(i64),
}

/// Why a moment does not parse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MomentError {
    /// Not one of the forms.
    #[error(
        "'{0}' is no moment: write a time (2025-03-04 14:34:12, 'yesterday 14:34'), a position (#1284) or a version (v12)"
    )]
    Unrecognised(String),
    /// Daylight saving makes the local time happen twice or never.
    #[error("{time} {problem} in {zone}: write {first} or {second}")]
    Daylight {
        /// The local time as written.
        time: String,
        /// `happens twice` or `is skipped`.
        problem: &'static str,
        /// The zone's name.
        zone: String,
        /// The time with one offset.
        first: String,
        /// The time with the other.
        second: String,
    },
    /// `yesterday` without knowing what today is.
    #[error("'{0}' needs to know the present day; write the date")]
    NoToday(String),
}

/// Reads a moment. Local times are in `zone`; `today` (in that zone) gives `today` and `yesterday` their meaning.
pub fn parse(text: &str, zone: Tz, today: Option<NaiveDate>) -> Result<Moment, MomentError> {
    let text = text.trim();
    let unrecognised = || MomentError::Unrecognised(text.to_owned());
    let number = |digits: &str| {
        let plain = digits.strip_prefix('-').unwrap_or(digits);
        (!plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse::<i64>().ok())?
    };
    if let Some(position) = text.strip_prefix(['#', 'p']).and_then(number) {
        return Ok(Moment::Position(position));
    }
    if let Some(version) = text.strip_prefix('v').and_then(number) {
        return Ok(Moment::Version(version));
    }
    let (day, clock) = match text.split_once(' ').unwrap_or((text, "")) {
        (word @ ("today" | "yesterday"), clock) => {
            let today = today.ok_or_else(|| MomentError::NoToday(text.to_owned()))?;
            let day = if word == "today" { Some(today) } else { today.checked_sub_days(Days::new(1)) };
            (day.ok_or_else(unrecognised)?, clock.trim())
        }
        _ => return parse_absolute(text, zone).map(Moment::Instant),
    };
    let time = if clock.is_empty() { NaiveTime::MIN } else { parse_clock(clock).ok_or_else(unrecognised)? };
    local_to_instant(day.and_time(time), zone).map(Moment::Instant)
}

fn parse_clock(text: &str) -> Option<NaiveTime> {
    ["%H:%M:%S%.f", "%H:%M"].iter().find_map(|format| NaiveTime::parse_from_str(text, format).ok())
}

/// A date and time with an offset of its own, or local to `zone`.
fn parse_absolute(text: &str, zone: Tz) -> Result<Timestamp, MomentError> {
    let unrecognised = || MomentError::Unrecognised(text.to_owned());
    // As UTC first: that checks the form, whatever the zone.
    let (as_utc, has_offset) = Timestamp::parse_iso_local(text).ok_or_else(unrecognised)?;
    if has_offset { Ok(as_utc) } else { local_to_instant(as_utc.to_datetime().naive_utc(), zone) }
}

fn local_to_instant(local: NaiveDateTime, zone: Tz) -> Result<Timestamp, MomentError> {
    let with_offset = |seconds: i32| {
        let sign = if seconds < 0 { '-' } else { '+' };
        let minutes = seconds.abs() / 60;
        format!("{}{sign}{:02}:{:02}", local.format("%Y-%m-%dT%H:%M:%S%.f"), minutes / 60, minutes % 60)
    };
    let daylight = |problem, first: i32, second: i32| MomentError::Daylight {
        time: local.format("%Y-%m-%d %H:%M:%S%.f").to_string(),
        problem,
        zone: zone.name().to_owned(),
        first: with_offset(first),
        second: with_offset(second),
    };
    let offset_at = |naive: NaiveDateTime| zone.offset_from_utc_datetime(&naive).fix().local_minus_utc();
    match zone.from_local_datetime(&local) {
        LocalResult::Single(time) => {
            Timestamp::from_datetime(time.to_utc()).ok_or_else(|| MomentError::Unrecognised(local.to_string()))
        }
        LocalResult::Ambiguous(first, second) => Err(daylight(
            "happens twice",
            first.offset().fix().local_minus_utc(),
            second.offset().fix().local_minus_utc(),
        )),
        LocalResult::None => {
            let day = Days::new(1);
            let before = local.checked_sub_days(day).map_or(0, offset_at);
            let after = local.checked_add_days(day).map_or(0, offset_at);
            Err(daylight("is skipped", before, after))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str, zone: Tz) -> Result<String, MomentError> {
        parse(text, zone, NaiveDate::from_ymd_opt(2026, 3, 5)).map(|moment| match moment {
            Moment::Instant(time) => time.to_string(),
            other => format!("{other:?}"),
        })
    }

    #[test]
    fn every_form() {
        let berlin = chrono_tz::Europe::Berlin;
        for (text, expected) in [
            ("#1284", "Position(1284)"),
            ("p1284", "Position(1284)"),
            ("v12", "Version(12)"),
            ("2026-03-04 14:34:12", "2026-03-04T13:34:12Z"),
            ("2026-03-04T14:34:12.250Z", "2026-03-04T14:34:12.250Z"),
            ("2026-03-04T14:34:12-05:00", "2026-03-04T19:34:12Z"),
            ("2026-03-04 14:34:12 UTC", "2026-03-04T14:34:12Z"),
            ("2026-03-04", "2026-03-03T23:00:00Z"),
            ("yesterday 14:34", "2026-03-04T13:34:00Z"),
            ("today", "2026-03-04T23:00:00Z"),
        ] {
            assert_eq!(instant(text, berlin).as_deref(), Ok(expected), "{text}");
        }
        for text in ["", "v", "#x", "tomorrow", "14:34"] {
            assert!(matches!(instant(text, berlin), Err(MomentError::Unrecognised(_))), "{text}");
        }
    }

    #[test]
    fn daylight_saving_offers_both_offsets() {
        let berlin = chrono_tz::Europe::Berlin;
        let twice = instant("2025-10-26 02:30", berlin).unwrap_err().to_string();
        assert!(twice.contains("2025-10-26T02:30:00+02:00 or 2025-10-26T02:30:00+01:00"), "{twice}");
        let never = instant("2025-03-30 02:30", berlin).unwrap_err().to_string();
        assert!(never.contains("is skipped") && never.contains("+01:00") && never.contains("+02:00"), "{never}");
    }
}
