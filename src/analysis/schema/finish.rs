//! From counts to the catalogue.

use std::cmp::Reverse;
use std::sync::Arc;

use super::MAX_FIELDS;
use super::catalogue::{
    Catalogue, Category, Field, Instant, KindCount, Place, Presence, Range, SchemaVersion, Text, TypeEntry,
    UnreadableCount,
};
use super::changes::{Finder, PlaceOf};
use super::gather::{Gatherer, TypeNode};
use super::node::Node;
use super::values::{Kind, Lengths, Numbers, Texts};
use crate::model::{CategoryIndex, EventLog, Number, TypeIndex, Value, json};

/// Texts of a field that are listed one by one.
const LISTED: usize = 8;
/// Characters of a listed text.
const LISTED_TEXT: usize = 30;
/// Characters of a key in a path.
const KEY: usize = 80;
/// Keys from which on an object may be a map although there are few.
const FEW_KEYS: usize = 4;
/// The same where keys could be names.
const SOME_KEYS: usize = 12;

impl Gatherer {
    /// The catalogue of what was seen. `log` is the index that the events' places are of.
    pub fn finish(self, log: &EventLog) -> Catalogue {
        let place =
            |event: u32| Place { event, position: log.position(event as usize), time: log.time(event as usize) };
        let unreadable = |node: &TypeNode| node.unreadable.values().map(|(count, _)| count).sum::<u64>();
        let all_unreadable = self.types.values().map(unreadable).sum();
        let mut types: Vec<TypeEntry> =
            self.types.into_iter().map(|(index, node)| entry(TypeIndex(index), node, log, &place)).collect();
        types.sort_by(|a, b| b.events.cmp(&a.events).then_with(|| a.first.event.cmp(&b.first.event)));
        Catalogue {
            generation: log.generation(),
            of: log.len() as u64,
            scanned: self.events,
            unreadable: all_unreadable,
            types,
        }
    }
}

fn entry(index: TypeIndex, mut node: TypeNode, log: &EventLog, place: PlaceOf<'_>) -> TypeEntry {
    let mut root = node.root.take();
    if let Some(root) = &mut root {
        settle(root);
    }
    let order = version_order(&node);
    let mut fields = Vec::new();
    let mut changes = Vec::new();
    let mut more_fields = node.cut;
    if let Some(root) = &root {
        let mut finder = Finder { kind: &node, versions: &order, place, found: Vec::new() };
        let mut writer = Writer { place, finder: &mut finder, fields: &mut fields };
        writer.root(root);
        changes = finder.found;
        changes.sort_by(|a, b| (a.at.event, a.after, &a.path).cmp(&(b.at.event, b.after, &b.path)));
    }
    more_fields |= fields.len() > MAX_FIELDS;
    fields.truncate(MAX_FIELDS);
    let mut categories: Vec<Category> = node
        .categories
        .iter()
        .map(|(category, events)| Category {
            category: log.category(CategoryIndex(*category)).clone(),
            events: *events,
        })
        .collect();
    categories.sort_by(|a, b| b.events.cmp(&a.events).then_with(|| a.category.cmp(&b.category)));
    let version = |at: &u16| {
        let version = &node.versions[usize::from(*at)];
        SchemaVersion {
            version: version.version.clone(),
            events: version.events,
            first: place(version.first),
            last: place(version.last),
        }
    };
    let mut unreadable: Vec<UnreadableCount> = node
        .unreadable
        .iter()
        .map(|(reason, (events, first))| UnreadableCount {
            reason: reason.clone(),
            events: *events,
            first: place(*first),
        })
        .collect();
    unreadable.sort_by_key(|count| Reverse(count.events));
    let info = log.event_type(index);
    TypeEntry {
        index,
        name: info.name.clone(),
        short: info.short.clone(),
        kind: log.kind(node.first as usize),
        events: node.events,
        categories,
        schema_versions: order.iter().map(version).collect(),
        other_versions: node.other_versions,
        first: place(node.first),
        last: place(node.last),
        unreadable,
        fields,
        more_fields,
        changes,
    }
}

