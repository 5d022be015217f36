//! What happened in a sentence, where the projection has none.

use super::words;
use crate::model::{Event, Object, Value, names};

/// How many values a sentence has.
const MOST_VALUES: usize = 3;
/// Longer text is cut, in characters.
const LONGEST_VALUE: usize = 40;
/// Payloads with thousands of fields are not looked at to the end.
const LOOKED_AT: usize = 64;

/// What happened: the type as words, with up to three of the payload's values: `Funds withdrawn · amount 20, by Ada`.
/// Numbers and short text come first, then what tells less (long text, times, yes or no); ids only where there is
/// nothing else. A payload that can't be read leaves the type alone.
pub fn sentence(event: &Event) -> String {
    let type_words = words::shortened(&words::cleaned(&names::type_words(&event.event_type)), 80);
    let Ok(data) = event.data.decoded() else { return type_words };
    let told = match &*data {
        Value::Object(object) => {
            let of = |object: &Object| scalars(event, object);
            let mut found = of(object);
            if !tells_much(&found) {
                // A wrapper around what matters.
                let inner = object.iter().take(LOOKED_AT).filter_map(|(_, slot)| slot.value.as_object());
                let inner: Vec<_> = inner.map(of).filter(|inner| !is_noise(inner)).collect();
                let much = inner.iter().find(|inner| tells_much(inner));
                let chosen = much.or_else(|| inner.first().filter(|_| is_noise(&found)));
                found.extend(chosen.into_iter().flatten().cloned());
            }
            // Stable: among equals the payload's order counts.
            found.sort_by_key(|(worth, _)| *worth);
            let best = found.first().map(|(worth, _)| *worth);
            let kept = found.into_iter().filter(|(worth, _)| *worth < Worth::Id || best == Some(*worth));
            kept.take(MOST_VALUES).map(|(_, told)| told).collect::<Vec<_>>().join(", ")
        }
        Value::Null | Value::List(_) => String::new(),
        Value::String(text) if text.trim().is_empty() => String::new(),
        scalar => words::value(scalar, LONGEST_VALUE),
    };
    if told.is_empty() { type_words } else { format!("{type_words} · {told}") }
}

/// How little a value of an event tells a person beside others: 0 is much, and what tells least comes last.
pub fn how_little(event: &Event, key: &str, value: &Value) -> u8 {
    if is_said(event, value) || names::is_technical(key) {
        return Worth::Technical as u8;
    }
    worth(key, value).map_or(Worth::Much as u8, |worth| worth as u8)
}

/// How much a value tells a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Worth {
    Much,
    Little,
    Id,
    /// Which class of a program it is, or which object of a text.
    Technical,
}

fn tells_much(found: &[(Worth, String)]) -> bool {
    found.iter().any(|(worth, _)| *worth == Worth::Much)
}

/// Whether nothing of it is of any use to people.
fn is_noise(found: &[(Worth, String)]) -> bool {
    found.iter().all(|(worth, _)| *worth == Worth::Technical)
}

fn scalars(event: &Event, object: &Object) -> Vec<(Worth, String)> {
    let told = object.iter().take(LOOKED_AT).filter_map(|(key, slot)| {
        let worth = if is_said(event, &slot.value) { Worth::Technical } else { worth(key, &slot.value)? };
        let key = words::shortened(&words::cleaned(key), LONGEST_VALUE);
        Some((worth, format!("{key} {}", words::value(&slot.value, LONGEST_VALUE)).trim_start().to_owned()))
    });
    told.collect()
}

fn worth(key: &str, value: &Value) -> Option<Worth> {
    let id_key = key.eq_ignore_ascii_case("id") || ["_id", "-id", "Id", "ID"].iter().any(|end| key.ends_with(end));
    Some(match value {
        Value::Null | Value::List(_) | Value::Object(_) => return None,
        _ if names::is_technical(key) => Worth::Technical,
        Value::Number(_) if id_key => Worth::Id,
        Value::Number(_) => Worth::Much,
        Value::Bool(_) => Worth::Little,
        Value::String(text) if text.trim().is_empty() => return None,
        Value::String(text) if id_key || looks_like_id(text) => Worth::Id,
        Value::String(text) => {
            let short = text.chars().nth(LONGEST_VALUE).is_none();
            if short && !looks_like_time(text) { Worth::Much } else { Worth::Little }
        }
    })
}

/// Whether a value is only what is told of the event anyway: its type in other letters, or its time.
fn is_said(event: &Event, value: &Value) -> bool {
    let Value::String(text) = value else { return false };
    if text.len() > 4 * LONGEST_VALUE {
        return false;
    }
    let letters =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let own = letters(names::short_type(&event.event_type));
    let is_type = own.len() >= 6 && letters(text).ends_with(&own);
    is_type || (event.time.is_some() && looks_like_time(text) && crate::model::Timestamp::parse_iso(text) == event.time)
}

