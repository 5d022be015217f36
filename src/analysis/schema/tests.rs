//! What is told of planted payloads, and that merging parts gives the whole.

use proptest::prelude::*;

use super::*;
use crate::model::{CategoryIndex, EventLog, EventLogBuilder, LogRow, Timestamp, Value, json};

struct Row {
    event_type: &'static str,
    version: Option<i64>,
    payload: Result<Value, &'static str>,
}

fn row(text: &str) -> Row {
    versioned(None, text)
}

fn versioned(version: Option<i64>, text: &str) -> Row {
    Row { event_type: "T", version, payload: json::parse(text.as_bytes()).map_err(|_| "invalid JSON") }
}

fn log(rows: &[Row]) -> EventLog {
    let mut builder = EventLogBuilder::new(7);
    for (at, row) in rows.iter().enumerate() {
        let stream = builder.stream("a-1", |_| "a".to_owned());
        let event_type = builder.event_type(row.event_type);
        builder.push(LogRow {
            version: Some(at as i64 + 1),
            time: Timestamp::from_micros(at as i64 * 60_000_000),
            ..LogRow::at(at as i64 + 1, Some(stream), event_type)
        });
    }
    builder.finish()
}

fn gather(log: &EventLog, rows: &[Row], range: std::ops::Range<usize>) -> Gatherer {
    let mut gatherer = Gatherer::new();
    for at in range {
        let version = rows[at].version.map(Value::from);
        gatherer.take(&Facts {
            event: at as u32,
            event_type: log.type_of(at),
            category: Some(CategoryIndex(0)),
            schema_version: version.as_ref(),
            payload: rows[at].payload.as_ref().map_err(|reason| *reason),
        });
    }
    gatherer
}

fn catalogue(rows: &[Row]) -> Catalogue {
    let log = log(rows);
    gather(&log, rows, 0..rows.len()).finish(&log)
}

fn field<'a>(catalogue: &'a Catalogue, path: &str) -> &'a Field {
    let known = || catalogue.types[0].fields.iter().map(|field| field.path.to_string()).collect::<Vec<_>>();
    let found = catalogue.types[0].fields.iter().find(|field| *field.path == *path);
    found.unwrap_or_else(|| panic!("no {path} in {:?}", known()))
}

/// Position, words, verdict, hint.
fn changes(catalogue: &Catalogue) -> Vec<String> {
    let line = |change: &Change| {
        let hint = change.hint().map_or_else(String::new, |hint| format!(" ({hint})"));
        let after = if change.after { "after " } else { "" };
        format!("{after}#{} {} {}{hint}", change.at.position, change.words(), change.verdict())
    };
    catalogue.types[0].changes.iter().map(line).collect()
}

fn repeat(count: usize, text: &str) -> Vec<Row> {
    (0..count).map(|_| row(text)).collect()
}

fn concat(parts: Vec<Vec<Row>>) -> Vec<Row> {
    parts.into_iter().flatten().collect()
}

