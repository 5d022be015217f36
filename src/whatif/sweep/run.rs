//! Running a sweep: its points first, then the thresholds between them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::lane::{LaneBench, LaneEnd};
use super::outcome::{Ended, Outcome, SweepBroken, SweepField, SweepStop};
use super::spec::{SweepError, SweepSpec};
use super::threshold::{Threshold, changes};
use super::value::{Grid, SweepStep, SweepValue, unit_of};
use crate::model::{Cancel, Event, Key, Number, Path, Progress, Value};
use crate::replay::{ProjectionKind, ReplayError, ReplayFailure};
use crate::whatif::basis::Basis;
use crate::whatif::branch::{Branch, BranchLane};
use crate::whatif::error::EditError;
use crate::whatif::scenario::Scenario;

/// Fields shown where none are chosen and the projection names none.
const FIELDS: usize = 8;
/// Numbers offered to be shown.
const KNOWN: usize = 24;
/// Streams whose fields are shown.
const STREAMS: usize = 8;
/// Thresholds beyond this many are counted, not found.
const THRESHOLDS: usize = 100;
/// Digits after the point to which thresholds are sought, unless the range itself has more.
const DECIMALS: u32 = 9;

/// A sweep that was run.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Sweep {
    /// The edit, counted from 1.
    pub edit: usize,
    /// What was varied.
    pub what: String,
    /// The first value.
    pub from: SweepValue,
    /// The last value.
    pub to: SweepValue,
    /// From one value to the next.
    pub step: SweepStep,
    /// Thresholds are exact to this.
    pub unit: String,
    /// The value that the scenario has.
    pub current: SweepValue,
    /// The streams that the value makes a difference to.
    pub streams: Vec<Arc<str>>,
    /// What is shown of each point.
    pub fields: Vec<SweepField>,
    /// What each value comes to.
    pub points: Vec<SweepPoint>,
    /// Where the outcome changes, in order.
    pub thresholds: Vec<Threshold>,
    /// What must be known to read it right.
    pub notes: Vec<String>,
    /// Fields that could be shown: those that tell most first, then all numbers.
    #[serde(skip)]
    pub known: Vec<Path>,
}

/// What one value comes to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SweepPoint {
    /// The value.
    pub value: SweepValue,
    /// The end state's values, one for each of the sweep's fields; `None` where there is none.
    pub fields: Vec<Option<Value>>,
    /// Invariants that are broken from the first event on that may differ.
    pub broken: Vec<SweepBroken>,
    /// Where the projection stops, or why the edits can't be applied.
    pub stops: Vec<SweepStop>,
}

/// Why a sweep came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum SweepFailure {
    /// It can't be made.
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// The scenario can't be applied as it is.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// Events could not be read, or it was told to stop.
    #[error(transparent)]
    Replay(#[from] ReplayFailure),
}

