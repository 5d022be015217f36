//! Stores that real libraries wrote, against the facts that their writers knew. Skipped without FOLDLINE_STORES.

use foldline::store::StoreError;

pub use super::facts::copied;
use super::facts::{Known, PLAIN, facts, hold};
use super::open;
use crate::fixtures::stores;

/// The stores of the layouts that are known so far.
const KNOWN: [Known; 6] = [
    Known {
        file: "pyeventsourcing-bank.db",
        layout: "pyeventsourcing",
        categories: &["BankAccount"],
        correlation: false,
        ..PLAIN
    },
    Known {
        file: "pyeventsourcing-bank-zlib.db",
        layout: "pyeventsourcing",
        categories: &["BankAccount"],
        correlation: false,
        ..PLAIN
    },
    Known {
        file: "pyeventsourcing-live-wal.db",
        layout: "pyeventsourcing",
        categories: &["BankAccount"],
        correlation: false,
        ..PLAIN
    },
    Known {
        file: "emmett-0.42-shop.db",
        layout: "emmett-sqlite",
        categories: &["order", "reminder", "shopping_cart"],
        ..PLAIN
    },
    Known {
        file: "sqlite-es-bank.db",
        layout: "cqrs-es-sqlite",
        categories: &["account", "customer"],
        payload: |payload, event_type| payload[event_type].clone(),
        ..PLAIN
    },
    Known {
        file: "patchlevel-3.5-stream-shop.db",
        layout: "patchlevel-v3-stream",
        categories: &["audit", "order", "shopping_cart"],
        ..PLAIN
    },
];

#[test]
fn known_layouts_hold_what_their_writers_knew() {
    hold(&KNOWN);
}

#[test]
fn lookalikes_are_refused() {
    let Some(folder) = stores() else { return };
    let mut refused = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        let database = name.ends_with(".db") || name.ends_with(".sqlite");
        if !database || KNOWN.iter().any(|known| known.file == name) {
            continue;
        }
        let (_temporary, path) = copied(&folder, &name);
        match open(&path) {
            Err(error @ StoreError::NotRecognised { .. }) => {
                let text = error.to_string();
                assert!(text.contains("holds no events that Foldline recognises"), "{name}: {text}");
                assert!(text.contains("foldline layouts"), "{name}: {text}");
                refused += 1;
            }
            // Another layout of the catalogue may be known by now, but never a wrong one.
            Ok(store) => assert_eq!(Some(&*store.layout().id), facts(&folder, &name)["layout"].as_str(), "{name}"),
            Err(other) => panic!("{name}: {other}"),
        }
    }
    assert!(refused > 0);
}
