//! Small indices for the tests of this module.

use crate::model::{EventLog, EventLogBuilder, LogRow, Timestamp};

/// One stream whose events have these times, in seconds since 1970.
pub(super) fn log(seconds: impl IntoIterator<Item = Option<i64>>) -> EventLog {
    build(seconds.into_iter().map(|second| (second, 0)))
}

/// One stream whose events have these times, in seconds since 1970, and types by number.
pub(super) fn log_of_types(events: impl IntoIterator<Item = (i64, usize)>) -> EventLog {
    build(events.into_iter().map(|(second, event_type)| (Some(second), event_type)))
}

fn build(events: impl IntoIterator<Item = (Option<i64>, usize)>) -> EventLog {
    let mut builder = EventLogBuilder::new(1);
    for (at, (second, event_type)) in events.into_iter().enumerate() {
        let stream = builder.stream("a", |_| "a".to_owned());
        let event_type = builder.event_type(&format!("T{event_type}"));
        builder.push(LogRow {
            version: Some(at as i64 + 1),
            time: second.and_then(|second| Timestamp::from_micros(second * 1_000_000)),
            ..LogRow::at(at as i64 + 1, Some(stream), event_type)
        });
    }
    builder.finish()
}
