//! The window's frame: top bar, palette, help, panels, text size, zones, several stores.

use egui::{Key, Modifiers, Role};
use foldline::app::actions::actions;
use foldline::app::{Cursor, PanelName, Settings, Tab, ZoneChoice};
use foldline::job::ProjectionChoice;
use foldline::model::Timestamp;
use foldline::ui::Setup;
use foldline::whatif::{Edit, Selector, Target};

use super::*;

fn sized(width: f32, height: f32, files: Vec<PathBuf>, settings: Settings) -> Harness<'static, Window> {
    let mut harness =
        Harness::builder().with_size(egui::vec2(width, height)).with_max_steps(40).allow_missing_glyphs().build_eframe(
            |creation| {
                let setup = Setup { files, settings, ..Setup::default() };
                Window::with(&creation.egui_ctx, Box::new(Inline::default()), setup)
            },
        );
    harness.run();
    harness
}

fn press(window: &mut Harness<'_, Window>, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run();
}

fn type_into(window: &mut Harness<'_, Window>, name: &str, text: &str) {
    window.get_by_role_and_label(Role::TextInput, name).type_text(text);
    // The field waits for a pause in typing.
    window.run_steps(4);
    window.run();
}

fn has(window: &Harness<'_, Window>, name: &str) -> bool {
    window.query_by_label(name).is_some()
}

#[test]
fn the_palette_finds_commands_streams_and_zones() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    press(&mut window, Modifiers::COMMAND, Key::K);
    type_into(&mut window, "Command or stream", "account-0005");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(window.state().app().document.as_ref().unwrap().stream.as_deref(), Some("account-0005"));
    assert!(window.state().app().sheet.is_none());

    press(&mut window, Modifiers::COMMAND, Key::K);
    type_into(&mut window, "Command or stream", "undo");
    window.get_by_label("Undo, What if · nothing to do again or to take back");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(window.state().app().sheet.is_some(), "what can't be done closes nothing");
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(window.state().app().sheet.is_none());

    press(&mut window, Modifiers::COMMAND, Key::K);
    type_into(&mut window, "Command or stream", "new york");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(window.state().app().zone(), chrono_tz::America::New_York);
}

#[test]
fn help_lists_every_action_with_a_shortcut() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    press(&mut window, Modifiers::NONE, Key::F1);
    for action in actions().filter(|action| action.shortcut.is_some()) {
        let prefix = format!("{}: ", action.text);
        let found = window
            .get_all_by(|node| node.label().or_else(|| node.value()).is_some_and(|label| label.starts_with(&prefix)))
            .count();
        assert!(found >= 1, "{}", action.id);
    }
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(!has(&window, "Keyboard and mouse"));
}

#[test]
fn every_form_of_a_moment_goes_somewhere() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    window.get_by_role_and_label(Role::Button, "account-A").click();
    window.state_mut().send(Command::Tick(Timestamp::parse_iso("2025-03-05T12:00:00Z").unwrap()));
    window.run();
    let at = |text: &str| Cursor::Instant(Timestamp::parse_iso(text).unwrap());
    for (text, meaning, expected) in [
        ("2025-03-04 14:00:00", "Tuesday 4 March 2025, 14:00:00 UTC", at("2025-03-04T14:00:00Z")),
        ("yesterday 14:34", "Tuesday 4 March 2025, 14:34:00 UTC", at("2025-03-04T14:34:00Z")),
        ("13:00", "Tuesday 4 March 2025, 13:00:00 UTC", at("2025-03-04T13:00:00Z")),
        ("#17", "after event #17 of the store", Cursor::Event(16)),
        ("v3", "after version 3 of account-A", Cursor::Event(459)),
    ] {
        press(&mut window, Modifiers::COMMAND, Key::G);
        let name = "As of: a time, #position or v and a version";
        type_into(&mut window, name, text);
        window.get_by_label(meaning);
        press(&mut window, Modifiers::NONE, Key::Enter);
        assert_eq!(window.state().app().document.as_ref().unwrap().cursor, expected, "{text}");
        assert!(window.query_by_role_and_label(Role::TextInput, name).is_none(), "{text}");
    }
    press(&mut window, Modifiers::COMMAND, Key::G);
    type_into(&mut window, "As of: a time, #position or v and a version", "soon");
    window.get_by_label_contains("'soon' is no moment");
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert_eq!(window.state().app().document.as_ref().unwrap().cursor, Cursor::Event(459));
}

