//! Payloads that are far larger than a window: shown in part, and never in the way.

use egui_kittest::kittest::Queryable as _;
use foldline::model::{Cancel, Progress, Timestamp};
use foldline::store::{FoldlineRow, write_foldline};

use super::{Command, window};

fn row(version: i64, event_type: &str, data: String) -> FoldlineRow {
    FoldlineRow {
        position: None,
        stream: "doc-1".to_owned(),
        version,
        event_id: format!("e{version}"),
        event_type: event_type.to_owned(),
        schema_version: 1,
        recorded_at: Timestamp::parse_iso(&format!("2026-01-01T10:{version:02}:00Z")),
        valid_at: None,
        data,
        metadata: None,
    }
}

#[test]
fn a_large_payload_is_shown_in_part_and_too_large_to_copy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let text = "lorem ipsum ".repeat(9_000_000 / 12);
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let rows = [
        row(1, "Created", r#"{"a":1}"#.to_owned()),
        row(2, "Nested", deep),
        row(3, "Written", format!(r#"{{"text":"{text}"}}"#)),
    ];
    write_foldline(&path, false, rows, [], &Progress::default(), &Cancel::default()).unwrap();
    let mut window = window(Some(&path));
    window.run();
    window.get_by_label_contains("Written · text lorem ipsum");
    window.get_by_label("Event as JSON").click();
    window.run();
    window.get_by_label("Copy the payload as JSON").click();
    window.run();
    let notices = &window.state().app().notices;
    assert!(notices.iter().any(|notice| notice.text.contains("too much for the clipboard")), "{notices:?}");
    // The state has the same text: as a line, and as JSON in part.
    assert!(window.get_all_by_label_contains("text lorem ipsum lorem").count() > 0);
    window.get_by_label("State as JSON").click();
    window.run();
    assert!(window.get_all_by_label_contains("\"text\": \"lorem ipsum").count() > 1);
    window.state_mut().send(Command::SeekEvent(1));
    window.run();
    assert!(window.get_all_by_label_contains("nested deeper than 128 levels").count() > 0);
}
