//! Ticks of the ruler: round times in the shown zone, or round event numbers.

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDateTime, NaiveTime, TimeZone as _, Timelike as _, Utc};
use chrono_tz::Tz;

use super::axis::{Axis, AxisKind, View};
use crate::model::Timestamp;

/// A line on the ruler.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Where it stands.
    pub coordinate: f64,
    /// What it says.
    pub label: String,
}

/// A step between ticks.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    Micros(i64),
    Days(u64),
    Months(u32),
}

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

const STEPS: [Step; 32] = [
    Step::Micros(1),
    Step::Micros(10),
    Step::Micros(100),
    Step::Micros(1_000),
    Step::Micros(10_000),
    Step::Micros(100_000),
    Step::Micros(SECOND),
    Step::Micros(5 * SECOND),
    Step::Micros(15 * SECOND),
    Step::Micros(30 * SECOND),
    Step::Micros(MINUTE),
    Step::Micros(5 * MINUTE),
    Step::Micros(15 * MINUTE),
    Step::Micros(30 * MINUTE),
    Step::Micros(HOUR),
    Step::Micros(3 * HOUR),
    Step::Micros(6 * HOUR),
    Step::Micros(12 * HOUR),
    Step::Days(1),
    Step::Days(2),
    Step::Days(7),
    Step::Days(14),
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(6),
    Step::Months(12),
    Step::Months(24),
    Step::Months(60),
    Step::Months(120),
    Step::Months(1200),
    Step::Months(12000),
];

impl Step {
    fn micros(self) -> f64 {
        match self {
            Self::Micros(micros) => micros as f64,
            Self::Days(days) => days as f64 * DAY as f64,
            Self::Months(months) => f64::from(months) * 30.44 * DAY as f64,
        }
    }
}

/// Ticks at least `spacing` points apart, and the words that hold for all of them (`4 March 2026`).
pub fn ticks(axis: &Axis, view: View, width: f32, spacing: f32, zone: Tz) -> (Vec<Tick>, String) {
    let least = view.span * f64::from(spacing / width.max(1.0));
    match axis.kind() {
        AxisKind::Sequence => (sequence_ticks(view, least), "Position".to_owned()),
        AxisKind::Time => time_ticks(axis, view, least, zone),
    }
}

fn sequence_ticks(view: View, least: f64) -> Vec<Tick> {
    let magnitude = 10f64.powf(least.max(1.0).log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|n| n * magnitude).find(|s| *s >= least).unwrap_or(magnitude);
    let first = ((view.start + 1.0) / step).ceil() * step;
    (0..500)
        .map(|i| first + f64::from(i) * step)
        .take_while(|number| *number - 1.0 <= view.end())
        .filter(|number| *number >= 1.0)
        .map(|number| Tick { coordinate: number - 1.0, label: format!("{number}") })
        .collect()
}

fn time_ticks(axis: &Axis, view: View, least: f64, zone: Tz) -> (Vec<Tick>, String) {
    let step = STEPS.into_iter().find(|step| step.micros() >= least).unwrap_or(STEPS[STEPS.len() - 1]);
    let local = |coordinate: f64| axis.time_at(coordinate).map(|time| time.to_datetime().with_timezone(&zone));
    let (Some(from), Some(to)) = (local(view.start), local(view.end())) else {
        return (Vec::new(), String::new());
    };
    let mut ticks = Vec::new();
    let mut at = floor(from.naive_local(), step);
    // A view never has more ticks than pixels; the bound only guards against a step that stands still.
    for _ in 0..2000 {
        if at > to.naive_local() {
            break;
        }
        // A local time that daylight saving skips has no place on the axis, and its tick is left out.
        if let Some(time) = zone.from_local_datetime(&at).earliest()
            && let Some(instant) = Timestamp::from_datetime(time.to_utc())
        {
            ticks.push(Tick { coordinate: axis.coordinate_of_time(instant), label: label(&time, step) });
        }
        let Some(next) = advanced(at, step).filter(|next| *next > at) else { break };
        at = next;
    }
    ticks.retain(|tick| tick.coordinate >= view.start);
    // The margins beyond the history have no say.
    let (first, last) = (view.start.max(0.0), view.end().min(axis.length()));
    let context = match (local(first), local(last.max(first))) {
        (Some(first), Some(last)) => context(&first, &last),
        _ => String::new(),
    };
    (ticks, context)
}

