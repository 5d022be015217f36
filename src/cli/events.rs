//! `foldline events`: the events of a store or of one stream, in replay order.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::Arc;

use super::args::{EventFormat, EventsArgs};
use super::failure::{CliError, Status};
use super::options::{self, Opened, Setting};
use super::output::{Output, counted, plain, plain_name, plain_type, short};
use crate::model::{Cancel, Event, EventLog, Progress};
use crate::query::{Query, Scope, Subject};
use crate::report::{EventCsv, write_cloudevent, write_ndjson, write_ndjson_from};
use crate::worker::{Polled, Session, Waiting};

/// Characters of a payload that text shows.
const SHOWN: usize = 80;

/// Runs the command.
pub fn run(args: &EventsArgs, output: &mut Output<'_>) -> Result<Status, CliError> {
    let setting = Setting::of(&args.store)?;
    let format = match args.format {
        Some(format) => format,
        None if output.terminal && !args.store.json => EventFormat::Text,
        None => EventFormat::Ndjson,
    };
    let query = args.query.as_deref().map(|query| setting.query(query, Scope::Event)).transpose()?;
    let after = args.after.as_deref().map(|text| options::position("--after", text)).transpose()?;
    let opened = if args.follow { options::open_followed(&args.store)? } else { options::open(&args.store)? };
    if let Some(name) = &args.stream {
        opened.stream(name)?;
    }
    let files = opened.session.store().files();
    let files: Vec<String> = files.iter().map(|file| file.path.to_string_lossy().into_owned()).collect();
    let file_of = |source: usize| files.get(source).map(String::as_str);
    if args.follow {
        output.stream();
    }
    let asked = Asked { args, query, after };
    let passed_over = match format {
        EventFormat::Csv => {
            let mut csv = match files.as_slice() {
                [] => EventCsv::new(&mut *output)?,
                _ => EventCsv::with_file(&mut *output)?,
            };
            let mut told = Vec::new();
            let passed_over = asked.print(opened, &mut |print| match print {
                Print::Event(event, source) => csv.write(event, file_of(source).unwrap_or_default()),
                Print::SoFar => csv.flush(),
                Print::Note(note) => {
                    told.push(note.to_owned());
                    Ok(())
                }
            })?;
            let unreadable = csv.finish()?;
            told.iter().for_each(|note| output.note(note));
            if unreadable > 0 {
                output.note(format!("{unreadable} payloads can't be read and are empty here; ndjson has their bytes"));
            }
            passed_over
        }
        EventFormat::Text => {
            asked.print(opened, &mut |print| beside(output, print, |output, event, _| text(output, event)))?
        }
        EventFormat::CloudEvents => {
            let layout = opened.session.store().layout().id;
            asked.print(opened, &mut |print| {
                beside(output, print, |output, event, _| write_cloudevent(output, event, &layout))
            })?
        }
        EventFormat::Ndjson => asked.print(opened, &mut |print| {
            beside(output, print, |output, event, source| match file_of(source) {
                Some(file) => write_ndjson_from(output, event, file),
                None => write_ndjson(output, event),
            })
        })?,
    };
    output.note_unreadable(passed_over);
    Ok(Status::Done)
}

/// What goes out.
#[derive(Clone, Copy)]
enum Print<'a> {
    /// An event, and which of several files it is from.
    Event(&'a Event, usize),
    /// Whoever reads is to have all of it now.
    SoFar,
    /// Something beside the answer.
    Note(&'a str),
}

type Printer<'a> = dyn FnMut(Print<'_>) -> io::Result<()> + 'a;

fn beside<'o>(
    output: &mut Output<'o>,
    print: Print<'_>,
    event: impl FnOnce(&mut Output<'o>, &Event, usize) -> io::Result<()>,
) -> io::Result<()> {
    match print {
        Print::Event(printed, source) => event(output, printed, source)?,
        Print::SoFar => output.finish()?,
        Print::Note(note) => output.note(note),
    }
    Ok(())
}

/// Which events are wanted.
struct Asked<'a> {
    args: &'a EventsArgs,
    query: Option<Query>,
    after: Option<i64>,
}

