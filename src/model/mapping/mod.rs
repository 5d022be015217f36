//! A mapping: which columns of a home-grown table are what, so that its rows are events. Plain data, shared by the
//! command line, the window and the store; [`Mapping::parse`] and [`Mapping::to_json`] are its file.

mod read;
mod survey;
mod words;
mod write;

use std::collections::BTreeMap;

pub use read::MappingError;
pub use survey::{Certainty, ColumnSeen, PathSeen, Preview, PreviewRow, Problem, Survey, TableSeen, TableVerdict};
pub use words::{LAYOUT_ID, explain};

/// What a mapping file calls itself.
pub const FORMAT: &str = "mapping/1";

/// Which tables hold events, and which of their columns is what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    /// What people call it.
    pub name: String,
    /// The event tables; several are read as one history.
    pub tables: Vec<MappedTable>,
}

/// One event table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MappedTable {
    /// Its name.
    pub table: String,
    /// What names the stream: its parts, joined by `-`. Without any, events are in no stream.
    pub stream: Vec<Place>,
    /// What stands before the stream's name as `tenant/`.
    pub tenant: Option<Place>,
    /// The kind of stream; without it, the part of the name before the first `-`.
    pub category: Option<Place>,
    /// The place in the stream.
    pub version: Option<Place>,
    /// Columns that order the table, the first counting most; without any, rows stand as they were inserted.
    pub order: Vec<String>,
    /// The place in the whole store, an integer column.
    pub position: Option<String>,
    /// The event type.
    pub event_type: Option<Place>,
    /// What the event says.
    pub payload: PayloadFrom,
    /// When it was recorded.
    pub time: Option<TimeFrom>,
    /// When it took effect.
    pub valid_time: Option<TimeFrom>,
    /// What is known of it besides.
    pub metadata: Option<Place>,
    /// Columns that are metadata too, under their own names.
    pub metadata_columns: Vec<String>,
    /// Its id.
    pub id: Option<Place>,
    /// Who caused it.
    pub user: Option<Place>,
    /// What belongs together.
    pub correlation_id: Option<Place>,
    /// The event that caused it.
    pub causation_id: Option<Place>,
    /// The version of its schema.
    pub schema_version: Option<Place>,
    /// A column that is true for what is archived or deleted.
    pub archived: Option<String>,
    /// What tells events from commands and bookkeeping.
    pub kind: Option<KindFrom>,
}

/// Where a value of an event is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// In a column.
    Column(String),
    /// At a path in the payload, as it is stored.
    Payload(String),
    /// At a path in the metadata.
    Metadata(String),
    /// The only key of the payload, an object: `{"Opened": {…}}`. It is taken off the payload.
    Tag,
    /// The same for all rows.
    Value(String),
}

impl Place {
    /// The column, if it is one.
    pub fn column(&self) -> Option<&str> {
        if let Self::Column(column) = self { Some(column) } else { None }
    }
}

/// Where the payload is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum PayloadFrom {
    /// Events say nothing but their type.
    #[default]
    Nothing,
    /// In a column.
    Column {
        /// The column.
        column: String,
        /// How it is compressed.
        packed: Packed,
        /// How it is written.
        form: Form,
        /// The path inside it where the payload proper is: `data` in `{"type": …, "data": {…}}`.
        inside: Option<String>,
    },
    /// An object of these columns.
    Columns(Vec<String>),
    /// An object of all columns that have no other role.
    Rest,
}

impl PayloadFrom {
    /// A column whose packing and form are told by its contents.
    pub fn column(column: impl Into<String>) -> Self {
        Self::Column { column: column.into(), packed: Packed::Auto, form: Form::Auto, inside: None }
    }
}

/// A compression of payloads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Packed {
    /// Told by the first bytes of each payload.
    #[default]
    Auto,
    /// Never compressed.
    Plain,
    /// RFC 1952.
    Gzip,
    /// RFC 1950.
    Zlib,
    /// RFC 8878.
    Zstd,
    /// LZ4 frames.
    Lz4,
    /// One LZ4 block after its unpacked size, four bytes, little-endian.
    Lz4Block,
    /// RFC 1951 without a header.
    Deflate,
    /// Hexadecimal digits, perhaps of something compressed.
    Hex,
    /// Base64, perhaps of something compressed.
    Base64,
}

