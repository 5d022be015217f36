//! Tables without row numbers, whatever their primary key is: read like their twins with row numbers, in the same order.

use std::path::Path;

use foldline::model::{Cancel, CopyPlan, CopyRow, Progress};
use foldline::store::{CopyOptions, write_copy};

use super::{all, line, open, scan};
use crate::fixtures::database;
use crate::follow::Follower;

/// A table of Message DB: this is its position, its key and the rest of its declaration.
fn messages(path: &Path, position: &str, constraints: &str) {
    let conn = database(path);
    conn.execute_batch(&format!(
        "CREATE TABLE messages (id TEXT NOT NULL, stream_name TEXT NOT NULL, type TEXT NOT NULL, \
         position INTEGER NOT NULL, global_position {position}, data TEXT, metadata TEXT, time TEXT NOT NULL {constraints};
         WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 700)
         INSERT INTO messages SELECT printf('%08x-0000-4000-8000-%012x', n * 2654435761 % 4294967296, n), \
         'account-' || (n * 7 % 11), 'Deposited', (n - 1) / 11, n * 3, json_object('n', n), '{{}}', \
         strftime('%Y-%m-%dT%H:%M:%SZ', 1767225600 + n, 'unixepoch') FROM n;"
    ))
    .unwrap();
    conn.close().unwrap();
}

/// The forms that such a table takes, and whether its position can take the place of the row number.
const FORMS: [(&str, &str, bool); 6] = [
    ("INTEGER NOT NULL", ", PRIMARY KEY (stream_name, position), UNIQUE (global_position)) WITHOUT ROWID", true),
    ("INTEGER", ", PRIMARY KEY (global_position)) WITHOUT ROWID", true),
    ("BIGINT", ", PRIMARY KEY (id), UNIQUE (global_position)) WITHOUT ROWID, STRICT", true),
    ("INTEGER NOT NULL", ", PRIMARY KEY (stream_name, position)) WITHOUT ROWID", false),
    ("BIGINT", ", PRIMARY KEY (id)) WITHOUT ROWID", false),
    // Text is text here, as in a column of no type.
    ("", ", PRIMARY KEY (id, stream_name DESC), UNIQUE (global_position)) WITHOUT ROWID", false),
];

#[test]
fn every_form_is_read_as_with_row_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    messages(&path("with.db"), "INTEGER PRIMARY KEY", ")");
    let lines = |path: &Path| -> Vec<String> {
        let store = open(path).unwrap();
        assert_eq!(&*store.layout().id, "message-db-sqlite");
        all(&store, &scan(&store)).iter().map(line).collect()
    };
    let expected = lines(&path("with.db"));
    assert_eq!(expected.len(), 700);
    assert!(expected[0].starts_with("3 account-7 0 Deposited"), "{}", expected[0]);
    for (at, (position, constraints, _)) in FORMS.iter().enumerate() {
        // STRICT knows no BIGINT.
        let position = if constraints.contains("STRICT") { "INT" } else { position };
        let name = path(&format!("{at}.db"));
        messages(&name, position, constraints);
        assert_eq!(lines(&name), expected, "{constraints}");
        let store = open(&name).unwrap();
        let log = scan(&store);
        let id = "5851f42d-0000-4000-8000-0000000002bc";
        let last = all(&store, &log).pop().and_then(|event| event.id).unwrap();
        let mut reader = store.reader().unwrap();
        assert_eq!(reader.find_id(&log, &last).unwrap(), Some(699));
        assert_eq!(reader.find_id(&log, id).unwrap(), None);
        let plan = CopyPlan {
            rows: (0..700).filter(|at| at % 3 != 0).map(CopyRow::Recorded).collect(),
            ..CopyPlan::default()
        };
        let copy = path(&format!("{at} copy.db"));
        let done = (Progress::default(), Cancel::default());
        write_copy(&store, &log, &plan, &copy, &CopyOptions::default(), &done.0, &done.1).unwrap();
        assert_eq!(&*open(&copy).unwrap().layout().id, "message-db-sqlite", "{constraints}");
        let kept: Vec<&String> =
            expected.iter().enumerate().filter(|(at, _)| at % 3 != 0).map(|(_, line)| line).collect();
        assert_eq!(lines(&copy).iter().collect::<Vec<_>>(), kept, "{constraints}");
    }
}

#[test]
fn edits_come_where_they_belong_in_a_copy() {
    for (position, constraints, _) in FORMS.iter().filter(|(position, ..)| !position.is_empty()) {
        let folder = tempfile::tempdir().unwrap();
        let (path, copy) = (folder.path().join("a.db"), folder.path().join("b.db"));
        let position = if constraints.contains("STRICT") { "INT" } else { position };
        messages(&path, position, constraints);
        let store = open(&path).unwrap();
        let log = scan(&store);
        let events = all(&store, &log);
        let mut inserted = events[40].clone();
        inserted.id = Some("new".into());
        (inserted.stream, inserted.version) = (Some("account-new".into()), Some(0));
        let mut rows: Vec<CopyRow> = (0..700).map(CopyRow::Recorded).collect();
        rows.insert(41, CopyRow::Inserted(inserted.into()));
        let plan = CopyPlan { rows, ..CopyPlan::default() };
        let done = (Progress::default(), Cancel::default());
        write_copy(&store, &log, &plan, &copy, &CopyOptions::default(), &done.0, &done.1).unwrap();
        assert_eq!(&*open(&copy).unwrap().layout().id, "message-db-sqlite", "{constraints}");
        let copied = open(&copy).unwrap();
        let read = all(&copied, &scan(&copied));
        assert_eq!((read.len(), read[41].stream.as_deref()), (701, Some("account-new")), "{constraints}");
        assert_eq!(read[42].stream, events[41].stream);
    }
}

