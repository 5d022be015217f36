//! The scenarios of an open store: several at once, one of them active. There is always one, if only an empty one.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::branch_marks::BranchMarks;
use super::remote::Remote;
use crate::job::ScenarioId;
use crate::model::{EventLog, StreamIndex};
use crate::timeline::Axis;
use crate::whatif::{Branch, Draft, Edit, Fit, Scenario, Selector, Target, VersionRange};

/// What a scenario without a name of its own is called.
const NAME: &str = "What-if";

/// A scenario as it is being made, and what it comes to.
#[derive(Debug)]
pub struct ScenarioView {
    /// Tells it from the others, as long as the store is open.
    pub id: ScenarioId,
    /// The edits, with undo and redo.
    pub draft: Draft,
    /// The edits as they were last asked to be applied: one value, so that workers know it again. `None` without any
    /// that is switched on.
    scenario: Option<Arc<Scenario>>,
    /// The history with the edits; `None` without any, or while they are applied for the first time.
    pub branch: Remote<Arc<Branch>>,
    /// The edit that does not fit what was recorded, by its place in the draft, and why.
    pub refused: Option<(usize, String)>,
    /// Which branch lanes there are to draw, and where their events stand.
    pub marks: BranchMarks,
    /// The file that it was read from or saved to.
    pub file: Option<PathBuf>,
    /// How the edits of its file fit this store.
    pub(super) fits: Vec<(Arc<Edit>, Fit)>,
    /// The edition of the draft that is being written.
    pub(super) writing: Option<u64>,
    /// The user stopped the edits from being applied: they are applied when the cursor moves.
    pub(super) stopped: bool,
    /// Which recorded events the edits leave out.
    left_out: LeftOut,
}

/// What the active scenario is compared with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Against {
    /// History as recorded.
    #[default]
    Recorded,
    /// Another scenario.
    Scenario(ScenarioId),
}

/// All scenarios of a store.
#[derive(Debug)]
pub struct Scenarios {
    /// Never empty.
    all: Vec<ScenarioView>,
    active: usize,
    next: u32,
}

impl Default for Scenarios {
    fn default() -> Self {
        Self { all: vec![ScenarioView::new(ScenarioId(0), Draft::new(Scenario::new(NAME)))], active: 0, next: 1 }
    }
}

impl ScenarioView {
    fn new(id: ScenarioId, draft: Draft) -> Self {
        Self {
            id,
            draft,
            scenario: None,
            branch: Remote::default(),
            refused: None,
            marks: BranchMarks::default(),
            file: None,
            fits: Vec::new(),
            writing: None,
            stopped: false,
            left_out: LeftOut::default(),
        }
    }

    /// The edits that are switched on, as they were last asked to be applied; `None` without any.
    pub fn scenario(&self) -> Option<Arc<Scenario>> {
        self.scenario.clone()
    }

    /// How an edit of its file fits this store; `None` for those that were made here.
    pub fn fit(&self, edit: &Arc<Edit>) -> Option<&Fit> {
        self.fits.iter().find(|(known, _)| Arc::ptr_eq(known, edit)).map(|(_, fit)| fit)
    }

    /// Whether there are edits, switched on or off.
    pub fn has_edits(&self) -> bool {
        !self.draft.is_empty()
    }

    /// Whether there is anything that can be undone or done again, or any edit.
    pub fn is_in_use(&self) -> bool {
        self.has_edits() || self.draft.undo_words().is_some() || self.draft.redo_words().is_some()
    }

    /// Whether there are edits that are in no file and in no copy.
    pub fn is_unsaved(&self) -> bool {
        self.has_edits() && self.draft.is_modified()
    }

    /// The branch, if it is that of the edits as they are now.
    pub fn current_branch(&self) -> Option<&Arc<Branch>> {
        self.branch.value().filter(|(_, current)| *current).map(|(branch, _)| branch)
    }

    /// Where in the draft the edit is that leaves a recorded event out; edits that are switched off leave out nothing.
    pub fn left_out_at(&self, log: &EventLog, event: u32) -> Option<usize> {
        self.left_out.at(log, event).or_else(|| self.left_out_in_branch(event))
    }

    /// The same for what only the branch tells: events named by id, or by a range of another of their streams.
    fn left_out_in_branch(&self, event: u32) -> Option<usize> {
        let (branch, _) = self.branch.value()?;
        let edit = branch.scenario().edits.get(branch.deleted_by(event)?)?;
        // The branch may be that of the edits before.
        self.draft.edits().position(|own| own.enabled && *own.edit == *edit)
    }

