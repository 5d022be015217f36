//! `foldline events --follow`.

#![expect(clippy::disallowed_methods, reason = "another program")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use super::{Writing, add, ended, listing, store, write_as, write_event, writer};

fn follow(path: &Path, more: &[&str]) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_foldline"))
        .arg("events")
        .arg(path)
        .arg("--follow")
        .args(more)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    (child, out)
}

fn line(out: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    line
}

fn position(line: &str) -> i64 {
    serde_json::from_str::<serde_json::Value>(line).unwrap()["position"].as_i64().unwrap()
}

#[test]
fn lines_come_as_events_do_and_end_at_the_limit() {
    for mode in ["DELETE", "WAL"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let conn = store(&path, mode, 5);
        let (mut child, mut out) = follow(&path, &["--after", "3", "--limit", "5"]);
        assert_eq!([position(&line(&mut out)), position(&line(&mut out))], [4, 5]);
        for n in 6..=8 {
            write_event(&conn, n).unwrap();
            assert_eq!(position(&line(&mut out)), n);
        }
        assert_eq!(line(&mut out), "");
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn only_what_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let conn = store(&path, "DELETE", 14);
    // Account 3 has 3, 10, 17, 24 …
    let asked = ["--stream", "account-3", "--query", "type:T data.n > 9", "--after", "20", "--limit", "2"];
    let (mut child, mut out) = follow(&path, &asked);
    add(&conn, 15..=30);
    write_as(&conn, 31, 31, "Other").unwrap();
    add(&conn, 32..=40);
    assert_eq!(position(&line(&mut out)), 24);
    assert_eq!(position(&line(&mut out)), 38);
    assert!(child.wait().unwrap().success());

    let (mut child, mut out) = follow(&path, &["--format", "csv", "--after", "40", "--limit", "2"]);
    assert!(line(&mut out).starts_with("position,stream,"));
    add(&conn, 41..=42);
    assert!(line(&mut out).starts_with("41,account-6,"));
    assert!(line(&mut out).starts_with("42,account-0,"));
    assert!(child.wait().unwrap().success());
}

#[test]
fn lines_of_several_files_name_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let (path, archive) = (folder.path().join("store.db"), folder.path().join("archive.db"));
    store(&archive, "DELETE", 3).close().unwrap();
    let conn = store(&path, "WAL", 0);
    let (mut child, mut out) = follow(&path, &["--with", archive.to_str().unwrap(), "--limit", "6"]);
    let read = |out: &mut BufReader<ChildStdout>| {
        let event: serde_json::Value = serde_json::from_str(&line(out)).unwrap();
        let file = event["file"].as_str().unwrap().ends_with("archive.db");
        (event["position"].as_i64().unwrap(), file)
    };
    assert_eq!([read(&mut out), read(&mut out), read(&mut out)], [(1, true), (2, true), (3, true)]);
    add(&conn, 3..=5);
    assert_eq!([read(&mut out), read(&mut out)], [(4, false), (5, false)]);
    let older = rusqlite::Connection::open(&archive).unwrap();
    add(&older, 4..=6);
    assert_eq!(read(&mut out), (6, true));
    assert!(child.wait().unwrap().success());
}

#[test]
fn it_ends_quietly_when_nobody_reads() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let conn = store(&path, "WAL", 3);
    let (mut child, mut out) = follow(&path, &[]);
    assert_eq!(position(&line(&mut out)), 1);
    drop(out);
    // At the latest when there is something to print.
    write_event(&conn, 4).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!(told, "");
}

#[test]
fn nobody_writes_and_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    store(&path, "WAL", 3).close().unwrap();
    let before = (std::fs::read(&path).unwrap(), listing(folder.path()));
    let (mut child, mut out) = follow(&path, &[]);
    (1..=3).for_each(|n| assert_eq!(position(&line(&mut out)), n));
    let conn = rusqlite::Connection::open(&path).unwrap();
    write_event(&conn, 4).unwrap();
    assert_eq!(position(&line(&mut out)), 4);
    conn.close().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(listing(folder.path()), before.1);
}

#[test]
fn wrong_arguments_leave_standard_output_empty() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    store(&path, "WAL", 3).close().unwrap();
    let (child, _) = follow(&path, &["--stream", "nobody"]);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no stream"));
    let (child, _) = follow(&folder.path().join("gone.db"), &[]);
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(3));
}

#[test]
fn all_that_a_busy_writer_writes() {
    for (mode, besides) in [("DELETE", "VACUUM"), ("WAL", "PRAGMA wal_checkpoint(TRUNCATE)")] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        store(&path, mode, 100).close().unwrap();
        let (mut child, out) = follow(&path, &["--format", "ndjson"]);
        let written = writer(&path, Writing { mode, seconds: 1, besides, every: 900 });
        let lines = out.lines();
        let mut seen = 0;
        let mut last = None;
        let (sender, received) = std::sync::mpsc::channel();
        let reading = std::thread::Builder::new().name("lines".to_owned()).spawn(move || {
            for line in lines {
                sender.send(position(&line.unwrap())).unwrap();
            }
        });
        let (wrote, busy) = ended(written);
        // Long, for machines that have much else to do: only a follower that hangs is waited for in vain.
        while let Ok(position) = received.recv_timeout(std::time::Duration::from_secs(120)) {
            seen += 1;
            assert_eq!(position, seen, "{mode}");
            last = Some(position);
            if position == wrote {
                break;
            }
        }
        child.kill().unwrap();
        let said = child.wait_with_output().unwrap();
        reading.unwrap().join().unwrap();
        let said = String::from_utf8_lossy(&said.stderr);
        assert_eq!((last, busy), (Some(wrote), 0), "{mode}: {said}");
    }
}
