//! The projection without a file, and differences.

use foldline::model::json::to_text;
use foldline::replay::{automatic, diff, diff_for, leaves};

use super::given::{end, history, value};

#[test]
fn payloads_are_merged_and_what_cannot_be_read_is_counted() {
    let history = history(
        r#"Opened {"owner":{"name":"Ada","city":"Huế"},"tags":[1,2],"$type":"mine"}
           Changed {"owner":{"city":null},"tags":[3]}
           Counted 5
           Broken {"a":
           Closed !"#,
    );
    let frame = end(&automatic(), &history);
    assert_eq!(
        to_text(&frame.state.value),
        r#"{"owner":{"name":"Ada","city":null},"tags":[3],"$type":"Closed","$version":5,"$updated":"2026-01-01T00:05:00Z","$value":5}"#
    );
    assert_eq!((frame.skipped, frame.error, frame.replayed), (2, None, 5));
    let blame: Vec<String> = leaves(&frame.state)
        .iter()
        .map(|(path, origin)| format!("{path}:{}", origin.place().map_or("-".into(), |place| place.to_string())))
        .collect();
    assert_eq!(blame, ["owner.name:0", "owner.city:1", "tags.0:1", "$type:4", "$version:4", "$updated:4", "$value:2"]);
    assert!(diff_for(&*automatic(), &frame.before.value, &frame.state.value).is_empty());
    assert_eq!(diff(&frame.before.value, &frame.state.value).len(), 3);
}

#[test]
fn differences_are_leaf_by_leaf_and_sorted() {
    let check = |before: &str, after: &str, expected: &str| {
        let changes = diff(&value(before), &value(after));
        assert_eq!(serde_json::to_string(&changes).unwrap(), expected, "{before} to {after}");
    };
    check(r#"{"a":1,"b":2}"#, r#"{"b":2.0,"a":1}"#, "[]");
    check(r#"{"b":1,"a":null}"#, r#"{"a":false}"#, r#"[{"path":"a","from":null,"to":false},{"path":"b","from":1}]"#);
    check(r#"{"a":{}}"#, r#"{"a":{"x.y":1}}"#, r#"[{"path":"a","from":{}},{"path":"a.\"x.y\"","to":1}]"#);
    check(
        r#"{"a":[1,{"b":2}]}"#,
        r#"{"a":5}"#,
        r#"[{"path":"a","to":5},{"path":"a.0","from":1},{"path":"a.1.b","from":2}]"#,
    );
    check(
        r#"{"l":[0,1,2,3,4,5,6,7,8,9,10]}"#,
        r#"{"l":[0,1,9,3,4,5,6,7,8,9,11,[]]}"#,
        r#"[{"path":"l.2","from":2,"to":9},{"path":"l.10","from":10,"to":11},{"path":"l.11","to":[]}]"#,
    );
    check("{}", r#"{"a":1}"#, r#"[{"path":"","from":{}},{"path":"a","to":1}]"#);
    check(r#"{"a":[]}"#, r#"{"a":{}}"#, r#"[{"path":"a","from":[],"to":{}}]"#);
}

#[test]
fn own_fields_count_as_no_difference_at_the_top_only() {
    let (before, after) = (value(r#"{"$type":"A","a":{"$x":1}}"#), value(r#"{"$type":"B","a":{"$x":2}}"#));
    let changes = diff_for(&*automatic(), &before, &after);
    assert_eq!(serde_json::to_string(&changes).unwrap(), r#"[{"path":"a.$x","from":1,"to":2}]"#);
}
