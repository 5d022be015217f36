//! Looking for the events: candidates from each handler's operations, each really folded, the best of them followed
//! further until nothing differs that an event could mend.

use std::sync::Arc;

use super::invert::{Assignment, Var, put, ways};
use super::judge::{Distance, Records};
use super::{Situation, as_event, object, recorded_state};
use crate::model::{Cancel, Key, Object, Path, Value, json};
use crate::replay::{HandlerView, ReplayFailure, State, Taken, diff_for};

/// States from which the search goes on.
const BEAM: usize = 24;
/// Candidates from one handler.
const WAYS: usize = 24;
/// A proposal has at most so many events.
const EVENTS: usize = 12;
/// Events of the branch that are tried as they are.
const FRESH: usize = 8;

/// An event that may be proposed: only what the rules want of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    pub event_type: Arc<str>,
    pub assignment: Assignment,
    /// Its payload is complete: it is an event of the branch.
    pub whole: bool,
}

impl Candidate {
    /// The payload with what the rules want.
    pub fn data(&self) -> Value {
        self.part(|var| match var {
            Var::Data(path) => Some(path),
            Var::Metadata(_) => None,
        })
    }

    /// The metadata with what the rules want.
    pub fn metadata(&self) -> Value {
        self.part(|var| match var {
            Var::Metadata(path) => Some(path),
            Var::Data(_) => None,
        })
    }

    fn part(&self, of: impl Fn(&Var) -> Option<&Path>) -> Value {
        let mut entries: Vec<(&Path, &Value)> =
            self.assignment.entries.iter().filter_map(|(var, value)| Some((of(var)?, value))).collect();
        // A whole payload first, then what stands in it.
        entries.sort_by_key(|(path, _)| path.parts().len());
        entries.into_iter().fold(object(), |all, (path, value)| put(&all, path.parts(), value))
    }
}

/// What an event costs beside a leaf that differs (4): a little, so that none is there for nothing; more for an amount
/// below zero; as much as a leaf for a place that the rules read and nobody can fill in.
const EVENT: usize = 1;
const NEGATIVE: usize = 2;
const HOLE: usize = 4;

/// What counts, worst first: what still differs with what the events cost, broken invariants, amounts below zero, types that only begin
/// streams or were never seen, how many events, and how rare their types are.
type Cost = (usize, usize, usize, usize, usize, u64);

#[derive(Clone)]
struct Node {
    state: State,
    events: Vec<Candidate>,
    /// What still differs.
    distance: usize,
    /// What the events cost.
    spent: usize,
    cost: Cost,
}

/// The events of the best proposal; none where nothing brings the state nearer.
pub(super) fn search(situation: &Situation<'_>, cancel: &Cancel) -> Result<Vec<Candidate>, ReplayFailure> {
    let handlers = situation.fold.handlers();
    let records = Records::of(&handlers);
    let distance = Distance::new(situation, &records);
    let types = types(situation, &handlers);
    let mut start = recorded_state(situation);
    start.value = records.without(&start.value);
    let wanted = records.without(&situation.branch.state);
    let broken_before = situation.fold.broken_invariants(&start, situation.last.as_deref()).len();
    let first = distance.of(&start.value);
    let cost = (first, 0, 0, 0, 0, 0);
    let start = Node { state: start, events: Vec::new(), distance: first, spent: 0, cost };
    let (mut best, mut beam) = (start.clone(), vec![start]);
    let mut without_gain = 0;
    while best.distance > 0 && without_gain < 2 && beam.first().is_some_and(|node| node.events.len() < EVENTS) {
        let mut next: Vec<Node> = Vec::new();
        for node in &beam {
            for known in &types {
                for candidate in candidates(situation, known, &node.state.value, &wanted) {
                    // One costs as much as folding and comparing a whole state.
                    if cancel.is_cancelled() {
                        return Err(ReplayFailure::Cancelled);
                    }
                    next.extend(step(situation, node, known, candidate, broken_before, &distance));
                }
            }
        }
        next.sort_by_key(|node| node.cost);
        let mut seen = std::collections::HashSet::new();
        next.retain(|node| seen.insert(json::to_text(&node.state.value)));
        next.truncate(BEAM);
        without_gain += 1;
        if let Some(leader) = next.first()
            && (leader.cost.0, leader.cost.1, leader.cost.2) < (best.cost.0, best.cost.1, best.cost.2)
        {
            best = leader.clone();
            without_gain = 0;
        }
        beam = next;
    }
    Ok(best.events)
}

