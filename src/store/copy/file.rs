//! The file of a copy in the store's own layout while it is written: its tables made by the store's own statements.

use rusqlite::Connection;

use crate::model::{Cancel, CopyPlan};
use crate::store::error::StoreError;
use crate::store::recognise::{self, Table};
use crate::store::target::Target;

use super::rewritten::Stored;
use super::tables::{self, CopyError, Made};
use super::{CopyOptions, write_scenario};

/// A file with the store's tables, without their indexes and triggers until it is finished.
pub(super) struct File<'a> {
    stored: &'a Stored<'a>,
    target: &'a Target,
    whole: bool,
    pub to: Connection,
    pub schema: Vec<Made>,
    /// The tables that are copied: those of events come first, those with the library's streams next. What belongs to
    /// them is known when they have been looked at.
    pub tables: Vec<Table>,
}

impl<'a> File<'a> {
    /// Begins the file under the target's temporary name, in one transaction.
    pub(super) fn begin(
        stored: &'a Stored<'a>,
        target: &'a Target,
        options: &CopyOptions,
        cancel: &Cancel,
    ) -> Result<Self, StoreError> {
        let (source, bound, whole) = (stored.source, stored.bound(), options.whole);
        let to = target.connect(cancel)?;
        let all = recognise::tables(source).map_err(|e| stored.reading(e))?;
        let schema = tables::schema(source).map_err(|e| stored.reading(e))?;
        let mut taken = tables::taken(bound, all, whole);
        taken.sort_by_key(|table| {
            let of_events = bound.sources.iter().any(|source| source.table.name == table.name);
            (!of_events, !tables::has_streams(bound, table))
        });
        let file = Self { stored, target, whole, to, schema, tables: taken };
        tables::copy_settings(source, &file.to).map_err(|e| file.failed(e))?;
        file.to.execute_batch("BEGIN").map_err(|e| target.failed(&e))?;
        file.make(&["table"])?;
        Ok(file)
    }

    /// What a failed copy of rows means.
    pub(super) fn failed(&self, error: CopyError) -> StoreError {
        match error {
            CopyError::Read(e) => self.stored.reading(e),
            CopyError::Write(e) => self.target.failed(&e),
        }
    }

    fn make(&self, kinds: &[&str]) -> Result<(), StoreError> {
        tables::make(&self.to, &self.schema, kinds, &self.tables, self.whole).map_err(|e| self.target.failed(&e))
    }

    /// Completes the file: the scenario's note, the numbers that were used, indexes, views and triggers.
    pub(super) fn finish(self, plan: &CopyPlan) -> Result<(), StoreError> {
        let writing = |e| self.target.failed(&e);
        write_scenario(&self.to, plan.scenario.as_deref()).map_err(writing)?;
        // As of a moment, numbers that were used later have not been used yet.
        let sources = &self.stored.bound().sources;
        let is_of_a_moment =
            |table: &&Table| plan.as_of.is_some() && sources.iter().any(|source| source.table.name == table.name);
        let numbered = self.tables.iter().filter(|table| !is_of_a_moment(table));
        tables::copy_sequences(self.stored.source, &self.to, numbered).map_err(|e| self.failed(e))?;
        self.make(&["index"])?;
        self.make(&["view", "trigger"])?;
        self.to.execute_batch("COMMIT").map_err(writing)?;
        self.to.close().map_err(|(_, e)| self.target.failed(&e))
    }
}
