//! Layouts as data: what tables a library writes, which column is what, and how contents are encoded. One JSON file
//! each under `layouts/`; adding a library is adding a file (and a store of it to the tests).

use std::sync::LazyLock;

use serde::Deserialize;

mod writing;

pub use writing::{CheckpointTable, Fill, MetadataForm, NewValue, StreamTable, WritingSpec};

/// The description of one library's tables.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayoutSpec {
    /// The name by which the command line knows it.
    pub id: String,
    /// The name for people.
    pub title: String,
    /// Where the format is described or implemented.
    pub source: String,
    /// Whether copies can be written in this layout.
    #[serde(default)]
    pub writable: bool,
    /// The event table.
    pub events: EventTable,
    /// The snapshot table, which need not be there.
    #[serde(default)]
    pub snapshots: Option<SnapshotTable>,
    /// Further tables of the library: part of the fingerprint, and of a copy.
    #[serde(default)]
    pub beside: Vec<TableSpec>,
    /// What only those need to know who write a copy.
    #[serde(default)]
    pub writing: WritingSpec,
}

/// What a table must be like to count. Names and columns are compared without regard to case.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TableSpec {
    /// Its possible names, `*` for any part; empty: any name.
    pub names: Vec<String>,
    /// Names that it does not have.
    pub not_names: Vec<String>,
    /// Of several tables that fit, one of these names is the event table.
    pub preferred_names: Vec<String>,
    /// Columns that it must have.
    pub columns: Vec<String>,
    /// Columns that it must not have: another layout's.
    pub without: Vec<String>,
    /// Columns that speak for it where they are there.
    pub optional: Vec<String>,
    /// For a further table: the layout is not recognised without it.
    pub required: bool,
}

/// The event table: which column is what.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventTable {
    /// What it looks like.
    pub table: TableSpec,
    /// What orders the whole store and is the position.
    pub key: KeySpec,
    /// What names the stream.
    pub stream: StreamSpec,
    /// The column of the version in the stream.
    #[serde(default)]
    pub version: Option<String>,
    /// The first version of a stream.
    #[serde(default = "one")]
    pub version_base: i64,
    /// The column of the event type.
    #[serde(rename = "type")]
    pub event_type: String,
    /// The payload.
    pub payload: PayloadSpec,
    /// Where the recorded time may be; the first that gives one counts.
    #[serde(default)]
    pub time: Vec<TimeSpec>,
    /// Where the time of taking effect is.
    #[serde(default)]
    pub valid_time: Option<TimeSpec>,
    /// The column of the metadata, JSON.
    #[serde(default)]
    pub metadata: Option<String>,
    /// The column of the event's id.
    #[serde(default)]
    pub event_id: Option<String>,
    /// The column of who caused it.
    #[serde(default)]
    pub user: Option<String>,
    /// The column of the correlation id.
    #[serde(default)]
    pub correlation_id: Option<String>,
    /// The column of the causation id.
    #[serde(default)]
    pub causation_id: Option<String>,
    /// The column of the schema's version.
    #[serde(default)]
    pub schema_version: Option<String>,
    /// The column that marks what is archived or deleted.
    #[serde(default)]
    pub archived: Option<String>,
    /// What tells events from commands.
    #[serde(default)]
    pub kind: Option<KindSpec>,
}

fn one() -> i64 {
    1
}

/// What orders the whole store.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum KeySpec {
    /// An integer column, which is also the position.
    Column(String),
    /// SQLite's own row number, which is also the position.
    Rowid {
        /// Columns that order a table made WITHOUT ROWID, unique together; positions are then ordinals.
        without_rowid: Vec<String>,
    },
}

/// What names the stream.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamSpec {
    /// Columns, joined by `-`.
    pub parts: Vec<String>,
    /// A column put before it as `tenant/`.
    #[serde(default)]
    pub tenant: Option<String>,
    /// What its category is.
    pub category: CategoryRule,
    /// A table beside that has the streams' types, which are then their categories; the rule is for the others.
    #[serde(default)]
    pub types_in: Option<TypesIn>,
    /// Names are UUIDs as 32 hexadecimal digits, unless the store has others already.
    #[serde(default)]
    pub hex_uuids: bool,
}

/// A table with the types of streams.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypesIn {
    /// The table, one of those beside.
    pub table: String,
    /// Its column with the stream's name.
    pub stream: String,
    /// Its column with the type.
    pub column: String,
}

/// How a stream's category is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CategoryRule {
    /// The part of the name before the first `-`; the table's name for a bare id.
    General,
    /// The first part of the key.
    FirstPart,
    /// The class in a Python topic: `BankAccount` in `bank.model:BankAccount.Opened` and in
    /// `bank.model:BankAccount`.
    TopicClass,
}