fn floor(at: NaiveDateTime, step: Step) -> NaiveDateTime {
    let midnight = |date: chrono::NaiveDate| date.and_time(NaiveTime::MIN);
    match step {
        Step::Micros(micros) => {
            let utc = at.and_utc().timestamp_micros();
            DateTime::<Utc>::from_timestamp_micros(utc.div_euclid(micros) * micros).map_or(at, |time| time.naive_utc())
        }
        Step::Days(days) => {
            let number = i64::from(at.num_days_from_ce());
            // Whole weeks begin on Mondays: day 1 of the common era was one.
            let back = (number - 1).rem_euclid(days as i64) as u64;
            midnight(at.date().checked_sub_days(Days::new(back)).unwrap_or(at.date()))
        }
        Step::Months(months) => {
            let month = at.year() * 12 + at.month0() as i32;
            let floored = month.div_euclid(months as i32) * months as i32;
            chrono::NaiveDate::from_ymd_opt(floored.div_euclid(12), floored.rem_euclid(12) as u32 + 1, 1)
                .map_or(at, midnight)
        }
    }
}

fn advanced(at: NaiveDateTime, step: Step) -> Option<NaiveDateTime> {
    match step {
        Step::Micros(micros) => at.checked_add_signed(chrono::Duration::microseconds(micros)),
        Step::Days(days) => at.checked_add_days(Days::new(days)),
        Step::Months(months) => at.checked_add_months(Months::new(months)),
    }
}

fn label(at: &DateTime<Tz>, step: Step) -> String {
    let format = match step {
        Step::Micros(micros) if micros < SECOND => "%H:%M:%S%.f",
        Step::Micros(micros) if micros < MINUTE => "%H:%M:%S",
        Step::Micros(_) if at.hour() == 0 && at.minute() == 0 => "%-d %b",
        Step::Micros(_) => "%H:%M",
        Step::Days(_) => "%-d %b",
        Step::Months(months) if months < 12 && at.month() != 1 => "%b",
        Step::Months(_) => "%Y",
    };
    at.format(format).to_string()
}

/// What holds from one time to another: a day, a month, a year, or which years.
fn context(from: &DateTime<Tz>, to: &DateTime<Tz>) -> String {
    let in_year = from.year() == to.year();
    let format = match (in_year, in_year && from.month() == to.month(), from.date_naive() == to.date_naive()) {
        (_, _, true) => "%-d %B %Y",
        (_, true, _) => "%B %Y",
        (true, ..) => "%Y",
        _ => return format!("{} – {}", from.year(), to.year()),
    };
    from.format(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EventLog, EventLogBuilder, LogRow};

    fn log(times: [&str; 2]) -> EventLog {
        let mut builder = EventLogBuilder::new(1);
        for (at, time) in times.iter().enumerate() {
            let event_type = builder.event_type("T");
            builder.push(LogRow { time: Timestamp::parse_iso(time), ..LogRow::at(at as i64, None, event_type) });
        }
        builder.finish()
    }

    #[test]
    fn ticks_are_round_local_times_with_room_between_them() {
        let log = log(["2026-03-27T00:00:00Z", "2026-03-31T00:00:00Z"]);
        let axis = Axis::new(&log, AxisKind::Time);
        let (ticks, context) = ticks(&axis, View::fit(&axis), 800.0, 70.0, chrono_tz::Europe::Berlin);
        let labels: Vec<&str> = ticks.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!(labels, ["27 Mar", "12:00", "28 Mar", "12:00", "29 Mar", "12:00", "30 Mar", "12:00", "31 Mar"]);
        assert_eq!(context, "March 2026");
    }

    #[test]
    fn the_context_is_that_of_the_history_in_sight() {
        let log = log(["2026-01-01T10:00:00Z", "2026-01-01T20:00:00Z"]);
        let axis = Axis::new(&log, AxisKind::Time);
        let words = |view| ticks(&axis, view, 800.0, 70.0, Tz::UTC).1;
        let hour = 3_600e6;
        // A margin of a day before the first event belongs to the year before.
        assert_eq!(words(View { start: -24.0 * hour, span: 60.0 * hour }), "1 January 2026");
        assert_eq!(words(View { start: 0.0, span: 1.0 }), "1 January 2026");
        for (to, words) in
            [("2026-01-09T00:00:00Z", "January 2026"), ("2026-03-01", "2026"), ("2031-01-01", "2026 – 2031")]
        {
            let log = self::log(["2026-01-01T10:00:00Z", to]);
            let axis = Axis::new(&log, AxisKind::Time);
            assert_eq!(ticks(&axis, View::fit(&axis), 800.0, 70.0, Tz::UTC).1, words);
        }
    }

    #[test]
    fn every_zoom_has_ticks_and_never_too_many() {
        let log = log(["0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z"]);
        let axis = Axis::new(&log, AxisKind::Time);
        let mut view = View::fit(&axis);
        for _ in 0..60 {
            let (ticks, _) = ticks(&axis, view, 800.0, 70.0, Tz::UTC);
            assert!(ticks.len() <= 14, "{} at {view:?}", ticks.len());
            view = view.zoomed(2.0, 400.0, 800.0, &axis);
        }
    }
}
