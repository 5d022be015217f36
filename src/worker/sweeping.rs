//! Sweeps over an opened store.

use super::session::{Session, SessionError};
use super::standing::Standing;
use crate::model::{Cancel, Path, Progress};
use crate::whatif::{self, Scenario, Sweep, SweepPlace, SweepSpec};

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

    /// What can be varied in an edit of a scenario.
    pub fn sweep_places(&self, scenario: &Scenario, edit: usize, cancel: &Cancel) -> Vec<SweepPlace> {
        let subject = whatif::Basis::subject(&mut Standing::new(self, cancel), scenario, edit);
        scenario.edits.get(edit).map_or_else(Vec::new, |edit| whatif::places(edit, subject.as_deref()))
    }
}