#[test]
fn fields_have_types_presence_ranges_and_examples() {
    let found = catalogue(&[
        row(r#"{"amount":20,"to":"a","when":"2026-03-04","items":[{"sku":"x","qty":1},{"sku":"y"}]}"#),
        row(r#"{"amount":7.50,"to":"b","when":"2026-01-04","note":null,"items":[]}"#),
        row(r#"{"amount":100,"to":"a","when":"2026-02-04","tags":["p","q"]}"#),
        row("{"),
        row(r#"{"amount":99,"to":"a","when":"2026-02-04","address":{"city":"Ulm","a.b":true}}"#),
    ]);
    assert_eq!((found.scanned, found.of, found.unreadable, found.generation), (5, 5, 1, 7));
    let entry = &found.types[0];
    assert_eq!((entry.events, entry.unreadable[0].events, entry.unreadable[0].first.position), (5, 1, 4));
    let told = |path: &str| {
        let field = field(&found, path);
        let share = field.presence.map_or_else(String::new, |has| format!("{}/{}", has.present, has.of));
        format!("{} | {share} | {}", field.types_words(), field.values_words())
    };
    assert_eq!(told("amount"), "number | 4/4 | 7.50 to 100; such as 20, 7.50, 100");
    assert_eq!(told("to"), r#"text | 4/4 | "a", "b""#);
    assert_eq!(told("when"), "text (date) | 4/4 | 2026-01-04 to 2026-03-04");
    assert_eq!(told("note"), "null | 1/4 | absent in 3, null in 1 of 4");
    assert_eq!(told("items"), "list | 2/4 | 0 to 2 items");
    assert_eq!(told("items[].sku"), r#"text | 2/2 | "x", "y"; 2 texts of 1 character"#);
    assert_eq!(told("items[].qty"), "integer | 1/2 | always 1 where it is there");
    assert_eq!(told("tags[]"), r#"text |  | "p", "q"; 2 texts of 1 character"#);
    assert_eq!(told("address.city"), r#"text | 1/1 | always "Ulm""#);
    assert_eq!(told(r#"address."a.b""#), "boolean | 1/1 | true");
    let paths: Vec<&str> = entry.fields.iter().map(|field| &*field.path).collect();
    let expected = [
        "amount",
        "to",
        "when",
        "items",
        "items[].sku",
        "items[].qty",
        "note",
        "tags",
        "tags[]",
        "address",
        "address.city",
        r#"address."a.b""#,
    ];
    assert_eq!(paths, expected);
    assert_eq!((field(&found, "note").first.position, field(&found, "amount").last.position), (2, 5));
    assert_eq!(changes(&found), [""; 0]);
}

#[test]
fn absent_null_and_there_with_a_value_are_told_apart() {
    let found = catalogue(&concat(vec![
        repeat(2, r#"{"a":null,"b":null,"c":7,"list":[null,1]}"#),
        repeat(5, r#"{"a":null,"b":null}"#),
        repeat(1, r#"{"a":0.25,"b":null}"#),
        repeat(2, r#"{"a":0.25}"#),
    ]));
    let told = |path: &str| {
        let field = field(&found, path);
        let share = field.filled().map_or_else(String::new, Presence::percent);
        format!("{} | {share} | {}", field.types_words(), field.values_words())
    };
    assert_eq!(told("a"), "number or null | 30 % | null in 7 of 10, else always 0.25");
    assert_eq!(told("b"), "null | 0 % | absent in 2, null in 8 of 10");
    assert_eq!(told("c"), "integer | 20 % | always 7 where it is there");
    assert_eq!(told("list[]"), "integer or null |  | null in 2 of 4, else always 1");
    let always = catalogue(&repeat(4, r#"{"a":null}"#));
    assert_eq!(field(&always, "a").values_words(), "always null");
    let json = serde_json::to_value(field(&found, "a")).unwrap();
    assert_eq!((&json["presence"]["present"], &json["nulls"]), (&10.into(), &7.into()));
}

#[test]
fn a_payload_that_is_no_object_is_told_of_as_a_whole() {
    let found = catalogue(&[row("[1,2]"), row("7"), row("null"), row("{}")]);
    assert_eq!(field(&found, "").types_words(), "integer or list or object or null");
    assert_eq!(field(&found, "[]").values_words(), "1 to 2; such as 1, 2");
    assert!(catalogue(&[row("{}")]).types[0].fields.iter().any(|field| field.path.is_empty()));
}

#[test]
fn a_field_that_comes_is_additive_and_one_that_goes_is_breaking() {
    let rows = concat(vec![
        repeat(40, r#"{"id":1,"old":true}"#),
        repeat(60, r#"{"id":1,"old":true,"currency":"EUR"}"#),
        repeat(50, r#"{"id":1,"currency":"EUR"}"#),
    ]);
    let found = catalogue(&rows);
    assert_eq!(changes(&found), ["#41 currency added additive", "after #100 old removed breaking"]);
    let change = &found.types[0].changes[0];
    assert_eq!(change.facts(), "there in 0 of 40 before, 110 of 110 after");
}

#[test]
fn what_is_there_now_and_then_has_not_changed() {
    for share in [2, 3, 5, 10, 40] {
        let rows: Vec<Row> = (0..2_000u64)
            .map(|at| {
                // A multiplicative hash: no pattern in the order.
                let hash = (at + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
                let with = hash % share == 0;
                row(if with { r#"{"id":1,"maybe":1}"# } else { r#"{"id":1}"# })
            })
            .collect();
        assert_eq!(changes(&catalogue(&rows)), [""; 0], "one in {share}");
    }
}

#[test]
fn a_few_events_tell_nothing() {
    let rows = concat(vec![repeat(2, r#"{"a":1}"#), repeat(2, r#"{"b":1}"#)]);
    assert_eq!(changes(&catalogue(&rows)), [""; 0]);
}

#[test]
fn strays_and_gaps_hide_no_change() {
    // One early stray, and a field that is missing once in a while after it came.
    let mut rows = concat(vec![repeat(100, r#"{"a":1}"#), repeat(100, r#"{"a":1,"b":2}"#)]);
    rows[3] = row(r#"{"a":1,"b":2}"#);
    assert_eq!(changes(&catalogue(&rows)), ["#101 b added additive"]);
    let mut rows = concat(vec![repeat(100, r#"{"a":1}"#), repeat(100, r#"{"a":1,"b":2}"#)]);
    rows[150] = row(r#"{"a":1}"#);
    assert_eq!(changes(&catalogue(&rows)), ["#101 b added additive"]);
}

#[test]
fn becoming_optional_and_always_is_told_with_where() {
    let some = |at: usize| row(if at.is_multiple_of(3) { r#"{"a":1,"b":1}"# } else { r#"{"a":1}"# });
    let rows = concat(vec![repeat(50, r#"{"a":1,"b":1}"#), (1..100).map(some).collect()]);
    assert_eq!(changes(&catalogue(&rows)), ["after #50 b became optional breaking"]);
    let rows = concat(vec![(0..100).map(some).collect(), repeat(50, r#"{"a":1,"b":1}"#)]);
    assert_eq!(changes(&catalogue(&rows)), ["#100 b is always there additive"]);
    // From none to some: it came, and is optional.
    let rows = concat(vec![repeat(100, r#"{"a":1}"#), (0..100).map(some).collect()]);
    assert_eq!(changes(&catalogue(&rows)), ["#101 b added, in some events additive"]);
}

#[test]
fn types_that_change_break() {
    let rows = concat(vec![repeat(30, r#"{"amount":5}"#), repeat(30, r#"{"amount":"5"}"#)]);
    assert_eq!(changes(&catalogue(&rows)), ["#31 amount: integer → text breaking"]);
    let rows = concat(vec![repeat(30, r#"{"amount":5}"#), repeat(30, r#"{"amount":5.25}"#)]);
    assert_eq!(changes(&catalogue(&rows)), ["#31 amount: integer → number breaking"]);
    let mixed = |at: usize| row(if at.is_multiple_of(2) { r#"{"amount":null}"# } else { r#"{"amount":5}"# });
    let rows = concat(vec![repeat(30, r#"{"amount":5}"#), (0..40).map(mixed).collect()]);
    assert_eq!(changes(&catalogue(&rows)), ["#31 amount can be null breaking"]);
    let rows = concat(vec![(0..40).map(mixed).collect(), repeat(30, r#"{"amount":5}"#)]);
    assert_eq!(changes(&catalogue(&rows)), ["after #39 amount is null no more additive"]);
    let rows: Vec<Row> = (0..100).map(mixed).collect();
    assert_eq!(changes(&catalogue(&rows)), [""; 0]);
    // In lists.
    let rows = concat(vec![repeat(20, r#"{"l":[{"q":1},{"q":2}]}"#), repeat(20, r#"{"l":[{"q":"1"},{"q":"2"}]}"#)]);
    assert_eq!(changes(&catalogue(&rows)), ["#21 l[].q: integer → text breaking"]);
}

#[test]
fn versions_say_where_a_field_changed_even_when_they_overlap() {
    let rows: Vec<Row> = (0..60)
        .map(|at| match at {
            // For a while both versions are written.
            0..20 => versioned(Some(1), r#"{"addr":"x","n":1}"#),
            20..40 if at % 2 == 0 => versioned(Some(1), r#"{"addr":"x","n":1}"#),
            _ => versioned(Some(2), r#"{"address":"x","n":"1","country":{"code":"VN"}}"#),
        })
        .collect();
    let found = catalogue(&rows);
    let expected = [
        "#22 addr removed breaking (perhaps renamed to address)",
        "#22 address added additive (perhaps renamed from addr)",
        "#22 country added additive",
        "#22 n: integer → text breaking",
    ];
    assert_eq!(changes(&found), expected);
    let change = &found.types[0].changes[0];
    assert_eq!((change.from_version.as_deref(), change.to_version.as_deref()), (Some("1"), Some("2")));
    assert_eq!(change.facts(), "there in 30 of 30 in version 1, 0 of 30 in version 2");
    let versions: Vec<(&str, u64)> =
        found.types[0].schema_versions.iter().map(|version| (&*version.version, version.events)).collect();
    assert_eq!(versions, [("1", 30), ("2", 30)]);
}

#[test]
fn versions_are_ordered_as_numbers() {
    let rows: Vec<Row> = [10, 9, 2, 10].into_iter().map(|version| versioned(Some(version), "{}")).collect();
    let found = catalogue(&rows);
    let versions: Vec<&str> = found.types[0].schema_versions.iter().map(|version| &*version.version).collect();
    assert_eq!(versions, ["2", "9", "10"]);
}

#[test]
fn a_change_inside_a_version_is_found_by_order() {
    let mut rows: Vec<Row> = (0..30).map(|_| versioned(Some(1), r#"{"a":1}"#)).collect();
    rows.extend((0..30).map(|_| versioned(Some(1), r#"{"a":1,"b":1}"#)));
    assert_eq!(changes(&catalogue(&rows)), ["#31 b added additive"]);
}

#[test]
fn renames_are_guessed_only_where_one_fits() {
    let rows = concat(vec![repeat(30, r#"{"a":"x"}"#), repeat(30, r#"{"b":"y"}"#)]);
    let expected =
        ["after #30 a removed breaking (perhaps renamed to b)", "#31 b added additive (perhaps renamed from a)"];
    assert_eq!(changes(&catalogue(&rows)), expected);
    let rows = concat(vec![repeat(30, r#"{"a":"x"}"#), repeat(30, r#"{"b":"y","c":"z"}"#)]);
    assert!(changes(&catalogue(&rows)).iter().all(|change| !change.contains("perhaps")));
    // Of several, the one that is called alike.
    let rows = concat(vec![repeat(30, r#"{"addr":"x"}"#), repeat(30, r#"{"country":"y","address":"z"}"#)]);
    let hints: Vec<Option<String>> = catalogue(&rows).types[0].changes.iter().map(Change::hint).collect();
    assert!(hints.contains(&Some("perhaps renamed to address".to_owned())), "{hints:?}");
    assert_eq!(hints.iter().flatten().count(), 2);
    let rows = concat(vec![repeat(30, r#"{"a":"x"}"#), repeat(30, r#"{"b":4}"#)]);
    assert!(changes(&catalogue(&rows)).iter().all(|change| !change.contains("perhaps")));
}

#[test]
fn ids_as_keys_are_one_field() {
    let rows: Vec<Row> = (0..50)
        .map(|at| row(&format!(r#"{{"prices":{{"{}":{{"net":{at}}},"{}":{{"net":1.5}}}}}}"#, 1000 + at, 2000 + at)))
        .collect();
    let found = catalogue(&rows);
    let paths: Vec<&str> = found.types[0].fields.iter().map(|field| &*field.path).collect();
    assert_eq!(paths, ["prices", "prices.{…}", "prices.{…}.net"]);
    assert_eq!(field(&found, "prices.{…}").values, 100);
    assert_eq!(field(&found, "prices.{…}.net").presence, Some(Presence { present: 100, of: 100 }));
    assert_eq!(changes(&found), [""; 0]);
    // Names of fields stay apart, however many there are.
    let wide: Vec<String> = (0..100).map(|at| format!(r#""field{}{at}":1"#, "x".repeat(at % 7))).collect();
    let rows = repeat(10, &format!("{{{}}}", wide.join(",")));
    assert_eq!(catalogue(&rows).types[0].fields.len(), 100);
}

#[test]
fn hostile_payloads_take_bounded_room() {
    let keys: Vec<String> = (0..100_000).map(|at| format!(r#""k{at}":{{"x{at}":{at}}}"#)).collect();
    let many = row(&format!("{{{}}}", keys.join(",")));
    let deep = row(&format!("{}1{}", r#"{"d":["#.repeat(60), "]}".repeat(60)));
    let deeper = row(&format!("{}1{}", "[".repeat(200), "]".repeat(200)));
    let long = row(&format!("{{\"list\":[{}],\"text\":\"{}\"}}", vec!["1"; 200_000].join(","), "y".repeat(1 << 20)));
    assert!(deeper.payload.is_err());
    let rows = vec![many, deep, deeper, long];
    let found = catalogue(&rows);
    let entry = &found.types[0];
    assert!(entry.fields.len() < 60, "{}", entry.fields.len());
    assert_eq!(field(&found, "{…}").values, 100_000 + 1 + 2);
    assert!(entry.fields.iter().any(|field| field.more), "what lies too deep is said");
    let size: usize = serde_json::to_string(&found).unwrap().len();
    assert!(size < 40_000, "{size}");
    // Names that differ in each event: no more places than there may be.
    let rows: Vec<Row> = (0..300)
        .map(|at| {
            let inner: Vec<String> = (0..20).map(|key| format!(r#""f{at}_{key}":{{"g":1}}"#)).collect();
            row(&format!(r#"{{"w{at}":{{{}}}}}"#, inner.join(",")))
        })
        .collect();
    let log = log(&rows);
    let gatherer = gather(&log, &rows, 0..rows.len());
    let places = gatherer.types[&0].root.as_ref().map_or(0, super::node::Node::size);
    assert!(places <= MAX_FIELDS + 1, "{places}");
}

#[test]
fn types_are_told_apart_and_the_commonest_comes_first() {
    let mut rows = repeat(3, r#"{"a":1}"#);
    rows.extend((0..5).map(|_| Row { event_type: "N.Other", version: None, payload: Err("encrypted") }));
    let found = catalogue(&rows);
    let types: Vec<(&str, &str, u64)> =
        found.types.iter().map(|entry| (&*entry.name, &*entry.short, entry.events)).collect();
    assert_eq!(types, [("N.Other", "Other", 5), ("T", "T", 3)]);
    assert_eq!(found.types[0].unreadable[0].reason, "encrypted");
    assert_eq!((found.types[0].fields.len(), found.unreadable), (0, 5));
    assert_eq!(&*found.types[0].categories[0].category, "a");
}

#[test]
fn the_json_schema_says_what_is_required() {
    let found = catalogue(&[
        row(r#"{"amount":20,"items":[{"sku":"x","qty":1},{"sku":"y"}],"by":{"a":{"b":1}}}"#),
        row(r#"{"amount":7.5,"at":"2026-01-04T10:00:00Z","items":[]}"#),
    ]);
    let schema = json_schema(&found);
    let own = &schema["$defs"]["T"];
    assert_eq!(own["type"], "object");
    assert_eq!(own["required"], serde_json::json!(["amount", "items"]));
    assert_eq!(own["properties"]["amount"]["type"], "number");
    assert_eq!(own["properties"]["at"]["format"], "date-time");
    assert_eq!(own["properties"]["items"]["items"]["required"], serde_json::json!(["sku"]));
    assert_eq!(own["properties"]["by"]["properties"]["a"]["properties"]["b"]["type"], "integer");
}

/// Payloads with fields from a few names, some of them ids.
fn payload() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        (-5i64..5).prop_map(|number| number.to_string()),
        (0u32..4).prop_map(|number| format!("{number}.50")),
        (0u32..40).prop_map(|number| format!("\"text {number}\"")),
        Just("\"2026-03-04T10:00:00Z\"".to_owned()),
    ];
    let key = prop_oneof![
        3 => prop::sample::select(vec!["a", "b", "c", "d"]).prop_map(str::to_owned),
        1 => (0u32..900).prop_map(|id| format!("id{id}")),
    ];
    scalar.prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            prop::collection::btree_map(key.clone(), inner.clone(), 0..6).prop_map(|fields| {
                let fields: Vec<String> = fields.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                format!("{{{}}}", fields.join(","))
            }),
            prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(","))),
        ]
    })
}

fn rows_of(parts: &[(u8, Option<i64>, String)]) -> Vec<Row> {
    let of = |(kind, version, text): &(u8, Option<i64>, String)| Row {
        event_type: ["T", "U", "V"][usize::from(*kind) % 3],
        version: *version,
        payload: if *kind == 9 { Err("broken") } else { json::parse(text.as_bytes()).map_err(|_| "invalid JSON") },
    };
    parts.iter().map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn merged_parts_are_the_whole(
        parts in prop::collection::vec((0u8..10, prop::option::of(1i64..4), payload()), 0..60),
        cuts in prop::collection::vec(0usize..60, 0..4),
    ) {
        let rows = rows_of(&parts);
        let log = log(&rows);
        let whole = gather(&log, &rows, 0..rows.len());
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(rows.len())).chain([0, rows.len()]).collect();
        cuts.sort_unstable();
        let mut merged = Gatherer::new();
        // From the right as well: merging is associative.
        let ranges: Vec<Gatherer> = cuts.windows(2).map(|pair| gather(&log, &rows, pair[0]..pair[1])).collect();
        ranges.iter().for_each(|part| merged.merge(part.clone()));
        prop_assert_eq!(&merged, &whole);
        let from_right = ranges.into_iter().rev().reduce(|later, mut earlier| {
            earlier.merge(later);
            earlier
        });
        prop_assert_eq!(from_right.unwrap_or_default(), whole.clone());
        prop_assert_eq!(merged.finish(&log), whole.finish(&log));
    }

    #[test]
    fn maps_of_many_keys_merge_as_well(sizes in prop::collection::vec(1usize..200, 1..6), cut in 0usize..6) {
        let rows: Vec<Row> = sizes
            .iter()
            .enumerate()
            .map(|(at, size)| {
                let fields: Vec<String> =
                    (0..*size).map(|key| format!(r#""n{}":{{"v":{key},"w{}":1}}"#, at * 97 + key, key % 3)).collect();
                row(&format!(r#"{{"m":{{{}}}}}"#, fields.join(",")))
            })
            .collect();
        let log = log(&rows);
        let cut = cut.min(rows.len());
        let whole = gather(&log, &rows, 0..rows.len());
        let mut merged = gather(&log, &rows, 0..cut);
        merged.merge(gather(&log, &rows, cut..rows.len()));
        prop_assert_eq!(merged, whole);
    }

    /// Counts add up, whatever comes.
    #[test]
    fn no_event_and_no_field_is_lost(parts in prop::collection::vec((0u8..10, Just(None), payload()), 1..40)) {
        let rows = rows_of(&parts);
        let found = catalogue(&rows);
        prop_assert_eq!(found.types.iter().map(|entry| entry.events).sum::<u64>(), rows.len() as u64);
        let broken = rows.iter().filter(|row| row.payload.is_err()).count() as u64;
        prop_assert_eq!(found.unreadable, broken);
        for field in found.types.iter().flat_map(|entry| &entry.fields) {
            prop_assert_eq!(field.types.iter().map(|count| count.values).sum::<u64>(), field.values);
            prop_assert!(field.presence.is_none_or(|has| has.present == field.values && has.present <= has.of));
            prop_assert!(field.first.event <= field.last.event);
        }
    }
}
