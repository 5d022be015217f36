//! What copies hold, and writing them.

use std::path::Path;
use std::sync::Arc;

use super::files::WriteError;
use super::run::failed;
use super::samples::SampleError;
use super::session::{Session, SessionError};
use crate::job::{Copied, CopyWish, Failure};
use crate::model::selection::ResolveError;
use crate::model::{Cancel, CopyDescription, CopyPlan, CopyRow, EventLog, Moment, Progress, Selection, StreamIndex};
use crate::store::{CopyOptions, StoreError, copies_in_own_layout, describe_copy, why_not_in_own_layout, write_copy};
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

/// What would help, besides what an error says: every surface has its own words for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Allow a file to be overwritten.
    Overwrite,
    /// Write the copy in Foldline's layout.
    FoldlineLayout,
}

impl Remedy {
    fn of(error: &StoreError) -> Option<Self> {
        match error {
            StoreError::TargetExists(_) => Some(Self::Overwrite),
            StoreError::LayoutNotWritable { .. } | StoreError::SeveralNotWritable => Some(Self::FoldlineLayout),
            _ => None,
        }
    }
}

impl SessionError {
    /// What would help, if it can be chosen.
    pub fn remedy(&self) -> Option<Remedy> {
        match self {
            Self::Store(error) => Remedy::of(error),
            Self::Write(WriteError::Exists(_)) => Some(Remedy::Overwrite),
            _ => None,
        }
    }
}

impl SampleError {
    /// What would help, if it can be chosen.
    pub fn remedy(&self) -> Option<Remedy> {
        match self {
            Self::Store(error) => Remedy::of(error),
            Self::ProjectionExists(_) => Some(Remedy::Overwrite),
            Self::Unknown(_) | Self::Projection { .. } => None,
        }
    }
}

/// Why a moment can't cut a store.
#[derive(Debug, thiserror::Error)]
pub enum CutError {
    /// The moment has no meaning in a stream.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// Streams without times can't be cut at one, and times are never invented.
    #[error(
        "{}, so a time does not say what of {} to copy; name a position instead ({})",
        untimed_text(.first, *.count), if *.count == 1 { "it" } else { "them" }, position_text(*.position)
    )]
    NoTimes {
        /// The first of the streams.
        first: Vec<Arc<str>>,
        /// How many there are.
        count: usize,
        /// The position of the store's last event that is not later.
        position: Option<i64>,
    },
}

/// Streams that an error names.
const NAMED_STREAMS: usize = 3;

fn untimed_text(first: &[Arc<str>], count: usize) -> String {
    let names = first.join(", ");
    match count.saturating_sub(first.len()) {
        0 => format!("the events of {names} have no times"),
        more => format!("the events of {count} streams have no times ({names} and {more} more)"),
    }
}

fn position_text(position: Option<i64>) -> String {
    match position {
        Some(position) => format!("#{position} is the last event that is not later"),
        None => "such as #12".to_owned(),
    }
}

impl Session {
    /// A copy of everything that was recorded.
    pub fn recorded_copy(&self) -> CopyPlan {
        CopyPlan { rows: (0..self.log().len() as u32).map(CopyRow::Recorded).collect(), ..CopyPlan::default() }
    }

    /// A copy with a scenario's edits.
    pub fn scenario_copy(&self, scenario: &Arc<Scenario>, cancel: &Cancel) -> Result<CopyPlan, SessionError> {
        let branch = self.branch_unless(scenario, cancel)?;
        let plan = branch.copy_plan(self.log(), &mut self.recorded_unless(cancel.clone()));
        let mut plan = plan.map_err(|why| match cancel.is_cancelled() {
            true => StoreError::Cancelled.into(),
            false => SessionError::Read(why),
        })?;
        plan.scenario = Some(scenario.to_json());
        Ok(plan)
    }

    /// What a wish comes to.
    fn wished(&self, wish: &CopyWish, cancel: &Cancel) -> Result<CopyPlan, Failure> {
        let plan = match (&wish.scenario, wish.until) {
            (_, Some(moment)) => {
                return partial_copy(self.log(), Some(moment), None).map_err(|e| Failure::Failed(e.to_string()));
            }
            (Some(scenario), None) => self.scenario_copy(scenario, cancel),
            (None, None) => Ok(self.recorded_copy()),
        };
        plan.map_err(|error| failed(&error))
    }

