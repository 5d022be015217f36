//! The Sweep tab and the proposal of compensating events.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use foldline::app::{Command, Sheet, Tab};
use foldline::model::{Path, json};
use foldline::ui::Window;
use foldline::whatif::{Edit, SweepValue, SweepWhat, parse};

use super::{sample, window};

pub fn edits(text: &str) -> Vec<Edit> {
    parse(&format!(r#"{{"foldline":"scenario/1","name":"n","edits":[{text}]}}"#)).unwrap().edits
}

fn send(window: &mut Harness<'_, Window>, commands: impl IntoIterator<Item = Command>) {
    for command in commands {
        window.state_mut().send(command);
        window.run();
    }
}

/// The second withdrawal is 40 instead of 20.
const FORTY: &str = r#"{"update":{"stream":"account-A","version":4},"data":{"amount":40}}"#;

fn bank(edit: &str) -> (tempfile::TempDir, Harness<'static, Window>) {
    let (folder, store) = sample("bank");
    let mut window = window(Some(&store));
    send(
        &mut window,
        [
            Command::SelectStream("account-A".into()),
            Command::AddEdits { edits: edits(edit), words: "Edit".to_owned() },
            Command::ShowTab(Tab::Sweep),
        ],
    );
    (folder, window)
}

fn amount(window: &Harness<'_, Window>) -> String {
    let draft = &window.state().app().document.as_ref().unwrap().active_scenario().draft;
    match &*draft.edits().next().unwrap().edit {
        Edit::Update(update) => {
            json::to_text(update.data.as_ref().unwrap().at(&Path::parse("amount").unwrap()).unwrap())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_number_is_swept_at_once_and_its_threshold_can_be_used_and_undone() {
    let (_folder, mut window) = bank(FORTY);
    window.get_by_label("Never below the agreed limit: holds up to 30, broken from 31");
    window.get_by_label_contains("Plot: 17 values of data.amount from 0 to 80; balance goes from 30 to -50");
    window.get_by_label("Use 30").click();
    window.run();
    assert_eq!(amount(&window), "30");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run();
    assert_eq!(amount(&window), "40");
}

#[test]
fn a_range_that_is_typed_is_swept_and_a_wrong_one_says_what_is_wrong() {
    let (_folder, mut window) = bank(FORTY);
    let field = window.get_by_role_and_label(Role::TextInput, "Step");
    field.focus();
    window.run();
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.get_by_role_and_label(Role::TextInput, "Step").type_text("0.5");
    window.run();
    window.get_by_label("Never below the agreed limit: holds up to 30.0, broken from 30.1");
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.get_by_role_and_label(Role::TextInput, "Step").type_text("0");
    window.run();
    window.get_by_label("the step is 0; it must be more than 0");
    // What was last found stays.
    window.get_by_label("Never below the agreed limit: holds up to 30.0, broken from 30.1");
}

#[test]
fn what_the_plot_shows_can_be_read_as_a_table_and_by_keys() {
    let (_folder, mut window) = bank(FORTY);
    let plot = |window: &Harness<'_, Window>| {
        let node = window.get_by_label_contains("Plot: 17 values");
        node.accesskit_node().label().unwrap_or_default()
    };
    window.get_by_label_contains("Plot: 17 values").focus();
    window.run();
    window.key_press(Key::ArrowRight);
    window.run();
    window.key_press(Key::ArrowRight);
    window.run();
    assert!(
        plot(&window).ends_with("data.amount 5: owner Alice, status open, balance 25, available 25"),
        "{}",
        plot(&window)
    );
    window.key_press(Key::End);
    window.run();
    assert!(plot(&window).contains("broken at v4: Never below the agreed limit"), "{}", plot(&window));
    window.get_by_label("As a table").click();
    window.run();
    window.get_by_role_and_label(Role::Row, "data.amount 0: owner Alice, status open, balance 30, available 30");
}

#[test]
fn what_an_edit_leaves_alone_can_be_varied_too_and_fields_are_chosen_by_chips() {
    let (_folder, mut window) = bank(FORTY);
    send(&mut window, [Command::SweepOver { at: 0, what: SweepWhat::Time }]);
    let spec = window.state().app().document.as_ref().unwrap().sweeping.spec().unwrap().clone();
    assert!(matches!(spec.from, SweepValue::Time(_)));
    window.get_by_label("Show lowest_balance").click();
    window.run();
    let document = window.state().app().document.as_ref().unwrap();
    let (sweep, _) = document.sweeping.swept().value().unwrap();
    assert!(sweep.fields.iter().any(|field| field.path.to_string() == "lowest_balance"));
    assert_eq!(sweep.points.len(), 25);
}

#[test]
fn without_anything_to_vary_the_tab_says_so() {
    let (_folder, mut window) = bank(r#"{"delete":{"stream":"account-A","version":4}}"#);
    window.get_by_label_contains("No edit has a number or a time that could be varied");
    send(&mut window, [Command::SwitchEdit { at: 0, on: false }]);
    window.get_by_label_contains("All edits of this scenario are switched off");
}

#[test]
fn the_overdraft_is_compensated_by_a_deposit_that_is_saved_and_never_written_to_the_store() {
    let (folder, mut window) = bank(r#"{"delete":{"stream":"account-A","version":4}}"#);
    let store = folder.path().join("bank.db");
    let before = std::fs::read(&store).unwrap();
    send(&mut window, [Command::ShowCompensation]);
    assert_eq!(window.state().app().sheet, Some(Sheet::Compensation));
    window.get_by_label("1. Append FundsDeposited to account-A");
    window.get_by_label_contains("lowest_balance (10 instead of 30) is the lowest value that there ever was");
    window.get_by_label_contains("nothing is written to the store");
    window.get_by_label("Save as JSON").click();
    window.run();
    let saved = std::fs::read_to_string(folder.path().join("account-A-compensation.json")).unwrap();
    assert!(saved.contains("\"foldline\": \"compensation/1\"") && saved.contains("\"amount\": 20"), "{saved}");
    // A file that is there is not replaced unasked.
    window.get_by_label("Save as JSON").click();
    window.run();
    window.get_by_label_contains("the file exists");
    assert_eq!(std::fs::read(&store).unwrap(), before);
    window.key_press(Key::Escape);
    window.run();
    assert_eq!(window.state().app().sheet, None);
}
