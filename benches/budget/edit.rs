//! Editing one long stream: from the user's command to the state at the cursor that is right, on the way that the
//! window takes (the application, a job, its answer), against folding the stream from its start. With
//! `FOLDLINE_BENCH_REDUX` naming a folder in which `benches/redux/run.sh` installed it, the same is asked of
//! @redux-devtools/instrument.

use std::path::Path;
use std::process::Command as Process;
use std::time::Duration;

use foldline::app::{App, Command};
use foldline::job::{Finished, Outcome, Request, Slot};
use foldline::model::{Cancel, Progress, Selection, StreamIndex};
use foldline::whatif::{Edit, Selector, Target, VersionRange};
use foldline::worker::{Session, SessionOptions, Workshop};

use super::data::{self, STREAM};
use super::stream::Random;
use super::table::{Table, percentile, timed};

/// Edits made, at as many places.
const EDITS: usize = 60;
/// Times that something is switched off and on.
const TOGGLES: usize = 40;
/// The cursor stands so many events after the edit.
const BEHIND: usize = 100;

/// What is folded: the bank's rules, whose states grow a list, and a balance with counts, as reducers have it.
const RULES: [(&str, &str); 2] = [("bank", ""), ("counts", data::COUNTS)];

pub fn run(folder: &Path, events: usize, table: &mut Table) {
    for (name, rules) in RULES {
        let folder = folder.join(name);
        std::fs::create_dir(&folder).unwrap();
        let store = data::long_stream(&folder, events);
        if !rules.is_empty() {
            std::fs::write(folder.join("stream.projection.json"), rules).unwrap();
        }
        let full = full_replay(&store, folder.join("stream.projection.json").as_path(), table, name);
        let figures = Figures { name, full };
        figures.measure(&store, table);
    }
}

/// Every event from the store, folded from the first, nothing kept: the best of several.
fn full_replay(store: &Path, rules: &Path, table: &mut Table, name: &str) -> Duration {
    let projections = foldline::worker::Projections::Files(vec![rules.to_owned()]);
    let options = SessionOptions { projections, ..SessionOptions::default() };
    let session = Session::open(store, options, &Progress::default(), &Cancel::default()).unwrap();
    let stream = StreamIndex(0);
    let whole = Selection::Prefix(session.log().lane(stream).len());
    let replay = || timed(|| session.end_states(&[(stream, whole.clone())], &Cancel::default()).unwrap()).0;
    let full = (0..5).map(|_| replay()).min().unwrap();
    table.figure(&format!("{name}: a full replay"), &super::table::shown(full), "");
    full
}

struct Figures {
    name: &'static str,
    full: Duration,
}

impl Figures {
    fn measure(&self, store: &Path, table: &mut Table) {
        let mut desk = Desk::new(store);
        let len = desk.len();
        let mut random = Random(1);
        for (where_to, cursor) in [
            (
                "shortly after it",
                Box::new(|at: usize, _: &mut Random| at + BEHIND) as Box<dyn Fn(usize, &mut Random) -> usize>,
            ),
            ("anywhere after it", Box::new(move |at, random| at + random.below(len - at))),
            ("at the end", Box::new(move |_, _| len - 1)),
        ] {
            let (mut edits, mut undone, mut redone, mut toggled) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            for _ in 0..EDITS {
                let at = len / 4 + random.below(len / 2);
                desk.seek(cursor(at, &mut random));
                desk.does(Command::ClearEdits);
                edits.push(desk.does(Command::LeaveOut(at as u32)));
                undone.push(desk.does(Command::Undo));
                redone.push(desk.does(Command::Redo));
            }
            self.line(table, &format!("an edit, cursor {where_to}"), edits);
            self.line(table, &format!("its undo, cursor {where_to}"), undone);
            self.line(table, &format!("and redo, cursor {where_to}"), redone);
            for edits in [20, 1000] {
                desk.does(Command::ClearEdits);
                desk.seek(len - 1);
                let all: Vec<usize> = (0..edits).map(|edit| len / 8 + edit * (len * 3 / 4) / edits).collect();
                let deletes = all.iter().map(|at| {
                    let version = *at as i64 + 1;
                    Edit::Delete(Target::One(Selector::Version { stream: STREAM.into(), version }))
                });
                desk.does(Command::AddEdits { edits: deletes.collect(), words: "Leave out many".to_owned() });
                for _ in 0..TOGGLES {
                    let at = random.below(edits);
                    desk.seek(cursor(all[at], &mut random));
                    toggled.push(desk.does(Command::SwitchEdit { at, on: false }));
                    desk.seek(cursor(all[at], &mut random));
                    desk.does(Command::SwitchEdit { at, on: true });
                }
                let toggled = std::mem::take(&mut toggled);
                self.line(table, &format!("one of {edits} switched off, cursor {where_to}"), toggled);
            }
        }
        desk.does(Command::ClearEdits);
        let mut ranges = Vec::new();
        for _ in 0..EDITS / 3 {
            let at = len / 4 + random.below(len / 2);
            desk.seek(at + BEHIND);
            let range = VersionRange { stream: STREAM.into(), from: Some(at as i64 + 1), to: None };
            let edits = vec![Edit::Delete(Target::Range(range))];
            ranges.push(desk.does(Command::AddEdits { edits, words: "Skip everything after".to_owned() }));
            desk.does(Command::Undo);
        }
        self.line(table, "everything after left out", ranges);
        // The whole way of a toggle in the middle to the end, as tools that keep every state do it.
        desk.seek(len - 1);
        let mut middle = Vec::new();
        for turn in 0..15 {
            let at = len / 2 + turn;
            desk.does(Command::ClearEdits);
            middle.push(desk.does(Command::LeaveOut(at as u32)));
        }
        let shortly: Vec<Duration> = (0..15)
            .map(|turn| {
                let at = len / 2 + 500 + turn;
                desk.seek(at + BEHIND);
                desk.does(Command::ClearEdits);
                desk.does(Command::LeaveOut(at as u32))
            })
            .collect();
        if self.name == "counts"
            && let Some(redux) = redux(len)
        {
            let [mut middle, mut shortly] = [middle, shortly];
            let target = "<= 1.0 x";
            table.ratio("counts: toggle in the middle, end state: redux", percentile(&mut middle, 50), redux, target);
            table.ratio("counts: toggle in the middle, at cursor: redux", percentile(&mut shortly, 50), redux, target);
        }
    }

