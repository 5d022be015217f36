//! Fixtures: a stream of a branch at the places that tell, for other people's tests.

use std::sync::Arc;

use super::comparing::in_lane;
use super::files;
use super::session::{Session, SessionError, lock};
use crate::model::{Cancel, Event, EventLog, Moment, Progress, Selection};
use crate::replay::{History, HistoryError, Replayer};
use crate::report::{Fixture, FixtureCase, FixtureThen};
use crate::whatif::{self, BranchEvent, BranchLane, EventMoment, Scenario, StreamComparison, describe};

/// Places of a history that a fixture is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FixtureCases {
    /// The first difference, where each rule is first broken that held before, and the end.
    Telling,
    /// One moment.
    At(Moment),
}

/// How many events a case takes in, and what it is about.
type Place = (usize, String);

/// The events that a selection names.
fn selected(history: &dyn History, selection: &Selection) -> Result<Vec<Arc<Event>>, SessionError> {
    let failed = |error: HistoryError| SessionError::Read(error.to_string());
    match selection {
        Selection::Prefix(len) => history.events(0..*len).map_err(failed),
        Selection::Places(places) => {
            let each = places.iter().map(|place| history.events(*place..place + 1).map_err(failed));
            each.collect::<Result<Vec<_>, _>>().map(|events| events.into_iter().flatten().collect())
        }
    }
}

impl Session {
    /// Given, when, then for a stream with a scenario's edits; one that no edit concerns is as recorded.
    pub fn fixture(
        self: &Arc<Self>,
        scenario: &Arc<Scenario>,
        stream: &str,
        cases: FixtureCases,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Fixture, SessionError> {
        let branch = self.branch_unless(scenario, cancel)?;
        let recorded = self.history_named(stream);
        let lane = branch.stream(stream);
        let history = in_lane(&recorded, lane);
        let fold = self.fold_in(stream, lane);
        let places = match (cases, lane) {
            (FixtureCases::At(moment), _) => {
                vec![(self.taken_in(stream, lane, moment)?, "at this moment".to_owned())]
            }
            (FixtureCases::Telling, Some(lane)) => {
                let on_unreadable = self.replay_options().on_unreadable;
                let compared = whatif::compare(&*fold, &recorded, lane, on_unreadable, progress, cancel)?;
                let places = telling(&compared, lane, self.log());
                places.into_iter().map(|(taken, name)| (Selection::Prefix(taken), name)).collect()
            }
            (FixtureCases::Telling, None) => vec![(Selection::Prefix(history.len()), END.to_owned())],
        };
        let replayer = match self.branch_replayer(&branch, stream) {
            Some(replayer) => replayer,
            None => match self.log().find_stream(stream) {
                Some(index) => self.replayer(index),
                None => {
                    let none = Replayer::new(fold.clone(), history.clone(), self.replay_options());
                    Arc::new(std::sync::Mutex::new(none))
                }
            },
        };
        let invariants = &fold.info().invariants;
        let cases = places.into_iter().map(|(taken, name)| {
            let frame = lock(&replayer).frame(&taken, cancel)?;
            let mut given = selected(&*history, &taken)?;
            let when = given.pop();
            let named = |broken: bool| {
                let all = invariants.iter().enumerate();
                all.filter(|(at, _)| frame.broken.contains(at) == broken).map(|(_, name)| name.clone()).collect()
            };
            let then = FixtureThen {
                version: when.as_ref().and_then(|event| event.version),
                state: frame.state.value.clone(),
                holds: named(false),
                breaks: named(true),
                error: frame.error.clone(),
            };
            Ok(FixtureCase { name, given, when, then })
        });
        let cases = cases.collect::<Result<Vec<_>, SessionError>>()?;
        let edits: Vec<String> = scenario.edits.iter().map(describe).collect();
        Ok(Fixture {
            scenario: (!edits.is_empty()).then(|| scenario.name.clone()),
            edits,
            store: self.path().file_name().unwrap_or(self.path().as_os_str()).to_string_lossy().into_owned(),
            stream: stream.into(),
            projection: fold.info().name.clone(),
            kind: fold.info().kind,
            cases,
        })
    }

    /// Writes a small text that was asked for, whole or not at all. The store is never overwritten.
    pub fn write_text(&self, out: &std::path::Path, text: &str, force: bool) -> Result<(), SessionError> {
        if self.is_file_of(out) {
            return Err(files::WriteError::IsStore(out.to_owned()).into());
        }
        Ok(files::write_output(out, text, force, self.path())?)
    }

    /// Which events of a stream a moment takes in.
    fn taken_in(&self, stream: &str, lane: Option<&BranchLane>, moment: Moment) -> Result<Selection, SessionError> {
        let log = self.log();
        match (lane, log.find_stream(stream)) {
            (Some(lane), _) => Ok(lane.select(log, moment)),
            (None, Some(index)) => log.select(index, moment).map_err(|error| SessionError::Moment(error.to_string())),
            (None, None) => Ok(Selection::Prefix(0)),
        }
    }
}

const END: &str = "at the end";

/// The places that tell, in order; several reasons for one place are one case.
fn telling(compared: &StreamComparison, lane: &BranchLane, log: &EventLog) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    if let Some(moment) = &compared.first_divergence {
        places.push((after(moment, lane, log), "where it first differs".to_owned()));
    }
    let mut named = std::collections::HashSet::new();
    for broken in compared.broken_invariants.iter().filter(|broken| named.insert(broken.name.clone())) {
        places.push((after(&broken.at, lane, log), format!("where \"{}\" is first broken", broken.name)));
    }
    places.push((lane.events().len(), END.to_owned()));
    places.sort_by_key(|(taken, _)| *taken);
    let mut merged: Vec<Place> = Vec::new();
    for (taken, name) in places {
        match merged.last_mut() {
            Some((known, names)) if *known == taken => *names = format!("{names}, {name}"),
            _ => merged.push((taken, name)),
        }
    }
    merged
}

/// How many events of the branch come up to a moment, it included. Where the event is not in the branch: up to the one
/// that comes next there.
fn after(moment: &EventMoment, lane: &BranchLane, log: &EventLog) -> usize {
    let events = lane.events();
    let is = |event: &BranchEvent| match (moment.position, event.index()) {
        (Some(position), Some(index)) => log.position(index as usize) == position,
        (None, None) => event.version() == moment.version,
        _ => false,
    };
    if let Some(place) = events.iter().position(|event| is(&event)) {
        return place + 1;
    }
    let of_stream = || lane.stream().map(|stream| log.lane(stream)).unwrap_or_default();
    let gone =
        moment.position.and_then(|position| of_stream().iter().position(|at| log.position(*at as usize) == position));
    let later =
        |event: &BranchEvent| matches!(event, BranchEvent::Recorded { place, .. } if Some(*place as usize) > gone);
    events.iter().position(|event| later(&event)).map_or(events.len(), |place| place + 1)
}
