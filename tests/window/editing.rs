//! Edits by mouse and keyboard, by their accessible names: menus, the form, questions, the list.

use egui::{Key, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use foldline::app::{Command, Document, FormCommand, FormStart, Tab};
use foldline::model::json;
use foldline::ui::Window;
use foldline::whatif::{Edit, Target, VersionRange};

use super::{sample, window};

fn document<'a>(window: &'a Harness<'_, Window>) -> &'a Document {
    window.state().app().document.as_ref().unwrap()
}

fn send(window: &mut Harness<'_, Window>, command: Command) {
    window.state_mut().send(command);
    window.run();
}

fn press(window: &mut Harness<'_, Window>, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run();
}

fn click(window: &mut Harness<'_, Window>, name: &str) {
    window.get_by_label(name).click();
    window.run();
}

/// A window on the account of the bundled bank whose story is known: opened, 50 in, 20 out, 20 out.
fn account() -> (tempfile::TempDir, Harness<'static, Window>) {
    let (folder, store) = sample("bank");
    let mut window = window(Some(&store));
    send(&mut window, Command::SelectStream("account-A".into()));
    (folder, window)
}

fn edits(window: &Harness<'_, Window>) -> Vec<Edit> {
    document(window).active_scenario().draft.edits().map(|edit| Edit::clone(&edit.edit)).collect()
}

fn balance(window: &Harness<'_, Window>) -> String {
    let (view, _) = document(window).state.value().unwrap();
    let state = &view.branch.as_ref().unwrap().frame.state.value;
    json::to_text(state.as_object().unwrap().get("balance").unwrap())
}

fn row<'a>(window: &'a Harness<'_, Window>, words: &'a str) -> egui_kittest::Node<'a> {
    window.get_by(move |node| node.role() == Role::Button && node.label().is_some_and(|name| name.starts_with(words)))
}

fn focused(window: &Harness<'_, Window>) -> Option<String> {
    let node = window.root().children_recursive().find(|node| node.accesskit_node().is_focused())?;
    node.accesskit_node().label()
}

#[test]
fn an_event_is_changed_by_keyboard_alone() {
    let (_folder, mut window) = account();
    window.get_by_role_and_label(Role::Table, "Table of events").focus();
    window.run();
    press(&mut window, Modifiers::NONE, Key::E);
    window.get_by_label("Change v4 of account-A");
    assert_eq!(focused(&window).as_deref(), Some("Payload"), "typing goes into the payload");
    press(&mut window, Modifiers::COMMAND, Key::A);
    window.get_by_label("Payload").type_text("{\"amount\": 5,}");
    window.run();
    assert!(window.query_all_by_label_contains("Line 1, character 14").count() > 0);
    press(&mut window, Modifiers::COMMAND, Key::Enter);
    assert!(document(&window).form.is_some() && edits(&window).is_empty(), "what is wrong is not made");

    // Escape asks before it takes away what was typed, and takes the question back.
    press(&mut window, Modifiers::NONE, Key::Escape);
    window.get_by_label("Drop what you wrote?");
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(window.query_by_label("Drop what you wrote?").is_none());
    assert_eq!(document(&window).form.as_ref().unwrap().data, "{\"amount\": 5,}");

    window.get_by_label("Payload").focus();
    window.run();
    press(&mut window, Modifiers::COMMAND, Key::A);
    window.get_by_label("Payload").type_text("{\"amount\": 5}");
    window.run();
    window.get_by_label("amount 20 → 5");
    window.get_by_label("balance 10 → 25");
    press(&mut window, Modifiers::COMMAND, Key::Enter);
    assert!(document(&window).form.is_none());
    assert_eq!(balance(&window), "25");
    window.get_by_label_contains("changed: amount 20 → 5");
}

#[test]
fn an_event_is_inserted_by_the_mouse() {
    let (_folder, mut window) = account();
    row(&window, "Event #460 v3").click_secondary();
    window.run();
    click(&mut window, "Insert an event after…");
    window.get_by_label("Insert an event");
    click(&mut window, "Types to choose from");
    window.get_by_role_and_label(Role::MenuItem, "FundsDeposited").click();
    window.run();
    click(&mut window, "Put amount into the payload");
    let amount = document(&window).form.as_ref().unwrap().data.clone();
    assert!(amount.contains("\"amount\""), "{amount}");
    click(&mut window, "Insert the event");
    assert_eq!(edits(&window).len(), 1);
    let inserted = row(&window, "Inserted event v4 Funds deposited");
    assert!(inserted.accesskit_node().is_selected() != Some(true));
    inserted.click();
    window.run();
    // Its keys are those of the edit that put it there.
    press(&mut window, Modifiers::NONE, Key::E);
    window.get_by_label("Change the inserted event");
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(document(&window).form.is_none(), "nothing was typed: nothing is asked");
    window.get_by_role_and_label(Role::Table, "Table of events").focus();
    window.run();
    press(&mut window, Modifiers::NONE, Key::Delete);
    assert!(edits(&window).is_empty());
}

