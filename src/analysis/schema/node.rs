//! One place in the payloads of a type, with what was seen at it and below it.

use std::collections::HashMap;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use super::values::{Examples, Kind, Lengths, Numbers, Texts};
use super::{MAX_DEPTH, MAX_KEYS};
use crate::model::{List, Object, Value};

/// Places below another by their key.
pub(super) type Children = HashMap<Arc<str>, Node, FxBuildHasher>;

/// One place, such as `items[].sku`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    /// Values seen at it.
    pub seen: u64,
    /// Objects among them: each could have had every child.
    pub objects: u64,
    /// The events that it was first and last seen in, and the place of the first among that event's values.
    pub first: u32,
    pub first_place: u32,
    pub last: u32,
    /// Where it was among the objects that could have it.
    pub run: Option<Run>,
    /// By kind, sorted.
    pub kinds: Vec<KindSeen>,
    /// By the type's schema versions, sorted.
    pub versions: Vec<VersionSeen>,
    pub numbers: Option<Numbers>,
    pub texts: Option<Box<Texts>>,
    /// How many items its lists have.
    pub items_in_list: Option<Lengths>,
    pub examples: Examples,
    pub children: Children,
    /// What its lists hold.
    pub items: Option<Box<Node>>,
    /// What its objects hold, where their keys are data.
    pub map: Option<Box<Node>>,
    /// Whether there is more below it than is told apart.
    pub cut: bool,
}

/// Where a field was among the objects that could have it, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    /// The first and the last that had it.
    pub first: u64,
    pub last: u64,
    /// The last of those that had it without a gap since the first, and its event.
    pub lead_end: u64,
    pub lead_event: u32,
    /// The first of those that had it without a gap up to the last, and its event.
    pub tail_start: u64,
    pub tail_event: u32,
}

impl Run {
    fn at(place: u64, event: u32) -> Self {
        Self { first: place, last: place, lead_end: place, lead_event: event, tail_start: place, tail_event: event }
    }

    fn note(&mut self, place: u64, event: u32) {
        self.join(Self::at(place, event));
    }

    /// What follows it.
    fn join(&mut self, next: Self) {
        let touches = self.last + 1 == next.first;
        if touches && self.lead_end == self.last {
            (self.lead_end, self.lead_event) = (next.lead_end, next.lead_event);
        }
        if !(touches && next.tail_start == next.first) {
            (self.tail_start, self.tail_event) = (next.tail_start, next.tail_event);
        }
        self.last = next.last;
    }

    fn shifted(self, by: u64) -> Self {
        Self {
            first: self.first + by,
            last: self.last + by,
            lead_end: self.lead_end + by,
            tail_start: self.tail_start + by,
            ..self
        }
    }
}

/// How often a place had values of a kind, and where among its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KindSeen {
    pub kind: Kind,
    pub count: u64,
    /// Among the values of the place, counted from 0; 0 where they have no order.
    pub first_at: u64,
    pub last_at: u64,
    /// In which events.
    pub first: u32,
    pub last: u32,
}

/// What events of one schema version had at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct VersionSeen {
    pub version: u16,
    pub seen: u64,
    pub objects: u64,
    pub kinds: [u64; Kind::COUNT],
}

/// The event that is walked through.
pub(super) struct Walk<'a> {
    pub event: u32,
    pub version: Option<u16>,
    /// Places that may still be made.
    pub room: &'a mut usize,
    /// Whether a place was not made for want of room.
    pub refused: bool,
    /// Values of this event so far.
    pub place: u32,
}

impl Node {
    pub fn new(event: u32, place: u32) -> Self {
        Self {
            seen: 0,
            objects: 0,
            first: event,
            first_place: place,
            last: event,
            run: None,
            kinds: Vec::new(),
            versions: Vec::new(),
            numbers: None,
            texts: None,
            items_in_list: None,
            examples: Examples::default(),
            children: Children::default(),
            items: None,
            map: None,
            cut: false,
        }
    }