    /// Writes a copy that was wished for.
    pub(super) fn copy(
        &self,
        wish: &CopyWish,
        out: &Path,
        force: bool,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Copied, Failure> {
        let layout = if wish.as_foldline { CopyLayout::Foldline } else { CopyLayout::Own };
        let target = CopyTarget { out, force, whole: wish.whole, layout };
        self.write_copy(&self.wished(wish, cancel)?, target, progress, cancel).map_err(|error| failed(&error))
    }

    /// What a copy that is wished for would hold.
    pub(super) fn describe_copy(
        &self,
        wish: &CopyWish,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<CopyDescription, Failure> {
        let plan = self.wished(wish, cancel)?;
        let as_foldline = wish.as_foldline || !self.copies_in_own_layout(&plan);
        let options = CopyOptions { force: false, whole: wish.whole && !as_foldline, as_foldline };
        let described = describe_copy(self.store(), self.log(), &plan, &options, progress, cancel);
        described.map_err(|error| failed(&error.into()))
    }

    /// Whether a copy can be in the store's own layout; if not, it is written in Foldline's.
    pub fn copies_in_own_layout(&self, plan: &CopyPlan) -> bool {
        copies_in_own_layout(self.store(), self.log(), plan)
    }

    /// Why it can't, in part of a sentence.
    pub fn why_not_in_own_layout(&self, plan: &CopyPlan) -> Option<String> {
        why_not_in_own_layout(self.store(), self.log(), plan)
    }

    /// Writes a copy: in Foldline's layout also where the store's own can't hold it. It appears under its name whole
    /// or not at all.
    pub fn write_copy(
        &self,
        plan: &CopyPlan,
        target: CopyTarget<'_>,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Copied, SessionError> {
        let CopyTarget { out, force, whole, layout } = target;
        let as_foldline = layout == CopyLayout::Foldline || !self.copies_in_own_layout(plan);
        let options = CopyOptions { force, whole: whole && !as_foldline, as_foldline };
        let report = write_copy(self.store(), self.log(), plan, out, &options, progress, cancel)?;
        let layout_title = if as_foldline { "Foldline".to_owned() } else { self.store().layout().title.to_string() };
        Ok(Copied { path: out.to_owned(), events: report.events, layout_title, notes: report.notes })
    }
}

/// A copy of what was recorded, up to a moment or of some streams. `None` is no limit.
///
/// Errors: a stream has no such version, or streams have no times to cut them by.
pub fn partial_copy(
    log: &EventLog,
    until: Option<Moment>,
    streams: Option<&[StreamIndex]>,
) -> Result<CopyPlan, CutError> {
    let mut plan = CopyPlan { as_of: until, ..CopyPlan::default() };
    let mut taken = vec![false; log.len()];
    let (mut untimed, mut untimed_count) = (Vec::new(), 0);
    for stream in (0..log.streams().len() as u32).map(StreamIndex) {
        let lane = log.lane(stream);
        let wanted = streams.is_none_or(|streams| streams.contains(&stream));
        let selection = match until {
            _ if !wanted => Selection::Prefix(0),
            Some(moment) => match log.select(stream, moment) {
                Ok(selection) => selection,
                Err(ResolveError::NoTimes(name)) => {
                    untimed_count += 1;
                    if untimed.len() < NAMED_STREAMS {
                        untimed.push(name);
                    }
                    continue;
                }
                Err(error) => return Err(error.into()),
            },
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
    if let (Some(Moment::Instant(instant)), true) = (until, untimed_count > 0) {
        let last = (0..log.len()).rev().find(|index| log.time(*index).is_some_and(|time| time <= instant));
        let position = last.map(|index| log.position(index));
        return Err(CutError::NoTimes { first: untimed, count: untimed_count, position });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EventLogBuilder, LogRow, Timestamp};

    fn check(untimed: usize, expected: &str) {
        let mut builder = EventLogBuilder::new(1);
        let event_type = builder.event_type("X");
        for (position, name) in (1..).zip(["t", "a", "b", "c", "d", "e"].into_iter().take(untimed + 1)) {
            let stream = builder.stream(name, |_| String::new());
            builder.push(LogRow {
                version: Some(1),
                time: (name == "t").then(|| Timestamp::from_micros(5)).flatten(),
                ..LogRow::at(position, Some(stream), event_type)
            });
        }
        let log = builder.finish();
        let cut = |micros| {
            let moment = Timestamp::from_micros(micros).map(Moment::Instant);
            partial_copy(&log, moment, None).map(|plan| plan.rows.len()).map_err(|error| error.to_string())
        };
        assert_eq!(
            cut(5),
            Err(format!("{expected}; name a position instead (#1 is the last event that is not later)"))
        );
        assert_eq!(cut(4), Err(format!("{expected}; name a position instead (such as #12)")));
        let by_position = partial_copy(&log, Some(Moment::Position(2)), None).unwrap();
        assert_eq!(by_position.rows.len(), 2);
        // Of streams that are not asked for, nothing has to be known.
        let timed = log.find_stream("t").unwrap();
        assert_eq!(
            partial_copy(&log, Timestamp::from_micros(5).map(Moment::Instant), Some(&[timed])).unwrap().rows.len(),
            1
        );
    }

    #[test]
    fn streams_without_times_are_named() {
        check(1, "the events of a have no times, so a time does not say what of it to copy");
        check(3, "the events of a, b, c have no times, so a time does not say what of them to copy");
        check(
            5,
            "the events of 5 streams have no times (a, b, c and 2 more), so a time does not say what of them to copy",
        );
    }
}
