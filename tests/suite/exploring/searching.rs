//! Searching all events.

use std::sync::Arc;

use foldline::job::{Failure, Job, Outcome, Searched};
use foldline::model::{Cancel, Found, Progress};
use foldline::query::{self, KnownPath, Query, Scope, Subject, Vocabulary};
use foldline::store::{FoldlineRow, write_foldline};

use super::{KEY, Shop, stores};
use crate::fixtures;

fn query(text: &str) -> Query {
    query::parse(text, Scope::Event, &query::Context::default()).unwrap()
}

pub fn jobs() -> Vec<Job> {
    let search = |text| Job::Search { store: KEY, query: query(text), found: Found::default() };
    vec![search("type:*"), search("amount"), Job::Vocabulary { store: KEY }, Job::Catalogue { store: KEY }]
}

fn search(shop: &Shop, query: &Query) -> Searched {
    let (found, progress) = (Found::default(), Progress::default());
    let job = Job::Search { store: KEY, query: query.clone(), found: found.clone() };
    match shop.workshop.run(job, &progress, &Cancel::default()) {
        Ok(Outcome::Searched(searched)) => {
            assert_eq!(found.since(0), *searched.hits);
            assert_eq!(progress.counts(), (searched.scanned as u64, shop.log().len() as u64));
            searched
        }
        other => panic!("{other:?}"),
    }
}

const QUERIES: [&str; 12] = [
    "type:*withdrawn*",
    "not type:*withdrawn*",
    "amount",
    "data.amount > 10",
    "data.amount > 10 type:*withdrawn*",
    "user:u1 or position <= 3",
    "has:metadata.correlation_id",
    "has:correlation_id and not data.amount = 50",
    "stream:*A*",
    "category:account version >= 3",
    "before:2026-01-04 or 7",
    "(archived = true or kind:command) or id:*1",
];

#[test]
fn finds_what_a_filter_of_all_events_finds() {
    let folder = tempfile::tempdir().unwrap();
    let (mut hits, mut misses) = (0, 0);
    for store in stores(folder.path()) {
        let shop = Shop::open(&store);
        let all: Vec<u32> = (0..shop.log().len() as u32).collect();
        let events = shop.session.events(&all).unwrap();
        for text in QUERIES {
            let query = query(text);
            let matching = |event: &&u32| {
                let event = &events[**event as usize];
                query.matches_in(shop.log(), &Subject { event, state: None })
            };
            let expected: Vec<u32> = all.iter().filter(matching).copied().collect();
            let searched = search(&shop, &query);
            assert_eq!(*searched.hits, expected, "{text} in {}", store.display());
            assert_eq!((searched.scanned, searched.unreadable), (all.len(), 0));
            hits += expected.len();
            misses += all.len() - expected.len();
        }
    }
    assert!(hits > 1000 && misses > 1000, "{hits} {misses}");
}

#[test]
fn unreadable_payloads_are_counted_and_found_by_their_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("a.db");
    fixtures::cqrs_es(&store);
    let conn = fixtures::database(&store);
    for (version, payload) in [(5, "{\"Closed\":"), (6, "{\"Closed\": \"\\ud800\"}"), (7, "needle")] {
        conn.execute("INSERT INTO events VALUES ('account', 'A', ?1, 'Closed', '1.0', ?2, '{}')", (version, payload))
            .unwrap();
    }
    drop(conn);
    let shop = Shop::open(&store);
    for (text, hits, unreadable) in [
        ("needle", 1, 3),
        ("data.amount > 0", 4, 3),
        ("data.amount > 0 type:Withdrawn", 2, 0),
        ("user:u1", 6, 3),
        ("type:Closed", 3, 0),
    ] {
        let searched = search(&shop, &query(text));
        assert_eq!((searched.hits.len(), searched.scanned, searched.unreadable), (hits, 9, unreadable), "{text}");
    }
}

