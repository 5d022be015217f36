//! Sample stores: the same bytes for ever, as many events as asked for, sound histories, and stories that can be found.

use std::collections::{HashMap, HashSet};

use foldline::model::{Timestamp, Value, json};
use foldline::sample::{DEFAULT_SEED, SampleEvent, generate, projection, sample, samples};

fn events(name: &str, seed: u64, count: Option<usize>) -> Vec<SampleEvent> {
    generate(name, seed, count).unwrap().collect()
}

fn bundled(name: &str) -> Vec<SampleEvent> {
    events(name, DEFAULT_SEED, None)
}

fn of<'a>(events: &'a [SampleEvent], stream: &str) -> Vec<&'a SampleEvent> {
    events.iter().filter(|event| event.stream == stream).collect()
}

fn types<'a>(events: &'a [SampleEvent], stream: &str) -> Vec<&'a str> {
    of(events, stream).iter().map(|event| event.event_type).collect()
}

fn object(text: &str) -> Value {
    let value = json::parse(text.as_bytes()).unwrap();
    assert!(value.as_object().is_some(), "{text}");
    value
}

fn field(text: &str, key: &str) -> Option<String> {
    object(text).as_object()?.get(key)?.as_str().map(str::to_owned)
}

/// Everything that is written of an event, a line each.
fn hash(events: &[SampleEvent]) -> String {
    let mut hasher = blake3::Hasher::new();
    for (position, e) in (1..).zip(events) {
        let valid = e.valid_at.map_or(String::new(), |time| time.to_string());
        let (stream, version, id, event_type) = (&e.stream, e.version, &e.id, e.event_type);
        let (schema, recorded, data, metadata) = (e.schema_version, e.recorded_at, &e.data, &e.metadata);
        let row = format!(
            "{position}\t{stream}\t{version}\t{id}\t{event_type}\t{schema}\t{recorded}\t{valid}\t{data}\t{metadata}\n"
        );
        hasher.update(row.as_bytes());
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

#[test]
fn the_same_seed_gives_the_same_bytes_for_ever() {
    // A change here changes the bundled stores and everyone's generated ones: only for a good reason, with a word in
    // the changelog, and together with the files in sample-data/.
    let mut different = Vec::new();
    for (name, count, expected) in [
        ("bank", None, "40bf5f77c0e0eac3"),
        ("orders", None, "ce90d00f9303cda0"),
        ("rides", None, "487f625972e7ae3c"),
        ("bank", Some(6_000), "95835f9d8dad08c7"),
        ("orders", Some(6_000), "f1ef77b015449058"),
        ("rides", Some(6_000), "181a519358e28f8a"),
    ] {
        let found = hash(&events(name, DEFAULT_SEED, count));
        if found != expected {
            different.push(format!("{name} {count:?}: {found}"));
        }
    }
    assert!(different.is_empty(), "{different:#?}");
}

#[test]
fn another_seed_gives_another_history_with_the_same_stories() {
    for sample in samples() {
        let (one, two) = (bundled(sample.name), events(sample.name, 2, None));
        assert_eq!(one.len(), two.len());
        assert_ne!(hash(&one), hash(&two), "{}", sample.name);
    }
    let again: Vec<_> = of(&events("bank", 99, None), "account-A").iter().map(|e| e.data.clone()).collect();
    assert_eq!(again[1..], [r#"{"amount":50,"source":"cash"}"#, r#"{"amount":20}"#, r#"{"amount":20}"#]);
}

#[test]
fn exactly_as_many_events_as_asked_for() {
    for sample in samples() {
        for count in [0, 1, 3, 4, 5, 20, 57, 100, 999, 10_000] {
            let events = generate(sample.name, 7, Some(count)).unwrap();
            assert_eq!(events.len(), count);
            assert_eq!(events.count(), count, "{} {count}", sample.name);
        }
        assert_eq!(bundled(sample.name).len(), sample.events);
    }
}

#[test]
fn a_small_store_keeps_the_textbook_run() {
    for count in [4, 5, 30, 100, 5000] {
        let events = events("bank", 3, Some(count));
        let run = ["AccountOpened", "FundsDeposited", "FundsWithdrawn", "FundsWithdrawn"];
        assert_eq!(types(&events, "account-A"), run, "{count}");
        assert_eq!(events[0].stream, "account-A", "{count}");
    }
    assert_eq!(types(&events("bank", 3, Some(3)), "account-A").len(), 3);
    assert_eq!(types(&events("orders", 3, Some(3)), "order-Bob").len(), 3);
}

/// What holds for every history, however long.
fn check_history(name: &str, events: &[SampleEvent]) {
    let mut versions: HashMap<&str, i64> = HashMap::new();
    let mut seen: HashSet<String> = HashSet::new();
    let mut correlations: HashMap<String, Option<String>> = HashMap::new();
    let mut last = None;
    for (position, event) in (1..).zip(events) {
        let place = format!("{name}, position {position}: {event:?}");
        let version = versions.entry(&event.stream).or_default();
        *version += 1;
        assert_eq!(event.version, *version, "{place}");
        assert!(last <= Some(event.recorded_at), "{place}");
        last = Some(event.recorded_at);
        assert!(event.valid_at.is_none_or(|valid| valid < event.recorded_at), "{place}");
        let id = uuid::Uuid::parse_str(&event.id).unwrap();
        assert_eq!((id.get_version_num(), id.get_variant()), (4, uuid::Variant::RFC4122), "{place}");
        object(&event.data);
        assert!(field(&event.metadata, "user").is_some_and(|user| !user.is_empty()), "{place}");
        let correlation = field(&event.metadata, "correlation_id");
        if let Some(cause) = field(&event.metadata, "causation_id") {
            let of_cause =
                correlations.get(&cause).unwrap_or_else(|| panic!("a cause that is no earlier event: {place}"));
            assert_eq!(*of_cause, correlation, "a cause in another process: {place}");
        }
        assert!(seen.insert(event.id.clone()), "an id twice: {place}");
        correlations.insert(event.id.clone(), correlation);
    }
}

#[test]
fn histories_are_sound() {
    for sample in samples() {
        check_history(sample.name, &bundled(sample.name));
        for (seed, count) in [(2, 40), (3, 300), (4, 5_000)] {
            check_history(sample.name, &events(sample.name, seed, Some(count)));
        }
    }
}

#[test]
fn every_process_starts_at_its_beginning_and_ends_once() {
    let starts = [
        "AccountOpened",
        "CustomerRegistered",
        "TransferRequested",
        "OrderPlaced",
        "BasketOpened",
        "PaymentRequested",
        "ShipmentPrepared",
        "ReturnRequested",
        "RideBooked",
        "DriverRegistered",
    ];
    let ends = ["AccountClosed", "TransferCompleted", "TransferDeclined", "RideCancelled", "OrderCancelled"];
    for sample in samples() {
        let events = events(sample.name, 5, Some(8_000));
        let mut ended: HashSet<&str> = HashSet::new();
        for event in &events {
            assert!(event.version > 1 || starts.contains(&event.event_type), "{event:?}");
            assert!(!ended.contains(&*event.stream), "after the end: {event:?}");
            if ends.contains(&event.event_type) {
                ended.insert(&event.stream);
            }
        }
        assert!(ended.len() > 3, "{}: {}", sample.name, ended.len());
    }
}

#[test]
fn days_have_busy_hours_and_quiet_nights() {
    for (name, weeks) in [("bank", 25), ("orders", 16), ("rides", 3)] {
        for count in [None, Some(12_000)] {
            let events = events(name, DEFAULT_SEED, count);
            let mut hours = [0; 24];
            for event in &events {
                hours[(event.recorded_at.micros() / 3_600_000_000 % 24) as usize] += 1;
            }
            let (most, least) = (hours.iter().max().unwrap(), hours.iter().min().unwrap());
            assert!(least * 5 < *most, "{name}: {hours:?}");
            // The history fills its span, a few days more or less.
            let day = 24 * 3_600_000_000_i64;
            let span = events[events.len() - 1].recorded_at.micros() - events[0].recorded_at.micros();
            assert!((span / day - weeks * 7).abs() <= 8, "{name} {count:?}: {} days", span / day);
        }
    }
}

#[test]
fn a_long_history_keeps_its_proportions() {
    for sample in samples() {
        let events = events(sample.name, 8, Some(12_000));
        let mut streams: HashMap<&str, usize> = HashMap::new();
        for event in &events {
            *streams.entry(&event.stream).or_default() += 1;
        }
        let longest = streams.values().max().unwrap();
        assert!(streams.len() > 300 && *longest < 1000, "{}: {} streams, {longest}", sample.name, streams.len());
    }
}

#[test]
fn bank_the_overdraft_and_the_reversal_and_the_lost_transfer() {
    let events = bundled("bank");
    let late: Vec<_> = of(&events, "account-0042").into_iter().filter(|e| e.data.contains("balance_seen")).collect();
    assert_eq!(late.len(), 2);
    assert!(late.iter().all(|e| e.recorded_at.to_string().starts_with("2025-04-12T21:03:")));
    let wrong = of(&events, "account-0015");
    let reversal = wrong.iter().find(|e| e.event_type == "DepositReversed").unwrap();
    let reversed = field(&reversal.data, "reverses").unwrap();
    assert_eq!(wrong.iter().find(|e| e.id == reversed).unwrap().event_type, "FundsDeposited");
    assert_eq!(field(&reversal.metadata, "causation_id"), Some(reversed));
    assert_eq!(types(&events, "transfer-0107"), ["TransferRequested"]);
    assert!(of(&events, "account-0077").iter().any(|e| e.event_type == "TransferSent"));
    assert!(!events.iter().any(|e| e.event_type == "TransferReceived" && e.data.contains("transfer-0107")));
}

#[test]
fn orders_bob_and_the_double_payment_and_the_old_address() {
    let events = bundled("orders");
    assert_eq!(types(&events, "order-Bob"), ["OrderPlaced", "ItemQuantityChanged", "PaymentReceived"]);
    assert!(of(&events, "order-Bob")[0].data.contains(r#""qty":5"#));
    assert_eq!(of(&events, "order-Bob")[2].data, r#"{"amount":60}"#);
    assert_eq!(types(&events, "order-1042").iter().filter(|t| **t == "PaymentReceived").count(), 2);
    assert_eq!(types(&events, "payment-1042").iter().filter(|t| **t == "PaymentCaptured").count(), 2);
    let moved = of(&events, "customer-0031").into_iter().find(|e| e.schema_version == 2).unwrap();
    assert_eq!(moved.valid_at, Timestamp::parse_iso("2025-04-01"));
    assert!(moved.recorded_at.to_string().starts_with("2025-04-15T"));
    let addresses: Vec<_> = events.iter().filter(|e| e.event_type == "AddressChanged").collect();
    for version in [1, 2] {
        assert!(addresses.iter().filter(|e| e.schema_version == version).count() > 5, "version {version}");
    }
    for address in addresses {
        assert_eq!(object(&address.data).as_object().unwrap().get("addr").is_some(), address.schema_version == 1);
    }
}

#[test]
fn rides_whose_follow_up_never_came() {
    let events = bundled("rides");
    let whole = types(&events, "ride-A");
    assert_eq!((whole[0], whole[1], whole[whole.len() - 1]), ("RideBooked", "DriverAssigned", "RideRefunded"));
    assert_eq!(types(&events, "ride-1013").last(), Some(&"RideCompleted"));
    assert!(of(&events, "payment-1013").is_empty());
    assert_eq!(types(&events, "ride-1021").last(), Some(&"RideCompleted"));
    assert_eq!(types(&events, "payment-1021").last(), Some(&"PaymentCaptured"));
    assert_eq!(types(&events, "ride-1034"), ["RideBooked"]);
    // One process, three streams.
    let correlation = field(&of(&events, "ride-A")[0].metadata, "correlation_id").unwrap();
    let streams: HashSet<&str> = events
        .iter()
        .filter(|e| field(&e.metadata, "correlation_id").as_ref() == Some(&correlation))
        .map(|e| &*e.stream)
        .collect();
    assert_eq!(streams, HashSet::from(["ride-A", "driver-A", "payment-A"]));
}

#[test]
fn names_come_in_several_scripts() {
    for sample in samples() {
        let text: String = bundled(sample.name).into_iter().map(|e| e.data).collect();
        for (script, range) in [
            ("Vietnamese", 'Ạ'..='ỹ'),
            ("Cyrillic", 'Ѐ'..='ӿ'),
            ("Arabic", '؀'..='ۿ'),
            ("Devanagari", 'ऀ'..='ॿ'),
            ("Greek", 'Ͱ'..='Ͽ'),
            ("Japanese", 'ぁ'..='ヿ'),
            ("Chinese", '一'..='鿿'),
        ] {
            assert!(text.chars().any(|c| range.contains(&c)), "{}: {script}", sample.name);
        }
    }
}

#[test]
fn every_event_type_has_a_label_and_every_label_finds_its_fields() {
    for sample in samples() {
        let file = object(projection(sample.name).unwrap());
        let projections: Vec<Value> = file
            .as_object()
            .unwrap()
            .get("projections")
            .unwrap()
            .as_list()
            .unwrap()
            .iter()
            .map(|s| s.value.clone())
            .collect();
        for event in events(sample.name, 6, Some(3_000)) {
            // The shop's addresses are labelled as their new schema has them.
            if event.schema_version == 1 && event.event_type == "AddressChanged" {
                continue;
            }
            let category = event.stream.split('-').next().unwrap();
            let label = projections
                .iter()
                .map(|p| p.as_object().unwrap())
                .find(|p| p.get("category").and_then(Value::as_str) == Some(category))
                .and_then(|p| p.get("labels")?.as_object()?.get(event.event_type)?.as_str().map(str::to_owned))
                .unwrap_or_else(|| panic!("no label for {event:?}"));
            for path in label.split('{').skip(1).map(|part| part.split('}').next().unwrap()) {
                let (root, key) = path.split_once('.').unwrap();
                let text = if root == "data" { &event.data } else { &event.metadata };
                assert!(object(text).as_object().unwrap().get(key).is_some(), "{label}: {event:?}");
            }
        }
    }
}

#[test]
fn an_unknown_name_is_told_which_there_are() {
    let error = generate("banks", 1, None).unwrap_err();
    assert_eq!(error.to_string(), "there is no sample named \"banks\"; there are bank, orders, rides");
    assert!(sample("").is_err());
}
