//! The catalogue as people and programs read it.

use std::sync::Arc;

use super::values::Kind;
use crate::model::{EventKind, Number, Timestamp, TypeIndex, Value};

/// Every event type of a store, with what its payloads hold.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Catalogue {
    /// Which reading of the store it is of: another one may have more events.
    #[serde(skip)]
    pub generation: u64,
    /// Events in the store when it was read.
    #[serde(rename = "store_events")]
    pub of: u64,
    /// Events that were looked at.
    #[serde(rename = "scanned_events")]
    pub scanned: u64,
    /// Of those, how many payloads can't be read.
    pub unreadable: u64,
    /// The types, commonest first.
    pub types: Vec<TypeEntry>,
}

/// An event type.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TypeEntry {
    /// In the index.
    #[serde(skip)]
    pub index: TypeIndex,
    /// In full, as the store has it.
    #[serde(rename = "type")]
    pub name: Arc<str>,
    /// Short.
    pub short: Arc<str>,
    /// Of the first event: a fact, a command or bookkeeping.
    pub kind: EventKind,
    /// How many events were looked at.
    pub events: u64,
    /// The categories of their streams, commonest first.
    pub categories: Vec<Category>,
    /// The versions of their schema, in order; none where the layout has none.
    pub schema_versions: Vec<SchemaVersion>,
    /// Events of further versions that are not told apart.
    #[serde(skip_serializing_if = "is_none")]
    pub other_versions: u64,
    /// The first of them.
    pub first: Place,
    /// The last of them.
    pub last: Place,
    /// Payloads that can't be read, by reason.
    pub unreadable: Vec<UnreadableCount>,
    /// Fields, each after the one that it is in.
    pub fields: Vec<Field>,
    /// Whether payloads have further fields that are not told apart.
    pub more_fields: bool,
    /// How fields changed, in the order in which they did.
    pub changes: Vec<Change>,
}

fn is_none(count: &u64) -> bool {
    *count == 0
}

/// A category, with its events of a type.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Category {
    /// Its name.
    pub category: Arc<str>,
    /// Events of the type.
    pub events: u64,
}

/// A version of a type's schema.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SchemaVersion {
    /// As the store has it.
    pub version: Arc<str>,
    /// Events of it.
    pub events: u64,
    /// The first of them.
    pub first: Place,
    /// The last of them.
    pub last: Place,
}

/// Payloads that can't be read for one reason.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct UnreadableCount {
    /// Why, in a few words.
    pub reason: String,
    /// How many.
    pub events: u64,
    /// The first of them.
    pub first: Place,
}

/// An event's place in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Place {
    /// In the index.
    #[serde(skip)]
    pub event: u32,
    /// Its position.
    pub position: i64,
    /// When it was recorded.
    pub time: Option<Timestamp>,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Presence {
    /// How many have it.
    pub present: u64,
    /// How many could have it.
    pub of: u64,
}

impl Presence {
    /// As a share of 1; 0 of none.
    pub fn share(self) -> f64 {
        if self.of == 0 { 0.0 } else { self.present as f64 / self.of as f64 }
    }

    /// In percent, where 0 and 100 mean none and all.
    pub fn percent(self) -> String {
        match self.share() * 100.0 {
            _ if self.present == self.of => "100 %".to_owned(),
            _ if self.present == 0 => "0 %".to_owned(),
            share if share < 1.0 => "< 1 %".to_owned(),
            share if share > 99.0 => "> 99 %".to_owned(),
            share => format!("{share:.0} %"),
        }
    }
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Field {
    /// From the payload down: `items[].sku`, `prices.{…}`, and empty for the payload itself.
    pub path: Arc<str>,
    /// The last part of it.
    pub name: Arc<str>,
    /// In how many others it is.
    #[serde(skip)]
    pub depth: usize,
    /// The kinds of its values, commonest first.
    pub types: Vec<KindCount>,
    /// How many of those that could have it do: of a type's readable events, or of the objects that it is in.
    /// `None` for what is in lists and maps, where there is no such number.
    pub presence: Option<Presence>,
    /// How many values it has in all, nulls included.
    pub values: u64,
    /// How many of them are null: the key is there, and says nothing.
    pub nulls: u64,
    /// What they range over, by kind.
    pub ranges: Vec<Range>,
    /// The first few different values.
    pub examples: Vec<Value>,
    /// Set where it stands for the values of a map: its keys are data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<String>,
    /// Whether there is more in it that is not told apart.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// Whether it holds objects, and none of them has a field.
    #[serde(skip)]
    pub is_empty: bool,
    /// The first event that has it.
    pub first: Place,
    /// The last event that has it.
    pub last: Place,
}

/// A kind of value, with how many are of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct KindCount {
    /// The kind.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// How many values.
    pub values: u64,
}

