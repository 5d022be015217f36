//! A parsed query as a tree of tests, and what it says of an event.
//!
//! Everything is compiled beforehand. Evaluation knows three answers, because the index alone can decide many
//! queries without reading an event: yes, no, and `None` where something that it does not hold is needed.

use std::cmp::Ordering;

use regex::Regex;

use super::fields::{Field, Root};
use super::text::{Glob, Needle};
use crate::model::names::{category_of, short_type};
use crate::model::{Event, EventKind, EventLog, Number, Path, Payload, Timestamp, Value, json};

#[derive(Debug)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Test(Test),
}

#[derive(Debug)]
pub(super) enum Test {
    /// Payload or metadata have this text.
    Text(Needle),
    Field(Field, Check),
    Path(Root, Path, Check),
}

/// What is asked of a value.
#[derive(Debug)]
pub(super) enum Check {
    Present,
    Glob(Glob),
    Regex(Regex),
    Compare(Comparison, Value),
    CompareTime(Comparison, Timestamp),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What is known of an event.
#[derive(Clone, Copy)]
pub(super) enum Facts<'a> {
    /// The event itself; the index, if given, knows the categories of its streams.
    Event { event: &'a Event, state: Option<&'a Value>, log: Option<&'a EventLog> },
    /// Only what the index has.
    Indexed { log: &'a EventLog, event: usize },
}

/// A value of an event's field, before it is made into JSON.
#[derive(Clone, Copy)]
enum Scalar<'a> {
    Text(&'a str),
    Integer(i64),
    Bool(bool),
    Time(Timestamp),
    Json(&'a Value),
}

/// What a query has to be given beyond the index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Needs {
    /// The event's payload.
    pub data: bool,
    /// What else belongs to the event alone: metadata, id, user, correlation and causation id, valid time, version
    /// of the schema.
    pub details: bool,
    /// The state.
    pub state: bool,
}

impl Node {
    /// Several that must all hold, the cheap ones first: the order does not matter to the answer.
    pub(super) fn all(mut nodes: Vec<Self>) -> Self {
        nodes.sort_by_key(Self::cost);
        if nodes.len() == 1 { nodes.remove(0) } else { Self::All(nodes) }
    }

    /// Several of which one must hold.
    pub(super) fn any(mut nodes: Vec<Self>) -> Self {
        nodes.sort_by_key(Self::cost);
        if nodes.len() == 1 { nodes.remove(0) } else { Self::Any(nodes) }
    }

    fn cost(&self) -> u8 {
        match self {
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().map(Self::cost).max().unwrap_or(0),
            Self::Not(node) => node.cost(),
            Self::Test(Test::Field(Field::Category, _)) => 1,
            Self::Test(Test::Field(..)) => 0,
            Self::Test(Test::Path(Root::State | Root::Metadata, ..)) => 2,
            Self::Test(Test::Path(Root::Data, ..)) => 3,
            Self::Test(Test::Text(_)) => 4,
        }
    }

    pub(super) fn needs(&self) -> Needs {
        let (mut data, mut details, mut state) = (false, false, false);
        match self {
            Self::All(nodes) | Self::Any(nodes) => {
                for needs in nodes.iter().map(Self::needs) {
                    (data, details, state) = (data | needs.data, details | needs.details, state | needs.state);
                }
            }
            Self::Not(node) => return node.needs(),
            Self::Test(Test::Text(_)) => (data, details) = (true, true),
            Self::Test(Test::Field(field, _)) => details = !field.is_indexed(),
            Self::Test(Test::Path(Root::Data, ..)) => data = true,
            Self::Test(Test::Path(Root::Metadata, ..)) => details = true,
            Self::Test(Test::Path(Root::State, ..)) => state = true,
        }
        Needs { data, details, state }
    }

    /// Calls `visit` with every value that something is compared with.
    pub(super) fn each_constant(&self, visit: &mut dyn FnMut(&Value)) {
        match self {
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().for_each(|node| node.each_constant(visit)),
            Self::Not(node) => node.each_constant(visit),
            Self::Test(Test::Field(_, check) | Test::Path(_, _, check)) => match check {
                Check::Compare(_, value) => visit(value),
                Check::CompareTime(_, time) => visit(&Value::string(time.to_string())),
                Check::Present | Check::Glob(_) | Check::Regex(_) => {}
            },
            Self::Test(Test::Text(_)) => {}
        }
    }

    /// Yes, no, or `None` where the facts do not say.
    pub(super) fn decide(&self, facts: Facts<'_>) -> Option<bool> {
        match self {
            Self::All(nodes) => unless_decided(nodes, facts, false),
            Self::Any(nodes) => unless_decided(nodes, facts, true),
            Self::Not(node) => node.decide(facts).map(|holds| !holds),
            Self::Test(test) => test.decide(facts),
        }
    }
}

/// `deciding` if one node says so; else unknown if one is; else the opposite.
fn unless_decided(nodes: &[Node], facts: Facts<'_>, deciding: bool) -> Option<bool> {
    let mut answer = Some(!deciding);
    for node in nodes {
        match node.decide(facts) {
            Some(decided) if decided == deciding => return Some(deciding),
            Some(_) => {}
            None => answer = None,
        }
    }
    answer
}

impl Test {
    fn decide(&self, facts: Facts<'_>) -> Option<bool> {
        if let Self::Field(field, check) = self {
            return field_holds(*field, check, facts);
        }
        let Facts::Event { event, state, .. } = facts else { return None };
        Some(match self {
            Self::Text(needle) => {
                (!is_absent(&event.metadata) && needle.is_in(&event.metadata)) || needle.is_in_payload(&event.data)
            }
            Self::Path(Root::State, path, check) => state.and_then(|s| s.at(path)).is_some_and(|v| check.on_value(v)),
            Self::Path(Root::Metadata, path, check) => {
                event.metadata.at(path).filter(|_| !is_absent(&event.metadata)).is_some_and(|v| check.on_value(v))
            }
            Self::Path(Root::Data, path, check) => match &event.data {
                Payload::Value(value) => value.at(path).is_some_and(|v| check.on_value(v)),
                lazy => lazy.at(path).ok().flatten().is_some_and(|v| check.on_value(&v)),
            },
            Self::Field(..) => false,
        })
    }
}

/// An event without metadata has null for it.
fn is_absent(metadata: &Value) -> bool {
    matches!(metadata, Value::Null)
}

impl Field {
    /// Whether the index has it.
    fn is_indexed(self) -> bool {
        match self {
            Self::Type
            | Self::Stream
            | Self::Category
            | Self::Kind
            | Self::Version
            | Self::Position
            | Self::Time
            | Self::Archived => true,
            Self::User | Self::Id | Self::Correlation | Self::Causation | Self::ValidTime | Self::SchemaVersion => {
                false
            }
        }
    }
}

fn field_holds(field: Field, check: &Check, facts: Facts<'_>) -> Option<bool> {
    match facts {
        _ if field == Field::Type => Some(type_holds(check, facts)),
        Facts::Event { event, log, .. } => Some(event_field_holds(field, check, event, log)),
        Facts::Indexed { log, event } => indexed_field_holds(field, check, log, event),
    }
}

fn event_field_holds(field: Field, check: &Check, event: &Event, log: Option<&EventLog>) -> bool {
    let streams = || event.stream.iter().chain(&event.other_streams);
    match field {
        Field::Type => false,
        Field::Stream => check.on_any(streams().map(|stream| Scalar::Text(stream))),
        Field::Category => check.on_any(streams().map(|stream| Scalar::Text(category(stream, log)))),
        Field::User => check.on_any(event.user.as_deref().map(Scalar::Text)),
        Field::Id => check.on_any(event.id.as_deref().map(Scalar::Text)),
        Field::Correlation => check.on_any(event.correlation_id.as_deref().map(Scalar::Text)),
        Field::Causation => check.on_any(event.causation_id.as_deref().map(Scalar::Text)),
        Field::Kind => check.on_scalar(Scalar::Text(kind_name(event.kind))),
        Field::Version => check.on_any(event.version.map(Scalar::Integer)),
        Field::Position => check.on_any(event.position.map(Scalar::Integer)),
        Field::Time => check.on_any(event.time.map(Scalar::Time)),
        Field::ValidTime => check.on_any(event.valid_time.map(Scalar::Time)),
        Field::SchemaVersion => check.on_any(event.schema_version.as_ref().map(Scalar::Json)),
        Field::Archived => check.on_scalar(Scalar::Bool(event.archived)),
    }
}

fn indexed_field_holds(field: Field, check: &Check, log: &EventLog, event: usize) -> Option<bool> {
    let streams =
        || log.stream_of(event).into_iter().chain(log.other_streams_of(event)).map(|stream| log.stream(stream));
    Some(match field {
        Field::Stream => check.on_any(streams().map(|stream| Scalar::Text(&stream.name))),
        Field::Category => check.on_any(streams().map(|stream| Scalar::Text(log.category(stream.category)))),
        Field::Kind => check.on_scalar(Scalar::Text(kind_name(log.kind(event)))),
        Field::Version => check.on_any(log.version(event).map(Scalar::Integer)),
        Field::Position => check.on_scalar(Scalar::Integer(log.position(event))),
        // An event whose time is not in the index may have one in its payload.
        Field::Time => check.on_scalar(Scalar::Time(log.time(event)?)),
        Field::Archived => check.on_scalar(Scalar::Bool(log.is_archived(event))),
        _ => return None,
    })
}

/// A type matches by its full or its short name, and differs if both do.
fn type_holds(check: &Check, facts: Facts<'_>) -> bool {
    let (full, short): (&str, &str) = match facts {
        Facts::Event { event, .. } => (&event.event_type, short_type(&event.event_type)),
        Facts::Indexed { log, event } => {
            let info = log.event_type(log.type_of(event));
            (&info.name, &info.short)
        }
    };
    let on = |name| check.on_scalar(Scalar::Text(name));
    match check {
        Check::Compare(Comparison::NotEqual, _) => on(full) && on(short),
        _ => on(full) || (full.len() != short.len() && on(short)),
    }
}

/// As the index has it; for a stream that it does not know, or without it, by the general rule for names.
fn category<'a>(stream: &'a str, log: Option<&'a EventLog>) -> &'a str {
    let known = log.and_then(|log| Some(&**log.category(log.stream(log.find_stream(stream)?).category)));
    known.unwrap_or_else(|| category_of(stream, "events"))
}

fn kind_name(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Event => "event",
        EventKind::Command => "command",
        EventKind::System => "system",
    }
}

impl Check {
    fn on_any<'a>(&self, scalars: impl IntoIterator<Item = Scalar<'a>>) -> bool {
        scalars.into_iter().any(|scalar| self.on_scalar(scalar))
    }

