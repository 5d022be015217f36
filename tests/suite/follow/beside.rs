//! Stores whose events have tags, links and types in columns and tables beside them.

#![expect(clippy::disallowed_methods, reason = "another program")]

use foldline::model::EventLog;
use rusqlite::Connection;

use super::Follower;

fn made(statements: &str) -> (tempfile::TempDir, std::path::PathBuf, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let conn = Connection::open(&path).unwrap();
    conn.execute_batch(statements).unwrap();
    (folder, path, conn)
}

/// What is known is what another one, who reads all at once, knows.
fn as_at_once(follower: &Follower, path: &std::path::Path) {
    let whole = Follower::of(path);
    let (grown, whole) = (follower.session.log(), whole.session.log());
    assert_eq!(grown.first_difference(0, usize::MAX, whole), None);
    assert_eq!(grown.len(), whole.len());
    let streams = |log: &EventLog| {
        let mut streams: Vec<_> = log
            .streams()
            .iter()
            .map(|info| (info.name.to_string(), log.category(info.category).to_string(), info.link))
            .collect();
        streams.sort();
        streams
    };
    assert_eq!(streams(grown), streams(whole));
}

#[test]
fn tags_are_the_same_in_whatever_order_they_are_met() {
    let (_folder, path, conn) = made(
        "CREATE TABLE dcb_events (sequence_number INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, id VARCHAR(255) NOT NULL, \
         type VARCHAR(255) NOT NULL, data CLOB NOT NULL, metadata CLOB DEFAULT NULL, tags CLOB NOT NULL, recorded_at \
         DATETIME NOT NULL)",
    );
    let put = |n: i64, tags: &[&str]| {
        let tags = tags.iter().map(|tag| format!("\"{tag}\"")).collect::<Vec<_>>().join(",");
        conn.execute(
            "INSERT INTO dcb_events VALUES (?1, 'id-' || ?1, 'Shop:X', ?2, NULL, ?3, '2026-02-02 11:23:29')",
            (n, format!("{{\"n\":{n}}}"), format!("[{tags}]")),
        )
        .unwrap();
    };
    for (n, tag) in (1..).zip(["cart:c", "cart:b", "cart:a"]) {
        put(n, &[tag]);
    }
    (4..=400).for_each(|n| put(n, &["order:o", "cart:a", "cart:b", "cart:c"]));
    let mut follower = Follower::of(&path);
    for n in 401..=405 {
        put(n, &["order:o", "cart:b", "cart:new", "cart:a"]);
        follower.look();
    }
    assert_eq!((follower.seen.len(), follower.changes), (405, 0));
    as_at_once(&follower, &path);
}

const RAILS: &str = "
    CREATE TABLE event_store_events (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, event_id varchar(36) NOT NULL, \
    event_type varchar NOT NULL, metadata blob, data blob NOT NULL, created_at datetime(6) NOT NULL, valid_at \
    datetime(6));
    CREATE UNIQUE INDEX by_event_id ON event_store_events (event_id);
    CREATE TABLE event_store_events_in_streams (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, stream varchar NOT NULL, \
    position integer, event_id varchar(36) NOT NULL, created_at datetime(6) NOT NULL);
    CREATE UNIQUE INDEX by_stream ON event_store_events_in_streams (stream, position);";

fn link(conn: &Connection, stream: &str, position: Option<i64>, n: i64) {
    let sql = "INSERT INTO event_store_events_in_streams (stream, position, event_id, created_at) VALUES (?1, ?2, ?3, \
               '2026-02-02 11:23:29.831824')";
    conn.execute(sql, (stream, position, format!("id-{n}"))).unwrap();
}

fn publish(conn: &Connection, n: i64, also: &[&str]) {
    conn.execute_batch("BEGIN").unwrap();
    let sql = "INSERT INTO event_store_events (event_id, event_type, metadata, data, created_at) VALUES (?1, 'X', '{}', \
               ?2, '2026-02-02 11:23:29.831824')";
    conn.execute(sql, (format!("id-{n}"), format!("{{\"n\":{n}}}"))).unwrap();
    link(conn, &format!("Order${}", n % 5), Some(n / 5), n);
    also.iter().for_each(|stream| link(conn, stream, None, n));
    conn.execute_batch("COMMIT").unwrap();
}