/// What values range over.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Range {
    /// Numbers.
    Numbers {
        /// The least.
        min: Number,
        /// The greatest.
        max: Number,
    },
    /// Texts that are all times or dates.
    Times {
        /// The earliest.
        min: Instant,
        /// The latest.
        max: Instant,
    },
    /// Texts.
    Texts {
        /// Characters of the shortest.
        min_length: u64,
        /// Characters of the longest.
        max_length: u64,
        /// Whether all are UUIDs.
        uuid: bool,
        /// How many different ones there are; `None` for many.
        distinct: Option<usize>,
        /// These, commonest first, where there are few.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        texts: Vec<Text>,
    },
    /// Lists.
    Lists {
        /// Items of the shortest.
        min_items: u64,
        /// Items of the longest.
        max_items: u64,
    },
}

/// A text, with how often it is there.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Text {
    /// The text; a long one by its beginning.
    pub text: Arc<str>,
    /// How often.
    pub values: u64,
}

/// An instant, or a date that was written without a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant {
    /// When; a date's midnight.
    pub time: Timestamp,
    /// Whether all were written as dates.
    pub date: bool,
}

impl std::fmt::Display for Instant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.time.to_string();
        f.write_str(if self.date { text.get(..10).unwrap_or(&text) } else { &text })
    }
}

impl serde::Serialize for Instant {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A change of a field.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Change {
    /// Of which field.
    pub path: Arc<str>,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
    /// Whether those who read the events as they were before can't read them after it.
    pub breaking: bool,
    /// The first event after it; of what is there no more, the last one that had it.
    pub at: Place,
    /// Whether the change comes after that event instead of with it.
    pub after: bool,
    /// The schema versions that it is between, where it was found by them.
    pub from_version: Option<Arc<str>>,
    /// The later one.
    pub to_version: Option<Arc<str>>,
    /// How many had it before: the field, or the new type.
    pub before_count: Presence,
    /// How many had it after.
    pub after_count: Presence,
    /// The field that it may have been called before, or is called since: one of the same type that came or went at
    /// the same place. A guess.
    pub perhaps_renamed: Option<Arc<str>>,
}

/// What happened to a field.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum What {
    /// It came.
    Added {
        /// Into some events only.
        optional: bool,
    },
    /// It went.
    Removed,
    /// Its values are of other types.
    Retyped {
        /// Before.
        from: Vec<Kind>,
        /// After.
        to: Vec<Kind>,
    },
    /// Its values are of a further type besides.
    Widened {
        /// Which.
        with: Kind,
    },
    /// Its values are of one type less.
    Narrowed {
        /// Which.
        without: Kind,
    },
    /// It is missing in some events, after it was in all.
    BecameOptional,
    /// It is in all events, after it was missing in some.
    BecameRequired,
}

impl What {
    /// Whether those who read the events as they were before can't read them after it.
    pub fn is_breaking(&self) -> bool {
        match self {
            Self::Added { .. } | Self::Narrowed { .. } | Self::BecameRequired => false,
            Self::Removed | Self::Retyped { .. } | Self::Widened { .. } | Self::BecameOptional => true,
        }
    }
}

