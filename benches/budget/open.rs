//! Opening a store and indexing its events, against SQLite stepping through the same columns; opening it again with the
//! index that was kept; and what is there to be shown while the rest is read.

use std::hint::black_box;
use std::path::{Path, PathBuf};

use foldline::model::{Cancel, EventLog, Progress};
use foldline::store::{self, OpenOptions, Store};
use rusqlite::{Connection, OpenFlags};

use super::table::{Table, best_of_both};

/// Rows that a window shows first.
const FIRST_ROWS: u64 = 250_000;

pub fn run(folder: &Path, sizes: &[usize], table: &mut Table) {
    for events in sizes {
        let path = super::data::many_streams(folder, *events);
        let cache = folder.join("cache");
        let many = shown(*events);
        let (index, scan) = best_of_both(3, || index(&path, None), || scan(&path));
        table.ratio(&format!("{many}: open and index"), index, scan, "<= 1.0 x one thread of SQLite");
        let log = self::index(&path, Some(&cache));
        let bytes = log.bytes() as f64 / log.len() as f64;
        table.figure(
            &format!("{many}: memory an event, lanes included"),
            &format!("{bytes:.1} B"),
            "<= 40 B, lanes and ids 16 more",
        );
        drop(log);
        let (again, first_time) = best_of_both(3, || self::index(&path, Some(&cache)), || self::index(&path, None));
        table.ratio(&format!("{many}: open again"), again, first_time, "<= 0.1 x the first opening");
        let (first, whole) = best_of_both(3, || first(&path), || self::index(&path, None));
        table.ratio(&format!("{many}: the first events to be seen"), first, whole, "<= 1 s at 10 M");
        std::fs::remove_file(&path).unwrap();
        std::fs::remove_dir_all(&cache).ok();
    }
}

fn shown(events: usize) -> String {
    match events {
        n if n >= 1_000_000 && n.is_multiple_of(1_000_000) => format!("{} M", n / 1_000_000),
        n if n >= 1000 => format!("{} k", n / 1000),
        n => n.to_string(),
    }
}

fn opened(path: &Path, cache: Option<&Path>) -> Store {
    let options = OpenOptions { index_cache: cache.map(PathBuf::from), ..OpenOptions::default() };
    store::open(path, &options, &Progress::default(), &Cancel::default()).unwrap()
}

fn index(path: &Path, cache: Option<&Path>) -> EventLog {
    opened(path, cache).scan(1, &Progress::default(), &Cancel::default()).unwrap()
}

fn first(path: &Path) -> EventLog {
    opened(path, None).scan_first(FIRST_ROWS, 1, &Progress::default(), &Cancel::default()).unwrap().0
}

/// What SQLite alone needs: each column of each row, looked at and thrown away.
fn scan(path: &Path) -> usize {
    // As quick as it can be: without a mutex at each call.
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).unwrap();
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
