//! Copies: what was not touched is the same byte for byte, what was reads back as planned, and nothing half is left.

use std::path::Path;
use std::sync::Arc;

use foldline::model::{Cancel, CopyPlan, CopyRow, Event, EventLog, Payload, Progress, Timestamp, Value, json};
use foldline::store::{CopyOptions, CopyReport, Store, StoreError, write_copy};
use rusqlite::types::Value as SqlValue;

use super::{all, line, lines, open, scan};
use crate::fixtures::{self, Python, contents, database, originator};

struct Opened {
    store: Store,
    log: EventLog,
    events: Vec<Event>,
}

fn opened(path: &Path) -> Opened {
    let store = open(path).unwrap();
    let log = scan(&store);
    let events = all(&store, &log);
    Opened { store, log, events }
}

impl Opened {
    /// A plan of these rows: a number is the recorded event, everything else comes ready.
    fn copy(&self, rows: Vec<CopyRow>, out: &Path, options: &CopyOptions) -> Result<CopyReport, StoreError> {
        let plan = CopyPlan { rows, scenario: Some("{\"name\":\"x\"}".into()), ..CopyPlan::default() };
        write_copy(&self.store, &self.log, &plan, out, options, &Progress::default(), &Cancel::default())
    }

    fn recorded(&self) -> Vec<CopyRow> {
        (0..self.events.len() as u32).map(CopyRow::Recorded).collect()
    }

    fn edited(&self, base: u32, change: impl FnOnce(&mut Event)) -> CopyRow {
        let mut event = self.events[base as usize].clone();
        change(&mut event);
        CopyRow::Edited { base, event: Arc::new(event), moved: false }
    }
}

fn value(text: &str) -> Value {
    json::parse(text.as_bytes()).unwrap()
}

fn time(text: &str) -> Option<Timestamp> {
    Timestamp::parse_iso(text)
}

