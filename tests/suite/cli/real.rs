//! The stores that libraries wrote, against the facts that their writers knew. They are found by `FOLDLINE_STORES`.

use crate::fixtures::stores;
use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::{Ran, World, run_in};

/// Stores whose layouts are recognised, with the layout's id.
const STORES: [&str; 5] = [
    "pyeventsourcing-bank.db",
    "pyeventsourcing-bank-zlib.db",
    "emmett-0.42-shop.db",
    "sqlite-es-bank.db",
    "patchlevel-3.5-stream-shop.db",
];

/// A copy of a store with its facts.
fn with_facts(stores: &Path, name: &str) -> (World, Value) {
    let world = World::empty();
    world.write("store.db", std::fs::read(stores.join(name)).unwrap());
    let facts = std::fs::read(stores.join(format!("{name}.expected.json"))).unwrap();
    (world, serde_json::from_slice(&facts).unwrap())
}

fn run(world: &World, args: &[&str]) -> Ran {
    run_in(&world.path("."), args)
}

#[test]
fn real_stores_have_what_their_writers_wrote() {
    let Some(stores) = stores() else { return };
    for name in STORES {
        let (world, facts) = with_facts(&stores, name);
        let info = run(&world, &["info", "store.db", "--json"]).json(0);
        for key in ["layout", "events", "streams"] {
            assert_eq!(info[key], facts[key], "{name}: {key}");
        }
        assert_eq!(info["unreadable"], serde_json::json!([]), "{name}");
        let counted = |types: &Value| -> BTreeMap<String, u64> {
            let each = types.as_array().unwrap().iter();
            each.map(|t| (t["name"].as_str().unwrap().to_owned(), t["events"].as_u64().unwrap())).collect()
        };
        let expected: BTreeMap<String, u64> = serde_json::from_value(facts["event_types"].clone()).unwrap();
        assert_eq!(counted(&info["types"]), expected, "{name}");
        let streams = run(&world, &["streams", "store.db", "--json"]).json(0);
        assert_eq!(streams.as_array().unwrap().len() as u64, facts["streams"].as_u64().unwrap(), "{name}");
        for sample in facts["samples"].as_array().unwrap() {
            check_sample(&world, name, &streams, sample);
        }
        assert_eq!(world.files().len(), 1, "{name}: something was left beside the store");
        assert!(world.files()[0].1 == std::fs::read(stores.join(name)).unwrap(), "{name} changed");
    }
}

/// A stream's name as the store has it: the writer's way of speaking may have hyphens or not, and the category or not.
fn find_stream<'a>(streams: &'a Value, spoken: &str) -> Option<&'a str> {
    let bare = |name: &str| name.replace(['-', '_', ':', '/'], "").to_lowercase();
    let wanted = bare(spoken);
    let names = || streams.as_array().unwrap().iter().map(|stream| stream["stream"].as_str().unwrap());
    names().find(|name| bare(name) == wanted).or_else(|| names().find(|name| bare(name).ends_with(&wanted)))
}

fn check_sample(world: &World, store: &str, streams: &Value, sample: &Value) {
    let spoken = sample["stream"].as_str().unwrap();
    let Some(stream) = find_stream(streams, spoken) else { panic!("{store}: no stream {spoken}") };
    let events = run(world, &["events", "store.db", "--stream", stream]).lines();
    let expected = sample["events"].as_array().unwrap();
    assert_eq!(events.len(), expected.len(), "{store}: {stream}");
    for (event, expected) in events.iter().zip(expected) {
        for key in ["version", "type", "time"] {
            if !expected[key].is_null() {
                assert_eq!(event[key], expected[key], "{store}: {stream}: {key}");
            }
        }
        for key in ["correlation_id", "causation_id"] {
            if expected[key].is_string() {
                assert_eq!(event[key], expected[key], "{store}: {stream}: {key}");
            }
        }
    }
    let last = events.last().unwrap();
    let payload = &sample["last_payload"];
    // The facts may show the payload in its library's wrapper.
    let unwrapped = payload.get(last["type"].as_str().unwrap()).unwrap_or(payload);
    for (key, value) in last["data"].as_object().unwrap() {
        if let Some(expected) = unwrapped.get(key) {
            assert_eq!(value, expected, "{store}: {stream}: {key}");
        }
    }
    let shared = last["data"].as_object().unwrap().keys().filter(|key| unwrapped.get(key).is_some()).count();
    assert!(shared > 0 || unwrapped.as_object().is_none_or(serde_json::Map::is_empty), "{store}: {last}");
    // The state after the last event is that of the stream's last version.
    let state = run(world, &["state", "store.db", stream, "--json"]).json(0);
    assert_eq!((&state["version"], &state["position"]), (&last["version"], &last["position"]), "{store}: {stream}");
    assert_eq!(state["replayed"], events.len(), "{store}: {stream}");
}

#[test]
fn a_store_with_a_log_beside_it_is_read_with_the_log() {
    let Some(stores) = stores() else { return };
    let world = World::empty();
    for name in ["pyeventsourcing-live-wal.db", "pyeventsourcing-live-wal.db-wal"] {
        world.write(name, std::fs::read(stores.join(name)).unwrap());
    }
    let before = world.files();
    let info = run(&world, &["info", "pyeventsourcing-live-wal.db", "--json"]).json(0);
    let facts = std::fs::read(stores.join("pyeventsourcing-live-wal.db.expected.json"));
    if let Ok(facts) = facts {
        let facts: Value = serde_json::from_slice(&facts).unwrap();
        assert_eq!(info["events"], facts["events"]);
    }
    assert!(info["events"].as_u64().unwrap() > 0);
    assert_eq!(world.files(), before);
}

#[test]
fn a_database_of_something_else_is_refused() {
    let Some(stores) = stores() else { return };
    let store = stores.join("negative-chinook.sqlite");
    let world = World::empty();
    world.write("music.db", std::fs::read(store).unwrap());
    run(&world, &["info", "music.db"]).refused(3);
    run(&world, &["events", "music.db"]).refused(3);
}

#[test]
fn any_store_can_be_copied_into_our_own_layout() {
    let Some(stores) = stores() else { return };
    for name in STORES {
        let (world, facts) = with_facts(&stores, name);
        let layouts = run(&world, &["layouts", "--json"]).json(0);
        let own = layouts.as_array().unwrap().iter().find(|layout| layout["id"] == facts["layout"]).unwrap();
        let copied = run(&world, &["copy", "store.db", "own.db"]);
        // In its own tables, or it is said that it is in Foldline's.
        assert_eq!(copied.status, 0, "{name}: {}", copied.err);
        let written = run(&world, &["info", "own.db", "--json"]).json(0);
        if own["writable"] == true {
            assert_eq!(written["layout"], facts["layout"], "{name}");
        } else if written["layout"] != facts["layout"] {
            assert_eq!(written["layout"], "foldline", "{name}");
            assert!(copied.err.contains("this one is in Foldline's"), "{name}: {}", copied.err);
        }
        run(&world, &["copy", "store.db", "copy.db", "--as", "foldline"]).done();
        let told = |store: &str| -> Vec<Value> {
            let events = run(&world, &["events", store]).lines().into_iter();
            events
                .map(|event| serde_json::json!([event["stream"], event["type"], event["time"], event["data"]]))
                .collect()
        };
        assert_eq!(told("copy.db"), told("store.db"), "{name}");
    }
}
