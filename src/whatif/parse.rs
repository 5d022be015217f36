//! Scenario files: from text to a [`Scenario`], with errors that say where and what was expected.
//!
//! The format is that of the design's chapter on what-if. Beyond it, `metadata` of an insert, and `stream` of a
//! move: the stream to join where no event of it is there to move after.

use std::sync::Arc;

use crate::model::{Key, Object, Timestamp, Value, json};

use super::file::{FileEdit, MadeFor, ScenarioFile, Was};
use super::kept::{KEPT_FORMAT, KeptScenario, KeptScenarios};
use super::nearest::did_you_mean;
use super::scenario::{
    After, Edit, FORMAT, Insert, Move, Scenario, Selector, Target, TimeChange, Update, VersionRange,
};

/// Why a scenario file can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", place_text(.place))]
pub struct ScenarioError {
    /// Where in the file, such as `edits[2].insert`; empty for the file as a whole.
    pub place: String,
    /// What is wrong, and what is expected.
    pub message: String,
}

fn place_text(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!("{place}: ") }
}

type Parsed<T> = Result<T, ScenarioError>;

/// Reads a scenario file: the edits that apply.
pub fn parse(text: &str) -> Parsed<Scenario> {
    parse_file(text).map(|file| file.scenario())
}

/// Reads a scenario file with all that is in it.
pub fn parse_file(text: &str) -> Parsed<ScenarioFile> {
    file_from_value(&value_of(text)?)
}

fn value_of(text: &str) -> Parsed<Value> {
    let mut repeated = None;
    let file = json::parse_noting_repeats(text.as_bytes(), &mut |key| {
        repeated.get_or_insert_with(|| key.to_owned());
    });
    let file = file.map_err(|error| fail("", format!("this is no scenario file: {error}")))?;
    if let Some(key) = repeated {
        return Err(fail("", format!("an object has the key \"{key}\" twice")));
    }
    Ok(file)
}

/// Scenarios as they are kept by themselves.
pub(super) fn kept_from_value(text: &str) -> Parsed<KeptScenarios> {
    let value = value_of(text)?;
    let file = Fields::of(&value, "")?;
    match file.text("foldline")?.as_deref() {
        Some(KEPT_FORMAT) => {}
        _ => return Err(fail("foldline", format!("expected \"{KEPT_FORMAT}\""))),
    }
    let scenarios = match file.require("scenarios")? {
        Value::List(scenarios) => scenarios,
        other => return Err(file.expected("scenarios", "a list", other)),
    };
    let scenarios = scenarios.iter().enumerate().map(|(index, slot)| {
        let place = format!("scenarios[{index}]");
        let one = Fields::of(&slot.value, &place)?;
        let path = one.text("path")?.map(|path| path.to_string());
        let modified = one.bool("modified")?.unwrap_or_default();
        Ok(KeptScenario { file: file_from_value(one.require("scenario")?)?, path, modified })
    });
    let scenarios = scenarios.collect::<Parsed<Vec<_>>>()?;
    let active = file.count("active")?.and_then(|active| usize::try_from(active).ok()).unwrap_or_default();
    Ok(KeptScenarios { store: file.text("store")?.unwrap_or_default().to_string(), active, scenarios })
}

fn file_from_value(file: &Value) -> Parsed<ScenarioFile> {
    let file = Fields::of(file, "")?;
    // The format comes first: another version may have other keys.
    match file.get("foldline") {
        Some(Value::String(format)) if &**format == FORMAT => {}
        Some(found) => {
            return Err(fail("foldline", format!("expected \"{FORMAT}\", found {}", shown(found))));
        }
        None => {
            return Err(fail("", format!("this is no scenario file: it needs \"foldline\": \"{FORMAT}\"")));
        }
    }
    file.only(&["foldline", "name", "made_for", "edits"])?;
    let name = file.text("name")?.ok_or_else(|| file.needs("name", "the scenario's name, a text"))?;
    let edits = match file.get("edits") {
        Some(Value::List(edits)) => edits,
        Some(other) => return Err(fail("edits", format!("expected a list of edits, found {}", shown(other)))),
        None => return Err(file.needs("edits", "a list of edits, [] for none")),
    };
    let edits = edits.iter().enumerate().map(|(index, slot)| parse_file_edit(&slot.value, &format!("edits[{index}]")));
    let made_for = file.get("made_for").map(parse_made_for).transpose()?;
    Ok(ScenarioFile { name: name.to_string(), made_for, edits: edits.collect::<Parsed<_>>()? })
}

