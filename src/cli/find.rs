//! `foldline find`: every interval in which a condition on the state held.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;

use super::args::FindArgs;
use super::failure::{CliError, Status};
use super::options::{self, Opened, Setting};
use super::output::{Columns, Output, counted, passed_over, plain, plain_name};
use crate::model::{Cancel, EventLog, Selection, StreamIndex};
use crate::query::{Query, Scope, Subject};
use crate::replay::ReplayError;
use crate::report::MomentShape;

/// Every interval in which a condition held.
#[derive(Debug, Serialize)]
struct FindShape {
    condition: String,
    /// What was looked at.
    scanned: Scanned,
    /// By stream in order of first appearance, then by time.
    matches: Vec<Match>,
    /// Streams whose projection stopped: nothing is known of them from there on.
    stopped: Vec<Stopped>,
}

#[derive(Debug, Serialize)]
struct Scanned {
    /// Each event counts once, however many streams it is in.
    events: usize,
    streams: usize,
    /// Events whose payload can't be read, and that were passed over.
    unreadable: usize,
}

/// An interval.
#[derive(Debug, Serialize)]
struct Match {
    stream: Arc<str>,
    /// The event from which it held.
    from: MomentShape,
    /// The event that ended it, also the one at which the projection stopped; null while it still holds.
    to: Option<MomentShape>,
}

/// A stream whose projection stopped.
#[derive(Debug, Serialize)]
struct Stopped {
    stream: Arc<str>,
    error: ReplayError,
}

/// Runs the command.
pub fn run(args: &FindArgs, output: &mut Output<'_>) -> Result<Status, CliError> {
    let setting = Setting::of(&args.store)?;
    let condition = setting.query(&args.when, Scope::EventAndState)?;
    let projections = options::projections(&args.projection)?;
    let opened = options::open_with(&args.store, projections, options::on_unreadable(args.skip_unreadable))?;
    let log = opened.log();
    let wanted: Vec<StreamIndex> = match (&args.stream, &args.category) {
        (Some(stream), _) => vec![opened.stream(stream)?],
        (None, Some(category)) => {
            let category = opened.category(category)?;
            all_streams(log).filter(|stream| log.stream(*stream).category == category).collect()
        }
        (None, None) => all_streams(log).collect(),
    };
    let shape = find(&opened, &condition, &wanted)?;
    if opened.json {
        output.json(&shape)?;
    } else {
        print(&shape, output)?;
    }
    opened.tell_notes(output);
    Ok(Status::Done)
}

/// Every stream, in order of first appearance.
pub fn all_streams(log: &EventLog) -> impl Iterator<Item = StreamIndex> {
    (0..log.streams().len() as u32).map(StreamIndex)
}

fn find(opened: &Opened, condition: &Query, wanted: &[StreamIndex]) -> Result<FindShape, CliError> {
    let log = opened.log();
    let whole: Vec<(StreamIndex, Selection)> =
        wanted.iter().map(|stream| (*stream, Selection::Prefix(log.lane(*stream).len()))).collect();
    let mut since: HashMap<StreamIndex, u32> = HashMap::new();
    let mut found: Vec<(StreamIndex, u32, Option<u32>)> = Vec::new();
    let mut seen = vec![false; log.len()];
    let mut unreadable = 0;
    let folded = opened.session.fold_streams(&whole, &Cancel::default(), &mut |passed| {
        let seen_before = std::mem::replace(&mut seen[passed.index as usize], true);
        unreadable += usize::from(!seen_before && passed.event.data.decoded().is_err());
        let subject = Subject { event: passed.event, state: Some(&passed.state.value) };
        if condition.matches_in(log, &subject) {
            since.entry(passed.stream).or_insert(passed.index);
        } else if let Some(from) = since.remove(&passed.stream) {
            found.push((passed.stream, from, Some(passed.index)));
        }
    })?;
    // Where a projection stopped nothing is known any more: what held until then is not said to hold still.
    let stopped_at: HashMap<StreamIndex, u32> = folded
        .iter()
        .filter_map(|folded| Some((folded.stream, *log.lane(folded.stream).get(folded.error.as_ref()?.place)?)))
        .collect();
    found.extend(since.into_iter().map(|(stream, from)| (stream, from, stopped_at.get(&stream).copied())));
    // Intervals of one stream don't overlap, and were found in their order.
    found.sort_by_key(|(stream, ..)| *stream);
    let matches = found.into_iter().map(|(stream, from, to)| Match {
        stream: log.stream(stream).name.clone(),
        from: MomentShape::at(log, from as usize),
        to: to.map(|to| MomentShape::at(log, to as usize)),
    });
    let stopped = folded.into_iter().filter_map(|folded| {
        let stream = log.stream(folded.stream).name.clone();
        folded.error.map(|error| Stopped { stream, error })
    });
    Ok(FindShape {
        condition: condition.to_string(),
        scanned: Scanned { events: seen.iter().filter(|seen| **seen).count(), streams: wanted.len(), unreadable },
        matches: matches.collect(),
        stopped: stopped.collect(),
    })
}

fn print(shape: &FindShape, output: &mut Output<'_>) -> std::io::Result<()> {
    let Scanned { events, streams, unreadable } = shape.scanned;
    let count = shape.matches.len();
    output.line(format!(
        "{} in {} of {}",
        counted(count, "interval"),
        counted(events, "event"),
        counted(streams, "stream")
    ))?;
    if unreadable > 0 {
        output.line(passed_over(unreadable))?;
    }
    if count > 0 {
        output.line("")?;
        let mut columns = Columns::new(&["stream", "from", "to"]);
        for found in &shape.matches {
            let to = found.to.as_ref().map_or("still holds".to_owned(), |to| plain(&to.words()));
            columns.row([plain_name(&found.stream), plain(&found.from.words()), to]);
        }
        columns.print(output, 0)?;
    }
    for Stopped { stream, error } in &shape.stopped {
        output.line(format!(
            "{} is known only up to where its projection stopped: {}",
            plain_name(stream),
            plain(&error.to_string())
        ))?;
    }
    Ok(())
}
