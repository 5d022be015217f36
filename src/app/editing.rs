//! What-if edits.

use super::scenarios::Against;
use super::{App, Command, Direction, Document, NoticeKind};
use crate::job::{Job, Request, ScenarioId, Slot};
use crate::model::EventLog;
use crate::whatif::{Draft, Edit, Target, VersionRange};

impl App {
    pub(super) fn edit(&mut self, command: Command, requests: &mut Vec<Request>) {
        let command = match command {
            Command::NudgeEvent(direction) => {
                let document = self.document.as_ref();
                let nudged = document.and_then(|document| {
                    super::dragging::nudged(document, document.event?, direction, self.zone()).transpose()
                });
                match nudged {
                    Some(Ok(command)) => command,
                    Some(Err(why)) => {
                        self.notify(NoticeKind::Note, why);
                        return;
                    }
                    None => return,
                }
            }
            command => command,
        };
        let Some(document) = &mut self.document else { return };
        let log = document.opened.log.clone();
        match command {
            Command::LeaveOut(event) if !document.is_left_out(event) => {
                let words = format!("Leave out {}", document.words_for(event));
                let edit = document.leave_out(event);
                document.scenarios.active_mut().draft.add_all([edit], words);
            }
            Command::TakeBack(event) => {
                if let Some(at) = document.left_out_at(event) {
                    let words = format!("Take back in {}", document.words_for(event));
                    let draft = &mut document.scenarios.active_mut().draft;
                    let rest = draft.edits().nth(at).map_or_else(Vec::new, |edit| without(&edit.edit, &log, event));
                    draft.replace_all(at, rest, words);
                }
            }
            Command::LeaveOutChosen | Command::SkipAfter(_) => {
                let made = match command {
                    Command::SkipAfter(event) => document.skip_after(event),
                    _ => document.leave_out_chosen(),
                };
                match made {
                    Ok((edits, words)) => document.scenarios.active_mut().draft.add_all(edits, words),
                    Err(words) => {
                        self.notify(NoticeKind::Note, words);
                        return;
                    }
                }
            }
            Command::AddEdits { edits, words } => document.scenarios.active_mut().draft.add_all(edits, words),
            Command::ChangeEdits { drop, change, add, words } => {
                document.scenarios.active_mut().draft.rework(&drop, change, add, words);
            }
            Command::ReplaceEdit { at, edit } => {
                let words = document.edit_words(&edit).sentence();
                document.step(words, |draft| draft.replace(at, edit));
            }
            Command::RemoveEdit(at) => {
                let words = document.words_of_edit("Drop", at);
                document.step(words, |draft| draft.remove(at));
            }
            Command::SwitchEdit { at, on } => {
                let words = document.words_of_edit(if on { "Switch on" } else { "Switch off" }, at);
                document.step(words, |draft| draft.set_enabled(at, on));
            }
            Command::ReorderEdit { from, to } => {
                let words = document.words_of_edit(if to < from { "Put earlier" } else { "Put later" }, from);
                document.step(words, |draft| draft.reorder(from, to));
            }
            Command::Undo => {
                document.scenarios.active_mut().draft.undo();
            }
            Command::Redo => {
                document.scenarios.active_mut().draft.redo();
            }
            Command::ClearEdits => document.scenarios.active_mut().draft.clear(),
            _ => return,
        }
        document.given_up = false;
        document.scenarios.active_mut().apply(&log);
        let id = document.scenarios.active().id;
        self.apply_edits(id, requests);
        self.follow_cursor(requests);
    }

