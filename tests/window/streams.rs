//! The list of streams, by its accessible names.

use egui::{Key, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use foldline::app::{Command, Document, ListRow, StreamSort};
use foldline::ui::Window;

use super::{sample, window};

fn document<'a>(window: &'a Harness<'_, Window>) -> &'a Document {
    window.state().app().document.as_ref().unwrap()
}

fn selected<'a>(window: &'a Harness<'_, Window>) -> Option<&'a str> {
    document(window).stream.as_deref()
}

/// The streams as they are listed.
fn listed(window: &Harness<'_, Window>) -> Vec<String> {
    let document = document(window);
    let streams = document.list.rows().iter().filter_map(ListRow::stream);
    streams.map(|stream| document.opened.log.stream(stream).name.to_string()).collect()
}

#[test]
fn the_filter_is_reached_left_and_cleared_by_keys() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    let all = listed(&window).len();
    window.key_press_modifiers(Modifiers::COMMAND, Key::L);
    window.run();
    window.get_by_role_and_label(Role::TextInput, "Filter streams").type_text("account-000?");
    window.run();
    let found = listed(&window);
    assert!(found.len() > 3 && found.iter().all(|name| name.starts_with("account-000")), "{found:?}");
    window.key_press(Key::ArrowDown);
    window.run();
    assert!(window.get_by_role_and_label(Role::List, "List of streams").is_focused());
    window.key_press(Key::End);
    window.run();
    assert_eq!(selected(&window), found.last().map(String::as_str));
    window.key_press_modifiers(Modifiers::COMMAND, Key::L);
    window.run();
    window.key_press(Key::Escape);
    window.run();
    assert_eq!((document(&window).list.filter(), listed(&window).len()), ("", all));
}

#[test]
fn keys_go_through_the_list_and_letters_to_the_filter() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    let all = listed(&window);
    window.get_by_role_and_label(Role::List, "List of streams").focus();
    window.run();
    for (key, expected) in [(Key::Home, 0), (Key::ArrowDown, 1), (Key::ArrowDown, 2), (Key::ArrowUp, 1)] {
        window.key_press(key);
        window.run();
        assert_eq!(selected(&window), Some(&*all[expected]), "{key:?}");
    }
    window.key_press(Key::End);
    window.run();
    assert_eq!(selected(&window), all.last().map(String::as_str));
    // What is selected is in sight.
    window.get_by_role_and_label(Role::Button, all.last().unwrap());
    window.key_press(Key::PageUp);
    window.run();
    let there = all.iter().position(|name| Some(&**name) == selected(&window)).unwrap();
    assert!((all.len() - 60..all.len() - 5).contains(&there), "a page up is at {there} of {}", all.len());
    window.event(egui::Event::Text("0001".to_owned()));
    window.run();
    assert_eq!(document(&window).list.filter(), "0001");
    assert!(window.get_by_role_and_label(Role::TextInput, "Filter streams").is_focused());
}

#[test]
fn the_order_is_chosen_from_a_menu() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    window.get_by_label("Order of streams").click();
    window.run();
    window.get_by_label("Most events first").click();
    window.run();
    assert_eq!(document(&window).list.sort(), StreamSort::Events);
    let log = document(&window).opened.log.clone();
    let counts: Vec<usize> = document(&window)
        .list
        .rows()
        .iter()
        .skip(1)
        .map_while(ListRow::stream)
        .map(|stream| log.lane(stream).len())
        .collect();
    assert!(counts.len() > 3 && counts.is_sorted_by(|a, b| a >= b), "{counts:?}");
}

#[test]
fn a_category_folds_and_can_stand_alone() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    let all = listed(&window).len();
    window.get_by_label("Streams of account, unfolded").click();
    window.run();
    window.get_by_label("Streams of account, folded");
    assert!(listed(&window).len() < all && !listed(&window).contains(&"account-A".to_owned()));
    let account = document(&window).opened.log.find_stream("account-A").unwrap();
    let category = document(&window).opened.log.stream(account).category;
    window.state_mut().send(Command::OnlyCategory(Some(category)));
    window.run();
    assert!(listed(&window).iter().all(|name| name.starts_with("account-")));
    window.get_by_label("Show all categories").click();
    window.run();
    assert_eq!(listed(&window).len(), all);
}

#[test]
fn a_filter_that_nothing_fits_says_so() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    window.state_mut().send(Command::FilterStreams("nobody at all".to_owned()));
    window.run();
    window.get_by_label_contains("No stream has “nobody at all” in its name");
    window.get_by_label("Show all streams").click();
    window.run();
    window.get_by_role_and_label(Role::Button, "account-A");
}
