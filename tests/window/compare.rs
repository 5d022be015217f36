//! Comparing histories: the tab, the jumps and the state panel, by their accessible names.

use egui::{Key, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use foldline::app::{Against, Command, Cursor, Document, Tab};
use foldline::ui::Window;
use foldline::whatif::{After, Edit, Insert, Selector, Target, Update};

use super::{sample, window};

fn document<'a>(window: &'a Harness<'_, Window>) -> &'a Document {
    window.state().app().document.as_ref().unwrap()
}

fn send(window: &mut Harness<'_, Window>, command: Command) {
    window.state_mut().send(command);
    window.run();
}

fn version(stream: &str, version: i64) -> Selector {
    Selector::Version { stream: stream.into(), version }
}

fn data(text: &str) -> Option<foldline::model::Value> {
    Some(foldline::model::json::parse(text.as_bytes()).unwrap())
}

fn edit(window: &mut Harness<'_, Window>, edits: Vec<Edit>) {
    send(window, Command::AddEdits { edits, words: "Edit".to_owned() });
}

/// A window on the account whose story is known, with the Compare tab in front of these edits.
fn account(edits: Vec<Edit>) -> (tempfile::TempDir, Harness<'static, Window>) {
    let (folder, store) = sample("bank");
    let mut window = window(Some(&store));
    send(&mut window, Command::SelectStream("account-A".into()));
    edit(&mut window, edits);
    send(&mut window, Command::ShowTab(Tab::Compare));
    (folder, window)
}

fn leave_out(at: i64) -> Edit {
    Edit::Delete(Target::One(version("account-A", at)))
}

/// The version at the cursor.
fn cursor(window: &Harness<'_, Window>) -> Option<i64> {
    match document(window).cursor {
        Cursor::Event(event) => document(window).opened.log.version(event as usize),
        other => panic!("{other:?}"),
    }
}

fn spoken(window: &Harness<'_, Window>, part: &str) -> String {
    window.get_by_label_contains(part).accesskit_node().label().unwrap()
}

#[test]
fn differences_over_time_lead_through_history() {
    let (_folder, mut window) = account(vec![leave_out(3)]);
    let first = spoken(&window, "v3 20 withdrawn by alice, not in the what-if");
    assert!(first.contains("balance 30 → 50"), "{first}");
    let last = spoken(&window, "v3 20 withdrawn by alice: ");
    assert!(last.contains("balance 10 → 30"), "the event is named by the branch's version: {last}");
    window.get_by_label_contains("They part at v3");
    // A row puts the cursor on its event.
    window.get_by_label_contains("not in the what-if").click();
    window.run();
    assert_eq!(cursor(&window), Some(3));
    // The arrows go from row to row, Enter to the state.
    window.key_press(Key::ArrowDown);
    window.run();
    assert_eq!(cursor(&window), Some(4));
    window.key_press(Key::Enter);
    window.run();
    assert!(window.get_by_label_contains("status open").is_focused());
}

#[test]
fn keys_jump_from_difference_to_difference_in_any_tab() {
    let (_folder, mut window) = account(vec![leave_out(2)]);
    send(&mut window, Command::ShowTab(Tab::Events));
    send(&mut window, Command::SeekEvent(0));
    for (modifiers, expected) in [
        (Modifiers::NONE, 2),
        (Modifiers::NONE, 3),
        (Modifiers::NONE, 4),
        (Modifiers::NONE, 4),
        (Modifiers::SHIFT, 3),
        (Modifiers::COMMAND, 2),
        (Modifiers::SHIFT, 2),
    ] {
        window.key_press_modifiers(modifiers, Key::F8);
        window.run();
        assert_eq!(cursor(&window), Some(expected), "{modifiers:?}");
    }
    // The way back is kept.
    send(&mut window, Command::Trail(foldline::app::Direction::Back));
    assert_eq!(cursor(&window), Some(3));
}

#[test]
fn without_a_difference_there_is_nowhere_to_jump() {
    use foldline::app::actions::{action, why_not};
    let (_folder, mut window) = account(vec![]);
    let why = |window: &Harness<'_, Window>| {
        let next = action("next-difference").unwrap();
        let app = window.state().app();
        (next.command)(app).is_none().then(|| why_not(next, app))
    };
    assert_eq!(why(&window), Some("no edits yet"));
    let same = Update { metadata: data(r#"{"note":"x"}"#), ..Update::of(Target::One(version("account-A", 2))) };
    edit(&mut window, vec![Edit::Update(same)]);
    assert_eq!(why(&window), Some("both have the same states"));
    window.get_by_label_contains("The same states throughout");
    edit(&mut window, vec![leave_out(4)]);
    send(&mut window, Command::SeekEvent(0));
    assert_eq!(why(&window), None);
    send(&mut window, Command::ToDifference(foldline::app::Jump::First));
    assert_eq!(why(&window), Some("no further difference that way"));
}

#[test]
fn the_state_says_what_differs_and_from_where_on() {
    let (_folder, mut window) = account(vec![leave_out(3)]);
    window.get_by_label_contains("values differ here");
    send(&mut window, Command::ToDifference(foldline::app::Jump::First));
    send(&mut window, Command::Step(foldline::app::Step::Back));
    window.get_by_label("The same state here");
    window.get_by_label("differs from v3 on").click();
    window.run();
    assert_eq!(cursor(&window), Some(3));
}

#[test]
fn an_inserted_event_is_reached_with_the_one_it_stands_with() {
    let insert =
        Insert { data: data(r#"{"amount":7}"#), ..Insert::new("account-A", Some(After::Version(2)), "FundsDeposited") };
    let (_folder, mut window) = account(vec![Edit::Insert(insert)]);
    send(&mut window, Command::SeekEvent(0));
    window.key_press(Key::F8);
    window.run();
    assert_eq!(cursor(&window), Some(2));
    let (state, _) = document(&window).state.value().unwrap();
    assert_eq!(state.branch.as_ref().unwrap().at.version, Some(3), "the inserted one is taken in");
    assert!(!state.differences.is_empty());
    window.get_by_label_contains("The what-if stands after v3 FundsDeposited, which was inserted here");
    window.get_by_label_contains("only in the what-if");
}

#[test]
fn events_stand_side_by_side() {
    let amount = Update { data: data(r#"{"amount":25}"#), ..Update::of(Target::One(version("account-A", 4))) };
    let (_folder, mut window) = account(vec![leave_out(3), Edit::Update(amount)]);
    window.get_by_role_and_label(Role::Tab, "Side by side").click();
    window.run();
    window.get_by_label("v1 Account opened for Alice");
    window.get_by_label("v3 20 withdrawn by alice, left out").click();
    window.run();
    assert_eq!(cursor(&window), Some(3));
    let changed = spoken(&window, "v4 20 withdrawn by alice, changed");
    assert!(changed.contains("data.amount 20 → 25") || changed.contains("data.amount 20.00 → 25"), "{changed}");
    window.key_press(Key::ArrowUp);
    window.run();
    assert_eq!(cursor(&window), Some(2));
}

#[test]
fn long_runs_are_folded_until_they_are_asked_for() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    send(&mut window, Command::SelectStream("account-0001".into()));
    edit(&mut window, vec![Edit::Delete(Target::One(version("account-0001", 60)))]);
    send(&mut window, Command::ShowTab(Tab::Compare));
    window.get_by_role_and_label(Role::Tab, "Side by side").click();
    window.run();
    let table = || "Events side by side";
    window.get_by_role_and_label(Role::Table, table()).focus();
    window.key_press(Key::Home);
    window.run();
    window.get_by_label("Show 57 events as recorded, v1 to v57");
    let before = document(&window).cursor;
    window.key_press(Key::Enter);
    window.run();
    assert_eq!(document(&window).cursor, before);
    window.key_press(Key::Home);
    window.run();
    assert!(window.query_by_label_contains("57 events as recorded").is_none());
    assert_eq!(cursor(&window), Some(1));
    window.key_press(Key::End);
    window.run();
    window.get_by_label_contains("events as recorded under other numbers, v63 to v75 → v62 to v74");
}

#[test]
fn two_scenarios_are_compared_with_each_other() {
    let (_folder, mut window) = account(vec![leave_out(3)]);
    let first = document(&window).active_scenario().id;
    send(&mut window, Command::NewScenario);
    edit(&mut window, vec![leave_out(4)]);
    send(&mut window, Command::SeekEvent(0));
    window.get_by_role_and_label(Role::Button, "Compared with: As recorded").click();
    window.run();
    window.get_by_role_and_label(Role::Button, "What-if").click();
    window.run();
    assert_eq!(document(&window).against, Against::Scenario(first));
    window.get_by_role_and_label(Role::Button, "Compared with: What-if");
    // One leaves out the third event, the other the fourth: they differ between the two, and are the same again.
    send(&mut window, Command::ToDifference(foldline::app::Jump::First));
    assert_eq!(cursor(&window), Some(3));
    let (state, _) = document(&window).state.value().unwrap();
    let balance = |side: &foldline::job::Side| {
        format!("{:?}", side.frame.state.value.as_object().unwrap().get("balance").unwrap())
    };
    assert_eq!((balance(state.left()), balance(state.right())), ("50".to_owned(), "30".to_owned()));
    send(&mut window, Command::ToDifference(foldline::app::Jump::Next));
    assert_eq!(cursor(&window), Some(4));
    let (state, _) = document(&window).state.value().unwrap();
    assert_eq!((balance(state.left()), balance(state.right())), ("30".to_owned(), "30".to_owned()));
}

#[test]
fn a_stream_without_edits_shows_the_way_to_those_that_have_some() {
    let (_folder, mut window) = account(vec![leave_out(3)]);
    send(&mut window, Command::SelectStream("account-0002".into()));
    window.get_by_label_contains("No edit concerns account-0002");
    window.get_by_role_and_label(Role::Link, "account-A").click();
    window.run();
    assert_eq!(document(&window).stream.as_deref(), Some("account-A"));
    window.get_by_label_contains("They part at v3");
}
