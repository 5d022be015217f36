//! Several events chosen at once, and edits of them: neighbours in a stream become one edit of a range.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Document;
use crate::model::{StreamIndex, names};
use crate::whatif::{Edit, Selector, Target, TimeChange, Update, VersionRange};

/// More events are not chosen at once.
pub const MOST: usize = 200_000;
/// More edits are not made at once: a list of them says nothing to anybody.
pub const MOST_EDITS: usize = 500;

/// The chosen events.
#[derive(Debug, Clone, Default)]
pub struct Chosen {
    events: Arc<BTreeSet<u32>>,
    /// From where a range is extended.
    pub anchor: Option<u32>,
}

impl Chosen {
    /// How many there are. One alone is the selected event, which is not counted as chosen.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Whether an event is chosen.
    pub fn contains(&self, event: u32) -> bool {
        self.events.contains(&event)
    }

    /// Whether it is the very choice that another is, not one that happens to have the same events. Costs nothing.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.events, &other.events)
    }

    /// All of them, in the store's order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = u32> + '_ {
        self.events.iter().copied()
    }
}

impl Document {
    /// Chooses events; fewer than two are none.
    pub(super) fn choose(&mut self, events: impl IntoIterator<Item = u32>, anchor: Option<u32>) {
        let events: BTreeSet<u32> = events.into_iter().take(MOST).collect();
        let events = if events.len() < 2 { BTreeSet::new() } else { events };
        self.chosen = Chosen { events: Arc::new(events), anchor };
    }

    /// Chooses an event besides the others, or no longer. The selected event is one of them.
    pub(super) fn toggle_chosen(&mut self, event: u32) {
        let mut events = BTreeSet::clone(&self.chosen.events);
        if events.is_empty() {
            events.extend(self.event);
        }
        if !events.remove(&event) {
            events.insert(event);
        }
        self.choose(events, Some(event));
    }

    /// The events that an edit is made of: the chosen ones if this is one of them, else this one alone.
    pub fn chosen_with(&self, event: u32) -> Vec<u32> {
        if self.chosen.contains(event) { self.chosen.iter().collect() } else { vec![event] }
    }

    /// Several events in words: `v4 of account-A`, `3 events of account-A`, `3 events of 2 streams`.
    pub fn words_for_all(&self, events: &[u32]) -> String {
        let [event] = events else {
            let log = &self.opened.log;
            let streams: BTreeSet<Option<StreamIndex>> =
                events.iter().map(|event| log.stream_of(*event as usize)).collect();
            return match (streams.len(), streams.first()) {
                (1, Some(Some(stream))) => {
                    format!("{} events of {}", events.len(), names::shown(&log.stream(*stream).name))
                }
                (count, _) => format!("{} events of {count} streams", events.len()),
            };
        };
        self.words_for(*event)
    }

    /// Targets that name exactly these events, as few as there can be.
    pub fn targets_of(&self, events: &[u32]) -> Vec<Target> {
        let log = &self.opened.log;
        let one = |event: u32| Target::One(Selector::Position(log.position(event as usize)));
        let mut streams: BTreeMap<StreamIndex, Vec<u32>> = BTreeMap::new();
        let mut targets = Vec::new();
        for event in events {
            match log.stream_of(*event as usize) {
                // Versions count a stream only where each event has one of its own there.
                Some(stream) if log.is_lane_by_version(stream) && log.is_lane_its_own(stream) => {
                    streams.entry(stream).or_default().push(*event);
                }
                _ => targets.push(one(*event)),
            }
        }
        for (stream, events) in streams {
            let lane = log.lane(stream);
            let version = |event: u32| log.version(event as usize);
            let mut places: Vec<usize> = events
                .iter()
                .filter_map(|event| lane.binary_search_by_key(&version(*event), |other| version(*other)).ok())
                .collect();
            places.sort_unstable();
            for run in places.chunk_by(|a, b| b - a == 1) {
                match run {
                    [first, .., last] => targets.push(Target::Range(VersionRange {
                        stream: log.stream(stream).name.clone(),
                        from: version(lane[*first]),
                        to: version(lane[*last]),
                    })),
                    run => targets.extend(run.iter().map(|place| one(lane[*place]))),
                }
            }
        }
        targets
    }

