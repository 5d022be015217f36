//! Copies of a store: in the tables of its own layout, so that its own library can read them, or in Foldline's.
//!
//! Everything that has to be written anew is encoded and checked before the first byte is written. Every row of the
//! finished copy is read back before it gets its name. No clock and no chance: the same plan gives the same bytes.

mod convert;
mod encode;
mod places;
mod raw;
mod snapshots;
mod tables;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::model::{Cancel, CopyPlan, CopyRow, Event, EventLog, Progress, TypeIndex};

use super::connect::{Access, connect, quoted};
use super::error::StoreError;
use super::recognise::{self, Bound, Key};
use super::scan::READ_AT_MOST;
use super::target::Target;
use super::{OpenOptions, Reader, Store};
use encode::{Image, Model, encode};
use raw::Raw;
use snapshots::SnapshotFilter;
use tables::{CopyError, Rows, RowsHash, SCENARIO_TABLE};

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
    /// What a user should know: tables that could not be taken.
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
    let target = Target::new(out, options.force, Some(&store.source.real))?;
    // The index is of the scan; everything else is read now.
    store.check_as_scanned()?;
    progress.set_total(plan.rows.len() as u64);
    progress.set_done(0);
    if options.as_foldline && store.bound.spec.id != "foldline" {
        return convert::write(store, log, plan, target, out, progress, cancel);
    }
    if !store.bound.spec.writable || matches!(store.bound.key, Key::Position { .. }) {
        return Err(StoreError::LayoutNotWritable(store.bound.spec.title.clone()));
    }
    let source = store.source.connect(Some(cancel))?;
    let mut writer = Writer { store, log, plan, source: &source, cancel };
    let images = writer.images()?;
    let (written, notes) = writer.write(&target, &images, options, progress)?;
    store.check_as_scanned()?;
    writer.verify(&target, out, &written)?;
    target.finish()?;
    Ok(CopyReport { path: out.to_owned(), events: plan.rows.len() as u64, notes })
}

/// The event as an error names it.
fn described(event: &Event) -> String {
    let stream = event.stream.as_deref().unwrap_or("an event in no stream");
    let version = event.version.map(|version| format!(" v{version}")).unwrap_or_default();
    format!("{stream}{version} ({})", event.event_type)
}

struct Writer<'a> {
    store: &'a Store,
    log: &'a EventLog,
    plan: &'a CopyPlan,
    source: &'a Connection,
    cancel: &'a Cancel,
}

