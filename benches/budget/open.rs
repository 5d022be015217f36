//! Opening a store and indexing its events, against SQLite stepping through the same columns.

use std::hint::black_box;
use std::path::Path;

use foldline::model::{Cancel, EventLog, Progress};
use foldline::store::{self, OpenOptions};
use rusqlite::Connection;

use super::table::{Table, best_of_both};

pub fn run(path: &Path, table: &mut Table) {
    let (index, scan) = best_of_both(3, || index(path), || scan(path));
    table.ratio("open and index", index, scan, "<= 1.5 x one thread of SQLite");
    let log = self::index(path);
    let bytes = log.bytes() as f64 / log.len() as f64;
    table.figure("memory an event, lanes included", &format!("{bytes:.1} B"), "<= 40 B, lanes and ids 16 more");
}

fn index(path: &Path) -> EventLog {
    let (progress, cancel) = (Progress::default(), Cancel::default());
    let store = store::open(path, &OpenOptions::default(), &progress, &cancel).unwrap();
    store.scan(1, &progress, &cancel).unwrap()
}

/// What SQLite alone needs: each column of each row, looked at and thrown away.
fn scan(path: &Path) -> usize {
    let conn = Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let sql = "SELECT position, stream_id, version, type, recorded_at FROM events ORDER BY position";
    let mut statement = conn.prepare(sql).unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut count = 0;
    while let Some(row) = rows.next().unwrap() {
        for column in 0..5 {
            black_box(row.get_ref(column).unwrap());
        }
        count += 1;
    }
    count
}
