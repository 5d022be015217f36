//! Tables that are ordered by what is in their rows: new rows get values by which they come where the plan has them.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rusqlite::params_from_iter;

use crate::model::{CopyPlan, CopyRow, Timestamp};
use crate::store::Reader;
use crate::store::connect::quoted;
use crate::store::error::StoreError;
use crate::store::layout::{TIME, TimeEncoding};
use crate::store::raw::Raw;
use crate::store::recognise::{Bound, Key};
use crate::store::times;

use super::chain::NUMBERED_BY_ANOTHER;
use super::described;
use super::encode::{Image, is_row_number, place};
use super::rewritten::Stored;
use super::time_form;
use super::writer::row_numbers;

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
        let by: Vec<By> = by.iter().filter_map(|column| By::new(self.bound(), column)).collect();
        let numbers = row_numbers(self.bound(), self.log, plan).unwrap_or_default();
        let mut counts = Counts::default();
        for lane in self.lanes_of(plan, &self.edited_streams(plan)).into_values() {
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
                    let next = match lane.get(at + 1) {
                        Some(next) => Some(self.row_of(plan, *next, images, reader)?),
                        None => None,
                    };
                    self.sortable_id(&plan.rows[place], &mut image, before.as_ref(), next.as_ref());
                    images.insert(place, image.clone());
                }
                if let Some(before) = &before {
                    let order = by.iter().map(|by| by.compared(before, &image)).find(|order| order.is_ne());
                    // Of equals the one with the lower row number comes first.
                    let order = order.unwrap_or_else(|| numbers.get(lane[at - 1]).cmp(&numbers.get(place)));
                    if order == Ordering::Greater {
                        return Err(self.out_of_order(plan, &lane[at - 1..=at]));
                    }
                }
                before = Some(image);
            }
        }
        Ok(())
    }

    /// The stream that an event of the plan is in.
    pub(super) fn stream_of(&self, row: &CopyRow) -> Option<Arc<str>> {
        match row {
            CopyRow::Recorded(index) => {
                self.log.stream_of(*index as usize).map(|stream| self.log.stream(stream).name.clone())
            }
            CopyRow::Edited { event, .. } | CopyRow::Inserted(event) => event.stream.clone(),
        }
    }

    /// Streams with rows that are not as recorded.
    pub(super) fn edited_streams(&self, plan: &CopyPlan) -> BTreeSet<Arc<str>> {
        let is_edited = |row: &&CopyRow| !matches!(row, CopyRow::Recorded(_));
        plan.rows.iter().filter(is_edited).filter_map(|row| self.stream_of(row)).collect()
    }

    /// The places of the events of these streams.
    pub(super) fn lanes_of(&self, plan: &CopyPlan, streams: &BTreeSet<Arc<str>>) -> BTreeMap<Arc<str>, Vec<usize>> {
        let mut lanes: BTreeMap<Arc<str>, Vec<usize>> = BTreeMap::new();
        for (place, row) in plan.rows.iter().enumerate() {
            if let Some(stream) = self.stream_of(row).filter(|stream| streams.contains(stream)) {
                lanes.entry(stream).or_default().push(place);
            }
        }
        lanes
    }

    /// The row of an event of the plan, as it is so far.
    pub(super) fn row_of(
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

    /// An id by which the row comes between two others: of its time if that is between theirs, else the next one.
    fn sortable_id(&self, row: &CopyRow, image: &mut Image, before: Option<&Image>, next: Option<&Image>) {
        const CHANCE: u128 = 100_000_000_000;
        let (CopyRow::Edited { event, .. } | CopyRow::Inserted(event)) = row else { return };
        let column = self.bound().spec.writing.sortable_id.as_ref();
        let Some(at) = column.and_then(|column| place(self.bound(), column)) else { return };
        let number = |image: &Image| match &image[at] {
            Raw::Text(digits) => std::str::from_utf8(digits).ok()?.parse::<u128>().ok(),
            _ => None,
        };
        let (before, next) = (before.and_then(number), next.and_then(number));
        // The library ends an id with digits of chance: here those of the event's own id, so that two events of one
        // moment have different ones.
        let chance = blake3::hash(format!("{:?}\n{:?}", event.stream, event.id).as_bytes());
        let chance: [u8; 8] = std::array::from_fn(|at| chance.as_bytes()[at]);
        let chance = |below: u128| u128::from(u64::from_le_bytes(chance)) % below.max(1);
        let of_time = event.time.and_then(|time| {
            let whole = Timestamp::from_nanos(time.nanos() - time.nanos().rem_euclid(100))?;
            let ticks = time_form::whole(whole, 0.0, TimeEncoding::Ticks)?;
            u128::try_from(ticks).ok()?.checked_mul(CHANCE)?.checked_add(chance(CHANCE))
        });
        let is_between = |id: &u128| before.is_none_or(|b| b < *id) && next.is_none_or(|n| *id < n);
        let beside = || match (before, next) {
            (Some(before), next) => {
                let room = next.map_or(CHANCE, |next| next.saturating_sub(before).saturating_sub(1).min(CHANCE));
                before.checked_add(1 + chance(room))
            }
            (None, next) => next?.checked_sub(1 + chance(CHANCE)),
        };
        if let Some(id) = of_time.filter(is_between).or_else(beside) {
            image[at] = Raw::text(format!("{id:030}"));
        }
    }

    fn out_of_order(&self, plan: &CopyPlan, places: &[usize]) -> StoreError {
        let Key::Ordered { by, .. } = &self.bound().key else { return StoreError::SeveralNotWritable };
        // Of the two, the one that an edit concerns.
        let events = places.iter().rev().filter_map(|place| match &plan.rows[*place] {
            CopyRow::Recorded(_) => None,
            CopyRow::Edited { event, .. } | CopyRow::Inserted(event) => Some(described(event)),
        });
        if self.bound().spec.events.version_beside.is_some() {
            return self.refused(&plan.rows[*places.last().unwrap_or(&0)], NUMBERED_BY_ANOTHER);
        }
        let why = format!(
            "the library reads a stream's events in the order of {}, by which it would come elsewhere: change its time too",
            by.iter().map(|column| if column == TIME { "their time" } else { column }).collect::<Vec<_>>().join(", ")
        );
        StoreError::CannotEncode { event: events.into_iter().next().unwrap_or_default(), why }
    }
}

/// What the table is ordered by, in a row.
enum By {
    /// The row number, which is compared last in any case.
    Number,
    Column(usize),
    /// The recorded time, which is in a column.
    Time(usize, TimeEncoding),
}

/// Whether a row says by itself where this part of the table's order puts it.
pub(super) fn is_in_rows(bound: &Bound, column: &str) -> bool {
    By::new(bound, column).is_some()
}

impl By {
    fn new(bound: &Bound, column: &str) -> Option<Self> {
        if is_row_number(bound, column) {
            return Some(Self::Number);
        }
        if column != TIME {
            return place(bound, column).map(Self::Column);
        }
        let time = bound.spec.events.time.first().filter(|time| time.plus.is_none())?;
        Some(Self::Time(place(bound, time.place.column()?)?, time.encoding))
    }

    fn compared(&self, a: &Image, b: &Image) -> Ordering {
        match self {
            Self::Number => Ordering::Equal,
            Self::Column(at) => compared(&a[*at], &b[*at]),
            Self::Time(at, encoding) => {
                let time = |image: &Image| times::in_column(image[*at].as_ref(), *encoding).timestamp();
                time(a).cmp(&time(b))
            }
        }
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
