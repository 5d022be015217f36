//! Writers at full speed, in every journal mode.

use std::time::{Duration, Instant};

use super::{Follower, Writing, ended, listing, store, writer};

/// How long to write: some seconds, or as asked for by `FOLDLINE_FOLLOW_SECONDS`.
fn seconds() -> u64 {
    std::env::var("FOLDLINE_FOLLOW_SECONDS").ok().and_then(|asked| asked.parse().ok()).unwrap_or(2)
}

/// A look at most each so often: as the window does it.
const LOOKS: Duration = Duration::from_millis(50);

fn nothing_is_missed(writing: Writing) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    store(&path, writing.mode, 500).close().unwrap();
    let mut follower = Follower::of(&path);
    let mut child = writer(&path, writing);
    let began = Instant::now();
    let mut last_told = began;
    while child.try_wait().unwrap().is_none() {
        // A fifth of the time at most; reading the events themselves is what others do.
        let took = follower.look().last_look;
        std::thread::sleep(LOOKS.max(took * 4));
        if last_told.elapsed() > Duration::from_secs(60) {
            last_told = Instant::now();
            tell(&format!("{}: {} seen after {:?}", writing.mode, follower.seen.len(), began.elapsed()));
        }
    }
    let (wrote, busy) = ended(child);
    follower.until(wrote as usize).look();
    let longest = follower.session.store().longest_read();
    let missed = (1..=wrote).filter(|n| follower.seen.binary_search(n).is_err()).count();
    let mut distinct = follower.seen.clone();
    distinct.dedup();
    tell(&format!(
        "{} ({}): wrote {wrote}, seen {}, missed {missed}, doubled {}, busy {busy}, longest read {longest:?}, longest \
         look {:?}, read anew {}, troubles {:?}",
        writing.mode,
        writing.besides,
        follower.seen.len(),
        follower.seen.len() - distinct.len(),
        follower.longest_look,
        follower.changes,
        follower.troubles,
    ));
    assert_eq!(follower.seen.len() as i64, wrote);
    assert!(follower.seen.iter().copied().eq(1..=wrote), "each once, in order");
    assert_eq!(busy, 0, "the writer found the store busy for a second");
    assert!(wrote > 600, "{wrote}");
    assert_eq!(follower.troubles, [""; 0]);
    assert!(follower.put_off.len() * 2 <= follower.looks, "{:?} of {} looks", follower.put_off, follower.looks);
    let sides = listing(folder.path()).into_iter().filter(|name| *name != path);
    assert!(sides.map(|side| side.display().to_string()).all(|side| side.contains("store.db-")));
}

#[expect(clippy::print_stderr, reason = "figures of a long run")]
fn tell(text: &str) {
    eprintln!("{text}");
}

#[test]
fn a_writer_that_deletes_its_journals() {
    nothing_is_missed(Writing { mode: "DELETE", seconds: seconds(), besides: "", every: 0 });
}

#[test]
fn a_writer_that_truncates_its_journals() {
    nothing_is_missed(Writing { mode: "TRUNCATE", seconds: seconds().min(60), besides: "", every: 0 });
}

#[test]
fn a_writer_that_keeps_its_journals_and_vacuums() {
    nothing_is_missed(Writing { mode: "PERSIST", seconds: seconds().min(60), besides: "VACUUM", every: 1500 });
}

#[test]
fn a_writer_with_a_log_that_checkpoints_now_and_then() {
    let writing = Writing { mode: "WAL", seconds: seconds(), besides: "PRAGMA wal_checkpoint(PASSIVE)", every: 700 };
    nothing_is_missed(writing);
}

#[test]
fn a_writer_with_a_log_that_truncates_it() {
    let besides = "PRAGMA wal_checkpoint(TRUNCATE)";
    nothing_is_missed(Writing { mode: "WAL", seconds: seconds().min(60), besides, every: 300 });
}

#[test]
fn a_writer_with_a_log_that_vacuums() {
    nothing_is_missed(Writing { mode: "WAL", seconds: seconds().min(60), besides: "VACUUM", every: 2500 });
}
