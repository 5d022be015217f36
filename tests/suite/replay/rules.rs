//! What a projection of rules does besides single operations.

use foldline::model::json::to_text;
use foldline::model::{Cancel, Path, Selection, Timestamp};
use foldline::replay::{OnUnreadable, ReplayOptions, Replayer, leaves, projection_file};

use super::given::{end, event, history, outcome, projection, rules, unreadable, value};

const BANK: &str = r#"{
  "projection": "bank-account", "title": "Bank account", "category": "account",
  "init": { "status": "none", "balance": 0, "transactions": [] },
  "when": {
    "AccountOpened": [ { "set": "status", "value": "open" }, { "set": "owner", "from": "data.owner" } ],
    "FundsDeposited": [
      { "add": "balance", "from": "data.amount" },
      { "append": "transactions", "value": { "kind": "deposit", "amount": { "from": "data.amount" }, "at": { "from": "time" } } }
    ],
    "FundsWithdrawn": [ { "subtract": "balance", "from": "data.amount" } ],
    "AccountClosed": [ { "set": "status", "value": "closed" } ]
  },
  "upcast": { "AddressChanged": [ { "from": 1, "to": 2, "rename": { "addr": "address" }, "default": { "country": "VN" } } ] },
  "labels": { "FundsDeposited": "{data.amount} deposited by {metadata.user}" },
  "key_fields": ["status", "balance"],
  "invariants": [ { "name": "Balance never below zero", "holds": "state.balance >= 0" } ],
  "valid_time": "data.effectiveDate"
}"#;

#[test]
fn the_example_of_the_design() {
    let fold = projection(BANK);
    let history = history(
        r#"AccountOpened {"owner":"Ada"}
           FundsDeposited {"amount":50.0}
           Ignored {"x":1}
           FundsWithdrawn {"amount":20}
           FundsWithdrawn {"amount":40.5}
           AccountClosed"#,
    );
    let frame = end(&fold, &history);
    assert_eq!(
        to_text(&frame.state.value),
        r#"{"status":"closed","balance":-10.5,"transactions":[{"kind":"deposit","amount":50.0,"at":"2026-01-01T00:02:00Z"}],"owner":"Ada"}"#
    );
    assert_eq!((frame.replayed, frame.skipped, frame.broken.as_slice()), (6, 0, [0].as_slice()));
    let info = fold.info();
    assert_eq!(
        (&*info.name, &*info.title, info.category.as_deref()),
        ("bank-account", "Bank account", Some("account"))
    );
    assert_eq!(info.key_fields, [Path::parse("status").unwrap(), Path::parse("balance").unwrap()]);
    assert_eq!(&*info.invariants[0], "Balance never below zero");
    let blame: Vec<(String, Option<usize>)> =
        leaves(&frame.state).into_iter().map(|(path, origin)| (path.to_string(), origin.place())).collect();
    let expected = [
        ("status", 5),
        ("balance", 4),
        ("transactions.0.kind", 1),
        ("transactions.0.amount", 1),
        ("transactions.0.at", 1),
        ("owner", 0),
    ];
    assert_eq!(blame, expected.map(|(path, place)| (path.to_owned(), Some(place))));
    assert_eq!(fold.label(&history.0[1]).as_deref(), Some("50.0 deposited by ada"));
    assert_eq!(fold.label(&history.0[0]), None);
}

