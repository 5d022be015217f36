//! What is kept of the values at one place: kinds, ranges, a few examples.

use std::collections::BTreeMap;
use std::hash::Hasher as _;
use std::sync::Arc;

use crate::model::{Number, Timestamp, Value};

/// Different texts that are kept with their counts; beyond it they are "many".
const DISTINCT: usize = 24;
/// Bytes of a text by which it is known; longer ones by their beginning, length and hash.
const KNOWN_BY: usize = 48;
/// Examples of a field.
const EXAMPLES: usize = 3;
/// Characters of an example.
const EXAMPLE: usize = 60;

/// What kind of value JSON has at a place. Whole numbers and others are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// `true` or `false`.
    Boolean,
    /// A number without a point, as it is written.
    Integer,
    /// Any other number.
    Number,
    /// A text.
    Text,
    /// A list.
    List,
    /// An object.
    Object,
    /// `null`.
    Null,
}

impl Kind {
    /// How many kinds there are.
    pub const COUNT: usize = 7;

    /// The kind of a value.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) if is_whole(number) => Self::Integer,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::Text,
            Value::List(_) => Self::List,
            Value::Object(_) => Self::Object,
        }
    }

    /// In one word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Text => "text",
            Self::List => "list",
            Self::Object => "object",
            Self::Null => "null",
        }
    }
}

fn is_whole(number: &Number) -> bool {
    match number.decimals() {
        Some(decimals) => decimals == 0,
        None => number.to_string().bytes().all(|byte| byte == b'-' || byte.is_ascii_digit()),
    }
}

/// What is kept of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Numbers {
    pub min: Number,
    pub max: Number,
}

impl Numbers {
    pub fn note(into: &mut Option<Self>, number: &Number) {
        match into {
            None => *into = Some(Self { min: number.clone(), max: number.clone() }),
            Some(known) if *number < known.min => known.min = number.clone(),
            Some(known) if *number > known.max => known.max = number.clone(),
            Some(_) => {}
        }
    }
}

/// The least and the greatest of some lengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lengths {
    pub min: u64,
    pub max: u64,
}

impl Lengths {
    pub fn note(into: &mut Option<Self>, length: u64) {
        let known = into.get_or_insert(Self { min: length, max: length });
        known.min = known.min.min(length);
        known.max = known.max.max(length);
    }

    pub fn merge(into: &mut Option<Self>, other: Option<Self>) {
        if let Some(other) = other {
            Self::note(into, other.min);
            Self::note(into, other.max);
        }
    }
}

/// What is kept of texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Texts {
    pub count: u64,
    /// In characters.
    pub lengths: Option<Lengths>,
    /// How many are times or dates, and from when to when.
    pub times: u64,
    pub span: Option<(Timestamp, Timestamp)>,
    /// How many of those are dates without a time of day.
    pub dates: u64,
    pub uuids: u64,
    /// Each text with its count; `None` where there are too many.
    pub distinct: Option<BTreeMap<Arc<str>, u64>>,
}

impl Default for Texts {
    fn default() -> Self {
        Self { count: 0, lengths: None, times: 0, span: None, dates: 0, uuids: 0, distinct: Some(BTreeMap::new()) }
    }
}

impl Texts {
    pub fn note(&mut self, text: &Arc<str>) {
        self.count += 1;
        let length = if text.is_ascii() { text.len() } else { text.chars().count() };
        Lengths::note(&mut self.lengths, length as u64);
        if let Some(time) = time_of(text) {
            self.times += 1;
            self.dates += u64::from(text.len() == 10);
            self.widen((time, time));
        }
        self.uuids += u64::from(is_uuid(text));
        if let Some(distinct) = &mut self.distinct {
            match distinct.get_mut(&**text) {
                Some(count) => *count += 1,
                None => *distinct.entry(known_by(text)).or_default() += 1,
            }
            if distinct.len() > DISTINCT {
                self.distinct = None;
            }
        }
    }

    fn widen(&mut self, (from, to): (Timestamp, Timestamp)) {
        self.span = Some(self.span.map_or((from, to), |(first, last)| (first.min(from), last.max(to))));
    }

