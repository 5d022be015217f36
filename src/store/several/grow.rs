//! Following several files: each by itself, as one file is; what is new in them joins the one history.

use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::model::{Cancel, EventLog};
use crate::store::error::StoreError;
use crate::store::watch::{Growth, Replaced};

use super::unite::{Joined, United};
use super::{Scanned, Several, ids};

/// How long the second readings of all files take together at each look.
const SECOND_LOOKS: Duration = Duration::from_millis(30);
/// What is remembered from one look to the next.
#[derive(Debug)]
pub(super) struct Following {
    united: United,
    /// The files' own indexes, as the last look left each: what it found can't be found again.
    logs: Vec<Arc<EventLog>>,
    /// The file that is looked at first, so that each one's turn for a second reading comes.
    turn: usize,
}

impl Following {
    pub(super) fn new(united: United, logs: Vec<Arc<EventLog>>) -> Self {
        Self { united, logs, turn: 0 }
    }
}

impl Several {
    pub(super) fn following(&self) -> MutexGuard<'_, Option<Following>> {
        self.following.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at each file for what is new in it.
    pub(in crate::store) fn scan_more(
        &self,
        log: &EventLog,
        generation: u64,
        cancel: &Cancel,
    ) -> Result<Growth, StoreError> {
        let mut following = self.following();
        let scanned = self.scanned().filter(|scanned| *scanned.generations.end() == log.generation());
        let (Some(Following { united, logs, turn }), Some(scanned)) = (following.as_mut(), scanned) else {
            return Ok(Growth::Replaced(Replaced::default()));
        };
        let (began, mut failed, mut replaced) = (Instant::now(), None, None::<Replaced>);
        *turn = (*turn + 1) % self.files.len();
        for at in (0..self.files.len()).map(|at| (at + *turn) % self.files.len()) {
            let again = began.elapsed() < SECOND_LOOKS;
            match self.files[at].look_for_more(&logs[at], generation, again, cancel) {
                // One file alone is never put in another order.
                Ok(Growth::Nothing | Growth::Reordered(_)) => {}
                Ok(Growth::Grown(grown)) => logs[at] = Arc::new(*grown),
                Ok(Growth::Replaced(how)) => {
                    let all = replaced.get_or_insert_default();
                    all.file |= how.file;
                    all.rewritten.extend(places_of(log, at, &how.rewritten));
                }
                // The others are looked at all the same: nothing that they have is lost.
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        if let Some(error) = failed {
            return Err(error);
        }
        if let Some(mut how) = replaced {
            how.rewritten.sort_unstable();
            return Ok(Growth::Replaced(how));
        }
        if logs.iter().enumerate().all(|(file, log)| log.len() == united.known(file)) {
            return Ok(Growth::Nothing);
        }
        self.check_count(logs)?;
        let ids = self.files.iter().zip(logs.iter()).enumerate();
        let ids = ids.map(|(at, (file, log))| ids::ids(file, log, united.sorted(at), cancel));
        let ids = ids.collect::<Result<Vec<_>, _>>()?;
        let joined = united.take_in(logs, &ids, cancel).ok_or(StoreError::Cancelled)?;
        let (united_log, in_order) = match joined {
            Joined::More(more) => match log.extended(&more, 0, generation) {
                Some(grown) => (grown, true),
                None => (united.anew(logs, cancel).ok_or(StoreError::Cancelled)?, false),
            },
            Joined::Anew(all) => (all, false),
        };
        let grew = united_log.len() > log.len();
        let (mut shown, first) = match in_order {
            true => (scanned.shown.clone(), log.len()),
            false => (vec![0; logs.len()], 0),
        };
        (first..united_log.len()).for_each(|event| shown[united_log.source(event)] += 1);
        let notes = self.notes_of(united, &united_log, logs);
        let last = if in_order && !grew { log.generation() } else { generation };
        let generations = *scanned.generations.start()..=last;
        self.set_scanned(Scanned { generations, logs: logs.clone(), shown, notes });
        Ok(match (in_order, grew) {
            (true, true) => Growth::Grown(Box::new(united_log)),
            // What came is shown as another file's already.
            (true, false) => Growth::Nothing,
            (false, _) => Growth::Reordered(Box::new(united_log.of_generation(generation))),
        })
    }
}

/// Where events of a file, which ascend, are in the united index.
fn places_of(log: &EventLog, file: usize, events: &[u32]) -> Vec<u32> {
    let is_one =
        |at: &usize| log.source(*at) == file && events.iter().any(|event| i64::from(*event) == log.row_key(*at));
    let mut places: Vec<u32> = (0..log.len()).rev().filter(is_one).take(events.len()).map(|at| at as u32).collect();
    places.reverse();
    places
}
