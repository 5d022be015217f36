//! The state panel: the tree and its keys, lives of values, JSON, the event in full, and what makes states.

use foldline::app::{Cursor, Document, Focus};
use foldline::model::Timestamp;
use foldline::replay::ProjectionKind;

use super::*;

fn document<'a>(window: &'a Harness<'_, Window>) -> &'a Document {
    window.state().app().document.as_ref().unwrap()
}

fn names(window: &Harness<'_, Window>, role: egui::Role) -> Vec<String> {
    window.query_all_by_role(role).filter_map(|node| node.accesskit_node().label()).collect()
}

fn send(window: &mut Harness<'_, Window>, command: Command) {
    window.state_mut().send(command);
    window.run();
}

fn press(window: &mut Harness<'_, Window>, keys: &[egui::Key]) {
    for key in keys {
        window.key_press(*key);
        window.run();
    }
}

fn bank() -> (tempfile::TempDir, PathBuf, Harness<'static, Window>) {
    let (folder, store) = sample("bank");
    let mut window = window(Some(&store));
    send(&mut window, Command::SelectStream("account-A".into()));
    (folder, store, window)
}

#[test]
fn a_value_tells_its_life_and_each_entry_leads_to_its_event() {
    let (_folder, _store, mut window) = bank();
    window.get_by_label("balance 10, was 30").click();
    window.run();
    window.get_by_label("The life of balance");
    window.get_by_label_contains("Looked at all 4 events");
    let mut entries = names(&window, egui::Role::Button);
    entries.retain(|name| name.starts_with('v'));
    assert_eq!(entries.len(), 3, "{entries:?}");
    assert!(entries[2].contains(" 10, ") && entries[2].ends_with("at the cursor"), "{entries:?}");
    window.get_by_label(&entries[0]).click();
    window.run();
    assert_eq!(field(&window, "balance").0.as_deref(), Some("50"));
    window.get_by_label("balance 50, was 0");
    window.get_by_label("Close the life of this value").click();
    window.run();
    assert!(document(&window).life.is_none());
}

#[test]
fn the_tree_is_worked_by_keys() {
    use egui::Key;
    let (_folder, _store, mut window) = bank();
    send(&mut window, Command::Focus(Focus::State));
    press(&mut window, &[Key::ArrowDown, Key::P, Key::T]);
    let document_now = document(&window);
    assert_eq!(document_now.pins.iter().map(ToString::to_string).collect::<Vec<_>>(), ["balance"]);
    assert_eq!(document_now.tracks.len(), 1, "{:?}", document_now.track_problem);
    let cursor = document_now.cursor;
    window.get_by_label("pinned balance 10, was 30");
    // Lines came above: the focus is where it was, or the keys would now act on another value.
    press(&mut window, &[Key::P]);
    send(&mut window, Command::Focus(Focus::State));
    press(&mut window, &[Key::End, Key::ArrowUp, Key::ArrowDown, Key::Home]);
    assert_eq!(document(&window).cursor, cursor, "arrows belong to the tree while it has the focus");
    press(&mut window, &[Key::ArrowDown, Key::Enter]);
    assert_eq!(document(&window).life.as_ref().map(|life| life.path.to_string()).as_deref(), Some("balance"));
    press(&mut window, &[Key::Escape, Key::ArrowLeft]);
    assert_ne!(document(&window).cursor, cursor, "and to the timeline when it has not");
}

#[test]
fn lists_unfold_and_stay_unfolded_while_stepping() {
    let (_folder, _store, mut window) = bank();
    let list = names(&window, egui::Role::TreeItem).into_iter().find(|name| name.starts_with("transactions ")).unwrap();
    window.get_by_label(&list).click();
    window.run();
    window.get_by_label_contains("transactions.0 ");
    window.get_by_label_contains("transactions.2 ");
    press(&mut window, &[egui::Key::ArrowLeft]);
    window.get_by_label("transactions.1 3 fields, new");
    assert!(window.query_by_label_contains("transactions.2 ").is_none());
    window.get_by_label("Fold all").click();
    window.run();
    assert!(window.query_by_label_contains("transactions.0 ").is_none());
    window.get_by_label("Unfold all").click();
    window.run();
    window.get_by_label_contains("transactions.0.kind ");
}

#[test]
fn a_pin_that_leads_nowhere_says_so() {
    let (_folder, _store, mut window) = bank();
    let nowhere = foldline::model::ValuePath(vec![foldline::model::Segment::Key("nowhere".into())]);
    send(&mut window, Command::TogglePin(nowhere));
    window.get_by_label("pinned nowhere —");
}

#[test]
fn the_state_and_the_event_are_shown_as_json() {
    let (_folder, _store, mut window) = bank();
    window.get_by_label("State as JSON").click();
    window.run();
    window.get_by_label("  \"balance\": 10,");
    window.get_by_label("Copy as JSON");
    window.get_by_label("Event as JSON").click();
    window.run();
    window.get_by_label("  \"amount\": 20");
}

#[test]
fn an_event_tells_its_ids_and_leads_to_its_cause() {
    let (_folder, store) = sample("orders");
    let mut window = window(Some(&store));
    let events = document(&window).opened.log.len() as u32;
    // The first event that another one caused.
    let (caused, name) = (0..events.min(60))
        .find_map(|event| {
            send(&mut window, Command::JumpTo(event));
            names(&window, egui::Role::Link)
                .into_iter()
                .find(|name| name.starts_with("Caused by: "))
                .map(|name| (event, name))
        })
        .unwrap();
    window.get_by_label("Copy the event id");
    window.get_by_label("Metadata");
    window.get_by_label(&name).click();
    window.run();
    let cursor = document(&window).cursor;
    let notices = &window.state().app().notices;
    assert!(matches!(cursor, Cursor::Event(cause) if cause < caused) || !notices.is_empty(), "{cursor:?}");
}

