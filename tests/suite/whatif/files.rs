//! Scenario files with all that is in them, and how they fit a store.

use std::sync::Arc;

use foldline::model::Timestamp;
use foldline::whatif::{
    Draft, Edit, FileEdit, Fit, MadeFor, Scenario, ScenarioFile, Selector, Target, Was, parse, parse_file,
};
use proptest::prelude::*;

use super::properties::{histories, scenarios, seeds, valid_scenario};
use super::world::{World, scenario, time, world};

const ALL: [&str; 5] = ["Opened", "In", "Out", "Closed", "X"];

fn file_of(scenario: Scenario) -> ScenarioFile {
    let edits = scenario.edits.into_iter().map(|edit| FileEdit { edit, enabled: true, was: None });
    ScenarioFile { name: scenario.name, made_for: None, edits: edits.collect() }
}

/// Edits as JSON objects, one a line, with whatever else a file has of them.
fn file(edits: &str) -> ScenarioFile {
    let edits: Vec<&str> = edits.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let text = format!(r#"{{"foldline":"scenario/1","name":"test","edits":[{}]}}"#, edits.join(","));
    parse_file(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn words(world: &mut World, file: &ScenarioFile) -> Vec<String> {
    let grades = world.grade(file, &ALL);
    let word = |fit: &Fit| match fit {
        Fit::Fits => "fits".to_owned(),
        Fit::Warnings(words) => format!("warns: {}", words.join("; ")),
        Fit::DoesNotFit(why) => format!("no: {why}"),
    };
    grades.edits.iter().map(|grade| word(&grade.fit)).collect()
}

const STORY: &str = "
    a Opened
    a In {\"n\":50}
    b Opened
    a Out {\"n\":20}
    a Out {\"n\":20}
";

#[test]
fn what_is_switched_off_stays_in_the_file_and_does_not_apply() {
    let file = file(
        r#"{"delete":{"position":20},"off":true}
           {"insert":{"stream":"a","after":1},"type":"X","was":{"type":"Opened","time":"1970-01-01T00:00:00Z"}}"#,
    );
    assert_eq!(file.edits.iter().map(|edit| edit.enabled).collect::<Vec<_>>(), [false, true]);
    assert_eq!(parse_file(&file.to_json()).unwrap(), file);
    let applied = parse(&file.to_json()).unwrap();
    assert_eq!(applied.edits.len(), 1);
    // The inserted event has the id that it has when all are on.
    let Edit::Insert(insert) = &applied.edits[0] else { panic!() };
    assert_eq!(insert.id, Some(foldline::whatif::inserted_id("test", 1)));
}

#[test]
fn other_keys_are_still_errors() {
    for (text, expected) in [
        (r#"{"foldline":"scenario/1","name":"n","edits":[],"note":1}"#, "unknown key \"note\""),
        (
            r#"{"foldline":"scenario/1","name":"n","edits":[{"delete":{"position":1},"of":true}]}"#,
            "edits[0]: unknown key \"of\"",
        ),
        (
            r#"{"foldline":"scenario/1","name":"n","edits":[{"delete":{"position":1},"off":1}]}"#,
            "edits[0].off: expected true or false, found 1",
        ),
        (
            r#"{"foldline":"scenario/1","name":"n","edits":[{"delete":{"position":1},"was":{"kind":"X"}}]}"#,
            "edits[0].was: unknown key \"kind\"",
        ),
        (
            r#"{"foldline":"scenario/1","name":"n","edits":[],"made_for":{"events":-1}}"#,
            "made_for.events: expected a count, found -1",
        ),
    ] {
        let error = parse_file(text).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}\n{text}");
        assert_eq!(parse(text).unwrap_err().to_string(), error);
    }
}

#[test]
fn every_edit_is_judged_and_not_only_the_first_that_does_not_fit() {
    let mut world = world(STORY);
    let file = file(
        r#"{"delete":{"position":99}}
           {"delete":{"stream":"a","version":3}}
           {"update":{"stream":"a","version":3},"data":{"n":1}}
           {"insert":{"stream":"a","after":{"id":"nobody"}},"type":"X"}
           {"update":{"stream":"a","version":2},"data":{"n":50}}
           {"insert":{"stream":"a","after":2},"type":"Nonsense"}"#,
    );
    assert_eq!(
        words(&mut world, &file),
        [
            "no: no event was recorded at position 99; the last is #50",
            "fits",
            "no: v3 of a was deleted by edits[1]",
            "no: no event has the id \"nobody\", and no insert before this edit gives it",
            "warns: the store says so already, so it changes nothing",
            "warns: no rule is for Nonsense, so it changes no state",
        ]
    );
    let grades = world.grade(&file, &ALL);
    assert_eq!(grades.words(), "3 of 6 edits do not fit this store, 2 of 6 edits fit with warnings");
}

#[test]
fn an_edit_that_is_off_is_judged_alone() {
    let mut world = world(STORY);
    let file = file(
        r#"{"delete":{"stream":"a","version":3},"off":true}
           {"update":{"stream":"a","version":3},"data":{"n":1}}"#,
    );
    assert_eq!(words(&mut world, &file), ["fits", "fits"]);
}

#[test]
fn another_event_than_the_one_it_was_made_for_is_noticed() {
    let mut world = world(STORY);
    let file = file(
        r#"{"delete":{"position":20},"was":{"type":"In","time":"1970-01-01T00:10:00Z"}}
           {"delete":{"position":40},"was":{"type":"In","time":"1970-01-01T00:10:00Z"}}
           {"delete":{"position":50},"was":{"type":"Out","id":"e50"}}
           {"delete":{"position":10},"was":{"type":"Opened","id":"e11"}}
           {"delete":{"stream":"b"},"was":{"events":1}}
           {"delete":{"stream":"a","from":7},"was":{"events":2}}
           {"delete":{"position":60},"was":{"type":"Out"}}"#,
    );
    assert_eq!(
        words(&mut world, &file),
        [
            "fits",
            "warns: #40 is Out at 1970-01-01T00:30:00Z, and was In at 1970-01-01T00:10:00Z when this was made",
            "fits",
            "warns: #10 is another event than when this was made: it has another id",
            "fits",
            "no: no event of a is left from v7 on; there are v1 and v4",
            "no: no event was recorded at position 60; the last is #50 (when this was made it was Out)",
        ]
    );
}

#[test]
fn a_saved_draft_says_what_its_edits_were_about_and_fits_its_own_store() {
    let mut world = world(STORY);
    let mut draft = Draft::new(Scenario::new("mine"));
    for edit in scenario(
        r#"{"delete":{"stream":"a","version":3}}
           {"insert":{"stream":"a","after":2},"type":"X"}
           {"update":{"stream":"a","from":2},"shift_seconds":5}"#,
    )
    .edits
    {
        draft.add(edit);
    }
    draft.set_enabled(0, false);
    let file = ScenarioFile::of(&draft, &world.log, Some("bank.db"));
    let made_for = MadeFor { store: Some("bank.db".to_owned()), events: Some(5), last_position: Some(50) };
    assert_eq!(file.made_for.as_ref(), Some(&made_for));
    let out = Was { event_type: Some("Out".into()), time: Some(time("1970-01-01T00:30:00Z")), ..Was::default() };
    assert_eq!(file.edits[0].was, Some(out));
    assert_eq!(file.edits[2].was, Some(Was { events: Some(3), ..Was::default() }));
    let back = parse_file(&file.to_json()).unwrap();
    assert_eq!(back, file);
    let grades = world.grade(&back, &ALL);
    assert_eq!((grades.words().as_str(), grades.store.len()), ("fits this store", 0));
    let opened = Draft::from_file(back);
    assert_eq!(opened.scenario(), draft.scenario());
    assert!(!opened.is_modified() && opened.undo_words().is_none());

    // The same file for a store to which an event came, and for one that lost its last two.
    let mut longer = super::world::world(&format!("{STORY}    a In {{\"n\":1}}\n"));
    let grades = longer.grade(&file, &ALL);
    assert_eq!(grades.store, ["1 event came since this was made"]);
    assert_eq!(grades.edits[2].fit.words(), ["the range has 4 events, and had 3 when this was made"]);
    let mut shorter = super::world::world("a Opened\n a In {\"n\":50}\n b Opened");
    let grades = shorter.grade(&file, &ALL);
    assert_eq!(grades.store, ["the store has 3 events, and had 5 when this was made"]);
    assert_eq!(grades.misfits().collect::<Vec<_>>(), [0]);
    // What was known when it was made stays known when the file is written again for a store that differs.
    let again = ScenarioFile::of(&Draft::from_file(file.clone()), &shorter.log, Some("bank.db"));
    assert_eq!(again, file);
    let again = ScenarioFile::of(&Draft::from_file(file.clone()), &longer.log, Some("bank.db"));
    assert_eq!(again, file);
    // Until the user changes the edit.
    let mut changed = Draft::from_file(file.clone());
    let edit = scenario(r#"{"update":{"stream":"a","from":2},"shift_seconds":6}"#).edits.remove(0);
    assert!(changed.replace(2, edit));
    let again = ScenarioFile::of(&changed, &longer.log, Some("bank.db"));
    assert_eq!(again.edits[2].was, Some(Was { events: Some(4), ..Was::default() }));
    assert_eq!((&again.edits[0].was, again.made_for.unwrap().events), (&file.edits[0].was, Some(6)));
}

fn was() -> impl Strategy<Value = Was> {
    let text = || prop::option::of("[a-z\"é ]{0,5}".prop_map(|text| Arc::from(text.as_str())));
    let moment = (-1_000_000..1_000_000i64).prop_map(|micros| Timestamp::from_micros(micros).unwrap());
    (text(), prop::option::of(moment), text(), prop::option::of(0..u64::from(u32::MAX)))
        .prop_map(|(event_type, time, id, events)| Was { event_type, time, id, events })
}

fn files() -> impl Strategy<Value = ScenarioFile> {
    let made_for = (prop::option::of("[a-z. ]{0,6}"), prop::option::of(0..9u64), prop::option::of(any::<i64>()))
        .prop_map(|(store, events, last_position)| MadeFor { store, events, last_position });
    let extras = prop::collection::vec((any::<bool>(), prop::option::of(was())), 8);
    (scenarios(), extras, prop::option::of(made_for)).prop_map(|(scenario, extras, made_for)| {
        let mut file = ScenarioFile { made_for, ..file_of(scenario) };
        for (edit, (enabled, was)) in file.edits.iter_mut().zip(extras) {
            (edit.enabled, edit.was) = (enabled, was);
        }
        file
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_file_comes_back_as_it_was_written(file in files()) {
        let text = file.to_json();
        let back = parse_file(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(&back, &file);
        prop_assert_eq!(parse(&text).unwrap(), file.scenario());
        // Through a draft, as the window keeps it.
        let draft = Draft::from_file(file.clone());
        prop_assert_eq!(draft.scenario(), file.scenario());
    }

    #[test]
    fn grades_say_what_applying_says((mut world, seeds, mut nonsense) in (histories(), seeds(), scenarios())) {
        // Valid edits with nonsense between them.
        let (valid, _) = valid_scenario(&world, &seeds);
        let mut edits = valid.edits;
        for (at, edit) in nonsense.edits.drain(..).enumerate() {
            edits.insert((at * 3).min(edits.len()), edit);
        }
        let mut file = file_of(Scenario { name: "property".to_owned(), edits });
        let grades = world.grade(&file, &ALL);
        prop_assert_eq!(grades.edits.len(), file.edits.len());
        match world.apply(&file.scenario()) {
            Ok(_) => prop_assert_eq!(grades.misfits().count(), 0),
            Err(error) => {
                prop_assert_eq!(grades.misfits().next(), Some(error.edit));
                prop_assert_eq!(grades.edits[error.edit].fit.words(), [error.problem.to_string()]);
            }
        }
        // Without those that don't fit the rest applies, and nothing is lost of them.
        for index in grades.misfits() {
            file.edits[index].enabled = false;
        }
        prop_assert!(world.apply(&file.scenario()).is_ok());
        prop_assert_eq!(world.grade(&file, &ALL), grades);
    }
}

#[test]
fn a_position_that_names_nothing_names_no_event() {
    let edit = Edit::Delete(Target::One(Selector::Position(7)));
    let mut world = world(STORY);
    let grades = world.grade(&file_of(Scenario { name: "x".into(), edits: vec![edit] }), &ALL);
    assert_eq!((grades.edits[0].now.clone(), grades.words().as_str()), (None, "the edit does not fit this store"));
}
