//! What is to be varied in a scenario, over which range, and the scenario with a value put in.

use std::fmt;

use chrono_tz::Tz;

use crate::model::{Event, Moment, Number, Path, Timestamp, Value, moment};

use super::value::{Grid, SECOND, SweepStep, SweepValue, parse_duration};
use crate::whatif::merge::merge_patch;
use crate::whatif::scenario::{Edit, Scenario, Target, TimeChange};
use crate::whatif::words::describe;

/// A sweep has at most so many points.
pub const MOST_POINTS: usize = 2001;

/// What a sweep varies in an edit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SweepWhat {
    /// A number, or a text that is a time, in the payload.
    Data(Path),
    /// The same in the metadata.
    Metadata(Path),
    /// The event's time.
    Time,
    /// By how many seconds an update shifts times.
    Shift,
}

/// A sweep: one value of one edit, over a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweepSpec {
    /// The edit's index in its scenario, from 0.
    pub edit: usize,
    /// What of it.
    pub what: SweepWhat,
    /// The first value.
    pub from: SweepValue,
    /// The last value. It is put in whether or not a whole number of steps leads to it.
    pub to: SweepValue,
    /// From one value to the next.
    pub step: SweepStep,
}

/// Something in an edit that can be varied, with the value that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweepPlace {
    /// What.
    pub what: SweepWhat,
    /// Its value in the edit; what the edits before left there, where this one leaves it as it is.
    pub value: SweepValue,
    /// Whether the edit itself says it.
    pub in_edit: bool,
}

/// What can be varied in an edit, and what it is about.
#[derive(Debug, Clone)]
pub struct SweepEdit {
    /// What can be varied; what the edit itself says comes first.
    pub places: Vec<SweepPlace>,
    /// The event that the edit is about, as the edits before leave it, if it is one.
    pub subject: Option<std::sync::Arc<Event>>,
}

/// Why a sweep can't be made. Says what to do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SweepError {
    /// There is no such edit.
    #[error("there is no edit {}; {}", .edit + 1, count_text(*.count))]
    NoEdit {
        /// The index named, from 0.
        edit: usize,
        /// How many edits there are.
        count: usize,
    },
    /// The edit has nothing of the kind.
    #[error("edit {} ({words}) has no number or time at {what}; {}", .edit + 1, places_text(.places))]
    NoPlace {
        /// The edit's index, from 0.
        edit: usize,
        /// The edit in words.
        words: String,
        /// What was named.
        what: SweepWhat,
        /// What there is.
        places: Vec<SweepWhat>,
    },
    /// The range is of another kind than the value.
    #[error("{what} is {found}, so the range must be of {wanted}, such as {example}")]
    WrongKind {
        /// What is varied.
        what: SweepWhat,
        /// What it is, in words.
        found: &'static str,
        /// What the range must be of.
        wanted: &'static str,
        /// A range that would do.
        example: &'static str,
    },
    /// The range runs backwards.
    #[error("the range from {from} to {to} runs backwards; write the smaller value first")]
    Backwards {
        /// Its first value.
        from: SweepValue,
        /// Its last value.
        to: SweepValue,
    },
    /// The step leads nowhere.
    #[error("the step is {0}; it must be more than 0")]
    Step(SweepStep),
    /// There would be too many points.
    #[error(
        "{points} points are more than the {MOST_POINTS} that a sweep may have; take a larger step or a smaller range"
    )]
    TooMany {
        /// How many there would be.
        points: i128,
    },
    /// Numbers or times beyond what can be represented exactly.
    #[error("the range or the step is beyond what is kept exactly; take fewer digits")]
    OutOfRange,
    /// The scenario can't be applied at any value of the range.
    #[error("at every value of the range: {0}")]
    NeverFits(String),
    /// A field to be plotted that no state has.
    #[error("no state has a field {path}; {}", fields_text(.known))]
    NoField {
        /// The field named.
        path: Path,
        /// Some that there are.
        known: Vec<String>,
    },
}

