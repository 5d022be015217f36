//! `foldline events`: the events of a store or of one stream, in replay order.

use std::io::{self, Write};
use std::ops::ControlFlow;

use super::args::{EventFormat, EventsArgs};
use super::failure::{CliError, Status};
use super::options::{self, Opened, Setting};
use super::output::{Output, plain, short};
use crate::model::{Cancel, Event};
use crate::query::{Query, Scope, Subject};
use crate::report::{EventCsv, write_ndjson, write_ndjson_from};

/// Characters of a payload that text shows.
const SHOWN: usize = 80;

/// Runs the command.
pub fn run(args: &EventsArgs, output: &mut Output<'_>) -> Result<Status, CliError> {
    let setting = Setting::of(&args.store)?;
    if args.follow {
        return Err(CliError::not_available("--follow", "ask again with --after and the last position that you have"));
    }
    let format = match args.format {
        Some(EventFormat::CloudEvents) => {
            return Err(CliError::not_available("--format cloudevents", "use --format ndjson or csv"));
        }
        Some(format) => format,
        None if output.terminal && !args.store.json => EventFormat::Text,
        None => EventFormat::Ndjson,
    };
    let query = args.query.as_deref().map(|query| setting.query(query, Scope::Event)).transpose()?;
    let after = args.after.as_deref().map(|text| options::position("--after", text)).transpose()?;
    let opened = options::open(&args.store)?;
    let log = opened.log();
    let after = after.map_or(0, |position| log.count_up_to_position(position));
    let mut wanted: Box<dyn Iterator<Item = u32>> = match &args.stream {
        Some(name) => {
            let lane = log.lane(opened.stream(name)?);
            Box::new(lane.iter().copied().filter(move |event| *event as usize >= after))
        }
        None => Box::new(after as u32..log.len() as u32),
    };
    if let Some(query) = &query {
        wanted = Box::new(wanted.filter(|event| query.matches_indexed(log, *event as usize) != Some(false)));
    }
    let files = opened.session.store().files();
    let files: Vec<String> = files.iter().map(|file| file.path.to_string_lossy().into_owned()).collect();
    let file_of = |index: u32| files.get(log.source(index as usize)).map(String::as_str);
    let limit = args.limit.unwrap_or(usize::MAX);
    let passed_over = match format {
        EventFormat::Csv => {
            let mut csv = match files.as_slice() {
                [] => EventCsv::new(&mut *output)?,
                _ => EventCsv::with_file(&mut *output)?,
            };
            let mut write = |index: u32, event: &Event| csv.write(event, file_of(index).unwrap_or_default());
            let passed_over = each(&opened, &mut wanted, query.as_ref(), limit, &mut write)?;
            let unreadable = csv.finish()?;
            if unreadable > 0 {
                output.note(format!("{unreadable} payloads can't be read and are empty here; ndjson has their bytes"));
            }
            passed_over
        }
        EventFormat::Text => each(&opened, &mut wanted, query.as_ref(), limit, &mut |_, event| text(output, event))?,
        EventFormat::Ndjson | EventFormat::CloudEvents => {
            let mut write = |index: u32, event: &Event| match file_of(index) {
                Some(file) => write_ndjson_from(output, event, file),
                None => write_ndjson(output, event),
            };
            each(&opened, &mut wanted, query.as_ref(), limit, &mut write)?
        }
    };
    output.note_unreadable(passed_over);
    Ok(Status::Done)
}

/// Writes the events that fit. Gives the number of those whose payload was asked for and can't be read.
fn each(
    opened: &Opened,
    wanted: &mut dyn Iterator<Item = u32>,
    query: Option<&Query>,
    limit: usize,
    write: &mut dyn FnMut(u32, &Event) -> io::Result<()>,
) -> Result<usize, CliError> {
    let mut left = limit;
    let mut written = Ok(());
    if left == 0 {
        return Ok(0);
    }
    let mut passed_over = 0;
    // Where nothing is filtered, no more is read than is printed.
    let mut wanted: Box<dyn Iterator<Item = u32> + '_> =
        if query.is_none() { Box::new(wanted.take(limit)) } else { Box::new(wanted) };
    opened.session.each_event(&mut wanted, &Cancel::default(), &mut |index, event| {
        let subject = Subject { event: &event, state: None };
        if query.is_none_or(|query| query.matches_in(opened.log(), &subject)) {
            written = write(index, &event);
            left -= 1;
        } else if query.is_some_and(|query| query.needs().data) && event.data.decoded().is_err() {
            passed_over += 1;
        }
        if left == 0 || written.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    written?;
    Ok(passed_over)
}

/// An event in one line. Columns are as wide as is usual: the lines before are printed when the widest comes.
fn text(output: &mut Output<'_>, event: &Event) -> io::Result<()> {
    let position = event.position.map_or(String::new(), |position| format!("#{position}"));
    let version = event.version.map_or(String::new(), |version| format!("v{version}"));
    let time = match (&event.time, &event.time_raw) {
        (Some(time), _) => time.to_string(),
        (None, Some(raw)) => plain(raw),
        (None, None) => String::new(),
    };
    let data = match event.data.decoded() {
        Ok(data) => plain(&short(&data, SHOWN)),
        Err(why) => format!("unreadable: {}", plain(&why.note)),
    };
    let (stream, event_type) = (plain(event.stream.as_deref().unwrap_or("")), plain(&event.event_type));
    writeln!(output, "{position:>7}  {time:<27}  {stream:<20}  {version:>5}  {event_type:<20}  {data}")
}
