//! Edits as a user makes them, without a window: the form, ranges, retime, move, undo in words.

mod kept_true;

use std::path::{Path, PathBuf};

use foldline::app::edit_form::Checked;
use foldline::app::moving_edits::{Retime, Scope, Unit};
use foldline::app::{App, Asking, Command, Document, EditForm, Field, FormCommand, FormStart, Surroundings};
use foldline::job::Tried;
use foldline::model::{Value, json};
use foldline::whatif::{After, Edit, Selector, Target, VersionRange};
use foldline::worker::{Executor as _, Inline};

use crate::fixtures;

struct Desk {
    app: App,
    workers: Inline,
    _folder: tempfile::TempDir,
}

impl Desk {
    /// The bundled bank, on the account whose story is known: opened, 50 in, 20 out, 20 out.
    fn bank() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut desk = Self::on(&fixtures::bundled("bank", folder.path()), folder);
        desk.send(Command::SelectStream("account-A".into()));
        desk
    }

    fn on(store: &Path, folder: tempfile::TempDir) -> Self {
        let app = App::with(Surroundings::default(), foldline::app::Settings::default());
        let mut desk = Self { app, workers: Inline::default(), _folder: folder };
        desk.send(Command::Open(PathBuf::from(store)));
        assert!(desk.app.document.is_some(), "{:?}", desk.app.notices);
        desk
    }

    fn send(&mut self, command: Command) {
        let mut queue = vec![command];
        while !queue.is_empty() {
            for command in std::mem::take(&mut queue) {
                for request in self.app.update(command) {
                    self.workers.submit(request);
                }
            }
            queue.extend(self.workers.drain().into_iter().map(Command::Done));
        }
    }

    fn document(&self) -> &Document {
        self.app.document.as_ref().unwrap()
    }

    fn form(&self) -> &EditForm {
        self.document().form.as_ref().unwrap()
    }

    fn checked(&self) -> &Checked {
        &self.form().checked
    }

    fn tried(&self) -> &Tried {
        let (tried, current) = self.form().tried.value().unwrap();
        assert!(current);
        tried
    }

    fn begin(&mut self, start: FormStart) {
        self.send(Command::Form(FormCommand::Begin(start)));
    }

    fn write(&mut self, field: Field, text: &str) {
        self.send(Command::Form(FormCommand::Type(field, text.to_owned())));
    }

    fn apply(&mut self) {
        self.send(Command::Form(FormCommand::Apply));
    }

    fn edits(&self) -> Vec<Edit> {
        self.document().active_scenario().draft.edits().map(|edit| Edit::clone(&edit.edit)).collect()
    }

    fn lane(&self) -> Vec<u32> {
        self.document().lane().to_vec()
    }

    fn balance(&self) -> Option<Value> {
        let (view, current) = self.document().state.value().unwrap();
        assert!(current);
        view.branch.as_ref()?.frame.state.value.as_object()?.get("balance").cloned()
    }

    fn undo_words(&self) -> &str {
        self.document().active_scenario().draft.undo_words().unwrap()
    }
}

fn text(value: Option<&Value>) -> String {
    value.map_or_else(String::new, json::to_text)
}

