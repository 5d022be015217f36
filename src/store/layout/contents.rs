//! How the contents of a column are written: payloads, metadata, states of snapshots.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::model::Value;
use crate::store::decode::{DecodeError, Descriptors, Form, Packing};

/// How a payload (or a snapshot's state) is stored.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PayloadSpec {
    /// Its column; empty where `columns` or `rest` make it.
    pub column: String,
    /// Its column in tables that don't have that one.
    #[serde(default)]
    pub else_column: Option<String>,
    /// Fields made of a column each.
    #[serde(default)]
    pub columns: Vec<PayloadColumn>,
    /// Every column of the event table that has no role and is not NULL is a field, but for these.
    #[serde(default)]
    pub rest_but: Option<Vec<String>>,
    /// What contents may be when unpacked, the first that reads them counts; none: JSON.
    #[serde(default)]
    pub forms: Vec<Form>,
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
    /// What describes its Protocol Buffers.
    #[serde(default)]
    pub described: Option<Described>,
    /// Columns that say which form contents have; where no case fits, `forms` says it.
    #[serde(default)]
    pub by: Option<FormsBy>,
    /// The library reads objects only.
    #[serde(default)]
    pub objects_only: bool,
}

/// A field of a payload that is made of columns.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayloadColumn {
    /// Its name; empty: an object's fields are the payload's own.
    pub name: String,
    /// Its column, also `alias.column`.
    pub column: String,
    /// The column holds JSON text.
    #[serde(default)]
    pub json: bool,
}

/// A message of a descriptor set that comes with the program.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Described {
    /// The set.
    pub set: DescriptorSet,
    /// The full name of the message.
    pub message: String,
}

/// The descriptor sets that come with the program.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DescriptorSet {
    /// Temporal's histories.
    Temporal,
}

static TEMPORAL: LazyLock<Result<Descriptors, DecodeError>> = LazyLock::new(|| {
    Descriptors::new(include_bytes!("../layouts/temporal.desc")).map(Descriptors::with_long_integers_as_text)
});

impl Described {
    /// Decodes a message.
    ///
    /// Errors: the bytes are none of it.
    pub fn decode(&self, bytes: &[u8]) -> Result<Value, DecodeError> {
        let descriptors = match self.set {
            DescriptorSet::Temporal => TEMPORAL.as_ref(),
        };
        descriptors.map_err(DecodeError::clone)?.decode(bytes, &self.message)
    }
}

/// Columns that say which form contents have.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormsBy {
    /// The columns. One that the table does not have, or that is NULL, is as an empty text.
    pub of: Vec<String>,
    /// The cases; the first that fits counts.
    pub cases: Vec<FormCase>,
}

/// The form of contents in one case.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormCase {
    /// What is in the columns, `*` for any part.
    pub is: Vec<String>,
    /// The forms, the first that reads them counts.
    pub forms: Vec<Form>,
    /// What contents are that none of the forms reads.
    #[serde(default)]
    pub opaque: Option<String>,
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
    /// A field whose own fields belong to the metadata, one by one.
    SpreadToMetadata(String),
    /// A list of `[key, value]` pairs, which is an object.
    Pairs,
    /// `{"1": payload}`: the payload by the generation of its schema; the latest one counts.
    Generations,
    /// The payload is at one path; what is at the other belongs to the metadata, field by field.
    Inside {
        /// Where the payload is.
        payload: String,
        /// Where metadata is.
        #[serde(default)]
        metadata: Option<String>,
        /// All other keys belong to the metadata too.
        #[serde(default)]
        rest_to_metadata: bool,
    },
}
