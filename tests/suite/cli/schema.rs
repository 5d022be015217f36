//! `schema`.

use std::collections::BTreeMap;
use std::path::Path;

use foldline::store::FoldlineRow;
use serde_json::{Value, json};

use super::{World, keys, row, run_in};
use crate::fixtures::stores;

/// Ten orders as they once were, then twelve of today; one can't be read.
fn evolved() -> World {
    let world = World::empty();
    let placed = |position: i64| {
        let data = match position {
            5 => "{\"total\":".to_owned(),
            1..=10 => format!(r#"{{"total":{position},"addr":"x"}}"#),
            _ => format!(r#"{{"total":"{position}","address":"y","items":[{{"sku":"a"}},{{"sku":"b","gift":true}}]}}"#),
        };
        let schema_version = if position > 10 { 2 } else { 1 };
        FoldlineRow { schema_version, ..row(position, "order-1", position, "Shop.OrderPlaced", &data) }
    };
    let mut rows: Vec<FoldlineRow> = (1..=22).map(placed).collect();
    rows.push(row(23, "customer-1", 1, "Registered", r#"{"customerId":"c-1"}"#));
    world.store("shop.db", rows);
    world
}

#[test]
fn the_json_has_every_key_in_its_shape() {
    let world = evolved();
    let before = world.files();
    let found = world.run("schema shop.db --json").json(0);
    assert!(world.files() == before);
    assert_eq!(keys(&found), ["store_events", "scanned_events", "unreadable", "types"]);
    assert_eq!(
        (&found["store_events"], &found["scanned_events"], &found["unreadable"]),
        (&json!(23), &json!(23), &json!(1))
    );
    let placed = &found["types"][0];
    let expected = [
        "type",
        "short",
        "kind",
        "events",
        "categories",
        "schema_versions",
        "first",
        "last",
        "unreadable",
        "fields",
        "more_fields",
        "changes",
    ];
    assert_eq!(keys(placed), expected);
    assert_eq!((&placed["type"], &placed["short"]), (&json!("Shop.OrderPlaced"), &json!("OrderPlaced")));
    assert_eq!(placed["categories"], json!([{"category": "order", "events": 22}]));
    let first = json!({"position": 1, "time": "2025-03-04T10:01:00Z"});
    assert_eq!(placed["first"], first);
    assert_eq!(
        placed["unreadable"],
        json!([{"reason": "invalid JSON", "events": 1, "first": {"position": 5, "time": "2025-03-04T10:05:00Z"}}])
    );
    assert_eq!(
        placed["fields"][0],
        json!({
            "path": "total",
            "name": "total",
            "types": [{"type": "text", "values": 12}, {"type": "integer", "values": 9}],
            "presence": {"present": 21, "of": 21},
            "values": 21,
            "nulls": 0,
            "ranges": [
                {"numbers": {"min": 1, "max": 10}},
                {"texts": {"min_length": 2, "max_length": 2, "uuid": false, "distinct": 12}},
            ],
            "examples": [1, 2, 3],
            "first": first,
            "last": {"position": 22, "time": "2025-03-04T10:22:00Z"},
        })
    );
    assert_eq!(
        placed["changes"][0],
        json!({
            "path": "addr",
            "change": "removed",
            "breaking": true,
            "at": {"position": 11, "time": "2025-03-04T10:11:00Z"},
            "after": false,
            "from_version": "1",
            "to_version": "2",
            "before_count": {"present": 9, "of": 9},
            "after_count": {"present": 0, "of": 12},
            "perhaps_renamed": "address",
        })
    );
    let changes: Vec<(&str, &str, bool)> = placed["changes"].as_array().unwrap().iter().map(told).collect();
    let expected =
        [("addr", "removed", true), ("address", "added", false), ("items", "added", false), ("total", "retyped", true)];
    assert_eq!(changes, expected);
}

fn told(change: &Value) -> (&str, &str, bool) {
    let text = |key: &str| change[key].as_str().unwrap();
    (text("path"), text("change"), change["breaking"].as_bool().unwrap())
}

#[test]
fn the_text_is_for_people() {
    let ran = evolved().run("schema shop.db");
    ran.done();
    let expected = "\
2 event types in all 23 events; 1 payload that can't be read was passed over

OrderPlaced (Shop.OrderPlaced): 22 events
  first 2025-03-04T10:01:00Z #1, last 2025-03-04T10:22:00Z #22
  categories: order (22)
  schema versions: 1 (10), 2 (12)
  1 payload can't be read: invalid JSON, first at 2025-03-04T10:05:00Z #5
    total      text or integer  100 %  1 to 10; 12 texts of 2 characters; such as 1, 2, 3
    addr       text              43 %  always \"x\" where it is there
    address    text              57 %  always \"y\" where it is there
    items      list              57 %  2 items
      [].sku   text             100 %  \"a\", \"b\"
      [].gift  boolean           50 %  true
  changes:
    from 2025-03-04T10:11:00Z #11  breaking  addr removed (perhaps renamed to address)  there in 9 of 9 in version 1, 0 of 12 in version 2
    from 2025-03-04T10:11:00Z #11  additive  address added (perhaps renamed from addr)  there in 0 of 9 in version 1, 12 of 12 in version 2
    from 2025-03-04T10:11:00Z #11  additive  items added                                there in 0 of 9 in version 1, 12 of 12 in version 2
    from 2025-03-04T10:11:00Z #11  breaking  total: integer → text                      text in 0 of 9 in version 1, 12 of 12 in version 2

Registered: 1 event
  at 2025-03-04T10:23:00Z #23
  categories: customer (1)
  schema versions: 1 (1)
    customerId  text  100 %  always \"c-1\"
";
    assert_eq!(ran.out, expected);
}

#[test]
fn types_categories_and_fields_can_be_asked_for() {
    let world = evolved();
    let types = |line: &str| -> Vec<String> {
        let found = world.run(line).json(0);
        let types = found["types"].as_array().unwrap().iter();
        types.map(|entry| entry["short"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(types("schema shop.db --type OrderPlaced --json"), ["OrderPlaced"]);
    assert_eq!(types("schema shop.db --type Shop.OrderPlaced --type Registered --json"), ["OrderPlaced", "Registered"]);
    assert_eq!(types("schema shop.db --category customer --json"), ["Registered"]);
    assert_eq!(types("schema shop.db --field customerid --json"), ["Registered"]);
    let scanned = world.run("schema shop.db --category customer --json").json(0);
    assert_eq!((&scanned["scanned_events"], &scanned["store_events"]), (&json!(1), &json!(23)));
    let wrong = world.run("schema shop.db --type OrderPlacd");
    assert!(wrong.refused(2).contains("did you mean OrderPlaced?"));
    world.run("schema shop.db --category none").refused(2);
    let schema = world.run("schema shop.db --format json-schema").json(0);
    let items = &schema["$defs"]["Shop.OrderPlaced"]["properties"]["items"]["items"];
    assert_eq!(items["required"], json!(["sku"]));
    assert_eq!(world.run("schema shop.db --format json").json(0), world.run("schema shop.db --json").json(0));
}

#[test]
fn what_was_looked_at_is_said_also_where_nothing_is_left_of_it() {
    let world = evolved();
    let first = |line: &str| world.run(line).out.lines().next().unwrap().to_owned();
    assert_eq!(
        first("schema shop.db --field nosuch"),
        "no field's name has nosuch in it; looked at all 23 events of 2 types; 1 payload that can't be read was passed over"
    );
    assert_eq!(
        first("schema shop.db --field customerid"),
        "1 of 2 event types has a field with customerid in its name; looked at all 23 events; 1 payload that can't be \
         read was passed over"
    );
    assert_eq!(first("schema shop.db --category customer"), "1 event type in 1 of 23 events");
    assert_eq!(first("schema shop.db --category customer --type OrderPlaced"), "none of 23 events fits");
}

#[test]
fn the_sample_changed_its_addresses_once() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    let found = run_in(&sample, &["schema", "orders.db", "--json"]).json(0);
    let changed: BTreeMap<&str, Vec<(&str, &str, bool)>> = found["types"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let changes = entry["changes"].as_array().unwrap().iter().map(told).collect();
            (entry["short"].as_str().unwrap(), changes)
        })
        .filter(|(_, changes): &(_, Vec<_>)| !changes.is_empty())
        .collect();
    let expected = vec![("addr", "removed", true), ("address", "added", false), ("country", "added", false)];
    assert_eq!(changed, BTreeMap::from([("AddressChanged", expected)]));
    for other in ["bank.db", "rides.db"] {
        let found = run_in(&sample, &["schema", other, "--json"]).json(0);
        let types = found["types"].as_array().unwrap();
        assert!(types.iter().all(|entry| entry["changes"] == json!([])), "{other}");
    }
}

/// Every store that libraries wrote and that opens: no event is left out, and nothing is left beside it.
#[test]
fn real_stores_are_catalogued_whole() {
    let Some(stores) = stores() else { return };
    let mut seen = 0;
    for file in std::fs::read_dir(&stores).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "db") {
            continue;
        }
        let world = World::empty();
        let bytes = std::fs::read(&path).unwrap();
        world.write("store.db", &bytes);
        let info = world.run("info store.db --json");
        if info.status != 0 {
            continue;
        }
        seen += 1;
        let (info, found) = (info.json(0), world.run("schema store.db --json").json(0));
        let name = path.display();
        assert_eq!(found["scanned_events"], info["events"], "{name}");
        let counts = |types: &Value, key: &str| -> BTreeMap<String, u64> {
            let each = types.as_array().unwrap().iter();
            each.map(|one| (one[key].as_str().unwrap().to_owned(), one["events"].as_u64().unwrap())).collect()
        };
        assert_eq!(counts(&found["types"], "type"), counts(&info["types"], "name"), "{name}");
        let unreadable: u64 =
            info["unreadable"].as_array().unwrap().iter().map(|one| one["events"].as_u64().unwrap()).sum();
        assert_eq!(found["unreadable"], unreadable, "{name}");
        assert!(world.files() == [("store.db".to_owned(), bytes)], "{name}");
    }
    assert!(seen >= 5, "only {seen} stores open");
}
