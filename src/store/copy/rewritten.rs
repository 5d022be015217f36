//! The rows of a copy that are not as recorded, encoded and checked before anything is written.

use std::collections::HashMap;

use rusqlite::Connection;

use crate::model::{Cancel, CopyPlan, CopyRow, Event, EventLog, Progress};
use crate::store::error::StoreError;
use crate::store::layout::{Place, TimeSpec};
use crate::store::raw::Raw;
use crate::store::recognise::Bound;
use crate::store::{Reader, Store};

use super::described;
use super::encode::{Image, Model, encode};
use super::siblings::{Siblings, lane_of};
use super::stream_keys::{StreamKeys, stream_keys};
use super::tables::Rows;

/// What the rows of a plan are, in numbers of events.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RowCounts {
    pub inserted: u64,
    pub changed: u64,
    pub renumbered: u64,
    /// Rows of several events that are not as they were.
    pub commits: u64,
    /// Rewritten events that are archived.
    pub archived: u64,
    /// Inserted events whose time the layout has no place for.
    pub lost_times: u64,
    /// Events whose time is put into metadata of a store whose other events have none there.
    pub new_times: u64,
}

/// Reads the store's rows as they are stored.
pub(super) struct Stored<'a> {
    pub store: &'a Store,
    pub log: &'a EventLog,
    pub source: &'a Connection,
    /// Numbers of streams without recorded events.
    pub stream_keys: StreamKeys,
}

impl<'a> Stored<'a> {
    pub(super) fn new(
        store: &'a Store,
        log: &'a EventLog,
        source: &'a Connection,
        plan: &CopyPlan,
    ) -> Result<Self, StoreError> {
        let reading = |error| StoreError::sqlite(&store.source.shown, "read its streams for the copy", error);
        let stream_keys = stream_keys(source, &store.bound, log, plan).map_err(reading)?;
        Ok(Self { store, log, source, stream_keys })
    }
}

