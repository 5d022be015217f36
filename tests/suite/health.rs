//! Whether a history is sound: a healthy store, and stores with one defect each.

mod contents;
mod history;
mod libraries;
mod looking;
mod times;

use std::path::Path;

use foldline::analysis::health::{Finding, Findings, Health, Kind, Severity};
use foldline::model::{Cancel, Progress};
use foldline::worker::{Projections, Session, SessionOptions};

use crate::cli::RULES;
use crate::fixtures;

/// A row of Foldline's table, without its constraints.
#[derive(Clone)]
struct Row {
    position: i64,
    stream: String,
    version: Option<i64>,
    id: String,
    event_type: String,
    time: String,
    data: String,
    metadata: String,
}

/// Rows and snapshots (stream, version, state).
struct Store {
    rows: Vec<Row>,
    snapshots: Vec<(&'static str, i64, &'static str)>,
}

const DAY: i64 = 24;

/// So many hours into 2026, where positions are an hour apart.
fn hour(hour: i64) -> String {
    let start = foldline::model::Timestamp::parse_iso("2026-01-01").unwrap();
    start.checked_add_seconds(hour * 3600).unwrap().to_string()
}

impl Store {
    /// Ten accounts of five events each, one after the other; every third one is closed at its end. Each event but
    /// the first of a stream is caused by the one before it.
    fn healthy() -> Self {
        let mut store =
            Self { rows: Vec::new(), snapshots: vec![("account-1", 3, r#"{"status":"open","balance":40}"#)] };
        for account in 0..10 {
            let stream = format!("account-{account}");
            store.add(&stream, 1, "Opened", r#"{"owner":"Ann"}"#);
            store.add(&stream, 2, "Deposited", r#"{"amount":30}"#);
            store.add(&stream, 3, "Deposited", r#"{"amount":10}"#);
            store.add(&stream, 4, "Withdrawn", r#"{"amount":5}"#);
            if account % 3 == 0 {
                store.add(&stream, 5, "Closed", "{}");
            } else {
                store.add(&stream, 5, "Withdrawn", r#"{"amount":5}"#);
            }
        }
        store
    }

    /// Adds an event at the end.
    fn add(&mut self, stream: &str, version: i64, event_type: &str, data: &str) -> &mut Row {
        let position = self.rows.len() as i64 + 1;
        let cause = if version > 1 { format!("\"id-{}\"", position - 1) } else { "null".to_owned() };
        self.rows.push(Row {
            position,
            stream: stream.to_owned(),
            version: Some(version),
            id: format!("id-{position}"),
            event_type: event_type.to_owned(),
            time: hour(position),
            data: data.to_owned(),
            metadata: format!(r#"{{"user":"u","causation_id":{cause}}}"#),
        });
        self.rows.last_mut().unwrap()
    }

    /// The row at a position of the healthy store.
    fn at(&mut self, position: i64) -> &mut Row {
        self.rows.iter_mut().find(|row| row.position == position).unwrap()
    }

    fn write(&self, path: &Path) {
        let conn = fixtures::database(path);
        conn.execute_batch(
            "CREATE TABLE events (position INTEGER PRIMARY KEY, stream_id TEXT, version INTEGER, event_id TEXT, type TEXT, \
             schema_version INTEGER, recorded_at TEXT, valid_at TEXT, data TEXT, metadata TEXT);
             CREATE TABLE snapshots (stream_id TEXT, version INTEGER, state TEXT, taken_at TEXT); BEGIN;",
        )
        .unwrap();
        for row in &self.rows {
            conn.execute(
                "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, NULL, ?7, ?8)",
                rusqlite::params![
                    row.position,
                    row.stream,
                    row.version,
                    row.id,
                    row.event_type,
                    row.time,
                    row.data,
                    row.metadata
                ],
            )
            .unwrap();
        }
        for snapshot in &self.snapshots {
            conn.execute("INSERT INTO snapshots VALUES (?1, ?2, ?3, '2026-02-01T00:00:00Z')", *snapshot).unwrap();
        }
        conn.execute_batch("COMMIT").unwrap();
    }

    fn check(&self) -> Health {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bank.db");
        self.write(&path);
        std::fs::write(folder.path().join("bank.db.projection.json"), RULES).unwrap();
        check(&path)
    }
}

fn open(path: &Path) -> std::sync::Arc<Session> {
    let options = SessionOptions { projections: Projections::Beside, ..SessionOptions::default() };
    Session::open(path, options, &Progress::default(), &Cancel::default()).unwrap()
}

fn check(path: &Path) -> Health {
    let found = Findings::default();
    let health = open(path).health(&found, &Progress::default(), &Cancel::default()).unwrap();
    assert!(health.complete);
    // What is told on the way is what is told at the end.
    let mut streamed = found.since(0);
    for finding in health.findings.iter().filter(|finding| !finding.is_rest()) {
        let at = streamed.iter().position(|one| one == finding);
        streamed.remove(at.unwrap_or_else(|| panic!("not told on the way: {finding:?}")));
    }
    assert_eq!(streamed, []);
    health
}

/// A finding without its words.
fn place(finding: &Finding) -> (Kind, Severity, Option<&str>, Option<i64>) {
    (finding.kind, finding.severity, finding.stream.as_deref(), finding.position)
}

/// What a store with a defect tells, and words that must be in what it says first.
#[track_caller]
fn tells(spoil: impl FnOnce(&mut Store), expected: &[(Kind, Severity, Option<&str>, Option<i64>)], words: &str) {
    let mut store = Store::healthy();
    spoil(&mut store);
    let health = store.check();
    let found: Vec<_> = health.findings.iter().map(place).collect();
    assert_eq!(found, expected, "{:#?}", health.findings);
    let said = health.findings.first().map_or("", |finding| &finding.message);
    assert!(said.contains(words), "{said}");
    assert_eq!(health.is_ok(), expected.iter().all(|(_, severity, ..)| *severity != Severity::Error));
    assert_eq!(health.found_trouble(), expected.iter().any(|(_, severity, ..)| *severity != Severity::Info));
}

use Kind as K;
use Severity::{Error, Info, Warning};
