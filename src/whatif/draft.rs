//! A scenario while it is being made: edits that can be switched off, and undo and redo.

use std::sync::Arc;

use super::file::{MadeFor, Was};
use super::overlay::inserted_id;
use super::scenario::{Edit, Insert, Scenario};
use super::words::describe;

/// Steps that can be undone. A step costs a few words and a shared list.
const UNDO_LIMIT: usize = 1000;

/// A scenario with its history of changes.
#[derive(Debug, Clone)]
pub struct Draft {
    scene: Scene,
    undo: Vec<Step>,
    redo: Vec<Step>,
    saved: Option<Scene>,
    edition: u64,
    /// The store that it was made for, if its file said so and no edit changed since.
    pub(super) made_for: Option<Arc<MadeFor>>,
}

/// An edit of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftEdit {
    /// The edit.
    pub edit: Arc<Edit>,
    /// Whether it applies.
    pub enabled: bool,
    /// What it was about when it was made, if its file said so.
    pub was: Option<Arc<Was>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Scene {
    name: Arc<str>,
    edits: imbl::Vector<DraftEdit>,
}

/// The scene before (in the undo list) or after (in the redo list) an action, and the action in the user's words.
#[derive(Debug, Clone)]
struct Step {
    words: String,
    scene: Scene,
}

impl DraftEdit {
    /// An edit that is switched on.
    fn new(edit: Edit) -> Self {
        Self { edit: Arc::new(edit), enabled: true, was: None }
    }
}

impl Draft {
    /// A draft of a scenario that has nothing to undo and nothing to save.
    pub fn new(scenario: Scenario) -> Self {
        Self::of_edits(&scenario.name, scenario.edits.into_iter().map(DraftEdit::new))
    }

    pub(super) fn of_edits(name: &str, edits: impl Iterator<Item = DraftEdit>) -> Self {
        let scene = Scene { name: name.into(), edits: edits.collect() };
        Self { saved: Some(scene.clone()), scene, undo: Vec::new(), redo: Vec::new(), edition: 0, made_for: None }
    }

    /// The draft, where each inserted event without an id has the one that it gets when the edits are applied as they
    /// are: another name, or another order, then makes no other events of them. That alone is nothing to save.
    pub fn with_ids(mut self) -> Self {
        let (name, modified) = (self.scene.name.clone(), self.is_modified());
        for (index, known) in self.scene.edits.iter_mut().enumerate() {
            if let Edit::Insert(insert) = &*known.edit
                && insert.id.is_none()
            {
                let id = Some(inserted_id(&name, index));
                known.edit = Arc::new(Edit::Insert(Insert { id, ..insert.clone() }));
            }
        }
        if !modified {
            self.saved = Some(self.scene.clone());
        }
        self
    }

    /// The scenario's name.
    pub fn name(&self) -> &str {
        &self.scene.name
    }

    /// The edits in order, switched-off ones included.
    pub fn edits(&self) -> impl ExactSizeIterator<Item = &DraftEdit> {
        self.scene.edits.iter()
    }

    /// How many edits there are, switched-off ones included.
    pub fn len(&self) -> usize {
        self.scene.edits.len()
    }

    /// Whether there are no edits.
    pub fn is_empty(&self) -> bool {
        self.scene.edits.is_empty()
    }

    /// The scenario of the edits that are switched on: what is applied and saved. An inserted event keeps its id when
    /// an edit before it is switched off.
    pub fn scenario(&self) -> Scenario {
        let on = self.scene.edits.iter().enumerate().filter(|(_, edit)| edit.enabled);
        let edits = on.enumerate().map(|(applied, (index, edit))| {
            let mut edit = Edit::clone(&edit.edit);
            if let Edit::Insert(insert) = &mut edit
                && applied != index
            {
                insert.id.get_or_insert_with(|| inserted_id(&self.scene.name, index));
            }
            edit
        });
        Scenario { edits: edits.collect(), name: self.scene.name.to_string() }
    }

