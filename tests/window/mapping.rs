//! A file of no known layout opens the mapping dialog; its first guess is shown as events, can be changed, and opens
//! the store.

use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use foldline::app::{Command, Dialog, MappingCommand};
use foldline::ui::Window;

use super::accessible::{go_round, walk};
use super::window;

fn shop(folder: &Path) -> PathBuf {
    let path = folder.join("shop.db");
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE | rusqlite::OpenFlags::SQLITE_OPEN_CREATE;
    let conn = rusqlite::Connection::open_with_flags(&path, flags).unwrap();
    conn.execute_batch(
        "CREATE TABLE happenings (no INTEGER PRIMARY KEY, order_id TEXT, what TEXT, body TEXT, at INTEGER);
         CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);
         CREATE VIEW all_happenings AS SELECT * FROM happenings;",
    )
    .unwrap();
    for at in 0..12i64 {
        let kind = ["OrderPlaced", "ItemAdded", "OrderShipped"][(at % 3) as usize];
        let body = if at == 5 { "{\"qty\":".to_owned() } else { format!("{{\"qty\":{at}}}") };
        let values = (format!("ord_{}", at / 3), kind, body, 1_767_225_600 + at * 60);
        conn.execute("INSERT INTO happenings (order_id, what, body, at) VALUES (?1, ?2, ?3, ?4)", values).unwrap();
    }
    path
}

fn told(window: &Harness<'_, Window>) -> Vec<String> {
    window.root().query_all_by_role(Role::Label).filter_map(|node| node.accesskit_node().value()).collect()
}

#[track_caller]
fn says(window: &Harness<'_, Window>, what: &str) {
    let told = told(window);
    assert!(told.iter().any(|text| text.contains(what)), "{what}: {told:#?}");
}

#[test]
fn an_unknown_file_is_mapped_and_opened() {
    let folder = tempfile::tempdir().unwrap();
    let store = shop(folder.path());
    let before = std::fs::read(&store).unwrap();
    let mut window = window(Some(&store));
    assert_eq!(window.state().app().dialog, Some(Dialog::Mapping));
    says(&window, "Map the tables of shop.db");
    // The guess, choice by choice.
    window.get_by_label("Stream: order_id");
    window.get_by_label("Type: what");
    window.get_by_label("Payload: body");
    window.get_by_label("Time: at");
    window.get_by_label("Table happenings holds events");
    window.get_by_label_contains("all_happenings, no events: a view");
    // Rows as events, and what is odd about them.
    says(&window, "OrderPlaced");
    says(&window, "2026-01-01 00:00:00");
    says(&window, "1 of 12 sampled rows has broken JSON");
    says(&window, "not all rows read well");
    window.get_by_label("Open with this mapping").click();
    window.run();
    let app = window.state().app();
    assert!(app.dialog.is_none() && app.mapping.is_none(), "{:?}", app.notices);
    let document = app.document.as_ref().unwrap();
    assert_eq!((document.opened.log.len(), document.opened.log.streams().len()), (12, 4));
    assert_eq!(std::fs::read(&store).unwrap(), before);
    let files = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(files, 1, "nothing is written beside the store");
}

#[test]
fn choices_change_what_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let store = shop(folder.path());
    let mut window = window(Some(&store));
    window.get_by_label("Stream: order_id").click();
    window.run();
    window.get_by_label_contains("what   3 different words").click();
    window.run();
    let draft = &window.state().app().mapping.as_ref().unwrap().draft;
    assert_eq!(draft.tables[0].stream[0].column(), Some("what"));
    window.get_by_label("Back to the first guess").click();
    window.run();
    window.get_by_label("Stream: order_id");
    // Without a table there is nothing to open.
    window.get_by_label("Table happenings holds events").click();
    window.run();
    says(&window, "Choose a table that holds events");
    window.get_by_label("It holds events").click();
    window.run();
    window.get_by_label("Time: how it is written: seconds since 1970").click();
}

#[test]
fn a_choice_is_made_by_keyboard_and_put_away() {
    let folder = tempfile::tempdir().unwrap();
    let store = shop(folder.path());
    let mut window = window(Some(&store));
    let choices = |window: &Harness<'_, Window>| window.query_all_by_label_contains("what   3 different words").count();
    window.get_by_label("Stream: order_id").focus();
    window.run();
    window.key_press(egui::Key::Enter);
    window.run();
    assert_eq!(choices(&window), 1);
    // None, no, order_id, what.
    for _ in 0..4 {
        window.key_press(egui::Key::ArrowDown);
        window.run();
    }
    window.key_press(egui::Key::Enter);
    window.run();
    assert_eq!(choices(&window), 0, "the list is put away");
    assert!(window.get_by_label("Stream: what").is_focused(), "the keyboard goes on from where it was");
    assert_eq!(window.state().app().dialog, Some(Dialog::Mapping));
    // Escape puts only the list away.
    window.key_press(egui::Key::Enter);
    window.run();
    assert_eq!(choices(&window), 1);
    window.key_press(egui::Key::Escape);
    window.run();
    assert_eq!(choices(&window), 0);
    assert!(window.get_by_label("Stream: what").is_focused());
    assert_eq!(window.state().app().dialog, Some(Dialog::Mapping));
}

