//! `foldline info`: what a store is.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::args::InfoArgs;
use super::failure::{CliError, Status};
use super::options::{self, Opened, Setting};
use super::output::{Columns, Output, counted, plain, plain_name, plain_type, shown};
use crate::model::{Cancel, EventLog, Progress, SideFile, Timestamp};
use crate::worker::{SessionError, StoreFile, hash_file, side_files};

/// What a store is.
#[derive(Debug, Serialize)]
struct Info {
    /// As it was given.
    path: String,
    /// The layout's id.
    layout: std::sync::Arc<str>,
    layout_title: std::sync::Arc<str>,
    /// Why the store was taken for that.
    recognised: String,
    /// Other layouts that fit it.
    also_possible: Vec<Possible>,
    /// The files of a history of several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    files: Vec<FileShape>,
    events: usize,
    streams: usize,
    /// By number of events, then name.
    categories: Vec<CategoryCount>,
    /// By number of events, then name.
    types: Vec<TypeCount>,
    /// The earliest recorded time.
    first_time: Option<Timestamp>,
    /// The latest recorded time.
    last_time: Option<Timestamp>,
    first_position: Option<i64>,
    last_position: Option<i64>,
    snapshots: u64,
    /// What makes sums differ from totals: told to people only.
    #[serde(skip)]
    sums: Sums,
    /// Why payloads can't be read; null if nobody looked.
    unreadable: Option<Vec<ReasonCount>>,
    /// Always: a store is never opened otherwise.
    read_only: bool,
    /// What SQLite keeps beside the file, none of it made by Foldline.
    side_files: Vec<SideFile>,
    /// What shows that nothing was written, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    hash: Option<HashShape>,
    notes: Vec<String>,
}

/// The file's hash before anything else was done with it, and after everything.
#[derive(Debug, Clone, Serialize)]
struct HashShape {
    algorithm: &'static str,
    at_opening: String,
    at_end: String,
    same: bool,
}

/// One of several files.
#[derive(Debug, Serialize)]
struct FileShape {
    path: String,
    layout: std::sync::Arc<str>,
    /// How many are in it.
    events: usize,
    /// How many of them are not in a file before it.
    shown: usize,
    /// If that was asked for, as it is in `hash` for the first file.
    #[serde(skip_serializing_if = "Option::is_none")]
    hash: Option<HashShape>,
}

impl From<StoreFile> for FileShape {
    fn from(file: StoreFile) -> Self {
        let StoreFile { path, layout, events, shown, .. } = file;
        Self { path: path.to_string_lossy().into_owned(), layout: layout.id, events, shown, hash: None }
    }
}

#[derive(Debug, Serialize)]
struct Possible {
    layout: std::sync::Arc<str>,
    layout_title: std::sync::Arc<str>,
    /// What speaks for it.
    why: String,
}

#[derive(Debug, Serialize)]
struct CategoryCount {
    name: String,
    streams: usize,
    events: usize,
    /// How many of the streams are made of links.
    #[serde(skip)]
    links: usize,
}

/// Why parts and wholes differ.
#[derive(Debug, Default)]
struct Sums {
    /// Streams that are made of links to events of other streams.
    links: usize,
    /// Events that are in no stream.
    in_none: usize,
    /// Events that are counted in more than one category.
    in_several: usize,
}

#[derive(Debug, Serialize)]
struct TypeCount {
    name: String,
    events: usize,
}

#[derive(Debug, Serialize)]
struct ReasonCount {
    reason: String,
    events: u64,
}

