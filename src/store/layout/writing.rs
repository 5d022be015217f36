//! What a layout says for those who write a copy: the library's bookkeeping, and what its readers insist on.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

/// What only those need to know who write a copy.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WritingSpec {
    /// Copies that only leave events out can be written, even where no event can be encoded anew.
    pub leaving_out: bool,
    /// Tables beside whose rows belong to events: without the event there is no row.
    pub rows_of_events: Vec<RowsOfEvents>,
    /// Columns of the event table without a role, in rows that were never recorded.
    pub new_rows: Vec<NewValue>,
    /// What the library needs metadata to be.
    pub metadata: MetadataForm,
    /// Fields of the metadata in which the library repeats what it also has in columns.
    pub repeated: BTreeMap<String, Repeated>,
    /// Places in the payload as it is stored, keys with dots between, in which it does.
    pub repeated_in_payload: BTreeMap<String, Repeated>,
    /// Columns that all rows of a stream have alike, besides those that name it: its tenant.
    pub of_stream: Vec<String>,
    /// Columns of a table of links that have the event's time.
    pub link_times: Vec<String>,
    /// Columns of a table of links that repeat a column of the event table.
    pub link_columns: BTreeMap<String, String>,
    /// Columns of a table of links with what is before this text in the stream's name.
    pub link_groups: BTreeMap<String, String>,
    /// The column of the event table that lists the streams of the table of links, without their tenant: JSON texts.
    pub stream_names: Option<String>,
    /// The column by whose text the store is ordered: 19 digits of .NET ticks and 11 of chance.
    pub sortable_id: Option<String>,
    /// Columns of the event table in which nothing is an empty text.
    pub empty: Vec<String>,
    /// Columns of tables beside that name an event by its row number.
    pub rows_named_in: Vec<RowsNamedIn>,
    /// What stands in the column of events without metadata; NULL if nothing is said.
    pub no_metadata: Option<String>,
    /// Fields of the payload in which the library repeats what it also has elsewhere, or keeps what it alone needs.
    /// They are set as it would set them, where the store's events have them, and are not compared.
    pub payload_fields: BTreeMap<String, Repeated>,
    /// Columns made of others, as `{stream}-{version}`, where the store's rows have them like that.
    pub made: BTreeMap<String, String>,
    /// Columns of the event table that are the same in all rows of a stream; only the library can make them.
    pub same_in_stream: Vec<String>,
    /// How rows of several events are numbered, where they are cut and numbered anew.
    pub commits: Option<CommitSpec>,
    /// Ids are random UUIDs (version 4): those that inserted events were given are made such.
    pub random_ids: bool,
    /// Columns that name the event before in the stream, or in the log.
    pub chained: BTreeMap<String, Chained>,
    /// Columns that repeat what is at a path of the payload, where the store's rows have them like that.
    pub from_payload: BTreeMap<String, String>,
    /// Columns in which an inserted or moved event has what the event before it in its stream has.
    pub as_before: Vec<String>,
    /// Columns that count the rows with the same values in others: an inserted or moved event takes the next number.
    pub counted: BTreeMap<String, Vec<String>>,
    /// Columns of the tables of lists in the metadata, and those of the event table that are the same.
    pub list_columns: BTreeMap<String, String>,
    /// What a user should know of inserted events.
    pub of_inserts: Option<String>,
    /// Tables beside that the library makes again from the events: a copy with other events has nothing in them.
    pub made_again: Vec<String>,
    /// Tables beside with the next number for events, and their columns with it.
    pub next_numbers: Vec<(String, String)>,
    /// What a user should know of a copy with edits, where there are tables beside.
    pub of_edits: Option<String>,
    /// Why events can't be encoded anew, where they can't.
    pub cannot: Option<String>,
    /// The table in which the library keeps how far each stream has come.
    pub streams: Option<StreamTable>,
    /// Tables in which the library keeps how far its subscribers have come in the store.
    pub checkpoints: Vec<CheckpointTable>,
    /// What a user should know of a copy without some of the snapshots.
    pub without_snapshots: Option<String>,
    /// What a user should know of a copy as of a moment.
    pub of_a_moment: Option<String>,
    /// What a user should know if archived events were edited.
    pub archived_edits: Option<String>,
}

/// A table whose rows belong to events.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowsOfEvents {
    /// The table, one of those beside; `*` for any part.
    pub table: String,
    /// Its column and the event's that are equal, in pairs.
    pub on: Vec<(String, String)>,
    /// Its rows repeat what their events say: without an edited event as it was there is no row either.
    #[serde(default)]
    pub has_contents: bool,
}

