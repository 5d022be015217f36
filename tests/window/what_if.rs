//! What follows from edits, and scenarios as files.

use std::path::{Path, PathBuf};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use foldline::app::{Command, Cursor, Dialog, Document, Surroundings, Tab};
use foldline::model::Timestamp;
use foldline::ui::{Setup, Window};
use foldline::whatif::{Edit, Fit, Selector, Target, parse_file};
use foldline::worker::Inline;

use super::sample;

/// A window that keeps scenarios in a folder.
fn keeping(store: &Path, folder: &Path) -> Harness<'static, Window> {
    let setup = Setup {
        files: vec![store.to_owned()],
        surroundings: Surroundings { scenarios: Some(folder.to_owned()), ..Surroundings::default() },
        ..Setup::default()
    };
    let mut harness = Harness::builder()
        .with_size(egui::vec2(1280.0, 800.0))
        .with_max_steps(40)
        .allow_missing_glyphs()
        .build_eframe(|creation| Window::with(&creation.egui_ctx, Box::new(Inline::default()), setup));
    harness.run();
    harness
}

fn send(window: &mut Harness<'_, Window>, command: Command) {
    window.state_mut().send(command);
    window.run();
}

fn document<'a>(window: &'a Harness<'_, Window>) -> &'a Document {
    window.state().app().document.as_ref().unwrap()
}

fn tick(window: &mut Harness<'_, Window>) {
    send(window, Command::Tick(Timestamp::from_micros(1_000_000).unwrap()));
}

fn leave_out(position: i64) -> Command {
    let edit = Edit::Delete(Target::One(Selector::Position(position)));
    Command::AddEdits { edits: vec![edit], words: format!("Leave out #{position}") }
}

/// Positions of a stream's events in the bank.
fn positions(window: &Harness<'_, Window>, stream: &str) -> Vec<i64> {
    let log = &document(window).opened.log;
    log.lane(log.find_stream(stream).unwrap()).iter().map(|event| log.position(*event as usize)).collect()
}

fn messages(window: &Harness<'_, Window>) -> Vec<String> {
    window.state().app().notices.iter().map(|notice| notice.text.clone()).collect()
}

#[test]
fn one_line_says_what_follows_and_its_links_lead_there() {
    let (_folder, store) = sample("bank");
    let mut window = super::window(Some(&store));
    send(&mut window, Command::SelectStream("account-A".into()));
    let deposit = positions(&window, "account-A")[1];
    send(&mut window, leave_out(deposit));
    let words = "differs from v2 · balance 10 → -40";
    window.get_by_label_contains(&format!("what-if: 1 edit, {words}")).click();
    window.run();
    assert_eq!(window.state().app().tab, Tab::WhatIf);
    let line = window.get_all_by_label_contains(words).count();
    assert!(line >= 2, "in the tab as well as in the status bar");
    window.get_by_label("First difference of account-A: v2 FundsDeposited").click();
    window.run();
    let at = |window: &Harness<'_, Window>| match document(window).cursor {
        Cursor::Event(event) => document(window).opened.log.position(event as usize),
        other => panic!("{other:?}"),
    };
    assert_eq!(at(&window), deposit);
    // Further down than the panel is high: as a screen reader does it.
    window.get_by_label("Never below the agreed limit broken at v3 FundsWithdrawn of account-A").click_accesskit();
    window.run();
    assert_eq!(at(&window), positions(&window, "account-A")[3]);
    // Undone, it is as though it had never been.
    send(&mut window, Command::Undo);
    assert!(document(&window).follows().is_none());
    window.get_by_label_contains("No edits yet");
}

#[test]
fn what_a_request_caused_is_told_as_a_hint() {
    let (_folder, store) = sample("bank");
    let mut window = super::window(Some(&store));
    let request = positions(&window, "transfer-0110")[0];
    send(&mut window, Command::SelectStream("transfer-0110".into()));
    send(&mut window, leave_out(request));
    send(&mut window, Command::ShowTab(Tab::WhatIf));
    window.get_by_label("Would probably not have happened");
    window.get_by_label_contains("A hint by the ids of causes and processes, not a fact.");
    let (follows, current) = document(&window).follows().unwrap();
    assert!(current);
    assert_eq!(follows.hints.probable(), (3, 3));
    let link = "v3 TransferSent of account-0004, which goes back to v1 of transfer-0110";
    window.get_by_label(link).click_accesskit();
    window.run();
    assert_eq!(document(&window).stream.as_deref(), Some("account-0004"));
}

