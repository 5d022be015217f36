//! Reading a mapping file. Strict: a key that is not known is an error that names it and its place.

use crate::model::json;
use crate::model::path::Path;
use crate::model::value::{Object, Value};

use super::{FORMAT, Form, KindFrom, MappedTable, Mapping, Packed, PayloadFrom, Place, TimeAs, TimeFrom};

/// What is wrong with a mapping file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{what}", if .place.is_empty() { String::new() } else { format!("at {place}: ", place = .place) })]
pub struct MappingError {
    /// Dotted from the top, lists from 0: `tables.0.payload.packed`. Empty for the whole file.
    pub place: String,
    /// What is wrong, and what would be right.
    pub what: String,
}

type Read<T> = Result<T, MappingError>;

fn error<T>(place: &str, what: impl Into<String>) -> Read<T> {
    Err(MappingError { place: place.to_owned(), what: what.into() })
}

const TABLE_KEYS: [&str; 20] = [
    "table",
    "stream",
    "tenant",
    "category",
    "version",
    "order",
    "position",
    "type",
    "payload",
    "time",
    "valid_time",
    "metadata",
    "metadata_columns",
    "id",
    "user",
    "correlation_id",
    "causation_id",
    "schema_version",
    "archived",
    "kind",
];

impl Mapping {
    /// Reads the text of a mapping file.
    ///
    /// Errors: not JSON, a key that is not known or stands twice, a value of the wrong kind, a table without a type.
    pub fn parse(text: &[u8]) -> Result<Self, MappingError> {
        let mut repeated = None;
        let value = json::parse_noting_repeats(text, &mut |key| {
            repeated.get_or_insert_with(|| key.to_owned());
        });
        let value = match value {
            Ok(value) => value,
            Err(why) => return error("", format!("a mapping is a JSON object, and this is not one ({why})")),
        };
        if let Some(key) = repeated {
            return error("", format!("the key {key:?} stands twice in one object; leave one of them out"));
        }
        let top = object(&value, "")?;
        match top.get("foldline").map(|format| format.as_str()) {
            Some(Some(FORMAT)) => {}
            Some(Some(other)) if other.starts_with("mapping/") => {
                return error("foldline", format!("this version of Foldline reads {FORMAT:?}, not {other:?}"));
            }
            Some(_) => return error("foldline", format!("this is not a mapping: it should say {FORMAT:?}")),
            None => {
                return error("", format!("this is not a mapping: it has no key \"foldline\" that says {FORMAT:?}"));
            }
        }
        known(top, "", &["foldline", "name", "tables"])?;
        let name = top.get("name").map(|name| text_of(name, "name")).transpose()?.unwrap_or_default();
        let Some(tables) = top.get("tables") else { return error("", "the key \"tables\" is missing") };
        let Some(list) = tables.as_list() else {
            return error("tables", format!("a list of tables is wanted, not {}", tables.type_name()));
        };
        if list.is_empty() {
            return error("tables", "at least one table is needed");
        }
        let tables = list.iter().enumerate().map(|(at, slot)| table(&slot.value, &format!("tables.{at}")));
        let tables = tables.collect::<Read<Vec<_>>>()?;
        for (at, table) in tables.iter().enumerate() {
            // Twice the same rows would be twice the same events.
            if tables[..at].iter().any(|other| other.table.eq_ignore_ascii_case(&table.table)) {
                return error(&format!("tables.{at}.table"), format!("the table {:?} stands twice", table.table));
            }
        }
        Ok(Self { name, tables })
    }
}