fn kinds(kinds: &[Kind]) -> String {
    kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(" or ")
}

impl Change {
    /// What happened to which field, in words: `currency added`.
    pub fn words(&self) -> String {
        let path = if self.path.is_empty() { "the payload" } else { &*self.path };
        match &self.what {
            What::Added { optional: false } => format!("{path} added"),
            What::Added { optional: true } => format!("{path} added, in some events"),
            What::Removed => format!("{path} removed"),
            What::Retyped { from, to } => format!("{path}: {} → {}", kinds(from), kinds(to)),
            What::Widened { with: Kind::Null } => format!("{path} can be null"),
            What::Widened { with } => format!("{path} can be {} as well", with.name()),
            What::Narrowed { without: Kind::Null } => format!("{path} is null no more"),
            What::Narrowed { without } => format!("{path} is {} no more", without.name()),
            What::BecameOptional => format!("{path} became optional"),
            What::BecameRequired => format!("{path} is always there"),
        }
    }

    /// The facts behind it: so many before, so many after.
    pub fn facts(&self) -> String {
        let Self { before_count: before, after_count: after, .. } = self;
        let has = match &self.what {
            What::Widened { with } => with.name().to_owned(),
            What::Narrowed { without } => without.name().to_owned(),
            What::Retyped { to, .. } => kinds(to),
            _ => "there".to_owned(),
        };
        let (from, to) = match (&self.from_version, &self.to_version) {
            (Some(from), Some(to)) => (format!("in version {from}"), format!("in version {to}")),
            _ => ("before".to_owned(), "after".to_owned()),
        };
        let (present, of) = (before.present, before.of);
        format!("{has} in {present} of {of} {from}, {} of {} {to}", after.present, after.of)
    }

    /// The guess that it is another field's new name, or has one.
    pub fn hint(&self) -> Option<String> {
        let other = self.perhaps_renamed.as_ref()?;
        Some(match self.what {
            What::Removed => format!("perhaps renamed to {other}"),
            _ => format!("perhaps renamed from {other}"),
        })
    }

    /// `additive` or `breaking`.
    pub fn verdict(&self) -> &'static str {
        if self.breaking { "breaking" } else { "additive" }
    }
}

impl Field {
    /// Its types in words, with `null` at the end.
    pub fn types_words(&self) -> String {
        let has = |kind: Kind| self.types.iter().any(|seen| seen.kind == kind);
        // A number that happens to be whole is a number.
        let shown = self.types.iter().filter(|seen| !(seen.kind == Kind::Integer && has(Kind::Number)));
        let (nulls, others): (Vec<_>, Vec<_>) = shown.map(|seen| seen.kind).partition(|kind| *kind == Kind::Null);
        let name = |kind: &Kind| match kind {
            Kind::Text if self.is_all_dates() => "text (date)",
            Kind::Text if self.is_all_times() => "text (time)",
            Kind::Text if self.is_all_uuids() => "text (UUID)",
            kind => kind.name(),
        };
        others.iter().chain(&nulls).map(name).collect::<Vec<_>>().join(" or ")
    }

    fn is_all_dates(&self) -> bool {
        self.ranges.iter().any(|range| matches!(range, Range::Times { min, .. } if min.date))
    }

    fn is_all_times(&self) -> bool {
        self.ranges.iter().any(|range| matches!(range, Range::Times { .. }))
    }

    fn is_all_uuids(&self) -> bool {
        self.ranges.iter().any(|range| matches!(range, Range::Texts { uuid: true, .. }))
    }

    /// How many of those that could have it do, with a value: it is neither absent nor null. `None` for what is in
    /// lists and maps.
    pub fn filled(&self) -> Option<Presence> {
        self.presence.map(|Presence { present, of }| Presence { present: present.saturating_sub(self.nulls), of })
    }

