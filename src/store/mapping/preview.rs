//! Sampled rows as the events that a mapping makes of them: for the preview, and to find what is odd.

use rusqlite::types::ValueRef;

use super::look::{Cell, Sample};
use super::profile::{decoded, shown};
use crate::model::mapping::{Form, MappedTable, Packed, PayloadFrom, Place, PreviewRow, TimeAs, TimeFrom};
use crate::model::names::category_of;
use crate::model::value::{Object, Origin, Value};
use crate::model::{Path, Timestamp, json};
use crate::store::decode::{self, uuid_from_be_bytes};
use crate::store::layout::TimeEncoding;
use crate::store::times::{self, StoredTime};

/// Characters of a payload that are shown.
const SHOWN: usize = 200;

/// A row as an event.
#[derive(Debug)]
pub(super) struct Evaluated {
    pub row: PreviewRow,
    /// The time's value as it is stored.
    pub time: Cell,
    /// Its version is text.
    pub text_version: bool,
    pub payload: Found,
}

/// What a payload turned out to be.
#[derive(Debug)]
pub(super) enum Found {
    Missing,
    Read,
    /// Text that is broken JSON.
    Broken,
    /// Bytes of no form that can be read.
    Opaque,
}

/// The sampled rows as events.
pub(super) fn evaluate(sample: &Sample, mapped: &MappedTable) -> Vec<Evaluated> {
    sample.rows.iter().map(|row| event(sample, mapped, row)).collect()
}

/// A row with its payload and metadata, as far as places need them.
struct InRow<'a> {
    sample: &'a Sample,
    row: &'a [Cell],
    payload: Option<Value>,
    metadata: Option<Value>,
}

impl InRow<'_> {
    fn column(&self, name: &str) -> Option<&Cell> {
        let at = self.sample.table.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name))?;
        self.row.get(at)
    }

    fn cell(&self, place: &Place) -> Cell {
        let inside = |value: &Option<Value>, path: &str| {
            let found = value.as_ref().zip(Path::parse(path).ok()).and_then(|(value, path)| value.at(&path).cloned());
            found.map_or(Cell::Null, of_value)
        };
        match place {
            Place::Column(column) => self.column(column).cloned().unwrap_or(Cell::Null),
            Place::Payload(path) => inside(&self.payload, path),
            Place::Metadata(path) => inside(&self.metadata, path),
            Place::Tag => self.payload.as_ref().and_then(only_key).map_or(Cell::Null, |(key, _)| Cell::Text(key)),
            Place::Value(value) => Cell::Text(value.clone()),
        }
    }

    fn name(&self, place: &Place) -> Option<String> {
        named(&self.cell(place))
    }
}

/// The only key of an object, and what it has.
fn only_key(value: &Value) -> Option<(String, Value)> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    object.iter().next().map(|(key, slot)| (key.to_string(), slot.value.clone()))
}

fn of_value(value: Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::String(text) => Cell::Text(text.to_string()),
        Value::Number(number) => number.as_i64().map_or_else(|| Cell::Real(number.to_f64_lossy()), Cell::Int),
        value => Cell::Json(value),
    }
}

/// A value as a part of a name.
fn named(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Null => None,
        Cell::Int(number) => Some(number.to_string()),
        Cell::Real(number) => Some(number.to_string()),
        Cell::Text(text) => Some(text.clone()),
        Cell::Json(value) => Some(json::to_text(value)),
        Cell::Blob(bytes) | Cell::Head(bytes) => Some(match <[u8; 16]>::try_from(bytes.as_slice()) {
            Ok(id) => uuid_from_be_bytes(&id).unwrap_or_default(),
            Err(_) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        }),
    }
}

