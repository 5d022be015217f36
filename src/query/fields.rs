//! What a query can name, as data: the parser, completion and help read the same table.

/// A field of an event that is not a path into data, metadata or state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Type,
    Stream,
    Category,
    User,
    Id,
    Correlation,
    Causation,
    Kind,
    Version,
    Position,
    Time,
    ValidTime,
    SchemaVersion,
    Archived,
}

/// Where a path starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Root {
    Data,
    Metadata,
    State,
}

/// What a name does in a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Field(Field),
    Path(Root),
    After,
    Before,
    Has,
}

/// A name that a query can use.
#[derive(Debug)]
pub struct FieldInfo {
    /// As it is written in a query.
    pub name: &'static str,
    /// Further spellings with the same meaning.
    pub aliases: &'static [&'static str],
    /// What it stands for, in a few words.
    pub meaning: &'static str,
    /// A term that uses it.
    pub example: &'static str,
    /// Not understood, but what people type who mean this: for suggestions.
    elsewhere: &'static [&'static str],
    pub(super) role: Role,
}

const fn field(field: Field, name: &'static str, meaning: &'static str, example: &'static str) -> FieldInfo {
    role(Role::Field(field), name, meaning, example)
}

const fn role(role: Role, name: &'static str, meaning: &'static str, example: &'static str) -> FieldInfo {
    FieldInfo { name, aliases: &[], meaning, example, elsewhere: &[], role }
}

impl FieldInfo {
    const fn also(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    const fn elsewhere(mut self, names: &'static [&'static str]) -> Self {
        self.elsewhere = names;
        self
    }
}

static FIELDS: [FieldInfo; 20] = [
    field(Field::Type, "type", "event type, in full or its short name", "type:*Withdrawn").elsewhere(&[
        "event",
        "event_type",
        "eventtype",
        "name",
        "class",
    ]),
    field(Field::Stream, "stream", "name of a stream that the event is in", "stream:account-4*").elsewhere(&[
        "stream_id",
        "stream_name",
        "aggregate",
        "aggregate_id",
        "entity",
    ]),
    field(Field::Category, "category", "category of a stream that the event is in", "category:account")
        .elsewhere(&["stream_type", "aggregate_type"]),
    role(Role::Path(Root::Data), "data", "the payload, or a path into it", "data.amount > 100").elsewhere(&[
        "payload",
        "body",
        "event_data",
    ]),
    role(Role::Path(Root::Metadata), "metadata", "the metadata, or a path into it", "metadata.reason ~ refund")
        .elsewhere(&["meta", "headers"]),
    role(Role::Path(Root::State), "state", "the state, or a path into it", "state.balance < 0"),
    field(Field::User, "user", "who caused the event", "user:alice").elsewhere(&["actor", "who", "user_id", "by"]),
    role(Role::After, "after", "recorded at this time or later", "after:2024-06-01").elsewhere(&["since", "from"]),
    role(Role::Before, "before", "recorded earlier than this time", "before:\"yesterday 14:34\"")
        .elsewhere(&["until", "to"]),
    field(Field::Time, "time", "when the event was recorded", "time >= 2024-06-01T14:00Z").elsewhere(&[
        "timestamp",
        "recorded",
        "recorded_at",
        "created",
        "created_at",
        "date",
        "at",
    ]),
    field(Field::ValidTime, "valid_time", "when the event took effect", "valid_time < 2024-06-01").elsewhere(&[
        "valid_at",
        "effective",
        "effective_date",
    ]),
    field(Field::Version, "version", "place in the stream", "version <= 3").elsewhere(&["revision"]),
    field(Field::Position, "position", "place in the whole store", "position > 1284")
        .elsewhere(&["seq", "sequence", "offset", "ordinal"]),
    field(Field::Id, "id", "the event's own id", "id:7d0c*").elsewhere(&["event_id", "uuid"]),
    field(Field::Correlation, "correlation_id", "what the event belongs to", "correlation:order-7*")
        .also(&["correlation"])
        .elsewhere(&["trace_id"]),
    field(Field::Causation, "causation_id", "which event or command caused it", "causation:7d0c*")
        .also(&["causation"])
        .elsewhere(&["cause", "parent_id"]),
    field(Field::SchemaVersion, "schema_version", "version of the event's schema", "schema_version = 2")
        .elsewhere(&["schema"]),
    field(Field::Kind, "kind", "event, command or system", "kind:command"),
    field(Field::Archived, "archived", "archived, soft-deleted or tombstoned", "archived = true")
        .elsewhere(&["deleted"]),
    role(Role::Has, "has", "something is there, even if it is null", "has:data.iban").elsewhere(&["exists"]),
];

/// Everything that a query can name, the commonest first.
pub fn fields() -> &'static [FieldInfo] {
    &FIELDS
}

/// What a name without a path does, if it is known.
pub(super) fn role_of(name: &str) -> Option<Role> {
    FIELDS.iter().find(|field| field.name == name || field.aliases.contains(&name)).map(|field| field.role)
}

/// The known name that somebody who wrote `name` most likely meant.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    let meant = FIELDS.iter().find(|field| field.elsewhere.contains(&name.as_str())).map(|field| field.name);
    meant.or_else(|| {
        let known = FIELDS.iter().flat_map(|field| std::iter::once(field.name).chain(field.aliases.iter().copied()));
        known
            .map(|known| (distance(&name, known), known))
            .filter(|(distance, known)| distance * 3 <= known.len() && *distance < name.len())
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, known)| known)
    })
}

/// How many letters must be typed, left out, changed or swapped with their neighbour to get from one to the other.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(32).collect(), b.chars().collect());
    let mut before_last = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before_last[j - 2] + 1);
            }
            row.push(least);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions() {
        for (typed, meant) in [
            ("tpye", Some("type")),
            ("Type", Some("type")),
            ("usr", Some("user")),
            ("users", Some("user")),
            ("timestamp", Some("time")),
            ("corelation", Some("correlation")),
            ("recorded_at", Some("time")),
            ("balance", None),
            ("x", None),
            ("http", None),
        ] {
            assert_eq!(nearest(typed), meant, "{typed}");
        }
    }

    #[test]
    fn names_are_unique_and_examples_parse() {
        let mut names: Vec<&str> =
            FIELDS.iter().flat_map(|field| [field.name].into_iter().chain(field.aliases.iter().copied())).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
        let context =
            super::super::Context { today: chrono::NaiveDate::from_ymd_opt(2024, 6, 2), ..Default::default() };
        for field in fields() {
            let parsed = super::super::parse(field.example, super::super::Scope::EventAndState, &context);
            assert!(parsed.is_ok(), "{}: {parsed:?}", field.example);
        }
    }
}
