//! Writing a mapping file: short forms where they say the same, keys in a fixed order.

use crate::model::json;
use crate::model::value::{Object, Origin, Value};

use super::{FORMAT, Form, KindFrom, MappedTable, Mapping, Packed, PayloadFrom, Place, TimeAs, TimeFrom};

impl Mapping {
    /// The file's text: indented, keys in a fixed order, a line break at the end. [`Mapping::parse`] gives the same
    /// back.
    pub fn to_json(&self) -> String {
        let mut text = json::to_pretty_text(&self.to_value());
        text.push('\n');
        text
    }

    fn to_value(&self) -> Value {
        object([
            ("foldline", Some(FORMAT.into())),
            ("name", Some(self.name.as_str().into())),
            ("tables", Some(Value::List(self.tables.iter().map(table).collect()))),
        ])
    }
}

fn object<const N: usize>(entries: [(&str, Option<Value>); N]) -> Value {
    let mut object = Object::default();
    for (key, value) in entries {
        if let Some(value) = value {
            object.insert(key.into(), value, Origin::NONE);
        }
    }
    Value::Object(object)
}

fn table(table: &MappedTable) -> Value {
    let single = |place: &Option<Place>| place.as_ref().map(one_place);
    let stream = match table.stream.as_slice() {
        [] => None,
        [one] => Some(one_place(one)),
        parts => Some(Value::List(parts.iter().map(one_place).collect())),
    };
    object([
        ("table", Some(text(&table.table))),
        ("stream", stream),
        ("tenant", single(&table.tenant)),
        ("category", single(&table.category)),
        ("version", single(&table.version)),
        ("order", (!table.order.is_empty()).then(|| texts(&table.order))),
        ("position", table.position.as_deref().map(text)),
        ("type", single(&table.event_type)),
        ("payload", payload(&table.payload)),
        ("time", table.time.as_ref().map(time)),
        ("valid_time", table.valid_time.as_ref().map(time)),
        ("metadata", single(&table.metadata)),
        ("metadata_columns", (!table.metadata_columns.is_empty()).then(|| texts(&table.metadata_columns))),
        ("id", single(&table.id)),
        ("user", single(&table.user)),
        ("correlation_id", single(&table.correlation_id)),
        ("causation_id", single(&table.causation_id)),
        ("schema_version", single(&table.schema_version)),
        ("archived", table.archived.as_deref().map(text)),
        ("kind", table.kind.as_ref().map(kind)),
    ])
}

fn one_place(place: &Place) -> Value {
    match place {
        Place::Column(column) => text(column),
        Place::Payload(path) => object([("payload", Some(text(path)))]),
        Place::Metadata(path) => object([("metadata", Some(text(path)))]),
        Place::Tag => object([("tag", Some(Value::Bool(true)))]),
        Place::Value(value) => object([("value", Some(text(value)))]),
    }
}

fn payload(payload: &PayloadFrom) -> Option<Value> {
    match payload {
        PayloadFrom::Nothing => None,
        PayloadFrom::Column { column, packed: Packed::Auto, form: Form::Auto, inside: None } => Some(text(column)),
        PayloadFrom::Column { column, packed, form, inside } => Some(object([
            ("column", Some(text(column))),
            ("packed", (*packed != Packed::Auto).then(|| packed.id().into())),
            ("form", (*form != Form::Auto).then(|| form.id().into())),
            ("inside", inside.as_deref().map(text)),
        ])),
        PayloadFrom::Columns(columns) => Some(object([("columns", Some(texts(columns)))])),
        PayloadFrom::Rest => Some(object([("columns", Some("rest".into()))])),
    }
}