    /// Opens, closes, shows or names scenarios, or chooses what the active one is compared with.
    pub(super) fn arrange_scenarios(&mut self, command: Command, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        let log = document.opened.log.clone();
        match command {
            Command::NewScenario => {
                let fresh = document.scenarios.fresh();
                document.scenarios.add(fresh);
            }
            Command::DuplicateScenario(id) => {
                let Some(view) = document.scenarios.get(id) else { return };
                let mut copy = view.draft.all_edits();
                copy.name = document.scenarios.free_name(&copy.name);
                let off: Vec<usize> =
                    view.draft.edits().enumerate().filter(|(_, edit)| !edit.enabled).map(|(at, _)| at).collect();
                let id = document.scenarios.add(copy);
                let view = document.scenarios.active_mut();
                off.into_iter().for_each(|at| {
                    view.draft.set_enabled(at, false);
                });
                view.draft.forget_steps();
                view.apply(&log);
                self.apply_edits(id, requests);
            }
            Command::CloseScenario(id) => {
                document.scenarios.remove(id);
                if document.against == Against::Scenario(id) {
                    document.against = Against::Recorded;
                }
            }
            Command::ShowScenario(id) => {
                if !document.scenarios.activate(id) {
                    return;
                }
                if document.against == Against::Scenario(id) {
                    document.against = Against::Recorded;
                }
            }
            Command::NextScenario(direction) => {
                let all: Vec<ScenarioId> = document.scenarios.all().iter().map(|view| view.id).collect();
                let at = all.iter().position(|id| *id == document.scenarios.active().id).unwrap_or(0);
                let next = match direction {
                    Direction::Forward => (at + 1) % all.len(),
                    Direction::Back => (at + all.len() - 1) % all.len(),
                };
                return self.arrange_scenarios(Command::ShowScenario(all[next]), requests);
            }
            Command::RenameScenario(id, name) => {
                let Some(view) = document.scenarios.get_mut(id) else { return };
                view.draft.rename(&name);
                return;
            }
            Command::CompareWith(against) => {
                let active = document.scenarios.active().id;
                let known = |id: ScenarioId| id != active && document.scenarios.get(id).is_some();
                document.against = match against {
                    Against::Scenario(id) if known(id) => against,
                    _ => Against::Recorded,
                };
            }
            _ => return,
        }
        self.follow_cursor(requests);
    }

    /// Asks for the branches that all scenarios make.
    pub(super) fn apply_all_edits(&mut self, requests: &mut Vec<Request>) {
        let Some(document) = &self.document else { return };
        let all: Vec<ScenarioId> = document.scenarios.all().iter().map(|view| view.id).collect();
        all.into_iter().for_each(|id| self.apply_edits(id, requests));
    }

    /// Asks for the branch that a scenario's edits make.
    pub(super) fn apply_edits(&mut self, id: ScenarioId, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        let store = document.opened.key;
        let Some(view) = document.scenarios.get_mut(id) else { return };
        match view.scenario() {
            Some(scenario) => {
                let request = self.request(Slot::Branch(id), "Applying the edits", Job::Branch { store, scenario });
                let view = self.document.as_mut().and_then(|document| document.scenarios.get_mut(id));
                if let Some(view) = view {
                    view.branch.ask(request.generation);
                }
                requests.push(request);
            }
            None => {
                view.branch.clear();
                view.place_branch(&document.opened.log, &document.axis);
            }
        }
    }
}

impl Document {
    /// Changes the active scenario's draft, and calls the step by these words.
    fn step(&mut self, words: String, change: impl FnOnce(&mut Draft) -> bool) {
        let draft = &mut self.scenarios.active_mut().draft;
        if change(draft) {
            draft.call_last_step(words);
        }
    }

    fn words_of_edit(&self, verb: &str, at: usize) -> String {
        let edit = self.active_scenario().draft.edits().nth(at);
        edit.map_or_else(String::new, |edit| format!("{verb}: {}", self.edit_words(&edit.edit).sentence()))
    }
}

/// What is left of an edit that leaves events out when one of them is to be there again.
fn without(edit: &Edit, log: &EventLog, event: u32) -> Vec<Edit> {
    let Edit::Delete(Target::Range(VersionRange { stream, from, to })) = edit else { return Vec::new() };
    let place = || {
        let lane = log.lane(log.find_stream(stream)?);
        lane.iter().position(|other| *other == event).map(|place| place as i64 + 1)
    };
    let Some(version) = log.version(event as usize).or_else(place) else { return Vec::new() };
    let lane = log.find_stream(stream).map_or(&[][..], |stream| log.lane(stream));
    let number = |(place, event): (usize, &u32)| log.version(*event as usize).unwrap_or(place as i64 + 1);
    let numbers = || lane.iter().enumerate().map(number);
    let range = |from, to| Edit::Delete(Target::Range(VersionRange { stream: stream.clone(), from, to }));
    // A range without an event in it would be an error.
    let before = numbers().any(|number| number < version && from.is_none_or(|from| number >= from));
    let after = numbers().any(|number| number > version && to.is_none_or(|to| number <= to));
    let before = before.then(|| range(*from, version.checked_sub(1)));
    let after = after.then(|| range(version.checked_add(1), *to));
    before.into_iter().chain(after).collect()
}
