//! For a form in which an edit is written: what events of a type usually say, and what the edit would change.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::row_changes::{rank, stopped_text};
use super::run::{failed, replay_failed};
use super::session::{Session, SessionError, lock};
use crate::job::{Failure, FormSample, Tried, TriedEvent};
use crate::model::{Cancel, Selection, names::category_of};
use crate::replay::{Fold, Frame, Replayer, diff_for};
use crate::whatif::{Branch, BranchEvent, BranchLane, LaneRun, Scenario, TypeSample, UsualFields, UsualType};

/// Events of a type that are looked at.
const SAMPLES: usize = 200;
/// Types of a category that are told of.
const TYPES: usize = 60;

/// The replayer of one side, and the event's place there.
struct Side {
    replayer: Arc<std::sync::Mutex<Replayer>>,
    place: Option<usize>,
}

impl Session {
    /// What events of a type usually say in the category of a stream; of the category's commonest type without one.
    pub(super) fn type_sample(
        &self,
        stream: &str,
        event_type: &str,
        event: Option<u32>,
        cancel: &Cancel,
    ) -> Result<FormSample, Failure> {
        let log = self.log();
        let fold = self.fold_of(stream);
        let category = match log.find_stream(stream) {
            Some(stream) => Some(log.stream(stream).category),
            None => {
                let name = category_of(stream, self.store().event_table());
                let at = log.categories().iter().position(|known| **known == *name);
                at.and_then(|at| u32::try_from(at).ok()).map(crate::model::CategoryIndex)
            }
        };
        let is_here = |event: usize| match category {
            Some(category) => log.stream_of(event).is_some_and(|stream| log.stream(stream).category == category),
            None => false,
        };
        let mut counts = vec![0_usize; log.types().len()];
        for event in 0..log.len() {
            if event % 100_000 == 0 && cancel.is_cancelled() {
                return Err(Failure::Cancelled);
            }
            if is_here(event) {
                counts[log.type_of(event).0 as usize] += 1;
            }
        }
        let mut types: Vec<(usize, usize)> = counts.into_iter().enumerate().filter(|(_, count)| *count > 0).collect();
        types.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let known = log.types();
        let wanted = if event_type.is_empty() {
            types.first().map(|(at, _)| *at)
        } else {
            let full = known.iter().position(|kind| *kind.name == *event_type);
            full.or_else(|| known.iter().position(|kind| *kind.short == *event_type))
        };
        let handled = |name: &str| fold.handler_for(name).is_some();
        let name: Arc<str> = wanted.map_or_else(|| event_type.into(), |at| known[at].name.clone());
        let of = types.iter().find(|(at, _)| Some(*at) == wanted).map_or(0, |(_, count)| *count);
        let mut usual = UsualFields::default();
        if let Some(wanted) = wanted {
            let all = (0..log.len()).filter(|event| log.type_of(*event).0 as usize == wanted && is_here(*event));
            // Spread over the whole history, the newest among them.
            let step = of.div_ceil(SAMPLES).max(1);
            let mut some = all.enumerate().filter(|(nth, _)| (of - 1 - nth) % step == 0).map(|(_, event)| event as u32);
            let read = self.each_event(&mut some, cancel, &mut |_, event| {
                if let Ok(payload) = event.data.decoded() {
                    usual.take(&payload);
                }
                ControlFlow::Continue(())
            });
            read.map_err(|error| failed(&error))?;
        }
        let sampled = usual.sampled();
        let (fields, last) = usual.finish();
        let row = match event {
            Some(index) => {
                let read = self.events(&[index]).map_err(|error| failed(&error.into()))?;
                read.into_iter().next().map(|event| self.row(index, event))
            }
            None => None,
        };
        let types = types.into_iter().take(TYPES).map(|(at, events)| {
            let name = known[at].name.clone();
            UsualType { handled: handled(&name), name, events }
        });
        let types = types.collect();
        let usual = TypeSample { handled: handled(&name), event_type: name, sampled, of, fields, last, types };
        Ok(FormSample { usual, row })
    }

