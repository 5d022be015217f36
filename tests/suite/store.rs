//! Stores: what is read of them, files in every state that people open, and copies.

use std::ops::ControlFlow;
use std::path::Path;

use foldline::model::{Cancel, Event, EventLog, Progress};
use foldline::store::{self, OpenOptions, Store, StoreError};

mod cache;
mod copies;
mod copy_edits;
mod copy_layouts;
mod copy_libraries;
mod copy_numbered;
mod copy_properties;
mod facts;
mod fixture_files;
mod keys;
mod layouts;
mod opening;
mod partial;
pub mod real;
mod real_more;
mod real_platforms;

fn open(path: &Path) -> Result<Store, StoreError> {
    let options = OpenOptions { lock_wait: std::time::Duration::from_millis(20), ..OpenOptions::default() };
    store::open(path, &options, &Progress::default(), &Cancel::default())
}

fn scan(store: &Store) -> EventLog {
    store.scan(1, &Progress::default(), &Cancel::default()).unwrap()
}

fn all(store: &Store, log: &EventLog) -> Vec<Event> {
    let mut events = Vec::new();
    let mut reader = store.reader().unwrap();
    let take = &mut |index: usize, event| {
        assert_eq!(index, events.len());
        events.push(event);
        ControlFlow::Continue(())
    };
    reader.for_each(log, 0..log.len(), &Cancel::default(), take).unwrap();
    events
}

/// An event in a line: position, stream, version, type, time, payload.
fn line(event: &Event) -> String {
    let version = event.version.map_or("-".to_owned(), |version| version.to_string());
    let time = event.time.map_or("-".to_owned(), |time| time.to_string());
    let data = match event.data.decoded() {
        Ok(data) => format!("{data:?}"),
        Err(why) => format!("! {}", why.reason),
    };
    let stream = event.stream.as_deref().unwrap_or("-");
    format!("{} {stream} {version} {} {time} {data}", event.position.unwrap_or(0), event.event_type)
}

fn lines(path: &Path) -> Vec<String> {
    let store = open(path).unwrap();
    all(&store, &scan(&store)).iter().map(line).collect()
}
