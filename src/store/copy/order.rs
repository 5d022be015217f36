//! Tables that are ordered by what is in their rows: new rows get values by which they come where the plan has them.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rusqlite::params_from_iter;

use crate::model::{CopyPlan, CopyRow};
use crate::store::Reader;
use crate::store::connect::quoted;
use crate::store::error::StoreError;
use crate::store::recognise::Key;

use super::described;
use super::encode::{Image, place};
use super::raw::Raw;
use super::rewritten::Stored;

impl Stored<'_> {
    /// Gives inserted and moved rows what puts them after the event before them in their stream.
    ///
    /// Errors: an event would come elsewhere by what else is in its row, such as its time.
    pub(super) fn put_in_order(
        &self,
        plan: &CopyPlan,
        images: &mut HashMap<usize, Image>,
        reader: &Reader,
    ) -> Result<(), StoreError> {
        let Key::Ordered { by, .. } = &self.bound().key else { return Ok(()) };
        let by: Vec<usize> = by.iter().filter_map(|column| place(self.bound(), column)).collect();
        let mut counts = Counts::default();
        for lane in self.edited_lanes(plan) {
            let mut before: Option<Image> = None;
            for (at, place) in lane.iter().copied().enumerate() {
                let mut image = self.row_of(plan, place, images, reader)?;
                if self.is_new_here(&plan.rows[place]) {
                    let like = match (&before, lane.get(at + 1), place.checked_sub(1)) {
                        (Some(before), _, _) => Some(before.clone()),
                        (None, Some(next), _) => Some(self.row_of(plan, *next, images, reader)?),
                        (None, None, Some(previous)) => Some(self.row_of(plan, previous, images, reader)?),
                        (None, None, None) => None,
                    };
                    self.fit_in(&mut image, like.as_ref(), &mut counts)?;
                    images.insert(place, image.clone());
                }
                if let Some(before) = &before
                    && by.iter().map(|at| compared(&before[*at], &image[*at])).find(|order| order.is_ne())
                        == Some(Ordering::Greater)
                {
                    return Err(self.out_of_order(plan, &lane[at - 1..=at]));
                }
                before = Some(image);
            }
        }
        Ok(())
    }

    /// The places of the events of each stream that has rows that are not as recorded.
    fn edited_lanes(&self, plan: &CopyPlan) -> Vec<Vec<usize>> {
        let stream_of = |row: &CopyRow| match row {
            CopyRow::Recorded(index) => {
                self.log.stream_of(*index as usize).map(|stream| self.log.stream(stream).name.clone())
            }
            CopyRow::Edited { event, .. } | CopyRow::Inserted(event) => event.stream.clone(),
        };
        let is_edited = |row: &&CopyRow| !matches!(row, CopyRow::Recorded(_));
        let edited: BTreeSet<Arc<str>> = plan.rows.iter().filter(is_edited).filter_map(stream_of).collect();
        let mut lanes: HashMap<&Arc<str>, Vec<usize>> = HashMap::new();
        for (place, row) in plan.rows.iter().enumerate() {
            if let Some(stream) = stream_of(row).and_then(|stream| edited.get(&stream)) {
                lanes.entry(stream).or_default().push(place);
            }
        }
        edited.iter().filter_map(|stream| lanes.remove(stream)).collect()
    }

    fn row_of(
        &self,
        plan: &CopyPlan,
        place: usize,
        images: &HashMap<usize, Image>,
        reader: &Reader,
    ) -> Result<Image, StoreError> {
        match (images.get(&place), &plan.rows[place]) {
            (Some(image), _) => Ok(image.clone()),
            (None, CopyRow::Recorded(index) | CopyRow::Edited { base: index, .. }) => self.image(reader, *index),
            (None, CopyRow::Inserted(_)) => Ok(Image::new()),
        }
    }

    /// Whether the event was not at this place of its stream before.
    fn is_new_here(&self, row: &CopyRow) -> bool {
        match row {
            CopyRow::Recorded(_) => false,
            CopyRow::Inserted(_) => true,
            CopyRow::Edited { base, event, moved } => {
                let was = self.log.stream_of(*base as usize).map(|stream| &self.log.stream(stream).name);
                *moved || was != event.stream.as_ref()
            }
        }
    }

    fn fit_in(&self, image: &mut Image, like: Option<&Image>, counts: &mut Counts) -> Result<(), StoreError> {
        let writing = &self.bound().spec.writing;
        let at = |column: &String| place(self.bound(), column);
        if let Some(like) = like.filter(|like| like.len() == image.len()) {
            for at in writing.as_before.iter().filter_map(at) {
                image[at] = like[at].clone();
            }
        }
        for (column, among) in &writing.counted {
            let (Some(count), Some(among)) = (at(column), among.iter().map(at).collect::<Option<Vec<_>>>()) else {
                continue;
            };
            let group: Vec<Raw> = among.iter().map(|at| image[*at].clone()).collect();
            let next = counts.next(self, column, &writing.counted[column], &group)?;
            image[count] = next.into();
        }
        Ok(())
    }

    fn out_of_order(&self, plan: &CopyPlan, places: &[usize]) -> StoreError {
        let Key::Ordered { by, .. } = &self.bound().key else { return StoreError::SeveralNotWritable };
        // Of the two, the one that an edit concerns.
        let events = places.iter().rev().filter_map(|place| match &plan.rows[*place] {
            CopyRow::Recorded(_) => None,
            CopyRow::Edited { event, .. } | CopyRow::Inserted(event) => Some(described(event)),
        });
        let why = format!(
            "the library reads a stream's events in the order of {}, by which it would come elsewhere: change its time too",
            by.join(", ")
        );
        StoreError::CannotEncode { event: events.into_iter().next().unwrap_or_default(), why }
    }
}

