//! Snapshots of the store: which there are, one in full, and streams that start from one.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::projections::Folds;
use super::run::{failed, replay_failed};
use super::session::{Session, lock};
use crate::job::{Failure, SnapshotCheck, SnapshotView};
use crate::model::{Cancel, EventLog, Payload, Progress, Selection, SnapshotIndex, StreamIndex};
use crate::replay::{Covering, Fold, LateStart, diff_for_within, started};
use crate::store::{SnapshotState, Snapshots, StoreError};

/// Streams whose beginning is remembered; beyond it they are looked at again.
const BEGINNINGS: usize = 20_000;
/// Events that tell whether versions count the whole store.
const LOOKED_AT: usize = 64;
/// Differences between a snapshot and the replayed state: more than anybody looks at.
const DIFFERENCES: usize = 500;

/// How streams begin whose first events are gone, with what makes their states.
pub(super) type Beginnings = HashMap<StreamIndex, Beginning>;

/// How one of them begins.
#[derive(Debug, Clone)]
pub(super) struct Beginning {
    fold: Arc<dyn Fold>,
    late: Arc<LateStart>,
}

impl Session {
    /// Which snapshots the store has. They are looked for once.
    pub fn snapshots(&self, progress: &Progress, cancel: &Cancel) -> Result<Arc<SnapshotIndex>, StoreError> {
        Ok(self.known_snapshots(progress, cancel)?.index().clone())
    }

    fn known_snapshots(&self, progress: &Progress, cancel: &Cancel) -> Result<Arc<Snapshots>, StoreError> {
        let mut known = lock(&self.snapshots);
        if let Some(known) = &*known {
            return Ok(known.clone());
        }
        let found = Arc::new(self.store().find_snapshots(self.log(), progress, cancel)?);
        *known = Some(found.clone());
        Ok(found)
    }

    /// The state of a snapshot by its place in the index; `None` where it is gone by now.
    pub fn snapshot_state(&self, at: usize, cancel: &Cancel) -> Result<Option<SnapshotState>, StoreError> {
        let known = self.known_snapshots(&Progress::default(), cancel)?;
        let mut state = None;
        self.store().each_snapshot(&known, std::iter::once(at), cancel, &mut |_, found| {
            state = found;
            ControlFlow::Break(())
        })?;
        Ok(state)
    }

    /// The states of snapshots by their places in the index; `None` for one that is gone by now.
    pub fn each_snapshot(
        &self,
        places: impl Iterator<Item = usize>,
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, Option<SnapshotState>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let known = self.known_snapshots(&Progress::default(), cancel)?;
        self.store().each_snapshot(&known, places, cancel, visit)
    }

    /// How a stream begins whose first events are not in the store; `None` where they are.
    pub fn late_start(&self, stream: StreamIndex) -> Option<Arc<LateStart>> {
        Some(self.beginning(&self.folds(), stream)?.late)
    }

    /// What makes states of a recorded stream: from a snapshot, where it begins after one.
    pub(super) fn begun(&self, folds: &Folds, stream: StreamIndex) -> Arc<dyn Fold> {
        match self.beginning(folds, stream) {
            Some(beginning) => beginning.fold,
            None => folds.of(self.log().stream(stream).category.0 as usize).clone(),
        }
    }

    fn beginning(&self, folds: &Folds, stream: StreamIndex) -> Option<Beginning> {
        let log = self.log();
        let begin = *self.begin.get_or_init(|| begin(log, self.store().first_version()));
        let first = first_of_late(log, stream, begin)?;
        if self.store().snapshots() == 0 && !counts_the_stream(log, stream) {
            return None;
        }
        if let Some(known) = lock(&folds.beginnings).get(&stream) {
            return Some(known.clone());
        }
        let fold = folds.of(self.log().stream(stream).category.0 as usize);
        let beginning = self.look_at_beginning(stream, first, fold);
        let mut known = lock(&folds.beginnings);
        if known.len() >= BEGINNINGS {
            known.clear();
        }
        // Whoever came first is kept: replayers know each other by it.
        Some(known.entry(stream).or_insert(beginning).clone())
    }

    fn look_at_beginning(&self, stream: StreamIndex, first: i64, fold: &Arc<dyn Fold>) -> Beginning {
        let without = |snapshot| Beginning { fold: fold.clone(), late: Arc::new(LateStart { first, snapshot }) };
        if self.store().snapshots() == 0 {
            return without(None);
        }
        let cancel = Cancel::default();
        let index = match self.snapshots(&Progress::default(), &cancel) {
            Ok(index) => index,
            Err(error) => {
                let unused = Some(format!("the snapshots can't be read ({error})"));
                return without(Some(Covering { version: first - 1, taken: None, unused }));
            }
        };
        let Some(at) = index.from_version(stream, first - 1) else { return without(None) };
        let Some((head, version)) = index.head(at).and_then(|head| Some((head, head.version?))) else {
            return without(None);
        };
        let begins_with_it = version == first - 1;
        if !begins_with_it && place_of(self.log(), stream, version).is_none() {
            // Beyond the last event, or of an event that is not there: nothing follows from it.
            return without(None);
        }
        let covering = |taken, unused| Some(Covering { version, taken, unused });
        let found = match self.snapshot_state(at, &cancel) {
            Ok(Some(found)) => found,
            Ok(None) => return without(covering(head.taken, Some("it is gone by now".to_owned()))),
            Err(error) => return without(covering(head.taken, Some(error.to_string()))),
        };
        let state = match found.state.decoded() {
            Ok(state) => state,
            Err(why) => {
                return without(covering(found.taken, Some(format!("its state can't be read ({})", why.reason))));
            }
        };
        match started(fold, &state, (!begins_with_it).then_some(version)) {
            Ok(fold) => {
                let late = LateStart { first, snapshot: covering(found.taken, None) };
                Beginning { fold, late: Arc::new(late) }
            }
            Err(why) => without(covering(found.taken, Some(why.to_string()))),
        }
    }

