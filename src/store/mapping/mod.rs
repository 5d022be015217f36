//! Tables that no library of ours wrote: a bounded look, a first guess at what is what, rows as the events that a
//! mapping makes of them, and the layout that reads a store by a mapping.

mod guess;
mod look;
mod names;
mod preview;
mod problems;
mod profile;
mod roles;
mod spec;

use std::path::Path;

use rusqlite::Connection;

use super::OpenOptions;
use super::StoreError;
use super::open::Source;
use super::recognise::{self, Table};
use crate::model::mapping::{MappedTable, Mapping, Preview, Survey, TableSeen, TableVerdict};
use crate::model::{Cancel, Progress};

use spec::check;
pub(super) use spec::recognised;

/// Tables that are looked at; in a database with more, those that speak of events come first.
const TABLES: usize = 200;
/// Rows of a preview.
const PREVIEW_ROWS: usize = 10;

/// A database that was looked at, kept for previews.
#[derive(Debug)]
pub struct Surveyed {
    survey: Survey,
    samples: Vec<look::Sample>,
    tables: Vec<Table>,
    /// Keeps the private copy, where there is one.
    _source: Source,
}

/// Looks at a database's tables, samples some hundred rows of each, and makes a first guess.
///
/// Errors: the file can't be read or is no database. One without anything that looks like events is no error.
pub fn survey(
    path: &Path,
    options: &OpenOptions,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Surveyed, StoreError> {
    let source = Source::new(path, options.private_copy_dir.as_deref(), options.lock_wait, progress, cancel)?;
    let conn = source.connect(Some(cancel))?;
    let failed = |e| StoreError::sqlite(path, "look at its tables", e);
    let tables = recognise::tables(&conn).map_err(failed)?;
    let mut wanted: Vec<&Table> = tables.iter().collect();
    wanted.sort_by_key(|table| !names::speaks_of_events(&table.name));
    let left_out: Vec<TableSeen> = wanted.iter().skip(TABLES).map(|table| not_looked_at(&table.name)).collect();
    let mut samples = Vec::new();
    progress.set_total(wanted.len().min(TABLES) as u64);
    let mut unreadable = Vec::new();
    for table in wanted.into_iter().take(TABLES) {
        match look::look(&conn, table) {
            Ok(sample) => samples.push(sample),
            Err(_) if cancel.is_cancelled() => return Err(StoreError::Cancelled),
            // One bad table is no reason not to show the others.
            Err(why) => unreadable.push(impossible(&table.name, format!("it can't be read ({why})"))),
        }
        progress.add(1);
    }
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let (mut seen, guess, certainty) = guess::guess(&samples, &name);
    seen.extend(left_out);
    seen.extend(unreadable);
    seen.extend(views(&conn).map_err(failed)?);
    drop(conn);
    let mut survey = Survey { path: path.to_owned(), tables: seen, guess, certainty, problems: Vec::new() };
    let mut surveyed = Surveyed { survey: Survey::default(), samples, tables, _source: source };
    survey.problems = surveyed.preview(&survey.guess).problems;
    surveyed.survey = survey;
    Ok(surveyed)
}

impl Surveyed {
    /// What the look showed.
    pub fn survey(&self) -> &Survey {
        &self.survey
    }

    /// Whether the database has what a mapping names.
    pub fn fits(&self, mapping: &Mapping) -> bool {
        check(mapping, &self.tables).is_ok()
    }

    /// The first rows as the events that a mapping makes of them, and what is odd about all sampled rows.
    pub fn preview(&self, mapping: &Mapping) -> Preview {
        if let Err(why) = check(mapping, &self.tables) {
            return Preview { refusal: Some(why), ..Preview::default() };
        }
        let mut preview = Preview::default();
        for mapped in &mapping.tables {
            let Some(sample) = self.samples.iter().find(|sample| named(sample, mapped)) else { continue };
            let mut events = preview::evaluate(sample, mapped);
            preview.problems.extend(problems::of_table(sample, mapped, &events));
            // Stable: what has neither stays where it is.
            if mapped.position.is_some() {
                events.sort_by_key(|event| event.row.position);
            } else if !mapped.order.is_empty() {
                events.sort_by_key(|event| event.row.time);
            }
            let rows = PREVIEW_ROWS.div_ceil(mapping.tables.len().max(1)).max(2);
            preview.rows.extend(events.into_iter().take(rows).map(|event| event.row));
        }
        // Several tables are one history.
        if mapping.tables.len() > 1 {
            preview.rows.sort_by_key(|row| row.time);
        }
        preview.rows.truncate(PREVIEW_ROWS);
        preview
    }
}

fn named(sample: &look::Sample, mapped: &MappedTable) -> bool {
    sample.table.name.eq_ignore_ascii_case(&mapped.table)
}

/// Views and virtual tables: said, never asked for rows.
fn views(conn: &Connection) -> rusqlite::Result<Vec<TableSeen>> {
    let mut list = conn.prepare(
        "SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND type IN ('view', 'virtual') ORDER BY name",
    )?;
    let rows = list.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    rows.take(TABLES)
        .map(|row| {
            let (name, kind) = row?;
            let why = if kind == "view" {
                "a view: its rows are those of other tables"
            } else {
                "a virtual table: its rows are made by a program"
            };
            Ok(impossible(&name, why.to_owned()))
        })
        .collect()
}

fn impossible(name: &str, why: String) -> TableSeen {
    TableSeen { name: name.to_owned(), verdict: TableVerdict::Impossible, why, ..TableSeen::default() }
}

fn not_looked_at(name: &str) -> TableSeen {
    impossible(name, format!("not looked at: only {TABLES} tables are"))
}
