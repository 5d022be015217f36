//! What rows say, made once for each row in sight: no payload is decoded in every frame.

use std::collections::HashMap;
use std::sync::Arc;

use chrono_tz::Tz;

use crate::app::Document;
use crate::job::{RowChange, ScenarioId, StoreKey};
use crate::model::{Event, names, zoned};
use crate::replay::Change;
use crate::ui::text;
use crate::whatif::BranchEvent;

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
    /// What the scenario did to it: `amount 20 → 5`.
    pub edited: Option<String>,
    /// Whether the scenario put it elsewhere.
    pub moved: bool,
}

/// What the texts were made of: other values of these, other texts.
type Of = (StoreKey, Option<Arc<str>>, [u64; 3], ScenarioId, Tz);

/// The texts of the rows that were in sight.
#[derive(Default)]
pub struct Texts {
    of: Option<Of>,
    rows: HashMap<u32, Arc<RowText>>,
    /// Of what the scenario put into the stream, by place in the branch.
    put: HashMap<usize, Arc<RowText>>,
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
            self.put.clear();
        }
    }

    /// The text of an event; `place` is where it is in the selected stream, if the row is one of it.
    pub fn row(&mut self, document: &Document, zone: Tz, event: u32, place: Option<usize>) -> Arc<RowText> {
        self.rows.entry(event).or_insert_with(|| Arc::new(row_text(document, zone, event, place))).clone()
    }

    /// The text of what the scenario put into the selected stream, by its place in the branch.
    pub fn put(&mut self, document: &Document, zone: Tz, place: usize, event: &BranchEvent) -> Arc<RowText> {
        self.put.entry(place).or_insert_with(|| Arc::new(put_text(document, zone, event))).clone()
    }
}

fn row_text(document: &Document, zone: Tz, event: u32, place: Option<usize>) -> RowText {
    let log = &document.opened.log;
    let at = event as usize;
    let full = document.rows.get(&event);
    let sentence = match full {
        Some(row) => row.sentence.as_ref().unwrap_or(&row.told).to_string(),
        None => names::type_words(&log.event_type(log.type_of(at)).short),
    };
    let version = |version: Option<i64>| version.map_or_else(|| "—".to_owned(), |version| format!("v{version}"));
    let time = log.time(at);
    let raw = || full.and_then(|row| row.event.time_raw.as_deref()).unwrap_or("—").to_owned();
    let mut out = RowText {
        number: log.position(at).to_string(),
        version: version(log.version(at)),
        date: time.map_or_else(String::new, |time| zoned::date(time, zone)),
        clock: time.map_or_else(raw, |time| zoned::clock(time, zone)),
        stream: log
            .stream_of(at)
            .map_or_else(|| "—".to_owned(), |stream| names::shown(&log.stream(stream).name).to_owned()),
        sentence: one_line(&sentence),
        by: full.and_then(|row| row.event.user.as_deref()).map_or_else(String::new, one_line),
        ..RowText::default()
    };
    if let Some(place) = place {
        match in_branch(document, event, place) {
            Some(InBranch::There(there)) => {
                let in_branch = Some(there.version());
                out.branch_version = in_branch.filter(|branch| *branch != log.version(at)).map(version);
                if let BranchEvent::Edited { event: edited, .. } = &there {
                    out.edited = Some(edited_words(document, event, edited, zone));
                }
            }
            Some(InBranch::Moved) => {
                out.moved = true;
                out.edited = Some("moved".to_owned());
            }
            None => {}
        }
        if let Some(change) = document.changes.get(&event) {
            say_changes(&mut out, change);
        }
    }
    out
}

/// What became of a recorded event in the branch of its stream.
enum InBranch {
    /// It is still in its place.
    There(BranchEvent),
    /// It stands elsewhere.
    Moved,
}