    /// A snapshot in full, compared with what the replay comes to at its version.
    pub(super) fn snapshot(&self, at: usize, cancel: &Cancel) -> Result<SnapshotView, Failure> {
        let index = self.snapshots(&Progress::default(), cancel).map_err(|error| failed(&error.into()))?;
        let gone = || Failure::Failed("the snapshot is not in the store any more".to_owned());
        let head = index.head(at).ok_or_else(gone)?;
        let found = self.snapshot_state(at, cancel).map_err(|error| failed(&error.into()))?.ok_or_else(gone)?;
        let stream = index.streams().find(|(_, places)| places.contains(&at)).map(|(name, _)| name.clone());
        let stream = stream.ok_or_else(gone)?;
        let check = self.check_snapshot(&stream, head.version, &found.state, cancel)?;
        Ok(SnapshotView { at, stream, version: head.version, taken: found.taken, state: found.state, check })
    }

    fn check_snapshot(
        &self,
        stream: &str,
        version: Option<i64>,
        state: &Payload,
        cancel: &Cancel,
    ) -> Result<SnapshotCheck, Failure> {
        let cannot = |why: &str| Ok(SnapshotCheck::Impossible(why.to_owned()));
        let Some(stream) = self.log().find_stream(stream) else {
            return cannot("the store has no event of its stream");
        };
        let Some(version) = version else { return cannot("it does not say of which version it is") };
        let Some(place) = place_of(self.log(), stream, version) else {
            return cannot("the store has no event of its version");
        };
        let Ok(state) = state.decoded() else { return cannot("its state can't be read") };
        let late = self.late_start(stream);
        let covering = late.as_deref().and_then(|late| late.snapshot.as_ref());
        if late.is_some() && covering.is_none_or(|covering| covering.unused.is_some() || covering.version >= version) {
            return cannot("events before it are not in the store");
        }
        let replayer = self.second_replayer(stream);
        let mut replayer = lock(&replayer);
        let fold = replayer.fold().clone();
        if fold.handlers().is_empty() {
            return cannot("no rules say what the events mean, so there is no state to compare with");
        }
        if let Err(why) = started(&fold, &state, None) {
            return Ok(SnapshotCheck::Impossible(why.to_string()));
        }
        let frame = replayer.frame(&Selection::Prefix(place + 1), cancel).map_err(|error| replay_failed(&error))?;
        if frame.error.is_some() {
            return cannot("the replay stops at an error before it");
        }
        // Only what the projection knows of: a library keeps more in its snapshots.
        let mut differences = diff_for_within(&*fold, &frame.state.value, &state, DIFFERENCES);
        differences.retain(|change| change.from.is_some());
        Ok(SnapshotCheck::Compared(differences))
    }
}

/// With which version streams begin: some libraries of a layout count from 0 and others from 1, and a store shows which.
fn begin(log: &EventLog, by_layout: i64) -> i64 {
    let firsts =
        || (0..log.streams().len()).filter_map(|at| log.version(*log.lane(StreamIndex(at as u32)).first()? as usize));
    if by_layout == 0 && firsts().min() == Some(1) { 1 } else { by_layout }
}

/// Whether versions go up by one in a stream: else they count something else, and where it begins tells nothing.
fn counts_the_stream(log: &EventLog, stream: StreamIndex) -> bool {
    let lane = log.lane(stream);
    let version = |event: u32| log.version(event as usize);
    lane.windows(2).take(LOOKED_AT).all(|pair| version(pair[0]).map(|version| version + 1) == version(pair[1]))
}

/// The version of a stream's first event, where that is a later one than streams begin with.
fn first_of_late(log: &EventLog, stream: StreamIndex, begin: i64) -> Option<i64> {
    let first = log.version(*log.lane(stream).first()? as usize).filter(|first| *first > begin)?;
    (log.is_lane_by_version(stream) && !counts_the_store(log)).then_some(first)
}

/// Whether versions are the store's positions: then a stream begins anywhere.
fn counts_the_store(log: &EventLog) -> bool {
    let mut looked_at = 0..log.len().min(LOOKED_AT);
    log.streams().len() > 1 && looked_at.all(|event| log.version(event) == Some(log.position(event)))
}

/// The place in its stream of the event of a version.
fn place_of(log: &EventLog, stream: StreamIndex, version: i64) -> Option<usize> {
    let lane = log.lane(stream);
    if log.is_lane_by_version(stream) {
        return lane.binary_search_by_key(&Some(version), |event| log.version(*event as usize)).ok();
    }
    lane.iter().position(|event| log.version(*event as usize) == Some(version))
}
