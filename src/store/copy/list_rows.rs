//! Tables of lists, such as tags, whose rows name their event by its number: they go with it, and get its new number.

use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::Row;

use crate::model::{CopyPlan, CopyRow};
use crate::store::raw::Raw;
use crate::store::recognise::Table;
use crate::store::rows::integer;

use super::encode::{Image, is_row_number, place};
use super::rewritten::Stored;
use super::siblings::Siblings;
use super::tables::{Fate, Rows};

/// What becomes of the rows of lists.
pub(super) struct ListRows<'a> {
    lists: Vec<List>,
    images: &'a HashMap<usize, Image>,
    positions: &'a [i64],
    /// The places in the plan of recorded events whose rows or numbers are others, by the numbers that they had.
    places: HashMap<i64, usize>,
    /// The numbers of events that are not in the copy.
    gone: HashSet<i64>,
    /// The places of inserted events, by the numbers of those after whose likeness they are.
    alike: HashMap<i64, Vec<usize>>,
    /// Rows of inserted events, by table.
    more: BTreeMap<String, Vec<Vec<Raw>>>,
}

/// One such table: where a row has the event's number, and what else of the event.
struct List {
    table: String,
    number: usize,
    same: Vec<(usize, usize)>,
}

impl<'a> ListRows<'a> {
    pub(super) fn new(
        stored: &Stored<'_>,
        plan: &CopyPlan,
        images: &'a HashMap<usize, Image>,
        positions: Option<&'a [i64]>,
    ) -> Self {
        let (bound, log) = (stored.bound(), stored.log);
        let mut all = Self {
            lists: Vec::new(),
            images,
            positions: positions.unwrap_or_default(),
            places: HashMap::new(),
            gone: HashSet::new(),
            alike: HashMap::new(),
            more: BTreeMap::new(),
        };
        let (Some(source), Some(positions)) = (bound.sources.first(), positions) else { return all };
        for (spec, table) in source.spec.metadata_lists.iter().zip(&source.lists) {
            let (Some(table), [(own, event)]) = (table, spec.on.as_slice()) else { continue };
            let rows = Rows::new(table);
            let at = |column: &str| table.column(column).and_then(|column| rows.place(&column.name));
            let is_number = bound.events.column(event).is_some_and(|column| is_row_number(bound, &column.name));
            let Some(number) = at(own).filter(|_| is_number) else { continue };
            let same = bound.spec.writing.list_columns.iter();
            let same = same.filter_map(|(own, event)| Some((at(own)?, place(bound, event)?))).collect();
            all.lists.push(List { table: table.name.clone(), number, same });
        }
        if all.lists.is_empty() {
            return all;
        }
        let mut siblings = Siblings::default();
        let mut kept = vec![false; log.len()];
        for (place, row) in plan.rows.iter().enumerate() {
            match row {
                CopyRow::Recorded(index) | CopyRow::Edited { base: index, .. } => {
                    let old = log.row_key(*index as usize);
                    kept[*index as usize] = true;
                    if old != positions[place] || images.contains_key(&place) {
                        all.places.insert(old, place);
                    }
                }
                CopyRow::Inserted(event) => {
                    let alike = siblings.of(log, event).map(|index| index as usize);
                    let same_type = |index: &usize| log.event_type(log.type_of(*index)).name == event.event_type;
                    if let Some(index) = alike.filter(same_type) {
                        all.alike.entry(log.row_key(index)).or_default().push(place);
                    }
                }
            }
        }
        all.gone.extend((0..log.len()).filter(|index| !kept[*index]).map(|index| log.row_key(index)));
        all
    }

    /// What becomes of a row; `None` for one of another table.
    pub(super) fn fate(&mut self, table: &Table, row: &Row<'_>) -> rusqlite::Result<Option<Fate>> {
        let Some(list) = self.lists.iter().find(|list| list.table == table.name) else { return Ok(None) };
        let Some(number) = integer(row.get_ref(list.number)?) else { return Ok(Some(Fate::Keep)) };
        let set = |place: usize| {
            let mut set = vec![(list.number, Raw::from(self.positions[place]))];
            if let Some(image) = self.images.get(&place) {
                set.extend(list.same.iter().map(|(own, event)| (*own, image[*event].clone())));
            }
            set
        };
        for place in self.alike.get(&number).into_iter().flatten() {
            let rows = Rows::new(table);
            let mut values = rows.values(row)?;
            for (at, value) in set(*place) {
                values[at] = value;
            }
            values.truncate(rows.columns());
            self.more.entry(table.name.clone()).or_default().push(values);
        }
        Ok(Some(match self.places.get(&number) {
            _ if self.gone.contains(&number) => Fate::LeaveOut,
            Some(place) => Fate::Set(set(*place)),
            None => Fate::Keep,
        }))
    }

    /// The rows of inserted events, when all rows of the table were seen.
    pub(super) fn more(&mut self, table: &Table) -> Vec<Vec<Raw>> {
        self.more.remove(&table.name).unwrap_or_default()
    }
}
