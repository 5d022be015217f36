//! What a library notes beside its events: how far each stream and each subscriber has come. A copy has it as the
//! library would have it after the copy's own history.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use rusqlite::Row;
use rusqlite::types::ValueRef;

use crate::model::{CopyPlan, CopyRow, EventLog, Number, Object, Origin, Value, json};
use crate::store::layout::{CheckpointTable, StreamTable};
use crate::store::raw::Raw;
use crate::store::recognise::{Bound, Table, glob};
use crate::store::rows::{integer, is_set, text, two_parts};

use super::encode::filled;
use super::stream_keys::StreamKeys;
use super::tables::{Fate, Rows};

/// How much of the bookkeeping is not as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct BookkeepingCounts {
    /// Streams whose row says another version.
    pub streams_set: u64,
    /// Streams that have no row any more.
    pub streams_left_out: u64,
    /// Streams that got a row.
    pub streams_added: u64,
    /// Subscribers that were set back.
    pub set_back: u64,
    /// Subscribers that begin anew.
    pub forgotten: u64,
    /// Rows that the library makes again.
    pub made_again: u64,
    /// Rows of several events that are not as they were.
    pub commits: u64,
}

/// A stream's name, and whether it is about its archived events.
type StreamKey = (Arc<str>, bool);

/// Knows what the bookkeeping of a plan is.
pub(super) struct Bookkeeping {
    /// Streams that are not as recorded, with the version of their last event in the copy.
    last: BTreeMap<StreamKey, Option<i64>>,
    /// Streams in the order in which they come in the plan, those of `last` only.
    order: Vec<StreamKey>,
    /// The position of the last event of each stream of `last`, where positions are known.
    positions: HashMap<StreamKey, i64>,
    changed: HashSet<Arc<str>>,
    known: HashSet<Arc<str>>,
    /// The plan leaves no recorded event out.
    complete: bool,
    /// The position of the last event before the first difference; `None` where the first event differs.
    unchanged_up_to: Option<i64>,
    as_recorded: bool,
    /// The position of the last event of streams that are as recorded, where it is another one now.
    shifted: HashMap<Arc<str>, i64>,
    /// By how much the highest position is higher than it was.
    grown_by: i64,
    seen: HashSet<StreamKey>,
    /// The library's numbers of streams that have no row any more.
    gone_streams: HashSet<i64>,
    first_row: Option<Vec<Raw>>,
    /// How long the first of two parts is of names that were never recorded, and of what is behind their tenant.
    first_parts: HashMap<Arc<str>, [usize; 2]>,
    /// The library's numbers of streams that were never recorded.
    pub stream_keys: StreamKeys,
    pub counts: BookkeepingCounts,
}

