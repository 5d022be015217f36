//! What Python's classes hold, in plain words where they are well known. Nothing is imported, nothing is called.

use crate::model::{List, Object, Origin, Value};

use super::classes::CLASS;
use super::cursor::decimal;
use super::text;

/// The value that a call of a class or function would make, as data: in plain words for the classes of everyday life,
/// else its name and arguments.
pub(super) fn made(class: &str, args: &List) -> Value {
    known(class, args).unwrap_or_else(|| {
        let mut object = Object::default();
        object.insert(CLASS.into(), class.into(), Origin::NONE);
        if !args.is_empty() {
            object.insert("args".into(), Value::List(args.clone()), Origin::NONE);
        }
        Value::Object(object)
    })
}

/// What an object of a well-known class holds whose state is set after it was made.
pub(super) fn with_state(class: &str, state: &Value) -> Option<Value> {
    match class {
        "uuid.UUID" => uuid(state.as_object()?.get("int")?),
        _ => None,
    }
}

fn uuid(int: &Value) -> Option<Value> {
    let number: u128 = int.as_number()?.to_string().parse().ok()?;
    text::uuid_from_be_bytes(&number.to_be_bytes()).map(|text| Value::from(text.as_str()))
}

fn known(class: &str, args: &List) -> Option<Value> {
    let first = args.get(0);
    match class {
        "decimal.Decimal" | "_decimal.Decimal" => first?.as_str().map(decimal),
        "fractions.Fraction" => match (first?, args.get(1)) {
            (Value::String(text), None) => Some(Value::String(text.clone())),
            _ => None,
        },
        "uuid.UUID" => first?.as_str().map(Value::from),
        "datetime.datetime" | "datetime.date" | "datetime.time" => moment(class, args),
        "datetime.timedelta" => {
            let part = |at: usize| args.get(at).map_or(Some(0), |value| value.as_number()?.as_i64());
            let seconds = i128::from(part(0)?) * 86_400 + i128::from(part(1)?);
            let micros = seconds * 1_000_000 + i128::from(part(2)?);
            Some(Value::from(duration(micros).as_str()))
        }
        "builtins.set"
        | "builtins.frozenset"
        | "__builtin__.set"
        | "__builtin__.frozenset"
        | "builtins.list"
        | "collections.deque" => {
            Some(Value::List(first.map_or(Some(List::default()), |list| list.as_list().cloned())?))
        }
        "collections.OrderedDict" | "collections.Counter" | "builtins.dict" => match first {
            None => Some(Value::Object(Object::default())),
            Some(Value::Object(object)) => Some(Value::Object(object.clone())),
            Some(Value::List(pairs)) => Some(Value::Object(pairs_as_object(pairs)?)),
            Some(_) => None,
        },
        "collections.defaultdict" => Some(Value::Object(Object::default())),
        "pathlib.PosixPath"
        | "pathlib.PurePosixPath"
        | "pathlib.WindowsPath"
        | "pathlib.PureWindowsPath"
        | "pathlib._local.PosixPath" => {
            let parts: Option<Vec<&str>> = args.iter().map(|slot| slot.value.as_str()).collect();
            Some(Value::from(parts?.join("/").replace("//", "/").as_str()))
        }
        _ => None,
    }
}

fn pairs_as_object(pairs: &List) -> Option<Object> {
    let mut object = Object::default();
    for pair in pairs.iter() {
        let pair = pair.value.as_list().filter(|pair| pair.len() == 2)?;
        object.insert(super::cursor::key_text(pair.get(0)?).ok()?.into(), pair.get(1)?.clone(), Origin::NONE);
    }
    Some(object)
}

/// A duration as ISO 8601 has it, in seconds.
fn duration(micros: i128) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let (seconds, micros) = (micros.unsigned_abs() / 1_000_000, micros.unsigned_abs() % 1_000_000);
    let fraction = format!(".{micros:06}");
    format!("{sign}PT{seconds}{}S", fraction.trim_end_matches('0').trim_end_matches('.'))
}