fn count_text(count: usize) -> String {
    match count {
        0 => "the scenario has none".to_owned(),
        1 => "the scenario has one, edit 1".to_owned(),
        _ => format!("the scenario has edits 1 to {count}"),
    }
}

fn places_text(places: &[SweepWhat]) -> String {
    if places.is_empty() {
        return "nothing in it can be varied: choose an edit that sets a number or a time".to_owned();
    }
    let names: Vec<String> = places.iter().take(12).map(ToString::to_string).collect();
    format!("what can be varied in it: {}", names.join(", "))
}

fn fields_text(known: &[String]) -> String {
    if known.is_empty() { "there are none".to_owned() } else { format!("there are {}", known.join(", ")) }
}

impl fmt::Display for SweepWhat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rooted = |f: &mut fmt::Formatter<'_>, root: &str, path: &Path| {
            if path.is_root() { f.write_str(root) } else { write!(f, "{root}.{path}") }
        };
        match self {
            Self::Data(path) => rooted(f, "data", path),
            Self::Metadata(path) => rooted(f, "metadata", path),
            Self::Time => f.write_str("time"),
            Self::Shift => f.write_str("shift"),
        }
    }
}

impl SweepWhat {
    /// Reads `data.amount`, `metadata.x`, `time` or `shift`. The error says what may be written.
    pub fn parse(text: &str) -> Result<Self, String> {
        let named = match text.trim() {
            "time" => return Ok(Self::Time),
            "shift" | "shift_seconds" => return Ok(Self::Shift),
            other => other,
        };
        let path = Path::parse(named).map_err(|error| format!("{named:?} is no path: {error}"))?;
        let rest = || Path(path.parts().iter().skip(1).cloned().collect());
        match path.parts().first().map(|root| &**root) {
            Some("data") if path.parts().len() > 1 => Ok(Self::Data(rest())),
            Some("metadata") if path.parts().len() > 1 => Ok(Self::Metadata(rest())),
            _ => Err(format!("{named:?} can't be varied; write data.… , metadata.… , time or shift")),
        }
    }
}

impl SweepValue {
    /// Reads a value of the same kind as this one, as people write it: a number, a time (local ones in `zone`), a
    /// length of time. The error says what is expected.
    pub fn read_alike(&self, text: &str, zone: Tz) -> Result<Self, String> {
        let text = text.trim();
        match self {
            Self::Number(_) => {
                let plain = text.strip_prefix('+').unwrap_or(text);
                let number = Number::parse(plain).filter(|number| number.decimals().is_some());
                number.map(Self::Number).ok_or_else(|| format!("{text:?} is no number; write it as 20 or 12.50"))
            }
            Self::Time(_) => match moment::parse(text, zone, None) {
                Ok(Moment::Instant(time)) => Ok(Self::Time(time)),
                Ok(_) => Err(format!("{text:?} is no time; write it as 2025-03-04 10:00:00")),
                Err(error) => Err(error.to_string()),
            },
            Self::Shift(_) => {
                let nanos = parse_duration(text)
                    .filter(|nanos| nanos % SECOND == 0)
                    .and_then(|nanos| i64::try_from(nanos / SECOND).ok());
                nanos
                    .map(Self::Shift)
                    .ok_or_else(|| format!("{text:?} is no whole number of seconds; write it as -90s, 15m or 2h"))
            }
        }
    }

    /// Reads a step between values of this kind. The error says what is expected.
    pub fn read_step(&self, text: &str) -> Result<SweepStep, String> {
        let text = text.trim();
        match self {
            Self::Number(_) => {
                let number = Number::parse(text).filter(|number| number.decimals().is_some());
                number
                    .map(SweepStep::Number)
                    .ok_or_else(|| format!("the step {text:?} is no number; write it as 5 or 0.25"))
            }
            Self::Time(_) | Self::Shift(_) => parse_duration(text)
                .map(SweepStep::Duration)
                .ok_or_else(|| format!("the step {text:?} is no length of time; write it as 30s, 15m, 1h or 1d")),
        }
    }
}