impl Bookkeeping {
    /// `positions` has the positions of the copy's rows; `None` for a table that has none.
    pub(super) fn new(log: &EventLog, plan: &CopyPlan, positions: Option<&[i64]>) -> Self {
        let name_of = |index: usize| log.stream_of(index).map(|stream| log.stream(stream).name.clone());
        let mut kept = vec![false; log.len()];
        let mut changed: HashSet<Arc<str>> = HashSet::new();
        for row in &plan.rows {
            match row {
                CopyRow::Recorded(index) => kept[*index as usize] = true,
                CopyRow::Edited { base, event, .. } => {
                    kept[*base as usize] = true;
                    changed.extend(name_of(*base as usize));
                    changed.extend(event.stream.clone());
                }
                CopyRow::Inserted(event) => changed.extend(event.stream.clone()),
            }
        }
        let complete = kept.iter().all(|kept| *kept);
        changed.extend((0..log.len()).filter(|index| !kept[*index]).filter_map(name_of));
        let mut last: BTreeMap<StreamKey, Option<i64>> = BTreeMap::new();
        let mut order = Vec::new();
        let mut last_positions = HashMap::new();
        let mut shifted: HashMap<Arc<str>, i64> = HashMap::new();
        for (place, row) in plan.rows.iter().enumerate() {
            let (stream, archived, version) = match row {
                CopyRow::Recorded(index) => {
                    let index = *index as usize;
                    (name_of(index), log.is_archived(index), log.version(index))
                }
                CopyRow::Edited { event, .. } | CopyRow::Inserted(event) => {
                    (event.stream.clone(), event.archived, event.version)
                }
            };
            let position = positions.and_then(|positions| positions.get(place)).copied();
            let Some(stream) = stream else { continue };
            if !changed.contains(&stream) {
                let was = if let CopyRow::Recorded(index) = row { Some(log.position(*index as usize)) } else { None };
                match position.filter(|position| Some(*position) != was) {
                    Some(position) => _ = shifted.insert(stream, position),
                    None if !shifted.is_empty() => _ = shifted.remove(&stream),
                    None => {}
                }
                continue;
            }
            let key = (stream, archived);
            if let Some(position) = position {
                last_positions.insert(key.clone(), position);
            }
            let known = last.entry(key.clone()).or_insert_with(|| {
                order.push(key);
                None
            });
            *known = version.max(*known);
        }
        let first_part = |(name, _): &StreamKey| {
            let rest = name.split_once('/').map_or(&**name, |(_, rest)| rest);
            Some((name.clone(), [&**name, rest].map(|name| two_parts(log, name).map_or(0, |(first, _)| first.len()))))
        };
        let first_parts = order.iter().filter(|key| log.find_stream(&key.0).is_none()).filter_map(first_part).collect();
        let same =
            |(place, row): (usize, &CopyRow)| matches!(row, CopyRow::Recorded(index) if *index as usize == place);
        let unchanged = plan.rows.iter().enumerate().take_while(|row| same(*row)).count();
        let unchanged_up_to = positions.and_then(|positions| positions.get(unchanged.checked_sub(1)?).copied());
        let highest = |positions: &[i64]| positions.iter().copied().max().unwrap_or_default();
        let was_highest = (0..log.len()).map(|index| log.position(index)).max().unwrap_or_default();
        let grown_by = positions.map_or(0, |positions| highest(positions).saturating_sub(was_highest).max(0));
        Self {
            grown_by,
            shifted,
            last,
            order,
            positions: last_positions,
            changed,
            known: log.streams().iter().map(|stream| stream.name.clone()).collect(),
            complete,
            unchanged_up_to,
            as_recorded: unchanged == log.len() && plan.rows.len() == log.len(),
            seen: HashSet::new(),
            gone_streams: HashSet::new(),
            first_row: None,
            first_parts,
            stream_keys: StreamKeys::default(),
            counts: BookkeepingCounts::default(),
        }
    }

    /// The position up to which the copy is as recorded.
    pub(super) fn unchanged_up_to(&self) -> Option<i64> {
        self.unchanged_up_to
    }

    /// What becomes of a row of a table beside the events.
    pub(super) fn fate(&mut self, bound: &Bound, table: &Table, row: &Row<'_>) -> rusqlite::Result<Fate> {
        let writing = &bound.spec.writing;
        if let Some(spec) = writing.streams.as_ref().filter(|spec| glob(&spec.table, &table.name)) {
            let fate = self.stream_row(spec, table, row)?;
            if let (Fate::LeaveOut, Some((own, _))) = (&fate, &spec.key) {
                let number = Rows::new(table).place(own).map(|at| row.get_ref(at)).transpose()?.and_then(integer);
                self.gone_streams.extend(number);
            }
            return Ok(fate);
        }
        let of_streams = writing.streams.iter().flat_map(|spec| &spec.rows_of);
        if let Some((_, column)) = of_streams.into_iter().find(|(name, _)| glob(name, &table.name)) {
            let number = Rows::new(table).place(column).map(|at| row.get_ref(at)).transpose()?.and_then(integer);
            if number.is_some_and(|number| self.gone_streams.contains(&number)) {
                return Ok(Fate::LeaveOut);
            }
        }
        if writing.made_again.iter().any(|name| glob(name, &table.name)) && !self.as_recorded {
            self.counts.made_again += 1;
            return Ok(Fate::LeaveOut);
        }
        if let Some((_, column)) = writing.next_numbers.iter().find(|(name, _)| glob(name, &table.name)) {
            let at = Rows::new(table).place(column).filter(|_| self.grown_by > 0);
            let next = at.map(|at| row.get_ref(at)).transpose()?.and_then(integer);
            return Ok(match at.zip(next) {
                Some((at, next)) => Fate::Set(vec![(at, next.saturating_add(self.grown_by).into())]),
                None => Fate::Keep,
            });
        }
        match writing.checkpoints.iter().find(|spec| glob(&spec.table, &table.name)) {
            Some(spec) => self.checkpoint(spec, table, row),
            None => Ok(Fate::Keep),
        }
    }