impl Writer<'_> {
    fn bound(&self) -> &Bound {
        &self.store.bound
    }

    fn reading(&self, error: rusqlite::Error) -> StoreError {
        StoreError::sqlite(&self.store.source.shown, "read it for the copy", error)
    }

    /// The rows that are not as recorded, by their place in the plan.
    fn images(&mut self) -> Result<HashMap<usize, Image>, StoreError> {
        let mut reader = self.store.reader()?;
        let mut siblings = Siblings::default();
        let mut images = HashMap::new();
        for (place, row) in self.plan.rows.iter().enumerate() {
            if self.cancel.is_cancelled() {
                return Err(StoreError::Cancelled);
            }
            let (event, image, was) = match row {
                CopyRow::Recorded(_) => continue,
                CopyRow::Edited { base, event, .. } => {
                    let was = reader.events(self.log, &[*base])?.pop();
                    (event, Some(self.image_of(&reader, *base)?), was)
                }
                CopyRow::Inserted(event) => {
                    let sibling = siblings.of(self.log, event);
                    let image = sibling.map(|index| self.image_of(&reader, index)).transpose()?;
                    (event, image, None)
                }
            };
            let model = Model { image: image.as_ref(), was: was.as_ref() };
            let image = encode(self.bound(), event, &model)
                .map_err(|why| StoreError::CannotEncode { event: described(event), why })?;
            images.insert(place, image);
        }
        Ok(images)
    }

    /// The stored row of an event, without its row number.
    fn image_of(&self, reader: &Reader, index: u32) -> Result<Image, StoreError> {
        let mut row = self.raw_row(reader, index)?;
        row.truncate(self.bound().events.columns.iter().filter(|column| !column.generated).count());
        Ok(row)
    }

    fn raw_row(&self, reader: &Reader, index: u32) -> Result<Vec<Raw>, StoreError> {
        let rows = Rows::new(&self.bound().events);
        let lost = || reader.lost(self.log, index as usize);
        let key = reader.key_values(self.log, index as usize).ok_or_else(lost)?;
        let sql = rows.select(&format!("WHERE {}", reader.key_condition()));
        let read = || -> rusqlite::Result<Option<Vec<Raw>>> {
            let mut statement = self.source.prepare_cached(&sql)?;
            let mut found = statement.query(rusqlite::params_from_iter(key))?;
            found.next()?.map(|row| rows.values(row)).transpose()
        };
        read().map_err(|e| self.reading(e))?.ok_or_else(lost)
    }

    /// Row numbers of the copy; `None` for a table that has none.
    fn positions(&self) -> Option<Vec<i64>> {
        if matches!(self.bound().key, Key::Columns(_)) {
            return None;
        }
        let recorded: Vec<Option<i64>> = self
            .plan
            .rows
            .iter()
            .map(|row| match row {
                CopyRow::Recorded(index) | CopyRow::Edited { base: index, moved: false, .. } => {
                    Some(self.log.row_key(*index as usize))
                }
                CopyRow::Edited { moved: true, .. } | CopyRow::Inserted(_) => None,
            })
            .collect();
        Some(places::positions(&recorded))
    }

    fn write(
        &self,
        target: &Target,
        images: &HashMap<usize, Image>,
        options: &CopyOptions,
        progress: &Progress,
    ) -> Result<(RowsHash, Vec<String>), StoreError> {
        let to = target.connect(self.cancel)?;
        let writing = |e| target.failed(&e);
        let failed = |e| match e {
            CopyError::Read(e) => self.reading(e),
            CopyError::Write(e) => target.failed(&e),
        };
        let all = recognise::tables(self.source).map_err(|e| self.reading(e))?;
        let schema = tables::schema(self.source).map_err(|e| self.reading(e))?;
        let taken = tables::taken(self.bound(), &all, options.whole);
        tables::copy_settings(self.source, &to).map_err(failed)?;
        to.execute_batch("BEGIN").map_err(writing)?;
        tables::make(&to, &schema, &["table"], &taken, options.whole).map_err(writing)?;
        let mut hash = RowsHash::default();
        let filter = SnapshotFilter::new(self.log, self.plan);
        for table in &taken {
            if table.name == self.bound().events.name {
                hash = self.write_events(target, &to, images, progress)?;
            } else if self.bound().snapshots.as_ref().is_some_and(|s| s.name == table.name) {
                let mut keep = filter.keeps(self.bound(), table);
                tables::copy_rows(self.source, &to, table, &mut keep).map_err(failed)?;
            } else {
                tables::copy_rows(self.source, &to, table, &mut |_| Ok(true)).map_err(failed)?;
            }
        }
        write_scenario(&to, self.plan.scenario.as_deref()).map_err(writing)?;
        tables::copy_sequences(self.source, &to, &taken).map_err(failed)?;
        tables::make(&to, &schema, &["index"], &taken, options.whole).map_err(writing)?;
        tables::make(&to, &schema, &["view", "trigger"], &taken, options.whole).map_err(writing)?;
        to.execute_batch("COMMIT").map_err(writing)?;
        to.close().map_err(|(_, e)| writing(e))?;
        let left_out = |made: &&tables::Made| {
            options.whole && made.kind == "table" && !taken.iter().any(|table| table.name == made.name)
        };
        let left_out: Vec<&str> = schema.iter().filter(left_out).map(|made| made.name.as_str()).collect();
        let mut notes = Vec::new();
        if !left_out.is_empty() {
            notes.push(format!("virtual tables are not copied: {}", left_out.join(", ")));
        }
        Ok((hash, notes))
    }

    fn write_events(
        &self,
        target: &Target,
        to: &Connection,
        images: &HashMap<usize, Image>,
        progress: &Progress,
    ) -> Result<RowsHash, StoreError> {
        let table = &self.bound().events;
        let rows = Rows::new(table);
        let rowid_at = rows.rowid_at(table);
        let positions = self.positions();
        let reader = self.store.reader()?;
        let mut insert = to.prepare(&rows.insert()).map_err(|e| target.failed(&e))?;
        let mut hash = RowsHash::default();
        let mut turn = Turn::begin(self.source).map_err(|e| self.reading(e))?;
        for (place, row) in self.plan.rows.iter().enumerate() {
            if self.cancel.is_cancelled() {
                return Err(StoreError::Cancelled);
            }
            turn.next().map_err(|e| self.reading(e))?;
            let mut values = match (row, images.get(&place)) {
                (CopyRow::Recorded(index), _) => self.raw_row(&reader, *index)?,
                (_, Some(image)) => {
                    let mut values = image.clone();
                    values.resize(rows.width(), Raw::Null);
                    values
                }
                // Every other row was encoded before.
                (_, None) => continue,
            };
            if let (Some(at), Some(positions)) = (rowid_at, &positions) {
                values[at] = Raw::Integer(positions[place]);
            }
            hash.add(&values);
            insert.execute(rusqlite::params_from_iter(&values)).map_err(|e| refused(target, row, self.log, &e))?;
            progress.set_done(place as u64 + 1);
        }
        turn.end().map_err(|e| self.reading(e))?;
        Ok(hash)
    }

    /// Reads the finished file back: every row as it was to be, every rewritten event as the plan has it.
    fn verify(&self, target: &Target, out: &Path, written: &RowsHash) -> Result<(), StoreError> {
        let wrong = |why: String| StoreError::Mismatch { path: out.to_owned(), why };
        let failed = |e: rusqlite::Error| wrong(e.to_string());
        let conn = connect(target.temporary(), Access::Immutable, Duration::ZERO, Some(self.cancel)).map_err(failed)?;
        let table = &self.bound().events;
        let rows = Rows::new(table);
        let mut read = RowsHash::default();
        {
            let mut statement = conn.prepare(&rows.select("")).map_err(failed)?;
            let mut found = statement.query([]).map_err(failed)?;
            while let Some(row) = found.next().map_err(failed)? {
                read.add(&rows.values(row).map_err(failed)?);
            }
        }
        if read != *written {
            return Err(wrong(format!("{} rows were written and {} read back", written.count(), read.count())));
        }
        drop(conn);
        let options = OpenOptions { layout: Some(self.bound().spec.id.clone()), ..OpenOptions::default() };
        let copy = super::open(target.temporary(), &options, &Progress::default(), self.cancel)?;
        let log = copy.scan(0, &Progress::default(), self.cancel)?;
        if log.len() != self.plan.rows.len() {
            return Err(wrong(format!("{} events were planned and {} read back", self.plan.rows.len(), log.len())));
        }
        let mut reader = copy.reader()?;
        for (place, row) in self.plan.rows.iter().enumerate() {
            let (CopyRow::Edited { event, .. } | CopyRow::Inserted(event)) = row else {
                continue;
            };
            let index =
                place_in(&log, event, place).ok_or_else(|| wrong(format!("{} is missing", described(event))))?;
            let read = reader.events(&log, &[index])?;
            if let Some(difference) = read.first().and_then(|read| difference(event, read, self.bound())) {
                return Err(wrong(format!("{}: {difference}", described(event))));
            }
        }
        Ok(())
    }
}

