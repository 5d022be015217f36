//! What could be written where the caret stands: names, paths, operators, and values that the store has.

mod place;

use std::ops::Range;

use super::Scope;
use super::fields::{Field, FieldInfo, Role, Root, fields, nearest, role_of};
use super::parse::MAX_LENGTH;
use super::vocabulary::{KnownPath, Vocabulary};
use crate::model::{Number, json};
use place::{Place, operator_at, value_len};

/// At most so many suggestions are made.
pub const MAX_SUGGESTIONS: usize = 12;

/// What could be written at a caret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completion {
    /// The bytes of the text that a suggestion replaces: what of it is written already. Empty where nothing is.
    pub replace: Range<usize>,
    /// What could stand there, the likeliest first. At most [`MAX_SUGGESTIONS`].
    pub items: Vec<Suggestion>,
}

/// Something that could be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What takes the place of [`Completion::replace`]. With `:`, `.` or a blank at its end it wants to be continued.
    pub insert: String,
    /// The same for a list of suggestions.
    pub label: String,
    /// What it stands for, in a few words.
    pub detail: String,
}

/// What could be written at `caret`, a byte offset of `text` (one beyond its end or within a character is moved back).
/// Says nothing where nothing fits: inside quoted text, after a finished value, in a query that is too long.
pub fn complete(text: &str, caret: usize, scope: Scope, vocabulary: &Vocabulary) -> Completion {
    let caret = (0..=caret.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    if text.len() > MAX_LENGTH {
        return Completion { replace: caret..caret, items: Vec::new() };
    }
    let (replace, items) = match place::place(text, caret) {
        Place::Name { replace, followed } => {
            let typed = &text[replace.start..caret];
            (replace, names(typed, followed, scope, vocabulary))
        }
        Place::Presence { replace } => {
            let typed = &text[replace.start..caret];
            (replace, presences(typed, scope, vocabulary))
        }
        Place::Operator { name, replace } => (replace, operators(name, scope)),
        Place::Value { name, operator, replace } => {
            let typed = &text[replace.start..caret];
            (replace, values(name, operator, typed, scope, vocabulary))
        }
        Place::Nowhere => (caret..caret, Vec::new()),
    };
    // What is there already is no suggestion.
    let items = items.into_iter().filter(|item| item.insert != text[replace.clone()]).collect();
    Completion { replace, items }
}

/// Collects suggestions by how well they fit what was typed.
struct Ranked {
    typed: String,
    found: Vec<(u8, Suggestion)>,
}

impl Ranked {
    fn new(typed: &str) -> Self {
        Self { typed: typed.to_lowercase(), found: Vec::new() }
    }

    /// How well a name fits: it begins so, one of its parts does, or it has it somewhere. Lower is better.
    fn rank(&self, name: &str) -> Option<u8> {
        if self.typed.is_empty() {
            return Some(0);
        }
        let lower = name.to_lowercase();
        if lower.starts_with(&self.typed) {
            return Some(0);
        }
        // Every word of `FundsWithdrawn` and `order_id` begins a part; lower case may be longer than what it is of.
        let mut part = true;
        for (at, c) in name.char_indices() {
            let begins = part || c.is_uppercase();
            part = !c.is_alphanumeric();
            if begins && name[at..].to_lowercase().starts_with(&self.typed) {
                return Some(1);
            }
        }
        lower.contains(&self.typed).then_some(2)
    }

    /// Adds a suggestion if one of its names fits, after those of the same fit that come sooner (`later`, 0 to 3).
    fn add(&mut self, names: &[&str], later: u8, suggestion: impl FnOnce() -> Suggestion) {
        if let Some(rank) = names.iter().filter_map(|name| self.rank(name)).min() {
            self.found.push((rank * 4 + later, suggestion()));
        }
    }

    /// Adds a field if its name or a part of it begins so: there are too few to be looked for by their middles.
    fn add_field(&mut self, name: &str, later: u8, suggestion: impl FnOnce() -> Suggestion) {
        if self.rank(name).is_some_and(|rank| rank < 2) {
            self.add(&[name], later, suggestion);
        }
    }

    fn best(mut self) -> Vec<Suggestion> {
        // Stable: what was added first is commoner.
        self.found.sort_by_key(|(rank, _)| *rank);
        let mut items: Vec<Suggestion> = Vec::new();
        for (_, item) in self.found {
            if items.len() < MAX_SUGGESTIONS && items.iter().all(|other| other.insert != item.insert) {
                items.push(item);
            }
        }
        items
    }
}

fn in_scope(role: Role, scope: Scope) -> bool {
    scope == Scope::EventAndState || role != Role::Path(Root::State)
}

/// Whether a path may be written here.
fn known(path: &KnownPath, scope: Scope) -> bool {
    let root = path.path.split('.').next().unwrap_or_default();
    matches!(role_of(root), Some(role @ Role::Path(_)) if in_scope(role, scope))
}

/// Names at the start of a term, and whole terms that they could become.
fn names(typed: &str, followed: bool, scope: Scope, vocabulary: &Vocabulary) -> Vec<Suggestion> {
    let mut ranked = Ranked::new(typed);
    if typed.contains('.') {
        add_paths(
            &mut ranked,
            scope,
            vocabulary,
            0,
            |path| if followed { path.to_owned() } else { format!("{path} ") },
        );
        if !followed && let Some(path) = vocabulary.paths.iter().find(|path| *path.path == *typed && known(path, scope))
        {
            // The path is complete: what it can be compared with comes first.
            let mut items = operators(&path.path, scope);
            for item in &mut items {
                item.insert = format!("{typed} {}", item.insert);
                item.label = format!("{typed} {}", item.label);
            }
            items.extend(ranked.best().into_iter().filter(|item| item.insert.trim_end() != typed));
            items.truncate(MAX_SUGGESTIONS);
            return items;
        }
        return ranked.best();
    }
    // With nothing typed, the commonest of each kind are a table of contents.
    let (most_fields, most_types) = if typed.is_empty() { (8, 4) } else { (usize::MAX, usize::MAX) };
    for field in fields().iter().filter(|field| in_scope(field.role, scope)).take(most_fields) {
        let spelled = spelling(field, typed);
        ranked.add_field(spelled, 0, || named(field, spelled, followed));
    }
    if !followed {
        for (event_type, events) in vocabulary.types.iter().take(most_types) {
            ranked.add(&[event_type], 1, || Suggestion {
                insert: format!("type:{}", written(event_type, ":")),
                label: format!("type:{event_type}"),
                detail: counted(*events),
            });
        }
    }
    if typed.is_empty() {
        return ranked.best();
    }
    add_paths(&mut ranked, scope, vocabulary, 2, |path| if followed { path.to_owned() } else { format!("{path} ") });
    if !followed {
        for (field, words, detail) in
            [("category", &vocabulary.categories, "category of streams"), ("user", &vocabulary.users, "who caused it")]
        {
            for word in words {
                ranked.add(&[word], 3, || Suggestion {
                    insert: format!("{field}:{}", written(word, ":")),
                    label: format!("{field}:{word}"),
                    detail: detail.to_owned(),
                });
            }
        }
    }
    let found = ranked.best();
    if !found.is_empty() {
        return found;
    }
    // The words of other systems: `payload` for `data`.
    let meant = nearest(typed).and_then(|name| fields().iter().find(|field| field.name == name));
    meant
        .filter(|field| in_scope(field.role, scope))
        .map(|field| named(field, field.name, followed))
        .into_iter()
        .collect()
}

/// The spelling of a field that goes on as it was begun.
fn spelling(field: &FieldInfo, typed: &str) -> &'static str {
    let begun = |name: &&&'static str| name.starts_with(typed);
    if field.name.starts_with(typed) { field.name } else { field.aliases.iter().find(begun).unwrap_or(&field.name) }
}

