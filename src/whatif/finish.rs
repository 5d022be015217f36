//! From an overlay to a branch: lanes with their versions, and the store's order.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::model::{Event, EventLog, StreamIndex};
use crate::replay::{CommonTail, Fork};

use super::branch::{Branch, BranchEvent, BranchLane, Slot};
use super::overlay::{Overlay, Spot, Subject};
use super::scenario::Scenario;

pub(super) fn branch(overlay: &Overlay<'_>, scenario: &Scenario) -> Branch {
    let log = overlay.log;
    let mut contents: HashMap<Subject, Arc<Event>> = HashMap::new();
    for (subject, fate) in overlay.fates.iter().filter(|(_, fate)| fate.deleted_by.is_none()) {
        contents.extend(fate.event.clone().map(|event| (*subject, event)));
    }
    // Lanes that number their events come first: an event in several streams has its number from its own.
    let mut order: Vec<(bool, StreamIndex)> =
        overlay.touched.iter().map(|stream| (!has_own_events_only(log, *stream), *stream)).collect();
    order.sort_unstable();
    let mut lanes: Vec<BranchLane> = Vec::new();
    let concerned = concerned_indices(overlay);
    for (foreign, stream) in order {
        lanes.push(recorded_lane(overlay, stream, foreign, &concerned, &mut contents));
    }
    lanes.sort_by_key(|lane| lane.stream);
    let mut first = None;
    for (name, spot) in &overlay.new_streams {
        let first = *first.get_or_insert_with(|| usual_first_version(log));
        lanes.push(new_lane(name.clone(), &overlay.nodes_at(*spot, name), first, &mut contents));
    }
    let by_name = lanes.iter().enumerate().map(|(at, lane)| (lane.name.clone(), at)).collect();
    let (head, slots) = store_order(overlay);
    Branch { scenario: scenario.to_json(), lanes, by_name, head, slots, contents }
}

/// Whether all of a lane's events have this stream as their first: only then do its versions count them.
fn has_own_events_only(log: &EventLog, stream: StreamIndex) -> bool {
    log.lane(stream).iter().all(|event| log.stream_of(*event as usize) == Some(stream))
}

/// Indices of all recorded events that an edit concerns or beside which something stands. Sorted.
fn concerned_indices(overlay: &Overlay<'_>) -> Vec<u32> {
    let of_fates = overlay.fates.keys().filter_map(|subject| match subject {
        Subject::Recorded(index) => Some(*index),
        Subject::Inserted(_) => None,
    });
    let of_spots = overlay.spots.keys().filter_map(|spot| match spot {
        Spot::Before(index) | Spot::After(index) => Some(*index),
        Spot::Head | Spot::AfterNode(_) => None,
    });
    let mut indices: Vec<u32> = of_fates.chain(of_spots).collect();
    indices.sort_unstable();
    indices.dedup();
    indices
}

/// The places of a lane at which something may differ. Sorted.
fn concerned_places(lane: &[u32], concerned: &[u32]) -> Vec<usize> {
    if lane.is_sorted() && concerned.len() < lane.len() / 16 {
        return concerned.iter().filter_map(|index| lane.binary_search(index).ok()).collect();
    }
    (0..lane.len()).filter(|place| concerned.binary_search(&lane[*place]).is_ok()).collect()
}

/// A lane on its way: gives each event its version and notes what differs.
struct LaneWriter<'a, V: Fn(usize) -> Option<i64>> {
    events: Vec<BranchEvent>,
    fresh: Vec<u32>,
    lifted: Vec<u32>,
    moved: Vec<(u32, u32)>,
    /// The version of the lane's k-th event; `None` where the lane does not count its events.
    version: Option<V>,
    contents: &'a mut HashMap<Subject, Arc<Event>>,
}

impl<'a, V: Fn(usize) -> Option<i64>> LaneWriter<'a, V> {
    fn new(events: Vec<BranchEvent>, version: Option<V>, contents: &'a mut HashMap<Subject, Arc<Event>>) -> Self {
        Self { events, fresh: Vec::new(), lifted: Vec::new(), moved: Vec::new(), version, contents }
    }

    fn recorded(&mut self, log: &EventLog, index: u32, place: usize) {
        let version = match &self.version {
            Some(version) => version(self.events.len()),
            None => log.version(index as usize),
        };
        self.events.push(BranchEvent::Recorded { index, place: place as u32, version });
    }

    /// An event with contents of its own; false if it has none.
    fn with_contents(&mut self, subject: Subject) -> bool {
        let Some(event) = self.contents.get_mut(&subject) else { return false };
        if let Some(version) = &self.version {
            Arc::make_mut(event).version = version(self.events.len());
        }
        let event = event.clone();
        self.events.push(match subject {
            Subject::Recorded(base) => BranchEvent::Edited { base, event },
            Subject::Inserted(_) => BranchEvent::Inserted { event },
        });
        true
    }
}

