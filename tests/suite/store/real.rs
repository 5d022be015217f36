//! Stores that real libraries wrote, against the facts that their writers knew. Skipped without FOLDLINE_STORES.

use crate::fixtures::stores;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use foldline::model::{Payload, json};
use foldline::store::StoreError;
use serde_json::Value as Json;

use super::{all, open, scan};
use crate::fixtures::contents;

/// The stores of the layouts that are known so far.
const KNOWN: [(&str, &str); 6] = [
    ("pyeventsourcing-bank.db", "pyeventsourcing"),
    ("pyeventsourcing-bank-zlib.db", "pyeventsourcing"),
    ("pyeventsourcing-live-wal.db", "pyeventsourcing"),
    ("emmett-0.42-shop.db", "emmett-sqlite"),
    ("sqlite-es-bank.db", "cqrs-es-sqlite"),
    ("patchlevel-3.5-stream-shop.db", "patchlevel-v3-stream"),
];

/// A copy of a real store, with the log beside it, in a folder of its own.
pub fn copied(folder: &Path, name: &str) -> (tempfile::TempDir, PathBuf) {
    let temporary = tempfile::tempdir().unwrap();
    for suffix in ["", "-wal"] {
        let from = folder.join(format!("{name}{suffix}"));
        if from.exists() {
            std::fs::write(temporary.path().join(format!("{name}{suffix}")), std::fs::read(&from).unwrap()).unwrap();
        }
    }
    let path = temporary.path().join(name);
    (temporary, path)
}

fn facts(folder: &Path, name: &str) -> Json {
    serde_json::from_slice(&std::fs::read(folder.join(format!("{name}.expected.json"))).unwrap()).unwrap()
}

#[test]
fn known_layouts_hold_what_their_writers_knew() {
    let Some(folder) = stores() else { return };
    for (name, layout) in KNOWN {
        let (temporary, path) = copied(&folder, name);
        let before = contents(temporary.path());
        let facts = facts(&folder, name);
        let store = open(&path).unwrap();
        assert_eq!(&*store.layout().id, layout, "{name}");
        let log = scan(&store);
        let events = all(&store, &log);
        assert_eq!(events.len() as u64, facts["events"].as_u64().unwrap(), "{name}");
        assert_eq!(log.streams().len() as u64, facts["streams"].as_u64().unwrap(), "{name}");
        if let Some(snapshots) = facts["snapshots"].as_u64() {
            assert_eq!(store.snapshots(), snapshots, "{name}");
        }
        assert!(
            store.read_snapshots(&Default::default()).unwrap().iter().all(|s| matches!(s.state, Payload::Value(_)))
        );
        assert!(events.iter().all(|event| matches!(event.data, Payload::Value(_))), "{name}");
        let types: BTreeMap<&str, u64> = log.types().iter().map(|t| (&*t.name, t.events as u64)).collect();
        let expected = facts["event_types"].as_object().unwrap();
        assert_eq!(types, expected.iter().map(|(t, n)| (t.as_str(), n.as_u64().unwrap())).collect(), "{name}");
        for sample in facts["samples"].as_array().unwrap() {
            // The writers join type and id by a slash.
            let stream = sample["stream"].as_str().unwrap().replace("account/", "account-");
            let lane = log.lane(log.find_stream(&stream).unwrap_or_else(|| panic!("{name}: {stream}")));
            let expected = sample["events"].as_array().unwrap();
            assert_eq!(lane.len(), expected.len(), "{name} {stream}");
            for (index, expected) in lane.iter().zip(expected) {
                let event = &events[*index as usize];
                assert_eq!(event.version, expected["version"].as_i64(), "{name} {stream}");
                assert_eq!(&*event.event_type, expected["type"].as_str().unwrap());
                let time = foldline::model::Timestamp::parse_iso(expected["time"].as_str().unwrap());
                assert_eq!(event.time, time, "{name} {stream}");
                if layout != "pyeventsourcing"
                    && let Some(id) = expected.get("correlation_id")
                {
                    assert_eq!(event.correlation_id.as_deref(), id.as_str(), "{name} {stream}");
                    assert_eq!(event.causation_id.as_deref(), expected.get("causation_id").and_then(Json::as_str));
                }
            }
            let last = &events[*lane.last().unwrap() as usize];
            let mut expected = &sample["last_payload"];
            if layout == "cqrs-es-sqlite" {
                expected = &expected[&*last.event_type];
            }
            let expected = json::parse(expected.to_string().as_bytes()).unwrap();
            assert_eq!(*last.data.decoded().unwrap(), expected, "{name} {stream}");
        }
        drop(store);
        assert_eq!(contents(temporary.path()), before, "{name}");
    }
}

#[test]
fn categories_are_the_stores_own() {
    let Some(folder) = stores() else { return };
    for (name, expected) in [
        ("pyeventsourcing-bank.db", vec!["BankAccount"]),
        ("sqlite-es-bank.db", vec!["account", "customer"]),
        ("emmett-0.42-shop.db", vec!["order", "reminder", "shopping_cart"]),
        ("patchlevel-3.5-stream-shop.db", vec!["audit", "order", "shopping_cart"]),
    ] {
        let (_temporary, path) = copied(&folder, name);
        let log = scan(&open(&path).unwrap());
        let mut categories: Vec<&str> = log.categories().iter().map(|c| &**c).collect();
        categories.sort_unstable();
        assert_eq!(categories, expected, "{name}");
    }
}

#[test]
fn lookalikes_are_refused() {
    let Some(folder) = stores() else { return };
    let mut refused = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        let database = name.ends_with(".db") || name.ends_with(".sqlite");
        if !database || KNOWN.iter().any(|(known, _)| *known == name) {
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