/// Where an event of the plan is in the copy's index: at its place, unless the table orders itself.
fn place_in(log: &EventLog, event: &Event, place: usize) -> Option<u32> {
    if !log.has_ordinal_positions() {
        return u32::try_from(place).ok();
    }
    let stream = log.find_stream(event.stream.as_deref()?)?;
    log.lane(stream).iter().copied().find(|index| log.version(*index as usize) == event.version)
}

/// What of an event read back is not as planned.
fn difference(planned: &Event, read: &Event, bound: &Bound) -> Option<&'static str> {
    let spec = &bound.spec.events;
    if planned.stream != read.stream {
        Some("another stream")
    } else if planned.version != read.version {
        Some("another version")
    } else if planned.event_type != read.event_type {
        Some("another type")
    } else if planned.time != read.time {
        Some("another time")
    } else if spec.valid_time.is_some() && planned.valid_time != read.valid_time {
        Some("another valid time")
    } else if spec.event_id.is_some() && planned.id != read.id {
        Some("another id")
    } else if spec.metadata.is_some() && planned.metadata != read.metadata {
        Some("other metadata")
    } else if planned.user != read.user {
        Some("another user")
    } else if planned.correlation_id != read.correlation_id {
        Some("another correlation id")
    } else if planned.causation_id != read.causation_id {
        Some("another causation id")
    } else if planned.schema_version.is_some() && planned.schema_version != read.schema_version {
        Some("another schema version")
    } else if planned.archived != read.archived {
        Some("another mark of archived")
    } else {
        match (planned.data.decoded(), read.data.decoded()) {
            (Ok(a), Ok(b)) if *a == *b => None,
            (Err(a), Err(b)) if a.raw == b.raw => None,
            _ => Some("another payload"),
        }
    }
}

