//! Real stores of libraries for Python, PHP, Ruby, Rust, Go and JavaScript.

use foldline::model::Event;
use serde_json::Value as Json;

use super::facts::{Known, PLAIN, copied, hold};
use super::{open, scan};
use crate::fixtures::stores;

const KNOWN: [Known; 14] = [
    Known {
        file: "pyeventsourcing-sqlalchemy-bank.db",
        layout: "pyeventsourcing-sqlalchemy",
        categories: &["BankAccount"],
        stream: |sample| uuid::Uuid::parse_str(sample["stream"].as_str().unwrap()).unwrap().to_string(),
        correlation: false,
        snapshots: Some(23),
        ..PLAIN
    },
    Known {
        file: "spatie-laravel-bank.sqlite",
        layout: "spatie",
        categories: &["(no aggregate)", "stored_events"],
        snapshots: Some(35),
        ..PLAIN
    },
    Known {
        file: "rails-event-store-shop-json.db",
        layout: "rails-event-store",
        categories: &["Shop::Cart", "Shop::Order", "Shop::OrdersByCity"],
        stream: |sample| sample["stream"].as_str().unwrap().to_owned(),
        streams: "named_streams_total",
        version: "position",
        time: "recorded_at",
        valid_time: Some("time"),
        also: in_no_stream,
        ..PLAIN
    },
    Known {
        file: "patchlevel-next-taggable-shop.db",
        layout: "patchlevel-next-taggable",
        categories: &["main", "shopping_cart"],
        also: |facts, events| {
            let archived = events.iter().filter(|event| event.archived).count() as u64;
            assert_eq!(Some(archived), facts["archived_events"].as_u64());
        },
        ..PLAIN
    },
    Known {
        file: "evento-1.8-rides.db",
        layout: "evento",
        categories: &["gen_evento1/Ride"],
        stream: |sample| format!("gen_evento1/Ride-{}", sample["stream"].as_str().unwrap()),
        snapshots: Some(95),
        opaque: true,
        ..PLAIN
    },
    Known {
        file: "laravel-verbs-shop.sqlite",
        layout: "verbs",
        categories: &["App\\States\\CartState", "App\\States\\CustomerState", "App\\States\\OrderState"],
        snapshots: Some(20),
        also: |facts, events| {
            let links: usize = events.iter().map(|e| e.other_streams.len() + usize::from(e.stream.is_some())).sum();
            assert_eq!(Some(links as u64), facts["links"].as_u64());
        },
        ..PLAIN
    },
    Known {
        file: "eventsauce-default-binary-bank.db",
        layout: "eventsauce-default",
        categories: &["bank_account_messages"],
        ..PLAIN
    },
    Known { file: "broadway-tickets.db", layout: "broadway-dbal", categories: &["events"], ..PLAIN },
    Known { file: "livestore-0.4-eventlog@6.db", layout: "livestore", categories: &["(single log)"], ..PLAIN },
    Known { file: "hallgren-go-tickets.db", layout: "hallgren", categories: &["Ticket"], ..PLAIN },
    Known { file: "sourced-ruby-shop.db", layout: "sourced", categories: &["order", "shopping_cart"], ..PLAIN },
    Known {
        file: "eventsource-py-bank.db",
        layout: "eventsource-py",
        categories: &["BankAccount"],
        snapshots: Some(0),
        also: |_, events| {
            assert!(events.iter().all(|event| event.user.is_some() && event.schema_version == Some(1.into())));
        },
        ..PLAIN
    },
    Known {
        file: "dcb-doctrine-shop.db",
        layout: "dcb-doctrine",
        categories: &["cart", "customer", "order", "product"],
        ..PLAIN
    },
    Known {
        file: "event-store-adapter-rs-bank.db",
        layout: "event-store-adapter-rs",
        categories: &["BankAccount"],
        payload: |payload, event_type| payload[event_type].clone(),
        // The library's own ids are fields of the application's payload.
        ids: false,
        snapshots: Some(134),
        ..PLAIN
    },
];

fn in_no_stream(facts: &Json, events: &[Event]) {
    let mut ids: Vec<&str> = events.iter().filter(|e| e.stream.is_none()).filter_map(|e| e.id.as_deref()).collect();
    let mut expected: Vec<&str> =
        facts["events_in_no_stream"].as_array().unwrap().iter().filter_map(Json::as_str).collect();
    ids.sort_unstable();
    expected.sort_unstable();
    assert_eq!(ids, expected);
}

#[test]
fn libraries_of_six_languages_hold_what_their_writers_knew() {
    hold(&KNOWN);
}

#[test]
fn a_stream_of_links_is_marked_and_its_events_are_at_home_elsewhere() {
    let Some(folder) = stores() else { return };
    let (_temporary, path) = copied(&folder, "rails-event-store-shop-json.db");
    let store = open(&path).unwrap();
    let log = scan(&store);
    let links: Vec<&str> = log.streams().iter().filter(|stream| stream.link).map(|stream| &*stream.name).collect();
    assert_eq!(links, ["Shop::OrdersByCity$Köln"]);
    let stream = log.find_stream(links[0]).unwrap();
    assert_eq!(log.lane(stream).len(), 76);
    for event in log.lane(stream) {
        let home = log.stream_of(*event as usize).unwrap();
        assert!(home != stream && log.version_in(*event as usize, stream).is_none());
        assert!(log.version_in(*event as usize, home).is_some());
    }
}

#[test]
fn a_snapshot_in_the_current_slot_has_the_version_of_its_state() {
    let Some(folder) = stores() else { return };
    let (_temporary, path) = copied(&folder, "event-store-adapter-rs-bank.db");
    let store = open(&path).unwrap();
    let log = scan(&store);
    let snapshots = store.read_snapshots(&Default::default()).unwrap();
    assert!(snapshots.iter().all(|snapshot| snapshot.version.is_some_and(|version| version > 0)), "{snapshots:?}");
    let found = store.find_snapshots(&log, &Default::default(), &Default::default()).unwrap();
    let versions = |versions: &mut dyn Iterator<Item = Option<i64>>| {
        let mut versions: Vec<_> = versions.collect();
        versions.sort_unstable();
        versions
    };
    let heads = versions(&mut (0..found.index().len()).map(|at| found.index().head(at).unwrap().version));
    assert_eq!(heads, versions(&mut snapshots.iter().map(|snapshot| snapshot.version)));
}
