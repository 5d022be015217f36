//! What a copy would hold, in numbers and sentences, before anything is written.

use crate::model::{Cancel, CopyDescription, CopyPlan, CopyRefusal, CopyRow, Progress};
use crate::store::error::StoreError;
use crate::store::recognise::{self, Bound, Table, glob};

use super::bookkeeping::{Bookkeeping, BookkeepingCounts};
use super::gone::Gone;
use super::rewritten::{RowCounts, Stored};
use super::snapshots::SnapshotFilter;
use super::tables::{self, CopyError, Made};
use super::writer::positions;
use super::{CopyOptions, How, convert, cut, how_to_write};

/// What was found out while a copy is described or written.
#[derive(Debug, Default)]
pub(super) struct Findings {
    counts: RowCounts,
    snapshots: u64,
    snapshots_left_out: u64,
    /// Rows beside that belong to events which are not as recorded.
    gone: u64,
    /// Tables of a whole database that can't be taken.
    virtual_tables: Vec<String>,
}

impl Findings {
    pub(super) fn new(counts: RowCounts, taken: &[Table], schema: &[Made], options: &CopyOptions) -> Self {
        let left_out =
            |made: &&Made| options.whole && made.kind == "table" && !taken.iter().any(|table| table.name == made.name);
        let virtual_tables = schema.iter().filter(left_out).map(|made| made.name.clone()).collect();
        Self { counts, virtual_tables, ..Self::default() }
    }

    /// Notes how many rows beside went with their events.
    pub(super) fn gone(&mut self, count: u64) {
        self.gone = count;
    }

    /// Counts a snapshot.
    pub(super) fn snapshot(&mut self, kept: bool) {
        if kept {
            self.snapshots += 1;
        } else {
            self.snapshots_left_out += 1;
        }
    }
}

/// `3 things`, or `1 thing`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// What a user should know of a copy besides its bookkeeping.
pub(super) fn notes(bound: &Bound, plan: &CopyPlan, findings: &Findings) -> Vec<String> {
    let writing = &bound.spec.writing;
    let mut notes = Vec::new();
    if !findings.virtual_tables.is_empty() {
        notes.push(format!("virtual tables are not copied: {}", findings.virtual_tables.join(", ")));
    }
    if findings.snapshots_left_out > 0 {
        let gone = counted(findings.snapshots_left_out, "snapshot");
        notes.push(format!("{gone} left out, of what the copy's events no longer say"));
        notes.extend(writing.without_snapshots.clone());
    }
    if findings.gone > 0 {
        let gone = counted(findings.gone, "row");
        notes.push(format!("{gone} of the tables beside left out, about events that are not as recorded"));
    }
    if findings.counts.new_times > 0 {
        let events = counted(findings.counts.new_times, "event");
        notes.push(format!("{events} have their time in the metadata, where the store's events like them have none"));
    }
    if findings.counts.lost_times > 0 {
        let events = counted(findings.counts.lost_times, "event");
        notes.push(format!("the layout has no times: that of {events} is not in the copy"));
    }
    if let Some(told) = writing.archived_edits.as_ref().filter(|_| findings.counts.archived > 0) {
        let events = counted(findings.counts.archived, "event");
        notes.push(format!("{events} that the edits concern are archived: {told}"));
    }
    let has_beside = !bound.beside.is_empty();
    let has_edits = plan.rows.iter().any(|row| !matches!(row, CopyRow::Recorded(_))) || plan.scenario.is_some();
    notes.extend(writing.of_inserts.clone().filter(|_| findings.counts.inserted > 0));
    notes.extend(writing.of_edits.clone().filter(|_| has_edits && has_beside));
    notes.extend(writing.of_a_moment.clone().filter(|_| plan.as_of.is_some() && has_beside));
    notes
}

/// What of the library's bookkeeping is set anew, in sentences.
pub(super) fn bookkeeping_words(bound: &Bound, bookkeeping: &Bookkeeping) -> Vec<String> {
    let BookkeepingCounts { streams_set, streams_left_out, streams_added, set_back, forgotten, made_again, commits } =
        bookkeeping.counts;
    let mut words = Vec::new();
    if let Some(spec) = &bound.spec.writing.streams {
        let changes = [
            (streams_set, "with another last version"),
            (streams_added, "new"),
            (streams_left_out, "not in it any more"),
        ];
        let changes: Vec<String> = changes
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{} {what}", counted(*count, "stream")))
            .collect();
        if !changes.is_empty() {
            let table = tables::own_tables(bound).find(|table| glob(&spec.table, &table.name));
            let name = table.map_or(&spec.table, |table| &table.name);
            words.push(format!("{name} is set: {}", changes.join(", ")));
        }
    }
    if commits > 0 {
        words.push(format!("{} cut or numbered anew", counted(commits, "commit")));
    }
    if set_back > 0 {
        let who = counted(set_back, "subscriber");
        words.push(match bookkeeping.unchanged_up_to() {
            Some(position) => format!(
                "{who} set back to #{position}, the last event before the first difference: what follows is handled \
                 again"
            ),
            None => format!("{who} set back to the beginning: where the first difference is can't be told of them"),
        });
    }
    if made_again > 0 {
        let rows = counted(made_again, "row");
        let tables = bound.spec.writing.made_again.join(", ");
        words.push(format!("{rows} of {tables} left out: the library makes them again from the events"));
    }
    if forgotten > 0 {
        let who = counted(forgotten, "subscriber");
        words.push(format!(
            "{who} without a checkpoint now: events that they had handled are not as recorded, so they begin anew"
        ));
    }
    words
}

