//! Databases whose schema is made to harm, or merely strange: each is read as if nothing were, or refused with a reason.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::cli::run_in;
use crate::fixtures::{self, STORY, contents, database};

/// A folder with a store in Foldline's layout, changed by `change`.
struct Case {
    folder: tempfile::TempDir,
    path: PathBuf,
}

impl Case {
    fn new(change: impl FnOnce(&Connection)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        fixtures::foldline(&path);
        let conn = database(&path);
        change(&conn);
        conn.close().unwrap();
        Self { folder, path }
    }

    /// Changes what the schema says, which SQLite itself would not let anybody write.
    fn tampered(sql: &str) -> Self {
        Self::new(|conn| {
            conn.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false).unwrap();
            conn.execute_batch(&format!("PRAGMA writable_schema = ON; {sql}; PRAGMA writable_schema = OFF")).unwrap();
        })
    }

    /// Runs a command; neither the store nor its folder may change by it.
    fn run(&self, args: &[&str]) -> crate::cli::Ran {
        let before = contents(self.folder.path());
        let ran = run_in(self.folder.path(), args);
        assert!(contents(self.folder.path()) == before, "the folder changed");
        ran
    }

    /// Every event is read, with its payload.
    #[track_caller]
    fn is_read(&self) {
        let events = self.run(&["events", "store.db"]).lines();
        assert_eq!(events.len(), STORY.len());
        for event in events {
            assert!(event["data"].is_object(), "{event}");
        }
        let info = self.run(&["info", "store.db", "--json"]).json(0);
        assert_eq!(info["unreadable"], serde_json::json!([]), "{info}");
    }

    /// The store is refused, and the message says what is wrong.
    #[track_caller]
    fn is_refused(&self, words: &str) {
        for args in [&["info", "store.db", "--json"][..], &["events", "store.db"], &["info", "store.db", "--quick"]] {
            let ran = self.run(args);
            let error = ran.refused(3);
            assert!(error.contains(words), "{words} is not in {error}");
            assert!(error.contains("store.db"), "{error}");
        }
    }
}

#[test]
fn tables_with_thousands_of_columns_and_thousands_of_tables() {
    Case::new(|conn| {
        conn.execute_batch("BEGIN").unwrap();
        let columns: Vec<String> = (0..2000).map(|at| format!("\"column {at}\"")).collect();
        conn.execute_batch(&format!("CREATE TABLE wide ({})", columns.join(", "))).unwrap();
        for at in 0..3000 {
            conn.execute_batch(&format!("CREATE TABLE \"t{at}\" (stream_id, version, type, data, \"x{at}\")")).unwrap();
        }
        conn.execute_batch("COMMIT").unwrap();
    })
    .is_read();
}

#[test]
fn names_that_need_quotes() {
    let case = Case::new(|conn| {
        for name in
            ["a\"b", "a'b", "a]b", "[a", "`", "", " ", "a\nb", "🙂 ü", "select", "x; DROP TABLE events; --", "%", "a.b"]
        {
            let quoted = format!("\"{}\"", name.replace('"', "\"\""));
            conn.execute_batch(&format!("CREATE TABLE {quoted} ({quoted}, \"stream_id\", \"c\"\"d\")")).unwrap();
            conn.execute_batch(&format!("CREATE VIEW \"view of {}\" AS SELECT 1", name.replace('"', "\"\""))).unwrap();
        }
    });
    case.is_read();
}

#[test]
fn triggers_checks_and_defaults_do_not_run() {
    Case::new(|conn| {
        conn.execute_batch(
            "CREATE TABLE log (x DEFAULT (randomblob(1000000000)), CHECK (length(x) < 10));
             CREATE TRIGGER spy AFTER INSERT ON log BEGIN DELETE FROM events; END;
             CREATE TABLE dangerous (a, b AS (printf('%.*c', 100000000, 'x')), c DEFAULT (abs(-9223372036854775808)));
             INSERT INTO dangerous (a, c) VALUES (1, 2);",
        )
        .unwrap();
    })
    .is_read();
    Case::tampered(
        "INSERT INTO sqlite_schema VALUES ('trigger', 'evil', 'events', 0, \
         'CREATE TRIGGER evil AFTER INSERT ON events BEGIN SELECT load_extension(''/tmp/evil.so''); END'), \
         ('view', 'writer', 'writer', 0, 'CREATE VIEW writer AS SELECT writefile(''/tmp/foldline-was-here'', ''x'')')",
    )
    .is_read();
    assert!(!Path::new("/tmp/foldline-was-here").exists());
}

