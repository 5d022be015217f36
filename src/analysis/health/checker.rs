//! The look at a whole store, step by step.

use std::sync::Arc;

use super::findings::{Findings, Health, Scanned};
use super::ids::{Ids, ReadAgain};
use super::lifecycle::{self, Shows};
use super::pairs::Pairs;
use super::payloads::Payloads;
use super::snapshots::{self, SnapshotFact};
use super::states::States;
use super::unchecked::{Seen, of_events, of_index};
use super::{clock, versions};
use crate::model::{Event, EventLog, StreamIndex};
use crate::replay::{Fold, OnUnreadable};

/// What a checker must know of a store besides its index.
pub struct CheckOptions<'a> {
    /// The version that streams begin with by their layout, where they don't show it.
    pub first_version: i64,
    /// The metadata's field that makes a pair of each version, where there is one.
    pub version_beside: Option<&'a str>,
    /// The store's order is that of its times.
    pub is_by_time: bool,
    /// Where the tenant is within which an id is one event's alone.
    pub tenant: TenantIn<'a>,
    /// What makes states of each category, in the order of the categories.
    pub folds: Vec<Arc<dyn Fold>>,
    /// What makes states of a stream whose first events are not here: it may start from a snapshot.
    pub begun: &'a dyn Fn(StreamIndex) -> Arc<dyn Fold>,
    /// What happens where a handler needs a payload that can't be read.
    pub on_unreadable: OnUnreadable,
}

/// Where an event's tenant is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TenantIn<'a> {
    /// There are no tenants.
    #[default]
    Nowhere,
    /// Before the `/` in the name of its stream.
    Stream,
    /// In this field of its metadata.
    Metadata(&'a str),
}

impl TenantIn<'_> {
    pub(super) fn of(self, event: &Event) -> Option<&str> {
        match self {
            Self::Nowhere => None,
            Self::Stream => Some(event.stream.as_deref()?.split_once('/')?.0),
            Self::Metadata(field) => event.metadata.as_object()?.get(field)?.as_str(),
        }
    }
}

/// Looks at a store. See the module.
pub struct Checker<'a> {
    log: &'a EventLog,
    findings: Findings,
    first_version: i64,
    is_by_time: bool,
    tenant: TenantIn<'a>,
    pairs: Pairs,
    shows: Shows,
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
            is_by_time: options.is_by_time,
            tenant: options.tenant,
            pairs: Pairs::new(options.version_beside),
            shows: Shows::default(),
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
        let versions = versions::check(self.log, self.first_version, self.pairs.are_any(), &self.findings);
        clock::check(self.log, &versions.doubles, &self.findings);
        self.shows = lifecycle::check(self.log, self.first_version, &versions.doubles, &self.findings);
        self.pairs.expect(versions.shared);
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
        self.ids.take(self.log, index, &event, self.tenant.of(&event));
        self.pairs.take(index, &event);
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
        let mut not_checked = of_index(self.log, self.is_by_time, self.shows);
        let Self { log, findings, first_version, ids, pairs, payloads, states, scanned, .. } = self;
        let (with_id, with_cause) = ids.counts();
        let seen = Seen {
            with_id,
            with_cause,
            tell_expected: payloads.tell_expected(),
            unread: payloads.unread(),
            snapshots: scanned.snapshots,
            compared: states.compared(),
            projected: (0..log.streams().len() as u32).filter(|stream| states.has(log, StreamIndex(*stream))).count(),
            have_invariants: states.have_invariants(),
        };
        not_checked.extend(of_events(log, &seen));
        pairs.finish(log, &findings);
        lifecycle::nameless(log, payloads.unread_nameless(), &findings);
        payloads.finish(log, &findings);
        states.finish(log, &findings);
        ids.finish(log, first_version, &findings, read)?;
        Ok(Health { not_checked, ..health(&findings, scanned, true) })
    }

    /// Gives up before the end: what needs all events is not told.
    pub fn stop(self) -> Health {
        let not_checked = of_index(self.log, self.is_by_time, self.shows);
        lifecycle::nameless(self.log, self.payloads.unread_nameless(), &self.findings);
        let mut health = health(&self.findings, self.scanned, false);
        health.notes.push(format!(
            "stopped after {} of {} payloads: unreadable payloads that are the rule, ids used twice, causes and \
             differing snapshots are known only after a look at all of them",
            self.scanned.payloads, self.scanned.events
        ));
        Health { not_checked, ..health }
    }
}

fn health(findings: &Findings, scanned: Scanned, complete: bool) -> Health {
    let (list, counts) = (findings.sorted(), findings.counts());
    Health { findings: list, counts, scanned, complete, not_checked: Vec::new(), notes: Vec::new() }
}