    /// What an edit would change in the state right after the event that it is about, and at the end of its stream.
    pub(super) fn try_edit(
        self: &Arc<Self>,
        without: Option<&Arc<Scenario>>,
        with: &Arc<Scenario>,
        stream: &Arc<str>,
        event: &TriedEvent,
        cancel: &Cancel,
    ) -> Result<Tried, Failure> {
        let after = match self.branch_unless(with, cancel) {
            Ok(branch) => branch,
            Err(SessionError::Edit(error)) if !error.is_read_error() => {
                return Ok(Tried { refused: Some((error.edit, error.problem.to_string())), ..Tried::default() });
            }
            Err(error) => return Err(failed(&error)),
        };
        let before = match without {
            Some(scenario) => match self.branch_unless(scenario, cancel) {
                Ok(branch) => Some(branch),
                Err(SessionError::Edit(error)) if !error.is_read_error() => None,
                Err(error) => return Err(failed(&error)),
            },
            None => None,
        };
        // An edit before may have put the event into another stream.
        let lane = after.stream(stream).filter(|lane| self.place_in(lane, event).is_some());
        let lane = lane.or_else(|| after.lanes().iter().find(|lane| self.place_in(lane, event).is_some()));
        let name = lane.map_or_else(|| stream.clone(), |lane| lane.name().clone());
        let fold = self.fold_in(&name, lane);
        let Some(with) = self.side(Some(&after), &name, event) else { return Ok(Tried::default()) };
        let without = self.side(before.as_ref(), &name, event);
        let mut tried = Tried::default();
        let here = with.place.map(|place| frame(&with, place + 1, cancel)).transpose()?;
        let there = match (&without, event, with.place) {
            // What an inserted event changes is told from the state before it.
            (_, TriedEvent::Inserted(_), Some(place)) => Some(frame(&with, place, cancel)?),
            (Some(side), TriedEvent::Recorded(_), _) => {
                side.place.map(|place| frame(side, place + 1, cancel)).transpose()?
            }
            _ => None,
        };
        if let (Some(here), Some(place)) = (&here, with.place) {
            let failure = here.error.as_ref();
            tried.failed = failure.filter(|error| error.place == place).map(ToString::to_string);
            tried.stopped = failure.filter(|error| error.place < place).map(stopped_text);
            if let Some(there) = &there {
                tried.changes = diff_for(&*fold, &there.state.value, &here.state.value);
                tried.broken = newly_broken(&*fold, there, here);
            }
        }
        let end = |side: &Side| {
            let len = lock(&side.replayer).history().len();
            frame(side, len, cancel)
        };
        let with_end = end(&with)?;
        let without_end = without.as_ref().map(end).transpose()?;
        let from = without_end.as_ref().map_or_else(|| fold.initial(), |frame| frame.state.clone());
        tried.at_end = diff_for(&*fold, &from.value, &with_end.state.value);
        // What a person looks at first comes first.
        for changes in [&mut tried.changes, &mut tried.at_end] {
            changes.sort_by_key(|change| rank(&fold.info().key_fields, &change.path));
        }
        let fails = with_end.error.as_ref().filter(|error| Some(error.place) > with.place);
        let failed_before = without_end.as_ref().is_some_and(|frame| frame.error.is_some());
        tried.fails_later = fails.filter(|_| !failed_before).map(stopped_text);
        Ok(tried)
    }

    /// A stream in a branch, or as recorded where the branch leaves it so.
    fn side(self: &Arc<Self>, branch: Option<&Arc<Branch>>, stream: &str, event: &TriedEvent) -> Option<Side> {
        let lane = branch.and_then(|branch| Some((branch, branch.stream(stream)?)));
        if let Some((branch, lane)) = lane {
            let replayer = self.branch_replayer(branch, stream)?;
            return Some(Side { replayer, place: self.place_in(lane, event) });
        }
        let index = self.log().find_stream(stream)?;
        let place = match event {
            TriedEvent::Recorded(event) => self.log().lane(index).iter().position(|other| other == event),
            TriedEvent::Inserted(_) => None,
        };
        Some(Side { replayer: self.replayer(index), place })
    }

    /// The event's place in a branch's lane.
    fn place_in(&self, lane: &BranchLane, event: &TriedEvent) -> Option<usize> {
        let recorded = match (event, lane.stream()) {
            (TriedEvent::Recorded(event), Some(stream)) => {
                self.log().lane(stream).iter().position(|other| other == event)
            }
            _ => None,
        };
        lane.events().runs(0..lane.events().len()).find_map(|run| match run {
            LaneRun::Recorded { places, first, .. } => {
                let at = recorded?.checked_sub(first).filter(|at| *at < places.len())?;
                Some(places.start + at)
            }
            LaneRun::Own { place, event: own, .. } => {
                let is = match (&own, event) {
                    (BranchEvent::Inserted { event }, TriedEvent::Inserted(id)) => event.id.as_ref() == Some(id),
                    (own, TriedEvent::Recorded(event)) => own.index() == Some(*event),
                    _ => false,
                };
                is.then_some(place)
            }
        })
    }
}

fn frame(side: &Side, events: usize, cancel: &Cancel) -> Result<Frame, Failure> {
    let frame = lock(&side.replayer).frame(&Selection::Prefix(events), cancel);
    frame.map_err(|failure| replay_failed(&failure))
}

fn newly_broken(fold: &dyn Fold, before: &Frame, after: &Frame) -> Vec<Arc<str>> {
    let new = after.broken.iter().filter(|at| !before.broken.contains(at));
    new.filter_map(|at| fold.info().invariants.get(*at).cloned()).collect()
}
