//! `state`, `diff`, `find`, `table`.

use serde_json::{Value, json};

use super::{RULES, World, keys};

#[test]
fn a_state_has_every_key_in_its_shape() {
    let state = World::with_rules().run("state bank.db account-1 --version 3 --json").json(0);
    let expected = [
        "stream",
        "version",
        "position",
        "time",
        "type",
        "projection",
        "state",
        "changes",
        "replayed",
        "from_checkpoint",
        "skipped",
        "broken_invariants",
        "error",
    ];
    assert_eq!(keys(&state), expected);
    assert_eq!(
        state,
        json!({
            "stream": "account-1", "version": 3, "position": 4, "time": "2025-03-04T10:04:00Z", "type": "Withdrawn",
            "projection": {"name": "bank-account", "kind": "rules"},
            "state": {"status": "open", "balance": serde_json::from_str::<Value>("29.90").unwrap(), "owner": "Ann"},
            "changes": [{"path": "balance", "from": 50, "to": serde_json::from_str::<Value>("29.90").unwrap()}],
            "replayed": 3, "from_checkpoint": false, "skipped": 0, "broken_invariants": [], "error": null,
        })
    );
}

#[track_caller]
fn balance(world: &World, moment: &str, status: i32, expected: &str, version: &Value) {
    let state = world.run(&format!("state bank.db account-1 --json {moment}")).json(status);
    assert_eq!(state["state"]["balance"].to_string(), expected, "{moment}");
    assert_eq!(&state["version"], version, "{moment}");
}

#[test]
fn every_way_to_name_a_moment() {
    let world = World::with_rules();
    for (moment, status, expected, version) in [
        ("", 0, "5.00", json!(6)),
        ("--version 2", 0, "50", json!(2)),
        ("--version v2", 0, "50", json!(2)),
        ("--version 0", 0, "0", json!(null)),
        ("--version -3", 0, "0", json!(null)),
        ("--position 4", 0, "29.90", json!(3)),
        ("--position '#4'", 0, "29.90", json!(3)),
        ("--position 6", 1, "-10.10", json!(4)),
        ("--position 0", 0, "0", json!(null)),
        ("--position 1000", 0, "5.00", json!(6)),
        ("--at '2025-03-04 10:04'", 0, "29.90", json!(3)),
        ("--at 2025-03-04T10:04:59.999Z", 0, "29.90", json!(3)),
        ("--at '2025-03-04 17:04' --tz Asia/Ho_Chi_Minh", 0, "29.90", json!(3)),
        ("--at 2025-03-04T12:04:00+02:00", 0, "29.90", json!(3)),
        ("--at 2025-03-04", 0, "0", json!(null)),
        ("--at 2026-01-01", 0, "5.00", json!(6)),
    ] {
        balance(&world, moment, status, expected, &version);
    }
}

#[test]
fn the_initial_state_has_no_event() {
    let state = World::with_rules().run("state bank.db account-1 --version 0 --json").json(0);
    for key in ["version", "position", "time", "type"] {
        assert!(state[key].is_null(), "{key}");
    }
    assert_eq!((&state["replayed"], &state["changes"]), (&json!(0), &json!([])));
    assert_eq!(state["state"], json!({"status": "none", "balance": 0}));
}

#[test]
fn a_broken_invariant_is_named_and_found() {
    let state = World::with_rules().run("state bank.db account-1 --version 4 --json").json(1);
    assert_eq!(state["broken_invariants"], json!([{"name": "Balance never below zero"}]));
    assert!(state["error"].is_null());
}

#[test]
fn an_unreadable_payload_stops_rules_unless_it_is_skipped() {
    let world = World::with_rules();
    let state = world.run("state bank.db account-2 --json").json(1);
    assert_eq!(state["state"], json!({"status": "open", "balance": 0, "owner": "Bob"}));
    assert_eq!(state["replayed"], 2);
    assert_eq!(state["skipped"], 0);
    let error = &state["error"];
    assert_eq!(keys(error), ["position", "version", "type", "time", "handler", "message"]);
    assert_eq!((&error["position"], &error["version"], &error["type"]), (&json!(6), &json!(5), &json!("Deposited")));
    assert_eq!(error["time"], "2025-03-04T10:06:00Z");
    let skipped = world.run("state bank.db account-2 --json --skip-unreadable").json(0);
    assert_eq!((&skipped["skipped"], &skipped["error"]), (&json!(1), &json!(null)));
    let automatic = world.run("state bank.db account-2 --json --projection auto").json(0);
    assert_eq!((&automatic["skipped"], &automatic["error"]), (&json!(1), &json!(null)));
}

