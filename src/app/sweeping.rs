//! Varying a value of an edit of the active scenario over a range.

use std::sync::Arc;

use super::{App, Command, Document, Remote, Tab};
use crate::job::{Job, Request, ScenarioId, Slot};
use crate::model::Path;
use crate::whatif::{Edit, Scenario, Sweep, SweepEdit, SweepPlace, SweepSpec, SweepValue, SweepWhat};

/// What comes of a range of values in one edit.
#[derive(Debug, Default)]
pub struct Sweeping {
    /// The scenario that all of it is about.
    of: Option<ScenarioId>,
    /// The edits that were last asked about.
    edits_of: Option<Arc<Scenario>>,
    /// What can be varied in each edit that applies.
    edits: Remote<Vec<SweepEdit>>,
    /// Which edit (by its place in the draft) and what of it, in which scenario.
    chosen: Option<(ScenarioId, usize, SweepWhat)>,
    /// Over which range; of the edit's index among those that apply.
    spec: Option<SweepSpec>,
    fields: Vec<Path>,
    /// What was last asked.
    asked: Option<(Arc<Scenario>, SweepSpec, Vec<Path>)>,
    swept: Remote<Arc<Sweep>>,
}

impl Sweeping {
    /// What can be varied in each edit that applies, in order.
    pub fn edits(&self) -> &Remote<Vec<SweepEdit>> {
        &self.edits
    }

    /// What is varied: the edit's place in the draft, and what of it.
    pub fn chosen(&self) -> Option<(usize, &SweepWhat)> {
        self.chosen.as_ref().map(|(_, at, what)| (*at, what))
    }

    /// The range.
    pub fn spec(&self) -> Option<&SweepSpec> {
        self.spec.as_ref()
    }

    /// The fields that the user wants to see; none for those that tell most.
    pub fn fields(&self) -> &[Path] {
        &self.fields
    }

    /// What came of it.
    pub fn swept(&self) -> &Remote<Arc<Sweep>> {
        &self.swept
    }

    /// Takes what can be varied. False if it answers an older question.
    pub(super) fn learn(&mut self, generation: u64, edits: Vec<SweepEdit>) -> bool {
        self.edits.answer(generation, Ok(edits))
    }

    pub(super) fn found(&mut self, generation: u64, sweep: Arc<Sweep>) {
        self.swept.answer(generation, Ok(sweep));
    }

    pub(super) fn could_not(&mut self, generation: u64, why: &str) {
        self.edits.answer(generation, Err(why.to_owned()));
        self.swept.answer(generation, Err(why.to_owned()));
    }

    /// A question that was stopped is asked again when something changes.
    pub(super) fn stopped(&mut self, generation: u64) {
        if self.edits.awaits(generation) {
            self.edits_of = None;
        }
        if self.swept.awaits(generation) {
            self.asked = None;
        }
    }

    /// All is asked again: other projections are in use, or the store is shown again. What was chosen stays.
    pub(super) fn forget(&mut self) {
        self.edits_of = None;
        self.asked = None;
        self.edits.clear();
        self.swept.clear();
    }

    /// The place that is varied, with its present value.
    pub fn place(&self) -> Option<&SweepPlace> {
        let (spec, (edits, _)) = (self.spec.as_ref()?, self.edits.value()?);
        edits.get(spec.edit)?.places.iter().find(|place| place.what == spec.what)
    }
}

impl App {
    /// Asks for what the Sweep tab shows, unless it is not shown, or the answer is there or on its way.
    pub(super) fn want_sweep(&mut self, requests: &mut Vec<Request>) {
        if self.tab != Tab::Sweep {
            return;
        }
        let Some(document) = &mut self.document else { return };
        let store = document.opened.key;
        let Some(scenario) = document.scenario() else {
            document.sweeping.forget();
            self.running.iter().filter(|r| r.slot == Slot::Sweep).for_each(|running| running.cancel.cancel());
            return;
        };
        let id = document.scenarios.active().id;
        if document.sweeping.of.replace(id) != Some(id) {
            // What comes of one scenario is never shown under another.
            document.sweeping.forget();
        }
        let known = document.sweeping.edits_of.as_ref().is_some_and(|known| Arc::ptr_eq(known, &scenario));
        if !known {
            document.sweeping.edits_of = Some(scenario.clone());
            document.sweeping.asked = None;
            document.sweeping.swept.outdate();
            let job = Job::SweepPlaces { store, scenario };
            let request = self.request(Slot::SweepPlaces, "Looking at the edits", job);
            if let Some(document) = &mut self.document {
                document.sweeping.edits.ask(request.generation);
            }
            return requests.push(request);
        }
        // While they are unknown, nothing is asked of those before.
        if document.sweeping.edits.value().is_none_or(|(_, current)| !current) {
            return;
        }
        document.settle_sweep();
        let sweeping = &mut document.sweeping;
        let Some(spec) = sweeping.spec.clone().filter(|spec| spec.points().is_ok()) else { return };
        let fields = sweeping.fields.clone();
        let same = sweeping
            .asked
            .as_ref()
            .is_some_and(|(of, asked, shown)| Arc::ptr_eq(of, &scenario) && *asked == spec && *shown == fields);
        if same {
            return;
        }
        sweeping.asked = Some((scenario.clone(), spec.clone(), fields.clone()));
        let title = format!("Varying {}", spec.what);
        let request = self.request(Slot::Sweep, title, Job::Sweep { store, scenario, spec, fields });
        if let Some(document) = &mut self.document {
            document.sweeping.swept.ask(request.generation);
        }
        requests.push(request);
    }