/// Runs a sweep. `chosen` are the fields to show; none for those that tell most. Progress counts values.
pub fn sweep(
    scenario: &Scenario,
    spec: &SweepSpec,
    chosen: &[Path],
    basis: &mut dyn Basis,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Sweep, SweepFailure> {
    let (grid, units) = spec.points()?;
    let subject = if spec.edit < scenario.edits.len() { basis.subject(scenario, spec.edit) } else { None };
    let place = spec.place(scenario, subject.as_deref())?;
    progress.set_total(units.len() as u64);
    let mut bench =
        Bench { spec, scenario, subject, basis, cancel, lanes: Vec::new(), fields: Vec::new(), known: Vec::new() };
    bench.set_up(&[spec.from.clone(), spec.to.clone(), place.value.clone()])?;
    bench.choose_fields(chosen)?;
    let mut ends = Vec::with_capacity(units.len());
    for units in &units {
        let value = grid.value(*units).ok_or(SweepError::OutOfRange)?;
        let ended = bench.end(&value)?;
        ends.push((value, ended));
        progress.add(1);
    }
    if let [(_, first), ..] = ends.as_slice()
        && ends.iter().all(|(_, ended)| ended.stops.iter().any(|stop| stop.stream.is_none()))
    {
        let why = first.stops.first().map(|stop| stop.message.clone()).unwrap_or_default();
        return Err(SweepError::NeverFits(why).into());
    }
    let fine = bench.finest(grid, &place.value, &ends);
    let mut search = Search { bench: &mut bench, grid: fine, found: Vec::new(), more: false, progress };
    for pair in ends.windows(2) {
        let [(low, low_end), (high, high_end)] = pair else { continue };
        let (Some(low), Some(high)) = (fine.units(low), fine.units(high)) else { continue };
        search.between((low, low_end.outcome()), (high, high_end.outcome()))?;
    }
    let (thresholds, more) = (std::mem::take(&mut search.found), search.more);
    let notes = notes(spec, fine, &thresholds, more, &bench);
    let streams = bench.lanes.iter().map(|(name, _)| name.clone()).collect();
    let point = |(value, ended): (SweepValue, Ended)| {
        let Ended { values, broken, stops } = ended;
        SweepPoint { value, fields: values, broken, stops }
    };
    Ok(Sweep {
        edit: spec.edit + 1,
        what: spec.what.to_string(),
        from: spec.from.clone(),
        to: spec.to.clone(),
        step: spec.step.clone(),
        unit: fine.unit_text(),
        current: place.value,
        streams,
        fields: bench.fields,
        points: ends.into_iter().map(point).collect(),
        thresholds,
        notes,
        known: bench.known,
    })
}

fn notes(spec: &SweepSpec, fine: Grid, thresholds: &[Threshold], more: bool, bench: &Bench<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if !thresholds.is_empty() {
        notes.push(format!("thresholds are exact to {}", fine.unit_text()));
    }
    notes.push(format!(
        "looked at every {} from {} to {}; a change that is undone again within one step can be missed",
        spec.step, spec.from, spec.to
    ));
    if more {
        notes.push(format!(
            "the outcome changes more than {THRESHOLDS} times; the first {} are listed",
            thresholds.len()
        ));
    }
    let hidden = bench.lanes.len().saturating_sub(STREAMS);
    if hidden > 0 {
        notes.push(format!("fields of {STREAMS} streams are shown, those of {hidden} more only in the totals"));
    }
    notes
}

/// What all values have in common.
struct Bench<'a> {
    spec: &'a SweepSpec,
    scenario: &'a Scenario,
    subject: Option<Arc<Event>>,
    basis: &'a mut dyn Basis,
    cancel: &'a Cancel,
    /// The streams that the value makes a difference to.
    lanes: Vec<(Arc<str>, LaneBench)>,
    fields: Vec<SweepField>,
    known: Vec<Path>,
}