    /// Works out where the events of its lanes stand along an axis.
    pub(super) fn place_branch(&mut self, log: &EventLog, axis: &Axis) {
        self.marks = match self.branch.value() {
            Some((branch, _)) => BranchMarks::new(log, axis, branch),
            None => BranchMarks::default(),
        };
    }

    /// Takes what the draft says now as the scenario.
    pub(super) fn apply(&mut self, log: &EventLog) {
        let applies = self.draft.edits().any(|edit| edit.enabled);
        self.scenario = applies.then(|| Arc::new(self.draft.scenario()));
        self.left_out = LeftOut::of(&self.draft, log);
        self.refused = None;
    }
}

impl Scenarios {
    /// All of them, in the order of their tabs.
    pub fn all(&self) -> &[ScenarioView] {
        &self.all
    }

    /// All of them, to be changed.
    pub(super) fn all_mut(&mut self) -> &mut [ScenarioView] {
        &mut self.all
    }

    /// Those that are worth showing beside the history as recorded: with edits, or with some that were taken back.
    pub fn in_use(&self) -> impl Iterator<Item = &ScenarioView> {
        self.all.iter().filter(|view| view.is_in_use())
    }

    /// The one that edits go to and that is compared.
    pub fn active(&self) -> &ScenarioView {
        &self.all[self.active]
    }

    /// The same, to be changed.
    pub(super) fn active_mut(&mut self) -> &mut ScenarioView {
        &mut self.all[self.active]
    }

    /// The scenario of this id, if it is still open.
    pub fn get(&self, id: ScenarioId) -> Option<&ScenarioView> {
        self.all.iter().find(|view| view.id == id)
    }

    /// The same, to be changed.
    pub(super) fn get_mut(&mut self, id: ScenarioId) -> Option<&mut ScenarioView> {
        self.all.iter_mut().find(|view| view.id == id)
    }

    /// Makes another one active. False if there is none of this id.
    pub(super) fn activate(&mut self, id: ScenarioId) -> bool {
        match self.all.iter().position(|view| view.id == id) {
            Some(at) => {
                self.active = at;
                true
            }
            None => false,
        }
    }

    /// Adds a scenario, makes it active and gives its id. An empty scenario that nobody used makes room for it.
    pub(super) fn add(&mut self, scenario: Scenario) -> ScenarioId {
        self.add_draft(Draft::new(scenario))
    }

    /// The same for a draft.
    pub(super) fn add_draft(&mut self, draft: Draft) -> ScenarioId {
        let id = ScenarioId(self.next);
        self.next += 1;
        let view = ScenarioView::new(id, draft.with_ids());
        if !self.active().is_in_use() && self.active().file.is_none() {
            *self.active_mut() = view;
        } else {
            self.all.push(view);
            self.active = self.all.len() - 1;
        }
        id
    }

    /// Takes a scenario out and gives it. An empty one stands in for the last.
    pub(super) fn remove(&mut self, id: ScenarioId) -> Option<ScenarioView> {
        let at = self.all.iter().position(|view| view.id == id)?;
        let removed = self.all.remove(at);
        if self.all.is_empty() {
            self.all.push(ScenarioView::new(ScenarioId(self.next), Draft::new(Scenario::new(NAME))));
            self.next += 1;
        }
        if self.active > at || self.active >= self.all.len() {
            self.active -= 1;
        }
        Some(removed)
    }

    /// A name that no other scenario has: `What-if`, `What-if 2` …
    pub(super) fn free_name(&self, wish: &str) -> String {
        let taken = |name: &str| self.all.iter().any(|view| view.draft.name() == name);
        if !taken(wish) {
            return wish.to_owned();
        }
        // One of them is free: there are fewer scenarios than numbers.
        (2..).map(|number| format!("{wish} {number}")).find(|name| !taken(name)).unwrap_or_default()
    }

    /// A scenario without edits, under a name of its own.
    pub(super) fn fresh(&self) -> Scenario {
        Scenario::new(self.free_name(NAME))
    }
}

/// Which recorded events edits leave out: events by their index, streams from a version to another.
#[derive(Debug, Default)]
struct LeftOut {
    events: HashMap<u32, usize>,
    ranges: Vec<(StreamIndex, i64, i64, usize)>,
}

