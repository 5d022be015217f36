//! Times and payloads in forms that few programs write.

use super::{all, open, scan};
use crate::fixtures::database;

#[test]
fn times_in_basic_form_are_read_and_written_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let conn = database(&path);
    conn.execute_batch(
        "CREATE TABLE messages (id TEXT, stream_name TEXT, type TEXT, position INTEGER, \
         global_position INTEGER PRIMARY KEY, data TEXT, metadata TEXT, time TEXT);
         INSERT INTO messages VALUES ('a', 'x-1', 'A', 0, 1, '{}', NULL, '20260102T030405Z'), \
         ('b', 'x-1', 'A', 1, 2, '{}', NULL, '20260102T030405.123+0100'), ('c', 'x-1', 'A', 2, 3, '{}', NULL, '20260102 0304');",
    )
    .unwrap();
    conn.close().unwrap();
    let store = open(&path).unwrap();
    let log = scan(&store);
    let times: Vec<String> = all(&store, &log).iter().map(|event| event.time.unwrap().to_string()).collect();
    assert_eq!(times, ["2026-01-02T03:04:05Z", "2026-01-02T02:04:05.123Z", "2026-01-02T03:04:00Z"]);
}

#[test]
fn compression_that_is_not_undone_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let conn = database(&path);
    conn.execute_batch(
        "CREATE TABLE stored_events (originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB, \
         PRIMARY KEY (originator_id, originator_version));
         INSERT INTO stored_events VALUES ('a', 1, 'm:A', \
         x'425a68393141592653593adf03600000029980100020102000000a200021800c025b06dc5dc914e14240eb7c0d80'), \
         ('a', 2, 'm:A', x'fd377a585a000004e6d6b4460200210116000000742fe5a30100067b2261223a317d00'), \
         ('a', 3, 'm:A', x'5d00008000ffffffffffffffff003d8888223728a41a340fdfffff37300000');",
    )
    .unwrap();
    conn.close().unwrap();
    let store = open(&path).unwrap();
    let events = all(&store, &scan(&store));
    let reasons: Vec<String> = events.iter().map(|event| event.data.decoded().unwrap_err().reason.clone()).collect();
    let expected = ["bzip2", "xz", "LZMA"].map(|name| format!("compressed with {name}, which is not read"));
    assert_eq!(reasons, expected);
    let first = events[0].data.decoded().unwrap_err();
    assert!(first.note.contains("46 bytes") && first.note.contains("42 5a 68 39"), "{}", first.note);
    assert_eq!(first.raw.len(), 46);
}