/// Runs the command.
pub fn run(args: &InfoArgs, output: &mut Output<'_>) -> Result<Status, CliError> {
    Setting::of(&args.store)?;
    let file = &args.store.file;
    // What is no file is told by opening it, which says more.
    let all: Vec<&PathBuf> = std::iter::once(file).chain(&args.store.with).collect();
    let before = |file: &&PathBuf| if args.hash && file.is_file() { hash(file).map(Some) } else { Ok(None) };
    let before = all.iter().map(before).collect::<Result<Vec<_>, _>>()?;
    let opened = options::open(&args.store)?;
    let mut info = info(&opened, args.quick)?;
    drop(opened);
    info.side_files = side_files(file);
    for (at, (file, before)) in all.iter().zip(before).enumerate() {
        let Some(at_opening) = before else { continue };
        let at_end = hash(file)?;
        let same = at_opening == at_end;
        if !same {
            let words = "another program wrote to the file meanwhile: Foldline holds it read-only";
            info.notes.push(if all.len() > 1 { format!("{words}: {}", file.display()) } else { words.to_owned() });
        }
        let shape = HashShape { algorithm: "blake3", at_opening, at_end, same };
        if let Some(file) = info.files.get_mut(at) {
            file.hash = Some(shape.clone());
        }
        if at == 0 {
            info.hash = Some(shape);
        }
    }
    if args.store.json {
        output.json(&info)?;
    } else {
        print(&info, output)?;
    }
    Ok(Status::Done)
}

fn hash(file: &Path) -> Result<String, CliError> {
    let found = hash_file(file, &Progress::default(), &Cancel::default()).map_err(SessionError::from)?;
    Ok(found.hash)
}

fn info(opened: &Opened, quick: bool) -> Result<Info, CliError> {
    let (session, log) = (&opened.session, opened.log());
    let unreadable = if quick {
        None
    } else {
        let counts = session.unreadable(&Cancel::default())?;
        Some(counts.into_iter().map(|(reason, events)| ReasonCount { reason, events }).collect())
    };
    let mut types: Vec<TypeCount> =
        log.types().iter().map(|kind| TypeCount { name: kind.name.to_string(), events: kind.events }).collect();
    types.sort_by(|a, b| b.events.cmp(&a.events).then_with(|| a.name.cmp(&b.name)));
    let (categories, sums) = categories(log);
    let layout = session.store().layout();
    let recognised = session.store().recognised();
    let also = recognised.also.iter().map(|other| Possible {
        layout: other.id.clone(),
        layout_title: other.title.clone(),
        why: other.why.clone(),
    });
    let times = log.time_range();
    Ok(Info {
        path: session.path().to_string_lossy().into_owned(),
        layout: layout.id,
        layout_title: layout.title,
        recognised: recognised.because.clone(),
        also_possible: also.collect(),
        files: session.store().files().into_iter().map(FileShape::from).collect(),
        events: log.len(),
        streams: log.streams().len(),
        categories,
        types,
        first_time: times.map(|(first, _)| first),
        last_time: times.map(|(_, last)| last),
        first_position: (!log.is_empty()).then(|| log.position(0)),
        last_position: log.len().checked_sub(1).map(|last| log.position(last)),
        snapshots: session.store().snapshots(),
        sums,
        unreadable,
        read_only: true,
        side_files: Vec::new(),
        hash: None,
        notes: session.notes(),
    })
}

/// Categories with their streams and events; an event that is in several streams of a category counts once.
fn categories(log: &EventLog) -> (Vec<CategoryCount>, Sums) {
    let count = |name: &std::sync::Arc<str>| CategoryCount { name: name.to_string(), streams: 0, events: 0, links: 0 };
    let mut counts: Vec<CategoryCount> = log.categories().iter().map(count).collect();
    let mut sums = Sums::default();
    for stream in log.streams().iter() {
        let category = &mut counts[stream.category.0 as usize];
        category.streams += 1;
        category.links += usize::from(stream.link);
        sums.links += usize::from(stream.link);
    }
    let category_of = |stream| log.stream(stream).category.0 as usize;
    for event in 0..log.len() {
        let first = log.stream_of(event).map(category_of);
        if let Some(category) = first {
            counts[category].events += 1;
        } else {
            sums.in_none += 1;
        }
        let mut others: Vec<usize> = log.other_streams_of(event).map(category_of).collect();
        others.sort_unstable();
        others.dedup();
        others.retain(|category| Some(*category) != first);
        sums.in_several += usize::from(!others.is_empty());
        for category in others {
            counts[category].events += 1;
        }
    }
    counts.sort_by(|a, b| b.events.cmp(&a.events).then_with(|| a.name.cmp(&b.name)));
    (counts, sums)
}

