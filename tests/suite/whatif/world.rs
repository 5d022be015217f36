//! What the tests of what-if share: tiny histories as text, a recorded store in memory, a bank to fold.

use std::borrow::Cow;
use std::sync::Arc;

use foldline::model::{
    Event, EventKind, EventLog, EventLogBuilder, LogRow, Object, Origin, Payload, Timestamp, Unreadable, Value, json,
};
use foldline::replay::{Applied, Fold, FoldError, History, MemoryHistory, ProjectionInfo, ProjectionKind, State};
use foldline::whatif::{Branch, BranchEvent, EditError, Grades, Recorded, Scenario, ScenarioFile, apply, grade, parse};

/// A store in memory.
pub struct World {
    pub log: Arc<EventLog>,
    pub events: Vec<Arc<Event>>,
    /// How many events were read.
    pub reads: usize,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let line =
            |event: &Event| format!("{} {} {:?}", event.stream.as_deref().unwrap_or(""), event.event_type, event.data);
        f.debug_list().entries(self.events.iter().map(|event| line(event))).finish()
    }
}

pub fn value(text: &str) -> Value {
    json::parse(text.as_bytes()).unwrap()
}

pub fn time(text: &str) -> Timestamp {
    Timestamp::parse_iso(text).unwrap()
}

/// One event a line: `stream[:version|:-] Type [payload] [@minute|@-] [!]`. Versions count from 1 if not given,
/// positions are 10, 20, 30 …, ids `e10` …, the time is the minute of that number less 10, `!` is unreadable, `+b` puts it in stream
/// `b` too.
pub fn world(text: &str) -> World {
    let mut builder = EventLogBuilder::new(1);
    let mut events = Vec::new();
    let mut counts = std::collections::HashMap::new();
    for (line, position) in text.lines().map(str::trim).filter(|line| !line.is_empty()).zip((1i64..).map(|n| n * 10)) {
        let mut words = line.split_whitespace();
        let (stream, version) = match words.next().unwrap().split_once(':') {
            Some((stream, "-")) => (stream, None),
            Some((stream, version)) => (stream, Some(version.parse().unwrap())),
            None => {
                let name = line.split_whitespace().next().unwrap();
                let count = counts.entry(name).and_modify(|count| *count += 1).or_insert(1i64);
                (name, Some(*count))
            }
        };
        let event_type = words.next().unwrap();
        let mut minute = Some(position - 10);
        let mut others = Vec::new();
        let mut data = Payload::Value(value("{}"));
        for word in words {
            match word.split_at(1) {
                ("@", "-") => minute = None,
                ("@", digits) => minute = Some(digits.parse().unwrap()),
                ("+", other) => others.push(other),
                ("!", _) => data = Payload::Unreadable(Arc::new(Unreadable::new(b"?", "invalid JSON", "at 1"))),
                _ => data = Payload::Value(value(word)),
            }
        }
        let time = minute.map(|minute| Timestamp::from_micros(minute * 60_000_000).unwrap());
        let (stream_index, type_index) =
            (builder.stream(stream, |name| name[..1].to_owned()), builder.event_type(event_type));
        builder.push(LogRow {
            source: 0,
            part: 0,
            row_key: position,
            position: Some(position),
            stream: Some(stream_index),
            version,
            event_type: type_index,
            time,
            kind: EventKind::Event,
            archived: false,
        });
        for other in &others {
            let other = builder.stream(other, |name| name[..1].to_owned());
            builder.also_in(other, None);
        }
        events.push(Arc::new(Event {
            position: Some(position),
            stream: Some(stream.into()),
            other_streams: others.into_iter().map(Arc::from).collect(),
            version,
            id: Some(format!("e{position}").into()),
            event_type: event_type.into(),
            kind: EventKind::Event,
            archived: false,
            schema_version: None,
            time,
            time_raw: None,
            valid_time: None,
            user: Some("ann".into()),
            data,
            metadata: value(r#"{"user":"ann","correlation_id":"c1"}"#),
            correlation_id: Some("c1".into()),
            repeated_key: None,
            causation_id: None,
        }));
    }
    World { log: Arc::new(builder.finish()), events, reads: 0 }
}

impl Recorded for World {
    fn event(&mut self, index: u32) -> Result<Arc<Event>, String> {
        self.reads += 1;
        Ok(self.events[index as usize].clone())
    }

    fn find_id(&mut self, id: &str) -> Result<Option<u32>, String> {
        Ok(self.events.iter().position(|event| event.id.as_deref() == Some(id)).map(|index| index as u32))
    }
}

/// The index is needed while events are read: a second view of the same store.
struct Reader<'a>(&'a [Arc<Event>], &'a mut usize);

impl Recorded for Reader<'_> {
    fn event(&mut self, index: u32) -> Result<Arc<Event>, String> {
        *self.1 += 1;
        Ok(self.0[index as usize].clone())
    }

    fn find_id(&mut self, id: &str) -> Result<Option<u32>, String> {
        Ok(self.0.iter().position(|event| event.id.as_deref() == Some(id)).map(|index| index as u32))
    }
}

