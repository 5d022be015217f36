//! The samples' projections: they fold every event, and what breaks is what the stories say.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use foldline::model::{Event, EventKind, Payload, json, names};
use foldline::replay::{Fold, State, projection_file};
use foldline::sample::{DEFAULT_SEED, SampleEvent, generate, projection, samples};

fn read(position: i64, event: SampleEvent) -> Event {
    let metadata = json::parse(event.metadata.as_bytes()).unwrap();
    let user = metadata.as_object().unwrap().get("user").and_then(|user| user.as_str()).map(Arc::from);
    Event {
        position: Some(position),
        stream: Some(event.stream.into()),
        other_streams: Vec::new(),
        version: Some(event.version),
        id: Some(event.id.into()),
        event_type: event.event_type.into(),
        kind: EventKind::Event,
        archived: false,
        schema_version: Some(event.schema_version.into()),
        time: Some(event.recorded_at),
        time_raw: None,
        valid_time: event.valid_at,
        user,
        data: Payload::Text(event.data.into_bytes().into()),
        metadata,
        correlation_id: None,
        repeated_key: None,
        causation_id: None,
    }
}

/// A stream on its way: its projection, its state, and the invariants that do not hold.
struct Entity {
    fold: Arc<dyn Fold>,
    state: State,
    broken: Vec<usize>,
}

/// Where invariants begin to be broken: stream, name and version.
type Broken = Vec<(String, String, i64)>;

/// The end states, and what broke on the way.
fn fold(name: &str, seed: u64, count: Option<usize>) -> (HashMap<String, State>, Broken) {
    let set = projection_file::parse(projection(name).unwrap(), name).unwrap();
    let mut entities: HashMap<String, Entity> = HashMap::new();
    let mut broken = Vec::new();
    for (position, event) in (1..).zip(generate(name, seed, count).unwrap()) {
        let event = read(position, event);
        let stream = event.stream.clone().unwrap();
        let Entity { fold, state, broken: before } = entities.entry(stream.to_string()).or_insert_with(|| {
            let fold = set.for_category(names::category_of(&stream, "events")).unwrap();
            Entity { state: fold.initial(), fold, broken: Vec::new() }
        });
        assert_eq!(fold.handler_for(&event.event_type).as_deref(), Some(&*event.event_type), "{event:?}");
        let version = event.version.unwrap();
        fold.apply(state, &event, version as usize - 1).unwrap_or_else(|error| panic!("{error}: {event:?}"));
        let label = fold.label(&event).unwrap();
        assert!(!label.is_empty() && !label.contains(['{', '?']), "{label}: {event:?}");
        let now = fold.broken_invariants(state, Some(&event));
        for index in now.iter().filter(|index| !before.contains(index)) {
            broken.push((stream.to_string(), fold.info().invariants[*index].to_string(), version));
        }
        *before = now;
    }
    let left: Vec<_> = entities.iter().filter(|(_, entity)| !entity.broken.is_empty()).map(|(name, _)| name).collect();
    assert!(left.is_empty(), "the stories mend what they break: {left:?}");
    (entities.into_iter().map(|(stream, entity)| (stream, entity.state)).collect(), broken)
}

fn check_state(states: &HashMap<String, State>, stream: &str, expected: &[(&str, &str)]) {
    let state = states[stream].value.as_object().unwrap();
    let found: BTreeMap<&str, String> =
        expected.iter().map(|(key, _)| (*key, state.get(key).map_or(String::new(), json::to_text))).collect();
    let expected = expected.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
    assert_eq!(found, expected, "{stream}");
}

#[test]
fn only_what_the_stories_break_is_broken() {
    for (name, expected) in [
        ("bank", vec![("account-0042", "Never below the agreed limit", 10)]),
        (
            "orders",
            vec![
                ("payment-1042", "Never charged more than asked for", 3),
                ("order-1042", "Never paid more than ordered", 3),
            ],
        ),
        ("rides", vec![("driver-0007", "One ride at a time", 4)]),
    ] {
        for (seed, count) in [(DEFAULT_SEED, None), (DEFAULT_SEED, Some(3_000)), (2, Some(1_000)), (3, Some(120))] {
            let (_, broken) = fold(name, seed, count);
            let broken: Vec<_> = broken.iter().map(|(stream, name, version)| (&**stream, &**name, *version)).collect();
            assert_eq!(broken, expected, "{name}, seed {seed}, {count:?}");
        }
    }
}

#[test]
fn the_stories_end_as_told() {
    let (bank, _) = fold("bank", DEFAULT_SEED, None);
    check_state(&bank, "account-A", &[("balance", "10"), ("highest_balance", "50"), ("lowest_balance", "10")]);
    check_state(&bank, "account-0042", &[("balance", "84.10"), ("available", "284.10"), ("limit", "200.00")]);
    check_state(&bank, "account-0015", &[("balance", "340.00")]);
    check_state(&bank, "transfer-0107", &[("status", "\"requested\"")]);
    let (orders, _) = fold("orders", DEFAULT_SEED, None);
    let pants = r#"[{"sku":"PANTS","name":"Pants","qty":6,"price":10}]"#;
    check_state(&orders, "order-Bob", &[("items", pants), ("total", "60"), ("paid", "60"), ("due", "0")]);
    check_state(&orders, "order-1042", &[("paid", "87.70"), ("due", "0.00"), ("payments", "1")]);
    check_state(&orders, "customer-0031", &[("addresses", "2"), ("lives_there_since", "\"2025-04-01T00:00:00Z\"")]);
    let (rides, _) = fold("rides", DEFAULT_SEED, None);
    check_state(&rides, "ride-A", &[("status", "\"refunded\""), ("paid", "4.25"), ("fare", "8.49")]);
    check_state(&rides, "ride-1013", &[("status", "\"completed\""), ("paid", "0")]);
    check_state(&rides, "payment-1021", &[("status", "\"captured\""), ("receipt", "false")]);
    check_state(&rides, "ride-1034", &[("status", "\"booked\"")]);
    check_state(&rides, "driver-0007", &[("most_rides_at_once", "2"), ("rides", "[]")]);
}

#[test]
fn every_handler_and_label_has_its_events() {
    for sample in samples() {
        let types: std::collections::HashSet<_> =
            generate(sample.name, DEFAULT_SEED, None).unwrap().map(|event| event.event_type).collect();
        let file = json::parse(sample.projection.as_bytes()).unwrap();
        for slot in file.as_object().unwrap().get("projections").unwrap().as_list().unwrap().iter() {
            let projection = slot.value.as_object().unwrap();
            for part in ["when", "labels"] {
                for (event_type, _) in projection.get(part).unwrap().as_object().unwrap().iter() {
                    assert!(types.contains(&**event_type), "{}: {part} has {event_type}", sample.name);
                }
            }
        }
    }
}
