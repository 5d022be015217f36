//! Events in, counts kept: streaming, in bounded memory, and mergeable.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::node::{Node, Walk};
use super::{MAX_FIELDS, MAX_FIELDS_IN_ALL, MAX_VERSIONS};
use crate::model::{CategoryIndex, TypeIndex, Value};

/// Reasons why payloads can't be read that are told apart, of each type.
const REASONS: usize = 20;
/// Characters of a schema version.
const VERSION: usize = 60;

/// What the catalogue takes in of an event.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Its place in the index. Each event's is greater than those before.
    pub event: u32,
    /// Its type.
    pub event_type: TypeIndex,
    /// The category of its stream.
    pub category: Option<CategoryIndex>,
    /// The version of its schema, where the layout has one.
    pub schema_version: Option<&'a Value>,
    /// Its payload, or in a few words why it can't be read.
    pub payload: Result<&'a Value, &'a str>,
}

/// What was seen so far. See the [module](super).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gatherer {
    pub(super) events: u64,
    pub(super) types: BTreeMap<u32, TypeNode>,
    /// Places kept of all types.
    places: usize,
}

/// What was seen of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TypeNode {
    pub events: u64,
    pub first: u32,
    pub last: u32,
    pub categories: BTreeMap<u32, u64>,
    /// In order of appearance.
    pub versions: Vec<VersionNode>,
    /// Events of versions beyond those kept.
    pub other_versions: u64,
    /// How many can't be read for which reason, and the first of them.
    pub unreadable: BTreeMap<String, (u64, u32)>,
    /// The payload as a whole.
    pub root: Option<Node>,
    places: usize,
    /// Whether there are more fields than were kept.
    pub cut: bool,
}

/// What was seen of a schema version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VersionNode {
    pub version: Arc<str>,
    pub events: u64,
    pub first: u32,
    pub last: u32,
}

impl Gatherer {
    /// Nothing seen yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many events were taken in.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Takes in the next event.
    pub fn take(&mut self, facts: &Facts<'_>) {
        let Facts { event, event_type, category, schema_version, payload } = *facts;
        self.events += 1;
        let node = self.types.entry(event_type.0).or_insert_with(|| TypeNode::new(event));
        node.events += 1;
        node.last = event;
        if let Some(category) = category {
            *node.categories.entry(category.0).or_default() += 1;
        }
        let version = schema_version.and_then(|version| node.note_version(version, event));
        let value = match payload {
            Ok(value) => value,
            Err(reason) => return node.note_unreadable(reason, 1, event),
        };
        let mut room = MAX_FIELDS.saturating_sub(node.places).min(MAX_FIELDS_IN_ALL.saturating_sub(self.places));
        let before = room;
        let mut walk = Walk { event, version, room: &mut room, refused: false, place: 0 };
        node.root.get_or_insert_with(|| Node::new(event, 0)).note(value, None, true, 0, &mut walk);
        node.cut |= walk.refused;
        // A map that was made of many fields gives room back.
        node.places = (node.places + before).saturating_sub(room);
        self.places = (self.places + before).saturating_sub(room);
    }

    /// Takes in what another one saw of later events.
    pub fn merge(&mut self, later: Self) {
        self.events += later.events;
        for (event_type, node) in later.types {
            match self.types.get_mut(&event_type) {
                Some(known) => known.merge(node),
                None => {
                    self.types.insert(event_type, node);
                }
            }
        }
        self.places = self.types.values().map(|node| node.places).sum();
    }
}

impl TypeNode {
    fn new(event: u32) -> Self {
        Self {
            events: 0,
            first: event,
            last: event,
            categories: BTreeMap::new(),
            versions: Vec::new(),
            other_versions: 0,
            unreadable: BTreeMap::new(),
            root: None,
            places: 0,
            cut: false,
        }
    }

    /// The number of a schema version; none beyond those that are kept.
    fn note_version(&mut self, version: &Value, event: u32) -> Option<u16> {
        let text: Arc<str> = match version {
            Value::Null => return None,
            Value::String(text) if text.len() <= VERSION => text.clone(),
            Value::String(text) => text.chars().take(VERSION).collect::<String>().into(),
            other => crate::model::json::to_text(other).chars().take(VERSION).collect::<String>().into(),
        };
        self.add_version(VersionNode { version: text, events: 1, first: event, last: event })
    }

    fn add_version(&mut self, more: VersionNode) -> Option<u16> {
        if let Some(at) = self.versions.iter().position(|known| known.version == more.version) {
            let known = &mut self.versions[at];
            (known.events, known.last) = (known.events + more.events, more.last);
            return u16::try_from(at).ok();
        }
        if self.versions.len() >= MAX_VERSIONS {
            self.other_versions += more.events;
            return None;
        }
        self.versions.push(more);
        u16::try_from(self.versions.len() - 1).ok()
    }

    fn note_unreadable(&mut self, reason: &str, count: u64, event: u32) {
        let room = self.unreadable.len() < REASONS;
        match self.unreadable.get_mut(reason) {
            Some(known) => known.0 += count,
            None => {
                let reason = if room { reason } else { "other reasons" };
                self.unreadable.entry(reason.to_owned()).or_insert((0, event)).0 += count;
            }
        }
    }

    fn merge(&mut self, later: Self) {
        self.events += later.events;
        self.last = later.last;
        for (category, events) in later.categories {
            *self.categories.entry(category).or_default() += events;
        }
        let numbers: Vec<Option<u16>> = later.versions.into_iter().map(|version| self.add_version(version)).collect();
        self.other_versions += later.other_versions;
        for (reason, (count, first)) in later.unreadable {
            self.note_unreadable(&reason, count, first);
        }
        let later_root = later.root.map(|mut root| {
            root.renumber(&numbers);
            root
        });
        match (&mut self.root, later_root) {
            (Some(known), Some(more)) => known.merge(more, 0, true),
            (known @ None, more) => *known = more,
            (Some(_), None) => {}
        }
        self.places = self.root.as_ref().map_or(0, |root| root.size() - 1);
        self.cut |= later.cut;
    }
}