    pub fn merge(&mut self, other: Self) {
        self.count += other.count;
        Lengths::merge(&mut self.lengths, other.lengths);
        self.times += other.times;
        self.dates += other.dates;
        self.uuids += other.uuids;
        if let Some(span) = other.span {
            self.widen(span);
        }
        self.distinct = match (self.distinct.take(), other.distinct) {
            (Some(mut distinct), Some(more)) => {
                for (text, count) in more {
                    *distinct.entry(text).or_default() += count;
                }
                Some(distinct).filter(|distinct| distinct.len() <= DISTINCT)
            }
            _ => None,
        };
    }
}

/// The instant that a text is, if it is written as a date or a time: nothing else is taken for one.
fn time_of(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let like = (10..=40).contains(&bytes.len()) && bytes[4] == b'-' && bytes[7] == b'-' && bytes[0].is_ascii_digit();
    if like { Timestamp::parse_iso(text) } else { None }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn known_by(text: &Arc<str>) -> Arc<str> {
    if text.len() <= KNOWN_BY {
        return text.clone();
    }
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(text.as_bytes());
    let beginning: String = text.chars().take(24).collect();
    format!("{beginning}… ({} bytes, {:08x})", text.len(), hasher.finish() as u32).into()
}

/// The first few different values of a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Examples(Vec<(u32, u32, Value)>);

impl Examples {
    /// Notes a value that stands in this event, at this place among its values.
    pub fn note(&mut self, event: u32, place: u32, value: &Value) {
        if self.0.len() == EXAMPLES && self.0.last().is_some_and(|last| (last.0, last.1) <= (event, place)) {
            return;
        }
        let cut = match value {
            Value::String(text) => match text.char_indices().nth(EXAMPLE) {
                Some((at, _)) => Value::string(format!("{}…", &text[..at])),
                None => value.clone(),
            },
            Value::Number(number) => match number.to_string() {
                long if long.len() > EXAMPLE => Value::string(format!("{}…", &long[..EXAMPLE])),
                _ => value.clone(),
            },
            Value::Bool(_) => value.clone(),
            Value::Null | Value::List(_) | Value::Object(_) => return,
        };
        self.insert((event, place, cut));
    }

    fn insert(&mut self, example: (u32, u32, Value)) {
        let key = (example.0, example.1);
        if let Some(known) = self.0.iter_mut().find(|known| known.2 == example.2) {
            if key < (known.0, known.1) {
                *known = example;
            }
        } else {
            self.0.push(example);
        }
        self.0.sort_by_key(|known| (known.0, known.1));
        self.0.truncate(EXAMPLES);
    }

    pub fn merge(&mut self, other: Self) {
        other.0.into_iter().for_each(|example| self.insert(example));
    }

    pub fn into_values(self) -> Vec<Value> {
        self.0.into_iter().map(|(_, _, value)| value).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_how_a_number_is_written() {
        let kind = |text: &str| Kind::of(&crate::model::json::parse(text.as_bytes()).unwrap());
        let huge = "9".repeat(60);
        assert_eq!(kind("20"), Kind::Integer);
        assert_eq!(kind("-0"), Kind::Integer);
        assert_eq!(kind(&huge), Kind::Integer);
        assert_eq!(kind("20.00"), Kind::Number);
        assert_eq!(kind(&format!("0.{huge}")), Kind::Number);
        assert_eq!(kind("null"), Kind::Null);
    }

    #[test]
    fn only_what_is_written_as_a_time_is_one() {
        let mut texts = Texts::default();
        for text in ["2026-03-04", "2026-03-05T10:00:00Z", "20260304", "1234-56-78x", "a026-03-04", "2026-03-04-17"] {
            texts.note(&text.into());
        }
        assert_eq!((texts.count, texts.times, texts.dates), (6, 2, 1));
        assert_eq!(texts.lengths, Some(Lengths { min: 8, max: 20 }));
    }

    #[test]
    fn long_texts_are_told_apart_without_being_kept() {
        let mut texts = Texts::default();
        let long = "x".repeat(100_000);
        texts.note(&long.as_str().into());
        texts.note(&format!("{long}y").as_str().into());
        texts.note(&long.as_str().into());
        let distinct = texts.distinct.unwrap();
        assert_eq!(distinct.values().copied().collect::<Vec<_>>().iter().sum::<u64>(), 3);
        assert_eq!(distinct.len(), 2);
        assert!(distinct.keys().all(|text| text.len() < 80));
    }
}