impl Bench<'_> {
    fn branch(&mut self, value: &SweepValue) -> Result<Result<Branch, EditError>, SweepFailure> {
        if self.cancel.is_cancelled() {
            return Err(ReplayFailure::Cancelled.into());
        }
        let scenario = self.spec.scenario_at(self.scenario, value, self.subject.as_deref())?;
        match self.basis.branch(&scenario) {
            Err(error) if error.is_read_error() => Err(if self.cancel.is_cancelled() {
                ReplayFailure::Cancelled.into()
            } else {
                SweepFailure::Edit(error)
            }),
            branch => Ok(branch),
        }
    }

    /// Finds the streams that the value makes a difference to, and folds them as recorded.
    fn set_up(&mut self, values: &[SweepValue]) -> Result<(), SweepFailure> {
        let mut branches = Vec::new();
        let mut wrong = None;
        for value in values {
            match self.branch(value)? {
                Ok(branch) => branches.push(branch),
                Err(error) => wrong = Some(error),
            }
        }
        let Some((first, others)) = branches.split_first() else {
            return match wrong {
                // At none of these, not even at the value that the scenario has.
                Some(error) => Err(error.into()),
                None => Ok(()),
            };
        };
        let differs = |lane: &&BranchLane| {
            others.iter().any(|other| other.stream(lane.name()).is_none_or(|other| other.events() != lane.events()))
        };
        let mut lanes: Vec<&BranchLane> = first.lanes().iter().filter(differs).collect();
        if lanes.is_empty() {
            lanes = first.lanes().iter().collect();
        }
        for lane in lanes {
            self.lanes.push((lane.name().clone(), lane_bench(self.basis, lane, self.cancel)?));
        }
        Ok(())
    }

    fn choose_fields(&mut self, chosen: &[Path]) -> Result<(), SweepFailure> {
        let mut known = Vec::new();
        // With the first value and the last, states may have fields that they don't have as recorded.
        let mut ends = Vec::new();
        for value in [self.spec.from.clone(), self.spec.to.clone()] {
            if let Ok(branch) = self.branch(&value)? {
                ends.push(self.lane_ends(&branch)?);
            }
        }
        let mut by_path: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let shown = self.lanes.len().min(STREAMS);
        for (at, (name, lane)) in self.lanes[..shown].iter().enumerate() {
            let states: Vec<&Value> =
                std::iter::once(&lane.recorded).chain(ends.iter().map(|ends| &ends[at].state)).collect();
            let automatic = lane.fold.info().kind == ProjectionKind::Automatic;
            let mut numeric = Vec::new();
            states.iter().for_each(|state| each_number(state, &mut Path::default(), automatic, &mut numeric));
            known.extend(numeric.iter().take(20).map(ToString::to_string));
            for path in lane.fold.info().key_fields.iter().chain(numeric.iter().take(KNOWN)) {
                if !self.known.contains(path) && states.iter().any(|state| state.at(path).is_some()) {
                    self.known.push(path.clone());
                }
            }
            let paths = match chosen {
                [] if lane.fold.info().key_fields.is_empty() => numeric.into_iter().take(FIELDS).collect(),
                [] => lane.fold.info().key_fields.clone(),
                chosen => chosen.to_vec(),
            };
            for path in paths {
                if states.iter().all(|state| state.at(&path).is_none()) {
                    continue;
                }
                let recorded = lane.recorded.at(&path).cloned();
                if matches!(recorded, Some(Value::Number(_))) {
                    by_path.entry(path.to_string()).or_default().push(at);
                }
                self.fields.push(SweepField { stream: Some(name.clone()), path, recorded });
            }
        }
        if let Some(missing) = chosen.iter().find(|path| self.fields.iter().all(|field| field.path != **path)) {
            known.sort();
            known.dedup();
            return Err(SweepError::NoField { path: missing.clone(), known }.into());
        }
        if self.lanes.len() > 1 {
            let several =
                self.fields.iter().filter(|field| by_path.get(&field.path.to_string()).is_some_and(|at| at.len() > 1));
            let mut totals: Vec<Path> = Vec::new();
            for field in several {
                if !totals.contains(&field.path) {
                    totals.push(field.path.clone());
                }
            }
            for path in totals {
                let recorded = total(self.lanes.iter().map(|(_, lane)| lane.recorded.at(&path)));
                self.fields.push(SweepField { stream: None, path, recorded });
            }
        }
        Ok(())
    }

    fn lane_ends(&mut self, branch: &Branch) -> Result<Vec<LaneEnd>, SweepFailure> {
        let mut ends = Vec::with_capacity(self.lanes.len());
        for (name, bench) in &mut self.lanes {
            let end = match branch.stream(name) {
                Some(lane) => {
                    if !bench.fits(lane) {
                        *bench = lane_bench(self.basis, lane, self.cancel)?;
                    }
                    bench.end(lane, self.cancel)?
                }
                None => bench.as_recorded(),
            };
            ends.push(end);
        }
        Ok(ends)
    }

    /// What one value comes to.
    fn end(&mut self, value: &SweepValue) -> Result<Ended, SweepFailure> {
        let branch = match self.branch(value)? {
            Ok(branch) => branch,
            Err(error) => {
                let kind = "the edits can't be applied".to_owned();
                let stop = SweepStop { stream: None, message: error.to_string(), kind };
                return Ok(Ended { values: vec![None; self.fields.len()], broken: Vec::new(), stops: vec![stop] });
            }
        };
        let ends = self.lane_ends(&branch)?;
        let (mut broken, mut stops) = (Vec::new(), Vec::new());
        for ((name, lane), end) in self.lanes.iter().zip(&ends) {
            let names = &lane.fold.info().invariants;
            broken.extend(end.broken.iter().filter_map(|(invariant, at)| {
                Some(SweepBroken { stream: name.clone(), name: names.get(*invariant)?.clone(), at: at.clone() })
            }));
            stops.extend(end.error.as_ref().map(|error| stop(name, error)));
        }
        let state_of =
            |stream: &Arc<str>| self.lanes.iter().position(|(name, _)| name == stream).map(|at| &ends[at].state);
        let values = self.fields.iter().map(|field| match &field.stream {
            Some(stream) => state_of(stream).and_then(|state| state.at(&field.path)).cloned(),
            None => total(ends.iter().map(|end| end.state.at(&field.path))),
        });
        Ok(Ended { values: values.collect(), broken, stops })
    }

    /// The finest grid that makes a difference: of the range, the value itself, what the projection itself says
    /// or compares with, and what end states have beside it.
    fn finest(&self, grid: Grid, current: &SweepValue, ends: &[(SweepValue, Ended)]) -> Grid {
        let finer = |grid: Grid, value: &Value| match grid {
            Grid::Seconds => grid,
            Grid::Decimals(decimals) => {
                let mut finest = 0;
                most_decimals(value, &mut finest);
                Grid::Decimals(decimals.max(finest.min(DECIMALS)))
            }
            Grid::Nanos(mut unit) => {
                finest_instant(value, &mut unit);
                Grid::Nanos(unit)
            }
        };
        let mut grid = match current {
            SweepValue::Number(_) | SweepValue::Time(_) => finer(grid, &current.to_value()),
            SweepValue::Shift(_) => grid,
        };
        for (_, lane) in &self.lanes {
            grid = finer(grid, &lane.recorded);
            lane.fold.each_constant(&mut |value| grid = finer(grid, value));
        }
        let shown = ends.iter().take(1).chain(ends.last()).flat_map(|(_, end)| end.values.iter().flatten());
        shown.fold(grid, finer)
    }
}