/// How a payload (or a snapshot's state) is stored.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayloadSpec {
    /// Its column; the contents are JSON when unpacked.
    pub column: String,
    /// Compressions that may be around it, known by their first bytes.
    #[serde(default)]
    pub packed: Vec<Packing>,
    /// Wrappers to take off, in this order.
    #[serde(default)]
    pub unwrap: Vec<Wrapper>,
    /// For a snapshot: the key under which the state is.
    #[serde(default)]
    pub inside: Option<String>,
    /// What contents are that show no known form.
    #[serde(default)]
    pub opaque: Option<String>,
    /// The library reads objects only.
    #[serde(default)]
    pub objects_only: bool,
}

/// A compression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Packing {
    /// RFC 1950.
    Zlib,
    /// RFC 1952.
    Gzip,
}

/// What a library puts around a payload.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wrapper {
    /// `{"Type": payload}`, where the key equals the event's type.
    EnumTag,
    /// `{"_type_": …, "_data_": value}` anywhere in it.
    TypedValues,
    /// Fields that the library adds, which belong to the metadata.
    MoveToMetadata(Vec<String>),
}

/// Where a time is and how it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeSpec {
    /// Where it is.
    #[serde(rename = "in")]
    pub place: TimePlace,
    /// How it is written.
    #[serde(rename = "as")]
    pub encoding: TimeEncoding,
    /// A text as the library writes it, for stores that have none to show the form.
    #[serde(default)]
    pub like: Option<String>,
    /// The library reads whole seconds only.
    #[serde(default)]
    pub whole_seconds: bool,
}

/// Where a time is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimePlace {
    /// In a column of its own.
    Column(String),
    /// At a path in the payload as it is stored, before wrappers are taken off.
    Payload(String),
    /// At a path in the metadata.
    Metadata(String),
}

/// How a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeEncoding {
    /// By its form: ISO text, or a number told apart by its magnitude.
    Auto,
    /// ISO 8601 text; without an offset it is UTC.
    Iso,
    /// Seconds since 1970, also with a fraction.
    UnixSeconds,
    /// Milliseconds since 1970.
    UnixMillis,
    /// Microseconds since 1970.
    UnixMicros,
    /// Nanoseconds since 1970.
    UnixNanos,
    /// .NET ticks: 100 ns since the year 1.
    Ticks,
    /// Julian days.
    JulianDays,
    /// Days since 1970.
    UnixDays,
}

/// What tells events from commands and from the library's own rows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindSpec {
    /// The column.
    pub column: String,
    /// Its value for plain events.
    pub event: String,
    /// Its values for commands.
    pub commands: Vec<String>,
    /// Its values for bookkeeping.
    pub system: Vec<String>,
}

/// The snapshot table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotTable {
    /// What it looks like.
    pub table: TableSpec,
    /// Columns that make the stream's name, as in the event table.
    pub stream: Vec<String>,
    /// The column of the version up to which the state has come.
    pub version: String,
    /// The state.
    pub state: PayloadSpec,
    /// When it was taken, if it says so.
    #[serde(default)]
    pub taken: Option<TimeSpec>,
}

/// What the world needs to know of a layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayoutInfo {
    /// The name by which the command line knows it.
    pub id: &'static str,
    /// The name for people.
    pub title: &'static str,
    /// Whether copies can be written in it.
    pub writable: bool,
}

impl LayoutSpec {
    /// What the world needs to know of it.
    pub fn info(&'static self) -> LayoutInfo {
        LayoutInfo { id: &self.id, title: &self.title, writable: self.writable }
    }
}

/// Foldline's own layout comes first, the others by name.
const FILES: [&str; 5] = [
    include_str!("layouts/foldline.json"),
    include_str!("layouts/cqrs-es-sqlite.json"),
    include_str!("layouts/emmett-sqlite.json"),
    include_str!("layouts/patchlevel-v3-stream.json"),
    include_str!("layouts/pyeventsourcing.json"),
];

static LAYOUTS: LazyLock<Vec<LayoutSpec>> = LazyLock::new(|| {
    // A file that does not parse is left out here and fails the test below.
    FILES.iter().filter_map(|text| serde_json::from_str(text).ok()).collect()
});

/// All layouts that Foldline recognises.
pub fn layouts() -> &'static [LayoutSpec] {
    &LAYOUTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_layout_with_a_name_of_its_own() {
        let mut ids: Vec<String> = FILES
            .iter()
            .map(|text| serde_json::from_str::<LayoutSpec>(text).unwrap_or_else(|e| panic!("{e}: {text}")).id)
            .collect();
        assert_eq!(ids.len(), layouts().len());
        ids.dedup();
        assert_eq!(ids.len(), FILES.len());
    }

    #[test]
    fn columns_with_a_role_are_in_the_fingerprint() {
        for layout in layouts() {
            let events = &layout.events;
            let known = |column: &String| {
                assert!(
                    events.table.columns.contains(column) || events.table.optional.contains(column),
                    "{}: {column}",
                    layout.id
                );
            };
            let singles = [&events.version, &events.metadata, &events.event_id, &events.user, &events.schema_version];
            singles.into_iter().flatten().for_each(known);
            events.stream.parts.iter().for_each(known);
            [&events.event_type, &events.payload.column].into_iter().for_each(known);
        }
    }
}