    /// Notes a value. `among` is its place among the objects that could have it; without one it has no order.
    /// `ordered` says whether values of this place come in the order of events alone.
    pub fn note(&mut self, value: &Value, among: Option<u64>, ordered: bool, depth: usize, walk: &mut Walk<'_>) {
        let place = walk.place;
        walk.place += 1;
        self.last = walk.event;
        if let Some(among) = among {
            match &mut self.run {
                Some(run) => run.note(among, walk.event),
                None => self.run = Some(Run::at(among, walk.event)),
            }
        }
        let kind = Kind::of(value);
        self.note_kind(kind, if ordered { self.seen } else { 0 }, walk);
        self.seen += 1;
        match value {
            Value::Number(number) => Numbers::note(&mut self.numbers, number),
            Value::String(text) => self.texts.get_or_insert_default().note(text),
            Value::List(list) => self.note_list(list, ordered, depth, walk),
            Value::Object(object) => self.note_object(object, ordered, depth, walk),
            Value::Null | Value::Bool(_) => {}
        }
        self.examples.note(walk.event, place, value);
    }

    fn note_kind(&mut self, kind: Kind, at: u64, walk: &Walk<'_>) {
        match self.kinds.binary_search_by_key(&kind, |seen| seen.kind) {
            Ok(known) => {
                let seen = &mut self.kinds[known];
                (seen.count, seen.last_at, seen.last) = (seen.count + 1, at, walk.event);
            }
            Err(to) => {
                let (first, last) = (walk.event, walk.event);
                self.kinds.insert(to, KindSeen { kind, count: 1, first_at: at, last_at: at, first, last });
            }
        }
        let Some(version) = walk.version else { return };
        let at = match self.versions.binary_search_by_key(&version, |seen| seen.version) {
            Ok(known) => known,
            Err(to) => {
                self.versions.insert(to, VersionSeen { version, seen: 0, objects: 0, kinds: [0; Kind::COUNT] });
                to
            }
        };
        let seen = &mut self.versions[at];
        seen.seen += 1;
        seen.objects += u64::from(kind == Kind::Object);
        seen.kinds[kind as usize] += 1;
    }

    fn note_list(&mut self, list: &List, ordered: bool, depth: usize, walk: &mut Walk<'_>) {
        Lengths::note(&mut self.items_in_list, list.len() as u64);
        if list.is_empty() {
            return;
        }
        let full = self.items.is_none() && *walk.room == 0;
        if depth >= MAX_DEPTH || full {
            self.cut = true;
            walk.refused |= full;
            return;
        }
        let items = self.items.get_or_insert_with(|| {
            *walk.room -= 1;
            Box::new(Self::new(walk.event, walk.place))
        });
        for slot in list.iter() {
            items.note(&slot.value, None, ordered, depth + 1, walk);
        }
    }

    fn note_object(&mut self, object: &Object, ordered: bool, depth: usize, walk: &mut Walk<'_>) {
        let among = self.objects;
        self.objects += 1;
        if object.is_empty() {
            return;
        }
        if depth >= MAX_DEPTH {
            self.cut = true;
            return;
        }
        for (key, slot) in object.iter() {
            if self.map.is_none() {
                if let Some(child) = self.children.get_mut(key) {
                    child.note(&slot.value, ordered.then_some(among), ordered, depth + 1, walk);
                    continue;
                }
                if self.children.len() < MAX_KEYS {
                    if *walk.room == 0 {
                        self.cut = true;
                        walk.refused = true;
                        continue;
                    }
                    *walk.room -= 1;
                    let mut child = Self::new(walk.event, walk.place);
                    child.note(&slot.value, ordered.then_some(among), ordered, depth + 1, walk);
                    self.children.insert(key.clone(), child);
                    continue;
                }
                let before: usize = self.children.values().map(Self::size).sum();
                self.become_map();
                let after = self.map.as_deref().map_or(0, Self::size);
                *walk.room += before.saturating_sub(after);
            }
            let map = self.map.get_or_insert_with(|| Box::new(Self::new(walk.event, walk.place)));
            map.note(&slot.value, None, false, depth + 1, walk);
        }
    }

    /// Makes one place of all children: their keys are data.
    pub fn become_map(&mut self) {
        let mut children: Vec<Self> = std::mem::take(&mut self.children).into_values().collect();
        // The same from the same children, whatever the table's order.
        children.sort_by_key(|child| (child.first, child.first_place));
        for mut child in children {
            child.forget_order();
            self.merge_into_map(child);
        }
    }

