//! Several files as one history while one of them, or all, are written.

#![expect(clippy::disallowed_methods, reason = "another program")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::{Follower, TABLE, Writing, add, ended, is_free, listing, store, write_as, write_event, writer};

fn numbers(range: impl Iterator<Item = i64>) -> Vec<i64> {
    range.collect()
}

/// An archive with the first events, and a hot store that goes on after them.
fn pair(folder: &Path, mode: &str, archived: i64, hot: i64) -> (PathBuf, Connection, PathBuf, Connection) {
    let (hot_path, archive_path) = (folder.join("hot.db"), folder.join("archive.db"));
    let archive = store(&archive_path, mode, archived);
    let conn = store(&hot_path, mode, 0);
    add(&conn, archived + 1..=archived + hot);
    (hot_path, conn, archive_path, archive)
}

#[test]
fn what_any_of_the_files_gets_is_seen_once_and_knows_its_file() {
    for mode in ["DELETE", "WAL"] {
        let folder = tempfile::tempdir().unwrap();
        let (hot, conn, archive, older) = pair(folder.path(), mode, 300, 20);
        let mut follower = Follower::together(&hot, &[&archive]);
        assert_eq!(follower.seen, numbers(1..=320));
        assert_eq!((follower.files[0], follower.files[319]), (1, 0));
        add(&conn, 321..=325);
        follower.look();
        // An archiver copies what is known, then the hot store writes on.
        add(&older, 301..=310);
        follower.look();
        write_event(&conn, 326).unwrap();
        follower.look().look();
        assert_eq!((&follower.seen, follower.changes), (&numbers(1..=326), 0), "{mode}");
        let files = follower.session.store().files();
        let counts: Vec<(usize, usize)> = files.iter().map(|file| (file.events, file.shown)).collect();
        assert_eq!(counts, [(26, 26), (310, 300)]);
        // Then it takes them away where they were: nothing comes again, nothing is missed.
        conn.execute_batch("DELETE FROM events WHERE position <= 310").unwrap();
        follower.look().look();
        assert_eq!((&follower.seen, follower.session.log().len()), (&numbers(1..=326), 326), "{mode}");
        add(&conn, 327..=330);
        follower.look();
        assert_eq!(follower.seen, numbers(1..=330), "{mode}");
        assert_eq!(follower.files.last(), Some(&0));
        assert_eq!((follower.troubles.len(), follower.put_off.len()), (0, 0), "{mode}");
        // Of a log, those who wrote it still hold it open.
        assert!(mode == "WAL" || (is_free(&hot) && is_free(&archive)), "{mode}");
    }
}

#[test]
fn it_is_as_all_read_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (hot, conn, archive, older) = pair(folder.path(), "DELETE", 50, 10);
    let mut follower = Follower::together(&hot, &[&archive]);
    for (n, into) in [(61, &conn), (62, &conn), (51, &older), (63, &conn), (60, &older), (64, &conn)] {
        write_event(into, n).unwrap();
        follower.look();
    }
    let at_once = Follower::together(&hot, &[&archive]);
    let (grown, whole) = (follower.session.log(), at_once.session.log());
    assert_eq!(grown.first_difference(0, usize::MAX, whole), None);
    assert_eq!((grown.len(), whole.len()), (64, 64));
    assert_eq!(grown.has_ordinal_positions(), whole.has_ordinal_positions());
    assert_eq!(grown.streams(), whole.streams());
    assert_eq!(follower.session.store().notes(), at_once.session.store().notes());
    assert_eq!(follower.seen, at_once.seen);
}

