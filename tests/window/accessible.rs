//! What a screen reader and a keyboard find: every panel's tree is walked, and the focus goes round all of it.

use std::collections::{BTreeMap, BTreeSet};

use egui::accesskit::{Action, Role};
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use foldline::app::{Command, Dialog, NoticeKind, Sheet, Tab, TrackSource};
use foldline::model::{Segment, ValuePath};
use foldline::ui::{Setup, Window};
use foldline::worker::Inline;

use super::{sample, window};

fn send(window: &mut Harness<'_, Window>, commands: impl IntoIterator<Item = Command>) {
    for command in commands {
        window.state_mut().send(command);
        window.run();
    }
}

fn bank() -> (tempfile::TempDir, Harness<'static, Window>) {
    let (folder, store) = sample("bank");
    let mut window = window(Some(&store));
    send(&mut window, [Command::SelectStream("account-A".into())]);
    (folder, window)
}

/// Something that can be pressed, typed into or moved through.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Control {
    role: String,
    name: String,
    /// Left, top, right and bottom, in whole points.
    place: [i64; 4],
}

/// All that can be worked now.
///
/// Scroll areas and the boxes around groups take clicks and drags without being anything by themselves: they are no
/// controls as long as they can't have the focus.
fn controls(window: &Harness<'_, Window>) -> Vec<Control> {
    let mut found = Vec::new();
    for node in window.root().children_recursive() {
        let node = node.accesskit_node();
        let data = node.data();
        if node.is_root() || node.is_hidden() || node.role() == Role::Window {
            continue;
        }
        if !(data.supports_action(Action::Click) || data.supports_action(Action::Focus)) {
            continue;
        }
        let name = node.label().filter(|name| !name.trim().is_empty()).or_else(|| node.value()).unwrap_or_default();
        let place = node.raw_bounds().map_or([0; 4], |b| [b.x0, b.y0, b.x1, b.y1].map(|at| at.round() as i64));
        if node.role() == Role::ScrollBar && name.is_empty() {
            // The toolkit's own: the role says all, and the keyboard does not stop there.
            continue;
        }
        found.push(Control { role: format!("{:?}", node.role()), name, place });
    }
    found
}

/// Every control has a role, a name that says something, and no twin on the same spot.
#[track_caller]
pub fn walk(window: &Harness<'_, Window>, what: &str) {
    let controls = controls(window);
    assert!(controls.len() >= 3, "{what}: only {} controls: is it there at all?", controls.len());
    let mut faults = BTreeSet::new();
    for control in &controls {
        if matches!(&*control.role, "Unknown" | "GenericContainer" | "Group" | "Pane") {
            faults.insert(format!("no role: {control:?}"));
        }
        // A text that can be selected is what it is, `{}` too.
        let says = if control.role == "Label" { char::is_ascii_graphic } else { |c: &char| c.is_alphanumeric() };
        if !control.name.chars().any(|c| says(&c) || c.is_alphanumeric()) {
            faults.insert(format!("no name: {control:?}"));
        }
        if control.name.chars().any(|c| matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..)) {
            faults.insert(format!("a letter of the icon font in the name: {control:?}"));
        }
    }
    let mut seen = BTreeMap::new();
    for control in &controls {
        *seen.entry(control).or_insert(0) += 1;
    }
    for (control, count) in seen.into_iter().filter(|(_, count)| *count > 1) {
        faults.insert(format!("{count} of the same: {control:?}"));
    }
    assert!(faults.is_empty(), "{what}:\n{}", faults.into_iter().collect::<Vec<_>>().join("\n"));
}

/// The name of what has the focus.
fn focused(window: &Harness<'_, Window>) -> Option<String> {
    let node = window.root().children_recursive().find(|node| node.accesskit_node().is_focused())?;
    let node = node.accesskit_node();
    if node.role() == Role::Window {
        return None;
    }
    let place = node.raw_bounds().map_or(0.0, |bounds| bounds.y0 * 10_000.0 + bounds.x0).round();
    let name = node.label().or_else(|| node.value()).unwrap_or_default();
    Some(format!("{:?} {name} @{place}", node.role()))
}

/// Presses Tab until the focus is where it has been, and gives all that had it, in order.
#[track_caller]
pub fn go_round(window: &mut Harness<'_, Window>, what: &str, modifiers: Modifiers) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for _ in 0..400 {
        window.key_press_modifiers(modifiers, Key::Tab);
        window.run();
        // At the end of the round nothing has it for a moment.
        let Some(now) = focused(window) else { continue };
        if seen.last() == Some(&now) {
            panic!("{what}: the focus stays on {now}, after {seen:#?}");
        }
        if let Some(at) = seen.iter().position(|before| *before == now) {
            assert_eq!(at, 0, "{what}: a part of the controls holds the focus: {now} again, after {seen:#?}");
            return seen;
        }
        seen.push(now);
    }
    panic!("{what}: the focus never comes round: {seen:#?}");
}

