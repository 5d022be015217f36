//! What is odd about the rows that a mapping reads, in words, as samples show it.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use super::look::{Cell, Sample};
use super::preview::{Evaluated, Found, unit};
use crate::model::mapping::{MappedTable, PayloadFrom, Problem, TimeAs, TimeFrom};

/// What is odd about a table as a mapping reads it.
pub(super) fn of_table(sample: &Sample, mapped: &MappedTable, events: &[Evaluated]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let of = |role: &'static str, words: String, rows: usize| Problem {
        table: sample.table.name.clone(),
        role,
        words,
        rows,
    };
    if events.is_empty() {
        problems.push(of("type", "the table has no rows: this is a guess by names alone".to_owned(), 0));
        return problems;
    }
    let of_rows =
        |count: usize, words: &str| format!("{count} of {} sampled rows {}", events.len(), of_one(count, words));
    let is_ordered = mapped.position.is_some() || !mapped.order.is_empty() || mapped.time.is_some();
    if sample.table.without_rowid && !is_ordered {
        let words = "nothing says in which order rows came, which have no numbers".to_owned();
        problems.push(of("order", words, events.len()));
    }
    let mut tell = |role: &'static str, fits: &dyn Fn(&Evaluated) -> bool, words: &str| {
        let count = events.iter().filter(|event| fits(event)).count();
        if count > 0 {
            problems.push(of(role, of_rows(count, words), count));
        }
    };
    if !mapped.stream.is_empty() {
        tell("stream", &|event| event.row.stream.is_none(), "are in no stream");
        tell("stream", &|event| event.row.stream.as_deref() == Some(""), "are of a stream without a name");
    }
    tell("type", &|event| event.row.event_type.is_none(), "have no type");
    tell("type", &|event| event.row.event_type.as_deref() == Some(""), "have an empty type");
    if mapped.version.is_some() {
        tell("version", &|event| event.row.version.is_none(), "have no version");
        tell("version", &|event| event.text_version, "have a version that is text");
    }
    if mapped.time.is_some() {
        tell("time", &|event| event.row.time.is_none() && event.row.time_raw.is_none(), "have no time");
        tell("time", &|event| event.row.time_raw.is_some(), "have a time that can't be read");
        tell("time", &|event| is_naive(&event.time), "have a time without a zone: it is taken for UTC");
    }
    if mapped.payload != PayloadFrom::Nothing {
        tell("payload", &|event| matches!(event.payload, Found::Missing), "have no payload");
        tell("payload", &|event| matches!(event.payload, Found::Broken), "have broken JSON: it is shown as text");
        tell("payload", &|event| matches!(event.payload, Found::Opaque), "have bytes that can't be read");
    }
    let mut seen = FxHashSet::default();
    let twice = events.iter().filter(|event| {
        let version = event.row.stream.as_ref().zip(event.row.version);
        version.is_some_and(|(stream, version)| !seen.insert((stream.clone(), version)))
    });
    let twice = twice.count();
    if twice > 0 {
        problems.push(of("version", of_rows(twice, "have a version that their stream has already"), twice));
    }
    let mut say = |role: &'static str, words: String| problems.push(of(role, words, 0));
    times(mapped, events, &mut say);
    if mapped.stream.is_empty() {
        say("stream", "nothing says what events are about: they are in no stream".to_owned());
    } else if mapped.version.is_none() {
        say("version", "no column numbers the events of a stream: they are counted".to_owned());
    }
    match mapped.payload {
        PayloadFrom::Rest => say("payload", "all columns without another role make the payload".to_owned()),
        PayloadFrom::Nothing => say("payload", "events say nothing but their type".to_owned()),
        PayloadFrom::Column { .. } | PayloadFrom::Columns(_) => {}
    }
    problems
}

/// What is said of several rows, said of as many as there are: `have no type`, `has no type`.
fn of_one(count: usize, words: &str) -> String {
    if count != 1 {
        return words.to_owned();
    }
    let words = words.replace("their stream", "its stream");
    match words.split_once(' ') {
        Some(("have", rest)) => format!("has {rest}"),
        Some(("are", rest)) => format!("is {rest}"),
        _ => words,
    }
}

fn times(mapped: &MappedTable, events: &[Evaluated], say: &mut dyn FnMut(&'static str, String)) {
    match &mapped.time {
        None => say("time", "nothing says when events were recorded".to_owned()),
        Some(TimeFrom::Split { date, time }) => {
            say("time", format!("the day is in {date:?} and the time of day in {time:?}"));
        }
        Some(TimeFrom::At { encoding, .. }) => {
            let units: BTreeSet<TimeAs> = events.iter().filter_map(|event| unit(&event.time)).collect();
            let titles: Vec<&str> = units.iter().map(|unit| unit.title()).collect();
            if titles.len() > 1 && *encoding == TimeAs::Auto {
                let all = titles.join(", ");
                say(
                    "time",
                    format!("times are in {} forms: {all}; each is read by its form and magnitude", titles.len()),
                );
            } else if titles.len() > 1 {
                let all = titles.join(", ");
                say("time", format!("times are in {} forms ({all}) and read as one", titles.len()));
            } else if let (TimeAs::Auto, Some(one)) = (encoding, units.first().filter(|unit| **unit != TimeAs::Iso)) {
                say("time", format!("numbers are read as {}, by their magnitude", one.title()));
            }
        }
    }
    if !mapped.order.is_empty() {
        say("order", format!("rows are ordered by {}", mapped.order.join(", ")));
    }
}

/// ISO text with a time of day and no zone.
fn is_naive(cell: &Cell) -> bool {
    let Cell::Text(text) = cell else { return false };
    let text = text.trim();
    let after_day = text.get(10..).unwrap_or_default();
    text.as_bytes().get(4) == Some(&b'-') && !after_day.is_empty() && !after_day.contains(['Z', 'z', '+', '-'])
}