/// A UUID, a hash, or another long word with digits in it. Plain numbers are none: they are amounts as often.
fn looks_like_id(text: &str) -> bool {
    let digits = text.bytes().any(|byte| byte.is_ascii_digit());
    let number = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+'));
    let word = !text.contains(|c: char| c.is_whitespace() || c == '@' || c == '/');
    digits && word && !looks_like_time(text) && ((names::is_bare_id(text) && !number) || text.len() >= 24)
}

fn looks_like_time(text: &str) -> bool {
    text.len() >= 10 && crate::model::Timestamp::parse_iso(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Payload;

    fn check(event_type: &str, data: &str, expected: &str) {
        let payload = Payload::Text(data.as_bytes().into());
        let event = Event { position: Some(1), data: payload, ..Event::new(event_type) };
        assert_eq!(sentence(&event), expected, "{data}");
    }

    #[test]
    fn the_first_values_that_tell_something() {
        let uuid = "9b465ce8-29e0-46b8-8fd6-b054b349cd92";
        check("bank.FundsWithdrawn", r#"{"amount":20}"#, "Funds withdrawn · amount 20");
        check("Opened", &format!(r#"{{"account":"{uuid}","owner":"Ada","ok":true}}"#), "Opened · owner Ada, ok true");
        check("Moved", r#"{"at":"2025-01-02T03:04:05Z","from":"A","to":"B","km":3}"#, "Moved · from A, to B, km 3");
        check("Sent", &format!(r#"{{"orderId":7,"ref":"{uuid}"}}"#), &format!("Sent · orderId 7, ref {uuid}"));
        check("Wrapped", r#"{"type":null,"payload":{"total":5},"x":{"y":1}}"#, "Wrapped · total 5");
        check(
            "Noted",
            &format!(r#"{{"text":"{}","n":1}}"#, "ab ".repeat(99)),
            &format!("Noted · n 1, text {}ab…", "ab ".repeat(12)),
        );
    }

    #[test]
    fn what_serializers_write_for_themselves_is_told_last() {
        for key in ["$type", "$id", "$ref", "__class__", "__type", "@class", "@type", "_type", "_class", "_t"] {
            check("Opened", &format!(r#"{{"{key}":"Bank.Opened, Bank","owner":"Ada"}}"#), "Opened · owner Ada");
            let other = format!(r#"{{"{key}":"1","at":"2025-01-02T03:04:05Z","account_id":"a-1"}}"#);
            check("Opened", &other, "Opened · at 2025-01-02T03:04:05Z");
            check("Opened", &format!(r#"{{"{key}":"1","account_id":"a-1"}}"#), "Opened · account_id a-1");
            check("Opened", &format!(r#"{{"{key}":"1","body":{{"{key}":"2","sum":5}}}}"#), "Opened · sum 5");
        }
        check("Opened", r#"{"_type":"refund"}"#, "Opened · _type refund");
        check("Opened", r#"{"$type":null,"type":"refund"}"#, "Opened · type refund");
    }

    #[test]
    fn what_a_wrapper_holds_is_told_before_its_ids_and_times() {
        let at = "2026-04-01T10:20:59.993Z";
        let ride =
            format!(r#"{{"rideId":"9b465ce8-29e0-46b8-8fd6-b054b349cd92","at":"{at}","data":{{"rider":"r-7"}}}}"#);
        check("v1.RideRequested", &ride, &format!("Ride requested · rider r-7, at {at}"));
        check("Sent", r#"{"orderId":7,"lines":{"b":{"c":1}}}"#, "Sent · orderId 7");
        // Its type and its time in other words.
        let data = format!(
            r#"{{"eventId":"1","eventTime":"{at}","eventType":"EVENT_TYPE_WORKFLOW_TASK_FAILED","x":{{"cause":"no node"}}}}"#
        );
        let event = Event {
            data: Payload::Text(data.as_bytes().into()),
            time: crate::model::Timestamp::parse_iso(at),
            ..Event::new("WorkflowTaskFailed")
        };
        assert_eq!(sentence(&event), "Workflow task failed · cause no node");
        check("Paid", r#"{"status":"paid"}"#, "Paid · status paid");
    }

    #[test]
    fn payloads_without_values() {
        for data in ["{}", "null", "[1]", "{\"a\":[1],\"b\":null,\"c\":\" \"}", "{broken", ""] {
            check("FundsWithdrawn", data, "Funds withdrawn");
        }
        check("Counted", "7", "Counted · 7");
        check("Said", "\"hi\\nthere\\u0007\"", "Said · hi there");
        check("Said", "{\"a\\u001b\":\"\\u202e\"}", "Said · a \"\"");
    }
}
