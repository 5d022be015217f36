//! What follows from a scenario in the whole store, and the one line that says it.

use std::sync::Arc;

use crate::model::names::short_type;
use crate::model::{Path, Segment, Value, json};
use crate::replay::Change;

use super::compare::{EventMoment, StreamComparison};
use super::hints::Hints;
use super::totals::CategoryTotals;

/// Changes that the one line names.
const TOLD: usize = 2;
/// Characters of a text value in it.
const VALUE: usize = 24;

/// What follows from a scenario.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Follows {
    /// Name of what it is compared with, where that is another scenario and not what was recorded.
    pub against: Option<Arc<str>>,
    /// How many edits apply.
    pub edits: usize,
    /// Every stream that an edit concerns.
    pub streams: Vec<StreamFollows>,
    /// The read models of those streams.
    pub read_models: Vec<ReadModel>,
    /// Totals of key fields, where the projections name some.
    pub totals: Vec<CategoryTotals>,
    /// Categories whose projection names no key fields: nothing to add up.
    pub without_key_fields: Vec<Arc<str>>,
    /// What would probably not have happened.
    pub hints: Hints,
}

/// What follows in one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamFollows {
    /// The two histories.
    pub comparison: StreamComparison,
    /// What differs at their ends, what tells most first: key fields, then values.
    pub changes: Vec<Change>,
}

/// A read model in which entities may differ.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ReadModel {
    /// The category.
    pub category: Arc<str>,
    /// The projection's name for people.
    pub projection: Arc<str>,
    /// How many of its entities end in another state, come new, or are gone.
    pub differing: usize,
    /// How many it has as recorded.
    pub entities: usize,
}

impl StreamFollows {
    /// A comparison with its end's differences in the order in which they are told.
    pub fn new(comparison: StreamComparison, key_fields: &[Path]) -> Self {
        let mut changes = comparison.changes.clone();
        changes.sort_by_key(|change| {
            let path = change.path.to_path();
            let key = key_fields.iter().position(|field| path.parts().starts_with(field.parts()));
            // An element of a list tells less than the field of an entity.
            (key.unwrap_or(key_fields.len()), !is_number(change), path.parts().len())
        });
        Self { comparison, changes }
    }

    /// The changes that are told one by one, of different fields of the state, and how many fields more differ.
    fn told(&self) -> (Vec<&Change>, usize) {
        let mut fields: Vec<Option<&Segment>> = Vec::new();
        let mut told = Vec::new();
        for change in &self.changes {
            let field = change.path.0.first();
            if !fields.contains(&field) {
                fields.push(field);
                if told.len() < TOLD {
                    told.push(change);
                }
            }
        }
        let others = fields.len() - told.len();
        (told, others)
    }

    /// Whether the histories come to other states anywhere.
    pub fn differs(&self) -> bool {
        let one = &self.comparison;
        one.first_divergence.is_some() || !one.changes.is_empty() || self.stops()
    }

    /// Whether the projection stops in the branch, and did not in what it is compared with.
    pub fn stops(&self) -> bool {
        self.comparison.branch.error.is_some() && self.comparison.baseline.error.is_none()
    }
}

fn is_number(change: &Change) -> bool {
    [&change.from, &change.to].into_iter().flatten().any(|value| matches!(value, Value::Number(_)))
}

impl Follows {
    /// The stream that the one line is about: this one if it differs, else the first that does.
    pub fn told_of(&self, stream: Option<&str>) -> Option<&StreamFollows> {
        let differing = || self.streams.iter().filter(|one| one.differs());
        let named = differing().find(|one| Some(&*one.comparison.stream) == stream);
        named.or_else(|| differing().next())
    }

    /// What it all comes to, in parts of one line, the most important first. `stream` is the one that is being looked
    /// at: it needs no name.
    pub fn parts(&self, stream: Option<&str>) -> Vec<String> {
        let than = self.against.as_deref().map_or_else(|| "as recorded".to_owned(), |name| format!("as in {name}"));
        if self.edits == 0 && self.against.is_none() {
            return vec!["no edits: all as recorded".to_owned()];
        }
        let mut parts = Vec::new();
        parts.extend(self.against.as_ref().map(|name| format!("compared with {name}")));
        match self.told_of(stream) {
            None => parts.push(format!("every state comes out {than}")),
            Some(told) => {
                let one = &told.comparison;
                let name = if Some(&*one.stream) == stream { String::new() } else { format!("{} ", one.stream) };
                parts.push(match &one.first_divergence {
                    Some(moment) => format!("{name}differs from {}", place_words(moment)),
                    None => format!("{name}differs"),
                });
                let (named, others) = told.told();
                parts.extend(named.into_iter().map(change_words));
                parts.extend(some(others, "more field differs", "more fields differ"));
                if let Some(error) = one.branch.error.as_ref().filter(|_| told.stops()) {
                    let event = short_type(&error.event_type);
                    let place = error.version.map_or_else(|| event.to_owned(), |version| format!("v{version}"));
                    parts.push(format!("the projection stops at {place}"));
                }
            }
        }
        parts.extend(self.broken_words(stream));
        parts.extend(self.mended_words(stream));
        let without = self.streams.iter().map(|one| one.comparison.no_effect.len()).sum();
        parts.extend(some(without, "event without effect", "events without effect"));
        let differing = self.streams.iter().filter(|one| one.differs()).count();
        parts.extend(more(differing, 1, "more stream differs", "more streams differ"));
        parts.extend(self.hint_words());
        parts
    }

