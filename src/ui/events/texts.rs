//! What rows say, made once for each row in sight: no payload is decoded in every frame.

use std::collections::HashMap;
use std::sync::Arc;

use chrono_tz::Tz;

use crate::app::Document;
use crate::job::{RowChange, ScenarioId, StoreKey};
use crate::model::{names, zoned};
use crate::replay::Change;
use crate::ui::text;

/// The words of a row.
#[derive(Debug, Default)]
pub struct RowText {
    pub number: String,
    pub version: String,
    /// The version in the branch, where it is another one.
    pub branch_version: Option<String>,
    pub date: String,
    pub clock: String,
    pub stream: String,
    pub sentence: String,
    pub by: String,
    /// What it changed, if that is known.
    pub changed: String,
    /// Why it changed nothing, said quietly.
    pub unchanged: Option<&'static str>,
    /// Invariants that do not hold after it, and what the projection could not do.
    pub wrong: Vec<String>,
}

/// What the texts were made of: other values of these, other texts.
type Of = (StoreKey, Option<Arc<str>>, [u64; 3], ScenarioId, Tz);

/// The texts of the rows that were in sight.
#[derive(Default)]
pub struct Texts {
    of: Option<Of>,
    rows: HashMap<u32, Arc<RowText>>,
}

/// Texts that are kept; beyond it all are made again as they come into sight.
const KEPT: usize = 2_000;

impl Texts {
    /// Forgets what is no longer so. `stream` is the one whose rows they are; `None` for rows of the whole store.
    pub fn refresh(&mut self, document: &Document, zone: Tz, stream: Option<&Arc<str>>) {
        let editions = [
            document.rows_asked.edition(),
            document.changes_asked.edition(),
            document.active_scenario().branch.edition(),
        ];
        let scenario = document.active_scenario().id;
        let of = Some((document.opened.key, stream.cloned(), editions, scenario, zone));
        if self.of != of || self.rows.len() > KEPT {
            self.of = of;
            self.rows.clear();
        }
    }

    /// The text of an event; `place` is where it is in the selected stream, if the row is one of it.
    pub fn row(&mut self, document: &Document, zone: Tz, event: u32, place: Option<usize>) -> Arc<RowText> {
        self.rows.entry(event).or_insert_with(|| Arc::new(row_text(document, zone, event, place))).clone()
    }
}

fn row_text(document: &Document, zone: Tz, event: u32, place: Option<usize>) -> RowText {
    let log = &document.opened.log;
    let at = event as usize;
    let full = document.rows.get(&event);
    let sentence = match full {
        Some(row) => row.sentence.as_deref().map_or_else(|| crate::report::sentence(&row.event), str::to_owned),
        None => names::humanised(&log.event_type(log.type_of(at)).short),
    };
    let version = |version: Option<i64>| version.map_or_else(|| "—".to_owned(), |version| format!("v{version}"));
    let time = log.time(at);
    let raw = || full.and_then(|row| row.event.time_raw.as_deref()).unwrap_or("—").to_owned();
    let mut out = RowText {
        number: log.position(at).to_string(),
        version: version(log.version(at)),
        date: time.map_or_else(String::new, |time| zoned::date(time, zone)),
        clock: time.map_or_else(raw, |time| zoned::clock(time, zone)),
        stream: log.stream_of(at).map_or_else(|| "—".to_owned(), |stream| log.stream(stream).name.to_string()),
        sentence: one_line(&sentence),
        by: full.and_then(|row| row.event.user.as_deref()).map_or_else(String::new, one_line),
        ..RowText::default()
    };
    if let Some(place) = place {
        let in_branch = branch_version(document, event, place);
        out.branch_version = in_branch.filter(|branch| *branch != log.version(at)).map(version);
        if let Some(change) = document.changes.get(&event) {
            say_changes(&mut out, change);
        }
    }
    out
}

/// The version of a recorded event in the branch, if its stream has a lane there and the event is in it.
fn branch_version(document: &Document, event: u32, place: usize) -> Option<Option<i64>> {
    let (branch, _) = document.active_scenario().branch.value()?;
    let lane = branch.stream(document.stream.as_deref()?)?;
    let mut there = place.checked_sub(lane.lifted().partition_point(|lifted| (*lifted as usize) < place))?;
    for fresh in lane.fresh() {
        if *fresh as usize > there {
            break;
        }
        there += 1;
    }
    lane.events().get(there).filter(|found| found.index() == Some(event)).map(|found| found.version())
}

fn say_changes(out: &mut RowText, change: &RowChange) {
    let mut parts: Vec<String> = change.changes.iter().map(said).collect();
    if change.more > 0 {
        parts.push(format!("{} more", change.more));
    }
    out.changed = parts.join(", ");
    out.wrong = change.broken.iter().map(|name| format!("does not hold: {name}")).collect();
    if let Some(why) = &change.failed {
        out.wrong.push(format!("not applied: {why}"));
    }
    if out.changed.is_empty() {
        out.unchanged = Some(match (&change.failed, change.ignored) {
            (Some(_), _) => "not applied",
            (None, true) => "no rule for this type",
            (None, false) => "nothing changed",
        });
    }
}

/// `balance 97.50 → 77.50`.
pub fn said(change: &Change) -> String {
    let value = |value: &Option<crate::model::Value>| text::describe(value.as_ref());
    match (&change.from, &change.to) {
        (None, to) => format!("{} {}", change.path, value(to)),
        (from, None) => format!("{} {} → gone", change.path, value(from)),
        (from, to) => format!("{} {} → {}", change.path, value(from), value(to)),
    }
}

/// A row has one line.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
