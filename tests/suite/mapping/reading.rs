//! What the command line reads by a mapping, against what the writers of home-grown files knew.

use std::path::Path;

use serde_json::Value as Json;

use crate::cli::{Ran, run_in};
use crate::fixtures::stores;
use crate::store::real::copied;

fn run(words: &[&str]) -> Ran {
    run_in(&std::env::temp_dir(), words)
}

/// The guess for a file, written beside a copy of it.
pub fn guessed(store: &Path) -> std::path::PathBuf {
    let ran = run(&["mapping", &store.display().to_string()]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let path = store.with_extension("mapping.json");
    std::fs::write(&path, ran.out).unwrap();
    path
}

pub fn with_mapping(command: &[&str], store: &Path, mapping: &Path) -> Ran {
    let (store, mapping) = (store.display().to_string(), mapping.display().to_string());
    let mut words: Vec<&str> = vec![command[0], &store];
    words.extend(&command[1..]);
    words.extend(["--mapping", &mapping]);
    run(&words)
}

pub fn json(ran: &Ran) -> Json {
    assert_eq!(ran.status, 0, "{}", ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

pub fn lines(ran: &Ran) -> Vec<Json> {
    assert_eq!(ran.status, 0, "{}", ran.err);
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn homegrown_stores_hold_what_their_writers_knew() {
    let Some(folder) = stores() else { return };
    for (name, separator) in [("homegrown-a-text-iso.db", "/"), ("homegrown-d-dirty.db", "")] {
        let (_kept, store) = copied(&folder, name);
        let facts = std::fs::read(folder.join(format!("{name}.expected.json"))).unwrap();
        let facts: Json = serde_json::from_slice(&facts).unwrap();
        let refused = run(&["info", &store.display().to_string()]);
        assert_eq!((refused.status, refused.out.as_str()), (3, ""), "{name}");
        assert!(refused.err.contains("foldline mapping"), "{}", refused.err);
        let mapping = guessed(&store);
        let info = json(&with_mapping(&["info", "--json"], &store, &mapping));
        assert_eq!(info["layout"], "mapping");
        assert_eq!(info["events"], facts["events"], "{name}");
        assert_eq!(info["streams"], facts["streams"], "{name}");
        for (kind, count) in facts["event_types"].as_object().unwrap() {
            let kind = if kind == "None" { "" } else { kind };
            let found = info["types"].as_array().unwrap().iter().find(|found| found["name"] == kind);
            assert_eq!(&found.unwrap()["events"], count, "{name} {kind}");
        }
        for sample in facts["samples"].as_array().unwrap() {
            let stream = sample["stream"].as_str().unwrap();
            let stream = if separator.is_empty() { stream.to_owned() } else { stream.replacen(separator, "-", 1) };
            let events = lines(&with_mapping(&["events", "--stream", &stream, "--format", "ndjson"], &store, &mapping));
            let wanted = sample["events"].as_array().unwrap();
            assert_eq!(events.len(), wanted.len(), "{name} {stream}");
            for (event, wanted) in events.iter().zip(wanted) {
                assert_eq!(event["version"], wanted["version"], "{name} {stream}");
                assert_eq!(
                    event["type"].as_str().unwrap_or(""),
                    wanted["type"].as_str().unwrap_or(""),
                    "{name} {stream}"
                );
                // Half of the times of the dirty store have only seconds.
                let seconds = |time: &Json| time.as_str().map(|time| time[..19].to_owned());
                assert_eq!(seconds(&event["time"]), seconds(&wanted["time"]), "{name} {stream}");
                if !wanted["event_id"].is_null() {
                    assert_eq!(event["id"], wanted["event_id"]);
                }
            }
            assert_eq!(events.last().unwrap()["data"], sample["last_payload"], "{name} {stream}");
        }
    }
}

#[test]
fn what_holds_no_events_is_refused_with_a_clear_word() {
    let Some(folder) = stores() else { return };
    let (_kept, store) = copied(&folder, "negative-chinook.sqlite");
    for command in ["mapping", "info", "streams"] {
        let ran = run(&[command, &store.display().to_string()]);
        assert_eq!((ran.status, ran.out.as_str()), (3, ""), "{command}");
        assert!(ran.err.contains("events") && ran.err.contains("Album"), "{}", ran.err);
    }
    let ran = run(&["mapping", &store.display().to_string(), "--table", "Invoice"]);
    let mapping: Json = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(mapping["tables"][0]["type"], serde_json::json!({ "value": "Invoice" }));
    assert_eq!(run(&["mapping", &store.display().to_string(), "--table", "Invoices"]).status, 2);
}

#[test]
fn tables_without_row_numbers_are_guessed_and_read_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let mapping = folder.path().join("m.json");
    for (at, (key, columns)) in [
        ("event_id", ", occurred_at TEXT"),
        ("stream, version", ", occurred_at TEXT"),
        ("stream, version", ", occurred_at TEXT, seq INTEGER UNIQUE"),
        ("event_id", ", seq INTEGER"),
        ("event_id", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let store = folder.path().join(format!("{at}.db"));
        let conn = crate::fixtures::database(&store);
        conn.execute_batch(&format!(
            "CREATE TABLE happened (event_id TEXT NOT NULL, stream TEXT NOT NULL, version INT NOT NULL, \
             event_type TEXT, body TEXT{columns}, PRIMARY KEY ({key})) WITHOUT ROWID;"
        ))
        .unwrap();
        for n in 0..60 {
            let id = format!("{:08x}-0000-4000-8000-{n:012x}", n as u64 * 2_654_435_761 % (1 << 32));
            let mut values = format!("'{id}', 'order-{}', {}, 'Changed', '{{\"n\":{n}}}'", n % 7, n / 7 + 1);
            if columns.contains("occurred_at") {
                values.push_str(&format!(", '2026-01-01T00:00:{n:02}Z'"));
            }
            if columns.contains("seq") {
                values.push_str(&format!(", {}", n + 1));
            }
            conn.execute(&format!("INSERT INTO happened VALUES ({values})"), []).unwrap();
        }
        conn.close().unwrap();
        let guessed = run(&["mapping", &store.display().to_string()]);
        assert_eq!(guessed.status, 0, "{}", guessed.err);
        std::fs::write(&mapping, &guessed.out).unwrap();
        let read = with_mapping(&["events", "--json"], &store, &mapping);
        assert_eq!(read.status, 0, "{}", read.err);
        let read: Vec<serde_json::Value> = read.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let numbers: Vec<i64> = read.iter().map(|event| event["data"]["n"].as_i64().unwrap()).collect();
        if columns.is_empty() {
            assert!(guessed.err.contains("nothing says in which order rows came"), "{}", guessed.err);
            let by_version = |event: &serde_json::Value| event["version"].as_i64().unwrap();
            assert!(read.is_sorted_by_key(by_version));
            assert_eq!(read.len(), 60);
        } else {
            assert_eq!(numbers, (0..60).collect::<Vec<i64>>(), "{key}{columns}: {}", guessed.err);
        }
    }
}

#[test]
fn a_mapping_that_is_wrong_says_what_and_where() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("shop.db");
    let conn = crate::fixtures::database(&store);
    conn.execute_batch("CREATE TABLE happenings (id INTEGER PRIMARY KEY, subject TEXT, what TEXT, body TEXT)").unwrap();
    conn.execute("INSERT INTO happenings VALUES (1, 'a', 'Opened', '{}')", []).unwrap();
    drop(conn);
    let mapping = folder.path().join("m.json");
    let table = |inner: &str| format!(r#"{{"foldline":"mapping/1","name":"n","tables":[{{{inner}}}]}}"#);
    for (text, status, says) in [
        ("nonsense".to_owned(), 3, "not right"),
        (table(r#""table":"happenings","type":"what","strem":"subject""#), 3, "tables.0: there is no key \"strem\""),
        (table(r#""table":"happening","type":"what""#), 3, "no table \"happening\"; did you mean \"happenings\"?"),
        (
            table(r#""table":"happenings","type":"waht""#),
            3,
            "no column \"waht\", which is its type; did you mean \"what\"?",
        ),
        (table(r#""table":"happenings","type":"what","stream":"subject","payload":"body""#), 0, ""),
    ] {
        std::fs::write(&mapping, &text).unwrap();
        let ran = with_mapping(&["info", "--json"], &store, &mapping);
        assert_eq!(ran.status, status, "{text}: {}", ran.err);
        assert!(ran.err.contains(says), "{text}: {}", ran.err);
        assert_eq!(ran.out.is_empty(), status != 0);
    }
    assert_eq!(with_mapping(&["info"], &store, &folder.path().join("none.json")).status, 3);
    assert_eq!(with_mapping(&["info", "--layout", "foldline"], &store, &mapping).status, 2);
    // Every command that opens a store takes it.
    for command in [
        vec!["streams", "--json"],
        vec!["events", "--json"],
        vec!["state", "a", "--json"],
        vec!["diff", "a", "--from", "#0", "--to", "#1", "--json"],
        vec!["find", "--when", "state.x = 1", "--json"],
        vec!["table", "--category", "a", "--json"],
        vec!["suggest", "--category", "a"],
    ] {
        let ran = with_mapping(&command, &store, &mapping);
        assert!(ran.status <= 1, "{command:?}: {}", ran.err);
    }
    let copy = folder.path().join("copy.db").display().to_string();
    let ran = with_mapping(&["copy", &copy, "--as", "foldline"], &store, &mapping);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let copied = json(&run(&["info", &copy, "--json"]));
    assert_eq!((&copied["layout"], &copied["events"]), (&"foldline".into(), &1.into()));
}
