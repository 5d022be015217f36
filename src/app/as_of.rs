//! The as-of box: a moment as it is typed, what it means, and what is nearest to it.

use chrono::Datelike as _;
use chrono_tz::Tz;

use super::{Cursor, Document};
use crate::model::moment::{self, MomentError};
use crate::model::{Moment, Timestamp, names, zoned};

/// A moment that was typed, in the selected stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsOf {
    /// The moment.
    pub moment: Moment,
    /// The stream's last event that it takes in.
    pub before: Option<u32>,
    /// The stream's first event that it does not take in.
    pub after: Option<u32>,
}

/// Why what was typed is no moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unclear {
    /// In words for the user.
    pub words: String,
    /// What could be meant, as it would be typed.
    pub offers: Vec<String>,
}

impl From<String> for Unclear {
    fn from(words: String) -> Self {
        Self { words, offers: Vec::new() }
    }
}

impl From<MomentError> for Unclear {
    fn from(error: MomentError) -> Self {
        let words = error.to_string();
        match error {
            MomentError::Daylight { time, problem, zone, first, second } => {
                let because = "the clocks are changed then";
                Self { words: format!("{time} {problem} in {zone}: {because}"), offers: vec![first, second] }
            }
            _ => words.into(),
        }
    }
}

/// Reads a moment: `2025-03-04 14:34:12`, `yesterday 14:34`, `14:34` (on the cursor's day), `#1284`, `v12`. Written
/// times are in `zone`; `now` gives `today` and `yesterday` their meaning.
///
/// # Errors
///
/// What was typed is no moment, is none or two of them when clocks are changed, or there is no such version.
pub fn read(document: &Document, text: &str, zone: Tz, now: Option<Timestamp>) -> Result<AsOf, Unclear> {
    let day = |time: Timestamp| time.to_datetime().with_timezone(&zone).date_naive();
    let today = now.map(day);
    let text = text.trim();
    let moment = match moment::parse(text, zone, today) {
        // A clock time alone is one of the cursor's day, and of the history's last day before the first event.
        Err(MomentError::Unrecognised(_)) if text.contains(':') => {
            let last = document.opened.drawing.time_range.map(|(_, last)| last);
            let on_this_day = document.cursor_time().or(last).map(|time| format!("{} {text}", day(time)));
            match on_this_day.map(|text| moment::parse(&text, zone, today)) {
                None | Some(Err(MomentError::Unrecognised(_))) => Err(MomentError::Unrecognised(text.to_owned())),
                Some(on_this_day) => on_this_day,
            }
        }
        moment => moment,
    };
    let moment = moment?;
    let lane = document.lane();
    let taken_in = match document.stream_index() {
        Some(stream) => {
            let selection = document.opened.log.select(stream, moment).map_err(|error| error.to_string())?;
            selection.last().map_or(0, |last| last + 1)
        }
        None => 0,
    };
    let before = taken_in.checked_sub(1).and_then(|at| lane.get(at).copied());
    Ok(AsOf { moment, before, after: lane.get(taken_in).copied() })
}

impl AsOf {
    /// What was typed, in words: `Wednesday 4 March 2026, 14:34:12 Europe/Berlin`.
    pub fn meaning(&self, document: &Document, zone: Tz) -> String {
        match self.moment {
            Moment::Instant(time) => format!("{}, {} {}", long_date(time, zone), zoned::clock(time, zone), zone.name()),
            Moment::Position(position) => format!("after event #{position} of the store"),
            Moment::Version(version) => {
                let stream = document.stream.as_deref().map_or("the stream", names::shown);
                format!("after version {version} of {stream}")
            }
        }
    }

    /// That all of history lies far behind or ahead of the moment, where that is so.
    pub fn hint(&self, document: &Document, zone: Tz) -> Option<String> {
        let Moment::Instant(time) = self.moment else { return None };
        let (first, last) = document.opened.drawing.time_range?;
        if time > last {
            Some(format!("After the store's last event, which is of {}", zoned::date(last, zone)))
        } else if time < first {
            Some(format!("Before the store's first event, which is of {}", zoned::date(first, zone)))
        } else {
            None
        }
    }

    /// How far an event is from the moment: `3 min before`; nothing where one of them has no time.
    pub fn distance(&self, document: &Document, event: u32) -> Option<String> {
        let log = &document.opened.log;
        let here = match self.moment {
            Moment::Instant(time) => time,
            Moment::Position(_) | Moment::Version(_) => log.time(self.before? as usize)?,
        };
        let there = log.time(event as usize)?;
        let micros = i128::from(there.micros()) - i128::from(here.micros());
        let side = if micros < 0 { "before" } else { "after" };
        Some(match micros {
            0 => "at that instant".to_owned(),
            _ => format!("{} {side}", span(micros.unsigned_abs())),
        })
    }
}

/// The moment under the cursor as the box shows it; with the position where the sequence is shown.
pub fn shown(document: &Document, zone: Tz) -> String {
    match (document.cursor_time(), document.cursor) {
        (Some(time), _) => zoned::date_time(time, zone),
        (None, Cursor::Event(event)) => format!("#{}", document.opened.log.position(event as usize)),
        (None, _) => "before the first event".to_owned(),
    }
}

/// A day in words: `Wednesday 4 March 2026`.
fn long_date(time: Timestamp, zone: Tz) -> String {
    let local = time.to_datetime().with_timezone(&zone);
    format!("{} {} {} {}", local.format("%A"), local.day(), local.format("%B"), local.year())
}

/// A stretch of time in the largest unit that it fills: `3 min`, `2 days`.
fn span(micros: u128) -> String {
    const SECOND: u128 = 1_000_000;
    let many = |count: u128, one: &str, more: &str| format!("{count} {}", if count == 1 { one } else { more });
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..SECOND => format!("{} ms", micros / 1000),
        _ => match micros / SECOND {
            seconds @ ..60 => format!("{seconds} s"),
            seconds @ ..3_600 => format!("{} min", seconds / 60),
            seconds @ ..86_400 => format!("{} h", seconds / 3_600),
            seconds @ ..63_072_000 => many(seconds / 86_400, "day", "days"),
            seconds => many(seconds / 31_536_000, "year", "years"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_say_their_largest_unit() {
        for (seconds, expected) in [
            (1, "1 s"),
            (59, "59 s"),
            (61, "1 min"),
            (3_700, "1 h"),
            (90_000, "1 day"),
            (864_000, "10 days"),
            (70_000_000, "2 years"),
        ] {
            assert_eq!(span(seconds * 1_000_000), expected);
        }
        assert_eq!(span(12_345), "12 ms");
    }

    #[test]
    fn an_hour_that_comes_twice_is_offered_twice() {
        let berlin = chrono_tz::Europe::Berlin;
        let unclear = Unclear::from(moment::parse("2025-10-26 02:30", berlin, None).unwrap_err());
        assert_eq!(unclear.offers, ["2025-10-26T02:30:00+02:00", "2025-10-26T02:30:00+01:00"]);
        assert!(unclear.words.contains("happens twice in Europe/Berlin"), "{}", unclear.words);
        for offer in unclear.offers {
            assert!(moment::parse(&offer, berlin, None).is_ok(), "{offer}");
        }
    }

    #[test]
    fn days_have_names() {
        let time = Timestamp::parse_iso("2025-03-04T23:30:00Z").unwrap();
        assert_eq!(long_date(time, Tz::UTC), "Tuesday 4 March 2025");
        assert_eq!(long_date(time, chrono_tz::Asia::Tokyo), "Wednesday 5 March 2025");
    }
}
