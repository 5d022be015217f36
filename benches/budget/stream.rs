//! Scrubbing and editing one long stream, against folding it from its start.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use foldline::model::{Cancel, Progress, Selection, StreamIndex};
use foldline::replay::Frame;
use foldline::whatif::{Edit, Scenario, Selector, Target};
use foldline::worker::{Session, SessionOptions};

use super::table::{Table, percentile, timed};

/// Moments looked at.
const MOMENTS: usize = 1000;
/// Edits made, at as many places.
const EDITS: usize = 20;
/// The cursor stands so many events after the edit.
const BEHIND: usize = 100;

pub fn run(path: &Path, table: &mut Table) {
    let stream = StreamIndex(0);
    let open = || Session::open(path, SessionOptions::default(), &Progress::default(), &Cancel::default()).unwrap();
    let len = open().log().lane(stream).len();
    let session = open();
    let (cold, _) = timed(|| frame(&session, stream, len));
    table.figure("first state at the end of the stream", &shown(cold), "");
    let full = full_replay(&session, stream);

    let mut random = Random(1);
    let mut times: Vec<Duration> =
        (0..MOMENTS).map(|_| random.below(len)).map(|at| timed(|| frame(&session, stream, at)).0).collect();
    table.ratio("state at a random moment, p50", percentile(&mut times, 50), full, "of a full replay");
    table.ratio("state at a random moment, p99", percentile(&mut times, 99), full, "<= 2 ms");
    let mut times: Vec<Duration> =
        (0..MOMENTS).map(|step| (step * 7 + len / 3) % len).map(|at| timed(|| frame(&session, stream, at)).0).collect();
    table.ratio("state while dragging, p99", percentile(&mut times, 99), full, "<= 2 ms");

    let (mut cursors, mut ends) = (Vec::new(), Vec::new());
    for number in 0..EDITS {
        let at = len / 4 + random.below(len / 2);
        let scenario = scenario(at, number);
        frame(&session, stream, at + BEHIND);
        cursors.push(timed(|| branched(&session, &scenario, at + BEHIND)).0);
        ends.push(timed(|| branched(&session, &scenario, len - 1)).0);
    }
    table.ratio("an edit: state at the cursor, p50", percentile(&mut cursors, 50), full, "<= 16 ms");
    table.ratio("an edit: state at the cursor, worst", percentile(&mut cursors, 100), full, "<= 16 ms");
    table.ratio("an edit: the end state behind it, p50", percentile(&mut ends, 50), full, "at the speed of the fold");
}

fn frame(session: &Arc<Session>, stream: StreamIndex, len: usize) -> Frame {
    let replayer = session.replayer(stream);
    replayer.lock().unwrap().frame(&Selection::Prefix(len), &Cancel::default()).unwrap()
}

/// The baseline: every event from the store, folded from the first, nothing kept.
fn full_replay(session: &Arc<Session>, stream: StreamIndex) -> Duration {
    let log = session.log();
    let selection = Selection::Prefix(log.lane(stream).len());
    timed(|| session.end_states(&[(stream, selection)], &Cancel::default()).unwrap()).0
}

/// Without the event at this place.
fn scenario(at: usize, number: usize) -> Arc<Scenario> {
    let left_out = Selector::Version { stream: "account-1".into(), version: at as i64 + 1 };
    Arc::new(Scenario { name: format!("edit {number}"), edits: vec![Edit::Delete(Target::One(left_out))] })
}

fn branched(session: &Arc<Session>, scenario: &Arc<Scenario>, len: usize) -> Frame {
    let branch = session.branch(scenario).unwrap();
    let replayer = session.branch_replayer(&branch, "account-1").unwrap();
    replayer.lock().unwrap().frame(&Selection::Prefix(len), &Cancel::default()).unwrap()
}

fn shown(duration: Duration) -> String {
    super::table::shown(duration)
}

/// Numbers that are the same in every run (splitmix64, Steele et al. 2014).
pub struct Random(pub u64);

impl Random {
    /// The next one.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }
}
