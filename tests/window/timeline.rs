//! The timeline: looking closer and elsewhere, moving the cursor, tracks, pins, what a screen reader is told.

use egui::{Key, Pos2, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use foldline::app::{Command, Cursor, Document};
use foldline::timeline::{AxisKind, View};
use foldline::ui::Window;

use super::{sample, window};

pub(super) fn document<'a>(window: &'a Harness<'_, Window>) -> &'a Document {
    window.state().app().document.as_ref().unwrap()
}

pub(super) fn send(window: &mut Harness<'_, Window>, command: Command) {
    window.state_mut().send(command);
    window.run();
}

pub(super) fn bank() -> (tempfile::TempDir, Harness<'static, Window>) {
    let (folder, store) = sample("bank");
    let mut window = window(Some(&store));
    send(&mut window, Command::SelectStream("account-A".into()));
    (folder, window)
}

/// Where an event's mark is in the selected stream's lane.
pub(super) fn place(window: &Harness<'_, Window>, event: u32) -> Pos2 {
    let document = document(window);
    let plot = window.get_by_label_contains("Whole history").rect();
    let lane = window.get_by_label("Lane of account-A").rect();
    let coordinate = document.axis.coordinate(&document.opened.log, event as usize).unwrap();
    pos2(plot.left() + document.view.x_from_coordinate(coordinate, plot.width()), lane.center().y)
}

fn wheel(window: &mut Harness<'_, Window>, at: Pos2, delta: egui::Vec2) {
    window.hover_at(at);
    window.run();
    window.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta,
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: egui::Modifiers::NONE,
    });
    window.run_steps(12);
}

/// Presses somewhere and goes to another place, without letting go.
pub(super) fn carry(window: &mut Harness<'_, Window>, from: Pos2, to: Pos2) {
    window.hover_at(from);
    window.step();
    window.drag_at(from);
    window.step();
    for part in 1..=4 {
        window.hover_at(from + (to - from) * (part as f32 / 4.0));
        window.step();
    }
    window.step();
}

fn drag(window: &mut Harness<'_, Window>, from: Pos2, to: Pos2) {
    carry(window, from, to);
    window.drop_at(to);
    window.run();
}

#[test]
fn the_wheel_zooms_at_the_pointer_and_scrolls_over_names() {
    let (_folder, mut window) = bank();
    let before = document(&window).view;
    let plot = window.get_by_label_contains("Whole history").rect();
    let lane = window.get_by_label("Lane of account-A").rect();
    let at = pos2(plot.left() + plot.width() * 0.25, lane.center().y);
    let coordinate = before.coordinate_from_x(at.x - plot.left(), plot.width());
    wheel(&mut window, at, vec2(0.0, 120.0));
    let after = document(&window).view;
    assert!(after.span < before.span * 0.8, "{before:?} became {after:?}");
    let moved = after.coordinate_from_x(at.x - plot.left(), plot.width());
    assert!((moved - coordinate).abs() < before.span / 500.0, "{coordinate} became {moved}");
    let heading = |window: &Harness<'_, Window>| {
        window.query_by_label("Category account, 76 streams, unfolded").map(|node| node.rect().left_center())
    };
    let listed = heading(&window).unwrap() + vec2(40.0, 0.0);
    wheel(&mut window, listed, vec2(0.0, -300.0));
    assert_eq!(document(&window).view, after);
    assert!(heading(&window).is_none_or(|place| place.y < listed.y));
}