#[test]
fn a_search_that_is_stopped_midway_keeps_what_it_found() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("a.db");
    let rows = (1..=20_000).map(|version| crate::cli::row(version, "account-1", version, "Happened", r#"{"n":1}"#));
    write_foldline(&store, false, rows, [], &Progress::default(), &Cancel::default()).unwrap();
    let shop = Shop::open(&store);
    let (found, progress, cancel) = (Found::default(), Progress::default(), Cancel::default());
    let job = Job::Search { store: KEY, query: query("data.n = 1"), found: found.clone() };
    let result = std::thread::scope(|scope| {
        let search = scope.spawn(|| shop.workshop.run(job, &progress, &cancel));
        while found.is_empty() {
            std::thread::yield_now();
        }
        cancel.cancel();
        search.join().unwrap()
    });
    let hits = found.since(0);
    assert!(hits.iter().copied().eq(0..hits.len() as u32));
    match result {
        // The machine may be faster than the hand that stops it.
        Ok(_) => assert_eq!(hits.len(), 20_000),
        Err(failure) => {
            assert_eq!(failure, Failure::Cancelled);
            assert_eq!(progress.counts(), (hits.len() as u64, 20_000));
        }
    }
    let untouched = Found::default();
    let job = Job::Search { store: KEY, query: query("data.n = 1"), found: untouched.clone() };
    assert_eq!(shop.run_cancelled(job).unwrap_err(), Failure::Cancelled);
    assert!(untouched.is_empty());
}

fn vocabulary(shop: &Shop) -> Arc<Vocabulary> {
    match shop.run(Job::Vocabulary { store: KEY }) {
        Ok(Outcome::Vocabulary(vocabulary)) => vocabulary,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_word_that_is_offered_finds_something() {
    let folder = tempfile::tempdir().unwrap();
    let mut values = 0;
    for store in stores(folder.path()) {
        let shop = Shop::open(&store);
        let vocabulary = vocabulary(&shop);
        let events = shop.session.events(&(0..shop.log().len() as u32).collect::<Vec<_>>()).unwrap();
        let finds = |text: &str| {
            let query = query(text);
            events.iter().any(|event| query.matches_in(shop.log(), &Subject { event, state: None }))
        };
        for (name, events) in vocabulary.types.iter().step_by(4) {
            assert_eq!(search(&shop, &query(&format!("type = {name}"))).hits.len(), *events, "{name}");
        }
        assert!(vocabulary.types.is_sorted_by_key(|(_, events)| std::cmp::Reverse(*events)));
        assert_eq!(vocabulary.categories, shop.log().categories());
        for user in vocabulary.users.iter().take(2) {
            assert!(finds(&format!("user = {user:?}")), "{user}");
        }
        assert!((1..=400).contains(&vocabulary.paths.len()));
        for KnownPath { path, values: some } in vocabulary.paths.iter().step_by(1 + vocabulary.paths.len() / 9) {
            assert!(finds(&format!("has:{path}")), "{path}");
            assert!(some.len() <= 5);
            if let Some(value) = some.last() {
                assert!(finds(&format!("{path} = {value}")), "{path} = {value}");
            }
            values += usize::from(!some.is_empty());
        }
    }
    assert!(values > 20, "{values}");
}

#[test]
fn words_are_offered_from_a_few_events() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("a.db");
    let data = |version: i64| {
        let name = format!(r#""na me {}""#, version % 2);
        let deep = r#""a":{"b":{"c":{"d":{"e":1}}}}"#;
        format!(r#"{{"name":{name},"n":{version},"tags":["x","y"],"items":[{{"sku":"p q"}},{{"no":1}}],{deep}}}"#)
    };
    let rows = (1..=100).map(|version| crate::cli::row(version % 60, "a-1", version, "Happened", &data(version)));
    let rows =
        rows.map(|row| FoldlineRow { position: Some(row.version), event_id: format!("id-{}", row.version), ..row });
    write_foldline(&store, false, rows, [], &Progress::default(), &Cancel::default()).unwrap();
    let shop = Shop::open(&store);
    let vocabulary = vocabulary(&shop);
    assert_eq!(vocabulary.types, [("Happened".into(), 100)]);
    assert_eq!(vocabulary.users.len(), 8);
    let paths: Vec<String> =
        vocabulary.paths.iter().map(|known| format!("{} {}", known.path, known.values.join(","))).collect();
    assert_eq!(
        paths,
        [
            r#"data.name "na me 1","na me 0""#,
            "data.n 1,15,29,43,57",
            "data.tags x,y",
            "data.items ",
            r#"data.items.0.sku "p q""#,
            "data.a.b.c.d ",
            "metadata.user user-1,user-15,user-29,user-43,user-57",
            "metadata.correlation_id c-1",
        ]
    );
}
