//! Mapping by hand, headless.

use std::path::PathBuf;

use super::*;
use crate::app::{Command, Surroundings};
use crate::job::{Failure, Finished, OpenAs, Outcome};

fn survey() -> Survey {
    let mapped = MappedTable {
        table: "happenings".to_owned(),
        event_type: Some(Place::Column("what".to_owned())),
        ..MappedTable::default()
    };
    let table =
        |name: &str, verdict, guess| TableSeen { name: name.to_owned(), verdict, guess, ..TableSeen::default() };
    Survey {
        path: "shop.db".into(),
        tables: vec![
            table("happenings", TableVerdict::Events(Certainty::Sure), mapped.clone()),
            table("users", TableVerdict::NotEvents, MappedTable::default()),
            table("all_of_it", TableVerdict::Impossible, MappedTable::default()),
        ],
        guess: Mapping { name: "shop".to_owned(), tables: vec![mapped] },
        certainty: Certainty::Sure,
        problems: Vec::new(),
    }
}

fn answer(app: &mut App, request: &Request, result: Result<Outcome, Failure>) -> Vec<Request> {
    app.update(Command::Done(Finished { slot: request.slot, generation: request.generation, result }))
}

/// An application for which a file of no known layout was looked at.
fn unmapped(kept: Option<Mapping>) -> (App, Vec<Request>) {
    let surroundings = Surroundings { mappings: Some("mappings".into()), ..Surroundings::default() };
    let mut app = App::with(surroundings, crate::app::Settings::default());
    let opening = app.update(Command::Open(PathBuf::from("shop.db")));
    let why = "no known layout".to_owned();
    let looking = answer(&mut app, &opening[0], Ok(Outcome::Unmapped { path: "shop.db".into(), why }));
    assert!(matches!(&looking[0].job, Job::Survey { folder: Some(_), .. }), "{looking:?}");
    let kept = kept.map(Box::new);
    let next = answer(&mut app, &looking[0], Ok(Outcome::Surveyed { survey: Box::new(survey()), kept }));
    (app, next)
}

#[test]
fn an_unknown_file_opens_the_dialog_with_the_guess() {
    let (mut app, next) = unmapped(None);
    assert_eq!(app.dialog, Some(Dialog::Mapping));
    assert!(matches!(&next[0].job, Job::PreviewMapping { .. }));
    let view = app.mapping.as_ref().unwrap();
    assert_eq!((view.shown.as_str(), view.refusal()), ("happenings", None));
    assert!(app.opening.is_none());
    let opening = app.update(Command::Map(MappingCommand::Open));
    let Job::OpenAs { how: OpenAs::Mapping(mapping), .. } = &opening[0].job else { panic!("{opening:?}") };
    assert_eq!(**mapping, survey().guess);
    // What can't be opened is told in the dialog, which stays.
    answer(&mut app, &opening[0], Err(Failure::Failed("no such column".to_owned())));
    assert_eq!(app.mapping.as_ref().unwrap().told, Some((false, "no such column".to_owned())));
    assert_eq!(app.dialog, Some(Dialog::Mapping));
}

#[test]
fn a_dialog_that_is_put_away_says_why_nothing_opened() {
    let (mut app, _) = unmapped(None);
    app.update(Command::CloseDialog);
    assert!(app.mapping.is_none() && app.dialog.is_none());
    assert_eq!(app.notices[0].text, "no known layout");
}

#[test]
fn tables_are_taken_and_left_and_every_change_is_shown() {
    let (mut app, _) = unmapped(None);
    let set =
        |app: &mut App, table: &str, on| app.update(Command::Map(MappingCommand::Use { table: table.to_owned(), on }));
    let asked = set(&mut app, "happenings", false);
    assert!(matches!(&asked[0].job, Job::PreviewMapping { mapping, .. } if mapping.tables.is_empty()));
    assert_eq!(app.mapping.as_ref().unwrap().refusal().unwrap(), "Choose a table that holds events");
    assert!(app.update(Command::Map(MappingCommand::Open)).is_empty());
    set(&mut app, "users", true);
    // A table without a type is one type.
    let view = app.mapping.as_ref().unwrap();
    assert_eq!(view.mapped("users").unwrap().event_type, Some(Place::Value("users".to_owned())));
    set(&mut app, "all_of_it", true);
    assert!(app.mapping.as_ref().unwrap().mapped("all_of_it").is_none(), "views hold no rows of their own");
    app.update(Command::Map(MappingCommand::Guess));
    assert_eq!(app.mapping.as_ref().unwrap().draft, survey().guess);
}

