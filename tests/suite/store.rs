//! Stores: real ones against the facts that their writers knew, and files in every state that people open.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use foldline::model::{Cancel, Event, EventLog, Payload, Progress};
use foldline::store::{self, OpenOptions, Store, StoreError};

fn open(path: &Path) -> Result<Store, StoreError> {
    store::open(path, &OpenOptions::default(), &Progress::default(), &Cancel::default())
}

fn scan(store: &Store) -> EventLog {
    store.scan(1, &Progress::default(), &Cancel::default()).unwrap()
}

fn all(store: &Store, log: &EventLog) -> Vec<Event> {
    let mut events = Vec::new();
    let mut reader = store.reader().unwrap();
    let take = &mut |_, event| {
        events.push(event);
        ControlFlow::Continue(())
    };
    reader.for_each(log, 0..log.len(), &Cancel::default(), take).unwrap();
    events
}

/// A copy of a real store (with what lies beside it) in a folder of its own.
fn real(name: &str) -> Option<(tempfile::TempDir, PathBuf)> {
    let Some(folder) = std::env::var_os("FOLDLINE_STORES").map(PathBuf::from) else {
        println!("skipped: FOLDLINE_STORES is not set");
        return None;
    };
    let temporary = tempfile::tempdir().unwrap();
    for suffix in ["", "-wal"] {
        let from = folder.join(format!("{name}{suffix}"));
        if from.exists() {
            let to = temporary.path().join(format!("{name}{suffix}"));
            std::fs::write(&to, std::fs::read(&from).unwrap()).unwrap();
        }
    }
    let path = temporary.path().join(name);
    Some((temporary, path))
}

#[test]
fn first_look() {
    for name in [
        "pyeventsourcing-bank.db",
        "pyeventsourcing-bank-zlib.db",
        "pyeventsourcing-live-wal.db",
        "emmett-0.42-shop.db",
        "sqlite-es-bank.db",
        "patchlevel-3.5-stream-shop.db",
    ] {
        let Some((_folder, path)) = real(name) else { return };
        let store = open(&path).unwrap();
        let log = scan(&store);
        let events = all(&store, &log);
        let bad = events.iter().filter(|e| matches!(e.data, Payload::Unreadable(_))).count();
        println!(
            "{name} {:?} {} {} {} {:?} bad {bad}",
            store.mode(),
            log.len(),
            log.streams().len(),
            store.snapshots(),
            store.notes()
        );
        println!("{:#?}", events.first());
    }
}
