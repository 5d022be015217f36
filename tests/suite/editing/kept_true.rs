//! What the window says of edits stays true, whatever is done before an answer is there.

use foldline::app::{Command, Tab};
use foldline::job::{Failure, Finished, Outcome, Request, Slot};
use foldline::model::Number;
use foldline::whatif::{After, BranchEvent, Edit, Move, Selector, SweepStep, SweepValue, Target};
use foldline::worker::Executor as _;

use super::Desk;

impl Desk {
    /// Opens a scenario file with these edits.
    fn open_scenario(&mut self, name: &str, edits: &str) {
        let path = self._folder.path().join(format!("{name}.json"));
        std::fs::write(&path, format!(r#"{{"foldline":"scenario/1","name":"{name}","edits":[{edits}]}}"#)).unwrap();
        self.send(Command::OpenScenario(path));
        assert_eq!(self.document().active_scenario().draft.name(), name, "{:?}", self.app.notices);
    }

    /// Does what a command says, but for the one job of a slot that it leads to: that is held back.
    fn hold(&mut self, command: Command, of: impl Fn(Slot) -> bool) -> Request {
        let mut held = None;
        let mut queue = vec![command];
        while !queue.is_empty() {
            for request in queue.drain(..).flat_map(|command| self.app.update(command)).collect::<Vec<_>>() {
                if of(request.slot) {
                    held = Some(request);
                } else {
                    self.workers.submit(request);
                }
            }
            queue.extend(self.workers.drain().into_iter().map(Command::Done));
        }
        held.expect("it is asked")
    }

    /// Ends a job that was held back.
    fn end(&mut self, held: &Request, result: Result<Outcome, Failure>) {
        self.send(Command::Done(Finished { slot: held.slot, generation: held.generation, result }));
    }

    /// Runs a job that was held back.
    fn go_on(&mut self, held: Request) {
        self.workers.submit(held);
        for finished in self.workers.drain() {
            self.send(Command::Done(finished));
        }
    }

    /// The ids of what the active scenario inserts into a stream.
    fn inserted(&self, stream: &str) -> Vec<String> {
        let branch = self.document().active_scenario().current_branch().unwrap();
        let id = |event: BranchEvent| match event {
            BranchEvent::Inserted { event } => event.id.as_deref().map(str::to_owned),
            _ => None,
        };
        branch.stream(stream).unwrap().events().iter().filter_map(id).collect()
    }
}

#[test]
fn an_event_deleted_by_its_id_is_left_out_and_is_taken_back_in() {
    let mut desk = Desk::bank();
    let last = desk.lane()[3];
    desk.send(Command::WantRows(vec![last]));
    let id = desk.document().rows[&last].event.id.clone().unwrap();
    let edit = Edit::Delete(Target::One(Selector::Id(id)));
    desk.send(Command::AddEdits { edits: vec![edit], words: "by id".to_owned() });
    assert!(desk.document().is_left_out(last) && !desk.document().is_left_out(desk.lane()[2]));
    desk.send(Command::LeaveOut(last));
    assert_eq!(desk.edits().len(), 1, "it is not left out twice");
    desk.send(Command::SwitchEdit { at: 0, on: false });
    assert!(!desk.document().is_left_out(last));
    desk.send(Command::SwitchEdit { at: 0, on: true });
    desk.send(Command::TakeBack(last));
    assert!(desk.edits().is_empty() && !desk.document().is_left_out(last));
}

#[test]
fn a_new_name_is_that_of_the_branch_and_changes_no_ids() {
    let mut desk = Desk::bank();
    desk.open_scenario(
        "first",
        r#"{"delete":{"stream":"account-A","version":4}},
           {"insert":{"stream":"account-A","after":1},"type":"FundsDeposited","data":{"amount":1}}"#,
    );
    let ids = desk.inserted("account-A");
    assert_eq!(ids.len(), 1);
    let moved =
        Edit::Move(Move { event: Selector::Id(ids[0].as_str().into()), stream: None, after: Some(After::Version(2)) });
    desk.send(Command::AddEdits { edits: vec![moved], words: "later".to_owned() });
    let id = desk.document().active_scenario().id;
    desk.send(Command::RenameScenario(id, "second".to_owned()));
    let view = desk.document().active_scenario();
    assert_eq!(view.refused, None);
    assert_eq!(view.current_branch().unwrap().scenario().name, "second");
    assert_eq!(desk.inserted("account-A"), ids);
    desk.send(Command::RemoveEdit(0));
    assert_eq!(desk.document().active_scenario().refused, None);
    assert_eq!(desk.inserted("account-A"), ids);
}

#[test]
fn what_was_stopped_is_asked_again_when_the_cursor_moves() {
    let mut desk = Desk::bank();
    let last = desk.lane()[3];
    let held = desk.hold(Command::LeaveOut(last), |slot| matches!(slot, Slot::Branch(_)));
    desk.end(&held, Err(Failure::Cancelled));
    desk.send(Command::WantRows(vec![last]));
    assert!(desk.document().active_scenario().branch.failure().is_some(), "not by itself");
    desk.send(Command::JumpTo(desk.lane()[0]));
    assert!(desk.document().active_scenario().current_branch().is_some());

    let held = desk.hold(Command::LeaveOut(desk.lane()[2]), |slot| slot == Slot::Follow);
    desk.end(&held, Err(Failure::Cancelled));
    desk.send(Command::WantRows(vec![last]));
    assert!(desk.document().follows.report.failure().is_some(), "not by itself");
    desk.send(Command::JumpTo(desk.lane()[1]));
    assert!(desk.document().follows().is_some_and(|(_, current)| current));
}

#[test]
fn a_sweep_of_other_edits_is_never_shown_as_current() {
    let mut desk = Desk::bank();
    desk.open_scenario("first", r#"{"update":{"stream":"account-A","version":3},"data":{"amount":10}}"#);
    desk.send(Command::ShowTab(Tab::Sweep));
    let current = |desk: &Desk| desk.document().sweeping.swept().value().map(|(_, current)| current);
    assert_eq!(current(&desk), Some(true));
    let first = desk.document().active_scenario().id;

    // Edited: what came of the edits before is there, as an older answer.
    let change = |desk: &mut Desk| {
        let last = desk.lane()[3];
        let command = if desk.document().is_left_out(last) { Command::TakeBack(last) } else { Command::LeaveOut(last) };
        desk.hold(command, |slot| slot == Slot::SweepPlaces)
    };
    let held = change(&mut desk);
    assert_eq!(current(&desk), Some(false));
    // What can be varied could not be found out: nothing is asked of the edits before.
    desk.end(&held, Err(Failure::Failed("no reading".to_owned())));
    desk.send(Command::JumpTo(desk.lane()[0]));
    assert_eq!(current(&desk), Some(false));
    let held = change(&mut desk);
    desk.go_on(held);
    assert_eq!(current(&desk), Some(true));

    // An answer to the edits before that comes while others are looked at.
    let SweepValue::Number(_) = desk.document().sweeping.spec().unwrap().from.clone() else { panic!() };
    let number = |text: &str| Number::parse(text).unwrap();
    let range = Command::SweepRange {
        from: SweepValue::Number(number("0")),
        to: SweepValue::Number(number("6")),
        step: SweepStep::Number(number("3")),
    };
    let sweep = desk.hold(range, |slot| slot == Slot::Sweep);
    let places = change(&mut desk);
    desk.go_on(sweep);
    assert_eq!(current(&desk), Some(false));
    desk.go_on(places);
    assert_eq!(current(&desk), Some(true));

    // Another scenario: nothing of the first one.
    desk.open_scenario("second", r#"{"update":{"stream":"account-A","version":2},"data":{"amount":7}}"#);
    desk.send(Command::ShowTab(Tab::Sweep));
    assert_eq!(current(&desk), Some(true));
    let held = desk.hold(Command::ShowScenario(first), |slot| slot == Slot::SweepPlaces);
    assert_eq!(current(&desk), None);
    assert!(desk.document().sweeping.edits().value().is_none());
    desk.go_on(held);
    assert_eq!(current(&desk), Some(true));
}