#[test]
fn an_inserted_event_is_led_to_where_it_stands() {
    let (_folder, store) = sample("bank");
    let mut window = super::window(Some(&store));
    send(&mut window, Command::SelectStream("account-A".into()));
    let insert = foldline::whatif::Insert {
        data: foldline::model::json::parse(br#"{"amount": 70}"#).ok(),
        ..foldline::whatif::Insert::new("account-A", Some(foldline::whatif::After::Version(2)), "FundsWithdrawn")
    };
    send(&mut window, Command::AddEdits { edits: vec![Edit::Insert(insert)], words: "Insert".to_owned() });
    send(&mut window, Command::ShowTab(Tab::WhatIf));
    window.get_by_label("First difference of account-A: v3 FundsWithdrawn").click();
    window.run();
    let expected = positions(&window, "account-A")[1];
    let document = document(&window);
    assert_eq!(document.moment(), foldline::model::Moment::Position(expected));
    // The branch takes it in there.
    let (view, _) = document.state.value().unwrap();
    assert_eq!(view.branch.as_ref().unwrap().at.count, 3);
}

#[test]
fn a_scenario_is_saved_and_opened_again() {
    let (folder, store) = sample("bank");
    let mut window = super::window(Some(&store));
    send(&mut window, Command::SelectStream("account-A".into()));
    let at = positions(&window, "account-A");
    send(&mut window, leave_out(at[3]));
    send(&mut window, leave_out(at[2]));
    send(&mut window, Command::SwitchEdit { at: 1, on: false });
    let id = document(&window).active_scenario().id;
    send(&mut window, Command::RenameScenario(id, "Without the last".to_owned()));
    window.key_press_modifiers(egui::Modifiers::COMMAND | egui::Modifiers::SHIFT, egui::Key::S);
    window.run();
    assert!(matches!(window.state().app().dialog, Some(Dialog::SaveScenario { .. })));
    window.get_by_label("Save").click();
    window.run();
    let path = folder.path().join("bank-Without-the-last.scenario.json");
    assert!(window.state().app().dialog.is_none(), "{:?}", window.state().app().dialog);
    let file = parse_file(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(file.edits.iter().map(|edit| edit.enabled).collect::<Vec<_>>(), [true, false]);
    assert_eq!(file.edits[0].was.as_ref().unwrap().event_type.as_deref(), Some("FundsWithdrawn"));
    assert!(!document(&window).has_unsaved_edits());
    // A file that is there is not replaced without being asked; its own is offered.
    send(&mut window, Command::AskSaveScenario(id));
    send(&mut window, Command::SaveScenario { id, out: path.clone(), force: false });
    window.get_by_label_contains("the file exists");
    send(&mut window, Command::CloseDialog);
    send(&mut window, Command::SaveScenario { id, out: store.clone(), force: true });
    assert!(messages(&window).iter().any(|text| text.contains("overwrite the store")), "{:?}", messages(&window));

    // Dropped on another window of the store it is as it was.
    let mut other = super::window(Some(&store));
    send(&mut other, Command::Open(path.clone()));
    let view = document(&other).active_scenario();
    assert_eq!((view.draft.name(), view.draft.len(), view.file.as_ref()), ("Without the last", 2, Some(&path)));
    assert_eq!(view.scenario().unwrap().edits.len(), 1);
    assert_eq!(other.state().app().tab, Tab::WhatIf);
    assert!(messages(&other).iter().any(|text| text.contains("it fits this store")), "{:?}", messages(&other));
    // A second time it is shown, not opened twice.
    send(&mut other, Command::NewScenario);
    send(&mut other, Command::OpenScenario(path));
    assert_eq!(document(&other).active_scenario().draft.name(), "Without the last");
    assert_eq!(document(&other).scenarios.all().len(), 2);
}

#[test]
fn what_does_not_fit_is_switched_off_and_marked() {
    let (folder, store) = sample("bank");
    let path = folder.path().join("mine.json");
    let text = r#"{"foldline":"scenario/1","name":"Mine","made_for":{"events":1},"edits":[
        {"delete":{"stream":"account-A","version":9},"was":{"type":"FundsDeposited"}},
        {"delete":{"stream":"account-A","version":2},"was":{"type":"FundsWithdrawn"}}]}"#;
    std::fs::write(&path, text).unwrap();
    let mut window = super::window(Some(&store));
    send(&mut window, Command::AskOpenScenario);
    send(&mut window, Command::OpenScenario(path));
    assert!(window.state().app().dialog.is_none());
    let view = document(&window).active_scenario();
    assert_eq!(view.draft.edits().map(|edit| edit.enabled).collect::<Vec<_>>(), [false, true]);
    let fits: Vec<&Fit> = view.draft.edits().map(|edit| view.fit(&edit.edit).unwrap()).collect();
    assert!(matches!(fits[..], [Fit::DoesNotFit(_), Fit::Warnings(_)]), "{fits:?}");
    assert!(view.current_branch().is_some(), "the other one applies");
    window.get_by_label_contains("account-A was recorded without version 9; the last is v4");
    let notice = messages(&window).join(" ");
    assert!(notice.contains("1 of 2 edits does not fit this store"), "{notice}");
    assert!(notice.contains("is switched off and marked"), "{notice}");

    // What is no scenario at all says so where it was asked for.
    let letter = folder.path().join("letter.json");
    std::fs::write(&letter, "{\"dear\": 1}").unwrap();
    send(&mut window, Command::AskOpenScenario);
    send(&mut window, Command::OpenScenario(letter));
    window.get_by_label_contains("this is no scenario file");
    assert!(matches!(window.state().app().dialog, Some(Dialog::OpenScenario { .. })));
}