/// A field with what must follow it.
fn named(field: &FieldInfo, name: &str, followed: bool) -> Suggestion {
    let after = match field.role {
        _ if followed => "",
        Role::Path(_) => ".",
        Role::Field(Field::Archived) => " = ",
        Role::Field(Field::Version | Field::Position | Field::Time | Field::ValidTime | Field::SchemaVersion) => " ",
        Role::Field(_) | Role::After | Role::Before | Role::Has => ":",
    };
    Suggestion { insert: format!("{name}{after}"), label: name.to_owned(), detail: field.meaning.to_owned() }
}

fn add_paths(ranked: &mut Ranked, scope: Scope, vocabulary: &Vocabulary, later: u8, insert: impl Fn(&str) -> String) {
    let rooted = ranked.typed.split_once('.').map(|(root, below)| (root.to_owned(), Ranked::new(below)));
    for path in vocabulary.paths.iter().filter(|path| known(path, scope)) {
        let (root, below) = path.path.split_once('.').unwrap_or((&path.path, ""));
        // `data.amo` means `data.amount` and may mean `data.order.amount`; without a root, each name of a path counts.
        let rank = match &rooted {
            Some((typed, rest)) => rest.rank(below).filter(|_| typed == root),
            None => ranked.rank(below),
        };
        if let Some(rank) = rank {
            let (label, detail) = (path.path.to_string(), examples(path));
            ranked.found.push((rank * 4 + later, Suggestion { insert: insert(&path.path), label, detail }));
        }
    }
}

