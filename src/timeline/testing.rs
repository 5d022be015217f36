//! Small indices for the tests of this module.

use crate::model::{EventKind, EventLog, EventLogBuilder, LogRow, Timestamp};

/// One stream whose events have these times, in seconds since 1970.
pub(super) fn log(seconds: impl IntoIterator<Item = Option<i64>>) -> EventLog {
    let mut builder = EventLogBuilder::new(1);
    for (at, second) in seconds.into_iter().enumerate() {
        let stream = builder.stream("a", |_| "a".to_owned());
        let event_type = builder.event_type("T");
        builder.push(LogRow {
            row_key: at as i64 + 1,
            position: Some(at as i64 + 1),
            stream: Some(stream),
            version: Some(at as i64 + 1),
            event_type,
            time: second.and_then(|second| Timestamp::from_micros(second * 1_000_000)),
            kind: EventKind::Event,
            archived: false,
        });
    }
    builder.finish()
}
