//! The cursor at the ends of histories, and on an axis where only events count.

use super::*;
use crate::app::shown_moment;
use crate::app::testing::opened;
use crate::job::StoreKey;
use crate::timeline::AxisKind;

/// A store with these events, each in a stream and in a minute, if it has a time.
fn app(events: &[(&str, Option<i64>)]) -> App {
    let opened = opened("a.db", StoreKey(1), events);
    App { document: Some(Document::new(opened, crate::app::StreamSort::default())), ..App::new() }
}

fn cursor(app: &App) -> Cursor {
    app.document.as_ref().unwrap().cursor
}

#[test]
fn going_on_never_goes_back() {
    let mut app = app(&[("a", Some(0)), ("a", Some(1)), ("b", Some(2))]);
    let shown = app.document.as_ref().unwrap();
    assert_eq!((cursor(&app), shown.stream.as_deref()), (Cursor::Event(2), Some("a")));
    assert!(shown.is_at_end());
    app.update(Command::Step(Step::Forward));
    assert_eq!(cursor(&app), Cursor::Event(2));
    let time = |minute: i64| Timestamp::from_micros(minute * 60_000_000).unwrap();
    app.update(Command::Tick(time(100)));
    // Played from the end, the history begins again, and stops at its end.
    app.update(Command::Play(true));
    assert_eq!(cursor(&app), Cursor::Start);
    for (minute, expected) in [(200, 0), (300, 1), (400, 1)] {
        app.update(Command::Tick(time(minute)));
        assert_eq!((cursor(&app), app.playing.is_some()), (Cursor::Event(expected), minute < 400));
    }

    app.update(Command::Step(Step::Start));
    assert_eq!(cursor(&app), Cursor::Start);
    for expected in [0, 1, 1] {
        app.update(Command::Step(Step::Forward));
        assert_eq!(cursor(&app), Cursor::Event(expected));
    }
}

#[test]
fn on_the_sequence_axis_the_cursor_is_always_on_an_event() {
    let mut app = app(&[("a", Some(0)), ("a", Some(60)), ("a", Some(61)), ("a", Some(200))]);
    app.update(Command::ScrubToTime(Timestamp::from_micros(90 * 60_000_000).unwrap()));
    app.update(Command::JumpTo(3));
    app.update(Command::SetAxis(AxisKind::Sequence));
    // The way back leads to an instant.
    app.update(Command::Trail(Direction::Back));
    assert_eq!(cursor(&app), Cursor::Event(2));
    let mut seen = Vec::new();
    for seconds in [60, 60, -60, -60, -60, 60] {
        app.update(Command::StepTime(seconds));
        seen.push(cursor(&app));
        assert!(app.document.as_ref().unwrap().cursor_coordinate().is_finite() || cursor(&app) == Cursor::Start);
    }
    let event = Cursor::Event;
    assert_eq!(seen, [event(3), event(3), event(2), event(1), event(0), event(1)]);
    // A moment that is typed does not change what is in sight of the axis more than need be.
    app.update(Command::Zoom(2.0));
    let span = app.document.as_ref().unwrap().view.span;
    app.update(Command::GoTo(Moment::Instant(Timestamp::from_micros(100 * 60_000_000).unwrap())));
    assert_eq!((cursor(&app), app.document.as_ref().unwrap().view.span), (event(2), span));
}

#[test]
fn a_moment_without_a_time_is_told_by_its_position() {
    let mut app = app(&[("a", None), ("b", None)]);
    app.update(Command::SelectStream("b".into()));
    app.update(Command::SeekEvent(0));
    let document = app.document.as_ref().unwrap();
    assert_eq!((document.event, shown_moment(document, chrono_tz::UTC)), (None, "#1".to_owned()));
    app.update(Command::Step(Step::Start));
    let document = app.document.as_ref().unwrap();
    assert_eq!(shown_moment(document, chrono_tz::UTC), "before the first event");
    assert_eq!(document.moment(), Moment::Position(0));
}
