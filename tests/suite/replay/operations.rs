//! Every operation, with every way in which source or target can be missing or wrong.

use foldline::replay::State;

use super::given::{event, outcome, rules};

/// Runs one operation on a state for an event with this payload.
#[track_caller]
fn check(operation: &str, state: &str, data: &str, expected: &str) {
    let fold = rules(state, &format!(r#"{{"E":[{operation}]}}"#));
    let history = std::sync::Arc::new(std::iter::once(event(1, "E", data)).collect());
    assert_eq!(outcome(&super::given::end(&fold, &history)), expected, "{operation} on {state} by {data}");
}

#[test]
fn set() {
    check(r#"{"set":"a","value":1}"#, "{}", "{}", r#"{"a":1}"#);
    check(r#"{"set":"a","from":"data.x"}"#, r#"{"a":1,"b":2}"#, r#"{"x":null}"#, r#"{"a":null,"b":2}"#);
    check(r#"{"set":"a.b.c","from":"data.x"}"#, "{}", r#"{"x":[1]}"#, r#"{"a":{"b":{"c":[1]}}}"#);
    check(
        r#"{"set":"a.b","value":1}"#,
        r#"{"a":5}"#,
        "{}",
        "E[0] set a.b: a is the number 5, and a path can't go through it",
    );
    check(
        r#"{"set":"a.b","value":1}"#,
        r#"{"a":null}"#,
        "{}",
        "E[0] set a.b: a is null, and a path can't go through it",
    );
    check(r#"{"set":"l.1","value":9}"#, r#"{"l":[1,2]}"#, "{}", r#"{"l":[1,9]}"#);
    check(r#"{"set":"l.1.q","value":9}"#, r#"{"l":[1,{"q":2,"r":3}]}"#, "{}", r#"{"l":[1,{"q":9,"r":3}]}"#);
    check(
        r#"{"set":"l.2","value":9}"#,
        r#"{"l":[1,2]}"#,
        "{}",
        r#"E[0] set l.2: l is a list of 2 items, and "2" is none of their indices"#,
    );
    check(
        r#"{"set":"l.x","value":9}"#,
        r#"{"l":[1]}"#,
        "{}",
        r#"E[0] set l.x: l is a list of 1 item, and "x" is none of their indices"#,
    );
    check(r#"{"set":"\"a.b\"","value":1}"#, "{}", "{}", r#"{"a.b":1}"#);
    check(r#"{"set":"a","from":"data"}"#, "{}", r#"{"x":{"y":1.50}}"#, r#"{"a":{"x":{"y":1.50}}}"#);
    check(r#"{"set":"a","from":"data.x.1"}"#, "{}", r#"{"x":[1,2e3]}"#, r#"{"a":2e3}"#);
}

#[test]
fn a_missing_source() {
    for (modifier, expected) in [
        ("", r#"{"a":1}"#),
        (r#","missing":"skip""#, r#"{"a":1}"#),
        (r#","missing":"error""#, "E[0] set a: data.x is missing"),
        (r#","default":7"#, r#"{"a":7}"#),
        (r#","default":null"#, r#"{"a":null}"#),
        (r#","default":7,"missing":"error""#, r#"{"a":7}"#),
    ] {
        check(&format!(r#"{{"set":"a","from":"data.x"{modifier}}}"#), r#"{"a":1}"#, "{}", expected);
    }
    for word in ["add", "subtract", "min", "max"] {
        let with = |modifier: &str| format!(r#"{{"{word}":"a","from":"data.x"{modifier}}}"#);
        check(&with(""), r#"{"a":1}"#, "{}", &format!("E[0] {word} a: data.x is missing"));
        check(&with(r#","missing":"error""#), r#"{"a":1}"#, "{}", &format!("E[0] {word} a: data.x is missing"));
        check(&with(r#","missing":"skip""#), r#"{"a":1}"#, "{}", r#"{"a":1}"#);
        check(
            &with(r#","default":1"#),
            r#"{"a":1}"#,
            "{}",
            match word {
                "add" => r#"{"a":2}"#,
                "subtract" => r#"{"a":0}"#,
                _ => r#"{"a":1}"#,
            },
        );
    }
    for operation in [r#""append":"l""#, r#""upsert":"l","key":"k""#, r#""remove":"l""#, r#""merge":"o""#] {
        let with = |modifier: &str| format!(r#"{{{operation},"from":"data.x"{modifier}}}"#);
        let state = r#"{"l":[1],"o":{}}"#;
        check(&with(""), state, "{}", state);
        check(&with(r#","missing":"skip""#), state, "{}", state);
        let word = operation[1..].split('"').next().unwrap();
        let target = if word == "merge" { "o" } else { "l" };
        let error = format!("E[0] {word} {target}: data.x is missing");
        check(&with(r#","missing":"error""#), state, "{}", &error);
    }
    // A missing part of a target is a missing source that no default can stand for.
    check(r#"{"set":"a.{data.k}","value":1}"#, "{}", "{}", "{}");
    check(r#"{"set":"a.{data.k}","value":1,"default":"z"}"#, "{}", "{}", "{}");
    check(r#"{"add":"a.{data.k}","value":1}"#, "{}", "{}", "E[0] add a.{data.k}: data.k is missing");
    check(r#"{"add":"a.{data.k}","value":1,"missing":"skip"}"#, "{}", "{}", "{}");
    // In a literal the default stands where the source does; without one the whole operation is skipped.
    check(r#"{"append":"l","value":{"by":{"from":"data.u"},"n":1}}"#, "{}", "{}", "{}");
    check(
        r#"{"append":"l","value":{"by":{"from":"data.u"},"n":1},"default":"?"}"#,
        "{}",
        "{}",
        r#"{"l":[{"by":"?","n":1}]}"#,
    );
}

#[test]
fn sources() {
    for (source, expected) in [
        ("type", r#""E""#),
        ("time", r#""2026-01-01T00:01:00Z""#),
        ("version", "1"),
        ("position", "10"),
        ("stream", r#""account-42""#),
        ("stream.id", r#""42""#),
        ("metadata.user", r#""ada""#),
        ("metadata.n.x.0", "7"),
        ("state.s.t", "5"),
        ("data.d", "6"),
    ] {
        let expected = format!(r#"{{"s":{{"t":5}},"a":{expected}}}"#);
        check(&format!(r#"{{"set":"a","from":"{source}"}}"#), r#"{"s":{"t":5}}"#, r#"{"d":6}"#, &expected);
    }
    check(r#"{"set":"a","from":"valid_time"}"#, "{}", "{}", "{}");
    check(
        r#"{"set":"a","value":[{"from":"type"},{"x":{"y":[{"from":"data.d"}]}},{"from":"data.d","to":2}]}"#,
        "{}",
        r#"{"d":6}"#,
        r#"{"a":["E",{"x":{"y":[6]}},{"from":"data.d","to":2}]}"#,
    );
    check(
        r#"{"set":"items.{data.sku}.qty","from":"data.n"}"#,
        "{}",
        r#"{"sku":"a.b c","n":2}"#,
        r#"{"items":{"a.b c":{"qty":2}}}"#,
    );
    check(r#"{"set":"{data.\"x.y\"}.{data.n}","value":1}"#, "{}", r#"{"x.y":"k","n":20}"#, r#"{"k":{"20":1}}"#);
    check(
        r#"{"set":"a.{data.k}","value":1}"#,
        "{}",
        r#"{"k":[1]}"#,
        "E[0] set a.{data.k}: data.k is a list, which can't name a field",
    );
}

#[test]
fn arithmetic() {
    check(r#"{"add":"a","from":"data.x"}"#, "{}", r#"{"x":20.00}"#, r#"{"a":20.00}"#);
    check(r#"{"subtract":"a","from":"data.x"}"#, "{}", r#"{"x":20}"#, r#"{"a":-20}"#);
    check(r#"{"add":"a","from":"data.x"}"#, r#"{"a":0.1}"#, r#"{"x":0.2}"#, r#"{"a":0.3}"#);
    check(
        r#"{"add":"a.{data.k}","from":"data.x"}"#,
        "{}",
        r#"{"k":"EUR","x":9223372036854775807}"#,
        r#"{"a":{"EUR":9223372036854775807}}"#,
    );
    check(r#"{"add":"a","value":1}"#, r#"{"a":9223372036854775807}"#, "{}", r#"{"a":9223372036854775808}"#);
    check(
        r#"{"add":"a","from":"data.x"}"#,
        r#"{"a":1}"#,
        r#"{"x":"12"}"#,
        r#"E[0] add a: data.x is the text "12", not a number"#,
    );
    check(
        r#"{"add":"a","from":"data.x"}"#,
        r#"{"a":"x"}"#,
        r#"{"x":1}"#,
        r#"E[0] add a: a is the text "x", not a number"#,
    );
    check(r#"{"add":"a","from":"data.x"}"#, r#"{"a":1}"#, r#"{"x":null}"#, "E[0] add a: data.x is null, not a number");
    check(
        r#"{"add":"a","from":"data.x"}"#,
        r#"{"a":1e30}"#,
        r#"{"x":0.1}"#,
        "E[0] add a: 1e30 + 0.1 is beyond the exact range (integers to 128 bits, decimals to 28 significant digits)",
    );
}

#[test]
fn min_and_max() {
    for (word, state, data, expected) in [
        ("min", "{}", "3.0", r#"{"a":3.0}"#),
        ("max", "{}", "3.0", r#"{"a":3.0}"#),
        ("min", r#"{"a":2}"#, "3", r#"{"a":2}"#),
        ("max", r#"{"a":2}"#, "3", r#"{"a":3}"#),
        ("min", r#"{"a":2}"#, "2.0", r#"{"a":2}"#),
        ("max", r#"{"a":"2026-01-01T00:00:00Z"}"#, r#""2026-01-01T00:00:00.5Z""#, r#"{"a":"2026-01-01T00:00:00.5Z"}"#),
        ("min", r#"{"a":"b"}"#, r#""a""#, r#"{"a":"a"}"#),
        ("min", r#"{"a":"b"}"#, "1", r#"E[0] min a: a is the text "b", which can't be compared with the number 1"#),
        ("max", "{}", "[]", "E[0] max a: data.x is a list, not a number or a text"),
    ] {
        check(&format!(r#"{{"{word}":"a","from":"data.x"}}"#), state, &format!(r#"{{"x":{data}}}"#), expected);
    }
}

#[test]
fn lists() {
    let list = r#"{"l":[{"sku":"a","n":1,"o":{"x":1}},{"sku":"b"},3,{"sku":"a"}]}"#;
    check(r#"{"append":"l","value":[]}"#, "{}", "{}", r#"{"l":[[]]}"#);
    check(r#"{"append":"m.l","value":1}"#, r#"{"m":{"l":[0]}}"#, "{}", r#"{"m":{"l":[0,1]}}"#);
    check(r#"{"append":"l","value":1}"#, r#"{"l":{}}"#, "{}", "E[0] append l: l is an object, not a list");
    let upsert = r#"{"upsert":"l","key":"sku","from":"data"}"#;
    check(
        upsert,
        list,
        r#"{"sku":"a","n":2,"o":{"y":2}}"#,
        r#"{"l":[{"sku":"a","n":2,"o":{"x":1,"y":2}},{"sku":"b"},3,{"sku":"a"}]}"#,
    );
    check(upsert, r#"{"l":[1]}"#, r#"{"sku":"a"}"#, r#"{"l":[1,{"sku":"a"}]}"#);
    check(upsert, "{}", r#"{"sku":"a"}"#, r#"{"l":[{"sku":"a"}]}"#);
    check(upsert, "{}", r#"{"x":1}"#, r#"E[0] upsert l: the operand has no "sku""#);
    check(upsert, "{}", "5", "E[0] upsert l: data is the number 5, not an object");
    check(upsert, r#"{"l":1}"#, r#"{"sku":1}"#, "E[0] upsert l: l is the number 1, not a list");
    check(upsert, r#"{"l":[{"sku":1}]}"#, r#"{"sku":1.0,"n":1}"#, r#"{"l":[{"sku":1.0,"n":1}]}"#);
    let remove = r#"{"remove":"l","key":"sku","from":"data.s"}"#;
    check(remove, list, r#"{"s":"a"}"#, r#"{"l":[{"sku":"b"},3]}"#);
    check(remove, list, r#"{"s":"z"}"#, list);
    check(remove, "{}", r#"{"s":"z"}"#, "{}");
    check(remove, r#"{"l":5}"#, r#"{"s":"z"}"#, "E[0] remove l: l is the number 5, not a list");
    check(
        r#"{"remove":"l","key":"sku","from":"data"}"#,
        list,
        r#"{"sku":"b","n":5}"#,
        r#"{"l":[{"sku":"a","n":1,"o":{"x":1}},3,{"sku":"a"}]}"#,
    );
    check(
        r#"{"remove":"l","value":3.0}"#,
        list,
        "{}",
        r#"{"l":[{"sku":"a","n":1,"o":{"x":1}},{"sku":"b"},{"sku":"a"}]}"#,
    );
    check(
        r#"{"remove":"l","value":{"sku":"b"}}"#,
        list,
        "{}",
        r#"{"l":[{"sku":"a","n":1,"o":{"x":1}},3,{"sku":"a"}]}"#,
    );
}

#[test]
fn unset_and_merge() {
    check(r#"{"unset":"a.b"}"#, r#"{"a":{"b":1,"c":2}}"#, "{}", r#"{"a":{"c":2}}"#);
    check(r#"{"unset":"a.b.c"}"#, r#"{"a":{}}"#, "{}", r#"{"a":{}}"#);
    check(
        r#"{"unset":"a.b"}"#,
        r#"{"a":1}"#,
        "{}",
        "E[0] unset a.b: a is the number 1, and a path can't go through it",
    );
    check(r#"{"unset":"l.0"}"#, r#"{"l":[1,2]}"#, "{}", r#"{"l":[2]}"#);
    check(r#"{"unset":"l.5"}"#, r#"{"l":[1,2]}"#, "{}", r#"{"l":[1,2]}"#);
    check(r#"{"unset":"{data.k}"}"#, r#"{"x":1,"y":2}"#, r#"{"k":"x"}"#, r#"{"y":2}"#);
    check(
        r#"{"merge":"","from":"data"}"#,
        r#"{"a":{"b":1},"z":0}"#,
        r#"{"a":{"c":null},"d":1}"#,
        r#"{"a":{"b":1,"c":null},"z":0,"d":1}"#,
    );
    check(r#"{"merge":"o","from":"data"}"#, "{}", r#"{"c":1}"#, r#"{"o":{"c":1}}"#);
    check(r#"{"merge":"o","from":"data"}"#, r#"{"o":[1]}"#, "{}", "E[0] merge o: o is a list, not an object");
    check(r#"{"merge":"","from":"data"}"#, "{}", "[1]", "E[0] merge: data is a list, not an object");
}

#[test]
fn conditions_see_the_state_before_their_operation() {
    let handler = r#"{"E":[
        {"set":"a","value":1,"if":"not has:state.a"},
        {"set":"b","value":2,"if":"state.a = 1 and data.x > 5"},
        {"set":"c","value":3,"if":"state.b = 3"}]}"#;
    let fold = rules("{}", handler);
    let mut state = fold.initial();
    fold.apply(&mut state, &event(1, "E", r#"{"x":6}"#), 0).unwrap();
    assert_eq!(format!("{:?}", state.value), r#"{"a":1,"b":2}"#);
}

#[test]
fn a_failing_handler_changes_nothing() {
    // Whatever ran before the operation that fails is taken back, whichever and how many they are.
    let works = [
        r#"{"set":"n","value":2}"#,
        r#"{"append":"l","value":2}"#,
        r#"{"unset":"s"}"#,
        r#"{"set":"new.x.y","value":1}"#,
        r#"{"append":"list.new","value":1}"#,
        r#"{"upsert":"items","key":"k","value":{"k":1,"v":2}}"#,
        r#"{"upsert":"items","key":"k","value":{"k":9}}"#,
        r#"{"merge":"o","value":{"a":{"c":1}}}"#,
        r#"{"merge":"","value":{"o":{"z":1}}}"#,
        r#"{"remove":"l","value":1}"#,
        r#"{"set":"items.0.v","value":5}"#,
    ];
    let init = r#"{"n":1,"l":[1],"s":"x","items":[{"k":1}],"o":{"a":{"b":1}}}"#;
    for first in 0..works.len() {
        for second in 0..works.len() {
            let all = if first == second { works.join(",") } else { format!("{},{}", works[first], works[second]) };
            let fold = rules(init, &format!(r#"{{"E":[{all},{{"add":"o","value":1}}]}}"#));
            let mut state = fold.initial();
            let State { value: before, .. } = state.clone();
            let error = fold.apply(&mut state, &event(1, "E", "{}"), 0).unwrap_err();
            assert!(error.to_string().ends_with("add o: o is an object, not a number"), "{error}");
            assert_eq!(format!("{before:?}"), format!("{:?}", state.value), "{all}");
            assert!(foldline::replay::leaves(&state).iter().all(|(_, origin)| origin.place().is_none()), "{all}");
        }
    }
}

#[test]
fn nesting_and_copies_are_bounded() {
    let fold = rules(r#"{"a":[]}"#, r#"{"E":[{"set":"a","value":[{"from":"state.a"}]}]}"#);
    let history = std::sync::Arc::new((1..=200).map(|version| event(version, "E", "{}")).collect());
    let frame = super::given::end(&fold, &history);
    assert_eq!(outcome(&frame), "E[0] set a: the state would be nested deeper than 128 levels");
    assert_eq!(frame.error.unwrap().version, Some(128));
    let fold = rules(r#"{"a":[1]}"#, r#"{"E":[{"append":"a","from":"state.a"}]}"#);
    let history = std::sync::Arc::new((1..=200).map(|version| event(version, "E", "{}")).collect());
    assert_eq!(outcome(&super::given::end(&fold, &history)), "E[0] append a: state.a is too large to be copied");
}