/// The form of payloads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Form {
    /// Told by the first bytes of each payload: JSON, or what else shows itself.
    #[default]
    Auto,
    /// JSON text.
    Json,
    /// SQLite's binary JSON.
    Jsonb,
    /// YAML text.
    Yaml,
    /// XML text.
    Xml,
    /// XML as XStream writes it.
    Xstream,
    /// What PHP's `serialize` writes.
    Php,
    /// MessagePack.
    MessagePack,
    /// CBOR.
    Cbor,
    /// BSON.
    Bson,
    /// A Python pickle, read as data.
    Pickle,
    /// Ruby's Marshal, read as data.
    Marshal,
    /// Protocol Buffers, shown by field numbers.
    Protobuf,
    /// Text that is no more than that.
    Text,
    /// Bytes that only the program can read which wrote them.
    Opaque,
}

/// Where a time is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimeFrom {
    /// In one place.
    At {
        /// Where.
        place: Place,
        /// How it is written.
        encoding: TimeAs,
    },
    /// The day in one column, the time of day in another.
    Split {
        /// The column of the day.
        date: String,
        /// The column of the time of day.
        time: String,
    },
}

/// How a time is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TimeAs {
    /// By its form: ISO text, or a number whose unit its magnitude tells.
    #[default]
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
    /// OLE automation dates: days since 30 December 1899.
    OleDays,
}

impl TimeAs {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 10] = [
        Self::Auto,
        Self::Iso,
        Self::UnixSeconds,
        Self::UnixMillis,
        Self::UnixMicros,
        Self::UnixNanos,
        Self::Ticks,
        Self::JulianDays,
        Self::UnixDays,
        Self::OleDays,
    ];

    /// Its name in a mapping file.
    pub fn id(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Iso => "iso",
            Self::UnixSeconds => "unix_s",
            Self::UnixMillis => "unix_ms",
            Self::UnixMicros => "unix_us",
            Self::UnixNanos => "unix_ns",
            Self::Ticks => "ticks",
            Self::JulianDays => "julian_days",
            Self::UnixDays => "unix_days",
            Self::OleDays => "ole_days",
        }
    }

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Auto => "by form and magnitude",
            Self::Iso => "ISO 8601 text",
            Self::UnixSeconds => "seconds since 1970",
            Self::UnixMillis => "milliseconds since 1970",
            Self::UnixMicros => "microseconds since 1970",
            Self::UnixNanos => "nanoseconds since 1970",
            Self::Ticks => ".NET ticks",
            Self::JulianDays => "Julian days",
            Self::UnixDays => "days since 1970",
            Self::OleDays => "OLE dates (days since 1899-12-30)",
        }
    }
}

impl Packed {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 10] = [
        Self::Auto,
        Self::Plain,
        Self::Gzip,
        Self::Zlib,
        Self::Zstd,
        Self::Lz4,
        Self::Lz4Block,
        Self::Deflate,
        Self::Hex,
        Self::Base64,
    ];

    /// Its name in a mapping file.
    pub fn id(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Plain => "plain",
            Self::Gzip => "gzip",
            Self::Zlib => "zlib",
            Self::Zstd => "zstd",
            Self::Lz4 => "lz4",
            Self::Lz4Block => "lz4_block",
            Self::Deflate => "deflate",
            Self::Hex => "hex",
            Self::Base64 => "base64",
        }
    }
}

