//! Where in a row a layout finds something.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Where something may be found: the first place that has it counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "OneOrMany<Place>")]
pub struct Role(pub Vec<Place>);

/// Where something is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "PlaceForm")]
pub enum Place {
    /// In a column: of the event table, or `alias.column` of a lookup.
    Column(String),
    /// In a column that holds a binary id in .NET's byte order.
    GuidColumn(String),
    /// At a path in the payload as it is stored, before wrappers are taken off.
    Payload(String),
    /// At a path in the metadata.
    Metadata(String),
    /// The only key of the payload, an object.
    Tag,
    /// The same for every row.
    Value(String),
    /// The event table's name, or what `*` stands for in this form of it.
    Table(Option<String>),
    /// A place whose values have names.
    Named(Box<Place>, BTreeMap<String, String>),
    /// The first of these places that has something.
    First(Vec<Place>),
    /// The part of what is in a place before this text, brackets aside: `A` in `A, Assembly`.
    Before(Box<Place>, String),
    /// What is in a place, in lower case.
    Lower(Box<Place>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    Many(Vec<T>),
    One(T),
}

impl From<OneOrMany<Place>> for Role {
    fn from(list: OneOrMany<Place>) -> Self {
        match list {
            OneOrMany::Many(many) => Self(many),
            OneOrMany::One(one) => Self(vec![one]),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum PlaceForm {
    Column(String),
    Named { of: Box<Place>, names: BTreeMap<String, String> },
    Before { of: Box<Place>, before: String },
    Other(OtherPlace),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum OtherPlace {
    Column(String),
    Guid(String),
    Payload(String),
    Metadata(String),
    Tag(#[expect(dead_code, reason = "`true`; without it there is nothing to write")] bool),
    Value(String),
    Table(Option<String>),
    First(Vec<Place>),
    Lower(Box<Place>),
}

impl From<PlaceForm> for Place {
    fn from(form: PlaceForm) -> Self {
        match form {
            PlaceForm::Column(column) | PlaceForm::Other(OtherPlace::Column(column)) => Self::Column(column),
            PlaceForm::Named { of, names } => Self::Named(of, names),
            PlaceForm::Before { of, before } => Self::Before(of, before),
            PlaceForm::Other(OtherPlace::First(places)) => Self::First(places),
            PlaceForm::Other(OtherPlace::Lower(of)) => Self::Lower(of),
            PlaceForm::Other(OtherPlace::Guid(column)) => Self::GuidColumn(column),
            PlaceForm::Other(OtherPlace::Payload(path)) => Self::Payload(path),
            PlaceForm::Other(OtherPlace::Metadata(path)) => Self::Metadata(path),
            PlaceForm::Other(OtherPlace::Tag(_)) => Self::Tag,
            PlaceForm::Other(OtherPlace::Value(value)) => Self::Value(value),
            PlaceForm::Other(OtherPlace::Table(form)) => Self::Table(form),
        }
    }
}

impl Place {
    /// The column of the event table, if it is a plain one.
    pub fn column(&self) -> Option<&String> {
        match self {
            Self::Column(column) if !column.contains('.') => Some(column),
            _ => None,
        }
    }
}

impl Role {
    /// The column of the event table, if there is nothing more to it.
    pub fn column(&self) -> Option<&String> {
        match self.0.as_slice() {
            [place] => place.column(),
            _ => None,
        }
    }

    /// Whether the layout has no place for it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