pub(super) fn describe(
    stored: &Stored<'_>,
    plan: &CopyPlan,
    options: &CopyOptions,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<CopyDescription, StoreError> {
    let bound = stored.bound();
    let several = stored.store.is_several();
    let is_own_layout = !options.as_foldline || (bound.spec.id == "foldline" && !several);
    let (rewritten, counts) = stored.rewritten(plan, progress, cancel);
    let refusal = rewritten.err();
    let mut kept = vec![false; stored.log.len()];
    for row in &plan.rows {
        if let CopyRow::Recorded(index) | CopyRow::Edited { base: index, .. } = row {
            kept[*index as usize] = true;
        }
    }
    let mut description = CopyDescription {
        events: plan.rows.len() as u64,
        inserted: counts.inserted,
        changed: counts.changed,
        renumbered: counts.renumbered,
        left_out: kept.iter().filter(|kept| !**kept).count() as u64,
        is_own_layout,
        layout_title: if is_own_layout { bound.spec.title.clone() } else { "Foldline".to_owned() },
        ..CopyDescription::default()
    };
    if !is_own_layout {
        let refusal = match refusal {
            Some(error) if !several && !matches!(error, StoreError::CannotEncode { .. }) => return Err(error),
            // What the store's own layout can't hold is no matter for Foldline's.
            _ => None,
        };
        description.refusal = refusal;
        return convert::describe(stored, plan, description, progress, cancel);
    }
    if several {
        description.refusal = Some(refused(StoreError::SeveralNotWritable)?);
        return Ok(description);
    }
    let how = how_to_write(stored.store, stored.log, plan);
    let is_cut = matches!(how, Ok(How::LeaveOut));
    let layout_refuses = || match is_cut {
        true => cut::rows_that_stay(bound, stored.log, plan).err(),
        false => how.err(),
    };
    description.refusal = match refusal.map_or_else(layout_refuses, Some) {
        None => None,
        Some(error) => Some(refused(error)?),
    };
    describe_tables(stored, plan, options, counts, is_cut, &mut description)?;
    Ok(description)
}

/// An error of the layout as a part of the description.
pub(super) fn refused(error: StoreError) -> Result<CopyRefusal, StoreError> {
    match error {
        StoreError::CannotEncode { event, why } => Ok(CopyRefusal { event, why }),
        StoreError::LayoutNotWritable { title, why } => {
            Ok(CopyRefusal { event: format!("such a copy of a {title} store"), why })
        }
        StoreError::SeveralNotWritable => {
            Ok(CopyRefusal { event: "copies of a history of several files".to_owned(), why: String::new() })
        }
        other => Err(other),
    }
}

/// What becomes of the store's tables.
fn describe_tables(
    stored: &Stored<'_>,
    plan: &CopyPlan,
    options: &CopyOptions,
    counts: RowCounts,
    is_cut: bool,
    description: &mut CopyDescription,
) -> Result<(), StoreError> {
    let bound = stored.bound();
    let all = recognise::tables(stored.source).map_err(|e| stored.reading(e))?;
    let schema = tables::schema(stored.source).map_err(|e| stored.reading(e))?;
    let taken = tables::taken(bound, all, options.whole);
    let mut findings = Findings::new(counts, &taken, &schema, options);
    let positions = if is_cut { cut::positions(stored.log, plan) } else { positions(bound, stored.log, plan) };
    let mut bookkeeping = Bookkeeping::new(stored.log, plan, positions.as_deref());
    bookkeeping.stream_keys = stored.stream_keys.clone();
    bookkeeping.counts.commits = counts.commits;
    let filter = SnapshotFilter::new(stored.log, plan).looking_up(stored)?;
    let mut gone = if is_cut { Gone::default() } else { Gone::new(stored, plan)? };
    let read = |e: CopyError| match e {
        CopyError::Read(e) | CopyError::Write(e) => stored.reading(e),
    };
    let snapshots = bound.snapshots.iter().map(|snapshots| &snapshots.table);
    let looked_up = bound.sources.iter().flat_map(|source| source.joins.iter().flatten());
    let mut read_tables: Vec<&Table> = bound.beside.iter().chain(snapshots).chain(looked_up).collect();
    // What belongs to streams is known when those were looked at.
    read_tables.sort_by_key(|table| (!tables::has_streams(bound, table), &table.name));
    read_tables.dedup_by_key(|table| &table.name);
    if is_cut && plan.rows.len() == stored.log.len() {
        // All rows of all tables stay.
        read_tables.retain(|table| bound.snapshots_in(&table.name).is_some());
    }
    for table in read_tables {
        let is_snapshots = bound.snapshots_in(&table.name).is_some();
        tables::each_row(stored.source, table, &mut |row| {
            if is_snapshots {
                let is_whole = is_cut && plan.rows.len() == stored.log.len();
                findings.snapshot(is_whole || filter.keeps(bound, table, row).map_err(CopyError::Read)?);
            } else if !gone.has(table, row).map_err(CopyError::Read)? {
                bookkeeping.fate(bound, table, row).map_err(CopyError::Read)?;
            }
            Ok(())
        })
        .map_err(read)?;
        bookkeeping.new_rows(bound, table);
    }
    description.tables = taken.iter().map(|table| table.name.clone()).collect();
    let left_out = schema.iter().filter(|made| made.kind == "table").map(|made| &made.name);
    description.tables_left_out = left_out.filter(|name| !description.tables.contains(name)).cloned().collect();
    (description.snapshots, description.snapshots_left_out) = (findings.snapshots, findings.snapshots_left_out);
    description.bookkeeping = bookkeeping_words(bound, &bookkeeping);
    findings.gone(gone.count);
    description.notes = notes(bound, plan, &findings);
    Ok(())
}
