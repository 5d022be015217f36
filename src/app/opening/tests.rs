//! Several stores at once, and answers that come when another is shown.

use std::path::PathBuf;

use super::*;
use crate::app::{Command, PanelName};
use crate::job::{Failure, Finished, Outcome, ProjectionChoice};
use crate::model::Timestamp;

fn opened(path: &str, key: StoreKey) -> OpenedStore {
    crate::app::testing::opened(path, key, &[("a-1", Some(1)), ("a-1", Some(2)), ("a-1", Some(3))])
}

fn answer(app: &mut App, request: &Request, outcome: Outcome) -> Vec<Request> {
    let (slot, generation) = (request.slot, request.generation);
    app.update(Command::Done(Finished { slot, generation, result: Ok(outcome) }))
}

fn of(requests: &[Request], slot: Slot) -> Request {
    requests.iter().find(|request| request.slot == slot).unwrap().clone()
}

/// Opens a file by a command, and gives what is asked once it is open.
fn open(app: &mut App, command: Command) -> Vec<Request> {
    let requests = app.update(command);
    let request = of(&requests, Slot::Open);
    let Job::Open { path, key, .. } = &request.job else { panic!("{request:?}") };
    let store = opened(&path.display().to_string(), *key);
    answer(app, &request, Outcome::Opened(Box::new(store)))
}

fn shown(app: &App) -> String {
    app.document.as_ref().map_or_else(String::new, Document::name)
}

#[test]
fn a_second_file_is_asked_about_and_comes_beside_or_instead() {
    let mut app = App::new();
    open(&mut app, Command::Open("a.db".into()));
    assert!(app.update(Command::Open("b.db".into())).is_empty());
    assert_eq!(app.dialog, Some(Dialog::OpenAnother { path: "b.db".into() }));
    open(&mut app, Command::OpenBeside("b.db".into()));
    assert_eq!((shown(&app).as_str(), app.beside.len()), ("b.db", 1));
    assert!(app.dialog.is_none());

    open(&mut app, Command::OpenInstead("c.db".into()));
    assert_eq!((shown(&app).as_str(), app.beside.len()), ("c.db", 1));
    assert_eq!(app.beside[0].name(), "a.db");

    app.update(Command::Close);
    assert_eq!((shown(&app).as_str(), app.beside.len()), ("a.db", 0));
    app.update(Command::Close);
    assert!(app.document.is_none());
}

#[test]
fn a_file_that_is_open_is_switched_to() {
    let mut app = App::new();
    open(&mut app, Command::Open("a.db".into()));
    open(&mut app, Command::OpenBeside("b.db".into()));
    for path in ["a.db", "b.db", "b.db"] {
        let requests = app.update(Command::Open(path.into()));
        assert!(requests.iter().all(|request| request.slot != Slot::Open), "{path}");
        assert_eq!(shown(&app), path);
        assert!(app.dialog.is_none());
    }
    for expected in ["a.db", "b.db"] {
        app.update(Command::NextStore(Direction::Forward));
        assert_eq!(shown(&app), expected);
    }
}

#[test]
fn a_late_answer_of_another_store_is_not_shown() {
    let mut app = App::new();
    let asked = open(&mut app, Command::Open("a.db".into()));
    let hash_of_a = of(&asked, Slot::Hash);
    let cause = of(&app.update(Command::FollowCause("x".into())), Slot::Cause);
    let project = of(&app.update(Command::UseProjection(ProjectionChoice::File("r.json".into()))), Slot::Project);
    answer(&mut app, &hash_of_a, hashed("of a"));
    let check = of(&app.update(Command::CheckUnchanged), Slot::Hash);
    open(&mut app, Command::OpenBeside("b.db".into()));
    let cursor = app.document.as_ref().unwrap().cursor;

    answer(&mut app, &cause, Outcome::FoundId { id: "x".into(), event: Some(0) });
    answer(&mut app, &check, hashed("of a, later"));
    let b = app.document.as_ref().unwrap();
    assert_eq!((b.cursor, b.opened.hash.as_ref()), (cursor, None));
    // A failure is told with the name of the store that it is about.
    let failed = Finished {
        slot: project.slot,
        generation: project.generation,
        result: Err(Failure::Failed("no such file".to_owned())),
    };
    app.update(Command::Done(failed));
    assert!(app.document.as_ref().unwrap().projection_problem.is_none());
    assert!(app.notices.iter().any(|notice| notice.text == "a.db: no such file"));
    assert_eq!(app.beside[0].opened.hash.as_ref().unwrap().hash, "of a");
}

