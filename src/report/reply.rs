//! A summary of a stream at a moment, to be pasted into an answer: as plain text and as Markdown.

use std::cmp::Reverse;
use std::sync::Arc;

use chrono_tz::Tz;

use super::words;
use crate::model::{Moment, Path, Segment, Timestamp, Value, ValuePath, names, zoned};
use crate::replay::ProjectionKind;

/// At most so many values are listed; the others are counted.
pub const MOST_VALUES: usize = 24;
/// Up to so many, items of lists are listed too that the last event did not change.
const FEW_VALUES: usize = 12;

/// At most so many of the last events are listed.
pub const MOST_EVENTS: usize = 5;

/// Longer values are cut, in characters.
const LONGEST_VALUE: usize = 60;
const LONGEST_NAME: usize = 200;
const LONGEST_SENTENCE: usize = 160;

/// What a summary is made of.
#[derive(Debug, Clone)]
pub struct ReplyFacts<'a> {
    /// The file's name.
    pub file_name: &'a str,
    /// The whole path.
    pub path: &'a str,
    /// The title of the store's layout.
    pub layout_title: &'a str,
    /// The file's hash (BLAKE3, hexadecimal), where it is known.
    pub hash: Option<&'a str>,
    /// The stream.
    pub stream: &'a str,
    /// The moment that was asked for.
    pub moment: Moment,
    /// The zone of every time.
    pub zone: Tz,
    /// The last event taken in; `None` before the first one.
    pub at: Option<ReplyEvent>,
    /// How many events of the stream were taken in.
    pub taken: usize,
    /// How many it has.
    pub of: usize,
    /// The projection's title.
    pub projection: &'a str,
    /// What kind of projection it is.
    pub kind: ProjectionKind,
    /// The fields that tell most, which come first.
    pub key_fields: &'a [Path],
    /// The state.
    pub state: &'a Value,
    /// Its leaves, with what set them.
    pub leaves: Vec<SetLeaf>,
    /// Why the projection stopped before the moment: the state is the one before that event.
    pub stopped: Option<String>,
    /// Names of invariants that do not hold.
    pub broken: Vec<Arc<str>>,
    /// The last events taken in, in replay order. The last [`MOST_EVENTS`] are listed.
    pub last_events: Vec<ReplyEvent>,
}

/// An event in a summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyEvent {
    /// Its place in the store.
    pub position: Option<i64>,
    /// Its version in its stream.
    pub version: Option<i64>,
    /// When it was recorded.
    pub time: Option<Timestamp>,
    /// What happened.
    pub sentence: String,
    /// Who caused it.
    pub user: Option<Arc<str>>,
}

/// A leaf of the state, with what set it.
#[derive(Debug, Clone, PartialEq)]
pub struct SetLeaf {
    /// Where it is.
    pub path: ValuePath,
    /// What it is.
    pub value: Value,
    /// What it was before the last event; `None` where there was nothing. Only told where that event changed it.
    pub from: Option<Value>,
    /// Whether the last event taken in changed it.
    pub changed_now: bool,
    /// The event that set it; `None` for what was there from the start.
    pub event: Option<ReplyEvent>,
}