#[test]
fn links_of_new_events_are_read_alone_where_an_index_finds_them() {
    let indexed = "CREATE INDEX by_event ON event_store_events_in_streams (event_id)";
    for index in [indexed, ""] {
        let (_folder, path, conn) = made(&format!("PRAGMA journal_mode = WAL; {RAILS}{index}"));
        // The second is a stream of its own too.
        (1..=600).for_each(|n| publish(&conn, n, if n % 50 == 0 { &["$by_type_X", "Order$0"][..] } else { &[] }));
        let mut follower = Follower::of(&path);
        let mut n = 600;
        for also in [&[][..], &["$by_type_X"], &["$by_type_Y", "Order$3"], &["Order$2", "$by_type_X", "Late$1"]] {
            n += 1;
            publish(&conn, n, also);
            follower.look();
        }
        // A stream that was only linked to gets events of its own.
        conn.execute_batch("BEGIN").unwrap();
        publish_in(&conn, "Late$1", n + 1);
        conn.execute_batch("COMMIT").unwrap();
        follower.look();
        assert_eq!((follower.seen.len() as i64, follower.changes), (n + 1, 0), "{index}");
        as_at_once(&follower, &path);
        // Links to events that were there before are found by and by.
        link(&conn, "$by_type_Y", None, 7);
        for _ in 0..50 {
            follower.look();
        }
        assert_eq!((follower.seen.len() as i64, follower.changes), (n + 1, 1), "{index}");
        as_at_once(&follower, &path);
        assert_eq!(follower.troubles, [""; 0]);
    }
}

fn publish_in(conn: &Connection, stream: &str, n: i64) {
    let sql = "INSERT INTO event_store_events (event_id, event_type, metadata, data, created_at) VALUES (?1, 'X', '{}', \
               ?2, '2026-02-02 11:23:29.831824')";
    conn.execute(sql, (format!("id-{n}"), format!("{{\"n\":{n}}}"))).unwrap();
    link(conn, stream, Some(0), n);
}

#[test]
fn streams_that_are_new_have_their_types() {
    // Without an index the whole table is read, as ever.
    for key in ["PRIMARY KEY (stream_id, partition, is_archived)", "PRIMARY KEY (partition, stream_id)"] {
        let (_folder, path, conn) = made(&format!(
            "CREATE TABLE emt_streams (stream_id TEXT NOT NULL, stream_position BIGINT NOT NULL DEFAULT 0, partition TEXT \
             NOT NULL DEFAULT 'global', stream_type TEXT NOT NULL, stream_metadata JSONB NOT NULL, is_archived BOOLEAN \
             NOT NULL DEFAULT FALSE, {key});
             CREATE TABLE emt_messages (stream_id TEXT NOT NULL, stream_position BIGINT NOT NULL, partition TEXT NOT NULL \
             DEFAULT 'global', message_kind CHAR(1) NOT NULL DEFAULT 'E', message_data JSONB NOT NULL, message_metadata \
             JSONB NOT NULL, message_schema_version TEXT NOT NULL, message_type TEXT NOT NULL, message_id TEXT NOT NULL, \
             is_archived BOOLEAN NOT NULL DEFAULT FALSE, global_position INTEGER PRIMARY KEY, created DATETIME DEFAULT \
             CURRENT_TIMESTAMP, UNIQUE (stream_id, stream_position, partition, is_archived))"
        ));
        let put = |n: i64, stream: &str, stream_type: Option<&str>| {
            conn.execute_batch("BEGIN").unwrap();
            if let Some(stream_type) = stream_type {
                let sql = "INSERT INTO emt_streams (stream_id, stream_type, stream_metadata) VALUES (?1, ?2, '{}')";
                conn.execute(sql, (stream, stream_type)).unwrap();
            }
            let sql = "INSERT INTO emt_messages (stream_id, stream_position, message_data, message_metadata, \
                       message_schema_version, message_type, message_id, global_position, created) VALUES (?1, ?2, ?3, \
                       '{}', '1', 'X', 'id-' || ?2, ?2, '2026-02-02 11:23:29')";
            conn.execute(sql, (stream, n, format!("{{\"n\":{n}}}"))).unwrap();
            conn.execute_batch("COMMIT").unwrap();
        };
        put(1, "a-1", Some("cart"));
        put(2, "b-1", Some("order"));
        (3..=300).for_each(|n| put(n, "a-1", None));
        let mut follower = Follower::of(&path);
        put(301, "c-1", Some("parcel"));
        put(302, "b-1", None);
        // One that the table does not know goes by its name.
        put(303, "d-1", None);
        follower.look().look();
        put(304, "e-1", Some("cart"));
        follower.look();
        let log = follower.session.log();
        let category = |name: &str| log.category(log.stream(log.find_stream(name).unwrap()).category).to_string();
        let categories = ["a-1", "b-1", "c-1", "d-1", "e-1"].map(category);
        assert_eq!(categories, ["cart", "order", "parcel", "d", "cart"]);
        assert_eq!((follower.seen.len(), follower.changes), (304, 0));
        as_at_once(&follower, &path);
    }
}