/// Schema versions as they follow each other: by number where all are numbers, else as they appeared.
fn version_order(node: &TypeNode) -> Vec<u16> {
    let mut order: Vec<u16> = (0..node.versions.len() as u16).collect();
    let text = |at: u16| &*node.versions[usize::from(at)].version;
    let number = |at: u16| Number::parse(text(at).trim_start_matches(['v', 'V']));
    if order.iter().all(|at| number(*at).is_some()) {
        order.sort_by_key(|at| number(*at));
    } else {
        // Merged from ranges they are numbered as they came; this is the same for all ways to cut.
        order.sort_by_key(|at| node.versions[usize::from(*at)].first);
    }
    order
}

/// Makes maps of objects whose keys are data.
fn settle(node: &mut Node) {
    if node.map.is_none() && is_map(node) {
        node.become_map();
    }
    let below = node.children.values_mut().chain(node.items.as_deref_mut()).chain(node.map.as_deref_mut());
    below.for_each(settle);
}

/// Whether an object's keys look like data: all hold values of the same types, each is in few of the objects, and
/// they look like ids or there are many.
fn is_map(node: &Node) -> bool {
    let keys = node.children.len();
    if keys < FEW_KEYS {
        return false;
    }
    let ids = node.children.keys().filter(|key| is_id(key)).count();
    let all_ids = ids == keys;
    if !all_ids && (keys < SOME_KEYS || (ids * 5 < keys * 4 && keys < 4 * SOME_KEYS)) {
        return false;
    }
    let seen: u64 = node.children.values().map(|child| child.seen).sum();
    // Names of fields are in most objects.
    let rare = seen as f64 <= 0.34 * keys as f64 * node.objects as f64;
    if !rare && !all_ids {
        return false;
    }
    let mut kinds = node.children.values().map(|child| {
        let kinds = child.kinds.iter().map(|seen| seen.kind).filter(|kind| *kind != Kind::Null);
        kinds.map(|kind| if kind == Kind::Number { Kind::Integer } else { kind }).collect::<Vec<_>>()
    });
    let Some(mut first) = kinds.next() else { return false };
    first.dedup();
    kinds.all(|mut kinds| {
        kinds.dedup();
        kinds == first
    })
}

/// Whether a key looks like an id or a date: mostly digits, or hexadecimal with digits in it.
fn is_id(key: &str) -> bool {
    let digits = key.bytes().filter(u8::is_ascii_digit).count();
    let others = key.bytes().filter(|byte| !matches!(byte, b'-' | b'_' | b':' | b'.' | b'/')).count();
    let hexadecimal = key.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    (digits > 0 && digits * 2 >= others) || (hexadecimal && digits > 0 && key.len() >= 8)
}

struct Writer<'a, 'f> {
    place: PlaceOf<'a>,
    finder: &'f mut Finder<'a>,
    fields: &'f mut Vec<Field>,
}

impl Writer<'_, '_> {
    fn root(&mut self, root: &Node) {
        let path: Arc<str> = "".into();
        self.finder.types_of(&path, root, true);
        let is_object = root.kinds.iter().all(|seen| seen.kind == Kind::Object);
        if !is_object || root.seen > 0 && root.children.is_empty() && root.map.is_none() {
            let field = self.field(&path, &"(payload)".into(), 0, root, None);
            self.fields.push(field);
        }
        self.below(&path, root, root.seen, 0, true);
    }

    /// The fields in a place. `of` is how many of them there could be.
    fn below(&mut self, path: &Arc<str>, node: &Node, of: u64, depth: usize, ordered: bool) {
        if self.fields.len() > MAX_FIELDS {
            return;
        }
        let mut children: Vec<_> = node.children.iter().collect();
        children.sort_by_key(|(_, child)| (child.first, child.first_place));
        let named: Vec<(Arc<str>, Arc<str>, &Node)> = children
            .into_iter()
            .map(|(key, child)| {
                let name: Arc<str> = written_key(key).into();
                let dot = if path.is_empty() { "" } else { "." };
                (format!("{path}{dot}{name}").into(), name, child)
            })
            .collect();
        let paths: Vec<(Arc<str>, &Node)> = named.iter().map(|(path, _, child)| (path.clone(), *child)).collect();
        self.finder.children_of(node, &paths, ordered);
        for (path, name, child) in &named {
            self.one(path, name, child, Some(Presence { present: child.seen, of }), depth, ordered);
        }
        if let Some(map) = &node.map {
            let dot = if path.is_empty() { "" } else { "." };
            self.one(&format!("{path}{dot}{{…}}").into(), &"{…}".into(), map, None, depth, false);
        }
        if let Some(items) = &node.items {
            self.one(&format!("{path}[]").into(), &"[]".into(), items, None, depth, ordered);
        }
    }