#[test]
fn the_what_if_stands_beside_what_was_recorded() {
    let (_folder, _store, mut window) = bank();
    press(&mut window, &[egui::Key::Delete]);
    window.get_by_label("balance 10, was 30, what-if 30");
}

#[test]
fn rules_are_made_used_and_followed_when_their_file_changes() {
    let (folder, bundled) = sample("bank");
    let store = folder.path().join("plain.db");
    std::fs::rename(&bundled, &store).unwrap();
    let mut window = window(Some(&store));
    window.get_by_label_contains("Last value of each field of ");
    window.get_by_label("Make rules…").click();
    window.run();
    window.get_by_label("Write and use").click();
    window.run();
    let rules = folder.path().join("plain.db.projection.json");
    let kind = |window: &Harness<'_, Window>| document(window).state.value().unwrap().0.projection.kind;
    assert_eq!(kind(&window), ProjectionKind::Rules, "{:?}", window.state().app().notices);
    assert_eq!(document(&window).opened.rules.as_ref(), Some(&rules));
    assert_eq!(window.state().app().notices.last().unwrap().edit.as_ref(), Some(&rules));

    let mut seconds = 1_700_000_000;
    let mut tick = |window: &mut Harness<'static, Window>| {
        seconds += 2;
        send(window, Command::Tick(Timestamp::from_micros(seconds * 1_000_000).unwrap()));
    };
    tick(&mut window);
    let first = std::fs::read_to_string(&rules).unwrap();
    let category = "account";
    let other = format!(
        r#"{{"projection":"p","title":"Only counted","category":"{category}","when":{{"*":[{{"add":"count","value":1}}]}}}}"#
    );
    std::fs::write(&rules, &other).unwrap();
    tick(&mut window);
    send(&mut window, Command::SelectStream("account-A".into()));
    assert_eq!(field(&window, "count").0.as_deref(), Some("4"), "the state follows the file");
    window.get_by_label("Made by: Only counted (rules)");

    std::fs::write(&rules, "{ broken").unwrap();
    tick(&mut window);
    window.get_by_label_contains("The rules are not in use");
    assert_eq!(field(&window, "count").0.as_deref(), Some("4"), "the state before stays");
    std::fs::write(&rules, first).unwrap();
    tick(&mut window);
    assert!(window.query_by_label_contains("The rules are not in use").is_none(), "mended");

    std::fs::write(&rules, "{ broken again").unwrap();
    tick(&mut window);
    window.get_by_label("Dismiss the problem with the projection").click();
    window.run();
    assert!(document(&window).projection_problem.is_none());
}

#[test]
fn a_file_that_can_t_be_used_is_tried_again_when_it_is_mended() {
    let (folder, _store, mut window) = bank();
    let rules = folder.path().join("mine.projection.json");
    std::fs::write(&rules, "[").unwrap();
    let choice = foldline::job::ProjectionChoice::File(rules.clone());
    send(&mut window, Command::UseProjection(choice));
    window.get_by_label_contains("The rules are not in use");
    let at = |seconds: i64| Command::Tick(Timestamp::from_micros(seconds * 1_000_000).unwrap());
    send(&mut window, at(1_700_000_000));
    std::fs::write(&rules, r#"{"projection":"p","title":"Mended","when":{"*":[{"add":"count","value":1}]}}"#).unwrap();
    send(&mut window, at(1_700_000_002));
    window.get_by_label("Made by: Mended (rules)");
    assert_eq!(document(&window).projection_problem, None);
}

#[test]
fn a_replay_that_stops_says_where_and_leads_there() {
    let (folder, _store, mut window) = bank();
    let rules = folder.path().join("wrong.projection.json");
    let text = r#"{"projection":"p","title":"Wrong","when":{
        "FundsDeposited":[{"add":"balance","from":"data.amount"}],
        "FundsWithdrawn":[{"subtract":"balance","from":"data.nowhere"}]},
        "invariants":[{"name":"Nobody has fifty","holds":"state.balance != 50"}]}"#;
    std::fs::write(&rules, text).unwrap();
    send(&mut window, Command::UseProjection(foldline::job::ProjectionChoice::File(rules)));
    window.get_by_label_contains("Replay stopped at v3");
    assert!(window.query_all_by_label_contains("Broken: Nobody has fifty").count() > 0);
    let lines = names(&window, egui::Role::TreeItem);
    assert!(lines.iter().any(|line| line.starts_with("balance 50")), "the last good state");
    let last = document(&window).event;
    window.get_by_label("Go to v3").click();
    window.run();
    assert_ne!(document(&window).event, last);
}

#[test]
fn the_panel_holds_in_the_smallest_window() {
    let (_folder, store) = sample("bank");
    let mut harness = Harness::builder()
        .with_size(egui::vec2(900.0, 560.0))
        .with_max_steps(40)
        .allow_missing_glyphs()
        .build_eframe(|creation| Window::new(&creation.egui_ctx, Box::new(Inline::default()), vec![store]));
    harness.run();
    send(&mut harness, Command::SelectStream("account-A".into()));
    harness.get_by_label("balance 10, was 30").click();
    harness.run();
    for name in ["Close the life of this value", "Event as JSON", "Copy for a reply", "Resize the life of the value"] {
        let rect = harness.get_by_label(name).rect();
        assert!(rect.bottom() <= 560.0 && rect.right() <= 900.0 && rect.top() > 40.0, "{name}: {rect:?}");
    }
}
