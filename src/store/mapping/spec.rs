//! The layout that reads a store by a mapping.

use std::path::Path;
use std::sync::Arc;

use crate::model::mapping::{Form, LAYOUT_ID, MappedTable, Mapping, Packed, PayloadFrom, Place, TimeAs, TimeFrom};
use crate::store::StoreError;
use crate::store::decode;
use crate::store::layout::{
    CategoryRule, EventTable, KeySpec, KindBy, KindSpec, LayoutSpec, MetadataSpec, PayloadColumn, PayloadSpec,
    Place as LayoutPlace, Role, StreamSpec, TableSpec, TimeEncoding, TimeSpec, Wrapper, WritingSpec,
};
use crate::store::recognise::{self, Bound, EventSource, Table};

/// The layout of a mapping on these tables, and the layouts that would fit as well.
///
/// Errors: the database does not have what the mapping names, or has it in a form that can't be read again.
pub(in crate::store) fn recognised(
    path: &Path,
    mapping: &Mapping,
    tables: &[Table],
) -> Result<(Bound, Vec<Arc<LayoutSpec>>), StoreError> {
    let refused = |why: String| StoreError::MappingDoesNotFit { path: path.to_owned(), why };
    if tables.is_empty() {
        return Err(StoreError::NoTables(path.to_owned()));
    }
    check(mapping, tables).map_err(refused)?;
    let mut sources = Vec::new();
    for mapped in &mapping.tables {
        let Some(table) = find(tables, &mapped.table) else { continue };
        let spec = Arc::new(event_table(mapped, table));
        let (table, key) = recognise::keyed(&spec, table.clone(), &[], mapping.tables.len() == 1)
            .ok_or_else(|| refused(format!("the table {:?} can't be read in this order", table.name)))?;
        sources.push(EventSource { spec, table, key, joins: Vec::new(), links: None, lists: Vec::new() });
    }
    let mut specs = sources.iter().map(|source| source.spec.clone());
    let (Some(events), Some(first)) = (specs.next(), sources.first()) else {
        return Err(refused("it names no table".to_owned()));
    };
    let title =
        if mapping.name.is_empty() { "mapped by hand".to_owned() } else { format!("mapping '{}'", mapping.name) };
    let spec = LayoutSpec {
        id: LAYOUT_ID.to_owned(),
        title,
        source: String::new(),
        writable: false,
        events,
        more_events: specs.collect(),
        shared_positions: false,
        snapshots: None,
        beside: Vec::new(),
        writing: WritingSpec {
            cannot: Some(
                "its tables were mapped by hand, and what else their program expects of them is not known".to_owned(),
            ),
            ..WritingSpec::default()
        },
    };
    let others = recognise::recognise(path, tables, None).map(|(bound, others)| {
        let mut all = vec![bound.spec];
        all.extend(others);
        all
    });
    let bound = Bound {
        spec: Arc::new(spec),
        events: first.table.clone(),
        key: first.key.clone(),
        sources,
        snapshots: Vec::new(),
        beside: Vec::new(),
        other_tables: Vec::new(),
    };
    Ok((bound, others.unwrap_or_default()))
}

fn find<'t>(tables: &'t [Table], name: &str) -> Option<&'t Table> {
    tables.iter().find(|table| table.name.eq_ignore_ascii_case(name))
}