#[test]
fn shards_that_are_written_at_the_same_time() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("a.db"), folder.path().join("b.db"));
    let (one, two) = (store(&a, "DELETE", 0), store(&b, "WAL", 0));
    // Positions of their own: only times tell the order.
    let put = |conn: &Connection, key: i64, n: i64| write_as(conn, key, n, "T").unwrap();
    (1..=20).for_each(|n| put(if n % 2 == 0 { &one } else { &two }, (n + 1) / 2, n));
    let mut follower = Follower::together(&a, &[&b]);
    assert_eq!(follower.seen, numbers(1..=20));
    // A little late, it stands where it came.
    put(&one, 11, 24);
    follower.look();
    put(&two, 11, 21);
    put(&two, 12, 25);
    follower.look();
    assert_eq!((&follower.seen[20..], follower.changes), (&[24, 21, 25][..], 0));
    // Much too late, it stands where it belongs; each is seen once all the same.
    put(&one, 12, 400);
    follower.look();
    put(&two, 13, 200);
    follower.look();
    assert_eq!((&follower.seen[23..], follower.changes), (&[400, 200][..], 1));
    let log = follower.session.log();
    assert!((1..log.len()).all(|event| log.time(event - 1) <= log.time(event)));
    put(&one, 13, 401);
    follower.look();
    assert_eq!((follower.seen.last(), follower.seen.len(), follower.changes), (Some(&401), 26, 1));
    assert_eq!(follower.troubles, [""; 0]);
}

#[test]
fn an_archive_that_another_file_takes_the_place_of() {
    for mode in ["DELETE", "WAL"] {
        let folder = tempfile::tempdir().unwrap();
        let (hot, conn, archive, older) = pair(folder.path(), mode, 200, 10);
        let mut follower = Follower::together(&hot, &[&archive]);
        // One with the same events and one more, which the hot store has too.
        let next = folder.path().join("next.db");
        older.execute("VACUUM INTO ?1", [next.to_str().unwrap()]).unwrap();
        older.close().unwrap();
        let other = Connection::open(&next).unwrap();
        write_event(&other, 201).unwrap();
        other.close().unwrap();
        std::fs::rename(&next, &archive).unwrap();
        add(&conn, 211..=212);
        follower.look().look();
        assert_eq!((&follower.seen, follower.changes), (&numbers(1..=212), 0), "{mode}");
        add(&conn, 213..=214);
        follower.look();
        assert_eq!((&follower.seen, follower.changes), (&numbers(1..=214), 0), "{mode}");
        assert_eq!(follower.troubles, [""; 0]);
    }
}

#[test]
fn a_file_that_is_away_or_held_keeps_nothing_from_being_seen_later() {
    let folder = tempfile::tempdir().unwrap();
    let (hot, conn, archive, older) = pair(folder.path(), "DELETE", 100, 10);
    let mut follower = Follower::together(&hot, &[&archive]);
    older.close().unwrap();
    let away = folder.path().join("away.db");
    std::fs::rename(&archive, &away).unwrap();
    add(&conn, 111..=115);
    follower.look();
    let told = follower.troubles.pop().unwrap();
    assert!(told.contains("there is no such file") && told.contains("archive.db"), "{told}");
    add(&conn, 116..=120);
    std::fs::rename(&away, &archive).unwrap();
    follower.look().look();
    assert_eq!((&follower.seen, follower.changes), (&numbers(1..=120), 0));
    // Somebody has it alone: what the other file gets waits, and is not lost.
    let older = Connection::open(&archive).unwrap();
    add(&older, 101..=102);
    older.execute_batch("BEGIN EXCLUSIVE").unwrap();
    add(&conn, 121..=122);
    follower.look();
    assert!(follower.troubles.pop().unwrap().contains("locked"));
    older.execute_batch("COMMIT").unwrap();
    follower.look();
    assert_eq!((&follower.seen, follower.changes), (&numbers(1..=122), 0));
    assert_eq!(follower.troubles, [""; 0]);
}

#[test]
fn rows_that_are_rewritten_come_again() {
    let folder = tempfile::tempdir().unwrap();
    let (hot, conn, archive, _older) = pair(folder.path(), "WAL", 100, 30);
    let mut follower = Follower::together(&hot, &[&archive]);
    conn.execute_batch("UPDATE events SET data = '{\"n\":7777}' WHERE position = 120").unwrap();
    follower.look().look();
    assert_eq!((&follower.seen[130..], follower.changes), (&[7777][..], 1));
    // A clean-up changes nothing.
    conn.execute_batch("VACUUM").unwrap();
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    follower.look().look();
    assert_eq!((follower.seen.len(), follower.changes), (131, 1));
}

