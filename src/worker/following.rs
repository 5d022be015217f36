//! What follows from a scenario in the whole store: states, read models, totals, and what would probably not have
//! happened.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use super::comparing::in_lane;
use super::projections::Folds;
use super::session::{Session, SessionError, lock};
use crate::model::names::category_of;
use crate::model::{Cancel, CategoryIndex, Progress, Selection, StreamIndex, Wanted};
use crate::whatif::{
    self, Alignment, Branch, BranchLane, Follows, HintScan, Hints, ReadModel, Scenario, Sides, StreamComparison,
    StreamFollows, Sums,
};

/// Scans for hints that are kept: going back to the deletions of a moment ago costs nothing.
const SCANS: usize = 8;

/// Sums of categories, and what made the states that were added up.
type KnownSums = (Arc<Folds>, HashMap<CategoryIndex, Arc<Sums>>);

/// What does not change from one edit to the next.
#[derive(Default)]
pub(super) struct Kept {
    /// Sums over the states as recorded, with what made the states.
    sums: Mutex<Option<KnownSums>>,
    /// By the deleted events.
    hints: Mutex<Vec<(Vec<u32>, Arc<Hints>)>>,
}

/// Two histories of the whole store. What is compared with is as recorded without a branch.
#[derive(Clone, Copy)]
struct Branches<'a> {
    left: Option<&'a Branch>,
    right: &'a Branch,
}

impl<'a> Branches<'a> {
    /// A stream's lane in the first of the two that has one.
    fn lane(self, stream: &str) -> Option<&'a BranchLane> {
        self.right.stream(stream).or_else(|| self.left?.stream(stream))
    }

    /// Every stream that an edit of either concerns, in order of first appearance, new ones at the end.
    fn streams(self) -> Vec<Arc<str>> {
        let Some(left) = self.left else { return self.right.streams().cloned().collect() };
        let mut lanes: Vec<&BranchLane> = self.right.lanes().iter().collect();
        lanes.extend(left.lanes().iter().filter(|lane| self.right.stream(lane.name()).is_none()));
        lanes.sort_by_key(|lane| (lane.stream().is_none(), lane.stream()));
        lanes.into_iter().map(|lane| lane.name().clone()).collect()
    }
}

