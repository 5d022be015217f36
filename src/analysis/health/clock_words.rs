//! Spans of time, events and types in words.

use crate::model::{EventLog, TypeIndex};

/// An event in words.
pub(super) fn name(log: &EventLog, event: u32) -> String {
    format!("#{}", log.position(event as usize))
}

/// The short name of a type, for one event of it; some have none.
pub(super) fn of_type(log: &EventLog, of: TypeIndex) -> &str {
    named(log, of).unwrap_or("an event without a type")
}

/// The short name of a type, for several events of it.
pub(super) fn many_of_type(log: &EventLog, of: TypeIndex) -> &str {
    named(log, of).unwrap_or("events without a type")
}

/// The short name of a type, after `no`.
pub(super) fn none_of_type(log: &EventLog, of: TypeIndex) -> &str {
    named(log, of).unwrap_or("event without a type")
}

/// The short name of a type, if it has any.
pub(super) fn named(log: &EventLog, of: TypeIndex) -> Option<&str> {
    Some(&*log.event_type(of).short).filter(|name| !name.trim().is_empty())
}

/// A span of microseconds in its two greatest units: `2 days 3 h`, `1.5 s`, `12 ms`.
pub(super) fn span(micros: i64) -> String {
    const SECOND: i64 = 1_000_000;
    const MINUTE: i64 = 60 * SECOND;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    let micros = micros.saturating_abs();
    let two = |great: i64, unit: &str, small: i64, smaller: &str| {
        let (whole, rest) = (micros / great, micros % great / small);
        if rest == 0 { format!("{whole} {unit}") } else { format!("{whole} {unit} {rest} {smaller}") }
    };
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..SECOND => format!("{} ms", micros / 1000),
        SECOND..MINUTE => {
            let tenths = micros / (SECOND / 10);
            if tenths % 10 == 0 { format!("{} s", tenths / 10) } else { format!("{}.{} s", tenths / 10, tenths % 10) }
        }
        MINUTE..HOUR => two(MINUTE, "min", SECOND, "s"),
        HOUR..DAY => two(HOUR, "h", MINUTE, "min"),
        _ if micros < 2 * DAY => two(DAY, "day", HOUR, "h"),
        _ if micros < 730 * DAY => two(DAY, "days", HOUR, "h"),
        _ => format!("{} years", (micros + 183 * DAY) / (365 * DAY)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_in_words() {
        for (micros, words) in [
            (12, "12 µs"),
            (-12_500, "12 ms"),
            (1_500_000, "1.5 s"),
            (60_000_000, "1 min"),
            (3_725_000_000, "1 h 2 min"),
            (90_000_000_000, "1 day 1 h"),
            (86_400_000_000 * 3, "3 days"),
            (86_400_000_000 * 3653, "10 years"),
        ] {
            assert_eq!(span(micros), words);
        }
    }
}