    fn stream_row(&mut self, spec: &StreamTable, table: &Table, row: &Row<'_>) -> rusqlite::Result<Fate> {
        let rows = Rows::new(table);
        let parts = std::iter::once(&spec.stream).chain(&spec.more_parts).map(|column| rows.place(column));
        let (Some(parts), Some(version)) = (parts.collect::<Option<Vec<_>>>(), rows.place(&spec.version)) else {
            return Ok(Fate::Keep);
        };
        if self.first_row.is_none() {
            self.first_row = Some(rows.values(row)?);
        }
        let mut name = String::new();
        if let Some(at) = spec.tenant.as_ref().and_then(|column| rows.place(column))
            && let Some((tenant, _)) = text(row.get_ref(at)?)
        {
            name.push_str(&tenant);
            name.push('/');
        }
        for (place, at) in parts.into_iter().enumerate() {
            let Some((part, _)) = text(row.get_ref(at)?) else { return Ok(Fate::Keep) };
            name.push_str(if place > 0 { "-" } else { "" });
            name.push_str(&part);
        }
        let archived = spec.archived.as_ref().and_then(|column| rows.place(column));
        let archived = archived.map(|at| row.get_ref(at)).transpose()?.map(is_set);
        let name: Arc<str> = name.into();
        let key = (name, archived.unwrap_or_default());
        self.seen.insert(key.clone());
        if !self.changed.contains(&key.0) {
            // Of a stream that has no events, it can't be said whether it was there.
            let keep = self.known.contains(&key.0) || self.complete;
            self.counts.streams_left_out += u64::from(!keep);
            let at = spec.position.as_ref().and_then(|column| rows.place(column));
            return Ok(match (at, self.shifted.get(&key.0)) {
                _ if !keep => Fate::LeaveOut,
                (Some(at), Some(position)) => Fate::Set(vec![(at, (*position).into())]),
                _ => Fate::Keep,
            });
        }
        // Without a mark, the row is about all events of the stream.
        let keys = [Some(key.clone()), archived.is_none().then(|| (key.0.clone(), true))];
        let keys = || keys.iter().flatten();
        let Some(last) = keys().filter_map(|key| self.last.get(key)).max() else {
            self.counts.streams_left_out += 1;
            return Ok(Fate::LeaveOut);
        };
        let mut set = Vec::new();
        if integer(row.get_ref(version)?) != *last {
            set.push((version, last.map_or(Raw::Null, Raw::from)));
        }
        let position = keys().filter_map(|key| self.positions.get(key)).max();
        if let (Some(at), Some(position)) = (spec.position.as_ref().and_then(|column| rows.place(column)), position)
            && integer(row.get_ref(at)?) != Some(*position)
        {
            set.push((at, (*position).into()));
        }
        if set.is_empty() {
            return Ok(Fate::Keep);
        }
        self.counts.streams_set += 1;
        Ok(Fate::Set(set))
    }