fn hashed(hash: &str) -> Outcome {
    Outcome::Hashed(Box::new(crate::model::FileHash { hash: hash.to_owned(), ..Default::default() }))
}

#[test]
fn unchanged_is_known_only_after_a_look() {
    let mut app = App::new();
    let asked = open(&mut app, Command::Open("a.db".into()));
    answer(&mut app, &of(&asked, Slot::Hash), hashed("1"));
    assert_eq!(app.document.as_ref().unwrap().is_unchanged(), None);
    for (hash, expected) in [("1", true), ("2", false)] {
        let check = of(&app.update(Command::CheckUnchanged), Slot::Hash);
        assert_eq!(app.document.as_ref().unwrap().is_unchanged(), None);
        answer(&mut app, &check, hashed(hash));
        assert_eq!(app.document.as_ref().unwrap().is_unchanged(), Some(expected));
    }
}

#[test]
fn settings_that_are_kept_are_not_written_again() {
    let surroundings = crate::app::Surroundings { settings_file: Some(PathBuf::from("s.json")), ..Default::default() };
    let mut app = App::with(surroundings, crate::app::Settings::default());
    assert!(app.unsaved_settings().is_none());
    app.update(Command::ResizePanel(PanelName::State, 333.4));
    let (path, contents) = app.unsaved_settings().unwrap();
    assert_eq!(path, PathBuf::from("s.json"));
    assert!(contents.contains("333.0"), "{contents}");
    assert!(app.unsaved_settings().is_none());
}

#[test]
fn edits_that_are_in_no_copy_are_asked_about_before_they_are_lost() {
    let mut app = App::new();
    open(&mut app, Command::Open("a.db".into()));
    app.update(Command::LeaveOut(0));
    let copy = of(&app.update(Command::SaveCopy { out: "b.db".into(), force: false }), Slot::Copy);
    // What is edited while the copy is written is not in it.
    app.update(Command::LeaveOut(1));
    let copied = || crate::job::Copied {
        path: "b.db".into(),
        events: 2,
        layout_title: "Foldline".to_owned(),
        notes: Vec::new(),
    };
    answer(&mut app, &copy, Outcome::Copied(copied()));
    assert!(app.update(Command::OpenCopy("b.db".into())).is_empty());
    assert!(matches!(app.dialog, Some(Dialog::DropEdits { .. })));
    app.update(Command::CloseDialog);
    app.update(Command::Quit);
    assert!(!app.quits && matches!(app.dialog, Some(Dialog::DropEdits { .. })));
    app.update(Command::CloseDialog);

    // Nor is what is switched off.
    app.update(Command::SwitchEdit { at: 1, on: false });
    let copy = of(&app.update(Command::SaveCopy { out: "b.db".into(), force: true }), Slot::Copy);
    answer(&mut app, &copy, Outcome::Copied(copied()));
    app.update(Command::Quit);
    assert!(!app.quits && matches!(app.dialog, Some(Dialog::DropEdits { .. })));
    app.update(Command::CloseDialog);
    let id = app.document.as_ref().unwrap().active_scenario().id;
    app.update(Command::AskCloseScenario(id));
    assert_eq!(app.dialog, Some(Dialog::CloseScenario { id }));
    app.update(Command::CloseDialog);

    app.update(Command::SwitchEdit { at: 1, on: true });
    let copy = of(&app.update(Command::SaveCopy { out: "b.db".into(), force: true }), Slot::Copy);
    answer(&mut app, &copy, Outcome::Copied(copied()));
    app.update(Command::Quit);
    assert!(app.quits, "all edits are in the copy");
}

#[test]
fn edits_beside_keep_the_window_open_until_they_are_given_up() {
    let mut app = App::new();
    open(&mut app, Command::Open("a.db".into()));
    app.update(Command::LeaveOut(0));
    open(&mut app, Command::OpenBeside("b.db".into()));
    app.update(Command::Quit);
    assert!(!app.quits);
    app.update(Command::DropEdits);
    assert!(app.quits);
}

