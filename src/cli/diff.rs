//! `foldline diff`: what changed in a stream between two moments.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Arc, PoisonError};

use serde::Serialize;

use super::args::DiffArgs;
use super::failure::{CliError, Status};
use super::options::{self, Opened, Setting};
use super::output::{Columns, Output, plain, plain_name, short};
use crate::model::{Cancel, Selection, StreamIndex, Value, ValuePath};
use crate::replay::{Change, Frame, ReplayError, diff_for};
use crate::report::MomentShape;
use crate::worker::SessionError;

/// Characters of a value that a line shows.
const SHOWN: usize = 40;

/// What changed between two moments.
#[derive(Debug, Serialize)]
struct DiffShape {
    stream: Arc<str>,
    /// The last event that the earlier moment takes in.
    from: MomentShape,
    /// The last event that the later moment takes in.
    to: MomentShape,
    changes: Vec<SetChange>,
    /// Where the projection stopped, at the later of both moments.
    error: Option<ReplayError>,
}

/// A leaf that differs, and the event that made it so.
#[derive(Debug, Serialize)]
struct SetChange {
    #[serde(flatten)]
    change: Change,
    /// Null where the initial state has the leaf, or its going away can't be told.
    set_by: Option<MomentShape>,
}

/// Runs the command.
pub fn run(args: &DiffArgs, output: &mut Output<'_>) -> Result<Status, CliError> {
    let setting = Setting::of(&args.store)?;
    let (from, to) = (setting.moment(&args.from)?, setting.moment(&args.to)?);
    let projections = options::projections(&args.projection)?;
    let opened = options::open_with(&args.store, projections, options::on_unreadable(args.skip_unreadable))?;
    let stream = opened.stream(&args.stream)?;
    let (from, to) = (opened.select(stream, Some(from))?, opened.select(stream, Some(to))?);
    let shape = shape(&opened, stream, &from, &to)?;
    let found = !shape.changes.is_empty() || shape.error.is_some();
    if opened.json {
        output.json(&shape)?;
    } else {
        print(&shape, output)?;
    }
    opened.tell_notes(output);
    if let Some(late) = opened.session.late_start(stream) {
        output.note(plain(&late.words_at(shape.to.version)));
    }
    Ok(Status::found_if(found))
}

fn shape(opened: &Opened, stream: StreamIndex, from: &Selection, to: &Selection) -> Result<DiffShape, CliError> {
    let (before, after) = (opened.frame(stream, from)?, opened.frame(stream, to)?);
    let fold = opened.fold(stream);
    let changes = diff_for(&*fold, &before.state.value, &after.state.value);
    let gone: Vec<&ValuePath> =
        changes.iter().filter(|change| change.to.is_none()).map(|change| &change.path).collect();
    let removed = removed_at(opened, stream, from, to, &gone)?;
    let lane = opened.log().lane(stream);
    let set_by = |change: &Change| {
        let place = match &change.to {
            Some(_) if change.path.0.is_empty() => after.state.origin.place(),
            Some(_) => after.state.value.slot_at(&change.path).and_then(|(_, origin)| origin.place()),
            None => removed.get(&change.path).copied(),
        };
        place.and_then(|place| lane.get(place)).map(|index| MomentShape::at(opened.log(), *index as usize))
    };
    let moment = |frame: &Frame| frame.last.as_deref().map(MomentShape::of).unwrap_or_default();
    Ok(DiffShape {
        stream: opened.log().stream(stream).name.clone(),
        from: moment(&before),
        to: moment(&after),
        changes: changes.iter().map(|change| SetChange { change: change.clone(), set_by: set_by(change) }).collect(),
        error: after.error.or(before.error),
    })
}

/// The last event between the moments that took each of these leaves away. Going back in time there is none.
fn removed_at(
    opened: &Opened,
    stream: StreamIndex,
    from: &Selection,
    to: &Selection,
    gone: &[&ValuePath],
) -> Result<HashMap<ValuePath, usize>, CliError> {
    let mut removed = HashMap::new();
    let (Selection::Prefix(from), Selection::Prefix(to)) = (from, to) else { return Ok(removed) };
    if gone.is_empty() || from >= to {
        return Ok(removed);
    }
    let is_leaf = |state: &Value, path: &ValuePath| state.slot_at(path).is_some_and(|(value, _)| value.is_leaf());
    let replayer = opened.session.replayer(stream);
    let mut replayer = replayer.lock().unwrap_or_else(PoisonError::into_inner);
    let walked = replayer.walk(*from..*to, &Cancel::default(), &mut |step| {
        for path in gone {
            if is_leaf(&step.before.value, path) && !is_leaf(&step.after.value, path) {
                removed.insert((*path).clone(), step.place);
            }
        }
        ControlFlow::Continue(())
    });
    walked.map_err(SessionError::from)?;
    Ok(removed)
}

fn print(shape: &DiffShape, output: &mut Output<'_>) -> std::io::Result<()> {
    let words = |moment: &MomentShape| plain(&moment.words());
    output.line(format!("{} from {} to {}", plain_name(&shape.stream), words(&shape.from), words(&shape.to)))?;
    if shape.changes.is_empty() {
        output.line("no difference")?;
    } else {
        let mut columns = Columns::headless();
        for SetChange { change, set_by } in &shape.changes {
            let side =
                |value: &Option<Value>| value.as_ref().map_or("(nothing)".to_owned(), |v| plain(&short(v, SHOWN)));
            let by = set_by.as_ref().map_or(String::new(), |moment| plain(&moment.words()));
            columns.row([plain(&change.path.to_string()), side(&change.from), "→".to_owned(), side(&change.to), by]);
        }
        columns.print(output, 2)?;
    }
    match &shape.error {
        Some(error) => output.line(format!("the projection stopped: {}", plain(&error.to_string()))),
        None => Ok(()),
    }
}