    /// The scenario with all edits, switched-off ones included: for a copy of the draft.
    pub fn all_edits(&self) -> Scenario {
        let edits = self.scene.edits.iter().map(|edit| Edit::clone(&edit.edit));
        Scenario { edits: edits.collect(), name: self.scene.name.to_string() }
    }

    /// Forgets what could be undone or done again.
    pub fn forget_steps(&mut self) {
        self.undo.clear();
        self.redo.clear();
    }

    /// Where an edit of [`scenario`](Self::scenario) is in the draft: errors name the scenario's.
    pub fn index_of_applied(&self, applied: usize) -> Option<usize> {
        let on = self.scene.edits.iter().enumerate().filter(|(_, edit)| edit.enabled);
        on.map(|(index, _)| index).nth(applied)
    }

    /// Adds an edit at the end and gives its index. An inserted event without an id gets one, so that it keeps it
    /// whatever becomes of the edits before it.
    pub fn add(&mut self, mut edit: Edit) -> usize {
        let index = self.len();
        self.give_id(&mut edit);
        self.record(describe(&edit));
        self.scene.edits.push_back(DraftEdit::new(edit));
        index
    }

    /// Adds several edits as one action with the given words: a multiple selection, say.
    pub fn add_all(&mut self, edits: impl IntoIterator<Item = Edit>, words: impl Into<String>) {
        let before = self.scene.clone();
        for mut edit in edits {
            self.give_id(&mut edit);
            self.scene.edits.push_back(DraftEdit::new(edit));
        }
        if self.scene != before {
            let after = std::mem::replace(&mut self.scene, before);
            self.record(words.into());
            self.scene = after;
        }
    }

    /// Puts another edit in the place of one. False if there is none at the index or it is the same already.
    pub fn replace(&mut self, index: usize, mut edit: Edit) -> bool {
        if self.scene.edits.get(index).is_none_or(|old| *old.edit == edit) {
            return false;
        }
        self.give_id(&mut edit);
        self.record(describe(&edit));
        let enabled = self.scene.edits[index].enabled;
        self.scene.edits[index] = DraftEdit { enabled, ..DraftEdit::new(edit) };
        true
    }

    /// Puts any number of edits in the place of one, as one action with the given words. False if there is none at the
    /// index.
    pub fn replace_all(&mut self, index: usize, edits: Vec<Edit>, words: impl Into<String>) -> bool {
        let Some(old) = self.scene.edits.get(index).cloned() else { return false };
        self.record(words.into());
        self.scene.edits.remove(index);
        for (at, mut edit) in edits.into_iter().enumerate() {
            self.give_id(&mut edit);
            self.scene.edits.insert(index + at, DraftEdit { enabled: old.enabled, ..DraftEdit::new(edit) });
        }
        true
    }

    /// Changes several edits as one action with the given words: those at `change` become others, those at `drop` go,
    /// and `add` comes at the end. Indices are of the edits as they are before. Does nothing where all stays as it was.
    pub fn rework(&mut self, drop: &[usize], change: Vec<(usize, Edit)>, add: Vec<Edit>, words: impl Into<String>) {
        let before = self.scene.clone();
        for (index, mut edit) in change {
            self.give_id(&mut edit);
            if let Some(old) = self.scene.edits.get_mut(index) {
                *old = DraftEdit { enabled: old.enabled, ..DraftEdit::new(edit) };
            }
        }
        for mut edit in add {
            self.give_id(&mut edit);
            self.scene.edits.push_back(DraftEdit::new(edit));
        }
        let mut index = 0;
        self.scene.edits.retain(|_| {
            index += 1;
            !drop.contains(&(index - 1))
        });
        if self.scene != before {
            let after = std::mem::replace(&mut self.scene, before);
            self.record(words.into());
            self.scene = after;
        }
    }

    /// Takes an edit out. False if there is none at the index.
    pub fn remove(&mut self, index: usize) -> bool {
        let Some(old) = self.scene.edits.get(index) else { return false };
        self.record(format!("Remove edit: {}", describe(&old.edit)));
        self.scene.edits.remove(index);
        true
    }