/// The summary as plain text, its columns aligned for a fixed-width font and readable in any other.
pub fn text(facts: &ReplyFacts<'_>) -> String {
    let Summary { title, head, heading, rows, more, broken, events, closing } = summary(facts);
    let mut out = format!("{title}\n\n{heading}\n");
    let values: Vec<String> = rows
        .iter()
        .map(|row| row.was.as_ref().map_or_else(|| row.value.clone(), |was| format!("{} ({was})", row.value)))
        .collect();
    let (path, value) = (widest(rows.iter().map(|row| &*row.path)), widest(values.iter().map(|value| &**value)));
    for (row, shown) in rows.iter().zip(&values) {
        let line = format!("  {}  {}  {}", padded(&row.path, path), padded(shown, value), row.set);
        out.push_str(&format!("{}\n", line.trim_end()));
    }
    if let Some(more) = more {
        out.push_str(&format!("  {more}\n"));
    }
    if !broken.is_empty() {
        out.push_str("\nDoes not hold at this moment\n");
        broken.iter().for_each(|name| out.push_str(&format!("  {name}\n")));
    }
    if !events.is_empty() {
        out.push_str(&format!("\n{}\n", last_events(events.len())));
        let (when, number) =
            (widest(events.iter().map(|event| &*event.when)), widest(events.iter().map(|event| &*event.number)));
        for event in &events {
            let (at, number) = (padded(&event.when, when), padded(&event.number, number));
            let by = event.by.as_ref().map_or_else(String::new, |by| format!(", by {by}"));
            out.push_str(&format!("  {at}  {number}  {}{by}\n", event.sentence));
        }
    }
    out.push_str(&format!("\n{SOURCE}\n"));
    let label = widest(head.iter().map(|(label, _)| *label));
    for (name, words) in &head {
        out.push_str(&format!("  {}  {words}\n", padded(name, label)));
    }
    out.push_str(&format!("\n{closing}\n"));
    out
}

/// Over what the summary was made of: last, for whoever checks it.
const SOURCE: &str = "Where this comes from";

/// The summary as Markdown. Nothing that the store says becomes markup.
pub fn markdown(facts: &ReplyFacts<'_>) -> String {
    let Summary { title, head, heading, rows, more, broken, events, closing } = summary(facts);
    let mut out = format!("**{}**\n\n", words::escaped(&title));
    out.push_str(&format!("**{}**\n\n", words::escaped(&heading)));
    for row in &rows {
        let was = row.was.as_ref().map_or_else(String::new, |was| format!(" ({})", words::escaped(was)));
        let (path, value) = (words::code(&row.path), words::code(&row.value));
        let set = if row.set.is_empty() { String::new() } else { format!(", {}", words::escaped(&row.set)) };
        out.push_str(&format!("- {path}: {value}{was}{set}\n"));
    }
    if let Some(more) = more {
        out.push_str(&format!("- {more}\n"));
    }
    if !broken.is_empty() {
        out.push_str("\n**Does not hold at this moment**\n\n");
        broken.iter().for_each(|name| out.push_str(&format!("- {}\n", words::escaped(name))));
    }
    if !events.is_empty() {
        out.push_str(&format!("\n**{}**\n\n", last_events(events.len())));
        for event in &events {
            let by = event.by.as_ref().map_or_else(String::new, |by| format!(", by {}", words::escaped(by)));
            let (when, sentence) = (&event.when, words::escaped(&event.sentence));
            out.push_str(&format!("- {when}, {}: {sentence}{by}\n", event.number));
        }
    }
    out.push_str(&format!("\n**{SOURCE}**\n\n"));
    for (name, words) in &head {
        out.push_str(&format!("- {name}: {}\n", words::escaped(words)));
    }
    out.push_str(&format!("\n{closing}\n"));
    out
}

