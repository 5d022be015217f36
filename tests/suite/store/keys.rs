//! Keys of rows: what is shown alike and is not the same, and what is no row number.

use super::{all, open, scan};

/// A store of these statements.
fn store(statements: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let conn = crate::fixtures::database(&path);
    conn.execute_batch(statements).unwrap();
    conn.close().unwrap();
    (folder, path)
}

#[test]
fn rows_whose_keys_are_shown_alike_are_read_each_by_itself() {
    let (_folder, path) = store(
        "CREATE TABLE stored_events (originator_id, originator_version, topic TEXT, state BLOB, \
         PRIMARY KEY (originator_id, originator_version)) WITHOUT ROWID;
         INSERT INTO stored_events VALUES ('61', 1, 'm:A', '{\"is\":\"text\"}'), (61, 1, 'm:A', '{\"is\":\"number\"}'), \
         (x'61', 1, 'm:A', '{\"is\":\"bytes\"}'), ('61', '1', 'm:A', '{\"is\":\"text twice\"}'), \
         (2.5, 1, 'm:A', '{\"is\":\"real\"}'), ('2.5', 1.0, 'm:A', '{\"is\":\"text of a real\"}'), \
         (x'00112233445566778899aabbccddeeff', 1, 'm:A', '{\"is\":\"uuid\"}'), \
         ('00112233-4455-6677-8899-aabbccddeeff', 1, 'm:A', '{\"is\":\"text of a uuid\"}'), (x'', 1, 'm:A', '{\"is\":\"nothing\"}');",
    );
    let store = open(&path).unwrap();
    let log = scan(&store);
    let expected = ["real", "number", "textofauuid", "textofareal", "text", "texttwice", "nothing", "uuid", "bytes"];
    let events = all(&store, &log);
    let sorted = |mut list: Vec<String>| {
        list.sort_unstable();
        list
    };
    let shown: Vec<String> = events
        .iter()
        .map(|event| {
            let data = event.data.decoded().unwrap();
            data.as_object().unwrap().get("is").unwrap().as_str().unwrap().replace(' ', "")
        })
        .collect();
    assert_eq!(sorted(shown), sorted(expected.map(str::to_owned).to_vec()));
}

#[test]
fn names_of_two_parts_that_are_one_name_are_read_each_by_itself() {
    let (_folder, path) = store(
        "CREATE TABLE event (aggregate_type TEXT NOT NULL, aggregate_id TEXT NOT NULL, sequence BIGINT NOT NULL, \
         event_type TEXT NOT NULL, event_version TEXT NOT NULL, payload TEXT NOT NULL, metadata TEXT, \
         PRIMARY KEY (aggregate_type, aggregate_id, sequence)) WITHOUT ROWID;
         INSERT INTO event VALUES ('a', 'b-c', 1, 'T', '1', '{\"n\":1}', NULL), ('a-b', 'c', 1, 'T', '1', '{\"n\":2}', NULL), \
         ('a-b-c', '', 1, 'T', '1', '{\"n\":3}', NULL), ('', 'a-b-c', 1, 'T', '1', '{\"n\":4}', NULL);",
    );
    let store = open(&path).unwrap();
    let log = scan(&store);
    let events = all(&store, &log);
    let numbers: Vec<String> = events.iter().map(|event| format!("{:?}", event.data.decoded().unwrap())).collect();
    assert!(events.iter().all(|event| event.stream.as_deref() == Some("a-b-c")));
    let distinct: std::collections::BTreeSet<&String> = numbers.iter().collect();
    assert_eq!(distinct.len(), 4, "{numbers:?}");
}

#[test]
fn a_key_that_descends_is_no_row_number() {
    // Row numbers ascend as rows come, positions as the column says.
    let (_folder, path) = store(
        "CREATE TABLE events (position INTEGER PRIMARY KEY DESC, stream_id TEXT, version INTEGER, event_id TEXT, \
         type TEXT, schema_version INTEGER, recorded_at TEXT, valid_at TEXT, data TEXT, metadata TEXT);
         INSERT INTO events VALUES (30, 'a-1', 3, 'c', 'C', 1, '2026-01-03', NULL, '{\"n\":3}', NULL), \
         (10, 'a-1', 1, 'a', 'A', 1, '2026-01-01', NULL, '{\"n\":1}', NULL), \
         (20, 'a-1', 2, 'b', 'B', 1, '2026-01-02', NULL, '{\"n\":2}', NULL);",
    );
    let store = open(&path).unwrap();
    let log = scan(&store);
    let shown: Vec<(Option<i64>, String)> =
        all(&store, &log).iter().map(|event| (event.position, event.event_type.to_string())).collect();
    assert_eq!(shown, [(Some(10), "A".to_owned()), (Some(20), "B".to_owned()), (Some(30), "C".to_owned())]);
}

#[test]
fn tables_with_columns_of_somebody_else_are_no_librarys() {
    for (table, layout) in [
        ("stored_events (originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB", "pyeventsourcing"),
        (
            "event_store (id INTEGER PRIMARY KEY, stream TEXT, aggregate_id TEXT, version INT, event TEXT, payload TEXT, \
             created_at TEXT, correlation_id TEXT, meta_data TEXT",
            "phauthentic",
        ),
        (
            "log (sequence_number INTEGER PRIMARY KEY, type TEXT, data TEXT, tags TEXT, recorded_at TEXT, id TEXT, metadata TEXT",
            "dcb-doctrine",
        ),
        ("log (sequence_number INTEGER PRIMARY KEY, type TEXT, data TEXT, tags TEXT, recorded_at TEXT", "dcb-doctrine"),
    ] {
        let (_folder, path) = store(&format!("CREATE TABLE {table});"));
        assert_eq!(open(&path).unwrap().layout().id.to_string(), layout);
        let (_folder, path) = store(&format!("CREATE TABLE {table}, price_in_cents INTEGER);"));
        let refused = open(&path).map(|store| store.layout().id.to_string()).unwrap_err().to_string();
        assert!(refused.contains("holds no events that Foldline recognises"), "{refused}");
        let forced = foldline::store::OpenOptions { layout: Some(layout.to_owned()), ..Default::default() };
        let forced = foldline::store::open(&path, &forced, &Default::default(), &Default::default());
        let refused = forced.map(|store| store.layout().id.to_string()).unwrap_err().to_string();
        assert!(refused.contains("has a column price_in_cents"), "{refused}");
    }
}