impl Session {
    /// What follows from a scenario, compared with another one or with what was recorded. Progress counts events.
    pub fn follow(
        self: &Arc<Self>,
        scenario: &Arc<Scenario>,
        against: Option<&Arc<Scenario>>,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Follows, SessionError> {
        let right = self.branch_unless(scenario, cancel)?;
        let left = against.map(|against| self.branch_unless(against, cancel)).transpose()?;
        let mut deleted = right.deleted();
        if let Some(left) = &left {
            let before = left.deleted();
            deleted.retain(|index| before.binary_search(index).is_err());
        }
        let sides = Branches { left: left.as_deref(), right: &right };
        let names = sides.streams();
        let streams = self.categories_of(&names);
        progress.set_total(self.work_ahead(sides, &names, &deleted, &streams));
        let compared = match &left {
            None => self.compare(scenario, progress, cancel)?,
            Some(_) => self.compare_between(sides, &names, progress, cancel)?,
        };
        let mut follows = Follows {
            edits: scenario.edits.len(),
            against: against.map(|against| against.name.as_str().into()),
            ..Follows::default()
        };
        for (category, places) in streams {
            let of_category: Vec<&StreamComparison> = places.iter().map(|place| &compared[*place]).collect();
            self.follow_category(&category, sides, &of_category, &mut follows, progress, cancel)?;
        }
        follows.streams = compared
            .into_iter()
            .map(|one| {
                let fold = self.fold_in(&one.stream, sides.lane(&one.stream));
                StreamFollows::new(one, &fold.info().key_fields)
            })
            .collect();
        follows.hints = Hints::clone(&*self.hints(deleted, progress, cancel)?);
        Ok(follows)
    }

    /// The same streams in two branches, in the order of their names given.
    fn compare_between(
        &self,
        sides: Branches<'_>,
        names: &[Arc<str>],
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Vec<StreamComparison>, SessionError> {
        let on_unreadable = self.replay_options().on_unreadable;
        let compared = names.iter().map(|name| {
            let recorded = self.history_named(name);
            let (left, right) = (sides.left.and_then(|left| left.stream(name)), sides.right.stream(name));
            let alignment = Alignment::of(left, right).unwrap_or_else(|| Alignment::unchanged(recorded.len()));
            let (left, right) = (in_lane(&recorded, left), in_lane(&recorded, right));
            let fold = self.fold_in(name, sides.lane(name));
            let both = Sides { fold: &*fold, stream: name, left: &*left, right: &*right, alignment: &alignment };
            Ok(whatif::compare_sides(both, on_unreadable, progress, cancel)?)
        });
        compared.collect()
    }

    /// Places of streams by the category that they are in, in order of appearance.
    fn categories_of(&self, names: &[Arc<str>]) -> Vec<(Arc<str>, Vec<usize>)> {
        let log = self.log();
        let mut order: Vec<(Arc<str>, Vec<usize>)> = Vec::new();
        for (at, name) in names.iter().enumerate() {
            let category: Arc<str> = match log.find_stream(name) {
                Some(stream) => log.category(log.stream(stream).category).clone(),
                None => category_of(name, self.store().event_table()).into(),
            };
            match order.iter_mut().find(|(known, _)| *known == category) {
                Some((_, lanes)) => lanes.push(at),
                None => order.push((category, vec![at])),
            }
        }
        order
    }

    /// How many events will be looked at, as far as is known.
    fn work_ahead(
        &self,
        sides: Branches<'_>,
        names: &[Arc<str>],
        deleted: &[u32],
        streams: &[(Arc<str>, Vec<usize>)],
    ) -> u64 {
        let log = self.log();
        let compared: usize = names.iter().map(|name| self.left_len(sides, name) + self.right_len(sides, name)).sum();
        let scanned = deleted.first().map_or(0, |first| log.len() - *first as usize);
        let summed: usize = streams
            .iter()
            .filter_map(|(category, _)| self.category_index(category))
            .filter(|category| {
                !self.fold(*category).info().key_fields.is_empty() && self.kept_sums(*category).is_none()
            })
            .flat_map(|category| self.streams_of(category))
            .map(|stream| log.lane(stream).len())
            .sum();
        (compared + scanned + summed) as u64
    }

    /// How many events a stream has in what is compared with.
    fn left_len(&self, sides: Branches<'_>, name: &str) -> usize {
        let lane = sides.left.and_then(|left| left.stream(name));
        lane.map_or_else(|| self.recorded_len(name), |lane| lane.events().len())
    }

    /// How many it has in what is compared.
    fn right_len(&self, sides: Branches<'_>, name: &str) -> usize {
        sides.right.stream(name).map_or_else(|| self.recorded_len(name), |lane| lane.events().len())
    }

    fn recorded_len(&self, name: &str) -> usize {
        self.log().find_stream(name).map_or(0, |stream| self.log().lane(stream).len())
    }

    fn category_index(&self, name: &str) -> Option<CategoryIndex> {
        let found = self.log().categories().iter().position(|category| **category == *name);
        found.map(|at| CategoryIndex(at as u32))
    }

    /// The streams of a category that have events.
    fn streams_of(&self, category: CategoryIndex) -> impl Iterator<Item = StreamIndex> {
        let log = self.log();
        let all = (0..log.streams().len()).map(|at| StreamIndex(at as u32));
        all.filter(move |stream| log.stream(*stream).category == category && !log.lane(*stream).is_empty())
    }

    fn follow_category(
        &self,
        name: &Arc<str>,
        sides: Branches<'_>,
        compared: &[&StreamComparison],
        follows: &mut Follows,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<(), SessionError> {
        let index = self.category_index(name);
        let entities = index.map_or(0, |category| self.streams_of(category).count());
        let has_events =
            |one: &StreamComparison| (self.left_len(sides, &one.stream) > 0, self.right_len(sides, &one.stream) > 0);
        let differs = |one: &&&StreamComparison| {
            let (before, after) = has_events(one);
            before != after || !one.changes.is_empty()
        };
        let fold = match compared.first() {
            Some(one) => self.fold_in(&one.stream, sides.lane(&one.stream)),
            None => return Ok(()),
        };
        follows.read_models.push(ReadModel {
            category: name.clone(),
            projection: fold.info().title.clone(),
            differing: compared.iter().filter(differs).count(),
            entities,
        });
        if fold.info().key_fields.is_empty() {
            follows.without_key_fields.push(name.clone());
            return Ok(());
        }
        let mut before = match index {
            Some(category) => self.sums(category, progress, cancel)?,
            None => Arc::new(Sums::new(&fold.info().key_fields)),
        };
        if sides.left.is_some() {
            before = Arc::new(self.sums_of_left(&before, compared, &has_events, cancel)?);
        }
        let mut after = Sums::clone(&before);
        for one in compared {
            let (was_there, is_there) = has_events(one);
            if was_there {
                after.remove(&one.baseline.state);
            }
            if is_there {
                after.add(&one.branch.state);
            }
        }
        follows.totals.push(before.against(&after, name.clone()));
        Ok(())
    }

    /// Sums over the states as recorded, with those of another scenario in the place of the streams that it edits.
    fn sums_of_left(
        &self,
        recorded: &Sums,
        compared: &[&StreamComparison],
        has_events: &dyn Fn(&StreamComparison) -> (bool, bool),
        cancel: &Cancel,
    ) -> Result<Sums, SessionError> {
        let log = self.log();
        let streams = compared.iter().filter_map(|one| log.find_stream(&one.stream));
        let wanted: Vec<(StreamIndex, Selection)> = streams
            .map(|stream| (stream, Selection::Prefix(log.lane(stream).len())))
            .filter(|(_, selection)| !selection.is_empty())
            .collect();
        let mut sums = recorded.clone();
        for stream in self.end_states(&wanted, cancel)? {
            sums.remove(&stream.state.value);
        }
        for one in compared.iter().filter(|one| has_events(one).0) {
            sums.add(&one.baseline.state);
        }
        Ok(sums)
    }

    fn kept_sums(&self, category: CategoryIndex) -> Option<Arc<Sums>> {
        let folds = self.folds();
        let kept = lock(&self.following.sums);
        let (of, sums) = kept.as_ref()?;
        if Arc::ptr_eq(of, &folds) { sums.get(&category).cloned() } else { None }
    }

    /// Sums of the key fields of all entities of a category, as recorded: folded once for each projection.
    fn sums(&self, category: CategoryIndex, progress: &Progress, cancel: &Cancel) -> Result<Arc<Sums>, SessionError> {
        if let Some(sums) = self.kept_sums(category) {
            return Ok(sums);
        }
        let folds = self.folds();
        let log = self.log();
        let wanted: Vec<(StreamIndex, Selection)> =
            self.streams_of(category).map(|stream| (stream, Selection::Prefix(log.lane(stream).len()))).collect();
        let folded = self.end_states_telling(&wanted, progress, cancel)?;
        let mut sums = Sums::new(&self.fold(category).info().key_fields);
        for stream in &folded {
            sums.add(&stream.state.value);
            sums.stopped += usize::from(stream.error.is_some());
        }
        let sums = Arc::new(sums);
        // Made by projections that are no longer in use: nobody else is to have it.
        if Arc::ptr_eq(&folds, &self.folds()) {
            let mut kept = lock(&self.following.sums);
            let of_these = kept.as_ref().is_some_and(|(of, _)| Arc::ptr_eq(of, &folds));
            if !of_these {
                *kept = Some((folds, HashMap::new()));
            }
            if let Some((_, by_category)) = kept.as_mut() {
                by_category.insert(category, sums.clone());
            }
        }
        Ok(sums)
    }

    /// What would probably not have happened without these events: one look at all from the first of them on, kept
    /// for as long as the same ones are deleted.
    fn hints(&self, deleted: Vec<u32>, progress: &Progress, cancel: &Cancel) -> Result<Arc<Hints>, SessionError> {
        let Some(first) = deleted.first().copied() else { return Ok(Arc::default()) };
        let known = lock(&self.following.hints).iter().find(|(of, _)| *of == deleted).map(|(_, hints)| hints.clone());
        if let Some(hints) = known {
            return Ok(hints);
        }
        let log = self.log();
        let details = vec![Wanted { details: true, ..Wanted::NOTHING }; log.types().len()];
        let mut scan = HintScan::new(&deleted);
        self.each_event_with(&mut (first..log.len() as u32), Some(&details), cancel, &mut |index, event| {
            scan.see(index, &event);
            progress.add(1);
            ControlFlow::Continue(())
        })?;
        let hints = Arc::new(scan.finish());
        let mut kept = lock(&self.following.hints);
        kept.push((deleted, hints.clone()));
        if kept.len() > SCANS {
            kept.remove(0);
        }
        Ok(hints)
    }
}
