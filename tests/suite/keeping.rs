//! Scenarios are kept by themselves: nothing is lost by a full disk, by closing in the wrong moment, or by a crash.

use std::path::PathBuf;

use foldline::app::{App, Command, Dialog, Document, Settings, Surroundings};
use foldline::job::{Request, Slot};
use foldline::model::Timestamp;
use foldline::whatif::{Edit, Selector, Target};
use foldline::worker::{Executor as _, Inline};

use crate::fixtures;

/// A window without pixels, and the folders around it.
struct Desk {
    app: App,
    workers: Inline,
    seconds: i64,
    /// Requests to keep something wait here while `holds`.
    held: Vec<Request>,
    holds: bool,
}

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fixtures::bundled("bank", folder.path());
        Self { folder }
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("bank.db")
    }

    fn kept(&self) -> PathBuf {
        self.folder.path().join("kept")
    }

    fn desk(&self) -> Desk {
        let surroundings = Surroundings { scenarios: Some(self.kept()), ..Surroundings::default() };
        let app = App::with(surroundings, Settings::default());
        let mut desk = Desk { app, workers: Inline::default(), seconds: 0, held: Vec::new(), holds: false };
        desk.send(Command::Open(self.store()));
        assert!(desk.app.document.is_some(), "{:?}", desk.app.notices);
        desk
    }
}

impl Desk {
    fn send(&mut self, command: Command) {
        let requests = self.app.update(command);
        self.run(requests);
    }

    fn run(&mut self, mut requests: Vec<Request>) {
        while !requests.is_empty() {
            for request in std::mem::take(&mut requests) {
                if self.holds && matches!(request.slot, Slot::Keep(_)) {
                    self.held.push(request);
                } else {
                    self.workers.submit(request);
                }
            }
            for finished in self.workers.drain() {
                requests.extend(self.app.update(Command::Done(finished)));
            }
        }
    }

    fn let_go(&mut self) {
        self.holds = false;
        let held = std::mem::take(&mut self.held);
        self.run(held);
    }

    fn tick(&mut self) {
        self.seconds += 10;
        self.send(Command::Tick(Timestamp::from_micros(self.seconds * 1_000_000).unwrap()));
    }

    fn leave_out(&mut self, position: i64) {
        let edit = Edit::Delete(Target::One(Selector::Position(position)));
        self.send(Command::AddEdits { edits: vec![edit], words: format!("Leave out #{position}") });
    }

    /// As the window is closed by the system, which asks nobody.
    fn ends(mut self) {
        let requests = self.app.last_requests();
        self.run(requests);
    }

    fn document(&self) -> &Document {
        self.app.document.as_ref().unwrap()
    }

    fn edits(&self) -> usize {
        self.document().scenarios.all().iter().map(|view| view.draft.len()).sum()
    }

    fn messages(&self) -> String {
        self.app.notices.iter().map(|notice| notice.text.clone()).collect::<Vec<_>>().join(" | ")
    }

    fn asks_about_edits(&self) -> bool {
        matches!(self.app.dialog, Some(Dialog::DropEdits { .. }))
    }
}

/// A file where the folder should be: nothing can be written there.
fn block(place: &Place) {
    std::fs::write(place.kept(), "").unwrap();
}

fn unblock(place: &Place) {
    std::fs::remove_file(place.kept()).unwrap();
}

#[test]
fn closing_the_window_waits_for_what_is_being_kept() {
    let place = Place::new();
    let mut desk = place.desk();
    desk.holds = true;
    desk.leave_out(17);
    desk.tick();
    assert_eq!(desk.held.len(), 1);
    // Newer than what waits to be written.
    desk.leave_out(18);
    desk.send(Command::Quit);
    assert!(!desk.app.quits && desk.app.dialog.is_none());
    desk.let_go();
    assert!(desk.app.quits);
    drop(desk);
    assert_eq!(place.desk().edits(), 2);
}

#[test]
fn who_does_not_want_to_wait_for_the_disk_is_asked() {
    let place = Place::new();
    let mut desk = place.desk();
    desk.holds = true;
    desk.leave_out(17);
    desk.send(Command::Quit);
    desk.send(Command::Quit);
    assert!(desk.asks_about_edits() && !desk.app.quits);
    desk.send(Command::CloseDialog);
    desk.let_go();
    assert!(!desk.app.quits, "they changed their mind");
    desk.send(Command::Quit);
    assert!(desk.app.quits);
}

#[test]
fn what_waits_to_be_kept_when_the_system_ends_the_window_is_written() {
    let place = Place::new();
    let mut desk = place.desk();
    desk.holds = true;
    desk.leave_out(17);
    desk.tick();
    desk.leave_out(18);
    // What waits gives way to what is newer.
    desk.held.clear();
    desk.holds = false;
    desk.ends();
    assert_eq!(place.desk().edits(), 2);
}

#[test]
fn closing_a_store_waits_for_what_is_being_kept() {
    let place = Place::new();
    let mut desk = place.desk();
    desk.holds = true;
    desk.leave_out(17);
    desk.tick();
    desk.send(Command::Close);
    assert!(desk.app.document.is_some());
    desk.let_go();
    assert!(desk.app.document.is_none());
    desk.send(Command::Open(place.store()));
    assert_eq!(desk.edits(), 1);
}

