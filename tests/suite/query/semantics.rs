//! What queries mean, sentence by sentence.

use foldline::model::{Event, EventKind, Payload, Value};
use foldline::query::{Context, Needs, Scope, Subject, fields, parse};

use super::{holds, index, query, value, withdrawal};

#[track_caller]
fn check_on(event: &Event, state: Option<&Value>, cases: &[(&str, bool)]) {
    for (text, expected) in cases {
        assert_eq!(holds(&query(text), event, state), *expected, "{text}");
    }
}

#[track_caller]
fn check(cases: &[(&str, bool)]) {
    let state = value(r#"{"balance": -0.30, "status": "frozen", "owners": ["Ada", "Bob"], "open": false}"#);
    check_on(&withdrawal(), Some(&state), cases);
}

#[test]
fn the_examples_of_the_design() {
    check(&[
        ("type:FundsWithdrawn data.amount > 100 user:alice", true),
        (r#"stream:account-4* and not type:*Opened after:2024-06-01 before:"2024-06-02 14:00""#, true),
        (r#"state.balance < 0 or state.status = "frozen""#, true),
        ("state.balance >= 0", false),
    ]);
}

#[test]
fn words_are_found_in_payload_and_metadata() {
    check(&[
        ("pants", true),
        ("PANTS", true),
        ("ant", true),
        ("đặng", true),
        ("zoË", true),
        (r#""zoë \"z\" đặng""#, true),
        (r#""\"currency\":\"eur\"""#, true),
        ("currency", true),
        ("rent", true),
        (r#""rent for june""#, true),
        ("rent june pants", true),
        ("rent may", false),
        ("120.50", true),
        ("120.5", true),
        ("account-42", false),
        ("alice", false),
        ("frozen", false),
        (r#""and""#, false),
        ("p*nts", false),
    ]);
}

#[test]
fn globs_fit_the_whole_value() {
    check(&[
        ("user:alice", true),
        ("user:ALICE", true),
        ("user:ali", false),
        ("user:ali*", true),
        ("user:al?ce", true),
        (r#"user:"ali*""#, true),
        ("user: alice", true),
        ("stream:account-4*", true),
        ("stream:audit-*", true),
        ("stream:account", false),
        ("category:account", true),
        ("category:audit", true),
        ("category:acc", false),
        ("version:7", true),
        ("position:12*", true),
        ("archived:false", true),
        ("kind:event", true),
        ("kind:Event", true),
        ("id:7D0C*", true),
        ("correlation:order-7", true),
        ("correlation_id:order-?", true),
        ("causation:*", false),
        ("data.amount:120.50", true),
        ("data.amount:120.5", false),
        ("data.ok:TRUE", true),
        ("data.note:*", false),
        ("data.note:null", false),
        ("data.empty:*", true),
        (r#"data.empty:"""#, true),
        ("data.owner:*zoë*", true),
        (r#"data.currency:"eur""#, true),
        ("time:2024-06-02*", true),
        ("schema_version:2", true),
        ("metadata.reason:rent*", true),
        ("metadata.$correlation:c-1", true),
        ("data.items.0.sku:pants", true),
    ]);
}

#[test]
fn types_by_their_full_or_short_name() {
    check(&[
        ("type:FundsWithdrawn", true),
        ("type:fundswithdrawn", true),
        ("type:*Withdrawn", true),
        ("type:bank.domain:Account.FundsWithdrawn", true),
        ("type:bank.*", true),
        ("type:Account", false),
        ("type = FundsWithdrawn", true),
        ("type = bank.domain:Account.FundsWithdrawn", true),
        ("type = fundswithdrawn", false),
        ("type != FundsWithdrawn", false),
        ("type != bank.domain:Account.FundsWithdrawn", false),
        ("type != Opened", true),
        ("type ~ ^Funds", true),
        ("type ~ ^bank", true),
        ("type ~ ^Account", false),
    ]);
}

#[test]
fn comparisons_are_between_json_values() {
    check(&[
        ("data.amount = 120.5", true),
        ("data.amount = 1205e-1", true),
        (r#"data.amount = "120.50""#, false),
        (r#"data.amount != "120.50""#, true),
        ("data.text = 120.50", false),
        (r#"data.text = "120.50""#, true),
        ("data.amount>100", true),
        ("data.amount >= 120.50", true),
        ("data.amount > 120.50", false),
        ("data.amount<=120.49", false),
        ("data.amount != 120.50", false),
        ("data.text > 100", false),
        ("data.text < 100", false),
        (r#"data.text > "12""#, true),
        (r#"data.text < "13""#, true),
        ("data.currency = EUR", true),
        ("data.currency = eur", false),
        ("data.currency != eur", true),
        ("data.currency < F", true),
        ("data.ok = true", true),
        ("data.ok = True", false),
        (r#"data.ok = "true""#, false),
        ("data.ok > false", false),
        ("data.note = null", true),
        (r#"data.note != "null""#, true),
        ("data.note < 1", false),
        ("data.currency = *", false),
        ("metadata.attempt = 2.0", true),
        ("version = 7", true),
        ("version != 7", false),
        (r#"version = "7""#, false),
        ("position > 1283 position < 1285", true),
        ("archived = false", true),
        ("kind = event", true),
        ("schema_version >= 2", true),
        ("user = Alice", true),
        ("user = alice", false),
        ("user < Bob", true),
        ("user != 5", true),
        ("stream = account-42", true),
    ]);
}

#[test]
fn what_is_missing_makes_every_comparison_false() {
    for operator in ["=", "!=", "<", "<=", ">", ">=", "~", ":"] {
        for operand in ["1", "x", "\"\"", "null"] {
            for path in
                ["data.nowhere", "data.amount.x", "data.tags.9", "metadata.nowhere", "state.nowhere", "causation"]
            {
                if operator != "~" || operand != "\"\"" {
                    check(&[(&format!("{path} {operator} {operand}"), false)]);
                }
            }
        }
        // `not` turns the answer, not the comparison.
        check(&[(&format!("not data.nowhere {operator} 1"), true)]);
    }
    let empty =
        Event { metadata: Value::Null, user: None, time: None, valid_time: None, position: None, ..withdrawal() };
    check_on(
        &empty,
        None,
        &[
            ("state.balance != 1", false),
            ("has:state", false),
            ("state = null", false),
            ("metadata = null", false),
            ("metadata != 1", false),
            ("null", true), // the payload has one
            ("time != 2024-01-01", false),
            ("after:0001-01-01", false),
            ("before:9999-12-31", false),
            ("position != 1", false),
        ],
    );
}

#[test]
fn a_list_matches_if_an_item_does() {
    check(&[
        ("data.tags = fraud", true),
        ("data.tags:urgent", true),
        ("data.tags = urgent", false),
        ("data.tags ~ ^fra", true),
        ("data.tags > 6", true),
        ("data.tags > 7", false),
        ("data.tags != fraud", true),
        ("data.none != fraud", false),
        ("data.none = null", false),
        ("data.tags.1 = fraud", true),
        ("data.tags.01 = fraud", false),
        ("data.nested = 1", false),
        ("data.nested:[1,2]", true),
        (r#"data.items = {"qty": 5.0, "sku": "pants"}"#, true),
        (r#"data.items = {"sku": "pants"}"#, false),
        ("data.items.0.qty = 5", true),
        ("data.items.qty = 5", false),
        ("state.owners = Bob", true),
        ("data.none = []", true),
        ("data.none != []", false),
        ("data.tags != []", true),
        (r#"data.tags = ["Urgent", "fraud", 7.0]"#, true),
        (r#"data.tags = ["fraud"]"#, false),
        ("stream != account-42", true),
        ("stream = nowhere", false),
    ]);
}

#[test]
fn regular_expressions_are_unanchored_and_mind_case() {
    check(&[
        ("data.currency ~ U", true),
        ("data.currency ~ u", false),
        (r#"data.currency ~ "(?i)u""#, true),
        (r#"data.currency ~ "^(EUR|USD)$""#, true),
        (r"data.amount ~ ^\d+\.50$", true),
        (r#"data.amount ~ "^\\d+\\.50$""#, true),
        ("data.ok ~ ^true$", true),
        ("data.note ~ n", false),
        ("metadata.reason ~ for", true),
        ("time ~ T12:", true),
        ("version ~ ^7$", true),
    ]);
}

#[test]
fn presence() {
    check(&[
        ("has:data.amount", true),
        ("has:data.note", true),
        ("has:data.none", true),
        ("has:data.nowhere", false),
        ("has:data", true),
        ("has:metadata", true),
        ("has:metadata.reason", true),
        ("has:state", true),
        ("has:state.balance", true),
        ("has:state.x", false),
        ("has:user", true),
        ("has:causation_id", false),
        ("has:valid_time", true),
        ("has:type has:archived", true),
        ("not has:data.nowhere", true),
    ]);
}

#[test]
fn times_are_instants() {
    check(&[
        ("after:2024-06-02T12:00:00Z", true),
        ("before:2024-06-02T12:00:00Z", false),
        (r#"before:"2024-06-02 12:00:00.001""#, true),
        ("after:2024-06-02T14:00+02:00", true),
        (r#"after:"yesterday 12:00""#, true),
        (r#"after:"yesterday 12:01""#, false),
        ("before:today", true),
        ("time = 2024-06-02T12:00Z", true),
        (r#"time = "2024-06-02 14:00+02:00""#, true),
        ("time != 2024-06-02T12:00Z", false),
        ("time > 2024-06-02 time < 2024-06-03", true),
        ("valid_time < 2024-06-01", true),
    ]);
    let zone = Context { zone: chrono_tz::Europe::Berlin, today: None };
    for (text, expected) in [
        ("after:\"2024-06-02 14:00\"", true),
        ("after:\"2024-06-02 14:01\"", false),
        ("valid_time < 2024-06-01", false),
        ("valid_time >= \"2024-06-01 00:30\"", true),
    ] {
        let query = parse(text, Scope::Event, &zone).unwrap();
        assert_eq!(query.matches(&Subject { event: &withdrawal(), state: None }), expected, "{text}");
    }
}

#[test]
fn paths() {
    check(&[
        (r#"data."a.b"."" = odd"#, true),
        (r#"data."a.b"."x=y" = 1"#, true),
        (r#"data."a.b"."x=y"=1"#, true),
        (r#"has:data."a.b""#, true),
        (r#"has:data."a b""#, false),
        (r#"data."owner".name ~ Z"#, true),
        ("data.owner.name:z*", true),
        ("metadata.$correlation = c-1", true),
    ]);
    let scalar = Event { data: Payload::Value(Value::from(5)), ..withdrawal() };
    check_on(
        &scalar,
        None,
        &[("data = 5", true), ("data > 4", true), ("data:5", true), ("data.x = 5", false), ("has:data", true)],
    );
}

#[test]
fn precedence_and_keywords() {
    check(&[
        ("version = 7 or version = 0 and version = 0", true),
        ("(version = 7 or version = 0) and version = 0", false),
        ("version = 7 or version = 0 version = 0", true),
        ("not version = 0 and version = 0", false),
        ("not (version = 0 and version = 0)", true),
        ("not version = 7 or version = 7", true),
        ("not not version = 7", true),
        ("not not not version = 7", false),
        ("version=7 AND NOT version=0 OR version=0", true),
        ("NOT(version=0)and(version=7)", true),
        ("( ( version = 7 ) )", true),
        ("\tversion\n=\n7\u{a0}user:alice ", true),
        (r#"not "and""#, true),
        ("pants or android", true),
        ("nothing And pants", false),
    ]);
}

#[test]
fn unreadable_payloads() {
    for raw in ["{\"amount\": 5", "", "\u{feff}", "{\"amount\": 5} trailing"] {
        let event = Event { data: Payload::Text(raw.as_bytes().into()), ..withdrawal() };
        for (text, expected) in [
            ("data.amount = 5", false),
            ("data.amount != 7", false),
            ("has:data.amount", false),
            ("has:data", false),
            ("data:*", false),
            ("amount", raw.contains("amount")),
            ("\"amount\\\": 5\"", raw.contains("amount")),
            ("nowhere", false),
            ("rent", true),
            ("type:FundsWithdrawn", true),
        ] {
            assert_eq!(query(text).matches(&Subject { event: &event, state: None }), expected, "{text} on {raw:?}");
        }
    }
}

#[test]
fn categories_are_the_layouts_where_there_is_an_index() {
    let events = [withdrawal(), Event { stream: None, other_streams: vec![], position: Some(1285), ..withdrawal() }];
    let log = index(&events);
    for (text, by_name, by_layout) in [
        ("category:account", true, false),
        ("category:layout-account", false, true),
        ("category = Layout-audit", false, true),
    ] {
        let query = query(text);
        let subject = Subject { event: &events[0], state: None };
        assert_eq!(query.matches(&subject), by_name, "{text}");
        assert_eq!(query.matches_in(&log, &subject), by_layout, "{text}");
        assert_eq!(query.matches_indexed(&log, 0), Some(by_layout), "{text}");
        assert_eq!(query.matches_indexed(&log, 1), Some(false), "{text}");
    }
}

#[test]
fn the_index_decides_what_it_can() {
    let events = [withdrawal(), Event { time: None, kind: EventKind::System, position: Some(1285), ..withdrawal() }];
    let log = index(&events);
    for (text, first, second) in [
        ("type:FundsWithdrawn", Some(true), Some(true)),
        ("type:Opened pants", Some(false), Some(false)),
        ("type:FundsWithdrawn pants", None, None),
        ("kind:event or pants", Some(true), None),
        ("not pants", None, None),
        ("version = 7 position = 1284 stream:audit* archived = false", Some(true), Some(false)),
        ("after:2024-06-01", Some(true), None),
        ("has:version", Some(true), Some(true)),
        ("user:alice", None, None),
        ("state.balance < 0 kind:event", None, Some(false)),
    ] {
        let query = query(text);
        assert_eq!(query.matches_indexed(&log, 0), first, "{text}");
        assert_eq!(query.matches_indexed(&log, 1), second, "{text}");
    }
}

#[test]
fn what_a_query_needs() {
    let nothing = Needs::default();
    for (text, needs) in [
        ("type:x stream:y category:z version=1 position=1 after:2024-01-01 kind:event archived:true", nothing),
        ("data.x = 1", Needs { data: true, ..nothing }),
        ("metadata.x = 1", Needs { details: true, ..nothing }),
        ("word", Needs { data: true, details: true, ..nothing }),
        ("not (type:x or state.y = 1)", Needs { state: true, ..nothing }),
        ("user:x", Needs { details: true, ..nothing }),
        ("has:valid_time", Needs { details: true, ..nothing }),
    ] {
        let query = query(text);
        assert_eq!(query.needs(), needs, "{text}");
        assert_eq!((query.uses_payload(), query.uses_state()), (needs.data || needs.details, needs.state), "{text}");
    }
}

#[test]
fn every_listed_field_can_be_tested_for() {
    for field in fields() {
        let can_be_present = !["after", "before", "has"].contains(&field.name);
        for name in std::iter::once(&field.name).chain(field.aliases) {
            let parsed = parse(&format!("has:{name}"), Scope::EventAndState, &Context::default());
            assert_eq!(parsed.is_ok(), can_be_present, "{name}");
        }
    }
}

#[test]
fn a_query_is_shown_as_written_and_crosses_threads() {
    fn crosses_threads<T: Clone + Send + Sync + 'static>(_: &T) {}
    let query = query(" type:x  OR  (y) ");
    crosses_threads(&query);
    assert_eq!(query.to_string(), " type:x  OR  (y) ");
    assert_eq!(format!("{query:?}"), "Query(\" type:x  OR  (y) \")");
}
