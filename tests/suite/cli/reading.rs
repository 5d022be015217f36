//! `info`, `streams`, `events`, `layouts`.

use serde_json::json;

use super::{World, keys, row};

#[test]
fn info_has_every_key_in_its_shape() {
    let info = World::new().run("info bank.db --json").json(0);
    assert_eq!(
        info,
        json!({
            "path": "bank.db",
            "layout": "foldline",
            "layout_title": "Foldline",
            "events": 9,
            "streams": 3,
            "categories": [
                {"name": "account", "streams": 2, "events": 8},
                {"name": "order", "streams": 1, "events": 1},
            ],
            "types": [
                {"name": "Deposited", "events": 3},
                {"name": "Opened", "events": 2},
                {"name": "Withdrawn", "events": 2},
                {"name": "Closed", "events": 1},
                {"name": "Placed", "events": 1},
            ],
            "first_time": "2025-03-04T10:01:00Z",
            "last_time": "2025-03-04T10:09:00Z",
            "first_position": 1,
            "last_position": 9,
            "snapshots": 0,
            "unreadable": [{"reason": "invalid JSON", "events": 1}],
            "read_only": true,
            "side_files": [],
            "recognised": "table events has position, stream_id, version, event_id, type, schema_version, recorded_at, \
                           valid_at and 2 more; snapshots beside",
            "also_possible": [],
            "notes": [],
        })
    );
}

#[test]
fn info_quick_does_not_look_for_unreadable_payloads() {
    let info = World::new().run("info bank.db --json --quick").json(0);
    assert_eq!(info["unreadable"], json!(null));
    assert_eq!(info["events"], 9);
}

#[test]
fn a_store_without_events_opens() {
    let world = World::empty();
    world.store("empty.db", Vec::new());
    let info = world.run("info empty.db --json").json(0);
    for key in ["first_time", "last_time", "first_position", "last_position"] {
        assert!(info[key].is_null(), "{key}: {info}");
    }
    assert_eq!((&info["events"], &info["unreadable"], &info["categories"]), (&json!(0), &json!([]), &json!([])));
    assert_eq!(world.run("streams empty.db --json").json(0), json!([]));
    assert_eq!(world.run("events empty.db").lines().len(), 0);
    assert_eq!(world.run("find empty.db --when 'state.x = 1' --json").json(0)["matches"], json!([]));
    world.run("state empty.db account-1").refused(2);
}