/// A row that the store's own constraints refuse is a matter of its event.
fn refused(target: &Target, row: &CopyRow, log: &EventLog, error: &rusqlite::Error) -> StoreError {
    if error.sqlite_error_code() != Some(rusqlite::ErrorCode::ConstraintViolation) {
        return target.failed(error);
    }
    let event = match row {
        CopyRow::Recorded(index) => format!("position {}", log.position(*index as usize)),
        CopyRow::Edited { event, .. } | CopyRow::Inserted(event) => described(event),
    };
    StoreError::CannotEncode { event, why: format!("the store's tables refuse it ({error})") }
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

/// A read transaction that is renewed often enough not to hold up writers of the store.
struct Turn<'c> {
    conn: &'c Connection,
    began: Instant,
}

impl<'c> Turn<'c> {
    fn begin(conn: &'c Connection) -> rusqlite::Result<Self> {
        conn.execute_batch("BEGIN")?;
        Ok(Self { conn, began: Instant::now() })
    }

    fn next(&mut self) -> rusqlite::Result<()> {
        if self.began.elapsed() > READ_AT_MOST {
            self.conn.execute_batch("COMMIT; BEGIN")?;
            self.began = Instant::now();
        }
        Ok(())
    }

    fn end(self) -> rusqlite::Result<()> {
        self.conn.execute_batch("COMMIT")
    }
}

/// Finds a recorded event after whose likeness an inserted one is written: of its stream and type, else of its type,
/// else any.
#[derive(Default)]
struct Siblings {
    by_type: HashMap<TypeIndex, Option<u32>>,
}

impl Siblings {
    fn of(&mut self, log: &EventLog, event: &Event) -> Option<u32> {
        let known = (0..log.types().len() as u32).map(TypeIndex).find(|t| log.event_type(*t).name == event.event_type);
        let Some(event_type) = known else {
            return (!log.is_empty()).then_some(0);
        };
        let lane = event.stream.as_deref().and_then(|stream| log.find_stream(stream)).map(|stream| log.lane(stream));
        let in_lane = lane.and_then(|lane| lane.iter().find(|index| log.type_of(**index as usize) == event_type));
        in_lane.copied().or_else(|| {
            *self.by_type.entry(event_type).or_insert_with(|| {
                let found = (0..log.len()).find(|index| log.type_of(*index) == event_type);
                found.and_then(|index| u32::try_from(index).ok())
            })
        })
    }
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
