//! The table of events and the results of searches, by their accessible names.

use egui::{Key, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use foldline::app::{Command, Cursor, Document};
use foldline::ui::Window;

use super::{sample, window};

fn document<'a>(window: &'a Harness<'_, Window>) -> &'a Document {
    window.state().app().document.as_ref().unwrap()
}

fn send(window: &mut Harness<'_, Window>, command: Command) {
    window.state_mut().send(command);
    window.run();
}

/// A window on the account of the bundled bank whose story is known.
fn account() -> (tempfile::TempDir, Harness<'static, Window>) {
    let (folder, store) = sample("bank");
    let mut window = window(Some(&store));
    send(&mut window, Command::SelectStream("account-A".into()));
    (folder, window)
}

#[test]
fn rows_tell_what_happened_and_what_it_changed() {
    let (_folder, window) = account();
    let row = window.get_by_label_contains("Event #674 v4");
    let words = row.accesskit_node().label().unwrap();
    assert!(words.contains("20 withdrawn by alice") && words.contains("balance 30 → 10"), "{words}");
}

#[test]
fn keys_move_the_cursor_from_event_to_event() {
    let (_folder, mut window) = account();
    let lane = document(&window).lane().to_vec();
    window.get_by_role_and_label(Role::Table, "Table of events").focus();
    window.run();
    for (key, expected) in [
        (Key::Home, 0),
        (Key::ArrowDown, 1),
        (Key::ArrowDown, 2),
        (Key::ArrowUp, 1),
        (Key::End, lane.len() - 1),
        (Key::PageUp, 0),
        (Key::PageDown, lane.len() - 1),
    ] {
        window.key_press(key);
        window.run();
        assert_eq!(document(&window).cursor, Cursor::Event(lane[expected]), "{key:?}");
    }
    window.key_press(Key::Delete);
    window.run();
    assert!(document(&window).is_left_out(lane[lane.len() - 1]));
    window.get_by_label_contains(", left out");
}

#[test]
fn keys_go_on_from_a_row_that_was_clicked() {
    let (_folder, mut window) = account();
    let lane = document(&window).lane().to_vec();
    window.get_by_label_contains("Event #674 v4").click();
    window.run();
    let clicked = document(&window).event.unwrap();
    let place = lane.iter().position(|event| *event == clicked).unwrap();
    window.key_press(Key::PageUp);
    window.run();
    assert_eq!(document(&window).cursor, Cursor::Event(lane[0]), "a page up from place {place}");
}

#[test]
fn all_streams_are_one_long_table() {
    let (_folder, mut window) = account();
    window.get_by_label("Events of all streams").click();
    window.run();
    window.get_by_role_and_label(Role::Table, "Table of events").focus();
    window.run();
    window.key_press(Key::End);
    window.run();
    let last = document(&window).opened.log.len() as u32 - 1;
    assert_eq!(document(&window).cursor, Cursor::Event(last));
    let log = &document(&window).opened.log;
    let stream = log.stream_of(last as usize).map(|stream| log.stream(stream).name.clone());
    assert_eq!(document(&window).stream, stream, "its stream is looked at");
    let only = format!("Only {}", stream.unwrap());
    window.get_by_role_and_label(Role::Button, &only).click();
    window.run();
    window.get_by_label("Events of all streams");
}

#[test]
fn a_search_shows_its_hits_and_leaves_the_cursor() {
    let (_folder, mut window) = account();
    let before = document(&window).cursor;
    send(&mut window, Command::Search("type:FundsWithdrawn stream:account-A".to_owned()));
    let hits = document(&window).search.hits.clone();
    assert_eq!(hits.len(), 2);
    window.get_by_label_contains("2 events in 1 stream · looked at all 2,000 events");
    window.get_by_label_contains("Event #460 v3").click();
    window.run();
    assert_eq!(document(&window).cursor, before, "a click only chooses");
    window.get_by_label("Go there").click();
    window.run();
    assert_eq!(document(&window).cursor, Cursor::Event(hits[0]));
    window.get_by_role_and_label(Role::Tab, "Events").click();
    window.run();
    window.get_by_role_and_label(Role::Table, "Table of events");
    window.get_by_role_and_label(Role::Tab, "Found").click();
    window.run();
    window.get_by_label("End the search").click();
    window.run();
    assert!(!document(&window).search.is_active());
    assert!(window.query_by_role_and_label(Role::Tab, "Found").is_none());
}

#[test]
fn streams_with_hits_narrow_the_results() {
    let (_folder, mut window) = account();
    send(&mut window, Command::Search("type:FundsWithdrawn".to_owned()));
    let (stream, count) = document(&window).search.streams[0];
    let name = document(&window).opened.log.stream(stream).name.clone();
    window.get_by_label(&format!("{count} found in {name}")).click();
    window.run();
    window.get_by_label(&format!("{name} only"));
    window.get_by_role_and_label(Role::Table, "Events found").focus();
    window.run();
    window.key_press(Key::End);
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert_eq!(document(&window).stream.as_ref(), Some(&name));
    let last = document(&window)
        .search
        .hits
        .iter()
        .rev()
        .find(|hit| document(&window).opened.log.stream_of(**hit as usize) == Some(stream));
    assert_eq!(Some(document(&window).cursor), last.map(|hit| Cursor::Event(*hit)));
}

#[test]
fn a_query_that_is_none_shows_where_and_one_without_hits_what_to_try() {
    let (_folder, mut window) = account();
    send(&mut window, Command::Search("data.amount >".to_owned()));
    let message = document(&window).search.problem.clone().unwrap().message;
    window.get_by_label(&message);
    window.get_by_label_contains("^");
    send(&mut window, Command::Search("xylophone".to_owned()));
    window.get_by_label_contains("Nothing found · looked at all 2,000 events");
    window.get_by_label_contains("Words alone are looked for in the text of payloads and metadata");
}