    /// The edits that leave events out, those that are left out already not counted.
    pub fn leave_out_all(&self, events: &[u32]) -> Vec<Edit> {
        let stay: Vec<u32> = events.iter().copied().filter(|event| !self.is_left_out(*event)).collect();
        self.targets_of(&stay).into_iter().map(Edit::Delete).collect()
    }

    /// The edits that put events so many seconds later.
    pub fn retime_all(&self, events: &[u32], seconds: i64) -> Vec<Edit> {
        let stay: Vec<u32> = events.iter().copied().filter(|event| !self.is_left_out(*event)).collect();
        self.targets_of(&stay).into_iter().map(|target| shift(target, seconds)).collect()
    }

    /// An event and all that follow it in its stream; nothing where it is in none. Where versions don't count the
    /// stream, each event is named.
    pub fn from_here(&self, event: u32) -> Option<Vec<Target>> {
        let log = &self.opened.log;
        let (stream, at) = self.place_in_lane(event)?;
        let lane = log.lane(stream);
        if log.is_lane_by_version(stream) && log.is_lane_its_own(stream) {
            let from = log.version(event as usize);
            return Some(vec![Target::Range(VersionRange { stream: log.stream(stream).name.clone(), from, to: None })]);
        }
        if at == 0 {
            let stream = log.stream(stream).name.clone();
            return Some(vec![Target::Range(VersionRange { stream, from: None, to: None })]);
        }
        let counted = lane.iter().all(|event| log.version(*event as usize).is_none());
        if counted {
            let stream = log.stream(stream).name.clone();
            return Some(vec![Target::Range(VersionRange { stream, from: Some(at as i64 + 1), to: None })]);
        }
        Some(self.targets_of(&lane[at..]))
    }

    /// The edits that leave the chosen events out, and what they are called.
    ///
    /// # Errors
    ///
    /// Why there are none, in words.
    pub fn leave_out_chosen(&self) -> Result<(Vec<Edit>, String), String> {
        let events: Vec<u32> = self.chosen.iter().collect();
        let words = format!("Leave out {}", self.words_for_all(&events));
        within_reason(self.leave_out_all(&events), words)
    }

    /// The edits that leave out all that follows an event in its stream, and what they are called.
    ///
    /// # Errors
    ///
    /// Why there are none, in words.
    pub fn skip_after(&self, event: u32) -> Result<(Vec<Edit>, String), String> {
        let next = self.next_in_lane(event).ok_or("Nothing comes after it")?;
        let targets = self.from_here(next).unwrap_or_default();
        let words = format!("Leave out everything after {}", self.words_for(event));
        within_reason(targets.into_iter().map(Edit::Delete).collect(), words)
    }

    /// The stream that an event was recorded in first, and its place there.
    pub fn place_in_lane(&self, event: u32) -> Option<(StreamIndex, usize)> {
        let log = &self.opened.log;
        let stream = log.stream_of(event as usize)?;
        let lane = log.lane(stream);
        let place = if log.is_lane_by_position(stream) {
            lane.binary_search(&event).ok()
        } else {
            lane.iter().position(|other| *other == event)
        };
        Some((stream, place?))
    }

    /// The event that follows one in its stream.
    pub fn next_in_lane(&self, event: u32) -> Option<u32> {
        let (stream, place) = self.place_in_lane(event)?;
        self.opened.log.lane(stream).get(place + 1).copied()
    }
}

fn within_reason(edits: Vec<Edit>, words: String) -> Result<(Vec<Edit>, String), String> {
    match edits.len() {
        0 => Err("They are left out already".to_owned()),
        1..=MOST_EDITS => Ok((edits, words)),
        count => Err(format!("That would be {count} edits, which nobody reads: choose events that follow each other")),
    }
}

/// The edit that puts what a target names so many seconds later.
pub fn shift(target: Target, seconds: i64) -> Edit {
    Edit::Update(Update { time: Some(TimeChange::ShiftSeconds(seconds)), ..Update::of(target) })
}