/// Numbers that were counted on, by column and group.
#[derive(Default)]
struct Counts(HashMap<String, i64>);

impl Counts {
    fn next(&mut self, stored: &Stored<'_>, column: &str, among: &[String], group: &[Raw]) -> Result<i64, StoreError> {
        let key = format!("{column} {group:?}");
        if let Some(last) = self.0.get_mut(&key) {
            *last = last.saturating_add(1);
            return Ok(*last);
        }
        let table = &stored.bound().events;
        let own_name = |column: &str| quoted(table.column(column).map_or(column, |column| &column.name));
        let same: Vec<String> =
            among.iter().enumerate().map(|(at, name)| format!("{} = ?{}", own_name(name), at + 1)).collect();
        let sql = format!("SELECT max({}) FROM {} WHERE {}", own_name(column), quoted(&table.name), same.join(" AND "));
        let highest: Option<i64> =
            stored.source.query_row(&sql, params_from_iter(group), |row| row.get(0)).map_err(|e| stored.reading(e))?;
        let next = highest.map_or(0, |highest| highest.saturating_add(1));
        self.0.insert(key, next);
        Ok(next)
    }
}

/// As SQLite orders values: numbers before texts before bytes.
fn compared(a: &Raw, b: &Raw) -> Ordering {
    let rank = |value: &Raw| match value {
        Raw::Null => 0,
        Raw::Integer(_) | Raw::Real(_) => 1,
        Raw::Text(_) => 2,
        Raw::Blob(_) => 3,
    };
    match (a, b) {
        (Raw::Integer(a), Raw::Integer(b)) => a.cmp(b),
        (Raw::Real(a), Raw::Real(b)) => a.total_cmp(b),
        (Raw::Integer(a), Raw::Real(b)) => (*a as f64).total_cmp(b),
        (Raw::Real(a), Raw::Integer(b)) => a.total_cmp(&(*b as f64)),
        (Raw::Text(a), Raw::Text(b)) | (Raw::Blob(a), Raw::Blob(b)) => a.cmp(b),
        (a, b) => rank(a).cmp(&rank(b)),
    }
}
