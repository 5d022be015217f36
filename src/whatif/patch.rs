//! The smallest merge patch that makes one value of another.

use crate::model::{Object, Origin, Value, json};

/// A merge patch (RFC 7396) that makes `to` of `from`, without what stays: see [`super::merge_patch`]. `None` where no
/// patch can: a patch takes a null as "remove", so it can't set one. Both have the same value then and every number
/// is written as in `to`; only the order of an object's keys may differ.
pub fn patch_between(from: &Value, to: &Value) -> Option<Value> {
    let (Value::Object(wanted), empty) = (to, Object::default()) else {
        // At the top, anything but an object replaces; null would be taken for "nothing".
        return (!matches!(to, Value::Null)).then(|| to.clone());
    };
    let known = from.as_object().unwrap_or(&empty);
    let mut patch = Object::default();
    for (key, _) in known.iter().filter(|(key, _)| wanted.get(key).is_none()) {
        patch.insert(key.clone(), Value::Null, Origin::NONE);
    }
    for (key, slot) in wanted.iter() {
        let old = known.get(key);
        if old.is_some_and(|old| is_written_alike(old, &slot.value)) {
            continue;
        }
        let part = match (&slot.value, old) {
            (Value::Null, _) => return None,
            (Value::Object(_), old) => patch_between(old.unwrap_or(&Value::Null), &slot.value)?,
            (other, _) => other.clone(),
        };
        patch.insert(key.clone(), part, Origin::NONE);
    }
    Some(Value::Object(patch))
}

/// Whether two values are equal and written alike: `20` and `20.00` are not. The order of keys does not count.
pub fn is_written_alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, slot)| b.get(key).is_some_and(|other| is_written_alike(&slot.value, other)))
        }
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| is_written_alike(&a.value, &b.value))
        }
        (Value::Number(_), Value::Number(_)) => json::to_text(a) == json::to_text(b),
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::merge_patch;
    use super::*;

    fn parse(text: &str) -> Value {
        json::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn patches_say_only_what_changes() {
        for (from, to, patch) in [
            (r#"{"a":1,"b":2}"#, r#"{"a":1,"b":3}"#, Some(r#"{"b":3}"#)),
            (r#"{"a":20}"#, r#"{"a":20.00}"#, Some(r#"{"a":20.00}"#)),
            (r#"{"a":1,"b":{"c":1,"d":2}}"#, r#"{"a":1,"b":{"d":2,"e":3}}"#, Some(r#"{"b":{"c":null,"e":3}}"#)),
            (r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#, Some("{}")),
            (r#"{"a":[1,2]}"#, r#"{"a":[1,null]}"#, Some(r#"{"a":[1,null]}"#)),
            (r#"{"a":null}"#, r#"{"a":null,"b":1}"#, Some(r#"{"b":1}"#)),
            (r#"{"a":1}"#, r#"{"a":{}}"#, Some(r#"{"a":{}}"#)),
            (r#"{"a":{"b":1}}"#, r#"{"a":{}}"#, Some(r#"{"a":{"b":null}}"#)),
            ("[1]", r#"{"a":1}"#, Some(r#"{"a":1}"#)),
            (r#"{"a":1}"#, "[1]", Some("[1]")),
            (r#"{"a":1}"#, r#"{"a":null}"#, None),
            ("{}", r#"{"a":{"b":null}}"#, None),
            (r#"{"a":1}"#, "null", None),
        ] {
            let found = patch_between(&parse(from), &parse(to));
            assert_eq!(found.as_ref().map(json::to_text).as_deref(), patch, "{from} to {to}");
        }
    }

    fn values() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            Just("true".to_owned()),
            prop::sample::select(vec!["1", "1.0", "20.00", "-0", "1e3"]).prop_map(str::to_owned),
            "[a-c]{0,2}".prop_map(|text| format!("\"{text}\"")),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            let pairs = prop::collection::btree_map("[a-d]", inner.clone(), 0..4);
            prop_oneof![
                prop::collection::vec(inner, 0..3).prop_map(|items| format!("[{}]", items.join(","))),
                pairs.prop_map(|pairs| {
                    let pairs: Vec<_> = pairs.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                    format!("{{{}}}", pairs.join(","))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_patch_gives_exactly_what_was_wanted(from in values(), to in values()) {
            let (from, to) = (parse(&from), parse(&to));
            if let Some(patch) = patch_between(&from, &to) {
                let made = merge_patch(&from, &patch);
                prop_assert!(is_written_alike(&made, &to), "{patch:?} makes {made:?}");
            } else {
                prop_assert!(json::to_text(&to).contains("null"));
            }
        }

        #[test]
        fn nothing_changed_is_an_empty_patch(value in values()) {
            let value = parse(&value);
            if value.as_object().is_some() {
                prop_assert_eq!(patch_between(&value, &value).map(|patch| json::to_text(&patch)), Some("{}".to_owned()));
            }
        }
    }
}
