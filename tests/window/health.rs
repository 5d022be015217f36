//! The Health tab.

use std::path::Path;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use foldline::app::{Command, Cursor, Tab};
use foldline::job::ProjectionChoice;
use foldline::ui::Window;

use super::{accessible, sample, window};

fn send(window: &mut Harness<'_, Window>, command: Command) {
    window.state_mut().send(command);
    window.run();
}

fn show(window: &mut Harness<'_, Window>) {
    window.get_by_role_and_label(Role::Tab, "Health").click();
    window.run();
}

/// A store with two gaps in versions and a type that is seen once.
fn gaps(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("gaps.db");
    let conn = rusqlite::Connection::open_with_flags(
        &path,
        rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE | rusqlite::OpenFlags::SQLITE_OPEN_CREATE,
    )
    .unwrap();
    conn.execute_batch(
        "CREATE TABLE events (position INTEGER PRIMARY KEY, stream_id TEXT, version INTEGER, event_id TEXT, type TEXT, \
         schema_version INTEGER, recorded_at TEXT, valid_at TEXT, data TEXT, metadata TEXT);",
    )
    .unwrap();
    for (position, stream, version, event_type) in [
        (1, "a-1", 1, "Begun"),
        (2, "a-2", 1, "Begun"),
        (3, "a-1", 2, "Gone"),
        (4, "a-1", 5, "Gone"),
        (5, "a-2", 3, "Gone"),
        (6, "a-2", 4, "Odd"),
    ] {
        conn.execute(
            "INSERT INTO events VALUES (?1, ?2, ?3, 'id' || ?1, ?4, 1, '2026-01-01T00:00:0' || ?1 || 'Z', NULL, '{}', NULL)",
            rusqlite::params![position, stream, version, event_type],
        )
        .unwrap();
    }
    path
}

#[test]
fn nobody_looks_before_the_tab_is_shown_and_then_once() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    assert!(window.state().app().document.as_ref().unwrap().checking.is_new());
    show(&mut window);
    let checking = &window.state().app().document.as_ref().unwrap().checking;
    let edition = checking.edition;
    assert!(checking.health.as_ref().unwrap().complete);
    window.get_by_label_contains("1 error, 2 notes · looked at all 2,000 events in 347 streams with their payloads");
    window.get_by_label("Invariant broken: 1 error");
    window.get_by_label_contains("Not looked for: expected versions: no event says which version its writer expected");
    send(&mut window, Command::ShowTab(Tab::Events));
    show(&mut window);
    assert_eq!(window.state().app().document.as_ref().unwrap().checking.edition, edition);
    window.get_by_label("Look again").click();
    window.run();
    assert!(window.state().app().document.as_ref().unwrap().checking.edition > edition);
    accessible::walk(&window, "health");
}

#[test]
fn a_finding_leads_to_its_event() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    show(&mut window);
    window.get_by_label_contains("#1120 of account-0042: after this event it no longer holds").click();
    window.run();
    let document = window.state().app().document.as_ref().unwrap();
    let log = &document.opened.log;
    assert_eq!(document.stream.as_deref(), Some("account-0042"));
    assert_eq!(document.cursor, Cursor::Event(log.event_at_position(1120).unwrap() as u32));
}

#[test]
fn all_of_it_by_keyboard() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window(Some(&gaps(folder.path())));
    show(&mut window);
    window.get_by_label("Versions missing: 2 warnings");
    // Kinds: the worst is chosen; the next one down tells other findings.
    window.get_by_role_and_label(Role::List, "Kinds of findings").focus();
    window.run();
    window.key_press(Key::ArrowDown);
    window.run();
    window.get_by_label_contains("#6 of a-2: no other event has the type Odd");
    window.key_press(Key::ArrowUp);
    window.run();
    window.get_by_role_and_label(Role::Table, "Findings").focus();
    window.run();
    for _ in 0..2 {
        window.key_press(Key::ArrowDown);
        window.run();
    }
    window.key_press(Key::Enter);
    window.run();
    let document = window.state().app().document.as_ref().unwrap();
    assert_eq!((document.stream.as_deref(), document.cursor), (Some("a-2"), Cursor::Event(4)));
}

