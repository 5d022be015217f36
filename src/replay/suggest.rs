//! A first projection of rules for a category, by the names of its event types and by sample values.
//!
//! A beginning to edit, not an answer: words such as "deposited" or "closed" say what an event probably does, and
//! fields are taken over by name. What is suggested parses, and folds the samples without an error.

use std::sync::Arc;

use crate::model::json::to_pretty_text;
use crate::model::names::{humanised, short_type};
use crate::model::{Event, Key, List, Object, Path, Value};

use super::projection_file;

/// One event type of a category, with events to learn from.
#[derive(Debug, Clone)]
pub struct SampledType {
    /// The type in full.
    pub event_type: Arc<str>,
    /// How many events of it there are.
    pub events: u64,
    /// Some of them, in replay order; a handful spread over the store tells most.
    pub samples: Vec<Arc<Event>>,
}

const MORE: [&str; 9] =
    ["deposited", "credited", "added", "increased", "earned", "received", "refunded", "restocked", "loaded"];
const LESS: [&str; 10] =
    ["withdrawn", "sent", "debited", "removed", "decreased", "spent", "redeemed", "charged", "deducted", "shipped"];
const BEGINS: [(&str, &str); 9] = [
    ("opened", "open"),
    ("created", "created"),
    ("registered", "registered"),
    ("started", "started"),
    ("placed", "placed"),
    ("booked", "booked"),
    ("submitted", "submitted"),
    ("reopened", "open"),
    ("initiated", "started"),
];
const ENDS: [(&str, &str); 13] = [
    ("closed", "closed"),
    ("cancelled", "cancelled"),
    ("canceled", "cancelled"),
    ("completed", "completed"),
    ("finished", "finished"),
    ("resolved", "resolved"),
    ("deleted", "deleted"),
    ("archived", "archived"),
    ("expired", "expired"),
    ("rejected", "rejected"),
    ("approved", "approved"),
    ("confirmed", "confirmed"),
    ("paid", "paid"),
];
const AMOUNTS: [&str; 10] = ["amount", "value", "sum", "total", "price", "quantity", "qty", "count", "points", "units"];
const QUANTITIES: [&str; 5] = ["quantity", "qty", "count", "units", "amount"];

/// What is known of one field of a type's payloads.
struct Field {
    name: Key,
    everywhere: bool,
    numbers: bool,
    list: bool,
}

struct Sketch<'a> {
    event_type: &'a SampledType,
    words: Vec<String>,
    fields: Vec<Field>,
}

/// The text of a projection file for a category.
pub fn suggest(category: &str, types: &[SampledType]) -> String {
    let sketches: Vec<Sketch<'_>> = types.iter().map(Sketch::new).collect();
    let mut plain: Vec<bool> = vec![false; types.len()];
    // A type whose rules fail on its own samples gets the plain ones, which can't.
    loop {
        let text = written(category, &sketches, &plain);
        match failing(&text, types) {
            Some(index) if !plain[index] => plain[index] = true,
            Some(_) if plain.iter().any(|plain| !plain) => plain.fill(true),
            _ => return text,
        }
    }
}

/// The first type whose samples the projection does not fold.
fn failing(text: &str, types: &[SampledType]) -> Option<usize> {
    let set = projection_file::parse(text, "suggested").ok()?;
    let fold = set.projections().next()?;
    let mut state = fold.initial();
    let mut samples: Vec<(usize, &Arc<Event>)> =
        types.iter().enumerate().flat_map(|(index, one)| one.samples.iter().map(move |event| (index, event))).collect();
    samples.sort_by_key(|(_, event)| event.position);
    let fails = |state: &mut _, event: &Event| fold.apply(state, event, 0).is_err_and(|error| !error.unreadable);
    samples.into_iter().find(|(_, event)| fails(&mut state, event)).map(|(index, _)| index)
}

impl<'a> Sketch<'a> {
    fn new(event_type: &'a SampledType) -> Self {
        let payloads: Vec<_> = event_type.samples.iter().filter_map(|event| event.data.decoded().ok()).collect();
        let objects: Vec<&Object> = payloads.iter().filter_map(|payload| payload.as_object()).collect();
        let mut fields: Vec<Field> = Vec::new();
        for (key, slot) in objects.iter().flat_map(|object| object.iter()) {
            let number = matches!(slot.value, Value::Number(_));
            let list = matches!(slot.value, Value::List(_));
            match fields.iter_mut().find(|field| field.name == *key) {
                Some(field) => {
                    field.numbers &= number;
                    field.list |= list;
                }
                None => {
                    let everywhere = objects.iter().all(|object| object.get(key).is_some());
                    fields.push(Field { name: key.clone(), everywhere, numbers: number, list });
                }
            }
        }
        Self { event_type, words: words(&event_type.event_type), fields }
    }