fn table(path: &Path, sql: &str) -> Vec<Vec<SqlValue>> {
    let conn = database(path);
    let mut statement = conn.prepare(sql).unwrap();
    let width = statement.column_count();
    let rows = statement.query_map([], |row| (0..width).map(|at| row.get(at)).collect());
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_copy_without_edits_has_the_same_rows_schema_and_events() {
    let folder = tempfile::tempdir().unwrap();
    for (layout, path) in fixtures::all(folder.path()) {
        let opened = opened(&path);
        let before = contents(folder.path());
        let out = tempfile::tempdir().unwrap();
        let (a, b) = (out.path().join("a.db"), out.path().join("b.db"));
        let report = opened.copy(opened.recorded(), &a, &CopyOptions::default()).unwrap();
        assert_eq!(report.events, 6);
        opened.copy(opened.recorded(), &b, &CopyOptions::default()).unwrap();
        assert_eq!(std::fs::read(&a).unwrap(), std::fs::read(&b).unwrap(), "the same plan, the same bytes");
        assert_eq!(contents(folder.path()), before);
        assert_eq!(contents(out.path()).len(), 2);
        assert_eq!(lines(&a), lines(&path), "{layout}");
        let schema = "SELECT type, name, sql FROM sqlite_schema WHERE name <> 'foldline_scenario' ORDER BY 1, 2";
        assert_eq!(table(&a, schema), table(&path, schema));
        let events = format!("SELECT * FROM \"{}\"", opened.store.event_table());
        assert_eq!(table(&a, &events), table(&path, &events));
        assert_eq!(opened.store.snapshots(), open(&a).unwrap().snapshots());
        assert_eq!(table(&a, "SELECT scenario FROM foldline_scenario").len(), 1);
    }
}

#[test]
fn edits_in_foldlines_layout() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::foldline(&path);
    let opened = opened(&path);
    let mut inserted = opened.events[2].clone();
    inserted.position = None;
    inserted.version = Some(3);
    inserted.id = Some("new".into());
    inserted.data = Payload::Value(value(r#"{"amount":1.10,"note":"é"}"#));
    inserted.metadata = Value::Null;
    (inserted.user, inserted.correlation_id) = (None, None);
    inserted.valid_time = None;
    inserted.time = time("2026-01-03T09:00:00Z");
    let rows = vec![
        CopyRow::Recorded(0),
        CopyRow::Recorded(1),
        CopyRow::Recorded(2),
        CopyRow::Inserted(Arc::new(inserted)),
        opened.edited(3, |event| {
            event.version = Some(4);
            event.data = Payload::Value(value(r#"{"amount":0.5}"#));
            event.time = time("2026-01-04T08:00:00.250Z");
        }),
        CopyRow::Recorded(4),
        // The last withdrawal is left out.
    ];
    let out = folder.path().join("out.db");
    opened.copy(rows, &out, &CopyOptions::default()).unwrap();
    assert_eq!(
        lines(&out)[2..],
        [
            "3 account-A 2 Deposited 2026-01-03T08:00:00.123456Z {\"amount\":50.00}",
            "4 account-A 3 Deposited 2026-01-03T09:00:00Z {\"amount\":1.10,\"note\":\"é\"}",
            "5 account-A 4 Withdrawn 2026-01-04T08:00:00.250Z {\"amount\":0.5}",
            "6 account-B 2 Deposited 2026-01-05T08:00:00Z {\"amount\":7}",
        ]
    );
    // The snapshot at version 2 knows nothing of the edits, that at 4 does.
    assert_eq!(table(&out, "SELECT version FROM snapshots"), [[SqlValue::Integer(2)]]);
    // The copy is append-only as its original is.
    assert!(database(&out).execute("DELETE FROM events", []).is_err());
}

fn states(path: &Path) -> Vec<Vec<u8>> {
    let rows = table(path, "SELECT state FROM stored_events ORDER BY rowid");
    rows.into_iter().map(|row| if let SqlValue::Blob(bytes) = &row[0] { bytes.clone() } else { panic!() }).collect()
}

#[test]
fn edits_in_pyeventsourcings_layout_keep_its_encoding() {
    let folder = tempfile::tempdir().unwrap();
    for form in [Python::Json, Python::Zlib] {
        let path = folder.path().join(format!("{}.db", form as u8));
        fixtures::pyeventsourcing(&path, form);
        let opened = opened(&path);
        let mut inserted = opened.events[2].clone();
        inserted.position = None;
        inserted.version = Some(5);
        inserted.metadata = Value::Null;
        inserted.time = time("2026-01-07T00:00:00Z");
        inserted.data = Payload::Value(value(r#"{"when":"2026-01-07","amount":12345678901234567890.10}"#));
        let rows = vec![
            CopyRow::Recorded(0),
            opened.edited(1, |event| {
                event.data = Payload::Value(value(r#"{"when":"2026-02-02","owner":"Bo","limit":1}"#));
                event.time = time("2026-01-02T09:00:00Z");
            }),
            CopyRow::Recorded(2),
            opened.edited(3, |event| event.data = Payload::Value(value(r#"{"when":null,"amount":21}"#))),
            CopyRow::Recorded(4),
            CopyRow::Recorded(5),
            CopyRow::Inserted(Arc::new(inserted)),
        ];
        let out = folder.path().join(format!("{}-out.db", form as u8));
        opened.copy(rows, &out, &CopyOptions::default()).unwrap();
        let (before, after) = (states(&path), states(&out));
        assert_eq!([&after[0], &after[2], &after[4], &after[5]], [&before[0], &before[2], &before[4], &before[5]]);
        let stored = |text: &str| if form == Python::Zlib { fixtures::zlib(text.as_bytes()) } else { text.into() };
        let stamp = |time: &str| format!(r#"{{"timestamp":{{"_type_":"datetime_iso","_data_":"{time}"}}"#);
        let when = |date: &str| format!(r#""when":{{"_type_":"date_iso","_data_":"{date}"}}"#);
        assert_eq!(
            after[1],
            stored(&format!(
                r#"{},"originator_topic":"bank.model:BankAccount",{},"owner":"Bo","limit":1}}"#,
                stamp("2026-01-02T09:00:00.000000+00:00"),
                when("2026-02-02")
            ))
        );
        let amount = r#""when":null,"amount":21}"#;
        assert_eq!(after[3], stored(&format!("{},{amount}", stamp("2026-01-04T08:00:00+00:00"))));
        let amount = r#""amount":12345678901234567890.10}"#;
        let inserted = format!("{},{},{amount}", stamp("2026-01-07T00:00:00.000000+00:00"), when("2026-01-07"));
        assert_eq!(after[6], stored(&inserted));
        // Account A is changed at its third event: of its snapshots at 2 and 4 the first stays.
        assert_eq!(table(&out, "SELECT originator_version FROM stored_snapshots"), [[SqlValue::Integer(2)]]);
        assert_eq!(table(&out, "SELECT * FROM tracking"), table(&path, "SELECT * FROM tracking"));
        assert_eq!(
            lines(&out)[6],
            format!(
                "7 {} 5 bank.model:BankAccount.Deposited 2026-01-07T00:00:00Z {{\"when\":\"2026-01-07\",{amount}",
                originator("A")
            )
        );
    }
}

#[test]
fn a_table_without_row_numbers_is_copied_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::pyeventsourcing(&path, Python::WithoutRowid);
    let opened = opened(&path);
    let mut rows = opened.recorded();
    rows[1] = opened.edited(1, |event| event.data = Payload::Value(value(r#"{"when":"2026-01-01","amount":51}"#)));
    rows.remove(3);
    let out = folder.path().join("out.db");
    opened.copy(rows, &out, &CopyOptions::default()).unwrap();
    let copy = lines(&out);
    assert!(copy.len() == 5 && copy[1].ends_with(r#""amount":51}"#), "{copy:?}");
}

#[test]
fn keys_that_are_no_text_are_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::pyeventsourcing(&path, Python::WithoutRowid);
    let conn = database(&path);
    let change = |id: &str, from: &str| {
        conn.execute(&format!("UPDATE stored_events SET originator_id = {id} WHERE originator_id = ?1"), [from])
            .unwrap()
    };
    change("x'00112233445566778899aabbccddeeff'", &originator("A"));
    change("x'abcd'", &originator("B"));
    let opened = opened(&path);
    assert_eq!(opened.events.len(), 6);
    let out = folder.path().join("out.db");
    opened.copy(opened.recorded(), &out, &CopyOptions::default()).unwrap();
    assert_eq!(lines(&out), lines(&path));
    // What is shown otherwise than it is stored can't be looked up: nothing has changed.
    conn.execute("UPDATE stored_events SET originator_id = CAST(x'ff' AS TEXT) WHERE originator_id = x'abcd'", [])
        .unwrap();
    let store = open(&path).unwrap();
    let log = scan(&store);
    let indices: Vec<u32> = (0..6).collect();
    let error = store.reader().unwrap().events(&log, &indices).unwrap_err();
    assert!(matches!(error, StoreError::KeyNotFound { .. }), "{error}");
}

#[test]
fn what_cant_be_encoded_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::pyeventsourcing(&path, Python::Json);
    database(&path).execute("UPDATE stored_events SET state = x'9a1180ff' WHERE rowid = 6", []).unwrap();
    let opened = opened(&path);
    let out = folder.path().join("out.db");
    let before = contents(folder.path());
    type Change = fn(&mut Event);
    let cases: [(u32, Change, &str); 7] = [
        (0, |e| e.data = Payload::Value(value(r#"{"when":5}"#)), "kept as date_iso"),
        (0, |e| e.data = Payload::Value(value("[1]")), "no object"),
        (0, |e| e.data = Payload::Value(value(r#"{"timestamp":1}"#)), "library itself"),
        (0, |e| e.time = time("2026-01-01T00:00:00.000000001Z"), "finer than a microsecond"),
        (
            0,
            |e| e.metadata = value(&format!("{:?}", e.metadata).replace('}', r#","why":"x"}"#)),
            "no place for metadata",
        ),
        (0, |e| e.metadata = value(r#"{"timestamp":"2026-01-01"}"#), "library's own"),
        (5, |e| e.event_type = "x:Y.Z".into(), "can't be read"),
    ];
    for (base, change, says) in cases {
        let mut rows = opened.recorded();
        rows[base as usize] = opened.edited(base, change);
        let error = opened.copy(rows, &out, &CopyOptions::default()).unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, StoreError::CannotEncode { .. }) && text.contains(says), "{says}: {text}");
        assert_eq!(contents(folder.path()), before);
    }
    // An unreadable payload can still get another version.
    let mut rows = opened.recorded();
    rows[5] = opened.edited(5, |event| event.version = Some(9));
    opened.copy(rows, &out, &CopyOptions::default()).unwrap();
    assert_eq!(states(&out)[5], [0x9a, 0x11, 0x80, 0xff]);
    // Two events of one version are refused by the table itself.
    let mut rows = opened.recorded();
    rows[3] = opened.edited(3, |event| event.version = Some(2));
    let error = opened.copy(rows, &folder.path().join("b.db"), &CopyOptions::default()).unwrap_err();
    assert!(error.to_string().contains("refuse it"), "{error}");
}

#[test]
fn targets_that_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::foldline(&path);
    let hard = folder.path().join("hard.db");
    std::fs::hard_link(&path, &hard).unwrap();
    let taken = folder.path().join("taken.db");
    std::fs::write(&taken, b"something").unwrap();
    let old = folder.path().join("old.db");
    std::fs::write(folder.path().join("old.db-wal"), b"left over").unwrap();
    let opened = opened(&path);
    let before = contents(folder.path());
    let refused = |out: &Path, force: bool| {
        let options = CopyOptions { force, ..CopyOptions::default() };
        let error = opened.copy(opened.recorded(), out, &options).unwrap_err();
        assert_eq!(contents(folder.path()), before);
        error
    };
    assert!(matches!(refused(&path, true), StoreError::TargetIsStore(_)));
    assert!(matches!(refused(&hard, true), StoreError::TargetIsStore(_)));
    assert!(matches!(refused(&folder.path().join("a.db-wal"), true), StoreError::TargetIsStore(_)));
    assert!(matches!(refused(&taken, false), StoreError::TargetExists(_)));
    assert!(refused(&old, false).to_string().contains("old -wal file"));
    assert!(refused(folder.path(), true).to_string().contains("directory"));
    assert!(refused(&folder.path().join("no/out.db"), false).to_string().contains("folder does not exist"));
    #[cfg(unix)]
    {
        let link = folder.path().join("link.db");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let options = CopyOptions { force: true, ..CopyOptions::default() };
        let error = opened.copy(opened.recorded(), &link, &options).unwrap_err();
        assert!(matches!(error, StoreError::TargetIsStore(_)));
        // A device that is always full.
        if Path::new("/dev/full").exists() {
            let error = opened.copy(opened.recorded(), Path::new("/proc/out.db"), &options).unwrap_err();
            assert!(matches!(error, StoreError::CannotWrite { .. }), "{error}");
        }
    }
    let options = CopyOptions { force: true, ..CopyOptions::default() };
    opened.copy(opened.recorded(), &taken, &options).unwrap();
    assert_eq!(lines(&taken), lines(&path));
}

const LATER: &str = "
    INSERT INTO events SELECT 7, stream_id, 5, 'id7', type, 1, recorded_at, NULL, data, NULL FROM events WHERE version = 4;
    INSERT INTO snapshots SELECT stream_id, 5, state, taken_at FROM snapshots WHERE version = 4;";

#[test]
fn a_store_that_grew_since_the_scan_is_not_copied() {
    for (wal, as_foldline) in [(false, false), (false, true), (true, false), (true, true)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        fixtures::foldline(&path);
        if wal {
            database(&path).pragma_update(None, "journal_mode", "WAL").unwrap();
        }
        let opened = opened(&path);
        // The log is written back when its only writer leaves: nothing lies beside the file.
        database(&path).execute_batch(LATER).unwrap();
        let out = tempfile::tempdir().unwrap();
        let options = CopyOptions { as_foldline, ..CopyOptions::default() };
        let error = opened.copy(opened.recorded(), &out.path().join("out.db"), &options).unwrap_err();
        assert!(matches!(error, StoreError::Changed(_)) && error.to_string().contains("open it again"), "{error}");
        assert!(contents(out.path()).is_empty());
    }
}

#[test]
fn what_was_written_between_opening_and_scan_is_copied() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::foldline(&path);
    let store = open(&path).unwrap();
    database(&path).execute_batch(LATER).unwrap();
    let log = scan(&store);
    let events = all(&store, &log);
    let opened = Opened { store, log, events };
    let out = folder.path().join("out.db");
    assert_eq!(opened.copy(opened.recorded(), &out, &CopyOptions::default()).unwrap().events, 7);
    let versions = "SELECT version FROM snapshots ORDER BY 1";
    assert_eq!(table(&out, versions), table(&path, versions));
}

#[test]
fn no_snapshot_is_ahead_of_its_stream() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::foldline(&path);
    database(&path)
        .execute_batch("INSERT INTO snapshots SELECT stream_id, 9, state, taken_at FROM snapshots WHERE version = 4")
        .unwrap();
    let opened = opened(&path);
    let out = folder.path().join("out.db");
    opened.copy(opened.recorded(), &out, &CopyOptions::default()).unwrap();
    assert_eq!(
        table(&out, "SELECT version FROM snapshots ORDER BY 1"),
        [[SqlValue::Integer(2)], [SqlValue::Integer(4)]]
    );
}

#[test]
fn what_the_store_cant_hold_of_an_event_is_found_before_the_copy_has_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::foldline(&path);
    let opened = opened(&path);
    let out = folder.path().join("out.db");
    type Change = fn(&mut Event);
    let cases: [(Change, &str); 4] = [
        (|event| event.user = Some("nobody".into()), "another user"),
        (|event| event.correlation_id = None, "another correlation id"),
        (|event| event.causation_id = Some("x".into()), "another causation id"),
        (|event| event.archived = true, "another mark of archived"),
    ];
    for (change, says) in cases {
        let mut rows = opened.recorded();
        rows[1] = opened.edited(1, change);
        let error = opened.copy(rows, &out, &CopyOptions::default()).unwrap_err();
        assert!(error.to_string().contains(says), "{says}: {error}");
        assert!(!out.exists());
    }
}

#[test]
fn a_conversion_keeps_positions_and_shifts_only_as_far_as_needed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::emmett(&path);
    let opened = opened(&path);
    let mut inserted = opened.events[2].clone();
    inserted.position = None;
    inserted.id = Some("new".into());
    inserted.version = Some(5);
    let mut rows = opened.recorded();
    rows.remove(4);
    rows.insert(1, CopyRow::Inserted(Arc::new(inserted)));
    let out = folder.path().join("out.db");
    let options = CopyOptions { as_foldline: true, ..CopyOptions::default() };
    opened.copy(rows, &out, &options).unwrap();
    let positions: Vec<i64> = self::opened(&out).events.iter().filter_map(|event| event.position).collect();
    assert_eq!(positions, [10, 11, 12, 13, 14, 15]);
    let mut rows = opened.recorded();
    rows.remove(1);
    opened.copy(rows, &out, &CopyOptions { force: true, ..options }).unwrap();
    let positions: Vec<i64> = self::opened(&out).events.iter().filter_map(|event| event.position).collect();
    assert_eq!(positions, [10, 12, 13, 14, 15]);
}

#[test]
fn every_layout_can_become_foldlines() {
    let folder = tempfile::tempdir().unwrap();
    for (layout, path) in fixtures::all(folder.path()) {
        let opened = opened(&path);
        let out = folder.path().join(format!("{layout}-out.db"));
        let options = CopyOptions { as_foldline: true, force: true, ..CopyOptions::default() };
        let report = opened.copy(opened.recorded(), &out, &options).unwrap();
        let told = |what: &str| report.notes.iter().any(|note| note.contains(what));
        let copy = self::opened(&out);
        assert_eq!(&*copy.store.layout().id, "foldline");
        let both = || opened.events.iter().zip(&copy.events);
        assert_eq!(told("another version"), both().any(|(was, is)| was.version != is.version), "{layout}");
        assert_eq!(told("commands"), both().any(|(was, is)| was.kind != is.kind), "{layout}");
        let more = both().any(|(was, is)| is.metadata != was.metadata && is.metadata != Value::Null);
        assert_eq!(told("metadata: user"), more, "{layout}: {:?}", report.notes);
        assert_eq!(copy.store.snapshots(), opened.store.snapshots(), "{layout}");
        for (was, is) in opened.events.iter().zip(&copy.events) {
            assert_eq!((&is.stream, &is.event_type, is.time), (&was.stream, &was.event_type, was.time), "{layout}");
            assert_eq!(is.data, was.data, "{layout}");
            assert_eq!((&is.user, &is.correlation_id), (&was.user, &was.correlation_id), "{layout}");
            assert_eq!(is.position, was.position, "{layout}");
        }
    }
}

#[test]
fn a_part_of_a_store_and_the_whole_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::pyeventsourcing(&path, Python::Json);
    database(&path)
        .execute_batch(
            "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, upper TEXT AS (upper(name)));
             INSERT INTO users (name) VALUES ('a'), (CAST(x'ff' AS TEXT)); DELETE FROM users WHERE id = 1;
             CREATE INDEX names ON users (name); CREATE VIEW v AS SELECT * FROM users;
             CREATE VIRTUAL TABLE words USING fts5(text);",
        )
        .unwrap();
    let opened = opened(&path);
    let out = folder.path().join("out.db");
    // Account B's events up to the third: one of them, and no snapshot of A.
    opened.copy(vec![CopyRow::Recorded(1)], &out, &CopyOptions::default()).unwrap();
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1";
    let name = |name: &str| vec![SqlValue::Text(name.to_owned())];
    assert_eq!(
        table(&out, names),
        [name("foldline_scenario"), name("stored_events"), name("stored_snapshots"), name("tracking")]
    );
    assert_eq!(table(&out, "SELECT rowid FROM stored_events"), [[SqlValue::Integer(2)]]);
    assert!(table(&out, "SELECT 1 FROM stored_snapshots").is_empty());
    let options = CopyOptions { whole: true, force: true, ..CopyOptions::default() };
    let report = opened.copy(opened.recorded(), &out, &options).unwrap();
    assert!(report.notes.concat().contains("words"), "{:?}", report.notes);
    assert_eq!(
        table(&out, "SELECT id, hex(name), hex(upper) FROM v"),
        table(&path, "SELECT id, hex(name), hex(upper) FROM v")
    );
    assert_eq!(table(&out, "SELECT * FROM sqlite_sequence"), table(&path, "SELECT * FROM sqlite_sequence"));
}

#[test]
fn a_copy_that_is_stopped_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::foldline(&path);
    let opened = opened(&path);
    let before = contents(folder.path());
    let cancel = Cancel::default();
    cancel.cancel();
    let plan = CopyPlan { rows: opened.recorded(), ..CopyPlan::default() };
    let out = folder.path().join("out.db");
    let (options, progress) = (CopyOptions::default(), Progress::default());
    let stopped = write_copy(&opened.store, &opened.log, &plan, &out, &options, &progress, &cancel);
    assert!(stopped.unwrap_err().is_cancelled());
    assert_eq!(contents(folder.path()), before);
}

#[test]
fn a_copy_of_a_copy_keeps_both_notes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::foldline(&path);
    let (first, second) = (folder.path().join("b.db"), folder.path().join("c.db"));
    let opened = opened(&path);
    opened.copy(opened.recorded(), &first, &CopyOptions::default()).unwrap();
    let copy = self::opened(&first);
    copy.copy(copy.recorded(), &second, &CopyOptions::default()).unwrap();
    assert_eq!(table(&second, "SELECT scenario FROM foldline_scenario").len(), 2);
    assert_eq!(opened.events.iter().map(line).collect::<Vec<_>>(), lines(&second));
}

/// A store in which writing a copy takes a while.
fn large(path: &Path) {
    use foldline::store::{FoldlineRow, write_foldline};
    let rows = (1..=20_000).map(|position: i64| FoldlineRow {
        position: Some(position),
        stream: format!("account-{}", position % 100),
        version: (position - 1) / 100 + 1,
        event_id: format!("id{position}"),
        event_type: "Deposited".to_owned(),
        schema_version: 1,
        recorded_at: time("2026-01-01T00:00:00Z"),
        valid_at: None,
        data: r#"{"amount":1}"#.to_owned(),
        metadata: None,
    });
    write_foldline(path, false, rows, [], &Progress::default(), &Cancel::default()).unwrap();
}

#[test]
fn a_copy_that_is_stopped_half_way_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    large(&path);
    let store = open(&path).unwrap();
    let log = scan(&store);
    let before: Vec<String> = contents(folder.path()).into_keys().collect();
    let plan = CopyPlan { rows: (0..log.len() as u32).map(CopyRow::Recorded).collect(), ..CopyPlan::default() };
    let (progress, cancel) = (Progress::default(), Cancel::default());
    let out = folder.path().join("out.db");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while progress.counts().0 < 500 {
                std::thread::yield_now();
            }
            cancel.cancel();
        });
        let options = CopyOptions::default();
        let stopped = write_copy(&store, &log, &plan, &out, &options, &progress, &cancel);
        assert!(stopped.unwrap_err().is_cancelled());
    });
    assert_eq!(contents(folder.path()).into_keys().collect::<Vec<_>>(), before);
}
