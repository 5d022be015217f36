//! Small stores for the tests of this module and of the window.

use std::collections::HashMap;
use std::sync::Arc;

use crate::job::{OpenedStore, StoreKey};
use crate::model::{EventLogBuilder, LogRow, Timestamp, names};
use crate::timeline::Drawing;

/// An opened store with these events: each in a stream, in a minute since 1970 if it has a time. Positions count
/// from 1.
pub(crate) fn opened(path: &str, key: StoreKey, events: &[(&str, Option<i64>)]) -> OpenedStore {
    build(path, key, events, false)
}

/// The same, with versions that count from 1 in each stream.
pub(crate) fn opened_with_versions(path: &str, key: StoreKey, events: &[(&str, Option<i64>)]) -> OpenedStore {
    build(path, key, events, true)
}

fn build(path: &str, key: StoreKey, events: &[(&str, Option<i64>)], versions: bool) -> OpenedStore {
    let mut counts: HashMap<&str, i64> = HashMap::new();
    let mut builder = EventLogBuilder::new(u64::from(key.0));
    for (at, (stream, minute)) in (1..).zip(events) {
        let count = counts.entry(stream).or_default();
        *count += 1;
        let version = versions.then_some(*count);
        let stream = builder.stream(stream, |name| names::category_of(name, "events").to_owned());
        let event_type = builder.event_type("Happened");
        builder.push(LogRow {
            version,
            time: minute.and_then(|minute| Timestamp::from_micros(minute * 60_000_000)),
            ..LogRow::at(at, Some(stream), event_type)
        });
    }
    let log = builder.finish();
    OpenedStore {
        key,
        path: path.into(),
        files: Vec::new(),
        layout: "foldline".to_owned(),
        layout_title: "Foldline".to_owned(),
        access: "read-only".to_owned(),
        notes: Vec::new(),
        drawing: Arc::new(Drawing::new(&log)),
        log: Arc::new(log),
        writable: true,
        no_edits: None,
        leaving_out: true,
        projections: Vec::new(),
        rules: None,
        snapshots: 0,
        expected: None,
        reading: String::new(),
        bytes: 4096,
        recognised: Default::default(),
        mapping: None,
        hash: None,
        followed: false,
    }
}
