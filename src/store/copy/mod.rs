//! Copies of a store: in the tables of its own layout, so that its own library can read them, or in Foldline's.
//!
//! Everything that has to be written anew is encoded and checked before the first byte is written. Every row of the
//! finished copy is read back before it gets its name. No clock and no chance: the same plan gives the same bytes.

mod bookkeeping;
mod chain;
mod columns;
mod commits;
mod convert;
mod cut;
mod describe;
mod encode;
mod envelope;
mod file;
mod gone;
mod jsonb;
mod links;
mod list_rows;
mod metadata;
mod order;
mod own_fields;
mod payload_form;
mod places;
mod read_back;
mod rewritten;
mod ruby_types;
mod sha1;
mod siblings;
mod snapshots;
mod stream_keys;
mod streams;
mod tables;
mod time_form;
mod writer;

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::model::{Cancel, CopyDescription, CopyPlan, CopyRow, Event, EventLog, Progress};

use super::Store;
use super::connect::quoted;
use super::error::StoreError;
use super::recognise::{Bound, Key};
use super::several::Several;
use super::target::{Target, is_same_file};
use rewritten::Stored;
use tables::SCENARIO_TABLE;
use writer::Writer;

/// How to write a copy.
#[derive(Debug, Clone, Default)]
pub struct CopyOptions {
    /// Replace a file that is there.
    pub force: bool,
    /// Also take the tables that are not the layout's.
    pub whole: bool,
    /// Write in Foldline's own layout, whatever the store's is.
    pub as_foldline: bool,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyReport {
    /// Where, as it was named.
    pub path: PathBuf,
    /// How many events.
    pub events: u64,
    /// What a user should know: what was set anew, what is not in it.
    pub notes: Vec<String>,
}

/// Writes a copy. `log` is the index of a scan of `store` to which the plan's indices refer; `progress` counts events.
///
/// Errors: the layout can't be written, an event can't be encoded in it, the target exists (without `force`), is the
/// store or can't be written, the store changed meanwhile. In all of them nothing is left under the target's name.
pub fn write_copy(
    store: &Store,
    log: &EventLog,
    plan: &CopyPlan,
    out: &Path,
    options: &CopyOptions,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<CopyReport, StoreError> {
    let others = store.several.iter().flat_map(Several::files);
    if others.into_iter().any(|file| is_same_file(out, file.path())) {
        return Err(StoreError::TargetIsStore(out.to_owned()));
    }
    let target = Target::new(out, options.force, Some(&store.source.real))?;
    progress.set_total(plan.rows.len() as u64);
    progress.set_done(0);
    if options.as_foldline && (store.bound.spec.id != "foldline" || store.several.is_some()) {
        return convert::write(store, log, plan, target, out, progress, cancel);
    }
    // The index is of the scan; everything else is read now.
    let as_scanned = store.as_scanned(log)?;
    let how = how_to_write(store, log, plan)?;
    progress.set_total(plan.rows.len() as u64 + rewritten_rows(plan));
    let source = store.source.connect(Some(cancel))?;
    let stored = Stored::new(store, log, &source, plan)?;
    if how == How::LeaveOut {
        let (written, notes) = cut::write(&stored, plan, options, &target, progress, cancel)?;
        as_scanned.check()?;
        cut::verify(&stored, plan, &target, out, &written, cancel)?;
        target.finish()?;
        return Ok(CopyReport { path: out.to_owned(), events: plan.rows.len() as u64, notes });
    }
    let (images, counts) = stored.rewritten(plan, progress, cancel);
    let images = images?;
    let writer = Writer { stored: &stored, plan, options, cancel };
    let (written, notes) = writer.write(&target, &images, counts, progress)?;
    as_scanned.check()?;
    writer.verify(&target, out, &written)?;
    target.finish()?;
    Ok(CopyReport { path: out.to_owned(), events: plan.rows.len() as u64, notes })
}

/// What a copy would hold, without writing it. What can't be encoded is in the description, not an error; what only
/// the new file's own constraints would refuse is not found here.
///
/// Errors: the store can't be read any more, or the work was cancelled.
pub fn describe_copy(
    store: &Store,
    log: &EventLog,
    plan: &CopyPlan,
    options: &CopyOptions,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<CopyDescription, StoreError> {
    store.as_scanned(log)?;
    let all = if options.as_foldline { plan.rows.len() as u64 } else { 0 };
    progress.set_total(rewritten_rows(plan) + all);
    progress.set_done(0);
    let source = store.source.connect(Some(cancel))?;
    let stored = Stored::new(store, log, &source, plan)?;
    describe::describe(&stored, plan, options, progress, cancel)
}

/// How many rows are encoded anew.
fn rewritten_rows(plan: &CopyPlan) -> u64 {
    plan.rows.iter().filter(|row| !matches!(row, CopyRow::Recorded(_))).count() as u64
}

/// How the store's own layout is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// Row by row, encoded anew where they are not as recorded.
    Encode,
    /// The rows that stay, as they are.
    LeaveOut,
}

/// Errors: a copy of this plan can't be written in the store's own layout.
fn how_to_write(store: &Store, log: &EventLog, plan: &CopyPlan) -> Result<How, StoreError> {
    if store.several.is_some() {
        return Err(StoreError::SeveralNotWritable);
    }
    let bound = &store.bound;
    let mut why = why_no_edits(store, log);
    if cut::is_cut(plan) && cut::leaves_out(bound) {
        // Of several events in one row, some can't go alone.
        let is_torn = || bound.events_are_several() && cut::rows_that_stay(bound, log, plan).is_err();
        let not_cut = if !cut::is_possible(bound) {
            "its tables are not as the library makes them"
        } else if is_torn() {
            "one of its rows holds events that the copy would have and others"
        } else {
            return Ok(How::LeaveOut);
        };
        why = why.map(|_| not_cut.to_owned());
    }
    match why {
        None => Ok(How::Encode),
        Some(why) => Err(StoreError::LayoutNotWritable { title: bound.spec.title.clone(), why }),
    }
}

/// Why copies with edits can't be in the store's own layout, in part of a sentence; `None` where they can, unless an
/// event has what can't be encoded in it.
pub fn why_no_edits(store: &Store, log: &EventLog) -> Option<String> {
    let bound = &store.bound;
    let why = if store.several.is_some() {
        "it is a history of several files"
    } else if !bound.spec.writable {
        bound.spec.writing.cannot.as_deref().unwrap_or("how its library writes events is not known well enough")
    } else if bound.sources.len() != 1 {
        "its events are in several tables"
    } else if bound.sources.iter().any(|source| source.links.as_ref().is_some_and(|(links, _)| links.rowid().is_none()))
    {
        "the table that says which streams its events are in has no row numbers"
    } else if matches!(&bound.key, Key::Keyed { .. }) && bound.sources.iter().any(|source| source.links.is_some()) {
        "its event table has no row numbers"
    } else if matches!(&bound.key, Key::Keyed { position: None, .. }) {
        "its event table has neither row numbers nor positions, so that nothing says where a new event comes"
    } else if bound.spec.writing.commits.is_some()
        && bound.events.column(bound.key.rowid().unwrap_or_default()).is_none()
    {
        "its rows have no numbers of their own"
    } else if !has_places(bound, log) {
        "its positions are missing or repeated, so that nothing says where a new event comes"
    } else {
        return None;
    };
    Some(why.to_owned())
}

/// Whether rows can be put anywhere in the store's order.
fn has_places(bound: &Bound, log: &EventLog) -> bool {
    match &bound.key {
        Key::Rowid(_) | Key::Columns(_) => true,
        // Positions that are missing or repeated are no order.
        Key::Position { .. } => !log.has_ordinal_positions(),
        Key::Keyed { by, position, .. } => {
            position.as_ref().is_some_and(|position| by == std::slice::from_ref(position))
                && !log.has_ordinal_positions()
        }
        // The rows' own values are the order: it is checked when they are made.
        Key::Ordered { by, .. } => by.iter().all(|column| order::is_in_rows(bound, column)),
    }
}

/// Whether a copy of this plan can be in the store's own layout, as far as the layout goes: an event may still have
/// what can't be encoded in it. If not, it can be in Foldline's.
pub fn copies_in_own_layout(store: &Store, log: &EventLog, plan: &CopyPlan) -> bool {
    how_to_write(store, log, plan).is_ok()
}

/// Why it can't, in part of a sentence.
pub fn why_not_in_own_layout(store: &Store, log: &EventLog, plan: &CopyPlan) -> Option<String> {
    match how_to_write(store, log, plan).err()? {
        StoreError::LayoutNotWritable { why, .. } => Some(why),
        error => Some(error.to_string()),
    }
}

/// The event as an error names it.
fn described(event: &Event) -> String {
    let stream = event.stream.as_deref().unwrap_or("an event in no stream");
    let version = event.version.map(|version| format!(" v{version}")).unwrap_or_default();
    format!("{stream}{version} ({})", event.event_type)
}

/// Adds the note of a scenario; notes of earlier copies stay.
fn write_scenario(to: &Connection, scenario: Option<&str>) -> rusqlite::Result<()> {
    let Some(scenario) = scenario else {
        return Ok(());
    };
    let table = quoted(SCENARIO_TABLE);
    to.execute(
        &format!("CREATE TABLE IF NOT EXISTS {table} (number INTEGER PRIMARY KEY, scenario TEXT NOT NULL)"),
        [],
    )?;
    to.execute(&format!("INSERT INTO {table} (scenario) VALUES (?1)"), [scenario])?;
    Ok(())
}

/// Reads events of a plan in its order, recorded ones in batches.
fn for_each_planned(
    store: &Store,
    log: &EventLog,
    plan: &CopyPlan,
    f: &mut dyn FnMut(usize, &Event) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    const BATCH: usize = 256;
    let mut reader = store.reader()?;
    for (chunk, rows) in plan.rows.chunks(BATCH).enumerate() {
        let recorded: Vec<u32> = rows
            .iter()
            .filter_map(|row| if let CopyRow::Recorded(index) = row { Some(*index) } else { None })
            .collect();
        let mut events = reader.events(log, &recorded)?.into_iter();
        for (at, row) in rows.iter().enumerate() {
            let place = chunk * BATCH + at;
            match row {
                CopyRow::Recorded(_) => match events.next() {
                    Some(event) => f(place, &event)?,
                    None => return Err(StoreError::Changed(store.path().to_owned())),
                },
                CopyRow::Edited { event, .. } | CopyRow::Inserted(event) => f(place, event)?,
            }
        }
    }
    Ok(())
}