/// What both forms say, in words that were cleaned but not escaped.
struct Summary {
    title: String,
    head: Vec<(&'static str, String)>,
    heading: String,
    rows: Vec<Row>,
    more: Option<String>,
    broken: Vec<String>,
    events: Vec<EventLine>,
    closing: &'static str,
}

struct Row {
    path: String,
    value: String,
    /// What it was, in words.
    was: Option<String>,
    /// What set it, who, and when.
    set: String,
}

struct EventLine {
    when: String,
    number: String,
    sentence: String,
    by: Option<String>,
}

fn summary(facts: &ReplyFacts<'_>) -> Summary {
    let leaves: Vec<&SetLeaf> =
        listed(&facts.leaves, facts.key_fields).into_iter().map(|at| &facts.leaves[at]).collect();
    let more = facts.leaves.len() - leaves.len();
    let events = &facts.last_events[facts.last_events.len().saturating_sub(MOST_EVENTS)..];
    let times = Times::new(facts, &leaves, events);
    let name = |text: &str| words::shortened(&words::cleaned(text), LONGEST_NAME);
    let stream = name(names::shown(facts.stream));
    let moment = match facts.moment {
        Moment::Instant(time) => zoned::date_time(time, facts.zone),
        Moment::Position(position) => format!("event {position}"),
        Moment::Version(version) => format!("version {version}"),
    };
    let title = match facts.moment {
        Moment::Instant(_) => format!("{stream} at {moment}, {}", times.label),
        Moment::Position(_) | Moment::Version(_) => format!("{stream} after {moment}"),
    };
    let taken = match &facts.at {
        None => format!("none of {} taken in: this is before the first one", facts.of),
        Some(at) => {
            let upto = format!("{}, recorded {}", number(at), times.when(at.time));
            format!("{} of {} taken in, the last is {upto}", facts.taken, facts.of)
        }
    };
    let made_by = match facts.kind {
        ProjectionKind::Automatic => "no rules: every field has the last value that an event gave it".to_owned(),
        ProjectionKind::Rules => format!("{} (rules)", name(facts.projection)),
        ProjectionKind::Script => format!("{} (script)", name(facts.projection)),
        ProjectionKind::Command => format!("{} (program)", name(facts.projection)),
    };
    let mut head = vec![("Store", format!("{} ({})", name(facts.file_name), name(facts.path)))];
    head.push(("Layout", name(facts.layout_title)));
    head.extend(facts.hash.map(|hash| ("BLAKE3", name(hash))));
    head.push(("Stream", stream));
    head.push(("Moment", moment));
    head.push(("Times", times.label.clone()));
    head.push(("Events", taken));
    head.push(("State by", made_by));
    head.extend(facts.stopped.as_ref().map(|stopped| ("Stopped", name(stopped))));
    let mut rows: Vec<Row> = leaves.iter().map(|leaf| row(leaf, &times)).collect();
    if rows.is_empty() {
        let value = match facts.state {
            Value::Null => "nothing is set".to_owned(),
            state => words::value(state, LONGEST_VALUE),
        };
        rows.push(Row { path: "state".to_owned(), value, was: None, set: String::new() });
    }
    let heading = if facts.kind == ProjectionKind::Automatic { "Last value of each field" } else { "State" };
    Summary {
        title,
        head,
        heading: heading.to_owned(),
        rows,
        more: (more > 0).then(|| format!("and {}", words::count(more, "more value", "more values"))),
        broken: facts.broken.iter().map(|broken| name(broken)).collect(),
        events: events.iter().map(|event| event_line(event, &times)).collect(),
        closing: "Foldline only read this file: nothing was written to it.",
    }
}

/// Which leaves are listed, in their order; only these need the event that set them. Key fields come first, then what
/// the last event changed, then fields before items of lists.
pub fn listed(leaves: &[SetLeaf], key_fields: &[Path]) -> Vec<usize> {
    let rank = |at: &usize| {
        let leaf = &leaves[*at];
        let parts = leaf.path.to_path();
        let key = key_fields.iter().position(|key| parts.parts().starts_with(key.parts()));
        let item = leaf.path.0.iter().any(|segment| matches!(segment, Segment::Index(_)));
        match (key, item) {
            (Some(key), false) => (0, key, Reverse(leaf.changed_now)),
            _ if leaf.changed_now => (1, 0, Reverse(true)),
            (_, false) => (2, 0, Reverse(false)),
            (key, true) => (3, key.unwrap_or(usize::MAX), Reverse(false)),
        }
    };
    let mut order: Vec<usize> = (0..leaves.len()).collect();
    order.sort_by_cached_key(rank);
    order.truncate(MOST_VALUES);
    // Items that nothing happened to are only in the way of what matters, where there is much else.
    if order.len() > FEW_VALUES {
        let is_old_item = |at: &usize| rank(at).0 == 3;
        order.retain(|at| !is_old_item(at));
    }
    order
}

fn row(leaf: &SetLeaf, times: &Times) -> Row {
    let path = words::shortened(&words::cleaned(&leaf.path.to_string()), LONGEST_VALUE);
    let was = match &leaf.from {
        _ if !leaf.changed_now => None,
        Some(from) => Some(format!("was {}", words::value(from, LONGEST_VALUE))),
        None => Some("new".to_owned()),
    };
    let set = leaf.event.as_ref().map_or_else(
        || "there from the start, set by no event".to_owned(),
        |event| {
            let EventLine { when, number, sentence, by } = event_line(event, times);
            let by = by.map_or_else(String::new, |by| format!(" by {by}"));
            format!("set {when}{by}: {sentence} ({number})")
        },
    );
    let path = if path.is_empty() { "value".to_owned() } else { path };
    Row { path, value: words::value(&leaf.value, LONGEST_VALUE), was, set }
}

fn event_line(event: &ReplyEvent, times: &Times) -> EventLine {
    let user = event.user.as_deref().map(|user| words::shortened(&words::cleaned(user), LONGEST_VALUE));
    EventLine {
        when: times.when(event.time),
        number: number(event),
        sentence: words::shortened(&words::cleaned(&event.sentence), LONGEST_SENTENCE),
        // A sentence that names them already says it.
        by: user.filter(|user| !user.is_empty() && !names(&event.sentence, user)),
    }
}

/// Whether a sentence has a name as a word of its own.
fn names(sentence: &str, name: &str) -> bool {
    let part_of_a_word = |c: char| c.is_alphanumeric() || c == '.' || c == '_' || c == '-';
    sentence.match_indices(name).any(|(at, _)| {
        let after = sentence[at + name.len()..].trim_end_matches('.');
        !sentence[..at].ends_with(part_of_a_word) && !after.starts_with(part_of_a_word)
    })
}

/// An event by its place: in the store, and in its stream.
fn number(event: &ReplyEvent) -> String {
    match (event.position, event.version) {
        (Some(position), Some(version)) => format!("event {position}, version {version}"),
        (Some(position), None) => format!("event {position}"),
        (None, Some(version)) => format!("version {version}"),
        (None, None) => "an event without a number".to_owned(),
    }
}

/// How times are printed so that each is one instant only.
struct Times {
    zone: Tz,
    label: String,
    /// Clocks were changed between the times that are shown, so each says its own distance from UTC.
    each: bool,
}

impl Times {
    fn new(facts: &ReplyFacts<'_>, leaves: &[&SetLeaf], events: &[ReplyEvent]) -> Self {
        let zone = facts.zone;
        let asked = if let Moment::Instant(time) = facts.moment { Some(time) } else { None };
        let at = facts.at.as_ref().and_then(|at| at.time);
        let set = leaves.iter().filter_map(|leaf| leaf.event.as_ref()?.time);
        let shown: Vec<Timestamp> =
            asked.into_iter().chain(at).chain(set).chain(events.iter().filter_map(|event| event.time)).collect();
        let first = shown.first().map(|time| zoned::offset(*time, zone));
        let each = shown.iter().any(|time| Some(zoned::offset(*time, zone)) != first);
        Self { zone, label: zoned::zone_label(zone, shown.first().copied()), each }
    }

    fn when(&self, time: Option<Timestamp>) -> String {
        match time {
            None => "at no known time".to_owned(),
            Some(time) if self.each => {
                format!("{} {}", zoned::date_time(time, self.zone), zoned::offset(time, self.zone))
            }
            Some(time) => zoned::date_time(time, self.zone),
        }
    }
}

fn last_events(count: usize) -> String {
    if count == 1 { "The last event".to_owned() } else { format!("The last {count} events") }
}

/// Columns wider than this are not aligned: one long value must not push all others away.
const WIDEST: usize = 40;

fn widest<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(|text| text.chars().count()).filter(|len| *len <= WIDEST).max().unwrap_or(0)
}

fn padded(text: &str, width: usize) -> String {
    format!("{text:<width$}")
}

#[cfg(test)]
mod tests;
