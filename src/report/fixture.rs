//! Given, when, then: what a what-if showed, for the tests of those who write the system. As JSON and as readable
//! text.

use std::fmt::Write as _;
use std::sync::Arc;

use serde::Serialize;

use super::event::EventShape;
use crate::model::names::short_type;
use crate::model::{Event, Object, Value, json};
use crate::replay::{ProjectionKind, ReplayError, diff};

/// What a fixture's JSON says it is, under the key `foldline`.
pub const FIXTURE_FORMAT: &str = "fixture/1";

/// Whether a fixture of this name is text to read rather than JSON.
pub fn is_text_fixture(out: &std::path::Path) -> bool {
    let extension = out.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    matches!(extension.as_deref(), Some("txt" | "md" | "markdown"))
}

/// Cases of one stream, each whole in itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Fixture {
    /// The scenario's name; `None` for history as recorded.
    pub scenario: Option<String>,
    /// Its edits in words.
    pub edits: Vec<String>,
    /// The store's file name.
    pub store: String,
    /// The stream.
    pub stream: Arc<str>,
    /// The projection's name.
    pub projection: Arc<str>,
    /// How it works.
    pub kind: ProjectionKind,
    /// The cases.
    pub cases: Vec<FixtureCase>,
}

/// Given these events, when this one, then this.
#[derive(Debug, Clone, PartialEq)]
pub struct FixtureCase {
    /// What the case is about: `at the first difference`.
    pub name: String,
    /// The events before, in order.
    pub given: Vec<Arc<Event>>,
    /// The event that the case is about; `None` where nothing is left to happen.
    pub when: Option<Arc<Event>>,
    /// What comes of it.
    pub then: FixtureThen,
}

/// What comes of events.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FixtureThen {
    /// Version of the last event.
    pub version: Option<i64>,
    /// The state; after an error the last good one.
    pub state: Value,
    /// Names of the rules that hold.
    pub holds: Vec<Arc<str>>,
    /// Names of the rules that are broken.
    pub breaks: Vec<Arc<str>>,
    /// Where the projection stopped.
    pub error: Option<ReplayError>,
}

#[derive(Serialize)]
struct Shape<'a> {
    foldline: &'static str,
    scenario: Option<&'a str>,
    edits: &'a [String],
    store: &'a str,
    stream: &'a str,
    projection: Projection<'a>,
    cases: Vec<CaseShape<'a>>,
}

#[derive(Serialize)]
struct Projection<'a> {
    name: &'a str,
    kind: ProjectionKind,
}

#[derive(Serialize)]
struct CaseShape<'a> {
    name: &'a str,
    given: Vec<EventShape<'a>>,
    when: Option<EventShape<'a>>,
    then: &'a FixtureThen,
}

impl<'a> CaseShape<'a> {
    fn of(case: &'a FixtureCase) -> Self {
        Self {
            name: &case.name,
            given: case.given.iter().map(|event| EventShape::of(event)).collect(),
            when: case.when.as_deref().map(EventShape::of),
            then: &case.then,
        }
    }
}

impl Fixture {
    /// The fixture as indented JSON with a line break at the end. Numbers are as they were written.
    pub fn to_json(&self) -> String {
        let shape = Shape {
            foldline: FIXTURE_FORMAT,
            scenario: self.scenario.as_deref(),
            edits: &self.edits,
            store: &self.store,
            stream: &self.stream,
            projection: Projection { name: &self.projection, kind: self.kind },
            cases: self.cases.iter().map(CaseShape::of).collect(),
        };
        // Nothing in it has a form that JSON lacks.
        let mut text = serde_json::to_string_pretty(&shape).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The fixture as text to read.
    pub fn to_text(&self) -> String {
        let mut text = match &self.scenario {
            Some(name) => format!("# {}\n\n", one_line(name)),
            None => "# As recorded\n\n".to_owned(),
        };
        for edit in &self.edits {
            push_line(&mut text, format_args!("- {}", one_line(edit)));
        }
        if !self.edits.is_empty() {
            text.push('\n');
        }
        let (stream, store, projection) = (one_line(&self.stream), one_line(&self.store), one_line(&self.projection));
        push_line(&mut text, format_args!("Stream {stream} of {store}, states by {projection}."));
        for case in &self.cases {
            case.write_text(&mut text);
        }
        text
    }
}

impl FixtureCase {
    fn write_text(&self, text: &mut String) {
        push_line(text, format_args!("\n## {}\n", capitalised(&self.name)));
        text.push_str("Given\n\n");
        if self.given.is_empty() {
            text.push_str("    no events\n");
        }
        self.given.iter().for_each(|event| write_event(text, event));
        text.push_str("\nWhen\n\n");
        match &self.when {
            Some(event) => write_event(text, event),
            None => text.push_str("    nothing more happens\n"),
        }
        text.push_str("\nThen\n\n");
        let leaves = diff(&Value::Object(Object::default()), &self.then.state);
        let leaves = leaves.iter().filter_map(|leaf| Some((leaf.path.to_string(), leaf.to.as_ref()?)));
        let mut none = true;
        for (path, value) in leaves {
            none = false;
            let path = if path.is_empty() { "the state".to_owned() } else { path };
            push_line(text, format_args!("    {path} = {}", json::to_text(value)));
        }
        if none {
            text.push_str("    the state is empty\n");
        }
        for name in &self.then.holds {
            push_line(text, format_args!("    \"{}\" holds", one_line(name)));
        }
        for name in &self.then.breaks {
            push_line(text, format_args!("    \"{}\" is broken", one_line(name)));
        }
        if let Some(error) = &self.then.error {
            let event = short_type(&error.event_type);
            push_line(text, format_args!("    the projection stops at {event}: {}", one_line(&error.to_string())));
        }
    }
}

/// An event in one line: `v4 2026-03-04T14:34:12Z FundsWithdrawn {"amount":20}`.
fn write_event(text: &mut String, event: &Event) {
    let version = event.version.map(|version| format!("v{version}"));
    let time = event.time.map(|time| time.to_string());
    let id = event.id.as_ref().map(|id| format!("id {}", one_line(id)));
    let data = match event.data.decoded() {
        Ok(data) => json::to_text(&data),
        Err(why) => format!("(its payload can't be read: {})", one_line(&why.note)),
    };
    let words = [version, time, Some(event.event_type.to_string()), Some(data), id];
    let words: Vec<String> = words.into_iter().flatten().collect();
    push_line(text, format_args!("    {}", words.join("  ")));
}

fn push_line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a text does not fail.
    let _ = writeln!(text, "{line}");
}

/// Names of a store may have anything in them; a line stays one.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
