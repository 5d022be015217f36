//! Large stores show their beginning while the rest is read: it is the beginning, it says so, and what comes then is what
//! one reading gives.
#![expect(clippy::disallowed_methods, reason = "a new file")]

use std::path::Path;

use foldline::model::{Cancel, Progress, Selection};
use foldline::store::{self, OpenOptions};
use foldline::worker::{Polled, Session, SessionOptions};
use rusqlite::Connection;

/// The beginning is one range of five: what it holds is expected of the others too.
const EXPECTED: u64 = 6068;

/// Row numbers far apart: ranges are of row numbers, so that few rows are many ranges.
fn made(path: &Path, rows: i64) {
    let conn = Connection::open(path).unwrap();
    conn.execute_batch(&format!(
        "CREATE TABLE events (position INTEGER PRIMARY KEY, stream_id TEXT, version INTEGER, event_id TEXT, type TEXT, \
         schema_version INTEGER, recorded_at TEXT, valid_at TEXT, data TEXT, metadata TEXT);
         WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {rows}) \
         INSERT INTO events SELECT n * 100, CASE WHEN n > 5000 THEN 'late-1' ELSE 'a-' || (n % 7) END, n, n, \
         'X' || (n % 5 + n / 5000), 1, 1700000000 + n, NULL, '{{\"n\":' || n || '}}', NULL FROM n;"
    ))
    .unwrap();
    conn.close().unwrap();
}

#[test]
fn the_beginning_is_the_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    made(&path, 6000);
    let (progress, cancel) = (Progress::default(), Cancel::default());
    let store = store::open(&path, &OpenOptions::default(), &progress, &cancel).unwrap();
    let (first, expected) = store.scan_first(1, 1, &progress, &cancel).unwrap();
    assert_eq!(expected, Some(EXPECTED));
    let all = store.scan(2, &progress, &cancel).unwrap();
    assert!(first.len() > 100 && first.len() < 200 && all.len() == 6000);
    assert!(first.first_difference(0, first.len(), &all).is_none());
    // Where the beginning would be most of it, all is read.
    let (whole, expected) = store.scan_first(300_000, 1, &progress, &cancel).unwrap();
    assert_eq!((whole.len(), expected), (6000, None));
}

#[test]
fn reading_on_gives_what_one_reading_gives() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    made(&path, 6000);
    let (progress, cancel) = (Progress::default(), Cancel::default());
    let open = |first_rows| {
        let options = SessionOptions { first_rows, ..SessionOptions::default() };
        Session::open(&path, options, &progress, &cancel).unwrap()
    };
    let (whole, partial) = (open(None), open(Some(1)));
    assert_eq!((whole.expected(), partial.expected()), (None, Some(EXPECTED)));
    let state = |session: &Session, stream: &str| {
        let stream = session.log().find_stream(stream).unwrap();
        let replayer = session.replayer(stream);
        let mut replayer = replayer.lock().unwrap();
        let all = Selection::Prefix(session.log().lane(stream).len());
        let frame = replayer.frame(&all, &cancel).unwrap();
        (frame.replayed, format!("{:?}", frame.state))
    };
    let early = state(&partial, "a-1");
    assert!(partial.log().find_stream("late-1").is_none());
    let Polled::Grown(grown) = partial.read_on(&progress, &cancel).unwrap() else { panic!("not grown") };
    assert_eq!((grown.expected(), grown.log().len()), (None, 6000));
    assert!(grown.log().generation() > partial.log().generation());
    for stream in ["a-1", "late-1"] {
        assert_eq!(state(&grown, stream), state(&whole, stream), "{stream}");
    }
    assert_ne!(state(&grown, "a-1"), early);
    assert_eq!(grown.log().image().unwrap().names, whole.log().image().unwrap().names);
}