    fn checkpoint(&mut self, spec: &CheckpointTable, table: &Table, row: &Row<'_>) -> rusqlite::Result<Fate> {
        let Some(at) = Rows::new(table).place(&spec.position).filter(|_| !self.as_recorded) else {
            return Ok(Fate::Keep);
        };
        let stored = row.get_ref(at)?;
        let inside = json_inside(stored, &spec.inside);
        let position = match integer(stored).or(inside.as_ref().map(|(_, _, position)| *position)) {
            Some(position) => position,
            None if spec.begin_anew => i64::MAX,
            None => return Ok(Fate::Keep),
        };
        let unchanged = self.unchanged_up_to.or(spec.at_first);
        match unchanged.filter(|up_to| !spec.begin_anew || position <= *up_to) {
            Some(up_to) if position <= up_to => Ok(Fate::Keep),
            Some(up_to) => {
                self.counts.set_back += 1;
                let value = match Raw::from(stored) {
                    Raw::Blob(_) | Raw::Text(_) if inside.is_some() => match inside {
                        Some((object, key, _)) => set_inside(object, key, up_to, stored),
                        None => return Ok(Fate::Keep),
                    },
                    // Digits after zeros: such positions are compared as text.
                    Raw::Text(digits) => Raw::text(format!("{up_to:0width$}", width = digits.len())),
                    _ => up_to.into(),
                };
                Ok(Fate::Set(vec![(at, value)]))
            }
            None => {
                self.counts.forgotten += 1;
                Ok(Fate::LeaveOut)
            }
        }
    }

    /// Rows for streams that have none: of a table all of whose rows were shown to [`fate`](Self::fate).
    pub(super) fn new_rows(&mut self, bound: &Bound, table: &Table) -> Vec<Vec<Raw>> {
        let Some(spec) = &bound.spec.writing.streams else { return Vec::new() };
        if !glob(&spec.table, &table.name) {
            return Vec::new();
        }
        let rows = Rows::new(table);
        let mut new = Vec::new();
        for key in self.order.iter().filter(|key| !self.seen.contains(*key)) {
            // A recorded stream without a row is the library's own doing, unless its mark is new.
            let recorded = self.known.contains(&key.0) && !self.seen.contains(&(key.0.clone(), !key.1));
            if recorded {
                continue;
            }
            let version = self.last.get(key).copied().flatten();
            let mut row = vec![Raw::Null; rows.columns()];
            let mut set = |column: &str, value: Raw| {
                if let Some(at) = rows.place(column) {
                    row[at] = value;
                }
            };
            for new in &spec.new_rows {
                let found = self.first_row.as_ref().and_then(|row| row.get(rows.place(&new.column)?));
                set(&new.column, filled(&new.fill, found, &key.0, version));
            }
            let tenant = spec.tenant.as_ref().filter(|column| rows.place(column).is_some());
            let (name, first) = match tenant.and_then(|column| Some((column, key.0.split_once('/')?))) {
                Some((column, (tenant, rest))) => {
                    set(column, Raw::text(tenant));
                    (rest, 1)
                }
                None => (&*key.0, 0),
            };
            let first = self.first_parts.get(&key.0).map_or(0, |lengths| lengths[first]);
            let parts = match first {
                first if first > 0 && !spec.more_parts.is_empty() => vec![&name[..first], &name[first + 1..]],
                _ => vec![name],
            };
            for (column, part) in std::iter::once(&spec.stream).chain(&spec.more_parts).zip(parts) {
                set(column, Raw::text(part));
            }
            if let (Some((own, _)), Some(number)) = (&spec.key, self.stream_keys.get(&key.0)) {
                set(own, (*number).into());
            }
            if let (Some(column), Some(position)) = (&spec.position, self.positions.get(key)) {
                set(column, (*position).into());
            }
            set(&spec.version, version.map_or(Raw::Null, Raw::from));
            if let Some(archived) = &spec.archived {
                set(archived, i64::from(key.1).into());
            }
            new.push(row);
        }
        self.counts.streams_added += new.len() as u64;
        new
    }
}