#[test]
fn every_control_of_the_welcome_screen_is_named() {
    let mut window = window(None);
    walk(&window, "welcome");
    window.state_mut().send(Command::Open("/nowhere/at-all.db".into()));
    window.run();
    assert_eq!(window.state().app().notices.len(), 1);
    walk(&window, "welcome with a message");
}

#[test]
fn every_control_of_an_open_store_is_named() {
    for name in ["bank", "orders", "rides"] {
        let (_folder, store) = sample(name);
        let window = window(Some(&store));
        walk(&window, name);
    }
    let (_folder, mut window) = bank();
    walk(&window, "account-A");
    send(&mut window, [Command::Search("alice".into())]);
    assert!(!window.state().app().document.as_ref().unwrap().search.hits.is_empty());
    walk(&window, "search with hits");
    send(&mut window, [Command::Search("type:Nothing".into())]);
    walk(&window, "search without hits");
    send(&mut window, [Command::Search("data.amount >".into())]);
    walk(&window, "a search that is none");
    send(&mut window, [Command::ClearSearch, Command::ShowLife(balance())]);
    walk(&window, "the life of a value");
    send(
        &mut window,
        [
            Command::HideLife,
            Command::TogglePin(balance()),
            Command::TogglePinned("account-A".into()),
            Command::AddTrack(TrackSource::Field(balance())),
            Command::AddTrack(TrackSource::Condition("state.balance < 20".into())),
            Command::ShowLegend(true),
        ],
    );
    assert_eq!(window.state().app().document.as_ref().unwrap().tracks.len(), 2);
    walk(&window, "tracks, pins and the legend");
    window.key_press(Key::Delete);
    window.run();
    assert!(window.state().app().document.as_ref().unwrap().has_edits());
    walk(&window, "what-if");
    send(&mut window, [Command::ShowTab(Tab::WhatIf)]);
    walk(&window, "what follows");
    send(&mut window, [Command::ShowTab(foldline::app::Tab::Compare)]);
    walk(&window, "differences over time");
    window.get_by_role_and_label(egui::Role::Tab, "Side by side").click();
    window.run();
    walk(&window, "events side by side");
    send(&mut window, [Command::ShowTab(Tab::Health)]);
    walk(&window, "health");
    send(&mut window, [Command::ToggleMeasurements]);
    walk(&window, "measurements");
}

#[test]
fn every_control_of_what_opens_over_the_window_is_named() {
    for sheet in [Sheet::Palette, Sheet::Help] {
        let (_folder, mut window) = bank();
        send(&mut window, [Command::Show(sheet)]);
        assert_eq!(window.state().app().sheet, Some(sheet));
        walk(&window, &format!("{sheet:?}"));
    }
    let (folder, mut window) = bank();
    window.key_press_modifiers(Modifiers::COMMAND, Key::G);
    window.run();
    walk(&window, "the as-of box");
    window.key_press(Key::Escape);
    window.run();

    send(&mut window, [Command::AskCopy]);
    assert!(matches!(window.state().app().dialog, Some(Dialog::SaveCopy { .. })));
    walk(&window, "save a copy");
    let category = {
        let document = window.state().app().document.as_ref().unwrap();
        document.opened.log.stream(document.stream_index().unwrap()).category
    };
    send(&mut window, [Command::CloseDialog, Command::AskRules(category)]);
    assert!(matches!(window.state().app().dialog, Some(Dialog::MakeRules { .. })));
    walk(&window, "make rules");
    let scenario = window.state().app().document.as_ref().unwrap().active_scenario().id;
    for (command, what) in [
        (Command::AskSaveScenario(scenario), "save a scenario"),
        (Command::AskOpenScenario, "open a scenario"),
        (Command::AskFixture, "export a fixture"),
        (Command::AskRenameScenario(scenario), "rename a scenario"),
    ] {
        send(&mut window, [Command::CloseDialog, command]);
        assert!(window.state().app().dialog.is_some(), "{what}");
        walk(&window, what);
    }
    send(&mut window, [Command::CloseDialog, Command::Open(folder.path().join("bank.db"))]);
    let (_other, store) = sample("rides");
    send(&mut window, [Command::Open(store)]);
    assert!(matches!(window.state().app().dialog, Some(Dialog::OpenAnother { .. })));
    walk(&window, "open another");
    send(&mut window, [Command::CloseDialog]);
    window.key_press(Key::Delete);
    window.run();
    send(&mut window, [Command::AskCloseScenario(scenario)]);
    assert!(matches!(window.state().app().dialog, Some(Dialog::CloseScenario { .. })));
    walk(&window, "close a scenario");
    send(&mut window, [Command::CloseDialog, Command::Close]);
    assert!(matches!(window.state().app().dialog, Some(Dialog::DropEdits { .. })));
    walk(&window, "drop edits");
}