    /// Chooses what is varied, over which range, and what is shown of it.
    pub(super) fn set_sweep(&mut self, command: Command, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        let id = document.scenarios.active().id;
        let sweeping = &mut document.sweeping;
        match command {
            Command::SweepOver { at, what } => {
                sweeping.chosen = Some((id, at, what));
                sweeping.spec = None;
            }
            Command::SweepRange { from, to, step } => {
                if let Some(spec) = &mut sweeping.spec {
                    (spec.from, spec.to, spec.step) = (from, to, step);
                }
            }
            Command::SweepFields(fields) => sweeping.fields = fields,
            _ => return,
        }
        self.want_sweep(requests);
    }

    /// Puts a value into the edit that is varied: a step that can be undone.
    pub(super) fn use_sweep_value(&mut self, value: &SweepValue, requests: &mut Vec<Request>) {
        let Some((at, edit)) = self.document.as_ref().and_then(|document| document.with_sweep_value(value)) else {
            return;
        };
        self.edit(Command::ReplaceEdit { at, edit }, requests);
    }
}

impl Document {
    /// Finds what is varied in the edits as they are now: what was chosen if it is still there, else what the edits
    /// say first.
    fn settle_sweep(&mut self) {
        let view = self.scenarios.active();
        let Some((edits, _)) = self.sweeping.edits.value() else { return };
        let applied = |at: usize| view.draft.edits().take(at).filter(|edit| edit.enabled).count();
        let is_on = |at: usize| view.draft.edits().nth(at).is_some_and(|edit| edit.enabled);
        let find = |at: usize, what: &SweepWhat| {
            let index = applied(at);
            let place = edits.get(index)?.places.iter().find(|place| place.what == *what)?;
            is_on(at).then(|| (index, place.clone()))
        };
        let chosen = self.sweeping.chosen.clone().filter(|(id, ..)| *id == view.id);
        if let Some((_, at, what)) = chosen
            && let Some((index, place)) = find(at, &what)
        {
            match &mut self.sweeping.spec {
                Some(spec) if spec.what == what && spec.from.is_alike(&place.value) => spec.edit = index,
                spec => *spec = Some(SweepSpec::proposed(index, &place)),
            }
            return;
        }
        // A number that an edit says is likelier meant than one that it leaves alone; the last edit likelier than one before.
        let rank = |place: &SweepPlace| (place.in_edit, matches!(place.value, SweepValue::Number(_)));
        let all =
            edits.iter().enumerate().flat_map(|(index, edit)| edit.places.iter().map(move |place| (index, place)));
        let mut best: Option<(usize, &SweepPlace)> = None;
        for (index, place) in all {
            if best.is_none_or(|(_, known)| rank(place) > rank(known)) {
                best = Some((index, place));
            }
        }
        let found = best.and_then(|(index, place)| Some((view.draft.index_of_applied(index)?, index, place.clone())));
        match found {
            Some((at, index, place)) => {
                self.sweeping.chosen = Some((view.id, at, place.what.clone()));
                self.sweeping.spec = Some(SweepSpec::proposed(index, &place));
            }
            None => {
                self.sweeping.chosen = None;
                self.sweeping.spec = None;
                self.sweeping.swept.clear();
            }
        }
        self.sweeping.fields.clear();
    }

    /// The edit that is varied, by its place, with another value.
    fn with_sweep_value(&self, value: &SweepValue) -> Option<(usize, Edit)> {
        let spec = self.sweeping.spec.as_ref()?;
        let (edits, current) = self.sweeping.edits.value()?;
        let subject = edits.get(spec.edit).filter(|_| current)?.subject.as_deref();
        let view = self.scenarios.active();
        let at = view.draft.index_of_applied(spec.edit)?;
        let edit = view.draft.edits().nth(at)?;
        Some((at, spec.edit_at(&edit.edit, value, subject)?))
    }
}