#[test]
fn streams_come_in_order_of_first_appearance() {
    let world = World::new();
    let streams = world.run("streams bank.db --json").json(0);
    assert_eq!(
        streams[0],
        json!({
            "stream": "account-1", "category": "account", "events": 6, "first_version": 1, "last_version": 6,
            "first_time": "2025-03-04T10:01:00Z", "last_time": "2025-03-04T10:09:00Z",
            "archived": false, "deleted": false, "link": false,
        })
    );
    let names = |line: &str| {
        let streams = world.run(line).json(0);
        let names = streams.as_array().unwrap().iter().map(|s| s["stream"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names("streams bank.db --json"), ["account-1", "account-2", "order-1"]);
    assert_eq!(names("streams bank.db --json --category account"), ["account-1", "account-2"]);
    assert_eq!(names("streams bank.db --json --query 'data.owner = Bob'"), ["account-2"]);
    assert_eq!(names("streams bank.db --json --query type:Deposited"), ["account-1", "account-2"]);
    assert_eq!(names("streams bank.db --json --query 'type:Deposited data.amount > 0'"), ["account-1"]);
    assert_eq!(names("streams bank.db --json --category order --query type:Deposited"), [""; 0]);
}

const EVENT_KEYS: [&str; 16] = [
    "position",
    "stream",
    "streams",
    "version",
    "id",
    "type",
    "kind",
    "archived",
    "schema_version",
    "time",
    "valid_time",
    "user",
    "data",
    "metadata",
    "correlation_id",
    "causation_id",
];

#[test]
fn events_are_lines_of_json_with_every_key() {
    let world = World::new();
    let events = world.run("events bank.db").lines();
    assert_eq!(events.len(), 9);
    assert_eq!(keys(&events[0]), EVENT_KEYS);
    assert_eq!(
        events[0],
        json!({
            "position": 1, "stream": "account-1", "streams": ["account-1"], "version": 1, "id": "id-1",
            "type": "Opened", "kind": "event", "archived": false, "schema_version": 1,
            "time": "2025-03-04T10:01:00Z", "valid_time": null, "user": "user-1", "data": {"owner": "Ann"},
            "metadata": {"user": "user-1", "correlation_id": "c-1"}, "correlation_id": "c-1", "causation_id": null,
        })
    );
    let plain = world.run("events bank.db").out;
    for same in ["events bank.db --json", "events bank.db --format ndjson", "events bank.db --format ndjson --json"] {
        assert_eq!(world.run(same).out, plain, "{same}");
    }
    // Numbers keep their text, keys their order.
    let placed = r#""data":{"price":0.10,"note":null,"items":[{"sku":"a.b","qty":1}],"big":12345678901234567890123}"#;
    assert!(plain.contains(placed), "{plain}");
}

#[test]
fn an_unreadable_payload_comes_as_its_bytes_with_the_reason() {
    let world = World::new();
    let event = &world.run("events bank.db --after 5 --limit 1").lines()[0];
    assert!(event["data"].is_null());
    assert_eq!((&event["data_encoding"], &event["data_raw"]), (&json!("base64"), &json!("e25vdCBqc29u")));
    assert!(event["data_note"].as_str().unwrap().contains("invalid JSON"), "{event}");
    let csv = world.run("events bank.db --format csv");
    assert_eq!(csv.status, 0);
    assert!(csv.err.starts_with("note: 1 "), "{}", csv.err);
}

#[track_caller]
fn positions(world: &World, line: &str, expected: &[i64]) {
    let events = world.run(line).lines();
    let found: Vec<i64> = events.iter().map(|event| event["position"].as_i64().unwrap()).collect();
    assert_eq!(found, expected, "{line}");
}

#[test]
fn events_are_chosen_by_stream_query_place_and_number() {
    let world = World::new();
    for (line, expected) in [
        ("events bank.db --stream account-1", &[1, 3, 4, 5, 7, 9][..]),
        ("events bank.db --after 7", &[8, 9]),
        ("events bank.db --after '#7'", &[8, 9]),
        ("events bank.db --after -1 --limit 1", &[1]),
        ("events bank.db --after 100", &[]),
        ("events bank.db --limit 0", &[]),
        ("events bank.db --query type:Withdrawn", &[4, 5]),
        ("events bank.db --query 'type:Withdrawn data.amount > 30'", &[5]),
        ("events bank.db --query 'data.amount = 20.1'", &[4]),
        ("events bank.db --query 'after:\"2025-03-04 17:08\"' --tz Asia/Ho_Chi_Minh", &[8, 9]),
        ("events bank.db --query user:user-2", &[2]),
        ("events bank.db --query Ann", &[1]),
        ("events bank.db --stream account-1 --query 'has:data.amount' --after 3 --limit 2", &[4, 5]),
    ] {
        positions(&world, line, expected);
    }
}

#[test]
fn csv_has_the_columns_of_the_json() {
    let world = World::new();
    let ran = world.run("events bank.db --format csv --limit 1");
    assert_eq!(ran.status, 0);
    let mut lines = ran.out.lines();
    assert_eq!(lines.next().unwrap(), EVENT_KEYS.join(","));
    assert_eq!(
        lines.next().unwrap(),
        concat!(
            r#"1,account-1,"[""account-1""]",1,id-1,Opened,event,false,1,2025-03-04T10:01:00Z,,user-1,"#,
            r#""{""owner"":""Ann""}","{""user"":""user-1"",""correlation_id"":""c-1""}",c-1,"#
        )
    );
    assert_eq!(lines.next(), None);
}

#[test]
fn times_out_have_the_fewest_digits_that_lose_nothing() {
    let world = World::empty();
    let times = [
        "2025-01-01T00:00:00Z",
        "2025-01-01T00:00:00.5Z",
        "2025-01-01T00:00:00.123456Z",
        "2025-01-01T00:00:00.0000001Z",
    ];
    let rows = times.iter().zip(1..).map(|(time, at)| {
        let recorded_at = foldline::model::Timestamp::parse_iso(time);
        foldline::store::FoldlineRow { recorded_at, ..row(at, "a-1", at, "T", "{}") }
    });
    world.store("times.db", rows.collect());
    let events = world.run("events times.db").lines();
    let found: Vec<&str> = events.iter().map(|event| event["time"].as_str().unwrap()).collect();
    assert_eq!(
        found,
        [
            "2025-01-01T00:00:00Z",
            "2025-01-01T00:00:00.500Z",
            "2025-01-01T00:00:00.123456Z",
            "2025-01-01T00:00:00.000000100Z"
        ]
    );
}

#[test]
fn layouts_are_listed() {
    let layouts = World::empty().run("layouts --json").json(0);
    let layouts = layouts.as_array().unwrap();
    assert!(layouts.len() >= 5);
    for layout in layouts {
        assert_eq!(keys(layout), ["id", "title", "writable"]);
        assert!(layout["writable"].is_boolean());
    }
    assert!(layouts.iter().any(|layout| layout["id"] == "foldline" && layout["writable"] == true));
}

#[test]
fn text_for_people_is_aligned() {
    let world = World::new();
    let text = world.run("streams bank.db");
    assert_eq!(text.status, 0);
    assert!(text.out.starts_with("stream     category  events  versions"), "{}", text.out);
    let info = world.run("info bank.db");
    assert!(info.out.contains("opened      read-only"), "{}", info.out);
    assert!(info.out.contains("unreadable  1 (invalid JSON)"), "{}", info.out);
    let events = world.run("events bank.db --format text");
    assert!(events.out.contains("unreadable: "), "{}", events.out);
}