impl Form {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 15] = [
        Self::Auto,
        Self::Json,
        Self::Jsonb,
        Self::Yaml,
        Self::Xml,
        Self::Xstream,
        Self::Php,
        Self::MessagePack,
        Self::Cbor,
        Self::Bson,
        Self::Pickle,
        Self::Marshal,
        Self::Protobuf,
        Self::Text,
        Self::Opaque,
    ];

    /// Its name in a mapping file.
    pub fn id(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Json => "json",
            Self::Jsonb => "jsonb",
            Self::Yaml => "yaml",
            Self::Xml => "xml",
            Self::Xstream => "xstream",
            Self::Php => "php",
            Self::MessagePack => "msgpack",
            Self::Cbor => "cbor",
            Self::Bson => "bson",
            Self::Pickle => "pickle",
            Self::Marshal => "ruby_marshal",
            Self::Protobuf => "protobuf",
            Self::Text => "text",
            Self::Opaque => "opaque",
        }
    }
}

/// What tells events from commands and bookkeeping.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KindFrom {
    /// The column.
    pub column: String,
    /// Its values for commands.
    pub commands: Vec<String>,
    /// Its values for bookkeeping.
    pub system: Vec<String>,
}

impl MappedTable {
    /// Every column that it names, with the key of the mapping file that names it.
    pub fn columns(&self) -> Vec<(&'static str, &str)> {
        let mut columns: Vec<(&'static str, &str)> = Vec::new();
        for (key, place) in self.places() {
            columns.extend(place.column().map(|column| (key, column)));
        }
        for (key, time) in [("time", &self.time), ("valid_time", &self.valid_time)] {
            match time {
                Some(TimeFrom::At { place, .. }) => columns.extend(place.column().map(|column| (key, column))),
                Some(TimeFrom::Split { date, time }) => {
                    columns.extend([(key, date.as_str()), (key, time.as_str())]);
                }
                None => {}
            }
        }
        columns.extend(self.order.iter().map(|column| ("order", column.as_str())));
        columns.extend(self.position.iter().map(|column| ("position", column.as_str())));
        columns.extend(self.metadata_columns.iter().map(|column| ("metadata_columns", column.as_str())));
        columns.extend(self.archived.iter().map(|column| ("archived", column.as_str())));
        columns.extend(self.kind.iter().map(|kind| ("kind", kind.column.as_str())));
        match &self.payload {
            PayloadFrom::Column { column, .. } => columns.push(("payload", column)),
            PayloadFrom::Columns(named) => columns.extend(named.iter().map(|column| ("payload", column.as_str()))),
            PayloadFrom::Rest | PayloadFrom::Nothing => {}
        }
        columns
    }

    /// Its single places, with their keys in a mapping file.
    fn places(&self) -> Vec<(&'static str, &Place)> {
        let mut places: Vec<(&'static str, &Place)> = self.stream.iter().map(|place| ("stream", place)).collect();
        let single = [
            ("tenant", &self.tenant),
            ("category", &self.category),
            ("version", &self.version),
            ("type", &self.event_type),
            ("metadata", &self.metadata),
            ("id", &self.id),
            ("user", &self.user),
            ("correlation_id", &self.correlation_id),
            ("causation_id", &self.causation_id),
            ("schema_version", &self.schema_version),
        ];
        places.extend(single.into_iter().filter_map(|(key, place)| Some((key, place.as_ref()?))));
        places
    }
}

impl Mapping {
    /// What must be there for the mapping to fit: tables with their columns, in lower case, sorted.
    pub fn shape(&self) -> BTreeMap<String, Vec<String>> {
        let mut shape: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for table in &self.tables {
            let columns = shape.entry(table.table.to_lowercase()).or_default();
            columns.extend(table.columns().into_iter().map(|(_, column)| column.to_lowercase()));
        }
        for columns in shape.values_mut() {
            columns.sort();
            columns.dedup();
        }
        shape
    }

    /// A name for its shape that no other shape has: for the file in which it is kept.
    pub fn fingerprint(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for (table, columns) in self.shape() {
            // Lengths before texts: no two shapes give the same bytes.
            for text in std::iter::once(&table).chain(&columns) {
                hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
            }
            hasher.update(&u64::MAX.to_le_bytes());
        }
        hasher.finalize().to_hex()[..16].to_owned()
    }
}