#[test]
fn scenarios_are_there_again_after_a_crash() {
    let (folder, store) = sample("bank");
    let kept = folder.path().join("kept");
    {
        let mut window = keeping(&store, &kept);
        tick(&mut window);
        assert!(!kept.exists(), "nothing to keep");
        send(&mut window, leave_out(17));
        send(&mut window, leave_out(18));
        send(&mut window, Command::SwitchEdit { at: 1, on: false });
        send(&mut window, Command::NewScenario);
        send(&mut window, leave_out(460));
        let first = document(&window).scenarios.all()[0].id;
        send(&mut window, Command::ShowScenario(first));
        tick(&mut window);
        // Nothing is asked: nothing would be lost.
        window.state_mut().send(Command::Quit);
        window.run_steps(2);
        assert!(window.state().app().quits);
        // No farewell: the window is gone from one moment to the next.
    }
    let mut window = keeping(&store, &kept);
    let names = |window: &Harness<'_, Window>| -> Vec<(String, usize, usize)> {
        let all = document(window).scenarios.all();
        let on = |view: &foldline::app::ScenarioView| view.draft.edits().filter(|edit| edit.enabled).count();
        all.iter().map(|view| (view.draft.name().to_owned(), view.draft.len(), on(view))).collect()
    };
    assert_eq!(names(&window), [("What-if".to_owned(), 2, 1), ("What-if 2".to_owned(), 1, 1)]);
    assert_eq!(document(&window).active_scenario().draft.name(), "What-if");
    assert!(document(&window).active_scenario().is_unsaved(), "it is in no file of the user's");
    assert!(document(&window).follows().is_some());
    assert!(messages(&window).iter().any(|text| text == "2 scenarios are back from the last time"));

    // What is closed does not come back.
    let ids: Vec<_> = document(&window).scenarios.all().iter().map(|view| view.id).collect();
    send(&mut window, Command::AskCloseScenario(ids[0]));
    window.get_by_label_contains("has edits that are in no file").hover();
    window.get_by_label("Close it").click();
    window.run();
    tick(&mut window);
    drop(window);
    let mut window = keeping(&store, &kept);
    assert_eq!(names(&window), [("What-if 2".to_owned(), 1, 1)]);

    // Another file under the same path: what no longer fits is said, and nothing is lost.
    let rides = sample("rides");
    std::fs::copy(&rides.1, &store).unwrap();
    send(&mut window, Command::Close);
    drop(window);
    let window = keeping(&store, &kept);
    assert_eq!(names(&window)[0].1, 1);
    let text = messages(&window).join(" ");
    assert!(text.contains("when this was made"), "{text}");
}

#[test]
fn a_broken_file_of_kept_scenarios_is_put_aside() {
    let (folder, store) = sample("bank");
    let kept = folder.path().join("kept");
    let mut window = keeping(&store, &kept);
    send(&mut window, leave_out(17));
    tick(&mut window);
    drop(window);
    let file: PathBuf = std::fs::read_dir(&kept).unwrap().next().unwrap().unwrap().path();
    std::fs::write(&file, "{ half").unwrap();
    let mut window = keeping(&store, &kept);
    assert!(messages(&window).iter().any(|text| text.contains(".bad")), "{:?}", messages(&window));
    assert!(document(&window).active_scenario().draft.is_empty());
    send(&mut window, leave_out(17));
    tick(&mut window);
    assert_eq!(std::fs::read_dir(&kept).unwrap().count(), 2, "the new one and the broken one");
}

#[test]
fn a_fixture_is_exported_from_the_menu() {
    let (folder, store) = sample("bank");
    let mut window = super::window(Some(&store));
    send(&mut window, Command::SelectStream("account-A".into()));
    let at = positions(&window, "account-A");
    send(&mut window, leave_out(at[1]));
    send(&mut window, Command::ShowTab(Tab::WhatIf));
    window.get_by_label("Menu of the scenario").click();
    window.run();
    window.get_by_label("Export as fixture…").click();
    window.run();
    window.get_by_label("Text for people").click();
    window.run();
    window.get_by_label("Export").click();
    window.run();
    let path = folder.path().join("bank-What-if-account-A.fixture.md");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{error}: {:?}", messages(&window)));
    assert!(text.contains("\"Never below the agreed limit\" is broken"), "{text}");
    assert!(window.state().app().dialog.is_none());
}

#[test]
fn a_scenario_is_renamed_and_duplicated() {
    let (_folder, store) = sample("bank");
    let mut window = super::window(Some(&store));
    send(&mut window, leave_out(17));
    let id = document(&window).active_scenario().id;
    send(&mut window, Command::AskRenameScenario(id));
    let field = window.get_by_role_and_label(egui::Role::TextInput, "Name of the scenario");
    field.type_text("No cash");
    window.run();
    window.get_by_label("Rename").click();
    window.run();
    assert_eq!(document(&window).active_scenario().draft.name(), "No cash");
    send(&mut window, Command::DuplicateScenario(id));
    assert_eq!(document(&window).active_scenario().draft.name(), "No cash 2");
    assert_eq!(document(&window).active_scenario().draft.len(), 1);
    window.get_by_label_contains("what-if: 1 edit, ");
}