/// Columns of a table whose rows hold several events of one stream each.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitSpec {
    /// The one with the number of events in the row.
    pub items: String,
    /// The one that counts the stream's rows.
    pub number: String,
    /// The one with the row's own id, a UUID.
    pub id: String,
    /// The one with the stream's name; tables of early versions don't have it.
    pub stream_name: String,
    /// The one with the stream's key: the name itself, or its SHA-1.
    pub stream_hash: String,
}

/// A column that names the event before.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chained {
    /// The column of the event before that it repeats.
    pub from: String,
    /// What the first event has there; NULL if nothing is said.
    #[serde(default)]
    pub first: Option<i64>,
}

/// A column that names events by their row numbers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowsNamedIn {
    /// The table, one of those beside or of the snapshots; `*` for any part.
    pub table: String,
    /// Its column.
    pub column: String,
}

/// The value of a column in a row that was never recorded.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewValue {
    /// The column.
    pub column: String,
    /// What is put there.
    pub fill: Fill,
}

/// What a library repeats.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeated {
    /// The stream's name.
    Stream,
    /// The version in the stream.
    Version,
    /// When it was recorded.
    Time,
    /// The same in whole seconds since 1970.
    Seconds,
    /// The event type.
    Type,
    /// The event type with another text wherever it has this one: `\\` for `.`.
    TypeWith(String, String),
    /// Who caused it.
    User,
    /// The event's id.
    Id,
    /// A column that names a part of the stream.
    Column(String),
    /// What other events of the stream have.
    OfStream,
    /// What rows like it have.
    AsFound,
    /// The Ruby classes of all values of the payload and the metadata, as `PreserveTypes` of `RubyEventStore` has them.
    RubyTypes,
}

/// What is put into a column.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fill {
    /// Always this.
    Value(Json),
    /// What a similar row of the store has, this if there is none.
    AsFoundOr(Json),
    /// What a row of an event of the same type has, this if there is none.
    AsOfTypeOr(Json),
    /// What this row has in another column.
    SameAs(String),
    /// The event's version and this many more, as text.
    VersionPlus(i64),
    /// The stream's name up to its first `-`; this if it has none.
    NameBeforeDash(String),
    /// The stream's name if that is a UUID, else the hexadecimal digits of its SHA-1 in capitals.
    Sha1OfName,
}

/// What a library needs metadata to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetadataForm {
    /// Any JSON, or nothing.
    #[default]
    Any,
    /// An object, or what stands for none.
    Object,
    /// An object whose values are all texts.
    Texts,
    /// What the library alone has to say: an event's metadata can't be edited.
    Library,
}

/// A table with a row for each stream.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamTable {
    /// The table, one of those beside or of the lookups; `*` for any part.
    pub table: String,
    /// Its column with the stream's name, or the first part of it.
    pub stream: String,
    /// Its columns with the name's other parts.
    #[serde(default)]
    pub more_parts: Vec<String>,
    /// Its column with the tenant that is before the name.
    #[serde(default)]
    pub tenant: Option<String>,
    /// Tables whose rows belong to streams, with their column of its own number: without the stream there is no row.
    #[serde(default)]
    pub rows_of: Vec<(String, String)>,
    /// Its own number of a stream and the event table's column with it, where events don't have the name.
    #[serde(default)]
    pub key: Option<(String, String)>,
    /// Its column with the version of the stream's last event.
    pub version: String,
    /// Its column with the position of the stream's last event.
    #[serde(default)]
    pub position: Option<String>,
    /// Its column that marks archived streams, which have rows of their own.
    #[serde(default)]
    pub archived: Option<String>,
    /// Its other columns, for streams that were never recorded.
    #[serde(default)]
    pub new_rows: Vec<NewValue>,
}

/// A table with the position up to which a subscriber has come.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckpointTable {
    /// The table, one of those beside.
    pub table: String,
    /// Its column with the position: a number, or its digits after zeros.
    pub position: String,
    /// Keys of a JSON object in that column, one of which has the position.
    #[serde(default)]
    pub inside: Vec<String>,
    /// The position of a subscriber that has seen nothing: without it such a subscriber has no row.
    #[serde(default)]
    pub at_first: Option<i64>,
    /// Its rows say more than a position: a subscriber that can't stay where it is begins anew.
    #[serde(default)]
    pub begin_anew: bool,
}
