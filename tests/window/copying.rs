//! Saving a copy: the window says what will be in it before anything is written.

use std::path::Path;

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use foldline::app::{Command, Dialog};
use foldline::whatif::{Edit, Selector, Target, Update};

use super::{sample, window};

fn send<const N: usize>(window: &mut egui_kittest::Harness<'_, foldline::ui::Window>, commands: [Command; N]) {
    for command in commands {
        window.state_mut().send(command);
        window.run();
    }
}

/// All texts of the question.
fn told(window: &egui_kittest::Harness<'_, foldline::ui::Window>) -> Vec<String> {
    window.root().query_all_by_role(Role::Label).filter_map(|node| node.accesskit_node().value()).collect()
}

fn says(window: &egui_kittest::Harness<'_, foldline::ui::Window>, what: &str) {
    let told = told(window);
    assert!(told.iter().any(|text| text.contains(what)), "{what}: {told:#?}");
}

fn database(path: &Path) -> rusqlite::Connection {
    use rusqlite::OpenFlags;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    rusqlite::Connection::open_with_flags(path, flags).unwrap()
}

fn count(path: &Path, sql: &str) -> i64 {
    database(path).query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn what_will_be_in_a_copy_is_said_and_can_be_chosen() {
    let (folder, store) = sample("bank");
    let all = count(&store, "SELECT count(*) FROM events");
    let mut window = window(Some(&store));
    window.get_by_role_and_label(Role::Button, "account-A").click();
    window.run();
    window.key_press(egui::Key::Delete);
    window.run();
    window.key_press(egui::Key::ArrowLeft);
    window.run();
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::S);
    window.run();
    assert_eq!(all, 2000);
    says(&window, "1,999 events: 1 left out");
    says(&window, "Tables: events, snapshots");
    assert!(window.query_by_label("In Foldline's layout").is_none(), "there is no other layout to choose");
    // Up to the cursor, as recorded.
    let moment = window.state().app().copy_moment().unwrap();
    window.get_by_label(&format!("As recorded up to the cursor: {moment}")).click();
    window.run();
    says(&window, "left out");
    let events = window.state().app().copy.described().unwrap().events;
    assert!((1..all as u64 - 1).contains(&events), "{events} of {all}");
    window.get_by_label("Save copy").click();
    window.run();
    assert!(window.state().app().dialog.is_none(), "{:?}", window.state().app().dialog);
    let copy = folder.path().join("bank-what-if.db");
    assert_eq!(count(&copy, "SELECT count(*) FROM events"), events as i64);
}

/// A store of another library, in a database with a table of its application.
fn emmett(path: &Path) {
    let conn = database(path);
    conn.execute_batch(
        "CREATE TABLE emt_streams(stream_id TEXT NOT NULL, stream_position BIGINT NOT NULL, partition TEXT NOT NULL, \
         stream_type TEXT NOT NULL, stream_metadata JSONB NOT NULL, is_archived BOOLEAN NOT NULL);
         CREATE TABLE emt_messages(stream_id TEXT NOT NULL, stream_position BIGINT NOT NULL, partition TEXT NOT NULL, \
         message_kind CHAR(1) NOT NULL, message_data JSONB NOT NULL, message_metadata JSONB NOT NULL, \
         message_schema_version TEXT NOT NULL, message_type TEXT NOT NULL, message_id TEXT NOT NULL, is_archived BOOLEAN NOT \
         NULL, global_position INTEGER PRIMARY KEY, created DATETIME);
         INSERT INTO emt_streams VALUES ('account-A', 3, '[object Object]', 'account', '[]', 0);
         CREATE TABLE customers (name TEXT);",
    )
    .unwrap();
    for version in 1..=3 {
        let sql = "INSERT INTO emt_messages VALUES ('account-A', ?1, 'emt:default', 'E', '{\"n\":1}', '{}', '0', 'Happened', \
                   ?2, 0, ?1, '2026-01-01 08:00:00')";
        conn.execute(sql, (version, format!("id{version}"))).unwrap();
    }
}

#[test]
fn where_the_stores_own_layout_cant_be_chosen_it_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("log.db");
    let conn = database(&store);
    conn.execute_batch("CREATE TABLE happenings (no INTEGER PRIMARY KEY, order_id TEXT, what TEXT, body TEXT)")
        .unwrap();
    for at in 0..9 {
        let values = (format!("ord_{}", at / 3), ["Placed", "Shipped"][at % 2]);
        conn.execute("INSERT INTO happenings (order_id, what, body) VALUES (?1, ?2, '{}')", values).unwrap();
    }
    drop(conn);
    let mut window = window(Some(&store));
    window.get_by_label("Open with this mapping").click();
    window.run();
    send(&mut window, [Command::AskCopy]);
    let own = window.get_by_label_contains("In the store's own layout:");
    assert!(own.accesskit_node().is_disabled());
    says(&window, "Not possible: these tables were mapped by hand.");
    says(&window, "in the layout Foldline");
}

#[test]
fn what_the_stores_own_layout_cant_hold_is_said_and_foldlines_is_offered() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("shop.db");
    emmett(&store);
    let mut window = window(Some(&store));
    send(&mut window, [Command::LeaveOut(1), Command::AskCopy]);
    says(&window, "2 events: 1 with another number or place, 1 left out");
    says(&window, "not taken: customers");
    says(&window, "emt_streams is set: 1 stream with another last version");
    says(&window, "in the layout Node emmett-sqlite");
    window.get_by_label("With all tables of the file").click();
    window.run();
    says(&window, "Tables: customers, emt_messages, emt_streams");
    let metadata = foldline::model::json::parse(b"[1]").unwrap();
    let target = Target::One(Selector::Position(3));
    let update = Update { metadata: Some(metadata), replace: true, ..Update::of(target) };
    let edits = vec![Edit::Update(update)];
    send(&mut window, [Command::CloseDialog, Command::AddEdits { edits, words: "x".into() }, Command::AskCopy]);
    says(&window, "account-A v2 (Happened) can't be written in the store's own layout: its metadata is no object");
    assert!(window.get_by_label("Save copy").accesskit_node().is_disabled());
    window.get_by_label("Use Foldline's layout instead").click();
    window.run();
    says(&window, "in the layout Foldline");
    window.get_by_label("Save copy").click();
    window.run();
    assert!(!matches!(window.state().app().dialog, Some(Dialog::SaveCopy { .. })));
    assert_eq!(count(&folder.path().join("shop-what-if.db"), "SELECT count(*) FROM events"), 2);
}
