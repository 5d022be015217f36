//! Layouts as data: what tables a library writes, which column is what, and how contents are encoded. One JSON file
//! each under `layouts/`; adding a library is adding a file (and a store of it to the tests).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

mod catalogue;
mod contents;
mod place;
mod writing;

pub use catalogue::{layouts, with_earlier};
pub use contents::{PayloadColumn, PayloadSpec, Wrapper};
pub use place::{Place, Role};
pub use writing::{
    Chained, CheckpointTable, CommitSpec, Fill, MetadataForm, NewValue, Repeated, StreamTable, WritingSpec,
};

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
    pub events: Arc<EventTable>,
    /// Further event tables of other forms; those that are there make one history with it.
    #[serde(default)]
    pub more_events: Vec<Arc<EventTable>>,
    /// Positions are unique over all event tables, which are merged by them; else by time.
    #[serde(default)]
    pub shared_positions: bool,
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
#[derive(Debug, Clone, Default, Deserialize)]
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
    /// Columns of which it must have one, if any are named.
    pub one_of: Vec<String>,
    /// Columns that it must not have: another layout's.
    pub without: Vec<String>,
    /// Columns that speak for it where they are there.
    pub optional: Vec<String>,
    /// It has no other columns than those named here.
    pub only: bool,
    /// For a further table: the layout is not recognised without it.
    pub required: bool,
    /// Underscores in its columns' names don't count: `stream_id` is also `StreamId`.
    pub any_case: bool,
}

/// The event table: which column is what.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventTable {
    /// What it looks like.
    pub table: TableSpec,
    /// Every table that fits is an event table, and they are one history; else only the first.
    #[serde(default)]
    pub every: bool,
    /// Tables in which more about a row is looked up; their columns are named `alias.column`.
    #[serde(default)]
    pub joins: Vec<JoinSpec>,
    /// What orders the whole store and is the position.
    pub key: KeySpec,
    /// What names the stream, where a row is in one.
    #[serde(default)]
    pub stream: StreamSpec,
    /// A table that says which streams an event is in.
    #[serde(default)]
    pub links: Option<LinkSpec>,
    /// A column that lists the streams that an event is in.
    #[serde(default)]
    pub tags: Option<TagSpec>,
    /// The version in the stream.
    #[serde(default)]
    pub version: Role,
    /// The first version of a stream.
    #[serde(default = "one")]
    pub version_base: i64,
    /// The column, one of those in the metadata, that tells events of one version apart: a version is then a pair, as
    /// where events of one client alone have a number of their own below the last shared one.
    #[serde(default)]
    pub version_beside: Option<String>,
    /// The event type.
    #[serde(rename = "type")]
    pub event_type: Role,
    /// The payload.
    pub payload: PayloadSpec,
    /// How a row holds several events.
    #[serde(default)]
    pub several: Option<SeveralSpec>,
    /// Where the recorded time may be; the first that gives one counts.
    #[serde(default)]
    pub time: Vec<TimeSpec>,
    /// Where the time of taking effect is.
    #[serde(default)]
    pub valid_time: Option<TimeSpec>,
    /// The metadata.
    #[serde(default)]
    pub metadata: Option<MetadataSpec>,
    /// Columns that are metadata too, under their own names.
    #[serde(default)]
    pub metadata_columns: Vec<String>,
    /// Lists in the metadata whose entries are rows of other tables.
    #[serde(default)]
    pub metadata_lists: Vec<ListSpec>,
    /// The event's id.
    #[serde(default)]
    pub event_id: Role,
    /// Who caused it.
    #[serde(default)]
    pub user: Role,
    /// The correlation id.
    #[serde(default)]
    pub correlation_id: Role,
    /// The causation id.
    #[serde(default)]
    pub causation_id: Role,
    /// The schema's version.
    #[serde(default)]
    pub schema_version: Role,
    /// The column that marks what is archived or deleted.
    #[serde(default)]
    pub archived: Role,
    /// What is marked so is deleted, and a stream of nothing else too.
    #[serde(default)]
    pub archived_is_deleted: bool,
    /// Rows that others have taken the place of count as archived.
    #[serde(default)]
    pub superseded: Option<Superseded>,
    /// What tells events from commands.
    #[serde(default)]
    pub kind: Option<KindSpec>,
}

/// Which rows others have taken the place of.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Superseded {
    /// The columns in which both are the same.
    pub same: Vec<String>,
    /// The column in which the other one has less.
    pub by_lower: String,
}