    fn forget_order(&mut self) {
        self.run = None;
        for seen in &mut self.kinds {
            (seen.first_at, seen.last_at) = (0, 0);
        }
        let below = self.children.values_mut().chain(self.items.as_deref_mut()).chain(self.map.as_deref_mut());
        below.for_each(Self::forget_order);
    }

    /// How many places it is, with all below it.
    pub fn size(&self) -> usize {
        let below = self.children.values().chain(self.items.as_deref()).chain(self.map.as_deref());
        1 + below.map(Self::size).sum::<usize>()
    }

    /// Gives the schema versions the numbers that they have elsewhere; one without a number is forgotten.
    pub fn renumber(&mut self, numbers: &[Option<u16>]) {
        self.versions.retain_mut(|seen| match numbers.get(usize::from(seen.version)).copied().flatten() {
            Some(number) => {
                seen.version = number;
                true
            }
            None => false,
        });
        self.versions.sort_unstable_by_key(|seen| seen.version);
        let below = self.children.values_mut().chain(self.items.as_deref_mut()).chain(self.map.as_deref_mut());
        below.for_each(|node| node.renumber(numbers));
    }

    /// Takes in what was seen at the same place in later events; `among` is how many objects could have had it before
    /// them. Without an order both may be of any events.
    pub fn merge(&mut self, later: Self, among: u64, ordered: bool) {
        let (values, objects) = if ordered { (self.seen, self.objects) } else { (0, 0) };
        if (later.first, later.first_place) < (self.first, self.first_place) {
            (self.first, self.first_place) = (later.first, later.first_place);
        }
        self.last = self.last.max(later.last);
        match (&mut self.run, later.run.map(|run| run.shifted(among))) {
            (Some(run), Some(next)) => run.join(next),
            (run @ None, next) => *run = next,
            (Some(_), None) => {}
        }
        for seen in later.kinds {
            self.merge_kind(seen, values);
        }
        for seen in later.versions {
            match self.versions.binary_search_by_key(&seen.version, |known| known.version) {
                Ok(at) => {
                    let known = &mut self.versions[at];
                    known.seen += seen.seen;
                    known.objects += seen.objects;
                    known.kinds.iter_mut().zip(seen.kinds).for_each(|(known, more)| *known += more);
                }
                Err(at) => self.versions.insert(at, seen),
            }
        }
        if let Some(Numbers { min, max }) = later.numbers {
            Numbers::note(&mut self.numbers, &min);
            Numbers::note(&mut self.numbers, &max);
        }
        if let Some(texts) = later.texts {
            match &mut self.texts {
                Some(known) => known.merge(*texts),
                known @ None => *known = Some(texts),
            }
        }
        Lengths::merge(&mut self.items_in_list, later.items_in_list);
        self.examples.merge(later.examples);
        self.cut |= later.cut;
        match (&mut self.items, later.items) {
            (Some(known), Some(more)) => known.merge(*more, 0, ordered),
            (known @ None, more) => *known = more,
            (Some(_), None) => {}
        }
        self.merge_children(later.children, objects, ordered);
        self.objects += later.objects;
        self.seen += later.seen;
        if let Some(more) = later.map {
            self.become_map();
            self.merge_into_map(*more);
        } else if self.map.is_some() || self.children.len() > MAX_KEYS {
            self.become_map();
        }
    }

    fn merge_kind(&mut self, seen: KindSeen, values: u64) {
        let seen = KindSeen { first_at: seen.first_at + values, last_at: seen.last_at + values, ..seen };
        match self.kinds.binary_search_by_key(&seen.kind, |known| known.kind) {
            Ok(at) => {
                let known = &mut self.kinds[at];
                known.count += seen.count;
                known.last_at = seen.last_at;
                (known.first, known.last) = (known.first.min(seen.first), known.last.max(seen.last));
            }
            Err(at) => self.kinds.insert(at, seen),
        }
    }

    fn merge_children(&mut self, later: Children, objects: u64, ordered: bool) {
        for (key, mut child) in later {
            match self.children.get_mut(&key) {
                Some(known) => known.merge(child, objects, ordered),
                None => {
                    child.run = child.run.map(|run| run.shifted(objects));
                    self.children.insert(key, child);
                }
            }
        }
    }

    fn merge_into_map(&mut self, more: Self) {
        match &mut self.map {
            Some(map) => map.merge(more, 0, false),
            None => self.map = Some(Box::new(more)),
        }
    }
}