impl Stored<'_> {
    pub(super) fn bound(&self) -> &Bound {
        &self.store.bound
    }

    pub(super) fn reading(&self, error: rusqlite::Error) -> StoreError {
        StoreError::sqlite(&self.store.source.shown, "read it for the copy", error)
    }

    /// The stored row of an event, without its row number.
    pub(super) fn image(&self, reader: &Reader, index: u32) -> Result<Image, StoreError> {
        let mut row = self.row(reader, index)?;
        row.truncate(self.bound().events.columns.iter().filter(|column| !column.generated).count());
        Ok(row)
    }

    /// The stored row of an event.
    pub(super) fn row(&self, reader: &Reader, index: u32) -> Result<Vec<Raw>, StoreError> {
        let rows = Rows::new(&self.bound().events);
        let lost = || reader.lost(self.log, index as usize);
        let key = reader.key_values(self.log, index as usize)?;
        let sql = rows.select(&format!("WHERE {}", reader.key_condition()));
        let read = || -> rusqlite::Result<Option<Vec<Raw>>> {
            let mut statement = self.source.prepare_cached(&sql)?;
            let mut found = statement.query(rusqlite::params_from_iter(key))?;
            found.next()?.map(|row| rows.values(row)).transpose()
        };
        read().map_err(|e| self.reading(e))?.ok_or_else(lost)
    }

    /// The rows that are not as recorded, by their place in the plan. `progress` counts them. The
    /// counts are of all of them, also where one can't be encoded.
    pub(super) fn rewritten(
        &self,
        plan: &CopyPlan,
        progress: &Progress,
        cancel: &Cancel,
    ) -> (Result<HashMap<usize, Image>, StoreError>, RowCounts) {
        let mut counts = RowCounts::default();
        let images = self.rewrite(plan, progress, cancel, &mut counts);
        (images, counts)
    }

    fn rewrite(
        &self,
        plan: &CopyPlan,
        progress: &Progress,
        cancel: &Cancel,
        counts: &mut RowCounts,
    ) -> Result<HashMap<usize, Image>, StoreError> {
        let mut reader = self.store.reader()?;
        let mut siblings = Siblings::default();
        let mut images = HashMap::new();
        let mut refusal = None;
        for (place, row) in plan.rows.iter().enumerate() {
            if cancel.is_cancelled() {
                return Err(StoreError::Cancelled);
            }
            let (event, index, was) = match row {
                CopyRow::Recorded(_) => continue,
                CopyRow::Edited { base, event, moved } => {
                    let was = reader.events(self.log, &[*base])?.pop();
                    let same = was.as_ref().is_some_and(|was| is_same_but_number(was, event));
                    counts.changed += u64::from(!same);
                    counts.renumbered += u64::from(same && (*moved || was.is_some()));
                    (event, Some(*base), was)
                }
                CopyRow::Inserted(event) => {
                    counts.inserted += 1;
                    (event, siblings.of(self.log, event), None)
                }
            };
            progress.add(1);
            if self.store.is_several() {
                // There is no one row form: such a copy is in Foldline's layout.
                continue;
            }
            counts.archived += u64::from(event.archived);
            counts.lost_times += u64::from(self.bound().spec.events.time.is_empty() && event.time.is_some());
            counts.new_times += u64::from(self.is_new_time(event, index, was.as_ref()));
            if self.bound().spec.writing.commits.is_some() {
                // Rows of several events are made of a whole stream.
                continue;
            }
            let image = index.map(|index| self.image(&reader, index)).transpose()?;
            let image_type = index.map(|index| self.log.event_type(self.log.type_of(index as usize)).name.clone());
            let image_place = index.and_then(|index| {
                let stream = self.log.stream_of(index as usize)?;
                Some((self.log.stream(stream).name.clone(), self.log.version(index as usize)?))
            });
            let stays = was.as_ref().is_some_and(|was| was.stream == event.stream);
            let home = lane_of(self.log, event).first().filter(|_| !stays);
            let home = home.map(|index| self.image(&reader, *index)).transpose()?;
            let model = Model {
                image: image.as_ref(),
                image_type: image_type.as_deref(),
                image_place: image_place.as_ref().map(|(stream, version)| (&**stream, *version)),
                was: was.as_ref(),
                home: home.as_ref(),
                stream_key: event.stream.as_ref().and_then(|stream| self.stream_keys.get(stream)).copied(),
            };
            match encode(self.bound(), self.log, event, &model) {
                Ok(image) => {
                    images.insert(place, image);
                }
                // The counts go on: what was asked for is told in full.
                Err(why) => {
                    refusal.get_or_insert_with(|| StoreError::CannotEncode { event: described(event), why });
                }
            }
        }
        match refusal {
            Some(error) => Err(error),
            None if self.bound().spec.writing.commits.is_some() => {
                let commits = self.commits(plan)?;
                counts.commits = commits.len() as u64;
                Ok(commits)
            }
            None => {
                self.put_in_order(plan, &mut images, &reader)?;
                self.chain(plan, &mut images, &reader)?;
                Ok(images)
            }
        }
    }
}

impl Stored<'_> {
    /// Whether an event's time goes into metadata, and the store's events of its kind have none there.
    fn is_new_time(&self, event: &Event, like: Option<u32>, was: Option<&Event>) -> bool {
        let in_metadata = |time: &TimeSpec| matches!(time.place, Place::Metadata(_));
        if event.time.is_none() || !self.bound().spec.events.time.iter().any(in_metadata) {
            return false;
        }
        let like = lane_of(self.log, event).first().copied().or(like);
        match was {
            Some(was) => was.time.is_none(),
            None => like.is_none_or(|index| self.log.time(index as usize).is_none()),
        }
    }
}

/// Whether two events differ in nothing but their number in the stream.
fn is_same_but_number(was: &Event, is: &Event) -> bool {
    if was.version == is.version {
        return was == is;
    }
    let mut renumbered = is.clone();
    renumbered.version = was.version;
    *was == renumbered
}
