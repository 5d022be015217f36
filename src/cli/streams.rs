//! `foldline streams`: the streams of a store.

use std::ops::ControlFlow;
use std::sync::Arc;

use serde::Serialize;

use super::args::StreamsArgs;
use super::failure::{CliError, Status};
use super::options::{self, Opened, Setting};
use super::output::{Columns, Output, plain_name, shown};
use crate::model::{Cancel, EventLog, StreamIndex, Timestamp};
use crate::query::{Query, Scope, Subject};

/// A stream.
#[derive(Debug, Serialize)]
struct StreamShape {
    stream: Arc<str>,
    category: Arc<str>,
    events: usize,
    /// In replay order.
    first_version: Option<i64>,
    /// In replay order.
    last_version: Option<i64>,
    /// The first event's that has one, in replay order.
    first_time: Option<Timestamp>,
    /// The last event's that has one, in replay order.
    last_time: Option<Timestamp>,
    archived: bool,
    deleted: bool,
    /// Made of links to events of other streams.
    link: bool,
}

/// Runs the command.
pub fn run(args: &StreamsArgs, output: &mut Output<'_>) -> Result<Status, CliError> {
    let setting = Setting::of(&args.store)?;
    let query = args.query.as_deref().map(|query| setting.query(query, Scope::Event)).transpose()?;
    let opened = options::open(&args.store)?;
    let log = opened.log();
    let category = args.category.as_deref().map(|name| opened.category(name)).transpose()?;
    let mut wanted: Vec<bool> =
        log.streams().iter().map(|stream| category.is_none_or(|category| stream.category == category)).collect();
    if let Some(query) = &query {
        let (matching, passed_over) = matching(&opened, query, &wanted)?;
        wanted = matching;
        output.note_unreadable(passed_over);
    }
    let shapes: Vec<StreamShape> =
        (0..wanted.len()).filter(|at| wanted[*at]).map(|at| shape(log, StreamIndex(at as u32))).collect();
    if opened.json {
        output.json(&shapes)?;
    } else {
        print(&shapes, output)?;
    }
    Ok(Status::Done)
}

fn shape(log: &EventLog, index: StreamIndex) -> StreamShape {
    let (stream, lane) = (log.stream(index), log.lane(index));
    let version = |event: Option<&u32>| event.and_then(|event| log.version(*event as usize));
    let time = |event: &u32| log.time(*event as usize);
    StreamShape {
        stream: stream.name.clone(),
        category: log.category(stream.category).clone(),
        events: lane.len(),
        first_version: version(lane.first()),
        last_version: version(lane.last()),
        first_time: lane.iter().find_map(time),
        last_time: lane.iter().rev().find_map(time),
        archived: stream.archived,
        deleted: stream.deleted,
        link: stream.link,
    }
}

/// Which of the wanted streams have an event that fits, and how many payloads were asked for and can't be read.
fn matching(opened: &Opened, query: &Query, wanted: &[bool]) -> Result<(Vec<bool>, usize), CliError> {
    let log = opened.log();
    let mut found = vec![false; wanted.len()];
    let streams_of = |event: usize| {
        let all = log.stream_of(event).into_iter().chain(log.other_streams_of(event));
        all.map(|stream| stream.0 as usize).filter(|stream| wanted[*stream])
    };
    let mut undecided = Vec::new();
    let mut passed_over = 0;
    for event in 0..log.len() {
        match query.matches_indexed(log, event) {
            Some(true) => streams_of(event).for_each(|stream| found[stream] = true),
            None if streams_of(event).any(|stream| !found[stream]) => undecided.push(event as u32),
            Some(false) | None => {}
        }
    }
    // What the index could not say is read, unless its streams are found by then.
    let found = std::cell::RefCell::new(found);
    let mut left = undecided.into_iter().filter(|event| streams_of(*event as usize).any(|s| !found.borrow()[s]));
    opened.session.each_event(&mut left, &Cancel::default(), &mut |index, event| {
        if query.matches_in(log, &Subject { event: &event, state: None }) {
            streams_of(index as usize).for_each(|stream| found.borrow_mut()[stream] = true);
        } else if query.needs().data && event.data.decoded().is_err() {
            passed_over += 1;
        }
        ControlFlow::Continue(())
    })?;
    Ok((found.into_inner(), passed_over))
}

fn print(streams: &[StreamShape], output: &mut Output<'_>) -> std::io::Result<()> {
    let heads = ["stream", "category", "events", "versions", "first time", "last time", "marks"];
    let mut columns = Columns::new(&heads).right(&[2]);
    for stream in streams {
        let versions = match (stream.first_version, stream.last_version) {
            (Some(first), Some(last)) => format!("v{first} to v{last}"),
            _ => String::new(),
        };
        let marks = [(stream.archived, "archived"), (stream.deleted, "deleted"), (stream.link, "link")];
        let marks: Vec<&str> = marks.iter().filter(|(set, _)| *set).map(|(_, mark)| *mark).collect();
        columns.row([
            plain_name(&stream.stream),
            plain_name(&stream.category),
            stream.events.to_string(),
            versions,
            shown(stream.first_time),
            shown(stream.last_time),
            marks.join(", "),
        ]);
    }
    columns.print(output, 0)
}
