//! Events as CSV: the columns of the JSON shape, structured ones as JSON text, absent ones empty.

use std::io::{self, Write};

use super::event::EventShape;
use crate::model::{Event, EventKind, Value, json};

const COLUMNS: [&str; 16] = [
    "position",
    "stream",
    "streams",
    "version",
    "id",
    "type",
    "kind",
    "archived",
    "schema_version",
    "time",
    "valid_time",
    "user",
    "data",
    "metadata",
    "correlation_id",
    "causation_id",
];

/// Writes events as CSV, after a line with the columns' names.
pub struct EventCsv<W: Write> {
    out: csv::Writer<W>,
    unreadable: u64,
    with_file: bool,
}

impl<W: Write> EventCsv<W> {
    /// Writes the line of names.
    pub fn new(out: W) -> io::Result<Self> {
        let mut out = csv::Writer::from_writer(out);
        out.write_record(COLUMNS).map_err(io_error)?;
        Ok(Self { out, unreadable: 0, with_file: false })
    }

    /// Hands on what was written so far.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// The same with a last column for the file that each event is from.
    pub fn with_file(out: W) -> io::Result<Self> {
        let mut out = csv::Writer::from_writer(out);
        out.write_record(COLUMNS.iter().chain(&["file"])).map_err(io_error)?;
        Ok(Self { out, unreadable: 0, with_file: true })
    }

    /// Writes an event. A payload that can't be read is empty, and counted. `file` is for the column of that name.
    pub fn write(&mut self, event: &Event, file: &str) -> io::Result<()> {
        let shape = EventShape::of(event);
        self.unreadable += u64::from(shape.data.is_none());
        let number = |number: Option<i64>| number.map_or(String::new(), |number| number.to_string());
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let kind = match shape.kind {
            EventKind::Event => "event",
            EventKind::Command => "command",
            EventKind::System => "system",
        };
        let cells = [
            number(shape.position),
            text(shape.stream),
            serde_json::to_string(&shape.streams)?,
            number(shape.version),
            text(shape.id),
            shape.event_type.to_owned(),
            kind.to_owned(),
            shape.archived.to_string(),
            shape.schema_version.map_or(String::new(), plain),
            // A time that can't be represented stands as the store has it: CSV has no further column for it.
            shape.time.map_or_else(|| text(shape.time_raw), |time| time.to_string()),
            shape.valid_time.map_or(String::new(), |time| time.to_string()),
            text(shape.user),
            shape.data.map_or(String::new(), |data| json::to_text(&data)),
            if matches!(shape.metadata, Value::Null) { String::new() } else { json::to_text(shape.metadata) },
            text(shape.correlation_id),
            text(shape.causation_id),
        ];
        let file = self.with_file.then_some(file.as_bytes());
        self.out.write_record(cells.iter().map(String::as_bytes).chain(file)).map_err(io_error)
    }

    /// Hands everything on; gives how many payloads could not be read.
    pub fn finish(mut self) -> io::Result<u64> {
        self.out.flush()?;
        Ok(self.unreadable)
    }
}

/// The writer's own error, so that a closed pipe is known for one.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// A text without quotes, anything else as JSON.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        other => json::to_text(other),
    }
}
