//! The as-of box: a moment as it is typed, and what is nearest to it.

use chrono_tz::Tz;

use super::Document;
use crate::model::{Moment, Timestamp, moment};

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

/// Reads a moment: `2025-03-04 14:34:12`, `yesterday 14:34`, `14:34` (on the cursor's day), `#1284`, `v12`. Written
/// times are in `zone`; `now` gives `today` and `yesterday` their meaning.
///
/// # Errors
///
/// In words for the user: what was typed is no moment, or there is no such version.
pub fn read(document: &Document, text: &str, zone: Tz, now: Option<Timestamp>) -> Result<AsOf, String> {
    let day = |time: Timestamp| time.to_datetime().with_timezone(&zone).date_naive();
    let today = now.map(day);
    let text = text.trim();
    let moment = moment::parse(text, zone, today).or_else(|error| {
        // A clock time alone is one of the cursor's day.
        let on_this_day = document.cursor_time().map(|time| format!("{} {text}", day(time)));
        on_this_day.and_then(|text| moment::parse(&text, zone, today).ok()).ok_or(error)
    });
    let moment = moment.map_err(|error| error.to_string())?;
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