impl SweepSpec {
    /// The values in order, as whole numbers of the coarsest grid on which all of them lie: the range's ends as they
    /// are written, and every step between them.
    pub fn points(&self) -> Result<(Grid, Vec<i128>), SweepError> {
        let grid = self.own_grid().ok_or(SweepError::OutOfRange)?;
        let units = |value| grid.units(value).ok_or(SweepError::OutOfRange);
        let (from, to) = (units(&self.from)?, units(&self.to)?);
        let step = grid.step_units(&self.step).ok_or(SweepError::OutOfRange)?;
        if step <= 0 {
            return Err(SweepError::Step(self.step.clone()));
        }
        if from > to {
            return Err(SweepError::Backwards { from: self.from.clone(), to: self.to.clone() });
        }
        let span = to.checked_sub(from).ok_or(SweepError::OutOfRange)?;
        let steps = span.div_euclid(step);
        let beyond = i128::from(span % step != 0);
        let points = steps.saturating_add(1 + beyond);
        if points > MOST_POINTS as i128 {
            return Err(SweepError::TooMany { points });
        }
        let mut points: Vec<i128> = (0..=steps).map(|n| from + n * step).collect();
        if beyond == 1 {
            points.push(to);
        }
        Ok((grid, points))
    }

    /// The coarsest grid on which the range's ends and the step lie.
    fn own_grid(&self) -> Option<Grid> {
        match (&self.from, &self.to, &self.step) {
            (SweepValue::Number(from), SweepValue::Number(to), SweepStep::Number(step)) => {
                let decimals = [from, to, step].into_iter().map(Number::decimals).collect::<Option<Vec<u32>>>()?;
                decimals.into_iter().max().filter(|decimals| *decimals <= 24).map(Grid::Decimals)
            }
            (SweepValue::Time(from), SweepValue::Time(to), SweepStep::Duration(step)) => {
                let units = [from.nanos(), to.nanos(), *step].map(super::value::unit_of_nanos);
                units.into_iter().min().map(Grid::Nanos)
            }
            (SweepValue::Shift(_), SweepValue::Shift(_), SweepStep::Duration(_)) => Some(Grid::Seconds),
            _ => None,
        }
    }

    /// A step that leads from one value to another of the same kind in about twenty steps.
    pub fn steps_between(from: &SweepValue, to: &SweepValue) -> SweepStep {
        match (from, to) {
            (SweepValue::Number(from), SweepValue::Number(to)) => {
                let decimals = from.decimals().unwrap_or(0).max(to.decimals().unwrap_or(0)).min(12);
                let units = from.in_units(decimals).zip(to.in_units(decimals));
                let span = units.and_then(|(from, to)| to.checked_sub(from)).unwrap_or(0);
                SweepStep::Number(Number::from_units(nice_step(span), decimals).unwrap_or_else(|| Number::from(1)))
            }
            (SweepValue::Time(from), SweepValue::Time(to)) => {
                SweepStep::Duration(nice_duration((to.nanos() - from.nanos()) / SECOND))
            }
            (SweepValue::Shift(from), SweepValue::Shift(to)) => {
                SweepStep::Duration(nice_duration(i128::from(*to) - i128::from(*from)))
            }
            _ => SweepStep::Number(Number::from(1)),
        }
    }