#[test]
fn an_event_is_changed_by_the_smallest_patch_and_the_form_says_what_it_comes_to() {
    let mut desk = Desk::bank();
    let last = desk.lane()[3];
    desk.begin(FormStart::Change(last));
    assert_eq!(desk.form().event_type, "FundsWithdrawn");
    assert!(desk.checked().edit.is_none() && desk.checked().problems.is_empty(), "nothing is changed yet");
    let typed = desk.form().data.replace("20", "5.00");
    desk.write(Field::Data, &typed);
    let told: Vec<_> = desk.checked().changed.iter().map(foldline::app::edit_words::change_words).collect();
    assert_eq!(told, ["amount 20 → 5.00"]);
    let changes: Vec<_> = desk.tried().changes.iter().map(foldline::app::edit_words::change_words).collect();
    assert!(changes.contains(&"balance 10 → 25.00".to_owned()), "{changes:?}");
    desk.apply();
    assert!(desk.document().form.is_none());
    let [Edit::Update(update)] = &desk.edits()[..] else { panic!("{:?}", desk.edits()) };
    assert_eq!((text(update.data.as_ref()).as_str(), update.replace), (r#"{"amount":5.00}"#, false));
    assert_eq!(desk.balance().as_ref().map(json::to_text).as_deref(), Some("25.00"));
    assert_eq!(desk.undo_words(), "Change v4 of account-A: amount → 5.00");

    // The same event again goes on with the same edit, and what was recorded is what it changes.
    desk.begin(FormStart::Change(last));
    assert!(desk.form().data.contains("5.00") && desk.form().changing == Some(0));
    let typed = desk.form().data.replace("5.00", "6");
    desk.write(Field::Data, &typed);
    desk.apply();
    assert_eq!(desk.edits().len(), 1);
    assert_eq!(desk.balance().as_ref().map(json::to_text).as_deref(), Some("24"));
    desk.send(Command::Undo);
    assert_eq!(desk.balance().as_ref().map(json::to_text).as_deref(), Some("25.00"));
}

#[test]
fn what_is_wrong_is_said_where_it_is_and_nothing_is_lost() {
    let mut desk = Desk::bank();
    desk.begin(FormStart::Change(desk.lane()[3]));
    let broken = "{\n  \"amount\": ,\n}";
    desk.write(Field::Data, broken);
    let problem = desk.form().problem(Field::Data).unwrap();
    assert!(problem.words.starts_with("Line 2, character 13"), "{problem:?}");
    assert_eq!(problem.place.unwrap().byte, broken.find(',').unwrap());
    desk.apply();
    assert_eq!(desk.form().data, broken, "what was typed is still there");
    assert!(desk.edits().is_empty());

    desk.write(Field::Data, "{\"amount\": \"many\"}");
    let failed = desk.tried().failed.clone().unwrap();
    assert!(failed.contains("balance") || failed.contains("amount"), "{failed}");

    desk.write(Field::Data, "{\"amount\": 1, \"amount\": 100}");
    assert!(desk.checked().notices.iter().any(|(_, words)| words.contains("there twice")));
    assert_eq!(desk.tried().broken.len(), 1, "the balance falls below zero: {:?}", desk.tried());

    desk.write(Field::Time, "the day after");
    assert!(desk.form().problem(Field::Time).is_some());
    desk.write(Field::Type, "FundsVanished");
    let notices = &desk.checked().notices;
    assert!(
        notices.iter().any(|(field, words)| *field == Field::Type && words.contains("change nothing")),
        "{notices:?}"
    );

    desk.send(Command::Form(FormCommand::Leave));
    assert!(desk.form().asks_to_leave, "something was typed");
    desk.send(Command::Form(FormCommand::Stay));
    assert!(!desk.form().asks_to_leave && desk.form().event_type == "FundsVanished");
    desk.send(Command::Form(FormCommand::Leave));
    desk.send(Command::Form(FormCommand::Discard));
    assert!(desk.document().form.is_none());
}

#[test]
fn a_null_or_an_unreadable_patch_replaces() {
    let mut desk = Desk::bank();
    desk.begin(FormStart::Change(desk.lane()[3]));
    let typed = desk.form().data.replace("20", "20, \"note\": null");
    desk.write(Field::Data, &typed);
    desk.apply();
    let [Edit::Update(update)] = &desk.edits()[..] else { panic!() };
    assert!(update.replace && text(update.data.as_ref()).contains("\"note\":null"));
}

#[test]
fn an_event_is_inserted_with_the_fields_that_its_type_usually_has() {
    let mut desk = Desk::bank();
    let lane = desk.lane();
    desk.begin(FormStart::InsertAfter(lane[2]));
    assert_eq!((desk.form().stream.as_str(), desk.form().after.as_str()), ("account-A", "v3"));
    desk.write(Field::Type, "FundsDeposited");
    let (sample, _) = desk.form().sample.value().unwrap();
    assert!(sample.usual.handled && sample.usual.fields.iter().any(|field| field.name() == "amount"));
    assert!(sample.usual.sampled <= 201 && sample.usual.of > 0);
    assert!(desk.form().data.contains("\"amount\""), "a skeleton: {}", desk.form().data);
    desk.write(Field::Data, "{}");
    desk.send(Command::Form(FormCommand::Put(vec!["amount".into()], json::parse(b"7.50").unwrap())));
    assert!(desk.form().data.contains("7.50"));
    let changes: Vec<_> = desk.tried().changes.iter().map(foldline::app::edit_words::change_words).collect();
    assert!(changes.contains(&"balance 30 → 37.50".to_owned()), "{changes:?}");
    desk.apply();
    let [Edit::Insert(insert)] = &desk.edits()[..] else { panic!("{:?}", desk.edits()) };
    assert_eq!(insert.after, Some(After::Version(3)));
    assert!(insert.id.is_some());
    assert_eq!(desk.balance().as_ref().map(json::to_text).as_deref(), Some("17.50"));
    assert_eq!(desk.undo_words(), "Insert Funds deposited after v3 of account-A");

    // Before the first event, and in a stream of its own.
    desk.begin(FormStart::InsertBefore(lane[0]));
    assert_eq!(desk.form().after, "");
    desk.send(Command::Form(FormCommand::Discard));
    desk.begin(FormStart::InsertInNewStream);
    desk.write(Field::Stream, "account-new");
    desk.write(Field::Type, "AccountOpened");
    desk.write(Field::Time, "");
    assert!(desk.form().problem(Field::Time).is_some(), "a new stream needs a time");
    desk.write(Field::Time, "2025-03-04 10:00");
    assert!(desk.checked().edit.is_some(), "{:?}", desk.checked().problems);
    desk.apply();
    assert_eq!(desk.edits().len(), 2);
    let branch = desk.document().active_scenario().current_branch().unwrap();
    assert_eq!(branch.stream("account-new").unwrap().events().len(), 1);
}

#[test]
fn places_that_are_none_are_told() {
    let mut desk = Desk::bank();
    let lane = desk.lane();
    desk.send(Command::LeaveOut(lane[2]));
    desk.begin(FormStart::InsertAfter(lane[2]));
    assert_eq!(desk.form().after, "v2", "nothing can follow what is left out");
    for (after, wrong) in [("v3", true), ("v9", true), ("#2", true), ("soon", true), ("v4", false), ("", false)] {
        desk.write(Field::After, after);
        assert_eq!(desk.form().problem(Field::After).is_some(), wrong, "{after}: {:?}", desk.checked());
    }
    desk.send(Command::Form(FormCommand::Discard));
    desk.begin(FormStart::Change(lane[2]));
    assert!(desk.document().form.is_none(), "what is left out can't be changed");
}

#[test]
fn an_edit_that_does_not_fit_is_said_in_the_form() {
    let mut desk = Desk::bank();
    let taken = {
        desk.send(Command::WantRows(desk.lane()));
        desk.document().rows[&desk.lane()[0]].event.id.clone().unwrap()
    };
    desk.begin(FormStart::InsertAtEnd("account-A".into()));
    desk.write(Field::Id, &taken);
    let (edit, why) = desk.form().refused().unwrap();
    assert!(edit.is_none() && why.contains("is that of"), "{why}");
    desk.apply();
    assert!(desk.document().form.is_some() && desk.edits().is_empty());
    desk.write(Field::Id, "an id of its own");
    desk.apply();
    assert_eq!(desk.edits().len(), 1);
    desk.begin(FormStart::InsertAtEnd("account-A".into()));
    desk.write(Field::Id, "an id of its own");
    assert!(desk.form().problem(Field::Id).is_some());
}

#[test]
fn several_events_become_few_edits() {
    let mut desk = Desk::bank();
    let lane = desk.lane();
    desk.send(Command::Choose { events: lane[1..].to_vec(), anchor: Some(lane[1]) });
    assert_eq!(desk.document().chosen.len(), 3);
    let all: Vec<u32> = desk.document().chosen.iter().collect();
    let range = VersionRange { stream: "account-A".into(), from: Some(2), to: Some(4) };
    assert_eq!(desk.document().leave_out_all(&all), [Edit::Delete(Target::Range(range))]);
    desk.send(Command::ToggleChosen(lane[2]));
    let all: Vec<u32> = desk.document().chosen.iter().collect();
    let edits = desk.document().leave_out_all(&all);
    assert_eq!(edits.len(), 2);
    assert!(edits.iter().all(|edit| matches!(edit, Edit::Delete(Target::One(Selector::Position(_))))));
    assert_eq!(desk.document().words_for_all(&all), "2 events of account-A");
    desk.send(Command::ToggleChosen(lane[1]));
    assert!(desk.document().chosen.is_empty(), "one alone is the selected event");

    let here = desk.document().from_here(lane[2]).unwrap();
    let range = VersionRange { stream: "account-A".into(), from: Some(3), to: None };
    assert_eq!(here, [Target::Range(range)]);
}

#[test]
fn events_are_put_later_and_the_edit_can_be_changed() {
    let mut desk = Desk::bank();
    let lane = desk.lane();
    let mut asking = desk.document().ask_retime(lane[1]);
    let Asking::Retime(Retime { scope, amount, unit, .. }) = &mut asking else { panic!() };
    (*scope, *amount, *unit) = (Scope::FromHere, "nothing".to_owned(), Unit::Hours);
    desk.send(Command::Ask(Some(asking.clone())));
    desk.send(Command::Answer);
    assert!(desk.document().asking.is_some(), "what is no length of time leaves the question open");
    let Asking::Retime(retime) = &mut asking else { panic!() };
    retime.amount = "1 h 30 min".to_owned();
    desk.send(Command::Ask(Some(asking)));
    desk.send(Command::Answer);
    assert_eq!(desk.undo_words(), "Retime everything from v2 of account-A on by +1 h 30 min");
    let Some(Command::Ask(Some(Asking::Retime(again)))) = desk.document().ask_edit(0) else { panic!() };
    assert_eq!((again.amount.as_str(), again.unit, again.earlier), ("90", Unit::Minutes, false));
    desk.send(Command::Ask(Some(Asking::Retime(Retime { earlier: true, ..again }))));
    desk.send(Command::Answer);
    assert_eq!(desk.edits().len(), 1);
    assert_eq!(desk.undo_words(), "Retime everything from v2 of account-A on by −1 h 30 min");
}

#[test]
fn an_event_is_moved_and_every_step_is_told_in_words() {
    let mut desk = Desk::bank();
    let lane = desk.lane();
    let Asking::Move(mut to) = desk.document().ask_move(lane[3]) else { panic!() };
    to.after = "v3".to_owned();
    assert!(to.edit(desk.document()).is_err(), "it is there already");
    to.after = "v4".to_owned();
    assert!(to.edit(desk.document()).is_err(), "it can't follow itself");
    to.after = "v1".to_owned();
    desk.send(Command::Ask(Some(Asking::Move(to))));
    desk.send(Command::Answer);
    assert_eq!(desk.undo_words(), "Move v4 of account-A after v1 of account-A");
    desk.send(Command::SwitchEdit { at: 0, on: false });
    assert_eq!(desk.undo_words(), "Switch off: Move v4 of account-A after v1 of account-A");
    assert!(desk.document().active_scenario().scenario().is_none());
    desk.send(Command::SwitchEdit { at: 0, on: true });
    desk.send(Command::LeaveOut(lane[0]));
    desk.send(Command::ReorderEdit { from: 1, to: 0 });
    assert_eq!(desk.undo_words(), "Put earlier: Leave out v1 of account-A");
    desk.send(Command::RemoveEdit(0));
    assert_eq!(desk.undo_words(), "Drop: Leave out v1 of account-A");
    for _ in 0..6 {
        desk.send(Command::Undo);
    }
    assert!(desk.edits().is_empty());
}

#[test]
fn an_edit_before_that_does_not_fit_is_told_from_the_one_that_is_written() {
    let mut desk = Desk::bank();
    let lane = desk.lane();
    desk.send(Command::AddEdits {
        edits: vec![Edit::Delete(Target::One(Selector::Version { stream: "account-A".into(), version: 99 }))],
        words: "x".to_owned(),
    });
    desk.begin(FormStart::Change(lane[3]));
    let typed = desk.form().data.replace("20", "5");
    desk.write(Field::Data, &typed);
    assert_eq!(desk.form().refused().map(|(edit, _)| edit), Some(Some(0)));
    desk.apply();
    assert_eq!(desk.edits().len(), 2, "the edit itself is made");
}

/// Of every layout: what is named is what was chosen, whether or not versions count its streams.
#[test]
fn chosen_events_are_exactly_those_that_are_named() {
    let folder = tempfile::tempdir().unwrap();
    for (name, store) in crate::fixtures::all(folder.path()) {
        let mut desk = Desk::on(&store, tempfile::tempdir().unwrap());
        let log = desk.document().opened.log.clone();
        let count = log.len() as u32;
        let patterns: [Vec<u32>; 4] = [
            (0..count).collect(),
            (0..count).step_by(2).collect(),
            (1..count.min(3)).collect(),
            (0..count).filter(|event| event % 3 != 1).collect(),
        ];
        for chosen in patterns {
            let edits = desk.document().leave_out_all(&chosen);
            desk.send(Command::AddEdits { edits, words: "x".to_owned() });
            let scenario = desk.document().active_scenario();
            if let Some((_, why)) = &scenario.refused {
                // Links have no events of their own.
                assert!(why.contains("links"), "{name}: {why}");
            } else if let Some(branch) = scenario.current_branch() {
                let mut left_out: Vec<u32> = branch
                    .lanes()
                    .iter()
                    .flat_map(|lane| {
                        let events = lane.stream().map_or(&[][..], |stream| log.lane(stream));
                        lane.lifted().iter().map(|place| events[*place as usize]).collect::<Vec<_>>()
                    })
                    .collect();
                left_out.sort_unstable();
                left_out.dedup();
                // An event in no stream is in no lane.
                let expected: Vec<u32> =
                    chosen.iter().copied().filter(|event| log.stream_of(*event as usize).is_some()).collect();
                assert_eq!(left_out, expected, "{name}");
                let known = (0..count).filter(|event| desk.document().is_left_out(*event)).collect::<Vec<_>>();
                assert_eq!(known, chosen, "{name}: what the window shows as left out");
            }
            desk.send(Command::ClearEdits);
        }
    }
}