#[test]
fn the_keyboard_goes_from_kinds_to_findings_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window(Some(&gaps(folder.path())));
    show(&mut window);
    window.get_by_role_and_label(Role::List, "Kinds of findings").focus();
    window.run();
    window.key_press(Key::ArrowRight);
    window.run();
    assert!(window.get_by_role_and_label(Role::Table, "Findings").is_focused());
    // The first is chosen, so that Enter leads somewhere at once.
    window.key_press(Key::Enter);
    window.run();
    assert_eq!(window.state().app().document.as_ref().unwrap().cursor, Cursor::Event(3));
    window.key_press(Key::ArrowLeft);
    window.run();
    assert!(window.get_by_role_and_label(Role::List, "Kinds of findings").is_focused());
}

#[test]
fn in_every_window_findings_are_read_in_full() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window(Some(&gaps(folder.path())));
    show(&mut window);
    for (size, lines) in [((900.0, 560.0), 2..=5), ((1280.0, 800.0), 2..=3), ((2560.0, 1440.0), 1..=1)] {
        window.set_size(egui::vec2(size.0, size.1));
        window.run();
        let table = window.get_by_role_and_label(Role::Table, "Findings").rect();
        let row = window.get_by_label_contains("#4 of a-1: ").rect();
        // In the smallest window the message goes on below, where the list is scrolled to; the way to the event is
        // in sight.
        let first = egui::Rect::from_min_size(row.min, egui::vec2(row.width(), row.height().min(24.0)));
        assert!(table.contains_rect(first), "{size:?}: {row:?} in {table:?}");
        // A line of its own for the place, and as many as the message takes.
        let shown = if row.height() < 30.0 { 1 } else { ((row.height() - 12.0) / 18.0).round() as i32 };
        assert!(lines.contains(&shown), "{size:?}: {row:?}");
        accessible::walk(&window, "health");
    }
}

#[test]
fn severities_can_be_filtered_and_all_of_it_copied() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window(Some(&gaps(folder.path())));
    show(&mut window);
    window.get_by_label("Show 2 warnings").click();
    window.run();
    assert!(window.query_by_label("Versions missing: 2 warnings").is_none());
    window.get_by_label("Type seen once: 1 note");
    window.get_by_label("Show 1 note").click();
    window.run();
    window.get_by_label("All that was found is filtered out.");
    window.get_by_label("Show 2 warnings").click();
    window.run();
    let copied = |window: &Harness<'_, Window>| {
        let commands = &window.output().platform_output.commands;
        commands.iter().find_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        })
    };
    window.get_by_label("Copy findings as text").click();
    let text = (0..5).find_map(|_| {
        window.step();
        copied(&window)
    });
    let text = text.unwrap();
    assert!(text.starts_with("2 warnings, 1 note; looked at all 6 events"), "{text}");
    window.get_by_label("Copy findings as JSON").click();
    let text = (0..5).find_map(|_| {
        window.step();
        copied(&window)
    });
    let json: serde_json::Value = serde_json::from_str(&text.unwrap()).unwrap();
    assert_eq!((&json["ok"], json["findings"].as_array().unwrap().len()), (&true.into(), 3));
}

#[test]
fn where_nothing_is_wrong_it_says_what_that_rests_on() {
    let (_folder, store) = sample("rides");
    let mut window = window(Some(&store));
    send(&mut window, Command::UseProjection(ProjectionChoice::Automatic));
    show(&mut window);
    window.get_by_label_contains("Nothing found · looked at all 1,500 events");
    // Nothing is claimed of what could not be looked for.
    window.get_by_label_contains("Versions without gaps or doubles, times in order, no id twice");
    assert!(window.query_by_label_contains("invariants of the projection hold").is_none());
    window.get_by_label_contains("Not looked for: states, as no projection is in use but the automatic one");
}

#[test]
fn another_projection_makes_what_was_found_out_of_date() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    show(&mut window);
    assert!(window.query_by_label_contains("Out of date").is_none());
    send(&mut window, Command::UseProjection(ProjectionChoice::Automatic));
    window.get_by_label_contains("Out of date, look again");
    window.get_by_label("Look again").click();
    window.run();
    assert!(window.query_by_label_contains("Out of date").is_none());
    assert!(window.query_by_label("Invariant broken: 1 error").is_none());
}

#[test]
fn the_palette_finds_it() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.run();
    window.get_by_label("Command or stream").type_text("check the history");
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert_eq!(window.state().app().tab, Tab::Health);
    assert!(window.state().app().document.as_ref().unwrap().checking.health.is_some());
}
