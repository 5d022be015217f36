//! Which snapshots a copy keeps: none that knows an event which the copy does not have as recorded, or the library
//! would bring the old state back.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::Row;
use rusqlite::types::ValueRef;

use crate::model::{CopyPlan, CopyRow, EventLog, Moment, Timestamp};
use crate::store::connect::quoted;
use crate::store::error::StoreError;
use crate::store::layout::{Place, SnapshotTable};
use crate::store::payload::decode;
use crate::store::raw::Raw;
use crate::store::recognise::{Bound, Table};
use crate::store::rows::text;
use crate::store::snapshots::{taken_at, version_of};

use super::gone;
use super::rewritten::Stored;
use super::tables::Rows;

/// What is kept of each stream's snapshots.
pub(in crate::store) struct SnapshotFilter {
    limits: HashMap<Arc<str>, Limit>,
    /// The plan leaves no recorded event out.
    complete: bool,
    /// The instant as of which the copy is.
    until: Option<Timestamp>,
    /// Names of streams by what names them in the snapshot table, where they are looked up in another one.
    names: HashMap<Vec<u8>, String>,
}

/// How a part of the names of snapshots' streams is looked up.
struct Lookup<'s> {
    /// Which part.
    part: usize,
    /// The snapshot table's columns by which it is looked up.
    own: Vec<&'s str>,
    /// Reads what is in them and the part.
    sql: String,
}

impl<'s> Lookup<'s> {
    fn new(bound: &Bound, spec: &'s SnapshotTable) -> Option<Self> {
        let looked_up = |place: &'s Place| match place {
            Place::First(places) => places.iter().find_map(|place| place.column()?.split_once('.')),
            place => place.column()?.split_once('.'),
        };
        let (part, (alias, column)) =
            spec.stream.iter().enumerate().find_map(|(at, place)| Some((at, looked_up(place)?)))?;
        let at = spec.joins.iter().position(|join| join.alias == alias)?;
        let table = bound.snapshots.first()?.joins.get(at)?.as_ref()?;
        let own_name = |column: &str| Some(quoted(&table.column(column)?.name));
        let on = spec.joins[at].on.iter().map(|(theirs, own)| Some((own_name(theirs)?, own.column()?.as_str())));
        let (mut theirs, own): (Vec<String>, Vec<&str>) = on.collect::<Option<Vec<_>>>()?.into_iter().unzip();
        theirs.push(own_name(column)?);
        Some(Self { part, own, sql: format!("SELECT DISTINCT {} FROM {}", theirs.join(", "), quoted(&table.name)) })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    /// Of a stream without versions, all of whose events are as recorded.
    All,
    /// Of a stream all of whose events are as recorded: only a higher version would be wrong.
    NotBeyond(i64),
    UpTo(i64),
    Nothing,
}

impl SnapshotFilter {
    pub(in crate::store) fn new(log: &EventLog, plan: &CopyPlan) -> Self {
        let until = plan.as_of.and_then(|moment| if let Moment::Instant(time) = moment { Some(time) } else { None });
        let mut recorded = vec![false; log.len()];
        // The lowest version of a stream at which the copy has something else than what was recorded.
        let mut changed: HashMap<Arc<str>, i64> = HashMap::new();
        for row in &plan.rows {
            match row {
                CopyRow::Recorded(index) => recorded[*index as usize] = true,
                CopyRow::Edited { event, .. } | CopyRow::Inserted(event) => {
                    if let Some(stream) = &event.stream {
                        let version = event.version.unwrap_or(i64::MIN);
                        let lowest = changed.entry(stream.clone()).or_insert(version);
                        *lowest = version.min(*lowest);
                    }
                }
            }
        }
        let planned: HashMap<&str, usize> =
            plan.edited_streams.iter().map(|(stream, unchanged)| (&**stream, *unchanged)).collect();
        let streams = log.streams().iter().enumerate().map(|(at, stream)| {
            let lane = log.lane(crate::model::StreamIndex(at as u32));
            // Of a stream whose older events were removed, what is older than all its events stays.
            let before = || log.version(*lane.first()? as usize)?.checked_sub(1);
            let up_to = |kept: usize| match kept.checked_sub(1) {
                Some(last) => log.version(lane[last] as usize),
                None => before(),
            };
            if let Some(unchanged) = planned.get(&*stream.name) {
                let limit = up_to((*unchanged).min(lane.len())).map_or(Limit::Nothing, Limit::UpTo);
                return (stream.name.clone(), limit);
            }
            let kept = lane.iter().take_while(|index| recorded[**index as usize]).count();
            let changed = changed.get(&stream.name).copied();
            let limit = if kept == lane.len() && changed.is_none() {
                // A snapshot that knows later events than the copy has would bring them back.
                let highest = lane.iter().filter_map(|index| log.version(*index as usize)).max();
                highest.map_or(Limit::All, Limit::NotBeyond)
            } else {
                match (up_to(kept), changed) {
                    (Some(last), Some(changed)) => Limit::UpTo(last.min(changed.saturating_sub(1))),
                    (Some(last), None) => Limit::UpTo(last),
                    (None, _) => Limit::Nothing,
                }
            };
            (stream.name.clone(), limit)
        });
        Self { limits: streams.collect(), complete: recorded.iter().all(|kept| *kept), until, names: HashMap::new() }
    }