#[test]
fn several_events_are_chosen_by_mouse_and_keyboard() {
    let (_folder, mut window) = account();
    row(&window, "Event #17 v2").click();
    window.run();
    press(&mut window, Modifiers::SHIFT, Key::ArrowDown);
    window.get_by_label("2 selected");
    press(&mut window, Modifiers::SHIFT, Key::ArrowDown);
    window.get_by_label("3 selected");
    press(&mut window, Modifiers::NONE, Key::Delete);
    let range = VersionRange { stream: "account-A".into(), from: Some(2), to: Some(4) };
    assert_eq!(edits(&window), [Edit::Delete(Target::Range(range))]);
    press(&mut window, Modifiers::COMMAND, Key::Z);
    press(&mut window, Modifiers::COMMAND, Key::A);
    window.get_by_label("4 selected");
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(document(&window).chosen.is_empty());

    row(&window, "Event #1 v1").click();
    window.run();
    row(&window, "Event #460 v3").click_modifiers(Modifiers::COMMAND);
    window.run();
    window.get_by_label("2 selected");
    row(&window, "Event #460 v3").click_secondary();
    window.run();
    click(&mut window, "Leave out 2 events of account-A");
    assert_eq!(edits(&window).len(), 2);
    assert_eq!(document(&window).active_scenario().draft.undo_words(), Some("Leave out 2 events of account-A"));
}

#[test]
fn the_menu_key_opens_what_can_be_done() {
    let (_folder, mut window) = account();
    row(&window, "Event #460 v3").click();
    window.run();
    press(&mut window, Modifiers::SHIFT, Key::F10);
    assert_eq!(focused(&window).as_deref(), Some("Leave this event out"));
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(edits(&window).len(), 1);
    window.run();
    press(&mut window, Modifiers::SHIFT, Key::F10);
    window.get_by_label("Take back in");
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(window.query_by_label("Take back in").is_none());
}

#[test]
fn events_are_retimed_and_moved_from_the_menu() {
    let (_folder, mut window) = account();
    row(&window, "Event #460 v3").click_secondary();
    window.run();
    click(&mut window, "Skip everything after here");
    assert_eq!(
        document(&window).active_scenario().draft.undo_words(),
        Some("Leave out everything after v3 of account-A")
    );
    press(&mut window, Modifiers::COMMAND, Key::Z);

    row(&window, "Event #460 v3").click_secondary();
    window.run();
    click(&mut window, "Retime from here…");
    press(&mut window, Modifiers::COMMAND, Key::A);
    window.get_by_label("How much time").type_text("soon");
    window.run();
    window.get_by_label_contains("no length of time");
    press(&mut window, Modifiers::COMMAND, Key::A);
    window.get_by_label("How much time").type_text("90 min");
    window.run();
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(document(&window).asking.is_none());
    window.get_by_label_contains("time → 13:45:00");

    row(&window, "Event #674 v4").click_secondary();
    window.run();
    click(&mut window, "Move…");
    window.get_by_label("Move after").type_text("v2");
    window.run();
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(
        document(&window).active_scenario().draft.undo_words(),
        Some("Move v4 of account-A after v2 of account-A")
    );
    window.get_by_label_contains("moved here");
}

#[test]
fn the_list_switches_reorders_and_drops_edits() {
    let (_folder, mut window) = account();
    send(&mut window, Command::ShowTab(Tab::WhatIf));
    window.get_by_label_contains("What if history had been different?");
    let lane = document(&window).lane().to_vec();
    send(&mut window, Command::LeaveOut(lane[3]));
    send(&mut window, Command::LeaveOut(lane[2]));
    window.get_by_label("Undo: Leave out v3 of account-A");
    window.get_by_label("Edit 1: Leave out v4 of account-A · 20 withdrawn by alice").click();
    window.run();
    press(&mut window, Modifiers::NONE, Key::Space);
    window.get_by_label("Edit 1: Leave out v4 of account-A · 20 withdrawn by alice, switched off");
    assert!(!document(&window).is_left_out(lane[3]) && document(&window).is_left_out(lane[2]));
    press(&mut window, Modifiers::ALT, Key::ArrowDown);
    window.get_by_label("Edit 2: Leave out v4 of account-A · 20 withdrawn by alice, switched off");
    click(&mut window, "Edit 2 is switched on");
    assert!(document(&window).is_left_out(lane[3]));
    window.get_by_role_and_label(Role::List, "Edits of the scenario").focus();
    window.run();
    press(&mut window, Modifiers::NONE, Key::Delete);
    assert_eq!(edits(&window).len(), 1);
    click(&mut window, "Undo: Drop: Leave out v4 of account-A");
    assert_eq!(edits(&window).len(), 2);
    click(&mut window, "Redo: Drop: Leave out v4 of account-A");
    click(&mut window, "Drop all edits");
    assert!(edits(&window).is_empty());
}