    /// A first range for something that can be varied: from nothing to twice its value, or a day before a time to a
    /// day after it, in about twenty steps.
    pub fn proposed(edit: usize, place: &SweepPlace) -> Self {
        let (from, to, step) = match &place.value {
            SweepValue::Number(number) => proposed_numbers(number),
            SweepValue::Time(time) => {
                let day = 86_400;
                let at = |seconds| SweepValue::Time(time.checked_add_seconds(seconds).unwrap_or(*time));
                (at(-day), at(day), SweepStep::Duration(7200 * SECOND))
            }
            SweepValue::Shift(seconds) => {
                let far = if *seconds == 0 { 3600 } else { seconds.saturating_mul(2) };
                let (from, to) = if *seconds == 0 { (-far, far) } else { (far.min(0), far.max(0)) };
                let step = nice_duration(i128::from(to) - i128::from(from));
                (SweepValue::Shift(from), SweepValue::Shift(to), SweepStep::Duration(step))
            }
        };
        Self { edit, what: place.what.clone(), from, to, step }
    }

    /// The scenario with a value put in. `recorded` is the event that the edit is about, as the edits before leave it, where it
    /// is one event: a patch can't reach into a list, so a list that the value stands in is taken over whole.
    pub fn scenario_at(
        &self,
        scenario: &Scenario,
        value: &SweepValue,
        recorded: Option<&Event>,
    ) -> Result<Scenario, SweepError> {
        let mut scenario = scenario.clone();
        let count = scenario.edits.len();
        let edit = scenario.edits.get_mut(self.edit).ok_or(SweepError::NoEdit { edit: self.edit, count })?;
        *edit = self.edit_at(edit, value, recorded).ok_or_else(|| no_place(self.edit, edit, &self.what, recorded))?;
        Ok(scenario)
    }

    /// The edit with a value put in; `None` where there is no such place in it.
    pub fn edit_at(&self, edit: &Edit, value: &SweepValue, recorded: Option<&Event>) -> Option<Edit> {
        let mut edit = edit.clone();
        let payload = recorded.and_then(|event| event.data.decoded().ok());
        match (&mut edit, &self.what, value) {
            (Edit::Update(update), SweepWhat::Time, SweepValue::Time(time)) => {
                update.time = Some(TimeChange::To(*time));
            }
            (Edit::Insert(insert), SweepWhat::Time, SweepValue::Time(time)) => insert.time = Some(*time),
            (Edit::Update(update), SweepWhat::Shift, SweepValue::Shift(seconds)) => {
                update.time = Some(TimeChange::ShiftSeconds(*seconds));
            }
            (Edit::Update(update), SweepWhat::Data(path), _) => {
                let base = payload.as_deref().filter(|_| !update.replace);
                update.data = Some(put_into(update.data.as_ref(), path, value, base)?);
            }
            (Edit::Update(update), SweepWhat::Metadata(path), _) => {
                let base = recorded.map(|event| &event.metadata).filter(|_| !update.replace);
                update.metadata = Some(put_into(update.metadata.as_ref(), path, value, base)?);
            }
            (Edit::Insert(insert), SweepWhat::Data(path), _) => {
                insert.data = Some(put_into(insert.data.as_ref(), path, value, None)?);
            }
            (Edit::Insert(insert), SweepWhat::Metadata(path), _) => {
                insert.metadata = Some(put_into(insert.metadata.as_ref(), path, value, None)?);
            }
            _ => return None,
        }
        Some(edit)
    }

    /// What is varied, with its present value. Errors where there is no such edit or place, or where the range is of
    /// another kind.
    pub fn place(&self, scenario: &Scenario, recorded: Option<&Event>) -> Result<SweepPlace, SweepError> {
        let count = scenario.edits.len();
        let edit = scenario.edits.get(self.edit).ok_or(SweepError::NoEdit { edit: self.edit, count })?;
        let found = places(edit, recorded).into_iter().find(|place| place.what == self.what);
        let place = found.ok_or_else(|| no_place(self.edit, edit, &self.what, recorded))?;
        if self.from.is_alike(&place.value) && self.to.is_alike(&place.value) {
            return Ok(place);
        }
        let (found, wanted, example) = match place.value {
            SweepValue::Number(_) => ("a number", "numbers", "0..100/5"),
            SweepValue::Time(_) => ("a time", "times", "2025-03-04T10:00:00Z..2025-03-04T12:00:00Z/15m"),
            SweepValue::Shift(_) => ("a length of time", "lengths of time", "-1h..1h/5m"),
        };
        Err(SweepError::WrongKind { what: self.what.clone(), found, wanted, example })
    }
}