fn one() -> i64 {
    1
}

/// The name by which an order speaks of the recorded time.
pub const TIME: &str = "$time";

/// What orders the whole store.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum KeySpec {
    /// An integer column, which is also the position.
    Column(String),
    /// SQLite's own row number, which is also the position.
    Rowid {
        /// Columns that order a table made WITHOUT ROWID, unique together; positions are then ordinals.
        without_rowid: Vec<String>,
    },
    /// Columns that order the rows, with the row number for ties; those that are not there are left out.
    Order {
        /// The columns, also of lookups; [`TIME`] is the recorded time wherever it is.
        by: Vec<String>,
        /// The column of the position, if there is one.
        #[serde(default)]
        position: Option<String>,
    },
}

/// A table in which more about a row is looked up: at most one row of it for each.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JoinSpec {
    /// The name before the dot in `alias.column`.
    pub alias: String,
    /// What it looks like.
    pub table: TableSpec,
    /// Its column and what equals it, in pairs: a column of the row (or of an earlier join), a part of the event
    /// table's name, a value.
    pub on: Vec<(String, Place)>,
    /// The layout is not recognised without it.
    #[serde(default)]
    pub required: bool,
    /// Several of its rows may fit, which are the same for our purpose: any one of them is taken.
    #[serde(default)]
    pub any_row: bool,
}

/// A list in the metadata whose entries are rows of another table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListSpec {
    /// The name of the field.
    pub name: String,
    /// What the table looks like; it need not be there.
    pub table: TableSpec,
    /// Its column and the event's that are equal, in pairs.
    pub on: Vec<(String, String)>,
    /// Fields of an entry and their columns; one without a name is the entry itself.
    pub fields: BTreeMap<String, String>,
}

/// A table that says which streams an event is in: one row each.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkSpec {
    /// What it looks like.
    pub table: TableSpec,
    /// Its column and the event's that are equal, in pairs.
    pub on: Vec<(String, String)>,
    /// Lookups from its rows.
    #[serde(default)]
    pub joins: Vec<JoinSpec>,
    /// What names the stream: places in its rows or their lookups.
    pub stream: StreamSpec,
    /// The version in that stream.
    #[serde(default)]
    pub version: Option<String>,
    /// Which rows say that a stream is the event's own. A stream that is no event's own only links to others.
    #[serde(default)]
    pub own: Option<OwnRow>,
}

/// Which of an event's links is that of its own stream.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnRow {
    /// The first one.
    First,
    /// One whose stream is named in this column.
    Named(String),
}

/// A column that lists streams.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TagSpec {
    /// The column.
    pub column: String,
    /// What is between the names; none: a JSON list of texts, or of objects `{"key", "value"}`, which are `key:value`.
    #[serde(default)]
    pub separator: Option<String>,
    /// What a name's category is.
    pub category: CategoryRule,
    /// The list is metadata too, under the column's name.
    #[serde(default)]
    pub metadata: bool,
}

/// Several events in one row.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeveralSpec {
    /// Where the list is in the row's payload; empty: the payload is the list.
    #[serde(default)]
    pub list: String,
    /// Where in an entry the payload is; empty: the entry is the payload. The places of the event table that are in
    /// the payload are looked for in the whole entry.
    #[serde(default)]
    pub payload: String,
    /// Where in an entry its metadata is.
    #[serde(default)]
    pub metadata: Option<String>,
    /// The version in the row is that of the last of them; else of the first.
    #[serde(default)]
    pub version_of_last: bool,
}

/// The metadata.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum MetadataSpec {
    /// A column with JSON.
    Column(String),
    /// With its encoding.
    Encoded(Box<PayloadSpec>),
}

impl MetadataSpec {
    /// Its column.
    pub fn column(&self) -> &str {
        match self {
            Self::Column(column) => column,
            Self::Encoded(spec) => &spec.column,
        }
    }
}