    fn one(
        &mut self,
        path: &Arc<str>,
        name: &Arc<str>,
        node: &Node,
        presence: Option<Presence>,
        depth: usize,
        ordered: bool,
    ) {
        self.finder.types_of(path, node, ordered);
        // Items that are all objects say nothing that their fields don't.
        let is_plain_item = &**name == "[]" && node.kinds.iter().all(|seen| seen.kind == Kind::Object);
        let shown = !is_plain_item || (node.children.is_empty() && node.map.is_none());
        if shown {
            let field = self.field(path, name, depth, node, presence);
            self.fields.push(field);
        }
        self.below(path, node, node.objects, depth + usize::from(shown), ordered);
    }

    fn field(&self, path: &Arc<str>, name: &Arc<str>, depth: usize, node: &Node, presence: Option<Presence>) -> Field {
        let mut types: Vec<KindCount> =
            node.kinds.iter().map(|seen| KindCount { kind: seen.kind, values: seen.count }).collect();
        types.sort_by_key(|count| Reverse(count.values));
        let keys = (&**name == "{…}").then(|| "stands for all keys".to_owned());
        // `[].sku` where the item itself is not told of.
        let name = match path.rfind("[].").filter(|at| at + 3 + name.len() == path.len()) {
            Some(_) => format!("[].{name}").into(),
            None => name.clone(),
        };
        Field {
            path: path.clone(),
            name,
            depth,
            types,
            presence,
            values: node.seen,
            nulls: node.kinds.iter().filter(|seen| seen.kind == Kind::Null).map(|seen| seen.count).sum(),
            ranges: ranges(node),
            examples: node.examples.clone().into_values(),
            keys,
            more: node.cut,
            is_empty: node.objects > 0 && node.children.is_empty() && node.map.is_none() && !node.cut,
            first: (self.place)(node.first),
            last: (self.place)(node.last),
        }
    }
}

fn ranges(node: &Node) -> Vec<Range> {
    let mut ranges = Vec::new();
    if let Some(Numbers { min, max }) = &node.numbers {
        ranges.push(Range::Numbers { min: min.clone(), max: max.clone() });
    }
    if let Some(texts) = &node.texts {
        ranges.push(text_range(texts));
    }
    if let Some(Lengths { min, max }) = node.items_in_list {
        ranges.push(Range::Lists { min_items: min, max_items: max });
    }
    ranges
}

fn text_range(texts: &Texts) -> Range {
    if let Some((min, max)) = texts.span.filter(|_| texts.times == texts.count) {
        let date = texts.dates == texts.count;
        return Range::Times { min: Instant { time: min, date }, max: Instant { time: max, date } };
    }
    let Lengths { min, max } = texts.lengths.unwrap_or(Lengths { min: 0, max: 0 });
    let uuid = texts.uuids == texts.count;
    let mut listed = Vec::new();
    // A few texts that come again are a choice; texts that are each there once are not.
    if let Some(distinct) = &texts.distinct
        && distinct.len() <= LISTED
        && !uuid
        && (distinct.len() == 1 || texts.count >= 2 * distinct.len() as u64)
        && distinct.keys().all(|text| text.chars().count() <= LISTED_TEXT)
    {
        listed = distinct.iter().map(|(text, values)| Text { text: text.clone(), values: *values }).collect();
        listed.sort_by_key(|text| Reverse(text.values));
    }
    let distinct = texts.distinct.as_ref().map(std::collections::BTreeMap::len);
    Range::Texts { min_length: min, max_length: max, uuid, distinct, texts: listed }
}

/// A key as a query writes it, cut where it is too long to read.
fn written_key(key: &str) -> String {
    let ends_name = |c: char| c.is_whitespace() || c.is_control() || ".\"():=<>~![]{}".contains(c);
    let cut = match key.char_indices().nth(KEY) {
        Some((at, _)) => format!("{}…", &key[..at]),
        None => key.to_owned(),
    };
    if cut.is_empty() || cut.contains(ends_name) { json::to_text(&Value::from(cut.as_str())) } else { cut }
}