#[test]
fn edits_made_while_a_file_is_being_opened_stay_beside_it() {
    let mut app = App::new();
    open(&mut app, Command::Open("a.db".into()));
    let opening = of(&app.update(Command::OpenInstead("b.db".into())), Slot::Open);
    app.update(Command::LeaveOut(0));
    let store = opened("b.db", StoreKey(2));
    answer(&mut app, &opening, Outcome::Opened(Box::new(store)));
    assert_eq!((shown(&app).as_str(), app.beside.len()), ("b.db", 1));
    assert!(app.beside[0].has_edits());
    // What the user gave up is gone.
    app.update(Command::LeaveOut(0));
    app.update(Command::OpenInstead("c.db".into()));
    open(&mut app, Command::DropEdits);
    assert_eq!((shown(&app).as_str(), app.beside.len()), ("c.db", 1));
    assert_eq!(app.beside[0].name(), "a.db");
}

#[test]
fn a_copy_of_a_store_that_was_closed_is_told_of() {
    let mut app = App::new();
    open(&mut app, Command::Open("a.db".into()));
    let copy = of(&app.update(Command::SaveCopy { out: "b.db".into(), force: false }), Slot::Copy);
    app.update(Command::Close);
    let (slot, generation) = (copy.slot, copy.generation);
    let result = Err(Failure::Failed("the disk is full".to_owned()));
    app.update(Command::Done(Finished { slot, generation, result }));
    assert!(app.notices.iter().any(|notice| notice.text == "the disk is full"));
}

#[test]
fn rules_that_were_changed_while_another_store_was_shown_are_used_when_it_is_shown_again() {
    let mut app = App::new();
    open(&mut app, Command::Open("a.db".into()));
    app.document.as_mut().unwrap().opened.rules = Some("a.json".into());
    let mut seconds = 0;
    let mut look = |app: &mut App, stamp| {
        seconds += 10;
        let asked = app.update(Command::Tick(Timestamp::from_micros(seconds * 1_000_000).unwrap()));
        let Some(watch) = asked.into_iter().find(|request| request.slot == Slot::Watch) else { return Vec::new() };
        let Job::Watch { path } = &watch.job else { panic!("{watch:?}") };
        answer(app, &watch, Outcome::Watched { path: path.clone(), stamp })
    };
    assert!(look(&mut app, Some(1)).is_empty());
    assert!(look(&mut app, Some(1)).is_empty());
    let first = app.document.as_ref().unwrap().opened.key;
    open(&mut app, Command::OpenBeside("b.db".into()));
    look(&mut app, Some(7));
    app.update(Command::SwitchTo(first));
    assert!(look(&mut app, Some(2)).iter().any(|request| request.slot == Slot::Project));
    // Once: the file that is in use is not used again and again.
    assert!(look(&mut app, Some(2)).is_empty());
    // Gone for a moment, as editors write it.
    assert!(look(&mut app, None).is_empty());
    assert!(!look(&mut app, Some(2)).is_empty());
}

#[test]
fn what_a_closed_store_was_asked_is_stopped_and_late_failures_are_nobodys() {
    let mut app = App::new();
    open(&mut app, Command::Open("a.db".into()));
    let search = of(&app.update(Command::Search("type:x".into())), Slot::Search);
    let copy = of(&app.update(Command::SaveCopy { out: "c.db".into(), force: false }), Slot::Copy);
    let first = of(&app.update(Command::OpenInstead("gone.db".into())), Slot::Open);
    app.update(Command::OpenInstead("b.db".into()));
    let (slot, generation) = (first.slot, first.generation);
    app.update(Command::Done(Finished { slot, generation, result: Err(Failure::Failed("no such file".to_owned())) }));
    assert_eq!((app.opening.clone(), app.notices.len()), (Some(PathBuf::from("b.db")), 0));
    app.update(Command::Close);
    assert!(search.cancel.is_cancelled() && !copy.cancel.is_cancelled());
}

#[test]
fn written_times_mean_those_of_the_windows_zone() {
    let mut app = App::new();
    open(&mut app, Command::Open("a.db".into()));
    app.update(Command::AddTrack(crate::app::TrackSource::Condition("time < 2025-03-04".into())));
    app.update(Command::AddTrack(crate::app::TrackSource::Condition("type:x".into())));
    app.update(Command::Search("after:2025-03-04".into()));
    let zone = |zone| Command::SetZone(crate::app::ZoneChoice::Named(zone));
    let slots = |requests: Vec<Request>| requests.iter().map(|request| request.slot).collect::<Vec<_>>();
    assert_eq!(slots(app.update(zone(chrono_tz::Asia::Tokyo))), [Slot::Track(1), Slot::Search]);
    assert!(app.update(zone(chrono_tz::Asia::Tokyo)).is_empty());
    app.update(Command::Search("type:x".into()));
    assert_eq!(slots(app.update(zone(chrono_tz::UTC))), [Slot::Track(1)]);
}

