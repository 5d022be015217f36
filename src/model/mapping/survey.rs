//! What a bounded look at a database showed, and how its rows would read as events: what the mapping dialog shows.

use std::path::PathBuf;

use super::Mapping;
use crate::model::Timestamp;

/// What a bounded look at a database showed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// The file.
    pub path: PathBuf,
    /// Its tables and views; those that may hold events first.
    pub tables: Vec<TableSeen>,
    /// The first guess. Its tables are those that are taken for event tables.
    pub guess: Mapping,
    /// How sure the guess is as a whole.
    pub certainty: Certainty,
    /// What is odd about the columns that the guess uses.
    pub problems: Vec<Problem>,
}

impl Survey {
    /// A table by its name.
    pub fn table(&self, name: &str) -> Option<&TableSeen> {
        self.tables.iter().find(|table| table.name == name)
    }
}

/// How sure a guess is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Nothing looks like events.
    #[default]
    None,
    /// Something might be.
    Unsure,
    /// Most of it fits.
    Likely,
    /// Names, types and values agree.
    Sure,
}

impl Certainty {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "no events",
            Self::Unsure => "perhaps events",
            Self::Likely => "probably events",
            Self::Sure => "events",
        }
    }
}

/// A table or view as the look showed it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableSeen {
    /// Its name.
    pub name: String,
    /// How many rows it has, in words: `401`, `about 1,200,000`, `more than 100,000`.
    pub rows: String,
    /// Its columns in order.
    pub columns: Vec<ColumnSeen>,
    /// Paths in its payloads that were seen in samples, commonest first.
    pub paths: Vec<PathSeen>,
    /// Whether it may hold events.
    pub verdict: TableVerdict,
    /// Why, in a few words.
    pub why: String,
    /// The guess for it alone; only the table's name is set where there is none.
    pub guess: super::MappedTable,
}

/// Whether a table may hold events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TableVerdict {
    /// So sure.
    Events(Certainty),
    /// It does not look like it.
    #[default]
    NotEvents,
    /// It can't: a view, a virtual table.
    Impossible,
}

/// A column as samples showed it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnSeen {
    /// Its name.
    pub name: String,
    /// Its declared type; may be empty.
    pub declared: String,
    /// What its values look like: `JSON objects`, `ISO times`, `whole numbers`.
    pub looks: String,
    /// One of its values, shortened.
    pub example: String,
}

/// A path that was seen in payloads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathSeen {
    /// The path.
    pub path: String,
    /// In how many percent of the sampled payloads.
    pub share: u8,
    /// One of its values, shortened.
    pub example: String,
}

/// Something odd about what a mapping reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problem {
    /// The table.
    pub table: String,
    /// The key of the mapping file that it is about: `time`.
    pub role: &'static str,
    /// What is odd, in words.
    pub words: String,
    /// How many of the sampled rows are odd in this way; 0 where nothing is, and it is only good to know.
    pub rows: usize,
}

/// Rows as events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preview {
    /// The first rows in the order of the mapping.
    pub rows: Vec<PreviewRow>,
    /// What is odd.
    pub problems: Vec<Problem>,
    /// Why the mapping can't be used, if it can't.
    pub refusal: Option<String>,
}

/// A row as an event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PreviewRow {
    /// Which table it is from.
    pub table: String,
    /// Its place in the store, if a column says so.
    pub position: Option<i64>,
    /// The stream.
    pub stream: Option<String>,
    /// The category of the stream.
    pub category: Option<String>,
    /// The version.
    pub version: Option<i64>,
    /// The type.
    pub event_type: Option<String>,
    /// The time.
    pub time: Option<Timestamp>,
    /// The time as it is stored, where it can't be read.
    pub time_raw: Option<String>,
    /// The payload, shortened.
    pub payload: String,
    /// What is wrong with the row, with the key of the mapping that it is about.
    pub problems: Vec<(&'static str, String)>,
}