    fn on_scalar(&self, scalar: Scalar<'_>) -> bool {
        match (self, scalar) {
            (Self::Present, _) => true,
            (_, Scalar::Json(value)) => self.on_value(value),
            (Self::Compare(comparison, value), Scalar::Text(text)) => match value {
                Value::String(other) => comparison.holds(text.cmp(other)),
                _ => *comparison == Comparison::NotEqual,
            },
            (Self::CompareTime(comparison, other), Scalar::Time(time)) => comparison.holds(time.cmp(other)),
            (Self::Glob(_) | Self::Regex(_), Scalar::Text(text)) => self.on_text(text),
            (Self::Glob(_) | Self::Regex(_), Scalar::Time(time)) => self.on_text(&time.to_string()),
            (_, Scalar::Integer(int)) => self.on_item(&Value::from(int)),
            (_, Scalar::Bool(value)) => self.on_item(&Value::Bool(value)),
            // The parser makes no other pair: times compare with times, and nothing else does.
            (Self::Compare(..) | Self::CompareTime(..), Scalar::Time(_) | Scalar::Text(_)) => false,
        }
    }

    /// A list matches if an item does; one that is compared with a list is taken whole.
    fn on_value(&self, value: &Value) -> bool {
        match (value, self) {
            (_, Self::Present) => true,
            (Value::List(_), Self::Compare(_, Value::List(_))) => self.on_item(value),
            (Value::List(list), _) => list.iter().any(|slot| self.on_item(&slot.value)),
            _ => self.on_item(value),
        }
    }

    fn on_item(&self, value: &Value) -> bool {
        match self {
            Self::Present => true,
            Self::Compare(Comparison::Equal, other) => value == other,
            Self::Compare(Comparison::NotEqual, other) => value != other,
            Self::Compare(comparison, other) => order(value, other).is_some_and(|order| comparison.holds(order)),
            Self::CompareTime(..) => false,
            Self::Glob(_) | Self::Regex(_) => match value {
                Value::Null => false,
                Value::Bool(value) => self.on_text(if *value { "true" } else { "false" }),
                Value::Number(number) => self.on_text(&number.to_string()),
                Value::String(text) => self.on_text(text),
                Value::List(_) | Value::Object(_) => self.on_text(&json::to_text(value)),
            },
        }
    }

    fn on_text(&self, text: &str) -> bool {
        match self {
            Self::Glob(glob) => glob.matches(text),
            Self::Regex(regex) => regex.is_match(text),
            Self::Present | Self::Compare(..) | Self::CompareTime(..) => false,
        }
    }
}

/// Numbers have an order among themselves, and so have texts; nothing else does.
fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Some(Number::cmp(a, b)),
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

impl Comparison {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}