fn lane_bench(basis: &dyn Basis, lane: &BranchLane, cancel: &Cancel) -> Result<LaneBench, ReplayFailure> {
    LaneBench::new(basis.fold(lane), basis.history(lane), lane, basis.on_unreadable(), cancel)
}

fn stop(stream: &Arc<str>, error: &ReplayError) -> SweepStop {
    let at = error.version.map_or_else(String::new, |version| format!(" at v{version}"));
    let kind = format!("the projection stops{at} ({})", error.handler);
    SweepStop { stream: Some(stream.clone()), message: error.to_string(), kind }
}

/// The sum of the numbers; `None` where there are none or it is beyond the exact range.
fn total<'v>(values: impl Iterator<Item = Option<&'v Value>>) -> Option<Value> {
    let mut sum: Option<Number> = None;
    for number in values.flatten().filter_map(Value::as_number) {
        sum = Some(match sum {
            Some(sum) => sum.checked_add(number).ok()?,
            None => number.clone(),
        });
    }
    sum.map(Value::Number)
}

/// Numeric leaves outside lists, each path once; no more than are used.
fn each_number(value: &Value, path: &mut Path, automatic: bool, found: &mut Vec<Path>) {
    if found.len() >= KNOWN {
        return;
    }
    match value {
        Value::Number(_) if !path.is_root() && !found.contains(path) => found.push(path.clone()),
        Value::Object(object) => {
            let at_root = path.is_root();
            for (key, slot) in object.iter().filter(|(key, _)| !(automatic && at_root && key.starts_with('$'))) {
                path.0.push(Key::clone(key));
                each_number(&slot.value, path, automatic, found);
                path.0.pop();
            }
        }
        _ => {}
    }
}

fn most_decimals(value: &Value, most: &mut u32) {
    match value {
        Value::Number(number) => *most = (*most).max(number.decimals().unwrap_or(0)),
        Value::List(list) => list.iter().for_each(|slot| most_decimals(&slot.value, most)),
        Value::Object(object) => object.iter().for_each(|(_, slot)| most_decimals(&slot.value, most)),
        _ => {}
    }
}

fn finest_instant(value: &Value, finest: &mut i128) {
    match value {
        Value::String(text) => {
            if let Some(time) = super::spec::instant(text) {
                *finest = (*finest).min(unit_of(time));
            }
        }
        Value::List(list) => list.iter().for_each(|slot| finest_instant(&slot.value, finest)),
        Value::Object(object) => object.iter().for_each(|(_, slot)| finest_instant(&slot.value, finest)),
        _ => {}
    }
}

/// Looks for thresholds by halving.
struct Search<'a, 'b> {
    bench: &'a mut Bench<'b>,
    grid: Grid,
    found: Vec<Threshold>,
    more: bool,
    progress: &'a Progress,
}

impl Search<'_, '_> {
    /// All thresholds between two values that differ, from the lower one on. Where the value in the middle is like
    /// one of the two, the half between them is taken to be the same throughout.
    fn between(&mut self, low: (i128, Outcome), high: (i128, Outcome)) -> Result<(), SweepFailure> {
        let mut ahead = vec![(low, high)];
        while let Some(((low, low_outcome), (high, high_outcome))) = ahead.pop() {
            if low_outcome == high_outcome {
                continue;
            }
            if self.found.len() >= THRESHOLDS {
                self.more = true;
                return Ok(());
            }
            if high - low <= 1 {
                self.note((low, low_outcome), (high, high_outcome));
                continue;
            }
            let middle = low + (high - low) / 2;
            let value = self.grid.value(middle).ok_or(SweepError::OutOfRange)?;
            let outcome = self.bench.end(&value)?.outcome();
            self.progress.add(1);
            ahead.push(((middle, outcome.clone()), (high, high_outcome)));
            ahead.push(((low, low_outcome), (middle, outcome)));
        }
        Ok(())
    }

    fn note(&mut self, (low, old): (i128, Outcome), (high, new): (i128, Outcome)) {
        let (Some(before), Some(from)) = (self.grid.value(low), self.grid.value(high)) else { return };
        let several = self.bench.lanes.len() > 1;
        let what = changes((&old, &before), (&new, &from), &self.bench.fields, several);
        let (bad_before, bad_from) = (old.is_bad(), new.is_bad());
        self.found.push(Threshold { before, from, what, bad_before, bad_from });
    }
}