    /// Takes all edits out. Does nothing if there are none.
    pub fn clear(&mut self) {
        if !self.is_empty() {
            self.record("Drop all edits".to_owned());
            self.scene.edits.clear();
        }
    }

    /// Switches an edit on or off. False if there is none at the index or it is so already.
    pub fn set_enabled(&mut self, index: usize, enabled: bool) -> bool {
        let Some(old) = self.scene.edits.get(index).filter(|edit| edit.enabled != enabled) else { return false };
        let verb = if enabled { "Switch on" } else { "Switch off" };
        self.record(format!("{verb}: {}", describe(&old.edit)));
        self.scene.edits[index].enabled = enabled;
        true
    }

    /// Puts an edit at another index; those between move by one. False if there is none at either or they are one.
    pub fn reorder(&mut self, from: usize, to: usize) -> bool {
        if from == to || to >= self.len() {
            return false;
        }
        let Some(edit) = self.scene.edits.get(from).cloned() else { return false };
        self.record(format!("Reorder: {}", describe(&edit.edit)));
        self.scene.edits.remove(from);
        self.scene.edits.insert(to, edit);
        true
    }

    /// Gives the scenario another name. False if it has that name already.
    pub fn rename(&mut self, name: &str) -> bool {
        if *self.scene.name == *name {
            return false;
        }
        self.record(format!("Rename to {name}"));
        self.scene.name = name.into();
        true
    }

    /// Gives the last action other words: those of the window, which knows the events.
    pub fn call_last_step(&mut self, words: impl Into<String>) {
        if let Some(step) = self.undo.last_mut() {
            step.words = words.into();
        }
    }

    /// The last action that can be undone, in words.
    pub fn undo_words(&self) -> Option<&str> {
        self.undo.last().map(|step| &*step.words)
    }

    /// The next action that can be done again, in words.
    pub fn redo_words(&self) -> Option<&str> {
        self.redo.last().map(|step| &*step.words)
    }

    /// Makes the last action undone: everything is as if it had never been. False if there is none.
    pub fn undo(&mut self) -> bool {
        let Some(Step { words, scene }) = self.undo.pop() else { return false };
        let scene = std::mem::replace(&mut self.scene, scene);
        self.redo.push(Step { words, scene });
        self.edition += 1;
        true
    }

    /// Does the last undone action again. False if there is none.
    pub fn redo(&mut self) -> bool {
        let Some(Step { words, scene }) = self.redo.pop() else { return false };
        let scene = std::mem::replace(&mut self.scene, scene);
        self.undo.push(Step { words, scene });
        self.edition += 1;
        true
    }

    /// Notes that the draft was saved as it is.
    pub fn mark_saved(&mut self) {
        self.edition += 1;
        self.saved = Some(self.scene.clone());
    }

    /// Notes that the draft, as it is, is saved nowhere.
    pub fn mark_unsaved(&mut self) {
        self.edition += 1;
        self.saved = None;
    }

    /// How often it was changed, undone or saved: tells whether there is anything new to keep.
    pub fn edition(&self) -> u64 {
        self.edition
    }

    /// Whether it differs from what was last saved or loaded.
    pub fn is_modified(&self) -> bool {
        self.saved.as_ref() != Some(&self.scene)
    }

    /// Notes the scene before an action.
    fn record(&mut self, words: String) {
        self.edition += 1;
        self.made_for = None;
        if self.undo.len() >= UNDO_LIMIT {
            self.undo.remove(0);
        }
        self.undo.push(Step { words, scene: self.scene.clone() });
        self.redo.clear();
    }

    fn give_id(&self, edit: &mut Edit) {
        let Edit::Insert(insert) = edit else { return };
        if insert.id.is_some() {
            return;
        }
        let taken = |id: &Arc<str>| {
            self.scene
                .edits
                .iter()
                .any(|other| matches!(&*other.edit, Edit::Insert(other) if other.id.as_ref() == Some(id)))
        };
        insert.id = (self.len()..).map(|index| inserted_id(&self.scene.name, index)).find(|id| !taken(id));
    }
}