fn no_place(edit_index: usize, edit: &Edit, what: &SweepWhat, recorded: Option<&Event>) -> SweepError {
    let places = places(edit, recorded).into_iter().map(|place| place.what).collect();
    SweepError::NoPlace { edit: edit_index, words: describe(edit), what: what.clone(), places }
}

/// Everything in an edit that can be varied: numbers and times of its payload and metadata, for an update also those
/// of the event that it leaves as they are, its time, its shift. `recorded` is the event that the edit is about, as the
/// edits before leave it, for an insert the one that it follows.
pub fn places(edit: &Edit, recorded: Option<&Event>) -> Vec<SweepPlace> {
    let mut found = Vec::new();
    let recorded_time = recorded.and_then(|event| event.time);
    match edit {
        Edit::Insert(insert) => {
            collect_both(insert.data.as_ref(), None, SweepWhat::Data, &mut found);
            if let Some(time) = insert.time.or(recorded_time) {
                let (value, in_edit) = (SweepValue::Time(time), insert.time.is_some());
                found.push(SweepPlace { what: SweepWhat::Time, value, in_edit });
            }
            collect_both(insert.metadata.as_ref(), None, SweepWhat::Metadata, &mut found);
        }
        Edit::Update(update) => {
            let payload = recorded.filter(|_| !update.replace).and_then(|event| event.data.decoded().ok());
            collect_both(update.data.as_ref(), payload.as_deref(), SweepWhat::Data, &mut found);
            let time =
                |time: Timestamp, in_edit| SweepPlace { what: SweepWhat::Time, value: SweepValue::Time(time), in_edit };
            match update.time {
                Some(TimeChange::To(to)) => found.push(time(to, true)),
                Some(TimeChange::ShiftSeconds(seconds)) => {
                    found.push(SweepPlace { what: SweepWhat::Shift, value: SweepValue::Shift(seconds), in_edit: true });
                    found.extend(recorded_time.map(|at| time(at, false)));
                }
                None => {
                    found.extend(recorded_time.map(|at| time(at, false)));
                    if recorded_time.is_some() || matches!(update.target, Target::Range(_)) {
                        found.push(SweepPlace { what: SweepWhat::Shift, value: SweepValue::Shift(0), in_edit: false });
                    }
                }
            }
            let metadata = recorded.filter(|_| !update.replace).map(|event| &event.metadata);
            collect_both(update.metadata.as_ref(), metadata, SweepWhat::Metadata, &mut found);
        }
        Edit::Delete(_) | Edit::Move(_) => {}
    }
    found
}

/// Leaves of a patch over what was recorded, those that the patch says first.
fn collect_both(
    patch: Option<&Value>,
    recorded: Option<&Value>,
    what: impl Fn(Path) -> SweepWhat,
    found: &mut Vec<SweepPlace>,
) {
    let merged = match (patch, recorded) {
        (Some(patch), Some(recorded)) => merge_patch(recorded, patch),
        (Some(value), None) | (None, Some(value)) => value.clone(),
        (None, None) => return,
    };
    let mut leaves = Vec::new();
    each_varied(&merged, &mut Path::default(), &mut |path, value| {
        let in_edit = patch.is_some_and(|patch| patch.at(path).is_some());
        leaves.push(SweepPlace { what: what(path.clone()), value, in_edit });
    });
    leaves.sort_by_key(|place| !place.in_edit);
    found.extend(leaves);
}