#[test]
fn files_are_opened_together_and_again() {
    let mut app = App::new();
    open(&mut app, Command::Open("a.db".into()));
    let together = |requests: &[Request]| {
        let request = of(requests, Slot::Open);
        let Job::OpenAs { path, key, how: OpenAs::Together { with, .. }, .. } = &request.job else {
            panic!("{request:?}")
        };
        let file = |path: &PathBuf| crate::job::OpenedFile {
            path: path.clone(),
            layout_title: "Foldline".to_owned(),
            events: 3,
            shown: 3,
        };
        let files = std::iter::once(path).chain(with).map(file).collect();
        let files = if with.is_empty() { Vec::new() } else { files };
        let store = OpenedStore { files, ..opened(&path.display().to_string(), *key) };
        (request.clone(), with.clone(), Outcome::Opened(Box::new(store)))
    };
    // The question about a second file, and one more from the menu.
    app.update(Command::Open("b.db".into()));
    let (request, with, outcome) = together(&app.update(Command::OpenTogether(vec!["b.db".into()])));
    assert_eq!(with, [PathBuf::from("b.db")]);
    assert!(app.dialog.is_none());
    answer(&mut app, &request, outcome);
    assert_eq!(app.document.as_ref().unwrap().title(), "a.db + 1");
    let (request, with, outcome) = together(&app.update(Command::OpenTogether(vec!["c.db".into()])));
    assert_eq!(with, [PathBuf::from("b.db"), "c.db".into()]);
    answer(&mut app, &request, outcome);
    // One that is in it already is not asked for again, and several are followed as one is.
    assert!(app.update(Command::OpenTogether(vec!["b.db".into()])).is_empty());
    assert!((crate::app::actions::action("live").unwrap().command)(&app).is_some());
    // The set is remembered; by its name alone the file is opened alone.
    app.update(Command::Close);
    let (request, with, outcome) = together(&app.update(Command::OpenRecent("a.db".into())));
    assert_eq!(with.len(), 2);
    answer(&mut app, &request, outcome);
    assert_eq!(app.settings.recents[0].name(), "a.db and 2 more files");
    app.update(Command::Close);
    open(&mut app, Command::Open("a.db".into()));
    assert!(app.settings.recents[0].with.is_empty());
    let (_, with, _) = together(&app.update(Command::OpenTogether(vec!["b.db".into()])));
    assert_eq!(with.len(), 1);
}

#[test]
fn following_takes_the_place_of_an_opening_that_copies() {
    let mut app = App::new();
    let copying = of(&app.update(Command::Open("a.db".into())), Slot::Open);
    let following = of(&app.update(Command::OpenFollowed("a.db".into())), Slot::Open);
    assert!(copying.cancel.is_cancelled());
    let Job::OpenAs { path, key, how: OpenAs::Followed, .. } = &following.job else { panic!("{following:?}") };
    let store = OpenedStore { followed: true, ..opened(&path.display().to_string(), *key) };
    // The answer of the first comes late.
    let (slot, generation) = (copying.slot, copying.generation);
    app.update(Command::Done(Finished { slot, generation, result: Err(Failure::Cancelled) }));
    assert_eq!(app.opening, Some(PathBuf::from("a.db")));
    answer(&mut app, &following, Outcome::Opened(Box::new(store)));
    assert_eq!(app.document.as_ref().map(|document| document.live.following), Some(Following::On));
}

#[test]
fn what_cannot_be_copied_can_be_followed() {
    let mut app = App::new();
    let copying = of(&app.update(Command::Open("a.db".into())), Slot::Open);
    let (slot, generation) = (copying.slot, copying.generation);
    let result = Err(Failure::NoCopy("there is no room".to_owned()));
    app.update(Command::Done(Finished { slot, generation, result }));
    assert_eq!(app.opening, None);
    let notice = &app.notices[0];
    assert_eq!((notice.text.as_str(), notice.follow.clone()), ("there is no room", Some(PathBuf::from("a.db"))));
    app.update(Command::OpenFollowed("a.db".into()));
    assert!(app.notices.is_empty());
}
