//! Rows that change, go or come between; files that are replaced, cut off or gone; who holds what between two looks.

#![expect(clippy::disallowed_methods, reason = "another program")]

use std::time::Duration;

use foldline::model::{Cancel, Progress};
use foldline::store::StoreError;
use foldline::worker::{CopyLayout, CopyTarget, Session, SessionError, partial_copy};
use rusqlite::Connection;

use super::{Follower, TABLE, add, is_free, listing, store, write_as, write_event};

fn numbers(range: impl Iterator<Item = i64>) -> Vec<i64> {
    range.collect()
}

#[test]
fn what_has_grown_can_be_copied_while_it_stands_still() {
    for mode in ["DELETE", "WAL"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let conn = store(&path, mode, 10);
        let mut follower = Follower::of(&path);
        let before = follower.session.clone();
        add(&conn, 11..=12);
        follower.look();
        let copy = |session: &Session, out: &str| {
            let out = folder.path().join(out);
            let plan = partial_copy(session.log(), None, None).unwrap();
            let layout = CopyLayout::Own;
            let target = CopyTarget { out: &out, force: false, whole: true, layout };
            session.write_copy(&plan, target, &Progress::default(), &Cancel::default()).map(|copied| copied.events)
        };
        assert_eq!(copy(&follower.session, "copy.db").unwrap(), 12, "{mode}");
        // What is shown of before is not what the store is now, and neither is what nobody looked at yet.
        let stale = |error: &SessionError| matches!(error, SessionError::Store(StoreError::Changed(_)));
        assert!(stale(&copy(&before, "before.db").unwrap_err()), "{mode}");
        add(&conn, 13..=13);
        assert!(stale(&copy(&follower.session, "unseen.db").unwrap_err()), "{mode}");
        assert_eq!(copy(&follower.look().session, "again.db").unwrap(), 13, "{mode}");
    }
}

#[test]
fn nothing_is_held_between_looks_and_nothing_is_left() {
    for mode in ["DELETE", "PERSIST", "TRUNCATE", "WAL"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let conn = store(&path, mode, 10);
        let before = (std::fs::read(&path).unwrap(), listing(folder.path()));
        let mut follower = Follower::of(&path);
        follower.look().look();
        assert_eq!((std::fs::read(&path).unwrap(), listing(folder.path())), before, "{mode}");
        add(&conn, 11..=12);
        let written = (std::fs::read(&path).unwrap(), listing(folder.path()));
        follower.look();
        assert_eq!(follower.seen, numbers(1..=12), "{mode}");
        assert_eq!((std::fs::read(&path).unwrap(), listing(folder.path())), written, "{mode}");
        // The last writer of a log takes it away, as if nobody followed.
        conn.close().unwrap();
        let alone: Vec<_> =
            listing(folder.path()).into_iter().filter(|name| !name.ends_with("store.db-journal")).collect();
        assert_eq!(alone, std::slice::from_ref(&path), "{mode}");
        assert!(is_free(&path), "{mode}");
        let closed = listing(folder.path());
        follower.look().look();
        assert_eq!(listing(folder.path()), closed, "{mode}");
        let conn = Connection::open(&path).unwrap();
        write_event(&conn, 13).unwrap();
        follower.look();
        conn.close().unwrap();
        follower.look();
        assert_eq!((&follower.seen, follower.changes), (&numbers(1..=13), 0), "{mode}");
        assert_eq!(follower.troubles, [""; 0]);
    }
}

#[test]
fn a_log_that_a_crash_left_is_read_without_a_trace() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let conn = store(&path, "WAL", 10);
    let crashed = tempfile::tempdir().unwrap();
    for (suffixes, seen) in [(&["", "-wal", "-shm"][..], 10), (&["", "-wal"], 10)] {
        let copy = crashed.path().join(format!("{}.db", suffixes.len()));
        for suffix in suffixes {
            let name = |path: &std::path::Path| format!("{}{suffix}", path.display());
            std::fs::copy(name(&path), name(&copy)).unwrap();
        }
        let before = listing(crashed.path());
        let mut follower = Follower::of(&copy);
        follower.look().look();
        assert_eq!((follower.seen.len(), listing(crashed.path())), (seen, before));
        assert_eq!(follower.troubles, [""; 0]);
    }
    drop(conn);
}

#[test]
fn the_mode_may_change_while_it_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let conn = store(&path, "DELETE", 300);
    let mut follower = Follower::of(&path);
    let mut n = 300;
    for mode in ["WAL", "DELETE", "WAL", "PERSIST", "TRUNCATE", "WAL"] {
        conn.query_row(&format!("PRAGMA journal_mode = {mode}"), [], |_| Ok(())).unwrap();
        follower.look();
        add(&conn, n + 1..=n + 5);
        n += 5;
        follower.look();
        assert_eq!(follower.seen.len() as i64, n, "{mode}");
    }
    assert_eq!((&follower.seen, follower.changes), (&numbers(1..=n), 0));
}

#[test]
fn newest_rows_that_are_replaced_come_again() {
    for mode in ["DELETE", "WAL"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let conn = store(&path, mode, 400);
        let mut follower = Follower::of(&path);
        follower.look();
        // Other events under the keys of those that are gone.
        conn.execute_batch("BEGIN; DELETE FROM events WHERE position > 397").unwrap();
        (398..=402).for_each(|key| write_as(&conn, key, key + 1000, "T").unwrap());
        conn.execute_batch("COMMIT").unwrap();
        follower.look();
        let expected = [numbers(1..=400), numbers(1398..=1402)].concat();
        assert_eq!((&follower.seen, follower.changes), (&expected, 1), "{mode}");
        // Nothing but the contents differs.
        conn.execute_batch("UPDATE events SET data = '{\"n\":7777}' WHERE position = 402").unwrap();
        follower.look();
        assert_eq!((follower.seen.last(), follower.changes), (Some(&7777), 2), "{mode}");
        follower.look().look();
        assert_eq!(follower.changes, 2);
    }
}