fn each_varied(value: &Value, path: &mut Path, visit: &mut dyn FnMut(&Path, SweepValue)) {
    match value {
        Value::Number(number) if number.decimals().is_some() && !path.is_root() => {
            visit(path, SweepValue::Number(number.clone()));
        }
        Value::String(text) if !path.is_root() => {
            if let Some(time) = instant(text) {
                visit(path, SweepValue::Time(time));
            }
        }
        Value::Object(object) => {
            for (key, slot) in object.iter() {
                path.0.push(key.clone());
                each_varied(&slot.value, path, visit);
                path.0.pop();
            }
        }
        Value::List(list) => {
            for (index, slot) in list.iter().enumerate() {
                path.0.push(index.to_string().into());
                each_varied(&slot.value, path, visit);
                path.0.pop();
            }
        }
        _ => {}
    }
}

/// A text that is an instant: a date with a time of day.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    (text.len() > 10).then(|| Timestamp::parse_iso(text)).flatten()
}

/// A patch with a value at a path. Lists on the way that only `base` has are taken over whole.
fn put_into(patch: Option<&Value>, path: &Path, value: &SweepValue, base: Option<&Value>) -> Option<Value> {
    let empty = Value::Object(crate::model::Object::default());
    put(patch.unwrap_or(&empty), path.parts(), &value.to_value(), base)
}

fn put(target: &Value, parts: &[crate::model::Key], value: &Value, base: Option<&Value>) -> Option<Value> {
    use crate::model::Origin;
    let Some((part, rest)) = parts.split_first() else { return Some(value.clone()) };
    match target {
        Value::Object(object) => {
            let below = base.and_then(|base| base.child(part)).map(|slot| &slot.value);
            let empty = Value::Object(crate::model::Object::default());
            let inner = match (object.get(part), below) {
                (Some(inner), _) => inner,
                (None, Some(list @ Value::List(_))) => list,
                (None, _) => &empty,
            };
            let inner = put(inner, rest, value, below)?;
            let mut object = object.clone();
            object.insert(part.clone(), inner, Origin::NONE);
            Some(Value::Object(object))
        }
        Value::List(list) => {
            let index = crate::model::value::list_index(part).filter(|index| *index < list.len())?;
            let inner = put(&list.slot(index)?.value, rest, value, None)?;
            let mut list = list.clone();
            list.slot_mut(index)?.value = inner;
            Some(Value::List(list))
        }
        _ => None,
    }
}

fn proposed_numbers(number: &Number) -> (SweepValue, SweepValue, SweepStep) {
    let decimals = number.decimals().unwrap_or(0).min(12);
    let units = number.in_units(decimals).filter(|units| units.unsigned_abs() < 1 << 96).unwrap_or(0);
    let twice = if units == 0 { 100 * 10i128.pow(decimals) } else { units * 2 };
    let (from, to) = (twice.min(0), twice.max(0));
    let value = |units| Number::from_units(units, decimals).unwrap_or_else(|| Number::from(0));
    let step = SweepStep::Number(value(nice_step(to - from)));
    (SweepValue::Number(value(from)), SweepValue::Number(value(to)), step)
}

/// The smallest of 1, 2, 5, 10, 20 … that covers a span in at most twenty steps.
fn nice_step(span: i128) -> i128 {
    let mut step: i128 = 1;
    for factor in [2, 5, 10].into_iter().cycle() {
        if span / step <= 20 {
            break;
        }
        step = 10i128.pow(step.ilog10()) * factor;
    }
    step
}

fn nice_duration(nanos: i128) -> i128 {
    const NICE: [i128; 16] = [1, 2, 5, 15, 30, 60, 120, 300, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400, 604_800];
    let seconds = nanos;
    let fits = NICE.into_iter().find(|nice| seconds / nice <= 24);
    fits.unwrap_or_else(|| (seconds / 20 / 604_800 + 1) * 604_800) * SECOND
}
