//! Values of classes, shown as data.

use crate::model::{List, Number, Object, Origin, Value};

use super::cursor::decimal;

/// Where the name of a class is kept.
pub(super) const CLASS: &str = "$class";
/// Where a value is kept that is of a class or under a tag, and is no object.
pub(super) const VALUE: &str = "$value";
/// Where a tag or the number of an extension is kept.
pub(super) const TAG: &str = "$tag";

/// A value with the name of its class, or under a tag: `label` is [`CLASS`] or [`TAG`].
pub(super) fn labelled(label: &str, name: &str, value: Value) -> Value {
    let mut object = Object::default();
    object.insert(label.into(), name.into(), Origin::NONE);
    match value {
        Value::Object(fields) => {
            for (key, slot) in fields.iter() {
                object.insert(key.clone(), slot.value.clone(), Origin::NONE);
            }
        }
        other => drop(object.insert(VALUE.into(), other, Origin::NONE)),
    }
    Value::Object(object)
}

/// The keys of an object as a list: how several languages keep a set.
pub(super) fn keys_as_list(object: &Object) -> Value {
    Value::List(object.iter().map(|(key, _)| Value::from(&**key)).collect::<List>())
}

/// What a well-known class of Ruby holds, in plain words; `None` for other classes.
pub(super) fn ruby(class: &str, value: &Value) -> Option<Value> {
    let field = |name: &str| value.as_object().and_then(|object| object.get(name)).cloned();
    match class {
        "BigDecimal" => value.as_str().map(big_decimal),
        "ActiveSupport::HashWithIndifferentAccess" | "Hash" | "ActiveSupport::OrderedHash" | "OrderedHash" => {
            value.as_object().map(|_| value.clone())
        }
        "ActiveSupport::TimeWithZone" => field("utc"),
        "ActiveSupport::TimeZone" | "ActiveSupport::Values::TimeZone" => field("name"),
        "ActiveSupport::Duration" => field("value"),
        "ActiveSupport::SafeBuffer" | "String" => value.as_str().map(Value::from).or_else(|| field("str")),
        "DateTime" | "Time" | "Date" => value.as_str().map(Value::from),
        "Set" | "SortedSet" => field("hash").as_ref().or(Some(value)).and_then(Value::as_object).map(keys_as_list),
        "OpenStruct" => value.as_object().map(|_| value.clone()),
        _ => None,
    }
}

/// Ruby's `18:0.12345e4` as the number 1234.5.
pub(super) fn big_decimal(text: &str) -> Value {
    let digits = text.split_once(':').map_or(text, |(_, digits)| digits).trim();
    plain(digits).unwrap_or_else(|| decimal(digits))
}

/// `0.12345e4` without its exponent, where that is short.
fn plain(text: &str) -> Option<Value> {
    let number = Number::parse(text)?;
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let exponent: i32 = exponent.parse().ok()?;
    let digits = mantissa.trim_start_matches('-');
    let decimals = digits.split_once('.').map_or(0, |(_, fraction)| fraction.trim_end_matches('0').len());
    let scale = u32::try_from(i32::try_from(decimals).ok()?.saturating_sub(exponent).max(0)).ok()?;
    Number::from_units(number.in_units(scale)?, scale).map(Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn big_decimals_are_written_plainly() {
        for (text, expected) in [
            ("18:0.12345e4", "1234.5"),
            ("27:0.1e3", "100"),
            ("-0.5e-2", "-0.005"),
            ("0.0", "0.0"),
            ("NaN", "\"NaN\""),
            ("9:0.1e400", "0.1e400"),
        ] {
            assert_eq!(format!("{:?}", big_decimal(text)), expected, "{text}");
        }
    }
}
