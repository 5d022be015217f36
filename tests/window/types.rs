//! The Types tab: event types, their fields, and how they changed.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use foldline::app::{Command, Cursor, Tab};
use foldline::ui::Window;

use super::{sample, window};

fn types_of(name: &str) -> (tempfile::TempDir, Harness<'static, Window>) {
    let (folder, store) = sample(name);
    let mut window = window(Some(&store));
    window.get_by_role_and_label(Role::Tab, "Types").click();
    window.run();
    (folder, window)
}

fn find(window: &mut Harness<'_, Window>, text: &str) {
    window.get_by_role_and_label(Role::TextInput, "Find a type or a field").focus();
    window.run();
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.get_by_role_and_label(Role::TextInput, "Find a type or a field").type_text(text);
    window.run();
}

/// The position under the cursor, and the stream that is looked at.
fn place(window: &Harness<'_, Window>) -> (i64, String) {
    let document = window.state().app().document.as_ref().unwrap();
    let Cursor::Event(event) = document.cursor else { panic!("{:?}", document.cursor) };
    let stream = document.stream.as_deref().unwrap_or_default().to_owned();
    (document.opened.log.position(event as usize), stream)
}

fn labels(window: &Harness<'_, Window>, role: Role) -> Vec<String> {
    let nodes = window.root().children_recursive();
    let of_role = nodes.filter(|node| node.accesskit_node().role() == role);
    of_role.filter_map(|node| node.accesskit_node().label()).collect()
}

#[test]
fn all_types_are_listed_with_what_was_looked_at() {
    let (_folder, window) = types_of("bank");
    window.get_by_label("21 types in all 2,000 events");
    window.get_by_label_contains("FundsDeposited: 328 events");
    window.get_by_label("amount: number, in 100 %; 20.00 to 4189.62; such as 350.00, 250.00, 50");
}

#[test]
fn a_field_is_found_in_the_types_that_have_it() {
    let (_folder, mut window) = types_of("bank");
    find(&mut window, "Merch");
    let types: Vec<String> =
        labels(&window, Role::Button).into_iter().filter(|name| name.contains(" events · ")).collect();
    assert_eq!(types.len(), 1, "{types:?}");
    assert!(types[0].starts_with("CardPaymentMade: 216 events · 1 field"), "{types:?}");
    let rows = labels(&window, Role::Row);
    assert!(rows.iter().any(|row| row.starts_with("merchant: text")), "{rows:?}");
    assert!(!rows.iter().any(|row| row.starts_with("amount")), "{rows:?}");
    find(&mut window, "no such thing");
    window.get_by_label("No event type and no field of one is called no such thing.");
    window.key_press(Key::Escape);
    window.run();
    window.get_by_label_contains("FundsDeposited: 328 events");
}

#[test]
fn a_change_leads_to_its_event() {
    let (_folder, mut window) = types_of("orders");
    find(&mut window, "AddressCh");
    let change = "from 2025-03-29 14:40:01 breaking: addr removed (perhaps renamed to address); \
                  there in 24 of 24 in version 1, 0 of 30 in version 2";
    window.get_by_role_and_label(Role::Row, change).click();
    window.run();
    let (position, stream) = place(&window);
    assert_eq!(position, 671);
    assert!(stream.starts_with("customer-"), "{stream}");
}

#[test]
fn first_and_last_seen_lead_to_their_events() {
    let (_folder, mut window) = types_of("bank");
    window.get_by_role_and_label(Role::Link, "First FundsDeposited on 2025-01-06 15:44:40").click();
    window.run();
    assert_eq!(place(&window).0, 8);
    window.get_by_role_and_label(Role::Link, "Last FundsDeposited on 2025-06-30 08:46:49").click();
    window.run();
    assert_eq!(place(&window).0, 1999);
}

#[test]
fn both_lists_are_worked_by_keys() {
    let (_folder, mut window) = types_of("orders");
    window.get_by_role_and_label(Role::List, "Event types").focus();
    window.run();
    for _ in 0..3 {
        window.key_press(Key::ArrowDown);
        window.run();
    }
    window.get_by_label_contains("OrderPlaced: 113 events");
    window.get_by_label_contains("items[].sku: text");
    window.get_by_role_and_label(Role::Table, "Fields and changes").focus();
    window.run();
    // name, then items, which folds.
    window.key_press(Key::ArrowDown);
    window.run();
    window.key_press(Key::ArrowDown);
    window.run();
    window.key_press(Key::ArrowLeft);
    window.run();
    assert!(window.query_by_label_contains("items[].sku: text").is_none());
    window.key_press(Key::ArrowRight);
    window.run();
    window.get_by_label_contains("items[].sku: text");
    window.key_press(Key::Enter);
    window.run();
    assert_eq!(place(&window).0, 1);
    window.key_press_modifiers(Modifiers::SHIFT, Key::Enter);
    window.run();
    assert_eq!(place(&window).0, 1589);
    window.event(egui::Event::Copy);
    let mut copied = Vec::new();
    for _ in 0..4 {
        window.step();
        copied.extend(window.output().platform_output.commands.iter().filter_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        }));
    }
    assert_eq!(copied, ["items\tlist\t100 %\t1 to 3 items"]);
}

#[test]
fn a_look_is_kept_and_another_store_has_its_own() {
    let (_folder, mut window) = types_of("bank");
    let edition = |window: &Harness<'_, Window>| {
        window.state().app().document.as_ref().unwrap().cataloguing.catalogue().edition()
    };
    let first = edition(&window);
    for tab in [Tab::Events, Tab::Types] {
        window.state_mut().send(Command::ShowTab(tab));
        window.run();
    }
    assert_eq!(edition(&window), first);
    window.state_mut().send(Command::LookAtTypes);
    window.run();
    assert_eq!(edition(&window), first + 1);
    let (_other, store) = sample("rides");
    window.state_mut().send(Command::OpenBeside(store));
    window.run();
    window.get_by_label("18 types in all 1,500 events");
}

#[test]
fn the_tab_is_named_throughout_and_tab_goes_through_it() {
    let (_folder, mut window) = types_of("orders");
    super::accessible::walk(&window, "event types");
    find(&mut window, "AddressCh");
    super::accessible::walk(&window, "a type with changes");
    let there = super::accessible::go_round(&mut window, "event types", Modifiers::NONE);
    for name in ["Find a type or a field", "Copy event types", "Event types", "Fields and changes", "First Address"] {
        assert!(there.iter().any(|there| there.contains(name)), "Tab never reaches {name}: {there:#?}");
    }
}
