//! Searching all events.

use foldline::job::{Failure, Job, Outcome, Searched};
use foldline::model::{Cancel, Found, Progress};
use foldline::query::{self, Query, Scope, Subject};

use super::{KEY, Shop, stores};
use crate::fixtures;

fn query(text: &str) -> Query {
    query::parse(text, Scope::Event, &query::Context::default()).unwrap()
}

pub fn jobs() -> Vec<Job> {
    let search = |text| Job::Search { store: KEY, query: query(text), found: Found::default() };
    vec![search("type:*"), search("amount")]
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
    foldline::store::write_foldline(&store, false, rows, [], &Progress::default(), &Cancel::default()).unwrap();
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