/// How many streams are made of links, among so many.
fn links_words(links: usize, streams: usize) -> String {
    match (links, streams) {
        (0, _) => String::new(),
        (1, 1) => "a link stream: its events are those of others".to_owned(),
        (links, streams) if links == streams => "link streams: their events are those of others".to_owned(),
        (1, _) => "1 of them a link stream, whose events are those of others".to_owned(),
        (links, _) => format!("{links} of them link streams, whose events are those of others"),
    }
}

fn print(info: &Info, output: &mut Output<'_>) -> std::io::Result<()> {
    let mut facts = Columns::headless();
    let mut fact = |name: &str, value: String| facts.row([name.to_owned(), value]);
    fact("store", plain(&info.path));
    fact("layout", format!("{} ({})", info.layout_title, info.layout));
    fact("because", plain(&info.recognised));
    for other in &info.also_possible {
        fact("possible", plain(&format!("{} (--layout {}): {}", other.layout_title, other.layout, other.why)));
    }
    for file in &info.files {
        let left_out = match file.events - file.shown {
            0 => String::new(),
            count => format!(", {count} of them in a file before it"),
        };
        let events = counted(file.events as u64, "event");
        fact("file", plain(&format!("{} ({}): {events}{left_out}", file.path, file.layout)));
        if let Some(hash) = &file.hash {
            let same = if hash.same { "the same before and after" } else { "not the same after" };
            fact("", format!("BLAKE3 {}, {same}", hash.at_opening));
        }
    }
    let beside = |number: usize, words: String| {
        if words.is_empty() { number.to_string() } else { format!("{number}, {words}") }
    };
    let in_none = match info.sums.in_none {
        0 => String::new(),
        count => format!("{count} of them in no stream"),
    };
    fact("events", beside(info.events, in_none));
    fact("streams", beside(info.streams, links_words(info.sums.links, info.streams)));
    if let (Some(first), Some(last)) = (info.first_time, info.last_time) {
        fact("times", format!("{first} to {last}"));
    }
    if let (Some(first), Some(last)) = (info.first_position, info.last_position) {
        fact("positions", format!("#{first} to #{last}"));
    }
    fact("snapshots", info.snapshots.to_string());
    let unreadable = info.unreadable.as_ref().map(|reasons| match reasons.as_slice() {
        [] => "no payload".to_owned(),
        reasons => {
            let each = reasons.iter().map(|reason| format!("{} ({})", reason.events, plain(&reason.reason)));
            each.collect::<Vec<_>>().join(", ")
        }
    });
    fact("unreadable", unreadable.unwrap_or_else(|| "not looked for (--quick)".to_owned()));
    fact("opened", "read-only".to_owned());
    for side in &info.side_files {
        fact("beside it", format!("{} ({})", plain(&side.name), counted(side.bytes, "byte")));
    }
    if let Some(hash) = &info.hash {
        fact("BLAKE3 before", hash.at_opening.clone());
        fact("BLAKE3 after", hash.at_end.clone());
        let words =
            if hash.same { "the same: nothing was written" } else { "not the same: another program wrote to it" };
        fact("compared", words.to_owned());
    }
    facts.print(output, 0)?;
    if !info.categories.is_empty() {
        output.line("")?;
        let mut categories = Columns::new(&["category", "streams", "events"]).right(&[1, 2]);
        for category in &info.categories {
            categories.row([
                plain_name(&category.name),
                category.streams.to_string(),
                category.events.to_string(),
                links_words(category.links, category.streams),
            ]);
        }
        categories.print(output, 0)?;
        match info.sums.in_several {
            0 => {}
            1 => output.line("(1 event is in streams of several categories, and counted in each)")?,
            many => {
                output.line(format!("({many} events are in streams of several categories, and counted in each)"))?;
            }
        }
    }
    if !info.types.is_empty() {
        output.line("")?;
        let mut types = Columns::new(&["type", "events"]).right(&[1]);
        for kind in &info.types {
            types.row([plain_type(&kind.name), shown(Some(kind.events))]);
        }
        types.print(output, 0)?;
    }
    if !info.notes.is_empty() {
        output.line("")?;
    }
    info.notes.iter().try_for_each(|note| output.line(format!("note: {}", plain(note))))
}
