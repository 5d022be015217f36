//! Sweeps over an opened store.

use super::session::{Session, SessionError};
use super::standing::Standing;
use crate::model::{Cancel, Path, Progress};
use crate::whatif::{self, Basis, Scenario, Sweep, SweepEdit, SweepSpec};

impl Session {
    /// Varies one value of a scenario over a range. `fields` are those to show; none for those that tell most.
    /// Progress counts values.
    pub fn sweep(
        &self,
        scenario: &Scenario,
        spec: &SweepSpec,
        fields: &[Path],
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Sweep, SessionError> {
        Ok(whatif::sweep(scenario, spec, fields, &mut Standing::new(self, cancel), progress, cancel)?)
    }

    /// What can be varied in each edit of a scenario.
    pub fn sweep_places(&self, scenario: &Scenario, cancel: &Cancel) -> Vec<SweepEdit> {
        let mut standing = Standing::new(self, cancel);
        let edits = scenario.edits.iter().enumerate();
        let edit = |(at, edit): (usize, &whatif::Edit)| {
            let subject = standing.subject(scenario, at);
            SweepEdit { places: whatif::places(edit, subject.as_deref()), subject }
        };
        edits.map(edit).collect()
    }
}