#[test]
fn a_kept_mapping_opens_the_next_store_of_its_shape() {
    let kept = Mapping { name: "shop events".to_owned(), ..survey().guess };
    let (mut app, next) = unmapped(Some(kept.clone()));
    assert_eq!(app.dialog, None);
    let Job::OpenAs { how: OpenAs::Mapping(mapping), key, .. } = &next[0].job else { panic!("{next:?}") };
    assert_eq!(**mapping, kept);
    let mut opened = crate::app::testing::opened("shop.db", *key, &[("a", Some(1))]);
    opened.mapping = Some(mapping.clone());
    let after = answer(&mut app, &next[0], Ok(Outcome::Opened(Box::new(opened))));
    assert!(app.notices.iter().any(|notice| notice.mapping && notice.text.contains("'shop events'")));
    assert!(!after.iter().any(|request| request.slot == Slot::KeepMapping), "it is kept already");
    // It can be changed: the dialog begins with it.
    let asked = app.update(Command::Map(MappingCommand::Ask));
    let survey = Box::new(survey());
    answer(&mut app, &asked[0], Ok(Outcome::Surveyed { survey, kept: None }));
    assert_eq!(app.mapping.as_ref().unwrap().draft, kept);
}

#[test]
fn a_mapping_that_opened_a_store_is_kept() {
    let (mut app, _) = unmapped(None);
    let opening = app.update(Command::Map(MappingCommand::Open));
    let Job::OpenAs { how: OpenAs::Mapping(mapping), key, .. } = &opening[0].job else { panic!("{opening:?}") };
    let mut opened = crate::app::testing::opened("shop.db", *key, &[("a", Some(1))]);
    opened.mapping = Some(mapping.clone());
    let after = answer(&mut app, &opening[0], Ok(Outcome::Opened(Box::new(opened))));
    let keeping = after.iter().find(|request| request.slot == Slot::KeepMapping).unwrap();
    let Job::Save { path, contents } = &keeping.job else { panic!("{keeping:?}") };
    assert_eq!(*path, PathBuf::from("mappings").join(format!("{}.json", mapping.fingerprint())));
    assert_eq!(Mapping::parse(contents.as_bytes()).unwrap(), **mapping);
    assert!(app.dialog.is_none() && app.mapping.is_none());
}

#[test]
fn files_are_loaded_and_saved_and_what_is_wrong_is_told() {
    let (mut app, _) = unmapped(None);
    let loading = app.update(Command::Map(MappingCommand::Load("m.json".into())));
    let wrong = Failure::Failed("there is no key \"strem\" here".to_owned());
    answer(&mut app, &loading[0], Err(wrong));
    assert_eq!(app.mapping.as_ref().unwrap().told.as_ref().map(|(good, _)| *good), Some(false));
    let loading = app.update(Command::Map(MappingCommand::Load("m.json".into())));
    let mut other = survey().guess;
    other.name = "other".to_owned();
    let read = Outcome::MappingRead { path: "m.json".into(), mapping: Box::new(other.clone()) };
    let next = answer(&mut app, &loading[0], Ok(read));
    assert!(matches!(&next[0].job, Job::PreviewMapping { mapping, .. } if **mapping == other));
    let saving = app.update(Command::Map(MappingCommand::Save { out: "n.json".into(), force: false }));
    assert!(matches!(&saving[0].job, Job::WriteMapping { text, .. } if **text == other.to_json()));
}
