//! What-ifs on the timeline: their lanes, marks that are dragged, streams that were never recorded, and the scenarios
//! at the foot of the streams.

use egui::{Key, Modifiers, pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use foldline::app::Command;
use foldline::model::Timestamp;
use foldline::ui::Window;
use foldline::whatif::{Edit, Insert};

use super::timeline::{bank, carry, document, place, send};
use super::{sample, window};

fn edits(window: &Harness<'_, Window>) -> usize {
    document(window).active_scenario().draft.len()
}

/// The events of a stream as the active scenario has them; 1000 for one that was never recorded.
fn order(window: &Harness<'_, Window>, stream: &str) -> Vec<u32> {
    let branch = document(window).active_scenario().current_branch().unwrap();
    branch.lane(stream).unwrap().iter().map(|event| event.index().unwrap_or(1000)).collect()
}

fn insert_into(stream: &str) -> Command {
    let edit = Edit::Insert(Insert {
        stream: stream.into(),
        after: None,
        event_type: "FundsDeposited".into(),
        data: Some(foldline::model::json::parse(br#"{"amount": 7}"#).unwrap()),
        metadata: None,
        time: Timestamp::parse_iso("2025-03-01T12:00:00Z"),
        id: None,
    });
    Command::AddEdits { edits: vec![edit], words: "Insert".to_owned() }
}

#[test]
fn each_scenario_has_a_lane_that_says_what_it_is() {
    let (_folder, mut window) = bank();
    let event = document(&window).lane()[2];
    send(&mut window, Command::LeaveOut(event));
    window.get_by_label("What-if lane of account-A, scenario What-if, forks at v3, without v3, active");
    let first = document(&window).active_scenario().id;
    send(&mut window, Command::DuplicateScenario(first));
    let other = document(&window).lane()[1];
    send(&mut window, Command::LeaveOut(other));
    window.get_by_label("What-if lane of account-A, scenario What-if 2, forks at v2, 2 left out, active");
    let quiet = "What-if lane of account-A, scenario What-if, forks at v3, without v3";
    let (above, below) = (window.get_by_label("Lane of account-A").rect(), window.get_by_label(quiet).rect());
    assert!(below.top() >= above.bottom() - 1.0, "its lane is under the stream's");
    // Elsewhere, a click on the lane's name brings its stream and makes its scenario the active one.
    send(&mut window, Command::SelectStream("account-0001".into()));
    send(&mut window, Command::FilterStreams("account-A".to_owned()));
    window.get_by_label(quiet).click();
    window.run();
    assert_eq!(document(&window).active_scenario().id, first);
    assert_eq!(document(&window).stream.as_deref(), Some("account-A"));
}

#[test]
fn a_mark_is_dragged_past_its_neighbour_and_back_by_undo() {
    let (_folder, mut window) = bank();
    let events = document(&window).lane().to_vec();
    let (from, before) = (place(&window, events[3]), place(&window, events[2]));
    let view = document(&window).view;
    carry(&mut window, from, before - egui::vec2(30.0, 0.0));
    window.get_by_label_contains("Move v4 to after v2, 2025-0");
    assert_eq!(edits(&window), 0, "nothing is done until the mark is dropped");
    window.drop_at(before - egui::vec2(30.0, 0.0));
    window.run();
    assert_eq!(order(&window, "account-A"), [events[0], events[1], events[3], events[2]]);
    assert_eq!(document(&window).view, view, "dragging a mark does not pan");
    window.get_by_label_contains("What-if lane of account-A, scenario What-if, forks at v3, v4 moved");
    // What was done is one step.
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run();
    assert_eq!(edits(&window), 0);
    assert!(window.query_by_label_contains("What-if lane").is_none());
}

#[test]
fn escape_lets_go_of_a_mark_and_a_click_still_selects() {
    let (_folder, mut window) = bank();
    let events = document(&window).lane().to_vec();
    let from = place(&window, events[2]);
    carry(&mut window, from, from + egui::vec2(120.0, 0.0));
    window.get_by_label_contains("Move v3 to");
    let view = document(&window).view;
    window.key_press(Key::Escape);
    window.step();
    window.hover_at(from + egui::vec2(160.0, 0.0));
    window.step();
    window.drop_at(from + egui::vec2(160.0, 0.0));
    window.run();
    assert!(edits(&window) == 0 && document(&window).view == view);
    window.hover_at(from);
    window.run();
    window.drag_at(from);
    window.step();
    window.drop_at(from);
    window.run();
    assert!(edits(&window) == 0 && document(&window).event == Some(events[2]));
    // Onto a stream of another kind it can't be dropped.
    let category = window.get_by_label_contains("Category account").rect();
    send(&mut window, Command::FilterStreams("transfer*".to_owned()));
    let lane = category.center().y + 45.0;
    carry(&mut window, from, pos2(from.x, lane));
    window.get_by_label_contains("An event of account-A stays among the streams of account");
    window.drop_at(pos2(from.x, lane));
    window.run();
    assert_eq!(edits(&window), 0);
}

#[test]
fn keys_move_the_selected_event() {
    let (_folder, mut window) = bank();
    let events = document(&window).lane().to_vec();
    send(&mut window, Command::SeekEvent(events[3]));
    let keys = Modifiers { alt: true, shift: true, ..Modifiers::NONE };
    for _ in 0..2 {
        window.key_press_modifiers(keys, Key::ArrowLeft);
        window.run();
    }
    assert_eq!(order(&window, "account-A"), [events[0], events[3], events[1], events[2]]);
    assert_eq!(edits(&window), 1, "one move, however often");
    for _ in 0..2 {
        window.key_press_modifiers(keys, Key::ArrowRight);
        window.run();
    }
    assert_eq!(edits(&window), 0);
}

#[test]
fn a_stream_that_was_never_recorded_has_a_lane_and_a_state() {
    let (_folder, mut window) = bank();
    send(&mut window, insert_into("account-NEW"));
    let lane = "What-if lane of account-NEW, scenario What-if, a stream that was never recorded, 1 inserted, active";
    let node = window.get_by_label(lane).rect();
    let heading = window.get_by_label_contains("Category account").rect();
    assert!(node.top() < heading.bottom() + 4.0 && node.top() >= heading.top(), "first in its category");
    window.get_by_label(lane).click();
    window.run();
    let shown = document(&window);
    assert_eq!(shown.stream.as_deref(), Some("account-NEW"));
    let (state, current) = shown.state.value().unwrap();
    assert!(current && state.baseline.at.of == 0);
    let there = state.branch.as_ref().unwrap();
    assert_eq!((there.at.count, there.at.of), (1, 1));
    // The lane is above now, and can be pointed at.
    let row = window.get_by_label(lane).rect();
    let plot = window.get_by_label_contains("Whole history").rect();
    let at = document(&window).active_scenario().marks.lane("account-NEW").unwrap().own[0].at;
    let x = plot.left() + document(&window).view.x_from_coordinate(at, plot.width());
    window.hover_at(pos2(x, row.center().y));
    window.run_steps(4);
    window.get_by_label_contains("account-NEW · never recorded");
    // Of a category that was never recorded, at the end.
    send(&mut window, insert_into("voucher-1"));
    send(&mut window, Command::FilterStreams("account-A".to_owned()));
    window.get_by_label_contains("What-if lane of voucher-1");
    // Without the edits there is nothing to look at, and nothing breaks.
    send(&mut window, Command::ClearEdits);
    assert!(window.query_by_label_contains("What-if lane").is_none());
}

#[test]
fn scenarios_stand_at_the_foot_of_the_streams() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    assert!(window.query_by_label_contains("scenario with").is_none());
    send(&mut window, Command::SelectStream("account-A".into()));
    window.key_press(Key::Delete);
    window.run();
    window.get_by_label("What-if, scenario with 1 edit");
    window.get_by_label("Add a scenario").click();
    window.run();
    window.get_by_label("What-if 2, scenario with 0 edits");
    assert_eq!(document(&window).active_scenario().draft.name(), "What-if 2", "a new scenario is the active one");
    window.get_by_label("What-if, scenario with 1 edit").click();
    window.run();
    assert_eq!(document(&window).active_scenario().draft.name(), "What-if");
    // By keyboard: F2 renames.
    window.get_by_label("What-if, scenario with 1 edit").focus();
    window.run();
    window.key_press(Key::F2);
    window.run();
    let field = window.get_by_label("Name of the scenario");
    assert!(field.is_focused());
    field.type_text("Without it");
    window.run();
    window.key_press(Key::Enter);
    window.run();
    window.get_by_label("Without it, scenario with 1 edit");
    assert_eq!(document(&window).active_scenario().draft.name(), "Without it");
}
