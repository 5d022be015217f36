//! Versions that are a pair: in some stores events share a version and are told apart by a second number beside it,
//! as those that only one client has.

use std::collections::HashMap;

use super::findings::{Findings, Tally};
use super::versions::twice;
use crate::model::event::first_scalar;
use crate::model::{Event, EventLog, Path, StreamIndex};

/// An event that is not the only one with its version in its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shared {
    pub stream: StreamIndex,
    pub version: i64,
    pub event: u32,
}

/// Such events, and the second numbers of those seen so far.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// Where in the metadata the second number is; none: versions are single numbers.
    path: Vec<Path>,
    shared: Vec<Shared>,
    /// The same events, sorted, and the number of each.
    events: Vec<u32>,
    numbers: Vec<Option<i64>>,
}

impl Pairs {
    /// `beside` is the metadata's field of the second number.
    pub fn new(beside: Option<&str>) -> Self {
        Self { path: beside.and_then(|path| Path::parse(path).ok()).into_iter().collect(), ..Self::default() }
    }

    /// Whether versions are pairs here.
    pub fn are_any(&self) -> bool {
        !self.path.is_empty()
    }

    /// Takes over which events share a version.
    pub fn expect(&mut self, mut shared: Vec<Shared>) {
        shared.sort_unstable();
        shared.dedup();
        self.events = shared.iter().map(|shared| shared.event).collect();
        self.events.sort_unstable();
        self.events.dedup();
        self.numbers = vec![None; self.events.len()];
        self.shared = shared;
    }

    /// Takes the next event in.
    pub fn take(&mut self, index: usize, event: &Event) {
        if let Ok(at) = self.events.binary_search(&(index as u32)) {
            self.numbers[at] = first_scalar(&event.metadata, &self.path).and_then(|number| number.parse().ok());
        }
    }

    /// Says which pairs are there twice, once all events were seen.
    pub fn finish(self, log: &EventLog, findings: &Findings) {
        let number = |event: u32| self.events.binary_search(&event).ok().and_then(|at| self.numbers[at]);
        let mut found = Tally::default();
        for group in self.shared.chunk_by(|a, b| (a.stream, a.version) == (b.stream, b.version)) {
            let mut seen: HashMap<Option<i64>, u32> = HashMap::new();
            for Shared { stream, version, event } in group {
                let number = number(*event);
                if let Some(other) = seen.insert(number, *event) {
                    found.push(|| {
                        let version = match (number, self.path.first()) {
                            (Some(number), Some(path)) => format!("{version} with {path} {number}"),
                            _ => version.to_string(),
                        };
                        twice(log, *stream, other, *event, &version)
                    });
                }
            }
        }
        findings.extend(found);
    }
}
