//! A finished copy, read back under its temporary name before it gets its own.

use std::path::Path;
use std::time::Duration;

use crate::model::{Cancel, EventLog, Progress};
use crate::store::connect::{Access, connect};
use crate::store::error::StoreError;
use crate::store::recognise;
use crate::store::target::Target;
use crate::store::{OpenOptions, Store, open};

use super::tables::{self, Written};

/// Reads what was written.
pub(super) struct ReadBack<'a> {
    pub target: &'a Target,
    /// The file's own name, for errors.
    pub out: &'a Path,
    pub cancel: &'a Cancel,
}

impl ReadBack<'_> {
    /// The copy is not what it was to be.
    pub(super) fn wrong(&self, why: impl Into<String>) -> StoreError {
        StoreError::Mismatch { path: self.out.to_owned(), why: why.into() }
    }

    fn failed(&self, error: &rusqlite::Error) -> StoreError {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::OperationInterrupted) => StoreError::Cancelled,
            _ => self.wrong(error.to_string()),
        }
    }

    /// Every row as it was written, then the copy opened in a layout, with as many events as were planned.
    ///
    /// Errors: a table or the number of events differs, the file can't be read, the work was cancelled.
    pub(super) fn open(&self, written: &Written, layout: &str, events: usize) -> Result<(Store, EventLog), StoreError> {
        self.check_rows(written)?;
        let options = OpenOptions { layout: Some(layout.to_owned()), ..OpenOptions::default() };
        let copy = open(self.target.temporary(), &options, &Progress::default(), self.cancel)?;
        let log = copy.scan(0, &Progress::default(), self.cancel)?;
        if log.len() == events {
            Ok((copy, log))
        } else {
            Err(self.wrong(format!("{events} events were planned and {} read back", log.len())))
        }
    }

    fn check_rows(&self, written: &Written) -> Result<(), StoreError> {
        let failed = |error| self.failed(&error);
        let file = self.target.temporary();
        let conn = connect(file, Access::Immutable, Duration::ZERO, Some(self.cancel)).map_err(failed)?;
        for table in recognise::tables(&conn).map_err(failed)? {
            let Some(written) = written.get(&table.name) else { continue };
            // The note of this copy is one more row of its own table.
            if table.name.eq_ignore_ascii_case(tables::SCENARIO_TABLE) {
                continue;
            }
            let read = tables::hash_of(&conn, &table).map_err(failed)?;
            if read != *written {
                let (wrote, found) = (written.count(), read.count());
                return Err(self.wrong(format!("{wrote} rows of {} were written and {found} read back", table.name)));
            }
        }
        Ok(())
    }
}
