//! Small stores of every layout, written by the catalogue's statements: the same story of two accounts in each.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

/// The folder of real stores, if there is one.
pub fn stores() -> Option<std::path::PathBuf> {
    let found = std::env::var_os("FOLDLINE_STORES").map(PathBuf::from);
    if found.is_none() {
        // Said aloud: a skipped test must not look like one that passed.
        #[expect(clippy::print_stderr, reason = "tests tell what they skip")]
        {
            eprintln!("skipped: FOLDLINE_STORES is not set");
        }
    }
    found.map(|folder| std::path::absolute(folder).unwrap())
}

/// The story: stream, version, type, time, payload.
pub const STORY: [(&str, i64, &str, &str, &str); 6] = [
    ("A", 1, "Opened", "2026-01-01T08:00:00Z", r#"{"owner":"Łucja \"Lu\" Ö","limit":0}"#),
    ("B", 1, "Opened", "2026-01-02T08:00:00.5Z", r#"{"owner":"Bo","limit":9007199254741001}"#),
    ("A", 2, "Deposited", "2026-01-03T08:00:00.123456Z", r#"{"amount":50.00}"#),
    ("A", 3, "Withdrawn", "2026-01-04T08:00:00Z", r#"{"amount":20}"#),
    ("B", 2, "Deposited", "2026-01-05T08:00:00Z", r#"{"amount":7}"#),
    ("A", 4, "Withdrawn", "2026-01-06T08:00:00Z", r#"{"amount":20}"#),
];

/// Creates or opens a database for writing.
pub fn database(path: &Path) -> Connection {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE).unwrap()
}

pub fn zlib(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// How pyeventsourcing keeps its events.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Python {
    Json,
    Zlib,
    WithoutRowid,
}

pub fn originator(stream: &str) -> String {
    if stream == "A" { "0a".repeat(16) } else { "0b".repeat(16) }
}

pub fn pyeventsourcing(path: &Path, form: Python) {
    let conn = database(path);
    let suffix = if form == Python::WithoutRowid { " WITHOUT ROWID" } else { "" };
    conn.execute_batch(&format!(
        "CREATE TABLE stored_events (originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB, \
         PRIMARY KEY (originator_id, originator_version)){suffix};
         CREATE TABLE stored_snapshots (originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB, \
         PRIMARY KEY (originator_id, originator_version)) WITHOUT ROWID;
         CREATE TABLE tracking (application_name TEXT, notification_id INTEGER, \
         PRIMARY KEY (application_name, notification_id)) WITHOUT ROWID;
         INSERT INTO tracking VALUES ('upstream', 17);"
    ))
    .unwrap();
    for (stream, version, event_type, time, data) in STORY {
        let time = time.replace('Z', "+00:00").replace(".5+", ".500000+");
        let created = if version == 1 { r#""originator_topic":"bank.model:BankAccount","# } else { "" };
        let fields = &data[1..];
        let typed = r#""when":{"_type_":"date_iso","_data_":"2026-01-01"},"#;
        let state = format!(r#"{{"timestamp":{{"_type_":"datetime_iso","_data_":"{time}"}},{created}{typed}{fields}"#)
            .into_bytes();
        let state = if form == Python::Zlib { zlib(&state) } else { state };
        let topic = format!("bank.model:BankAccount.{event_type}");
        conn.execute("INSERT INTO stored_events VALUES (?1, ?2, ?3, ?4)", (originator(stream), version, topic, state))
            .unwrap();
    }
    for version in [2, 4] {
        let state = br#"{"timestamp":{"_type_":"datetime_iso","_data_":"2026-01-06T08:00:01+00:00"},"topic":"bank.model:BankAccount","state":{"balance":10}}"#;
        let state = if form == Python::Zlib { zlib(state) } else { state.to_vec() };
        conn.execute(
            "INSERT INTO stored_snapshots VALUES (?1, ?2, 'eventsourcing.domain:Snapshot', ?3)",
            (originator("A"), version, state),
        )
        .unwrap();
    }
}

pub fn emmett(path: &Path) {
    let conn = database(path);
    conn.execute_batch(
        "CREATE TABLE emt_streams(stream_id TEXT NOT NULL, stream_position BIGINT NOT NULL DEFAULT 0, partition TEXT NOT NULL \
         DEFAULT 'global', stream_type TEXT NOT NULL, stream_metadata JSONB NOT NULL, is_archived BOOLEAN NOT NULL DEFAULT \
         FALSE, PRIMARY KEY (stream_id, partition, is_archived), UNIQUE (stream_id, partition, is_archived));
         CREATE TABLE emt_messages(stream_id TEXT NOT NULL, stream_position BIGINT NOT NULL, partition TEXT NOT NULL DEFAULT \
         'global', message_kind CHAR(1) NOT NULL DEFAULT 'E', message_data JSONB NOT NULL, message_metadata JSONB NOT NULL, \
         message_schema_version TEXT NOT NULL, message_type TEXT NOT NULL, message_id TEXT NOT NULL, is_archived BOOLEAN NOT \
         NULL DEFAULT FALSE, global_position INTEGER PRIMARY KEY, created DATETIME DEFAULT CURRENT_TIMESTAMP, \
         UNIQUE (stream_id, stream_position, partition, is_archived));
         INSERT INTO emt_streams VALUES ('account-A', 4, '[object Object]', 'account', '[]', 0), \
         ('account-B', 2, '[object Object]', 'account', '[]', 1);",
    )
    .unwrap();
    for (place, (stream, version, event_type, time, data)) in STORY.into_iter().enumerate() {
        let metadata = format!(r#"{{"correlationId":"c{place}","causationId":null,"userId":"u1"}}"#);
        conn.execute(
            "INSERT INTO emt_messages VALUES (?1, ?2, 'emt:default', ?3, ?4, ?5, '0', ?6, ?7, ?8, ?9, ?10)",
            rusqlite::params![
                format!("account-{stream}"),
                version,
                if event_type == "Withdrawn" { "C" } else { "E" },
                data,
                metadata,
                event_type,
                format!("id{place}"),
                stream == "B",
                10 + place as i64,
                time[..19].replace('T', " "),
            ],
        )
        .unwrap();
    }
}

pub fn cqrs_es(path: &Path) {
    let conn = database(path);
    conn.execute_batch(
        "CREATE TABLE events (aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence integer CHECK (sequence >= 0) \
         NOT NULL, event_type text NOT NULL, event_version text NOT NULL, payload text NOT NULL, metadata text NOT NULL, \
         PRIMARY KEY (aggregate_type, aggregate_id, sequence)) STRICT;
         CREATE TABLE snapshots (aggregate_type text NOT NULL, aggregate_id text NOT NULL, last_sequence integer NOT NULL, \
         current_snapshot integer NOT NULL, payload text NOT NULL, PRIMARY KEY (aggregate_type, aggregate_id, last_sequence)) \
         STRICT;
         INSERT INTO snapshots VALUES ('account', 'A', 3, 1, '{\"balance\":30}');",
    )
    .unwrap();
    for (stream, version, event_type, time, data) in STORY {
        conn.execute(
            "INSERT INTO events VALUES ('account', ?1, ?2, ?3, '1.0', ?4, ?5)",
            rusqlite::params![
                stream,
                version,
                event_type,
                format!(r#"{{"{event_type}":{data}}}"#),
                format!(r#"{{"time":"{time}","user":"u1","correlation_id":"c"}}"#),
            ],
        )
        .unwrap();
    }
}

pub fn patchlevel(path: &Path) {
    let conn = database(path);
    conn.execute_batch(
        "CREATE TABLE event_store (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, stream VARCHAR(255) NOT NULL, playhead INTEGER \
         DEFAULT NULL, event VARCHAR(255) NOT NULL, payload CLOB NOT NULL, recorded_on DATETIME NOT NULL, new_stream_start \
         BOOLEAN DEFAULT 0 NOT NULL, archived BOOLEAN DEFAULT 0 NOT NULL, custom_headers CLOB NOT NULL);
         CREATE UNIQUE INDEX unique_playhead ON event_store (stream, playhead);",
    )
    .unwrap();
    for (stream, version, event_type, time, data) in STORY {
        conn.execute(
            "INSERT INTO event_store (stream, playhead, event, payload, recorded_on, archived, custom_headers) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            rusqlite::params![
                if stream == "B" { "audit".to_owned() } else { "account-A".to_owned() },
                (stream == "A").then_some(version),
                event_type,
                data,
                time[..19].replace('T', " "),
                version == 1,
                r#"{"tracing":{"correlationId":"c","causationId":"d","userId":"u1"}}"#,
            ],
        )
        .unwrap();
    }
}

/// In Foldline's own layout, by Foldline's own statements.
pub fn foldline(path: &Path) {
    use foldline::model::{Cancel, Progress, Timestamp};
    use foldline::store::{FoldlineRow, FoldlineSnapshot, write_foldline};
    let rows = STORY.into_iter().enumerate().map(|(place, (stream, version, event_type, time, data))| FoldlineRow {
        position: None,
        stream: format!("account-{stream}"),
        version,
        event_id: format!("id{place}"),
        event_type: event_type.to_owned(),
        schema_version: 1,
        recorded_at: Timestamp::parse_iso(time),
        valid_at: (place == 2).then(|| Timestamp::parse_iso("2026-01-02T00:00:00Z")).flatten(),
        data: data.to_owned(),
        metadata: Some(format!(r#"{{"user":"u{place}","correlation_id":"c"}}"#)),
    });
    let snapshots = [2, 4].map(|version| FoldlineSnapshot {
        stream: "account-A".to_owned(),
        version,
        state: r#"{"balance":10}"#.to_owned(),
        taken_at: Timestamp::parse_iso("2026-01-07T00:00:00Z"),
    });
    write_foldline(path, false, rows, snapshots, &Progress::default(), &Cancel::default()).unwrap();
}

/// Every layout with a small store of it.
pub fn all(folder: &Path) -> Vec<(&'static str, PathBuf)> {
    type Write = fn(&Path);
    let made: [(&str, Write); 7] = [
        ("foldline", foldline),
        ("pyeventsourcing", |path| pyeventsourcing(path, Python::Json)),
        ("pyeventsourcing", |path| pyeventsourcing(path, Python::Zlib)),
        ("pyeventsourcing", |path| pyeventsourcing(path, Python::WithoutRowid)),
        ("emmett-sqlite", emmett),
        ("cqrs-es-sqlite", cqrs_es),
        ("patchlevel-v3-stream", patchlevel),
    ];
    made.into_iter()
        .enumerate()
        .map(|(place, (layout, write))| {
            let path = folder.join(format!("{place}-{layout}.db"));
            write(&path);
            (layout, path)
        })
        .collect()
}

/// Everything in a folder: names and contents.
pub fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let bytes = if path.is_dir() { Vec::new() } else { std::fs::read(&path).unwrap() };
            (path.file_name().unwrap().to_string_lossy().into_owned(), bytes)
        })
        .collect()
}

/// A bundled sample with its rules, copied into a folder.
pub fn bundled(name: &str, folder: &Path) -> PathBuf {
    let bundled = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    for file in [format!("{name}.db"), format!("{name}.projection.json")] {
        std::fs::copy(bundled.join(&file), folder.join(&file)).unwrap();
    }
    folder.join(format!("{name}.db"))
}