impl LeftOut {
    fn of(draft: &Draft, log: &EventLog) -> Self {
        let mut found = Self::default();
        for (at, edit) in draft.edits().enumerate().filter(|(_, edit)| edit.enabled) {
            match &*edit.edit {
                Edit::Delete(Target::One(selector)) => {
                    if let Some(event) = event_of(log, selector) {
                        found.events.insert(event, at);
                    }
                }
                Edit::Delete(Target::Range(VersionRange { stream, from, to })) => {
                    if let Some(stream) = log.find_stream(stream) {
                        let (from, to) = (from.unwrap_or(i64::MIN), to.unwrap_or(i64::MAX));
                        found.ranges.push((stream, from, to, at));
                    }
                }
                _ => {}
            }
        }
        found
    }

    fn at(&self, log: &EventLog, event: u32) -> Option<usize> {
        if let Some(at) = self.events.get(&event) {
            return Some(*at);
        }
        if self.ranges.is_empty() {
            return None;
        }
        let (stream, version) = (log.stream_of(event as usize)?, log.version(event as usize));
        let within = |(of, from, to, _): &&(StreamIndex, i64, i64, usize)| {
            *of == stream
                && match version {
                    Some(version) => (*from..=*to).contains(&version),
                    // Where versions are null, places count from 1.
                    None => {
                        let place = log.lane(stream).iter().position(|other| *other == event);
                        place.is_some_and(|place| (*from..=*to).contains(&(place as i64 + 1)))
                    }
                }
        };
        self.ranges.iter().find(within).map(|(.., at)| *at)
    }
}

/// The recorded event that a selector names by its position or version; `None` for one named by id.
pub fn event_of(log: &EventLog, selector: &Selector) -> Option<u32> {
    match selector {
        Selector::Position(position) => log.event_at_position(*position).map(|event| event as u32),
        Selector::Version { stream, version } => {
            let lane = log.lane(log.find_stream(stream)?);
            // Almost every lane counts up without gaps; the others are looked through.
            let guess = lane.first().and_then(|first| log.version(*first as usize)).map(|first| version - first);
            let at = guess.and_then(|guess| usize::try_from(guess).ok()).and_then(|guess| lane.get(guess));
            let is = |event: &&u32| log.version(**event as usize) == Some(*version);
            at.filter(is).or_else(|| lane.iter().find(is)).copied()
        }
        Selector::Id(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::opened;
    use crate::job::StoreKey;

    #[test]
    fn there_is_always_a_scenario() {
        let mut scenarios = Scenarios::default();
        let first = scenarios.active().id;
        assert_eq!(scenarios.in_use().count(), 0);
        scenarios.remove(first);
        assert_ne!(scenarios.active().id, first);
        let second = scenarios.add(Scenario::new("A"));
        assert_eq!((scenarios.all().len(), scenarios.active().id), (1, second), "an unused one makes room");
        scenarios.active_mut().draft.rename("B");
        let third = scenarios.add(scenarios.fresh());
        assert_eq!((scenarios.all().len(), scenarios.active().id), (2, third));
        scenarios.remove(second);
        assert_eq!(scenarios.active().id, third);
        assert!(scenarios.activate(third) && !scenarios.activate(second));
    }

    #[test]
    fn names_are_free() {
        let mut scenarios = Scenarios::default();
        assert_eq!(scenarios.free_name("What-if"), "What-if 2");
        scenarios.active_mut().draft.rename("X");
        assert_eq!(scenarios.free_name("What-if"), "What-if");
    }

    #[test]
    fn what_is_left_out_is_known_by_event_and_by_range() {
        let log = opened("a.db", StoreKey(1), &[("a", None), ("a", None), ("b", None), ("a", None)]).log;
        let mut view = ScenarioView::new(ScenarioId(0), Draft::new(Scenario::new("x")));
        view.draft.add(Edit::Delete(Target::One(Selector::Position(3))));
        let range = VersionRange { stream: "a".into(), from: Some(2), to: None };
        view.draft.add(Edit::Delete(Target::Range(range)));
        view.apply(&log);
        let found = |view: &ScenarioView| (0..4).map(|event| view.left_out_at(&log, event)).collect::<Vec<_>>();
        assert_eq!(found(&view), [None, Some(1), Some(0), Some(1)]);
        view.draft.set_enabled(1, false);
        view.apply(&log);
        assert_eq!(found(&view), [None, None, Some(0), None]);
        view.draft.set_enabled(0, false);
        view.apply(&log);
        assert!(view.scenario().is_none() && view.has_edits());
    }
}
