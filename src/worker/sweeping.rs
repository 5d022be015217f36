//! Sweeps over an opened store.

use super::session::{Session, SessionError};
use super::standing::Standing;
use crate::model::{Cancel, Path, Progress};
use crate::whatif::{self, Scenario, Sweep, SweepEdit, SweepSpec};

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
        let subjects = whatif::subjects_of(scenario, self.log(), &mut standing);
        let edit = |(edit, subject): (&whatif::Edit, Option<_>)| SweepEdit {
            places: whatif::places(edit, subject.as_deref()),
            subject,
        };
        scenario.edits.iter().zip(subjects).map(edit).collect()
    }
}