#[test]
fn what_is_nearest_to_a_typed_moment_leads_there() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    window.get_by_role_and_label(Role::Button, "account-A").click();
    window.run();
    press(&mut window, Modifiers::COMMAND, Key::G);
    type_into(&mut window, "As of: a time, #position or v and a version", "2025-03-04 14:30");
    window.get_by_label_contains("Go to v4").click();
    window.run();
    let document = window.state().app().document.as_ref().unwrap();
    assert_eq!(document.opened.log.version(document.event.unwrap() as usize), Some(4));
}

#[test]
fn an_hour_that_comes_twice_is_offered_twice() {
    let (_folder, store) = sample("bank");
    let settings = Settings { zone: ZoneChoice::Named(chrono_tz::Europe::Berlin), ..Settings::default() };
    let mut window = sized(1280.0, 800.0, vec![store], settings);
    press(&mut window, Modifiers::COMMAND, Key::G);
    type_into(&mut window, "As of: a time, #position or v and a version", "2025-10-26 02:30");
    window.get_by_label_contains("happens twice in Europe/Berlin");
    window.get_by_label("2025-10-26T02:30:00+01:00").click();
    window.run();
    window.get_by_label("Sunday 26 October 2025, 02:30:00 Europe/Berlin");
}

#[test]
fn the_search_field_completes_searches_and_points_at_what_is_wrong() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    press(&mut window, Modifiers::COMMAND, Key::F);
    type_into(&mut window, "Search events", "type:FundsW");
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    press(&mut window, Modifiers::NONE, Key::Tab);
    press(&mut window, Modifiers::NONE, Key::Enter);
    let search = &window.state().app().document.as_ref().unwrap().search;
    assert_eq!(search.text.trim(), "type:FundsWithdrawn");
    assert_eq!(search.hits.len(), 234);
    window.get_by_label("234 found: go to the next").click();
    window.run();
    assert!(window.state().app().document.as_ref().unwrap().search.current.is_some());
    window.get_by_label("Clear the search").click();
    window.run();
    assert!(!window.state().app().document.as_ref().unwrap().search.is_active());

    press(&mut window, Modifiers::COMMAND, Key::F);
    type_into(&mut window, "Search events", "type:Funds (");
    window.get_by_label_contains("(character 13)");
}

#[test]
fn a_key_in_a_text_field_belongs_to_the_field() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    press(&mut window, Modifiers::NONE, Key::Delete);
    assert_eq!(window.state().app().document.as_ref().unwrap().active_scenario().draft.len(), 1);
    press(&mut window, Modifiers::COMMAND, Key::F);
    for key in [Key::Delete, Key::Home, Key::Space] {
        press(&mut window, Modifiers::NONE, key);
    }
    press(&mut window, Modifiers::COMMAND, Key::Z);
    let document = window.state().app().document.as_ref().unwrap();
    assert_eq!(document.active_scenario().draft.len(), 1);
    assert_ne!(document.cursor, Cursor::Start);
    // Escape gives the keys back to the timeline: once for the suggestions, once for the field.
    press(&mut window, Modifiers::NONE, Key::Escape);
    press(&mut window, Modifiers::NONE, Key::Escape);
    press(&mut window, Modifiers::NONE, Key::Home);
    assert_eq!(window.state().app().document.as_ref().unwrap().cursor, Cursor::Start);
}

#[test]
fn a_zone_is_chosen_by_a_fragment_and_changes_the_moment() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    let moment = |window: &Harness<'_, Window>| {
        let node = window.get_by_label_contains(": go to a moment");
        node.accesskit_node().label().unwrap()
    };
    let before = moment(&window);
    window.get_by_role_and_label(Role::Button, "Time zone: UTC").click();
    window.run();
    type_into(&mut window, "Find a time zone", "kolkata");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(window.state().app().zone(), chrono_tz::Asia::Kolkata);
    assert_ne!(moment(&window), before);
    window.get_by_role_and_label(Role::Button, "Time zone: Asia/Kolkata");
    assert!(!has(&window, "Find a time zone"));
}

#[test]
fn panels_fold_away_and_come_back_where_they_are_asked_for() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    window.get_by_label("Fold the streams away").click();
    window.run();
    assert!(!window.state().app().settings.panels.shows(PanelName::Streams));
    assert!(window.query_by_role_and_label(Role::TextInput, "Filter streams").is_none());
    press(&mut window, Modifiers::COMMAND, Key::L);
    window.get_by_role_and_label(Role::TextInput, "Filter streams");
    press(&mut window, Modifiers::COMMAND, Key::Num3);
    assert!(!window.state().app().settings.panels.shows(PanelName::State));
    window.get_by_label("Show the state");
}