/// An event type with what its handler does.
struct Known<'a> {
    event_type: Arc<str>,
    handler: &'a HandlerView,
    /// Never recorded, or only at the start of streams.
    unusual: bool,
    /// How many events of the store's category are not of it.
    rarity: u64,
    /// The fields that payloads of it have been seen with; none where it was never seen.
    fields: Vec<Key>,
}

impl Known<'_> {
    /// How many places of the payload its operations read and the candidate does not have.
    fn holes(&self, candidate: &Candidate) -> usize {
        if candidate.whole {
            return 0;
        }
        let data = candidate.data();
        let mut read: Vec<&Path> = Vec::new();
        for operation in &self.handler.operations {
            operation.each_taken(&mut |taken| {
                if let Taken::Data(path) = taken
                    && !read.contains(&path)
                {
                    read.push(path);
                }
            });
        }
        read.iter().filter(|path| data.at(path).is_none()).count()
    }

    /// What an event may say: where rules take over a whole payload, no fields that the type never has.
    fn plausible(&self, mut assignment: Assignment) -> Assignment {
        let root = Var::Data(Path::default());
        if !self.fields.is_empty()
            && let Some(Value::Object(payload)) = assignment.get(&root)
        {
            let kept = payload.iter().filter(|(key, _)| self.fields.contains(key));
            let kept: Object = kept.map(|(key, slot)| (key.clone(), slot.value.clone())).collect();
            assignment.put(root, Value::Object(kept));
        }
        assignment
    }
}

/// The types that have a handler: those of the category, then those that only the rules know.
fn types<'a>(situation: &Situation<'_>, handlers: &'a [HandlerView]) -> Vec<Known<'a>> {
    let of = |key: &str| handlers.iter().find(|handler| *handler.key == *key);
    let most = situation.types.iter().map(|known| known.events).max().unwrap_or(0);
    let mut found: Vec<Known<'a>> = Vec::new();
    let mut used: Vec<&str> = Vec::new();
    for known in situation.types {
        let Some(key) = situation.fold.handler_for(&known.event_type) else { continue };
        let Some(handler) = of(&key) else { continue };
        used.push(&handler.key);
        let begins = |sample: &crate::model::Event| sample.version.is_some_and(|version| version <= 1);
        let starts = !known.samples.is_empty() && known.samples.iter().all(|sample| begins(sample));
        let recorded_before = situation.last.is_some();
        let mut fields: Vec<Key> = Vec::new();
        for payload in known.samples.iter().filter_map(|sample| sample.data.decoded().ok()) {
            let keys = payload.as_object().into_iter().flat_map(|object| object.iter().map(|(key, _)| key.clone()));
            fields.extend(keys.collect::<Vec<_>>());
        }
        fields.sort();
        fields.dedup();
        found.push(Known {
            event_type: known.event_type.clone(),
            handler,
            unusual: starts && recorded_before,
            rarity: most - known.events,
            fields,
        });
    }
    for handler in handlers.iter().filter(|handler| *handler.key != *"*" && !used.contains(&&*handler.key)) {
        found.push(Known { event_type: handler.key.clone(), handler, unusual: true, rarity: most, fields: Vec::new() });
    }
    found
}