fn event(sample: &Sample, mapped: &MappedTable, row: &[Cell]) -> Evaluated {
    let mut in_row = InRow { sample, row, payload: None, metadata: None };
    let (whole, found, text) = payload(&in_row, mapped);
    in_row.payload = whole;
    in_row.metadata = mapped.metadata.as_ref().and_then(|place| decoded(&in_row.cell(place)));
    let parts: Vec<Option<String>> = mapped.stream.iter().map(|place| in_row.name(place)).collect();
    let stream = parts.iter().any(Option::is_some).then(|| {
        let name = parts.iter().map(|part| part.as_deref().unwrap_or_default()).collect::<Vec<_>>().join("-");
        match mapped.tenant.as_ref().and_then(|tenant| in_row.name(tenant)) {
            Some(tenant) => format!("{tenant}/{name}"),
            None => name,
        }
    });
    let category = match (&stream, &mapped.category) {
        (None, _) => None,
        (Some(_), Some(place)) => in_row.name(place),
        (Some(stream), None) => Some(category_of(stream, &sample.table.name).to_owned()),
    };
    let version = mapped.version.as_ref().map_or(Cell::Null, |place| in_row.cell(place));
    let (time, stored) = mapped.time.as_ref().map_or((Cell::Null, StoredTime::Absent), |time| in_row.time(time));
    let position = mapped.position.as_ref().and_then(|column| in_row.column(column));
    let row = PreviewRow {
        table: sample.table.name.clone(),
        position: position.and_then(whole_number),
        stream,
        category,
        version: whole_number(&version),
        event_type: mapped.event_type.as_ref().and_then(|place| in_row.name(place)),
        time: stored.timestamp(),
        time_raw: (stored == StoredTime::Unreadable).then(|| shown(&time)),
        payload: text,
        problems: Vec::new(),
    };
    let text_version = matches!(version, Cell::Text(_)) && row.version.is_some();
    let mut evaluated = Evaluated { row, time, text_version, payload: found };
    say_problems(&mut evaluated, mapped, &version);
    evaluated
}

/// What is wrong with a row, by the role that it is about.
fn say_problems(event: &mut Evaluated, mapped: &MappedTable, version: &Cell) {
    let mut problems: Vec<(&'static str, String)> = Vec::new();
    let row = &event.row;
    if !mapped.stream.is_empty() {
        match &row.stream {
            None => problems.push(("stream", "in no stream".to_owned())),
            Some(stream) if stream.is_empty() => problems.push(("stream", "of a stream without a name".to_owned())),
            Some(_) => {}
        }
    }
    match &row.event_type {
        None => problems.push(("type", "no type".to_owned())),
        Some(name) if name.is_empty() => problems.push(("type", "an empty type".to_owned())),
        Some(_) => {}
    }
    if mapped.version.is_some() && row.version.is_none() {
        let words = match version {
            Cell::Null => "no version".to_owned(),
            other => format!("{} is no version", shown(other)),
        };
        problems.push(("version", words));
    }
    if mapped.time.is_some() && row.time.is_none() {
        problems.push(match &row.time_raw {
            Some(raw) => ("time", format!("{raw} can't be read as a time")),
            None => ("time", "no time".to_owned()),
        });
    }
    match event.payload {
        Found::Missing if mapped.payload != PayloadFrom::Nothing => problems.push(("payload", "no payload".to_owned())),
        Found::Broken => problems.push(("payload", "broken JSON: shown as text".to_owned())),
        Found::Opaque => problems.push(("payload", "bytes that can't be read".to_owned())),
        Found::Missing | Found::Read => {}
    }
    event.row.problems = problems;
}

/// The payload as it is stored, what it turned out to be, and how it is shown.
fn payload(row: &InRow<'_>, mapped: &MappedTable) -> (Option<Value>, Found, String) {
    match &mapped.payload {
        PayloadFrom::Nothing => (None, Found::Missing, String::new()),
        PayloadFrom::Columns(_) | PayloadFrom::Rest => {
            let value = of_columns(row, mapped);
            let text = short(&json::to_text(&value));
            (Some(value), Found::Read, text)
        }
        PayloadFrom::Column { column, packed, form, inside } => {
            let cell = row.column(column).unwrap_or(&Cell::Null);
            let Some(value) = read(cell, *packed, *form) else {
                let found = match cell {
                    Cell::Null => Found::Missing,
                    Cell::Head(_) => Found::Read,
                    Cell::Text(_) => Found::Broken,
                    _ => Found::Opaque,
                };
                return (None, found, if matches!(cell, Cell::Null) { String::new() } else { shown(cell) });
            };
            let path = inside.as_ref().and_then(|path| Path::parse(path).ok());
            let inner = match (&mapped.event_type, path) {
                (_, Some(path)) => value.at(&path).cloned(),
                (Some(Place::Tag), None) => only_key(&value).map(|(_, inner)| inner),
                _ => None,
            };
            let text = short(&json::to_text(inner.as_ref().unwrap_or(&value)));
            (Some(value), Found::Read, text)
        }
    }
}

/// A stored payload in the packing and form that the mapping names.
fn read(cell: &Cell, packed: Packed, form: Form) -> Option<Value> {
    let bytes: std::borrow::Cow<'_, [u8]> = match cell {
        Cell::Text(text) => text.as_bytes().into(),
        Cell::Blob(bytes) => bytes.into(),
        Cell::Int(number) => number.to_string().into_bytes().into(),
        Cell::Real(number) => number.to_string().into_bytes().into(),
        Cell::Null | Cell::Head(_) | Cell::Json(_) => return None,
    };
    let unpacked = decode::unpack(&bytes, &super::spec::packings(packed)).ok()?;
    let mut forms = super::spec::forms(form).into_iter();
    forms.find_map(|form| decode::decode(&unpacked, form).ok())
}