/// A few values of a path.
fn examples(path: &KnownPath) -> String {
    let values: Vec<&str> = path.values.iter().take(3).map(|value| &**value).collect();
    if values.is_empty() { String::new() } else { format!("such as {}", values.join(", ")) }
}

fn counted(events: usize) -> String {
    if events == 1 { "1 event".to_owned() } else { format!("{events} events") }
}

/// What `has:` can look for.
fn presences(typed: &str, scope: Scope, vocabulary: &Vocabulary) -> Vec<Suggestion> {
    let mut ranked = Ranked::new(typed);
    add_paths(&mut ranked, scope, vocabulary, 0, str::to_owned);
    for field in fields().iter().filter(|field| in_scope(field.role, scope)) {
        let begins_path = matches!(field.role, Role::Path(_));
        if !begins_path && !matches!(field.role, Role::Field(_)) {
            continue;
        }
        let spelled = spelling(field, typed);
        ranked.add_field(spelled, 1, || Suggestion {
            insert: if begins_path { format!("{spelled}.") } else { spelled.to_owned() },
            label: spelled.to_owned(),
            detail: field.meaning.to_owned(),
        });
    }
    ranked.best()
}

const COMPARED: [(&str, &str); 8] = [
    ("=", "is"),
    ("!=", "is not"),
    (">", "is more than"),
    ("<", "is less than"),
    (">=", "is at least"),
    ("<=", "is at most"),
    (":", "fits a pattern with * and ?"),
    ("~", "fits a regular expression"),
];

/// What can follow a name.
fn operators(name: &str, scope: Scope) -> Vec<Suggestion> {
    let (root, path) = name.split_once('.').map_or((name, None), |(root, path)| (root, Some(path)));
    let Some(role) = role_of(root).filter(|role| in_scope(*role, scope)) else { return Vec::new() };
    let fit: &[&str] = match role {
        Role::Path(_) if path == Some("") => &[],
        Role::Path(_) => &["=", "!=", ">", "<", ">=", "<=", ":", "~"],
        _ if path.is_some() => &[],
        Role::After | Role::Before | Role::Has => &[":"],
        Role::Field(Field::Version | Field::Position | Field::SchemaVersion) => &["=", ">", "<", ">=", "<=", "!="],
        Role::Field(Field::Time | Field::ValidTime) => &[">=", "<", ">", "<=", "="],
        Role::Field(Field::Archived) => &["="],
        Role::Field(_) => &[":", "=", "!=", "~"],
    };
    let timed = matches!(role, Role::Field(Field::Time | Field::ValidTime));
    fit.iter()
        .filter_map(|operator| COMPARED.iter().find(|(written, _)| written == operator))
        .map(|(operator, meaning)| {
            let meaning = match (*operator, timed, role) {
                (">=", true, _) => "at this time or later",
                ("<", true, _) => "earlier than",
                (">", true, _) => "later than",
                ("<=", true, _) => "at this time or earlier",
                (":", _, Role::After | Role::Before) => "a time",
                (":", _, Role::Has) => "a field or a path",
                (_, _, _) => meaning,
            };
            Suggestion { insert: format!("{operator} "), label: (*operator).to_owned(), detail: meaning.to_owned() }
        })
        .collect()
}