    fn line(&self, table: &mut Table, what: &str, mut times: Vec<Duration>) {
        let target = if what.contains("at the end") { "at the speed of the fold" } else { "<= 16 ms" };
        for percent in [50, 99] {
            let figure = percentile(&mut times, percent);
            table.ratio(&format!("{}: {what}, p{percent}", self.name), figure, self.full, target);
        }
    }
}

/// A user at an open store, without a window: every job runs at once.
struct Desk {
    app: App,
    workshop: Workshop,
}

impl Desk {
    fn new(store: &Path) -> Self {
        let mut desk = Self { app: App::new(), workshop: Workshop::default() };
        desk.does(Command::Open(store.to_owned()));
        let len = desk.len();
        // What a user saw before the first edit: all of the stream.
        desk.seek(len / 2);
        desk.seek(len - 1);
        desk
    }

    fn len(&self) -> usize {
        self.app.document.as_ref().unwrap().lane().len()
    }

    fn seek(&mut self, event: usize) {
        self.does(Command::SeekEvent(event as u32));
    }

    /// Does what a command says, and tells how long it took until the state at the cursor was right.
    fn does(&mut self, command: Command) -> Duration {
        let (began, requests) = timed(|| self.app.update(command));
        let (state, others): (Vec<_>, Vec<_>) = requests.into_iter().partition(|request| request.slot == Slot::State);
        let took = state.into_iter().map(|request| timed(|| self.run(request)).0).sum::<Duration>() + began;
        // What else an edit leads to (comparisons, what follows from it) waits for nobody, and nobody for it.
        let others = others.into_iter().filter(|request| matches!(request.slot, Slot::Branch(_) | Slot::Open));
        others.for_each(|request| self.run(request));
        took
    }

    fn run(&mut self, request: Request) {
        let Request { slot, generation, job, progress, cancel } = request;
        let result = self.workshop.run(job, &progress, &cancel);
        let edited = self.app.document.as_ref().is_some_and(|document| document.scenario().is_some());
        if let Ok(Outcome::State(view)) = &result {
            assert_eq!(view.branch.is_some(), edited);
        }
        let opened = matches!(result, Ok(Outcome::Opened(_)));
        let more = self.app.update(Command::Done(Finished { slot, generation, result }));
        // What opening a store leads to; nothing else does here.
        if opened {
            more.into_iter().filter(|request| request.slot == Slot::State).for_each(|request| self.run(request));
        }
    }
}

/// How long @redux-devtools/instrument takes to switch off the action in the middle of as many.
fn redux(actions: usize) -> Option<Duration> {
    let folder = std::env::var_os("FOLDLINE_BENCH_REDUX")?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/redux/toggle.mjs");
    let output = Process::new("node").arg(script).arg(actions.to_string()).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let millis: f64 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
    Some(Duration::from_secs_f64(millis / 1e3))
}
