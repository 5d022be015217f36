//! The look at a whole store, step by step.

use std::sync::Arc;

use super::findings::{Findings, Health, Scanned};
use super::ids::{Ids, ReadAgain};
use super::payloads::Payloads;
use super::snapshots::{self, SnapshotFact};
use super::states::States;
use super::{clock, lifecycle, versions};
use crate::model::{Event, EventLog, StreamIndex};
use crate::replay::{Fold, OnUnreadable};

/// What a checker must know of a store besides its index.
pub struct CheckOptions<'a> {
    /// The version that streams begin with by their layout, where they don't show it.
    pub first_version: i64,
    /// What makes states of each category, in the order of the categories.
    pub folds: Vec<Arc<dyn Fold>>,
    /// What makes states of a stream whose first events are not here: it may start from a snapshot.
    pub begun: &'a dyn Fn(StreamIndex) -> Arc<dyn Fold>,
    /// What happens where a handler needs a payload that can't be read.
    pub on_unreadable: OnUnreadable,
}

/// Looks at a store. See the module.
pub struct Checker<'a> {
    log: &'a EventLog,
    findings: Findings,
    first_version: i64,
    ids: Ids,
    payloads: Payloads,
    states: States<'a>,
    scanned: Scanned,
}

impl<'a> Checker<'a> {
    /// Before the first look. What is found goes to `findings`.
    pub fn new(log: &'a EventLog, options: CheckOptions<'a>, findings: Findings) -> Self {
        let first_version = versions::first_version(log, options.first_version);
        Self {
            first_version,
            states: States::new(options.folds, options.begun, options.on_unreadable, first_version),
            ids: Ids::default(),
            payloads: Payloads::default(),
            scanned: Scanned { events: log.len(), streams: log.streams().len(), ..Scanned::default() },
            log,
            findings,
        }
    }

    /// Looks at all that the index has: versions, times, types, beginnings and ends.
    pub fn index(&mut self) {
        versions::check(self.log, self.first_version, &self.findings);
        clock::check(self.log, &self.findings);
        lifecycle::check(self.log, self.first_version, &self.findings);
    }

    /// Looks at the snapshots, and remembers what they say. Before the events.
    pub fn snapshots(&mut self, all: Vec<SnapshotFact>) {
        self.scanned.snapshots = all.len();
        snapshots::orphans(self.log, &all, &self.findings);
        self.states.expect(self.log, all);
    }

    /// Takes the next event in, in the store's order.
    pub fn event(&mut self, index: usize, mut event: Event) {
        self.scanned.payloads += 1;
        self.ids.take(index, &event);
        self.payloads.take(self.log, index, &mut event, &self.findings);
        if !self.states.are_any() {
            return;
        }
        let log = self.log;
        for stream in log.stream_of(index).into_iter().chain(log.other_streams_of(index)) {
            if log.is_lane_by_position(stream) {
                self.states.take(log, stream, index, &event, &self.findings);
            }
        }
    }

    /// Streams whose replay order is not the store's: their events are wanted once more, in it.
    pub fn other_orders(&self) -> Vec<StreamIndex> {
        let streams = (0..self.log.streams().len() as u32).map(StreamIndex);
        streams.filter(|stream| !self.log.is_lane_by_position(*stream) && self.states.has(self.log, *stream)).collect()
    }

    /// Takes the next event of such a stream in.
    pub fn event_of(&mut self, stream: StreamIndex, index: usize, event: &Event) {
        self.states.take(self.log, stream, index, event, &self.findings);
    }

    /// Says what only all events together can tell. `read` reads events again, in the order asked for.
    pub fn finish<E>(self, read: &mut ReadAgain<'_, E>) -> Result<Health, E> {
        let Self { log, findings, ids, payloads, states, scanned, .. } = self;
        payloads.finish(log, &findings);
        states.finish(log, &findings);
        ids.finish(log, &findings, read)?;
        Ok(health(&findings, scanned, true))
    }

    /// Gives up before the end: what needs all events is not told.
    pub fn stop(self) -> Health {
        let mut health = health(&self.findings, self.scanned, false);
        health.notes.push(format!(
            "stopped after {} of {} payloads: unreadable payloads that are the rule, ids used twice, causes and \
             differing snapshots are known only after a look at all of them",
            self.scanned.payloads, self.scanned.events
        ));
        health
    }
}

fn health(findings: &Findings, scanned: Scanned, complete: bool) -> Health {
    let (list, counts) = (findings.sorted(), findings.counts());
    Health { findings: list, counts, scanned, complete, notes: Vec::new() }
}
