//! The application with workers that answer late, out of order, or in a real pool.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use foldline::app::{App, Command};
use foldline::job::{Finished, Request};
use foldline::worker::{Executor as _, Inline, Pool};

use crate::fixtures;

/// Two stores, `a.db` and `b.db`.
fn stores() -> (tempfile::TempDir, [PathBuf; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["a.db", "b.db"].map(|name| folder.path().join(name));
    paths.iter().for_each(|path| fixtures::foldline(path));
    (folder, paths)
}

/// An application whose requests are answered when the test says so.
#[derive(Default)]
struct Late {
    app: App,
    worker: Inline,
    waiting: Vec<Request>,
}

impl Late {
    fn tell(&mut self, command: Command) {
        let requests = self.app.update(command);
        self.waiting.extend(requests);
    }

    fn answers(&mut self) -> Vec<Finished> {
        self.waiting.drain(..).for_each(|request| self.worker.submit(request));
        self.worker.drain()
    }

    fn settle(&mut self) {
        while !self.waiting.is_empty() {
            for finished in self.answers() {
                self.tell(Command::Done(finished));
            }
        }
    }

    /// How many events are in the state that is shown, and whether that is what was last asked for.
    fn shown(&self) -> (usize, bool) {
        let (view, newest) = self.app.document.as_ref().unwrap().state.value().unwrap();
        (view.baseline.at.count, newest)
    }
}

#[test]
fn an_older_state_never_takes_the_place_of_the_newest() {
    let (_folder, [path, _]) = stores();
    // Events 0, 2, 3 and 5 are the stream's.
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
        let mut late = Late::default();
        late.tell(Command::Open(path.clone()));
        late.settle();
        late.tell(Command::SelectStream("account-A".into()));
        late.settle();
        for event in [0, 5, 2] {
            late.tell(Command::SeekEvent(event));
        }
        let mut answers: Vec<Option<Finished>> = late.answers().into_iter().map(Some).collect();
        assert_eq!(answers.len(), 3);
        for at in order {
            late.tell(Command::Done(answers[at].take().unwrap()));
            let (count, newest) = late.shown();
            assert!(!newest || count == 2, "{order:?} shows {count}");
        }
        assert_eq!(late.shown(), (2, true), "{order:?}");
    }
}

/// An application with a pool.
struct Live {
    app: App,
    pool: Pool,
    woken: Receiver<()>,
}

impl Live {
    fn new() -> Self {
        let (tell, woken) = channel();
        let wake: Arc<dyn Fn() + Send + Sync> = Arc::new(move || tell.send(()).unwrap_or(()));
        Self { app: App::new(), pool: Pool::new(3, &wake).unwrap(), woken }
    }

    fn tell(&mut self, command: Command) {
        self.app.update(command).into_iter().for_each(|request| self.pool.submit(request));
    }

    fn settle(&mut self) {
        while !self.app.running.is_empty() {
            self.woken.recv().unwrap();
            self.take();
        }
    }

    fn take(&mut self) {
        for finished in self.pool.drain() {
            self.tell(Command::Done(finished));
        }
    }
}

#[test]
fn of_two_files_opened_at_once_the_second_is_open() {
    let (_folder, [first, second]) = stores();
    // The first one may be waiting, at work or done when the second one comes.
    for _ in 0..20 {
        let mut live = Live::new();
        live.tell(Command::Open(first.clone()));
        live.tell(Command::Open(second.clone()));
        live.settle();
        assert_eq!(live.app.document.as_ref().unwrap().opened.path, second);
        assert!(live.app.notices.is_empty(), "{:?}", live.app.notices);
    }
}

#[test]
fn a_cursor_that_moves_faster_than_states_come_ends_where_it_is() {
    let (_folder, [path, _]) = stores();
    let mut live = Live::new();
    live.tell(Command::Open(path));
    live.settle();
    live.tell(Command::SelectStream("account-A".into()));
    for round in 0..50 {
        live.tell(Command::SeekEvent([0, 2, 3][round % 3]));
        if round % 7 == 0 {
            live.tell(Command::LeaveOut(2));
            live.tell(Command::TakeBack(2));
        }
        live.take();
    }
    live.tell(Command::SeekEvent(5));
    live.tell(Command::LeaveOut(3));
    live.settle();
    let document = live.app.document.as_ref().unwrap();
    let (view, newest) = document.state.value().unwrap();
    let branch = view.branch.as_ref().unwrap();
    assert_eq!((view.baseline.at.count, branch.at.count, newest), (4, 3, true));
    let (branch, newest) = document.active_scenario().branch.value().unwrap();
    assert_eq!((branch.lanes().len(), newest), (1, true));
}