#[test]
fn a_mapping_of_ones_own_is_not_called_right() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE | rusqlite::OpenFlags::SQLITE_OPEN_CREATE;
    let conn = rusqlite::Connection::open_with_flags(&path, flags).unwrap();
    conn.execute_batch(
        "CREATE TABLE happenings (no INTEGER PRIMARY KEY, order_id TEXT, what TEXT, body TEXT, at TEXT)",
    )
    .unwrap();
    for at in 0..12i64 {
        let values =
            (format!("ord_{}", at / 3), ["Placed", "Shipped"][(at % 2) as usize], format!("2026-01-01T00:00:{at:02}Z"));
        conn.execute("INSERT INTO happenings (order_id, what, body, at) VALUES (?1, ?2, '{}', ?3)", values).unwrap();
    }
    drop(conn);
    let mut window = window(Some(&path));
    let mapping = |window: &Harness<'_, Window>| window.state().app().mapping.as_ref().unwrap().certainty_words();
    assert!(!mapping(&window).contains("not all rows"), "{}", mapping(&window));
    window.get_by_label("Table happenings holds events").click();
    window.run();
    assert!(mapping(&window).contains("your own mapping"), "{}", mapping(&window));
}

#[test]
fn a_mapping_is_saved_loaded_and_changed_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = shop(folder.path());
    let mut window = window(Some(&store));
    window.get_by_label("Save").click();
    window.run();
    let file = folder.path().join("shop.mapping.json");
    assert!(file.exists(), "{:?}", told(&window));
    window.get_by_label("Save").click();
    window.run();
    says(&window, "the file exists");
    let text = std::fs::read_to_string(&file).unwrap().replace("\"order_id\"", "\"what\"");
    std::fs::write(&file, text).unwrap();
    window.get_by_label("Load").click();
    window.run();
    window.get_by_label("Stream: what");
    window.get_by_label("Open with this mapping").click();
    window.run();
    assert_eq!(window.state().app().document.as_ref().unwrap().opened.log.streams().len(), 3);
    window.state_mut().send(Command::Map(MappingCommand::Ask));
    window.run();
    window.get_by_label("Stream: what");
    window.key_press(egui::Key::Escape);
    window.run();
    assert!(window.state().app().dialog.is_none());
    assert!(window.state().app().document.is_some());
}

#[test]
fn a_file_without_events_says_so_and_can_still_be_mapped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE | rusqlite::OpenFlags::SQLITE_OPEN_CREATE;
    let conn = rusqlite::Connection::open_with_flags(&path, flags).unwrap();
    conn.execute_batch("CREATE TABLE artists (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO artists VALUES (1, 'AC/DC'), (2, 'Accept')")
        .unwrap();
    drop(conn);
    let mut window = window(Some(&path));
    says(&window, "Nothing in it looks like events");
    says(&window, "Choose a table that holds events");
    window.key_press(egui::Key::Escape);
    window.run();
    let notices = &window.state().app().notices;
    assert!(notices[0].text.contains("artists"), "{notices:?}");
}

#[test]
fn every_control_of_the_dialog_is_named_and_tab_goes_round() {
    let folder = tempfile::tempdir().unwrap();
    let store = shop(folder.path());
    let mut window = window(Some(&store));
    walk(&window, "mapping");
    window.get_by_label("More: metadata, ids, users, valid time, marks").click();
    window.run();
    walk(&window, "mapping with all roles");
    // The smallest window that is supported.
    window.set_size(egui::vec2(900.0, 560.0));
    window.run();
    walk(&window, "mapping in a small window");
    let there = go_round(&mut window, "mapping", egui::Modifiers::NONE);
    for name in
        ["Stream: order_id", "Open with this mapping", "Table happenings holds events", "Path of the mapping file"]
    {
        assert!(there.iter().any(|there| there.contains(name)), "{name}: {there:#?}");
    }
    for theme in [foldline::app::ThemeChoice::Light, foldline::app::ThemeChoice::Dark] {
        window.state_mut().send(Command::SetTheme(theme));
        window.run();
    }
    let room = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(900.0, 560.0));
    for name in ["Open with this mapping", "Replace", "Path of the mapping file", "Table happenings holds events"] {
        let place = window.get_by_label(name).rect();
        assert!(room.contains_rect(place), "{name}: {place:?}");
    }
}

#[test]
fn a_store_says_why_it_is_read_as_it_is() {
    let (_folder, store) = super::sample("bank");
    let mut window = window(Some(&store));
    window.get_by_label_contains("Store bank").click();
    window.run();
    says(&window, "table events has");
    window.get_by_label("Map tables by hand…").click();
    window.run();
    assert_eq!(window.state().app().dialog, Some(Dialog::Mapping));
    window.get_by_label("Stream: stream_id");
    window.get_by_label("Type: type");
}