/// What became of a recorded event, if its stream has a lane in the branch and the event was not left out.
fn in_branch(document: &Document, event: u32, place: usize) -> Option<InBranch> {
    let (branch, _) = document.active_scenario().branch.value()?;
    let lane = branch.stream(document.stream.as_deref()?)?;
    if u32::try_from(place).is_ok_and(|place| lane.lifted().binary_search(&place).is_ok()) {
        let gone = branch.deleted_by(event).is_some() || document.is_left_out(event);
        return (!gone).then_some(InBranch::Moved);
    }
    let mut there = place.checked_sub(lane.lifted().partition_point(|lifted| (*lifted as usize) < place))?;
    for fresh in lane.fresh() {
        if *fresh as usize > there {
            break;
        }
        there += 1;
    }
    lane.events().get(there).filter(|found| found.index() == Some(event)).map(InBranch::There)
}

/// What an edit changed in what an event says: `amount 20 → 5, time 10:00 → 11:00`.
fn edited_words(document: &Document, event: u32, edited: &Event, zone: Tz) -> String {
    const SHOWN: usize = 3;
    let log = &document.opened.log;
    let at = event as usize;
    let mut parts = Vec::new();
    let kind = &log.event_type(log.type_of(at)).name;
    if *kind != edited.event_type {
        parts.push(format!("{} → {}", names::type_words(kind), names::type_words(&edited.event_type)));
    }
    let recorded = document.rows.get(&event).map(|row| &row.event);
    if let Some(recorded) = recorded
        && let (Ok(before), Ok(after)) = (recorded.data.decoded(), edited.data.decoded())
    {
        let changes = crate::replay::diff(&before, &after);
        parts.extend(changes.iter().take(SHOWN).map(crate::app::edit_words::change_words));
        if changes.len() > SHOWN {
            parts.push(format!("{} more", changes.len() - SHOWN));
        }
        if recorded.metadata != edited.metadata {
            parts.push("metadata".to_owned());
        }
    }
    if log.time(at) != edited.time {
        let shown = |time: Option<crate::model::Timestamp>| {
            time.map_or_else(|| "no time".to_owned(), |time| zoned::date_time(time, zone))
        };
        let same_day = log.time(at).zip(edited.time).is_some_and(|(a, b)| zoned::date(a, zone) == zoned::date(b, zone));
        let to = if same_day { edited.time.map(|time| zoned::clock(time, zone)) } else { None };
        parts.push(format!("time → {}", to.unwrap_or_else(|| shown(edited.time))));
    }
    if parts.is_empty() { "changed".to_owned() } else { one_line(&parts.join(", ")) }
}

/// The text of a row that the scenario put into a stream.
fn put_text(document: &Document, zone: Tz, put: &BranchEvent) -> RowText {
    let log = &document.opened.log;
    let version = |version: Option<i64>| version.map_or_else(|| "—".to_owned(), |version| format!("v{version}"));
    let (base, event) = match put {
        BranchEvent::Recorded { index, .. } => (Some(*index), None),
        BranchEvent::Edited { base, event } => (Some(*base), Some(event)),
        BranchEvent::Inserted { event } => (None, Some(event)),
    };
    let recorded = base.map(|base| row_text(document, zone, base, None));
    let mut out = match (event, recorded) {
        (Some(event), recorded) => {
            let time = event.time.map(|time| (zoned::date(time, zone), zoned::clock(time, zone)));
            let (date, clock) = time.unwrap_or_else(|| (String::new(), "—".to_owned()));
            RowText {
                number: recorded.map_or_else(|| "+".to_owned(), |recorded| recorded.number),
                date,
                clock,
                sentence: one_line(&crate::report::sentence(event)),
                by: event.user.as_deref().map_or_else(String::new, one_line),
                ..RowText::default()
            }
        }
        (None, Some(recorded)) => recorded,
        (None, None) => RowText::default(),
    };
    out.version = version(put.version());
    out.moved = base.is_some();
    let from = base.and_then(|base| log.stream_of(base as usize)).map(|stream| &log.stream(stream).name);
    out.edited = Some(match from.filter(|from| Some(*from) != document.stream.as_ref()) {
        _ if base.is_none() => "inserted".to_owned(),
        Some(from) => format!("moved here from {}", names::shown(from)),
        None => "moved here".to_owned(),
    });
    out
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
