//! Sessions: what they keep, what they give back, and files that change under them.

mod answers;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use foldline::model::{Cancel, Progress, Selection, StreamIndex};
use foldline::store::{AccessMode, FoldlineRow, StoreError, write_foldline};
use foldline::whatif::{Scenario, parse};
use foldline::worker::{Session, SessionError, SessionOptions};

use crate::fixtures::{self, Python, contents, database, originator};

fn open_with(path: &Path, options: SessionOptions) -> Arc<Session> {
    Session::open(path, options, &Progress::default(), &Cancel::default()).unwrap()
}

fn open(path: &Path) -> Arc<Session> {
    open_with(path, SessionOptions::default())
}

fn stream(session: &Session, name: &str) -> StreamIndex {
    session.log().find_stream(name).unwrap()
}

fn to_log_mode(path: &Path) -> rusqlite::Connection {
    let conn = database(path);
    conn.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
    conn.query_row("PRAGMA wal_autocheckpoint = 0", [], |_| Ok(())).unwrap();
    conn
}

fn append(conn: &rusqlite::Connection, version: i64) {
    conn.execute("INSERT INTO stored_events VALUES ('zz', ?1, 'm:C.T', '{}')", [version]).unwrap();
}

fn without(stream: &str, version: i64) -> Arc<Scenario> {
    let edit = format!(r#"{{"delete":{{"stream":"{stream}","version":{version}}}}}"#);
    Arc::new(parse(&format!(r#"{{"foldline":"scenario/1","name":"n","edits":[{edit}]}}"#)).unwrap())
}

#[test]
fn a_session_that_made_states_gives_back_its_private_copy() {
    let folder = tempfile::tempdir().unwrap();
    let copies = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::pyeventsourcing(&path, Python::Json);
    let writer = to_log_mode(&path);
    append(&writer, 1);
    let options = SessionOptions { private_copy_dir: Some(copies.path().to_owned()), ..SessionOptions::default() };
    let session = open_with(&path, options);
    assert_eq!(session.store().mode(), AccessMode::PrivateCopy);
    assert_eq!(contents(copies.path()).len(), 1);
    let name = originator("A");
    let scenario = without(&name, 2);
    let branch = session.branch(&scenario).unwrap();
    let replayers = [session.replayer(stream(&session, &name)), session.branch_replayer(&branch, &name).unwrap()];
    for replayer in replayers {
        let frame = replayer.lock().unwrap().frame(&Selection::Prefix(2), &Cancel::default()).unwrap();
        assert_eq!(frame.error, None);
    }
    drop(branch);
    drop(session);
    assert_eq!(contents(copies.path()).len(), 0);
}

/// With a connection kept from an earlier read.
fn read_once(session: &Session) {
    assert_eq!(session.events(&[0]).unwrap().len(), 1);
}

#[test]
fn a_kept_connection_is_not_used_on_a_file_that_got_a_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::pyeventsourcing(&path, Python::Json);
    let session = open(&path);
    assert_eq!(session.store().mode(), AccessMode::ReadOnly);
    read_once(&session);
    // More events, and it is still read.
    append(&database(&path), 1);
    read_once(&session);
    drop(to_log_mode(&path));
    let before = contents(folder.path());
    assert!(matches!(session.events(&[0]), Err(StoreError::Changed(_))));
    let read = session.each_event(&mut (0..3), &Cancel::default(), &mut |_, _| ControlFlow::Continue(()));
    assert!(matches!(read, Err(SessionError::Store(StoreError::Changed(_)))));
    assert_eq!(contents(folder.path()), before);
    assert!(session.events(&[0]).unwrap_err().to_string().contains("open it again"));
    // Turned back, it is as it was.
    database(&path).query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(())).unwrap();
    read_once(&session);
}

#[test]
fn an_immutable_file_that_is_written_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::pyeventsourcing(&path, Python::Json);
    drop(to_log_mode(&path));
    let session = open(&path);
    assert_eq!(session.store().mode(), AccessMode::Immutable);
    read_once(&session);
    let writer = to_log_mode(&path);
    append(&writer, 1);
    assert!(matches!(session.events(&[0]), Err(StoreError::Changed(_))));
    // Also when the log is gone again into the file.
    drop(writer);
    assert!(matches!(session.events(&[0]), Err(StoreError::Changed(_))));
}

#[test]
fn what_was_read_while_an_immutable_file_was_written_does_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::pyeventsourcing(&path, Python::Json);
    drop(to_log_mode(&path));
    let session = open(&path);
    let read = session.with_reader(|reader| {
        drop(to_log_mode(&path));
        append(&database(&path), 1);
        reader.events(session.log(), &[0])
    });
    assert!(matches!(read, Err(StoreError::Changed(_))), "{read:?}");
}

