//! Foldline's own layout: its tables, and writing a new store from rows. The same rows give the same bytes.

use std::path::Path;

use rusqlite::{Connection, params};

use crate::model::{Cancel, Progress, Timestamp};

use super::error::StoreError;
use super::target::Target;

/// The tables of the layout.
pub(super) const TABLES: &str = "\
CREATE TABLE events (
  position       INTEGER PRIMARY KEY,
  stream_id      TEXT    NOT NULL,
  version        INTEGER NOT NULL,
  event_id       TEXT    NOT NULL UNIQUE,
  type           TEXT    NOT NULL,
  schema_version INTEGER NOT NULL DEFAULT 1,
  recorded_at    TEXT    NOT NULL,
  valid_at       TEXT,
  data           TEXT    NOT NULL,
  metadata       TEXT,
  UNIQUE (stream_id, version)
);
CREATE TABLE snapshots (
  stream_id TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL, taken_at TEXT NOT NULL,
  PRIMARY KEY (stream_id, version)
);
";
/// The log is append-only also for whoever opens it with another tool. Made after the rows are in.
pub(super) const TRIGGERS: &str = "\
CREATE TRIGGER events_are_never_updated BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only: they are never updated'); END;
CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only: they are never deleted'); END;
";
/// \"FOLD\" in ASCII: lets `file` and the like name the format.
const APPLICATION_ID: i32 = 0x464f_4c44;
/// Version of the tables above.
const USER_VERSION: i32 = 1;
/// Rows between two looks at [`Cancel`].
const ROWS_BETWEEN_LOOKS: u64 = 256;

/// An event on its way into a new store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoldlineRow {
    /// Place in the store; `None` for the one after the row before.
    pub position: Option<i64>,
    /// The stream.
    pub stream: String,
    /// Place in the stream, from 1.
    pub version: i64,
    /// Unique in the store.
    pub event_id: String,
    /// The type.
    pub event_type: String,
    /// Version of the type's schema.
    pub schema_version: i64,
    /// When it was recorded; `None` (of a store without times) is written as an empty text.
    pub recorded_at: Option<Timestamp>,
    /// When it took effect, if that differs.
    pub valid_at: Option<Timestamp>,
    /// JSON text.
    pub data: String,
    /// JSON text.
    pub metadata: Option<String>,
}

/// A snapshot on its way into a new store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoldlineSnapshot {
    /// The stream.
    pub stream: String,
    /// The version up to which the state has come.
    pub version: i64,
    /// JSON text.
    pub state: String,
    /// When it was taken; `None` is written as an empty text.
    pub taken_at: Option<Timestamp>,
}

/// Writes a new store in Foldline's layout and gives the number of its events. `progress` counts events.
///
/// Errors: the target exists and `force` is not set, or can't be written; rows that break the layout's rules
/// (repeated ids, positions or versions). In all of them nothing is left under the target's name.
pub fn write_foldline(
    out: &Path,
    force: bool,
    rows: impl IntoIterator<Item = FoldlineRow>,
    snapshots: impl IntoIterator<Item = FoldlineSnapshot>,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<u64, StoreError> {
    let target = Target::new(out, force, None)?;
    let conn = target.connect(cancel)?;
    begin(&conn).map_err(|e| target.failed(&e))?;
    let mut written = 0;
    {
        let mut insert = Insert::new(&conn).map_err(|e| target.failed(&e))?;
        for row in rows {
            if written % ROWS_BETWEEN_LOOKS == 0 && cancel.is_cancelled() {
                return Err(StoreError::Cancelled);
            }
            insert.event(&row).map_err(|e| target.failed(&e))?;
            written += 1;
            progress.set_done(written);
        }
        for snapshot in snapshots {
            insert.snapshot(&snapshot).map_err(|e| target.failed(&e))?;
        }
    }
    end(&conn).map_err(|e| target.failed(&e))?;
    conn.close().map_err(|(_, e)| target.failed(&e))?;
    target.finish()?;
    Ok(written)
}

/// Makes the tables in a new transaction.
pub(super) fn begin(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch("BEGIN")?;
    conn.execute_batch(TABLES)?;
    conn.pragma_update(None, "application_id", APPLICATION_ID)?;
    conn.pragma_update(None, "user_version", USER_VERSION)
}

/// Makes the triggers and commits.
pub(super) fn end(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch(TRIGGERS)?;
    conn.execute_batch("COMMIT")
}

/// Prepared statements that fill the tables.
pub(super) struct Insert<'c> {
    event: rusqlite::Statement<'c>,
    snapshot: rusqlite::Statement<'c>,
}

impl<'c> Insert<'c> {
    pub(super) fn new(conn: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            event: conn.prepare("INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?,
            snapshot: conn.prepare("INSERT INTO snapshots VALUES (?1, ?2, ?3, ?4)")?,
        })
    }

    pub(super) fn event(&mut self, row: &FoldlineRow) -> rusqlite::Result<()> {
        self.event_with(row, None)
    }

    /// An event whose payload may be bytes that nobody can read.
    pub(super) fn event_with(&mut self, row: &FoldlineRow, unreadable: Option<&[u8]>) -> rusqlite::Result<()> {
        let data: &dyn rusqlite::ToSql = match &unreadable {
            Some(bytes) => bytes,
            None => &row.data,
        };
        self.event.execute(params![
            row.position,
            row.stream,
            row.version,
            row.event_id,
            row.event_type,
            row.schema_version,
            time_text(row.recorded_at),
            row.valid_at.map(|time| time.to_string()),
            data,
            row.metadata,
        ])?;
        Ok(())
    }

    pub(super) fn snapshot(&mut self, row: &FoldlineSnapshot) -> rusqlite::Result<()> {
        self.snapshot.execute(params![row.stream, row.version, row.state, time_text(row.taken_at)])?;
        Ok(())
    }
}

/// RFC 3339 in UTC; the columns may not be NULL.
pub(super) fn time_text(time: Option<Timestamp>) -> String {
    time.map(|time| time.to_string()).unwrap_or_default()
}