/// A JSON object with a position under one of these keys, that key and the position.
fn json_inside<'k>(stored: ValueRef<'_>, keys: &'k [String]) -> Option<(Object, &'k str, i64)> {
    let (ValueRef::Text(bytes) | ValueRef::Blob(bytes)) = stored else { return None };
    let Ok(Value::Object(object)) = json::parse(bytes).map_err(drop) else { return None };
    let found = keys.iter().find_map(|key| Some((key.as_str(), object.get(key)?.as_number()?.as_i64()?)));
    found.map(|(key, position)| (object, key, position))
}

/// The same object with another position, as it is stored. Gaps beyond it are still to come.
fn set_inside(mut object: Object, key: &str, position: i64, stored: ValueRef<'_>) -> Raw {
    object.insert(key.into(), Value::from(position), Origin::NONE);
    if let Some(Value::List(gaps)) = object.get("gaps").cloned() {
        let is_before = |gap: &Value| gap.as_number().and_then(Number::as_i64).is_some_and(|gap| gap < position);
        let gaps = gaps.iter().map(|slot| slot.value.clone()).filter(is_before);
        object.insert("gaps".into(), Value::List(gaps.collect()), Origin::NONE);
    }
    let text = json::to_text(&Value::Object(object));
    if matches!(stored, ValueRef::Blob(_)) { Raw::Blob(text.into_bytes()) } else { Raw::text(text) }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::model::{Event, EventKind, EventLogBuilder, LogRow};

    fn log(streams: &[&str]) -> EventLog {
        let mut builder = EventLogBuilder::new(1);
        let event_type = builder.event_type("X");
        let mut versions: HashMap<&str, i64> = HashMap::new();
        for (position, name) in (1..).zip(streams) {
            let stream = builder.stream(name, |_| String::new());
            let version = versions.entry(name).and_modify(|version| *version += 1).or_insert(1);
            builder.push(LogRow {
                source: 0,
                part: 0,
                row_key: position,
                position: Some(position),
                stream: Some(stream),
                version: Some(*version),
                event_type,
                time: None,
                kind: EventKind::Event,
                archived: false,
            });
        }
        builder.finish()
    }

    fn plan(rows: Vec<CopyRow>) -> CopyPlan {
        CopyPlan { rows, ..CopyPlan::default() }
    }

    fn inserted(stream: &str, version: i64) -> CopyRow {
        let mut event = Event::new("X");
        event.stream = Some(stream.into());
        event.version = Some(version);
        CopyRow::Inserted(Arc::new(event))
    }

    #[test]
    fn what_is_unchanged_and_how_far_streams_have_come() {
        use CopyRow::Recorded;
        let log = log(&["a", "b", "a", "b"]);
        let check = |rows: Vec<CopyRow>, positions: &[i64], up_to: Option<i64>, last: &[(&str, i64)]| {
            let book = Bookkeeping::new(&log, &plan(rows), Some(positions));
            assert_eq!(book.unchanged_up_to, up_to);
            let expected: Vec<_> =
                last.iter().map(|(name, version)| ((Arc::from(*name), false), Some(*version))).collect();
            assert_eq!(book.last.into_iter().collect::<Vec<_>>(), expected);
        };
        check(vec![Recorded(0), Recorded(1), Recorded(2), Recorded(3)], &[1, 2, 3, 4], Some(4), &[]);
        check(vec![Recorded(0), Recorded(1), Recorded(2)], &[1, 2, 3], Some(3), &[("b", 1)]);
        check(vec![Recorded(1), Recorded(3)], &[2, 4], None, &[]);
        let rows = vec![Recorded(0), Recorded(1), inserted("c", 1), Recorded(2), Recorded(3), inserted("a", 3)];
        check(rows, &[1, 2, 3, 4, 5, 6], Some(2), &[("a", 3), ("c", 1)]);
    }
}