fn table(value: &Value, place: &str) -> Read<MappedTable> {
    let object = object(value, place)?;
    known(object, place, &TABLE_KEYS)?;
    let at = |key: &str| format!("{place}.{key}");
    let get = |key: &str| object.get(key).filter(|value| !matches!(value, Value::Null));
    let single = |key: &str| get(key).map(|value| one_place(value, &at(key))).transpose();
    let named = |key: &str| get(key).map(|value| name_of(value, &at(key))).transpose();
    let Some(table) = named("table")? else { return error(place, "the key \"table\" is missing: which table is it?") };
    let Some(event_type) = single("type")? else {
        let hint = "it is a column, or {\"value\": \"OrderPlaced\"} where all rows of the table are of one type";
        return error(place, format!("the key \"type\" is missing; {hint}"));
    };
    let stream = match get("stream") {
        None => Vec::new(),
        Some(Value::List(parts)) => {
            let parts = parts.iter().enumerate();
            parts.map(|(i, slot)| one_place(&slot.value, &format!("{place}.stream.{i}"))).collect::<Read<_>>()?
        }
        Some(value) => vec![one_place(value, &at("stream"))?],
    };
    let metadata = single("metadata")?;
    let payload = get("payload").map_or(Ok(PayloadFrom::Nothing), |value| payload(value, &at("payload")))?;
    let has_wrapper = matches!(payload, PayloadFrom::Column { inside: Some(_), .. });
    match metadata {
        None | Some(Place::Column(_)) => {}
        Some(Place::Payload(_)) if has_wrapper => {}
        Some(_) => {
            let what = "a column is wanted, or a path in the payload where that has an \"inside\"";
            return error(&at("metadata"), what);
        }
    }
    Ok(MappedTable {
        table,
        stream,
        tenant: single("tenant")?,
        category: single("category")?,
        version: single("version")?,
        order: get("order").map(|value| names(value, &at("order"))).transpose()?.unwrap_or_default(),
        position: named("position")?,
        event_type: Some(event_type),
        payload,
        time: get("time").map(|value| time(value, &at("time"))).transpose()?,
        valid_time: get("valid_time").map(|value| time(value, &at("valid_time"))).transpose()?,
        metadata,
        metadata_columns: get("metadata_columns")
            .map(|value| names(value, &at("metadata_columns")))
            .transpose()?
            .unwrap_or_default(),
        id: single("id")?,
        user: single("user")?,
        correlation_id: single("correlation_id")?,
        causation_id: single("causation_id")?,
        schema_version: single("schema_version")?,
        archived: named("archived")?,
        kind: get("kind").map(|value| kind(value, &at("kind"))).transpose()?,
    })
}

/// A place: a column's name, or an object with one key that says where.
fn one_place(value: &Value, place: &str) -> Read<Place> {
    if value.as_str().is_some() {
        return Ok(Place::Column(name_of(value, place)?));
    }
    let wanted = "a column's name is wanted, or one of {\"column\": …}, {\"payload\": path}, {\"metadata\": path}, \
                  {\"value\": text}";
    let Some(object) = value.as_object() else { return error(place, format!("{wanted}, not {}", value.type_name())) };
    known(object, place, &["column", "payload", "metadata", "tag", "value"])?;
    let mut entries = object.iter();
    let (Some((key, slot)), None) = (entries.next(), entries.next()) else {
        return error(place, format!("{wanted}: one of them"));
    };
    place_of(key, &slot.value, place)
}

fn place_of(key: &str, value: &Value, place: &str) -> Read<Place> {
    let inner = format!("{place}.{key}");
    Ok(match key {
        "column" => Place::Column(name_of(value, &inner)?),
        "payload" => Place::Payload(path_of(value, &inner)?),
        "metadata" => Place::Metadata(path_of(value, &inner)?),
        "tag" => match value {
            Value::Bool(true) => Place::Tag,
            _ => return error(&inner, "only true has a meaning here: the payload's only key"),
        },
        _ => Place::Value(text_of(value, &inner)?),
    })
}

fn payload(value: &Value, place: &str) -> Read<PayloadFrom> {
    if value.as_str().is_some() {
        return Ok(PayloadFrom::column(name_of(value, place)?));
    }
    let object = object(value, place)?;
    known(object, place, &["column", "columns", "packed", "form", "inside"])?;
    let at = |key: &str| format!("{place}.{key}");
    match (object.get("column"), object.get("columns")) {
        (Some(column), None) => Ok(PayloadFrom::Column {
            column: name_of(column, &at("column"))?,
            packed: choice(object, "packed", place, &Packed::ALL, Packed::id)?,
            form: choice(object, "form", place, &Form::ALL, Form::id)?,
            inside: object.get("inside").map(|path| path_of(path, &at("inside"))).transpose()?,
        }),
        (None, Some(columns)) => {
            for key in ["packed", "form", "inside"] {
                if object.get(key).is_some() {
                    return error(&at(key), "this is for a payload in one column");
                }
            }
            if columns.as_str() == Some("rest") {
                return Ok(PayloadFrom::Rest);
            }
            match columns.as_list() {
                Some(list) if !list.is_empty() => Ok(PayloadFrom::Columns(names(columns, &at("columns"))?)),
                _ => {
                    error(&at("columns"), "\"rest\" is wanted (all columns without another role), or a list of columns")
                }
            }
        }
        _ => error(place, "either \"column\" is wanted, or \"columns\""),
    }
}