/// One event table as a layout has it.
fn event_table(mapped: &MappedTable, table: &Table) -> EventTable {
    let role = |at: &Option<Place>| Role(at.iter().map(place).collect());
    let category = match &mapped.category {
        None => CategoryRule::General,
        Some(category) if mapped.stream.len() > 1 && mapped.stream.first() == Some(category) => CategoryRule::FirstPart,
        Some(category) => CategoryRule::From(place(category)),
    };
    EventTable {
        table: TableSpec { names: vec![table.name.clone()], ..TableSpec::default() },
        every: false,
        joins: Vec::new(),
        key: key(mapped, table),
        stream: StreamSpec {
            parts: mapped.stream.iter().map(place).collect(),
            tenant: role(&mapped.tenant),
            category,
            ..StreamSpec::default()
        },
        links: None,
        tags: None,
        version: role(&mapped.version),
        version_base: 1,
        version_beside: None,
        event_type: role(&mapped.event_type),
        payload: payload(mapped, table),
        several: None,
        time: mapped.time.iter().map(time).collect(),
        valid_time: mapped.valid_time.as_ref().map(time),
        metadata: mapped.metadata.as_ref().and_then(Place::column).map(|column| {
            let (forms, packed) = (forms(Form::Auto), packings(Packed::Auto));
            MetadataSpec::Encoded(Box::new(PayloadSpec {
                column: column.to_owned(),
                forms,
                packed,
                ..PayloadSpec::default()
            }))
        }),
        metadata_columns: mapped.metadata_columns.clone(),
        metadata_lists: Vec::new(),
        event_id: role(&mapped.id),
        user: role(&mapped.user),
        correlation_id: role(&mapped.correlation_id),
        causation_id: role(&mapped.causation_id),
        schema_version: role(&mapped.schema_version),
        archived: Role(mapped.archived.iter().map(|column| LayoutPlace::Column(column.clone())).collect()),
        archived_is_deleted: false,
        superseded: None,
        kind: mapped.kind.as_ref().map(|kind| KindSpec {
            column: Some(kind.column.clone()),
            by: KindBy::default(),
            event: String::new(),
            commands: kind.commands.clone(),
            system: kind.system.clone(),
        }),
    }
}

fn key(mapped: &MappedTable, table: &Table) -> KeySpec {
    match (&mapped.position, mapped.order.as_slice()) {
        (Some(position), []) => KeySpec::Column(position.clone()),
        (None, []) => KeySpec::Rowid { without_rowid: table.primary_key() },
        (position, by) => KeySpec::Order { by: by.to_vec(), position: position.clone() },
    }
}

fn place(place: &Place) -> LayoutPlace {
    match place {
        Place::Column(column) => LayoutPlace::Column(column.clone()),
        Place::Payload(path) => LayoutPlace::Payload(path.clone()),
        Place::Metadata(path) => LayoutPlace::Metadata(path.clone()),
        Place::Tag => LayoutPlace::Tag,
        Place::Value(value) => LayoutPlace::Value(value.clone()),
    }
}

fn payload(mapped: &MappedTable, table: &Table) -> PayloadSpec {
    match &mapped.payload {
        PayloadFrom::Nothing => PayloadSpec::default(),
        PayloadFrom::Column { column, packed, form, inside } => {
            let mut unwrap = Vec::new();
            if mapped.event_type == Some(Place::Tag) {
                unwrap.push(Wrapper::EnumTag);
            }
            unwrap.extend(inside.as_ref().map(|inside| Wrapper::Inside {
                payload: inside.clone(),
                metadata: match &mapped.metadata {
                    Some(Place::Payload(path)) => Some(path.clone()),
                    _ => None,
                },
                rest_to_metadata: true,
            }));
            let (column, forms, packed) = (column.clone(), forms(*form), packings(*packed));
            PayloadSpec { column, forms, packed, unwrap, ..PayloadSpec::default() }
        }
        PayloadFrom::Columns(columns) => {
            let columns = columns.iter().map(|column| PayloadColumn {
                name: table.column(column).map_or_else(|| column.clone(), |column| column.name.clone()),
                column: column.clone(),
                json: false,
            });
            PayloadSpec { columns: columns.collect(), ..PayloadSpec::default() }
        }
        PayloadFrom::Rest => {
            let named = mapped.columns().into_iter().map(|(_, column)| column.to_owned());
            PayloadSpec { rest_but: Some(named.collect()), ..PayloadSpec::default() }
        }
    }
}

fn time(time: &TimeFrom) -> TimeSpec {
    let (at, unit, plus) = match time {
        TimeFrom::At { place: at, encoding: unit } => (place(at), encoding(*unit), None),
        TimeFrom::Split { date, time } => {
            let plus = Some((time.clone(), TimeEncoding::TimeOfDay));
            (LayoutPlace::Column(date.clone()), TimeEncoding::Auto, plus)
        }
    };
    TimeSpec { place: at, encoding: unit, plus, like: None, zone_of_application: false, whole_seconds: false }
}