#[test]
fn the_automatic_projection_merges_payloads() {
    let world = World::new();
    let state = world.run("state bank.db account-1 --version 2 --json").json(0);
    assert_eq!(state["projection"]["kind"], "automatic");
    assert_eq!(
        state["state"],
        json!({
            "owner": "Ann", "amount": 50,
            "$type": "Deposited", "$version": 2, "$updated": "2025-03-04T10:03:00Z",
        })
    );
    // Its own fields take no part in differences.
    assert_eq!(state["changes"], json!([{"path": "amount", "to": 50}]));
}

#[test]
fn blame_names_the_event_of_each_leaf() {
    let state = World::with_rules().run("state bank.db account-1 --version 3 --blame --json").json(0);
    let by = |position: i64, version: i64, event_type: &str| {
        json!({
            "position": position, "version": version, "type": event_type,
            "time": format!("2025-03-04T10:0{position}:00Z"), "user": format!("user-{position}"),
        })
    };
    assert_eq!(
        state["blame"],
        json!({"status": by(1, 1, "Opened"), "balance": by(4, 3, "Withdrawn"), "owner": by(1, 1, "Opened")})
    );
    let initial = World::with_rules().run("state bank.db account-1 --version 0 --blame --json").json(0);
    assert_eq!(initial["blame"], json!({"status": null, "balance": null}));
}

