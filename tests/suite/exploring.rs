//! Jobs that look into histories: what they answer is what folding and filtering by hand come to.

mod branch_tracks;
mod cataloguing;
mod comparing;
mod files;
mod projecting;
mod replies;
mod searching;
mod values;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use foldline::job::{Failure, Job, Outcome, ReplyFormat, StateRequest, StateView, StoreKey};
use foldline::model::{Cancel, Event, EventLog, Moment, Progress, StreamIndex};
use foldline::replay::{Fold, State};
use foldline::worker::{Session, SessionOptions, Workshop};

use crate::fixtures::{self, contents};

const KEY: StoreKey = StoreKey(1);

/// A store that is open twice: as the window has it, and to be folded by hand.
struct Shop {
    workshop: Workshop,
    session: Arc<Session>,
}

impl Shop {
    fn open(path: &Path) -> Self {
        let workshop = Workshop::default();
        let open = Job::Open { path: path.to_owned(), key: KEY, layout: None, rules: None };
        workshop.run(open, &Progress::default(), &Cancel::default()).unwrap();
        let session = Session::open(path, SessionOptions::default(), &Progress::default(), &Cancel::default()).unwrap();
        Self { workshop, session }
    }

    fn run(&self, job: Job) -> Result<Outcome, Failure> {
        self.workshop.run(job, &Progress::default(), &Cancel::default())
    }

    /// The same for a job that nobody wants any more.
    fn run_cancelled(&self, job: Job) -> Result<Outcome, Failure> {
        let cancel = Cancel::default();
        cancel.cancel();
        self.workshop.run(job, &Progress::default(), &cancel)
    }

    fn log(&self) -> &Arc<EventLog> {
        self.session.log()
    }

    fn streams(&self) -> Vec<(StreamIndex, Arc<str>)> {
        (0u32..).map(StreamIndex).zip(self.log().streams().iter().map(|stream| stream.name.clone())).collect()
    }

    fn events_of(&self, stream: StreamIndex) -> Vec<Event> {
        self.session.events(self.log().lane(stream)).unwrap()
    }

    /// The state before the first event and after each, up to where the projection stops.
    fn states(&self, stream: StreamIndex) -> Vec<State> {
        let fold = self.session.fold_of_stream(stream);
        states(&*fold, &self.events_of(stream))
    }

    fn state(&self, stream: &str, moment: Moment) -> Box<StateView> {
        let request = StateRequest { store: KEY, stream: stream.into(), moment, scenario: None, against: None };
        match self.run(Job::State(request)) {
            Ok(Outcome::State(view)) => view,
            other => panic!("{other:?}"),
        }
    }
}

fn states(fold: &dyn Fold, events: &[Event]) -> Vec<State> {
    let mut states = vec![fold.initial()];
    for (place, event) in events.iter().enumerate() {
        let mut state = states[place].clone();
        if fold.apply(&mut state, event, place).is_err() {
            break;
        }
        states.push(state);
    }
    states
}

/// Stores of every layout, what a library wrote if it is there, the bundled samples with their rules, and one whose
/// rules fail midway.
fn stores(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fixtures::all(folder).into_iter().map(|(_, path)| path).collect();
    if let Some(real) = fixtures::stores() {
        all.push(folder.join("real.db"));
        std::fs::copy(real.join("pyeventsourcing-bank.db"), all.last().unwrap()).unwrap();
    }
    for name in ["bank", "orders", "rides"] {
        all.push(fixtures::bundled(name, folder));
    }
    let failing = folder.join("failing.db");
    fixtures::foldline(&failing);
    std::fs::write(folder.join("failing.projection.json"), FAILING).unwrap();
    all.push(failing);
    all
}

/// Stops at the first withdrawal: a text can't be subtracted. Deposits are not its business.
const FAILING: &str = r#"{"projections":[{"projection":"p","category":"account","init":{"n":0,"b":0,"a":[]},
    "key_fields":["b"],
    "when":{"Opened":[{"set":"owner","from":"data.owner"},{"set":"limit","from":"data.limit"},
                      {"set":"c","value":1},{"set":"b","value":2}],
            "Withdrawn":[{"subtract":"owner","from":"data.amount"}]},
    "invariants":[{"name":"no owner","holds":"not has:state.owner"}]}]}"#;

#[test]
fn nothing_of_an_opened_store_changes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::pyeventsourcing(&path, fixtures::Python::Json);
    let before = contents(folder.path());
    let shop = Shop::open(&path);
    let (_, stream) = shop.streams().remove(0);
    for job in values::jobs(&stream).into_iter().chain(searching::jobs()) {
        shop.run(job).unwrap();
    }
    shop.run(replies::job(&stream, Moment::Position(4), ReplyFormat::Markdown)).unwrap();
    assert_eq!(contents(folder.path()), before);
}

#[test]
fn jobs_of_a_store_that_was_closed_come_to_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::foldline(&path);
    let shop = Shop::open(&path);
    shop.run(Job::Close { store: KEY }).unwrap();
    for job in values::jobs("account-A").into_iter().chain(searching::jobs()) {
        assert_eq!(shop.run(job).unwrap_err(), Failure::Cancelled);
    }
}