/// The packings that are taken off.
pub(super) fn packings(packed: Packed) -> Vec<decode::Packing> {
    use decode::Packing as P;
    const MARKED: [P; 4] = [P::Gzip, P::Zlib, P::Zstd, P::Lz4];
    match packed {
        Packed::Auto => MARKED.to_vec(),
        Packed::Plain => Vec::new(),
        Packed::Gzip => vec![P::Gzip],
        Packed::Zlib => vec![P::Zlib],
        Packed::Zstd => vec![P::Zstd],
        Packed::Lz4 => vec![P::Lz4],
        Packed::Lz4Block => vec![P::Lz4Block],
        Packed::Deflate => vec![P::Deflate],
        // What was compressed is often written as text after that.
        Packed::Hex => std::iter::once(P::Hex).chain(MARKED).collect(),
        Packed::Base64 => std::iter::once(P::Base64).chain(MARKED).collect(),
    }
}

/// The forms that are tried.
pub(super) fn forms(form: Form) -> Vec<decode::Form> {
    use decode::Form as F;
    vec![match form {
        Form::Auto => F::Auto,
        Form::Json => F::Json,
        Form::Jsonb => F::Jsonb,
        Form::Yaml => F::Yaml,
        Form::Xml => F::Xml,
        Form::Xstream => F::Xstream,
        Form::MessagePack => F::Msgpack,
        Form::Cbor => F::Cbor,
        Form::Bson => F::Bson,
        Form::Php => F::Php,
        Form::Pickle => F::Pickle,
        Form::Marshal => F::RubyMarshal,
        Form::Protobuf => F::Protobuf,
        Form::Text => F::Text,
        Form::Opaque => F::Opaque,
    }]
}

/// How a time is read.
pub(super) fn encoding(encoding: TimeAs) -> TimeEncoding {
    match encoding {
        TimeAs::Auto => TimeEncoding::Auto,
        TimeAs::OleDays => TimeEncoding::OleDays,
        TimeAs::Iso => TimeEncoding::Iso,
        TimeAs::UnixSeconds => TimeEncoding::UnixSeconds,
        TimeAs::UnixMillis => TimeEncoding::UnixMillis,
        TimeAs::UnixMicros => TimeEncoding::UnixMicros,
        TimeAs::UnixNanos => TimeEncoding::UnixNanos,
        TimeAs::Ticks => TimeEncoding::Ticks,
        TimeAs::JulianDays => TimeEncoding::JulianDays,
        TimeAs::UnixDays => TimeEncoding::UnixDays,
    }
}

/// Whether a database has what a mapping names; the text says what is missing, and what may have been meant.
pub(in crate::store) fn check(mapping: &Mapping, tables: &[Table]) -> Result<(), String> {
    for mapped in &mapping.tables {
        let Some(table) = tables.iter().find(|table| table.name.eq_ignore_ascii_case(&mapped.table)) else {
            let hint = meant(&mapped.table, tables.iter().map(|table| table.name.as_str()));
            return Err(format!("there is no table {:?}{hint}", mapped.table));
        };
        for (role, column) in mapped.columns() {
            if table.column(column).is_none() {
                let hint = meant(column, table.columns.iter().map(|column| column.name.as_str()));
                return Err(format!("the table {:?} has no column {column:?}, which is its {role}{hint}", table.name));
            }
        }
    }
    Ok(())
}

/// `; did you mean …?`, or what there is.
fn meant<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    const LISTED: usize = 20;
    let nearest = known.clone().map(|other| (distance(name, other), other)).min();
    match nearest {
        Some((distance, nearest)) if distance <= (name.chars().count() / 2).max(2) => {
            format!("; did you mean {nearest:?}?")
        }
        Some(_) => {
            let names: Vec<&str> = known.take(LISTED).collect();
            format!("; there are {}", names.join(", "))
        }
        None => String::new(),
    }
}

/// Letters to add, drop or replace, without regard to case.
fn distance(a: &str, b: &str) -> usize {
    const COMPARED: usize = 64;
    let letters = |text: &str| text.chars().flat_map(char::to_lowercase).take(COMPARED).collect::<Vec<char>>();
    let (a, b) = (letters(a), letters(b));
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1; b.len() + 1];
        for (j, y) in b.iter().enumerate() {
            row[j + 1] = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
        }
        last = row;
    }
    last[b.len()]
}
