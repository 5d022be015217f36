//! `foldline snapshots`: the snapshots that a store's library took.

use std::ops::ControlFlow;
use std::sync::Arc;

use serde::Serialize;

use super::args::SnapshotsArgs;
use super::failure::{CliError, Status};
use super::nearest::did_you_mean;
use super::options::{self, Setting};
use super::output::{Columns, Output, counted, plain, plain_name, short, shown};
use crate::model::{Cancel, Progress, SnapshotHead, SnapshotIndex, Timestamp, Value};
use crate::worker::SessionError;

/// Characters of a state that a line shows.
const SHOWN: usize = 60;

/// A snapshot.
#[derive(Debug, Serialize)]
struct SnapshotShape {
    stream: Arc<str>,
    /// The version up to which the state has come.
    version: Option<i64>,
    /// When it was taken, if it says so.
    taken: Option<Timestamp>,
    /// Size of the state as it is stored.
    bytes: u64,
    /// The state; null where it can't be read. Only if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<Value>,
    /// Why the state can't be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    state_note: Option<String>,
}

/// Runs the command.
pub fn run(args: &SnapshotsArgs, output: &mut Output<'_>) -> Result<Status, CliError> {
    Setting::of(&args.store)?;
    let opened = options::open(&args.store)?;
    let cancel = Cancel::default();
    let index = opened.session.snapshots(&Progress::default(), &cancel).map_err(SessionError::from)?;
    let wanted = wanted(&opened, &index, args.stream.as_deref())?;
    let mut shapes: Vec<SnapshotShape> = wanted.iter().map(|(stream, _, head)| shape(stream, *head)).collect();
    if args.states {
        let mut at = 0;
        let mut take = |_: usize, found: Option<crate::worker::SnapshotState>| {
            let shape: &mut SnapshotShape = &mut shapes[at];
            at += 1;
            match found.as_ref().map(|found| found.state.decoded()) {
                Some(Ok(state)) => shape.state = Some(state.into_owned()),
                Some(Err(why)) => (shape.state, shape.state_note) = (Some(Value::Null), Some(why.note.clone())),
                None => (shape.state, shape.state_note) = (Some(Value::Null), Some("it is gone by now".to_owned())),
            }
            shape.taken = shape.taken.or(found.and_then(|found| found.taken));
            ControlFlow::Continue(())
        };
        let places = wanted.iter().map(|(_, at, _)| *at);
        opened.session.each_snapshot(places, &cancel, &mut take).map_err(SessionError::from)?;
    }
    if index.left_out() > 0 {
        output.note(format!("{} more are not listed", counted(index.left_out(), "snapshot")));
    }
    if opened.json {
        output.json(&shapes)?;
    } else {
        print(&shapes, output)?;
    }
    Ok(Status::Done)
}

type Wanted = Vec<(Arc<str>, usize, SnapshotHead)>;

fn wanted(opened: &options::Opened, index: &SnapshotIndex, stream: Option<&str>) -> Result<Wanted, CliError> {
    let fits = |name: &str| stream.is_none_or(|stream| stream == name);
    let mut wanted = Vec::new();
    for (name, places) in index.streams().filter(|(name, _)| fits(name)) {
        wanted.extend(places.filter_map(|at| Some((name.clone(), at, index.head(at)?))));
    }
    // A stream may have snapshots and no events, or events and no snapshots.
    if let Some(stream) = stream.filter(|stream| wanted.is_empty() && opened.log().find_stream(stream).is_none()) {
        let known = opened.log().streams().iter().map(|known| &*known.name);
        let hint = did_you_mean(stream, known.chain(index.streams().map(|(name, _)| &**name)));
        let hint = if hint.is_empty() { "; `foldline streams` lists them".to_owned() } else { hint };
        return Err(CliError::Usage(format!("there is no stream {stream:?}{hint}")));
    }
    Ok(wanted)
}

fn shape(stream: &Arc<str>, head: SnapshotHead) -> SnapshotShape {
    let SnapshotHead { version, taken, bytes } = head;
    SnapshotShape { stream: stream.clone(), version, taken, bytes, state: None, state_note: None }
}

fn print(shapes: &[SnapshotShape], output: &mut Output<'_>) -> std::io::Result<()> {
    if shapes.is_empty() {
        return output.line("no snapshots");
    }
    let mut columns = Columns::new(&["stream", "version", "taken", "bytes", "state"]).right(&[3]);
    for shape in shapes {
        let state = match (&shape.state, &shape.state_note) {
            (_, Some(note)) => format!("can't be read: {}", plain(note)),
            (Some(state), None) => plain(&short(state, SHOWN)),
            (None, None) => String::new(),
        };
        let version = shape.version.map(|version| format!("v{version}"));
        columns.row([plain_name(&shape.stream), shown(version), shown(shape.taken), shape.bytes.to_string(), state]);
    }
    columns.print(output, 0)
}