/// A `datetime`, `date` or `time` of its numbers, or of the bytes in which pickle keeps them.
fn moment(class: &str, args: &List) -> Option<Value> {
    let number = |at: usize| args.get(at).map_or(Some(0), |value| value.as_number()?.as_i64());
    let mut parts = [0i64; 7];
    let zone;
    if let Some(Value::String(packed)) = args.get(0) {
        let bytes = packed_bytes(packed)?;
        zone = args.get(1);
        parts = match (class, bytes.as_slice()) {
            ("datetime.datetime", [y1, y2, month, day, hour, minute, second, m1, m2, m3]) => [
                i64::from(*y1) << 8 | i64::from(*y2),
                // The highest bit says which of two equal clock times it is.
                i64::from(*month & 0x7f),
                i64::from(*day),
                i64::from(*hour),
                i64::from(*minute),
                i64::from(*second),
                i64::from(*m1) << 16 | i64::from(*m2) << 8 | i64::from(*m3),
            ],
            ("datetime.date", [y1, y2, month, day]) => {
                [i64::from(*y1) << 8 | i64::from(*y2), i64::from(*month), i64::from(*day), 0, 0, 0, 0]
            }
            ("datetime.time", [hour, minute, second, m1, m2, m3]) => [
                0,
                0,
                0,
                i64::from(*hour & 0x7f),
                i64::from(*minute),
                i64::from(*second),
                i64::from(*m1) << 16 | i64::from(*m2) << 8 | i64::from(*m3),
            ],
            _ => return None,
        };
    } else {
        let from = if class == "datetime.time" { 3 } else { 0 };
        for (at, part) in parts[from..].iter_mut().enumerate() {
            *part = number(at)?;
        }
        zone = args.get(7 - from);
    }
    let [year, month, day, hour, minute, second, micros] = parts;
    let is_clock = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
    let is_date =
        class == "datetime.time" || (1..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !is_clock || !is_date || !(0..1_000_000).contains(&micros) {
        return None;
    }
    let fraction = match micros {
        0 => String::new(),
        micros if micros % 1000 == 0 => format!(".{:03}", micros / 1000),
        micros => format!(".{micros:06}"),
    };
    let date = format!("{year:04}-{month:02}-{day:02}");
    let clock = format!("{hour:02}:{minute:02}:{second:02}{fraction}{}", offset(zone));
    Some(Value::from(
        match class {
            "datetime.date" => date,
            "datetime.time" => clock,
            _ => format!("{date}T{clock}"),
        }
        .as_str(),
    ))
}

/// The offset that a time zone's data shows; nothing for zones that are only a name.
fn offset(zone: Option<&Value>) -> String {
    let Some(zone) = zone else { return String::new() };
    if let Some(text) = zone.as_str() {
        return if matches!(text, "UTC" | "Z") { "Z".to_owned() } else { String::new() };
    }
    let Some(object) = zone.as_object() else { return String::new() };
    let class = object.get(CLASS).and_then(Value::as_str).unwrap_or("");
    if matches!(class, "pytz._UTC" | "pytz.UTC" | "zoneinfo.ZoneInfo._unpickle_utc") {
        return "Z".to_owned();
    }
    let delta = object.get("args").and_then(|args| args.as_list()?.get(0)?.as_str());
    match (class, delta.and_then(seconds_of)) {
        ("datetime.timezone", Some(0)) => "Z".to_owned(),
        ("datetime.timezone", Some(seconds)) => {
            let sign = if seconds < 0 { '-' } else { '+' };
            let minutes = seconds.unsigned_abs() / 60;
            format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
        }
        _ => String::new(),
    }
}

/// The whole seconds of a [`duration`].
fn seconds_of(text: &str) -> Option<i64> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let seconds: i64 = rest.strip_prefix("PT")?.strip_suffix('S')?.split('.').next()?.parse().ok()?;
    Some(if negative { -seconds } else { seconds })
}

/// Bytes that were decoded before, by this module's own rule for bytes.
fn packed_bytes(text: &str) -> Option<Vec<u8>> {
    text::from_base64(text.as_bytes())
}