#[test]
fn nothing_is_outside_the_window_at_any_size() {
    let (_folder, store) = sample("bank");
    for (width, height, scale) in
        [(900.0, 560.0, 100), (1280.0, 800.0, 80), (1280.0, 800.0, 150), (1280.0, 800.0, 200), (2560.0, 1440.0, 100)]
    {
        let window = sized(width, height, vec![store.clone()], Settings { scale, ..Settings::default() });
        let (width, height) = (width * 100.0 / f32::from(scale), height * 100.0 / f32::from(scale));
        for name in ["Search events", "Menu of the window", "Play"] {
            let rect = window.get_by_label(name).rect();
            assert!(
                rect.left() >= 0.0 && rect.right() <= width && rect.bottom() <= height,
                "{name} at {scale} %: {rect:?}"
            );
        }
        let search = window.get_by_label("Search events").rect();
        let as_of = window.get_by_label_contains(": go to a moment").rect();
        let play = window.get_by_label("Play").rect();
        assert!(search.right() <= as_of.left() && as_of.right() <= play.left(), "{width} at {scale} %");
    }
}

#[test]
fn text_grows_and_shrinks_by_keys() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    for _ in 0..20 {
        press(&mut window, Modifiers::COMMAND, Key::Plus);
    }
    assert_eq!(window.state().app().settings.scale, 200);
    window.get_by_label("Menu of the window");
    press(&mut window, Modifiers::COMMAND, Key::Num0);
    assert_eq!(window.state().app().settings.scale, 100);
}

#[test]
fn two_stores_are_open_beside_each_other() {
    let (_a, bank) = sample("bank");
    let (_b, rides) = sample("rides");
    let mut window = sized(1280.0, 800.0, vec![bank.clone(), rides], Settings::default());
    let name = |window: &Harness<'_, Window>| window.state().app().document.as_ref().unwrap().name();
    assert_eq!(name(&window), "rides.db");
    press(&mut window, Modifiers::COMMAND, Key::Tab);
    assert_eq!(name(&window), "bank.db");
    // The same file again switches to it.
    press(&mut window, Modifiers::COMMAND, Key::Tab);
    window.state_mut().send(Command::Open(bank));
    window.run();
    assert_eq!(name(&window), "bank.db");
    assert_eq!(window.state().app().beside.len(), 1);

    let (_c, orders) = sample("orders");
    window.state_mut().send(Command::Open(orders));
    window.run();
    window.get_by_label("Open instead").click();
    window.run();
    assert_eq!(name(&window), "orders.db");
    assert_eq!(window.state().app().beside.len(), 1);
    press(&mut window, Modifiers::COMMAND, Key::W);
    assert_eq!(name(&window), "rides.db");
}

#[test]
fn panels_are_as_large_as_suits_the_window_until_the_user_says_otherwise() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    let mut high = |width: f32, height: f32| {
        window.set_size(egui::vec2(width, height));
        window.run();
        window.run();
        height - window.get_by_role_and_label(Role::Tab, "Events").rect().top()
    };
    let (usual, large, small) = (high(1280.0, 800.0), high(2560.0, 1440.0), high(900.0, 560.0));
    assert!(large > 1440.0 * 0.35 && small > 560.0 * 0.35, "{large} {small}");
    assert_eq!(high(1280.0, 800.0), usual, "it is as it was");
    window.state_mut().send(Command::ResizePanel(PanelName::Events, 300.0));
    window.run();
    let mut high = |width: f32, height: f32| {
        window.set_size(egui::vec2(width, height));
        window.run();
        window.run();
        height - window.get_by_role_and_label(Role::Tab, "Events").rect().top()
    };
    let (one, other) = (high(1400.0, 1000.0), high(1500.0, 1200.0));
    assert_eq!(one, other, "the user's own size holds");
}

#[test]
fn unchanged_is_said_only_after_a_look() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    window.get_by_label("Read-only: what shows it").click();
    window.run();
    let hash = window.state().app().document.as_ref().unwrap().opened.hash.clone().unwrap().hash;
    assert_eq!(hash.len(), 64);
    for said in ["Nothing is written to this file, or beside it.", &hash, "Not looked at again since then."] {
        window.get_by_label(said);
    }
    window.get_by_label("Check now").click();
    window.run();
    window.get_by_label_contains("The same as when it was opened: nothing was written.");
    window.get_by_label("Copy").click();
    window.run();
    window.get_by_label("Read-only · unchanged ✓: what shows it");
    let mut bytes = std::fs::read(&store).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&store, bytes).unwrap();
    window.get_by_label("Check now").click();
    window.run();
    window.get_by_label_contains("Another program has changed the file since. It was last written at ");
    window.get_by_label("Changed by another program: what shows it");
}