    /// The same where the names of snapshots' streams are looked up.
    pub(super) fn looking_up(mut self, stored: &Stored<'_>) -> Result<Self, StoreError> {
        let bound = stored.bound();
        let Some(lookup) = bound.spec.snapshots.as_ref().and_then(|spec| Lookup::new(bound, spec)) else {
            return Ok(self);
        };
        let read = || -> rusqlite::Result<HashMap<Vec<u8>, String>> {
            let mut select = stored.source.prepare(&lookup.sql)?;
            let count = lookup.own.len();
            let names = select.query_map([], |row| {
                let values = (0..count).map(|at| row.get_ref(at).map(Raw::from));
                let name = text(row.get_ref(count)?).map(|(name, _)| name.into_owned()).unwrap_or_default();
                Ok((gone::key(values.collect::<rusqlite::Result<Vec<_>>>()?.into_iter()), name))
            })?;
            names.collect()
        };
        self.names = read().map_err(|e| stored.reading(e))?;
        Ok(self)
    }

    /// Whether the copy keeps a snapshot.
    pub(in crate::store) fn keeps_snapshot(
        &self,
        stream: &str,
        version: Option<i64>,
        taken: Option<Timestamp>,
    ) -> bool {
        if taken.is_some_and(|taken| self.until.is_some_and(|until| taken > until)) {
            return false;
        }
        match self.limits.get(stream) {
            Some(Limit::All) => true,
            Some(Limit::NotBeyond(last)) => version.is_none_or(|version| version <= *last),
            Some(Limit::UpTo(last)) => version.is_some_and(|version| version <= *last),
            Some(Limit::Nothing) => false,
            // Of a stream that has no events.
            None => self.complete,
        }
    }

    /// The same for a row of the snapshot table.
    pub(super) fn keeps(&self, bound: &Bound, table: &Table, row: &Row<'_>) -> rusqlite::Result<bool> {
        let Some(spec) = &bound.spec.snapshots else { return Ok(true) };
        let rows = Rows::new(table);
        let own_name = |column: &str| table.column(column).map(|column| column.name.clone());
        let value = |column: &str| {
            let at = own_name(column).and_then(|column| rows.place(&column));
            at.map_or(Ok(ValueRef::Null), |at| row.get_ref(at))
        };
        let mut name = String::new();
        for column in spec.tenant.0.iter().filter_map(Place::column) {
            if let Some((tenant, _)) = text(value(column)?) {
                name.push_str(&tenant);
                name.push('/');
                break;
            }
        }
        for (place, column) in spec.stream.iter().enumerate() {
            if place > 0 {
                name.push('-');
            }
            if let Some(lookup) = Lookup::new(bound, spec).filter(|lookup| lookup.part == place) {
                let own = lookup.own.iter().map(|column| value(column).map(Raw::from));
                let own = own.collect::<rusqlite::Result<Vec<_>>>()?;
                if let Some(part) = self.names.get(&gone::key(own.into_iter())).filter(|part| !part.is_empty()) {
                    name.push_str(part);
                    continue;
                }
            }
            let columns = match column {
                Place::First(places) => places.iter().filter_map(Place::column).collect(),
                place => place.column().into_iter().collect::<Vec<_>>(),
            };
            for column in columns {
                if let Some((part, _)) = text(value(column)?) {
                    name.push_str(&part);
                    break;
                }
            }
        }
        let of = bound.snapshots_in(&table.name).map_or(0, |snapshots| snapshots.of);
        if let Some(apart) = bound.name_apart(of, &name).filter(|apart| self.limits.contains_key(apart.as_str())) {
            name = apart;
        }
        let taken = match (&spec.taken, self.until) {
            (Some(taken), Some(_)) => taken_at(taken, spec, &value)?,
            _ => None,
        };
        let state = value(&spec.state.column)?;
        let version = version_of(spec, value(&spec.version)?, || Some(decode(state, &spec.state, "").0));
        Ok(self.keeps_snapshot(&name, version, taken))
    }
}