    fn says(&self, words: &[&str]) -> bool {
        self.words.iter().any(|word| words.contains(&word.as_str()))
    }

    fn status(&self, words: &[(&str, &'static str)]) -> Option<&'static str> {
        words.iter().find(|(word, _)| self.words.iter().any(|own| own == word)).map(|(_, status)| *status)
    }

    /// The number that the event is about.
    fn amount(&self) -> Option<&Field> {
        let numbers = || self.fields.iter().filter(|field| field.numbers && !is_id(&field.name));
        let named = AMOUNTS.iter().find_map(|name| numbers().find(|field| field.name.eq_ignore_ascii_case(name)));
        named.or_else(|| numbers().next().filter(|_| numbers().count() == 1))
    }

    /// The field that tells items apart, and whether there is a quantity beside it.
    fn item(&self) -> Option<(&Field, bool)> {
        let wanted = |field: &&Field| {
            let name = field.name.to_lowercase();
            field.everywhere && !field.list && (name == "sku" || name.contains("product") || name.contains("item"))
        };
        let key = self.fields.iter().find(wanted).or_else(|| self.fields.iter().find(|field| is_id(&field.name)))?;
        let quantity =
            |field: &Field| field.numbers && QUANTITIES.iter().any(|name| field.name.eq_ignore_ascii_case(name));
        Some((key, self.fields.iter().any(quantity))).filter(|(key, _)| key.everywhere)
    }
}

/// The type's short name as lower-case words.
fn words(full: &str) -> Vec<String> {
    let spaced: String = short_type(full)
        .chars()
        .flat_map(|c| if c.is_uppercase() { vec![' ', c] } else { vec![c] })
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    spaced.split_whitespace().map(str::to_lowercase).collect()
}

fn is_id(name: &str) -> bool {
    name == "id" || name.ends_with("_id") || name.ends_with("Id") || name.ends_with("ID") || name == "sku"
}

/// Names of the fields that rules share.
struct Names {
    /// The field that amounts add up in, and whether it is one that sets may not touch.
    balance: Option<Key>,
    /// The field by which the items of the list are told apart.
    items: Option<Key>,
    status: bool,
}

fn names(sketches: &[Sketch<'_>], plain: &[bool]) -> Names {
    let lively = || sketches.iter().zip(plain).filter(|(_, plain)| !**plain).map(|(sketch, _)| sketch);
    let items = lively()
        .filter(|sketch| sketch.says(&["added"]))
        .find_map(|sketch| sketch.item().filter(|(_, quantity)| *quantity).map(|(key, _)| key.name.clone()));
    let counted = |sketch: &&Sketch<'_>| sketch.says(&MORE) || sketch.says(&LESS);
    let amount = lively()
        .filter(|sketch| items.is_none() || sketch.item().is_none())
        .filter(counted)
        .find_map(|sketch| sketch.amount());
    let balance = amount.map(|field| match &*field.name.to_lowercase() {
        "quantity" | "qty" | "count" | "points" | "units" => field.name.clone(),
        _ => "balance".into(),
    });
    let status = lively().any(|sketch| sketch.status(&BEGINS).or_else(|| sketch.status(&ENDS)).is_some());
    Names { balance, items, status }
}

fn written(category: &str, sketches: &[Sketch<'_>], plain: &[bool]) -> String {
    let names = names(sketches, plain);
    let mut init = Object::default();
    let mut key_fields = Vec::new();
    let mut note = |key: &str, value: Value| {
        put(&mut init, key, value);
        key_fields.push(Value::from(Path(vec![key.into()]).to_string().as_str()));
    };
    if names.status {
        note("status", "none".into());
    }
    if let Some(balance) = &names.balance {
        note(balance, 0.into());
    }
    if names.items.is_some() {
        put(&mut init, "items", List::default().into());
    }
    let (mut when, mut labels) = (Object::default(), Object::default());
    for (sketch, plain) in sketches.iter().zip(plain) {
        let full = &*sketch.event_type.event_type;
        let short = short_type(full);
        let alone = sketches.iter().filter(|other| short_type(&other.event_type.event_type) == short).count() == 1;
        let key = if alone { short } else { full };
        let operations = operations(sketch, &names, *plain);
        if operations.is_empty() || key == "*" {
            continue;
        }
        put(&mut when, key, operations.into_iter().collect::<List>().into());
        put(&mut labels, key, label(sketch).as_str().into());
    }
    let mut file = Object::default();
    put(&mut file, "projection", category.into());
    put(&mut file, "title", humanised(category).as_str().into());
    put(&mut file, "category", category.into());
    put(&mut file, "init", init.into());
    put(&mut file, "when", when.into());
    put(&mut file, "labels", labels.into());
    put(&mut file, "key_fields", key_fields.into_iter().collect::<List>().into());
    if category.trim().is_empty() {
        for key in ["projection", "title", "category"] {
            file.remove(key);
        }
    }
    // A name without a letter, such as `_`, has no words for people.
    if humanised(category).trim().is_empty() {
        file.remove("title");
    }
    to_pretty_text(&file.into()) + "\n"
}

fn operations(sketch: &Sketch<'_>, names: &Names, plain: bool) -> Vec<Value> {
    let mut operations = Vec::new();
    let mut taken: Vec<&str> = Vec::new();
    if !plain {
        if let Some(status) = sketch.status(&BEGINS).or_else(|| sketch.status(&ENDS)) {
            operations.push(operation("set", "status", &[("value", status)]));
            taken.push("status");
        }
        let item = sketch.item().filter(|(key, _)| names.items.as_ref() == Some(&key.name));
        if let Some((key, _)) = item.filter(|_| sketch.says(&["added", "changed", "updated"])) {
            return vec![operation("upsert", "items", &[("key", &key.name), ("from", "data")])];
        }
        if let Some((key, _)) = item.filter(|_| sketch.says(&["removed"])) {
            let from = source(&key.name);
            return vec![operation("remove", "items", &[("key", &key.name), ("from", &from)])];
        }
        if let (Some(balance), Some(amount)) = (&names.balance, sketch.amount())
            && (sketch.says(&MORE) || sketch.says(&LESS))
        {
            let word = if sketch.says(&MORE) { "add" } else { "subtract" };
            let mut rest = vec![("from", source(&amount.name))];
            if !amount.everywhere {
                rest.push(("missing", "skip".to_owned()));
            }
            let rest: Vec<(&str, &str)> = rest.iter().map(|(key, value)| (*key, value.as_str())).collect();
            let target = Path(vec![balance.clone()]).to_string();
            return vec![operation(word, &target, &rest)];
        }
    }
    for field in sketch.fields.iter().filter(|field| !taken.contains(&&*field.name)) {
        let is_balance = names.balance.as_ref() == Some(&field.name);
        // What others add up or list must stay a number, or a list.
        let clashes = (is_balance && !field.numbers) || (names.items.is_some() && &*field.name == "items");
        if !clashes && !field.name.contains(['{', '}']) {
            let target = Path(vec![field.name.clone()]).to_string();
            operations.push(operation("set", &target, &[("from", &source(&field.name))]));
        }
    }
    operations
}

/// `Funds deposited: {data.amount}`.
fn label(sketch: &Sketch<'_>) -> String {
    let mut label = humanised(&sketch.event_type.event_type).replace('{', "{{").replace('}', "}}");
    let telling = sketch.amount().into_iter().chain(sketch.fields.iter().filter(|field| !field.list));
    let mut names: Vec<&str> = Vec::new();
    for name in telling.map(|field| &*field.name).filter(|name| !name.contains(['{', '}', '"'])) {
        if names.len() < 2 && !names.contains(&name) {
            names.push(name);
        }
    }
    for (index, name) in names.into_iter().enumerate() {
        label.push_str(if index == 0 { ": " } else { ", " });
        label.push_str(&format!("{{{}}}", source(name)));
    }
    label
}

fn source(field: &str) -> String {
    format!("data.{}", Path(vec![field.into()]))
}

fn operation(word: &str, target: &str, rest: &[(&str, &str)]) -> Value {
    let mut entry = Object::default();
    put(&mut entry, word, target.into());
    for (key, value) in rest {
        put(&mut entry, key, (*value).into());
    }
    entry.into()
}

fn put(object: &mut Object, key: &str, value: Value) {
    object.insert(key.into(), value, crate::model::Origin::NONE);
}