fn time(value: &Value, place: &str) -> Read<TimeFrom> {
    if value.as_str().is_some() {
        let column = name_of(value, place)?;
        return Ok(TimeFrom::At { place: Place::Column(column), encoding: TimeAs::Auto });
    }
    let object = object(value, place)?;
    known(object, place, &["column", "payload", "metadata", "as", "date", "time"])?;
    let at = |key: &str| format!("{place}.{key}");
    if let (Some(date), Some(time)) = (object.get("date"), object.get("time")) {
        if object.len() > 2 {
            return error(place, "beside \"date\" and \"time\" there is nothing else to say");
        }
        return Ok(TimeFrom::Split { date: name_of(date, &at("date"))?, time: name_of(time, &at("time"))? });
    }
    let encoding = choice(object, "as", place, &TimeAs::ALL, TimeAs::id)?;
    let mut places = object.iter().filter(|(key, _)| !matches!(&***key, "as"));
    match (places.next(), places.next()) {
        (Some((key, slot)), None) if !matches!(&**key, "date" | "time") => {
            Ok(TimeFrom::At { place: place_of(key, &slot.value, place)?, encoding })
        }
        _ => error(place, "one of \"column\", \"payload\", \"metadata\" is wanted, or both of \"date\" and \"time\""),
    }
}

fn kind(value: &Value, place: &str) -> Read<KindFrom> {
    if value.as_str().is_some() {
        return error(
            place,
            "{\"column\": …, \"commands\": […], \"system\": […]} is wanted: which values are no events",
        );
    }
    let object = object(value, place)?;
    known(object, place, &["column", "commands", "system"])?;
    let at = |key: &str| format!("{place}.{key}");
    let list = |key: &str| object.get(key).map(|value| texts(value, &at(key))).transpose();
    let Some(column) = object.get("column") else { return error(place, "the key \"column\" is missing") };
    Ok(KindFrom {
        column: name_of(column, &at("column"))?,
        commands: list("commands")?.unwrap_or_default(),
        system: list("system")?.unwrap_or_default(),
    })
}

fn choice<T: Copy + Default>(object: &Object, key: &str, place: &str, all: &[T], id: fn(T) -> &'static str) -> Read<T> {
    let Some(value) = object.get(key) else { return Ok(T::default()) };
    let named = value.as_str().and_then(|text| all.iter().copied().find(|choice| id(*choice) == text));
    named.map_or_else(
        || {
            let known: Vec<&str> = all.iter().map(|choice| id(*choice)).collect();
            let found = value.as_str().map_or_else(|| value.type_name().to_owned(), |text| format!("{text:?}"));
            error(&format!("{place}.{key}"), format!("one of {} is wanted, not {found}", known.join(", ")))
        },
        Ok,
    )
}

fn object<'a>(value: &'a Value, place: &str) -> Read<&'a Object> {
    match value.as_object() {
        Some(object) => Ok(object),
        None => error(place, format!("an object is wanted, not {}", value.type_name())),
    }
}

/// Refuses keys that mean nothing here.
fn known(object: &Object, place: &str, keys: &[&str]) -> Read<()> {
    for (key, _) in object.iter() {
        if !keys.contains(&&**key) {
            return error(place, format!("there is no key {:?} here; the keys are {}", &**key, keys.join(", ")));
        }
    }
    Ok(())
}

fn text_of(value: &Value, place: &str) -> Read<String> {
    match value.as_str() {
        Some(text) => Ok(text.to_owned()),
        None => error(place, format!("a text is wanted, not {}", value.type_name())),
    }
}