impl Asked<'_> {
    /// Prints the events that fit, and those that come, if they are waited for. Gives the number of those whose payload
    /// was asked for and can't be read.
    fn print(&self, opened: Opened, print: &mut Printer<'_>) -> Result<usize, CliError> {
        let mut left = self.args.limit.unwrap_or(usize::MAX);
        if self.args.follow {
            return self.follow(opened.session, left, print);
        }
        let log = opened.log();
        let first = self.after.map_or(0, |position| log.count_up_to_position(position)) as u32;
        let mut wanted = self.wanted(log, first, None);
        each(&opened.session, &mut wanted, self.query.as_ref(), &mut left, print).0
    }

    /// Prints what is there, then waits for events and prints them as they come.
    fn follow(&self, mut session: Arc<Session>, mut left: usize, print: &mut Printer<'_>) -> Result<usize, CliError> {
        let mut passed_over = 0;
        // What is in the way is told once.
        let mut trouble: Option<String> = None;
        let mut waiting = Waiting::default();
        // What is still to be printed: what can't be read at one look may be read at the next.
        let mut due: Vec<u32> = self.wanted(session.log(), 0, None).collect();
        loop {
            let (read, visited) = each(&session, &mut due.iter().copied(), self.query.as_ref(), &mut left, print);
            due.drain(..visited);
            let failed = match read {
                Ok(more) => {
                    passed_over += more;
                    None
                }
                Err(error @ CliError::Output(_)) => return Err(error),
                Err(error) => Some(error),
            };
            print(Print::SoFar)?;
            if left == 0 || !waiting.pause() {
                return Ok(passed_over);
            }
            let polled = waiting.timed(|| session.poll(&Progress::default(), &Cancel::default()));
            let failed = match polled {
                Ok(Polled::Same) => failed,
                Ok(Polled::Grown(grown)) => {
                    due.extend(self.wanted(grown.log(), session.log().len() as u32, None));
                    session = grown;
                    failed
                }
                Ok(Polled::Changed { session: now, file, rewritten }) => {
                    // What was not printed yet is as good as new.
                    due.sort_unstable();
                    let (arrived, gone) = now.log().arrivals_since(session.log(), &rewritten, &due);
                    if let Some(note) = changed(file, gone, arrived.len()) {
                        print(Print::Note(&note))?;
                    }
                    due = self.wanted(now.log(), 0, Some(&arrived)).collect();
                    session = now;
                    failed
                }
                Err(error) => Some(error.into()),
            };
            let told = failed.map(|error| error.to_string());
            if let Some(why) = told.as_ref().filter(|_| trouble != told) {
                print(Print::Note(&format!("waiting: {why}")))?;
            }
            trouble = told;
        }
    }

    /// The events from `first` on that may fit, in replay order; of `only`, if that is said.
    fn wanted<'a>(
        &'a self,
        log: &'a EventLog,
        first: u32,
        only: Option<&'a [u32]>,
    ) -> Box<dyn Iterator<Item = u32> + 'a> {
        let is_one = move |event: &u32| {
            *event >= first
                && self.after.is_none_or(|after| log.position(*event as usize) > after)
                && only.is_none_or(|only| only.binary_search(event).is_ok())
        };
        let mut wanted: Box<dyn Iterator<Item = u32>> = match &self.args.stream {
            Some(name) => {
                let lane = log.find_stream(name).map_or(&[][..], |stream| log.lane(stream));
                Box::new(lane.iter().copied().filter(is_one))
            }
            None => Box::new((first..log.len() as u32).filter(is_one)),
        };
        if let Some(query) = &self.query {
            wanted = Box::new(wanted.filter(|event| query.matches_indexed(log, *event as usize) != Some(false)));
        }
        wanted
    }
}

/// What happened to events that were known.
fn changed(file: bool, gone: usize, arrived: usize) -> Option<String> {
    let what = match (file, gone) {
        (true, _) => "the file was replaced by another one",
        (false, 0) => return None,
        (false, _) => "the store was changed behind what was read",
    };
    let (gone, arrived) = (counted(gone, "event"), counted(arrived, "event"));
    Some(format!("{what}: of those that were known {gone} gone, {arrived} new; going on with what is there now"))
}

/// Writes the events that fit. Gives the number of those whose payload was asked for and can't be read, and how many
/// were looked at.
fn each(
    session: &Session,
    wanted: &mut dyn Iterator<Item = u32>,
    query: Option<&Query>,
    left: &mut usize,
    print: &mut Printer<'_>,
) -> (Result<usize, CliError>, usize) {
    let mut written = Ok(());
    if *left == 0 {
        return (Ok(0), 0);
    }
    let (mut passed_over, mut visited) = (0, 0);
    // Where nothing is filtered, no more is read than is printed.
    let mut wanted: Box<dyn Iterator<Item = u32> + '_> =
        if query.is_none() { Box::new(wanted.take(*left)) } else { Box::new(wanted) };
    let read = session.each_event(&mut wanted, &Cancel::default(), &mut |index, event| {
        visited += 1;
        let subject = Subject { event: &event, state: None };
        if query.is_none_or(|query| query.matches_in(session.log(), &subject)) {
            written = print(Print::Event(&event, session.log().source(index as usize)));
            *left -= 1;
        } else if query.is_some_and(|query| query.needs().data) && event.data.decoded().is_err() {
            passed_over += 1;
        }
        if *left == 0 || written.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let result = written.map_err(CliError::from).and_then(|()| read.map_err(CliError::from)).map(|()| passed_over);
    (result, visited)
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
    let (stream, event_type) =
        (event.stream.as_deref().map_or_else(String::new, plain_name), plain_type(&event.event_type));
    writeln!(output, "{position:>7}  {time:<27}  {stream:<20}  {version:>5}  {event_type:<20}  {data}")
}