#[test]
fn handlers_by_full_name_short_name_and_star() {
    let fold = rules(
        r#"{"seen":[]}"#,
        r#"{"b:Deposited":[{"append":"seen","value":"full"}],"Deposited":[{"append":"seen","value":"short"}],"*":[{"append":"seen","value":"star"}],"Nothing":[]}"#,
    );
    let history = history("b:Deposited\na:Deposited\nOther\nNothing\nDeposited");
    assert_eq!(outcome(&end(&fold, &history)), r#"{"seen":["full","short","star","short"]}"#);
    assert_eq!(fold.handler_for("x.y.Deposited").as_deref(), Some("Deposited"));
    assert_eq!(fold.handler_for("Other").as_deref(), Some("*"));
    let strict = rules("{}", r#"{"A":[]}"#);
    assert_eq!(strict.handler_for("B"), None);
}

#[test]
fn types_that_share_a_short_name_are_told_of() {
    let set = projection_file::parse(r#"{"projection":"p","when":{"Added":[],"x.Gone":[]}}"#, "f").unwrap();
    let types = ["a.Added", "b.Added", "x.Gone", "c.Other"];
    assert_eq!(set.notices(&types), ["p: the handler Added runs for a.Added and b.Added"]);
    assert_eq!(set.notices(&["a.Added"]), [""; 0]);
    assert_eq!(set.notices(&["a.Added", "Added"]), [""; 0]);
}

#[test]
fn one_projection_a_category() {
    let text = r#"{"projections":[
        {"projection":"rest","when":{}},
        {"projection":"acc","category":"acc*","when":{}},
        {"projection":"account","category":"account","when":{}}]}"#;
    let set = projection_file::parse(text, "f").unwrap();
    let name = |category: &str| set.for_category(category).map(|fold| fold.info().name.to_string()).unwrap();
    assert_eq!((name("account"), name("order")), ("account".to_owned(), "rest".to_owned()));
    // A glob that names categories comes before one that takes all.
    assert_eq!(name("accrual"), "acc");
    let only = projection_file::parse(r#"{"category":"a?","when":{}}"#, "dir/bank.projection.json").unwrap();
    assert!(only.for_category("b").is_none());
    assert_eq!(&*only.for_category("ab").unwrap().info().name, "bank");
}

#[test]
fn old_schemas_are_turned_into_new_ones() {
    let fold = projection(
        r#"{"projection":"p","when":{"Moved":[{"merge":"","from":"data"}]},
        "upcast":{"Moved":[
            {"from":2,"to":3,"rename":{"address":"place.street"},"default":{"place.floor":0}},
            {"from":1,"to":2,"rename":{"addr":"address"},"default":{"country":"VN"}}]},
        "labels":{"Moved":"to {data.place.street}, {data.country}"}}"#,
    );
    let run = |schema: Option<&str>, data: &str| {
        let mut event = event(1, "Moved", data);
        event.schema_version = schema.map(value);
        let mut state = fold.initial();
        fold.apply(&mut state, &event, 0).unwrap();
        (to_text(&state.value), fold.label(&event).unwrap())
    };
    let newest = r#"{"country":"VN","place":{"street":"Main 1","floor":0}}"#;
    assert_eq!(run(None, r#"{"addr":"Main 1"}"#), (newest.to_owned(), "to Main 1, VN".to_owned()));
    assert_eq!(run(Some("1"), r#"{"addr":"Main 1"}"#).0, newest);
    assert_eq!(
        run(Some("\"2\""), r#"{"country":"DE","address":"X"}"#).0,
        r#"{"country":"DE","place":{"street":"X","floor":0}}"#
    );
    assert_eq!(run(Some("3"), r#"{"addr":"stays"}"#).0, r#"{"addr":"stays"}"#);
    assert_eq!(run(None, r#"{"country":null,"addr":1}"#).0, r#"{"country":null,"place":{"street":1,"floor":0}}"#);
}

#[test]
fn labels_without_what_they_name() {
    let fold = projection(
        r#"{"projection":"p","when":{},"labels":{"E":"{{{data.a}}} by {metadata.nobody}: {data.list}, v{version} of {stream.id}"}}"#,
    );
    let label = |data: &str| fold.label(&event(3, "E", data)).unwrap();
    assert_eq!(label(r#"{"a":"x","list":[1,"y"]}"#), r#"{x} by ?: [1,"y"], v3 of 42"#);
    assert_eq!(label(r#"{"a":null}"#), "{?} by ?: ?, v3 of 42");
    assert_eq!(fold.label(&unreadable(3, "E")).unwrap(), "{?} by ?: ?, v3 of 42");
    assert!(label(&format!(r#"{{"list":["{}"]}}"#, "ä".repeat(500))).contains("ää…, v3"));
}

#[test]
fn valid_time_from_the_payload_the_column_or_nowhere() {
    let fold = projection(BANK);
    let mut deposit = event(1, "FundsDeposited", r#"{"amount":1,"effectiveDate":"2025-12-24"}"#);
    assert_eq!(fold.valid_time(&deposit), Timestamp::parse_iso("2025-12-24"));
    deposit.valid_time = Timestamp::from_micros(0);
    assert_eq!(fold.valid_time(&deposit), Timestamp::parse_iso("2025-12-24"));
    deposit.data = event(1, "", "{}").data;
    assert_eq!(fold.valid_time(&deposit), Timestamp::from_micros(0));
    let fold =
        projection(r#"{"projection":"p","when":{"E":[{"set":"at","from":"valid_time"}]},"valid_time":"data.d"}"#);
    assert_eq!(
        outcome(&end(&fold, &history(r#"E {"d":"2025-12-24 10:00:00+01:00"}"#))),
        r#"{"at":"2025-12-24T09:00:00Z"}"#
    );
}

#[test]
fn invariants_hold_or_not_before_any_event() {
    let fold = projection(
        r#"{"projection":"p","init":{"n":0},"when":{"E":[{"set":"n","from":"data.n"}]},
        "invariants":[{"name":"a","holds":"state.n > 0"},{"name":"b","holds":"type = E or state.n = 0"}]}"#,
    );
    assert_eq!(fold.broken_invariants(&fold.initial(), None), [0]);
    let frame = end(&fold, &history(r#"E {"n":5}"#));
    assert_eq!(frame.broken, [0usize; 0]);
}

#[test]
fn an_unreadable_payload_stops_only_those_who_need_it() {
    let fold = rules(
        r#"{"n":0,"closed":false}"#,
        r#"{"Added":[{"set":"touched","value":true},{"add":"n","from":"data.n"}],"Closed":[{"set":"closed","from":"type"}],"Maybe":[{"set":"m","value":1,"if":"data.x = 1"}]}"#,
    );
    let history = history(
        r#"Added {"n":1}
           Closed !
           Ignored !
           Added !
           Added {"n":5
           Added {"n":2}
           Maybe !"#,
    );
    let frame = end(&fold, &history);
    let error = frame.error.clone().unwrap();
    assert_eq!((error.place, error.version, error.position), (3, Some(4), Some(40)));
    assert_eq!(error.to_string(), "Added: the payload can't be read: unknown encoding 7");
    assert_eq!(to_text(&frame.state.value), r#"{"n":1,"closed":"Closed","touched":true}"#);
    let options = ReplayOptions { on_unreadable: OnUnreadable::Skip, ..ReplayOptions::default() };
    let mut replayer = Replayer::new(fold, history, options);
    let frame = replayer.frame(&Selection::Prefix(7), &Cancel::default()).unwrap();
    assert_eq!((frame.error, frame.skipped, frame.replayed), (None, 3, 7));
    assert_eq!(to_text(&frame.state.value), r#"{"n":3,"closed":"Closed","touched":true}"#);
}

#[test]
fn after_an_error_the_last_good_state_stays() {
    let fold = rules(r#"{"n":0}"#, r#"{"Added":[{"add":"n","from":"data.n"}]}"#);
    let history = history("Added {\"n\":1}\nAdded {\"n\":\"x\"}\nAdded {\"n\":2}");
    let mut replayer = Replayer::new(fold, history, ReplayOptions::default());
    let at = |replayer: &mut Replayer, len: usize| {
        let frame = replayer.frame(&Selection::Prefix(len), &Cancel::default()).unwrap();
        (to_text(&frame.state.value), to_text(&frame.before.value), frame.error.map(|error| error.place))
    };
    let (zero, one) = (r#"{"n":0}"#.to_owned(), r#"{"n":1}"#.to_owned());
    assert_eq!(at(&mut replayer, 3), (one.clone(), one.clone(), Some(1)));
    assert_eq!(at(&mut replayer, 2), (one.clone(), one.clone(), Some(1)));
    assert_eq!(at(&mut replayer, 1), (one, zero.clone(), None));
    assert_eq!(at(&mut replayer, 0), (zero.clone(), zero, None));
    let error = replayer.frame(&Selection::Prefix(2), &Cancel::default()).unwrap().error.unwrap();
    assert_eq!(
        serde_json::to_string(&error).unwrap(),
        r#"{"position":20,"version":2,"type":"Added","time":"2026-01-01T00:02:00Z","handler":"Added[0] add n","message":"data.n is the text \"x\", not a number"}"#
    );
}

#[test]
fn whether_versions_are_read() {
    assert!(!rules("{}", r#"{"E":[{"set":"a","from":"data.version"}]}"#).reads_versions());
    assert!(rules("{}", r#"{"E":[{"set":"a","value":[{"from":"version"}]}]}"#).reads_versions());
    assert!(rules("{}", r#"{"E":[{"set":"a.{version}","value":1}]}"#).reads_versions());
    assert!(rules("{}", r#"{"E":[{"set":"a","value":1,"if":"version > 3"}]}"#).reads_versions());
}
