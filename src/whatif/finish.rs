//! From an overlay to a branch: lanes with their versions, and the store's order.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{Event, EventLog, StreamIndex};
use crate::replay::Fork;

use super::branch::{Branch, BranchLane, Slot};
use super::lane::{LaneWriter, Numbers};
use super::overlay::{Overlay, Spot, Subject};
use super::quick::QuickMap;
use super::scenario::Scenario;

pub(super) fn branch(overlay: &Overlay<'_>, scenario: &Scenario) -> Branch {
    let log = overlay.log;
    let mut contents: QuickMap<Subject, Arc<Event>> = QuickMap::default();
    for (subject, fate) in overlay.fates.iter().filter(|(_, fate)| fate.deleted_by.is_none()) {
        contents.extend(fate.event.clone().map(|event| (*subject, event)));
    }
    // Lanes that number their events come first: an event in several streams has its number from its own.
    let mut order: Vec<(bool, StreamIndex)> =
        overlay.touched.iter().map(|stream| (!log.is_lane_its_own(*stream), *stream)).collect();
    order.sort_unstable();
    let mut lanes: Vec<BranchLane> = Vec::new();
    let concerned = concerned_indices(overlay);
    for (_, stream) in order {
        lanes.push(recorded_lane(overlay, stream, &concerned, &mut contents));
    }
    lanes.sort_by_key(|lane| lane.stream);
    let mut first = None;
    for (name, spot) in &overlay.new_streams {
        let first = *first.get_or_insert_with(|| usual_first_version(log));
        lanes.push(new_lane(log, name.clone(), &overlay.nodes_at(*spot, name), first, &mut contents));
    }
    let by_name = lanes.iter().enumerate().map(|(at, lane)| (lane.name.clone(), at)).collect();
    let (head, slots) = store_order(overlay);
    Branch { scenario: scenario.clone(), lanes, by_name, head, slots, contents }
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
fn concerned_places(log: &EventLog, stream: StreamIndex, concerned: &[u32]) -> Vec<usize> {
    let lane = log.lane(stream);
    if !log.is_lane_by_position(stream) {
        return (0..lane.len()).filter(|place| concerned.binary_search(&lane[*place]).is_ok()).collect();
    }
    let mut places = Vec::with_capacity(concerned.len());
    let mut from = 0;
    for index in concerned {
        // Neighbours are mostly edited together: look at the next place before halving the rest.
        if lane.get(from) != Some(index) {
            from += lane[from..].partition_point(|event| event < index);
        }
        if lane.get(from) == Some(index) {
            places.push(from);
            from += 1;
        }
    }
    places
}

/// What differs between a lane and what was recorded, while the lane is written.
struct Differences<'a> {
    writer: LaneWriter,
    fresh: Vec<u32>,
    lifted: Vec<u32>,
    moved: Vec<(u32, u32)>,
    contents: &'a mut QuickMap<Subject, Arc<Event>>,
}

impl<'a> Differences<'a> {
    fn new(writer: LaneWriter, contents: &'a mut QuickMap<Subject, Arc<Event>>) -> Self {
        Self { writer, fresh: Vec::new(), lifted: Vec::new(), moved: Vec::new(), contents }
    }

    /// An event with contents of its own; false if it has none.
    fn with_contents(&mut self, subject: Subject, fresh: bool) -> bool {
        let Some(event) = self.contents.get_mut(&subject) else { return false };
        if let Some(version) = self.writer.next_number()
            && event.version != version
        {
            Arc::make_mut(event).version = version;
        }
        let base = match subject {
            Subject::Recorded(base) => Some(base),
            Subject::Inserted(_) => None,
        };
        self.writer.own(base, event.clone(), fresh);
        true
    }
}

fn recorded_lane(
    overlay: &Overlay<'_>,
    stream: StreamIndex,
    concerned: &[u32],
    contents: &mut QuickMap<Subject, Arc<Event>>,
) -> BranchLane {
    let log = overlay.log;
    let lane = log.lane(stream);
    let name = &log.stream(stream).name;
    let numbers = if log.is_lane_its_own(stream) { Numbers::OfLane } else { Numbers::Kept };
    let mut out = Differences::new(LaneWriter::new(log.clone(), Some(stream), numbers), contents);
    let sorted = log.is_lane_by_position(stream);
    let place_of = |index: u32| {
        if sorted { lane.binary_search(&index).ok() } else { lane.iter().position(|event| *event == index) }
    };
    let stand = |out: &mut Differences<'_>, spot: Spot| {
        for subject in overlay.nodes_at(spot, name) {
            let here = out.writer.len() as u32;
            let place = match subject {
                Subject::Recorded(index) => place_of(index),
                Subject::Inserted(_) => None,
            };
            out.fresh.push(here);
            out.moved.extend(place.map(|place| (place as u32, here)));
            // One that stayed in its stream may have no contents of its own.
            if !out.with_contents(subject, true)
                && let Some(place) = place
            {
                out.writer.run(place..place + 1, true);
            }
        }
    };
    let mut next = 0;
    for place in concerned_places(log, stream, concerned) {
        out.writer.run(next..place, false);
        let index = lane[place];
        stand(&mut out, Spot::Before(index));
        let subject = Subject::Recorded(index);
        let fate = overlay.fates.get(&subject);
        if fate.is_some_and(|fate| fate.deleted_by.is_some() || fate.node.is_some()) {
            out.lifted.push(place as u32);
        } else if !out.with_contents(subject, false) {
            out.writer.run(place..place + 1, false);
        }
        stand(&mut out, Spot::After(index));
        next = place + 1;
    }
    out.writer.run(next..lane.len(), false);
    let Differences { writer, fresh, lifted, moved, .. } = out;
    let events = writer.finish();
    let fork = events.fork_from(&LaneWriter::recorded(log, stream, numbers));
    let (name, recorded) = (name.clone(), lane.len());
    BranchLane { name, stream: Some(stream), events, recorded, lifted, fresh, moved, fork }
}

fn new_lane(
    log: &Arc<EventLog>,
    name: Arc<str>,
    subjects: &[Subject],
    first: Option<i64>,
    contents: &mut QuickMap<Subject, Arc<Event>>,
) -> BranchLane {
    let mut out = Differences::new(LaneWriter::new(log.clone(), None, Numbers::From(first)), contents);
    for subject in subjects {
        // What comes to a new stream has contents of its own: its stream is another than recorded.
        out.with_contents(*subject, true);
    }
    let events = out.writer.finish();
    let fresh = (0..events.len() as u32).collect();
    let fork = Fork { first_invalid: 0, tail: None };
    BranchLane { name, stream: None, events, recorded: 0, lifted: Vec::new(), fresh, moved: Vec::new(), fork }
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

fn store_order(overlay: &Overlay<'_>) -> (Vec<Subject>, BTreeMap<u32, Slot>) {
    let lifted = overlay.fates.iter().filter_map(|(subject, fate)| match subject {
        Subject::Recorded(index) if fate.deleted_by.is_some() || fate.node.is_some() => {
            Some((*index, Slot { lifted: true, deleted_by: fate.deleted_by, ..Slot::default() }))
        }
        _ => None,
    });
    let mut slots: BTreeMap<u32, Slot> = lifted.collect();
    for spot in overlay.spots.keys() {
        match spot {
            Spot::Before(index) => slots.entry(*index).or_default().before = overlay.all_at(*spot),
            Spot::After(index) => slots.entry(*index).or_default().after = overlay.all_at(*spot),
            Spot::Head | Spot::AfterNode(_) => {}
        }
    }
    (overlay.all_at(Spot::Head), slots)
}
