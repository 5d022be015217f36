//! Rows that name the one before them, in their stream: those that have another one before them are set.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::model::{CopyPlan, CopyRow};
use crate::store::Reader;
use crate::store::error::StoreError;
use crate::store::layout::Chained;
use crate::store::raw::Raw;
use crate::store::rows::integer;

use super::described;
use super::encode::{Image, place};
use super::rewritten::Stored;

/// Why what one client has alone can't come after another event.
pub(super) const NUMBERED_BY_ANOTHER: &str =
    "it is numbered by the event of all clients that it comes after, and would come after another";

/// A column that names the row before: where it is, and where in that row is what it repeats.
struct Link<'s> {
    column: &'s str,
    at: usize,
    from: usize,
    first: Raw,
}

impl Link<'_> {
    /// What a row behind this one has.
    fn behind(&self, before: Option<&Image>) -> Raw {
        before.map_or_else(|| self.first.clone(), |before| before[self.from].clone())
    }
}

/// The rows before one: the last of all, and the last with a version of its own.
#[derive(Default)]
struct Before {
    any: Option<Image>,
    own: Option<Image>,
}

/// Whether a row has the version of another one, beside which it stands.
fn is_beside(image: &Image, beside: Option<usize>) -> bool {
    beside.is_some_and(|at| integer(image[at].as_ref()) != Some(0))
}

impl Before {
    /// Looks at rows from the last one back.
    fn find(
        &mut self,
        rows: impl Iterator<Item = Result<Image, StoreError>>,
        beside: Option<usize>,
    ) -> Result<(), StoreError> {
        for row in rows {
            let row = row?;
            let is_own = !is_beside(&row, beside);
            self.any.get_or_insert_with(|| row.clone());
            if is_own {
                self.own = Some(row);
                break;
            }
        }
        Ok(())
    }

    fn go_on(&mut self, row: Image, beside: Option<usize>) {
        if !is_beside(&row, beside) {
            self.own = Some(row.clone());
        }
        self.any = Some(row);
    }

    /// The row that this one names.
    fn of(&self, row: &Image, beside: Option<usize>) -> Option<&Image> {
        if is_beside(row, beside) { self.any.as_ref() } else { self.own.as_ref() }
    }
}

impl Stored<'_> {
    /// Lets rows name the ones that are before them in the copy.
    ///
    /// Errors: a recorded row does not name the one that was before it, so that nothing says what it should name now.
    pub(super) fn chain(
        &self,
        plan: &CopyPlan,
        images: &mut HashMap<usize, Image>,
        reader: &Reader,
    ) -> Result<(), StoreError> {
        let bound = self.bound();
        let links = bound.spec.writing.chained.iter().filter_map(|(column, Chained { from, first })| {
            let first = first.map_or(Raw::Null, Raw::from);
            Some(Link { column, at: place(bound, column)?, from: place(bound, from)?, first })
        });
        let links: Vec<Link<'_>> = links.collect();
        let events = &bound.spec.events;
        let beside = events.version_beside.as_ref().and_then(|column| place(bound, column));
        let version = events.version.column().and_then(|column| place(bound, column));
        if links.is_empty() {
            return Ok(());
        }
        for (stream, lane) in self.lanes_of(plan, &self.changed_streams(plan)) {
            let recorded = self.log.find_stream(&stream).map(|stream| self.log.lane(stream)).unwrap_or_default();
            let is_same = |(at, place): &(usize, &usize)| match &plan.rows[**place] {
                CopyRow::Recorded(index) => recorded.get(*at) == Some(index),
                CopyRow::Edited { .. } | CopyRow::Inserted(_) => false,
            };
            let unchanged = lane.iter().enumerate().take_while(is_same).count();
            let mut before = Before::default();
            let back = lane[..unchanged].iter().rev().map(|place| self.row_of(plan, *place, images, reader));
            before.find(back, beside)?;
            for place in &lane[unchanged..] {
                let mut image = self.row_of(plan, *place, images, reader)?;
                if let (true, Some(version)) = (is_beside(&image, beside), version)
                    && before.any.as_ref().is_none_or(|before| before[version] != image[version])
                {
                    return Err(self.refused(&plan.rows[*place], NUMBERED_BY_ANOTHER));
                }
                for link in &links {
                    let wanted = link.behind(before.of(&image, beside));
                    if image[link.at] == wanted {
                        continue;
                    }
                    if let CopyRow::Recorded(index) | CopyRow::Edited { base: index, .. } = &plan.rows[*place] {
                        self.check_link(link, *index, beside, reader)?;
                    }
                    image[link.at] = wanted;
                    images.insert(*place, image.clone());
                }
                before.go_on(image, beside);
            }
        }
        Ok(())
    }

    pub(super) fn refused(&self, row: &CopyRow, why: &str) -> StoreError {
        let event = match row {
            CopyRow::Recorded(index) => format!("the event at position {}", self.log.position(*index as usize)),
            CopyRow::Edited { event, .. } | CopyRow::Inserted(event) => described(event),
        };
        StoreError::CannotEncode { event, why: why.to_owned() }
    }

    /// Whether a recorded row names the one that was before it.
    fn check_link(
        &self,
        link: &Link<'_>,
        index: u32,
        beside: Option<usize>,
        reader: &Reader,
    ) -> Result<(), StoreError> {
        let lane = self.log.stream_of(index as usize).map(|stream| self.log.lane(stream)).unwrap_or_default();
        let at = lane.binary_search(&index).unwrap_or_default();
        let mut before = Before::default();
        before.find(lane[..at].iter().rev().map(|index| self.image(reader, *index)), beside)?;
        let image = self.image(reader, index)?;
        if image[link.at] == link.behind(before.of(&image, beside)) {
            return Ok(());
        }
        let why = format!(
            "in its row, {} does not name the event before it, so that nothing says what it should name now",
            link.column
        );
        Err(self.refused(&CopyRow::Recorded(index), &why))
    }

    /// Streams that are not as recorded.
    fn changed_streams(&self, plan: &CopyPlan) -> BTreeSet<Arc<str>> {
        let mut changed = self.edited_streams(plan);
        changed.extend(plan.edited_streams.iter().map(|(stream, _)| stream.clone()));
        changed
    }
}