fn parse_made_for(value: &Value) -> Parsed<MadeFor> {
    let fields = Fields::of(value, "made_for")?;
    fields.only(&["store", "events", "last_position"])?;
    let store = fields.text("store")?.map(|store| store.to_string());
    Ok(MadeFor { store, events: fields.count("events")?, last_position: fields.integer("last_position")? })
}

/// The keys that every edit of a file may have besides its own.
const OF_EVERY_EDIT: [&str; 2] = ["off", "was"];

fn parse_file_edit(value: &Value, place: &str) -> Parsed<FileEdit> {
    let edit = parse_edit(value, place)?;
    let fields = Fields::of(value, place)?;
    let off = fields.bool("off")?.unwrap_or_default();
    let was = match fields.get("was") {
        Some(was) => Some(parse_was(was, &fields.at("was"))?),
        None => None,
    };
    Ok(FileEdit { edit, enabled: !off, was })
}

fn parse_was(value: &Value, place: &str) -> Parsed<Was> {
    let was = Fields::of(value, place)?;
    was.only(&["type", "time", "id", "events"])?;
    Ok(Was {
        event_type: was.text("type")?,
        time: was.time("time")?,
        id: was.text("id")?,
        events: was.count("events")?,
    })
}

const VERBS: [&str; 4] = ["delete", "update", "insert", "move"];

fn parse_edit(value: &Value, place: &str) -> Parsed<Edit> {
    let edit = Fields::of(value, place)?;
    let verbs: Vec<&str> = VERBS.into_iter().filter(|verb| edit.get(verb).is_some()).collect();
    let [verb] = verbs.as_slice() else {
        if let [first, second, ..] = verbs.as_slice() {
            return Err(fail(place, format!("has both \"{first}\" and \"{second}\"; write two edits")));
        }
        let hint = edit.object.iter().find_map(|(key, _)| did_you_mean(key, VERBS)).unwrap_or_default();
        return Err(fail(place, format!("needs one of \"delete\", \"update\", \"insert\", \"move\"{hint}")));
    };
    match *verb {
        "delete" => {
            edit.only_and_of_every(&["delete"])?;
            Ok(Edit::Delete(parse_target(edit.require("delete")?, &edit.at("delete"))?))
        }
        "update" => parse_update(&edit).map(Edit::Update),
        "insert" => parse_insert(&edit).map(Edit::Insert),
        _ => parse_move(&edit).map(Edit::Move),
    }
}

fn parse_update(edit: &Fields<'_>) -> Parsed<Update> {
    edit.only_and_of_every(&["update", "type", "data", "metadata", "replace", "time", "shift_seconds"])?;
    let target = parse_target(edit.require("update")?, &edit.at("update"))?;
    let replace = edit.bool("replace")?.unwrap_or_default();
    let (data, metadata) = (edit.get("data").cloned(), edit.get("metadata").cloned());
    if replace && data.is_none() && metadata.is_none() {
        return Err(fail(&edit.at("replace"), "needs \"data\" or \"metadata\", the new contents"));
    }
    let time = match (edit.time("time")?, edit.integer("shift_seconds")?) {
        (Some(_), Some(_)) => {
            return Err(fail(&edit.at("shift_seconds"), "stands beside \"time\"; keep one of them"));
        }
        (Some(time), None) => Some(TimeChange::To(time)),
        (None, Some(seconds)) => Some(TimeChange::ShiftSeconds(seconds)),
        (None, None) => None,
    };
    Ok(Update { target, event_type: edit.filled_text("type")?, data, metadata, replace, time })
}