/// What names the stream.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamSpec {
    /// Places, joined by `-`; none: no event is in a stream by itself.
    pub parts: Vec<Place>,
    /// What is put before it as `tenant/`.
    #[serde(default)]
    pub tenant: Role,
    /// The stream of rows whose parts are all NULL; without it they are in none.
    #[serde(default)]
    pub otherwise: Option<String>,
    /// What its category is.
    pub category: CategoryRule,
    /// Forms of names (`*` for any part) of streams that only link to events of others.
    #[serde(default)]
    pub link_names: Vec<String>,
    /// Forms of types whose event ends a stream.
    #[serde(default)]
    pub ended_by: Vec<String>,
    /// A table beside that has the streams' types, which are then their categories; the rule is for the others.
    #[serde(default)]
    pub types_in: Option<TypesIn>,
    /// Names are UUIDs as 32 hexadecimal digits, unless the store has others already.
    #[serde(default)]
    pub hex_uuids: bool,
}

/// A table with the types of streams.
#[derive(Debug, Clone, Deserialize)]
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CategoryRule {
    /// The part of the name before the first `-`; the table's name for a bare id.
    #[default]
    General,
    /// The part of the name before this text; the general rule for names without it.
    Before(String),
    /// The part of the name before the last such text; the general rule for names without it.
    BeforeLast(String),
    /// What is in this place; the general rule where it is empty.
    From(Place),
    /// The first part of the key.
    FirstPart,
    /// The class in a Python topic: `BankAccount` in `bank.model:BankAccount.Opened` and in
    /// `bank.model:BankAccount`.
    TopicClass,
}

/// Where a time is and how it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeSpec {
    /// Where it is.
    #[serde(rename = "in")]
    pub place: Place,
    /// How it is written.
    #[serde(rename = "as")]
    pub encoding: TimeEncoding,
    /// A column with what is to be added: a part of a second, or the time of a day.
    #[serde(default)]
    pub plus: Option<(String, TimeEncoding)>,
    /// A text as the library writes it, for stores that have none to show the form.
    #[serde(default)]
    pub like: Option<String>,
    /// Texts have no zone, and the library takes that of its application, which nothing in the store tells.
    #[serde(default)]
    pub zone_of_application: bool,
    /// The library reads whole seconds only.
    #[serde(default)]
    pub whole_seconds: bool,
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
    /// OLE automation dates: days since 1899-12-30.
    OleDays,
    /// The time of a day as text, `HH:MM:SS` with a fraction.
    TimeOfDay,
    /// The milliseconds in a ULID or a UUID of version 7.
    IdMillis,
    /// The .NET ticks with which a text begins.
    TicksPrefix,
    /// The milliseconds in a Twitter-style id, counted from 1970 after this many.
    Snowflake {
        /// Milliseconds since 1970 from which it counts.
        epoch: i64,
        /// How many bits are below the milliseconds.
        shift: u32,
    },
}

/// What tells events from commands and from the library's own rows. Values may have `*` for any part.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindSpec {
    /// The column; none: `by` says what is looked at.
    #[serde(default)]
    pub column: Option<String>,
    /// What is looked at where there is no column.
    #[serde(default)]
    pub by: KindBy,
    /// The column's value for plain events.
    #[serde(default)]
    pub event: String,
    /// Values of commands.
    #[serde(default)]
    pub commands: Vec<String>,
    /// Values of bookkeeping.
    #[serde(default)]
    pub system: Vec<String>,
}

/// What shows an event's kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KindBy {
    /// The stream's name.
    #[default]
    Stream,
    /// The type.
    Type,
    /// The event table's name.
    Table,
}

/// The snapshot table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotTable {
    /// What it looks like.
    pub table: TableSpec,
    /// Places that make the stream's name, as in the event table.
    pub stream: Vec<Place>,
    /// What is put before it as `tenant/`.
    #[serde(default)]
    pub tenant: Role,
    /// Tables in which more about a row is looked up.
    #[serde(default)]
    pub joins: Vec<JoinSpec>,
    /// The column of the version up to which the state has come; empty: none.
    #[serde(default)]
    pub version: String,
    /// Where in the state the version is, in rows whose column has NULL or 0.
    #[serde(default)]
    pub version_inside: Option<String>,
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
    pub id: Arc<str>,
    /// The name for people.
    pub title: Arc<str>,
    /// Whether copies can be written in it.
    pub writable: bool,
    /// Whether copies that only leave events out can be.
    pub leaving_out: bool,
}

impl LayoutSpec {
    /// What the world needs to know of it.
    pub fn info(&self) -> LayoutInfo {
        LayoutInfo {
            id: self.id.as_str().into(),
            title: self.title.as_str().into(),
            writable: self.writable,
            leaving_out: self.writable || self.writing.leaving_out,
        }
    }
}
