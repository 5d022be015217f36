//! A type's fields as JSON Schema, for those who want to check events with it.

use serde_json::{Map, Value as Json, json};

use super::catalogue::{Catalogue, Field, Presence, Range, TypeEntry};
use super::values::Kind;

/// One schema (draft 2020-12) with a definition for each event type, by its full name. It says what is in the store: a
/// field is required where each event has it, and nothing is said of fields that were never seen.
pub fn json_schema(catalogue: &Catalogue) -> Json {
    let definitions: Map<String, Json> =
        catalogue.types.iter().map(|entry| (entry.name.to_string(), of_type(entry))).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": format!("made from {} of {} events; {} payloads can't be read",
            catalogue.scanned, catalogue.of, catalogue.unreadable),
        "$defs": definitions,
    })
}

fn of_type(entry: &TypeEntry) -> Json {
    let (own, rest) = match entry.fields.split_first() {
        Some((own, rest)) if own.path.is_empty() => (Some(own), rest),
        _ => (None, entry.fields.as_slice()),
    };
    let mut schema = own.map_or_else(|| Map::from_iter([("type".to_owned(), json!("object"))]), of_values);
    add_below(&mut schema, "", rest);
    schema.insert("$comment".to_owned(), json!(format!("{} events", entry.events)));
    Json::Object(schema)
}

/// The fields that follow one and are in it.
fn add_below(schema: &mut Map<String, Json>, path: &str, fields: &[Field]) {
    let mut at = 0;
    let mut required = Vec::new();
    let mut properties = Map::new();
    let mut item_fields: Option<usize> = None;
    while at < fields.len() {
        let field = &fields[at];
        let rest = &fields[at + 1..];
        let inside = rest.iter().take_while(|other| is_in(&other.path, &field.path)).count();
        let below = &rest[..inside];
        let local = field.path.strip_prefix(path).unwrap_or(&field.path).trim_start_matches('.');
        if local.starts_with("[].") {
            // Items that are objects have no entry of their own.
            item_fields.get_or_insert(at);
        } else {
            let mut one = of_values(field);
            add_below(&mut one, &field.path, below);
            match local {
                "[]" => {
                    schema.insert("items".to_owned(), Json::Object(one));
                }
                "{…}" => {
                    schema.insert("additionalProperties".to_owned(), Json::Object(one));
                }
                _ => {
                    let name = serde_json::from_str::<String>(local).unwrap_or_else(|_| local.to_owned());
                    if field.presence.is_some_and(|Presence { present, of }| present == of) {
                        required.push(json!(name));
                    }
                    properties.insert(name, Json::Object(one));
                }
            }
        }
        at += 1 + inside;
    }
    if let Some(from) = item_fields {
        let mut items = Map::from_iter([("type".to_owned(), json!("object"))]);
        let inner = format!("{path}[]");
        let of_items: Vec<Field> = fields[from..].iter().filter(|field| is_in(&field.path, &inner)).cloned().collect();
        add_below(&mut items, &inner, &of_items);
        schema.insert("items".to_owned(), Json::Object(items));
    }
    if !properties.is_empty() {
        schema.insert("properties".to_owned(), Json::Object(properties));
    }
    if !required.is_empty() {
        schema.insert("required".to_owned(), Json::Array(required));
    }
}

fn is_in(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer).is_some_and(|rest| rest.starts_with(['.', '[']))
}

fn of_values(field: &Field) -> Map<String, Json> {
    let mut names: Vec<&str> = Vec::new();
    for count in &field.types {
        let name = match count.kind {
            Kind::Boolean => "boolean",
            Kind::Integer => "integer",
            Kind::Number => "number",
            Kind::Text => "string",
            Kind::List => "array",
            Kind::Object => "object",
            Kind::Null => "null",
        };
        names.push(name);
    }
    if names.contains(&"number") {
        names.retain(|name| *name != "integer");
    }
    let mut schema = Map::new();
    let kinds = match names.as_slice() {
        [only] => json!(only),
        names => json!(names),
    };
    schema.insert("type".to_owned(), kinds);
    for range in &field.ranges {
        match range {
            Range::Times { min, .. } => {
                let format = if min.date { "date" } else { "date-time" };
                schema.insert("format".to_owned(), json!(format));
            }
            Range::Texts { uuid: true, .. } => {
                schema.insert("format".to_owned(), json!("uuid"));
            }
            _ => {}
        }
    }
    if !field.examples.is_empty() {
        schema.insert("examples".to_owned(), json!(field.examples));
    }
    schema
}
