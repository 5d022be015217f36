//! A mapping in words, for people who look at a guess.

use super::{MappedTable, Mapping, PayloadFrom, Place, TimeAs, TimeFrom};

/// The id of the layout of a store that is read by a mapping.
pub const LAYOUT_ID: &str = "mapping";

/// What a mapping says, a line a role.
pub fn explain(mapping: &Mapping) -> Vec<String> {
    mapping.tables.iter().flat_map(table).collect()
}

fn table(table: &MappedTable) -> Vec<String> {
    let mut lines = vec![format!("table {:?}", table.table)];
    let mut say = |role: &str, words: String| lines.push(format!("  {role:<10} {words}"));
    let stream: Vec<String> = table.stream.iter().map(place).collect();
    say("stream", if stream.is_empty() { "none: events stand by themselves".to_owned() } else { stream.join(" - ") });
    if let Some(category) = &table.category {
        say("category", place(category));
    }
    if let Some(tenant) = &table.tenant {
        say("tenant", place(tenant));
    }
    say("version", table.version.as_ref().map_or_else(|| "none: events of a stream are counted".to_owned(), place));
    say("type", table.event_type.as_ref().map_or_else(|| "none".to_owned(), place));
    say("payload", payload(&table.payload));
    say("time", table.time.as_ref().map_or_else(|| "none".to_owned(), time));
    if let Some(valid) = &table.valid_time {
        say("valid time", time(valid));
    }
    let order = match (&table.position, table.order.as_slice()) {
        (Some(position), []) => format!("by column {position:?}, which is the position"),
        (None, []) => "as the rows were inserted".to_owned(),
        (_, columns) => format!("by {}", columns.join(", ")),
    };
    say("order", order);
    let others = [
        ("metadata", &table.metadata),
        ("id", &table.id),
        ("user", &table.user),
        ("correlation", &table.correlation_id),
        ("causation", &table.causation_id),
        ("schema", &table.schema_version),
    ];
    for (role, found) in others {
        if let Some(found) = found {
            say(role, place(found));
        }
    }
    if !table.metadata_columns.is_empty() {
        say("besides", format!("as metadata: {}", table.metadata_columns.join(", ")));
    }
    if let Some(archived) = &table.archived {
        say("archived", format!("where column {archived:?} is true"));
    }
    if let Some(kind) = &table.kind {
        say("kind", format!("column {:?}", kind.column));
    }
    lines
}

fn place(place: &Place) -> String {
    match place {
        Place::Column(column) => format!("column {column:?}"),
        Place::Payload(path) => format!("{path} in the payload"),
        Place::Metadata(path) => format!("{path} in the metadata"),
        Place::Tag => "the only key of the payload".to_owned(),
        Place::Value(value) => format!("always {value:?}"),
    }
}

fn payload(payload: &PayloadFrom) -> String {
    match payload {
        PayloadFrom::Nothing => "none".to_owned(),
        PayloadFrom::Rest => "all columns without another role".to_owned(),
        PayloadFrom::Columns(columns) => format!("the columns {}", columns.join(", ")),
        PayloadFrom::Column { column, packed, form, inside } => {
            let mut words = format!("column {column:?}");
            if *packed != super::Packed::Auto {
                words.push_str(&format!(", {}", packed.id()));
            }
            if *form != super::Form::Auto {
                words.push_str(&format!(", {}", form.id()));
            }
            if let Some(inside) = inside {
                words.push_str(&format!(", at {inside} inside"));
            }
            words
        }
    }
}

fn time(time: &TimeFrom) -> String {
    match time {
        TimeFrom::At { place: at, encoding: TimeAs::Auto } => place(at),
        TimeFrom::At { place: at, encoding } => format!("{}, {}", place(at), encoding.title()),
        TimeFrom::Split { date, time } => format!("columns {date:?} and {time:?}"),
    }
}