#[test]
fn sweeps_and_proposals_are_named_and_tab_goes_through_them() {
    let (_folder, mut window) = bank();
    let edit = r#"{"update":{"stream":"account-A","version":4},"data":{"amount":40}}"#;
    let edits = super::sweep::edits(edit);
    send(&mut window, [Command::AddEdits { edits, words: "Edit".to_owned() }, Command::ShowTab(Tab::Sweep)]);
    walk(&window, "a sweep as a plot");
    let there = go_round(&mut window, "a sweep", Modifiers::NONE);
    for name in ["What is varied", "First value", "Step", "Show balance", "As a table", "Plot: ", "Use 30"] {
        assert!(there.iter().any(|there| there.contains(name)), "Tab never reaches {name}: {there:#?}");
    }
    window.get_by_label("As a table").click();
    window.run();
    walk(&window, "a sweep as a table");
    send(&mut window, [Command::ShowCompensation]);
    walk(&window, "a proposal");
    let there = go_round(&mut window, "a proposal", Modifiers::NONE);
    assert!(there.iter().any(|name| name.contains("Copy as JSON")), "{there:#?}");
    assert!(!there.iter().any(|name| name.contains("Filter streams")), "the focus leaves the sheet: {there:#?}");
}

#[test]
fn every_control_of_the_menus_is_named() {
    let (_folder, mut window) = bank();
    let mut opened = 0;
    for menu in ["Window", "Store", "Speed", "Time zone", "Sort"] {
        let before = controls(&window).len();
        let found = window
            .query_all_by_role(egui::Role::Button)
            .find(|node| node.accesskit_node().label().is_some_and(|name| name.starts_with(menu)));
        let Some(button) = found else { continue };
        button.click();
        window.run();
        if controls(&window).len() > before {
            walk(&window, menu);
            opened += 1;
        }
        window.key_press(Key::Escape);
        window.run();
    }
    assert!(opened >= 3, "only {opened} menus open");
}

#[test]
fn messages_are_named_and_say_what_they_can_be_put_away_with() {
    let setup =
        Setup { notices: vec!["The settings file is broken.".to_owned(), "Another.".to_owned()], ..Setup::default() };
    let mut harness = Harness::builder()
        .with_size(egui::vec2(1280.0, 800.0))
        .with_max_steps(40)
        .build_eframe(|creation| Window::with(&creation.egui_ctx, Box::new(Inline::default()), setup));
    harness.run();
    assert_eq!(harness.state().app().notices.iter().filter(|notice| notice.kind == NoticeKind::Note).count(), 2);
    walk(&harness, "two messages");
    harness.get_by_label_contains("The settings file is broken.");
}

#[test]
fn tab_goes_through_all_of_the_window_and_comes_round() {
    let (_folder, mut window) = bank();
    let there = go_round(&mut window, "forwards", Modifiers::NONE);
    for panel in ["Search events", "As of", "Timeline, account-A", "Filter streams", "List of streams", "Made by"] {
        assert!(there.iter().any(|name| name.contains(panel)), "Tab never reaches {panel}: {there:#?}");
    }
    assert!(there.iter().any(|name| name.contains("balance")), "Tab never reaches the state: {there:#?}");
    let back = go_round(&mut window, "backwards", Modifiers::SHIFT);
    assert_eq!(
        there.iter().collect::<BTreeSet<_>>(),
        back.iter().collect::<BTreeSet<_>>(),
        "not the same both ways round"
    );
}

#[test]
fn tab_comes_round_on_the_welcome_screen_and_in_questions() {
    let mut empty = window(None);
    let there = go_round(&mut empty, "welcome", Modifiers::NONE);
    for name in ["Open the sample: A bank", "Path of a SQLite event store"] {
        assert!(there.iter().any(|there| there.contains(name)), "{there:#?}");
    }

    let (_folder, mut window) = bank();
    send(&mut window, [Command::AskCopy]);
    let there = go_round(&mut window, "save a copy", Modifiers::NONE);
    assert!(there.iter().any(|name| name.contains("Path of the copy")), "{there:#?}");
    assert!(!there.iter().any(|name| name.contains("Filter streams")), "the focus leaves the question: {there:#?}");
    // It goes back where it can be seen, and keys act again.
    window.key_press(Key::Escape);
    window.run();
    assert!(window.state().app().dialog.is_none());
}