#[test]
fn a_large_file_is_hashed_when_that_is_asked_for() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    let document = || window.state().app().document.as_ref().unwrap().opened.clone();
    let large = foldline::job::OpenedStore { bytes: 50_000_000_000, hash: None, ..document() };
    let mut app = foldline::app::App::new();
    let asked = app.update(Command::Open(store));
    let open = asked.iter().find(|request| request.slot == foldline::job::Slot::Open).unwrap();
    let done = foldline::job::Finished {
        slot: open.slot,
        generation: open.generation,
        result: Ok(foldline::job::Outcome::Opened(Box::new(large))),
    };
    let asked = app.update(Command::Done(done));
    assert!(asked.iter().all(|request| request.slot != foldline::job::Slot::Hash));
    let asked = app.update(Command::CheckUnchanged);
    assert!(asked.iter().any(|request| request.slot == foldline::job::Slot::Hash));
    assert!(app.document.as_ref().unwrap().proved.late);
    assert!(app.update(Command::CheckUnchanged).is_empty(), "what is under way is not begun anew");
    window.run();
}

#[test]
fn messages_wait_to_be_put_away() {
    let (_folder, store) = sample("bank");
    let setup_notices: Vec<String> = (1..=5).map(|number| format!("Message {number}")).collect();
    let mut window =
        Harness::builder().with_size(egui::vec2(1280.0, 800.0)).with_max_steps(40).allow_missing_glyphs().build_eframe(
            |creation| {
                let setup = Setup { files: vec![store], notices: setup_notices, ..Setup::default() };
                Window::with(&creation.egui_ctx, Box::new(Inline::default()), setup)
            },
        );
    window.run();
    assert!(!has(&window, "Message 1") && has(&window, "Message 5"));
    window.get_by_label("2 more").click();
    window.run();
    assert!(has(&window, "Message 1"));
    window.get_by_label("Dismiss all").click();
    window.run();
    assert!(window.state().app().notices.is_empty());
}

#[test]
fn the_panel_at_the_bottom_keeps_its_height_whatever_it_shows() {
    for (width, height) in [(1280.0, 800.0), (900.0, 560.0)] {
        // Two have findings, one is sound; with rules of their own and without.
        for name in ["bank", "orders", "rides"] {
            let (_folder, store) = sample(name);
            let mut window = sized(width, height, vec![store], Settings::default());
            let stream = window.state().app().document.as_ref().unwrap().stream.clone().unwrap();
            let first = Target::One(Selector::Version { stream, version: 1 });
            let commands = [
                Command::UseProjection(ProjectionChoice::Automatic),
                Command::AddEdits { edits: vec![Edit::Delete(first)], words: "Leave out".to_owned() },
                Command::Search("a".to_owned()),
            ];
            let top = |window: &Harness<'_, Window>| window.get_by_role_and_label(Role::Tab, "Events").rect().top();
            let usual = top(&window);
            for command in commands {
                let what = format!("{name} at {width}, {command:?}");
                window.state_mut().send(command);
                window.run();
                for tab in [Tab::Events, Tab::Found, Tab::WhatIf, Tab::Compare, Tab::Sweep, Tab::Health, Tab::Types] {
                    window.state_mut().send(Command::ShowTab(tab));
                    window.run();
                    // What grows a little does so in each frame.
                    window.run_steps(5);
                    assert_eq!(top(&window), usual, "{what}, {tab:?}");
                }
            }
        }
    }
}

#[test]
fn letters_that_come_in_the_frame_of_a_shortcut_are_for_what_it_leads_to() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    let key = |key, modifiers, pressed| egui::Event::Key { key, physical_key: None, pressed, repeat: false, modifiers };
    let pressed = |of, modifiers| [true, false].map(|pressed| key(of, modifiers, pressed));
    let mut events = pressed(Key::F, Modifiers::COMMAND).to_vec();
    // Each of these letters does something by itself where nothing is typed into.
    for (letter, of) in [("t", Key::T), ("i", Key::I), ("e", Key::E)] {
        let [down, up] = pressed(of, Modifiers::NONE);
        events.extend([down, egui::Event::Text(letter.to_owned()), up]);
    }
    window.input_mut().events.extend(events);
    window.run();
    let field = window.get_by_role_and_label(Role::TextInput, "Search events");
    assert_eq!(field.value().as_deref(), Some("tie"));
    assert!(window.state().app().document.as_ref().unwrap().form.is_none());
}