/// What a field or a path can be compared with.
fn values(name: &str, operator: &str, typed: &str, scope: Scope, vocabulary: &Vocabulary) -> Vec<Suggestion> {
    let (root, path) = name.split_once('.').map_or((name, None), |(root, path)| (root, Some(path)));
    let Some(role) = role_of(root).filter(|role| in_scope(*role, scope)) else { return Vec::new() };
    let quoted = typed.starts_with('"');
    let mut ranked = Ranked::new(typed.strip_prefix('"').unwrap_or(typed));
    let mut word = |word: &str, detail: String| {
        ranked.add(&[word], 0, || Suggestion { insert: written(word, operator), label: word.to_owned(), detail });
    };
    match role {
        // A regular expression is more than a value.
        _ if operator == "~" => {}
        Role::Path(_) => {
            for value in vocabulary.paths.iter().filter(|known| *known.path == *name).flat_map(|known| &known.values) {
                add_value(&mut ranked, value, operator, quoted);
            }
        }
        _ if path.is_some() => {}
        Role::Field(Field::Type) => {
            vocabulary.types.iter().for_each(|(event_type, events)| word(event_type, counted(*events)));
        }
        Role::Field(Field::Category) => {
            vocabulary.categories.iter().for_each(|category| word(category, "category of streams".to_owned()));
        }
        Role::Field(Field::User) => {
            vocabulary.users.iter().for_each(|user| word(user, "who caused it".to_owned()));
        }
        Role::Field(Field::Kind) => {
            for (kind, meaning) in
                [("event", "a fact"), ("command", "what was asked for"), ("system", "the library's own bookkeeping")]
            {
                word(kind, meaning.to_owned());
            }
        }
        Role::Field(Field::Archived) if !quoted => {
            for (value, detail) in [("true", "archived or deleted"), ("false", "neither")] {
                ranked.add(&[value], 0, || Suggestion {
                    insert: value.to_owned(),
                    label: value.to_owned(),
                    detail: detail.to_owned(),
                });
            }
        }
        Role::After | Role::Before if operator == ":" => add_days(&mut ranked),
        Role::Field(Field::Time | Field::ValidTime) if operator != ":" => add_days(&mut ranked),
        _ => {}
    }
    ranked.best()
}

fn add_days(ranked: &mut Ranked) {
    for (day, detail) in [("today", "since midnight"), ("yesterday", "since its midnight")] {
        ranked.add(&[day], 0, || Suggestion {
            insert: day.to_owned(),
            label: day.to_owned(),
            detail: detail.to_owned(),
        });
    }
}

/// A value that is written as a query writes it.
fn add_value(ranked: &mut Ranked, value: &str, operator: &str, quoted: bool) {
    let text: Option<String> = value.starts_with('"').then(|| serde_json::from_str(value).ok()).flatten();
    let is_text = text.is_some() || (written(value, "=") == value);
    let compact = value.starts_with(['[', '{']);
    // A pattern has nothing to fit where there is no text, and lists can't be written as one.
    let fits = operator != ":" || (!compact && value != "null");
    let ordered =
        !matches!(operator, "<" | "<=" | ">" | ">=") || !(compact || matches!(value, "null" | "true" | "false"));
    if !fits || !ordered || (quoted && !is_text) {
        return;
    }
    let shown = text.as_deref().unwrap_or(value);
    ranked.add(&[shown], 0, || Suggestion {
        insert: value.to_owned(),
        label: shown.to_owned(),
        detail: "such a value is there".to_owned(),
    });
}

/// A text as the right side of an operator: in quotes where it must be.
fn written(text: &str, operator: &str) -> String {
    let keyword = ["and", "or", "not"].into_iter().any(|keyword| text.eq_ignore_ascii_case(keyword));
    let meaning = operator != ":"
        && (matches!(text, "null" | "true" | "false") || Number::parse(text).is_some() || text.starts_with(['[', '{']));
    let path = text.split_once('.').is_some_and(|(root, _)| matches!(role_of(root), Some(Role::Path(_))));
    let odd = text.is_empty()
        || value_len(text) < text.len()
        || text.chars().any(char::is_control)
        || text.starts_with(['\'', '‘', '’', '“', '”', '„', '!'])
        || operator_at(text).is_some();
    if keyword || meaning || path || odd { json::to_text(&text.into()) } else { text.to_owned() }
}

#[cfg(test)]
mod tests;
