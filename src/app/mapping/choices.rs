//! What can be chosen for a role of a table.

use crate::model::mapping::{MappedTable, Place};

/// A role with one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MappingRole {
    /// The event type.
    Type,
    /// The kind of stream.
    Category,
    /// What stands before the stream's name.
    Tenant,
    /// The place in the stream.
    Version,
    /// What is known of an event besides.
    Metadata,
    /// Its id.
    Id,
    /// Who caused it.
    User,
    /// What belongs together.
    Correlation,
    /// The event that caused it.
    Causation,
    /// The version of its schema.
    SchemaVersion,
}

/// The roles that few tables have, in the order in which they are shown.
pub const OTHER_ROLES: [MappingRole; 7] = [
    MappingRole::Metadata,
    MappingRole::Id,
    MappingRole::User,
    MappingRole::Correlation,
    MappingRole::Causation,
    MappingRole::SchemaVersion,
    MappingRole::Tenant,
];

impl MappingRole {
    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Type => "Type",
            Self::Category => "Category",
            Self::Tenant => "Tenant",
            Self::Version => "Version",
            Self::Metadata => "Metadata",
            Self::Id => "Event id",
            Self::User => "User",
            Self::Correlation => "Correlation id",
            Self::Causation => "Causation id",
            Self::SchemaVersion => "Schema version",
        }
    }

    /// Its key in a mapping file, by which problems name it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Category => "category",
            Self::Tenant => "tenant",
            Self::Version => "version",
            Self::Metadata => "metadata",
            Self::Id => "id",
            Self::User => "user",
            Self::Correlation => "correlation_id",
            Self::Causation => "causation_id",
            Self::SchemaVersion => "schema_version",
        }
    }

    /// What a table has for it.
    pub fn of(self, table: &MappedTable) -> Option<&Place> {
        match self {
            Self::Type => &table.event_type,
            Self::Category => &table.category,
            Self::Tenant => &table.tenant,
            Self::Version => &table.version,
            Self::Metadata => &table.metadata,
            Self::Id => &table.id,
            Self::User => &table.user,
            Self::Correlation => &table.correlation_id,
            Self::Causation => &table.causation_id,
            Self::SchemaVersion => &table.schema_version,
        }
        .as_ref()
    }

    /// Gives it another place.
    pub fn set(self, table: &mut MappedTable, place: Option<Place>) {
        *match self {
            Self::Type => &mut table.event_type,
            Self::Category => &mut table.category,
            Self::Tenant => &mut table.tenant,
            Self::Version => &mut table.version,
            Self::Metadata => &mut table.metadata,
            Self::Id => &mut table.id,
            Self::User => &mut table.user,
            Self::Correlation => &mut table.correlation_id,
            Self::Causation => &mut table.causation_id,
            Self::SchemaVersion => &mut table.schema_version,
        } = place;
    }

    /// Whether it can be in a payload, in the metadata, or the same for all rows.
    pub fn can_be_inside(self) -> bool {
        self != Self::Metadata
    }
}