#[test]
fn rows_between_and_marks_on_old_rows_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let conn = store(&path, "WAL", 0);
    let rows = 60_000;
    conn.execute_batch("BEGIN").unwrap();
    (1..=rows).for_each(|n| write_as(&conn, n * 2, n, "T").unwrap());
    conn.execute_batch("COMMIT").unwrap();
    let mut follower = Follower::of(&path);
    let find = |follower: &mut Follower, changes: usize| {
        for _ in 0..200 {
            follower.look();
            if follower.changes == changes {
                return;
            }
        }
        panic!("not found: {} changes", follower.changes);
    };
    write_as(&conn, 31, 900_000, "T").unwrap();
    find(&mut follower, 1);
    assert_eq!(follower.seen.last(), Some(&900_000));
    conn.execute_batch("UPDATE events SET type = 'U' WHERE position = 4000").unwrap();
    find(&mut follower, 2);
    assert_eq!((follower.seen.last(), follower.seen.len()), (Some(&2000), rows as usize + 2));
    // Old history is archived elsewhere.
    conn.execute_batch("DELETE FROM events WHERE position < 1000").unwrap();
    find(&mut follower, 3);
    assert_eq!(follower.seen.len(), rows as usize + 2, "nothing comes again");
    assert_eq!(follower.session.log().len(), rows as usize + 1 - 500);
    write_as(&conn, rows * 2 + 2, 900_001, "T").unwrap();
    follower.look();
    assert_eq!((follower.seen.last(), follower.changes), (Some(&900_001), 3));
}

#[test]
fn row_numbers_that_are_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let conn = Connection::open(&path).unwrap();
    conn.execute_batch(&TABLE.replace("INTEGER PRIMARY KEY", "INTEGER PRIMARY KEY AUTOINCREMENT")).unwrap();
    add(&conn, 1..=20);
    let mut follower = Follower::of(&path);
    conn.execute_batch("DELETE FROM events; DELETE FROM sqlite_sequence").unwrap();
    (1..=25).for_each(|key| write_as(&conn, key, key + 100, "T").unwrap());
    follower.look();
    assert_eq!(follower.seen, [numbers(1..=20), numbers(101..=125)].concat());
    // Emptied: there is nothing new, and what comes then is.
    conn.execute_batch("DELETE FROM events").unwrap();
    follower.look();
    assert_eq!((follower.seen.len(), follower.session.log().len()), (45, 0));
    write_as(&conn, 1, 500, "T").unwrap();
    follower.look();
    assert_eq!((follower.seen.last(), follower.seen.len()), (Some(&500), 46));
}

#[test]
fn a_file_that_takes_the_place_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let conn = store(&path, "DELETE", 300);
    let mut follower = Follower::of(&path);
    follower.look();
    // One that goes on with the same history.
    let next = folder.path().join("next.db");
    conn.execute("VACUUM INTO ?1", [next.to_str().unwrap()]).unwrap();
    let other = Connection::open(&next).unwrap();
    add(&other, 301..=305);
    other.close().unwrap();
    std::fs::rename(&next, &path).unwrap();
    follower.look().look();
    assert_eq!((&follower.seen, follower.changes), (&numbers(1..=305), 0));
    // One of its own.
    let other = store(&next, "WAL", 0);
    (1..=3).for_each(|key| write_as(&other, key, key + 5000, "Other").unwrap());
    other.close().unwrap();
    std::fs::rename(&next, &path).unwrap();
    follower.look().look();
    assert_eq!((&follower.seen[305..], follower.changes), (&numbers(5001..=5003)[..], 1));
    assert_eq!(follower.troubles, [""; 0]);
}

#[test]
fn what_is_gone_or_cut_off_may_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    store(&path, "DELETE", 300).close().unwrap();
    let whole = std::fs::read(&path).unwrap();
    let mut follower = Follower::of(&path);
    std::fs::remove_file(&path).unwrap();
    follower.look();
    assert!(follower.troubles.pop().unwrap().contains("there is no such file"));
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    follower.look();
    assert!(follower.put_off.pop().unwrap().contains("cut off"));
    std::fs::write(&path, b"").unwrap();
    follower.look();
    assert!(follower.troubles.pop().unwrap().contains("empty"));
    std::fs::write(&path, &whole).unwrap();
    let conn = Connection::open(&path).unwrap();
    write_event(&conn, 301).unwrap();
    follower.look();
    assert_eq!((&follower.seen, follower.troubles.len()), (&numbers(1..=301), 0));
}

#[test]
fn a_file_that_somebody_has_alone_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let conn = store(&path, "DELETE", 10);
    let mut follower = Follower::of(&path);
    write_event(&conn, 11).unwrap();
    conn.execute_batch("BEGIN EXCLUSIVE").unwrap();
    follower.look();
    assert!(follower.troubles.pop().unwrap().contains("locked"));
    conn.execute_batch("COMMIT").unwrap();
    follower.look();
    assert_eq!(follower.seen, numbers(1..=11));
    assert!(follower.session.store().longest_read() < Duration::from_secs(1));
}