#[test]
fn events_without_ids_are_known_by_what_is_known_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let made = |name: &str| {
        let path = folder.path().join(name);
        let conn = Connection::open(&path).unwrap();
        conn.execute_batch(&TABLE.replace("event_id TEXT NOT NULL UNIQUE", "event_id TEXT")).unwrap();
        (path, conn)
    };
    let ((a, one), (b, two)) = (made("a.db"), made("b.db"));
    (1..=30).for_each(|n| write_event(&one, n).unwrap());
    (1..=10).for_each(|n| write_event(&two, n).unwrap());
    let mut follower = Follower::together(&a, &[&b]);
    assert_eq!(follower.seen, numbers(1..=30));
    // The first without one, of events that all had ids up to now.
    write_event(&one, 31).unwrap();
    one.execute_batch("UPDATE events SET event_id = NULL WHERE position = 31").unwrap();
    write_event(&two, 11).unwrap();
    two.execute_batch("UPDATE events SET event_id = NULL WHERE position = 11").unwrap();
    follower.look();
    write_event(&two, 31).unwrap();
    follower.look();
    assert_eq!((&follower.seen, follower.changes), (&numbers(1..=31), 0));
    let files = follower.session.store().files();
    assert_eq!(files.iter().map(|file| (file.events, file.shown)).collect::<Vec<_>>(), [(31, 31), (12, 0)]);
}

/// A writer at full speed on the hot store, with an archive beside it that grows by what is known.
fn nothing_is_missed(mode: &'static str, besides: &'static str) {
    let folder = tempfile::tempdir().unwrap();
    let (hot, conn, archive, older) = pair(folder.path(), mode, 400, 100);
    conn.close().unwrap();
    let mut follower = Follower::together(&hot, &[&archive]);
    let mut child = writer(&hot, Writing { mode, seconds: 2, besides, every: 900 });
    let mut archived = 400;
    while child.try_wait().unwrap().is_none() {
        follower.look();
        if archived < 500 {
            add(&older, archived + 1..=archived + 5);
            archived += 5;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let (wrote, busy) = ended(child);
    follower.until(wrote as usize).look();
    let read_anew = follower.changes;
    assert!(follower.seen.iter().copied().eq(1..=wrote), "each once, in order: {} of {wrote}", follower.seen.len());
    assert_eq!((busy, read_anew), (0, 0), "{mode}");
    assert!(wrote > 600, "{wrote}");
    assert_eq!(follower.troubles, [""; 0]);
    let counts: Vec<usize> = follower.session.store().files().iter().map(|file| file.shown).collect();
    assert_eq!(counts, [wrote as usize - 400, 400]);
    older.close().unwrap();
    let left = listing(folder.path()).into_iter().filter(|name| *name != hot && *name != archive);
    assert!(left.map(|side| side.display().to_string()).all(|side| side.contains(".db-")));
}

#[test]
fn a_hot_store_that_is_written_at_full_speed_with_journals() {
    nothing_is_missed("DELETE", "");
    nothing_is_missed("PERSIST", "VACUUM");
}

#[test]
fn a_hot_store_that_is_written_at_full_speed_with_a_log() {
    nothing_is_missed("WAL", "PRAGMA wal_checkpoint(TRUNCATE)");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(12))]

    /// However events come into the files, and wherever they are copied to: each is seen once, in its place.
    #[test]
    fn each_is_seen_once_wherever_it_comes_from(
        steps in proptest::collection::vec((0..3usize, proptest::option::of((0..3usize, 0..100i64)), proptest::bool::ANY), 1..40),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<PathBuf> = (0..3).map(|file| folder.path().join(format!("{file}.db"))).collect();
        let modes = ["WAL", "DELETE", "WAL"];
        let files: Vec<Connection> = paths.iter().zip(modes).map(|(path, mode)| store(path, mode, 0)).collect();
        let mut follower = Follower::together(&paths[0], &[&paths[1], &paths[2]]);
        for (n, (into, copied, looks)) in (1..).zip(&steps) {
            write_event(&files[*into], n).unwrap();
            if let Some((to, which)) = copied {
                // Where it is already, it stays as it is.
                let _ = write_event(&files[*to], which % n + 1);
            }
            if *looks {
                follower.look();
            }
        }
        follower.look();
        proptest::prop_assert_eq!(&follower.seen, &numbers(1..=steps.len() as i64));
        proptest::prop_assert_eq!(follower.troubles.len(), 0);
        let at_once = Follower::together(&paths[0], &[&paths[1], &paths[2]]);
        proptest::prop_assert_eq!(follower.seen, at_once.seen);
    }
}