#[test]
fn dragging_in_the_ruler_moves_the_cursor_and_in_the_lanes_the_view() {
    let (_folder, mut window) = bank();
    let plot = window.get_by_label_contains("Whole history").rect();
    let ruler = plot.bottom() + 15.0;
    drag(&mut window, pos2(plot.left() + 60.0, ruler), pos2(plot.center().x, ruler));
    let scrubbed = document(&window);
    assert!(matches!(scrubbed.cursor, Cursor::Instant(_)), "{:?}", scrubbed.cursor);
    let x = scrubbed.view.x_from_coordinate(scrubbed.cursor_coordinate(), plot.width());
    assert!((x - plot.width() / 2.0).abs() < 2.0, "{x}");
    let (view, cursor) = (scrubbed.view, scrubbed.cursor);
    let lane = window.get_by_label("Lane of account-A").rect().center().y;
    drag(&mut window, pos2(plot.left() + 40.0, lane), pos2(plot.left() + 140.0, lane));
    let panned = document(&window);
    assert!(panned.view.start < view.start && panned.view.span == view.span && panned.cursor == cursor);
    // The line of the cursor can be taken hold of too.
    let x = plot.left() + panned.view.x_from_coordinate(panned.cursor_coordinate(), plot.width());
    drag(&mut window, pos2(x, lane), pos2(x - 80.0, lane));
    let document = document(&window);
    let moved = plot.left() + document.view.x_from_coordinate(document.cursor_coordinate(), plot.width());
    assert!((moved - (x - 80.0)).abs() < 3.0, "{x} became {moved}");
}

#[test]
fn a_click_on_a_mark_goes_to_its_event_and_the_timeline_says_so() {
    let (_folder, mut window) = bank();
    let events = document(&window).lane().to_vec();
    let at = place(&window, events[2]);
    window.hover_at(at);
    window.run();
    window.drag_at(at);
    window.step();
    window.drop_at(at);
    window.run();
    assert_eq!(document(&window).cursor, Cursor::Event(events[2]));
    window.get_by_label_contains("Timeline, account-A, v3 of 4, Funds withdrawn, 2025-");
    // With the focus, its keys are those of the cursor.
    window.get_by_label_contains("Timeline, account-A").focus();
    window.run();
    window.key_press(Key::ArrowLeft);
    window.run();
    window.get_by_label_contains("Timeline, account-A, v2 of 4, Funds deposited");
    window.key_press(Key::Home);
    window.run();
    window.get_by_label("Timeline, account-A, none of its 4 events yet, before the first event");
}

#[test]
fn the_card_tells_of_the_mark_under_the_pointer() {
    let (_folder, mut window) = bank();
    let event = document(&window).lane()[1];
    let at = place(&window, event);
    window.hover_at(at);
    // What is not there yet is read once the pointer rests.
    window.run_steps(8);
    assert!(document(&window).rows.contains_key(&event));
    window.get_by_label_contains("account-A · v2 · #");
    window.hover_at(at + vec2(0.0, 300.0));
    window.run_steps(3);
    assert!(window.query_by_label_contains("account-A · v2 · #").is_none());
}

#[test]
fn the_window_over_the_whole_history_is_worked_by_pointer_and_keys() {
    let (_folder, mut window) = bank();
    let plot = window.get_by_label_contains("Whole history").rect();
    let whole = document(&window).view;
    send(&mut window, Command::Zoom(8.0));
    let at = |share: f32| pos2(plot.left() + plot.width() * share, plot.center().y);
    window.hover_at(at(0.25));
    window.step();
    window.drag_at(at(0.25));
    window.step();
    window.drop_at(at(0.25));
    window.run();
    let view = document(&window).view;
    let middle = whole.coordinate_from_x(plot.width() * 0.25, plot.width());
    assert!((view.start + view.span / 2.0 - middle).abs() < whole.span / 300.0);
    // Its right edge is dragged: the left one stays.
    let edge = plot.left() + whole.x_from_coordinate(view.end(), plot.width());
    drag(&mut window, pos2(edge - 1.0, plot.center().y), at(0.75));
    let wider = document(&window).view;
    assert!((wider.start - view.start).abs() < whole.span / 1e6 && wider.span > view.span * 2.0, "{wider:?}");
    window.get_by_label_contains("Whole history").focus();
    window.run();
    window.key_press(Key::ArrowLeft);
    window.run();
    assert!(document(&window).view.start < wider.start);
    window.key_press(Key::Plus);
    window.run();
    assert!(document(&window).view.span < wider.span);
}