#[test]
fn reading_that_was_stopped_is_no_success() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::patchlevel(&path);
    let session = open(&path);
    // In store order, and in another.
    for indices in [vec![0, 1, 2], vec![2, 0, 1]] {
        let (cancel, mut seen) = (Cancel::default(), 0);
        cancel.cancel();
        let read = session.each_event(&mut indices.into_iter(), &cancel, &mut |_, _| {
            seen += 1;
            ControlFlow::Continue(())
        });
        assert!(matches!(read, Err(SessionError::Store(StoreError::Cancelled))), "{read:?} after {seen}");
    }
    // Whoever has seen enough has not been stopped.
    let cancel = Cancel::default();
    let mut enough = |_: u32, _| {
        cancel.cancel();
        ControlFlow::Break(())
    };
    session.each_event(&mut [2, 0, 1].into_iter(), &cancel, &mut enough).unwrap();
}

#[test]
fn a_scenario_is_applied_once_however_many_ask() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::foldline(&path);
    let session = open(&path);
    let scenario = without("account-A", 2);
    let branches: Vec<_> = std::thread::scope(|scope| {
        let ask = || session.branch(&scenario).unwrap();
        let asking: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        asking.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(branches.iter().all(|branch| Arc::ptr_eq(branch, &branches[0])));
}

#[test]
fn a_scenario_that_was_stopped_can_be_applied_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::foldline(&path);
    let session = open(&path);
    let edit = r#"{"update":{"id":"id2"},"data":{"amount":1}}"#;
    let text = format!(r#"{{"foldline":"scenario/1","name":"n","edits":[{edit}]}}"#);
    let scenario = Arc::new(parse(&text).unwrap());
    let cancel = Cancel::default();
    cancel.cancel();
    let stopped = session.branch_unless(&scenario, &cancel);
    assert!(matches!(stopped, Err(SessionError::Store(StoreError::Cancelled))), "{stopped:?}");
    assert_eq!(session.branch(&scenario).unwrap().lanes().len(), 1);
}

/// Payloads of so many bytes.
fn large(path: &Path, events: i64, bytes: usize) {
    let data = format!(r#"{{"text":"{}"}}"#, "x".repeat(bytes));
    let rows = (1..=events).map(|version| crate::cli::row(version, "account-1", version, "Happened", &data));
    write_foldline(path, false, rows, [], &Progress::default(), &Cancel::default()).unwrap();
}

#[test]
fn large_events_are_handed_out_a_few_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    large(&path, 30, 1 << 20);
    let session = open(&path);
    let history = session.history(stream(&session, "account-1"));
    let first = history.first_events(0..30).unwrap();
    assert!((1..=20).contains(&first.len()), "{}", first.len());
    assert_eq!(history.events(0..30).unwrap().len(), 30);
    assert_eq!(history.events(3..5).unwrap()[1].version, Some(5));
    assert_eq!(history.first_events(29..90).unwrap().len(), 1);
    assert!(history.events(30..31).unwrap().is_empty());
    // A replay gets to the end all the same, as recorded and in a branch.
    let branch = session.branch(&without("account-1", 2)).unwrap();
    let frame = |replayer: Arc<std::sync::Mutex<foldline::replay::Replayer>>, len| {
        replayer.lock().unwrap().frame(&Selection::Prefix(len), &Cancel::default()).unwrap()
    };
    let recorded = frame(session.replayer(stream(&session, "account-1")), 30);
    assert_eq!(recorded.last.unwrap().version, Some(30));
    let branched = frame(session.branch_replayer(&branch, "account-1").unwrap(), 29);
    assert_eq!(branched.last.unwrap().position, Some(30));
}

#[test]
fn a_history_is_the_same_read_in_any_pieces() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let rows = (1..=600).map(|version| FoldlineRow {
        recorded_at: None,
        event_id: format!("id-{version}"),
        ..crate::cli::row(version % 60, "account-1", version, "Happened", "{}")
    });
    let rows = rows.map(|row| FoldlineRow { position: Some(row.version), ..row });
    write_foldline(&path, false, rows, [], &Progress::default(), &Cancel::default()).unwrap();
    let session = open(&path);
    let history = session.history(stream(&session, "account-1"));
    // First single ones, so that later ranges find gaps.
    for range in [300..301, 255..257, 290..310, 0..600, 511..512, 100..580, 599..600, 7..7] {
        let versions: Vec<_> =
            history.events(range.clone()).unwrap().iter().filter_map(|event| event.version).collect();
        assert_eq!(versions, range.map(|place| place as i64 + 1).collect::<Vec<_>>());
    }
}
