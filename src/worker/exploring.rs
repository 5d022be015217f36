//! Jobs that look into histories: lives of values, tracks, searches, summaries.

use std::sync::Arc;

use super::run::Workshop;
use super::session::Session;
use crate::job::{EventRow, Failure, Job, Outcome};
use crate::model::{Cancel, Event, Progress};

impl Workshop {
    #[expect(clippy::needless_pass_by_value, reason = "jobs are consumed by what runs them")]
    pub(super) fn explore(&self, job: Job, _progress: &Progress, _cancel: &Cancel) -> Result<Outcome, Failure> {
        Err(Failure::Failed(format!("not available: {job:?}")))
    }
}

impl Session {
    /// An event for a table, with its sentence where its stream's projection has one.
    pub(super) fn row(&self, index: u32, event: Event) -> EventRow {
        let log = self.log();
        let stream = log.stream_of(index as usize);
        let fold = stream.map(|stream| self.fold(log.stream(stream).category));
        let sentence = fold.and_then(|fold| fold.label(&event)).map(Into::into);
        EventRow { event: Arc::new(event), sentence }
    }
}
