//! Times as people read them: the clock of a zone, and that zone by name.

use std::cmp::Ordering;
use std::sync::LazyLock;

use chrono::{DateTime, Datelike as _, Offset as _, TimeZone as _, Timelike as _};
use chrono_tz::Tz;

use super::time::Timestamp;

/// Day and time of day in a zone: `2025-03-04 14:34:12`, with 3, 6 or 9 digits of the second's fraction where it is
/// not zero.
pub fn date_time(time: Timestamp, zone: Tz) -> String {
    let local = local(time, zone);
    format!("{} {}", written_date(&local), written_clock(&local))
}

/// Time of day in a zone: `14:34:12`, with a fraction as [`date_time`] has it.
pub fn clock(time: Timestamp, zone: Tz) -> String {
    written_clock(&local(time, zone))
}

/// Day in a zone: `2025-03-04`.
pub fn date(time: Timestamp, zone: Tz) -> String {
    written_date(&local(time, zone))
}

/// A zone by its name, with how far its clocks are from UTC at an instant: `Europe/Berlin (UTC+1)`. The distance
/// changes with the season, so without an instant it is left out. UTC is just `UTC`.
pub fn zone_label(zone: Tz, at: Option<Timestamp>) -> String {
    match at {
        Some(at) if zone != Tz::UTC => format!("{} ({})", zone.name(), offset(at, zone)),
        _ => zone.name().to_owned(),
    }
}

/// How many seconds a zone's clocks are ahead of UTC at an instant; negative west of it.
pub fn offset_seconds(at: Timestamp, zone: Tz) -> i32 {
    zone.offset_from_utc_datetime(&at.to_datetime().naive_utc()).fix().local_minus_utc()
}

/// How far a zone's clocks are from UTC at an instant: `UTC+1`, `UTC-3:30`, `UTC+0`. UTC itself is `UTC`.
pub fn offset(at: Timestamp, zone: Tz) -> String {
    if zone == Tz::UTC {
        return zone.name().to_owned();
    }
    let seconds = offset_seconds(at, zone);
    let (sign, east) = if seconds < 0 { ('-', -seconds) } else { ('+', seconds) };
    let (hours, minutes, seconds) = (east / 3600, east / 60 % 60, east % 60);
    match (minutes, seconds) {
        (0, 0) => format!("UTC{sign}{hours}"),
        (_, 0) => format!("UTC{sign}{hours}:{minutes:02}"),
        // Before standard time, clocks went by the sun.
        _ => format!("UTC{sign}{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// Every zone that can be chosen: UTC, then the others by name.
pub fn zones() -> &'static [Tz] {
    static ZONES: LazyLock<Vec<Tz>> = LazyLock::new(|| {
        let mut zones = chrono_tz::TZ_VARIANTS.to_vec();
        zones.sort_by(|a, b| match (*a == Tz::UTC, *b == Tz::UTC) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            _ => a.name().cmp(b.name()),
        });
        zones
    });
    &ZONES
}

/// The zones whose name has this text, ignoring case; a blank stands for `_` too. UTC comes first, then names of
/// which a part (region or city) begins with it. Nothing written finds them all.
pub fn find_zone(text: &str) -> Vec<Tz> {
    let folded = |text: &str| text.to_lowercase().replace([' ', '_'], " ");
    let sought = folded(text.trim());
    let mut found: Vec<(u8, Tz)> = zones()
        .iter()
        .filter_map(|zone| {
            let name = folded(zone.name());
            let rank = if *zone == Tz::UTC || sought.is_empty() || name == sought {
                0
            } else if name.split('/').any(|part| part.starts_with(&sought)) || name.starts_with(&sought) {
                1
            } else {
                2
            };
            name.contains(&sought).then_some((rank, *zone))
        })
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, zone)| zone).collect()
}

fn local(time: Timestamp, zone: Tz) -> DateTime<Tz> {
    time.to_datetime().with_timezone(&zone)
}

fn written_date(local: &DateTime<Tz>) -> String {
    format!("{:04}-{:02}-{:02}", local.year(), local.month(), local.day())
}

fn written_clock(local: &DateTime<Tz>) -> String {
    let whole = format!("{:02}:{:02}:{:02}", local.hour(), local.minute(), local.second());
    match local.nanosecond() {
        0 => whole,
        nanos if nanos % 1_000_000 == 0 => format!("{whole}.{:03}", nanos / 1_000_000),
        nanos if nanos % 1000 == 0 => format!("{whole}.{:06}", nanos / 1000),
        nanos => format!("{whole}.{nanos:09}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_iso(text).unwrap()
    }

    #[test]
    fn clocks_of_zones() {
        let berlin = chrono_tz::Europe::Berlin;
        for (time, zone, expected) in [
            ("2025-03-04T13:34:12Z", berlin, "2025-03-04 14:34:12"),
            ("2025-07-04T13:34:12.25Z", berlin, "2025-07-04 15:34:12.250"),
            ("2025-12-31T23:30:00.000007Z", berlin, "2026-01-01 00:30:00.000007"),
            ("2025-03-04T13:34:12.000000001Z", Tz::UTC, "2025-03-04 13:34:12.000000001"),
            ("0001-01-01T00:00:00Z", chrono_tz::America::New_York, "0000-12-31 19:03:58"),
            ("9999-12-31T23:59:59Z", chrono_tz::Asia::Tokyo, "10000-01-01 08:59:59"),
        ] {
            assert_eq!(date_time(at(time), zone), expected);
            assert_eq!(format!("{} {}", date(at(time), zone), clock(at(time), zone)), expected);
        }
    }

    #[test]
    fn a_zone_says_its_distance_at_that_instant() {
        let (winter, summer) = (Some(at("2025-01-01")), Some(at("2025-07-01")));
        let berlin = chrono_tz::Europe::Berlin;
        assert_eq!(zone_label(berlin, winter), "Europe/Berlin (UTC+1)");
        assert_eq!(zone_label(berlin, summer), "Europe/Berlin (UTC+2)");
        assert_eq!(zone_label(berlin, None), "Europe/Berlin");
        assert_eq!(zone_label(berlin, Some(at("1850-01-01"))), "Europe/Berlin (UTC+0:53:28)");
        assert_eq!(zone_label(chrono_tz::Europe::London, winter), "Europe/London (UTC+0)");
        assert_eq!(zone_label(chrono_tz::America::St_Johns, winter), "America/St_Johns (UTC-3:30)");
        assert_eq!(zone_label(Tz::UTC, winter), "UTC");
    }

    #[test]
    fn zones_are_found_by_a_fragment() {
        assert_eq!(zones()[0], Tz::UTC);
        assert_eq!(zones().len(), chrono_tz::TZ_VARIANTS.len());
        assert_eq!(find_zone("").as_slice(), zones());
        assert_eq!(find_zone(" new york ")[0], chrono_tz::America::New_York);
        assert_eq!(find_zone("BERLIN"), [chrono_tz::Europe::Berlin]);
        assert_eq!(find_zone("utc")[..2], [Tz::UTC, Tz::Etc__UTC]);
        assert!(find_zone("nowhere at all").is_empty());
    }

    #[test]
    fn a_beginning_comes_before_a_middle() {
        let found = find_zone("lo");
        let place = |zone: Tz| found.iter().position(|found| *found == zone).unwrap();
        assert!(place(chrono_tz::Europe::London) < place(chrono_tz::Asia::Colombo));
    }
}
