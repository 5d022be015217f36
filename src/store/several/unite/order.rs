//! In which order the events of several files stand, and whether new ones stand at its end.

use std::sync::Arc;

use crate::model::{Cancel, EventLog, Timestamp};

use super::Place;

/// One part in this many may be late where positions say the order: clocks differ a little.
const LATE: usize = 100;

/// Nanoseconds by which a new event may be earlier than the last one of another file and still come after it: files that
/// are written at the same time are looked at one after the other, and their writers' clocks differ.
const A_LITTLE: i128 = 10_000_000_000;

/// The order of all events that are shown, as far as they are known.
///
/// Positions say it if they are those of one history: no two are the same, and times agree with them. Else times do,
/// then positions, then the order of the files. What has no time, or runs backwards in its own file, stays behind its
/// predecessor, also where that is shown as another file's.
#[derive(Debug, Clone, Default)]
pub(super) struct Order {
    pub by_position: bool,
    /// How many events of each file are in it.
    pub taken: Vec<usize>,
    /// How far each file has come.
    files: Vec<Reached>,
    last: Option<(Rank, usize)>,
    /// An event came that belongs before others.
    early: bool,
    /// How many events are shown, and how many of them have an earlier time than one before them.
    shown: usize,
    late: Late,
}

/// How far a file has come.
#[derive(Debug, Clone, Default)]
struct Reached {
    time: Option<Timestamp>,
    position: Option<i64>,
    /// Of its own shown events.
    late: Late,
}

/// Counts events that have an earlier time than one before them.
#[derive(Debug, Clone, Default)]
struct Late {
    latest: Option<i64>,
    count: usize,
}

impl Late {
    fn take(&mut self, time: Option<i64>) {
        if let Some(time) = time {
            self.count += usize::from(self.latest.is_some_and(|latest| time < latest));
            self.latest = self.latest.max(Some(time));
        }
    }
}

/// What is compared with the next events of the other files.
type Rank = (Option<Timestamp>, Option<i64>);

/// Whether an event that should have come before the last one may as well stand behind it.
fn is_close((time, _): Rank, (last, _): Rank) -> bool {
    matches!((time, last), (Some(time), Some(last)) if last.nanos() - time.nanos() <= A_LITTLE)
}

impl Order {
    /// Of all events that there are, with their places; `None` if told to stop.
    pub fn of_all(logs: &[Arc<EventLog>], left_out: &[Vec<bool>], cancel: &Cancel) -> Option<(Self, Vec<Place>)> {
        let begin = |by_position| Self {
            by_position,
            taken: vec![0; logs.len()],
            files: vec![Reached::default(); logs.len()],
            ..Self::default()
        };
        if logs.iter().all(|log| !log.has_ordinal_positions()) {
            let mut order = begin(true);
            let places = order.merge(logs, left_out, cancel)?;
            if order.agrees_with(logs, &places, None) {
                return Some((order, places));
            }
        }
        let mut order = begin(false);
        let places = order.merge(logs, left_out, cancel)?;
        Some((order, places))
    }

    /// Whether there is an order yet.
    pub fn has_begun(&self) -> bool {
        !self.taken.is_empty()
    }

    /// With the events that are new in the files, and their places, if all of them stand at the end.
    pub fn with_more(&self, logs: &[Arc<EventLog>], left_out: &[Vec<bool>]) -> Option<(Self, Vec<Place>)> {
        let mut order = self.clone();
        let places = order.merge(logs, left_out, &Cancel::default())?;
        let all_have = logs.iter().all(|log| !log.has_ordinal_positions());
        let holds = !order.early && (!self.by_position || (all_have && order.agrees_with(logs, &places, self.last)));
        holds.then_some((order, places))
    }

    /// Whether positions ascend, and times go with them about as well as within the files.
    fn agrees_with(&self, logs: &[Arc<EventLog>], places: &[Place], last: Option<(Rank, usize)>) -> bool {
        let mut before = last.and_then(|((_, position), _)| position);
        let ascend = places.iter().all(|place| {
            let position = Some(logs[place.file as usize].position(place.event as usize));
            std::mem::replace(&mut before, position) < position
        });
        let within: usize = self.files.iter().map(|file| file.late.count).sum();
        ascend && self.late.count <= within + self.shown / LATE
    }

    /// Puts the events that are not taken yet in order behind the others.
    fn merge(&mut self, logs: &[Arc<EventLog>], left_out: &[Vec<bool>], cancel: &Cancel) -> Option<Vec<Place>> {
        let mut ranks: Vec<Option<Rank>> = (0..logs.len()).map(|file| self.rank(file, logs, left_out)).collect();
        let new = logs.iter().zip(&self.taken).map(|(log, taken)| log.len() - taken).sum();
        let mut places = Vec::with_capacity(new);
        loop {
            // Few files: looking at each is as quick as a heap. Of equals the first comes first.
            let left = ranks.iter().enumerate().filter_map(|(file, rank)| Some((rank.as_ref()?, file)));
            let Some((rank, file)) = left.min().map(|(rank, file)| (*rank, file)) else { return Some(places) };
            self.early |= self.last.is_some_and(|last| (rank, file) < last && !is_close(rank, last.0));
            let event = self.taken[file];
            let time = logs[file].time_micros(event);
            self.files[file].late.take(time);
            self.late.take(time);
            self.shown += 1;
            self.last = self.last.max(Some((rank, file)));
            places.push(Place { file: file as u16, event: event as u32 });
            self.taken[file] += 1;
            ranks[file] = self.rank(file, logs, left_out);
            if places.len().is_multiple_of(1 << 16) && cancel.is_cancelled() {
                return None;
            }
        }
    }

    /// Goes on to a file's next event that is shown; `None` at the end.
    fn rank(&mut self, file: usize, logs: &[Arc<EventLog>], left_out: &[Vec<bool>]) -> Option<Rank> {
        let (log, next, reached) = (&logs[file], &mut self.taken[file], &mut self.files[file]);
        while *next < log.len() {
            reached.time = reached.time.max(log.time(*next));
            if !log.has_ordinal_positions() {
                reached.position = reached.position.max(Some(log.position(*next)));
            }
            if !left_out[file][*next] {
                return Some((if self.by_position { None } else { reached.time }, reached.position));
            }
            *next += 1;
        }
        None
    }
}
