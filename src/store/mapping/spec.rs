//! The layout that reads a store by a mapping.

use crate::model::mapping::{Form, Mapping, Packed, TimeAs};
use crate::store::decode;
use crate::store::layout::TimeEncoding;
use crate::store::recognise::Table;

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
        TimeAs::Auto | TimeAs::OleDays => TimeEncoding::Auto,
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
