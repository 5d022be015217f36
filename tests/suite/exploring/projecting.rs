//! Other projections for a store that is open.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use foldline::job::{Failure, Job, Outcome, Projected, ProjectionChoice, StateRequest};
use foldline::model::json::to_text;
use foldline::model::{Cancel, Moment, Progress, ValuePath};
use foldline::replay::ProjectionKind;
use foldline::whatif::{Scenario, parse};
use foldline::worker::{Projections, Session, SessionOptions};

use super::{FAILING, KEY, Shop};
use crate::fixtures;

const RULES: &str = r#"{"projections":[{"projection":"counted","category":"account","init":{"count":0},
    "when":{"*":[{"add":"count","value":1}]}}]}"#;

fn project(shop: &Shop, choice: ProjectionChoice) -> Result<Projected, Failure> {
    shop.run(Job::Project { store: KEY, choice }).map(|outcome| match outcome {
        Outcome::Projected(projected) => projected,
        other => panic!("{other:?}"),
    })
}

/// What is shown at the end of account A: as recorded, and without its second event.
fn shown(shop: &Shop, scenario: &Arc<Scenario>) -> [String; 2] {
    let (stream, moment, scenario) = ("account-A".into(), Moment::Position(6), Some(scenario.clone()));
    match shop.run(Job::State(StateRequest { store: KEY, stream, moment, scenario, against: None })) {
        Ok(Outcome::State(view)) => {
            let branch = view.branch.unwrap();
            [view.baseline, branch].map(|side| to_text(&side.frame.state.value))
        }
        other => panic!("{other:?}"),
    }
}

