//! Following a store while another process writes it at full speed.

#![expect(clippy::disallowed_methods, reason = "another program")]

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use foldline::model::{Cancel, Progress, json};
use foldline::worker::{Polled, Session, SessionError, SessionOptions};
use rusqlite::Connection;

mod beside;
mod command;
mod mending;
mod modes;
mod together;

/// The table of Foldline's own layout, without what refuses changes.
pub const TABLE: &str = "CREATE TABLE events (position INTEGER PRIMARY KEY, stream_id TEXT NOT NULL, version INTEGER \
                         NOT NULL, event_id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, schema_version INTEGER NOT NULL \
                         DEFAULT 1, recorded_at TEXT NOT NULL, valid_at TEXT, data TEXT NOT NULL, metadata TEXT, UNIQUE \
                         (stream_id, version))";

/// Writes the n-th event.
pub fn write_event(conn: &Connection, n: i64) -> rusqlite::Result<()> {
    write_as(conn, n, n, "T")
}

/// Writes an event under a key of its own.
pub fn write_as(conn: &Connection, key: i64, n: i64, event_type: &str) -> rusqlite::Result<()> {
    let second = format!("{:02}:{:02}:{:02}", n / 3600 % 24, n / 60 % 60, n % 60);
    let mut insert = conn.prepare_cached(
        "INSERT INTO events (position, stream_id, version, event_id, type, recorded_at, data) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let (stream, version) = (format!("account-{}", n % 7), n / 7 + 1);
    let time = format!("2026-01-{:02}T{second}Z", n / 86_400 % 28 + 1);
    insert.execute((key, stream, version, format!("id-{n}"), event_type, time, format!("{{\"n\":{n}}}")))?;
    Ok(())
}

/// A store in this journal mode, with so many events.
pub fn store(path: &Path, mode: &str, events: i64) -> Connection {
    let conn = Connection::open(path).unwrap();
    conn.busy_timeout(Duration::from_secs(1)).unwrap();
    conn.execute_batch(&format!("PRAGMA journal_mode = {mode}; PRAGMA synchronous = OFF; {TABLE};")).unwrap();
    add(&conn, 1..=events);
    conn
}

/// Adds events in one transaction.
pub fn add(conn: &Connection, events: impl Iterator<Item = i64>) {
    conn.execute_batch("BEGIN IMMEDIATE").unwrap();
    events.for_each(|n| write_event(conn, n).unwrap());
    conn.execute_batch("COMMIT").unwrap();
}

/// What a writing process is to do; it says at its end what it did.
#[derive(Clone, Copy)]
pub struct Writing {
    pub mode: &'static str,
    pub seconds: u64,
    /// Statements now and then: a checkpoint, a VACUUM.
    pub besides: &'static str,
    pub every: i64,
}

const ASKED_BY: &str = "FOLDLINE_TEST_WRITER";

/// Starts a process that writes.
pub fn writer(path: &Path, writing: Writing) -> Child {
    let Writing { mode, seconds, besides, every } = writing;
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "follow::a_process_that_writes", "--nocapture", "--test-threads=1"])
        .env(ASKED_BY, format!("{}\n{mode}\n{seconds}\n{besides}\n{every}", path.display()))
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

/// Not a test of its own: what [`writer`] starts.
#[test]
fn a_process_that_writes() {
    let Ok(asked) = std::env::var(ASKED_BY) else { return };
    let parts: Vec<&str> = asked.split('\n').collect();
    let [path, mode, seconds, besides, every] = parts[..] else { panic!("{asked}") };
    let conn = Connection::open(path).unwrap();
    // As its library would have it.
    conn.busy_timeout(Duration::from_secs(1)).unwrap();
    let mut busy = 0;
    let mut n: i64 = conn.query_row("SELECT ifnull(max(position), 0) FROM events", [], |row| row.get(0)).unwrap();
    conn.execute_batch(&format!("PRAGMA journal_mode = {mode}; PRAGMA synchronous = OFF")).unwrap();
    let until = Instant::now() + Duration::from_secs(seconds.parse().unwrap());
    let every: i64 = every.parse().unwrap();
    let mut tried = |statements: &dyn Fn() -> rusqlite::Result<()>| loop {
        match statements() {
            Ok(()) => return,
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => {
                busy += 1;
                let _ = conn.execute_batch("ROLLBACK");
            }
            Err(error) => panic!("{error}"),
        }
    };
    while Instant::now() < until {
        // Transactions of one event, and now and then of many.
        let size = if n % 97 == 0 { 40 } else { 1 };
        tried(&|| {
            conn.execute_batch("BEGIN IMMEDIATE")?;
            (1..=size).try_for_each(|more| write_event(&conn, n + more))?;
            conn.execute_batch("COMMIT")
        });
        n += size;
        if every > 0 && n % every < size {
            // A checkpoint that is not through is tried again another time.
            tried(&|| match besides.starts_with("PRAGMA") {
                true => conn.query_row(besides, [], |_| Ok(())),
                false => conn.execute_batch(besides),
            });
        }
    }
    conn.close().unwrap();
    assert!(asked.contains(path));
    #[expect(clippy::print_stdout, reason = "the other process reads it")]
    {
        println!("\nWROTE {n} BUSY {busy}");
    }
}