fn parse_insert(edit: &Fields<'_>) -> Parsed<Insert> {
    edit.only_and_of_every(&["insert", "type", "data", "metadata", "time", "id"])?;
    let at = edit.at("insert");
    let place = Fields::of(edit.require("insert")?, &at)?;
    place.only(&["stream", "after"])?;
    let stream = place.text("stream")?.ok_or_else(|| place.needs("stream", "the name of the stream to insert into"))?;
    let event_type = edit.filled_text("type")?.ok_or_else(|| edit.needs("type", "the event's type"))?;
    Ok(Insert {
        after: parse_place(&place, Some(&stream))?.1,
        stream,
        event_type,
        data: edit.get("data").cloned(),
        metadata: edit.get("metadata").cloned(),
        time: edit.time("time")?,
        id: edit.filled_text("id")?,
    })
}

fn parse_move(edit: &Fields<'_>) -> Parsed<Move> {
    edit.only_and_of_every(&["move", "stream", "after"])?;
    let place = edit.at("move");
    let event = match parse_target(edit.require("move")?, &place)? {
        Target::One(selector) => selector,
        Target::Range(_) => return Err(fail(&place, "moves one event; name its \"version\"")),
    };
    let named = edit.text("stream")?;
    let (stream, after) = parse_place(edit, named.as_ref())?;
    Ok(Move { event, stream, after })
}

/// A place: the stream, where `after` or `named` say it, and the event that it follows. The key `after` is a version,
/// a selector, or null for the start; a selector with nothing but a stream is that stream's start.
fn parse_place(fields: &Fields<'_>, named: Option<&Arc<str>>) -> Parsed<(Option<Arc<str>>, Option<After>)> {
    let place = fields.at("after");
    match fields.get("after") {
        None | Some(Value::Null) => Ok((named.cloned(), None)),
        Some(Value::Number(number)) => match number.as_i64() {
            Some(version) => Ok((named.cloned(), Some(After::Version(version)))),
            None => Err(fail(&place, format!("expected a version, a whole number, found {number}"))),
        },
        Some(selector @ Value::Object(_)) => match parse_target(selector, &place)? {
            Target::One(selector) => Ok((named.cloned(), Some(After::Event(selector)))),
            Target::Range(VersionRange { stream, from: None, to: None }) => match named {
                Some(named) if *named != stream => Err(fail(
                    &place,
                    format!("is the start of {stream}, and \"stream\" says {named}; keep one of them"),
                )),
                _ => Ok((Some(stream), None)),
            },
            Target::Range(_) => Err(fail(
                &place,
                "names one event: its \"version\"; \"stream\" alone is the place before the stream's first event",
            )),
        },
        Some(other) => Err(fields.expected("after", "a version, a selector, or null for the stream's start", other)),
    }
}

fn parse_target(value: &Value, place: &str) -> Parsed<Target> {
    let fields = Fields::of(value, place)?;
    fields.only(&["position", "stream", "version", "from", "to", "id"])?;
    let has = |key| fields.get(key).is_some();
    let ways = [has("position"), has("id"), has("stream") || has("version") || has("from") || has("to")];
    if ways.iter().filter(|way| **way).count() > 1 {
        return Err(fail(
            place,
            "names the event in two ways; keep \"position\", \"id\", or \"stream\" and \"version\"",
        ));
    }
    if let Some(position) = fields.integer("position")? {
        return Ok(Target::One(Selector::Position(position)));
    }
    if let Some(id) = fields.text("id")? {
        return Ok(Target::One(Selector::Id(id)));
    }
    let Some(stream) = fields.text("stream")? else {
        let message = if ways[2] {
            "needs \"stream\", the name of the stream in which the version counts"
        } else {
            "names no event; write {\"position\": 12}, {\"stream\": \"account-1\", \"version\": 3} or {\"id\": \"…\"}"
        };
        return Err(fail(place, message));
    };
    let bound = |key| match fields.get(key) {
        Some(Value::Null) => Ok(None),
        _ => fields.integer(key),
    };
    let (from, to) = (bound("from")?, bound("to")?);
    match fields.integer("version")? {
        Some(_) if has("from") || has("to") => {
            Err(fail(place, "has \"version\" beside \"from\" or \"to\"; name one event or a range"))
        }
        Some(version) => Ok(Target::One(Selector::Version { stream, version })),
        None => match (from, to) {
            (Some(low), Some(high)) if low > high => {
                Err(fail(place, format!("the range from {low} to {high} runs backwards")))
            }
            _ => Ok(Target::Range(VersionRange { stream, from, to })),
        },
    }
}