/// An object of columns.
fn of_columns(row: &InRow<'_>, mapped: &MappedTable) -> Value {
    let mut object = Object::default();
    let named = mapped.columns();
    for (column, cell) in row.sample.table.columns.iter().zip(row.row) {
        let wanted = match &mapped.payload {
            PayloadFrom::Columns(columns) => columns.iter().any(|name| name.eq_ignore_ascii_case(&column.name)),
            _ => !named.iter().any(|(_, name)| name.eq_ignore_ascii_case(&column.name)),
        };
        if !wanted || matches!(cell, Cell::Null) {
            continue;
        }
        let value = match cell {
            Cell::Int(number) => Value::from(*number),
            Cell::Text(text) => Value::from(text.as_str()),
            Cell::Json(value) => value.clone(),
            Cell::Real(number) => crate::model::Number::parse(&number.to_string()).map_or(Value::Null, Value::Number),
            Cell::Null | Cell::Blob(_) | Cell::Head(_) => Value::from(shown(cell).as_str()),
        };
        object.insert(column.name.as_str().into(), value, Origin::NONE);
    }
    Value::Object(object)
}

fn short(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN).collect();
    if text.chars().nth(SHOWN).is_some() {
        short.push('…');
    }
    short
}

fn whole_number(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Int(number) => Some(*number),
        Cell::Real(number) if number.fract() == 0.0 && number.abs() < 9e15 => Some(*number as i64),
        Cell::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}

impl InRow<'_> {
    fn time(&self, time: &TimeFrom) -> (Cell, StoredTime) {
        match time {
            TimeFrom::At { place, encoding } => {
                let cell = self.cell(place);
                let read = stored(&cell, super::spec::encoding(*encoding));
                (cell, read)
            }
            TimeFrom::Split { date, time } => {
                let (date, time) = (self.column(date).cloned(), self.column(time).cloned());
                let (date, time) = (date.unwrap_or(Cell::Null), time.unwrap_or(Cell::Null));
                let shown_both = Cell::Text(format!("{} {}", shown(&date), shown(&time)));
                let Some(day) = stored(&date, TimeEncoding::Auto).timestamp() else {
                    let read = if matches!(date, Cell::Null) { StoredTime::Absent } else { StoredTime::Unreadable };
                    return (shown_both, read);
                };
                let seconds = match &time {
                    Cell::Text(text) => of_day(text),
                    _ => None,
                };
                let sum = seconds.and_then(|nanos| Timestamp::from_nanos(day.nanos() + nanos));
                (shown_both, StoredTime::Read(sum.unwrap_or(day)))
            }
        }
    }
}

/// `HH:MM:SS.fff` in nanoseconds.
fn of_day(text: &str) -> Option<i128> {
    let mut parts = text.trim().split(':');
    let (hours, minutes) = (parts.next()?.parse::<i128>().ok()?, parts.next()?.parse::<i128>().ok()?);
    let seconds = parts.next().map_or(Some(0.0), |part| part.parse::<f64>().ok())?;
    Some((hours * 3600 + minutes * 60) * 1_000_000_000 + (seconds * 1e9).round() as i128)
}

/// The time in a cell.
fn stored(cell: &Cell, encoding: TimeEncoding) -> StoredTime {
    times::in_column(
        match cell {
            Cell::Null | Cell::Head(_) | Cell::Json(_) => ValueRef::Null,
            Cell::Int(number) => ValueRef::Integer(*number),
            Cell::Real(number) => ValueRef::Real(*number),
            Cell::Text(text) => ValueRef::Text(text.as_bytes()),
            Cell::Blob(bytes) => ValueRef::Blob(bytes),
        },
        encoding,
    )
}

/// The time in a cell by its form and magnitude.
pub(super) fn time_of(cell: &Cell) -> Option<Timestamp> {
    stored(cell, TimeEncoding::Auto).timestamp()
}

/// The encoding in which a time is read, for a hint of what it looks like.
pub(super) fn unit(cell: &Cell) -> Option<TimeAs> {
    match cell {
        Cell::Text(text) if Timestamp::parse_iso(text.trim()).is_some() => Some(TimeAs::Iso),
        cell => super::profile::number(cell).and_then(super::profile::unit_of),
    }
}