/// What events of a type could say to lead towards the wanted state.
fn candidates(situation: &Situation<'_>, known: &Known<'_>, now: &Value, wanted: &Value) -> Vec<Candidate> {
    let candidate = |assignment| Candidate { event_type: known.event_type.clone(), assignment, whole: false };
    let found: Vec<_> = known.handler.operations.iter().map(|operation| ways(operation, now, wanted)).collect();
    let mut partial = vec![Assignment::default()];
    for ways in &found {
        let mut next: Vec<Assignment> = Vec::new();
        for known in &partial {
            for way in &ways.towards {
                if known.contradicts(way) {
                    next.push(known.clone());
                }
                next.push(known.with(way));
            }
        }
        next.dedup();
        next.truncate(WAYS);
        if !next.is_empty() {
            partial = next;
        }
    }
    for assignment in &mut partial {
        for idle in found.iter().filter_map(|ways| ways.idle.as_ref()) {
            for (var, value) in &idle.entries {
                if assignment.get(var).is_none() {
                    assignment.put(var.clone(), value.clone());
                }
            }
        }
    }
    let fresh = situation.fresh.iter().filter(|event| event.event_type == known.event_type).take(FRESH);
    let fresh = fresh.filter_map(|event| {
        let mut assignment = Assignment::default();
        assignment.put(Var::Data(Path::default()), event.data.decoded().ok()?.into_owned());
        if !matches!(event.metadata, Value::Null) {
            assignment.put(Var::Metadata(Path::default()), event.metadata.clone());
        }
        Some(Candidate { whole: true, ..candidate(assignment) })
    });
    let plausible = partial.into_iter().map(|assignment| candidate(known.plausible(assignment)));
    fresh.chain(plausible).collect()
}

/// The node after one more event; `None` if it can't be folded or changes nothing.
fn step(
    situation: &Situation<'_>,
    node: &Node,
    known: &Known<'_>,
    candidate: Candidate,
    broken_before: usize,
    distance: &Distance<'_>,
) -> Option<Node> {
    let (data, metadata) = (candidate.data(), candidate.metadata());
    let event = as_event(situation, &candidate.event_type, &data, &metadata, node.events.len());
    let mut state = node.state.clone();
    situation.fold.apply(&mut state, &event, usize::MAX - 1).ok()?;
    if diff_for(situation.fold, &node.state.value, &state.value).is_empty() {
        return None;
    }
    let broken = situation.fold.broken_invariants(&state, Some(&event)).len().saturating_sub(broken_before);
    let (_, broken_so_far, negatives, unusual, _, rarity) = node.cost;
    let mut events = node.events.clone();
    let negative = candidate.assignment.negatives;
    let spent = node.spent + EVENT + NEGATIVE * negative + HOLE * known.holes(&candidate);
    events.push(candidate);
    let distance = distance.of(&state.value);
    let cost = (
        distance + spent,
        broken_so_far + broken,
        negatives + negative,
        unusual + usize::from(known.unusual),
        events.len(),
        rarity + known.rarity,
    );
    Some(Node { state, events, distance, spent, cost })
}

/// For the automatic projection, which merges payloads: the fields that differ, by the one event type that sets them.
pub(super) fn merged_fields(situation: &Situation<'_>) -> (Vec<Candidate>, String) {
    let changes = diff_for(situation.fold, &situation.recorded.state, &situation.branch.state);
    let mut found: Vec<Candidate> = Vec::new();
    let mut unclear = Vec::new();
    for change in changes {
        let path = change.path.to_path();
        let sets = |sample: &Arc<crate::model::Event>| sample.data.at(&path).ok().flatten().is_some();
        let types: Vec<_> = situation.types.iter().filter(|known| known.samples.iter().any(sets)).collect();
        let through_list = change.path.0.iter().any(|segment| matches!(segment, crate::model::Segment::Index(_)));
        let (Some(value), [known], false) = (&change.to, types.as_slice(), through_list) else {
            unclear.push(path.to_string());
            continue;
        };
        let at = found.iter().position(|candidate| candidate.event_type == known.event_type).unwrap_or_else(|| {
            let event_type = known.event_type.clone();
            found.push(Candidate { event_type, assignment: Assignment::default(), whole: false });
            found.len() - 1
        });
        found[at].assignment.put(Var::Data(path), value.clone());
    }
    let mut note = "states are the last value of each field here, so an event is proposed for a field only where one \
                    type alone sets it; what amounts add up to, only rules know"
        .to_owned();
    if !unclear.is_empty() {
        unclear.truncate(8);
        note.push_str(&format!(". Not clear: {}", unclear.join(", ")));
    }
    (found, note)
}
