//! What is known of an event besides what it says, in words.

use std::sync::Arc;

use crate::app::{App, Document};
use crate::job::EventRow;
use crate::model::{Event, EventKind, Timestamp, names, zoned};
use crate::ui::text;

/// One thing that is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// What.
    pub name: &'static str,
    /// In words.
    pub text: String,
    /// More of it.
    pub hover: Option<String>,
    /// Whether it is an id or a time.
    pub mono: bool,
    /// What can be copied of it.
    pub copy: Option<Arc<str>>,
    /// Where it leads.
    pub leads: Option<Leads>,
}

/// Where a fact leads.
#[derive(Debug, Clone, PartialEq)]
pub enum Leads {
    /// To the event of this id, wherever that is.
    Cause(Arc<str>),
    /// To this event.
    Event(u32),
    /// To what a query finds.
    Search(String),
}

impl Fact {
    fn words(name: &'static str, text: impl Into<String>) -> Self {
        Self { name, text: text.into(), hover: None, mono: false, copy: None, leads: None }
    }

    fn id(name: &'static str, id: &Arc<str>) -> Self {
        Self { mono: true, copy: Some(id.clone()), ..Self::words(name, &**id) }
    }
}

/// All that is known of an event: who and why first, ids last.
pub fn facts(app: &App, document: &Document, index: u32, row: &EventRow) -> Vec<Fact> {
    let event = &*row.event;
    let mut facts = Vec::new();
    if let Some(user) = &event.user {
        facts.push(Fact::words("By", &**user));
    }
    if let Some(cause) = &event.causation_id {
        facts.push(cause_fact(document, index, event, cause));
    }
    if let Some(correlation) = &event.correlation_id {
        let query = format!("correlation:{}", serde_json::to_string(&**correlation).unwrap_or_default());
        let process = Fact::words("Process", "All events that belong to it");
        facts.push(Fact { hover: Some(query.clone()), leads: Some(Leads::Search(query)), ..process });
    }
    let time = |name: &'static str, time: Timestamp| {
        let zone = app.zone();
        let words = zoned::date_time(time, zone);
        let hover = Some(format!("{words} {}", zoned::zone_label(zone, Some(time))));
        Fact { mono: true, hover, ..Fact::words(name, format!("{words} {}", zoned::offset(time, zone))) }
    };
    match (event.time, &event.time_raw) {
        (Some(at), _) => facts.push(time("Recorded", at)),
        (None, Some(raw)) => facts.push(Fact::words("Recorded", format!("{raw} (not a time that can be placed)"))),
        (None, None) => {}
    }
    if let Some(at) = event.valid_time {
        facts.push(time("Took effect", at));
    }
    let log = &document.opened.log;
    let streams = log.stream_of(index as usize).into_iter().chain(log.other_streams_of(index as usize));
    let streams: Vec<&str> = streams.map(|stream| names::shown(&log.stream(stream).name)).collect();
    if streams.len() > 1 {
        facts.push(Fact::words("Streams", streams.join(", ")));
    }
    if let Some(file) = document.opened.files.get(log.source(index as usize)) {
        let path = file.path.display().to_string();
        facts.push(Fact { hover: Some(path), ..Fact::words("File", file.name()) });
    }
    if let Some(version) = log.version(index as usize) {
        let stream = streams.first().map_or(String::new(), |stream| format!(" of {stream}"));
        facts.push(Fact::words("Version", format!("v{version}{stream}")));
    }
    facts.push(Fact {
        copy: Some(event.event_type.clone()),
        ..Fact::words("Type", names::shown_type(&event.event_type))
    });
    if let Some(version) = &event.schema_version {
        facts.push(Fact::words("Schema", format!("version {}", text::describe(Some(version)))));
    }
    match event.kind {
        EventKind::Event => {}
        EventKind::Command => facts.push(Fact::words("Kind", "A command, kept among the events")),
        EventKind::System => facts.push(Fact::words("Kind", "The library's own bookkeeping")),
    }
    if event.archived {
        facts.push(Fact::words("Archived", "Yes: archived or deleted in the store"));
    }
    let ids = [("Event id", &event.id), ("Correlation", &event.correlation_id), ("Causation", &event.causation_id)];
    facts.extend(ids.into_iter().filter_map(|(name, id)| Some(Fact::id(name, id.as_ref()?))));
    facts
}

/// The cause as a link: by its name where it is among the events that were read, else by its id.
fn cause_fact(document: &Document, index: u32, event: &Event, cause: &Arc<str>) -> Fact {
    if event.id.as_ref() == Some(cause) {
        return Fact::words("Caused by", "Itself: it began this process");
    }
    let known = document.rows.iter().find(|(_, row)| row.event.id.as_ref() == Some(cause)).map(|(event, _)| *event);
    let log = &document.opened.log;
    match known.filter(|known| *known != index) {
        Some(known) => {
            let info = log.event_type(log.type_of(known as usize));
            let words = format!("#{} {}", log.position(known as usize), names::type_words(&info.short));
            let hover = Some(document.words_for(known));
            Fact { leads: Some(Leads::Event(known)), hover, ..Fact::words("Caused by", words) }
        }
        None => {
            let leads = Some(Leads::Cause(cause.clone()));
            Fact { leads, hover: Some(format!("Go to the event {cause}")), ..Fact::words("Caused by", &**cause) }
        }
    }
}
