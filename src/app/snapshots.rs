//! Snapshots that the store's library took: which there are, and the one that is looked at.

use std::ops::Range;
use std::sync::Arc;

use super::{App, Command, Document, Remote};
use crate::job::{Job, Request, Slot, SnapshotView};
use crate::model::{EventLog, SnapshotIndex, StreamIndex};

/// Versions of a lane that are looked through where its events are in another order.
const LOOKED_THROUGH: usize = 10_000;

/// What is known of a store's snapshots.
#[derive(Debug, Default)]
pub struct SnapshotsView {
    /// Which there are; asked for once.
    pub index: Remote<Arc<SnapshotIndex>>,
    /// The one that is looked at, by its place in the index.
    pub shown: Option<usize>,
    /// That one in full.
    pub view: Remote<Arc<SnapshotView>>,
}

impl SnapshotsView {
    /// An answer came.
    pub(super) fn found(&mut self, generation: u64, index: Arc<SnapshotIndex>) {
        self.index.answer(generation, Ok(index));
    }

    /// What was asked has no answer.
    pub(super) fn could_not(&mut self, generation: u64, why: &str) {
        self.index.answer(generation, Err(why.to_owned()));
        self.view.answer(generation, Err(why.to_owned()));
    }

    /// What was asked while another store was shown is asked again.
    pub(super) fn forget(&mut self) {
        if self.index.is_pending() {
            self.index.clear();
        }
        if self.view.is_pending() {
            self.view.clear();
            self.shown = None;
        }
    }
}

impl App {
    /// Asks which snapshots there are, unless that is known.
    pub(super) fn want_snapshots(&mut self, requests: &mut Vec<Request>) {
        let Some(document) = &self.document else { return };
        let known = &document.snapshots.index;
        if document.opened.snapshots == 0 || known.value().is_some() || known.is_pending() {
            return;
        }
        let store = document.opened.key;
        let request = self.request(Slot::Snapshots, "Looking for snapshots", Job::Snapshots { store });
        if let Some(document) = &mut self.document {
            document.snapshots.index.ask(request.generation);
        }
        requests.push(request);
    }

    /// Reads a snapshot; `None` puts it away.
    pub(super) fn show_snapshot(&mut self, at: Option<usize>, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        document.snapshots.view.clear();
        document.snapshots.shown = at;
        let (store, Some(at)) = (document.opened.key, at) else { return };
        let request = self.request(Slot::Snapshot, "Reading a snapshot", Job::Snapshot { store, at });
        if let Some(document) = &mut self.document {
            document.snapshots.view.ask(request.generation);
        }
        requests.push(request);
    }

    /// Goes to the event of a snapshot's version; to the first event after it, where that is gone.
    pub(super) fn go_to_snapshot(&mut self, stream: StreamIndex, at: usize, requests: &mut Vec<Request>) {
        let Some(document) = &self.document else { return };
        let Some((index, _)) = document.snapshots.index.value() else { return };
        let log = &document.opened.log;
        let Some(version) = index.head(at).and_then(|head| head.version) else { return };
        let place = place_of(log, stream, version).or_else(|| first_after(log, stream, version));
        if let Some(event) = place.and_then(|place| log.lane(stream).get(place)) {
            let (name, event) = (log.stream(stream).name.clone(), *event);
            self.move_about(&Command::SelectStream(name), requests);
            self.move_about(&Command::JumpTo(event), requests);
        }
    }
}

impl Document {
    /// The places of a stream's snapshots in the index, by version.
    pub fn snapshots_of(&self, stream: StreamIndex) -> Range<usize> {
        self.snapshots.index.value().map_or(0..0, |(index, _)| index.of(stream))
    }

    /// Where in its stream a snapshot stands: the event whose version it has come to, else the first one after it,
    /// and whether it is that event's own. `None` where neither is there.
    pub fn place_of_snapshot(&self, stream: StreamIndex, version: i64) -> Option<(usize, bool)> {
        let log = &self.opened.log;
        let own = place_of(log, stream, version).map(|place| (place, true));
        own.or_else(|| first_after(log, stream, version).map(|place| (place, false)))
    }
}

fn place_of(log: &EventLog, stream: StreamIndex, version: i64) -> Option<usize> {
    let lane = log.lane(stream);
    if log.is_lane_by_version(stream) {
        return lane.binary_search_by_key(&Some(version), |event| log.version(*event as usize)).ok();
    }
    lane.iter().take(LOOKED_THROUGH).position(|event| log.version(*event as usize) == Some(version))
}

fn first_after(log: &EventLog, stream: StreamIndex, version: i64) -> Option<usize> {
    let lane = log.lane(stream);
    if !log.is_lane_by_version(stream) {
        return None;
    }
    let at = lane.partition_point(|event| log.version(*event as usize) <= Some(version));
    (at < lane.len()).then_some(at)
}