/// A name of a table or a column: some text.
fn name_of(value: &Value, place: &str) -> Read<String> {
    let text = text_of(value, place)?;
    if text.is_empty() { error(place, "a name is wanted, and this text is empty") } else { Ok(text) }
}

fn path_of(value: &Value, place: &str) -> Read<String> {
    let text = name_of(value, place)?;
    match Path::parse(&text) {
        Ok(_) => Ok(text),
        Err(why) => error(place, format!("{text:?} is no path: {why}")),
    }
}

/// One name or a list of names.
fn names(value: &Value, place: &str) -> Read<Vec<String>> {
    if value.as_str().is_some() {
        return Ok(vec![name_of(value, place)?]);
    }
    list_of(value, place, name_of)
}

fn texts(value: &Value, place: &str) -> Read<Vec<String>> {
    list_of(value, place, text_of)
}

fn list_of(value: &Value, place: &str, read: fn(&Value, &str) -> Read<String>) -> Read<Vec<String>> {
    let Some(list) = value.as_list() else {
        return error(place, format!("a list of texts is wanted, not {}", value.type_name()));
    };
    list.iter().enumerate().map(|(at, slot)| read(&slot.value, &format!("{place}.{at}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(text: &str) -> String {
        Mapping::parse(text.as_bytes()).unwrap_err().to_string()
    }

    fn of_table(inner: &str) -> String {
        format!(r#"{{"foldline":"mapping/1","name":"n","tables":[{{"table":"t","type":"k",{inner}}}]}}"#)
    }

    #[test]
    fn errors_name_the_key_and_its_place() {
        for (text, expected) in [
            ("{", "a mapping is a JSON object, and this is not one"),
            ("[]", "an object is wanted, not list"),
            ("{}", "it has no key \"foldline\""),
            (r#"{"foldline":"scenario/1"}"#, "at foldline: this is not a mapping"),
            (r#"{"foldline":"mapping/2"}"#, "reads \"mapping/1\", not \"mapping/2\""),
            (r#"{"foldline":"mapping/1","tables":[]}"#, "at tables: at least one table"),
            (r#"{"foldline":"mapping/1","tables":[{"table":"t"}]}"#, "at tables.0: the key \"type\" is missing"),
            (
                r#"{"foldline":"mapping/1","tables":[{"table":"t","type":"a"},{"table":"T","type":"a"}]}"#,
                "at tables.1.table: the table \"T\" stands twice",
            ),
            (&of_table(r#""strem":"a""#), "at tables.0: there is no key \"strem\" here"),
            (&of_table(r#""stream":"a","stream":"b""#), "the key \"stream\" stands twice"),
            (&of_table(r#""stream":5"#), "at tables.0.stream: a column's name is wanted"),
            (&of_table(r#""stream":["a",{"payload":"a..b"}]"#), "at tables.0.stream.1.payload: \"a..b\" is no path"),
            (
                &of_table(r#""payload":{"column":"p","packed":"rar"}"#),
                "at tables.0.payload.packed: one of auto, plain, gzip",
            ),
            (&of_table(r#""payload":{"columns":"all"}"#), "at tables.0.payload.columns: \"rest\" is wanted"),
            (&of_table(r#""time":{"column":"t","as":"weeks"}"#), "at tables.0.time.as: one of auto, iso"),
            (&of_table(r#""time":{"date":"t"}"#), "at tables.0.time: one of"),
            (&of_table(r#""kind":"k""#), "at tables.0.kind: {\"column\""),
            (&of_table(r#""version":"""#), "at tables.0.version: a name is wanted"),
        ] {
            assert!(why(text).contains(expected), "{text}\n  {}\n  {expected}", why(text));
        }
    }

    #[test]
    fn the_short_forms_mean_what_the_long_ones_do() {
        let short = of_table(r#""stream":"s","payload":"p","time":"c","order":"o","metadata":null"#);
        let long = of_table(
            r#""stream":[{"column":"s"}],"payload":{"column":"p","packed":"auto"},"time":{"column":"c","as":"auto"},"order":["o"]"#,
        );
        assert_eq!(Mapping::parse(short.as_bytes()).unwrap(), Mapping::parse(long.as_bytes()).unwrap());
    }
}