#[test]
fn generated_columns_beside_the_events() {
    Case::new(|conn| {
        conn.execute_batch(
            "ALTER TABLE events ADD COLUMN amount AS (json_extract(data, '$.amount'));
             ALTER TABLE events ADD COLUMN broken AS (json_extract(type, '$.x'));
             CREATE INDEX by_amount ON events (amount);",
        )
        .unwrap();
    })
    .is_read();
}

#[test]
fn views_are_no_event_tables() {
    let case = Case::new(|conn| {
        conn.execute_batch(
            "DROP TABLE snapshots; ALTER TABLE events RENAME TO hidden; ALTER TABLE hidden RENAME COLUMN data TO payload_of;
             CREATE VIEW events AS SELECT position, stream_id, version, event_id, type, schema_version, recorded_at, \
             valid_at, payload_of AS data, metadata FROM hidden;",
        )
        .unwrap();
    });
    case.is_refused("hidden");
    Case::new(|conn| {
        conn.execute_batch("CREATE VIEW a AS SELECT * FROM b; CREATE VIEW b AS SELECT * FROM a;").unwrap();
    })
    .is_read();
}

#[test]
fn virtual_tables_are_left_alone() {
    Case::new(|conn| {
        conn.execute_batch(
            "CREATE VIRTUAL TABLE found USING fts5(body); INSERT INTO found VALUES ('words');
             CREATE VIRTUAL TABLE places USING rtree(id, a, b);",
        )
        .unwrap();
    })
    .is_read();
    Case::tampered(
        "INSERT INTO sqlite_schema VALUES ('table', 'gone', 'gone', 0, 'CREATE VIRTUAL TABLE gone USING no_such_module(x)')",
    )
    .is_read();
    // The event table itself is one of a module that nobody has.
    Case::tampered(
        "UPDATE sqlite_schema SET rootpage = 0, sql = 'CREATE VIRTUAL TABLE events USING no_such_module(position, \
         stream_id, version, event_id, type, schema_version, recorded_at, valid_at, data, metadata)' \
         WHERE type = 'table' AND name = 'events'; DELETE FROM sqlite_schema WHERE type <> 'table' AND tbl_name = 'events'",
    )
    .is_refused("error: ");
}

#[test]
fn a_schema_that_is_no_sql_is_refused() {
    for sql in ["'CREATE TABLE events (('", "'nonsense'", "NULL", "''", "'CREATE TABLE events AS SELECT 1'", "x'00ff'"]
    {
        Case::tampered(&format!("UPDATE sqlite_schema SET sql = {sql} WHERE type = 'table' AND name = 'events'"))
            .is_refused("error: ");
    }
    for page in ["99999", "-1", "1", "2147483647"] {
        Case::tampered(&format!("UPDATE sqlite_schema SET rootpage = {page} WHERE type = 'table' AND name = 'events'"))
            .is_refused("error: ");
    }
}

/// What a file may say in place of an event's columns: nothing of it may be run for long, or take all memory.
#[test]
fn columns_that_are_computed_are_bounded() {
    let computed = |expression: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let conn = database(&path);
        conn.execute_batch(&format!(
            "CREATE TABLE events (aggregate_type text, aggregate_id text, sequence integer, event_type text, \
             event_version text, real text, metadata text);
             INSERT INTO events VALUES ('a', 'b', 1, 'T', '1', '{{}}', '{{}}');
             ALTER TABLE events ADD COLUMN payload AS ({expression});"
        ))
        .unwrap();
        conn.close().unwrap();
        Case { folder, path }
    };
    for expression in ["zeroblob(300000000)", "json_extract(real, 'nonsense')", "abs(-9223372036854775807 - 1)", "real"]
    {
        let case = computed(expression);
        assert!(case.path.exists());
        let ran = case.run(&["info", "store.db"]);
        assert!(matches!(ran.status, 0 | 3), "{expression}: {} {}", ran.status, ran.err);
        assert!(ran.status == 0 || ran.err.starts_with("error: "), "{}", ran.err);
    }
}

#[test]
fn a_payload_of_100_mb_is_read() {
    let case = Case::new(|conn| {
        conn.execute_batch("DROP TRIGGER IF EXISTS events_no_update").unwrap();
        let triggers: Vec<String> = conn
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        for name in triggers {
            conn.execute_batch(&format!("DROP TRIGGER \"{name}\"")).unwrap();
        }
        conn.execute(
            "UPDATE events SET data = '{\"text\":\"' || replace(hex(zeroblob(50000000)), '0', 'x') || '\"}' \
             WHERE position = (SELECT max(position) FROM events)",
            [],
        )
        .unwrap();
    });
    let info = case.run(&["info", "store.db", "--json"]).json(0);
    assert_eq!(info["unreadable"], serde_json::json!([]));
    let events = case.run(&["events", "store.db", "--limit", "1"]);
    assert_eq!(events.status, 0, "{}", events.err);
}
