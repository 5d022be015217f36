//! The scenario that is being edited, with undo and redo.

use std::sync::Arc;

use crate::whatif::{Edit, Scenario};

/// Edits, and how they came to be.
#[derive(Debug, Default)]
pub struct Draft {
    scenario: Arc<Scenario>,
    undone: Vec<Arc<Scenario>>,
    done: Vec<Arc<Scenario>>,
}

impl Draft {
    /// The edits.
    pub fn edits(&self) -> impl Iterator<Item = &Edit> {
        self.scenario.edits.iter()
    }

    /// How many edits.
    pub fn len(&self) -> usize {
        self.scenario.edits.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The edits as a scenario.
    pub fn scenario(&self) -> Arc<Scenario> {
        self.scenario.clone()
    }

    /// Adds an edit.
    pub fn push(&mut self, edit: Edit) {
        self.change(|edits| edits.push(edit));
    }

    /// Keeps only the edits that are wanted.
    pub fn retain(&mut self, wanted: impl FnMut(&Edit) -> bool) {
        self.change(|edits| edits.retain(wanted));
    }

    fn change(&mut self, change: impl FnOnce(&mut Vec<Edit>)) {
        let mut scenario = (*self.scenario).clone();
        change(&mut scenario.edits);
        self.done.push(std::mem::replace(&mut self.scenario, Arc::new(scenario)));
        self.undone.clear();
    }

    /// Whether something can be taken back.
    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    /// Whether something can be done again.
    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    /// Takes back the last change.
    pub fn undo(&mut self) {
        if let Some(before) = self.done.pop() {
            self.undone.push(std::mem::replace(&mut self.scenario, before));
        }
    }

    /// Does again what was taken back.
    pub fn redo(&mut self) {
        if let Some(after) = self.undone.pop() {
            self.done.push(std::mem::replace(&mut self.scenario, after));
        }
    }
}