fn recorded_lane(
    overlay: &Overlay<'_>,
    stream: StreamIndex,
    foreign: bool,
    concerned: &[u32],
    contents: &mut HashMap<Subject, Arc<Event>>,
) -> BranchLane {
    let log = overlay.log;
    let lane = log.lane(stream);
    let name = &log.stream(stream).name;
    let version = (!foreign).then_some(|k: usize| version_at(log, lane, k));
    let events = Vec::with_capacity(lane.len() + overlay.nodes.len());
    let mut writer = LaneWriter::new(events, version, contents);
    let sorted = lane.is_sorted();
    let place_of = |index: u32| {
        let found = lane.binary_search(&index).ok();
        if sorted { found } else { found.or_else(|| lane.iter().position(|event| *event == index)) }
    };
    let stand = |writer: &mut LaneWriter<'_, _>, spot: Spot| {
        for subject in overlay.nodes_at(spot, name) {
            let here = writer.events.len() as u32;
            let place = match subject {
                Subject::Recorded(index) => place_of(index).map(|place| (index, place)),
                Subject::Inserted(_) => None,
            };
            writer.fresh.push(here);
            writer.moved.extend(place.map(|(_, place)| (place as u32, here)));
            // One that stayed in its stream may have no contents of its own.
            if !writer.with_contents(subject)
                && let Some((index, place)) = place
            {
                writer.recorded(log, index, place);
            }
        }
    };
    let mut next = 0;
    for place in concerned_places(lane, concerned) {
        for (at, index) in lane.iter().enumerate().take(place).skip(next) {
            writer.recorded(log, *index, at);
        }
        let index = lane[place];
        stand(&mut writer, Spot::Before(index));
        let subject = Subject::Recorded(index);
        let fate = overlay.fates.get(&subject);
        if fate.is_some_and(|fate| fate.deleted_by.is_some() || fate.node.is_some()) {
            writer.lifted.push(place as u32);
        } else if !writer.with_contents(subject) {
            writer.recorded(log, index, place);
        }
        stand(&mut writer, Spot::After(index));
        next = place + 1;
    }
    for (at, index) in lane.iter().enumerate().skip(next) {
        writer.recorded(log, *index, at);
    }
    let LaneWriter { events, fresh, lifted, moved, .. } = writer;
    let fork = fork(log, lane, &events);
    let (name, recorded) = (name.clone(), lane.len());
    BranchLane { name, stream: Some(stream), events: events.into(), recorded, lifted, fresh, moved, fork }
}

fn new_lane(
    name: Arc<str>,
    subjects: &[Subject],
    first: Option<i64>,
    contents: &mut HashMap<Subject, Arc<Event>>,
) -> BranchLane {
    let version = Some(|k: usize| first?.checked_add(k as i64));
    let mut writer = LaneWriter::new(Vec::with_capacity(subjects.len()), version, contents);
    for subject in subjects {
        // What comes to a new stream has contents of its own: its stream is another than recorded.
        writer.with_contents(*subject);
    }
    let events: Arc<[BranchEvent]> = writer.events.into();
    let fresh = (0..events.len() as u32).collect();
    let fork = Fork { first_invalid: 0, tail: None };
    BranchLane { name, stream: None, events, recorded: 0, lifted: Vec::new(), fresh, moved: Vec::new(), fork }
}

/// The k-th event of a stream carries the k-th recorded version, beyond the last counting on; null stays null.
fn version_at(log: &EventLog, lane: &[u32], k: usize) -> Option<i64> {
    match lane.get(k) {
        Some(event) => log.version(*event as usize),
        None => {
            let last = log.version(*lane.last()? as usize)?;
            last.checked_add((k - lane.len()) as i64 + 1)
        }
    }
}

/// The version with which most streams start; 1 where there are none.
fn usual_first_version(log: &EventLog) -> Option<i64> {
    let mut counts: BTreeMap<Option<i64>, usize> = BTreeMap::new();
    for at in 0..log.streams().len() {
        let stream = StreamIndex(at as u32);
        if let Some(first) = log.lane(stream).first()
            && !log.stream(stream).link
        {
            *counts.entry(log.version(*first as usize)).or_default() += 1;
        }
    }
    // Of equally many, the lowest.
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(Some(1), |(version, _)| version)
}

fn fork(log: &EventLog, lane: &[u32], events: &[BranchEvent]) -> Fork {
    let stayed =
        |event: &BranchEvent, at: usize| matches!(event, BranchEvent::Recorded { place, .. } if *place as usize == at);
    let numbered = |event: &BranchEvent, at: usize| event.version() == log.version(lane[at] as usize);
    let common = lane.len().min(events.len());
    let first_invalid =
        (0..common).find(|at| !(stayed(&events[*at], *at) && numbered(&events[*at], *at))).unwrap_or(common);
    let ends = |back: usize| (lane.len() - back, events.len() - back);
    let longest = common - first_invalid;
    let tail = (1..=longest).take_while(|back| {
        let (baseline, branch) = ends(*back);
        stayed(&events[branch], baseline)
    });
    let tail = tail.last().map(|back| {
        let (baseline, branch) = ends(back);
        let renumbered = (0..back).any(|into| !numbered(&events[branch + into], baseline + into));
        CommonTail { baseline, branch, renumbered }
    });
    Fork { first_invalid, tail }
}

fn store_order(overlay: &Overlay<'_>) -> (Vec<Subject>, BTreeMap<u32, Slot>) {
    let mut slots: BTreeMap<u32, Slot> = BTreeMap::new();
    for spot in overlay.spots.keys() {
        match spot {
            Spot::Before(index) => slots.entry(*index).or_default().before = overlay.all_at(*spot),
            Spot::After(index) => slots.entry(*index).or_default().after = overlay.all_at(*spot),
            Spot::Head | Spot::AfterNode(_) => {}
        }
    }
    for (subject, fate) in &overlay.fates {
        if let Subject::Recorded(index) = subject
            && (fate.deleted_by.is_some() || fate.node.is_some())
        {
            slots.entry(*index).or_default().lifted = true;
        }
    }
    (overlay.all_at(Spot::Head), slots)
}
