//! What copies hold, and writing them.

use std::path::Path;
use std::sync::Arc;

use super::session::{Session, SessionError};
use crate::job::Copied;
use crate::model::selection::ResolveError;
use crate::model::{Cancel, CopyPlan, CopyRow, EventLog, Moment, Progress, Selection, StreamIndex};
use crate::store::{CopyOptions, write_copy};
use crate::whatif::Scenario;

/// Where a copy goes.
#[derive(Debug, Clone, Copy)]
pub struct CopyTarget<'a> {
    /// The file.
    pub out: &'a Path,
    /// Replace a file that is there.
    pub force: bool,
    /// Also take the tables that are not the layout's.
    pub whole: bool,
    /// The layout to write in.
    pub layout: CopyLayout,
}

/// Which layout a copy is in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CopyLayout {
    /// The store's own, so that its library can read it.
    #[default]
    Own,
    /// Foldline's.
    Foldline,
}

impl Session {
    /// A copy of everything that was recorded.
    pub fn recorded_copy(&self) -> CopyPlan {
        CopyPlan { rows: (0..self.log().len() as u32).map(CopyRow::Recorded).collect(), ..CopyPlan::default() }
    }

    /// A copy with a scenario's edits.
    pub fn scenario_copy(&self, scenario: &Arc<Scenario>) -> Result<CopyPlan, SessionError> {
        let branch = self.branch(scenario)?;
        let mut plan = branch.copy_plan(self.log(), &mut self.recorded()).map_err(SessionError::Read)?;
        plan.scenario = Some(scenario.to_json());
        Ok(plan)
    }

    /// Writes a copy. It appears under its name whole or not at all.
    pub fn write_copy(
        &self,
        plan: &CopyPlan,
        target: CopyTarget<'_>,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Copied, SessionError> {
        let CopyTarget { out, force, whole, layout } = target;
        let options = CopyOptions { force, whole, as_foldline: layout == CopyLayout::Foldline };
        let report = write_copy(self.store(), self.log(), plan, out, &options, progress, cancel)?;
        let layout_title = match layout {
            CopyLayout::Own => self.store().layout().title.to_owned(),
            CopyLayout::Foldline => "Foldline".to_owned(),
        };
        Ok(Copied { path: out.to_owned(), events: report.events, layout_title, notes: report.notes })
    }
}

/// A copy of what was recorded, up to a moment or of some streams. `None` is no limit.
pub fn partial_copy(
    log: &EventLog,
    until: Option<Moment>,
    streams: Option<&[StreamIndex]>,
) -> Result<CopyPlan, ResolveError> {
    let mut plan = CopyPlan::default();
    let mut taken = vec![false; log.len()];
    let all = || (0..log.streams().len() as u32).map(StreamIndex);
    for stream in all() {
        let lane = log.lane(stream);
        let wanted = streams.is_none_or(|streams| streams.contains(&stream));
        let selection = match until {
            _ if !wanted => Selection::Prefix(0),
            Some(moment) => log.select(stream, moment)?,
            None => Selection::Prefix(lane.len()),
        };
        let mark = |taken: &mut Vec<bool>, place: usize| taken[lane[place] as usize] = true;
        match &selection {
            Selection::Prefix(len) => (0..*len).for_each(|place| mark(&mut taken, place)),
            Selection::Places(places) => places.iter().for_each(|place| mark(&mut taken, *place)),
        }
        if selection.len() < lane.len() {
            let unchanged = match &selection {
                Selection::Prefix(len) => *len,
                // What comes after the first event that is left out is another history.
                Selection::Places(places) => places.iter().enumerate().take_while(|(at, place)| at == *place).count(),
            };
            plan.edited_streams.push((log.stream(stream).name.clone(), unchanged));
        }
    }
    if streams.is_none() {
        take_streamless(log, until, &mut taken);
    }
    plan.rows = (0u32..).zip(&taken).filter(|(_, taken)| **taken).map(|(index, _)| CopyRow::Recorded(index)).collect();
    Ok(plan)
}

/// Events in no stream are judged by themselves; one without a time goes with the one before it.
fn take_streamless(log: &EventLog, until: Option<Moment>, taken: &mut [bool]) {
    let mut before = true;
    for index in (0..log.len()).filter(|index| log.stream_of(*index).is_none()) {
        let within = match until {
            Some(Moment::Position(position)) => log.position(index) <= position,
            Some(Moment::Instant(instant)) => log.time(index).map_or(before, |time| time <= instant),
            Some(Moment::Version(_)) => false,
            None => true,
        };
        taken[index] = within;
        before = within;
    }
}