#[test]
fn edits_that_can_not_be_kept_are_tried_again_and_asked_about() {
    let place = Place::new();
    block(&place);
    let mut desk = place.desk();
    desk.leave_out(17);
    desk.tick();
    assert!(desk.messages().contains("could not be kept"), "{}", desk.messages());
    assert!(desk.document().would_lose_edits());
    for leave in [Command::Quit, Command::Close] {
        desk.send(leave);
        assert!(desk.asks_about_edits() && !desk.app.quits && desk.app.document.is_some());
        desk.send(Command::CloseDialog);
    }
    // There is room again: no further edit is needed.
    unblock(&place);
    desk.tick();
    assert!(!desk.document().would_lose_edits());
    assert_eq!(place.desk().edits(), 1);
    desk.send(Command::Quit);
    assert!(desk.app.quits && !desk.asks_about_edits());
}

#[test]
fn there_is_one_more_try_when_the_window_is_closed() {
    let place = Place::new();
    block(&place);
    let mut desk = place.desk();
    desk.leave_out(17);
    desk.tick();
    unblock(&place);
    desk.send(Command::Quit);
    assert!(desk.app.quits);
    assert_eq!(place.desk().edits(), 1);
}

#[test]
fn that_the_store_has_changed_is_noticed_every_time() {
    let place = Place::new();
    let mut desk = place.desk();
    desk.leave_out(17);
    desk.tick();
    drop(desk);
    let file = std::fs::read_dir(place.kept()).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("\"type\": \""), "{text}");
    // As if another event had stood there.
    std::fs::write(&file, text.replace("\"type\": \"", "\"type\": \"Another")).unwrap();
    for _ in 0..2 {
        let mut desk = place.desk();
        assert!(desk.messages().contains("fits with a warning"), "{}", desk.messages());
        desk.tick();
        desk.ends();
    }
}

#[test]
fn a_file_that_can_not_be_read_is_never_written_over() {
    let place = Place::new();
    let mut desk = place.desk();
    desk.leave_out(17);
    desk.tick();
    drop(desk);
    let file = std::fs::read_dir(place.kept()).unwrap().next().unwrap().unwrap().path();
    let broken: [&[u8]; 3] = [b"{ half", b"\xff\xfe", b"{ another half"];
    for contents in broken {
        std::fs::write(&file, contents).unwrap();
        let mut desk = place.desk();
        assert!(desk.messages().contains(".bad"), "{}", desk.messages());
        desk.leave_out(17);
        desk.tick();
        desk.ends();
    }
    let files = std::fs::read_dir(place.kept()).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    let files: Vec<Vec<u8>> = files.collect();
    assert_eq!(files.len(), 4);
    for contents in broken {
        assert!(files.iter().any(|file| file == contents));
    }
}

#[cfg(unix)]
#[test]
fn where_a_file_can_not_be_put_aside_nothing_is_kept_and_closing_asks() {
    let place = Place::new();
    let mut desk = place.desk();
    desk.leave_out(17);
    desk.tick();
    drop(desk);
    let file = std::fs::read_dir(place.kept()).unwrap().next().unwrap().unwrap().path();
    std::fs::write(&file, "{ half").unwrap();
    // No name is free.
    for number in 0..10_000 {
        let name = if number == 0 { ".bad".to_owned() } else { format!(".{number}.bad") };
        std::os::unix::fs::symlink("nowhere", format!("{}{name}", file.display())).unwrap();
    }
    let mut desk = place.desk();
    assert!(desk.messages().contains("not kept by themselves"), "{}", desk.messages());
    desk.leave_out(17);
    desk.tick();
    desk.send(Command::Quit);
    assert!(desk.asks_about_edits());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "{ half");
}

#[test]
fn two_windows_on_one_store_keep_what_each_has() {
    let place = Place::new();
    let mut first = place.desk();
    let mut second = place.desk();
    first.leave_out(17);
    first.tick();
    second.leave_out(18);
    second.tick();
    assert!(first.messages().is_empty(), "{}", first.messages());
    assert!(second.messages().contains("Another window"), "{}", second.messages());
    // Each goes on in its own file.
    first.leave_out(460);
    first.tick();
    second.leave_out(461);
    second.leave_out(462);
    second.tick();
    let count = || std::fs::read_dir(place.kept()).unwrap().count();
    assert_eq!(count(), 2);
    let lengths = |desk: &Desk| {
        let views = desk.document().scenarios.all();
        views.iter().map(|view| view.draft.len()).collect::<Vec<_>>()
    };
    // Both are there the next time, and in one file.
    let mut third = place.desk();
    assert_eq!(lengths(&third), [2, 3]);
    third.tick();
    assert_eq!(count(), 1);
    assert_eq!(lengths(&place.desk()), [2, 3]);
    // Windows that are still open lose nothing by that.
    second.leave_out(463);
    second.tick();
    first.leave_out(463);
    first.tick();
    let lengths = lengths(&place.desk());
    assert!(lengths.contains(&4) && lengths.contains(&3), "{lengths:?}");
}
