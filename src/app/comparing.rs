//! Comparing the active scenario with history as recorded, or with another scenario.

use std::sync::Arc;

use super::scenarios::Against;
use super::{App, Cursor, Document, Remote};
use crate::job::{Job, Request, Sides, Slot};
use crate::whatif::{DifferenceRow, Differences, Scenario, SideBySide};

/// What the comparison of the selected stream comes to.
#[derive(Debug, Default)]
pub struct Comparison {
    /// What was last asked; `None` while there is nothing to compare.
    asked: Option<Sides>,
    /// Every event at which the difference changes.
    differences: Remote<Differences>,
    /// Events side by side.
    side_by_side: Remote<SideBySide>,
}

/// A way from difference to difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jump {
    /// To where both sides part.
    First,
    /// To the first one after the cursor.
    Next,
    /// To the last one before the cursor.
    Previous,
}

impl Comparison {
    /// Whether there is anything to compare.
    pub fn is_asked(&self) -> bool {
        self.asked.is_some()
    }

    /// What differs over time.
    pub fn differences(&self) -> &Remote<Differences> {
        &self.differences
    }

    /// Events side by side.
    pub fn side_by_side(&self) -> &Remote<SideBySide> {
        &self.side_by_side
    }

    /// What differs over time, if it is what was last asked for.
    pub fn current(&self) -> Option<&Differences> {
        self.differences.value().filter(|(_, current)| *current).map(|(differences, _)| differences)
    }

    pub(super) fn found(&mut self, generation: u64, differences: Differences) {
        self.differences.answer(generation, Ok(differences));
    }

    pub(super) fn set_side_by_side(&mut self, generation: u64, side_by_side: SideBySide) {
        self.side_by_side.answer(generation, Ok(side_by_side));
    }

    pub(super) fn could_not(&mut self, generation: u64, why: &str) {
        self.differences.answer(generation, Err(why.to_owned()));
        self.side_by_side.answer(generation, Err(why.to_owned()));
    }

    /// A question that was stopped is asked again when the cursor moves.
    pub(super) fn stopped(&mut self, generation: u64) {
        if self.differences.awaits(generation) || self.side_by_side.awaits(generation) {
            self.asked = None;
        }
    }

    /// All is asked again: other projections are in use, or the store is shown again.
    pub(super) fn forget(&mut self) {
        *self = Self {
            differences: std::mem::take(&mut self.differences),
            side_by_side: std::mem::take(&mut self.side_by_side),
            asked: None,
        };
        self.differences.clear();
        self.side_by_side.clear();
    }

    fn is_of(&self, sides: &Sides) -> bool {
        let same = |one: &Option<Arc<Scenario>>, other: &Option<Arc<Scenario>>| match (one, other) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        self.asked.as_ref().is_some_and(|asked| {
            asked.stream == sides.stream && same(&asked.left, &sides.left) && same(&asked.right, &sides.right)
        })
    }
}

impl App {
    /// Asks for the comparison of the selected stream, unless it is there or on its way.
    pub(super) fn want_comparison(&mut self, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        let Some(sides) = document.sides() else {
            if document.comparison.is_asked() {
                document.comparison.forget();
                for running in self.running.iter().filter(|r| matches!(r.slot, Slot::Differences | Slot::SideBySide)) {
                    running.cancel.cancel();
                }
            }
            return;
        };
        if document.comparison.is_of(&sides) {
            return;
        }
        // What is told of another stream is not shown meanwhile.
        if document.comparison.asked.as_ref().is_none_or(|asked| asked.stream != sides.stream) {
            document.comparison.forget();
        }
        document.comparison.asked = Some(sides.clone());
        let rows = self.request(Slot::SideBySide, "Setting events side by side", Job::SideBySide(sides.clone()));
        let found = self.request(Slot::Differences, "Comparing states", Job::Differences(sides));
        if let Some(document) = &mut self.document {
            document.comparison.side_by_side.ask(rows.generation);
            document.comparison.differences.ask(found.generation);
        }
        requests.extend([rows, found]);
    }

    pub(super) fn jump_to_difference(&mut self, jump: Jump, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        let Some(cursor) = document.difference(jump).and_then(|row| row.cursor) else { return };
        document.jump_in_stream(cursor);
        self.playing = None;
        self.follow_cursor(requests);
    }
}

impl Document {
    /// The edits that the active scenario is compared with; `None` is history as recorded.
    pub fn against_scenario(&self) -> Option<Arc<Scenario>> {
        match self.against {
            Against::Recorded => None,
            Against::Scenario(id) => self.scenarios.get(id)?.scenario(),
        }
    }

    /// What the active scenario is compared with, in words.
    pub fn against_name(&self) -> &str {
        match self.against {
            Against::Recorded => None,
            Against::Scenario(id) => self.scenarios.get(id).map(|view| view.draft.name()),
        }
        .unwrap_or("As recorded")
    }

    /// The two histories to compare of the selected stream; `None` without edits on either side.
    fn sides(&self) -> Option<Sides> {
        let (left, right) = (self.against_scenario(), self.scenario());
        let edits = left.is_some() || right.is_some();
        edits.then_some(Sides { store: self.opened.key, stream: self.stream.clone()?, left, right })
    }

    /// The position up to which the cursor takes in the selected stream's events.
    pub fn cursor_position(&self) -> i64 {
        let position = |event: u32| self.opened.log.position(event as usize);
        match self.cursor {
            Cursor::Start => i64::MIN,
            Cursor::Event(event) => position(event),
            Cursor::Instant(_) => self.event.map_or(i64::MIN, position),
        }
    }

    /// The difference that a jump leads to; `None` where there is none, or none is known yet.
    pub fn difference(&self, jump: Jump) -> Option<&DifferenceRow> {
        let differences = self.comparison.current()?;
        let at = match jump {
            Jump::First => 0,
            Jump::Next => differences.next(self.cursor_position())?,
            Jump::Previous => differences.previous(self.cursor_position())?,
        };
        differences.rows.get(at)
    }
}