#[test]
fn what_is_written_meanwhile_is_seen() {
    for (position, constraints, _) in FORMS.iter().filter(|(_, constraints, _)| !constraints.contains("STRICT")) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        messages(&path, position, constraints);
        let mut follower = Follower::of(&path);
        assert_eq!(follower.seen.len(), 700);
        let conn = database(&path);
        for n in 701..720 {
            conn.execute(
                "INSERT INTO messages VALUES (hex(randomblob(8)), 'account-new', 'X', ?1, ?1 * 3, json_object('n', ?1), \
                 NULL, '2027-01-01')",
                [n],
            )
            .unwrap();
        }
        follower.until(719);
        assert_eq!(follower.seen, (1..720).collect::<Vec<i64>>(), "{constraints}: {:?}", follower.troubles);
        assert!(follower.troubles.is_empty(), "{:?}", follower.troubles);
        drop(conn);
    }
}

#[test]
fn links_find_their_events() {
    let folder = tempfile::tempdir().unwrap();
    let tables = |without: &str| {
        let path = folder.path().join(format!("links{}.db", without.len()));
        let conn = database(&path);
        conn.execute_batch(&format!(
            "CREATE TABLE event_store_events (id INTEGER NOT NULL, event_id TEXT NOT NULL PRIMARY KEY, \
             event_type TEXT NOT NULL, metadata BLOB, data BLOB NOT NULL, created_at TEXT NOT NULL, valid_at TEXT){without};
             CREATE TABLE event_store_events_in_streams (id INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT NOT NULL, \
             position INTEGER, event_id TEXT NOT NULL, created_at TEXT NOT NULL);
             WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 60)
             INSERT INTO event_store_events SELECT n, 'e' || (n * 37 % 61), 'Placed', '{{}}', json_object('n', n), \
             printf('2026-01-01 00:00:%02d.000000', n % 60), NULL FROM n;
             INSERT INTO event_store_events_in_streams (stream, position, event_id, created_at) \
             SELECT 'Order$' || (id % 4), id / 4, event_id, created_at FROM event_store_events ORDER BY id;"
        ))
        .unwrap();
        conn.close().unwrap();
        let store = open(&path).unwrap();
        all(&store, &scan(&store)).iter().map(line).collect::<Vec<_>>()
    };
    let (with, without) = (tables(""), tables(" WITHOUT ROWID"));
    assert!(with.iter().all(|line| line.contains(" Order$")), "{with:?}");
    assert_eq!(without, with);
}

#[test]
fn without_a_position_events_come_by_their_times() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let conn = database(&path);
    conn.execute_batch(
        "CREATE TABLE events (id TEXT PRIMARY KEY, aggregate_type TEXT NOT NULL, aggregate_id TEXT NOT NULL, \
         sequence BIGINT NOT NULL, event_type TEXT, event_version TEXT, payload TEXT, metadata TEXT) WITHOUT ROWID;
         INSERT INTO events VALUES ('c', 'order', '1', 1, 'Opened', '1.0', '{}', '{\"time\":\"2026-01-01T00:00:00Z\"}'),
         ('b', 'order', '1', 2, 'Paid', '1.0', '{}', '{\"time\":\"2026-01-01T00:00:02Z\"}'),
         ('a', 'order', '1', 3, 'Sent', '1.0', '{}', '{\"time\":\"2026-01-01T00:00:02Z\"}'),
         ('d', 'order', '2', 1, 'Opened', '1.0', '{}', '{\"time\":\"2026-01-01T00:00:01Z\"}');",
    )
    .unwrap();
    conn.close().unwrap();
    let store = open(&path).unwrap();
    let log = scan(&store);
    let read: Vec<String> = all(&store, &log)
        .iter()
        .map(|event| format!("{} {}", event.stream.as_deref().unwrap(), event.event_type))
        .collect();
    assert_eq!(read, ["order-1 Opened", "order-2 Opened", "order-1 Paid", "order-1 Sent"]);
    let said = store.notes().join("; ");
    assert!(said.contains("events are ordered by time, sequence, and positions are ordinals"), "{said}");
}

#[test]
fn fractions_among_numbers_are_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let (position, constraints, _) = FORMS[0];
    messages(&path, position, constraints);
    let conn = database(&path);
    conn.execute("INSERT INTO messages VALUES ('x', 'account-x', 'X', 0, 4.5, '{}', NULL, '2026-01-01')", []).unwrap();
    conn.close().unwrap();
    let store = open(&path).unwrap();
    let refused = store.scan(1, &Progress::default(), &Cancel::default()).unwrap_err().to_string();
    assert!(refused.contains("messages can't be told apart") && refused.contains("global_position"), "{refused}");
    assert!(refused.contains("mend these in a copy"), "{refused}");
}
