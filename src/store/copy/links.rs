//! A table of links in a copy: which streams each event is in, and its number there. Rows of events that stay as they
//! are stay too; rows of others stand in the order of the copy's events, because libraries read streams in that order.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, params_from_iter};

use crate::model::{CopyPlan, CopyRow, Event, EventLog};
use crate::store::connect::quoted;
use crate::store::error::StoreError;
use crate::store::layout::{LinkSpec, Place};
use crate::store::raw::Raw;
use crate::store::recognise::{Bound, Key, Table};
use crate::store::rows::{integer, text};
use crate::store::target::Target;

use super::encode::{self, Image, is_row_number};
use super::places;
use super::rewritten::Stored;
use super::streams::{in_form, link_parts};
use super::tables::{Rows, RowsHash};
use super::time_form::iso_like;

/// Rows that are read at once.
const READ_AT_ONCE: usize = 2000;
/// No place in the plan.
const NOWHERE: u32 = u32::MAX;

/// The event's row number behind the columns of a link.
type Found = (Vec<Raw>, Option<i64>);

/// Writes the rows of a table of links.
pub(super) struct LinkWriter<'a> {
    pub stored: &'a Stored<'a>,
    pub plan: &'a CopyPlan,
    pub images: &'a HashMap<usize, Image>,
    pub positions: Option<&'a [i64]>,
    pub spec: &'a LinkSpec,
    pub table: &'a Table,
}

/// A row that stays where it is.
struct Kept {
    row: i64,
    place: u32,
}

/// A row that is new or moves with its event.
struct Fresh {
    stream: String,
    place: u32,
    /// The row that it was, if there was one.
    was: Option<Vec<Raw>>,
}

/// What the rows of the store come to.
#[derive(Default)]
struct Sorted {
    kept: Vec<Kept>,
    /// Rows that stay with other values, by their numbers.
    changed: HashMap<i64, Vec<Raw>>,
    fresh: Vec<Fresh>,
    /// Rows that stay, of streams that fresh rows join: where they are in `kept`.
    by_stream: HashMap<String, Vec<usize>>,
    /// A row of each of these streams, and any.
    likeness: HashMap<String, Vec<Raw>>,
    any: Option<Vec<Raw>>,
}