#[test]
fn paths_with_special_keys_are_quoted() {
    let world = World::empty();
    world.store("odd.db", vec![super::row(1, "a-1", 1, "T", r#"{"a.b":{"":1,"c d":[2,[]]},"e":{}}"#)]);
    let state = world.run("state odd.db a-1 --blame --json").json(0);
    let mut paths: Vec<&str> = keys(&state["blame"]).into_iter().filter(|path| !path.starts_with('$')).collect();
    paths.sort_unstable();
    assert_eq!(paths, [r#""a.b"."""#, r#""a.b"."c d".0"#, r#""a.b"."c d".1"#, "e"]);
}

#[test]
fn rules_are_found_beside_the_store() {
    let world = World::new();
    let kind = |line: &str| world.run(line).json(0)["projection"].clone();
    let of_order = "state bank.db order-1 --json";
    let of_account = "state bank.db account-1 --json";
    assert_eq!(kind(of_account)["kind"], "automatic");
    world.write("bank.projection.json", RULES.replace("bank-account", "short"));
    assert_eq!(kind(of_account)["name"], "short");
    world.write("bank.db.projection.json", RULES.replace("bank-account", "long"));
    assert_eq!(kind(of_account)["name"], "long");
    assert_eq!(kind(of_order)["kind"], "automatic");
    assert_eq!(kind("state bank.db account-1 --json --projection auto")["kind"], "automatic");
    world.write("named.json", RULES.replace("bank-account", "named"));
    world.write("orders.json", RULES.replace("bank-account", "orders").replace(r#""account""#, r#""order""#));
    let both = "--projection named.json --projection orders.json";
    assert_eq!(kind(&format!("{of_account} {both}"))["name"], "named");
    assert_eq!(kind(&format!("{of_order} {both}"))["name"], "orders");
    assert_eq!(kind(&format!("{of_account} --projection orders.json"))["kind"], "automatic");
    // What does not need states does not need its rules either.
    world.write("bank.db.projection.json", "{");
    assert_eq!(world.run("info bank.db").status, 0);
    world.run(of_account).refused(3);
}

#[test]
fn a_difference_names_what_set_each_leaf() {
    let world = World::with_rules();
    let diff = world.run("diff bank.db account-1 --from v2 --to '#9' --json").json(1);
    let moment = |position: i64, version: i64, event_type: &str| {
        json!({
            "position": position, "version": version,
            "time": format!("2025-03-04T10:0{position}:00Z"), "type": event_type,
        })
    };
    let closed = moment(9, 6, "Closed");
    assert_eq!(diff["stream"], "account-1");
    assert_eq!((&diff["from"], &diff["to"]), (&moment(3, 2, "Deposited"), &closed));
    let number = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(
        diff["changes"],
        json!([
            {"path": "balance", "from": 50, "to": number("5.00"), "set_by": moment(7, 5, "Deposited")},
            {"path": "owner", "from": "Ann", "set_by": closed},
            {"path": "status", "from": "open", "to": "closed", "set_by": closed},
        ])
    );
    let none = world.run("diff bank.db account-1 --from v2 --to '2025-03-04 10:03' --json").json(0);
    assert_eq!(none["changes"], json!([]));
    let back = world.run("diff bank.db account-1 --from v1 --to v0 --json").json(1);
    assert_eq!(
        back["changes"],
        json!([
            {"path": "owner", "from": "Ann", "set_by": null},
            {"path": "status", "from": "open", "to": "none", "set_by": null},
        ])
    );
    assert_eq!(back["to"], json!({"position": null, "version": null, "time": null, "type": null}));
}

#[test]
fn find_gives_every_interval() {
    let world = World::with_rules();
    let intervals = |line: &str| {
        let found = world.run(line).json(0);
        let version = |moment: &Value| if moment.is_null() { json!(null) } else { moment["version"].clone() };
        let each = found["matches"].as_array().unwrap().iter();
        each.map(|m| json!([m["stream"], version(&m["from"]), version(&m["to"])])).collect::<Vec<_>>()
    };
    let found = world.run("find bank.db --when 'state.balance < 0' --json").json(0);
    assert_eq!(found["condition"], "state.balance < 0");
    assert_eq!(
        found["scanned"],
        json!({"events": 8, "streams": 3, "unreadable": 0}),
        "the event where a projection stops is not seen"
    );
    assert_eq!(
        found["matches"],
        json!([{
            "stream": "account-1",
            "from": {"position": 5, "version": 4, "time": "2025-03-04T10:05:00Z", "type": "Withdrawn"},
            "to": {"position": 7, "version": 5, "time": "2025-03-04T10:07:00Z", "type": "Deposited"},
        }])
    );
    assert_eq!(found["stopped"][0]["stream"], "account-2");
    for (line, expected) in [
        // The initial state is no interval: balance 0 holds from the first event on. Nothing is known of account-2
        // from #6 on, where its projection stops: what held before is not said to hold still.
        ("find bank.db --when 'state.balance = 0' --json", json!([["account-1", 1, 2], ["account-2", 1, 5]])),
        (
            "find bank.db --when 'state.balance >= 5' --category account --json",
            json!([["account-1", 2, 4], ["account-1", 5, null]]),
        ),
        ("find bank.db --when 'state.status = open' --stream account-2 --json", json!([["account-2", 1, 5]])),
        (
            "find bank.db --when 'state.status = open' --stream account-2 --json --skip-unreadable",
            json!([["account-2", 1, null]]),
        ),
        ("find bank.db --when type:Withdrawn --json", json!([["account-1", 3, 5]])),
        ("find bank.db --when 'state.balance > 1000' --json", json!([])),
    ] {
        assert_eq!(json!(intervals(line)), expected, "{line}");
    }
}

#[test]
fn searches_say_which_payloads_they_could_not_look_into() {
    let world = World::new();
    let find = world.run("find bank.db --when 'state.amount = 1' --json").json(0);
    assert_eq!(find["scanned"], json!({"events": 9, "streams": 3, "unreadable": 1}));
    let passed_over = "1 payload that can't be read was passed over";
    assert!(world.run("find bank.db --when 'state.amount = 1'").out.contains(passed_over));
    for (line, told) in [
        ("events bank.db --query 'data.amount > 1'", true),
        ("events bank.db --query 'data.amount > 1' --format csv", true),
        ("events bank.db --query type:Deposited", false),
        ("events bank.db --query 'type:Opened data.owner = Ann'", false),
        ("events bank.db --stream account-1 --query 'data.amount > 1'", false),
        ("streams bank.db --query 'data.amount > 1'", true),
        ("streams bank.db --query type:Deposited", false),
        ("table bank.db --category account --where 'state.amount > 1'", true),
        ("table bank.db --category order --where 'state.amount > 1'", false),
        ("table bank.db --category account", false),
    ] {
        let ran = world.run(line);
        ran.done();
        assert_eq!(ran.err.contains(passed_over), told, "{line}: {}", ran.err);
    }
    // A word is also found in the bytes of what can't be read.
    let found = world.run("events bank.db --query 'NOT json'");
    assert_eq!(found.lines().len(), 8, "not is an operator");
    let found = world.run_args(&["events", "bank.db", "--query", "\"NOT json\""]);
    assert_eq!(found.lines()[0]["position"], 6);
    assert_eq!(found.err, "");
}

#[test]
fn a_stream_may_begin_with_a_hyphen() {
    let world = World::empty();
    world.store("odd.db", vec![super::row(1, "-a-1", 1, "Opened", "{}"), super::row(2, "--b", 1, "Opened", "{}")]);
    for stream in ["-a-1", "--b"] {
        assert_eq!(world.run(&format!("state odd.db {stream} --json")).json(0)["stream"], stream);
        assert_eq!(world.run(&format!("state odd.db --json {stream} --version 1")).json(0)["stream"], stream);
        assert_eq!(world.run(&format!("events odd.db --stream {stream}")).lines()[0]["stream"], stream);
        let found = world.run(&format!("find odd.db --when type:Opened --stream {stream} --json")).json(0);
        assert_eq!(found["matches"][0]["stream"], stream);
        assert_eq!(world.run(&format!("diff odd.db {stream} --from v1 --to v1")).status, 0);
        world.run(&format!("copy odd.db copy{stream}.db --stream {stream}")).done();
    }
}

#[test]
fn a_table_has_a_row_for_each_entity_as_of_a_moment() {
    let world = World::with_rules();
    let table = world.run("table bank.db --category account --position 4 --json").json(0);
    let number = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(
        table,
        json!({
            "category": "account",
            "at": {"position": 4, "time": "2025-03-04T10:04:00Z"},
            "columns": ["status", "balance", "owner"],
            "rows": [
                {"stream": "account-1", "version": 3, "state": {"status": "open", "balance": number("29.90"), "owner": "Ann"}},
                {"stream": "account-2", "version": 1, "state": {"status": "open", "balance": 0, "owner": "Bob"}},
            ],
        })
    );
    let rows = |line: &str| {
        let table = world.run(line).json(0);
        table["rows"].as_array().unwrap().iter().map(|row| row["stream"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(rows("table bank.db --category account --at '2025-03-04 10:01' --json"), ["account-1"]);
    assert_eq!(rows("table bank.db --category account --at 2025-03-04 --json"), [""; 0]);
    assert_eq!(
        rows("table bank.db --category account --position 4 --where 'state.balance = 0' --format json"),
        ["account-2"]
    );
    let csv = world.run("table bank.db --category account --position 4 --format csv");
    assert_eq!(csv.out, "stream,version,status,balance,owner\naccount-1,3,open,29.90,Ann\naccount-2,1,open,0,Bob\n");
}

#[test]
fn whole_store_answers_are_those_of_each_stream() {
    let world = World::empty();
    world.run("sample orders orders.db --events 600").done();
    let table = world.run("table orders.db --category order --at 2025-04-20 --json").json(0);
    let rows = table["rows"].as_array().unwrap();
    assert!(rows.len() > 10, "{}", rows.len());
    for row in rows {
        let stream = row["stream"].as_str().unwrap();
        let state = world.run(&format!("state orders.db {stream} --at 2025-04-20 --json"));
        let state: Value = serde_json::from_str(&state.out).unwrap();
        assert_eq!((&row["state"], &row["version"]), (&state["state"], &state["version"]), "{stream}");
    }
}