/// Not a test of its own: opens a store, writes an event and closes it, time and again.
#[test]
fn a_process_that_comes_and_goes() {
    let Ok(path) = std::env::var(ASKED_BY) else { return };
    let until = Instant::now() + Duration::from_secs(3);
    for n in 4.. {
        let conn = Connection::open(&path).unwrap();
        conn.busy_timeout(Duration::from_secs(1)).unwrap();
        write_event(&conn, n).unwrap();
        conn.close().unwrap();
        if Instant::now() > until {
            return;
        }
        // A file that is locked all the time is another story.
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_store_is_opened_while_others_open_and_close_it() {
    for mode in ["WAL", "DELETE"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        store(&path, mode, 3).close().unwrap();
        let mut writer = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "follow::a_process_that_comes_and_goes", "--test-threads=1"])
            .env(ASKED_BY, &path)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut opened = 0;
        while writer.try_wait().unwrap().is_none() {
            let options = SessionOptions { follow: true, ..SessionOptions::default() };
            let session = Session::open(&path, options, &Progress::default(), &Cancel::default());
            assert!(session.is_ok(), "{mode}, after {opened}: {:?}", session.err());
            opened += 1;
        }
        assert!(opened > 1 && writer.wait().unwrap().success(), "{mode}: {opened}");
    }
}

/// What a writer said at its end: events, and how often it found the store busy.
pub fn ended(writer: Child) -> (i64, u64) {
    let output = writer.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find_map(|line| line.strip_prefix("WROTE ")).unwrap_or_else(|| panic!("{text}"));
    let (wrote, busy) = line.split_once(" BUSY ").unwrap();
    (wrote.parse().unwrap(), busy.parse().unwrap())
}

/// One who follows a store and writes down what comes.
pub struct Follower {
    pub session: Arc<Session>,
    /// The numbers of the events, in the order in which they came.
    pub seen: Vec<i64>,
    /// From which file each of them was.
    pub files: Vec<usize>,
    due: Vec<u32>,
    /// Looks that found the whole store to be read again.
    pub changes: usize,
    /// What was in the way.
    pub troubles: Vec<String>,
    pub looks: usize,
    /// What kept looks from seeing anything for the moment.
    pub put_off: Vec<String>,
    pub longest_look: Duration,
    pub last_look: Duration,
}

impl Follower {
    pub fn of(path: &Path) -> Self {
        Self::together(path, &[])
    }

    pub fn together(path: &Path, with: &[&Path]) -> Self {
        let with = with.iter().map(|path| path.to_path_buf()).collect();
        let options = SessionOptions { follow: true, with, ..SessionOptions::default() };
        let session = Session::open(path, options, &Progress::default(), &Cancel::default()).unwrap();
        let due = (0..session.log().len() as u32).collect();
        let mut follower = Self {
            session,
            seen: Vec::new(),
            files: Vec::new(),
            due,
            changes: 0,
            troubles: Vec::new(),
            looks: 0,
            put_off: Vec::new(),
            longest_look: Duration::ZERO,
            last_look: Duration::ZERO,
        };
        follower.read();
        follower
    }

    fn read(&mut self) {
        let (seen, files, mut visited) = (&mut self.seen, &mut self.files, 0);
        let log = self.session.log();
        let read = self.session.each_event(&mut self.due.iter().copied(), &Cancel::default(), &mut |index, event| {
            visited += 1;
            files.push(log.source(index as usize));
            let data = event.data.decoded().unwrap();
            let n = json::to_text(data.as_object().unwrap().get("n").unwrap());
            seen.push(n.parse().unwrap());
            ControlFlow::Continue(())
        });
        self.due.drain(..visited);
        match read {
            Err(SessionError::Store(error)) if error.is_passing() => self.put_off.push(error.to_string()),
            Err(error) => self.troubles.push(error.to_string()),
            Ok(()) => {}
        }
    }

    /// Looks once.
    pub fn look(&mut self) -> &mut Self {
        let began = Instant::now();
        let polled = self.session.poll(&Progress::default(), &Cancel::default());
        self.last_look = began.elapsed();
        self.longest_look = self.longest_look.max(self.last_look);
        match polled {
            Ok(Polled::Same) => {}
            Ok(Polled::Grown(session)) => {
                self.due.extend(self.session.log().len() as u32..session.log().len() as u32);
                self.session = session;
            }
            Ok(Polled::Changed { session, rewritten, .. }) => {
                self.changes += 1;
                let mut unknown = [self.due.clone(), rewritten].concat();
                unknown.sort_unstable();
                self.due = session.log().arrivals_since(self.session.log(), &unknown, &[]).0;
                self.session = session;
            }
            // A file that is just being written, opened or closed: the next look finds what is new.
            Err(SessionError::Store(error)) if error.is_passing() => self.put_off.push(error.to_string()),
            Err(error) => self.troubles.push(error.to_string()),
        }
        self.looks += 1;
        self.read();
        self
    }

    /// Looks until nothing is new for a while and so many events were seen.
    pub fn until(&mut self, seen: usize) -> &mut Self {
        let began = Instant::now();
        while self.seen.len() < seen && began.elapsed() < Duration::from_secs(20) {
            self.look();
            std::thread::sleep(Duration::from_millis(5));
        }
        self
    }
}

/// The names of the files in a folder.
pub fn listing(folder: &Path) -> Vec<PathBuf> {
    let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    names
}

/// Whether a writer could have the file for itself now.
pub fn is_free(path: &Path) -> bool {
    let conn = Connection::open(path).unwrap();
    conn.busy_timeout(Duration::ZERO).unwrap();
    conn.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; ROLLBACK").is_ok()
}
