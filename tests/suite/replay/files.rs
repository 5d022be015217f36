//! Projection files that are refused, and with what words.

use foldline::replay::projection_file;

#[track_caller]
fn check(text: &str, expected: &str) {
    let error = projection_file::parse(text, "bank.projection.json").expect_err(text);
    let expected = format!("bank.projection.json: {expected}");
    assert_eq!(error.to_string(), expected, "{text}");
}

/// A file of which one operation is given.
#[track_caller]
fn check_operation(operation: &str, expected: &str) {
    check(&format!(r#"{{"when":{{"FundsDeposited":[{{"set":"x","value":1}},{operation}]}}}}"#), expected);
}

#[test]
fn broken_json_says_where() {
    check("{\n  \"when\": {,}\n}", "invalid JSON: key must be a string at line 2 column 12");
    check("", "invalid JSON: EOF while parsing a value at line 1 column 0");
    check(r#"{"when":{"A":[],"A":[]}}"#, r#"the key "A" stands twice in one object"#);
    check("[]", "must be an object, not a list");
}

#[test]
fn unknown_keys_are_named_with_their_place() {
    check(r#"{"wen":{}}"#, r#"wen: unknown key; did you mean "when"?"#);
    check(
        r#"{"when":{},"colour":1}"#,
        "colour: unknown key; known are projection, title, category, init, when, upcast, labels, key_fields, invariants, valid_time, command",
    );
    check_operation(r#"{"ad":"x","from":"data.a"}"#, r#"when.FundsDeposited[1].ad: unknown key; did you mean "add"?"#);
    check_operation(
        r#"{"from":"data.a","substract":"x"}"#,
        r#"when.FundsDeposited[1].substract: unknown key; did you mean "subtract"?"#,
    );
    check_operation(
        r#"{"add":"x","frm":"data.a"}"#,
        r#"when.FundsDeposited[1].frm: unknown key; did you mean "from"?"#,
    );
    check(
        r#"{"when":{"a.B":[{"xyzzyx":1}]}}"#,
        r#"when."a.B"[0].xyzzyx: unknown key; known are set, unset, add, subtract, min, max, append, upsert, remove, merge, from, value, key, if, default, missing"#,
    );
    check(
        r#"{"when":{},"upcast":{"A":[{"from":1,"to":2,"remove":["x"]}]}}"#,
        "upcast.A[0].remove: unknown key; known are from, to, rename, default",
    );
    check(
        r#"{"when":{},"invariants":[{"name":"n","hold":"x"}]}"#,
        r#"invariants[0].hold: unknown key; did you mean "holds"?"#,
    );
    check(
        r#"{"projections":[{"when":{}},{"category":"b","when":{"A":[{"sett":"b","value":1}]}}]}"#,
        r#"projections[1].when.A[0].sett: unknown key; did you mean "set"?"#,
    );
    check(r#"{"projections":[],"when":{}}"#, "when: unknown key; known are projections");
}

#[test]
fn wrong_operations() {
    for (operation, expected) in [
        (
            r#"{"from":"data.a"}"#,
            ": names no operation; write one of set, unset, add, subtract, min, max, append, upsert, remove, merge",
        ),
        (r#"{"set":"a","add":"b","value":1}"#, ": names two operations, set and add; write one entry for each"),
        (r#"{"set":"a"}"#, r#": set needs an operand: "from" (such as "data.amount") or "value""#),
        (r#"{"set":"a","from":"data.x","value":1}"#, r#": has both "from" and "value"; write one of them"#),
        (r#"{"unset":"a","from":"data.x"}"#, r#".from: unset takes no "from": it only takes a field away"#),
        (
            r#"{"set":"a","value":1,"key":"k"}"#,
            r#".key: set takes no "key": only upsert and remove tell items of a list apart"#,
        ),
        (
            r#"{"upsert":"a","from":"data"}"#,
            r#": "key" is missing: the field by which upsert tells the list's items apart"#,
        ),
        (r#"{"set":"","value":1}"#, ".set: is an empty path: only merge may name the whole state"),
        (r#"{"set":5,"value":1}"#, ".set: must be a text, not a number"),
        (
            r#"{"set":"a..b","value":1}"#,
            r#".set: "a..b" is no path: empty part at character 2; quote an empty key as """#,
        ),
        (r#"{"set":"a.{data.x","value":1}"#, r#".set: "a.{data.x" is no path: "{" without "}""#),
        (
            r#"{"set":"a.x{data.x}","value":1}"#,
            r#".set: "a.x{data.x}" is no path: a part in braces must stand alone between dots"#,
        ),
        (
            r#"{"set":"a.{data.x}y","value":1}"#,
            r#".set: "a.{data.x}y" is no path: a part in braces must stand alone between dots"#,
        ),
        (r#"{"set":"a.{x}","value":1}"#, r#".set: unknown source "x"; did you mean "data.x"?"#),
        (r#"{"add":"a","from":"amount"}"#, r#".from: unknown source "amount"; did you mean "data.amount"?"#),
        (r#"{"add":"a","from":"dat.amount"}"#, r#".from: unknown source "dat.amount"; did you mean "data.amount"?"#),
        (r#"{"add":"a","from":"meta.user"}"#, r#".from: unknown source "meta.user"; did you mean "metadata.user"?"#),
        (r#"{"add":"a","from":"tiem"}"#, r#".from: unknown source "tiem"; did you mean "time"?"#),
        (r#"{"add":"a","from":7}"#, ".from: must be a text, not a number"),
        (
            r#"{"set":"a","value":{"x":[{"from":"dta.y"}]}}"#,
            r#".value.x[0].from: unknown source "dta.y"; did you mean "data.y"?"#,
        ),
        (r#"{"set":"a","value":{"from":5}}"#, ".value.from: must be a text, not a number"),
        (r#"{"add":"a","value":"5"}"#, ".value: must be a number, not a text"),
        (r#"{"add":"a","from":"data.x","default":"0"}"#, ".default: must be a number, not a text"),
        (r#"{"merge":"","value":[]}"#, ".value: must be an object, not a list"),
        (r#"{"upsert":"l","key":"k","value":{"x":1}}"#, r#".value: has no "k", by which upsert tells items apart"#),
        (r#"{"set":"a","value":1,"missing":"ignore"}"#, r#".missing: must be "error" or "skip", not "ignore""#),
    ] {
        check_operation(operation, &format!("when.FundsDeposited[1]{expected}"));
    }
    let error = projection_file::parse(r#"{"when":{"A":[{"set":"a","value":1,"if":"data.x >"}]}}"#, "f").unwrap_err();
    assert_eq!(error.place, "when.A[0].if");
    assert!(error.message.starts_with(r#"in "data.x >": "#) && error.message.contains("(character "), "{error}");
}

#[test]
fn the_rest_of_the_file() {
    for (text, expected) in [
        (r#"{"projection":"x"}"#, r#""when" is missing: what each event type does to the state"#),
        (r#"{"projection":" ","when":{}}"#, "projection: must not be empty"),
        (r#"{"when":[]}"#, "when: must be an object, not a list"),
        (r#"{"when":{"A":{"set":"a","value":1}}}"#, "when.A: must be a list, not an object"),
        (r#"{"when":{"A":["set"]}}"#, "when.A[0]: must be an object, not a text"),
        (r#"{"when":{},"init":[]}"#, "init: must be an object, not a list"),
        (r#"{"when":{},"key_fields":"a"}"#, "key_fields: must be a list, not a text"),
        (
            r#"{"when":{},"key_fields":["a."]}"#,
            r#"key_fields[0]: "a." is no path: empty part at character 2; quote an empty key as """#,
        ),
        (
            r#"{"when":{},"labels":{"A":"{data.x"}}"#,
            r#"labels.A: "{" without its counterpart; write {{ for the character"#,
        ),
        (r#"{"when":{},"labels":{"A":"{user}"}}"#, r#"labels.A: unknown source "user"; did you mean "data.user"?"#),
        (r#"{"when":{},"labels":{"A":"{state.x}"}}"#, "labels.A: a label tells of the event: it has no state"),
        (
            r#"{"when":{},"valid_time":"time"}"#,
            r#"valid_time: must be a path into data or metadata, such as "data.effectiveDate""#,
        ),
        (r#"{"when":{},"upcast":{"A":[{"from":1}]}}"#, r#"upcast.A[0]: "to" is missing: a schema version"#),
        (r#"{"when":{},"upcast":{"A":[{"from":1,"to":"1"}]}}"#, "upcast.A[0]: leads from a schema version to itself"),
        (
            r#"{"when":{},"upcast":{"A":[{"from":1,"to":2},{"from":"1","to":3}]}}"#,
            "upcast.A[1]: a second step from the same schema version",
        ),
        (
            r#"{"when":{},"upcast":{"A":[{"from":1,"to":2,"rename":{"a":5}}]}}"#,
            "upcast.A[0].rename.a: must be a text, not a number",
        ),
        (
            r#"{"when":{},"command":["prog"]}"#,
            r#"command: projections by a program of your own are not available yet; write rules under "when""#,
        ),
        (r#"{"projections":[]}"#, "holds no projection"),
        (
            r#"{"projections":[{"projection":"a","when":{}},{"projection":"a","category":"x","when":{}}]}"#,
            r#"projections[1]: a second projection named "a""#,
        ),
        (
            r#"{"projections":[{"projection":"a","when":{},"category":"x"},{"projection":"b","category":"x","when":{}}]}"#,
            r#"projections[1]: a second projection for "x": a category has one"#,
        ),
    ] {
        check(text, expected);
    }
}
