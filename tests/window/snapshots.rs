//! Snapshots: on the lanes, in a list, in full; streams that start from one.

use std::path::{Path, PathBuf};

use egui::Role;
use egui_kittest::kittest::Queryable as _;
use foldline::app::Cursor;
use foldline::model::{Cancel, Progress, Timestamp};
use foldline::store::{FoldlineRow, FoldlineSnapshot, write_foldline};

use super::{Command, field, window};

const RULES: &str = r#"{ "projection": "p", "init": { "balance": 0 }, "when": {
    "Deposited": [ { "add": "balance", "from": "data.amount" } ] } }"#;

/// `account-1` is whole, with a snapshot of version 4 that is not what the events say; `account-2` begins at version 6
/// after a snapshot of version 5. Each event deposits 10.
fn store(folder: &Path) -> PathBuf {
    let path = folder.join("store.db");
    let row = |stream: &str, version: i64, minute: i64| FoldlineRow {
        position: None,
        stream: stream.to_owned(),
        version,
        event_id: format!("{stream}/{version}"),
        event_type: "Deposited".to_owned(),
        schema_version: 1,
        recorded_at: Timestamp::parse_iso(&format!("2026-01-01T10:{minute:02}:00Z")),
        valid_at: None,
        data: r#"{"amount":10}"#.to_owned(),
        metadata: None,
    };
    let rows = (1..=8).flat_map(|n| {
        let second = (n > 5).then(|| row("account-2", n, n * 2 + 1));
        std::iter::once(row("account-1", n, n * 2)).chain(second)
    });
    let snapshot = |stream: &str, version: i64, state: &str| FoldlineSnapshot {
        stream: stream.to_owned(),
        version,
        state: state.to_owned(),
        taken_at: Timestamp::parse_iso("2026-01-01T12:00:00Z"),
    };
    let snapshots = [
        snapshot("account-1", 2, r#"{"balance":20,"more":[1,2]}"#),
        snapshot("account-1", 4, r#"{"balance":99}"#),
        snapshot("account-2", 5, r#"{"balance":50}"#),
    ];
    write_foldline(&path, false, rows, snapshots, &Progress::default(), &Cancel::default()).unwrap();
    std::fs::write(folder.join("store.db.projection.json"), RULES).unwrap();
    path
}

#[test]
fn a_stream_that_begins_after_a_snapshot_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window(Some(&store(folder.path())));
    window.state_mut().send(Command::SelectStream("account-2".into()));
    window.run();
    assert_eq!(field(&window, "balance").0.as_deref(), Some("80"));
    window.get_by_label("Starts from the store's snapshot at version 5; events before version 6 were removed.");
    window.state_mut().send(Command::GoTo(foldline::model::Moment::Position(1)));
    window.run();
    window.get_by_label_contains("what the state was before is not known");
    window.state_mut().send(Command::SelectStream("account-1".into()));
    window.run();
    assert!(window.query_by_label_contains("events before version").is_none());
}

#[test]
fn snapshots_are_listed_and_shown_in_full() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window(Some(&store(folder.path())));
    window.state_mut().send(Command::SelectStream("account-1".into()));
    window.run();
    window.get_by_label("2 snapshots").click();
    window.run();
    // Beside the state, not over it.
    let beside = |window: &egui_kittest::Harness<'_, foldline::ui::Window>, what: &str| {
        let (list, state) = (window.get_by_label_contains(what).rect(), window.get_by_label("2 snapshots").rect());
        assert!(list.right() < state.left(), "{list:?} {state:?}");
    };
    beside(&window, "Snapshot of version 4, taken");
    window.get_by_label_contains("Snapshot of version 4, taken 2026-01-01 12:00:00").click();
    window.run();
    beside(&window, "balance: replayed 40");
    window.get_by_label("It differs from the replayed state in 1 field:");
    window.get_by_label("balance: replayed 40, here 99");
    window.get_by_label("All snapshots").click();
    window.run();
    window.get_by_label_contains("Snapshot of version 2, taken").click();
    window.run();
    window.get_by_label("The replayed state has the same values in all of its fields.");
    window.get_by_label("Snapshot as JSON").click();
    window.run();
    window.get_by_label_contains("\"balance\": 20");
    window.get_by_label("All snapshots").click();
    window.run();
    window.get_by_label("Go to the snapshot of version 2").click();
    window.run();
    let document = window.state().app().document.as_ref().unwrap();
    assert_eq!(document.opened.log.version(document.event.unwrap() as usize), Some(2));
    assert_eq!(field(&window, "balance").0.as_deref(), Some("20"));
    assert!(window.query_by_role_and_label(Role::Link, "Go to the snapshot of version 2").is_none());
}

#[test]
fn a_bracket_on_a_lane_leads_to_its_version() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window(Some(&store(folder.path())));
    window.state_mut().send(Command::SelectStream("account-1".into()));
    window.run();
    let document = window.state().app().document.as_ref().unwrap();
    let stream = document.opened.log.find_stream("account-2").unwrap();
    let at = document.snapshots_of(stream).start;
    // Its own event was removed: the first one after it is where history goes on.
    window.state_mut().send(Command::GoToSnapshot { stream, at });
    window.run();
    let document = window.state().app().document.as_ref().unwrap();
    assert_eq!(document.stream.as_deref(), Some("account-2"));
    let Cursor::Event(event) = document.cursor else { panic!("{:?}", document.cursor) };
    assert_eq!(document.opened.log.version(event as usize), Some(6));
}