#[test]
fn fields_and_conditions_are_tracks() {
    let (_folder, mut window) = bank();
    window.get_by_label("Add a track").click();
    window.run();
    window.get_by_label("Track balance").click();
    window.run();
    window.get_by_label_contains("Track balance, 10 at the cursor, 0 – 50 in sight");

    window.get_by_label("Add a track").click();
    window.run();
    let condition = "Condition of a track";
    window.get_by_label(condition).focus();
    window.get_by_label(condition).type_text("state.balance <");
    window.run();
    window.get_by_label("Add the condition").click();
    window.run();
    window.get_by_label_contains("(character");
    assert_eq!(document(&window).tracks.len(), 1);
    window.get_by_label(condition).focus();
    window.get_by_label(condition).type_text(" 20");
    window.run();
    window.get_by_label("Add the condition").click();
    window.run();
    assert_eq!(document(&window).tracks.len(), 2);
    window.get_by_label("Track state.balance < 20, yes at the cursor");

    let id = document(&window).tracks[0].id;
    let label = window.get_by_label_contains("Track balance").rect();
    window.hover_at(label.center());
    window.run();
    window.get_by_label("Take balance off the timeline").click();
    window.run();
    assert!(document(&window).tracks.iter().all(|track| track.id != id) && document(&window).tracks.len() == 1);
}

#[test]
fn pins_folds_and_the_legend() {
    let (_folder, mut window) = bank();
    send(&mut window, Command::FilterStreams("account-*".to_owned()));
    let lane = window.get_by_label("Lane of account-0001").rect();
    window.hover_at(lane.center());
    window.run();
    window.get_by_label("Pin account-0001").click();
    window.run();
    assert_eq!(document(&window).pinned.len(), 1);
    window.get_by_label("Lane of account-0001 in its category");
    let row = window.get_by_label("Lane of account-0001").rect();
    assert!(row.top() < lane.top(), "a pinned lane is above");

    window.get_by_label_contains("Legend. account, Funds deposited triangle up");
    window.get_by_label("Hide the legend").click();
    window.run();
    assert!(window.query_by_label_contains("Legend. account").is_none());

    window.get_by_label("Category account, 76 streams, unfolded").click();
    window.run();
    assert!(window.query_by_label("Lane of account-0001 in its category").is_none());
    window.get_by_label("Category account, 76 streams, folded");
}

#[test]
fn every_zoom_of_both_axes_draws_with_tracks_edits_and_hits() {
    let (_folder, mut window) = bank();
    send(&mut window, Command::Search("type:Funds*".to_owned()));
    let event = document(&window).lane()[2];
    send(&mut window, Command::LeaveOut(event));
    for kind in [AxisKind::Sequence, AxisKind::Time] {
        send(&mut window, Command::SetAxis(kind));
        let axis = document(&window).axis;
        for zoom in [0.7, 1.0, 20.0, 3000.0, 1e6, 1e12] {
            let view = View::fit(&axis).zoomed(zoom, 400.0, 1000.0, &axis);
            send(&mut window, Command::SetView(view));
        }
    }
    assert!(window.state().app().notices.is_empty(), "{:?}", window.state().app().notices);
    window.get_by_label_contains("What-if lane of account-A");
}

#[test]
fn a_condition_becomes_a_track_by_keyboard_alone() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    window.key_press(egui::Key::T);
    window.run();
    window.run();
    let field = window.get_by_label("Condition of a track");
    assert!(field.is_focused(), "typing goes to the condition at once");
    field.type_text("state.balance < 20");
    window.run();
    window.key_press(egui::Key::Enter);
    window.run();
    assert_eq!(document(&window).tracks.len(), 1);
}