/// An object with its place, for errors.
struct Fields<'a> {
    object: &'a Object,
    place: &'a str,
}

impl<'a> Fields<'a> {
    fn of(value: &'a Value, place: &'a str) -> Parsed<Self> {
        match value {
            Value::Object(object) => Ok(Self { object, place }),
            other => Err(fail(place, format!("expected an object, found {}", shown(other)))),
        }
    }

    fn get(&self, key: &str) -> Option<&'a Value> {
        self.object.get(key)
    }

    fn at(&self, key: &str) -> String {
        if self.place.is_empty() { key.to_owned() } else { format!("{}.{key}", self.place) }
    }

    fn only(&self, known: &[&'static str]) -> Parsed<()> {
        self.only_or(known, &[])
    }

    fn only_and_of_every(&self, known: &[&'static str]) -> Parsed<()> {
        self.only_or(known, &OF_EVERY_EDIT)
    }

    fn only_or(&self, known: &[&'static str], silent: &[&str]) -> Parsed<()> {
        let unknown = |key: &Key| !known.contains(&&**key) && !silent.contains(&&**key);
        let Some((key, _)) = self.object.iter().find(|(key, _)| unknown(key)) else { return Ok(()) };
        let hint = did_you_mean(key, known.iter().copied());
        let hint = hint.unwrap_or_else(|| format!("; known are {}", known.join(", ")));
        Err(fail(self.place, format!("unknown key \"{key}\"{hint}")))
    }

    fn require(&self, key: &str) -> Parsed<&'a Value> {
        self.get(key).ok_or_else(|| self.needs(key, "a value"))
    }

    fn needs(&self, key: &str, what: &str) -> ScenarioError {
        fail(self.place, format!("needs \"{key}\": {what}"))
    }

    fn expected(&self, key: &str, what: &str, found: &Value) -> ScenarioError {
        fail(&self.at(key), format!("expected {what}, found {}", shown(found)))
    }

    fn text(&self, key: &str) -> Parsed<Option<Arc<str>>> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(other) => Err(self.expected(key, "a text", other)),
        }
    }

    fn filled_text(&self, key: &str) -> Parsed<Option<Arc<str>>> {
        match self.text(key)? {
            Some(text) if text.is_empty() => Err(fail(&self.at(key), "is empty")),
            text => Ok(text),
        }
    }

    fn integer(&self, key: &str) -> Parsed<Option<i64>> {
        match self.get(key) {
            None => Ok(None),
            Some(value) => match value.as_number().and_then(crate::model::Number::as_i64) {
                Some(integer) => Ok(Some(integer)),
                None => Err(self.expected(key, "a whole number", value)),
            },
        }
    }

    fn count(&self, key: &str) -> Parsed<Option<u64>> {
        match (self.integer(key)?, self.get(key)) {
            (Some(integer), Some(found)) => match u64::try_from(integer) {
                Ok(count) => Ok(Some(count)),
                Err(_) => Err(self.expected(key, "a count", found)),
            },
            _ => Ok(None),
        }
    }

    fn bool(&self, key: &str) -> Parsed<Option<bool>> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(other) => Err(self.expected(key, "true or false", other)),
        }
    }

    fn time(&self, key: &str) -> Parsed<Option<Timestamp>> {
        let expected = "a time such as \"2025-03-04T10:00:00Z\"";
        match self.get(key) {
            None => Ok(None),
            Some(value) => match value.as_str().and_then(Timestamp::parse_iso) {
                Some(time) => Ok(Some(time)),
                None => Err(self.expected(key, expected, value)),
            },
        }
    }
}

fn fail(place: &str, message: impl Into<String>) -> ScenarioError {
    ScenarioError { place: place.to_owned(), message: message.into() }
}

/// A value in an error: short ones as they are, others by kind.
fn shown(value: &Value) -> String {
    match value {
        Value::List(_) | Value::Object(_) => format!("a {}", value.type_name()).replace("a object", "an object"),
        scalar => {
            let text = json::to_text(scalar);
            if text.len() <= 40 { text } else { format!("a long {}", scalar.type_name()) }
        }
    }
}