impl World {
    pub fn apply(&mut self, scenario: &Scenario) -> Result<Branch, EditError> {
        apply(scenario, &self.log, &mut Reader(&self.events, &mut self.reads))
    }

    /// How a scenario file fits; events of `handled` types have a rule.
    pub fn grade(&mut self, file: &ScenarioFile, handled: &[&str]) -> Grades {
        let handles = |_: &str, event_type: &str| handled.contains(&event_type);
        grade(file, &self.log, &mut Reader(&self.events, &mut self.reads), &handles).unwrap()
    }

    /// Applies edits given as JSON objects, one a line.
    pub fn edit(&mut self, edits: &str) -> Result<Branch, EditError> {
        self.apply(&scenario(edits))
    }

    pub fn plan(&mut self, branch: &Branch) -> foldline::model::CopyPlan {
        branch.copy_plan(&self.log, &mut Reader(&self.events, &mut self.reads)).unwrap()
    }

    pub fn history(&self, stream: &str) -> Arc<dyn History> {
        let lane = self.log.find_stream(stream).map(|stream| self.log.lane(stream)).unwrap_or_default();
        Arc::new(MemoryHistory(lane.iter().map(|index| self.events[*index as usize].clone()).collect()))
    }

    /// A branch's lane as text: `1#10` is the event recorded at position 10 with version 1, `~` marks other
    /// contents, `+Type` an inserted one, `-` no version.
    pub fn lane_text(&self, branch: &Branch, stream: &str) -> String {
        let Some(lane) = branch.lane(stream) else { return "as recorded".to_owned() };
        let texts = lane.iter().map(|event| {
            let version = event.version().map_or("-".to_owned(), |version| version.to_string());
            match event {
                BranchEvent::Recorded { index, .. } => format!("{version}#{}", self.log.position(index as usize)),
                BranchEvent::Edited { base, .. } => format!("{version}~{}", self.log.position(base as usize)),
                BranchEvent::Inserted { event } => format!("{version}+{}", event.event_type),
            }
        });
        texts.collect::<Vec<_>>().join(" ")
    }
}

pub fn scenario(edits: &str) -> Scenario {
    let edits: Vec<&str> = edits.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let text = format!(r#"{{"foldline":"scenario/1","name":"test","edits":[{}]}}"#, edits.join(","));
    parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Folds `Opened`, `In {"n":…}`, `Out {"n":…}`, `Closed` (nothing has an effect after it) and `Bad` (fails).
#[derive(Debug)]
pub struct Bank {
    info: ProjectionInfo,
    /// Whether the state shows the version of the last event.
    versions: bool,
}

impl Bank {
    pub fn new(versions: bool) -> Self {
        let info = ProjectionInfo {
            name: "bank".into(),
            title: "Bank".into(),
            kind: ProjectionKind::Rules,
            category: None,
            key_fields: Vec::new(),
            invariants: vec!["never below zero".into()],
        };
        Self { info, versions }
    }
}

fn number(object: &Object, key: &str) -> i64 {
    object.get(key).and_then(Value::as_number).and_then(foldline::model::Number::as_i64).unwrap_or(0)
}

impl Fold for Bank {
    fn info(&self) -> &ProjectionInfo {
        &self.info
    }

    fn initial(&self) -> State {
        State { value: value(r#"{"open":false,"balance":0}"#), origin: Origin::NONE }
    }

    fn apply(&self, state: &mut State, event: &Event, place: usize) -> Result<Applied, FoldError> {
        let error = |message: &str, unreadable| FoldError { handler: "h".into(), message: message.into(), unreadable };
        let Value::Object(object) = &mut state.value else { return Err(error("no object", false)) };
        let mut set = |key: &str, value: Value| object.insert(key.into(), value, Origin::event(place));
        match &*event.event_type {
            "Opened" => set("open", true.into()),
            "Closed" => set("open", false.into()),
            "Bad" => return Err(error("bad event", false)),
            kind @ ("In" | "Out") => {
                let data = event.data.decoded().map_err(|_| error("unreadable", true))?;
                let n = data.as_object().map_or(0, |data| number(data, "n"));
                if object.get("open") != Some(&true.into()) {
                    return Ok(Applied::Handled);
                }
                let balance = number(object, "balance") + if kind == "In" { n } else { -n };
                object.insert("balance".into(), balance.into(), Origin::event(place))
            }
            _ => return Ok(Applied::Ignored),
        };
        if self.versions {
            object.insert("version".into(), event.version.map_or(Value::Null, Value::from), Origin::event(place));
        }
        Ok(Applied::Handled)
    }

    fn handler_for(&self, event_type: &str) -> Option<Cow<'_, str>> {
        Some(Cow::Owned(event_type.to_owned()))
    }

    fn broken_invariants(&self, state: &State, _event: Option<&Event>) -> Vec<usize> {
        if state.value.as_object().is_some_and(|state| number(state, "balance") < 0) { vec![0] } else { Vec::new() }
    }

    fn reads_versions(&self) -> bool {
        self.versions
    }
}