    /// In how many it is absent and in how many null, in words; empty where none is null.
    pub fn null_words(&self) -> String {
        let (nulls, values) = (self.nulls, self.values);
        match self.presence {
            _ if nulls == 0 => String::new(),
            Some(Presence { present, of }) if present < of => {
                format!("absent in {}, null in {nulls} of {of}", of - present)
            }
            _ if nulls == values => "always null".to_owned(),
            _ => format!("null in {nulls} of {values}"),
        }
    }

    /// In how many it is null, what its other values range over, and examples, in one line.
    pub fn values_words(&self) -> String {
        let (nulls, others) = (self.null_words(), self.ranges_words());
        match (nulls.is_empty(), others.is_empty()) {
            (true, _) => others,
            (false, true) => nulls,
            (false, false) => format!("{nulls}, else {others}"),
        }
    }

    /// What its values range over but for nulls, and examples, in one line.
    fn ranges_words(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut listed = false;
        for range in &self.ranges {
            match range {
                Range::Numbers { min, max } if min == max => parts.push(format!("always {min}")),
                Range::Numbers { min, max } => parts.push(format!("{min} to {max}")),
                Range::Times { min, max } if min == max => parts.push(format!("always {min}")),
                Range::Times { min, max } => parts.push(format!("{min} to {max}")),
                Range::Texts { texts, .. } if !texts.is_empty() => {
                    let texts: Vec<String> = texts
                        .iter()
                        .map(|text| crate::model::json::to_text(&Value::String(text.text.clone())))
                        .collect();
                    listed = true;
                    parts.push(match texts.as_slice() {
                        [only] => format!("always {only}"),
                        texts => texts.join(", "),
                    });
                }
                Range::Texts { min_length, max_length, distinct, uuid, .. } => {
                    let many = match distinct {
                        None => "many texts".to_owned(),
                        Some(1) => "1 text".to_owned(),
                        Some(count) => format!("{count} texts"),
                    };
                    parts.push(match (uuid, min_length == max_length) {
                        (true, _) => many,
                        (false, true) if *max_length == 1 => format!("{many} of 1 character"),
                        (false, true) => format!("{many} of {max_length} characters"),
                        (false, false) => format!("{many} of {min_length} to {max_length} characters"),
                    });
                }
                Range::Lists { min_items: 1, max_items: 1 } => parts.push("1 item".to_owned()),
                Range::Lists { min_items, max_items } if min_items == max_items => {
                    parts.push(format!("{max_items} items"));
                }
                Range::Lists { min_items, max_items } => parts.push(format!("{min_items} to {max_items} items")),
            }
        }
        parts.extend(self.keys.clone());
        let shows_all = listed || self.ranges.iter().any(|range| matches!(range, Range::Times { .. }));
        let same = parts.len() == 1 && parts[0].starts_with("always");
        if same && self.nulls == 0 && self.presence.is_some_and(|Presence { present, of }| present < of) {
            parts[0] += " where it is there";
        }
        if !shows_all && !same && !self.examples.is_empty() {
            let examples: Vec<String> = self.examples.iter().map(crate::model::json::to_text).collect();
            // Texts tell most by what they are, numbers by what they are between.
            if self.ranges.iter().any(|range| matches!(range, Range::Numbers { .. })) {
                parts.push(format!("such as {}", examples.join(", ")));
            } else {
                parts.insert(0, examples.join(", "));
            }
        }
        if self.is_empty {
            parts.push("has no fields".to_owned());
        }
        if self.more {
            parts.push("more in it that is not told apart".to_owned());
        }
        parts.join("; ")
    }
}

impl Catalogue {
    /// Leaves only fields whose path contains a text, whatever its case, and types that have one.
    pub fn retain_fields(&mut self, part: &str) {
        let part = part.to_lowercase();
        for entry in &mut self.types {
            entry.fields.retain(|field| field.path.to_lowercase().contains(&part));
            entry.changes.retain(|change| change.path.to_lowercase().contains(&part));
        }
        self.types.retain(|entry| !entry.fields.is_empty() || !entry.changes.is_empty());
    }
}