fn row(shop: &Shop) -> String {
    match shop.run(Job::Changes { store: KEY, stream: "account-A".into(), events: vec![0] }) {
        Ok(Outcome::Changes { rows, .. }) => {
            rows[0].1.changes.iter().map(|change| format!("{} ", change.path)).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn open(path: &Path, projections: Projections) -> Arc<Session> {
    let options = SessionOptions { projections, ..SessionOptions::default() };
    Session::open(path, options, &Progress::default(), &Cancel::default()).unwrap()
}

#[test]
fn nothing_of_the_projection_before_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("a.db");
    fixtures::foldline(&store);
    let (rules, broken) = (folder.path().join("a.projection.json"), folder.path().join("broken.json"));
    std::fs::write(&rules, RULES).unwrap();
    std::fs::write(&broken, RULES.replace("count\":0", "count\":")).unwrap();
    let text = r#"{"foldline":"scenario/1","name":"n","edits":[{"delete":{"stream":"account-A","version":2}}]}"#;
    let scenario = Arc::new(parse(text).unwrap());
    let shop = Shop::open(&store);
    let counted = [r#"{"count":4}"#, r#"{"count":3}"#].map(str::to_owned);
    assert_eq!((shown(&shop, &scenario), row(&shop)), (counted.clone(), "count ".to_owned()));

    let automatic = project(&shop, ProjectionChoice::Automatic).unwrap();
    assert_eq!((automatic.store, automatic.rules, automatic.notes), (KEY, None, vec![]));
    assert_eq!(automatic.projections.len(), shop.log().categories().len());
    assert!(automatic.projections.iter().all(|info| info.kind == ProjectionKind::Automatic));
    let session = open(&store, Projections::Automatic);
    let stream = session.log().find_stream("account-A").unwrap();
    let by_hand = Shop { workshop: Default::default(), session }.states(stream);
    let merged = shown(&shop, &scenario);
    assert_eq!(merged[0], to_text(&by_hand.last().unwrap().value));
    assert!(merged[1].contains("$version"), "{merged:?}");
    assert_eq!(row(&shop), "limit owner ");

    // A file that is no projection changes nothing, and says where it is wrong.
    for (file, said) in [(&broken, "broken.json"), (&store, "a.db"), (&folder.path().join("none.json"), "none.json")] {
        match project(&shop, ProjectionChoice::File(file.clone())) {
            Err(Failure::Failed(why)) => assert!(why.contains(said), "{why}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(shown(&shop, &scenario), merged);
    }

    let back = project(&shop, ProjectionChoice::File(rules.clone())).unwrap();
    assert_eq!((&*back.projections[0].name, back.rules), ("counted", Some(rules)));
    assert_eq!((shown(&shop, &scenario), row(&shop)), (counted, "count ".to_owned()));
    // Lives are told by the new one too.
    let path = ValuePath(vec![foldline::model::Segment::Key("count".into())]);
    match shop.run(Job::Life { store: KEY, stream: "account-A".into(), path }) {
        Ok(Outcome::Life(life)) => assert_eq!(life.entries.len(), 4),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_projection_for_other_stores_is_used_and_noted() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("a.db");
    fixtures::foldline(&store);
    let rules = folder.path().join("other.json");
    std::fs::write(&rules, FAILING.replace("\"account\"", "\"shop\"")).unwrap();
    let shop = Shop::open(&store);
    let projected = project(&shop, ProjectionChoice::File(rules)).unwrap();
    assert!(projected.notes[0].contains("no category of the store"), "{:?}", projected.notes);
    assert!(projected.projections.iter().all(|info| info.kind == ProjectionKind::Automatic));
}

#[test]
fn both_sides_of_a_state_are_made_by_one_projection() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("a.db");
    fixtures::foldline(&store);
    let rules = folder.path().join("a.projection.json");
    std::fs::write(&rules, RULES).unwrap();
    let text = r#"{"foldline":"scenario/1","name":"n","edits":[{"delete":{"stream":"account-A","version":2}}]}"#;
    let scenario = Arc::new(parse(text).unwrap());
    let shop = Shop::open(&store);
    let done = AtomicBool::new(false);
    let mut seen = BTreeSet::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..200 {
                for choice in [ProjectionChoice::Automatic, ProjectionChoice::File(rules.clone())] {
                    project(&shop, choice).unwrap();
                }
            }
            done.store(true, Ordering::Release);
        });
        while !done.load(Ordering::Acquire) {
            seen.insert(shown(&shop, &scenario).map(|state| state.starts_with(r#"{"count""#)));
        }
    });
    assert_eq!(shown(&shop, &scenario)[0], r#"{"count":4}"#);
    assert!(seen.is_subset(&BTreeSet::from([[true, true], [false, false]])), "{seen:?}");
}

#[test]
fn a_new_stream_is_of_the_category_that_its_own_branch_gives_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("a.db");
    fixtures::pyeventsourcing(&store, fixtures::Python::Json);
    let rules = RULES.replace(r#""account""#, r#""BankAccount""#);
    std::fs::write(folder.path().join("a.projection.json"), rules).unwrap();
    let session = open(&store, Projections::Beside);
    let stream = "0c".repeat(16);
    let branch = |class: &str| {
        let text = format!(
            r#"{{"foldline":"scenario/1","name":"{class}","edits":[
                {{"insert":{{"stream":"{stream}"}},"type":"bank.model:{class}.Opened","time":"2026-02-01T00:00:00Z","data":{{"n":1}}}}]}}"#
        );
        session.branch(&Arc::new(parse(&text).unwrap())).unwrap()
    };
    let (account, other) = (branch("BankAccount"), branch("Other"));
    let kind = |branch| session.fold_in(&stream, foldline::whatif::Branch::stream(branch, &stream)).info().kind;
    assert_eq!((kind(&account), kind(&other)), (ProjectionKind::Rules, ProjectionKind::Automatic));
    for (branch, kind) in [(&account, ProjectionKind::Rules), (&other, ProjectionKind::Automatic)] {
        let replayer = session.branch_replayer(branch, &stream).unwrap();
        assert_eq!(replayer.lock().unwrap().fold().info().kind, kind);
    }
}
