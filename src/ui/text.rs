//! Numbers and values as short text.

use crate::app::Command;
use crate::model::{Payload, Value, json};

/// A number with its thousands set apart.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// So many of a thing: `1 event`, `1,200 events`.
pub fn counted(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{} {thing}s", grouped(number)) }
}

/// A number that may be negative, with its thousands set apart.
pub fn grouped_signed(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}", grouped(usize::try_from(number.unsigned_abs()).unwrap_or(usize::MAX)))
}

/// A text as a sentence of its own: it begins with a capital letter.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A text of at most so many letters, the last of which is `…` where there are more.
pub fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        None => text.to_owned(),
        Some(_) => text.chars().take(longest.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// A size for people, with the exact number.
pub fn bytes(size: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    let exact = format!("{} bytes", grouped(usize::try_from(size).unwrap_or(usize::MAX)));
    let (mut rounded, mut unit) = (size as f64 / 1000.0, 0);
    while rounded >= 1000.0 && unit + 1 < UNITS.len() {
        rounded /= 1000.0;
        unit += 1;
    }
    if size < 1000 { exact } else { format!("{rounded:.1} {} ({exact})", UNITS[unit]) }
}

/// The most that is put on the clipboard, in bytes: other programs stop at more.
const CLIPBOARD: usize = 8 << 20;

/// Copies a text, unless it is too large.
pub fn copy(text: &str) -> Command {
    if text.len() > CLIPBOARD { Command::TooLargeToCopy } else { Command::CopyText(text.to_owned()) }
}

/// Whether a payload may go on the clipboard.
pub fn fits_the_clipboard(data: &Payload) -> bool {
    match data {
        Payload::Value(value) => json::to_text_up_to(value, CLIPBOARD).1,
        Payload::Text(stored) => stored.len() <= CLIPBOARD,
        Payload::Unreadable(why) => why.raw.len() <= CLIPBOARD,
    }
}

/// Copies a value as JSON, unless it is too large.
pub fn copy_json(value: &Value) -> Command {
    match json::to_pretty_text_up_to(value, CLIPBOARD) {
        (text, true) => Command::CopyText(text),
        (_, false) => Command::TooLargeToCopy,
    }
}

/// A value in one short line.
pub fn describe(value: Option<&Value>) -> String {
    /// What fits a line; the rest is in the raw view.
    const LONGEST: usize = 200;
    match value {
        None => "—".to_owned(),
        Some(Value::List(list)) if !list.is_empty() => {
            if list.len() == 1 {
                "1 item".to_owned()
            } else {
                format!("{} items", grouped(list.len()))
            }
        }
        Some(Value::Object(object)) if !object.is_empty() => {
            if object.len() == 1 {
                "1 field".to_owned()
            } else {
                format!("{} fields", grouped(object.len()))
            }
        }
        Some(Value::String(text)) => text.chars().take(LONGEST).map(|c| if c.is_control() { ' ' } else { c }).collect(),
        Some(value) => json::to_text(value),
    }
}
