//! Several stores in one window, and stores that are nothing like the samples.

use std::path::{Path, PathBuf};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use foldline::app::{Command, Direction};
use foldline::timeline::AxisKind;
use foldline::ui::Window;

use super::{sample, window};

/// A store in Foldline's own layout: streams, versions, types, times and payloads of its events.
#[expect(clippy::disallowed_methods, reason = "a new file")]
pub(super) fn store(path: &Path, events: &[(&str, i64, &str, &str, String)]) -> PathBuf {
    let connection = rusqlite::Connection::open(path).unwrap();
    let table = "CREATE TABLE events (position INTEGER PRIMARY KEY, stream_id TEXT NOT NULL, version INTEGER NOT NULL,
        event_id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, schema_version INTEGER NOT NULL DEFAULT 1,
        recorded_at TEXT NOT NULL, valid_at TEXT, data TEXT NOT NULL, metadata TEXT, UNIQUE (stream_id, version))";
    connection.execute_batch(table).unwrap();
    for (at, (stream, version, event_type, time, data)) in events.iter().enumerate() {
        let insert = "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, NULL, ?7, ?8)";
        let metadata = format!("{{\"user\": \"u\\n{}\", \"causation_id\": \"e{at}\"}}", "ü".repeat(500));
        let position = at as i64 * 1_000_003 - 40_000_000;
        let row =
            rusqlite::params![position, stream, version, format!("e{}", at + 1), event_type, time, data, metadata];
        connection.execute(insert, row).unwrap();
    }
    path.to_owned()
}

fn send(window: &mut Harness<'_, Window>, command: Command) {
    window.state_mut().send(command);
    window.run_steps(2);
}

#[test]
fn a_store_with_less_in_it_takes_the_place_of_one_with_more() {
    let (folder, bank) = sample("bank");
    let empty = store(&folder.path().join("empty.db"), &[]);
    let mut window = window(Some(&bank));
    send(&mut window, Command::Search("type:*Withdrawn*".to_owned()));
    send(&mut window, Command::OpenBeside(empty));
    window.get_by_label("This store has no events yet.");
    for axis in [AxisKind::Sequence, AxisKind::Time] {
        send(&mut window, Command::SetAxis(axis));
        send(&mut window, Command::NextStore(Direction::Forward));
    }
    // A question about the store that was shown is not asked of the one that came.
    let category = foldline::model::CategoryIndex(0);
    let other = store(&folder.path().join("other.db"), &[]);
    send(&mut window, Command::NextStore(Direction::Forward));
    send(&mut window, Command::AskRules(category));
    send(&mut window, Command::OpenBeside(other.clone()));
    assert!(window.state().app().dialog.is_none());
    assert!(window.state().app().shows(&other));
}

#[test]
fn names_numbers_and_times_can_be_anything() {
    let folder = tempfile::tempdir().unwrap();
    let long = format!("a-{}", "x".repeat(4_000));
    let names = ["a-\u{202e}evil", &long, "a-😀👩\u{200d}👩", "a-\n\t\u{7}", "", "-", "\u{200f}-1", "a-*?\"", "عربي-٣"];
    let numbers = ["0", "1e308", "-1e308", "1e-320", "12345678901234567890123456789", "null", "-0.0", "\"\\u0000\""];
    let mut events = Vec::new();
    for (at, name) in names.iter().enumerate() {
        for (version, number) in (1_i64..).zip(numbers) {
            let time = match version {
                1 => "0001-01-01T00:00:00Z",
                8 => "9999-12-31T23:59:59Z",
                _ => "2025-10-26T00:30:00Z",
            };
            let list = vec!["1"; version as usize * 150].join(",");
            let data = match version {
                5 => "{broken".to_owned(),
                _ => format!("{{\"n\": {number}, \"{}\": [{list}], \"\": {{\"\u{202e}\": 1}}}}", "k".repeat(1_000)),
            };
            // In one stream versions run against positions.
            let version = if at == 2 { 9 - version } else { version };
            let event_type = if version == 3 { &long } else { "T\u{202e}\n😀" };
            events.push((*name, version, event_type, time, data));
        }
    }
    let path = store(&folder.path().join("odd.db"), &events);
    let mut window = window(Some(&path));
    let path = |key: &str| foldline::model::ValuePath(vec![foldline::model::Segment::Key(key.into())]);
    send(&mut window, Command::AddTrack(foldline::app::TrackSource::Field(path("n"))));
    send(&mut window, Command::AddTrack(foldline::app::TrackSource::Condition("state.n > 5".to_owned())));
    send(&mut window, Command::ShowLife(path("n")));
    send(&mut window, Command::SetZone(foldline::app::ZoneChoice::Named(chrono_tz::Pacific::Apia)));
    send(&mut window, Command::Search("type:*".to_owned()));
    let streams: Vec<_> = {
        let document = window.state().app().document.as_ref().unwrap();
        assert_eq!(document.opened.log.len(), names.len() * numbers.len());
        document.opened.log.streams().iter().map(|stream| stream.name.clone()).collect()
    };
    for stream in streams {
        send(&mut window, Command::SelectStream(stream.clone()));
        send(&mut window, Command::TogglePinned(stream));
        for step in [foldline::app::Step::Start, foldline::app::Step::Forward, foldline::app::Step::End] {
            send(&mut window, Command::Step(step));
        }
        send(&mut window, Command::Zoom(50.0));
        send(&mut window, Command::CopyReply(foldline::job::ReplyFormat::Markdown));
        let document = window.state().app().document.as_ref().unwrap();
        assert!(document.state.value().is_some_and(|(_, current)| current), "{:?}", document.state.failure());
        send(&mut window, Command::NextHit(Direction::Forward));
        send(&mut window, Command::Fit);
    }
    for axis in [AxisKind::Sequence, AxisKind::Time] {
        send(&mut window, Command::SetAxis(axis));
    }
}

#[test]
fn a_store_beside_keeps_the_window_open_for_its_edits() {
    let (folder, bank) = sample("bank");
    let empty = store(&folder.path().join("empty.db"), &[]);
    let mut window = window(Some(&bank));
    send(&mut window, Command::LeaveOut(0));
    send(&mut window, Command::OpenBeside(empty));
    send(&mut window, Command::Quit);
    window.get_by_label_contains("Closing the window drops the what-if edits");
    window.get_by_label("Drop them").click();
    window.run_steps(3);
    assert!(window.state().app().quits);
}
