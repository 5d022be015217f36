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

#[test]
#[expect(clippy::disallowed_methods, reason = "another program")]
fn bytes_that_nobody_can_read_are_gone_through_in_pages() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let rows = [row(1, "Created", r#"{"a":1}"#.to_owned())];
    write_foldline(&path, false, rows, [], &Progress::default(), &Cancel::default()).unwrap();
    let bytes: Vec<u8> = (0..5_000_000_u32).map(|at| (at / 1_024) as u8 | 0x80).collect();
    let connection = rusqlite::Connection::open(&path).unwrap();
    let insert = "INSERT INTO events VALUES (2, 'doc-1', 2, 'e2', 'Sealed', 1, '2026-01-01T10:02:00Z', NULL, ?1, NULL)";
    connection.execute(insert, [&bytes]).unwrap();
    drop(connection);
    let mut window = window(Some(&path));
    window.run();
    window.get_by_label_contains("It has 5,000,000 bytes.");
    assert!(window.get_all_by_label_contains("000000 8080 8080").count() > 0);
    window.get_by_label("Bytes after").click();
    window.run();
    assert!(window.get_all_by_label_contains("000400 8181 8181").count() > 0);
    assert_eq!(window.query_all_by_label_contains("000000 8080").count(), 0);
    window.get_by_label("Last bytes").click();
    window.run();
    assert!(window.get_all_by_label_contains("4c4800 9292").count() > 0);
    // Any byte is reached by its number.
    let field = |window: &mut egui_kittest::Harness<'static, foldline::ui::Window>, text: &str| {
        window.get_by_label("Byte to go to").focus();
        window.run();
        window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
        window.run();
        window.get_by_label("Byte to go to").type_text(text);
        window.run();
        window.key_press(egui::Key::Enter);
        window.run();
    };
    field(&mut window, "0x801");
    assert!(window.get_all_by_label_contains("000800 8282").count() > 0);
    // One that is not there changes nothing.
    field(&mut window, "9,000,000");
    assert!(window.get_all_by_label_contains("000800 8282").count() > 0);
    assert_eq!(window.get_by_label("Byte to go to").value().as_deref(), Some("9,000,000"));
    field(&mut window, "0");
    assert!(window.get_all_by_label_contains("000000 8080").count() > 0);
}