#[test]
fn an_edit_that_does_not_fit_says_so_in_the_list() {
    let (_folder, mut window) = account();
    send(&mut window, Command::ShowTab(Tab::WhatIf));
    let target = Target::One(foldline::whatif::Selector::Version { stream: "account-A".into(), version: 99 });
    send(&mut window, Command::AddEdits { edits: vec![Edit::Delete(target)], words: "x".to_owned() });
    window.get_by_label_contains("does not fit: account-A was recorded without version 99");
}

#[test]
fn a_scenario_is_renamed() {
    let (_folder, mut window) = account();
    send(&mut window, Command::ShowTab(Tab::WhatIf));
    let active = document(&window).active_scenario().id;
    send(&mut window, Command::AskRenameScenario(active));
    press(&mut window, Modifiers::COMMAND, Key::A);
    window.get_by_label("Name of the scenario").type_text("Without the second withdrawal");
    window.run();
    press(&mut window, Modifiers::NONE, Key::Enter);
    window.get_by_label("Scenario Without the second withdrawal, 0 edits");
}

#[test]
fn a_type_is_typed_over_the_suggested_one() {
    let (_folder, mut window) = account();
    send(&mut window, Command::Form(FormCommand::Begin(FormStart::InsertAtEnd("account-A".into()))));
    let typed = |window: &Harness<'_, Window>| document(window).form.as_ref().unwrap().event_type.clone();
    assert!(!typed(&window).is_empty(), "the commonest type is suggested");
    assert_eq!(focused(&window).as_deref(), Some("Type"));
    // Letter by letter: after the first one nothing is selected any more.
    for letter in ["X", "y", "z"] {
        window.event(egui::Event::Text(letter.to_owned()));
        window.run();
    }
    assert_eq!(typed(&window), "Xyz");
}

#[test]
fn the_form_fits_the_smallest_window() {
    let (_folder, store) = sample("bank");
    let mut window =
        Harness::builder().with_size(egui::vec2(900.0, 560.0)).with_max_steps(40).allow_missing_glyphs().build_eframe(
            |creation| Window::new(&creation.egui_ctx, Box::new(foldline::worker::Inline::default()), vec![store]),
        );
    window.run();
    send(&mut window, Command::SelectStream("account-A".into()));
    send(&mut window, Command::Form(FormCommand::Begin(FormStart::InsertAtEnd("account-A".into()))));
    for (role, name) in [
        (Role::Button, "Insert the event"),
        (Role::Button, "Cancel"),
        (Role::TextInput, "Stream"),
        (Role::TextInput, "Type"),
    ] {
        let bounds = window.get_by_role_and_label(role, name).rect();
        assert!(
            egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(900.0, 560.0)).contains_rect(bounds),
            "{name}: {bounds:?}"
        );
    }
}

#[test]
fn every_control_of_the_form_and_of_the_questions_is_named() {
    let (_folder, mut window) = account();
    let lane = document(&window).lane().to_vec();
    for start in [FormStart::Change(lane[3]), FormStart::InsertAfter(lane[2]), FormStart::InsertInNewStream] {
        let what = format!("{start:?}");
        send(&mut window, Command::Form(FormCommand::Begin(start)));
        super::accessible::walk(&window, &what);
        send(&mut window, Command::Form(FormCommand::Discard));
    }
    send(&mut window, Command::Choose { events: lane[1..3].to_vec(), anchor: None });
    for asking in [document(&window).ask_retime(lane[1]), document(&window).ask_move(lane[1])] {
        let what = format!("{asking:?}");
        send(&mut window, Command::Ask(Some(asking)));
        super::accessible::walk(&window, &what);
        send(&mut window, Command::Ask(None));
    }
    send(&mut window, Command::LeaveOutChosen);
    send(&mut window, Command::ShowTab(Tab::WhatIf));
    window.get_by_label_contains("Edit 1: ").click();
    window.run();
    super::accessible::walk(&window, "the list of edits");
}
