//! `foldline state`: the state of a stream at a moment, and what the last event before it changed.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use serde::Serialize;

use super::args::StateArgs;
use super::failure::{CliError, Status};
use super::options::{self, Opened, Setting};
use super::output::{Columns, Output, counted, plain, plain_name, plain_type, short, shown};
use crate::model::{Cancel, Object, StreamIndex, Timestamp, Value, ValuePath, json};
use crate::replay::{Change, Frame, ProjectionKind, ReplayError, State, diff_for, leaves};
use crate::report::MomentShape;

/// Characters of a value that a line shows.
const SHOWN: usize = 60;

/// The state of a stream at a moment.
#[derive(Debug, Serialize)]
struct StateShape {
    stream: Arc<str>,
    /// Of the last event taken in.
    version: Option<i64>,
    /// The same.
    position: Option<i64>,
    /// The same.
    time: Option<Timestamp>,
    /// The same.
    #[serde(rename = "type")]
    event_type: Option<Arc<str>>,
    projection: ProjectionShape,
    state: Value,
    /// What the last event changed.
    changes: Vec<Change>,
    /// How many of the stream's events the moment takes in.
    replayed: usize,
    /// Whether a snapshot of the store was the start.
    from_checkpoint: bool,
    /// Events without effect because their payload can't be read.
    skipped: usize,
    broken_invariants: Vec<Named>,
    /// Where the projection stopped.
    error: Option<ReplayError>,
    /// Which event set each leaf; null where the initial state did.
    #[serde(skip_serializing_if = "Option::is_none")]
    blame: Option<serde_json::Map<String, serde_json::Value>>,
    /// What a user should know of how the state came to be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

/// Which projection made a state.
#[derive(Debug, Serialize)]
struct ProjectionShape {
    name: Arc<str>,
    kind: ProjectionKind,
}

#[derive(Debug, Serialize)]
struct Named {
    name: Arc<str>,
}

/// The event that set a leaf.
#[derive(Debug, Clone, Serialize)]
struct Setter {
    #[serde(flatten)]
    event: MomentShape,
    user: Option<Arc<str>>,
}

/// Runs the command.
pub fn run(args: &StateArgs, output: &mut Output<'_>) -> Result<Status, CliError> {
    let setting = Setting::of(&args.store)?;
    let moment = setting.moment_of(&args.moment)?;
    let projections = options::projections(&args.projection)?;
    let opened = options::open_with(&args.store, projections, options::on_unreadable(args.skip_unreadable))?;
    let stream = opened.stream(&args.stream)?;
    let selection = opened.select(stream, moment)?;
    let frame = opened.frame(stream, &selection)?;
    let blame = if args.blame { Some(blame(&opened, stream, &frame.state)?) } else { None };
    let shape = shape(&opened, stream, frame, blame.as_deref());
    let found = shape.error.is_some() || !shape.broken_invariants.is_empty();
    if opened.json {
        output.json(&shape)?;
    } else {
        print(&shape, blame.as_deref(), output)?;
    }
    opened.tell_notes(output);
    Ok(Status::found_if(found))
}

type Blame = [(ValuePath, Option<Setter>)];

fn shape(opened: &Opened, stream: StreamIndex, frame: Frame, blame: Option<&Blame>) -> StateShape {
    let fold = opened.fold(stream);
    let info = fold.info();
    let MomentShape { position, version, time, event_type } =
        frame.last.as_deref().map(MomentShape::of).unwrap_or_default();
    let late = opened.session.late_start(stream);
    let named = |at: &usize| info.invariants.get(*at).map(|name| Named { name: name.clone() });
    StateShape {
        stream: opened.log().stream(stream).name.clone(),
        version,
        position,
        time,
        event_type,
        projection: ProjectionShape { name: info.name.clone(), kind: info.kind },
        changes: diff_for(&*fold, &frame.before.value, &frame.state.value),
        replayed: frame.replayed,
        from_checkpoint: late.as_deref().is_some_and(|late| late.is_used_at(version)),
        notes: late.iter().map(|late| late.words_at(version)).collect(),
        skipped: frame.skipped,
        broken_invariants: frame.broken.iter().filter_map(named).collect(),
        error: frame.error,
        blame: blame.map(|blame| blame.iter().map(|(path, setter)| (path.to_string(), json_of(setter))).collect()),
        state: frame.state.value,
    }
}

impl StateShape {
    fn moment(&self) -> MomentShape {
        let event_type = self.event_type.clone();
        MomentShape { position: self.position, version: self.version, time: self.time, event_type }
    }
}

/// A setter holds nothing that JSON has no words for.
fn json_of(setter: &Option<Setter>) -> serde_json::Value {
    serde_json::to_value(setter).unwrap_or_default()
}

/// Each leaf with the event that set it; each event is read once.
fn blame(opened: &Opened, stream: StreamIndex, state: &State) -> Result<Vec<(ValuePath, Option<Setter>)>, CliError> {
    let lane = opened.log().lane(stream);
    let leaves = leaves(state);
    let mut places: Vec<usize> = leaves.iter().filter_map(|(_, origin)| origin.place()).collect();
    places.sort_unstable();
    places.dedup();
    let mut setters: HashMap<u32, Setter> = HashMap::new();
    let mut indices = places.iter().filter_map(|place| lane.get(*place).copied());
    opened.session.each_event(&mut indices, &Cancel::default(), &mut |index, event| {
        setters.insert(index, Setter { event: MomentShape::of(&event), user: event.user.clone() });
        ControlFlow::Continue(())
    })?;
    let setter_of = |place: usize| lane.get(place).and_then(|index| setters.get(index)).cloned();
    Ok(leaves.into_iter().map(|(path, origin)| (path, origin.place().and_then(setter_of))).collect())
}

fn print(shape: &StateShape, blame: Option<&Blame>, output: &mut Output<'_>) -> std::io::Result<()> {
    let kind = match shape.projection.kind {
        ProjectionKind::Automatic => "automatic: last value of each field".to_owned(),
        ProjectionKind::Rules => format!("rules {}", plain(&shape.projection.name)),
        ProjectionKind::Script => format!("script {}", plain(&shape.projection.name)),
        ProjectionKind::Command => format!("command {}", plain(&shape.projection.name)),
    };
    output.line(format!("{} at {}", plain_name(&shape.stream), plain(&shape.moment().words())))?;
    output.line(format!("by {kind}; {}", counted(shape.replayed, "event")))?;
    if shape.skipped > 0 {
        output.line(format!("without {} whose payload can't be read", counted(shape.skipped, "event")))?;
    }
    shape.notes.iter().try_for_each(|note| output.line(plain(note)))?;
    output.line("")?;
    match blame {
        Some(blame) => print_blame(&shape.state, blame, output)?,
        None => output.line(json::to_pretty_text(&shape.state))?,
    }
    if !shape.changes.is_empty() {
        output.line("")?;
        output
            .line(format!("changed by {}", shape.event_type.as_deref().map_or_else(|| "it".to_owned(), plain_type)))?;
        print_changes(&shape.changes, output)?;
    }
    for broken in &shape.broken_invariants {
        output.line("")?;
        output.line(format!("broken: {}", plain(&broken.name)))?;
    }
    if let Some(error) = &shape.error {
        output.line("")?;
        let at = [error.version.map(|v| format!("v{v}")), error.position.map(|p| format!("#{p}"))];
        let at: Vec<String> = at.into_iter().flatten().collect();
        output.line(format!("stopped at {} {}", at.join(" "), plain_type(&error.event_type)))?;
        output.line(format!("  {}", plain(&error.to_string())))?;
    }
    Ok(())
}

fn print_blame(state: &Value, blame: &Blame, output: &mut Output<'_>) -> std::io::Result<()> {
    let mut columns = Columns::new(&["field", "value", "set by", "who"]);
    let nothing = Value::Object(Object::default());
    for (path, setter) in blame {
        let value = state.slot_at(path).map_or(&nothing, |(value, _)| value);
        let by = setter.as_ref().map_or_else(|| "initial state".to_owned(), |setter| plain(&setter.event.words()));
        let who = setter.as_ref().and_then(|setter| setter.user.as_deref()).map(plain);
        columns.row([plain(&path.to_string()), plain(&short(value, SHOWN)), by, shown(who)]);
    }
    columns.print(output, 0)
}

/// Changes in aligned text.
pub fn print_changes(changes: &[Change], output: &mut Output<'_>) -> std::io::Result<()> {
    let mut columns = Columns::headless();
    for change in changes {
        let side = |value: &Option<Value>| value.as_ref().map_or("(nothing)".to_owned(), |v| plain(&short(v, SHOWN)));
        let path = change.path.to_string();
        let path = if path.is_empty() { "(the whole state)".to_owned() } else { plain(&path) };
        columns.row([path, side(&change.from), "→".to_owned(), side(&change.to)]);
    }
    columns.print(output, 2)
}