#[test]
fn what_is_typed_at_once_goes_to_the_field_that_has_just_got_the_focus() {
    let (_folder, mut window) = bank();
    let field = window.get_by_role_and_label(egui::Role::TextInput, "Search events");
    field.focus();
    field.type_text("alice");
    window.run();
    window.key_press(Key::Enter);
    window.run();
    let cursor = |window: &Harness<'_, Window>| window.state().app().document.as_ref().unwrap().cursor;
    let before = cursor(&window);
    send_once(&mut window, Command::Focus(foldline::app::Focus::AsOf));
    assert!(focused(&window).is_some_and(|name| name.contains("As of")), "{:?}", focused(&window));
    // On a slow machine all of it comes in one frame.
    let key = |key, modifiers| egui::Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers };
    window.input_mut().events.extend([
        key(Key::A, Modifiers::COMMAND),
        egui::Event::Text("2025-03-04 14:34:11".to_owned()),
        key(Key::Enter, Modifiers::NONE),
    ]);
    window.step();
    window.run();
    assert_ne!(cursor(&window), before);
    assert_eq!(super::field(&window, "balance").0.as_deref(), Some("30"));
    assert_eq!(window.state().app().document.as_ref().unwrap().search.current, None, "the search took the key, too");
}

#[test]
fn the_first_key_after_the_focus_came_moves_by_one() {
    let (_folder, mut window) = bank();
    send_once(&mut window, Command::Focus(foldline::app::Focus::State));
    assert!(focused(&window).is_some_and(|name| name.contains("status open")), "{:?}", focused(&window));
    window.key_press(Key::ArrowDown);
    window.run();
    assert!(focused(&window).is_some_and(|name| name.contains("balance 10, was 30")), "{:?}", focused(&window));
}

/// Until the focus is where it was sent, and not a frame longer.
fn send_once(window: &mut Harness<'_, Window>, command: Command) {
    window.state_mut().send(command);
    window.step();
}

#[test]
fn panels_take_the_focus_one_after_the_other() {
    let (_folder, mut window) = bank();
    let mut seen = Vec::new();
    for _ in 0..5 {
        window.key_press(Key::F6);
        window.run();
        seen.push(focused(&window).unwrap_or_else(|| "the timeline".to_owned()));
    }
    let different: BTreeSet<_> = seen.iter().collect();
    assert_eq!(different.len(), 5, "{seen:#?}");
}

#[test]
fn the_timeline_says_where_the_cursor_is() {
    let (_folder, mut window) = bank();
    let spoken = |window: &Harness<'_, Window>| {
        let name = slider(window);
        let node = window.get_by_role_and_label(egui::Role::Slider, &name);
        let node = node.accesskit_node();
        (node.label().unwrap(), node.numeric_value().unwrap())
    };
    let mut said = Vec::new();
    for key in [Key::End, Key::ArrowLeft, Key::ArrowLeft, Key::Home] {
        window.key_press(key);
        window.run();
        said.push(spoken(&window));
    }
    assert!(said[0].0.contains("account-A") && said[0].0.contains("v4 of 4"), "{said:#?}");
    assert!(said[1].0.contains("v3 of 4") && said[1].0.contains("2025-02-14"), "{said:#?}");
    assert_eq!(said.iter().map(|(_, number)| *number).collect::<Vec<_>>(), [4.0, 3.0, 2.0, 0.0]);
    assert_eq!(said.iter().map(|(words, _)| words).collect::<BTreeSet<_>>().len(), 4, "{said:#?}");
    // A screen reader moves it, too.
    let name = slider(&window);
    window.get_by_role_and_label(egui::Role::Slider, &name).increment_accesskit();
    window.run();
    assert!(spoken(&window).0.contains("v1 of 4"), "{:?}", spoken(&window));
}

fn slider(window: &Harness<'_, Window>) -> String {
    let mut sliders = window.query_all_by_role(egui::Role::Slider).filter_map(|node| node.accesskit_node().label());
    sliders.find(|name| name.starts_with("Timeline")).unwrap()
}

fn balance() -> ValuePath {
    ValuePath(vec![Segment::Key("balance".into())])
}