fn time(time: &TimeFrom) -> Value {
    match time {
        TimeFrom::At { place: Place::Column(column), encoding: TimeAs::Auto } => text(column),
        TimeFrom::At { place, encoding } => {
            let (key, value) = match place {
                Place::Column(column) => ("column", column),
                Place::Metadata(path) => ("metadata", path),
                Place::Payload(path) | Place::Value(path) => ("payload", path),
                // No time is written as a key.
                Place::Tag => return Value::Null,
            };
            object([(key, Some(text(value))), ("as", (*encoding != TimeAs::Auto).then(|| encoding.id().into()))])
        }
        TimeFrom::Split { date, time } => object([("date", Some(text(date))), ("time", Some(text(time)))]),
    }
}

fn kind(kind: &KindFrom) -> Value {
    object([
        ("column", Some(text(&kind.column))),
        ("commands", (!kind.commands.is_empty()).then(|| texts(&kind.commands))),
        ("system", (!kind.system.is_empty()).then(|| texts(&kind.system))),
    ])
}

fn text(text: &str) -> Value {
    text.into()
}

fn texts(all: &[String]) -> Value {
    Value::List(all.iter().map(|one| text(one)).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name() -> impl Strategy<Value = String> {
        "\\PC{1,8}"
    }

    fn path() -> impl Strategy<Value = String> {
        "[a-z]{1,4}(\\.[a-z0-9]{1,3}){0,2}"
    }

    fn place() -> impl Strategy<Value = Place> {
        prop_oneof![
            name().prop_map(Place::Column),
            path().prop_map(Place::Payload),
            path().prop_map(Place::Metadata),
            ".{0,6}".prop_map(Place::Value),
            Just(Place::Tag),
        ]
    }

    fn in_row() -> impl Strategy<Value = Place> {
        prop_oneof![name().prop_map(Place::Column), path().prop_map(Place::Payload), path().prop_map(Place::Metadata),]
    }

    fn any_time() -> impl Strategy<Value = TimeFrom> {
        prop_oneof![
            (in_row(), 0..TimeAs::ALL.len()).prop_map(|(place, at)| TimeFrom::At { place, encoding: TimeAs::ALL[at] }),
            (name(), name()).prop_map(|(date, time)| TimeFrom::Split { date, time }),
        ]
    }

    fn any_payload() -> impl Strategy<Value = PayloadFrom> {
        let in_column = (name(), 0..Packed::ALL.len(), 0..Form::ALL.len(), prop::option::of(path()));
        prop_oneof![
            Just(PayloadFrom::Nothing),
            Just(PayloadFrom::Rest),
            prop::collection::vec(name(), 1..3).prop_map(PayloadFrom::Columns),
            in_column.prop_map(|(column, packed, form, inside)| PayloadFrom::Column {
                column,
                packed: Packed::ALL[packed],
                form: Form::ALL[form],
                inside,
            }),
        ]
    }

    prop_compose! {
        fn any_table()(
            table in name(), stream in prop::collection::vec(place(), 0..3), singles in prop::collection::vec(prop::option::of(place()), 9),
            order in prop::collection::vec(name(), 0..3), metadata_columns in prop::collection::vec(name(), 0..2), position in prop::option::of(name()), event_type in place(),
            payload in any_payload(), time in prop::option::of(any_time()), valid_time in prop::option::of(any_time()),
            metadata in prop::option::of(name().prop_map(Place::Column)), archived in prop::option::of(name()),
            kind in prop::option::of((name(), prop::collection::vec(".{0,4}", 0..2), prop::collection::vec(".{0,4}", 0..2))),
        ) -> MappedTable {
            let mut singles = singles.into_iter();
            let mut next = || singles.next().flatten();
            MappedTable {
                table, stream, order, position, payload, time, valid_time, metadata, metadata_columns, archived,
                tenant: next(), category: next(), version: next(), event_type: Some(event_type), id: next(), user: next(),
                correlation_id: next(), causation_id: next(), schema_version: next(),
                kind: kind.map(|(column, commands, system)| KindFrom { column, commands, system }),
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(name in ".{0,8}", table in any_table()) {
            let mapping = Mapping { name, tables: vec![table] };
            let text = mapping.to_json();
            prop_assert_eq!(Mapping::parse(text.as_bytes()), Ok(mapping), "{}", text);
        }
    }
}
