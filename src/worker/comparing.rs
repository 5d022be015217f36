//! What follows from a scenario, stream by stream.

use std::sync::Arc;

use super::session::{Session, SessionError};
use crate::model::{Cancel, Progress};
use crate::replay::{History, MemoryHistory};
use crate::whatif::{self, Scenario, StreamComparison};

impl Session {
    /// Every stream that an edit concerns, as recorded against the branch. Progress counts events read.
    pub fn compare(
        self: &Arc<Self>,
        scenario: &Arc<Scenario>,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Vec<StreamComparison>, SessionError> {
        let branch = self.branch_unless(scenario, cancel)?;
        let on_unreadable = self.replay_options().on_unreadable;
        let compared = branch.lanes().iter().map(|lane| {
            let baseline: Arc<dyn History> = match lane.stream() {
                Some(stream) => self.history(stream),
                None => Arc::new(MemoryHistory::default()),
            };
            let fold = self.fold_of(lane.name());
            Ok(whatif::compare(&*fold, &baseline, lane, on_unreadable, progress, cancel)?)
        });
        compared.collect()
    }
}
