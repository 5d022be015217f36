//! Indexes that are kept for the next opening: the same as a scan, and never of what the store was before.

#![expect(clippy::disallowed_methods, reason = "another program")]

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use foldline::model::{Cancel, EventLog, Progress, StreamIndex};
use foldline::store::{self, OpenOptions, Store};
use rusqlite::Connection;

const EVENTS: i64 = 21_000;

fn made(path: &Path) {
    let conn = Connection::open(path).unwrap();
    conn.execute_batch(&format!(
        "CREATE TABLE events (position INTEGER PRIMARY KEY, stream_id TEXT, version INTEGER, event_id TEXT, type TEXT, \
         schema_version INTEGER, recorded_at TEXT, valid_at TEXT, data TEXT, metadata TEXT);
         WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {EVENTS}) \
         INSERT INTO events SELECT n, 'a-' || (n % 97), n, n, 'X' || (n % 5), 1, \
         CASE WHEN n % 7 THEN 1700000000 + n ELSE 'soon' END, NULL, '{{}}', NULL FROM n;"
    ))
    .unwrap();
    conn.close().unwrap();
}

fn opened(path: &Path, cache: Option<&Path>) -> (Store, EventLog) {
    let (progress, cancel) = (Progress::default(), Cancel::default());
    let options = OpenOptions { index_cache: cache.map(Path::to_owned), ..OpenOptions::default() };
    let store = store::open(path, &options, &progress, &cancel).unwrap();
    let log = store.scan(1, &progress, &cancel).unwrap();
    assert_eq!(progress.counts().0, log.len() as u64);
    (store, log)
}

fn same(a: &(Store, EventLog), b: &(Store, EventLog)) {
    let (left, right) = (a.1.image().unwrap(), b.1.image().unwrap());
    assert!(left.names == right.names && left.events == right.events && left.streams == right.streams);
    let lanes = |log: &EventLog| (0..97).map(|s| log.lane(StreamIndex(s)).to_vec()).collect::<Vec<_>>();
    assert_eq!(lanes(&a.1), lanes(&b.1));
    assert_eq!(a.0.notes(), b.0.notes());
}

fn files(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).map(|all| all.map(|entry| entry.unwrap().path()).collect()).unwrap_or_default()
}

/// Makes a file look as if it had not been touched for a day.
fn age(path: &Path) -> SystemTime {
    let old = SystemTime::now() - Duration::from_secs(86_400);
    File::options().append(true).open(path).unwrap().set_modified(old).unwrap();
    std::fs::metadata(path).unwrap().modified().unwrap()
}

fn modified(path: &Path) -> SystemTime {
    std::fs::metadata(path).unwrap().modified().unwrap()
}

#[test]
fn a_kept_index_is_what_a_scan_gives() {
    let folder = tempfile::tempdir().unwrap();
    let (path, cache) = (folder.path().join("a.db"), folder.path().join("cache"));
    made(&path);
    let scanned = opened(&path, None);
    assert!(files(&cache).is_empty());
    same(&opened(&path, Some(&cache)), &scanned);
    let [kept] = files(&cache).try_into().unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&kept).unwrap().permissions().mode() & 0o077, 0);
    }
    // It is read: which is seen in that it counts as used.
    let old = age(&kept);
    same(&opened(&path, Some(&cache)), &scanned);
    assert!(modified(&kept) > old);
    assert_eq!(files(&cache).len(), 1);
    // Without a place to keep it, it is not kept, and that is all.
    same(&opened(&path, Some(&path)), &scanned);
}

#[test]
fn a_kept_index_that_is_broken_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let (path, cache) = (folder.path().join("a.db"), folder.path().join("cache"));
    made(&path);
    let scanned = opened(&path, Some(&cache));
    let [kept] = files(&cache).try_into().unwrap();
    let whole = std::fs::read(&kept).unwrap();
    for at in [0, 20, 200, whole.len() / 2, whole.len() - 1] {
        let mut broken = whole.clone();
        broken[at] ^= 1;
        std::fs::write(&kept, &broken).unwrap();
        same(&opened(&path, Some(&cache)), &scanned);
        assert!(std::fs::read(&kept).unwrap() == whole, "made anew");
    }
    for len in [0, 10, 100, whole.len() - 40] {
        std::fs::write(&kept, &whole[..len]).unwrap();
        same(&opened(&path, Some(&cache)), &scanned);
    }
}

#[test]
fn a_store_that_has_changed_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let (path, cache) = (folder.path().join("a.db"), folder.path().join("cache"));
    made(&path);
    opened(&path, Some(&cache));
    let conn = Connection::open(&path).unwrap();
    conn.execute_batch("DELETE FROM events WHERE position = 5; UPDATE events SET type = 'Y' WHERE position = 6")
        .unwrap();
    conn.close().unwrap();
    let again = opened(&path, Some(&cache));
    assert_eq!(again.1.len() as i64, EVENTS - 1);
    same(&again, &opened(&path, None));
    // The new index takes the place of the old one.
    assert_eq!(files(&cache).len(), 1);
    same(&opened(&path, Some(&cache)), &again);
}