    /// The parts in one line.
    pub fn summary(&self, stream: Option<&str>) -> String {
        self.parts(stream).join(" · ")
    }

    fn broken_words(&self, stream: Option<&str>) -> Vec<String> {
        let all = || self.streams.iter().flat_map(|one| one.comparison.broken_invariants.iter().map(move |b| (one, b)));
        let own = all().find(|(one, _)| Some(&*one.comparison.stream) == stream);
        let Some((one, broken)) = own.or_else(|| all().next()) else { return Vec::new() };
        let told = self.told_of(stream).map(|told| &told.comparison.stream);
        let place = place_words(&broken.at);
        let of =
            if told == Some(&one.comparison.stream) { String::new() } else { format!(" of {}", one.comparison.stream) };
        let of_this = all().filter(|(_, other)| other.name == broken.name).count();
        let again = match of_this {
            1 => String::new(),
            2 => " and at 1 more event".to_owned(),
            times => format!(" and at {} more events", times - 1),
        };
        let mut words = vec![format!("breaks \"{}\" at {place}{of}{again}", broken.name)];
        let mut names: Vec<&Arc<str>> = all().map(|(_, broken)| &broken.name).collect();
        names.sort_unstable();
        names.dedup();
        words.extend(more(names.len(), 1, "more rule broken", "more rules broken"));
        words
    }

    fn mended_words(&self, stream: Option<&str>) -> Option<String> {
        let told = self.told_of(stream).map(|told| &told.comparison.stream);
        let mut mended: Vec<(&Arc<str>, &Arc<str>)> = Vec::new();
        for one in self.streams.iter().map(|one| &one.comparison) {
            for invariant in &one.mended_invariants {
                if !mended.contains(&(&invariant.name, &one.stream)) {
                    mended.push((&invariant.name, &one.stream));
                }
            }
        }
        mended.sort_by_key(|(_, of)| told != Some(*of));
        let ((first, of), others) = mended.split_first()?;
        let of = if told == Some(*of) { String::new() } else { format!(" of {of}") };
        let others =
            some(others.len(), "more rule", "more rules").map_or_else(String::new, |more| format!(" and {more}"));
        Some(format!("no longer breaks \"{first}\"{of}{others}"))
    }

    fn hint_words(&self) -> Option<String> {
        let (events, streams) = self.hints.probable();
        if events == 0 {
            return None;
        }
        let edited = |name: &str| self.streams.iter().any(|one| *one.comparison.stream == *name);
        let other = self.hints.streams.iter().filter(|hint| hint.probable() > 0).all(|hint| !edited(&hint.stream));
        let of = match (streams, other) {
            (1, true) => "in another stream".to_owned(),
            (1, false) => "in 1 stream".to_owned(),
            (streams, true) => format!("in {streams} other streams"),
            (streams, false) => format!("in {streams} streams"),
        };
        let events = if events == 1 { "1 event".to_owned() } else { format!("{events} events") };
        Some(format!("{events} {of} would probably not have happened"))
    }
}

fn some(count: usize, one: &str, more: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {more}")),
    }
}

fn more(count: usize, told: usize, one: &str, more: &str) -> Option<String> {
    some(count.saturating_sub(told), one, more)
}

/// A place by its version, else its position, else its type.
pub fn place_words(moment: &EventMoment) -> String {
    match (moment.version, moment.position) {
        (Some(version), _) => format!("v{version}"),
        (None, Some(position)) => format!("#{position}"),
        (None, None) => short_type(&moment.event_type).to_owned(),
    }
}

/// A change in a few words: `balance 77.50 → 97.50`.
pub fn change_words(change: &Change) -> String {
    let side = |value: &Option<Value>| value.as_ref().map_or_else(|| "nothing".to_owned(), value_words);
    format!("{} {} → {}", change.path, side(&change.from), side(&change.to))
}

fn value_words(value: &Value) -> String {
    let text = match value {
        Value::String(text) if !text.is_empty() => text.to_string(),
        value => json::to_text(value),
    };
    match text.char_indices().nth(VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