impl LinkWriter<'_> {
    fn bound(&self) -> &Bound {
        self.stored.bound()
    }

    fn log(&self) -> &EventLog {
        self.stored.log
    }

    /// Calls `f` with each row of the store and the row number of its event, in the order of the rows.
    fn each(&self, f: &mut dyn FnMut(Found) -> Result<(), StoreError>) -> Result<(), StoreError> {
        let rows = Rows::new(self.table);
        let events = &self.bound().events;
        let (Some(row), Some(event_row), Some(row_at)) =
            (self.table.rowid(), events.rowid(), rows.rowid_at(self.table))
        else {
            return Ok(());
        };
        let own = quoted(&self.table.name);
        let on = self.spec.on.iter().filter_map(|(theirs, ours)| {
            let (theirs, ours) = (self.table.column(theirs)?, events.column(ours)?);
            Some(format!("e.{} = {own}.{}", quoted(&ours.name), quoted(&theirs.name)))
        });
        let on = on.collect::<Vec<_>>().join(" AND ");
        let event = format!("(SELECT e.{} FROM {} AS e WHERE {on} LIMIT 1)", quoted(&event_row), quoted(&events.name));
        let row = quoted(&row);
        let sql = |condition: &str| {
            format!("SELECT {}, {event} FROM {own} {condition} ORDER BY {own}.{row} LIMIT {READ_AT_ONCE}", rows.list())
        };
        let (first, next) = (sql(""), sql(&format!("WHERE {own}.{row} > ?1")));
        let mut last: Option<i64> = None;
        loop {
            let found = self.read(if last.is_some() { &next } else { &first }, last, &rows);
            let found = found.map_err(|e| self.stored.reading(e))?;
            let is_last = found.len() < READ_AT_ONCE;
            for (values, event) in found {
                if let Raw::Integer(row) = values[row_at] {
                    last = Some(row);
                }
                f((values, event))?;
            }
            if is_last {
                return Ok(());
            }
        }
    }

    fn read(&self, sql: &str, last: Option<i64>, rows: &Rows) -> rusqlite::Result<Vec<Found>> {
        let mut select = self.stored.source.prepare_cached(sql)?;
        let found = select
            .query_map(params_from_iter(last), |row| Ok((rows.values(row)?, integer(row.get_ref(rows.width())?))))?;
        found.collect()
    }

    /// The stream that a row names.
    fn stream_of(&self, rows: &Rows, values: &[Raw]) -> String {
        let columns = self.spec.stream.parts.iter().filter_map(Place::column);
        let part = |column: &String| {
            let at = self.table.column(column).and_then(|column| rows.place(&column.name))?;
            text(values[at].as_ref()).map(|(text, _)| text.into_owned())
        };
        let name = columns.map(|column| part(column).unwrap_or_default()).collect::<Vec<_>>().join("-");
        match self.spec.stream.tenant.0.iter().filter_map(Place::column).find_map(part) {
            Some(tenant) => format!("{tenant}/{name}"),
            None => name,
        }
    }

    /// The index of the event with a row number. `by_row` has them where the store is ordered by something else.
    fn index_of(&self, row: i64, by_row: Option<&HashMap<i64, usize>>) -> Option<usize> {
        let log = self.log();
        if let Some(by_row) = by_row {
            return by_row.get(&row).copied();
        }
        let (mut from, mut to) = (0, log.len());
        while from < to {
            let middle = from + (to - from) / 2;
            if log.row_key(middle) < row { from = middle + 1 } else { to = middle }
        }
        (from < log.len() && log.row_key(from) == row).then_some(from)
    }

    /// Streams that get rows, by the places of the plan: of all inserted and moved events, and of edited ones that
    /// join another stream.
    fn joining(&self) -> HashMap<u32, HashSet<&str>> {
        let mut joining: HashMap<u32, HashSet<&str>> = HashMap::new();
        for (place, row) in self.plan.rows.iter().enumerate() {
            let (CopyRow::Edited { event, .. } | CopyRow::Inserted(event)) = row else { continue };
            joining.insert(place as u32, streams_of(event).collect());
        }
        joining
    }

    fn sort(&self) -> Result<Sorted, StoreError> {
        let rows = Rows::new(self.table);
        let Some(row_at) = rows.rowid_at(self.table) else { return Ok(Sorted::default()) };
        let mut places = vec![NOWHERE; self.log().len()];
        for (place, row) in self.plan.rows.iter().enumerate() {
            if let CopyRow::Recorded(index) | CopyRow::Edited { base: index, .. } = row {
                places[*index as usize] = place as u32;
            }
        }
        let mut missing = self.joining();
        let joined: HashSet<String> = missing.values().flatten().map(|name| (*name).to_owned()).collect();
        let mut sorted = Sorted::default();
        let log = self.log();
        let is_ordered = !matches!(self.bound().key, Key::Rowid(_));
        let by_row: Option<HashMap<i64, usize>> =
            is_ordered.then(|| (0..log.len()).map(|index| (log.row_key(index), index)).collect());
        self.each(&mut |(values, event)| {
            let Raw::Integer(row) = values[row_at] else { return Ok(()) };
            let Some(index) = event.and_then(|event| self.index_of(event, by_row.as_ref())) else {
                // Of no event: nothing is known that would speak against it.
                sorted.kept.push(Kept { row, place: NOWHERE });
                return Ok(());
            };
            let place = places[index];
            let stream = self.stream_of(&rows, &values);
            sorted.any.get_or_insert_with(|| values.clone());
            if joined.contains(&stream) {
                sorted.likeness.entry(stream.clone()).or_insert_with(|| values.clone());
            }
            let Some(planned) = self.plan.rows.get(place as usize) else { return Ok(()) };
            if let CopyRow::Edited { moved, .. } = planned {
                let stays = missing.get_mut(&place).is_some_and(|missing| missing.remove(stream.as_str()));
                if !stays {
                    return Ok(());
                }
                if *moved {
                    sorted.fresh.push(Fresh { stream, place, was: Some(values) });
                    return Ok(());
                }
            }
            let set = self.with_event(&rows, values.clone(), place, &stream);
            if set != values {
                sorted.changed.insert(row, set);
            }
            if joined.contains(&stream) {
                sorted.by_stream.entry(stream).or_default().push(sorted.kept.len());
            }
            sorted.kept.push(Kept { row, place });
            Ok(())
        })?;
        for (place, streams) in missing {
            let fresh = streams.into_iter().map(|stream| Fresh { stream: stream.to_owned(), place, was: None });
            sorted.fresh.extend(fresh);
        }
        sorted.fresh.sort_by(|a, b| (a.place, &a.stream).cmp(&(b.place, &b.stream)));
        Ok(sorted)
    }

    /// A row with what it repeats of its event.
    fn with_event(&self, rows: &Rows, mut values: Vec<Raw>, place: u32, stream: &str) -> Vec<Raw> {
        let planned = &self.plan.rows[place as usize];
        let mut set = |column: &str, value: Raw| {
            if let Some(at) = self.table.column(column).and_then(|column| rows.place(&column.name)) {
                values[at] = value;
            }
        };
        for (theirs, ours) in &self.spec.on {
            let position = self.positions.filter(|_| is_row_number(self.bound(), ours));
            let image = || Some(self.images.get(&(place as usize))?.get(encode::place(self.bound(), ours)?)?.clone());
            let value = position.map(|positions| positions[place as usize].into()).or_else(image);
            if let Some(value) = value {
                set(theirs, value);
            }
        }
        if let Some(image) = self.images.get(&(place as usize)) {
            for (theirs, ours) in &self.bound().spec.writing.link_columns {
                if let Some(at) = encode::place(self.bound(), ours) {
                    set(theirs, image[at].clone());
                }
            }
        }
        if let (Some(column), CopyRow::Edited { event, .. } | CopyRow::Inserted(event)) = (&self.spec.version, planned)
            && event.stream.as_deref() == Some(stream)
        {
            set(column, event.version.map_or(Raw::Null, Raw::from));
        }
        values
    }

    /// The row of an event that joins a stream.
    fn made(&self, rows: &Rows, fresh: &Fresh, sorted: &Sorted) -> Result<Vec<Raw>, String> {
        if let Some(was) = &fresh.was {
            return Ok(self.with_event(rows, was.clone(), fresh.place, &fresh.stream));
        }
        let home = sorted.likeness.get(&fresh.stream);
        let like = home.or(sorted.any.as_ref()).ok_or("the store has no row that shows how a stream is named")?;
        let mut values = like.clone();
        let column = |name: &str| self.table.column(name).and_then(|column| rows.place(&column.name));
        if home.is_none() {
            for (name, value) in link_parts(self.log(), &self.spec.stream, &fresh.stream)? {
                let at = column(name).ok_or("the column with its stream is missing")?;
                values[at] = in_form(&values[at], value).ok_or_else(|| format!("{value} is no value of {name}"))?;
                for (group, before) in &self.bound().spec.writing.link_groups {
                    let first = value.split_once(before.as_str()).map_or(value, |(first, _)| first);
                    if let Some(at) =
                        column(group).filter(|_| self.spec.stream.parts[0].column().is_some_and(|part| part == name))
                    {
                        values[at] = Raw::text(first);
                    }
                }
            }
        }
        if let Some(at) = self.spec.version.as_deref().and_then(column) {
            values[at] = Raw::Null;
        }
        let (CopyRow::Edited { event, .. } | CopyRow::Inserted(event)) = &self.plan.rows[fresh.place as usize] else {
            return Ok(values);
        };
        for at in self.bound().spec.writing.link_times.iter().filter_map(|name| column(name)) {
            if let (Raw::Text(form), Some(time)) = (&values[at], event.time) {
                values[at] = Raw::text(iso_like(&String::from_utf8_lossy(form), time)?);
            }
        }
        Ok(self.with_event(rows, values, fresh.place, &fresh.stream))
    }

    /// Behind which of the rows that stay a fresh one comes: behind that of the event before it in its stream.
    fn anchor(fresh: &Fresh, sorted: &Sorted) -> Option<usize> {
        let place = |at: &usize| sorted.kept[*at].place;
        let own = sorted.by_stream.get(&fresh.stream).map(Vec::as_slice).unwrap_or_default();
        let before = own.iter().copied().filter(|at| place(at) < fresh.place).max_by_key(place);
        let after = || own.iter().copied().min_by_key(place);
        match (before, after()) {
            (Some(before), _) => Some(before),
            (None, Some(after)) => after.checked_sub(1),
            (None, None) => sorted.kept.iter().rposition(|kept| kept.place < fresh.place),
        }
    }

    /// Writes the rows.
    pub(super) fn write(&self, to: &Connection, target: &Target) -> Result<RowsHash, StoreError> {
        let rows = Rows::new(self.table);
        let mut hash = RowsHash::default();
        let Some(row_at) = rows.rowid_at(self.table) else { return Ok(hash) };
        let sorted = self.sort()?;
        let mut fresh: HashMap<Option<usize>, Vec<Vec<Raw>>> = HashMap::new();
        for one in &sorted.fresh {
            let row = self.made(&rows, one, &sorted).map_err(|why| self.refused(one, why))?;
            fresh.entry(Self::anchor(one, &sorted)).or_default().push(row);
        }
        let mut numbers = Vec::with_capacity(sorted.kept.len() + sorted.fresh.len());
        let count = |at: Option<usize>| fresh.get(&at).map_or(0, Vec::len);
        numbers.extend((0..count(None)).map(|_| None));
        for (at, kept) in sorted.kept.iter().enumerate() {
            numbers.push(Some(kept.row));
            numbers.extend((0..count(Some(at))).map(|_| None));
        }
        let numbers = places::positions(&numbers);
        let mut numbers = numbers.into_iter();
        let mut insert = to.prepare(&rows.insert()).map_err(|e| target.failed(&e))?;
        let mut write = |mut values: Vec<Raw>| {
            if let Some(number) = numbers.next() {
                values[row_at] = number.into();
            }
            hash.add(&values);
            insert.execute(params_from_iter(&values)).map(drop).map_err(|e| target.failed(&e))
        };
        fresh.remove(&None).into_iter().flatten().try_for_each(&mut write)?;
        let mut at = 0;
        self.each(&mut |(values, _)| {
            let Raw::Integer(row) = values[row_at] else { return Ok(()) };
            if sorted.kept.get(at).is_none_or(|kept| kept.row != row) {
                return Ok(());
            }
            write(sorted.changed.get(&row).cloned().unwrap_or(values))?;
            fresh.remove(&Some(at)).into_iter().flatten().try_for_each(&mut write)?;
            at += 1;
            Ok(())
        })?;
        Ok(hash)
    }

    fn refused(&self, fresh: &Fresh, why: String) -> StoreError {
        let event = match &self.plan.rows[fresh.place as usize] {
            CopyRow::Edited { event, .. } | CopyRow::Inserted(event) => super::described(event),
            CopyRow::Recorded(index) => format!("the event at position {}", self.log().position(*index as usize)),
        };
        StoreError::CannotEncode { event, why }
    }
}

/// All streams that an event is in.
fn streams_of(event: &Event) -> impl Iterator<Item = &str> {
    event.stream.iter().chain(&event.other_streams).map(|name| &**name)
}
